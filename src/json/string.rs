//! Strings: scanning to the closing quote, decoding escapes.

/// The offset of the first byte from `pos` on that a string's scan has to look at: a quote, a
/// backslash, a control character or the end of the text. `high` is set when a byte outside
/// ASCII was passed.
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

/// The characters of the text between two quotes that the parser has already checked. Half of a
/// surrogate pair becomes U+FFFD.
pub fn decode(inner: &[u8]) -> String {
    let bytes = decode_with(inner, |_| [0xef, 0xbf, 0xbd]);
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The same as bytes that differ for every two texts that differ: half of a surrogate pair becomes the
/// three bytes it would have if UTF-8 allowed it.
pub fn decode_lossless(inner: &[u8]) -> Vec<u8> {
    decode_with(inner, |unit| {
        let low = |shift: u32| 0x80 | (unit >> shift & 0x3f).to_le_bytes()[0];
        [0xed, low(6), low(0)]
    })
}

/// Whether a text with escapes can be this one, by its start and its length: nearly always that is all it takes to know.
pub fn may_be(inner: &[u8], text: &[u8]) -> bool {
    let starts = match (inner, text.first()) {
        ([b'\\', b'u', ..], Some(first @ ..0x80)) => escaped_unit(inner, 0) == Some(u32::from(*first)),
        ([b'\\', b'b' | b'f' | b'n' | b'r' | b't', ..], Some(first)) => *first < b' ',
        ([b'\\', ..], _) => true,
        (_, first) => inner.first() == first,
    };
    starts && inner.len() <= 6 * text.len()
}

/// `half` says what half of a surrogate pair becomes.
fn decode_with(inner: &[u8], on_lone_surrogate: impl Fn(u32) -> [u8; 3]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut buffer = [0; 4];
    let mut push = |out: &mut Vec<u8>, scalar: u32| match char::from_u32(scalar) {
        Some(character @ ..'\u{80}') => out.push(character as u8),
        Some(character) => out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
        None => out.extend_from_slice(&on_lone_surrogate(scalar)),
    };
    let mut rest = inner;
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
                    push(&mut out, 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
                } else {
                    push(&mut out, unit);
                }
            }
            other => out.push(other),
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// The code unit of the `\uXXXX` whose backslash stands at `slash`, if one stands there.
pub fn escaped_unit(bytes: &[u8], slash: usize) -> Option<u32> {
    (bytes.get(slash..slash + 2)? == b"\\u").then(|| code_unit(bytes, slash))
}

fn code_unit(bytes: &[u8], slash: usize) -> u32 {
    bytes
        .get(slash + 2..slash + 6)
        .unwrap_or_default()
        .iter()
        .fold(0, |unit, &digit| unit * 16 + char::from(digit).to_digit(16).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_be_what_it_is() {
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
            assert!(may_be(text.as_bytes(), &exact), "{text}");
            assert!(!may_be(text.as_bytes(), b""), "{text}");
        }
        for text in [r"\u0061b", r"\n..", "a", r"\u002e.................."] {
            assert!(!may_be(text.as_bytes(), b"..."), "{text}");
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
