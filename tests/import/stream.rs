//! Archives that come in chunks: the same as whole ones, whatever the chunks, and never held in full.

use hookseal::delivery::{Form, Imported, Importer, import};
use hookseal::{Code, Issue};
use proptest::prelude::*;

/// Everything that comes of a text in chunks of this size.
fn streamed(text: &[u8], size: usize, mut importer: Importer) -> (Vec<Imported>, Vec<Issue>, Option<Form>) {
    let (mut deliveries, mut issues) = (Vec::new(), Vec::new());
    let mut take = |importer: &mut Importer| {
        while let Some(step) = importer.next_step() {
            deliveries.extend(step.delivery);
            issues.extend(step.issues);
        }
    };
    for chunk in text.chunks(size.max(1)) {
        importer.push(chunk);
        take(&mut importer);
    }
    importer.finish();
    take(&mut importer);
    let form = importer.form();
    (deliveries, issues, form)
}

const TEXTS: [&str; 17] = [
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
            let (deliveries, issues, form) = streamed(text.as_bytes(), size, Importer::new(None));
            assert_eq!(form, whole.form, "{text}");
            if text.contains("broken") && form == Some(Form::Har) {
                // A broken entry costs that entry, and not the archive.
                assert_eq!((deliveries.len(), issues.len()), (1, 4), "{issues:?}");
                assert_eq!(issues[0].pointer, "/log/entries/1");
                assert_eq!((issues[3].code, issues[3].span.line), (Code::JSON_SYNTAX, 2));
                assert!(text.as_bytes()[issues[3].byte_span.start..].starts_with(b"broken"));
                continue;
            }
            let bodies = |all: &[Imported]| all.iter().map(|one| one.body.clone()).collect::<Vec<_>>();
            assert_eq!(bodies(&deliveries), bodies(&whole.deliveries), "{text} by {size}");
            let said = |all: &[Issue]| {
                all.iter().map(|it| (it.code, it.message.clone(), it.pointer.clone())).collect::<Vec<_>>()
            };
            assert_eq!(said(&issues), said(&whole.issues), "{text} by {size}");
            if whole.form != Some(Form::Har) || !text.contains("[]") {
                let spans = |all: &[Issue]| all.iter().map(|it| (it.span, it.byte_span)).collect::<Vec<_>>();
                assert_eq!(spans(&issues), spans(&whole.issues), "{text} by {size}");
            }
        }
    }
}

#[test]
fn an_archive_is_never_held_in_full() {
    let entry = format!("{{\"request\":{{\"postData\":{{\"text\":\"{}\"}}}}}},", "x".repeat(2000));
    let line = format!("{{\"headers\":{{}},\"body\":\"{}\"}}\n", "x".repeat(2000));
    for (head, piece, form) in [("{\"log\":{\"entries\":[", entry, Form::Har), ("", line, Form::Ndjson)] {
        let measured = allocation_counter::measure(|| {
            let mut importer = Importer::new(Some(form));
            importer.push(head.as_bytes());
            let mut count = 0;
            for _ in 0..2000 {
                importer.push(piece.as_bytes());
                while importer.next_step().is_some() {
                    count += 1;
                }
            }
            assert!(count >= 1999);
        });
        assert!(measured.bytes_max < 100_000, "{form:?} held {} bytes", measured.bytes_max);
    }
}

#[test]
fn an_entry_over_the_limit_is_left_out_and_the_others_are_not() {
    let long = "y".repeat(500);
    let text = format!(
        "{{\"body\":\"a\",\"headers\":{{}}}}\n{{\"body\":\"{long}\"}}\n{{\"body\":\"b\",\"headers\":{{}}}}\n"
    );
    let har = format!(
        "{{\"log\":{{\"entries\":[{{\"request\":{{}}}},{{\"x\":\"{long}\"}},{{\"request\":{{}}}}]}}}}"
    );
    for (text, form, what) in [(text, Form::Ndjson, "line"), (har, Form::Har, "entry")] {
        for size in [1, 64] {
            let (deliveries, issues, _) =
                streamed(text.as_bytes(), size, Importer::new(Some(form)).with_limit(200));
            assert_eq!(deliveries.len(), 2, "{form:?}");
            let message = format!("This {what} is longer than 200 bytes, and was left out.");
            assert_eq!(
                issues.iter().map(|it| (it.code, it.message.as_str())).collect::<Vec<_>>(),
                [(Code::TOO_LARGE, message.as_str())]
            );
        }
    }
    let (deliveries, issues, _) = streamed(&[b'['; 300], 64, Importer::new(None).with_limit(200));
    assert_eq!((deliveries.len(), issues.len(), issues[0].code), (0, 1, Code::TOO_LARGE));
    assert_eq!(
        issues[0].message,
        "This is longer than 200 bytes, and no archive that can be read in pieces."
    );
}

#[test]
fn an_archive_that_ends_early_gives_what_it_has_and_says_so() {
    let text = "{\"log\":{\"entries\":[{\"request\":{}},{\"requ";
    let (deliveries, issues, _) = streamed(text.as_bytes(), 5, Importer::new(None));
    assert_eq!((deliveries.len(), issues.len(), issues[0].code), (1, 1, Code::HAR_INVALID));
    assert_eq!(issues[0].message, "The archive ends behind 1 entries, before its list is closed.");
    let (deliveries, issues, _) = streamed(b"{\"log\":{\"entries\":[{}}", 5, Importer::new(None));
    assert_eq!(
        (deliveries.len(), issues[1].message.as_str()),
        (0, "More is closed than was opened in entry 1 of the archive.")
    );
    let (_, issues, _) = streamed(b"{\"log\":{\"entr", 5, Importer::new(Some(Form::Har)));
    assert_eq!(issues[0].code, Code::JSON_SYNTAX);
}

proptest! {
    #[test]
    fn any_chunks_are_an_answer(text in "[{}\\[\\]\",:\\\\ \\nabelogntris😀]{0,120}", size in 1usize..9) {
        for head in ["", "{\"log\":{\"entries\":[", "{\"headers\":{},\"body\":\"\"}\n"] {
            let text = format!("{head}{text}");
            let (_, issues, _) = streamed(text.as_bytes(), size, Importer::new(None).with_limit(60));
            for issue in issues {
                prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len(), "{:?}", issue);
            }
        }
    }
}
