//! [`import`]: every delivery of a capture that is in memory.

use super::clean::{self, CleanText};
use super::detect::detect_text;
use super::diagnostics::Diagnostics;
use super::format::ImportFormat;
use super::lines::strip_bom;
use super::position::{Position, relocate};
use super::result::{ImportResult, ImportedDelivery};
use super::{blocks, body_text, collection, files, har, ndjson, record, unknown};
use crate::issue::{ByteSpan, Code, Severity};
use crate::json::Document;

/// Imports every delivery of a capture, in this format or in the one that is detected. Never fails: what cannot be
/// imported is an issue. Needs a few times the memory of the input; use [`Importer`](super::Importer) for large archives.
///
/// ```
/// use hookseal::delivery::{ImportFormat, import};
///
/// let command = br#"curl https://example.com/hook -H 'X-Signature: sha256=00' --data-raw '{"a":1}'"#;
/// let result = import(command, None);
/// assert_eq!(result.format, Some(ImportFormat::Curl));
/// let delivery = result.deliveries[0].as_delivery();
/// assert_eq!((delivery.method, delivery.body), (Some("POST"), &br#"{"a":1}"#[..]));
/// assert_eq!(delivery.headers.get("x-signature"), Some("sha256=00"));
///
/// // The body is in another file: an issue tells where the command names it.
/// let result = import(b"curl https://example.com/ -d @body.json", None);
/// assert_eq!(result.issues[0].code.as_str(), "body-not-included");
/// assert_eq!(result.issues[0].span.column, 30);
/// ```
#[must_use]
pub fn import(input: &[u8], format: Option<ImportFormat>) -> ImportResult {
    // An archive or a body is imported as it is.
    if !matches!(format, None | Some(ImportFormat::Http | ImportFormat::Curl | ImportFormat::Command)) {
        return import_text(input, format);
    }
    if let Some(clean) = clean::remove_layers(input) {
        let mut result = import_retried(&clean.bytes, format);
        if !result.deliveries.is_empty() {
            restore(&mut result, clean, input);
            return result;
        }
    }
    import_retried(input, format)
}

/// Locates the issues of a cleaned text in the original, and adds those about the cleaning.
fn restore(result: &mut ImportResult, clean: CleanText, original: &[u8]) {
    relocate(&mut result.issues, original, |offset| clean.to_original(offset));
    result.issues.splice(..0, clean.issues);
}

/// Imports a text; if that has problems, also with plain quotes and without colors. The second result is kept if it is
/// better.
fn import_retried(text: &[u8], format: Option<ImportFormat>) -> ImportResult {
    let result = import_text(text, format);
    let Some(clean) = clean::replace_characters(text) else { return result };
    let rank = rank(&result);
    if rank < BEST_RANK {
        let mut other = import_text(&clean.bytes, format);
        if self::rank(&other) > rank {
            restore(&mut other, clean, text);
            return other;
        }
    }
    result
}

const BEST_RANK: usize = 3;

/// How well a text was parsed.
fn rank(result: &ImportResult) -> usize {
    let has = |severity| result.issues.iter().any(|issue| issue.severity == severity);
    let is_body = result.format == Some(ImportFormat::Body);
    let is_escaped = |body: &[u8]| clean::ESCAPED_JSON.iter().any(|start| body.starts_with(start.as_bytes()));
    let is_text = result.deliveries.iter().any(|delivery| {
        is_escaped(&delivery.body) || is_body && Document::parse(strip_bom(&delivery.body)).is_err()
    });
    match () {
        () if result.deliveries.is_empty() => 0,
        () if is_text || has(Severity::Error) => 1,
        () if has(Severity::Warning) => 2,
        () => BEST_RANK,
    }
}

/// Imports a text as it is.
fn import_text(input: &[u8], requested: Option<ImportFormat>) -> ImportResult {
    let Some(format) = requested.or_else(|| detect_text(input)) else { return reject_unknown(input) };
    let mut result = ImportResult { format: Some(format), ..ImportResult::default() };
    match format {
        ImportFormat::Body => {
            let mut diagnostics = Diagnostics::new(input);
            let body = body_text::parse_alone(&mut diagnostics, requested.is_some());
            result.deliveries.push(ImportedDelivery { body, ..ImportedDelivery::default() });
            result.issues = diagnostics.issues;
        }
        ImportFormat::Http | ImportFormat::Curl | ImportFormat::Command => {
            if let Some(parse) = files::file_parser(input).filter(|_| format == ImportFormat::Http) {
                let mut diagnostics = Diagnostics::new(input);
                result.deliveries = parse(&mut diagnostics);
                result.issues = diagnostics.issues;
                return result;
            }
            result = blocks::parse(input, format, requested);
            if result.deliveries.is_empty() && requested.is_none() && unknown::name_notation(input).is_some()
            {
                return reject_unknown(input);
            }
            relocate(&mut result.issues, input, |offset| offset);
        }
        ImportFormat::Har | ImportFormat::Record => {
            let json = strip_bom(input);
            result.issues = match Document::parse(json) {
                Ok(document) => {
                    let mut pending = Vec::new();
                    let parse = match format {
                        ImportFormat::Har => har::parse_archive,
                        _ if collection::is_collection(document.root()) => collection::parse,
                        _ => record::parse_document,
                    };
                    result.deliveries = parse(document.root(), &mut pending);
                    document.locate(pending)
                }
                Err(issue) => vec![*issue],
            };
            let mut position = Position::default();
            position.advance(&input[..input.len() - json.len()]);
            result.issues.iter_mut().for_each(|issue| position.shift(issue));
        }
        ImportFormat::Ndjson => {
            let mut position = Position::default();
            for line in input.split_inclusive(|byte| *byte == b'\n') {
                if let Some(item) = ndjson::parse_line(line.strip_suffix(b"\n").unwrap_or(line), position) {
                    result.extend(item);
                }
                position.advance(line);
            }
        }
    }
    result.issues.extend(result.deliveries.iter_mut().filter_map(ImportedDelivery::limit_headers));
    result
}

fn reject_unknown(input: &[u8]) -> ImportResult {
    let mut diagnostics = Diagnostics::new(input);
    let known = unknown::name_notation(input);
    let message = match known {
        Some((name, _)) => &format!("The text looks like {name}, which cannot be imported."),
        None if input.trim_ascii().is_empty() => "Expected a delivery, got an empty input.",
        None => "Expected a delivery, got text in an unknown format.",
    };
    let hint = known.map_or(
        "Pass an HTTP request that starts with a line such as \"POST /path HTTP/1.1\", a curl command, a HAR file, a JSON \
         object with headers and body, or the body alone. Or name the format.",
        |(_, hint)| hint,
    );
    let span = ByteSpan { start: 0, end: input.len().min(1) };
    diagnostics.add(Code::IMPORT_FORMAT_UNKNOWN, Severity::Error, span, message, Some(hint));
    ImportResult { issues: diagnostics.issues, ..ImportResult::default() }
}
