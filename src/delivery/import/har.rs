//! HTTP archives (HAR 1.2): the request of every entry.

use super::{Imported, record};
use crate::delivery::Headers;
use crate::issue::{Code, Draft, Severity};
use crate::json::{Kind, Value};
use crate::text::eq_ignore_ascii_case;

/// Whether this is an archive.
pub(super) fn is_archive(value: Value<'_>) -> bool {
    value.pointer("/log/entries").is_some_and(|entries| entries.kind() == Kind::Array)
}

/// The requests of an archive.
pub(super) fn archive(value: Value<'_>, drafts: &mut Vec<Draft>) -> Vec<Imported> {
    let Some(entries) = value.pointer("/log/entries").filter(|_| is_archive(value)) else {
        let message = "This is no HTTP archive: there is no list \"entries\" in \"log\".";
        drafts.push(Draft::new(Code::HAR_INVALID, Severity::Error, value.place(), message));
        return Vec::new();
    };
    if entries.len() == 0 {
        drafts.push(Draft::new(
            Code::HAR_INVALID,
            Severity::Error,
            entries.place(),
            "The archive has no entries.",
        ));
    }
    entries.elements().filter_map(|value| entry(value, drafts)).collect()
}

/// The request of one entry.
pub(super) fn entry(value: Value<'_>, drafts: &mut Vec<Draft>) -> Option<Imported> {
    let Some(request) = record::member(value, "request").filter(|request| request.kind() == Kind::Object)
    else {
        let message = "This entry has no request.";
        drafts.push(Draft::new(Code::REQUIRED, Severity::Error, value.place(), message));
        return None;
    };
    let mut headers = Headers::new();
    if let Some(given) = record::member(request, "headers") {
        record::read_headers(given, &mut headers, drafts);
    }
    let text = |name: &str| record::string(record::member(request, name));
    let body = body(request, drafts)?;
    let (url, method) = (text("url"), text("method"));
    Some(Imported { headers, body, url, method: method.map(|method| method.to_ascii_uppercase()) })
}

fn body(request: Value<'_>, drafts: &mut Vec<Draft>) -> Option<Vec<u8>> {
    let Some(data) = record::member(request, "postData").filter(|data| !data.is_null()) else {
        return Some(Vec::new());
    };
    let base64 = record::string(record::member(data, "encoding"))
        .is_some_and(|it| eq_ignore_ascii_case(&it, "base64"));
    let Some(text) = record::member(data, "text") else {
        if record::member(data, "params").is_some_and(|params| params.len() > 0) {
            let message = "The archive lists the fields of this form, and not the bytes that were sent.";
            drafts.push(Draft::new(Code::BODY_ELSEWHERE, Severity::Error, data.place(), message));
            return None;
        }
        return Some(Vec::new());
    };
    let body = record::text_or_bytes(text, base64, drafts)?;
    // -1 stands for a size that is not known.
    let said = record::member(request, "bodySize")
        .and_then(Value::as_i64)
        .and_then(|size| usize::try_from(size).ok());
    if let Some(said) = said.filter(|said| *said != 0 && *said != body.len()) {
        let message = format!("The archive says that the body had {said} bytes, and holds {}.", body.len());
        let hint =
            "It was changed when it was saved, or sent compressed: the signature may not fit any more.";
        drafts.push(Draft::new(Code::BODY_LENGTH, Severity::Warning, text.place(), message).hint(hint));
    }
    Some(body)
}
