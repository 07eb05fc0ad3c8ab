//! What the files of this suite share: short ways to import, and to look at what came out.

use hookseal::Severity;
use hookseal::delivery::{Form, Import, Imported, import};

/// The one delivery of a text.
pub fn one(text: impl AsRef<[u8]>, form: Form) -> (Imported, Import) {
    let found = import(text.as_ref(), None);
    assert_eq!(found.form, Some(form), "{found:?}");
    assert_eq!(found.deliveries.len(), 1, "{found:?}");
    (found.deliveries[0].clone(), found)
}

/// Code, severity, line and column of every issue.
pub fn places(found: &Import) -> Vec<(&'static str, Severity, usize, usize)> {
    found
        .issues
        .iter()
        .map(|issue| (issue.code.as_str(), issue.severity, issue.span.line, issue.span.column))
        .collect()
}

/// The messages of every issue.
pub fn messages(found: &Import) -> Vec<&str> {
    found.issues.iter().map(|issue| issue.message.as_str()).collect()
}

/// Every header as `name: value`.
pub fn headers(delivery: &Imported) -> Vec<String> {
    delivery.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// A body that no text editor leaves alone: a byte order mark, CRLF, bytes that are no UTF-8, NUL, quotes, and
/// an empty line at the end.
pub const ODD: &[u8] =
    b"\xef\xbb\xbf{\r\n \"a\": \"\xff\xfe \x00 it's \\u00e9 \xc3\xa9 $HOME `x` \\\\\"\n}\r\n\n";
