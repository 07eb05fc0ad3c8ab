//! Accessors for members of a definition that can be absent.

use crate::json::{Key, Pointer, Value};

/// Returns the JSON Pointer in the string at a pointer.
pub(super) fn pointer(value: Value<'_>, source: &str) -> Option<Pointer> {
    Some(text(value, source)?.as_str().into())
}

/// Returns the string at a pointer.
#[inline(never)]
pub(super) fn text(value: Value<'_>, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(std::borrow::Cow::into_owned)
}

/// Returns the items of an array, if present.
#[inline(never)]
pub(super) fn items<'d>(holder: Value<'d>, key: &str) -> Vec<Value<'d>> {
    holder.get(key).into_iter().flat_map(Value::elements).collect()
}

/// Returns the members of an object, if present.
#[inline(never)]
pub(super) fn members<'d>(holder: Value<'d>, key: &str) -> Vec<(Key<'d>, Value<'d>)> {
    holder.get(key).into_iter().flat_map(Value::members).collect()
}

/// Returns the strings of an array, if present.
#[inline(never)]
pub(super) fn texts(holder: Value<'_>, key: &str) -> Vec<String> {
    items(holder, key).into_iter().filter_map(|item| Some(item.as_str()?.into_owned())).collect()
}

/// Returns the template of the signed content: a text, or a list of texts and of texts with a condition.
#[inline(never)]
pub(super) fn signed_content(signature: Value<'_>) -> String {
    let Some(content) = signature.get("signedContent") else { return "{body}".to_owned() };
    if let Some(template) = content.as_str() {
        return template.into_owned();
    }
    let mut template = String::new();
    for part in content.elements() {
        match (part.as_str(), text(part, "/if"), text(part, "/text")) {
            (Some(part), ..) => template.push_str(&part),
            (None, Some(source), Some(part)) => {
                for piece in ["{if:", &source, "}", &part, "{end}"] {
                    template.push_str(piece);
                }
            }
            _ => {}
        }
    }
    template
}
