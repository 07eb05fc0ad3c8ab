//! The sources of the idempotency key.

use super::members::texts;
use crate::blob::blob;
use crate::json::{Pointer, Value};

/// One source of an idempotency key.
#[derive(Debug)]
pub enum IdempotencySource {
    /// The value at a JSON Pointer.
    Pointer(Pointer),
    /// The SHA-256 of the text at a JSON Pointer.
    PointerDigest(Pointer),
    /// The value of a header.
    Header(String),
    /// A claim of the JSON Web Token that signs the delivery.
    Claim(String),
    /// The SHA-256 of the body.
    Digest,
    /// No key: every delivery is a separate event.
    None,
}

blob!(enum IdempotencySource { 0 => Pointer(pointer), 1 => Header(name), 2 => Digest, 3 => None, 4 => Claim(name),
    5 => PointerDigest(pointer) });

impl IdempotencySource {
    pub(super) fn pointer(&mut self) -> Option<&mut Pointer> {
        match self {
            IdempotencySource::Pointer(pointer) | IdempotencySource::PointerDigest(pointer) => Some(pointer),
            IdempotencySource::Header(_)
            | IdempotencySource::Claim(_)
            | IdempotencySource::Digest
            | IdempotencySource::None => None,
        }
    }
}

/// Parses the member `dedupe`; without one, the key is the digest of the body.
#[inline(never)]
pub(super) fn parse_sources(root: Value<'_>) -> Vec<IdempotencySource> {
    let sources: Vec<IdempotencySource> = texts(root, "dedupe")
        .iter()
        .map(|source| {
            if let Some(pointer) = source.strip_prefix("pointer:") {
                IdempotencySource::Pointer(pointer.into())
            } else if let Some(pointer) = source.strip_prefix("digest:") {
                IdempotencySource::PointerDigest(pointer.into())
            } else if let Some(header) = source.strip_prefix("header:") {
                IdempotencySource::Header(header.to_owned())
            } else if let Some(claim) = source.strip_prefix("claim:/") {
                IdempotencySource::Claim(claim.to_owned())
            } else if source == "none" {
                IdempotencySource::None
            } else {
                IdempotencySource::Digest
            }
        })
        .collect();
    if sources.is_empty() { vec![IdempotencySource::Digest] } else { sources }
}
