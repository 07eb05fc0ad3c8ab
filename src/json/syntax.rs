//! What to say when a text stops being JSON: what stands there, what was expected, the likely cause.

mod mistakes;

use super::fault::{Expected, FaultContext, SyntaxError, SyntaxErrorKind};
use super::{MAX_DEPTH, MAX_DOCUMENT_BYTES, Token, TokenKind, locate, string};
use crate::issue::{ByteSpan, Code, Issue, PathSegment, Severity};
use crate::text::{escape_controls, into_owned_outlined};

/// An issue in the making: the defaults are those of a plain syntax error.
struct SyntaxIssue {
    code: Code,
    span: ByteSpan,
    message: String,
    expected: Option<String>,
    received: Option<String>,
    hint: Option<String>,
}

#[cold]
#[inline(never)]
pub(super) fn explain(context: &FaultContext<'_>, fault: SyntaxError) -> Issue {
    let bytes = context.bytes;
    let finding = encoding(bytes, fault).unwrap_or_else(|| match fault.wrong {
        SyntaxErrorKind::Unexpected { expected, comma } => unexpected(context, fault.pos, expected, comma),
        SyntaxErrorKind::Control { quote } => control(bytes, fault.pos, quote),
        SyntaxErrorKind::UnterminatedString { quote } => open_string(bytes, quote),
        SyntaxErrorKind::Escape => escape(bytes, fault.pos),
        SyntaxErrorKind::Number { start } => number(bytes, start, fault.pos),
        SyntaxErrorKind::NotUtf8 => not_utf8(bytes, fault.pos),
        SyntaxErrorKind::TooDeep => SyntaxIssue {
            code: Code::JSON_TOO_DEEP,
            ..at(bytes, fault.pos, format!("Arrays and objects are nested deeper than {MAX_DEPTH} levels."))
        },
        SyntaxErrorKind::TooLarge => SyntaxIssue {
            code: Code::BODY_TOO_LARGE,
            ..at(bytes, 0, format!("The text is longer than {MAX_DOCUMENT_BYTES} bytes."))
        },
    });
    let path = path(context, fault);
    Issue {
        code: finding.code,
        severity: Severity::Error,
        message: escape_controls(finding.message),
        pointer: locate::pointer(&path),
        path,
        span: locate::span(bytes, finding.span),
        byte_span: finding.span,
        expected: finding.expected.map(escape_controls),
        received: finding.received.map(escape_controls),
        hint: finding.hint,
        stage: finding.code.stage(),
    }
}

/// A finding about the character at `pos`.
#[inline(never)]
fn at(bytes: &[u8], pos: usize, message: impl Into<String>) -> SyntaxIssue {
    let length = bytes.get(pos).map_or(0, |_| character(bytes, pos).map_or(1, char::len_utf8));
    SyntaxIssue {
        code: Code::JSON_SYNTAX,
        span: ByteSpan { start: pos, end: pos + length },
        message: message.into(),
        expected: None,
        received: None,
        hint: None,
    }
}

impl SyntaxIssue {
    #[inline(never)]
    fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    fn with_end(mut self, end: usize) -> Self {
        self.span.end = end.max(self.span.start);
        self
    }
}

/// The character that starts at `pos`, if one does.
fn character(bytes: &[u8], pos: usize) -> Option<char> {
    let tail = bytes.get(pos..bytes.len().min(pos + 4))?;
    match std::str::from_utf8(tail) {
        Ok(text) => text.chars().next(),
        Err(error) => std::str::from_utf8(&tail[..error.valid_up_to()]).ok()?.chars().next(),
    }
}

/// Names what stands at `pos` without quoting more than one character.
fn name(bytes: &[u8], pos: usize) -> String {
    match character(bytes, pos) {
        None if pos >= bytes.len() => into_owned_outlined("the end of the text"),
        None => format!("the byte 0x{:02X}", bytes[pos]),
        Some('"') => into_owned_outlined("a string"),
        Some('\'') => into_owned_outlined("a single quote"),
        Some(c) if c.is_ascii_digit() => into_owned_outlined("a number"),
        Some(c) if c.is_ascii_graphic() => format!("'{c}'"),
        Some(c) => format!("the character U+{:04X}", c as u32),
    }
}

/// Trouble with the encoding of the whole text explains whatever went wrong first.
fn encoding(bytes: &[u8], fault: SyntaxError) -> Option<SyntaxIssue> {
    let found = |length: usize, message: &str, hint: &str| {
        Some(SyntaxIssue { code: Code::JSON_ENCODING, ..at(bytes, 0, message) }.with_end(length).hint(hint))
    };
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => found(
            3,
            "The text starts with a byte order mark (EF BB BF), which JSON does not allow.",
            "Write the text as UTF-8 without a byte order mark.",
        ),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => found(
            2,
            "The text starts with a byte order mark of UTF-16; JSON is UTF-8.",
            "Encode the text as UTF-8.",
        ),
        [0, _, ..] | [_, 0, ..] if fault.pos < 2 => found(
            2,
            "Every other byte is zero: the text looks like UTF-16; JSON is UTF-8.",
            "Encode the text as UTF-8.",
        ),
        _ if fault.pos < bytes.len() && character(bytes, fault.pos).is_none() => {
            Some(not_utf8(bytes, fault.pos))
        }
        _ => None,
    }
}

fn not_utf8(bytes: &[u8], pos: usize) -> SyntaxIssue {
    SyntaxIssue {
        code: Code::JSON_ENCODING,
        received: Some(format!("the byte 0x{:02X}", bytes[pos])),
        ..at(bytes, pos, format!("The byte 0x{:02X} is not part of any UTF-8 character.", bytes[pos]))
    }
    .hint("The text was probably written as Latin-1 or Windows-1252, or cut in the middle of a character.")
}

fn control(bytes: &[u8], pos: usize, quote: usize) -> SyntaxIssue {
    let (what, write) = match bytes[pos] {
        b'\n' => (into_owned_outlined("A line break"), into_owned_outlined("\\n")),
        b'\r' => (into_owned_outlined("A carriage return"), into_owned_outlined("\\r")),
        b'\t' => (into_owned_outlined("A tab"), into_owned_outlined("\\t")),
        byte => (format!("The control character U+{byte:04X}"), format!("\\u{byte:04x}")),
    };
    let hint = if matches!(bytes[pos], b'\n' | b'\r') {
        let (line, column) = locate::line_column(bytes, quote);
        format!("Write it as {write}, or close the string that starts in line {line}, column {column}.")
    } else {
        format!("Write it as {write}.")
    };
    at(bytes, pos, format!("{what} stands unescaped inside a string.")).hint(hint)
}

fn open_string(bytes: &[u8], quote: usize) -> SyntaxIssue {
    SyntaxIssue {
        received: Some(into_owned_outlined("the end of the text")),
        expected: Some(into_owned_outlined("a closing quote")),
        ..at(bytes, quote, "The text ends inside a string that starts here.")
    }
    .with_end(bytes.len())
    .hint("The body was cut off, or the closing quote is missing.")
}

fn escape(bytes: &[u8], slash: usize) -> SyntaxIssue {
    if bytes.get(slash + 1) == Some(&b'u') {
        let mut end = bytes.len().min(slash + 6);
        while bytes.get(end).is_some_and(|byte| (0x80..0xc0).contains(byte)) {
            end -= 1; // not into the middle of a character
        }
        return at(bytes, slash, "\\u has to be followed by four hexadecimal digits.").with_end(end);
    }
    let found = at(
        bytes,
        slash,
        format!(
            "A backslash cannot be followed by {} in a string.",
            match name(bytes, slash + 1) {
                text if text == "a number" => into_owned_outlined("a digit"),
                text => text,
            }
        ),
    );
    let end = slash + 1 + character(bytes, slash + 1).map_or(0, char::len_utf8);
    SyntaxIssue {
        expected: Some(into_owned_outlined("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")),
        ..found.with_end(end)
    }
    .hint("Write a backslash itself as \\\\.")
}

fn number(bytes: &[u8], start: usize, pos: usize) -> SyntaxIssue {
    let minus = usize::from(bytes[start] == b'-');
    let after = &bytes[start + minus..pos];
    let next = bytes.get(pos).copied();
    let message = match (after, next) {
        ([], Some(b'I')) => "-Infinity is not JSON.",
        ([], Some(b'N')) => "NaN is not JSON.",
        ([], Some(b'.')) => "A number needs a digit before its decimal point.",
        ([], _) => "A minus sign has to be followed by a digit.",
        (b"0", Some(b'0'..=b'9')) => "A number cannot start with a zero that more digits follow.",
        (b"0", Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B')) => "JSON has only decimal numbers.",
        (_, Some(b'_')) => "A number cannot hold an underscore.",
        (_, Some(b'n')) => "A number cannot end in n: JSON has no BigInt.",
        ([.., b'.'], _) => "A decimal point has to be followed by a digit.",
        ([.., b'e' | b'E' | b'+' | b'-'], _) => "An exponent needs a digit.",
        (_, Some(b'.')) => "A number has only one decimal point.",
        _ => "A number ends in something that does not belong to it.",
    };
    let end = bytes[pos..]
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-')))
        .map_or(bytes.len(), |length| pos + length);
    let hint = match (after, next) {
        ([], Some(b'I' | b'N')) => Some("Send null, or leave the key out."),
        (_, None) => Some("The body was cut off."),
        (b"0", Some(b'0'..=b'9')) => Some("Send it as a string if the zeros matter."),
        _ => None,
    };
    let found = at(bytes, start, message).with_end(end);
    SyntaxIssue { hint: hint.map(into_owned_outlined), received: Some(name(bytes, pos)), ..found }
}

fn unexpected(
    context: &FaultContext<'_>,
    pos: usize,
    expected: Expected,
    comma: Option<usize>,
) -> SyntaxIssue {
    let bytes = context.bytes;
    let wanted = describe_expected(context, expected);
    let found = mistakes::diagnose(context, pos, expected, comma)
        .unwrap_or_else(|| at(bytes, pos, format!("Expected {wanted}, and found {}.", name(bytes, pos))));
    SyntaxIssue { expected: found.expected.or(Some(wanted)), received: Some(name(bytes, pos)), ..found }
}

fn describe_expected(context: &FaultContext<'_>, expected: Expected) -> String {
    let object = context.stack.last().is_some_and(|frame| frame.object);
    match expected {
        Expected::Value => "a value",
        Expected::ValueOrEnd => "a value or ']'",
        Expected::Key => "a key in double quotes",
        Expected::KeyOrEnd => "a key in double quotes or '}'",
        Expected::Colon => "':'",
        Expected::CommaOrEnd if object => "',' or '}'",
        Expected::CommaOrEnd => "',' or ']'",
        Expected::End => "the end of the text",
    }
    .to_owned()
}

fn key_text(context: &FaultContext<'_>, index: u32) -> String {
    let token = context.tape[index as usize];
    let start = token.offset as usize + 1;
    string::decode(&context.bytes[start..start + token.len()])
}

/// The index of the last key of an object that is not closed yet.
fn last_key_index(tape: &[Token], open: u32) -> Option<u32> {
    let mut last = None;
    let mut index = open + 1;
    while (index as usize) < tape.len() {
        last = Some(index);
        let Some(value) = tape.get(index as usize + 1) else { break };
        index = match value.tag() {
            TokenKind::Object | TokenKind::Array if value.payload() == 0 => break,
            TokenKind::Object | TokenKind::Array => value.payload() + 1,
            _ => index + 2,
        };
    }
    last
}

/// The way to the place of the fault through the containers that are open there.
fn path(context: &FaultContext<'_>, fault: SyntaxError) -> Vec<PathSegment> {
    let mut path = Vec::new();
    for (depth, frame) in context.stack.iter().enumerate() {
        let innermost = depth + 1 == context.stack.len();
        if frame.object {
            let between = innermost
                && matches!(
                    fault.wrong,
                    SyntaxErrorKind::Unexpected {
                        expected: Expected::Key | Expected::KeyOrEnd | Expected::CommaOrEnd,
                        ..
                    }
                );
            if let Some(index) = last_key_index(context.tape, frame.open).filter(|_| !between) {
                path.push(PathSegment::Key(key_text(context, index)));
            }
        } else if !innermost
            || !matches!(fault.wrong, SyntaxErrorKind::Unexpected { expected: Expected::CommaOrEnd, .. })
        {
            path.push(PathSegment::Index(frame.count as usize));
        }
    }
    path
}
