//! Signing secrets: parsed from text in the provider's format. SECURITY: zeroized when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

use super::encoding::unpadded;
use super::placeholder::{is_invisible, is_placeholder};
use crate::issue::Code;
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
}

impl SecretEncoding {
    const ALL: [SecretEncoding; 3] = [Self::Utf8, Self::Base64, Self::Hex];

    /// Returns the name in definitions: `utf8`, `base64`, `hex`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Base64 => "base64",
            Self::Hex => "hex",
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
}

/// A shared secret, never empty.
///
/// SECURITY: prints as `[redacted]`, cannot be compared or copied, and is zeroized when dropped.
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// The text before decoding, from which `explain` derives its hypotheses.
    source_text: Zeroizing<Vec<u8>>,
    warning: Option<SecretWarning>,
}

impl Secret {
    /// Parses a secret in the provider's format.
    ///
    /// # Errors
    /// [`Code::SECRET_MISSING`] if the text or the key is empty, invisible or only zero bytes; [`Code::SECRET_INVALID`] if
    /// the text does not have the format, or is a placeholder.
    pub fn parse(text: &str, format: &SecretFormat) -> Result<Self, SecretError> {
        let bare = format.prefix.as_deref().and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        if bare.chars().all(is_invisible) {
            return Err(SecretError { kind: SecretErrorKind::of_blank(text, bare), warning: None });
        }
        if is_placeholder(bare) {
            return Err(SecretError { kind: SecretErrorKind::Unfilled, warning: None });
        }
        let warning = SecretWarning::detect(bare, format.encoding);
        let decoded = match format.encoding {
            SecretEncoding::Utf8 => Some(bare.as_bytes().to_vec()),
            SecretEncoding::Base64 => unpadded(bare).and_then(decode_base64),
            SecretEncoding::Hex => base16ct::mixed::decode_vec(bare).ok(),
        };
        match decoded.map(Zeroizing::new) {
            None => Err(SecretError { kind: SecretErrorKind::Invalid(format.encoding), warning }),
            Some(bytes) if bytes.is_empty() => {
                Err(SecretError { kind: SecretErrorKind::Empty, warning: None })
            }
            Some(bytes) if is_zero(&bytes) => Err(SecretError { kind: SecretErrorKind::Zero, warning: None }),
            Some(bytes) => Ok(Self { bytes, source_text: Zeroizing::new(text.as_bytes().to_vec()), warning }),
        }
    }

    /// Makes a secret from the bytes of a key.
    ///
    /// # Errors
    /// [`Code::SECRET_MISSING`] if the bytes are empty, invisible text or only zero; [`Code::SECRET_INVALID`] if they are
    /// the text of a placeholder.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes.into());
        // Control characters count as visible here, because random bytes may be read as such a text.
        let is_invisible_text = |text: &str| text.chars().all(|c| is_invisible(c) && !c.is_control());
        let is_blank =
            bytes.trim_ascii().is_empty() || std::str::from_utf8(&bytes).is_ok_and(is_invisible_text);
        if is_blank || is_zero(&bytes) {
            let kind = match bytes.is_empty() {
                true => SecretErrorKind::Empty,
                false if is_zero(&bytes) => SecretErrorKind::Zero,
                false => SecretErrorKind::Blank,
            };
            return Err(SecretError { kind, warning: None });
        }
        if std::str::from_utf8(&bytes).is_ok_and(is_placeholder) {
            return Err(SecretError { kind: SecretErrorKind::Unfilled, warning: None });
        }
        Ok(Self { source_text: bytes.clone(), bytes, warning: None })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn source_text(&self) -> &[u8] {
        &self.source_text
    }

    pub(super) fn warning(&self) -> Option<SecretWarning> {
        self.warning
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A legal secret that is likely wrong. SECURITY: reveals nothing else about the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretWarning {
    Quoted,
    SurroundingWhitespace,
    StandardPrefix,
    UrlSafe,
    LooksBase64,
}

impl SecretWarning {
    fn detect(text: &str, encoding: SecretEncoding) -> Option<Self> {
        let has_quotes = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
        if has_quotes('"') || has_quotes('\'') || has_quotes('`') {
            Some(Self::Quoted)
        } else if text.trim().len() != text.len() {
            Some(Self::SurroundingWhitespace)
        } else if text.starts_with("whsec_") {
            Some(Self::StandardPrefix)
        } else if encoding == SecretEncoding::Base64 && text.contains(['-', '_']) {
            Some(Self::UrlSafe)
        } else if encoding == SecretEncoding::Hex && is_base64_and_not_hex(text) {
            Some(Self::LooksBase64)
        } else {
            None
        }
    }

    pub const fn hint(self) -> &'static str {
        match self {
            Self::Quoted => "The secret has quotes around it, which are part of the key. Remove the quotes.",
            Self::SurroundingWhitespace => {
                "The secret begins or ends with white space, which is part of the key. Remove the white space, such as \
                 the line break of a file."
            }
            Self::StandardPrefix => {
                "The secret begins with \"whsec_\", which this provider uses as part of the key. Check whether the secret \
                 belongs to another provider, where the prefix precedes base64."
            }
            Self::UrlSafe => {
                "The secret contains \"-\" or \"_\" of URL-safe base64. Use \"+\" and \"/\" of standard base64."
            }
            Self::LooksBase64 => "The secret looks like base64. Use hex digits.",
        }
    }
}

/// Returns whether a key consists of zero bytes: HMAC pads keys with them, so such a key equals an empty one (RFC 2104,
/// section 2).
fn is_zero(key: &[u8]) -> bool {
    key.iter().all(|byte| *byte == 0)
}

/// Returns whether a text is base64 and not hex. SECURITY: by its characters, so that no decoded copy has to be zeroized.
fn is_base64_and_not_hex(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        && bare.bytes().any(|byte| !byte.is_ascii_hexdigit())
}

/// Why a text is not a valid secret. SECURITY: never holds the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretError {
    kind: SecretErrorKind,
    warning: Option<SecretWarning>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SecretErrorKind {
    Empty,
    Blank,
    OnlyPrefix,
    Zero,
    Unfilled,
    Invalid(SecretEncoding),
}

impl SecretErrorKind {
    fn of_blank(text: &str, bare: &str) -> Self {
        if text.len() != bare.len() {
            Self::OnlyPrefix
        } else if text.is_empty() {
            Self::Empty
        } else {
            Self::Blank
        }
    }
}

const UNSET_HINT: &str =
    "Set the variable or file that the secret is read from. Everyone can sign with an empty secret.";

impl SecretError {
    /// Returns [`Code::SECRET_MISSING`] or [`Code::SECRET_INVALID`].
    #[must_use]
    pub fn code(&self) -> Code {
        match self.kind {
            SecretErrorKind::Empty
            | SecretErrorKind::Blank
            | SecretErrorKind::OnlyPrefix
            | SecretErrorKind::Zero => Code::SECRET_MISSING,
            SecretErrorKind::Unfilled | SecretErrorKind::Invalid(_) => Code::SECRET_INVALID,
        }
    }

    /// Returns what to change.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind {
            SecretErrorKind::Empty
            | SecretErrorKind::Blank
            | SecretErrorKind::Zero
            | SecretErrorKind::Unfilled => Some(UNSET_HINT),
            SecretErrorKind::OnlyPrefix => Some("Copy the whole secret."),
            SecretErrorKind::Invalid(_) => self.warning.map(SecretWarning::hint),
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SecretErrorKind::Empty => "The secret is empty.",
            SecretErrorKind::Blank => "The secret contains only white space and invisible characters.",
            SecretErrorKind::Zero => "The secret contains only zero bytes, which equal an empty key.",
            SecretErrorKind::Unfilled => {
                "The secret is a placeholder for a missing value, such as \"undefined\"."
            }
            SecretErrorKind::OnlyPrefix => "The secret is empty after its prefix.",
            SecretErrorKind::Invalid(SecretEncoding::Base64) => "Invalid secret: expected base64.",
            SecretErrorKind::Invalid(SecretEncoding::Hex) => {
                "Invalid secret: expected an even number of hex digits."
            }
            SecretErrorKind::Invalid(SecretEncoding::Utf8) => "Invalid secret: expected text.",
        })
    }
}

impl std::error::Error for SecretError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::placeholder::tests::PLACEHOLDERS;

    fn format(text: &str) -> SecretFormat {
        SecretFormat::parse(text).expect(text)
    }

    fn key(text: &str, name: &str) -> Vec<u8> {
        Secret::parse(text, &format(name)).expect(name).as_bytes().to_vec()
    }

    fn error(text: &str, name: &str) -> (&'static str, String, Option<&'static str>) {
        let error = Secret::parse(text, &format(name)).expect_err(name);
        (error.code().as_str(), error.to_string(), error.hint())
    }

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
            assert_eq!(format(text), SecretFormat { encoding, prefix: prefix.map(str::to_owned) });
        }
        for text in ["", "UTF8", "base32", "{base64", "base64}", "whsec_base64", "{base64}x"] {
            assert_eq!(SecretFormat::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn decodes_secrets_by_their_format() {
        assert_eq!(key("whsec_AAE=", "utf8"), b"whsec_AAE=");
        assert_eq!(key("whsec_AAE=", "whsec_{base64}"), [0, 1]);
        assert_eq!(key("AAE", "whsec_{base64}"), [0, 1]);
        assert_eq!(key("00fF", "hex"), [0, 255]);
        assert_eq!(key("key-abc", "key-{utf8}"), b"abc");
        assert_eq!(key("pass word é", "utf8"), "pass word é".as_bytes());
        assert_eq!(Secret::from_bytes([0_u8, 32]).expect("bytes").as_bytes(), [0, 32]);
    }

    #[test]
    fn reports_empty_secrets_as_missing() {
        let unset = Some(UNSET_HINT);
        for name in ["utf8", "base64", "hex"] {
            assert_eq!(error("", name), ("secret-missing", "The secret is empty.".to_owned(), unset));
            for blank in [
                " ",
                "\n",
                " \t\r\n",
                "\u{a0}",
                "\0",
                "\u{feff}",
                "\u{200b}\u{200d}\u{2060}",
                "\u{fe0f}",
                "\u{115f}\u{1160}",
                "\u{3164}",
                "\u{2800}",
                "\u{ffa0}",
                "\u{180b}\u{17b4}",
                "\u{e0020}\u{e0100}",
                "\u{feff} \0\n",
            ] {
                let blanks = "The secret contains only white space and invisible characters.".to_owned();
                assert_eq!(error(blank, name), ("secret-missing", blanks, unset));
            }
        }
        for text in ["whsec_", "whsec_ \n"] {
            assert_eq!(
                error(text, "base64"),
                (
                    "secret-missing",
                    "The secret is empty after its prefix.".to_owned(),
                    Some("Copy the whole secret.")
                )
            );
        }
        let zero = "The secret contains only zero bytes, which equal an empty key.".to_owned();
        for (text, name) in [
            ("whsec_AA==", "base64"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "base64"),
            ("0000", "hex"),
        ] {
            assert_eq!(error(text, name), ("secret-missing", zero.clone(), unset));
        }
        for bytes in [&b""[..], b"  \n", &[0; 64], "\u{feff}".as_bytes()] {
            assert_eq!(Secret::from_bytes(bytes).expect_err("blank").code(), Code::SECRET_MISSING);
        }
    }

    #[test]
    fn rejects_placeholders_for_a_missing_value() {
        for text in PLACEHOLDERS {
            for name in ["utf8", "base64", "hex", "key-{utf8}"] {
                let (code, message, hint) = error(text, name);
                assert_eq!(code, "secret-invalid", "{text}");
                assert!(message.contains("placeholder for a missing value") && hint.is_some(), "{message}");
            }
        }
        assert_eq!(error("whsec_undefined", "base64").0, "secret-invalid");
        assert_eq!(Secret::from_bytes(&b"undefined"[..]).expect_err("unset").code(), Code::SECRET_INVALID);
        for text in ["undefined behaviour", "nullable", "{not a place}", "{{a}}b{{c}}", "truely"] {
            assert!(Secret::parse(text, &format("utf8")).is_ok(), "{text}");
        }
    }

    #[test]
    fn rejects_secrets_of_another_format_and_hints_at_the_likely_cause() {
        let base64 = "Invalid secret: expected base64.".to_owned();
        let hex = "Invalid secret: expected an even number of hex digits.".to_owned();
        for (text, name, hint) in [
            ("no base64 at all!", "base64", None),
            ("\"AAEC\"", "base64", Some(SecretWarning::Quoted)),
            ("AAEC\n", "base64", Some(SecretWarning::SurroundingWhitespace)),
            ("AA-_", "base64", Some(SecretWarning::UrlSafe)),
            ("whsec_AAEC", "other_{base64}", Some(SecretWarning::StandardPrefix)),
            ("abc", "hex", None),
            ("AAECzz==", "hex", Some(SecretWarning::LooksBase64)),
            ("whsec_AAEC", "hex", Some(SecretWarning::StandardPrefix)),
            ("00ff ", "hex", Some(SecretWarning::SurroundingWhitespace)),
        ] {
            let message = if name == "hex" { hex.clone() } else { base64.clone() };
            assert_eq!(
                error(text, name),
                ("secret-invalid", message, hint.map(SecretWarning::hint)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn accepts_suspicious_secrets_with_a_warning() {
        for (text, warning) in [
            ("plain", None),
            ("'quoted'", Some(SecretWarning::Quoted)),
            ("'", None),
            ("line\n", Some(SecretWarning::SurroundingWhitespace)),
            ("whsec_AAEC", Some(SecretWarning::StandardPrefix)),
        ] {
            assert_eq!(Secret::parse(text, &format("utf8")).expect(text).warning(), warning, "{text:?}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::parse("hunter2", &format("utf8")).expect("a secret");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "[redacted] [redacted] [redacted]");
    }
}
