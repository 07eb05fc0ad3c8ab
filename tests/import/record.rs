//! Headers and body in one JSON object, events of AWS Lambda, lines of these, and bodies alone.

use hookseal::Code;
use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{ODD, headers, import_one, locations, messages};

#[test]
fn parses_headers_in_every_container() {
    for container in [
        r#"{ "A": "1", "B": ["2", "3"], "C": null, "D": 4 }"#,
        r#"[["A", "1"], ["B", "2"], ["B", "3"], ["D", "4"]]"#,
        r#"["A", "1", "B", "2", "B", "3", "D", "4"]"#,
        r#"[{ "name": "A", "value": "1" }, { "name": "B", "value": ["2", "3"] }, { "name": "D", "value": 4 }]"#,
    ] {
        let (delivery, result) =
            import_one(format!(r#"{{ "headers": {container}, "body": "x\r\n" }}"#), ImportFormat::Record);
        assert_eq!(
            (headers(&delivery), delivery.body.as_slice()),
            (["A: 1", "B: 2", "B: 3", "D: 4"].map(str::to_owned).to_vec(), &b"x\r\n"[..])
        );
        assert!(result.issues.is_empty(), "{:?}", result.issues);
    }
}

#[test]
fn parses_bodies_under_every_name() {
    for (members, bytes) in [
        (r#""body": "é\u0000""#, "é\0".as_bytes()),
        (r#""rawBody": "a", "body": { "parsed": true }"#, b"a"),
        (r#""bodyBase64": "/w==""#, b"\xff"),
        (r#""body": "/w==", "isBase64Encoded": true"#, b"\xff"),
        (r#""body": "/w==", "encoding": "base64""#, b"\xff"),
        (r#""body": null"#, b""),
        (r#""body": "e30=", "isBase64Encoded": false"#, b"e30="),
    ] {
        let (delivery, result) =
            import_one(format!(r#"{{ "headers": {{}}, {members} }}"#), ImportFormat::Record);
        assert_eq!((delivery.body.as_slice(), result.issues.len()), (bytes, 0), "{members}");
    }
}

#[test]
fn lambda_events_are_deliveries() {
    let rest = r#"{ "resource": "/hook", "path": "/hook", "httpMethod": "POST", "headers": { "Host": "h" },
        "multiValueHeaders": { "Host": ["h"], "X": ["1", "2"] }, "body": "e30=", "isBase64Encoded": true }"#;
    let (delivery, _) = import_one(rest, ImportFormat::Record);
    assert_eq!(
        (headers(&delivery).join(", ").as_str(), delivery.body.as_slice()),
        ("Host: h, X: 1, X: 2", &b"{}"[..])
    );
    assert_eq!((delivery.method.as_deref(), delivery.url.as_deref()), (Some("POST"), Some("https://h/hook")));
    let http = r#"{ "version": "2.0", "rawPath": "/hook", "rawQueryString": "a=1", "headers": { "host": "h", "x-sig": "1" },
        "requestContext": { "http": { "method": "POST", "path": "/hook" } }, "body": "{}", "isBase64Encoded": false }"#;
    let (delivery, _) = import_one(http, ImportFormat::Record);
    assert_eq!(
        (delivery.method.as_deref(), delivery.url.as_deref()),
        (Some("POST"), Some("https://h/hook?a=1"))
    );
    assert_eq!((delivery.headers.get("X-Sig"), delivery.body.as_slice()), (Some("1"), &b"{}"[..]));
}

#[test]
fn exports_of_services_are_records() {
    let raw = "UE9TVCAvaG9vayBIVFRQLzEuMQ0KWC1BOiBiDQoNCnsiYyI6MX0="; // POST /hook, X-A: b, {"c":1}
    for text in [
        r#"{"uuid":"u","method":"POST","url":"https://h/hook","headers":{"x-a":["b"]},"content":"{\"c\":1}"}"#.to_owned(),
        format!(r#"{{"id":"i","request":{{"method":"POST","proto":"HTTP/1.1","headers":{{"Host":["h"],"x-a":["b"]}},"uri":"/hook","raw":"{raw}"}},"response":{{"status":"200 OK"}}}}"#),
        r#"{"id":"req_1","data":{"path":"/hook","headers":{"host":"h","x-a":"b"},"body":"{\"c\":1}"}}"#.to_owned(),
        r#"{"event":{"method":"POST","path":"/hook","headers":{"host":"h","x-a":"b"},"body":"{\"c\":1}"}}"#.to_owned(),
    ] {
        let (delivery, result) = import_one(&text, ImportFormat::Record);
        assert_eq!(
            (delivery.headers.get("x-a"), delivery.body.as_slice()),
            (Some("b"), &b"{\"c\":1}"[..]),
            "{text}"
        );
        assert_eq!((delivery.url.as_deref(), result.issues.len()), (Some("https://h/hook"), 0), "{text}");
        for list in [format!("[{text},{text}]"), format!("{{\"requests\":[{text},{text}]}}"), format!("{{\"data\":[{text},{text}]}}")] {
            let result = import(list.as_bytes(), None);
            assert_eq!((result.format, result.deliveries.len()), (Some(ImportFormat::Record), 2), "{list}");
        }
    }
    let result = import(br#"[{"method":"POST","headers":{},"body":""},5]"#, None);
    assert_eq!(messages(&result), ["Expected an object with headers and a body."]);
    assert_eq!((result.deliveries.len(), result.issues[0].pointer.as_str()), (1, "/1"));
}

/// An e-mail has headers and a body, and webhooks tell of them.
#[test]
fn payloads_about_messages_are_bodies() {
    for text in [
        r#"{"type":"email.received","data":{"headers":[{"name":"x-a","value":"b"}],"body":"text"}}"#,
        r#"{"headers":{"from":"a"},"content":"text"}"#,
        r#"{"event":{"headers":{"from":"a"},"body":"text"}}"#,
        r#"{"event":{"method":"email","path":"inbox","headers":{"from":"a"},"body":"text"}}"#,
        r#"[{"headers":{"from":"a"},"body":"text"}]"#,
        r#"{"data":[{"headers":{"from":"a"},"body":"text"}]}"#,
    ] {
        let (delivery, _) = import_one(text, ImportFormat::Body);
        assert_eq!(delivery.body, text.as_bytes());
    }
}

#[test]
fn reports_lost_parts_with_their_location() {
    for (members, code, severity, message, pointer) in [
        (
            r#""body": { "a" : 1 }"#,
            Code::BODY_NOT_RAW,
            Warning,
            "Expected the body as a string, got a parsed value. The JSON text was kept.",
            "/body",
        ),
        (
            r#""bodyBase64": "?""#,
            Code::BASE64_INVALID,
            Error,
            "Expected the body as base64, got other text.",
            "/bodyBase64",
        ),
        (
            r#""body": "\ud800""#,
            Code::BODY_LOSSY,
            Warning,
            "Expected the original bytes of the body, got U+FFFD in place of bytes that are not UTF-8.",
            "/body",
        ),
    ] {
        let result = import(format!("{{ \"headers\": {{}}, {members} }}").as_bytes(), None);
        let issue = &result.issues[0];
        assert_eq!(
            (issue.code, issue.severity, issue.message.as_str(), issue.pointer.as_str()),
            (code, severity, message, pointer)
        );
        assert_eq!(result.deliveries.is_empty(), severity == Error);
    }
    let (delivery, _) = import_one(r#"{ "headers": {}, "body": { "a" : 1 } }"#, ImportFormat::Record);
    assert_eq!(delivery.body, br#"{ "a" : 1 }"#);
    for container in [r#"{ "a b": "x" }"#, r#"{ "a": "x\r\ny: z" }"#, r"[5]", r#"[["a"]]"#, r#"{ "a": {} }"#]
    {
        let (delivery, result) =
            import_one(format!(r#"{{ "headers": {container}, "body": "" }}"#), ImportFormat::Record);
        assert_eq!(
            messages(&result),
            ["Invalid header: expected a name and a string value. The header was ignored."],
            "{container}"
        );
        assert_eq!(
            (locations(&result)[0].0, locations(&result)[0].1, delivery.headers.len()),
            ("type", Warning, 0)
        );
    }
    let result = import(b"[]", Some(ImportFormat::Record));
    assert_eq!(messages(&result), ["Expected an object with headers and a body."]);
    let result = import(b"{ \"headers\": {}, \"body\": \"", None);
    assert_eq!((result.format, result.issues[0].code), (Some(ImportFormat::Record), Code::JSON_SYNTAX));
}

#[test]
fn a_body_alone_keeps_every_byte() {
    for text in
        [&b"\xef\xbb\xbf{ \"event\": 1 }\r\n\n"[..], b"{ \"event\": 1,, }", b"[1]", b"\"text\"", b"{}", b"12"]
    {
        let result = import(text, None);
        assert_eq!(
            (result.format, result.deliveries[0].body.as_slice(), result.issues.len()),
            (Some(ImportFormat::Body), text, 0)
        );
    }
    assert_eq!(import(ODD, Some(ImportFormat::Body)).deliveries[0].body, ODD);
}

#[test]
fn lines_are_records_or_bodies_and_a_bad_one_hides_no_other() {
    let text = "{\"headers\":{},\"body\":\"1\"}\r\n\n{\"event\" : 2}\r\n{\"é\":broken}\n{\"headers\":{},\"bodyBase64\":\"/w==\"}";
    let result = import(text.as_bytes(), None);
    assert_eq!(result.format, Some(ImportFormat::Ndjson));
    let bodies: Vec<&[u8]> = result.deliveries.iter().map(|delivery| delivery.body.as_slice()).collect();
    assert_eq!(bodies, [&b"1"[..], b"{\"event\" : 2}", b"\xff"]);
    assert_eq!(locations(&result), [("json-syntax", Error, 4, 6)]);
    let issue = &result.issues[0];
    assert!(text.as_bytes()[issue.byte_span.start..].starts_with(b"broken"), "{issue:?}");
    assert!(text.chars().skip(issue.span.start).collect::<String>().starts_with("broken"));
}
