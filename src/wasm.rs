//! The bridge to JavaScript: only this file and its folder name `wasm_bindgen`, `js_sys` or `serde_wasm_bindgen`.
//!
//! Bytes cross the boundary through one scratch buffer that JavaScript writes into. A delivery stands
//! there as `[headers][body]`, the headers as `name \x1f value \x1e`. The calls on the hot path take and
//! return numbers; what they found stands in `facts`. Everything else is slower, and goes through serde.

mod data;
mod import;
mod native_hash;
mod options;
#[cfg(feature = "outline")]
mod outline;
mod primitives;

use std::borrow::Cow;
use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroize;

use crate::delivery::{Delivery, Headers};
use crate::issue::{ByteSpan, Profile};
use crate::json::Token;
use crate::provider::Provider;
use crate::webhook::{
    AcceptedDelivery, DEFAULT_MAX_COMBINATIONS, Error, SignParams, SignatureInfo, SignedDelivery,
    VerifyOptions, Webhook, WebhookOptions, digest as digest_of,
};

use data::{
    ChangeData, ComparisonData, ErrorData, EventMetadata, ExplanationData, ProviderMetadata, SignParamsData,
    SignedData, WebhookOptionsData, from_js_millis, to_usize,
};
pub use import::{
    DetectorHandle, ImportStream, export_delivery, import_text, provider_definition, provider_ids,
};
#[cfg(feature = "outline")]
pub use outline::outline;
pub use primitives::{SchemaHandle, digest, hmac_sign, hmac_verify};

thread_local! {
    /// What JavaScript wrote for the next call.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// What the last call on the hot path found: see `note`.
    static RESULT: RefCell<[u32; 14]> = const { RefCell::new([0; 14]) };
    /// The tape of the last delivery that was accepted: JavaScript makes objects from it.
    static TAPE: RefCell<Vec<Token>> = const { RefCell::new(Vec::new()) };
    /// The texts of the last call: the id and the time of an event, a digest, a tag.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// "None" for a number that is a place in a list.
const ABSENT: u32 = u32::MAX;

/// Makes room for `len` bytes and says where they go. The address is good until a call asks for more;
/// a buffer that grows forgets what it held.
#[wasm_bindgen]
#[must_use]
pub fn scratch(len: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        if buffer.len() < len {
            // What stands there may be a secret, and a buffer that moves leaves it behind.
            buffer.zeroize();
            buffer.resize(len, 0);
        }
        buffer.as_mut_ptr().addr()
    })
}

/// Where the numbers of the last verdict stand.
#[wasm_bindgen]
#[must_use]
pub fn result_ptr() -> usize {
    RESULT.with_borrow_mut(|result| result.as_mut_ptr().addr())
}

/// Where the texts of the last call stand.
#[wasm_bindgen]
#[must_use]
pub fn text() -> usize {
    TEXT.with_borrow_mut(|text| text.as_mut_ptr().addr())
}

/// Hands over the first `len` bytes of the scratch buffer, or as many as there are. The one thing
/// of JavaScript's that the work may call, the platform's hash, does not call anything that borrows it.
fn with_scratch<T>(len: usize, work: impl FnOnce(&[u8]) -> T) -> T {
    SCRATCH.with_borrow(|buffer| work(&buffer[..len.min(buffer.len())]))
}

/// Cuts parts off the front of a buffer, each as long as it says or as there are bytes left. A panic here
/// would leave the buffer borrowed for good.
fn split_lengths<const N: usize>(mut bytes: &mut [u8], lengths: [usize; N]) -> [&mut [u8]; N] {
    lengths.map(|length| {
        let all = std::mem::take(&mut bytes);
        let (part, rest) = all.split_at_mut(length.min(all.len()));
        bytes = rest;
        part
    })
}

/// Keeps texts for JavaScript to read; returns how many bytes they have.
fn write_text(parts: &[&[u8]]) -> usize {
    TEXT.with_borrow_mut(|text| {
        text.clear();
        for part in parts {
            text.extend_from_slice(part);
        }
        text.len()
    })
}

/// Reads the delivery that stands in the scratch buffer.
fn with_delivery<T>(headers: usize, body: usize, work: impl FnOnce(&Delivery<'_>) -> T) -> T {
    with_scratch(headers.saturating_add(body), |bytes| {
        let (head, body) = bytes.split_at(headers.min(bytes.len()));
        // Asked first, because it is the faster way where nothing has to be replaced.
        let text = std::str::from_utf8(head).map_or_else(|_| String::from_utf8_lossy(head), Cow::Borrowed);
        // What stands beside the headers travels in front of them, under names no header can have.
        let (url, rest) = take_pseudo_header(&text, ":url\x1f");
        let (method, rest) = take_pseudo_header(rest, ":method\x1f");
        work(&Delivery { headers: read_headers(rest), body, url, method })
    })
}

fn take_pseudo_header<'t>(text: &'t str, name: &str) -> (Option<&'t str>, &'t str) {
    match text.strip_prefix(name).and_then(|rest| rest.split_once('\x1e')) {
        Some((value, rest)) => (Some(value), rest),
        None => (None, text),
    }
}

/// Header pairs, each `name \x1f value \x1e`.
fn read_headers(text: &str) -> Headers<'_> {
    // Byte by byte: the lines are short, and both marks are ASCII.
    let line = |line: &'_ [u8]| line.iter().position(|byte| *byte == 0x1f);
    let mut headers = Headers::default();
    let mut rest = text;
    while let Some(end) = rest.bytes().position(|byte| byte == 0x1e) {
        if let Some(cut) = line(&rest.as_bytes()[..end]) {
            headers.push(&rest[..cut], &rest[cut + 1..end]);
        }
        rest = &rest[end + 1..];
    }
    headers
}

fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

fn error_to_js(error: &Error) -> JsValue {
    to_js(&ErrorData {
        code: error.code,
        message: error.to_string(),
        status: error.status(),
        issues: &error.issues,
    })
}

/// One webhook.
#[wasm_bindgen]
pub struct Hook(Webhook);

#[wasm_bindgen]
impl Hook {
    /// Makes a webhook of a built-in provider, or of a definition. The scratch buffer stays as it is: a webhook is made
    /// anew, after a trap, when its next delivery may be there already.
    ///
    /// # Errors
    /// An error as data.
    #[wasm_bindgen(constructor)]
    pub fn new(id: Option<String>, definition: &str, options: &JsValue) -> Result<Hook, JsValue> {
        let options = read_options(options).map_err(|error| error_to_js(&error))?;
        let webhook = match id {
            Some(id) => Webhook::built_in(&id, options),
            None => match Provider::from_json(definition.as_bytes()) {
                Ok(provider) => Webhook::new(provider, options),
                Err(error) => Err(error.into()),
            },
        };
        let mut webhook = webhook.map_err(|error| error_to_js(&error))?;
        webhook.delegate_hash(native_hash::hash);
        Ok(Hook(webhook))
    }

    /// What JavaScript has to know of the provider.
    #[must_use]
    pub fn metadata(&self) -> JsValue {
        let provider = self.0.provider();
        to_js(&ProviderMetadata {
            id: &provider.id,
            required_headers: self.0.required_headers(),
            immutable: provider.immutable,
            content_type: &provider.content_type,
            names: provider.names.texts().collect(),
            events: provider
                .events
                .iter()
                .map(|event| EventMetadata {
                    name: &event.event_type,
                    revisions: event.revisions.iter().map(|revision| revision.name.as_deref()).collect(),
                })
                .collect(),
            max_bytes: self.0.limits().max_bytes,
            uncovered: provider.uncovered().names(),
        })
    }

    /// Whether both webhooks have a secret in common.
    #[must_use]
    pub fn shares_secret(&self, other: &Hook) -> bool {
        self.0.shares_secret(&other.0)
    }

    /// Whether a delivery with this Content-Type is read.
    #[must_use]
    pub fn content_type(&self, value: &str) -> bool {
        self.0.takes_content_type(value)
    }

    /// The hot path. 0: accepted, and `facts` and `text` say more. Otherwise rejected: `text` has code and message, and
    /// `facts` begins with the status and the length of the code; `failure` has the issues.
    #[must_use]
    pub fn verify(
        &self,
        headers: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> u32 {
        let limits = self.limits(profile, max_bytes, tolerance);
        with_delivery(headers, body, |delivery| {
            match self.0.verify_fast(delivery, from_js_millis(now), &limits) {
                Ok(accepted) => {
                    write_result(accepted);
                    0
                }
                Err(error) => {
                    note_error(&error);
                    1
                }
            }
        })
    }

    /// Why the delivery in the scratch buffer is rejected, with every issue; nothing if it is not.
    #[must_use]
    pub fn failure(
        &self,
        headers: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> JsValue {
        let limits = self.limits(profile, max_bytes, tolerance);
        with_delivery(headers, body, |delivery| {
            match self.0.verify_with(delivery, from_js_millis(now), &limits) {
                Ok(_) => JsValue::NULL,
                Err(error) => error_to_js(&error),
            }
        })
    }

    /// The report on the delivery in the scratch buffer.
    #[must_use]
    pub fn inspect(
        &self,
        headers: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
    ) -> JsValue {
        let limits = self.limits(profile, max_bytes, tolerance);
        with_delivery(headers, body, |delivery| {
            to_js(&self.0.inspect_with(delivery, from_js_millis(now), &limits))
        })
    }

    /// Explains the delivery in the scratch buffer. `max_combinations` is NaN for the default. The signed body is left in
    /// `text`, and its length is a member of the result.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "numbers cross the bridge one by one")]
    pub fn explain(
        &self,
        headers: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
        max_combinations: f64,
    ) -> JsValue {
        let limits = self.limits(profile, max_bytes, tolerance);
        let max_combinations = to_usize(max_combinations).unwrap_or(DEFAULT_MAX_COMBINATIONS);
        with_delivery(headers, body, |delivery| {
            let explanation = self.0.explain_with(delivery, from_js_millis(now), &limits, max_combinations);
            to_js(&ExplanationData {
                matches: &explanation.matches,
                observations: &explanation.observations,
                tried: explanation.tried,
                signed_length: explanation.signed_body.map(|body| write_text(&[&body])),
            })
        })
    }

    /// Signs the body in the scratch buffer.
    ///
    /// # Errors
    /// An error as data.
    pub fn sign(&self, body: usize, fresh: &JsValue) -> Result<JsValue, JsValue> {
        let fresh = read_sign_params(fresh)?;
        with_scratch(body, |body| signed_to_js(self.0.sign(body, &fresh)))
    }

    /// Makes a delivery of the event data in the scratch buffer.
    ///
    /// # Errors
    /// An error as data.
    pub fn create(&self, event_type: &str, data: usize, fresh: &JsValue) -> Result<JsValue, JsValue> {
        let fresh = read_sign_params(fresh)?;
        with_scratch(data, |data| signed_to_js(self.0.create(event_type, data, &fresh)))
    }

    /// Compares two deliveries that stand one behind the other in the scratch buffer. Values come as
    /// the JSON they are written as.
    ///
    /// # Errors
    /// An error as data.
    pub fn compare(
        &self,
        headers: usize,
        body: usize,
        other_headers: usize,
        other_body: usize,
        max_bytes: f64,
    ) -> Result<JsValue, JsValue> {
        let limits = self.limits(0, max_bytes, f64::NAN);
        SCRATCH.with_borrow_mut(|buffer| {
            let parts = split_lengths(buffer, [headers, body, other_headers, other_body]);
            let [first_head, first_body, second_head, second_body] = parts.map(|part| &*part);
            let (first_head, second_head) =
                (String::from_utf8_lossy(first_head), String::from_utf8_lossy(second_head));
            let first = Delivery::new(read_headers(&first_head), first_body);
            let second = Delivery::new(read_headers(&second_head), second_body);
            let comparison =
                self.0.compare_with(&first, &second, &limits).map_err(|error| error_to_js(&error))?;
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
                        before: text(first_body, change.before),
                        after: text(second_body, change.after),
                        pointer: change.pointer,
                    })
                    .collect(),
                omitted: (comparison.omitted > 0).then_some(comparison.omitted),
            }))
        })
    }

    fn limits(&self, profile: u32, max_bytes: f64, tolerance: f64) -> VerifyOptions {
        let own = self.0.limits();
        VerifyOptions {
            profile: match profile {
                1 => Profile::Lenient,
                2 => Profile::Strict,
                _ => own.profile,
            },
            max_bytes: to_usize(max_bytes).unwrap_or(own.max_bytes),
            tolerance: to_usize(tolerance)
                .and_then(|seconds| u32::try_from(seconds).ok())
                .unwrap_or(own.tolerance),
        }
    }
}

/// Leaves the facts of an accepted delivery where JavaScript reads them: event, revision, algorithm (0 for
/// unsigned), secret; where `text` stands and how many bytes it has; and how many UTF-16 units of it are the
/// idempotency key, the time, the ids of the subscription and of the delivery, and the type. The type is
/// there only where the event is not one of the provider's. Then, whether all of it and the body is ASCII; where
/// the tape stands; and what the signature does not cover: 1 the type, 2 the id.
fn write_result(accepted: AcceptedDelivery<'_, '_>) {
    let place = |index: Option<usize>| index.and_then(|index| u32::try_from(index).ok()).unwrap_or(ABSENT);
    let (algorithm, secret, uncovered) = match accepted.signature {
        SignatureInfo::Unsigned => (0, ABSENT, 0),
        SignatureInfo::Verified { algorithm, secret, uncovered, .. } => (
            algorithm as u32 + 1,
            place(Some(secret)),
            u32::from(uncovered.event_type) | u32::from(uncovered.id) << 1,
        ),
    };
    // The name of an event that stands for one type is on the provider's card.
    let named = accepted.event.is_some() && matches!(accepted.event_type, Cow::Borrowed(_));
    let texts = [
        Some(accepted.id.as_str()),
        accepted.created_at.as_deref(),
        accepted.webhook_id,
        accepted.delivery_id,
        (!named).then_some(&*accepted.event_type),
    ];
    let bytes = write_text(&texts.map(|text| text.unwrap_or_default().as_bytes()));
    let ascii = accepted.ascii && texts.iter().flatten().all(|text| text.is_ascii());
    let units = |text: &str| place(Some(if ascii { text.len() } else { text.encode_utf16().count() }));
    let [id, created_at, webhook_id, delivery_id, event_type] = texts.map(|text| text.map_or(ABSENT, units));
    let tape = accepted.document.into_tape();
    RESULT.set([
        place(accepted.event),
        place(accepted.revision),
        algorithm,
        secret,
        place(Some(text())),
        place(Some(bytes)),
        id,
        created_at,
        webhook_id,
        delivery_id,
        event_type,
        u32::from(ascii),
        place(Some(tape.as_ptr().addr())),
        uncovered,
    ]);
    TAPE.set(tape);
}

/// Leaves why a delivery is rejected where JavaScript reads it; the text stands where that of an accepted one does.
#[cold]
fn note_error(error: &Error) {
    let (code, message) = (error.code.as_str(), error.to_string());
    let number = |length: usize| u32::try_from(length).unwrap_or(ABSENT);
    let bytes = write_text(&[code.as_bytes(), message.as_bytes()]);
    let mut result = [ABSENT; 14];
    (result[0], result[1]) = (error.status().into(), number(code.len()));
    (result[4], result[5]) = (number(text()), number(bytes));
    RESULT.set(result);
}

fn read_options(options: &JsValue) -> Result<WebhookOptions, Error> {
    options::options(options).and_then(WebhookOptionsData::read)
}

fn read_sign_params(data: &JsValue) -> Result<SignParams, JsValue> {
    options::sign_params(data).and_then(SignParamsData::read).map_err(|error| error_to_js(&error))
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
