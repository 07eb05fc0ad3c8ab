//! What an outcome says to a person. No message holds a secret or an expected signature, and none
//! repeats more of a header than the name of an algorithm.

use super::candidates::{MAX_HEADER_BYTES, MAX_SIGNATURES, MAX_TIMESTAMPS};
use super::{Algorithm, Keys, MalformedReason, Outcome, Scheme};
use crate::issue::{Code, Location, PendingIssue, Severity};

/// A sentence, and what to do about it.
struct Message(String, Option<String>);

impl Message {
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
    /// The issue of an outcome with this code, which [`accepted`](Self::accepted) returned.
    pub(crate) fn issue(&self, code: Code, scheme: &Scheme, keys: &Keys) -> PendingIssue {
        let Message(message, hint) = self.message(scheme, keys);
        let mut draft = PendingIssue::new(code, Severity::Error, Location::Request, message);
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
        draft
    }

    fn message(&self, scheme: &Scheme, keys: &Keys) -> Message {
        let header = scheme.header();
        match *self {
            Outcome::Verified { .. } | Outcome::Unsigned => Message::new("The delivery is accepted."),
            Outcome::NotCompared => Message::new("The signature was not compared."),
            Outcome::Missing => missing(scheme),
            Outcome::Malformed { header, reason, .. } => malformed(reason, header, scheme, keys),
            Outcome::Unsupported { name, is_labelled: labelled, .. } => unsupported(name, labelled, header, keys),
            Outcome::AlgorithmMismatch { algorithm, is_labelled: labelled, digest_len, .. } => {
                wrong_length(algorithm, labelled, digest_len, header)
            }
            Outcome::Mismatch { .. } => mismatch(header, keys),
            Outcome::TimestampMissing => match scheme.timestamp_header() {
                Some(name) => absent(name),
                None => Message::new(format!(
                    "The header {header} holds no timestamp, and the timestamp is part of what is signed."
                ))
                .hint(unchanged(header)),
            },
            Outcome::TimestampMalformed => Message::new(format!(
                "The timestamp in the header {} is not a whole number of {} since 1970.",
                scheme.timestamp_header().unwrap_or(header),
                scheme.timestamp_unit().name()
            ))
            .hint(unchanged(scheme.timestamp_header().unwrap_or(header))),
            Outcome::TooOld { off_by_ms: by, tolerance, .. } => Message::new(format!(
                "The delivery was signed {} s ago, and the tolerance is {tolerance} s.",
                seconds(by)
            ))
            .hint(
                "The signature itself is right. A replayed or queued delivery looks like this; so does one that \
                 arrives at a machine whose clock is fast.",
            ),
            Outcome::TooNew { off_by_ms: by, tolerance, .. } => Message::new(format!(
                "The delivery was signed {} s in the future, and the tolerance is {tolerance} s.",
                seconds(by)
            ))
            .hint("The signature itself is right: check the clock of this machine."),
            Outcome::HeaderMissing { name } => absent(name),
            Outcome::UrlMissing => {
                Message::new("The URL is part of what is signed, and the receiver did not give it.")
                    .hint("Hand over the delivery's url exactly as the sender knows it, not as a proxy rewrote it.")
            }
            Outcome::MethodMissing => {
                Message::new("The method is part of what is signed, and the receiver did not give it.")
                    .hint("Hand over the delivery's method.")
            }
        }
    }
}

/// Milliseconds as seconds, rounded up, so that it is more than the tolerance it is compared with.
fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1000)
}

fn unchanged(name: &str) -> String {
    format!("Pass the header {name} on unchanged.")
}

fn absent(name: &str) -> Message {
    Message::new(format!("The header {name} is absent, and it is part of what is signed."))
        .hint(format!("Check that the proxy in front of the receiver passes {name} on."))
}

fn missing(scheme: &Scheme) -> Message {
    let header = scheme.header();
    let said =
        Message::new(format!("The header {header} is absent, so nothing shows who sent this delivery."));
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

fn malformed(reason: MalformedReason, header: &str, scheme: &Scheme, keys: &Keys) -> Message {
    let encoding = scheme.format.encoding.name();
    let example = || scheme.format.example(keys.algorithms()[0]);
    match reason {
        MalformedReason::Empty => {
            Message::new(format!("The header {header} holds nothing where its value should stand."))
        }
        MalformedReason::ControlCharacter => Message::new(format!(
            "The header {header} holds a control character, which no HTTP header can carry."
        ))
        .hint("A line break that was copied with the value, most often."),
        MalformedReason::TooLong => {
            Message::new(format!("The header {header} has more than {MAX_HEADER_BYTES} bytes, and is not read."))
        }
        MalformedReason::TooManySignatures => {
            Message::new(format!("The header {header} holds more than {MAX_SIGNATURES} signatures."))
        }
        MalformedReason::TooManyTimestamps => {
            Message::new(format!("The header {header} holds more than {MAX_TIMESTAMPS} timestamps."))
        }
        MalformedReason::LabelMissing => Message::new(format!(
            "The header {header} holds a bare signature, without the label in front of it."
        ))
        .hint(format!(
            "The label is missing: this provider writes {}. Hand the header over as it arrived.",
            example()
        )),
        MalformedReason::OddHex(digits) => {
            let lengths = keys.algorithms().iter().map(|it| format!("{} for {it}", it.digest_len() * 2));
            Message::new(format!("The signature in {header} has an odd number of hex digits: {digits}."))
                .hint(format!("It would have {}.", lengths.collect::<Vec<_>>().join(", ")))
        }
        MalformedReason::Characters => {
            Message::new(format!("The signature in {header} holds characters that are not {encoding}."))
        }
        MalformedReason::Format => {
            let form = &scheme.definition().format;
            Message::new(format!("The header {header} does not have the form {form}."))
                .hint(format!("This provider writes {}. Hand the header over as it arrived.", example()))
        }
        MalformedReason::Overrun => Message::new(format!(
            "The header {header} contains the separator of the signed content, so the signature does not say where \
             the header ends."
        ))
        .hint("The sender writes no such value: somebody may have moved bytes from one signed part into another."),
        MalformedReason::Repeated => Message::new(format!(
            "The header {header} is part of what is signed, and stands more than once with different values."
        )),
    }
}

fn unsupported(name: &str, labelled: bool, header: &str, keys: &Keys) -> Message {
    let accepted = Algorithm::list(keys.algorithms());
    let said = |what: String| Message::new(format!("{what}, and only {accepted} is accepted here."));
    let Some(known) = Algorithm::from_name(name) else {
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

fn wrong_length(algorithm: Algorithm, labelled: bool, digest_len: usize, header: &str) -> Message {
    let right = algorithm.digest_len();
    let like = Algorithm::of_len(digest_len).map(|it| format!(", the length of {it}")).unwrap_or_default();
    let said = Message::new(if labelled {
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

fn mismatch(header: &str, keys: &Keys) -> Message {
    let secrets = match keys.count() {
        1 => "the secret".to_owned(),
        count => format!("any of the {count} secrets"),
    };
    let mut hint =
        "Either the secret is not the sender's, or the body is not the bytes that were sent: parsed and \
                    written again, most often."
            .to_owned();
    if let Some((secret, suspicion)) = keys.first_warning() {
        let which = if keys.count() > 1 { format!(" Secret {}:", secret + 1) } else { String::new() };
        hint = format!("{hint}{which} {}", suspicion.hint());
    }
    hint.push_str(" `explain` tries what usually goes wrong, and proves what fits.");
    Message::new(format!("The signature in {header} was not made over these bytes with {secrets}."))
        .hint(hint)
}
