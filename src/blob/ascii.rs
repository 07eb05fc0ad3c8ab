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
    STARTS.get(usize::from(byte)) == Some(&PLAIN)
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

/// What a character is at the start of a byte, and after an escape. PERF: a provider is decoded while a process starts, when
/// the code of WebAssembly is not optimized yet: two table look-ups a byte instead of a search of 64 characters.
const STARTS: [u8; 128] = starts();
const RESTS: [u8; 128] = rests();
/// No character of a text. Lower numbers of [`STARTS`] are the quarters of escapes.
const INVALID: u8 = 0xff;
/// A character that is its own byte; the number after those of the four escapes.
const PLAIN: u8 = 4;

const fn starts() -> [u8; 128] {
    let mut table = [INVALID; 128];
    let mut byte = b' ';
    while byte <= b'~' {
        table[byte as usize] = PLAIN;
        byte += 1;
    }
    let mut index = 0;
    while index < SPECIAL.len() {
        table[SPECIAL[index] as usize] = INVALID;
        index += 1;
    }
    let mut quarter = 0;
    while quarter < PLAIN {
        table[ESCAPES[quarter as usize] as usize] = quarter;
        quarter += 1;
    }
    table
}

const fn rests() -> [u8; 128] {
    let mut table = [INVALID; 128];
    let mut rest = 0;
    while rest < 64 {
        table[ALPHABET[rest as usize] as usize] = rest;
        rest += 1;
    }
    table
}

/// Returns the bytes of a text; `None` if it is no text of [`encode`].
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut characters = text.bytes();
    while let Some(character) = characters.next() {
        bytes.push(match *STARTS.get(usize::from(character))? {
            PLAIN => character,
            INVALID => return None,
            quarter => {
                let rest = *RESTS.get(usize::from(characters.next()?))?;
                let byte = quarter * 64 + if rest == INVALID { return None } else { rest };
                if is_plain(byte) {
                    return None;
                }
                byte
            }
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
