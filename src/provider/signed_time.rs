//! The timestamp in a signed body.

use std::borrow::Cow;

use crate::blob::blob;
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

blob!(struct SignedTime { pointer, unit });

impl SignedTime {
    /// Parses the timestamp to milliseconds since 1970; the error is the invalid value, if there is one.
    pub(crate) fn parse<'d>(&self, root: Value<'d>) -> Result<i64, Option<Value<'d>>> {
        let value = root.resolve(&self.pointer).ok_or(None)?;
        text_of(value).and_then(|text| self.unit.parse(&text)).ok_or(Some(value))
    }

    /// Returns the timestamp as written, without quotes.
    pub(crate) fn text<'d>(&self, root: Value<'d>) -> Option<Cow<'d, str>> {
        root.resolve(&self.pointer).and_then(text_of)
    }
}

fn text_of(value: Value<'_>) -> Option<Cow<'_, str>> {
    value.as_str().or_else(|| std::str::from_utf8(value.raw_bytes()).ok().map(Cow::Borrowed))
}
