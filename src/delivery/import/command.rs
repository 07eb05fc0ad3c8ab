//! Commands of PowerShell; of HTTPie, xh and wget, which are read as the curl command that sends the same request.

use super::curl::{self, Command};
use super::diagnostics::Diagnostics;
use super::http_message::percent_encode;
use super::lines::{contains, contains_word};
use super::powershell;
use super::result::ImportedDelivery;
use super::shell;
use super::spacing::set_spacing;
use super::word::{Word, lossy};
use crate::issue::{ByteSpan, Code, Severity};
use crate::json::{Document, escape_into};
use crate::text::{into_owned_outlined, split_once};

const NAMES: [&str; 6] = ["http", "https", "xh", "xhs", "wget", "wget.exe"];

/// Options of HTTPie and xh that take a value.
const HTTPIE_OPTIONS: &str = "\
    --raw --auth --auth-type --bearer --boundary --cert --cert-key --cert-key-pass --ciphers --default-scheme \
    --format-options --http-version --max-headers --max-redirects --output --pretty --print --proxy --resolve \
    --response-charset --response-mime --session --session-read-only --ssl --style --timeout --verify \
    -A -P -a -o -p -s";

/// Options of wget that take a value.
const WGET_OPTIONS: &str = "\
    --header --method --post-data --body-data --post-file --body-file --user-agent -U --referer \
    --append-output --ca-certificate --certificate --connect-timeout --dns-timeout --execute --http-password \
    --http-user --limit-rate --load-cookies --max-redirect --output-document --output-file --password \
    --private-key --read-timeout --save-cookies --secure-protocol --timeout --tries --user --wait \
    -O -P -T -a -e -o -t -w";

/// Options with the meaning of one of curl.
const CURL_OPTIONS: [(&str, &str); 9] = [
    ("--header", "header"),
    ("--method", "request"),
    ("--post-data", "data-raw"),
    ("--body-data", "data-raw"),
    ("--post-file", "upload-file"),
    ("--body-file", "upload-file"),
    ("--user-agent", "user-agent"),
    ("-U", "user-agent"),
    ("--referer", "referer"),
];

/// How an item of HTTPie separates its name from its value; the longer ones first.
const SEPARATORS: [&str; 9] = [":=@", ":=", "==", "=@", ":@", "=", ":", "@", ";"];

/// Returns the offset and the name of a command at the start of a text.
#[inline(never)]
fn find_start(text: &[u8]) -> Option<(usize, &'static str)> {
    let (start, name) = curl::find_command(text, &NAMES)?;
    // The name of HTTPie is a word, too: a method, an option or a URL follows the command.
    let mut words = text[start + name.len()..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let next = words.next()?;
    (name.starts_with("wget") || is_method(next) || next.iter().any(|byte| b"-:/.".contains(byte)))
        .then_some((start, name))
}

pub(super) fn looks_like_command(text: &[u8]) -> bool {
    find_start(text).is_some() || powershell::looks_like_powershell(text)
}

/// Returns the end of a command that has the syntax of a shell. `None`: a command of PowerShell, of several lines.
pub(super) fn end(text: &[u8]) -> Option<usize> {
    let (start, _) = find_start(text)?;
    Some(shell::command_end(text, start))
}

fn is_method(word: &[u8]) -> bool {
    (3..=10).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase)
}

/// Parses the request of a command.
#[inline(never)]
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Option<ImportedDelivery> {
    if powershell::looks_like_powershell(diagnostics.text) {
        return powershell::parse(diagnostics);
    }
    let Some((start, name)) = find_start(diagnostics.text) else {
        let span = ByteSpan { start: 0, end: diagnostics.text.len().min(1) };
        let message = "Expected a command of HTTPie, xh, wget or PowerShell, got other text.";
        diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(curl::COPY_WHOLE));
        return None;
    };
    let shell = shell::split_words(diagnostics, start)?;
    let rest = &diagnostics.text[shell.end..];
    if !rest.trim_ascii().is_empty() && rest.contains(&b'\n') {
        let span = ByteSpan { start: shell.end, end: diagnostics.text.len() };
        let (message, hint) = ("Ignored the text after the command.", "Import each request on its own.");
        diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, span, message, Some(hint));
    }
    let is_wget = name.starts_with("wget");
    let is_form = shell.words.iter().any(|word| matches!(word.bytes.as_slice(), b"-f" | b"--form"));
    let mut command = Command::default();
    let mut fields = Fields { is_form, is_compact: name.starts_with("xh"), ..Fields::default() };
    let mut words = shell.words.iter().skip(1);
    let mut allows_options = true;
    while let Some(word) = words.next() {
        let text = word.text();
        if text == "--" {
            allows_options = false;
        } else if allows_options && text.starts_with('-') {
            let (option, value) = split_once(&text, '=').map_or((text.as_str(), None), |(option, value)| {
                (option, Some(Word { bytes: value.as_bytes().to_vec(), span: word.span }))
            });
            if option == "--multipart" {
                curl::report_external_body(diagnostics, word.span, curl::RANDOM_BOUNDARY);
            }
            let options = if is_wget { WGET_OPTIONS } else { HTTPIE_OPTIONS };
            if !contains_word(options, option) {
                continue;
            }
            let value = value.as_ref().or_else(|| words.next());
            let known = CURL_OPTIONS.iter().find(|(other, _)| *other == option).filter(|_| is_wget);
            if let (Some((_, option)), Some(value)) = (known, value) {
                // wget sends a file with POST, where curl would send it with PUT.
                if *option == "upload-file" && command.method.is_none() {
                    command.method = Some(into_owned_outlined("POST"));
                }
                command.apply_option(diagnostics, option, value);
            } else if option == "--raw" {
                command.body = value.map(|value| value.bytes.clone());
            }
        } else if is_wget {
            command.set_url(diagnostics, word);
        } else if command.url.is_some() {
            fields.add_item(diagnostics, &mut command, word);
        } else if command.method.is_none() && is_method(&word.bytes) {
            command.method = Some(text);
        } else {
            let url = complete_url(&text, name.ends_with('s'));
            command.set_url(diagnostics, &Word { bytes: url.into_bytes(), span: word.span });
        }
    }
    if !is_wget {
        if let Some(span) = shell.input_file {
            curl::report_external_body(diagnostics, span, curl::BODY_IN_FILE);
            command.body = Some(Vec::new());
        }
        command.body = command.body.or(shell.input.map(|input| input.bytes));
        fields.finish(diagnostics, &mut command);
    }
    command.into_delivery(diagnostics, shell.end)
}

/// Adds the scheme and the host that HTTPie adds: `:3000/path` is a port of this machine, `:/path` a path.
#[inline(never)]
fn complete_url(text: &str, is_secure: bool) -> String {
    if contains(text.as_bytes(), "://") {
        return into_owned_outlined(text);
    }
    let mut url = into_owned_outlined(if is_secure { "https://" } else { "http://" });
    let rest = text.strip_prefix(':');
    if let Some(rest) = rest {
        url.push_str("localhost");
        if rest.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            url.push(':');
        }
    }
    url.push_str(rest.unwrap_or(text));
    url
}

/// The body of an HTTPie command, as far as the items have built it.
#[derive(Default)]
struct Fields {
    text: String,
    /// The items of the body.
    span: Option<ByteSpan>,
    is_form: bool,
    /// xh writes compact JSON.
    is_compact: bool,
}

impl Fields {
    /// Applies an item such as `Name:value`, `field=value` or `raw:=json`.
    #[inline(never)]
    fn add_item(&mut self, diagnostics: &mut Diagnostics<'_>, command: &mut Command, word: &Word) {
        let text = word.text();
        let Some((name, separator, value)) = split_item(&text) else {
            let message =
                "Expected an item such as Name:value or field=value, got other text. The text was ignored.";
            let hint = Some("Correct or remove the item.");
            return diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, word.span, message, hint);
        };
        match separator {
            ":" | ";" => {
                let header = [&name, separator, value].concat();
                return command
                    .add_header(diagnostics, &Word { bytes: header.into_bytes(), span: word.span });
            }
            "==" => return command.add_query(&name, value),
            "=" | ":=" => {
                if !self.text.is_empty() {
                    self.text.push(if self.is_form { '&' } else { ',' });
                }
                self.push_text(&name);
                self.text.push(if self.is_form { '=' } else { ':' });
                if name.contains('[') && !self.is_form {
                    let message = "Expected the body in the command, got a nested field, which is not built.";
                    curl::report_external_body(diagnostics, word.span, message);
                }
                if separator == "=" {
                    self.push_text(value);
                } else if Document::parse(value.as_bytes()).is_ok() {
                    self.text.push_str(value);
                } else {
                    self.text.push_str("null");
                    let message =
                        "Expected JSON after \":=\", got other text. The body has null in its place.";
                    let hint = Some("Correct the JSON.");
                    diagnostics.add(Code::CURL_SYNTAX, Severity::Error, word.span, message, hint);
                }
            }
            _ => curl::report_external_body(diagnostics, word.span, curl::BODY_IN_FILE),
        }
        self.span.get_or_insert(word.span).end = word.span.end;
    }

    /// Appends a name or a value: as a JSON string, or encoded as in a form, with `+` for a space (WHATWG URL).
    fn push_text(&mut self, text: &str) {
        if self.is_form {
            for byte in text.as_bytes() {
                let space = &[b'+'][..];
                let encoded = percent_encode(&[*byte]);
                self.text.push_str(&lossy(if *byte == b' ' { space } else { &encoded }));
            }
        } else {
            escape_into(&mut self.text, text);
        }
    }

    /// Makes the fields the body, unless the command has another one. Adds the media type of the body.
    #[inline(never)]
    fn finish(self, diagnostics: &mut Diagnostics<'_>, command: &mut Command) {
        if let Some(span) = self.span.filter(|_| command.body.is_none()) {
            let json = ["{", &self.text, "}"].concat();
            command.body = Some(match self.is_form {
                true => self.text.into_bytes(),
                false if self.is_compact => json.into_bytes(),
                false => dump_json(&json).into_bytes(),
            });
            let message = "Expected the bytes of the body, got fields. The body was built from the fields.";
            let hint = "Capture the raw request, or pass the body with --raw: the signature matches only the sender's bytes.";
            diagnostics.add(Code::BODY_NOT_RAW, Severity::Warning, span, message, Some(hint));
        }
        if command.body.is_some() {
            let form = "application/x-www-form-urlencoded; charset=utf-8";
            let media_type = if self.is_form { form } else { "application/json" };
            command.set_default_header("Content-Type", into_owned_outlined(media_type));
        }
    }
}

/// Writes JSON as `json.dumps` of Python does: ASCII, with spaces after commas and colons.
#[inline(never)]
fn dump_json(json: &str) -> String {
    let mut out = String::new();
    for unit in lossy(&set_spacing(json.as_bytes(), true)).encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => out.push(char::from(byte)),
            _ => {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    out.push(char::from_digit(u32::from(unit >> shift & 15), 16).unwrap_or('0'));
                }
            }
        }
    }
    out
}

/// Splits an item at its first separator. A backslash before a separator keeps it in the name.
#[inline(never)]
fn split_item(text: &str) -> Option<(String, &'static str, &str)> {
    let mut name = Vec::new();
    let mut offset = 0;
    loop {
        let rest = &text.as_bytes()[offset..];
        if let Some(separator) =
            SEPARATORS.into_iter().find(|separator| rest.starts_with(separator.as_bytes()))
        {
            let value = &text[offset + separator.len()..];
            return (separator != ";" || value.is_empty()).then_some((lossy(&name), separator, value));
        }
        let is_escape = matches!(rest, [b'\\', b':' | b'=' | b'@' | b';' | b'\\', ..]);
        name.push(*rest.get(usize::from(is_escape))?);
        offset += 1 + usize::from(is_escape);
    }
}
