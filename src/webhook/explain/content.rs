//! The signed contents that the sender may have used: the provider's own, mutations of it, and those of other providers.

use std::borrow::Cow;

use super::causes;
use super::definition::CauseDefinition;
use super::providers::known_contents;
use super::shared::{contains_word, header_value, timestamps};
use crate::delivery::{Delivery, Headers, is_token};
use crate::signature::hmac::Tag;
use crate::signature::{
    Algorithm, Keys, Scheme, SignedContent, TemplateToken, TemplateValues, TimestampUnit, tokens,
};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// One hypothesis about the signed content, for any body.
pub struct ContentHypothesis<'d> {
    pub causes: Vec<&'static CauseDefinition>,
    /// Template as in a definition.
    pub template: String,
    /// Titles of the providers that sign so.
    pub providers: String,
    content: SignedContent,
    timestamp: Cow<'d, str>,
    url: &'d str,
}

/// Separators between placeholders.
const SEPARATORS: [&str; 9] = ["", ".", ":", "\n", "|", "-", ",", "_", "&"];

/// Timestamps and ids of one delivery to try: each multiplies the search, and the signed one is among the first.
const MAX_CANDIDATES: usize = 3;

/// Words in the names of headers with a message id.
const MESSAGE_ID_WORDS: [&str; 5] = ["webhook", "svix", "message", "event", "delivery"];

/// Values of a delivery for the placeholders of signed contents.
pub struct ContentInputs<'d> {
    /// The timestamps that the scheme reads.
    expected_timestamps: Vec<&'d str>,
    /// Other values that look like a timestamp.
    other_timestamps: Vec<&'d str>,
    /// Names of headers with ids.
    ids: Vec<&'d str>,
    urls: Vec<&'d str>,
    method: &'d str,
    headers: &'d Headers<'d>,
}

impl<'d> ContentInputs<'d> {
    pub fn new(scheme: &'d Scheme, delivery: &'d Delivery<'_>) -> Self {
        let headers = &delivery.headers;
        let unit = TimestampUnit::Seconds;
        let mut expected_timestamps = timestamps(scheme, headers);
        expected_timestamps.truncate(MAX_CANDIDATES);
        expected_timestamps.retain(|text| unit.parse(text).is_some());
        let mut other_timestamps = Vec::new();
        for (name, value) in headers.iter() {
            if contains_word(name, "timestamp") && (1..=40).contains(&value.len()) {
                other_timestamps.push(value);
            }
            if contains_word(name, "signature") {
                for item in value.split([',', ';', ' ']) {
                    if let Some((_, text)) = split_once(item, '=')
                        && text.len() >= 9
                        && unit.parse(text).is_some()
                    {
                        other_timestamps.push(text);
                    }
                }
            }
        }
        other_timestamps.retain(|text| !expected_timestamps.contains(text));
        other_timestamps.truncate(MAX_CANDIDATES);
        // Ids of messages first: they are signed more often than the many ids of requests and traces.
        let mut ids = Vec::new();
        for is_message_id in [true, false] {
            for (name, _) in headers.iter().filter(|(name, _)| is_id(name)) {
                if is_message_id == MESSAGE_ID_WORDS.iter().any(|word| contains_word(name, word)) {
                    ids.push(name);
                }
            }
        }
        ids.truncate(MAX_CANDIDATES);
        let url = delivery.url.unwrap_or_default();
        let path = url.find("://").and_then(|end| {
            let slash = url[end + 3..].find('/')?;
            Some(&url[end + 3 + slash..])
        });
        let without_query = split_once(url, '?').map(|(front, _)| front);
        let mut urls = vec![url];
        urls.extend(path);
        urls.extend(without_query);
        urls.retain(|url| !url.is_empty());
        let method = delivery.method.filter(|method| !method.is_empty()).unwrap_or("POST");
        Self { expected_timestamps, other_timestamps, ids, urls, method, headers }
    }
}

/// Returns whether a header is named like an id.
fn is_id(name: &str) -> bool {
    let end = name.len().checked_sub(3).and_then(|start| name.get(start..));
    end.is_some_and(|end| eq_ignore_ascii_case(end, "-id")) && name.len() <= 64 && is_token(name)
}

/// Returns the provider's signed content, and all alternatives to it.
pub fn content_hypotheses<'d>(
    scheme: &'d Scheme,
    inputs: &ContentInputs<'d>,
) -> (Vec<ContentHypothesis<'d>>, Vec<ContentHypothesis<'d>>) {
    let id_header = scheme.definition().id_header.as_deref();
    let mut hypotheses = ContentHypotheses { inputs, id_header, all: Vec::new() };
    hypotheses.add(&[], scheme.signed_content(), &inputs.expected_timestamps);
    let expected = std::mem::take(&mut hypotheses.all);
    for (template, causes) in mutations(scheme.signed_content()) {
        hypotheses.add(&causes, &template, &inputs.expected_timestamps);
    }
    hypotheses.add_other_units(scheme);
    let all_timestamps = [&inputs.expected_timestamps[..], &inputs.other_timestamps].concat();
    hypotheses.add(&[&causes::CONTENT_TIMESTAMP_UNIT], scheme.signed_content(), &inputs.other_timestamps);
    for (template, providers) in known_contents() {
        let cause =
            if template.contains("{url}") { &causes::CONTENT_URL } else { &causes::CONTENT_OTHER_PROVIDER };
        let start = hypotheses.all.len();
        if template.contains("{id}") {
            for id in &inputs.ids {
                let template = template.replace("{id}", &format!("{{header:{id}}}"));
                hypotheses.add(&[cause], &template, &all_timestamps);
            }
        } else {
            hypotheses.add(&[cause], template, &all_timestamps);
        }
        for hypothesis in &mut hypotheses.all[start..] {
            hypothesis.providers.clone_from(&providers);
        }
    }
    let mut alternatives = hypotheses.all;
    alternatives.retain(|hypothesis| !expected.iter().any(|other| other.is_same(hypothesis)));
    (expected, alternatives)
}

/// Collects hypotheses, each once.
struct ContentHypotheses<'a, 'd> {
    inputs: &'a ContentInputs<'d>,
    id_header: Option<&'d str>,
    all: Vec<ContentHypothesis<'d>>,
}

impl<'d> ContentHypotheses<'_, 'd> {
    /// Adds a template with every value for its placeholders; nothing if one has no value.
    #[inline(never)]
    fn add(&mut self, causes: &[&'static CauseDefinition], template: &str, timestamps: &[&'d str]) {
        let Some(content) = self.parse(template) else { return };
        let none = [""];
        let timestamps = if content.has_timestamp() { timestamps } else { &none };
        let urls = if content.has_url() { &self.inputs.urls[..] } else { &none };
        for timestamp in timestamps {
            for url in urls {
                self.push(causes, template, &content, Cow::Borrowed(timestamp), url);
            }
        }
    }

    /// Parses a template; `None` if the delivery lacks one of its headers.
    fn parse(&self, template: &str) -> Option<SignedContent> {
        let content = SignedContent::parse(template, self.id_header).ok()?;
        let has_headers = content.headers().all(|name| header_value(self.inputs.headers, name).is_some());
        has_headers.then_some(content)
    }

    #[inline(never)]
    fn push(
        &mut self,
        causes: &[&'static CauseDefinition],
        template: &str,
        content: &SignedContent,
        timestamp: Cow<'d, str>,
        url: &'d str,
    ) {
        let hypothesis = ContentHypothesis {
            causes: causes.to_vec(),
            template: into_owned_outlined(template),
            providers: String::new(),
            content: content.clone(),
            timestamp,
            url,
        };
        if !self.all.iter().any(|other| other.is_same(&hypothesis)) {
            self.all.push(hypothesis);
        }
    }

    /// Adds milliseconds for seconds, and seconds for milliseconds.
    fn add_other_units(&mut self, scheme: &Scheme) {
        let template = scheme.signed_content();
        let Some(content) = self.parse(template).filter(SignedContent::has_timestamp) else { return };
        for timestamp in self.inputs.expected_timestamps.clone() {
            let seconds = &timestamp[..timestamp.len().saturating_sub(3)];
            for other in [[timestamp, "000"].concat(), into_owned_outlined(seconds)] {
                if !other.is_empty() {
                    self.push(&[&causes::CONTENT_TIMESTAMP_UNIT], template, &content, Cow::Owned(other), "");
                }
            }
        }
    }
}

impl ContentHypothesis<'_> {
    /// Whether one signature matches several requests, so that no definition should have this signed content.
    pub fn is_ambiguous(&self) -> bool {
        self.content.ambiguity().is_some()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.template == other.template && self.timestamp == other.timestamp && self.url == other.url
    }

    /// Returns the tag of a body under this hypothesis.
    pub fn tag(
        &self,
        keys: &Keys,
        algorithm: Algorithm,
        key: &[u8],
        body: &[u8],
        inputs: &ContentInputs<'_>,
    ) -> Tag {
        let (timestamp, url, method) = (self.timestamp.as_ref(), self.url, inputs.method);
        let values = TemplateValues { body, timestamp, headers: inputs.headers, url, method };
        keys.tag_with_key(algorithm, key, &self.content, &values)
    }
}

/// Returns the template without its timestamp or id, and with other separators or order.
fn mutations(template: &str) -> Vec<(String, Vec<&'static CauseDefinition>)> {
    let Ok(tokens) = tokens(template) else { return Vec::new() };
    let is_id = |token: &TemplateToken<'_>| matches!(token, TemplateToken::Placeholder(name) if *name == "id" || name.starts_with("header:"));
    let is_timestamp = |token: &TemplateToken<'_>| *token == TemplateToken::Placeholder("timestamp");
    let placeholders = tokens.iter().filter(|token| matches!(token, TemplateToken::Placeholder(_))).count();
    let mut all: Vec<(String, Vec<&'static CauseDefinition>)> = Vec::new();
    let (timestamp, id) = (&causes::CONTENT_TIMESTAMP_MISSING, &causes::CONTENT_ID_MISSING);
    if tokens.iter().any(is_timestamp) {
        all.push((without(&tokens, &is_timestamp), vec![timestamp]));
    }
    if tokens.iter().any(is_id) {
        all.push((without(&tokens, &is_id), vec![id]));
    }
    if let [(_, first), (_, second)] = all.as_slice() {
        let both = [first.as_slice(), second].concat();
        all.push((without(&tokens, &|token| is_timestamp(token) || is_id(token)), both));
    }
    if placeholders < 2 {
        return all;
    }
    let last = tokens.iter().rposition(|token| matches!(token, TemplateToken::Placeholder(_))).unwrap_or(0);
    for separator in SEPARATORS {
        let mut text = String::new();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                // Literals before the first and after the last placeholder are no separators.
                TemplateToken::Literal(literal) if index == 0 || index > last => text.push_str(literal),
                TemplateToken::Literal(_) => text.push_str(separator),
                TemplateToken::Placeholder(_) => {
                    if index > 0 && matches!(tokens[index - 1], TemplateToken::Placeholder(_)) {
                        text.push_str(separator);
                    }
                    text.push_str(&format_token(*token));
                }
            }
        }
        all.push((text, vec![&causes::CONTENT_SEPARATOR]));
    }
    let reversed: String = tokens.iter().rev().map(|token| format_token(*token)).collect();
    all.push((reversed, vec![&causes::CONTENT_SEPARATOR]));
    all.retain(|(text, _)| text != template);
    all
}

fn format_token(token: TemplateToken<'_>) -> String {
    match token {
        TemplateToken::Literal(text) => into_owned_outlined(text),
        TemplateToken::Placeholder(placeholder) => format!("{{{placeholder}}}"),
    }
}

/// Removes placeholders, each with the separator after it.
fn without(tokens: &[TemplateToken<'_>], is_removed: &dyn Fn(&TemplateToken<'_>) -> bool) -> String {
    let mut out = String::new();
    let mut after_removed = false;
    for token in tokens {
        let skip = is_removed(token) || after_removed && matches!(token, TemplateToken::Literal(_));
        after_removed = is_removed(token);
        if !skip {
            out.push_str(&format_token(*token));
        }
    }
    // After the last placeholder there is no separator: the one before it is removed instead.
    match (tokens.last().is_some_and(is_removed), out.rfind('}')) {
        (true, Some(end)) => into_owned_outlined(&out[..=end]),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutations_remove_placeholders_and_change_separators() {
        let of = |template| {
            mutations(template)
                .into_iter()
                .map(|(template, causes)| {
                    (template, causes.iter().map(|cause| cause.code).collect::<Vec<_>>())
                })
                .collect::<Vec<_>>()
        };
        assert!(of("{body}").is_empty());
        let all = of("{id}.{timestamp}.{body}");
        assert_eq!(all[0], ("{id}.{body}".to_owned(), vec!["content-timestamp-missing"]));
        assert_eq!(all[1], ("{timestamp}.{body}".to_owned(), vec!["content-id-missing"]));
        assert_eq!(all[2], ("{body}".to_owned(), vec!["content-timestamp-missing", "content-id-missing"]));
        assert!(all.contains(&("{id}{timestamp}{body}".to_owned(), vec!["content-separator"])));
        assert!(all.contains(&("{body}.{timestamp}.{id}".to_owned(), vec!["content-separator"])));
        let all = of("v0:{timestamp}:{body}");
        assert_eq!(all[0].0, "v0:{body}");
        assert!(all.iter().any(|(text, _)| text == "v0:{timestamp}.{body}"));
        assert_eq!(of("{body}.{timestamp}")[0].0, "{body}");
        assert!(of("{timestamp}{body}").iter().any(|(text, _)| text == "{timestamp}.{body}"));
    }
}
