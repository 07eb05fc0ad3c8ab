//! [`Store`]: the interface of stores, which recognize deliveries that were handled before.

use std::fmt;
use std::future::Future;

/// The result of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimState<C> {
    /// The key was free. The caller has claimed it until `done`, `release`, or the end of the claim's TTL.
    New(C),
    /// Another caller has claimed the key, with the same digest.
    InProgress,
    /// The key was completed, with the same digest.
    Done,
    /// Another caller has claimed or completed the key, with another digest.
    Changed,
}

/// Remembers deliveries by their keys, so that each is handled once. [`MemoryStore`](super::MemoryStore) is a store for one process.
/// Implement this trait for your database, where several processes receive: its methods can be written as `async fn`.
///
/// A store has four duties:
///
/// - `claim` is atomic: of any number of simultaneous claims of a key, exactly one is new.
/// - A claim that is neither completed nor released expires after its TTL, since the process that made it may have crashed. After that,
///   `done` and `release` of the expired claim do nothing to a later one.
/// - The retention of a completed key is longer than the sender retries: 7 days suffice for PainChek. A claim is never evicted.
/// - A method whose result is unknown returns an error, in time.
pub trait Store: Send + Sync {
    /// The right to handle a key, such as a claim token and the key.
    type Claim: Send + Sync;
    /// Why the store is not available. SECURITY: its text is in the error `store-unavailable`, and so in logs.
    type Error: fmt::Display + Send;

    /// Claims a key. `digest` shows whether the payload is the same.
    fn claim(
        &self,
        key: &str,
        digest: &str,
    ) -> impl Future<Output = Result<ClaimState<Self::Claim>, Self::Error>> + Send;

    /// Completes a claim: later claims of its key are done or changed.
    fn done(&self, claim: &Self::Claim) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Releases a claim: the next claim of its key is new.
    fn release(&self, claim: &Self::Claim) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
