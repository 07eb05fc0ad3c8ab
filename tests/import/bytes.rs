//! Bytes survive: an exported delivery is imported unchanged, and no input makes the importer panic.

use hookseal::delivery::{Delivery, ExportFormat, Headers, ImportFormat, import};
use proptest::prelude::*;

use crate::support::{ODD, headers};

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[ -~\\n\\r\\t'\"\\\\$`é\u{fffd}\u{7f}]{0,60}".prop_map(String::into_bytes),
        Just(ODD.to_vec()),
    ]
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,12}", "([!-~é][ -~é\\t]{0,20})?"), 0..6)
}

/// The headers to compare: without those that an export sets itself.
fn comparable_headers(delivery: &hookseal::delivery::ImportedDelivery) -> Vec<String> {
    let anew = |line: &String| {
        !["content-length:", "host:", "transfer-encoding:"]
            .iter()
            .any(|name| line.to_ascii_lowercase().starts_with(name))
    };
    headers(delivery).into_iter().filter(anew).collect()
}

proptest! {
    #[test]
    fn an_export_is_imported_with_the_same_headers_and_bytes(body in body(), fields in fields()) {
        let delivery = Delivery::new(fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Headers<'_>>(), &body)
            .with_url("https://example.com/hook?a=1").with_method("POST");
        let first = hookseal::delivery::ImportedDelivery {
            headers: fields.iter().map(|(n, v)| (n.clone(), v.clone())).collect(),
            ..Default::default()
        };
        for (form, read) in [(ExportFormat::Http, ImportFormat::Http), (ExportFormat::Curl, ImportFormat::Curl), (ExportFormat::Ndjson, ImportFormat::Record)] {
            let Some(text) = delivery.export(form) else {
                prop_assert!(form == ExportFormat::Curl && body.contains(&0));
                continue;
            };
            let result = import(&text, Some(read));
            prop_assert_eq!(&result.deliveries[0].body, &body, "{}", String::from_utf8_lossy(&text));
            prop_assert_eq!(comparable_headers(&result.deliveries[0]), comparable_headers(&first));
            prop_assert!(result.issues.is_empty(), "{:?}", result.issues);
            prop_assert_eq!(result.deliveries[0].method.as_deref(), Some("POST"));
            if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
                prop_assert_eq!(result.deliveries[0].url.as_deref(), Some("https://example.com/hook?a=1"));
            }
            prop_assert_eq!(ImportFormat::detect(&text), Some(read));
        }
        let line = delivery.export(ExportFormat::Ndjson).expect("a line");
        let archive = import(&[&line[..], &line].concat(), None);
        prop_assert_eq!((archive.format, archive.deliveries.len()), (Some(ImportFormat::Ndjson), 2));
        prop_assert_eq!(&archive.deliveries[1].body, &body);
    }

    #[test]
    fn any_bytes_in_any_format_import_with_locations_inside_the_text(
        start in prop::sample::select(vec!["", "curl ", "curl h -d ", "curl ^\"h^\" -d ", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1 A: b ", "{\"headers\":", "{\"log\":{\"entries\":[", "{ 'x-a': ", "{\"x-a\"=>", "Array\n(\n[HTTP_A] => ", "map[X-A:[", "fetch('h', ", "Request URL: h\nA: b\n"]),
        bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..120), "[-\\^{}()\\[\\]\"<>#`+=:,'$@ \\\\\\nabcdeHXx0u \u{e9}😀]{0,80}".prop_map(String::into_bytes)],
    ) {
        let text = [start.as_bytes(), &bytes].concat();
        for form in ImportFormat::ALL.iter().map(|(form, _)| Some(*form)).chain([None]) {
            for issue in import(&text, form).issues {
                prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len());
                prop_assert!(issue.span.line >= 1 && issue.span.column >= 1 && !issue.message.is_empty());
            }
        }
    }
}

#[test]
fn a_delivery_that_a_format_cannot_represent_is_not_exported() {
    for (name, value) in [("a", "b\r\nX: y"), ("a b", "c"), ("a:", "c"), ("", "c"), ("a", "\0")] {
        let delivery = Delivery::new(Headers::from_iter([(name, value)]), b"{}");
        assert!(
            delivery.export(ExportFormat::Http).is_none() && delivery.export(ExportFormat::Curl).is_none(),
            "{name:?} {value:?}"
        );
        assert!(delivery.export(ExportFormat::Ndjson).is_some());
    }
    let delivery = Delivery::new(Headers::new(), b"a\0b");
    assert!(delivery.export(ExportFormat::Curl).is_none() && delivery.export(ExportFormat::Http).is_some());
    for (method, url) in [("PO ST", "/"), ("POST", "/a b"), ("POST", "/\r\nA: b"), ("POST", "http://a b/")] {
        assert!(
            Delivery::new(Headers::new(), b"")
                .with_method(method)
                .with_url(url)
                .export(ExportFormat::Http)
                .is_none(),
            "{method} {url}"
        );
    }
}

#[test]
fn formats_have_names() {
    for (form, name) in ImportFormat::ALL {
        assert_eq!((ImportFormat::from_name(name), form.name()), (Some(form), name));
    }
    assert_eq!(
        (ImportFormat::from_name("x"), ExportFormat::from_name("x"), ExportFormat::from_name("ndjson")),
        (None, None, Some(ExportFormat::Ndjson))
    );
}
