//! Text encodings of signatures.

use base64ct::{Base64, Encoding as _};

use crate::blob::blob;
use crate::text::{decode_base64, decode_base64_into};

/// Length of the longest digest, SHA-512.
const MAX_DIGEST_BYTES: usize = 64;
/// Length of its base64, without padding.
const MAX_BASE64_CHARS: usize = 86;

/// A text encoding of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// RFC 4648, section 8; decoded in either letter case, encoded in lower case.
    Hex,
    /// RFC 4648, section 4; decoded with and without padding, encoded with padding.
    Base64,
    /// RFC 4648, section 5; decoded with and without padding, encoded without padding.
    Base64Url,
}

blob!(enum Encoding { 0 => Hex, 1 => Base64, 2 => Base64Url });

/// A received digest. PERF: not allocated. Of a digest longer than any algorithm's, only the length is kept.
#[derive(Clone, Debug)]
pub(super) struct DecodedDigest {
    bytes: [u8; MAX_DIGEST_BYTES],
    pub len: usize,
}

impl DecodedDigest {
    /// Returns the bytes; empty if there are more than any algorithm makes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Why a text cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecodeError {
    Empty,
    /// An odd number of hex digits: one digit was lost or added.
    OddHex(usize),
    Characters,
}

impl Encoding {
    pub const ALL: [Encoding; 3] = [Encoding::Hex, Encoding::Base64, Encoding::Base64Url];

    /// Returns the name in format templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
        }
    }

    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => base16ct::lower::encode_string(bytes),
            Self::Base64 => Base64::encode_string(bytes),
            Self::Base64Url => {
                let text = Base64::encode_string(bytes);
                text.trim_end_matches('=').replace('+', "-").replace('/', "_")
            }
        }
    }

    /// Returns the length of the text of that many bytes, without padding.
    pub const fn text_len(self, bytes: usize) -> usize {
        match self {
            Self::Hex => bytes * 2,
            Self::Base64 | Self::Base64Url => (bytes * 4).div_ceil(3),
        }
    }

    /// Decodes a text of any length and any padding.
    #[inline(never)]
    pub fn decode_lenient(self, text: &str) -> Option<Vec<u8>> {
        let unpadded = text.trim_end_matches('=');
        match self {
            Self::Hex => base16ct::mixed::decode_vec(text).ok(),
            Self::Base64 => decode_base64(unpadded),
            Self::Base64Url => {
                let mut text = unpadded.as_bytes().to_vec();
                decode_base64(to_standard_alphabet(&mut text)?)
            }
        }
    }

    pub(super) fn decode(self, text: &str) -> Result<DecodedDigest, DecodeError> {
        let mut bytes = [0; MAX_DIGEST_BYTES];
        if text.is_empty() {
            return Err(DecodeError::Empty);
        }
        let len = match self {
            Self::Hex => {
                if let Ok(decoded) = base16ct::mixed::decode(text, &mut bytes) {
                    decoded.len()
                } else if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(DecodeError::Characters);
                } else if text.len() % 2 == 1 {
                    return Err(DecodeError::OddHex(text.len()));
                } else {
                    text.len() / 2
                }
            }
            Self::Base64 | Self::Base64Url => self.decode_base64(text, &mut bytes)?,
        };
        Ok(DecodedDigest { bytes, len })
    }

    fn decode_base64(self, text: &str, bytes: &mut [u8; MAX_DIGEST_BYTES]) -> Result<usize, DecodeError> {
        let text = unpadded(text).ok_or(DecodeError::Characters)?;
        if text.len() > MAX_BASE64_CHARS {
            let symbols: &[u8] = if self == Self::Base64 { b"+/" } else { b"-_" };
            let is_in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || symbols.contains(&byte);
            return if text.bytes().all(is_in_alphabet) && text.len() % 4 != 1 {
                Ok(text.len() * 3 / 4)
            } else {
                Err(DecodeError::Characters)
            };
        }
        let mut buffer = [0; MAX_BASE64_CHARS];
        let text = if self == Self::Base64Url {
            let standard = &mut buffer[..text.len()];
            standard.copy_from_slice(text.as_bytes());
            to_standard_alphabet(standard)
        } else {
            Some(text)
        };
        let decoded = text.and_then(|text| decode_base64_into(text, bytes));
        Ok(decoded.ok_or(DecodeError::Characters)?.len())
    }
}

/// Decodes base64url without padding (RFC 7515, section 2).
#[inline(never)]
pub(super) fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut text = text.as_bytes().to_vec();
    decode_base64(to_standard_alphabet(&mut text)?)
}

/// Translates URL-safe base64 to the standard alphabet, because one decoder is enough (wasm size); `None` for characters
/// that only the standard alphabet has.
#[inline(never)]
pub(super) fn to_standard_alphabet(text: &mut [u8]) -> Option<&str> {
    for byte in text.iter_mut() {
        match byte {
            b'+' | b'/' => return None,
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    std::str::from_utf8(text).ok()
}

/// Removes the padding of base64; `None` if there is some, but not the complete one.
pub(super) fn unpadded(text: &str) -> Option<&str> {
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    (unpadded.len() == text.len() || text.len().is_multiple_of(4)).then_some(unpadded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoding: Encoding, text: &str) -> Result<Vec<u8>, DecodeError> {
        encoding.decode(text).map(|digest| digest.as_bytes().to_vec())
    }

    #[test]
    fn decodes_hex_in_either_letter_case_and_even_length() {
        assert_eq!(read(Encoding::Hex, "00fFAa"), Ok(vec![0, 0xff, 0xaa]));
        assert_eq!(read(Encoding::Hex, ""), Err(DecodeError::Empty));
        assert_eq!(read(Encoding::Hex, "abc"), Err(DecodeError::OddHex(3)));
        for text in ["0g", "0x00", "é", " 00", "00\n"] {
            assert_eq!(read(Encoding::Hex, text), Err(DecodeError::Characters), "{text:?}");
        }
    }

    #[test]
    fn decodes_base64_with_and_without_padding_in_its_own_alphabet() {
        assert_eq!(read(Encoding::Base64, "+/8="), Ok(vec![0xfb, 0xff]));
        assert_eq!(read(Encoding::Base64, "+/8"), Ok(vec![0xfb, 0xff]));
        assert_eq!(read(Encoding::Base64, "AA=="), Ok(vec![0]));
        assert_eq!(read(Encoding::Base64Url, "-_8"), Ok(vec![0xfb, 0xff]));
        assert_eq!(read(Encoding::Base64Url, "-_8="), Ok(vec![0xfb, 0xff]));
        for text in ["-_8=", "AA=", "A", "AA=A", "====", "=", "A A=", "AA==\n"] {
            assert_eq!(read(Encoding::Base64, text), Err(DecodeError::Characters), "{text:?}");
        }
        assert_eq!(read(Encoding::Base64Url, "+/8"), Err(DecodeError::Characters));
    }

    #[test]
    fn rejects_base64_with_non_zero_trailing_bits() {
        // RFC 4648, section 3.5: "AB==" encodes the same byte as "AA==", with other unused bits.
        assert_eq!(read(Encoding::Base64, "AB=="), Err(DecodeError::Characters));
    }

    #[test]
    fn keeps_only_the_length_of_digests_longer_than_any_algorithm() {
        let digest = Encoding::Hex.decode(&"0".repeat(130)).unwrap();
        assert_eq!((digest.len, digest.as_bytes()), (65, &[][..]));
        let digest = Encoding::Base64.decode(&"A".repeat(88)).unwrap();
        assert_eq!((digest.len, digest.as_bytes()), (66, &[][..]));
        assert_eq!(read(Encoding::Base64, &"-".repeat(88)), Err(DecodeError::Characters));
        assert_eq!(read(Encoding::Hex, &"0".repeat(131)), Err(DecodeError::OddHex(131)));
    }

    #[test]
    fn encodes_to_the_announced_length_and_decodes_back() {
        for encoding in Encoding::ALL {
            for len in [1, 20, 32, 64] {
                let bytes: Vec<u8> = (0..len).map(|i| u8::try_from(i * 7 % 256).unwrap()).collect();
                let text = encoding.encode(&bytes);
                assert_eq!(text.trim_end_matches('=').len(), encoding.text_len(len));
                assert_eq!(read(encoding, &text), Ok(bytes));
            }
        }
    }
}
