//! [`split_words`]: the words of a command for the Windows command prompt, as browsers copy it ("Copy as cURL (cmd)").
//!
//! The words are what the browser meant, and not what Windows would make of them: a caret quotes the next character, also
//! within quotes, where the command prompt would keep it; `\"` and `""` are a quote, and `\\` is one backslash, also where no
//! quote follows, where the C runtime would keep both.

use super::diagnostics::Diagnostics;
use super::word::{Word, report_unterminated_quote};
use crate::issue::{ByteSpan, Code, Severity};

/// Whether a command has the quoting of the command prompt: a caret before a quote, or at the end of its first line.
pub(super) fn has_cmd_quoting(command: &[u8]) -> bool {
    let mut is_quoted = false;
    for (index, byte) in command.iter().enumerate() {
        let next = command.get(index + 1);
        match byte {
            // Only a POSIX shell has these quotes, and only a command for it has another first line break.
            b'\'' if !is_quoted => return false,
            b'\n' => return false,
            b'^' if !is_quoted && matches!(next, Some(b'"' | b'\r' | b'\n')) => return true,
            // The older form, in which only the quotes within a word have carets.
            b'^' if command[index..].starts_with(b"^\\^\"") => return true,
            b'"' => is_quoted = !is_quoted,
            _ => {}
        }
    }
    false
}

/// Splits the command that starts at this offset and ends at a line break or at `|`, `&`, `<` or `>`.
pub(super) fn split_words(diagnostics: &mut Diagnostics<'_>, start: usize) -> Option<Vec<Word>> {
    let text = diagnostics.text;
    let mut characters = Characters { text, offset: start };
    let mut words = Vec::new();
    let mut word: Option<(Vec<u8>, usize)> = None;
    let mut open_quote = None;
    loop {
        let offset = characters.offset;
        let Some((byte, is_literal)) = characters.next() else { break };
        if !is_literal && open_quote.is_none() && b"\r\n|&<>".contains(&byte) {
            break;
        }
        match byte {
            b'\\' => {
                let quoted = characters.peek().filter(|next| matches!(next, b'"' | b'\\'));
                if quoted.is_some() {
                    characters.next();
                }
                current(&mut word, offset).push(quoted.unwrap_or(b'\\'));
            }
            b'"' => {
                let bytes = current(&mut word, offset);
                if open_quote.is_none() {
                    open_quote = Some(offset);
                } else if characters.peek() == Some(b'"') {
                    characters.next();
                    bytes.push(b'"');
                } else {
                    open_quote = None;
                }
            }
            b' ' | b'\t' if open_quote.is_none() => {
                if let Some((bytes, start)) = word.take() {
                    words.push(Word { bytes, span: ByteSpan { start, end: offset } });
                }
            }
            _ => current(&mut word, offset).push(byte),
        }
    }
    if let Some(offset) = open_quote {
        report_unterminated_quote(diagnostics, offset, "\"");
        return None;
    }
    let end = characters.offset;
    if let Some((bytes, start)) = word {
        words.push(Word { bytes, span: ByteSpan { start, end } });
    }
    let message = "Parsed the command with the quoting of the Windows command prompt.";
    diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, ByteSpan { start, end }, message, None);
    Some(words)
}

/// Returns the word that has started, or starts one at this offset.
#[inline(never)]
fn current(word: &mut Option<(Vec<u8>, usize)>, offset: usize) -> &mut Vec<u8> {
    &mut word.get_or_insert_with(|| (Vec::new(), offset)).0
}

/// The bytes of a command without its carets, each with whether a caret precedes.
struct Characters<'t> {
    text: &'t [u8],
    offset: usize,
}

impl Characters<'_> {
    fn peek(&self) -> Option<u8> {
        Characters { text: self.text, offset: self.offset }.next().map(|(byte, _)| byte)
    }

    fn line_break_length(&self) -> usize {
        match &self.text[self.offset..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => 0,
        }
    }
}

impl Iterator for Characters<'_> {
    type Item = (u8, bool);

    #[inline(never)]
    fn next(&mut self) -> Option<(u8, bool)> {
        let is_literal = self.text.get(self.offset) == Some(&b'^');
        if is_literal {
            // The character after a line break is literal, so that a line break is written as `^` and two of them.
            self.offset += 1;
            self.offset += self.line_break_length();
            if self.line_break_length() == 2 {
                self.offset += 1;
            }
        }
        let byte = *self.text.get(self.offset)?;
        self.offset += 1;
        Some((byte, is_literal))
    }
}
