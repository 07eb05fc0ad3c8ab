//! Archives of any length, chunk by chunk: an entry is read as soon as it is complete, and nothing else is kept.

use std::collections::VecDeque;

use super::finding::{Position, lead};
use super::scan::{Mark, Scanner};
use super::{BOM, Form, Imported, MAX_TEXT, har, import, record};
use crate::issue::{Code, Draft, Issue, Place, Severity, Step as PathStep};
use crate::json::Document;

/// What one piece of a text came to.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The delivery, if it could be imported.
    pub delivery: Option<Imported>,
    /// What there is to say about this piece, by its place in the whole text.
    pub issues: Vec<Issue>,
}

/// Imports the deliveries of a text that comes in chunks. HAR files and NDJSON are read entry by entry: no more
/// is held than the entry that is being read, and what was not taken yet. Any other form is read at its end.
///
/// ```
/// use hookseal::delivery::Importer;
///
/// let mut importer = Importer::new(None);
/// let mut bodies = Vec::new();
/// for chunk in ["{\"headers\":{},\"bo", "dy\":\"one\"}\n{\"headers\":{},", "\"body\":\"two\"}\n"] {
///     importer.push(chunk.as_bytes());
///     while let Some(step) = importer.next_step() {
///         bodies.extend(step.delivery.map(|delivery| delivery.body));
///     }
/// }
/// importer.finish();
/// while let Some(step) = importer.next_step() {
///     bodies.extend(step.delivery.map(|delivery| delivery.body));
/// }
/// assert_eq!(bodies, [b"one", b"two"]);
/// ```
pub struct Importer {
    form: Option<Form>,
    state: State,
    limit: usize,
    /// What was pushed and is not part of a step yet.
    buffer: Vec<u8>,
    /// How many bytes at its front are done with. They are taken out once for each chunk.
    done: usize,
    /// Where in the text the others begin.
    at: Position,
    /// How many of the others were looked at.
    seen: usize,
    /// The brace that begins the text was seen.
    begun: bool,
    /// The line of the one object has ended.
    line_ended: bool,
    scanner: Scanner,
    /// The piece that is being read is longer than the limit, and is dropped.
    dropping: bool,
    entries: usize,
    ready: VecDeque<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Which form it is, is not known yet.
    Unknown,
    /// One object on a line: what comes behind it says whether there are more.
    OneLine,
    /// Everything is read at the end.
    Whole,
    Lines,
    /// Before the entries of an archive.
    Head,
    /// Between two entries, and in one.
    Between,
    Entry,
    /// Nothing more is read.
    Done,
}

impl Importer {
    /// An importer of a form, or of what the text looks like.
    #[must_use]
    pub fn new(form: Option<Form>) -> Self {
        let state = match form {
            None => State::Unknown,
            Some(Form::Ndjson) => State::Lines,
            Some(Form::Har) => State::Head,
            Some(_) => State::Whole,
        };
        Self {
            form,
            state,
            limit: MAX_TEXT,
            buffer: Vec::new(),
            done: 0,
            at: Position::default(),
            seen: 0,
            begun: false,
            line_ended: false,
            scanner: Scanner::default(),
            dropping: false,
            entries: 0,
            ready: VecDeque::new(),
        }
    }

    /// The same with another limit for an entry, and for a text that cannot be read in pieces, in bytes.
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The form of the text, once it is known.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        self.form
    }

    /// Takes the next chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.state != State::Done {
            self.buffer.extend_from_slice(chunk);
            self.run();
        }
    }

    /// Says that there is no more.
    pub fn finish(&mut self) {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Unknown | State::OneLine | State::Whole => {
                if !self.held().is_empty() || self.form.is_none() {
                    self.whole();
                }
            }
            State::Lines => {
                if self.dropping {
                    self.too_large();
                } else {
                    self.line(self.held().len());
                }
            }
            State::Head => {
                let text = self.held().to_vec();
                // The reader of whole texts says what is wrong with it.
                let mut found = import(&text, Some(Form::Har));
                found.issues.iter_mut().for_each(|issue| self.at.shift(issue));
                self.ready.push_back(Step { delivery: None, issues: found.issues });
            }
            State::Between | State::Entry => {
                let message =
                    format!("The archive ends behind {} entries, before its list is closed.", self.entries);
                self.say(
                    Code::HAR_INVALID,
                    self.held().len(),
                    message,
                    Some("It was cut: save it once more."),
                );
            }
            State::Done => {}
        }
        self.forget();
    }

    /// The next piece that was read. Take them all before the next chunk is pushed.
    pub fn next_step(&mut self) -> Option<Step> {
        self.ready.pop_front()
    }

    fn run(&mut self) {
        loop {
            let before = (self.state, self.seen, self.held().len());
            match self.state {
                State::Unknown => self.guess(),
                State::OneLine => self.behind_one(),
                State::Whole => {}
                State::Lines => self.lines(),
                State::Head => self.head(),
                State::Between => self.between(),
                State::Entry => self.entry(),
                State::Done => self.forget(),
            }
            if before == (self.state, self.seen, self.held().len()) {
                break;
            }
        }
        self.buffer.drain(..std::mem::take(&mut self.done));
        let held = self.buffer.len();
        if held <= self.limit {
            return;
        }
        if matches!(self.state, State::Entry | State::Lines) {
            self.dropping = true;
            self.drop_front(held);
        } else {
            let message = format!(
                "This is longer than {} bytes, and no archive that can be read in pieces.",
                self.limit
            );
            self.say(Code::TOO_LARGE, held, message, None);
            self.state = State::Done;
            self.forget();
        }
    }

    /// What was pushed and is not done with.
    fn held(&self) -> &[u8] {
        &self.buffer[self.done..]
    }

    fn forget(&mut self) {
        self.buffer = Vec::new();
        self.done = 0;
        self.seen = 0;
    }

    /// Tells the form by as much of the text as there is.
    fn guess(&mut self) {
        if !self.begun {
            if self.seen == 0 && self.held().starts_with(BOM) {
                self.seen = BOM.len();
            } else if self.seen == 0 && BOM.starts_with(self.held()) {
                return;
            }
            match self.skip_blank() {
                None => return,
                Some(b'{') => self.begun = true,
                Some(_) => {
                    self.state = State::Whole;
                    return;
                }
            }
        }
        while self.seen < self.held().len() {
            let byte = self.held()[self.seen];
            self.seen += 1;
            match self.scanner.step(byte) {
                Mark::Entries => return self.archive(),
                Mark::End => {
                    let one = self.held()[..self.seen].trim_ascii_start();
                    self.state = if one.contains(&b'\n') { State::Whole } else { State::OneLine };
                    return;
                }
                Mark::Nothing | Mark::Broken => {}
            }
        }
    }

    /// Behind an object that stands on one line.
    fn behind_one(&mut self) {
        let from = self.seen;
        let next = self.skip_blank();
        self.line_ended |= self.held()[from..self.seen].contains(&b'\n');
        if next.is_none() {
            return;
        }
        if self.line_ended {
            self.form = Some(Form::Ndjson);
            self.state = State::Lines;
            self.seen = 0;
        } else {
            self.state = State::Whole;
        }
    }

    /// Goes on to the next byte that is no white space.
    fn skip_blank(&mut self) -> Option<u8> {
        let rest = &self.buffer[self.done + self.seen..];
        let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace());
        self.seen += blank.unwrap_or(rest.len());
        self.held().get(self.seen).copied()
    }

    fn archive(&mut self) {
        self.form = Some(Form::Har);
        self.state = State::Between;
        self.drop_front(self.seen);
    }

    fn head(&mut self) {
        if self.at == Position::default() && self.held().starts_with(BOM) {
            self.drop_front(BOM.len());
        }
        while self.seen < self.held().len() {
            let byte = self.held()[self.seen];
            self.seen += 1;
            if self.scanner.step(byte) == Mark::Entries {
                return self.archive();
            }
        }
    }

    /// Goes on to the next entry.
    fn between(&mut self) {
        while let Some(byte) = self.held().get(self.seen) {
            match byte {
                b',' | b' ' | b'\t' | b'\r' | b'\n' => self.seen += 1,
                b']' => {
                    if self.entries == 0 {
                        self.say(Code::HAR_INVALID, 0, "The archive has no entries.", None);
                        for issue in self.ready.iter_mut().flat_map(|step| &mut step.issues) {
                            lead(issue, &way(None));
                        }
                    }
                    self.state = State::Done;
                    return self.drop_front(self.held().len());
                }
                _ => {
                    self.drop_front(self.seen);
                    self.state = State::Entry;
                    return;
                }
            }
        }
        self.drop_front(self.seen);
    }

    /// Goes on to the end of the entry.
    fn entry(&mut self) {
        const WITHIN: usize = 3;
        while self.seen < self.held().len() {
            let byte = self.held()[self.seen];
            let inside = self.scanner.depth > WITHIN || self.scanner.in_string();
            if !inside && matches!(byte, b',' | b']') {
                return self.end_of_entry();
            }
            self.seen += 1;
            let mark = self.scanner.step(byte);
            if self.scanner.depth < WITHIN || mark == Mark::Broken {
                let message =
                    format!("More is closed than was opened in entry {} of the archive.", self.entries);
                self.say(Code::HAR_INVALID, self.seen, message, None);
                self.state = State::Done;
                return;
            }
            // An object or a list ends with its bracket.
            if self.scanner.depth == WITHIN && matches!(byte, b'}' | b']') && !self.scanner.in_string() {
                return self.end_of_entry();
            }
        }
    }

    fn end_of_entry(&mut self) {
        let way = way(Some(self.entries));
        self.entries += 1;
        self.state = State::Between;
        let length = self.seen;
        if std::mem::take(&mut self.dropping) {
            self.too_large();
        } else {
            let piece = self.held()[..length].trim_ascii_end();
            let mut step = match Document::read(piece) {
                Ok(document) => {
                    let mut drafts = Vec::new();
                    let delivery = har::entry(document.root(), &mut drafts);
                    Step { delivery, issues: document.locate(drafts) }
                }
                Err(issue) => Step { delivery: None, issues: vec![*issue] },
            };
            for issue in &mut step.issues {
                self.at.shift(issue);
                lead(issue, &way);
            }
            self.ready.push_back(step);
        }
        self.drop_front(length);
    }

    fn lines(&mut self) {
        while let Some(length) = self.held()[self.seen..].iter().position(|byte| *byte == b'\n') {
            let end = self.seen + length;
            if std::mem::take(&mut self.dropping) {
                self.too_large();
            } else {
                self.line(end);
            }
            self.drop_front(end + 1);
        }
        self.seen = self.held().len();
    }

    /// Reads the line that has this many bytes.
    fn line(&mut self, length: usize) {
        let line = &self.held()[..length];
        let first = self.at == Position::default();
        let text = if first { super::without_mark(line) } else { line };
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.trim_ascii().is_empty() {
            return;
        }
        let mut at = self.at;
        at.advance(&line[..if first { line.len() - super::without_mark(line).len() } else { 0 }]);
        let mut step = match Document::read(text) {
            Ok(document) if record::is_record(document.root()) => {
                let mut drafts = Vec::new();
                let delivery = record::read(document.root(), &mut drafts);
                Step { delivery, issues: document.locate(drafts) }
            }
            Ok(_) => {
                let delivery = Imported { body: text.to_vec(), ..Imported::default() };
                Step { delivery: Some(delivery), issues: Vec::new() }
            }
            Err(issue) => Step { delivery: None, issues: vec![*issue] },
        };
        step.issues.iter_mut().for_each(|issue| at.shift(issue));
        self.ready.push_back(step);
    }

    /// Reads everything that was pushed.
    fn whole(&mut self) {
        let mut found = import(self.held(), self.form);
        self.form = found.form;
        let mut deliveries = std::mem::take(&mut found.deliveries).into_iter();
        self.ready.push_back(Step { delivery: deliveries.next(), issues: found.issues });
        self.ready.extend(deliveries.map(|delivery| Step { delivery: Some(delivery), issues: Vec::new() }));
    }

    fn too_large(&mut self) {
        let what = if self.form == Some(Form::Har) { "entry" } else { "line" };
        let message = format!("This {what} is longer than {} bytes, and was left out.", self.limit);
        self.say(Code::TOO_LARGE, 0, message, None);
    }

    fn say(&mut self, code: Code, length: usize, message: impl Into<String>, hint: Option<&str>) {
        let mut draft = Draft::new(code, Severity::Error, Place::Delivery, message);
        draft.hint = hint.map(str::to_owned);
        let issue = self.at.issue(length, draft);
        self.ready.push_back(Step { delivery: None, issues: vec![issue] });
    }

    /// Forgets the front of the buffer, and goes on behind it.
    #[inline(never)]
    fn drop_front(&mut self, length: usize) {
        self.at.advance(&self.buffer[self.done..self.done + length]);
        self.done += length;
        self.seen = self.seen.saturating_sub(length);
    }
}

/// The way to the entries of an archive, or to one of them.
fn way(entry: Option<usize>) -> Vec<PathStep> {
    let keys = ["log", "entries"].map(|key| PathStep::Key(key.to_owned()));
    keys.into_iter().chain(entry.map(PathStep::Index)).collect()
}
