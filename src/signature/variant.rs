//! The kinds of signature schemes.

use super::public_key::describes_itself;
use super::template::is_source;
use super::{
    Algorithm, JwtScheme, Keys, Outcome, Scheme, Secret, SecretError, SecretFormat, SignContext, SignError,
    TokenScheme,
};
use crate::blob::blob;
use crate::delivery::{Delivery, Headers};
use crate::issue::{Code, PendingIssue};

/// A signature scheme of any kind.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a provider has one or two, and nearly all are HMACs")]
pub enum SignatureScheme {
    /// An HMAC over parts of the delivery.
    Hmac(Scheme),
    /// The secret itself, in a header.
    Token(TokenScheme),
    /// A signature over parts of the delivery, which a public key verifies.
    PublicKey(Scheme),
    /// A JSON Web Token.
    Jwt(JwtScheme),
}

blob!(enum SignatureScheme { 0 => Hmac(scheme), 1 => Token(scheme), 2 => PublicKey(scheme), 3 => Jwt(scheme) });

impl SignatureScheme {
    /// The scheme of a kind that its algorithms tell.
    #[must_use]
    pub fn of(scheme: Scheme) -> Self {
        match scheme.public_key_algorithm() {
            Some(_) => Self::PublicKey(scheme),
            None => Self::Hmac(scheme),
        }
    }

    /// Returns the scheme, if it is an HMAC.
    #[must_use]
    pub fn hmac(&self) -> Option<&Scheme> {
        match self {
            Self::Hmac(scheme) => Some(scheme),
            Self::Token(_) | Self::PublicKey(_) | Self::Jwt(_) => None,
        }
    }

    /// Returns the scheme, if it signs parts of the delivery: an HMAC, or one of public keys.
    #[must_use]
    pub fn signing(&self) -> Option<&Scheme> {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => Some(scheme),
            Self::Token(_) | Self::Jwt(_) => None,
        }
    }

    /// Returns the names of the settings that the scheme needs: in its signed content, or in claims.
    pub(crate) fn settings(&self) -> Vec<&str> {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.content.settings().collect(),
            Self::Jwt(scheme) => scheme.settings().collect(),
            Self::Token(_) => Vec::new(),
        }
    }

    /// Puts the texts of settings in their places.
    pub(crate) fn set_settings(&mut self, text: &dyn Fn(&str) -> Option<String>) {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.content.set_settings(text),
            Self::Jwt(scheme) => scheme.set_settings(text),
            Self::Token(_) => {}
        }
    }

    /// Returns whether the scheme is a JSON Web Token with a claim that is made of the URL.
    pub(crate) fn is_jwt_with_url(&self) -> bool {
        matches!(self, Self::Jwt(scheme) if scheme.has_url())
    }

    /// Returns whether public keys verify deliveries.
    #[must_use]
    pub fn has_public_keys(&self) -> bool {
        match self {
            Self::PublicKey(_) => true,
            Self::Jwt(scheme) => scheme.has_public_keys(),
            Self::Hmac(_) | Self::Token(_) => false,
        }
    }

    /// Returns the algorithms of the scheme.
    pub(crate) fn algorithms(&self) -> &[Algorithm] {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.algorithms(),
            Self::Jwt(scheme) => scheme.algorithms(),
            Self::Token(_) => &[],
        }
    }

    /// Returns a claim of the token in a delivery, if the scheme is a JSON Web Token. SECURITY: the token is not verified here.
    pub(crate) fn claim(&self, headers: &Headers<'_>, name: &str) -> Option<String> {
        match self {
            Self::Jwt(scheme) => scheme.claim(headers, name),
            _ => None,
        }
    }

    /// Returns whether the scheme can cover a body: one that signs, and a token with a digest of the body.
    #[must_use]
    pub fn is_signature(&self) -> bool {
        match self {
            Self::Hmac(_) | Self::PublicKey(_) => true,
            Self::Token(_) => false,
            Self::Jwt(scheme) => scheme.covers_body(),
        }
    }

    /// Parses a secret of the scheme, or a public key.
    ///
    /// # Errors
    /// As [`Secret::parse`] and [`Secret::parse_public_key`].
    pub fn parse_secret(&self, text: &str) -> Result<Secret, SecretError> {
        match self {
            Self::Jwt(scheme) => scheme.parse_secret(text),
            Self::PublicKey(scheme) => {
                Secret::parse_public_key(text, scheme.secret_format(), scheme.algorithms())
            }
            Self::Hmac(_) | Self::Token(_) => Secret::parse(text, self.secret_format()),
        }
    }

    /// Returns the header with the signature or the token.
    #[must_use]
    pub fn header(&self) -> &str {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.header(),
            Self::Token(scheme) => scheme.header(),
            Self::Jwt(scheme) => scheme.header(),
        }
    }

    /// Returns the format of secrets.
    #[must_use]
    pub fn secret_format(&self) -> &SecretFormat {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.secret_format(),
            Self::Token(scheme) => scheme.secret_format(),
            Self::Jwt(scheme) => scheme.secret_format(),
        }
    }

    /// Verifies a delivery. See [`Scheme::verify`] and [`TokenScheme::verify`].
    #[must_use]
    pub fn verify<'a>(
        &'a self,
        keys: &Keys,
        delivery: &'a Delivery<'_>,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.verify(keys, delivery, now, tolerance),
            Self::Token(scheme) => scheme.verify(keys, &delivery.headers),
            Self::Jwt(scheme) => scheme.verify(keys, delivery, now, tolerance),
        }
    }

    /// Makes the headers of a signature, or of a token.
    ///
    /// # Errors
    /// As [`Scheme::sign`] and [`TokenScheme::sign`].
    pub fn sign(
        &self,
        keys: &Keys,
        body: &[u8],
        context: &SignContext<'_>,
    ) -> Result<Vec<(String, String)>, SignError> {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => scheme.sign(keys, body, context),
            Self::Token(scheme) => scheme.sign(keys),
            Self::Jwt(scheme) => scheme.sign(keys, body, context),
        }
    }

    /// Returns the issue of an outcome with this code.
    pub(crate) fn issue(&self, outcome: &Outcome<'_>, code: Code, keys: &Keys) -> PendingIssue {
        match self {
            Self::Hmac(scheme) | Self::PublicKey(scheme) => outcome.issue(code, scheme, keys),
            Self::Token(scheme) => outcome.token_issue(code, scheme, keys),
            Self::Jwt(scheme) => outcome.jwt_issue(code, scheme, keys),
        }
    }

    /// Returns whether signing writes this header or source: that of the signature, of the timestamp, or of the signed headers.
    pub(crate) fn replaces(&self, name: &str) -> bool {
        let timestamp = self.signing().and_then(Scheme::timestamp_header);
        self.header() == name || timestamp == Some(name) || name.starts_with("headers:")
    }

    /// Returns the names of all headers and sources that the scheme reads.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let token = [self.header()].into_iter().filter(|_| self.signing().is_none());
        token.chain(self.signing().into_iter().flat_map(Scheme::headers))
    }

    /// Returns the names of the values in the body and the URL that the scheme reads.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| is_source(name))
    }

    /// Returns whether the header of a delivery has a signature of the scheme, and not only those of another one.
    pub(crate) fn has_item(&self, headers: &Headers<'_>) -> bool {
        self.signing().is_none_or(|scheme| scheme.has_item(headers))
    }

    /// Returns whether a text is a public key of the scheme, which shares its secrets with an HMAC: the key says what it is, or
    /// has the prefix of the scheme's format.
    pub(crate) fn claims_secret(&self, text: &str) -> bool {
        let Self::PublicKey(scheme) = self else { return false };
        let prefix = scheme.secret_format().prefix.as_deref();
        describes_itself(text) || prefix.is_some_and(|prefix| text.starts_with(prefix))
    }

    /// Returns whether a delivery has the header of the scheme.
    pub(crate) fn is_present(&self, headers: &Headers<'_>) -> bool {
        headers.get(self.header()).is_some()
    }
}
