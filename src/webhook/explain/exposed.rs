//! Secrets that a delivery carries itself: as a token in place of a signature, or as a leak.

use super::candidates::{find_signature_like_headers, is_sane};
use super::cause::Cause;
use super::causes;
use super::encodings::from_percent;
use super::shared::secret_label;
use crate::delivery::{Delivery, Headers};
use crate::json::Document;
use crate::signature::hmac::constant_time_eq;
use crate::signature::{Encoding, Keys, Scheme, SecretFormat};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};
use zeroize::Zeroizing;

/// A secret in a delivery.
pub struct ExposedSecret<'d> {
    place: Place<'d>,
    /// Index of the secret.
    pub secret: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place<'d> {
    Header(&'d str),
    Url,
    Body,
}

impl ExposedSecret<'_> {
    /// Whether the secret is the value of the header of this name.
    pub fn is_in_header(&self, name: &str) -> bool {
        matches!(self.place, Place::Header(header) if eq_ignore_ascii_case(header, name))
    }
}

/// A shorter text can be part of a delivery by chance.
const MIN_SECRET_BYTES: usize = 8;
/// Longer than a secret and all that surrounds it.
const MAX_TEXT_CHARS: usize = 2048;
/// Headers, parts of a URL and members of a payload that are searched.
const MAX_TEXTS: usize = 128;

/// Returns every header with a secret, and URL and body if they have one.
pub fn exposed_secrets<'d>(
    keys: &Keys,
    format: &SecretFormat,
    delivery: &'d Delivery<'_>,
) -> Vec<ExposedSecret<'d>> {
    let mut all: Vec<ExposedSecret<'d>> = Vec::new();
    let mut search = |place: Place<'d>, text: &str| {
        if let Some(secret) = secret_in(keys, format, text)
            && !all.iter().any(|other| other.place == place && other.secret == secret)
        {
            all.push(ExposedSecret { place, secret });
        }
    };
    for (name, value) in delivery.headers.iter().filter(|(name, value)| is_sane(name, value)).take(MAX_TEXTS)
    {
        search(Place::Header(name), value);
        // `Bearer`, `Basic` and the like.
        if let Some((_, token)) = split_once(value, ' ') {
            search(Place::Header(name), token);
        }
        if let Some((_, token)) = split_once(value, '=') {
            search(Place::Header(name), token);
        }
    }
    for part in delivery.url.unwrap_or_default().split(['/', '?', '&', '#', '@']).take(MAX_TEXTS) {
        search(Place::Url, part);
        if let Some((_, value)) = split_once(part, '=').or_else(|| split_once(part, ':')) {
            search(Place::Url, value);
        }
    }
    if let Ok(document) = Document::parse(delivery.body) {
        for (_, value) in document.root().members().take(MAX_TEXTS) {
            if let Some(text) = value.as_str() {
                search(Place::Body, &text);
            }
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
    let is_of_secret = |name: &str| all.iter().any(|exposed| exposed.is_in_header(name));
    let is_signed = find_signature_like_headers(headers)
        .iter()
        .map(|(name, _)| *name)
        .chain(headers.get(scheme.header()).map(|_| scheme.header()))
        .any(|name| !is_of_secret(name));
    let cause = if is_signed { &causes::SECRET_LEAKED } else { &causes::SECRET_AS_TOKEN };
    let render = |ExposedSecret { place, secret }: &ExposedSecret<'_>| {
        let place = match place {
            Place::Header(name) => ["The header ", name].concat(),
            Place::Url => into_owned_outlined("The URL"),
            Place::Body => into_owned_outlined("The body"),
        };
        cause.render(&[("place", &place), ("secret", &secret_label(keys, *secret))])
    };
    all.iter().map(render).collect()
}
