//! Parts of an HTTP/1 message that strict and lenient parsing share: body framing, target URL and header values.

use super::diagnostics::Diagnostics;
use super::spacing::set_spacing;
use crate::delivery::headers::Headers;
use crate::issue::{ByteSpan, Code, Severity};
use crate::json::Document;

/// Decodes a header value: UTF-8, or else ISO-8859-1, as most servers do.
#[inline(never)]
pub(super) fn decode_header_value(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        // A page may have a no-break space after the colon.
        Ok(text) => text.trim_matches('\u{a0}').to_owned(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Builds the URL from the request target and the Host header (RFC 9112, section 3.3). The scheme is `https` unless
/// X-Forwarded-Proto says `http`: plain requests are usually captured after a TLS proxy.
pub(super) fn target_url(target: &str, headers: &Headers<'_>) -> Option<String> {
    if target.contains("://") {
        return Some(target.to_owned());
    }
    let scheme = match headers.get("x-forwarded-proto") {
        Some("http") => "http",
        _ => "https",
    };
    headers.get("host").filter(|host| !host.is_empty()).map(|host| format!("{scheme}://{host}{target}"))
}

/// Returns the body that starts at this offset, framed by the headers (RFC 9112, section 6). Framing that contradicts
/// the capture is reported, and the bytes are kept.
pub(super) fn parse_body(diagnostics: &mut Diagnostics<'_>, headers: &Headers<'_>, start: usize) -> Vec<u8> {
    let bytes = &diagnostics.text[start..];
    let span_from = |offset: usize| ByteSpan { start: start + offset, end: start + bytes.len() };
    let is_chunked = |value: &str| value.to_ascii_lowercase().contains("chunked");
    if headers.get_all("transfer-encoding").any(is_chunked) {
        if let Some((body, length)) = decode_chunked(bytes) {
            if length < bytes.len() {
                let message = "Ignored the text after the last chunk of the body.";
                diagnostics.add(Code::INPUT_IGNORED, Severity::Info, span_from(length), message, None);
            }
            return body;
        }
        let message =
            "Expected a chunked body (Transfer-Encoding), got one without chunks. All bytes were kept.";
        diagnostics.add(Code::BODY_LENGTH, Severity::Info, span_from(0), message, None);
        return bytes.to_vec();
    }
    let Some(length) = headers.get("content-length").and_then(|text| text.parse::<usize>().ok()) else {
        return bytes.to_vec();
    };
    if bytes.len() == length {
        return bytes.to_vec();
    }
    if let Some(body) = undo_formatting(bytes, length) {
        let is_exact = body.len() == length;
        let message = if is_exact {
            "Expected the bytes of the body, got JSON with other white space. The body has the white space that gives the \
             declared length (Content-Length)."
        } else {
            "Expected the bytes of the body, got JSON with other white space. The text was kept."
        };
        let hint = "Print the body without changes, such as with --pretty=none of HTTPie: a signature matches only the sender's bytes.";
        diagnostics.add(Code::BODY_NOT_RAW, Severity::Warning, span_from(0), message, Some(hint));
        return body;
    }
    let mut message =
        format!("Wrong body length in bytes: expected {length} (Content-Length), got {}.", bytes.len());
    if bytes.len() < length {
        let hint = "Capture the request again: a part of the body or of its line breaks was lost, so the signature may not \
                    match.";
        diagnostics.add(Code::BODY_LENGTH, Severity::Warning, span_from(0), &message, Some(hint));
        return bytes.to_vec();
    }
    // Editors and terminals add a line break at the end of a capture: harmless.
    let is_line_breaks = bytes[length..].iter().all(|byte| matches!(byte, b'\r' | b'\n'));
    let severity = if is_line_breaks { Severity::Info } else { Severity::Warning };
    message.push_str(" The rest was ignored.");
    let hint = "Remove the Content-Length header if the whole text is the body.";
    diagnostics.add(Code::BODY_LENGTH, severity, span_from(length), &message, Some(hint));
    bytes[..length].to_vec()
}

/// Returns the body of a text that is longer than its declared length because a tool has formatted its JSON: without the
/// formatting, if that gives the length. `None`: the text is no formatted JSON, or longer even without white space.
fn undo_formatting(text: &[u8], length: usize) -> Option<Vec<u8>> {
    let is_cut = text.len() > length && !matches!(text[length], b'\r' | b'\n');
    let json = text.trim_ascii();
    if !is_cut || !matches!(json.first(), Some(b'{' | b'[')) || Document::parse(json).is_err() {
        return None;
    }
    let compact = set_spacing(json, false);
    if compact.len() > length {
        return None;
    }
    let mut forms = [compact, set_spacing(json, true)].into_iter();
    Some(forms.find(|form| form.len() == length).unwrap_or_else(|| json.to_vec()))
}

/// Returns the value of Content-Length in the bytes of a head.
pub(super) fn content_length(head: &[u8]) -> Option<usize> {
    find_value(head, b"content-length:")?.parse().ok()
}

/// Returns the length of a chunked body, with its last chunk, if the head declares one.
pub(super) fn chunked_length(head: &[u8], body: &[u8]) -> Option<usize> {
    let encoding = find_value(head, b"transfer-encoding:")?;
    encoding.to_ascii_lowercase().contains("chunked").then_some(())?;
    Some(decode_chunked(body)?.1)
}

fn find_value<'h>(head: &'h [u8], name: &[u8]) -> Option<&'h str> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let start = line.get(..name.len())?;
        start.eq_ignore_ascii_case(name).then_some(())?;
        std::str::from_utf8(line[name.len()..].trim_ascii()).ok()
    })
}

/// Decodes a chunked body (RFC 9112, section 7.1). Returns it with the length of its encoding, trailers included.
fn decode_chunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut body = Vec::new();
    let mut offset = 0;
    loop {
        let httparse::Status::Complete((line_length, size)) =
            httparse::parse_chunk_size(&bytes[offset..]).ok()?
        else {
            return None;
        };
        offset += line_length;
        let size = usize::try_from(size).ok()?;
        if size == 0 {
            // Trailers and an empty line end the body. Captures often lack them, so the end of the text is enough.
            let mut fields = [httparse::EMPTY_HEADER; 32];
            return match httparse::parse_headers(&bytes[offset..], &mut fields) {
                Ok(httparse::Status::Complete((length, _))) => Some((body, offset + length)),
                _ => Some((body, bytes.len())),
            };
        }
        let end = offset.checked_add(size)?;
        body.extend_from_slice(bytes.get(offset..end)?);
        offset = end + line_break_length(bytes.get(end..)?)?;
    }
}

fn line_break_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\r', b'\n', ..] => Some(2),
        [b'\n', ..] => Some(1),
        _ => None,
    }
}

/// Encodes every byte but those that never need it (RFC 3986, section 2.3).
pub(super) fn percent_encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(*byte);
        } else {
            let digit = |value: u8| b"0123456789ABCDEF"[usize::from(value & 15)];
            out.extend([b'%', digit(byte >> 4), digit(*byte)]);
        }
    }
    out
}
