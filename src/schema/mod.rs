//! JSON Schema compiled to a plan that judges documents.

#[allow(dead_code, reason = "the plan that uses them is being built on top")]
mod format;
#[allow(dead_code, reason = "the plan that uses them is being built on top")]
mod pattern;

#[allow(unused_imports, reason = "the providers' rules that use them are being built on top")]
pub(crate) use format::{Instant, instant};
