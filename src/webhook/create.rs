//! `create`: makes a delivery of an event, with the envelope, the ids and the time of the provider.

use std::borrow::Cow;

use super::evaluate::{Evaluation, EvaluationMode};
use super::sign_params::SignParams;
use super::values::signs_form;
use super::{AcceptedDelivery, ActiveScheme, Error, SignedDelivery, Webhook};
use crate::delivery::{Delivery, Headers};
use crate::instant::format_rfc3339;
use crate::issue::{Code, PendingIssue, Severity};
use crate::json::Pointer;
use crate::json::{Document, Kind, Value, encode_form_text, quoted};
use crate::provider::{Batch, Envelope, FieldSource, RequestSource};
use crate::signature::SignError;

impl Webhook {
    /// Makes a signed delivery of an event.
    ///
    /// ```
    /// use hookseal::webhook::{SignParams, WebhookOptions, Timestamp, Webhook};
    ///
    /// let hook = Webhook::built_in("xon", WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() })?;
    /// let params = SignParams::new(Timestamp::from_millis(1_700_000_000_000), [7; 32]); // 32 random bytes
    /// let delivery = hook.create("calls.user.create", r#"{"mobileNumber":"+447700900123"}"#, &params)?;
    /// assert!(String::from_utf8_lossy(&delivery.body).contains(r#""createdAt":"2023-11-14T22:13:20.000+00:00""#));
    ///
    /// let error = hook.create("calls.user.create", "{}", &params).unwrap_err();
    /// assert!(error.to_string().contains("Missing required property \"mobileNumber\"."));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    ///
    /// `data` is the event's own data as a JSON object.
    ///
    /// # Errors
    /// `event-unknown` for an event type that the provider does not have, and the issues of an invalid event: `create`
    /// makes no delivery that its receiver would reject. (`sign` signs any bytes.)
    pub fn create(
        &self,
        event_type: &str,
        data: impl AsRef<[u8]>,
        params: &SignParams,
    ) -> Result<SignedDelivery, Error> {
        self.create_from(event_type, data.as_ref(), params)
    }

    fn create_from(
        &self,
        event_type: &str,
        data: &[u8],
        params: &SignParams,
    ) -> Result<SignedDelivery, Error> {
        if self.provider.find_event(event_type).is_none() {
            let known: Vec<&str> =
                self.provider.events.iter().map(|event| event.event_type.as_str()).collect();
            return Err(Error::new(
                Code::EVENT_UNKNOWN,
                format!("{} has no event of this type. It has: {}.", self.provider.title, known.join(", ")),
            ));
        }
        let document = Document::parse(data).map_err(|issue| Error::rejected(issue.code, vec![*issue]))?;
        let root = document.root();
        if root.kind() != Kind::Object {
            return Err(Error::new(
                Code::EVENT_INVALID,
                format!("The data of an event is an object, and this is {}.", root.kind().name()),
            ));
        }
        let envelope = self.item_envelope();
        let types = assign_type(envelope, event_type, root);
        self.check_data(&document, &types)?;
        let sent_at = match &self.provider.signed_time {
            None => None,
            Some(time) => {
                let text = time.unit.format(params.now.as_millis());
                let text =
                    text.ok_or_else(|| Error::new(Code::OPTION_INVALID, SignError::Time.to_string()))?;
                Some((&time.pointer, if time.unit.is_number() { text } else { quoted(&text) }))
            }
        };
        let mut values = Vec::new();
        for source in self.signed_sources() {
            if let RequestSource::Pointer(pointer) = source {
                // `sign` writes signature and timestamp. Other signed values are texts that no two deliveries share.
                let scheme = self.signing_scheme();
                let is_replaced = scheme.is_some_and(|active| active.scheme.replaces(pointer));
                let is_optional = scheme
                    .and_then(|active| active.scheme.signing())
                    .is_some_and(|scheme| scheme.definition().absent_is_empty);
                if is_optional && !is_replaced {
                    continue;
                }
                let text = if is_replaced { String::new() } else { params.uuid(1).to_string() };
                values.push((&**pointer, quoted(&text)));
            }
        }
        let mut body = match &self.provider.batch {
            None => wrap_in_envelope(envelope, &types, root, sent_at, &values, &[], params),
            Some(batch) => {
                let ids = &batch.other_ids;
                let item = wrap_in_envelope(envelope, &types, root, None, &values, ids, params);
                wrap_in_list(batch, &item, sent_at)
            }
        };
        let is_form = |active: ActiveScheme<'_>| signs_form(&self.provider.schemes[active.index]);
        let only_form = self.provider.only_form();
        if let Some(field) = only_form.and_then(|form| form.field.as_ref()) {
            body = [encode_form_text(field), encode_form_text(&body)].join("=");
        } else if only_form.is_some() || self.signing_scheme().is_some_and(is_form) {
            body = form_of(&body)?;
        }
        // `params.id` is the id of the event, and of the delivery only where events have none.
        let delivery_id = params.id.as_ref().filter(|_| envelope.id.is_none());
        let id = delivery_id.cloned().unwrap_or_else(|| params.uuid(0).to_string());
        let signed = self.sign_as(&id, &types, body.as_bytes(), params)?;
        let pairs = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut delivery = Delivery::new(pairs.collect::<Headers<'_>>(), &signed.body).with_method("POST");
        delivery.url = params.url.as_deref();
        let form = self.read_form(&delivery).and_then(Result::ok);
        delivery.form = form.as_ref();
        match self.evaluate(&delivery, params.now, &self.verify_options, EvaluationMode::Full) {
            Evaluation::Accepted { accepted, .. } if self.has_type(&delivery, &accepted, event_type) => {
                Ok(signed)
            }
            Evaluation::Accepted { .. } => {
                let message = "The data gives the delivery another event type than that of the call.";
                Err(Error::new(Code::EVENT_INVALID, message).with_hint(Some(OTHER_TYPE_HINT)))
            }
            Evaluation::Rejected { code, document, mut findings } => {
                let issues = findings.take_issues(document.as_ref()).into_iter();
                let errors = issues.filter(|issue| issue.severity == Severity::Error).collect();
                Err(Error::rejected(code, errors))
            }
        }
    }

    /// Where an event has its type, id and time: in the delivery, or in an item of its list.
    fn item_envelope(&self) -> &Envelope {
        self.provider.batch.as_ref().map_or(&self.provider.envelope, |batch| &batch.item)
    }

    /// Whether a delivery is of an event type, or its only item is.
    fn has_type(
        &self,
        delivery: &Delivery<'_>,
        accepted: &AcceptedDelivery<'_, '_>,
        event_type: &str,
    ) -> bool {
        match self.list_items(delivery, accepted.document.root(), "").as_deref() {
            Some([item]) => item.event_type == event_type,
            _ => accepted.event_type == event_type,
        }
    }

    /// Rejects data with errors that the envelope would hide: a duplicate key, another event type.
    fn check_data(&self, document: &Document<'_>, types: &[(&FieldSource, &str)]) -> Result<(), Error> {
        let errors: Vec<PendingIssue> = document
            .diagnostics()
            .iter()
            .filter(|issue| issue.severity == Severity::Error)
            .cloned()
            .collect();
        if let Some(first) = errors.first() {
            return Err(Error::rejected(first.code, document.locate(errors)));
        }
        let envelope = self.item_envelope();
        for (field, text) in types {
            let Some(value) = value_in_data(envelope, field, document.root()) else { continue };
            if value.as_str().as_deref() == Some(text) {
                continue;
            }
            let message = "The event type in the data differs from the event type of the call.";
            let issue = PendingIssue::new(Code::EVENT_INVALID, Severity::Error, value.location(), message)
                .expected(*text)
                .hint("Remove the event type from the data: `create` adds it.");
            return Err(Error::rejected(issue.code, document.locate(vec![issue])));
        }
        Ok(())
    }
}

/// The hint for data with another event type.
const OTHER_TYPE_HINT: &str = "The definition lists the sources of the event type in `envelope.type`: the first one that the delivery has counts.";

/// Returns the value that the data of an event has for a field of the delivery.
fn value_in_data<'d>(envelope: &Envelope, field: &FieldSource, data: Value<'d>) -> Option<Value<'d>> {
    data.pointer(envelope.strip_data_prefix(field.pointer()?)?)
}

/// Returns the fields of a delivery with this event type and data, and their texts.
fn assign_type<'e, 't>(
    envelope: &'e Envelope,
    event_type: &'t str,
    data: Value<'_>,
) -> Vec<(&'e FieldSource, &'t str)> {
    envelope.event_type.assign(event_type, &|field, text| {
        value_in_data(envelope, field, data)
            .is_some_and(|value| text.is_none_or(|text| value.as_str().as_deref() == Some(text)))
    })
}

/// A JSON value that is built: an object, or raw JSON.
#[derive(Default)]
struct JsonNode<'d> {
    /// Each member with its decoded key, and the key as JSON.
    members: Vec<(Cow<'d, [u8]>, String, JsonNode<'d>)>,
    raw: Option<String>,
}

impl<'d> JsonNode<'d> {
    /// The node at a pointer. Adds the objects that are missing on the path to it.
    fn entry(&mut self, pointer: &str) -> &mut Self {
        let mut node = self;
        for segment in pointer.split('/').skip(1) {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            let index = node.members.iter().position(|(name, ..)| **name == *segment.as_bytes());
            let index = index.unwrap_or_else(|| {
                let key = quoted(&segment);
                node.members.push((segment.into_bytes().into(), key, JsonNode::default()));
                node.members.len() - 1
            });
            node = &mut node.members[index].2;
        }
        node
    }

    /// Adds the members of an object. A member that exists keeps its value; an object that exists gains the members of
    /// the object of the same name.
    fn merge(&mut self, object: Value<'d>) {
        let known = self.members.len();
        for (key, value) in object.members() {
            let name = key.decoded_bytes();
            if let Some(index) = self.members[..known].iter().position(|(other, ..)| *other == name) {
                let node = &mut self.members[index].2;
                if node.raw.is_none() {
                    node.merge(value);
                }
            } else {
                let node = JsonNode { raw: Some(raw(value)), ..JsonNode::default() };
                self.members.push((name, raw(key.as_value()), node));
            }
        }
    }

    fn write(&self, out: &mut String) {
        if let Some(raw) = &self.raw {
            out.push_str(raw);
            return;
        }
        out.push('{');
        for (index, (_, key, node)) in self.members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(key);
            out.push(':');
            node.write(out);
        }
        out.push('}');
    }
}

/// Makes the body of a delivery with one item.
fn wrap_in_list(batch: &Batch, item: &str, sent_at: Option<(&Pointer, String)>) -> String {
    let mut body = JsonNode::default();
    if let Some((pointer, text)) = sent_at {
        body.entry(pointer).raw = Some(text);
    }
    body.entry(&batch.list).raw = Some(["[", item, "]"].concat());
    let mut out = String::new();
    body.write(&mut out);
    out
}

/// Makes a form of a flat object.
#[cold]
fn form_of(body: &str) -> Result<String, Error> {
    let document =
        Document::parse(body.as_bytes()).map_err(|issue| Error::rejected(issue.code, vec![*issue]))?;
    let mut fields = Vec::new();
    for (name, value) in document.root().members() {
        let Some(text) = value.as_str() else {
            let message = "The data of a form has strings only.";
            let issue = PendingIssue::new(Code::EVENT_INVALID, Severity::Error, value.location(), message);
            return Err(Error::rejected(issue.code, document.locate(vec![issue])));
        };
        fields.push([encode_form_text(&name.text()), encode_form_text(&text)].join("="));
    }
    Ok(fields.join("&"))
}

fn raw(value: Value<'_>) -> String {
    String::from_utf8_lossy(value.raw_bytes()).into_owned()
}

/// Makes the body of an event: the members of the envelope first, then the data. It gets no id if the data has one in another place.
fn wrap_in_envelope(
    envelope: &Envelope,
    types: &[(&FieldSource, &str)],
    data: Value<'_>,
    sent_at: Option<(&Pointer, String)>,
    values: &[(&str, String)],
    other_ids: &[Pointer],
    params: &SignParams,
) -> String {
    let mut body = JsonNode::default();
    let is_in_data =
        |pointer: &str| envelope.strip_data_prefix(pointer).and_then(|rest| data.pointer(rest)).is_some();
    let is_inline = envelope.is_data_inline();
    // Ids and times inside a data object are part of the data, and not of the envelope.
    let is_of_envelope = |pointer: &str| is_inline || envelope.strip_data_prefix(pointer).is_none();
    let part = |pointer: &Option<Pointer>| pointer.clone().filter(|pointer| is_of_envelope(pointer));
    for (pointer, text) in values {
        if !is_in_data(pointer) {
            body.entry(pointer).raw = Some(text.clone());
        }
    }
    if let Some(pointer) = part(&envelope.id)
        && (params.id.is_some()
            || ![&pointer].into_iter().chain(other_ids).any(|pointer| is_in_data(pointer)))
    {
        let id = params.id.clone().unwrap_or_else(|| params.uuid(0).to_string());
        body.entry(&pointer).raw = Some(quoted(&id));
    }
    if let Some(pointer) = part(&envelope.created_at)
        && !is_in_data(&pointer)
    {
        body.entry(&pointer).raw = Some(quoted(&format_rfc3339(params.now.as_millis())));
    }
    // The time of sending replaces one that the data has: the delivery is sent now.
    if let Some((pointer, text)) = sent_at
        && is_of_envelope(pointer)
    {
        body.entry(pointer).raw = Some(text);
    }
    for (field, text) in types {
        if let FieldSource::Pointer(pointer) = field {
            body.entry(pointer).raw = Some(quoted(text));
        }
    }
    let node = body.entry(&envelope.data);
    if is_inline {
        node.merge(data);
    } else {
        node.raw = Some(raw(data));
    }
    let mut out = String::new();
    body.write(&mut out);
    out
}
