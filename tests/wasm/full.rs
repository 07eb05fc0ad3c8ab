//! What only the full module has: definitions as text, explaining, schemas, importing, exporting and detecting.

use hookseal::delivery::{Delivery, Headers, import};
use hookseal::layout::{accepted_word, rejected_word, result};
use hookseal::signature::{Algorithm, hmac};
use hookseal::wasm::{DetectorHandle, ImportStream, SchemaHandle, report_to_js, to_js};
use hookseal::wasm::{export_delivery, import_text, provider_definition, text};
use hookseal::webhook::{Timestamp, Webhook, WebhookOptions};
use js_sys::{Array, JSON, Object};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{BODY, NOW, SECRET, at, fresh, head, hex, hook, js, put, result_words, taken, verify};

/// Signed as json.dumps serializes it, received as JSON.stringify does.
#[wasm_bindgen_test]
fn a_mismatch_is_explained_with_its_location() {
    let hook = hook(Some("painchek"), "", &format!(r#"{{"secrets":["{SECRET}"]}}"#));
    let tag = hex(&hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), br#"{"a": 1}"#));
    let headers = head("", "", &[("X-PainChek-WH-Signature", &format!("sha256={tag}"))]);
    let body = r#"{"a":1}"#;
    let explain = |max_combinations| {
        put([&headers, body].concat().as_bytes());
        hook.explain(headers.len(), body.len(), NOW, 0, f64::NAN, f64::NAN, max_combinations)
    };
    let found = explain(f64::NAN);
    assert_eq!(at(&found, "/matches/0/code").as_deref(), Some("body-python-style"));
    assert_eq!(at(&found, "/matches/0/changedBytes/start").as_deref(), Some("5"));
    assert_eq!(at(&found, "/matches/0/difference/signed/end").as_deref(), Some("6"));
    assert_eq!(at(&found, "/observations").as_deref(), Some("[]"));
    // The signed body crosses as bytes.
    let length = at(&found, "/signedLength").expect("a length").parse().expect("a number");
    assert_eq!(taken(text(), length), r#"{"a": 1}"#);
    let found = explain(0.0);
    assert_eq!(at(&found, "/signedLength"), None);
    assert_eq!((at(&found, "/tried").as_deref(), at(&found, "/matches").as_deref()), (Some("0"), Some("[]")));
}

#[wasm_bindgen_test]
fn a_compiled_schema_checks_and_a_schema_error_is_data() {
    let length = put(br#"{"type":"array"}"#);
    let plan = SchemaHandle::new(length, false, 0).expect("a plan");
    let length = put(b"[]");
    assert!(plan.check(length).is_undefined());
    let length = put(b"{}");
    assert_eq!(at(&plan.check(length), "/0/code").as_deref(), Some("type"));
    let length = put(br#"{"unevaluatedItems":false}"#);
    let error = SchemaHandle::new(length, false, 0).err().expect("error_of");
    assert_eq!(at(&error, "/keyword").as_deref(), Some("unevaluatedItems"));
}

/// The result of an import as JSON, and its bodies.
fn imported(found: &JsValue) -> (String, String) {
    let json: String = JSON::stringify(found).expect("data").into();
    let lengths = json.match_indices("\"length\":").map(|(at, name)| {
        let digits: String = json[at + name.len()..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().expect("a length")
    });
    let bodies = taken(text(), lengths.sum());
    (json, bodies)
}

#[wasm_bindgen_test]
fn texts_are_imported_and_exported_over_the_bridge() {
    let found = imported(&import_text(put(b"POST /a HTTP/1.1\r\nHost: h\r\n\r\n{}"), ""));
    assert_eq!(found.1, "{}");
    assert!(
        found
            .0
            .starts_with(r#"{"format":"http","deliveries":[{"headers":[["Host","h"]],"url":"https://h/a""#),
        "{}",
        found.0
    );
    let error_of = imported(&import_text(put(b"good morning"), "")).0;
    assert!(
        error_of.contains(r#""format":null,"deliveries":[],"issues":[{"code":"import-format-unknown""#),
        "{error_of}"
    );
    let head = head("", "", &[("X", "1")]);
    put(format!("{head}{{}}").as_bytes());
    let exported = export_delivery(head.len(), 2, "curl");
    assert_eq!(
        taken(text(), exported as usize),
        "curl 'http://localhost/' \\\n  -H 'X: 1' \\\n  -H 'Content-Type:' \\\n  --data-raw '{}'\n"
    );
    assert_eq!(export_delivery(head.len(), 2, "xml"), result::ABSENT);
    // A header with a line break is not exported, whatever the rest of the buffer holds.
    put(super::head("", "", &[("X", "1\n2")]).as_bytes());
    assert_eq!(export_delivery(usize::MAX, 9, "http"), result::ABSENT);
}

#[wasm_bindgen_test]
fn archives_are_imported_in_chunks_over_the_bridge() {
    let mut stream = ImportStream::new("", f64::NAN);
    let mut bodies = Vec::new();
    let mut take_all = |stream: &mut ImportStream| {
        let items = std::iter::repeat_with(|| stream.next_item()).take_while(|item| !item.is_undefined());
        bodies.extend(items.map(|item| imported(&item).1));
        bodies.len()
    };
    let line = |body: u8| format!("{{\"headers\":{{}},\"body\":\"{body}\"}}\n");
    // The second line decides that the first one is a delivery by itself.
    let (start, end) = (&line(1)[..14], [&line(1)[14..], &line(2), &line(3)[..9]].concat());
    for (chunk, count) in [(start, 0), (&end, 2), (&line(3)[9..], 2)] {
        stream.push(put(chunk.as_bytes()));
        assert_eq!(take_all(&mut stream).min(2), count);
    }
    stream.finish();
    assert_eq!(take_all(&mut stream), 3);
    assert_eq!(bodies, ["1", "2", "3"]);
}

#[wasm_bindgen_test]
fn providers_are_detected_over_the_bridge() {
    let detector = DetectorHandle::new();
    let head = head("", "", &[("x-painchek-webhook-id", "1")]);
    put(head.as_bytes());
    assert_eq!(detector.detect(head.len(), 0), "painchek");
    assert_eq!(detector.detect(0, put(BODY.as_bytes())), "xon");
    assert_eq!(detector.detect(0, put(b"{}")), "");
    let length = provider_definition("xon");
    assert!(taken(text(), length).starts_with("{\"id\":\"xon\""));
    assert_eq!(provider_definition("unknown"), 0);
}

/// The values are equal in every member, and have the same types.
fn assert_same(report: &JsValue, parsed: &JsValue) {
    let (Some(report), Some(parsed)) = (report.dyn_ref::<Object>(), parsed.dyn_ref::<Object>()) else {
        assert!(Object::is(report, parsed), "{report:?}, {parsed:?}");
        return;
    };
    assert_eq!(Array::is_array(report), Array::is_array(parsed));
    assert!(Object::is(&Object::get_prototype_of(report), &Object::get_prototype_of(parsed)));
    let (report, parsed) = (Object::entries(report), Object::entries(parsed));
    assert_eq!(report.length(), parsed.length());
    for (member, expected) in report.iter().zip(parsed.iter()) {
        let [[name, value], [expected_name, expected]] =
            [member, expected].map(|pair| [0, 1].map(|index| pair.unchecked_ref::<Array>().get(index)));
        assert_eq!(name.as_string(), expected_name.as_string());
        assert_same(&value, &expected);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Unit {
    TwoWords,
}

#[derive(Serialize)]
struct Values {
    none: Option<u8>,
    flag: bool,
    large: u64,
    negative: i64,
    text: &'static str,
    variant: Unit,
    pair: (u16, String),
    list: Vec<Option<usize>>,
}

#[wasm_bindgen_test]
fn reports_are_the_same_as_by_json_text() {
    let values = Values {
        none: None,
        flag: true,
        large: (1 << 53) - 1,
        negative: -1 << 40,
        text: "\u{0} \u{2028} \u{1f600} \"",
        variant: Unit::TwoWords,
        pair: (7, String::new()),
        list: vec![None, Some(usize::MAX)],
    };
    assert_same(&report_to_js(&values), &to_js(&values));

    let secrets = vec![SECRET.to_owned().into()];
    let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })
        .expect("a webhook");
    for signed in [&br#"{"a": 1}"#[..], br#"{"a":1}"#, b"{}\n", b"another body"] {
        let tag = format!("sha256={}", hex(&hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), signed)));
        let headers =
            Headers::from_iter([("X-PainChek-WH-Signature", tag.as_str()), ("Content-Length", "9")]);
        let found = hook.explain(&Delivery::new(headers, br#"{"a":1}"#), Timestamp::from_millis(NOW as i64));
        assert!(!found.matches.is_empty() || !found.observations.is_empty());
        for causes in [&found.matches, &found.observations] {
            assert_same(&report_to_js(causes), &to_js(causes));
        }
    }
    for capture in
        ["good morning", "curl 'https://h/\u{e9}' -d $BODY", "POST /a HTTP/1.1\nContent-Length: 9\n\n{}"]
    {
        let issues = import(capture.as_bytes(), None).issues;
        assert!(!issues.is_empty(), "{capture}");
        assert_same(&report_to_js(&issues), &to_js(&issues));
    }
}

const DEFINITION: &str = r#"{ "id": "mine", "envelope": { "type": "/type" }, "events": { "ping": { "schema": { "required": ["a"] } } },
    "signature": { "header": "X-Sig", "format": "t={timestamp},v1={hex}", "algorithms": ["sha256"], "signedContent": "{timestamp}.{url}.{body}", "ambiguous": true } }"#;

#[wasm_bindgen_test]
fn a_signed_delivery_verifies_with_its_url_until_it_is_too_old() {
    let hook = hook(None, DEFINITION, &format!(r#"{{"secrets":["{SECRET}"]}}"#));
    let length = put(br#"{"a":1}"#);
    let signed = hook.create("ping", length, &fresh(r#","url":"https://h/in""#)).expect("made");
    let body = taken(text(), at(&signed, "/length").expect("a length").parse().expect("a number"));
    assert_eq!(body, r#"{"type":"ping","a":1}"#);
    let signature = at(&signed, "/headers/1/1").expect("a signature");
    assert_eq!(at(&signed, "/headers/1/0").as_deref(), Some("X-Sig"));
    let head = |url: &str| head(url, "POST", &[("x-sig", &signature)]);
    assert_eq!(verify(&hook, &head("https://h/in"), &body), 0);
    let words = result_words();
    assert_eq!(Algorithm::ALL[words[accepted_word::ALGORITHM] as usize], Algorithm::Sha256);
    assert_eq!(words[accepted_word::SECRET], 0, "the first secret");
    assert_eq!(verify(&hook, &head("https://h/out"), &body), 1);
    let head = head("https://h/in");
    put([head.as_str(), &body].concat().as_bytes());
    let later = |by: f64, tolerance| hook.verify(head.len(), body.len(), NOW + by, 0, f64::NAN, tolerance);
    assert_eq!([later(300_000.0, f64::NAN), later(301_000.0, f64::NAN), later(301_000.0, 400.0)], [0, 1, 0]);
    let length = put(b"{}");
    let error = hook.create("ping", length, &fresh(r#","url":"x""#)).expect_err("error_of");
    assert_eq!(at(&error, "/code").as_deref(), Some("envelope-invalid"));
    let length = put(b"{}");
    let error = hook.sign(length, &fresh("")).expect_err("error_of");
    assert_eq!(at(&error, "/code").as_deref(), Some("url-missing"));
    let error = hook.sign(length, &js("{}")).expect_err("error_of");
    assert_eq!(at(&error, "/code").as_deref(), Some("option-invalid"));
}

/// URL and method are fields of their own, which no header can replace.
#[wasm_bindgen_test]
fn url_and_method_are_not_headers() {
    let hook = hook(None, DEFINITION, &format!(r#"{{"secrets":["{SECRET}"]}}"#));
    let signature = format!("t=1700000000,v1={}", "0".repeat(64));
    for head in [
        head("", "", &[(":url", "https://h/in"), ("x-sig", &signature)]),
        head("", "POST", &[("url", "https://h/in"), ("x-sig", &signature)]),
    ] {
        assert_eq!(verify(&hook, &head, "{}"), 1);
        let words = result_words();
        let texts = taken(words[rejected_word::TEXT] as usize, words[rejected_word::TEXT_BYTES] as usize);
        assert!(texts.starts_with("url-missing"), "{texts}");
    }
    // A head that ends early has the fields before its end.
    for head in ["", "https://h/in", "https://h/in\x1e", "https://h/in\x1ePOST\x1ex-sig"] {
        assert_eq!(verify(&hook, head, "{}"), 1, "{head:?}");
    }
}
