//! Signatures, tokens and signed values in the body and the URL. Each way around them is refused.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::Algorithm;
use hookseal::signature::hmac::sign;
use hookseal::webhook::{
    CoveredPart, Report, SignatureInfo, SignatureStatus, Timestamp, Verdict, Webhook, WebhookOptions,
};
use std::fmt::Write as _;

use crate::support::{NOW, SECRET, fresh, headers, made, options};

fn hex(message: &str) -> String {
    sign(Algorithm::Sha256, SECRET.as_bytes(), message.as_bytes()).iter().fold(
        String::new(),
        |mut out, byte| {
            write!(out, "{byte:02x}").expect("a string");
            out
        },
    )
}

fn definition(signature: &str, dedupe: &str) -> String {
    format!(
        r#"{{ "id": "mine", "signature": {{ "format": "{{hex}}", "algorithms": ["sha256"], {signature} }},
            "envelope": {{ "type": "/type", "id": "/id" }}, "dedupe": [{dedupe}], "events": {{ "*": {{ "schema": true }} }} }}"#
    )
}

/// A signature in the body over type and id.
fn fields() -> Webhook {
    let signature = r#""from": "/sig", "covers": "fields", "signedContent": "{/type}:{/id}""#;
    made(&definition(signature, r#""pointer:/id""#), options(&[SECRET]))
}

/// A signature in the body over a time and a nonce, as Mailgun's.
fn nothing() -> Webhook {
    let signature = r#""from": "/sig/sig", "covers": "nothing", "signedContent": "{timestamp}{/sig/token}",
        "timestamp": "/sig/time", "tolerance": 60"#;
    made(&definition(signature, r#""pointer:/sig/token""#), options(&[SECRET]))
}

/// A signature in the URL over the body.
fn in_url() -> Webhook {
    made(&definition(r#""from": "query:signature""#, r#""digest""#), options(&[SECRET]))
}

/// The result of every verb, which agree, also those of the compiled definition.
fn outcome(hook: &Webhook, url: Option<&str>, body: &str) -> (Result<SignatureInfo, Code>, Report) {
    let delivery = Delivery { url, ..Delivery::new(Headers::new(), body.as_bytes()) };
    let result = hook.verify(&delivery, NOW);
    if let Err(error) = &result {
        let text = error.to_string();
        assert!(!text.contains(SECRET), "{text}");
    }
    let result = result.map(|verified| verified.signature).map_err(|error| error.code);
    let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options());
    assert_eq!(fast.map(|accepted| accepted.signature).map_err(|error| error.code), result);
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.code, result.err(), "{body}");
    assert_eq!(result.is_err(), report.verdict == Verdict::Rejected, "{body}");
    let bytes = Webhook::new(
        Provider::from_compiled(&hook.provider().to_compiled()).expect("of this build"),
        options(&[SECRET]),
    );
    let again = bytes.expect("a webhook").verify(&delivery, NOW).map(|verified| verified.signature);
    assert_eq!(again.map_err(|error| error.code), result);
    (result, report)
}

fn code(hook: &Webhook, body: &str) -> Option<Code> {
    outcome(hook, None, body).0.err()
}

#[test]
fn verifies_a_signature_in_the_body_over_fields() {
    let signature = hex("paid:evt_1");
    let body = |kind: &str, id: &str, sig: &str| format!(r#"{{"type":{kind},"id":{id},"sig":{sig}}}"#);
    let valid = body("\"paid\"", "\"evt_1\"", &format!("\"{signature}\""));
    let (result, report) = outcome(&fields(), None, &valid);
    let Ok(SignatureInfo::Verified { covers, uncovered, .. }) = result else { panic!("{result:?}") };
    assert_eq!(covers, CoveredPart::Fields);
    assert!(uncovered.names().is_empty());
    assert_eq!(report.signature.header.as_deref(), Some("/sig"));
    assert_eq!(report.signature.received.as_deref(), Some(&*signature));
    assert_eq!(report.signature.covers, Some(CoveredPart::Fields));
    // A report contains no value of a payload.
    assert!(
        report
            .signature
            .parts
            .iter()
            .all(|part| { part.placeholder.is_none() || part.value.is_none() && part.span.is_some() })
    );

    let sig = format!("\"{signature}\"");
    for (body, expected) in [
        // What is not signed can change.
        (valid.replace('}', ",\"amount\":1}"), None),
        // The same text in another spelling.
        (body("\"p\\u0061id\"", "\"evt_1\"", &sig), None),
        (body("\"paid\"", "\"evt_2\"", &sig), Some(Code::SIGNATURE_MISMATCH)),
        (body("\"paid\"", "\"evt_1\"", "\"00\""), Some(Code::ALGORITHM_MISMATCH)),
        (body("\"paid\"", "\"evt_1\"", "\"\""), Some(Code::SIGNATURE_MALFORMED)),
        (body("\"paid\"", "\"evt_1\"", "null"), Some(Code::SIGNATURE_MISSING)),
        (body("\"paid\"", "\"evt_1\"", "[]"), Some(Code::SIGNATURE_MALFORMED)),
        (body("\"paid\"", "null", &sig), Some(Code::FIELD_MISSING)),
        (body("\"paid\"", "\"\"", &sig), Some(Code::FIELD_MISSING)),
        (body("\"paid\"", "{}", &sig), Some(Code::SIGNATURE_MALFORMED)),
        // White space is a part of the value.
        (body("\"paid \"", "\"evt_1\"", &sig), Some(Code::SIGNATURE_MISMATCH)),
        (body("\"paid\"", "\"\\tevt_1\"", &sig), Some(Code::SIGNATURE_MISMATCH)),
        (body("\"paid\"", "\"evt_1\\n\"", &sig), Some(Code::SIGNATURE_MALFORMED)),
        (body("\"paid\"", "\"evt_1\\ud800\"", &sig), Some(Code::SIGNATURE_MALFORMED)),
        // Bytes that move over the separator.
        (body("\"paid:evt\"", "\"_1\"", &sig), Some(Code::SIGNATURE_MALFORMED)),
        // Parsers disagree on the values.
        (valid.replace('}', ",\"id\":\"evt_1\"}"), Some(Code::JSON_DUPLICATE_KEY)),
        (valid.replace('}', ""), Some(Code::SIGNATURE_MISSING)),
        ("[]".to_owned(), Some(Code::SIGNATURE_MISSING)),
    ] {
        assert_eq!(code(&fields(), &body), expected, "{body}");
    }
}

#[test]
fn a_header_with_the_name_of_a_source_is_not_read() {
    let signature = hex("paid:evt_1");
    let unsigned = r#"{"type":"paid","id":"evt_2"}"#;
    let pairs = [("/sig", signature.as_str()), ("/id", "evt_1"), ("/type", "paid"), ("query:sig", "1")];
    let delivery = Delivery::new(Headers::from_iter(pairs), unsigned.as_bytes());
    assert_eq!(fields().verify(&delivery, NOW).map(|_| ()).unwrap_err().code, Code::SIGNATURE_MISSING);
}

#[test]
fn a_signature_over_nothing_of_the_event_is_a_token() {
    let body = |time: &str, token: &str, sig: &str| {
        format!(r#"{{"type":"ping","id":"e","sig":{{"time":{time},"token":"{token}","sig":"{sig}"}}}}"#)
    };
    let now = "1700000000";
    let valid = body("\"1700000000\"", "abc", &hex("1700000000abc"));
    let (result, report) = outcome(&nothing(), None, &valid);
    assert_eq!(result, Ok(SignatureInfo::Token { secret: 0 }));
    assert_eq!((report.verdict, report.signature.status), (Verdict::Token, SignatureStatus::Token));
    assert_eq!(report.signature.covers, Some(CoveredPart::Nothing));
    assert_eq!(report.signature.uncovered, ["type", "id"]);
    for (body, expected) in [
        (body(now, "abc", &hex("1700000000abc")), None),
        (body("\"1699999000\"", "abc", &hex("1699999000abc")), Some(Code::TIMESTAMP_TOO_OLD)),
        (body("\"1700001000\"", "abc", &hex("1700001000abc")), Some(Code::TIMESTAMP_TOO_NEW)),
        (body("\"1700000000\"", "abd", &hex("1700000000abc")), Some(Code::SIGNATURE_MISMATCH)),
        (body("null", "abc", &hex("1700000000abc")), Some(Code::TIMESTAMP_MISSING)),
        (body("\"soon\"", "abc", &hex("soonabc")), Some(Code::TIMESTAMP_MALFORMED)),
        // Digits that move from the time to the token.
        (body("\"170000000\"", "0abc", &hex("1700000000abc")), Some(Code::TIMESTAMP_MALFORMED)),
        (body("\"17000000001\"", "bc", &hex("17000000001bc")), Some(Code::TIMESTAMP_MALFORMED)),
        (body("\"1700000000\"", "", &hex("1700000000")), Some(Code::FIELD_MISSING)),
    ] {
        assert_eq!(code(&nothing(), &body), expected, "{body}");
    }
}

#[test]
fn verifies_a_signature_in_the_url() {
    let body = r#"{"type":"ping","id":"e"}"#;
    let signature = hex(body);
    let url = |query: &str| format!("https://h.example/hook?{query}");
    let hook = in_url();
    assert!(hook.requires_target());
    assert_eq!(hook.required_headers(), ["content-type"]);
    let (result, report) = outcome(&hook, Some(&url(&format!("a=1&signature={signature}"))), body);
    assert!(matches!(result, Ok(SignatureInfo::Verified { covers: CoveredPart::Body, .. })), "{result:?}");
    assert_eq!(report.signature.header.as_deref(), Some("query:signature"));
    for (query, expected) in [
        (String::new(), Code::SIGNATURE_MISSING),
        (format!("Signature={signature}"), Code::SIGNATURE_MISSING),
        (format!("signature={signature}&signature=00"), Code::SIGNATURE_MALFORMED),
        (format!("signature={signature}x"), Code::SIGNATURE_MALFORMED),
        (format!("signature={}", hex("other")), Code::SIGNATURE_MISMATCH),
    ] {
        assert_eq!(outcome(&hook, Some(&url(&query)), body).0, Err(expected), "{query}");
    }
    let error = outcome(&hook, None, body).0.unwrap_err();
    assert_eq!(error, Code::SIGNATURE_MISSING);
}

#[test]
fn compares_a_token_in_the_body() {
    let definition = r#"{ "id": "mine", "signature": { "kind": "token", "from": "/passcode" },
        "envelope": { "type": "/type" }, "dedupe": ["digest"], "events": { "*": { "schema": true } } }"#;
    let hook = made(definition, options(&[SECRET]));
    for (passcode, expected) in [
        (format!("\"{SECRET}\""), None),
        (format!("\" {SECRET}\""), Some(Code::SIGNATURE_MISMATCH)),
        (format!("[\"{SECRET}\"]"), Some(Code::SIGNATURE_MALFORMED)),
        ("\"other\"".to_owned(), Some(Code::SIGNATURE_MISMATCH)),
        ("\"\"".to_owned(), Some(Code::SIGNATURE_MALFORMED)),
        ("null".to_owned(), Some(Code::SIGNATURE_MISSING)),
    ] {
        let body = format!(r#"{{"type":"ping","passcode":{passcode}}}"#);
        let (result, report) = outcome(&hook, None, &body);
        assert_eq!(result.err(), expected, "{passcode}");
        let report = serde_json::to_string(&report).expect("JSON");
        assert!(!report.contains(SECRET), "{report}");
    }
    assert!(hook.provider().token_headers().is_empty());
}

#[test]
fn names_the_source_in_messages() {
    let text = |hook: &Webhook, body: &str| {
        hook.verify(&Delivery::new(Headers::new(), body.as_bytes()), NOW).map(|_| ()).unwrap_err().to_string()
    };
    let missing = text(&fields(), r#"{"type":"paid","id":"e"}"#);
    assert!(missing.contains("Missing signature at /sig."), "{missing}");
    let missing = text(&fields(), &format!(r#"{{"type":"paid","sig":"{}"}}"#, hex("")));
    assert!(missing.contains("Missing value at /id, which the signature covers."), "{missing}");
    let missing = text(&in_url(), "{}");
    assert!(missing.contains("Missing signature at query:signature."), "{missing}");
    let unusable = text(&fields(), r#"{"type":"paid","id":"e","sig":{}}"#);
    assert!(unusable.contains("The value at /sig cannot be a part of a signature."), "{unusable}");
}

#[test]
fn create_and_sign_write_the_signature_into_the_body() {
    for hook in [fields(), nothing()] {
        let signed = hook.create("ping", br#"{"amount":1}"#, &fresh()).expect("a delivery");
        let delivery = Delivery::new(headers(&signed.headers), &signed.body);
        assert!(hook.verify(&delivery, NOW).is_ok());
        // Signed later, the same body has another time.
        let later = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
        let mut params = fresh();
        params.now = later;
        let again = hook.sign(&signed.body, &params).expect("signed");
        let delivery = Delivery::new(headers(&again.headers), &again.body);
        assert!(hook.verify(&delivery, later).is_ok());
        let error = hook.sign(br#"{"type":"ping","id":"e"}"#, &params).unwrap_err();
        assert!([Code::OPTION_INVALID, Code::FIELD_MISSING].contains(&error.code), "{error}");
    }
    let error = in_url().sign(b"{}", &fresh()).unwrap_err();
    assert!(
        error.to_string().contains("The provider sends its signature in the URL, as query:signature."),
        "{error}"
    );
    assert_eq!(nothing().resign(&Delivery::new(Headers::new(), b"{}"), NOW), Ok(vec![]));
}

#[test]
fn a_large_body_is_not_parsed_for_its_signature() {
    let hook = {
        let signature = r#""from": "/sig", "covers": "fields", "signedContent": "{/type}:{/id}""#;
        let options = WebhookOptions { max_bytes: Some(8), ..options(&[SECRET]) };
        made(&definition(signature, r#""pointer:/id""#), options)
    };
    let (result, report) = outcome_of_large(&hook);
    assert_eq!(result, Some(Code::BODY_TOO_LARGE));
    assert_eq!(report.signature.status, SignatureStatus::Malformed);
}

fn outcome_of_large(hook: &Webhook) -> (Option<Code>, Report) {
    let delivery = Delivery::new(Headers::new(), br#"{"type":"paid","id":"e","sig":""}"#);
    (hook.verify(&delivery, NOW).err().map(|error| error.code), hook.inspect(&delivery, NOW))
}

#[cfg(feature = "full")]
#[test]
fn explains_a_signature_in_the_body() {
    let body = format!(r#"{{"type":"paid","id":"evt_1","sig":"{}"}}"#, hex("paid:evt_1"));
    let delivery = Delivery::new(Headers::new(), body.as_bytes());
    let codes = |hook: &Webhook| -> Vec<&str> {
        let explanation = hook.explain(&delivery, NOW);
        let causes = explanation.matches.iter().chain(&explanation.observations);
        causes.map(|cause| cause.code).collect()
    };
    assert_eq!(codes(&fields()), ["signature-valid"]);
    let signature = r#""from": "/sig", "covers": "fields", "signedContent": "{/type}:{/id}""#;
    let spaced = format!("{SECRET} ");
    let hook = made(&definition(signature, r#""pointer:/id""#), options(&[&spaced]));
    assert!(codes(&hook).contains(&"secret-white-space"), "{:?}", codes(&hook));
    let hook = made(&definition(signature, r#""pointer:/id""#), options(&["another secret of thirty-two b"]));
    assert!(codes(&hook).contains(&"no-match"), "{:?}", codes(&hook));
}

/// The key of an event, alike in every verb.
fn key(hook: &Webhook, body: &str) -> String {
    let delivery = Delivery::new(Headers::new(), body.as_bytes());
    let id = hook.verify(&delivery, NOW).expect("a valid delivery").id;
    assert_eq!(hook.verify_fast(&delivery, NOW, &hook.verify_options()).expect("as before").id, id);
    assert_eq!(hook.inspect(&delivery, NOW).id, Some(id.clone()));
    id
}

/// SECURITY: with a type that an attacker can choose, a signed key would count again under each type.
#[test]
fn a_signed_key_has_no_prefix_that_is_not_signed() {
    let body = |kind: &str| {
        let signature = hex("1700000000abc");
        format!(r#"{{"type":"{kind}","sig":{{"time":"1700000000","token":"abc","sig":"{signature}"}}}}"#)
    };
    for kind in ["delivered", "opened"] {
        assert_eq!(key(&nothing(), &body(kind)), "abc");
    }
    // Both are signed.
    let body = format!(r#"{{"type":"paid","id":"evt_1","sig":"{}"}}"#, hex("paid:evt_1"));
    assert_eq!(key(&fields(), &body), "paid:evt_1");
}

/// A signature over the CRC-32 of the body, as that of `PayPal`.
#[test]
fn a_checksum_covers_the_key_and_not_the_type() {
    let signature = r#""header": "X-Sig", "signedContent": "{header:X-Id}|{body:crc32}""#;
    let hook = made(&definition(signature, r#""header:X-Id""#), options(&[SECRET]));
    // The CRC-32 of both is the same: an attacker who has the first body finds the second one by trying.
    let (body, other) = (r#"{"type":"paid"}"#, r#"{"type":"void","id":"dQIuG9"}"#);
    let signature = hex(&format!("abc|{}", 3_869_113_789_u32));
    for (body, kind) in [(body, "paid"), (other, "void")] {
        let pairs = [("X-Sig", signature.as_str()), ("X-Id", "abc")];
        let delivery = Delivery::new(Headers::from_iter(pairs), body.as_bytes());
        let verified = hook.verify(&delivery, NOW).expect(body);
        let SignatureInfo::Verified { covers, uncovered, .. } = verified.signature else { panic!("{body}") };
        assert_eq!((covers, uncovered.names().as_slice()), (CoveredPart::Checksum, &["type"][..]));
        assert_eq!((verified.event_type.as_str(), verified.id.as_str()), (kind, "abc"));
        let report = hook.inspect(&delivery, NOW);
        assert_eq!(report.signature.covers, Some(CoveredPart::Checksum));
        assert_eq!(report.signature.parts[2].placeholder.as_deref(), Some("body:crc32"));
    }
    let delivery =
        Delivery::new(Headers::from_iter([("X-Sig", &*signature), ("X-Id", "abc")]), b"{\"type\":\"x\"}");
    assert_eq!(hook.verify(&delivery, NOW).unwrap_err().code, Code::SIGNATURE_MISMATCH);
}

/// A signature over a digest of the body, as fal.ai's.
#[test]
fn a_digest_covers_the_body() {
    let signature =
        r#""header": "X-Sig", "signedContent": "{header:X-User}\n{header:X-Id}\n{body:sha256:hex}""#;
    let hook = made(&definition(signature, r#""pointer:/id""#), options(&[SECRET]));
    let body = r#"{"type":"paid","id":"evt_1"}"#;
    let digest = "8aa451e235409db2b33d0ec17c2427a33d18b3f4fb9847ada5b83f948805ecda";
    let signature = hex(&format!("user\nabc\n{digest}"));
    let pairs = || Headers::from_iter([("X-Sig", signature.as_str()), ("X-Id", "abc"), ("X-User", "user")]);
    let delivery = Delivery::new(pairs(), body.as_bytes());
    let verified = hook.verify(&delivery, NOW).expect("a valid delivery");
    assert!(
        matches!(verified.signature, SignatureInfo::Verified { covers: CoveredPart::Body, uncovered, .. } if uncovered.names().is_empty())
    );
    assert_eq!(verified.id, "paid:evt_1");
    let other = Delivery::new(pairs(), br#"{"type":"paid","id":"evt_2"}"#);
    assert_eq!(hook.verify(&other, NOW).unwrap_err().code, Code::SIGNATURE_MISMATCH);
}

/// Parts that are signed only if the delivery has them, as those of Mercado Pago.
fn conditional() -> Webhook {
    let signature = r#""header": "X-Sig", "format": "ts={timestamp},v1={hex}", "covers": "nothing", "signedContent": [
        { "if": "query:data.id", "text": "id:{lower:query:data.id};" },
        { "if": "header:X-Id", "text": "request-id:{header:X-Id};" }, "ts:{timestamp};"]"#;
    let definition = definition(signature, r#""header:X-Id""#).replace(r#""format": "{hex}", "#, "");
    made(&definition, options(&[SECRET]))
}

#[test]
fn signs_parts_that_the_delivery_has() {
    let hook = conditional();
    assert!(hook.requires_target());
    assert_eq!(hook.required_headers(), ["content-type", "x-id", "x-sig"]);
    let body = br#"{"type":"paid"}"#;
    for (query, id, content, expected) in [
        ("?data.id=1", Some("abc"), "id:1;request-id:abc;ts:1700000000;", None),
        ("?data.id=1", None, "id:1;ts:1700000000;", None),
        ("?data.id=1ABC", None, "id:1abc;ts:1700000000;", None),
        ("?data.id=", Some("abc"), "request-id:abc;ts:1700000000;", None),
        ("", None, "ts:1700000000;", None),
        // Part of a recorded delivery that is left out, or moved.
        ("", Some("abc"), "id:1;request-id:abc;ts:1700000000;", Some(Code::SIGNATURE_MISMATCH)),
        (
            "?data.id=1%3Brequest-id:abc",
            None,
            "id:1;request-id:abc;ts:1700000000;",
            Some(Code::SIGNATURE_MALFORMED),
        ),
        ("?data.id=1&data.id=2", None, "id:1;ts:1700000000;", Some(Code::SIGNATURE_MALFORMED)),
    ] {
        let signature = format!("ts=1700000000,v1={}", hex(content));
        let pairs = [("X-Sig", signature.as_str())].into_iter().chain(id.map(|id| ("X-Id", id)));
        let url = format!("https://h.example/hook{query}");
        let delivery = Delivery::new(pairs.collect::<Headers<'_>>(), body).with_url(&url);
        let result = hook.verify(&delivery, NOW);
        assert_eq!(result.as_ref().err().map(|error| error.code), expected, "{query} {id:?}");
        let parts = hook.inspect(&delivery, NOW).signature.parts;
        assert_eq!(
            parts.len(),
            3 + usize::from(query.contains("id=1")) * 3 + id.map_or(0, |_| 3),
            "{query} {id:?}"
        );
        if let (Ok(verified), Some(id)) = (result, id) {
            assert_eq!(verified.id, id, "the type is not signed, and this key is");
        }
    }
}

#[test]
fn a_condition_may_be_ambiguous_where_the_definition_says_so() {
    let mut accepted = 0;
    for content in [
        r#"[{ "if": "query:a", "text": "{query:a}" }]"#,
        r#"[{ "if": "query:a", "text": "a:{query:a}" }, "{timestamp}"]"#,
        r#"["{/type}", { "if": "query:a", "text": "{timestamp}" }]"#,
        r#"["{timestamp}{body:crc32}", { "if": "query:a", "text": "{body:sha256:hex}" }]"#,
    ] {
        let has_time = content.contains("{timestamp}");
        let covers = if content.contains("{body") { "" } else { r#""covers": "nothing", "# };
        let time = if has_time { r#""timestamp": "/time", "# } else { "" };
        let signature =
            format!(r#""header": "X-Sig", {covers}{time}"ambiguous": true, "signedContent": {content}"#);
        let Ok(provider) = Provider::from_json(definition(&signature, r#""digest""#).as_bytes()) else {
            continue;
        };
        accepted += 1;
        let hook = Webhook::new(provider, options(&[SECRET])).expect("a webhook");
        for url in ["https://h.example/?a=1", "https://h.example/"] {
            let signature = "00".repeat(32);
            let pairs = Headers::from_iter([("X-Sig", signature.as_str())]);
            let delivery = Delivery::new(pairs, br#"{"type":"paid","time":1700000000}"#).with_url(url);
            assert_eq!(hook.verify(&delivery, NOW).unwrap_err().code, Code::SIGNATURE_MISMATCH, "{content}");
        }
    }
    assert!(accepted >= 2, "{accepted}");
}

#[test]
fn refuses_conditions_that_the_signed_content_does_not_show() {
    for content in [
        // Without a delimiter in the same text.
        r#"[{ "if": "query:a", "text": "a:{query:a}" }, ";{/type};"]"#,
        r#"["{/type}", { "if": "query:a", "text": ";a:{query:a};" }, "end"]"#,
        // The end shows nothing.
        r#"["{/type};", { "if": "query:a", "text": "a:{query:a};" }]"#,
        r#"[{ "if": "query:a", "text": "{query:a};" }, "t:{/type};"]"#,
        r#"[{ "if": "query:a", "text": "a:{query:a};" }, { "if": "query:b", "text": "a:{query:b};" }, "t:{/type};"]"#,
        r#"[{ "if": "query:a", "text": "a:{query:a};" }, "{/type};"]"#,
    ] {
        let signature = format!(r#""header": "X-Sig", "covers": "nothing", "signedContent": {content}"#);
        let error = Provider::from_json(definition(&signature, r#""digest""#).as_bytes()).expect_err(content);
        assert!(error.to_string().contains("Ambiguous signed content"), "{content}: {error}");
    }
    for (content, message) in [
        (r#"["{if:/a}{/type}"]"#, "no {end}"),
        (r#"["{if:/a}{end}{/type}"]"#, "no text"),
        (r#"["{/a...}:{/b...}"]"#, "Two placeholders"),
        (r#"["{/a}:{timestamp...}"]"#, "Only a value"),
        (r#"["{if:body:crc32}{/type}{end}"]"#, "Invalid condition"),
    ] {
        let signature = format!(r#""header": "X-Sig", "covers": "nothing", "signedContent": {content}"#);
        let error = Provider::from_json(definition(&signature, r#""digest""#).as_bytes()).expect_err(content);
        assert!(error.to_string().contains(message), "{content}: {error}");
    }
}

/// Absent values, and one value that may contain the separator, as those of Adyen.
#[test]
fn an_absent_value_is_empty_text_where_the_definition_says_so() {
    let signature = r#""from": "/sig", "covers": "fields", "absent": "empty",
        "signedContent": "{/type}:{/original}:{/reference...}:{/id}""#;
    let hook = made(&definition(signature, r#""pointer:/id""#), options(&[SECRET]));
    let body =
        |members: &str, content: &str| format!(r#"{{"type":"paid",{members},"sig":"{}"}}"#, hex(content));
    for (members, content, expected) in [
        (r#""id":"1","reference":"a:b""#, "paid::a:b:1", None),
        (r#""id":"1","reference":"a","original":"o""#, "paid:o:a:1", None),
        (r#""id":"1","reference":"","original":null"#, "paid:::1", None),
        (r#""id":"1","reference":"b","original":":a""#, "paid::a:b:1", Some(Code::SIGNATURE_MALFORMED)),
        (r#""id":"b:1","reference":"a""#, "paid::a:b:1", Some(Code::SIGNATURE_MALFORMED)),
        (r#""id":"1","reference":"c""#, "paid::a:b:1", Some(Code::SIGNATURE_MISMATCH)),
    ] {
        assert_eq!(code(&hook, &body(members, content)), expected, "{members}");
    }
}

/// The method and the path, as those of Contentful.
#[test]
fn signs_the_path_of_the_url() {
    let hook = made(
        &definition(r#""header": "X-Sig", "signedContent": "{method}\n{path}\n{body}""#, r#""digest""#),
        options(&[SECRET]),
    );
    assert!(hook.requires_target());
    let body = r#"{"type":"paid"}"#;
    let signature = hex(&format!("POST\n/a?b=c\n{body}"));
    for (url, expected) in [
        (Some("https://h.example/a?b=c"), None),
        (Some("http://other.example:80/a?b=c#d"), None),
        (Some("/a?b=c"), None),
        (Some("https://h.example/a"), Some(Code::SIGNATURE_MISMATCH)),
        (None, Some(Code::URL_MISSING)),
    ] {
        let pairs = Headers::from_iter([("X-Sig", signature.as_str())]);
        let delivery = Delivery { url, ..Delivery::new(pairs, body.as_bytes()).with_method("POST") };
        let result = hook.verify(&delivery, NOW);
        assert_eq!(result.err().map(|error| error.code), expected, "{url:?}");
        let part = hook.inspect(&delivery, NOW).signature.parts.remove(2);
        assert_eq!(part.placeholder.as_deref(), Some("path"));
    }
}
