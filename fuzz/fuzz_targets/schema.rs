//! Any text as a schema, and any other text validated by it.
#![no_main]

use hookseal::Profile;
use hookseal::schema::{CompileOptions, Dialect, Schema};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, bool, bool, &[u8], &[u8])| {
    let (strict, detect_placeholders, draft7, schema, text) = input;
    let dialect = draft7.then_some(Dialect::Draft7);
    let options = CompileOptions { strict, detect_placeholders, dialect };
    match Schema::compile(schema, &options) {
        Ok(schema) => {
            for profile in [Profile::Lenient, Profile::Strict] {
                for issue in schema.check_with_profile(text, profile) {
                    assert!(issue.byte_span.end <= text.len());
                }
            }
        }
        Err(error) => assert!(!error.message.is_empty()),
    }
});
