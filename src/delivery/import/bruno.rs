//! Requests as Bruno keeps them in files: blocks such as `headers { ... }`, whose lines are indented by two spaces.

use super::collection::{VARIABLE, VARIABLE_HINT, find_variable};
use super::curl;
use super::diagnostics::Diagnostics;
use super::http_message::decode_header_value;
use super::lines::{find_byte, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use crate::delivery::headers::is_token;
use crate::issue::{ByteSpan, Code, Severity};
use crate::text::into_owned_outlined;

const METHODS: [&[u8]; 7] = [b"get", b"post", b"put", b"patch", b"delete", b"head", b"options"];

pub(super) fn looks_like_bruno(text: &[u8]) -> bool {
    strip_bom(text).trim_ascii_start().starts_with(b"meta {")
}

/// Parses the request of a file.
#[inline(never)]
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Vec<ImportedDelivery> {
    let text = diagnostics.text;
    let mut delivery = ImportedDelivery::default();
    let mut block: &[u8] = b"";
    // The kind of the body that is sent; a file may keep others.
    let mut mode = String::new();
    let mut offset = 0;
    while offset < text.len() {
        let line = split_first_line(&text[offset..]).0;
        let span = ByteSpan { start: offset, end: offset + line.len() };
        offset += line.len() + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_method = METHODS.contains(&block);
        if let Some(name) = line.strip_suffix(b" {").filter(|name| !name.starts_with(b" ")) {
            block = name;
            if METHODS.contains(&block) {
                delivery.method = Some(decode_header_value(block).to_ascii_uppercase());
            } else if block.strip_prefix(b"body:").is_some_and(|kind| kind == mode.as_bytes())
                && !["json", "text", "xml", "sparql"].contains(&mode.as_str())
            {
                curl::report_external_body(diagnostics, span, curl::RANDOM_BOUNDARY);
            }
        } else if line == b"}" {
            block = b"";
        } else if block.strip_prefix(b"body:").is_some_and(|kind| kind == mode.as_bytes()) {
            if !delivery.body.is_empty() {
                delivery.body.push(b'\n');
            }
            delivery.body.extend_from_slice(line.strip_prefix(b"  ").unwrap_or(line));
        } else if let Some(colon) = find_byte(line, b':').filter(|_| is_method || block == b"headers") {
            let name = decode_header_value(line[..colon].trim_ascii());
            let value = decode_header_value(line[colon + 1..].trim_ascii());
            match name.as_str() {
                "url" if is_method => delivery.url = Some(value),
                "body" if is_method => {
                    // The name of the block of a form has a hyphen.
                    mode = match value.as_str() {
                        "formUrlEncoded" | "formUrlencoded" => into_owned_outlined("form-urlencoded"),
                        "multipartForm" => into_owned_outlined("multipart-form"),
                        _ => value,
                    };
                }
                _ if is_method => continue,
                // A tilde switches a header off, and is a character of a token.
                _ if is_token(&name) && !name.starts_with('~') => delivery.headers.push(name, value),
                _ => continue,
            }
        } else {
            continue;
        }
        if find_variable(&text[span.start..span.end]).is_some() {
            diagnostics.add(
                Code::VARIABLE_UNRESOLVED,
                Severity::Warning,
                span,
                VARIABLE,
                Some(VARIABLE_HINT),
            );
        }
    }
    vec![delivery]
}
