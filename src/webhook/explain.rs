//! `explain`: why a signature does not match, for people and never for the hot path.

mod body;
mod causes;
mod content;
mod encodings;
mod observations;
mod received;
mod rewrite;
mod search;
mod secret;

pub use causes::{CAUSES, CauseCategory, CauseDefinition, RAW_BODY_FIX, SECRET_FIX};

use serde::Serialize;

use self::body::BodyVariants;
use self::observations::{ObservationCollector, content_length, secret_label};
use self::search::Search;
use super::{Limits, Time, Webhook};
use crate::delivery::Delivery;
use crate::issue::ByteSpan;
use crate::signature::Outcome;

/// So many combinations are computed unless the caller says otherwise.
pub const DEFAULT_MAX_COMBINATIONS: usize = 4096;

/// Why a signature does not match: what was proved, and what was seen. It is no verdict: nothing that stands
/// here makes a delivery one to be trusted.
///
/// Holds no secret, no signature that would be right, and no value of the payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The causes that, executed, make the received signature: proof. Several of them go together.
    pub matches: Vec<Cause>,
    /// ObservationCollector that were seen on the way. One of them says so where nothing was proved.
    pub observations: Vec<Cause>,
    /// How many combinations of body, secret, algorithm, encoding and signed content were computed.
    pub tried: usize,
}

/// One cause, or one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// A stable, kebab-case name: one of [`CAUSES`].
    pub code: &'static str,
    /// A sentence.
    pub message: String,
    /// What to change, and where: the line of the framework where one is to blame.
    pub fix: String,
    /// The bytes of the received body that differ from what was signed. Empty, between two bytes, where
    /// something is only missing there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_bytes: Option<ByteSpan>,
}

impl Webhook {
    /// Says why the signature of a delivery does not match: executes what usually goes wrong with bodies, secrets,
    /// encodings and formulas, and keeps what makes the received signature.
    ///
    /// It takes as long as hundreds of verifications, or thousands. Never call it for every delivery that is refused.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{Fresh, Options, Time, Webhook};
    ///
    /// let secrets = vec!["the secret of the subscription".to_owned().into()];
    /// let hook = Webhook::built_in("painchek", Options { secrets, ..Options::default() })?;
    /// let now = Time::from_millis(1_700_000_000_000);
    ///
    /// // The sender signs what Python writes; a JSON parser and JSON.stringify make this of it.
    /// let signed = hook.sign(br#"{"event": "assessment_add", "data": {}}"#, &Fresh::new(now, [7; 32]))?;
    /// let headers = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    /// let delivery = Delivery::new(Headers::from_iter(headers), br#"{"event":"assessment_add","data":{}}"#);
    ///
    /// let explanation = hook.explain(&delivery, now);
    /// assert_eq!(explanation.matches[0].code, "body-python-style");
    /// assert!(explanation.matches[0].fix.contains("express.raw"));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self, delivery: &Delivery<'_>, now: impl Into<Time>) -> Explanation {
        self.explain_with(delivery, now, &self.limits, DEFAULT_MAX_COMBINATIONS)
    }

    /// The same, with other limits than the webhook's own, and no more combinations than `budget`.
    ///
    /// The bytes that are hashed are bounded, too, since there is no clock here: by 8 MiB and 64 times the body,
    /// and by 96 MiB at most. A body over the limit is not looked at.
    #[must_use]
    pub fn explain_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Time>,
        limits: &Limits,
        budget: usize,
    ) -> Explanation {
        let mut explanation = Explanation { matches: Vec::new(), observations: Vec::new(), tried: 0 };
        self.search(delivery, now.into(), limits, budget, &mut explanation);
        explanation
    }

    /// The body that the received signature was made over, where [`explain`](Self::explain) proves one or the signature is
    /// right: beside the received one, it shows what was changed on the way. Unlike an explanation it is a payload: keep it
    /// out of logs.
    #[must_use]
    pub fn signed_body(&self, delivery: &Delivery<'_>, now: impl Into<Time>) -> Option<Vec<u8>> {
        self.signed_body_with(delivery, now, &self.limits, DEFAULT_MAX_COMBINATIONS)
    }

    /// The same, within the limits of [`explain_with`](Self::explain_with).
    #[must_use]
    pub fn signed_body_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Time>,
        limits: &Limits,
        budget: usize,
    ) -> Option<Vec<u8>> {
        let mut explanation = Explanation { matches: Vec::new(), observations: Vec::new(), tried: 0 };
        self.search(delivery, now.into(), limits, budget, &mut explanation)
    }

    /// Writes down what can be said, and returns the body that was signed, where it is known.
    fn search(
        &self,
        delivery: &Delivery<'_>,
        now: Time,
        limits: &Limits,
        budget: usize,
        explanation: &mut Explanation,
    ) -> Option<Vec<u8>> {
        let provider = &self.provider;
        let seen = &mut explanation.observations;
        let (scheme, keys) = match (&provider.scheme, &self.keys) {
            (None, _) => {
                seen.push(causes::NOTHING_SIGNED.render(&[("provider", &provider.title)]));
                return None;
            }
            (_, None) => {
                seen.push(causes::NO_SECRET.render(&[]));
                return None;
            }
            (Some(scheme), Some(keys)) => (scheme, keys),
        };
        if delivery.body.len() > limits.max_bytes {
            seen.push(causes::BODY_TOO_LARGE.render(&[("length", &limits.max_bytes.to_string())]));
            return None;
        }
        let received = received::received(scheme, &delivery.headers);
        let bodies = BodyVariants::new(delivery.body, content_length(&delivery.headers));
        let is_json = bodies.is_json();
        let mut facts = ObservationCollector {
            webhook: self,
            scheme,
            keys,
            delivery,
            received: &received,
            is_json,
            found: Vec::new(),
        };
        facts.collect(now, limits);
        let outcome = scheme.verify(keys, delivery, now.as_millis(), u64::from(limits.tolerance));
        if let Outcome::Verified { secret, .. }
        | Outcome::TooOld { secret, .. }
        | Outcome::TooNew { secret, .. } = outcome
        {
            facts.found.insert(0, causes::SIGNATURE_FITS.render(&[("secret", &secret_label(keys, secret))]));
            if secret > 0 {
                facts.found.push(causes::SECRET_ANOTHER.render(&[("secret", &secret_label(keys, secret))]));
            }
            explanation.observations = facts.found;
            return Some(delivery.body.to_vec());
        }
        explanation.observations = facts.found;
        let search = Search::new(scheme, keys, delivery, &received, &bodies, budget);
        search.run(explanation)
    }
}
