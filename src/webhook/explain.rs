//! `explain`: finds out why a signature does not match. For people, never for the hot path.

mod body;
mod body_facts;
mod brackets;
mod budget;
mod byte_transforms;
mod candidates;
mod cause;
mod causes;
mod characters;
mod content;
mod definition;
mod encodings;
mod evidence;
mod exposed;
mod forms;
mod frameworks;
mod inputs;
mod jwt;
mod number_keys;
mod numbers;
mod observations;
mod order;
mod printed;
mod providers;
mod public_key;
mod received;
mod renamed;
mod reproduced;
mod rewrite;
mod search;
mod secret;
mod secret_text;
mod serializers;
mod shared;
mod style;
mod styles;
mod token;
mod unsupported;
mod urls;

pub(super) use candidates::{find_signature_like_headers, is_sane, split_candidates};
pub use cause::{Cause, Difference, Explanation, FrameworkFix};
pub use causes::{CAUSES, RAW_BODY_FIX, SECRET_FIX};
pub use definition::{CauseCategory, CauseDefinition};
pub use frameworks::FRAMEWORKS;
pub(super) use inputs::id_headers;
pub(super) use providers::known_contents;
pub(super) use unsupported::is_json_web_token;

use self::body::BodyVariants;
use self::exposed::exposed_secrets;
use self::inputs::ContentInputs;
use self::observations::{ObservationCollector, content_length};
use self::renamed::RenamedHeaders;
use self::search::{Search, SearchResult};
pub(super) use self::shared::contains_word;
use self::shared::secret_label;
use self::unsupported::{remove_refuted, remove_secret_remarks};
use super::digest::digest;
use super::{Timestamp, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::signature::{Keys, Outcome, SignatureScheme};
use crate::text::into_owned_outlined;
use crate::webhook::outside_keys::OutsideKeys;

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
    /// The bytes hashed are limited as well, because the core has no clock: to 16 MiB and 64 times the body, and to
    /// 96 MiB in all. A body over the size limit is not searched, and neither is a delivery without a secret or a
    /// signature: what can be observed is reported all the same.
    #[must_use]
    pub fn explain_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
        options: &VerifyOptions,
        max_combinations: usize,
    ) -> Explanation {
        let now = now.into();
        let values = self.with_values(delivery, options);
        let sent = delivery;
        let delivery = values.as_ref().unwrap_or(delivery);
        let selected = self.select(delivery);
        let outside = selected.map(|active| self.outside_keys(active, delivery));
        let keys = match &outside {
            Some(OutsideKeys::OfDelivery(keys)) => Some(keys),
            _ => selected.map(|active| active.keys),
        };
        let scheme =
            selected.map(|active| active.scheme).or(self.provider.schemes.first().map(|named| &named.scheme));
        if let Some(SignatureScheme::Token(scheme)) = scheme {
            return token::explain(scheme, keys, delivery);
        }
        if let Some(SignatureScheme::PublicKey(scheme)) = scheme {
            return public_key::explain(self, scheme, keys, delivery, now, options, max_combinations);
        }
        if let Some(SignatureScheme::Jwt(scheme)) = scheme {
            return jwt::explain(scheme, keys, delivery, now.as_millis(), u64::from(options.tolerance));
        }
        let scheme = scheme.and_then(SignatureScheme::hmac);
        let is_too_large = delivery.body.len() > options.max_bytes;
        let renamed = scheme.map(|scheme| RenamedHeaders::resolve(scheme, &delivery.headers));
        let substituted = renamed.as_ref().map(|renamed| renamed.apply(delivery));
        let mut received = Vec::new();
        if let (Some(scheme), Some(renamed)) = (scheme, &renamed) {
            received = received::received(scheme, &delivery.headers, renamed);
        }
        let mut exposed = Vec::new();
        if let (Some(scheme), Some(keys)) = (scheme, keys) {
            exposed = exposed_secrets(keys, scheme.secret_format(), delivery);
        }
        // A signed content without the body is the same for every body.
        let has_body = scheme.is_none_or(|scheme| scheme.content.has_body());
        let searched = if is_too_large || !has_body { &[] } else { delivery.body };
        let bodies =
            BodyVariants::new(searched, content_length(&delivery.headers)).with_key_orders(&self.provider);
        let mut collector = ObservationCollector {
            webhook: self,
            scheme,
            keys,
            // The fields that are signed are not the body that was sent.
            delivery: if scheme.is_some_and(|scheme| scheme.content.is_form()) { sent } else { delivery },
            substituted: substituted.as_ref().unwrap_or(delivery),
            renamed: renamed.as_ref(),
            received: &received,
            exposed: &exposed,
            document: bodies.document(),
            is_too_large,
            observations: Vec::new(),
        };
        collector.collect(now, options);
        let mut explanation = Explanation::of_observations(std::mem::take(&mut collector.observations));
        if let (Some(scheme), Some(keys), Some(renamed), false) = (scheme, keys, &renamed, is_too_large) {
            let outcome = scheme.verify(keys, delivery, now.as_millis(), u64::from(options.tolerance));
            if let Outcome::Verified { secret, .. }
            | Outcome::TooOld { secret, .. }
            | Outcome::TooNew { secret, .. } = outcome
            {
                let is_in_time = matches!(outcome, Outcome::Verified { .. });
                explanation.signed_body = Some(delivery.body.to_vec());
                remove_secret_remarks(&mut explanation.observations, &secret_label(keys, secret));
                let mut valid = valid_signature(delivery, keys, secret, is_in_time);
                explanation.observations.append(&mut valid);
            } else if !exposed.iter().any(|secret| secret.is_in_header(scheme.header())) {
                // A header with the secret itself has no signature to search for.
                let substituted = substituted.as_ref().unwrap_or(delivery);
                let inputs = ContentInputs::new(scheme, delivery, substituted, renamed);
                let search =
                    Search::new(scheme, keys, delivery, &received, inputs, &bodies, max_combinations);
                if let SearchResult::NoMatch { counts, limit } = search.run(&mut explanation) {
                    collector.without_match(&explanation.observations);
                    explanation.observations.append(&mut collector.observations);
                    evidence::sort(&mut explanation.observations);
                    let no_match = evidence::no_match(&explanation.observations, counts);
                    explanation.observations.push(no_match);
                    explanation.observations.extend(limit.map(|limit| *limit));
                }
            }
        }
        if sent.body != delivery.body {
            explanation.signed_body = None;
        }
        evidence::sort(&mut explanation.observations);
        remove_refuted(&mut explanation);
        explanation
    }

    /// Returns the body that the received signature was made over: `signed_body` of an explanation.
    #[must_use]
    pub fn signed_body(&self, delivery: &Delivery<'_>, now: impl Into<Timestamp>) -> Option<Vec<u8>> {
        self.explain(delivery, now).signed_body
    }
}

/// Returns the observations of a valid signature.
fn valid_signature(delivery: &Delivery<'_>, keys: &Keys, secret: usize, is_in_time: bool) -> Vec<Cause> {
    let label = secret_label(keys, secret);
    let length = delivery.body.len().to_string();
    let status = if is_in_time {
        ""
    } else {
        " Its timestamp is outside the tolerance, so `verify` rejects the delivery."
    };
    let args = [
        ("secret", label.as_str()),
        ("length", &length),
        ("digest", &digest(delivery.body)),
        ("status", status),
    ];
    let mut valid = causes::SIGNATURE_VALID.render(&args);
    if !is_in_time {
        valid.fix = into_owned_outlined("Check the timestamp: the body and the secret are right.");
        valid.frameworks = frameworks::NONE;
    }
    let mut observations = vec![valid];
    observations.extend((secret > 0).then(|| causes::SECRET_NOT_FIRST.render(&args)));
    observations
}
