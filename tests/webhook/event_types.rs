//! Event types of every shape: fixed, composed, by a field that is present, and lists of sources.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{SignParams, SignatureInfo, Webhook, WebhookOptions};
use serde_json::{Value, json};

use crate::support::{NOW, fresh, headers, made, options, unsigned};

fn text(event_type: &Value, events: &Value) -> String {
    json!({ "id": "mine", "title": "Mine", "envelope": { "type": event_type }, "events": events }).to_string()
}

/// A webhook that accepts every event type.
fn hook(event_type: &Value) -> Webhook {
    made(&text(event_type, &json!({ "*": { "schema": true } })), unsigned())
}

/// The event type of a delivery, as all verbs report it, or the message of the rejection.
fn find(hook: &Webhook, pairs: &[(&str, &str)], body: &str) -> Result<String, String> {
    let delivery = Delivery::new(pairs.iter().copied().collect::<Headers<'_>>(), body.as_bytes());
    let verified = hook.verify(&delivery, NOW);
    let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options());
    let report = hook.inspect(&delivery, NOW);
    match &verified {
        Ok(verified) => {
            assert_eq!(fast.expect("accepted").event_type, verified.event_type);
            assert_eq!(report.event_type.as_deref(), Some(verified.event_type.as_str()));
        }
        Err(error) => {
            assert_eq!(error.code, Code::ENVELOPE_INVALID);
            assert_eq!(fast.expect_err("rejected").code, Code::ENVELOPE_INVALID);
            assert_eq!((report.code, report.event_type), (Some(Code::ENVELOPE_INVALID), None));
        }
    }
    verified.map(|verified| verified.event_type).map_err(|error| error.to_string())
}

#[test]
fn a_fixed_type_is_that_of_every_delivery() {
    let hook = hook(&json!("=push"));
    assert_eq!(find(&hook, &[], "{}").unwrap(), "push");
    assert_eq!(find(&hook, &[], r#"[{ "type": "other" }]"#).unwrap(), "push");
    assert_eq!(hook.create("push", br#"{"tag":"1"}"#, &fresh()).unwrap().body, br#"{"tag":"1"}"#);
}

#[test]
fn a_template_joins_fields_of_body_and_headers() {
    let hook = hook(&json!("{header:X-Resource}.{/action}"));
    let resource = [("x-resource", "issue")];
    assert_eq!(find(&hook, &resource, r#"{"action":"created"}"#).unwrap(), "issue.created");
    let missing = "The envelope is not Mine's: the event type (the header X-Resource, /action) is missing.";
    for body in
        ["{}", r#"{"action":null}"#, r#"{"action":""}"#, r#"{"action":1}"#, r#"{"action":["created"]}"#]
    {
        assert!(find(&hook, &resource, body).unwrap_err().contains(missing), "{body}");
    }
    assert!(find(&hook, &[], r#"{"action":"created"}"#).unwrap_err().contains(missing));
    assert!(find(&hook, &[("X-Resource", " ")], r#"{"action":"created"}"#).unwrap_err().contains(missing));
}

#[test]
fn literals_of_a_template_can_surround_the_fields() {
    let hook = hook(&json!("mine:{/a}::{/b}!"));
    assert_eq!(find(&hook, &[], r#"{"a":"x","b":"y"}"#).unwrap(), "mine:x::y!");
    let signed = hook.create("mine:x::y!", br#"{"c":1}"#, &fresh()).unwrap();
    assert_eq!(signed.body, br#"{"a":"x","b":"y","c":1}"#);
}

/// Otherwise one event type would name two events, and a sender's own text could select the branch of a receiver.
#[test]
fn a_field_after_another_cannot_contain_the_text_between_them() {
    let hook = hook(&json!("{/type}.{/action}"));
    assert_eq!(
        find(&hook, &[], r#"{"type":"activity.email","action":"sent"}"#).unwrap(),
        "activity.email.sent"
    );
    for action in ["email.sent", ".sent", "sent.", "."] {
        let message =
            find(&hook, &[], &json!({ "type": "activity", "action": action }).to_string()).unwrap_err();
        assert!(
            message.ends_with(
                "the event type (/action) contains \".\", which separates the parts of the event type."
            ),
            "{message}"
        );
        assert!(!message.contains("email"), "{message}");
    }
}

#[test]
fn every_joined_type_has_one_division_into_fields() {
    let texts = ["a", "b", "aa", "ab", "ba", "aba", "aab", "baa"];
    for literal in ["a", "aa", "ab", "aba"] {
        let hook = hook(&json!(format!("{{/x}}{literal}{{/y}}{literal}{{/z}}")));
        let mut seen = std::collections::HashMap::new();
        for x in texts {
            for y in texts {
                for z in texts {
                    let body = json!({ "x": x, "y": y, "z": z }).to_string();
                    let Ok(event_type) = find(&hook, &[], &body) else { continue };
                    let created = hook.create(&event_type, b"{}", &fresh()).unwrap();
                    assert_eq!(String::from_utf8(created.body).unwrap(), body);
                    assert_eq!(seen.insert(event_type, body), None);
                }
            }
        }
        assert!(!seen.is_empty(), "{literal}");
    }
}

#[test]
fn a_joined_type_keeps_the_limits_of_types() {
    let hook = hook(&json!("{/type}.{/action}"));
    let body = |kind: &str, action: &str| json!({ "type": kind, "action": action }).to_string();
    let find = |kind: &str, action: &str| find(&hook, &[], &body(kind, action));
    assert_eq!(find(&"t".repeat(200), &"a".repeat(55)).unwrap().len(), 256);
    assert!(find(&"t".repeat(200), &"a".repeat(56)).unwrap_err().contains("is longer than any id may be"));
    assert!(find("t", &"a".repeat(257)).unwrap_err().contains("(/action) is longer than any id may be"));
    assert!(find("t", "a\u{202e}").unwrap_err().contains("(/action) contains a control or bidirectional"));
    assert!(find("t\n", "a").unwrap_err().contains("(/type) contains a control or bidirectional"));
}

#[test]
fn the_key_that_is_present_names_the_type() {
    let hook = hook(
        &json!([{ "when": "/message" }, { "when": "/a~1b/c~0d" }, { "when": "header:X-Ping", "is": "ping" }, "=update"]),
    );
    assert_eq!(find(&hook, &[], r#"{"message":{}}"#).unwrap(), "message");
    assert_eq!(find(&hook, &[], r#"{"message":null}"#).unwrap(), "message");
    assert_eq!(find(&hook, &[], r#"{"a/b":{"c~d":0}}"#).unwrap(), "c~d");
    assert_eq!(find(&hook, &[("X-Ping", "")], "{}").unwrap(), "ping");
    assert_eq!(find(&hook, &[], r#"{"Message":1}"#).unwrap(), "update");
}

#[test]
fn the_first_source_that_a_delivery_has_counts() {
    let hook = hook(&json!(["header:X-Event", "/event_name", "/object_kind"]));
    let body = r#"{"event_name":"a","object_kind":"b"}"#;
    assert_eq!(find(&hook, &[("X-Event", "c")], body).unwrap(), "c");
    assert_eq!(find(&hook, &[], body).unwrap(), "a");
    assert_eq!(find(&hook, &[], r#"{"event_name":{},"object_kind":"b"}"#).unwrap(), "b");
    let report = hook.inspect(&Delivery::new(Headers::new(), b"{}"), NOW);
    assert_eq!(
        report.issues[0].message,
        "The envelope is not Mine's: the event type (the header X-Event, /event_name, /object_kind) is missing."
    );
    assert_eq!(
        report.issues[0].expected.as_deref(),
        Some("the header X-Event, a string at /event_name, a string at /object_kind")
    );
}

#[test]
fn a_fixed_type_at_the_end_accepts_deliveries_without_a_type() {
    let hook = hook(&json!(["/type", "/event", "=event"]));
    assert_eq!(find(&hook, &[], "{}").unwrap(), "event");
    assert_eq!(find(&hook, &[], r#"{"event":{"id":1}}"#).unwrap(), "event");
    assert_eq!(find(&hook, &[], r#"{"type":"a","event":"b"}"#).unwrap(), "a");
}

/// A text that no type can be is an error: the delivery would else count as one of another type.
#[test]
fn a_forged_text_does_not_lead_to_the_next_source() {
    let hook = hook(&json!(["header:X-Event", "{/type}.{/action}", "/type", "=event"]));
    let long = "x".repeat(257);
    for (pairs, body) in [
        (vec![("X-Event", long.as_str())], json!({ "type": "a" })),
        (vec![("X-Event", "a\u{202e}b")], json!({ "type": "a" })),
        (vec![], json!({ "type": "a\u{0}" })),
        (vec![], json!({ "type": long })),
        (vec![], json!({ "type": "a", "action": "b.c" })),
    ] {
        assert!(find(&hook, &pairs, &body.to_string()).is_err(), "{body}");
    }
}

#[test]
fn a_message_about_the_type_has_no_value_of_the_payload() {
    let hook = hook(&json!(["{/type}.{/action}", "/other"]));
    let body =
        json!({ "type": "secret-type", "action": "secret.action", "other": "secret-other" }).to_string();
    let report = hook.inspect(&Delivery::new(Headers::new(), body.as_bytes()), NOW);
    assert!(!format!("{:?}", report.issues).contains("secret"));
    assert_eq!(report.issues[0].pointer, "/action");
}

#[test]
fn types_select_the_contract_of_their_event() {
    let events = json!({
        "issue.created": { "schema": { "properties": { "data": { "required": ["title"] } } } },
        "other": { "schema": true }
    });
    let hook = made(&text(&json!(["{/type}.{/action}", "=other"]), &events), unsigned());
    let verify = |body: &'static str| hook.verify(&Delivery::new(Headers::new(), body.as_bytes()), NOW);
    let error = verify(r#"{"type":"issue","action":"created","data":{}}"#).unwrap_err();
    assert_eq!(error.code, Code::EVENT_INVALID);
    assert!(error.to_string().contains("Missing required property \"title\"."), "{error}");
    assert!(verify(r#"{"type":"issue","action":"created","data":{"title":1}}"#).is_ok());
    assert!(verify("{}").is_ok());
    let unknown = verify(r#"{"type":"issue","action":"closed"}"#).unwrap();
    assert_eq!((unknown.event_type.as_str(), unknown.issues[0].pointer.as_str()), ("issue.closed", "/type"));
}

#[test]
fn create_writes_each_field_of_a_composed_type() {
    let hook = hook(&json!(["{header:X-Resource}.{/action}", "header:X-Resource"]));
    let created = hook.create("issue.comment.created", br#"{"id":1}"#, &fresh()).unwrap();
    assert_eq!(created.body, br#"{"action":"created","id":1}"#);
    assert!(created.headers.contains(&("X-Resource".to_owned(), "issue.comment".to_owned())));
    let delivery = Delivery::new(headers(&created.headers), &created.body);
    assert_eq!(hook.verify(&delivery, NOW).unwrap().event_type, "issue.comment.created");
    // Without the literal, the next source has the type.
    let created = hook.create("issue", br#"{"id":1}"#, &fresh()).unwrap();
    assert_eq!(created.body, br#"{"id":1}"#);
    assert!(created.headers.contains(&("X-Resource".to_owned(), "issue".to_owned())));
}

#[test]
fn create_takes_the_source_that_the_data_has() {
    let hook = hook(&json!([{ "when": "/command", "is": "slash" }, "/type", "/event_type", "=event"]));
    let body = |event_type: &str, data: &str| {
        let created = hook.create(event_type, data.as_bytes(), &fresh());
        created.map(|created| String::from_utf8(created.body).unwrap()).map_err(|error| error.to_string())
    };
    assert_eq!(body("a", r#"{"event_type":"a"}"#).unwrap(), r#"{"event_type":"a"}"#);
    assert_eq!(body("a", r#"{"x":1}"#).unwrap(), r#"{"type":"a","x":1}"#);
    assert_eq!(body("slash", r#"{"command":"/x"}"#).unwrap(), r#"{"command":"/x"}"#);
    for (event_type, data) in [("a", r#"{"command":1}"#), ("a", r#"{"type":"b","event_type":"a"}"#)] {
        assert_eq!(
            body(event_type, data).unwrap_err(),
            "The data gives the delivery another event type than that of the call."
        );
    }
    let error = body("a", r#"{"type":"b"}"#).unwrap_err();
    assert!(error.contains("The event type in the data differs from the event type of the call."), "{error}");
}

#[test]
fn sign_writes_the_headers_of_a_composed_type() {
    let hook = hook(&json!(["/meta/event", "{header:X-Resource}.{/action}", "header:X-Resource"]));
    let resource = |event_type: &str| {
        let params = SignParams { event_type: Some(event_type.to_owned()), ..fresh() };
        let signed = hook.sign(br#"{"action":"created"}"#, &params).unwrap();
        signed.headers.into_iter().find(|(name, _)| name == "X-Resource").map(|(_, value)| value)
    };
    assert_eq!(resource("issue.created").as_deref(), Some("issue"));
    assert_eq!(resource("issue").as_deref(), Some("issue"));
    let params = SignParams { event_type: Some("a\r\nX-Evil: 1.created".to_owned()), ..fresh() };
    assert_eq!(hook.sign(b"{}", &params).unwrap_err().code, Code::OPTION_INVALID);
}

/// Whether the type of a signed delivery is uncovered.
fn is_uncovered(event_type: &Value, signed_content: &str, pairs: &[(&str, &str)], body: &str) -> bool {
    let definition = json!({
        "id": "mine", "envelope": { "type": event_type }, "dedupe": ["digest"], "events": { "*": { "schema": true } },
        "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": signed_content }
    });
    let provider = Provider::from_json(definition.to_string().as_bytes()).expect("a definition");
    let secret = "a secret of 32 bytes for the test";
    let hook = Webhook::new(provider, options(&[secret])).expect("a webhook");
    let scheme = hook.provider().scheme().expect("a scheme");
    let context = hookseal::signature::SignContext {
        headers: pairs.iter().copied().collect(),
        ..hookseal::signature::SignContext::at(NOW.as_millis())
    };
    let secret = hookseal::signature::Secret::parse(secret, scheme.secret_format()).expect("a secret");
    let keys = scheme.keys(&[secret], None).expect("keys");
    let signed = scheme.sign(&keys, body.as_bytes(), &context).expect("signed");
    let all: Headers<'_> = pairs
        .iter()
        .copied()
        .chain(signed.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .collect();
    let delivery = Delivery::new(all, body.as_bytes());
    let SignatureInfo::Verified { uncovered, .. } = hook.verify(&delivery, NOW).expect("verified").signature
    else {
        panic!("unsigned")
    };
    assert_eq!(hook.inspect(&delivery, NOW).signature.uncovered, uncovered.names());
    assert!(!uncovered.event_type || hook.provider().uncovered().event_type);
    uncovered.event_type
}

#[test]
fn a_type_that_a_header_decides_in_part_is_covered_only_by_a_signature_of_the_header() {
    let (body, pairs) = (r#"{"action":"created","type":"t"}"#, [("X-Resource", "issue")]);
    let signed = "{header:X-Resource}\n{body}";
    for event_type in [
        json!("{header:X-Resource}.{/action}"),
        json!([{ "when": "header:X-Resource", "is": "a" }, "=b"]),
        // An attacker who removes the header reaches the next source.
        json!(["header:X-Resource", "/type"]),
    ] {
        assert!(is_uncovered(&event_type, "{body}", &pairs, body), "{event_type}");
        assert!(!is_uncovered(&event_type, signed, &pairs, body), "{event_type}");
    }
    assert!(is_uncovered(&json!(["header:X-Resource", "/type"]), "{body}", &[], body));
    // A header after the source that counts changes nothing.
    assert!(!is_uncovered(&json!(["/type", "header:X-Resource"]), "{body}", &pairs, body));
    assert!(is_uncovered(&json!(["/type", "header:X-Resource"]), "{body}", &pairs, r#"{"a":1}"#));
    assert!(!is_uncovered(&json!(["{/type}.{/action}", "=x"]), "{body}", &pairs, body));
}

#[test]
fn deliveries_with_different_types_are_different_events() {
    let hook = hook(&json!("{header:X-Resource}.{/action}"));
    let delivery = |resource| {
        Delivery::new([("X-Resource", resource)].into_iter().collect::<Headers<'_>>(), br#"{"action":"a"}"#)
    };
    assert!(hook.compare(&delivery("a"), &delivery("a")).unwrap().same_event);
    assert!(!hook.compare(&delivery("a"), &delivery("b")).unwrap().same_event);
}

#[test]
fn verify_asks_for_every_header_of_the_type() {
    let hook = hook(
        &json!(["{header:X-Resource}.{/action}", { "when": "header:X-Ping", "is": "ping" }, "header:X-Event"]),
    );
    for name in ["x-resource", "x-ping", "x-event"] {
        assert!(hook.required_headers().iter().any(|header| header == name), "{name}");
    }
}

#[test]
fn the_data_is_the_object_around_all_fields_of_the_type() {
    let data = |envelope: Value| {
        let definition = json!({ "id": "mine", "envelope": envelope, "events": { "*": { "schema": true } } });
        let options = WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() };
        made(&definition.to_string(), options).provider().envelope.data.clone()
    };
    assert_eq!(data(json!({ "type": "{/event/object_type}.{/event/action}" })), "/event");
    assert_eq!(data(json!({ "type": ["/event/type", "/event/kind"], "id": "/event/id" })), "/event");
    for event_type in [
        json!(["/event/type", "/type"]),
        json!(["/event/type", "=other"]),
        json!(["/event/type", "header:X-Event"]),
        json!([{ "when": "/event/message" }]),
        json!("{header:X-Event}.{/action}"),
    ] {
        assert_eq!(data(json!({ "type": event_type.clone() })), "", "{event_type}");
    }
}
