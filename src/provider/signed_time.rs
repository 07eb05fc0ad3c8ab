//! The timestamp in a signed body.

use crate::json::{Pointer, Value};
use crate::signature::TimestampUnit;

/// The location of the timestamp in the body.
#[derive(Debug)]
pub struct SignedTime {
    /// Pointer to the timestamp.
    pub pointer: Pointer,
    /// Unit of the timestamp.
    pub unit: TimestampUnit,
}

impl SignedTime {
    /// Parses the timestamp to milliseconds since 1970; the error is the invalid value, if there is one.
    pub(crate) fn parse<'d>(&self, root: Value<'d>) -> Result<i64, Option<Value<'d>>> {
        let value = root.resolve(&self.pointer).ok_or(None)?;
        let time = match value.as_str() {
            Some(text) => self.unit.parse(&text),
            None => std::str::from_utf8(value.raw_bytes()).ok().and_then(|text| self.unit.parse(text)),
        };
        time.ok_or(Some(value))
    }
}
