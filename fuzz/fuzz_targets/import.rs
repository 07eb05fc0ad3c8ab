//! Any text by every form, whole and in chunks; what comes of it is printed and imported once more.
#![no_main]

use hookseal::delivery::{Form, Importer, Print, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (form, size, text) = input;
    let form = Form::ALL.get(usize::from(form)).map(|(form, _)| *form);
    let found = import(text, form);
    for issue in &found.issues {
        assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len());
    }
    for delivery in &found.deliveries {
        for print in [Print::Http, Print::Curl, Print::Record] {
            if let Some(printed) = delivery.as_delivery().print(print) {
                assert_eq!(import(&printed, Form::of(&printed)).deliveries[0].body, delivery.body);
            }
        }
    }
    let mut importer = Importer::new(form).with_limit(1 << 10);
    for chunk in text.chunks(usize::from(size) + 1) {
        importer.push(chunk);
        while importer.next_step().is_some() {}
    }
    importer.finish();
    while importer.next_step().is_some() {}
});
