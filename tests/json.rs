//! The JSON parser through its public interface: every message, the grammar compared with another parser, hostile texts.

use std::fmt::Write as _;

use hookseal::json::{Document, hash, values_equal};
use hookseal::schema::{CompileOptions, Schema};
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
fn every_syntax_error_has_a_location_a_message_and_a_hint() {
    let file: Value = serde_json::from_str(include_str!("vectors/json-errors.json")).expect("vectors");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() > 90);
    for case in cases {
        let issue = Document::parse(&bytes(case)).expect_err(&case.to_string());
        let mut found = serde_json::to_value(&*issue).expect("an issue is data");
        assert_eq!((&found["severity"], &found["stage"]), (&"error".into(), &"json".into()));
        let object = found.as_object_mut().expect("an object");
        object.remove("severity");
        object.remove("stage");
        object.remove("path");
        assert_eq!(found, case["issue"], "{case}");
    }
}

#[test]
fn nesting_is_limited_and_the_limit_itself_is_allowed() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Document::parse(nested(128).as_bytes()).is_ok());
    for text in [nested(129), "[".repeat(1_000_000)] {
        let issue = Document::parse(text.as_bytes()).expect_err("too deep");
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
    // Most texts have one byte changed, removed or inserted.
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

    /// serde_json skips strings without checking their encoding, so that the standard library checks it.
    #[test]
    fn accepts_what_another_strict_parser_accepts(bytes in nearly_json()) {
        let utf8 = std::str::from_utf8(&bytes).is_ok();
        let theirs = utf8 && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
        prop_assert_eq!(Document::parse(&bytes).is_ok(), theirs, "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn parses_values_as_another_parser_does(bytes in nearly_json()) {
        if let (Ok(ours), Ok(theirs)) = (Document::parse(&bytes), serde_json::from_slice::<Value>(&bytes)) {
            prop_assert!(equal(ours.root(), &theirs), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Err(issue) = Document::parse(&bytes) {
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
            let theirs = Document::parse(text.as_bytes()).expect("a number");
            values_equal(ours, theirs.root())
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

/// A value independent of its spelling: numbers by digits and exponent, strings by their UTF-16 units.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Null,
    Boolean(bool),
    Number(i16, i8),
    Text(Vec<u16>),
    Array(Vec<Model>),
    Object(Vec<(Vec<u16>, Model)>),
}

fn text() -> impl Strategy<Value = Vec<u16>> {
    let unit = prop_oneof![Just(0x61u16), Just(0xfffd), Just(0xd800), Just(0xd801), Just(0xdc00), Just(0x22)];
    proptest::collection::vec(unit, 0..4)
}

fn model() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        Just(Model::Null),
        any::<bool>().prop_map(Model::Boolean),
        (-20i16..20, -2i8..3).prop_map(|(digits, exponent)| Model::Number(digits, exponent)),
        text().prop_map(Model::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Model::Array),
            proptest::collection::vec((text(), inner), 0..4).prop_map(|members| {
                let mut kept: Vec<(Vec<u16>, Model)> = Vec::new();
                for (key, value) in members {
                    if kept.iter().all(|(other, _)| *other != key) {
                        kept.push((key, value));
                    }
                }
                Model::Object(kept)
            }),
        ]
    })
}

/// The canonical form of a value: numbers without trailing zeros, members in one order.
fn normal(model: &Model) -> Model {
    match model {
        Model::Number(0, _) => Model::Number(0, 0),
        Model::Number(digits, exponent) if digits % 10 == 0 => {
            normal(&Model::Number(digits / 10, exponent + 1))
        }
        Model::Array(items) => Model::Array(items.iter().map(normal).collect()),
        Model::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(key, value)| (key.clone(), normal(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Model::Object(members)
        }
        other => other.clone(),
    }
}

/// One spelling of the value: the bits of `spelling` decide escapes, number formats and the order of members.
fn spelled(model: &Model, spelling: u32) -> String {
    let turned = spelling.rotate_right(1);
    match model {
        Model::Null => "null".into(),
        Model::Boolean(value) => value.to_string(),
        Model::Number(digits, exponent) => match spelling % 3 {
            0 => format!("{digits}e{exponent}"),
            1 => format!("{digits}.00E{exponent:+}"),
            _ if *digits != 0 => format!("{digits}0e{}", exponent - 1),
            _ => "-0.0".into(),
        },
        Model::Text(units) => {
            let mut out = String::from("\"");
            for unit in char::decode_utf16(units.iter().copied()) {
                match unit {
                    Ok(character) if spelling & 1 == 0 && character != '"' => out.push(character),
                    Ok(character) => {
                        for unit in character.encode_utf16(&mut [0; 2]) {
                            write!(out, "\\u{unit:04x}").expect("a string takes it");
                        }
                    }
                    Err(half) => {
                        write!(out, "\\u{:04X}", half.unpaired_surrogate()).expect("a string takes it");
                    }
                }
            }
            out + "\""
        }
        Model::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| spelled(item, turned)).collect();
            format!("[{}]", items.join(" ,"))
        }
        Model::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(key, value)| {
                    format!("{}: {}", spelled(&Model::Text(key.clone()), spelling), spelled(value, turned))
                })
                .collect();
            if spelling & 2 == 0 {
                members.reverse();
            }
            format!("{{{}}}", members.join(","))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn values_are_equal_and_hash_equal_exactly_if_they_are_the_same_value(
        a in model(), b in model(), one: u32, other: u32,
    ) {
        for (a, b) in [(&a, &b), (&a, &a)] {
            let texts = [spelled(a, one), spelled(b, other)];
            let [x, y] = [&texts[0], &texts[1]].map(|text| Document::parse(text.as_bytes()).expect("JSON"));
            let expected = normal(a) == normal(b);
            prop_assert_eq!(values_equal(x.root(), y.root()), expected, "{:?}", texts);
            prop_assert_eq!(hash(x.root()) == hash(y.root()), expected, "{:?}", texts);
        }
    }

    #[test]
    fn items_are_unique_and_listed_exactly_if_their_values_are(
        items in proptest::collection::vec((model(), any::<u32>()), 0..24),
    ) {
        let text: Vec<String> = items.iter().map(|(item, way)| spelled(item, *way)).collect();
        let values: Vec<Model> = items.iter().map(|(item, _)| normal(item)).collect();
        let expected = values.iter().enumerate().all(|(at, item)| !values[..at].contains(item));
        let unique = Schema::compile(br#"{"uniqueItems":true}"#, &CompileOptions::default()).expect("it compiles");
        let text = format!("[{}]", text.join(","));
        let found = unique.check(text.as_bytes()).iter().all(|issue| issue.code.as_str() != "unique");
        prop_assert_eq!(found, expected, "{}", text);
        // `enum` and `const` compare in the same way. A schema is Unicode.
        if let [(listed, way), (value, other), ..] = &items[..] {
            let listed_text = spelled(listed, *way);
            for keyword in ["const", "enum"] {
                let rule = if keyword == "enum" { format!("[77777,{listed_text},[]]") } else { listed_text.clone() };
                let schema = format!("{{\"{keyword}\":{rule}}}");
                let Ok(schema) = Schema::compile(schema.as_bytes(), &CompileOptions::default()) else {
                    prop_assert!(listed_text.contains("\\u"));
                    continue;
                };
                let fits = |model: &Model, way: u32| {
                    schema.check(spelled(model, way).as_bytes()).iter().all(|issue| issue.code.as_str() != keyword)
                };
                let also = keyword == "enum" && normal(value) == Model::Array(Vec::new());
                prop_assert!(fits(listed, *other));
                prop_assert_eq!(fits(value, *other), also || normal(value) == normal(listed), "{}", listed_text);
            }
        }
    }
}

#[test]
fn a_key_is_not_found_by_the_replacement_of_a_lone_surrogate() {
    let document = Document::parse(br#"{"\ud800":1,"\u0061":2}"#).expect("JSON");
    assert!(document.root().get("\u{fffd}").is_none());
    assert!(document.root().get("a").is_some());
}
