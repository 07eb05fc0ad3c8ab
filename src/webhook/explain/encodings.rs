//! Decodes and encodes bodies: Latin-1, Windows-1252, base64, URL encoding, forms and JSON strings.

use super::style::ascii_set;
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
    for character in std::str::from_utf8(body).ok()?.chars() {
        out.push(single_byte(character, windows)?);
    }
    Some(out)
}

/// Returns the byte of a character in Latin-1 or Windows-1252.
fn single_byte(character: char, windows: bool) -> Option<u8> {
    let number = u32::from(character);
    let index = WINDOWS_1252.iter().position(|code| *code != 0 && u32::from(*code) == number);
    match index {
        Some(index) if windows => u8::try_from(0x80 + index).ok(),
        _ => u8::try_from(number).ok(),
    }
}

/// An encoding without some characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallEncoding {
    Ascii,
    Latin1,
    Windows1252,
}

/// Encodes UTF-8 with `?` for each character that the encoding does not have, or for each of its UTF-16 units. `None` if
/// the encoding has all of them.
pub fn encode_lossy(body: &[u8], encoding: SmallEncoding, has_units: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut is_lossy = false;
    for character in std::str::from_utf8(body).ok()?.chars() {
        let byte = match encoding {
            SmallEncoding::Ascii => u8::try_from(character).ok().filter(u8::is_ascii),
            _ => single_byte(character, encoding == SmallEncoding::Windows1252),
        };
        is_lossy |= byte.is_none();
        out.push(byte.unwrap_or(b'?'));
        if has_units && character.len_utf16() == 2 {
            out.push(b'?');
        }
    }
    is_lossy.then_some(out)
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

/// One way to encode a text for a URL or a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PercentEncoding {
    /// The characters other than letters and digits that are not encoded.
    pub safe: u128,
    /// `+` for a space, not `%20`.
    pub has_plus: bool,
    /// `%2f`, not `%2F`.
    pub is_lower: bool,
}

const fn percent(safe: &[u8], has_plus: bool) -> PercentEncoding {
    PercentEncoding { safe: ascii_set(safe), has_plus, is_lower: false }
}

/// The encodings of common libraries, the most frequent ones first.
pub static PERCENT: [PercentEncoding; 16] = [
    // application/x-www-form-urlencoded of the URL Standard: URLSearchParams, Java's URLEncoder, Ruby's encode_www_form.
    percent(b"*-._", true),
    // encodeURIComponent: Node's querystring.
    percent(b"-_.!~*'()", false),
    // RFC 3986: qs, PHP's rawurlencode, curl.
    percent(b"-_.~", false),
    // PHP's http_build_query.
    percent(b"-._", true),
    // Python's urlencode, Go's url.Values, .NET's FormUrlEncodedContent.
    percent(b"-_.~", true),
    // jQuery.
    percent(b"-_.!~*'()", true),
    // Python's quote.
    percent(b"/-_.~", false),
    // .NET's WebUtility, and with lower-case digits HttpUtility.
    percent(b"!()*-._", true),
    PercentEncoding { is_lower: true, ..percent(b"!()*-._", true) },
    // qs with RFC 1738.
    percent(b"-._~()", true),
    // axios.
    percent(b"-_.!~*'():$,", true),
    percent(b"-_.!~*'():$,[]", true),
    PercentEncoding { is_lower: true, ..percent(b"*-._", true) },
    PercentEncoding { is_lower: true, ..percent(b"-_.~", false) },
    PercentEncoding { is_lower: true, ..percent(b"-._", true) },
    PercentEncoding { is_lower: true, ..percent(b"-_.~", true) },
];

/// Appends a text in an encoding.
pub fn percent_encode_into(out: &mut Vec<u8>, text: &[u8], encoding: PercentEncoding) {
    let digits: &[u8; 16] = if encoding.is_lower { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
    for &byte in text {
        if byte.is_ascii_alphanumeric() || byte.is_ascii() && encoding.safe >> byte & 1 != 0 {
            out.push(byte);
        } else if byte == b' ' && encoding.has_plus {
            out.push(b'+');
        } else {
            out.extend_from_slice(&[b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
    }
}

/// URL-encodes a body, after a prefix.
pub fn to_percent(prefix: &str, body: &[u8], encoding: PercentEncoding) -> Vec<u8> {
    let mut out = Vec::with_capacity(prefix.len() + body.len() * 2);
    out.extend_from_slice(prefix.as_bytes());
    percent_encode_into(&mut out, body, encoding);
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
    fn encodes_with_question_marks_by_character_or_by_unit() {
        let encode = |encoding, has_units| encode_lossy("é€😀".as_bytes(), encoding, has_units);
        assert_eq!(encode(SmallEncoding::Ascii, false), Some(b"???".to_vec()));
        assert_eq!(encode(SmallEncoding::Ascii, true), Some(b"????".to_vec()));
        assert_eq!(encode(SmallEncoding::Latin1, true), Some(b"\xe9???".to_vec()));
        assert_eq!(encode(SmallEncoding::Windows1252, false), Some(b"\xe9\x80?".to_vec()));
        assert_eq!(encode_lossy("é".as_bytes(), SmallEncoding::Latin1, true), None);
        assert_eq!(encode_lossy(b"\xff", SmallEncoding::Ascii, true), None);
    }

    #[test]
    fn encodes_and_decodes_urls() {
        assert_eq!(from_percent(b"%7B+%2", true), Some(b"{ %2".to_vec()));
        assert_eq!(from_percent(b"%7b+", false), Some(b"{+".to_vec()));
        assert_eq!(from_percent(b"{}", true), None);
        let encoded = [0, 1, 2, 8].map(|index| {
            String::from_utf8(to_percent("a=", "{ é*~(".as_bytes(), PERCENT[index])).expect("ASCII")
        });
        let expected = ["%7B+%C3%A9*%7E%28", "%7B%20%C3%A9*~(", "%7B%20%C3%A9%2A~%28", "%7b+%c3%a9*%7e("];
        assert_eq!(encoded, expected.map(|text| format!("a={text}")));
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
