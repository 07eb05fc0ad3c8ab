//! Deliveries with several events: the list, its items, their keys and their contracts.

use crate::support::{NOW, bare, fresh, made, options, strict, unsigned};
use hookseal::delivery::Delivery;
use hookseal::provider::Provider;
use hookseal::webhook::{StageState, Verdict, Webhook};
use hookseal::{Code, Issue, Severity, Stage};
use serde_json::{Value, json};

const ITEM: &str = r#"{ "type": "/kind", "id": ["/id", "/uid"], "createdAt": "/at" }"#;

/// A definition of a provider that sends lists of `paid`, which has a number, and `sent`.
fn definition(list: &str, more: &str) -> String {
    format!(
        r#"{{ "id": "mine", "title": "Mine",
            "envelope": {{ "items": "{list}", "item": {ITEM} }},
            "events": {{ "sent": {{ "schema": true }}, "paid": {{ "schema": {{ "required": ["amount"], "properties": {{ "amount": {{ "type": "integer" }} }} }} }} }}{more} }}"#
    )
}

fn hook(list: &str) -> Webhook {
    made(&definition(list, ""), unsigned())
}

fn issues(hook: &Webhook, body: &str) -> (Code, Vec<Issue>) {
    let error = hook.verify(&bare(body.as_bytes()), NOW).expect_err("a rejection");
    let fast =
        hook.verify_fast(&bare(body.as_bytes()), NOW, &hook.verify_options()).expect_err("a rejection");
    assert_eq!(fast.code, error.code);
    (error.code, error.issues)
}

#[test]
fn lists_each_event_with_its_own_key() {
    let body = br#"{"from":"x","events":[{"kind":"sent","id":"a","at":"2026"},{"kind":"paid","uid":7,"amount":1,"at":1500},{"kind":"sent"}]}"#;
    let hook = hook("/events");
    let verified = hook.verify(&bare(body), NOW).expect("an accepted delivery");
    assert_eq!(verified.event_type, "batch");
    assert!(!verified.unknown);
    assert!(verified.id.starts_with("batch:"));
    let items = verified.items.as_deref().expect("items");
    let seen: Vec<_> = items
        .iter()
        .map(|item| (&*item.event_type, &*item.id, item.created_at.as_deref(), &*item.pointer, item.unknown))
        .collect();
    let third = format!("{}/2", verified.id);
    assert_eq!(
        seen,
        [
            ("sent", "sent:a", Some("2026"), "/events/0", false),
            ("paid", "paid:7", Some("1500"), "/events/1", false),
            ("sent", third.as_str(), None, "/events/2", false),
        ]
    );
    let report = hook.inspect(&bare(body), NOW);
    assert_eq!(report.items.as_deref(), Some(items));
    assert_eq!(report.verdict, Verdict::Unsigned);
    assert!(hook.verify_fast(&bare(body), NOW, &hook.verify_options()).is_ok());
}

#[test]
fn the_body_itself_can_be_the_list() {
    let verified = hook("").verify(&bare(br#"[{"kind":"sent","id":"a"}]"#), NOW).expect("accepted").items;
    assert_eq!(verified.expect("items")[0].pointer, "/0");
    let (code, issues) = issues(&hook(""), r#"{"kind":"sent"}"#);
    assert_eq!(code, Code::ENVELOPE_INVALID);
    assert_eq!(issues[0].message, "The envelope is not Mine's: the list of events (of the body) is missing.");
}

#[test]
fn an_empty_list_is_accepted() {
    for (list, body) in [("/events", r#"{"events":[]}"#), ("", "[]")] {
        let verified = hook(list).verify(&bare(body.as_bytes()), NOW).expect("accepted").items;
        assert_eq!(verified.map(|items| items.len()), Some(0), "{body}");
    }
}

#[test]
fn each_item_is_validated_by_the_schema_of_its_type() {
    let body = r#"{"events":[{"kind":"sent"},{"kind":"paid","amount":"1"},{"kind":"paid"}]}"#;
    let (code, found) = issues(&hook("/events"), body);
    assert_eq!(code, Code::EVENT_INVALID);
    let seen: Vec<_> = found.iter().map(|issue| (issue.code, &*issue.pointer)).collect();
    assert_eq!(seen, [(Code::TYPE, "/events/1/amount"), (Code::REQUIRED, "/events/2")]);
    assert_eq!(&body[found[0].byte_span.start..found[0].byte_span.end], "\"1\"");
    assert_eq!(found[0].stage, Some(Stage::Contract));
}

#[test]
fn a_list_that_is_missing_or_too_long_is_rejected() {
    let hook = hook("/events");
    for body in ["{}", r#"{"events":{}}"#, r#"{"events":null}"#, "[]", "1"] {
        let (code, found) = issues(&hook, body);
        assert_eq!(code, Code::ENVELOPE_INVALID, "{body}");
        assert_eq!(found[0].message, "The envelope is not Mine's: the list of events (/events) is missing.");
        let report = hook.inspect(&bare(body.as_bytes()), NOW);
        assert_eq!(report.items, None);
        assert_eq!(report.stages[4].state, StageState::NotReached);
    }
    let list = |count| format!(r#"{{"events":[{}]}}"#, vec![r#"{"kind":"sent"}"#; count].join(","));
    let accepted = hook.verify(&bare(list(1000).as_bytes()), NOW).expect("1000 items").items;
    assert_eq!(accepted.map(|items| items.len()), Some(1000));
    let (code, found) = issues(&hook, &list(1001));
    assert_eq!((code, &*found[0].pointer), (Code::ENVELOPE_INVALID, "/events"));
    assert!(found[0].message.ends_with("is too long."));
}

#[test]
fn an_item_without_a_type_rejects_the_delivery() {
    let body = r#"{"events":[{"kind":"sent"},{"id":"b"},{"kind":""}]}"#;
    let (code, found) = issues(&hook("/events"), body);
    assert_eq!((code, &*found[0].pointer), (Code::ENVELOPE_INVALID, "/events/1"));
    let report = hook("/events").inspect(&bare(body.as_bytes()), NOW);
    let pointers: Vec<_> = report.issues.iter().map(|issue| &*issue.pointer).collect();
    assert_eq!(pointers, ["/events/1", "/events/2/kind"]);
    assert_eq!(report.items.expect("the others").len(), 1);
}

#[test]
fn an_unknown_type_of_an_item_warns_and_is_an_error_in_the_strict_profile() {
    let hook = hook("/events");
    let body = br#"{"events":[{"kind":"sent"},{"kind":"new","id":"n"}]}"#;
    let verified = hook.verify(&bare(body), NOW).expect("accepted");
    assert_eq!(verified.issues.len(), 1);
    assert_eq!(
        (verified.issues[0].code, &*verified.issues[0].pointer),
        (Code::EVENT_UNKNOWN, "/events/1/kind")
    );
    assert!(verified.items.expect("items")[1].unknown);
    let options = strict(&hook);
    let error = hook.verify_with(&bare(body), NOW, &options).expect_err("strict");
    assert_eq!(error.code, Code::EVENT_UNKNOWN);
    assert_eq!(hook.verify_fast(&bare(body), NOW, &options).expect_err("strict").code, Code::EVENT_UNKNOWN);
}

#[test]
fn a_report_lists_a_bounded_number_of_issues_and_misses_no_error() {
    let hook = hook("/events");
    let unknown = vec![r#"{"kind":"new"}"#; 900].join(",");
    let body = format!(r#"{{"events":[{unknown}]}}"#);
    let accepted = hook.verify(&bare(body.as_bytes()), NOW);
    assert_eq!(accepted.expect("warnings only").issues.len(), 100);
    let (code, found) = issues(&hook, &format!(r#"{{"events":[{unknown},{{"kind":"paid"}}]}}"#));
    assert_eq!(code, Code::EVENT_INVALID);
    assert!(found.iter().any(|issue| issue.severity == Severity::Error && issue.pointer == "/events/900"));
    let invalid = vec![r#"{"kind":"paid"}"#; 900].join(",");
    assert!(issues(&hook, &format!(r#"{{"events":[{invalid}]}}"#)).1.len() <= 102);
}

#[test]
fn the_schema_of_the_delivery_is_checked_as_well() {
    let more = r#", "batch": { "schema": { "required": ["from"] } }"#;
    let hook = made(&definition("/events", more), unsigned());
    assert!(hook.verify(&bare(br#"{"events":[],"from":1}"#), NOW).is_ok());
    let (_, found) = issues(&hook, r#"{"events":[]}"#);
    assert_eq!((found[0].code, &*found[0].pointer), (Code::REQUIRED, ""));
}

#[test]
fn ids_and_times_that_forge_log_lines_are_rejected() {
    for body in [
        r#"{"events":[{"kind":"sent","id":"a\nb"}]}"#,
        r#"{"events":[{"kind":"sent","at":"a\u202eb"}]}"#,
        r#"{"events":[{"kind":"se\u0000nt"}]}"#,
    ] {
        assert_eq!(issues(&hook("/events"), body).0, Code::ENVELOPE_INVALID, "{body}");
    }
}

#[test]
fn the_own_type_and_key_of_the_delivery_count() {
    let text = r#"{ "id": "mine", "envelope": { "type": ["/object", "=batch"], "items": "/entry", "item": { "type": "=entry" } },
        "dedupe": ["pointer:/id"], "events": { "*": { "schema": true } } }"#;
    let hook = made(text, unsigned());
    let verified = hook.verify(&bare(br#"{"object":"page","id":"d1","entry":[{}]}"#), NOW).expect("accepted");
    assert_eq!((&*verified.event_type, &*verified.id), ("page", "page:d1"));
    assert_eq!(verified.items.expect("items")[0].id, "page:d1/0");
    let none = text.replace("pointer:/id", "none");
    let verified = made(&none, unsigned()).verify(&bare(br#"{"entry":[{}]}"#), NOW).expect("accepted");
    assert_eq!(verified.items.expect("items")[0].id, "");
}

#[test]
fn the_revision_of_an_item_is_chosen_by_the_item() {
    let text = r#"{ "id": "mine", "envelope": { "items": "", "item": { "type": "/kind" } },
        "events": { "*": { "revisions": [
            { "name": "2", "when": "/v2", "schema": { "required": ["b"] } },
            { "name": "1", "schema": { "required": ["a"] } }] } } }"#;
    let hook = made(text, unsigned());
    assert!(hook.verify(&bare(br#"[{"kind":"k","v2":1,"b":1},{"kind":"k","a":1}]"#), NOW).is_ok());
    assert_eq!(issues(&hook, r#"[{"kind":"k","a":1},{"kind":"k","v2":1,"a":1}]"#).1[0].pointer, "/1");
}

#[test]
fn create_makes_a_delivery_with_one_item() {
    for (list, expected) in [("/a/events", "/a/events/0"), ("", "/0")] {
        let hook = made(
            &definition(
                list,
                r#", "signature": { "header": "X-S", "format": "{hex}", "algorithms": ["sha256"] }"#,
            ),
            options(&["the secret of the subscription"]),
        );
        let signed = hook.create("paid", br#"{"amount":5}"#, &fresh()).expect("a delivery");
        let body: Value = serde_json::from_slice(&signed.body).expect("JSON");
        let item = body.pointer(expected).expect("an item");
        assert_eq!((&item["kind"], &item["amount"]), (&json!("paid"), &json!(5)));
        let pairs = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let delivery = Delivery::new(pairs.collect::<Vec<_>>(), &signed.body);
        let items = hook.verify(&delivery, NOW).expect("accepted").items.expect("items");
        assert_eq!(items[0].id, format!("paid:{}", item["id"].as_str().expect("an id")));
        let error = hook.create("paid", b"{}", &fresh()).expect_err("no amount");
        assert_eq!(error.issues[0].pointer, expected);
        // An id that the data has in another of the places is the id.
        let signed = hook.create("paid", br#"{"amount":5,"uid":"u1"}"#, &fresh()).expect("a delivery");
        let body: Value = serde_json::from_slice(&signed.body).expect("JSON");
        let item = body.pointer(expected).expect("an item");
        assert_eq!((item.get("id"), &item["uid"]), (None, &json!("u1")));
    }
}

#[test]
fn definitions_without_a_type_of_items_or_with_one_in_a_header_are_rejected() {
    let rejected = |envelope: Value, more: Value| {
        let mut definition = json!({ "id": "mine", "envelope": envelope, "events": {} });
        definition.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let error = Provider::from_json(definition.to_string().as_bytes()).expect_err("a rejection");
        (error.issues[0].pointer.clone(), error.issues[0].message.clone())
    };
    let none = || json!({});
    assert_eq!(rejected(json!({ "items": "/e" }), none()).1, "Missing required property \"item\".");
    assert_eq!(rejected(json!({ "items": "/e", "item": {} }), none()).0, "/envelope/item");
    assert_eq!(rejected(json!({ "type": "/t", "item": { "type": "/t" } }), none()).0, "/envelope/item");
    let (pointer, message) =
        rejected(json!({ "items": "/e", "item": { "type": ["/t", "header:X"] } }), none());
    assert_eq!(pointer, "/envelope/item/type");
    assert_eq!(message, "A header has one value for all items. Name a field of the item.");
    let (pointer, message) = rejected(json!({ "type": "/t" }), json!({ "batch": { "schema": true } }));
    assert_eq!(pointer, "/batch");
    assert!(message.contains("Add `envelope.items`"), "{message}");
    let broken = json!({ "batch": { "schema": { "type": "no" } } });
    assert_eq!(rejected(json!({ "items": "", "item": { "type": "/t" } }), broken).0, "/batch/schema/type");
}

#[test]
fn a_compiled_provider_has_the_same_items() {
    let more = r#", "batch": { "schema": { "required": ["from"] } }"#;
    let compiled = Provider::compile(definition("/events", more).as_bytes()).expect("a definition");
    let provider = Provider::from_compiled(&compiled).expect("a provider");
    let hook = Webhook::new(provider, unsigned()).expect("a webhook");
    let body = br#"{"from":1,"events":[{"kind":"paid","amount":1,"uid":"u"}]}"#;
    let items = hook.verify(&bare(body), NOW).expect("accepted").items.expect("items");
    assert_eq!(items[0].id, "paid:u");
    assert!(hook.verify(&bare(br#"{"events":[]}"#), NOW).is_err());
}
