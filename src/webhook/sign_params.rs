//! The parameters of signing and creating: time, random bytes, ids.

use std::fmt;

use uuid::Uuid;

use super::Timestamp;
use crate::signature::Signer;

/// The parts of a new delivery that the core cannot make: the core has no clock and no randomness.
#[derive(Clone)]
pub struct SignParams {
    /// The time of the delivery.
    pub now: Timestamp,
    /// 32 random bytes, for new ids.
    pub random: [u8; 32],
    /// The id of the event; of the delivery, where events have no id of their own, and for `sign`. Default: a new UUID.
    pub id: Option<String>,
    /// The id of the subscription. Default: a new UUID.
    pub webhook_id: Option<String>,
    /// The event type for `sign`, where the provider sends it in a header.
    pub event_type: Option<String>,
    /// The URL of the request, where the provider signs it.
    pub url: Option<String>,
    /// Signs with a private key, for tests of providers that do so.
    pub signer: Option<Signer>,
}

/// SECURITY: leaves out the random bytes, and the URL, which may contain a token.
impl fmt::Debug for SignParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignParams")
            .field("now", &self.now)
            .field("id", &self.id)
            .field("webhook_id", &self.webhook_id)
            .field("event_type", &self.event_type)
            .finish_non_exhaustive()
    }
}

impl SignParams {
    /// Parameters with new ids.
    #[must_use]
    pub fn new(now: impl Into<Timestamp>, random: [u8; 32]) -> Self {
        Self {
            now: now.into(),
            random,
            id: None,
            webhook_id: None,
            event_type: None,
            url: None,
            signer: None,
        }
    }

    /// Parameters with the time and new ids of the operating system.
    ///
    /// # Panics
    /// If the operating system has no random bytes.
    #[cfg(feature = "getrandom")]
    #[must_use]
    pub fn random() -> Self {
        let mut random = [0; 32];
        getrandom::fill(&mut random).expect("random bytes of the operating system");
        Self::new(std::time::SystemTime::now(), random)
    }

    pub(super) fn webhook_id(&self) -> String {
        self.webhook_id.clone().unwrap_or_else(|| self.uuid(1).to_string())
    }

    /// A version 4 UUID (RFC 9562, section 5.4) made of 16 of the random bytes: the first or the second half.
    pub(super) fn uuid(&self, half: usize) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.random[half * 16..half * 16 + 16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
