//! A token in place of a signature: the sender puts the secret itself in a header. SECURITY: a token signs neither body nor
//! time, and an attacker who has seen one delivery can send any other. The received value may be the secret, so no outcome holds it.

use super::candidates::check_header_value;
use super::scheme::SchemeError;
use super::template::{TemplateToken, is_source, tokens};
use super::{Keys, KeysError, MalformedReason, Outcome, Secret, SecretFormat, SignError};
use crate::blob::blob;
use crate::delivery::{Headers, is_token};
use crate::text::{decode_base64, into_owned_outlined};
use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

/// A scheme whose header contains the secret.
#[derive(Clone, Debug)]
pub struct TokenScheme {
    header: String,
    /// The text before the token, such as `Bearer `.
    prefix: String,
    /// Whether the token is base64 of `user:password` (RFC 7617).
    is_base64: bool,
    optional: bool,
    secret: SecretFormat,
}

blob!(struct TokenScheme { header, prefix, is_base64, optional, secret });

const FORMATS: &str =
    "Expected one {token} or {base64} after an optional text, such as Bearer {token} or Basic {base64}.";

impl TokenScheme {
    /// Checks and compiles a definition: the header, and its format, such as `Bearer {token}`.
    ///
    /// # Errors
    /// If the header cannot carry a value of the format.
    pub fn new(header: &str, format: &str, optional: bool) -> Result<Self, SchemeError> {
        if !is_token(header) && !is_source(header) {
            return Err(SchemeError::new("header", "Invalid HTTP header name."));
        }
        let parts = tokens(format).map_err(|message| SchemeError::new("format", &message))?;
        let (prefix, name) = match parts[..] {
            [TemplateToken::Placeholder(name)] => ("", name),
            [TemplateToken::Literal(prefix), TemplateToken::Placeholder(name)] => (prefix, name),
            _ => return Err(SchemeError::new("format", FORMATS)),
        };
        let is_visible = prefix.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !["token", "base64"].contains(&name) || !is_visible || prefix.starts_with(' ') {
            return Err(SchemeError::new("format", FORMATS));
        }
        Ok(Self {
            header: into_owned_outlined(header),
            prefix: into_owned_outlined(prefix),
            is_base64: name == "base64",
            optional,
            secret: SecretFormat::default(),
        })
    }

    /// Prepares secrets. The first one signs, all are accepted.
    ///
    /// # Errors
    /// If there is no secret.
    pub fn keys(&self, secrets: &[Secret]) -> Result<Keys, KeysError> {
        Keys::of_tokens(secrets)
    }

    /// Returns the header with the token, or its source in the body or the URL.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Returns the format of the header.
    #[must_use]
    pub fn format(&self) -> String {
        [self.prefix.as_str(), if self.is_base64 { "{base64}" } else { "{token}" }].concat()
    }

    /// Returns the format of secrets: the text of the token.
    #[must_use]
    pub fn secret_format(&self) -> &SecretFormat {
        &self.secret
    }

    /// Returns whether the token is base64 of a user name, a colon and a password.
    #[must_use]
    pub fn is_basic(&self) -> bool {
        self.is_base64
    }

    pub(super) fn is_optional(&self) -> bool {
        self.optional
    }

    /// Compares the token of a delivery with every secret. SECURITY: in constant time, with every secret whichever is right.
    /// Exactly one value of the header is compared, as a whole: no part of a list, and nothing is trimmed.
    #[must_use]
    pub fn verify<'a>(&'a self, keys: &Keys, headers: &Headers<'_>) -> Outcome<'a> {
        let malformed = |reason| Outcome::Malformed { header: &self.header, received: "", reason };
        let mut values = headers.get_all(&self.header);
        let Some(value) = values.next() else { return Outcome::Missing };
        if values.next().is_some() {
            return malformed(MalformedReason::Repeated);
        }
        if let Some(reason) = check_header_value(value) {
            return malformed(reason);
        }
        let Some(token) = self.token(value) else { return malformed(MalformedReason::Format) };
        let decoded = if self.is_base64 {
            decode_base64(token.trim_end_matches('=')).map(Zeroizing::new)
        } else {
            None
        };
        let token = match &decoded {
            Some(decoded) => decoded.as_slice(),
            None if self.is_base64 => return malformed(MalformedReason::Characters),
            None => token.as_bytes(),
        };
        keys.find_token(token).map_or(Outcome::TokenMismatch, |secret| Outcome::Token { secret })
    }

    /// Returns the text after the prefix. The name of an authentication scheme has no letter case (RFC 9110, section 11.1).
    pub(crate) fn token<'v>(&self, value: &'v str) -> Option<&'v str> {
        let (prefix, token) = value.split_at_checked(self.prefix.len())?;
        let is_expected = if self.prefix.ends_with(' ') {
            prefix.eq_ignore_ascii_case(&self.prefix)
        } else {
            prefix == self.prefix
        };
        (is_expected && !token.is_empty()).then_some(token)
    }

    /// Makes the header with the first secret.
    ///
    /// # Errors
    /// If no header can carry the secret.
    pub fn sign(&self, keys: &Keys) -> Result<Vec<(String, String)>, SignError> {
        let token = keys.first_token().ok_or(SignError::NoKey)?;
        let mut value = Zeroizing::new(self.prefix.as_bytes().to_vec());
        if self.is_base64 {
            value.extend_from_slice(Zeroizing::new(Base64::encode_string(token)).as_bytes());
        } else {
            value.extend_from_slice(token);
        }
        let is_visible = value.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        match std::str::from_utf8(&value) {
            Ok(text) if is_visible && text.trim() == text && check_header_value(text).is_none() => {
                Ok(vec![(into_owned_outlined(&self.header), into_owned_outlined(text))])
            }
            _ => Err(SignError::InvalidHeaderValue(into_owned_outlined(&self.header))),
        }
    }
}
