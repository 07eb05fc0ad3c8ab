//! The data of an explanation: what `explain` returns, and nothing that computes it.

use std::fmt;

use crate::issue::ByteSpan;

/// Why a signature does not match: proven causes, and observations. Not a verdict: a delivery is never accepted
/// because of an explanation.
///
/// SECURITY: causes hold no secret, no expected signature and no payload value. Only `signed_body` is a payload; both
/// `Debug` and `Serialize` leave it out.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    /// Causes that reproduce the received signature to the byte: proof. Several of them apply together.
    pub matches: Vec<Cause>,
    /// Facts seen in the delivery and the options. They prove nothing. Ordered by strength of evidence, the strongest
    /// first; the result of the search is the last one, and `signature-valid` the first.
    pub observations: Vec<Cause>,
    /// Number of combinations of body, secret, algorithm, encoding and signed content that were computed.
    pub tried: usize,
    /// The body that the received signature was made over, where a match proves one or the signature is valid.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub signed_body: Option<Vec<u8>>,
}

impl Explanation {
    /// An explanation of observations alone.
    pub(super) fn of_observations(observations: Vec<Cause>) -> Self {
        Self { matches: Vec::new(), observations, tried: 0, signed_body: None }
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matches, observations, tried, signed_body } = self;
        f.debug_struct("Explanation")
            .field("matches", matches)
            .field("observations", observations)
            .field("tried", tried)
            .field("signed_body", &signed_body.as_ref().map(|_| "[redacted]"))
            .finish()
    }
}

/// One cause or observation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Cause {
    /// Stable, kebab-case code: one of [`CAUSES`](super::CAUSES).
    pub code: &'static str,
    /// Noun phrase for a headline, 60 characters at most.
    pub title: &'static str,
    /// What was found, in a sentence or two.
    pub message: String,
    /// What to change. Begins with a verb; alternatives follow after "Or".
    pub fix: String,
    /// The code to write in each framework, where a framework can be to blame.
    pub frameworks: &'static [FrameworkFix],
    /// Codes of other causes that reproduce the same bytes, each in place of this one: the signature cannot tell which
    /// of them applies. The message names them, too.
    pub alternatives: Vec<&'static str>,
    /// The bytes of the received body that differ from the signed one: `difference.received`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub changed_bytes: Option<ByteSpan>,
    /// Where the received and the signed body differ, for causes that change the body.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub difference: Option<Difference>,
}

/// How to get the raw body in one framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FrameworkFix {
    /// Name of the framework.
    pub name: &'static str,
    /// The line to write.
    pub code: &'static str,
}

/// The shortest ranges by which two bodies differ: everything before and after them is equal. A range is empty,
/// between two bytes, where the other body has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Difference {
    /// In the received body.
    pub received: ByteSpan,
    /// In the body that was signed.
    pub signed: ByteSpan,
}
