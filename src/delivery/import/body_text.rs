//! The body in a pasted text: where it starts after the headers, where it ends, and the notations in which programs print it.

use super::diagnostics::Diagnostics;
use super::http_message;
use super::labels::{self, Label};
use super::lines::{skip_whitespace, split_first_line};
use super::log_prefix;
use super::notation::{parse_literal, transcode};
use super::{record, shortened};
use crate::delivery::headers::Headers;
use crate::issue::{ByteSpan, Code, Severity};
use crate::json::Document;

/// Returns the offset of the body after the headers: after line breaks, the prefix of a log and a label such as `Body: `.
pub(super) fn body_start(text: &[u8], end: usize) -> usize {
    let mut start = end;
    loop {
        let line = split_first_line(&text[start..]).0;
        if !line.trim_ascii().is_empty() || start + line.len() >= text.len() {
            break;
        }
        start += line.len() + 1;
    }
    if start == end && end > 0 && text[end - 1] != b'\n' {
        if let Some(length) = labels::inline_length(&text[end..]) {
            return end + length;
        }
        start = skip_whitespace(text, end);
    }
    if let Some(offset) = label_end(text, start) {
        return offset;
    }
    let prefix = log_prefix::parse(split_first_line(&text[start..]).0, usize::MAX).1;
    // Text of this form is no JSON, so that the prefix is none of the body.
    if prefix > 0 && matches!(text.get(start + prefix), Some(b'{' | b'[')) { start + prefix } else { start }
}

/// Returns the offset after a label for the body, after white space and the prefix of a log or not.
pub(super) fn label_end(text: &[u8], start: usize) -> Option<usize> {
    let start = skip_whitespace(text, start);
    let prefix = log_prefix::parse(split_first_line(&text[start..]).0, usize::MAX).1;
    [start, start + prefix].into_iter().find_map(|offset| match labels::parse(&text[offset..]) {
        Some((Label::Body, length)) => Some(skip_whitespace(text, offset + length)),
        _ => None,
    })
}

/// Parses the body at this offset: bytes as a program prints them, or the bytes themselves.
pub(super) fn parse_body(diagnostics: &mut Diagnostics<'_>, headers: &Headers<'_>, start: usize) -> Vec<u8> {
    let text = diagnostics.text;
    let body = text[start..].trim_ascii_end();
    let span = ByteSpan { start, end: start + body.len() };
    if let Some(bytes) = parse_printed_bytes(body) {
        diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, span, PRINTED_BYTES, None);
        return bytes;
    }
    let is_printed = matches!(body.first(), Some(b'{' | b'[')) && Document::parse(body).is_err();
    if is_printed
        && let Some((json, length)) = transcode(body)
        && length == body.len()
    {
        let message = "Expected the raw body, got a parsed one as a program prints a value. The JSON of the value was used.";
        let hint =
            "Capture the bytes of the body: the signature matches only the sender's white space and escapes.";
        diagnostics.add(Code::BODY_NOT_RAW, Severity::Warning, span, message, Some(hint));
        return json;
    }
    http_message::parse_body(diagnostics, headers, start)
}

/// Parses a text that is only a body. A body in a format that the caller names is not changed.
pub(super) fn parse_alone(diagnostics: &mut Diagnostics<'_>, is_raw: bool) -> Vec<u8> {
    let text = diagnostics.text;
    // A string of JSON may be a body.
    let is_json = || text.trim_ascii().starts_with(b"\"") && Document::parse(text).is_ok();
    if let Some(bytes) = parse_printed_bytes(text).filter(|_| !is_raw && !is_json()) {
        let span = ByteSpan { start: 0, end: text.len() };
        diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, span, PRINTED_BYTES, None);
        return bytes;
    }
    if let Some(mark) = shortened::find_mark(text) {
        let start = text.windows(mark.len()).rposition(|window| window == mark.as_bytes()).unwrap_or(0);
        let span = ByteSpan { start, end: start + mark.len() };
        let hint = Some(shortened::SHORTENED_BODY_HINT);
        diagnostics.add(Code::BODY_LOSSY, Severity::Warning, span, shortened::SHORTENED_BODY, hint);
    }
    text.to_vec()
}

/// Parses a text that is only the bytes of a body, as a program has printed them.
pub(super) fn parse_printed_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let body = text.trim_ascii();
    // A payload may have such members, too.
    if body.starts_with(b"{") {
        let bytes = record::parse_buffer(Document::parse(body).ok()?.root())?;
        return matches!(bytes.first(), Some(b'{' | b'[')).then_some(bytes);
    }
    parse_literal(body).filter(|(_, length)| *length == body.len()).map(|(bytes, _)| bytes)
}

const PRINTED_BYTES: &str = "Parsed the body from the notation in which a program has printed its bytes.";

/// Returns the end of the JSON object or array at this offset, if it is valid and nothing else is on its last line.
pub(super) fn json_end(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    if !matches!(rest.first(), Some(b'{' | b'[')) {
        return None;
    }
    let (mut depth, mut is_in_string, mut is_escaped) = (0_usize, false, false);
    let length = rest.iter().position(|byte| {
        match byte {
            _ if std::mem::take(&mut is_escaped) => {}
            b'\\' if is_in_string => is_escaped = true,
            b'"' => is_in_string = !is_in_string,
            b'{' | b'[' if !is_in_string => depth += 1,
            b'}' | b']' if !is_in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })? + 1;
    (ends_line(&rest[length..]) && Document::parse(&rest[..length]).is_ok()).then_some(start + length)
}

/// Whether a text has only white space before its first line break, or is a response.
pub(super) fn ends_line(text: &[u8]) -> bool {
    text.starts_with(b"HTTP/1") || split_first_line(text).0.trim_ascii().is_empty()
}
