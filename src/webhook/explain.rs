//! `explain`: finds out why a signature does not match. For people, never for the hot path.

mod body;
mod brackets;
mod candidates;
mod cause;
mod causes;
mod content;
mod definition;
mod encodings;
mod exposed;
mod frameworks;
mod inputs;
mod observations;
mod providers;
mod received;
mod renamed;
mod rewrite;
mod search;
mod secret;
mod shared;
mod unsupported;
mod urls;

pub use cause::{Cause, Difference, Explanation, FrameworkFix};
pub use causes::{CAUSES, RAW_BODY_FIX, SECRET_FIX};
pub use definition::{CauseCategory, CauseDefinition};
pub use frameworks::FRAMEWORKS;

use self::body::BodyVariants;
use self::exposed::exposed_secrets;
use self::inputs::ContentInputs;
use self::observations::{ObservationCollector, content_length};
use self::renamed::RenamedHeaders;
use self::search::Search;
use self::shared::secret_label;
use self::unsupported::remove_refuted;
use super::{Timestamp, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::signature::Outcome;

/// Enough for every single cause and the common pairs, in well under a second for a body of some kilobytes.
pub const DEFAULT_MAX_COMBINATIONS: usize = 4096;

impl Webhook {
    /// Explains why the signature of a delivery does not match: tries the usual changes of bodies, secrets, encodings
    /// and signed contents, and keeps those that reproduce the received signature.
    ///
    /// Costs as much as hundreds or thousands of verifications: never call it for every rejected delivery.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{SignParams, WebhookOptions, Timestamp, Webhook};
    ///
    /// let secrets = vec!["the secret of the subscription".to_owned().into()];
    /// let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    /// let now = Timestamp::from_millis(1_700_000_000_000);
    ///
    /// // The sender signs what Python's json.dumps writes; a JSON parser and JSON.stringify reformat it.
    /// let signed = hook.sign(br#"{"event": "assessment_add", "data": {}}"#, &SignParams::new(now, [7; 32]))?;
    /// let headers = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    /// let delivery = Delivery::new(Headers::from_iter(headers), br#"{"event":"assessment_add","data":{}}"#);
    ///
    /// let explanation = hook.explain(&delivery, now);
    /// assert_eq!(explanation.matches[0].code, "body-python-style");
    /// assert!(explanation.matches[0].frameworks.iter().any(|framework| framework.name == "axum"));
    /// assert!(explanation.signed_body.is_some_and(|body| body.starts_with(b"{\"event\": ")));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self, delivery: &Delivery<'_>, now: impl Into<Timestamp>) -> Explanation {
        self.explain_with(delivery, now, &self.verify_options, DEFAULT_MAX_COMBINATIONS)
    }

    /// Like [`explain`](Self::explain), with other options, and at most `max_combinations` combinations.
    ///
    /// The bytes hashed are limited as well, because the core has no clock: to 8 MiB and 64 times the body, and to
    /// 96 MiB in all. A body over the size limit is not searched.
    #[must_use]
    pub fn explain_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
        options: &VerifyOptions,
        max_combinations: usize,
    ) -> Explanation {
        let (now, provider) = (now.into(), &self.provider);
        let only = |cause| Explanation::of_observations(vec![cause]);
        let (scheme, keys) = match (&provider.scheme, &self.keys) {
            (None, _) => return only(causes::PROVIDER_UNSIGNED.render(&[("provider", &provider.title)])),
            (_, None) => return only(causes::SECRET_MISSING.render(&[])),
            (Some(scheme), Some(keys)) => (scheme, keys),
        };
        if delivery.body.len() > options.max_bytes {
            return only(causes::BODY_TOO_LARGE.render(&[("length", &options.max_bytes.to_string())]));
        }
        let renamed = RenamedHeaders::resolve(scheme, &delivery.headers);
        let substituted = renamed.apply(delivery);
        let received = received::received(scheme, &delivery.headers, &renamed);
        let exposed = exposed_secrets(keys, scheme.secret_format(), delivery);
        let bodies = BodyVariants::new(delivery.body, content_length(&delivery.headers));
        let is_json = bodies.is_json();
        let mut collector = ObservationCollector {
            webhook: self,
            scheme,
            keys,
            delivery,
            substituted: &substituted,
            renamed: &renamed,
            received: &received,
            exposed: &exposed,
            is_json,
            observations: Vec::new(),
        };
        collector.collect(now, options);
        let mut explanation = Explanation::of_observations(collector.observations);
        let outcome = scheme.verify(keys, delivery, now.as_millis(), u64::from(options.tolerance));
        if let Outcome::Verified { secret, .. }
        | Outcome::TooOld { secret, .. }
        | Outcome::TooNew { secret, .. } = outcome
        {
            let observations = &mut explanation.observations;
            let label = secret_label(keys, secret);
            observations.insert(0, causes::SIGNATURE_VALID.render(&[("secret", &label)]));
            if secret > 0 {
                observations.push(causes::SECRET_NOT_FIRST.render(&[("secret", &label)]));
            }
            explanation.signed_body = Some(delivery.body.to_vec());
            remove_refuted(&mut explanation);
            return explanation;
        }
        // A header with the secret itself has no signature to search for.
        if exposed.iter().any(|secret| secret.is_in_header(scheme.header())) {
            return explanation;
        }
        let inputs = ContentInputs::new(scheme, delivery, &substituted, &renamed);
        let search = Search::new(scheme, keys, delivery, &received, inputs, &bodies, max_combinations);
        search.run(&mut explanation);
        remove_refuted(&mut explanation);
        explanation
    }

    /// Returns the body that the received signature was made over: `signed_body` of an explanation.
    #[must_use]
    pub fn signed_body(&self, delivery: &Delivery<'_>, now: impl Into<Timestamp>) -> Option<Vec<u8>> {
        self.explain(delivery, now).signed_body
    }
}
