//! `inspect`: everything there is to say about a delivery, whatever its state.

use std::fmt;

use serde::Serialize;

use super::evaluate::{EvaluationMode, digest, idempotency_key};
use super::{Evaluation, SignatureResult, Timestamp, VerifyOptions, Webhook};
use crate::delivery::{Delivery, is_plain_header};
use crate::issue::{Code, Issue, Severity, Stage};
use crate::signature::{Algorithm, Outcome, VerificationStatus};

/// What a delivery is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Signed, and in order.
    Verified,
    /// In order, and nobody vouches for it.
    Unsigned,
    /// Not to be handled.
    Rejected,
}

/// The state of one stage of checking a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StageReport {
    /// Which stage.
    pub name: Stage,
    /// How it ended.
    pub state: StageState,
}

/// How a stage of checking a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// Evaluated, and nothing speaks against the delivery.
    Passed,
    /// Evaluated, with an error.
    Failed,
    /// Evaluated, with a warning; or a signature that nobody checked.
    Warned,
    /// Not evaluated, since an earlier stage failed.
    NotReached,
    /// There is nothing to evaluate: the provider signs nothing, has no rules, or no contract for this event type.
    NotApplicable,
}

/// Everything there is to say about a delivery. The ids and the time of the event are values of the
/// payload: `Debug` leaves them out, the fields have them.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What it is worth.
    pub verdict: Verdict,
    /// The reason for the rejection; `None` where the delivery is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The state of every stage, in order. Unlike `verify`, an inspection goes on after the first failure.
    pub stages: [StageReport; 6],
    /// The provider's id.
    pub provider: String,
    /// The event type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// The idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The id of the subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<String>,
    /// The id of the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
    /// When the event was made, as the payload says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The revision of the contract the payload follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The SHA-256 of the raw body, hex; empty for a body over the limit, which is not read.
    pub digest: String,
    /// What is known about the signature.
    pub signature: SignatureReport,
    /// Everything that was found, sorted by place.
    pub issues: Vec<Issue>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("verdict", &self.verdict)
            .field("code", &self.code)
            .field("stages", &self.stages)
            .field("provider", &self.provider)
            .field("event_type", &self.event_type)
            .field("revision", &self.revision)
            .field("digest", &self.digest)
            .field("signature", &self.signature)
            .field("issues", &self.issues)
            .finish_non_exhaustive()
    }
}

/// The state of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureStatus {
    /// Made with one of the secrets.
    Verified,
    /// There is none, and the receiver allows that.
    Unsigned,
    /// There is none.
    Missing,
    /// There is one, and it could not be compared: it does not have the provider's form, or the body is
    /// too large to be read.
    Malformed,
    /// It was not made over these bytes with any of the secrets.
    Mismatch,
    /// It was, too long ago or too far ahead.
    Stale,
}

/// What is known about a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureReport {
    /// Its state.
    pub status: SignatureStatus,
    /// The header it is expected in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The algorithm it names or was verified with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<&'static str>,
    /// The header as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// Which secret it was made with, by its place in the options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<usize>,
    /// What a signature that was verified covers: `body`, the whole of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<&'static str>,
    /// What of the event type and the idempotency key is outside of it: `type`, `id`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<&'static str>,
    /// The formula of what is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_content: Option<String>,
}

/// A longer header is cut in the report: its sender does not choose how long a log line is.
const MAX_REPORTED_HEADER_CHARS: usize = 512;

impl Webhook {
    /// Says everything there is to say about a delivery.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{WebhookOptions, SignatureStatus, Timestamp, Verdict, Webhook};
    ///
    /// let secrets = vec!["the secret of the subscription".to_owned().into()];
    /// let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    /// let delivery = Delivery::new(Headers::new(), br#"{"event":"assessment_add","data":{}}"#);
    /// let report = hook.inspect(&delivery, Timestamp::from_millis(0));
    /// assert_eq!(report.verdict, Verdict::Rejected);
    /// assert_eq!(report.signature.status, SignatureStatus::Missing);
    /// // It goes on where `verify` stops: the payload's own faults are listed, too.
    /// assert!(report.issues.iter().any(|issue| issue.pointer == "/data"));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    #[must_use]
    pub fn inspect(&self, delivery: &Delivery<'_>, now: impl Into<Timestamp>) -> Report {
        self.inspect_with(delivery, now, &self.limits)
    }

    /// The same, with other limits than the webhook's own.
    #[must_use]
    pub fn inspect_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
        limits: &VerifyOptions,
    ) -> Report {
        let mut judgement = self.evaluate(delivery, now.into(), limits, EvaluationMode::Full);
        let issues = judgement.issues();
        let header = |name: &Option<String>| {
            let value = delivery.headers.get(name.as_deref()?)?;
            is_plain_header(value).then(|| value.to_owned())
        };
        let root = judgement.document.as_ref().map(|document| document.root());
        let event_type =
            root.and_then(|root| self.provider.envelope.event_type.find(&delivery.headers, root));
        let event_type = event_type.as_deref();
        let key = root.zip(event_type).and_then(|(root, name)| idempotency_key(self, delivery, root, name));
        let (id, way) = key.unzip();
        Report {
            verdict: match (judgement.rejection, &judgement.signature) {
                (None, Some(SignatureResult::Outcome(Outcome::Verified { .. }))) => Verdict::Verified,
                (None, Some(SignatureResult::Unsigned)) => Verdict::Unsigned,
                _ => Verdict::Rejected,
            },
            code: judgement.rejection,
            stages: self.stages(&judgement, &issues),
            provider: self.provider.id.clone(),
            id: id.filter(|id| !id.is_empty()),
            webhook_id: header(&self.provider.webhook_id),
            delivery_id: header(&self.provider.delivery_id),
            created_at: root.and_then(|root| self.created_at(root)),
            revision: judgement.revision_name(self).map(str::to_owned),
            digest: if judgement.rejection == Some(Code::BODY_TOO_LARGE) {
                String::new()
            } else {
                digest(delivery.body)
            },
            signature: self.signature_report(delivery, judgement.signature.as_ref(), way),
            event_type: event_type.map(str::to_owned),
            issues,
        }
    }

    fn stages(&self, judgement: &Evaluation<'_, '_>, issues: &[Issue]) -> [StageReport; 6] {
        let is_read = judgement.document.is_some();
        let is_unknown = issues.iter().any(|issue| issue.code == Code::EVENT_UNKNOWN);
        let has_rules = self.provider.rules.is_on();
        Stage::ALL.map(|name| {
            let worst =
                issues.iter().filter(|issue| issue.stage == Some(name)).map(|issue| issue.severity).min();
            let is_checked = matches!(judgement.signature, Some(SignatureResult::Outcome(_)));
            let state = match (name, worst) {
                (_, Some(Severity::Error)) => StageState::Failed,
                (Stage::Signature, _) if self.provider.scheme.is_none() => StageState::NotApplicable,
                (Stage::Signature, _) if judgement.signature.is_none() => StageState::NotReached,
                (Stage::Signature, _) if !is_checked => StageState::Warned,
                (Stage::Json | Stage::Envelope, _) if !is_read => StageState::NotReached,
                (Stage::Contract, _) if judgement.event.is_none() && !is_unknown => StageState::NotReached,
                (Stage::Contract, _) if judgement.event.is_none() => StageState::NotApplicable,
                (Stage::Rules, _) if !has_rules || is_unknown => StageState::NotApplicable,
                (Stage::Rules, _) if !judgement.has_run_rules => StageState::NotReached,
                (_, Some(Severity::Warning)) => StageState::Warned,
                _ => StageState::Passed,
            };
            StageReport { name, state }
        })
    }

    fn signature_report(
        &self,
        delivery: &Delivery<'_>,
        signature: Option<&SignatureResult<'_>>,
        way: Option<usize>,
    ) -> SignatureReport {
        let scheme = self.provider.scheme.as_ref();
        let (status, algorithm, secret) = match signature {
            Some(SignatureResult::Outcome(outcome)) => {
                let status = match outcome.status() {
                    VerificationStatus::Verified => SignatureStatus::Verified,
                    VerificationStatus::Missing => SignatureStatus::Missing,
                    VerificationStatus::MalformedReason => SignatureStatus::Malformed,
                    VerificationStatus::Mismatch => SignatureStatus::Mismatch,
                    VerificationStatus::Stale => SignatureStatus::Stale,
                };
                (status, outcome.algorithm().map(Algorithm::name), outcome.secret())
            }
            Some(SignatureResult::Unsigned) => (SignatureStatus::Unsigned, None, None),
            // Without a look at the signature, because the body is too large.
            None => {
                let sent = scheme.is_some_and(|scheme| delivery.headers.get(scheme.header()).is_some());
                let status = match &self.keys {
                    Some(_) if sent => SignatureStatus::Malformed,
                    Some(_) if !self.allow_unsigned => SignatureStatus::Missing,
                    _ => SignatureStatus::Unsigned,
                };
                (status, None, None)
            }
        };
        let received = scheme.and_then(|scheme| delivery.headers.get(scheme.header())).map(|text| {
            let short: String = text.chars().take(MAX_REPORTED_HEADER_CHARS).collect();
            if short.len() < text.len() { format!("{short}…") } else { short }
        });
        let is_verified = status == SignatureStatus::Verified;
        let uncovered = way.filter(|_| is_verified).map(|way| self.provider.coverage.uncovered(way).names());
        SignatureReport {
            covers: is_verified.then_some("body"),
            uncovered: uncovered.unwrap_or_default(),
            status,
            header: scheme.map(|scheme| scheme.header().to_owned()),
            algorithm,
            received,
            secret,
            signed_content: scheme.map(|scheme| scheme.signed_content().to_owned()),
        }
    }
}
