//! Texts in no format that can be imported: what each looks like, and what to pass instead.

use super::lines::{contains, split_first_line, strip_bom};

/// Notations that are recognized and not parsed: how their text starts, and their name.
const STARTS: [(&str, &str); 14] = [
    ("wget ", "a wget command"),
    ("http POST ", "an HTTPie command"),
    ("Invoke-WebRequest", "a PowerShell command"),
    ("Invoke-RestMethod", "a PowerShell command"),
    ("$session = New-Object", "a PowerShell command"),
    ("import requests", "Python code"),
    ("requests.post(", "Python code"),
    ("var myHeaders = ", CODE),
    ("const myHeaders = ", CODE),
    ("const axios = ", CODE),
    ("fetch(", CODE),
    ("await fetch(", CODE),
    ("&{Method:", "a request as Go prints a structure"),
    ("#<", "an object of Ruby"),
];

const CODE: &str = "JavaScript code that is more than one call with literal values";

/// Returns the name of the notation that a text seems to have. `None`: the text looks like nothing known.
pub(super) fn name_notation(input: &[u8]) -> Option<&'static str> {
    let text = strip_bom(input).trim_ascii_start();
    if let Some((_, name)) = STARTS.iter().find(|(start, _)| text.starts_with(start.as_bytes())) {
        return Some(name);
    }
    let has = |part: &str| contains(text, part);
    if is_java_map(text) {
        return Some("a map of Java");
    }
    if has("System.String[]") {
        return Some("headers that .NET has printed without their values");
    }
    let line = split_first_line(text).0;
    if ["GET ", "POST ", "PUT "].iter().any(|method| contains(line, method))
        && contains(line, " HTTP/")
        && contains(line, "\" ")
    {
        return Some("a line of an access log");
    }
    let is_shortened = ["[Object]", "[Array]", " more item", " more bytes>"].into_iter().any(has);
    let has_headers = ["headers:", "content-type", "user-agent", "-signature"].into_iter().any(has);
    (text.starts_with(b"{") && is_shortened && has_headers)
        .then_some("headers that util.inspect has shortened")
}

/// `{content-type=application/json, host=h}` and `{Content-Type=[application/json]}`.
fn is_java_map(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"{") else { return false };
    let line = split_first_line(rest).0;
    let length = line.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'-')).unwrap_or(0);
    length > 0 && line[length] == b'=' && line.get(length + 1) != Some(&b'>') && line.ends_with(b"}")
}
