//! Why no public key verifies a signature: the key is not one, the signature has another form, or the body was changed. Only
//! bodies are searched, because a verification takes a hundred times as long as an HMAC.

use super::body::BodyVariants;
use super::cause::{Cause, Explanation};
use super::observations::content_length;
use super::shared::secret_label;
use super::{causes, valid_signature};
use crate::delivery::Delivery;
use crate::signature::{Keys, Outcome, PublicKeyCheck, Scheme};
use crate::webhook::{Timestamp, VerifyOptions, Webhook};

/// Bodies that are tried: a second at most, where a verification takes a millisecond and there are three keys.
const MAX_BODIES: usize = 300;
/// Bytes of bodies that are tried.
const MAX_BYTES: usize = 16 << 20;

/// Returns the explanation of a delivery that public keys verify.
pub fn explain(
    webhook: &Webhook,
    scheme: &Scheme,
    keys: Option<&Keys>,
    delivery: &Delivery<'_>,
    now: Timestamp,
    options: &VerifyOptions,
    max_combinations: usize,
) -> Explanation {
    let Some(keys) = keys else {
        return Explanation::of_observations(vec![causes::SECRET_MISSING.render(&[])]);
    };
    let key_invalid = |(secret, message, hint): (usize, String, Option<&str>)| {
        with_fix(
            causes::KEY_INVALID
                .render(&[("secret", secret_label(keys, secret).as_str()), ("message", message.as_str())]),
            hint,
        )
    };
    let errors = keys.errors().map(|(secret, error)| (secret, error.to_string(), error.hint()));
    let mut explanation = Explanation::of_observations(errors.map(key_invalid).collect());
    let verify = |delivery: &Delivery<'_>| {
        scheme.verify(keys, delivery, now.as_millis(), options.tolerance.into()).secret()
    };
    let outcome =
        scheme.verify(keys, delivery, now.as_millis(), options.tolerance.into()).or_key_missing(keys);
    let Err(code) = outcome.accepted() else {
        explanation.signed_body = Some(delivery.body.to_vec());
        explanation.observations.extend(valid_signature(delivery, keys, outcome.secret().unwrap_or(0), true));
        return explanation;
    };
    if let Some(secret) = outcome.secret() {
        explanation.signed_body = Some(delivery.body.to_vec());
        explanation.observations.extend(valid_signature(delivery, keys, secret, false));
        return explanation;
    }
    if !matches!(outcome, Outcome::Mismatch { .. }) {
        let issue = outcome.issue(code, scheme, keys);
        let rejected = causes::SIGNATURE_REJECTED.render(&[("message", issue.message.as_str())]);
        explanation.observations.push(with_fix(rejected, issue.hint.as_deref()));
        return explanation;
    }
    let is_unavailable = |(_, check)| check == PublicKeyCheck::Unavailable;
    if keys.find_rejected_public_key().is_some_and(is_unavailable) {
        explanation.observations.push(causes::PUBLIC_KEY_UNAVAILABLE.render(&[]));
        return explanation;
    }
    if delivery.body.len() <= options.max_bytes {
        let bodies = BodyVariants::new(delivery.body, content_length(&delivery.headers))
            .with_key_orders(webhook.provider());
        let mut bytes_left = MAX_BYTES;
        for transform in bodies.singles() {
            if explanation.tried >= max_combinations.min(MAX_BODIES) {
                break;
            }
            let Some(body) = bodies.apply(transform) else { continue };
            let Some(left) = bytes_left.checked_sub(body.len()) else { break };
            (bytes_left, explanation.tried) = (left, explanation.tried + 1);
            let Some(secret) = verify(&Delivery { body: &body, ..delivery.clone() }) else { continue };
            let difference = bodies.difference(&body);
            for definition in bodies.causes(transform) {
                let mut cause = definition.render(&[("secret", secret_label(keys, secret).as_str())]);
                cause.changed_bytes = Some(difference.received);
                cause.difference = Some(difference);
                explanation.matches.push(cause);
            }
            explanation.signed_body = Some(body);
            return explanation;
        }
    }
    let tried = explanation.tried.to_string();
    explanation.observations.push(causes::PUBLIC_KEY_NO_MATCH.render(&[("tried", tried.as_str())]));
    explanation
}

/// Replaces the general fix by a particular one.
fn with_fix(mut cause: Cause, fix: Option<&str>) -> Cause {
    if let Some(fix) = fix {
        fix.clone_into(&mut cause.fix);
    }
    cause
}
