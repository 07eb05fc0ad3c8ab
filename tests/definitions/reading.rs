//! Valid definitions: every member is parsed, and those of well-known senders work.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::{IdempotencySource, Provider, definition, ids};
use hookseal::signature::{Algorithm, SecretEncoding, TimestampUnit};
use hookseal::webhook::{SignParams, SignatureInfo, Timestamp, Webhook, WebhookOptions};
use serde_json::{Value, json};

use super::whole;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn read(definition: &Value) -> Provider {
    Provider::from_json(definition.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}\n{definition:#}"))
}

#[test]
fn a_small_definition_gets_the_defaults() {
    let provider = read(&json!({ "id": "mine", "envelope": { "type": "/type" }, "events": {} }));
    assert_eq!((provider.id.as_str(), provider.title.as_str()), ("mine", "mine"));
    assert!(provider.schemes.is_empty() && provider.events.is_empty() && provider.retry_delays_ms.is_none());
    assert_eq!((provider.content_type.as_str(), provider.tolerance), ("application/json", 300));
    assert_eq!(provider.success, (200, 299));
    assert!(!provider.immutable);
    assert!(matches!(&provider.dedupe[..], [IdempotencySource::Digest]));
    assert_eq!(provider.envelope.data, "");
}

#[test]
fn infers_the_location_of_the_data_from_the_other_members() {
    let digest = json!(["digest"]);
    for (envelope, dedupe, data) in [
        (json!({ "type": "/type", "id": "/id" }), json!(["pointer:/id"]), ""),
        (json!({ "type": "/event/type", "id": "/event/id" }), digest.clone(), "/event"),
        (json!({ "type": "/event/type", "id": "/event_id" }), digest.clone(), ""),
        (json!({ "type": "/event", "createdAt": "/data/created_at" }), digest.clone(), "/data"),
        (json!({ "type": "/event" }), json!(["pointer:/data/uuid", "digest"]), "/data"),
        (json!({ "type": "/event/type" }), json!(["pointer:/event/data/id"]), "/event/data"),
        (json!({ "type": "/event" }), json!(["pointer:/database/id"]), ""),
        // An id of the envelope is not part of the data.
        (json!({ "type": "/type", "id": "/data/id" }), json!(["pointer:/data/id"]), ""),
        (json!({ "type": "header:X-Event", "createdAt": "/data/at" }), json!(["pointer:/data/id"]), ""),
        (json!({ "type": "/event", "data": "/payload" }), json!(["pointer:/data/uuid"]), "/payload"),
    ] {
        let definition = json!({ "id": "mine", "envelope": envelope, "dedupe": dedupe, "events": {} });
        assert_eq!(read(&definition).envelope.data, data, "{definition}");
    }
}

#[test]
fn parses_every_member_of_a_definition() {
    let mut definition = whole();
    for (key, value) in [
        ("success", json!("200-399")),
        ("retries", json!(["30s", "1m", "2h"])),
        ("immutable", json!(true)),
        ("sensitive", json!(["/data/*/name"])),
        ("contentType", json!("application/cloudevents+json")),
        ("headers", json!({ "webhookId": "X-Hook", "deliveryId": "X-Delivery" })),
    ] {
        definition[key] = value;
    }
    definition["signature"]["tolerance"] = json!(60);
    definition["signature"]["timestampUnit"] = json!("ms");
    definition["signature"]["optional"] = json!(true);
    definition["signature"]["secret"] = json!("sk_{hex}");
    let provider = read(&definition);
    assert_eq!((provider.success, provider.tolerance), ((200, 399), 60));
    assert_eq!(provider.retry_delays_ms, Some(vec![30_000, 60_000, 7_200_000]));
    assert_eq!(provider.sensitive, ["/data/*/name"]);
    assert_eq!(provider.content_type, "application/cloudevents+json");
    assert!(provider.immutable);
    assert_eq!(
        (provider.webhook_id.as_deref(), provider.delivery_id.as_deref()),
        (Some("X-Hook"), Some("X-Delivery"))
    );
    let scheme = provider.scheme().expect("a scheme");
    assert!(scheme.is_optional() && scheme.has_timestamp());
    assert_eq!(scheme.definition().timestamp_unit, TimestampUnit::Milliseconds);
    assert_eq!(scheme.secret_format().encoding, SecretEncoding::Hex);
    assert_eq!(scheme.secret_format().prefix.as_deref(), Some("sk_"));
    assert!(matches!(
        &provider.dedupe[..],
        [IdempotencySource::Pointer(_), IdempotencySource::Header(_), IdempotencySource::Digest]
    ));
    let pong = &provider.events[provider.find_event("pong").expect("an event")];
    let names: Vec<_> = pong.revisions.iter().map(|it| (it.name.as_deref(), it.when.as_deref())).collect();
    assert_eq!(names, [(Some("new"), Some("/data/new")), (Some("old"), None)]);
}

#[test]
fn parses_the_built_in_definitions_like_any_other() {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/providers")).expect("a folder");
    let mut expected: Vec<String> =
        folders.map(|folder| folder.expect("a folder").file_name().into_string().expect("a name")).collect();
    expected.sort();
    assert!(expected.contains(&"github".to_owned()) && expected.contains(&"clerk".to_owned()));
    assert_eq!(ids().collect::<Vec<_>>(), expected);
    for id in ids() {
        let provider = Provider::from_json(definition(id).expect("a text").as_bytes()).expect("a definition");
        assert_eq!(provider.id, id);
    }
    assert!(definition("unknown").is_none());
}

/// Senders whose signature schemes are documented.
#[test]
fn definitions_of_well_known_senders_sign_and_verify() {
    let stripe = json!({
        "id": "stripe", "title": "Stripe",
        "signature": { "header": "Stripe-Signature", "format": "t={timestamp},v1={hex}", "algorithms": ["sha256"],
                       "signedContent": "{timestamp}.{body}" },
        "envelope": { "type": "/type", "id": "/id", "data": "/data" },
        "dedupe": ["pointer:/id"],
        "events": { "ping": { "schema": { "type": "object", "required": ["id"] } } }
    });
    let slack = json!({
        "id": "slack", "title": "Slack",
        "signature": { "header": "X-Slack-Signature", "format": "v0={hex}", "algorithms": ["sha256"],
                       "signedContent": "v0:{timestamp}:{body}" },
        "headers": { "timestamp": "X-Slack-Request-Timestamp" },
        "envelope": { "type": "/type" },
        "events": { "ping": { "schema": true } }
    });
    let github = json!({
        "id": "github", "title": "GitHub",
        "signature": { "header": "X-Hub-Signature-256", "format": "sha256={hex}", "algorithms": ["sha256"] },
        "headers": { "webhookId": "X-GitHub-Hook-ID", "deliveryId": "X-GitHub-Delivery" },
        "envelope": { "type": "header:X-GitHub-Event" },
        "dedupe": ["header:X-GitHub-Delivery"],
        "events": { "ping": { "schema": { "required": ["zen"] } } }
    });
    let standard = json!({
        "id": "standard", "title": "Standard Webhooks",
        "signature": { "header": "webhook-signature", "format": "v1,{base64} v1a,...", "algorithms": ["sha256"],
                       "signedContent": "{id}.{timestamp}.{body}", "secret": "whsec_{base64}" },
        "headers": { "id": "webhook-id", "timestamp": "webhook-timestamp" },
        "envelope": { "type": "/type", "createdAt": "/timestamp", "data": "/data" },
        "dedupe": ["header:webhook-id"],
        "events": { "ping": { "schema": { "required": ["timestamp", "data"] } } }
    });
    let expected = ["stripe-signature", "x-slack-signature", "x-hub-signature-256", "webhook-signature"];
    for (definition, header) in [&stripe, &slack, &github, &standard].into_iter().zip(expected) {
        let name = definition["id"].as_str().expect("an id");
        let options = || WebhookOptions {
            secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into()],
            ..WebhookOptions::default()
        };
        let hook = Webhook::new(read(definition), options()).expect("a webhook");
        let fresh = SignParams { id: Some("evt_1".to_owned()), ..SignParams::new(NOW, [7; 32]) };
        let signed = hook.create("ping", br#"{"zen":"x"}"#, &fresh).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(hook.required_headers().contains(&header.to_owned()), "{name}");
        let headers = |skip: &str| -> Headers<'_> {
            let pairs = signed.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(skip));
            pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect()
        };
        let verified = hook.verify(&Delivery::new(headers(""), &signed.body), NOW).expect(name);
        assert_eq!(verified.event_type, "ping");
        assert!(matches!(verified.signature, SignatureInfo::Verified { algorithm: Algorithm::Sha256, .. }));
        if name != "slack" {
            assert_eq!(verified.id, "ping:evt_1", "{name}");
        }
        let missing = hook.verify(&Delivery::new(headers(header), &signed.body), NOW).expect_err(name);
        assert_eq!(missing.code, Code::SIGNATURE_MISSING);
        let provider = hook.provider();
        let stamped = provider.scheme().is_some_and(hookseal::signature::Scheme::has_timestamp);
        let late = Timestamp::from_millis(NOW.as_millis() + 301_000);
        let late = hook.verify(&Delivery::new(headers(""), &signed.body), late).err().map(|error| error.code);
        assert_eq!(late, stamped.then_some(Code::TIMESTAMP_TOO_OLD), "{name}");
    }
    let hook = Webhook::new(
        read(&github),
        WebhookOptions { secrets: vec!["s".to_owned().into()], ..WebhookOptions::default() },
    );
    let hook = hook.expect("a webhook");
    assert_eq!(hook.provider().envelope.event_type.header(), Some("X-GitHub-Event"));
    let signed = hook.sign(br#"{"zen":"x"}"#, &SignParams::new(NOW, [7; 32])).expect("signed");
    let pairs = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let error =
        hook.verify(&Delivery::new(pairs.collect::<Headers<'_>>(), &signed.body), NOW).expect_err("no type");
    assert_eq!(error.code, Code::ENVELOPE_INVALID);
    assert_eq!(error.to_string(), "The envelope is not GitHub's: the event type is missing.");
    assert_eq!(error.issues[0].expected.as_deref(), Some("the header X-GitHub-Event"));
}

/// A definition that extends a built-in one, with these members.
fn extended(more: &Value) -> Vec<u8> {
    let mut definition = json!({ "id": "mine", "extends": "svix" });
    let members = more.as_object().expect("members").clone();
    definition.as_object_mut().expect("an object").extend(members);
    definition.to_string().into_bytes()
}

#[test]
fn an_extended_definition_takes_every_key_that_it_does_not_replace() {
    let base = Provider::from_json(definition("svix").expect("built in").as_bytes()).expect("valid");
    let mine = Provider::from_json(&extended(&json!({}))).expect("valid");
    assert_eq!((mine.id.as_str(), mine.title.as_str()), ("mine", "mine"));
    assert_eq!(mine.retry_delays_ms, None);
    let shared = |p: &Provider| {
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            p.scheme(),
            p.envelope,
            p.dedupe,
            p.sensitive,
            p.events,
            p.delivery_id
        )
    };
    assert_eq!(shared(&mine), shared(&base));
    // A key is replaced as a whole.
    let envelope =
        json!({ "envelope": { "type": ["/event", "=event"] }, "events": { "a": { "schema": true } } });
    let mine = Provider::from_json(&extended(&envelope)).expect("valid");
    assert_eq!((mine.envelope.data.as_str(), mine.events.len()), ("", 1));
    assert_eq!(mine.events[0].event_type, "a");
}

#[test]
fn an_extended_definition_has_the_rules_of_its_base() {
    let rules = |text: &[u8]| {
        format!("{:?}", Provider::from_json(text).expect("valid"))
            .split("rules: Rules")
            .nth(1)
            .expect("rules")
            .to_owned()
    };
    let mine = json!({ "id": "mine", "extends": "xon" }).to_string();
    assert!(rules(definition("xon").expect("built in").as_bytes()) == rules(mine.as_bytes()));
}

#[test]
fn an_extended_definition_verifies_what_its_base_signs() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let options = || WebhookOptions { secrets: vec![secret.to_owned().into()], ..WebhookOptions::default() };
    let base = Webhook::built_in("svix", options()).expect("a webhook");
    let signed = base.sign(br#"{"event":"a"}"#, &SignParams::new(NOW, [7; 32])).expect("signed");
    let pairs = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let delivery = Delivery::new(pairs.collect::<Headers<'_>>(), &signed.body);
    let mine = extended(&json!({ "envelope": { "type": "/event" } }));
    for provider in
        [Provider::from_json(&mine), Ok(Provider::from_compiled(&Provider::compile(&mine).unwrap()).unwrap())]
    {
        let hook = Webhook::new(provider.expect("valid"), options()).expect("a webhook");
        assert_eq!(hook.verify(&delivery, NOW).expect("verified").event_type, "a");
    }
}

#[test]
fn a_mistake_in_an_extended_definition_is_located_in_its_own_text() {
    for (more, pointer, message) in [
        (json!({ "extends": "other" }), "/extends", "Unknown built-in provider. There are: "),
        (json!({ "extends": 1 }), "/extends", "Expected a string, got a number."),
        (json!({ "headers": {} }), "/extends", "`{id}` is signed, but no header with the id is defined."),
        (
            json!({ "envelope": { "type": "/a", "id": "/a/b" } }),
            "/envelope/id",
            "Invalid pointer: the event type is at",
        ),
        (json!({ "envelope": {} }), "/envelope", "Missing required property \"type\"."),
        (json!({ "typo": {} }), "/typo", "Unknown property \"typo\"."),
    ] {
        let text = extended(&more);
        let error = Provider::from_json(&text).expect_err("invalid");
        let issue = &error.issues[0];
        assert_eq!(issue.pointer, pointer, "{error}");
        assert!(issue.message.starts_with(message), "{error}");
        let value: Value = serde_json::from_slice(&text).expect("JSON");
        let located = &text[issue.byte_span.start..issue.byte_span.end];
        let value = value.pointer(pointer).expect("a value").to_string();
        assert!(located == value.as_bytes() || pointer == "/typo", "{error}");
    }
    let error = Provider::from_json(br#"{ "id": "mine" }"#).expect_err("invalid");
    assert_eq!(error.issues[0].message, "Missing required property \"envelope\".");
    assert_eq!(error.issues[1].message, "Missing required property \"events\".");
}
