//! HTTP/1 requests as they went over the wire (RFC 9112), with either kind of line break.

use super::finding::Notes;
use super::{Imported, joined};
use crate::delivery::{Headers, is_token};
use crate::issue::{ByteSpan, Code, Severity};

/// Whether a text has a request line, or begins with a header.
pub(super) fn begins(text: &[u8]) -> bool {
    request_line(text).is_some() || header_first(text)
}

/// Reads the request of a text; `joined` has what is no HTTP any more.
pub(super) fn read(notes: &mut Notes<'_>) -> Option<Imported> {
    let text = notes.text;
    let Some(start) = request_line(text) else { return read_headers_only(notes) };
    if !super::without_mark(&text[..start]).trim_ascii().is_empty() {
        let message = "What stands before the request line is no part of the request.";
        notes.add(Code::TEXT_SKIPPED, Severity::Info, ByteSpan { start: 0, end: start }, message, None);
    }
    let mut room = 32;
    loop {
        let mut fields = vec![httparse::EMPTY_HEADER; room];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(&text[start..]) {
            Ok(httparse::Status::Complete(length)) => {
                let headers = headers(request.headers);
                let target = request.path.unwrap_or_default();
                return Some(Imported {
                    body: body(notes, &headers, start + length),
                    url: url(target, &headers),
                    method: request.method.map(str::to_ascii_uppercase),
                    headers,
                });
            }
            Err(httparse::Error::TooManyHeaders) => room *= 4,
            Ok(httparse::Status::Partial) | Err(_) => return joined::read(notes, start),
        }
    }
}

/// Headers and body without a request line, which is how many tools show a request.
fn read_headers_only(notes: &mut Notes<'_>) -> Option<Imported> {
    let text = notes.text;
    let start = text.len() - super::without_mark(text).trim_ascii_start().len();
    let mut room = 32;
    loop {
        let mut fields = vec![httparse::EMPTY_HEADER; room];
        match httparse::parse_headers(&text[start..], &mut fields) {
            Ok(httparse::Status::Complete((length, fields))) if !fields.is_empty() => {
                let message =
                    "There is no request line: what stands before the first empty line was read as headers.";
                let place = ByteSpan { start, end: start };
                notes.add(Code::HTTP_REPAIRED, Severity::Info, place, message, None);
                let headers = headers(fields);
                return Some(Imported {
                    body: body(notes, &headers, start + length),
                    headers,
                    ..Imported::default()
                });
            }
            Err(httparse::Error::TooManyHeaders) => room *= 4,
            _ => {
                let response = text[start..].starts_with(b"HTTP/");
                let end = start + super::first_line(&text[start..]).0.len();
                let (message, hint) = if response {
                    (
                        "This is the answer to a request, and not the request.",
                        "Copy the request that was answered.",
                    )
                } else {
                    (
                        "There is no request line, and no headers with an empty line behind them.",
                        "A request begins like \"POST /path HTTP/1.1\"; an empty line stands between headers and body.",
                    )
                };
                notes.add(Code::HTTP_SYNTAX, Severity::Error, ByteSpan { start, end }, message, Some(hint));
                return None;
            }
        }
    }
}

fn headers(fields: &[httparse::Header<'_>]) -> Headers<'static> {
    fields.iter().map(|field| (field.name.to_owned(), text_of(field.value))).collect()
}

/// A header value as text: UTF-8, or else each byte the character with its number, as servers have it.
pub(super) fn text_of(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The URL of a request, as far as it says it.
pub(super) fn url(target: &str, headers: &Headers<'_>) -> Option<String> {
    if target.contains("://") {
        return Some(target.to_owned());
    }
    let scheme = match headers.get("x-forwarded-proto") {
        Some("http") => "http",
        _ => "https",
    };
    headers.get("host").filter(|host| !host.is_empty()).map(|host| format!("{scheme}://{host}{target}"))
}

/// The body that begins here, framed by the headers (RFC 9112, section 6). What is no frame changes nothing.
pub(super) fn body(notes: &mut Notes<'_>, headers: &Headers<'_>, start: usize) -> Vec<u8> {
    let bytes = &notes.text[start..];
    let rest = |length: usize| ByteSpan { start: start + length, end: start + bytes.len() };
    let chunked = |value: &str| value.to_ascii_lowercase().contains("chunked");
    if headers.get_all("transfer-encoding").any(chunked) {
        if let Some((body, length)) = unchunk(bytes) {
            if length < bytes.len() {
                let message = "What stands behind the last chunk is no part of the body.";
                notes.add(Code::TEXT_SKIPPED, Severity::Info, rest(length), message, None);
            }
            return body;
        }
        let message =
            "The headers say that the body is sent in chunks, and it is not: it was read as it stands.";
        notes.add(Code::BODY_LENGTH, Severity::Info, rest(0), message, None);
        return bytes.to_vec();
    }
    let Some(length) = headers.get("content-length").and_then(|text| text.parse::<usize>().ok()) else {
        return bytes.to_vec();
    };
    if let Some(behind) = bytes.get(length..).filter(|behind| !behind.is_empty()) {
        let breaks = behind.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        let severity = if breaks { Severity::Info } else { Severity::Warning };
        let message =
            format!("Content-Length says {length} bytes: the {} behind them were left out.", behind.len());
        let hint = "If the body was edited and all of it counts, take the Content-Length header out.";
        notes.add(Code::BODY_LENGTH, severity, rest(length), &message, Some(hint));
        return bytes[..length].to_vec();
    }
    if bytes.len() < length {
        let message = format!("Content-Length says {length} bytes, and there are {}.", bytes.len());
        let hint = "The capture was cut, or line breaks were changed when it was saved: the signature may not fit any more.";
        notes.add(Code::BODY_LENGTH, Severity::Warning, rest(0), &message, Some(hint));
    }
    bytes.to_vec()
}

/// The bytes of a chunked body (RFC 9112, section 7.1), and how many bytes it took with its trailers.
fn unchunk(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let httparse::Status::Complete((head, size)) = httparse::parse_chunk_size(&bytes[at..]).ok()? else {
            return None;
        };
        at += head;
        let size = usize::try_from(size).ok()?;
        if size == 0 {
            // Trailers, and the empty line that ends them; the end of the text will do, too.
            let mut fields = [httparse::EMPTY_HEADER; 32];
            return match httparse::parse_headers(&bytes[at..], &mut fields) {
                Ok(httparse::Status::Complete((length, _))) => Some((body, at + length)),
                _ => Some((body, bytes.len())),
            };
        }
        let end = at.checked_add(size)?;
        body.extend_from_slice(bytes.get(at..end)?);
        at = end + line_break(bytes.get(end..)?)?;
    }
}

fn line_break(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\r', b'\n', ..] => Some(2),
        [b'\n', ..] => Some(1),
        _ => None,
    }
}

/// Where the first line stands that begins with a method, a target and a version.
fn request_line(text: &[u8]) -> Option<usize> {
    let mut at = text.len() - super::without_mark(text).len();
    while at < text.len() {
        let line = super::first_line(&text[at..]).0;
        let indent = line.len() - line.trim_ascii_start().len();
        if is_request(&line[indent..]) {
            return Some(at + indent);
        }
        at += line.len() + 1;
    }
    None
}

fn is_request(line: &[u8]) -> bool {
    let mut words = line.split(|byte| matches!(byte, b' ' | b'\t' | b'\r')).filter(|word| !word.is_empty());
    let method = words.next().unwrap_or_default();
    (3..=20).contains(&method.len())
        && method.iter().all(u8::is_ascii_uppercase)
        && words.next().is_some_and(<[u8]>::is_ascii)
        && words.next().is_some_and(|version| version.starts_with(b"HTTP/"))
}

/// Whether the first line is a header, or the status of an answer.
fn header_first(text: &[u8]) -> bool {
    let line = super::first_line(text).0;
    line.starts_with(b"HTTP/")
        || line.iter().position(|byte| *byte == b':').is_some_and(|colon| {
            std::str::from_utf8(&line[..colon]).is_ok_and(is_token) && line.get(colon + 1) != Some(&b'/')
        })
}
