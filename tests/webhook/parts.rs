//! The parts of the signed content in a report: joined, they are the signed bytes.

use std::path::Path;

use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{Scheme, SchemeDefinition, Secret, SignContext, SignatureStatus, TimestampUnit};
use hookseal::webhook::{Report, SignParams, SignedPart, VerifyOptions, Webhook};
use proptest::prelude::*;

use crate::support::{
    NOW, SECRET, URL, bare, definition, fresh, headers, made, options, painchek, secret_of,
    signing_in_headers, xon,
};

fn hook_of(provider: &str) -> Webhook {
    Webhook::built_in(provider, options(&[secret_of(provider)])).expect("a webhook")
}

/// The samples of a provider, with the event types at the beginning of their file names.
fn bodies(provider: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers").join(provider).join("samples");
    let files = std::fs::read_dir(folder).expect("samples").map(|entry| entry.expect("a file").path());
    files
        .map(|file| {
            let name = file
                .file_stem()
                .and_then(|name| name.to_str())
                .expect("a name")
                .replace("%2F", "/")
                .replace("%3A", ":");
            (name, std::fs::read(&file).expect("a sample"))
        })
        .collect()
}

/// The signed content, joined from the parts of a report. The spans have to be contiguous.
fn content(report: &Report, body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    for part in &report.signature.parts {
        let Some(span) = part.span else {
            assert_eq!(part.value, None, "a part that is missing has no value");
            assert!(!matches!(part.placeholder.as_deref(), None | Some("body")), "{part:?} is never missing");
            continue;
        };
        assert_eq!(span.start, content.len(), "{:?}", report.signature.parts);
        match part.placeholder.as_deref() {
            Some("body") => {
                assert_eq!(part.value, None);
                content.extend_from_slice(body);
            }
            _ => content.extend_from_slice(part.value.as_deref().expect("a value").as_bytes()),
        }
        assert_eq!(span.end, content.len(), "{:?}", report.signature.parts);
    }
    content
}

/// The tag over some bytes, as the provider encodes it.
fn tag(provider: &str, content: &[u8]) -> String {
    let hook = hook_of(provider);
    let original = hook.provider().scheme().expect("a scheme").definition();
    let formats = ["{hex}", "{base64url}", "{base64}"];
    let format = formats.into_iter().find(|name| original.format.contains(name)).expect("a format");
    let scheme = Scheme::new(SchemeDefinition {
        algorithms: vec![original.algorithms[0]],
        secret: original.secret.clone(),
        ..SchemeDefinition::new("X-Sig", format)
    })
    .expect("a scheme");
    let secret = Secret::parse(secret_of(provider), scheme.secret_format()).expect("a secret");
    let keys = scheme.keys(&[secret], None).expect("keys");
    scheme.sign(&keys, content, &SignContext::at(0)).expect("signed").remove(0).1
}

fn part<'r>(report: &'r Report, placeholder: &str) -> &'r SignedPart {
    let mut parts = report.signature.parts.iter();
    parts.find(|part| part.placeholder.as_deref() == Some(placeholder)).expect("a part")
}

#[test]
fn the_parts_of_every_built_in_provider_are_its_signed_content() {
    let mut signing = 0;
    for provider in signing_in_headers() {
        let hook = hook_of(provider);
        for (name, body) in bodies(provider) {
            let params = SignParams { event_type: Some(name), url: Some(URL.to_owned()), ..fresh() };
            let signed = hook.sign(&body, &params).expect("signed");
            let delivery = Delivery::new(headers(&signed.headers), &body).with_url(URL).with_method("POST");
            let report = hook.inspect(&delivery, NOW);
            let scheme = hook.provider().scheme().expect("a scheme");
            // A report has no values of headers that only the delivery names.
            if scheme.definition().signed_headers.is_some() {
                continue;
            }
            let content = content(&report, &body);
            let found = report.signature.tag.as_deref().expect("a tag");
            assert_eq!(found, tag(provider, &content), "{provider}");
            assert!(report.signature.received.as_deref().expect("a header").contains(found));
            let names = report.signature.parts.iter().map(|part| match &part.placeholder {
                Some(name) => format!("{{{name}}}"),
                None => part.value.clone().expect("literal text"),
            });
            let names = names.collect::<String>();
            // Only the parts whose conditions are met.
            let template = scheme.signed_content();
            assert!(
                names == template || template.contains("{if:") && template.ends_with(&names),
                "{provider} {names}"
            );
            if scheme.has_timestamp() {
                assert_eq!(report.signature.timestamp, Some(1_700_000_000_000), "{provider}");
                let expected = match scheme.definition().timestamp_unit {
                    TimestampUnit::Seconds => "1700000000",
                    TimestampUnit::Milliseconds => "1700000000000",
                    TimestampUnit::HttpDate => "Tue, 14 Nov 2023 22:13:20 GMT",
                    _ => "2023-11-14T22:13:20.000",
                };
                let found = part(&report, "timestamp").value.as_deref().expect("a timestamp");
                assert!(found.starts_with(expected), "{provider} {found}");
            } else if provider != "linear" {
                assert_eq!(report.signature.timestamp, None, "{provider}");
            }
            signing += 1;
        }
    }
    assert!(signing >= 15, "{signing}");
}

#[test]
fn a_time_in_the_body_is_the_signed_time_with_or_without_a_match() {
    let hook = hook_of("linear");
    let body = br#"{"action":"create","webhookTimestamp":1700000000123,"data":{}}"#;
    let signed = hook.sign(body, &fresh()).expect("signed");
    let report = hook.inspect(&Delivery::new(headers(&signed.headers), body), NOW);
    assert_eq!(report.signature.timestamp, Some(1_700_000_000_123));
    let report = hook.inspect(&bare(body), NOW);
    assert_eq!(report.signature.timestamp, Some(1_700_000_000_123));
    assert_eq!(hook.inspect(&bare(b"{}"), NOW).signature.timestamp, None);
    assert_eq!(hook.inspect(&bare(b"{"), NOW).signature.timestamp, None);
}

#[test]
fn a_missing_part_has_neither_value_nor_span() {
    let hook = hook_of("standard-webhooks");
    let body = br#"{"type":"a.b","timestamp":"2023-11-14T22:13:20Z","data":{}}"#;
    let signed = hook.sign(body, &fresh()).expect("signed");
    for (lost, placeholder) in [("webhook-id", "id"), ("webhook-timestamp", "timestamp")] {
        for replacement in [None, Some("")] {
            let pairs = signed.headers.iter().filter_map(|(name, value)| {
                let value = if name.eq_ignore_ascii_case(lost) { replacement? } else { value };
                Some((name.as_str(), value))
            });
            let report = hook.inspect(&Delivery::new(pairs.collect::<Headers<'_>>(), body), NOW);
            assert_eq!(report.signature.status, SignatureStatus::Malformed);
            let missing = part(&report, placeholder);
            assert_eq!((&missing.value, missing.span), (&None, None));
            assert_eq!(report.signature.parts.iter().filter(|part| part.span.is_none()).count(), 1);
            assert_eq!(report.signature.tag, None, "nothing was compared");
            assert_eq!(report.signature.timestamp.is_none(), placeholder == "timestamp");
            content(&report, body);
        }
    }
}

#[test]
fn a_timestamp_in_the_signature_header_is_that_of_the_compared_signature() {
    let hook = hook_of("stripe");
    let body = br#"{"id":"evt_1"}"#;
    let signed = hook.sign(body, &fresh()).expect("signed");
    let value = &signed.headers.iter().find(|(name, _)| name == "Stripe-Signature").expect("it").1;
    let inspect = |value: &str| {
        hook.inspect(&Delivery::new(Headers::from_iter([("stripe-signature", value)]), body), NOW)
    };
    let verified = inspect(value);
    let tag = verified.signature.tag.clone().expect("a tag");
    assert!(value.ends_with(&format!("v1={tag}")));
    // With several signatures, the one that matches.
    let wrong = "0".repeat(64);
    let report = inspect(&format!("t=1700000000,v1={wrong},v1={tag}"));
    assert_eq!((report.signature.status, report.signature.tag), (SignatureStatus::Verified, Some(tag)));
    // Without a match, the first one.
    let report = inspect(&format!("t=1600000000,v1={wrong}"));
    assert_eq!(report.signature.status, SignatureStatus::Mismatch);
    assert_eq!(report.signature.tag, Some(wrong));
    assert_eq!(report.signature.timestamp, Some(1_600_000_000_000));
    assert_eq!(part(&report, "timestamp").value.as_deref(), Some("1600000000"));
    // Without a signature, that of the header.
    let report = inspect("t=1600000000");
    assert_eq!((report.signature.status, &report.signature.tag), (SignatureStatus::Malformed, &None));
    assert_eq!(report.signature.timestamp, Some(1_600_000_000_000));
    // No time that JavaScript cannot represent: a `Date` ends at 8.64e15 ms.
    let wrong = "0".repeat(64);
    for (time, expected) in [
        ("8640000000000", Some(8_640_000_000_000_000)),
        ("8640000000001", None),
        ("9999999999999999", None),
        ("x", None),
    ] {
        assert_eq!(inspect(&format!("t={time},v1={wrong}")).signature.timestamp, expected);
    }
}

fn request_hook() -> Webhook {
    let text = definition(
        r#", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"],
            "signedContent": "{method}\n{url}\n{header:X-Part}\n{body}" }"#,
    );
    made(&text, options(&[SECRET]))
}

#[test]
fn method_url_and_headers_are_parts_and_values_are_limited() {
    let hook = request_hook();
    let long = "a".repeat(1000);
    let body = br#"{"type":"ping"}"#;
    let token = "https://h/?token=t0k3n";
    let pairs = || Headers::from_iter([("X-Part", long.as_str()), ("X-Sig", "00")]);
    let report = hook.inspect(&Delivery::new(pairs(), body).with_url(token).with_method("POST"), NOW);
    let named: Vec<_> =
        report.signature.parts.iter().filter_map(|part| part.placeholder.as_deref()).collect();
    assert_eq!(named, ["method", "url", "header:X-Part", "body"]);
    assert_eq!(part(&report, "method").value.as_deref(), Some("POST"));
    assert_eq!(part(&report, "url").value.as_deref(), Some(token));
    let value = part(&report, "header:X-Part").value.clone().expect("a value");
    assert_eq!(value, format!("{}…", "a".repeat(512)));
    let span = part(&report, "header:X-Part").span.expect("a span");
    assert_eq!(span.end - span.start, 1000);
    // SECURITY: a URL may contain a token, so `Debug` omits it.
    assert!(!format!("{report:?}").contains("t0k3n"));
    let empty = hook.inspect(&Delivery::new(pairs(), body).with_url("").with_method(""), NOW);
    for name in ["method", "url"] {
        assert_eq!((&part(&empty, name).value, part(&empty, name).span), (&None, None));
    }
}

#[test]
fn reports_parts_for_bodies_over_the_limit_and_not_for_providers_without_signatures() {
    assert!(xon().inspect(&bare(b"{}"), NOW).signature.parts.is_empty());
    let hook = painchek(&[SECRET]);
    let tiny = VerifyOptions { max_bytes: 1, ..hook.verify_options() };
    let report = hook.inspect_with(&bare(b"{}"), NOW, &tiny);
    let [body] = &report.signature.parts[..] else { panic!("{:?}", report.signature.parts) };
    assert_eq!((body.placeholder.as_deref(), body.span.map(|span| span.end)), (Some("body"), Some(2)));
}

#[test]
fn no_report_contains_the_expected_tag() {
    for provider in signing_in_headers() {
        let hook = hook_of(provider);
        let body = br#"{"a":1}"#;
        let signed = hook.sign(body, &SignParams { url: Some(URL.to_owned()), ..fresh() }).expect("signed");
        let good = hook
            .inspect(&Delivery::new(headers(&signed.headers), body).with_url(URL).with_method("POST"), NOW)
            .signature;
        let expected = good.tag.expect("a tag");
        let header = good.header.expect("a header");
        // The same header, with another tag of the same length.
        let other = expected.replacen(&expected[..4], "AAAA", 1);
        let forged: Vec<_> = signed
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.replace(&expected, &other)))
            .collect();
        assert!(forged.iter().any(|(name, _)| *name == header));
        let report =
            hook.inspect(&Delivery::new(headers(&forged), body).with_url(URL).with_method("POST"), NOW);
        assert_eq!(report.signature.status, SignatureStatus::Mismatch, "{provider}");
        assert_eq!(report.signature.tag, Some(other), "{provider}");
        let all = serde_json::to_string(&report).expect("JSON");
        assert!(!all.contains(&expected) && !format!("{report:?}").contains(&expected), "{provider}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn spans_are_contiguous_for_any_delivery(
        provider in prop::sample::select(vec!["stripe", "svix", "slack", "paddle", "painchek", "request"]),
        body in prop::collection::vec(any::<u8>(), 0..40),
        names in prop::collection::vec(0..8_usize, 0..6),
        values in prop::collection::vec("[ -~]{0,40}|t=[0-9]{0,17},v1=[0-9a-f]{64}|ts=[0-9]{10};h1=x|v1,QQ==|é…", 6),
        url in prop::option::of("[ -~é]{0,20}"),
        method in prop::option::of("[A-Z]{0,6}"),
        small in any::<bool>(),
    ) {
        let hook = if provider == "request" { request_hook() } else { hook_of(provider) };
        let scheme = hook.provider().scheme().expect("a scheme");
        let known: Vec<&str> = scheme.headers().collect();
        let pairs = names.iter().zip(&values).map(|(name, value)| (known[name % known.len()], value.as_str()));
        let delivery = Delivery { url: url.as_deref(), method: method.as_deref(), ..Delivery::new(pairs.collect::<Headers<'_>>(), &body) };
        let max_bytes = if small { 3 } else { 1000 };
        let report = hook.inspect_with(&delivery, NOW, &VerifyOptions { max_bytes, ..hook.verify_options() });
        content(&report, &body);
    }
}
