//! The native hash: the platform's own, called with addresses in the module's memory.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crate::signature::Algorithm;
use crate::signature::native_hash::DigestBuffer;

thread_local! {
    static HASHER: RefCell<Option<NativeHasher>> = const { RefCell::new(None) };
    /// The parts of a message, concatenated.
    static MESSAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[wasm_bindgen]
extern "C" {
    /// The platform's own hash, if it has a synchronous one, as Node has. Its methods take the number of an algorithm and
    /// addresses in memory, and return whether they succeeded.
    pub type NativeHasher;

    /// Hashes `length` bytes at `start`, and writes the digest to `out`.
    #[wasm_bindgen(method)]
    fn hash(this: &NativeHasher, algorithm: u32, start: usize, length: usize, out: usize) -> bool;

    /// Starts a message in parts.
    #[wasm_bindgen(method)]
    fn start(this: &NativeHasher, algorithm: u32) -> bool;

    /// Adds `length` bytes at `start` to the message.
    #[wasm_bindgen(method)]
    fn add(this: &NativeHasher, start: usize, length: usize) -> bool;

    /// Ends the message, and writes the digest to `out`.
    #[wasm_bindgen(method)]
    fn end(this: &NativeHasher, algorithm: u32, out: usize) -> bool;
}

/// Sets the native hash.
#[wasm_bindgen]
pub fn set_native_hasher(hasher: NativeHasher) {
    HASHER.set(Some(hasher));
}

/// A message up to this length is concatenated and hashed in one call, which costs less than a call for each part. Copying
/// a longer message costs more than the calls.
const SINGLE_CALL_MAX_BYTES: usize = 8 * 1024;

pub(super) fn hash(algorithm: Algorithm, parts: &[&[u8]]) -> Option<DigestBuffer> {
    HASHER.with_borrow(|hasher| {
        let hasher = hasher.as_ref()?;
        let mut digest = [0; 64];
        let (number, out) = (algorithm as u32, digest.as_mut_ptr().expose_provenance());
        let location = |part: &[u8]| (part.as_ptr().addr(), part.len());
        let is_done = if parts.iter().map(|part| part.len()).sum::<usize>() <= SINGLE_CALL_MAX_BYTES {
            MESSAGE.with_borrow_mut(|message| {
                message.clear();
                for part in parts {
                    message.extend_from_slice(part);
                }
                let (start, length) = location(message);
                let is_done = hasher.hash(number, start, length, out);
                // SECURITY: the first part is derived from the key.
                message[..parts[0].len()].zeroize();
                is_done
            })
        } else {
            let add = |part: &&[u8]| {
                let (start, length) = location(part);
                hasher.add(start, length)
            };
            hasher.start(number) && parts.iter().all(add) && hasher.end(number, out)
        };
        is_done.then_some(digest)
    })
}
