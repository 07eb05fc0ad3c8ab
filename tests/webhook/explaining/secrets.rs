//! Secrets that do not have the provider's format: what happened is proved, and the format is named.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Explanation, Webhook, WebhookOptions};

use super::{STANDARD_KEY, STANDARD_SECRET, base64, codes, tag};
use crate::support::{NOW, options};

const BODY: &str = "{\"type\":\"ping\",\"timestamp\":\"2023-11-14T22:13:20Z\",\"data\":{}}";

/// Explains a delivery of Standard Webhooks that was signed with this key, to a receiver with this secret.
fn explained_with(secret: &str, key: &[u8]) -> Explanation {
    let options = WebhookOptions { explain_only: true, ..options(&[secret]) };
    let hook = Webhook::built_in("standard-webhooks", options).expect("a webhook that explains");
    let signature = format!("v1,{}", base64(&tag(key, format!("m1.1700000000.{BODY}").as_bytes())));
    let headers = Headers::from_iter([
        ("webhook-id", "m1"),
        ("webhook-timestamp", "1700000000"),
        ("webhook-signature", signature.as_str()),
    ]);
    let explanation = hook.explain(&Delivery::new(headers, BODY.as_bytes()), NOW);
    // SECURITY: neither the secret nor a key is in an explanation.
    let printed = format!("{explanation:?} {}", serde_json::to_string(&explanation).expect("data"));
    assert!(!printed.contains(secret.trim()), "{printed}");
    explanation
}

#[test]
fn a_secret_in_another_format_is_proved_and_its_format_is_named() {
    let bare = &STANDARD_SECRET[6..];
    let hex = "c0ffee".repeat(8);
    for (secret, key, expected) in [
        // Plain text that the sender uses as the key, or whose base64 the sender passes to its library.
        ("polar_whs_ABCDEFGHIJKLMNOP", &b"polar_whs_ABCDEFGHIJKLMNOP"[..], "secret-not-decoded"),
        ("a_plain_text_secret", b"a_plain_text_secret", "secret-not-decoded"),
        ("a_plain_text_secret", b"YV9wbGFpbl90ZXh0X3NlY3JldA==", "secret-encoded"),
        (&format!("\"{STANDARD_SECRET}\""), &STANDARD_KEY, "secret-quotes"),
        (&format!("{STANDARD_SECRET}\n"), &STANDARD_KEY, "secret-white-space"),
        (&format!("whsec_{STANDARD_SECRET}"), &STANDARD_KEY, "secret-prefix-doubled"),
        (&format!("WHSEC_{bare}"), &STANDARD_KEY, "secret-prefix-case"),
        (&format!("whsec_{}", bare.replace('/', "_")), &STANDARD_KEY, "secret-base64url-decoded"),
        (&format!("WEBHOOK_SECRET={STANDARD_SECRET}"), &STANDARD_KEY, "secret-surrounded"),
        (&format!("{STANDARD_SECRET},"), &STANDARD_KEY, "secret-surrounded"),
        (&STANDARD_SECRET.replace('/', "%2F"), &STANDARD_KEY, "secret-url-encoded"),
        (&format!("\u{feff}{STANDARD_SECRET}"), &STANDARD_KEY, "secret-invisible-characters"),
        (&format!("whsec_{hex}!"), format!("{hex}!").as_bytes(), "secret-not-decoded"),
        ("whsec_YQ==", b"a", "secret-rejected"),
    ] {
        let found = explained_with(secret, key);
        assert_eq!(codes(&found.matches), [expected], "{secret}: {:?}", found.observations);
        let observed = found.observations.iter().find(|cause| cause.code == "secret-invalid");
        let message = &observed.expect("the format is named").message;
        assert!(message.starts_with("`verify` does not accept the secret. Invalid secret: "), "{message}");
        assert!(!codes(&found.observations).contains(&"signature-valid"), "{secret}");
    }
    // Legal, and of another encoding.
    assert_eq!(codes(&explained_with(&hex, &STANDARD_KEY).matches), ["secret-hex-decoded"]);
    for secret in [&format!("v1,{STANDARD_SECRET}"), bare] {
        let found = explained_with(secret, &STANDARD_KEY);
        assert_eq!((codes(&found.matches), codes(&found.observations)), (vec![], vec!["signature-valid"]));
    }
}

#[test]
fn a_secret_in_another_format_matches_nothing_by_itself() {
    for secret in ["a_plain_text_secret", "whsec_!!!!", "whsec_YQ==", "changeme"] {
        let found = explained_with(secret, b"another key");
        assert!(found.matches.is_empty(), "{found:?}");
        assert!(codes(&found.observations).contains(&"secret-invalid"), "{found:?}");
        // An empty key is not the secret's, but that of a sender without one.
        assert_eq!(codes(&explained_with(secret, b"").matches), ["secret-unset"]);
    }
}

#[test]
fn the_right_secret_beside_one_in_another_format_is_named() {
    let options = WebhookOptions { explain_only: true, ..options(&["a_plain_text", STANDARD_SECRET]) };
    let hook = Webhook::built_in("svix", options).expect("a webhook");
    let signature = format!("v1,{}", base64(&tag(&STANDARD_KEY, format!("m1.1700000000.{BODY}").as_bytes())));
    let headers = Headers::from_iter([
        ("svix-id", "m1"),
        ("svix-timestamp", "1700000000"),
        ("svix-signature", signature.as_str()),
    ]);
    let found = hook.explain(&Delivery::new(headers, BODY.as_bytes()), NOW);
    assert_eq!(codes(&found.observations), ["signature-valid", "secret-invalid", "secret-not-first"]);
    assert!(found.observations[1].message.contains("secret 1"), "{found:?}");
}
