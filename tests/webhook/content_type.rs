//! The Content-Type: JSON in UTF-8 is accepted and anything else rejected, by one rule for every verb and receiver.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Report, Verdict};
use hookseal::{Code, Severity};
use proptest::prelude::*;

use crate::support::{
    NOW, definition, fresh, headers, made, painchek, sample, samples, strict, unsigned, xon,
};

/// The severity of the issue about these values, in the lenient and in the strict profile.
fn severities(values: &[&str]) -> [Option<Severity>; 2] {
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
fn accepts_json_in_utf8_and_warns_about_another_type_of_it_in_the_strict_profile() {
    let (error, warning) = (Some(Severity::Error), Some(Severity::Warning));
    assert_eq!(severities(&[]), [None, None]);
    for value in [
        "application/json",
        "Application/JSON",
        "application/json;charset=\"UTF-8\"",
        " application/json ;x=y",
    ] {
        assert_eq!(severities(&[value]), [None, None], "{value}");
    }
    for value in ["application/vnd.api+json", "application/cloudevents+JSON; charset=us-ascii"] {
        assert_eq!(severities(&[value]), [None, warning], "{value}");
    }
    for value in [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        assert_eq!(severities(&[value]), [error, error], "{value}");
    }
    // Readers of the first value and readers of the last value would disagree.
    for values in [["application/json", "text/plain"], ["application/json", "application/json"]] {
        assert_eq!(severities(&values), [error, error]);
        assert_eq!(severities(&[&values.join(", ")]), [error, error]);
    }
}

#[test]
fn the_signature_is_checked_first() {
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
fn the_type_of_a_provider_need_not_be_json() {
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
    /// The check of a receiver before it reads a body agrees with every verb.
    #[test]
    fn the_check_before_the_body_agrees_with_the_check_after_it(
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
