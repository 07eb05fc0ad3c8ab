//! The ids and the time of a delivery, and its idempotency key.

use std::borrow::Cow;

use super::Evaluator;
use crate::delivery::{Delivery, is_plain_header};
use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::{Document, Kind, Value};
use crate::provider::{IdempotencySource, Uncovered, is_id_or_type};
use crate::text::is_plain;
use crate::webhook::Webhook;
use crate::webhook::digest::digest;

/// The ids and the time of an accepted delivery.
pub(super) struct Identity<'b, 'd> {
    /// The idempotency key. PERF: `None` for the digest of the body, which a rejected delivery does not need.
    id: Option<String>,
    /// What of event type and idempotency key the signature does not cover.
    pub uncovered: Uncovered,
    pub webhook_id: Option<&'d str>,
    pub delivery_id: Option<&'d str>,
    pub created_at: Option<Cow<'b, str>>,
}

impl Identity<'_, '_> {
    /// Takes the idempotency key of a delivery with this body.
    pub fn take_id(&mut self, event_type: &str, body: &[u8]) -> String {
        self.id.take().unwrap_or_else(|| with_event_type(event_type, &digest(body)))
    }
}

impl<'b, 'd> Evaluator<'b, 'd, '_> {
    /// Finds the ids and the time, and rejects those with characters that forge log lines. SECURITY: after such a text,
    /// the search for the key does not go on: otherwise the sender of a header could select the source of the key.
    ///
    /// With the event type comes the index of its source. Without an event type there is no key, and the delivery was
    /// rejected for that.
    pub(super) fn check_identity(
        &mut self,
        document: &Document<'b>,
        event_type: Result<(&str, usize), Code>,
    ) -> Result<Identity<'b, 'd>, Code> {
        let (provider, headers) = (&self.webhook.provider, &self.delivery.headers);
        let root = document.root();
        let scheme = self.findings.scheme;
        let header = |name: &'d Option<String>| headers.get(provider.header_name(scheme, name.as_deref()?));
        let (webhook_id, delivery_id) = (header(&provider.webhook_id), header(&provider.delivery_id));
        for (label, name, value) in [
            ("subscription's id", &provider.webhook_id, webhook_id),
            ("delivery's id", &provider.delivery_id, delivery_id),
        ] {
            if let (Some(name), Some(value)) = (name, value)
                && !is_plain_header(value)
            {
                self.reject(hidden_character(label, name, Location::Request));
            }
        }
        let key = find_key(self.webhook, self.delivery, root).map_err(|hidden| {
            let delivery_id = provider.delivery_id.as_deref().map(|name| provider.header_name(scheme, name));
            if hidden.location == Location::Request && delivery_id == Some(hidden.source) {
                // Reported above as the delivery's id.
                return *self.code.get_or_insert(Code::ENVELOPE_INVALID);
            }
            self.reject(hidden_character("idempotency key", hidden.source, hidden.location))
        });
        let created_at = provider.envelope.created_at.as_ref().and_then(|pointer| {
            let value = root.resolve(pointer)?;
            let text = document.text(value.index())?;
            if !is_plain(&text) {
                self.reject(hidden_character("time", pointer, value.location()));
            }
            Some(text)
        });
        let ((event_type, type_source), (key, source)) = (event_type?, key?);
        let scheme = provider.schemes.get(self.findings.scheme);
        let has_type = scheme.is_none_or(|scheme| scheme.coverage.has_type_in_key(source));
        let id = key.map(|key| with_event_type(if has_type { event_type } else { "" }, &key));
        let uncovered =
            scheme.map(|scheme| scheme.coverage.uncovered(type_source, source)).unwrap_or_default();
        Ok(Identity { id, uncovered, webhook_id, delivery_id, created_at })
    }
}

/// The issue of an id or a time with a character that nothing shows.
#[cold]
pub(super) fn hidden_character(label: &str, source: &str, location: Location) -> PendingIssue {
    let message = format!("The {label} contains a control or bidirectional formatting character: {source}.");
    PendingIssue::new(Code::ENVELOPE_INVALID, Severity::Error, location, message)
        .hint("No sender writes such an id. Keep the delivery out of logs that are read as text.")
}

/// Finds the idempotency key of a delivery by the provider's rule, prefixed by the event type where that is signed; empty where the provider
/// has none. With it comes the index of its source in [`Provider::dedupe`](crate::provider::Provider::dedupe). `None`
/// where the key has characters that forge log lines.
pub(crate) fn idempotency_key(
    webhook: &Webhook,
    delivery: &Delivery<'_>,
    root: Value<'_>,
    event_type: &str,
) -> Option<(String, usize)> {
    let (key, source) = find_key(webhook, delivery, root).ok()?;
    let key = key.unwrap_or_else(|| digest(delivery.body).into());
    let scheme = webhook.provider.schemes.get(deciding_scheme(webhook, delivery));
    let has_type = scheme.is_none_or(|scheme| scheme.coverage.has_type_in_key(source));
    let event_type = if has_type { event_type } else { "" };
    Some((with_event_type(event_type, &key), source))
}

fn with_event_type(event_type: &str, key: &str) -> String {
    match (event_type, key) {
        (_, "") | ("", _) => key.to_owned(),
        _ => [event_type, ":", key].concat(),
    }
}

/// A key with characters that forge log lines.
pub(crate) struct HiddenKey<'d> {
    /// The header or the pointer that it comes from.
    pub source: &'d str,
    pub location: Location,
}

/// Finds the key alone, and the index of its source. PERF: `None` for the digest of the body, which a rejected delivery does
/// not need.
fn find_key<'d>(
    webhook: &'d Webhook,
    delivery: &'d Delivery<'_>,
    root: Value<'d>,
) -> Result<(Option<Cow<'d, str>>, usize), HiddenKey<'d>> {
    let sources = &webhook.provider.dedupe;
    let scheme = deciding_scheme(webhook, delivery);
    for (index, source) in sources.iter().enumerate() {
        match source {
            IdempotencySource::Pointer(pointer) => {
                let Some(value) = root.resolve(pointer) else { continue };
                match key_text(value) {
                    Some(key) if is_plain(&key) => return Ok((Some(key), index)),
                    Some(_) => return Err(HiddenKey { source: pointer, location: value.location() }),
                    None => {}
                }
            }
            IdempotencySource::PointerDigest(pointer) => {
                if let Some(key) = root.resolve(pointer).and_then(digest_of) {
                    return Ok((Some(key.into()), index));
                }
            }
            IdempotencySource::Header(name) => {
                let name = webhook.provider.header_name(scheme, name);
                match header_key(delivery, name) {
                    Some(key) if is_plain_header(key) => return Ok((Some(Cow::Borrowed(key)), index)),
                    Some(_) => return Err(HiddenKey { source: name, location: Location::Request }),
                    None => {}
                }
            }
            IdempotencySource::Claim(name) => match claim_key(webhook, delivery, name) {
                Some(key) if is_plain(&key) => return Ok((Some(Cow::Owned(key)), index)),
                Some(_) => return Err(HiddenKey { source: name, location: Location::Request }),
                None => {}
            },
            IdempotencySource::Digest => return Ok((None, index)),
            IdempotencySource::None => return Ok((Some(Cow::Borrowed("")), index)),
        }
    }
    Ok((None, sources.len()))
}

/// The value that the idempotency key comes from, if its source is a header or a claim. Two deliveries with equal bodies can differ
/// in it.
pub(crate) fn idempotency_header<'d>(
    webhook: &'d Webhook,
    delivery: &'d Delivery<'_>,
    root: Value<'_>,
) -> Option<Cow<'d, str>> {
    let scheme = deciding_scheme(webhook, delivery);
    webhook.provider.dedupe.iter().find_map(|source| match source {
        IdempotencySource::Pointer(pointer) => root.resolve(pointer).and_then(key_text).map(|_| None),
        IdempotencySource::PointerDigest(pointer) => root.resolve(pointer).and_then(digest_of).map(|_| None),
        IdempotencySource::Header(name) => {
            let key = header_key(delivery, webhook.provider.header_name(scheme, name))?;
            Some(Some(Cow::Borrowed(key)))
        }
        IdempotencySource::Claim(name) => {
            claim_key(webhook, delivery, name).map(|claim| Some(Cow::Owned(claim)))
        }
        IdempotencySource::Digest | IdempotencySource::None => Some(None),
    })?
}

/// The index of the scheme that decides on a delivery. SECURITY: ids are read in the family of headers whose signature
/// decides, so that a foreign id next to a signed one changes nothing.
fn deciding_scheme(webhook: &Webhook, delivery: &Delivery<'_>) -> usize {
    webhook.select(delivery).map_or(0, |active| active.index)
}

/// The claim of the token in a delivery. SECURITY: it is no key before the token is verified, as no key is.
fn claim_key(webhook: &Webhook, delivery: &Delivery<'_>, name: &str) -> Option<String> {
    let claim = webhook.select(delivery)?.scheme.claim(&delivery.headers, name);
    claim.filter(|text| is_usable_key(text))
}

fn header_key<'d>(delivery: &'d Delivery<'_>, name: &'d str) -> Option<&'d str> {
    delivery.headers.get(name).filter(|text| is_id_or_type(text))
}

/// The text of a key: a string, or a number as the body writes it.
pub(crate) fn key_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.as_str() {
        Some(text) => is_usable_key(&text).then_some(text),
        None if value.as_decimal().is_some() => {
            let text = String::from_utf8_lossy(value.raw_bytes());
            is_usable_key(&text).then_some(text)
        }
        None => None,
    }
}

/// The digest of a text, or of another value as the body writes it. Halves of surrogate pairs all decode to one text, which
/// has no digest.
#[cold]
fn digest_of(value: Value<'_>) -> Option<String> {
    match value.as_str() {
        Some(text) => (!text.contains('\u{fffd}')).then(|| digest(text.as_bytes())),
        None => (value.kind() != Kind::Null).then(|| digest(value.raw_bytes())),
    }
}

/// Whether a text can be a key of its own: its length is limited, because the sender chooses it. Halves of surrogate
/// pairs are excluded, because all of them decode to U+FFFD.
fn is_usable_key(text: &str) -> bool {
    // PERF: most ids are ASCII, and a search for U+FFFD costs more than `is_ascii`.
    is_id_or_type(text) && (text.is_ascii() || !text.contains('\u{fffd}'))
}
