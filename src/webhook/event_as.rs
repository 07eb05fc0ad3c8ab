//! The payload of a delivery in a type.

use std::fmt;

use serde::de::DeserializeOwned;

use super::Verified;

/// The payload does not have the form of the type. SECURITY: holds no value of the payload, as the message of a JSON library
/// does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTypeError {
    /// The line in the payload, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

impl fmt::Display for EventTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The payload does not have the form of the type: see line {}, column {}.",
            self.line, self.column
        )
    }
}

impl std::error::Error for EventTypeError {}

impl Verified<'_> {
    /// Returns the payload in a type: one of [`events`](crate::events), or your own.
    ///
    /// ```
    /// use hookseal::{Delivery, Headers, Webhook, WebhookOptions};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Payload {
    ///     event: Call,
    /// }
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Call {
    ///     mobile_number: String,
    /// }
    ///
    /// let hook = Webhook::built_in("xon", WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() })?;
    /// # let body = include_str!("../../providers/xon/samples/calls.user.create.json");
    /// let verified = hook.verify(&Delivery::new(Headers::new(), body), std::time::SystemTime::now())?;
    /// let payload: Payload = verified.event_as()?;
    /// assert!(payload.event.mobile_number.starts_with('+'));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a value does not have the form of the type.
    pub fn event_as<T: DeserializeOwned>(&self) -> Result<T, EventTypeError> {
        serde_json::from_slice(self.document.bytes())
            .map_err(|error| EventTypeError { line: error.line(), column: error.column() })
    }
}
