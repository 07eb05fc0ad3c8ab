//! Imports any text in every format, whole and in chunks; exports each delivery and imports it again.
#![no_main]

use hookseal::delivery::{ExportFormat, ImportFormat, Importer, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (format, size, text) = input;
    let format = ImportFormat::ALL.get(usize::from(format)).map(|(format, _)| *format);
    let result = import(text, format);
    for issue in &result.issues {
        assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len());
    }
    for delivery in &result.deliveries {
        for format in [ExportFormat::Http, ExportFormat::Curl, ExportFormat::Ndjson] {
            if let Some(text) = delivery.as_delivery().export(format) {
                assert_eq!(import(&text, ImportFormat::detect(&text)).deliveries[0].body, delivery.body);
            }
        }
    }
    let mut importer = Importer::new(format).with_max_bytes(1 << 10);
    for chunk in text.chunks(usize::from(size) + 1) {
        importer.push(chunk);
        while importer.next_item().is_some() {}
    }
    importer.finish();
    while importer.next_item().is_some() {}
});
