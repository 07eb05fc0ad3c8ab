//! What signatures say: every message, and that none of them says too much.

use std::fmt::Write;

use super::*;
use crate::delivery::{Delivery, Headers};

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

pub(super) fn of(format: &str, content: &str) -> Scheme {
    let own = content.contains("{timestamp}") && !format.contains("{timestamp}");
    Scheme::new(SchemeDefinition {
        signed_content: content.to_owned(),
        timestamp_header: own.then(|| "X-Time".to_owned()),
        id_header: Some("X-Id".to_owned()),
        ..SchemeDefinition::new("X-Sig", format)
    })
    .expect("a scheme")
}

pub(super) fn keys(scheme: &Scheme, secrets: &[&str]) -> Keys {
    let read = |text: &&str| Secret::parse(text, scheme.secret_format()).expect("a secret");
    scheme.keys(&secrets.iter().map(read).collect::<Vec<_>>(), None).expect("keys")
}

/// Code, message, hint and expected form of what verifying `{}` finds, one to a line.
fn said(scheme: &Scheme, keys: &Keys, headers: &[(&str, &str)]) -> String {
    let delivery = Delivery::new(headers.iter().copied().collect(), b"{}");
    let outcome = scheme.verify(keys, &delivery, NOW, 300);
    let Err(code) = outcome.accepted() else { return "verified".to_owned() };
    let draft = outcome.issue(code, scheme, keys);
    let mut said = format!("{}\n{}", draft.code, draft.message);
    for (label, text) in [("hint", draft.hint), ("expected", draft.expected)] {
        if let Some(text) = text {
            write!(said, "\n{label}: {text}").expect("a string takes text");
        }
    }
    assert_eq!(draft.received, None);
    said
}

#[track_caller]
fn expect(scheme: &Scheme, headers: &[(&str, &str)], lines: &[&str]) {
    assert_eq!(said(scheme, &keys(scheme, &[SECRET]), headers), lines.join("\n"));
}

const BOTH: &str = "expected: sha256=<64 hex digits> or sha1=<40 hex digits>";

#[test]
fn a_missing_signature_says_what_to_do_by_whether_it_may_be_missing() {
    expect(
        &optional(),
        &[],
        &[
            "signature-missing",
            "The header X-Sig is absent, so nothing shows who sent this delivery.",
            "hint: This provider signs only where a secret is recorded at its end: record one there. To accept \
             deliveries without a signature all the same, say unsigned: \"allow\"; they are reported as unsigned, \
             never as verified.",
            BOTH,
        ],
    );
    expect(
        &of("{base64}", "{body}"),
        &[],
        &[
            "signature-missing",
            "The header X-Sig is absent, so nothing shows who sent this delivery.",
            "hint: Check that the sender has a secret, and that the proxy in front of the receiver passes X-Sig on.",
            "expected: <43 characters of base64>",
        ],
    );
}

#[test]
fn a_malformed_signature_says_what_is_wrong_with_it() {
    let digest = "0".repeat(64);
    let labelled = format!("sha256={digest}");
    let form = [
        "The header X-Sig does not have the form {algorithm}={hex}.",
        "hint: This provider writes sha256=<64 hex digits>. Hand the header over as it arrived.",
    ];
    let many = vec![labelled.as_str(); 33].join(",");
    let long = "x".repeat(8193);
    for (value, lines) in [
        ("", &["The header X-Sig holds nothing where its value should stand."][..]),
        ("sha256=", &["The header X-Sig holds nothing where its value should stand."]),
        (
            &format!("{labelled}\n"),
            &[
                "The header X-Sig holds a control character, which no HTTP header can carry.",
                "hint: A line break that was copied with the value, most often.",
            ],
        ),
        (&long, &["The header X-Sig has more than 8192 bytes, and is not read."]),
        (&many, &["The header X-Sig holds more than 32 signatures."]),
        (
            &digest,
            &[
                "The header X-Sig holds a bare signature, without the label in front of it.",
                "hint: The label is missing: this provider writes sha256=<64 hex digits>. Hand the header over as \
                 it arrived.",
            ],
        ),
        (
            "sha256=abc",
            &[
                "The signature in X-Sig has an odd number of hex digits: 3.",
                "hint: It would have 64 for sha256, 40 for sha1.",
            ],
        ),
        ("sha256=xyz", &["The signature in X-Sig holds characters that are not hex."]),
        ("Bearer abc", &form),
        ("\u{1F600}=\u{1F600}", &form),
    ] {
        let lines = [&["signature-malformed"], lines, &[BOTH]].concat();
        expect(&optional(), &[("X-Sig", value)], &lines);
    }
    expect(
        &of("t={timestamp},v1={base64url}", "{timestamp}{body}"),
        &[("X-Sig", "t=1,v0=abc")],
        &[
            "signature-malformed",
            "The header X-Sig does not have the form t={timestamp},v1={base64url}.",
            "hint: This provider writes t=<timestamp>,v1=<43 characters of URL-safe base64>. Hand the header over \
             as it arrived.",
            "expected: t=<timestamp>,v1=<43 characters of URL-safe base64>",
        ],
    );
    expect(
        &of("v1={hex},t={timestamp}", "{timestamp}{body}"),
        &[("X-Sig", "t=1,t=1,t=1,t=1,t=1")],
        &[
            "signature-malformed",
            "The header X-Sig holds more than 4 timestamps.",
            "expected: v1=<64 hex digits>,t=<timestamp>",
        ],
    );
}

#[test]
fn an_algorithm_that_is_not_accepted_is_named() {
    let only = "and only sha256 or sha1 is accepted here.";
    for (value, what, hint) in [
        (
            "sha512=00",
            "names sha512",
            "Let the sender sign with sha256 or sha1, or accept sha512 too, if the provider signs with it.",
        ),
        ("md5=00", "names the algorithm \"md5\"", "Let the sender sign with sha256 or sha1."),
    ] {
        let message = format!("The header X-Sig {what}, {only}");
        expect(
            &optional(),
            &[("X-Sig", value)],
            &["algorithm-unsupported", &message, &format!("hint: {hint}"), BOTH],
        );
    }
    let bare = Scheme::new(SchemeDefinition {
        algorithms: vec![Algorithm::Sha256, Algorithm::Sha1],
        ..SchemeDefinition::new("X-Sig", "{hex}")
    })
    .expect("a scheme");
    let secret = Secret::from_bytes(SECRET).expect("a secret");
    let narrowed = bare.keys(&[secret], Some(&[Algorithm::Sha256])).expect("keys");
    assert_eq!(
        said(&bare, &narrowed, &[("X-Sig", &"0".repeat(40))]),
        "algorithm-unsupported\n\
         The signature in X-Sig has the 20 bytes of sha1, and only sha256 is accepted here.\n\
         hint: Let the sender sign with sha256, or accept sha1 too, if the provider signs with it.\n\
         expected: <64 hex digits>"
    );
}

#[test]
fn a_label_and_a_length_that_disagree_are_told_apart_from_a_signature_cut_off() {
    let names = "The header X-Sig names sha256, whose signatures have 32 bytes, and holds";
    for (digits, rest, hint) in [
        (
            40,
            "20 bytes, the length of sha1.",
            Some("hint: Label and signature come from different places, most likely."),
        ),
        (62, "31 bytes.", Some("hint: The signature was cut off on its way, most likely.")),
        (200, "100 bytes.", None),
    ] {
        let message = format!("{names} {rest}");
        let lines: Vec<&str> =
            ["algorithm-mismatch", &message].into_iter().chain(hint).chain([BOTH]).collect();
        expect(&optional(), &[("X-Sig", &format!("sha256={}", "0".repeat(digits)))], &lines);
    }
    expect(
        &of("{hex}", "{body}"),
        &[("X-Sig", &"0".repeat(40))],
        &[
            "algorithm-mismatch",
            "The signature in X-Sig has 20 bytes, the length of sha1, where sha256 makes 32.",
            "hint: The sender signs with another algorithm than this provider, most likely.",
            "expected: <64 hex digits>",
        ],
    );
}

#[test]
fn a_mismatch_names_its_two_causes_and_a_secret_that_looks_odd() {
    let scheme = optional();
    let wrong = format!("sha256={}", "0".repeat(64));
    let wrong = [("X-Sig", wrong.as_str())];
    let hint = "hint: Either the secret is not the sender's, or the body is not the bytes that were sent: parsed \
                and written again, most often.";
    let explain = " `explain` tries what usually goes wrong, and proves what fits.";
    let one = "signature-mismatch\nThe signature in X-Sig was not made over these bytes with the secret.";
    let two =
        "signature-mismatch\nThe signature in X-Sig was not made over these bytes with any of the 2 secrets.";
    assert_eq!(said(&scheme, &keys(&scheme, &[SECRET]), &wrong), format!("{one}\n{hint}{explain}"));
    assert_eq!(said(&scheme, &keys(&scheme, &[SECRET, "b"]), &wrong), format!("{two}\n{hint}{explain}"));
    for (secret, doubt) in [
        ("'b'", "The secret stands in quotes, which count as part of it: take them away."),
        (
            "b\n",
            "The secret begins or ends with white space, which counts as part of it: a line break from a file, \
             most often. Take it away.",
        ),
        (
            "whsec_b",
            "The secret begins with \"whsec_\". By this provider's form that is part of it; other senders write it \
             in front of base64.",
        ),
    ] {
        assert_eq!(
            said(&scheme, &keys(&scheme, &[secret]), &wrong),
            format!("{one}\n{hint} {doubt}{explain}")
        );
        let second = keys(&scheme, &[SECRET, secret]);
        assert_eq!(said(&scheme, &second, &wrong), format!("{two}\n{hint} Secret 2: {doubt}{explain}"));
    }
}

#[test]
fn timestamps_say_what_is_wrong_with_them() {
    let beside = of("t={timestamp},v1={hex}", "{timestamp}.{body}");
    let own = of("v0={hex}", "v0:{timestamp}:{body}");
    let zeros = "0".repeat(64);
    expect(
        &beside,
        &[("X-Sig", &format!("v1={zeros}"))],
        &[
            "timestamp-missing",
            "The header X-Sig holds no timestamp, and the timestamp is part of what is signed.",
            "hint: Pass the header X-Sig on unchanged.",
        ],
    );
    expect(
        &own,
        &[("X-Sig", &format!("v0={zeros}"))],
        &[
            "timestamp-missing",
            "The header X-Time is absent, and it is part of what is signed.",
            "hint: Check that the proxy in front of the receiver passes X-Time on.",
        ],
    );
    expect(
        &beside,
        &[("X-Sig", &format!("t=now,v1={zeros}"))],
        &[
            "timestamp-malformed",
            "The timestamp in the header X-Sig is not a whole number of seconds since 1970.",
            "hint: Pass the header X-Sig on unchanged.",
        ],
    );
    expect(
        &own,
        &[("X-Sig", &format!("v0={zeros}")), ("X-Time", "-1")],
        &[
            "timestamp-malformed",
            "The timestamp in the header X-Time is not a whole number of seconds since 1970.",
            "hint: Pass the header X-Time on unchanged.",
        ],
    );
    let keys = keys(&own, &[SECRET]);
    for (then, lines) in [
        (
            NOW - 301_000,
            "timestamp-too-old\nThe delivery was signed 301 s ago, and the tolerance is 300 s.\nhint: The signature \
             itself is right. A replayed or queued delivery looks like this; so does one that arrives at a machine \
             whose clock is fast.",
        ),
        (
            NOW + 301_000,
            "timestamp-too-new\nThe delivery was signed 301 s in the future, and the tolerance is 300 s.\nhint: The \
             signature itself is right: check the clock of this machine.",
        ),
    ] {
        let signed = own.sign(&keys, b"{}", &SignContext::at(then)).expect("signed");
        let headers: Vec<_> = signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(said(&own, &keys, &headers), lines);
    }
}

#[test]
fn an_age_is_rounded_up_so_that_it_is_more_than_the_tolerance() {
    let scheme = Scheme::new(SchemeDefinition {
        timestamp_unit: TimestampUnit::Milliseconds,
        ..of("t={timestamp},v1={hex}", "{timestamp}.{body}").definition().clone()
    })
    .expect("a scheme");
    let keys = keys(&scheme, &[SECRET]);
    let signed = scheme.sign(&keys, b"{}", &SignContext::at(NOW - 300_001)).expect("signed");
    let said = said(&scheme, &keys, &[("X-Sig", &signed[0].1)]);
    assert!(said.contains("was signed 301 s ago, and the tolerance is 300 s."), "{said}");
}

#[test]
fn what_is_signed_and_absent_or_ambiguous_is_named() {
    let zeros = "0".repeat(64);
    let sig = ("X-Sig", zeros.as_str());
    let scheme = of("{hex}", "{header:X-Extra}.{body}");
    expect(
        &scheme,
        &[sig],
        &[
            "header-missing",
            "The header X-Extra is absent, and it is part of what is signed.",
            "hint: Check that the proxy in front of the receiver passes X-Extra on.",
        ],
    );
    expect(
        &scheme,
        &[sig, ("X-Extra", "a"), ("x-extra", "b")],
        &[
            "signature-malformed",
            "The header X-Extra is part of what is signed, and stands more than once with different values.",
        ],
    );
    expect(
        &scheme,
        &[sig, ("X-Extra", "a\0")],
        &[
            "signature-malformed",
            "The header X-Extra holds a control character, which no HTTP header can carry.",
            "hint: A line break that was copied with the value, most often.",
        ],
    );
    expect(
        &of("{hex}", "{url}\n{body}"),
        &[sig],
        &[
            "url-missing",
            "The URL is part of what is signed, and the receiver did not give it.",
            "hint: Hand over the delivery's url exactly as the sender knows it, not as a proxy rewrote it.",
        ],
    );
    expect(
        &of("{hex}", "{method}\n{body}"),
        &[sig],
        &[
            "method-missing",
            "The method is part of what is signed, and the receiver did not give it.",
            "hint: Hand over the delivery's method.",
        ],
    );
}

#[test]
fn of_several_slips_the_one_closest_to_a_signature_is_told() {
    let scheme = optional();
    let keys = keys(&scheme, &[SECRET]);
    let code = |value: &str| said(&scheme, &keys, &[("X-Sig", value)]).lines().next().map(str::to_owned);
    assert_eq!(code("sha256=zz, md5=00").as_deref(), Some("algorithm-unsupported"));
    assert_eq!(code("md5=00, sha256=00, sha256=zz").as_deref(), Some("algorithm-mismatch"));
    let compared = format!("sha256=00, sha1={}, nonsense", "0".repeat(40));
    assert_eq!(code(&compared).as_deref(), Some("signature-mismatch"));
}

#[test]
fn nothing_that_is_said_holds_a_secret_or_an_expected_signature() {
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
            let scheme = of(format, content);
            let mine = keys(&scheme, &[SECRET, "'quoted-secret'"]);
            let context = SignContext { id: Some("msg_1"), ..SignContext::at(NOW) };
            let signed = scheme.sign(&mine, body.as_bytes(), &context).expect("signed");
            let right = &signed[0].1;
            let forged = scheme.sign(&keys(&scheme, &["x"]), body.as_bytes(), &context).expect("signed");

            let digest = right.rsplit(['=', ',']).find(|part| part.len() > 40).expect("a digest");
            let secrets = [SECRET, "quoted-secret", digest];
            for value in [&forged[0].1, "", "nonsense", "md5=00", "sha256=00", "v1,AA==", "t=1", "t=x,v1=00"]
            {
                let mut headers = Headers::from_iter([("X-Sig", value)]);
                for (name, value) in &signed[1..] {
                    headers.push(name.as_str(), value.as_str());
                }
                let delivery = Delivery::new(headers, body.as_bytes());
                let outcome = scheme.verify(&mine, &delivery, NOW, 300);
                let draft = outcome.issue(outcome.code().expect("not verified"), &scheme, &mine);
                let said = format!("{outcome:?} {outcome:#?} {draft:?} {mine:?} {scheme:?} {delivery:?}");
                for text in secrets {
                    assert!(!said.contains(text), "{text} in {said}");
                }
                checked += 1;
            }
        }
    }
    let key = hmac::HmacKey::new(Algorithm::Sha256, SECRET.as_bytes());
    let said = format!("{key:?} {:?} {:?}", key.start(), key.tag(b"{}"));
    assert_eq!(said, "Key(sha256, [redacted]) Mac([redacted]) Tag([redacted])");
    assert!(checked > 100, "{checked}");
}
