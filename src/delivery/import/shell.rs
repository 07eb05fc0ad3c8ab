//! [`split_words`]: the words of a shell command, with the quoting of POSIX (XCU, section 2.2) and bash (`$'...'`).
//!
//! SECURITY: nothing is expanded and nothing is run.

use super::cmd;
use super::diagnostics::Diagnostics;
use super::lines::split_first_line;
use super::word::{Word, report_unterminated_quote};
use crate::issue::{ByteSpan, Code, Severity};

/// One command: its words without redirections, its standard input, and where it ends.
#[derive(Default)]
pub(super) struct ShellCommand {
    pub words: Vec<Word>,
    /// The text of a here-document or here-string.
    pub input: Option<Word>,
    /// The name of the file after `<`.
    pub input_file: Option<ByteSpan>,
    pub end: usize,
}

/// Splits the command that starts at this offset and ends at a line break, `|`, `;` or `&`. Reports an unterminated quote
/// and returns `None`.
pub(super) fn split_words(diagnostics: &mut Diagnostics<'_>, start: usize) -> Option<ShellCommand> {
    if cmd::has_cmd_quoting(&diagnostics.text[start..]) {
        let words = cmd::split_words(diagnostics, start)?;
        let end = words.last().map_or(start, |word| word.span.end);
        return Some(ShellCommand { words, end, ..ShellCommand::default() });
    }
    let mut lexer = Lexer {
        diagnostics,
        offset: start,
        word: None,
        command: ShellCommand::default(),
        redirect: None,
        delimiter: None,
    };
    while let Some(byte) = lexer.peek(0) {
        match byte {
            b'\'' => lexer.single_quoted()?,
            b'"' => lexer.double_quoted()?,
            b'$' if lexer.peek(1) == Some(b'\'') => lexer.dollar_quoted()?,
            b'\\' => lexer.escape(),
            b' ' | b'\t' | b'\r' => {
                lexer.finish_word();
                lexer.offset += 1;
            }
            b'\n' | b'|' | b';' | b'&' => break,
            b'<' | b'>' => lexer.redirection(),
            b'#' if lexer.word.is_none() => lexer.skip_comment(),
            other => {
                if is_expansion(other, lexer.peek(1)) {
                    lexer.report_expansion();
                }
                lexer.push(other, 1);
            }
        }
    }
    lexer.finish_word();
    lexer.command.end = lexer.offset;
    if let Some(delimiter) = lexer.delimiter.take() {
        lexer.here_document(&delimiter)?;
    }
    Some(lexer.command)
}

/// Returns the offset after the command that starts at this offset.
pub(super) fn command_end(text: &[u8], start: usize) -> usize {
    split_words(&mut Diagnostics::new(text), start).map_or(text.len(), |command| command.end)
}

/// Whether a shell would expand a variable or a command that starts with these bytes.
fn is_expansion(byte: u8, next: Option<u8>) -> bool {
    byte == b'`'
        || byte == b'$'
            && next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'{' | b'(' | b'_'))
}

struct Lexer<'n, 't> {
    diagnostics: &'n mut Diagnostics<'t>,
    offset: usize,
    /// The current word, and its offset.
    word: Option<(Vec<u8>, usize)>,
    command: ShellCommand,
    /// The operator of a redirection, whose target is the next word.
    redirect: Option<Redirect>,
    /// The word that ends the here-document after this line.
    delimiter: Option<Word>,
}

/// What the word after the operator is.
enum Redirect {
    Output,
    InputFile,
    HereString,
    HereDocument,
}

impl Lexer<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.diagnostics.text.get(self.offset + ahead).copied()
    }

    fn current_word(&mut self) -> &mut Vec<u8> {
        let start = self.offset;
        &mut self.word.get_or_insert_with(|| (Vec::new(), start)).0
    }

    #[inline(never)]
    fn push(&mut self, byte: u8, length: usize) {
        self.current_word().push(byte);
        self.offset += length;
    }

    #[inline(never)]
    fn finish_word(&mut self) {
        if let Some((bytes, start)) = self.word.take() {
            let mut word = Word { bytes, span: ByteSpan { start, end: self.offset } };
            match self.redirect.take() {
                None => self.command.words.push(word),
                Some(Redirect::Output) => {}
                Some(Redirect::InputFile) => self.command.input_file = Some(word.span),
                Some(Redirect::HereString) => {
                    word.bytes.push(b'\n');
                    self.command.input = Some(word);
                }
                Some(Redirect::HereDocument) => self.delimiter = Some(word),
            }
        }
    }

    /// `'...'`: every byte literally.
    fn single_quoted(&mut self) -> Option<()> {
        self.current_word();
        let (start, text) = (self.offset + 1, self.diagnostics.text);
        let Some(length) = text[start..].iter().position(|byte| *byte == b'\'') else {
            return self.unterminated_quote(self.offset, "'");
        };
        self.current_word().extend_from_slice(&text[start..start + length]);
        self.offset = start + length + 1;
        Some(())
    }

    /// `"..."`: a backslash quotes only `$`, a backquote, `"`, a backslash and a line break.
    fn double_quoted(&mut self) -> Option<()> {
        self.current_word();
        let start = self.offset;
        self.offset += 1;
        loop {
            match self.peek(0) {
                None => return self.unterminated_quote(start, "\""),
                Some(b'"') => break,
                Some(b'\\') => match self.peek(1) {
                    Some(next @ (b'$' | b'`' | b'"' | b'\\')) => self.push(next, 2),
                    Some(b'\n') => self.offset += 2,
                    Some(b'\r') if self.peek(2) == Some(b'\n') => self.offset += 3,
                    _ => self.push(b'\\', 1),
                },
                Some(byte) => {
                    if is_expansion(byte, self.peek(1)) {
                        self.report_expansion();
                    }
                    self.push(byte, 1);
                }
            }
        }
        self.offset += 1;
        Some(())
    }

    /// `$'...'`: with the escapes of bash.
    fn dollar_quoted(&mut self) -> Option<()> {
        self.current_word();
        let start = self.offset;
        self.offset += 2;
        loop {
            match self.peek(0) {
                None => return self.unterminated_quote(start, "$'"),
                Some(b'\'') => break,
                Some(b'\\') => self.ansi_escape(),
                Some(byte) => self.push(byte, 1),
            }
        }
        self.offset += 1;
        Some(())
    }

    fn ansi_escape(&mut self) {
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
            b'x' => return self.numeric_escape(2, 16, 2, false),
            b'u' => return self.numeric_escape(2, 16, 4, true),
            b'U' => return self.numeric_escape(2, 16, 8, true),
            b'0'..=b'7' => return self.numeric_escape(1, 8, 3, false),
            // bash keeps an unknown escape literally.
            _ => return self.push(b'\\', 1),
        };
        self.push(plain, 2);
    }

    /// An escape of up to `max_digits` digits after `skip` bytes: a byte, or a code point that becomes UTF-8.
    fn numeric_escape(&mut self, skip: usize, radix: u32, max_digits: usize, is_code_point: bool) {
        let digit = |ahead: usize| self.peek(skip + ahead).and_then(|byte| char::from(byte).to_digit(radix));
        let digits: Vec<u32> = (0..max_digits).map_while(digit).collect();
        if digits.is_empty() {
            return self.push(b'\\', 1);
        }
        let number = digits.iter().fold(0_u32, |number, digit| (number * radix) | digit);
        let length = skip + digits.len();
        if is_code_point {
            let mut buffer = [0; 4];
            let text = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut buffer);
            self.current_word().extend_from_slice(text.as_bytes());
            self.offset += length;
        } else {
            self.push(number.to_le_bytes()[0], length);
        }
    }

    /// A backslash outside quotes: quotes the next byte, or continues the line.
    fn escape(&mut self) {
        match self.peek(1) {
            None => self.offset += 1,
            Some(b'\n') => self.offset += 2,
            Some(b'\r') if self.peek(2) == Some(b'\n') => self.offset += 3,
            Some(byte) => self.push(byte, 2),
        }
    }

    /// `>`, `<`, `2>&1` and the like, which are no arguments. A number before the operator is a file descriptor.
    fn redirection(&mut self) {
        match self.word.take() {
            Some((bytes, _)) if bytes.iter().all(u8::is_ascii_digit) => {}
            word => {
                self.word = word;
                self.finish_word();
            }
        }
        let start = self.offset;
        while self.peek(0).is_some_and(|byte| matches!(byte, b'<' | b'>' | b'&' | b'|')) {
            self.offset += 1;
        }
        self.redirect = Some(match &self.diagnostics.text[start..self.offset] {
            b"<" => Redirect::InputFile,
            b"<<" => Redirect::HereDocument,
            b"<<<" => Redirect::HereString,
            _ => Redirect::Output,
        });
    }

    /// Reads the lines after the command up to the delimiter. A quoted delimiter keeps them literally.
    fn here_document(&mut self, delimiter: &Word) -> Option<()> {
        let text = self.diagnostics.text;
        let is_literal = matches!(text[delimiter.span.start], b'\'' | b'"' | b'\\');
        // The rest of the line is another command, such as the one after a pipe.
        self.offset += split_first_line(&text[self.offset..]).0.len() + 1;
        let start = self.offset;
        let mut bytes = Vec::new();
        while self.offset < text.len() {
            let line = split_first_line(&text[self.offset..]).0;
            if line.strip_suffix(b"\r").unwrap_or(line) == delimiter.bytes {
                self.command.end = self.offset + line.len();
                let span = ByteSpan { start, end: self.offset };
                self.command.input = Some(Word { bytes, span });
                return Some(());
            }
            let end = (self.offset + line.len() + 1).min(text.len());
            while self.offset < end {
                let byte = text[self.offset];
                let next = self.peek(1);
                let is_escape = byte == b'\\' && matches!(next, Some(b'$' | b'`' | b'\\'));
                if !is_literal && is_expansion(byte, next) {
                    self.report_expansion();
                }
                self.offset += usize::from(!is_literal && is_escape);
                bytes.push(text[self.offset]);
                self.offset += 1;
            }
        }
        self.unterminated_quote(delimiter.span.start, "<<")
    }

    fn skip_comment(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.offset += 1;
        }
    }

    fn report_expansion(&mut self) {
        let span = ByteSpan { start: self.offset, end: self.offset + 1 };
        let message = "Expected plain text, got a shell expansion. The text was kept as written.";
        let hint = "Insert the value. Or use single quotes, if the text is literal.";
        self.diagnostics.add(Code::SHELL_EXPANSION, Severity::Warning, span, message, Some(hint));
    }

    fn unterminated_quote<T>(&mut self, start: usize, quote: &str) -> Option<T> {
        report_unterminated_quote(self.diagnostics, start, quote);
        None
    }
}
