//! [`Position`]: where an item starts in its capture, to locate the issues of the item in the whole.

use crate::issue::{Issue, PathSegment, PendingIssue};
use crate::json::{push_pointer_segment, sort_by, without_location};

/// An offset in a capture, in every unit that issues are located by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    bytes: usize,
    utf16_units: usize,
    lines: usize,
    /// UTF-16 units since the last line feed.
    column: usize,
}

impl Position {
    /// Moves past these bytes.
    #[inline(never)]
    pub fn advance(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        for byte in bytes {
            let units = usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0);
            self.utf16_units += units;
            self.column += units;
            if *byte == b'\n' {
                self.lines += 1;
                self.column = 0;
            }
        }
    }

    /// Relocates an issue of the item that starts at this position into the capture.
    pub fn shift(self, issue: &mut Issue) {
        issue.byte_span.start += self.bytes;
        issue.byte_span.end += self.bytes;
        issue.span.start += self.utf16_units;
        issue.span.end += self.utf16_units;
        if issue.span.line == 1 {
            issue.span.column += self.column;
        }
        issue.span.line += self.lines;
    }

    /// Returns an issue about the `byte_len` bytes at this position.
    pub fn to_issue(self, byte_len: usize, pending: PendingIssue) -> Issue {
        let mut issue = without_location(pending);
        self.shift(&mut issue);
        issue.byte_span.end += byte_len;
        issue.span.end += byte_len;
        issue
    }
}

/// Prepends the path of an item to the path and pointer of one of its issues.
pub(super) fn prefix_path(issue: &mut Issue, prefix: &[PathSegment]) {
    let mut pointer = String::new();
    for segment in prefix {
        match segment {
            PathSegment::Key(key) => push_pointer_segment(&mut pointer, key),
            PathSegment::Index(index) => push_pointer_segment(&mut pointer, &index.to_string()),
        }
    }
    issue.pointer.insert_str(0, &pointer);
    issue.path.splice(..0, prefix.iter().cloned());
}

/// Locates issues of a part of a text, or of a text that was cleaned, in the original. `to_original` maps the byte offsets
/// and never decreases. The text is scanned once, because a text may have thousands of issues.
pub(super) fn relocate(issues: &mut [Issue], original: &[u8], to_original: impl Fn(usize) -> usize) {
    let mut offsets = Vec::new();
    for (index, issue) in issues.iter_mut().enumerate() {
        let span = &mut issue.byte_span;
        let is_empty = span.start == span.end;
        span.start = to_original(span.start).min(original.len());
        // The last byte is mapped, because the byte after it may be that of another line.
        span.end = if is_empty { span.start } else { (to_original(span.end - 1) + 1).min(original.len()) };
        offsets.push((span.start, index, false));
        offsets.push((span.end, index, true));
    }
    sort_by(&mut offsets, Ord::cmp);
    let (mut position, mut offset) = (Position::default(), 0);
    for (next, index, is_end) in offsets {
        position.advance(&original[offset..next]);
        offset = next;
        let span = &mut issues[index].span;
        if is_end {
            span.end = position.utf16_units;
        } else {
            (span.start, span.line, span.column) =
                (position.utf16_units, position.lines + 1, position.column + 1);
        }
    }
}
