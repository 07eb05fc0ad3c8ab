//! Deliveries from the texts in which people keep them: which form a text has, and what all forms share.

mod curl;
mod finding;
mod har;
mod http;
mod joined;
mod record;
mod scan;
mod shell;
mod stream;

use std::fmt;

pub use stream::{Importer, Step};

use super::{Delivery, Headers};
use crate::issue::{ByteSpan, Code, Issue, Severity};
use crate::json::{Document, Value};
use finding::Notes;

/// The longest text, or entry of an archive, that is held in memory unless the caller says otherwise: 64 MiB.
pub const MAX_TEXT: usize = 1 << 26;

/// The byte order mark, as some editors put it in front of a text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The forms in which deliveries are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// An HTTP/1 request, as it went over the wire or as a page of documentation prints it.
    Http,
    /// A curl command, quoted for a POSIX shell or bash.
    Curl,
    /// An HTTP archive: every entry's request.
    Har,
    /// One JSON object of headers with a body, or an event of AWS Lambda.
    Record,
    /// Records, or bodies, one on each line.
    Ndjson,
    /// A body alone: every byte of it.
    Body,
}

impl Form {
    /// Every form, by the name it has in options.
    pub const ALL: [(Form, &'static str); 6] = [
        (Form::Http, "http"),
        (Form::Curl, "curl"),
        (Form::Har, "har"),
        (Form::Record, "record"),
        (Form::Ndjson, "ndjson"),
        (Form::Body, "body"),
    ];

    /// The name of the form.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(form, _)| *form == self).map_or("", |(_, name)| name)
    }

    /// The form with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Form> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(form, _)| *form)
    }

    /// The form that a text has by its looks, as far as it can be told.
    ///
    /// ```
    /// use hookseal::delivery::Form;
    ///
    /// assert_eq!(Form::of(b"curl https://example.com/ -d '{}'"), Some(Form::Curl));
    /// assert_eq!(Form::of(b"POST / HTTP/1.1\r\n\r\n{}"), Some(Form::Http));
    /// assert_eq!(Form::of(br#"{ "headers": {}, "body": "{}" }"#), Some(Form::Record));
    /// assert_eq!(Form::of(br#"{ "event": "ping" }"#), Some(Form::Body));
    /// ```
    #[must_use]
    pub fn of(text: &[u8]) -> Option<Form> {
        let text = without_mark(text).trim_ascii_start();
        match text.first()? {
            b'{' => Some(of_object(text)),
            b'[' | b'"' => Some(Form::Body),
            _ if curl::begins(text).is_some() => Some(Form::Curl),
            _ if http::begins(text) => Some(Form::Http),
            _ => Document::read(text).is_ok().then_some(Form::Body),
        }
    }
}

/// The form of a text that begins like an object.
fn of_object(text: &[u8]) -> Form {
    match Document::read(text) {
        Ok(document) if har::is_archive(document.root()) => Form::Har,
        Ok(document) if record::is_record(document.root()) => Form::Record,
        Ok(_) => Form::Body,
        Err(_) => {
            let (line, rest) = first_line(text);
            match scan::first_key(text) {
                _ if !rest.trim_ascii().is_empty() && Document::read(line).is_ok() => Form::Ndjson,
                // What is broken is still told from a body that is: its reader says where.
                b"log" => Form::Har,
                b"headers" | b"multiValueHeaders" => Form::Record,
                _ => Form::Body,
            }
        }
    }
}

fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    text.split_at(end)
}

fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// One delivery that was imported. It owns its parts.
#[derive(Clone, Default)]
pub struct Imported {
    /// The headers, in their order.
    pub headers: Headers<'static>,
    /// The raw bytes of the body.
    pub body: Vec<u8>,
    /// The URL it was sent to, where the text says it. Of an HTTP request it is put together from its target
    /// and its Host; that it was `https` is then a guess.
    pub url: Option<String>,
    /// Its method, in capitals, where the text says it.
    pub method: Option<String>,
}

impl Imported {
    /// The delivery for a verb.
    #[must_use]
    pub fn as_delivery(&self) -> Delivery<'_> {
        Delivery {
            headers: self.headers.iter().collect(),
            body: &self.body,
            url: self.url.as_deref(),
            method: self.method.as_deref(),
        }
    }
}

/// As a delivery's: neither body nor header values.
impl fmt::Debug for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_delivery().fmt(f)
    }
}

/// What was found in a text.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// The form the text was read by. `None`: it has none of them.
    pub form: Option<Form>,
    /// The deliveries, in the order of the text.
    pub deliveries: Vec<Imported>,
    /// What there is to say about the text, each with its place in it. With an error, something of the text
    /// could not be imported, or not as it was sent. A delivery can stand beside `body-elsewhere`, which says
    /// that its body has to be given; it is empty until then.
    pub issues: Vec<Issue>,
}

impl Import {
    fn note(&mut self, step: Step) {
        self.deliveries.extend(step.delivery);
        self.issues.extend(step.issues);
    }
}

/// Imports every delivery of a text, by its form, or by the looks of it. It never fails: what cannot be
/// imported is an issue. It holds a few times as much memory as the text; see [`Importer`] for archives.
///
/// ```
/// use hookseal::delivery::{Form, import};
///
/// let command = br#"curl https://example.com/hook -H 'X-Signature: sha256=00' --data-raw '{"a":1}'"#;
/// let import = import(command, None);
/// assert_eq!(import.form, Some(Form::Curl));
/// let delivery = import.deliveries[0].as_delivery();
/// assert_eq!((delivery.method, delivery.body), (Some("POST"), &br#"{"a":1}"#[..]));
/// assert_eq!(delivery.headers.get("x-signature"), Some("sha256=00"));
///
/// // The body is not in the text: that is said, with the place.
/// let import = hookseal::delivery::import(b"curl https://example.com/ -d @body.json", None);
/// assert_eq!(import.issues[0].code.as_str(), "body-elsewhere");
/// assert_eq!(import.issues[0].span.column, 30);
/// ```
#[must_use]
pub fn import(text: &[u8], form: Option<Form>) -> Import {
    let Some(form) = form.or_else(|| Form::of(text)) else {
        let mut notes = Notes::new(text);
        let what = if text.trim_ascii().is_empty() {
            "There is nothing in it."
        } else {
            "This is none of the forms a delivery is read from."
        };
        notes.add(Code::FORM_UNKNOWN, Severity::Error, ByteSpan { start: 0, end: text.len().min(1) }, what, Some(
            "Give an HTTP request that begins like \"POST /path HTTP/1.1\", a curl command, a HAR file, a JSON object of \
             headers and body, or the body alone; or name the form.",
        ));
        return Import { issues: notes.issues, ..Import::default() };
    };
    let mut found = Import { form: Some(form), ..Import::default() };
    match form {
        Form::Body => found.deliveries.push(Imported { body: text.to_vec(), ..Imported::default() }),
        Form::Http | Form::Curl => {
            let mut notes = Notes::new(text);
            let read = if form == Form::Http { http::read } else { curl::read };
            found.deliveries.extend(read(&mut notes));
            found.issues = notes.issues;
        }
        Form::Har | Form::Record => {
            let json = without_mark(text);
            let mut issues = match Document::read(json) {
                Ok(document) => {
                    let mut drafts = Vec::new();
                    let read = if form == Form::Har { har::archive } else { record::single };
                    found.deliveries = read(document.root(), &mut drafts);
                    document.locate(drafts)
                }
                Err(issue) => vec![*issue],
            };
            let mut place = finding::Position::default();
            place.advance(&text[..text.len() - json.len()]);
            for issue in &mut issues {
                place.shift(issue);
            }
            found.issues = issues;
        }
        Form::Ndjson => {
            let mut importer = Importer::new(Some(form)).with_limit(usize::MAX);
            importer.push(text);
            importer.finish();
            while let Some(step) = importer.next_step() {
                found.note(step);
            }
        }
    }
    found
}

/// The characters of a string that stand for bytes of a body, and whether some were lost on the way.
fn body_text(value: Value<'_>) -> Option<(Vec<u8>, bool)> {
    let text = value.as_str()?;
    let lossy = text.contains('\u{fffd}');
    Some((text.into_owned().into_bytes(), lossy))
}
