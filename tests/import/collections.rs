//! Requests as tools and services export them as JSON.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{self, import_one, locations, messages};

/// Imports the one request of an export. Returns its method, URL, headers and body in one text.
fn summary(export: &str) -> (String, Vec<&'static str>) {
    support::summary(export, ImportFormat::Record)
}

/// The request of the samples below, whose body has what re-serialization would change.
const EXPECTED: &str = r#"POST https://example.com/hook [Content-Type: application/json, X-Sig: s=1] { "a": 1.0, "b":"é\u00e9"}"#;
const BODY: &str = r#""{ \"a\": 1.0, \"b\":\"é\\u00e9\"}""#;

#[test]
fn collections_keep_the_bytes_of_a_text_body() {
    let keyed = r#"[{ "key": "Content-Type", "value": "application/json" }, { "key": "X-Off", "value": "1", "disabled": true },
        { "key": "X-Sig", "value": "s=1", "type": "text" }]"#;
    let named =
        r#"[{ "name": "Content-Type", "value": "application/json" }, { "name": "X-Sig", "value": "s=1" }]"#;
    let postman = "https://schema.getpostman.com/json/collection";
    for export in [
        // Postman v2.1: folders, and the URL as an object.
        format!(
            r#"{{ "info": {{ "_postman_id": "1", "name": "Hooks", "schema": "{postman}/v2.1.0/collection.json" }},
            "item": [{{ "name": "Folder", "item": [{{ "name": "Hook", "request": {{ "method": "POST", "header": {keyed},
            "body": {{ "mode": "raw", "raw": {BODY}, "options": {{ "raw": {{ "language": "json" }} }} }},
            "url": {{ "raw": "https://example.com/hook", "protocol": "https", "host": ["example", "com"], "path": ["hook"] }} }},
            "response": [] }}] }}], "variable": [] }}"#
        ),
        // Postman v2.0: the URL as a string, and headers as a text.
        format!(
            r#"{{ "info": {{ "name": "Hooks", "schema": "{postman}/v2.0.0/collection.json" }}, "item": [{{ "name": "Hook",
            "request": {{ "url": "https://example.com/hook", "method": "POST",
            "header": "Content-Type: application/json\nX-Sig: s=1\n", "body": {{ "mode": "raw", "raw": {BODY} }} }} }}] }}"#
        ),
        // One request of a collection.
        format!(
            r#"{{ "method": "POST", "header": {keyed}, "body": {{ "mode": "raw", "raw": {BODY} }}, "url": "https://example.com/hook" }}"#
        ),
        // Insomnia v4: a flat list of resources.
        format!(
            r#"{{ "_type": "export", "__export_format": 4, "resources": [{{ "_id": "wrk_1", "_type": "workspace", "name": "W" }},
            {{ "_id": "env_1", "_type": "environment", "data": {{ "method": "x" }} }},
            {{ "_id": "req_1", "_type": "request", "url": "https://example.com/hook", "method": "POST",
            "body": {{ "mimeType": "application/json", "text": {BODY} }}, "parameters": [], "headers": {named} }}] }}"#
        ),
        // Thunder Client.
        format!(
            r#"{{ "client": "Thunder Client", "collectionName": "C", "version": "1.2", "folders": [], "requests": [{{ "_id": "1",
            "name": "Hook", "url": "https://example.com/hook", "method": "POST", "headers": {named}, "params": [],
            "body": {{ "type": "json", "raw": {BODY}, "form": [] }} }}] }}"#
        ),
        // Bruno, as a collection in JSON.
        format!(
            r#"{{ "name": "C", "version": "1", "items": [{{ "type": "folder", "name": "F", "items": [{{ "type": "http",
            "name": "Hook", "request": {{ "url": "https://example.com/hook", "method": "POST", "headers": [
            {{ "name": "Content-Type", "value": "application/json", "enabled": true }}, {{ "name": "X", "value": "1", "enabled": false }},
            {{ "name": "X-Sig", "value": "s=1", "enabled": true }}], "body": {{ "mode": "json", "json": {BODY}, "formUrlEncoded": [] }} }} }}] }}] }}"#
        ),
        // Hoppscotch.
        format!(
            r#"[{{ "v": 2, "name": "C", "folders": [], "requests": [{{ "v": "1", "name": "Hook", "method": "POST",
            "endpoint": "https://example.com/hook", "params": [], "headers": [
            {{ "key": "Content-Type", "value": "application/json", "active": true }}, {{ "key": "X-Sig", "value": "s=1", "active": true }}],
            "body": {{ "contentType": "application/json", "body": {BODY} }} }}] }}]"#
        ),
        // A session of Charles.
        format!(
            r#"[{{ "status": "COMPLETE", "method": "POST", "protocolVersion": "HTTP/1.1", "scheme": "https", "host": "example.com",
            "port": null, "actualPort": 443, "path": "/hook", "query": null, "request": {{ "sizes": {{ "headers": 1, "body": 2 }},
            "mimeType": "application/json", "charset": null, "header": {{ "firstLine": "POST /hook HTTP/1.1", "headers": {named} }},
            "body": {{ "text": {BODY}, "charset": "UTF-8" }} }}, "response": {{ "status": 200 }} }}]"#
        ),
    ] {
        assert_eq!(summary(&export), (EXPECTED.to_owned(), vec![]), "{export}");
    }
}

#[test]
fn every_request_of_a_collection_is_imported_in_its_order() {
    let request = |url: &str| {
        format!(
            r#"{{ "request": {{ "method": "POST", "url": "{url}", "header": [], "body": {{ "mode": "raw", "raw": "x" }} }} }}"#
        )
    };
    let export = format!(
        r#"{{ "info": {{}}, "item": [{}, {{ "item": [{}, {}] }}, {}, {{ "name": "empty" }}] }}"#,
        request("h/1"),
        request("h/2"),
        request("h/3"),
        request("h/4")
    );
    let result = import(export.as_bytes(), None);
    let urls: Vec<_> = result.deliveries.iter().filter_map(|delivery| delivery.url.as_deref()).collect();
    assert_eq!(urls, ["h/1", "h/2", "h/3", "h/4"]);
}

#[test]
fn variables_of_a_collection_are_reported_at_their_request() {
    let export = "{\"item\":[\n{\"request\":{\"method\":\"POST\",\"header\":[{\"key\":\"X-Sig\",\"value\":\"{{sig}}\"}],\
                  \"url\":\"{{base}}/hook\",\"body\":{\"mode\":\"raw\",\"raw\":\"{}\"}}}]}";
    let (delivery, result) = import_one(export, ImportFormat::Record);
    assert_eq!(delivery.url.as_deref(), Some("{{base}}/hook"));
    assert_eq!(locations(&result), [("variable-unresolved", Warning, 2, 12)]);
    // Two braces in a row are no variable.
    let plain = export
        .replace("{{sig}}", "{{")
        .replace("{{base}}", "h")
        .replace("\"{}\"", r#""{{\"a\":{\"b\":{}}}""#);
    assert_eq!(locations(&import(plain.as_bytes(), None)), []);
}

#[test]
fn bodies_that_a_collection_does_not_hold_as_bytes_are_reported() {
    let request = |body: &str| {
        format!(
            r#"{{ "item": [{{ "request": {{ "method": "POST", "url": "h", "header": [{{ "key": "A", "value": "1" }}], "body": {body} }} }}] }}"#
        )
    };
    for (body, bytes, issues) in [
        (
            r#"{ "mode": "urlencoded", "urlencoded": [{ "key": "a b", "value": "é&" }, { "key": "c", "value": "", "disabled": true }, { "key": "d", "value": "1" }] }"#,
            "a%20b=%C3%A9%26&d=1",
            &[("body-not-raw", Warning)][..],
        ),
        (
            r#"{ "mode": "formdata", "formdata": [{ "key": "a", "value": "b", "type": "text" }] }"#,
            "",
            &[("body-not-included", Error)],
        ),
        (r#"{ "mode": "file", "file": { "src": "/tmp/body.json" } }"#, "", &[("body-not-included", Error)]),
        (
            r#"{ "mode": "graphql", "graphql": { "query": "q", "variables": "" } }"#,
            "",
            &[("body-not-included", Error)],
        ),
        (r#"{ "mode": "raw", "raw": "" }"#, "", &[]),
        (
            r#"{ "mimeType": "application/x-www-form-urlencoded", "params": [{ "name": "a", "value": "1" }] }"#,
            "a=1",
            &[("body-not-raw", Warning)],
        ),
        (
            r#"{ "mimeType": "multipart/form-data", "params": [{ "name": "a", "value": "1" }] }"#,
            "",
            &[("body-not-included", Error)],
        ),
        (
            r#"{ "type": "formencoded", "raw": "", "form": [{ "name": "a", "value": "1" }] }"#,
            "a=1",
            &[("body-not-raw", Warning)],
        ),
        ("{}", "", &[]),
        ("null", "", &[]),
    ] {
        let result = import(request(body).as_bytes(), None);
        assert_eq!(result.deliveries.len(), 1, "{body} {result:?}");
        assert_eq!(String::from_utf8_lossy(&result.deliveries[0].body), bytes, "{body}");
        let said: Vec<_> = result.issues.iter().map(|issue| (issue.code.as_str(), issue.severity)).collect();
        assert_eq!(said, issues, "{body}");
    }
}

#[test]
fn deliveries_of_services_are_imported() {
    for (export, expected, issues) in [
        // GitHub's REST API: the payload is parsed.
        (
            "{\n  \"id\": 1, \"guid\": \"g\", \"delivered_at\": \"2024-01-01T00:00:00Z\", \"status\": \"OK\", \"event\": \"ping\",\n  \
             \"url\": \"https://example.com/hook\",\n  \"request\": {\n    \"headers\": { \"X-GitHub-Event\": \"ping\" },\n    \
             \"payload\": {\n      \"zen\": \"a \\\" b\",\n      \"n\": [1, 2.0]\n    }\n  },\n  \
             \"response\": { \"headers\": {}, \"payload\": \"ok\" }\n}",
            r#"- https://example.com/hook [X-GitHub-Event: ping] {"zen":"a \" b","n":[1,2.0]}"#,
            &["body-not-raw"][..],
        ),
        // n8n: a list of executions.
        (
            r#"[{ "headers": { "host": "h", "x-sig": "1" }, "params": {}, "query": {}, "body": {"a":1}, "webhookUrl": "https://n8n.example.com/webhook/1", "executionMode": "test" }]"#,
            r#"- https://n8n.example.com/webhook/1 [host: h, x-sig: 1] {"a":1}"#,
            &["body-not-raw"],
        ),
        (
            r#"[{ "json": { "headers": { "x-sig": "1" }, "body": {"a":1}, "webhookUrl": "https://h/" }, "pairedItem": { "item": 0 } }]"#,
            r#"- https://h/ [x-sig: 1] {"a":1}"#,
            &["body-not-raw"],
        ),
        // Make, which passes the body through as a text.
        (
            r#"[{ "value": "{ \"a\":1}", "__IMTHEADERS__": [{ "name": "x-sig", "value": "1" }], "__IMTMETHOD__": "POST" }]"#,
            r#"POST - [x-sig: 1] { "a":1}"#,
            &[],
        ),
        // Smee: headers next to the body.
        (
            r#"{ "host": "smee.io", "user-agent": "GitHub-Hookshot/1", "content-type": "application/json", "x-github-event": "ping", "body": {"zen":"x"}, "query": {}, "timestamp": 1700000000000 }"#,
            r#"- - [host: smee.io, user-agent: GitHub-Hookshot/1, content-type: application/json, x-github-event: ping] {"zen":"x"}"#,
            &["body-not-raw"],
        ),
        // Pipedream, the second generation of RequestBin.
        (
            r#"{ "context": {}, "event": { "method": "POST", "path": "/", "query": {}, "client_ip": "1.2.3.4", "url": "https://x.m.pipedream.net/", "headers": { "x-sig": "1" }, "bodyRaw": "{ }", "body": {} } }"#,
            "POST https://x.m.pipedream.net/ [x-sig: 1] { }",
            &[],
        ),
        // The first generation of RequestBin.
        (
            r#"[{ "id": "1", "time": 1.5, "remote_addr": "1.2.3.4", "method": "POST", "path": "/abc", "headers": { "X-Sig": "1" }, "query_string": {}, "form_data": {}, "body": "{ }", "content_length": 3 }]"#,
            "POST - [X-Sig: 1] { }",
            &[],
        ),
        // The relay of Svix: base64 that nothing declares.
        (
            r#"{ "type": "event", "version": 1, "data": { "id": "1", "method": "POST", "headers": { "svix-id": "msg_1" }, "body": "eyAiYSI6MSB9" } }"#,
            r#"POST - [svix-id: msg_1] { "a":1 }"#,
            &[],
        ),
        // A request of Azure Functions, with the raw body next to the parsed one.
        (
            r#"{ "method": "POST", "url": "https://x.azurewebsites.net/api/hook", "headers": { "x-sig": "1" }, "query": {}, "params": {}, "body": { "a": 1 }, "rawBody": "{ \"a\":1}" }"#,
            r#"POST https://x.azurewebsites.net/api/hook [x-sig: 1] { "a":1}"#,
            &[],
        ),
        // A raw body that is a Buffer, as Google Cloud Functions has it, written by `JSON.stringify`.
        (
            r#"{ "method": "POST", "headers": { "x-sig": "1" }, "body": { "a": 1 }, "rawBody": { "type": "Buffer", "data": [123, 32, 125] } }"#,
            "POST - [x-sig: 1] { }",
            &[],
        ),
    ] {
        assert_eq!(summary(export), (expected.to_owned(), issues.to_vec()), "{export}");
    }
}

#[test]
fn a_parsed_body_is_never_passed_off_as_the_bytes() {
    let (_, result) = import_one("{ \"headers\": {}, \"body\": {\n  \"a\": 1\n} }", ImportFormat::Record);
    assert_eq!(
        messages(&result),
        [
            "Expected the body as a string, got a parsed value. The body is the JSON text without its white space, and not the \
          sender's bytes."
        ]
    );
    assert_eq!(result.deliveries[0].body, br#"{"a":1}"#);
}

#[test]
fn payloads_that_resemble_exports_are_bodies() {
    for payload in [
        r#"{ "item": [{ "name": "a", "value": "b" }], "type": "order" }"#,
        r#"{ "items": [{ "method": "card", "url": "https://h/" }] }"#,
        r#"{ "request": { "method": "POST", "url": "https://h/", "id": "req_1" }, "data": {} }"#,
        r#"{ "guid": "g", "payload": {}, "headers": {} }"#,
        r#"{ "value": "x", "headers": {} }"#,
        r#"{ "content-type": "text/plain", "body": "mail" }"#,
        r#"{ "items": [], "requests": [], "folders": [{}] }"#,
    ] {
        let (delivery, result) = import_one(payload, ImportFormat::Body);
        assert_eq!((delivery.body.as_slice(), result.issues.len()), (payload.as_bytes(), 0));
    }
}
