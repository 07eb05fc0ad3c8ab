//! HTTP requests, complete ones and those that lost their line breaks.

use hookseal::Severity::{Error, Info, Warning};
use hookseal::delivery::{ImportFormat, Importer, import};

use crate::support::{ODD, headers, import_one, locations, messages};

const SEED: &[u8] = include_bytes!("../vectors/seeds/painchek-as-printed.txt");

/// The head of the request in PainChek's documentation, which prints it on one line with the body.
const HEAD: &str = "POST /payload HTTP/1.1 X-PainChek-Webhook-Id: 45352119-04e5-4549-8245-79c27e156374 \
    X-PainChek-WH-Delivery-Id: 72d3162e-cc78-11e3-81ab-4c9367dc0958 \
    X-PainChek-WH-Signature: sha1=7d38cdd689735b008b3c702edd92eea23791c5f6 Content-Type: application/json";

const FIELDS: [&str; 4] = [
    "X-PainChek-Webhook-Id: 45352119-04e5-4549-8245-79c27e156374",
    "X-PainChek-WH-Delivery-Id: 72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "X-PainChek-WH-Signature: sha1=7d38cdd689735b008b3c702edd92eea23791c5f6",
    "Content-Type: application/json",
];

#[test]
fn a_captured_request_keeps_every_byte_of_its_body() {
    for end in ["\r\n", "\n"] {
        let head =
            ["POST /hook?a=1 HTTP/1.1", "Host: example.com", "X-Sig: a:b ", "X-Sig: c", "", ""].join(end);
        let (delivery, result) = import_one([head.as_bytes(), ODD].concat(), ImportFormat::Http);
        assert_eq!(delivery.body, ODD);
        assert_eq!(headers(&delivery), ["Host: example.com", "X-Sig: a:b", "X-Sig: c"]);
        assert_eq!(delivery.method.as_deref(), Some("POST"));
        assert_eq!(delivery.url.as_deref(), Some("https://example.com/hook?a=1"));
        assert!(result.issues.is_empty());
    }
}

#[test]
fn the_url_is_that_of_the_request() {
    let url = |text: &str| import_one(text, ImportFormat::Http).0.url;
    let proxied = "POST /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: http\r\n\r\n{}";
    assert_eq!(url(proxied).as_deref(), Some("http://h/a"));
    assert_eq!(url("POST https://x/y HTTP/1.1\r\nHost: h\r\n\r\n{}").as_deref(), Some("https://x/y"));
    assert_eq!(url("POST /a HTTP/1.1\r\nA: b\r\n\r\n{}"), None);
}

#[test]
fn a_request_on_one_line_is_recovered_with_a_warning() {
    let text = [HEAD.as_bytes(), b" ", SEED].concat();
    let (delivery, result) = import_one(&text, ImportFormat::Http);
    assert_eq!(delivery.body, SEED);
    assert_eq!(headers(&delivery), FIELDS);
    assert_eq!(locations(&result), [("http-recovered", Warning, 1, 1)]);
    assert_eq!(
        messages(&result),
        [
            "Malformed HTTP request: expected one header per line and an empty line before the body. Headers recovered: 4."
        ]
    );
    assert!(result.issues[0].hint.as_deref().is_some_and(|hint| hint.starts_with("Capture the raw request")));
}

#[test]
fn the_same_request_is_found_after_prose_and_with_any_line_breaks() {
    let prose = "The payload might look like this:\n\n";
    let broken = HEAD.replace(" X-", "\nX-").replace(" Content", "\n  Content");
    for head in [
        format!("{prose}{HEAD} "),
        format!("{broken}\n"),
        format!("{broken}\r\n\r\n"),
        HEAD.replace(' ', "\n") + "\n",
    ] {
        let result = import(&[head.as_bytes(), SEED].concat(), Some(ImportFormat::Http));
        if head.starts_with("POST\n") {
            // No line has the three words that start a request, so its start is unknown.
            assert_eq!(locations(&result), [("http-syntax", Error, 1, 1)]);
            continue;
        }
        let delivery = &result.deliveries[0];
        assert_eq!(
            (delivery.body.as_slice(), headers(delivery)),
            (SEED, FIELDS.map(str::to_owned).to_vec()),
            "{head}"
        );
    }
    let result = import(format!("{prose}{HEAD} {{}}").as_bytes(), None);
    assert_eq!(locations(&result), [("input-ignored", Info, 1, 1), ("http-recovered", Warning, 3, 1)]);
    assert_eq!(messages(&result)[0], "Ignored the text before the request line.");
}

#[test]
fn dates_ports_and_times_in_a_value_are_not_headers() {
    let text = "POST / HTTP/1.1 Date: Tue, 24 Nov 2026 22:06:21 GMT Host: h:8080 User-Agent: a/1 (b: c) X-1: y [1] {\"a\":1}";
    let (delivery, _) = import_one(text, ImportFormat::Http);
    assert_eq!(
        headers(&delivery),
        ["Date: Tue, 24 Nov 2026 22:06:21 GMT", "Host: h:8080", "User-Agent: a/1 (b: c)", "X-1: y [1]"]
    );
    assert_eq!(delivery.body, b"{\"a\":1}");
}

#[test]
fn reports_a_wrong_content_length() {
    let text =
        |length: usize, body: &str| format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}");
    let (delivery, result) = import_one(text(2, "{}\n"), ImportFormat::Http);
    assert_eq!(
        (delivery.body.as_slice(), locations(&result)),
        (&b"{}"[..], vec![("body-length", Info, 4, 3)])
    );
    assert_eq!(
        messages(&result),
        ["Wrong body length in bytes: expected 2 (Content-Length), got 3. The rest was ignored."]
    );
    let (delivery, result) = import_one(text(2, "{}  x"), ImportFormat::Http);
    assert_eq!(
        (delivery.body.as_slice(), locations(&result)),
        (&b"{}"[..], vec![("body-length", Warning, 4, 3)])
    );
    let (delivery, result) = import_one(text(9, "{}\n"), ImportFormat::Http);
    assert_eq!(
        (delivery.body.as_slice(), locations(&result)),
        (&b"{}\n"[..], vec![("body-length", Warning, 4, 1)])
    );
    assert_eq!(messages(&result), ["Wrong body length in bytes: expected 9 (Content-Length), got 3."]);
}

#[test]
fn joins_chunks() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (delivery, result) =
        import_one(format!("{head}4\r\n{{\"a\"\r\n3;x=y\r\n:1}}\r\n0\r\n\r\n"), ImportFormat::Http);
    assert_eq!((delivery.body.as_slice(), result.issues.len()), (&b"{\"a\":1}"[..], 0));
    let (delivery, result) = import_one(format!("{head}2\r\n{{}}\r\n0\r\n\r\nmore"), ImportFormat::Http);
    assert_eq!(
        (delivery.body.as_slice(), locations(&result)),
        (&b"{}"[..], vec![("input-ignored", Info, 8, 1)])
    );
    assert_eq!(messages(&result), ["Ignored the text after the last chunk of the body."]);
    let (delivery, result) = import_one(format!("{head}{{}}"), ImportFormat::Http);
    assert_eq!(
        (delivery.body.as_slice(), locations(&result)),
        (&b"{}"[..], vec![("body-length", Info, 4, 1)])
    );
    assert_eq!(
        messages(&result),
        ["Expected a chunked body (Transfer-Encoding), got one without chunks. All bytes were kept."]
    );
}

#[test]
fn accepts_headers_and_body_without_a_request_line() {
    let (delivery, result) =
        import_one("Content-Type: application/json\nX-Sig: 1\n\n{}\n", ImportFormat::Http);
    assert_eq!((delivery.body.as_slice(), headers(&delivery).len()), (&b"{}\n"[..], 2));
    assert_eq!((delivery.method, delivery.url), (None, None));
    assert_eq!(locations(&result), [("http-recovered", Info, 1, 1)]);
}

#[test]
fn the_text_of_a_page_about_a_delivery_is_parsed() {
    let lines =
        "Request URL: https://h/hook\nRequest method: post\nAccept: */*\nX-Hub-Signature-256: sha256=00";
    let body = "{\n  \"zen\": \"é\"\n}\n";
    for text in [
        format!("{lines}\n\n{body}"),
        format!("{lines}\n{body}"),
        format!("Request\nHeaders\n{lines}\nPayload\n{body}"),
        format!("\nHeaders\n\n{lines}\n\nPayload\n\n{body}"),
        format!("General\nStatus Code: 200 OK\n{lines}\n\n{body}").replace("\nX-", "\n:authority: h\nX-"),
    ] {
        let (delivery, result) = import_one(&text, ImportFormat::Http);
        assert_eq!(headers(&delivery), ["Accept: */*", "X-Hub-Signature-256: sha256=00"], "{text}");
        assert_eq!(delivery.body, body.as_bytes(), "{text}");
        assert_eq!(
            (delivery.url.as_deref(), delivery.method.as_deref()),
            (Some("https://h/hook"), Some("POST"))
        );
        let status =
            text.contains("Status").then_some("Expected a header, got another line. The line was ignored.");
        let page = "Missing request line: parsed the headers as a page shows them.";
        assert_eq!(messages(&result), status.into_iter().chain([page]).collect::<Vec<_>>());
    }
    let form = "payload=%7B%7D";
    assert_eq!(import_one(format!("{lines}\r\n\r\n{form}"), ImportFormat::Http).0.body, form.as_bytes());
    let (_, result) = import_one(lines, ImportFormat::Http);
    assert_eq!(locations(&result)[0], ("body-not-included", Error, 1, 1));
}

#[test]
fn rejects_text_that_is_not_a_request_with_a_hint() {
    for (text, code, message) in [
        ("HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}", "http-syntax", "Expected an HTTP request, got a response."),
        ("POST / HTTP/1.1", "http-syntax", "Expected headers or a body after the request line, got neither."),
        ("A: b", "http-syntax", "Expected a request line, or headers and an empty line, got neither."),
        ("good morning", "import-format-unknown", "Expected a delivery, got text in an unknown format."),
        (" \n", "import-format-unknown", "Expected a delivery, got an empty input."),
        ("", "import-format-unknown", "Expected a delivery, got an empty input."),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!((result.deliveries.len(), messages(&result)), (0, vec![message]), "{text}");
        assert_eq!((result.issues[0].code.as_str(), result.issues[0].severity), (code, Error));
        assert!(result.issues[0].hint.is_some());
    }
    let (delivery, result) = import_one("POST / HTTP/1.1\r\nA: b\r\n", ImportFormat::Http);
    assert_eq!((delivery.body.len(), locations(&result)), (0, vec![("http-recovered", Warning, 1, 1)]));
    assert_eq!(
        messages(&result),
        [
            "Incomplete HTTP request: expected an empty line and a body, got the end of the text. Headers recovered: 1."
        ]
    );
}

#[test]
fn decodes_header_values_that_are_not_utf8_as_servers_do() {
    let (delivery, _) =
        import_one(b"POST / HTTP/1.1\r\nA: \xe9\r\nB: \xc3\xa9\r\n\r\n{}", ImportFormat::Http);
    assert_eq!(headers(&delivery), ["A: é", "B: é"]);
}

#[test]
fn parses_thousands_of_headers() {
    let many = (0..3000).map(|n| format!("X-{n}: {n}\r\n")).collect::<Vec<_>>().concat();
    let (delivery, result) = import_one(format!("POST / HTTP/1.1\r\n{many}\r\n{{}}"), ImportFormat::Http);
    assert_eq!((delivery.headers.len(), result.issues.len()), (3000, 0));
}

/// Each header needs many times its bytes of memory, in Rust and in JavaScript.
#[test]
fn no_more_than_ten_thousand_headers_are_kept_in_any_format() {
    let count = 10_007;
    let lines = "A: b\r\n".repeat(count);
    let options = "-H 'A: b' ".repeat(count);
    let record = format!("{{\"headers\":[{}],\"body\":\"{{}}\"}}", vec!["[\"A\",\"b\"]"; count].join(","));
    let fields = vec!["{\"name\":\"A\",\"value\":\"b\"}"; count].join(",");
    let entry = format!(
        "{{\"request\":{{\"method\":\"POST\",\"url\":\"https://a/\",\"headers\":[{fields}],\"postData\":{{\"text\":\"{{}}\"}}}}}}"
    );
    for (text, format) in [
        (format!("POST / HTTP/1.1\r\n{lines}\r\n{{}}"), ImportFormat::Http),
        (format!("{lines}\r\n{{}}"), ImportFormat::Http),
        (format!("POST / HTTP/1.1 {}\r\n\r\n{{}}", "A: b ".repeat(count)), ImportFormat::Http),
        (format!("curl https://a/ {options} -d '{{}}'"), ImportFormat::Curl),
        (record.clone(), ImportFormat::Record),
        (format!("{record}\n"), ImportFormat::Ndjson),
        (format!("{{\"log\":{{\"entries\":[{entry}]}}}}"), ImportFormat::Har),
    ] {
        let mut importer = Importer::new(Some(format));
        importer.push(text.as_bytes());
        importer.finish();
        let whole = import(text.as_bytes(), Some(format));
        let item = importer.next_item().expect("an item");
        for (headers, issues) in [
            (&whole.deliveries[0].headers, whole.issues),
            (&item.delivery.expect("a delivery").headers, item.issues),
        ] {
            assert_eq!(headers.len(), 10_000, "{format:?}");
            // curl itself adds one.
            let wanted = format!(
                "Expected at most 10000 headers, got {}. The rest was ignored.",
                count + usize::from(format == ImportFormat::Curl)
            );
            let issue = issues
                .iter()
                .find(|issue| issue.message == wanted)
                .unwrap_or_else(|| panic!("{format:?}: {issues:?}"));
            assert_eq!((issue.code.as_str(), issue.severity), ("input-ignored", Warning), "{format:?}");
        }
    }
}
