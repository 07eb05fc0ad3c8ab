//! Detecting the format of a capture by its first bytes and, if it is JSON, by its keys.

use super::files::file_parser;
use super::format::ImportFormat;
use super::lines::{split_first_line, strip_bom};
use super::{
    blocks, body_first, body_text, clean, collection, command, curl, har, http, printed, record, scanner,
    unknown,
};
use crate::json::{Document, Value};

impl ImportFormat {
    /// Returns the format that the input most likely has, or `None` if it looks like none of them.
    ///
    /// ```
    /// use hookseal::delivery::ImportFormat;
    ///
    /// assert_eq!(ImportFormat::detect(b"curl https://example.com/ -d '{}'"), Some(ImportFormat::Curl));
    /// assert_eq!(ImportFormat::detect(b"POST / HTTP/1.1\r\n\r\n{}"), Some(ImportFormat::Http));
    /// assert_eq!(ImportFormat::detect(br#"{ "headers": {}, "body": "{}" }"#), Some(ImportFormat::Record));
    /// assert_eq!(ImportFormat::detect(br#"{ "event": "ping" }"#), Some(ImportFormat::Body));
    /// ```
    #[must_use]
    pub fn detect(input: &[u8]) -> Option<ImportFormat> {
        let clean = clean::remove_layers(input);
        let text = clean.as_ref().map_or(input, |clean| &clean.bytes);
        let format = detect_text(text);
        if !matches!(format, None | Some(ImportFormat::Body)) {
            return format;
        }
        let plain = clean::replace_characters(text).and_then(|clean| detect_text(&clean.bytes));
        plain.filter(|plain| *plain != ImportFormat::Body).or(format)
    }
}

/// Returns the format of a text without the prefixes of a log.
pub(super) fn detect_text(input: &[u8]) -> Option<ImportFormat> {
    let text = strip_bom(input).trim_ascii_start();
    match text.first()? {
        b'{' => detect_object(text),
        b'[' => detect_list(text),
        b'"' => Some(ImportFormat::Body),
        _ if printed::looks_like_printed(text) => Some(ImportFormat::Http),
        _ if curl::find_command_start(text).is_some() => Some(ImportFormat::Curl),
        _ if command::looks_like_command(text) => Some(ImportFormat::Command),
        _ if unknown::is_yaml(text) => None,
        _ if file_parser(text).is_some() => Some(ImportFormat::Http),
        _ if Document::parse(text).is_ok() || body_text::parse_printed_bytes(text).is_some() => {
            Some(ImportFormat::Body)
        }
        _ => blocks::detect(text).or_else(|| http::looks_like_http(text).then_some(ImportFormat::Http)),
    }
}

/// Whether a document is a record, a list of requests, or a collection.
fn has_requests(root: Value<'_>) -> bool {
    record::has_records(root) || collection::is_collection(root)
}

/// Returns the format of a text that starts with `{`.
fn detect_object(text: &[u8]) -> Option<ImportFormat> {
    Some(match Document::parse(text) {
        Ok(document) if har::is_har(document.root()) => ImportFormat::Har,
        Ok(document) if has_requests(document.root()) => ImportFormat::Record,
        Ok(document) if unknown::name_json(document.root()).is_some() => return None,
        Ok(_) => ImportFormat::Body,
        Err(_) => {
            let (line, rest) = split_first_line(text);
            match scanner::first_key(text) {
                _ if !rest.trim_ascii().is_empty() && Document::parse(line).is_ok() => {
                    let next = split_first_line(rest.trim_ascii_start()).0;
                    let has_headers = printed::is_header_object(line) || printed::is_header_object(next);
                    if has_headers || body_first::parse(text).is_some() {
                        ImportFormat::Http
                    } else {
                        ImportFormat::Ndjson
                    }
                }
                // Invalid JSON that starts like a HAR file or a record is parsed as such, so that the syntax error is
                // reported. As a body it would be imported without an issue.
                b"log" => ImportFormat::Har,
                b"headers" | b"multiValueHeaders" => ImportFormat::Record,
                _ if printed::looks_like_printed(text) || body_first::parse(text).is_some() => {
                    ImportFormat::Http
                }
                _ if unknown::name_notation(text).is_some() => return None,
                _ => ImportFormat::Body,
            }
        }
    })
}

/// Returns the format of a text that starts with `[`.
fn detect_list(text: &[u8]) -> Option<ImportFormat> {
    Some(match Document::parse(text) {
        Ok(document) if has_requests(document.root()) => ImportFormat::Record,
        Ok(document) if unknown::name_json(document.root()).is_some() => return None,
        Err(_) if printed::looks_like_printed(text) || body_first::parse(text).is_some() => {
            ImportFormat::Http
        }
        // The prefix of a log may start with a bracket.
        Err(_) if unknown::name_notation(text).is_some() => return None,
        Err(_) => blocks::detect(text).unwrap_or(ImportFormat::Body),
        _ => ImportFormat::Body,
    })
}
