//! Providers as data: definitions, cross-field rules, detection.

mod catalog;
mod compiled;
mod coverage;
mod definition;
#[cfg(feature = "full")]
mod detect;
mod envelope;
mod handshake;
mod idempotency;
mod members;
mod notation;
mod request_source;
pub(crate) mod rules;
mod send_policy;
mod signed_time;

pub(crate) use catalog::built_in;
#[doc(hidden)] // for the build of the modules
pub use catalog::compile_catalog;
#[cfg(feature = "full")]
pub(crate) use catalog::key_orders;
pub use catalog::{definition, ids};
pub use compiled::CompiledError;
pub use coverage::Uncovered;
pub use definition::{DefinitionError, Event, Provider, Revision};
#[cfg(feature = "full")]
pub use detect::ProviderDetector;
pub(crate) use envelope::is_id_or_type;
pub use envelope::{Envelope, FieldSource};
pub use handshake::Setting;
pub(crate) use handshake::{Handshake, HandshakeMethod, ResponsePart, is_challenge, is_printable, is_token};
pub use idempotency::IdempotencySource;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use notation::{MAX_DELAY_MS, parse_duration_ms, parse_status_range};
pub(crate) use request_source::{Found, RequestParts, RequestSource};
pub use rules::RULE_CODES;
pub use send_policy::SignatureExpiry;
pub use signed_time::SignedTime;
