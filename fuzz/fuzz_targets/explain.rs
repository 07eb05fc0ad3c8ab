//! Deliveries of any kind, explained: within `max_combinations`, without a panic, and nothing is proved that only chance
//! could have made.
#![no_main]

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{WebhookOptions, Timestamp, Webhook};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

static HOOKS: LazyLock<[Webhook; 3]> = LazyLock::new(|| {
    let options = || WebhookOptions { secrets: vec![SECRET.to_owned().into()], ..WebhookOptions::default() };
    let own = |signature: &str| {
        let text = format!(
            r#"{{ "id": "mine", "title": "Mine", "signature": {signature}, "headers": {{ "timestamp": "X-Time", "id": "X-Id" }},
            "envelope": {{ "type": "/type" }}, "events": {{ "ping": {{ "schema": true }} }} }}"#
        );
        Webhook::new(Provider::from_json(text.as_bytes()).expect("a definition"), options()).expect("a webhook")
    };
    [
        Webhook::built_in("painchek", options()).expect("a webhook"),
        own(r#"{ "header": "X-Sig", "format": "v1,{base64}", "algorithms": ["sha256"], "secret": "base64",
            "signedContent": "{id}.{timestamp}.{body}" }"#),
        own(r#"{ "header": "X-Sig", "format": "{hex}", "algorithms": ["sha512", "sha1"],
            "signedContent": "{method}{url}{timestamp}{body}" }"#),
    ]
});

fuzz_target!(|input: (u8, u8, &str, &str, &str, &str, &[u8])| {
    let (which, max_combinations, signature, time, name, url, body) = input;
    let hook = &HOOKS[usize::from(which) % 3];
    let mut headers: Headers<'_> =
        [("X-Time", time), ("X-Id", name), (name, signature)].into_iter().collect();
    headers.push(if which % 2 == 0 { "X-Sig" } else { "X-PainChek-WH-Signature" }, signature);
    let delivery = Delivery::new(headers, body).with_url(url);
    let max_combinations = usize::from(max_combinations) * 8;
    let found =
        hook.explain_with(&delivery, Timestamp::from_millis(1_700_000_000_000), &hook.verify_options(), max_combinations);
    assert!(found.tried <= max_combinations);
    assert!(found.matches.is_empty() && !found.observations.is_empty() && found.signed_body.is_none());
    assert!(!format!("{found:?}").contains(SECRET));
});
