//! Strings of PowerShell: in single and double quotes, on one line and as here-strings.

use super::super::lines::split_first_line;
use super::super::word::lossy;
use super::Script;

impl Script<'_, '_> {
    /// A string in single or double quotes, on one line or between `@"` and `"@`.
    #[inline(never)]
    pub(super) fn string(&mut self) -> Option<String> {
        let start = self.offset;
        let is_here = self.peek() == Some(b'@');
        self.offset += usize::from(is_here);
        let quote = self.peek()?;
        self.offset += 1;
        if is_here {
            self.offset += split_first_line(self.rest()).0.len();
        }
        let mut text = Vec::new();
        let mut high = 0;
        while let Some(byte) = self.peek() {
            let rest = self.rest();
            if is_here {
                let line_break = usize::from(rest.starts_with(b"\r")) + 1;
                if rest[..line_break].ends_with(b"\n") && rest[line_break..].starts_with(&[quote, b'@']) {
                    self.offset += line_break + 2;
                    // The line break after the opening quote is no part of the text.
                    let skipped = text.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                    return Some(lossy(&text[skipped..]));
                }
            } else if byte == quote {
                self.offset += 1;
                if rest.get(1) != Some(&quote) {
                    return Some(lossy(&text));
                }
            }
            self.offset += 1;
            if quote == b'\'' {
                text.push(byte);
            } else if byte == b'`' {
                text.extend(self.peek().map(unescape));
                self.offset += 1;
            } else if let Some((unit, length)) = character(rest) {
                // Browsers write each unit of UTF-16 that is not ASCII.
                self.offset += length - 1;
                let code = match unit {
                    0xdc00..0xe000 if high > 0 => 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00),
                    _ => unit,
                };
                high = if (0xd800..0xdc00).contains(&unit) { unit } else { 0 };
                if high == 0 {
                    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                    text.extend(letter.encode_utf8(&mut [0; 4]).bytes());
                }
            } else {
                if byte == b'$' && rest.get(1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'(')
                {
                    self.report_expression(self.offset - 1);
                }
                text.push(byte);
            }
        }
        self.offset = self.diagnostics.text.len();
        self.unterminated(start, if quote == b'"' { "\"" } else { "'" })
    }
}

fn unescape(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        _ => letter,
    }
}

/// `$([char]233)`: returns the number and the length of the expression.
fn character(text: &[u8]) -> Option<(u32, usize)> {
    let digits = text.strip_prefix(b"$([char]")?;
    let length = digits.iter().take(6).position(|byte| *byte == b')')?;
    let number = digits[..length]
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then_some(number * 10 + u32::from(digit & 15)))?;
    Some((number, length + 9))
}
