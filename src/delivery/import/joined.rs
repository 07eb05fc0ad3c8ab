//! HTTP requests that lost their line breaks, as pages of documentation print them and chats paste them: the
//! headers run together, with or without some of the breaks, and no empty line has to stand before the body.

use super::finding::Notes;
use super::{Imported, http};
use crate::delivery::{Headers, is_token};
use crate::issue::{ByteSpan, Code, Severity};

/// Takes the request apart that begins here. Any white space ends a header's value where a name and a colon
/// follow; the body begins behind an empty line, or with the first brace that stands alone.
pub(super) fn read(notes: &mut Notes<'_>, start: usize) -> Option<Imported> {
    let text = notes.text;
    let mut words = Words { text, at: start };
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let head = version.end;
    let body_start = body_start(text, head);
    let head_end = body_start.unwrap_or(text.len());
    let mut headers = Headers::new();
    let mut open: Option<(String, usize)> = None;
    for word in (Words { text: &text[..head_end], at: head }) {
        let bytes = &text[word.start..word.end];
        let name = bytes.strip_suffix(b":").and_then(|name| std::str::from_utf8(name).ok());
        if let Some(name) = name.filter(|name| is_token(name) && name.as_bytes()[0].is_ascii_alphabetic())
            && let Some((name, from)) = open.replace((name.to_owned(), word.end))
        {
            headers.push(name, value(&text[from..word.start]));
        }
    }
    if let Some((name, from)) = open {
        headers.push(name, value(&text[from..head_end]));
    }
    let place = ByteSpan { start, end: head_end };
    if headers.is_empty() && body_start.is_none() {
        let message = "There are no headers behind the request line, and no body.";
        let hint = "Each header stands on a line of its own, and an empty line before the body.";
        notes.add(Code::HTTP_SYNTAX, Severity::Error, place, message, Some(hint));
        return None;
    }
    let message = match body_start {
        Some(_) => format!(
            "The request does not have the form of HTTP/1.1: {} headers were taken apart at their names, and the body \
             is what follows them.",
            headers.len()
        ),
        None => format!("The request ends within its {} headers: there is no body.", headers.len()),
    };
    let hint = "Where white space was lost or changed, a signature cannot fit any more: a capture of the raw request can.";
    notes.add(Code::HTTP_REPAIRED, Severity::Warning, place, &message, Some(hint));
    let part = |span: ByteSpan| String::from_utf8_lossy(&text[span.start..span.end]);
    Some(Imported {
        body: body_start.map(|start| http::body(notes, &headers, start)).unwrap_or_default(),
        url: http::url(&part(target), &headers),
        method: Some(part(method).to_ascii_uppercase()),
        headers,
    })
}

/// A value without the white space around it, and with one space for each break within it.
fn value(bytes: &[u8]) -> String {
    let words: Vec<&[u8]> = bytes
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .map(<[u8]>::trim_ascii)
        .filter(|part| !part.is_empty())
        .collect();
    http::text_of(&words.join(&b' '))
}

/// Where the body begins: behind the first empty line, or with the first bracket that looks like JSON.
fn body_start(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        if matches!(text[at], b'{' | b'[') && text[at - 1].is_ascii_whitespace() {
            let next = text[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
            if next.is_none_or(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')) {
                return Some(at);
            }
        }
        if text[at] == b'\n' {
            match &text[at + 1..] {
                [b'\n', ..] => return Some(at + 2),
                [b'\r', b'\n', ..] => return Some(at + 3),
                _ => {}
            }
        }
        at += 1;
    }
    None
}

/// The words of a text, each by its place.
struct Words<'t> {
    text: &'t [u8],
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = ByteSpan;

    #[inline(never)]
    fn next(&mut self) -> Option<ByteSpan> {
        let rest = &self.text[self.at..];
        let start = self.at + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let length = self.text[start..].iter().position(u8::is_ascii_whitespace);
        let end = length.map_or(self.text.len(), |length| start + length);
        self.at = end;
        Some(ByteSpan { start, end })
    }
}
