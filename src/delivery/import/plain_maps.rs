//! Maps that programs print without quotes: Go, PHP, Java and .NET.

use super::json_writer::JsonWriter;
use super::labels::MAX_LABEL;
use super::lines::{find_byte, split_first_line};
use crate::delivery::headers::is_token;

/// Transcodes a map without quotes at the start of a text. Returns its JSON and its length.
pub(super) fn transcode_plain(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    match text {
        [b'm', b'a', b'p', b'[', ..] => transcode_go_map(text),
        [b'A', ..] => transcode_print_r(text),
        [b'{', ..] => transcode_java_map(text, b"=", b'}'),
        // `DefaultHttpHeaders[host: h]` of Netty, and the pairs of a dictionary of .NET.
        [b'[', ..] => transcode_java_map(text, b": ", b']').or_else(|| transcode_pairs(text)),
        _ => None,
    }
}

/// Transcodes a map as Java prints it: `{host=h, accept=[*/*]}`. A value ends before a comma and the next name.
fn transcode_java_map(text: &[u8], separator: &[u8], close: u8) -> Option<(Vec<u8>, usize)> {
    let line = split_first_line(text).0.trim_ascii_end();
    let mut rest = line.get(1..)?.strip_suffix(&[close])?;
    let mut writer = JsonWriter::default();
    writer.open()?;
    let mut name = java_name(rest, separator)?;
    loop {
        writer.string(&rest[..name])?;
        writer.separator()?;
        rest = &rest[name + separator.len()..];
        let comma = rest.windows(2).enumerate().find_map(|(index, part)| {
            let next = (part == b", ").then(|| java_name(&rest[index + 2..], separator))??;
            // A value in brackets ends with them.
            let is_end = rest[0] != b'[' || rest[index - 1] == b']';
            is_end.then_some((index, next))
        });
        let value = &rest[..comma.map_or(rest.len(), |(index, _)| index)];
        let inner = value.strip_prefix(b"[").and_then(|value| value.strip_suffix(b"]"));
        writer.string(inner.unwrap_or(value))?;
        let Some((index, next)) = comma else { break };
        rest = &rest[index + 2..];
        name = next;
    }
    writer.close(true)?;
    Some((writer.json, line.len()))
}

/// The length of a name that the separator follows.
fn java_name(text: &[u8], separator: &[u8]) -> Option<usize> {
    let length = text.iter().take(MAX_LABEL).position(|byte| *byte == separator[0])?;
    let is_name = std::str::from_utf8(&text[..length]).is_ok_and(is_token)
        && text[length..].starts_with(separator)
        && text.get(length + 1) != Some(&b'>');
    is_name.then_some(length)
}

/// Transcodes pairs as .NET prints the elements of a dictionary: `[Host, h]`, one on each line.
fn transcode_pairs(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut writer = JsonWriter::default();
    writer.open()?;
    let mut end = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let pair = line.trim_ascii().strip_prefix(b"[").and_then(|pair| pair.strip_suffix(b"]"));
        let name = pair.and_then(|pair| find_byte(&pair[..pair.len().min(MAX_LABEL)], b','));
        let (Some(pair), Some(name)) = (pair, name) else { break };
        if !std::str::from_utf8(&pair[..name]).is_ok_and(is_token) || pair.get(name + 1) != Some(&b' ') {
            break;
        }
        writer.string(&pair[..name])?;
        writer.separator()?;
        writer.string(&pair[name + 2..])?;
        end += line.len();
    }
    writer.close(true)?;
    (end > 0).then(|| (writer.json, text[..end].trim_ascii_end().len()))
}

/// Transcodes an `http.Header` as Go prints it: `map[Content-Type:[application/json] X-A:[b]]`. Several values of one name
/// are one, because nothing but a space separates them.
fn transcode_go_map(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut writer = JsonWriter::default();
    writer.open()?;
    let mut offset = 3;
    loop {
        offset += 1;
        let rest = &text[offset..];
        let length = go_name(rest)?;
        writer.string(&rest[..length])?;
        writer.separator()?;
        let start = offset + length + 2;
        // The value ends at the bracket that the next name follows, or that closes the map.
        let end = (start..text.len()).find(|end| match &text[*end..] {
            [b']', b']', ..] => true,
            [b']', b' ', next @ ..] => go_name(next).is_some(),
            _ => false,
        })?;
        writer.string(&text[start..end])?;
        offset = end + 1;
        if text[offset] == b']' {
            writer.close(true)?;
            return Some((writer.json, offset + 1));
        }
    }
}

/// The length of a name that `:[` follows.
fn go_name(text: &[u8]) -> Option<usize> {
    let length = find_byte(&text[..text.len().min(MAX_LABEL)], b':')?;
    let is_name =
        std::str::from_utf8(&text[..length]).is_ok_and(is_token) && text.get(length + 1) == Some(&b'[');
    is_name.then_some(length)
}

/// Transcodes an array as `print_r` of PHP prints it: `[name] => value` on each line, without quotes.
fn transcode_print_r(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    text.strip_prefix(b"Array")?.trim_ascii_start().strip_prefix(b"(")?;
    let mut writer = JsonWriter::default();
    let mut offset = 0;
    while offset < text.len() {
        let line = split_first_line(&text[offset..]).0;
        let end = offset + line.len();
        let start = line.trim_ascii_start();
        if start.trim_ascii_end() == b")" {
            if writer.close(false)? {
                return Some((writer.json, end));
            }
        } else if start.trim_ascii_end() == b"(" {
            writer.open()?;
        } else if let Some(entry) = start.strip_prefix(b"[") {
            let arrow = entry.windows(4).position(|part| part == b"] =>")?;
            writer.string(&entry[..arrow])?;
            writer.separator()?;
            let value = entry[arrow + 4..].strip_suffix(b"\r").unwrap_or(&entry[arrow + 4..]);
            let value = value.strip_prefix(b" ").unwrap_or(value);
            // A line with an opening parenthesis follows the word of an array.
            let next = text.get(end + 1..).unwrap_or_default();
            if value != b"Array" || split_first_line(next).0.trim_ascii() != b"(" {
                writer.string(value)?;
            }
        } else if !start.is_empty() && offset > 0 {
            return None;
        }
        offset = end + 1;
    }
    None
}
