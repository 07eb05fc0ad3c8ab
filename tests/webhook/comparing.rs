//! `compare`: the same event, unchanged, or the changes.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Comparison, VerifyOptions, Webhook, WebhookOptions};
use serde_json::json;

use super::support::{bare, definition, lax, made, sample, samples, unsigned, with, xon};

fn mine() -> Webhook {
    made(&definition(r#", "dedupe": ["pointer:/id"]"#), unsigned())
}

fn compare(a: &str, b: &str) -> Comparison {
    let (there, back) = (
        mine().compare(&bare(a.as_bytes()), &bare(b.as_bytes())).unwrap(),
        mine().compare(&bare(b.as_bytes()), &bare(a.as_bytes())).unwrap(),
    );
    assert_eq!((there.same, there.same_event), (back.same, back.same_event), "{a} {b}");
    let turned: Vec<_> = back.changes.iter().map(|it| (&it.pointer, it.after, it.before)).collect();
    let changes: Vec<_> = there.changes.iter().map(|it| (&it.pointer, it.before, it.after)).collect();
    assert_eq!(changes, turned, "{a} {b}");
    there
}

/// Pointer, and the values before and after.
fn changes(a: &str, b: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let cut = |text: &str, span: hookseal::ByteSpan| text[span.start..span.end].to_owned();
    let found = compare(a, b).changes.into_iter();
    found
        .map(|it| (it.pointer, it.before.map(|span| cut(a, span)), it.after.map(|span| cut(b, span))))
        .collect()
}

#[test]
fn a_retry_is_the_same_event_unchanged() {
    for sample in samples() {
        let found = lax(sample.provider).compare(&bare(&sample.body), &bare(&sample.body)).unwrap();
        assert_eq!(found, Comparison { same: true, same_event: true, changes: vec![], omitted: 0 });
        let spelled = sample.json().to_string();
        let found = lax(sample.provider).compare(&bare(&sample.body), &bare(spelled.as_bytes())).unwrap();
        assert!(found.same && found.same_event && found.changes.is_empty());
    }
}

#[test]
fn ignores_the_formatting() {
    for (a, b) in [
        (r#"{"type":"ping","a":1,"b":2}"#, r#"{ "b": 2.0, "a":10e-1,"type":"\u0070ing" }"#),
        (r#"{"type":"ping","id":"\u00e9\ud83d\ude00"}"#, r#"{"type":"ping","id":"é😀"}"#),
        (r#"{"type":"ping","id":1}"#, r#"{"type":"ping","id":1.0}"#),
        ("[]", "[ ]"),
    ] {
        let found = compare(a, b);
        assert!(found.same && found.same_event && found.changes.is_empty(), "{a} {b} {found:?}");
    }
}

#[test]
fn lists_changes_by_pointer_with_both_locations() {
    let a = r#"{"type":"ping","id":"1","a":{"x/y":1,"m~n":[1,2,{"z":null}]},"gone":true,"kind":"1"}"#;
    let b = r#"{"type":"ping","id":"1","a":{"x/y":2,"m~n":[1,3,{"z":0},4]},"new":[],"kind":1}"#;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        changes(a, b),
        [
            ("/a/m~0n/1".to_owned(), some("2"), some("3")),
            ("/a/m~0n/2/z".to_owned(), some("null"), some("0")),
            ("/a/m~0n/3".to_owned(), None, some("4")),
            ("/a/x~1y".to_owned(), some("1"), some("2")),
            ("/gone".to_owned(), some("true"), None),
            ("/kind".to_owned(), some("\"1\""), some("1")),
            ("/new".to_owned(), None, some("[]")),
        ]
    );
    let found = compare(a, b);
    assert!(found.same_event && !found.same);
}

#[test]
fn uses_the_last_of_duplicate_keys() {
    assert_eq!(changes(r#"{"a":1,"a":2}"#, r#"{"a":2}"#), []);
    let found = changes(r#"{"a":1,"a":2}"#, r#"{"a":1}"#);
    assert_eq!(found, [("/a".to_owned(), Some("2".to_owned()), Some("1".to_owned()))]);
}

#[test]
fn distinguishes_lone_surrogates() {
    assert_eq!(changes(r#"{"a":"\ud800"}"#, r#"{"a":"\ud801"}"#).len(), 1);
    assert_eq!(changes(r#"{"\ud800":1}"#, r#"{"\ud801":1}"#).len(), 2);
    assert_eq!(changes(r#"{"a":"\ud800"}"#, r#"{"a":"\uD800"}"#).len(), 0);
}

#[test]
fn distinguishes_events() {
    for (a, b) in [
        (r#"{"type":"ping","id":"1"}"#, r#"{"type":"ping","id":"2"}"#),
        (r#"{"type":"ping","id":"1"}"#, r#"{"type":"pong","id":"1"}"#),
        (r#"{"type":"ping","id":"1"}"#, r#"{"id":"1"}"#),
        (r#"{"type":"ping","a":1}"#, r#"{"type":"ping","a":2}"#),
        (r#"{"a":1}"#, r#"{"a":2}"#),
    ] {
        let found = compare(a, b);
        assert!(!found.same && !found.same_event && !found.changes.is_empty(), "{a} {b}");
    }
    let one = sample("calls.user.create", "");
    let other = with(one, "/event/mobileNumber", json!("+447700900999"));
    let found = xon().compare(&bare(&one.body), &bare(&other)).unwrap();
    assert!(found.same_event && !found.same);
    assert_eq!(found.changes[0].pointer, "/event/mobileNumber");
}

/// If the type or the id is in a header, the body does not identify the event.
#[test]
fn distinguishes_events_with_equal_bodies_by_headers() {
    let text = r#"{ "id": "mine", "envelope": { "type": "header:X-Event" }, "events": {}, "dedupe": ["header:X-Id"] }"#;
    let hook = made(text, unsigned());
    let delivery = |event: &'static str, id: &'static str, body: &'static [u8]| {
        let headers: Headers<'_> = [("X-Event", event), ("X-Id", id)].into_iter().collect();
        Delivery::new(headers, body)
    };
    for (second, same, same_event) in [
        (delivery("push", "1", b"{}"), true, true),
        (delivery("push", "1", b"{ }"), true, true),
        (delivery("push", "2", b"{}"), false, false),
        (delivery("ping", "1", b"{}"), false, false),
        (delivery("push", "1", b"[]"), false, true),
    ] {
        let found = hook.compare(&delivery("push", "1", b"{}"), &second).unwrap();
        assert_eq!((found.same, found.same_event), (same, same_event), "{second:?}");
    }
}

#[test]
fn bodies_that_are_not_json_differ_as_a_whole() {
    let found = compare("{", "{}");
    assert!(!found.same && !found.same_event);
    assert_eq!(changes("{", "{}"), [(String::new(), Some("{".to_owned()), Some("{}".to_owned()))]);
    assert!(compare("{", "{").same);
}

#[test]
fn limits_the_list_of_changes() {
    let list = |value: &str| format!("[{}]", vec![value; 5000].join(","));
    let found = compare(&list("1"), &list("2"));
    assert!(!found.same);
    assert_eq!(found.changes.len(), 1000);
}

/// Long keys, deeply nested, around many differences: the pointers together would have gigabytes.
#[test]
fn limits_the_memory_of_pointers_and_counts_omitted_changes() {
    let body = |from: usize, count: usize| {
        let items: Vec<String> = (from..from + count).map(|n| n.to_string()).collect();
        let key = format!("{{\"{}\":", "k".repeat(5000));
        format!("{}[{}]{}", key.repeat(100), items.join(","), "}".repeat(100))
    };
    let found = compare(&body(0, 1500), &body(1, 1500));
    let bytes: usize = found.changes.iter().map(|it| it.pointer.len()).sum();
    assert!(bytes < 2 << 20, "{bytes}");
    assert!(!found.changes.is_empty());
    assert_eq!(found.changes.len() + found.omitted, 1500);
    assert!(!found.same);
    let flat = |from: usize| {
        format!("[{}]", (from..from + 1500).map(|n| n.to_string()).collect::<Vec<_>>().join(","))
    };
    let found = compare(&flat(0), &flat(1));
    assert_eq!((found.changes.len(), found.omitted), (1000, 500));
}

#[test]
fn a_body_over_the_limit_is_not_compared() {
    let hook = made(&definition(""), WebhookOptions { max_bytes: Some(10), ..unsigned() });
    let (small, large) = (bare(b"{\"a\":1}"), bare(b"{\"a\":12345}"));
    assert!(hook.compare(&small, &small).is_ok());
    for (first, second) in [(&small, &large), (&large, &small), (&large, &large)] {
        let error = hook.compare(first, second).expect_err("too large");
        assert_eq!((error.code, error.status()), (Code::BODY_TOO_LARGE, 413));
        let options = VerifyOptions { max_bytes: 11, ..hook.verify_options() };
        assert!(hook.compare_with(first, second, &options).is_ok());
    }
}
