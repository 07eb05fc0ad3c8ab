//! Signed contents: one signature matches one request, unless the definition declares that the provider signs otherwise.

use std::sync::LazyLock;

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, Keys, Outcome, Scheme, Secret, SignContext, SignError, hmac};
use hookseal::webhook::{Timestamp, Webhook, WebhookOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_000;

fn definition(content: &str) -> Value {
    let mut value = json!({
        "id": "mine",
        "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": content },
        "headers": { "id": "X-Id" },
        "envelope": { "type": "/type" },
        "events": { "*": { "schema": true } }
    });
    if content.contains("{timestamp}") {
        value["headers"]["timestamp"] = json!("X-Time");
    }
    value
}

fn scheme(content: &str) -> Result<Scheme, String> {
    scheme_with(content, "s")
}

fn scheme_with(content: &str, unit: &str) -> Result<Scheme, String> {
    let mut definition = definition(content);
    definition["signature"]["timestampUnit"] = json!(unit);
    match Provider::from_json(definition.to_string().as_bytes()) {
        Ok(provider) => Ok(provider.scheme().expect("a scheme").clone()),
        Err(error) => {
            let issue = &error.issues[0];
            assert_eq!(
                (issue.code, issue.pointer.as_str()),
                (Code::DEFINITION_INVALID, "/signature/signedContent")
            );
            Err(issue.message.clone())
        }
    }
}

fn keys(scheme: &Scheme) -> Keys {
    scheme
        .keys(
            &[Secret::parse("a secret of 32 bytes for the test", scheme.secret_format()).expect("one")],
            None,
        )
        .expect("keys")
}

#[test]
fn rejects_ambiguous_signed_content_with_the_reason() {
    for (content, reason) in [
        ("{header:A}.{id}{timestamp}{body}", "{header:A} can contain \".\", and another header follows"),
        ("{id}{timestamp}{body}.{header:A}", "{header:X-Id} and {timestamp} are adjacent"),
        ("{id}{timestamp}{body}{url}", "{header:X-Id} and {timestamp} are adjacent"),
        ("{body}{timestamp}{id}", "{header:X-Id} and {timestamp} are adjacent"),
        ("{header:X-Event}{header:X-Id}{body}", "{header:X-Event} and {header:X-Id} are adjacent"),
        ("{id}{body}", "{header:X-Id} and {body} are adjacent"),
        ("{body}{id}", "{header:X-Id} and {body} are adjacent"),
        ("{method}{url}{body}", "{method} and {url} are adjacent"),
        ("{method}{body}{url}", "{method} and {body} are adjacent"),
        ("{url}{timestamp}{body}", "{url} and {timestamp} are adjacent"),
        ("{url}{body}{url}", "{url} and {body} are adjacent"),
        ("{url}{body}{id}", "{header:X-Id} and {body} are adjacent"),
        ("{timestamp}.{url}.{body}", "{url} can contain \".\""),
        (
            "{header:X-Event}.{header:X-Id}.{body}",
            "{header:X-Event} can contain \".\", and another header follows",
        ),
        ("{id}.{timestamp}.{body}.{header:A}", "{header:X-Id} can contain \".\", and another header follows"),
    ] {
        let message = scheme(content).expect_err(content);
        assert_eq!(
            message,
            format!(
                "Ambiguous signed content: {reason}, so one signature matches several requests. Separate the parts by text \
                 that none of them can contain, such as a line break: \"{{id}}\\n{{timestamp}}\\n{{body}}\". Or, if the \
                 provider signs so, set \"ambiguous\": true."
            )
        );
        let mut definition = definition(content);
        definition["signature"]["ambiguous"] = json!(true);
        // A part that can be moved is not covered.
        definition["dedupe"] = json!(["header:X-Id"]);
        let provider = Provider::from_json(definition.to_string().as_bytes()).expect(content);
        assert!(provider.uncovered().id, "{content}");
    }
}

const CONTENTS: [&str; 14] = [
    "{body}",
    "{timestamp}{body}",
    "{body}{timestamp}",
    "{timestamp}.{body}",
    "v0:{timestamp}:{body}",
    "{id}.{timestamp}.{body}",
    "{id}..{body}",
    "{body}:{timestamp}:{id}",
    "{timestamp}{id}.{body}",
    "{id}.{timestamp}1{body}",
    "{id}\n{header:X-Event}\n{timestamp}\n{body}",
    "{header:X-Event}\n{body}\n{id}",
    "{id}{timestamp}{body}",
    "{header:X-Event}\n{id}{timestamp}{body}",
];

/// Only the brackets of the body mark where the URL ends.
const WITH_URL: [&str; 7] = [
    "{url}{body}",
    "{body}{url}",
    "{url}{body}{timestamp}",
    "{timestamp}{body}{url}",
    "{timestamp}{url}{body}",
    "{id}.{url}{body}",
    "{body}{url}.{id}",
];

#[test]
fn accepts_contents_whose_parts_have_clear_ends() {
    let others = ["{method}\n{url}\n{body}", "{method}.{body}"];
    for content in CONTENTS.into_iter().chain(WITH_URL).chain(others) {
        assert!(scheme(content).is_ok(), "{content}");
    }
}

#[test]
fn rejects_a_value_that_contains_its_separator() {
    let scheme = scheme("{id}.{timestamp}.{body}").expect("a scheme");
    let keys = keys(&scheme);
    let outcome = |id: &str| {
        let headers = Headers::from_iter([
            ("X-Sig", "00".repeat(32)),
            ("X-Id", id.to_owned()),
            ("X-Time", "1700000000".to_owned()),
        ]);
        let delivery = Delivery::new(headers, b"{}");
        scheme.verify(&keys, &delivery, NOW, 300).code().expect("not verified")
    };
    assert_eq!(outcome("msg_1"), Code::SIGNATURE_MISMATCH);
    for id in ["msg.1", ".", "a.", ".a"] {
        assert_eq!(outcome(id), Code::SIGNATURE_MALFORMED, "{id}");
        let context = SignContext { id: Some(id), ..SignContext::at(NOW) };
        assert_eq!(scheme.sign(&keys, b"{}", &context).expect_err(id).code(), Code::OPTION_INVALID);
    }
}

#[test]
fn rejects_a_body_that_does_not_mark_where_the_adjacent_url_ends() {
    let signed = scheme("{url}{body}").expect("a scheme");
    let keys = keys(&signed);
    let context = SignContext { url: Some("https://x.example/hook"), ..SignContext::at(NOW) };
    let headers = signed.sign(&keys, b"{\"a\":[1]}", &context).expect("signed");
    let outcome = |scheme: &Scheme, url: &str, body: &str| {
        let headers = Headers::from_iter([("X-Sig", headers[0].1.as_str())]);
        let delivery = Delivery::new(headers, body.as_bytes()).with_url(url);
        scheme.verify(&keys, &delivery, NOW, 300).code()
    };
    assert_eq!(outcome(&signed, "https://x.example/hook", "{\"a\":[1]}"), None);
    assert_eq!(outcome(&signed, "https://x.example/hooks", "{\"a\":[1]}"), Some(Code::SIGNATURE_MISMATCH));
    for (url, body) in [
        ("https://x.example/hook{\"a\":", "[1]}"),
        ("https://x.example/", "hook{\"a\":[1]}"),
        ("https://x.example/hook{\"a\":[1]}", ""),
        ("https://x.example/hook", " {\"a\":[1]}"),
    ] {
        assert_eq!(outcome(&signed, url, body), Some(Code::SIGNATURE_MALFORMED), "{body}");
    }
    for body in ["a=1", "", " {}", "{", "\"a\"", "{}{}"] {
        let error = signed.sign(&keys, body.as_bytes(), &context).expect_err(body);
        assert_eq!((error.code(), &error), (Code::OPTION_INVALID, &SignError::Body), "{body}");
    }
    assert!(signed.sign(&keys, b"[{}]\r\n", &context).is_ok());
    assert!(SignError::Body.to_string().starts_with(
        "Invalid body: expected a JSON object or array, without white space next to the signed URL"
    ));

    // With `ambiguous`, every body is accepted, and a moved one, too: nothing counts as covered.
    let mut definition = definition("{id}.{url}{body}");
    definition["dedupe"] = json!(["header:X-Id"]);
    let provider =
        |definition: &Value| Provider::from_json(definition.to_string().as_bytes()).expect("a definition");
    assert!(!provider(&definition).uncovered().id);
    definition["signature"]["ambiguous"] = json!(true);
    assert!(provider(&definition).uncovered().id);
    let scheme = provider(&definition).scheme().expect("a scheme").clone();
    let context = SignContext { id: Some("a"), ..context };
    assert!(scheme.sign(&keys, b"a=1", &context).is_ok());
}

#[test]
fn rejects_an_unsigned_timestamp() {
    for (change, place) in [
        (json!({ "headers": { "timestamp": "X-Time" } }), "/signature/signedContent"),
        (json!({ "headers": { "timestamp": "X-Time" }, "signature": null }), "/headers/timestamp"),
        (
            json!({ "headers": { "timestamp": "X-Time" }, "signature": { "timestamp": "/at" } }),
            "/headers/timestamp",
        ),
        (
            json!({ "signature": { "timestamp": "/at", "format": "t={timestamp},v={hex}" } }),
            "/signature/timestamp",
        ),
    ] {
        let mut definition = definition("{body}");
        for (key, value) in change.as_object().expect("an object") {
            match value {
                Value::Null => drop(definition.as_object_mut().expect("an object").remove(key)),
                value => {
                    for (name, inner) in value.as_object().expect("an object") {
                        definition[key][name] = inner.clone();
                    }
                }
            }
        }
        let error = Provider::from_json(definition.to_string().as_bytes()).expect_err(place);
        assert_eq!(error.issues[0].pointer, place, "{error}");
    }
    for tolerance in [604_801, 1_000_000_000] {
        let mut definition = definition("{timestamp}.{body}");
        definition["signature"]["tolerance"] = json!(tolerance);
        let error = Provider::from_json(definition.to_string().as_bytes()).expect_err("too much");
        assert_eq!(
            (error.issues[0].code, error.issues[0].pointer.as_str()),
            (Code::MAXIMUM, "/signature/tolerance")
        );
    }
}

/// The value of each placeholder of a content.
type Parts<'t> = Vec<(&'t str, String)>;

/// Every way to parse a text as this content.
fn readings<'t>(template: &'t str, text: &str, before: &Parts<'t>, found: &mut Vec<Parts<'t>>) {
    let Some(rest) = template.strip_prefix('{') else {
        let end = template.find('{').unwrap_or(template.len());
        match text.strip_prefix(&template[..end]) {
            Some(text) if end < template.len() => readings(&template[end..], text, before, found),
            Some("") => found.push(before.clone()),
            _ => {}
        }
        return;
    };
    let (place, rest) = rest.split_once('}').expect("a place ends");
    for end in 0..=text.len() {
        let parts = [before.clone(), vec![(place, text[..end].to_owned())]].concat();
        readings(rest, &text[end..], &parts, found);
    }
}

fn part<'p>(parts: &'p Parts<'_>, name: &str) -> &'p str {
    parts.iter().find(|(place, _)| *place == name).map_or("", |(_, text)| text)
}

/// Without an offset, a date and time can be continued by what follows.
#[test]
fn rejects_a_time_without_offset_where_its_end_is_not_clear() {
    for content in
        ["{timestamp}.{body}", "{timestamp}{id}.{body}", "{timestamp}-{body}", "{timestamp}1{body}"]
    {
        let message = scheme_with(content, "iso8601").expect_err(content);
        assert!(message.contains("{timestamp} has no offset"), "{message}");
        assert!(scheme_with(content, "rfc3339").is_ok(), "{content}");
    }
    for content in
        ["{timestamp}{body}", "v1:{timestamp}:{body}", "{body}{timestamp}", "{id}{timestamp}{body}"]
    {
        assert!(scheme_with(content, "iso8601").is_ok(), "{content}");
    }
}

/// Twitch signs so. The header could take the digits of a shorter timestamp, and the timestamp those of the header.
#[test]
fn no_bytes_move_between_a_header_and_the_timestamp_next_to_it() {
    let key = b"a secret of 32 bytes for the test";
    for (unit, id, time) in [
        ("s", "msg-1", "1700000000"),
        ("ms", "1", "1700000000000"),
        ("us", "7", "1700000000000000"),
        ("ns", "7", "1700000000000000000"),
        ("rfc3339", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.1Z"),
        ("iso8601", "2023-11-14T22:13:20", "2023-11-14T22:13:20.123456"),
    ] {
        let body = "{\"type\":\"a\",\"b\":\"2023-11-14T22:13:20Z{}\"}";
        let scheme = scheme_with("{id}{timestamp}{body}", unit).expect(unit);
        let keys = keys(&scheme);
        let text = [id, time, body].concat();
        let tag = base16ct::lower::encode_string(&hmac::sign(Algorithm::Sha256, key, text.as_bytes()));
        let mut verified = Vec::new();
        for end in 1..text.len() {
            for middle in 0..end {
                let (id, time, body) = (&text[..middle], &text[middle..end], &text[end..]);
                let headers = Headers::from_iter([("X-Sig", tag.as_str()), ("X-Id", id), ("X-Time", time)]);
                let delivery = Delivery::new(headers, body.as_bytes());
                // Replayed at any time.
                if scheme.verify(&keys, &delivery, NOW, u64::MAX).is_verified() {
                    verified.push((id, time, body));
                }
            }
        }
        assert_eq!(verified, [(id, time, body)], "{unit}");
    }
}

/// The schemes of [`CONTENTS`] with timestamps of two kinds, compiled once: content, timestamp, scheme and its keys.
static SCHEMES: LazyLock<Vec<(&str, &str, Scheme, Keys)>> = LazyLock::new(|| {
    let units = [("s", "1700000000"), ("rfc3339", "2023-11-14T22:13:20.000+00:00")];
    let contents = CONTENTS.into_iter().flat_map(|content| units.map(|(unit, time)| (content, unit, time)));
    contents
        .map(|(content, unit, time)| {
            let scheme = scheme_with(content, unit).expect(content);
            let keys = keys(&scheme);
            (content, time, scheme, keys)
        })
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// The signed bytes of one request are the signed content of no other: of all ways to parse them, one is verified
    /// with a body that is JSON.
    #[test]
    fn one_signature_matches_one_request(
        id in "([a1.:]{1,3}|[a.](\\.1700000000)?|a(1700000000|2023-11-14T22:13:20Z))", event in "[a1.:]{1,3}", body in "([1-9][0-9]?|\\{\\}|\\[1\\]|\"1\"| \\{\\}|\\[1,\"\\.1700000001\\.\"\\]|\\[\"1700000001\\[\\]\",\"2023-11-14T22:13:20Z\\[\\]\"\\])",
    ) {
        for (content, time, scheme, keys) in &*SCHEMES {
            let context = SignContext {
                id: Some(&id),
                headers: Headers::from_iter([("X-Event", event.as_str())]),
                ..SignContext::at(NOW)
            };
            // Values that would be ambiguous are not signed.
            let Ok(signed) = scheme.sign(keys, body.as_bytes(), &context) else { continue };
            let signature = &signed[0].1;
            let text = content
                .replace("{timestamp}", time)
                .replace("{id}", &id)
                .replace("{header:X-Event}", &event)
                .replace("{body}", &body);
            let mut all = Vec::new();
            readings(content, &text, &Vec::new(), &mut all);
            let mut fitting = 0;
            for parts in &all {
                let headers = Headers::from_iter([
                    ("X-Sig", signature.as_str()),
                    ("X-Id", part(parts, "id")),
                    ("X-Event", part(parts, "header:X-Event")),
                    ("X-Time", part(parts, "timestamp")),
                ]);
                let body = part(parts, "body");
                let delivery = Delivery::new(headers, body.as_bytes());
                // Replayed at any time.
                let outcome = scheme.verify(keys, &delivery, NOW, u64::MAX);
                let is_json = serde_json::from_str::<Value>(body).is_ok();
                fitting += usize::from(is_json && matches!(outcome, Outcome::Verified { .. }));
            }
            prop_assert_eq!(fitting, 1, "{} {:?}", content, text);
        }
    }

    /// The signed bytes are moved in every way between the URL and a body that is JSON: one body is verified, the signed one.
    #[test]
    fn no_bytes_move_between_a_url_and_the_body(
        url in "(https://x\\.example/)?[a1{}\\[\\]\",.:]{1,8}",
        id in "[a1]{1,2}",
        value in json_value(),
        is_listed in any::<bool>(),
        space in "[ \n]{0,2}",
    ) {
        let container = if is_listed { json!([value]) } else { json!({ "type": "a", "v": value }) };
        for (content, scheme, keys, hook) in WEBHOOKS.iter() {
            let is_url_first = content.contains("{url}{body}");
            let body = if is_url_first { format!("{container}{space}") } else { format!("{space}{container}") };
            let context = SignContext { id: Some(&id), url: Some(&url), ..SignContext::at(NOW) };
            let signature = &scheme.sign(keys, body.as_bytes(), &context).expect("signed")[0].1;
            let pair = if is_url_first { format!("{url}{body}") } else { format!("{body}{url}") };
            for middle in (0..=pair.len()).filter(|index| pair.is_char_boundary(*index)) {
                let (first, second) = pair.split_at(middle);
                let (moved_url, moved_body) = if is_url_first { (first, second) } else { (second, first) };
                let headers = Headers::from_iter([
                    ("X-Sig", signature.as_str()),
                    ("X-Id", id.as_str()),
                    ("X-Time", "1700000000"),
                ]);
                let delivery = Delivery::new(headers, moved_body.as_bytes()).with_url(moved_url);
                let is_verified = scheme.verify(keys, &delivery, NOW, 300).is_verified();
                prop_assert_eq!(is_verified, moved_body == body, "{} {:?} {:?}", content, moved_url, moved_body);
                let is_accepted = hook.verify(&delivery, Timestamp::from_millis(NOW)).is_ok();
                prop_assert_eq!(is_accepted, is_verified && !is_listed, "{} {:?} {:?}", content, moved_url, moved_body);
            }
        }
    }
}

fn webhook(content: &str) -> Webhook {
    let provider = Provider::from_json(definition(content).to_string().as_bytes()).expect(content);
    let options = WebhookOptions {
        secrets: vec!["a secret of 32 bytes for the test".to_owned().into()],
        ..WebhookOptions::default()
    };
    Webhook::new(provider, options).expect(content)
}

static WEBHOOKS: LazyLock<Vec<(&str, Scheme, Keys, Webhook)>> = LazyLock::new(|| {
    let prepare = |content| {
        let scheme = scheme(content).expect(content);
        let keys = keys(&scheme);
        (content, scheme, keys, webhook(content))
    };
    WITH_URL.into_iter().map(prepare).collect()
});

/// JSON whose strings contain brackets, quotes and backslashes.
fn json_value() -> impl Strategy<Value = Value> {
    let text = "[a{}\\[\\]\",:\\\\é]{0,6}";
    let leaf = prop_oneof![text.prop_map(Value::from), (-9..9_i32).prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(text, inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
