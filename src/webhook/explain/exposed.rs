//! Secrets that a delivery carries itself: as a token in place of a signature, or as a leak.

use super::candidates::{find_signature_like_headers, is_sane};
use super::cause::Cause;
use super::causes;
use super::encodings::from_percent;
use super::shared::secret_label;
use crate::delivery::{Delivery, Headers};
use crate::signature::hmac::constant_time_eq;
use crate::signature::{Encoding, Keys, Scheme, SecretFormat};
use crate::text::{into_owned_outlined, split_once};
use zeroize::Zeroizing;

/// A secret in a delivery.
pub struct ExposedSecret<'d> {
    /// Name of the header; `None`: the URL.
    pub header: Option<&'d str>,
    /// Index of the secret.
    pub secret: usize,
}

/// A shorter text can be part of a delivery by chance.
const MIN_SECRET_BYTES: usize = 8;
/// Longer than a secret and all that surrounds it.
const MAX_TEXT_CHARS: usize = 2048;
/// Headers and parts of a URL that are searched.
const MAX_TEXTS: usize = 128;

/// Returns every header with a secret, and the URL if it has one.
pub fn exposed_secrets<'d>(
    keys: &Keys,
    format: &SecretFormat,
    delivery: &'d Delivery<'_>,
) -> Vec<ExposedSecret<'d>> {
    let mut all: Vec<ExposedSecret<'d>> = Vec::new();
    let mut search = |header: Option<&'d str>, text: &str| {
        if let Some(secret) = secret_in(keys, format, text)
            && !all.iter().any(|other| other.header == header && other.secret == secret)
        {
            all.push(ExposedSecret { header, secret });
        }
    };
    for (name, value) in delivery.headers.iter().filter(|(name, value)| is_sane(name, value)).take(MAX_TEXTS)
    {
        search(Some(name), value);
        // `Bearer`, `Basic` and the like.
        if let Some((_, token)) = split_once(value, ' ') {
            search(Some(name), token);
        }
        if let Some((_, token)) = split_once(value, '=') {
            search(Some(name), token);
        }
    }
    for part in delivery.url.unwrap_or_default().split(['/', '?', '&', '#', '@']).take(MAX_TEXTS) {
        search(None, part);
        if let Some((_, value)) = split_once(part, '=').or_else(|| split_once(part, ':')) {
            search(None, value);
        }
    }
    all
}

/// Returns the secret that a text is, as it is, percent-encoded, or as base64 with or without a user name.
///
/// SECURITY: compares with every secret in constant time.
#[inline(never)]
fn secret_in(keys: &Keys, format: &SecretFormat, text: &str) -> Option<usize> {
    if !(MIN_SECRET_BYTES..=MAX_TEXT_CHARS).contains(&text.len()) {
        return None;
    }
    let mut texts = vec![Zeroizing::new(text.trim().as_bytes().to_vec())];
    texts.extend(from_percent(text.as_bytes(), true).map(Zeroizing::new));
    if let Some(decoded) = Encoding::Base64.decode_lenient(text).map(Zeroizing::new) {
        if let Some(end) = decoded.iter().position(|byte| *byte == b':') {
            let (user, password) = (&decoded[..end], &decoded[end + 1..]);
            texts.extend([user, password].map(|part| Zeroizing::new(part.to_vec())));
        }
        texts.push(decoded);
    }
    let mut found = None;
    for (secret, (_, source_text)) in keys.secrets().enumerate() {
        let source_text = source_text.trim_ascii();
        let prefix = format.prefix.as_deref().unwrap_or_default();
        let bare = source_text.strip_prefix(prefix.as_bytes()).unwrap_or(source_text);
        for form in [source_text, bare].into_iter().filter(|form| form.len() >= MIN_SECRET_BYTES) {
            let is_equal = texts.iter().fold(false, |equal, text| equal | constant_time_eq(text, form));
            found = found.or(is_equal.then_some(secret));
        }
    }
    found
}

/// Returns the observations on secrets in a delivery. A delivery without a signature sends the secret as a token.
pub fn exposed_causes(
    keys: &Keys,
    scheme: &Scheme,
    headers: &Headers<'_>,
    all: &[ExposedSecret<'_>],
) -> Vec<Cause> {
    let is_of_secret = |name: &str| all.iter().any(|exposed| exposed.header == Some(name));
    let is_signed = find_signature_like_headers(headers)
        .iter()
        .map(|(name, _)| *name)
        .chain(headers.get(scheme.header()).map(|_| scheme.header()))
        .any(|name| !is_of_secret(name));
    let cause = if is_signed { &causes::SECRET_LEAKED } else { &causes::SECRET_AS_TOKEN };
    let render = |ExposedSecret { header, secret }: &ExposedSecret<'_>| {
        let place = match header {
            Some(name) => ["The header ", name].concat(),
            None => into_owned_outlined("The URL"),
        };
        cause.render(&[("place", &place), ("secret", &secret_label(keys, *secret))])
    };
    all.iter().map(render).collect()
}
