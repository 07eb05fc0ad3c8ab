//! What is checked beside the contract: the time in the body, texts that identify, the secret, the Content-Type.

use super::super::{SignatureResult, Timestamp, VerifyOptions, Webhook};
use super::{Evaluation, find_key, nearest};
use crate::delivery::{Delivery, MediaType, is_plain_header};
use crate::issue::{Code, Location, PendingIssue, Profile, Severity};
use crate::json::{Document, Value};
use crate::provider::IdempotencySource;
use crate::signature::Outcome;
use crate::text::{into_owned_outlined, is_plain};

impl<'b, 'd> Evaluation<'b, 'd> {
    /// Whether the time in the body is within the tolerance, where there is one and the signature vouches for it.
    pub(super) fn is_timely(
        &mut self,
        webhook: &'d Webhook,
        document: &Document<'b>,
        now: Timestamp,
        limits: &VerifyOptions,
    ) -> bool {
        let (Some(time), Some(SignatureResult::Outcome(verified @ Outcome::Verified { .. }))) =
            (&webhook.provider.signed_time, &self.signature)
        else {
            return true;
        };
        let read = time.parse(document.root());
        let outcome = match read {
            Ok(timestamp) => verified.aged(timestamp, now.as_millis(), u64::from(limits.tolerance)),
            Err(None) => Outcome::TimestampMissing,
            Err(Some(_)) => Outcome::TimestampMalformed,
        };
        let (Some(scheme), Some(keys)) = (&webhook.provider.scheme, &webhook.keys) else { return true };
        let Some(mut draft) = outcome.draft(scheme, keys) else { return true };
        if let Err(value) = read {
            let at: &str = &time.pointer;
            let what = if value.is_some() { "malformed" } else { "missing" };
            draft.message = format!("The signed timestamp at {at} is {what}.");
            draft.hint = None;
            draft.place = value.unwrap_or_else(|| nearest(document.root(), at)).place();
            draft.expected = Some(format!("a whole number of {} since 1970", time.unit.name()));
            draft.received = value.map(|value| value.kind().name().to_owned());
        }
        self.signature = Some(SignatureResult::Outcome(outcome));
        self.rejection.get_or_insert(draft.code);
        self.drafts.push(draft);
        false
    }

    /// Refuses ids and times that hold what cannot be shown. None is passed over: whoever can write a header would
    /// choose by it which way leads to the key.
    pub(super) fn check_texts(&mut self, webhook: &Webhook, delivery: &Delivery<'_>, root: Value<'_>) {
        let provider = &webhook.provider;
        for (what, name) in
            [("subscription's id", &provider.webhook_id), ("delivery's id", &provider.delivery_id)]
        {
            let Some(name) = name else { continue };
            if delivery.headers.get(name).is_some_and(|text| !is_plain_header(text)) {
                self.hidden(what, name, Location::Request);
            }
        }
        if let Err(way) = find_key(webhook, delivery, root) {
            match &provider.dedupe[way] {
                IdempotencySource::Header(name) if provider.delivery_id.as_ref() == Some(name) => {}
                IdempotencySource::Header(name) => self.hidden("idempotency key", name, Location::Request),
                IdempotencySource::Pointer(at) => {
                    self.hidden("idempotency key", at, root.pointer(at).unwrap_or(root).place());
                }
                IdempotencySource::Digest | IdempotencySource::None => {}
            }
        }
        if let Some(at) = &provider.envelope.created_at
            && let Some(value) = root.resolve(at)
            && value.as_str().is_some_and(|text| !is_plain(&text))
        {
            self.hidden("time", at, value.place());
        }
    }

    fn hidden(&mut self, what: &str, at: &str, place: Location) {
        let message = format!("The {what} contains a control or bidirectional formatting character: {at}.");
        self.rejection.get_or_insert(Code::ENVELOPE_INVALID);
        self.drafts.push(
            PendingIssue::new(Code::ENVELOPE_INVALID, Severity::Error, place, message)
                .hint("No sender writes such an id. Keep the delivery out of logs that are read as text."),
        );
    }

    /// Says of a delivery that is verified what speaks against the secret that it was verified with.
    pub(super) fn check_secret(&mut self, webhook: &Webhook) {
        let (Some(keys), Some(SignatureResult::Outcome(Outcome::Verified { secret, .. }))) =
            (&webhook.keys, &self.signature)
        else {
            return;
        };
        if !keys.is_short(*secret) {
            return;
        }
        let which =
            if keys.count() > 1 { format!("secrets[{secret}]") } else { into_owned_outlined("The secret") };
        let message = format!("{which} has fewer than 16 bytes: who has one delivery can find it by trying.");
        self.drafts.push(
            PendingIssue::new(Code::SECRET_SHORT, Severity::Info, Location::Request, message)
                .hint("Let the provider make a new secret, of 32 random bytes if you may choose."),
        );
    }

    pub(super) fn check_content_type(
        &mut self,
        webhook: &Webhook,
        delivery: &Delivery<'_>,
        profile: Profile,
    ) {
        let wanted = &webhook.provider.content_type;
        let mut values = delivery.headers.get_all("content-type");
        let Some(received) = values.next() else { return };
        let (severity, message) = match MediaType::read(received, wanted) {
            _ if values.next().is_some() => {
                (Severity::Error, into_owned_outlined("The header Content-Type stands more than once."))
            }
            MediaType::Own => return,
            MediaType::Json if profile == Profile::Lenient => return,
            MediaType::Json => {
                (Severity::Warning, format!("{} sends another Content-Type of JSON.", webhook.provider.title))
            }
            MediaType::Other => {
                (Severity::Error, into_owned_outlined("The Content-Type is not one of JSON in UTF-8."))
            }
        };
        if severity == Severity::Error {
            self.rejection.get_or_insert(Code::CONTENT_TYPE);
        }
        self.drafts.push(
            PendingIssue::new(Code::CONTENT_TYPE, severity, Location::Request, message).expected(wanted.clone()).hint(
                "Let the sender write its own Content-Type, and every proxy pass it on. Something on the way may have re-encoded the body; the signature covers the original bytes.",
            ),
        );
    }
}
