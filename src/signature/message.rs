//! What an outcome says to a person. No message holds a secret or an expected signature, and none
//! repeats more of a header than the name of an algorithm.

use super::candidates::{MAX_SIGNATURES, MAX_TIMESTAMPS, MAX_VALUE};
use super::{Algorithm, Keys, Malformed, Outcome, Scheme};
use crate::issue::{Draft, Place, Severity};

/// A sentence, and what to do about it.
struct Said(String, Option<String>);

impl Said {
    #[inline(never)]
    fn new(message: impl Into<String>) -> Self {
        Self(message.into(), None)
    }

    #[inline(never)]
    fn hint(self, hint: impl Into<String>) -> Self {
        Self(self.0, Some(hint.into()))
    }
}

impl Outcome<'_> {
    /// The issue it is; nothing for a verified one.
    pub(crate) fn draft(&self, scheme: &Scheme, keys: &Keys) -> Option<Draft> {
        let Said(message, hint) = self.say(scheme, keys)?;
        let mut draft = Draft::new(self.code()?, Severity::Error, Place::Delivery, message);
        draft.hint = hint;
        let about_form = match self {
            Outcome::Malformed { header, .. } => *header == scheme.header(),
            Outcome::Missing | Outcome::Unsupported { .. } | Outcome::AlgorithmMismatch { .. } => true,
            _ => false,
        };
        if about_form {
            let forms = keys.algorithms().iter().map(|algorithm| scheme.format.example(*algorithm));
            draft.expected = Some(forms.collect::<Vec<_>>().join(" or "));
        }
        Some(draft)
    }

    fn say(&self, scheme: &Scheme, keys: &Keys) -> Option<Said> {
        let header = scheme.header();
        Some(match *self {
            Outcome::Verified { .. } => return None,
            Outcome::Missing => missing(scheme),
            Outcome::Malformed { header, reason, .. } => malformed(reason, header, scheme, keys),
            Outcome::Unsupported { name, labelled, .. } => unsupported(name, labelled, header, keys),
            Outcome::AlgorithmMismatch { algorithm, labelled, digest_len, .. } => {
                wrong_length(algorithm, labelled, digest_len, header)
            }
            Outcome::Mismatch { .. } => mismatch(header, keys),
            Outcome::TimestampMissing => match scheme.timestamp_header() {
                Some(name) => absent(name),
                None => Said::new(format!(
                    "The header {header} holds no timestamp, and the timestamp is part of what is signed."
                ))
                .hint(unchanged(header)),
            },
            Outcome::TimestampMalformed => Said::new(format!(
                "The timestamp in the header {} is not a whole number of {} since 1970.",
                scheme.timestamp_header().unwrap_or(header),
                scheme.timestamp_unit().name()
            ))
            .hint(unchanged(scheme.timestamp_header().unwrap_or(header))),
            Outcome::TooOld { by, tolerance, .. } => Said::new(format!(
                "The delivery was signed {} s ago, and the tolerance is {tolerance} s.",
                seconds(by)
            ))
            .hint(
                "The signature itself is right. A replayed or queued delivery looks like this; so does one that \
                 arrives at a machine whose clock is fast.",
            ),
            Outcome::TooNew { by, tolerance, .. } => Said::new(format!(
                "The delivery was signed {} s in the future, and the tolerance is {tolerance} s.",
                seconds(by)
            ))
            .hint("The signature itself is right: check the clock of this machine."),
            Outcome::HeaderMissing { name } => absent(name),
            Outcome::UrlMissing => {
                Said::new("The URL is part of what is signed, and the receiver did not give it.")
                    .hint("Hand over the delivery's url exactly as the sender knows it, not as a proxy rewrote it.")
            }
            Outcome::MethodMissing => {
                Said::new("The method is part of what is signed, and the receiver did not give it.")
                    .hint("Hand over the delivery's method.")
            }
        })
    }
}

/// Milliseconds as seconds, rounded up, so that it is more than the tolerance it is compared with.
fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1000)
}

fn unchanged(name: &str) -> String {
    format!("Pass the header {name} on unchanged.")
}

fn absent(name: &str) -> Said {
    Said::new(format!("The header {name} is absent, and it is part of what is signed."))
        .hint(format!("Check that the proxy in front of the receiver passes {name} on."))
}

fn missing(scheme: &Scheme) -> Said {
    let header = scheme.header();
    let said = Said::new(format!("The header {header} is absent, so nothing shows who sent this delivery."));
    if scheme.is_optional() {
        said.hint(
            "This provider signs only where a secret is recorded at its end: record one there. To accept \
             deliveries without a signature all the same, say unsigned: \"allow\"; they are reported as \
             unsigned, never as verified.",
        )
    } else {
        said.hint(format!(
            "Check that the sender has a secret, and that the proxy in front of the receiver passes {header} on."
        ))
    }
}

fn malformed(reason: Malformed, header: &str, scheme: &Scheme, keys: &Keys) -> Said {
    let encoding = scheme.format.encoding.name();
    let example = || scheme.format.example(keys.algorithms()[0]);
    match reason {
        Malformed::Empty => {
            Said::new(format!("The header {header} holds nothing where its value should stand."))
        }
        Malformed::ControlCharacter => Said::new(format!(
            "The header {header} holds a control character, which no HTTP header can carry."
        ))
        .hint("A line break that was copied with the value, most often."),
        Malformed::TooLong => {
            Said::new(format!("The header {header} has more than {MAX_VALUE} bytes, and is not read."))
        }
        Malformed::TooManySignatures => {
            Said::new(format!("The header {header} holds more than {MAX_SIGNATURES} signatures."))
        }
        Malformed::TooManyTimestamps => {
            Said::new(format!("The header {header} holds more than {MAX_TIMESTAMPS} timestamps."))
        }
        Malformed::LabelMissing => Said::new(format!(
            "The header {header} holds a bare signature, without the label in front of it."
        ))
        .hint(format!(
            "The label is missing: this provider writes {}. Hand the header over as it arrived.",
            example()
        )),
        Malformed::OddHex(digits) => {
            let lengths = keys.algorithms().iter().map(|it| format!("{} for {it}", it.digest_len() * 2));
            Said::new(format!("The signature in {header} has an odd number of hex digits: {digits}."))
                .hint(format!("It would have {}.", lengths.collect::<Vec<_>>().join(", ")))
        }
        Malformed::Characters => {
            Said::new(format!("The signature in {header} holds characters that are not {encoding}."))
        }
        Malformed::Form => {
            let form = &scheme.definition().format;
            Said::new(format!("The header {header} does not have the form {form}."))
                .hint(format!("This provider writes {}. Hand the header over as it arrived.", example()))
        }
        Malformed::Overrun => Said::new(format!(
            "The header {header} contains the separator of the signed content, so the signature does not say where \
             the header ends."
        ))
        .hint("The sender writes no such value: somebody may have moved bytes from one signed part into another."),
        Malformed::Repeated => Said::new(format!(
            "The header {header} is part of what is signed, and stands more than once with different values."
        )),
    }
}

fn unsupported(name: &str, labelled: bool, header: &str, keys: &Keys) -> Said {
    let accepted = Algorithm::list(keys.algorithms());
    let said = |what: String| Said::new(format!("{what}, and only {accepted} is accepted here."));
    let Some(known) = Algorithm::named(name) else {
        return said(format!("The header {header} names the algorithm \"{name}\""))
            .hint(format!("Let the sender sign with {accepted}."));
    };
    said(if labelled {
        format!("The header {header} names {known}")
    } else {
        format!("The signature in {header} has the {} bytes of {known}", known.digest_len())
    })
    .hint(format!(
        "Let the sender sign with {accepted}, or accept {known} too, if the provider signs with it."
    ))
}

fn wrong_length(algorithm: Algorithm, labelled: bool, digest_len: usize, header: &str) -> Said {
    let right = algorithm.digest_len();
    let like = Algorithm::of_len(digest_len).map(|it| format!(", the length of {it}")).unwrap_or_default();
    let said = Said::new(if labelled {
        format!(
            "The header {header} names {algorithm}, whose signatures have {right} bytes, and holds {digest_len} \
             bytes{like}."
        )
    } else {
        format!("The signature in {header} has {digest_len} bytes{like}, where {algorithm} makes {right}.")
    });
    match (like.is_empty(), labelled) {
        (true, _) if digest_len < right => said.hint("The signature was cut off on its way, most likely."),
        (true, _) => said,
        (false, true) => said.hint("Label and signature come from different places, most likely."),
        (false, false) => {
            said.hint("The sender signs with another algorithm than this provider, most likely.")
        }
    }
}

fn mismatch(header: &str, keys: &Keys) -> Said {
    let secrets = match keys.count() {
        1 => "the secret".to_owned(),
        count => format!("any of the {count} secrets"),
    };
    let mut hint =
        "Either the secret is not the sender's, or the body is not the bytes that were sent: parsed and \
                    written again, most often."
            .to_owned();
    if let Some((secret, suspicion)) = keys.suspicion() {
        let which = if keys.count() > 1 { format!(" Secret {}:", secret + 1) } else { String::new() };
        hint = format!("{hint}{which} {}", suspicion.hint());
    }
    hint.push_str(" `explain` tries what usually goes wrong, and proves what fits.");
    Said::new(format!("The signature in {header} was not made over these bytes with {secrets}.")).hint(hint)
}
