//! Lines that announce the headers or the body of a pasted request: `Headers:`, `## Payload`, `req.body =`.

use super::lines::{NONE, contains_word, run_length, skip_whitespace, split_first_line};
use super::word::lossy;

/// Longer text is no label.
pub(super) const MAX_LABEL: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Headers,
    Body,
}

/// The last words of labels. `data` is left to payloads.
const BODY_WORDS: &str = "body payload rawbody raw_body content";
const HEADER_WORDS: &str = "headers header rawheaders general request";

/// Returns the label at the start of a text, and the offset of what it announces: the value on the line, or the next line.
pub(super) fn parse(text: &[u8]) -> Option<(Label, usize)> {
    let line = split_first_line(text).0;
    let start = run_length(line, MAX_LABEL, |byte| *byte >= 0x80, b" \t#*-=`>\"'");
    let length = run_length(&line[start..], MAX_LABEL, u8::is_ascii_alphabetic, b" ._()");
    let words = std::str::from_utf8(&line[start..start + length]).ok()?;
    let mut last = words.rsplit([' ', '.', '(', ')']).filter(|word| !word.is_empty());
    let mut word = last.next()?;
    // `body was:` and `body is`.
    if contains_word("is was raw text as string", word) {
        word = last.next()?;
    }
    let word = word.to_ascii_lowercase();
    let label = if contains_word(BODY_WORDS, &word) {
        Label::Body
    } else if contains_word(HEADER_WORDS, &word) {
        Label::Headers
    } else {
        return None;
    };
    let end = start + length;
    let rest = &line[end..];
    let mark = run_length(rest, MAX_LABEL, NONE, b" \t:=*#`-\"'>");
    let rest = &rest[mark..];
    // A separator and a value, a value that has brackets, or the end of the line.
    let separator = line[end..end + mark].iter().position(|byte| matches!(byte, b':' | b'='));
    if rest.trim_ascii().is_empty() {
        return Some((label, (line.len() + 1).min(text.len())));
    }
    let value = match separator {
        // `payload=` is the start of a form.
        Some(separator)
            if line[end + separator] == b'=' && separator == 0 && !is_separated(&line[start..end]) =>
        {
            return None;
        }
        Some(separator) => {
            let value = end + separator + 1;
            // `=>` and `==`.
            value + run_length(&line[value..], usize::MAX, NONE, b"=>")
        }
        None if matches!(rest[0], b'{' | b'[' | b'<') => end,
        None => return None,
    };
    Some((label, skip_whitespace(text, value)))
}

/// Returns the length of a label for a body on the line of the headers: ` body=`, `, data: `.
pub(super) fn inline_length(text: &[u8]) -> Option<usize> {
    let start = run_length(text, MAX_LABEL, NONE, b" \t,;|");
    let end = start + run_length(&text[start..], MAX_LABEL, u8::is_ascii_alphabetic, b"_");
    let word = lossy(&text[start..end]).to_ascii_lowercase();
    let is_body = word == "data" || contains_word(BODY_WORDS, &word);
    let mark = skip_whitespace(text, end);
    (is_body && matches!(text.get(mark), Some(b'=' | b':'))).then(|| skip_whitespace(text, mark + 1))
}

/// Whether words before `=` are an assignment: `body =`, `req.body=`.
fn is_separated(words: &[u8]) -> bool {
    words.ends_with(b" ") || words.contains(&b'.')
}

/// Whether each line of a text is empty or announces something.
pub(super) fn has_only_labels(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').all(|line| {
        // Rules such as `###` and `---` announce nothing.
        let is_rule = run_length(line, usize::MAX, NONE, b" \t\r#-=_*~") == line.len();
        is_rule || parse(line).is_some_and(|(_, end)| end >= line.len())
    })
}
