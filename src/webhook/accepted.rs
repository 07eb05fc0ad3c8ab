//! An accepted delivery: what `evaluate` found, and what `verify` returns.

use std::borrow::Cow;
use std::fmt;

use super::digest::digest;
use super::item::Item;
use crate::issue::Issue;
use crate::json::{Document, Value};
use crate::provider::{CoveredPart, Uncovered};
use crate::signature::Algorithm;

/// The signature of an accepted delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureInfo {
    /// Signed with one of the secrets.
    Verified {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// Index of the secret in the options.
        secret: usize,
        /// The part of the delivery that the signature covers.
        covers: CoveredPart,
        /// Whether event type and idempotency key are outside of the signed content.
        uncovered: Uncovered,
    },
    /// The sender sent one of the secrets as a token, or a signature over nothing of the event. SECURITY: nothing of the delivery is signed: an attacker who has seen one
    /// delivery can send any other.
    Token {
        /// Index of the secret in the options.
        secret: usize,
    },
    /// Not signed: the receiver allows unsigned deliveries, so the sender is not authenticated.
    Unsigned,
}

/// An accepted delivery: the result of [`verify`](crate::webhook::Webhook::verify).
///
/// The members are those of `Verified` in TypeScript, in snake case. The differences: `event_type` is `type` there, since
/// that is a keyword here; [`event`](Self::event) and [`digest`](Self::digest) are methods, since both take time, as the
/// lazy properties there do; and [`body`](Self::body) hands the bytes to a JSON library of your choice.
///
/// `Debug` leaves out the values of the payload.
pub struct Verified<'b> {
    /// The event type.
    pub event_type: String,
    /// Whether the provider's definition does not name this event type: nothing validated the payload.
    pub unknown: bool,
    /// The idempotency key by the provider's rule, prefixed by the event type; empty where the provider has none.
    pub id: String,
    /// The id of the subscription, if the provider sends one. No signature covers it.
    pub webhook_id: Option<String>,
    /// The id of the delivery, if the provider sends one. No signature covers it.
    pub delivery_id: Option<String>,
    /// The time of the event, as the payload writes it.
    pub created_at: Option<String>,
    /// The revision of the contract that the payload follows, if there are several.
    pub revision: Option<String>,
    /// The signature.
    pub signature: SignatureInfo,
    /// The name of the scheme of the signature, for a provider with several.
    pub scheme: Option<String>,
    /// The events of the delivery, for a provider that sends several at once.
    pub items: Option<Vec<Item>>,
    /// Warnings and infos: an error rejects the delivery.
    pub issues: Vec<Issue>,
    pub(super) document: Document<'b>,
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("event_type", &self.event_type)
            .field("unknown", &self.unknown)
            .field("revision", &self.revision)
            .field("signature", &self.signature)
            .field("issues", &self.issues)
            .field("document", &self.document)
            .finish_non_exhaustive()
    }
}

impl<'b> Verified<'b> {
    /// The payload.
    #[must_use]
    pub fn event(&self) -> Value<'_> {
        self.document.root()
    }

    /// The raw body.
    #[must_use]
    pub fn body(&self) -> &'b [u8] {
        self.document.bytes()
    }

    /// The SHA-256 of the raw body in hex: equal for every retry of an immutable payload.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self.document.bytes())
    }
}

/// An accepted delivery that borrows its texts: the result of [`verify_fast`](crate::webhook::Webhook::verify_fast), and the source of
/// [`Verified`]. `Debug` leaves out the values of the payload.
pub struct AcceptedDelivery<'b, 'd> {
    /// The event type.
    pub event_type: Cow<'d, str>,
    /// The idempotency key by the provider's rule, prefixed by the event type; empty where the provider has none.
    pub id: String,
    /// The id of the subscription, if the provider sends one. No signature covers it.
    pub webhook_id: Option<&'d str>,
    /// The id of the delivery, if the provider sends one. No signature covers it.
    pub delivery_id: Option<&'d str>,
    /// The time of the event, as the payload writes it.
    pub created_at: Option<Cow<'b, str>>,
    /// Index of the event in [`Provider::events`](crate::provider::Provider::events); `None` for an unknown event type,
    /// and for a delivery with several events.
    pub event: Option<usize>,
    /// Index of the revision in the event's list.
    pub revision: Option<usize>,
    /// The signature.
    pub signature: SignatureInfo,
    /// Index of the scheme that decided in [`Provider::schemes`](crate::provider::Provider::schemes).
    pub scheme: usize,
    /// Whether the body is ASCII, so that every byte is a character.
    pub is_ascii: bool,
    pub(crate) document: Document<'b>,
}

impl fmt::Debug for AcceptedDelivery<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptedDelivery")
            .field("event_type", &self.event_type)
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}
