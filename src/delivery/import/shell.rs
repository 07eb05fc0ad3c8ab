//! The words of a shell command, quoted as POSIX (XCU, section 2.2) and bash (`$'...'`) have it. Nothing is
//! expanded and nothing is run.

use super::finding::Notes;
use crate::issue::{ByteSpan, Code, Severity};

/// One word: its bytes without quotes, and where it stands.
pub(super) struct Word {
    pub bytes: Vec<u8>,
    pub span: ByteSpan,
}

impl Word {
    #[inline(never)]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// The words of the command that begins here, up to what ends it: a line break, `|`, `;` or `&`. Targets of
/// redirections are no words. Nothing where a quote is never closed, which is said.
pub(super) fn words(notes: &mut Notes<'_>, start: usize) -> Option<Vec<Word>> {
    let mut reader = Reader { notes, at: start, word: None, words: Vec::new(), redirect: false };
    while let Some(byte) = reader.peek(0) {
        match byte {
            b'\'' => reader.single()?,
            b'"' => reader.double()?,
            b'$' if reader.peek(1) == Some(b'\'') => reader.dollar()?,
            b'\\' => reader.escaped(),
            b' ' | b'\t' | b'\r' => {
                reader.close();
                reader.at += 1;
            }
            b'\n' | b'|' | b';' | b'&' => {
                reader.close();
                break;
            }
            b'<' | b'>' => reader.redirection(),
            b'#' if reader.word.is_none() => reader.comment(),
            b'^' if reader.word.is_none() && reader.peek(1) == Some(b'"') => return reader.windows(),
            other => {
                if expands(other, reader.peek(1)) {
                    reader.expansion();
                }
                reader.push(other, 1);
            }
        }
    }
    reader.close();
    Some(reader.words)
}

/// Whether a shell would put something else in this place.
fn expands(byte: u8, next: Option<u8>) -> bool {
    byte == b'`'
        || byte == b'$'
            && next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'{' | b'(' | b'_'))
}

struct Reader<'n, 't> {
    notes: &'n mut Notes<'t>,
    at: usize,
    /// The word that is being read, and where it begins.
    word: Option<(Vec<u8>, usize)>,
    words: Vec<Word>,
    /// The next word is the target of a redirection.
    redirect: bool,
}

impl Reader<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.notes.text.get(self.at + ahead).copied()
    }

    fn open(&mut self) -> &mut Vec<u8> {
        let at = self.at;
        &mut self.word.get_or_insert_with(|| (Vec::new(), at)).0
    }

    #[inline(never)]
    fn push(&mut self, byte: u8, length: usize) {
        self.open().push(byte);
        self.at += length;
    }

    #[inline(never)]
    fn close(&mut self) {
        if let Some((bytes, start)) = self.word.take() {
            let span = ByteSpan { start, end: self.at };
            if !std::mem::take(&mut self.redirect) {
                self.words.push(Word { bytes, span });
            }
        }
    }

    /// `'...'`: every byte as it stands.
    fn single(&mut self) -> Option<()> {
        self.open();
        let (start, text) = (self.at + 1, self.notes.text);
        let Some(length) = text[start..].iter().position(|byte| *byte == b'\'') else {
            return self.unclosed(self.at, "'");
        };
        self.open().extend_from_slice(&text[start..start + length]);
        self.at = start + length + 1;
        Some(())
    }

    /// `"..."`: a backslash quotes `$`, a backquote, `"`, itself and a line break.
    fn double(&mut self) -> Option<()> {
        self.open();
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                None => return self.unclosed(start, "\""),
                Some(b'"') => break,
                Some(b'\\') => match self.peek(1) {
                    Some(next @ (b'$' | b'`' | b'"' | b'\\')) => self.push(next, 2),
                    Some(b'\n') => self.at += 2,
                    Some(b'\r') if self.peek(2) == Some(b'\n') => self.at += 3,
                    _ => self.push(b'\\', 1),
                },
                Some(byte) => {
                    if expands(byte, self.peek(1)) {
                        self.expansion();
                    }
                    self.push(byte, 1);
                }
            }
        }
        self.at += 1;
        Some(())
    }

    /// `$'...'`: bash's escapes.
    fn dollar(&mut self) -> Option<()> {
        self.open();
        let start = self.at;
        self.at += 2;
        loop {
            match self.peek(0) {
                None => return self.unclosed(start, "$'"),
                Some(b'\'') => break,
                Some(b'\\') => self.ansi(),
                Some(byte) => self.push(byte, 1),
            }
        }
        self.at += 1;
        Some(())
    }

    fn ansi(&mut self) {
        let Some(letter) = self.peek(1) else { return self.push(b'\\', 1) };
        let plain = match letter {
            b'a' => 7,
            b'b' => 8,
            b'e' | b'E' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\\' | b'\'' | b'"' | b'?' => letter,
            b'x' => return self.numeric(2, 16, 2, false),
            b'u' => return self.numeric(2, 16, 4, true),
            b'U' => return self.numeric(2, 16, 8, true),
            b'0'..=b'7' => return self.numeric(1, 8, 3, false),
            // An escape that bash does not know stays as it is.
            _ => return self.push(b'\\', 1),
        };
        self.push(plain, 2);
    }

    /// An escape with digits: a byte, or a character in UTF-8.
    fn numeric(&mut self, skip: usize, radix: u32, most: usize, character: bool) {
        let digit = |ahead: usize| self.peek(skip + ahead).and_then(|byte| char::from(byte).to_digit(radix));
        let digits: Vec<u32> = (0..most).map_while(digit).collect();
        if digits.is_empty() {
            return self.push(b'\\', 1);
        }
        let number = digits.iter().fold(0_u32, |number, digit| (number * radix) | digit);
        let length = skip + digits.len();
        if character {
            let mut buffer = [0; 4];
            let text = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut buffer);
            self.open().extend_from_slice(text.as_bytes());
            self.at += length;
        } else {
            self.push(number.to_le_bytes()[0], length);
        }
    }

    /// A backslash outside quotes. With a line break behind it, the line goes on.
    fn escaped(&mut self) {
        match self.peek(1) {
            None => self.at += 1,
            Some(b'\n') => self.at += 2,
            Some(b'\r') if self.peek(2) == Some(b'\n') => self.at += 3,
            Some(byte) => self.push(byte, 2),
        }
    }

    /// `>`, `<`, `2>&1` and the like: no part of the command's arguments.
    fn redirection(&mut self) {
        match self.word.take() {
            Some((bytes, _)) if bytes.iter().all(u8::is_ascii_digit) => {}
            word => {
                self.word = word;
                self.close();
            }
        }
        while self.peek(0).is_some_and(|byte| matches!(byte, b'<' | b'>' | b'&' | b'|')) {
            self.at += 1;
        }
        self.redirect = true;
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    fn expansion(&mut self) {
        let span = ByteSpan { start: self.at, end: self.at + 1 };
        let message = "A shell would put the value of something here; it was left as it is written.";
        let hint = "Put the value there, or quote it with ' if it is meant as it is written.";
        self.notes.add(Code::SHELL_EXPANSION, Severity::Warning, span, message, Some(hint));
    }

    fn windows<T>(&mut self) -> Option<T> {
        let span = ByteSpan { start: self.at, end: self.at + 2 };
        let message = "This command is quoted for the Windows command prompt, with ^ in front of its quotes.";
        let hint = "Copy it once more, \"as cURL (bash)\" or \"as cURL (POSIX)\".";
        self.notes.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(hint));
        None
    }

    fn unclosed<T>(&mut self, start: usize, quote: &str) -> Option<T> {
        let span = ByteSpan { start, end: start + quote.len() };
        let message = format!("The quote {quote} is never closed.");
        let hint = "Copy the whole command, to its last line.";
        self.notes.add(Code::CURL_SYNTAX, Severity::Error, span, &message, Some(hint));
        None
    }
}
