//! HTTP archives (HAR 1.2): the request of each entry.

use super::record;
use super::result::ImportedDelivery;
use crate::delivery::headers::Headers;
use crate::issue::{Code, PendingIssue, Severity};
use crate::json::{Kind, Value};
use crate::text::eq_ignore_ascii_case;

/// Whether a JSON value is an archive.
pub(super) fn is_har(value: Value<'_>) -> bool {
    value.pointer("/log/entries").is_some_and(|entries| entries.kind() == Kind::Array)
}

/// Parses the requests of an archive.
pub(super) fn parse_archive(value: Value<'_>, pending: &mut Vec<PendingIssue>) -> Vec<ImportedDelivery> {
    let Some(entries) = value.pointer("/log/entries").filter(|_| is_har(value)) else {
        let message = "Expected an HTTP archive, with an array \"entries\" in \"log\".";
        pending.push(
            PendingIssue::new(Code::HAR_INVALID, Severity::Error, value.location(), message)
                .hint(EXPORT_AGAIN),
        );
        return Vec::new();
    };
    if entries.len() == 0 {
        let issue = PendingIssue::new(Code::HAR_INVALID, Severity::Error, entries.location(), NO_ENTRIES);
        pending.push(issue.hint(EXPORT_AGAIN));
    }
    entries.elements().filter_map(|entry| parse_entry(entry, pending)).collect()
}

pub(super) const EXPORT_AGAIN: &str = "Export the archive again.";
pub(super) const NO_ENTRIES: &str = "Expected entries in the archive, got none.";

/// Parses the request of one entry.
pub(super) fn parse_entry(entry: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<ImportedDelivery> {
    let Some(request) = record::member(entry, "request").filter(|request| request.kind() == Kind::Object)
    else {
        let message = "Expected an object \"request\" in the entry.";
        pending.push(
            PendingIssue::new(Code::REQUIRED, Severity::Error, entry.location(), message).hint(EXPORT_AGAIN),
        );
        return None;
    };
    let mut headers = Headers::new();
    if let Some(headers_value) = record::member(request, "headers") {
        record::parse_headers(headers_value, &mut headers, pending);
    }
    let text = |name: &str| record::to_string(record::member(request, name));
    let body = parse_body(request, pending)?;
    let (url, method) = (text("url"), text("method"));
    Some(ImportedDelivery { headers, body, url, method: method.map(|method| method.to_ascii_uppercase()) })
}

fn parse_body(request: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<Vec<u8>> {
    let Some(data) = record::member(request, "postData").filter(|data| !data.is_null()) else {
        return Some(Vec::new());
    };
    let is_base64 = record::to_string(record::member(data, "encoding"))
        .is_some_and(|encoding| eq_ignore_ascii_case(&encoding, "base64"));
    let Some(text) = record::member(data, "text") else {
        if record::member(data, "params").is_some_and(|params| params.len() > 0) {
            let message = "Expected the bytes of the body, got only its form fields.";
            let hint = "Capture the raw request: an archive does not keep the bytes of a form.";
            pending.push(
                PendingIssue::new(Code::BODY_NOT_INCLUDED, Severity::Error, data.location(), message)
                    .hint(hint),
            );
            return None;
        }
        return Some(Vec::new());
    };
    let body = record::decode_body(text, is_base64, pending)?;
    // HAR writes -1 for an unknown size, and some exporters write 0.
    let declared_size = record::member(request, "bodySize")
        .and_then(Value::as_i64)
        .and_then(|size| usize::try_from(size).ok());
    if let Some(declared_size) = declared_size.filter(|size| *size != 0 && *size != body.len()) {
        let message =
            format!("Wrong body length in bytes: expected {declared_size} (bodySize), got {}.", body.len());
        let hint = "Capture the raw request: the archive has a changed or decompressed body, so the signature may not match.";
        pending.push(
            PendingIssue::new(Code::BODY_LENGTH, Severity::Warning, text.location(), message).hint(hint),
        );
    }
    Some(body)
}
