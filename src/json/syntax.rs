//! The diagnosis of a syntax error: an issue that says what was expected, what was found and what to change.

mod mistakes;

use super::syntax_error::{Expected, SyntaxError, SyntaxErrorContext, SyntaxErrorKind};
use super::{MAX_DEPTH, MAX_DOCUMENT_BYTES, Token, TokenKind, locate, string};
use crate::issue::{ByteSpan, Code, Issue, PathSegment, Severity};
use crate::text::{escape_controls, into_owned_outlined};

/// The hint of a syntax error that no diagnosis explains further.
const GENERIC_HINT: &str = "Correct the JSON at this location, or serialize the payload with a JSON library.";
/// The hint of a text that ends too early.
const CUT_OFF_HINT: &str = "Complete the text. If it is a body, compare its length with Content-Length.";
const ENCODE_HINT: &str = "Encode the text as UTF-8.";

/// An issue before its path and its line are known: the defaults are those of a plain syntax error.
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
pub(super) fn explain(context: &SyntaxErrorContext<'_>, error: SyntaxError) -> Issue {
    let (bytes, offset) = (context.bytes, error.offset);
    let issue = diagnose_encoding(bytes, error).unwrap_or_else(|| match error.kind {
        SyntaxErrorKind::Unexpected { expected, comma } => unexpected(context, offset, expected, comma),
        SyntaxErrorKind::ControlCharacter { quote } => control_character(bytes, offset, quote),
        SyntaxErrorKind::UnterminatedString { quote } => unterminated_string(bytes, quote),
        SyntaxErrorKind::Escape => escape(bytes, offset),
        SyntaxErrorKind::Number { start } => number(bytes, start, offset),
        SyntaxErrorKind::NotUtf8 => not_utf8(bytes, offset),
        SyntaxErrorKind::TooDeep => {
            let message = format!("Expected at most {MAX_DEPTH} levels of nesting, got more.");
            let hint = "Flatten the payload: nest fewer arrays and objects in each other.";
            SyntaxIssue { code: Code::JSON_TOO_DEEP, ..at(bytes, offset, message) }.hint(hint)
        }
        SyntaxErrorKind::TooLarge => {
            let message = format!("Expected at most {MAX_DOCUMENT_BYTES} bytes of JSON, got more.");
            SyntaxIssue { code: Code::BODY_TOO_LARGE, ..at(bytes, 0, message) }.hint("Split the payload.")
        }
    });
    let path = path(context, error);
    Issue {
        code: issue.code,
        severity: Severity::Error,
        message: escape_controls(issue.message),
        pointer: locate::pointer(&path),
        path,
        span: locate::span(bytes, issue.span),
        byte_span: issue.span,
        expected: issue.expected.map(escape_controls),
        received: issue.received.map(escape_controls),
        hint: Some(issue.hint.unwrap_or_else(|| into_owned_outlined(GENERIC_HINT))),
        stage: issue.code.stage(),
    }
}

/// A syntax error about the character at `pos`.
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

    #[inline(never)]
    fn received(mut self, text: impl Into<String>) -> Self {
        self.received = Some(text.into());
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

/// Describes the token at `pos`. SECURITY: quotes at most one character of the body.
fn describe_token(bytes: &[u8], pos: usize) -> String {
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

/// A wrong encoding of the whole text explains any syntax error in it.
fn diagnose_encoding(bytes: &[u8], error: SyntaxError) -> Option<SyntaxIssue> {
    let issue = |length: usize, message: &str, hint: &str| {
        Some(SyntaxIssue { code: Code::JSON_ENCODING, ..at(bytes, 0, message) }.with_end(length).hint(hint))
    };
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => issue(
            3,
            "Expected JSON, got a byte order mark (EF BB BF) before it.",
            "Write the text as UTF-8 without a byte order mark.",
        ),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            issue(2, "Expected UTF-8, got a byte order mark of UTF-16.", ENCODE_HINT)
        }
        [0, _, ..] | [_, 0, ..] if error.offset < 2 => {
            issue(2, "Expected UTF-8, got zero bytes between characters, as UTF-16 has them.", ENCODE_HINT)
        }
        _ if error.offset < bytes.len() && character(bytes, error.offset).is_none() => {
            Some(not_utf8(bytes, error.offset))
        }
        _ => None,
    }
}

fn not_utf8(bytes: &[u8], pos: usize) -> SyntaxIssue {
    let byte = format!("the byte 0x{:02X}", bytes[pos]);
    SyntaxIssue {
        code: Code::JSON_ENCODING,
        ..at(bytes, pos, format!("Expected UTF-8, got {byte}, which is part of no character."))
    }
    .received(byte)
    .hint("Encode the text as UTF-8, not as Latin-1 or Windows-1252, and shorten texts between characters.")
}

fn control_character(bytes: &[u8], pos: usize, quote: usize) -> SyntaxIssue {
    let (what, escape) = match bytes[pos] {
        b'\n' => (into_owned_outlined("line break"), into_owned_outlined("\\n")),
        b'\r' => (into_owned_outlined("carriage return"), into_owned_outlined("\\r")),
        b'\t' => (into_owned_outlined("tab"), into_owned_outlined("\\t")),
        byte => (format!("control character U+{byte:04X}"), format!("\\u{byte:04x}")),
    };
    let hint = if matches!(bytes[pos], b'\n' | b'\r') {
        let (line, column) = locate::line_column(bytes, quote);
        format!("Write {escape}. Or close the string that starts at line {line}, column {column}.")
    } else {
        format!("Write {escape}.")
    };
    at(bytes, pos, format!("Unescaped {what} in a string.")).hint(hint)
}

fn unterminated_string(bytes: &[u8], quote: usize) -> SyntaxIssue {
    SyntaxIssue {
        expected: Some(into_owned_outlined("a closing quote")),
        ..at(bytes, quote, "Unterminated string: expected a closing quote, got the end of the text.")
    }
    .received("the end of the text")
    .with_end(bytes.len())
    .hint("Close the string. Or send the whole body, if its end is missing.")
}

fn escape(bytes: &[u8], slash: usize) -> SyntaxIssue {
    if bytes.get(slash + 1) == Some(&b'u') {
        let mut end = bytes.len().min(slash + 6);
        while bytes.get(end).is_some_and(|byte| (0x80..0xc0).contains(byte)) {
            end -= 1; // The span ends between characters.
        }
        return at(bytes, slash, "Invalid escape: expected four hexadecimal digits after \\u.")
            .with_end(end)
            .hint("Write four digits, as in \\u00e9.");
    }
    let next = match describe_token(bytes, slash + 1) {
        text if text == "a number" => into_owned_outlined("a digit"),
        text => text,
    };
    let end = slash + 1 + character(bytes, slash + 1).map_or(0, char::len_utf8);
    SyntaxIssue {
        expected: Some(into_owned_outlined("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")),
        ..at(bytes, slash, format!("Invalid escape in a string: a backslash before {next}."))
    }
    .with_end(end)
    .hint("Write a literal backslash as \\\\.")
}

fn number(bytes: &[u8], start: usize, pos: usize) -> SyntaxIssue {
    const SEND_NULL: &str = "Send null, or leave the value out.";
    const ADD_DIGIT: &str = "Add a digit.";
    let minus = usize::from(bytes[start] == b'-');
    let digits = &bytes[start + minus..pos];
    let next = bytes.get(pos).copied();
    let (message, hint) = match (digits, next) {
        ([], Some(b'I')) => ("-Infinity is not a JSON number.", SEND_NULL),
        ([], Some(b'N')) => ("NaN is not a JSON number.", SEND_NULL),
        ([], Some(b'.')) => (NO_DIGIT_BEFORE_POINT, ADD_ZERO),
        ([], _) => ("Expected a digit after the minus sign of a number.", ADD_DIGIT),
        (b"0", Some(b'0'..=b'9')) => {
            ("Leading zero in a number.", "Remove the zero. Or send a string, if the zero matters.")
        }
        (b"0", Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B')) => {
            ("Expected a decimal number, got one in another base.", "Write the number in decimal.")
        }
        (_, Some(b'_')) => ("Underscore in a number.", "Remove the underscore."),
        (_, Some(b'n')) => ("BigInt suffix after a number.", "Remove the suffix n, or send a string."),
        ([.., b'.'], _) => ("Expected a digit after the decimal point of a number.", ADD_DIGIT),
        ([.., b'e' | b'E' | b'+' | b'-'], _) => ("Expected a digit in the exponent of a number.", ADD_DIGIT),
        (_, Some(b'.')) => ("Second decimal point in a number.", SEND_STRING),
        _ => ("Unexpected character in a number.", SEND_STRING),
    };
    let end = bytes[pos..]
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-')))
        .map_or(bytes.len(), |length| pos + length);
    let hint = if next.is_none() { CUT_OFF_HINT } else { hint };
    at(bytes, start, message).with_end(end).received(describe_token(bytes, pos)).hint(hint)
}

const NO_DIGIT_BEFORE_POINT: &str = "Expected a digit before the decimal point of a number.";
const ADD_ZERO: &str = "Write a zero before the point.";
const SEND_STRING: &str = "Send a string, if the value is not a number.";

fn unexpected(
    context: &SyntaxErrorContext<'_>,
    pos: usize,
    expected: Expected,
    comma: Option<usize>,
) -> SyntaxIssue {
    let bytes = context.bytes;
    let (expected_text, received) = (describe_expected(context, expected), describe_token(bytes, pos));
    let issue = mistakes::diagnose(context, pos, expected, comma)
        .unwrap_or_else(|| at(bytes, pos, format!("Expected {expected_text}, got {received}.")));
    SyntaxIssue { expected: issue.expected.or(Some(expected_text)), received: Some(received), ..issue }
}

fn describe_expected(context: &SyntaxErrorContext<'_>, expected: Expected) -> String {
    let in_object = context.stack.last().is_some_and(|frame| frame.is_object);
    match expected {
        Expected::Value => "a value",
        Expected::ValueOrEnd => "a value or ']'",
        Expected::Key => "a key in double quotes",
        Expected::KeyOrEnd => "a key in double quotes or '}'",
        Expected::Colon => "':'",
        Expected::CommaOrEnd if in_object => "',' or '}'",
        Expected::CommaOrEnd => "',' or ']'",
        Expected::End => "the end of the text",
    }
    .to_owned()
}

fn key_text(context: &SyntaxErrorContext<'_>, index: u32) -> String {
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
        index = match value.token_kind() {
            TokenKind::Object | TokenKind::Array if value.low_bits() == 0 => break,
            TokenKind::Object | TokenKind::Array => value.low_bits() + 1,
            _ => index + 2,
        };
    }
    last
}

/// The path to the syntax error through the open containers.
fn path(context: &SyntaxErrorContext<'_>, error: SyntaxError) -> Vec<PathSegment> {
    let expected = match error.kind {
        SyntaxErrorKind::Unexpected { expected, .. } => Some(expected),
        _ => None,
    };
    let mut path = Vec::new();
    for (depth, frame) in context.stack.iter().enumerate() {
        let is_innermost = depth + 1 == context.stack.len();
        // Between members or items, the location is the container itself.
        let is_between = is_innermost
            && match expected {
                Some(Expected::Key | Expected::KeyOrEnd) => frame.is_object,
                Some(Expected::CommaOrEnd) => true,
                _ => false,
            };
        if is_between {
            continue;
        }
        if !frame.is_object {
            path.push(PathSegment::Index(frame.count as usize));
        } else if let Some(index) = last_key_index(context.tape, frame.token_index) {
            path.push(PathSegment::Key(key_text(context, index)));
        }
    }
    path
}
