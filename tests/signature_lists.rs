//! Signature headers as lists: several values and their joined form mean the same (RFC 9110, section 5.3).

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{Keys, Outcome, Scheme, SchemeDefinition, Secret, SecretFormat, SignContext};
use proptest::prelude::*;

const NOW: i64 = 1_700_000_000_000;
const BODY: &[u8] = b"{\"event\":\"a\"}";

fn scheme(format: &str, content: &str, secret: &str) -> Scheme {
    let has_header = content.contains("{timestamp}") && !format.contains("{timestamp}");
    Scheme::new(SchemeDefinition {
        signed_content: content.to_owned(),
        secret: SecretFormat::parse(secret).expect("a secret format"),
        timestamp_header: has_header.then(|| "X-Time".to_owned()),
        id_header: content.contains("{id}").then(|| "X-Id".to_owned()),
        ..SchemeDefinition::new("X-Sig", format)
    })
    .expect("a scheme")
}

fn stripe() -> Scheme {
    scheme("t={timestamp},v1={hex}", "{timestamp}.{body}", "utf8")
}

fn paddle() -> Scheme {
    scheme("ts={timestamp};h1={hex}", "{timestamp}:{body}", "utf8")
}

fn standard() -> Scheme {
    scheme("v1,{base64}", "{id}.{timestamp}.{body}", "whsec_{base64}")
}

fn keys(scheme: &Scheme) -> Keys {
    let text = match scheme.secret_format().prefix {
        Some(_) => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        None => "a secret of these tests",
    };
    scheme.keys(&[Secret::parse(text, scheme.secret_format()).expect("a secret")], None).expect("keys")
}

/// Returns the headers of a delivery that was signed at this time, the signature first.
fn sign(scheme: &Scheme, at: i64) -> Vec<(String, String)> {
    let context = SignContext { id: Some("msg_1"), ..SignContext::at(at) };
    scheme.sign(&keys(scheme), BODY, &context).expect("signed")
}

/// Verifies these values of the signature header. `rest` are the other headers.
fn code(scheme: &Scheme, values: &[&str], rest: &[(String, String)]) -> Option<Code> {
    let values = values.iter().map(|value| ("X-Sig", *value));
    let rest = rest.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let delivery = Delivery::new(values.chain(rest).collect::<Headers<'_>>(), BODY);
    scheme.verify(&keys(scheme), &delivery, NOW, 300).code()
}

#[test]
fn accepts_a_signature_that_was_split_at_its_comma() {
    let (scheme, value) = (stripe(), sign(&stripe(), NOW)[0].1.clone());
    let (timestamp, signature) = value.split_once(',').expect("a comma");
    for values in [
        vec![timestamp, signature],
        vec![signature, timestamp],
        vec![timestamp, "v0=00", signature],
        vec![timestamp, "", signature],
        vec![&format!("{timestamp}, {signature}")],
        vec![&format!("{timestamp} ,{signature}")],
        vec![&format!("{signature}, {timestamp}")],
    ] {
        assert_eq!(code(&scheme, &values, &[]), None, "{values:?}");
    }
    assert_eq!(code(&scheme, &[timestamp], &[]), Some(Code::SIGNATURE_MALFORMED));
    assert_eq!(code(&scheme, &[signature], &[]), Some(Code::TIMESTAMP_MISSING));
    assert_eq!(code(&scheme, &["t=soon", signature], &[]), Some(Code::TIMESTAMP_MALFORMED));
    // The fields of this format are separated by semicolons, which join no list.
    let value = sign(&paddle(), NOW)[0].1.clone();
    assert_eq!(code(&paddle(), &[&value.replace(';', ", ")], &[]), None);
    assert_eq!(code(&paddle(), &value.split(';').collect::<Vec<_>>(), &[]), None);
    assert_eq!(code(&stripe(), &[&format!("{timestamp};{signature}")], &[]), Some(Code::SIGNATURE_MALFORMED));
}

#[test]
fn accepts_a_version_and_a_digest_that_were_split_at_their_comma() {
    let scheme = standard();
    let mut rest = sign(&scheme, NOW);
    let value = rest.remove(0).1;
    let digest = value.strip_prefix("v1,").expect("a version");
    let other = "A".repeat(43) + "=";
    for values in [
        vec!["v1", digest],
        vec!["v1,", digest],
        vec!["v1", &other, "v1", digest],
        vec!["v1", &format!("{other} v1"), digest],
        vec!["v1a", &other, "v1", digest],
        vec!["v1", digest, "v2"],
        vec![&format!("v1, {digest}")],
        vec![&format!("v1, {other} v1, {digest}")],
        vec![&format!("v1,{other}, v1,{digest}")],
        vec![&format!("v1,{other} v1,{digest}")],
        vec![&format!("v1,{other}"), &value],
        vec![&format!("v1a,{other} {value}"), &format!("v1,{other}")],
    ] {
        assert_eq!(code(&scheme, &values, &rest), None, "{values:?}");
    }
    // Another version signs in another way, and white space joins no list.
    for value in [format!("v1a,{digest}"), format!("v2, {digest}"), format!("v1 {digest}")] {
        assert_eq!(code(&scheme, &[&value], &rest), Some(Code::SIGNATURE_MALFORMED), "{value}");
    }
    assert_eq!(code(&scheme, &["v1a", digest], &rest), Some(Code::SIGNATURE_MALFORMED));
    assert_eq!(code(&scheme, &["v1", "v1a", digest], &rest), Some(Code::SIGNATURE_MALFORMED));
    assert_eq!(code(&scheme, &["v1", &other], &rest), Some(Code::SIGNATURE_MISMATCH));
}

#[test]
fn a_signature_counts_only_with_the_timestamp_that_it_signs() {
    for scheme in [stripe(), paddle(), scheme("v1={hex},t={timestamp}", "{timestamp}.{body}", "utf8")] {
        let old = &sign(&scheme, NOW - 1_000_000)[0].1;
        let current = &sign(&scheme, NOW)[0].1;
        for values in [[old, current], [current, old]] {
            let joined = format!("{}, {}", values[0], values[1]);
            assert_eq!(code(&scheme, &[&joined], &[]), None, "{joined}");
            assert_eq!(code(&scheme, &[values[0].as_str(), values[1].as_str()], &[]), None);
        }
        // A replayed signature next to the timestamp of another time.
        let separator = if old.contains(';') { ';' } else { ',' };
        let field = |value: &str, prefix: char| -> String {
            value.split(separator).find(|field| field.starts_with(prefix)).expect("a field").to_owned()
        };
        let signature = field(old, if old.contains("h1=") { 'h' } else { 'v' });
        let forged = [field(current, 't'), signature];
        assert_eq!(code(&scheme, &[&forged.join(", ")], &[]), Some(Code::SIGNATURE_MISMATCH));
        assert_eq!(code(&scheme, &[old, &forged[0]], &[]), Some(Code::TIMESTAMP_TOO_OLD));
        assert_eq!(code(&scheme, &[&forged[0], old], &[]), Some(Code::TIMESTAMP_TOO_OLD));
    }
}

#[test]
fn reports_the_timestamp_of_the_signature_that_was_verified() {
    let scheme = stripe();
    let old = &sign(&scheme, NOW - 1_000_000)[0].1;
    let joined = format!("{old}, {}", sign(&scheme, NOW)[0].1);
    let delivery = Delivery::new(Headers::from_iter([("X-Sig", joined.as_str())]), BODY);
    let outcome = scheme.verify(&keys(&scheme), &delivery, NOW, 300);
    let Outcome::Verified { received, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(received.timestamp, (NOW / 1000).to_string());
}

#[test]
fn limits_hold_for_a_list_as_for_one_value() {
    let scheme = stripe();
    let signature = sign(&scheme, NOW)[0].1.clone();
    let timestamps: Vec<String> = (1..=5).map(|t| format!("t={t}")).collect();
    let values: Vec<&str> = timestamps.iter().map(String::as_str).chain([signature.as_str()]).collect();
    assert_eq!(code(&scheme, &values, &[]), Some(Code::SIGNATURE_MALFORMED));
    assert_eq!(code(&scheme, &[&values.join(", ")], &[]), Some(Code::SIGNATURE_MALFORMED));
    // Equal timestamps cost one hash.
    let repeated = vec![signature.as_str(); 8];
    assert_eq!(code(&scheme, &repeated, &[]), None);
    assert_eq!(code(&scheme, &vec![signature.as_str(); 33], &[]), Some(Code::SIGNATURE_MALFORMED));
}

#[test]
fn a_signed_header_that_occurs_twice_with_different_values_stays_rejected() {
    let scheme = standard();
    let signed = sign(&scheme, NOW);
    let value = signed[0].1.as_str();
    for name in ["X-Time", "X-Id"] {
        let mut rest = signed[1..].to_vec();
        let same = rest.iter().find(|(other, _)| other == name).expect("a header").clone();
        rest.push(same);
        assert_eq!(code(&scheme, &[value], &rest), None, "{name}");
        rest.push((name.to_owned(), "1700000001".to_owned()));
        assert_eq!(code(&scheme, &[value], &rest), Some(Code::SIGNATURE_MALFORMED), "{name}");
    }
}

proptest! {
    /// Every list of items has the outcome of its joined form, wherever the list is split.
    #[test]
    fn a_list_and_its_joined_form_have_one_outcome(
        picks in proptest::collection::vec((0_usize..8, any::<bool>()), 1..8),
        which in 0_usize..4,
    ) {
        let scheme = [stripe(), paddle(), standard(), scheme("{algorithm}={hex}", "{body}", "utf8")]
            .into_iter().nth(which).expect("a scheme");
        let mut rest = sign(&scheme, NOW);
        let value = rest.remove(0).1;
        let old = sign(&scheme, NOW - 1_000_000)[0].1.clone();
        let separator = if value.contains(';') { ';' } else { ',' };
        let mut items: Vec<&str> = [value.as_str(), &old].iter().flat_map(|v| v.split(separator)).collect();
        items.extend([value.as_str(), "v0=00", "md5=00", "x"]);
        let (mut values, mut joined) = (Vec::new(), String::new());
        for (pick, has_space) in picks {
            let item = items[pick % items.len()];
            if !joined.is_empty() {
                joined.push_str(if has_space { ", " } else { "," });
            }
            joined.push_str(item);
            values.push(item);
        }
        let expected = code(&scheme, &[&joined], &rest);
        let listed = code(&scheme, &values, &rest);
        prop_assert_eq!(expected.is_none(), listed.is_none(), "{} / {:?}", joined, values);
    }
}
