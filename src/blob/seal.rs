//! The seal around the bytes of a blob: which build wrote them, and a checksum. `build.rs` has this file too.

/// Begins every blob.
pub const MAGIC: [u8; 9] = *b"hookseal\0";

/// What the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// One provider.
    Provider,
    /// All built-in providers.
    #[allow(dead_code, reason = "the light module has none")]
    Catalog,
}

/// Why a blob is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The bytes are no blob, are cut, or have changed.
    Damaged,
    /// Another version of the crate wrote the blob, or another build of this version.
    OtherBuild {
        /// The version of the crate that wrote the blob.
        version: String,
    },
}

/// The bytes of the two numbers of the seal.
const NUMBER_BYTES: usize = 8;

/// Puts the seal before a payload.
pub fn seal(kind: BlobKind, version: &str, fingerprint: u64, payload: &[u8]) -> Vec<u8> {
    let mut body = vec![kind as u8, u8::try_from(version.len()).unwrap_or(u8::MAX)];
    body.extend(version.bytes().take(u8::MAX.into()));
    body.extend(fingerprint.to_le_bytes());
    body.extend(payload);
    [&MAGIC[..], &checksum(&body).to_le_bytes(), &body].concat()
}

/// Returns the payload of a blob of this build.
pub fn unseal<'b>(
    kind: BlobKind,
    version: &str,
    fingerprint: u64,
    bytes: &'b [u8],
) -> Result<&'b [u8], SealError> {
    let body = bytes.strip_prefix(&MAGIC).and_then(|rest| {
        let (sum, body) = rest.split_first_chunk::<NUMBER_BYTES>()?;
        (u64::from_le_bytes(*sum) == checksum(body)).then_some(body)
    });
    let parts = body.and_then(|body| {
        let (found, rest) = body.split_first().filter(|(found, _)| **found == kind as u8)?;
        let (length, rest) = rest.split_first()?;
        let (found_version, rest) = rest.split_at_checked((*length).into())?;
        let (found_fingerprint, payload) = rest.split_first_chunk::<NUMBER_BYTES>()?;
        let found_version = std::str::from_utf8(found_version).ok()?;
        Some((*found, found_version, u64::from_le_bytes(*found_fingerprint), payload))
    });
    let Some((_, found_version, found_fingerprint, payload)) = parts else {
        return Err(SealError::Damaged);
    };
    if found_version == version && found_fingerprint == fingerprint {
        Ok(payload)
    } else {
        Err(SealError::OtherBuild { version: found_version.to_owned() })
    }
}

/// A 64-bit checksum. Every step is reversible, so a change within eight bytes always changes the checksum. SECURITY: detects
/// accidents, not forgery.
pub fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64;
    let mut add = |word: u64| {
        sum = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 32;
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        add(u64::from_le_bytes(*chunk));
    }
    for byte in rest {
        add(u64::from(*byte));
    }
    sum
}
