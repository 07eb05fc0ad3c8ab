//! Signature schemes through their public interface: the shared vectors, signing and verifying, and hostile headers.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{
    Algorithm, Keys, Outcome, Scheme, SchemeDefinition, Secret, SecretFormat, SignContext, TimestampUnit,
};
use proptest::prelude::*;
use serde_json::Value;

const NOW: i64 = 1_700_000_000_000;

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn algorithms(value: &Value) -> Option<Vec<Algorithm>> {
    let names = value.as_array()?.iter();
    Some(names.map(|name| Algorithm::from_name(name.as_str().unwrap()).unwrap()).collect())
}

/// The signature and headers members of a provider definition.
fn definition(value: &Value) -> SchemeDefinition {
    let signature = &value["signature"];
    SchemeDefinition {
        header: text(&signature["header"]).unwrap(),
        format: text(&signature["format"]).unwrap(),
        algorithms: algorithms(&signature["algorithms"]).unwrap(),
        signed_content: text(&signature["signedContent"]).unwrap(),
        secret: SecretFormat::parse(signature["secret"].as_str().unwrap()).unwrap(),
        optional: signature["optional"].as_bool().unwrap_or(false),
        timestamp_header: text(&value["headers"]["timestamp"]),
        id_header: text(&value["headers"]["id"]),
        timestamp_unit: match signature["timestampUnit"].as_str() {
            Some("ms") => TimestampUnit::Milliseconds,
            _ => TimestampUnit::Seconds,
        },
        ambiguous: signature["ambiguous"].as_bool().unwrap_or(false),
        absent_is_empty: false,
        key: hookseal::signature::KeyDerivation::default(),
        partial: false,
        signed_headers: None,
    }
}

fn keys(scheme: &Scheme, secrets: &[&str], accepted: Option<&[Algorithm]>) -> Keys {
    let read = |text: &&str| Secret::parse(text, scheme.secret_format()).unwrap();
    scheme.keys(&secrets.iter().map(read).collect::<Vec<_>>(), accepted).unwrap()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/signature.json")).unwrap()
}

#[test]
fn every_vector_has_its_expected_result() {
    use base64ct::Encoding;
    let file = vectors();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 150);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let scheme = Scheme::new(definition(&file["schemes"][case["scheme"].as_str().unwrap()])).unwrap();
        let secrets: Vec<&str> =
            case["secrets"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let keys = keys(&scheme, &secrets, algorithms(&case["algorithms"]).as_deref());
        let pairs = case["headers"].as_array().unwrap().iter();
        let headers: Headers<'_> =
            pairs.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
        let body = match case["body"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => base64ct::Base64::decode_vec(case["bodyBase64"].as_str().unwrap()).unwrap(),
        };
        let delivery = Delivery {
            url: case["url"].as_str(),
            method: case["method"].as_str(),
            ..Delivery::new(headers, &body)
        };
        let tolerance = case["tolerance"].as_u64().unwrap_or(300);

        let outcome = scheme.verify(&keys, &delivery, case["now"].as_i64().unwrap(), tolerance);
        let expect = &case["expect"];
        assert_eq!(outcome.code().map(Code::as_str), expect["code"].as_str(), "{name}: {outcome:?}");
        assert_eq!(outcome.is_verified(), expect["code"].is_null(), "{name}");
        assert_eq!(outcome.status().as_str(), expect["status"].as_str().unwrap(), "{name}");
        if let Some(secret) = expect["secret"].as_u64() {
            assert_eq!(outcome.secret(), usize::try_from(secret).ok(), "{name}");
        }
        if let Some(algorithm) = expect["algorithm"].as_str() {
            assert_eq!(outcome.algorithm().map(Algorithm::name), Some(algorithm), "{name}");
        }
    }
}

#[test]
fn every_scheme_of_the_vectors_verifies_its_own_signatures() {
    let file = vectors();
    for (name, scheme) in file["schemes"].as_object().unwrap() {
        let scheme = Scheme::new(definition(scheme)).unwrap();
        let keys = keys(&scheme, &["00112233445566778899aabbccddeeff"], None);
        let context = SignContext {
            id: Some("msg_1"),
            headers: Headers::from_iter([("Webhook-Id", "msg_1")]),
            url: Some("https://example.com/"),
            method: Some("POST"),
            ..SignContext::at(NOW)
        };
        let signed = scheme.sign(&keys, b"{}", &context).unwrap();
        let mut headers = context.headers.clone();
        for (key, value) in &signed {
            headers.push(key.as_str(), value.as_str());
        }
        let delivery = Delivery::new(headers, b"{}").with_url("https://example.com/").with_method("POST");
        let outcome = scheme.verify(&keys, &delivery, NOW, 0);
        assert!(outcome.is_verified(), "{name}: {outcome:?}");
    }
}

const FORMATS: &[&str] = &[
    "{algorithm}={hex}",
    "{algorithm}={base64}",
    "hmac-{algorithm}:{base64url}",
    "sha256={hex}",
    "SHA512:{base64}",
    "{hex}",
    "{base64}",
    "{base64url}",
    "v0={hex}",
    "HMAC {base64}",
    "sig=\"{hex}\"",
    "v1,{base64}",
    "v1,{base64} v1a,...",
    "v1,{hex}",
    "t={timestamp},v1={hex}",
    "v1={base64},t={timestamp}",
    "ts={timestamp};h1={hex}",
    "t={timestamp},{algorithm}={hex}",
];
const CONTENTS: &[&str] = &[
    "{body}",
    "{timestamp}.{body}",
    "{id}.{timestamp}.{body}",
    "v0:{timestamp}:{body}",
    "{header:X-Extra}.{timestamp}.{body}",
    "{url}{body}",
    "{method}{url}{body}{timestamp}",
    "{body}.{id}",
];

/// A scheme with this format and signed content; `None` if the two exclude each other.
fn scheme(format: &str, content: &str, unit: TimestampUnit) -> Option<Scheme> {
    let wants = content.contains("{timestamp}");
    let has = format.contains("{timestamp}");
    let algorithms = match format {
        "sha256={hex}" => vec![Algorithm::Sha256],
        "SHA512:{base64}" => vec![Algorithm::Sha512],
        _ => vec![Algorithm::Sha256, Algorithm::Sha1, Algorithm::Sha512],
    };
    let scheme = Scheme::new(SchemeDefinition {
        algorithms,
        signed_content: content.to_owned(),
        timestamp_header: (wants && !has).then(|| "X-Timestamp".to_owned()),
        id_header: Some("X-Id".to_owned()),
        timestamp_unit: unit,
        ambiguous: content.contains("}{"),
        ..SchemeDefinition::new("X-Signature", format)
    });
    if has && !wants {
        assert_eq!(scheme.unwrap_err().field(), "signedContent");
        return None;
    }
    Some(scheme.unwrap_or_else(|error| panic!("{format} {content}: {error}")))
}

fn delivered<'a>(signed: &'a [(String, String)], body: &'a [u8]) -> Delivery<'a> {
    let mut headers = Headers::from_iter([("x-extra", "extra")]);
    for (name, value) in signed {
        headers.push(name.to_lowercase(), value.as_str());
    }
    Delivery::new(headers, body).with_url("https://example.com/hook").with_method("POST")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verifies_only_what_the_scheme_signed(
        body in proptest::collection::vec(any::<u8>().prop_filter("no digit", |byte| !byte.is_ascii_digit()), 0..200),
        secret in "[ -~]{0,20}[!-~]".prop_filter("a placeholder", |text| {
            Secret::parse(text, &SecretFormat::default()).is_ok()
        }),
        // No dot: it separates the parts of the signed content.
        id in "[!-\\-/-~]{1,40}",
        now in 0..4_000_000_000_000_i64,
        flip in any::<(usize, u8)>(),
        milliseconds in any::<bool>(),
    ) {
        let unit = if milliseconds { TimestampUnit::Milliseconds } else { TimestampUnit::Seconds };
        for (format, content) in FORMATS.iter().flat_map(|it| CONTENTS.iter().map(move |other| (it, other))) {
            let Some(scheme) = scheme(format, content, unit) else { continue };
            let context = SignContext {
                id: Some(&id),
                headers: Headers::from_iter([("X-Extra", "extra")]),
                url: Some("https://example.com/hook"),
                method: Some("POST"),
                ..SignContext::at(now)
            };
            for algorithm in scheme.algorithms() {
                let mine = keys(&scheme, &["another", &secret], Some(&[*algorithm]));
                let signer = keys(&scheme, &[&secret], Some(&[*algorithm]));
                let signed = scheme.sign(&signer, &body, &context).unwrap();
                let delivery = delivered(&signed, &body);

                let outcome = scheme.verify(&mine, &delivery, now, 1);
                prop_assert_eq!(outcome.secret(), Some(1), "{} {} {:?}", format, content, outcome);
                prop_assert_eq!(outcome.algorithm(), Some(*algorithm));
                prop_assert!(outcome.is_verified());

                let stranger = keys(&scheme, &["a stranger's"], None);
                prop_assert_eq!(scheme.verify(&stranger, &delivery, now, 1).status().as_str(), "mismatch");

                let mut other = body.clone();
                match other.len() {
                    0 => other.push(flip.1),
                    len => other[flip.0 % len] ^= flip.1 | 1,
                }
                // A digit would belong to the adjacent timestamp.
                for (new, old) in other.iter_mut().zip(body.iter().chain(std::iter::repeat(&b'y'))) {
                    if new.is_ascii_digit() {
                        *new = if *old == b'z' { b'y' } else { b'z' };
                    }
                }
                let delivery = delivered(&signed, &other);
                prop_assert_eq!(scheme.verify(&mine, &delivery, now, 1).status().as_str(), "mismatch");
            }
        }
    }
}

fn every_scheme() -> Vec<(Scheme, Keys)> {
    let pairs = FORMATS.iter().flat_map(|it| CONTENTS.iter().map(move |other| (it, other)));
    let schemes = pairs.filter_map(|(format, content)| scheme(format, content, TimestampUnit::Seconds));
    schemes
        .map(|scheme| {
            let keys = keys(&scheme, &["a secret", "another"], None);
            (scheme, keys)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_in_a_header_panics_or_verifies(
        values in proptest::collection::vec(
            prop_oneof![
                any::<String>(),
                "[ -~]{0,120}",
                "(sha1|sha256|sha512|md5|v0|v1|t|ts|h1|HMAC|sig|hmac-sha1)?[=:, \"]?[0-9a-fA-F]{0,130}[\",; =]?",
                "(v1,[A-Za-z0-9+/]{0,90}={0,2}[ ,]?){0,3}",
                "t=[0-9]{0,18}[,;](v1|h1|sha256)=[0-9a-f]{64}",
                "((sha256|t|v1)=[0-9a-f]{0,64}[,;] ?){0,40}",
            ],
            1..4,
        ),
        other in any::<String>(),
        body in proptest::collection::vec(any::<u8>(), 0..64),
        now in any::<i64>(),
        tolerance in any::<u64>(),
    ) {
        thread_local! { static ALL: Vec<(Scheme, Keys)> = every_scheme(); }
        ALL.with(|all| for (scheme, keys) in all {
            let mut headers: Headers<'_> = values.iter().map(|value| ("x-signature", value.as_str())).collect();
            headers.push("x-timestamp", "1700000000");
            headers.push("X-Id", other.as_str());
            headers.push("X-Extra", other.as_str());
            let delivery = Delivery::new(headers, &body).with_url(&other).with_method("POST");
            let outcome = scheme.verify(keys, &delivery, now, tolerance);
            assert!(!outcome.is_verified(), "{outcome:?}");
            assert!(outcome.secret().is_none(), "{outcome:?}");
        });
    }

    #[test]
    fn a_template_is_rejected_or_verifies_its_own_signatures(
        format in prop_oneof![
            "[ -~]{0,40}",
            "([tv1=,; {}.]|\\{(hex|base64|algorithm|timestamp)\\}){0,8}",
            "[ -~]{0,6}\\{(hex|base64)\\}[ -~]{0,4}",
            "([!-~]{1,3}=\\{timestamp\\}[,;])?[ -~]{0,6}\\{(hex|base64)\\}[ -~]{0,4}",
        ],
        content in "([ -~]{0,5}|\\{timestamp\\}.)\\{body\\}[ -~]{0,5}",
    ) {
        let definition = SchemeDefinition { signed_content: content, ..SchemeDefinition::new("a", format) };
        if let Ok(scheme) = Scheme::new(definition) {
            let keys = keys(&scheme, &["a secret"], None);
            if let Ok(signed) = scheme.sign(&keys, b"body", &SignContext::at(NOW)) {
                let delivery = Delivery::new(signed.into_iter().collect::<Headers<'_>>(), b"body");
                let outcome = scheme.verify(&keys, &delivery, NOW, 0);
                assert!(outcome.is_verified(), "{:?}: {outcome:?}", scheme.definition());
            }
        }
    }

    #[test]
    fn no_secret_panics(text in any::<String>(), form in "(utf8|base64|hex|whsec_\\{base64\\}|a\\{hex\\})") {
        let _ = Secret::parse(&text, &SecretFormat::parse(&form).unwrap());
    }
}

#[test]
fn a_labelled_hex_signature_is_verified_without_an_allocation() {
    let scheme = Scheme::new(SchemeDefinition {
        algorithms: vec![Algorithm::Sha256, Algorithm::Sha1],
        ..SchemeDefinition::new("X-Signature", "{algorithm}={hex}")
    })
    .unwrap();
    let keys = keys(&scheme, &["a new secret", "a secret"], None);
    let old = self::keys(&scheme, &["a secret"], None);
    let signed = scheme.sign(&old, b"{}", &SignContext::at(NOW)).unwrap();
    let right = Delivery::new(signed.into_iter().collect::<Headers<'_>>(), b"{}");
    let wrong = Delivery::new(Headers::from_iter([("X-Signature", "sha1=zz, sha256=00, md5=1")]), b"{}");
    let mut outcomes = Vec::with_capacity(2);
    let allocated = allocation_counter::measure(|| {
        outcomes.push(scheme.verify(&keys, &right, NOW, 300));
        outcomes.push(scheme.verify(&keys, &wrong, NOW, 300));
    });
    assert!(matches!(outcomes[0], Outcome::Verified { secret: 1, .. }), "{:?}", outcomes[0]);
    assert!(!outcomes[1].is_verified());
    assert_eq!(allocated.count_total, 0);
}

/// A list of two values is verified in place, too: nothing is joined.
#[test]
fn timestamps_pairs_and_split_values_are_verified_without_an_allocation() {
    for (format, content) in
        [("t={timestamp},v1={hex}", "{timestamp}.{body}"), ("v1,{base64}", "{id}.{timestamp}.{body}")]
    {
        let has_header = !format.contains("{timestamp}");
        let scheme = Scheme::new(SchemeDefinition {
            signed_content: content.to_owned(),
            timestamp_header: has_header.then(|| "X-Time".to_owned()),
            id_header: has_header.then(|| "X-Id".to_owned()),
            ..SchemeDefinition::new("X-Signature", format)
        })
        .unwrap();
        let keys = keys(&scheme, &["a secret"], None);
        let context = SignContext { id: Some("m"), ..SignContext::at(NOW) };
        let signed = scheme.sign(&keys, b"{}", &context).unwrap();
        let (first, second) = signed[0].1.split_once(',').unwrap();
        let split = [("X-Signature", first), ("X-Signature", second)];
        let rest = signed[1..].iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let split = Delivery::new(split.into_iter().chain(rest).collect::<Headers<'_>>(), b"{}");
        let whole = Delivery::new(signed.clone().into_iter().collect::<Headers<'_>>(), b"{}");
        let mut outcomes = Vec::with_capacity(2);
        let allocated = allocation_counter::measure(|| {
            outcomes.push(scheme.verify(&keys, &whole, NOW, 300));
            outcomes.push(scheme.verify(&keys, &split, NOW, 300));
        });
        assert!(outcomes.iter().all(Outcome::is_verified), "{format}: {outcomes:?}");
        assert_eq!(allocated.count_total, 0, "{format}");
    }
}
