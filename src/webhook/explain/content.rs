//! What the sender may have signed around the body: the provider's formula, slips in it, and the formulas of
//! other providers.

use std::borrow::Cow;

use super::causes::{self, KnownCause};
use super::headers::value;
use crate::delivery::{Delivery, Headers, is_token};
use crate::signature::hmac::Tag;
use crate::signature::{Algorithm, Content, Keys, Scheme, TimestampUnit, Token, Values, tokens};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// A guess at what was signed, but for the body.
pub struct Formula<'d> {
    pub causes: Vec<&'static KnownCause>,
    /// As a definition writes it.
    pub template: String,
    /// Who else signs like that.
    pub provider: &'static str,
    content: Content,
    timestamp: Cow<'d, str>,
    url: &'d str,
}

/// How others sign, with what they say of it themselves; then ways to have the URL in it that are nobody's in
/// particular. Each formula once.
const KNOWN: [(&str, &str); 18] = [
    // docs.stripe.com/webhooks/signatures, developer.calendly.com, workos.com/docs/events/data-syncing/webhooks
    ("Stripe", "{timestamp}.{body}"),
    // github.com/standard-webhooks/standard-webhooks, docs.svix.com/receiving/verifying-payloads/how-manual
    ("Standard Webhooks (Svix)", "{id}.{timestamp}.{body}"),
    // docs.slack.dev/authentication/verifying-requests-from-slack, developers.zoom.us/docs/api/webhooks
    ("Slack", "v0:{timestamp}:{body}"),
    // docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries; Shopify and many more sign the same
    ("GitHub", "{body}"),
    // developer.paddle.com/webhooks/signature-verification
    ("Paddle", "{timestamp}:{body}"),
    // developer.zendesk.com/documentation/webhooks/verifying
    ("Zendesk", "{timestamp}{body}"),
    // dev.twitch.tv/docs/eventsub/handling-webhook-events
    ("Twitch", "{id}{timestamp}{body}"),
    // developer.squareup.com/docs/webhooks/step3validate
    ("Square", "{url}{body}"),
    // developer.atlassian.com/cloud/trello/guides/rest-api/webhooks
    ("Trello", "{body}{url}"),
    // developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
    ("HubSpot", "{method}{url}{body}{timestamp}"),
    // Twilio signs the URL and, for JSON, no body (twilio.com/docs/usage/security): that is the first of Square's with an
    // empty body.
    ("", "{url}.{body}"),
    ("", "{url}\n{body}"),
    ("", "{method}{url}{body}"),
    ("", "{method}.{url}.{body}"),
    ("", "{method}\n{url}\n{body}"),
    ("", "{url}{timestamp}{body}"),
    ("", "{timestamp}{url}{body}"),
    ("", "{timestamp}{method}{url}{body}"),
];

/// What may stand between the parts.
const JOINERS: [&str; 9] = ["", ".", ":", "\n", "|", "-", ",", "_", "&"];

/// So many timestamps, and so many ids, are looked at.
const MOST: usize = 3;

/// What names of headers with the id of a message have in them.
const TELLING: [&str; 5] = ["webhook", "svix", "message", "event", "delivery"];

/// What a delivery has to put into formulas.
pub struct Parts<'d> {
    /// The timestamps that the scheme means.
    own: Vec<&'d str>,
    /// Whatever else looks like one.
    timestamps: Vec<&'d str>,
    /// The names of headers that hold ids.
    ids: Vec<&'d str>,
    urls: Vec<&'d str>,
    method: &'d str,
    headers: &'d Headers<'d>,
}

impl<'d> Parts<'d> {
    /// What there is in a delivery.
    pub fn of(scheme: &'d Scheme, delivery: &'d Delivery<'_>) -> Self {
        let headers = &delivery.headers;
        let unit = TimestampUnit::Seconds;
        let mut own = timestamps(scheme, headers);
        own.truncate(MOST);
        own.retain(|text| unit.read(text).is_some());
        let mut others = Vec::new();
        for (name, value) in headers.iter() {
            if contains(name, "timestamp") && (1..=40).contains(&value.len()) {
                others.push(value);
            }
            if contains(name, "signature") {
                for item in value.split([',', ';', ' ']) {
                    if let Some((_, text)) = split_once(item, '=')
                        && text.len() >= 9
                        && unit.read(text).is_some()
                    {
                        others.push(text);
                    }
                }
            }
        }
        others.retain(|it| !own.contains(it));
        others.truncate(MOST);
        // Of the ids of requests and traces there are many; those of messages are signed.
        let mut ids = Vec::new();
        for wanted in [true, false] {
            for (name, _) in headers.iter().filter(|(name, _)| is_id(name)) {
                if wanted == TELLING.iter().any(|it| contains(name, it)) {
                    ids.push(name);
                }
            }
        }
        ids.truncate(MOST);
        let url = delivery.url.unwrap_or_default();
        let path = url.find("://").and_then(|at| url[at + 3..].find('/').map(|slash| &url[at + 3 + slash..]));
        let bare = split_once(url, '?').map(|(front, _)| front);
        let mut urls = vec![url];
        urls.extend(path);
        urls.extend(bare);
        urls.retain(|it| !it.is_empty());
        Self { own, timestamps: others, ids, urls, method: delivery.method.unwrap_or("POST"), headers }
    }
}

/// The timestamps that a scheme means.
pub fn timestamps<'h>(scheme: &'h Scheme, headers: &'h Headers<'_>) -> Vec<&'h str> {
    match scheme.timestamp_header() {
        Some(name) => headers.get_all(name).collect(),
        None => headers.get_all(scheme.header()).filter_map(|it| scheme.format.first_timestamp(it)).collect(),
    }
}

/// Whether a header holds an id.
fn is_id(name: &str) -> bool {
    let end = name.len().checked_sub(3).and_then(|at| name.get(at..));
    end.is_some_and(|end| eq_ignore_ascii_case(end, "-id")) && name.len() <= 64 && is_token(name)
}

/// Whether the text holds a word in lower case, in any case.
#[inline(never)]
pub fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The provider's formula, and then every other one.
pub fn formulas<'d>(scheme: &'d Scheme, parts: &Parts<'d>) -> (Vec<Formula<'d>>, Vec<Formula<'d>>) {
    let mut all = Formulas { parts, id_header: scheme.definition().id_header.as_deref(), all: Vec::new() };
    all.add(&[], scheme.signed_content(), &parts.own);
    let own = std::mem::take(&mut all.all);
    for (template, causes) in slips(scheme.signed_content()) {
        all.add(&causes, &template, &parts.own);
    }
    all.other_units(scheme);
    let any = [&parts.own[..], &parts.timestamps].concat();
    // Where the timestamp stands elsewhere than it should.
    all.add(&[&causes::CONTENT_TIMESTAMP_UNIT], scheme.signed_content(), &parts.timestamps);
    for (provider, template) in KNOWN {
        let cause =
            if template.contains("{url}") { &causes::CONTENT_URL } else { &causes::CONTENT_OTHER_PROVIDER };
        let before = all.all.len();
        if template.contains("{id}") {
            for id in &parts.ids {
                all.add(&[cause], &template.replace("{id}", &format!("{{header:{id}}}")), &any);
            }
        } else {
            all.add(&[cause], template, &any);
        }
        for formula in &mut all.all[before..] {
            formula.provider = provider;
        }
    }
    let mut others = all.all;
    others.retain(|it| !own.iter().any(|own| own.is_same(it)));
    (own, others)
}

struct Formulas<'a, 'd> {
    parts: &'a Parts<'d>,
    id_header: Option<&'d str>,
    all: Vec<Formula<'d>>,
}

impl<'d> Formulas<'_, 'd> {
    /// Adds a template with everything its places can hold; nothing where something is not there.
    #[inline(never)]
    fn add(&mut self, causes: &[&'static KnownCause], template: &str, timestamps: &[&'d str]) {
        let Ok(content) = Content::parse(template, self.id_header) else { return };
        if content.headers().any(|name| value(self.parts.headers, name).is_none()) {
            return;
        }
        let none = [""];
        let timestamps = if content.has_timestamp() { timestamps } else { &none };
        let urls = if content.has_url() { &self.parts.urls[..] } else { &none };
        for timestamp in timestamps {
            for url in urls {
                self.push(causes, template, &content, Cow::Borrowed(timestamp), url);
            }
        }
    }

    #[inline(never)]
    fn push(
        &mut self,
        causes: &[&'static KnownCause],
        template: &str,
        content: &Content,
        timestamp: Cow<'d, str>,
        url: &'d str,
    ) {
        let formula = Formula {
            causes: causes.to_vec(),
            template: into_owned_outlined(template),
            provider: "",
            content: content.clone(),
            timestamp,
            url,
        };
        if !self.all.iter().any(|it| it.is_same(&formula)) {
            self.all.push(formula);
        }
    }

    /// Milliseconds for seconds, and the other way round.
    fn other_units(&mut self, scheme: &Scheme) {
        let template = scheme.signed_content();
        let Ok(content) = Content::parse(template, self.id_header) else { return };
        if !content.has_timestamp() || content.headers().any(|name| value(self.parts.headers, name).is_none())
        {
            return;
        }
        for timestamp in self.parts.own.clone() {
            let seconds = &timestamp[..timestamp.len().saturating_sub(3)];
            for other in [[timestamp, "000"].concat(), into_owned_outlined(seconds)] {
                if !other.is_empty() {
                    self.push(&[&causes::CONTENT_TIMESTAMP_UNIT], template, &content, Cow::Owned(other), "");
                }
            }
        }
    }
}

impl Formula<'_> {
    fn is_same(&self, other: &Self) -> bool {
        self.template == other.template && self.timestamp == other.timestamp && self.url == other.url
    }

    /// The tag of a body by this formula.
    pub fn tag(&self, keys: &Keys, algorithm: Algorithm, key: &[u8], body: &[u8], parts: &Parts<'_>) -> Tag {
        let (timestamp, url, method) = (self.timestamp.as_ref(), self.url, parts.method);
        let values = Values { body, timestamp, headers: parts.headers, url, method };
        keys.tag_under(algorithm, key, &self.content, &values)
    }
}

/// A formula with a part left out, or with its parts joined in another way.
fn slips(template: &str) -> Vec<(String, Vec<&'static KnownCause>)> {
    let Ok(tokens) = tokens(template) else { return Vec::new() };
    let is_id = |token: &Token<'_>| matches!(token, Token::Place(place) if *place == "id" || place.starts_with("header:"));
    let is_timestamp = |token: &Token<'_>| *token == Token::Place("timestamp");
    let places = tokens.iter().filter(|token| matches!(token, Token::Place(_))).count();
    let mut all: Vec<(String, Vec<&'static KnownCause>)> = Vec::new();
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
    if places < 2 {
        return all;
    }
    let last = tokens.iter().rposition(|token| matches!(token, Token::Place(_))).unwrap_or(0);
    for joiner in JOINERS {
        let mut joined = String::new();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Literal(text) if at == 0 || at > last => joined.push_str(text),
                Token::Literal(_) => joined.push_str(joiner),
                Token::Place(_) => {
                    if at > 0 && matches!(tokens[at - 1], Token::Place(_)) {
                        joined.push_str(joiner);
                    }
                    joined.push_str(&written(*token));
                }
            }
        }
        all.push((joined, vec![&causes::CONTENT_JOINER]));
    }
    let reversed: String = tokens.iter().rev().map(|token| written(*token)).collect();
    all.push((reversed, vec![&causes::CONTENT_JOINER]));
    all.retain(|(it, _)| it != template);
    all
}

fn written(token: Token<'_>) -> String {
    match token {
        Token::Literal(text) => into_owned_outlined(text),
        Token::Place(place) => format!("{{{place}}}"),
    }
}

/// Without the places that are dropped, and what joins them to the next.
fn without(tokens: &[Token<'_>], dropped: &dyn Fn(&Token<'_>) -> bool) -> String {
    let mut out = String::new();
    let mut joiner_too = false;
    for token in tokens {
        let drop = dropped(token) || joiner_too && matches!(token, Token::Literal(_));
        joiner_too = dropped(token);
        if !drop {
            out.push_str(&written(*token));
        }
    }
    // Where the last place was dropped, what joined it stands at the end.
    match (tokens.last().is_some_and(dropped), out.rfind('}')) {
        (true, Some(at)) => into_owned_outlined(&out[..=at]),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_leave_parts_out_and_join_them_otherwise() {
        let of = |template| {
            slips(template)
                .into_iter()
                .map(|(it, causes)| (it, causes.iter().map(|it| it.code).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        };
        assert!(of("{body}").is_empty());
        let all = of("{id}.{timestamp}.{body}");
        assert_eq!(all[0], ("{id}.{body}".to_owned(), vec!["content-timestamp-missing"]));
        assert_eq!(all[1], ("{timestamp}.{body}".to_owned(), vec!["content-id-missing"]));
        assert_eq!(all[2], ("{body}".to_owned(), vec!["content-timestamp-missing", "content-id-missing"]));
        assert!(all.contains(&("{id}{timestamp}{body}".to_owned(), vec!["content-joiner"])));
        assert!(all.contains(&("{body}.{timestamp}.{id}".to_owned(), vec!["content-joiner"])));
        let all = of("v0:{timestamp}:{body}");
        assert_eq!(all[0].0, "v0:{body}");
        assert!(all.iter().any(|(it, _)| it == "v0:{timestamp}.{body}"));
        assert_eq!(of("{body}.{timestamp}")[0].0, "{body}");
        assert!(of("{timestamp}{body}").iter().any(|(it, _)| it == "{timestamp}.{body}"));
    }

    #[test]
    fn every_formula_in_the_table_can_be_computed() {
        for (_, template) in KNOWN {
            assert!(Content::parse(template, Some("X-Id")).is_ok(), "{template}");
        }
    }
}
