//! Files of Burp Suite and Bruno, and files that are recognized and not imported.

use base64ct::{Base64, Encoding as _};
use hookseal::Severity::{Error, Info, Warning};
use hookseal::delivery::{ImportFormat, import};
use proptest::prelude::*;

use crate::support::{headers, import_one, locations, messages};

#[test]
fn requests_of_burp_suite_are_exact() {
    let request = b"POST /hook HTTP/1.1\r\nHost: h\r\nX-Sig: 1\r\nContent-Length: 4\r\n\r\n\xff\r\n{";
    let item = |element: &str| {
        format!(
            "  <item>\n    <url><![CDATA[https://h/hook?a=1]]></url>\n    <method>POST</method>\n    {element}\n    <response base64=\"true\"></response>\n  </item>\n"
        )
    };
    let encoded =
        format!("<request base64=\"true\"><![CDATA[{}]]></request>", Base64::encode_string(request));
    let plain = "<request base64=\"false\"><![CDATA[PUT / HTTP/1.1\nHost: h\n\n{}]]></request>";
    let xml = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE items [\n<!ELEMENT request (#PCDATA)>\n]>\n<items burpVersion=\"2024.1\" exportTime=\"x\">\n{}{}</items>\n",
        item(&encoded),
        item(plain)
    );
    let result = import(xml.as_bytes(), None);
    assert_eq!((result.format, locations(&result)), (Some(ImportFormat::Http), vec![]));
    assert_eq!(result.deliveries.len(), 2);
    assert_eq!(result.deliveries[0].body, b"\xff\r\n{");
    assert_eq!(headers(&result.deliveries[0]), ["Host: h", "X-Sig: 1", "Content-Length: 4"]);
    assert_eq!(result.deliveries[0].url.as_deref(), Some("https://h/hook?a=1"));
    assert_eq!(result.deliveries[1].body, b"{}");
    let broken = xml.replace(&Base64::encode_string(request), "?");
    let result = import(broken.as_bytes(), None);
    assert_eq!((locations(&result), result.deliveries.len()), (vec![("base64-invalid", Error, 9, 37)], 1));
}

#[test]
fn requests_of_bruno_keep_their_text() {
    let text = "meta {\n  name: Hook\n  type: http\n  seq: 1\n}\n\npost {\n  url: https://h/hook\n  body: json\n  auth: none\n}\n\n\
                headers {\n  Content-Type: application/json\n  ~X-Off: 1\n  X-Sig: a:b\n}\n\nbody:json {\n  {\n    \"a\": 1.0,\n\n    \"b\": \"}\"\n  }\n}\n\n\
                body:text {\n  other\n}\n\ntests {\n  test(\"x\", function() {});\n}\n";
    let (delivery, result) = import_one(text, ImportFormat::Http);
    assert_eq!(delivery.body, b"{\n  \"a\": 1.0,\n\n  \"b\": \"}\"\n}");
    assert_eq!(headers(&delivery), ["Content-Type: application/json", "X-Sig: a:b"]);
    assert_eq!((delivery.method.as_deref(), delivery.url.as_deref()), (Some("POST"), Some("https://h/hook")));
    assert_eq!(locations(&result), []);
    let text = text
        .replace("https://h", "{{base}}")
        .replace("body: json", "body: formUrlencoded")
        .replace("body:text {", "body:form-urlencoded {");
    assert_eq!(
        locations(&import(text.as_bytes(), None)),
        [("variable-unresolved", Warning, 8, 1), ("body-not-included", Error, 27, 1)]
    );
}

#[test]
fn files_that_are_not_imported_are_named_with_what_to_pass_instead() {
    for (text, name, hint) in [
        (
            "type: collection.insomnia.rest/5.0\nname: C\ncollection:\n  - url: https://h/\n",
            "a collection of Insomnia in YAML",
            "Export the collection as \"Insomnia v4 (JSON)\".",
        ),
        (
            "<charles-session>\n</charles-session>",
            "a session of Charles in XML",
            "Export the session as JSON or as a HAR file.",
        ),
        ("PK\u{3}\u{4}\u{14}\0", "a ZIP archive, such as a session of Fiddler", "Export a HAR file."),
        (
            "uuid,type,method,content\n1,web,POST,{}\n",
            "a CSV file of requests",
            "Export the requests as JSON.",
        ),
        (
            r#"{ "id": "1", "values": [], "_postman_variable_scope": "environment" }"#,
            "an environment of Postman",
            "Export the collection.",
        ),
        (
            r#"[{ "id": 1, "guid": "g", "delivered_at": "x", "redelivery": false, "status": "OK", "status_code": 200, "event": "ping" }]"#,
            "a list of deliveries of GitHub, without their headers and bodies",
            "Get one delivery: gh api repos/OWNER/REPO/hooks/HOOK/deliveries/ID.",
        ),
        (
            r#"{ "data": [{ "id": "atmpt_1", "msgId": "msg_1", "endpointId": "ep_1", "responseStatusCode": 400, "response": "" }], "done": true }"#,
            "an attempt of Svix, without headers and body",
            "Print the headers and the raw body where the application receives them, and pass both.",
        ),
        (
            r#"{ "id": "msg_1", "eventType": "a", "payload": {}, "channels": null, "timestamp": "x" }"#,
            "a message of Svix, without headers and with a parsed payload",
            "Print the headers and the raw body where the application receives them, and pass both.",
        ),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!((result.format, result.deliveries.len()), (None, 0), "{text}");
        assert_eq!(
            messages(&result),
            [format!("The text looks like {name}, which cannot be imported.")],
            "{text}"
        );
        assert_eq!(result.issues[0].hint.as_deref(), Some(hint));
        // With the format named, the text is a body as any other.
        assert_eq!(import(text.as_bytes(), Some(ImportFormat::Body)).deliveries[0].body, text.as_bytes());
    }
    // A message that has only some of the members is a body.
    let (_, result) = import_one(r#"{ "eventType": "a", "payload": {} }"#, ImportFormat::Body);
    assert!(result.issues.iter().all(|issue| issue.severity == Info));
}

/// Parts of every notation, in any order.
const PARTS: [&str; 60] = [
    "http ",
    "POST ",
    "https://h/ ",
    "a=b ",
    "a:=1 ",
    "a:= ",
    "X:y ",
    "a@b ",
    "--raw ",
    "'",
    "\"",
    "\\",
    "\n",
    "\r\n",
    " ",
    "é😀",
    "wget ",
    "--header ",
    "curl h ",
    "-d @- ",
    "<<E\n",
    "<<< ",
    "E\n",
    "< f ",
    "irm ",
    "-Headers ",
    "@{ ",
    "} ",
    "@'\n",
    "\n'@",
    "$a = ",
    "$a ",
    ".Add(",
    ")",
    "(",
    "$([char]233)",
    "`",
    "-Body ",
    "; ",
    "# ",
    "###\n",
    "@a = b\n",
    "{{a}}",
    "meta {\n",
    "}\n",
    "put {\n",
    "  url: h\n",
    "headers {\n",
    "body:json {\n",
    "<items>",
    "<request base64=\"true\">",
    "<![CDATA[",
    "]]>",
    "</request>",
    "</item>",
    "{\"item\":[",
    "{\"method\":\"PUT\",\"url\":\"h\",\"header\":[{\"key\":\"a\",\"value\":1}],\"body\":",
    "{\"mode\":\"raw\",",
    "\"raw\":\"\"}",
    "}]}",
];

proptest! {
    #[test]
    fn parts_of_notations_in_any_order_do_no_harm(indexes in prop::collection::vec(0..PARTS.len(), 0..24)) {
        let text: String = indexes.iter().map(|index| PARTS[*index]).collect();
        for format in [None, Some(ImportFormat::Command), Some(ImportFormat::Http), Some(ImportFormat::Curl), Some(ImportFormat::Record)] {
            for issue in import(text.as_bytes(), format).issues {
                prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= text.len(), "{:?}", issue);
            }
        }
    }
}
