//! Reading any bytes, and working out the place of every value in them.
#![no_main]

use std::sync::LazyLock;

use hookseal::json::{Document, hash, values_equal};
use hookseal::schema::{CompileOptions, Schema};
use libfuzzer_sys::fuzz_target;

/// Finds a fault with every value.
static EVERYWHERE: LazyLock<Schema> = LazyLock::new(|| {
    let text = br##"{ "$defs": { "any": { "const": "\u0000 no value", "additionalProperties": { "$ref": "#/$defs/any" },
        "items": { "$ref": "#/$defs/any" } } }, "$ref": "#/$defs/any" }"##;
    Schema::compile(text, &CompileOptions::default()).expect("a schema")
});

fuzz_target!(|bytes: &[u8]| {
    for issue in EVERYWHERE.check(bytes) {
        let span = issue.byte_span;
        assert!(span.start <= span.end && span.end <= bytes.len());
        assert!(issue.span.start <= issue.span.end && issue.span.line > 0 && issue.span.column > 0);
        assert!(issue.message.len() < 2000);
    }
    match Document::parse(bytes) {
        Ok(document) => {
            let root = document.root();
            assert!(std::str::from_utf8(bytes).is_ok());
            assert!(values_equal(root, root));
            let _ = hash(root);
        }
        Err(issue) => assert!(!issue.message.is_empty()),
    }
});
