//! Reads public keys that are JSON Web Keys (RFC 7517, RFC 7518 and RFC 8037).

use std::borrow::Cow;

use super::fault::{KeyFault, KeyKind};
use super::{PublicKey, check, der};
use crate::issue::Code;
use crate::json::{Document, Value};
use crate::signature::encoding::decode_base64url;

/// Parses one key. SECURITY: a key for another purpose than signatures is none.
#[inline(never)]
pub(super) fn parse(text: &str, expected: &[KeyKind]) -> Result<PublicKey, KeyFault> {
    of_value(document(text)?.root(), expected)
}

/// The largest number of keys that are read of a set.
const MAX_KEYS: usize = 64;

/// Parses a key, or those of a set that have the id. Keys of a set that are of another kind are none.
pub(super) fn parse_set(
    text: &str,
    expected: &[KeyKind],
    kid: Option<&str>,
) -> Result<Vec<PublicKey>, KeyFault> {
    let document = document(text)?;
    let Some(set) = document.root().get("keys") else {
        let is_other = kid.is_some() && id(document.root()).is_some_and(|id| Some(&*id) != kid);
        return if is_other { Ok(Vec::new()) } else { Ok(vec![of_value(document.root(), expected)?]) };
    };
    let has_id = |jwk: &Value<'_>| kid.is_none() || id(*jwk).as_deref() == kid;
    Ok(set.elements().filter(has_id).take(MAX_KEYS).filter_map(|jwk| of_value(jwk, expected).ok()).collect())
}

fn id(jwk: Value<'_>) -> Option<Cow<'_, str>> {
    jwk.get("kid").and_then(Value::as_str)
}

fn document(text: &str) -> Result<Document<'_>, KeyFault> {
    let document = Document::parse(text.as_bytes()).map_err(|_| KeyFault::Json)?;
    // Parsers disagree on the value of a duplicate key.
    if document.diagnostics().iter().any(|issue| issue.code == Code::JSON_DUPLICATE_KEY) {
        return Err(KeyFault::Json);
    }
    Ok(document)
}

fn of_value(jwk: Value<'_>, expected: &[KeyKind]) -> Result<PublicKey, KeyFault> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| text(name).and_then(|text| decode_base64url(&text)).ok_or(KeyFault::Json);
    if jwk.get("d").is_some() {
        return Err(KeyFault::Private);
    }
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return Err(KeyFault::Label);
    }
    let curve = text("crv");
    match (text("kty").as_deref(), curve.as_deref()) {
        (Some("RSA"), _) => check(KeyKind::Rsa, &der::rsa_key(&bytes("n")?, &bytes("e")?), expected),
        (Some("EC"), Some("P-256")) => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            // Each has the length of the curve (RFC 7518, section 6.2.1.2).
            if (x.len(), y.len()) != (32, 32) {
                return Err(KeyFault::Json);
            }
            check(KeyKind::P256, &[&[4], &x[..], &y[..]].concat(), expected)
        }
        (Some("OKP"), Some("Ed25519")) => check(KeyKind::Ed25519, &bytes("x")?, expected),
        (Some("oct"), _) => Err(KeyFault::Label),
        (Some("EC" | "OKP"), _) => check(KeyKind::Other, &[], expected),
        _ => Err(KeyFault::Json),
    }
}
