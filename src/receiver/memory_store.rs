//! [`MemoryStore`]: a store in the memory of one process, bounded in size and time.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::store::{ClaimState, Store};

/// Seven days: PainChek's last automatic attempt is 72 hours after the first, and people send again by hand after that.
const DEFAULT_RETENTION: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// About 30 MB of keys and digests.
const DEFAULT_MAX_ENTRIES: usize = 100_000;

/// A store for one process: its contents are lost with the process, and not shared with other processes.
///
/// When it is full, the delivery that was handled first is evicted: a retry of it would be handled again. A claim is never
/// evicted. It ends at the latest when it is dropped, so that a panic, or a connection that ends, releases it.
///
/// ```
/// use std::time::Duration;
///
/// use hookseal::receiver::MemoryStore;
///
/// let two_weeks = Duration::from_secs(14 * 24 * 60 * 60);
/// let store = MemoryStore::new(two_weeks, 1_000_000);
/// ```
#[derive(Debug)]
pub struct MemoryStore {
    entries: Arc<Mutex<Entries>>,
    retention: Duration,
    max_entries: usize,
}

/// Keeps 100,000 deliveries for 7 days.
impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(DEFAULT_RETENTION, DEFAULT_MAX_ENTRIES)
    }
}

/// A claim in a [`MemoryStore`].
pub struct MemoryClaim {
    entries: Arc<Mutex<Entries>>,
    key: String,
    token: u64,
}

/// SECURITY: prints no key, which is an id of the payload.
impl fmt::Debug for MemoryClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryClaim").finish_non_exhaustive()
    }
}

/// The store is full of claims: so many deliveries are being handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryStoreError;

impl fmt::Display for MemoryStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the memory store is full of deliveries that are being handled")
    }
}

impl std::error::Error for MemoryStoreError {}

#[derive(Default)]
struct Entries {
    by_key: HashMap<String, Entry>,
    /// The keys of handled deliveries with the end of their retention, in this order.
    handled: VecDeque<(Instant, String)>,
    /// The number of claims: the token of the last one.
    last_token: u64,
}

/// SECURITY: prints no keys, which are ids of the payloads.
impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("len", &self.by_key.len()).finish_non_exhaustive()
    }
}

struct Entry {
    digest: String,
    /// The token of a claim. A handled delivery has none.
    token: Option<u64>,
}

impl MemoryStore {
    /// A store that keeps handled deliveries for `retention`, and at most `max_entries` of them and of claims.
    #[must_use]
    pub fn new(retention: Duration, max_entries: usize) -> Self {
        Self { entries: Arc::default(), retention, max_entries }
    }
}

/// A panic of another thread leaves the entries as they are after a whole operation.
fn lock(entries: &Mutex<Entries>) -> MutexGuard<'_, Entries> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for MemoryStore {
    type Claim = MemoryClaim;
    type Error = MemoryStoreError;

    async fn claim(&self, key: &str, digest: &str) -> Result<ClaimState<MemoryClaim>, MemoryStoreError> {
        let mut entries = lock(&self.entries);
        let now = Instant::now();
        while entries.handled.front().is_some_and(|(end, _)| *end <= now) {
            entries.evict();
        }
        if let Some(entry) = entries.by_key.get(key) {
            return Ok(match entry.token {
                _ if entry.digest != digest => ClaimState::Changed,
                Some(_) => ClaimState::InProgress,
                None => ClaimState::Done,
            });
        }
        while entries.by_key.len() >= self.max_entries {
            if !entries.evict() {
                return Err(MemoryStoreError);
            }
        }
        entries.last_token += 1;
        let token = entries.last_token;
        entries.by_key.insert(key.to_owned(), Entry { digest: digest.to_owned(), token: Some(token) });
        Ok(ClaimState::New(MemoryClaim { entries: Arc::clone(&self.entries), key: key.to_owned(), token }))
    }

    async fn done(&self, claim: &MemoryClaim) -> Result<(), MemoryStoreError> {
        let mut entries = lock(&claim.entries);
        if let Some(entry) = entries.claimed(claim) {
            entry.token = None;
            // A retention that no clock can measure does not end.
            if let Some(end) = Instant::now().checked_add(self.retention) {
                entries.handled.push_back((end, claim.key.clone()));
            }
        }
        Ok(())
    }

    async fn release(&self, claim: &MemoryClaim) -> Result<(), MemoryStoreError> {
        claim.release();
        Ok(())
    }
}

impl Entries {
    /// The entry of a claim that was neither completed nor released.
    fn claimed(&mut self, claim: &MemoryClaim) -> Option<&mut Entry> {
        self.by_key.get_mut(&claim.key).filter(|entry| entry.token == Some(claim.token))
    }

    /// Removes the delivery that was handled first; returns whether there was one.
    fn evict(&mut self) -> bool {
        let oldest = self.handled.pop_front();
        oldest.is_some_and(|(_, key)| self.by_key.remove(&key).is_some())
    }
}

impl MemoryClaim {
    fn release(&self) {
        let mut entries = lock(&self.entries);
        if entries.claimed(self).is_some() {
            entries.by_key.remove(&self.key);
        }
    }
}

impl Drop for MemoryClaim {
    fn drop(&mut self) {
        self.release();
    }
}
