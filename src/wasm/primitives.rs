//! The low level: hashes, and compiled schemas.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroize;

use super::data::SchemaErrorData;
use super::native_hash;
use super::{SCRATCH, digest_of, split_lengths, to_js, with_scratch, write_text};
use crate::schema::{CompileOptions, Dialect, Schema};
use crate::signature::{Algorithm, hmac};

/// From this length on the platform's own hash is asked, as for signatures.
const NATIVE_HASH_MIN_BYTES: usize = 512;

/// The SHA-256 of the first `len` bytes of the scratch buffer; its hex stands in `text`.
#[wasm_bindgen]
#[must_use]
pub fn digest(len: usize) -> usize {
    with_scratch(len, |bytes| {
        // Nothing in front of it is a key.
        let outside = (len >= NATIVE_HASH_MIN_BYTES)
            .then(|| native_hash::hash(Algorithm::Sha256, &[&[], bytes]))
            .flatten();
        let hex = match outside {
            Some(hash) => base16ct::lower::encode_string(&hash[..Algorithm::Sha256.digest_len()]),
            None => digest_of(bytes),
        };
        write_text(&[hex.as_bytes()])
    })
}

/// Signs the scratch buffer, which holds the key and behind it the message, and leaves the tag at its
/// start, where there has to be room for it. The answer is the length of the tag, 0 where there is no such
/// algorithm or no room. The key is gone afterwards.
#[wasm_bindgen]
#[must_use]
pub fn hmac_sign(algorithm: usize, key: usize, message: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        let [key, message] = split_lengths(buffer, [key, message]);
        let tag = Algorithm::ALL.get(algorithm).map(|algorithm| hmac::sign(*algorithm, key, message));
        key.zeroize();
        match (&tag, buffer.get_mut(..tag.as_ref().map_or(0, Vec::len))) {
            (Some(tag), Some(place)) => {
                place.copy_from_slice(tag);
                tag.len()
            }
            _ => 0,
        }
    })
}

/// Whether the scratch buffer, which holds key, message and tag one behind the other, holds a tag of
/// the message. The key is gone afterwards.
#[wasm_bindgen]
#[must_use]
pub fn hmac_verify(algorithm: usize, key: usize, message: usize, tag: usize) -> bool {
    SCRATCH.with_borrow_mut(|buffer| {
        let [key, message, tag] = split_lengths(buffer, [key, message, tag]);
        let verify = |algorithm: &Algorithm| hmac::verify(*algorithm, key, message, tag);
        let matches = Algorithm::ALL.get(algorithm).is_some_and(verify);
        key.zeroize();
        matches
    })
}

/// A compiled schema.
#[wasm_bindgen]
pub struct SchemaHandle(Schema);

#[wasm_bindgen]
impl SchemaHandle {
    /// Compiles the schema in the scratch buffer. `dialect` is 7, 2020, or 0 for what the schema says.
    ///
    /// # Errors
    /// What cannot be compiled, as data.
    #[wasm_bindgen(constructor)]
    pub fn new(len: usize, strict: bool, dialect: u32) -> Result<SchemaHandle, JsValue> {
        let dialect = match dialect {
            7 => Some(Dialect::Draft7),
            2020 => Some(Dialect::Draft2020),
            _ => None,
        };
        let options = CompileOptions { strict, dialect, ..CompileOptions::default() };
        with_scratch(len, |text| Schema::compile(text, &options)).map(SchemaHandle).map_err(|error| {
            to_js(&SchemaErrorData {
                message: error.to_string(),
                keyword: error.keyword,
                pointer: error.pointer,
            })
        })
    }

    /// The issues of the text in the scratch buffer; undefined where there are none, which costs nothing.
    #[must_use]
    pub fn check(&self, len: usize) -> JsValue {
        with_scratch(len, |text| match self.0.check(text) {
            issues if issues.is_empty() => JsValue::UNDEFINED,
            issues => to_js(&issues),
        })
    }
}
