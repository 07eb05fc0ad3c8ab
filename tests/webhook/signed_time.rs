//! A timestamp in the signed body.

use hookseal::Code;
use hookseal::delivery::Delivery;
use hookseal::webhook::{Report, SignParams, SignatureStatus, Timestamp, Verdict, Webhook};

use crate::support::{NOW, definition, fresh, headers, made, only, options, strict, unsigned};

const SECRET: &str = "a secret of 32 bytes for the test";

/// A provider that signs its body, with the time at `/sent` in this unit.
fn stamped(unit: &str, dedupe: &str) -> String {
    definition(&format!(
        r#", "dedupe": ["{dedupe}"], "signature": {{ "header": "X-Sig", "format": "{{hex}}", "algorithms": ["sha256"],
            "timestamp": "/sent/at", "timestampUnit": "{unit}", "tolerance": 60 }}"#
    ))
}

fn inspect(hook: &Webhook, body: &str, now: Timestamp) -> Report {
    let signed = hook.sign(body.as_bytes(), &fresh()).expect("signed");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    let report = hook.inspect(&delivery, now);
    // All verbs agree.
    match hook.verify(&delivery, now) {
        Ok(_) => assert_eq!(report.verdict, Verdict::Verified),
        Err(error) => {
            assert_eq!(report.verdict, Verdict::Rejected);
            assert_eq!(error.status(), error.code.status());
            assert!(report.issues.iter().any(|issue| issue.code == error.code));
        }
    }
    assert_eq!(
        hook.verify_fast(&delivery, now, &hook.verify_options()).is_ok(),
        report.verdict == Verdict::Verified
    );
    report
}

#[test]
fn applies_the_tolerance_in_both_directions_to_the_millisecond() {
    for (unit, now, first, last) in [
        ("ms", NOW.as_millis(), "1699999940000", "1700000060000"),
        ("s", NOW.as_millis(), "1699999940", "1700000060"),
        ("us", NOW.as_millis(), "1699999940000000", "1700000060000999"),
        ("ns", NOW.as_millis(), "1699999940000000000", "1700000060000999999"),
        ("rfc3339", NOW.as_millis(), "2023-11-14T22:12:20Z", "2023-11-14T23:14:20.000999+01:00"),
        ("iso8601", NOW.as_millis(), "2023-11-14T22:12:20", "2023-11-14T22:14:20.000999"),
        ("http-date", NOW.as_millis(), "Tue, 14 Nov 2023 22:12:20 GMT", "Tue, 14 Nov 2023 22:14:20 GMT"),
    ] {
        let hook = made(&stamped(unit, "digest"), options(&[SECRET]));
        for (time, off, code) in [
            (first, 0, None),
            (last, 0, None),
            (first, 1, Some(Code::TIMESTAMP_TOO_OLD)),
            (last, -1, Some(Code::TIMESTAMP_TOO_NEW)),
        ] {
            for written in [time.to_owned(), format!("\"{time}\"")] {
                if time.contains(':') && written == time {
                    continue;
                }
                let body = format!(r#"{{"type":"ping","sent":{{"at":{written}}}}}"#);
                let report = inspect(&hook, &body, Timestamp::from_millis(now + off));
                match code {
                    None => assert_eq!(report.signature.status, SignatureStatus::Verified),
                    Some(code) => {
                        assert_eq!(report.signature.status, SignatureStatus::Stale);
                        assert_eq!((report.signature.secret, report.signature.covers), (Some(0), None));
                        only(&report, code);
                        assert_eq!(code.status(), 401);
                    }
                }
            }
        }
    }
}

#[test]
fn requires_an_integer() {
    let hook = made(&stamped("ms", "digest"), options(&[SECRET]));
    for (sent, pointer) in [("{}", "/sent"), ("1", "/sent"), ("null", "/sent")] {
        let report = inspect(&hook, &format!(r#"{{"type":"ping","sent":{sent}}}"#), NOW);
        let issue = only(&report, Code::TIMESTAMP_MISSING);
        assert_eq!(issue.pointer, pointer);
        assert_eq!(issue.message, "The signed timestamp at /sent/at is missing.");
        assert!(
            issue.hint.as_deref().is_some_and(|hint| hint.contains("/sent/at")),
            "a hint says what to do"
        );
    }
    for value in [
        "1.7e12",
        "1700000000000.0",
        "-1",
        "\"\"",
        "\" 1700000000000\"",
        "null",
        "true",
        "[]",
        "17000000000000000",
    ] {
        let report = inspect(&hook, &format!(r#"{{"type":"ping","sent":{{"at":{value}}}}}"#), NOW);
        let issue = only(&report, Code::TIMESTAMP_MALFORMED);
        let notation = match value {
            "1700000000000.0" => " The value looks like a number with a fraction.",
            _ => "",
        };
        assert_eq!(issue.message, format!("The signed timestamp at /sent/at is malformed.{notation}"));
        assert!(issue.hint.is_some());
        assert_eq!(issue.pointer, "/sent/at");
        assert_eq!(issue.expected.as_deref(), Some("a whole number of milliseconds since 1970"));
        assert_eq!(report.signature.status, SignatureStatus::Malformed);
    }
}

#[test]
fn requires_a_date_and_time_where_the_unit_is_one() {
    for (unit, value, message, expected) in [
        (
            "rfc3339",
            "\"2023-11-14T22:13:20\"",
            "The signed timestamp at /sent/at is malformed. The value looks like a date and time without offset.",
            "a date and time with offset, such as 2024-01-02T03:04:05Z (RFC 3339)",
        ),
        (
            "rfc3339",
            "1700000000",
            "The signed timestamp at /sent/at is malformed. The value looks like seconds.",
            "a date and time with offset, such as 2024-01-02T03:04:05Z (RFC 3339)",
        ),
        (
            "iso8601",
            "\"14.11.2023\"",
            "The signed timestamp at /sent/at is malformed.",
            "a date and time, such as 2024-01-02T03:04:05Z (ISO 8601)",
        ),
    ] {
        let hook = made(&stamped(unit, "digest"), options(&[SECRET]));
        let report = inspect(&hook, &format!(r#"{{"type":"ping","sent":{{"at":{value}}}}}"#), NOW);
        let issue = only(&report, Code::TIMESTAMP_MALFORMED);
        assert_eq!((issue.message.as_str(), issue.expected.as_deref()), (message, Some(expected)));
    }
}

#[test]
fn create_writes_the_time_in_its_unit() {
    for (unit, written) in [
        ("us", "1700000000000000"),
        ("ns", "1700000000000000000"),
        ("rfc3339", "\"2023-11-14T22:13:20.000+00:00\""),
        ("iso8601", "\"2023-11-14T22:13:20.000+00:00\""),
    ] {
        let hook = made(&stamped(unit, "digest"), options(&[SECRET]));
        let made = hook.create("ping", b"{}", &fresh()).expect(unit);
        let text = String::from_utf8_lossy(&made.body);
        assert!(text.contains(&format!("\"sent\":{{\"at\":{written}}}")), "{text}");
        assert!(hook.verify(&Delivery::new(headers(&made.headers), &made.body), NOW).is_ok());
    }
}

#[test]
fn is_checked_only_if_the_signature_covers_it() {
    let hook = made(&stamped("ms", "digest"), options(&[SECRET]));
    let body = br#"{"type":"ping","sent":{"at":1}}"#;
    let signed = hook.sign(body, &fresh()).expect("signed");
    let forged = Delivery::new(headers(&signed.headers), br#"{"type":"ping","sent":{"at":2}}"#);
    let report = hook.inspect(&forged, NOW);
    assert_eq!(report.signature.status, SignatureStatus::Mismatch);
    assert!(report.issues.iter().all(|issue| issue.code == Code::SIGNATURE_MISMATCH));
    // Without a signature, nothing covers it.
    let open = made(&stamped("ms", "digest"), unsigned());
    assert!(open.verify(&Delivery::new(headers(&[]), body), NOW).is_ok());
    // The tolerance of a call takes precedence.
    let delivery = Delivery::new(headers(&signed.headers), body);
    let mut options = hook.verify_options();
    assert_eq!(options.tolerance, 60);
    options.tolerance = u32::MAX;
    assert!(hook.verify_with(&delivery, NOW, &options).is_ok());
}

#[test]
fn create_sets_the_time_and_sign_keeps_the_body() {
    let linear = Webhook::built_in("linear", options(&[SECRET])).expect("a webhook");
    // The time in the data is that of an earlier delivery.
    let data = br#"{"action":"create","organizationId":"o","webhookId":"w","webhookTimestamp":1,"data":{}}"#;
    let made = linear.create("Issue", data, &fresh()).expect("made");
    let text = String::from_utf8(made.body.clone()).expect("UTF-8");
    assert!(text.contains(r#""webhookTimestamp":1700000000000"#), "{text}");
    let delivery = Delivery::new(headers(&made.headers), &made.body);
    assert!(linear.verify_with(&delivery, NOW, &strict(&linear)).is_ok());
    let later = Timestamp::from_millis(NOW.as_millis() + 60_001);
    let error = linear.verify(&delivery, later).expect_err("stale");
    assert_eq!(error.code, Code::TIMESTAMP_TOO_OLD);
    assert!(!error.to_string().contains("1700000000000"));
    let before_1970 = SignParams::new(Timestamp::from_millis(-1), [7; 32]);
    assert_eq!(linear.create("Issue", data, &before_1970).expect_err("no time").code, Code::OPTION_INVALID);

    let signed = linear.sign(data, &fresh()).expect("signed");
    assert_eq!(signed.body, data);
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    assert_eq!(linear.verify(&delivery, NOW).expect_err("stale").code, Code::TIMESTAMP_TOO_OLD);
    #[cfg(feature = "full")]
    {
        // The explanation reports a valid signature and an old timestamp.
        let explained = linear.explain(&delivery, NOW);
        let codes: Vec<&str> = explained.observations.iter().map(|cause| cause.code).collect();
        assert_eq!(codes, ["signature-valid", "timestamp-too-old"]);
        let empty = linear.sign(b"{}", &fresh()).expect("signed");
        let explained = linear.explain(&Delivery::new(headers(&empty.headers), b"{}"), NOW);
        assert!(explained.observations.iter().any(|cause| cause.code == "timestamp-missing"));
    }
}

#[test]
fn an_empty_url_or_method_is_absent() {
    let text = definition(
        r#", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"],
            "signedContent": "{method}\n{url}\n{body}" }"#,
    );
    let hook = made(&text, options(&[SECRET]));
    let fresh = SignParams { url: Some("https://h/".to_owned()), ..fresh() };
    let signed = hook.sign(br#"{"type":"ping"}"#, &fresh).expect("signed");
    let code = |url: &str, method: &str| {
        let delivery =
            Delivery::new(headers(&signed.headers), &signed.body).with_url(url).with_method(method);
        hook.verify(&delivery, NOW).map_or_else(|error| error.code.as_str(), |_| "verified")
    };
    assert_eq!(code("https://h/", "POST"), "verified");
    assert_eq!(code("", "POST"), "url-missing");
    assert_eq!(code("https://h/", ""), "method-missing");
    let empty = SignParams { url: Some(String::new()), ..fresh };
    assert_eq!(hook.sign(b"{}", &empty).expect_err("no url").code, Code::URL_MISSING);
}

/// `tolerance: null`: retries have the time of the first attempt, for days.
#[test]
fn a_time_that_is_not_checked_is_still_read_and_signed() {
    let definition = stamped("s", "digest").replace(r#""tolerance": 60"#, r#""tolerance": null"#);
    let hook = made(&definition, options(&[SECRET]));
    let years = 50 * 365 * 86_400_000_i64;
    for off in [0, 86_400_000, years, -years] {
        let report = inspect(
            &hook,
            r#"{"type":"ping","sent":{"at":1700000000}}"#,
            Timestamp::from_millis(NOW.as_millis() + off),
        );
        assert_eq!(report.signature.status, SignatureStatus::Verified, "{off}");
        assert_eq!(report.signature.timestamp, Some(1_700_000_000_000));
    }
    // A time that is none is rejected as ever, and the option of a webhook counts.
    assert_eq!(
        inspect(&hook, r#"{"type":"ping","sent":{"at":"soon"}}"#, NOW).code,
        Some(Code::TIMESTAMP_MALFORMED)
    );
    let strict =
        made(&definition, hookseal::webhook::WebhookOptions { tolerance: Some(60), ..options(&[SECRET]) });
    let report = inspect(
        &strict,
        r#"{"type":"ping","sent":{"at":1700000000}}"#,
        Timestamp::from_millis(NOW.as_millis() + 61_000),
    );
    assert_eq!(report.code, Some(Code::TIMESTAMP_TOO_OLD));
}
