//! Texts as people paste them: several requests, prefixes of logs, fences, quotes and wrapped lines.

use hookseal::Severity::{Error, Info, Warning};
use hookseal::delivery::{ImportFormat, Importer, import};
use proptest::prelude::*;

use crate::support::{PRINTED, headers, import_one, located, locations, messages, pairs, summaries};

const PREFIX: &str = "Removed the prefix of a log before each line.";

#[test]
fn every_request_of_a_text_is_a_delivery() {
    for (name, text, count) in [
        (
            "messages with lengths",
            "POST /a HTTP/1.1\r\nX-Signature: 1\r\nContent-Length: 7\r\n\r\n{\"a\":1}POST /b HTTP/1.1\r\nX-Signature: 2\r\n\r\n{\"a\":2}",
            0,
        ),
        (
            "messages without",
            "POST /a HTTP/1.1\nX-Signature: 1\n\n{\"a\":1}\n\nPOST /b HTTP/1.1\nX-Signature: 2\n\n{\"a\":2}",
            0,
        ),
        (
            "separators of a client",
            "### one\nPOST /a HTTP/1.1\nX-Signature: 1\n\n{\"a\":1}\n\n###\nPOST /b HTTP/1.1\nX-Signature: 2\n\n{\"a\":2}",
            0,
        ),
        (
            "commands",
            "curl h/a -H 'X-Signature: 1' -d '{\"a\":1}'\ncurl h/b \\\n -H 'X-Signature: 2' -d '{\"a\":2}'",
            0,
        ),
        (
            "commands on a line",
            "curl h/a -H 'X-Signature: 1' -d '{\"a\":1}' && curl h/b -H 'X-Signature: 2' -d '{\"a\":2}'",
            0,
        ),
        (
            "calls",
            "fetch('h', { headers: { 'X-Signature': '1' }, body: '{\"a\":1}' });\nfetch('h', { headers: { 'X-Signature': '2' }, body: '{\"a\":2}' });",
            2,
        ),
        ("printed", "{ 'x-signature': '1' }\n{\"a\":1}\n{ 'x-signature': '2' }\n{\"a\":2}", 2),
        (
            "printed with labels",
            "Headers: { 'x-signature': '1' }\nBody: {\"a\":1}\n\nHeaders: { 'x-signature': '2' }\nBody: {\"a\":2}",
            2,
        ),
        (
            "environments",
            "Array\n(\n [HTTP_X_SIGNATURE] => 1\n)\n{\"a\":1}\nArray\n(\n [HTTP_X_SIGNATURE] => 2\n)\n{\"a\":2}",
            2,
        ),
        (
            "pages",
            "Request URL: h\nX-Signature: 1\n\n{\"a\":1}\n\nRequest URL: h\nX-Signature: 2\n\n{\"a\":2}",
            2,
        ),
        ("header lines", "X-Signature: 1\n\n{\"a\":1}\n\nX-Signature: 2\n\n{\"a\":2}", 2),
        (
            "two kinds",
            "curl h -H 'X-Signature: 1' -d '{\"a\":1}'\n\nPOST / HTTP/1.1\nX-Signature: 2\n\n{\"a\":2}",
            0,
        ),
        (
            "commands of HTTPie",
            "http -v --raw '{\"a\":1}' h/ X-Signature:1\nhttp --raw '{\"a\":2}' h/ X-Signature:2",
            0,
        ),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}"), ("2", "{\"a\":2}")]), "{name}");
        assert_eq!(result.issues.len(), count, "{name}: {:?}", result.issues);
    }
    let result = import(b"GET /a HTTP/1.1\nA: b\n\nPOST /b HTTP/1.1\nX-Signature: 2\n\na=1\n", None);
    assert_eq!(summaries(&result), pairs(&[("", ""), ("2", "a=1\n")]));
}

#[test]
fn text_between_requests_is_reported_where_it_is() {
    let text = "Hello é,\n\nPOST /a HTTP/1.1\nX-Signature: 1\n\n{\"a\":1}\n\nAnd this one:\n\nPOST /b HTTP/1.1\nX-Signature: 2\n\n{\"a\":2}\n\nThanks!\n";
    let result = import(text.as_bytes(), None);
    assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}"), ("2", "{\"a\":2}")]));
    assert_eq!(
        located(text, &result),
        [(Info, "Hello é,"), (Warning, "And this one:"), (Warning, "Thanks!")]
    );
    assert_eq!(
        locations(&result),
        [("input-ignored", Info, 1, 1), ("input-ignored", Warning, 8, 1), ("input-ignored", Warning, 15, 1)]
    );
    assert_eq!(
        messages(&result),
        [
            "Ignored the text before the request line.",
            "Ignored the text between two requests.",
            "Ignored the text after the request."
        ]
    );
    let text = "Why does\ncurl https://h/ -H 'X-Signature: 1' -d '{}'\nnot work?";
    let result = import(text.as_bytes(), None);
    assert_eq!(
        (result.format, located(text, &result)),
        (Some(ImportFormat::Curl), vec![(Info, "Why does"), (Warning, "not work?")])
    );
    let text =
        "POST / HTTP/1.1\nX-Signature: 1\n\n{\"a\":1}\n\nHTTP/1.1 200 OK\nContent-Type: text/plain\n\nok";
    let result = import(text.as_bytes(), None);
    assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}")]));
    assert_eq!(located(text, &result), [(Info, "HTTP/1.1 200 OK\nContent-Type: text/plain\n\nok")]);
}

#[test]
fn a_body_that_has_the_text_of_a_request_is_not_split() {
    let inner = "POST /b HTTP/1.1\nA: b\n\n{}";
    for body in [
        format!("a\n{inner}"),
        format!("a\n\n{inner}\n"),
        format!("{{\"a\":\"\\n\\n{inner}\"}}").replace('\n', " "),
    ] {
        let text = format!("POST /a HTTP/1.1\nContent-Length: {}\n\n{body}", body.len());
        let (delivery, result) = import_one(&text, ImportFormat::Http);
        assert_eq!((delivery.body, result.issues.len()), (body.into_bytes(), 0));
    }
    // Without a length, only an empty line before the request line ends the body.
    let (delivery, _) = import_one(format!("POST /a HTTP/1.1\nA: b\n\na\n{inner}"), ImportFormat::Http);
    assert_eq!(delivery.body, format!("a\n{inner}").into_bytes());
    // A length in other line breaks reaches into the next request, and does not decide.
    let text = format!("POST /a HTTP/1.1\nContent-Length: 9\n\na\nb\nc\n\n{inner}");
    let result = import(text.as_bytes(), None);
    assert_eq!(summaries(&result), pairs(&[("", "a\nb\nc"), ("", "{}")]));
    assert_eq!(locations(&result), [("body-length", Warning, 4, 1)]);
    // Several JSON values without an empty line are one body.
    let (delivery, _) = import_one("POST /a HTTP/1.1\nA: b\n\n{\"a\":1}\n{\"a\":2}\n", ImportFormat::Http);
    assert_eq!(delivery.body, b"{\"a\":1}\n{\"a\":2}\n");
}

#[test]
fn prefixes_of_logs_are_removed_from_every_line() {
    let message = ["POST / HTTP/1.1", "X-Signature: 1", "", "{", "  \"a\": 1", "}"];
    for prefix in [
        "web-1  | ",
        "my_app.web  | ",
        "0|app      | ",
        "2024-05-01T10:00:00.123456789Z stdout F ",
        "2024-05-01T10:00:00.123456789Z ",
        "2024-05-01T10:00:00.123456+00:00 app[web.1]: ",
        "Nov  9 01:02:03 host node[123]: ",
        "INFO:root:",
        "DEBUG:app.views:",
        "[2024-05-01 10:00:00] local.INFO: ",
        "2024-05-01 10:00:00,123 - app.views - INFO - ",
        "2024/05/01 10:00:00 ",
        "10:00:00.123 INFO  [http] ",
        "I, [2024-05-01T10:00:00.123456 #123]  INFO -- : ",
        "[Nest] 123  - 05/01/2024, 10:00:00 AM     LOG [Hook] ",
        "[info] ",
        "> ",
        "web-1  | 2024-05-01T10:00:00Z INFO: ",
    ] {
        for line_break in ["\n", "\r\n"] {
            let line = |line: &&str| format!("{prefix}{line}").trim_end_matches(' ').to_owned();
            let text = message.iter().map(line).collect::<Vec<_>>().join(line_break);
            let result = import(text.as_bytes(), None);
            let body = format!("{{{line_break}  \"a\": 1{line_break}}}");
            assert_eq!(summaries(&result), pairs(&[("1", &body)]), "{prefix:?}");
            let issue = &result.issues[0];
            assert_eq!((result.issues.len(), issue.severity, issue.span.line), (1, Info, 1), "{prefix:?}");
            assert!(issue.message.starts_with("Removed the "), "{}", issue.message);
            assert_eq!(&text[..issue.byte_span.end], prefix, "{prefix:?}");
        }
        // The same prefix before printed headers, and another line without a prefix.
        let text = format!("{prefix}{{ 'x-signature': '1' }}\n{prefix}{{\"a\":1}}");
        assert_eq!(summaries(&import(text.as_bytes(), None)), pairs(&[("1", "{\"a\":1}")]), "{prefix:?}");
    }
    let text = "web-1  | {\nweb-1  |   'x-signature': '1'\nweb-1  | }\nweb-1  | {\"a\":1}";
    let result = import(text.as_bytes(), None);
    assert_eq!(messages(&result), [PREFIX, PRINTED]);
    assert_eq!(locations(&result)[1], ("http-recovered", Info, 1, 10));
    assert!(text[result.issues[1].byte_span.start..result.issues[1].byte_span.end].ends_with("web-1  | }"));
    // A part of a line of a container goes on in the next.
    let time = "2024-05-01T10:00:00Z stdout";
    let text = format!("{time} F {{ 'x-signature': '1' }}\n{time} P {{\"a\"\n{time} F :1}}");
    assert_eq!(summaries(&import(text.as_bytes(), None)), pairs(&[("1", "{\"a\":1}")]));
}

#[test]
fn a_prefix_that_not_every_line_has_is_kept() {
    let text = "POST / HTTP/1.1\nX-Signature: 1\n\nweb-1  | a\nweb-1  | b";
    let (delivery, result) = import_one(text, ImportFormat::Http);
    assert_eq!((delivery.body.as_slice(), result.issues.len()), (&b"web-1  | a\nweb-1  | b"[..], 0));
    // Only the first line of a value has the time.
    let text = "[10:00:01] {\n  'x-signature': '1'\n}\n[10:00:01] Body: {\"a\":1}";
    let result = import(text.as_bytes(), None);
    assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}")]));
    assert_eq!(messages(&result), ["Ignored the text before the request.", PRINTED]);
}

#[test]
fn fences_and_marks_of_curl_are_removed() {
    let text = "See:\n\n```http\nPOST / HTTP/1.1\nX-Signature: 1\n\n{\"a\":1}\n```\n\nOk?";
    let result = import(text.as_bytes(), None);
    assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}")]));
    assert_eq!(located(text, &result), [(Info, "```http")]);
    assert_eq!(messages(&result), ["Removed the fences of Markdown, and the text outside the fences."]);
    let text = "**Headers**\n```\nX-Signature: 1\n```\n**Body**\n```json\n{\"a\":1}\n```";
    assert_eq!(summaries(&import(text.as_bytes(), None)), pairs(&[("1", "{\"a\":1}")]));
    let text = "* Connected\n> POST / HTTP/1.1\n> X-Signature: 1\n>\n{\"a\":1}\n* sent\n< HTTP/1.1 200 OK\n<";
    let result = import(text.as_bytes(), None);
    assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}\n")]));
    assert_eq!(messages(&result), ["Removed the marks and the notes of curl."]);
    let text = "$ curl h/a \\\n> -H 'X-Signature: 1' \\\n> -d '{\"a\":1}'";
    assert_eq!(summaries(&import(text.as_bytes(), None)), pairs(&[("1", "{\"a\":1}")]));
}

#[test]
fn characters_of_chats_and_terminals_are_replaced_only_where_the_text_has_problems() {
    for (text, issue) in [
        (
            "{\n\u{1b}[32m'x-signature'\u{1b}[39m: \u{1b}[32m'1'\u{1b}[39m\n}\n{\"a\":1}",
            ("input-ignored", Info, 2, 1),
        ),
        ("{\u{a0}'x-signature': '1'\u{a0}}\n{\"a\":1}", ("body-lossy", Warning, 1, 2)),
        ("curl h/ -H “X-Signature: 1” -d ‘{“a”:1}’", ("body-lossy", Warning, 1, 12)),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}")]), "{text}");
        assert_eq!(locations(&result)[0], issue, "{text}");
    }
    let (delivery, result) = import_one("{“a”: 1}", ImportFormat::Body);
    assert_eq!((delivery.body.as_slice(), locations(&result)[0].0), (&b"{\"a\": 1}"[..], "body-lossy"));
    for text in ["{\"a\":\"it’s “so”\u{a0}\"}", "POST / HTTP/1.1\nA: b\n\n{\"a\":\"it’s \u{1b}[1m\"}"]
    {
        let result = import(text.as_bytes(), None);
        assert!(text.as_bytes().ends_with(&result.deliveries[0].body) && result.issues.is_empty(), "{text}");
    }
}

#[test]
fn headers_and_body_in_any_order_are_one_delivery() {
    for text in [
        "{\"x-signature\":\"1\"}\n{\"a\":1}",
        "{\"x-signature\":\"1\"}\n\n{\"a\":1}",
        "headers:\n{\"x-signature\":\"1\"}\nbody:\n{\"a\":1}",
        "req.headers { 'x-signature': '1' }\nreq.body {\"a\":1}",
        "Request headers: { 'x-signature': '1' }\nRaw body is: {\"a\":1}",
        "Headers\nX-Signature: 1\n\nPayload\n{\"a\":1}",
        "## Headers\n\nX-Signature: 1\n\n## Body\n\n{\"a\":1}",
        "X-Signature: 1\n{\"a\":1}",
        "x-signature:\n1\n\n{\"a\":1}",
        "x-signature\t1\ncontent-type\tapplication/json\n\n{\"a\":1}",
        "{\"a\":1}\n\n{ 'x-signature': '1' }",
        "{\"a\":1}\n{\"x-signature\":\"1\"}\n",
        "Body: {\"a\":1}\n\nHeaders:\nX-Signature: 1\n",
        "Payload:\n{\"a\":1}\nHeaders: { 'x-signature': '1' }",
    ] {
        let (_, result) = import_one(text, ImportFormat::Http);
        assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}")]), "{text}");
        assert!(result.issues.iter().all(|issue| issue.severity == Info), "{text}: {:?}", result.issues);
    }
    // A form is no label.
    let (delivery, _) = import_one("X-Signature: 1\n\npayload=%7B%7D", ImportFormat::Http);
    assert_eq!(delivery.body, b"payload=%7B%7D");
    // Bodies on lines stay bodies.
    let result = import(b"{\"a\":1}\n{\"host\":\"h\"}\n", None);
    assert_eq!((result.format, result.deliveries.len()), (Some(ImportFormat::Ndjson), 2));
}

#[test]
fn wrapped_header_values_are_joined() {
    for (text, value) in [
        ("POST / HTTP/1.1\nX-Signature: t=1,v1=0123456789\nabcdef\nA: b\n\n{}", "t=1,v1=0123456789abcdef"),
        ("POST / HTTP/1.1\nX-Signature: t=1,v1=0123456789\n abcdef\nA: b\n\n{}", "t=1,v1=0123456789abcdef"),
        ("POST / HTTP/1.1\nX-Signature: v1,abc=\n v1,def=\n\n{}", "v1,abc= v1,def="),
        ("A: b\nX-Signature: t=1,v1=0123456789\nabcdef\n\n{}", "t=1,v1=0123456789abcdef"),
        ("A: b\nX-Signature: t=1,v1=01234567\n  89\n\n{}", "t=1,v1=0123456789"),
    ] {
        let (delivery, result) = import_one(text, ImportFormat::Http);
        assert_eq!(
            (delivery.headers.get("x-signature"), delivery.body.as_slice()),
            (Some(value), &b"{}"[..]),
            "{text}"
        );
        assert!(result.issues.iter().any(|issue| issue.severity == Warning), "{text}");
    }
    let (delivery, _) = import_one("POST / HTTP/1.1\nA: one\n  two\n\n{}", ImportFormat::Http);
    assert_eq!(delivery.headers.get("a"), Some("one two"));
    let text = "Host: h\nthis is odd\nX-Signature: 1\n\n{}";
    let (delivery, result) = import_one(text, ImportFormat::Http);
    assert_eq!(headers(&delivery), ["Host: h", "X-Signature: 1"]);
    assert_eq!(locations(&result)[1], ("input-ignored", Info, 2, 1));
}

#[test]
fn lines_of_loggers_are_records() {
    let line = "{\"level\":30,\"pid\":1,\"hostname\":\"h\",\"req\":{\"method\":\"POST\",\"url\":\"/\",\"headers\":{\"x-signature\":\"1\"}},\"body\":\"{\\\"a\\\":1}\"}";
    let text = format!("{line}\n{{\"level\":30,\"pid\":1,\"hostname\":\"h\",\"msg\":\"done\"}}\n");
    let prefixed: Vec<String> = text.lines().map(|line| format!("web-1  | {line}\n")).collect();
    for text in [text.clone(), prefixed.concat()] {
        let result = import(text.as_bytes(), None);
        assert_eq!(
            (result.format, summaries(&result)),
            (Some(ImportFormat::Ndjson), pairs(&[("1", "{\"a\":1}")]))
        );
        let issue = result.issues.last().expect("an issue");
        assert_eq!((issue.severity, issue.span.line), (Info, 2));
        assert_eq!(issue.message, "Ignored a line of a log, which has no headers.");
    }
}

/// Texts of this file in parts that a property test combines.
fn parts() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "POST / HTTP/1.1\n",
        "Content-Length: 7\n",
        "X-Signature: 1\n",
        "\n",
        "\n\n",
        "{\"a\":1}",
        "{\"x-signature\":\"1\"}\n",
        "{ 'x-signature': '1' }\n",
        "curl h/ -d 'x'\n",
        "Body: ",
        "Headers:\n",
        "web-1  | ",
        "> ",
        "```\n",
        "[10:00:01] ",
        "<Buffer 7b",
        " ... 5 more bytes>",
        "“",
        "\u{1b}[1m",
        "é\n",
        "Request URL: h\n",
        "fetch('h', {",
        "}\n",
        "[Host, h]\n",
        "{a=[b], x-signature=c}\n",
        "HTTP/1.1 200 OK\n",
        "###\n",
        "Array\n(\n[HTTP_A] => b\n)\n",
        "b'x'\n",
        "- ",
    ]);
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_is_imported_alike_in_chunks_with_locations_inside_it(text in parts(), size in 1usize..20) {
        let whole = import(text.as_bytes(), None);
        for issue in &whole.issues {
            prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len());
            let line = text.as_bytes()[..issue.byte_span.start].split(|byte| *byte == b'\n').count();
            prop_assert!(issue.span.line == line, "{issue:?}");
        }
        let mut importer = Importer::new(None);
        text.as_bytes().chunks(size).for_each(|chunk| importer.push(chunk));
        importer.finish();
        let (mut bodies, mut messages) = (Vec::new(), Vec::new());
        while let Some(item) = importer.next_item() {
            bodies.extend(item.delivery.map(|delivery| delivery.body));
            messages.extend(item.issues.into_iter().map(|issue| (issue.message, issue.span)));
        }
        prop_assert_eq!(importer.format(), whole.format);
        prop_assert_eq!(bodies, whole.deliveries.iter().map(|delivery| delivery.body.clone()).collect::<Vec<_>>());
        prop_assert_eq!(messages, whole.issues.iter().map(|issue| (issue.message.clone(), issue.span)).collect::<Vec<_>>());
    }

    /// Every line with a visible character is in a delivery or in an issue.
    #[test]
    fn prose_between_requests_is_never_dropped(words in prop::collection::vec("[a-z]{4,9} [a-z]{4,9} [a-z]{4,9}", 3)) {
        let text = format!("{}\n\ncurl https://h/ -d 'x'\n{}\n\nPOST / HTTP/1.1\nA: b\n\n{{}}\n\n{}\n", words[0], words[1], words[2]);
        let result = import(text.as_bytes(), None);
        prop_assert_eq!(result.deliveries.len(), 2);
        let ignored: Vec<&str> = located(&text, &result).into_iter().map(|(_, part)| part).collect();
        prop_assert_eq!(ignored, words.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn many_requests_take_linear_time() {
    for piece in [
        "POST / HTTP/1.1\n\n",
        "curl h/ -d x\n",
        "Host: x\n\n{}\n",
        "{\"x-a\":1}\n",
        "[A, b]\n",
        "### \nGET / HTTP/1.1\n\nx\n",
        "```\n",
        "a | b\n",
        "“",
        "\u{1b}[1m",
        "{\n",
        "Body: {}\n",
        "2024-01-01T00:00:00Z stdout P a\n",
    ] {
        let _ = import(piece.repeat(4_000).as_bytes(), None);
    }
    let result = import("{ 'x-signature': '1' }\n<Buffer 7b ... 5 more bytes>".as_bytes(), None);
    assert!(result.issues.iter().all(|issue| issue.severity != Error));
}
