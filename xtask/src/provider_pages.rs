//! Generates a page for each built-in provider, `docs/providers/ID.md`, from its definition and from `providers/ID/notes.md`,
//! and the table in `docs/providers.md`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use hookseal::provider::{Provider, definition, extended_definition, ids};
use serde_json::Value;

use crate::page::write_if_changed;
use crate::run::{Failure, root};

/// The folder of the pages. They are committed: the suite fails if they differ from what is generated.
const FOLDER: &str = "docs/providers";

/// The page with the table of all providers.
const TABLE_PAGE: &str = "docs/providers.md";

/// Writes the pages and the table, and removes the pages of providers that are no more.
pub fn write() -> Result<(), Failure> {
    let folder = root().join(FOLDER);
    let mut files = BTreeSet::new();
    let mut rows = String::new();
    for id in ids() {
        let facts = Facts::of(id)?;
        rows.push_str(&facts.row());
        let name = format!("{id}.md");
        write_if_changed(&folder.join(&name), &facts.page())?;
        files.insert(name);
    }
    let entries = fs::read_dir(&folder).map_err(|error| Failure::file(&folder, error))?;
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| files.contains(name)) {
            fs::remove_file(&path).map_err(|error| Failure::file(&path, error))?;
        }
    }
    let path = root().join(TABLE_PAGE);
    let page = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
    write_if_changed(&path, &with_table(&page, &rows))
}

/// Replaces the rows of the table.
fn with_table(page: &str, rows: &str) -> String {
    let is_row = |line: &str| line.starts_with("| [`");
    let lines: Vec<&str> = page.lines().collect();
    let start = lines.iter().position(|line| is_row(line)).unwrap_or(lines.len());
    let end = start + lines[start..].iter().take_while(|line| is_row(line)).count();
    let mut text = lines[..start].join("\n");
    let _ = write!(text, "\n{rows}{}\n", lines[end..].join("\n"));
    text
}

/// What the pages say about one provider.
struct Facts {
    id: &'static str,
    /// The definition, with the keys of the one that it extends.
    definition: Value,
    /// The id of the provider that it extends.
    extends: Option<String>,
    uncovered: Vec<&'static str>,
    /// What is particular, in Markdown.
    notes: Option<String>,
}

impl Facts {
    fn of(id: &'static str) -> Result<Self, Failure> {
        let invalid = |error: String| Failure::new(format!("providers/{id}: {error}"));
        let own = definition(id).unwrap_or_default();
        let provider = Provider::from_json(own.as_bytes()).map_err(|error| invalid(error.to_string()))?;
        let parse =
            |text: &str| serde_json::from_str::<Value>(text).map_err(|error| invalid(error.to_string()));
        let extends = parse(own)?["extends"].as_str().map(str::to_owned);
        let whole = extended_definition(own);
        let path = root().join("providers").join(id).join("notes.md");
        Ok(Self {
            id,
            definition: parse(whole.as_deref().unwrap_or(own))?,
            extends,
            uncovered: provider.uncovered().names(),
            notes: notes(&path)?,
        })
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.definition.pointer(pointer)?.as_str()
    }

    fn title(&self) -> &str {
        self.text("/title").unwrap_or(self.id)
    }

    /// The signature schemes, the strongest first.
    fn schemes(&self) -> &[Value] {
        self.definition.get("signature").map_or(&[], one_or_many)
    }

    /// The sources of the idempotency key.
    fn dedupe(&self) -> Vec<&str> {
        let sources: Vec<&str> = self
            .definition
            .get("dedupe")
            .map_or(&[][..], one_or_many)
            .iter()
            .filter_map(Value::as_str)
            .collect();
        if sources.is_empty() { vec!["digest"] } else { sources }
    }

    /// The row of the table.
    fn row(&self) -> String {
        let scheme = self.schemes().first();
        let member = |name: &str| scheme.and_then(|scheme| scheme[name].as_str()).unwrap_or_default();
        let title = match self.text("/documentation") {
            Some(url) => format!("[{}]({url})", self.title()),
            None => self.title().to_owned(),
        };
        let cells = [
            format!("[`{id}`](providers/{id}.md)", id = self.id),
            title,
            scheme.map_or_else(String::new, |scheme| code(&header_line(scheme))),
            code(&scheme.and_then(template).unwrap_or_default()),
            scheme.map_or_else(String::new, |scheme| texts(&scheme["algorithms"]).join(", ")),
            member("secret").to_owned(),
            scheme.and_then(|scheme| scheme.get("tolerance")).map_or_else(String::new, |tolerance| {
                tolerance.as_u64().map_or_else(|| "not checked".to_owned(), |s| format!("{s} s"))
            }),
            code(self.dedupe()[0]),
            if scheme.is_none() { "everything".to_owned() } else { self.uncovered.join(", ") },
            self.text("/confirmed").unwrap_or_default().to_owned(),
        ];
        let mut row = String::from("|");
        for cell in cells {
            row.push_str(if cell.is_empty() { " |" } else { " " });
            if !cell.is_empty() {
                row.push_str(&cell);
                row.push_str(" |");
            }
        }
        row.push('\n');
        row
    }

    fn page(&self) -> String {
        let mut text = format!(
            "<!-- Generated from providers/{}/ by `cargo xtask build`: change that. -->\n\n# {}\n\n",
            self.id,
            self.title()
        );
        let verb = if self.schemes().is_empty() { "checks" } else { "verifies" };
        let _ = write!(text, "`webhook(\"{}\")` {verb} the webhooks of {}", self.id, self.title());
        match self.text("/documentation") {
            Some(url) => {
                let _ = writeln!(text, ", as [its documentation]({url}) describes them.");
            }
            None => text.push_str(".\n"),
        }
        if let Some(notes) = &self.notes {
            let _ = write!(text, "\n{notes}\n");
        }
        self.signature(&mut text);
        self.event(&mut text);
        self.receive(&mut text);
        self.handshakes(&mut text);
        self.command(&mut text);
        text
    }

    fn signature(&self, text: &mut String) {
        text.push_str("\n## Signature\n\n");
        let schemes = self.schemes();
        if schemes.is_empty() {
            let _ = writeln!(
                text,
                "{} does not sign. Anyone who knows the URL can send a delivery, so use its ids alone, and fetch the rest; \
                 or let [something else authenticate the sender](../receiving.md#unsigned-endpoints), such as a secret in the path.",
                self.title()
            );
            return;
        }
        if self.scheme_names().len() > 1 {
            text.push_str("Of these schemes the first one that has a secret and whose header a delivery has decides alone.\n\n");
        } else if schemes.len() > 1 {
            text.push_str("The delivery decides which of these schemes applies.\n\n");
        }
        let is_several = !self.scheme_names().is_empty() && schemes.len() > 1;
        text.push_str(if is_several { "| | | |\n|---|---|---|\n" } else { "| | |\n|---|---|\n" });
        for scheme in schemes {
            for (name, value) in self.scheme_facts(scheme) {
                let first = scheme["name"]
                    .as_str()
                    .filter(|_| is_several)
                    .map_or_else(String::new, |n| format!("| `{n}` "));
                let _ = writeln!(text, "{first}| {name} | {value} |");
            }
        }
        let what: Vec<&str> = self
            .uncovered
            .iter()
            .map(|name| if *name == "type" { "the event type" } else { "the idempotency key" })
            .collect();
        if !what.is_empty() {
            let is_token = schemes.iter().any(|scheme| scheme["kind"] == "token");
            let _ = writeln!(
                text,
                "\n**Not signed:** {}. {}",
                what.join(" and "),
                if is_token && schemes.len() == 1 {
                    "A token signs nothing: an attacker who has seen one delivery can send any other."
                } else if is_token {
                    "The token signs nothing: an attacker who has seen one delivery with it can send any other."
                } else {
                    "An attacker who recorded a delivery can send its body again with another one."
                }
            );
        }
        let confirmed = match self.text("/confirmed") {
            Some("vector") => {
                "A signed example that the provider published confirms this; the tests verify it."
            }
            Some("sdk") => {
                "The provider's own library, or other source code that it publishes, confirms this."
            }
            Some("docs") => "The provider's documentation confirms this.",
            _ => "Nothing of the provider confirms this yet. Please report what it really sends.",
        };
        let _ = writeln!(text, "\n{confirmed}");
        if let Some(base) = &self.extends {
            let _ = writeln!(text, "The definition extends [`{base}`]({base}.md).");
        }
    }

    /// Where the public keys are, if the definition says so.
    fn key_source(&self) -> Option<String> {
        let keys = self.definition.get("keys")?;
        let member = |name: &str| keys[name].as_str();
        Some(match (member("url"), member("api")) {
            _ if keys.get("known").is_some() => "built in: no secret is needed".to_owned(),
            (Some(url), _) => code(url),
            (None, Some(api)) => api.to_owned(),
            (None, None) => return None,
        })
    }

    /// The names of the schemes, each once.
    fn scheme_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.schemes().iter().filter_map(|scheme| scheme["name"].as_str()).collect();
        names.dedup();
        names
    }

    /// The rows about one scheme.
    fn scheme_facts(&self, scheme: &Value) -> Vec<(&'static str, String)> {
        let member = |name: &str| scheme[name].as_str();
        let place = if scheme.get("from").is_some() { "signature" } else { "header" };
        let mut facts = vec![(place, code(&header_line(scheme)))];
        if scheme["kind"] == "token" {
            let secret = if member("format").is_some_and(|format| format.contains("{base64}")) {
                "`user:password`"
            } else {
                "the token as it is sent"
            };
            facts.push(("secret", secret.to_owned()));
            return facts;
        }
        let conditions: Vec<String> = members(&scheme["when"]).map(condition).collect();
        if !conditions.is_empty() {
            facts.push(("for deliveries", conditions.join(", ")));
        }
        let content = if scheme["kind"] == "jwt" {
            String::new()
        } else {
            template(scheme).unwrap_or_else(|| "{body}".to_owned())
        };
        if !content.is_empty() {
            facts.push(("signed content", code(&content)));
        }
        let claims: Vec<String> = members(&scheme["claims"]).map(equal).collect();
        if scheme["kind"] == "jwt" {
            facts.push(("signed", "the claims of the token".to_owned()));
            facts.push(("claims", claims.join(", ")));
        }
        let digests: Vec<String> = members(&scheme["digests"]).map(equal).collect();
        if !digests.is_empty() {
            facts.push(("digest of the body", digests.join(", ")));
        }
        let algorithms: Vec<String> = texts(&scheme["algorithms"]).into_iter().map(algorithm).collect();
        facts.push(("algorithm", algorithms.join(", ")));
        let is_hmac = |name: &String| name.starts_with("HMAC") || name.starts_with("HS");
        let is_public = scheme["kind"] != "token" && !algorithms.iter().any(is_hmac);
        let key = secret(member("secret").unwrap_or("utf8"));
        facts.push((if is_public { "public key" } else { "secret" }, key));
        facts.extend(self.key_source().filter(|_| is_public).map(|source| ("where the key is", source)));
        let headers = &scheme["signedHeaders"];
        if headers.is_object() {
            let list = headers["names"].as_str().unwrap_or("`{headers}` of the format");
            let list = list.strip_prefix("header:").map_or_else(|| list.to_owned(), code);
            let required: Vec<String> = texts(&headers["require"]).into_iter().map(code).collect();
            let always =
                if required.is_empty() { String::new() } else { format!("; always {}", required.join(", ")) };
            facts.push(("signed headers", format!("those that {list} lists{always}")));
        }
        let is_listed =
            |name: &str| texts(&headers["require"]).iter().any(|one| one.eq_ignore_ascii_case(name));
        let is_timed =
            content.contains("{timestamp}") || self.text("/headers/timestamp").is_some_and(is_listed);
        let place = match (is_timed, member("timestamp")) {
            (_, Some(source)) => Some(match source.strip_prefix("claim:/") {
                Some(claim) => format!("the claim `{claim}`"),
                None => format!("`{source}` in the body"),
            }),
            (true, None) if member("format").is_some_and(|format| format.contains("{timestamp}")) => {
                Some("in the header".to_owned())
            }
            (true, None) => {
                let names = self.definition.pointer("/headers/timestamp").map_or(&[][..], one_or_many);
                Some(format!("`{}`", names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("`, `")))
            }
            (false, None) => None,
        };
        if let Some(place) = place {
            let unit = match member("timestampUnit").unwrap_or("s") {
                "s" => "seconds since 1970",
                "ms" => "milliseconds since 1970",
                "us" => "microseconds since 1970",
                "ns" => "nanoseconds since 1970",
                "rfc3339" => "a date and time with an offset",
                "http-date" => "a date and time as in HTTP headers",
                _ => "a date and time, in UTC without an offset",
            };
            let tolerance = match scheme.get("tolerance") {
                Some(Value::Null) => {
                    "not checked, because retries have the time of the first attempt".to_owned()
                }
                seconds => format!("tolerance {} s", seconds.and_then(Value::as_u64).unwrap_or(300)),
            };
            facts.push(("timestamp", format!("{place}, {unit}; {tolerance}")));
        }
        facts
    }

    fn event(&self, text: &mut String) {
        text.push_str("\n## Event\n\n| | |\n|---|---|\n");
        let sources = self.definition.pointer("/envelope/type").map_or(&[][..], one_or_many);
        let _ = writeln!(text, "| event type | {} |", type_sources(sources));
        for (name, pointer) in [("id", "/envelope/id"), ("time", "/envelope/createdAt")] {
            if let Some(pointer) = self.text(pointer) {
                let _ = writeln!(text, "| {name} | `{pointer}` |");
            }
        }
        if let Some(list) = self.text("/envelope/items") {
            let list = if list.is_empty() { "the body".to_owned() } else { code(list) };
            let _ = writeln!(text, "| list of events | {list} |");
            let sources = self.definition.pointer("/envelope/item/type").map_or(&[][..], one_or_many);
            let _ = writeln!(text, "| type of each event | {} |", type_sources(sources));
        }
        let dedupe: Vec<String> = self.dedupe().into_iter().map(key_source).collect();
        let _ = writeln!(text, "| idempotency key | {} |", dedupe.join(", or "));
        let retries = texts(self.definition.get("retries").unwrap_or(&Value::Null));
        let retries = if retries.is_empty() {
            "not known: a delivery that failed may come again, or not".to_owned()
        } else {
            format!("after {}", shortened(&retries))
        };
        let _ = writeln!(text, "| retries | {retries} |");
        if let Some(success) = self.text("/success") {
            let statuses = match success.split_once('-') {
                Some((first, last)) if first == last => format!("the status {first}"),
                _ => format!("the statuses {success}"),
            };
            let _ = writeln!(text, "| success | {statuses} |");
        }
        let sensitive = texts(self.definition.get("sensitive").unwrap_or(&Value::Null));
        if !sensitive.is_empty() {
            let _ = writeln!(text, "| redacted in logs | `{}` |", sensitive.join("`, `"));
        }
        let events = self.definition.get("events").and_then(Value::as_object);
        let names: Vec<String> =
            events.into_iter().flatten().filter(|(name, _)| *name != "*").map(event_with_revisions).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "| schemas of their own | {} |", names.join(", "));
        }
    }

    fn receive(&self, text: &mut String) {
        text.push_str("\n## Receive\n\n```js\n");
        let mut options = Vec::new();
        if self.schemes().is_empty() {
            options.push("unsigned: \"allow\"".to_owned());
        } else if self.definition.get("keys").is_none() {
            options.push(format!("secrets: [process.env.{}]", self.key_variable()));
        }
        // Keys that are built in need no option of the receiver.
        let keys = self.definition.get("keys").filter(|keys| keys.get("known").is_none());
        let (load, keys_of_receiver) = match keys {
            None => ("", None),
            Some(keys) if keys.get("url").is_some() => ("", Some("keys: keySource()".to_owned())),
            Some(_) => (
                "// Request the key here, under its id `kid`.\nconst load = async ({ kid }) => requestKey(kid);\n",
                Some("keys: keySource({ load })".to_owned()),
            ),
        };
        let import = if keys.is_none() { "" } else { "import { keySource } from \"hookseal/keys\";\n" };
        let settings = self.definition.get("settings").and_then(Value::as_object);
        let settings: Vec<&str> = settings.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        if !settings.is_empty() {
            let list: Vec<String> = settings
                .iter()
                .map(|name| format!("{name}: process.env.{}", self.variable(&upper(name))))
                .collect();
            options.push(format!("settings: {{ {} }}", list.join(", ")));
        }
        // In the signed content, or in a claim.
        let signs_url = self.schemes().iter().any(|scheme| {
            let scheme = scheme.to_string();
            ["{url", "{path}", "query:"].iter().any(|part| scheme.contains(part))
        });
        let url = signs_url.then(|| format!("url: process.env.{}", self.variable("WEBHOOK_URL")));
        let of_receiver: Vec<String> = url.into_iter().chain(keys_of_receiver).collect();
        let end = if of_receiver.is_empty() {
            String::new()
        } else {
            format!(", {{ {} }}", of_receiver.join(", "))
        };
        let _ = write!(
            text,
            "import {{ webhook }} from \"hookseal\";\nimport {{ receiver }} from \"hookseal/fetch\";\n{import}\n\
             {load}const hook = webhook(\"{}\", {{{}}});\n\n\
             export const receive = receiver(hook, async ({{ type, id, event }}) => {{\n  \
             console.log(\"received\", type, id); // then use `event`\n}}{end});\n```\n\n\
             Entries for other servers, and what the receiver responds: [Receiving](../receiving.md).\n",
            self.id,
            if options.is_empty() { String::new() } else { format!(" {} ", options.join(", ")) }
        );
        if self.text("/envelope/items").is_some() {
            text.push_str(
                "\nA delivery has a list of events. With `{ each: true }` as the last argument of `receiver`, the handler gets each event on its own.\n",
            );
        }
        let names: Vec<String> = self.scheme_names().into_iter().map(property).collect();
        if names.len() > 1 {
            let _ = writeln!(
                text,
                "\n`secrets: [...]` is the list of the first scheme. Otherwise name it: `secrets: {{ {} }}`.",
                names.iter().map(|name| format!("{name}: [...]")).collect::<Vec<_>>().join(", ")
            );
        }
        if signs_url {
            text.push_str(
                "\nThe URL is signed. `url` is the public one, as the provider has it; without it, the receiver takes that of the request.\n",
            );
        }
    }

    fn handshakes(&self, text: &mut String) {
        let Some(handshakes) = self.definition.get("handshake").and_then(Value::as_array) else { return };
        text.push_str(
            "\n## Handshake\n\nReceivers respond to these requests before the handler is called:\n\n",
        );
        for handshake in handshakes {
            let method = handshake["method"].as_str().unwrap_or("POST");
            let _ = write!(text, "- `{}`: a {method}", handshake["name"].as_str().unwrap_or_default());
            if method == "POST" {
                let is_signed = handshake["signed"].as_bool().unwrap_or(!self.schemes().is_empty());
                text.push_str(if is_signed { ", which is signed" } else { ", which is not signed" });
            }
            let conditions: Vec<String> = handshake["when"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(source, value)| match value {
                    Value::Bool(false) => format!("without `{source}`"),
                    Value::String(value) => format!("with `{source}` {value}"),
                    _ => format!("with `{source}`"),
                })
                .collect();
            if !conditions.is_empty() {
                let _ = write!(text, ", {}", conditions.join(" and "));
            }
            if handshake.get("equals").is_some() {
                text.push_str(". Its token has to equal the setting");
            }
            if let Some(source) = handshake["secret"].as_str() {
                let _ = write!(
                    text,
                    ". `{source}` is the secret: the receiver asks [`onSecret`](../receiving.md#handshakes)"
                );
            }
            text.push_str(".\n");
            if method != "POST" {
                let _ = writeln!(
                    text,
                    "  Route {method} to the receiver, too: [handshakes](../receiving.md#handshakes)."
                );
            }
        }
    }

    fn command(&self, text: &mut String) {
        let mut options = format!("--provider {}", self.id);
        if let Some(option) = self.key_option() {
            let _ = write!(options, " {option}");
        }
        for (name, _) in members(&self.definition["settings"]) {
            if self.definition["signature"].to_string().contains(&format!("{{setting:{name}}}")) {
                let _ = write!(options, " --setting-env {name}={}", self.variable(&upper(name)));
            }
        }
        let _ = write!(
            text,
            "\n## Command line\n\n```sh\n\
             npx hookseal listen 3000 {options}\n\
             npx hookseal verify request.http {options}\n"
        );
        if !self.schemes().is_empty() {
            let _ = writeln!(text, "npx hookseal explain request.http {options}");
        }
        text.push_str("```\n\n`request.http` is a captured request; the page of the [command line](../cli.md) has every command.\n");
    }

    /// The name of the environment variable with the secret, or with the public key.
    fn key_variable(&self) -> String {
        let is_public = self.schemes().first().is_some_and(|scheme| {
            let is_hmac = texts(&scheme["algorithms"]).iter().any(|name| name.starts_with("HS"));
            scheme["kind"] == "public-key" || scheme["kind"] == "jwt" && !is_hmac
        });
        self.variable(if is_public { "PUBLIC_KEY" } else { "WEBHOOK_SECRET" })
    }

    /// The option of the command for the secret or the public keys. `None` where the definition has the key.
    fn key_option(&self) -> Option<String> {
        let keys = &self.definition["keys"];
        if self.schemes().is_empty() {
            return Some("--unsigned".to_owned());
        }
        if !keys.is_object() {
            return Some(format!("--secret-env {}", self.key_variable()));
        }
        let file = match keys["as"].as_str() {
            Some("certificate") => "certificate.pem",
            Some("pem") => "key.pem",
            _ => "keys.json",
        };
        keys["known"].is_null().then(|| format!("--keys-file {file}"))
    }

    /// The name of an environment variable.
    fn variable(&self, suffix: &str) -> String {
        format!("{}_{suffix}", self.id.replace('-', "_").to_ascii_uppercase())
    }
}

fn notes(path: &Path) -> Result<Option<String>, Failure> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
    Ok(Some(text.trim().to_owned()))
}

fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The texts of a value, as code.
fn values(value: &Value) -> String {
    one_or_many(value)
        .iter()
        .map(|one| one.as_str().map_or_else(|| format!("`{one}`"), code))
        .collect::<Vec<_>>()
        .join(" or ")
}

/// A condition on a delivery: that a source is there, is absent, or has one of some texts.
fn condition((source, value): (&String, &Value)) -> String {
    match value.as_bool() {
        Some(true) => format!("with {}", code(source)),
        Some(false) => format!("without {}", code(source)),
        None => format!("whose {} is {}", code(source), values(value)),
    }
}

/// A value that has to be equal to another one.
fn equal((source, value): (&String, &Value)) -> String {
    format!("{} is {}", code(source), values(value))
}

fn code(text: &str) -> String {
    // A bar ends a cell of a table.
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

/// The signature header as it is sent: its names, and its format. Or the source of a signature in the body or the URL.
fn header_line(scheme: &Value) -> String {
    let place = scheme.get("from").unwrap_or(&scheme["header"]);
    let names: Vec<&str> = one_or_many(place).iter().filter_map(Value::as_str).collect();
    format!("{}: {}", names.join(", "), scheme["format"].as_str().unwrap_or("{token}"))
}

/// The name of an algorithm in a sentence.
fn algorithm(name: &str) -> String {
    match name.strip_prefix("sha") {
        Some(bits) => format!("HMAC-SHA-{bits}"),
        None => name.to_owned(),
    }
}

/// How the text of a secret becomes the key.
fn secret(format: &str) -> String {
    let (prefix, encoding) = match format.split_once('{') {
        Some((prefix, rest)) => (prefix, rest.trim_end_matches('}')),
        None => ("", format),
    };
    let text = match encoding {
        "base64" => "the key in base64",
        "hex" => "the key in hex",
        "pem" => "the key in PEM, or as a JSON Web Key",
        _ => "its text is the key",
    };
    if prefix.is_empty() { text.to_owned() } else { format!("{text}, after `{prefix}`") }
}

/// The sources of the event type in their order. Members that name the type are one list.
fn type_sources(sources: &[Value]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut members: Vec<&str> = Vec::new();
    let mut rest = sources.iter().peekable();
    while let Some(source) = rest.next() {
        let when = source["when"].as_str().unwrap_or_default();
        let name = when.rsplit('/').next().unwrap_or_default();
        if source.is_object() && source.get("is").is_none() {
            members.push(name);
            if rest.peek().is_some_and(|next| next.is_object() && next.get("is").is_none()) {
                continue;
            }
            let list = members.split_off(0).join("`, `");
            parts.push(format!("the name of the first of these members: `{list}`"));
        } else if source.is_object() {
            parts.push(format!("`{}` if there is `{when}`", source["is"].as_str().unwrap_or(name)));
        } else {
            let text = source.as_str().unwrap_or_default();
            parts.push(
                text.strip_prefix('=')
                    .map_or_else(|| format!("`{text}`"), |fixed| format!("always `{fixed}`")),
            );
        }
    }
    parts.join(", or ")
}

fn key_source(source: &str) -> String {
    match source {
        "digest" => "the digest of the body".to_owned(),
        "none" => "none: every delivery is handled".to_owned(),
        source => format!("`{}`", source.strip_prefix("pointer:").unwrap_or(source)),
    }
}

/// A list of delays, of which a long one ends after the first few.
fn shortened(delays: &[&str]) -> String {
    let list = delays.get(..8).unwrap_or(delays).join(", ");
    if delays.len() > 8 { format!("{list} and {} more", delays.len() - 8) } else { list }
}

/// The name of a setting as a part of the name of an environment variable.
fn upper(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(character.to_ascii_uppercase());
    }
    out
}

fn property(name: &str) -> String {
    if name.contains('-') { format!("\"{name}\"") } else { name.to_owned() }
}

/// The signed content as the core writes it: one text, with a condition as `{if:SOURCE}text{end}`. A line break is `\n`.
fn template(scheme: &Value) -> Option<String> {
    let text = match &scheme["signedContent"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .map(|part| match (part.as_str(), part["if"].as_str(), part["text"].as_str()) {
                (Some(text), ..) => text.to_owned(),
                (None, source, text) => {
                    format!("{{if:{}}}{}{{end}}", source.unwrap_or_default(), text.unwrap_or_default())
                }
            })
            .collect(),
        _ => return None,
    };
    Some(text.replace('\n', "\\n"))
}

/// An event type, and its revisions.
fn event_with_revisions((name, event): (&String, &Value)) -> String {
    let revisions = event.get("revisions").and_then(Value::as_array);
    let mut names: Vec<&str> =
        revisions.into_iter().flatten().filter_map(|revision| revision["name"].as_str()).collect();
    names.sort_unstable();
    if names.is_empty() {
        format!("`{name}`")
    } else {
        format!("`{name}` (revisions `{}`)", names.join("`, `"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_rows_of_the_table_and_nothing_else() {
        let page = "a\n|---|\n| [`old`](b) |\n| [`old2`](b) |\n\n| `x` |\n";
        let expected = "a\n|---|\n| [`new`](b) |\n\n| `x` |\n";
        assert_eq!(with_table(page, "| [`new`](b) |\n"), expected);
        assert_eq!(with_table(expected, "| [`new`](b) |\n"), expected);
    }

    #[test]
    fn says_how_a_secret_becomes_the_key() {
        for (format, sentence) in [
            ("utf8", "its text is the key"),
            ("whsec_{base64}", "the key in base64, after `whsec_`"),
            ("hex", "the key in hex"),
        ] {
            assert_eq!(secret(format), sentence);
        }
    }

    #[test]
    fn lists_members_that_name_the_type() {
        let sources = serde_json::json!([{ "when": "/a" }, { "when": "/b" }, { "when": "/c", "is": "d" }, "/type", "=e"]);
        assert_eq!(
            type_sources(sources.as_array().expect("a list")),
            "the name of the first of these members: `a`, `b`, or `d` if there is `/c`, or `/type`, or always `e`"
        );
    }

    #[test]
    fn a_page_has_every_fact_of_its_definition() {
        let facts = Facts::of("gitlab").expect("a provider");
        let page = facts.page();
        for part in [
            "`signing-token`",
            "| `token` | header | `X-Gitlab-Token: {token}` |",
            "the key in base64, after `whsec_`",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(Facts::of("strava").expect("a provider").page().contains("STRAVA_VERIFY_TOKEN"));
        let unsigned = Facts::of("xon").expect("a provider").page();
        for part in ["`file-request.files.update` (revisions `R0`, `R1-R6`, `R7-R9`)", "#unsigned-endpoints"]
        {
            assert!(unsigned.contains(part), "{part}\n{unsigned}");
        }
    }
}
