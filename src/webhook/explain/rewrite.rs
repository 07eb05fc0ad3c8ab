//! Serializes JSON in the styles of common serializers: what a sender may have signed before the body was parsed
//! and re-serialized.

use std::ops::Range;

use super::shared::joined;
use crate::json::{Document, Kind, TokenKind, Value, sort_by};
use crate::text::split_once;

/// White space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As received.
    Preserve,
    Compact,
    /// `, ` and `: `, as Python's json.dumps.
    Python,
    Indented(&'static str),
}

/// Characters in strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    Preserve,
    /// No escapes that are not needed.
    Plain,
    /// `\u00e9`: Python, PHP.
    Ascii,
    /// `\u00E9`
    AsciiUpper,
    /// `\u003c` for `<`, `>`, `&`: Go, Rails.
    Html,
    /// `\u003C`, `\u0022` and more: .NET.
    DotNet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slashes {
    Preserve,
    /// `\/`
    Escaped,
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    Preserve,
    /// As JavaScript serializes them: 1 for 1.0, 100 for 1e2.
    Shortest,
    /// Integers with a fraction or an exponent: those under one key (by its index), or all.
    Expanded(Option<usize>, Spelling),
}

/// Formats of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `1.0`
    Fraction,
    /// `1e2`
    Exponent,
    /// `1E2`
    ExponentUpper,
    /// `1.0E2`: Java.
    FractionExponent,
}

impl Spelling {
    pub const ALL: [Self; 4] = [Self::Fraction, Self::Exponent, Self::ExponentUpper, Self::FractionExponent];
}

/// One style of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub layout: Layout,
    pub characters: Characters,
    pub slashes: Slashes,
    pub numbers: Numbers,
    pub sorted: bool,
    /// Line break at the end.
    pub end: &'static str,
}

impl Style {
    /// The document as received.
    pub const PRESERVE: Self = Self {
        layout: Layout::Preserve,
        characters: Characters::Preserve,
        slashes: Slashes::Preserve,
        numbers: Numbers::Preserve,
        sorted: false,
        end: "",
    };
}

/// Serializes a document in a style. [`Numbers::Expanded`] is an index into `keys`.
///
/// Sorting needs a layout other than `Preserve`, which is tied to the order of the members.
pub fn write(document: &Document<'_>, style: &Style, keys: &[Vec<u8>]) -> Vec<u8> {
    let bytes = document.bytes();
    let mut writer = Writer { out: Vec::with_capacity(bytes.len() + bytes.len() / 8), style, keys };
    if style.layout == Layout::Preserve {
        writer.keep_layout(document);
    } else {
        writer.value(document.root(), 0, None);
    }
    writer.out.extend_from_slice(style.end.as_bytes());
    writer.out
}

struct Writer<'s> {
    out: Vec<u8>,
    style: &'s Style,
    keys: &'s [Vec<u8>],
}

impl Writer<'_> {
    /// Copies the white space between tokens, and serializes the tokens.
    fn keep_layout(&mut self, document: &Document<'_>) {
        let bytes = document.bytes();
        let mut done = 0;
        let mut key: Option<Value<'_>> = None;
        for token in (0..).map_while(|index| document.value_at(index)) {
            let Range { start, end } = match token.token_kind() {
                TokenKind::Object | TokenKind::Array | TokenKind::Close => {
                    key = None;
                    continue;
                }
                _ => token.span().start..token.span().end,
            };
            self.out.extend_from_slice(&bytes[done..start]);
            self.scalar(token, key);
            done = end;
            // A string followed by a colon is a key.
            let next = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
            key = (next == Some(&b':')).then_some(token);
        }
        self.out.extend_from_slice(&bytes[done..]);
    }

    fn value(&mut self, value: Value<'_>, depth: usize, key: Option<Value<'_>>) {
        let (open, close) = match value.kind() {
            Kind::Object => (b'{', b'}'),
            Kind::Array => (b'[', b']'),
            _ => return self.scalar(value, key),
        };
        self.out.push(open);
        let mut count = 0;
        if value.kind() == Kind::Object {
            let mut members: Vec<_> = value.members().collect();
            if self.style.sorted {
                sort_by(&mut members, |a, b| a.0.decoded_bytes().cmp(&b.0.decoded_bytes()));
            }
            for (name, member) in members {
                self.separate(count, depth + 1);
                self.scalar(name.as_value(), None);
                self.out.extend_from_slice(if self.style.layout == Layout::Compact { b":" } else { b": " });
                self.value(member, depth + 1, Some(name.as_value()));
                count += 1;
            }
        } else {
            for item in value.elements() {
                self.separate(count, depth + 1);
                self.value(item, depth + 1, None);
                count += 1;
            }
        }
        if count > 0 {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn separate(&mut self, count: usize, depth: usize) {
        if count > 0 {
            self.out.extend_from_slice(if self.style.layout == Layout::Python { b", " } else { b"," });
        }
        self.line(depth);
    }

    fn line(&mut self, depth: usize) {
        if let Layout::Indented(unit) = self.style.layout {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(unit.as_bytes());
            }
        }
    }

    fn scalar(&mut self, value: Value<'_>, key: Option<Value<'_>>) {
        match value.kind() {
            Kind::String => self.string(value.string_bytes()),
            Kind::Number => self.number(value.raw_bytes(), key),
            _ => self.out.extend_from_slice(value.raw_bytes()),
        }
    }

    fn number(&mut self, raw: &[u8], key: Option<Value<'_>>) {
        let formatted = match self.style.numbers {
            Numbers::Shortest => to_js_number(raw),
            Numbers::Expanded(expected, spelling) if self.is_within(expected, key) => {
                expand_number(raw, spelling)
            }
            _ => None,
        };
        self.out.extend_from_slice(formatted.as_deref().unwrap_or(raw));
    }

    /// Returns whether a number is under the expected key; `None` accepts every key.
    fn is_within(&self, expected: Option<usize>, key: Option<Value<'_>>) -> bool {
        let Some(name) = expected.and_then(|index| self.keys.get(index)) else { return expected.is_none() };
        key.is_some_and(|key| key.string_bytes() == name.as_slice())
    }

    fn string(&mut self, inner: &[u8]) {
        let Style { characters, slashes, .. } = *self.style;
        self.out.push(b'"');
        if characters == Characters::Preserve && slashes == Slashes::Preserve {
            self.out.extend_from_slice(inner);
        } else {
            // Already validated as UTF-8 by the JSON parser.
            let text = String::from_utf8_lossy(inner);
            let mut rest = text.as_ref();
            loop {
                // PERF: most characters are the same in every style, and are copied in runs.
                let special = |byte: &u8| !byte.is_ascii() || b"\\/<>&+'`".contains(byte);
                let run = rest.bytes().position(|byte| special(&byte)).unwrap_or(rest.len());
                self.out.extend_from_slice(&rest.as_bytes()[..run]);
                rest = &rest[run..];
                let Some(character) = rest.chars().next() else { break };
                let used = if character == '\\' {
                    self.escape(rest)
                } else {
                    self.character(character);
                    character.len_utf8()
                };
                rest = rest.get(used..).unwrap_or_default();
            }
        }
        self.out.push(b'"');
    }

    /// Writes a character that was not escaped.
    fn character(&mut self, character: char) {
        let escaped = match self.style.characters {
            Characters::Ascii | Characters::AsciiUpper => !character.is_ascii(),
            Characters::Html => matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
            Characters::DotNet => {
                !character.is_ascii() || matches!(character, '<' | '>' | '&' | '+' | '\'' | '`')
            }
            Characters::Preserve | Characters::Plain => false,
        };
        if escaped {
            for unit in character.encode_utf16(&mut [0; 2]) {
                self.unit(*unit);
            }
        } else if character == '/' && self.style.slashes == Slashes::Escaped {
            self.out.extend_from_slice(b"\\/");
        } else {
            self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// Writes `\u` and four digits.
    fn unit(&mut self, unit: u16) {
        let upper = matches!(self.style.characters, Characters::AsciiUpper | Characters::DotNet);
        let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        self.out.extend_from_slice(b"\\u");
        self.out.extend([12, 8, 4, 0].map(|shift| digits[usize::from(unit >> shift & 15)]));
    }

    /// Writes the escape at the start of a text, and returns its length in bytes.
    fn escape(&mut self, text: &str) -> usize {
        let characters = self.style.characters;
        match text.as_bytes().get(1) {
            Some(b'u') if characters != Characters::Preserve => {
                let unit = |start: usize| u16::from_str_radix(text.get(start..start + 4)?, 16).ok();
                let first = unit(2).unwrap_or(0xfffd);
                let second = text.get(6..8).filter(|escape| *escape == "\\u").and_then(|_| unit(8));
                let pair = [first, second.unwrap_or(0)];
                let mut decoded = char::decode_utf16(pair);
                if let Some(Ok(character)) = decoded.next() {
                    self.unescaped(character);
                    return if character.len_utf16() == 2 { 12 } else { 6 };
                }
                // A lone surrogate has no other form than its escape.
                self.unit(first);
                6
            }
            Some(b'"') if characters == Characters::DotNet => {
                self.unit(0x22);
                2
            }
            Some(b'/') if self.style.slashes == Slashes::Plain => {
                self.out.push(b'/');
                2
            }
            _ => {
                self.out.extend_from_slice(text.as_bytes().get(..2).unwrap_or(b"\\"));
                2
            }
        }
    }

    /// Writes a character that was escaped as `\u`.
    fn unescaped(&mut self, character: char) {
        let short_escape = match character {
            '"' if self.style.characters == Characters::DotNet => None,
            '"' => Some(b'"'),
            '\\' => Some(b'\\'),
            '\u{8}' => Some(b'b'),
            '\u{c}' => Some(b'f'),
            '\n' => Some(b'n'),
            '\r' => Some(b'r'),
            '\t' => Some(b't'),
            _ => None,
        };
        match (short_escape, character) {
            (Some(letter), _) => self.out.extend_from_slice(&[b'\\', letter]),
            (None, '\0'..='\x1f' | '"') => self.unit(u16::try_from(u32::from(character)).unwrap_or(0)),
            (None, other) => self.character(other),
        }
    }
}

/// Formats a number as JavaScript does (ECMA-262, section 6.1.6.1.20). `None` from 16 digits on, which would need
/// binary arithmetic.
fn to_js_number(raw: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(raw).ok()?;
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = split_once(mantissa, '.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().ok().filter(|e: &i32| e.abs() < 400)?;
    let all = joined(&[whole.as_bytes(), fraction.as_bytes()]);
    let zeros = all.iter().take_while(|digit| **digit == b'0').count();
    let Some(last) = all.iter().rposition(|digit| *digit != b'0') else { return Some(b"0".to_vec()) };
    let digits = &all[zeros..=last];
    if digits.len() > 15 {
        return None;
    }
    let count = i32::try_from(digits.len()).ok()?;
    // The number is 0.digits times ten to the power of `point`.
    let point = i32::try_from(whole.len()).ok()? + exponent - i32::try_from(zeros).ok()?;
    let mut out = Vec::new();
    if negative {
        out.push(b'-');
    }
    // Position of the decimal point, and number of zeros before the digits.
    let (before, after) = match point {
        1..=21 => (point, 0),
        -5..=0 => (1, 1 - point),
        _ => (1, 0),
    };
    if after > 0 {
        out.extend_from_slice(b"0.");
        out.extend((1..after).map(|_| b'0'));
        out.extend_from_slice(digits);
        return Some(out);
    }
    for index in 0..before.max(count) {
        if index == before {
            out.push(b'.');
        }
        out.push(usize::try_from(index).ok().and_then(|i| digits.get(i)).copied().unwrap_or(b'0'));
    }
    if before != point {
        out.extend_from_slice(if point > 0 { b"e+" } else { b"e" });
        out.extend_from_slice((point - 1).to_string().as_bytes());
    }
    Some(out)
}

/// Formats an integer in another spelling; `None` if it has none.
fn expand_number(raw: &[u8], spelling: Spelling) -> Option<Vec<u8>> {
    if raw.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return None;
    }
    let digits = raw.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    let bare = &raw[..digits];
    let exponent: &[u8] = match spelling {
        Spelling::Fraction => return Some(joined(&[raw, b".0"])),
        Spelling::Exponent => b"e",
        Spelling::ExponentUpper => b"E",
        Spelling::FractionExponent => b".0E",
    };
    let zeros = raw.len() - digits;
    let has_exponent = zeros > 0 && bare.last().is_some_and(u8::is_ascii_digit);
    has_exponent.then(|| joined(&[bare, exponent, zeros.to_string().as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewrite(text: &str, style: Style) -> String {
        let document = Document::parse(text.as_bytes()).expect(text);
        String::from_utf8(write(&document, &style, &[b"n".to_vec()])).expect("UTF-8")
    }

    #[test]
    fn layouts_are_those_of_the_serializers() {
        let text = r#" { "a" : [ 1,{} , [ ] ], "b":{"c":null} } "#;
        let layout = |layout| rewrite(text, Style { layout, ..Style::PRESERVE });
        assert_eq!(layout(Layout::Preserve), text);
        assert_eq!(layout(Layout::Compact), r#"{"a":[1,{},[]],"b":{"c":null}}"#);
        assert_eq!(layout(Layout::Python), r#"{"a": [1, {}, []], "b": {"c": null}}"#);
        let lines = "{\n\t\"a\": [\n\t\t1,\n\t\t{},\n\t\t[]\n\t],\n\t\"b\": {\n\t\t\"c\": null\n\t}\n}";
        assert_eq!(layout(Layout::Indented("\t")), lines);
        let sorted = Style { layout: Layout::Compact, sorted: true, end: "\n", ..Style::PRESERVE };
        assert_eq!(rewrite(r#"{"b":1,"a":{"d":2,"c":3}}"#, sorted), "{\"a\":{\"c\":3,\"d\":2},\"b\":1}\n");
    }

    #[test]
    fn characters_are_escaped_as_by_the_serializers() {
        let text = r#"{"é/\/": "<😀\u00E9\u0041\ud83d\ude00\ud800\u0009\u0001\"+"}"#;
        let characters = |characters| rewrite(text, Style { characters, ..Style::PRESERVE });
        assert_eq!(characters(Characters::Preserve), text);
        assert_eq!(characters(Characters::Plain), r#"{"é/\/": "<😀éA😀\ud800\t\u0001\"+"}"#);
        let ascii = r#"{"\u00e9/\/": "<\ud83d\ude00\u00e9A\ud83d\ude00\ud800\t\u0001\"+"}"#;
        assert_eq!(characters(Characters::Ascii), ascii);
        assert_eq!(characters(Characters::Html), r#"{"é/\/": "\u003c😀éA😀\ud800\t\u0001\"+"}"#);
        let dotnet = r#"{"\u00E9/\/": "\u003C\uD83D\uDE00\u00E9A\uD83D\uDE00\uD800\t\u0001\u0022\u002B"}"#;
        assert_eq!(characters(Characters::DotNet), dotnet);
        let slashes = |slashes| rewrite(r#"["a/b\/c\\/"]"#, Style { slashes, ..Style::PRESERVE });
        assert_eq!(slashes(Slashes::Escaped), r#"["a\/b\/c\\\/"]"#);
        assert_eq!(slashes(Slashes::Plain), r#"["a/b/c\\/"]"#);
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (raw, js) in [
            ("1.0", "1"),
            ("-1.50", "-1.5"),
            ("1e2", "100"),
            ("1E+21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("123e-8", "0.00000123"),
            ("1e-7", "1e-7"),
            ("12e-9", "1.2e-8"),
            ("-0.0", "0"),
            ("0.10", "0.1"),
            ("120.5e1", "1205"),
        ] {
            assert_eq!(to_js_number(raw.as_bytes()).as_deref(), Some(js.as_bytes()), "{raw}");
        }
        assert_eq!(to_js_number(b"1234567890.1234567"), None);
        assert_eq!(to_js_number(b"1e999999999999"), None);
        let expand_number = |key, spelling| {
            rewrite(
                r#"{"n":100,"m":[100,0,1.5],"n":7}"#,
                Style { numbers: Numbers::Expanded(key, spelling), ..Style::PRESERVE },
            )
        };
        assert_eq!(expand_number(Some(0), Spelling::Fraction), r#"{"n":100.0,"m":[100,0,1.5],"n":7.0}"#);
        assert_eq!(expand_number(None, Spelling::Exponent), r#"{"n":1e2,"m":[1e2,0,1.5],"n":7}"#);
        assert_eq!(expand_number(None, Spelling::FractionExponent), r#"{"n":1.0E2,"m":[1.0E2,0,1.5],"n":7}"#);
        assert_eq!(
            expand_number(Some(9), Spelling::Fraction),
            r#"{"n":100.0,"m":[100,0,1.5],"n":7.0}"#.replace(".0", "")
        );
    }
}
