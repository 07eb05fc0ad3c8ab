//! A compiled provider is the provider of its definition: the same plan, reports, codes and messages.

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::{self, CompiledError, Provider};
use hookseal::webhook::{SignParams, Timestamp, VerifyOptions, Webhook, WebhookOptions};
use hookseal::{Code, Profile};
use proptest::prelude::*;
use proptest::sample::Index;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// One provider twice: from the text, and from the bytes. Both accept unsigned deliveries, so that every stage runs.
struct Pair {
    id: &'static str,
    text: Webhook,
    compiled: Webhook,
    /// The header with the event type, if there is one.
    type_header: Option<String>,
    /// The event type and the body of each sample.
    samples: Vec<(String, Vec<u8>)>,
}

fn from_text(id: &str) -> Provider {
    Provider::from_json(provider::definition(id).expect("a definition").as_bytes()).expect("valid")
}

fn from_bytes(id: &str) -> Provider {
    Provider::from_compiled(&from_text(id).to_compiled()).expect("compiled by this build")
}

fn hook(provider: Provider) -> Webhook {
    Webhook::new(provider, WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() })
        .expect("a webhook")
}

fn samples(id: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/providers/{id}/samples", env!("CARGO_MANIFEST_DIR"));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut samples: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().replace("%2F", "/");
            (name, std::fs::read(&path).expect("a sample"))
        })
        .collect();
    samples.sort();
    samples
}

static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let pair = |id| {
        let provider = from_text(id);
        let type_header = provider.envelope.event_type.header().map(str::to_owned);
        Pair { id, text: hook(provider), compiled: hook(from_bytes(id)), type_header, samples: samples(id) }
    };
    provider::ids().map(pair).collect()
});

impl Pair {
    /// Asserts that both webhooks give the same results for a delivery, in both profiles.
    fn assert_same(&self, event_type: &str, body: &[u8]) {
        let mut headers: Headers<'_> = [("content-type", "application/json")].into_iter().collect();
        if let Some(name) = &self.type_header {
            headers.push(name.as_str(), event_type);
        }
        let delivery = Delivery::new(headers, body).with_method("POST");
        for profile in [Profile::Lenient, Profile::Strict] {
            let options = VerifyOptions { profile, ..self.text.verify_options() };
            let [text, compiled] = [&self.text, &self.compiled].map(|hook| {
                let report =
                    serde_json::to_value(hook.inspect_with(&delivery, NOW, &options)).expect("a report");
                let verified = hook.verify_with(&delivery, NOW, &options).map(|verified| {
                    (
                        verified.event_type,
                        verified.id,
                        verified.created_at,
                        verified.revision,
                        verified.issues,
                    )
                });
                let accepted = hook
                    .verify_fast(&delivery, NOW, &options)
                    .map(|accepted| (accepted.event, accepted.revision, accepted.id))
                    .map_err(|error| (error.code, error.to_string()));
                (report, verified, accepted)
            });
            assert_eq!(text, compiled, "{}", self.id);
        }
    }
}

#[test]
fn every_built_in_provider_compiles_to_the_same_plan() {
    for id in provider::ids() {
        let (text, compiled) = (from_text(id), from_bytes(id));
        assert!(format!("{text:?}") == format!("{compiled:?}"), "{id}");
        assert!(text.to_compiled() == compiled.to_compiled(), "{id}");
        assert_eq!(
            Provider::compile(provider::definition(id).expect("a definition").as_bytes()).expect("valid"),
            text.to_compiled(),
            "{id}"
        );
    }
}

#[test]
fn every_sample_has_the_same_results() {
    let mut count = 0;
    for pair in PAIRS.iter() {
        for (event_type, body) in &pair.samples {
            pair.assert_same(event_type, body);
            count += 1;
        }
    }
    assert!(count > 30, "{count} samples");
}

#[test]
fn both_sign_and_create_the_same_deliveries() {
    for id in provider::ids() {
        let has = |part: &str| provider::definition(id).is_some_and(|text| text.contains(part));
        let is_public = has(r#""kind":"public-key""#);
        let secret = if has("ecdsa-p256") {
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
        } else if is_public && has(r#""secret":"base64""#) {
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        } else if is_public {
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        } else if has(r#""secret":"hex""#) {
            "0123456789abcdef0123456789abcdef"
        } else if has("Basic {base64}") {
            "user:password of a sender"
        } else {
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjlw"
        };
        // Neither signs nor creates.
        if has("rsa-sha256") || has("RS256") || has(r#""keys":"#) {
            continue;
        }
        let secrets = vec![secret.to_owned().into()];
        let options = || WebhookOptions { secrets: secrets.clone(), ..WebhookOptions::default() };
        let hooks = [from_text(id), from_bytes(id)].map(|provider| {
            let options = if provider.schemes.is_empty() {
                WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() }
            } else {
                options()
            };
            Webhook::new(provider, options).expect("a webhook")
        });
        let mut params = SignParams::new(NOW, [7; 32]);
        params.url = Some("https://example.com/hook".to_owned());
        let signed = hooks.each_ref().map(|hook| {
            hook.sign(br#"{"timestamp":1}"#, &params).map(|signed| (signed.headers, signed.body))
        });
        assert_eq!(signed[0], signed[1], "{id}");
        for (event_type, _) in samples(id) {
            let event_type = event_type.split(".R").next().unwrap_or_default();
            let created = hooks.each_ref().map(|hook| {
                hook.create(event_type, br#"{"id":"x"}"#, &params)
                    .map(|created| (created.headers, created.body))
            });
            assert_eq!(created[0], created[1], "{id}");
        }
    }
}

/// Texts that take the place of a string, a key or a part of one.
const TOKENS: [&str; 14] = [
    "5",
    "null",
    "\"x\"",
    "[]",
    "\"...\"",
    "\"event\"",
    "\"data\"",
    "\"\\ud800\"",
    "12345678901234567890",
    "\"null\"",
    "{}",
    "\"\\u0069d\"",
    "1.0",
    "true",
];

/// Changes a body: replaces a string, swaps two of them, changes a byte, or cuts the text.
fn change(body: &mut Vec<u8>, kind: u8, at: Index, other: Index) {
    let quotes: Vec<usize> = (0..body.len()).filter(|&at| body[at] == b'"').collect();
    if quotes.len() < 2 {
        return;
    }
    let text = |index: Index| {
        let first = index.index(quotes.len() / 2) * 2;
        quotes[first]..quotes[first + 1] + 1
    };
    match kind {
        0 => body[at.index(quotes.len())] = TOKENS[other.index(TOKENS.len())].as_bytes()[0],
        1 => body.truncate(at.index(body.len())),
        2..=4 => {
            let replacement = body[text(other)].to_vec();
            body.splice(text(at), replacement);
        }
        _ => drop(body.splice(text(at), TOKENS[other.index(TOKENS.len())].bytes())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn changed_samples_have_the_same_results(
        which in any::<Index>(),
        sample in any::<Index>(),
        changes in prop::collection::vec((0u8..10, any::<Index>(), any::<Index>()), 1..4),
    ) {
        let pairs: Vec<&Pair> = PAIRS.iter().filter(|pair| !pair.samples.is_empty()).collect();
        let pair = pairs[which.index(pairs.len())];
        let (event_type, body) = &pair.samples[sample.index(pair.samples.len())];
        let mut body = body.clone();
        for (kind, at, other) in changes {
            change(&mut body, kind, at, other);
        }
        pair.assert_same(event_type, &body);
    }
}

#[test]
fn a_changed_a_cut_and_another_blob_are_refused() {
    let compiled = from_text("svix").to_compiled();
    for index in 0..compiled.len() {
        let mut changed = compiled.clone();
        changed[index] ^= 1 << (index % 8);
        assert!(Provider::from_compiled(&changed).is_err(), "byte {index}");
        assert!(Provider::from_compiled(&compiled[..index]).is_err(), "{index} bytes");
    }
    let longer = [&compiled[..], &[0]].concat();
    assert_eq!(Provider::from_compiled(&longer).expect_err("longer"), CompiledError::Damaged);
    #[cfg(feature = "full")]
    {
        let catalog = provider::compile_catalog().expect("valid definitions");
        assert_eq!(Provider::from_compiled(&catalog).expect_err("a catalog"), CompiledError::Damaged);
    }
    let error = Provider::from_compiled(b"{ \"id\": \"mine\" }").expect_err("a text");
    assert_eq!(
        error.to_string(),
        "Invalid compiled provider: its bytes are not complete. Compile the definition again with this version: \
         `hookseal compile`."
    );
    let error = hookseal::webhook::Error::from(error);
    assert_eq!(error.code, Code::DEFINITION_INVALID);
}
