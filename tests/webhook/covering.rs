//! The parts that a signature covers: computed from the signed content and the sources of type and idempotency key.

use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Uncovered;
use hookseal::signature::{Algorithm, Secret, SignContext};
use hookseal::webhook::{CoveredPart, SignatureInfo, Verdict, Webhook};

use crate::support::{NOW, definition, fresh, headers, made, options, unsigned};

const SIGNED: &str = "a secret of 32 bytes for the test";

/// A webhook with these sources of the key and the type, and this signed content.
fn hook(dedupe: &str, event_type: &str, content: &str) -> Webhook {
    let ids = if content.contains("{id}") { r#""id": "X-Id""# } else { "" };
    let times = if content.contains("{timestamp}") { r#""timestamp": "X-Time""# } else { "" };
    let comma = if ids.is_empty() || times.is_empty() { "" } else { "," };
    let text = definition(&format!(
        r#", "dedupe": {dedupe}, "headers": {{ {ids}{comma}{times} }}, "signature": {{ "header": "X-Sig",
            "format": "{{hex}}", "algorithms": ["sha256"], "signedContent": "{content}" }}"#
    ));
    made(&text.replace("/type", event_type), options(&[SIGNED]))
}

/// The uncovered parts of a delivery with these headers, as `verify` and `inspect` report them.
fn uncovered(hook: &Webhook, more: &[(&str, &str)]) -> Vec<&'static str> {
    let body = br#"{"type":"ping","id":"1"}"#;
    let scheme = hook.provider().scheme().expect("a scheme");
    let context = SignContext {
        headers: more.iter().copied().collect(),
        id: Some("key-1"),
        ..SignContext::at(NOW.as_millis())
    };
    let secret = Secret::parse(SIGNED, scheme.secret_format()).expect("a secret");
    let keys = scheme.keys(&[secret], None).expect("keys");
    let signed = scheme.sign(&keys, body, &context).expect("signed");
    let all: Headers<'_> = more
        .iter()
        .copied()
        .chain(signed.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .collect();
    let delivery = Delivery::new(all, body);
    let verified = hook.verify(&delivery, NOW).expect("verified");
    let SignatureInfo::Verified { uncovered, .. } = verified.signature else { panic!("unsigned") };
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.signature.covers, Some(CoveredPart::Body));
    assert_eq!(report.signature.uncovered, uncovered.names());
    uncovered.names()
}

#[test]
fn values_of_the_body_are_covered() {
    assert!(uncovered(&hook(r#"["pointer:/id"]"#, "/type", "{body}"), &[]).is_empty());
    assert!(uncovered(&hook(r#"["digest"]"#, "/type", "{body}"), &[]).is_empty());
    // No source is present: the digest is the key.
    assert!(uncovered(&hook(r#"["header:X-Key"]"#, "/type", "{body}"), &[]).is_empty());
}

#[test]
fn a_header_that_is_not_signed_is_not_covered() {
    let key = [("X-Key", "1"), ("X-Event", "ping")];
    assert_eq!(uncovered(&hook(r#"["header:X-Key"]"#, "/type", "{body}"), &key), ["id"]);
    assert_eq!(uncovered(&hook(r#"["digest"]"#, "header:X-Event", "{body}"), &key), ["type"]);
    let both = hook(r#"["header:X-Key", "digest"]"#, "header:X-Event", "{body}");
    assert_eq!(uncovered(&both, &key), ["type", "id"]);
    // The used source of this delivery decides, not the first one.
    assert_eq!(uncovered(&both, &[("X-Event", "ping")]), ["type"]);
    assert_eq!(both.provider().uncovered(), Uncovered { event_type: true, id: true });
    // A header among the sources decides at any position: an attacker who replays a delivery may remove or add it.
    for dedupe in [r#"["pointer:/none", "header:X-Key"]"#, r#"["digest", "header:X-Key", "none"]"#] {
        let later = hook(dedupe, "/type", "{body}");
        assert_eq!(later.provider().uncovered(), Uncovered { event_type: false, id: true }, "{dedupe}");
    }
}

#[test]
fn a_header_that_is_signed_is_covered_in_any_letter_case() {
    let signed = hook(r#"["header:x-key"]"#, "/type", "{header:X-KEY}.{body}");
    assert!(uncovered(&signed, &[("X-Key", "1")]).is_empty());
    assert!(uncovered(&hook(r#"["header:x-id"]"#, "/type", "{id}.{timestamp}.{body}"), &[]).is_empty());
    assert!(uncovered(&hook(r#"["header:x-time"]"#, "/type", "{timestamp}.{body}"), &[]).is_empty());
    // The signature's own header is not part of the signed content.
    assert_eq!(uncovered(&hook(r#"["header:X-Sig"]"#, "/type", "{body}"), &[]), ["id"]);
}

#[test]
fn an_unverified_delivery_has_no_uncovered_parts() {
    let signed = hook(r#"["header:X-Key"]"#, "/type", "{body}");
    let report = signed.inspect(&Delivery::new(Headers::from_iter([("X-Key", "1")]), b"{}"), NOW);
    assert_eq!(report.verdict, Verdict::Rejected);
    assert_eq!((report.signature.covers, report.signature.uncovered.len()), (None, 0));
    let open = Webhook::built_in("github", unsigned()).expect("a webhook");
    let headers = Headers::from_iter([("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "1")]);
    let delivery = Delivery::new(headers, br#"{"zen":"a","hook_id":1}"#);
    assert_eq!(open.verify(&delivery, NOW).expect("accepted").signature, SignatureInfo::Unsigned);
    assert_eq!(open.inspect(&delivery, NOW).signature.covers, None);
    assert!(
        Webhook::built_in("xon", unsigned()).expect("a webhook").provider().uncovered().names().is_empty()
    );
}

#[test]
fn an_accepted_delivery_lists_uncovered_parts_too() {
    let hook = Webhook::built_in("linear", options(&[SIGNED])).expect("a webhook");
    let data =
        br#"{"action":"create","type":"Issue","createdAt":"2023-11-14T22:13:20.000Z","data":{"id":"1"},
        "url":"https://h/","organizationId":"o","webhookId":"w"}"#;
    let signed = hook.create("Issue", data, &fresh()).expect("made");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    let accepted = hook.verify_fast(&delivery, NOW, &hook.verify_options()).expect("accepted");
    let uncovered = Uncovered { event_type: false, id: true };
    assert_eq!(
        accepted.signature,
        SignatureInfo::Verified {
            algorithm: Algorithm::Sha256,
            secret: 0,
            covers: CoveredPart::Body,
            uncovered
        }
    );
}
