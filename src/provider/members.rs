//! Readers of a definition's members, which may be absent.

use crate::json::{Key, Pointer, Value};

/// The JSON Pointer that a string holds.
pub(super) fn pointer(value: Value<'_>, at: &str) -> Option<Pointer> {
    Some(text(value, at)?.as_str().into())
}

/// The string that a pointer leads to.
#[inline(never)]
pub(super) fn text(value: Value<'_>, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(std::borrow::Cow::into_owned)
}

/// The items of a list that may be absent.
#[inline(never)]
pub(super) fn items<'d>(holder: Value<'d>, key: &str) -> Vec<Value<'d>> {
    holder.get(key).into_iter().flat_map(Value::elements).collect()
}

/// The members of an object that may be absent.
#[inline(never)]
pub(super) fn members<'d>(holder: Value<'d>, key: &str) -> Vec<(Key<'d>, Value<'d>)> {
    holder.get(key).into_iter().flat_map(Value::members).collect()
}

/// The strings of a list that may be absent.
#[inline(never)]
pub(super) fn texts(holder: Value<'_>, key: &str) -> Vec<String> {
    items(holder, key).into_iter().filter_map(|item| Some(item.as_str()?.into_owned())).collect()
}
