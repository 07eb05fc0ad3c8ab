//! Bodies read and written in another encoding: latin-1, Windows-1252, base64, URL encoding, JSON strings.

use crate::json::{Document, Kind, escape_into};
use crate::signature::Encoding;

/// What Windows-1252 has from 0x80 to 0x9F; 0 for what it leaves out (WHATWG Encoding Standard, which
/// fills the gaps with the control characters).
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0, 0x017e, 0x0178,
];

/// Parts in a row: one copy of the loop for all, where `concat` makes one for each number of parts.
#[inline(never)]
pub fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Whether the bytes stand somewhere in a body.
#[inline(never)]
pub fn contains_bytes(body: &[u8], mark: &[u8]) -> bool {
    body.windows(mark.len()).any(|window| window == mark)
}

/// The body with each of these bytes exchanged; nothing where there are none.
#[inline(never)]
pub fn replaced(body: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    // A short one may be a secret: it is never moved, which would leave a copy behind.
    let mut out = Vec::with_capacity(body.len() + body.len().min(4096) + body.len() / 8);
    let mut at = 0;
    while at < body.len() {
        if body[at..].starts_with(from) {
            out.extend_from_slice(to);
            at += from.len();
        } else {
            out.push(body[at]);
            at += 1;
        }
    }
    (out != body).then_some(out)
}

/// The bytes of a text in latin-1, or in Windows-1252; nothing where it has other characters, or only ASCII.
pub fn encode_single_byte(body: &[u8], windows: bool) -> Option<Vec<u8>> {
    if body.is_ascii() {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    for number in std::str::from_utf8(body).ok()?.chars().map(u32::from) {
        let place = WINDOWS_1252.iter().position(|it| *it != 0 && u32::from(*it) == number);
        out.push(match place {
            Some(place) if windows => u8::try_from(0x80 + place).ok()?,
            _ => u8::try_from(number).ok()?,
        });
    }
    Some(out)
}

/// Bytes of latin-1, or of Windows-1252, as UTF-8; nothing where they are UTF-8 already.
pub fn decode_single_byte(body: &[u8], windows: bool) -> Option<Vec<u8>> {
    if std::str::from_utf8(body).is_ok() {
        return None;
    }
    let character = |byte: &u8| {
        let place = byte.checked_sub(0x80).filter(|_| windows).map(usize::from);
        let special = place.and_then(|place| WINDOWS_1252.get(place)).filter(|it| **it != 0);
        special.and_then(|number| char::from_u32(u32::from(*number))).unwrap_or(char::from(*byte))
    };
    Some(body.iter().map(character).collect::<String>().into_bytes())
}

/// What a text is the base64 of, with line breaks in it or not, in either alphabet.
pub fn from_base64(body: &[u8]) -> Option<Vec<u8>> {
    let text: String = std::str::from_utf8(body).ok()?.split_ascii_whitespace().collect();
    let encoding = if text.contains(['-', '_']) { Encoding::Base64Url } else { Encoding::Base64 };
    encoding.decode_any(&text).filter(|bytes| !bytes.is_empty())
}

/// What `%XX` stand for, and `+` for a space in a form; nothing where there is nothing to decode.
pub fn from_percent(body: &[u8], form: bool) -> Option<Vec<u8>> {
    let digit = |at: usize| char::from(*body.get(at)?).to_digit(16);
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        let decoded = (byte == b'%').then(|| Some(digit(at + 1)? * 16 + digit(at + 2)?)).flatten();
        if let Some(byte) = decoded.and_then(|number| u8::try_from(number).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(if form && byte == b'+' { b' ' } else { byte });
            at += 1;
        }
    }
    (out != body).then_some(out)
}

/// Ways to write `%XX`: which characters beside letters and digits stand as themselves, and what a space is.
pub const PERCENT: [(&[u8], &str); 3] = [
    // application/x-www-form-urlencoded: URLSearchParams, Python's urlencode, PHP's http_build_query but for *.
    (b"*-._", "+"),
    // encodeURIComponent.
    (b"-_.!~*'()", "%20"),
    // RFC 3986: Python's quote without safe characters, PHP's rawurlencode.
    (b"-_.~", "%20"),
];

/// The URL encoding of a body.
pub fn to_percent(body: &[u8], (safe, space): (&[u8], &str)) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() * 2);
    for &byte in body {
        if byte.is_ascii_alphanumeric() || safe.contains(&byte) {
            out.push(byte);
        } else if byte == b' ' {
            out.extend_from_slice(space.as_bytes());
        } else {
            let digits = b"0123456789ABCDEF";
            out.extend_from_slice(&[b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
    }
    out
}

/// What stands inside a JSON string.
pub fn from_json_string(body: &[u8]) -> Option<Vec<u8>> {
    if body.trim_ascii_start().first() != Some(&b'"') {
        return None;
    }
    let document = Document::read(body).ok()?;
    let root = document.root();
    (root.kind() == Kind::String).then(|| root.as_str().map(|text| text.into_owned().into_bytes()))?
}

/// The body as a JSON string.
pub fn to_json_string(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = String::with_capacity(body.len() + body.len() / 4);
    escape_into(&mut out, std::str::from_utf8(body).ok()?);
    Some(out.into_bytes())
}

/// The first field of a form that holds JSON: `payload=%7B...`.
pub fn from_form(body: &[u8]) -> Option<Vec<u8>> {
    body.split(|byte| *byte == b'&').find_map(|field| {
        let value = &field[field.iter().position(|byte| *byte == b'=')? + 1..];
        let value = from_percent(value, true).unwrap_or_else(|| value.to_vec());
        matches!(value.trim_ascii_start().first(), Some(b'{' | b'[')).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_byte_encodings_are_read_and_written() {
        assert_eq!(encode_single_byte("é".as_bytes(), false), Some(vec![0xe9]));
        assert_eq!(encode_single_byte("€".as_bytes(), false), None);
        assert_eq!(encode_single_byte("€\u{81}".as_bytes(), true), Some(vec![0x80, 0x81]));
        assert_eq!(encode_single_byte(b"ascii", true), None);
        assert_eq!(decode_single_byte(b"\xe9\x80", false), Some("é\u{80}".into()));
        assert_eq!(decode_single_byte(b"\x80\xe9\x81", true), Some("€é\u{81}".into()));
        assert_eq!(decode_single_byte("é".as_bytes(), true), None);
    }

    #[test]
    fn url_encodings_are_read_and_written() {
        assert_eq!(from_percent(b"%7B+%2", true), Some(b"{ %2".to_vec()));
        assert_eq!(from_percent(b"%7b+", false), Some(b"{+".to_vec()));
        assert_eq!(from_percent(b"{}", true), None);
        let written =
            PERCENT.map(|way| String::from_utf8(to_percent("{ é*~(".as_bytes(), way)).expect("ASCII"));
        assert_eq!(written, ["%7B+%C3%A9*%7E%28", "%7B%20%C3%A9*~(", "%7B%20%C3%A9%2A~%28"]);
        assert_eq!(from_form(b"a=1&payload=%7B%22a%22%3A+1%7D&b"), Some(b"{\"a\": 1}".to_vec()));
        assert_eq!(from_form(b"{\"a\":\"b=c\"}"), None);
    }

    #[test]
    fn base64_and_json_strings_are_undone() {
        assert_eq!(from_base64(b"e30=\r\n"), Some(b"{}".to_vec()));
        assert_eq!(from_base64(b"_w"), Some(vec![0xff]));
        assert_eq!(from_base64(b"{}"), None);
        assert_eq!(from_base64(b""), None);
        assert_eq!(from_json_string(br#" "{\"a\":1}""#), Some(b"{\"a\":1}".to_vec()));
        assert_eq!(from_json_string(b"{}"), None);
        assert_eq!(to_json_string(b"{\"a\"}"), Some(br#""{\"a\"}""#.to_vec()));
        assert_eq!(to_json_string(b"\xff"), None);
    }
}
