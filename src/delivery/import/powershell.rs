//! Commands of PowerShell: `Invoke-WebRequest` and `Invoke-RestMethod` with literal values, as people write them and as
//! Chrome, Firefox and Postman copy them.
//!
//! SECURITY: nothing is expanded and nothing is run. Values of variables are shared, so that copies take no memory.

mod quotes;

use std::rc::Rc;

use super::curl;
use super::diagnostics::Diagnostics;
use super::lines::{find_byte, skip_whitespace, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use crate::delivery::headers::is_token;
use crate::issue::{ByteSpan, Code, Severity};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

const COMMANDS: [&str; 4] = ["Invoke-WebRequest", "Invoke-RestMethod", "iwr", "irm"];
/// Parameters without a value.
const SWITCHES: &str = "-usebasicparsing -skipcertificatecheck -disablekeepalive -skipheadervalidation -verbose \
    -skiphttperrorcheck -usedefaultcredentials -allowunencryptedauthentication -noproxy -passthru -resume";
/// Deeper expressions are no values of a request.
const MAX_DEPTH: usize = 8;
/// Bounded because each use searches all of them.
const MAX_VARIABLES: usize = 100;

#[derive(Clone)]
enum Argument {
    Text(Rc<String>),
    Table(Rc<Vec<(String, String)>>),
    /// An expression whose value only a shell knows.
    Unknown,
}

/// Whether a text starts with a command, or with a variable that a command uses.
pub(super) fn looks_like_powershell(text: &[u8]) -> bool {
    let text = strip_bom(text).trim_ascii_start();
    let line = split_first_line(text).0;
    // `PS C:\> `
    let prompt = if line.starts_with(b"PS ") { find_byte(line, b'>').map_or(0, |end| end + 1) } else { 0 };
    let starts_command = |line: &[u8]| {
        COMMANDS.iter().any(|name| {
            line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
                && line.get(name.len()).is_none_or(|next| b" \t`\r".contains(next))
        })
    };
    starts_command(line[prompt..].trim_ascii_start())
        || (line.starts_with(b"$") || line.starts_with(b"PS ") || line.starts_with(b"#"))
            && text.windows(11).any(|part| {
                part.eq_ignore_ascii_case(b"invoke-webr") || part.eq_ignore_ascii_case(b"invoke-rest")
            })
}

/// Parses the first request of a script.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Option<ImportedDelivery> {
    let offset = diagnostics.text.len() - strip_bom(diagnostics.text).len();
    let mut script = Script { diagnostics, offset, variables: Vec::new(), request: None };
    while script.offset < script.diagnostics.text.len() {
        script.statement()?;
        if let Some(request) = script.request.take() {
            let (start, text) = (script.offset, script.diagnostics.text);
            if looks_like_powershell(&text[start..]) {
                let span = ByteSpan { start, end: text.len() };
                let hint = Some("Import each request on its own.");
                let message = "Ignored the text after the command.";
                script.diagnostics.add(Code::INPUT_IGNORED, Severity::Warning, span, message, hint);
            }
            return Some(request);
        }
    }
    let span = ByteSpan { start: 0, end: diagnostics.text.len().min(1) };
    let message = "Expected a request of PowerShell, got other commands.";
    diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(curl::COPY_WHOLE));
    None
}

struct Script<'n, 't> {
    diagnostics: &'n mut Diagnostics<'t>,
    offset: usize,
    variables: Vec<(String, Argument)>,
    request: Option<ImportedDelivery>,
}

impl Script<'_, '_> {
    fn rest(&self) -> &[u8] {
        &self.diagnostics.text[self.offset..]
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Skips spaces, and line breaks after a backtick.
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

    fn skip_lines(&mut self) {
        self.offset = skip_whitespace(self.diagnostics.text, self.offset);
    }

    /// Consumes a byte after spaces.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_spaces();
        let is_next = self.peek() == Some(byte);
        self.offset += usize::from(is_next);
        is_next
    }

    /// A word up to white space, a quote, a bracket or a separator.
    fn word(&mut self) -> String {
        let end =
            self.rest().iter().position(|byte| byte.is_ascii_whitespace() || b"\"'`(){};,|".contains(byte));
        let start = self.offset;
        self.offset += end.unwrap_or(self.rest().len());
        String::from_utf8_lossy(&self.diagnostics.text[start..self.offset]).into_owned()
    }

    fn variable_name(&mut self) -> String {
        let length =
            self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = String::from_utf8_lossy(&self.rest()[..length]).to_ascii_lowercase();
        self.offset += length;
        name
    }

    /// One statement. Returns `None` after an error.
    fn statement(&mut self) -> Option<()> {
        self.skip_lines();
        match self.peek() {
            Some(b'#') => self.offset += split_first_line(self.rest()).0.len(),
            Some(b'$') => {
                self.offset += 1;
                let name = self.variable_name();
                if self.take(b'=') {
                    self.skip_spaces();
                    let start = self.offset;
                    let value = self.argument(0)?;
                    if let Argument::Text(word) = &value
                        && is_command(word)
                        && !self.diagnostics.text[start..].starts_with(b"'")
                    {
                        return self.parse_request(start);
                    }
                    self.skip_spaces();
                    // A pipe makes something else of the value.
                    let is_whole = self.peek().is_none_or(|byte| b"\n;#".contains(&byte));
                    self.set(name, if is_whole { value } else { Argument::Unknown });
                } else if self.rest().starts_with(b".Add(") || self.peek() == Some(b'[') {
                    self.offset += if self.peek() == Some(b'[') { 1 } else { 5 };
                    let key = self.argument(0)?;
                    if self.take(b',') || self.take(b']') && self.take(b'=') {
                        let value = self.argument(0)?;
                        self.add_entry(&name, key, value);
                    }
                }
                self.skip_statement()?;
            }
            _ => {
                let start = self.offset;
                let word = self.word();
                if is_command(&word) {
                    return self.parse_request(start);
                }
                // A prompt such as `PS C:\>` ends before the command.
                if !word.ends_with('>') && word != "PS" {
                    self.skip_statement()?;
                }
            }
        }
        Some(())
    }

    /// Skips to the end of the line or to a semicolon, and over strings.
    fn skip_statement(&mut self) -> Option<()> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' | b';' => {
                    self.offset += 1;
                    break;
                }
                b'"' | b'\'' => drop(self.string()?),
                b'@' if matches!(self.rest(), [_, b'"' | b'\'', ..]) => drop(self.string()?),
                b'`' => self.offset = (self.offset + 2).min(self.diagnostics.text.len()),
                _ => self.offset += 1,
            }
        }
        Some(())
    }

    fn set(&mut self, name: String, value: Argument) {
        self.variables.retain(|(other, _)| *other != name);
        // A shared table would be copied at each new entry.
        let is_shared = matches!(&value, Argument::Table(table) if Rc::strong_count(table) > 1);
        if self.variables.len() < MAX_VARIABLES {
            self.variables.push((name, if is_shared { Argument::Unknown } else { value }));
        }
    }

    fn lookup(&self, name: &str) -> Argument {
        let variable = self.variables.iter().find(|(other, _)| other == name);
        variable.map_or(Argument::Unknown, |(_, value)| value.clone())
    }

    /// Adds an entry to the table of a variable, which may have been created by an expression.
    fn add_entry(&mut self, name: &str, key: Argument, value: Argument) {
        let (Argument::Text(key), Argument::Text(value)) = (key, value) else { return };
        if !matches!(self.lookup(name), Argument::Table(_)) {
            self.set(into_owned_outlined(name), Argument::Table(Rc::default()));
        }
        if let Some((_, Argument::Table(table))) = self.variables.iter_mut().find(|(other, _)| other == name)
        {
            Rc::make_mut(table).push((key.to_string(), value.to_string()));
        }
    }

    /// One value: a string, a variable, a table, a word, or a call of `GetBytes` with one of these.
    fn argument(&mut self, depth: usize) -> Option<Argument> {
        self.skip_spaces();
        let start = self.offset;
        Some(match self.rest() {
            [b'"' | b'\'', ..] | [b'@', b'"' | b'\'', ..] => Argument::Text(Rc::new(self.string()?)),
            [b'@', b'{', ..] if depth < MAX_DEPTH => self.table(depth + 1)?,
            [b'$', ..] => {
                self.offset += 1;
                let name = self.variable_name();
                self.lookup(&name)
            }
            [b'(', ..] if depth < MAX_DEPTH => {
                self.offset += 1;
                let mut value = self.argument(depth + 1)?;
                // `[System.Text.Encoding]::UTF8.GetBytes(...)`
                if matches!(&value, Argument::Text(word) if word.to_ascii_lowercase().ends_with("::utf8.getbytes"))
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
                    let Some(byte) = self.peek() else { return self.unterminated(start, "(") };
                    match byte {
                        b'"' | b'\'' => {
                            self.string()?;
                            continue;
                        }
                        b'(' => open += 1,
                        b')' => open -= 1,
                        _ => {}
                    }
                    self.offset += 1;
                }
                Argument::Unknown
            }
            _ => {
                let word = self.word();
                if self.offset == start {
                    self.offset += usize::from(self.offset < self.diagnostics.text.len());
                    return Some(Argument::Unknown);
                }
                Argument::Text(Rc::new(word))
            }
        })
    }

    /// `@{ "Name" = "value"; Other = 'value' }`
    fn table(&mut self, depth: usize) -> Option<Argument> {
        self.offset += 2;
        let mut entries = Vec::new();
        loop {
            self.skip_lines();
            match self.peek() {
                None => return self.unterminated(self.offset, "@{"),
                Some(b'}') => break,
                Some(b';') => self.offset += 1,
                Some(b'#') => self.offset += split_first_line(self.rest()).0.len(),
                Some(_) => {
                    let key = match self.rest() {
                        [b'"' | b'\'', ..] => self.string()?,
                        rest => {
                            let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
                            let length = rest.iter().take_while(is_part).count();
                            let key = String::from_utf8_lossy(&rest[..length]).into_owned();
                            self.offset += length;
                            key
                        }
                    };
                    if !self.take(b'=') {
                        let span = ByteSpan { start: self.offset, end: self.offset };
                        let message = "Expected \"=\" after the name in a table.";
                        self.diagnostics.add(
                            Code::CURL_SYNTAX,
                            Severity::Error,
                            span,
                            message,
                            Some(curl::COPY_WHOLE),
                        );
                        return None;
                    }
                    let start = self.offset;
                    match self.argument(depth)? {
                        Argument::Text(text) => entries.push((key, text.to_string())),
                        _ => self.report_expression(start),
                    }
                }
            }
        }
        self.offset += 1;
        Some(Argument::Table(Rc::new(entries)))
    }

    /// The parameters of a request.
    fn parse_request(&mut self, start: usize) -> Option<()> {
        let mut delivery = ImportedDelivery::default();
        let mut content_type = None;
        let mut has_body = false;
        loop {
            self.skip_spaces();
            let word_start = self.offset;
            match self.peek() {
                // The last two are parentheses around the command.
                None | Some(b'\n' | b';' | b'|' | b'#' | b')' | b'}') => break,
                Some(b'-') => {
                    let length = self
                        .rest()
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
                        .count();
                    let name = String::from_utf8_lossy(&self.rest()[..length]).to_ascii_lowercase();
                    self.offset += length;
                    if SWITCHES.split(' ').any(|switch| switch == name) {
                        continue;
                    }
                    self.take(b':');
                    self.skip_spaces();
                    let value_start = self.offset;
                    let value = self.argument(0)?;
                    let span = ByteSpan { start: value_start, end: self.offset };
                    match (name.as_str(), &value) {
                        ("-uri", Argument::Text(text)) => delivery.url = Some(text.to_string()),
                        ("-method" | "-custommethod", Argument::Text(text)) => {
                            delivery.method = Some(text.to_ascii_uppercase());
                        }
                        ("-contenttype", Argument::Text(text)) => content_type = Some(text.to_string()),
                        ("-useragent", Argument::Text(text)) => {
                            delivery.headers.push(into_owned_outlined("User-Agent"), text.to_string());
                        }
                        ("-headers", Argument::Table(table)) => self.add_headers(&mut delivery, table, span),
                        ("-body", Argument::Text(text)) => {
                            delivery.body = text.as_bytes().to_vec();
                            has_body = true;
                        }
                        ("-body", _) => {
                            let message = "Expected the body as a string, got an expression that only PowerShell can evaluate.";
                            self.report_body(span, message);
                            has_body = true;
                        }
                        ("-infile", _) => self.report_body(span, curl::BODY_IN_FILE),
                        ("-form", _) => self.report_body(span, curl::RANDOM_BOUNDARY),
                        ("-uri" | "-method" | "-headers" | "-contenttype", _) => {
                            self.report_expression(value_start);
                        }
                        _ => {}
                    }
                }
                _ => match self.argument(0)? {
                    Argument::Text(text) if delivery.url.is_none() => delivery.url = Some(text.to_string()),
                    _ => {}
                },
            }
            if self.offset == word_start {
                break;
            }
        }
        if delivery.url.is_none() {
            let span = ByteSpan { start, end: self.offset };
            let message = "Expected a URL, got the end of the command.";
            self.diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, message, Some(curl::COPY_WHOLE));
            return None;
        }
        let method = delivery.method.get_or_insert_with(|| into_owned_outlined("GET"));
        if content_type.is_none()
            && has_body
            && method == "POST"
            && delivery.headers.get("content-type").is_none()
        {
            content_type = Some(into_owned_outlined("application/x-www-form-urlencoded"));
        }
        if let Some(content_type) = content_type {
            delivery.headers.push(into_owned_outlined("Content-Type"), content_type);
        }
        self.request = Some(delivery);
        Some(())
    }

    fn add_headers(&mut self, delivery: &mut ImportedDelivery, table: &[(String, String)], span: ByteSpan) {
        // Chrome copies the pseudo-headers of HTTP/2 without their colons.
        let has_pseudo = table.iter().any(|(name, _)| name == "authority");
        for (name, value) in table {
            if has_pseudo && matches!(name.as_str(), "authority" | "method" | "path" | "scheme") {
                continue;
            }
            if is_token(name) {
                delivery.headers.push(name.clone(), value.clone());
            } else {
                let message = "Invalid header: expected a name and a value. The header was ignored.";
                let hint = Some("Correct or remove the header.");
                self.diagnostics.add(Code::CURL_SYNTAX, Severity::Warning, span, message, hint);
            }
        }
    }

    fn report_body(&mut self, span: ByteSpan, message: &str) {
        let hint = "Pass the bytes of the body separately (CLI: --body FILE).";
        self.diagnostics.add(Code::BODY_NOT_INCLUDED, Severity::Error, span, message, Some(hint));
    }

    fn report_expression(&mut self, start: usize) {
        let end = (start + 1).min(self.diagnostics.text.len());
        let message = "Expected plain text, got an expression of PowerShell, which is not evaluated.";
        let hint = "Insert the value. Or use single quotes, if the text is literal.";
        let span = ByteSpan { start, end };
        self.diagnostics.add(Code::SHELL_EXPANSION, Severity::Warning, span, message, Some(hint));
    }

    fn unterminated<T>(&mut self, start: usize, quote: &str) -> Option<T> {
        let end = self.diagnostics.text.len();
        super::word::report_unterminated_quote(
            self.diagnostics,
            start.min(end.saturating_sub(quote.len())),
            quote,
        );
        None
    }
}

fn is_command(word: &str) -> bool {
    COMMANDS.iter().any(|name| eq_ignore_ascii_case(name, word))
}
