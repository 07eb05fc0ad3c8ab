//! The JSON reader from outside: every message, the grammar against another reader, hostile texts.

use hookseal::json::Document;
use proptest::prelude::*;
use serde_json::Value;

fn bytes(case: &Value) -> Vec<u8> {
    use base64ct::Encoding;
    match case["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => {
            base64ct::Base64::decode_vec(case["base64"].as_str().expect("a text or base64")).expect("base64")
        }
    }
}

#[test]
fn every_syntax_error_says_where_what_and_why() {
    let file: Value = serde_json::from_str(include_str!("vectors/json-errors.json")).expect("vectors");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() > 90);
    for case in cases {
        let issue = Document::read(&bytes(case)).expect_err(&case.to_string());
        let mut found = serde_json::to_value(&*issue).expect("an issue is data");
        assert_eq!(found["severity"], "error");
        let object = found.as_object_mut().expect("an object");
        object.remove("severity");
        object.remove("path");
        assert_eq!(found, case["issue"], "{case}");
    }
}

#[test]
fn nesting_is_bounded_and_the_bound_itself_is_allowed() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Document::read(nested(128).as_bytes()).is_ok());
    for text in [nested(129), "[".repeat(1_000_000)] {
        let issue = Document::read(text.as_bytes()).expect_err("too deep");
        assert_eq!(issue.code.as_str(), "json-too-deep");
    }
}

/// Texts that are JSON or nearly so.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[0-9]{1,4}(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
        "\"([a-zé😀/ ]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}){0,6}\"",
    ];
    let json = leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(" ,"))),
            proptest::collection::vec(("[a-c\\\\n]{0,3}", inner), 0..5).prop_map(|members| {
                let members: Vec<String> = members
                    .into_iter()
                    .map(|(k, v)| format!("\"{}\" :{v}", k.replace('\\', "\\\\")))
                    .collect();
                format!("{{{}}}", members.join(",\n"))
            }),
        ]
    });
    // Most of the time one byte is changed, dropped or put in.
    (json, any::<prop::sample::Index>(), any::<u8>(), 0..5u8).prop_map(|(text, at, byte, what)| {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        let byte =
            if byte & 1 == 0 { b"\"\\{}[],:0-+.eu \n\xc3\xff"[usize::from(byte / 2) % 18] } else { byte };
        match what {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 => {
                bytes.remove(at);
            }
            3 => bytes.truncate(at),
            _ => {}
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// serde_json skips strings without looking at their encoding, so that is asked of the standard library.
    #[test]
    fn accepts_what_another_strict_reader_accepts(bytes in nearly_json()) {
        let utf8 = std::str::from_utf8(&bytes).is_ok();
        let theirs = utf8 && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
        prop_assert_eq!(Document::read(&bytes).is_ok(), theirs, "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn reads_what_another_reader_reads(bytes in nearly_json()) {
        if let (Ok(ours), Ok(theirs)) = (Document::read(&bytes), serde_json::from_slice::<Value>(&bytes)) {
            prop_assert!(equal(ours.root(), &theirs), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Err(issue) = Document::read(&bytes) {
            prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= bytes.len());
            prop_assert!(issue.span.line >= 1 && issue.span.column >= 1 && issue.span.start <= issue.span.end);
        }
    }
}

fn equal(ours: hookseal::json::Value<'_>, theirs: &Value) -> bool {
    match theirs {
        Value::Null => ours.is_null(),
        Value::Bool(value) => ours.as_bool() == Some(*value),
        Value::Number(number) => {
            let text = number.to_string();
            let theirs = Document::read(text.as_bytes()).expect("a number");
            hookseal::json::same(ours, theirs.root())
        }
        Value::String(text) => ours.as_str().as_deref() == Some(text),
        Value::Array(items) => {
            ours.len() == items.len() && ours.elements().zip(items).all(|(ours, theirs)| equal(ours, theirs))
        }
        Value::Object(members) => {
            members.iter().all(|(key, theirs)| ours.get(key).is_some_and(|ours| equal(ours, theirs)))
        }
    }
}
