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

/// Method, URL, headers and body of the one delivery of a text, and the codes of the issues.
pub fn summary(text: &str, form: ImportFormat) -> (String, Vec<&'static str>) {
    let (delivery, result) = import_one(text, form);
    let summary = format!(
        "{} {} [{}] {}",
        delivery.method.as_deref().unwrap_or("-"),
        delivery.url.as_deref().unwrap_or("-"),
        headers(&delivery).join(", "),
        String::from_utf8_lossy(&delivery.body)
    );
    (summary, result.issues.iter().map(|issue| issue.code.as_str()).collect())
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

/// The header `x-signature` of each delivery, and its body.
pub fn summaries(result: &ImportResult) -> Vec<(String, String)> {
    let value =
        |name: &str, delivery: &ImportedDelivery| delivery.headers.get(name).unwrap_or_default().to_owned();
    result
        .deliveries
        .iter()
        .map(|delivery| {
            (value("x-signature", delivery), String::from_utf8_lossy(&delivery.body).into_owned())
        })
        .collect()
}

/// Expected summaries.
pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// The text that each issue is about, with its severity.
pub fn located<'t>(text: &'t str, result: &ImportResult) -> Vec<(Severity, &'t str)> {
    result
        .issues
        .iter()
        .map(|issue| (issue.severity, &text[issue.byte_span.start..issue.byte_span.end]))
        .collect()
}

/// The message about headers without a request line.
pub const PRINTED: &str = "Missing request line: parsed the headers as a program has printed them.";
/// The message about a body as printed bytes.
pub const BYTES: &str = "Parsed the body from the notation in which a program has printed its bytes.";

/// A body that every text editor changes: a byte order mark, CRLF, invalid UTF-8, NUL, quotes, and an empty line at
/// the end.
pub const ODD: &[u8] =
    b"\xef\xbb\xbf{\r\n \"a\": \"\xff\xfe \x00 it's \\u00e9 \xc3\xa9 $HOME `x` \\\\\"\n}\r\n\n";
