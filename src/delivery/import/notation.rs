//! [`transcode`]: an object, map or list in the notation of JavaScript, Python, PHP or Ruby, as JSON. One tokenizer for all
//! of them: the notations differ in quotes, separators and labels, and no text means two things in two of them.
//!
//! SECURITY: one pass without recursion; the JSON is at most six times as long as the text, and nothing is evaluated.

use super::json_writer::{JsonWriter, MAX_DEPTH};
use super::lines::{self, find_byte, split_first_line};

/// How `util.inspect` of Node.js labels an object without a prototype, such as the headers of a request.
const NULL_PROTOTYPE: &[u8] = b"[Object: null prototype]";

/// Transcodes the value at the start of a text. Returns its JSON and its length, or `None` if a part of it is in none of
/// the notations, such as `[Object]` in place of a value.
pub(super) fn transcode(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let value = transcode_with_gaps(text)?;
    value.gap.is_none().then_some((value.json, value.length))
}

/// A transcoded value.
pub(super) struct Transcoded {
    pub json: Vec<u8>,
    /// The length of the value in the text.
    pub length: usize,
    /// The offset of the first ellipsis or comment in place of elements.
    pub gap: Option<usize>,
}

/// Transcodes the value at the start of a text, in which people may have put `...` or a comment in place of elements.
pub(super) fn transcode_with_gaps(text: &[u8]) -> Option<Transcoded> {
    let mut reader = Reader::new(text);
    while !reader.step()? {}
    let closes = text[0] == b'<' && reader.peek() == Some(b'>');
    let length = reader.offset + usize::from(closes);
    Some(Transcoded { json: reader.writer.json, length, gap: reader.gap })
}

/// Parses the string that a text starts with, with or without the mark of bytes. Returns it with the length of its notation.
pub(super) fn parse_string(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut reader = Reader::new(text);
    let mark = reader.word();
    let is_string = matches!(mark, b"" | b"b") && matches!(reader.peek()?, b'"' | b'\'' | b'`');
    let value = is_string.then(|| reader.quoted_string(mark == b"b"))??;
    Some((value, reader.offset))
}

/// Parses bytes that Python has printed on several lines: `(b'...'`, `b'...')`.
fn parse_bytes_lines(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    let mut offset = 1;
    while text.get(offset)? != &b')' {
        text[offset..].starts_with(b"b").then_some(())?;
        let (part, length) = parse_string(&text[offset..])?;
        bytes.extend(part);
        offset = lines::skip_whitespace(text, offset + length);
    }
    Some((bytes, offset + 1))
}

/// Parses the bytes that a text starts with, as a program has printed them: `b'...'`, `<Buffer 7b 7d>`,
/// `Uint8Array(2) [ 123, 125 ]`. Returns them with the length of the notation.
pub(super) fn parse_literal(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    if text.starts_with(b"(b") {
        return parse_bytes_lines(text);
    }
    if !matches!(text.first()?, b'\'' | b'"' | b'b' | b'B' | b's' | b'<' | b'U') {
        return None;
    }
    let mut reader = Reader::new(text);
    let word = reader.word();
    let value = match (word, reader.peek()?) {
        (b"", b'\'') | (b"b", b'\'' | b'"') => reader.quoted_string(word == b"b")?,
        // A JSON text in quotes: escaped once more, by JSON, Ruby or Go. `\x` is a byte in the latter two.
        (b"", b'"') => {
            reader.quoted_string(true).filter(|value| matches!(value.first(), Some(b'{' | b'[')))?
        }
        (b"string", b'(') => reader.counted_string()?,
        (b"bytearray", b'(') => {
            reader.offset += 1;
            let value = (reader.word() == b"b").then(|| reader.quoted_string(true))??;
            reader.offset += 1;
            (text.get(reader.offset - 1) == Some(&b')')).then_some(value)?
        }
        (b"", b'<') => reader.buffer_bytes()?,
        (b"Uint8Array" | b"Buffer", b'(') => {
            reader.offset += reader.count_length()?;
            reader.skip_whitespace();
            // `Buffer(2) [Uint8Array] [ 123, 125 ]`
            if reader.rest().starts_with(b"[Uint8Array]") {
                reader.offset += b"[Uint8Array]".len();
                reader.skip_whitespace();
            }
            reader.byte_list()?
        }
        _ => return None,
    };
    Some((value, reader.offset))
}

struct Reader<'t> {
    text: &'t [u8],
    offset: usize,
    writer: JsonWriter,
    /// The open brackets, and whether each only groups: the parentheses of a call or a type.
    brackets: Vec<(u8, bool)>,
    /// Whether the next parenthesis only groups.
    is_group: bool,
    /// Whether an element may start: after an opening bracket, a comma or a separator.
    is_fresh: bool,
    /// Whether the name of an argument was read, and its `=` was not.
    is_argument: bool,
    /// The offset of the first gap.
    gap: Option<usize>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            offset: 0,
            writer: JsonWriter::default(),
            brackets: Vec::new(),
            is_group: false,
            is_fresh: true,
            is_argument: false,
            gap: None,
        }
    }

    fn rest(&self) -> &'t [u8] {
        &self.text[self.offset..]
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    #[inline(never)]
    fn skip_whitespace(&mut self) {
        self.offset = lines::skip_whitespace(self.text, self.offset);
    }

    /// Reads one token. Returns whether the outermost container is closed.
    fn step(&mut self) -> Option<bool> {
        self.skip_whitespace();
        let byte = self.peek()?;
        match byte {
            _ if self.skip_gap() => {}
            b',' if !self.is_fresh && !self.writer.is_after_key => {
                self.offset += 1;
                self.is_fresh = true;
            }
            b'+' if !self.is_fresh => self.offset += 1,
            b'\'' | b'"' | b'`' => {
                let value = self.quoted_string(false)?;
                self.string(&value)?;
            }
            b'[' if self.rest().starts_with(NULL_PROTOTYPE) => self.offset += NULL_PROTOTYPE.len(),
            b'[' if self.is_key_position() => self.bracketed_key()?,
            // `[]string{...}` of Go.
            b'[' if matches!(self.rest(), [_, b']', next, ..] if next.is_ascii_alphabetic()) => {
                self.offset += 2;
            }
            b'{' | b'[' | b'(' => self.open(byte)?,
            b'}' | b']' | b')' => return self.close(byte),
            b':' if self.is_fresh => {
                // The colon before a symbol of Ruby.
                self.offset += 1;
                self.rest().first().filter(|next| next.is_ascii_alphabetic())?;
            }
            b':' => self.separator(1)?,
            b'=' if self.rest().starts_with(b"=>") => self.separator(2)?,
            b'#' if self.rest().starts_with(b"#<") => self.opaque_object()?,
            b'<' if self.rest().starts_with(b"<Buffer") => self.node_buffer()?,
            // `<CIMultiDictProxy('Host': 'h')>` of aiohttp.
            // The mark of a map of Elixir.
            b'%' if self.is_fresh => self.offset += 1,
            b'<' if self.brackets.is_empty() => self.offset += 1,
            // An object that Python prints without its value: `<WSGIRequest: POST '/'>`.
            b'<' => self.opaque_object()?,
            // The name of an argument: `raw=[...]`.
            b'=' if self.is_argument => {
                self.offset += 1;
                self.is_argument = false;
            }
            _ => self.bare_word()?,
        }
        Some(false)
    }

    /// Skips `...`, `…` or a comment between elements, with the comma after it.
    fn skip_gap(&mut self) -> bool {
        let rest = self.rest();
        let is_gap = ["...", "\u{2026}", "//", "/*"].iter().any(|mark| rest.starts_with(mark.as_bytes()));
        if !is_gap || self.writer.is_after_key || self.brackets.is_empty() {
            return false;
        }
        self.gap = self.gap.or(Some(self.offset));
        let line = split_first_line(rest).0;
        let comment =
            rest.starts_with(b"/*").then(|| rest.windows(2).position(|pair| pair == b"*/")).flatten();
        self.offset += match comment {
            Some(length) => length + 2,
            None if rest.starts_with(b"/") => line.len(),
            // `... 3 more items`
            None => line.iter().position(|byte| b",}])".contains(byte)).unwrap_or(line.len()),
        };
        self.skip_whitespace();
        if self.is_fresh && self.peek() == Some(b',') {
            self.offset += 1;
        }
        // The next element needs no comma before it.
        self.is_fresh = true;
        true
    }

    fn separator(&mut self, length: usize) -> Option<()> {
        self.offset += length;
        self.is_fresh = true;
        if self.writer.is_after_key { None } else { self.writer.separator() }
    }

    fn open(&mut self, byte: u8) -> Option<()> {
        self.offset += 1;
        let is_group = std::mem::take(&mut self.is_group) && byte == b'(';
        if !std::mem::replace(&mut self.is_fresh, true) || self.brackets.len() > MAX_DEPTH {
            return None;
        }
        self.brackets.push((byte, is_group));
        if is_group { Some(()) } else { self.writer.open() }
    }

    fn close(&mut self, byte: u8) -> Option<bool> {
        self.offset += 1;
        let (open, is_group) = self.brackets.pop()?;
        self.is_fresh = false;
        if !matches!((open, byte), (b'{', b'}') | (b'[', b']') | (b'(', b')')) {
            return None;
        }
        let is_closed = is_group || self.writer.close(byte == b'}')?;
        Some(is_closed && self.brackets.is_empty())
    }

    /// Writes a string, or appends it to the string before.
    fn string(&mut self, value: &[u8]) -> Option<()> {
        if std::mem::take(&mut self.is_fresh) { self.writer.bytes(value) } else { self.writer.append(value) }
    }

    fn literal(&mut self, text: &[u8]) -> Option<()> {
        std::mem::take(&mut self.is_fresh).then_some(())?;
        self.writer.literal(text)
    }

    fn is_key_position(&self) -> bool {
        !self.writer.is_after_key && self.brackets.last().is_some_and(|(bracket, _)| *bracket == b'{')
    }

    /// `["name"]=>` and `[0]=>` of PHP, `[Symbol(name)]: ` of JavaScript.
    fn bracketed_key(&mut self) -> Option<()> {
        let end = find_byte(self.rest(), b']')?;
        let key = &self.rest()[1..end];
        let key = key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or(key);
        self.offset += end + 1;
        self.is_fresh = false;
        self.writer.string(key)
    }

    #[inline(never)]
    fn word(&mut self) -> &'t [u8] {
        let rest = self.rest();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.-".contains(byte);
        let end = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.offset += end;
        &rest[..end]
    }

    /// A key, a constant, a number, the prefix of a string, or the label of a container.
    fn bare_word(&mut self) -> Option<()> {
        let word = self.word();
        let next = self.peek();
        if word.is_empty() {
            return None;
        }
        if matches!(next, Some(b'\'' | b'"')) && word.len() <= 2 {
            let is_bytes = word.eq_ignore_ascii_case(b"b");
            let value = self.quoted_string(is_bytes)?;
            return self.string(&value);
        }
        let after_word = self.offset;
        if next == Some(b'=')
            && self.rest().get(1) != Some(&b'>')
            && matches!(self.brackets.last(), Some((b'(', true)))
        {
            self.is_argument = true;
            return self.is_fresh.then_some(());
        }
        self.skip_whitespace();
        if self.is_fresh && !self.writer.is_after_key && matches!(self.rest(), [b':', ..] | [b'=', b'>', ..])
        {
            self.is_fresh = false;
            return self.writer.string(word);
        }
        match self.peek() {
            Some(b'(') if word == b"string" => {
                let value = self.counted_string()?;
                self.is_fresh = true;
                self.string(&value)
            }
            Some(b'(') => {
                let label = self.count_length();
                match label {
                    // `array(2) {` and `Map(2) {`
                    Some(length) if matches!(self.rest()[length..].trim_ascii_start(), [b'{' | b'[', ..]) => {
                        self.offset += length;
                        self.skip_whitespace();
                        if matches!(word, b"Uint8Array" | b"Buffer") {
                            if self.rest().starts_with(b"[Uint8Array]") {
                                self.offset += b"[Uint8Array]".len();
                                self.skip_whitespace();
                            }
                            std::mem::take(&mut self.is_fresh).then_some(())?;
                            let bytes = self.byte_list()?;
                            return self.writer.bytes(&bytes);
                        }
                    }
                    _ => {
                        let has_elements = word.eq_ignore_ascii_case(b"array")
                            || word.ends_with(b"MultiDict")
                            || word.ends_with(b"MultiDictProxy");
                        self.is_group = !has_elements;
                    }
                }
                self.is_fresh.then_some(())
            }
            Some(b'{' | b'[') => Some(()),
            _ if word == b"new" => Some(()),
            _ => {
                self.offset = after_word;
                let word: &[u8] = match word {
                    b"true" | b"True" | b"TRUE" => b"true",
                    b"false" | b"False" | b"FALSE" => b"false",
                    b"null" | b"None" | b"nil" | b"NULL" | b"undefined" => b"null",
                    // The JSON parser rejects a word that is no number.
                    [b'-' | b'0'..=b'9', ..] => word,
                    _ => return None,
                };
                self.literal(word)
            }
        }
    }

    /// The length of a number in parentheses.
    fn count_length(&self) -> Option<usize> {
        let digits = self.rest()[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        (digits > 0 && self.rest().get(digits + 1) == Some(&b')')).then_some(digits + 2)
    }

    /// `(5) "bytes"` of `var_dump`: nothing is escaped, the number is the length.
    fn counted_string(&mut self) -> Option<Vec<u8>> {
        let length = self.count_length()?;
        let digits = std::str::from_utf8(&self.rest()[1..length - 1]).ok()?;
        let rest = self.rest()[length..].strip_prefix(b" \"")?;
        let count = digits.parse::<usize>().ok()?;
        let value = rest.get(..count).filter(|_| rest[count..].first() == Some(&b'"'))?;
        self.offset += length + 2 + count + 1;
        Some(value.to_vec())
    }

    /// An object of Ruby that has no notation, such as `#<IO:<STDERR>>`: null.
    fn opaque_object(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        for (index, byte) in self.rest().iter().enumerate() {
            match byte {
                b'<' => depth += 1,
                b'>' => depth = depth.checked_sub(1)?,
                _ => continue,
            }
            if depth == 0 {
                self.offset += index + 1;
                return self.literal(b"null");
            }
        }
        None
    }

    /// `<Buffer 7b 7d>` of Node.js.
    fn node_buffer(&mut self) -> Option<()> {
        let bytes = self.buffer_bytes()?;
        std::mem::take(&mut self.is_fresh).then_some(())?;
        self.writer.bytes(&bytes)
    }

    /// The bytes of `<Buffer 7b 7d>`. A shortened one is not parsed.
    fn buffer_bytes(&mut self) -> Option<Vec<u8>> {
        self.rest().strip_prefix(b"<Buffer")?;
        self.offset += b"<Buffer".len();
        let mut bytes = Vec::new();
        while self.peek()? == b' ' {
            self.offset += 1;
            bytes.push(u8::try_from(self.hex(2)?).ok()?);
        }
        (self.peek()? == b'>').then_some(())?;
        self.offset += 1;
        Some(bytes)
    }

    /// The bytes of `[ 123, 125 ]`.
    fn byte_list(&mut self) -> Option<Vec<u8>> {
        let rest = self.rest().strip_prefix(b"[")?;
        let length = find_byte(rest, b']')?;
        let numbers = std::str::from_utf8(&rest[..length]).ok()?;
        let numbers = numbers.split(',').map(str::trim).filter(|number| !number.is_empty());
        let bytes = numbers.map(|number| number.parse().ok()).collect::<Option<Vec<u8>>>()?;
        self.offset += length + 2;
        Some(bytes)
    }

    /// A string in any quotes, with the escapes of any notation. In bytes of Python, `\x` is a byte, not a character.
    #[inline(never)]
    fn quoted_string(&mut self, is_bytes: bool) -> Option<Vec<u8>> {
        let quote = self.peek()?;
        self.offset += 1;
        let mut value = Vec::new();
        loop {
            let byte = self.peek()?;
            self.offset += 1;
            match byte {
                _ if byte == quote => return Some(value),
                b'\\' => self.escape(&mut value, is_bytes)?,
                // A part of a template that only the program knows.
                b'$' if quote == b'`' && self.peek() == Some(b'{') => return None,
                _ => value.push(byte),
            }
        }
    }

    fn escape(&mut self, value: &mut Vec<u8>, is_bytes: bool) -> Option<()> {
        let letter = self.peek()?;
        self.offset += 1;
        let byte = match letter {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'e' => 27,
            b'0' => 0,
            b'\n' => return Some(()),
            b'\\' | b'\'' | b'"' | b'`' | b'/' | b'#' | b'$' => letter,
            b'x' if is_bytes => u8::try_from(self.hex(2)?).ok()?,
            b'x' | b'u' | b'U' => {
                let code = match letter {
                    b'x' => self.hex(2)?,
                    b'U' => self.hex(8)?,
                    _ => self.utf16()?,
                };
                let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            // Python and PHP keep the backslash of an unknown escape.
            _ => {
                value.push(b'\\');
                letter
            }
        };
        value.push(byte);
        Some(())
    }

    #[inline(never)]
    fn hex(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest().get(..count).filter(|digits| (1..=8).contains(&digits.len()))?;
        self.offset += count;
        digits.iter().try_fold(0, |number, digit| Some((number << 4) | char::from(*digit).to_digit(16)?))
    }

    /// The digits after `\u`, with those of the second half of a surrogate pair; or a number in braces.
    fn utf16(&mut self) -> Option<u32> {
        if self.peek() == Some(b'{') {
            let length = self.rest().iter().take(8).position(|byte| *byte == b'}')?;
            self.offset += 1;
            let code = self.hex(length - 1)?;
            self.offset += 1;
            return Some(code);
        }
        let first = self.hex(4)?;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with(b"\\u") {
            let start = self.offset;
            self.offset += 2;
            let second = self.hex(4)?;
            if (0xdc00..0xe000).contains(&second) {
                return Some(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.offset = start;
        }
        Some(first)
    }
}
