//! Ids and types contain no invisible character, and a provider may have no idempotency key.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Verdict, Webhook};

use crate::support::{NOW, bare, definition, made, only, unsigned};

/// Characters of each rejected kind. The ends of their ranges are next to accepted characters.
const HIDDEN: [char; 15] = [
    '\0', '\u{1}', '\n', '\r', '\u{1b}', '\u{1f}', '\u{7f}', '\u{80}', '\u{9f}', '\u{2028}', '\u{2029}',
    '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
];
const PLAIN: [char; 8] = [' ', '~', '\u{a0}', '\u{2027}', '\u{202f}', '\u{2065}', '\u{206a}', 'é'];

fn from_body() -> Webhook {
    let text = definition(r#", "dedupe": ["pointer:/id", "pointer:/other", "digest"]"#);
    made(
        &text
            .replace(r#""type": "/type""#, r#""type": "/type", "createdAt": "/at""#)
            .replace("\"ping\"", "\"*\""),
        unsigned(),
    )
}

fn from_headers() -> Webhook {
    let text = definition(
        r#", "dedupe": ["header:X-Key", "header:X-Delivery", "digest"],
            "headers": { "webhookId": "X-Webhook", "deliveryId": "X-Delivery" }"#,
    );
    made(&text.replace("/type", "header:X-Type").replace("\"ping\"", "\"*\""), unsigned())
}

/// Whether every verb rejects a delivery for its envelope, without quoting a value.
fn is_rejected(hook: &Webhook, delivery: &Delivery<'_>, hidden: char) -> bool {
    let report = hook.inspect(delivery, NOW);
    let accepted = hook.verify_fast(delivery, NOW, &hook.verify_options()).is_ok();
    match hook.verify(delivery, NOW) {
        Ok(_) => {
            assert!(accepted);
            assert_eq!(report.verdict, Verdict::Unsigned);
            false
        }
        Err(error) => {
            assert!(!accepted);
            assert_eq!((error.code, error.status()), (Code::ENVELOPE_INVALID, 400));
            let issue = only(&report, Code::ENVELOPE_INVALID);
            assert!(
                issue.message.contains("control or bidirectional formatting character"),
                "{}",
                issue.message
            );
            let all = serde_json::to_string(&report).expect("JSON");
            assert!(!all.contains("odd"), "the value is quoted: {all}");
            assert!(!issue.message.contains(hidden));
            true
        }
    }
}

#[test]
fn rejects_a_text_of_the_body_with_an_invisible_character() {
    let hook = from_body();
    for member in ["type", "id", "at"] {
        for (hidden, refused) in HIDDEN.map(|c| (c, true)).into_iter().chain(PLAIN.map(|c| (c, false))) {
            let mut body = serde_json::json!({ "type": "ping", "id": "1", "other": "2", "at": "3" });
            body[member] = format!("odd{hidden}").into();
            let body = body.to_string();
            assert_eq!(is_rejected(&hook, &bare(body.as_bytes()), hidden), refused, "{member} {hidden:?}");
        }
    }
    // A source of the key that is not used is not checked.
    assert!(hook.verify(&bare(br#"{"type":"ping","id":"1","other":"\u0000"}"#), NOW).is_ok());
}

#[test]
fn rejects_a_header_with_an_invisible_character_and_does_not_skip_it() {
    let hook = from_headers();
    for name in ["X-Type", "X-Key", "X-Delivery", "X-Webhook"] {
        // The bridge replaces characters that a header cannot have by the last one.
        for hidden in HIDDEN.into_iter().chain(['\u{fffd}']) {
            let value = format!("odd{hidden}x");
            let mut headers = Headers::from_iter([(name, value.as_str())]);
            for other in ["X-Type", "X-Key", "X-Delivery", "X-Webhook"] {
                if other != name {
                    headers.push(other, "1");
                }
            }
            assert!(is_rejected(&hook, &Delivery::new(headers, b"{}"), hidden), "{name} {hidden:?}");
        }
    }
    let headers = Headers::from_iter([("X-Type", "ping"), ("X-Delivery", "2")]);
    assert_eq!(hook.verify(&Delivery::new(headers, b"{}"), NOW).expect("accepted").id, "ping:2");
}

#[test]
fn without_a_key_the_id_is_empty() {
    for dedupe in [r#"["none"]"#, r#"["pointer:/id", "none"]"#] {
        let hook = made(&definition(&format!(r#", "dedupe": {dedupe}"#)), unsigned());
        let delivery = bare(br#"{"type":"ping"}"#);
        assert_eq!(hook.verify(&delivery, NOW).expect("accepted").id, "");
        assert_eq!(hook.inspect(&delivery, NOW).id, None);
        // Equal bodies may belong to two events.
        let compared = hook.compare(&delivery, &delivery).expect("compared");
        assert_eq!((compared.same, compared.same_event, compared.changes.len()), (false, false, 0));
        let other = bare(br#"{"type":"ping","a":1}"#);
        assert!(!hook.compare(&delivery, &other).expect("compared").same_event);
    }
    let hook = made(&definition(r#", "dedupe": ["pointer:/id", "none"]"#), unsigned());
    let delivery = bare(br#"{"type":"ping","id":7}"#);
    assert_eq!(hook.verify(&delivery, NOW).expect("accepted").id, "ping:7");
    assert!(hook.compare(&delivery, &delivery).expect("compared").same);
}

/// The reason is the same with and without collected issues.
#[test]
fn an_invisible_character_is_the_reason_of_every_verb_even_if_the_contract_is_violated() {
    let text = definition(r#", "headers": { "webhookId": "X-Webhook" }"#)
        .replace(r#""schema": true"#, r#""schema": { "required": ["uuid"] }"#);
    let hook = made(&text, unsigned());
    let delivery = Delivery::new(Headers::from_iter([("X-Webhook", "odd\u{202e}x")]), br#"{"type":"ping"}"#);
    let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options()).expect_err("rejected");
    let full = hook.verify(&delivery, NOW).expect_err("rejected");
    assert_eq!((fast.code, full.code), (Code::ENVELOPE_INVALID, Code::ENVELOPE_INVALID));
    assert_eq!(fast.to_string(), full.to_string());
    assert_eq!(hook.inspect(&delivery, NOW).code, Some(Code::ENVELOPE_INVALID));
}
