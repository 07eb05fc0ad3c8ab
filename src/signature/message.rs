//! The issue of an outcome: message, hint and expected form.
//!
//! SECURITY: no message holds a secret or an expected signature. Of a received header, only the name of an algorithm is
//! repeated.

use super::candidates::{MAX_HEADER_BYTES, MAX_TIMESTAMPS};
use super::template::{HEADER_VALUES, is_source};
use super::{Algorithm, JwtScheme, Keys, MalformedReason, Outcome, Scheme, TokenScheme};
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
    /// Returns the issue of an outcome with this code, which [`accepted`](Self::accepted) returned.
    pub(crate) fn issue(&self, code: Code, scheme: &Scheme, keys: &Keys) -> PendingIssue {
        let Message(message, hint) = self.message(scheme, keys);
        let mut issue = PendingIssue::new(code, Severity::Error, Location::Request, message);
        issue.hint = hint;
        let is_about_format = match self {
            Outcome::Malformed { header, .. } => *header == scheme.header(),
            Outcome::Missing | Outcome::Unsupported { .. } | Outcome::AlgorithmMismatch { .. } => true,
            _ => false,
        };
        if is_about_format {
            let examples = keys.algorithms().iter().map(|algorithm| scheme.format.example(*algorithm));
            issue.expected = Some(examples.collect::<Vec<_>>().join(" or "));
        }
        issue
    }

    /// Returns the issue of an outcome of a token scheme. SECURITY: nothing of the header is repeated, since it may be the
    /// secret.
    pub(crate) fn token_issue(&self, code: Code, scheme: &TokenScheme, keys: &Keys) -> PendingIssue {
        let header = scheme.header();
        let Message(message, hint) = match *self {
            Outcome::Missing => missing_token(scheme),
            Outcome::Malformed { reason, .. } => malformed_token(reason, scheme),
            Outcome::TokenMismatch => token_mismatch(header, keys),
            _ => Message::new("The delivery is accepted."),
        };
        let mut issue = PendingIssue::new(code, Severity::Error, Location::Request, message);
        issue.hint = hint;
        issue.expected = (*self != Outcome::TokenMismatch).then(|| scheme.format());
        issue
    }

    /// Returns the issue of an outcome of a scheme with JSON Web Tokens.
    #[cold]
    pub(crate) fn jwt_issue(&self, code: Code, scheme: &JwtScheme, keys: &Keys) -> PendingIssue {
        let header = scheme.header();
        let Message(message, hint) = match *self {
            Outcome::Missing if scheme.is_optional() => {
                Message::new(missing_part("token", header)).hint(UNSIGNED_HINT)
            }
            Outcome::Missing => Message::new(missing_part("token", header))
                .hint(format!("Set a signing secret at the sender. Or {}.", reach(header))),
            Outcome::Malformed { reason, .. } => malformed_jwt(reason, header),
            Outcome::Unsupported { name, .. } => {
                let name = if name.is_empty() { "another algorithm" } else { name };
                Message::new(format!("The token in {header} is signed with {name}; expected {}.", scheme.algorithm_names()))
                    .hint("Configure the sender to use an expected algorithm. Or add it to `algorithms` if the provider documents it.")
            }
            Outcome::Mismatch { algorithm, .. } if !keys.has_kind_of(algorithm) => Message::new(format!(
                "The token in {header} is signed with {}, and {} is of another kind.",
                JwtScheme::name_of(algorithm),
                configured(keys)
            ))
            .hint(if algorithm.is_public_key() {
                "Pass the public key of the sender in `secrets`. Or configure the sender to sign with the shared secret."
            } else {
                "Pass the shared secret of the webhook in `secrets`. Or configure the sender to sign with its private key."
            }),
            Outcome::Mismatch { .. } => {
                let mut hint = "Check that the secret is that of this webhook. The body is not part of this check.".to_owned();
                add_warning(&mut hint, keys);
                Message::new(format!("The token in {header} was not signed with {}.", configured(keys))).hint(hint)
            }
            Outcome::ClaimMismatch { claim, is_missing: true, .. } => {
                Message::new(format!("The token in {header} has no claim `{claim}`."))
                    .hint("Compare the token with the documentation of the provider.")
            }
            Outcome::ClaimMismatch { claim, is_digest: true, .. } => {
                Message::new(format!("The claim `{claim}` of the token is not the digest of this body."))
                    .hint("Pass the raw body: all of its bytes, and no others. The token itself is valid.")
            }
            Outcome::ClaimMismatch { claim, .. } => {
                Message::new(format!("The claim `{claim}` of the token does not have the expected value."))
                    .hint("Compare the claim with the webhook at the provider, and `url` with the URL that the sender requested. The token itself is valid.")
            }
            Outcome::Expired { off_by_ms, .. } => {
                Message::new(format!("The token expired {} s ago.", off_by_ms.div_ceil(1000)))
                    .hint("Check for replays and queued deliveries, and the clock of this machine. The signature itself is valid.")
            }
            Outcome::TooOld { off_by_ms, tolerance, .. } => outside_tolerance("past", off_by_ms, tolerance),
            Outcome::TooNew { off_by_ms, tolerance, .. } => outside_tolerance("future", off_by_ms, tolerance)
                .hint("Check the clocks of this machine and of the sender. The signature itself is valid."),
            Outcome::TimestampMissing => Message::new("The token has no expiry and no time of signing.")
                .hint("Let the sender add the claim `exp`: without a time, a replay cannot be recognized."),
            Outcome::TimestampMalformed => {
                Message::new("A time of the token is no number of seconds since 1970.")
            }
            Outcome::UrlMissing => Message::new("Missing URL, which the token covers.")
                .hint("Pass `url` exactly as the sender knows it, not as a proxy rewrites it."),
            Outcome::KeyMissing => key_missing(),
            Outcome::KeySourceRefused => key_source_refused(),
            _ => Message::new("The token was not compared."),
        };
        let mut issue = PendingIssue::new(code, Severity::Error, Location::Request, message);
        issue.hint = hint;
        if matches!(self, Outcome::Missing | Outcome::Malformed { .. }) {
            issue.expected = Some(scheme.format());
        }
        issue
    }

    fn message(&self, scheme: &Scheme, keys: &Keys) -> Message {
        let header = scheme.header();
        let timestamp_header = scheme.timestamp_header().unwrap_or(header);
        match *self {
            Outcome::Verified { .. } | Outcome::Token { .. } | Outcome::Unsigned => {
                Message::new("The delivery is accepted.")
            }
            Outcome::TokenMismatch => token_mismatch(header, keys),
            Outcome::DigestMismatch => {
                Message::new("The signature is valid, but the digest that it covers is not that of the body.")
                    .hint("Pass the raw body: all of its bytes, and no others.")
            }
            // Outcomes of tokens with claims.
            Outcome::Expired { .. } | Outcome::ClaimMismatch { .. } => Message::new("The token is not accepted."),
            Outcome::KeyMissing => key_missing(),
            Outcome::KeySourceRefused => key_source_refused(),
            Outcome::NotCompared => Message::new("The signature was not compared."),
            Outcome::Missing => missing(scheme),
            Outcome::Malformed { header, reason, .. } => malformed(reason, header, scheme, keys),
            Outcome::Unsupported { name, is_labelled, .. } => unsupported(name, is_labelled, header, keys),
            Outcome::AlgorithmMismatch { algorithm, is_labelled, digest_len, .. } => {
                wrong_length(algorithm, is_labelled, digest_len, header)
            }
            Outcome::Mismatch { .. } => mismatch(scheme, keys),
            Outcome::TimestampMissing if scheme.timestamp_header().is_none() => Message::new(format!(
                "Missing timestamp in the {}, which the signature covers.",
                place(header)
            ))
            .hint(pass_on(header)),
            Outcome::TimestampMissing => missing_header(timestamp_header),
            Outcome::TimestampMalformed => Message::new(format!(
                "Invalid timestamp in the {}: expected {}{}.",
                place(timestamp_header),
                if scheme.timestamp_unit().is_number() { "an integer, " } else { "" },
                scheme.timestamp_unit().description()
            ))
            .hint(pass_on(timestamp_header)),
            Outcome::TooOld { off_by_ms, tolerance, .. } => {
                outside_tolerance("past", off_by_ms, tolerance).hint(
                    "Check for replays and queued deliveries, and the clock of this machine. The signature itself is \
                     valid.",
                )
            }
            Outcome::TooNew { off_by_ms, tolerance, .. } => {
                outside_tolerance("future", off_by_ms, tolerance).hint(
                    "Check the clocks of this machine and of the sender. The signature itself is valid.",
                )
            }
            Outcome::HeaderMissing { name } => missing_header(name),
            Outcome::UrlMissing => Message::new("Missing URL, which the signature covers.")
                .hint("Pass `url` exactly as the sender knows it, not as a proxy rewrites it."),
            Outcome::MethodMissing => Message::new("Missing method, which the signature covers.")
                .hint("Pass `method` with the delivery."),
            Outcome::BodyMalformed if scheme.content.is_form() => {
                Message::new("The body is not a form with fields, which the signature covers.").hint(
                    if cfg!(feature = "js") {
                        "Compare the Content-Type with the media types of the provider."
                    } else {
                        "Pass the payload of the form: `Webhook::read_form`, `Delivery::with_form`. If there is none, compare the Content-Type with the media types of the provider."
                    },
                )
            }
            Outcome::BodyMalformed => Message::new(
                "The body is not a JSON object or array, so nothing marks where the signed part next to the body ends.",
            )
            .hint("Pass the raw body: all of its bytes, and no others."),
        }
    }
}

/// Seconds are rounded up, so that the message never shows a difference equal to the tolerance it exceeds.
#[inline(never)]
fn outside_tolerance(direction: &str, off_by_ms: u64, tolerance: u64) -> Message {
    Message::new(format!(
        "The timestamp is {} s in the {direction}; the tolerance is {tolerance} s.",
        off_by_ms.div_ceil(1000)
    ))
}

#[inline(never)]
fn pass_on(header: &str) -> String {
    format!("Pass the {} on unchanged.", place(header))
}

#[inline(never)]
fn missing_header(name: &str) -> Message {
    if name == HEADER_VALUES {
        return Message::new("Missing a header that the delivery lists as signed, or the list itself.")
            .hint("Configure the proxy or gateway to pass all headers on.");
    }
    Message::new(format!("Missing {}, which the signature covers.", place(name)))
        .hint(into_sentence(&reach(name)))
}

/// Names a header, or a source in the body or the URL.
#[inline(never)]
fn place(name: &str) -> String {
    [if is_source(name) { "value at " } else { "header " }, name].concat()
}

/// What makes a header or a source reach the receiver.
#[inline(never)]
fn reach(name: &str) -> String {
    match name.as_bytes() {
        [b'q', ..] if is_source(name) => "pass `url` with its query".to_owned(),
        _ if is_source(name) => "check that the delivery is from this provider".to_owned(),
        _ => format!("configure the proxy or gateway to pass {name} on"),
    }
}

/// Makes a sentence of a clause.
fn into_sentence(clause: &str) -> String {
    let (first, rest) = clause.split_at(1);
    [&first.to_ascii_uppercase(), rest, "."].concat()
}

#[inline(never)]
fn missing_part(part: &str, name: &str) -> String {
    ["Missing ", part, if is_source(name) { " at " } else { " header " }, name, "."].concat()
}

#[cold]
fn malformed_jwt(reason: MalformedReason, header: &str) -> Message {
    match reason {
        MalformedReason::Empty => Message::new(format!("The header {header} contains an empty token.")),
        MalformedReason::Repeated => Message::new(format!("The header {header} occurs more than once.")),
        MalformedReason::ControlCharacter => control_character(header),
        MalformedReason::TooLong => more_than(header, MAX_HEADER_BYTES, "bytes"),
        MalformedReason::CriticalHeader => Message::new(format!(
            "The token in {header} demands an extension (`crit`), which is not supported."
        )),
        _ => Message::new(format!("The header {header} contains no JSON Web Token.")).hint(pass_on(header)),
    }
}

#[cold]
#[inline(never)]
fn key_missing() -> Message {
    Message::new("The public key of the delivery is missing.").hint(if cfg!(feature = "js") {
        "Pass `keys` to the receiver, or with the delivery; or the public key in `secrets` of the webhook."
    } else {
        "Pass the public key by `Delivery::with_keys`, or in `secrets` of the webhook."
    })
}

#[cold]
#[inline(never)]
fn key_source_refused() -> Message {
    Message::new("The delivery names a URL of its public key that is not at a host of the provider.")
        .hint("Reject the delivery: its sender is not the provider.")
}

fn missing_token(scheme: &TokenScheme) -> Message {
    let header = scheme.header();
    let message = Message::new(missing_part("token", header));
    if scheme.is_optional() {
        return message.hint(UNSIGNED_HINT);
    }
    message.hint(format!("Set the token at the sender. Or {}.", reach(header)))
}

fn malformed_token(reason: MalformedReason, scheme: &TokenScheme) -> Message {
    let header = scheme.header();
    match reason {
        MalformedReason::Empty => Message::new(format!("The {} contains an empty token.", place(header)))
            .hint("Set the token at the sender."),
        MalformedReason::Repeated => Message::new(format!("The {} occurs more than once.", place(header)))
            .hint("Check the sender and the proxy: a delivery has one token."),
        MalformedReason::Characters => {
            Message::new(format!("The token in {header} contains characters that are not base64."))
        }
        MalformedReason::ControlCharacter => control_character(header),
        MalformedReason::TooLong => more_than(header, MAX_HEADER_BYTES, "bytes"),
        _ => Message::new(format!("The {} does not match the format {}.", place(header), scheme.format()))
            .hint(pass_on(header)),
    }
}

fn token_mismatch(header: &str, keys: &Keys) -> Message {
    let mut hint =
        "Check that the secret is the token that the sender has, of the same environment.".to_owned();
    add_warning(&mut hint, keys);
    Message::new(format!("The token in {header} is not {}.", configured(keys))).hint(hint)
}

#[inline(never)]
fn control_character(header: &str) -> Message {
    if header == HEADER_VALUES {
        return Message::new(
            "The signed headers are ambiguous, or their list lacks one that the provider always signs.",
        )
        .hint("Configure the proxy or gateway to pass all headers on unchanged, each once.");
    }
    if is_source(header) {
        return Message::new(format!("The {} cannot be a part of a signature.", place(header))).hint(
            "Check the sender: expected one string or number, without control characters and without white space \
             around it.",
        );
    }
    Message::new(format!(
        "The header {header} contains a control character, which HTTP headers cannot carry."
    ))
    .hint("Remove the control character, such as a line break copied with the value.")
}

/// Names the secrets.
#[inline(never)]
fn configured(keys: &Keys) -> String {
    let noun = if keys.are_public() { "public key" } else { "secret" };
    match keys.count() {
        1 => format!("the configured {noun}"),
        count => format!("any of the {count} configured {noun}s"),
    }
}

/// Adds the first secret warning to the hint of a mismatch.
#[inline(never)]
fn add_warning(hint: &mut String, keys: &Keys) {
    if let Some((secret, warning)) = keys.first_warning() {
        let label = if keys.count() > 1 { format!(" Secret {}:", secret + 1) } else { String::new() };
        *hint = format!("{hint}{label} {}", warning.hint());
    }
    hint.push_str(" Run `hookseal explain`.");
}

const UNSIGNED_HINT: &str = concat!(
    "Set a signing secret at the provider, which signs only with one. Or pass `",
    option!(allow_unsigned),
    "` to accept unsigned deliveries; they are reported as unsigned, never as verified."
);

fn missing(scheme: &Scheme) -> Message {
    let header = scheme.header();
    let message = Message::new(missing_part("signature", header));
    if scheme.is_optional() {
        message.hint(UNSIGNED_HINT)
    } else if scheme.public_key_algorithm().is_some() {
        message.hint(format!("Configure the proxy or gateway to pass {header} on."))
    } else {
        message.hint(format!("Set a signing secret at the sender. Or {}.", reach(header)))
    }
}

fn malformed(reason: MalformedReason, header: &str, scheme: &Scheme, keys: &Keys) -> Message {
    match reason {
        MalformedReason::CriticalHeader => malformed_jwt(reason, header),
        MalformedReason::Empty => Message::new(format!("The {} contains an empty signature.", place(header))),
        MalformedReason::ControlCharacter => control_character(header),
        MalformedReason::TooLong => more_than(header, MAX_HEADER_BYTES, "bytes"),
        MalformedReason::TooManySignatures => more_than(header, scheme.max_signatures(), "signatures"),
        MalformedReason::TooManyTimestamps => more_than(header, MAX_TIMESTAMPS, "different timestamps"),
        MalformedReason::LabelMissing => Message::new(format!(
            "The signature in {header} has no prefix; expected {}.",
            scheme.format.example(keys.algorithms()[0])
        ))
        .hint(pass_on(header)),
        MalformedReason::OddHex(digits) => {
            let lengths = keys.algorithms().iter().map(|a| format!("{} for {a}", a.digest_len() * 2));
            Message::new(format!(
                "The signature in {header} has an odd number of hex digits ({digits}); expected {}.",
                lengths.collect::<Vec<_>>().join(", ")
            ))
        }
        MalformedReason::Characters => Message::new(format!(
            "The signature in {header} contains characters that are not {}.",
            scheme.format.encoding.name()
        )),
        MalformedReason::Format => Message::new(format!(
            "The {} does not match the format {}.",
            place(header),
            scheme.definition().format
        ))
        .hint(pass_on(header)),
        MalformedReason::ContainsSeparator => Message::new(format!(
            "The {} contains the separator of the signed content, so its end is ambiguous.",
            place(header)
        ))
        .hint("Check the sender: bytes may have been moved from one signed part into another."),
        MalformedReason::Repeated => Message::new(format!(
            "The {}, which the signature covers, occurs more than once with different values.",
            place(header)
        )),
    }
}

#[inline(never)]
fn more_than(header: &str, limit: usize, unit: &str) -> Message {
    Message::new(format!("The {} contains more than {limit} {unit}.", place(header)))
}

fn unsupported(name: &str, is_labelled: bool, header: &str, keys: &Keys) -> Message {
    let accepted = Algorithm::list(keys.algorithms());
    let known = Algorithm::from_name(name);
    let message = Message::new(match known {
        Some(known) if !is_labelled => format!(
            "The signature in {header} has the {} bytes of {known}; expected {accepted}.",
            known.digest_len()
        ),
        _ => format!("Unsupported algorithm \"{name}\" in the {}; expected {accepted}.", place(header)),
    });
    let alternative = match known {
        Some(known) => {
            format!(" Or accept {known} too, in the option `algorithms`, if the provider documents {known}.")
        }
        None => String::new(),
    };
    message.hint(format!("Change the sender to sign with {accepted}.{alternative}"))
}

fn wrong_length(algorithm: Algorithm, is_labelled: bool, digest_len: usize, header: &str) -> Message {
    let expected = algorithm.digest_len();
    let length_of = Algorithm::of_len(digest_len);
    if algorithm.is_public_key() {
        return wrong_form(algorithm, digest_len, header);
    }
    let like = length_of.map(|other| format!(", the length of {other}")).unwrap_or_default();
    let label = if is_labelled { "its label " } else { "" };
    let message = Message::new(format!(
        "The signature in {header} has {digest_len} bytes{like}; expected {expected} for {label}{algorithm}."
    ));
    match (length_of, is_labelled) {
        (None, _) if digest_len < expected => message.hint("Check where the signature is cut off."),
        (None, _) => message,
        (Some(_), true) => message.hint("Check the sender: label and signature are of different algorithms."),
        (Some(_), false) => {
            message.hint("Check the sender: another algorithm is in use than the provider documents.")
        }
    }
}

/// Of a signature by a public key, which DER and the raw form of ECDSA make hard to recognize.
#[inline(never)]
fn wrong_form(algorithm: Algorithm, digest_len: usize, header: &str) -> Message {
    let (expected, hint) = match (algorithm, digest_len) {
        (Algorithm::EcdsaP256, 64) => (
            "DER of at most 72",
            "r and s without DER have 64 bytes: for them, the algorithm is ecdsa-p256-raw.",
        ),
        (Algorithm::EcdsaP256Raw, 68..=72) => {
            ("64", "DER has 68 to 72 bytes: for it, the algorithm is ecdsa-p256.")
        }
        (Algorithm::EcdsaP256, _) => ("DER of at most 72", "Check where the signature is cut off."),
        (Algorithm::Ed25519 | Algorithm::EcdsaP256Raw, _) => {
            ("64", "Compare the encoding of the signature, hex or base64, with the format of the header.")
        }
        _ => ("256 to 1024", "Check where the signature is cut off."),
    };
    Message::new(format!(
        "The signature in {header} has {digest_len} bytes; expected {expected} for {algorithm}."
    ))
    .hint(hint)
}

fn mismatch(scheme: &Scheme, keys: &Keys) -> Message {
    let header = scheme.header();
    let content = match scheme.signed_content() {
        "{body}" => "this body",
        template => template,
    };
    let secrets = configured(keys);
    let (noun, made) = match keys.are_public() {
        true => ("public key", "one"),
        false if scheme.is_hash() => ("secret", "hash"),
        false => ("secret", "HMAC"),
    };
    let mut hint =
        format!("Check the {noun}, and that the raw body is passed, not parsed and re-serialized JSON.");
    add_warning(&mut hint, keys);
    Message::new(format!("The signature in {header} is not the {made} of {content} under {secrets}."))
        .hint(hint)
}
