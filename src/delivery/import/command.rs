//! Commands of PowerShell; of HTTPie, xh and wget, which are read as the curl command that sends the same request.

use super::curl::{self, Command};
use super::diagnostics::Diagnostics;
use super::http_message::percent_encode;
use super::powershell;
use super::record::set_spacing;
use super::result::ImportedDelivery;
use super::shell::{self, ShellCommand};
use super::word::Word;
use crate::issue::{ByteSpan, Code, Severity};
use crate::json::{Document, quoted};
use crate::text::{into_owned_outlined, split_once};

const NAMES: [&str; 6] = ["http", "https", "xh", "xhs", "wget", "wget.exe"];

/// Options of HTTPie and xh that take a value, without those that are parsed.
const HTTPIE_VALUE_OPTIONS: &str = "\
    --auth --auth-type --bearer --boundary --cert --cert-key --cert-key-pass --chunked-size --ciphers \
    --default-scheme --format-options --http-version --max-headers --max-redirects --output \
    --pretty --print --proxy --resolve --response-charset --response-mime --session --session-read-only --ssl \
    --style --timeout --verify -A -P -a -o -p -s";

/// Options of wget that take a value, without those that are parsed.
const WGET_VALUE_OPTIONS: &str = "\
    --append-output --ca-certificate --certificate --connect-timeout --dns-timeout --execute --http-password \
    --http-user --limit-rate --load-cookies --max-redirect --output-document --output-file --password \
    --private-key --read-timeout --save-cookies --secure-protocol --timeout --tries --user --wait \
    -O -P -T -a -e -o -t -w";

/// How an item of HTTPie separates its name from its value; the longer ones first.
const SEPARATORS: [&str; 9] = [":=@", ":=", "==", "=@", ":@", "=", ":", "@", ";"];

/// Returns the offset and the name of a command at the start of a text.
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
        let message = "Ignored the text after the command.";
        diagnostics.add(
            Code::INPUT_IGNORED,
            Severity::Warning,
            span,
            message,
            Some("Import each request on its own."),
        );
    }
    if name.starts_with("wget") {
        parse_wget(diagnostics, &shell)
    } else {
        parse_httpie(diagnostics, shell, name)
    }
}

/// Splits `--name=value`, or takes the value from the next word.
fn option_value<'w>(word: &Word, rest: &mut impl Iterator<Item = &'w Word>) -> Word {
    match word.bytes.iter().position(|byte| *byte == b'=') {
        Some(equals) => Word { bytes: word.bytes[equals + 1..].to_vec(), span: word.span },
        None => rest.next().unwrap_or(word).clone(),
    }
}

fn contains_word(list: &str, name: &str) -> bool {
    list.split(' ').any(|word| word == name)
}

fn parse_wget(diagnostics: &mut Diagnostics<'_>, shell: &ShellCommand) -> Option<ImportedDelivery> {
    let mut command = Command::default();
    let mut rest = shell.words.iter().skip(1);
    while let Some(word) = rest.next() {
        let text = word.text();
        if !text.starts_with('-') || text == "-" {
            command.set_url(diagnostics, word);
            continue;
        }
        let name = split_once(&text, '=').map_or(text.as_str(), |(name, _)| name);
        let option = match name {
            "--header" => "header",
            "--method" => "request",
            "--post-data" | "--body-data" => "data-raw",
            "--post-file" | "--body-file" => "upload-file",
            "--user-agent" | "-U" => "user-agent",
            "--referer" => "referer",
            _ => {
                if contains_word(WGET_VALUE_OPTIONS, &text) {
                    rest.next();
                }
                continue;
            }
        };
        let value = option_value(word, &mut rest);
        if option == "upload-file" && command.method.is_none() {
            command.method = Some(into_owned_outlined("POST"));
        }
        command.apply_option(diagnostics, option, &value);
    }
    command.into_delivery(diagnostics, shell.end)
}

/// The body of an HTTPie command, as far as the items have built it.
#[derive(Default)]
struct Fields {
    json: String,
    form: Vec<u8>,
    is_form: bool,
}

fn parse_httpie(
    diagnostics: &mut Diagnostics<'_>,
    shell: ShellCommand,
    name: &str,
) -> Option<ImportedDelivery> {
    let mut command = Command::default();
    let mut fields = Fields::default();
    let mut arguments: Vec<&Word> = Vec::new();
    let mut body: Option<Vec<u8>> = None;
    let mut rest = shell.words.iter().skip(1);
    while let Some(word) = rest.next() {
        let text = word.text();
        if text == "--" {
            arguments.extend(rest);
            break;
        } else if text == "--raw" || text.starts_with("--raw=") {
            body = Some(option_value(word, &mut rest).bytes);
        } else if matches!(text.as_str(), "-f" | "--form") {
            fields.is_form = true;
        } else if text == "--multipart" {
            curl::report_external_body(diagnostics, word, curl::RANDOM_BOUNDARY);
        } else if !text.starts_with('-') {
            arguments.push(word);
        } else if contains_word(HTTPIE_VALUE_OPTIONS, &text) {
            rest.next();
        }
    }
    let mut arguments = arguments.into_iter().peekable();
    if let Some(method) = arguments.next_if(|word| is_method(&word.bytes)) {
        command.method = Some(method.text());
    }
    if let Some(url) = arguments.next() {
        let text = url.text();
        let scheme = if name.ends_with('s') { "https" } else { "http" };
        let text = match text.strip_prefix(':') {
            _ if text.contains("://") => text,
            // A port of this machine, or a path.
            Some(rest) if rest.starts_with(|byte: char| byte.is_ascii_digit()) => {
                format!("{scheme}://localhost:{rest}")
            }
            Some(rest) => format!("{scheme}://localhost{rest}"),
            None => format!("{scheme}://{text}"),
        };
        command.set_url(diagnostics, &Word { bytes: text.into_bytes(), span: url.span });
    }
    let mut items = None;
    for word in arguments {
        if fields.add_item(diagnostics, &mut command, word) {
            items.get_or_insert(word.span).end = word.span.end;
        }
    }
    if let Some(input) = shell.input.filter(|_| body.is_none()) {
        body = Some(input.bytes);
    } else if let Some(span) = shell.input_file {
        curl::report_external_body(diagnostics, &Word { bytes: Vec::new(), span }, curl::BODY_IN_FILE);
        body = Some(Vec::new());
    }
    let has_data = body.is_some() || items.is_some();
    if let (Some(span), None) = (items, &body) {
        let json = format!("{{{}}}", fields.json);
        body = Some(match fields.is_form {
            true => fields.form,
            // xh writes compact JSON.
            false if name.starts_with("xh") => json.into_bytes(),
            false => dump_json(&json).into_bytes(),
        });
        let message = "Expected the bytes of the body, got fields. The body was built from the fields.";
        let hint = "Capture the raw request, or pass the body with --raw: the signature matches only the sender's bytes.";
        diagnostics.add(Code::BODY_NOT_RAW, Severity::Warning, span, message, Some(hint));
    }
    if has_data {
        let media_type = if fields.is_form {
            "application/x-www-form-urlencoded; charset=utf-8"
        } else {
            "application/json"
        };
        command.set_default_header("Content-Type", into_owned_outlined(media_type));
    }
    command.body = body;
    command.into_delivery(diagnostics, shell.end)
}

impl Fields {
    /// Applies an item such as `Name:value`, `field=value` or `raw:=json`. Returns whether the item is a part of the body.
    fn add_item(&mut self, diagnostics: &mut Diagnostics<'_>, command: &mut Command, word: &Word) -> bool {
        let text = word.text();
        let Some((name, separator, value)) = split_item(&text) else {
            let message =
                "Expected an item such as Name:value or field=value, got other text. The text was ignored.";
            diagnostics.add(
                Code::INPUT_IGNORED,
                Severity::Warning,
                word.span,
                message,
                Some("Correct or remove the item."),
            );
            return false;
        };
        match separator {
            ":" | ";" => {
                let header = format!("{name}{separator}{value}");
                command.add_header(diagnostics, &Word { bytes: header.into_bytes(), span: word.span });
                return false;
            }
            "==" => {
                command.add_query(&name, value);
                return false;
            }
            "=" if self.is_form => {
                for (start, part) in [("&", name.as_str()), ("=", value)] {
                    if !self.form.is_empty() {
                        self.form.extend(start.as_bytes());
                    }
                    // A form has `+` for a space (WHATWG URL).
                    for word in part.split_inclusive(' ') {
                        let text = word.strip_suffix(' ');
                        self.form.extend(percent_encode(text.unwrap_or(word).as_bytes()));
                        self.form.extend(text.map(|_| b'+'));
                    }
                }
            }
            "=" | ":=" => {
                if !self.json.is_empty() {
                    self.json.push(',');
                }
                self.json.push_str(&quoted(&name));
                self.json.push(':');
                if name.contains('[') {
                    let message = "Expected the body in the command, got a nested field, which is not built.";
                    curl::report_external_body(diagnostics, word, message);
                }
                if separator == "=" {
                    self.json.push_str(&quoted(value));
                } else if Document::parse(value.as_bytes()).is_ok() {
                    self.json.push_str(value);
                } else {
                    self.json.push_str("null");
                    let message =
                        "Expected JSON after \":=\", got other text. The body has null in its place.";
                    diagnostics.add(
                        Code::CURL_SYNTAX,
                        Severity::Error,
                        word.span,
                        message,
                        Some("Correct the JSON."),
                    );
                }
            }
            _ => curl::report_external_body(diagnostics, word, curl::BODY_IN_FILE),
        }
        true
    }
}

/// Writes JSON as `json.dumps` of Python does: ASCII, with spaces after commas and colons.
fn dump_json(json: &str) -> String {
    let mut out = String::new();
    for unit in String::from_utf8_lossy(&set_spacing(json.as_bytes(), true)).encode_utf16() {
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
fn split_item(text: &str) -> Option<(String, &'static str, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        if let Some(separator) = SEPARATORS.into_iter().find(|separator| rest.starts_with(separator)) {
            let value = &rest[separator.len()..];
            return (separator != ";" || value.is_empty()).then_some((name, separator, value));
        }
        let mut letters = rest.chars();
        let mut letter = letters.next()?;
        if letter == '\\' && letters.as_str().starts_with([':', '=', '@', ';', '\\']) {
            letter = letters.next()?;
        }
        name.push(letter);
        rest = letters.as_str();
    }
}
