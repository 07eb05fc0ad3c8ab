//! The text of a secret with each error reversed, of the receiver and of the sender.

use zeroize::Zeroizing;

use super::causes;
use super::definition::CauseDefinition;
use super::encodings::from_percent;
use super::shared::{joined, replaced};
use crate::signature::{Encoding, SecretEncoding, SecretFormat, decode_base64_key};

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

/// Texts that replace others in a secret, frequent errors first: every first text is replaced by the second.
static REPLACED_VARIANTS: [(&CauseDefinition, &[(&str, &str)]); 8] = [
    (&causes::SECRET_INVISIBLE, INVISIBLE),
    // What word processors, chats and phones write, and what was typed.
    (
        &causes::SECRET_TYPOGRAPHIC,
        &[
            ("\u{201c}", "\""),
            ("\u{201d}", "\""),
            ("\u{2018}", "'"),
            ("\u{2019}", "'"),
            ("\u{2013}", "-"),
            ("\u{2014}", "--"),
            ("\u{2026}", "..."),
            ("\u{a0}", " "),
            ("\u{202f}", " "),
        ],
    ),
    // `+` is a space in a form and in a URL.
    (&causes::SECRET_URL_DECODED, &[(" ", "+")]),
    // `\` is last, because it begins other escapes.
    (&causes::SECRET_HTML_ESCAPED, HTML_ESCAPES),
    (
        &causes::SECRET_JSON_ESCAPED,
        &[
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
        ],
    ),
    (&causes::SECRET_NEWLINE_ESCAPED, &[("\\n", "")]),
    (&causes::SECRET_NEWLINE_ESCAPED, &[("\\n", "\n")]),
    (&causes::SECRET_NEWLINE_UNESCAPED, &[("\n", "\\n")]),
];

/// Escapes of HTML. `&` is last, because it begins the others.
pub const HTML_ESCAPES: &[(&str, &str)] = &[
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

/// Characters without width, which no editor shows.
const INVISIBLE: &[(&str, &str)] = &[
    ("\u{feff}", ""),
    ("\u{200b}", ""),
    ("\u{200c}", ""),
    ("\u{200d}", ""),
    ("\u{200e}", ""),
    ("\u{200f}", ""),
    ("\u{2060}", ""),
    ("\u{ad}", ""),
];

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
    // The base64 of a Kubernetes secret around the provider's own. A line break in it is an error of its own, except where
    // the key is decoded once more.
    if format.encoding != SecretEncoding::Hex
        && let Some(decoded) = decode_base64_key(format.strip_prefix(text))
        && let Some(decoded) = printable(&decoded)
    {
        let is_text = format.encoding == SecretEncoding::Utf8;
        all.add(&causes::SECRET_BASE64_DECODED, &[if is_text { decoded } else { decoded.trim_end() }]);
    }
    if format.encoding != SecretEncoding::Utf8
        && let Some(decoded) = Encoding::Hex.decode_lenient(text).map(Zeroizing::new)
        && let Some(decoded) = printable(&decoded)
    {
        all.add(&causes::SECRET_HEX_DECODED, &[decoded]);
    }
    all.prefix(format.prefix.as_deref());
    for is_form in [false, true] {
        all.owned(&causes::SECRET_URL_ENCODED, from_percent(text.as_bytes(), is_form).unwrap_or_default());
    }
    for (cause, pairs) in &REPLACED_VARIANTS {
        all.replaced(cause, pairs);
    }
    for (cause, prefix, suffix) in WRAPPED_VARIANTS {
        all.add(cause, &[prefix, text, suffix]);
    }
    if format.encoding == SecretEncoding::Utf8 {
        all.owned(&causes::SECRET_LETTER_CASE, text.to_ascii_lowercase().into_bytes());
        all.owned(&causes::SECRET_LETTER_CASE, text.to_ascii_uppercase().into_bytes());
        all.owned(&causes::SECRET_URL_DECODED, percent_encoded(text).into_bytes());
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

    /// The same for a text of its own. One copy of the code that zeroizes it (wasm size).
    #[inline(never)]
    fn owned(&mut self, cause: &'static CauseDefinition, bytes: Vec<u8>) {
        let bytes = Zeroizing::new(bytes);
        if let Ok(text) = std::str::from_utf8(&bytes) {
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
        self.owned(cause, std::mem::take(&mut bytes));
    }

    /// Adds the errors in the prefix of a secret, such as `whsec_`.
    #[inline(never)]
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
    let text = without_keywords(text, &["export ", "set ", "$env:", "ENV ", "- ", "v1,"]);
    let end = text.bytes().position(|byte| b"=:".contains(&byte)).unwrap_or(0);
    let (name, value) = (text[..end].trim(), text.get(end + 1..).unwrap_or_default());
    let is_assigned =
        is_name(unquoted(name).unwrap_or(name)) && value.bytes().any(|byte| !b"= ".contains(&byte));
    let text = without_keywords(if is_assigned { value } else { text }, &["Bearer ", "bearer ", "Basic "]);
    let starts_comment = |at: &usize| {
        [" #", "\t#", " //"].iter().any(|mark| text.as_bytes()[*at..].starts_with(mark.as_bytes()))
    };
    let end = (0..text.len()).find(starts_comment).unwrap_or(text.len());
    let text = text[..end].trim_end_matches([',', ';', ' ', '\t', '\r', '\n']);
    // `b'…'` is how Python prints bytes.
    text.strip_prefix('b').and_then(unquoted).or(unquoted(text)).unwrap_or(text)
}

#[inline(never)]
fn without_keywords<'t>(text: &'t str, keywords: &[&str]) -> &'t str {
    keywords.iter().fold(text.trim(), |text, keyword| text.strip_prefix(keyword).map_or(text, str::trim))
}

/// Returns whether a text can be the name of a variable, a key or a header.
fn is_name(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Returns decoded bytes that are text, as no random key is.
#[inline(never)]
fn printable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars().all(|c| !c.is_control() || "\r\n\t".contains(c)).then_some(text)
}

/// Encodes a text as `encodeURIComponent` does.
#[inline(never)]
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
