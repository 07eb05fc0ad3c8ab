//! Locations: from an index of the tape to path, pointer, UTF-16 offsets, line and column.
//!
//! PERF: only issues have locations; a text without issues costs nothing here.

use super::{Document, TokenKind, push_pointer_segment, sort_by};
use crate::issue::{ByteSpan, Code, Issue, Location, PathSegment, PendingIssue, Severity, Span};
use crate::text::escape_controls;

/// Maximum total length of the paths of all errors, and of all other issues. SECURITY: otherwise a text with long, deeply
/// nested keys would decide how much memory its issues take.
const MAX_TOTAL_PATH_BYTES: usize = 1 << 20;

/// Turns pending issues into issues, sorted by location, with one walk over the tape and one over the bytes.
pub(super) fn locate(document: &Document<'_>, pending: Vec<PendingIssue>) -> Vec<Issue> {
    if pending.is_empty() {
        return Vec::new();
    }
    let mut located: Vec<(ByteSpan, PendingIssue)> =
        pending.into_iter().map(|issue| (byte_span(document, issue.location), issue)).collect();
    let rank = |(span, issue): &(ByteSpan, PendingIssue)| {
        (issue.location != Location::Request, span.start, issue.severity)
    };
    sort_by(&mut located, |a, b| rank(a).cmp(&rank(b)));
    let paths = paths(document, &located);
    let omitted = paths.iter().filter(|path| path.is_none()).count();
    let spans: Vec<ByteSpan> = located.iter().map(|(span, _)| *span).collect();
    let spans = utf16_spans(document.bytes, &spans);
    let mut issues: Vec<Issue> = located
        .into_iter()
        .zip(paths)
        .zip(spans)
        .filter_map(|(((byte_span, issue), path), span)| {
            let path = path?;
            Some(Issue { pointer: pointer(&path), path, span, byte_span, ..without_location(issue) })
        })
        .collect();
    if omitted > 0 {
        let message = format!("Too many issues: {omitted} with long paths are not listed.");
        issues.push(without_location(PendingIssue::new(
            Code::ISSUES_TRUNCATED,
            Severity::Info,
            Location::Request,
            message,
        )));
    }
    issues
}

/// An issue about the request as a whole, without a location in its body.
pub(crate) fn without_location(pending: PendingIssue) -> Issue {
    Issue {
        code: pending.code,
        severity: pending.severity,
        message: escape_controls(pending.message),
        path: Vec::new(),
        pointer: String::new(),
        span: Span { start: 0, end: 0, line: 1, column: 1 },
        byte_span: ByteSpan::default(),
        expected: pending.expected.map(escape_controls),
        received: pending.received.map(escape_controls),
        hint: pending.hint.map(escape_controls),
        stage: pending.stage,
    }
}

/// An issue about a span of any text, JSON or not.
#[cfg(feature = "full")]
pub(crate) fn located_at(bytes: &[u8], byte_span: ByteSpan, pending: PendingIssue) -> Issue {
    Issue { span: span(bytes, byte_span), byte_span, ..without_location(pending) }
}

/// The path as a JSON Pointer (RFC 6901).
pub(super) fn pointer(path: &[PathSegment]) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            PathSegment::Key(key) => push_pointer_segment(&mut out, key),
            PathSegment::Index(index) => push_pointer_segment(&mut out, &index.to_string()),
        }
    }
    out
}

fn byte_span(document: &Document<'_>, location: Location) -> ByteSpan {
    match location {
        Location::Request => ByteSpan::default(),
        Location::Value(index) | Location::Key(index) => super::Value { document, index }.span(),
    }
}

/// A container around the current token.
struct PathFrame {
    is_object: bool,
    /// The number of finished members or items.
    count: usize,
    /// The index of the last key.
    last_key: u32,
}

/// The paths of all issues, in one walk over the tape; `None` beyond `MAX_TOTAL_PATH_BYTES`.
fn paths(document: &Document<'_>, located: &[(ByteSpan, PendingIssue)]) -> Vec<Option<Vec<PathSegment>>> {
    let mut targets: Vec<(u32, usize)> = located
        .iter()
        .enumerate()
        .filter_map(|(n, (_, issue))| match issue.location {
            Location::Value(index) | Location::Key(index) => Some((index, n)),
            Location::Request => None,
        })
        .collect();
    sort_by(&mut targets, Ord::cmp);
    let mut paths = vec![Some(Vec::new()); located.len()];
    let mut path_bytes = [0; 2];
    let mut targets = targets.into_iter().peekable();
    let mut open: Vec<PathFrame> = Vec::new();
    let mut is_key = false;
    for index in 0..u32::try_from(document.tape.len()).unwrap_or(u32::MAX) {
        if targets.peek().is_none() {
            break;
        }
        let kind = document.token(index).token_kind();
        if kind == TokenKind::Close {
            open.pop();
        } else if is_key && let Some(frame) = open.last_mut() {
            frame.last_key = index;
        }
        while let Some((_, n)) = targets.next_if(|(target, _)| *target == index) {
            let path_bytes = &mut path_bytes[usize::from(located[n].1.severity == Severity::Error)];
            paths[n] = (*path_bytes < MAX_TOTAL_PATH_BYTES).then(|| {
                let segment = |frame: &PathFrame| {
                    if frame.is_object {
                        let text =
                            super::Value { document, index: frame.last_key }.as_str().unwrap_or_default();
                        *path_bytes += text.len();
                        PathSegment::Key(text.into_owned())
                    } else {
                        PathSegment::Index(frame.count)
                    }
                };
                open.iter().map(segment).collect()
            });
        }
        // Whether the next token is a key.
        let was_key = is_key;
        is_key = false;
        match kind {
            TokenKind::Object | TokenKind::Array => {
                is_key = kind == TokenKind::Object;
                open.push(PathFrame { is_object: is_key, count: 0, last_key: 0 });
            }
            _ if was_key && kind != TokenKind::Close => {}
            _ => {
                if let Some(frame) = open.last_mut() {
                    frame.count += 1;
                    is_key = frame.is_object;
                }
            }
        }
    }
    paths
}

pub(super) fn span(bytes: &[u8], span: ByteSpan) -> Span {
    utf16_spans(bytes, &[span])[0]
}

pub(super) fn line_column(bytes: &[u8], offset: usize) -> (usize, usize) {
    let span = span(bytes, ByteSpan { start: offset, end: offset });
    (span.line, span.column)
}

/// Lines, columns and UTF-16 offsets of many spans, in one walk over the bytes.
fn utf16_spans(bytes: &[u8], spans: &[ByteSpan]) -> Vec<Span> {
    let mut boundaries: Vec<(usize, usize, bool)> = spans
        .iter()
        .enumerate()
        .flat_map(|(n, span)| [(span.start, n, true), (span.end, n, false)])
        .collect();
    sort_by(&mut boundaries, Ord::cmp);
    let mut out = vec![Span { line: 1, column: 1, ..Span::default() }; spans.len()];
    let (mut pos, mut units, mut line, mut line_units) = (0, 0, 1, 0);
    for (offset, n, is_start) in boundaries {
        for &byte in &bytes[pos.min(bytes.len())..offset.min(bytes.len())] {
            // UTF-16 units by UTF-8 byte: none for a continuation byte, two for the lead byte of a four-byte sequence.
            units += usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0);
            if byte == b'\n' {
                line += 1;
                line_units = units;
            }
        }
        pos = pos.max(offset);
        if is_start {
            out[n] = Span { start: units, end: units, line, column: units - line_units + 1 };
        } else {
            out[n].end = units;
        }
    }
    out
}
