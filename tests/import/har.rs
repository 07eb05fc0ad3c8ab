//! HTTP archives.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};
use hookseal::{Code, PathSegment};

use crate::support::{headers, import_one, locations, messages};

fn archive(entries: &str) -> String {
    format!(
        "{{\n \"log\": {{ \"version\": \"1.2\", \"creator\": {{ \"name\": \"entries\" }},\n  \"entries\": [{entries}] }} }}\n"
    )
}

#[test]
fn every_request_is_imported_with_its_headers() {
    let text = archive(
        r#"{ "request": { "method": "post", "url": "https://h/a", "headers": [{ "name": "A", "value": "1" }, { "name": ":path", "value": "/" }],
             "bodySize": 9, "postData": { "mimeType": "application/json", "text": "{\"é\": 1}" } }, "response": { "entries": [1] } },
           { "request": { "method": "GET", "url": "https://h/b", "headers": [] } }"#,
    );
    let result = import(text.as_bytes(), None);
    assert_eq!(
        (result.format, result.issues.len(), result.deliveries.len()),
        (Some(ImportFormat::Har), 0, 2),
        "{result:?}"
    );
    let first = &result.deliveries[0];
    assert_eq!((first.body.as_slice(), headers(first)), ("{\"é\": 1}".as_bytes(), vec!["A: 1".to_owned()]));
    assert_eq!((first.method.as_deref(), first.url.as_deref()), (Some("POST"), Some("https://h/a")));
    assert!(result.deliveries[1].body.is_empty());
}

#[test]
fn base64_bodies_keep_bytes_that_are_not_text() {
    for base64 in ["/+4NCgo=", "/+4NCgo", "_-4NCgo=", "/+4N\\nCgo="] {
        let entry = format!(
            r#"{{ "request": {{ "headers": [], "postData": {{ "text": "{base64}", "encoding": "base64" }} }} }}"#
        );
        assert_eq!(import_one(archive(&entry), ImportFormat::Har).0.body, b"\xff\xee\r\n\n", "{base64}");
    }
}

#[test]
fn reports_lost_parts_with_their_location() {
    let entry = |data: &str| archive(&format!(r#"{{ "request": {{ "bodySize": 7, "postData": {data} }} }}"#));
    for (data, code, severity, message, pointer) in [
        (
            r#"{ "text": "???", "encoding": "base64" }"#,
            Code::BASE64_INVALID,
            Error,
            "Expected the body as base64, got other text.",
            "/text",
        ),
        (
            r#"{ "text": "a\ufffdxyz" }"#,
            Code::BODY_LOSSY,
            Warning,
            "Expected the original bytes of the body, got U+FFFD in place of bytes that are not UTF-8.",
            "/text",
        ),
        (
            r#"{ "text": "{}" }"#,
            Code::BODY_LENGTH,
            Warning,
            "Wrong body length in bytes: expected 7 (bodySize), got 2.",
            "/text",
        ),
        (
            r#"{ "params": [{ "name": "a", "value": "b" }] }"#,
            Code::BODY_NOT_INCLUDED,
            Error,
            "Expected the bytes of the body, got only its form fields.",
            "",
        ),
    ] {
        let result = import(entry(data).as_bytes(), None);
        let issue = &result.issues[0];
        assert_eq!((issue.code, issue.severity, issue.message.as_str()), (code, severity, message));
        assert_eq!(issue.pointer, format!("/log/entries/0/request/postData{pointer}"));
        assert_eq!(result.deliveries.is_empty(), severity == Error);
        assert_eq!(issue.path[2], PathSegment::Index(0));
    }
}

#[test]
fn a_bad_entry_does_not_hide_the_others() {
    let result = import(archive(r#"{}, 5, { "request": { "postData": { "text": "x" } } }"#).as_bytes(), None);
    assert_eq!(result.deliveries.len(), 1);
    assert_eq!(
        messages(&result),
        ["Expected an object \"request\" in the entry.", "Expected an object \"request\" in the entry."]
    );
    assert_eq!(result.issues[1].pointer, "/log/entries/1");
}

#[test]
fn rejects_text_that_is_not_an_archive() {
    let result = import(archive("").as_bytes(), None);
    assert_eq!(
        (messages(&result), locations(&result)),
        (vec!["Expected entries in the archive, got none."], vec![("har-invalid", Error, 3, 14)])
    );
    let result = import(b"{}", Some(ImportFormat::Har));
    assert_eq!(messages(&result), ["Expected an HTTP archive, with an array \"entries\" in \"log\"."]);
    let result = import(b"{ \"log\": { \"entries\": [ 1, ] } }", None);
    assert_eq!(
        (result.format, locations(&result)),
        (Some(ImportFormat::Har), vec![("json-syntax", Error, 1, 26)])
    );
    let marked = import(b"\xef\xbb\xbf{ \"log\": { \"entries\": [ {} ] } }", None);
    assert_eq!((marked.issues[0].byte_span.start, marked.issues[0].span.start), (27, 25));
}
