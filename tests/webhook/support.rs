//! Shared by the files of this suite: webhooks, the samples of both providers, and changes to them.

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Report, SignParams, Timestamp, VerifyOptions, Webhook, WebhookOptions};
use hookseal::{Code, Issue, Profile};
use serde_json::Value;

pub const SECRET: &str = "0DpAOwQAZw4CFwpEiNyGaoTkb5tyARds";
pub const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub fn options(secrets: &[&str]) -> WebhookOptions {
    #[cfg(feature = "full")]
    for secret in secrets {
        crate::explaining::truth::remember(secret);
    }
    WebhookOptions {
        secrets: secrets.iter().map(|text| (*text).to_owned().into()).collect(),
        ..WebhookOptions::default()
    }
}

pub fn unsigned() -> WebhookOptions {
    WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() }
}

pub fn painchek(secrets: &[&str]) -> Webhook {
    Webhook::built_in("painchek", options(secrets)).expect("a webhook")
}

pub fn xon() -> Webhook {
    Webhook::built_in("xon", unsigned()).expect("a webhook")
}

/// A webhook that accepts unsigned deliveries.
pub fn lax(provider: &str) -> Webhook {
    Webhook::built_in(provider, unsigned()).expect("a webhook")
}

pub fn fresh() -> SignParams {
    SignParams::new(NOW, *b"thirty-two bytes that are random")
}

/// The built-in providers that sign any body in a header: `sign` leaves their bodies as they are.
pub fn signing_in_headers() -> impl Iterator<Item = &'static str> {
    let signs = |id: &&str| {
        // A report has no signature that was compared with several spellings of the URL.
        if hookseal::provider::definition(id).is_some_and(|text| text.contains(r#""url":["#)) {
            return false;
        }
        let provider = hookseal::provider::Provider::from_json(
            hookseal::provider::definition(id).expect("a provider").as_bytes(),
        );
        let provider = provider.expect("valid");
        let scheme = provider.schemes.first().and_then(|named| named.scheme.hmac());
        scheme.is_some_and(|scheme| {
            !scheme.header().starts_with('/')
                && !scheme.signed_content().contains("{form}")
                && !scheme.definition().partial
        })
    };
    hookseal::provider::ids().filter(signs)
}

/// The URL of requests of providers that sign it.
pub const URL: &str = "https://h.example/hook";

/// A secret in the format of a built-in provider.
pub fn secret_of(provider: &str) -> &'static str {
    let definition = hookseal::provider::definition(provider).expect("a provider");
    let definition: Value = serde_json::from_str(definition).expect("JSON");
    let signature = match &definition["signature"] {
        Value::Array(schemes) => &schemes[0],
        scheme => scheme,
    };
    if signature["format"] == "Basic {base64}" {
        return "user:a password of these tests";
    }
    match signature["secret"].as_str() {
        Some("hex") => "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056",
        Some(format) if format.contains("base64") => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        _ => SECRET,
    }
}

pub fn headers(pairs: &[(String, String)]) -> Headers<'_> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub fn bare(body: &[u8]) -> Delivery<'_> {
    Delivery::new(Headers::default(), body)
}

pub fn strict(hook: &Webhook) -> VerifyOptions {
    VerifyOptions { profile: Profile::Strict, ..hook.verify_options() }
}

/// A sample: its provider, event type, variant and text.
pub struct Sample {
    pub provider: &'static str,
    pub event: String,
    pub variant: String,
    pub body: Vec<u8>,
}

impl Sample {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("samples are JSON")
    }
}

/// Every sample in the repository.
pub fn samples() -> &'static [Sample] {
    static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(read_samples);
    &SAMPLES
}

fn read_samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for provider in ["painchek", "xon"] {
        let folder = format!("{}/providers/{provider}/samples", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).expect("samples").map(|entry| entry.expect("a file").path()) {
            let body = std::fs::read(&file).expect("a sample");
            let json: Value = serde_json::from_slice(&body).expect("samples are JSON");
            let event = json["event"].as_str().or(json["event"]["type"].as_str()).expect("a type").to_owned();
            let name = file.file_stem().and_then(|name| name.to_str()).expect("a name");
            let variant = name[event.len()..].trim_start_matches('.').to_owned();
            samples.push(Sample { provider, event, variant, body });
        }
    }
    samples.sort_by(|a, b| (a.provider, &a.event, &a.variant).cmp(&(b.provider, &b.event, &b.variant)));
    assert!(samples.len() >= 16);
    samples
}

/// A sample by its event and variant.
pub fn sample(event: &str, variant: &str) -> &'static Sample {
    let fits = |sample: &&Sample| sample.event == event && sample.variant == variant;
    samples().iter().find(fits).expect("such a sample")
}

/// The sample with a value set at a pointer.
pub fn with(sample: &Sample, pointer: &str, value: Value) -> Vec<u8> {
    let mut json = sample.json();
    put(&mut json, pointer, Some(value));
    json.to_string().into_bytes()
}

/// The sample without the member at a pointer.
pub fn without(sample: &Sample, pointer: &str) -> Vec<u8> {
    let mut json = sample.json();
    put(&mut json, pointer, None);
    json.to_string().into_bytes()
}

fn put(json: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer to a member");
    match (json.pointer_mut(parent).expect("a parent"), value) {
        (Value::Object(map), Some(value)) => drop(map.insert(key.to_owned(), value)),
        (Value::Object(map), None) => drop(map.shift_remove(key).expect("a member")),
        (Value::Array(items), Some(value)) => items[key.parse::<usize>().expect("an index")] = value,
        _ => panic!("nothing to put at {pointer}"),
    }
}

/// The one issue with this code.
pub fn only(report: &Report, code: Code) -> &Issue {
    let mut found = report.issues.iter().filter(|issue| issue.code == code);
    let issue = found.next().unwrap_or_else(|| panic!("no {code}: {:#?}", report.issues));
    assert!(found.next().is_none(), "{code} twice: {:#?}", report.issues);
    issue
}

/// A definition of an unsigned provider with an event `ping` that accepts any payload, and further members.
pub fn definition(more: &str) -> String {
    format!(
        r#"{{ "id": "mine", "title": "Mine", "envelope": {{ "type": "/type" }}, "events": {{ "ping": {{ "schema": true }} }}{more} }}"#
    )
}

/// A webhook of a definition.
pub fn made(definition: &str, options: WebhookOptions) -> Webhook {
    let provider = hookseal::provider::Provider::from_json(definition.as_bytes()).expect("a definition");
    Webhook::new(provider, options).expect("a webhook")
}
