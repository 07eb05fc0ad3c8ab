//! [`SecretText`]: a secret as it is configured.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

/// A secret, as the provider shows it: `"my-secret".into()`. Its bytes are overwritten when it is dropped.
///
/// ```
/// use hookseal::{SecretText, WebhookOptions};
///
/// let secrets: Vec<SecretText> = vec!["current".into(), "previous".into()];
/// assert_eq!(format!("{secrets:?}"), "[[redacted], [redacted]]");
/// let options = WebhookOptions { secrets, ..WebhookOptions::default() };
/// ```
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Zeroizing<String>> for SecretText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// SECURITY: prints nothing of the secret.
impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
