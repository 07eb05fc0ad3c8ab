//! Options that JavaScript passes as objects, read member by member.
//!
//! Serde would take fewer lines. Its messages about a wrong value bring all of the standard library's formatting with
//! them, five kilobytes of every download, and must not be shown: a value in the wrong member may be a secret.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;

use super::data::{SignParamsData, WebhookOptionsData};
use super::invalid_option::invalid_option;
use crate::webhook::{Error, SecretText};

/// The options of a webhook.
pub fn options(options: &JsValue) -> Result<WebhookOptionsData, Error> {
    Ok(WebhookOptionsData {
        secrets: secret_list(options, "secrets")?,
        named_secrets: pairs(list(options, "namedSecrets")?.unwrap_or_default()),
        unsigned: text(options, "unsigned")?,
        explain_only: flag(options, "explainOnly")?,
        settings: secret_list(options, "settings")?,
        algorithms: list(options, "algorithms")?,
        profile: text(options, "profile")?,
        max_bytes: number(options, "maxBytes")?,
        tolerance: number(options, "tolerance")?,
    })
}

/// The pairs of a list: a name, its value, the next name.
fn pairs(list: Vec<String>) -> Vec<(String, SecretText)> {
    let mut items = list.into_iter();
    let mut pairs = Vec::new();
    while let (Some(name), Some(value)) = (items.next(), items.next()) {
        pairs.push((name, SecretText::from(value)));
    }
    pairs
}

/// The parameters of `sign` and `create`.
pub fn sign_params(params: &JsValue) -> Result<SignParamsData, Error> {
    let random = member(params, "random")?.and_then(|value| value.dyn_into::<Uint8Array>().ok());
    Ok(SignParamsData {
        now: number(params, "now")?.ok_or_else(|| invalid_option("now"))?,
        random: random.ok_or_else(|| invalid_option("random"))?.to_vec(),
        id: text(params, "id")?,
        webhook_id: text(params, "webhookId")?,
        event_type: text(params, "type")?,
        url: text(params, "url")?,
    })
}

/// A member that is neither `undefined` nor `null`.
fn member(options: &JsValue, name: &str) -> Result<Option<JsValue>, Error> {
    let value = Reflect::get(options, &JsValue::from_str(name)).map_err(|_| invalid_option(name))?;
    Ok(Some(value).filter(|value| !value.is_undefined() && !value.is_null()))
}

fn text(options: &JsValue, name: &str) -> Result<Option<String>, Error> {
    member(options, name)?.map(|value| value.as_string().ok_or_else(|| invalid_option(name))).transpose()
}

/// A member that is `true`; `false` if there is none.
pub fn flag(options: &JsValue, name: &str) -> Result<bool, Error> {
    member(options, name)?.map_or(Ok(false), |value| value.as_bool().ok_or_else(|| invalid_option(name)))
}

fn number(options: &JsValue, name: &str) -> Result<Option<f64>, Error> {
    member(options, name)?.map(|value| value.as_f64().ok_or_else(|| invalid_option(name))).transpose()
}

fn secret_list(options: &JsValue, name: &str) -> Result<Vec<SecretText>, Error> {
    Ok(list(options, name)?.unwrap_or_default().into_iter().map(SecretText::from).collect())
}

fn list(options: &JsValue, name: &str) -> Result<Option<Vec<String>>, Error> {
    let Some(value) = member(options, name)? else { return Ok(None) };
    let values = value.dyn_into::<Array>().map_err(|_| invalid_option(name))?;
    values
        .iter()
        .map(|value| value.as_string().ok_or_else(|| invalid_option(name)))
        .collect::<Result<_, _>>()
        .map(Some)
}
