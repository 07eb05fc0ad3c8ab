//! Signed texts of any length and with any characters, as messages of Amazon SNS and payloads of Braintree; keys of deliveries
//! that are digests of such a text; and deliveries without a body.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::hmac::sign;
use hookseal::signature::{Algorithm, sha256};
use hookseal::webhook::{CoveredPart, SignatureInfo, Webhook};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use std::fmt::Write as _;

use crate::support::{NOW, SECRET, fresh, headers, made, options};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a string");
        out
    })
}

/// The signed content of Amazon SNS, under an HMAC.
fn lines() -> Webhook {
    let definition = json!({ "id": "mine",
        "signature": { "from": "/Signature", "format": "{hex}", "algorithms": ["sha256"], "covers": "fields", "signedContent": [
            "Message\n{/Message...}\nMessageId\n{/MessageId}\n", { "if": "/Subject", "text": "Subject\n{/Subject}\n" },
            { "if": "/Token", "text": "Token\n{/Token}\n" }, "Type\n{/Type}\n"] },
        "envelope": { "type": "/Type", "id": "/MessageId" }, "dedupe": ["pointer:/MessageId"],
        "events": { "*": { "schema": true } } });
    made(&definition.to_string(), options(&[SECRET]))
}

/// A delivery whose signature is made over this content, and the result of every verb: all agree, also those of the compiled
/// definition.
fn outcome(hook: &Webhook, payload: &Value, content: &str) -> Result<String, Code> {
    let mut payload = payload.clone();
    payload["Signature"] = hex(&sign(Algorithm::Sha256, SECRET.as_bytes(), content.as_bytes())).into();
    let body = payload.to_string();
    let delivery = Delivery::new(Headers::new(), body.as_bytes());
    let result = hook.verify(&delivery, NOW).map(|verified| verified.id).map_err(|error| error.code);
    let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options());
    assert_eq!(fast.map(|accepted| accepted.id).map_err(|error| error.code), result);
    assert_eq!(hook.inspect(&delivery, NOW).code, result.clone().err());
    #[cfg(feature = "full")]
    let _explained = hook.explain(&delivery, NOW);
    let compiled = Provider::from_compiled(&hook.provider().to_compiled()).expect("of this build");
    let again = Webhook::new(compiled, options(&[SECRET])).expect("a webhook").verify(&delivery, NOW);
    assert_eq!(again.map(|verified| verified.id).map_err(|error| error.code), result);
    result
}

#[test]
fn an_open_value_has_any_characters_and_white_space_and_length() {
    let hook = lines();
    let long = "long ".repeat(10_000);
    for message in
        ["a", " a ", "\ta\n", "{\n  \"a\": 1\r\n}\n", "a\u{1}b\u{7f}", "é 🦀", "MessageId\n1", long.as_str()]
    {
        let payload = json!({ "Type": "a", "MessageId": "1", "Message": message, "Subject": " b " });
        let content = format!("Message\n{message}\nMessageId\n1\nSubject\n b \nType\na\n");
        assert_eq!(outcome(&hook, &payload, &content), Ok("a:1".to_owned()), "{message:?}");
        // Signed without the white space around the message.
        let content = format!("Message\n{}\nMessageId\n1\nSubject\n b \nType\na\n", message.trim());
        let expected =
            if message.trim() == message { Ok("a:1".to_owned()) } else { Err(Code::SIGNATURE_MISMATCH) };
        assert_eq!(outcome(&hook, &payload, &content), expected, "{message:?}");
    }
}

#[test]
fn no_text_moves_from_an_open_value_to_the_next_one() {
    let hook = lines();
    // One signature, and two ways to read what is signed.
    let content = "Message\na\nMessageId\n1\nMessageId\n2\nType\na\n";
    for (message, id) in [("a\nMessageId\n1", "2"), ("a", "1\nMessageId\n2")] {
        let payload = json!({ "Type": "a", "MessageId": id, "Message": message });
        assert_eq!(outcome(&hook, &payload, content), Err(Code::SIGNATURE_MALFORMED), "{message:?}");
    }
    let content = "Message\na\nMessageId\n1\nSubject\nb\nToken\nc\nType\na\n";
    let both = json!({ "Type": "a", "MessageId": "1", "Message": "a", "Subject": "b", "Token": "c" });
    assert_eq!(outcome(&hook, &both, content), Ok("a:1".to_owned()));
    let joined = json!({ "Type": "a", "MessageId": "1", "Message": "a", "Subject": "b\nToken\nc" });
    assert_eq!(outcome(&hook, &joined, content), Err(Code::SIGNATURE_MALFORMED));
    for other in ["Type", "MessageId", "Message", "Subject", "Token"] {
        let mut payload = both.clone();
        payload[other] = "other".into();
        assert_eq!(outcome(&hook, &payload, content), Err(Code::SIGNATURE_MISMATCH), "{other}");
        // An object, and the text that marks a value that is unusable.
        for unusable in [json!({}), json!(["a"])] {
            payload[other] = unusable;
            assert!(outcome(&hook, &payload, content).is_err(), "{other}");
        }
        payload[other] = "\u{0}".into();
        assert_eq!(outcome(&hook, &payload, content), Err(Code::SIGNATURE_MALFORMED), "{other}");
    }
    let absent = json!({ "Type": "a", "MessageId": "1" });
    assert_eq!(outcome(&hook, &absent, "Message\n\nMessageId\n1\nType\na\n"), Err(Code::FIELD_MISSING));
}

#[test]
fn a_key_that_is_too_long_is_the_digest_of_a_body_that_is_not_signed() {
    let hook = lines();
    for (id, uncovered) in [("1".repeat(256), vec![]), ("1".repeat(257), vec!["id"])] {
        let content = format!("Message\na\nMessageId\n{id}\nType\na\n");
        let tag = hex(&sign(Algorithm::Sha256, SECRET.as_bytes(), content.as_bytes()));
        let payload = json!({ "Type": "a", "MessageId": id, "Message": "a", "Signature": tag });
        let body = payload.to_string();
        let delivery = Delivery::new(Headers::new(), body.as_bytes());
        let verified = hook.verify(&delivery, NOW);
        let SignatureInfo::Verified { uncovered: found, .. } = verified.expect("signed").signature else {
            panic!("a signature");
        };
        assert_eq!(found.names(), uncovered);
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn verify_form(
    hook: &Webhook,
    pairs: &[(String, String)],
    body: &[u8],
) -> Result<(String, SignatureInfo), Code> {
    let delivery = Delivery::new(headers(pairs), body);
    let form = hook.read_form(&delivery).and_then(Result::ok);
    let delivery = Delivery { form: form.as_ref(), ..delivery };
    let result = hook.verify(&delivery, NOW);
    assert_eq!(hook.inspect(&delivery, NOW).code, result.as_ref().err().map(|error| error.code));
    #[cfg(feature = "full")]
    let _explained = hook.explain(&delivery, NOW);
    result.map(|verified| (verified.id, verified.signature)).map_err(|error| error.code)
}

#[test]
fn a_field_of_a_form_is_signed_and_its_digest_is_the_key() {
    let hook = Webhook::built_in("braintree", options(&[SECRET])).expect("a webhook");
    let content_type = [("Content-Type".to_owned(), FORM.to_owned())];
    let tag =
        |payload: &str| hex(&sign(Algorithm::Sha1, &Sha1::digest(SECRET.as_bytes()), payload.as_bytes()));
    let payload = "PGE+PC9h\nPg==\n";
    let key = format!("notification:{}", hex(&sha256(payload.as_bytes())));
    let good = tag(payload);
    for (signature, result) in [
        (format!("one|{good}"), Ok(key.clone())),
        (format!("one|{}&two|{good}", tag("other")), Ok(key.clone())),
        (format!("one|{}", tag("other")), Err(Code::SIGNATURE_MISMATCH)),
        (good.clone(), Err(Code::SIGNATURE_MALFORMED)),
        (format!("|{good}"), Err(Code::SIGNATURE_MALFORMED)),
        (String::new(), Err(Code::SIGNATURE_MALFORMED)),
    ] {
        let encode = |text: &str| {
            text.replace('+', "%2B").replace('\n', "%0A").replace('|', "%7C").replace('&', "%26")
        };
        let body = format!("bt_signature={}&bt_payload={}", encode(&signature), encode(payload));
        let found = verify_form(&hook, &content_type, body.as_bytes());
        assert_eq!(found.as_ref().map(|(id, _)| id.clone()).map_err(|code| *code), result, "{signature}");
        // A field more and another order do not make another key.
        let more = format!("bt_payload={}&other=1&bt_signature={}", encode(payload), encode(&signature));
        let other = verify_form(&hook, &content_type, more.as_bytes());
        assert_eq!(other.as_ref().map(|(id, _)| id.clone()).map_err(|code| *code), result);
        if let Ok((_, SignatureInfo::Verified { covers, uncovered, .. })) = found {
            assert_eq!((covers, uncovered.names()), (CoveredPart::Fields, vec![]));
        }
    }
    let signed = hook.sign(b"bt_signature=&bt_payload=%20PGEvPg%3D%3D%0A+", &fresh()).expect("signed");
    assert!(verify_form(&hook, &signed.headers, &signed.body).is_ok());
    let made = hook.create("notification", br#"{"bt_payload":"PGEvPg==\n"}"#, &fresh()).expect("made");
    assert!(made.body.starts_with(b"bt_"));
    assert!(verify_form(&hook, &made.headers, &made.body).is_ok());
}

#[test]
fn a_list_in_a_field_of_a_form_is_signed_with_the_url() {
    let hook = Webhook::built_in("mandrill", options(&[SECRET])).expect("a webhook");
    let params = hookseal::webhook::SignParams { url: Some("https://h.example/hook".to_owned()), ..fresh() };
    let made = hook.create("open", br#"{"_id":"1","ts":1767225600}"#, &params).expect("made");
    assert!(made.body.starts_with(b"mandrill_events=%5B%7B"), "{:?}", String::from_utf8_lossy(&made.body));
    let delivery = Delivery::new(headers(&made.headers), &made.body).with_url("https://h.example/hook");
    let form = hook.read_form(&delivery).and_then(Result::ok);
    let verify = |url: &str| {
        let delivery = Delivery { form: form.as_ref(), url: Some(url), ..delivery.clone() };
        hook.verify(&delivery, NOW).map(|verified| verified.event_type).map_err(|error| error.code)
    };
    assert_eq!(verify("https://h.example/hook"), Ok("batch".to_owned()));
    assert_eq!(verify("https://h.example/"), Err(Code::SIGNATURE_MISMATCH));
}

#[test]
fn the_digest_of_a_value_is_its_key() {
    let definition = json!({ "id": "mine", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] },
        "envelope": { "type": "=a" }, "dedupe": ["digest:/text", "none"], "events": { "*": { "schema": true } } });
    let hook = made(&definition.to_string(), options(&[SECRET]));
    for (body, key) in [
        (r#"{"text":"long"}"#, format!("a:{}", hex(&sha256(b"long")))),
        (r#"{"text": "l\u006fng"}"#, format!("a:{}", hex(&sha256(b"long")))),
        (r#"{"text":1.50}"#, format!("a:{}", hex(&sha256(b"1.50")))),
        (r#"{"text":{"a": 1}}"#, format!("a:{}", hex(&sha256(br#"{"a": 1}"#)))),
        (r#"{"text":""}"#, format!("a:{}", hex(&sha256(b"")))),
        // Half of a surrogate pair, null, and nothing.
        (r#"{"text":"\ud800"}"#, String::new()),
        (r#"{"text":null}"#, String::new()),
        ("{}", String::new()),
    ] {
        let signed = hook.sign(body.as_bytes(), &fresh()).expect("signed");
        let verified = hook.verify(&Delivery::new(headers(&signed.headers), body.as_bytes()), NOW);
        assert_eq!(verified.expect(body).id, key, "{body}");
    }
}

#[test]
fn a_delivery_without_a_body_is_an_event_of_headers() {
    let hook = Webhook::built_in("google-watch", options(&[SECRET])).expect("a webhook");
    let pairs = [
        ("X-Goog-Channel-Token", SECRET),
        ("X-Goog-Channel-ID", "channel-1"),
        ("X-Goog-Resource-State", "exists"),
        ("Content-Type", "application/json; utf-8"),
    ];
    let verify = |pairs: &[(&str, &str)], body: &[u8]| {
        let delivery = Delivery::new(pairs.iter().copied().collect::<Headers<'_>>(), body);
        let form = hook.read_form(&delivery).and_then(Result::ok);
        let delivery = Delivery { form: form.as_ref(), ..delivery };
        let result = hook.verify(&delivery, NOW);
        let report = hook.inspect(&delivery, NOW);
        assert_eq!(report.code, result.as_ref().err().map(|error| error.code));
        #[cfg(feature = "full")]
        let _explained = hook.explain(&delivery, NOW);
        result.map(|verified| (verified.event_type, verified.id)).map_err(|error| error.code)
    };
    assert_eq!(verify(&pairs, b""), Ok(("exists".to_owned(), String::new())));
    assert_eq!(verify(&pairs[1..], b""), Err(Code::SIGNATURE_MISSING));
    let other = [("X-Goog-Channel-Token", "another token of this length"), pairs[2]];
    assert_eq!(verify(&other, b""), Err(Code::SIGNATURE_MISMATCH));
    assert_eq!(verify(&pairs[..2], b""), Err(Code::ENVELOPE_INVALID));
    assert_eq!(verify(&pairs[..3], b"{}"), Ok(("exists".to_owned(), String::new())));
    assert_eq!(verify(&pairs[..3], b" "), Err(Code::JSON_SYNTAX));
    // Every other provider rejects it.
    let hook = Webhook::built_in("telegram", options(&[SECRET])).expect("a webhook");
    let delivery = Delivery::new(Headers::new(), b"");
    assert_eq!(hook.verify(&delivery, NOW).expect_err("empty").code, Code::BODY_EMPTY);
}
