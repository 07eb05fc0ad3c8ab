//! The platform's own hash, called with places in memory.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crate::signature::Algorithm;
use crate::signature::native_hash::DigestBuffer;

thread_local! {
    static PLATFORM: RefCell<Option<NativeHasher>> = const { RefCell::new(None) };
    /// Where the parts of a message are put together.
    static MESSAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[wasm_bindgen]
extern "C" {
    /// The platform's own hash, where there is one that answers at once: Node's. Its methods take the number of an
    /// algorithm and places in memory, and say whether they did what they should.
    pub type NativeHasher;

    /// Hashes `length` bytes at `at`, and leaves the digest at `out`.
    #[wasm_bindgen(method)]
    fn hash(this: &NativeHasher, algorithm: u32, at: usize, length: usize, out: usize) -> bool;

    /// Begins a message that is hashed where it stands.
    #[wasm_bindgen(method)]
    fn start(this: &NativeHasher, algorithm: u32) -> bool;

    /// Adds `length` bytes at `at` to it.
    #[wasm_bindgen(method)]
    fn add(this: &NativeHasher, at: usize, length: usize) -> bool;

    /// Ends it, and leaves the digest at `out`.
    #[wasm_bindgen(method)]
    fn end(this: &NativeHasher, algorithm: u32, out: usize) -> bool;
}

/// Hands over the platform's own hash.
#[wasm_bindgen]
pub fn set_native_hasher(platform: NativeHasher) {
    PLATFORM.set(Some(platform));
}

/// A message up to this long is put together and hashed in one call, which costs less than calls for its parts;
/// a longer one is not worth a copy.
const SINGLE_CALL_MAX_BYTES: usize = 8 * 1024;

pub(super) fn hash(algorithm: Algorithm, parts: &[&[u8]]) -> Option<DigestBuffer> {
    PLATFORM.with_borrow(|platform| {
        let platform = platform.as_ref()?;
        let mut out = [0; 64];
        let (number, at) = (algorithm as u32, out.as_mut_ptr().expose_provenance());
        let place = |part: &[u8]| (part.as_ptr().addr(), part.len());
        let done = if parts.iter().map(|part| part.len()).sum::<usize>() <= SINGLE_CALL_MAX_BYTES {
            MESSAGE.with_borrow_mut(|message| {
                message.clear();
                for part in parts {
                    message.extend_from_slice(part);
                }
                let (start, length) = place(message);
                let done = platform.hash(number, start, length, at);
                // The first part is made of the key.
                message[..parts[0].len()].zeroize();
                done
            })
        } else {
            let add = |part: &&[u8]| {
                let (start, length) = place(part);
                platform.add(start, length)
            };
            platform.start(number) && parts.iter().all(add) && platform.end(number, at)
        };
        done.then_some(out)
    })
}
