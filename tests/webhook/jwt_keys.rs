//! JSON Web Tokens that public keys verify, settings in claims, and keys of the wrong kind.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{Error, SignatureInfo, Timestamp, Webhook, WebhookOptions};
use serde_json::{Value, json};

use crate::support::{NOW, SECRET, made, options};

const BODY: &[u8] = br#"{"type":"ping"}"#;

/// RFC 7515, appendix A.2: the key, and the token without its payload.
const RSA_KEY: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
const RSA_TAG: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
/// RFC 7515, appendix A.3.
const EC_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":"sig","kid":"1"}"#;
const EC_TAG: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
/// The message of JSON that is no key.
const NO_KEY: &str = "Invalid public key: it is JSON, and no JSON Web Key of RSA, P-256 or Ed25519.";
/// The payload of both.
const PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// `{"alg":"RS256"}` in base64url.
const RS256: &str = "eyJhbGciOiJSUzI1NiJ9";
/// `{"alg":"ES256"}` in base64url.
const ES256: &str = "eyJhbGciOiJFUzI1NiJ9";

fn token(head: &str, tag: &str) -> String {
    format!("{head}.{PAYLOAD}.{tag}")
}

fn definition(signature: &Value, more: &Value) -> String {
    let mut scheme = json!({ "kind": "jwt", "header": "X-Jwt" });
    scheme.as_object_mut().unwrap().extend(signature.as_object().unwrap().clone());
    let mut whole = json!({ "id": "mine", "signature": scheme, "envelope": { "type": "/type" }, "events": { "*": { "schema": true } } });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole.to_string()
}

fn of_algorithms(algorithms: &[&str], secrets: &[&str]) -> Result<Webhook, Error> {
    let definition =
        definition(&json!({ "algorithms": algorithms, "claims": { "/iss": "joe" } }), &json!({}));
    let compiled = Provider::compile(definition.as_bytes()).expect("a definition");
    Webhook::new(Provider::from_compiled(&compiled).expect("a provider"), options(secrets))
}

fn result(hook: &Webhook, token: &str) -> Result<SignatureInfo, Error> {
    let delivery = Delivery::new(Headers::from_iter([("X-Jwt", token)]), BODY);
    hook.verify(&delivery, Timestamp::from_millis(1_300_819_380_000)).map(|verified| verified.signature)
}

fn code(hook: &Webhook, token: &str) -> Code {
    result(hook, token).expect_err("a rejection").code
}

#[test]
fn the_examples_of_the_specification_are_verified() {
    for (algorithm, head, tag, key) in [("RS256", RS256, RSA_TAG, RSA_KEY), ("ES256", ES256, EC_TAG, EC_KEY)]
    {
        let hook = of_algorithms(&[algorithm], &[key]).expect("a webhook");
        assert_eq!(result(&hook, &token(head, tag)), Ok(SignatureInfo::Token { secret: 0 }), "{algorithm}");
        // Another tag, another payload.
        let changed = tag.replacen('g', "h", 1);
        assert_eq!(code(&hook, &token(head, &changed)), Code::SIGNATURE_MISMATCH);
        assert_eq!(code(&hook, &token(head, tag).replace("lfQ.", "lfR.")), Code::SIGNATURE_MISMATCH);
        assert_eq!(code(&hook, &token(head, &tag[..tag.len() - 2])), Code::SIGNATURE_MISMATCH);
        assert_eq!(code(&hook, &token(head, "")), Code::SIGNATURE_MISMATCH);
        // Only the provider signs.
        let error = hook.sign(BODY, &crate::support::fresh()).expect_err("no private key");
        assert_eq!(error.code, Code::SIGNING_UNSUPPORTED);
    }
}

#[test]
fn an_algorithm_never_meets_a_key_of_another_kind() {
    let all = ["HS256", "RS256", "ES256", "EdDSA"];
    let both = of_algorithms(&all, &[EC_KEY, SECRET, RSA_KEY]).expect("a webhook");
    assert_eq!(result(&both, &token(RS256, RSA_TAG)), Ok(SignatureInfo::Token { secret: 2 }));
    assert_eq!(result(&both, &token(ES256, EC_TAG)), Ok(SignatureInfo::Token { secret: 0 }));
    // The known attack: the text of the public key as the secret of an HMAC.
    let head = "eyJhbGciOiJIUzI1NiJ9";
    for key in [RSA_KEY, EC_KEY] {
        let tag = hmac::sign(Algorithm::Sha256, key.as_bytes(), format!("{head}.{PAYLOAD}").as_bytes());
        assert_eq!(code(&both, &token(head, &base64url(&tag))), Code::SIGNATURE_MISMATCH);
    }
    let tag = hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), format!("{head}.{PAYLOAD}").as_bytes());
    assert_eq!(result(&both, &token(head, &base64url(&tag))), Ok(SignatureInfo::Token { secret: 1 }));
    // The token has an algorithm of which no key is configured: the message says so.
    let rsa = of_algorithms(&all, &[RSA_KEY]).expect("a webhook");
    for (text, message) in [
        (
            token(ES256, EC_TAG),
            "The token in X-Jwt is signed with ES256, and the configured public key is of another kind.",
        ),
        (
            token(head, &base64url(&tag)),
            "The token in X-Jwt is signed with HS256, and the configured public key is of another kind.",
        ),
    ] {
        let error = result(&rsa, &text).expect_err("a rejection");
        assert_eq!((error.code, error.issues[0].message.as_str()), (Code::SIGNATURE_MISMATCH, message));
    }
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().fold(0_usize, |value, byte| value << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            out.push(char::from(ALPHABET[value >> (18 - 6 * index) & 63]));
        }
    }
    out
}

#[test]
fn texts_that_are_no_key_of_an_algorithm_are_rejected() {
    let message = |algorithms: &[&str], key: &str| {
        let error = of_algorithms(algorithms, &[key]).expect_err(key);
        assert_eq!(error.code, Code::KEY_INVALID, "{key}: {error}");
        error.to_string()
    };
    for (key, expected) in [
        (EC_KEY, "Invalid public key: it is a P-256 key; expected an RSA key."),
        (
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            "Invalid public key: it is an Ed25519 key; expected an RSA key.",
        ),
        (
            r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#,
            "Invalid public key: it is a key of another kind; expected an RSA key.",
        ),
        (
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
            "Invalid public key: an RSA key of 17 bits; expected 2048 to 8192.",
        ),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}"#, "Invalid public key: it is a private key."),
        (r#"{"kty":"RSA","n":"A+AB","e":"AQAB"}"#, NO_KEY),
        (r#"{"kty":"RSA","e":"AQAB"}"#, NO_KEY),
        (r#"{"kty":"RSA","kty":"EC"}"#, NO_KEY),
        (
            r#"{"kty":"oct","k":"AQAB"}"#,
            "Invalid public key: it is a secret or another object, and no public key.",
        ),
        (
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","use":"enc"}"#,
            "Invalid public key: it is a secret or another object, and no public key.",
        ),
        ("{}", NO_KEY),
        ("{", NO_KEY),
        ("a secret", "Invalid public key: expected PEM, which begins with -----BEGIN."),
    ] {
        assert_eq!(message(&["RS256"], key), expected);
    }
    assert_eq!(message(&["ES256"], r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#), NO_KEY);
    assert_eq!(
        message(
            &["ES256"],
            r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}"#
        ),
        "Invalid public key: its numbers are not those of a key."
    );
    // A public key as the secret of an HMAC: everyone could sign.
    for key in [RSA_KEY, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
        assert_eq!(
            message(&["HS256"], key),
            "Invalid secret: it is a key in PEM or JSON; expected the shared secret of an HMAC."
        );
    }
}

fn signed(claims: &Value, algorithm: Algorithm, name: &str) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&json!({ "alg": name })), part(claims));
    let tag = hmac::sign(algorithm, SECRET.as_bytes(), text.as_bytes());
    format!("{text}.{}", base64url(&tag))
}

#[test]
fn hs384_is_an_algorithm_of_tokens() {
    let hook = made(
        &definition(&json!({ "algorithms": ["HS384"], "requireTime": false }), &json!({})),
        options(&[SECRET]),
    );
    let good = signed(&json!({}), Algorithm::Sha384, "HS384");
    assert_eq!(result(&hook, &good), Ok(SignatureInfo::Token { secret: 0 }));
    assert_eq!(code(&hook, &signed(&json!({}), Algorithm::Sha512, "HS384")), Code::SIGNATURE_MISMATCH);
    assert_eq!(code(&hook, &signed(&json!({}), Algorithm::Sha256, "HS256")), Code::ALGORITHM_UNSUPPORTED);
    // RFC 4231, test case 2.
    let tag = hmac::sign(Algorithm::Sha384, b"Jefe", b"what do ya want for nothing?");
    assert_eq!(base64url(&tag), "r0XS43ZIQDFhf3jStYprG5x-9GT1oBtH5C7Dc2MiRF6OIkDKXmnix4syOez6shZJ");
}

#[test]
fn claims_equal_settings() {
    let scheme = json!({ "algorithms": ["HS256"], "requireTime": false,
        "claims": { "/aud": ["{setting:audience}", "any"], "/verified": "true" } });
    let text = definition(
        &scheme,
        &json!({ "settings": { "audience": { "description": "Audience of the subscription" } } }),
    );
    let with = |value: Option<&str>| {
        let settings =
            value.map(|value| ("audience".to_owned(), value.to_owned().into())).into_iter().collect();
        let compiled = Provider::compile(text.as_bytes()).expect("a definition");
        let provider = Provider::from_compiled(&compiled).expect("a provider");
        Webhook::new(provider, WebhookOptions { settings, ..options(&[SECRET]) })
    };
    let hook = with(Some("me")).expect("a webhook");
    let check = |claims: Value| {
        result(&hook, &signed(&claims, Algorithm::Sha256, "HS256")).map(|_| ()).map_err(|e| e.code)
    };
    assert_eq!(check(json!({ "aud": "me", "verified": true })), Ok(()));
    assert_eq!(check(json!({ "aud": ["you", "me"], "verified": "true" })), Ok(()));
    assert_eq!(check(json!({ "aud": "any", "verified": true })), Ok(()));
    assert_eq!(check(json!({ "aud": "me", "verified": false })), Err(Code::CLAIM_MISMATCH));
    assert_eq!(check(json!({ "aud": "me", "verified": 1 })), Err(Code::CLAIM_MISMATCH));
    assert_eq!(check(json!({ "aud": "{setting:audience}", "verified": true })), Err(Code::CLAIM_MISMATCH));
    assert_eq!(check(json!({ "aud": "", "verified": true })), Err(Code::CLAIM_MISMATCH));
    for absent in [None, Some("")] {
        let error = with(absent).expect_err("no setting");
        assert_eq!(
            (error.code, error.to_string().as_str()),
            (Code::SETTING_MISSING, "Missing setting `audience` (Audience of the subscription).")
        );
    }
    let error = Provider::from_json(definition(&scheme, &json!({})).as_bytes()).expect_err("no setting");
    assert_eq!(error.issues[0].message, "The definition has no setting \"audience\". Add it to `settings`.");
    assert_eq!(error.issues[0].pointer, "/signature/claims");
}

#[test]
fn the_leeway_is_that_of_the_definition() {
    let now = 1_300_819_380;
    let hook = |leeway: Value| {
        made(
            &definition(&json!({ "algorithms": ["HS256"], "leeway": leeway }), &json!({})),
            options(&[SECRET]),
        )
    };
    for (leeway, is_valid) in [(5, false), (10, true), (0, false)] {
        let token = signed(&json!({ "exp": now - 10 }), Algorithm::Sha256, "HS256");
        assert_eq!(result(&hook(json!(leeway)), &token).is_ok(), is_valid, "{leeway}");
        let token = signed(&json!({ "exp": now + 99, "nbf": now + 10 }), Algorithm::Sha256, "HS256");
        assert_eq!(result(&hook(json!(leeway)), &token).is_ok(), is_valid, "{leeway}");
    }
}

#[test]
fn a_claim_is_an_idempotency_key() {
    let text = definition(
        &json!({ "algorithms": ["HS256"], "requireTime": false, "claims": { "/sha256": "{body:sha256:base64url}" } }),
        &json!({ "dedupe": ["claim:/jti", "digest"] }),
    );
    let hook = made(&text, options(&[SECRET]));
    let digest = base64url(&hookseal::signature::sha256(BODY));
    let id = |jti: Value| {
        let token = signed(&json!({ "sha256": digest, "jti": jti }), Algorithm::Sha256, "HS256");
        let delivery = Delivery::new(Headers::from_iter([("X-Jwt", token.as_str())]), BODY);
        hook.verify(&delivery, NOW).map(|verified| verified.id).map_err(|error| error.code)
    };
    assert_eq!(id(json!("evt-1")), Ok("ping:evt-1".to_owned()));
    assert_eq!(id(json!("a\nb")), Err(Code::ENVELOPE_INVALID));
    // No text: the next source.
    let by_digest = id(json!(1)).expect("verified");
    assert!(by_digest.len() > 60 && by_digest == id(json!("")).expect("verified"), "{by_digest}");
    // The token signs the key.
    assert!(hook.uncovered().names().is_empty());
    // Two tokens of one body are two events.
    let pair = ["evt-1", "evt-2"]
        .map(|jti| signed(&json!({ "sha256": digest, "jti": jti }), Algorithm::Sha256, "HS256"));
    let [first, second] =
        [0, 1].map(|index| Delivery::new(Headers::from_iter([("X-Jwt", pair[index].as_str())]), BODY));
    assert!(!hook.compare(&first, &second).expect("comparable").same_event);
    assert!(hook.compare(&first, &first).expect("comparable").same_event);
}
