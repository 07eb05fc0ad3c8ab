//! Providers as data: definitions, cross-field rules, detection.

mod catalog;
mod coverage;
mod definition;
mod delivery_policy;
mod detect;
mod envelope;
mod idempotency;
mod members;
mod notation;
pub(crate) mod rules;
mod signed_time;

pub use catalog::{definition, ids};
pub use coverage::Uncovered;
pub use definition::{DefinitionError, Event, Provider, Revision};
pub use delivery_policy::SignatureExpiry;
pub use detect::ProviderDetector;
pub(crate) use envelope::is_name;
pub use envelope::{Envelope, FieldSource};
pub use idempotency::IdempotencySource;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use notation::{MAX_DELAY_MS, parse_duration_ms, parse_status_range};
pub use rules::RULE_CODES;
pub use signed_time::SignedTime;
