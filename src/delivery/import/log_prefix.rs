//! The prefix of a line of a log: of docker compose, kubectl, journald, Heroku, PM2, of the loggers of programs, and the
//! quote mark of mails and chats.

use super::lines::{NONE, contains_word, find_byte, run_length};

/// More parts are no prefix.
const MAX_PARTS: usize = 8;

/// No name in a prefix is longer.
const MAX_NAME: usize = 64;

/// A part of a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `web-1  | ` of docker compose, `0|app  | ` of PM2.
    Service,
    /// `> ` of mails and chats.
    Quote,
    Time,
    /// `INFO `, `[info]`, `INFO:root:`, `local.ERROR: `.
    Level,
    /// `stdout F ` of containers.
    Stream,
    /// `host app[123]: ` of syslog, `app[web.1]: ` of Heroku.
    Process,
    /// `[Nest] `, `[app.http] `.
    Name,
}

/// Returns up to this many parts of the prefix of a line, and their length.
pub(super) fn parse(line: &[u8], max_parts: usize) -> (Vec<Part>, usize) {
    let mut parts = Vec::new();
    let mut end = 0;
    while parts.len() < max_parts.min(MAX_PARTS) {
        let mut start = end;
        let mut part = parse_part(&line[end..], parts.is_empty());
        if part.is_none() && parts.last().is_some_and(|part| !matches!(part, Part::Service | Part::Quote)) {
            start += separators(&line[end..]);
            part = parse_part(&line[start..], false)
                .or_else(|| Some((Part::Name, plain_name(&line[start..]).filter(|_| start > end)?)));
        }
        let Some((part, length)) = part else { break };
        parts.push(part);
        end = start + length;
        // One space ends a part: more of them may be the indentation of the text.
        if !matches!(part, Part::Service | Part::Quote) {
            end += usize::from(line.get(end) == Some(&b' '));
        }
    }
    if parts.last().is_some_and(|part| !matches!(part, Part::Service | Part::Quote | Part::Stream)) {
        end += dashes(&line[end..]);
    }
    (parts, end)
}

/// Whether a prefix marks a part of a line that the next line continues.
pub(super) fn is_partial(prefix: &[u8]) -> bool {
    prefix.ends_with(b" stdout P ") || prefix.ends_with(b" stderr P ")
}

/// The length of white space, numbers and punctuation between two parts.
fn separators(text: &[u8]) -> usize {
    let length = run_length(text, MAX_NAME, u8::is_ascii_digit, b" #-:,");
    // A number that goes on is the start of the next part.
    let text = &text[..length];
    text.len() - text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length of the mark of an item in a list: `1. `, `- `.
pub(super) fn list_mark(line: &[u8]) -> usize {
    let digits = run_length(line, 4, u8::is_ascii_digit, b"");
    match &line[digits..] {
        [b'.' | b')', b' ', ..] if digits > 0 => digits + 2,
        [b'-' | b'*', b' ', ..] if digits == 0 => 2,
        _ => 0,
    }
}

/// The length of the punctuation between a prefix and its text: ` - `, ` -- : `.
fn dashes(text: &[u8]) -> usize {
    let length = run_length(text, MAX_NAME, NONE, b" -:");
    let Some(last) = text[..length].iter().rposition(|byte| *byte != b' ') else { return 0 };
    match text.get(last + 1) {
        // More spaces are the indentation of the text.
        Some(b' ') => last + 2,
        None | Some(b'\r' | b'\n') => last + 1,
        Some(_) => 0,
    }
}

fn parse_part(text: &[u8], is_first: bool) -> Option<(Part, usize)> {
    if is_first && text.first() == Some(&b'>') {
        let length = 1 + usize::from(text.get(1) == Some(&b' '));
        return Some((Part::Quote, length));
    }
    let service = service(text).filter(|_| is_first).map(|length| (Part::Service, length));
    service
        .or_else(|| Some((Part::Time, time(text)?)))
        .or_else(|| Some((Part::Level, level(text)?)))
        .or_else(|| stream(text).filter(|_| !is_first))
        .or_else(|| Some((Part::Process, process(text)?)))
        .or_else(|| Some((Part::Name, bracketed_name(text)?)))
}

/// The length of a run of letters, digits and these bytes.
fn run(text: &[u8], others: &[u8]) -> usize {
    run_length(text, MAX_NAME, u8::is_ascii_alphanumeric, others)
}

fn service(text: &[u8]) -> Option<usize> {
    let name = run(text, b"_.-|/");
    let spaces = run_length(&text[name..], MAX_NAME, NONE, b" ");
    let bar = name + spaces;
    let is_service = name > 0 && spaces > 0 && text.get(bar) == Some(&b'|');
    match text.get(bar + 1) {
        Some(b' ') if is_service => Some(bar + 2),
        None | Some(b'\r' | b'\n') if is_service => Some(bar + 1),
        _ => None,
    }
}

const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";

/// A date or a time of day, in brackets or not.
fn time(text: &[u8]) -> Option<usize> {
    let open = usize::from(matches!(text.first(), Some(b'[' | b'(')));
    let mut rest = &text[open..];
    // `Nov 29 01:02:03` of syslog.
    if rest.get(3) == Some(&b' ') && run_length(rest, 3, u8::is_ascii_alphabetic, b"") == 3 {
        let month = std::str::from_utf8(&rest[..3]).ok()?;
        contains_word(MONTHS, month).then_some(())?;
        rest = rest[3..].trim_ascii_start();
        let day = run_length(rest, usize::MAX, u8::is_ascii_digit, b"");
        rest = rest[day..].strip_prefix(b" ")?;
    }
    // `[29-Nov-2026 01:02:03 UTC]` of PHP.
    let is_part: fn(&u8) -> bool = if open == 1 { u8::is_ascii_alphanumeric } else { u8::is_ascii_digit };
    let others: &[u8] = if open == 1 { b" :.,/-+" } else { b":.,/-+TZ" };
    let mut length = run_length(rest, MAX_NAME, is_part, others);
    let has_colon = rest[..length].contains(&b':');
    let dashes = rest[..length].iter().filter(|byte| matches!(byte, b'-' | b'/')).count();
    let digits = rest[..length].iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_valid = rest.first().is_some_and(u8::is_ascii_digit)
        && (has_colon && digits >= 4 || dashes >= 2 && digits >= 6);
    if !is_valid {
        return None;
    }
    // Within brackets, a time and a zone or a process number may follow the date.
    if open == 1 {
        let end = rest.iter().take(MAX_NAME).position(|byte| matches!(byte, b']' | b')'))?;
        (run_length(&rest[..end], end, u8::is_ascii_alphanumeric, b" #:.,/-+") == end).then_some(())?;
        length = end + 1;
    } else if rest[length - 1] == b',' {
        // A comma is part of the time or follows the date.
    } else if rest.get(length).is_some_and(|byte| !b" \t\r\n".contains(byte)) {
        return None;
    }
    let is_half_day = [&b" AM"[..], b" PM"].iter().any(|half| rest[length..].starts_with(half));
    Some(text.len() - rest.len() + length + if is_half_day { 3 } else { 0 })
}

const LEVELS: &str = "trace debug info notice warn warning error err critical crit fatal log";

/// A level, in brackets or not, and the name of a logger after it.
fn level(text: &[u8]) -> Option<usize> {
    // `I, ` of the logger of Ruby.
    if matches!(text, [b'D' | b'I' | b'W' | b'E' | b'F', b',', b' ', b'[', ..]) {
        return Some(2);
    }
    let open = usize::from(matches!(text.first(), Some(b'[' | b'(' | b'<')));
    let length = run(&text[open..], b"._-");
    let word = std::str::from_utf8(&text[open..open + length]).ok()?;
    let name = word.rsplit('.').next()?.to_ascii_lowercase();
    contains_word(LEVELS, &name).then_some(())?;
    let mut end = open + length;
    match text.get(end) {
        Some(b']' | b')' | b'>') if open == 1 => end += 1,
        Some(b':') if open == 0 => {
            end += 1;
            // `INFO:root:`
            let logger = run(&text[end..], b"._-");
            if logger > 0 && text.get(end + logger) == Some(&b':') {
                end += logger + 1;
            }
        }
        // A word in prose has small letters.
        None | Some(b' ' | b'\r' | b'\n')
            if open == 0 && word.ends_with(|last: char| last.is_ascii_uppercase()) => {}
        _ => return None,
    }
    // A colon after the brackets belongs to the level.
    Some(end + usize::from(open == 1 && text.get(end) == Some(&b':')))
}

fn stream(text: &[u8]) -> Option<(Part, usize)> {
    let is_stream = ["stdout F", "stderr F", "stdout P", "stderr P"].iter().any(|name| {
        text.starts_with(name.as_bytes()) && text.get(8).is_none_or(|byte| b" \r\n".contains(byte))
    });
    is_stream.then_some((Part::Stream, 8))
}

/// `app[web.1]:`, after the name of a host or not.
fn process(text: &[u8]) -> Option<usize> {
    let host = run(text, b"_.-");
    let start = if text.get(host) == Some(&b' ') { host + 1 } else { 0 };
    let name = start + run(&text[start..], b"_./-");
    let inner = text.get(name..)?.strip_prefix(b"[")?;
    let end = name + 1 + run(inner, b"._-");
    (name > start && text.get(end..)?.starts_with(b"]:")).then_some(end + 2)
}

/// A name between dashes: `- app.views - `.
fn plain_name(text: &[u8]) -> Option<usize> {
    let length = run(text, b"._");
    (length > 0 && text[length..].starts_with(b" - ")).then_some(length)
}

/// A name in brackets. A list of names has quotes, and an arrow follows a key of PHP.
fn bracketed_name(text: &[u8]) -> Option<usize> {
    let inner = text.strip_prefix(b"[")?;
    let length = find_byte(&inner[..inner.len().min(MAX_NAME)], b']')?;
    let is_name = inner.first()?.is_ascii_alphabetic()
        && run_length(&inner[..length], length, u8::is_ascii_alphanumeric, b"._-/ ") == length;
    let next = inner[length + 1..].trim_ascii_start();
    let is_end = inner.get(length + 1).is_none_or(|byte| b" \r\n".contains(byte));
    (is_name && is_end && !next.starts_with(b"=>")).then_some(length + 2)
}
