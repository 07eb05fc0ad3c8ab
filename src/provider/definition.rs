//! A provider definition: parsed, checked and compiled from JSON.

use crate::blob::blob;
use crate::issue::{Issue, Severity};
use crate::json::{Document, KeyInterner, KeyTable, Kind, Pointer, Value};
use crate::schema::{CompileOptions, Schema};
use crate::signature::Scheme;
use std::sync::Arc;

use super::batch::Batch;
use super::body_format::BodyFormats;
use super::coverage::Uncovered;
use super::definition_error::{DefinitionError, definition_error, relocate};
use super::envelope::Envelope;
use super::event::{Event, WILDCARD_EVENT, events};
use super::extends;
use super::handshake::{Handshake, Setting, parse_handshakes, parse_settings};
use super::idempotency::{self, IdempotencySource};
use super::key_source::KeySource;
use super::members::{items, members, signed_content, text, texts};
use super::notation::{parse_duration_ms, parse_status_range};
use super::rules::Rules;
use super::schemes::{
    NamedScheme, has_body_time, name_in_family, schemes, signature_member, signatures, signed_time, signs,
};
use super::signed_time::SignedTime;
use super::type_source::TypeSources;

/// The schema of definitions, `definition.schema.json` without its annotations.
const DEFINITION_SCHEMA: &str = include_str!(concat!(env!("OUT_DIR"), "/definition.schema.json"));

/// A compiled provider definition.
#[derive(Debug)]
pub struct Provider {
    /// Short name, as in `webhook("painchek")`.
    pub id: String,
    /// The provider's own name.
    pub title: String,
    /// Whether nothing confirms the signature scheme of a built-in definition: `"confirmed": "no"`.
    pub is_unconfirmed: bool,
    /// The signature schemes, the strongest first; empty for a provider that does not sign.
    pub schemes: Vec<NamedScheme>,
    /// The timestamp in the body, for schemes whose signed content has no other.
    pub signed_time: Option<SignedTime>,
    /// Default timestamp tolerance in seconds, in both directions. `u32::MAX`, which is 136 years: the time is not checked.
    pub tolerance: u32,
    /// The header with the id of the subscription.
    pub webhook_id: Option<String>,
    /// The header with the id of the delivery.
    pub delivery_id: Option<String>,
    /// The media type of bodies that are made.
    pub content_type: String,
    /// The formats of bodies that are received.
    pub body_formats: BodyFormats,
    /// The pointers and headers that every event has in common.
    pub envelope: Envelope,
    /// The list of events in each delivery, for a provider that sends several at once.
    pub batch: Option<Batch>,
    /// The sources of the idempotency key, the preferred one first.
    pub dedupe: Vec<IdempotencySource>,
    /// Whether every retry has the same payload.
    pub immutable: bool,
    /// The range of statuses that the provider counts as success: first and last.
    pub success: (u16, u16),
    /// The delays between attempts. `None`: not documented.
    pub retry_delays_ms: Option<Vec<u32>>,
    /// The events with their schemas.
    pub events: Vec<Event>,
    /// Pointers to personal or health data. `*` matches any one path segment.
    pub sensitive: Vec<String>,
    /// The values that a program passes next to the secrets.
    pub settings: Vec<Setting>,
    /// Where the public keys are found.
    pub key_source: Option<KeySource>,
    /// The requests that are no events.
    pub(crate) handshakes: Vec<Handshake>,
    /// The keys that schemas and envelope name.
    pub(crate) key_table: Arc<KeyTable>,
    pub(crate) rules: Rules,
    pub(crate) known_mistakes: Vec<KnownMistake>,
}

/// A body that is often passed by mistake, such as a response of the provider's API.
#[derive(Debug)]
pub(crate) struct KnownMistake {
    pub required_pointers: Vec<String>,
    pub message: String,
}

blob!(struct KnownMistake { required_pointers, message });

impl Provider {
    /// Parses and checks a definition: one JSON text with its schemas inlined.
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
    /// Every issue with its location: unknown keys, wrong types, invalid templates, schemas that cannot be compiled.
    pub fn from_json(text: &[u8]) -> Result<Self, DefinitionError> {
        let document = Document::parse(text).map_err(|issue| DefinitionError { issues: vec![*issue] })?;
        let schema = Schema::compile(DEFINITION_SCHEMA.as_bytes(), &CompileOptions::default())
            .map_err(|error| definition_error(&document, document.root(), &error.to_string()))?;
        let issues: Vec<Issue> =
            schema.check(text).into_iter().filter(|i| i.severity == Severity::Error).collect();
        if !issues.is_empty() {
            return Err(DefinitionError { issues });
        }
        let error = |message: String| {
            let value = document.root().get("extends").unwrap_or(document.root());
            definition_error(&document, value, &message)
        };
        let Some(whole) = extends::resolve(document.root()).map_err(error)? else {
            return Self::assemble(&document);
        };
        Self::from_trusted_json(whole.as_bytes()).map_err(|error| relocate(&document, error))
    }

    /// Parses a definition that is known to satisfy the schema of definitions, as every built-in one does. PERF: compiling
    /// that schema is a third of the work.
    pub(crate) fn from_trusted_json(text: &[u8]) -> Result<Self, DefinitionError> {
        let document = Document::parse(text).map_err(|issue| DefinitionError { issues: vec![*issue] })?;
        Self::assemble(&document)
    }

    fn assemble(document: &Document<'_>) -> Result<Self, DefinitionError> {
        let root = document.root();
        let id = text(root, "/id").unwrap_or_default();
        let event_type = TypeSources::of_delivery(root)
            .map_err(|(value, message)| definition_error(document, value, &message))?;
        check_consistency(document, &event_type)?;
        let mut interner = KeyInterner::default();
        let events = events(document, &mut interner)?;
        let batch = Batch::parse(document, &mut interner)?;
        let dedupe = idempotency::parse_sources(root);
        let envelope = Envelope::parse(root, event_type, &dedupe);
        let schemes = schemes(document, &envelope, &dedupe, batch.as_ref())?;
        let settings = parse_settings(root);
        let key_source =
            KeySource::parse(root).map_err(|(value, message)| definition_error(document, value, &message))?;
        if let Some(keys) =
            root.get("keys").filter(|_| !schemes.iter().any(|named| named.scheme.has_public_keys()))
        {
            let message = "No signature scheme has public keys. Remove `keys`.";
            return Err(definition_error(document, keys, message));
        }
        let signing: Vec<&Scheme> = schemes.iter().filter_map(|named| named.scheme.signing()).collect();
        let handshakes = parse_handshakes(root, &signing, &settings)
            .map_err(|(value, message)| definition_error(document, value, &message))?;
        let (body_formats, content_type) = BodyFormats::parse(root)
            .map_err(|(value, message)| definition_error(document, value, &message))?;
        let is_digest = |source: &IdempotencySource| matches!(source, IdempotencySource::Digest);
        if let Some(body) =
            root.get("body").filter(|_| body_formats.is_optional && dedupe.iter().any(is_digest))
        {
            let message = "Deliveries without a body all have the same digest. Add `dedupe` with \"none\", or with a source of the key.";
            return Err(definition_error(document, body, message));
        }
        let mut provider = Self {
            title: text(root, "/title").unwrap_or_else(|| id.clone()),
            is_unconfirmed: text(root, "/confirmed").as_deref() == Some("no"),
            schemes,
            signed_time: signed_time(root),
            tolerance: match signature_member(root, "tolerance") {
                Some(seconds) if seconds.kind() == Kind::Null => u32::MAX,
                seconds => seconds.and_then(|seconds| u32::try_from(seconds.as_i64()?).ok()).unwrap_or(300),
            },
            webhook_id: name_in_family(root.pointer("/headers/webhookId"), 0),
            delivery_id: name_in_family(root.pointer("/headers/deliveryId"), 0),
            content_type,
            body_formats,
            envelope,
            batch,
            dedupe,
            immutable: root.get("immutable").and_then(Value::as_bool).unwrap_or(false),
            success: text(root, "/success").and_then(|text| parse_status_range(&text)).unwrap_or((200, 299)),
            retry_delays_ms: root.get("retries").map(|_| {
                texts(root, "retries").iter().filter_map(|delay| parse_duration_ms(delay)).collect()
            }),
            events,
            key_table: Arc::default(),
            sensitive: texts(root, "sensitive"),
            settings,
            key_source,
            handshakes,
            rules: Rules::parse(&text(root, "/extends").unwrap_or_else(|| id.clone()), root)
                .map_err(|(value, message)| definition_error(document, value, &message))?,
            known_mistakes: items(root, "lookalikes")
                .into_iter()
                .map(|item| KnownMistake {
                    required_pointers: texts(item, "has"),
                    message: text(item, "/message").unwrap_or_default(),
                })
                .collect(),
            id,
        };
        for pointer in provider.pointers() {
            pointer.intern_keys(&mut interner);
        }
        provider.key_table = Arc::new(interner.build());
        provider.bind_keys();
        Ok(provider)
    }

    /// Returns all pointers into a payload that are resolved often.
    fn pointers(&mut self) -> Vec<&mut Pointer> {
        let mut pointers: Vec<&mut Pointer> = self.envelope.pointers().collect();
        pointers.extend(self.batch.iter_mut().flat_map(Batch::pointers));
        pointers.extend(self.dedupe.iter_mut().filter_map(IdempotencySource::pointer));
        let revisions = self.events.iter_mut().flat_map(|event| &mut event.revisions);
        pointers.extend(revisions.filter_map(|revision| revision.when.as_mut()));
        pointers.extend(self.signed_time.as_mut().map(|time| &mut time.pointer));
        pointers
    }

    /// Binds pointers and schemas to the table of their keys.
    pub(super) fn bind_keys(&mut self) {
        let key_table = Arc::clone(&self.key_table);
        for pointer in self.pointers() {
            pointer.bind_keys(&key_table);
        }
        for revision in self.events.iter_mut().flat_map(|event| &mut event.revisions) {
            revision.schema.bind_keys(&key_table);
        }
        if let Some(schema) = self.batch.as_mut().and_then(|batch| batch.schema.as_mut()) {
            schema.bind_keys(&key_table);
        }
    }

    /// Returns the message of a known mistake that the body matches.
    pub(crate) fn find_known_mistake(&self, body: Value<'_>) -> Option<&str> {
        let matches = |mistake: &&KnownMistake| {
            mistake.required_pointers.iter().all(|pointer| body.pointer(pointer).is_some())
        };
        self.known_mistakes.iter().find(matches).map(|mistake| mistake.message.as_str())
    }

    /// Returns whether the signature leaves event type and idempotency key uncovered. The key counts as uncovered if any of its
    /// sources is, because a replay can omit the preferred ones. Neither is uncovered for a provider that does not sign.
    ///
    /// ```
    /// use hookseal::provider::{Provider, definition};
    ///
    /// let uncovered = |id| {
    ///     Provider::from_json(definition(id).unwrap().as_bytes()).unwrap().uncovered().names()
    /// };
    /// assert_eq!(uncovered("github"), ["type", "id"]);
    /// assert_eq!(uncovered("linear"), ["id"]);
    /// assert!(uncovered("svix").is_empty()); // the signature covers its id
    /// ```
    #[must_use]
    pub fn uncovered(&self) -> Uncovered {
        let uncovered = self.schemes.iter().map(NamedScheme::uncovered);
        uncovered.fold(Uncovered::default(), Uncovered::or)
    }

    /// Returns the name of a header in the family of the scheme with this index.
    pub(crate) fn header_name<'n>(&'n self, scheme: usize, name: &'n str) -> &'n str {
        self.schemes.get(scheme).map_or(name, |scheme| scheme.header_name(name))
    }

    /// Returns every other name of the provider's headers: those of all families but the first.
    pub(crate) fn other_header_names(&self) -> impl Iterator<Item = &str> {
        self.schemes.iter().flat_map(|scheme| &scheme.aliases).map(|alias| alias.other.as_str())
    }

    /// Returns the strongest scheme that signs; `None` for a provider that has only tokens, or does not sign.
    #[must_use]
    pub fn scheme(&self) -> Option<&Scheme> {
        self.schemes.iter().find_map(|named| named.scheme.signing())
    }

    /// Returns the index in `events` of this type, or of the wildcard event.
    #[must_use]
    pub fn find_event(&self, event_type: &str) -> Option<usize> {
        let position = |name| self.events.iter().position(|event| event.event_type == name);
        position(event_type).or_else(|| position(WILDCARD_EVENT))
    }
}

/// Checks what the schema of definitions cannot express.
#[inline(never)]
fn check_consistency(document: &Document<'_>, event_type: &TypeSources) -> Result<(), DefinitionError> {
    let root = document.root();
    let is_invalid =
        |value: &Value<'_>, is_valid: fn(&str) -> bool| value.as_str().is_some_and(|text| !is_valid(&text));
    let is_range = |text: &str| parse_status_range(text).is_some();
    if let Some(range) = root.get("success").filter(|range| is_invalid(range, is_range)) {
        return Err(definition_error(
            document,
            range,
            "Invalid range: the first status is larger than the last.",
        ));
    }
    let is_delay = |text: &str| parse_duration_ms(text).is_some();
    if let Some(delay) = items(root, "retries").into_iter().find(|delay| is_invalid(delay, is_delay)) {
        return Err(definition_error(document, delay, "Expected a delay of at most 24 days."));
    }
    if let Some(source) =
        items(root, "dedupe").iter().rev().skip(1).find(|source| source.as_str().as_deref() == Some("none"))
    {
        return Err(definition_error(
            document,
            *source,
            "Unreachable sources after \"none\". Put \"none\" last.",
        ));
    }
    let is_time = |signature: &Value<'_>| {
        text(*signature, "/format").is_some_and(|text| text.contains("{timestamp}"))
            || signed_content(*signature).contains("{timestamp}")
            || signature.get("signedHeaders").is_some()
    };
    let signed_time = signature_member(root, "timestamp")
        .filter(|time| !time.as_str().is_some_and(|time| time.starts_with("claim:")));
    match (signed_time, root.pointer("/headers/timestamp")) {
        (Some(_), Some(header)) => {
            let message = "`signature.timestamp` already names a timestamp. Remove one of the two.";
            return Err(definition_error(document, header, message));
        }
        (None, Some(header))
            if !signs(root) || signatures(root).len() > 1 && !signatures(root).iter().any(is_time) =>
        {
            let message =
                "No signature covers this timestamp, so it is not authenticated. Remove `headers.timestamp`.";
            return Err(definition_error(document, header, message));
        }
        _ => {}
    }
    let has_other_time = |signature: &Value<'_>| match signature.get("timestamp") {
        Some(_) => text(*signature, "/format").is_some_and(|text| text.contains("{timestamp}")),
        None => is_time(signature),
    };
    if let Some(time) = signed_time
        && signatures(root).iter().any(has_other_time)
    {
        let message = "`{timestamp}` is already signed. Remove one of the two timestamps.";
        return Err(definition_error(document, time, message));
    }
    if let Some(time) = signatures(root).into_iter().filter(|one| has_body_time(*one)).find_map(|one| {
        let time = one.get("timestamp")?;
        (one.get("covers").is_some() || !time.as_str()?.starts_with('/')).then_some(time)
    }) {
        let message =
            "Nothing signs this timestamp, so it is not authenticated. Add `{timestamp}` to `signedContent`.";
        return Err(definition_error(document, time, message));
    }
    // A `when` needs no text, and can be an object.
    let types = event_type.text_pointers();
    for name in ["id", "createdAt", "data"] {
        let Some(part) = root.pointer("/envelope").and_then(|envelope| envelope.get(name)) else { continue };
        let pointer = part.as_str().unwrap_or_default();
        let is_within = |parent: &&Pointer| {
            pointer.strip_prefix(&***parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if types.iter().any(is_within) {
            let message =
                "Invalid pointer: the event type is at this location, and a string contains nothing else.";
            return Err(definition_error(document, part, message));
        }
    }
    for (_, event) in members(root, "events") {
        let (schema, revisions) = (event.get("schema"), event.get("revisions"));
        let Some(revisions) = revisions else {
            if schema.is_none() {
                let message = "Event has neither \"schema\" nor \"revisions\".";
                return Err(definition_error(document, event, message));
            }
            continue;
        };
        if schema.is_some() {
            let message = "Event has both \"schema\" and \"revisions\". Remove one of the two.";
            return Err(definition_error(document, event, message));
        }
        let mut unreachable =
            revisions.elements().skip_while(|revision| revision.get("when").is_some()).skip(1);
        if let Some(revision) = unreachable.next() {
            let message = "Unreachable revision: an earlier revision without \"when\" always matches.";
            return Err(definition_error(document, revision, message));
        }
    }
    Ok(())
}
