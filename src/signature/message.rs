//! What an outcome says to a person. No message holds a secret or an expected signature, and none
//! repeats more of a header than the name of an algorithm.

use super::candidates::{MAX_SIGNATURES, MAX_TIMESTAMPS, MAX_VALUE};
use super::{Algorithm, Keys, Malformed, Outcome, Scheme};
use crate::issue::{Code, Draft, Place, Severity};

/// A sentence, and what to do about it.
type Said = (String, Option<String>);

impl Outcome<'_> {
    /// The issue it is; nothing for a verified one.
    pub(crate) fn draft(&self, scheme: &Scheme, keys: &Keys) -> Option<Draft> {
        let code = self.code()?;
        let (message, hint) = self.say(scheme, keys);
        let mut draft = Draft::new(code, Severity::Error, Place::Delivery, message);
        draft.hint = hint;
        let names_form = matches!(
            code,
            Code::SIGNATURE_MISSING
                | Code::SIGNATURE_MALFORMED
                | Code::ALGORITHM_UNSUPPORTED
                | Code::ALGORITHM_MISMATCH
        );
        if names_form {
            let forms = keys.algorithms().iter().map(|algorithm| scheme.format.example(*algorithm));
            draft.expected = Some(forms.collect::<Vec<_>>().join(" or "));
        }
        Some(draft)
    }

    fn say(&self, scheme: &Scheme, keys: &Keys) -> Said {
        let header = scheme.header();
        let accepted = Algorithm::list(keys.algorithms());
        match *self {
            Outcome::Verified { .. } => (String::new(), None),
            Outcome::Missing => missing(scheme),
            Outcome::Malformed { header, reason, .. } => malformed(reason, header, scheme, keys),
            Outcome::Unsupported { name, labelled, .. } => unsupported(name, labelled, header, &accepted),
            Outcome::AlgorithmMismatch { algorithm, labelled, digest_len, .. } => {
                wrong_length(algorithm, labelled, digest_len, header)
            }
            Outcome::Mismatch { .. } => mismatch(header, keys),
            Outcome::TimestampMissing => match scheme.timestamp_header() {
                Some(name) => (
                    format!("The header {name} is absent, and the timestamp in it is part of what is signed."),
                    Some(format!("Check that the proxy in front of the receiver passes {name} on.")),
                ),
                None => (format!("The header {header} holds no timestamp, which is part of what is signed."), None),
            },
            Outcome::TimestampMalformed => (
                format!(
                    "The timestamp in the header {} is not a whole number of {} since 1970.",
                    scheme.timestamp_header().unwrap_or(header),
                    scheme.timestamp_unit().name()
                ),
                None,
            ),
            Outcome::TooOld { by, tolerance, .. } => (
                format!("The delivery was signed {} ago, and the tolerance is {tolerance} s.", seconds(by)),
                Some(
                    "The signature itself is right. A replayed or queued delivery looks like this; so does one \
                     that arrives at a machine whose clock is fast."
                        .to_owned(),
                ),
            ),
            Outcome::TooNew { by, tolerance, .. } => (
                format!("The delivery was signed {} in the future, and the tolerance is {tolerance} s.", seconds(by)),
                Some("The signature itself is right: check the clock of this machine.".to_owned()),
            ),
            Outcome::HeaderMissing { name } => (
                format!("The header {name} is absent, and it is part of what is signed."),
                Some(format!("Check that the proxy in front of the receiver passes {name} on.")),
            ),
            Outcome::UrlMissing => (
                "The URL is part of what is signed, and the receiver did not give it.".to_owned(),
                Some("Hand over the delivery's `url` exactly as the sender was told it, behind no proxy's rewriting.".to_owned()),
            ),
            Outcome::MethodMissing => (
                "The method is part of what is signed, and the receiver did not give it.".to_owned(),
                Some("Hand over the delivery's `method`.".to_owned()),
            ),
        }
    }
}

/// Milliseconds as seconds, rounded up, so that it is more than the tolerance it is compared with.
fn seconds(milliseconds: u64) -> String {
    format!("{} s", milliseconds.div_ceil(1000))
}

fn missing(scheme: &Scheme) -> Said {
    let header = scheme.header();
    let hint = if scheme.is_optional() {
        "This provider signs only where a secret is recorded at its end: record one there. To accept deliveries \
         without a signature all the same, say unsigned: \"allow\"; they are reported as unsigned, never as verified."
            .to_owned()
    } else {
        format!(
            "Check that the sender has a secret, and that the proxy in front of the receiver passes {header} on."
        )
    };
    (format!("The header {header} is absent, so nothing shows who sent this delivery."), Some(hint))
}

fn malformed(reason: Malformed, header: &str, scheme: &Scheme, keys: &Keys) -> Said {
    let encoding = scheme.format.encoding.name();
    let preferred = keys.algorithms()[0];
    let length = || {
        let digits = keys.algorithms().iter().map(|it| format!("{it} has {}", it.digest_len() * 2));
        digits.collect::<Vec<_>>().join(", ")
    };
    match reason {
        Malformed::Empty => {
            (format!("The header {header} holds no signature: nothing stands where it should."), None)
        }
        Malformed::ControlCharacter => (
            format!("The header {header} holds a control character, which no HTTP header can carry."),
            Some("A line break that was copied with the value, most often.".to_owned()),
        ),
        Malformed::TooLong => {
            (format!("The header {header} has more than {MAX_VALUE} bytes, and is not read."), None)
        }
        Malformed::TooManySignatures => {
            (format!("The header {header} holds more than {MAX_SIGNATURES} signatures."), None)
        }
        Malformed::TooManyTimestamps => {
            (format!("The header {header} holds more than {MAX_TIMESTAMPS} timestamps."), None)
        }
        Malformed::LabelMissing => (
            format!("The header {header} holds a bare signature, without the label in front of it."),
            Some(format!(
                "The label is missing: this provider writes {}. Hand the header over as it arrived.",
                scheme.format.example(preferred)
            )),
        ),
        Malformed::OddHex(digits) => (
            format!(
                "The signature in {header} has an odd number of hex digits, {digits}: one is missing or too many."
            ),
            Some(format!("{}.", length())),
        ),
        Malformed::Characters => {
            (format!("The signature in {header} holds characters that are not {encoding}."), None)
        }
        Malformed::Form => (
            format!("The header {header} does not have the form {}.", scheme.definition().format),
            Some(format!("An example: {}", scheme.format.example(preferred))),
        ),
        Malformed::Repeated => (
            format!(
                "The header {header} is part of what is signed, and stands more than once with different values."
            ),
            None,
        ),
    }
}

fn unsupported(name: &str, labelled: bool, header: &str, accepted: &str) -> Said {
    let known = Algorithm::named(name);
    let message = match (known, labelled) {
        (Some(known), true) => {
            format!("The header {header} names {known}, and only {accepted} is accepted here.")
        }
        (Some(known), false) => format!(
            "The signature in {header} has the {} bytes of {known}, and only {accepted} is accepted here.",
            known.digest_len()
        ),
        (None, _) => format!(
            "The header {header} names the algorithm \"{name}\", and only {accepted} is accepted here."
        ),
    };
    let hint = match known {
        Some(known) => format!(
            "Let the sender sign with {accepted}, or add \"{known}\" to the accepted algorithms, if the provider \
             signs with it."
        ),
        None => format!("Let the sender sign with {accepted}."),
    };
    (message, Some(hint))
}

fn wrong_length(algorithm: Algorithm, labelled: bool, digest_len: usize, header: &str) -> Said {
    let right = algorithm.digest_len();
    let like = Algorithm::of_len(digest_len).map(|it| format!(", the length of {it}")).unwrap_or_default();
    let message = if labelled {
        format!(
            "The header {header} names {algorithm}, whose signatures have {right} bytes, and holds {digest_len} bytes{like}."
        )
    } else {
        format!("The signature in {header} has {digest_len} bytes{like}, where {algorithm} makes {right}.")
    };
    let hint = if digest_len < right && like.is_empty() {
        "The signature was cut off on its way, most likely."
    } else {
        "Label and signature come from different places, or the sender uses another algorithm than it says."
    };
    (message, Some(hint.to_owned()))
}

fn mismatch(header: &str, keys: &Keys) -> Said {
    let message = match keys.count() {
        1 => format!("The signature in {header} was not made over these bytes with the secret."),
        count => format!(
            "The signature in {header} was not made over these bytes with any of the {count} secrets."
        ),
    };
    let mut hint =
        "Either the secret is not the sender's, or the body is not the bytes that were sent: parsed and \
                    written again, most often."
            .to_owned();
    if let Some((secret, suspicion)) = keys.suspicion() {
        if keys.count() > 1 {
            hint = format!("{hint} About secret {}: {}", secret + 1, suspicion.hint());
        } else {
            hint = format!("{hint} {}", suspicion.hint());
        }
    }
    (message, Some(hint))
}
