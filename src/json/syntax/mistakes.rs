//! Common mistakes in JSON, each with a message and a hint of its own.

use super::{
    ADD_ZERO, CUT_OFF_HINT, NO_DIGIT_BEFORE_POINT, SyntaxIssue, at, character, key_text, last_key_index,
};
use crate::json::syntax_error::{Expected, SyntaxErrorContext};

const COMMENT: &str = "Comments are not allowed in JSON.";
const REMOVE_COMMENT: &str = "Remove the comment.";
const REMOVE_COMMA: &str = "Remove the comma.";
const INSERT_COMMA: &str = "Insert a comma.";

/// The mistake that explains an unexpected token at `pos`.
#[allow(clippy::too_many_lines)] // a list
pub(super) fn diagnose(
    context: &SyntaxErrorContext<'_>,
    pos: usize,
    expected: Expected,
    comma: Option<usize>,
) -> Option<SyntaxIssue> {
    let bytes = context.bytes;
    let issue = |message: &str, hint: &str| Some(at(bytes, pos, message).hint(hint));
    let expects_key = matches!(expected, Expected::Key | Expected::KeyOrEnd);
    let expects_value = matches!(expected, Expected::Value | Expected::ValueOrEnd);
    let Some(&byte) = bytes.get(pos) else { return Some(unexpected_end(context, pos)) };
    if let Some(comma) = comma {
        match byte {
            b'}' => return Some(at(bytes, comma, "Trailing comma before '}'.").hint(REMOVE_COMMA)),
            b']' => return Some(at(bytes, comma, "Trailing comma before ']'.").hint(REMOVE_COMMA)),
            b',' => return issue("Two commas in a row.", REMOVE_COMMA),
            _ => {}
        }
    }
    if let b"//" | b"/*" = bytes.get(pos..pos + 2).unwrap_or_default() {
        return issue(COMMENT, REMOVE_COMMENT);
    }
    match byte {
        b'#' if expected != Expected::Colon => return issue(COMMENT, REMOVE_COMMENT),
        b'\'' => {
            return issue(
                "Expected double quotes, got a single quote.",
                "Serialize the payload as JSON: the text looks like JavaScript or a printed Python dict.",
            );
        }
        b'`' => return issue("Expected double quotes, got a backquote.", "Use double quotes."),
        0xe2 if matches!(character(bytes, pos), Some('\u{2018}'..='\u{201f}')) => {
            return issue(
                "Expected straight double quotes, got a typographic quote.",
                "Replace typographic quotes with \". A word processor or a web page inserts them.",
            );
        }
        b'<' if context.tape.is_empty() => {
            return issue(
                "Expected JSON, got HTML or XML.",
                "Check which text the sender really sends: HTML is often an error page.",
            );
        }
        _ => {}
    }
    let word = word(bytes, pos);
    if expects_value && let Some((message, hint)) = foreign_literal(word) {
        return Some(at(bytes, pos, message).with_end(pos + word.len()).hint(hint));
    }
    let is_cut = |literal: &&str| literal.starts_with(word) && pos + word.len() == bytes.len();
    if expects_value && !word.is_empty() && ["true", "false", "null"].iter().any(is_cut) {
        return Some(unexpected_end(context, pos));
    }
    if expected == Expected::Value
        && context.tape.is_empty()
        && (bytes.contains(&b'=') || bytes.contains(&b'%'))
        && !word.is_empty()
    {
        return issue(
            "Expected JSON, got a form (key=value).",
            "Send application/json instead of application/x-www-form-urlencoded. A proxy may have re-encoded the body.",
        );
    }
    if expects_key && !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(
            at(bytes, pos, "Expected a key in double quotes, got an unquoted key.")
                .with_end(pos + word.len())
                .hint("Put the key in double quotes."),
        );
    }
    if expects_value && byte == b'+' {
        return issue("Plus sign before a number.", "Remove the plus sign.");
    }
    if expects_value && byte == b'.' {
        return issue(NO_DIGIT_BEFORE_POINT, ADD_ZERO);
    }
    if expects_value
        && matches!(byte, b',' | b'}' | b']')
        && comma.is_none()
        && context.stack.last().is_some_and(|frame| frame.is_object)
    {
        let key = last_key(context).map_or_else(String::new, |key| format!(" after the key {key}"));
        return issue(&format!("Missing value{key}."), "Add the value, or remove the key.");
    }
    match expected {
        Expected::CommaOrEnd => missing_comma(context, pos, byte),
        Expected::Colon => {
            let key = last_key(context)?;
            if byte == b'=' {
                issue(&format!("Expected ':' after the key {key}, got '='."), "Replace '=' with ':'.")
            } else {
                issue(&format!("Missing colon after the key {key}."), "Insert a colon.")
            }
        }
        Expected::End if matches!(byte, b'{' | b'[' | b'"') => issue(
            "Expected one JSON value, got a second one after it.",
            "Send each value in a body of its own. NDJSON has one value per line.",
        ),
        Expected::End if matches!(byte, b'}' | b']') => {
            let message = format!("Unmatched '{}': the JSON value ends before it.", char::from(byte));
            issue(&message, "Remove the bracket.")
        }
        Expected::End => issue("Unexpected text after the JSON value.", "Remove the text."),
        _ => None,
    }
}

/// Message and hint for a literal of another language.
fn foreign_literal(word: &str) -> Option<(&'static str, &'static str)> {
    const SEND_NULL: &str = "Send null, or leave the value out.";
    const JSON_DUMPS: &str = "Serialize the payload with json.dumps.";
    Some(match word {
        "NaN" => ("NaN is not a JSON value.", SEND_NULL),
        "Infinity" => ("Infinity is not a JSON value.", SEND_NULL),
        "undefined" => ("undefined is not a JSON value.", SEND_NULL),
        "None" => ("Expected null, got Python's None.", JSON_DUMPS),
        "True" => ("Expected true, got Python's True.", JSON_DUMPS),
        "False" => ("Expected false, got Python's False.", JSON_DUMPS),
        "nil" => ("Expected null, got Ruby's nil.", "Serialize the payload with to_json."),
        "NULL" | "Null" | "TRUE" | "FALSE" => {
            ("Expected null, true or false in lower case.", "Write the literal in lower case.")
        }
        _ => return None,
    })
}

fn missing_comma(context: &SyntaxErrorContext<'_>, pos: usize, byte: u8) -> Option<SyntaxIssue> {
    let bytes = context.bytes;
    let frame = context.stack.last()?;
    let issue = |message: &str, hint: &str| Some(at(bytes, pos, message).hint(hint));
    match (byte, frame.is_object) {
        (b']', true) => issue("Expected '}' at the end of an object, got ']'.", "Replace ']' with '}'."),
        (b'}', false) => issue("Expected ']' at the end of an array, got '}'.", "Replace '}' with ']'."),
        (b';', _) => issue("Expected ',', got ';'.", "Replace ';' with ','."),
        (b':', true) => issue("Two colons after one key.", "Remove the colon, or put the value in quotes."),
        (b':', false) => issue(
            "Unexpected colon in an array: only objects have keys.",
            "Use an object: replace '[' with '{'.",
        ),
        (b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n', is_object) => {
            let end = if byte == b'"' {
                bytes[pos + 1..]
                    .iter()
                    .position(|&b| b == b'"')
                    .map_or(bytes.len(), |length| pos + length + 2)
            } else {
                pos + 1
            };
            let previous = if is_object {
                last_key(context).unwrap_or_else(|| "the previous member".to_owned())
            } else {
                format!("item {}", frame.count)
            };
            Some(at(bytes, pos, format!("Missing comma after {previous}.")).with_end(end).hint(INSERT_COMMA))
        }
        _ => None,
    }
}

fn unexpected_end(context: &SyntaxErrorContext<'_>, pos: usize) -> SyntaxIssue {
    let bytes = context.bytes;
    if context.tape.is_empty() && pos == bytes.len() {
        let message = if bytes.is_empty() {
            "Expected JSON, got an empty text."
        } else {
            "Expected JSON, got only white space."
        };
        return at(bytes, pos, message)
            .hint("Pass the whole text. The body of a request can be read only once.");
    }
    let Some(frame) = context.stack.last() else {
        return at(bytes, pos, "Unexpected end of the text inside a value.").hint(CUT_OFF_HINT);
    };
    let container = if frame.is_object { "an object" } else { "an array" };
    let (open, plural) = (context.stack.len(), if context.stack.len() == 1 { "" } else { "s" });
    at(bytes, pos, format!("Unexpected end of the text inside {container}: {open} unclosed bracket{plural}."))
        .hint(CUT_OFF_HINT)
}

fn word(bytes: &[u8], pos: usize) -> &str {
    let tail = bytes.get(pos..bytes.len().min(pos + 40)).unwrap_or_default();
    let length = tail.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')).count();
    std::str::from_utf8(&tail[..length]).unwrap_or_default()
}

/// The key of the last member of the innermost object, in quotes, shortened.
fn last_key(context: &SyntaxErrorContext<'_>) -> Option<String> {
    let frame = context.stack.last().filter(|frame| frame.is_object)?;
    let text = key_text(context, last_key_index(context.tape, frame.token_index)?);
    let short: String = text.chars().take(64).collect();
    Some(format!("\"{short}{}\"", if short.len() < text.len() { "…" } else { "" }))
}
