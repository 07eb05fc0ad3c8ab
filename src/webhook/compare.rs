//! `compare`: are two deliveries attempts at the same event, and is the payload unchanged?

use std::borrow::Cow;

use super::Webhook;
use super::judge::{delivery_key, key_header};
use crate::delivery::Delivery;
use crate::issue::ByteSpan;
use crate::json::{Document, Key, Kind, Value, pointer_step_into, same, sort_by};

/// One difference between two payloads. It says where, and not what: the values are in the bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, as a JSON Pointer.
    pub pointer: String,
    /// The place of the value in the first body; none where it was added.
    pub before: Option<ByteSpan>,
    /// The place of the value in the second body; none where it was removed.
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
    /// What differs. Spelling (white space, order of keys, 1 and 1.0) makes no difference.
    pub changes: Vec<Change>,
}

/// More changes than this are not listed: the bodies do not decide how much memory is used.
const MAX_CHANGES: usize = 1000;

impl Webhook {
    /// Compares two deliveries. Signatures are not looked at: verify each first.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{Options, Webhook};
    ///
    /// let hook = Webhook::built_in("painchek", Options { allow_unsigned: true, ..Options::default() })?;
    /// let first = Delivery::new(Headers::new(), br#"{"event":"assessment_add","data":{"uuid":"1","a":1}}"#);
    /// let second = Delivery::new(Headers::new(), br#"{"event":"assessment_add","data":{"uuid":"1","a":2}}"#);
    /// let found = hook.compare(&first, &second);
    /// assert!(found.same_event && !found.same);
    /// assert_eq!(found.changes[0].pointer, "/data/a");
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    #[must_use]
    pub fn compare(&self, first: &Delivery<'_>, second: &Delivery<'_>) -> Comparison {
        let whole = |body: &[u8]| Some(ByteSpan { start: 0, end: body.len() });
        let (Ok(a), Ok(b)) = (Document::read(first.body), Document::read(second.body)) else {
            if first.body == second.body {
                return Comparison { same: true, same_event: true, changes: Vec::new() };
            }
            let change =
                Change { pointer: String::new(), before: whole(first.body), after: whole(second.body) };
            return Comparison { same: false, same_event: false, changes: vec![change] };
        };
        let mut changes = Vec::new();
        differences(a.root(), b.root(), &mut String::new(), &mut changes);
        let event_type = &self.provider.envelope.event_type;
        let (first_type, second_type) =
            (event_type.find(&first.headers, a.root()), event_type.find(&second.headers, b.root()));
        let keys = |delivery, root, name: &Option<Cow<'_, str>>| {
            let (id, _) = delivery_key(self, delivery, root, name.as_deref().unwrap_or_default())?;
            Some(id).filter(|id| !id.is_empty())
        };
        let keys = (keys(first, a.root(), &first_type), keys(second, b.root(), &second_type));
        // Without a key nothing tells two deliveries of one event from two events that look the same.
        let same_event = first_type == second_type
            && keys.0.is_some()
            && keys.1.is_some()
            && if changes.is_empty() {
                // Ids in the payload and its digest say nothing about payloads that differ in spelling only.
                key_header(self, first, a.root()) == key_header(self, second, b.root())
            } else {
                first_type.is_some() && keys.0 == keys.1
            };
        Comparison { same: same_event && changes.is_empty(), same_event, changes }
    }
}

fn differences(a: Value<'_>, b: Value<'_>, pointer: &mut String, changes: &mut Vec<Change>) {
    if changes.len() >= MAX_CHANGES || a.raw() == b.raw() {
        return;
    }
    let depth = pointer.len();
    match (a.kind(), b.kind()) {
        // Recursion ends at the depth the reader allows.
        (Kind::Object, Kind::Object) => {
            let (first, second) = (sorted(a), sorted(b));
            let (mut left, mut right) = (0, 0);
            while left < first.len() || right < second.len() {
                let order = match (first.get(left), second.get(right)) {
                    (Some((key, ..)), Some((other, ..))) => key.cmp(other),
                    (Some(_), None) => std::cmp::Ordering::Less,
                    _ => std::cmp::Ordering::Greater,
                };
                let key = if order.is_gt() { second[right].1 } else { first[left].1 };
                pointer_step_into(pointer, &key.text());
                match order {
                    std::cmp::Ordering::Less => push(changes, pointer, Some(first[left].2), None),
                    std::cmp::Ordering::Greater => push(changes, pointer, None, Some(second[right].2)),
                    std::cmp::Ordering::Equal => {
                        differences(first[left].2, second[right].2, pointer, changes);
                    }
                }
                left += usize::from(order.is_le());
                right += usize::from(order.is_ge());
                pointer.truncate(depth);
            }
        }
        (Kind::Array, Kind::Array) => {
            let (mut first, mut second) = (a.elements(), b.elements());
            for index in 0.. {
                let pair = (first.next(), second.next());
                pointer_step_into(pointer, &index.to_string());
                match pair {
                    (Some(before), Some(after)) => differences(before, after, pointer, changes),
                    (None, None) => {}
                    (before, after) => push(changes, pointer, before, after),
                }
                pointer.truncate(depth);
                if pair.0.is_none() && pair.1.is_none() {
                    break;
                }
            }
        }
        _ if same(a, b) => {}
        _ => push(changes, pointer, Some(a), Some(b)),
    }
}

fn push(changes: &mut Vec<Change>, pointer: &str, before: Option<Value<'_>>, after: Option<Value<'_>>) {
    if changes.len() < MAX_CHANGES {
        changes.push(Change {
            pointer: pointer.to_owned(),
            before: before.map(Value::span),
            after: after.map(Value::span),
        });
    }
}

/// Members by key; of a key that stands twice the last one counts, as everywhere.
fn sorted(object: Value<'_>) -> Vec<(Cow<'_, [u8]>, Key<'_>, Value<'_>)> {
    let mut members: Vec<_> = object.members().map(|(key, value)| (key.exact(), key, value)).collect();
    members.reverse();
    sort_by(&mut members, |a, b| a.0.cmp(&b.0));
    members.dedup_by(|later, kept| later.0 == kept.0);
    members
}
