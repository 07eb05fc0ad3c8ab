//! Signed forms, spellings of the URL and digests of the body, as Twilio has them. The examples are those of the tests of
//! Twilio's own library.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::Algorithm;
use hookseal::signature::hmac::sign;
use hookseal::webhook::{CoveredPart, SignParams, SignatureInfo, Webhook};

use crate::support::{NOW, fresh, headers, options, unsigned};

const FORM: &str = "application/x-www-form-urlencoded";
const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const BODY: &str =
    "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
const JSON_URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
const JSON: &str = "{\"property\": \"value\", \"boolean\": true}";
const JSON_SIGNATURE: &str = "a9nBmqA0ju/hNViExpshrM61xv4=";

fn hook() -> Webhook {
    Webhook::built_in("twilio", options(&["12345"])).expect("a webhook")
}

fn outcome(
    hook: &Webhook,
    url: &str,
    body: &str,
    content_type: &str,
    signature: &str,
) -> Result<SignatureInfo, Code> {
    let pairs = [("Content-Type", content_type), ("X-Twilio-Signature", signature)];
    let delivery =
        Delivery::new(Headers::from_iter(pairs), body.as_bytes()).with_url(url).with_method("POST");
    let form = hook.read_form(&delivery).and_then(Result::ok);
    let delivery = Delivery { form: form.as_ref(), ..delivery };
    let result = hook.verify(&delivery, NOW);
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.code, result.as_ref().err().map(|error| error.code));
    assert_eq!(
        hook.verify_fast(&delivery, NOW, &hook.verify_options()).err().map(|error| error.code),
        report.code
    );
    result.map(|verified| verified.signature).map_err(|error| error.code)
}

#[test]
fn verifies_the_examples_of_the_library() {
    for (url, body, content_type, signature) in
        [(URL, BODY, FORM, SIGNATURE), (JSON_URL, JSON, "application/json", JSON_SIGNATURE)]
    {
        let result = outcome(&hook(), url, body, content_type, signature);
        assert!(
            matches!(result, Ok(SignatureInfo::Verified { covers: CoveredPart::Body, .. })),
            "{body} {result:?}"
        );
    }
}

#[test]
fn rejects_another_form_url_digest_or_media_type() {
    let hook = hook();
    let form = |url: &str, body: &str| outcome(&hook, url, body, FORM, SIGNATURE).err();
    assert_eq!(form(URL, &BODY.replace("1234&", "1235&")), Some(Code::SIGNATURE_MISMATCH));
    assert_eq!(form(&URL.replace("foo", "fop"), BODY), Some(Code::SIGNATURE_MISMATCH));
    assert_eq!(form(URL, &format!("{BODY}&X=1")), Some(Code::SIGNATURE_MISMATCH));
    // A field that occurs again: the body is no form that every parser reads the same.
    assert_eq!(form(URL, &format!("{BODY}&To=%2B18005551212")), Some(Code::SIGNATURE_MALFORMED));
    // Fields are sorted, and their escapes are decoded, before they are signed.
    let other_order =
        "To=%2B18005551212&From=%2b14158675309&Digits=1234&Caller=%2B14158675309&CallSid=CA1234567890ABCD%45";
    assert_eq!(form(URL, other_order), None);
    let json = |url: &str, body: &str| outcome(&hook, url, body, "application/json", JSON_SIGNATURE).err();
    assert_eq!(json(JSON_URL, &JSON.replace("true", "false")), Some(Code::DIGEST_MISMATCH));
    assert_eq!(json(&JSON_URL.replace("0a1f", "0a1e"), JSON), Some(Code::SIGNATURE_MISMATCH));
    assert_eq!(json(&format!("{JSON_URL}&bodySHA256=00"), JSON), Some(Code::SIGNATURE_MISMATCH));
    assert_eq!(json(URL, JSON), Some(Code::SIGNATURE_MALFORMED));
    // A form is not saved by the signature of a URL alone.
    let url_only = outcome(&hook, JSON_URL, BODY, FORM, JSON_SIGNATURE);
    assert_eq!(url_only, Err(Code::DIGEST_MISMATCH));
}

#[test]
fn the_signature_of_a_url_alone_is_not_that_of_another_body() {
    // As the library signs a GET: its URL has the parameters.
    let signature = base64(&sign(Algorithm::Sha1, b"12345", URL.as_bytes()));
    for (body, content_type) in [(JSON, "application/json"), ("&", FORM), ("&&", FORM), (JSON, FORM)] {
        let result = outcome(&hook(), URL, body, content_type, &signature);
        assert_eq!(result, Err(Code::SIGNATURE_MALFORMED), "{body}");
    }
}

#[test]
fn tries_the_url_with_and_without_port() {
    let hook = hook();
    let tag = |url: &str| {
        let content = format!("{url}AccountSidAC1CallSidCA1");
        base64(&sign(Algorithm::Sha1, b"12345", content.as_bytes()))
    };
    let body = "CallSid=CA1&AccountSid=AC1";
    for (signed, received, is_valid) in [
        ("https://h.example/a?b=1", "https://h.example/a?b=1", true),
        ("https://h.example:443/a?b=1", "https://h.example/a?b=1", true),
        ("https://h.example/a?b=1", "https://h.example:8443/a?b=1", true),
        ("http://h.example/a?b=1", "https://h.example/a?b=1", false),
        ("https://h.example/a", "https://h.example/a?b=1", false),
    ] {
        let result = outcome(&hook, received, body, FORM, &tag(signed));
        assert_eq!(result.is_ok(), is_valid, "{signed} {received} {result:?}");
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding as _};
    Base64::encode_string(bytes)
}

#[test]
fn signs_forms_and_explains_them() {
    let hook = hook();
    let params = SignParams { url: Some(URL.to_owned()), ..fresh() };
    let signed = hook.sign(BODY.as_bytes(), &params).expect("signed");
    assert!(
        signed.headers.contains(&("X-Twilio-Signature".to_owned(), SIGNATURE.to_owned())),
        "{:?}",
        signed.headers
    );
    assert_eq!(signed.body, BODY.as_bytes());
    let delivery = Delivery::new(headers(&signed.headers), &signed.body).with_url(URL);
    let form = hook.read_form(&delivery).expect("a form").expect("read");
    let delivery = delivery.with_form(&form);
    let report = hook.inspect(&delivery, NOW);
    let names: Vec<_> =
        report.signature.parts.iter().filter_map(|part| part.placeholder.as_deref()).collect();
    assert_eq!(names, ["url", "form"]);
    let made = hook.create("call", br#"{"CallSid":"CA1","To":"+1 \u00e9"}"#, &params).expect("made");
    assert_eq!(made.body, b"CallSid=CA1&To=%2B1+%C3%A9");
    let nested = hook.create("call", br#"{"CallSid":"CA1","To":{}}"#, &params).unwrap_err();
    assert!(nested.to_string().contains("The data of a form has strings only."), "{nested}");
    let error = hook.sign(JSON.as_bytes(), &params).unwrap_err();
    assert!(error.to_string().contains("expected a form with fields"), "{error}");
    let params = SignParams { url: Some(JSON_URL.to_owned()), ..fresh() };
    let json = hook.sign(JSON.as_bytes(), &params).expect("signed");
    assert!(
        json.headers.contains(&("X-Twilio-Signature".to_owned(), JSON_SIGNATURE.to_owned())),
        "{:?}",
        json.headers
    );
    #[cfg(feature = "full")]
    {
        let codes = |hook: &Webhook| -> Vec<&str> {
            let explanation = hook.explain(&delivery, NOW);
            let causes = explanation.matches.iter().chain(&explanation.observations);
            causes.map(|cause| cause.code).collect()
        };
        assert!(codes(&hook).contains(&"signature-valid"), "{:?}", codes(&hook));
        let spaced = Webhook::built_in("twilio", options(&["12345 "])).expect("a webhook");
        assert!(codes(&spaced).contains(&"secret-white-space"), "{:?}", codes(&spaced));
    }
}

/// A report has no value of a payload, and the span of a form is that of its sorted fields, with a secret and without.
#[test]
fn a_report_has_no_field_of_a_form() {
    let signed = b"https://example.com/hookBodyHello thereFrom+1555";
    for options in [options(&["12345"]), unsigned()] {
        let hook = Webhook::built_in("twilio", options).expect("a webhook");
        let headers = [
            ("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let delivery =
            Delivery::new(headers.into_iter().collect::<Headers<'_>>(), b"From=%2B1555&Body=Hello+there")
                .with_url("https://example.com/hook");
        let form = hook.read_form(&delivery).expect("a form").expect("fields");
        let report = hook.inspect(&delivery.clone().with_form(&form), NOW);
        let parts = &report.signature.parts;
        assert_eq!(parts[1].placeholder.as_deref(), Some("form"));
        assert_eq!(
            (parts[1].value.as_deref(), parts[1].span.map(|span| span.end)),
            (None, Some(signed.len()))
        );
    }
}

#[test]
fn a_form_whose_payload_is_not_passed_names_the_calls_that_pass_it() {
    let pairs = [("Content-Type", FORM), ("X-Twilio-Signature", SIGNATURE)];
    let error = hook().verify(&Delivery::new(pairs, BODY).with_url(URL), NOW).expect_err("rejected");
    assert_eq!(error.code, Code::SIGNATURE_MALFORMED);
    let hint = error.hint().expect("a hint");
    assert!(
        hint.starts_with("Pass the payload of the form: `Webhook::read_form`, `Delivery::with_form`."),
        "{hint}"
    );
}
