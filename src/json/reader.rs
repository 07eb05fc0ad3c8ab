//! The one pass over the bytes: RFC 8259's grammar, UTF-8, depth and duplicate keys, with an
//! explicit stack, so that no input decides how deep the program recurses.

use super::string::{escaped_unit, scan};
use super::syntax::{self, Expected, Fault, Wrong};
use super::{Document, MAX_BYTES, MAX_DEPTH, NO_SYMBOL, Names, Symbol, Tag, Token, duplicates, number};
use crate::issue::{Code, Draft, Issue, Place, Severity};
use std::sync::Arc;

/// An array or object that is still open.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// The index of its token.
    pub open: u32,
    /// How many members or items were finished.
    pub count: u32,
    /// One bit for each key, the same for the same key.
    keys: [u64; 2],
    pub object: bool,
    /// Two keys have the same bit, or one has to be decoded before it can be compared.
    suspicious: bool,
    /// The key it is the value of, and the salt around it.
    owner: Symbol,
    salt: u8,
}

impl Frame {
    /// Takes note of a key by its bit.
    #[inline]
    fn see(&mut self, bit: u32) {
        let (keys, mark) = (&mut self.keys[(bit >> 6 & 1) as usize], 1 << (bit & 63));
        self.suspicious |= *keys & mark != 0;
        *keys |= mark;
    }
}

/// More findings of a kind than this are counted and not kept: the text does not decide how much memory is used.
const MAX_FINDINGS: usize = 100;

/// More numbers than this are not compared with what JavaScript makes of them, which takes a microsecond each: a megabyte
/// of them would take forty times as long as any other, and 64 KB still thirty times.
const MAX_COMPARED: usize = 250;

/// Kinds of findings are counted apart: a hundred numbers do not hide a key that stands twice.
#[derive(Clone, Copy)]
enum Kind {
    DuplicateKey,
    LoneSurrogate,
    NumberPrecision,
}

pub(super) struct Reader<'a> {
    pub bytes: &'a [u8],
    pub tape: Vec<Token>,
    pub stack: Vec<Frame>,
    names: Option<&'a Names>,
    /// The symbol of the last key; behind a container, of the key that it is the value of.
    last: Symbol,
    /// Tells apart, for guesses, where in the document objects stand.
    salt: u8,
    findings: Vec<Draft>,
    ascii: bool,
    /// How many there are of each kind, kept or not.
    found: [usize; 3],
    /// How many numbers more than a glance was needed for.
    doubtful: usize,
}

pub(super) fn read<'a>(bytes: &'a [u8], names: Option<&Arc<Names>>) -> Result<Document<'a>, Box<Issue>> {
    let mut reader = Reader {
        bytes,
        tape: Vec::with_capacity(bytes.len().min(MAX_BYTES) / 10 + 8),
        stack: Vec::with_capacity(12),
        names: names.map(|names| &**names),
        last: NO_SYMBOL,
        salt: 0,
        findings: Vec::new(),
        ascii: true,
        found: [0; 3],
        doubtful: 0,
    };
    match reader.run() {
        Ok(()) => {
            reader.say_what_was_omitted();
            let ambiguous = reader.found[Kind::DuplicateKey as usize] > 0;
            let Reader { tape, findings, ascii, .. } = reader;
            Ok(Document { bytes, tape, findings, ascii, ambiguous, names: names.cloned() })
        }
        Err(fault) => Err(Box::new(syntax::explain(&reader, fault))),
    }
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn white(bytes: &[u8], mut pos: usize) -> usize {
    loop {
        match bytes.get(pos) {
            Some(byte) if *byte > b' ' => return pos,
            Some(b' ' | b'\n' | b'\r' | b'\t') => pos += 1,
            _ => return pos,
        }
    }
}

#[allow(clippy::inline_always)] // each has one caller, the loop, which keeps what it needs at hand
impl Reader<'_> {
    #[allow(clippy::too_many_lines)] // the whole grammar in one place, as a loop
    fn run(&mut self) -> Result<(), Fault> {
        let bytes = self.bytes;
        if bytes.len() > MAX_BYTES {
            return Err(Fault::new(0, Wrong::TooLarge));
        }
        let mut pos = white(bytes, 0);
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
                    self.open(pos, Tag::Object)?;
                    pos = white(bytes, pos + 1);
                    match bytes.get(pos) {
                        Some(b'"') => {
                            at_key = true;
                            continue;
                        }
                        Some(b'}') => pos = self.close(pos),
                        _ => return Err(Fault::expected(pos, Expected::KeyOrEnd)),
                    }
                }
                Some(b'[') => {
                    self.open(pos, Tag::Array)?;
                    pos = white(bytes, pos + 1);
                    if bytes.get(pos) != Some(&b']') {
                        (at_key, expected) = (false, Expected::ValueOrEnd);
                        continue;
                    }
                    pos = self.close(pos);
                }
                Some(b'-' | b'0'..=b'9') => pos = self.number(pos)?,
                Some(b't') => pos = self.literal(pos, b"true", Tag::True, expected)?,
                Some(b'f') => pos = self.literal(pos, b"false", Tag::False, expected)?,
                Some(b'n') => pos = self.literal(pos, b"null", Tag::Null, expected)?,
                _ => return Err(Fault::expected(pos, expected)),
            }
            // Behind a value: close what ends here, until a comma asks for the next one.
            loop {
                pos = white(bytes, pos);
                let Some(frame) = self.stack.last_mut() else {
                    return if pos == bytes.len() {
                        Ok(())
                    } else {
                        Err(Fault::expected(pos, Expected::End))
                    };
                };
                match (bytes.get(pos), frame.object) {
                    (Some(b','), object) => {
                        frame.count += 1;
                        let comma = pos;
                        pos = white(bytes, pos + 1);
                        match bytes.get(pos) {
                            Some(b'"') => {}
                            _ if object => return Err(Fault::after(pos, Expected::Key, comma)),
                            Some(b']' | b',') => return Err(Fault::after(pos, Expected::Value, comma)),
                            _ => {}
                        }
                        (at_key, expected) = (object, Expected::Value);
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        frame.count += 1;
                        pos = self.close(pos);
                    }
                    _ => return Err(Fault::expected(pos, Expected::CommaOrEnd)),
                }
            }
        }
    }

    #[inline(always)]
    fn push(&mut self, tag: Tag, at: usize, payload: usize) {
        self.tape.push(Token::new(tag, at, payload));
    }

    #[allow(clippy::cast_possible_truncation)] // the tape is not longer than the text
    fn next_index(&self) -> u32 {
        self.tape.len() as u32
    }

    fn open(&mut self, pos: usize, tag: Tag) -> Result<(), Fault> {
        if self.stack.len() == MAX_DEPTH {
            return Err(Fault::new(pos, Wrong::TooDeep));
        }
        let (open, object) = (self.next_index(), tag == Tag::Object);
        let (owner, salt) = (self.last, self.salt);
        self.stack.push(Frame { open, count: 0, keys: [0; 2], object, suspicious: false, owner, salt });
        #[allow(clippy::cast_possible_truncation)] // it is mixed
        let mixed = salt.wrapping_mul(5).wrapping_add(owner as u8).wrapping_add(1);
        self.salt = mixed;
        self.push(tag, pos, 0);
        Ok(())
    }

    /// Ends the innermost container, whose `count` is right already.
    fn close(&mut self, pos: usize) -> usize {
        if let Some(frame) = self.stack.pop() {
            (self.last, self.salt) = (frame.owner, frame.salt);
            let index = self.tape.len();
            let open = frame.open as usize;
            self.tape[open] = Token::new(self.tape[open].tag(), self.tape[open].at as usize, index);
            self.push(Tag::Close, pos, frame.count as usize);
            if frame.suspicious {
                self.find_duplicates(frame);
            }
        }
        pos + 1
    }

    /// Reads a key and its colon; returns where the value starts.
    #[inline(always)]
    fn key(&mut self, pos: usize) -> Result<usize, Fault> {
        let guess = match self.names {
            Some(names) => names.guess(self.last, self.salt, self.bytes, pos + 1),
            None => None,
        };
        let end = if let Some((symbol, len)) = guess {
            self.known(pos, symbol, len)
        } else {
            self.unexpected_key(pos)?
        };
        if self.bytes.get(end) == Some(&b':') {
            return Ok(white(self.bytes, end + 1));
        }
        let colon = white(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(Fault::expected(colon, Expected::Colon));
        }
        Ok(white(self.bytes, colon + 1))
    }

    #[inline(always)]
    fn known(&mut self, pos: usize, symbol: Symbol, len: usize) -> usize {
        self.tape.push(Token::known(pos, symbol, len));
        self.last = symbol;
        if let Some(frame) = self.stack.last_mut() {
            frame.see(u32::from(symbol));
        }
        pos + len + 2
    }

    /// A key that was not guessed.
    #[inline(never)]
    fn unexpected_key(&mut self, pos: usize) -> Result<usize, Fault> {
        let (tag, end) = self.string(pos, Place::Key)?;
        let key = &self.bytes[pos + 1..end - 1];
        if tag == Tag::Ascii
            && let Some(symbol) = self.names.and_then(|names| names.find(self.last, self.salt, key))
        {
            self.tape.pop();
            return Ok(self.known(pos, symbol, key.len()));
        }
        self.last = NO_SYMBOL;
        if let Some(frame) = self.stack.last_mut() {
            frame.suspicious |= tag == Tag::Escaped;
            frame.see(duplicates::fingerprint(key) >> 16);
        }
        Ok(end)
    }

    /// Reads a string that is a value; returns where it ends.
    #[inline(always)]
    fn text(&mut self, quote: usize) -> Result<usize, Fault> {
        let mut high = false;
        let end = scan(self.bytes, quote + 1, &mut high);
        if !high && self.bytes.get(end) == Some(&b'"') {
            self.push(Tag::Ascii, quote, end - quote - 1);
            return Ok(end + 1);
        }
        Ok(self.string(quote, Place::Value)?.1)
    }

    /// Reads a string, a key or a value; returns its tag and where it ends.
    fn string(&mut self, quote: usize, place: fn(u32) -> Place) -> Result<(Tag, usize), Fault> {
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
                Some(_) => return Err(Fault::new(pos, Wrong::Control { quote })),
                None => return Err(Fault::new(pos, Wrong::OpenString { quote })),
            }
        }
        self.ascii &= !high;
        if high && let Err(error) = std::str::from_utf8(&bytes[start..pos]) {
            return Err(Fault::new(start + error.valid_up_to(), Wrong::NotUtf8));
        }
        let tag = match (escaped, high) {
            (true, _) => Tag::Escaped,
            (false, true) => Tag::Utf8,
            (false, false) => Tag::Ascii,
        };
        if lone {
            let place = place(self.next_index());
            self.find(Kind::LoneSurrogate, || {
                Draft::new(
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
    fn escape(&self, slash: usize, lone: &mut bool) -> Result<usize, Fault> {
        let bytes = self.bytes;
        match bytes.get(slash + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(slash + 2),
            Some(b'u') => {
                let digits = bytes.get(slash + 2..slash + 6).unwrap_or_default();
                if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Fault::new(slash, Wrong::Escape));
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
            _ => Err(Fault::new(slash, Wrong::Escape)),
        }
    }

    fn number(&mut self, start: usize) -> Result<usize, Fault> {
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
            _ => return Err(Fault::new(pos, Wrong::Number { start })),
        };
        let mut tag = Tag::Integer;
        if bytes.get(pos) == Some(&b'.') {
            tag = Tag::Number;
            let fraction = pos + 1;
            pos = digits(fraction);
            if pos == fraction {
                return Err(Fault::new(pos, Wrong::Number { start }));
            }
        }
        if let Some(b'e' | b'E') = bytes.get(pos) {
            tag = Tag::Number;
            let power = pos + 1 + usize::from(matches!(bytes.get(pos + 1), Some(b'+' | b'-')));
            pos = digits(power);
            if pos == power {
                return Err(Fault::new(pos, Wrong::Number { start }));
            }
        }
        if let Some(b'0'..=b'9' | b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z') = bytes.get(pos) {
            return Err(Fault::new(pos, Wrong::Number { start }));
        }
        let index = self.next_index();
        self.push(tag, start, pos - start);
        if pos - start > 15 || (tag == Tag::Number && pos - start > 4) {
            self.check_precision(index, start, pos);
        }
        Ok(pos)
    }

    #[inline(never)]
    fn check_precision(&mut self, index: u32, start: usize, end: usize) {
        let text = &self.bytes[start..end];
        if number::Decimal::of(text).is_surely_held() {
            return;
        }
        self.doubtful += 1;
        if self.doubtful > MAX_COMPARED {
            return;
        }
        if number::is_lossy(text) {
            self.find(Kind::NumberPrecision, || {
                Draft::new(
                    Code::NUMBER_PRECISION,
                    Severity::Warning,
                    Place::Value(index),
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
        tag: Tag,
        expected: Expected,
    ) -> Result<usize, Fault> {
        let end = pos + N;
        let stands = self.bytes.get(pos..).and_then(|rest| rest.first_chunk()) == Some(word);
        let follows = match self.bytes.get(end) {
            None | Some(b',' | b'}' | b']' | b' ') => false,
            Some(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
        };
        if !stands || follows {
            return Err(Fault::expected(pos, expected));
        }
        self.push(tag, pos, N);
        Ok(end)
    }

    fn find(&mut self, kind: Kind, draft: impl FnOnce() -> Draft) {
        let found = &mut self.found[kind as usize];
        *found += 1;
        if *found <= MAX_FINDINGS {
            self.findings.push(draft());
        }
    }

    #[inline(never)]
    fn say_what_was_omitted(&mut self) {
        let unread = self.doubtful.saturating_sub(MAX_COMPARED);
        if unread > 0 {
            let message = format!(
                "The text has {unread} more numbers than the first {MAX_COMPARED} that were compared with what \
                 JavaScript makes of them."
            );
            self.findings.push(Draft::new(Code::ISSUES_OMITTED, Severity::Info, Place::Value(0), message));
        }
        let omitted: usize = self.found.iter().map(|found| found.saturating_sub(MAX_FINDINGS)).sum();
        if omitted > 0 {
            self.findings.push(Draft::new(
                Code::ISSUES_OMITTED,
                Severity::Info,
                Place::Value(0),
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
    fn find_duplicates(&mut self, frame: Frame) {
        for index in duplicates::twice(self.bytes, &self.tape, frame.open, frame.count) {
            self.find(Kind::DuplicateKey, || {
                Draft::new(
                    Code::JSON_DUPLICATE_KEY,
                    Severity::Error,
                    Place::Key(index),
                    "This key stands twice in one object, and readers disagree on which of the two counts.",
                )
                .hint("Keep one of them.")
            });
        }
    }
}
