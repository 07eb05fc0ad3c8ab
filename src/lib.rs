//! Signs, verifies, parses, validates and explains webhook deliveries.
#![forbid(unsafe_code)]

pub mod delivery;
pub mod issue;
pub mod json;
pub mod provider;
pub mod schema;
pub mod signature;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
#[doc(hidden)] // for JavaScript, and for its tests
pub mod wasm;
pub mod webhook;

pub use issue::{ByteSpan, Code, Issue, Profile, Severity, Span, Step};
