//! The values of a delivery for the placeholders of signed contents.

use super::renamed::RenamedHeaders;
use super::shared::{contains_word, has_misplaced_timestamp, timestamps};
use super::urls::{MAX_URL_CHARS, UrlCandidate, url_candidates};
use crate::delivery::{Delivery, Headers, is_token};
use crate::json::{Document, Kind};
use crate::signature::{Scheme, SignedContent};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// Timestamps and ids of one delivery to try: each multiplies the search, and the signed one is among the first.
const MAX_CANDIDATES: usize = 3;

/// Words in the names of headers with a message id.
const MESSAGE_ID_WORDS: [&str; 5] = ["webhook", "svix", "message", "event", "delivery"];

/// Members of a payload with an id or a time, as providers name them.
const ID_KEYS: [&str; 8] =
    ["id", "event_id", "eventId", "webhook_id", "message_id", "messageId", "delivery_id", "uuid"];
const TIME_KEYS: [&str; 8] =
    ["timestamp", "time", "created", "created_at", "createdAt", "event_time", "ts", "webhookTimestamp"];

/// Values of a delivery for the placeholders of signed contents.
pub struct ContentInputs<'d> {
    /// The timestamps that the scheme reads.
    expected_timestamps: Vec<String>,
    /// Whether those timestamps are not in the format of the signature header.
    pub is_timestamp_misplaced: bool,
    /// Other values that look like a timestamp, each with its place as messages name it.
    pub other_timestamps: Vec<(String, String)>,
    /// Names of headers with ids.
    pub ids: Vec<&'d str>,
    /// Ids in the body, each with its place, where the delivery lacks a signed header.
    pub body_ids: Vec<(String, String)>,
    pub url: &'d str,
    /// The path, and the URL without its query.
    pub parts_of_url: Vec<&'d str>,
    /// Other URLs that the sender may have signed.
    pub urls: Vec<UrlCandidate>,
    pub method: &'d str,
    /// The headers, renamed ones also under the name that the scheme reads.
    pub headers: &'d Headers<'d>,
    pub renamed: &'d RenamedHeaders<'d>,
    /// Any text before the body and any text after it, as `{url}` and `{method}`.
    pub frame: SignedContent,
}

impl<'d> ContentInputs<'d> {
    /// `substituted` is the delivery with its renamed headers.
    pub fn new(
        scheme: &'d Scheme,
        delivery: &'d Delivery<'_>,
        substituted: &'d Delivery<'_>,
        renamed: &'d RenamedHeaders<'d>,
    ) -> Self {
        let mut expected_timestamps = timestamps(scheme, &substituted.headers);
        expected_timestamps.truncate(MAX_CANDIDATES);
        expected_timestamps.retain(|text| is_timestamp(text));
        let ids = id_headers(&delivery.headers);
        // Where the scheme signs no URL, only those of a usual length are searched.
        let is_searched = |url: &&str| url.len() <= MAX_URL_CHARS || scheme.content.has_url();
        let url = delivery.url.filter(is_searched).unwrap_or_default();
        let path = url.find("://").and_then(|end| {
            let slash = url[end + 3..].find('/')?;
            Some(&url[end + 3 + slash..])
        });
        let without_query = split_once(url, '?').map(|(front, _)| front);
        let mut body_ids = Vec::new();
        let mut other_timestamps = timestamps_of_headers(&delivery.headers);
        if (scheme.has_timestamp() || !renamed.missing.is_empty())
            && let Ok(document) = Document::parse(delivery.body)
        {
            let members = |place: &mut Vec<(String, String)>, keys: &[&str]| {
                for key in keys {
                    let value = document.root().get(key);
                    let text = value.and_then(|value| match value.kind() {
                        Kind::String => Some(value.as_str()?.into_owned()),
                        _ => Some(into_owned_outlined(std::str::from_utf8(value.raw_bytes()).ok()?)),
                    });
                    if let Some(text) = text.filter(|text| is_plain_id(text)) {
                        place.push((format!("\"{key}\" of the body"), text));
                    }
                }
                place.truncate(MAX_CANDIDATES);
            };
            members(&mut body_ids, &ID_KEYS);
            let mut times = Vec::new();
            members(&mut times, &TIME_KEYS);
            other_timestamps.append(&mut times);
        }
        other_timestamps.retain(|(_, text)| !expected_timestamps.contains(text));
        other_timestamps.truncate(MAX_CANDIDATES);
        Self {
            expected_timestamps,
            is_timestamp_misplaced: has_misplaced_timestamp(scheme, &substituted.headers),
            other_timestamps,
            ids,
            body_ids,
            url,
            parts_of_url: path.into_iter().chain(without_query).filter(|part| !part.is_empty()).collect(),
            urls: url_candidates(delivery),
            method: delivery.method.filter(|method| !method.is_empty()).unwrap_or("POST"),
            headers: &substituted.headers,
            renamed,
            frame: SignedContent::framed(),
        }
    }
}

impl ContentInputs<'_> {
    pub fn expected_timestamps(&self) -> Vec<&str> {
        self.expected_timestamps.iter().map(String::as_str).collect()
    }
}

/// Returns the names of headers with ids. Ids of messages first: they are signed more often than the many ids of requests and
/// traces.
pub fn id_headers<'d>(headers: &'d Headers<'_>) -> Vec<&'d str> {
    let mut ids = Vec::new();
    for is_message_id in [true, false] {
        for (name, _) in headers.iter().filter(|(name, _)| is_id(name)) {
            if is_message_id == MESSAGE_ID_WORDS.iter().any(|word| contains_word(name, word)) {
                ids.push(name);
            }
        }
    }
    ids.truncate(MAX_CANDIDATES);
    ids
}

/// Returns the timestamps in headers and signatures that name them so.
fn timestamps_of_headers(headers: &Headers<'_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, value) in headers.iter().filter(|(name, _)| is_token(name) && name.len() <= 64) {
        let place = || ["the header ", name].concat();
        if contains_word(name, "timestamp") && (1..=40).contains(&value.len()) {
            all.push((place(), into_owned_outlined(value)));
        }
        if contains_word(name, "signature") {
            for item in value.split([',', ';', ' ']).take(16) {
                if let Some((_, text)) = split_once(item, '=')
                    && text.len() >= 9
                    && is_timestamp(text)
                {
                    all.push((place(), into_owned_outlined(text)));
                }
            }
        }
    }
    all.truncate(MAX_CANDIDATES);
    all
}

/// Returns whether a text can be a Unix timestamp, up to nanoseconds.
fn is_timestamp(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a value of the body can be an id or a time: no braces, which a template cannot contain.
fn is_plain_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(&byte))
}

/// Returns whether a header is named like an id.
fn is_id(name: &str) -> bool {
    let end = name.len().checked_sub(3).and_then(|start| name.get(start..));
    end.is_some_and(|end| eq_ignore_ascii_case(end, "-id") || eq_ignore_ascii_case(end, "_id"))
        && name.len() <= 64
        && is_token(name)
}
