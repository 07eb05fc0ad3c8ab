//! Providers of one's own: their definitions as text, or compiled.

use crate::provider::Provider;
use crate::webhook::Error;

#[cfg(not(any(feature = "full", not(blob))))]
use crate::issue::Code;

/// The text of every compiled provider begins with this, and no JSON does.
const COMPILED_PREFIX: &str = "hookseal";

/// Makes a provider of its definition as JSON, or of its compiled form.
pub(super) fn provider(text: &str) -> Result<Provider, Error> {
    if text.starts_with(COMPILED_PREFIX) {
        return Ok(Provider::from_compiled_text(text)?);
    }
    parse(text)
}

#[cfg(any(feature = "full", not(blob)))]
fn parse(text: &str) -> Result<Provider, Error> {
    Ok(Provider::from_json(text.as_bytes())?)
}

#[cfg(not(any(feature = "full", not(blob))))]
fn parse(_: &str) -> Result<Provider, Error> {
    Err(Error::new(
        Code::FULL_MISSING,
        "A definition that is not compiled needs the full module. Add `import \"hookseal/full\"`, or compile the definition: `hookseal compile`.",
    ))
}

/// Compiles a definition. Returns the JSON text of `CompiledProvider`.
///
/// # Errors
/// An error as data.
#[cfg(feature = "full")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn compile_provider(definition: &str) -> Result<String, wasm_bindgen::prelude::JsValue> {
    let provider = parse(definition).map_err(|error| super::error_to_js(&error))?;
    let (version, id) = (env!("CARGO_PKG_VERSION"), crate::json::quoted(&provider.id));
    let compiled = provider.to_compiled_text();
    Ok(format!("{{\"hookseal\":\"{version}\",\"id\":{id},\"compiled\":\"{compiled}\"}}"))
}
