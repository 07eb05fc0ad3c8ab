//! What there is to say about a text that is imported, and where: places of parts within the whole.

use crate::issue::{ByteSpan, Code, Draft, Issue, Place, Severity, Step};
use crate::json::{outside, placed, pointer_step_into};

/// More than this is not said about one text: each costs a walk over it.
const MOST: usize = 100;

/// A text, and what was found wrong with it.
pub(super) struct Notes<'t> {
    pub text: &'t [u8],
    pub issues: Vec<Issue>,
}

impl<'t> Notes<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, issues: Vec::new() }
    }

    #[inline(never)] // it is called everywhere, and weighs
    pub fn add(&mut self, code: Code, severity: Severity, span: ByteSpan, message: &str, hint: Option<&str>) {
        match self.issues.len() {
            MOST => self.issues.push(outside(Draft::new(
                Code::ISSUES_OMITTED,
                Severity::Info,
                Place::Delivery,
                "There are more issues than are listed.",
            ))),
            more if more > MOST => {}
            _ => {
                let mut draft = Draft::new(code, severity, Place::Delivery, message);
                draft.hint = hint.map(str::to_owned);
                self.issues.push(placed(self.text, span, draft));
            }
        }
    }
}

/// A place in a text that is read piece by piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    bytes: usize,
    units: usize,
    lines: usize,
    /// UTF-16 units since the last line break.
    column: usize,
}

impl Position {
    /// Moves behind these bytes.
    #[inline(never)]
    pub fn advance(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        for byte in bytes {
            let units = usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0);
            self.units += units;
            self.column += units;
            if *byte == b'\n' {
                self.lines += 1;
                self.column = 0;
            }
        }
    }

    /// Moves an issue about a piece that begins here to its place in the whole.
    pub fn shift(self, issue: &mut Issue) {
        issue.byte_span.start += self.bytes;
        issue.byte_span.end += self.bytes;
        issue.span.start += self.units;
        issue.span.end += self.units;
        if issue.span.line == 1 {
            issue.span.column += self.column;
        }
        issue.span.line += self.lines;
    }

    /// An issue about a piece that begins here and has this many bytes.
    pub fn issue(self, length: usize, draft: Draft) -> Issue {
        let mut issue = outside(draft);
        self.shift(&mut issue);
        issue.byte_span.end += length;
        issue.span.end += length;
        issue
    }
}

/// Puts the way to a piece in front of the path of an issue about it.
pub(super) fn lead(issue: &mut Issue, way: &[Step]) {
    let mut pointer = String::new();
    for step in way {
        match step {
            Step::Key(key) => pointer_step_into(&mut pointer, key),
            Step::Index(index) => pointer_step_into(&mut pointer, &index.to_string()),
        }
    }
    issue.pointer.insert_str(0, &pointer);
    issue.path.splice(..0, way.iter().cloned());
}
