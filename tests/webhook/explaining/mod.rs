//! Shared by the tests of `explain`, which proves the actual changes to a delivery and no others.

mod bodies;
mod bodies_forms;
mod bodies_styles;
mod bounds;
mod headers;
mod known;
mod remarks;
mod secrets;
mod signatures;
pub mod truth;
mod urls;

use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{CAUSES, Cause, Explanation, Webhook};

use self::truth::{Inputs, check_truth};
use super::support::{NOW, SECRET, definition, made, options};

pub const HEADER: &str = "X-PainChek-WH-Signature";
/// A text that every change affects: non-ASCII characters, slashes, markup, numbers, unsorted keys.
pub const TEXT: &str =
    r#"{"event":"assessment_add","data":{"name":"Zoë 😀 <b> a/b","b":[1,20,{}],"a":1.5,"n":null}}"#;

pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

pub fn base64(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64::encode_string(bytes)
}

pub fn tag(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(Algorithm::Sha256, key, message)
}

/// The signature header of PainChek for a message.
pub fn signed(message: &[u8]) -> String {
    format!("sha256={}", hex(&tag(SECRET.as_bytes(), message)))
}

pub fn codes(causes: &[Cause]) -> Vec<&'static str> {
    causes.iter().map(|cause| cause.code).collect()
}

/// The explanation of a body with a signature.
pub fn explained(hook: &Webhook, signature: &str, body: &[u8]) -> Explanation {
    let delivery = Delivery::new(Headers::from_iter([(HEADER, signature)]), body);
    check(hook, &delivery)
}

/// Explains a delivery, and checks the properties of every explanation.
pub fn check(hook: &Webhook, delivery: &Delivery<'_>) -> Explanation {
    let found = hook.explain(delivery, NOW);
    check_truth(&Inputs { hook, delivery, now: NOW, options: &hook.verify_options() }, &found);
    assert!(found.tried <= 4096, "{} were tried", found.tried);
    for (is_proof, causes) in [(true, &found.matches), (false, &found.observations)] {
        for cause in causes {
            let known = CAUSES.iter().find(|known| known.code == cause.code).expect("a known cause");
            assert_eq!(known.is_proof, is_proof, "{cause:?}");
            assert!(cause.message.ends_with('.') && cause.fix.ends_with('.'), "{cause:?}");
            assert_eq!(cause.title, known.title);
            // With a timestamp outside the tolerance, the application is not to blame.
            assert!(cause.frameworks == known.frameworks || cause.code == "signature-valid");
            let text = [cause.message.as_str(), &cause.fix].concat();
            // PainChek's format of a signature has a placeholder of its own.
            let text = text.replace("{algorithm}={hex}", "");
            for name in placeholders(known.message).chain(placeholders(known.fix)) {
                assert!(!text.contains(&format!("{{{name}}}")), "{cause:?}");
            }
            assert_eq!(cause.changed_bytes, cause.difference.map(|difference| difference.received));
        }
    }
    let printed = format!("{found:?} {}", serde_json::to_string(&found).expect("data"));
    assert!(!printed.contains(SECRET), "{printed}");
    // SECURITY: the signed body is a payload, so neither `Debug` nor JSON shows it.
    assert!(!printed.contains("signedBody") && !printed.contains("Some([1"), "{printed}");
    assert_eq!(found.signed_body.is_some(), printed.contains("signed_body: Some(\"[redacted]\")"));
    let is_valid = codes(&found.observations).contains(&"signature-valid");
    assert_eq!(found.signed_body.is_some(), is_valid || !found.matches.is_empty());
    found
}

pub fn custom(signature: &str, secrets: &[&str]) -> Webhook {
    let headers = r#"{ "timestamp": "X-Time", "id": "X-Msg-Id" }"#;
    let headers = if signature.contains("{timestamp}") { headers } else { "{}" };
    made(&definition(&format!(r#", "signature": {signature}, "headers": {headers}"#)), options(secrets))
}

/// The key of [`STANDARD`], and the secret that encodes it.
pub const STANDARD_KEY: [u8; 24] =
    *b"\xc0\xff\xee\xc0\xff\xee\xc0\xff\xee\xc0\xff\xee\xc0\xff\xee\xc0\xff\xee\xc0\xff\xee\xc0\xff\xee";
pub const STANDARD_SECRET: &str = "whsec_wP/uwP/uwP/uwP/uwP/uwP/uwP/uwP/u";

/// A provider that signs an id and a timestamp.
pub const STANDARD: &str = r#"{
  "header": "X-Sig", "format": "v1,{base64}", "algorithms": ["sha256"], "secret": "whsec_{base64}",
  "signedContent": "{id}.{timestamp}.{body}"
}"#;

/// The placeholders of a cause; those of provider definitions stay in its texts.
fn placeholders(text: &'static str) -> impl Iterator<Item = &'static str> {
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    names.filter(|name| {
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_name && !["base64", "hex", "body", "timestamp", "id", "url", "method"].contains(name)
    })
}
