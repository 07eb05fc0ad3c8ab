//! The bridge to JavaScript: only this file and its folder name `wasm_bindgen` or `js_sys`.
//!
//! Bytes cross the boundary through one scratch buffer that JavaScript writes into. The calls on the hot path take and
//! return numbers, and leave their results in memory that JavaScript reads: [`layout`](crate::layout) says how. Everything
//! else is slower, and goes through serde.

mod compiled;
mod data;
#[cfg(feature = "js-full")]
mod explain;
#[cfg(feature = "js-full")]
mod import;
mod invalid_option;
mod js_number;
mod native_hash;
mod options;
#[cfg(feature = "outline")]
mod outline;
mod primitives;
mod public_key;
#[cfg(feature = "js-full")]
mod reports;
#[cfg(feature = "js-full")]
mod schema;
mod send;

use std::borrow::Cow;
use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroize;

use crate::delivery::{Delivery, Headers};
use crate::issue::{ByteSpan, Profile};
use crate::json::{FormPayload, Pointer, Token, json_text};
use crate::layout::{accepted_word, profile, rejected_word, result, separator, uncovered_bit};
use crate::signature::Signer;
use crate::webhook::{
    AcceptedDelivery, CoveredPart, Error, HandshakeResponse, SignParams, SignatureInfo, SignedDelivery,
    VerifyOptions, Webhook, WebhookOptions,
};

#[cfg(feature = "full")]
pub use compiled::compile_provider;
use data::{
    ChangeData, ComparisonData, ErrorData, EventMetadata, HandshakeData, ProviderMetadata, SignedData,
    WebhookOptionsData, from_js_millis, to_usize,
};
#[cfg(feature = "js-full")]
pub use explain::diagnose;
#[cfg(feature = "js-full")]
pub use import::{DetectorHandle, ImportStream, export_delivery, import_text, provider_definition};
#[cfg(feature = "outline")]
pub use outline::outline;
pub use primitives::{digest, hmac_sign, hmac_verify, provider_ids};
pub use public_key::set_public_key_verifier;
#[cfg(feature = "js-full")]
pub use reports::report_to_js;
#[cfg(feature = "js-full")]
pub use schema::SchemaHandle;
pub use send::{duration_option, status_range_option};

thread_local! {
    /// Input of the next call, written by JavaScript.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// Numbers of the last verification: `accepted_word` or `rejected_word` of the layout.
    static RESULT: RefCell<[u32; RESULT_WORDS]> = const { RefCell::new([0; RESULT_WORDS]) };
    /// The tape of the last delivery that was accepted: JavaScript makes objects from it.
    static TAPE: RefCell<Vec<Token>> = const { RefCell::new(Vec::new()) };
    /// Texts and bytes of the last call, such as the id and the time of an event, or a signed body.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

const RESULT_WORDS: usize = result::WORDS as usize;

/// Reserves `len` bytes and returns their address, which is valid until a call reserves more. A buffer that grows is
/// zeroed first.
#[wasm_bindgen]
#[must_use]
pub fn scratch(len: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        if buffer.len() < len {
            // SECURITY: the bytes may hold a secret, and a buffer that moves leaves a copy in freed memory.
            buffer.zeroize();
            buffer.resize(len, 0);
        }
        buffer.as_mut_ptr().addr()
    })
}

/// The address of the numbers of the last verification.
#[wasm_bindgen]
#[must_use]
pub fn result_ptr() -> usize {
    RESULT.with_borrow_mut(|result| result.as_mut_ptr().addr())
}

/// The address of the texts of the last call.
#[wasm_bindgen]
#[must_use]
pub fn text() -> usize {
    TEXT.with_borrow_mut(|text| text.as_mut_ptr().addr())
}

/// Calls `work` with the first `len` bytes of the scratch buffer, or as many as there are. The JavaScript functions
/// that `work` may call, the native hash and the formatting of numbers, call nothing that borrows the buffer.
fn with_scratch<T>(len: usize, work: impl FnOnce(&[u8]) -> T) -> T {
    SCRATCH.with_borrow(|buffer| work(&buffer[..len.min(buffer.len())]))
}

/// Splits parts off the front of a buffer, each of its length or of the bytes that are left. Never panics: that would leave
/// the buffer borrowed forever.
fn split_lengths<const N: usize>(mut bytes: &mut [u8], lengths: [usize; N]) -> [&mut [u8]; N] {
    lengths.map(|length| {
        let all = std::mem::take(&mut bytes);
        let (part, rest) = all.split_at_mut(length.min(all.len()));
        bytes = rest;
        part
    })
}

/// Stores texts for JavaScript to read; returns how many bytes they have.
fn write_text(parts: &[&[u8]]) -> usize {
    TEXT.with_borrow_mut(|text| {
        text.clear();
        for part in parts {
            text.extend_from_slice(part);
        }
        text.len()
    })
}

/// Calls `work` with the delivery in the scratch buffer, and with its payload if its body is a form of the webhook's provider.
fn with_delivery<T>(
    webhook: Option<&Webhook>,
    head: usize,
    body: usize,
    work: impl FnOnce(&Delivery<'_>) -> T,
) -> T {
    with_scratch(head.saturating_add(body), |bytes| {
        let (head, body) = bytes.split_at(head.min(bytes.len()));
        let head = decode_head(head);
        let delivery = parse_delivery(&head, body);
        let form = webhook.and_then(|webhook| webhook.read_form(&delivery)?.ok());
        work(&Delivery { form: form.as_ref(), ..delivery })
    })
}

fn decode_head(head: &[u8]) -> Cow<'_, str> {
    // PERF: `from_utf8` alone is faster than the lossy conversion where nothing has to be replaced.
    std::str::from_utf8(head).map_or_else(|_| String::from_utf8_lossy(head), Cow::Borrowed)
}

/// Parses a head, as [`layout`](crate::layout) specifies it.
fn parse_delivery<'d>(head: &'d str, body: &'d [u8]) -> Delivery<'d> {
    let mut rest = head;
    let mut next_field = || {
        // PERF: fields are short, so a plain loop over the bytes is the fastest search. The separators are ASCII.
        let end = rest.bytes().position(|byte| byte == separator::RECORD)?;
        let field = &rest[..end];
        rest = &rest[end + 1..];
        Some(field)
    };
    let [url, method] = [(); 2].map(|()| next_field().filter(|text| !text.is_empty()));
    let (mut headers, mut keys) = (Headers::default(), Vec::new());
    while let Some(field) = next_field() {
        if let Some(end) = field.bytes().position(|byte| byte == separator::UNIT) {
            let (name, value) = (&field[..end], &field[end + 1..]);
            if name.is_empty() {
                keys.push(value);
            } else {
                headers.push(name, value);
            }
        }
    }
    Delivery { headers, body, url, method, form: None, keys }
}

/// Returns the value as an object of JavaScript, by way of JSON text; null for types that no report has.
#[must_use]
pub fn to_js(value: &impl Serialize) -> JsValue {
    json_text(value).and_then(|text| js_sys::JSON::parse(&text).ok()).unwrap_or(JsValue::NULL)
}

fn error_to_js(error: &Error) -> JsValue {
    to_js(&ErrorData {
        code: error.code,
        message: error.to_string(),
        status: error.status(),
        issues: &error.issues,
    })
}

/// The error for an option whose value JavaScript cannot convert, so that every such error has one sentence.
#[wasm_bindgen]
#[must_use]
pub fn invalid_option(name: &str) -> JsValue {
    error_to_js(&invalid_option::invalid_option(name))
}

/// One webhook.
#[wasm_bindgen]
pub struct Hook(Webhook);

#[wasm_bindgen]
impl Hook {
    /// Makes a webhook of a definition, as JSON or compiled; without one, of the built-in provider with this id, which only the
    /// full module has. Does not touch the
    /// scratch buffer: after a trap, a webhook is made again when its next delivery may already be there.
    ///
    /// # Errors
    /// An error as data.
    #[wasm_bindgen(constructor)]
    pub fn new(id: Option<String>, definition: &str, options: &JsValue) -> Result<Hook, JsValue> {
        let mut options = read_options(options).map_err(|error| error_to_js(&error))?;
        options.verify_public_key = Some(public_key::verify);
        let webhook = match id.filter(|_| definition.is_empty()) {
            Some(id) => Webhook::built_in(&id, options),
            None => compiled::provider(definition).and_then(|provider| Webhook::new(provider, options)),
        };
        let mut webhook = webhook.map_err(|error| error_to_js(&error))?;
        webhook.set_native_hash(native_hash::hash);
        Ok(Hook(webhook))
    }

    /// The provider, as far as JavaScript needs to know it.
    #[must_use]
    pub fn metadata(&self) -> JsValue {
        let provider = self.0.provider();
        let data = Pointer::from(provider.envelope.data.as_str());
        to_js(&ProviderMetadata {
            id: &provider.id,
            required_headers: self.0.required_headers(),
            requires_target: self.0.requires_target(),
            immutable: provider.immutable,
            success: provider.success,
            retries: provider.retry_delays_ms.as_deref(),
            signature_expires: provider.signature_expiry().name(),
            own_headers: provider.own_headers(),
            token_headers: provider.token_headers(),
            data_path: data.keys().collect(),
            items_path: provider.batch.as_ref().map(|batch| batch.list.keys().collect()),
            content_type: &provider.content_type,
            interned_keys: provider.key_table.texts().collect(),
            events: provider
                .events
                .iter()
                .map(|event| EventMetadata {
                    event_type: &event.event_type,
                    revisions: event.revisions.iter().map(|revision| revision.name.as_deref()).collect(),
                })
                .collect(),
            max_bytes: self.0.verify_options().max_bytes,
            uncovered: self.0.uncovered().names(),
            schemes: provider.schemes.iter().map(|scheme| scheme.name.as_deref()).collect(),
            handshakes: self.0.handshake_methods(),
            needs_keys: self.0.needs_keys(),
        })
    }

    /// Whether both webhooks have a secret in common.
    #[must_use]
    pub fn shares_secret(&self, other: &Hook) -> bool {
        self.0.shares_secret(&other.0)
    }

    /// Whether this Content-Type is accepted.
    #[must_use]
    pub fn accepts_content_type(&self, value: &str) -> bool {
        self.0.accepts_content_type(value)
    }

    /// The hot path. Returns 0 for an accepted delivery, whose result is in [`accepted_word`](crate::layout::accepted_word);
    /// else 1, with the result in [`rejected_word`](crate::layout::rejected_word). `failure` has the issues.
    #[must_use]
    pub fn verify(
        &self,
        head: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> u32 {
        let options = self.options(profile, max_bytes, tolerance);
        with_delivery(Some(&self.0), head, body, |delivery| {
            match self.0.verify_fast(delivery, from_js_millis(now), &options) {
                Ok(accepted) => {
                    let is_handshake = self.0.is_handshake(delivery, &accepted.document);
                    write_result(accepted, is_handshake, delivery.form.map_or(&[], FormPayload::json));
                    0
                }
                Err(error) => {
                    write_rejection(&error);
                    1
                }
            }
        })
    }

    /// Why the delivery in the scratch buffer is rejected, with every issue; null if it is accepted.
    #[must_use]
    pub fn failure(
        &self,
        head: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> JsValue {
        let options = self.options(profile, max_bytes, tolerance);
        with_delivery(Some(&self.0), head, body, |delivery| {
            match self.0.verify_with(delivery, from_js_millis(now), &options) {
                Ok(_) => JsValue::NULL,
                Err(error) => error_to_js(&error),
            }
        })
    }

    /// The key that the delivery in the scratch buffer needs; null for none.
    ///
    /// # Errors
    /// The delivery is refused, as data.
    pub fn needs(&self, head: usize, body: usize) -> Result<JsValue, JsValue> {
        with_delivery(Some(&self.0), head, body, |delivery| match self.0.needs(delivery) {
            Ok(Some(need)) => Ok(to_js(&need)),
            Ok(None) => Ok(JsValue::NULL),
            Err(error) => Err(error_to_js(&error)),
        })
    }

    /// The items of the delivery in the scratch buffer, which was accepted; null for a provider that sends one event at a time.
    #[must_use]
    pub fn items(&self, head: usize, body: usize) -> JsValue {
        with_delivery(Some(&self.0), head, body, |delivery| to_js(&self.0.items(delivery)))
    }

    /// The response to the handshake in the scratch buffer; null for any other request.
    ///
    /// # Errors
    /// Why the handshake is refused, as data.
    pub fn handshake(
        &self,
        head: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> Result<JsValue, JsValue> {
        let options = self.options(profile, max_bytes, tolerance);
        with_delivery(Some(&self.0), head, body, |delivery| {
            match self.0.handshake_with(delivery, from_js_millis(now), &options) {
                None => Ok(JsValue::NULL),
                Some(Ok(HandshakeResponse { name, status, headers, body, secret })) => {
                    Ok(to_js(&HandshakeData { name, status, headers, body, secret: secret.as_deref() }))
                }
                Some(Err(error)) => Err(error_to_js(&error)),
            }
        })
    }

    /// The report on the delivery in the scratch buffer.
    #[must_use]
    pub fn inspect(
        &self,
        head: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> JsValue {
        let options = self.options(profile, max_bytes, tolerance);
        with_delivery(Some(&self.0), head, body, |delivery| {
            to_js(&self.0.inspect_with(delivery, from_js_millis(now), &options))
        })
    }

    /// Signs the body in the scratch buffer.
    ///
    /// # Errors
    /// An error as data.
    pub fn sign(&self, body: usize, params: &JsValue) -> Result<JsValue, JsValue> {
        let params = read_sign_params(params)?;
        with_scratch(body, |body| signed_to_js(self.0.sign(body, &params)))
    }

    /// Makes a delivery of the event data in the scratch buffer.
    ///
    /// # Errors
    /// An error as data.
    pub fn create(&self, event_type: &str, data: usize, params: &JsValue) -> Result<JsValue, JsValue> {
        let params = read_sign_params(params)?;
        with_scratch(data, |data| signed_to_js(self.0.create(event_type, data, &params)))
    }

    /// Compares two deliveries, one after the other in the scratch buffer. Values are returned as JSON text, as the bodies
    /// have them.
    ///
    /// # Errors
    /// An error as data.
    pub fn compare(
        &self,
        head: usize,
        body: usize,
        other_head: usize,
        other_body: usize,
        max_bytes: f64,
    ) -> Result<JsValue, JsValue> {
        let options = self.options(profile::DEFAULT, max_bytes, f64::NAN);
        SCRATCH.with_borrow_mut(|buffer| {
            let parts = split_lengths(buffer, [head, body, other_head, other_body]);
            let [first_head, first_body, second_head, second_body] = parts.map(|part| &*part);
            let (first_head, second_head) = (decode_head(first_head), decode_head(second_head));
            let mut first = parse_delivery(&first_head, first_body);
            let mut second = parse_delivery(&second_head, second_body);
            let forms = [&first, &second].map(|delivery| self.0.read_form(delivery).and_then(Result::ok));
            (first.form, second.form) = (forms[0].as_ref(), forms[1].as_ref());
            let comparison =
                self.0.compare_with(&first, &second, &options).map_err(|error| error_to_js(&error))?;
            let text = |body: &[u8], span: Option<ByteSpan>| {
                span.map(|span| String::from_utf8_lossy(&body[span.start..span.end]).into_owned())
            };
            Ok(to_js(&ComparisonData {
                same: comparison.same,
                same_event: comparison.same_event,
                changes: comparison
                    .changes
                    .into_iter()
                    .map(|change| ChangeData {
                        before: text(first.json(), change.before),
                        after: text(second.json(), change.after),
                        pointer: change.pointer,
                    })
                    .collect(),
                omitted: (comparison.omitted > 0).then_some(comparison.omitted),
            }))
        })
    }

    fn options(&self, number: u32, max_bytes: f64, tolerance: f64) -> VerifyOptions {
        let default = self.0.verify_options();
        VerifyOptions {
            profile: match number {
                profile::LENIENT => Profile::Lenient,
                profile::STRICT => Profile::Strict,
                _ => default.profile,
            },
            max_bytes: to_usize(max_bytes).unwrap_or(default.max_bytes),
            tolerance: to_usize(tolerance)
                .and_then(|seconds| u32::try_from(seconds).ok())
                .unwrap_or(default.tolerance),
        }
    }
}

/// Writes the result of an accepted delivery, as [`accepted_word`] says.
fn write_result(accepted: AcceptedDelivery<'_, '_>, is_handshake: bool, form: &[u8]) {
    let index = |index: Option<usize>| index.map_or(result::ABSENT, to_u32);
    let (algorithm, secret, uncovered) = match accepted.signature {
        SignatureInfo::Unsigned => (result::ABSENT, result::ABSENT, 0),
        SignatureInfo::Token { secret } => (result::TOKEN, to_u32(secret), 0),
        SignatureInfo::Verified { algorithm, secret, uncovered, covers } => (
            algorithm as u32,
            to_u32(secret),
            if uncovered.event_type { uncovered_bit::TYPE } else { 0 }
                | if uncovered.id { uncovered_bit::ID } else { 0 }
                | match covers {
                    CoveredPart::Fields => uncovered_bit::OTHER_FIELDS,
                    CoveredPart::Checksum => uncovered_bit::SAME_CHECKSUM,
                    _ => 0,
                },
        ),
    };
    // JavaScript knows the event types of the definition. The type of a wildcard event is in the delivery alone.
    let is_known_type = accepted.event.is_some() && matches!(accepted.event_type, Cow::Borrowed(_));
    let texts = [
        Some(accepted.id.as_str()),
        accepted.created_at.as_deref(),
        accepted.webhook_id,
        accepted.delivery_id,
        (!is_known_type).then_some(&*accepted.event_type),
    ];
    // The body of a form as JSON is the last text.
    let mut parts = [form; 6];
    for (part, text) in parts.iter_mut().zip(texts) {
        *part = text.unwrap_or_default().as_bytes();
    }
    let bytes = write_text(&parts) - form.len();
    let is_ascii = accepted.is_ascii && texts.iter().flatten().all(|text| text.is_ascii());
    let units = |text: &str| to_u32(if is_ascii { text.len() } else { text.encode_utf16().count() });
    let [id, created_at, webhook_id, delivery_id, event_type] =
        texts.map(|text| text.map_or(result::ABSENT, units));
    let tape = accepted.document.into_tape();
    let mut words = [result::ABSENT; RESULT_WORDS];
    words[accepted_word::TEXT] = to_u32(text());
    words[accepted_word::TEXT_BYTES] = to_u32(bytes);
    words[accepted_word::EVENT] = index(accepted.event);
    words[accepted_word::REVISION] = index(accepted.revision);
    words[accepted_word::ALGORITHM] = algorithm;
    words[accepted_word::SECRET] = secret;
    words[accepted_word::ID] = id;
    words[accepted_word::CREATED_AT] = created_at;
    words[accepted_word::WEBHOOK_ID] = webhook_id;
    words[accepted_word::DELIVERY_ID] = delivery_id;
    words[accepted_word::EVENT_TYPE] = event_type;
    words[accepted_word::IS_ASCII] = is_ascii.into();
    words[accepted_word::TAPE] = to_u32(tape.as_ptr().addr());
    words[accepted_word::UNCOVERED] = uncovered;
    words[accepted_word::SCHEME] = to_u32(accepted.scheme);
    words[accepted_word::HANDSHAKE] = is_handshake.into();
    words[accepted_word::FORM_BYTES] = to_u32(form.len());
    RESULT.set(words);
    TAPE.set(tape);
}

/// Writes why a delivery is rejected, as [`rejected_word`] says.
#[cold]
fn write_rejection(error: &Error) {
    let (code, message) = (error.code.as_str(), error.to_string());
    let bytes = write_text(&[code.as_bytes(), message.as_bytes()]);
    let mut words = [result::ABSENT; RESULT_WORDS];
    words[rejected_word::TEXT] = to_u32(text());
    words[rejected_word::TEXT_BYTES] = to_u32(bytes);
    words[rejected_word::STATUS] = error.status().into();
    words[rejected_word::CODE] = to_u32(code.len());
    RESULT.set(words);
}

/// An address, an index or a length, all of which have 32 bits here.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(result::ABSENT)
}

fn read_options(options: &JsValue) -> Result<WebhookOptions, Error> {
    options::options(options).and_then(WebhookOptionsData::read)
}

fn read_sign_params(data: &JsValue) -> Result<SignParams, JsValue> {
    let read = || {
        let mut params = options::sign_params(data)?.read()?;
        params.signer = options::flag(data, "hasPrivateKey")?.then(|| Signer::new(public_key::sign));
        Ok(params)
    };
    read().map_err(|error| error_to_js(&error))
}

fn signed_to_js(signed: Result<SignedDelivery, Error>) -> Result<JsValue, JsValue> {
    match signed {
        Ok(signed) => {
            write_text(&[&signed.body]);
            Ok(to_js(&SignedData { headers: signed.headers, length: signed.body.len() }))
        }
        Err(error) => Err(error_to_js(&error)),
    }
}
