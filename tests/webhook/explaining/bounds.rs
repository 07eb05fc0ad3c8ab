//! `explain` never finds a cause by chance, exceeds its budget, or panics.

use hookseal::delivery::{Delivery, Headers};
use proptest::prelude::*;

use super::{HEADER, STANDARD, STANDARD_SECRET, TEXT, base64, check, codes, custom, explained, hex, signed};
use crate::support::{NOW, SECRET, lax, painchek, xon};

#[test]
fn explains_nothing_if_nothing_is_signed_or_the_signature_is_valid() {
    let body = TEXT.as_bytes();
    let delivery = Delivery::new(Headers::new(), body);
    assert_eq!(codes(&check(&xon(), &delivery).observations), ["provider-unsigned"]);
    let seen = ["secret-missing", "header-missing"];
    assert_eq!(codes(&check(&lax("painchek"), &delivery).observations), seen);
    let found = explained(&painchek(&[SECRET]), &signed(body), body);
    assert_eq!((codes(&found.matches), codes(&found.observations)), (vec![], vec!["signature-valid"]));
    assert_eq!(found.tried, 0);
    let options = hookseal::webhook::VerifyOptions { max_bytes: 10, ..painchek(&[SECRET]).verify_options() };
    let found = painchek(&[SECRET]).explain_with(&delivery, NOW, &options, 4096);
    assert_eq!(codes(&found.observations), ["body-too-large", "header-missing"]);
}

#[test]
fn keeps_and_reports_the_budget() {
    let hook = painchek(&[SECRET, "another", "a third"]);
    let signature = signed(b"something else");
    for budget in [0, 1, 17, 500] {
        let delivery = Delivery::new(Headers::from_iter([(HEADER, signature.as_str())]), TEXT.as_bytes());
        let found = hook.explain_with(&delivery, NOW, &hook.verify_options(), budget);
        assert!(found.tried <= budget, "{} of {budget}", found.tried);
        let seen = ["body-json-stringify-output", "secrets-several", "no-match", "search-limit-reached"];
        assert_eq!(codes(&found.observations), seen);
    }
}

#[test]
fn a_signature_with_several_decodings_counts_for_each_of_them() {
    let hook = painchek(&[SECRET]);
    // Hex digits are valid base64, too.
    for budget in 0..100 {
        let headers = Headers::from_iter([(HEADER, "444444444444444444444444444")]);
        let found = hook.explain_with(&Delivery::new(headers, b"{}"), NOW, &hook.verify_options(), budget);
        assert!(found.tried <= budget, "{} of {budget}", found.tried);
    }
}

#[test]
fn returns_the_signed_body_only_if_it_is_proved() {
    let hook = painchek(&[SECRET]);
    let signed_body = |signature: &str, body: &[u8]| {
        let headers = Headers::from_iter([(HEADER, signature)]);
        hook.signed_body(&Delivery::new(headers, body), NOW)
    };
    let spaced = br#"{"event": "assessment_add", "data": {}}"#;
    let compact = br#"{"event":"assessment_add","data":{}}"#;
    assert_eq!(signed_body(&signed(spaced), compact).as_deref(), Some(&spaced[..]));
    // A valid body is the signed one; without a match the signed body is unknown.
    assert_eq!(signed_body(&signed(compact), compact).as_deref(), Some(&compact[..]));
    assert_eq!(signed_body(&format!("sha256={}", hex(&[7; 32])), compact), None);
    assert_eq!(xon().signed_body(&Delivery::new(Headers::new(), compact), NOW), None);
}

#[test]
fn limits_the_hashed_bytes_of_a_long_body() {
    let mut text = String::from("{\"data\":[");
    while text.len() < 1_000_000 {
        text.push_str("{\"name\":\"Zoë a/b\",\"score\":1.0,\"id\":10},");
    }
    text.push_str("0]}");
    let found = explained(&painchek(&[SECRET]), &signed(b"something else"), text.as_bytes());
    assert_eq!(codes(&found.observations), ["no-match", "search-limit-reached"]);
    assert!((20..80).contains(&found.tried), "{}", found.tried);
    // The most frequent cause is found before the limit.
    let python = text.replace(',', ", ").replace(':', ": ");
    let found = explained(&painchek(&[SECRET]), &signed(python.as_bytes()), text.as_bytes());
    assert_eq!(codes(&found.matches), ["body-python-style"]);
}

fn any_signature() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 32).prop_map(|it| format!("sha256={}", hex(&it))),
        proptest::collection::vec(any::<u8>(), 20).prop_map(|it| format!("sha1={}", hex(&it))),
        proptest::collection::vec(any::<u8>(), 32).prop_map(|it| format!("sha256={}", base64(&it))),
        proptest::collection::vec(any::<u8>(), 8..40).prop_map(|it| hex(&it)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_signature_has_no_match(signature in any_signature(), body in "[ -~é\n]{1,60}", secret in "[!-~]{1,30}") {
        let delivery = Delivery::new(Headers::from_iter([(HEADER, signature.as_str())]), body.as_bytes());
        let found = check(&painchek(&[&secret]), &delivery);
        prop_assert!(found.matches.is_empty(), "{:?}", found);
        let said = ["no-match", "signature-unreadable"];
        prop_assert!(codes(&found.observations).iter().any(|it| said.contains(it)), "{:?}", found);
    }

    #[test]
    fn hostile_deliveries_are_explained_without_a_panic(
        pairs in proptest::collection::vec(("[A-Za-z-]{1,12}|X-Sig|X-Time|webhook-id", "\\PC{0,80}"), 0..6),
        signature in "[v1,=a-f0-9 ;\\[\"]{0,120}",
        body in proptest::collection::vec(any::<u8>(), 0..80),
        url in "\\PC{0,20}",
    ) {
        let mut headers: Headers<'_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.push("X-Sig", signature.as_str());
        headers.push(HEADER, signature.as_str());
        let delivery = Delivery::new(headers, &body).with_url(&url);
        for hook in [custom(STANDARD, &[STANDARD_SECRET]), painchek(&[SECRET])] {
            let found = check(&hook, &delivery);
            prop_assert!(found.matches.is_empty(), "{:?}", found);
            prop_assert!(!found.observations.is_empty(), "{:?}", delivery);
        }
    }
}
