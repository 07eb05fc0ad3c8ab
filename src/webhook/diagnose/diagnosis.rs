//! The data of a diagnosis.

use crate::issue::Issue;
use crate::webhook::explain::Cause;

/// What can be said of a delivery whose provider is unknown. Not a verdict: nothing here makes a delivery trustworthy.
///
/// SECURITY: it holds no secret, no expected signature and no payload value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Diagnosis {
    /// What is wrong with the body as bytes and as JSON.
    pub issues: Vec<Issue>,
    /// The headers that may hold a signature.
    pub signatures: Vec<SignatureCandidate>,
    /// The signature schemes by which a secret makes a received signature, at most one for each header: proof.
    pub matches: Vec<SchemeMatch>,
    /// Where no scheme matches the delivery as it is: the change to body or secret with which the usual schemes do. Proof, too.
    pub causes: Vec<Cause>,
    /// How many combinations of secret, format and signed content were computed.
    pub tried: usize,
}

/// A header that may hold a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SignatureCandidate {
    /// The name of the header, as received.
    pub header: String,
    /// What the header may hold.
    pub kind: CandidateKind,
    /// What the header has, in a sentence. It quotes no character of the value.
    pub message: String,
}

/// What a header may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum CandidateKind {
    /// A signature that a shared secret makes.
    Hmac,
    /// A JSON Web Token.
    Jwt,
    /// The secret itself.
    Token,
    /// Something else, under the name of a signature.
    Other,
}

/// A signature scheme by which a secret makes the received signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct SchemeMatch {
    /// The header of the signature, as received.
    pub header: String,
    /// The algorithm.
    pub algorithm: &'static str,
    /// The template of the signed content.
    pub signed_content: String,
    /// Index of the secret.
    pub secret: usize,
    /// The format of the secret, as definitions have it: `utf8`.
    pub secret_format: &'static str,
    /// The match in a sentence.
    pub message: String,
    /// A provider definition with this scheme, as JSON text. The delivery verifies by it, unless its time is over.
    pub definition: String,
}
