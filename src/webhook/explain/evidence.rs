//! What the observations of a delivery point to where nothing matched: the one place with their order, and with what to
//! check first.

use super::cause::Cause;
use super::causes;
use super::definition::{CauseCategory, CauseDefinition};
use crate::json::sort_by;
use crate::text::into_owned_outlined;

/// An observation, what it shows, and what to check first because of it. Empty texts: the observation says nothing about
/// why no combination matched.
struct Evidence {
    cause: &'static CauseDefinition,
    reason: &'static str,
    check: &'static str,
}

const fn evidence(cause: &'static CauseDefinition, reason: &'static str, check: &'static str) -> Evidence {
    Evidence { cause, reason, check }
}

/// Observations in the order in which they are reported, the strongest evidence first: what the delivery
/// lacks, losses of its body, another secret or sender, other forms of the body, and then what is usual in deliveries
/// without a mistake, too.
static EVIDENCE: [Evidence; 39] = [
    evidence(&causes::SIGNATURE_VALID, "", ""),
    evidence(&causes::PROVIDER_UNSIGNED, "", ""),
    evidence(&causes::SECRET_MISSING, "", ""),
    evidence(&causes::BODY_TOO_LARGE, "", ""),
    evidence(
        &causes::SECRET_AS_TOKEN,
        "The sender sends the secret itself",
        "whether the sender signs at all",
    ),
    evidence(
        &causes::HEADER_TOKEN,
        "The sender may send a token and sign nothing",
        "whether the sender signs at all",
    ),
    evidence(&causes::SIGNATURE_PUBLIC_KEY, "The signature is of a private key", "which key verifies it"),
    evidence(&causes::SIGNATURE_JWT, "The signature is a JSON Web Token", "how the sender documents it"),
    evidence(
        &causes::HEADER_MISSING,
        "The signature is not in the header of this provider",
        "where the signature header was lost or renamed",
    ),
    evidence(&causes::HEADER_SIMILAR, "", ""),
    evidence(&causes::SIGNATURE_UNREADABLE, "", ""),
    evidence(
        &causes::DOCUMENTATION_SAMPLE,
        "The signature is an example of a documentation",
        "that the delivery is a real one",
    ),
    evidence(&causes::TIMESTAMP_MISSING, "The signed timestamp is not there", "where the timestamp is lost"),
    evidence(
        &causes::SIGNED_CONTENT_INCOMPLETE,
        "A part of the signed content is not there",
        "where that part is lost",
    ),
    evidence(
        &causes::DIGEST_LENGTH,
        "The signature has another length than expected",
        "that the signature is complete, and its algorithm",
    ),
    evidence(&causes::BODY_EMPTY, "The body is empty", "what read the body before"),
    evidence(
        &causes::BODY_PLACEHOLDER,
        "The body is not an event, so something may have replaced it",
        "what reads the body first",
    ),
    evidence(
        &causes::BODY_SHORTER_THAN_DECLARED,
        "The body has fewer bytes than Content-Length declares",
        "where bytes of the body are lost",
    ),
    evidence(
        &causes::BODY_LONGER_THAN_DECLARED,
        "The body has more bytes than Content-Length declares",
        "what adds bytes to the body",
    ),
    evidence(
        &causes::BODY_REPLACEMENT_CHARACTERS,
        "Characters of the body were lost, here or at the sender",
        "where the body is decoded",
    ),
    evidence(
        &causes::BODY_QUESTION_MARKS,
        "Characters of the body may have been lost, each replaced by a question mark",
        "where the body is encoded",
    ),
    evidence(&causes::SECRET_INVALID, "The secret is not in the format of the provider", "the secret"),
    evidence(&causes::SECRET_WRONG_TYPE, "The secret is of another kind", "the secret"),
    evidence(
        &causes::HEADER_OF_ANOTHER_PROVIDER,
        "Another provider may have sent the delivery",
        "which provider sent it",
    ),
    evidence(
        &causes::CONTENT_ENCODING,
        "The body was compressed",
        "whether it was signed compressed, and decompressed since",
    ),
    evidence(
        &causes::CONTENT_TYPE_FORM,
        "The delivery is declared as a form",
        "whether a parser has read the form",
    ),
    evidence(&causes::BODY_NOT_JSON, "The body is not what this provider sends", "what the body is"),
    evidence(
        &causes::URL_SIGNED,
        "The URL is signed, and a proxy may have changed it",
        "that `url` is the URL that the sender calls",
    ),
    evidence(&causes::SECRET_SUSPICIOUS, "The secret may be mistyped", "the secret"),
    evidence(
        &causes::BODY_NUMBERS_ROUNDED,
        "JavaScript may have rounded numbers of the body",
        "whether the body was parsed and serialized again",
    ),
    evidence(
        &causes::BODY_JSON_STRINGIFY_OUTPUT,
        "The body may have been parsed, and serialized again by JSON.stringify",
        "that the raw body is verified",
    ),
    evidence(
        &causes::BODY_PYTHON_OUTPUT,
        "The body may have been parsed, and serialized again by Python's json.dumps",
        "that the raw body is verified",
    ),
    evidence(
        &causes::SECRETS_SEVERAL,
        "None of the secrets matched",
        "that the secret of this subscription is among them",
    ),
    evidence(&causes::SECRET_LEAKED, "", ""),
    evidence(&causes::SIGNATURE_MULTIPLE, "", ""),
    evidence(&causes::TIMESTAMP_UNIT, "", ""),
    evidence(&causes::TIMESTAMP_TOO_OLD, "", ""),
    evidence(&causes::TIMESTAMP_TOO_NEW, "", ""),
    evidence(&causes::SECRET_NOT_FIRST, "", ""),
];

fn rank(code: &str) -> usize {
    EVIDENCE.iter().position(|evidence| evidence.cause.code == code).unwrap_or(EVIDENCE.len())
}

/// Sorts observations by strength of evidence. Those without a rank follow, with the result of the search at the end.
pub fn sort(observations: &mut Vec<Cause>) {
    let is_result = |code: &str| [causes::NO_MATCH.code, causes::SEARCH_LIMIT_REACHED.code].contains(&code);
    let key = |cause: &Cause| (is_result(cause.code), rank(cause.code));
    sort_by(observations, |a, b| key(a).cmp(&key(b)));
}

/// Returns whether the observations have evidence against the body, the headers or the secret.
pub fn has_evidence(observations: &[Cause]) -> bool {
    strongest(observations).is_some()
}

fn strongest(observations: &[Cause]) -> Option<&'static Evidence> {
    observations
        .iter()
        .filter_map(|cause| EVIDENCE.get(rank(cause.code)))
        .find(|evidence| !evidence.reason.is_empty())
}

/// Returns the result of a search without a match: what was tried, what the strongest observation points to, and what to
/// check first. Only without such an observation the secret is named as most likely.
pub fn no_match(observations: &[Cause], counts: [usize; 3]) -> Cause {
    let [bodies, keys, contents] = counts;
    let tried = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let bodies = tried(bodies, "body variant");
    let keys = tried(keys, "key variant");
    let contents = tried(contents, "signed content");
    let copy = "copy it again from the settings of this webhook";
    let (reason, check) = match strongest(observations) {
        Some(Evidence { reason, cause, .. }) if cause.category == CauseCategory::Secret => {
            (into_owned_outlined(reason), format!("the secret: {copy}"))
        }
        Some(Evidence { reason, check, .. }) => (
            format!("{reason}; another secret is possible as well"),
            format!("{check}, then the secret: {copy}"),
        ),
        None => (
            into_owned_outlined(
                "Most likely the secret is another one; a body or signed content that changed in another way is possible as \
                 well",
            ),
            format!("the secret: {copy}"),
        ),
    };
    let args = [
        ("bodies", bodies.as_str()),
        ("keys", &keys),
        ("contents", &contents),
        ("reason", &reason),
        ("check", &check),
    ];
    causes::NO_MATCH.render(&args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_counted_in_words() {
        let message = |counts| no_match(&[], counts).message;
        assert!(
            message([1, 1, 1])
                .starts_with("No match. Tried 1 body variant, 1 key variant and 1 signed content. ")
        );
        assert!(
            message([2, 12, 3])
                .starts_with("No match. Tried 2 body variants, 12 key variants and 3 signed contents. ")
        );
    }
}
