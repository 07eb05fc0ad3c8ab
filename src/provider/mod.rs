//! Providers: what differs from one webhook to another, as data.

mod catalog;
mod manifest;
mod painchek;
mod recognise;
pub(crate) mod rules;
mod span;
mod xon;

pub use catalog::{definition, ids};
pub(crate) use manifest::is_name;
pub use manifest::{Dedupe, DefinitionError, Envelope, Event, Provider, Revision, Source};
pub use recognise::Recogniser;
