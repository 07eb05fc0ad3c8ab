//! The format of a header value that may hold a signature.

use super::diagnosis::{CandidateKind, SignatureCandidate};
use crate::signature::{Algorithm, Encoding, TimestampUnit};
use crate::webhook::explain::{is_json_web_token, split_candidates};

/// A format by which a header value holds a signature.
pub struct ReceivedFormat {
    /// As in definitions: `t={timestamp},v1={hex}`.
    pub template: String,
    /// The algorithm whose signatures have that length.
    pub algorithm: Algorithm,
    /// The unit of the timestamp in the format.
    pub timestamp_unit: Option<TimestampUnit>,
}

/// Returns the encoding and the algorithm of a complete signature.
pub fn digest_of(text: &str) -> Option<(Encoding, Algorithm)> {
    let of = |encoding: Encoding| {
        let len = encoding.decode_lenient(text)?.len();
        Some((encoding, Algorithm::of_len(len)?))
    };
    Encoding::ALL.into_iter().find_map(of)
}

/// Returns the formats that a value may have, one for each signature in it.
pub fn formats_in(value: &str) -> Vec<ReceivedFormat> {
    let mut all: Vec<ReceivedFormat> = Vec::new();
    for (_, text) in split_candidates(value) {
        let padded = text.trim_end_matches('=');
        let Some((encoding, algorithm)) = digest_of(text) else { continue };
        let Some(start) = value.find(padded) else { continue };
        let separator = if value.contains(';') { ';' } else { ',' };
        // `v1,AAAA= v1a,BBBB=`: the version is before a comma.
        let item_start = value[..start].rfind([separator, ' ']).map_or(0, |end| end + 1);
        let prefix = &value[item_start..start];
        let before = value[..item_start].trim_end_matches([' ', separator]);
        let version = before.rsplit(' ').next().unwrap_or_default();
        let is_pair = prefix.is_empty() && separator == ',' && is_version(version);
        let digest = ["{", encoding.name(), "}"].concat();
        let (template, timestamp_unit) = if is_pair {
            ([version, ",", &digest].concat(), None)
        } else {
            let item = [prefix, &digest].concat();
            match timestamp_item(value, separator) {
                Some((position, key, unit)) => {
                    let time = [key, "={timestamp}"].concat();
                    let [first, second] = if position < start { [time, item] } else { [item, time] };
                    ([first, separator.to_string(), second].concat(), Some(unit))
                }
                None => (item, None),
            }
        };
        if !all.iter().any(|other| other.template == template) {
            all.push(ReceivedFormat { template, algorithm, timestamp_unit });
        }
    }
    all
}

/// Whether a text is a version of signatures: `v1`.
fn is_version(text: &str) -> bool {
    text.len() <= 4
        && text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Returns position, name and unit of the timestamp among the items of a value.
fn timestamp_item(value: &str, separator: char) -> Option<(usize, &str, TimestampUnit)> {
    value.split(separator).find_map(|item| {
        let (key, text) = item.trim().split_once('=')?;
        let position = value.find(item)?;
        Some((position, key, timestamp_unit(text)?))
    })
}

/// Returns the unit of a text that is a time by its length or its form.
pub fn timestamp_unit(text: &str) -> Option<TimestampUnit> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        10 if is_number => Some(TimestampUnit::Seconds),
        13 if is_number => Some(TimestampUnit::Milliseconds),
        16 if is_number => Some(TimestampUnit::Microseconds),
        19 if is_number => Some(TimestampUnit::Nanoseconds),
        _ => TimestampUnit::Rfc3339.parse(text).map(|_| TimestampUnit::Rfc3339),
    }
}

/// Returns the name of an HMAC, with its article.
fn article_name(algorithm: Algorithm) -> String {
    ["an ", hmac_name(algorithm)].concat()
}

/// Returns the name of the HMAC by an algorithm.
pub fn hmac_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha1 => "HMAC-SHA-1",
        Algorithm::Sha512 => "HMAC-SHA-512",
        _ => "HMAC-SHA-256",
    }
}

/// Says what a header has that may be a signature.
pub fn kind_of(name: &str, value: &str) -> SignatureCandidate {
    let header = name.to_owned();
    if is_json_web_token(value) {
        let message = [name, " has a JSON Web Token."].concat();
        return SignatureCandidate { header, kind: CandidateKind::Jwt, message };
    }
    let found = split_candidates(value).into_iter().find_map(|(_, text)| Some((text, digest_of(text)?)));
    let Some((text, (encoding, algorithm))) = found else {
        let message = [name, " is named like a signature, and has none of the usual lengths."].concat();
        return SignatureCandidate { header, kind: CandidateKind::Other, message };
    };
    let characters = match encoding {
        Encoding::Hex => "hex digits",
        Encoding::Base64 => "characters of base64",
        Encoding::Base64Url => "characters of base64url",
    };
    let mut message =
        format!("{name} has {} {characters}, the length of {}", text.len(), article_name(algorithm));
    if algorithm == Algorithm::Sha512 {
        message.push_str(" or of an Ed25519 signature");
    }
    message.push('.');
    SignatureCandidate { header, kind: CandidateKind::Hmac, message }
}
