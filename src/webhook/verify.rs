//! `verify`: a delivery that can be trusted, or the reason why not.

use std::borrow::Cow;
use std::fmt;

use super::evaluate::{EvaluationMode, digest, idempotency_key};
use super::{Error, Evaluation, SignatureResult, Timestamp, VerifyOptions, Webhook};
use crate::delivery::{Delivery, is_plain_header};
use crate::issue::{Code, Issue};
use crate::json::{Document, Value, sort_by};
use crate::provider::{FieldSource, IdempotencySource, Uncovered};
use crate::signature::{Algorithm, Outcome};
use crate::text::is_plain;

/// Who vouches for a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureInfo {
    /// Signed with one of the secrets.
    Verified {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// Which secret, by its place in the options.
        secret: usize,
        /// What of the event type and the idempotency key is outside of what is signed. The body never is.
        uncovered: Uncovered,
    },
    /// Nobody: the receiver allows unsigned deliveries.
    Unsigned,
}

/// A delivery that was accepted. `Debug` leaves out what are values of the payload.
pub struct Verified<'b> {
    /// The event type.
    pub event_type: String,
    /// The idempotency key by the provider's rule, prefixed by the event type; empty where the provider has none.
    pub id: String,
    /// The id of the subscription, where the provider sends one. No signature covers it.
    pub webhook_id: Option<String>,
    /// The id of the delivery, where the provider sends one. No signature covers it.
    pub delivery_id: Option<String>,
    /// When the event was made, as the payload says it.
    pub created_at: Option<String>,
    /// The revision of the contract the payload follows, where there are several.
    pub revision: Option<String>,
    /// Who vouches for it.
    pub signature: SignatureInfo,
    /// Warnings and infos: an error never gets here.
    pub issues: Vec<Issue>,
    document: Document<'b>,
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("event_type", &self.event_type)
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

    /// The raw body: hand it to a JSON library of your choice.
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

impl Webhook {
    /// Checks signature, JSON, envelope and contract of a delivery.
    ///
    /// # Errors
    /// The reason why it is rejected, with all its issues.
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
    /// The reason why it is rejected, with all its issues.
    pub fn verify_with<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp>,
        limits: &VerifyOptions,
    ) -> Result<Verified<'b>, Error> {
        let mut judgement = self.evaluate(delivery, now.into(), limits, EvaluationMode::UntilRejected);
        if judgement.rejection.is_some() {
            let mut error = judgement.error();
            error.issues = judgement.issues();
            return Err(error);
        }
        let issues = judgement.issues();
        let revision = judgement.revision_name(self).map(str::to_owned);
        let Some(accepted) = self.accepted(delivery, judgement) else {
            return Err(Error::rejected(Code::SIGNATURE_MISSING, issues));
        };
        Ok(Verified {
            event_type: accepted.event_type.into_owned(),
            id: accepted.id,
            webhook_id: accepted.webhook_id.map(str::to_owned),
            delivery_id: accepted.delivery_id.map(str::to_owned),
            created_at: accepted.created_at.map(Cow::into_owned),
            revision,
            signature: accepted.signature,
            issues,
            document: accepted.document,
        })
    }

    /// The same verdict with nothing but what has to be known: of an accepted delivery no warnings are looked for, and
    /// the error of a rejected one has code, status and message, but no issues. [`verify_with`](Self::verify_with) has
    /// them.
    ///
    /// # Errors
    /// The reason why it is rejected, without issues.
    pub fn verify_fast<'b, 'd>(
        &'d self,
        delivery: &'d Delivery<'b>,
        now: impl Into<Timestamp>,
        limits: &VerifyOptions,
    ) -> Result<AcceptedDelivery<'b, 'd>, Error> {
        let now = now.into();
        let evaluation = self.evaluate(delivery, now, limits, EvaluationMode::FailFast);
        if evaluation.rejection.is_some() {
            return Err(evaluation.error());
        }
        // What identifies an accepted delivery is read here, and not before: a text that cannot be shown rejects it.
        self.accepted(delivery, evaluation)
            .ok_or_else(|| self.evaluate(delivery, now, limits, EvaluationMode::UntilRejected).error())
    }

    fn accepted<'b, 'd>(
        &'d self,
        delivery: &'d Delivery<'b>,
        judgement: Evaluation<'b, '_>,
    ) -> Option<AcceptedDelivery<'b, 'd>> {
        if judgement.rejection.is_some() {
            return None;
        }
        let document = judgement.document?;
        let root = document.root();
        let event_type = match judgement.event.and_then(|event| self.provider.events[event].event_type()) {
            Some(name) => Cow::Borrowed(name),
            None => self.provider.envelope.event_type.find(&delivery.headers, root)?.into_owned().into(),
        };
        let (id, way) = idempotency_key(self, delivery, root, &event_type)?;
        let signature = match judgement.signature {
            Some(SignatureResult::Unsigned) => SignatureInfo::Unsigned,
            Some(SignatureResult::Outcome(Outcome::Verified { algorithm, secret, .. })) => {
                SignatureInfo::Verified {
                    algorithm,
                    secret,
                    uncovered: self.provider.coverage.uncovered(way),
                }
            }
            _ => return None,
        };
        let created_at = self.provider.envelope.created_at.as_ref().and_then(|at| root.resolve(at));
        let created_at = created_at.and_then(|value| document.text(value.index()));
        let header = |name: &'d Option<String>| delivery.headers.get(name.as_deref()?);
        let (webhook_id, delivery_id) =
            (header(&self.provider.webhook_id), header(&self.provider.delivery_id));
        // What `check_texts` refuses with a reason.
        if !([webhook_id, delivery_id].into_iter().flatten().all(is_plain_header)
            && created_at.as_deref().is_none_or(is_plain))
        {
            return None;
        }
        Some(AcceptedDelivery {
            webhook_id,
            delivery_id,
            id,
            event_type,
            created_at,
            event: judgement.event,
            revision: judgement.revision,
            signature,
            ascii: document.is_ascii(),
            document,
        })
    }

    /// When the event was made, as the payload says it.
    pub(super) fn created_at(&self, root: Value<'_>) -> Option<String> {
        let text = root.resolve(self.provider.envelope.created_at.as_ref()?)?.as_str()?;
        is_plain(&text).then(|| text.into_owned())
    }

    /// The headers that verifying looks at, in lower case.
    #[must_use]
    pub fn required_headers(&self) -> Vec<String> {
        let provider = &self.provider;
        let event_type = match &provider.envelope.event_type {
            FieldSource::Header(name) => Some(name),
            FieldSource::Pointer(_) => None,
        };
        let dedupe = provider.dedupe.iter().filter_map(|way| match way {
            IdempotencySource::Header(name) => Some(name.as_str()),
            IdempotencySource::Pointer(_) | IdempotencySource::Digest | IdempotencySource::None => None,
        });
        let scheme = provider.scheme.iter().flat_map(crate::signature::Scheme::headers);
        let mut wanted: Vec<String> = ["content-type"]
            .into_iter()
            .chain([&provider.webhook_id, &provider.delivery_id].into_iter().flatten().map(String::as_str))
            .chain(event_type.map(String::as_str))
            .chain(dedupe)
            .chain(scheme)
            .map(str::to_ascii_lowercase)
            .collect();
        sort_by(&mut wanted, Ord::cmp);
        wanted.dedup();
        wanted
    }
}

/// What has to be known of a delivery that is accepted. `Debug` leaves out what are values of the payload.
pub struct AcceptedDelivery<'b, 'd> {
    /// The event type.
    pub event_type: Cow<'d, str>,
    /// The idempotency key by the provider's rule, prefixed by the event type.
    pub id: String,
    /// The id of the subscription, where the provider sends one. No signature covers it.
    pub webhook_id: Option<&'d str>,
    /// The id of the delivery, where the provider sends one. No signature covers it.
    pub delivery_id: Option<&'d str>,
    /// When the event was made, as the payload says it.
    pub created_at: Option<Cow<'b, str>>,
    /// The place of the event in [`Provider::events`](crate::provider::Provider::events); none for an unknown one.
    pub event: Option<usize>,
    /// The place of the revision among those of the event.
    pub revision: Option<usize>,
    /// Who vouches for it.
    pub signature: SignatureInfo,
    /// Whether the body is nothing but ASCII, so that bytes are characters.
    pub ascii: bool,
    /// The body as it was read.
    pub(crate) document: Document<'b>,
}

impl fmt::Debug for AcceptedDelivery<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("event_type", &self.event_type)
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}
