//! What signing and creating are told: the time, chance, and ids.

use std::fmt;

use uuid::Uuid;

use super::Timestamp;

/// What a new delivery is made of that the core cannot know: time, chance, and ids that are given.
#[derive(Clone)]
pub struct SignParams {
    /// The time of the delivery.
    pub now: Timestamp,
    /// 32 random bytes, for the ids that are not given.
    pub random: [u8; 32],
    /// The id of the event that is created; the delivery's, where events have none of their own, and
    /// where a body is signed as it is.
    pub id: Option<String>,
    /// The subscription's id.
    pub webhook_id: Option<String>,
    /// The event type of a body that is signed as it is, for providers that tell it by a header.
    pub event_type: Option<String>,
    /// The URL it is sent to, where the provider signs that.
    pub url: Option<String>,
}

/// Chance is left out, and the URL, which may hold a secret.
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
    /// Everything fresh.
    #[must_use]
    pub fn new(now: impl Into<Timestamp>, random: [u8; 32]) -> Self {
        Self { now: now.into(), random, id: None, webhook_id: None, event_type: None, url: None }
    }

    pub(super) fn webhook_id(&self) -> String {
        self.webhook_id.clone().unwrap_or_else(|| self.uuid(1).to_string())
    }

    /// A version 4 UUID (RFC 9562, section 5.4) of the random bytes that were given.
    pub(super) fn uuid(&self, part: usize) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.random[part * 16..part * 16 + 16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
