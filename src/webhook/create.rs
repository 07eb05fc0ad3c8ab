//! `create`: a complete delivery of an event, with envelope, ids and time by the provider's rules.

use std::borrow::Cow;

use super::evaluate::{Evaluation, EvaluationMode};
use super::sign_params::SignParams;
use super::{Error, SignedDelivery, Timestamp, Webhook};
use crate::delivery::Delivery;
use crate::issue::{Code, PendingIssue, Severity};
use crate::json::Pointer;
use crate::json::{Document, Kind, Value, quoted};
use crate::provider::{Envelope, FieldSource};
use crate::signature::SignError;

impl Webhook {
    /// Makes a signed delivery of an event.
    ///
    /// ```
    /// use hookseal::webhook::{SignParams, WebhookOptions, Timestamp, Webhook};
    ///
    /// let hook = Webhook::built_in("xon", WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() })?;
    /// let fresh = SignParams::new(Timestamp::from_millis(1_700_000_000_000), [7; 32]); // 32 bytes of chance
    /// let made = hook.create("calls.user.create", br#"{"mobileNumber":"+447700900123"}"#, &fresh)?;
    /// assert!(String::from_utf8_lossy(&made.body).contains(r#""createdAt":"2023-11-14T22:13:20.000+00:00""#));
    ///
    /// let error = hook.create("calls.user.create", b"{}", &fresh).unwrap_err();
    /// assert!(error.to_string().contains("The required key \"mobileNumber\" is missing."));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    ///
    /// `data` is the event's own data as a JSON object.
    ///
    /// # Errors
    /// `event-unknown` for a type the provider does not have, and what is wrong with the event:
    /// a delivery that its receiver would refuse is not made. (`sign` signs any bytes.)
    pub fn create(&self, event_type: &str, data: &[u8], fresh: &SignParams) -> Result<SignedDelivery, Error> {
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
        let envelope = &self.provider.envelope;
        self.check_data(&document, event_type)?;
        let sent = match &self.provider.signed_time {
            None => None,
            Some(time) => {
                let text = time.unit.write(fresh.now.as_millis());
                let text =
                    text.ok_or_else(|| Error::new(Code::OPTION_INVALID, SignError::Time.to_string()))?;
                Some((&time.pointer, text))
            }
        };
        let body = wrap_in_envelope(envelope, event_type, root, sent, fresh);
        // An id that was given is the event's, where events have one.
        let is_in_data = fresh.id.as_ref().filter(|_| envelope.id.is_none());
        let id = is_in_data.cloned().unwrap_or_else(|| fresh.uuid(0).to_string());
        let signed = self.sign_as(&id, Some(event_type), body.as_bytes(), fresh)?;
        let pairs = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut delivery = Delivery::new(pairs.collect(), &signed.body).with_method("POST");
        delivery.url = fresh.url.as_deref();
        match self.evaluate(&delivery, fresh.now, &self.limits, EvaluationMode::Full) {
            Evaluation::Accepted { .. } => Ok(signed),
            Evaluation::Rejected { code, document, mut findings } => {
                let issues = findings.take_issues(document.as_ref()).into_iter();
                let errors = issues.filter(|issue| issue.severity == Severity::Error).collect();
                Err(Error::rejected(code, errors))
            }
        }
    }

    /// What putting data into an envelope would hide.
    fn check_data(&self, document: &Document<'_>, event_type: &str) -> Result<(), Error> {
        let errors: Vec<PendingIssue> =
            document.diagnostics().iter().filter(|it| it.severity == Severity::Error).cloned().collect();
        if let Some(first) = errors.first() {
            return Err(Error::rejected(first.code, document.locate(errors)));
        }
        let envelope = &self.provider.envelope;
        let FieldSource::Pointer(pointer) = &envelope.event_type else { return Ok(()) };
        let Some(own) = envelope.strip_data_prefix(pointer).and_then(|rest| document.root().pointer(rest))
        else {
            return Ok(());
        };
        if own.as_str().as_deref() == Some(event_type) {
            return Ok(());
        }
        let message = "The data says another event type than the one that was asked for.";
        let draft = PendingIssue::new(Code::EVENT_INVALID, Severity::Error, own.place(), message)
            .expected(event_type)
            .hint("Leave the type out of the data: the envelope gets it.");
        Err(Error::rejected(draft.code, document.locate(vec![draft])))
    }
}

/// An object in the making: members in order, each with its key as JSON, and raw JSON or an object again.
#[derive(Default)]
struct JsonNode<'d> {
    members: Vec<(Cow<'d, [u8]>, String, JsonNode<'d>)>,
    raw: Option<String>,
}

impl<'d> JsonNode<'d> {
    fn at(&mut self, pointer: &str) -> &mut Self {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let place = node.members.iter().position(|(name, ..)| **name == *step.as_bytes());
            let place = place.unwrap_or_else(|| {
                let key = quoted(&step);
                node.members.push((step.into_bytes().into(), key, JsonNode::default()));
                node.members.len() - 1
            });
            node = &mut node.members[place].2;
        }
        node
    }

    /// Adds the members of an object. What is there already stays, and where it is an object of the
    /// envelope it takes up the object of the same name.
    fn merge(&mut self, object: Value<'d>) {
        let known = self.members.len();
        for (key, value) in object.members() {
            let name = key.decoded_bytes();
            if let Some(place) = self.members[..known].iter().position(|(other, ..)| *other == name) {
                let node = &mut self.members[place].2;
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
        for (n, (_, key, node)) in self.members.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            out.push_str(key);
            out.push(':');
            node.write(out);
        }
        out.push('}');
    }
}

fn raw(value: Value<'_>) -> String {
    String::from_utf8_lossy(value.raw_bytes()).into_owned()
}

/// The body of an event: the envelope's own parts first, then the data.
fn wrap_in_envelope(
    envelope: &Envelope,
    event_type: &str,
    data: Value<'_>,
    sent: Option<(&Pointer, String)>,
    fresh: &SignParams,
) -> String {
    let mut body = JsonNode::default();
    let is_in_data =
        |pointer: &str| envelope.strip_data_prefix(pointer).and_then(|rest| data.pointer(rest)).is_some();
    let merged = envelope.is_data_inline();
    // Ids and times inside data that is its own object are the data's business, not the envelope's.
    let part = |pointer: &Option<Pointer>| {
        pointer.clone().filter(|pointer| merged || envelope.strip_data_prefix(pointer).is_none())
    };
    if let Some(pointer) = part(&envelope.id)
        && (fresh.id.is_some() || !is_in_data(&pointer))
    {
        let id = fresh.id.clone().unwrap_or_else(|| fresh.uuid(0).to_string());
        body.at(&pointer).raw = Some(quoted(&id));
    }
    if let Some(pointer) = part(&envelope.created_at)
        && !is_in_data(&pointer)
    {
        body.at(&pointer).raw = Some(quoted(&format_rfc3339(fresh.now)));
    }
    // Whatever the data says of it: it is sent now.
    if let Some((pointer, text)) = sent
        && (merged || envelope.strip_data_prefix(pointer).is_none())
    {
        body.at(pointer).raw = Some(text);
    }
    if let FieldSource::Pointer(pointer) = &envelope.event_type {
        body.at(pointer).raw = Some(quoted(event_type));
    }
    let place = body.at(&envelope.data);
    if merged {
        place.merge(data);
    } else {
        place.raw = Some(raw(data));
    }
    let mut out = String::new();
    body.write(&mut out);
    out
}

/// A moment by RFC 3339 in UTC, with milliseconds.
fn format_rfc3339(time: Timestamp) -> String {
    let millis = time.as_millis();
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    // Days to a date of the Gregorian calendar, counted from the first of March of year 0, so that
    // a leap day is the last day of its year and 400 years are 146097 days.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_by_the_calendar() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000+00:00"),
            (951_782_399_999, "2000-02-28T23:59:59.999+00:00"),
            (951_782_400_000, "2000-02-29T00:00:00.000+00:00"),
            (1_614_556_800_000, "2021-03-01T00:00:00.000+00:00"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000+00:00"),
            (-1, "1969-12-31T23:59:59.999+00:00"),
        ] {
            assert_eq!(format_rfc3339(Timestamp::from_millis(millis)), text);
        }
    }
}
