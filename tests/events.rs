//! The payload of a delivery in a type: the generated types of PainChek and X-on, and the types of a program.

use std::path::Path;

use hookseal::events::{painchek, xon};
use hookseal::{Delivery, Headers, SignParams, Timestamp, Verified, Webhook, WebhookOptions};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn hook(id: &str) -> Webhook {
    let options = WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() };
    Webhook::built_in(id, options).expect("a webhook")
}

fn verified<'b>(id: &str, body: &'b str) -> Verified<'b> {
    hook(id).verify(&Delivery::new(Headers::new(), body), NOW).expect("a valid delivery")
}

fn samples(id: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers").join(id).join("samples");
    let files = std::fs::read_dir(folder).expect("samples");
    files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text")).collect()
}

/// Removes members that are null, which a type may leave out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key, without_nulls(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[test]
fn every_sample_has_its_type_which_keeps_every_value() {
    for (id, expected) in [("painchek", 3), ("xon", 13)] {
        let samples = samples(id);
        assert_eq!(samples.len(), expected);
        for body in &samples {
            let verified = verified(id, body);
            let typed = match id {
                "painchek" => match painchek::Event::from_verified(&verified).expect("a type") {
                    painchek::Event::AssessmentAdd(event) => serde_json::to_value(event),
                    _ => panic!("unknown"),
                },
                _ => match xon::Event::from_verified(&verified).expect("a type") {
                    xon::Event::FileRequestFilesUpdateR0(event) => serde_json::to_value(event),
                    xon::Event::FileRequestFilesUpdateR7R9(event) => serde_json::to_value(event),
                    xon::Event::FileRequestFilesUpdateR1R6(event) => serde_json::to_value(event),
                    xon::Event::CallsUserCreate(event) => serde_json::to_value(event),
                    xon::Event::CallsUserDelete(event) => serde_json::to_value(event),
                    xon::Event::UserCallerDetailsUpdate(event) => serde_json::to_value(event),
                    _ => panic!("unknown"),
                },
            };
            let body: Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(without_nulls(typed.expect("JSON")), without_nulls(body));
        }
    }
}

/// The lenient profile accepts what the types have to accept, too: a missing property, another value, an integer that is
/// written as a float.
#[test]
fn an_accepted_delivery_has_its_type_even_if_it_deviates_from_the_schema() {
    let sample = samples("painchek").into_iter().find(|text| text.contains("\"nrs\"")).expect("a sample");
    let mut body: Value = serde_json::from_str(&sample).expect("JSON");
    body["data"].as_object_mut().expect("a record").remove("update_stamp");
    body["data"]["data"]["assessment"]["pain_score"] = Value::Null;
    body["data"]["data"]["assessment"]["timing"] = json!("sleep");
    let text = body.to_string().replacen("\"pain_score\":null", "\"pain_score\":5.0", 1);
    let verified = verified("painchek", &text);
    let painchek::Event::AssessmentAdd(event) = painchek::Event::from_verified(&verified).expect("a type")
    else {
        panic!("unknown")
    };
    assert_eq!(event.data.update_stamp, None);
    let assessment = event.data.data.and_then(|data| data.assessment).expect("an assessment");
    assert_eq!((assessment.pain_score, assessment.timing.as_deref()), (Some(5), Some("sleep")));

    let activity = json!({ "score": 1, "descriptors": { "resisting_care": true, "another": false } });
    let activity: painchek::assessment_add::Activity = serde_json::from_value(activity).expect("a type");
    let descriptors = activity.descriptors.expect("descriptors");
    assert_eq!((descriptors.resisting_care, descriptors.other.get("another")), (Some(true), Some(&false)));
}

#[test]
fn an_event_type_that_the_provider_does_not_document_is_unknown() {
    let verified = verified("xon", r#"{"event":{"type":"new","id":"1","createdAt":"2024-01-01T00:00:00Z"}}"#);
    assert_eq!(xon::Event::from_verified(&verified), Ok(xon::Event::Unknown));
}

#[test]
fn neither_an_error_nor_debug_shows_a_value() {
    #[derive(Debug, serde::Deserialize)]
    struct Wrong {
        #[serde(rename = "event")]
        _event: u8,
    }
    let body = r#"{"event":{"type":"calls.user.create","id":"5f0c2f0e-0000-4000-8000-000000000000",
"createdAt":"2024-01-01T00:00:00Z","mobileNumber":"+447700900123"}}"#;
    let verified = verified("xon", body);
    let error = verified.event_as::<Wrong>().expect_err("no number");
    assert_eq!(error.to_string(), "The payload does not have the form of the type: see line 1, column 9.");
    let event = xon::Event::from_verified(&verified).expect("a type");
    assert_eq!(format!("{event:?}"), "CallsUserCreate(CallsUserCreate { .. })");
}

/// What users write first compiles, and works: with strings as secrets, as data and as bodies, and with the types of servers.
#[test]
fn first_guesses_compile() {
    let secrets = vec!["a secret".into(), String::from("another").into()];
    let hook =
        Webhook::built_in("painchek", WebhookOptions { secrets, ..Default::default() }).expect("a webhook");
    let data =
        r#"{"uuid":"1dba5858-7dc7-4bbe-a0eb-60ed801cf357","patient":"2dba5858-7dc7-4bbe-a0eb-60ed801cf357"}"#;
    let signed = hook.create("assessment_add", data, &SignParams::random()).expect("a delivery");
    let again = hook.create("assessment_add", String::from(data), &SignParams::random()).expect("a delivery");
    assert_ne!(signed.headers, again.headers, "new ids");

    let mut map = http::HeaderMap::new();
    for (name, value) in &signed.headers {
        map.insert(http::HeaderName::try_from(name).expect("a name"), value.parse().expect("a value"));
    }
    map.insert("x-latin-1", http::HeaderValue::from_bytes(b"\xe9").expect("a value"));
    let pairs: Vec<(&str, &str)> = signed.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    for delivery in [
        Delivery::from(&signed),
        Delivery::new(&map, &signed.body),
        Delivery::new(&signed.headers, signed.body.as_slice()),
        Delivery::new(&pairs[..], &signed.body),
        Delivery::new(pairs.clone(), &signed.body),
    ] {
        assert!(hook.verify(&delivery, std::time::SystemTime::now()).is_ok());
        assert!(hook.check(&delivery, std::time::SystemTime::now()).is_ok());
    }
    let delivery = Delivery::new([("X-PainChek-WH-Signature", "sha256=00")], "{}");
    let error: hookseal::Error = hook.check(&delivery, NOW).expect_err("forged");
    assert_eq!(error.response().status(), http::StatusCode::UNAUTHORIZED);
}

/// The part of docs/rust.md that needs a server is of the example, which has a test.
#[test]
fn the_excerpt_of_the_example_is_as_in_the_example() {
    let page = include_str!("../docs/rust.md");
    let example = include_str!("../examples/axum/src/main.rs");
    let excerpts: Vec<&str> =
        page.split("```rust,ignore\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(excerpts.len(), 1);
    assert!(example.contains(excerpts[0]), "{}", excerpts[0]);
}
