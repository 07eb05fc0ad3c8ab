//! Creating a webhook: valid and invalid secrets and options.

use hookseal::provider::{Provider, Uncovered};
use hookseal::signature::Algorithm;
use hookseal::webhook::{CoveredPart, SignatureInfo, Verdict, Webhook, WebhookOptions};
use hookseal::{Code, Severity};

use super::support::{
    NOW, SECRET, bare, definition, fresh, headers, lax, made, options, painchek, samples, unsigned,
};
use hookseal::delivery::Delivery;

#[test]
fn never_creates_a_webhook_without_secret_or_opt_in() {
    for (provider, options, code, message) in [
        ("painchek", options(&[]), Code::SECRET_MISSING, "No signing secret configured for PainChek."),
        ("painchek", options(&[""]), Code::SECRET_MISSING, "The secret is empty."),
        (
            "painchek",
            options(&["\t "]),
            Code::SECRET_MISSING,
            "The secret contains only white space and invisible characters.",
        ),
        (
            "painchek",
            options(&[SECRET, " \n"]),
            Code::SECRET_MISSING,
            "secrets[1]: The secret contains only white space and invisible characters.",
        ),
        (
            "painchek",
            WebhookOptions { allow_unsigned: true, ..options(&[""]) },
            Code::SECRET_MISSING,
            "The secret is empty.",
        ),
        (
            "painchek",
            WebhookOptions { algorithms: Some(vec![]), ..options(&[SECRET]) },
            Code::OPTION_INVALID,
            "Invalid value for option `algorithms`: expected at least one algorithm.",
        ),
        (
            "painchek",
            WebhookOptions { algorithms: Some(vec![Algorithm::Sha512]), ..options(&[SECRET]) },
            Code::OPTION_INVALID,
            "Invalid value for option `algorithms`: expected",
        ),
        (
            "xon",
            options(&[]),
            Code::SECRET_MISSING,
            "X-on Surgery Connect does not sign its webhooks, so the sender",
        ),
        (
            "xon",
            options(&[SECRET]),
            Code::SECRET_INVALID,
            "X-on Surgery Connect does not sign its webhooks, so a secret cannot",
        ),
        (
            "xon",
            WebhookOptions { allow_unsigned: true, ..options(&[SECRET]) },
            Code::SECRET_INVALID,
            "X-on Surgery Connect does not sign its webhooks, so a secret cannot",
        ),
        (
            "unknown",
            options(&[SECRET]),
            Code::DEFINITION_INVALID,
            "There is no built-in provider by this id. `hookseal::provider::ids` lists them.",
        ),
    ] {
        let error = Webhook::built_in(provider, options).expect_err("refused");
        assert_eq!(error.code, code, "{error}");
        assert_eq!(error.status(), 500);
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.issues.len(), 1);
        assert_eq!(error.issues[0].message, error.to_string());
        assert!(!format!("{error} {error:?}").contains(SECRET));
    }
}

#[test]
fn an_error_about_a_secret_has_a_hint() {
    let error = Webhook::built_in("painchek", options(&[""])).expect_err("refused");
    let hint = error.issues[0].hint.as_deref().expect("a hint");
    assert!(hint.starts_with("Set the variable or file that the secret is read from."), "{hint}");
}

#[test]
fn an_invalid_secret_is_named_by_its_index_and_never_quoted() {
    let text = definition(
        r#", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "secret": "hex" }"#,
    );
    let provider = Provider::from_json(text.as_bytes()).expect("a definition");
    let error =
        Webhook::new(provider, options(&["00ff010203040506", "not hex digits"])).expect_err("refused");
    assert_eq!(error.code, Code::SECRET_INVALID);
    let said = "secrets[1]: Invalid secret: expected an even number of hex digits.";
    assert_eq!(error.to_string(), said);
}

#[test]
fn all_secrets_of_a_rotation_verify_and_the_first_one_signs() {
    let sample = &samples()[0];
    let (old, both) = (painchek(&["the old one"]), painchek(&["the new one", "the old one"]));
    let signed_by_old = old.sign(&sample.body, &fresh()).expect("signed");
    let signed_by_both = both.sign(&sample.body, &fresh()).expect("signed");
    for (signed, place) in [(&signed_by_old, 1), (&signed_by_both, 0)] {
        let delivery = Delivery::new(headers(&signed.headers), &signed.body);
        let verified = both.verify(&delivery, NOW).expect("verified");
        let uncovered = Uncovered::default();
        assert_eq!(
            verified.signature,
            SignatureInfo::Verified {
                algorithm: Algorithm::Sha256,
                secret: place,
                covers: CoveredPart::Body,
                uncovered
            }
        );
        assert_eq!(both.inspect(&delivery, NOW).signature.secret, Some(place));
    }
    let delivery = Delivery::new(headers(&signed_by_both.headers), &signed_by_both.body);
    assert_eq!(old.verify(&delivery, NOW).expect_err("rejected").code, Code::SIGNATURE_MISMATCH);
}

#[test]
fn narrowing_the_algorithms_rejects_a_downgrade() {
    let sample = &samples()[0];
    let only = |algorithm| {
        let narrowed = WebhookOptions { algorithms: Some(vec![algorithm]), ..options(&[SECRET]) };
        Webhook::built_in("painchek", narrowed).expect("a webhook")
    };
    let signed = only(Algorithm::Sha1).sign(&sample.body, &fresh()).expect("signed");
    assert!(signed.headers.iter().any(|(_, value)| value.starts_with("sha1=")), "{signed:?}");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    assert!(painchek(&[SECRET]).verify(&delivery, NOW).is_ok(), "PainChek signed so once");
    let error = only(Algorithm::Sha256).verify(&delivery, NOW).expect_err("rejected");
    assert_eq!((error.code, error.status()), (Code::ALGORITHM_UNSUPPORTED, 401));
}

#[test]
fn a_signature_without_a_secret_is_reported_and_never_called_verified() {
    let sample = &samples()[0];
    let signed = painchek(&[SECRET]).sign(&sample.body, &fresh()).expect("signed");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    let report = lax("painchek").inspect(&delivery, NOW);
    assert_eq!(report.verdict, Verdict::Unsigned);
    assert!(report.issues.iter().any(|issue| issue.code == Code::SECRET_MISSING), "{:#?}", report.issues);
    assert_eq!(lax("painchek").verify(&delivery, NOW).expect("accepted").signature, SignatureInfo::Unsigned);
}

#[test]
fn allow_unsigned_accepts_missing_signatures_and_not_wrong_ones() {
    let sample = &samples()[0];
    let hook = Webhook::built_in("painchek", WebhookOptions { allow_unsigned: true, ..options(&[SECRET]) })
        .expect("made");
    assert_eq!(hook.verify(&bare(&sample.body), NOW).expect("accepted").signature, SignatureInfo::Unsigned);
    let signed = painchek(&["another"]).sign(&sample.body, &fresh()).expect("signed");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    assert_eq!(hook.verify(&delivery, NOW).expect_err("rejected").code, Code::SIGNATURE_MISMATCH);
    let mut empty = bare(&sample.body);
    empty.headers.push("x-painchek-wh-signature", "");
    assert_eq!(hook.verify(&empty, NOW).expect_err("rejected").code, Code::SIGNATURE_MALFORMED);
    let strict = painchek(&[SECRET]);
    assert_eq!(strict.verify(&bare(&sample.body), NOW).expect_err("rejected").code, Code::SIGNATURE_MISSING);
}

#[test]
fn creates_a_webhook_from_a_custom_definition() {
    let hook = made(&definition(""), unsigned());
    assert_eq!(hook.provider().id, "mine");
    assert!(hook.verify(&bare(br#"{"type":"ping"}"#), NOW).is_ok());
}

#[test]
fn webhooks_share_a_secret_if_one_is_the_same_key() {
    let shares = |a: &Webhook, b: &Webhook| {
        assert_eq!(a.shares_secret(b), b.shares_secret(a));
        a.shares_secret(b)
    };
    let [old, rotating, new] = [&["old"][..], &["new", "old"], &["new"]].map(painchek);
    assert!(shares(&old, &painchek(&["old"])) && shares(&old, &rotating) && shares(&rotating, &new));
    assert!(!shares(&old, &new));
    assert!(!shares(&old, &painchek(&["olds"])) && !shares(&old, &painchek(&["Old"])));
    // Without secrets there is none in common.
    assert!(!shares(&lax("painchek"), &lax("painchek")) && !shares(&old, &lax("painchek")));
    // Two texts of one key are the same secret.
    let key = |secret: &str| Webhook::built_in("svix", options(&[secret])).expect("made");
    assert!(shares(&key("whsec_c2VjcmV0LW9mLXRoaXMtdGVzdA=="), &key("c2VjcmV0LW9mLXRoaXMtdGVzdA==")));
}

#[test]
fn an_unknown_id_is_not_quoted_and_the_nearest_id_is_named() {
    let built_in = |id: &str| Webhook::built_in(id, options(&["a"])).expect_err("no such provider");
    let error = built_in("hunter2-the-secret");
    assert!(!format!("{error} {:?}", error.issues).contains("hunter2"), "{error}");
    for (id, like) in [("gihtub", "github"), ("painchec", "painchek"), ("Stripe", "stripe"), ("xno", "xon")] {
        let error = built_in(id);
        assert_eq!(error.issues[0].hint.as_deref(), Some(&*format!("Did you mean \"{like}\"?")), "{id}");
    }
    for id in ["", "q", "no", "hub"] {
        assert_eq!(built_in(id).issues[0].hint, None, "{id}");
    }
}

#[test]
fn a_short_secret_is_a_warning_if_it_verifies() {
    let sample = &samples()[0];
    for (signer, secrets, short) in [
        ("sixteen bytes, .", &["sixteen bytes, ."][..], &[][..]),
        ("fifteen bytes..", &["fifteen bytes.."], &["The secret"]),
        ("short", &["a secret of 32 bytes for the test", "short"], &["secrets[1]"]),
        ("a secret of 32 bytes for the test", &["a secret of 32 bytes for the test", "short"], &[]),
    ] {
        let hook = painchek(secrets);
        let signed = painchek(&[signer]).sign(&sample.body, &fresh()).expect("signed");
        let delivery = Delivery::new(headers(&signed.headers), &signed.body);
        let issues = hook.verify(&delivery, NOW).expect("verified").issues;
        assert_eq!(issues, hook.inspect(&delivery, NOW).issues);
        let found: Vec<&str> =
            issues.iter().map(|issue| issue.message.split(" has ").next().expect("one")).collect();
        assert_eq!(found, short);
        assert!(
            issues.iter().all(|issue| (issue.code, issue.severity) == (Code::SECRET_SHORT, Severity::Info))
        );
        // A forged delivery has no other issue.
        let forged = Delivery::new(headers(&signed.headers), b"{}");
        let error = hook.verify(&forged, NOW).expect_err("rejected");
        assert_eq!((error.code, error.issues.len()), (Code::SIGNATURE_MISMATCH, 1));
    }
}
