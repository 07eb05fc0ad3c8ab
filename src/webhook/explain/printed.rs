//! What programs print for bytes, read back.

use super::secret_text::HTML_ESCAPES;
use super::shared::replaced;
use crate::signature::Encoding;

/// Reads the numbers of bytes: `1,2`, `[1,2]`, `{"0":1,"1":2}`, and `{"type":"Buffer","data":[1,2]}` of Node.js.
pub fn from_number_list(body: &[u8]) -> Option<Vec<u8>> {
    let mut text: String = std::str::from_utf8(body).ok()?.split_ascii_whitespace().collect();
    if let Some(list) =
        text.strip_prefix("{\"type\":\"Buffer\",\"data\":").and_then(|rest| rest.strip_suffix('}'))
    {
        text = list.to_owned();
    }
    let mut items = text.trim_matches(['[', ']', '{', '}']).split(',').enumerate();
    let numbers = items.try_fold(Vec::new(), |mut all, (index, item)| {
        let value = match item.strip_prefix('"') {
            Some(member) => member.strip_prefix(&index.to_string())?.strip_prefix("\":")?,
            None => item,
        };
        all.push(value.parse::<u8>().ok()?);
        Some(all)
    });
    numbers.filter(|bytes| bytes.len() > 1)
}

/// Reads `b'...'` of Python.
pub fn from_python(body: &[u8]) -> Option<Vec<u8>> {
    let text = body.trim_ascii().strip_prefix(b"b")?;
    let (quote, text) = text.split_first().filter(|(quote, _)| matches!(quote, b'\'' | b'"'))?;
    let mut bytes = text.strip_suffix(std::slice::from_ref(quote))?.iter();
    let mut out = Vec::with_capacity(text.len());
    while let Some(&byte) = bytes.next() {
        out.push(if byte == b'\\' {
            match *bytes.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let mut digit = || char::from(*bytes.next()?).to_digit(16);
                    u8::try_from(digit()? * 16 + digit()?).ok()?
                }
                other => other,
            }
        } else {
            byte
        });
    }
    Some(out)
}

/// Reads hexadecimal digits.
pub fn from_hex(body: &[u8]) -> Option<Vec<u8>> {
    Encoding::Hex
        .decode_lenient(std::str::from_utf8(body.trim_ascii()).ok()?)
        .filter(|bytes| !bytes.is_empty())
}

/// Reads the escapes of HTML.
pub fn from_html(body: &[u8]) -> Option<Vec<u8>> {
    if !body.contains(&b'&') {
        return None;
    }
    let mut text = body.to_vec();
    for (escape, character) in HTML_ESCAPES {
        text = replaced(&text, escape.as_bytes(), character.as_bytes()).unwrap_or(text);
    }
    (text != body).then_some(text)
}
