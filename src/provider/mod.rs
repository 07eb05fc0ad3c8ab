//! Providers as data. [`ids`] lists the built-in ones, which [`Webhook::built_in`](crate::Webhook::built_in) takes by id.
//! [`Provider::from_json`] parses a definition of your own for [`Webhook::new`](crate::Webhook::new). With the feature `full`,
//! `ProviderDetector` finds the provider of a delivery.

mod batch;
mod body_format;
mod bundles;
mod catalog;
mod compiled;
mod conditions;
mod coverage;
mod definition;
mod definition_error;
#[cfg(feature = "full")]
mod detect;
mod envelope;
mod event;
mod extends;
mod handshake;
mod idempotency;
mod key_source;
mod members;
mod notation;
mod own_members;
mod read_body;
mod request_source;
pub(crate) mod rules;
mod schemes;
mod send_policy;
mod signed_time;
mod type_source;

pub use batch::{Batch, MAX_ITEMS};
pub use body_format::{BodyFormats, FormFormat};
pub use bundles::definition;
#[cfg(feature = "full")]
pub(crate) use bundles::key_orders;
pub(crate) use catalog::built_in;
pub use catalog::ids;
#[cfg(feature = "full")]
#[doc(hidden)] // for the build of the modules
pub use catalog::{compile_catalog, compiled_texts};
pub use compiled::CompiledError;
pub use coverage::{CoveredPart, Uncovered};
pub use definition::Provider;
pub use definition_error::DefinitionError;
#[cfg(feature = "full")]
pub use detect::ProviderDetector;
#[cfg(feature = "full")]
pub(crate) use detect::SHARED_HEADERS;
pub use envelope::Envelope;
pub use event::{Event, Revision};
pub use extends::extended_definition;
pub use handshake::Setting;
pub(crate) use handshake::{Handshake, HandshakeMethod, ResponsePart, is_challenge, is_printable, is_token};
pub use idempotency::IdempotencySource;
pub use key_source::{KeyFormat, KeySource};
pub(crate) use key_source::{Refused, usable_id};
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use notation::{MAX_DELAY_MS, parse_duration_ms, parse_status_range};
pub(crate) use request_source::{Found, RequestParts, RequestSource};
pub use rules::RULE_CODES;
pub use schemes::NamedScheme;
pub use send_policy::SignatureExpiry;
pub use signed_time::SignedTime;
pub(crate) use type_source::is_id_or_type;
pub use type_source::{FieldSource, TypePart, TypeSource, TypeSources};
