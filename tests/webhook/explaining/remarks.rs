//! Remarks next to a proof or a valid signature, and remarks on deliveries of other kinds: none says what is not so.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Cause, Explanation, Webhook};

use super::{base64, check, codes, hex, tag};
use crate::support::{NOW, SECRET, options};

/// `NOW` in seconds.
const SECONDS: &str = "1700000000";

fn built_in(provider: &str, secret: &str) -> Webhook {
    Webhook::built_in(provider, options(&[secret])).expect("a webhook")
}

fn explained(hook: &Webhook, headers: &[(&str, &str)], body: &[u8]) -> Explanation {
    check(hook, &Delivery::new(headers.iter().copied().collect::<Headers<'_>>(), body))
}

fn github_signature(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex(&tag(secret.as_bytes(), body)))
}

fn observation<'e>(found: &'e Explanation, code: &str) -> &'e Cause {
    found.observations.iter().find(|cause| cause.code == code).unwrap_or_else(|| panic!("{code}: {found:?}"))
}

#[test]
fn a_long_timestamp_is_not_a_signature() {
    let (body, time) = (br#"{"a":1}"#, "1700000000000123");
    let message = [time.as_bytes(), b".", body].concat();
    let value = format!("t={time},v1={}", hex(&tag(SECRET.as_bytes(), &message)));
    let found = explained(&built_in("stripe", SECRET), &[("Stripe-Signature", &value)], body);
    let all = codes(&found.observations);
    assert!(!all.contains(&"digest-length") && !all.contains(&"signature-multiple"), "{all:?}");
}

#[test]
fn hexadecimal_digits_of_a_digest_are_never_read_as_base64() {
    let value = ["sha256=", &"29b9a46f".repeat(8)].concat();
    let headers = [("X-GitHub-Event", "push"), ("X-Hub-Signature-256", value.as_str())];
    for provider in ["shopify", "standard-webhooks"] {
        let secret = if provider == "shopify" { SECRET } else { super::STANDARD_SECRET };
        let found = explained(&built_in(provider, secret), &headers, br#"{"a":1}"#);
        assert!(!codes(&found.observations).contains(&"digest-length"), "{found:?}");
        let message = &observation(&found, "header-of-another-provider").message;
        assert!(message.contains("X-GitHub-Event") && message.contains("GitHub"), "{message}");
    }
    // Gitea sends the headers of GitHub as well, and GitHub's own webhook expects them.
    let gitea = [("X-Gitea-Event", "push"), headers[0], headers[1]];
    let found = explained(&built_in("shopify", SECRET), &gitea, br#"{"a":1}"#);
    assert!(!format!("{found:?}").contains("which GitHub sends"), "{found:?}");
    let found = explained(&built_in("github", SECRET), &headers, br#"{"a":1}"#);
    assert!(!codes(&found.observations).contains(&"header-of-another-provider"), "{found:?}");
}

#[test]
fn a_text_in_place_of_the_body_is_named_before_the_secret() {
    let hook = built_in("github", SECRET);
    let signature = github_signature(SECRET, br#"{"a":1}"#);
    for body in
        ["{}", "[]", " {} ", "null", "undefined", "None", "nil", "[object Object]", "42", "\"x\"", "true"]
    {
        let found = explained(&hook, &[("X-Hub-Signature-256", &signature)], body.as_bytes());
        observation(&found, "body-placeholder");
        assert!(!codes(&found.observations).contains(&"body-not-json"), "{body}: {found:?}");
        let message = &observation(&found, "no-match").message;
        assert!(!message.contains("Most likely the secret"), "{body}: {message}");
        let signed = github_signature(SECRET, body.as_bytes());
        let found = explained(&hook, &[("X-Hub-Signature-256", &signed)], body.as_bytes());
        assert_eq!(codes(&found.observations), ["signature-valid"], "{body}");
    }
    // SECURITY: a value is not repeated.
    let found = explained(&hook, &[("X-Hub-Signature-256", &signature)], b"\"4111111111111111\"");
    assert!(!format!("{found:?}").contains("4111"), "{found:?}");
}

#[test]
fn forms_are_not_blamed_where_the_provider_sends_them() {
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = b"payload=%7B%22a%22%3A1%7D";
    let message = [b"v0:1700000000:", &body[..]].concat();
    let slack = format!("v0={}", hex(&tag(SECRET.as_bytes(), &message)));
    let github = github_signature(SECRET, body);
    for (provider, headers) in [
        ("github", &[form, ("X-Hub-Signature-256", &github)][..]),
        ("slack", &[form, ("X-Slack-Request-Timestamp", SECONDS), ("X-Slack-Signature", &slack)]),
    ] {
        let found = explained(&built_in(provider, SECRET), headers, body);
        assert_eq!(codes(&found.observations), ["signature-valid"], "{provider}");
        let found = explained(&built_in(provider, "another secret of 32 characters!"), headers, body);
        let all = codes(&found.observations);
        assert!(!all.contains(&"content-type-form") && !all.contains(&"body-not-json"), "{provider} {all:?}");
        // Without Content-Type, and decoded.
        let hook = built_in(provider, "another secret of 32 characters!");
        let found = explained(&hook, &headers[1..], body);
        assert!(!codes(&found.observations).contains(&"body-not-json"), "{provider} {found:?}");
        let found = explained(&hook, headers, br#"payload={"a":1}"#);
        assert!(observation(&found, "content-type-form").message.contains("not URL-encoded"), "{found:?}");
        // The form was parsed, and its field is left.
        let found =
            explained(&built_in(provider, "another secret of 32 characters!"), headers, br#"{"a":1}"#);
        let Cause { message, fix, .. } = observation(&found, "content-type-form");
        assert!(!message.contains("sends") && !fix.contains("Set the provider"), "{message} {fix}");
    }
    // Stripe sends JSON only; a valid signature leaves nothing to explain.
    let message = [b"1700000000.", &body[..]].concat();
    let value = format!("t={SECONDS},v1={}", hex(&tag(SECRET.as_bytes(), &message)));
    let found = explained(&built_in("stripe", SECRET), &[form, ("Stripe-Signature", &value)], body);
    assert_eq!(codes(&found.observations), ["signature-valid"]);
}

#[test]
fn the_form_of_a_secret_that_signs_is_not_blamed() {
    for secret in [
        "https://example.com/secret",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "{\"secret\":1}",
        "secret ",
    ] {
        let hook = built_in("github", secret);
        let signature = github_signature(secret, br#"{"a":1}"#);
        let found = explained(&hook, &[("X-Hub-Signature-256", &signature)], br#"{"a":1}"#);
        assert_eq!(codes(&found.observations), ["signature-valid"], "{secret}");
        let found = explained(&hook, &[("X-Hub-Signature-256", &signature)], b"{\"a\":1}\n");
        assert_eq!(codes(&found.matches), ["body-newline-added"], "{secret}");
        assert_eq!(codes(&found.observations), [""; 0], "{secret}");
    }
    // Of another secret, the remark holds.
    let hook =
        Webhook::built_in("github", options(&[SECRET, "https://example.com/secret"])).expect("a webhook");
    let signature = github_signature(SECRET, br#"{"a":1}"#);
    let found = explained(&hook, &[("X-Hub-Signature-256", &signature)], br#"{"a":1}"#);
    assert!(observation(&found, "secret-wrong-type").message.contains("secret 2"), "{found:?}");
}

#[test]
fn a_renamed_header_is_not_missing() {
    let body = br#"{"a":1}"#;
    let hook = built_in("github", SECRET);
    let found = explained(&hook, &[("X-Forwarded-Hub-Signature-256", &github_signature(SECRET, body))], body);
    assert_eq!(codes(&found.matches), ["header-renamed"]);
    assert_eq!(codes(&found.observations), [""; 0]);
}

#[test]
fn the_limit_of_the_search_is_said_with_what_it_left_out() {
    let found = explained(
        &built_in("slack", SECRET),
        &[("X-Slack-Request-Timestamp", SECONDS), ("X-Slack-Signature", &format!("v0={}", "ab".repeat(32)))],
        super::TEXT.as_bytes(),
    );
    for cause in found.observations.iter().filter(|cause| cause.code == "search-limit-reached") {
        assert!(!cause.fix.contains("shorter body") && cause.fix.contains("max_combinations"), "{cause:?}");
        assert!(cause.message.contains("several changes"), "{cause:?}");
    }
    let hook = built_in("github", SECRET);
    let signature = github_signature("another", super::TEXT.as_bytes());
    let headers = Headers::from_iter([("X-Hub-Signature-256", signature.as_str())]);
    let delivery = Delivery::new(headers, super::TEXT.as_bytes());
    let found = hook.explain_with(&delivery, NOW, &hook.verify_options(), 5);
    let message = &observation(&found, "search-limit-reached").message;
    assert!(!message.contains("several changes"), "{message}");
}

#[test]
fn the_fix_of_a_prefix_is_that_of_the_definition() {
    let (body, bare) = (br#"{"a":1}"#, "Zk4hQ9wXn2LrT7vBy5MdP3sJc8GfA1eK");
    let message = [b"1700000000.", &body[..]].concat();
    let value = format!("t={SECONDS},v1={}", hex(&tag(format!("whsec_{bare}").as_bytes(), &message)));
    let found = explained(&built_in("stripe", bare), &[("Stripe-Signature", &value)], body);
    assert_eq!(codes(&found.matches), ["secret-prefix-kept"]);
    assert_eq!(found.matches[0].fix, "Pass the secret with its prefix.");
}

#[test]
fn a_printed_body_proves_the_bytes_that_it_prints() {
    let hook = built_in("github", SECRET);
    let body = "{\"a\":\"Zoë 'x' \\\\ <b>&amp;\",\n\"b\":[1,2]}";
    let numbers: Vec<String> = body.bytes().map(|byte| byte.to_string()).collect();
    let list = numbers.join(",");
    let members: Vec<String> =
        numbers.iter().enumerate().map(|(index, byte)| format!("\"{index}\":{byte}")).collect();
    let python = "b'{\"a\":\"Zo\\xc3\\xab \\'x\\' \\\\\\\\ <b>&amp;\",\\n\"b\":[1,2]}'";
    let signature = github_signature(SECRET, body.as_bytes());
    let escaped = body
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&#39;");
    let (upper, lower) = (hex(body.as_bytes()).to_uppercase(), hex(body.as_bytes()));
    for printed in [
        format!("{{\"type\":\"Buffer\",\"data\":[{list}]}}"),
        format!("{{\n  \"type\": \"Buffer\",\n  \"data\": [{}]\n}}", numbers.join(", ")),
        format!("{{{}}}", members.join(",")),
        list.clone(),
        format!("[{}]", numbers.join(", ")),
        python.to_owned(),
        format!("{lower}\n"),
        upper,
        escaped,
    ] {
        let found = explained(&hook, &[("X-Hub-Signature-256", &signature)], printed.as_bytes());
        assert_eq!(codes(&found.matches), ["body-printed"], "{printed}");
        assert_eq!(found.signed_body.as_deref(), Some(body.as_bytes()));
    }
    let double = "b\"{'a': 1}\"";
    let found = explained(
        &hook,
        &[("X-Hub-Signature-256", &github_signature(SECRET, b"{'a': 1}"))],
        double.as_bytes(),
    );
    assert_eq!(codes(&found.matches), ["body-printed"]);
}

#[test]
fn a_long_url_costs_no_more_than_a_long_body() {
    let hook = built_in("stripe", SECRET);
    let url = ["http://x/", &"a/".repeat(50_000)].concat();
    let value = format!("t={SECONDS},v1={}", "a".repeat(64));
    let delivery = Delivery::new(Headers::from_iter([("Stripe-Signature", value.as_str())]), b"{\"a\":1}");
    let without = check(&hook, &delivery);
    let found = check(&hook, &delivery.clone().with_url(&url));
    assert_eq!(found.tried, without.tried);
}

#[test]
fn a_signature_of_base64_stays_readable() {
    let body = br#"{"a":1}"#;
    let found = explained(
        &built_in("shopify", SECRET),
        &[("X-Shopify-Hmac-Sha256", &base64(&tag(SECRET.as_bytes(), body)))],
        body,
    );
    assert_eq!(codes(&found.observations), ["signature-valid"]);
}
