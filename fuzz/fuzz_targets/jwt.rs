//! JSON Web Tokens: any header, and tokens with any header and payload that are signed with the secret.
#![no_main]

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{SignatureInfo, Timestamp, Webhook, WebhookOptions};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "the secret of the subscription";

static HOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let provider = Provider::from_json(
        br#"{ "id": "mine", "envelope": { "type": "/type" }, "events": { "*": { "schema": true } },
            "signature": { "kind": "jwt", "header": "X-Jwt", "algorithms": ["HS256", "HS512"],
                "claims": { "/aud": ["a", "b"], "/sha256": "{body:sha256:hex}" }, "timestamp": "claim:/iat" } }"#,
    );
    let options = WebhookOptions { secrets: vec![SECRET.to_owned().into()], ..WebhookOptions::default() };
    Webhook::new(provider.expect("a definition"), options).expect("a webhook")
});

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().fold(0_usize, |value, byte| value << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            out.push(char::from(ALPHABET[value >> (18 - 6 * index) & 63]));
        }
    }
    out
}

fn check(token: &str) -> Option<SignatureInfo> {
    let delivery = Delivery::new(Headers::from_iter([("X-Jwt", token)]), br#"{"type":"t"}"#);
    let now = Timestamp::from_millis(1_700_000_000_000);
    let result = HOOK.verify(&delivery, now);
    let fast = HOOK.verify_fast(&delivery, now, &HOOK.verify_options());
    assert_eq!(result.as_ref().err().map(|error| error.code), fast.err().map(|error| error.code));
    result.ok().map(|verified| verified.signature)
}

fuzz_target!(|input: (&str, &str, bool)| {
    let (head, payload, is_raw) = input;
    if is_raw {
        // No text is a valid token by chance.
        assert!(check(head).is_none());
        return;
    }
    let signed = format!("{}.{}", base64url(head.as_bytes()), base64url(payload.as_bytes()));
    let tag = hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), signed.as_bytes());
    if let Some(signature) = check(&format!("{signed}.{}", base64url(&tag))) {
        // An accepted token has the digest of the body.
        assert!(matches!(signature, SignatureInfo::Verified { algorithm: Algorithm::Sha256, .. }));
    }
});
