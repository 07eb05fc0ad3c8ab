//! The signed contents that the sender may have used: the provider's own, mutations of it, and those of other providers.

use super::causes;
use super::definition::{Alternative, CauseDefinition, single_difference};
use super::inputs::ContentInputs;
use super::providers::known_contents;
use super::shared::joined;
use super::urls::UrlCandidate;
use crate::signature::hmac::Tag;
use crate::signature::{Algorithm, Keys, Scheme, SignedContent, TemplateToken, TemplateValues, tokens};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

/// One hypothesis about the signed content, for any body.
pub struct ContentHypothesis {
    pub causes: Vec<&'static CauseDefinition>,
    /// Template as in a definition.
    pub template: String,
    /// Titles of the providers that sign so.
    pub providers: String,
    /// Values of placeholders in the texts of the causes.
    pub args: Vec<(&'static str, String)>,
    /// Other causes of the same bytes.
    pub alternatives: Vec<Alternative>,
    /// Renamed headers in the signed content: name in the delivery, name in the scheme.
    pub renamed: Vec<(String, String)>,
    /// Whether one signature matches several requests, so that no definition should have this signed content.
    pub is_ambiguous: bool,
    /// The signed bytes before the body, and after it.
    around: [String; 2],
}

/// Separators between placeholders.
const SEPARATORS: [&str; 9] = ["", ".", ":", "\n", "|", "-", ",", "_", "&"];

/// Of the URLs that the sender may have signed, those to try where the scheme signs none.
const MAX_URLS_OF_OTHERS: usize = 2;

/// Returns the provider's signed content, all alternatives to it, and how many of these are likely: the provider's own template
/// with other values.
pub fn content_hypotheses(
    scheme: &Scheme,
    inputs: &ContentInputs<'_>,
) -> (Vec<ContentHypothesis>, Vec<ContentHypothesis>, usize) {
    let template = scheme.signed_content();
    let id_header = scheme.definition().id_header.as_deref();
    let mut hypotheses = ContentHypotheses { inputs, scheme, id_header, all: Vec::new() };
    let expected = &inputs.expected_timestamps();
    hypotheses.add(&[], template, expected);
    let count = hypotheses.all.len();
    hypotheses.add_urls();
    hypotheses.add_other_ids();
    let likely_count = hypotheses.all.len() - count;
    for (mutation, causes) in mutations(template) {
        hypotheses.add(&causes, &mutation, expected);
    }
    hypotheses.add_other_timestamps();
    let all_timestamps: Vec<&str> = expected
        .iter()
        .copied()
        .chain(inputs.other_timestamps.iter().map(|(_, text)| text.as_str()))
        .collect();
    for (template, providers) in known_contents() {
        hypotheses.add_known(template, &providers, &all_timestamps);
    }
    let alternatives = hypotheses.all.split_off(count);
    (hypotheses.all, alternatives, likely_count)
}

/// Collects hypotheses, each signed content once.
struct ContentHypotheses<'a, 'd> {
    inputs: &'a ContentInputs<'d>,
    scheme: &'a Scheme,
    id_header: Option<&'a str>,
    all: Vec<ContentHypothesis>,
}

/// What differs between a hypothesis and the signed content of the scheme.
#[derive(Clone, Copy)]
struct Variation<'v> {
    causes: &'v [&'static CauseDefinition],
    timestamp: &'v str,
    url: &'v str,
    args: &'v [(&'static str, &'v str)],
}

impl ContentHypotheses<'_, '_> {
    /// Adds a template with every timestamp; nothing if the delivery lacks a value.
    #[inline(never)]
    fn add(&mut self, causes: &[&'static CauseDefinition], template: &str, timestamps: &[&str]) {
        let Some(content) = self.parse(template) else { return };
        let timestamps = if content.has_timestamp() { timestamps } else { &[""] };
        for timestamp in timestamps {
            let variation = Variation { causes, timestamp, url: self.inputs.url, args: &[] };
            self.push(template, &content, variation);
        }
    }

    fn parse(&self, template: &str) -> Option<SignedContent> {
        SignedContent::parse(template, self.id_header).ok()
    }

    /// Adds a hypothesis, unless an earlier one signs the same bytes or the delivery lacks a value.
    #[inline(never)]
    fn push(&mut self, template: &str, content: &SignedContent, variation: Variation<'_>) {
        let inputs = self.inputs;
        let Variation { causes, timestamp, url, args } = variation;
        let (headers, method) = (inputs.headers, inputs.method);
        let values = TemplateValues { body: &[], timestamp, headers, url, method };
        let mut around = [String::new(), String::new()];
        let mut index = 0;
        for (placeholder, bytes) in content.named_parts(&values) {
            if placeholder.as_deref() == Some("body") {
                index = 1;
                continue;
            }
            let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else { return };
            around[index].push_str(text);
        }
        let mut causes = causes.to_vec();
        let mut renamed: Vec<(String, String)> = Vec::new();
        let has_expected_timestamp =
            content.has_timestamp() && inputs.expected_timestamps().contains(&timestamp);
        let timestamp_header = self.scheme.timestamp_header().filter(|_| has_expected_timestamp);
        for name in content.headers().chain(timestamp_header) {
            if let Some(header) = inputs.renamed.get(name) {
                renamed.push((into_owned_outlined(header.found), into_owned_outlined(name)));
            }
        }
        if !renamed.is_empty() {
            causes.insert(0, &causes::HEADER_RENAMED);
        }
        if has_expected_timestamp && inputs.is_timestamp_misplaced {
            causes.insert(0, &causes::SIGNATURE_LABEL_UNEXPECTED);
        }
        if let Some(other) = self.all.iter_mut().find(|other| other.around == around) {
            other.alternatives.extend(single_difference(&other.causes, &causes));
            return;
        }
        self.all.push(ContentHypothesis {
            causes,
            template: into_owned_outlined(template),
            providers: String::new(),
            args: args.iter().map(|(name, value)| (*name, into_owned_outlined(value))).collect(),
            alternatives: Vec::new(),
            renamed,
            is_ambiguous: content.ambiguity(self.scheme.timestamp_unit()).is_some(),
            around,
        });
    }

    /// Adds the provider's signed content with other URLs.
    fn add_urls(&mut self) {
        let inputs = self.inputs;
        let template = self.scheme.signed_content();
        let Some(content) = self.parse(template).filter(SignedContent::has_url) else { return };
        let timestamps: &[&str] = if content.has_timestamp() { &inputs.expected_timestamps() } else { &[""] };
        for timestamp in timestamps {
            for UrlCandidate { url, changes } in &inputs.urls {
                let args: &[_] = &[("changes", changes.as_str())];
                let causes: &[_] = &[&causes::CONTENT_URL_CHANGED];
                self.push(template, &content, Variation { causes, timestamp, url, args });
            }
        }
    }

    /// Adds the provider's signed content with other values for its id, or for a signed header that the delivery lacks: the ids of
    /// other headers and of the body.
    fn add_other_ids(&mut self) {
        let inputs = self.inputs;
        let template = self.scheme.signed_content();
        let Some(content) = self.parse(template) else { return };
        let mut missing = content.headers().filter(|name| inputs.renamed.missing.contains(name));
        let is_signed = |id: &&str| content.headers().any(|name| name == *id);
        let (Some(name), None) = (missing.next().or(self.id_header.filter(is_signed)), missing.next()) else {
            return;
        };
        let is_missing = inputs.renamed.missing.contains(&name);
        let placeholders = ["{id}".to_owned(), ["{header:", name, "}"].concat()];
        let id_header = self.id_header;
        let replaced = |value: &str| {
            let text = template.replace(&placeholders[1], value);
            if id_header == Some(name) { text.replace(&placeholders[0], value) } else { text }
        };
        let timestamps: &[&str] = if content.has_timestamp() { &inputs.expected_timestamps() } else { &[""] };
        let url = inputs.url;
        for timestamp in timestamps {
            for found in inputs.ids.iter().filter(|found| !eq_ignore_ascii_case(found, name)) {
                let Some(content) = self.parse(&replaced(&["{header:", found, "}"].concat())) else {
                    continue;
                };
                let cause = if is_missing { &causes::HEADER_RENAMED } else { &causes::CONTENT_ID_OTHER };
                let place = ["the header ", found].concat();
                let (causes, args): (&[_], &[_]) =
                    (&[cause], &[("place", place.as_str()), ("expected_id", name)]);
                let count = self.all.len();
                self.push(template, &content, Variation { causes, timestamp, url, args });
                for hypothesis in self.all[count..].iter_mut().filter(|_| is_missing) {
                    hypothesis.renamed.push((into_owned_outlined(found), into_owned_outlined(name)));
                }
            }
            for (place, value) in &inputs.body_ids {
                let Some(content) = self.parse(&replaced(value)) else { continue };
                let cause = if is_missing { &causes::HEADER_LOST } else { &causes::CONTENT_ID_OTHER };
                let args: &[_] = &[("place", place.as_str()), ("missing", name), ("expected_id", name)];
                let causes: &[_] = &[cause];
                self.push(template, &content, Variation { causes, timestamp, url, args });
            }
        }
    }

    /// Adds the provider's signed content with the same instant in other units, and with timestamps of other places.
    fn add_other_timestamps(&mut self) {
        let inputs = self.inputs;
        let template = self.scheme.signed_content();
        let Some(content) = self.parse(template).filter(SignedContent::has_timestamp) else { return };
        let url = inputs.url;
        for timestamp in inputs.expected_timestamps() {
            if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let unit = unit_name(timestamp);
            for zeros in [3, 6, 9] {
                let longer = [timestamp, &"000000000"[..zeros]].concat();
                let shorter = timestamp.len().checked_sub(zeros).map(|end| &timestamp[..end]);
                // 9 digits of seconds are the year 1973: fewer are no timestamp of a delivery.
                for other in
                    [Some(longer.as_str()), shorter.filter(|text| text.len() >= 9)].into_iter().flatten()
                {
                    let args: &[_] = &[("unit", unit), ("other_unit", unit_name(other))];
                    let causes: &[_] = &[&causes::CONTENT_TIMESTAMP_UNIT];
                    self.push(template, &content, Variation { causes, timestamp: other, url, args });
                }
            }
        }
        for (place, timestamp) in &inputs.other_timestamps {
            let args: &[_] = &[("place", place.as_str())];
            let causes: &[_] = &[&causes::CONTENT_TIMESTAMP_OTHER];
            self.push(template, &content, Variation { causes, timestamp, url, args });
        }
    }

    /// Adds the signed content of other providers, with the URLs that they may have signed.
    fn add_known(&mut self, template: &str, providers: &str, timestamps: &[&str]) {
        let inputs = self.inputs;
        // The content of this scheme with another id or timestamp is no other content.
        if template == self.scheme.signed_content() {
            return;
        }
        let is_url = template.contains("{url}");
        let cause = if is_url { &causes::CONTENT_URL } else { &causes::CONTENT_OTHER_PROVIDER };
        let start = self.all.len();
        let mut templates = Vec::new();
        if template.contains("{id}") {
            for id in &inputs.ids {
                templates.push(template.replace("{id}", &["{header:", id, "}"].concat()));
            }
        } else {
            templates.push(into_owned_outlined(template));
        }
        for template in &templates {
            self.add(&[cause], template, timestamps);
            let Some(content) = self.parse(template).filter(|_| is_url) else { continue };
            let timestamps = if content.has_timestamp() { timestamps } else { &[""] };
            for timestamp in timestamps {
                for url in &inputs.parts_of_url {
                    let causes: &[_] = &[cause];
                    self.push(template, &content, Variation { causes, timestamp, url, args: &[] });
                }
                for UrlCandidate { url, changes } in inputs.urls.iter().take(MAX_URLS_OF_OTHERS) {
                    let args: &[_] = &[("changes", changes.as_str())];
                    let causes: &[_] = &[cause, &causes::CONTENT_URL_CHANGED];
                    self.push(template, &content, Variation { causes, timestamp, url, args });
                }
            }
        }
        for hypothesis in &mut self.all[start..] {
            hypothesis.providers = into_owned_outlined(providers);
        }
    }
}

impl ContentHypothesis {
    /// Returns the signed bytes.
    pub fn message(&self, body: &[u8]) -> Vec<u8> {
        joined(&[self.around[0].as_bytes(), body, self.around[1].as_bytes()])
    }

    /// Returns the number of bytes signed in addition to the body.
    pub fn additional_bytes(&self) -> usize {
        self.around[0].len() + self.around[1].len()
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
        let [url, method] = &self.around;
        let values = TemplateValues { body, timestamp: "", headers: inputs.headers, url, method };
        keys.tag_with_key(algorithm, key, &inputs.frame, &values)
    }
}

/// Names the unit of a current timestamp by its length.
fn unit_name(timestamp: &str) -> &'static str {
    match timestamp.len() {
        ..=11 => "seconds",
        12..=14 => "milliseconds",
        15..=17 => "microseconds",
        _ => "nanoseconds",
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
    // Literals before the first and after the last placeholder are no separators, except for the end of a version: `v0:`.
    let version = match tokens[0] {
        TemplateToken::Literal(literal) => literal.strip_suffix([':', '.']),
        TemplateToken::Placeholder(_) => None,
    };
    for (separator, version) in SEPARATORS.into_iter().flat_map(|text| [(text, None), (text, version)]) {
        let mut text = String::new();
        for (index, token) in tokens.iter().enumerate() {
            match (token, version) {
                (TemplateToken::Literal(_), Some(version)) if index == 0 => {
                    text.push_str(version);
                    text.push_str(separator);
                }
                (TemplateToken::Literal(literal), _) if index == 0 || index > last => text.push_str(literal),
                (TemplateToken::Literal(_), _) => text.push_str(separator),
                (TemplateToken::Placeholder(_), _) => {
                    if index > 0 && matches!(tokens[index - 1], TemplateToken::Placeholder(_)) {
                        text.push_str(separator);
                    }
                    text.push_str(&format_token(*token));
                }
            }
        }
        all.push((text, vec![&causes::CONTENT_SEPARATOR]));
    }
    let mut swapped = tokens.clone();
    let mut positions =
        (0..tokens.len()).filter(|index| matches!(tokens[*index], TemplateToken::Placeholder(_)));
    if let (Some(first), Some(second)) = (positions.next(), positions.next()) {
        swapped.swap(first, second);
    }
    let swapped: String = swapped.iter().map(|token| format_token(*token)).collect();
    all.push((swapped, vec![&causes::CONTENT_SEPARATOR]));
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
