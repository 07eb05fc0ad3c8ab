//! Strings: scanning to the closing quote, decoding escapes.

/// Returns the offset of the first byte from `pos` on that ends or interrupts a string: a quote, a backslash, a control
/// character or the end of the text. Sets `has_non_ascii` if a byte outside ASCII precedes it.
#[inline]
pub fn scan(bytes: &[u8], mut pos: usize, has_non_ascii: &mut bool) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut seen = 0u64;
    while let Some(chunk) = bytes.get(pos..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * u64::from(b'"'));
        let slash = word ^ (ONES * u64::from(b'\\'));
        // The classic zero-byte and less-than tests; bytes from 0x80 up never count as a hit.
        let hit = (quote.wrapping_sub(ONES) | slash.wrapping_sub(ONES) | word.wrapping_sub(ONES * 0x20))
            & !word
            & HIGHS;
        if hit != 0 {
            // A borrow can only spoil bytes above the first hit, so the lowest one is exact.
            let index = (hit.trailing_zeros() / 8) as usize;
            let passed = if index == 0 { 0 } else { word << (64 - 8 * index) };
            *has_non_ascii |= (seen | passed) & HIGHS != 0;
            return pos + index;
        }
        seen |= word;
        pos += 8;
    }
    *has_non_ascii |= seen & HIGHS != 0;
    while let Some(&byte) = bytes.get(pos) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        *has_non_ascii |= byte >= 0x80;
        pos += 1;
    }
    pos
}

/// Checks the escape at `slash`; returns the offset after it, or `None` for an invalid one. Sets `has_lone_surrogate`
/// if the escape is half of a surrogate pair.
pub fn scan_escape(bytes: &[u8], slash: usize, has_lone_surrogate: &mut bool) -> Option<usize> {
    match bytes.get(slash + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(slash + 2),
        b'u' => match checked_unit(bytes, slash)? {
            0xd800..0xdc00 if matches!(checked_unit(bytes, slash + 6), Some(0xdc00..0xe000)) => {
                Some(slash + 12)
            }
            unit => {
                *has_lone_surrogate |= matches!(unit, 0xd800..0xe000);
                Some(slash + 6)
            }
        },
        _ => None,
    }
}

/// The code unit of the `\uXXXX` at `slash`, if there is one with four hexadecimal digits.
fn checked_unit(bytes: &[u8], slash: usize) -> Option<u32> {
    let digits = bytes.get(slash + 2..slash + 6)?;
    digits.iter().all(u8::is_ascii_hexdigit).then(|| escaped_unit(bytes, slash))?
}

/// The characters of a string, from the bytes between its quotes. Half of a surrogate pair becomes U+FFFD.
///
/// INVARIANT: the parser has checked the escapes.
pub fn decode(raw: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(raw.len());
    decode_with(raw, &mut bytes, |_| [0xef, 0xbf, 0xbd]);
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The same as bytes that are equal for equal strings only: half of a surrogate pair becomes the three bytes that UTF-8's
/// scheme has for it.
pub fn decode_lossless(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    decode_lossless_into(raw, &mut out);
    out
}

/// Like [`decode_lossless`], at the end of `out`.
pub fn decode_lossless_into(raw: &[u8], out: &mut Vec<u8>) {
    decode_with(raw, out, |unit| {
        let low = |shift: u32| 0x80 | (unit >> shift & 0x3f).to_le_bytes()[0];
        [0xed, low(6), low(0)]
    });
}

/// Whether a string with escapes can be equal to `text`, by first character and length. PERF: nearly every comparison
/// ends here, without decoding.
pub fn may_equal(raw: &[u8], text: &[u8]) -> bool {
    let starts = match (raw, text.first()) {
        ([b'\\', b'u', ..], Some(first @ ..0x80)) => escaped_unit(raw, 0) == Some(u32::from(*first)),
        ([b'\\', b'b' | b'f' | b'n' | b'r' | b't', ..], Some(first)) => *first < b' ',
        ([b'\\', ..], _) => true,
        (_, first) => raw.first() == first,
    };
    starts && raw.len() <= 6 * text.len()
}

/// Whether a byte is ASCII that strings contain without an escape.
pub fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Whether a string with escapes can be ASCII without characters that need an escape, by its first escape.
pub fn may_be_plain(raw: &[u8]) -> bool {
    let Some(slash) = raw.iter().position(|&byte| byte == b'\\') else { return true };
    match raw.get(slash + 1) {
        Some(b'/') => true,
        Some(b'u') => u8::try_from(code_unit(raw, slash)).is_ok_and(is_plain),
        _ => false,
    }
}

/// Decodes to the end of `out`, with a replacement for half of a surrogate pair.
fn decode_with(raw: &[u8], out: &mut Vec<u8>, on_lone_surrogate: impl Fn(u32) -> [u8; 3]) {
    let mut buffer = [0; 4];
    let mut push = |out: &mut Vec<u8>, scalar: u32| match char::from_u32(scalar) {
        Some(character @ ..'\u{80}') => out.push(character as u8),
        Some(character) => out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
        None => out.extend_from_slice(&on_lone_surrogate(scalar)),
    };
    let mut rest = raw;
    while let Some(slash) = rest.iter().position(|&byte| byte == b'\\') {
        out.extend_from_slice(&rest[..slash]);
        let escape = rest.get(slash + 1).copied().unwrap_or(b'\\');
        let mut used = slash + 2;
        match escape {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let unit = code_unit(rest, slash);
                used = slash + 6;
                let low = (0xd800..0xdc00)
                    .contains(&unit)
                    .then(|| escaped_unit(rest, used))
                    .flatten()
                    .filter(|low| (0xdc00..0xe000).contains(low));
                if let Some(low) = low {
                    used += 6;
                    push(out, 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
                } else {
                    push(out, unit);
                }
            }
            other => out.push(other),
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// The code unit of the `\uXXXX` whose backslash is at `slash`, if there is one. Its digits are not checked.
pub fn escaped_unit(bytes: &[u8], slash: usize) -> Option<u32> {
    (bytes.get(slash..slash + 2)? == b"\\u").then(|| code_unit(bytes, slash))
}

fn code_unit(bytes: &[u8], slash: usize) -> u32 {
    bytes
        .get(slash + 2..slash + 6)
        .unwrap_or_default()
        .iter()
        .fold(0, |unit, &digit| (unit << 4) + u32::from(digit & 15) + 9 * u32::from(digit >> 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_equal_what_it_is() {
        for text in [
            r"\u0061b",
            r"a\u0062",
            r"\n",
            r"\t\ud83d\ude00",
            r"\u00e9",
            r"\/",
            r#"\""#,
            r"\\a",
            r"\ud800",
            "a",
        ] {
            let exact = decode_lossless(text.as_bytes());
            assert!(may_equal(text.as_bytes(), &exact), "{text}");
            assert!(!may_equal(text.as_bytes(), b""), "{text}");
        }
        for text in [r"\u0061b", r"\n..", "a", r"\u002e.................."] {
            assert!(!may_equal(text.as_bytes(), b"..."), "{text}");
        }
    }

    #[test]
    fn a_text_may_be_plain_if_its_first_escape_is_of_a_plain_character() {
        for unit in 0..=0xffff_u32 {
            let raw = format!("a\\u{unit:04x}\\u0062");
            assert_eq!(
                may_be_plain(raw.as_bytes()),
                decode_lossless(raw.as_bytes()).iter().all(|byte| is_plain(*byte))
            );
        }
        for (raw, expected) in [("a", true), ("a\\/", true), ("\\n", false), ("\\\"", false), ("\\\\", false)]
        {
            assert_eq!(may_be_plain(raw.as_bytes()), expected, "{raw}");
        }
    }

    #[test]
    fn scan_stops_where_a_byte_by_byte_scan_stops() {
        let stops = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
        for length in 0..20 {
            for at in 0..=length {
                for byte in 0..=255u8 {
                    for fill in [b'a', 0x7f, 0x80, 0xff, b'!', b'#', b']', b'['] {
                        let mut text = vec![fill; length];
                        if at < length {
                            text[at] = byte;
                        }
                        let expected = text.iter().position(|&b| stops(b)).unwrap_or(length);
                        let mut has_non_ascii = false;
                        assert_eq!(scan(&text, 0, &mut has_non_ascii), expected, "{text:?}");
                        assert_eq!(has_non_ascii, text[..expected].iter().any(|&b| b >= 0x80), "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn decode_reads_every_escape() {
        assert_eq!(decode(br#"a\"\\\/\b\f\n\r\tz"#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(decode(br"\u0041\u00e9\ud83d\ude00"), "Aé😀");
        assert_eq!(decode(br"\ud800x\udc00\ud800\u0041"), "\u{fffd}x\u{fffd}\u{fffd}A");
    }

    #[test]
    fn exact_bytes_tell_halves_of_surrogate_pairs_apart() {
        assert_eq!(decode_lossless(br"a\n\u00e9\ud83d\ude00"), "a\né😀".as_bytes());
        assert_eq!(decode_lossless(br"\ud800"), [0xed, 0xa0, 0x80]);
        assert_eq!(decode_lossless(br"\udfff"), [0xed, 0xbf, 0xbf]);
        assert_ne!(decode_lossless(br"\ud800"), decode_lossless(br"\ufffd"));
    }
}
