//! `sign` and `create`: their deliveries verify, and a delivery that a receiver would reject is not created.

use std::fmt::Write as _;

use hookseal::delivery::Delivery;
use hookseal::webhook::{SignParams, SignatureInfo, SignedDelivery, Webhook, WebhookOptions};
use hookseal::{Code, Profile};
use serde_json::{Value, json};

use super::support::{
    NOW, SECRET, Sample, definition, fresh, headers, made, options, painchek, sample, samples, strict,
    unsigned, xon,
};

fn hook(provider: &str, profile: Profile) -> Webhook {
    let options = match provider {
        "painchek" => options(&[SECRET]),
        _ => unsigned(),
    };
    Webhook::built_in(provider, WebhookOptions { profile, ..options }).expect("a webhook")
}

/// The event's data, without the members of the envelope.
fn data(sample: &Sample) -> Value {
    let mut json = sample.json();
    if sample.provider == "painchek" {
        return json["data"].take();
    }
    let mut event = json["event"].take();
    let members = event.as_object_mut().expect("an object");
    for key in ["id", "createdAt", "type"] {
        members.shift_remove(key);
    }
    event
}

fn header<'s>(signed: &'s SignedDelivery, name: &str) -> Option<&'s str> {
    let mut found = signed.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} twice: {signed:?}");
    value
}

#[test]
fn deliveries_created_from_every_sample_verify_in_both_profiles() {
    for sample in samples() {
        for profile in [Profile::Lenient, Profile::Strict] {
            let hook = hook(sample.provider, profile);
            let bytes = data(sample).to_string().into_bytes();
            for id in [None, Some("03824b1c-e7f4-4898-bc82-3ec7d39232f9".to_owned())] {
                let fresh = SignParams { id: id.clone(), ..fresh() };
                let signed = hook.create(&sample.event, &bytes, &fresh).expect(&sample.variant);
                assert_eq!(header(&signed, "content-type"), Some("application/json"));
                let delivery = Delivery::new(headers(&signed.headers), &signed.body);
                let verified = hook.verify_with(&delivery, NOW, &strict(&hook)).expect("verified");
                assert_eq!(verified.event_type, sample.event);
                if sample.provider == "painchek" {
                    assert!(matches!(verified.signature, SignatureInfo::Verified { secret: 0, .. }));
                    let delivery_id = verified.delivery_id.as_deref().expect("a delivery id");
                    assert!(uuid(delivery_id) && id.is_none_or(|id| id == delivery_id));
                    assert!(uuid(verified.webhook_id.as_deref().expect("a webhook id")));
                } else {
                    assert_eq!(verified.created_at.as_deref(), Some("2023-11-14T22:13:20.000+00:00"));
                    let event_id = verified.id.strip_prefix(&format!("{}:", sample.event)).expect("a prefix");
                    assert!(uuid(event_id) && id.is_none_or(|id| id == event_id));
                }
            }
        }
    }
}

fn uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[test]
fn the_type_comes_first_and_the_data_keeps_its_formatting() {
    let text = br#"{ "uuid": "03824b1c-e7f4-4898-bc82-3ec7d39232f9" , "patient":"03824b1c-e7f4-4898-bc82-3ec7d39232f8", "x\u0041": 1.0 }"#;
    let signed = painchek(&[SECRET]).create("assessment_add", text, &fresh()).expect("made");
    let body = String::from_utf8(signed.body).expect("UTF-8");
    assert_eq!(body, format!("{{\"event\":\"assessment_add\",\"data\":{}}}", String::from_utf8_lossy(text)));
    let signed =
        xon().create("calls.user.create", br#"{"mobileNumber" : "+447700900123","x\u0041":1.0}"#, &fresh());
    let body = String::from_utf8(signed.expect("made").body).expect("UTF-8");
    assert!(body.starts_with(r#"{"event":{"id":""#), "{body}");
    assert!(
        body.ends_with(r#""type":"calls.user.create","mobileNumber":"+447700900123","x\u0041":1.0}}"#),
        "{body}"
    );
}

#[test]
fn keeps_ids_and_times_of_the_data_and_prefers_an_id_of_the_parameters() {
    let sample = sample("calls.user.create", "");
    let event = sample.json()["event"].clone();
    let make = |fresh: &SignParams| {
        let signed = xon().create(&sample.event, event.to_string().as_bytes(), fresh).expect("made");
        serde_json::from_slice::<Value>(&signed.body).expect("JSON")["event"].clone()
    };
    assert_eq!(make(&fresh()), event);
    let id = "03824b1c-e7f4-4898-bc82-3ec7d39232f9";
    let params = make(&SignParams { id: Some(id.to_owned()), ..fresh() });
    assert_eq!((&params["id"], &params["createdAt"]), (&json!(id), &event["createdAt"]));
}

#[test]
fn does_not_create_a_delivery_that_its_receiver_rejects() {
    let number = json!({ "mobileNumber": "+447700900123" });
    for (provider, event, data, code, message) in [
        (
            "xon",
            "calls.user.edit",
            number.clone(),
            Code::EVENT_UNKNOWN,
            "X-on Surgery Connect has no event of this type. It has: file-request",
        ),
        (
            "xon",
            "calls.user.create",
            json!([]),
            Code::EVENT_INVALID,
            "The data of an event is an object, and this is an array.",
        ),
        (
            "xon",
            "calls.user.create",
            json!("x"),
            Code::EVENT_INVALID,
            "The data of an event is an object, and this is a string.",
        ),
        (
            "xon",
            "calls.user.create",
            json!({}),
            Code::EVENT_INVALID,
            "/event (line 1, column 10): Missing required property \"mobileNumber\".",
        ),
        (
            "xon",
            "calls.user.create",
            json!({ "mobileNumber": 5 }),
            Code::EVENT_INVALID,
            "/event/mobileNumber",
        ),
        (
            "xon",
            "calls.user.create",
            json!({ "mobileNumber": "+447700900123", "id": "x" }),
            Code::ENVELOPE_INVALID,
            "/event/id",
        ),
        (
            "xon",
            "calls.user.create",
            json!({ "type": "calls.user.delete", "mobileNumber": "+447700900123" }),
            Code::EVENT_INVALID,
            "/type (line 1, column 9): The event type in the data differs",
        ),
        (
            "painchek",
            "assessment_add",
            json!({}),
            Code::EVENT_INVALID,
            "/data (line 1, column 34): Missing required property \"uuid\".",
        ),
    ] {
        let error = hook(provider, Profile::Lenient)
            .create(event, data.to_string().as_bytes(), &fresh())
            .expect_err("refused");
        assert_eq!(error.code, code, "{error}");
        assert!(error.to_string().starts_with(message), "{error}");
    }
    let create = |data: &[u8], fresh: &SignParams| {
        xon().create("calls.user.create", data, fresh).expect_err("refused")
    };
    assert_eq!(create(b"{,}", &fresh()).code, Code::JSON_SYNTAX);
    assert_eq!(create(b"", &fresh()).code, Code::JSON_SYNTAX);
    let twice = create(br#"{"mobileNumber":"+447700900123","mobileNumber":"+447700900124"}"#, &fresh());
    assert_eq!(twice.code, Code::JSON_DUPLICATE_KEY);
    let id = SignParams { id: Some("no uuid".to_owned()), ..fresh() };
    assert_eq!(create(number.to_string().as_bytes(), &id).code, Code::ENVELOPE_INVALID);
}

#[test]
fn a_lenient_webhook_creates_a_delivery_that_only_the_strict_profile_rejects() {
    let data = br#"{"mobileNumber":"447700900123"}"#;
    let make = |profile| hook("xon", profile).create("calls.user.create", data, &fresh());
    assert!(make(Profile::Lenient).is_ok());
    assert_eq!(make(Profile::Strict).expect_err("refused").code, Code::EVENT_INVALID);
}

#[test]
fn rejects_an_id_that_a_header_cannot_represent() {
    let hook = painchek(&[SECRET]);
    for id in ["a\r\nX-PainChek-WH-Signature: sha256=00", "a b", "é", "", "a\0", &"x".repeat(257)] {
        for fresh in [
            SignParams { id: Some(id.to_owned()), ..fresh() },
            SignParams { webhook_id: Some(id.to_owned()), ..fresh() },
        ] {
            let error = hook.sign(b"{}", &fresh).expect_err("refused");
            assert_eq!(error.code, Code::OPTION_INVALID);
            assert!(error.to_string().contains("cannot be sent"), "{error}");
        }
    }
    assert_eq!(hook.sign(b"", &fresh()).expect_err("refused").code, Code::BODY_EMPTY);
}

#[test]
fn sign_accepts_any_bytes_and_uses_the_ids_of_the_parameters() {
    let hook = painchek(&[SECRET]);
    let params =
        SignParams { id: Some("delivery-1".to_owned()), webhook_id: Some("hook-1".to_owned()), ..fresh() };
    let signed = hook.sign(b"\xff\0 no JSON", &params).expect("signed");
    assert_eq!(header(&signed, "X-PainChek-WH-Delivery-Id"), Some("delivery-1"));
    assert_eq!(header(&signed, "X-PainChek-Webhook-Id"), Some("hook-1"));
    assert_eq!(signed.body, b"\xff\0 no JSON");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    assert_eq!(hook.verify(&delivery, NOW).expect_err("no JSON").code, Code::JSON_ENCODING);
    let unsigned = xon().sign(b"{}", &fresh()).expect("signed");
    assert_eq!(unsigned.headers, [("Content-Type".to_owned(), "application/json".to_owned())]);
}

/// Every signature scheme of the vectors, signed and verified as a whole delivery.
#[test]
fn verifies_its_own_signatures_in_every_scheme() {
    let file: Value = serde_json::from_str(include_str!("../vectors/signature.json")).expect("vectors");
    let body = br#"{"type":"ping"}"#;
    for (name, scheme) in file["schemes"].as_object().expect("schemes") {
        let mut more = format!(r#", "signature": {}"#, scheme["signature"]);
        let mut names = scheme["headers"].as_object().cloned().unwrap_or_default();
        if name == "named-header" {
            names.insert("deliveryId".to_owned(), json!("webhook-id"));
        }
        write!(more, r#", "headers": {}"#, Value::Object(names)).expect("a string");
        let form = scheme["signature"]["secret"].as_str().expect("a form");
        let secret = match form {
            "hex" => "00112233445566778899aabbccddeeff",
            "base64" | "whsec_{base64}" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            _ => "a secret",
        };
        let hook = made(&definition(&more), options(&[secret]));
        let url = "https://example.com/in?a=1";
        let fresh = SignParams { url: Some(url.to_owned()), ..fresh() };
        for signed in [
            hook.sign(body, &fresh).unwrap_or_else(|error| panic!("{name}: {error}")),
            hook.create("ping", br#"{"a":1}"#, &fresh).unwrap_or_else(|error| panic!("{name}: {error}")),
        ] {
            let delivery =
                Delivery::new(headers(&signed.headers), &signed.body).with_url(url).with_method("POST");
            let verified = hook.verify(&delivery, NOW).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(matches!(verified.signature, SignatureInfo::Verified { secret: 0, .. }), "{name}");
            let wanted = hook.required_headers();
            let few = signed.headers.iter().filter(|(name, _)| wanted.contains(&name.to_ascii_lowercase()));
            let few: Vec<(String, String)> = few.cloned().collect();
            let delivery = Delivery::new(headers(&few), &signed.body).with_url(url).with_method("POST");
            assert!(hook.verify_fast(&delivery, NOW, &hook.verify_options()).is_ok(), "{name}: {wanted:?}");
            let mut other = signed.body.clone();
            other.push(b' ');
            let delivery = Delivery::new(headers(&signed.headers), &other).with_url(url).with_method("POST");
            assert_eq!(hook.verify(&delivery, NOW).expect_err(name).code, Code::SIGNATURE_MISMATCH, "{name}");
        }
    }
}

#[test]
fn requires_the_values_of_the_signed_content() {
    let more = r#", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": "{url}{body}", "ambiguous": true }"#;
    let hook = made(&definition(more), options(&["a secret"]));
    assert_eq!(hook.sign(b"{}", &fresh()).expect_err("refused").code, Code::URL_MISSING);
    let more = more.replace("{url}", "{header:X-Other}");
    let hook = made(&definition(&more), options(&["a secret"]));
    assert_eq!(hook.sign(b"{}", &fresh()).expect_err("refused").code, Code::HEADER_MISSING);
}

#[test]
fn a_type_in_a_header_is_sent_and_can_be_signed() {
    let text = r#"{ "id": "mine", "envelope": { "type": "header:X-Event" }, "events": { "ping": { "schema": true } },
        "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": "{header:X-Event}.{body}" } }"#;
    let hook = made(text, options(&["a secret"]));
    let signed = hook.create("ping", br#"{"a":1}"#, &fresh()).expect("made");
    assert_eq!((header(&signed, "x-event"), &signed.body[..]), (Some("ping"), &br#"{"a":1}"#[..]));
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    assert_eq!(hook.verify(&delivery, NOW).expect("verified").event_type, "ping");
    let params = SignParams { event_type: Some("ping".to_owned()), ..fresh() };
    let by_hand = hook.sign(br#"{"a":1}"#, &params).expect("signed");
    assert_eq!(by_hand.headers, signed.headers);
    // A type in the body is not changed.
    let plain = made(&definition(""), unsigned()).sign(br#"{"type":"ping"}"#, &params).expect("signed");
    assert!(!plain.headers.iter().any(|(_, value)| value == "ping"));
}

#[test]
fn an_envelope_accepts_data_of_the_same_name() {
    let text = r#"{ "id": "mine", "envelope": { "type": "/meta/type", "id": "/meta/id", "createdAt": "/at" },
        "events": { "ping": { "schema": true } } }"#;
    let hook = made(text, unsigned());
    let signed =
        hook.create("ping", br#"{"a":1,"meta":{"b":2,"id":"x"},"at":"then"}"#, &fresh()).expect("made");
    let body = String::from_utf8_lossy(&signed.body).into_owned();
    assert_eq!(body, r#"{"meta":{"type":"ping","b":2,"id":"x"},"a":1,"at":"then"}"#);
}
