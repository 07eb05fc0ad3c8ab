//! `extends`: a definition that takes the keys of a built-in one and replaces some.

use super::bundles;
use super::members::text;
use super::own_members::OWN_MEMBERS;
use crate::json::{Document, Value, quoted};

/// Returns the whole definition of a provider that extends a built-in one, as JSON. `None` for a definition that extends no
/// other, or an unknown one.
///
/// ```
/// use hookseal::provider::{Provider, extended_definition};
///
/// let mine = r#"{ "id": "mine", "extends": "svix", "envelope": { "type": "/event" } }"#;
/// let whole = extended_definition(mine).unwrap();
/// assert!(whole.contains(r#""svix-signature""#));
/// let [extended, whole] = [mine, &whole].map(|text| Provider::from_json(text.as_bytes()).unwrap());
/// assert_eq!(extended.to_compiled(), whole.to_compiled());
/// ```
#[must_use]
pub fn extended_definition(text: &str) -> Option<String> {
    resolve(Document::parse(text.as_bytes()).ok()?.root()).ok()?
}

/// Returns the whole definition as JSON; `None` for one that extends no other.
///
/// # Errors
/// A message about the member `extends`.
pub(super) fn resolve(root: Value<'_>) -> Result<Option<String>, String> {
    let Some(base) = text(root, "/extends") else { return Ok(None) };
    let Some(base_text) = bundles::definition(&base) else {
        let ids: Vec<&str> = bundles::BUNDLES.iter().map(|(id, ..)| *id).collect();
        return Err(format!("Unknown built-in provider. There are: {}.", ids.join(", ")));
    };
    let document = Document::parse(base_text.as_bytes()).map_err(|issue| issue.message)?;
    if let Some(first) = text(document.root(), "/extends") {
        return Err(format!(
            "\"{base}\" itself extends \"{first}\". Extend \"{first}\", and repeat the keys that differ."
        ));
    }
    let taken = document.root().members().filter(|(key, _)| {
        let name = key.text();
        !OWN_MEMBERS.contains(&&*name) && root.get(&name).is_none()
    });
    let members: Vec<String> = root
        .members()
        .chain(taken)
        .map(|(key, value)| format!("{}:{}", quoted(&key.text()), String::from_utf8_lossy(value.raw_bytes())))
        .collect();
    Ok(Some(format!("{{{}}}", members.join(","))))
}
