//! The Content-Type: JSON in UTF-8 is read, anything else is refused, by one rule for every verb and every receiver.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Report, Verdict};
use hookseal::{Code, Severity};
use proptest::prelude::*;

use crate::support::{
    NOW, definition, fresh, headers, made, painchek, sample, samples, strict, unsigned, xon,
};

/// The severity of what is said of these values, in the lenient profile and in the strict one.
fn said(values: &[&str]) -> [Option<Severity>; 2] {
    let (sample, hook) = (sample("calls.user.create", ""), xon());
    let all: Headers<'_> = values.iter().map(|value| ("CONTENT-type", *value)).collect();
    let delivery = Delivery::new(all, &sample.body);
    [hook.verify_options(), strict(&hook)].map(|options| {
        let report = hook.inspect_with(&delivery, NOW, &options);
        let verified = hook.verify_with(&delivery, NOW, &options);
        assert_eq!(verified.is_ok(), report.verdict != Verdict::Rejected);
        assert_eq!(hook.verify_fast(&delivery, NOW, &options).is_ok(), verified.is_ok());
        if let Err(error) = verified {
            assert_eq!((error.code, error.status()), (Code::CONTENT_TYPE, 415));
        }
        of(&report)
    })
}

fn of(report: &Report) -> Option<Severity> {
    let mut found = report.issues.iter().filter(|issue| issue.code == Code::CONTENT_TYPE);
    let issue = found.next()?;
    assert!(found.next().is_none());
    assert_eq!(issue.expected.as_deref(), Some("application/json"));
    Some(issue.severity)
}

#[test]
fn json_in_utf8_is_taken_and_another_type_of_it_is_worth_a_word_in_the_strict_profile() {
    let (error, warning) = (Some(Severity::Error), Some(Severity::Warning));
    assert_eq!(said(&[]), [None, None]);
    for value in [
        "application/json",
        "Application/JSON",
        "application/json;charset=\"UTF-8\"",
        " application/json ;x=y",
    ] {
        assert_eq!(said(&[value]), [None, None], "{value}");
    }
    for value in ["application/vnd.api+json", "application/cloudevents+JSON; charset=us-ascii"] {
        assert_eq!(said(&[value]), [None, warning], "{value}");
    }
    for value in [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        assert_eq!(said(&[value]), [error, error], "{value}");
    }
    // Whoever reads the first and whoever reads the last would not agree.
    for values in [["application/json", "text/plain"], ["application/json", "application/json"]] {
        assert_eq!(said(&values), [error, error]);
        assert_eq!(said(&[&values.join(", ")]), [error, error]);
    }
}

#[test]
fn the_signature_is_looked_at_first() {
    let (sample, hook) = (&samples()[0], painchek(&["a secret of 32 bytes for the test"]));
    let signed = hook.sign(&sample.body, &fresh()).expect("signed");
    let mut all = headers(&signed.headers[1..]);
    all.push("Content-Type", "text/plain");
    let verified = hook.verify(&Delivery::new(all.clone(), &sample.body), NOW).expect_err("rejected");
    assert_eq!(verified.code, Code::CONTENT_TYPE);
    let forged = hook.verify(&Delivery::new(all, b"{}"), NOW).expect_err("rejected");
    assert_eq!((forged.code, forged.issues.len()), (Code::SIGNATURE_MISMATCH, 1));
}

#[test]
fn a_type_of_the_providers_own_need_not_be_json() {
    let text = definition(r#", "contentType": "text/plain""#);
    let hook = made(&text, unsigned());
    let says = |value| {
        let delivery = Delivery::new(Headers::from_iter([("Content-Type", value)]), br#"{"type":"ping"}"#);
        hook.inspect_with(&delivery, NOW, &strict(&hook)).issues.first().map(|issue| issue.severity)
    };
    assert_eq!(says("text/plain; charset=utf-8"), None);
    assert_eq!(says("application/json"), Some(Severity::Warning));
    assert_eq!(says("text/html"), Some(Severity::Error));
}

proptest! {
    /// What a receiver asks before it reads a body is what every verb says of the delivery.
    #[test]
    fn what_is_asked_before_the_body_is_what_is_said_behind_it(
        value in prop_oneof![
            "(application|text|APPLICATION)/(json|x\\+json|\\+json|plain)( ?; ?(charset|a)=(\"[a-z;=\\\\-]{0,6}\"|utf-8|UTF8|latin1|\"utf-8\"))*;?",
            "[ -~\\t]{0,40}",
        ]
    ) {
        let hook = xon();
        let delivery = Delivery::new(Headers::from_iter([("Content-Type", value.as_str())]), b"{}");
        let refused = of(&hook.inspect(&delivery, NOW)) == Some(Severity::Error);
        prop_assert_eq!(hook.accepts_content_type(&value), !refused);
    }
}
