//! The mistakes people and programs make where they write JSON, each with a sentence of its own.

use super::{SyntaxIssue, at, character, key_text, last_key_index};
use crate::json::fault::{Expected, FaultContext};

/// The mistake that explains why something else than what was expected stands at `pos`.
#[allow(clippy::too_many_lines)] // a list
pub(super) fn diagnose(
    context: &FaultContext<'_>,
    pos: usize,
    expected: Expected,
    comma: Option<usize>,
) -> Option<SyntaxIssue> {
    let bytes = context.bytes;
    let say = |message: &str| at(bytes, pos, message);
    let expects_key = matches!(expected, Expected::Key | Expected::KeyOrEnd);
    let expects_value = matches!(expected, Expected::Value | Expected::ValueOrEnd);
    let Some(&byte) = bytes.get(pos) else { return Some(unexpected_end(context, pos)) };
    if let Some(comma) = comma {
        let end = match byte {
            b'}' => Some("}"),
            b']' => Some("]"),
            _ => None,
        };
        if let Some(end) = end {
            return Some(
                at(
                    bytes,
                    comma,
                    format!("Trailing comma: nothing stands between this comma and the '{end}'."),
                )
                .hint("Remove the comma."),
            );
        }
        if byte == b',' {
            return Some(say("Two commas stand in a row.").hint("Remove one of them."));
        }
    }
    if let b"//" | b"/*" = bytes.get(pos..pos + 2).unwrap_or_default() {
        return Some(say("A comment stands here, and JSON has no comments.").hint("Remove the comment."));
    }
    match byte {
        b'#' if expected != Expected::Colon => {
            return Some(say("A comment stands here, and JSON has no comments.").hint("Remove the comment."));
        }
        b'\'' => {
            return Some(
                say("A single quote stands here; JSON strings have double quotes.")
                    .hint("This looks like JavaScript or a Python dict that was printed; write it as JSON."),
            );
        }
        b'`' => return Some(say("A backquote stands here; JSON strings have double quotes.")),
        0xe2 if matches!(character(bytes, pos), Some('\u{2018}'..='\u{201f}')) => {
            return Some(
                say("A typographic quote stands here; JSON strings have straight double quotes.")
                    .hint("The text went through a word processor or a web page; replace the quotes by \"."),
            );
        }
        b'<' if context.tape.is_empty() => {
            return Some(
                say("The text starts like HTML or XML, not like JSON.")
                    .hint("Look at what really was sent: often it is an error page."),
            );
        }
        _ => {}
    }
    let word = word(bytes, pos);
    if expects_value && let Some(found) = foreign_literal(word) {
        return Some(say(found.0).with_end(pos + word.len()).hint(found.1));
    }
    let cut = |whole: &&str| whole.starts_with(word) && pos + word.len() == bytes.len();
    if expects_value && !word.is_empty() && ["true", "false", "null"].iter().any(cut) {
        return Some(unexpected_end(context, pos));
    }
    if expected == Expected::Value
        && context.tape.is_empty()
        && (bytes.contains(&b'=') || bytes.contains(&b'%'))
        && !word.is_empty()
    {
        return Some(
            say("The text looks like a form (key=value), not like JSON.")
                .hint("The sender uses application/x-www-form-urlencoded, or a proxy re-encoded the body."),
        );
    }
    if expects_key && !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(
            say("A key stands here without its double quotes.")
                .with_end(pos + word.len())
                .hint("Put the key in double quotes."),
        );
    }
    if expects_value && matches!(byte, b'+' | b'.') {
        return Some(say(if byte == b'+' {
            "A number cannot start with a plus sign."
        } else {
            "A number needs a digit before its decimal point."
        }));
    }
    if expects_value
        && matches!(byte, b',' | b'}' | b']')
        && comma.is_none()
        && context.stack.last().is_some_and(|f| f.object)
    {
        let key = last_key(context).map_or_else(String::new, |key| format!(" of {key}"));
        return Some(say(&format!("The value{key} is missing.")));
    }
    match expected {
        Expected::CommaOrEnd => missing_comma(context, pos, byte),
        Expected::Colon if byte == b'=' => Some(say("'=' stands where ':' should.")),
        Expected::Colon => last_key(context).map(|key| say(&format!("Missing colon after the key {key}."))),
        Expected::End if matches!(byte, b'{' | b'[' | b'"') => {
            Some(say("A second JSON text starts here; a body holds one.").hint(
                "Several texts in one body (NDJSON, or two bodies run together) have to be split first.",
            ))
        }
        Expected::End if matches!(byte, b'}' | b']') => {
            Some(say(&format!("'{}' closes nothing: the text was complete before it.", char::from(byte))))
        }
        Expected::End => {
            Some(say("Text follows the end of the JSON.").hint("Remove what follows the closing bracket."))
        }
        _ => None,
    }
}

fn foreign_literal(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "NaN" => ("NaN is not JSON.", "Send null, or leave the key out."),
        "Infinity" => ("Infinity is not JSON.", "Send null, or leave the key out."),
        "undefined" => ("undefined is not JSON.", "Send null, or leave the key out."),
        "None" => ("None is Python's word; JSON says null.", "Write the text with json.dumps."),
        "True" => ("True is Python's word; JSON says true.", "Write the text with json.dumps."),
        "False" => ("False is Python's word; JSON says false.", "Write the text with json.dumps."),
        "nil" => ("nil is Ruby's word; JSON says null.", "Write the text with to_json."),
        "NULL" | "Null" | "TRUE" | "FALSE" => {
            ("JSON's words are lower case: null, true, false.", "Write it in lower case.")
        }
        _ => return None,
    })
}

fn missing_comma(context: &FaultContext<'_>, pos: usize, byte: u8) -> Option<SyntaxIssue> {
    let bytes = context.bytes;
    let object = context.stack.last()?.object;
    let say = |message: &str| at(bytes, pos, message);
    match (byte, object) {
        (b']', true) => Some(say("']' stands where an object has to be closed with '}'.")),
        (b'}', false) => Some(say("'}' stands where an array has to be closed with ']'.")),
        (b';', _) => Some(say("';' stands where ',' should.")),
        (b':', true) => Some(say("A second colon stands in one member.")),
        (b':', false) => Some(say("A colon stands in an array: only objects have keys.")),
        (b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n', _) => {
            let end = if byte == b'"' {
                bytes[pos + 1..]
                    .iter()
                    .position(|&b| b == b'"')
                    .map_or(bytes.len(), |length| pos + length + 2)
            } else {
                pos + 1
            };
            let place = if object {
                last_key(context).unwrap_or_else(|| "the member before".to_owned())
            } else {
                format!("item {}", context.stack.last()?.count)
            };
            Some(
                say(&format!("Missing comma after {place}."))
                    .with_end(end)
                    .hint("Put a comma between the two."),
            )
        }
        _ => None,
    }
}

fn unexpected_end(context: &FaultContext<'_>, pos: usize) -> SyntaxIssue {
    let bytes = context.bytes;
    if context.tape.is_empty() && pos == bytes.len() {
        let message = if bytes.is_empty() {
            "The text has no bytes."
        } else {
            "The text holds nothing but white space."
        };
        return at(bytes, pos, message)
            .hint("The body was read before by something else, or nothing was sent.");
    }
    let open = context.stack.len();
    if open == 0 {
        return at(bytes, pos, "The text ends inside a value.").hint("The body was cut off.");
    }
    let what = if context.stack.last().is_some_and(|frame| frame.object) { "an object" } else { "an array" };
    at(
        bytes,
        pos,
        format!(
            "The text ends inside {what}: {open} bracket{} still open.",
            if open == 1 { " is" } else { "s are" }
        ),
    )
    .hint("The body was cut off: compare its length with Content-Length, and look for a limit on the way.")
}

fn word(bytes: &[u8], pos: usize) -> &str {
    let tail = bytes.get(pos..bytes.len().min(pos + 40)).unwrap_or_default();
    let length = tail.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')).count();
    std::str::from_utf8(&tail[..length]).unwrap_or_default()
}

/// The key of the last member of the innermost object, in quotes.
fn last_key(context: &FaultContext<'_>) -> Option<String> {
    let frame = context.stack.last().filter(|frame| frame.object)?;
    let text = key_text(context, last_key_index(context.tape, frame.open)?);
    let short: String = text.chars().take(64).collect();
    Some(format!("\"{short}{}\"", if short.len() < text.len() { "…" } else { "" }))
}
