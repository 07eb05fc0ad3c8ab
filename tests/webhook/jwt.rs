//! JSON Web Tokens as signatures. Each way to get past one is refused.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{CoveredPart, SignatureInfo, SignatureStatus, Verdict, Webhook};
use serde_json::{Value, json};

use crate::support::{NOW, SECRET, fresh, made, options};

const BODY: &[u8] = br#"{"type":"ping"}"#;
const URL: &str = "https://h.example/hook?a=1";
const NOW_S: i64 = 1_700_000_000;

fn definition(signature: &Value) -> String {
    let mut whole = json!({ "kind": "jwt", "header": "X-Jwt", "algorithms": ["HS256"],
        "claims": { "/iss": ["Acme", "acme"], "/sha256": "{body:sha256:hex}" } });
    whole.as_object_mut().unwrap().extend(signature.as_object().unwrap().clone());
    json!({ "id": "mine", "title": "Mine", "signature": whole, "envelope": { "type": "/type" }, "events": { "*": { "schema": true } } })
        .to_string()
}

fn hook(signature: &Value) -> Webhook {
    let text = definition(signature);
    let compiled = Provider::compile(text.as_bytes()).expect("a definition");
    Webhook::new(
        Provider::from_compiled(&compiled).expect("a provider"),
        options(&["another secret of a webhook", SECRET]),
    )
    .expect("a webhook")
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A token with any header and payload.
fn raw_token(head: &str, payload: &str, algorithm: Algorithm, key: &str) -> String {
    let signed = format!("{}.{}", base64url(head.as_bytes()), base64url(payload.as_bytes()));
    let tag = hmac::sign(algorithm, key.as_bytes(), signed.as_bytes());
    format!("{signed}.{}", base64url(&tag))
}

const HEAD: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

#[allow(clippy::needless_pass_by_value, reason = "called with `json!`")]
fn claims(more: Value) -> String {
    let mut claims =
        json!({ "iss": "acme", "exp": NOW_S + 10, "sha256": hex(&hookseal::signature::sha256(BODY)) });
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims.to_string()
}

fn token(more: Value) -> String {
    raw_token(HEAD, &claims(more), Algorithm::Sha256, SECRET)
}

/// The result of every verb, which agree.
fn outcome(hook: &Webhook, pairs: &[(&str, &str)]) -> Result<SignatureInfo, (Code, String)> {
    let delivery = Delivery::new(pairs.iter().copied().collect::<Headers<'_>>(), BODY).with_url(URL);
    let result = hook.verify(&delivery, NOW);
    let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options());
    assert_eq!(
        fast.map(|_| ()).map_err(|error| error.code),
        result.as_ref().map(|_| ()).map_err(|error| error.code)
    );
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.code, result.as_ref().err().map(|error| error.code));
    assert_eq!(report.verdict == Verdict::Rejected, result.is_err());
    #[cfg(feature = "full")]
    {
        let explanation = hook.explain(&delivery, NOW);
        let codes: Vec<_> = explanation.observations.iter().map(|cause| cause.code).collect();
        assert_eq!(codes, [if result.is_ok() { "jwt-valid" } else { "jwt-rejected" }]);
        let text = format!("{explanation:?}");
        assert!(!text.contains(SECRET) && !text.contains("acme"), "{text}");
    }
    result.map(|verified| verified.signature).map_err(|error| {
        assert!(!format!("{error:?}").contains("Acme"), "{error:?}");
        (error.code, error.issues[0].message.clone())
    })
}

fn code(hook: &Webhook, token: &str) -> Code {
    outcome(hook, &[("X-Jwt", token)]).expect_err("a rejection").0
}

#[test]
fn a_token_with_the_digest_of_the_body_is_verified() {
    let hook = hook(&json!({}));
    let signature = outcome(&hook, &[("x-jwt", &token(json!({})))]).expect("verified");
    assert_eq!(
        signature,
        SignatureInfo::Verified {
            algorithm: Algorithm::Sha256,
            secret: 1,
            covers: CoveredPart::Body,
            uncovered: hookseal::provider::Uncovered::default(),
        }
    );
    // RFC 7515, appendix A.1: the example of the specification, whose key is base64url.
    let rfc = json!({ "claims": { "/iss": "joe" }, "header": "Authorization", "format": "Bearer {jwt}", "secret": "base64", "requireTime": true });
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
    let hook = made(&definition(&rfc), options(&[key]));
    let jwt = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let value = format!("bearer {jwt}");
    let delivery = Delivery::new(Headers::from_iter([("Authorization", value.as_str())]), BODY);
    let at = |seconds: i64| hookseal::webhook::Timestamp::from_millis(seconds * 1000);
    assert_eq!(
        hook.verify(&delivery, at(1_300_819_380)).unwrap().signature,
        SignatureInfo::Token { secret: 0 }
    );
    assert_eq!(hook.verify(&delivery, at(1_300_819_441)).unwrap_err().code, Code::TIMESTAMP_TOO_OLD);
}

#[test]
fn a_token_without_a_digest_of_the_body_is_a_token() {
    let hook = hook(&json!({ "claims": { "/iss": "acme" } }));
    assert_eq!(outcome(&hook, &[("X-Jwt", &token(json!({})))]), Ok(SignatureInfo::Token { secret: 1 }));
    let delivery_token = token(json!({}));
    let delivery = Delivery::new(Headers::from_iter([("X-Jwt", delivery_token.as_str())]), BODY);
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.signature.status, SignatureStatus::Token);
    assert_eq!(report.signature.covers, Some(CoveredPart::Nothing));
    assert_eq!(report.signature.uncovered, ["type", "id"]);
}

#[test]
fn algorithms_are_those_of_the_definition() {
    let both = hook(&json!({ "algorithms": ["HS256", "HS512"] }));
    let only = hook(&json!({}));
    let hs512 = raw_token(r#"{"alg":"HS512"}"#, &claims(json!({})), Algorithm::Sha512, SECRET);
    assert!(outcome(&both, &[("X-Jwt", &hs512)]).is_ok());
    for (head, said) in [
        (r#"{"alg":"HS512"}"#, "HS512"),
        (r#"{"alg":"none"}"#, "none"),
        (r#"{"alg":"RS256"}"#, "RS256"),
        (r#"{"alg":"hs256"}"#, "another algorithm"),
        (r#"{"alg":""}"#, "another algorithm"),
    ] {
        let (code, message) =
            outcome(&only, &[("X-Jwt", &raw_token(head, &claims(json!({})), Algorithm::Sha256, SECRET))])
                .unwrap_err();
        assert_eq!(code, Code::ALGORITHM_UNSUPPORTED, "{head}");
        assert_eq!(message, format!("The token in X-Jwt is signed with {said}; expected HS256."));
    }
    let unsigned =
        format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims(json!({})).as_bytes()));
    assert_eq!(code(&only, &unsigned), Code::ALGORITHM_UNSUPPORTED);
    // The algorithm decides on the key: a SHA-512 tag under HS256 is none.
    assert_eq!(
        code(&both, &raw_token(HEAD, &claims(json!({})), Algorithm::Sha512, SECRET)),
        Code::SIGNATURE_MISMATCH
    );
}

#[test]
fn keys_that_a_token_brings_or_names_are_not_read_and_extensions_are_refused() {
    let hook = hook(&json!({}));
    for member in [
        r#""jku":"https://evil.example""#,
        r#""jwk":{"kty":"oct","k":"AA"}"#,
        r#""kid":"../x""#,
        r#""x5u":"https://evil.example""#,
        r#""x5c":["AA"]"#,
    ] {
        let head = format!(r#"{{"alg":"HS256",{member}}}"#);
        assert!(
            outcome(&hook, &[("X-Jwt", &raw_token(&head, &claims(json!({})), Algorithm::Sha256, SECRET))])
                .is_ok()
        );
        assert_eq!(
            code(&hook, &raw_token(&head, &claims(json!({})), Algorithm::Sha256, "\0")),
            Code::SIGNATURE_MISMATCH
        );
    }
    for crit in [r#"["b64"]"#, "[]", "null"] {
        let head = format!(r#"{{"alg":"HS256","b64":false,"crit":{crit}}}"#);
        assert_eq!(
            code(&hook, &raw_token(&head, &claims(json!({})), Algorithm::Sha256, SECRET)),
            Code::SIGNATURE_MALFORMED
        );
    }
}

#[test]
fn what_is_no_token_is_malformed() {
    let hook = hook(&json!({}));
    let good = token(json!({}));
    let [head, payload, tag] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    for bad in [
        "",
        ".",
        "..",
        "a.b.c",
        &good[..good.len() - 1],
        &format!("{good}.x"),
        &format!("{head}.{payload}"),
        &format!("{head}=.{payload}.{tag}"),
        &format!("{head}.{payload}.{tag}="),
        &format!("{head}.{payload}.+{tag}"),
        &raw_token("[]", &claims(json!({})), Algorithm::Sha256, SECRET),
        &raw_token("{}", &claims(json!({})), Algorithm::Sha256, SECRET),
        &raw_token(r#"{"alg":"none","alg":"HS256"}"#, &claims(json!({})), Algorithm::Sha256, SECRET),
        &raw_token(r#"{"alg":1}"#, &claims(json!({})), Algorithm::Sha256, SECRET),
        &raw_token(HEAD, "[]", Algorithm::Sha256, SECRET),
        &raw_token(HEAD, "", Algorithm::Sha256, SECRET),
        &raw_token(HEAD, r#"{"iss":"acme","exp":9999999999,"exp":1}"#, Algorithm::Sha256, SECRET),
        &"a".repeat(9000),
    ] {
        let code = code(&hook, bad);
        assert!([Code::SIGNATURE_MALFORMED, Code::SIGNATURE_MISMATCH].contains(&code), "{bad}: {code}");
    }
    assert_eq!(outcome(&hook, &[]).unwrap_err().0, Code::SIGNATURE_MISSING);
    assert_eq!(
        outcome(&hook, &[("X-Jwt", &good), ("x-jwt", &good)]).unwrap_err().0,
        Code::SIGNATURE_MALFORMED
    );
}

#[test]
fn another_key_payload_or_signature_is_a_mismatch() {
    let hook = hook(&json!({}));
    let good = token(json!({}));
    let other = token(json!({ "exp": NOW_S + 11 }));
    let (signed, _) = good.rsplit_once('.').unwrap();
    let (_, tag) = other.rsplit_once('.').unwrap();
    assert_eq!(code(&hook, &format!("{signed}.{tag}")), Code::SIGNATURE_MISMATCH);
    assert_eq!(
        code(&hook, &raw_token(HEAD, &claims(json!({})), Algorithm::Sha256, "wrong")),
        Code::SIGNATURE_MISMATCH
    );
    assert_eq!(code(&hook, &format!("{signed}.{}", &tag[..20])), Code::SIGNATURE_MISMATCH);
}

#[test]
fn times_are_checked_with_a_leeway() {
    let hook = hook(&json!({}));
    let accepted =
        |more: Value| outcome(&hook, &[("X-Jwt", &token(more))]).map(|_| ()).map_err(|error| error.0);
    assert_eq!(accepted(json!({ "exp": NOW_S - 60 })), Ok(()));
    assert_eq!(accepted(json!({ "exp": NOW_S - 61 })), Err(Code::TIMESTAMP_TOO_OLD));
    assert_eq!(accepted(json!({ "nbf": NOW_S + 60 })), Ok(()));
    assert_eq!(accepted(json!({ "nbf": NOW_S + 61 })), Err(Code::TIMESTAMP_TOO_NEW));
    assert_eq!(accepted(json!({ "nbf": 1 })), Ok(()));
    assert_eq!(accepted(json!({ "exp": 1_700_000_010.5 })), Ok(()));
    for bad in [json!("1700000010"), json!(null), json!([]), json!(1e30), json!(true)] {
        assert_eq!(accepted(json!({ "exp": bad.clone() })), Err(Code::TIMESTAMP_MALFORMED), "{bad}");
        assert_eq!(accepted(json!({ "nbf": bad.clone() })), Err(Code::TIMESTAMP_MALFORMED), "{bad}");
    }
    let without = raw_token(HEAD, &claims(json!({})).replace("\"exp\"", "\"x\""), Algorithm::Sha256, SECRET);
    assert_eq!(code(&hook, &without), Code::TIMESTAMP_MISSING);
    assert!(outcome(&self::hook(&json!({ "requireTime": false })), &[("X-Jwt", &without)]).is_ok());
    // An expiry is checked where none is required.
    assert_eq!(
        code(&self::hook(&json!({ "requireTime": false })), &token(json!({ "exp": 1 }))),
        Code::TIMESTAMP_TOO_OLD
    );
    let timed = self::hook(&json!({ "timestamp": "claim:/iat", "tolerance": 100 }));
    assert_eq!(code(&timed, &token(json!({}))), Code::TIMESTAMP_MISSING);
    assert!(outcome(&timed, &[("X-Jwt", &token(json!({ "iat": NOW_S - 100 })))]).is_ok());
    assert_eq!(code(&timed, &token(json!({ "iat": NOW_S - 101 }))), Code::TIMESTAMP_TOO_OLD);
    assert_eq!(code(&timed, &token(json!({ "iat": NOW_S + 101 }))), Code::TIMESTAMP_TOO_NEW);
    assert_eq!(code(&timed, &token(json!({ "iat": NOW_S, "exp": NOW_S - 61 }))), Code::TIMESTAMP_TOO_OLD);
}

#[test]
fn claims_have_their_values() {
    let hook = hook(&json!({ "claims": {
        "/aud": "me", "/sub": "{url}", "/url_hash": "{url:sha256:hex}", "/sha256": "{body:sha256:base64url}" } }));
    let digest = base64url(&hookseal::signature::sha256(BODY));
    let good = json!({ "aud": "me", "sub": URL, "url_hash": hex(&hookseal::signature::sha256(URL.as_bytes())), "sha256": digest });
    let result = |changes: Value| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        outcome(&hook, &[("X-Jwt", &token(claims))]).map(|_| ())
    };
    assert_eq!(result(json!({})), Ok(()));
    assert_eq!(result(json!({ "sha256": format!("{digest}=") })), Ok(()));
    assert_eq!(result(json!({ "aud": ["you", "me"] })), Ok(()));
    for (changes, code, message) in [
        (
            json!({ "aud": "you" }),
            Code::CLAIM_MISMATCH,
            "The claim `aud` of the token does not have the expected value.",
        ),
        (
            json!({ "aud": ["you"] }),
            Code::CLAIM_MISMATCH,
            "The claim `aud` of the token does not have the expected value.",
        ),
        (
            json!({ "aud": ["me", ["me"]], "sub": [URL] }),
            Code::CLAIM_MISMATCH,
            "The claim `sub` of the token does not have the expected value.",
        ),
        (
            json!({ "sub": "https://h.example/other" }),
            Code::CLAIM_MISMATCH,
            "The claim `sub` of the token does not have the expected value.",
        ),
        (
            json!({ "sha256": "" }),
            Code::DIGEST_MISMATCH,
            "The claim `sha256` of the token is not the digest of this body.",
        ),
        (
            json!({ "sha256": null }),
            Code::DIGEST_MISMATCH,
            "The claim `sha256` of the token is not the digest of this body.",
        ),
        (
            json!({ "sha256": 1, "aud": "you" }),
            Code::CLAIM_MISMATCH,
            "The claim `aud` of the token does not have the expected value.",
        ),
    ] {
        assert_eq!(result(changes), Err((code, message.to_owned())));
    }
    let missing = raw_token(HEAD, &claims(json!({})), Algorithm::Sha256, SECRET);
    let (code, message) = outcome(&hook, &[("X-Jwt", &missing)]).unwrap_err();
    assert_eq!((code, message.as_str()), (Code::CLAIM_MISMATCH, "The token in X-Jwt has no claim `aud`."));
    let text = token(good);
    let delivery = Delivery::new(Headers::from_iter([("X-Jwt", text.as_str())]), BODY);
    assert_eq!(hook.verify(&delivery, NOW).unwrap_err().code, Code::URL_MISSING);
}

#[test]
fn what_is_signed_here_is_verified_here() {
    for signature in [
        json!({}),
        json!({ "format": "Bearer {jwt}", "algorithms": ["HS512"], "timestamp": "claim:/iat" }),
        json!({ "claims": { "/sub": "{url}", "/a\"b": "{body:sha256:base64}" } }),
    ] {
        let hook = hook(&signature);
        let mut params = fresh();
        params.url = Some(URL.to_owned());
        let signed = hook.sign(BODY, &params).expect("signed");
        let pairs = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let delivery = Delivery::new(pairs.collect::<Headers<'_>>(), BODY).with_url(URL);
        assert!(matches!(
            hook.verify(&delivery, NOW).unwrap().signature,
            SignatureInfo::Verified { secret: 0, .. }
        ));
        let later = hookseal::webhook::Timestamp::from_millis((NOW_S + 1000) * 1000);
        assert_eq!(hook.verify(&delivery, later).unwrap_err().code, Code::TIMESTAMP_TOO_OLD);
        let renewed = hook.resign(&delivery, later).expect("renewed");
        let pairs = renewed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert!(
            hook.verify(&Delivery::new(pairs.collect::<Headers<'_>>(), BODY).with_url(URL), later).is_ok()
        );
        assert!(hook.provider().token_headers().is_empty());
        assert_eq!(hook.provider().signature_expiry().name(), "by-header");
    }
}

#[test]
fn definitions_that_trust_too_much_are_rejected() {
    for (signature, pointer) in [
        (json!({ "algorithms": ["none"] }), "/signature/algorithms/0"),
        (json!({ "algorithms": ["sha256"] }), "/signature/algorithms/0"),
        (json!({ "algorithms": [] }), "/signature/algorithms"),
        (json!({ "format": "{token}" }), "/signature/format"),
        (json!({ "format": "{jwt} {jwt}" }), "/signature/format"),
        (json!({ "claims": { "/exp": "1" } }), "/signature/claims"),
        (json!({ "claims": { "/iss": "{issuer}" } }), "/signature/claims"),
        (json!({ "claims": { "/sha256": ["{body:sha256:hex}", "any"] } }), "/signature/claims"),
        (json!({ "claims": { "iss": "a" } }), "/signature/claims/iss"),
        (json!({ "timestamp": "/iat" }), "/signature/timestamp"),
        (json!({ "signedContent": "{body}" }), "/signature/signedContent"),
        (json!({ "kind": "hmac", "format": "{hex}", "algorithms": ["HS256"] }), "/signature/algorithms/0"),
    ] {
        let error = Provider::from_json(definition(&signature).as_bytes()).expect_err(&signature.to_string());
        let pointers: Vec<_> = error.issues.iter().map(|issue| issue.pointer.as_str()).collect();
        assert!(pointers.contains(&pointer), "{signature}: {error}");
    }
}
