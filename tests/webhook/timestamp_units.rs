//! Timestamps in another unit or notation than the provider's: rejected, and named for what they look like.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::Algorithm;
use hookseal::signature::hmac;
use hookseal::webhook::Webhook;

use crate::support::{NOW, definition, fresh, headers, made, options};

const SECRET: &str = "a secret of 32 bytes for the test";

const BODY: &str = "{\"type\":\"ping\",\"timestamp\":\"2023-11-14T22:13:20Z\",\"data\":{}}";

/// A delivery of Slack, signed with this timestamp.
fn rejected(timestamp: &str) -> (Code, String, String, Vec<&'static str>) {
    let hook = Webhook::built_in("slack", options(&["8f742231b10e8888abcd99yyyzzz85a5"])).expect("a webhook");
    let content = format!("v0:{timestamp}:{BODY}");
    let tag = hmac::sign(Algorithm::Sha256, b"8f742231b10e8888abcd99yyyzzz85a5", content.as_bytes());
    let signature = format!("v0={}", base16ct::lower::encode_string(&tag));
    let headers = Headers::from_iter([
        ("X-Slack-Signature", signature.as_str()),
        ("X-Slack-Request-Timestamp", timestamp),
    ]);
    let delivery = Delivery::new(headers, BODY.as_bytes());
    let error = hook.verify(&delivery, NOW).expect_err("rejected");
    let Err(fast) = hook.verify_fast(&delivery, NOW, &hook.verify_options()) else { panic!("accepted") };
    assert_eq!((fast.code, fast.to_string()), (error.code, error.to_string()));
    let hint = error.issues[0].hint.clone().unwrap_or_default();
    let observed = hook.explain(&delivery, NOW).observations.iter().map(|cause| cause.code).collect();
    (error.code, error.to_string(), hint, observed)
}

#[test]
fn another_unit_is_named_and_stays_rejected() {
    for (timestamp, found, setting) in [
        ("1700000000000", "milliseconds", true),
        ("1699990000123", "milliseconds", true),
        ("1700000000000000", "microseconds", true),
    ] {
        let (code, message, hint, observed) = rejected(timestamp);
        assert_eq!(code, Code::TIMESTAMP_TOO_NEW);
        assert_eq!(
            message,
            format!("The timestamp looks like {found} since 1970; expected seconds since 1970.")
        );
        assert!(hint.starts_with("Change the sender to send seconds since 1970."), "{hint}");
        assert_eq!(hint.contains("timestampUnit"), setting, "{hint}");
        assert!(
            observed.contains(&"timestamp-unit") && !observed.contains(&"timestamp-too-new"),
            "{observed:?}"
        );
    }
    for (timestamp, found) in [
        ("1700000000000000000", "nanoseconds"),
        ("2023-11-14T22:13:20.000Z", "a date and time in the notation of RFC 3339"),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "an HTTP date"),
        ("1700000000.123", "a number with a fraction"),
    ] {
        let (code, message, _, observed) = rejected(timestamp);
        assert_eq!(code, Code::TIMESTAMP_MALFORMED, "{timestamp}");
        assert!(
            message.ends_with(&format!("seconds since 1970. The value looks like {found}.")),
            "{message}"
        );
        assert!(
            observed.contains(&"timestamp-unit") && !observed.contains(&"timestamp-missing"),
            "{observed:?}"
        );
    }
}

#[test]
fn an_old_or_early_timestamp_is_no_other_unit() {
    for (timestamp, code, observed) in [
        ("1699999000", Code::TIMESTAMP_TOO_OLD, "timestamp-too-old"),
        ("1700001000", Code::TIMESTAMP_TOO_NEW, "timestamp-too-new"),
        // Further away than ten years in every unit.
        ("1000000000000", Code::TIMESTAMP_TOO_NEW, "timestamp-too-new"),
        ("0", Code::TIMESTAMP_TOO_OLD, "timestamp-too-old"),
    ] {
        let (rejected_with, message, _, observations) = rejected(timestamp);
        assert_eq!(rejected_with, code, "{timestamp}");
        assert!(message.contains(" s in the "), "{message}");
        assert!(observations.contains(&observed), "{observations:?}");
    }
    assert_eq!(rejected("soon").0, Code::TIMESTAMP_MALFORMED);
    assert!(rejected("soon").3.contains(&"timestamp-missing"));
}

#[test]
fn a_timestamp_in_the_signature_header_and_one_in_the_body_are_named_too() {
    let secret = "a secret of these tests";
    let stripe = Webhook::built_in("stripe", options(&[secret])).expect("a webhook");
    let time = "1700000000000";
    let tag = hmac::sign(Algorithm::Sha256, secret.as_bytes(), format!("{time}.{BODY}").as_bytes());
    let value = format!("t={time},v1={}", base16ct::lower::encode_string(&tag));
    let delivery = Delivery::new(Headers::from_iter([("Stripe-Signature", value.as_str())]), BODY.as_bytes());
    let error = stripe.verify(&delivery, NOW).expect_err("rejected");
    assert_eq!(
        error.to_string(),
        "The timestamp looks like milliseconds since 1970; expected seconds since 1970."
    );

    let linear = Webhook::built_in("linear", options(&[secret])).expect("a webhook");
    let body =
        r#"{"action":"create","type":"Issue","webhookTimestamp":1700000000,"webhookId":"a","data":{}}"#;
    let signature =
        base16ct::lower::encode_string(&hmac::sign(Algorithm::Sha256, secret.as_bytes(), body.as_bytes()));
    let headers = Headers::from_iter([("Linear-Signature", signature.as_str()), ("Linear-Delivery", "d")]);
    let error = linear.verify(&Delivery::new(headers, body.as_bytes()), NOW).expect_err("rejected");
    assert_eq!(error.code, Code::TIMESTAMP_TOO_OLD);
    assert!(
        error
            .to_string()
            .ends_with("The timestamp looks like seconds since 1970; expected milliseconds since 1970."),
        "{error}"
    );
}

/// A header timestamp in each unit: signed by hand, verified within the tolerance and not outside of it.
#[test]
fn a_header_timestamp_is_read_in_the_unit_of_the_definition() {
    for (unit, time, old, malformed) in [
        ("us", "1700000000123456", "1699999699999999", "1700000000.5"),
        ("ns", "1700000000123456789", "1699999699999999999", "99999999999999999999"),
        ("rfc3339", "2023-11-14T22:13:20.123Z", "2023-11-14T22:08:19.999Z", "2023-11-14T22:13:20"),
        ("iso8601", "2023-11-14T22:13:20.123", "2023-11-14T22:08:19.999", "2023-11-14"),
    ] {
        let definition = definition(&format!(
            r#", "headers": {{ "timestamp": "X-Time" }}, "signature": {{ "header": "X-Sig", "format": "{{hex}}",
                "algorithms": ["sha256"], "signedContent": "{{timestamp}}:{{body}}", "timestampUnit": "{unit}" }}"#
        ));
        let hook = made(&definition, options(&[SECRET]));
        let verified = |time: &str| {
            let tag = hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), format!("{time}:{BODY}").as_bytes());
            let tag = base16ct::lower::encode_string(&tag);
            let headers = Headers::from_iter([("X-Sig", tag.as_str()), ("X-Time", time)]);
            let delivery = Delivery::new(headers, BODY.as_bytes());
            let report = hook.inspect(&delivery, NOW);
            let result = hook.verify(&delivery, NOW).map(|_| report.signature.timestamp).map_err(|e| e.code);
            assert_eq!(result.err(), report.code, "{time}");
            result
        };
        assert_eq!(verified(time), Ok(Some(1_700_000_000_123)), "{unit}");
        assert_eq!(verified(old), Err(Code::TIMESTAMP_TOO_OLD), "{unit}");
        assert_eq!(verified(malformed), Err(Code::TIMESTAMP_MALFORMED), "{unit}");
        // `sign` writes what `verify` reads.
        let signed = hook.sign(BODY.as_bytes(), &fresh()).expect(unit);
        assert!(
            hook.verify(&Delivery::new(headers(&signed.headers), BODY.as_bytes()), NOW).is_ok(),
            "{unit}"
        );
    }
}
