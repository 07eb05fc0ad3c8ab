//! curl commands as people paste them: the request that curl would send, by its options (curl(1)).

mod options;

use std::fmt::Write as _;

use base64ct::Encoding as _;

use super::Imported;
use super::finding::Notes;
use super::shell::{self, Word};
use crate::delivery::Headers;
use crate::issue::{ByteSpan, Code, Severity};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// Where the word `curl` stands, if this is a command: behind a prompt, and behind lines of comment.
pub(super) fn begins(text: &[u8]) -> Option<usize> {
    let mut at = text.len() - super::without_mark(text).len();
    loop {
        let line = super::first_line(&text[at..]).0;
        let indent = line.len() - line.trim_ascii_start().len();
        let rest = &line[indent..];
        let prompt = if rest.starts_with(b"$ ") || rest.starts_with(b"> ") { 2 } else { 0 };
        for name in [&b"curl"[..], b"curl.exe"] {
            let command = rest[prompt..].strip_prefix(name);
            if command.is_some_and(|behind| behind.first().is_none_or(|byte| b" \t\r\\".contains(byte))) {
                return Some(at + indent + prompt);
            }
        }
        if !(rest.is_empty() || rest.starts_with(b"#")) || at + line.len() >= text.len() {
            return None;
        }
        at += line.len() + 1;
    }
}

/// Reads the request of a command.
pub(super) fn read(notes: &mut Notes<'_>) -> Option<Imported> {
    let text = notes.text;
    let Some(start) = begins(text) else {
        let span = ByteSpan { start: 0, end: text.len().min(1) };
        let message = "A curl command begins with the word curl.";
        notes.add(Code::CURL_SYNTAX, Severity::Error, span, message, None);
        return None;
    };
    let words = shell::words(notes, start)?;
    let mut command = Command::default();
    command.read(notes, &words)?;
    command.finish(notes, words.last().map_or(start, |word| word.span.end))
}

/// What the options said so far.
#[derive(Default)]
struct Command {
    headers: Headers<'static>,
    /// Headers that curl would add and was told not to.
    suppressed: Vec<String>,
    url: Option<String>,
    method: Option<String>,
    body: Option<Vec<u8>>,
    /// Headers that curl adds where none of the same name was given.
    defaults: Vec<(&'static str, String)>,
    query: bool,
    head: bool,
}

/// How an option gives a part of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    /// `@` means a file.
    Plain,
    Raw,
    UrlEncode,
    Json,
}

impl Command {
    fn read(&mut self, notes: &mut Notes<'_>, words: &[Word]) -> Option<()> {
        let mut rest = words.iter().skip(1);
        let mut options = true;
        while let Some(word) = rest.next() {
            let text = word.text();
            if !options || !text.starts_with('-') || text == "-" {
                self.target(notes, word);
            } else if text == "--" {
                options = false;
            } else if text == "--next" {
                let message = "What stands behind --next is another request, and was left out.";
                notes.add(Code::TEXT_SKIPPED, Severity::Warning, word.span, message, None);
                break;
            } else if let Some(name) = text.strip_prefix("--") {
                if options::takes_value(name) {
                    let value = value(notes, word, rest.next())?;
                    self.option(notes, name, value);
                } else {
                    self.switch(notes, name, word);
                }
            } else {
                self.short(notes, word, &mut rest)?;
            }
        }
        Some(())
    }

    /// `-sSX POST`, `-XPOST`: letters, the last of which may have its value behind it.
    fn short<'w>(
        &mut self,
        notes: &mut Notes<'_>,
        word: &'w Word,
        rest: &mut impl Iterator<Item = &'w Word>,
    ) -> Option<()> {
        for (index, letter) in word.bytes.iter().enumerate().skip(1) {
            let Some(name) = options::valued_letter(*letter) else {
                match letter {
                    b'G' => self.query = true,
                    b'I' => self.head = true,
                    _ => {}
                }
                continue;
            };
            let behind = &word.bytes[index + 1..];
            if behind.is_empty() {
                let value = value(notes, word, rest.next())?;
                self.option(notes, name, value);
            } else {
                let value = Word { bytes: behind.to_vec(), span: word.span };
                self.option(notes, name, &value);
            }
            break;
        }
        Some(())
    }

    fn switch(&mut self, notes: &mut Notes<'_>, name: &str, word: &Word) {
        match name {
            "get" => self.query = true,
            "head" => self.head = true,
            _ if options::is_switch(name) => {}
            _ => {
                let message = "This option is not known here, and was left out.";
                let hint = "If it has a value, take both out: the value was read as an argument of its own.";
                notes.add(Code::TEXT_SKIPPED, Severity::Warning, word.span, message, Some(hint));
            }
        }
    }

    fn option(&mut self, notes: &mut Notes<'_>, name: &str, value: &Word) {
        let text = || value.text();
        match name {
            "request" => self.method = Some(text()),
            "url" => self.target(notes, value),
            "header" => self.header(notes, value),
            "data" | "data-ascii" | "data-binary" => self.data(notes, value, Data::Plain),
            "data-raw" => self.data(notes, value, Data::Raw),
            "data-urlencode" => self.data(notes, value, Data::UrlEncode),
            "json" => {
                self.data(notes, value, Data::Json);
                self.add_default("Content-Type", into_owned_outlined("application/json"));
                self.add_default("Accept", into_owned_outlined("application/json"));
            }
            "form" | "form-string" => {
                let message = "curl makes a multipart body of this, with a boundary it draws anew each time.";
                elsewhere(notes, value, message);
            }
            "upload-file" => elsewhere(notes, value, "The body is in a file that is no part of the command."),
            "user" => {
                let credentials = base64ct::Base64::encode_string(&value.bytes);
                self.add_default("Authorization", format!("Basic {credentials}"));
            }
            "oauth2-bearer" => self.add_default("Authorization", format!("Bearer {}", text())),
            "user-agent" => self.add_default("User-Agent", text()),
            "referer" => self.add_default("Referer", text()),
            "cookie" if value.bytes.contains(&b'=') => self.add_default("Cookie", text()),
            _ => {}
        }
    }

    fn add_default(&mut self, name: &'static str, value: String) {
        self.defaults.retain(|(other, _)| *other != name);
        self.defaults.push((name, value));
    }

    fn target(&mut self, notes: &mut Notes<'_>, word: &Word) {
        if self.url.is_some() {
            let message = "A command has one URL: this is another one, or the value of an option that is not known here.";
            notes.add(Code::TEXT_SKIPPED, Severity::Warning, word.span, message, None);
        } else {
            self.url = Some(word.text());
        }
    }

    /// `Name: value`; `Name:` takes one of curl's own out; `Name;` has no value.
    fn header(&mut self, notes: &mut Notes<'_>, word: &Word) {
        let text = super::http::text_of(&word.bytes);
        let (name, value) = match split_once(&text, ':') {
            Some((name, value)) => (name.trim(), value.trim_matches([' ', '\t'])),
            None => match text.strip_suffix(';') {
                Some(name) => {
                    self.headers.push(into_owned_outlined(name.trim()), String::new());
                    return;
                }
                None => ("", ""),
            },
        };
        if !crate::delivery::is_token(name) {
            let message = if text.starts_with('@') {
                "These headers are in a file that is no part of the command, and were left out."
            } else {
                "This is no header, which is a name, a colon and a value; it was left out."
            };
            notes.add(Code::CURL_SYNTAX, Severity::Warning, word.span, message, None);
        } else if value.is_empty() {
            self.suppressed.push(into_owned_outlined(name));
        } else {
            self.headers.push(into_owned_outlined(name), into_owned_outlined(value));
        }
    }

    fn data(&mut self, notes: &mut Notes<'_>, word: &Word, data: Data) {
        let file = match data {
            Data::Raw => false,
            Data::Plain | Data::Json => word.bytes.first() == Some(&b'@'),
            Data::UrlEncode => {
                word.bytes.iter().find(|byte| matches!(byte, b'=' | b'@')).is_some_and(|byte| *byte == b'@')
            }
        };
        if file {
            let message = if word.bytes == b"@-" {
                "The body was written to curl's standard input, which is no part of the command."
            } else {
                "The body is in a file that is no part of the command."
            };
            elsewhere(notes, word, message);
        }
        let bytes = match data {
            _ if file => Vec::new(),
            Data::UrlEncode => url_encoded(&word.bytes),
            _ => word.bytes.clone(),
        };
        match &mut self.body {
            None => self.body = Some(bytes),
            Some(body) => {
                // Parts of a form are joined; parts of JSON follow each other.
                if data != Data::Json {
                    body.push(b'&');
                }
                body.extend(bytes);
            }
        }
        if data != Data::Json && !self.defaults.iter().any(|(name, _)| *name == "Content-Type") {
            self.add_default("Content-Type", into_owned_outlined("application/x-www-form-urlencoded"));
        }
    }

    fn finish(mut self, notes: &mut Notes<'_>, end: usize) -> Option<Imported> {
        let Some(mut url) = self.url else {
            let message = "The command has no URL.";
            let span = ByteSpan { start: end, end };
            notes.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some("Copy the whole command."));
            return None;
        };
        let mut body = self.body;
        if self.query
            && let Some(query) = body.take()
        {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&String::from_utf8_lossy(&query));
            self.defaults.retain(|(name, _)| *name != "Content-Type");
        }
        for (name, value) in self.defaults {
            if self.headers.get(name).is_none()
                && !self.suppressed.iter().any(|other| eq_ignore_ascii_case(other, name))
            {
                self.headers.push(name, value);
            }
        }
        let method = match (self.method, &body) {
            (Some(method), _) => method.to_ascii_uppercase(),
            (None, _) if self.head => into_owned_outlined("HEAD"),
            (None, Some(_)) => into_owned_outlined("POST"),
            (None, None) => into_owned_outlined("GET"),
        };
        Some(Imported {
            headers: self.headers,
            body: body.unwrap_or_default(),
            url: Some(url),
            method: Some(method),
        })
    }
}

fn elsewhere(notes: &mut Notes<'_>, word: &Word, message: &str) {
    let hint =
        "Give the body beside the command, from that place, or put it into the command with --data-raw.";
    notes.add(Code::BODY_ELSEWHERE, Severity::Error, word.span, message, Some(hint));
}

fn value<'w>(notes: &mut Notes<'_>, option: &Word, value: Option<&'w Word>) -> Option<&'w Word> {
    if value.is_none() {
        let message = "This option has no value.";
        notes.add(Code::CURL_SYNTAX, Severity::Error, option.span, message, Some("Copy the whole command."));
    }
    value
}

/// `content`, `=content` or `name=content`, the content percent-encoded as curl does it.
fn url_encoded(bytes: &[u8]) -> Vec<u8> {
    let (name, content) = match bytes.iter().position(|byte| *byte == b'=') {
        None => (&bytes[..0], bytes),
        Some(0) => (&bytes[..0], &bytes[1..]),
        Some(at) => (&bytes[..=at], &bytes[at + 1..]),
    };
    let mut out = String::new();
    for byte in content {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    [name, out.as_bytes()].concat()
}
