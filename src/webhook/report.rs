//! The report of `inspect`.

use std::fmt;

use super::{CoveredPart, Item};
use crate::issue::{ByteSpan, Code, Issue, Stage};
use crate::signature::SignatureStatus;

/// The verdict on a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Verdict {
    /// Signed and valid.
    Verified,
    /// Valid, and the sender sent the token. Nothing is signed.
    Token,
    /// Valid, but the sender is not authenticated.
    Unsigned,
    /// Not to be handled.
    Rejected,
}

/// The state of one stage of checking a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StageReport {
    /// The stage.
    pub name: Stage,
    /// Its state.
    pub state: StageState,
}

/// How a stage of checking a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum StageState {
    /// Evaluated, without an error or a warning.
    Passed,
    /// Evaluated, with an error.
    Failed,
    /// Evaluated, with a warning; or a signature that was not checked.
    Warned,
    /// Not evaluated, since an earlier stage failed.
    NotReached,
    /// Nothing to evaluate: the provider signs nothing, has no rules, or no contract for this event type.
    NotApplicable,
}

/// Everything there is to say about a delivery. `Debug` leaves out ids and the time of the event, which are values of the
/// payload: the fields have them.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason for the rejection; `None` where the delivery is accepted.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub code: Option<Code>,
    /// The HTTP status with which a receiver responds to the rejected delivery; `None` where the delivery is accepted.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub status: Option<u16>,
    /// The state of every stage, in order. Unlike `verify`, an inspection goes on after the first failure.
    pub stages: [StageReport; 6],
    /// The provider's id.
    pub provider: String,
    /// The event type.
    #[cfg_attr(feature = "serde", serde(rename = "type", skip_serializing_if = "Option::is_none"))]
    pub event_type: Option<String>,
    /// The idempotency key.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub id: Option<String>,
    /// The id of the subscription.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub webhook_id: Option<String>,
    /// The id of the delivery.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub delivery_id: Option<String>,
    /// The time of the event, as the payload writes it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub created_at: Option<String>,
    /// The revision of the contract that the payload follows.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub revision: Option<String>,
    /// The SHA-256 of the raw body, hex; empty for a body over the size limit, which is not hashed.
    pub digest: String,
    /// The signature.
    pub signature: SignatureReport,
    /// The handshake that the request is: a receiver responds itself, and calls no handler.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub handshake: Option<HandshakeReport>,
    /// The events of a delivery that has several: those whose type is known.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub items: Option<Vec<Item>>,
    /// Every issue, sorted by location.
    pub issues: Vec<Issue>,
}

/// What a report says about a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HandshakeReport {
    /// The name of the handshake.
    pub name: String,
    /// The status of the response.
    pub status: u16,
    /// Why the handshake is refused.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub code: Option<Code>,
    /// The reason as a sentence.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub message: Option<String>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("verdict", &self.verdict)
            .field("code", &self.code)
            .field("status", &self.status)
            .field("stages", &self.stages)
            .field("provider", &self.provider)
            .field("event_type", &self.event_type)
            .field("revision", &self.revision)
            .field("digest", &self.digest)
            .field("signature", &self.signature)
            .field("handshake", &self.handshake)
            .field("issues", &self.issues)
            .finish_non_exhaustive()
    }
}

/// What a report says about the signature. SECURITY: it holds texts of the delivery, and never the expected tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct SignatureReport {
    /// The state of the signature.
    pub status: SignatureStatus,
    /// The name of the scheme that decided, for a provider with several.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub scheme: Option<String>,
    /// The header of the signature, or its source in the body or the URL.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub header: Option<String>,
    /// The algorithm that the header names, or that verified the signature.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub algorithm: Option<&'static str>,
    /// The value of the header or the source; cut after 512 characters. `None` for a token, which may be the secret.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub received: Option<String>,
    /// The received signature that was compared, without its label; cut after 512 characters. `None` where none was compared.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub tag: Option<String>,
    /// The signed time, in milliseconds since 1970. Authentic only where the status is `verified` or `stale`. `None`
    /// where the provider signs none, the delivery has none, or no JavaScript `Date` reaches it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub timestamp: Option<u64>,
    /// Index of the secret that made the signature, or is the token.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub secret: Option<usize>,
    /// What a verified signature or a token covers.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub covers: Option<CoveredPart>,
    /// What of event type and idempotency key a verified signature or a token does not cover: `type`, `id`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub uncovered: Vec<&'static str>,
    /// The template of the signed content.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub signed_content: Option<String>,
    /// The parts of the signed content, in order. Their bytes one after another are what the signature is made over.
    /// Empty where the provider signs nothing.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub parts: Vec<SignedPart>,
}

/// One part of the signed content of a delivery. `Debug` leaves out the value: a URL may contain a token.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SignedPart {
    /// The placeholder without its braces: `body`, `timestamp`, `id`, `url`, `method`, `header:NAME`, `query:NAME`, a digest
    /// such as `body:sha256:hex`, or a JSON Pointer. `None` for literal text of the template.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub placeholder: Option<String>,
    /// The text that is signed; cut after 512 characters. `None` for the body and its values, and for what the delivery lacks.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub value: Option<String>,
    /// The location in the signed content, in bytes. `None` for what the delivery lacks, which counts as no bytes.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub span: Option<ByteSpan>,
}

impl fmt::Debug for SignedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedPart")
            .field("placeholder", &self.placeholder)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}
