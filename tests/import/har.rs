//! HTTP archives.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{Form, import};
use hookseal::{Code, Step};

use crate::support::{headers, messages, one, places};

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
    let found = import(text.as_bytes(), None);
    assert_eq!(
        (found.form, found.issues.len(), found.deliveries.len()),
        (Some(Form::Har), 0, 2),
        "{found:?}"
    );
    let first = &found.deliveries[0];
    assert_eq!((first.body.as_slice(), headers(first)), ("{\"é\": 1}".as_bytes(), vec!["A: 1".to_owned()]));
    assert_eq!((first.method.as_deref(), first.url.as_deref()), (Some("POST"), Some("https://h/a")));
    assert!(found.deliveries[1].body.is_empty());
}

#[test]
fn base64_bodies_keep_bytes_that_are_no_text() {
    for base64 in ["/+4NCgo=", "/+4NCgo", "_-4NCgo=", "/+4N\\nCgo="] {
        let entry = format!(
            r#"{{ "request": {{ "headers": [], "postData": {{ "text": "{base64}", "encoding": "base64" }} }} }}"#
        );
        assert_eq!(one(archive(&entry), Form::Har).0.body, b"\xff\xee\r\n\n", "{base64}");
    }
}

#[test]
fn what_an_archive_lost_is_said_at_its_place() {
    let entry = |data: &str| archive(&format!(r#"{{ "request": {{ "bodySize": 7, "postData": {data} }} }}"#));
    for (data, code, severity, message, pointer) in [
        (
            r#"{ "text": "???", "encoding": "base64" }"#,
            Code::BASE64_INVALID,
            Error,
            "The body is said to be base64, and is not.",
            "/text",
        ),
        (
            r#"{ "text": "a\ufffdxyz" }"#,
            Code::BODY_LOSSY,
            Warning,
            "The body holds the mark that stands for bytes that are no UTF-8: they were lost when it was saved.",
            "/text",
        ),
        (
            r#"{ "text": "{}" }"#,
            Code::BODY_LENGTH,
            Warning,
            "The archive says that the body had 7 bytes, and holds 2.",
            "/text",
        ),
        (
            r#"{ "params": [{ "name": "a", "value": "b" }] }"#,
            Code::BODY_ELSEWHERE,
            Error,
            "The archive lists the fields of this form, and not the bytes that were sent.",
            "",
        ),
    ] {
        let found = import(entry(data).as_bytes(), None);
        let issue = &found.issues[0];
        assert_eq!((issue.code, issue.severity, issue.message.as_str()), (code, severity, message));
        assert_eq!(issue.pointer, format!("/log/entries/0/request/postData{pointer}"));
        assert_eq!(found.deliveries.is_empty(), severity == Error);
        assert_eq!(issue.path[2], Step::Index(0));
    }
}

#[test]
fn a_bad_entry_does_not_hide_the_others() {
    let found = import(archive(r#"{}, 5, { "request": { "postData": { "text": "x" } } }"#).as_bytes(), None);
    assert_eq!(found.deliveries.len(), 1);
    assert_eq!(messages(&found), ["This entry has no request.", "This entry has no request."]);
    assert_eq!(found.issues[1].pointer, "/log/entries/1");
}

#[test]
fn what_is_no_archive_is_an_error() {
    let found = import(archive("").as_bytes(), None);
    assert_eq!(
        (messages(&found), places(&found)),
        (vec!["The archive has no entries."], vec![("har-invalid", Error, 3, 14)])
    );
    let found = import(b"{}", Some(Form::Har));
    assert_eq!(messages(&found), ["This is no HTTP archive: there is no list \"entries\" in \"log\"."]);
    let found = import(b"{ \"log\": { \"entries\": [ 1, ] } }", None);
    assert_eq!((found.form, places(&found)), (Some(Form::Har), vec![("json-syntax", Error, 1, 26)]));
    let marked = import(b"\xef\xbb\xbf{ \"log\": { \"entries\": [ {} ] } }", None);
    assert_eq!((marked.issues[0].byte_span.start, marked.issues[0].span.start), (27, 25));
}
