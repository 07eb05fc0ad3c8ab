//! Files of tools that have a notation of their own.

use super::diagnostics::Diagnostics;
use super::result::ImportedDelivery;
use super::{bruno, burp, rest_client};

/// Parses every request of a file.
type FileParser = fn(&mut Diagnostics<'_>) -> Vec<ImportedDelivery>;

/// Returns the parser of a file of a tool that has a notation of its own.
pub(super) fn file_parser(text: &[u8]) -> Option<FileParser> {
    if rest_client::looks_like_rest_client(text) {
        Some(rest_client::parse)
    } else if bruno::looks_like_bruno(text) {
        Some(bruno::parse)
    } else if burp::looks_like_burp(text) {
        Some(burp::parse)
    } else {
        None
    }
}
