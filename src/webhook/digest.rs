//! The digest of a body.

/// The SHA-256 of a body in hex.
pub(crate) fn digest(body: &[u8]) -> String {
    base16ct::lower::encode_string(&crate::signature::sha256(body))
}
