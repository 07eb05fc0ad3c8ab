//! Reading any bytes as a form: the payload is JSON, and every issue is located in the form.
#![no_main]

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Timestamp, Webhook, WebhookOptions};
use libfuzzer_sys::fuzz_target;

/// Slack sends fields, and JSON in a field.
static HOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let secrets = vec!["a secret of the fuzz target".to_owned().into()];
    Webhook::built_in("slack", WebhookOptions { secrets, ..WebhookOptions::default() }).expect("a webhook")
});

fuzz_target!(|body: &[u8]| {
    let headers = Headers::from_iter([("Content-Type", "application/x-www-form-urlencoded")]);
    let delivery = Delivery::new(headers, body);
    let Some(result) = HOOK.read_form(&delivery) else { return };
    if let Err(issue) = &result {
        assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= body.len());
        assert!(!issue.message.is_empty());
    }
    let form = result.ok();
    let delivery = Delivery { form: form.as_ref(), ..delivery };
    let report = HOOK.inspect(&delivery, Timestamp::from_millis(0));
    assert!(report.issues.iter().all(|issue| issue.byte_span.end <= body.len()));
});
