//! [`CleanText`]: a pasted text without what logs, chats and terminals have added to each line, with the offsets of the
//! original. Nothing else of the text changes.

use super::diagnostics::Diagnostics;
use super::line_kinds::is_request_line;
use super::lines::{contains, find_byte, skip_whitespace, split_first_line, strip_bom};
use super::log_prefix::{self, Part};
use super::notation::parse_string;
use crate::issue::{ByteSpan, Code, Issue, Severity};

/// Each layer is another pass over the text: a quote of a fence of a log.
const MAX_LAYERS: usize = 4;

/// A text that was changed.
pub(super) struct CleanText {
    pub bytes: Vec<u8>,
    /// What was removed, located in the original.
    pub issues: Vec<Issue>,
    /// Offsets in the clean text and in the original, where a part of the original starts.
    pieces: Vec<(usize, usize)>,
}

impl CleanText {
    /// Returns the offset in the original.
    pub fn to_original(&self, offset: usize) -> usize {
        let index = self.pieces.partition_point(|(start, _)| *start <= offset);
        self.pieces.get(index.wrapping_sub(1)).map_or(offset, |(start, original)| original + offset - start)
    }
}

/// Collects the parts of a text that are kept.
#[derive(Default)]
struct Pieces {
    bytes: Vec<u8>,
    pieces: Vec<(usize, usize)>,
}

impl Pieces {
    /// Keeps the bytes from this offset on.
    #[inline(never)]
    fn keep(&mut self, offset: usize, bytes: &[u8]) {
        self.pieces.push((self.bytes.len(), offset));
        self.bytes.extend_from_slice(bytes);
    }

    /// Removes the line breaks at the end.
    fn trim_end(&mut self) {
        while matches!(self.bytes.last(), Some(b'\n' | b'\r')) {
            self.bytes.pop();
        }
        while self.pieces.last().is_some_and(|(start, _)| *start > self.bytes.len()) {
            self.pieces.pop();
        }
    }
}

/// Removes the prefixes of lines and the fences of Markdown. Returns `None` if the text has none.
pub(super) fn remove_layers(text: &[u8]) -> Option<CleanText> {
    let mut clean: Option<CleanText> = None;
    for _ in 0..MAX_LAYERS {
        let current = clean.as_ref().map_or(text, |clean| &clean.bytes);
        let layer =
            remove_prefixes(current).or_else(|| remove_fences(current)).or_else(|| remove_notes(current));
        let Some((pieces, span, message)) = layer.or_else(|| unquote(current)) else {
            break;
        };
        let hint = (message == NO_SENT_BODY)
            .then_some("Capture the raw body where the request is sent or received.");
        clean = Some(add_layer(text, clean, pieces, span, message, hint));
    }
    clean
}

/// Replaces what a terminal or a chat has put in place of plain characters. Returns `None` if the text has none of them.
pub(super) fn replace_characters(text: &[u8]) -> Option<CleanText> {
    let mut clean: Option<CleanText> = None;
    if let Some((pieces, span)) = remove_colors(text) {
        let message = "Removed the color codes of a terminal.";
        clean = Some(add_layer(text, clean, pieces, span, message, None));
    }
    let current = clean.as_ref().map_or(text, |clean| &clean.bytes);
    if let Some((pieces, span)) = replace(current, &TYPOGRAPHY) {
        let message =
            "Expected plain quotes and spaces, got those of a chat or an editor. The plain ones were used.";
        clean = Some(add_layer(text, clean, pieces, span, message, Some(CHANGED)));
    }
    let current = clean.as_ref().map_or(text, |clean| &clean.bytes);
    if ESCAPED_JSON.iter().any(|part| contains(current, part))
        && let Some((pieces, span)) = replace(current, &ENTITIES)
    {
        let message = "Expected plain text, got entities of HTML. The plain text was used.";
        clean = Some(add_layer(text, clean, pieces, span, message, Some(CHANGED)));
    }
    clean
}

/// How JSON starts, or its names end, where a page has escaped it.
pub(super) const ESCAPED_JSON: [&str; 2] = ["{&quot;", "{&#34;"];

const ENTITIES: [(&str, &str); 8] = [
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
];

/// Removes the quotes and escapes around a whole request.
fn unquote(text: &[u8]) -> Option<Layer> {
    let start = skip_whitespace(text, 0);
    let (request, length) = parse_string(&text[start..])?;
    let is_whole = text[start + length..].trim_ascii().is_empty();
    (is_whole && is_request_line(split_first_line(&request).0)).then_some(())?;
    let mut pieces = Pieces::default();
    pieces.keep(start, &request);
    Some((
        pieces,
        ByteSpan { start, end: start + 1 },
        "Removed the quotes and the escapes around the request.",
    ))
}

const CHANGED: &str = "Copy the text from its source: a chat or an editor has changed its bytes, so the signature may not match.";

fn add_layer(
    text: &[u8],
    before: Option<CleanText>,
    mut pieces: Pieces,
    span: ByteSpan,
    message: &str,
    hint: Option<&str>,
) -> CleanText {
    let mut diagnostics = Diagnostics::new(text);
    let mut location = span;
    if let Some(before) = &before {
        location.start = before.to_original(span.start);
        location.end = location.start + (span.end - span.start);
        pieces.pieces = pieces.compose(before);
    }
    location.end = location.end.min(text.len());
    let (code, severity) = match hint {
        Some(_) if message == NO_SENT_BODY => (Code::BODY_NOT_INCLUDED, Severity::Error),
        Some(_) => (Code::BODY_LOSSY, Severity::Warning),
        None => (Code::INPUT_IGNORED, Severity::Info),
    };
    diagnostics.add(code, severity, location, message, hint);
    let mut issues = before.map(|before| before.issues).unwrap_or_default();
    issues.extend(diagnostics.issues);
    CleanText { bytes: pieces.bytes, issues, pieces: pieces.pieces }
}

impl Pieces {
    /// Returns the pieces with the offsets of the text before the layer below.
    fn compose(&self, below: &CleanText) -> Vec<(usize, usize)> {
        let mut out = Vec::with_capacity(self.pieces.len());
        for (index, (start, offset)) in self.pieces.iter().enumerate() {
            out.push((*start, below.to_original(*offset)));
            let length = self.pieces.get(index + 1).map_or(self.bytes.len(), |next| next.0) - start;
            let first = below.pieces.partition_point(|(start, _)| start <= offset);
            let inside = below.pieces[first..].iter().take_while(|(below, _)| *below < offset + length);
            out.extend(inside.map(|(below, original)| (start + below - offset, *original)));
        }
        out
    }
}

type Layer = (Pieces, ByteSpan, &'static str);

/// Removes the parts of log prefixes that all lines have in common.
fn remove_prefixes(text: &[u8]) -> Option<Layer> {
    let start = text.len() - strip_bom(text).len();
    let mut common: Option<Vec<Part>> = None;
    let mut lines = 0;
    let mut is_continued = false;
    for line in text[start..].split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (parts, _) = log_prefix::parse(line, usize::MAX);
        // A shell shows another prompt before the lines that continue a command.
        is_continued |= lines == 0 && line.starts_with(b"$ ") && line.trim_ascii_end().ends_with(b"\\");
        if lines == 0 && is_continued {
            common = Some(vec![Part::Quote]);
        }
        let length = match &common {
            Some(common) if lines > 0 || is_continued => {
                if lines == 0 {
                    1
                } else {
                    common.iter().zip(&parts).take_while(|(a, b)| a == b).count()
                }
            }
            _ => parts.len(),
        };
        if length == 0 {
            return None;
        }
        let common = common.get_or_insert(parts);
        common.truncate(length);
        lines += 1;
    }
    let common = common?;
    if common[0] == Part::Quote && lines < 2 {
        return None;
    }
    let mut pieces = Pieces::default();
    let mut offset = start;
    let mut span = None;
    for line in text[start..].split_inclusive(|byte| *byte == b'\n') {
        let mut length =
            if line.trim_ascii().is_empty() { 0 } else { log_prefix::parse(line, common.len()).1 };
        if span.is_none() && is_continued {
            length = 2;
        }
        // The space after a prefix is indentation if the first prefix has none.
        if span.is_some_and(|span: ByteSpan| text[span.end - 1] != b' ') {
            length = line[..length].trim_ascii_end().len();
        }
        span = span.or((length > 0).then_some(ByteSpan { start: offset, end: offset + length }));
        let mut kept = &line[length..];
        // A runtime of containers splits long lines, and marks each part but the last.
        if log_prefix::is_partial(&line[..length]) {
            kept = kept.strip_suffix(b"\n").unwrap_or(kept);
            kept = kept.strip_suffix(b"\r").unwrap_or(kept);
        }
        pieces.keep(offset + length, kept);
        offset += line.len();
    }
    let message = match common[0] {
        Part::Quote => "Removed the quote mark or prompt before each line.",
        _ => "Removed the prefix of a log before each line.",
    };
    Some((pieces, span?, message))
}

const NO_SENT_BODY: &str = "Expected the body that curl has sent, got the output of curl without the body.";

/// Keeps the request in the output of `curl --verbose`: the lines after `> `, and the body, which has no mark.
fn remove_notes(text: &[u8]) -> Option<Layer> {
    let mut pieces = Pieces::default();
    let mut first = None;
    let mut offset = 0;
    let (mut is_response, mut has_body) = (false, false);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let sent = line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b">").filter(|_| first.is_some()));
        let is_note = matches!(line, [b'*' | b'<', b' ', ..] | [b'{' | b'}', b' ', b'[', ..])
            || line.trim_ascii() == b"<";
        match sent {
            Some(sent) => {
                if first.is_none() {
                    is_request_line(sent).then_some(())?;
                    first = Some(ByteSpan { start: offset, end: offset + 2 });
                    has_body = [&b"GET "[..], b"HEAD "].iter().any(|method| sent.starts_with(method));
                }
                is_response = false;
                has_body |= sent.to_ascii_lowercase().starts_with(b"content-length: 0");
                pieces.keep(offset + line.len() - sent.len(), sent);
            }
            None if is_note || line.trim_ascii().is_empty() && first.is_none() => {}
            None if first.is_none() => return None,
            None if is_response => {}
            None => {
                has_body |= !line.trim_ascii().is_empty();
                pieces.keep(offset, line);
            }
        }
        is_response |= line.starts_with(b"<");
        offset += line.len();
    }
    let message = if has_body { "Removed the marks and the notes of curl." } else { NO_SENT_BODY };
    Some((pieces, first?, message))
}

/// Whether a line opens or closes a fence of Markdown.
pub(super) fn is_fence(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    [&b"```"[..], b"~~~"].iter().any(|mark| line.starts_with(mark))
        && !line[3..].iter().any(|byte| matches!(byte, b'`' | b'{' | b'"'))
}

/// Keeps the lines within fences.
fn remove_fences(text: &[u8]) -> Option<Layer> {
    let mut pieces = Pieces::default();
    let (mut is_inside, mut fences, mut has_outside) = (false, 0, false);
    let mut first = None;
    let mut offset = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if is_fence(line) {
            // The line break before a closing fence is part of the fence.
            if is_inside {
                pieces.trim_end();
                pieces.keep(offset + line.len() - 1, b"\n\n");
            }
            first = first.or(Some(ByteSpan { start: offset, end: offset + line.trim_ascii_end().len() }));
            is_inside = !is_inside;
            fences += 1;
        } else if is_inside {
            pieces.keep(offset, line);
        } else {
            let line = line.trim_ascii();
            // A request outside the fences is no comment on them.
            if super::blocks::starts_request(line) {
                return None;
            }
            has_outside |= !line.is_empty();
        }
        offset += line.len();
    }
    if fences == 0 {
        return None;
    }
    pieces.trim_end();
    let message = if has_outside {
        "Removed the fences of Markdown, and the text outside the fences."
    } else {
        "Removed the fences of Markdown."
    };
    Some((pieces, first?, message))
}

/// Removes escape sequences that set colors (ECMA-48, `CSI ... m`).
fn remove_colors(text: &[u8]) -> Option<(Pieces, ByteSpan)> {
    let mut pieces = Pieces::default();
    let mut first = None;
    let mut offset = 0;
    while let Some(length) = find_byte(&text[offset..], 0x1b) {
        let start = offset + length;
        let rest = text[start + 1..].strip_prefix(b"[").unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        let is_color = matches!(rest.get(digits), Some(b'm' | b'K'));
        let kept = if is_color { start } else { start + 1 };
        pieces.keep(offset, &text[offset..kept]);
        offset = kept;
        if is_color {
            offset = start + digits + 3;
            first = first.or(Some(ByteSpan { start, end: offset }));
        }
    }
    pieces.keep(offset, &text[offset..]);
    Some((pieces, first?))
}

/// What chats and editors write, and the plain character.
const TYPOGRAPHY: [(&str, &str); 9] = [
    ("\u{201c}", "\""),
    ("\u{201d}", "\""),
    ("\u{201e}", "\""),
    ("\u{2018}", "'"),
    ("\u{2019}", "'"),
    ("\u{a0}", " "),
    ("\u{202f}", " "),
    ("\u{200b}", ""),
    ("\u{feff}", ""),
];

/// Replaces each of these texts by its plain form.
fn replace(text: &[u8], table: &[(&str, &str)]) -> Option<(Pieces, ByteSpan)> {
    let mut pieces = Pieces::default();
    let mut first = None;
    let (mut offset, mut start) = (0, text.len() - strip_bom(text).len());
    while start < text.len() {
        let rest = &text[start..];
        let found = (rest[0] >= 0xc2 || rest[0] == b'&')
            .then(|| table.iter().find(|(other, _)| rest.starts_with(other.as_bytes())))
            .flatten();
        let Some((other, plain)) = found else {
            start += 1;
            continue;
        };
        pieces.keep(offset, &text[offset..start]);
        pieces.keep(start, plain.as_bytes());
        first = first.or(Some(ByteSpan { start, end: start + other.len() }));
        start += other.len();
        offset = start;
    }
    pieces.keep(offset, &text[offset..]);
    Some((pieces, first?))
}
