//! The text of a secret with each error reversed, of the receiver and of the sender.

use zeroize::Zeroizing;

use super::causes;
use super::definition::CauseDefinition;
use super::encodings::from_percent;
use super::shared::{joined, replaced};
use crate::signature::{SecretEncoding, SecretFormat, decode_base64_key};

pub type SecretVariant = (&'static CauseDefinition, Zeroizing<String>);

/// Text that the sender's secret may have around it.
const WRAPPED_VARIANTS: [(&CauseDefinition, &str, &str); 6] = [
    (&causes::SECRET_WHITE_SPACE_MISSING, "", "\n"),
    (&causes::SECRET_WHITE_SPACE_MISSING, "", "\r\n"),
    (&causes::SECRET_WHITE_SPACE_MISSING, "", " "),
    (&causes::SECRET_WHITE_SPACE_MISSING, " ", ""),
    (&causes::SECRET_QUOTES_MISSING, "\"", "\""),
    (&causes::SECRET_QUOTES_MISSING, "'", "'"),
];

/// Escapes of characters that secrets have, and the characters. `&` and `\` are last: both begin other escapes.
const HTML_ESCAPES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#x2F;", "/"),
    ("&#x3D;", "="),
    ("&#43;", "+"),
    ("&amp;", "&"),
];
const JSON_ESCAPES: &[(&str, &str)] = &[
    ("\\\"", "\""),
    ("\\/", "/"),
    ("\\u0026", "&"),
    ("\\u0027", "'"),
    ("\\u002b", "+"),
    ("\\u002B", "+"),
    ("\\u003c", "<"),
    ("\\u003d", "="),
    ("\\u003D", "="),
    ("\\u003e", ">"),
    ("\\\\", "\\"),
];
/// What word processors, chats and phones write, and what was typed.
const TYPOGRAPHIC: &[(&str, &str)] = &[
    ("\u{201c}", "\""),
    ("\u{201d}", "\""),
    ("\u{2018}", "'"),
    ("\u{2019}", "'"),
    ("\u{2013}", "-"),
    ("\u{2014}", "--"),
    ("\u{2026}", "..."),
    ("\u{a0}", " "),
    ("\u{202f}", " "),
];

/// Characters without width, which no editor shows.
const INVISIBLE: [char; 8] =
    ['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{ad}'];

/// Returns the text of the secret with each error reversed, the frequent errors first.
#[inline(never)]
pub fn secret_variants(text: &str, format: &SecretFormat) -> Vec<SecretVariant> {
    let mut all = SecretVariants { text, all: Vec::new() };
    all.add(&causes::SECRET_WHITE_SPACE, &[text.trim()]);
    if let Some(inside) = unquoted(text) {
        all.add(&causes::SECRET_QUOTES, &[inside]);
    }
    let inner = without_surroundings(text);
    if inner != unquoted(text).unwrap_or(text).trim() {
        all.add(&causes::SECRET_SURROUNDED, &[inner]);
    }
    if format.encoding == SecretEncoding::Base64
        && let Some(decoded) = decode_base64_key(format.strip_prefix(text))
        && let Some(decoded) = printable(&decoded)
    {
        // The base64 of a Kubernetes secret around the provider's own.
        all.add(&causes::SECRET_BASE64_DECODED, &[decoded.trim_end()]);
    } else if format.encoding == SecretEncoding::Utf8
        && let Some(decoded) = decode_base64_key(text)
        && let Some(decoded) = printable(&decoded)
    {
        all.add(&causes::SECRET_BASE64_DECODED, &[decoded]);
    }
    all.prefix(format.prefix.as_deref());
    let invisible = Zeroizing::new(text.replace(INVISIBLE, ""));
    all.add(&causes::SECRET_INVISIBLE, &[&invisible]);
    all.replaced(&causes::SECRET_TYPOGRAPHIC, TYPOGRAPHIC);
    all.bytes(&causes::SECRET_URL_ENCODED, from_percent(text.as_bytes(), false));
    all.bytes(&causes::SECRET_URL_ENCODED, from_percent(text.as_bytes(), true));
    all.replaced(&causes::SECRET_URL_DECODED, &[(" ", "+")]);
    all.replaced(&causes::SECRET_HTML_ESCAPED, HTML_ESCAPES);
    all.replaced(&causes::SECRET_JSON_ESCAPED, JSON_ESCAPES);
    all.replaced(&causes::SECRET_NEWLINE_ESCAPED, &[("\\n", "")]);
    all.replaced(&causes::SECRET_NEWLINE_ESCAPED, &[("\\n", "\n")]);
    all.replaced(&causes::SECRET_NEWLINE_UNESCAPED, &[("\n", "\\n")]);
    for (cause, prefix, suffix) in WRAPPED_VARIANTS {
        all.add(cause, &[prefix, text, suffix]);
    }
    if format.encoding == SecretEncoding::Utf8 {
        for text in [text.to_ascii_lowercase(), text.to_ascii_uppercase()].map(Zeroizing::new) {
            all.add(&causes::SECRET_LETTER_CASE, &[&text]);
        }
        let encoded = Zeroizing::new(percent_encoded(text));
        all.add(&causes::SECRET_URL_DECODED, &[&encoded]);
    }
    all.all
}

struct SecretVariants<'s> {
    text: &'s str,
    all: Vec<SecretVariant>,
}

impl SecretVariants<'_> {
    /// Adds a text, unless it is empty or the secret itself.
    #[inline(never)]
    fn add(&mut self, cause: &'static CauseDefinition, parts: &[&str]) {
        let text = Zeroizing::new(parts.concat());
        if *text != self.text && !text.is_empty() {
            self.all.push((cause, text));
        }
    }

    #[inline(never)]
    fn bytes(&mut self, cause: &'static CauseDefinition, bytes: Option<Vec<u8>>) {
        if let Some(bytes) = bytes.map(Zeroizing::new)
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            self.add(cause, &[text]);
        }
    }

    /// Adds the text with each of the first texts replaced by the second.
    #[inline(never)]
    fn replaced(&mut self, cause: &'static CauseDefinition, pairs: &[(&str, &str)]) {
        let mut bytes = Zeroizing::new(joined(&[self.text.as_bytes()]));
        for (from, to) in pairs {
            if let Some(other) = replaced(&bytes, from.as_bytes(), to.as_bytes()) {
                bytes = Zeroizing::new(other);
            }
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            self.add(cause, &[text]);
        }
    }

    /// Adds the errors in the prefix of a secret, such as `whsec_`.
    fn prefix(&mut self, expected: Option<&str>) {
        let text = self.text;
        let Some(expected) = expected else {
            let end = text.bytes().take(12).position(|byte| byte == b'_').unwrap_or(0);
            if end > 0 && text[..end].bytes().all(|byte| byte.is_ascii_lowercase()) {
                self.add(&causes::SECRET_PREFIX_DROPPED, &[&text[end + 1..]]);
            }
            return self.add(&causes::SECRET_PREFIX_KEPT, &["whsec_", text]);
        };
        let bare = text.strip_prefix(expected).unwrap_or(text);
        if bare.len() < text.len() && bare.starts_with(expected) {
            return self.add(&causes::SECRET_PREFIX_DOUBLED, &[bare.trim_start_matches(expected)]);
        }
        if let Some((start, rest)) = text.split_at_checked(expected.len())
            && start.eq_ignore_ascii_case(expected)
            && start != expected
        {
            self.add(&causes::SECRET_PREFIX_CASE, &[expected, rest]);
        }
    }
}

fn unquoted(text: &str) -> Option<&str> {
    ['"', '\'', '`'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

/// Returns the value in a line that was copied whole: without the name of a variable or a header, a keyword, a comma and a
/// comment.
#[inline(never)]
fn without_surroundings(text: &str) -> &str {
    let mut text = text.trim();
    for keyword in ["export ", "set ", "$env:", "ENV ", "- "] {
        text = text.strip_prefix(keyword).unwrap_or(text).trim_start();
    }
    if let Some(end) = text.find(['=', ':'])
        && let (name, value) = (text[..end].trim(), &text[end + 1..])
        && is_name(unquoted(name).unwrap_or(name))
        && !value.trim_matches(['=', ' ']).is_empty()
    {
        text = value.trim_start();
    }
    for keyword in ["Bearer ", "bearer ", "Basic "] {
        text = text.strip_prefix(keyword).unwrap_or(text).trim_start();
    }
    for comment in [" #", "\t#", " //"] {
        text = text.split(comment).next().unwrap_or(text);
    }
    let text = text.trim_end_matches([',', ';', ' ', '\t', '\r', '\n']);
    unquoted(text).unwrap_or(text)
}

/// Returns whether a text can be the name of a variable, a key or a header.
fn is_name(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Returns decoded bytes that are text, as no random key is.
fn printable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars().all(|c| !c.is_control() || "\r\n\t".contains(c)).then_some(text)
}

/// Encodes a text as `encodeURIComponent` does.
fn percent_encoded(text: &str) -> String {
    // SECURITY: a secret. The capacity is enough for the text to never be moved.
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase();
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}
