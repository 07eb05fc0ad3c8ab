//! Texts with several requests, or with other text before, between and after them: each request is parsed on its own, and
//! an issue locates what belongs to none of them.

use super::body_text::{body_start, ends_line, json_end};
use super::diagnostics::Diagnostics;
use super::format::ImportFormat;
use super::http_message::{chunked_length, content_length};
use super::line_kinds::{header_name, is_known_header_line, is_request_line};
use super::lines::{NONE, find_byte, run_length, skip_whitespace, split_first_line, strip_bom};
use super::notation::{parse_literal, transcode};
use super::result::{ImportResult, ImportedDelivery};
use super::{
    body_first, code, command, curl, header_lines, http, labels, log_prefix, page, printed, shell, shortened,
};
use crate::issue::{ByteSpan, Code, Issue, Location, PendingIssue, Severity};
use crate::json::without_location;

/// Headers as a program prints them are searched within this many bytes, except at the start of a text.
const MAX_PRINTED_BYTES: usize = 1 << 15;

/// Bounds the time of a search in a text with many lines that start like printed headers and are none.
const MAX_ATTEMPTS: usize = 40;

/// More requests are not split: each is a delivery.
const MAX_BLOCKS: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKind {
    /// A request line and an HTTP message.
    Message,
    Curl,
    /// A command of HTTPie, wget or PowerShell.
    Command,
    /// Headers as a program prints them, or a call that sends a request.
    Printed,
    Page,
    /// Header lines without a request line.
    Lines,
}

#[derive(Clone, Copy)]
struct Block {
    kind: BlockKind,
    start: usize,
}

/// Where the body of a request ends.
enum BodyEnd {
    /// At this offset, whatever follows.
    At(usize),
    /// At this offset, as the headers declare.
    Framed(usize),
    /// At the start of the next request, if an empty line precedes it.
    BeforeBlock { body_start: usize },
}

/// Whether a line starts a request that needs no more lines to be recognized.
pub(super) fn starts_request(line: &[u8]) -> bool {
    is_request_line(line) || curl::starts_command(line) || page::is_first_line(line)
}

/// Returns the format of the first request in a text, after other text or not.
pub(super) fn detect(text: &[u8]) -> Option<ImportFormat> {
    if body_first::parse(text).is_some() {
        return Some(ImportFormat::Http);
    }
    let mut finder = Finder { text, format: None, attempts: MAX_ATTEMPTS, is_response: false };
    finder.first().map(|block| block.kind.format())
}

/// Parses every request of a text. `format` limits the requests to those of one format.
pub(super) fn parse(text: &[u8], detected: ImportFormat, format: Option<ImportFormat>) -> ImportResult {
    let mut result = ImportResult { format: Some(detected), ..ImportResult::default() };
    if detected == ImportFormat::Http
        && let Some(item) = body_first::parse(text)
    {
        result.extend(item);
        return result;
    }
    let mut finder = Finder { text, format, attempts: MAX_ATTEMPTS, is_response: false };
    let Some(mut block) = finder.first() else {
        parse_block(text, ByteSpan { start: 0, end: text.len() }, detected, &mut result);
        return result;
    };
    if block.kind == BlockKind::Printed
        && let Some(item) = code::parse(text, block.start)
    {
        result.extend(item);
        return result;
    }
    let before = strip_bom(&text[..block.start]);
    let skipped = ByteSpan { start: 0, end: block.start };
    let is_comment = block.kind == BlockKind::Curl && curl::find_command_start(text) == Some(block.start);
    if !is_comment && !labels::has_only_labels(before) {
        let message = match block.kind {
            BlockKind::Message => "Ignored the text before the request line.",
            _ => "Ignored the text before the request.",
        };
        add_ignored(text, skipped, Severity::Info, message, &mut result);
    }
    result.format = Some(block.kind.format());
    for count in 1.. {
        let body_end = finder.body_end(block);
        let next = if count < MAX_BLOCKS { finder.next(block, &body_end) } else { None };
        let end = match (&body_end, next) {
            (BodyEnd::At(end) | BodyEnd::Framed(end), Some(_)) => *end,
            (BodyEnd::BeforeBlock { body_start }, Some(next)) => {
                finder.separator_start(*body_start, next.start).unwrap_or(next.start)
            }
            // White space at the end may be part of the body.
            (BodyEnd::At(end), None) if !text[*end..].trim_ascii().is_empty() => *end,
            (BodyEnd::Framed(end), None) if is_response(&text[*end..]) => *end,
            (_, None) => text.len(),
        };
        parse_block(text, ByteSpan { start: block.start, end }, block.kind.format(), &mut result);
        let skipped_end = next.map_or(text.len(), |next| next.start);
        let rest = ByteSpan { start: end + code_end(block.kind, &text[end..skipped_end]), end: skipped_end };
        if !labels::has_only_labels(&text[rest.start..rest.end]) {
            let (severity, message) = match next {
                _ if is_response(&text[rest.start..rest.end]) => {
                    (Severity::Info, "Ignored the response after the request.")
                }
                Some(_) => (Severity::Warning, "Ignored the text between two requests."),
                None => (Severity::Warning, "Ignored the text after the request."),
            };
            add_ignored(text, rest, severity, message, &mut result);
        }
        let Some(next) = next else { break };
        block = next;
    }
    result
}

/// Whether a text is the response to a request: HTTPie prints it after the request, Wireshark shows both as one stream.
fn is_response(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"HTTP/")
}

/// Returns the length of a response of declared length. The next request may start on its last line.
fn response_length(text: &[u8]) -> Option<usize> {
    text.starts_with(b"HTTP/").then_some(())?;
    let mut head = split_first_line(text).0.len() + 1;
    for _ in 0..MAX_ATTEMPTS {
        let line = split_first_line(text.get(head..)?).0;
        head += line.len() + 1;
        if line.trim_ascii().is_empty() {
            return content_length(text.get(..head)?)?
                .checked_add(head)
                .filter(|length| *length <= text.len());
        }
        find_byte(line, b':')?;
    }
    None
}

/// The length of what ends a command or a call and is no part of its request: `| jq .`, `);`.
fn code_end(kind: BlockKind, text: &[u8]) -> usize {
    let marks = run_length(text, usize::MAX, u8::is_ascii_digit, b" \t;)&|<>");
    match kind {
        BlockKind::Curl | BlockKind::Command if marks > 0 => split_first_line(text).0.len(),
        BlockKind::Printed => marks,
        _ => 0,
    }
}

impl BlockKind {
    fn format(self) -> ImportFormat {
        match self {
            BlockKind::Curl => ImportFormat::Curl,
            BlockKind::Command => ImportFormat::Command,
            _ => ImportFormat::Http,
        }
    }
}

/// Reports text that belongs to no request. The caller locates its line and column.
fn add_ignored(text: &[u8], span: ByteSpan, severity: Severity, message: &str, result: &mut ImportResult) {
    let start = skip_whitespace(text, span.start).min(span.end);
    let end = start + text[start..span.end].trim_ascii_end().len();
    let mut issue = PendingIssue::new(Code::INPUT_IGNORED, severity, Location::Request, message);
    if severity == Severity::Warning {
        issue = issue.hint("Remove the text, if the body is complete.");
    }
    result.issues.push(Issue { byte_span: ByteSpan { start, end }, ..without_location(issue) });
}

/// Parses one request, and moves its issues to their bytes in the text. The caller locates lines and columns.
fn parse_block(text: &[u8], span: ByteSpan, format: ImportFormat, result: &mut ImportResult) {
    let mut diagnostics = Diagnostics::new(&text[span.start..span.end]);
    let parse = match format {
        ImportFormat::Http => http::parse,
        ImportFormat::Curl => curl::parse,
        _ => command::parse,
    };
    let delivery = parse(&mut diagnostics);
    if let Some(delivery) = &delivery {
        report_shortened(&mut diagnostics, delivery);
    }
    result.deliveries.extend(delivery);
    for mut issue in diagnostics.issues {
        issue.byte_span.start += span.start;
        issue.byte_span.end += span.start;
        result.issues.push(issue);
    }
}

/// Reports a body and headers of which the text has only a part.
fn report_shortened(diagnostics: &mut Diagnostics<'_>, delivery: &ImportedDelivery) {
    let text = diagnostics.text;
    let span_of = |part: &[u8]| {
        let start = text.windows(part.len().max(1)).rposition(|window| window == part).unwrap_or(0);
        ByteSpan { start, end: (start + part.len()).min(text.len()) }
    };
    if let Some(mark) = shortened::find_mark(&delivery.body) {
        let hint = Some(shortened::SHORTENED_BODY_HINT);
        let span = span_of(mark.as_bytes());
        diagnostics.add(Code::BODY_LOSSY, Severity::Warning, span, shortened::SHORTENED_BODY, hint);
    }
    for (_, value) in
        delivery.headers.iter().filter(|(name, value)| shortened::is_hidden(name, value)).take(4)
    {
        let hint = Some(shortened::HIDDEN_HEADER_HINT);
        let span = span_of(value.as_bytes());
        diagnostics.add(Code::HTTP_RECOVERED, Severity::Warning, span, shortened::HIDDEN_HEADER, hint);
    }
}

struct Finder<'t> {
    text: &'t [u8],
    format: Option<ImportFormat>,
    /// How many more attempts to parse printed headers are made.
    attempts: usize,
    /// Whether the lines are those of a response.
    is_response: bool,
}

impl Finder<'_> {
    /// Finds the first request of the text.
    fn first(&mut self) -> Option<Block> {
        let start = skip_whitespace(self.text, self.text.len() - strip_bom(self.text).len());
        let allows = |format| self.format.is_none_or(|only| only == format);
        let is_http = allows(ImportFormat::Http);
        // Comment lines may precede a command.
        if allows(ImportFormat::Command) && command::looks_like_command(&self.text[start..]) {
            return Some(Block { kind: BlockKind::Command, start });
        }
        if let Some(start) = curl::find_command_start(self.text).filter(|_| allows(ImportFormat::Curl)) {
            return Some(Block { kind: BlockKind::Curl, start });
        }
        if is_http && page::looks_like_page(self.text) {
            return Some(Block { kind: BlockKind::Page, start });
        }
        // A capture has no size limit at its start.
        if is_http && printed::looks_like_printed(&self.text[start..]) {
            return Some(Block { kind: BlockKind::Printed, start });
        }
        let mut first = self.find(start, |_| true)?;
        // Lines with other names of headers precede a line with a well-known one.
        while first.kind == BlockKind::Lines && first.start > start {
            let before = &self.text[start..first.start - 1];
            let line_start = start + before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            if header_name(&self.text[line_start..first.start]).is_none() {
                break;
            }
            first.start = line_start;
        }
        Some(first)
    }

    /// Finds the request after this one.
    fn next(&mut self, block: Block, body_end: &BodyEnd) -> Option<Block> {
        match *body_end {
            BodyEnd::At(mut offset) | BodyEnd::Framed(mut offset) => {
                if matches!(block.kind, BlockKind::Curl | BlockKind::Command) {
                    let line = &self.text[offset..];
                    offset += run_length(line, usize::MAX, NONE, b" \t;&");
                    // The rest of a line after a command: another one, or `| jq`.
                    if !curl::starts_command(&self.text[offset..]) {
                        offset += split_first_line(&self.text[offset..]).0.len();
                    }
                }
                self.find(offset, |next| is_successor(block.kind, next))
            }
            BodyEnd::BeforeBlock { body_start } => {
                let mut offset = body_start;
                // A block without an empty line before it is a part of the body.
                for _ in 0..MAX_ATTEMPTS {
                    let next = self.find(offset, |next| is_successor(block.kind, next))?;
                    if self.separator_start(body_start, next.start).is_some() {
                        return Some(next);
                    }
                    offset = next.start + split_first_line(&self.text[next.start..]).0.len();
                }
                None
            }
        }
    }

    /// Finds the first line from this offset on that starts a request of one of these kinds.
    fn find(&mut self, mut offset: usize, is_kind: impl Fn(BlockKind) -> bool) -> Option<Block> {
        while offset < self.text.len() {
            let line = split_first_line(&self.text[offset..]).0;
            let indent = line.len() - line.trim_ascii_start().len();
            self.is_response |= line[indent..].starts_with(b"HTTP/");
            if let Some(length) = response_length(&self.text[offset..]) {
                offset += length;
                continue;
            }
            let prefix =
                log_prefix::parse(&line[indent..], usize::MAX).1.max(log_prefix::list_mark(&line[indent..]));
            for start in [Some(offset + indent), (prefix > 0).then_some(offset + indent + prefix)] {
                let Some(start) = start.filter(|start| *start < offset + line.len()) else { continue };
                let found = self.kind_at(start).filter(|(kind, _)| is_kind(*kind));
                if let Some((kind, start)) = found {
                    self.is_response = false;
                    return Some(Block { kind, start });
                }
            }
            offset += line.len() + 1;
        }
        None
    }

    /// Returns the kind of request that starts here, and its start without a prompt.
    fn kind_at(&mut self, start: usize) -> Option<(BlockKind, usize)> {
        let line = split_first_line(&self.text[start..]).0;
        let allows = |format| self.format.is_none_or(|only| only == format);
        if allows(ImportFormat::Http) {
            if is_request_line(line) {
                return Some((BlockKind::Message, start));
            }
            if page::is_first_line(line) {
                return Some((BlockKind::Page, start));
            }
        }
        if allows(ImportFormat::Curl) && curl::starts_command(line) {
            return Some((BlockKind::Curl, start));
        }
        if allows(ImportFormat::Command) && command::looks_like_command(line) {
            return Some((BlockKind::Command, start));
        }
        if !allows(ImportFormat::Http) {
            return None;
        }
        if !self.is_response && is_known_header_line(line) {
            return Some((BlockKind::Lines, start));
        }
        if self.attempts > 0 && printed::can_start(line) {
            let end = self.text.len().min(start + MAX_PRINTED_BYTES);
            if printed::find_headers(&self.text[start..end]).is_some() {
                return Some((BlockKind::Printed, start));
            }
            self.attempts -= 1;
        }
        None
    }

    /// Returns where the body of a request ends.
    fn body_end(&mut self, block: Block) -> BodyEnd {
        let text = self.text;
        let rest = &text[block.start..];
        let head = match block.kind {
            BlockKind::Curl => {
                return BodyEnd::At(shell::command_end(text, block.start));
            }
            BlockKind::Command => {
                return BodyEnd::At(command::end(rest).map_or(text.len(), |length| block.start + length));
            }
            BlockKind::Printed => {
                let Some((length, has_body)) = printed::find_headers(rest) else {
                    return BodyEnd::At(text.len());
                };
                if has_body {
                    return BodyEnd::At(block.start + length);
                }
                length
            }
            BlockKind::Message => http::head_length(rest),
            BlockKind::Page => page::head_length(rest),
            BlockKind::Lines => header_lines::length(rest),
        };
        let start = block.start + head;
        if block.kind == BlockKind::Message {
            let length = content_length(&rest[..head]).and_then(|length| start.checked_add(length));
            let end = chunked_length(&rest[..head], &text[start..]).map(|length| start + length).or(length);
            // A length that ends within a line counts characters, or other line breaks than the text has.
            if let Some(end) = end.filter(|end| self.is_boundary(*end)) {
                return BodyEnd::Framed(end);
            }
        }
        if block.kind == BlockKind::Page {
            return BodyEnd::BeforeBlock { body_start: start };
        }
        let body_start = if block.kind == BlockKind::Message { start } else { body_start(text, start) };
        let printed_end = || {
            let rest = &text[body_start..];
            let length = parse_literal(rest).map(|(_, length)| length).or_else(|| {
                transcode(rest).filter(|_| matches!(rest[0], b'{' | b'[')).map(|(_, length)| length)
            })?;
            ends_line(&rest[length..]).then_some(body_start + length)
        };
        match json_end(text, body_start).or_else(printed_end).filter(|end| self.is_certain_end(*end)) {
            Some(end) => BodyEnd::At(end),
            None => BodyEnd::BeforeBlock { body_start },
        }
    }

    /// Whether no more values follow on the next line: several JSON values may be one body.
    fn is_certain_end(&mut self, end: usize) -> bool {
        let start = skip_whitespace(self.text, end);
        let between = &self.text[end..start];
        let has_empty_line =
            between.iter().position(|byte| *byte == b'\n') != between.iter().rposition(|byte| *byte == b'\n');
        has_empty_line
            || !matches!(self.text.get(start), Some(b'{' | b'[' | b'"'))
            || self.kind_at(start).is_some()
    }

    /// Whether a body can end at this offset: at the end of the text or of a line, or before the next request.
    fn is_boundary(&self, end: usize) -> bool {
        let Some(rest) = self.text.get(end..) else { return false };
        rest.is_empty()
            || matches!(rest[0], b'\n' | b'\r')
            || matches!(end.checked_sub(1).map(|last| self.text[last]), Some(b'\n'))
            || starts_request(split_first_line(rest).0)
            || rest.starts_with(b"HTTP/1")
    }

    /// Returns where the lines between a body and the next request start. `None`: no empty or separating line is among
    /// them, so the line may be a part of the body.
    fn separator_start(&self, body_start: usize, next: usize) -> Option<usize> {
        // The empty line after the headers is one, too: the request has no body.
        let mut end = next;
        let mut has_separator = next == body_start;
        while end > body_start {
            let before =
                self.text[body_start..end].strip_suffix(b"\n").unwrap_or(&self.text[body_start..end]);
            let start =
                body_start + before.iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
            let line = self.text[start..end].trim_ascii();
            let is_rule = line.starts_with(b"###")
                || line.len() > 2 && run_length(line, usize::MAX, NONE, b"-=*_#") == line.len();
            if line.is_empty() || is_rule {
                has_separator = true;
            } else if !(line.ends_with(b":") && line.len() < labels::MAX_LABEL) {
                let content = &self.text[body_start..end];
                let breaks = content.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                return has_separator.then_some(end - breaks);
            }
            end = start;
        }
        has_separator.then_some(body_start)
    }
}

/// Whether a request of one kind may follow one of another. Header lines after a message are those of its response.
fn is_successor(kind: BlockKind, next: BlockKind) -> bool {
    match next {
        BlockKind::Lines => kind == BlockKind::Lines,
        BlockKind::Page | BlockKind::Message | BlockKind::Curl | BlockKind::Command => true,
        BlockKind::Printed => kind != BlockKind::Page,
    }
}
