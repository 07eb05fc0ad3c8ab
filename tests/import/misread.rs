//! Pasted texts of which a part looks like something else: a response, code, the prefix of a log, the notation of a page.

use hookseal::Severity::{Error, Info, Warning};
use hookseal::delivery::{ImportFormat, ImportResult, import};

use crate::support::{headers, import_one, locations, messages};

fn has(result: &ImportResult, code: &str) -> bool {
    locations(result).iter().any(|(other, ..)| *other == code)
}

#[test]
fn the_body_of_a_response_in_the_output_of_curl_is_not_that_of_the_request() {
    let sent = "> POST /w HTTP/1.1\n> Host: h\n> X-Signature: 1\n>\n";
    let response = "< HTTP/1.1 401 Unauthorized\n< Content-Length: 2\n<\n{}";
    for note in ["* upload completely sent off: 187 bytes\n", "} [187 bytes data]\n", ""] {
        let (delivery, result) = import_one(format!("{sent}{note}{response}"), ImportFormat::Http);
        assert_eq!(delivery.body, b"", "{note}");
        assert!(locations(&result).contains(&("body-not-included", Error, 1, 1)), "{note} {result:?}");
    }
    let (delivery, result) = import_one(format!("{sent}{{ \"a\": 1 }}\n{response}"), ImportFormat::Http);
    assert_eq!(delivery.body, b"{ \"a\": 1 }\n");
    assert!(!has(&result, "body-not-included"));
    let (_, result) = import_one(sent.replace("POST", "GET") + response, ImportFormat::Http);
    assert!(!has(&result, "body-not-included"));
}

#[test]
fn a_response_on_the_last_line_of_a_body_is_ignored() {
    for length in ["", "Content-Length: 7\n"] {
        let text =
            format!("POST / HTTP/1.1\nX-Signature: 1\n{length}\n{{\"a\":1}}HTTP/1.1 200 OK\nA: b\n\nok");
        let (delivery, result) = import_one(text, ImportFormat::Http);
        assert_eq!(delivery.body, b"{\"a\":1}", "{length}");
        assert_eq!(messages(&result), ["Ignored the response after the request."], "{length}");
    }
}

#[test]
fn a_string_in_code_is_the_body() {
    let body = r#"{"a":"it's"}"#;
    for code in [
        r#"import requests

url = "https://h/w"

payload = '{"a":"it\'s"}'
headers = {
  'X-Signature': '1',
  'Content-Type': 'application/json'
}

response = requests.request("POST", url, headers=headers, data=payload)

print(response.text)
"#,
        r#"const axios = require('axios');
let data = '{"a":"it\'s"}';

let config = {
  method: 'post',
  url: 'https://h/w',
  headers: {
    'X-Signature': '1',
    'Content-Type': 'application/json'
  },
  data : data
};

axios.request(config)
"#,
        r#"const config = { method: 'post', url: 'https://h/w',
  headers: {
    'X-Signature': '1', 'Content-Type': 'application/json' },
  data : "{\"a\":\"it's\"}"
};
axios.request(config)
"#,
        r#"headers = {'X-Signature': '1', 'Content-Type': 'application/json'}
r = requests.post('https://h/w', headers=headers, data=b'{"a":"it\'s"}')
"#,
        r#"const headers = { 'X-Signature': '1', 'Content-Type': 'application/json' };
const body = `{"a":"it's"}`;
await fetch('https://h/w', { method: 'POST', headers, body });
"#,
    ] {
        let (delivery, result) = import_one(code, ImportFormat::Http);
        assert_eq!(String::from_utf8_lossy(&delivery.body), body, "{code}");
        assert_eq!(headers(&delivery), ["X-Signature: 1", "Content-Type: application/json"], "{code}");
        assert!(has(&result, "http-recovered") && !has(&result, "body-not-included"), "{code} {result:?}");
    }
}

#[test]
fn code_is_never_a_body() {
    for code in [
        "payload = json.dumps({\"a\": 1})\nheaders = {'X-Signature': '1'}\nrequests.post(url, headers=headers, data=payload)",
        "headers = {'X-Signature': '1'}\nr = requests.post(url, headers=headers, data=open('f').read())\n",
        "payload = f'{{\"a\":{x}}}'\nheaders = {'X-Signature': '1'}\nrequests.post(url, headers=headers, data=payload)",
        "payload = '{' + x\nheaders = {'X-Signature': '1'}\nrequests.post(url, headers=headers, data=payload)",
        "const c = { data: JSON.stringify({a: 1}),\n headers: { 'X-Signature': '1' },\n};\naxios(c)",
        "const c = {\n headers: { 'X-Signature': '1' },\n body: `${x}`\n};\nfetch(u, c)",
    ] {
        let (delivery, result) = import_one(code, ImportFormat::Http);
        assert_eq!((delivery.body.as_slice(), has(&result, "body-not-included")), (&b""[..], true), "{code}");
    }
}

#[test]
fn labels_and_loggers_before_a_printed_body_are_removed() {
    let bytes = r#"b'{"a":1}'"#;
    for text in [
        format!("headers={{'X-A': 'b'}} body={bytes}"),
        format!("headers={{'X-A': 'b'}}, body={bytes}"),
        format!("headers={{'X-A': 'b'}} data={bytes}"),
        format!("2026-11-29 02:29:10,247 INFO root: headers: {{'X-A': 'b'}}\n2026-11-29 02:29:10,248 INFO root: body: {bytes}"),
        format!("2026-11-29 02:29:10,247 INFO app.web headers: {{'X-A': 'b'}}\n2026-11-29 02:29:10,248 INFO app.web body: {bytes}"),
        format!("INFO 2026-11-29 01:00:00,123 views 1 2 {{'X-A': 'b'}}\nINFO 2026-11-29 01:00:00,124 views 1 2 {bytes}"),
        "INFO 2026-11-29 01:00:00,123 views 1 2 {'X-A': 'b'}\nINFO 2026-11-29 01:00:00,124 views 1 2 {\"a\":1}".to_owned(),
        format!("({{'X-A': 'b'}}, {bytes})\n"),
        "[29-Nov-2026 01:00:00 UTC] Array\n(\n    [X-A] => b\n)\n\n[29-Nov-2026 01:00:00 UTC] {\"a\":1}".to_owned(),
        "{'X-A': 'b'}\n(b'{\"a\"'\n b':1}')\n".to_owned(),
    ] {
        let (delivery, _) = import_one(&text, ImportFormat::Http);
        assert_eq!(String::from_utf8_lossy(&delivery.body), "{\"a\":1}", "{text}");
    }
}

#[test]
fn the_line_break_that_a_program_prints_after_a_body_is_none_of_the_body() {
    for end in ["\n", "\r\n"] {
        let (delivery, result) =
            import_one(format!("{{ 'x-a': 'b' }}\n{{\"a\":1}}\n{end}"), ImportFormat::Http);
        assert_eq!(delivery.body, b"{\"a\":1}\n");
        assert!(locations(&result).contains(&("http-recovered", Info, 3, 1)), "{result:?}");
    }
    // The declared length tells.
    let (delivery, _) = import_one("{ 'content-length': '8' }\n{\"a\":1}\n", ImportFormat::Http);
    assert_eq!(delivery.body, b"{\"a\":1}\n");
}

#[test]
fn quotes_and_marks_of_lists_around_headers_are_removed() {
    for text in [
        "headers:\n  X-Signature: \"1\"\n  Content-Type: \"application/json\"\nbody: \"{\\\"a\\\":1}\"",
        "- X-Signature: 1\n- Content-Type: application/json\n\n{\"a\":1}",
        "* X-Signature: 1\n* Content-Type: application/json\n\n{\"a\":1}",
        "X-Signature:\u{a0}1\nContent-Type:\u{a0}application/json\n\n{\"a\":1}",
    ] {
        let (delivery, _) = import_one(text, ImportFormat::Http);
        assert_eq!(headers(&delivery), ["X-Signature: 1", "Content-Type: application/json"], "{text}");
        assert_eq!(delivery.body, b"{\"a\":1}", "{text}");
    }
}

#[test]
fn the_text_of_the_console_of_postman_is_a_request() {
    let text = "POST https://h/w\n401\n12 ms\nRequest Headers\nX-Signature: \"1\"\nContent-Type: \"application/json\"\nRequest Body\n{\"a\":1}\nResponse Headers\nDate: x\nResponse Body\n{}";
    let (delivery, _) = import_one(text, ImportFormat::Http);
    assert_eq!(headers(&delivery), ["X-Signature: 1", "Content-Type: application/json"]);
    assert_eq!(delivery.body, b"{\"a\":1}");
}

#[test]
fn a_quoted_request_is_unquoted() {
    for text in [
        r#""POST /x HTTP/1.1\r\nX-Signature: 1\r\n\r\n{\"a\":1}""#,
        r#"b'POST /x HTTP/1.1\r\nX-Signature: 1\r\n\r\n{"a":1}'"#,
    ] {
        let (delivery, result) = import_one(text, ImportFormat::Http);
        assert_eq!(
            (headers(&delivery), delivery.body.as_slice()),
            (vec!["X-Signature: 1".to_owned()], &b"{\"a\":1}"[..])
        );
        assert_eq!(locations(&result), [("input-ignored", Info, 1, 1)]);
    }
}

#[test]
fn entities_of_html_are_decoded_only_where_json_needs_it() {
    let text = "POST / HTTP/1.1\nX-Signature: 1\n\n{&quot;a&quot;:&quot;b &amp;amp; c&#39;&quot;}";
    let (delivery, result) = import_one(text, ImportFormat::Http);
    assert_eq!(delivery.body, b"{\"a\":\"b &amp; c'\"}");
    assert!(locations(&result).contains(&("body-lossy", Warning, 4, 2)), "{result:?}");
    let text = "POST / HTTP/1.1\nX-Signature: 1\n\n{\"a\":\"&quot;\"}";
    let (delivery, result) = import_one(text, ImportFormat::Http);
    assert_eq!(delivery.body, b"{\"a\":\"&quot;\"}");
    assert_eq!(locations(&result), []);
}

#[test]
fn other_notations_are_named() {
    for (text, name) in [
        (
            "2026-11-29 DEBUG c.R : Before request [POST /w, client=1, headers=[x-a:\"b\"], payload={\"a\":1}]",
            "CommonsRequestLoggingFilter",
        ),
        (
            "2026-11-29T01:00:00.000Z DEBUG 1 --- [nio-1] o.s.CommonsRequestLoggingFilter  : After request [POST /w, client=1, headers=[Content-Type:\"a/b\", X-Signature:\"1\"], payload={\"a\":1}]",
            "CommonsRequestLoggingFilter",
        ),
        ("| Header | Value |\n|---|---|\n| X-Signature | 1 |\n\nBody:\n{\"a\":1}", "a table of Markdown"),
        ("echo -n '{\"a\":1}' | http POST h/w X-A:b", "a pipe"),
        ("X-Signature => 1\nContent-Type => a/b\n\n{\"a\":1}", "headers without colons"),
        ("X-Signature = 1\nContent-Type = a/b\n\n{\"a\":1}", "headers without colons"),
        ("X-Signature\n1\nContent-Type\na/b\n\n{\"a\":1}", "headers without colons"),
        ("cat body.json | curl h/w -H 'X-A: b' -d @-", "a pipe"),
    ] {
        let result = import(text.as_bytes(), None);
        assert!(messages(&result).iter().any(|message| message.contains(name)), "{text} {result:?}");
    }
}

#[test]
fn headers_with_an_ellipsis_or_a_comment_are_read_and_the_gap_is_located() {
    for (gap, line, column) in [
        ("{\n  host: 'h',\n  ...\n  'x-signature': '1',\n}", 3, 3),
        ("{\n  host: 'h',\n  'x-signature': '1',\n  ...\n}", 4, 3),
        ("{ host: 'h',\n  'x-signature': '1',\n  ... 3 more items }", 3, 3),
        ("{\n  host: 'h',\n  // more of them, such as 'accept': '*/*'\n  'x-signature': '1',\n}", 3, 3),
        ("{ host: 'h', /* accept, */ 'x-signature': '1' }", 1, 14),
        ("{'host': 'h', ..., 'x-signature': '1'}", 1, 15),
        ("{\n  \"host\": \"h\",\n  \u{2026}\n  \"x-signature\": \"1\"\n}", 3, 3),
        ("[('host', 'h'), ..., ('x-signature', '1')]", 1, 17),
    ] {
        let (delivery, result) = import_one(format!("{gap}\n{{\"a\":1}}"), ImportFormat::Http);
        assert_eq!(headers(&delivery), ["host: h", "x-signature: 1"], "{gap}");
        assert_eq!(delivery.body, b"{\"a\":1}", "{gap}");
        assert!(locations(&result).contains(&("http-recovered", Warning, line, column)), "{gap} {result:?}");
    }
    // A body with a gap is none.
    let (delivery, result) =
        import_one("POST / HTTP/1.1\nX-Signature: 1\n\n{ a: 1,\n  ...\n  b: 2 }", ImportFormat::Http);
    assert_eq!(delivery.body, b"{ a: 1,\n  ...\n  b: 2 }");
    assert!(has(&result, "body-lossy"), "{result:?}");
}

#[test]
fn headers_that_end_in_the_middle_are_named_and_are_no_body() {
    for text in [
        "{\n  host: 'h',\n  'x-signature': '1',\n",
        "{'Host': 'h', 'X-Signature': '1',",
        "{\n  \"host\": \"h\",\n  \"x-signature\": \"1\",\n",
        "{ host: value, 'x-signature': '1' }\n\n{\"a\":1}",
    ] {
        let result = import(text.as_bytes(), None);
        assert!(result.deliveries.is_empty(), "{text}");
        let issue = &result.issues[0];
        assert_eq!((issue.code.as_str(), issue.severity), ("import-format-unknown", Error));
        assert!(issue.message.contains("incomplete"), "{}", issue.message);
    }
    // The body of a sender that was cut off.
    for text in ["{\"event\":\"a\",\"user-agent\":\"b\"", "{\"host\":\"h\",\"port\":1"] {
        assert_eq!(import(text.as_bytes(), None).format, Some(ImportFormat::Body), "{text}");
    }
}
