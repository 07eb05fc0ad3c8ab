//! Secrets: read from text by the provider's form, zeroized when dropped, never printed.

use std::fmt;

use base64ct::{Base64Unpadded, Encoding as _};
use zeroize::Zeroizing;

use super::encoding::unpadded;
use super::placeholder::{is_invisible, is_placeholder};
use crate::issue::Code;
use crate::text::split_once;

/// How the text of a secret stands for the bytes of the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretEncoding {
    /// The key is the text itself.
    #[default]
    Utf8,
    /// The text is base64 in the standard alphabet, padded or not (RFC 4648, section 4).
    Base64,
    /// The text is hex digits in either letter case.
    Hex,
}

impl SecretEncoding {
    const ALL: [SecretEncoding; 3] = [Self::Utf8, Self::Base64, Self::Hex];

    /// The name as definitions write it: `utf8`, `base64`, `hex`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }

    /// The encoding with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }
}

/// The form a provider gives its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretFormat {
    /// How the text, without its prefix, stands for the bytes of the key.
    pub encoding: SecretEncoding,
    /// A text such as `whsec_` that is taken off where it stands in front. A secret without it is
    /// read too.
    pub prefix: Option<String>,
}

impl SecretFormat {
    /// Reads a form as a definition writes it: `utf8`, `base64` or `hex`, or one of them in braces
    /// behind a prefix: `whsec_{base64}`. Since no underscore is in the alphabet, `base64` alone
    /// takes off `whsec_` too.
    ///
    /// ```
    /// use hookseal::signature::{SecretEncoding, SecretFormat};
    ///
    /// let form = SecretFormat::named("whsec_{base64}").unwrap();
    /// assert_eq!((form.encoding, form.prefix.as_deref()), (SecretEncoding::Base64, Some("whsec_")));
    /// ```
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let (prefix, name) = match split_once(text, '{') {
            Some((prefix, rest)) => (prefix, rest.strip_suffix('}')?),
            None => ("", text),
        };
        let encoding = SecretEncoding::named(name)?;
        let prefix = if prefix.is_empty() && encoding == SecretEncoding::Base64 { "whsec_" } else { prefix };
        Some(Self { encoding, prefix: (!prefix.is_empty()).then(|| prefix.to_owned()) })
    }
}

/// A shared secret, never empty. It prints as `[redacted]`, cannot be compared or copied, and its
/// bytes are zeroized when it is dropped.
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// As it was given: whoever looks for a slip in it needs the text.
    source_text: Zeroizing<Vec<u8>>,
    suspicion: Option<SecretWarning>,
}

impl Secret {
    /// Reads a secret by the provider's form.
    ///
    /// # Errors
    /// [`Code::SECRET_MISSING`] where the text, or what it stands for, is empty, only what cannot be seen, or only
    /// zero bytes; [`Code::SECRET_INVALID`] where it does not have the form, or is what programs and templates write
    /// where a value is missing.
    pub fn parse(text: &str, form: &SecretFormat) -> Result<Self, SecretError> {
        let bare = form.prefix.as_deref().and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        if bare.chars().all(is_invisible) {
            return Err(SecretError { kind: SecretErrorKind::of_blank(text, bare), suspicion: None });
        }
        if is_placeholder(bare) {
            return Err(SecretError { kind: SecretErrorKind::Unfilled, suspicion: None });
        }
        let suspicion = SecretWarning::of(bare, form.encoding);
        let decoded = match form.encoding {
            SecretEncoding::Utf8 => Some(bare.as_bytes().to_vec()),
            SecretEncoding::Base64 => unpadded(bare).and_then(|bare| Base64Unpadded::decode_vec(bare).ok()),
            SecretEncoding::Hex => base16ct::mixed::decode_vec(bare).ok(),
        };
        match decoded.map(Zeroizing::new) {
            None => Err(SecretError { kind: SecretErrorKind::Invalid(form.encoding), suspicion }),
            Some(bytes) if bytes.is_empty() => {
                Err(SecretError { kind: SecretErrorKind::Empty, suspicion: None })
            }
            Some(bytes) if is_zero(&bytes) => {
                Err(SecretError { kind: SecretErrorKind::Zero, suspicion: None })
            }
            Some(bytes) => {
                Ok(Self { bytes, source_text: Zeroizing::new(text.as_bytes().to_vec()), suspicion })
            }
        }
    }

    /// A secret that is at hand as bytes.
    ///
    /// # Errors
    /// [`Code::SECRET_MISSING`] where there are none, only what cannot be seen, or only zero bytes;
    /// [`Code::SECRET_INVALID`] where they are the text of a placeholder.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes.into());
        // Bytes need be no text: control characters are as good as any.
        let is_text_of = |text: &str| text.chars().all(|c| is_invisible(c) && !c.is_control());
        let is_blank = bytes.trim_ascii().is_empty() || std::str::from_utf8(&bytes).is_ok_and(is_text_of);
        if is_blank || is_zero(&bytes) {
            let kind = match bytes.is_empty() {
                true => SecretErrorKind::Empty,
                false if is_zero(&bytes) => SecretErrorKind::Zero,
                false => SecretErrorKind::Blank,
            };
            return Err(SecretError { kind, suspicion: None });
        }
        if std::str::from_utf8(&bytes).is_ok_and(is_placeholder) {
            return Err(SecretError { kind: SecretErrorKind::Unfilled, suspicion: None });
        }
        Ok(Self { source_text: bytes.clone(), bytes, suspicion: None })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn source_text(&self) -> &[u8] {
        &self.source_text
    }

    pub(super) fn suspicion(&self) -> Option<SecretWarning> {
        self.suspicion
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

/// What about the text of a secret makes one doubt that it is the whole secret and nothing else.
/// It says nothing about the secret's characters beyond that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretWarning {
    Quoted,
    SurroundingWhitespace,
    StandardPrefix,
    UrlSafe,
    LooksBase64,
}

impl SecretWarning {
    fn of(text: &str, encoding: SecretEncoding) -> Option<Self> {
        let quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
        if quoted('"') || quoted('\'') || quoted('`') {
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
            Self::Quoted => "The secret stands in quotes, which count as part of it: take them away.",
            Self::SurroundingWhitespace => {
                "The secret begins or ends with white space, which counts as part of it: a line break \
                 from a file, most often. Take it away."
            }
            Self::StandardPrefix => {
                "The secret begins with \"whsec_\". By this provider's form that is part of it; other \
                 senders write it in front of base64."
            }
            Self::UrlSafe => {
                "The secret holds \"-\" or \"_\", which belong to the URL-safe base64 alphabet; this \
                 provider writes secrets in the standard one, with \"+\" and \"/\"."
            }
            Self::LooksBase64 => "The secret looks like base64, where this provider writes hex digits.",
        }
    }
}

/// Whether a key is nothing but zero bytes: HMAC pads keys with them, so it is an empty one (RFC 2104, section 2).
fn is_zero(key: &[u8]) -> bool {
    key.iter().all(|byte| *byte == 0)
}

/// By its characters: nothing is decoded into memory that would have to be zeroized.
fn is_base64_and_not_hex(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        && bare.bytes().any(|byte| !byte.is_ascii_hexdigit())
}

/// Why a text is no secret. It never holds the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretError {
    kind: SecretErrorKind,
    suspicion: Option<SecretWarning>,
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

impl SecretError {
    /// [`Code::SECRET_MISSING`] or [`Code::SECRET_INVALID`].
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

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind {
            SecretErrorKind::Empty
            | SecretErrorKind::Blank
            | SecretErrorKind::Zero
            | SecretErrorKind::Unfilled => Some(
                "Is the variable or file it comes from set where this runs? Anybody can sign with an \
                      empty secret, so it is refused.",
            ),
            SecretErrorKind::OnlyPrefix => Some("It was cut off when it was copied, most likely."),
            SecretErrorKind::Invalid(_) => self.suspicion.map(SecretWarning::hint),
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SecretErrorKind::Empty => "The secret is empty.",
            SecretErrorKind::Blank => "The secret is nothing but white space and invisible characters.",
            SecretErrorKind::Zero => "The secret is nothing but zero bytes, which is an empty key.",
            SecretErrorKind::Unfilled => {
                "The secret is what a program or a template writes where a value is missing, such as \"undefined\"."
            }
            SecretErrorKind::OnlyPrefix => "The secret has nothing behind its prefix.",
            SecretErrorKind::Invalid(SecretEncoding::Base64) => {
                "The secret is not base64, which this provider asks for."
            }
            SecretErrorKind::Invalid(SecretEncoding::Hex) => {
                "The secret is not an even number of hex digits, which this provider asks for."
            }
            SecretErrorKind::Invalid(SecretEncoding::Utf8) => "The secret is not text.",
        })
    }
}

impl std::error::Error for SecretError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> SecretFormat {
        SecretFormat::named(text).expect(text)
    }

    fn bytes(text: &str, written: &str) -> Vec<u8> {
        Secret::parse(text, &form(written)).expect(written).as_bytes().to_vec()
    }

    fn refused(text: &str, written: &str) -> (&'static str, String, Option<&'static str>) {
        let error = Secret::parse(text, &form(written)).expect_err(written);
        (error.code().as_str(), error.to_string(), error.hint())
    }

    #[test]
    fn forms_are_read_as_definitions_write_them() {
        for (text, encoding, prefix) in [
            ("utf8", SecretEncoding::Utf8, None),
            ("hex", SecretEncoding::Hex, None),
            ("{hex}", SecretEncoding::Hex, None),
            ("base64", SecretEncoding::Base64, Some("whsec_")),
            ("whsec_{base64}", SecretEncoding::Base64, Some("whsec_")),
            ("key-{utf8}", SecretEncoding::Utf8, Some("key-")),
        ] {
            assert_eq!(form(text), SecretFormat { encoding, prefix: prefix.map(str::to_owned) });
        }
        for text in ["", "UTF8", "base32", "{base64", "base64}", "whsec_base64", "{base64}x"] {
            assert_eq!(SecretFormat::named(text), None, "{text:?}");
        }
    }

    #[test]
    fn secrets_are_decoded_by_their_form() {
        assert_eq!(bytes("whsec_AAE=", "utf8"), b"whsec_AAE=");
        assert_eq!(bytes("whsec_AAE=", "whsec_{base64}"), [0, 1]);
        assert_eq!(bytes("AAE", "whsec_{base64}"), [0, 1]);
        assert_eq!(bytes("00fF", "hex"), [0, 255]);
        assert_eq!(bytes("key-abc", "key-{utf8}"), b"abc");
        assert_eq!(bytes("pass word é", "utf8"), "pass word é".as_bytes());
        assert_eq!(Secret::from_bytes([0_u8, 32]).expect("bytes").as_bytes(), [0, 32]);
    }

    #[test]
    fn a_secret_of_nothing_is_missing_and_not_invalid() {
        let unset = Some(
            "Is the variable or file it comes from set where this runs? Anybody can sign with an empty secret, \
             so it is refused.",
        );
        for written in ["utf8", "base64", "hex"] {
            assert_eq!(refused("", written), ("secret-missing", "The secret is empty.".to_owned(), unset));
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
                let blanks = "The secret is nothing but white space and invisible characters.".to_owned();
                assert_eq!(refused(blank, written), ("secret-missing", blanks, unset));
            }
        }
        for text in ["whsec_", "whsec_ \n"] {
            assert_eq!(
                refused(text, "base64"),
                (
                    "secret-missing",
                    "The secret has nothing behind its prefix.".to_owned(),
                    Some("It was cut off when it was copied, most likely.")
                )
            );
        }
        let zero = "The secret is nothing but zero bytes, which is an empty key.".to_owned();
        for (text, written) in [
            ("whsec_AA==", "base64"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "base64"),
            ("0000", "hex"),
        ] {
            assert_eq!(refused(text, written), ("secret-missing", zero.clone(), unset));
        }
        for bytes in [&b""[..], b"  \n", &[0; 64], "\u{feff}".as_bytes()] {
            assert_eq!(Secret::from_bytes(bytes).expect_err("blank").code(), Code::SECRET_MISSING);
        }
    }

    #[test]
    fn what_stands_for_a_missing_value_is_refused_and_not_taken_for_a_secret() {
        for text in [
            "undefined",
            " null\n",
            "None",
            "NaN",
            "true",
            "false",
            "[object Object]",
            "${SECRET}",
            "{{ secret }}",
            "$SECRET",
            "\"undefined\"",
            "YOUR_SECRET_HERE",
        ] {
            for written in ["utf8", "base64", "hex", "key-{utf8}"] {
                let (code, message, hint) = refused(text, written);
                assert_eq!(code, "secret-invalid", "{text}");
                assert!(message.contains("where a value is missing") && hint.is_some(), "{message}");
            }
        }
        assert_eq!(refused("whsec_undefined", "base64").0, "secret-invalid");
        assert_eq!(Secret::from_bytes(&b"undefined"[..]).expect_err("unset").code(), Code::SECRET_INVALID);
        for text in ["undefined behaviour", "nullable", "{not a place}", "{{a}}b{{c}}", "truely"] {
            assert!(Secret::parse(text, &form("utf8")).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_secret_of_another_form_is_invalid_and_the_hint_names_the_likely_slip() {
        let base64 = "The secret is not base64, which this provider asks for.".to_owned();
        let hex = "The secret is not an even number of hex digits, which this provider asks for.".to_owned();
        for (text, written, hint) in [
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
            let message = if written == "hex" { hex.clone() } else { base64.clone() };
            assert_eq!(
                refused(text, written),
                ("secret-invalid", message, hint.map(SecretWarning::hint)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_legal_secret_that_looks_odd_is_taken_and_remembered() {
        for (text, suspicion) in [
            ("plain", None),
            ("'quoted'", Some(SecretWarning::Quoted)),
            ("'", None),
            ("line\n", Some(SecretWarning::SurroundingWhitespace)),
            ("whsec_AAEC", Some(SecretWarning::StandardPrefix)),
        ] {
            assert_eq!(Secret::parse(text, &form("utf8")).expect(text).suspicion(), suspicion, "{text:?}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::parse("hunter2", &form("utf8")).expect("a secret");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "[redacted] [redacted] [redacted]");
    }
}
