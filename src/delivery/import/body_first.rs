//! A body, and the headers after it: as a program prints both, or as tools show them.

use super::body_text::json_end;
use super::diagnostics::Diagnostics;
use super::header_lines;
use super::labels::{self, Label};
use super::line_kinds::is_known_header_line;
use super::lines::{skip_whitespace, split_first_line, strip_bom};
use super::log_prefix;
use super::printed;
use super::result::{ImportItem, ImportedDelivery};
use crate::issue::{ByteSpan, Code, Severity};

/// Parses a JSON body that headers follow, and nothing else.
pub(super) fn parse(text: &[u8]) -> Option<ImportItem> {
    let first = skip_whitespace(text, text.len() - strip_bom(text).len());
    let start = match labels::parse(&text[first..]) {
        Some((Label::Body, length)) => skip_whitespace(text, first + length),
        _ => first,
    };
    let end = json_end(text, start)?;
    let after = skip_whitespace(text, end);
    let prefix = log_prefix::parse(split_first_line(&text[after..]).0, usize::MAX).1;
    let mut headers_start = after + prefix;
    let mut delivery = printed::parse_headers_alone(&text[headers_start..]);
    if delivery.is_none() {
        if let Some((Label::Headers, length)) = labels::parse(&text[headers_start..]) {
            headers_start = skip_whitespace(text, headers_start + length);
        }
        delivery = parse_lines(&text[headers_start..]);
    }
    let mut delivery = delivery?;
    delivery.body = text[start..end].to_vec();
    let mut diagnostics = Diagnostics::new(text);
    let span = ByteSpan { start: headers_start, end: headers_start };
    let message = "Missing request line: parsed the text before the headers as the body.";
    diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, span, message, None);
    Some(ImportItem { delivery: Some(delivery), issues: diagnostics.issues })
}

/// Parses a text of header lines alone.
fn parse_lines(text: &[u8]) -> Option<ImportedDelivery> {
    let is_headers = is_known_header_line(split_first_line(text).0)
        && text[header_lines::length(text).min(text.len())..].trim_ascii().is_empty();
    is_headers.then_some(())?;
    let mut delivery = ImportedDelivery::default();
    let mut diagnostics = Diagnostics::new(text);
    header_lines::parse_lines(&mut diagnostics, 0, &mut delivery, false);
    diagnostics.issues.is_empty().then_some(delivery)
}
