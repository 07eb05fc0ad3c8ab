//! `verify`: an accepted delivery, or the reason for its rejection.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::evaluate::{Evaluation, EvaluationMode, digest};
use super::{Error, Timestamp, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::issue::Issue;
use crate::json::{Document, Value, sort_by};
use crate::provider::{FieldSource, IdempotencySource, Uncovered};
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
    /// Not signed: the receiver allows unsigned deliveries, so the sender is not authenticated.
    Unsigned,
}

/// The part of a delivery that a verified signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CoveredPart {
    /// The whole body.
    Body,
}

/// An accepted delivery: the result of [`verify`](Webhook::verify).
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
    /// Warnings and infos: an error rejects the delivery.
    pub issues: Vec<Issue>,
    document: Document<'b>,
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

/// An accepted delivery that borrows its texts: the result of [`verify_fast`](Webhook::verify_fast), and the source of
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
    /// Index of the event in [`Provider::events`](crate::provider::Provider::events); `None` for an unknown event type.
    pub event: Option<usize>,
    /// Index of the revision in the event's list.
    pub revision: Option<usize>,
    /// The signature.
    pub signature: SignatureInfo,
    /// Whether the body is ASCII, so that every byte is a character.
    pub ascii: bool,
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

impl Webhook {
    /// Checks the signature, the JSON, the envelope, the contract and the rules of a delivery.
    ///
    /// # Errors
    /// The reason for the rejection, with all issues.
    pub fn verify<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'b>, Error> {
        self.verify_with(delivery, now, &self.limits)
    }

    /// The same, with other limits than the webhook's own.
    ///
    /// # Errors
    /// The reason for the rejection, with all issues.
    pub fn verify_with<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp>,
        limits: &VerifyOptions,
    ) -> Result<Verified<'b>, Error> {
        match self.evaluate(delivery, now.into(), limits, EvaluationMode::UntilRejected) {
            Evaluation::Accepted { accepted, mut findings } => Ok(Verified {
                event_type: accepted.event_type.into_owned(),
                unknown: accepted.event.is_none(),
                id: accepted.id,
                webhook_id: accepted.webhook_id.map(str::to_owned),
                delivery_id: accepted.delivery_id.map(str::to_owned),
                created_at: accepted.created_at.map(Cow::into_owned),
                revision: findings.revision_name(self).map(str::to_owned),
                signature: accepted.signature,
                issues: findings.take_issues(Some(&accepted.document)),
                document: accepted.document,
            }),
            Evaluation::Rejected { code, document, mut findings } => {
                let mut error = findings.error(code, document.as_ref());
                error.issues = findings.take_issues(document.as_ref());
                Err(error)
            }
        }
    }

    /// The same verdict in less time: an accepted delivery comes without warnings, and the error of a rejected one has a
    /// code, a status and a message, but no issues. [`verify_with`](Self::verify_with) collects them.
    ///
    /// # Errors
    /// The reason for the rejection, without issues.
    pub fn verify_fast<'b, 'd>(
        &'d self,
        delivery: &'d Delivery<'b>,
        now: impl Into<Timestamp>,
        limits: &VerifyOptions,
    ) -> Result<AcceptedDelivery<'b, 'd>, Error> {
        match self.evaluate(delivery, now.into(), limits, EvaluationMode::FailFast) {
            Evaluation::Accepted { accepted, .. } => Ok(accepted),
            Evaluation::Rejected { code, document, findings } => Err(findings.error(code, document.as_ref())),
        }
    }

    /// The headers that verifying reads, in lower case.
    #[must_use]
    pub fn required_headers(&self) -> Vec<String> {
        let provider = &self.provider;
        let event_type = match &provider.envelope.event_type {
            FieldSource::Header(name) => Some(name),
            FieldSource::Pointer(_) => None,
        };
        let dedupe = provider.dedupe.iter().filter_map(|source| match source {
            IdempotencySource::Header(name) => Some(name.as_str()),
            IdempotencySource::Pointer(_) | IdempotencySource::Digest | IdempotencySource::None => None,
        });
        let scheme = provider.scheme.iter().flat_map(crate::signature::Scheme::headers);
        let mut names: Vec<String> = ["content-type"]
            .into_iter()
            .chain([&provider.webhook_id, &provider.delivery_id].into_iter().flatten().map(String::as_str))
            .chain(event_type.map(String::as_str))
            .chain(dedupe)
            .chain(scheme)
            .map(str::to_ascii_lowercase)
            .collect();
        sort_by(&mut names, Ord::cmp);
        names.dedup();
        names
    }
}
