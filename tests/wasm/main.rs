//! The core inside WebAssembly, where pointers have 32 bits and strings are scanned with other
//! instructions than on this machine: the same results as everywhere. Run by `cargo xtask test`.
#![cfg(target_arch = "wasm32")]

#[cfg(feature = "js-full")]
mod full;

use hookseal::json::Document;
use hookseal::layout::{accepted_word, rejected_word, result, separator, token_word};
use hookseal::signature::{Algorithm, hmac};
use hookseal::wasm::{Hook, digest, hmac_sign, hmac_verify, provider_ids, result_ptr, scratch, text};
use js_sys::{JSON, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 2202, test case 2; RFC 4231, test case 2.
#[wasm_bindgen_test]
fn hmac_computes_the_tags_of_the_rfcs() {
    let tag = |algorithm| hex(&hmac::sign(algorithm, b"Jefe", b"what do ya want for nothing?"));
    assert_eq!(tag(Algorithm::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_eq!(tag(Algorithm::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(
        tag(Algorithm::Sha512),
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
         9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    );
}

/// Strings are scanned in blocks: the end of a string, an escape, a control character and a broken
/// byte have to be found at every position in a block.
#[wasm_bindgen_test]
fn the_end_of_a_string_is_found_at_every_offset_of_a_block() {
    for length in 0..70 {
        let text = "a".repeat(length);
        let good = format!("\"{text}\"");
        assert_eq!(Document::parse(good.as_bytes()).unwrap().root().as_str().as_deref(), Some(text.as_str()));
        let escaped = format!("\"{text}\\n{text}é\"");
        let read = Document::parse(escaped.as_bytes()).unwrap();
        assert_eq!(read.root().as_str().as_deref(), Some(format!("{text}\n{text}é").as_str()));
        for bad in [b'\n', 0xff, 0x80] {
            let mut bytes = good.clone().into_bytes();
            bytes.insert(1 + length, bad);
            assert!(Document::parse(&bytes).is_err(), "{bad:#x} after {length} bytes");
        }
        assert!(Document::parse(&good.as_bytes()[..=length]).is_err(), "open string of {length} bytes");
    }
}

#[wasm_bindgen_test]
fn numbers_and_nesting_are_parsed_as_natively() {
    assert!(Document::parse(b"[9007199254740993, -0, 1e400, 1.5E-3]").is_ok());
    assert!(Document::parse(&[b"[".repeat(128), b"]".repeat(128)].concat()).is_ok());
    assert!(Document::parse(&[b"[".repeat(129), b"]".repeat(129)].concat()).is_err());
}

// The bridge, called as `pkg/src/core.ts` calls it: everything goes through the memory of the module.

const SECRET: &str = "Hush-4711";
const BODY: &str = r#"{"event":{"id":"2e0db25d-8b39-40fa-81fc-cab625fa130f","createdAt":"2021-01-14T11:47:47Z","type":"calls.user.create","mobileNumber":"+447700900123"}}"#;
const NOW: f64 = 1_700_000_000_000.0;

fn memory(at: usize, len: usize) -> Uint8Array {
    let buffer = wasm_bindgen::memory().unchecked_into::<WebAssembly::Memory>().buffer();
    Uint8Array::new_with_byte_offset_and_length(&buffer, at as u32, len as u32)
}

fn put(bytes: &[u8]) -> usize {
    let at = scratch(bytes.len());
    memory(at, bytes.len()).copy_from(bytes);
    bytes.len()
}

fn taken(at: usize, len: usize) -> String {
    String::from_utf8(memory(at, len).to_vec()).expect("UTF-8")
}

fn words_at(address: usize, count: usize) -> Vec<u32> {
    let bytes = memory(address, count * 4).to_vec();
    bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes"))).collect()
}

fn result_words() -> Vec<u32> {
    words_at(result_ptr(), result::WORDS as usize)
}

/// The head of a delivery, as the layout specifies it.
fn head(url: &str, method: &str, headers: &[(&str, &str)]) -> String {
    let (record, unit) = (char::from(separator::RECORD), char::from(separator::UNIT));
    let headers = headers.iter().map(|(name, value)| format!("{name}{unit}{value}{record}"));
    format!("{url}{record}{method}{record}{}", headers.collect::<String>())
}

fn js(json: &str) -> JsValue {
    JSON::parse(json).expect("JSON")
}

/// A JavaScript value as JSON.
fn written(value: &JsValue) -> String {
    JSON::stringify(value).expect("JSON").into()
}

fn at(value: &JsValue, pointer: &str) -> Option<String> {
    let text = written(value);
    let document = Document::parse(text.as_bytes()).expect("JSON");
    let found = document.root().pointer(pointer)?;
    Some(
        found.as_str().map_or_else(
            || String::from_utf8_lossy(found.raw_bytes()).into_owned(),
            |text| text.into_owned(),
        ),
    )
}

/// The built-in providers, as JavaScript passes them to the light module.
const CATALOG: &str = include_str!("../../pkg/src/generated/catalog.ts");

/// The text of a built-in provider; empty for an unknown id.
fn compiled(id: &str) -> &'static str {
    let start = format!("export const {id}: string =\n  \"");
    let text = CATALOG.split_once(&start).and_then(|(_, rest)| rest.split_once('"'));
    text.map_or("", |(text, _)| text)
}

fn hook(id: Option<&str>, definition: &str, options: &str) -> Hook {
    let definition = match id {
        Some(id) if definition.is_empty() => compiled(id),
        _ => definition,
    };
    Hook::new(id.map(str::to_owned), definition, &js(options))
        .unwrap_or_else(|error| panic!("{}", written(&error)))
}

fn error_of(id: Option<&str>, definition: &str, options: &str) -> JsValue {
    let definition = match id {
        Some(id) if definition.is_empty() => compiled(id),
        _ => definition,
    };
    Hook::new(id.map(str::to_owned), definition, &js(options)).err().expect("error_of")
}

fn xon() -> Hook {
    hook(Some("xon"), "", r#"{"unsigned":"allow"}"#)
}

fn verify(hook: &Hook, headers: &str, body: &str) -> u32 {
    put([headers, body].concat().as_bytes());
    hook.verify(headers.len(), body.len(), NOW, 0, f64::NAN, f64::NAN)
}

fn fresh(more: &str) -> JsValue {
    let params = js(&format!(r#"{{"now":{NOW}{more}}}"#));
    let random = Uint8Array::from([7u8; 32].as_slice());
    Reflect::set(&params, &"random".into(), &random).expect("an object");
    params
}

#[wasm_bindgen_test]
fn a_hook_writes_the_result_of_an_accepted_delivery() {
    let hook = xon();
    assert_eq!(verify(&hook, &head("", "", &[("content-type", "application/json")]), BODY), 0);
    let words = result_words();
    let absent = result::ABSENT;
    let (id, time) = ("calls.user.create:2e0db25d-8b39-40fa-81fc-cab625fa130f", "2021-01-14T11:47:47Z");
    assert_eq!(words[accepted_word::REVISION], 0);
    assert_eq!((words[accepted_word::ALGORITHM], words[accepted_word::SECRET]), (absent, absent), "unsigned");
    assert_eq!(words[accepted_word::TEXT], text() as u32);
    assert_eq!(words[accepted_word::TEXT_BYTES] as usize, id.len() + time.len());
    assert_eq!(words[accepted_word::ID] as usize, id.len());
    assert_eq!(words[accepted_word::CREATED_AT] as usize, time.len());
    for word in [accepted_word::WEBHOOK_ID, accepted_word::DELIVERY_ID, accepted_word::EVENT_TYPE] {
        assert_eq!(words[word], absent);
    }
    assert_eq!((words[accepted_word::IS_ASCII], words[accepted_word::UNCOVERED]), (1, 0));
    let event = words[accepted_word::EVENT];
    assert_eq!(at(&hook.metadata(), &format!("/events/{event}/type")).as_deref(), Some("calls.user.create"));
    assert_eq!(taken(text(), words[accepted_word::TEXT_BYTES] as usize), format!("{id}{time}"));
    // The body is an object, so the tape begins with its bracket.
    let token = words_at(words[accepted_word::TAPE] as usize, token_word::COUNT);
    assert_eq!(token[token_word::OFFSET], 0);
    // The type of an unknown event is among the texts.
    assert_eq!(verify(&hook, "", r#"{"event":{"type":"é😀"}}"#), 0);
    let words = result_words();
    assert_eq!((words[accepted_word::EVENT], words[accepted_word::CREATED_AT]), (absent, absent));
    assert_eq!((words[accepted_word::EVENT_TYPE], words[accepted_word::IS_ASCII]), (3, 0));
    assert_eq!(words[accepted_word::ID], 3 + 1 + 64, "UTF-16 units of the id");
    assert!(taken(text(), words[accepted_word::TEXT_BYTES] as usize).ends_with("é😀"));
}

#[wasm_bindgen_test]
fn the_ids_of_a_delivery_are_in_the_result() {
    let hook = hook(Some("painchek"), "", r#"{"unsigned":"allow"}"#);
    let head =
        head("", "", &[("x-painchek-webhook-id", "hook-1"), ("x-painchek-wh-delivery-id", "delivery-2")]);
    assert_eq!(verify(&hook, &head, r#"{"event":"other"}"#), 0);
    let words = result_words();
    assert_eq!((words[accepted_word::ID], words[accepted_word::CREATED_AT]), (6 + 64, result::ABSENT));
    assert_eq!((words[accepted_word::WEBHOOK_ID], words[accepted_word::DELIVERY_ID]), (6, 10));
    assert_eq!(words[accepted_word::EVENT_TYPE], 5);
    assert!(taken(text(), words[accepted_word::TEXT_BYTES] as usize).ends_with("hook-1delivery-2other"));
}

#[wasm_bindgen_test]
fn a_hook_writes_status_code_and_message_of_a_rejected_delivery() {
    assert_eq!(verify(&xon(), "", "{"), 1);
    let words = result_words();
    let texts = taken(words[rejected_word::TEXT] as usize, words[rejected_word::TEXT_BYTES] as usize);
    assert_eq!(words[rejected_word::STATUS], 400);
    let (code, message) = texts.split_at(words[rejected_word::CODE] as usize);
    assert!(code == "json-syntax" && message.ends_with('.'), "{texts}");
}

#[wasm_bindgen_test]
fn a_failure_is_the_error_as_data() {
    let hook = xon();
    let body = BODY.replace("\"+447700900123\"", "5");
    assert_eq!(verify(&hook, "", &body), 1);
    let failure = hook.failure(0, body.len(), NOW, 0, f64::NAN, f64::NAN);
    assert_eq!(at(&failure, "/code").as_deref(), Some("event-invalid"));
    assert_eq!(at(&failure, "/status").as_deref(), Some("400"));
    assert_eq!(at(&failure, "/issues/0/pointer").as_deref(), Some("/event/mobileNumber"));
    assert_eq!(at(&failure, "/issues/0/byteSpan/start"), at(&failure, "/issues/0/span/start"));
    let report = hook.inspect(0, body.len(), NOW, 0, f64::NAN, f64::NAN);
    assert_eq!(at(&report, "/verdict").as_deref(), Some("rejected"));
    assert_eq!(at(&report, "/issues/0/code").as_deref(), Some("type"));
    put(BODY.as_bytes());
    assert!(hook.failure(0, BODY.len(), NOW, 0, f64::NAN, f64::NAN).is_null());
}

#[wasm_bindgen_test]
fn applies_the_limits_of_a_call() {
    let hook = xon();
    let body = BODY.replace('+', "");
    put(body.as_bytes());
    let verify = |profile, max| hook.verify(0, body.len(), NOW, profile, max, f64::NAN);
    assert_eq!([verify(0, f64::NAN), verify(1, f64::NAN), verify(2, f64::NAN)], [0, 0, 1]);
    assert_eq!([verify(1, 0.0), verify(1, 10.0), verify(1, f64::INFINITY), verify(1, -1.0)], [1, 1, 0, 0]);
}

/// The code for a definition as text in the light module, which has no compiler.
const WITHOUT_COMPILER: Option<&str> = if cfg!(feature = "js-full") { None } else { Some("full-missing") };

#[wasm_bindgen_test]
fn an_invalid_hook_reports_the_reason_and_quotes_no_secret() {
    for (id, definition, options, code) in [
        (Some("painchek"), "", "{}", "secret-missing"),
        (Some("painchek"), "", r#"{"secrets":[""]}"#, "secret-missing"),
        (Some("xon"), "", r#"{"secrets":["Hush-4711"]}"#, "secret-invalid"),
        (Some("unknown"), "", "{}", "definition-invalid"),
        (None, "{", "{}", WITHOUT_COMPILER.unwrap_or("definition-invalid")),
        (None, "{}", "{}", WITHOUT_COMPILER.unwrap_or("definition-invalid")),
        (Some("xon"), "", r#"{"unsigned":"Hush-4711"}"#, "option-invalid"),
        (Some("xon"), "", r#"{"profile":"Hush-4711"}"#, "option-invalid"),
        (Some("xon"), "", r#"{"unsigned":"allow","maxBytes":-1}"#, "option-invalid"),
        (Some("painchek"), "", r#"{"secrets":"Hush-4711"}"#, "option-invalid"),
        (Some("painchek"), "", r#"{"secrets":["x"],"maxBytes":"Hush-4711"}"#, "option-invalid"),
        (Some("painchek"), "", "\"Hush-4711\"", "option-invalid"),
        (Some("painchek"), "", r#"{"secrets":["x"],"algorithms":["md5"]}"#, "algorithm-unsupported"),
    ] {
        let error = error_of(id, definition, options);
        assert_eq!(at(&error, "/code").as_deref(), Some(code), "{options}");
        assert!(!written(&error).contains(SECRET), "{}", written(&error));
    }
}

#[wasm_bindgen_test]
fn comparing_returns_both_texts() {
    let (first, second) = (r#"{"event":{"a":"é"}}"#, r#"{"event":{"a":1,"b":[]}}"#);
    let head = head("", "", &[("content-type", "x")]);
    put([&head, first, &head, second].concat().as_bytes());
    let found =
        xon().compare(head.len(), first.len(), head.len(), second.len(), f64::NAN).expect("small bodies");
    assert_eq!(
        written(&found),
        r#"{"same":false,"sameEvent":false,"changes":[{"pointer":"/event/a","before":"\"é\"","after":"1"},{"pointer":"/event/b","before":null,"after":"[]"}]}"#
    );
}

#[wasm_bindgen_test]
fn hmac_works_in_the_scratch_buffer_and_leaves_no_key_there() {
    let (key, message) = ("Jefe", "what do ya want for nothing?");
    for (number, length) in [(0, 20), (1, 32), (2, 64)] {
        let _ = scratch(200);
        put([key, message].concat().as_bytes());
        assert_eq!(hmac_sign(number, key.len(), message.len()), length);
        let tag = memory(scratch(0), length).to_vec();
        assert_eq!(tag, hmac::sign(Algorithm::ALL[number], key.as_bytes(), message.as_bytes()));
        let all = [key.as_bytes(), message.as_bytes(), &tag].concat();
        put(&all);
        assert!(hmac_verify(number, key.len(), message.len(), length));
        assert!(!taken(scratch(0), 4).contains(key), "the key is gone");
        put(&all);
        assert!(!hmac_verify(number, key.len(), message.len() - 1, length));
    }
    let length = put(b"abc");
    assert_eq!(digest(0, length), 64);
    assert_eq!(taken(text(), 64), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let length = put(b"headabc");
    assert_eq!(digest(4, length - 4), 64);
    assert!(taken(text(), 64).starts_with("ba7816bf"), "from the offset on");
}

#[wasm_bindgen_test]
fn the_scratch_buffer_moves_only_when_it_grows_and_is_then_zeroed() {
    let start = scratch(1000);
    put(b"kept");
    assert_eq!(scratch(1000), start);
    assert_eq!(scratch(10), start);
    assert_eq!(taken(start, 4), "kept");
    let grown = scratch(1 << 20);
    assert_eq!(memory(grown, 1000).to_vec(), [0; 1000]);
    assert_eq!(memory(grown + (1 << 20) - 4, 4).to_vec(), [0; 4]);
}

/// Lengths come from JavaScript. A wrong one may give a wrong result, but never a panic, which would end the module.
#[wasm_bindgen_test]
fn lengths_beyond_the_buffer_do_not_panic() {
    let hook = xon();
    let most = usize::MAX;
    put(BODY.as_bytes());
    for (headers, body) in
        [(most, most), (most, 2), (2, most), (0, most), (most, 0), (most / 2 + 1, most / 2 + 1)]
    {
        let _ = hook.verify(headers, body, NOW, 0, f64::INFINITY, f64::NAN);
        let _ = hook.failure(headers, body, NOW, 0, f64::INFINITY, f64::NAN);
        let _ = hook.inspect(headers, body, NOW, 0, f64::INFINITY, f64::NAN);
        #[cfg(feature = "js-full")]
        let _ = hook.explain(headers, body, NOW, 0, f64::INFINITY, f64::NAN, f64::NAN);
        let _ = hook.compare(headers, body, headers, body, f64::NAN);
        let _ = hook.compare(body, headers, 0, body, f64::NAN);
        assert!(!hmac_verify(1, headers, body, headers));
        put(BODY.as_bytes());
    }
    assert!(hook.sign(most, &fresh("")).is_ok());
    assert!(hook.create("calls.user.create", most, &fresh("")).is_err());
    assert_eq!(hmac_sign(9, 1, 1), 0);
    assert!(!hmac_verify(9, 1, 1, 1));
    assert_eq!(hmac_sign(2, most, most), 64);
    #[cfg(feature = "js-full")]
    assert!(hookseal::wasm::SchemaHandle::new(most, false, 0).is_err());
    assert_eq!((digest(0, most), digest(most, most), digest(most, 1)), (64, 64, 64));
    // Later calls work.
    assert_eq!(verify(&hook, "", BODY), 0);
}

#[wasm_bindgen_test]
fn the_ids_of_the_built_in_providers_cross_the_bridge() {
    assert_eq!(provider_ids(), hookseal::provider::ids().collect::<Vec<_>>());
}
