//! curl commands: the request that curl would send for these options (curl(1)).

mod options;

use base64ct::Encoding as _;

use super::diagnostics::Diagnostics;
use super::http_message::{decode_header_value, percent_encode};
use super::lines::{contains, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use super::shell;
use super::word::Word;
use crate::delivery::headers::{Headers, is_token};
use crate::issue::{ByteSpan, Code, Severity};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

pub(super) const COPY_WHOLE: &str = "Copy the whole command.";

/// Returns the offset of the word `curl`, if the text is a command.
pub(super) fn find_command_start(text: &[u8]) -> Option<usize> {
    find_command(text, &["curl", "curl.exe"]).map(|(start, _)| start)
}

/// Returns the offset of the first of these words, if the text is a command. A prompt, blank lines and comment lines may
/// precede.
pub(super) fn find_command(text: &[u8], names: &[&'static str]) -> Option<(usize, &'static str)> {
    let mut offset = text.len() - strip_bom(text).len();
    loop {
        let line = split_first_line(&text[offset..]).0;
        let indent = line.len() - line.trim_ascii_start().len();
        let command = &line[indent..];
        let prompt = if command.starts_with(b"$ ") || command.starts_with(b"> ") { 2 } else { 0 };
        for name in names {
            let rest = command[prompt..].strip_prefix(name.as_bytes());
            if rest.is_some_and(|rest| rest.first().is_none_or(|byte| b" \t\r\\".contains(byte))) {
                return Some((offset + indent + prompt, name));
            }
        }
        if !(command.is_empty() || command.starts_with(b"#")) || offset + line.len() >= text.len() {
            return None;
        }
        offset += line.len() + 1;
    }
}

/// Whether a line among others starts a command: prose may start with the word, too.
pub(super) fn starts_command(line: &[u8]) -> bool {
    let line = split_first_line(line).0;
    find_command_start(line).is_some_and(|start| {
        let command = line[start..].trim_ascii_end();
        let has = |part: &str| contains(command, part);
        let words = command.split(|byte| *byte == b' ').count();
        words == 2
            || has(" -")
            || has("://")
            || has("/")
            || command.ends_with(b"\\")
            || command.ends_with(b"^")
    })
}

/// Parses the request of a command.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Option<ImportedDelivery> {
    let text = diagnostics.text;
    let Some(start) = find_command_start(text) else {
        let span = ByteSpan { start: 0, end: text.len().min(1) };
        let message = "Expected a curl command, got text that does not start with \"curl\".";
        diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(COPY_WHOLE));
        return None;
    };
    let shell = shell::split_words(diagnostics, start)?;
    let mut command = Command { input: shell.input, ..Command::default() };
    command.apply_arguments(diagnostics, &shell.words)?;
    command.into_delivery(diagnostics, shell.words.last().map_or(start, |word| word.span.end))
}

/// The request, as far as the options have set it.
#[derive(Default)]
pub(super) struct Command {
    headers: Headers<'static>,
    /// Names of default headers that `-H 'Name:'` removes.
    removed_headers: Vec<String>,
    pub url: Option<String>,
    pub method: Option<String>,
    pub body: Option<Vec<u8>>,
    /// Headers that curl adds unless the command sets one of the same name.
    default_headers: Vec<(&'static str, String)>,
    uses_get: bool,
    uses_head: bool,
    /// The standard input, if the command includes it.
    input: Option<Word>,
}

/// How a `--data` option encodes its part of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DataEncoding {
    /// As written; a leading `@` names a file, whose line breaks curl removes.
    Plain,
    Binary,
    Raw,
    UrlEncoded,
    Json,
}

impl Command {
    fn apply_arguments(&mut self, diagnostics: &mut Diagnostics<'_>, words: &[Word]) -> Option<()> {
        let mut rest = words.iter().skip(1);
        let mut allows_options = true;
        while let Some(word) = rest.next() {
            let text = word.text();
            if !allows_options || !text.starts_with('-') || text == "-" {
                self.set_url(diagnostics, word);
            } else if text == "--" {
                allows_options = false;
            } else if text == "--next" {
                let message =
                    "Expected one request, got another one after --next. The other request was ignored.";
                let hint = "Import each request on its own.";
                diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, word.span, message, Some(hint));
                break;
            } else if let Some(name) = text.strip_prefix("--") {
                if options::takes_value(name) {
                    let value = require_value(diagnostics, word, rest.next())?;
                    self.apply_option(diagnostics, name, value);
                } else {
                    self.apply_flag(diagnostics, name, word);
                }
            } else {
                self.apply_short_options(diagnostics, word, &mut rest)?;
            }
        }
        Some(())
    }

    /// Applies `-sSX POST` or `-XPOST`: letters, of which the last may take a value.
    fn apply_short_options<'w>(
        &mut self,
        diagnostics: &mut Diagnostics<'_>,
        word: &'w Word,
        rest: &mut impl Iterator<Item = &'w Word>,
    ) -> Option<()> {
        for (index, letter) in word.bytes.iter().enumerate().skip(1) {
            let Some(name) = options::short_option_with_value(*letter) else {
                match letter {
                    b'G' => self.uses_get = true,
                    b'I' => self.uses_head = true,
                    _ if options::is_short_flag(*letter) => {}
                    _ => self.apply_flag(diagnostics, "", word),
                }
                continue;
            };
            let attached = &word.bytes[index + 1..];
            if attached.is_empty() {
                let value = require_value(diagnostics, word, rest.next())?;
                self.apply_option(diagnostics, name, value);
            } else {
                let value = Word { bytes: attached.to_vec(), span: word.span };
                self.apply_option(diagnostics, name, &value);
            }
            break;
        }
        Some(())
    }

    fn apply_flag(&mut self, diagnostics: &mut Diagnostics<'_>, name: &str, word: &Word) {
        match name {
            "get" => self.uses_get = true,
            "head" => self.uses_head = true,
            _ if options::is_ignored_flag(name) => {}
            _ => {
                let message = "Unknown curl option. The option was ignored.";
                let hint = "Remove the option. If the option takes a value, remove the value, too.";
                diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, word.span, message, Some(hint));
            }
        }
    }

    pub fn apply_option(&mut self, diagnostics: &mut Diagnostics<'_>, name: &str, value: &Word) {
        let text = || value.text();
        match name {
            "request" => self.method = Some(text()),
            "url" => self.set_url(diagnostics, value),
            "header" => self.add_header(diagnostics, value),
            "data" | "data-ascii" => self.add_data(diagnostics, value, DataEncoding::Plain),
            "data-binary" => self.add_data(diagnostics, value, DataEncoding::Binary),
            "data-raw" => self.add_data(diagnostics, value, DataEncoding::Raw),
            "data-urlencode" => self.add_data(diagnostics, value, DataEncoding::UrlEncoded),
            "json" => {
                self.add_data(diagnostics, value, DataEncoding::Json);
                self.set_default_header("Content-Type", into_owned_outlined("application/json"));
                self.set_default_header("Accept", into_owned_outlined("application/json"));
            }
            "form" | "form-string" => {
                report_external_body(diagnostics, value.span, RANDOM_BOUNDARY);
            }
            "upload-file" => {
                if self.method.is_none() {
                    self.method = Some(into_owned_outlined("PUT"));
                }
                match self.input.take().filter(|_| value.bytes == b"-") {
                    Some(input) => self.body = Some(input.bytes),
                    None => report_external_body(diagnostics, value.span, BODY_IN_FILE),
                }
            }
            "user" => {
                let credentials = base64ct::Base64::encode_string(&value.bytes);
                self.set_default_header("Authorization", format!("Basic {credentials}"));
            }
            "oauth2-bearer" => self.set_default_header("Authorization", format!("Bearer {}", text())),
            "user-agent" => self.set_default_header("User-Agent", text()),
            "referer" => self.set_default_header("Referer", text()),
            "cookie" if value.bytes.contains(&b'=') => self.set_default_header("Cookie", text()),
            _ if options::changes_request(name) => {
                let message = "Ignored an option that changes the request.";
                let hint = "Import the request as the server has received the bytes.";
                diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, value.span, message, Some(hint));
            }
            _ => {}
        }
    }

    pub fn set_default_header(&mut self, name: &'static str, value: String) {
        self.default_headers.retain(|(other, _)| *other != name);
        self.default_headers.push((name, value));
    }

    pub fn set_url(&mut self, diagnostics: &mut Diagnostics<'_>, word: &Word) {
        if self.url.is_some() {
            let message = "Expected one URL, got another argument. The argument was ignored.";
            let hint = "Remove the argument. If an unknown option precedes the argument, remove both.";
            diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, word.span, message, Some(hint));
        } else {
            self.url = Some(word.text());
        }
    }

    /// Adds a parameter to the query of the URL.
    pub fn add_query(&mut self, name: &str, value: &str) {
        let parameter =
            [&percent_encode(name.as_bytes()), &b"="[..], &percent_encode(value.as_bytes())].concat();
        if let Some(url) = &mut self.url {
            push_query(url, &parameter);
        }
    }

    /// Applies `-H`: `Name: value` adds a header, `Name;` adds one without a value, `Name:` removes a default one.
    pub fn add_header(&mut self, diagnostics: &mut Diagnostics<'_>, word: &Word) {
        let text = decode_header_value(&word.bytes);
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
        if !is_token(name) {
            let (message, hint) = if text.starts_with('@') {
                (
                    "Expected a header, got the name of a file. The headers in the file were ignored.",
                    "Put each header into the command with -H.",
                )
            } else {
                (
                    "Invalid header: expected a name, a colon and a value. The header was ignored.",
                    "Correct or remove the header.",
                )
            };
            diagnostics.add(Code::CURL_SYNTAX, Severity::Warning, word.span, message, Some(hint));
        } else if value.is_empty() {
            self.removed_headers.push(into_owned_outlined(name));
        } else {
            self.headers.push(into_owned_outlined(name), into_owned_outlined(value));
        }
    }

    fn add_data(&mut self, diagnostics: &mut Diagnostics<'_>, word: &Word, encoding: DataEncoding) {
        let is_file = match encoding {
            DataEncoding::Raw => false,
            DataEncoding::Plain | DataEncoding::Binary | DataEncoding::Json => {
                word.bytes.first() == Some(&b'@')
            }
            DataEncoding::UrlEncoded => {
                word.bytes.iter().find(|byte| matches!(byte, b'=' | b'@')).is_some_and(|byte| *byte == b'@')
            }
        };
        let input = if is_file && word.bytes == b"@-" { self.input.take() } else { None };
        if is_file && input.is_none() {
            let message = if word.bytes == b"@-" {
                "Expected the body in the command, got a reference to curl's standard input."
            } else {
                BODY_IN_FILE
            };
            report_external_body(diagnostics, word.span, message);
        }
        let bytes = match encoding {
            _ if is_file => {
                let mut bytes = input.map(|input| input.bytes).unwrap_or_default();
                if encoding == DataEncoding::Plain {
                    bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
                }
                bytes
            }
            DataEncoding::UrlEncoded => url_encode(&word.bytes),
            _ => word.bytes.clone(),
        };
        match &mut self.body {
            None => self.body = Some(bytes),
            Some(body) => {
                // curl joins parts of a form with `&`, and concatenates parts of JSON.
                if encoding != DataEncoding::Json {
                    body.push(b'&');
                }
                body.extend(bytes);
            }
        }
        if encoding != DataEncoding::Json
            && !self.default_headers.iter().any(|(name, _)| *name == "Content-Type")
        {
            self.set_default_header("Content-Type", into_owned_outlined("application/x-www-form-urlencoded"));
        }
    }

    pub fn into_delivery(
        mut self,
        diagnostics: &mut Diagnostics<'_>,
        end: usize,
    ) -> Option<ImportedDelivery> {
        let Some(mut url) = self.url else {
            let message = "Expected a URL, got the end of the command.";
            let span = ByteSpan { start: end, end };
            diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(COPY_WHOLE));
            return None;
        };
        let mut body = self.body;
        if self.uses_get
            && let Some(uses_get) = body.take()
        {
            push_query(&mut url, &uses_get);
            self.default_headers.retain(|(name, _)| *name != "Content-Type");
        }
        for (name, value) in self.default_headers {
            let is_removed = self.removed_headers.iter().any(|removed| eq_ignore_ascii_case(removed, name));
            if !is_removed && self.headers.get(name).is_none() {
                self.headers.push(name, value);
            }
        }
        let method = match (self.method, &body) {
            (Some(method), _) => method.to_ascii_uppercase(),
            (None, _) if self.uses_head => into_owned_outlined("HEAD"),
            (None, Some(_)) => into_owned_outlined("POST"),
            (None, None) => into_owned_outlined("GET"),
        };
        Some(ImportedDelivery {
            headers: self.headers,
            body: body.unwrap_or_default(),
            url: Some(url),
            method: Some(method),
        })
    }
}

pub(super) const RANDOM_BOUNDARY: &str =
    "Expected the body in the command, got a form that is encoded with a random boundary.";
pub(super) const BODY_IN_FILE: &str = "Expected the body in the command, got the name of a file.";

pub(super) fn report_external_body(diagnostics: &mut Diagnostics<'_>, span: ByteSpan, message: &str) {
    let hint = "Pass the bytes of the body separately (CLI: --body FILE).";
    diagnostics.add(Code::BODY_NOT_INCLUDED, Severity::Error, span, message, Some(hint));
}

fn require_value<'w>(
    diagnostics: &mut Diagnostics<'_>,
    option: &Word,
    value: Option<&'w Word>,
) -> Option<&'w Word> {
    if value.is_none() {
        let message = "Expected a value after the option, got the end of the command.";
        diagnostics.add(Code::CURL_SYNTAX, Severity::Error, option.span, message, Some(COPY_WHOLE));
    }
    value
}

#[inline(never)]
fn push_query(url: &mut String, query: &[u8]) {
    url.push(if url.contains('?') { '&' } else { '?' });
    url.push_str(&String::from_utf8_lossy(query));
}

/// Encodes the value of `--data-urlencode`, of the form `content`, `=content` or `name=content`, as curl does: only the
/// content is percent-encoded.
fn url_encode(bytes: &[u8]) -> Vec<u8> {
    let (name, content) = match bytes.iter().position(|byte| *byte == b'=') {
        None => (&bytes[..0], bytes),
        Some(0) => (&bytes[..0], &bytes[1..]),
        Some(index) => (&bytes[..=index], &bytes[index + 1..]),
    };
    [name, &percent_encode(content)].concat()
}
