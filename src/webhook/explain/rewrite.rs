//! Serializes JSON in the styles of common serializers: what a sender may have signed before the body was parsed
//! and re-serialized.

use super::numbers::{is_integer, respell, to_js_number};
use super::order::{Ranks, arrange};
use super::style::{
    ALL_KEYS, AsciiEscapes, Characters, EmptyContainer, Layout, Numbers, OPTIONAL_ESCAPES, Slashes, Spelling,
    Style, Unicode, ascii_set,
};
use crate::json::{Document, Kind, TokenKind, Value};

/// Properties of one document that styles refer to.
#[derive(Default)]
pub struct DocumentKeys {
    /// The keys of numbers, as written. [`Numbers::Expanded`] has a bit for each.
    pub numbers: Vec<Vec<u8>>,
    /// The positions of keys in the provider's schemas, for [`Order::Contract`].
    pub ranks: Ranks,
}

/// Serializes a document in a style. Another order needs a layout: white space between tokens is tied to their order.
pub fn write(document: &Document<'_>, style: &Style, keys: &DocumentKeys) -> Vec<u8> {
    let bytes = document.bytes();
    let mut writer = Writer { out: Vec::with_capacity(bytes.len() + bytes.len() / 8), style, keys };
    match style.layout {
        None => writer.keep_layout(document),
        Some(layout) => writer.value(document.root(), layout, 0, None),
    }
    writer.out.extend_from_slice(style.end.as_bytes());
    writer.out
}

struct Writer<'s> {
    out: Vec<u8>,
    style: &'s Style,
    keys: &'s DocumentKeys,
}

/// The characters other than letters and digits that some style writes in another way.
const SPECIAL: u128 = OPTIONAL_ESCAPES | ascii_set(b"\\/\x7f");

impl Writer<'_> {
    /// Copies the white space between tokens, and serializes the tokens.
    fn keep_layout(&mut self, document: &Document<'_>) {
        let bytes = document.bytes();
        let mut done = 0;
        let mut key: Option<Value<'_>> = None;
        // The key of each open array, which its numbers share; `None` for an object.
        let mut open: Vec<Option<Value<'_>>> = Vec::new();
        for token in (0..).map_while(|index| document.value_at(index)) {
            match token.token_kind() {
                TokenKind::Array => open.push(key),
                TokenKind::Object => {
                    open.push(None);
                    key = None;
                }
                TokenKind::Close => {
                    open.pop();
                    key = open.last().copied().flatten();
                }
                _ => {
                    let span = token.span();
                    self.out.extend_from_slice(&bytes[done..span.start]);
                    self.scalar(token, key);
                    done = span.end;
                    // A string followed by a colon is a key.
                    let next = bytes[done..].iter().find(|byte| !byte.is_ascii_whitespace());
                    key = if next == Some(&b':') { Some(token) } else { open.last().copied().flatten() };
                }
            }
        }
        self.out.extend_from_slice(&bytes[done..]);
    }

    fn value(&mut self, value: Value<'_>, layout: &Layout, depth: usize, key: Option<Value<'_>>) {
        let is_object = match value.kind() {
            Kind::Object => true,
            Kind::Array => false,
            _ => return self.scalar(value, key),
        };
        let is_inline = layout.line.is_empty() || !is_object && layout.has_inline_arrays;
        let inner_depth = if is_inline { depth } else { depth + 1 };
        let mut count = 0;
        self.out.push(if is_object { b'{' } else { b'[' });
        if is_object {
            let mut members: Vec<_> = value.members().collect();
            arrange(&mut members, self.style.order, depth == 0 && value.index() == 0, &self.keys.ranks);
            for (name, member) in members {
                self.separate(count, layout, is_inline, inner_depth);
                self.scalar(name.as_value(), None);
                self.out.extend_from_slice(layout.colon.as_bytes());
                self.value(member, layout, inner_depth, Some(name.as_value()));
                count += 1;
            }
        } else {
            for item in value.elements() {
                self.separate(count, layout, is_inline, inner_depth);
                self.value(item, layout, inner_depth, key);
                count += 1;
            }
        }
        match layout.empty {
            _ if count > 0 => self.line(layout, is_inline, depth),
            EmptyContainer::Bare => {}
            EmptyContainer::Spaced => self.out.push(b' '),
            EmptyContainer::Lines => {
                if !is_object {
                    self.out.extend_from_slice(layout.line.as_bytes());
                }
                self.line(layout, is_inline, depth);
            }
        }
        self.out.push(if is_object { b'}' } else { b']' });
    }

    fn separate(&mut self, count: usize, layout: &Layout, is_inline: bool, depth: usize) {
        if count > 0 {
            self.out.extend_from_slice(layout.comma.as_bytes());
        }
        self.line(layout, is_inline, depth);
    }

    fn line(&mut self, layout: &Layout, is_inline: bool, depth: usize) {
        if !is_inline {
            self.out.extend_from_slice(layout.line.as_bytes());
            for _ in 0..depth {
                self.out.extend_from_slice(layout.indent.as_bytes());
            }
        } else if layout.has_inline_arrays {
            self.out.push(b' ');
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
            Numbers::Preserve => None,
            Numbers::Shortest => to_js_number(raw),
            // A number with a fraction is a floating-point number under every key.
            Numbers::Expanded { keys, spelling } => {
                let is_float = matches!(spelling, Spelling::Language(_)) && !is_integer(raw);
                (is_float || self.is_within(keys, key)).then(|| respell(raw, spelling)).flatten()
            }
        };
        self.out.extend_from_slice(formatted.as_deref().unwrap_or(raw));
    }

    /// Returns whether a number is under one of the expected keys.
    fn is_within(&self, keys: u32, key: Option<Value<'_>>) -> bool {
        let position = |key: Value<'_>| self.keys.numbers.iter().position(|name| name == key.string_bytes());
        keys == ALL_KEYS || key.and_then(position).is_some_and(|index| keys >> index & 1 != 0)
    }

    fn string(&mut self, inner: &[u8]) {
        let Style { characters, slashes, .. } = *self.style;
        self.out.push(b'"');
        if characters == Characters::PRESERVE && slashes == Slashes::Preserve {
            self.out.extend_from_slice(inner);
        } else {
            // Already validated as UTF-8 by the JSON parser.
            let text = String::from_utf8_lossy(inner);
            let mut rest = text.as_ref();
            loop {
                // PERF: most characters are the same in every style, and are copied in runs.
                let special = |byte: &u8| !byte.is_ascii() || SPECIAL >> byte & 1 != 0;
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

    /// Returns whether a style escapes a character that was not escaped, and the letter case of that escape.
    fn escape_case(&self, character: char) -> Option<bool> {
        let Characters { unicode, ascii } = self.style.characters;
        let by_set = ascii.filter(|escapes| escapes.contains(character)).map(|escapes| escapes.is_upper);
        by_set.or(match unicode {
            Unicode::Escaped { first, is_upper } if character >= first => Some(is_upper),
            _ => None,
        })
    }

    /// Writes a character that was not escaped.
    fn character(&mut self, character: char) {
        if let Some(is_upper) = self.escape_case(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                self.unit(*unit, is_upper);
            }
        } else if character == '/' && self.style.slashes == Slashes::Escaped {
            self.out.extend_from_slice(b"\\/");
        } else {
            self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// Writes `\u` and four digits.
    fn unit(&mut self, unit: u16, is_upper: bool) {
        let digits: &[u8; 16] = if is_upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        self.out.extend_from_slice(b"\\u");
        self.out.extend([12, 8, 4, 0].map(|shift| digits[usize::from(unit >> shift & 15)]));
    }

    /// Writes the escape at the start of a text, and returns its length in bytes.
    fn escape(&mut self, text: &str) -> usize {
        let Style { characters: Characters { unicode, ascii }, slashes, .. } = *self.style;
        let mut length = 2;
        match text.as_bytes().get(1) {
            Some(b'u') => {
                let unit = |start: usize| u16::from_str_radix(text.get(start..start + 4)?, 16).ok();
                let first = unit(2).unwrap_or(0xfffd);
                let second = text.get(6..8).filter(|escape| *escape == "\\u").and_then(|_| unit(8));
                let decoded = char::decode_utf16([first, second.unwrap_or(0)]).next();
                let character = decoded.and_then(Result::ok);
                length = if character.is_some_and(|character| character.len_utf16() == 2) { 12 } else { 6 };
                let is_kept = match character {
                    Some(' '..='~') => ascii.is_none(),
                    _ => unicode == Unicode::Preserve,
                };
                match character {
                    _ if is_kept => {
                        self.out.extend_from_slice(text.as_bytes().get(..length).unwrap_or_default())
                    }
                    Some(character) => self.unescaped(character),
                    // A lone surrogate has no other form than its escape.
                    None => self.unit(first, self.has_upper_escapes()),
                }
            }
            Some(b'"') if ascii.is_some_and(|escapes| escapes.contains('"')) => self.character('"'),
            Some(b'/') if ascii.is_some_and(|escapes| escapes.contains('/')) => self.character('/'),
            Some(b'/') if slashes == Slashes::Plain => self.out.push(b'/'),
            _ => self.out.extend_from_slice(text.as_bytes().get(..2).unwrap_or(b"\\")),
        }
        length
    }

    fn has_upper_escapes(&self) -> bool {
        matches!(self.style.characters.unicode, Unicode::Escaped { is_upper: true, .. })
    }

    /// Writes a character that was escaped as `\u`.
    fn unescaped(&mut self, character: char) {
        let ascii = self.style.characters.ascii.unwrap_or(AsciiEscapes::NONE);
        let short_escape = match character {
            '"' if !ascii.contains('"') => Some(b'"'),
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
            (None, '\0'..='\x1f') => {
                self.unit(u16::try_from(u32::from(character)).unwrap_or(0), self.has_upper_escapes());
            }
            (None, other) => self.character(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::{ASCII_ESCAPES, COMMON_LAYOUTS, LAYOUTS, Order};
    use super::*;

    fn rewrite(text: &str, style: Style) -> String {
        let document = Document::parse(text.as_bytes()).expect(text);
        let keys = DocumentKeys { numbers: vec![b"n".to_vec()], ..DocumentKeys::default() };
        String::from_utf8(write(&document, &style, &keys)).expect("UTF-8")
    }

    #[test]
    fn layouts_are_those_of_the_serializers() {
        let text = r#" { "a" : [ 1,{} , [ ] ], "b":{"c":null} } "#;
        let layout = |index: usize| rewrite(text, Style { layout: Some(&LAYOUTS[index]), ..Style::PRESERVE });
        assert_eq!(rewrite(text, Style::PRESERVE), text);
        assert_eq!(layout(0), r#"{"a":[1,{},[]],"b":{"c":null}}"#);
        assert_eq!(layout(1), r#"{"a": [1, {}, []], "b": {"c": null}}"#);
        let tabs = "{\n\t\"a\": [\n\t\t1,\n\t\t{},\n\t\t[]\n\t],\n\t\"b\": {\n\t\t\"c\": null\n\t}\n}";
        assert_eq!(layout(4), tabs);
        assert_eq!(layout(2), tabs.replace('\t', "  "));
        assert_eq!(layout(5), tabs.replace('\t', "  ").replace('\n', "\r\n"));
        let jackson = "{\n  \"a\" : [ 1, { }, [ ] ],\n  \"b\" : {\n    \"c\" : null\n  }\n}";
        assert_eq!(layout(6), jackson);
        assert_eq!(layout(7), jackson.replace('\n', "\r\n"));
        let ruby = tabs.replace("{}", "{\n\t\t}").replace("[]", "[\n\n\t\t]").replace('\t', "  ");
        assert_eq!(layout(8), ruby);
        let style = Style { layout: Some(&LAYOUTS[0]), order: Order::Sorted, end: "\n", ..Style::PRESERVE };
        assert_eq!(rewrite(r#"{"b":1,"a":{"d":2,"c":3}}"#, style), "{\"a\":{\"c\":3,\"d\":2},\"b\":1}\n");
        let nested = Style { layout: Some(&LAYOUTS[6]), ..Style::PRESERVE };
        assert_eq!(
            rewrite(r#"[{"a":[{"b":1},2]}]"#, nested),
            "[ {\n  \"a\" : [ {\n    \"b\" : 1\n  }, 2 ]\n} ]"
        );
        assert_eq!(COMMON_LAYOUTS, 5);
    }

    #[test]
    fn characters_are_escaped_as_by_the_serializers() {
        let text = r#"{"é/\/": "<😀\u00E9\u0041\ud83d\ude00\ud800\u0009\u0001\"+"}"#;
        let characters = |characters| rewrite(text, Style { characters, ..Style::PRESERVE });
        assert_eq!(characters(Characters::PRESERVE), text);
        assert_eq!(characters(Characters::PLAIN), r#"{"é/\/": "<😀éA😀\ud800\t\u0001\"+"}"#);
        let ascii = r#"{"\u00e9/\/": "<\ud83d\ude00\u00e9\u0041\ud83d\ude00\ud800\t\u0001\"+"}"#;
        assert_eq!(characters(Characters::ASCII), ascii);
        let go = Characters { ascii: Some(ASCII_ESCAPES[0]), ..Characters::PRESERVE };
        assert_eq!(characters(go), r#"{"é/\/": "\u003c😀\u00E9A\ud83d\ude00\ud800\u0009\u0001\"+"}"#);
        let dotnet = r#"{"\u00E9/\/": "\u003C\uD83D\uDE00\u00E9A\uD83D\uDE00\uD800\t\u0001\u0022\u002B"}"#;
        assert_eq!(characters(Characters::DOTNET), dotnet);
        let slashes = |slashes| rewrite(r#"["a/b\/c\\/"]"#, Style { slashes, ..Style::PRESERVE });
        assert_eq!(slashes(Slashes::Escaped), r#"["a\/b\/c\\\/"]"#);
        assert_eq!(slashes(Slashes::Plain), r#"["a/b/c\\/"]"#);
    }

    #[test]
    fn numbers_are_respelled_under_their_keys() {
        let text = r#"{"n":100,"m":[100,0,1.5],"n":[7]}"#;
        let respelled = |keys, spelling| {
            rewrite(text, Style { numbers: Numbers::Expanded { keys, spelling }, ..Style::PRESERVE })
        };
        assert_eq!(respelled(1, Spelling::Fraction), r#"{"n":100.0,"m":[100,0,1.5],"n":[7.0]}"#);
        assert_eq!(respelled(ALL_KEYS, Spelling::Exponent), r#"{"n":1e2,"m":[1e2,0,1.5],"n":[7]}"#);
        assert_eq!(respelled(ALL_KEYS, Spelling::FixedFraction(2)), r#"{"n":100,"m":[100,0,1.50],"n":[7]}"#);
        assert_eq!(respelled(2, Spelling::Fraction), text);
        let compact = Style {
            layout: Some(&LAYOUTS[0]),
            numbers: Numbers::Expanded { keys: 1, spelling: Spelling::Fraction },
            ..Style::PRESERVE
        };
        assert_eq!(rewrite(text, compact), r#"{"n":100.0,"m":[100,0,1.5],"n":[7.0]}"#);
    }
}
