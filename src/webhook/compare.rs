//! `compare`: are two deliveries attempts at the same event, and is the payload unchanged?

use std::borrow::Cow;
use std::cmp::Ordering;

use super::evaluate::{body_too_large, idempotency_header, idempotency_key};
use super::{Error, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::issue::{ByteSpan, Code};
use crate::json::{
    Document, Key, Kind, Value, push_pointer_segment, sort_by, values_equal, without_location,
};

/// One difference between two payloads, by its location. The values stay in the bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// JSON Pointer to the value.
    pub pointer: String,
    /// Location of the value in the first body; `None` where it was added.
    pub before: Option<ByteSpan>,
    /// Location of the value in the second body; `None` where it was removed.
    pub after: Option<ByteSpan>,
}

/// How two deliveries relate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The same event with the same payload: the second is a retry of the first, or a duplicate.
    pub same: bool,
    /// The same event by the provider's idempotency key. Never where the provider has none: two events may have the
    /// same body.
    pub same_event: bool,
    /// The differences between the values. White space, the order of keys, and how a number is written (1 or 1.0) do
    /// not count.
    pub changes: Vec<Change>,
    /// The number of changes that are not listed.
    pub omitted: usize,
}

/// Further changes are counted and not listed: the sender of a body does not decide how much memory a comparison uses.
const MAX_CHANGES: usize = 1000;
/// The same for the pointers of all listed changes together.
const MAX_POINTER_BYTES: usize = 1 << 20;

impl Webhook {
    /// Compares two deliveries. Signatures do not count: verify each delivery first.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{WebhookOptions, Webhook};
    ///
    /// let hook = Webhook::built_in("painchek", WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() })?;
    /// let first = Delivery::new(Headers::new(), br#"{"event":"assessment_add","data":{"uuid":"1","a":1}}"#);
    /// let second = Delivery::new(Headers::new(), br#"{"event":"assessment_add","data":{"uuid":"1","a":2}}"#);
    /// let comparison = hook.compare(&first, &second)?;
    /// assert!(comparison.same_event && !comparison.same);
    /// assert_eq!(comparison.changes[0].pointer, "/data/a");
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    ///
    /// # Errors
    /// `body-too-large` where a body is larger than the webhook's limit.
    pub fn compare(&self, first: &Delivery<'_>, second: &Delivery<'_>) -> Result<Comparison, Error> {
        self.compare_with(first, second, &self.verify_options)
    }

    /// Like [`compare`](Self::compare), with other options than the webhook's own. Only the size limit matters.
    ///
    /// # Errors
    /// `body-too-large` where a body is larger than the limit.
    pub fn compare_with(
        &self,
        first: &Delivery<'_>,
        second: &Delivery<'_>,
        options: &VerifyOptions,
    ) -> Result<Comparison, Error> {
        if first.body.len().max(second.body.len()) > options.max_bytes {
            return Err(Error::rejected(
                Code::BODY_TOO_LARGE,
                vec![without_location(body_too_large(options))],
            ));
        }
        let mut comparison = Comparison { same: true, same_event: true, changes: Vec::new(), omitted: 0 };
        let whole_body = |body: &[u8]| Some(ByteSpan { start: 0, end: body.len() });
        let (Ok(a), Ok(b)) = (Document::parse(first.json()), Document::parse(second.json())) else {
            if first.body != second.body {
                let (before, after) = (whole_body(first.body), whole_body(second.body));
                comparison.changes.push(Change { pointer: String::new(), before, after });
                (comparison.same, comparison.same_event) = (false, false);
            }
            return Ok(comparison);
        };
        if first.json() != second.json() {
            let mut walk = Walk { pointer: String::new(), pointer_bytes: 0, comparison: &mut comparison };
            walk.compare(a.root(), b.root());
        }
        let event_type = &self.provider.envelope.event_type;
        let find = |headers, root| event_type.find(headers, root).map(|(text, _source)| text);
        let (first_type, second_type) = (find(&first.headers, a.root()), find(&second.headers, b.root()));
        let keys = |delivery, root, name: &Option<Cow<'_, str>>| {
            let (id, _source) = idempotency_key(self, delivery, root, name.as_deref().unwrap_or_default())?;
            Some(id).filter(|id| !id.is_empty())
        };
        let keys = (keys(first, a.root(), &first_type), keys(second, b.root(), &second_type));
        let is_changed = !comparison.changes.is_empty();
        // Without a key, two deliveries of one event and two events with equal bodies are indistinguishable.
        comparison.same_event = first_type == second_type
            && keys.0.is_some()
            && keys.1.is_some()
            && if is_changed {
                first_type.is_some() && keys.0 == keys.1
            } else {
                // The payloads have equal values, so keys from the payload are equal. Digests differ with white space,
                // and do not count.
                idempotency_header(self, first, a.root()) == idempotency_header(self, second, b.root())
            };
        comparison.same = comparison.same_event && !is_changed;
        Ok(comparison)
    }
}

/// A walk over two payloads at once. PERF: visits every value once, whatever its depth.
struct Walk<'c> {
    pointer: String,
    /// Total length of the listed pointers.
    pointer_bytes: usize,
    comparison: &'c mut Comparison,
}

impl Walk<'_> {
    fn compare(&mut self, a: Value<'_>, b: Value<'_>) {
        let depth = self.pointer.len();
        match (a.kind(), b.kind()) {
            // The parser limits the depth of the recursion.
            (Kind::Object, Kind::Object) => {
                let (first, second) = (sorted(a), sorted(b));
                let (mut left, mut right) = (0, 0);
                while left < first.len() || right < second.len() {
                    let order = match (first.get(left), second.get(right)) {
                        (Some((key, ..)), Some((other, ..))) => key.cmp(other),
                        (Some(_), None) => Ordering::Less,
                        _ => Ordering::Greater,
                    };
                    let key = if order.is_gt() { second[right].1 } else { first[left].1 };
                    let before = order.is_le().then(|| first[left].2);
                    let after = order.is_ge().then(|| second[right].2);
                    push_pointer_segment(&mut self.pointer, &key.text());
                    self.pair(before, after);
                    self.pointer.truncate(depth);
                    left += usize::from(before.is_some());
                    right += usize::from(after.is_some());
                }
            }
            (Kind::Array, Kind::Array) => {
                let (mut first, mut second) = (a.elements(), b.elements());
                for index in 0..a.len().max(b.len()) {
                    push_pointer_segment(&mut self.pointer, &index.to_string());
                    self.pair(first.next(), second.next());
                    self.pointer.truncate(depth);
                }
            }
            _ if values_equal(a, b) => {}
            _ => self.push(Some(a), Some(b)),
        }
    }

    fn pair(&mut self, before: Option<Value<'_>>, after: Option<Value<'_>>) {
        match (before, after) {
            (Some(a), Some(b)) => self.compare(a, b),
            _ => self.push(before, after),
        }
    }

    fn push(&mut self, before: Option<Value<'_>>, after: Option<Value<'_>>) {
        let changes = &mut self.comparison.changes;
        if changes.len() >= MAX_CHANGES || self.pointer_bytes >= MAX_POINTER_BYTES {
            self.comparison.omitted += 1;
            return;
        }
        self.pointer_bytes += self.pointer.len();
        changes.push(Change {
            pointer: self.pointer.clone(),
            before: before.map(Value::span),
            after: after.map(Value::span),
        });
    }
}

/// Members sorted by key. Of a duplicate key the last value counts, as for `JSON.parse`.
fn sorted(object: Value<'_>) -> Vec<(Cow<'_, [u8]>, Key<'_>, Value<'_>)> {
    let mut members: Vec<_> =
        object.members().map(|(key, value)| (key.decoded_bytes(), key, value)).collect();
    members.reverse();
    sort_by(&mut members, |a, b| a.0.cmp(&b.0));
    members.dedup_by(|later, kept| later.0 == kept.0);
    members
}
