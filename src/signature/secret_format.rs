//! The format of a provider's secrets: an encoding, and a prefix that is not part of the key.

use zeroize::Zeroizing;

use crate::blob::blob;
use crate::text::{decode_base64, split_once};

/// How the text of a secret encodes the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretEncoding {
    /// The key is the text itself.
    #[default]
    Utf8,
    /// Base64 in the standard alphabet, padded or not (RFC 4648, section 4).
    Base64,
    /// Hex digits in either letter case.
    Hex,
    /// A public key in PEM (RFC 7468). Such a key is accepted with every other encoding, too.
    Pem,
}

blob!(enum SecretEncoding { 0 => Utf8, 1 => Base64, 2 => Hex, 3 => Pem });

impl SecretEncoding {
    const ALL: [SecretEncoding; 4] = [Self::Utf8, Self::Base64, Self::Hex, Self::Pem];

    /// Returns the name in definitions: `utf8`, `base64`, `hex`, `pem`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Pem => "pem",
        }
    }

    /// Returns the encoding with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }
}

/// The format of a provider's secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretFormat {
    /// How the text after the prefix encodes the key.
    pub encoding: SecretEncoding,
    /// A prefix such as `whsec_` that is not part of the key. Secrets without the prefix are accepted, too.
    pub prefix: Option<String>,
}

blob!(struct SecretFormat { encoding, prefix });

impl SecretFormat {
    /// Parses the format in a definition: `utf8`, `base64` or `hex`, or one of them in braces after a prefix:
    /// `whsec_{base64}`. `base64` alone implies the prefix `whsec_`, because base64 has no underscore.
    ///
    /// ```
    /// use hookseal::signature::{SecretEncoding, SecretFormat};
    ///
    /// let format = SecretFormat::parse("whsec_{base64}").unwrap();
    /// assert_eq!((format.encoding, format.prefix.as_deref()), (SecretEncoding::Base64, Some("whsec_")));
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, name) = match split_once(text, '{') {
            Some((prefix, rest)) => (prefix, rest.strip_suffix('}')?),
            None => ("", text),
        };
        let encoding = SecretEncoding::from_name(name)?;
        let prefix = if prefix.is_empty() && encoding == SecretEncoding::Base64 { "whsec_" } else { prefix };
        Some(Self { encoding, prefix: (!prefix.is_empty()).then(|| prefix.to_owned()) })
    }

    /// Removes the prefix, which the text may lack. Supabase shows a version before the prefix: `v1,whsec_`.
    pub(crate) fn strip_prefix<'t>(&self, text: &'t str) -> &'t str {
        let Some(prefix) = self.prefix.as_deref() else { return text };
        text.strip_prefix("v1,").unwrap_or(text).strip_prefix(prefix).unwrap_or(text)
    }

    /// Returns the key of a text in this format, of any length.
    pub(crate) fn decode(&self, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bare = self.strip_prefix(text);
        match self.encoding {
            SecretEncoding::Utf8 | SecretEncoding::Pem => Some(Zeroizing::new(bare.as_bytes().to_vec())),
            SecretEncoding::Base64 => decode_base64_key(bare),
            SecretEncoding::Hex => base16ct::mixed::decode_vec(bare).ok().map(Zeroizing::new),
        }
    }
}

/// Decodes base64 with or without padding. The bits after the last byte may be set: the libraries of the vendors ignore
/// them, as Node's `Buffer` and Python's `b64decode` do.
#[inline(never)]
pub(crate) fn decode_base64_key(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bare = text.trim_end_matches('=');
    if text.len() - bare.len() > 2 {
        return None;
    }
    // A whole group has no surplus bits, and "A" encodes six zero bits.
    let missing = bare.len().wrapping_neg() % 4;
    let mut whole = Zeroizing::new(String::with_capacity(bare.len() + 3));
    whole.push_str(bare);
    whole.push_str(["", "A", "AA"].get(missing)?);
    let mut key = Zeroizing::new(decode_base64(&whole)?);
    let len = key.len().checked_sub(missing)?;
    key.truncate(len);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_formats_of_definitions() {
        for (text, encoding, prefix) in [
            ("utf8", SecretEncoding::Utf8, None),
            ("hex", SecretEncoding::Hex, None),
            ("{hex}", SecretEncoding::Hex, None),
            ("base64", SecretEncoding::Base64, Some("whsec_")),
            ("whsec_{base64}", SecretEncoding::Base64, Some("whsec_")),
            ("key-{utf8}", SecretEncoding::Utf8, Some("key-")),
        ] {
            let format = SecretFormat { encoding, prefix: prefix.map(str::to_owned) };
            assert_eq!(SecretFormat::parse(text), Some(format));
        }
        for text in ["", "UTF8", "base32", "{base64", "base64}", "whsec_base64", "{base64}x"] {
            assert_eq!(SecretFormat::parse(text), None, "{text:?}");
        }
    }
}
