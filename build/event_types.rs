//! Writes the Rust types of events from the schemas of a provider. A keyword that is a warning in the lenient profile counts as
//! absent, so that every delivery that is accepted has the form of its type.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

/// The providers whose schemas describe whole events.
const PROVIDERS: [&str; 2] = ["painchek", "xon"];

/// Returns the modules of all providers.
pub fn modules(root: &Path, read: fn(&Path) -> Value) -> String {
    PROVIDERS.iter().map(|id| module(&root.join(id), id, read)).collect()
}

/// One event, in one revision.
struct Event {
    kind: String,
    revision: Option<String>,
    /// The name of its type.
    name: String,
}

/// Returns the module of a provider: the types of each event in a module of its own, and an enum of all events.
fn module(folder: &Path, id: &str, read: fn(&Path) -> Value) -> String {
    let definition = read(&folder.join("provider.json"));
    let title = definition["title"].as_str().unwrap_or_default();
    let mut out = format!("/// The events of {title}.\npub mod {id} {{\n");
    let mut events = Vec::new();
    for (event_type, event) in definition["events"].as_object().into_iter().flatten() {
        let revisions = event["revisions"].as_array().map(Vec::as_slice);
        for form in revisions.unwrap_or(std::slice::from_ref(event)) {
            let revision = form["name"].as_str().map(str::to_owned);
            let name = camel(&format!("{event_type} {}", revision.as_deref().unwrap_or_default()));
            let schema = read(&folder.join(form["schema"].as_str().expect("the name of a schema")));
            let in_revision =
                revision.as_ref().map(|name| format!(", revision `{name}`")).unwrap_or_default();
            let doc = format!("The event `{event_type}`{in_revision}.");
            out += &event_module(&schema, &name, &doc);
            events.push(Event { kind: event_type.clone(), revision, name });
        }
    }
    out += &event_enum(title, &events);
    out + "}\n"
}

/// Returns the module with the types of one event, and an export of its outermost type.
fn event_module(schema: &Value, name: &str, doc: &str) -> String {
    let module = snake(name);
    let mut types = Types { schema, out: String::new(), written: BTreeSet::new() };
    types.object(name, schema, doc);
    format!(
        "/// The types of one event: [`{name}`].\npub mod {module} {{\nuse super::super::support::*;\n{}}}\n\
         pub use {module}::{name};\n",
        types.out
    )
}

/// Returns the enum of all events of a provider.
fn event_enum(title: &str, events: &[Event]) -> String {
    let mut variants = String::new();
    let mut arms = String::new();
    for Event { kind, revision, name } in events {
        let _ = writeln!(variants, "/// See [`{name}`].\n{name}(Box<{name}>),");
        let _ = writeln!(arms, "({kind:?}, {revision:?}) => Self::{name}(Box::new(verified.event_as()?)),");
    }
    format!(
        "/// Any event of {title}.\n#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\npub enum Event {{\n{variants}\
         /// An event type that this version does not know.\nUnknown,\n}}\n\
         impl Event {{\n/// Returns the payload of a delivery in the type of its event and revision.\n///\n/// # Errors\n\
         /// Where a value does not have the form of the type.\n\
         pub fn from_verified(verified: &crate::webhook::Verified<'_>) -> Result<Self, crate::webhook::EventTypeError> {{\n\
         Ok(match (verified.event_type.as_str(), verified.revision.as_deref()) {{\n{arms}_ => Self::Unknown,\n}})\n}}\n}}\n"
    )
}

/// The types of one schema.
struct Types<'s> {
    schema: &'s Value,
    out: String,
    /// The names of the types that are written, or are being written.
    written: BTreeSet<String>,
}

/// The type of a value, and whether it can be null.
struct FieldType {
    name: String,
    is_nullable: bool,
    is_integer: bool,
}

impl Types<'_> {
    /// Writes the struct of an object.
    fn object(&mut self, name: &str, schema: &Value, doc: &str) {
        if !self.written.insert(name.to_owned()) {
            return;
        }
        let required = |key: &str| {
            is_kept(schema, "required", key)
                && schema["required"].as_array().is_some_and(|keys| keys.iter().any(|other| other == key))
        };
        let mut fields = String::new();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let FieldType { name: kind, is_nullable, is_integer } =
                self.value(&format!("{name} {key}"), property);
            let is_optional = is_nullable || !required(key);
            let mut attributes = Vec::new();
            let field = snake(key);
            if field != *key {
                attributes.push(format!("rename = {key:?}"));
            }
            if is_optional {
                attributes.push("default, skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if is_integer {
                assert!(is_optional, "{key}: `support` has no function for a required integer");
                attributes.push("deserialize_with = \"optional_integer\"".to_owned());
            }
            let kind = if is_optional { format!("Option<{kind}>") } else { kind };
            fields += &doc_lines(&self.doc(property));
            if !attributes.is_empty() {
                let _ = writeln!(fields, "#[serde({})]", attributes.join(", "));
            }
            let field = if field == "type" { "r#type" } else { &field };
            let _ = writeln!(fields, "pub {field}: {kind},");
        }
        if schema["additionalProperties"].is_object() {
            let kind = self.value(&format!("{name} Other"), &schema["additionalProperties"]).name;
            let _ = writeln!(
                fields,
                "/// All other properties.\n#[serde(flatten)]\npub other: std::collections::BTreeMap<String, {kind}>,"
            );
        }
        let _ = writeln!(
            self.out,
            "{}#[derive(Clone, PartialEq, Serialize, Deserialize)]\n#[non_exhaustive]\npub struct {name} {{\n{fields}}}\n\
             redacted!({name});",
            doc_lines(doc)
        );
    }

    /// Returns the type of a value, and writes the types in it. `name` is that of an object without a name.
    fn value(&mut self, name: &str, schema: &Value) -> FieldType {
        if let Some(reference) = schema["$ref"].as_str() {
            let definition = reference.strip_prefix("#/$defs/").expect("a definition of the same schema");
            return self.value(definition, &self.schema["$defs"][definition].clone());
        }
        let plain = |name: &str| FieldType { name: name.to_owned(), is_nullable: false, is_integer: false };
        if schema.get("const").is_some_and(Value::is_string) {
            return plain("String");
        }
        let mut types: Vec<&str> = match &schema["type"] {
            Value::String(name) => vec![name],
            names => names.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        };
        let all = types.len();
        types.retain(|name| *name != "null");
        let is_nullable = types.len() < all;
        let kind = match types[..] {
            _ if !is_kept(schema, "type", "*") => plain("Value"),
            ["string"] => plain("String"),
            ["boolean"] => plain("bool"),
            ["number"] => plain("f64"),
            ["integer"] => FieldType { is_integer: true, ..plain("i64") },
            ["array"] => {
                plain(&format!("Vec<{}>", self.value(&format!("{name} item"), &schema["items"]).name))
            }
            ["object"] => {
                let name = camel(name);
                self.object(&name, schema, &self.doc(schema));
                plain(&name)
            }
            _ => plain("Value"),
        };
        FieldType { is_nullable, ..kind }
    }

    /// Returns the description of a schema, and its values.
    fn doc(&self, schema: &Value) -> String {
        let text = schema["description"].as_str().or(schema["title"].as_str()).unwrap_or_default();
        let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/"));
        let target = reference.map_or(schema, |name| &self.schema["$defs"][name]);
        let values: Vec<String> = target["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|value| Some(format!("`{}`", value.as_str()?)))
            .collect();
        let values =
            if values.is_empty() { String::new() } else { format!("\n\nValues: {}.", values.join(", ")) };
        format!("{}.{values}", text.trim_end_matches('.'))
    }
}

/// Whether a violation of a keyword rejects a delivery in the lenient profile. `required` can have a severity for each key.
fn is_kept(schema: &Value, keyword: &str, key: &str) -> bool {
    let severity = match &schema["x-lenient"][keyword] {
        Value::Object(keys) => keys.get(key).or(keys.get("*")).and_then(Value::as_str),
        other => other.as_str(),
    };
    severity.is_none_or(|severity| severity == "error")
}

fn doc_lines(text: &str) -> String {
    text.lines().fold(String::new(), |out, line| out + "/// " + &line.replace('[', "\\[") + "\n")
}

/// `file-request.files` is `FileRequestFiles`.
fn camel(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

/// `createdAt` and `CreatedAt` are `created_at`.
fn snake(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
