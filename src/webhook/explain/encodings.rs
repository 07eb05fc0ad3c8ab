//! Decodes and encodes bodies: Latin-1, Windows-1252, base64, URL encoding, forms and JSON strings.

use crate::json::{Document, Kind, escape_into};
use crate::signature::Encoding;

/// Windows-1252 from 0x80 to 0x9F. 0: undefined there; the WHATWG Encoding Standard maps it to the control character.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0, 0x017e, 0x0178,
];

/// Encodes UTF-8 as Latin-1 or Windows-1252. `None` for other characters, and for ASCII, which stays the same.
pub fn encode_single_byte(body: &[u8], windows: bool) -> Option<Vec<u8>> {
    if body.is_ascii() {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    for number in std::str::from_utf8(body).ok()?.chars().map(u32::from) {
        let index = WINDOWS_1252.iter().position(|code| *code != 0 && u32::from(*code) == number);
        out.push(match index {
            Some(index) if windows => u8::try_from(0x80 + index).ok()?,
            _ => u8::try_from(number).ok()?,
        });
    }
    Some(out)
}

/// Decodes Latin-1 or Windows-1252 to UTF-8. `None` if the bytes are UTF-8 already.
pub fn decode_single_byte(body: &[u8], windows: bool) -> Option<Vec<u8>> {
    if std::str::from_utf8(body).is_ok() {
        return None;
    }
    let character = |byte: &u8| {
        let index = byte.checked_sub(0x80).filter(|_| windows).map(usize::from);
        let special = index.and_then(|index| WINDOWS_1252.get(index)).filter(|code| **code != 0);
        special.and_then(|number| char::from_u32(u32::from(*number))).unwrap_or(char::from(*byte))
    };
    Some(body.iter().map(character).collect::<String>().into_bytes())
}

/// Decodes base64 in either alphabet, with or without line breaks.
pub fn from_base64(body: &[u8]) -> Option<Vec<u8>> {
    let text: String = std::str::from_utf8(body).ok()?.split_ascii_whitespace().collect();
    let encoding = if text.contains(['-', '_']) { Encoding::Base64Url } else { Encoding::Base64 };
    encoding.decode_lenient(&text).filter(|bytes| !bytes.is_empty())
}

/// Decodes `%XX`, and in a form `+` to a space. `None` if there is nothing to decode.
pub fn from_percent(body: &[u8], form: bool) -> Option<Vec<u8>> {
    let digit = |index: usize| char::from(*body.get(index)?).to_digit(16);
    let mut out = Vec::with_capacity(body.len());
    let mut offset = 0;
    while let Some(&byte) = body.get(offset) {
        let decoded = (byte == b'%').then(|| Some(digit(offset + 1)? * 16 + digit(offset + 2)?)).flatten();
        if let Some(byte) = decoded.and_then(|number| u8::try_from(number).ok()) {
            out.push(byte);
            offset += 3;
        } else {
            out.push(if form && byte == b'+' { b' ' } else { byte });
            offset += 1;
        }
    }
    (out != body).then_some(out)
}

/// URL encodings: the characters other than letters and digits that are not encoded, and the space.
pub const PERCENT: [(&[u8], &str); 3] = [
    // application/x-www-form-urlencoded: URLSearchParams, Python's urlencode, PHP's http_build_query but for *.
    (b"*-._", "+"),
    // encodeURIComponent.
    (b"-_.!~*'()", "%20"),
    // RFC 3986: Python's quote without safe characters, PHP's rawurlencode.
    (b"-_.~", "%20"),
];

/// URL-encodes a body.
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

/// Returns the content of a JSON string.
pub fn from_json_string(body: &[u8]) -> Option<Vec<u8>> {
    if body.trim_ascii_start().first() != Some(&b'"') {
        return None;
    }
    let document = Document::parse(body).ok()?;
    let root = document.root();
    (root.kind() == Kind::String).then(|| root.as_str().map(|text| text.into_owned().into_bytes()))?
}

/// Serializes a body as a JSON string.
pub fn to_json_string(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = String::with_capacity(body.len() + body.len() / 4);
    escape_into(&mut out, std::str::from_utf8(body).ok()?);
    Some(out.into_bytes())
}

/// Returns the first field of a form that contains JSON: `payload=%7B...`.
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
    fn encodes_and_decodes_single_bytes() {
        assert_eq!(encode_single_byte("é".as_bytes(), false), Some(vec![0xe9]));
        assert_eq!(encode_single_byte("€".as_bytes(), false), None);
        assert_eq!(encode_single_byte("€\u{81}".as_bytes(), true), Some(vec![0x80, 0x81]));
        assert_eq!(encode_single_byte(b"ascii", true), None);
        assert_eq!(decode_single_byte(b"\xe9\x80", false), Some("é\u{80}".into()));
        assert_eq!(decode_single_byte(b"\x80\xe9\x81", true), Some("€é\u{81}".into()));
        assert_eq!(decode_single_byte("é".as_bytes(), true), None);
    }

    #[test]
    fn encodes_and_decodes_urls() {
        assert_eq!(from_percent(b"%7B+%2", true), Some(b"{ %2".to_vec()));
        assert_eq!(from_percent(b"%7b+", false), Some(b"{+".to_vec()));
        assert_eq!(from_percent(b"{}", true), None);
        let encoded = PERCENT
            .map(|encoding| String::from_utf8(to_percent("{ é*~(".as_bytes(), encoding)).expect("ASCII"));
        assert_eq!(encoded, ["%7B+%C3%A9*%7E%28", "%7B%20%C3%A9*~(", "%7B%20%C3%A9%2A~%28"]);
        assert_eq!(from_form(b"a=1&payload=%7B%22a%22%3A+1%7D&b"), Some(b"{\"a\": 1}".to_vec()));
        assert_eq!(from_form(b"{\"a\":\"b=c\"}"), None);
    }

    #[test]
    fn decodes_base64_and_json_strings() {
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
