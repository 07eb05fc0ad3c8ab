//! Whole deliveries of both systems: `verify`, `verify_fast` and `inspect` say the same.
#![no_main]

use std::sync::LazyLock;

use hookseal::Profile;
use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{VerifyOptions, WebhookOptions, Timestamp, Verdict, Webhook};
use libfuzzer_sys::fuzz_target;

static HOOKS: LazyLock<[Webhook; 3]> = LazyLock::new(|| {
    let signed = |allow_unsigned| WebhookOptions {
        secrets: vec!["a secret".to_owned().into()],
        allow_unsigned,
        ..WebhookOptions::default()
    };
    let xon = WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() };
    [("painchek", signed(false)), ("painchek", signed(true)), ("xon", xon)]
        .map(|(id, options)| Webhook::built_in(id, options).expect("a webhook"))
});

fuzz_target!(|input: (u8, bool, &str, &str, &[u8])| {
    let (which, strict, signature, content_type, body) = input;
    let hook = &HOOKS[usize::from(which) % 3];
    let mut headers: Headers<'_> = [("Content-Type", content_type)].into_iter().collect();
    if !signature.is_empty() {
        headers.push("X-PainChek-WH-Signature", signature);
    }
    let delivery = Delivery::new(headers, body);
    let profile = if strict { Profile::Strict } else { Profile::Lenient };
    let options = VerifyOptions { profile, ..hook.verify_options() };
    let now = Timestamp::from_millis(1_700_000_000_000);
    let verified = hook.verify_with(&delivery, now, &options);
    let report = hook.inspect_with(&delivery, now, &options);
    assert_eq!(verified.is_ok(), report.verdict != Verdict::Rejected);
    assert_eq!(verified.is_ok(), hook.verify_fast(&delivery, now, &options).is_ok());
    match verified {
        Ok(verified) => assert_eq!((verified.issues, Some(verified.id)), (report.issues, report.id)),
        Err(error) => assert!(error.issues.iter().all(|issue| report.issues.contains(issue))),
    }
    let empty = Delivery::new(Headers::new(), b"{}");
    assert_eq!(hook.compare(&delivery, &empty).map(|it| it.same), hook.compare(&empty, &delivery).map(|it| it.same));
});
