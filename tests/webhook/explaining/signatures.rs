//! Errors in secrets, algorithms, encodings, signed contents and headers.

use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{Webhook, WebhookOptions};

use super::{
    HEADER, STANDARD, STANDARD_KEY, STANDARD_SECRET, TEXT, base64, check, codes, custom, explained, hex,
    signed, tag,
};
use crate::support::{NOW, SECRET, definition, made, options, painchek};

#[test]
fn mistakes_in_secrets_are_proved() {
    let sign = |key: &[u8]| format!("sha256={}", hex(&tag(key, TEXT.as_bytes())));
    for (written, key, expected) in [
        ("word\n", &b"word"[..], &["secret-white-space"][..]),
        ("word", b"word\n", &["secret-white-space-missing"]),
        ("\"word\"", b"word", &["secret-quotes"]),
        ("word", b"'word'", &["secret-quotes-missing"]),
        ("word\\n", b"word\n", &["secret-newline-escaped"]),
        ("wo\nrd", b"wo\\nrd", &["secret-newline-unescaped"]),
        ("c0ffee", b"\xc0\xff\xee", &["secret-hex-decoded"]),
        ("wP/u", b"\xc0\xff\xee", &["secret-base64-decoded"]),
        ("wP_u", b"\xc0\xff\xee", &["secret-base64url-decoded"]),
        ("word", b"776f7264", &["secret-encoded"]),
        ("word", b"d29yZA==", &["secret-encoded"]),
        ("whsec_word", b"word", &["secret-prefix-dropped"]),
        ("word", b"whsec_word", &["secret-prefix-kept"]),
        ("whsec_wP/u", b"\xc0\xff\xee", &["secret-prefix-dropped", "secret-base64-decoded"]),
        ("'word\n'", b"word", &["secret-quotes", "secret-white-space"]),
        ("word", b"undefined", &["secret-unset"]),
        ("word", b"", &["secret-unset"]),
    ] {
        let found = explained(&painchek(&[written]), &sign(key), TEXT.as_bytes());
        let mut matches = codes(&found.matches);
        matches.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(matches, expected, "{written:?} {:?}", found.observations);
        assert!(found.matches.iter().all(|cause| cause.changed_bytes.is_none()));
        let said = format!("{found:?}");
        assert!(!said.contains(&hex(&tag(key, TEXT.as_bytes()))), "{said}");
    }
}

#[test]
fn a_secret_of_another_provider_or_kind_is_an_observation() {
    let signature = signed(TEXT.as_bytes());
    let compact = br#"{"a":1}"#;
    let found = explained(&painchek(&["another", SECRET]), &signed(br#"{"a": 1}"#), compact);
    assert_eq!(
        (codes(&found.matches), codes(&found.observations)),
        (vec!["body-python-style"], vec!["secret-not-first"])
    );
    let found = explained(&painchek(&["another", SECRET]), &signature, TEXT.as_bytes());
    assert_eq!(
        (codes(&found.matches), codes(&found.observations)),
        (vec![], vec!["signature-valid", "secret-not-first"])
    );
    for (secret, prefix) in [("sk_live_abcdefgh", "\"sk_live_\""), ("we_1MgrTALkdIwHu7ixU1", "\"we_1\"")] {
        let found = explained(&painchek(&[secret]), &signature, TEXT.as_bytes());
        assert_eq!(codes(&found.observations), ["secret-wrong-type", "no-match"]);
        assert!(found.observations[0].message.contains(prefix), "{found:?}");
    }
    let found = explained(&painchek(&[" odd"]), &signature, TEXT.as_bytes());
    assert_eq!(codes(&found.observations), ["secret-suspicious", "no-match"]);
}

#[test]
fn algorithms_and_encodings_are_proved() {
    let body = TEXT.as_bytes();
    let key = SECRET.as_bytes();
    let [sha1, sha256, sha512] = Algorithm::HMAC.map(|it| hmac::sign(it, key, body));
    let (right, text) = (hex(&sha256), base64(&sha256));
    let url_safe = text.replace('+', "-").replace('/', "_").replace('=', "");
    let plain = hex(&hookseal::signature::sha256(body));
    let secret_first = hex(&hookseal::signature::sha256(&[key, body].concat()));
    for (signature, expected) in [
        (format!("sha256={}", hex(&sha1)), &["algorithm-mislabelled"][..]),
        (format!("sha1={right}"), &["algorithm-mislabelled"]),
        (format!("sha512={}", hex(&sha512)), &["algorithm-not-accepted"]),
        (format!("sha256={text}"), &["signature-encoding"]),
        (format!("sha256={url_safe}"), &["signature-encoding"]),
        (right.clone(), &["signature-label-missing"]),
        (text.clone(), &["signature-label-missing", "signature-encoding"]),
        (format!("sha256:{right}"), &["signature-label-unexpected"]),
        (format!("[\"sha256={right}\"]"), &["signature-label-unexpected"]),
        (format!("hmac-sha256={right}"), &["signature-label-unexpected"]),
        (format!("sha256={}", &right[..40]), &["signature-truncated"]),
        (format!("sha256={}", &right[..63]), &["signature-truncated"]),
        (format!("sha256={}", &right[4..]), &["signature-truncated"]),
        (format!("sha256={}", base64(right.as_bytes())), &["signature-double-encoded"]),
        (format!("sha256={}", base64(right.to_uppercase().as_bytes())), &["signature-double-encoded"]),
        (format!("sha256={}", hex(text.as_bytes())), &["signature-double-encoded"]),
        (format!("sha256={plain}"), &["signature-not-hmac"]),
        (format!("sha256={secret_first}"), &["signature-not-hmac"]),
    ] {
        let found = explained(&painchek(&[SECRET]), &signature, body);
        assert_eq!(codes(&found.matches), expected, "{signature} {:?}", found.observations);
    }
    let narrow = WebhookOptions { algorithms: Some(vec![Algorithm::Sha256]), ..options(&[SECRET]) };
    let hook = Webhook::built_in("painchek", narrow).expect("a webhook");
    let found = explained(&hook, &format!("sha1={}", hex(&sha1)), body);
    assert_eq!(codes(&found.matches), ["algorithm-not-accepted"]);
    let found = explained(&hook, &format!("sha256={}", "ab".repeat(20)), body);
    assert_eq!(codes(&found.observations)[..2], ["digest-length", "no-match"]);
    assert!(
        found.observations[0].message.contains("20 bytes, the length of sha1, under the label sha256"),
        "{found:?}"
    );
}

#[test]
fn base64_with_changed_letter_case_is_proved() {
    let hook = custom(r#"{ "header": "X-Sig", "format": "{base64}", "algorithms": ["sha256"] }"#, &[SECRET]);
    let text = base64(&tag(SECRET.as_bytes(), b"{\"type\":\"ping\"}"));
    for (signature, code) in
        [(text.to_lowercase(), "signature-upper-case"), (text.to_uppercase(), "signature-upper-case")]
    {
        let headers = Headers::from_iter([("X-Sig", signature.as_str())]);
        let found = check(&hook, &Delivery::new(headers, b"{\"type\":\"ping\"}"));
        assert_eq!(codes(&found.matches), [code], "{signature}");
    }
    let hex = hex(&tag(SECRET.as_bytes(), b"{\"type\":\"ping\"}"));
    let headers = Headers::from_iter([("X-Sig", hex.as_str())]);
    let found = check(&hook, &Delivery::new(headers, b"{\"type\":\"ping\"}"));
    assert_eq!(codes(&found.matches), ["signature-encoding"]);
    assert!(found.matches[0].message.contains("encoded as hex; expected base64"), "{found:?}");
}

#[test]
fn mistakes_in_the_signed_content_are_proved() {
    let hook = custom(STANDARD, &[STANDARD_SECRET]);
    let body = "{\"type\":\"ping\"}";
    let time = "1700000000";
    for (content, expected) in [
        (format!("m1.{body}"), &["content-timestamp-missing"][..]),
        (format!("{time}.{body}"), &["content-id-missing"]),
        (body.to_owned(), &["content-timestamp-missing", "content-id-missing"]),
        (format!("m1:{time}:{body}"), &["content-separator"]),
        (format!("m1{time}{body}"), &["content-separator"]),
        (format!("m1.{time}000.{body}"), &["content-timestamp-unit"]),
        (format!("v0:{time}:{body}"), &["content-other-provider"]),
        (format!("https://h.example/hook{body}"), &["content-url"]),
        (format!("/hook{body}"), &["content-url"]),
        (format!("POSThttps://h.example/hook{body}{time}"), &["content-url"]),
    ] {
        let signature = format!("v1,{}", base64(&tag(&STANDARD_KEY, content.as_bytes())));
        let headers =
            Headers::from_iter([("X-Sig", signature.as_str()), ("X-Time", time), ("X-Msg-Id", "m1")]);
        let delivery = Delivery::new(headers, body.as_bytes()).with_url("https://h.example/hook");
        let found = check(&hook, &delivery);
        assert_eq!(codes(&found.matches), expected, "{content} {:?}", found.observations);
        // No invalid definition is proposed.
        let is_proposed = found.matches.iter().any(|cause| cause.fix.contains("signedContent"));
        let is_url_next_to_body = expected == ["content-url"] && !content.starts_with("POST");
        assert_eq!(is_proposed, expected == ["content-other-provider"] || is_url_next_to_body, "{content}");
        assert!(found.observations.is_empty(), "{:?}", found.observations);
    }
    let signature = format!(
        "v1,{}",
        base64(&tag(&STANDARD_SECRET.as_bytes()[6..], format!("m1.{time}.{body}").as_bytes()))
    );
    let headers = Headers::from_iter([("X-Sig", signature.as_str()), ("X-Time", time), ("X-Msg-Id", "m1")]);
    assert_eq!(
        codes(&check(&hook, &Delivery::new(headers, body.as_bytes())).matches),
        ["secret-not-decoded"]
    );
}

#[test]
fn the_signed_content_of_another_provider_is_proved_with_its_name() {
    let hook = painchek(&[SECRET]);
    let time = "1700000000";
    for (content, header, value, provider) in [
        (
            format!("{time}.{TEXT}"),
            "X-Request-Timestamp",
            time,
            "Buildkite, Calendly, Cloudflare Stream and others",
        ),
        (format!("v0:{time}:{TEXT}"), "X-Slack-Request-Timestamp", time, "Customer.io, Slack, Zoom"),
        (format!("{time}:{TEXT}"), "Timestamp", time, "Front application webhook, Paddle Billing, Webflow"),
    ] {
        let signature = signed(content.as_bytes());
        let headers = Headers::from_iter([(HEADER, signature.as_str()), (header, value)]);
        let found = check(&hook, &Delivery::new(headers, TEXT.as_bytes()));
        assert_eq!(codes(&found.matches), ["content-other-provider"], "{provider}");
        let message = &found.matches[0].message;
        assert!(message.ends_with(&format!(" ({provider}); expected {{body}}.")), "{message}");
    }
    // A Standard Webhooks sender: its id and its timestamp, and a secret that it decodes.
    let signature = signed(TEXT.as_bytes()).replace("sha256=", "");
    let content = format!("msg_1.{time}.{TEXT}");
    let text = format!("sha256={}", hex(&tag(b"\xc0\xff\xee", content.as_bytes())));
    assert_ne!(signature, text);
    let headers =
        Headers::from_iter([(HEADER, text.as_str()), ("webhook-id", "msg_1"), ("webhook-timestamp", time)]);
    let found = check(&painchek(&["wP/u"]), &Delivery::new(headers, TEXT.as_bytes()));
    assert_eq!(codes(&found.matches), ["secret-base64-decoded", "content-other-provider"]);
}

#[test]
fn reports_a_missing_header_and_one_of_another_name() {
    let hook = painchek(&[SECRET]);
    let found = check(&hook, &Delivery::new(Headers::new(), TEXT.as_bytes()));
    assert_eq!(
        (codes(&found.matches), codes(&found.observations), found.tried),
        (vec![], vec!["header-missing"], 0)
    );
    let signature = signed(TEXT.as_bytes());
    let headers =
        Headers::from_iter([("X-Hub-Signature-256", signature.as_str()), ("ETag", signature.as_str())]);
    let found = check(&hook, &Delivery::new(headers, TEXT.as_bytes()));
    assert_eq!(codes(&found.matches), ["header-renamed"]);
    // The match says where the header is.
    assert_eq!(codes(&found.observations), [""; 0]);
    let wrong = signed(b"something else");
    let headers = Headers::from_iter([("x-painchek-signature", wrong.as_str())]);
    let found = check(&hook, &Delivery::new(headers, TEXT.as_bytes()));
    assert_eq!(codes(&found.observations), ["header-missing", "header-similar", "no-match"]);
    assert!(
        found.observations[1].message.contains("look like a signature: x-painchek-signature."),
        "{found:?}"
    );
}

#[test]
fn the_other_header_of_the_same_provider_is_not_another_providers() {
    let hook = custom(
        r#"{ "header": "X-Hub-Signature-256", "format": "sha256={hex}", "algorithms": ["sha256"] }"#,
        &[SECRET],
    );
    let (signature, old) = (signed(b"something else"), "sha1=".to_owned() + &"0".repeat(40));
    let headers =
        Headers::from_iter([("X-Hub-Signature-256", signature.as_str()), ("X-Hub-Signature", old.as_str())]);
    assert_eq!(codes(&check(&hook, &Delivery::new(headers, b"{\"a\": [1 ]}")).observations), ["no-match"]);
}

#[test]
fn reports_a_line_break_copied_with_a_signature() {
    let found = explained(&painchek(&[SECRET]), &format!("{}\n", signed(TEXT.as_bytes())), TEXT.as_bytes());
    assert_eq!(codes(&found.matches), ["signature-label-unexpected"]);
}

#[test]
fn reports_several_values_in_one_header_and_tries_each() {
    let hook = painchek(&[SECRET]);
    let (right, wrong) = (signed(br#"{"a": 1}"#), signed(b"something else"));
    for signature in [format!("{wrong}, {right}"), format!("[\"{wrong}\",\"{right}\"]")] {
        let found = explained(&hook, &signature, br#"{"a":1}"#);
        assert!(codes(&found.matches).contains(&"body-python-style"), "{found:?}");
        assert_eq!(codes(&found.observations), ["signature-multiple"]);
    }
}

#[test]
fn recognizes_a_signature_of_the_documentation() {
    let seed = include_bytes!("../../vectors/seeds/painchek.json");
    let found = explained(&painchek(&[SECRET]), "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6", seed);
    assert_eq!(codes(&found.observations), ["documentation-sample", "no-match"]);
    assert!(found.observations[0].message.contains("GitHub"), "{found:?}");
}

#[test]
fn the_difference_of_a_timestamp_is_reported_with_its_direction() {
    let hook = custom(STANDARD, &[STANDARD_SECRET]);
    let body = b"{\"type\":\"ping\"}";
    for (time, expected, size) in [
        ("1699999000", "timestamp-too-old", "1000 s in the past; the tolerance"),
        ("1700001000", "timestamp-too-new", "1000 s in the future; the tolerance"),
    ] {
        let content = format!("m1.{time}.{}", String::from_utf8_lossy(body));
        let right = format!("v1,{}", base64(&tag(&STANDARD_KEY, content.as_bytes())));
        let wrong = format!("v1,{}", base64(&[7; 32]));
        for (signature, last) in [(&right, "signature-valid"), (&wrong, "no-match")] {
            let headers =
                Headers::from_iter([("X-Sig", signature.as_str()), ("X-Time", time), ("X-Msg-Id", "m1")]);
            let found = check(&hook, &Delivery::new(headers, body));
            let seen = codes(&found.observations);
            assert!(seen.contains(&expected) && seen.contains(&last), "{found:?}");
            let cause = found.observations.iter().find(|it| it.code == expected).expect("seen");
            assert!(cause.message.contains(size), "{cause:?}");
            assert!(found.matches.is_empty());
        }
    }
    let headers = Headers::from_iter([("X-Sig", "v1,AAAA"), ("X-Time", "yesterday"), ("X-Msg-Id", "m1")]);
    let found = check(&hook, &Delivery::new(headers, body));
    assert_eq!(codes(&found.observations), ["signature-unreadable", "timestamp-missing"]);
}

#[test]
fn reports_a_signed_content_without_its_values() {
    let hook = custom(
        r#"{ "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": "{url}{header:X-Part}{body}", "ambiguous": true }"#,
        &[SECRET],
    );
    let signature = hex(&tag(SECRET.as_bytes(), b"{}"));
    let found = check(&hook, &Delivery::new(Headers::from_iter([("X-Sig", signature.as_str())]), b"{}"));
    assert_eq!(codes(&found.observations), ["signed-content-incomplete"]);
    assert!(
        found.observations[0].message.contains("includes the header X-Part and the URL, which"),
        "{found:?}"
    );
    // The actual signed content is found nevertheless.
    assert_eq!(codes(&found.matches), ["content-other-provider"]);
}

#[test]
fn reports_forms_and_compressed_bodies() {
    let signature = signed(b"something else");
    let headers = Headers::from_iter([
        (HEADER, signature.as_str()),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("Content-Encoding", "gzip"),
    ]);
    let found = check(&painchek(&[SECRET]), &Delivery::new(headers, b"a=1"));
    let seen = ["content-encoding", "content-type-form", "body-not-json", "no-match"];
    assert_eq!(codes(&found.observations), seen);
}

#[test]
fn signature_headers_of_built_in_providers_name_their_provider() {
    for (header, title) in
        [("Linear-Signature", "Linear"), ("Typeform-Signature", "Typeform"), ("X-Twilio-Signature", "Twilio")]
    {
        let signature = signed(b"something else");
        let headers = Headers::from_iter([(HEADER, signature.as_str()), (header, "x")]);
        let found = check(&painchek(&[SECRET]), &Delivery::new(headers, TEXT.as_bytes()));
        assert_eq!(codes(&found.observations), ["header-of-another-provider", "no-match"], "{title}");
        assert!(found.observations[0].message.ends_with(&format!("which {title} sends.")), "{found:?}");
    }
}

#[test]
fn a_missing_or_malformed_timestamp_has_a_hint_like_an_old_one() {
    let hook = custom(STANDARD, &[STANDARD_SECRET]);
    let signature = format!("v1,{}", base64(&[7; 32]));
    for time in [None, Some("yesterday")] {
        let mut headers = Headers::from_iter([("X-Sig", signature.as_str()), ("X-Msg-Id", "m1")]);
        if let Some(time) = time {
            headers.push("X-Time", time);
        }
        let report = hook.inspect(&Delivery::new(headers, b"{\"type\":\"ping\"}"), NOW);
        let issue = report.issues.iter().find(|issue| issue.code.as_str().starts_with("timestamp-"));
        let hint = issue.and_then(|issue| issue.hint.as_deref()).unwrap_or_default();
        assert!(hint.contains("X-Time"), "{report:?}");
    }
    let in_header = r#"{ "header": "X-Sig", "format": "t={timestamp},v1={hex}", "algorithms": ["sha256"],
        "signedContent": "{timestamp}.{body}" }"#;
    let definition = definition(&format!(r#", "signature": {in_header}"#));
    let hook = made(&definition, options(&[SECRET]));
    let signature = format!("v1={}", hex(&[7; 32]));
    let headers = Headers::from_iter([("X-Sig", signature.as_str())]);
    let report = hook.inspect(&Delivery::new(headers, b"{\"type\":\"ping\"}"), NOW);
    let issue = report.issues.iter().find(|issue| issue.code.as_str() == "timestamp-missing");
    let hint = issue.and_then(|issue| issue.hint.as_deref()).unwrap_or_default();
    assert!(hint.contains("X-Sig"), "{report:?}");
}
