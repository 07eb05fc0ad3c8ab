//! Why a JSON Web Token is not accepted. Its signature does not depend on the body, so the sentence of the check says it all.

use super::cause::Explanation;
use super::causes;
use super::shared::secret_label;
use crate::delivery::Delivery;
use crate::issue::Code;
use crate::signature::{JwtScheme, Keys, Outcome};

/// Returns the explanation of a delivery with a JSON Web Token.
pub fn explain(
    scheme: &JwtScheme,
    keys: Option<&Keys>,
    delivery: &Delivery<'_>,
    now: i64,
    tolerance: u64,
) -> Explanation {
    let Some(keys) = keys else {
        return Explanation::of_observations(vec![causes::SECRET_MISSING.render(&[])]);
    };
    let outcome = scheme.verify(keys, delivery, now, tolerance).or_key_missing(keys);
    let cause = match outcome {
        Outcome::Verified { secret, .. } | Outcome::Token { secret } => {
            let covers = if scheme.covers_body() {
                "A claim is the digest of the body."
            } else {
                "None of its claims depends on the body."
            };
            let args =
                [("header", scheme.header()), ("secret", &secret_label(keys, secret)), ("covers", covers)];
            causes::JWT_VALID.render(&args)
        }
        _ => {
            let issue = outcome.jwt_issue(outcome.code().unwrap_or(Code::SIGNATURE_MALFORMED), scheme, keys);
            let hint = issue.hint.unwrap_or_else(|| format!("Send the header as {}.", scheme.format()));
            causes::JWT_REJECTED.render(&[("message", &issue.message), ("hint", &hint)])
        }
    };
    Explanation::of_observations(vec![cause])
}
