//! Places: from an index on the tape to path, pointer, UTF-16 offsets, line and column. Only issues
//! pay for this; a text without issues never comes here.

use super::{Document, TokenKind, push_pointer_segment, sort_by};
use crate::issue::{ByteSpan, Code, Issue, Location, PathSegment, PendingIssue, Severity, Span};
use crate::text::escape_controls;

/// Issues whose paths together have more bytes than this are not listed, errors and others counted apart:
/// a text of long keys, deeply nested, does not decide how much memory its issues take.
const MAX_TOTAL_PATH_BYTES: usize = 1 << 20;

/// Turns drafts into issues, sorted by place. One walk over the tape and one over the bytes serve all.
pub(super) fn locate(document: &Document<'_>, drafts: Vec<PendingIssue>) -> Vec<Issue> {
    if drafts.is_empty() {
        return Vec::new();
    }
    let mut placed: Vec<(ByteSpan, PendingIssue)> =
        drafts.into_iter().map(|draft| (byte_span(document, draft.place), draft)).collect();
    let rank = |(span, draft): &(ByteSpan, PendingIssue)| {
        (draft.place != Location::Request, span.start, draft.severity)
    };
    sort_by(&mut placed, |a, b| rank(a).cmp(&rank(b)));
    let paths = paths(document, &placed);
    let omitted = paths.iter().filter(|path| path.is_none()).count();
    let spans: Vec<ByteSpan> = placed.iter().map(|(span, _)| *span).collect();
    let spans = spans_of(document.bytes, &spans);
    let mut issues: Vec<Issue> = placed
        .into_iter()
        .zip(paths)
        .zip(spans)
        .filter_map(|(((byte_span, draft), path), span)| {
            let path = path?;
            Some(Issue { pointer: pointer(&path), path, span, byte_span, ..without_location(draft) })
        })
        .collect();
    if omitted > 0 {
        let message =
            format!("There are {omitted} more issues: the paths to them are too long to list them.");
        issues.push(without_location(PendingIssue::new(
            Code::ISSUES_TRUNCATED,
            Severity::Info,
            Location::Request,
            message,
        )));
    }
    issues
}

/// The issue of a draft that stands nowhere in a body.
pub(crate) fn without_location(draft: PendingIssue) -> Issue {
    Issue {
        code: draft.code,
        severity: draft.severity,
        message: escape_controls(draft.message),
        path: Vec::new(),
        pointer: String::new(),
        span: Span { start: 0, end: 0, line: 1, column: 1 },
        byte_span: ByteSpan::default(),
        expected: draft.expected.map(escape_controls),
        received: draft.received.map(escape_controls),
        hint: draft.hint.map(escape_controls),
        stage: draft.stage,
    }
}

/// The issue of a draft that stands at these bytes of any text, JSON or not.
pub(crate) fn located_at(bytes: &[u8], byte_span: ByteSpan, draft: PendingIssue) -> Issue {
    Issue { span: span(bytes, byte_span), byte_span, ..without_location(draft) }
}

/// The path as a JSON Pointer (RFC 6901).
pub(super) fn pointer(path: &[PathSegment]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            PathSegment::Key(key) => push_pointer_segment(&mut out, key),
            PathSegment::Index(index) => push_pointer_segment(&mut out, &index.to_string()),
        }
    }
    out
}

fn byte_span(document: &Document<'_>, place: Location) -> ByteSpan {
    match place {
        Location::Request => ByteSpan::default(),
        Location::Value(index) | Location::Key(index) => super::Value { document, index }.span(),
    }
}

/// The paths of all places in one walk over the tape; none for those that would be too much.
fn paths(document: &Document<'_>, placed: &[(ByteSpan, PendingIssue)]) -> Vec<Option<Vec<PathSegment>>> {
    let mut wanted: Vec<(u32, usize)> = placed
        .iter()
        .enumerate()
        .filter_map(|(n, (_, draft))| match draft.place {
            Location::Value(index) | Location::Key(index) => Some((index, n)),
            Location::Request => None,
        })
        .collect();
    sort_by(&mut wanted, Ord::cmp);
    let mut paths = vec![Some(Vec::new()); placed.len()];
    let mut spent = [0; 2];
    let mut wanted = wanted.into_iter().peekable();
    // A container that is open at this point of the walk: whether it is an object, the items passed,
    // and the key that was read last.
    let mut open: Vec<(bool, usize, u32)> = Vec::new();
    let mut key_next = false;
    for index in 0..u32::try_from(document.tape.len()).unwrap_or(u32::MAX) {
        if wanted.peek().is_none() {
            break;
        }
        let tag = document.token(index).tag();
        if tag == TokenKind::Close {
            open.pop();
        } else if key_next && let Some(frame) = open.last_mut() {
            frame.2 = index;
        }
        while let Some((_, n)) = wanted.next_if(|(at, _)| *at == index) {
            let spent = &mut spent[usize::from(placed[n].1.severity == Severity::Error)];
            paths[n] = (*spent < MAX_TOTAL_PATH_BYTES).then(|| {
                let step = |(object, count, key): &(bool, usize, u32)| {
                    if *object {
                        let text = super::Value { document, index: *key }.as_str().unwrap_or_default();
                        *spent += text.len();
                        PathSegment::Key(text.into_owned())
                    } else {
                        PathSegment::Index(*count)
                    }
                };
                open.iter().map(step).collect()
            });
        }
        // What the next token is.
        let was_key = key_next;
        key_next = false;
        match tag {
            TokenKind::Object | TokenKind::Array => {
                open.push((tag == TokenKind::Object, 0, 0));
                key_next = tag == TokenKind::Object;
            }
            _ if was_key && tag != TokenKind::Close => {}
            _ => {
                if let Some(frame) = open.last_mut() {
                    frame.1 += 1;
                    key_next = frame.0;
                }
            }
        }
    }
    paths
}

pub(super) fn span(bytes: &[u8], span: ByteSpan) -> Span {
    spans_of(bytes, &[span])[0]
}

pub(super) fn line_column(bytes: &[u8], offset: usize) -> (usize, usize) {
    let span = span(bytes, ByteSpan { start: offset, end: offset });
    (span.line, span.column)
}

/// Lines, columns and UTF-16 offsets of many spans in one walk over the bytes.
fn spans_of(bytes: &[u8], spans: &[ByteSpan]) -> Vec<Span> {
    let mut marks: Vec<(usize, usize, bool)> = spans
        .iter()
        .enumerate()
        .flat_map(|(n, span)| [(span.start, n, true), (span.end, n, false)])
        .collect();
    sort_by(&mut marks, Ord::cmp);
    let mut out = vec![Span { line: 1, column: 1, ..Span::default() }; spans.len()];
    let (mut pos, mut units, mut line, mut line_units) = (0, 0, 1, 0);
    for (offset, n, start) in marks {
        for &byte in &bytes[pos.min(bytes.len())..offset.min(bytes.len())] {
            // A character has as many UTF-16 units as lead bytes count here: none for continuation bytes, two from F0 on.
            units += usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0);
            if byte == b'\n' {
                line += 1;
                line_units = units;
            }
        }
        pos = pos.max(offset);
        if start {
            out[n] = Span { start: units, end: units, line, column: units - line_units + 1 };
        } else {
            out[n].end = units;
        }
    }
    out
}
