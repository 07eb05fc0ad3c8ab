//! Secrets in the form of each provider, and webhooks that only explain.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{SignParams, Verdict, Webhook, WebhookOptions};

use crate::support::{NOW, URL, fresh, headers, options};

/// Built-in providers with secrets in the form that their documentation, their tests or their dashboards show.
const DOCUMENTED: &[(&str, &[&str])] = &[
    ("adyen-platform", &["DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"]),
    ("bitbucket", &["It's a Secret to Everybody"]),
    ("coinbase-commerce", &["30291a20-0bd1-4267-9b0f-e6e7b123c0bf"]),
    ("jira", &["It's a Secret to Everybody"]),
    ("microsoft-teams", &["+ZaRRMC8+mpnfGaGsBOmkIFt98bttL5YQRq3p2tXgcE="]),
    ("revolut", &["wsk_r59a4HfWVAKycbCaNO1RvgJCec02gRd8"]),
    ("square", &["Ibxx_5AKakO-3qeNVR61Dw", "signature-key-of-the-subscription"]),
    ("clerk", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("dodo-payments", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    (
        "github",
        &[
            "It's a Secret to Everybody",
            "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
            "whsec_is_my_own_choice",
            "correct-horse_battery/staple+9=",
        ],
    ),
    ("lemonsqueezy", &["a random text of 20 characters"]),
    ("linear", &["lin_wh_ZkQmX7aVbN2cLpRt5yUiOe8w"]),
    ("liveblocks", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("openai", &["whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="]),
    ("paddle", &["pdl_ntfset_01hkk7s0d2zqg5wqr2jv2p3qfe_EQH24hTM5f7m5r1xkNfGqJFJ8pHMwQbE"]),
    ("painchek", &["0DpAOwQAZw4CFwpEiNyGaoTkb5tyARds", "any text, with spaces & signs"]),
    ("polar", &["polar_whs_0123456789abcdefghijklmnopqrstuvwxyzABCD"]),
    ("render", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("replicate", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("resend", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("sentry", &["0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]),
    ("shopify", &["hush", "shpss_0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"]),
    ("slack", &["8f742231b10e8888abcd99yyyzzz85a5", "0123456789abcdef0123456789abcdef"]),
    (
        "standard-webhooks",
        &[
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "v1,whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=",
        ],
    ),
    ("stripe", &["whsec_5f4dcc3b5aa765d61d8327deb882cf99", "whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z"]),
    ("supabase-auth", &["v1,whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="]),
    ("svix", &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("typeform", &["a random text of 20 characters", "NGQ2ZjVhNzMtZTQ5Zi00"]),
    ("zoom", &["yl-HUwPzRSaeR1hFiJ6zQA", "sEcrEtToKeN_of-Zoom01"]),
];

#[test]
fn no_documented_secret_is_warned_about() {
    for (provider, secrets) in DOCUMENTED {
        for secret in *secrets {
            let hook = Webhook::built_in(provider, options(&[secret])).expect(secret);
            let params = SignParams { url: Some(URL.to_owned()), ..fresh() };
            let mut signed = hook.sign(b"{}", &params).expect("signed");
            signed.body = b"{\"another\":1}".to_vec();
            let delivery = Delivery::new(headers(&signed.headers), &signed.body).with_url(URL);
            #[cfg(feature = "full")]
            for cause in hook.explain(&delivery, NOW).observations {
                assert!(!cause.code.starts_with("secret-"), "{provider} {secret}: {}", cause.code);
            }
            let error = hook.verify(&delivery, NOW).expect_err("another body");
            let hint = error.issues[0].hint.clone().unwrap_or_default();
            assert!(
                error.code == Code::SIGNATURE_MISMATCH && !hint.contains("The secret"),
                "{provider}: {hint}"
            );
        }
    }
}

#[cfg(feature = "full")]
#[test]
fn a_warning_states_a_fact_of_the_secret() {
    for (provider, secret, fact) in [
        ("github", " hunter2-and-more", "begins or ends with white space"),
        ("stripe", "\"whsec_5f4dcc3b5aa765d6\"", "has quotes around it"),
        ("slack", "8f742231b10e8888\u{200b}", "contains invisible characters"),
        ("svix", "whsec_AAECAwQFBgcICQoLDA0ODxA=", "fewer than 24 bytes"),
        ("svix", "5f4dcc3b5aa765d61d8327deb882cf99", "only hex digits"),
    ] {
        let hook = Webhook::built_in(provider, options(&[secret])).expect(secret);
        let other =
            Webhook::built_in(provider, options(&["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])).expect("other");
        let signed = other.sign(b"{}", &fresh()).expect("signed");
        let explanation = hook.explain(&Delivery::new(headers(&signed.headers), b"{\"a\":1}"), NOW);
        let warning = explanation.observations.iter().find(|cause| cause.code == "secret-suspicious");
        let message = &warning.unwrap_or_else(|| panic!("{provider}: {explanation:?}")).message;
        assert!(message.contains(fact) && !message.contains(secret.trim()), "{message}");
    }
}

fn explaining(secrets: &[&str]) -> WebhookOptions {
    WebhookOptions { explain_only: true, ..options(secrets) }
}

#[test]
fn a_webhook_that_explains_verifies_and_signs_nothing() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let right = Webhook::built_in("standard-webhooks", options(&[secret])).expect("a webhook");
    let body = br#"{"type":"invoice.paid","timestamp":"2023-11-14T22:13:20Z","data":{}}"#;
    let signed = right.sign(body, &fresh()).expect("signed");
    let delivery = Delivery::new(headers(&signed.headers), body);
    assert!(right.verify(&delivery, NOW).is_ok());

    for (secrets, allow_unsigned) in [(&[secret][..], false), (&[secret], true), (&["a_plain_text"], false)] {
        let options = WebhookOptions { allow_unsigned, ..explaining(secrets) };
        let hook = Webhook::built_in("standard-webhooks", options).expect("a webhook");
        let unsigned = Delivery::new(Headers::new(), body);
        for delivery in [&delivery, &unsigned] {
            let error = hook.verify(delivery, NOW).expect_err("fails closed");
            assert_eq!(error.code, Code::OPTION_INVALID);
            assert!(error.to_string().contains("`explain_only`"), "{error}");
            assert!(error.issues[0].hint.as_deref().is_some_and(|hint| hint.contains("explain_only")));
            let fast = hook.verify_fast(delivery, NOW, &hook.verify_options());
            assert_eq!(fast.err().map(|error| error.code), Some(Code::OPTION_INVALID));
            let report = hook.inspect(delivery, NOW);
            assert_eq!(report.verdict, Verdict::Rejected);
            assert!(report.issues.iter().any(|issue| issue.code == Code::OPTION_INVALID));
        }
        for error in [
            hook.sign(body, &fresh()).expect_err("signs nothing"),
            hook.create("invoice.paid", b"{}", &fresh()).expect_err("creates nothing"),
            hook.resign(&delivery, NOW).expect_err("signs nothing"),
        ] {
            assert_eq!(error.code, Code::OPTION_INVALID);
            assert!(error.to_string().contains("`explain_only`"), "{error}");
        }
        assert!(hook.compare(&delivery, &delivery).expect("compared").same);
    }
    let hook = Webhook::built_in("standard-webhooks", explaining(&[secret])).expect("a webhook");
    #[cfg(feature = "full")]
    assert_eq!(hook.explain(&delivery, NOW).observations[0].code, "signature-valid");
    assert!(!hook.shares_secret(&Webhook::built_in("svix", explaining(&["plain text"])).expect("a webhook")));
    let (first, second) = (explaining(&["plain text"]), explaining(&["other text"]));
    let [first, second] =
        [first, second].map(|options| Webhook::built_in("svix", options).expect("a webhook"));
    assert!(!first.shares_secret(&second));
}

#[test]
fn a_webhook_that_explains_needs_a_secret() {
    for secrets in [&[][..], &[""], &["whsec_"], &[" \n"]] {
        let error = Webhook::built_in("svix", explaining(secrets)).expect_err("no secret");
        assert_eq!(error.code, Code::SECRET_MISSING, "{secrets:?}");
    }
    // A provider without signatures is explained as such, with a secret and without one.
    for secrets in [&[][..], &["a secret"]] {
        let hook = Webhook::built_in("xon", explaining(secrets)).expect("a webhook");
        let delivery = Delivery::new(Headers::new(), b"{}");
        #[cfg(feature = "full")]
        assert_eq!(hook.explain(&delivery, NOW).observations[0].code, "provider-unsigned");
        assert_eq!(hook.verify(&delivery, NOW).expect_err("closed").code, Code::OPTION_INVALID);
        assert!(hook.sign(b"{}", &fresh()).is_err());
    }
}
