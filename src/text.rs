//! Outlined string functions: one copy of what the standard library would compile anew at each call (wasm size).

use base64ct::{Base64Unpadded, Encoding as _};

/// Outlined `str::split_once(char)`.
#[inline(never)]
pub(crate) fn split_once(text: &str, separator: char) -> Option<(&str, &str)> {
    text.split_once(separator)
}

/// Outlined `str::eq_ignore_ascii_case`. PERF: variable-time, so never for secrets or signatures.
#[inline(never)]
pub(crate) fn eq_ignore_ascii_case(first: &str, second: &str) -> bool {
    first.eq_ignore_ascii_case(second)
}

/// Decodes base64 (RFC 4648, section 4) without padding into a buffer, and returns the bytes. One copy of the decoder (wasm
/// size).
#[inline(never)]
pub(crate) fn decode_base64_into<'o>(text: &str, out: &'o mut [u8]) -> Option<&'o [u8]> {
    Base64Unpadded::decode(text, out).ok()
}

/// Decodes base64 without padding.
#[inline(never)]
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    // SECURITY: the text may be a secret, so the buffer has the exact length, and is never moved.
    let mut out = vec![0; text.len() / 4 * 3 + text.len() % 4 * 3 / 4];
    let len = decode_base64_into(text, &mut out)?.len();
    (len == out.len()).then_some(out)
}

/// Outlined `str::to_owned`.
#[inline(never)]
pub(crate) fn into_owned_outlined(text: &str) -> String {
    text.to_owned()
}

/// Characters that start a line, move a cursor or reverse the writing direction of a printed message.
fn is_control(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Escapes control characters. SECURITY: messages name keys of a payload and are printed in logs and terminals, so that every
/// message of the core passes through this function.
#[inline(never)]
pub(crate) fn escape_controls(mut text: String) -> String {
    if let Some(first) = text.find(is_control) {
        let rest = text.split_off(first);
        for character in rest.chars() {
            if is_control(character) {
                text.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    text.push(char::from_digit(character as u32 >> shift & 15, 16).unwrap_or('0'));
                }
            } else {
                text.push(character);
            }
        }
    }
    text
}

/// Whether a text has no control character, no line or paragraph separator and no mark of writing direction. SECURITY: such
/// characters forge log lines, and make one key look like another.
#[inline(never)]
pub(crate) fn is_plain(text: &str) -> bool {
    // PERF: one pass over the bytes. Only a text with one of these bytes can have such a character.
    let is_suspect = |byte: u8| matches!(byte, 0..=0x1f | 0x7f | 0xc2 | 0xe2);
    !text.bytes().any(is_suspect) || !text.contains(is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_plain_if_none_of_its_characters_is_escaped() {
        for character in '\0'..=char::MAX {
            let text = format!("a{character}");
            assert_eq!(is_plain(&text), !is_control(character), "{character:?}");
        }
        assert!(is_plain("") && is_plain("é€😀"));
    }

    #[test]
    fn control_characters_are_escaped_and_nothing_else_is() {
        let text =
            "a\u{0}\n\r\t\u{1b}[31m\u{7f}\u{80}\u{9f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}z";
        assert_eq!(
            escape_controls(text.to_owned()),
            "a\\u0000\\u000a\\u000d\\u0009\\u001b[31m\\u007f\\u0080\\u009f\\u2028\\u2029\\u202a\\u202e\\u2066\\u2069z"
        );
        for text in ["", "plain", "é \u{a0}\u{2027}\u{202f}\u{2065}\u{206a}😀 \\n"] {
            assert_eq!(escape_controls(text.to_owned()), text);
        }
    }
}
