//! Signed URLs that the receiver knows under another name.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Explanation, Webhook};

use super::{base64, check, codes, custom, tag};
use crate::support::SECRET;

const BODY: &str = r#"{"type":"payment.updated"}"#;
/// Square's signature: the URL and the body, joined by nothing.
const SQUARE: &str = r#"{ "header": "X-Square-HmacSha256-Signature", "format": "{base64}", "algorithms": ["sha256"],
    "signedContent": "{url}{body}" }"#;

fn explain(hook: &Webhook, signed: &str, url: Option<&str>, more: &[(&str, &str)]) -> Explanation {
    let signature = base64(&tag(SECRET.as_bytes(), signed.as_bytes()));
    let mut headers = Headers::from_iter([("X-Square-HmacSha256-Signature", signature.as_str())]);
    for (name, value) in more {
        headers.push(*name, *value);
    }
    let delivery = Delivery::new(headers, BODY.as_bytes());
    check(hook, &if let Some(url) = url { delivery.with_url(url) } else { delivery })
}

#[test]
fn a_changed_url_is_proved_with_the_parts_that_differ() {
    let hook = custom(SQUARE, &[SECRET]);
    for (signed, received, headers, parts) in [
        (
            "https://x.example/hook",
            "http://x.example/hook",
            &[("X-Forwarded-Proto", "https"), ("Host", "x.example")][..],
            "scheme",
        ),
        ("https://x.example/hook", "http://x.example/hook", &[], "scheme"),
        (
            "https://x.example/hook",
            "http://10.0.0.1:3000/hook",
            &[("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "x.example")],
            "scheme, host and port",
        ),
        ("https://x.example/hook", "http://app:8080/hook", &[("Host", "x.example")], "scheme, host and port"),
        (
            "https://x.example/hook",
            "http://app/hook",
            &[("Forwarded", "for=1.2.3.4;proto=https;host=x.example")],
            "scheme and host",
        ),
        ("https://x.example/hook", "/hook", &[("Host", "x.example")], "scheme and host"),
        ("https://x.example/hook", "https://x.example/hook/", &[], "trailing slash"),
        ("https://x.example/hook/", "https://x.example/hook", &[], "trailing slash"),
        ("https://x.example/hook", "https://x.example:443/hook", &[], "port"),
        ("https://x.example:443/hook", "https://x.example/hook", &[], "port"),
        ("https://x.example/api/hook", "https://x.example/hook", &[("X-Forwarded-Prefix", "/api")], "path"),
        ("https://x.example/api/hook", "https://x.example/hook", &[("X-Original-URL", "/api/hook")], "path"),
        ("https://x.example/api/hook", "https://x.example/hook", &[("X-Rewrite-URL", "/api/hook")], "path"),
        ("https://x.example/hook", "https://x.example/hook?a=1", &[], "query"),
        ("https://x.example/hook?q=a%20b", "https://x.example/hook?q=a+b", &[], "query"),
        ("https://x.example/hook", "https://X.Example/hook", &[], "host"),
        ("https://www.x.example/hook", "https://x.example/hook", &[], "host"),
        ("/hook?a=1", "https://x.example/hook?a=1", &[], "scheme and host"),
    ] {
        let found = explain(&hook, &format!("{signed}{BODY}"), Some(received), headers);
        assert_eq!(
            codes(&found.matches),
            ["content-url-changed"],
            "{signed} {received} {:?}",
            found.observations
        );
        assert!(found.matches[0].message.ends_with(&format!("Different: {parts}.")), "{found:?}");
        assert!(found.matches[0].fix.contains("option `url`"), "{found:?}");
        assert!(found.observations.is_empty(), "{found:?}");
    }
}

#[test]
fn no_value_of_a_url_is_shown() {
    let hook = custom(SQUARE, &[SECRET]);
    let signed = format!("https://x.example/hook?key=value-of-tests{BODY}");
    let found = explain(&hook, &signed, Some("http://x.example/hook?key=value-of-tests"), &[]);
    assert_eq!(codes(&found.matches), ["content-url-changed"]);
    assert!(!format!("{found:?}").contains("value-of-tests"), "{found:?}");
}

#[test]
fn a_missing_url_is_said_and_made_of_what_proxies_say() {
    let hook = custom(SQUARE, &[SECRET]);
    let headers = [("Host", "x.example"), ("X-Original-URI", "/hook")];
    let found = explain(&hook, &format!("https://x.example/hook{BODY}"), None, &headers);
    assert_eq!(codes(&found.matches), ["content-url-changed"]);
    assert_eq!(codes(&found.observations), ["signed-content-incomplete"]);
    let found = explain(&hook, &format!("https://x.example/hook{BODY}"), None, &[]);
    assert_eq!(codes(&found.observations), ["signed-content-incomplete", "no-match"]);
}

#[test]
fn a_changed_url_and_a_changed_body_are_proved_together() {
    let hook = custom(SQUARE, &[SECRET]);
    let signed = format!("https://x.example/hook{}", BODY.replace(':', ": "));
    let found = explain(&hook, &signed, Some("http://x.example/hook"), &[]);
    let mut matches = codes(&found.matches);
    matches.sort_unstable();
    assert_eq!(matches, ["body-python-style", "content-url-changed"]);
}

#[test]
fn the_url_of_another_provider_is_tried_as_proxies_say_it() {
    let plain =
        r#"{ "header": "X-Square-HmacSha256-Signature", "format": "{base64}", "algorithms": ["sha256"] }"#;
    let hook = custom(plain, &[SECRET]);
    let headers = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "x.example")];
    let found =
        explain(&hook, &format!("https://x.example/hook{BODY}"), Some("http://app:80/hook"), &headers);
    assert_eq!(codes(&found.matches), ["content-url", "content-url-changed"]);
    let found = explain(&hook, &format!("http://app:80/hook{BODY}"), Some("http://app:80/hook"), &headers);
    assert_eq!(codes(&found.matches), ["content-url"]);
}

#[test]
fn a_valid_signed_url_needs_no_other() {
    let hook = custom(SQUARE, &[SECRET]);
    let found = explain(&hook, &format!("https://x.example/hook{BODY}"), Some("https://x.example/hook"), &[]);
    assert_eq!((codes(&found.matches), codes(&found.observations)), (vec![], vec!["signature-valid"]));
}

#[test]
fn a_changed_url_is_found_next_to_a_long_body() {
    let hook = custom(SQUARE, &[SECRET]);
    let body = format!("{{\"type\":\"payment.updated\",\"list\":[{}1]}}", "\"a/b\",".repeat(30_000));
    let signature = base64(&tag(SECRET.as_bytes(), format!("https://x.example/hook{body}").as_bytes()));
    let headers = Headers::from_iter([("X-Square-HmacSha256-Signature", signature.as_str())]);
    let delivery = Delivery::new(headers, body.as_bytes()).with_url("http://x.example/hook");
    assert_eq!(codes(&check(&hook, &delivery).matches), ["content-url-changed"]);
}

#[test]
fn a_valid_signature_of_an_unclear_content_is_no_wrong_header() {
    let id = r#"{ "header": "X-Square-HmacSha256-Signature", "format": "{base64}", "algorithms": ["sha256"],
        "signedContent": "{header:X-Part}.{body}" }"#;
    let url = "https://x.example/hook";
    for (definition, signed, body) in [
        (SQUARE, format!("{url} {BODY}"), format!(" {BODY}")),
        (SQUARE, format!("{url}a=1"), "a=1".to_owned()),
        (id, format!("a.b.{BODY}"), BODY.to_owned()),
    ] {
        let hook = custom(definition, &[SECRET]);
        let signature = base64(&tag(SECRET.as_bytes(), signed.as_bytes()));
        let headers =
            Headers::from_iter([("X-Square-HmacSha256-Signature", signature.as_str()), ("X-Part", "a.b")]);
        let delivery = Delivery::new(headers, body.as_bytes()).with_url(url);
        let found = check(&hook, &delivery);
        assert_eq!(codes(&found.matches), ["content-ambiguous"], "{signed}: {found:?}");
    }
}

#[test]
fn a_definition_with_the_url_next_to_the_body_is_recommended() {
    let plain =
        r#"{ "header": "X-Square-HmacSha256-Signature", "format": "{base64}", "algorithms": ["sha256"] }"#;
    let hook = custom(plain, &[SECRET]);
    let url = "https://x.example/hook";
    let found = explain(&hook, &format!("{url}{BODY}"), Some(url), &[]);
    assert_eq!(codes(&found.matches), ["content-url"]);
    assert!(found.matches[0].fix.contains(r#""signedContent": "{url}{body}""#), "{found:?}");
    let headers = Headers::from_iter([(
        "X-Square-HmacSha256-Signature",
        base64(&tag(SECRET.as_bytes(), format!("POST{url}{BODY}").as_bytes())),
    )]);
    let found = check(&hook, &Delivery::new(headers, BODY.as_bytes()).with_url(url).with_method("POST"));
    assert!(found.matches[0].fix.contains("no definition should use"), "{found:?}");
}
