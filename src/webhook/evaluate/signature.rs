//! The checks of the signature: the tag, the signed time in the body, the length of the secret.

use super::payload::nearest;
use super::{EvaluationMode, Evaluator};
use crate::delivery::Delivery;
use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::Document;
use crate::provider::CoveredPart;
use crate::signature::{
    Keys, Outcome, SignatureScheme, SignatureStatus, SignedBy, TimestampUnit, detect_unit, is_source,
};
use crate::text::into_owned_outlined;
use crate::webhook::outside_keys::{OutsideKeys, invalid_key_issue};
use crate::webhook::values::signs_form;
use crate::webhook::{ActiveScheme, EXPLAIN_ONLY, EXPLAIN_ONLY_HINT, Webhook};

/// What else a mismatch can mean.
const UNCONFIRMED: &str =
    " This provider definition is not confirmed: compare it with the documentation of the provider.";

impl<'b> Evaluator<'b, '_, '_> {
    /// Verifies the signature. Returns what authenticates the delivery, `None` for an unsigned one that the receiver allows.
    pub(super) fn check_signature(&mut self) -> Result<Option<SignedBy>, Code> {
        let webhook = self.webhook;
        // SECURITY: before every other check, so that no delivery is accepted, signed or not.
        if webhook.explain_only {
            return Err(self.reject_by_explain_only());
        }
        let Some(ActiveScheme { index, scheme, keys }) = webhook.select(self.delivery) else {
            self.findings.signature = Some(Outcome::Unsigned);
            self.warn_about_unchecked_signature();
            return Ok(None);
        };
        let outside = webhook.outside_keys(ActiveScheme { index, scheme, keys }, self.delivery);
        let keys = match &outside {
            OutsideKeys::OfDelivery(keys) => keys,
            OutsideKeys::Own | OutsideKeys::Refused => keys,
            OutsideKeys::Invalid(error) => {
                self.findings.signature = Some(Outcome::KeyMissing);
                return Err(self.reject(invalid_key_issue(error)));
            }
        };
        let each = webhook.provider.schemes[index].each.as_deref();
        let values = match each {
            Some(_) => None,
            None => webhook.with_values(self.delivery, self.options),
        };
        let (outcome, issue) = match values {
            None if let Some(list) = each => self.compare_each(index, scheme, keys, list),
            None => {
                let (outcome, issue) = self.compare(index, scheme, keys, self.delivery);
                self.findings.received = outcome.received();
                self.findings.tag = self.tag_of(&outcome);
                (outcome, issue)
            }
            Some(delivery) => {
                let (mut outcome, mut issue) = self.compare(index, scheme, keys, &delivery);
                let conditions = &webhook.provider.schemes[index].conditions;
                for url in conditions.spellings(delivery.url) {
                    if outcome.status() != SignatureStatus::Mismatch {
                        break;
                    }
                    let spelled = Delivery { url: Some(&url), ..delivery.clone() };
                    let (other, other_issue) = self.compare(index, scheme, keys, &spelled);
                    if other.status() != SignatureStatus::Mismatch {
                        self.findings.tag = self.tag_of(&other);
                        (outcome, issue) = (other.without_texts(scheme.names()), other_issue);
                    }
                }
                self.findings.tag = self.findings.tag.take().or_else(|| self.tag_of(&outcome));
                (outcome.without_texts(scheme.names()), issue)
            }
        };
        let outcome = match (&outside, outcome) {
            (OutsideKeys::Refused, Outcome::KeyMissing) => Outcome::KeySourceRefused,
            (_, outcome) => outcome,
        };
        self.findings.scheme = index;
        self.findings.signature = Some(outcome);
        if let (OutsideKeys::OfDelivery(keys), Outcome::Mismatch { .. }) = (&outside, outcome)
            && let Some(issue) = Webhook::outside_keys_issue(keys)
        {
            return Err(self.reject(issue));
        }
        match (outcome.accepted(), issue) {
            (Ok(signed_by), _) => {
                if let Some(signed_by) = signed_by
                    && self.mode != EvaluationMode::FailFast
                {
                    self.warn_about_short_secret(keys, signed_by.secret());
                }
                Ok(signed_by)
            }
            (Err(code), Some(_)) if code == Code::KEY_SOURCE_REFUSED => {
                Err(self.reject(scheme.issue(&outcome, code, keys)))
            }
            (Err(_), Some(issue)) => Err(self.reject(issue)),
            // Never: every outcome that rejects a delivery has an issue.
            (Err(code), None) => Err(*self.code.get_or_insert(code)),
        }
    }

    /// Compares the signature of each element of a list: the first one that is not accepted decides. SECURITY: an element without
    /// a signature next to one with a signature is not signed.
    #[inline(never)]
    fn compare_each<'a>(
        &self,
        index: usize,
        scheme: &'a SignatureScheme,
        keys: &Keys,
        list: &str,
    ) -> (Outcome<'a>, Option<PendingIssue>) {
        let mut first = None;
        for delivery in self.webhook.with_values_of_each(self.delivery, list) {
            let (outcome, issue) = self.compare(index, scheme, keys, &delivery);
            let outcome = outcome.without_texts(scheme.names());
            if outcome == Outcome::Unsigned || outcome.accepted().is_err() {
                return (outcome, issue);
            }
            first.get_or_insert(outcome);
        }
        match first {
            Some(outcome) => (outcome, None),
            None if self.webhook.allow_unsigned => (Outcome::Unsigned, None),
            None => {
                let (outcome, code) = (Outcome::Missing, Code::SIGNATURE_MISSING);
                (outcome, Some(scheme.issue(&outcome, code, keys)))
            }
        }
    }

    /// Returns the signature that was compared, for a report.
    fn tag_of(&self, outcome: &Outcome<'_>) -> Option<String> {
        let received = outcome.received().filter(|_| self.mode == EvaluationMode::Full)?;
        Some(into_owned_outlined(received.encoded)).filter(|tag| !tag.is_empty())
    }

    /// Compares the signature of a delivery, and makes the issue of an outcome that rejects the delivery.
    fn compare<'a>(
        &self,
        index: usize,
        scheme: &'a SignatureScheme,
        keys: &Keys,
        delivery: &'a Delivery<'_>,
    ) -> (Outcome<'a>, Option<PendingIssue>) {
        let webhook = self.webhook;
        let tolerance = u64::from(self.options.tolerance);
        let part = webhook.provider.schemes[index].coverage.part;
        let named = &webhook.provider.schemes[index];
        let conditions = &named.conditions;
        let outcome = match scheme.verify(keys, delivery, self.now.as_millis(), tolerance) {
            Outcome::Verified { .. } if !conditions.has_digests(self.delivery) => Outcome::DigestMismatch,
            Outcome::Missing if webhook.allow_unsigned => Outcome::Unsigned,
            // SECURITY: otherwise the signature of a URL without fields would be that of any other body.
            _ if signs_form(named) && delivery.form.is_none_or(|form| form.sorted().is_empty()) => {
                Outcome::BodyMalformed
            }
            // SECURITY: a signature over nothing of the event is worth as much as a token.
            Outcome::Verified { secret, .. } if part == CoveredPart::Nothing => Outcome::Token { secret },
            outcome => outcome.or_key_missing(keys),
        };
        let Err(code) = outcome.accepted() else { return (outcome, None) };
        let mut issue = scheme.issue(&outcome, code, keys);
        if let Some(scheme) = scheme.signing() {
            let timestamp = scheme.reported_values(delivery, outcome.received()).timestamp;
            self.name_unit(&mut issue, timestamp, scheme.timestamp_unit());
        }
        let api = webhook.provider.key_source.as_ref().and_then(|source| source.api.as_deref());
        if let Some(api) = api.filter(|_| code == Code::KEY_MISSING) {
            issue.hint = issue.hint.map(|hint| [&hint, " The provider has it at: ", api, "."].concat());
        }
        if code == Code::SIGNATURE_MISMATCH && webhook.provider.is_unconfirmed {
            issue.hint = issue.hint.map(|hint| hint + UNCONFIRMED);
        }
        (outcome, Some(issue))
    }

    /// Says what a timestamp looks like that is in another unit or notation, in place of a difference of decades.
    #[cold]
    fn name_unit(&self, issue: &mut PendingIssue, timestamp: &str, unit: TimestampUnit) {
        let is_malformed = issue.code == Code::TIMESTAMP_MALFORMED;
        if !is_malformed && issue.code != Code::TIMESTAMP_TOO_OLD && issue.code != Code::TIMESTAMP_TOO_NEW {
            return;
        }
        let Some(found) = detect_unit(timestamp, unit, self.now.as_millis()) else { return };
        let expected = unit.description();
        if is_malformed {
            issue.message = format!("{} The value looks like {found}.", issue.message);
        } else {
            issue.message = format!("The timestamp looks like {found} since 1970; expected {expected}.");
        }
        let mut hint = format!("Change the sender to send {expected}.");
        if found != "a number with a fraction" {
            hint = format!(
                "{hint} Or, if the provider documents {found}, set `timestampUnit` in the provider definition."
            );
        }
        if !is_malformed {
            hint.push_str(" The signature itself is valid.");
        }
        issue.hint = Some(hint);
    }

    #[cold]
    fn reject_by_explain_only(&mut self) -> Code {
        self.findings.signature = Some(unread_signature(self.webhook, self.delivery));
        let issue = PendingIssue::new(
            Code::OPTION_INVALID,
            Severity::Error,
            Location::Request,
            EXPLAIN_ONLY.to_owned(),
        );
        self.reject(issue.hint(EXPLAIN_ONLY_HINT))
    }

    /// A webhook of a provider that signs has no keys only with `unsigned: "allow"`.
    fn warn_about_unchecked_signature(&mut self) {
        let headers = &self.delivery.headers;
        let schemes = &self.webhook.provider.schemes;
        let Some(named) = schemes.iter().find(|named| named.scheme.is_present(headers)) else { return };
        let header = named.scheme.header();
        let message =
            format!("The delivery has a signature in {header}, and no secret is configured to check it.");
        self.findings.issues.push(
            PendingIssue::new(Code::SECRET_MISSING, Severity::Warning, Location::Request, message).hint(
                "Pass the secret of the subscription in `secrets`, so that forged deliveries are rejected.",
            ),
        );
    }

    fn warn_about_short_secret(&mut self, keys: &Keys, secret: usize) {
        if !keys.is_short(secret) {
            return;
        }
        let name =
            if keys.count() > 1 { format!("secrets[{secret}]") } else { into_owned_outlined("The secret") };
        let message = format!("{name} has fewer than 16 bytes: who has one delivery can find it by trying.");
        self.findings.issues.push(
            PendingIssue::new(Code::SECRET_SHORT, Severity::Info, Location::Request, message)
                .hint("Let the provider make a new secret, of 32 random bytes if you may choose."),
        );
    }

    /// Checks the time in the body against the tolerance, where the provider has one and the signature covers it.
    pub(super) fn check_time(&mut self, document: &Document<'b>) -> Result<(), Code> {
        let webhook = self.webhook;
        let (Some(time), Some(verified @ Outcome::Verified { .. })) =
            (&webhook.provider.signed_time, self.findings.signature)
        else {
            return Ok(());
        };
        let Some(ActiveScheme { scheme, keys, .. }) = webhook.select(self.delivery) else {
            return Ok(());
        };
        let timestamp = time.parse(document.root());
        let outcome = match timestamp {
            Ok(timestamp) => {
                verified.within_tolerance(timestamp, self.now.as_millis(), u64::from(self.options.tolerance))
            }
            Err(None) => Outcome::TimestampMissing,
            Err(Some(_)) => Outcome::TimestampMalformed,
        };
        let Err(code) = outcome.accepted() else { return Ok(()) };
        let mut issue = scheme.issue(&outcome, code, keys);
        if let Err(value) = timestamp {
            let pointer: &str = &time.pointer;
            let state = if value.is_some() { "malformed" } else { "missing" };
            issue.message = format!("The signed timestamp at {pointer} is {state}.");
            issue.hint = Some(format!(
                "Let the sender write the time of sending at {pointer}: without it, a replay cannot be recognized."
            ));
            issue.location = value.unwrap_or_else(|| nearest(document.root(), pointer)).location();
            issue.expected = Some(if time.unit.is_number() {
                format!("a whole number of {}", time.unit.description())
            } else {
                into_owned_outlined(time.unit.description())
            });
            issue.received = value.map(|value| value.kind().name().to_owned());
        }
        self.name_unit(&mut issue, &time.text(document.root()).unwrap_or_default(), time.unit);
        self.findings.signature = Some(outcome);
        Err(self.reject(issue))
    }
}

/// The state of a signature that the evaluation did not reach, because the body is over the size limit.
pub(crate) fn unread_signature<'d>(webhook: &'d Webhook, delivery: &'d Delivery<'_>) -> Outcome<'d> {
    match webhook.select(delivery) {
        // What a large body has at a source is not known.
        Some(active) if is_source(active.scheme.header()) || active.scheme.is_present(&delivery.headers) => {
            Outcome::NotCompared
        }
        Some(_) if !webhook.allow_unsigned => Outcome::Missing,
        _ => Outcome::Unsigned,
    }
}
