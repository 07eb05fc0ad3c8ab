//! A provider definition, read and checked: the data that makes one webhook differ from another.

use crate::issue::{Code, Issue, Severity};
use crate::json::{Document, KeyInterner, KeyTable, Pointer, Value};
use crate::schema::{CompileOptions, Schema};
use crate::signature::{Algorithm, Scheme, SchemeDefinition, SecretEncoding, SecretFormat, TimestampUnit};
use crate::text::escape_controls;
use std::sync::Arc;

use super::coverage::{Coverage, Uncovered};
use super::envelope::Envelope;
use super::idempotency::{self, IdempotencySource};
use super::members::{items, members, pointer, text, texts};
use super::rules::Rules;
use super::signed_time::SignedTime;
use super::span;

/// The contract of definitions themselves.
const DEFINITION_SCHEMA: &str = include_str!("definition.schema.json");

/// Everything known about one provider.
#[derive(Debug)]
pub struct Provider {
    /// Short name, as in `webhook("painchek")`.
    pub id: String,
    /// The provider's own name.
    pub title: String,
    /// How it signs. `None`: it signs nothing.
    pub scheme: Option<Scheme>,
    /// The time in the body, where what is signed has no other.
    pub signed_time: Option<SignedTime>,
    /// How far a timestamp may lie off, in seconds, unless the caller says otherwise.
    pub tolerance: u32,
    /// The header with the subscription's id.
    pub webhook_id: Option<String>,
    /// The header with the delivery's id.
    pub delivery_id: Option<String>,
    /// The media type of its bodies.
    pub content_type: String,
    /// Where the parts that every event has stand.
    pub envelope: Envelope,
    /// Where the idempotency key comes from, best first.
    pub dedupe: Vec<IdempotencySource>,
    /// Whether every retry carries the same payload.
    pub immutable: bool,
    /// The statuses it takes for success, first and last.
    pub success: (u16, u16),
    /// The waits between its attempts, in seconds.
    pub retries: Vec<u32>,
    /// Its events, each with its contracts.
    pub events: Vec<Event>,
    /// Pointers to personal or health data, `*` for any one step.
    pub sensitive: Vec<String>,
    /// Which of its headers its signature does not cover.
    pub(crate) coverage: Coverage,
    /// The keys that its contracts and its envelope name.
    pub(crate) names: Arc<KeyTable>,
    pub(crate) rules: Rules,
    pub(crate) lookalikes: Vec<KnownMistake>,
}

/// An event type and its contracts.
#[derive(Debug)]
pub struct Event {
    /// The event type, as in the envelope. `*` is any that is not named.
    pub event_type: String,
    /// The revisions of its contract, in the order in which they are tried.
    pub revisions: Vec<Revision>,
}

/// One revision of a contract.
#[derive(Debug)]
pub struct Revision {
    /// Its name, where there are several.
    pub name: Option<String>,
    /// It is the one where this pointer exists; `None` fits always.
    pub when: Option<Pointer>,
    /// The contract.
    pub schema: Schema,
}

/// A body that people paste by mistake.
#[derive(Debug)]
pub(crate) struct KnownMistake {
    pub required_pointers: Vec<String>,
    pub message: String,
}

/// Why a definition cannot be used.
#[derive(Debug)]
pub struct DefinitionError {
    /// What is wrong, each with its place in the definition.
    pub issues: Vec<Issue>,
}

impl std::fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("The provider definition cannot be used.")?;
        for issue in &self.issues {
            let pointer = if issue.pointer.is_empty() { "/" } else { issue.pointer.as_str() };
            write!(f, " {}: {}", escape_controls(pointer.to_owned()), issue.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionError {}

impl Provider {
    /// Reads a definition: one JSON text, event contracts inlined.
    ///
    /// ```
    /// use hookseal::provider::Provider;
    ///
    /// let provider = Provider::from_json(br#"{
    ///     "id": "github",
    ///     "signature": { "header": "X-Hub-Signature-256", "format": "sha256={hex}", "algorithms": ["sha256"] },
    ///     "envelope": { "type": "header:X-GitHub-Event" },
    ///     "dedupe": ["header:X-GitHub-Delivery"],
    ///     "events": { "ping": { "schema": { "required": ["zen"] } } }
    /// }"#)?;
    /// assert_eq!(provider.events[0].event_type, "ping");
    ///
    /// let error = Provider::from_json(br#"{ "id": "mine", "envelope": {}, "events": {} }"#).unwrap_err();
    /// assert_eq!(error.issues[0].pointer, "/envelope");
    /// assert_eq!(error.issues[0].message, "Missing required property \"type\".");
    /// # Ok::<(), hookseal::provider::DefinitionError>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, with places: unknown keys, wrong types, templates that
    /// cannot be read, contracts that cannot be compiled.
    pub fn from_json(text: &[u8]) -> Result<Self, DefinitionError> {
        let document = Document::parse(text).map_err(|issue| DefinitionError { issues: vec![*issue] })?;
        let contract = Schema::compile(DEFINITION_SCHEMA.as_bytes(), &CompileOptions::default())
            .map_err(|error| definition_error(&document, document.root(), &error.to_string()))?;
        let issues: Vec<Issue> =
            contract.check(text).into_iter().filter(|i| i.severity == Severity::Error).collect();
        if !issues.is_empty() {
            return Err(DefinitionError { issues });
        }
        Self::assemble(&document)
    }

    /// Reads a definition that fits the contract of definitions, as every built-in one does: the contract is not
    /// compiled for it, which is a third of the work.
    pub(crate) fn from_trusted_json(text: &[u8]) -> Result<Self, DefinitionError> {
        let document = Document::parse(text).map_err(|issue| DefinitionError { issues: vec![*issue] })?;
        Self::assemble(&document)
    }

    fn assemble(document: &Document<'_>) -> Result<Self, DefinitionError> {
        let root = document.root();
        let id = text(root, "/id").unwrap_or_default();
        check_consistency(document)?;
        let mut vocabulary = KeyInterner::default();
        let mut events = events(document, &mut vocabulary)?;
        let mut dedupe = idempotency::read_sources(root);
        let mut envelope = Envelope::read(root, &dedupe);
        let mut pointers: Vec<&mut Pointer> = envelope.pointers().collect();
        pointers.extend(dedupe.iter_mut().filter_map(IdempotencySource::pointer));
        let whens = events.iter_mut().flat_map(|event| &mut event.revisions).map(|it| &mut it.when);
        pointers.extend(whens.flatten());
        let mut signed_time = signed_time(root);
        pointers.extend(signed_time.as_mut().map(|time| &mut time.pointer));
        for pointer in &mut pointers {
            pointer.intern_keys(&mut vocabulary);
        }
        let names = Arc::new(vocabulary.build());
        for pointer in pointers {
            pointer.bind_keys(&names);
        }
        for revision in events.iter_mut().flat_map(|event| &mut event.revisions) {
            revision.schema.bind_keys(&names);
        }
        let scheme = signature(document)?;
        Ok(Self {
            title: text(root, "/title").unwrap_or_else(|| id.clone()),
            coverage: Coverage::new(scheme.as_ref(), &envelope.event_type, &dedupe),
            scheme,
            signed_time,
            tolerance: root
                .pointer("/signature/tolerance")
                .and_then(|seconds| u32::try_from(seconds.as_i64()?).ok())
                .unwrap_or(300),
            webhook_id: text(root, "/headers/webhookId"),
            delivery_id: text(root, "/headers/deliveryId"),
            content_type: text(root, "/contentType").unwrap_or_else(|| "application/json".to_owned()),
            envelope,
            dedupe,
            immutable: root.get("immutable").and_then(Value::as_bool).unwrap_or(false),
            success: span::success(text(root, "/success").as_deref().unwrap_or("2xx")),
            retries: texts(root, "retries").iter().filter_map(|wait| span::seconds(wait)).collect(),
            events,
            names,
            sensitive: texts(root, "sensitive"),
            rules: Rules::read(&id, root)
                .map_err(|(place, message)| definition_error(document, place, &message))?,
            lookalikes: items(root, "lookalikes")
                .into_iter()
                .map(|item| KnownMistake {
                    required_pointers: texts(item, "has"),
                    message: text(item, "/message").unwrap_or_default(),
                })
                .collect(),
            id,
        })
    }

    /// What to say about a body that is no delivery at all, but something of the provider's that
    /// people paste in its place.
    pub(crate) fn lookalike(&self, body: Value<'_>) -> Option<&str> {
        let fits =
            |it: &&KnownMistake| it.required_pointers.iter().all(|pointer| body.pointer(pointer).is_some());
        self.lookalikes.iter().find(fits).map(|it| it.message.as_str())
    }

    /// What its signature does not cover of an event's type and idempotency key, whichever way the key is found: a
    /// replay can leave out what the other ways read. Nothing for a provider that signs nothing.
    ///
    /// ```
    /// use hookseal::provider::{Provider, definition};
    ///
    /// let uncovered = |id| {
    ///     Provider::from_json(definition(id).unwrap().as_bytes()).unwrap().uncovered().names()
    /// };
    /// assert_eq!(uncovered("github"), ["type", "id"]);
    /// assert_eq!(uncovered("linear"), ["id"]);
    /// assert!(uncovered("svix").is_empty()); // its id is part of what it signs
    /// ```
    #[must_use]
    pub fn uncovered(&self) -> Uncovered {
        if self.scheme.is_none() { Uncovered::default() } else { self.coverage.of_any_way() }
    }

    /// The event with this type, or the one that stands for all others, by its place in `events`.
    #[must_use]
    pub fn find_event(&self, name: &str) -> Option<usize> {
        let place = |name| self.events.iter().position(|event| event.event_type == name);
        place(name).or_else(|| place(WILDCARD_EVENT))
    }
}

/// The name of the event that stands for all that are not named.
const WILDCARD_EVENT: &str = "*";

impl Event {
    /// Its type, where it stands for one.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        Some(self.event_type.as_str()).filter(|name| *name != WILDCARD_EVENT)
    }

    /// The revision a body follows, by its place in `revisions`. None where no contract fits.
    #[must_use]
    pub fn find_revision(&self, body: Value<'_>) -> Option<usize> {
        self.revisions
            .iter()
            .position(|revision| revision.when.as_ref().is_none_or(|pointer| body.resolve(pointer).is_some()))
    }
}

#[inline(never)]
fn definition_error(document: &Document<'_>, at: Value<'_>, message: &str) -> DefinitionError {
    let draft =
        crate::issue::PendingIssue::new(Code::DEFINITION_INVALID, Severity::Error, at.place(), message);
    DefinitionError { issues: document.locate(vec![draft]) }
}

/// What a schema cannot say about a definition.
#[inline(never)]
fn check_consistency(document: &Document<'_>) -> Result<(), DefinitionError> {
    let root = document.root();
    let (first, last) = span::success(text(root, "/success").as_deref().unwrap_or("2xx"));
    if let Some(range) = root.get("success").filter(|_| first > last) {
        return Err(definition_error(document, range, "This range ends before it begins."));
    }
    if let Some(way) =
        items(root, "dedupe").iter().rev().skip(1).find(|way| way.as_str().as_deref() == Some("none"))
    {
        return Err(definition_error(
            document,
            *way,
            "Nothing behind \"none\" is ever reached: put \"none\" last.",
        ));
    }
    let signed_time = root.pointer("/signature/timestamp");
    match (signed_time, root.pointer("/headers/timestamp")) {
        (Some(_), Some(header)) => {
            let message = "`signature.timestamp` says where the time is already. Remove one of the two.";
            return Err(definition_error(document, header, message));
        }
        (None, Some(header)) if root.get("signature").is_none() => {
            let message = "No signature covers this timestamp, so anybody could change it. Remove it.";
            return Err(definition_error(document, header, message));
        }
        _ => {}
    }
    let templates = ["/signature/format", "/signature/signedContent"];
    if let Some(time) = signed_time
        && templates.iter().any(|at| text(root, at).is_some_and(|text| text.contains("{timestamp}")))
    {
        let message = "{timestamp} is signed already; only one time can count. Remove one of the two.";
        return Err(definition_error(document, time, message));
    }
    let event_type = text(root, "/envelope/type").unwrap_or_default();
    for name in ["id", "createdAt", "data"] {
        let Some(part) = root.pointer("/envelope").and_then(|envelope| envelope.get(name)) else { continue };
        let pointer = part.as_str().unwrap_or_default();
        if !event_type.starts_with("header:")
            && pointer.strip_prefix(&*event_type).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            let message =
                "The event type is a string, so nothing else can stand where it does, or within it.";
            return Err(definition_error(document, part, message));
        }
    }
    for (_, event) in members(root, "events") {
        let (schema, revisions) = (event.get("schema"), event.get("revisions"));
        let Some(revisions) = revisions else {
            if schema.is_none() {
                return Err(definition_error(
                    document,
                    event,
                    "An event needs a contract: a schema, or revisions.",
                ));
            }
            continue;
        };
        if schema.is_some() {
            let message = "An event has a schema or revisions, and not both.";
            return Err(definition_error(document, event, message));
        }
        let mut behind = revisions.elements().skip_while(|revision| revision.get("when").is_some()).skip(1);
        if let Some(revision) = behind.next() {
            let message = "This revision is never reached: the one without \"when\" before it fits always.";
            return Err(definition_error(document, revision, message));
        }
    }
    Ok(())
}

#[inline(never)]
fn signature(document: &Document<'_>) -> Result<Option<Scheme>, DefinitionError> {
    let root = document.root();
    let Some(signature) = root.get("signature") else { return Ok(None) };
    let headers = root.get("headers");
    let definition = SchemeDefinition {
        header: text(signature, "/header").unwrap_or_default(),
        format: text(signature, "/format").unwrap_or_default(),
        algorithms: texts(signature, "algorithms")
            .iter()
            .filter_map(|name| Algorithm::from_name(name))
            .collect(),
        signed_content: text(signature, "/signedContent").unwrap_or_else(|| "{body}".to_owned()),
        secret: secret_form(text(signature, "/secret").as_deref().unwrap_or("utf8")),
        optional: signature.get("optional").and_then(Value::as_bool).unwrap_or(false),
        timestamp_header: text(root, "/headers/timestamp"),
        id_header: text(root, "/headers/id"),
        timestamp_unit: timestamp_unit(signature),
        ambiguous: signature.get("ambiguous").and_then(Value::as_bool).unwrap_or(false),
    };
    Scheme::new(definition).map(Some).map_err(|error| {
        // Two of the scheme's parts stand among the headers of a definition.
        let at = match error.field() {
            "timestampHeader" => headers.and_then(|headers| headers.get("timestamp")),
            "idHeader" => headers.and_then(|headers| headers.get("id")),
            field => signature.get(field),
        }
        .unwrap_or(signature);
        definition_error(document, at, error.message())
    })
}

fn timestamp_unit(signature: Value<'_>) -> TimestampUnit {
    match text(signature, "/timestampUnit").as_deref() {
        Some("ms") => TimestampUnit::Milliseconds,
        _ => TimestampUnit::Seconds,
    }
}

fn signed_time(root: Value<'_>) -> Option<SignedTime> {
    let signature = root.get("signature")?;
    Some(SignedTime { pointer: pointer(signature, "/timestamp")?, unit: timestamp_unit(signature) })
}

#[inline(never)]
fn secret_form(text: &str) -> SecretFormat {
    let mut form = SecretFormat::named(text).unwrap_or_default();
    if form.encoding == SecretEncoding::Base64 {
        // No underscore is in the base64 alphabet, so the common prefix can be recognized unnamed.
        form.prefix.get_or_insert_with(|| "whsec_".to_owned());
    }
    form
}

#[inline(never)]
fn events(document: &Document<'_>, vocabulary: &mut KeyInterner) -> Result<Vec<Event>, DefinitionError> {
    let mut events = Vec::new();
    for (name, event) in members(document.root(), "events") {
        let mut revisions = Vec::new();
        for revision in items(event, "revisions") {
            revisions.push(Revision {
                name: text(revision, "/name"),
                when: pointer(revision, "/when"),
                schema: compile(document, revision, vocabulary)?,
            });
        }
        if event.get("schema").is_some() {
            revisions.push(Revision {
                name: None,
                when: None,
                schema: compile(document, event, vocabulary)?,
            });
        }
        events.push(Event { event_type: name.text().into_owned(), revisions });
    }
    Ok(events)
}

#[inline(never)]
fn compile(
    document: &Document<'_>,
    holder: Value<'_>,
    vocabulary: &mut KeyInterner,
) -> Result<Schema, DefinitionError> {
    let Some(schema) = holder.get("schema") else {
        return Err(definition_error(document, holder, "A contract needs a schema."));
    };
    let options = CompileOptions { strict: true, detect_placeholders: true, ..CompileOptions::default() };
    Schema::compile_with_interner(schema, options, vocabulary).map_err(|error| {
        definition_error(document, schema.pointer(&error.pointer).unwrap_or(schema), &error.message)
    })
}
