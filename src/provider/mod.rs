//! Providers: what differs from one webhook to another, as data.

mod catalog;
mod coverage;
mod definition;
mod detect;
mod envelope;
pub(crate) mod rules;
mod signed_time;
mod span;

pub use catalog::{definition, ids};
pub use coverage::Uncovered;
pub(crate) use definition::is_name;
pub use definition::{DefinitionError, Event, IdempotencySource, Provider, Revision};
pub use detect::ProviderDetector;
pub use envelope::{Envelope, FieldSource};
pub use rules::RULE_CODES;
pub use signed_time::SignedTime;
