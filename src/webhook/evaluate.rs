//! The one evaluation of a delivery: size, signature, JSON, envelope, contract and rules, in this
//! order. Every verb that says something about a delivery says what this found.

mod checks;

use std::borrow::Cow;

use super::{Error, Timestamp, VerifyOptions, Webhook};
use crate::delivery::{Delivery, is_plain_header};
use crate::issue::{Code, Issue, Location, PendingIssue, Profile, Severity, Stage};
use crate::json::{Document, Value, without_location};
use crate::provider::{Envelope, Event, FieldSource, IdempotencySource, is_name};
use crate::signature::Outcome;
use crate::text::is_plain;

/// What is known about the signature.
#[derive(Debug)]
pub(crate) enum SignatureResult<'d> {
    /// Nothing was signed, and the receiver allows that.
    Unsigned,
    /// The scheme's finding.
    Outcome(Outcome<'d>),
}

/// Everything that was found out about a delivery.
#[derive(Debug)]
pub(crate) struct Evaluation<'b, 'd> {
    pub signature: Option<SignatureResult<'d>>,
    /// The body, where it is JSON and was read.
    pub document: Option<Document<'b>>,
    /// Why the delivery is rejected, if it is.
    pub rejection: Option<Code>,
    /// The place of the event in the provider's list.
    pub event: Option<usize>,
    /// The place of the revision in the event's list.
    pub revision: Option<usize>,
    /// Whether the cross-field rules were evaluated.
    pub has_run_rules: bool,
    drafts: Vec<PendingIssue>,
    /// Why the body is not JSON.
    syntax_error: Option<Box<Issue>>,
}

/// How far an evaluation goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EvaluationMode {
    /// To the first reason for rejection, and warnings are not looked for.
    FailFast,
    /// To the first reason for rejection: nothing of a payload is looked at that nobody vouches for.
    UntilRejected,
    /// To the end, whatever was found before.
    Full,
}

impl Webhook {
    pub(crate) fn evaluate<'b, 'd>(
        &'d self,
        delivery: &'d Delivery<'b>,
        now: Timestamp,
        limits: &VerifyOptions,
        depth: EvaluationMode,
    ) -> Evaluation<'b, 'd> {
        let mut judgement = Evaluation {
            signature: None,
            document: None,
            rejection: None,
            event: None,
            revision: None,
            has_run_rules: false,
            drafts: Vec::new(),
            syntax_error: None,
        };
        judgement.run(self, delivery, now, limits, depth);
        judgement
    }
}

impl<'b, 'd> Evaluation<'b, 'd> {
    fn run(
        &mut self,
        webhook: &'d Webhook,
        delivery: &'d Delivery<'b>,
        now: Timestamp,
        limits: &VerifyOptions,
        depth: EvaluationMode,
    ) {
        let body = delivery.body;
        if body.len() > limits.max_bytes {
            self.rejection = Some(Code::BODY_TOO_LARGE);
            self.drafts.push(body_too_large(limits));
            return; // Nothing else is worth hashing or reading this much for.
        }
        if body.is_empty() {
            self.reject(
                Code::BODY_EMPTY,
                "The body has no bytes.",
                "A body can be read once: something before this call has consumed the stream. Keep the raw bytes where they are first read.",
            );
        }
        if self.rejection.is_some() && depth != EvaluationMode::Full {
            return;
        }
        self.check_signature(webhook, delivery, now, limits);
        if depth != EvaluationMode::FailFast {
            self.check_secret(webhook);
        }
        if self.rejection.is_some() && depth != EvaluationMode::Full {
            return;
        }
        self.check_content_type(webhook, delivery, limits.profile);
        if body.is_empty() {
            return;
        }
        match Document::parse_with_keys(body, &webhook.provider.key_table) {
            Ok(document)
                if !self.is_timely(webhook, &document, now, limits) && depth != EvaluationMode::Full =>
            {
                self.document = Some(document);
            }
            Ok(document) => self.check_document(webhook, delivery, document, limits.profile, depth),
            Err(issue) => {
                self.rejection.get_or_insert(issue.code);
                self.syntax_error = Some(issue);
            }
        }
    }

    fn reject(&mut self, code: Code, message: impl Into<String>, hint: &str) {
        self.rejection.get_or_insert(code);
        self.drafts.push(PendingIssue::new(code, Severity::Error, Location::Request, message).hint(hint));
    }

    fn check_signature(
        &mut self,
        webhook: &'d Webhook,
        delivery: &'d Delivery<'b>,
        now: Timestamp,
        limits: &VerifyOptions,
    ) {
        let Some(scheme) = &webhook.provider.scheme else {
            self.signature = Some(SignatureResult::Unsigned);
            return;
        };
        let Some(keys) = &webhook.keys else {
            // Only `allow_unsigned` makes a webhook of a signing provider without keys.
            if delivery.headers.get(scheme.header()).is_some() {
                self.drafts.push(
                    PendingIssue::new(
                        Code::SECRET_MISSING,
                        Severity::Warning,
                        Location::Request,
                        format!("The delivery has a signature in {}, and there is no secret to check it with.", scheme.header()),
                    )
                    .hint("Pass the secret of the subscription in `secrets`, so that forged deliveries are refused."),
                );
            }
            self.signature = Some(SignatureResult::Unsigned);
            return;
        };
        let outcome = scheme.verify(keys, delivery, now.as_millis(), u64::from(limits.tolerance));
        self.signature = Some(match outcome {
            Outcome::Missing if webhook.allow_unsigned => SignatureResult::Unsigned,
            outcome => {
                if let Some(draft) = outcome.draft(scheme, keys) {
                    self.rejection.get_or_insert(draft.code);
                    self.drafts.push(draft);
                }
                SignatureResult::Outcome(outcome)
            }
        });
    }

    fn check_document(
        &mut self,
        webhook: &Webhook,
        delivery: &Delivery<'_>,
        mut document: Document<'b>,
        profile: Profile,
        depth: EvaluationMode,
    ) {
        let strict = profile == Profile::Strict;
        for mut draft in document.take_findings() {
            if strict && draft.code == Code::JSON_LONE_SURROGATE {
                draft.severity = Severity::Error;
            }
            if draft.severity == Severity::Error {
                self.rejection.get_or_insert(draft.code);
            }
            self.drafts.push(draft);
        }
        let before = self.drafts.len();
        let root = document.root();
        let provider = &webhook.provider;
        match provider.envelope.event_type.find(&delivery.headers, root) {
            None => self.report_missing_type(webhook, delivery, root),
            Some(name) => match provider.find_event(&name).filter(|_| !is_placeholder(&name)) {
                Some(event) => {
                    self.event = Some(event);
                    self.check_contract(webhook, &document, &provider.events[event], profile, depth);
                }
                None => self.unknown_type(webhook, root, &name, strict),
            },
        }
        if depth != EvaluationMode::FailFast {
            self.check_texts(webhook, delivery, root);
        }
        let found = &mut self.drafts[before..];
        assign_envelope(&webhook.provider.envelope, root, found);
        if self.rejection.is_none() {
            self.rejection = classify_schema_error(found);
        }
        self.document = Some(document);
    }

    fn check_contract(
        &mut self,
        webhook: &Webhook,
        document: &Document<'_>,
        event: &Event,
        profile: Profile,
        depth: EvaluationMode,
    ) {
        let (root, rules) = (document.root(), &webhook.provider.rules);
        self.revision = event.find_revision(root);
        let Some(revision) = self.revision.map(|index| &event.revisions[index]) else {
            let wanted: Vec<&str> =
                event.revisions.iter().filter_map(|revision| revision.when.as_deref()).collect();
            self.drafts.push(
                PendingIssue::new(
                    Code::EVENT_INVALID,
                    Severity::Error,
                    root.place(),
                    "The payload follows none of the revisions of its event's contract.",
                )
                .expected(format!("a value at {}", wanted.join(" or at "))),
            );
            return;
        };
        if depth == EvaluationMode::FailFast
            && revision.schema.is_valid(root, profile)
            && rules.has_no_errors(document, profile)
        {
            return;
        }
        let before = self.drafts.len();
        revision.schema.validate(root, profile, &mut self.drafts);
        // What only the strict contract refuses, such as an absent key, is no reason for the rules to be silent: a
        // strict report says whatever a lenient one does.
        if self.drafts[before..].iter().all(|draft| draft.severity != Severity::Error)
            || profile == Profile::Strict && revision.schema.is_valid(root, Profile::Lenient)
        {
            let before = self.drafts.len();
            rules.evaluate(document, profile, &mut self.drafts);
            self.drafts[before..].iter_mut().for_each(|draft| draft.stage = Some(Stage::Rules));
            self.has_run_rules = true;
        }
    }

    fn report_missing_type(&mut self, webhook: &Webhook, delivery: &Delivery<'_>, root: Value<'_>) {
        let provider = &webhook.provider;
        let (found, text, place, wanted) = match &provider.envelope.event_type {
            FieldSource::Pointer(pointer) => {
                let (found, place) = (root.pointer(pointer), nearest(root, pointer));
                (found.is_some(), found.and_then(Value::as_str), place, format!("a string at {pointer}"))
            }
            FieldSource::Header(name) => {
                let text = delivery.headers.get(name).map(Cow::Borrowed);
                (text.is_some(), text, root, format!("the header {name}"))
            }
        };
        let what = match text {
            None if found => "is no string",
            None => "is missing",
            Some(text) if text.is_empty() => "is empty",
            Some(text) if is_name(&text) => "contains a control or bidirectional formatting character",
            Some(_) => "is longer than any id may be",
        };
        let name = &provider.title;
        let mut draft = PendingIssue::new(
            Code::ENVELOPE_INVALID,
            Severity::Error,
            place.place(),
            format!("The envelope is not {name}'s: the event type {what}."),
        )
        .expected(wanted)
        .received(place.kind().name());
        if matches!(provider.envelope.event_type, FieldSource::Header(_)) {
            (draft.place, draft.received) = (Location::Request, None);
        }
        if let Some(known) = provider.find_known_mistake(root) {
            draft = draft.hint(known);
        }
        self.drafts.push(draft);
    }

    fn unknown_type(&mut self, webhook: &Webhook, root: Value<'_>, name: &str, strict: bool) {
        let provider = &webhook.provider;
        let place = match &provider.envelope.event_type {
            FieldSource::Pointer(pointer) => root.pointer(pointer).map_or(Location::Request, Value::place),
            FieldSource::Header(_) => Location::Request,
        };
        let known: Vec<&str> = provider.events.iter().map(|event| event.event_type.as_str()).collect();
        let draft = if is_placeholder(name) {
            PendingIssue::new(
                Code::PLACEHOLDER,
                Severity::Error,
                place,
                "The event type is a placeholder copied from documentation.",
            )
            .at_stage(Stage::Envelope)
        } else {
            PendingIssue::new(
                Code::EVENT_UNKNOWN,
                if strict { Severity::Error } else { Severity::Warning },
                place,
                format!("The event type is not one that {} documents, so its payload was not judged.", provider.title),
            )
            .hint("A new event of the provider, or a typing error. Handle the types you know, and answer 2xx to others.")
        };
        self.drafts.push(draft.expected(known.join(", ")));
    }

    /// The issues with their places, which is the slow part.
    pub fn issues(&mut self) -> Vec<Issue> {
        let drafts = std::mem::take(&mut self.drafts);
        match &self.document {
            Some(document) => document.locate(drafts),
            None => drafts
                .into_iter()
                .map(without_location)
                .chain(self.syntax_error.take().map(|issue| *issue))
                .collect(),
        }
    }

    /// Why the delivery is rejected, without the other issues: only one is given its place.
    #[cold]
    pub fn error(&self) -> Error {
        let code = self.rejection.unwrap_or(Code::SIGNATURE_MISSING);
        let errors = || self.drafts.iter().filter(|draft| draft.severity == Severity::Error);
        // The tape has the order of the text.
        let rank = |draft: &&PendingIssue| match draft.place {
            Location::Request => 0,
            Location::Value(index) | Location::Key(index) => u64::from(index) + 1,
        };
        let named = errors().filter(|draft| draft.code == code).min_by_key(rank);
        let unreadable = self.syntax_error.as_deref();
        let first = match unreadable.filter(|issue| named.is_none() && issue.code == code) {
            Some(issue) => Some(issue.clone()),
            None => match named.or_else(|| errors().min_by_key(rank)) {
                Some(draft) => match &self.document {
                    Some(document) => document.locate(vec![draft.clone()]).pop(),
                    None => Some(without_location(draft.clone())),
                },
                None => unreadable.cloned(),
            },
        };
        Error::about(code, first.as_ref(), errors().count() + usize::from(unreadable.is_some()))
    }

    /// The name of the revision, where the event has several.
    pub fn revision_name<'w>(&self, webhook: &'w Webhook) -> Option<&'w str> {
        webhook.provider.events[self.event?].revisions[self.revision?].name.as_deref()
    }
}

/// What is said of a body over the limit.
pub(super) fn body_too_large(limits: &VerifyOptions) -> PendingIssue {
    let message = format!("The body is larger than the limit of {} bytes.", limits.max_bytes);
    PendingIssue::new(Code::BODY_TOO_LARGE, Severity::Error, Location::Request, message)
        .hint("Raise `maxBytes` if the provider really sends bodies this large.")
}

/// Whether an event type is what documentation writes in the place of one.
fn is_placeholder(name: &str) -> bool {
    name == "..." || (name.starts_with('<') && name.ends_with('>'))
}

/// What stands at a pointer, or as near to it as there is something.
fn nearest<'d>(root: Value<'d>, mut pointer: &str) -> Value<'d> {
    loop {
        if let Some(value) = root.pointer(pointer) {
            return value;
        }
        pointer = pointer.rfind('/').map_or("", |cut| &pointer[..cut]);
    }
}

/// Moves to the stage of the envelope what a contract says of the envelope's own parts.
fn assign_envelope(envelope: &Envelope, root: Value<'_>, drafts: &mut [PendingIssue]) {
    if drafts.iter().all(|draft| draft.stage != Some(Stage::Contract)) {
        return;
    }
    // Where the parts of the envelope are, or would have to be.
    let mut present = vec![root.place()];
    let mut absent = Vec::new();
    for pointer in envelope.parts() {
        match root.pointer(pointer) {
            Some(value) => present.push(value.place()),
            None => absent.push(nearest(root, pointer).place()),
        }
    }
    let data = root.pointer(&envelope.data).map(Value::place);
    for draft in drafts {
        let is_envelope = draft.code != Code::EVENT_INVALID && present.contains(&draft.place)
            || draft.code == Code::REQUIRED && absent.contains(&draft.place)
            || draft.code == Code::TYPE && data == Some(draft.place);
        if draft.stage == Some(Stage::Contract) && is_envelope {
            draft.stage = Some(Stage::Envelope);
        }
    }
}

/// The reason for a rejection by envelope, contract or rules; `None` where nothing violates them.
fn classify_schema_error(drafts: &[PendingIssue]) -> Option<Code> {
    let mut errors = drafts.iter().filter(|draft| draft.severity == Severity::Error).peekable();
    let first = errors.peek()?;
    if matches!(first.code, Code::EVENT_UNKNOWN | Code::ENVELOPE_INVALID) {
        return Some(first.code);
    }
    let is_envelope = errors.any(|draft| draft.stage == Some(Stage::Envelope));
    Some(if is_envelope { Code::ENVELOPE_INVALID } else { Code::EVENT_INVALID })
}

/// The idempotency key of a delivery by its provider's rule, prefixed by the event type, empty where the provider
/// has none; and by which of the provider's ways it was found. Nothing where it cannot be shown.
pub(crate) fn idempotency_key(
    webhook: &Webhook,
    delivery: &Delivery<'_>,
    root: Value<'_>,
    event_type: &str,
) -> Option<(String, usize)> {
    let (key, way) = find_key(webhook, delivery, root).ok()?;
    let id = if key.is_empty() { String::new() } else { [event_type, ":", &key].concat() };
    Some((id, way))
}

/// The key alone; the error is the way that leads to one that cannot be shown.
fn find_key<'d>(
    webhook: &'d Webhook,
    delivery: &'d Delivery<'_>,
    root: Value<'d>,
) -> Result<(Cow<'d, str>, usize), usize> {
    let ways = &webhook.provider.dedupe;
    for (way, source) in ways.iter().enumerate() {
        let (key, plain) = match source {
            IdempotencySource::Pointer(pointer) => {
                (root.resolve(pointer).and_then(key_text), is_plain as fn(&str) -> bool)
            }
            IdempotencySource::Header(name) => {
                (header_key(delivery, name).map(Cow::Borrowed), is_plain_header as fn(&str) -> bool)
            }
            IdempotencySource::Digest => return Ok((digest(delivery.body).into(), way)),
            IdempotencySource::None => return Ok((Cow::Borrowed(""), way)),
        };
        match key {
            Some(key) if plain(&key) => return Ok((key, way)),
            Some(_) => return Err(way),
            None => {}
        }
    }
    Ok((digest(delivery.body).into(), ways.len()))
}

/// The header the idempotency key comes from, where it comes from one: it can differ although the
/// bodies do not.
pub(crate) fn idempotency_header<'d>(
    webhook: &'d Webhook,
    delivery: &'d Delivery<'_>,
    root: Value<'_>,
) -> Option<&'d str> {
    webhook.provider.dedupe.iter().find_map(|way| match way {
        IdempotencySource::Pointer(pointer) => root.resolve(pointer).and_then(key_text).map(|_| None),
        IdempotencySource::Header(name) => header_key(delivery, name).map(Some),
        IdempotencySource::Digest | IdempotencySource::None => Some(None),
    })?
}

fn header_key<'d>(delivery: &'d Delivery<'_>, name: &'d str) -> Option<&'d str> {
    delivery.headers.get(name).filter(|text| is_name(text))
}

/// Ids are strings, or numbers as they are written.
fn key_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.as_str() {
        Some(text) => is_usable_key(&text).then_some(text),
        None if value.as_decimal().is_some() => {
            let text = String::from_utf8_lossy(value.raw_bytes());
            is_usable_key(&text).then_some(text)
        }
        None => None,
    }
}

/// A key that a store can keep and that is nobody else's: the sender does not choose how long it is, and
/// halves of surrogate pairs, which all read as U+FFFD, cannot be told apart.
fn is_usable_key(text: &str) -> bool {
    // Looked for only where it can be: most ids are ASCII, which takes a glance.
    is_name(text) && (text.is_ascii() || !text.contains('\u{fffd}'))
}

/// The SHA-256 of a body in hex.
pub(crate) fn digest(body: &[u8]) -> String {
    base16ct::lower::encode_string(&crate::signature::sha256(body))
}
