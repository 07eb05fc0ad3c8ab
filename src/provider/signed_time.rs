//! A time in the body, which is signed with it.

use crate::json::{Pointer, Value};
use crate::signature::TimestampUnit;

/// Where the body says when it was sent.
#[derive(Debug)]
pub struct SignedTime {
    /// Pointer to the time.
    pub pointer: Pointer,
    /// What it counts.
    pub unit: TimestampUnit,
}

impl SignedTime {
    /// The time in milliseconds since 1970; the error is the value that is none, if there is one.
    pub(crate) fn read<'d>(&self, root: Value<'d>) -> Result<i64, Option<Value<'d>>> {
        let value = root.resolve(&self.pointer).ok_or(None)?;
        let time = match value.as_str() {
            Some(text) => self.unit.parse(&text),
            None => std::str::from_utf8(value.raw_bytes()).ok().and_then(|text| self.unit.parse(text)),
        };
        time.ok_or(Some(value))
    }
}
