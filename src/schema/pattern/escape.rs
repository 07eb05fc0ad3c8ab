//! Parses escapes, character classes and group names (ECMA-262, section 22.2.1, with the `u` flag).

use super::category;
use super::error::PatternError;
use super::parser::PatternParser;
use super::property::{self, UnicodeProperty};
use super::tree::{ClassItem, PatternNode};
use crate::text::split_once;

const DIGITS: &[(u32, u32)] = &[(0x30, 0x39)];
const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];
/// `WhiteSpace` and `LineTerminator`, sections 12.2 and 12.3.
const SPACE: &[(u32, u32)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];

impl PatternParser<'_> {
    /// Parses an escape after its `\`, inside or outside a class. One character becomes a range of one.
    pub(super) fn escaped(&mut self, offset: usize) -> Result<ClassItem, PatternError> {
        let Some(char) = self.peek() else {
            return Err(self.error(offset, "incomplete escape"));
        };
        self.offset += char.len_utf8();
        let fixed = |ranges, negated| Ok(ClassItem::Fixed { ranges, negated });
        let code = match char {
            'd' => return fixed(DIGITS, false),
            'D' => return fixed(DIGITS, true),
            's' => return fixed(SPACE, false),
            'S' => return fixed(SPACE, true),
            'w' => return fixed(WORD, false),
            'W' => return fixed(WORD, true),
            'p' | 'P' => return self.property(offset, char == 'P'),
            't' => 0x09,
            'n' => 0x0A,
            'v' => 0x0B,
            'f' => 0x0C,
            'r' => 0x0D,
            '0' if self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                return Err(self.error(offset, "'\\0' must not be followed by a digit"));
            }
            '0' => 0,
            'c' => match self.peek() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.offset += 1;
                    u32::from(letter) % 32
                }
                _ => return Err(self.error(offset, "'\\c' must be followed by a letter")),
            },
            'x' => match self.hex(2) {
                Some(code) => code,
                None => return Err(self.error(offset, "'\\x' must be followed by two hexadecimal digits")),
            },
            'u' => self.unicode(offset)?,
            '^' | '$' | '\\' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '/' => {
                char.into()
            }
            _ => {
                return Err(self.error(offset, &format!("invalid escape '\\{}'", char.escape_debug())));
            }
        };
        Ok(ClassItem::Range(code, code))
    }

    /// Parses the digits after `\u`: four, twice four for a surrogate pair, or any number in braces.
    fn unicode(&mut self, offset: usize) -> Result<u32, PatternError> {
        if self.eat("{") {
            let digits = self.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
            let code = self.rest()[..digits].trim_start_matches('0');
            let code = if code.is_empty() { Some(0) } else { u32::from_str_radix(code, 16).ok() };
            self.offset += digits;
            return match code {
                Some(code @ ..=0x10_FFFF) if digits > 0 && self.eat("}") => Ok(code),
                _ => Err(self.error(
                    offset,
                    "'\\u{' must be followed by a code point up to 10FFFF in hexadecimal digits and '}'",
                )),
            };
        }
        let Some(lead) = self.hex(4) else {
            return Err(self.error(offset, "'\\u' must be followed by four hexadecimal digits or by '{'"));
        };
        if (0xD800..0xDC00).contains(&lead) {
            let before = self.offset;
            if self.eat("\\u")
                && let Some(trail @ 0xDC00..=0xDFFF) = self.hex(4)
            {
                return Ok(0x1_0000 + ((lead - 0xD800) << 10) + (trail - 0xDC00));
            }
            self.offset = before;
        }
        Ok(lead)
    }

    /// Parses exactly `count` hexadecimal digits.
    #[inline(never)]
    fn hex(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest().get(..count)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let code = u32::from_str_radix(digits, 16).ok();
        self.offset += count;
        code
    }

    /// Parses `{Name}` or `{Name=Value}` after `\p` and `\P`.
    fn property(&mut self, offset: usize, negated: bool) -> Result<ClassItem, PatternError> {
        let braced = self.rest().strip_prefix('{').and_then(|rest| split_once(rest, '}'));
        let Some((text, _)) = braced else {
            return Err(
                self.error(offset, "'\\p' must be followed by a property name in braces, such as '\\p{L}'")
            );
        };
        let property = property::from_name(text);
        let text = text.to_owned();
        self.offset += text.len() + 2;
        Ok(match property {
            UnicodeProperty::Categories(mask) => ClassItem::Categories { mask, negated },
            UnicodeProperty::Ranges(ranges) => ClassItem::Fixed { ranges, negated },
            UnicodeProperty::Unsupported => {
                let message = format!(
                    "the property '{text}' is not supported, use a general category such as '\\p{{L}}'"
                );
                self.unsupported(offset, &message);
                ClassItem::Fixed { ranges: &[], negated }
            }
            UnicodeProperty::Unknown => {
                return Err(self.error(offset, "unknown Unicode property"));
            }
        })
    }

    /// Parses a class after its `[`.
    pub(super) fn class(&mut self, offset: usize) -> Result<PatternNode, PatternError> {
        let negated = self.eat("^");
        let mut items = Vec::new();
        loop {
            let start = self.offset;
            let Some(item) = self.class_item(offset)? else { break };
            let range = self.rest().starts_with('-') && !self.rest().starts_with("-]");
            if !range {
                items.push(item);
                continue;
            }
            self.offset += 1;
            let Some(end) = self.class_item(offset)? else { break };
            match (item, end) {
                (ClassItem::Range(first, _), ClassItem::Range(last, _)) if first <= last => {
                    items.push(ClassItem::Range(first, last));
                }
                (ClassItem::Range(..), ClassItem::Range(..)) => {
                    return Err(self.error(start, "the range ends before it starts"));
                }
                _ => return Err(self.error(start, "a set of characters cannot be an end of a range")),
            }
        }
        Ok(PatternNode::Class { items: items.into(), negated })
    }

    /// Parses one member of the class that starts at `start`, or returns `None` at its end.
    fn class_item(&mut self, start: usize) -> Result<Option<ClassItem>, PatternError> {
        let offset = self.offset;
        let Some(char) = self.peek() else {
            return Err(self.error(start, "unclosed character class"));
        };
        self.offset += char.len_utf8();
        match char {
            ']' => Ok(None),
            '\\' if self.eat("b") => Ok(Some(ClassItem::Range(0x08, 0x08))),
            '\\' if self.eat("-") => Ok(Some(ClassItem::Range(0x2D, 0x2D))),
            '\\' => self.escaped(offset).map(Some),
            _ => Ok(Some(ClassItem::Range(char.into(), char.into()))),
        }
    }

    /// Parses `name>` after `(?<` and `\k<`. The name is an identifier, whose characters can be escaped.
    pub(super) fn group_name(&mut self) -> Result<String, PatternError> {
        let start = self.offset;
        let mut name = String::new();
        while let Some(char) = self.peek() {
            let offset = self.offset;
            self.offset += char.len_utf8();
            let char = match char {
                '>' if !name.is_empty() => return Ok(name),
                '\\' if self.eat("u") => char::from_u32(self.unicode(offset)?),
                _ => Some(char),
            };
            match char {
                Some(char) if is_name_part(char, name.is_empty()) => name.push(char),
                _ => return Err(self.error(offset, "invalid character in a group name")),
            }
        }
        Err(self.error(start, "unclosed group name"))
    }
}

/// `RegExpIdentifierStart` and `RegExpIdentifierPart`, over `ID_Start` and `ID_Continue` of UAX #31.
fn is_name_part(char: char, first: bool) -> bool {
    use category::{CONNECTOR, DIGIT, LETTER, LETTER_NUMBER, NONSPACING, SPACING};
    if char.is_ascii() {
        return char.is_ascii_alphabetic() || matches!(char, '$' | '_') || (!first && char.is_ascii_digit());
    }
    let category = category::find(char.into());
    // Other_ID_Start and Other_ID_Continue, and the one letter that Pattern_Syntax excludes.
    let start = (LETTER | LETTER_NUMBER) & category != 0 && char != '\u{2E2F}'
        || matches!(char, '\u{1885}' | '\u{1886}' | '\u{2118}' | '\u{212E}' | '\u{309B}' | '\u{309C}');
    let part = (NONSPACING | SPACING | DIGIT | CONNECTOR) & category != 0
        || matches!(char, '\u{B7}' | '\u{387}' | '\u{1369}'..='\u{1371}' | '\u{19DA}')
        || matches!(char, '\u{200C}' | '\u{200D}' | '\u{30FB}' | '\u{FF65}');
    start || (!first && part)
}
