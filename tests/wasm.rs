//! The core inside WebAssembly, where pointers have 32 bits and strings are scanned with other
//! instructions than on this machine: the same answers as everywhere. Run by `cargo xtask test`.
#![cfg(target_arch = "wasm32")]

use hookseal::json::Document;
use hookseal::signature::{Algorithm, hmac};
use wasm_bindgen_test::wasm_bindgen_test;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 2202, test case 2; RFC 4231, test case 2.
#[wasm_bindgen_test]
fn hmac_gives_the_tags_of_the_rfcs() {
    let tag = |algorithm| hex(&hmac::sign(algorithm, b"Jefe", b"what do ya want for nothing?"));
    assert_eq!(tag(Algorithm::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_eq!(tag(Algorithm::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(
        tag(Algorithm::Sha512),
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
         9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    );
}

/// Strings are scanned in blocks: the end of a string, an escape, a control character and a broken
/// byte have to be seen wherever they stand in a block.
#[wasm_bindgen_test]
fn the_end_of_a_string_is_found_wherever_it_stands() {
    for length in 0..70 {
        let text = "a".repeat(length);
        let good = format!("\"{text}\"");
        assert_eq!(Document::read(good.as_bytes()).unwrap().root().as_str().as_deref(), Some(text.as_str()));
        let escaped = format!("\"{text}\\n{text}é\"");
        let read = Document::read(escaped.as_bytes()).unwrap();
        assert_eq!(read.root().as_str().as_deref(), Some(format!("{text}\n{text}é").as_str()));
        for bad in [b'\n', 0xff, 0x80] {
            let mut bytes = good.clone().into_bytes();
            bytes.insert(1 + length, bad);
            assert!(Document::read(&bytes).is_err(), "{bad:#x} behind {length} bytes");
        }
        assert!(Document::read(&good.as_bytes()[..=length]).is_err(), "open string of {length} bytes");
    }
}

#[wasm_bindgen_test]
fn numbers_and_nesting_are_read_as_they_are_natively() {
    assert!(Document::read(b"[9007199254740993, -0, 1e400, 1.5E-3]").is_ok());
    assert!(Document::read(&[b"[".repeat(128), b"]".repeat(128)].concat()).is_ok());
    assert!(Document::read(&[b"[".repeat(129), b"]".repeat(129)].concat()).is_err());
}
