//! Families of headers: one provider sends the same headers under several names. The family whose signature is there is read
//! whole, and a foreign header of another family changes nothing.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{Webhook, WebhookOptions};

use crate::support::{NOW, definition, fresh, options};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = br#"{"type":"ping"}"#;

fn families() -> String {
    definition(
        r#", "headers": { "id": ["a-id", "b-id"], "timestamp": ["a-time", "b-time"], "deliveryId": ["a-id", "b-id"], "webhookId": "X-Hook" },
        "dedupe": ["header:a-id"], "signature": { "header": ["a-sig", "b-sig"], "format": "v1,{base64}", "algorithms": ["sha256"],
            "signedContent": "{id}.{timestamp}.{body}", "secret": "whsec_{base64}" }"#,
    )
}

fn hooks() -> [Webhook; 2] {
    let bytes = Provider::compile(families().as_bytes()).expect("valid");
    let compiled = Provider::from_compiled(&bytes).expect("of this build");
    let text = Provider::from_json(families().as_bytes()).expect("valid");
    [text, compiled].map(|provider| Webhook::new(provider, options(&[SECRET])).expect("a webhook"))
}

/// The headers of a signed delivery, with the names of a family.
fn signed(family: &str, id: &str) -> Vec<(String, String)> {
    let params = hookseal::webhook::SignParams { id: Some(id.to_owned()), ..fresh() };
    let signed = hooks()[0].sign(BODY, &params).expect("signed");
    let mut headers = signed.headers;
    headers.retain(|(name, _)| name.starts_with("a-"));
    assert_eq!(headers.len(), 3);
    headers.iter().map(|(name, value)| (name.replace("a-", &format!("{family}-")), value.clone())).collect()
}

/// The idempotency key and the id of the delivery, or the code of the rejection.
type Ids = Result<(String, Option<String>), Code>;

fn outcome(pairs: &[(String, String)]) -> Ids {
    let [first, second] = hooks().map(|hook| {
        let headers: Headers<'_> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let delivery = Delivery::new(headers, BODY);
        let result = hook.verify(&delivery, NOW);
        let result = result.map(|verified| (verified.id, verified.delivery_id)).map_err(|error| error.code);
        let report = hook.inspect(&delivery, NOW);
        assert_eq!(report.code, result.clone().err());
        if let Ok((id, delivery_id)) = &result {
            assert_eq!((report.id.as_ref(), &report.delivery_id), (Some(id), delivery_id));
            assert!(report.signature.uncovered.is_empty(), "the id is signed");
        }
        result
    });
    assert_eq!(first, second);
    first
}

#[expect(clippy::unnecessary_wraps, reason = "compared with outcomes")]
fn key(id: &str) -> Ids {
    Ok((format!("ping:{id}"), Some(id.to_owned())))
}

#[test]
fn each_family_is_verified_with_its_own_headers() {
    assert_eq!(outcome(&signed("a", "1")), key("1"));
    assert_eq!(outcome(&signed("b", "2")), key("2"));
    // In any letter case.
    let upper: Vec<_> =
        signed("b", "2").into_iter().map(|(name, value)| (name.to_uppercase(), value)).collect();
    assert_eq!(outcome(&upper), key("2"));
    assert!(hooks()[0].uncovered().names().is_empty());
}

/// SECURITY: an attacker has one recorded delivery, and adds headers to it so that it counts as another one.
#[test]
fn a_foreign_header_of_another_family_changes_nothing() {
    for (own, other) in [("a", "b"), ("b", "a")] {
        let recorded = signed(own, "1");
        let foreign = |name: &str| (format!("{other}-{name}"), "2".to_owned());
        for names in [&["id"][..], &["time"], &["id", "time"]] {
            let added: Vec<_> = names.iter().map(|name| foreign(name)).collect();
            assert_eq!(outcome(&[added.clone(), recorded.clone()].concat()), key("1"), "{own} {names:?}");
            assert_eq!(outcome(&[recorded.clone(), added].concat()), key("1"), "{own} {names:?}");
        }
    }
}

#[test]
fn no_family_borrows_a_header_of_another_one() {
    let (a, b) = (signed("a", "1"), signed("b", "2"));
    // Both whole: the first one decides.
    assert_eq!(outcome(&[b.clone(), a.clone()].concat()), key("1"));
    // The signature of one with the id or the time of the other.
    for missing in ["a-id", "a-time"] {
        let pairs: Vec<_> =
            [a.clone(), b.clone()].concat().into_iter().filter(|(name, _)| name != missing).collect();
        let code = if missing == "a-id" { Code::HEADER_MISSING } else { Code::TIMESTAMP_MISSING };
        assert_eq!(outcome(&pairs), Err(code), "{missing}");
    }
    // A forged, empty or stale signature of the first family is not saved by the second one.
    for value in ["", "v1,AAAA", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let forged = [vec![("a-sig".to_owned(), value.to_owned())], b.clone()].concat();
        assert!(outcome(&forged).is_err(), "{value}");
    }
    // The signature of the second family under the name of the first one, with the headers of the second one.
    let moved: Vec<_> =
        b.iter().map(|(name, value)| (name.replace("b-sig", "a-sig"), value.clone())).collect();
    assert!(outcome(&moved).is_err());
}

#[test]
fn lists_of_headers_belong_together_by_place() {
    let error = |headers: &str, header: &str| {
        let text = definition(&format!(
            r#", "headers": {headers}, "signature": {{ "header": {header}, "format": "{{hex}}", "algorithms": ["sha256"] }}"#
        ));
        let issue = Provider::from_json(text.as_bytes()).expect_err(headers).issues.remove(0);
        (issue.pointer, issue.message)
    };
    let expected = |name: &str, count: u8| {
        (
            format!("/headers/{name}"),
            format!("Expected {count} names, one for each name in `signature.header`."),
        )
    };
    assert_eq!(error(r#"{ "id": ["A", "B", "C"] }"#, r#"["X", "Y"]"#), expected("id", 2));
    assert_eq!(error(r#"{ "deliveryId": ["A"] }"#, r#"["X", "Y"]"#), expected("deliveryId", 2));
    assert_eq!(error(r#"{ "deliveryId": ["A", "B"] }"#, r#""X""#), expected("deliveryId", 1));
    assert_eq!(
        error("{}", r#"["X", "Y Z"]"#),
        (
            "/signature/header/1".to_owned(),
            "Expected a header's name, such as X-Signature, got a string of 3 characters.".to_owned()
        )
    );
    assert_eq!(error("{}", "[]").1, "Expected at least 1 item, got an empty array.");
    // One name is that of every family.
    let hook = &hooks()[0];
    let pairs = [signed("b", "2"), vec![("X-Hook".to_owned(), "h".to_owned())]].concat();
    let headers: Headers<'_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let verified = hook.verify(&Delivery::new(headers, BODY), NOW).expect("accepted");
    assert_eq!(verified.webhook_id.as_deref(), Some("h"));
    for name in ["a-sig", "b-sig", "a-id", "b-id", "a-time", "b-time"] {
        assert!(hook.required_headers().iter().any(|header| header == name), "{name}");
        assert!(hook.provider().own_headers().contains(&name), "{name}");
    }
}

#[test]
fn svix_sends_both_families() {
    let webhook = |id: &str| Webhook::built_in(id, options(&[SECRET])).expect("a webhook");
    let body = br#"{"type":"invoice.paid","timestamp":"2023-11-14T22:13:20Z","data":{}}"#;
    let signed = webhook("standard-webhooks").sign(body, &fresh()).expect("signed");
    let headers =
        || signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    let svix = webhook("svix").verify(&Delivery::new(headers(), body), NOW).expect("verified");
    let standard =
        webhook("standard-webhooks").verify(&Delivery::new(headers(), body), NOW).expect("verified");
    assert_eq!((svix.id, svix.delivery_id), (standard.id, standard.delivery_id));
    let unsigned = WebhookOptions { allow_unsigned: true, ..options(&[SECRET]) };
    let hook = Webhook::built_in("svix", unsigned).expect("a webhook");
    let mut forged = signed.headers.clone();
    forged.iter_mut().filter(|(name, _)| name == "webhook-id").for_each(|(_, id)| id.push('1'));
    let headers: Headers<'_> = forged.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        hook.verify(&Delivery::new(headers, body), NOW).expect_err("forged").code,
        Code::SIGNATURE_MISMATCH
    );
}
