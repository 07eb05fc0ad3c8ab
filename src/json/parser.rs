//! The parser: one pass over the bytes for RFC 8259's grammar, UTF-8, nesting depth and duplicate keys.
//!
//! SECURITY: open containers are on an explicit stack, so that no input decides how deep the program recurses.

use std::sync::Arc;

use super::diagnostics::Diagnostics;
use super::document_keys::DocumentKeys;
use super::string::{scan, scan_escape};
use super::syntax_error::{Expected, OpenContainer, SyntaxError, SyntaxErrorContext, SyntaxErrorKind};
use super::{
    Document, KeyTable, MAX_DEPTH, MAX_DOCUMENT_BYTES, NO_SYMBOL, Symbol, Token, TokenKind, duplicates,
    syntax,
};
use crate::issue::{Issue, Location};

/// An array or object that is still open.
#[derive(Clone, Copy)]
struct ContainerFrame {
    /// The index of its `Object` or `Array` token.
    token_index: u32,
    /// The number of finished members or items.
    count: u32,
    /// A bit set of its keys: equal keys have the same bit.
    key_bits: [u64; 2],
    is_object: bool,
    /// Two keys have the same bit, or a key has escapes and must be decoded for a comparison.
    may_have_duplicates: bool,
    /// The key that the container is the value of, and the prediction context around the container.
    parent_key: Symbol,
    context: u8,
}

impl ContainerFrame {
    #[inline]
    fn mark_key(&mut self, bit: u32) {
        let (keys, mark) = (&mut self.key_bits[(bit >> 6 & 1) as usize], 1 << (bit & 63));
        self.may_have_duplicates |= *keys & mark != 0;
        *keys |= mark;
    }
}

struct JsonParser<'a> {
    bytes: &'a [u8],
    tape: Vec<Token>,
    stack: Vec<ContainerFrame>,
    key_table: Option<&'a KeyTable>,
    document_keys: DocumentKeys,
    /// The buffer for keys with escapes that are compared.
    decoded_keys: Vec<u8>,
    /// The symbol of the last key of the innermost object. After a container: the key of that container.
    last_key: Symbol,
    /// A hash of the keys on the path to the innermost object, so that keys are predicted separately for each path.
    context: u8,
    diagnostics: Diagnostics,
    is_ascii: bool,
}

pub(super) fn parse<'a>(
    bytes: &'a [u8],
    key_table: Option<&Arc<KeyTable>>,
) -> Result<Document<'a>, Box<Issue>> {
    let mut parser = JsonParser::new(bytes, key_table.map(|table| &**table));
    match parser.run() {
        Ok(()) => {
            let JsonParser { tape, diagnostics, is_ascii, .. } = parser;
            Ok(Document {
                bytes,
                tape,
                has_duplicate_keys: diagnostics.has_duplicate_keys(),
                diagnostics: diagnostics.finish(),
                is_ascii,
                key_table: key_table.cloned(),
            })
        }
        Err(error) => Err(Box::new(syntax::explain(&parser.error_context(), error))),
    }
}

/// The document up to the first syntax error: a container that is open there ends there. `None` without any value.
#[cfg(any(feature = "outline", test))]
pub(super) fn parse_prefix(bytes: &[u8]) -> Option<Document<'_>> {
    let mut parser = JsonParser::new(bytes, None);
    if let Err(error) = parser.run() {
        parser.close_all(error.offset);
    }
    let JsonParser { tape, is_ascii, .. } = parser;
    let document = Document {
        bytes,
        tape,
        diagnostics: Vec::new(),
        is_ascii,
        has_duplicate_keys: true,
        key_table: None,
    };
    (document.token_count() > 0).then_some(document)
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn skip_whitespace(bytes: &[u8], mut pos: usize) -> usize {
    loop {
        match bytes.get(pos) {
            Some(byte) if *byte > b' ' => return pos,
            Some(b' ' | b'\n' | b'\r' | b'\t') => pos += 1,
            _ => return pos,
        }
    }
}

// PERF: each of these methods has one caller, the loop in `run`; inlined, its state stays in registers.
#[allow(clippy::inline_always)]
impl<'a> JsonParser<'a> {
    fn new(bytes: &'a [u8], key_table: Option<&'a KeyTable>) -> Self {
        Self {
            bytes,
            tape: Vec::with_capacity(bytes.len().min(MAX_DOCUMENT_BYTES) / 10 + 8),
            stack: Vec::with_capacity(12),
            key_table,
            document_keys: key_table
                .map_or_else(DocumentKeys::default, |table| DocumentKeys::new(bytes.len(), table.len())),
            decoded_keys: Vec::new(),
            last_key: NO_SYMBOL,
            context: 0,
            diagnostics: Diagnostics::default(),
            is_ascii: true,
        }
    }

    /// Closes the containers that are open at a syntax error, after their last complete value.
    #[cfg(any(feature = "outline", test))]
    fn close_all(&mut self, pos: usize) {
        let Some(innermost) = self.stack.len().checked_sub(1) else { return };
        // A parent counts a container when the container closes, so the open ones are not counted yet.
        for frame in &mut self.stack[..innermost] {
            frame.count += 1;
        }
        let frame = &mut self.stack[innermost];
        let (mut index, mut values, mut is_key) = (frame.token_index + 1, 0, frame.is_object);
        while (index as usize) < self.tape.len() {
            index = self.tape[index as usize].next_index(index);
            values += u32::from(!is_key);
            is_key = frame.is_object && !is_key;
        }
        frame.count = values;
        if frame.is_object && !is_key {
            // A key without its value.
            self.tape.pop();
        }
        while !self.stack.is_empty() {
            self.close(pos.saturating_sub(1));
        }
    }

    #[cold]
    fn error_context(&self) -> SyntaxErrorContext<'_> {
        let container = |frame: &ContainerFrame| OpenContainer {
            token_index: frame.token_index,
            count: frame.count,
            is_object: frame.is_object,
        };
        SyntaxErrorContext {
            bytes: self.bytes,
            tape: &self.tape,
            stack: self.stack.iter().map(container).collect(),
        }
    }

    #[allow(clippy::too_many_lines)] // the whole grammar as one loop
    fn run(&mut self) -> Result<(), SyntaxError> {
        let bytes = self.bytes;
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(SyntaxError::new(0, SyntaxErrorKind::TooLarge));
        }
        let mut pos = skip_whitespace(bytes, 0);
        let mut expected = Expected::Value;
        let mut at_key = false;
        loop {
            if at_key {
                pos = self.key(pos)?;
                expected = Expected::Value;
            }
            match bytes.get(pos) {
                Some(b'"') => pos = self.text(pos)?,
                Some(b'{') => {
                    self.open(pos, TokenKind::Object)?;
                    pos = skip_whitespace(bytes, pos + 1);
                    match bytes.get(pos) {
                        Some(b'"') => {
                            at_key = true;
                            continue;
                        }
                        Some(b'}') => pos = self.close(pos),
                        _ => return Err(SyntaxError::expected(pos, Expected::KeyOrEnd)),
                    }
                }
                Some(b'[') => {
                    self.open(pos, TokenKind::Array)?;
                    pos = skip_whitespace(bytes, pos + 1);
                    if bytes.get(pos) != Some(&b']') {
                        (at_key, expected) = (false, Expected::ValueOrEnd);
                        continue;
                    }
                    pos = self.close(pos);
                }
                Some(b'-' | b'0'..=b'9') => pos = self.number(pos)?,
                Some(b't') => pos = self.literal(pos, b"true", TokenKind::True, expected)?,
                Some(b'f') => pos = self.literal(pos, b"false", TokenKind::False, expected)?,
                Some(b'n') => pos = self.literal(pos, b"null", TokenKind::Null, expected)?,
                _ => return Err(SyntaxError::expected(pos, expected)),
            }
            // After a value: close the containers that end here, up to a comma.
            loop {
                pos = skip_whitespace(bytes, pos);
                let Some(frame) = self.stack.last_mut() else {
                    return if pos == bytes.len() {
                        Ok(())
                    } else {
                        Err(SyntaxError::expected(pos, Expected::End))
                    };
                };
                match (bytes.get(pos), frame.is_object) {
                    (Some(b','), object) => {
                        frame.count += 1;
                        let comma = pos;
                        pos = skip_whitespace(bytes, pos + 1);
                        match bytes.get(pos) {
                            Some(b'"') => {}
                            _ if object => return Err(SyntaxError::after_comma(pos, Expected::Key, comma)),
                            Some(b']' | b',') => {
                                return Err(SyntaxError::after_comma(pos, Expected::Value, comma));
                            }
                            _ => {}
                        }
                        (at_key, expected) = (object, Expected::Value);
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        frame.count += 1;
                        pos = self.close(pos);
                    }
                    _ => return Err(SyntaxError::expected(pos, Expected::CommaOrEnd)),
                }
            }
        }
    }

    #[inline(always)]
    fn push(&mut self, kind: TokenKind, offset: usize, low_bits: usize) {
        self.tape.push(Token::new(kind, offset, low_bits));
    }

    #[allow(clippy::cast_possible_truncation)] // a tape is not longer than its text
    fn next_index(&self) -> u32 {
        self.tape.len() as u32
    }

    #[inline]
    fn open(&mut self, pos: usize, kind: TokenKind) -> Result<(), SyntaxError> {
        if self.stack.len() == MAX_DEPTH {
            return Err(SyntaxError::new(pos, SyntaxErrorKind::TooDeep));
        }
        let (parent_key, context) = (self.last_key, self.context);
        self.stack.push(ContainerFrame {
            token_index: self.next_index(),
            count: 0,
            key_bits: [0; 2],
            is_object: kind == TokenKind::Object,
            may_have_duplicates: false,
            parent_key,
            context,
        });
        #[allow(clippy::cast_possible_truncation)] // a hash: any eight bits serve
        let mixed = context.wrapping_mul(5).wrapping_add(parent_key as u8).wrapping_add(1);
        self.context = mixed;
        self.push(kind, pos, 0);
        Ok(())
    }

    /// Closes the innermost container, whose `count` is final.
    #[inline]
    fn close(&mut self, pos: usize) -> usize {
        if let Some(frame) = self.stack.pop() {
            (self.last_key, self.context) = (frame.parent_key, frame.context);
            let index = self.tape.len();
            let start = frame.token_index as usize;
            self.tape[start] =
                Token::new(self.tape[start].token_kind(), self.tape[start].offset as usize, index);
            self.push(TokenKind::Close, pos, frame.count as usize);
            if frame.may_have_duplicates {
                self.report_duplicates(frame);
            }
        }
        pos + 1
    }

    /// Parses a key and its colon; returns the offset of the value.
    #[inline(always)]
    fn key(&mut self, pos: usize) -> Result<usize, SyntaxError> {
        let predicted = match self.key_table {
            Some(table) => table.predict_next(self.last_key, self.context, self.bytes, pos + 1),
            None => None,
        };
        let end = if let Some((symbol, len)) = predicted {
            self.push_interned_key(pos, symbol, len)
        } else if let Some((symbol, len)) = self.predict_document_key(pos + 1) {
            self.push_interned_key(pos, symbol, len)
        } else {
            self.parse_key(pos)?
        };
        if self.bytes.get(end) == Some(&b':') {
            return Ok(skip_whitespace(self.bytes, end + 1));
        }
        let colon = skip_whitespace(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(SyntaxError::expected(colon, Expected::Colon));
        }
        Ok(skip_whitespace(self.bytes, colon + 1))
    }

    /// Predicts a key after one that the key table lacks, or one that it lacks: its symbol and its length.
    #[inline(always)]
    fn predict_document_key(&self, offset: usize) -> Option<(Symbol, usize)> {
        let symbol = self.document_keys.successor(self.last_key, self.context)?;
        let len = match self.key_table {
            Some(table) if usize::from(symbol) < table.len() => table.len_at(symbol, self.bytes, offset),
            _ => self.document_keys.len_at(symbol, self.bytes, offset),
        };
        Some((symbol, len?))
    }

    #[inline(always)]
    fn push_interned_key(&mut self, pos: usize, symbol: Symbol, len: usize) -> usize {
        self.tape.push(Token::interned_key(pos, symbol, len));
        self.last_key = symbol;
        if let Some(frame) = self.stack.last_mut() {
            frame.mark_key(u32::from(symbol));
        }
        pos + len + 2
    }

    /// Parses a key that was not predicted; returns the offset after its closing quote.
    #[inline(never)]
    fn parse_key(&mut self, pos: usize) -> Result<usize, SyntaxError> {
        let (kind, end) = self.string(pos, Location::Key)?;
        let key = &self.bytes[pos + 1..end - 1];
        if kind == TokenKind::Ascii
            && let Some(table) = self.key_table
        {
            let symbol = table
                .lookup(self.last_key, self.context, key)
                .or_else(|| self.document_keys.intern(self.bytes, pos + 1, key.len()));
            if let Some(symbol) = symbol {
                self.document_keys.set_successor(self.last_key, self.context, symbol);
                self.tape.pop();
                return Ok(self.push_interned_key(pos, symbol, key.len()));
            }
        }
        self.last_key = NO_SYMBOL;
        if let Some(frame) = self.stack.last_mut() {
            frame.may_have_duplicates |= kind == TokenKind::Escaped;
            frame.mark_key(duplicates::fingerprint(key) >> 16);
        }
        Ok(end)
    }

    /// Parses a string value; returns the offset after its closing quote.
    #[inline(always)]
    fn text(&mut self, quote: usize) -> Result<usize, SyntaxError> {
        let mut has_non_ascii = false;
        let end = scan(self.bytes, quote + 1, &mut has_non_ascii);
        if !has_non_ascii && self.bytes.get(end) == Some(&b'"') {
            self.push(TokenKind::Ascii, quote, end - quote - 1);
            return Ok(end + 1);
        }
        Ok(self.string(quote, Location::Value)?.1)
    }

    /// Parses any string, a key or a value; returns its kind and the offset after its closing quote. `location` makes
    /// the location of an issue from the index of the string.
    fn string(
        &mut self,
        quote: usize,
        location: fn(u32) -> Location,
    ) -> Result<(TokenKind, usize), SyntaxError> {
        let bytes = self.bytes;
        let start = quote + 1;
        let (mut has_non_ascii, mut has_escapes, mut has_lone_surrogate) = (false, false, false);
        let mut pos = start;
        loop {
            pos = scan(bytes, pos, &mut has_non_ascii);
            match bytes.get(pos) {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    pos = scan_escape(bytes, pos, &mut has_lone_surrogate)
                        .ok_or(SyntaxError::new(pos, SyntaxErrorKind::Escape))?;
                }
                Some(_) => return Err(SyntaxError::new(pos, SyntaxErrorKind::ControlCharacter { quote })),
                None => return Err(SyntaxError::new(pos, SyntaxErrorKind::UnterminatedString { quote })),
            }
        }
        self.is_ascii &= !has_non_ascii;
        if has_non_ascii && let Err(error) = std::str::from_utf8(&bytes[start..pos]) {
            return Err(SyntaxError::new(start + error.valid_up_to(), SyntaxErrorKind::NotUtf8));
        }
        let kind = match (has_escapes, has_non_ascii) {
            (true, _) => TokenKind::Escaped,
            (false, true) => TokenKind::Utf8,
            (false, false) => TokenKind::Ascii,
        };
        if has_lone_surrogate {
            self.diagnostics.report_lone_surrogate(location(self.next_index()));
        }
        self.push(kind, quote, pos - start);
        Ok((kind, pos + 1))
    }

    fn number(&mut self, start: usize) -> Result<usize, SyntaxError> {
        let bytes = self.bytes;
        let digits = |mut pos: usize| {
            while let Some(b'0'..=b'9') = bytes.get(pos) {
                pos += 1;
            }
            pos
        };
        let mut pos = start + usize::from(bytes[start] == b'-');
        pos = match bytes.get(pos) {
            Some(b'0') => pos + 1,
            Some(b'1'..=b'9') => digits(pos + 1),
            _ => return Err(SyntaxError::new(pos, SyntaxErrorKind::Number { start })),
        };
        let mut kind = TokenKind::Integer;
        if bytes.get(pos) == Some(&b'.') {
            kind = TokenKind::Number;
            let fraction = pos + 1;
            pos = digits(fraction);
            if pos == fraction {
                return Err(SyntaxError::new(pos, SyntaxErrorKind::Number { start }));
            }
        }
        if let Some(b'e' | b'E') = bytes.get(pos) {
            kind = TokenKind::Number;
            let power = pos + 1 + usize::from(matches!(bytes.get(pos + 1), Some(b'+' | b'-')));
            pos = digits(power);
            if pos == power {
                return Err(SyntaxError::new(pos, SyntaxErrorKind::Number { start }));
            }
        }
        if let Some(b'0'..=b'9' | b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z') = bytes.get(pos) {
            return Err(SyntaxError::new(pos, SyntaxErrorKind::Number { start }));
        }
        let index = self.next_index();
        self.push(kind, start, pos - start);
        // PERF: up to 15 digits are always exact, and so are up to four characters with a fraction or an exponent.
        if pos - start > 15 || (kind == TokenKind::Number && pos - start > 4) {
            self.diagnostics.check_precision(&bytes[start..pos], index);
        }
        Ok(pos)
    }

    #[inline(always)]
    fn literal<const N: usize>(
        &mut self,
        pos: usize,
        word: &[u8; N],
        kind: TokenKind,
        expected: Expected,
    ) -> Result<usize, SyntaxError> {
        let end = pos + N;
        let matches = self.bytes.get(pos..).and_then(|rest| rest.first_chunk()) == Some(word);
        let continues = match self.bytes.get(end) {
            None | Some(b',' | b'}' | b']' | b' ') => false,
            Some(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
        };
        if !matches || continues {
            return Err(SyntaxError::expected(pos, expected));
        }
        self.push(kind, pos, N);
        Ok(end)
    }

    /// Reports the duplicate keys of an object that was just closed.
    #[cold]
    #[inline(never)]
    fn report_duplicates(&mut self, frame: ContainerFrame) {
        self.decoded_keys.clear();
        let (open, count) = (frame.token_index, frame.count);
        let keys = duplicates::find_duplicates(self.bytes, &self.tape, open, count, &mut self.decoded_keys);
        self.diagnostics.report_duplicate_keys(&keys);
    }
}
