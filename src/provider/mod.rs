//! Providers: what differs from one webhook to another, as data.

mod catalog;
mod coverage;
mod envelope;
mod manifest;
mod recognise;
pub(crate) mod rules;
mod signed_time;
mod span;

pub use catalog::{definition, ids};
pub use coverage::Uncovered;
pub use envelope::{Envelope, Source};
pub(crate) use manifest::is_name;
pub use manifest::{Dedupe, DefinitionError, Event, Provider, Revision};
pub use recognise::Recogniser;
pub use rules::RULE_CODES;
pub use signed_time::SignedTime;
