//! Helpers of this suite: imports in one call, and summaries of their results.

use hookseal::Severity;
use hookseal::delivery::{ImportFormat, ImportResult, ImportedDelivery, import};

/// The one delivery of a text.
pub fn import_one(text: impl AsRef<[u8]>, form: ImportFormat) -> (ImportedDelivery, ImportResult) {
    let result = import(text.as_ref(), None);
    assert_eq!(result.format, Some(form), "{result:?}");
    assert_eq!(result.deliveries.len(), 1, "{result:?}");
    (result.deliveries[0].clone(), result)
}

/// Code, severity, line and column of every issue.
pub fn locations(result: &ImportResult) -> Vec<(&'static str, Severity, usize, usize)> {
    result
        .issues
        .iter()
        .map(|issue| (issue.code.as_str(), issue.severity, issue.span.line, issue.span.column))
        .collect()
}

/// The messages of every issue.
pub fn messages(result: &ImportResult) -> Vec<&str> {
    result.issues.iter().map(|issue| issue.message.as_str()).collect()
}

/// Every header as `name: value`.
pub fn headers(delivery: &ImportedDelivery) -> Vec<String> {
    delivery.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// A body that every text editor changes: a byte order mark, CRLF, invalid UTF-8, NUL, quotes, and an empty line at
/// the end.
pub const ODD: &[u8] =
    b"\xef\xbb\xbf{\r\n \"a\": \"\xff\xfe \x00 it's \\u00e9 \xc3\xa9 $HOME `x` \\\\\"\n}\r\n\n";
