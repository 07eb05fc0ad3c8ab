//! Settings in the signed content: values that the program passes next to the secrets.

use hookseal::Code;
use hookseal::delivery::Delivery;
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{CoveredPart, Error, SignParams, Webhook, WebhookOptions};
use serde_json::{Value, json};

use crate::support::{NOW, SECRET, headers, options};

const BODY: &[u8] = br#"{"type":"paid"}"#;
/// The CRC-32 of the body, from zlib.
const CHECKSUM: &str = "3869113789";
const CONTENT: &str = "{id}|{timestamp}|{setting:hookId}|{body:crc32}";

fn definition(content: &str, more: &Value) -> String {
    let mut whole = json!({ "id": "mine",
        "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": content },
        "headers": { "id": "X-Id", "timestamp": "X-Time" },
        "settings": { "hookId": { "description": "the id of the webhook" } },
        "envelope": { "type": "/type" }, "dedupe": ["header:X-Id"], "events": { "*": { "schema": true } } });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole.to_string()
}

fn hook(content: &str, value: Option<&str>, more: WebhookOptions) -> Result<Webhook, Error> {
    let settings = value.map(|value| ("hookId".to_owned(), value.to_owned().into())).into_iter().collect();
    let compiled = Provider::compile(definition(content, &json!({})).as_bytes()).expect("a definition");
    let provider = Provider::from_compiled(&compiled).expect("a provider");
    Webhook::new(provider, WebhookOptions { settings, ..more })
}

/// A delivery that a provider with this id of the webhook signs.
fn sent(hook_id: &str) -> Vec<(String, String)> {
    let content = format!("delivery-1|1700000000|{hook_id}|{CHECKSUM}");
    let tag = hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), content.as_bytes());
    let hex =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
    let tag: String = tag.iter().flat_map(hex).collect();
    [("X-Sig", tag.as_str()), ("X-Id", "delivery-1"), ("X-Time", "1700000000")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

#[test]
fn a_setting_is_signed() {
    let hook = hook(CONTENT, Some("WH-1"), options(&[SECRET])).expect("a webhook");
    let code = |headers: &[(String, String)], body: &[u8]| {
        let delivery = Delivery::new(crate::support::headers(headers), body);
        hook.verify(&delivery, NOW).map(|_| ()).map_err(|error| error.code)
    };
    assert_eq!(code(&sent("WH-1"), BODY), Ok(()));
    // Of another webhook of the sender, without one, and with the text of the definition.
    for other in ["WH-2", "WH-11", "", "{setting:hookId}"] {
        assert_eq!(code(&sent(other), BODY), Err(Code::SIGNATURE_MISMATCH), "{other}");
    }
    assert_eq!(code(&sent("WH-1"), br#"{"type":"paie"}"#), Err(Code::SIGNATURE_MISMATCH));
    let params = SignParams { id: Some("delivery-1".to_owned()), ..SignParams::new(NOW, [7; 32]) };
    let signed = hook.sign(BODY, &params).expect("signed");
    let signature = |headers: &[(String, String)]| {
        headers.iter().find(|(name, _)| name == "X-Sig").map(|(_, value)| value.clone())
    };
    assert_eq!(signature(&signed.headers), signature(&sent("WH-1")));
}

#[test]
fn a_report_names_the_setting_and_not_its_value() {
    let hook = hook(CONTENT, Some("WH-1"), options(&[SECRET])).expect("a webhook");
    let sent = sent("WH-1");
    let report = hook.inspect(&Delivery::new(headers(&sent), BODY), NOW);
    assert_eq!(report.signature.covers, Some(CoveredPart::Checksum));
    let part =
        report.signature.parts.iter().find(|part| part.placeholder.as_deref() == Some("setting:hookId"));
    let part = part.expect("the setting");
    assert!(part.value.is_none());
    let span = part.span.expect("a place");
    assert_eq!(span.end - span.start, 4);
    assert!(!serde_json::to_string(&report).unwrap().contains("WH-1"));
}

#[test]
fn a_webhook_needs_the_setting_that_an_active_scheme_signs() {
    for absent in [None, Some("")] {
        let error = hook(CONTENT, absent, options(&[SECRET])).expect_err("no setting");
        assert_eq!(
            (error.code, error.to_string().as_str()),
            (Code::SETTING_MISSING, "Missing setting `hookId` (the id of the webhook).")
        );
    }
    let explains = WebhookOptions { explain_only: true, ..options(&[SECRET]) };
    assert!(hook(CONTENT, None, explains).is_ok());
}

#[test]
fn a_definition_names_the_settings_that_are_signed() {
    let refused = |content: &str, more: &Value| {
        let error = Provider::from_json(definition(content, more).as_bytes()).expect_err(content);
        (error.issues[0].pointer.clone(), error.issues[0].message.clone())
    };
    let (place, message) = refused(CONTENT, &json!({ "settings": {} }));
    assert_eq!(place, "/signature/signedContent");
    assert_eq!(message, "The definition has no setting \"hookId\". Add it to `settings`.");
    // Nothing marks where the header ends, or the checksum begins.
    for content in
        ["{id}{setting:hookId}|{timestamp}|{body}", "{id}|{timestamp}|{setting:hookId}{body:crc32}"]
    {
        let (_, message) = refused(content, &json!({}));
        assert!(message.starts_with("Ambiguous signed content: "), "{message}");
    }
    let (_, message) = refused("{id}|{timestamp}|{setting:hookId...}|{body}", &json!({}));
    assert_eq!(message, "Only a value of the request can have `...`.");
}

/// Without a secret, a scheme whose keys are outside is active only with its settings. What says nothing of a signature needs none.
#[test]
fn without_its_setting_a_scheme_of_outside_keys_is_not_active() {
    let keys = json!({
        "signature": { "kind": "public-key", "header": "X-Sig", "format": "{base64}", "algorithms": ["rsa-sha256"],
            "signedContent": CONTENT, "secret": "pem" },
        "keys": { "as": "pem", "url": "https://keys.example/key" } });
    let hook = |value: Option<&str>, more: WebhookOptions| {
        let provider = Provider::from_json(definition(CONTENT, &keys).as_bytes()).expect("a definition");
        let settings =
            value.map(|value| ("hookId".to_owned(), value.to_owned().into())).into_iter().collect();
        Webhook::new(provider, WebhookOptions { settings, ..more })
    };
    let allowed = || WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() };
    assert_eq!(hook(None, WebhookOptions::default()).expect_err("no setting").code, Code::SETTING_MISSING);
    let code = |hook: &Webhook| {
        hook.verify(&Delivery::new(headers(&sent("WH-1")), BODY), NOW).map(|_| ()).map_err(|error| error.code)
    };
    let unsigned = hook(None, allowed()).expect("a webhook");
    assert_eq!(code(&unsigned), Ok(()));
    assert!(!unsigned.needs_keys());
    assert_eq!(
        unsigned.uncovered().names(),
        hook(Some("WH-1"), allowed()).expect("a webhook").uncovered().names()
    );
    // With the setting, a delivery with a signature is verified.
    let signed = hook(Some("WH-1"), allowed()).expect("a webhook");
    assert!(signed.needs_keys());
    assert_eq!(code(&signed), Err(Code::ALGORITHM_MISMATCH));
    // SECURITY: a secret asks for verification, which needs the setting.
    let secret = WebhookOptions { secrets: options(&[SECRET]).secrets, ..allowed() };
    assert!(hook(None, secret).is_err());
}
