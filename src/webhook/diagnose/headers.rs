//! The headers of a delivery that may hold a signature or a token.

use super::diagnosis::{CandidateKind, SignatureCandidate};
use super::formats::digest_of;
use crate::delivery::Headers;
use crate::signature::hmac::constant_time_eq;
use crate::webhook::SecretText;
use crate::webhook::explain::{contains_word, find_signature_like_headers, is_sane};

/// The most headers that are named.
const MAX_HEADERS: usize = 8;
/// A shorter value is often a number of its own: 20 bytes are the id of a commit or of a trace.
const MIN_UNNAMED_BYTES: usize = 32;
/// Words in the names of headers with signatures.
const WORDS: [&str; 6] = ["sig", "sign", "hash", "mac", "digest", "checksum"];
/// Headers whose digests need no secret, and headers of sessions and caches.
const OTHERS: [&str; 9] = [
    "digest",
    "content-digest",
    "repr-digest",
    "content-md5",
    "x-amz-content-sha256",
    "etag",
    "if-none-match",
    "cookie",
    "traceparent",
];

/// Returns the headers that may hold a signature: by their names, by a label such as `sha256=`, or since the value is a whole
/// signature and nothing else.
pub fn find_signatures<'d>(headers: &'d Headers<'_>) -> Vec<(&'d str, &'d str)> {
    let mut all = find_signature_like_headers(headers);
    for (name, value) in headers.iter() {
        let is_known = all.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        if !is_known && all.len() < MAX_HEADERS && is_sane(name, value) && is_bare_signature(name, value) {
            all.push((name, value));
        }
    }
    all
}

fn is_bare_signature(name: &str, value: &str) -> bool {
    let is_other = OTHERS.iter().any(|other| name.eq_ignore_ascii_case(other));
    let is_named = WORDS.iter().any(|word| contains_word(name, word));
    let has_length = |len: usize| len >= MIN_UNNAMED_BYTES || is_named;
    !is_other && digest_of(value).is_some_and(|(_, algorithm)| has_length(algorithm.digest_len()))
}

/// Returns the headers whose value is one of the secrets, or a secret after `Bearer`. SECURITY: compares in constant time.
pub fn find_tokens(headers: &Headers<'_>, secrets: &[SecretText]) -> Vec<SignatureCandidate> {
    let is_secret = |value: &str| {
        secrets
            .iter()
            .any(|secret| !secret.is_empty() && constant_time_eq(secret.as_bytes(), value.as_bytes()))
    };
    let token_of = |value| strip_scheme(value).unwrap_or(value);
    headers
        .iter()
        .filter(|(name, value)| is_sane(name, value) && (is_secret(value) || is_secret(token_of(value))))
        .take(MAX_HEADERS)
        .map(|(name, _)| SignatureCandidate {
            header: name.to_owned(),
            kind: CandidateKind::Token,
            message: [name, " has the secret itself: a token, which signs nothing."].concat(),
        })
        .collect()
}

/// Returns the credentials after an authentication scheme (RFC 9110, section 11.4).
fn strip_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    ["bearer", "token"].iter().any(|name| scheme.eq_ignore_ascii_case(name)).then(|| rest.trim_start())
}
