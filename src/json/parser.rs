//! The one pass over the bytes: RFC 8259's grammar, UTF-8, depth and duplicate keys, with an
//! explicit stack, so that no input decides how deep the program recurses.

use super::fault::{Expected, FaultContext, OpenContainer, SyntaxError, SyntaxErrorKind};
use super::string::{escaped_unit, scan};
use super::{
    Document, KeyTable, MAX_DEPTH, MAX_DOCUMENT_BYTES, NO_SYMBOL, Symbol, Token, TokenKind, duplicates,
    number, syntax,
};
use crate::issue::{Code, Issue, Location, PendingIssue, Severity};
use std::sync::Arc;

/// An array or object that is still open.
#[derive(Clone, Copy)]
struct ContainerFrame {
    /// The index of its token.
    open: u32,
    /// How many members or items were finished.
    count: u32,
    /// One bit for each key, the same for the same key.
    keys: [u64; 2],
    object: bool,
    /// Two keys have the same bit, or one has to be decoded before it can be compared.
    may_have_duplicates: bool,
    /// The key it is the value of, and the salt around it.
    parent_key: Symbol,
    salt: u8,
}

impl ContainerFrame {
    /// Takes note of a key by its bit.
    #[inline]
    fn mark_key(&mut self, bit: u32) {
        let (keys, mark) = (&mut self.keys[(bit >> 6 & 1) as usize], 1 << (bit & 63));
        self.may_have_duplicates |= *keys & mark != 0;
        *keys |= mark;
    }
}

/// More findings of a kind than this are counted and not kept: the text does not decide how much memory is used.
const MAX_FINDINGS: usize = 100;

/// More numbers than this are not compared with what JavaScript makes of them, which takes a microsecond each: a megabyte
/// of them would take forty times as long as any other, and 64 KB still thirty times.
const MAX_PRECISION_CHECKS: usize = 250;

/// Kinds of findings are counted apart: a hundred numbers do not hide a key that stands twice.
#[derive(Clone, Copy)]
enum DiagnosticKind {
    DuplicateKey,
    LoneSurrogate,
    NumberPrecision,
}

struct JsonParser<'a> {
    bytes: &'a [u8],
    tape: Vec<Token>,
    stack: Vec<ContainerFrame>,
    names: Option<&'a KeyTable>,
    /// The symbol of the last key; behind a container, of the key that it is the value of.
    last: Symbol,
    /// Tells apart, for guesses, where in the document objects stand.
    salt: u8,
    findings: Vec<PendingIssue>,
    ascii: bool,
    /// How many there are of each kind, kept or not.
    found: [usize; 3],
    /// How many numbers more than a glance was needed for.
    precision_checks: usize,
}

pub(super) fn read<'a>(bytes: &'a [u8], names: Option<&Arc<KeyTable>>) -> Result<Document<'a>, Box<Issue>> {
    let mut reader = JsonParser::new(bytes, names.map(|names| &**names));
    match reader.run() {
        Ok(()) => {
            reader.report_truncation();
            let ambiguous = reader.found[DiagnosticKind::DuplicateKey as usize] > 0;
            let JsonParser { tape, findings, ascii, .. } = reader;
            Ok(Document {
                bytes,
                tape,
                diagnostics: findings,
                ascii,
                has_duplicate_keys: ambiguous,
                key_table: names.cloned(),
            })
        }
        Err(fault) => Err(Box::new(syntax::explain(&reader.fault_context(), fault))),
    }
}

/// The document up to the first syntax error: a container that is open there ends there. `None` without any value.
#[cfg(any(feature = "outline", test))]
pub(super) fn parse_prefix(bytes: &[u8]) -> Option<Document<'_>> {
    let mut reader = JsonParser::new(bytes, None);
    if let Err(error) = reader.run() {
        reader.close_all(error.pos);
    }
    let JsonParser { tape, ascii, .. } = reader;
    let document =
        Document { bytes, tape, diagnostics: Vec::new(), ascii, has_duplicate_keys: true, key_table: None };
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

#[allow(clippy::inline_always)] // each has one caller, the loop, which keeps what it needs at hand
impl<'a> JsonParser<'a> {
    fn new(bytes: &'a [u8], names: Option<&'a KeyTable>) -> Self {
        Self {
            bytes,
            tape: Vec::with_capacity(bytes.len().min(MAX_DOCUMENT_BYTES) / 10 + 8),
            stack: Vec::with_capacity(12),
            names,
            last: NO_SYMBOL,
            salt: 0,
            findings: Vec::new(),
            ascii: true,
            found: [0; 3],
            precision_checks: 0,
        }
    }

    /// Closes the containers that are open at a syntax error, after their last complete value.
    #[cfg(any(feature = "outline", test))]
    fn close_all(&mut self, pos: usize) {
        let Some(innermost) = self.stack.len().checked_sub(1) else { return };
        // A container is counted when it is closed: the open ones are not yet.
        for frame in &mut self.stack[..innermost] {
            frame.count += 1;
        }
        let frame = &mut self.stack[innermost];
        let (mut index, mut values, mut is_key) = (frame.open + 1, 0, frame.object);
        while (index as usize) < self.tape.len() {
            index = self.tape[index as usize].next_index(index);
            values += u32::from(!is_key);
            is_key = frame.object && !is_key;
        }
        frame.count = values;
        if frame.object && !is_key {
            // A key without its value.
            self.tape.pop();
        }
        while !self.stack.is_empty() {
            self.close(pos.saturating_sub(1));
        }
    }

    #[cold]
    fn fault_context(&self) -> FaultContext<'_> {
        let container = |frame: &ContainerFrame| OpenContainer {
            open: frame.open,
            count: frame.count,
            object: frame.object,
        };
        FaultContext {
            bytes: self.bytes,
            tape: &self.tape,
            stack: self.stack.iter().map(container).collect(),
        }
    }

    #[allow(clippy::too_many_lines)] // the whole grammar in one place, as a loop
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
            // Behind a value: close what ends here, until a comma asks for the next one.
            loop {
                pos = skip_whitespace(bytes, pos);
                let Some(frame) = self.stack.last_mut() else {
                    return if pos == bytes.len() {
                        Ok(())
                    } else {
                        Err(SyntaxError::expected(pos, Expected::End))
                    };
                };
                match (bytes.get(pos), frame.object) {
                    (Some(b','), object) => {
                        frame.count += 1;
                        let comma = pos;
                        pos = skip_whitespace(bytes, pos + 1);
                        match bytes.get(pos) {
                            Some(b'"') => {}
                            _ if object => return Err(SyntaxError::after(pos, Expected::Key, comma)),
                            Some(b']' | b',') => return Err(SyntaxError::after(pos, Expected::Value, comma)),
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
    fn push(&mut self, tag: TokenKind, at: usize, payload: usize) {
        self.tape.push(Token::new(tag, at, payload));
    }

    #[allow(clippy::cast_possible_truncation)] // the tape is not longer than the text
    fn next_index(&self) -> u32 {
        self.tape.len() as u32
    }

    fn open(&mut self, pos: usize, tag: TokenKind) -> Result<(), SyntaxError> {
        if self.stack.len() == MAX_DEPTH {
            return Err(SyntaxError::new(pos, SyntaxErrorKind::TooDeep));
        }
        let (open, object) = (self.next_index(), tag == TokenKind::Object);
        let (owner, salt) = (self.last, self.salt);
        self.stack.push(ContainerFrame {
            open,
            count: 0,
            keys: [0; 2],
            object,
            may_have_duplicates: false,
            parent_key: owner,
            salt,
        });
        #[allow(clippy::cast_possible_truncation)] // it is mixed
        let mixed = salt.wrapping_mul(5).wrapping_add(owner as u8).wrapping_add(1);
        self.salt = mixed;
        self.push(tag, pos, 0);
        Ok(())
    }

    /// Ends the innermost container, whose `count` is right already.
    fn close(&mut self, pos: usize) -> usize {
        if let Some(frame) = self.stack.pop() {
            (self.last, self.salt) = (frame.parent_key, frame.salt);
            let index = self.tape.len();
            let open = frame.open as usize;
            self.tape[open] = Token::new(self.tape[open].tag(), self.tape[open].offset as usize, index);
            self.push(TokenKind::Close, pos, frame.count as usize);
            if frame.may_have_duplicates {
                self.find_duplicates(frame);
            }
        }
        pos + 1
    }

    /// Reads a key and its colon; returns where the value starts.
    #[inline(always)]
    fn key(&mut self, pos: usize) -> Result<usize, SyntaxError> {
        let guess = match self.names {
            Some(names) => names.predict_next(self.last, self.salt, self.bytes, pos + 1),
            None => None,
        };
        let end = if let Some((symbol, len)) = guess {
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

    #[inline(always)]
    fn push_interned_key(&mut self, pos: usize, symbol: Symbol, len: usize) -> usize {
        self.tape.push(Token::interned_key(pos, symbol, len));
        self.last = symbol;
        if let Some(frame) = self.stack.last_mut() {
            frame.mark_key(u32::from(symbol));
        }
        pos + len + 2
    }

    /// A key that was not guessed.
    #[inline(never)]
    fn parse_key(&mut self, pos: usize) -> Result<usize, SyntaxError> {
        let (tag, end) = self.string(pos, Location::Key)?;
        let key = &self.bytes[pos + 1..end - 1];
        if tag == TokenKind::Ascii
            && let Some(symbol) = self.names.and_then(|names| names.lookup(self.last, self.salt, key))
        {
            self.tape.pop();
            return Ok(self.push_interned_key(pos, symbol, key.len()));
        }
        self.last = NO_SYMBOL;
        if let Some(frame) = self.stack.last_mut() {
            frame.may_have_duplicates |= tag == TokenKind::Escaped;
            frame.mark_key(duplicates::fingerprint(key) >> 16);
        }
        Ok(end)
    }

    /// Reads a string that is a value; returns where it ends.
    #[inline(always)]
    fn text(&mut self, quote: usize) -> Result<usize, SyntaxError> {
        let mut high = false;
        let end = scan(self.bytes, quote + 1, &mut high);
        if !high && self.bytes.get(end) == Some(&b'"') {
            self.push(TokenKind::Ascii, quote, end - quote - 1);
            return Ok(end + 1);
        }
        Ok(self.string(quote, Location::Value)?.1)
    }

    /// Reads a string, a key or a value; returns its tag and where it ends.
    fn string(
        &mut self,
        quote: usize,
        place: fn(u32) -> Location,
    ) -> Result<(TokenKind, usize), SyntaxError> {
        let bytes = self.bytes;
        let start = quote + 1;
        let (mut high, mut escaped, mut lone) = (false, false, false);
        let mut pos = start;
        loop {
            pos = scan(bytes, pos, &mut high);
            match bytes.get(pos) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    pos = self.escape(pos, &mut lone)?;
                }
                Some(_) => return Err(SyntaxError::new(pos, SyntaxErrorKind::Control { quote })),
                None => return Err(SyntaxError::new(pos, SyntaxErrorKind::UnterminatedString { quote })),
            }
        }
        self.ascii &= !high;
        if high && let Err(error) = std::str::from_utf8(&bytes[start..pos]) {
            return Err(SyntaxError::new(start + error.valid_up_to(), SyntaxErrorKind::NotUtf8));
        }
        let tag = match (escaped, high) {
            (true, _) => TokenKind::Escaped,
            (false, true) => TokenKind::Utf8,
            (false, false) => TokenKind::Ascii,
        };
        if lone {
            let place = place(self.next_index());
            self.find(DiagnosticKind::LoneSurrogate, || {
                PendingIssue::new(
                    Code::JSON_LONE_SURROGATE,
                    Severity::Warning,
                    place,
                    "This string escapes half of a surrogate pair, which no UTF-8 text can hold: readers refuse it or replace it.",
                )
            });
        }
        self.push(tag, quote, pos - start);
        Ok((tag, pos + 1))
    }

    /// Checks one escape; returns where it ends. `lone` is set where it is half of a surrogate pair.
    fn escape(&self, slash: usize, lone: &mut bool) -> Result<usize, SyntaxError> {
        let bytes = self.bytes;
        match bytes.get(slash + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(slash + 2),
            Some(b'u') => {
                let digits = bytes.get(slash + 2..slash + 6).unwrap_or_default();
                if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(SyntaxError::new(slash, SyntaxErrorKind::Escape));
                }
                let is_low = |unit: &u32| (0xdc00..0xe000).contains(unit);
                let hex = |at: usize| {
                    let digits = bytes.get(at + 2..at + 6)?;
                    digits.iter().all(u8::is_ascii_hexdigit).then(|| escaped_unit(bytes, at))?
                };
                match hex(slash) {
                    Some(0xd800..0xdc00) if hex(slash + 6).as_ref().is_some_and(is_low) => Ok(slash + 12),
                    Some(0xd800..0xe000) => {
                        *lone = true;
                        Ok(slash + 6)
                    }
                    _ => Ok(slash + 6),
                }
            }
            _ => Err(SyntaxError::new(slash, SyntaxErrorKind::Escape)),
        }
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
        let mut tag = TokenKind::Integer;
        if bytes.get(pos) == Some(&b'.') {
            tag = TokenKind::Number;
            let fraction = pos + 1;
            pos = digits(fraction);
            if pos == fraction {
                return Err(SyntaxError::new(pos, SyntaxErrorKind::Number { start }));
            }
        }
        if let Some(b'e' | b'E') = bytes.get(pos) {
            tag = TokenKind::Number;
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
        self.push(tag, start, pos - start);
        if pos - start > 15 || (tag == TokenKind::Number && pos - start > 4) {
            self.check_precision(index, start, pos);
        }
        Ok(pos)
    }

    #[inline(never)]
    fn check_precision(&mut self, index: u32, start: usize, end: usize) {
        let text = &self.bytes[start..end];
        if number::Decimal::parse(text).is_trivially_exact() {
            return;
        }
        self.precision_checks += 1;
        if self.precision_checks > MAX_PRECISION_CHECKS {
            return;
        }
        if number::is_lossy(text) {
            self.find(DiagnosticKind::NumberPrecision, || {
                PendingIssue::new(
                    Code::NUMBER_PRECISION,
                    Severity::Warning,
                    Location::Value(index),
                    "JavaScript cannot represent this number exactly. Send it as a string.",
                )
                .hint("Or parse the body with a library that keeps all digits.")
            });
        }
    }

    #[inline(always)]
    fn literal<const N: usize>(
        &mut self,
        pos: usize,
        word: &[u8; N],
        tag: TokenKind,
        expected: Expected,
    ) -> Result<usize, SyntaxError> {
        let end = pos + N;
        let stands = self.bytes.get(pos..).and_then(|rest| rest.first_chunk()) == Some(word);
        let follows = match self.bytes.get(end) {
            None | Some(b',' | b'}' | b']' | b' ') => false,
            Some(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
        };
        if !stands || follows {
            return Err(SyntaxError::expected(pos, expected));
        }
        self.push(tag, pos, N);
        Ok(end)
    }

    fn find(&mut self, kind: DiagnosticKind, draft: impl FnOnce() -> PendingIssue) {
        let found = &mut self.found[kind as usize];
        *found += 1;
        if *found <= MAX_FINDINGS {
            self.findings.push(draft());
        }
    }

    #[inline(never)]
    fn report_truncation(&mut self) {
        let unread = self.precision_checks.saturating_sub(MAX_PRECISION_CHECKS);
        if unread > 0 {
            let message = format!(
                "The text has {unread} more numbers than the first {MAX_PRECISION_CHECKS} that were compared with what \
                 JavaScript makes of them."
            );
            self.findings.push(PendingIssue::new(
                Code::ISSUES_OMITTED,
                Severity::Info,
                Location::Value(0),
                message,
            ));
        }
        let omitted: usize = self.found.iter().map(|found| found.saturating_sub(MAX_FINDINGS)).sum();
        if omitted > 0 {
            self.findings.push(PendingIssue::new(
                Code::ISSUES_OMITTED,
                Severity::Info,
                Location::Value(0),
                format!(
                    "The text has {omitted} more duplicate keys, lone surrogates or numbers out of reach than \
                     the {MAX_FINDINGS} of each kind that are listed."
                ),
            ));
        }
    }

    /// Reports every key that stands twice in an object that was just closed.
    #[cold]
    #[inline(never)]
    fn find_duplicates(&mut self, frame: ContainerFrame) {
        for index in duplicates::find_duplicates(self.bytes, &self.tape, frame.open, frame.count) {
            self.find(DiagnosticKind::DuplicateKey, || {
                PendingIssue::new(
                    Code::JSON_DUPLICATE_KEY,
                    Severity::Error,
                    Location::Key(index),
                    "This key stands twice in one object, and readers disagree on which of the two counts.",
                )
                .hint("Keep one of them.")
            });
        }
    }
}
