//! Strings of PowerShell: in single and double quotes, on one line and as here-strings.

use super::super::lines::split_first_line;
use super::Script;

impl Script<'_, '_> {
    /// A string in any of the four notations.
    pub(super) fn string(&mut self) -> Option<String> {
        let start = self.offset;
        let is_here = self.peek() == Some(b'@');
        self.offset += usize::from(is_here);
        let quote = self.peek()?;
        self.offset += 1;
        if is_here {
            let line = split_first_line(self.rest()).0.len();
            self.offset = (self.offset + line + 1).min(self.diagnostics.text.len());
        }
        let mut text = Vec::new();
        let mut high = None;
        loop {
            let Some(byte) = self.peek() else {
                return self.unterminated(start, if quote == b'"' { "\"" } else { "'" });
            };
            let next = self.rest().get(1).copied();
            if is_here {
                let end: usize = match self.rest() {
                    [b'\r', b'\n', q, b'@', ..] if *q == quote => 4,
                    [b'\n', q, b'@', ..] if *q == quote => 3,
                    [q, b'@', ..] if *q == quote && text.is_empty() => 2,
                    _ => 0,
                };
                if end > 0 {
                    self.offset += end;
                    break;
                }
            } else if byte == quote {
                self.offset += 1;
                if next != Some(quote) {
                    break;
                }
            }
            match byte {
                b'`' if quote == b'"' => self.escape(&mut text),
                b'$' if quote == b'"' && self.character(&mut text, &mut high).is_some() => {}
                _ => {
                    if quote == b'"'
                        && byte == b'$'
                        && next.is_some_and(|next| next.is_ascii_alphabetic() || next == b'(')
                    {
                        self.report_expression(self.offset);
                    }
                    text.push(byte);
                    self.offset += 1;
                }
            }
        }
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// An escape with a backtick.
    fn escape(&mut self, text: &mut Vec<u8>) {
        let letter = self.rest().get(1).copied();
        self.offset = (self.offset + 2).min(self.diagnostics.text.len());
        text.extend(letter.map(|letter| match letter {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'0' => 0,
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b'v' => 11,
            _ => letter,
        }));
    }

    /// `$([char]233)`: a unit of UTF-16, as browsers write each character that is not ASCII.
    fn character(&mut self, text: &mut Vec<u8>, high: &mut Option<u16>) -> Option<()> {
        let rest = self.rest().strip_prefix(b"$([char]")?;
        let length = rest.iter().take(8).position(|byte| *byte == b')')?;
        let digits = std::str::from_utf8(&rest[..length]).ok()?;
        let unit = match digits.strip_prefix("0x") {
            Some(hex) => u16::from_str_radix(hex, 16).ok()?,
            None => digits.parse().ok()?,
        };
        self.offset += b"$([char]".len() + length + 1;
        let units = [high.take().unwrap_or(unit), unit];
        let is_pair = units[0] != unit;
        if !is_pair && (0xd800..0xdc00).contains(&unit) {
            *high = Some(unit);
            return Some(());
        }
        let units = if is_pair { &units[..] } else { &units[1..] };
        text.extend(String::from_utf16_lossy(units).into_bytes());
        Some(())
    }
}
