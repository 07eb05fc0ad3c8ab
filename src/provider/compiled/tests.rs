//! Changed bytes under the seal: the reader refuses them, or what it reads is harmless.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::delivery::{Delivery, Headers};
use crate::issue::Profile;
use crate::provider::{definition, ids};
use crate::webhook::{SignParams, Timestamp, VerifyOptions, Webhook, WebhookOptions};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// A definition with the parts that no built-in provider has.
const EVERY_PART: &str = r##"{
    "id": "mine", "title": "Mine", "confirmed": "no", "contentType": "application/json", "success": "2xx", "retries": ["5s", "1m"],
    "signature": { "header": "X-Sig", "format": "t={timestamp},v1={hex}", "algorithms": ["sha256", "sha1"],
        "signedContent": "{timestamp}.{header:x-extra}\n{id}\n{url}\n{body}", "secret": "base64" },
    "headers": { "id": "X-Id", "deliveryId": "X-Delivery" },
    "envelope": { "type": [{ "when": "/other/a", "is": "other" }, "{/type}.{header:X-Part}:", "/type", "header:X-Event", "=all"], "id": "/id" },
    "dedupe": ["pointer:/id", "header:X-Id", "digest"],
    "sensitive": ["/a/*/b"], "lookalikes": [{ "has": ["/x"], "message": "Not this." }],
    "events": { "all": { "schema": {
        "$defs": { "tree": { "type": "object", "properties": { "next": { "$ref": "#/$defs/tree" } } } },
        "properties": {
            "tree": { "$ref": "#/$defs/tree" },
            "list": { "prefixItems": [{ "const": { "a": [1, null, true] } }], "items": false, "minItems": 1,
                "uniqueItems": true, "contains": { "type": "integer" }, "minContains": 1, "maxContains": 3 },
            "n": { "minimum": 1, "exclusiveMaximum": 9.5, "multipleOf": 0.25 },
            "s": { "minLength": 2, "maxLength": 9, "pattern": "(?=a)\\b(a|[b-d\\p{L}])+$", "x-expected": "letters" },
            "t": { "pattern": "^[a-z]{2,3}$", "x-lenient": { "pattern": "warning" } },
            "f": { "type": "string", "format": "date-time", "x-type-hint": "A time." },
            "e": { "enum": ["a", 1, null, [2], "b", "c", "d", "e", "f", "g", "h", "i"] }
        },
        "required": ["type"], "patternProperties": { "^x-": { "type": "string" } }, "additionalProperties": false,
        "propertyNames": { "maxLength": 20 }, "minProperties": 1, "maxProperties": 40,
        "dependentRequired": { "n": ["s"] }, "dependentSchemas": { "s": { "required": ["n"] } },
        "anyOf": [{ "required": ["n"] }, { "required": ["type"] }], "oneOf": [true, false], "not": { "type": "null" },
        "if": { "required": ["n"] }, "then": { "required": ["s"] }, "else": true
    } }, "*": { "revisions": [{ "name": "R1", "when": "/r", "schema": true }, { "name": "R0", "schema": {} }] } }
}"##;

const BODIES: [&str; 4] = [
    r#"{ "type": "all", "id": "1", "tree": { "next": { "next": {} } }, "list": [{ "a": [1, null, true] }], "n": 2,
        "s": "abc", "t": "ab", "f": "2024-01-01T00:00:00Z", "e": "i", "x-a": "b" }"#,
    r#"{ "type": "all", "id": "1", "tree": 1, "list": [2, 2], "n": 0.3, "s": "\u0061\n", "t": "...", "f": "x",
        "e": [3], "x-a": 1, "other": "<word>", "T": null }"#,
    r#"{ "type": "other", "r": 1 }"#,
    r#"{ "event": "assessment_add", "event_timestamp": "x", "data": [], "timestamp": 1 }"#,
];

/// The bytes of every built-in provider, and of the provider with every part.
static PAYLOADS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let texts = ids().filter_map(definition).chain([EVERY_PART]);
    texts.map(|text| Writer::bytes_of(&Provider::from_json(text.as_bytes()).unwrap())).collect()
});

/// Uses a provider with everything that reads its plan.
fn exercise(provider: Provider) {
    let secrets = vec!["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjlw".to_owned().into()];
    let _ = (provider.own_headers().len(), provider.signature_expiry(), provider.uncovered().names());
    let allow_unsigned = provider.schemes.is_empty();
    let secrets = if allow_unsigned { Vec::new() } else { secrets };
    let type_header = provider.envelope.event_type.headers().first().map(|name| (*name).to_owned());
    let Ok(hook) =
        Webhook::new(provider, WebhookOptions { secrets, allow_unsigned, ..WebhookOptions::default() })
    else {
        return;
    };
    let mut params = SignParams::new(NOW, [7; 32]);
    params.url = Some("https://example.com/".to_owned());
    for body in BODIES {
        let _ = hook.create("all", body.as_bytes(), &params);
        let signed = hook.sign(body.as_bytes(), &params).map(|signed| signed.headers).unwrap_or_default();
        let mut headers: Headers<'_> =
            signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.push("X-Extra", "more");
        if let Some(name) = &type_header {
            headers.push(name.as_str(), "all");
        }
        let delivery = Delivery::new(headers, body.as_bytes()).with_method("POST");
        for profile in [Profile::Lenient, Profile::Strict] {
            let options = VerifyOptions { profile, ..hook.verify_options() };
            let _ = hook.verify_fast(&delivery, NOW, &options);
            let _ = hook.inspect_with(&delivery, NOW, &options);
        }
    }
}

#[test]
fn a_plan_with_every_part_is_read_as_it_was_written() {
    let written = Provider::from_json(EVERY_PART.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let read = Provider::from_payload(&Writer::bytes_of(&written)).expect("its own bytes");
    assert!(format!("{written:?}") == format!("{read:?}"));
    exercise(read);
}

#[test]
fn another_version_and_another_build_are_named() {
    let payload = &PAYLOADS[0];
    let error = |version, fingerprint| {
        let bytes = seal(BlobKind::Provider, version, fingerprint, payload);
        Provider::from_compiled(&bytes).expect_err("another build").to_string()
    };
    assert_eq!(
        error("0.0.1", FINGERPRINT),
        format!(
            "Version 0.0.1 compiled this provider, and this is version {VERSION}. Compile the definition again with this \
             version: `hookseal compile`."
        )
    );
    assert!(error(VERSION, FINGERPRINT ^ 1).starts_with("Another build of version"));
    let bytes = seal(BlobKind::Provider, VERSION, FINGERPRINT, payload);
    assert!(Provider::from_compiled(&bytes).is_ok());
}

#[test]
fn cut_bytes_are_refused() {
    for payload in PAYLOADS.iter() {
        let step = payload.len() / 300 + 1;
        for length in (0..payload.len()).step_by(step) {
            assert!(Provider::from_payload(&payload[..length]).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn a_length_of_items_that_are_not_there_allocates_nothing() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(Reader::value_of::<Vec<u8>>(&huge).is_none());
    assert!(Reader::value_of::<String>(&huge).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn changed_bytes_are_refused_or_harmless(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0u8..4), 1..4),
    ) {
        let payloads = &*PAYLOADS;
        // The provider with every part is the last one, and is changed more often.
        let index = which.index(payloads.len() * 2).min(payloads.len() - 1);
        let mut payload = payloads[index].clone();
        for (at, byte, kind) in changes {
            let at = at.index(payload.len());
            match kind {
                0 => payload[at] = byte,
                1 => payload[at] ^= 1 << (byte % 8),
                2 => payload.insert(at, byte),
                _ => drop(payload.remove(at)),
            }
        }
        if let Ok(provider) = Provider::from_payload(&payload) {
            exercise(provider);
        }
    }
}
