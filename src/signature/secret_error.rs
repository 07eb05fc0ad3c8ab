//! Why a text is not a valid secret.

use std::fmt;

use super::public_key::KeyFault;
use super::secret_format::SecretEncoding;
use crate::issue::Code;

/// A shorter key is found by trying, and is what a wrong text happens to decode to.
pub(super) const MIN_DECODED_BYTES: usize = 8;

/// Why a text is not a valid secret. SECURITY: never holds the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretError {
    pub(super) kind: SecretErrorKind,
    /// What to change about a secret in another format.
    pub(super) format_hint: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretErrorKind {
    Empty,
    Blank,
    OnlyPrefix,
    Zero,
    Unfilled,
    /// The key has this many bytes.
    Short(usize),
    Invalid(SecretEncoding),
    /// The text is a public key, which everyone knows.
    Public,
    /// The text is no public key of the algorithm.
    Key(KeyFault),
}

pub(super) const UNSET_HINT: &str =
    "Set the variable or file that the secret is read from. Everyone can sign with an empty secret.";

impl From<SecretErrorKind> for SecretError {
    fn from(kind: SecretErrorKind) -> Self {
        Self { kind, format_hint: None }
    }
}

impl SecretError {
    /// The error of a public key that has the right form, and that the platform rejects.
    pub(crate) fn rejected_public_key() -> Self {
        SecretErrorKind::Key(KeyFault::Platform).into()
    }

    /// The error of a public key in place of a shared secret.
    pub(super) fn public() -> Self {
        SecretErrorKind::Public.into()
    }

    /// Returns [`Code::SECRET_MISSING`], [`Code::SECRET_INVALID`] or [`Code::KEY_INVALID`].
    #[must_use]
    pub fn code(&self) -> Code {
        match self.kind {
            SecretErrorKind::Empty
            | SecretErrorKind::Blank
            | SecretErrorKind::OnlyPrefix
            | SecretErrorKind::Zero => Code::SECRET_MISSING,
            SecretErrorKind::Unfilled | SecretErrorKind::Short(_) | SecretErrorKind::Invalid(_) => {
                Code::SECRET_INVALID
            }
            SecretErrorKind::Public | SecretErrorKind::Key(_) => Code::KEY_INVALID,
        }
    }

    /// Returns what to change.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self.kind {
            SecretErrorKind::Empty
            | SecretErrorKind::Blank
            | SecretErrorKind::Zero
            | SecretErrorKind::Unfilled => Some(UNSET_HINT),
            SecretErrorKind::OnlyPrefix | SecretErrorKind::Short(_) => Some("Copy the whole secret."),
            SecretErrorKind::Invalid(_) => self.format_hint.as_deref(),
            SecretErrorKind::Public => {
                Some("Pass the secret of the webhook: with a public key as the secret, everyone can sign.")
            }
            SecretErrorKind::Key(fault) => Some(fault.hint()),
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
            SecretErrorKind::Short(len) => {
                let bytes = if len == 1 { "byte" } else { "bytes" };
                return write!(
                    f,
                    "Invalid secret: the key has {len} {bytes}; expected at least {MIN_DECODED_BYTES}. Standard Webhooks \
                     asks for 24 to 64 bytes."
                );
            }
            SecretErrorKind::Invalid(SecretEncoding::Base64) => "Invalid secret: expected base64.",
            SecretErrorKind::Invalid(SecretEncoding::Hex) => {
                "Invalid secret: expected an even number of hex digits."
            }
            SecretErrorKind::Public => {
                "Invalid secret: it is a key in PEM or JSON; expected the shared secret of an HMAC."
            }
            SecretErrorKind::Key(fault) => return fault.fmt(f),
            SecretErrorKind::Invalid(_) => "Invalid secret: expected text.",
        })
    }
}

impl std::error::Error for SecretError {}
