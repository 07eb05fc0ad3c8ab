//! The items of a delivery with several events: each against the contract of its event.

use super::identity::{HiddenKey, hidden_character, key_text};
use super::payload::{is_placeholder, missing_event_type, nearest, unknown_event_type};
use super::{EvaluationMode, Evaluator};
use crate::issue::{Code, PendingIssue, Profile, Severity};
use crate::json::{Document, Value};
use crate::provider::{Batch, MAX_ITEMS};
use crate::text::is_plain;
use std::borrow::Cow;

/// Once so many issues are found, only an item with an error adds more, and ends the search.
const MAX_ISSUES: usize = 100;

impl<'b> Evaluator<'b, '_, '_> {
    /// Checks the list and each of its items. An empty list is valid: providers send one to check the receiver.
    #[inline(never)]
    pub(super) fn check_items(&mut self, document: &Document<'b>, batch: &Batch) -> Result<(), Code> {
        let root = document.root();
        let count = batch.list(root).map_or(0, Value::len);
        let Some(list) = batch.list(root).filter(|_| count <= MAX_ITEMS) else {
            return Err(self.reject(invalid_list(&self.webhook.provider.title, batch, root, count)));
        };
        self.findings.has_items = true;
        let profile = self.options.profile;
        if let Some(schema) = &batch.schema
            && (self.mode != EvaluationMode::FailFast || !schema.is_valid(root, profile))
        {
            schema.validate(root, profile, &mut self.findings.issues);
        }
        for item in list.elements() {
            let is_full = self.findings.issues.len() >= MAX_ISSUES;
            let mode = if is_full { EvaluationMode::FailFast } else { self.mode };
            let first_issue = self.findings.issues.len();
            let checked = self.check_item(batch, item, mode);
            let has_error =
                self.findings.issues[first_issue..].iter().any(|issue| issue.severity == Severity::Error);
            if has_error && mode == EvaluationMode::FailFast {
                // The number of other errors is unknown.
                self.findings.is_partial = true;
                return checked;
            }
            if checked.is_err() && !self.is_full() {
                return checked;
            }
        }
        Ok(())
    }

    fn check_item(&mut self, batch: &Batch, item: Value<'_>, mode: EvaluationMode) -> Result<(), Code> {
        let provider = &self.webhook.provider;
        let headers = &self.delivery.headers;
        let Some((name, source)) = batch.item.event_type.find(headers, item) else {
            let issue = missing_event_type(provider, &batch.item.event_type, self.delivery, item);
            return Err(self.reject(issue));
        };
        let is_strict = self.options.profile == Profile::Strict;
        let is_placeholder = is_placeholder(&name);
        if let Some(index) = provider.find_event(&name).filter(|_| !is_placeholder) {
            self.check_contract(item, &provider.events[index], mode);
        } else if is_strict || is_placeholder || mode != EvaluationMode::FailFast {
            let sources = &batch.item.event_type;
            let issue = unknown_event_type(provider, sources, item, (&name, source), is_strict);
            self.findings.issues.push(issue);
        }
        if let Err(HiddenKey { source, location }) = item_key(batch, item) {
            return Err(self.reject(hidden_character("idempotency key", source, location)));
        }
        if let Some(value) = batch.item.created_at.as_ref().and_then(|pointer| item.resolve(pointer))
            && value.as_str().is_some_and(|text| !is_plain(&text))
        {
            let pointer = batch.item.created_at.as_deref().unwrap_or_default();
            return Err(self.reject(hidden_character("time", pointer, value.location())));
        }
        Ok(())
    }
}

/// Returns the id of an item; `None` for an item without one.
pub(crate) fn item_key<'d>(batch: &'d Batch, item: Value<'d>) -> Result<Option<Cow<'d, str>>, HiddenKey<'d>> {
    for pointer in batch.ids() {
        let Some(value) = item.resolve(pointer) else { continue };
        match key_text(value) {
            Some(key) if is_plain(&key) => return Ok(Some(key)),
            Some(_) => return Err(HiddenKey { source: pointer, location: value.location() }),
            None => {}
        }
    }
    Ok(None)
}

/// The issue of a delivery without its list of events, or with too many.
#[cold]
fn invalid_list(title: &str, batch: &Batch, root: Value<'_>, count: usize) -> PendingIssue {
    let value = nearest(root, &batch.list);
    let location = if batch.list.is_empty() { "of the body" } else { &batch.list };
    let state = if count > MAX_ITEMS { "is too long" } else { "is missing" };
    let message = ["The envelope is not ", title, "'s: the list of events (", location, ") ", state, "."];
    PendingIssue::new(Code::ENVELOPE_INVALID, Severity::Error, value.location(), message.concat())
        .expected(format!("an array of at most {MAX_ITEMS} events"))
        .received(value.kind().name())
}
