//! Files of the REST client of VS Code and of the HTTP client of JetBrains: requests without an HTTP version, separated by
//! lines that start with `###`.

use super::collection::{VARIABLE, VARIABLE_HINT, find_variable};
use super::diagnostics::Diagnostics;
use super::http_message::{decode_header_value, target_url};
use super::line_kinds::header_name;
use super::lines::{contains, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use crate::issue::{ByteSpan, Code, Severity};

/// Whether the first line that is no comment and no variable is a request line as only these files have it.
pub(super) fn looks_like_rest_client(text: &[u8]) -> bool {
    let mut rest = strip_bom(text);
    let is_file = is_preamble(split_first_line(rest).0) && contains(rest, "###");
    while !rest.is_empty() {
        let (line, next) = split_first_line(rest);
        if let Some((_, _, has_version)) = request_line(line) {
            // An HTTP message may have three number signs in its body.
            // The console of Postman starts with such a line, too.
            return is_file || !has_version && !contains(text, "\nRequest Headers");
        }
        if !is_preamble(line) {
            return false;
        }
        rest = next.get(1..).unwrap_or_default();
    }
    false
}

/// Whether a line may precede a request line: a comment, a variable, a separator or an empty line.
fn is_preamble(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b"//") || line.starts_with(b"@")
}

/// Returns the method and the target of a request line, and whether an HTTP version follows.
#[inline(never)]
fn request_line(line: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let line = line.trim_ascii();
    let end = line.iter().position(|byte| *byte == b' ')?;
    let (method, target) = (&line[..end], line[end..].trim_ascii());
    let version = target.windows(6).rposition(|part| part == b" HTTP/");
    let target = target[..version.unwrap_or(target.len())].trim_ascii_end();
    let is_target = target.starts_with(b"/") || target.starts_with(b"{{") || contains(target, "://");
    let is_method = (3..=10).contains(&method.len()) && method.iter().all(u8::is_ascii_uppercase);
    (is_method && is_target && !contains(target, " HTTP/")).then_some((method, target, version.is_some()))
}

/// Parses every request of a file.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Vec<ImportedDelivery> {
    let text = diagnostics.text;
    let mut deliveries = Vec::new();
    let mut start = text.len() - strip_bom(text).len();
    while start < text.len() {
        let mut end = start;
        loop {
            end += split_first_line(&text[end..]).0.len();
            if end >= text.len() || text[end + 1..].starts_with(b"###") {
                break;
            }
            end += 1;
        }
        deliveries.extend(parse_request(diagnostics, ByteSpan { start, end }));
        start = end + 1;
    }
    deliveries
}

/// Parses one request: comments, the request line, headers, and the body after an empty line.
#[inline(never)]
fn parse_request(diagnostics: &mut Diagnostics<'_>, span: ByteSpan) -> Option<ImportedDelivery> {
    let text = &diagnostics.text[..span.end];
    let mut delivery = ImportedDelivery::default();
    let mut target = String::new();
    let mut offset = span.start;
    while offset < text.len() {
        let line_start = offset;
        let line = split_first_line(&text[offset..]).0;
        offset = (offset + line.len() + 1).min(text.len());
        let trimmed = line.trim_ascii();
        if let Some(name) = header_name(line).filter(|_| !target.is_empty()) {
            delivery.headers.push(name.to_owned(), decode_header_value(line[name.len() + 1..].trim_ascii()));
        } else if trimmed.is_empty() && !target.is_empty() {
            break;
        } else if let Some((method, path, _)) = request_line(line).filter(|_| target.is_empty()) {
            delivery.method = Some(String::from_utf8_lossy(method).into_owned());
            target = decode_header_value(path);
        } else if !target.is_empty() && (trimmed.starts_with(b"?") || trimmed.starts_with(b"&")) {
            // The query may go on at further lines.
            target.push_str(&decode_header_value(trimmed));
        } else if !is_preamble(line) {
            let span = ByteSpan { start: line_start, end: line_start + line.len() };
            let message = "Expected a request line or a header, got another line. The line was ignored.";
            let hint = Some("Correct or remove the line.");
            diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, span, message, hint);
        }
    }
    if target.is_empty() {
        return None;
    }
    delivery.url = target_url(&target, &delivery.headers);
    delivery.body = parse_body(diagnostics, ByteSpan { start: offset, end: span.end }, &delivery);
    if let Some(start) = find_variable(&text[span.start..offset])
        .map(|start| span.start + start)
        .or_else(|| find_variable(&delivery.body).map(|_| offset))
    {
        let span = ByteSpan { start, end: start };
        diagnostics.add(Code::VARIABLE_UNRESOLVED, Severity::Warning, span, VARIABLE, Some(VARIABLE_HINT));
    }
    Some(delivery)
}

/// Returns the body without the scripts after it and without empty lines at its end.
#[inline(never)]
fn parse_body(diagnostics: &mut Diagnostics<'_>, span: ByteSpan, delivery: &ImportedDelivery) -> Vec<u8> {
    let text = &diagnostics.text[..span.end];
    let mut end = span.start;
    while end < text.len() {
        let line = split_first_line(&text[end..]).0;
        // A script for the response, or a file that has one.
        if line.starts_with(b"> ") || line.starts_with(b">> ") || line.starts_with(b"<> ") {
            break;
        }
        end = (end + line.len() + 1).min(text.len());
    }
    let breaks = text[span.start..end].iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let body = &text[span.start..end - breaks];
    let reference = body.strip_prefix(b"<@").or_else(|| body.strip_prefix(b"<"));
    if reference.is_some_and(|name| name.starts_with(b" ")) {
        let span = ByteSpan { start: span.start, end: span.start + body.len() };
        let message = "Expected the body in the file, got the name of another file.";
        let hint = Some("Pass the bytes of the body separately (CLI: --body FILE).");
        diagnostics.add(Code::BODY_NOT_INCLUDED, Severity::Error, span, message, hint);
        return Vec::new();
    }
    let is_form = delivery.headers.get("content-type").is_some_and(|value| value.contains("form-urlencoded"));
    // A form may have its fields at lines of their own.
    let mut body = body.to_vec();
    body.retain(|byte| !(is_form && matches!(byte, b'\r' | b'\n')));
    body
}
