//! The checks of a parsed body: diagnostics of the parser, envelope, contract and rules.

use std::borrow::Cow;

use super::{EvaluationMode, Evaluator};
use crate::delivery::Delivery;
use crate::issue::{Code, Location, PendingIssue, Profile, Severity, Stage};
use crate::json::{Document, Kind, Value};
use crate::provider::{Envelope, Event, FieldSource, Provider, TypeSources};

impl<'b, 'd> Evaluator<'b, 'd, '_> {
    /// Moves the diagnostics of the parser to the findings: duplicate keys, lone surrogates, large numbers. Returns the reason
    /// for the rejection if one of them is an error.
    pub(super) fn report_diagnostics(&mut self, document: &mut Document<'b>) -> Result<(), Code> {
        let mut has_error = false;
        for mut issue in document.take_diagnostics() {
            if self.options.profile == Profile::Strict && issue.code == Code::JSON_LONE_SURROGATE {
                issue.severity = Severity::Error;
            }
            if issue.severity == Severity::Error {
                has_error = true;
                self.code.get_or_insert(issue.code);
            }
            self.findings.issues.push(issue);
        }
        match self.code {
            Some(code) if has_error => Err(code),
            _ => Ok(()),
        }
    }

    /// Checks the event type, and the payload against the contract of its event. Returns the event type and the index of
    /// its source; where the delivery has none, the reason for the rejection.
    pub(super) fn check_event(&mut self, document: &Document<'b>) -> Result<(Cow<'d, str>, usize), Code> {
        let (provider, root) = (&self.webhook.provider, document.root());
        let Some((name, source)) = provider.envelope.event_type.find(&self.delivery.headers, root) else {
            let sources = &provider.envelope.event_type;
            return Err(self.reject(missing_event_type(provider, sources, self.delivery, root)));
        };
        if let Some(batch) = &provider.batch {
            self.check_items(document, batch)?;
            return Ok((Cow::Owned(name.into_owned()), source));
        }
        let event = provider.find_event(&name).filter(|_| !is_placeholder(&name));
        let Some(event) = event.map(|index| (index, &provider.events[index])) else {
            let is_strict = self.options.profile == Profile::Strict;
            let sources = &provider.envelope.event_type;
            let issue = unknown_event_type(provider, sources, root, (&name, source), is_strict);
            self.findings.issues.push(issue);
            return Ok((Cow::Owned(name.into_owned()), source));
        };
        self.findings.event = Some(event.0);
        self.check_contract(root, event.1, self.mode);
        // The definition names this event `*`: its type is the one in the delivery.
        let name = match event.1.event_type() {
            Some(event_type) => Cow::Borrowed(event_type),
            None => Cow::Owned(name.into_owned()),
        };
        Ok((name, source))
    }

    /// Validates the body, or an item of it.
    pub(super) fn check_contract(&mut self, root: Value<'_>, event: &Event, mode: EvaluationMode) {
        let (document, profile) = (root.document(), self.options.profile);
        let rules = &self.webhook.provider.rules;
        let issues = &mut self.findings.issues;
        self.findings.revision = event.find_revision(root);
        let Some(revision) = self.findings.revision.map(|index| &event.revisions[index]) else {
            let pointers: Vec<&str> =
                event.revisions.iter().filter_map(|revision| revision.when.as_deref()).collect();
            let message = "The payload follows none of the revisions of its event's contract.";
            issues.push(
                PendingIssue::new(Code::EVENT_INVALID, Severity::Error, root.location(), message)
                    .expected(format!("a value at {}", pointers.join(" or at "))),
            );
            return;
        };
        if mode == EvaluationMode::FailFast
            && revision.schema.is_valid(root, profile)
            && rules.has_no_errors(document, profile)
        {
            return;
        }
        let first_issue = issues.len();
        revision.schema.validate(root, profile, issues);
        // Rules need a payload that satisfies the lenient contract. A violation of the strict contract alone does not
        // silence them: a strict report lists whatever a lenient one does.
        if issues[first_issue..].iter().all(|issue| issue.severity != Severity::Error)
            || profile == Profile::Strict && revision.schema.is_valid(root, Profile::Lenient)
        {
            let first_issue = issues.len();
            rules.evaluate(document, profile, issues);
            issues[first_issue..].iter_mut().for_each(|issue| issue.stage = Some(Stage::Rules));
            self.findings.has_run_rules = true;
        }
    }

    /// Moves issues about the envelope's own members to the stage of the envelope, and rejects the delivery for the
    /// errors among the issues from `first_issue` on.
    pub(super) fn classify_payload_issues(&mut self, document: &Document<'b>, first_issue: usize) {
        let issues = &mut self.findings.issues[first_issue..];
        assign_envelope_stage(&self.webhook.provider.envelope, document.root(), issues);
        if self.code.is_none() {
            self.code = payload_error(issues);
        }
    }
}

/// The issue of a delivery without an event type. Where the provider has several sources, the message names their fields.
#[cold]
pub(super) fn missing_event_type(
    provider: &Provider,
    sources: &TypeSources,
    delivery: &Delivery<'_>,
    root: Value<'_>,
) -> PendingIssue {
    let (fields, single) = (sources.fields(), sources.single());
    let (field, state) = match sources.problem(&delivery.headers, root) {
        Some(problem) => (problem.field, problem.kind.state()),
        None => (single, single.map_or("is missing", |field| absence(field, delivery, root)).to_owned()),
    };
    let (mut names, mut expected) = (String::new(), String::new());
    for other in &fields {
        if !expected.is_empty() {
            expected.push_str(", ");
        }
        expected.push_str(if other.pointer().is_some() { "a string at " } else { "the header " });
        expected.push_str(other.name());
        if single.is_none() && field.is_none_or(|field| std::ptr::eq(field, *other)) {
            names.push_str(if names.is_empty() { " (" } else { ", " });
            names.push_str(if other.pointer().is_some() { "" } else { "the header " });
            names.push_str(other.name());
        }
    }
    if !names.is_empty() {
        names.push(')');
    }
    let message = ["The envelope is not ", &provider.title, "'s: the event type", &names, " ", &state, "."];
    let message = message.concat();
    let mut issue = PendingIssue::new(Code::ENVELOPE_INVALID, Severity::Error, Location::Request, message)
        .expected(expected);
    if let Some(FieldSource::Pointer(pointer)) = field.or(fields.first().copied()) {
        let value = nearest(root, pointer);
        issue.location = value.location();
        issue = issue.received(value.kind().name());
    }
    match provider.find_known_mistake(root) {
        Some(mistake) => issue.hint(mistake),
        None => issue,
    }
}

/// Why a field has no text.
fn absence(field: &FieldSource, delivery: &Delivery<'_>, root: Value<'_>) -> &'static str {
    let is_text = match field {
        FieldSource::Pointer(pointer) => root.resolve(pointer).map(|value| value.kind() == Kind::String),
        FieldSource::Header(name) => delivery.headers.get(name).map(|_| true),
    };
    match is_text {
        None => "is missing",
        Some(true) => "is empty",
        Some(false) => "is no string",
    }
}

/// The issue of an event type that the provider does not have.
pub(super) fn unknown_event_type(
    provider: &Provider,
    sources: &TypeSources,
    root: Value<'_>,
    (name, source): (&str, usize),
    is_strict: bool,
) -> PendingIssue {
    let location = sources.sources()[source]
        .fields()
        .into_iter()
        .find_map(|field| root.resolve(field.pointer()?))
        .map_or(Location::Request, Value::location);
    let issue = if is_placeholder(name) {
        let message = "The event type is a placeholder copied from documentation.";
        PendingIssue::new(Code::PLACEHOLDER, Severity::Error, location, message).at_stage(Stage::Envelope)
    } else {
        let severity = if is_strict { Severity::Error } else { Severity::Warning };
        let message = format!("Unknown {} event type; the payload was not validated.", provider.title);
        PendingIssue::new(Code::EVENT_UNKNOWN, severity, location, message)
            .hint("A new event of the provider, or a typing error. Handle the types you know, and acknowledge others with status 2xx.")
    };
    let known: Vec<&str> = provider.events.iter().map(|event| event.event_type.as_str()).collect();
    issue.expected(known.join(", "))
}

/// Whether an event type is one that documentation writes instead of a real one.
pub(super) fn is_placeholder(name: &str) -> bool {
    name == "..." || (name.starts_with('<') && name.ends_with('>'))
}

/// The value at a pointer, or its closest ancestor that exists.
pub(super) fn nearest<'d>(root: Value<'d>, mut pointer: &str) -> Value<'d> {
    loop {
        if let Some(value) = root.pointer(pointer) {
            return value;
        }
        pointer = pointer.rfind('/').map_or("", |end| &pointer[..end]);
    }
}

/// Moves the contract's issues about the envelope's own members to the stage of the envelope.
fn assign_envelope_stage(envelope: &Envelope, root: Value<'_>, issues: &mut [PendingIssue]) {
    if issues.iter().all(|issue| issue.stage != Some(Stage::Contract)) {
        return;
    }
    // Locations of the members, or of the objects that lack them.
    let mut present = vec![root.location()];
    let mut absent = Vec::new();
    let texts = envelope.event_type.pointers().into_iter().filter_map(|pointer| root.resolve(pointer));
    present.extend(texts.filter(|value| value.kind() == Kind::String).map(Value::location));
    for pointer in envelope.member_pointers() {
        match root.resolve(pointer) {
            Some(value) => present.push(value.location()),
            None => absent.push(nearest(root, pointer).location()),
        }
    }
    let data = root.pointer(&envelope.data).map(Value::location);
    for issue in issues {
        let is_envelope = issue.code != Code::EVENT_INVALID && present.contains(&issue.location)
            || issue.code == Code::REQUIRED && absent.contains(&issue.location)
            || issue.code == Code::TYPE && data == Some(issue.location);
        if issue.stage == Some(Stage::Contract) && is_envelope {
            issue.stage = Some(Stage::Envelope);
        }
    }
}

/// The reason for a rejection by envelope, contract or rules; `None` without errors.
fn payload_error(issues: &[PendingIssue]) -> Option<Code> {
    let mut errors = issues.iter().filter(|issue| issue.severity == Severity::Error).peekable();
    let first = errors.peek()?;
    if matches!(first.code, Code::EVENT_UNKNOWN | Code::ENVELOPE_INVALID) {
        return Some(first.code);
    }
    let is_envelope = errors.any(|issue| issue.stage == Some(Stage::Envelope));
    Some(if is_envelope { Code::ENVELOPE_INVALID } else { Code::EVENT_INVALID })
}
