//! Renamed, lost and changed headers, signatures that no shared secret verifies, and secrets in a delivery.

use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{Explanation, Webhook};

use super::{HEADER, STANDARD, TEXT, base64, check, codes, custom, explained, hex, signed, tag};
use crate::support::{SECRET, options, painchek};

const BODY: &str = r#"{"type":"ping","id":"evt_1"}"#;
const TIME: &str = "1700000000";
/// A secret of Standard Webhooks, and its key.
const WHSEC: &str = "whsec_c2VjcmV0IG9mIHRlc3RzIGFuZCBubyBvdGhlcg==";
const KEY: &[u8] = b"secret of tests and no other";

fn built_in(id: &str, secret: &str) -> Webhook {
    Webhook::built_in(id, options(&[secret])).expect("a webhook")
}

fn explain(hook: &Webhook, headers: &[(&str, &str)], body: &str) -> Explanation {
    check(hook, &Delivery::new(headers.iter().copied().collect::<Headers<'_>>(), body.as_bytes()))
}

fn stripe_signature(time: &str) -> String {
    format!("t={time},v1={}", hex(&tag(SECRET.as_bytes(), format!("{time}.{BODY}").as_bytes())))
}

fn standard_signature(content: &str) -> String {
    format!("v1,{}", base64(&tag(KEY, content.as_bytes())))
}

#[test]
fn a_renamed_header_is_proved_and_nothing_else() {
    let github = signed(BODY.as_bytes());
    let stripe = stripe_signature(TIME);
    for (id, found, value) in [
        ("stripe", "HTTP_STRIPE_SIGNATURE", &stripe),
        ("stripe", "stripe_signature", &stripe),
        ("stripe", "StripeSignature", &stripe),
        ("stripe", "X-Forwarded-Stripe-Signature", &stripe),
        ("stripe", "X-Relayed-Sig", &stripe),
        ("github", "HTTP_X_HUB_SIGNATURE_256", &github),
        ("github", "X-Hub-Signature", &github),
        ("github", "hub-signature-256", &github),
        ("github", "x-amzn-remapped-x-hub-signature-256", &github),
        ("github", "X-Gitea-Signature", &github),
    ] {
        let found_by = explain(&built_in(id, SECRET), &[(found, value)], BODY);
        assert_eq!(codes(&found_by.matches), ["header-renamed"], "{found}: {found_by:?}");
        let message = &found_by.matches[0].message;
        assert!(message.contains(&format!("{found} (expected ")), "{message}");
        assert!(!codes(&found_by.observations).contains(&"timestamp-missing"), "{found_by:?}");
    }
}

#[test]
fn every_renamed_header_is_named() {
    let signature = standard_signature(&format!("m1.{TIME}.{BODY}"));
    for (id, names) in [
        ("standard-webhooks", ["svix-signature", "svix-id", "svix-timestamp"]),
        ("standard-webhooks", ["HTTP_WEBHOOK_SIGNATURE", "HTTP_WEBHOOK_ID", "HTTP_WEBHOOK_TIMESTAMP"]),
        ("standard-webhooks", ["webhook_signature", "webhook_id", "webhook_timestamp"]),
        ("standard-webhooks", ["HTTP_SVIX_SIGNATURE", "HTTP_SVIX_ID", "HTTP_SVIX_TIMESTAMP"]),
        ("standard-webhooks", ["webhook-signature", "webhook_id", "webhook_timestamp"]),
        ("standard-webhooks", ["webhook-signature", "webhook-id", "x-webhook-timestamp"]),
        ("svix", ["webhook-signature", "svix-id", "svix-timestamp"]),
    ] {
        let values = [signature.as_str(), "m1", TIME];
        let headers: Vec<(&str, &str)> = names.into_iter().zip(values).collect();
        let found = explain(&built_in(id, WHSEC), &headers, BODY);
        assert_eq!(codes(&found.matches), ["header-renamed"], "{names:?}: {found:?}");
        let message = &found.matches[0].message;
        // Svix sends both families of headers: the one of the signature is expected.
        let prefix = "webhook-";
        for name in names {
            let is_renamed = !name.starts_with(prefix);
            assert_eq!(message.contains(&format!("{name} (expected {prefix}")), is_renamed, "{message}");
        }
        let is_of_other = codes(&found.observations).contains(&"header-of-another-provider");
        assert!(
            !is_of_other && !codes(&found.observations).contains(&"signed-content-incomplete"),
            "{found:?}"
        );
    }
}

#[test]
fn a_renamed_header_and_a_changed_body_are_proved_together() {
    let value = stripe_signature(TIME);
    let body = BODY.replace(':', ": ").replace(',', ", ");
    let found = explain(&built_in("stripe", SECRET), &[("HTTP_STRIPE_SIGNATURE", &value)], &body);
    let mut matches = codes(&found.matches);
    matches.sort_unstable();
    assert_eq!(matches, ["body-compact", "header-renamed"]);
}

#[test]
fn the_header_of_an_older_algorithm_is_not_a_renamed_one() {
    let value = format!("sha1={}", hex(&hmac::sign(Algorithm::Sha1, SECRET.as_bytes(), BODY.as_bytes())));
    let found = explain(&built_in("github", SECRET), &[("X-Hub-Signature", &value)], BODY);
    assert_eq!(codes(&found.matches), ["algorithm-not-accepted"]);
}

#[test]
fn a_signed_timestamp_of_another_unit_or_place_has_its_own_cause() {
    let hook = custom(STANDARD, &[WHSEC]);
    for (sent, signed, message) in [
        (TIME, "1700000000000", "the timestamp in milliseconds; it was received in seconds."),
        (TIME, "1700000000000000", "the timestamp in microseconds; it was received in seconds."),
        (TIME, "1700000000000000000", "the timestamp in nanoseconds; it was received in seconds."),
        ("1700000000123", "1700000000", "the timestamp in seconds; it was received in milliseconds."),
    ] {
        let signature = standard_signature(&format!("m1.{signed}.{BODY}"));
        let found = explain(&hook, &[("X-Sig", &signature), ("X-Time", sent), ("X-Msg-Id", "m1")], BODY);
        assert_eq!(codes(&found.matches), ["content-timestamp-unit"], "{signed}: {found:?}");
        assert!(found.matches[0].message.ends_with(message), "{found:?}");
    }
    let signature = standard_signature(&format!("m1.1700000007.{BODY}"));
    let headers = [("X-Sig", signature.as_str()), ("X-Time", TIME), ("X-Msg-Id", "m1")];
    let found = explain(&hook, &[&headers[..], &[("X-Sender-Timestamp", "1700000007")]].concat(), BODY);
    assert_eq!(codes(&found.matches), ["content-timestamp-other"]);
    let message = &found.matches[0].message;
    assert!(
        message.ends_with("the timestamp in the header X-Sender-Timestamp; expected the one in X-Time."),
        "{message}"
    );
    let body = r#"{"type":"ping","created":1700000007}"#;
    let signature = standard_signature(&format!("m1.1700000007.{body}"));
    let found = explain(&hook, &[("X-Sig", &signature), ("X-Time", TIME), ("X-Msg-Id", "m1")], body);
    assert_eq!(codes(&found.matches), ["content-timestamp-other"]);
    assert!(found.matches[0].message.contains("\"created\" of the body"), "{found:?}");
    assert!(!found.matches[0].message.contains("1700000007"), "{found:?}");
}

#[test]
fn a_signed_id_of_another_place_has_its_own_cause() {
    let hook = built_in("standard-webhooks", WHSEC);
    for (signed, place) in [("req_7", "the header X-Event-Id"), ("evt_1", "\"id\" of the body")] {
        let signature = standard_signature(&format!("{signed}.{TIME}.{BODY}"));
        let headers = [
            ("webhook-signature", signature.as_str()),
            ("webhook-timestamp", TIME),
            ("webhook-id", "m1"),
            ("X-Event-Id", "req_7"),
        ];
        let found = explain(&hook, &headers, BODY);
        assert_eq!(codes(&found.matches), ["content-id-other"], "{found:?}");
        let message = &found.matches[0].message;
        assert!(
            message.ends_with(&format!("{place}; expected the one in the header webhook-id.")),
            "{message}"
        );
        assert!(!message.contains(signed), "{message}");
    }
}

#[test]
fn a_lost_signed_header_is_said_first_and_proved_where_its_value_is_elsewhere() {
    let hook = built_in("standard-webhooks", WHSEC);
    let lost = [("webhook-timestamp", TIME)];
    let with = |content: &str, more: &[(&str, &str)], body: &str| {
        let signature = standard_signature(content);
        explain(&hook, &[&[("webhook-signature", signature.as_str())], &lost[..], more].concat(), body)
    };
    let found = with(&format!("evt_1.{TIME}.{BODY}"), &[], BODY);
    assert_eq!(
        (codes(&found.matches), codes(&found.observations)),
        (vec!["header-lost"], vec!["signed-content-incomplete"])
    );
    assert!(found.matches[0].message.contains("\"id\" of the body for the header webhook-id"), "{found:?}");
    assert!(!format!("{found:?}").contains("evt_1"), "{found:?}");
    let found = with(&format!("m1.{TIME}.{BODY}"), &[("X-Request-Id", "m1")], BODY);
    assert_eq!(codes(&found.matches), ["header-renamed"]);
    assert!(found.matches[0].message.contains("X-Request-Id (expected webhook-id)"), "{found:?}");
    let found = with(&format!("m1.{TIME}.{BODY}"), &[], BODY);
    assert_eq!(codes(&found.matches), [] as [&str; 0]);
    assert_eq!(codes(&found.observations)[0], "signed-content-incomplete");
    assert!(found.observations[0].message.contains("the header webhook-id, which"), "{found:?}");
    let short = [("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAA="), ("webhook-timestamp", TIME)];
    let found = explain(&hook, &short, BODY);
    assert_eq!(codes(&found.observations)[..2], ["signed-content-incomplete", "digest-length"]);
}

#[test]
fn each_change_of_a_header_value_has_one_cause() {
    let (secret, body) = (SECRET.as_bytes(), TEXT.as_bytes());
    let digits = hex(&tag(secret, body));
    let right = format!("sha256={digits}");
    for (value, expected) in [
        (format!("sha256=sha256={digits}"), &["signature-label-unexpected"][..]),
        (format!("sha256 {digits}"), &["signature-label-unexpected"]),
        (format!("sha256: {digits}"), &["signature-label-unexpected"]),
        (format!("\"{right}\""), &["signature-label-unexpected"]),
        (format!("'{digits}'"), &["signature-label-unexpected"]),
        (format!("[\"{right}\"]"), &["signature-label-unexpected"]),
        (format!("['{right}']"), &["signature-label-unexpected"]),
        (format!("0x{digits}"), &["signature-label-unexpected"]),
        (format!("sha256=0x{digits}"), &["signature-label-unexpected"]),
        (format!("sha256%3D{digits}"), &["signature-label-unexpected"]),
        (format!("{HEADER}: {right}"), &["signature-label-unexpected"]),
        (format!("sha256={}\n {}", &digits[..40], &digits[40..]), &["signature-label-unexpected"]),
        (format!("sha256={}...", &digits[..40]), &["signature-truncated"]),
        (format!("sha256={}\u{2026}", &digits[..40]), &["signature-truncated"]),
        (digits.to_ascii_uppercase(), &["signature-label-missing"]),
    ] {
        let found = explained(&painchek(&[SECRET]), &value, body);
        assert_eq!(codes(&found.matches), expected, "{value} {:?}", found.observations);
        assert!(!codes(&found.observations).contains(&"signature-multiple"), "{value}");
    }
    for value in [format!("SHA256={digits}"), format!("sha256={}", digits.to_ascii_uppercase())] {
        assert_eq!(codes(&explained(&painchek(&[SECRET]), &value, body).observations), ["signature-valid"]);
    }
}

#[test]
fn a_timestamp_inside_a_changed_value_is_the_provider_s_own() {
    let hook = built_in("stripe", SECRET);
    let right = stripe_signature(TIME);
    for value in [
        format!("\"{right}\""),
        format!("['{right}']"),
        format!("Bearer {right}"),
        format!("b'{right}'"),
        right.replace('=', "%3D").replace(',', "%2C"),
        format!("Stripe-Signature: {right}"),
    ] {
        let found = explain(&hook, &[("Stripe-Signature", &value)], BODY);
        assert_eq!(codes(&found.matches), ["signature-label-unexpected"], "{value}: {found:?}");
        assert!(found.observations.is_empty(), "{value}: {found:?}");
    }
}

#[test]
fn a_plain_hash_of_the_signed_content_is_proved() {
    let hook = built_in("stripe", SECRET);
    let content = format!("{TIME}.{BODY}");
    for message in [content.clone(), format!("{SECRET}{content}"), format!("{content}{SECRET}")] {
        let digest = hex(&hookseal::signature::sha256(message.as_bytes()));
        let found = explain(&hook, &[("Stripe-Signature", &format!("t={TIME},v1={digest}"))], BODY);
        assert_eq!(codes(&found.matches), ["signature-not-hmac"], "{found:?}");
    }
}

#[test]
fn parts_of_the_signed_content_are_proved_in_other_orders() {
    let slack = built_in("slack", SECRET);
    let sign = |content: &str| format!("v0={}", hex(&tag(SECRET.as_bytes(), content.as_bytes())));
    for content in [format!("v0.{TIME}.{BODY}"), format!("v0:{TIME}.{BODY}"), format!("{BODY}:{TIME}v0:")] {
        let signature = sign(&content);
        let found = explain(
            &slack,
            &[("X-Slack-Signature", signature.as_str()), ("X-Slack-Request-Timestamp", TIME)],
            BODY,
        );
        assert_eq!(codes(&found.matches), ["content-separator"], "{content}: {found:?}");
    }
    let signature = standard_signature(&format!("{TIME}.m1.{BODY}"));
    let headers =
        [("webhook-id", "m1"), ("webhook-timestamp", TIME), ("webhook-signature", signature.as_str())];
    let found = explain(&built_in("standard-webhooks", WHSEC), &headers, BODY);
    assert_eq!(codes(&found.matches), ["content-separator"], "{found:?}");
}

#[test]
fn base64_that_a_url_decoder_read_is_proved() {
    let hook = custom(r#"{ "header": "X-Sig", "format": "{base64}", "algorithms": ["sha256"] }"#, &[SECRET]);
    // Bodies whose signature has one "+" or more, at any place but the ends.
    let mut tried = 0;
    for number in 0..200 {
        let body = format!("{{\"type\":\"ping\",\"n\":{number}}}");
        let text = base64(&tag(SECRET.as_bytes(), body.as_bytes()));
        if !text.contains('+') || text.starts_with('+') {
            continue;
        }
        tried += 1;
        let decoded = text.replace('+', " ");
        let encoded = text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let url_safe = text.replace('+', "-").replace('/', "_");
        let quoted = format!("\"{text}\"");
        for (value, expected) in [
            (&decoded, "signature-url-decoded"),
            (&encoded, "signature-double-encoded"),
            (&url_safe, "signature-encoding"),
            (&quoted, "signature-label-unexpected"),
        ] {
            let found = explain(&hook, &[("X-Sig", value)], &body);
            assert_eq!(codes(&found.matches), [expected], "{value}: {found:?}");
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn signatures_by_private_keys_are_said_to_be_such() {
    let body = BODY;
    let ed25519 = base64(&[7; 64]);
    let v1a = format!("v1a,{ed25519}");
    let standard = [("webhook-id", "m1"), ("webhook-timestamp", TIME)];
    let hook = built_in("standard-webhooks", WHSEC);
    let found = explain(&hook, &[&standard[..], &[("webhook-signature", &v1a)]].concat(), body);
    assert_eq!(codes(&found.observations), ["signature-public-key"]);
    assert!(found.observations[0].message.contains("an Ed25519 signature (v1a)"), "{found:?}");
    // With a signature by the secret next to it, nothing is wrong.
    let both = format!("{v1a} {}", standard_signature(&format!("m1.{TIME}.{body}")));
    let found = explain(&hook, &[&standard[..], &[("webhook-signature", &both)]].concat(), body);
    assert_eq!(codes(&found.observations), ["signature-valid"]);
    for (header, provider) in [
        ("X-Signature-Ed25519", "Discord"),
        ("X-Twilio-Email-Event-Webhook-Signature", "Twilio SendGrid"),
        ("PayPal-Transmission-Sig", "PayPal"),
        ("telnyx-signature-ed25519", "Telnyx"),
    ] {
        let value = if header.starts_with("X-Sig") { hex(&[7; 64]) } else { ed25519.clone() };
        let found = explain(&painchek(&[SECRET]), &[(header, &value)], body);
        let seen = codes(&found.observations);
        assert_eq!(seen[..2], ["signature-public-key", "header-missing"], "{header}");
        assert!(!seen.contains(&"no-match") && !seen.contains(&"digest-length"), "{seen:?}");
        assert!(found.observations[0].message.contains(&format!(": {provider} makes")), "{found:?}");
        assert!(!found.observations[1].fix.contains("signing secret"), "{found:?}");
    }
}

#[test]
fn json_web_tokens_are_said_to_be_such() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJuZXRsaWZ5In0.c2lnbmF0dXJlIG9mIHRlc3Rz";
    let found = explained(&painchek(&[SECRET]), token, BODY.as_bytes());
    assert_eq!(codes(&found.observations), ["signature-jwt"]);
    let bearer = format!("Bearer {token}");
    let found = explain(&painchek(&[SECRET]), &[("Authorization", &bearer)], BODY);
    assert_eq!(codes(&found.observations), ["signature-jwt", "header-missing"]);
}

#[test]
fn a_secret_in_the_delivery_is_reported_and_never_shown() {
    let secret = "a-token-for-tests-0123";
    let hook = built_in("github", secret);
    let basic = format!("Basic {}", base64(format!("user:{secret}").as_bytes()));
    let bearer = format!("Bearer {secret}");
    for (header, value) in [
        ("X-Gitlab-Token", secret),
        ("Authorization", &bearer),
        ("Authorization", &basic),
        ("X-Hub-Signature-256", secret),
        ("X-Api-Key", secret),
    ] {
        let found = explain(&hook, &[(header, value)], BODY);
        assert_eq!(codes(&found.observations)[0], "secret-as-token", "{header}: {found:?}");
        let message = &found.observations[0].message;
        assert!(message.starts_with(&format!("The header {header} contains the secret itself")), "{message}");
        let shown = format!("{found:?}");
        assert!(!shown.contains(secret) && !shown.contains(&base64(secret.as_bytes())), "{shown}");
        assert!(!codes(&found.observations).contains(&"header-token"), "{found:?}");
    }
    for url in [format!("https://x.example/hook?token={secret}"), format!("https://x.example/{secret}/hook")]
    {
        let found = check(&hook, &Delivery::new(Headers::new(), BODY.as_bytes()).with_url(&url));
        assert_eq!(codes(&found.observations)[0], "secret-as-token", "{found:?}");
        assert!(found.observations[0].message.starts_with("The URL contains"), "{found:?}");
        assert!(!format!("{found:?}").contains(secret));
    }
    let body = format!("{{\"type\":\"ping\",\"token\":\"{secret}\"}}");
    let found = explain(&hook, &[], &body);
    assert_eq!(codes(&found.observations), ["secret-as-token", "header-missing"]);
    assert!(found.observations[0].message.starts_with("The body contains"), "{found:?}");
    // Next to a signature, the same is a leak.
    let signature = format!("sha256={}", hex(&tag(secret.as_bytes(), BODY.as_bytes())));
    let found = explain(&hook, &[("X-Hub-Signature-256", &signature), ("X-Secret", secret)], BODY);
    assert_eq!(codes(&found.observations), ["signature-valid", "secret-leaked"]);
    // Another token than the secret, and a secret too short to be more than chance.
    let found = explain(&hook, &[("X-Gitlab-Token", "another-token-for-tests")], BODY);
    assert_eq!(codes(&found.observations), ["header-token", "header-missing", "header-of-another-provider"]);
    let found = explain(&built_in("github", "push"), &[("X-GitHub-Event", "push")], BODY);
    assert!(!codes(&found.observations).contains(&"secret-as-token"), "{found:?}");
}

#[test]
fn headers_that_a_provider_sends_itself_or_shares_are_not_another_providers() {
    let signature = standard_signature("something else");
    let both = [
        ("svix-signature", signature.as_str()),
        ("svix-id", "m1"),
        ("svix-timestamp", TIME),
        ("webhook-signature", &signature),
        ("webhook-id", "m1"),
        ("webhook-timestamp", TIME),
    ];
    for id in ["svix", "standard-webhooks"] {
        let found = explain(&built_in(id, WHSEC), &both, BODY);
        assert_eq!(codes(&found.observations), ["body-json-stringify-output", "no-match"], "{id}");
    }
    let found = explained(&painchek(&[SECRET]), &signed(b"something else"), BODY.as_bytes());
    assert_eq!(codes(&found.observations), ["body-json-stringify-output", "no-match"]);
    let wrong = signed(b"something else");
    let found = explain(&painchek(&[SECRET]), &[(HEADER, &wrong), ("X-Hub-Signature", &wrong)], BODY);
    assert_eq!(codes(&found.observations), ["body-json-stringify-output", "no-match"]);
    // A valid signature is of the provider, whatever else a proxy adds.
    let right = signed(BODY.as_bytes());
    let found = explain(&painchek(&[SECRET]), &[(HEADER, &right), ("Linear-Signature", &wrong)], BODY);
    assert_eq!(codes(&found.observations), ["signature-valid"]);
}
