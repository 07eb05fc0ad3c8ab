//! Headers as programs print them, followed by the body, and calls that send a request.

use hookseal::Severity::{Error, Info, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{BYTES, PRINTED, headers, import_one, located, locations, messages, pairs, summaries};

const BODY: &str = "{\"id\": \"evt_1\",\n \"note\":\"it's \\u00e9 é\"}\n";
const HEADERS: [&str; 2] = ["content-type: application/json", "stripe-signature: t=1,v1=ab"];

fn lowercase(names: &[String]) -> Vec<String> {
    names.iter().map(|line| line.to_ascii_lowercase()).collect()
}

#[test]
fn printed_headers_are_parsed_with_the_bytes_after_them() {
    for (name, text) in [
        ("console.log", "{\n  'content-type': 'application/json',\n  'stripe-signature': 't=1,v1=ab'\n}"),
        ("one line", "{ 'content-type': 'application/json', 'stripe-signature': 't=1,v1=ab' }"),
        ("a list of values", "{ 'content-type': ['application/json'], 'stripe-signature': [ 't=1,v1=ab' ] }"),
        (
            "no prototype",
            "[Object: null prototype] {\n  'content-type': 'application/json',\n  'stripe-signature': 't=1,v1=ab'\n}",
        ),
        ("Headers", "Headers {\n  'content-type': 'application/json',\n  'stripe-signature': 't=1,v1=ab'\n}"),
        ("Map", "Map(2) { 'content-type' => 'application/json', 'stripe-signature' => 't=1,v1=ab' }"),
        ("a label", "Headers: { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=ab' }"),
        ("a long value", "{ 'content-type': 'application' +\n    '/json', 'stripe-signature': 't=1,v1=ab' }"),
        ("rawHeaders", "[\n  'content-type', 'application/json',\n  'stripe-signature', 't=1,v1=ab'\n]"),
        (
            "indented JSON",
            "{\n  \"content-type\": \"application/json\",\n  \"stripe-signature\": \"t=1,v1=ab\"\n}",
        ),
        ("dict", "{'Content-Type': 'application/json', 'Stripe-Signature': 't=1,v1=ab', 'X': None}"),
        ("tuples", "[('Content-Type', 'application/json'), ('Stripe-Signature', 't=1,v1=ab')]"),
        ("tuples of bytes", "[(b'content-type', b'application/json'), (b'stripe-signature', b't=1,v1=ab')]"),
        (
            "EnvironHeaders",
            "EnvironHeaders([('Content-Type', 'application/json'), ('Stripe-Signature', 't=1,v1=ab')])",
        ),
        ("starlette", "Headers({'content-type': 'application/json', 'stripe-signature': 't=1,v1=ab'})"),
        (
            "environ",
            "{'PATH_INFO': '/', 'wsgi.version': (1, 0), 'CONTENT_TYPE': 'application/json', 'HTTP_STRIPE_SIGNATURE': 't=1,v1=ab'}",
        ),
        (
            "print_r",
            "Array\n(\n    [CONTENT_TYPE] => application/json\n    [PATH] => /bin\n    [HTTP_STRIPE_SIGNATURE] => t=1,v1=ab\n)\n",
        ),
        (
            "print_r of lists",
            "Array\r\n(\r\n    [content-type] => Array\r\n        (\r\n            [0] => application/json\r\n        )\r\n\r\n    [stripe-signature] => Array\r\n        (\r\n            [0] => t=1,v1=ab\r\n        )\r\n\r\n)\r\n",
        ),
        (
            "var_dump",
            "array(2) {\n  [\"content-type\"]=>\n  string(16) \"application/json\"\n  [\"stripe-signature\"]=>\n  array(1) {\n    [0]=>\n    string(9) \"t=1,v1=ab\"\n  }\n}",
        ),
        (
            "var_export",
            "array (\n  'Content-Type' => 'application/json',\n  'Stripe-Signature' => \n  array (\n    0 => 't=1,v1=ab',\n  ),\n)",
        ),
        (
            "a hash",
            "{\"CONTENT_TYPE\"=>\"application/json\", \"rack.input\"=>#<Puma::NullIO:0x1>, \"HTTP_STRIPE_SIGNATURE\"=>\"t=1,v1=ab\"}",
        ),
        (
            "Ruby 3.4",
            "{\"CONTENT_TYPE\" => \"application/json\", \"rack.errors\" => #<IO:<STDERR>>, \"HTTP_STRIPE_SIGNATURE\" => \"t=1,v1=ab\"}",
        ),
        ("a map", "map[Content-Type:[application/json] Stripe-Signature:[t=1,v1=ab]]"),
        (
            "%#v",
            "http.Header{\"Content-Type\":[]string{\"application/json\"}, \"Stripe-Signature\":[]string{\"t=1,v1=ab\"}}",
        ),
    ] {
        for between in ["\n", "\n\n", "\r\n\r\n", "\nBody: ", "\nraw body:\n"] {
            // The program ends the last line.
            let (delivery, result) = import_one(format!("{text}{between}{BODY}\n"), ImportFormat::Http);
            assert_eq!(lowercase(&headers(&delivery)), HEADERS, "{name}");
            assert_eq!(delivery.body, BODY.as_bytes(), "{name}");
            assert_eq!(
                (locations(&result).len(), locations(&result)[0].0, locations(&result)[0].1),
                (2, "http-recovered", Info),
                "{name}"
            );
        }
    }
}

#[test]
fn names_of_variables_become_names_of_headers() {
    let (delivery, _) = import_one(
        "Array\n(\n [REQUEST_METHOD] => POST\n [HTTP_X_HUB_SIGNATURE_256] => sha256=00\n [HTTP_X__A] => b\n)\n{}",
        ImportFormat::Http,
    );
    assert_eq!(headers(&delivery), ["X-Hub-Signature-256: sha256=00", "X--A: b"]);
    assert_eq!(delivery.method.as_deref(), Some("POST"));
}

#[test]
fn values_keep_their_characters() {
    for (text, value) in [
        (r"{ 'x-a': 'it\'s \x41\u00e9\ud83d\ude00 \u{1f600} \\' }", "it's Aé😀 😀 \\"),
        (r#"{ 'x-a': "it's" }"#, "it's"),
        (r"{ 'x-a': `it's` }", "it's"),
        (r"{'x-a': 'a' 'b'}", "ab"),
        (r"{'x-a': '\U0001f600 \d'}", "😀 \\d"),
        ("map[User-Agent:[Go (a] b)] X-A:[a b: c]]", "a b: c"),
        ("{ 'x-a': 5, accept: '*/*' }", "5"),
    ] {
        let (delivery, _) = import_one(format!("{text}\n{{}}"), ImportFormat::Http);
        assert_eq!(delivery.headers.get("x-a"), Some(value), "{text}");
    }
}

#[test]
fn a_body_that_was_printed_as_a_string_is_unquoted() {
    for (printed, body) in [
        (r#"b'{"a":"\xc3\xa9\n"}'"#, &b"{\"a\":\"\xc3\xa9\n\"}"[..]),
        (r"b'\xff'", b"\xff"),
        (r#"'{"a":"it\'s"}'"#, b"{\"a\":\"it's\"}"),
        ("string(7) \"{\"a\":1}\"", b"{\"a\":1}"),
        ("'a' is no string", b"'a' is no string"),
    ] {
        let (delivery, _) = import_one(format!("{{'X-A': 'b'}}\n{printed}"), ImportFormat::Http);
        assert_eq!(delivery.body, body, "{printed}");
    }
    let (delivery, _) = import_one("{'Content-Length': '2'}\n{}\n", ImportFormat::Http);
    assert_eq!(delivery.body, b"{}");
}

#[test]
fn a_printed_request_is_a_record() {
    for text in [
        r#"{ method: 'POST', url: 'https://h/', headers: { 'x-a': 'b' }, body: '{"c":1}' }"#,
        "{'httpMethod': 'POST', 'url': 'https://h/', 'headers': {'x-a': 'b'}, 'body': 'eyJjIjoxfQ==', 'isBase64Encoded': True}",
        "{ method: 'POST', url: 'https://h/', headers: [Object: null prototype] { 'x-a': 'b' }, body: <Buffer 7b 22 63 22 3a 31 7d> }",
        r#"{:method=>"POST", :url=>"https://h/", :headers=>{"x-a"=>"b"}, :body=>"{\"c\":1}"}"#,
    ] {
        let (delivery, result) = import_one(text, ImportFormat::Http);
        assert_eq!(
            (headers(&delivery), delivery.body.as_slice()),
            (vec!["x-a: b".to_owned()], &b"{\"c\":1}"[..]),
            "{text}"
        );
        assert_eq!((delivery.method.as_deref(), delivery.url.as_deref()), (Some("POST"), Some("https://h/")));
        assert_eq!(messages(&result).len(), 1, "{text}");
    }
}

#[test]
fn calls_that_send_a_request_are_parsed() {
    for text in [
        r#"fetch("https://h/", { "headers": { "x-a": "b" }, "body": "{\"c\":1}", "method": "POST" });"#,
        "await fetch('https://h/', {\n  method: 'post',\n  headers: new Headers({ 'x-a': 'b' }),\n  body: '{\"c\":1}',\n});",
        "const response = await axios.post('https://h/', '{\"c\":1}', { headers: { 'x-a': 'b' } });",
        "axios({ method: 'POST', url: 'https://h/', headers: { 'x-a': 'b' }, data: '{\"c\":1}' })",
        "axios.request({ method: 'POST', url: 'https://h/', headers: { 'x-a': 'b' }, data: '{\"c\":1}' })",
    ] {
        let (delivery, result) = import_one(text, ImportFormat::Http);
        assert_eq!(
            (headers(&delivery), delivery.body.as_slice()),
            (vec!["x-a: b".to_owned()], &b"{\"c\":1}"[..]),
            "{text}"
        );
        assert_eq!((delivery.method.as_deref(), delivery.url.as_deref()), (Some("POST"), Some("https://h/")));
        assert_eq!(messages(&result), ["Parsed the request of a call in JavaScript."], "{text}");
    }
    for text in [
        "fetch('https://h/', { method: 'POST', body: JSON.stringify({ c: [1, {}], 'd': 'é\\n' }) })",
        "axios.put('https://h/', { c: [1, {}], 'd': 'é\\n' })",
    ] {
        let (delivery, result) = import_one(text, ImportFormat::Http);
        assert_eq!(delivery.body, "{\"c\":[1,{}],\"d\":\"é\\n\"}".as_bytes());
        assert_eq!((locations(&result)[0].0, locations(&result)[0].1), ("body-not-raw", Warning));
    }
}

#[test]
fn headers_without_a_body_are_an_error() {
    let (delivery, result) = import_one("{ 'x-a': 'b' }\n\n", ImportFormat::Http);
    assert_eq!((delivery.body.len(), locations(&result)[0]), (0, ("body-not-included", Error, 1, 1)));
    assert_eq!(messages(&result)[0], "Expected a body after the headers, got the end of the text.");
}

#[test]
fn a_payload_in_another_notation_is_a_body() {
    for text in [
        "{'event': 'x', 'data': {'host': 'h'}}",
        "{ event: 'x', host: 'h' }",
        "{ 'a': [Object] }\n{}",
        "{ 'x-a': { 'b': 'c' } }",
        "[('a', 'b')]",
        "{ \"x-a\": \"b\",, }",
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!(
            (result.format, result.deliveries[0].body.as_slice()),
            (Some(ImportFormat::Body), text.as_bytes()),
            "{text}"
        );
    }
}

#[test]
fn a_notation_that_cannot_be_imported_is_named() {
    for (text, name) in [
        ("{id=evt_1, object=event}", "a map of Java"),
        ("{[Host, System.String[]]}", "headers that .NET has printed without their values"),
        (
            "1.2.3.4 - - [10/Oct/2024:13:55:36 -0700] \"POST /hook HTTP/1.1\" 200 2326",
            "a line of an access log",
        ),
        ("{ 'content-type': [Array] }\n{}", "headers that util.inspect has shortened"),
        (
            "{\n  headers: { 'x-a': 'b' },\n  body: <Buffer 7b 22 ... 950 more bytes>\n}",
            "headers that util.inspect has shortened",
        ),
        ("import requests\nrequests.post('https://h/')", "Python code"),
        ("fetch(url, { body })", "JavaScript code that is more than one call with literal values"),
        ("&{Method:POST URL:/hook Header:map[X-A:[b]]}", "a request as Go prints a structure"),
        ("#<ActionDispatch::Http::Headers:0x1>", "an object of Ruby"),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!((result.format, result.deliveries.len()), (None, 0), "{text}");
        assert_eq!(locations(&result), [("import-format-unknown", Error, 1, 1)]);
        let message = format!("The text looks like {name}, which cannot be imported.");
        assert_eq!(messages(&result), [message.as_str()], "{text}");
    }
}

#[test]
fn deep_and_long_values_take_linear_time() {
    for piece in ["[", "{a:", "(", "'a'+", "x(", "map[A:[", "[a] => (\n", "#<", "\\u", "{ 'x-a': [", "]["] {
        let text = piece.repeat(30_000);
        for start in ["", "{'x-a': ", "Array\n(\n", "map[A:[", "fetch("] {
            let _ = import(format!("{start}{text}").as_bytes(), None);
        }
    }
}

#[test]
fn bytes_that_a_program_has_printed_are_the_body() {
    for (printed, body) in [
        ("<Buffer 7b 22 e9 22 7d>", &b"{\"\xe9\"}"[..]),
        ("Uint8Array(3) [\n  123, 255, 125\n]", b"{\xff}"),
        ("Buffer(2) [Uint8Array] [ 123, 125 ]", b"{}"),
        ("{\"type\":\"Buffer\",\"data\":[123,255,125]}", b"{\xff}"),
        (r"b'{\xc3\xa9\n}'", b"{\xc3\xa9\n}"),
        (r"bytearray(b'{}')", b"{}"),
        (r#""{\"a\":\"\xE9\"}""#, b"{\"a\":\"\xe9\"}"),
        ("string(4) \"{\"\"}\"", b"{\"\"}"),
    ] {
        for text in [format!("{{ 'x-signature': '1' }}\n{printed}"), printed.to_owned()] {
            let result = import(text.as_bytes(), None);
            assert_eq!(result.deliveries[0].body, body, "{text}");
            assert!(messages(&result).contains(&BYTES), "{text}");
        }
    }
    let result = import(br#""{\"a\":1}""#, None);
    assert_eq!((result.deliveries[0].body.as_slice(), result.issues.len()), (&br#""{\"a\":1}""#[..], 0));
    let text = "{ method: 'POST', url: 'h', headers: { 'x-signature': '1' }, body: Uint8Array(3) [ 123, 255, 125 ] }";
    assert_eq!(import(text.as_bytes(), None).deliveries[0].body, b"{\xff}");
    let text = "{ 'x-signature': '1' }\n{ a: 1, 'b': [ 'c' ] }";
    let result = import(text.as_bytes(), None);
    assert_eq!(result.deliveries[0].body, b"{\"a\":1,\"b\":[\"c\"]}");
    assert_eq!(locations(&result)[0], ("body-not-raw", Warning, 2, 1));
}

#[test]
fn what_a_program_has_shortened_or_hidden_is_reported() {
    for (text, part) in [
        ("{ 'x-signature': '1' }\n<Buffer 7b 22 ... 50 more bytes>", " more byte"),
        ("{ 'x-signature': '1' }\n{ a: [Array], b: 1 }", "[Array]"),
        ("{ 'x-signature': '1' }\n{ a: [ 1, ... 12 more items ] }", " more item"),
        ("POST / HTTP/1.1\nX-Signature: 1\n\n{\"a\":\"bc...", "..."),
        ("X-Signature: 1\n\n{\"a\":\"b\u{2026}", "\u{2026}"),
        ("{\"a\": [Object], \"b\": 1}", "[Object]"),
    ] {
        let result = import(text.as_bytes(), None);
        let issue = result.issues.iter().find(|issue| issue.code.as_str() == "body-lossy").expect(text);
        assert_eq!(
            (issue.severity, &text[issue.byte_span.start..issue.byte_span.end]),
            (Warning, part),
            "{text}"
        );
    }
    for value in ["t=1,v1=ab...", "[REDACTED]", "sha256=****", "[object Object]"] {
        let text = format!("POST / HTTP/1.1\nX-Signature: {value}\nCookie: ***\n\n{{}}");
        let result = import(text.as_bytes(), None);
        assert_eq!(located(&text, &result), [(Warning, value)], "{text}");
        let result =
            import(format!("{{\"headers\":{{\"x-signature\":\"{value}\"}},\"body\":\"\"}}").as_bytes(), None);
        assert_eq!((result.issues.len(), result.issues[0].pointer.as_str()), (1, "/headers"), "{value}");
    }
    // Valid JSON may tell of anything.
    let result = import(b"POST / HTTP/1.1\nA: b\n\n{\"a\":\"[Object] ... 3 more items...\"}", None);
    assert!(result.issues.is_empty(), "{:?}", result.issues);
    let result = import(br#"{"headers":{},"body":"{\"a\":1...","rawBody":"{}"}"#, None);
    assert_eq!(
        (result.deliveries[0].body.as_slice(), result.issues[0].pointer.as_str()),
        (&b"{}"[..], "/body")
    );
}

#[test]
fn more_notations_of_headers_are_parsed() {
    for text in [
        "Headers {\n [Symbol(map)]: [Object: null prototype] { 'x-signature': [ '1' ] }\n}",
        "HeadersList {\n cookies: null,\n [Symbol(headers map)]: Map(1) { 'x-signature' => { name: 'x-signature', value: '1' } },\n [Symbol(headers map sorted)]: null\n}",
        "<CIMultiDictProxy('Host': 'h', 'X-Signature': '1')>",
        "Headers(raw=[(b'host', b'h'), (b'x-signature', b'1')])",
        "CaseInsensitiveDict({'X-Signature': '1'})",
        "{'HTTP_X_SIGNATURE': '1', 'wsgi.input': <WSGIRequest: POST '/'>}",
        "{host=[h], x-signature=[1], accept=[text/html, */*]}",
        "{host=h, x-signature=1, accept=text/html, */*}",
        "[host:\"h\", x-signature:\"1\"]",
        "DefaultHttpHeaders[host: h, x-signature: 1]",
        "[Host, h]\n[X-Signature, 1]",
        "%{\"host\" => \"h\", \"x-signature\" => \"1\"}",
        "[{\"host\", \"h\"}, {\"x-signature\", \"1\"}]",
        "[\"Host\": \"h\", \"X-Signature\": \"1\"]",
        "$VAR1 = {\n  'X-Signature' => '1'\n};",
        "{\"host\": \"h\", \"x-signature\": \"1\"}",
    ] {
        let result = import(format!("{text}\n\n{{\"a\":1}}").as_bytes(), None);
        assert_eq!(summaries(&result), pairs(&[("1", "{\"a\":1}")]), "{text}");
        assert_eq!(messages(&result), [PRINTED], "{text}");
    }
}
