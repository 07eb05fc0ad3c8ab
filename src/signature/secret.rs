//! Signing secrets: parsed from text in the provider's format. SECURITY: zeroized when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

use super::Algorithm;
use super::placeholder::{is_invisible, is_placeholder};
use super::public_key::{self, KeyKind};
use super::secret_error::{MIN_DECODED_BYTES, SecretError, SecretErrorKind};
use super::secret_format::{SecretEncoding, SecretFormat};
use super::secret_hint::{SecretWarning, format_hint};
use crate::issue::Code;

/// A shared secret, never empty.
///
/// SECURITY: prints as `[redacted]`, cannot be compared or copied, and is zeroized when dropped.
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// The kind of a public key; `None` for a shared secret.
    key_kind: Option<KeyKind>,
    /// The text before decoding, from which `explain` derives its hypotheses.
    #[cfg(feature = "full")]
    source_text: Zeroizing<Vec<u8>>,
    warning: Option<SecretWarning>,
    /// Why the text is not a secret of the provider, in a webhook that only explains.
    error: Option<SecretError>,
}

impl Secret {
    /// Parses a secret in the provider's format.
    ///
    /// # Errors
    /// [`Code::SECRET_MISSING`] if the text or the key is empty, invisible or only zero bytes; [`Code::SECRET_INVALID`] if
    /// the text does not have the format, or is a placeholder.
    pub fn parse(text: &str, format: &SecretFormat) -> Result<Self, SecretError> {
        let bare = format.strip_prefix(text);
        check_text(text, bare)?;
        let Some(bytes) = format.decode(text) else {
            let kind = SecretErrorKind::Invalid(format.encoding);
            return Err(SecretError { kind, format_hint: format_hint(text, format) });
        };
        if bytes.is_empty() || is_zero(&bytes) {
            let kind = if bytes.is_empty() { SecretErrorKind::Empty } else { SecretErrorKind::Zero };
            return Err(kind.into());
        }
        if format.encoding != SecretEncoding::Utf8 && bytes.len() < MIN_DECODED_BYTES {
            return Err(SecretErrorKind::Short(bytes.len()).into());
        }
        let warning = SecretWarning::detect(bare, format, bytes.len());
        Ok(Self {
            bytes,
            key_kind: None,
            #[cfg(feature = "full")]
            source_text: Zeroizing::new(text.as_bytes().to_vec()),
            warning,
            error: None,
        })
    }

    /// Parses a public key of one of the algorithms. The bytes of such a secret are its SPKI.
    ///
    /// # Errors
    /// [`Code::SECRET_MISSING`] and [`Code::SECRET_INVALID`] as [`parse`](Self::parse); [`Code::KEY_INVALID`] if the text is no
    /// public key of an algorithm.
    #[inline(never)]
    pub fn parse_public_key(
        text: &str,
        format: &SecretFormat,
        algorithms: &[Algorithm],
    ) -> Result<Self, SecretError> {
        check_text(text, format.strip_prefix(text))?;
        let key = public_key::parse(text, format, algorithms)
            .map_err(|fault| SecretError::from(SecretErrorKind::Key(fault)))?;
        Ok(Self::from_public_key(key, text))
    }

    /// Parses the public keys in a text: one, or those of a set of JSON Web Keys that have the id.
    ///
    /// # Errors
    /// [`Code::KEY_INVALID`] if the text is neither.
    #[inline(never)]
    pub(crate) fn parse_public_keys(
        text: &str,
        format: &SecretFormat,
        algorithms: &[Algorithm],
        kid: Option<&str>,
    ) -> Result<Vec<Self>, SecretError> {
        let keys = public_key::parse_set(text, format, algorithms, kid)
            .map_err(|fault| SecretError::from(SecretErrorKind::Key(fault)))?;
        Ok(keys.into_iter().map(|key| Self::from_public_key(key, text)).collect())
    }

    #[cfg_attr(not(feature = "full"), allow(unused_variables, reason = "only explanations read the text"))]
    fn from_public_key((kind, spki): public_key::PublicKey, text: &str) -> Self {
        Self {
            bytes: Zeroizing::new(spki),
            key_kind: Some(kind),
            #[cfg(feature = "full")]
            source_text: Zeroizing::new(text.as_bytes().to_vec()),
            warning: None,
            error: None,
        }
    }

    /// Keeps a text in another format with its error, for a webhook that only explains. Such a secret has no key, so that nothing can be verified or signed with it.
    #[cfg_attr(not(feature = "full"), allow(unused_variables, reason = "only explanations read the text"))]
    pub(crate) fn or_to_explain(result: Result<Self, SecretError>, text: &str) -> Result<Self, SecretError> {
        match result {
            Err(error) if error.code() != Code::SECRET_MISSING => Ok(Self {
                bytes: Zeroizing::new(Vec::new()),
                key_kind: None,
                #[cfg(feature = "full")]
                source_text: Zeroizing::new(text.as_bytes().to_vec()),
                warning: None,
                error: Some(error),
            }),
            other => other,
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
            return Err(kind.into());
        }
        if std::str::from_utf8(&bytes).is_ok_and(is_placeholder) {
            return Err(SecretErrorKind::Unfilled.into());
        }
        Ok(Self {
            #[cfg(feature = "full")]
            source_text: bytes.clone(),
            bytes,
            key_kind: None,
            warning: None,
            error: None,
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn key_kind(&self) -> Option<KeyKind> {
        self.key_kind
    }

    #[cfg(feature = "full")]
    pub(super) fn source_text(&self) -> &[u8] {
        &self.source_text
    }

    pub(super) fn warning(&self) -> Option<SecretWarning> {
        self.warning
    }

    pub(super) fn error(&self) -> Option<&SecretError> {
        self.error.as_ref()
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

/// Rejects a text without a secret in it. `bare`: the text without its prefix.
fn check_text(text: &str, bare: &str) -> Result<(), SecretError> {
    if bare.chars().all(is_invisible) {
        return Err(match (text.len() == bare.len(), text.is_empty()) {
            (false, _) => SecretErrorKind::OnlyPrefix,
            (true, true) => SecretErrorKind::Empty,
            (true, false) => SecretErrorKind::Blank,
        }
        .into());
    }
    if is_placeholder(bare) { Err(SecretErrorKind::Unfilled.into()) } else { Ok(()) }
}

/// Returns whether a key consists of zero bytes: HMAC pads keys with them, so such a key equals an empty one (RFC 2104,
/// section 2).
fn is_zero(key: &[u8]) -> bool {
    key.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::placeholder::tests::PLACEHOLDERS;
    use crate::signature::secret_error::UNSET_HINT;

    fn format(text: &str) -> SecretFormat {
        SecretFormat::parse(text).expect(text)
    }

    fn key(text: &str, name: &str) -> Vec<u8> {
        Secret::parse(text, &format(name)).expect(name).as_bytes().to_vec()
    }

    fn error(text: &str, name: &str) -> (&'static str, String, Option<String>) {
        let error = Secret::parse(text, &format(name)).expect_err(name);
        (error.code().as_str(), error.to_string(), error.hint().map(str::to_owned))
    }

    #[test]
    fn decodes_secrets_by_their_format() {
        let key_of = |text: &str| key(text, "whsec_{base64}");
        assert_eq!(key("whsec_AAE=", "utf8"), b"whsec_AAE=");
        assert_eq!(key_of("whsec_AAECAwQFBgc="), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(key_of("AAECAwQFBgc"), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(key("00fF010203040506", "hex"), [0, 255, 1, 2, 3, 4, 5, 6]);
        assert_eq!(key("key-abc", "key-{utf8}"), b"abc");
        assert_eq!(key("pass word é", "utf8"), "pass word é".as_bytes());
        assert_eq!(Secret::from_bytes([0_u8, 32]).expect("bytes").as_bytes(), [0, 32]);
    }

    /// As Supabase's dashboard shows secrets, and as the libraries of the vendors decode base64.
    #[test]
    fn decodes_base64_with_a_version_with_surplus_bits_and_without_padding() {
        let expected = [0, 1, 2, 3, 4, 5, 6, 7];
        for text in ["v1,whsec_AAECAwQFBgc=", "whsec_AAECAwQFBgd=", "whsec_AAECAwQFBgd", "AAECAwQFBgf="] {
            assert_eq!(key(text, "base64"), expected, "{text}");
        }
        for text in ["whsec_AAECAwQFBwh=", "whsec_AAECAwQFBwj"] {
            assert_eq!(key(text, "base64"), [0, 1, 2, 3, 4, 5, 7, 8], "{text}");
        }
        assert_eq!(key("whsec_AAECAwQFBgcIC/==", "base64").len(), 10);
        for text in ["v1,AAECAwQFBgc=", "v2,whsec_AAECAwQFBgc=", "whsec_AAECAwQFBgc===", "whsec_AAECAwQFB=c="]
        {
            assert_eq!(error(text, "base64").0, "secret-invalid", "{text}");
        }
    }

    #[test]
    fn rejects_keys_that_are_too_short_after_decoding() {
        for (text, name, len) in [
            ("whsec_YQ==", "base64", "1 byte"),
            ("AAECAwQFBg==", "base64", "7 bytes"),
            ("00ff", "hex", "2 bytes"),
        ] {
            let message = format!(
                "Invalid secret: the key has {len}; expected at least 8. Standard Webhooks asks for 24 to 64 bytes."
            );
            assert_eq!(
                error(text, name),
                ("secret-invalid", message, Some("Copy the whole secret.".to_owned()))
            );
        }
        // The text is the key, and its length is the user's choice.
        assert_eq!(key("ab", "utf8"), b"ab");
    }

    #[test]
    fn reports_empty_secrets_as_missing() {
        let unset = Some(UNSET_HINT.to_owned());
        for name in ["utf8", "base64", "hex"] {
            assert_eq!(error("", name), ("secret-missing", "The secret is empty.".to_owned(), unset.clone()));
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
                assert_eq!(error(blank, name), ("secret-missing", blanks, unset.clone()));
            }
        }
        for text in ["whsec_", "whsec_ \n"] {
            assert_eq!(
                error(text, "base64"),
                (
                    "secret-missing",
                    "The secret is empty after its prefix.".to_owned(),
                    Some("Copy the whole secret.".to_owned())
                )
            );
        }
        let zero = "The secret contains only zero bytes, which equal an empty key.".to_owned();
        for (text, name) in [
            ("whsec_AA==", "base64"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "base64"),
            ("0000", "hex"),
        ] {
            assert_eq!(error(text, name), ("secret-missing", zero.clone(), unset.clone()));
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
        for (text, name, part) in [
            ("whsec_!!!!", "base64", "Copy the whole secret again"),
            ("whsec_xyz!", "base64", "Copy the whole secret again"),
            ("no base64 at all!", "base64", "looks like plain text"),
            ("a_plain_text_secret", "base64", "looks like plain text"),
            ("polar_whs_ABCDEFGHIJKLMNOP", "base64", "Pass its base64, as Polar's SDK does"),
            ("sk_live_abcdefghijklmnop", "base64", "looks like an API key"),
            ("https://example.org/hook", "base64", "looks like a URL"),
            ("\"AAECAwQFBgc=\"", "base64", "Remove the quotes"),
            ("whsec_'AAECAwQFBgc='", "base64", "Remove the quotes"),
            ("AAECAwQFBgc=\n", "base64", "Remove the white space"),
            ("whsec_ AAECAwQFBgc=", "base64", "Remove the white space"),
            ("whsec_whsec_AAECAwQFBgc=", "base64", "its prefix \"whsec_\" twice"),
            ("WHSEC_AAECAwQFBgc=", "base64", "Write the prefix of the secret exactly"),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILP-Io2LaLa_w", "base64", "looks like URL-safe base64"),
            ("whsec_MfKQ9r8GKYqrTwjUPD8IL", "base64", "a number of characters that base64 never has"),
            ("whsec_AAEC", "other_{base64}", "\"whsec_\" is not this provider's"),
            ("AAECzz==", "hex", "looks like base64"),
            ("whsec_AAEC", "hex", "\"whsec_\" is not this provider's"),
            ("00ff010203040506 ", "hex", "Remove the white space"),
        ] {
            let (code, message, hint) = error(text, name);
            assert_eq!(
                (code, &message),
                ("secret-invalid", if name == "hex" { &hex } else { &base64 }),
                "{text:?}"
            );
            let hint = hint.unwrap_or_default();
            assert!(hint.contains(part), "{text:?}: {hint}");
            assert_eq!(hint.contains("URL-safe"), part.contains("URL-safe"), "{text:?}: {hint}");
        }
        assert_eq!(error("abc", "hex").2, None);
    }

    #[test]
    fn accepts_suspicious_secrets_with_a_warning() {
        for (text, name, warning) in [
            ("plain", "utf8", None),
            ("'quoted'", "utf8", Some(SecretWarning::Quoted)),
            ("'", "utf8", None),
            ("line\n", "utf8", Some(SecretWarning::SurroundingWhitespace)),
            ("zero\u{200b}width", "utf8", Some(SecretWarning::Invisible)),
            ("pass word", "utf8", None),
            ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "utf8", None),
            ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "base64", None),
            ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=", "base64", Some(SecretWarning::ShortForStandard)),
            ("AAECAwQFBgcICQoLDA0ODxA=", "other_{base64}", None),
            ("5f4dcc3b5aa765d61d8327deb882cf99", "base64", Some(SecretWarning::OnlyHex)),
            ("5f4dcc3b5aa765d61d8327deb882cf99", "hex", None),
        ] {
            assert_eq!(Secret::parse(text, &format(name)).expect(text).warning(), warning, "{text:?}");
        }
    }

    #[test]
    fn a_webhook_that_explains_takes_every_text_but_none_that_is_missing() {
        let to_explain = |text| Secret::or_to_explain(Secret::parse(text, &format("base64")), text);
        for text in ["a_plain_text_secret", "whsec_!!!!", "whsec_YQ==", "undefined"] {
            let secret = to_explain(text).expect(text);
            assert!(secret.error().is_some() && secret.as_bytes().is_empty(), "{text}");
            #[cfg(feature = "full")]
            assert_eq!(secret.source_text(), text.as_bytes());
        }
        let secret = to_explain("AAECAwQFBgc=").expect("a secret");
        assert!(secret.error().is_none() && secret.as_bytes().len() == 8);
        for text in ["", " \n", "whsec_", "whsec_AA=="] {
            let error = to_explain(text).expect_err(text);
            assert_eq!(error.code(), Code::SECRET_MISSING, "{text}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::parse("hunter2", &format("utf8")).expect("a secret");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "[redacted] [redacted] [redacted]");
    }
}
