//! Every message of an outcome, and that no message reveals a secret.

use std::fmt::Write;

use super::*;
use crate::delivery::{Delivery, Headers};
use crate::issue::Code;

pub(super) const NOW: i64 = 1_700_000_000_000;
pub(super) const SECRET: &str = "0DpAOwQAZw4CFwpEiNyGaoTkb5tyARds";

fn optional() -> Scheme {
    Scheme::new(SchemeDefinition {
        algorithms: vec![Algorithm::Sha256, Algorithm::Sha1],
        optional: true,
        ..SchemeDefinition::new("X-Sig", "{algorithm}={hex}")
    })
    .expect("a scheme")
}

pub(super) fn scheme_of(format: &str, content: &str) -> Scheme {
    let has_timestamp_header = content.contains("{timestamp}") && !format.contains("{timestamp}");
    Scheme::new(SchemeDefinition {
        signed_content: content.to_owned(),
        timestamp_header: has_timestamp_header.then(|| "X-Time".to_owned()),
        id_header: Some("X-Id".to_owned()),
        ..SchemeDefinition::new("X-Sig", format)
    })
    .expect("a scheme")
}

pub(super) fn keys(scheme: &Scheme, secrets: &[&str]) -> Keys {
    let parse = |text: &&str| Secret::parse(text, scheme.secret_format()).expect("a secret");
    scheme.keys(&secrets.iter().map(parse).collect::<Vec<_>>(), None).expect("keys")
}

/// Returns code, message, hint and expected form of the outcome for the body `{}`, one per line.
fn report(scheme: &Scheme, keys: &Keys, headers: &[(&str, &str)]) -> String {
    let delivery = Delivery::new(headers.iter().copied().collect::<Headers<'_>>(), b"{}");
    let outcome = scheme.verify(keys, &delivery, NOW, 300);
    let Err(code) = outcome.accepted() else { return "verified".to_owned() };
    let issue = outcome.issue(code, scheme, keys);
    let mut report = format!("{}\n{}", issue.code, issue.message);
    for (label, text) in [("hint", issue.hint), ("expected", issue.expected)] {
        if let Some(text) = text {
            write!(report, "\n{label}: {text}").expect("a string takes text");
        }
    }
    assert_eq!(issue.received, None);
    report
}

#[track_caller]
fn expect(scheme: &Scheme, headers: &[(&str, &str)], lines: &[&str]) {
    assert_eq!(report(scheme, &keys(scheme, &[SECRET]), headers), lines.join("\n"));
}

const BOTH: &str = "expected: sha256=<64 hex digits> or sha1=<40 hex digits>";

#[test]
fn a_missing_signature_has_a_hint_for_optional_signatures() {
    expect(
        &optional(),
        &[],
        &[
            "signature-missing",
            "Missing signature header X-Sig.",
            "hint: Set a signing secret at the provider, which signs only with one. Or pass `allow_unsigned: true` to \
             accept unsigned deliveries; they are reported as unsigned, never as verified.",
            BOTH,
        ],
    );
    expect(
        &scheme_of("{base64}", "{body}"),
        &[],
        &[
            "signature-missing",
            "Missing signature header X-Sig.",
            "hint: Set a signing secret at the sender. Or configure the proxy or gateway to pass X-Sig on.",
            "expected: <43 characters of base64>",
        ],
    );
}

#[test]
fn a_malformed_signature_has_a_message_for_each_reason() {
    let digest = "0".repeat(64);
    let labelled = format!("sha256={digest}");
    let form = [
        "The header X-Sig does not match the format {algorithm}={hex}.",
        "hint: Pass the header X-Sig on unchanged.",
    ];
    let many = vec![labelled.as_str(); 33].join(",");
    let long = "x".repeat(8193);
    for (value, lines) in [
        ("", &["The header X-Sig contains an empty signature."][..]),
        ("sha256=", &["The header X-Sig contains an empty signature."]),
        (
            &format!("{labelled}\n"),
            &[
                "The header X-Sig contains a control character, which HTTP headers cannot carry.",
                "hint: Remove the control character, such as a line break copied with the value.",
            ],
        ),
        (&long, &["The header X-Sig contains more than 8192 bytes."]),
        (&many, &["The header X-Sig contains more than 32 signatures."]),
        (
            &digest,
            &[
                "The signature in X-Sig has no prefix; expected sha256=<64 hex digits>.",
                "hint: Pass the header X-Sig on unchanged.",
            ],
        ),
        (
            "sha256=abc",
            &[
                "The signature in X-Sig has an odd number of hex digits (3); expected 64 for sha256, 40 for sha1.",
            ],
        ),
        ("sha256=xyz", &["The signature in X-Sig contains characters that are not hex."]),
        ("Bearer abc", &form),
        ("\u{1F600}=\u{1F600}", &form),
    ] {
        let lines = [&["signature-malformed"], lines, &[BOTH]].concat();
        expect(&optional(), &[("X-Sig", value)], &lines);
    }
    expect(
        &scheme_of("t={timestamp},v1={base64url}", "{timestamp}{body}"),
        &[("X-Sig", "t=1,v0=abc")],
        &[
            "signature-malformed",
            "The header X-Sig does not match the format t={timestamp},v1={base64url}.",
            "hint: Pass the header X-Sig on unchanged.",
            "expected: t=<timestamp>,v1=<43 characters of URL-safe base64>",
        ],
    );
    expect(
        &scheme_of("v1={hex},t={timestamp}", "{timestamp}{body}"),
        &[("X-Sig", "t=1,t=2,t=3,t=4,t=4,t=5")],
        &[
            "signature-malformed",
            "The header X-Sig contains more than 4 different timestamps.",
            "expected: v1=<64 hex digits>,t=<timestamp>",
        ],
    );
}

#[test]
fn an_algorithm_that_is_not_accepted_is_named() {
    for (value, name, hint) in [
        (
            "sha512=00",
            "sha512",
            "Change the sender to sign with sha256 or sha1. Or accept sha512 too, in the option `algorithms`, if the \
             provider documents sha512.",
        ),
        ("md5=00", "md5", "Change the sender to sign with sha256 or sha1."),
    ] {
        let message =
            format!("Unsupported algorithm \"{name}\" in the header X-Sig; expected sha256 or sha1.");
        expect(
            &optional(),
            &[("X-Sig", value)],
            &["algorithm-unsupported", &message, &format!("hint: {hint}"), BOTH],
        );
    }
    let unlabelled = Scheme::new(SchemeDefinition {
        algorithms: vec![Algorithm::Sha256, Algorithm::Sha1],
        ..SchemeDefinition::new("X-Sig", "{hex}")
    })
    .expect("a scheme");
    let secret = Secret::from_bytes(SECRET).expect("a secret");
    let narrowed = unlabelled.keys(&[secret], Some(&[Algorithm::Sha256])).expect("keys");
    assert_eq!(
        report(&unlabelled, &narrowed, &[("X-Sig", &"0".repeat(40))]),
        "algorithm-unsupported\n\
         The signature in X-Sig has the 20 bytes of sha1; expected sha256.\n\
         hint: Change the sender to sign with sha256. Or accept sha1 too, in the option `algorithms`, if the provider \
         documents sha1.\n\
         expected: <64 hex digits>"
    );
}

#[test]
fn a_mislabelled_signature_and_a_truncated_one_have_different_hints() {
    for (digits, length, hint) in [
        (
            40,
            "20 bytes, the length of sha1",
            Some("hint: Check the sender: label and signature are of different algorithms."),
        ),
        (62, "31 bytes", Some("hint: Check where the signature is cut off.")),
        (200, "100 bytes", None),
    ] {
        let message = format!("The signature in X-Sig has {length}; expected 32 for its label sha256.");
        let lines: Vec<&str> =
            ["algorithm-mismatch", &message].into_iter().chain(hint).chain([BOTH]).collect();
        expect(&optional(), &[("X-Sig", &format!("sha256={}", "0".repeat(digits)))], &lines);
    }
    expect(
        &scheme_of("{hex}", "{body}"),
        &[("X-Sig", &"0".repeat(40))],
        &[
            "algorithm-mismatch",
            "The signature in X-Sig has 20 bytes, the length of sha1; expected 32 for sha256.",
            "hint: Check the sender: another algorithm is in use than the provider documents.",
            "expected: <64 hex digits>",
        ],
    );
}

#[test]
fn a_mismatch_hints_at_secret_and_raw_body_and_includes_the_secret_warning() {
    let scheme = optional();
    let wrong = format!("sha256={}", "0".repeat(64));
    let wrong = [("X-Sig", wrong.as_str())];
    let hint = "hint: Check the secret, and that the raw body is passed, not parsed and re-serialized JSON.";
    let explain = " Run `hookseal explain`.";
    let mismatch = "signature-mismatch\nThe signature in X-Sig is not the HMAC of this body under";
    let one = format!("{mismatch} the configured secret.");
    let two = format!("{mismatch} any of the 2 configured secrets.");
    assert_eq!(report(&scheme, &keys(&scheme, &[SECRET]), &wrong), format!("{one}\n{hint}{explain}"));
    assert_eq!(report(&scheme, &keys(&scheme, &[SECRET, "b"]), &wrong), format!("{two}\n{hint}{explain}"));
    for (secret, warning) in [
        ("'b'", "The secret has quotes around it, which are part of the key. Remove the quotes."),
        (
            "b\n",
            "The secret begins or ends with white space, which is part of the key. Remove the white space, such as the \
             line break of a file.",
        ),
        (
            "b\u{200b}",
            "The secret contains invisible characters, which are part of the key. Remove them, such as the byte order mark \
             of a file.",
        ),
    ] {
        assert_eq!(
            report(&scheme, &keys(&scheme, &[secret]), &wrong),
            format!("{one}\n{hint} {warning}{explain}")
        );
        let second = keys(&scheme, &[SECRET, secret]);
        assert_eq!(report(&scheme, &second, &wrong), format!("{two}\n{hint} Secret 2: {warning}{explain}"));
    }
}

#[test]
fn a_missing_malformed_or_untimely_timestamp_is_reported() {
    let in_signature_header = scheme_of("t={timestamp},v1={hex}", "{timestamp}.{body}");
    let in_own_header = scheme_of("v0={hex}", "v0:{timestamp}:{body}");
    let zeros = "0".repeat(64);
    expect(
        &in_signature_header,
        &[("X-Sig", &format!("v1={zeros}"))],
        &[
            "timestamp-missing",
            "Missing timestamp in the header X-Sig, which the signature covers.",
            "hint: Pass the header X-Sig on unchanged.",
        ],
    );
    expect(
        &in_own_header,
        &[("X-Sig", &format!("v0={zeros}"))],
        &[
            "timestamp-missing",
            "Missing header X-Time, which the signature covers.",
            "hint: Configure the proxy or gateway to pass X-Time on.",
        ],
    );
    expect(
        &in_signature_header,
        &[("X-Sig", &format!("t=now,v1={zeros}"))],
        &[
            "timestamp-malformed",
            "Invalid timestamp in the header X-Sig: expected an integer, seconds since 1970.",
            "hint: Pass the header X-Sig on unchanged.",
        ],
    );
    expect(
        &in_own_header,
        &[("X-Sig", &format!("v0={zeros}")), ("X-Time", "-1")],
        &[
            "timestamp-malformed",
            "Invalid timestamp in the header X-Time: expected an integer, seconds since 1970.",
            "hint: Pass the header X-Time on unchanged.",
        ],
    );
    let keys = keys(&in_own_header, &[SECRET]);
    for (then, lines) in [
        (
            NOW - 301_000,
            "timestamp-too-old\nThe timestamp is 301 s in the past; the tolerance is 300 s.\nhint: Check for replays and \
             queued deliveries, and the clock of this machine. The signature itself is valid.",
        ),
        (
            NOW + 301_000,
            "timestamp-too-new\nThe timestamp is 301 s in the future; the tolerance is 300 s.\nhint: Check the clocks of \
             this machine and of the sender. The signature itself is valid.",
        ),
    ] {
        let signed = in_own_header.sign(&keys, b"{}", &SignContext::at(then)).expect("signed");
        let headers: Vec<_> = signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(report(&in_own_header, &keys, &headers), lines);
    }
}

#[test]
fn the_reported_difference_always_exceeds_the_tolerance() {
    let scheme = Scheme::new(SchemeDefinition {
        timestamp_unit: TimestampUnit::Milliseconds,
        ..scheme_of("t={timestamp},v1={hex}", "{timestamp}.{body}").definition().clone()
    })
    .expect("a scheme");
    let keys = keys(&scheme, &[SECRET]);
    let signed = scheme.sign(&keys, b"{}", &SignContext::at(NOW - 300_001)).expect("signed");
    let report = report(&scheme, &keys, &[("X-Sig", &signed[0].1)]);
    assert!(report.contains("301 s in the past; the tolerance is 300 s."), "{report}");
}

#[test]
fn names_the_missing_or_ambiguous_signed_part() {
    let zeros = "0".repeat(64);
    let sig = ("X-Sig", zeros.as_str());
    let scheme = scheme_of("{hex}", "{header:X-Extra}.{body}");
    expect(
        &scheme,
        &[sig],
        &[
            "header-missing",
            "Missing header X-Extra, which the signature covers.",
            "hint: Configure the proxy or gateway to pass X-Extra on.",
        ],
    );
    expect(
        &scheme,
        &[sig, ("X-Extra", "a"), ("x-extra", "b")],
        &[
            "signature-malformed",
            "The header X-Extra, which the signature covers, occurs more than once with different values.",
        ],
    );
    expect(
        &scheme,
        &[sig, ("X-Extra", "a\0")],
        &[
            "signature-malformed",
            "The header X-Extra contains a control character, which HTTP headers cannot carry.",
            "hint: Remove the control character, such as a line break copied with the value.",
        ],
    );
    expect(
        &scheme_of("{hex}", "{url}\n{body}"),
        &[sig],
        &[
            "url-missing",
            "Missing URL, which the signature covers.",
            "hint: Pass `url` exactly as the sender knows it, not as a proxy rewrites it.",
        ],
    );
    expect(
        &scheme_of("{hex}", "{method}\n{body}"),
        &[sig],
        &[
            "method-missing",
            "Missing method, which the signature covers.",
            "hint: Pass `method` with the delivery.",
        ],
    );
    let scheme = scheme_of("{hex}", "{url}{body}");
    let keys = keys(&scheme, &[SECRET]);
    let delivery = Delivery::new(Headers::from_iter([sig]), b"a=1").with_url("https://x.example/");
    let outcome = scheme.verify(&keys, &delivery, NOW, 300);
    assert_eq!((outcome, outcome.status()), (Outcome::BodyMalformed, SignatureStatus::Malformed));
    let issue = outcome.issue(outcome.code().expect("not verified"), &scheme, &keys);
    assert_eq!(
        (issue.code, issue.message.as_str()),
        (
            Code::SIGNATURE_MALFORMED,
            "The body is not a JSON object or array, so nothing marks where the signed part next to the body ends."
        )
    );
    assert_eq!((issue.expected, issue.received), (None, None));
}

#[test]
fn reports_the_most_specific_of_several_errors() {
    let scheme = optional();
    let keys = keys(&scheme, &[SECRET]);
    let code = |value: &str| report(&scheme, &keys, &[("X-Sig", value)]).lines().next().map(str::to_owned);
    assert_eq!(code("sha256=zz, md5=00").as_deref(), Some("algorithm-unsupported"));
    assert_eq!(code("md5=00, sha256=00, sha256=zz").as_deref(), Some("algorithm-mismatch"));
    let compared = format!("sha256=00, sha1={}, nonsense", "0".repeat(40));
    assert_eq!(code(&compared).as_deref(), Some("signature-mismatch"));
}

#[test]
fn no_message_or_debug_output_holds_a_secret_or_an_expected_signature() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/signature.json")).expect("vectors");
    let bodies = file["cases"].as_array().expect("cases").iter().filter_map(|case| case["body"].as_str());
    let mut checked = 0;
    for body in bodies.collect::<std::collections::BTreeSet<_>>() {
        for (format, content) in [
            ("{algorithm}={hex}", "{body}"),
            ("{base64}", "{body}"),
            ("t={timestamp},v1={hex}", "{timestamp}.{body}"),
            ("v1,{base64}", "{id}.{timestamp}.{body}"),
        ] {
            let scheme = scheme_of(format, content);
            let keys_of_scheme = keys(&scheme, &[SECRET, "'quoted-secret'"]);
            let context = SignContext { id: Some("msg_1"), ..SignContext::at(NOW) };
            let signed = scheme.sign(&keys_of_scheme, body.as_bytes(), &context).expect("signed");
            let expected = &signed[0].1;
            let forged = scheme.sign(&keys(&scheme, &["x"]), body.as_bytes(), &context).expect("signed");

            let digest = expected.rsplit(['=', ',']).find(|part| part.len() > 40).expect("a digest");
            let secrets = [SECRET, "quoted-secret", digest];
            for value in [&forged[0].1, "", "nonsense", "md5=00", "sha256=00", "v1,AA==", "t=1", "t=x,v1=00"]
            {
                let mut headers = Headers::from_iter([("X-Sig", value)]);
                for (name, value) in &signed[1..] {
                    headers.push(name.as_str(), value.as_str());
                }
                let delivery = Delivery::new(headers, body.as_bytes());
                let outcome = scheme.verify(&keys_of_scheme, &delivery, NOW, 300);
                let issue = outcome.issue(outcome.code().expect("not verified"), &scheme, &keys_of_scheme);
                let output =
                    format!("{outcome:?} {outcome:#?} {issue:?} {keys_of_scheme:?} {scheme:?} {delivery:?}");
                for text in secrets {
                    assert!(!output.contains(text), "{text} in {output}");
                }
                checked += 1;
            }
        }
    }
    let key = hmac::HmacKey::new(Algorithm::Sha256, SECRET.as_bytes());
    let output = format!("{key:?} {:?} {:?}", key.start(), key.tag(b"{}"));
    assert_eq!(output, "HmacKey(sha256, [redacted]) Mac([redacted]) Tag([redacted])");
    assert!(checked > 100, "{checked}");
}
