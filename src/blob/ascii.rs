//! Blobs as text: printable ASCII that no quotes, templates or HTML change.
//!
//! Most bytes of a blob are themselves printable. Such a byte is its own character, any other one is two: an escape for each
//! quarter of the values, and a character of base64url for the rest. So a text is hardly longer than its blob, and compresses
//! nearly as well: base64 is a third longer, and compresses to half as much again.

/// The escapes of the four quarters.
const ESCAPES: [u8; 4] = *b"~|^}";

/// Printable characters that are escaped all the same, because quotes, templates, backslashes or HTML would change them.
const SPECIAL: &[u8] = b"\"'`\\$<";

/// The 64 characters after an escape.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && !SPECIAL.contains(&byte) && !ESCAPES.contains(&byte)
}

/// Returns the text of these bytes.
#[cfg(any(feature = "full", test))]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 5 / 4);
    for byte in bytes {
        if is_plain(*byte) {
            text.push(char::from(*byte));
        } else {
            text.push(char::from(ESCAPES[usize::from(byte / 64)]));
            text.push(char::from(ALPHABET[usize::from(byte % 64)]));
        }
    }
    text
}

/// Returns the bytes of a text; `None` if it is no text of [`encode`].
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut characters = text.bytes();
    while let Some(character) = characters.next() {
        bytes.push(match ESCAPES.iter().position(|escape| *escape == character) {
            Some(quarter) => {
                let next = characters.next()?;
                let rest = ALPHABET.iter().position(|other| *other == next)?;
                u8::try_from(quarter * 64 + rest).ok().filter(|byte| !is_plain(*byte))?
            }
            None if is_plain(character) => character,
            None => return None,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_has_one_text() {
        for byte in 0..=u8::MAX {
            let text = encode(&[byte]);
            assert_eq!(decode(&text), Some(vec![byte]), "{byte}: {text}");
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{text}");
            assert!(!text.contains(['"', '\'', '`', '\\', '$', '<']), "{text}");
        }
        // `~` and the character for 0x41, which is a plain `A`.
        for text in ["~", "a|", "~*", "|B", "\n", "é", "\"", "$"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(encode(b"hookseal\0<"), "hookseal~A~8");
    }

    proptest! {
        #[test]
        fn decodes_what_it_encodes(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn no_other_text_decodes_to_the_same_bytes(text in "[ -~]{0,40}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
