//! Header lines without a request line: as tools and pages show them, wrapped or not, with titles, and followed by the body.

use super::body_text::{label_end, parse_body};
use super::diagnostics::Diagnostics;
use super::http_message::decode_header_value;
use super::labels::{self, Label};
use super::line_kinds::{header_name, is_known_header_line, is_signature_name};
use super::lines::{find_byte, split_first_line};
use super::log_prefix;
use super::result::ImportedDelivery;
use crate::delivery::headers::is_token;
use crate::issue::{ByteSpan, Code, Severity};

/// A shorter value is not wrapped by a window.
const MIN_WRAPPED: usize = 16;

/// Titles and notes of pages, which are no part of a request.
const TITLES: [&str; 7] = [
    "Request",
    "Headers",
    "General",
    "Request Headers",
    "View source",
    "Raw",
    "Provisional headers are shown",
];

/// Whether a text starts with a label for headers, and headers on the next lines.
pub(super) fn starts_with_label(text: &[u8]) -> bool {
    labels::parse(text).is_some_and(|(label, end)| {
        label == Label::Headers && header_name(split_first_line(&text[end..]).0).is_some()
    })
}

/// Returns the length of the header lines at the start of a text.
pub(super) fn length(text: &[u8]) -> usize {
    let mut offset = 0;
    while offset < text.len() {
        let line = split_first_line(&text[offset..]).0;
        let content = line.trim_ascii();
        let is_body = matches!(content.first(), None | Some(b'{' | b'['))
            || matches!(labels::parse(&text[offset..]), Some((Label::Body, _)));
        if is_body && offset > 0 {
            return offset;
        }
        offset += line.len() + 1;
    }
    text.len()
}

/// Parses header lines and the body after them. Returns `None` if no body follows.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>, start: usize) -> Option<ImportedDelivery> {
    let mut delivery = ImportedDelivery::default();
    let mut skipped = Diagnostics::new(diagnostics.text);
    let body_start = parse_lines(&mut skipped, start, &mut delivery, false)?;
    if delivery.headers.is_empty() {
        return None;
    }
    let message = "Missing request line: the lines before the first empty line were parsed as headers.";
    diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, ByteSpan { start, end: start }, message, None);
    diagnostics.issues.extend(skipped.issues);
    let body_start = label_end(diagnostics.text, body_start).unwrap_or(body_start);
    delivery.body = parse_body(diagnostics, &delivery.headers, body_start);
    Some(delivery)
}

/// Parses lines up to the body, and returns where the body starts. Every line that is not parsed is reported.
pub(super) fn parse_lines(
    diagnostics: &mut Diagnostics<'_>,
    start: usize,
    delivery: &mut ImportedDelivery,
    is_page: bool,
) -> Option<usize> {
    let text = diagnostics.text;
    let mut offset = start;
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut body_start = None;
    while offset < text.len() {
        let (line, rest) = split_first_line(&text[offset..]);
        let next = text.len() - rest.len() + usize::from(!rest.is_empty());
        let span = ByteSpan { start: offset, end: offset + line.trim_ascii_end().len() };
        let content = line.trim_ascii();
        let content = &content[log_prefix::list_mark(content)..];
        let label = labels::parse(&text[offset..]);
        if content.is_empty() {
            let has_headers = !fields.is_empty() || is_page && delivery.url.is_some();
            if has_headers && !continues(&text[next..], is_page) {
                body_start = Some(next);
                break;
            }
        } else if matches!(content[0], b'{' | b'[') {
            body_start = Some(offset);
            break;
        } else if let Some((Label::Body, _)) = label {
            body_start = Some(offset);
            break;
        } else if label.is_some_and(|(_, end)| offset + end >= next) {
            // A label on a line of its own, such as `Headers:`.
        } else if !parse_line(content, &mut fields, delivery, is_page) {
            let is_title = TITLES.iter().any(|title| title.as_bytes() == content);
            // A page may show the name and the value on two lines.
            let is_value = fields.last().is_some_and(|(_, value)| value.is_empty());
            let is_joined = !is_title && join_line(line, &mut fields);
            if is_joined && is_value {
                // The value is complete.
            } else if is_joined {
                let message = "Joined the lines of a header value, which a window or a chat has wrapped.";
                let hint = "Copy the header again, if the signature does not match.";
                diagnostics.add(Code::HTTP_RECOVERED, Severity::Warning, span, message, Some(hint));
            } else if !is_title {
                let message = "Expected a header, got another line. The line was ignored.";
                diagnostics.add(Code::INPUT_IGNORED, Severity::Info, span, message, None);
            }
        }
        offset = next;
        if rest.is_empty() {
            break;
        }
    }
    remove_quotes(&mut fields);
    delivery.headers = fields.into_iter().collect();
    body_start
}

/// Removes the quotes around every value, which YAML and tools write.
fn remove_quotes(fields: &mut [(String, String)]) {
    let unquote = |value: &str| {
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        Some(value[1..].strip_suffix(quote)?.to_owned())
    };
    let values: Option<Vec<_>> = fields.iter().map(|(_, value)| unquote(value)).collect();
    for ((_, value), plain) in fields.iter_mut().zip(values.unwrap_or_default()) {
        *value = plain;
    }
}

/// Whether more header lines follow an empty line: after titles of a page.
fn continues(text: &[u8], is_page: bool) -> bool {
    let mut rest = text.trim_ascii_start();
    for _ in 0..4 {
        let line = split_first_line(rest).0.trim_ascii();
        if !TITLES.iter().any(|title| title.as_bytes() == line) {
            return is_page && is_known_header_line(line);
        }
        rest = split_first_line(rest).1.trim_ascii_start();
    }
    false
}

/// Parses one line with a header, the URL or the method. Returns whether the line has one of them.
fn parse_line(
    line: &[u8],
    fields: &mut Vec<(String, String)>,
    delivery: &mut ImportedDelivery,
    is_page: bool,
) -> bool {
    // The pseudo-headers of HTTP/2, such as `:path`, are no headers.
    if line[0] == b':' {
        return true;
    }
    let separator = find_byte(line, b':').or_else(|| find_byte(line, b'\t'));
    let Some(separator) = separator else { return false };
    let Ok(name) = std::str::from_utf8(&line[..separator]) else { return false };
    let value = decode_header_value(line[separator + 1..].trim_ascii());
    if is_page && name.eq_ignore_ascii_case("request url") {
        delivery.url = Some(value);
    } else if is_page && name.eq_ignore_ascii_case("request method") {
        delivery.method = Some(value.to_ascii_uppercase());
    } else if is_token(name) && line.get(separator + 1) != Some(&b'/') {
        fields.push((name.to_owned(), value));
    } else {
        return false;
    }
    true
}

/// Appends a line to the value of the last header: a value after a line with only a name, or the rest of a wrapped value.
fn join_line(line: &[u8], fields: &mut [(String, String)]) -> bool {
    let Some((name, value)) = fields.last_mut() else { return false };
    let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
    let part = line.trim_ascii();
    let is_word = !part.contains(&b' ');
    if !(value.is_empty() || is_folded || is_word && value.len() >= MIN_WRAPPED) {
        return false;
    }
    let parts = [value.as_bytes(), part].join(&b'\n');
    // A word that is cut within has no space, whatever the header.
    let is_cut = is_word && !is_folded && !value.contains(' ');
    *value = if is_cut && !is_signature_name(&name.to_ascii_lowercase()) {
        decode_header_value(&[value.as_bytes(), part].concat())
    } else {
        super::lenient_http::unfold_value(name, &parts)
    };
    true
}
