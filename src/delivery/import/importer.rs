//! [`Importer`]: imports a capture that arrives in chunks. Each entry is parsed as soon as it is complete, and released.

use std::collections::VecDeque;

use super::capture::import;
use super::format::ImportFormat;
use super::lines::{BOM, split_first_line, strip_bom};
use super::position::{Position, prefix_path};
use super::result::{ImportItem, ImportedDelivery};
use super::scanner::{ScanEvent, Scanner};
use super::{har, ndjson, printed};
use crate::issue::{Code, Location, PathSegment, PendingIssue, Severity};
use crate::json::Document;

/// The most memory that an [`Importer`] uses by default for one entry, or for a capture that has no entries: 64 MiB. No
/// provider sends a body near this size.
pub const MAX_INPUT_BYTES: usize = 1 << 26;

/// Entries of an archive are values in an array in two objects.
const ENTRY_DEPTH: usize = 3;

/// Imports the deliveries of a capture that arrives in chunks. Of HAR files and NDJSON, memory holds only the current entry
/// and the items that [`next_item`](Self::next_item) has not returned yet. Any other format is parsed at its end.
///
/// ```
/// use hookseal::delivery::Importer;
///
/// let mut importer = Importer::new(None);
/// let mut bodies = Vec::new();
/// for chunk in ["{\"headers\":{},\"bo", "dy\":\"one\"}\n{\"headers\":{},", "\"body\":\"two\"}\n"] {
///     importer.push(chunk.as_bytes());
///     while let Some(item) = importer.next_item() {
///         bodies.extend(item.delivery.map(|delivery| delivery.body));
///     }
/// }
/// importer.finish();
/// while let Some(item) = importer.next_item() {
///     bodies.extend(item.delivery.map(|delivery| delivery.body));
/// }
/// assert_eq!(bodies, [b"one", b"two"]);
/// ```
pub struct Importer {
    format: Option<ImportFormat>,
    state: ImportState,
    max_bytes: usize,
    /// Bytes that were pushed and are not part of an item yet, after those that are consumed.
    buffer: Vec<u8>,
    /// The number of consumed bytes at the front of the buffer. PERF: removed once per chunk.
    consumed: usize,
    /// Position of the first pending byte in the capture.
    position: Position,
    /// The number of pending bytes that were scanned.
    scanned: usize,
    /// Whether the brace that starts the capture was scanned.
    object_started: bool,
    /// Whether the line of the first object has ended.
    line_ended: bool,
    scanner: Scanner,
    /// Whether the current entry exceeds the limit and is being discarded.
    is_discarding: bool,
    entries: usize,
    queue: VecDeque<ImportItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ImportState {
    /// The format is not known yet.
    Detecting,
    /// After an object on one line: the next line tells a record from NDJSON.
    AfterFirstObject,
    /// The format can only be parsed as a whole, at the end of the capture.
    Buffering,
    Ndjson,
    /// Before the entries of an archive.
    HarPreamble,
    BetweenEntries,
    InEntry,
    /// The rest of the capture is ignored.
    Done,
}

impl Importer {
    /// Creates an importer of this format, or of the one that is detected.
    #[must_use]
    pub fn new(format: Option<ImportFormat>) -> Self {
        let state = match format {
            None => ImportState::Detecting,
            Some(ImportFormat::Ndjson) => ImportState::Ndjson,
            Some(ImportFormat::Har) => ImportState::HarPreamble,
            Some(_) => ImportState::Buffering,
        };
        Self {
            format,
            state,
            max_bytes: MAX_INPUT_BYTES,
            buffer: Vec::new(),
            consumed: 0,
            position: Position::default(),
            scanned: 0,
            object_started: false,
            line_ended: false,
            scanner: Scanner::default(),
            is_discarding: false,
            entries: 0,
            queue: VecDeque::new(),
        }
    }

    /// The same importer with another limit, in bytes, for one entry and for a capture that cannot be parsed entry by
    /// entry.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// The format of the capture, once it is known.
    #[must_use]
    pub fn format(&self) -> Option<ImportFormat> {
        self.format
    }

    /// Consumes the next chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.state != ImportState::Done {
            self.buffer.extend_from_slice(chunk);
            self.process();
        }
    }

    /// Ends the capture, and imports what is pending.
    pub fn finish(&mut self) {
        match std::mem::replace(&mut self.state, ImportState::Done) {
            ImportState::Detecting | ImportState::AfterFirstObject | ImportState::Buffering => {
                if !self.pending_bytes().is_empty() || self.format.is_none() {
                    self.import_pending();
                }
            }
            ImportState::Ndjson => {
                if self.is_discarding {
                    self.report_too_large();
                } else {
                    self.parse_line(self.pending_bytes().len());
                }
            }
            ImportState::HarPreamble => {
                // The whole-text import reports why this is no archive. An archive would have left this state.
                let mut result = import(self.pending_bytes(), Some(ImportFormat::Har));
                result.issues.iter_mut().for_each(|issue| self.position.shift(issue));
                self.queue.push_back(ImportItem { delivery: None, issues: result.issues });
            }
            ImportState::BetweenEntries | ImportState::InEntry => {
                let message = format!(
                    "Expected the end of the list of entries, got the end of the archive. Complete entries: {}.",
                    self.entries
                );
                self.report(Code::HAR_INVALID, self.pending_bytes().len(), message, har::EXPORT_AGAIN);
            }
            ImportState::Done => {}
        }
        self.clear();
    }

    /// Returns the next item. Call until `None` before the next chunk is pushed, to keep memory bounded.
    pub fn next_item(&mut self) -> Option<ImportItem> {
        self.queue.pop_front()
    }

    fn process(&mut self) {
        loop {
            let before = (self.state, self.scanned, self.pending_bytes().len());
            match self.state {
                ImportState::Detecting => self.detect(),
                ImportState::AfterFirstObject => self.after_first_object(),
                ImportState::Buffering => {}
                ImportState::Ndjson => self.parse_lines(),
                ImportState::HarPreamble => self.scan_har_preamble(),
                ImportState::BetweenEntries => self.find_entry(),
                ImportState::InEntry => self.scan_entry(),
                ImportState::Done => self.clear(),
            }
            if before == (self.state, self.scanned, self.pending_bytes().len()) {
                break;
            }
        }
        self.buffer.drain(..std::mem::take(&mut self.consumed));
        let pending = self.buffer.len();
        if pending <= self.max_bytes {
            return;
        }
        if matches!(self.state, ImportState::InEntry | ImportState::Ndjson) {
            self.is_discarding = true;
            self.consume(pending);
        } else {
            let message = format!(
                "Expected at most {} bytes, got a longer input that cannot be imported entry by entry.",
                self.max_bytes
            );
            self.report(Code::INPUT_TOO_LARGE, pending, message, "Split the input, or raise the limit.");
            self.state = ImportState::Done;
            self.clear();
        }
    }

    fn pending_bytes(&self) -> &[u8] {
        &self.buffer[self.consumed..]
    }

    fn clear(&mut self) {
        self.buffer = Vec::new();
        self.consumed = 0;
        self.scanned = 0;
    }

    /// Detects the format from the bytes so far.
    fn detect(&mut self) {
        if !self.object_started {
            if self.scanned == 0 && self.pending_bytes().starts_with(BOM) {
                self.scanned = BOM.len();
            } else if self.scanned == 0 && BOM.starts_with(self.pending_bytes()) {
                return;
            }
            match self.skip_whitespace() {
                None => return,
                Some(b'{') => self.object_started = true,
                Some(_) => {
                    self.state = ImportState::Buffering;
                    return;
                }
            }
        }
        while self.scanned < self.pending_bytes().len() {
            let byte = self.pending_bytes()[self.scanned];
            self.scanned += 1;
            match self.scanner.consume(byte) {
                ScanEvent::Entries => return self.start_entries(),
                ScanEvent::End => {
                    let object = self.pending_bytes()[..self.scanned].trim_ascii_start();
                    // An object that is not JSON, such as a dict of Python, is no line of NDJSON.
                    let json = strip_bom(object);
                    let is_buffered = object.contains(&b'\n')
                        || Document::parse(json).is_err()
                        || printed::is_header_object(json);
                    self.state =
                        if is_buffered { ImportState::Buffering } else { ImportState::AfterFirstObject };
                    return;
                }
                ScanEvent::Nothing | ScanEvent::Unbalanced => {}
            }
        }
    }

    fn after_first_object(&mut self) {
        let start = self.scanned;
        let next = self.skip_whitespace();
        self.line_ended |= self.pending_bytes()[start..self.scanned].contains(&b'\n');
        if next.is_none() {
            return;
        }
        // The headers of a body are one delivery with it. The second line must be complete, unless it is no JSON.
        let line = &self.pending_bytes()[self.scanned..];
        let (line, rest) = split_first_line(line);
        let is_json = line.starts_with(b"{");
        if self.line_ended && is_json && rest.is_empty() && line.len() <= printed::MAX_HEADER_LINE {
            self.scanned = start;
            return;
        }
        if self.line_ended && is_json && !printed::is_header_object(line) {
            self.format = Some(ImportFormat::Ndjson);
            self.state = ImportState::Ndjson;
            self.scanned = 0;
        } else {
            self.state = ImportState::Buffering;
        }
    }

    /// Skips white space, and returns the byte that follows.
    fn skip_whitespace(&mut self) -> Option<u8> {
        let rest = &self.buffer[self.consumed + self.scanned..];
        let length = rest.iter().position(|byte| !byte.is_ascii_whitespace());
        self.scanned += length.unwrap_or(rest.len());
        self.pending_bytes().get(self.scanned).copied()
    }

    fn start_entries(&mut self) {
        self.format = Some(ImportFormat::Har);
        self.state = ImportState::BetweenEntries;
        self.consume(self.scanned);
    }

    fn scan_har_preamble(&mut self) {
        if self.position == Position::default() && self.pending_bytes().starts_with(BOM) {
            self.consume(BOM.len());
        }
        while self.scanned < self.pending_bytes().len() {
            let byte = self.pending_bytes()[self.scanned];
            self.scanned += 1;
            if self.scanner.consume(byte) == ScanEvent::Entries {
                return self.start_entries();
            }
        }
    }

    /// Consumes everything up to the next entry.
    fn find_entry(&mut self) {
        while let Some(byte) = self.pending_bytes().get(self.scanned) {
            match byte {
                b',' | b' ' | b'\t' | b'\r' | b'\n' => self.scanned += 1,
                b']' => {
                    if self.entries == 0 {
                        self.report(Code::HAR_INVALID, 0, har::NO_ENTRIES, har::EXPORT_AGAIN);
                        for issue in self.queue.iter_mut().flat_map(|item| &mut item.issues) {
                            prefix_path(issue, &entries_path(None));
                        }
                    }
                    self.state = ImportState::Done;
                    return self.consume(self.pending_bytes().len());
                }
                _ => {
                    self.consume(self.scanned);
                    self.state = ImportState::InEntry;
                    return;
                }
            }
        }
        self.consume(self.scanned);
    }

    /// Scans to the end of the entry.
    fn scan_entry(&mut self) {
        while self.scanned < self.pending_bytes().len() {
            let byte = self.pending_bytes()[self.scanned];
            let is_inside = self.scanner.depth > ENTRY_DEPTH || self.scanner.is_in_string();
            if !is_inside && matches!(byte, b',' | b']') {
                return self.finish_entry();
            }
            self.scanned += 1;
            let event = self.scanner.consume(byte);
            if self.scanner.depth < ENTRY_DEPTH || event == ScanEvent::Unbalanced {
                let message = format!(
                    "Expected matching brackets, got a closing one too many in entry {} of the archive.",
                    self.entries
                );
                self.report(Code::HAR_INVALID, self.scanned, message, har::EXPORT_AGAIN);
                self.state = ImportState::Done;
                return;
            }
            // An object or an array ends with its own bracket, a scalar before the next comma or bracket.
            if self.scanner.depth == ENTRY_DEPTH
                && matches!(byte, b'}' | b']')
                && !self.scanner.is_in_string()
            {
                return self.finish_entry();
            }
        }
    }

    fn finish_entry(&mut self) {
        let path = entries_path(Some(self.entries));
        self.entries += 1;
        self.state = ImportState::BetweenEntries;
        let length = self.scanned;
        if std::mem::take(&mut self.is_discarding) {
            self.report_too_large();
        } else {
            let entry = self.pending_bytes()[..length].trim_ascii_end();
            let mut item = match Document::parse(entry) {
                Ok(document) => {
                    let mut pending = Vec::new();
                    let delivery = har::parse_entry(document.root(), &mut pending);
                    ImportItem { delivery, issues: document.locate(pending) }
                }
                Err(issue) => ImportItem { delivery: None, issues: vec![*issue] },
            };
            for issue in &mut item.issues {
                self.position.shift(issue);
                prefix_path(issue, &path);
            }
            item.issues.extend(item.delivery.as_mut().and_then(ImportedDelivery::limit_headers));
            self.queue.push_back(item);
        }
        self.consume(length);
    }

    fn parse_lines(&mut self) {
        while let Some(length) = self.pending_bytes()[self.scanned..].iter().position(|byte| *byte == b'\n') {
            let end = self.scanned + length;
            if std::mem::take(&mut self.is_discarding) {
                self.report_too_large();
            } else {
                self.parse_line(end);
            }
            self.consume(end + 1);
        }
        self.scanned = self.pending_bytes().len();
    }

    /// Parses the line of this many pending bytes.
    fn parse_line(&mut self, length: usize) {
        let item = ndjson::parse_line(&self.pending_bytes()[..length], self.position);
        self.queue.extend(item);
    }

    /// Imports all pending bytes as a whole capture.
    fn import_pending(&mut self) {
        let mut result = import(self.pending_bytes(), self.format);
        self.format = result.format;
        let mut deliveries = std::mem::take(&mut result.deliveries).into_iter();
        self.queue.push_back(ImportItem { delivery: deliveries.next(), issues: result.issues });
        self.queue
            .extend(deliveries.map(|delivery| ImportItem { delivery: Some(delivery), issues: Vec::new() }));
    }

    fn report_too_large(&mut self) {
        let element = if self.format == Some(ImportFormat::Har) { "entry" } else { "line" };
        let message = format!(
            "Expected at most {} bytes, got a longer {element}. The {element} was ignored.",
            self.max_bytes
        );
        self.report(Code::INPUT_TOO_LARGE, 0, message, "Raise the limit.");
    }

    fn report(&mut self, code: Code, length: usize, message: impl Into<String>, hint: &str) {
        let issue = PendingIssue::new(code, Severity::Error, Location::Request, message).hint(hint);
        let issue = self.position.to_issue(length, issue);
        self.queue.push_back(ImportItem { delivery: None, issues: vec![issue] });
    }

    /// Marks pending bytes as consumed, and moves the position past them.
    #[inline(never)]
    fn consume(&mut self, length: usize) {
        self.position.advance(&self.buffer[self.consumed..self.consumed + length]);
        self.consumed += length;
        self.scanned = self.scanned.saturating_sub(length);
    }
}

/// The path to the entries of an archive, or to one of them.
fn entries_path(entry: Option<usize>) -> Vec<PathSegment> {
    let keys = ["log", "entries"].map(|key| PathSegment::Key(key.to_owned()));
    keys.into_iter().chain(entry.map(PathSegment::Index)).collect()
}
