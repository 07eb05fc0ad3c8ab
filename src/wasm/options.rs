//! What JavaScript gives as objects, read member by member.
//!
//! Serde would do it in fewer lines. What it could say of a wrong value brings all of the standard library's printing
//! with it, five kilobytes of every download, and may not be said: what stands in the wrong place may be a secret.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use zeroize::Zeroizing;

use super::data::{SignParamsData, WebhookOptionsData};
use crate::issue::Code;
use crate::webhook::Error;

/// The options of a webhook.
pub fn options(given: &JsValue) -> Result<WebhookOptionsData, Error> {
    Ok(WebhookOptionsData {
        secrets: list(given, "secrets")?.unwrap_or_default().into_iter().map(Zeroizing::new).collect(),
        unsigned: text(given, "unsigned")?,
        algorithms: list(given, "algorithms")?,
        profile: text(given, "profile")?,
        max_bytes: number(given, "maxBytes")?,
        tolerance: number(given, "tolerance")?,
    })
}

/// What `sign` and `create` are given.
pub fn sign_params(given: &JsValue) -> Result<SignParamsData, Error> {
    let random = member(given, "random")?.and_then(|value| value.dyn_into::<Uint8Array>().ok());
    Ok(SignParamsData {
        now: number(given, "now")?.ok_or_else(invalid_options)?,
        random: random.ok_or_else(invalid_options)?.to_vec(),
        id: text(given, "id")?,
        webhook_id: text(given, "webhookId")?,
        event_type: text(given, "type")?,
        url: text(given, "url")?,
    })
}

/// A member that is there: neither `undefined` nor `null`.
fn member(given: &JsValue, name: &str) -> Result<Option<JsValue>, Error> {
    let value = Reflect::get(given, &JsValue::from_str(name)).map_err(|_| invalid_options())?;
    Ok(Some(value).filter(|value| !value.is_undefined() && !value.is_null()))
}

fn text(given: &JsValue, name: &str) -> Result<Option<String>, Error> {
    member(given, name)?.map(|value| value.as_string().ok_or_else(invalid_options)).transpose()
}

fn number(given: &JsValue, name: &str) -> Result<Option<f64>, Error> {
    member(given, name)?.map(|value| value.as_f64().ok_or_else(invalid_options)).transpose()
}

fn list(given: &JsValue, name: &str) -> Result<Option<Vec<String>>, Error> {
    let Some(value) = member(given, name)? else { return Ok(None) };
    let values = value.dyn_into::<Array>().map_err(|_| invalid_options())?;
    values
        .iter()
        .map(|value| value.as_string().ok_or_else(invalid_options))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn invalid_options() -> Error {
    Error::new(Code::OPTION_INVALID, "The options cannot be read.")
}
