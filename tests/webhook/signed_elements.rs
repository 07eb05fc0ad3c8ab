//! Signatures of each element of a list, and keys that are not the secret itself.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::hmac::sign;
use hookseal::signature::{Algorithm, sha256};
use hookseal::webhook::{CoveredPart, SignatureInfo, Webhook};
use std::fmt::Write as _;

use crate::support::{NOW, SECRET, fresh, made, options};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a string");
        out
    })
}

fn tag(key: &[u8], message: &str) -> String {
    hex(&sign(Algorithm::Sha256, key, message.as_bytes()))
}

/// Signed fields in each element, as those of Adyen.
const FIELDS: &str = r#"{ "id": "mine", "signature": { "from": "/sig", "each": "/items", "format": "{hex}", "algorithms": ["sha256"],
    "covers": "fields", "signedContent": "{/type}:{/id}" },
    "envelope": { "items": "/items", "item": { "type": "/type", "id": "/id" } }, "events": { "*": { "schema": true } } }"#;

/// A token in each element, as that of Microsoft Graph.
const TOKENS: &str = r#"{ "id": "mine", "signature": { "kind": "token", "from": "/state", "each": "/items" },
    "envelope": { "items": "/items", "item": { "type": "/type", "id": "/id" } }, "events": { "*": { "schema": true } } }"#;

/// The result of every verb, which agree, also those of the compiled definition.
fn outcome(hook: &Webhook, delivery: &Delivery<'_>) -> Result<SignatureInfo, Code> {
    let result = hook.verify(delivery, NOW).map(|verified| verified.signature).map_err(|error| error.code);
    let fast = hook.verify_fast(delivery, NOW, &hook.verify_options());
    assert_eq!(fast.map(|accepted| accepted.signature).map_err(|error| error.code), result);
    assert_eq!(hook.inspect(delivery, NOW).code, result.err());
    #[cfg(feature = "full")]
    let _explained = hook.explain(delivery, NOW);
    let compiled = Provider::from_compiled(&hook.provider().to_compiled()).expect("of this build");
    let again = Webhook::new(compiled, options(&[SECRET])).expect("a webhook").verify(delivery, NOW);
    assert_eq!(again.map(|verified| verified.signature).map_err(|error| error.code), result);
    result
}

#[test]
fn each_element_of_a_list_is_signed() {
    let hook = made(FIELDS, options(&[SECRET]));
    let item = |kind: &str, id: &str, signed: &str| {
        format!(r#"{{"type":"{kind}","id":"{id}","sig":"{}"}}"#, tag(SECRET.as_bytes(), signed))
    };
    let (one, two) = (item("paid", "1", "paid:1"), item("void", "2", "void:2"));
    for (items, expected) in [
        (one.clone(), None),
        (format!("{one},{two}"), None),
        (format!("{one},{}", item("void", "3", "void:2")), Some(Code::SIGNATURE_MISMATCH)),
        (format!("{},{one}", item("void", "3", "void:2")), Some(Code::SIGNATURE_MISMATCH)),
        // An element without a signature next to one with a signature.
        (format!(r#"{one},{{"type":"void","id":"2"}}"#), Some(Code::SIGNATURE_MISSING)),
        (format!("{one},1"), Some(Code::SIGNATURE_MISSING)),
        (String::new(), Some(Code::SIGNATURE_MISSING)),
    ] {
        let body = format!(r#"{{"items":[{items}]}}"#);
        let result = outcome(&hook, &Delivery::new(Headers::new(), body.as_bytes()));
        assert_eq!(result.err(), expected, "{body}");
        if let Ok(SignatureInfo::Verified { covers, uncovered, .. }) = result {
            assert_eq!((covers, uncovered.names()), (CoveredPart::Fields, vec!["id"]));
        }
    }
    for body in [format!(r#"{{"items":{one}}}"#), "{}".to_owned(), "[]".to_owned(), one.clone()] {
        let result = outcome(&hook, &Delivery::new(Headers::new(), body.as_bytes()));
        assert_eq!(result.err(), Some(Code::SIGNATURE_MISSING), "{body}");
    }
    // More elements than a delivery may have.
    let body = format!(r#"{{"items":[{}]}}"#, vec![one; 1001].join(","));
    let result = outcome(&hook, &Delivery::new(Headers::new(), body.as_bytes()));
    assert_eq!(result.err(), Some(Code::SIGNATURE_MISSING));
}

#[test]
fn sign_and_create_write_the_signature_of_each_element() {
    let hook = made(FIELDS, options(&[SECRET]));
    let body = br#"{"items":[{"type":"paid","id":"1","sig":""},{"sig":"x","type":"void","id":"2"}]}"#;
    let signed = hook.sign(body, &fresh()).expect("signed");
    assert!(outcome(&hook, &Delivery::new(Headers::new(), &signed.body)).is_ok());
    let created = hook.create("paid", b"{}", &fresh()).expect("created");
    assert!(outcome(&hook, &Delivery::new(Headers::new(), &created.body)).is_ok());
}

#[test]
fn each_element_of_a_list_has_the_token() {
    let hook = made(TOKENS, options(&[SECRET]));
    let item = |state: &str| format!(r#"{{"type":"created","id":"1","state":"{state}"}}"#);
    for (items, expected) in [
        (item(SECRET), None),
        (format!("{},{}", item(SECRET), item(SECRET)), None),
        (format!("{},{}", item(SECRET), item("other")), Some(Code::SIGNATURE_MISMATCH)),
        (format!("{},{{}}", item(SECRET)), Some(Code::SIGNATURE_MISSING)),
        (String::new(), Some(Code::SIGNATURE_MISSING)),
    ] {
        let body = format!(r#"{{"items":[{items}]}}"#);
        let result = outcome(&hook, &Delivery::new(Headers::new(), body.as_bytes()));
        assert_eq!(result.err(), expected, "{body}");
    }
}

#[test]
#[cfg(feature = "full")]
fn detects_senders_that_sign_each_element() {
    let detector = hookseal::provider::ProviderDetector::new();
    for (body, expected) in [
        (r#"{"value":[{"clientState":"x","changeType":"created"}]}"#, Some("microsoft-graph")),
        (
            r#"{"notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"x"}}}]}"#,
            Some("adyen"),
        ),
        (r#"{"value":[{}]}"#, None),
        (r#"{"value":[]}"#, None),
    ] {
        assert_eq!(detector.detect(&Delivery::new(Headers::new(), body.as_bytes())), expected, "{body}");
    }
}

#[test]
fn refuses_elements_that_are_no_events_or_whose_fields_are_not_signed() {
    for (definition, message) in [
        (FIELDS.replace(r#""each": "/items""#, r#""each": "/others""#), "Name that list"),
        (FIELDS.replace(r#""from": "/sig""#, r#""header": "X-Sig""#), "Name that list"),
        (FIELDS.replace("{/type}:{/id}", "{/other}:{/id}"), "not among its signed fields"),
        (FIELDS.replace("{/type}:{/id}", "{/type}:{/other}"), "not among its signed fields"),
    ] {
        let error = Provider::from_json(definition.as_bytes()).expect_err(message);
        assert!(error.to_string().contains(message), "{error}");
    }
}

fn keyed(members: &str) -> Webhook {
    let definition = format!(
        r#"{{ "id": "mine", "signature": {{ "header": "X-Sig", "format": "{{hex}}", "algorithms": ["sha256"], {members} }},
            "envelope": {{ "type": "/type" }}, "events": {{ "*": {{ "schema": true }} }} }}"#
    );
    made(&definition, options(&[SECRET]))
}

const BODY: &str = r#"{"type":"ping"}"#;

#[test]
fn a_key_is_a_digest_of_the_secret() {
    let hook = keyed(r#""secretDigest": "sha256""#);
    for (signature, expected) in [
        (tag(&sha256(SECRET.as_bytes()), BODY), None),
        (tag(SECRET.as_bytes(), BODY), Some(Code::SIGNATURE_MISMATCH)),
    ] {
        let delivery = Delivery::new(Headers::from_iter([("X-Sig", signature.as_str())]), BODY.as_bytes());
        assert_eq!(outcome(&hook, &delivery).err(), expected);
    }
    let signed = hook.sign(BODY.as_bytes(), &fresh()).expect("signed");
    assert!(signed.headers.contains(&("X-Sig".to_owned(), tag(&sha256(SECRET.as_bytes()), BODY))));
}

/// Plain hashes, as those of `HubSpot`.
#[test]
fn a_plain_hash_begins_with_the_secret() {
    let url = "https://h.example/hook";
    for (content, message) in [
        (r#""{secret}{body}""#, format!("{SECRET}{BODY}")),
        (r#""{secret}{method}{url}{body}", "ambiguous": true"#, format!("{SECRET}POST{url}{BODY}")),
    ] {
        let hook = keyed(&format!(r#""kind": "hash", "signedContent": {content}"#));
        let signature = hex(&sha256(message.as_bytes()));
        for (signature, url, body, expected) in [
            (signature.clone(), url, BODY, None),
            (signature.clone(), url, r#"{"type":"pong"}"#, Some(Code::SIGNATURE_MISMATCH)),
            (tag(SECRET.as_bytes(), &message[SECRET.len()..]), url, BODY, Some(Code::SIGNATURE_MISMATCH)),
            (
                hex(&sha256(format!("{SECRET}{BODY}\0").as_bytes())),
                url,
                "{\"type\":\"ping\"}\0",
                Some(if content.contains("url") { Code::SIGNATURE_MISMATCH } else { Code::JSON_SYNTAX }),
            ),
        ] {
            let pairs = Headers::from_iter([("X-Sig", signature.as_str())]);
            let delivery = Delivery::new(pairs, body.as_bytes()).with_url(url).with_method("POST");
            assert_eq!(outcome(&hook, &delivery).err(), expected, "{content} {body}");
        }
        let signed = hook
            .sign(BODY.as_bytes(), &hookseal::webhook::SignParams { url: Some(url.to_owned()), ..fresh() });
        assert!(signed.expect("signed").headers.contains(&("X-Sig".to_owned(), signature)));
    }
    let hook = keyed(r#""kind": "hash", "signedContent": "{secret}{url}{body}""#);
    let pairs = Headers::from_iter([("X-Sig", "00")]);
    let delivery = Delivery::new(pairs, BODY.as_bytes()).with_url("https://h.example/\u{1}");
    assert!(outcome(&hook, &delivery).is_err());
}

#[test]
fn refuses_hashes_that_an_attacker_could_continue() {
    let definition = |members: &str| {
        format!(
            r#"{{ "id": "mine", "signature": {{ "header": "X-Sig", "format": "{{hex}}", "algorithms": ["sha256"], {members} }},
                "envelope": {{ "type": "/type" }}, "events": {{ "*": {{ "schema": true }} }} }}"#
        )
    };
    for (members, message) in [
        (r#""kind": "hash", "signedContent": "{body}""#, "{secret} first and {body} last"),
        (r#""signedContent": "{secret}{body}""#, "an HMAC has no {secret}"),
        (r#""kind": "hash", "signedContent": "{secret}{body}\n{url}""#, "{secret} first and {body} last"),
        (r#""kind": "hash", "signedContent": "{body}{secret}""#, "Unknown placeholder {secret}"),
    ] {
        let error = Provider::from_json(definition(members).as_bytes()).expect_err(members);
        assert!(error.to_string().contains(message), "{members}: {error}");
    }
    let form = r#""body": [{ "type": "application/x-www-form-urlencoded", "as": "form" }], "envelope""#;
    let definition =
        definition(r#""kind": "hash", "signedContent": "{secret}{body}""#).replace(r#""envelope""#, form);
    let error = Provider::from_json(definition.as_bytes()).expect_err("a form");
    assert!(error.to_string().contains("Remove the form."), "{error}");
}
