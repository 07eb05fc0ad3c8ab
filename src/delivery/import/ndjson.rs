//! NDJSON: one record or body per line. A line that is not JSON does not affect the others.

use super::lines::strip_bom;
use super::position::Position;
use super::record;
use super::result::{ImportItem, ImportedDelivery};
use crate::issue::{Code, PendingIssue, Severity};
use crate::json::{Document, Value};

/// Whether an object is a line of pino or bunyan. A payload has no process.
fn is_log_line(value: Value<'_>) -> bool {
    ["level", "pid", "hostname"].iter().all(|name| record::member(value, name).is_some())
}

/// Parses the line that starts at this position of the capture. Returns `None` for a blank line.
pub(super) fn parse_line(line: &[u8], mut position: Position) -> Option<ImportItem> {
    let text = if position == Position::default() { strip_bom(line) } else { line };
    position.advance(&line[..line.len() - text.len()]);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return None;
    }
    let mut item = match Document::parse(text) {
        Ok(document) if record::is_record(document.root()) => {
            let mut pending = Vec::new();
            let delivery = record::parse(document.root(), &mut pending);
            ImportItem { delivery, issues: document.locate(pending) }
        }
        Ok(document) if is_log_line(document.root()) => {
            let message = "Ignored a line of a log, which has no headers.";
            let location = document.root().location();
            let issue = PendingIssue::new(Code::INPUT_IGNORED, Severity::Info, location, message);
            ImportItem { delivery: None, issues: document.locate(vec![issue]) }
        }
        Ok(_) => {
            let delivery = ImportedDelivery { body: text.to_vec(), ..ImportedDelivery::default() };
            ImportItem { delivery: Some(delivery), issues: Vec::new() }
        }
        Err(issue) => ImportItem { delivery: None, issues: vec![*issue] },
    };
    item.issues.extend(item.delivery.as_mut().and_then(ImportedDelivery::limit_headers));
    item.issues.iter_mut().for_each(|issue| position.shift(issue));
    Some(item)
}
