//! Texts in no format that can be imported: what each looks like, and what to pass instead.

use super::line_kinds::is_known_header_line;
use super::lines::{contains, split_first_line, strip_bom};
use super::record::member;
use crate::json::{Document, Kind, Value};

/// A notation that is recognized and not parsed: how its text starts, its name, and what to pass instead.
type Notation = (&'static str, &'static str, &'static str);

const STARTS: [Notation; 36] = [
    ("import requests", PYTHON, PRINT),
    ("requests.post(", PYTHON, PRINT),
    ("import http.client", PYTHON, PRINT),
    ("import httpx", PYTHON, PRINT),
    ("var myHeaders = ", CODE, PRINT),
    ("const myHeaders = ", CODE, PRINT),
    ("var axios = ", CODE, PRINT),
    ("const axios = ", CODE, PRINT),
    ("let axios = ", CODE, PRINT),
    ("import axios", CODE, PRINT),
    ("import fetch", CODE, PRINT),
    ("var request = require(", CODE, PRINT),
    ("const request = require(", CODE, PRINT),
    ("fetch(", CODE, PRINT),
    ("await fetch(", CODE, PRINT),
    ("<?php", "PHP code", PRINT),
    ("$curl = curl_init", "PHP code", PRINT),
    ("$client = new", "PHP code", PRINT),
    ("require 'net/http'", "Ruby code", PRINT),
    ("require \"uri\"", "Ruby code", PRINT),
    ("package main", "Go code", PRINT),
    ("OkHttpClient ", "Java code", PRINT),
    ("HttpResponse<", "Java code", PRINT),
    ("var client = new HttpClient", "C# code", PRINT),
    ("var client = new RestClient", "C# code", PRINT),
    ("&{Method:", "a request as Go prints a structure", PRINT),
    ("#<", "an object of Ruby", PRINT),
    (
        "type: collection.insomnia.rest/5",
        "a collection of Insomnia in YAML",
        "Export the collection as \"Insomnia v4 (JSON)\".",
    ),
    ("_type: export", "a collection of Insomnia in YAML", "Export the collection as \"Insomnia v4 (JSON)\"."),
    ("<?xml", "XML, and has no request of Burp Suite", "Export a HAR file."),
    ("<charles-session", "a session of Charles in XML", "Export the session as JSON or as a HAR file."),
    ("PK\u{3}\u{4}", "a ZIP archive, such as a session of Fiddler", "Export a HAR file."),
    ("\u{a}\r\r\u{a}", PCAP, PCAP_HINT),
    ("9:websocket;", MITMPROXY, MITMPROXY_HINT),
    ("> Ready! You are using Stripe", "the log of the Stripe CLI, which has no bodies", PRINT),
    ("Ready! You are using Stripe", "the log of the Stripe CLI, which has no bodies", PRINT),
];

const PYTHON: &str = "Python code";
const CODE: &str = "JavaScript code that is more than one call with literal values";
const PRINT: &str = "Print the headers and the raw body where the application receives them, and pass both.";
const PCAP: &str = "a packet capture";
const PCAP_HINT: &str = "Follow the HTTP stream in Wireshark, and save the stream as raw bytes.";
const MITMPROXY: &str = "a file of flows of mitmproxy";
const MITMPROXY_HINT: &str = "Export the flow: :export.file raw_request @focus request.http";

/// Whether a text is a collection in YAML, whose lines look like headers.
pub(super) fn is_yaml(text: &[u8]) -> bool {
    ["type: collection.insomnia", "_type: export"].iter().any(|start| text.starts_with(start.as_bytes()))
}

/// Members of JSON that is about requests and has none: all of these in one object, its name, and what to pass instead.
const JSON: [(&[&str], &str, &str); 6] = [
    (&["_postman_variable_scope", "values"], "an environment of Postman", "Export the collection."),
    (
        &["guid", "delivered_at", "redelivery", "status_code"],
        "a list of deliveries of GitHub, without their headers and bodies",
        "Get one delivery: gh api repos/OWNER/REPO/hooks/HOOK/deliveries/ID.",
    ),
    (&["msgId", "endpointId", "responseStatusCode"], SVIX_ATTEMPT, PRINT),
    (
        &["nodes", "connections", "settings"],
        "a workflow of n8n, without executions",
        "Copy the output of the webhook node.",
    ),
    (&["eventType", "payload", "channels", "timestamp"], SVIX_MESSAGE, PRINT),
    (
        &["__export_format", "_type", "resources"],
        "an export of Insomnia without requests",
        "Export the collection.",
    ),
];
const SVIX_ATTEMPT: &str = "an attempt of Svix, without headers and body";
const SVIX_MESSAGE: &str = "a message of Svix, without headers and with a parsed payload";

/// Returns the name of JSON that is about requests and has none, and what to pass instead.
#[inline(never)]
pub(super) fn name_json(root: Value<'_>) -> Option<(&'static str, &'static str)> {
    let first = if root.kind() == Kind::Array { root.elements().next()? } else { root };
    let data =
        first.get("data").filter(|data| data.kind() == Kind::Array).and_then(|data| data.elements().next());
    let has_all = |names: &[&str]| {
        [Some(first), data]
            .into_iter()
            .flatten()
            .any(|object| names.iter().all(|name| member(object, name).is_some()))
    };
    JSON.iter().find(|(names, _, _)| has_all(names)).map(|(_, name, hint)| (*name, *hint))
}

/// Returns the name of the notation that a text seems to have, and what to pass instead. `None`: the text looks like
/// nothing known.
#[inline(never)]
pub(super) fn name_notation(input: &[u8]) -> Option<(&'static str, &'static str)> {
    let text = strip_bom(input).trim_ascii_start();
    if matches!(text.first(), Some(b'{' | b'['))
        && let Ok(document) = Document::parse(text)
    {
        return name_json(document.root());
    }
    let starts = |start: &str| text.starts_with(start.as_bytes()) || input.starts_with(start.as_bytes());
    if let Some((_, name, hint)) = STARTS.iter().find(|(start, _, _)| starts(start)) {
        return Some((name, hint));
    }
    if contains(split_first_line(text).0, ",method,") {
        return Some(("a CSV file of requests", "Export the requests as JSON."));
    }
    name_printed(text).map(|name| (name, PRINT))
}

/// Returns the name of the notation of a program's output.
fn name_printed(text: &[u8]) -> Option<&'static str> {
    let has = |part: &str| contains(text, part);
    if has("request [") && has("headers=[") {
        return Some("a line of CommonsRequestLoggingFilter of Spring");
    }
    if text.starts_with(b"| ") {
        return Some("a table of Markdown");
    }
    if has("| curl ") || has("| http ") {
        return Some("a pipe, of which another program writes the body");
    }
    if has("HttpLoggingMiddleware[") || has("RequestBody: ") {
        return Some("the log of HttpLogging of ASP.NET");
    }
    if is_java_map(text) {
        return Some("a map of Java");
    }
    if has("System.String[]") {
        return Some("headers that .NET has printed without their values");
    }
    let line = split_first_line(text).0.trim_ascii_end();
    let name = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    let mark = &line[name.len()..];
    if (mark.is_empty() || mark.starts_with(b" =")) && is_known_header_line(&[name, b":"].concat()) {
        return Some("headers without colons");
    }
    if ["GET ", "POST ", "PUT "].iter().any(|method| contains(line, method))
        && contains(line, " HTTP/")
        && contains(line, "\" ")
    {
        return Some("a line of an access log");
    }
    let is_shortened = ["[Object]", "[Array]", " more item", " more bytes>"].into_iter().any(has);
    let has_headers = ["headers:", "content-type", "user-agent", "-signature"].into_iter().any(has);
    if text.starts_with(b"{") && is_shortened && has_headers {
        return Some("headers that util.inspect has shortened");
    }
    is_cut_headers(text, has_headers)
        .then_some("headers that a program has printed, incomplete or in a notation that is not read")
}

/// Whether a text starts with an object of headers that has no end, or that something follows.
fn is_cut_headers(text: &[u8], has_headers: bool) -> bool {
    let Some(key) = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else { return false };
    let ends_object = |line: &[u8]| line.trim_ascii_end().ends_with(b"}");
    let mut lines = text.trim_ascii_end().split(|byte| *byte == b'\n');
    let is_whole = lines.any(ends_object) && lines.next().is_none();
    let length = key.iter().position(|byte| b":=\n".contains(byte)).unwrap_or(0);
    let name: Vec<u8> = key[..length].iter().copied().filter(|byte| !b"'\" ".contains(byte)).collect();
    // The keys of JSON are in double quotes, so another key is not of a sender's body.
    !is_whole && is_known_header_line(&[&name[..], b":"].concat()) && (has_headers || !key.starts_with(b"\""))
}

/// `{content-type=application/json, host=h}` and `{Content-Type=[application/json]}`.
fn is_java_map(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"{") else { return false };
    let line = split_first_line(rest).0;
    let length = line.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'-')).unwrap_or(0);
    length > 0 && line[length] == b'=' && line.get(length + 1) != Some(&b'>') && line.ends_with(b"}")
}
