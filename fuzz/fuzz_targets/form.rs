//! Reading any bytes as a form: the payload is JSON, every issue is located in the form, and no form is signed by chance.
#![no_main]

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Timestamp, Webhook, WebhookOptions};
use libfuzzer_sys::fuzz_target;

fn hook(id: &str) -> Webhook {
    let secrets = vec!["a secret of the fuzz target".to_owned().into()];
    Webhook::built_in(id, WebhookOptions { secrets, ..WebhookOptions::default() }).expect("a webhook")
}

/// Slack sends fields, and JSON in a field. Twilio signs the fields, in the order of their names.
static HOOKS: LazyLock<[Webhook; 2]> = LazyLock::new(|| ["slack", "twilio"].map(hook));

fuzz_target!(|body: &[u8]| {
    for hook in HOOKS.iter() {
        let headers = Headers::from_iter([
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("X-Slack-Request-Timestamp", "0"),
            ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ]);
        let url = Some("https://example.com/hook?foo=1");
        let delivery = Delivery { url, ..Delivery::new(headers, body) };
        let Some(result) = hook.read_form(&delivery) else { return };
        if let Err(issue) = &result {
            assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= body.len());
            assert!(!issue.message.is_empty());
        }
        let form = result.ok();
        let delivery = Delivery { form: form.as_ref(), ..delivery };
        let now = Timestamp::from_millis(0);
        let report = hook.inspect(&delivery, now);
        assert!(report.issues.iter().all(|issue| issue.byte_span.end <= body.len()));
        assert!(hook.verify(&delivery, now).is_err());
    }
});
