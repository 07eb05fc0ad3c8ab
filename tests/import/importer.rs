//! Archives in chunks: the same result as for the whole text, for any chunks, without storing all of it.

use hookseal::delivery::{ImportFormat, ImportedDelivery, Importer, import};
use hookseal::{Code, Issue};
use proptest::prelude::*;

/// The result of a text in chunks of this size.
fn streamed(
    text: &[u8],
    size: usize,
    mut importer: Importer,
) -> (Vec<ImportedDelivery>, Vec<Issue>, Option<ImportFormat>) {
    let (mut deliveries, mut issues) = (Vec::new(), Vec::new());
    let mut take = |importer: &mut Importer| {
        while let Some(item) = importer.next_item() {
            deliveries.extend(item.delivery);
            issues.extend(item.issues);
        }
    };
    for chunk in text.chunks(size.max(1)) {
        importer.push(chunk);
        take(&mut importer);
    }
    importer.finish();
    take(&mut importer);
    let format = importer.format();
    (deliveries, issues, format)
}

const TEXTS: [&str; 23] = [
    "{a=b}\n{}",
    "[{\"method\":\"POST\",\"headers\":{},\"content\":\"x\"}]",
    "{'x-a': 'b'}\n{\"c\":1}\n",
    "{ 'x-a': '}' }\n{\"c\":1}\n",
    "[('X-A', 'b')]\n{\"c\":1}\n",
    "Array\n(\n [HTTP_A] => b\n)\n{}",
    "{\"headers\":{\"a\":\"1\"},\"body\":\"x\"}\n{\"b\":2}\r\n\n{\"é😀\": broken}\n{\"headers\":{},\"body\":{}}",
    "{\"log\": {\"x\": [{\"entries\": [1]}], \"entries\": [ {\"request\": {\"postData\": {\"text\": \"},]\\\"\"}}} ,\n 5, \"a,b\" , {\"é\": [{}]}, {broken} ] , \"y\": 1 } }",
    "\u{feff}{\"log\":{\"entries\":[{\"request\":{\"postData\":{\"text\":\"?\",\"encoding\":\"base64\"}}}]}}",
    "{\n \"headers\": {}, \"body\": \"\\u0041\" }\n",
    "{\"event\": {\"entries\": [1, 2]}}",
    "{\"event\": {\"entries\": [1, 2]}}\n\n",
    "POST / HTTP/1.1\r\nA: b\r\n\r\n{}",
    "curl h -d @-",
    "[1, 2]",
    "{\"log\":{\"entries\":[]}}",
    "{\"a\":{\"entries\":1},\"log\":[[1]]}",
    "{\"a\":1} {\"b\":2}\n",
    "\u{feff}{\"a\":1}\n{\"b\":2}\n",
    "\n  {\"a\":1} \t\r\n \n {\"b\":2}\n",
    " {}  \n ",
    " \n\t ",
    "",
];

#[test]
fn the_size_of_chunks_changes_nothing() {
    for text in TEXTS {
        let whole = import(text.as_bytes(), None);
        for size in [1, 2, 3, 7, 64, 10_000] {
            let (deliveries, issues, format) = streamed(text.as_bytes(), size, Importer::new(None));
            assert_eq!(format, whole.format, "{text}");
            if text.contains("broken") && format == Some(ImportFormat::Har) {
                // A broken entry does not affect the rest of the archive.
                assert_eq!((deliveries.len(), issues.len()), (1, 4), "{issues:?}");
                assert_eq!(issues[0].pointer, "/log/entries/1");
                assert_eq!((issues[3].code, issues[3].span.line), (Code::JSON_SYNTAX, 2));
                assert!(text.as_bytes()[issues[3].byte_span.start..].starts_with(b"broken"));
                continue;
            }
            let bodies =
                |all: &[ImportedDelivery]| all.iter().map(|one| one.body.clone()).collect::<Vec<_>>();
            assert_eq!(bodies(&deliveries), bodies(&whole.deliveries), "{text} by {size}");
            let said = |all: &[Issue]| {
                all.iter().map(|it| (it.code, it.message.clone(), it.pointer.clone())).collect::<Vec<_>>()
            };
            assert_eq!(said(&issues), said(&whole.issues), "{text} by {size}");
            if whole.format != Some(ImportFormat::Har) || !text.contains("[]") {
                let spans = |all: &[Issue]| all.iter().map(|it| (it.span, it.byte_span)).collect::<Vec<_>>();
                assert_eq!(spans(&issues), spans(&whole.issues), "{text} by {size}");
            }
        }
    }
}

#[test]
fn never_stores_a_whole_archive() {
    let entry = format!("{{\"request\":{{\"postData\":{{\"text\":\"{}\"}}}}}},", "x".repeat(2000));
    let line = format!("{{\"headers\":{{}},\"body\":\"{}\"}}\n", "x".repeat(2000));
    for (head, piece, format) in
        [("{\"log\":{\"entries\":[", entry, ImportFormat::Har), ("", line, ImportFormat::Ndjson)]
    {
        let measured = allocation_counter::measure(|| {
            let mut importer = Importer::new(Some(format));
            importer.push(head.as_bytes());
            let mut count = 0;
            for _ in 0..2000 {
                importer.push(piece.as_bytes());
                while importer.next_item().is_some() {
                    count += 1;
                }
            }
            assert!(count >= 1999);
        });
        assert!(measured.bytes_max < 100_000, "{format:?} held {} bytes", measured.bytes_max);
    }
}

#[test]
fn omits_only_an_entry_over_the_limit() {
    let long = "y".repeat(500);
    let text = format!(
        "{{\"body\":\"a\",\"headers\":{{}}}}\n{{\"body\":\"{long}\"}}\n{{\"body\":\"b\",\"headers\":{{}}}}\n"
    );
    let har = format!(
        "{{\"log\":{{\"entries\":[{{\"request\":{{}}}},{{\"x\":\"{long}\"}},{{\"request\":{{}}}}]}}}}"
    );
    for (text, format, what) in [(text, ImportFormat::Ndjson, "line"), (har, ImportFormat::Har, "entry")] {
        for size in [1, 64] {
            let (deliveries, issues, _) =
                streamed(text.as_bytes(), size, Importer::new(Some(format)).with_max_bytes(200));
            assert_eq!(deliveries.len(), 2, "{format:?}");
            let message = format!("Expected at most 200 bytes, got a longer {what}. The {what} was ignored.");
            assert_eq!(
                issues.iter().map(|it| (it.code, it.message.as_str())).collect::<Vec<_>>(),
                [(Code::INPUT_TOO_LARGE, message.as_str())]
            );
        }
    }
    let (deliveries, issues, _) = streamed(&[b'['; 300], 64, Importer::new(None).with_max_bytes(200));
    assert_eq!((deliveries.len(), issues.len(), issues[0].code), (0, 1, Code::INPUT_TOO_LARGE));
    assert_eq!(
        issues[0].message,
        "Expected at most 200 bytes, got a longer input that cannot be imported entry by entry."
    );
}

#[test]
fn imports_a_truncated_archive_up_to_its_end_with_an_error() {
    let text = "{\"log\":{\"entries\":[{\"request\":{}},{\"requ";
    let (deliveries, issues, _) = streamed(text.as_bytes(), 5, Importer::new(None));
    assert_eq!((deliveries.len(), issues.len(), issues[0].code), (1, 1, Code::HAR_INVALID));
    assert_eq!(
        issues[0].message,
        "Expected the end of the list of entries, got the end of the archive. Complete entries: 1."
    );
    let (deliveries, issues, _) = streamed(b"{\"log\":{\"entries\":[{}}", 5, Importer::new(None));
    assert_eq!(
        (deliveries.len(), issues[1].message.as_str()),
        (0, "Expected matching brackets, got a closing one too many in entry 1 of the archive.")
    );
    let (_, issues, _) = streamed(b"{\"log\":{\"entr", 5, Importer::new(Some(ImportFormat::Har)));
    assert_eq!(issues[0].code, Code::JSON_SYNTAX);
}

proptest! {
    #[test]
    fn any_chunks_import_without_a_panic(text in "[{}\\[\\]\",:\\\\ \\nabelogntris😀]{0,120}", size in 1usize..9) {
        for head in ["", "{\"log\":{\"entries\":[", "{\"headers\":{},\"body\":\"\"}\n"] {
            let text = format!("{head}{text}");
            let (_, issues, _) = streamed(text.as_bytes(), size, Importer::new(None).with_max_bytes(60));
            for issue in issues {
                prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len(), "{:?}", issue);
            }
        }
    }
}
