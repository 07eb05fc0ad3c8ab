//! Keys from outside: which key a delivery needs, and deliveries that come with keys.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{KeyNeed, SignatureStatus, Timestamp, Webhook, WebhookOptions};
use serde_json::{Value, json};

use crate::support::options;

const BODY: &str = r#"{"type":"a"}"#;
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn vector(pointer: &str) -> String {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/public-keys.json")).expect("JSON");
    vectors.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned()
}

fn definition(signature: &Value, keys: &Value) -> String {
    let mut scheme = json!({ "kind": "public-key", "header": "X-Sig", "format": "{base64}", "secret": "pem",
        "algorithms": ["rsa-sha256"], "signedContent": "{timestamp}{body}" });
    scheme.as_object_mut().unwrap().extend(signature.as_object().unwrap().clone());
    let mut whole = json!({ "id": "mine", "signature": scheme, "headers": { "timestamp": "X-Time" },
        "keys": keys, "envelope": { "type": "/type" }, "events": { "*": { "schema": true } } });
    if scheme["kind"] == "jwt" {
        let scheme = json!({ "kind": "jwt", "header": "X-Sig", "algorithms": scheme["algorithms"], "claims": { "/iss": "joe" } });
        whole["signature"] = scheme;
        whole.as_object_mut().unwrap().remove("headers");
    }
    whole.to_string()
}

fn hook(signature: &Value, keys: &Value, secrets: &[&str]) -> Webhook {
    let compiled = Provider::compile(definition(signature, keys).as_bytes()).expect("a definition");
    let provider = Provider::from_compiled(&compiled).expect("a provider");
    Webhook::new(provider, options(secrets)).expect("a webhook")
}

fn need(kid: Option<&str>, url: Option<&str>, format: &'static str) -> KeyNeed {
    KeyNeed { kid: kid.map(str::to_owned), url: url.map(str::to_owned), format }
}

const CERT_URL: &str = "https://keys.example.com/1.pem";

/// A delivery with a valid signature, whose key is at a URL.
fn signed<'d>(signature: &'d str, url: &'d str) -> Delivery<'d> {
    let headers = [("X-Sig", signature), ("X-Time", "1700000000"), ("X-Key-Url", url), ("X-Key-Id", "k1")];
    Delivery::new(Headers::from_iter(headers), BODY.as_bytes())
}

#[test]
fn a_delivery_is_verified_with_the_key_that_it_needs() {
    let keys = json!({ "as": "pem", "url": "header:X-Key-Url", "hosts": ["keys.example.com"], "id": "header:X-Key-Id" });
    let hook = hook(&json!({}), &keys, &[]);
    assert!(hook.needs_keys());
    assert!(
        ["x-key-id", "x-key-url"].iter().all(|name| hook.required_headers().contains(&(*name).to_owned()))
    );
    let (signature, pem) = (vector("/signatures/rsa-sha256"), vector("/keys/rsa/pem"));
    let delivery = signed(&signature, CERT_URL);
    assert_eq!(hook.needs(&delivery), Ok(Some(need(Some("k1"), Some(CERT_URL), "pem"))));
    let error = hook.verify(&delivery, NOW).expect_err("no key");
    assert_eq!((error.code, error.status()), (Code::KEY_MISSING, 503));
    assert_eq!(hook.inspect(&delivery, NOW).signature.status, SignatureStatus::Malformed);
    let delivered = delivery.clone().with_keys([pem.as_str()]);
    assert!(hook.verify(&delivered, NOW).is_ok());
    assert!(hook.verify_fast(&delivered, NOW, &hook.verify_options()).is_ok());
    assert_eq!(hook.inspect(&delivered, NOW).signature.status, SignatureStatus::Verified);
    // A key of another kind, no key, and another key.
    for (key, code) in [
        (vector("/keys/p256/pem"), Code::KEY_INVALID),
        ("<html>".to_owned(), Code::KEY_INVALID),
        (String::new(), Code::KEY_INVALID),
    ] {
        let error = hook.verify(&delivery.clone().with_keys([key.as_str()]), NOW).expect_err("another key");
        assert_eq!((error.code, error.status()), (code, 500), "{key}");
    }
    let changed = Delivery { body: br#"{"type":"b"}"#, ..delivered };
    assert_eq!(hook.verify(&changed, NOW).expect_err("changed").code, Code::SIGNATURE_MISMATCH);
    // Only a delivery whose signature can be compared needs a key.
    for headers in
        [vec![], vec![("X-Sig", "!"), ("X-Time", "1700000000")], vec![("X-Sig", signature.as_str())]]
    {
        let delivery = Delivery::new(headers.into_iter().collect::<Headers<'_>>(), BODY.as_bytes());
        assert_eq!(hook.needs(&delivery), Ok(None));
        assert_ne!(hook.verify(&delivery, NOW).expect_err("rejected").code, Code::KEY_MISSING);
    }
    #[cfg(feature = "full")]
    {
        let cause = |delivery: &Delivery<'_>| hook.explain(delivery, NOW).observations.remove(0);
        let missing = cause(&delivery);
        assert!(missing.message.contains("The public key of the delivery is missing."), "{missing:?}");
        let valid = cause(&delivery.clone().with_keys([pem.as_str()]));
        assert_eq!(valid.code, "signature-valid");
    }
}

#[test]
fn a_url_at_another_host_is_refused_whichever_keys_come_with_it() {
    let keys = json!({ "as": "pem", "url": "header:X-Key-Url", "hosts": ["keys.example.com"] });
    let hook = hook(&json!({}), &keys, &[]);
    let (signature, pem) = (vector("/signatures/rsa-sha256"), vector("/keys/rsa/pem"));
    for url in ["https://evil.example/1.pem", "http://keys.example.com/1.pem", ""] {
        let delivery = signed(&signature, url).with_keys([pem.as_str()]);
        for delivery in [delivery.clone(), signed(&signature, url)] {
            let error = hook.needs(&delivery).expect_err(url);
            assert_eq!((error.code, error.status()), (Code::KEY_SOURCE_REFUSED, 401));
            let error = hook.verify(&delivery, NOW).expect_err(url);
            assert_eq!((error.code, error.status()), (Code::KEY_SOURCE_REFUSED, 401));
            assert!(!format!("{error:?}").contains("evil"));
        }
    }
    let twice = [
        ("X-Sig", signature.as_str()),
        ("X-Time", "1700000000"),
        ("X-Key-Url", CERT_URL),
        ("x-key-url", "https://evil.example/"),
    ];
    let delivery = Delivery::new(Headers::from_iter(twice), BODY.as_bytes());
    assert_eq!(hook.needs(&delivery).expect_err("two URLs").code, Code::KEY_SOURCE_REFUSED);
}

#[test]
fn keys_of_the_webhook_and_known_keys_need_nothing() {
    let (signature, pem) = (vector("/signatures/rsa-sha256"), vector("/keys/rsa/pem"));
    let source = json!({ "as": "pem", "api": "GET /keys" });
    let own = hook(&json!({}), &source, &[&pem]);
    let known = hook(&json!({}), &json!({ "as": "pem", "known": [pem] }), &[]);
    for hook in [own, known] {
        assert!(!hook.needs_keys());
        assert_eq!(hook.needs(&signed(&signature, "")), Ok(None));
        assert!(hook.verify(&signed(&signature, ""), NOW).is_ok());
        // Keys of a delivery do not replace them.
        let other = vector("/keys/p256/pem");
        assert!(hook.verify(&signed(&signature, "").with_keys([other.as_str()]), NOW).is_ok());
    }
    let without = hook(&json!({}), &source, &[]);
    let error = without.verify(&signed(&signature, ""), NOW).expect_err("no key");
    assert!(
        error.issues[0]
            .hint
            .as_ref()
            .is_some_and(|hint| hint.ends_with("The provider has it at: GET /keys."))
    );
    assert_eq!(without.needs(&signed(&signature, "")), Ok(Some(need(None, None, "pem"))));
    assert_eq!(
        without.sign(b"{}", &crate::support::fresh()).expect_err("no private key").code,
        Code::SIGNING_UNSUPPORTED
    );
}

/// RFC 7515, appendix A.3.
const EC_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

#[test]
fn a_token_selects_its_key_of_a_set() {
    let jwt = json!({ "kind": "jwt", "algorithms": ["ES256"] });
    let hook = hook(&jwt, &json!({ "as": "jwks", "url": "https://keys.example.com/jwks" }), &[]);
    let at = Timestamp::from_millis(1_300_819_380_000);
    let delivery =
        |token: &'static str| Delivery::new(Headers::from_iter([("X-Sig", token)]), BODY.as_bytes());
    let result = |token: &'static str, key: &str| {
        hook.verify(&delivery(token).with_keys([key]), at).map(|_| ()).map_err(|error| error.code)
    };
    let set = |ids: &[&str]| {
        let keys: Vec<String> = ids.iter().map(|id| format!(r#"{EC_KEY},"kid":"{id}"}}"#)).collect();
        format!(r#"{{"keys":[{{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"}},{}]}}"#, keys.join(","))
    };
    assert_eq!(
        hook.needs(&delivery(TOKEN)),
        Ok(Some(need(None, Some("https://keys.example.com/jwks"), "jwks")))
    );
    assert_eq!(result(TOKEN, &set(&["a", "b"])), Ok(()));
    assert_eq!(result(TOKEN, &format!("{EC_KEY}}}")), Ok(()));
    assert_eq!(result(TOKEN, r#"{"keys":[]}"#), Err(Code::KEY_MISSING));
    assert_eq!(result(TOKEN, r#"{"keys":[],"keys":[]}"#), Err(Code::KEY_INVALID));
    assert_eq!(result(TOKEN, r#"{"error":"unauthorized"}"#), Err(Code::KEY_INVALID));
    // {"alg":"ES256","kid":"b"}: a signature of another header is none, so that the outcome shows which key was compared.
    let named = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImIifQ.eyJpc3MiOiJqb2UifQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert_eq!(
        hook.needs(&delivery(named)).map(|need| need.and_then(|need| need.kid)),
        Ok(Some("b".to_owned()))
    );
    assert_eq!(result(named, &set(&["a", "b"])), Err(Code::SIGNATURE_MISMATCH));
    assert_eq!(result(named, &set(&["a"])), Err(Code::KEY_MISSING));
    assert_eq!(result(named, &format!(r#"{EC_KEY},"kid":"c"}}"#)), Err(Code::KEY_MISSING));
    assert_eq!(result(named, &format!(r#"{EC_KEY},"kid":"b"}}"#)), Err(Code::SIGNATURE_MISMATCH));
    // An algorithm that is not accepted needs no key.
    let hs256 = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImIifQ.eyJpc3MiOiJqb2UifQ.AAAA";
    assert_eq!(hook.needs(&delivery(hs256)), Ok(None));
    // {"alg":"ES256","kid":"../x y"}: an id with other characters than those of a URL is none.
    let odd = "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uL3ggeSJ9.eyJpc3MiOiJqb2UifQ.AAAA";
    assert_eq!(hook.needs(&delivery(odd)).map(|need| need.and_then(|need| need.kid)), Ok(None));
}

#[test]
fn definitions_of_keys_that_say_too_little_are_rejected() {
    for (signature, keys, pointer, part) in [
        (json!({}), json!({ "as": "pem", "url": "header:X-Key-Url" }), "/keys", "Add the allowed hosts"),
        (
            json!({}),
            json!({ "as": "pem", "url": "https://a.example/", "hosts": ["a.example.com"] }),
            "/keys",
            "Remove `hosts`",
        ),
        (json!({}), json!({ "as": "pem" }), "/keys", "Nothing says where the keys are."),
        (json!({}), json!({ "as": "der", "api": "x" }), "/keys/as", ""),
        (json!({}), json!({ "as": "pem", "url": "http://a.example/" }), "/keys/url", "https://"),
        (
            json!({}),
            json!({ "as": "pem", "url": "/a", "hosts": ["*.com"] }),
            "/keys/hosts/0",
            "a host in lower case",
        ),
        (
            json!({}),
            json!({ "as": "pem", "url": "/a", "hosts": ["*"] }),
            "/keys/hosts/0",
            "a host in lower case",
        ),
        (
            json!({ "kind": "hmac", "algorithms": ["sha256"], "secret": "utf8" }),
            json!({ "as": "pem", "api": "x" }),
            "/keys",
            "No signature scheme has public keys.",
        ),
    ] {
        let text = definition(&signature, &keys);
        let error = Provider::from_json(text.as_bytes()).expect_err(&text);
        assert_eq!(error.issues[0].pointer, pointer, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    let missing = WebhookOptions::default();
    let text = definition(&json!({}), &json!({ "as": "pem", "known": ["no key"] }));
    let error = Webhook::new(Provider::from_json(text.as_bytes()).expect("a definition"), missing)
        .expect_err("no key");
    assert_eq!(error.code, Code::KEY_INVALID);
}
