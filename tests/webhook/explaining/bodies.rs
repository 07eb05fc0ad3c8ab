//! Bodies that differ from the signed ones.

use hookseal::ByteSpan;
use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Difference, Explanation};

use super::{HEADER, TEXT, base64, check, codes, explained, signed};
use crate::support::{SECRET, painchek, samples};

/// Explains a delivery whose received body differs from the signed one.
#[track_caller]
pub fn assert_body(sent: &[u8], received: &[u8], expected: &[&str]) -> Explanation {
    let found = explained(&painchek(&[SECRET]), &signed(sent), received);
    let shown = String::from_utf8_lossy(received);
    assert_eq!(codes(&found.matches), expected, "{shown} {:?}", found.observations);
    assert!(!codes(&found.observations).contains(&"no-match"));
    let span = found.matches[0].changed_bytes.expect("a span");
    assert!(span.start <= span.end && span.end <= received.len());
    // Before and after the span, both bodies are equal.
    assert!(sent.starts_with(&received[..span.start]) && sent.ends_with(&received[span.end..]));
    let Difference { received: span, signed } = found.matches[0].difference.expect("a difference");
    assert_eq!(received[..span.start], sent[..signed.start]);
    assert_eq!(received[span.end..], sent[signed.end..]);
    assert_eq!(found.signed_body.as_deref(), Some(sent));
    found
}

#[test]
fn a_reserialized_body_is_proved_with_the_signed_format() {
    let compact = br#"{"b":[1,{"c":2}],"a":"x"}"#;
    for (sent, code) in [
        ("{\"b\": [1, {\"c\": 2}], \"a\": \"x\"}", "body-python-style"),
        ("{\n  \"b\": [\n    1,\n    {\n      \"c\": 2\n    }\n  ],\n  \"a\": \"x\"\n}", "body-indent-2"),
        (
            "{\n    \"b\": [\n        1,\n        {\n            \"c\": 2\n        }\n    ],\n    \"a\": \"x\"\n}",
            "body-indent-4",
        ),
        ("{\n\t\"b\": [\n\t\t1,\n\t\t{\n\t\t\t\"c\": 2\n\t\t}\n\t],\n\t\"a\": \"x\"\n}", "body-indent-tab"),
        ("{\"a\":\"x\",\"b\":[1,{\"c\":2}]}", "body-keys-sorted"),
    ] {
        assert_body(sent.as_bytes(), compact, &[code]);
        if code != "body-keys-sorted" {
            assert_body(compact, sent.as_bytes(), &["body-compact"]);
        }
    }
    let found = assert_body(b"{\"a\": 1}", b"{\"a\":1}", &["body-python-style"]);
    assert_eq!(found.matches[0].changed_bytes, Some(ByteSpan { start: 5, end: 5 }));
    assert!(found.tried < 200, "{}", found.tried);
}

#[test]
fn reserialized_characters_slashes_and_numbers_are_proved() {
    for (sent, received, code) in [
        (r#"{"a":"\u00e9"}"#, r#"{"a":"é"}"#, "body-unicode-escaped"),
        (r#"{"a":"\u00E9"}"#, r#"{"a":"é"}"#, "body-unicode-escaped"),
        (r#"{"a":"é"}"#, r#"{"a":"\u00e9"}"#, "body-unicode-unescaped"),
        (r#"{"a":"\u003cb\u003e"}"#, r#"{"a":"<b>"}"#, "body-html-escaped"),
        (r#"{"a":"\u003Cb\u003E \u0022\u002B"}"#, r#"{"a":"<b> \"+"}"#, "body-dotnet-escaped"),
        (r#"{"a":"x\/y"}"#, r#"{"a":"x/y"}"#, "body-slashes-escaped"),
        (r#"{"a":"x/y"}"#, r#"{"a":"x\/y"}"#, "body-slashes-unescaped"),
        (r#"{"a":1,"b":100}"#, r#"{"a":1.0,"b":1e2}"#, "body-numbers-short"),
        (r#"{"a":1.0,"b":100}"#, r#"{"a":1,"b":100}"#, "body-numbers-rewritten"),
        (r#"{"a":1,"b":1e2}"#, r#"{"a":1,"b":100}"#, "body-numbers-rewritten"),
        (r#"{"a":10.0,"b":[1.0]}"#, r#"{"a":10,"b":[1]}"#, "body-numbers-rewritten"),
    ] {
        assert_body(sent.as_bytes(), received.as_bytes(), &[code]);
    }
}

#[test]
fn combined_changes_are_proved_together_and_each_once() {
    let python = r#"{"a": "\u00e9", "b": "x/y"}"#;
    let php = r#"{"a":"\u00e9","b":"x\/y"}"#;
    let received = r#"{"a":"é","b":"x/y"}"#;
    let found =
        assert_body(python.as_bytes(), received.as_bytes(), &["body-python-style", "body-unicode-escaped"]);
    assert!(
        found.matches[0].message.ends_with("Matches only together with body-unicode-escaped."),
        "{found:?}"
    );
    assert_body(php.as_bytes(), received.as_bytes(), &["body-unicode-escaped", "body-slashes-escaped"]);
    let lines = "{\n  \"a\": \"\\u00e9\",\n  \"b\": \"x/y\"\n}\n";
    let codes = ["body-indent-2", "body-unicode-escaped", "body-newline-dropped"];
    assert_body(lines.as_bytes(), received.as_bytes(), &codes);
    let sorted = r#"{"a": "\u00e9", "b": 1}"#;
    let codes = ["body-python-style", "body-unicode-escaped", "body-keys-sorted"];
    assert_body(sorted.as_bytes(), r#"{"b":1,"a":"é"}"#.as_bytes(), &codes);
}

#[test]
fn line_ends_marks_and_white_space_are_proved() {
    for (sent, received, code) in [
        ("{}", "{}\n", "body-newline-added"),
        ("{}", "{}\r\n", "body-newline-added"),
        ("{}\n", "{}", "body-newline-dropped"),
        ("{}\r\n", "{}", "body-crlf-dropped"),
        ("{\n}\n", "{\r\n}\r\n", "body-lf-to-crlf"),
        ("{\r\n}\r\n", "{\n}\n", "body-crlf-to-lf"),
        ("\u{feff}{}", "{}", "body-bom-dropped"),
        ("{}", "\u{feff}{}", "body-bom-added"),
        ("{}", "  {} \n", "body-space-added"),
        (" {}", "{}", "body-space-dropped"),
        ("\n{}\n", "{}", "body-space-dropped"),
    ] {
        assert_body(sent.as_bytes(), received.as_bytes(), &[code]);
    }
}

#[test]
fn encodings_on_the_way_are_proved() {
    let latin = |text: &str| {
        text.chars().map(|it| u8::try_from(u32::from(it)).expect("latin-1")).collect::<Vec<u8>>()
    };
    let mojibake = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let text = r#"{"a":"Zoë"}"#;
    assert_body(text.as_bytes(), mojibake(text.as_bytes()).as_bytes(), &["body-latin1-decoded"]);
    assert_body(text.as_bytes(), &latin(text), &["body-latin1-encoded"]);
    assert_body(&latin(text), text.as_bytes(), &["body-latin1-signed"]);
    // E2 82 AC is the euro sign in UTF-8, and â ‚ ¬ in Windows-1252.
    assert_body(
        "{\"a\":\"€\"}".as_bytes(),
        "{\"a\":\"\u{e2}\u{201a}\u{ac}\"}".as_bytes(),
        &["body-windows-1252-decoded"],
    );
    assert_body("{\"a\":\"€\"}".as_bytes(), b"{\"a\":\"\x80\"}", &["body-windows-1252-encoded"]);
    let body = TEXT.as_bytes();
    assert_body(body, base64(body).as_bytes(), &["body-base64"]);
    assert_body(base64(body).as_bytes(), body, &["body-base64-signed"]);
    let component = "%7B%22a%22%3A%22x%20y%22%7D";
    assert_body(b"{\"a\":\"x y\"}", component.as_bytes(), &["body-url-encoded"]);
    assert_body(component.as_bytes(), b"{\"a\":\"x y\"}", &["body-url-decoded"]);
    let form = "payload=%7B%22a%22%3A%22x+y%22%7D";
    assert_body(form.as_bytes(), b"{\"a\":\"x y\"}", &["body-form-extracted"]);
    assert_body(b"{\"a\":\"x y\"}", form.as_bytes(), &["body-form"]);
    let string = serde_json::to_string("{\"a\":1}").expect("a string");
    assert_body(b"{\"a\":1}", string.as_bytes(), &["body-json-string"]);
    assert_body(string.as_bytes(), b"{\"a\":1}", &["body-json-unwrapped"]);
}

#[test]
fn truncated_and_extended_bodies_are_proved_if_possible() {
    assert_body(b"{\"a\":[1,{\"b\":2}]}", b"{\"a\":[1,{\"b\":2", &["body-truncated"]);
    assert_body(b"{\"a\":1}", b"{\"a\":1}\0\0\0old", &["body-trailing-data"]);
    let found = assert_body(b"", TEXT.as_bytes(), &["signature-empty-body"]);
    assert_eq!(found.matches[0].changed_bytes, Some(ByteSpan { start: 0, end: TEXT.len() }));
    let hook = painchek(&[SECRET]);
    let with_length = |length: &str, body: &[u8]| {
        let signature = signed(TEXT.as_bytes());
        let headers = Headers::from_iter([(HEADER, signature.as_str()), ("Content-Length", length)]);
        check(&hook, &Delivery::new(headers, body))
    };
    let short = with_length(&TEXT.len().to_string(), &TEXT.as_bytes()[..40]);
    assert_eq!(codes(&short.observations), ["body-shorter-than-declared", "body-not-json", "no-match"]);
    let long = with_length(&TEXT.len().to_string(), format!("{TEXT}old").as_bytes());
    assert_eq!(
        (codes(&long.matches), codes(&long.observations)),
        (vec!["body-trailing-data"], vec!["body-longer-than-declared"])
    );
    let empty = with_length("0", b"");
    assert_eq!(codes(&empty.observations), ["body-empty", "no-match"]);
    let lost = explained(&hook, &signed(b"{\"a\":\"\xff\"}"), "{\"a\":\"\u{fffd}\"}".as_bytes());
    assert_eq!(codes(&lost.observations), ["body-replacement-characters", "no-match"]);
}

#[test]
fn every_sample_serialized_as_by_python_or_php_is_proved() {
    for sample in samples().iter().filter(|sample| sample.provider == "painchek") {
        let compact = sample.json().to_string();
        let found = explained(&painchek(&[SECRET]), &signed(&sample.body), compact.as_bytes());
        assert!(!found.matches.is_empty(), "{} {:?}", sample.variant, found.observations);
        assert!(
            found.matches.iter().all(|cause| cause.code.starts_with("body-")),
            "{:?}",
            codes(&found.matches)
        );
    }
}
