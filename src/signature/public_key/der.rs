//! Reads public keys in DER (X.690): SPKI (RFC 5280), PKCS#1 (RFC 8017), and the SPKI in a certificate. Checks structure and
//! sizes, and computes nothing. Never panics and never recurses.

use super::fault::{KeyFault, KeyKind};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
const CONTEXT_0: u8 = 0xa0;

/// 1.3.101.112, RFC 8410.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// 1.2.840.10045.2.1, RFC 5480.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7, the curve P-256.
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.2.840.113549.1.1.1, RFC 8017.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Smaller keys can be factored.
const MIN_RSA_BITS: usize = 2048;
/// A verification takes time by the square of this.
const MAX_RSA_BITS: usize = 8192;

/// The elements of DER that are left.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(pub &'a [u8]);

impl<'a> Der<'a> {
    /// Takes the next element: its tag and content. `None` if the length is not DER, or exceeds the bytes.
    #[inline(never)]
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            // Three bytes are enough for 16 MiB.
            let count = usize::from(first & 0x7f);
            let bytes = rest.get(..count).filter(|bytes| (1..=3).contains(&bytes.len()))?;
            length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = &rest[count..];
            if length < 0x80 || bytes[0] == 0 {
                return None;
            }
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// Takes the next element, which has this tag.
    pub(super) fn expect(&mut self, expected: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == expected).map(|(_, content)| content)
    }

    /// Enters the sequence that is all of the bytes.
    pub(super) fn only_sequence(mut self) -> Option<Self> {
        let content = self.expect(SEQUENCE)?;
        self.0.is_empty().then_some(Self(content))
    }
}

/// Returns the kind of the key in SPKI, and the key itself.
pub(super) fn spki(der: &[u8]) -> Option<(KeyKind, &[u8])> {
    let mut fields = Der(der).only_sequence()?;
    let mut algorithm = Der(fields.expect(SEQUENCE)?);
    let id = algorithm.expect(OBJECT_ID)?;
    let key = fields.expect(BIT_STRING)?.strip_prefix(&[0])?;
    let kind = match id {
        ED25519 => KeyKind::Ed25519,
        RSA => KeyKind::Rsa,
        EC if algorithm.expect(OBJECT_ID) == Some(P256) => KeyKind::P256,
        _ => KeyKind::Other,
    };
    fields.0.is_empty().then_some((kind, key))
}

/// Returns the SPKI in a certificate. SECURITY: nothing else of the certificate is read, and no signature of it is verified:
/// the user decides which key is right by configuring it.
pub(super) fn certificate(der: &[u8]) -> Option<&[u8]> {
    let mut fields = Der(Der(der).only_sequence()?.expect(SEQUENCE)?);
    let mut first = fields.next()?;
    if first.0 == CONTEXT_0 {
        first = fields.next()?;
    }
    // Serial number; then algorithm, issuer, validity and subject.
    if first.0 != INTEGER {
        return None;
    }
    for _ in 0..4 {
        fields.expect(SEQUENCE)?;
    }
    let start = fields.0;
    fields.expect(SEQUENCE)?;
    Some(&start[..start.len() - fields.0.len()])
}

/// Returns whether the bytes begin as a private key does: PKCS#8, PKCS#1 and SEC1 have a version first.
pub(super) fn is_private(der: &[u8]) -> bool {
    let version = Der(der).only_sequence().and_then(|mut fields| fields.expect(INTEGER));
    matches!(version, Some([0 | 1]))
}

/// Checks the modulus and the exponent of an RSA key.
pub(super) fn check_rsa(key: &[u8]) -> Result<(), KeyFault> {
    let numbers = || {
        let mut fields = Der(key).only_sequence()?;
        let (modulus, exponent) = (fields.expect(INTEGER)?, fields.expect(INTEGER)?);
        fields.0.is_empty().then_some((modulus, exponent))
    };
    let (modulus, exponent) = numbers().ok_or(KeyFault::Structure)?;
    // Positive integers have a zero byte first, if the next bit is set.
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
        return Err(KeyFault::Structure);
    };
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return Err(KeyFault::RsaBits(bits));
    }
    // SECURITY: with the exponent 1, every text is its own signature. A long one makes verifications slow.
    let is_valid_exponent = match exponent {
        [only] => *only >= 3 && *only < 0x80,
        [first, ..] => *first < 0x80 && exponent.len() <= 5,
        [] => false,
    };
    let is_odd = |byte: Option<&u8>| byte.is_some_and(|byte| byte % 2 == 1);
    if is_valid_exponent && is_odd(exponent.last()) && is_odd(Some(last)) {
        Ok(())
    } else {
        Err(KeyFault::RsaNumbers)
    }
}

/// Writes an RSA key of PKCS#1 from the bytes of its two numbers.
pub(super) fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let bytes = &bytes[zeros..];
        // A positive number has a zero byte first, if its first bit is set.
        let sign: &[u8] = if bytes.first().is_some_and(|byte| *byte >= 0x80) { &[0] } else { &[] };
        element(INTEGER, &[sign, bytes])
    };
    element(SEQUENCE, &[&integer(modulus), &integer(exponent)])
}

/// Writes an element with this content.
#[inline(never)]
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(low_byte(length));
    } else {
        out.extend([0x82, low_byte(length >> 8), low_byte(length)]);
    }
    out.extend(content);
    out
}

fn low_byte(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

/// Writes the SPKI of a key. The lengths of these keys need one byte, or two for RSA.
pub(super) fn to_spki(kind: KeyKind, key: &[u8]) -> Vec<u8> {
    let algorithm = match kind {
        KeyKind::P256 => element(SEQUENCE, &[&element(OBJECT_ID, &[EC]), &element(OBJECT_ID, &[P256])]),
        KeyKind::Rsa => element(SEQUENCE, &[&element(OBJECT_ID, &[RSA]), &[5, 0]]),
        KeyKind::Ed25519 | KeyKind::Other => element(SEQUENCE, &[&element(OBJECT_ID, &[ED25519])]),
    };
    element(SEQUENCE, &[&algorithm, &element(BIT_STRING, &[&[0], key])])
}
