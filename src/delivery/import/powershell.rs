//! Commands of PowerShell: `Invoke-WebRequest` and `Invoke-RestMethod` with literal values, as people write them and as
//! Chrome, Firefox and Postman copy them.
//!
//! SECURITY: nothing is expanded and nothing is run. A value is the number of a literal, so that copies take no memory.

mod quotes;

use super::curl;
use super::diagnostics::Diagnostics;
use super::lines::{contains, find_byte, skip_whitespace, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use super::word::{lossy, report_unterminated_quote};
use crate::delivery::headers::is_token;
use crate::issue::{ByteSpan, Code, Severity};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

const COMMANDS: [&str; 4] = ["invoke-webrequest", "invoke-restmethod", "iwr", "irm"];
/// Parameters that are parsed, and where [`Request`] has their values.
const PARAMETERS: [(&str, usize); 9] = [
    ("-uri", URI),
    ("-method", METHOD),
    ("-custommethod", METHOD),
    ("-contenttype", CONTENT_TYPE),
    ("-useragent", USER_AGENT),
    ("-body", BODY),
    ("-headers", HEADERS),
    ("-infile", FILE),
    ("-form", FORM),
];
const URI: usize = 0;
const METHOD: usize = 1;
const CONTENT_TYPE: usize = 2;
const USER_AGENT: usize = 3;
const BODY: usize = 4;
const HEADERS: usize = 5;
const FILE: usize = 6;
const FORM: usize = 7;
/// Parameters without a value.
const SWITCHES: [&str; 7] = [
    "-usebasicparsing",
    "-skipcertificatecheck",
    "-disablekeepalive",
    "-skipheadervalidation",
    "-skiphttperrorcheck",
    "-usedefaultcredentials",
    "-verbose",
];
/// Deeper expressions are no values of a request.
const MAX_DEPTH: usize = 8;
/// Bounded because each use searches all of them.
const MAX_VARIABLES: usize = 100;
/// More literals are no request; each costs many times its bytes.
const MAX_LITERALS: usize = 10_000;

#[derive(Clone, Copy)]
enum Argument {
    /// The number of a string.
    Text(usize),
    /// The number of a table.
    Table(usize),
    /// An expression whose value only a shell knows.
    Unknown,
}

/// Whether a text starts with a command, or with a variable that a command uses.
pub(super) fn looks_like_powershell(text: &[u8]) -> bool {
    let text = strip_bom(text).trim_ascii_start();
    let line = split_first_line(text).0;
    // `PS C:\> `
    let prompt = if line.starts_with(b"PS ") { find_byte(line, b'>').map_or(0, |end| end + 1) } else { 0 };
    let command = line[prompt..].trim_ascii_start();
    let end = command.iter().position(|byte| b" \t\r`".contains(byte)).unwrap_or(command.len());
    is_command(&lossy(&command[..end]))
        || matches!(line, [b'$' | b'#', ..])
            && ["Invoke-WebR", "Invoke-RestM", "invoke-webr", "invoke-restm"]
                .iter()
                .any(|part| contains(text, part))
}

fn is_command(word: &str) -> bool {
    COMMANDS.iter().any(|name| eq_ignore_ascii_case(name, word))
}

/// Parses the first request of a script.
#[inline(never)]
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Option<ImportedDelivery> {
    let text = diagnostics.text;
    let offset = text.len() - strip_bom(text).len();
    let mut script = Script {
        diagnostics,
        offset,
        header_bytes: text.len(),
        texts: Vec::new(),
        tables: Vec::new(),
        variables: Vec::new(),
    };
    while script.offset < text.len() {
        let start = script.offset;
        if !script.statement()? {
            continue;
        }
        let delivery = script.request(start);
        let span = ByteSpan { start: script.offset, end: text.len() };
        if looks_like_powershell(&text[span.start..]) {
            let hint = Some("Import each request on its own.");
            let message = "Ignored the text after the command.";
            script.diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, span, message, hint);
        }
        return delivery;
    }
    let span = ByteSpan { start: 0, end: text.len().min(1) };
    let message = "Expected a request of PowerShell, got other commands.";
    script.diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(curl::COPY_WHOLE));
    None
}

struct Script<'n, 't> {
    diagnostics: &'n mut Diagnostics<'t>,
    offset: usize,
    /// How many more bytes the headers may have: variables repeat values.
    header_bytes: usize,
    texts: Vec<String>,
    /// The numbers of names and values.
    tables: Vec<Vec<(usize, usize)>>,
    variables: Vec<(String, Argument)>,
}

impl<'t> Script<'_, 't> {
    #[inline(never)]
    fn rest(&self) -> &'t [u8] {
        &self.diagnostics.text[self.offset..]
    }

    #[inline(never)]
    fn peek(&self) -> Option<u8> {
        self.diagnostics.text.get(self.offset).copied()
    }

    /// Skips spaces, and line breaks after a backtick.
    #[inline(never)]
    fn skip_spaces(&mut self) {
        loop {
            self.offset += match self.rest() {
                [b' ' | b'\t' | b'\r', ..] => 1,
                [b'`', b'\n', ..] => 2,
                [b'`', b'\r', b'\n', ..] => 3,
                _ => return,
            };
        }
    }

    /// Consumes a byte after spaces.
    #[inline(never)]
    fn take(&mut self, byte: u8) -> bool {
        self.skip_spaces();
        let is_next = self.peek() == Some(byte);
        self.offset += usize::from(is_next);
        is_next
    }

    /// A word up to one of these bytes or white space.
    #[inline(never)]
    fn word(&mut self, stops: &[u8]) -> String {
        let rest = self.rest();
        let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || stops.contains(byte));
        let end = end.unwrap_or(rest.len());
        self.offset += end;
        lossy(&rest[..end])
    }

    fn name(&mut self) -> String {
        self.word(b"\"'`(){};,|=.[]:@$+")
    }

    /// One statement. Returns whether a request starts after it.
    #[inline(never)]
    fn statement(&mut self) -> Option<bool> {
        self.offset = skip_whitespace(self.diagnostics.text, self.offset);
        if self.peek() == Some(b'$') {
            self.offset += 1;
            let name = self.name();
            if self.take(b'=') {
                self.skip_spaces();
                let is_word = !matches!(self.peek(), Some(b'"' | b'\'' | b'@' | b'$'));
                let value = self.argument(0)?;
                if let Argument::Text(text) = value
                    && is_word
                    && is_command(&self.texts[text])
                {
                    return Some(true);
                }
                self.skip_spaces();
                // A pipe makes something else of the value.
                let is_whole = matches!(self.peek(), None | Some(b'\n' | b';' | b'#'));
                self.set(name, if is_whole { value } else { Argument::Unknown });
            } else if self.rest().starts_with(b".Add(") || self.peek() == Some(b'[') {
                self.offset += if self.peek() == Some(b'[') { 1 } else { 5 };
                let key = self.argument(0)?;
                if self.take(b',') || self.take(b']') && self.take(b'=') {
                    let value = self.argument(0)?;
                    self.add_entry(name, key, value);
                }
            }
        } else {
            let word = self.word(b"\"'`(){};,|#");
            if is_command(&word) {
                return Some(true);
            }
            // A prompt such as `PS C:\>` ends before the command.
            if word == "PS" || word.ends_with('>') {
                return Some(false);
            }
        }
        self.skip_statement()?;
        Some(false)
    }

    /// Skips to the end of the line or to a semicolon, and over strings.
    #[inline(never)]
    fn skip_statement(&mut self) -> Option<()> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' | b';' => {
                    self.offset += 1;
                    break;
                }
                b'#' => self.offset += split_first_line(self.rest()).0.len(),
                b'"' | b'\'' => drop(self.string()?),
                b'@' if matches!(self.rest(), [_, b'"' | b'\'', ..]) => drop(self.string()?),
                _ => self.offset += 1,
            }
        }
        Some(())
    }

    #[inline(never)]
    fn set(&mut self, name: String, value: Argument) {
        if self.variables.len() < MAX_VARIABLES {
            // The last one is found first.
            self.variables.push((name, value));
        }
    }

    #[inline(never)]
    fn lookup(&self, name: &str) -> Argument {
        let variable = self.variables.iter().rfind(|(other, _)| eq_ignore_ascii_case(other, name));
        variable.map_or(Argument::Unknown, |(_, value)| *value)
    }

    /// Adds an entry to the table of a variable, which may have been created by an expression.
    #[inline(never)]
    fn add_entry(&mut self, name: String, key: Argument, value: Argument) {
        let (Argument::Text(key), Argument::Text(value)) = (key, value) else { return };
        let table = if let Argument::Table(table) = self.lookup(&name) {
            table
        } else {
            self.tables.push(Vec::new());
            self.set(name, Argument::Table(self.tables.len() - 1));
            self.tables.len() - 1
        };
        self.tables[table].push((key, value));
    }

    fn add_text(&mut self, text: String) -> Argument {
        if self.texts.len() >= MAX_LITERALS {
            return Argument::Unknown;
        }
        self.texts.push(text);
        Argument::Text(self.texts.len() - 1)
    }

    /// One value: a string, a variable, a table, a word, or a call of `GetBytes` with one of these.
    #[inline(never)]
    fn argument(&mut self, depth: usize) -> Option<Argument> {
        self.skip_spaces();
        let start = self.offset;
        match self.rest() {
            [b'"' | b'\'', ..] | [b'@', b'"' | b'\'', ..] => {
                let text = self.string()?;
                Some(self.add_text(text))
            }
            [b'@', b'{', ..] if depth < MAX_DEPTH => self.table(depth + 1),
            [b'$', ..] => {
                self.offset += 1;
                let name = self.name();
                Some(self.lookup(&name))
            }
            [b'(', ..] if depth < MAX_DEPTH => {
                self.offset += 1;
                let mut value = self.argument(depth + 1)?;
                // `[System.Text.Encoding]::UTF8.GetBytes(...)`
                if let Argument::Text(text) = value
                    && self.texts[text].ends_with("::UTF8.GetBytes")
                    && self.peek() == Some(b'(')
                {
                    value = self.argument(depth + 1)?;
                }
                if self.take(b')') {
                    return Some(value);
                }
                // An expression: skipped to its end.
                let mut open = 1_usize;
                while open > 0 {
                    match self.peek() {
                        None => return self.unterminated(start, "("),
                        Some(b'"' | b'\'') => {
                            self.string()?;
                            continue;
                        }
                        Some(b'(') => open += 1,
                        Some(b')') => open -= 1,
                        _ => {}
                    }
                    self.offset += 1;
                }
                Some(Argument::Unknown)
            }
            rest => {
                let word = self.word(b"\"'`(){};,|");
                self.offset += usize::from(word.is_empty() && !rest.is_empty());
                Some(if word.is_empty() { Argument::Unknown } else { self.add_text(word) })
            }
        }
    }

    /// `@{ "Name" = "value"; Other = 'value' }`
    #[inline(never)]
    fn table(&mut self, depth: usize) -> Option<Argument> {
        let start = self.offset;
        self.offset += 2;
        let mut entries = Vec::new();
        loop {
            self.offset = skip_whitespace(self.diagnostics.text, self.offset);
            match self.peek() {
                None => return self.unterminated(start, "@{"),
                Some(b'}') => break,
                Some(b';') => self.offset += 1,
                Some(b'#') => self.offset += split_first_line(self.rest()).0.len(),
                Some(byte) => {
                    let key = if matches!(byte, b'"' | b'\'') { self.string()? } else { self.name() };
                    let start = self.offset;
                    if !self.take(b'=') {
                        let span = ByteSpan { start, end: start };
                        let (code, message) = (Code::CURL_SYNTAX, "Expected \"=\" after a name in a table.");
                        self.diagnostics.add(code, Severity::Error, span, message, Some(curl::COPY_WHOLE));
                        return None;
                    }
                    match (self.add_text(key), self.argument(depth)?) {
                        (Argument::Text(key), Argument::Text(text)) => entries.push((key, text)),
                        _ => self.report_expression(start),
                    }
                }
            }
        }
        self.offset += 1;
        self.tables.push(entries);
        Some(Argument::Table(self.tables.len() - 1))
    }

    /// The parameters of a request.
    #[inline(never)]
    fn request(&mut self, start: usize) -> Option<ImportedDelivery> {
        let mut values = [None; HEADERS];
        let mut delivery = ImportedDelivery::default();
        loop {
            self.skip_spaces();
            // The last two are parentheses around the command.
            let Some(byte) = self.peek().filter(|byte| !b"\n;|#)}".contains(byte)) else { break };
            let mut parameter = Some(URI).filter(|_| values[URI].is_none());
            if byte == b'-' {
                let name = self.name();
                if SWITCHES.iter().any(|switch| eq_ignore_ascii_case(switch, &name)) {
                    continue;
                }
                self.take(b':');
                let known = PARAMETERS.iter().find(|(other, _)| eq_ignore_ascii_case(other, &name));
                parameter = known.map(|(_, index)| *index);
            }
            self.skip_spaces();
            let value_start = self.offset;
            let value = self.argument(0)?;
            let span = ByteSpan { start: value_start, end: self.offset };
            match (parameter, value) {
                (Some(index @ ..HEADERS), Argument::Text(text)) => values[index] = Some(text),
                (Some(HEADERS), Argument::Table(table)) => self.add_headers(&mut delivery, table, span),
                (Some(BODY), _) => {
                    let message =
                        "Expected the body as a string, got an expression that only PowerShell can evaluate.";
                    curl::report_external_body(self.diagnostics, span, message);
                }
                (Some(FILE), _) => curl::report_external_body(self.diagnostics, span, curl::BODY_IN_FILE),
                (Some(FORM), _) => curl::report_external_body(self.diagnostics, span, curl::RANDOM_BOUNDARY),
                (Some(_), _) => self.report_expression(value_start),
                (None, _) => {}
            }
        }
        let [url, method, mut content_type, user_agent, body] =
            values.map(|value| value.map(|text: usize| self.texts[text].clone()));
        if url.is_none() {
            let span = ByteSpan { start, end: self.offset };
            let message = "Expected a URL, got the end of the command.";
            self.diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(curl::COPY_WHOLE));
            return None;
        }
        let method = method.map_or_else(|| into_owned_outlined("GET"), |method| method.to_ascii_uppercase());
        if body.is_some() && method == "POST" && delivery.headers.get("content-type").is_none() {
            content_type =
                content_type.or_else(|| Some(into_owned_outlined("application/x-www-form-urlencoded")));
        }
        for (name, value) in [("User-Agent", user_agent), ("Content-Type", content_type)] {
            if let Some(value) = value {
                delivery.headers.push(into_owned_outlined(name), value);
            }
        }
        delivery.url = url;
        delivery.method = Some(method);
        delivery.body = body.unwrap_or_default().into_bytes();
        Some(delivery)
    }

    #[inline(never)]
    fn add_headers(&mut self, delivery: &mut ImportedDelivery, table: usize, span: ByteSpan) {
        // Chrome copies the pseudo-headers of HTTP/2 without their colons.
        let table = std::mem::take(&mut self.tables[table]);
        let has_pseudo = table.iter().any(|(name, _)| self.texts[*name] == "authority");
        for (name, value) in table {
            let (name, value) = (&self.texts[name], &self.texts[value]);
            if has_pseudo && ["authority", "method", "path", "scheme"].contains(&name.as_str()) {
                continue;
            }
            let rest = self.header_bytes.checked_sub(name.len() + value.len());
            if let Some(rest) = rest.filter(|_| is_token(name)) {
                self.header_bytes = rest;
                delivery.headers.push(into_owned_outlined(name), into_owned_outlined(value));
            } else {
                let message = "Invalid header: expected a name and a value. The header was ignored.";
                let hint = Some("Correct or remove the header.");
                self.diagnostics.add(Code::CURL_SYNTAX, Severity::Warning, span, message, hint);
            }
        }
    }

    #[inline(never)]
    fn report_expression(&mut self, start: usize) {
        let message = "Expected plain text, got an expression of PowerShell, which is not evaluated.";
        let hint = "Insert the value. Or use single quotes, if the text is literal.";
        let span = ByteSpan { start, end: self.diagnostics.text.len().min(start + 1) };
        self.diagnostics.add(Code::SHELL_EXPANSION, Severity::Warning, span, message, Some(hint));
    }

    #[inline(never)]
    fn unterminated<T>(&mut self, start: usize, quote: &str) -> Option<T> {
        report_unterminated_quote(self.diagnostics, start, quote);
        None
    }
}
