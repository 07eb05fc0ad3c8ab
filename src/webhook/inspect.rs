//! `inspect`: a report on a delivery, accepted or rejected.

use super::digest::digest;
use super::evaluate::{Evaluation, EvaluationMode, Findings, idempotency_key, unread_signature};
use super::{
    HandshakeReport, Report, SignatureInfo, SignatureReport, SignedPart, StageReport, StageState, Timestamp,
    Verdict, VerifyOptions, Webhook,
};
use crate::delivery::{Delivery, is_plain_header};
use crate::issue::{ByteSpan, Code, Issue, Severity, Stage};
use crate::json::{Document, Value};
use crate::signature::{Algorithm, Outcome, Scheme, TemplateValues};
use crate::text::is_plain;

/// Longer header values are cut in a report: their sender does not choose the length of a log line.
const MAX_REPORTED_CHARS: usize = 512;

/// The range of a JavaScript `Date`, in milliseconds: ECMA-262, section 21.4.1.1.
const MAX_DATE_MS: u64 = 8_640_000_000_000_000;

impl Webhook {
    /// Reports everything there is to say about a delivery.
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
    /// // Unlike `verify`, it goes on: the errors of the payload are listed, too.
    /// assert!(report.issues.iter().any(|issue| issue.pointer == "/data"));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    #[must_use]
    pub fn inspect(&self, delivery: &Delivery<'_>, now: impl Into<Timestamp>) -> Report {
        self.inspect_with(delivery, now, &self.verify_options)
    }

    /// Like [`inspect`](Self::inspect), with other options than the webhook's own.
    #[must_use]
    pub fn inspect_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
        options: &VerifyOptions,
    ) -> Report {
        let now = now.into();
        let evaluation = self.evaluate(delivery, now, options, EvaluationMode::Full);
        let (verdict, code, document, mut findings) = match evaluation {
            Evaluation::Accepted { accepted, findings } => {
                let verdict = match accepted.signature {
                    SignatureInfo::Verified { .. } => Verdict::Verified,
                    SignatureInfo::Token { .. } => Verdict::Token,
                    SignatureInfo::Unsigned => Verdict::Unsigned,
                };
                (verdict, None, Some(accepted.document), findings)
            }
            Evaluation::Rejected { code, document, findings } => {
                (Verdict::Rejected, Some(code), document, findings)
            }
        };
        let document = document.as_ref();
        let issues = findings.take_issues(document);
        let header = |name: &Option<String>| {
            let name = self.provider.header_name(findings.scheme, name.as_deref()?);
            let value = delivery.headers.get(name)?;
            is_plain_header(value).then(|| value.to_owned())
        };
        let root = document.map(Document::root);
        let event_type =
            root.and_then(|root| self.provider.envelope.event_type.find(&delivery.headers, root));
        let (event_type, type_source) = event_type.unzip();
        let event_type = event_type.as_deref();
        let key = root.zip(event_type).and_then(|(root, name)| idempotency_key(self, delivery, root, name));
        let (id, source) = key.unzip();
        let is_too_large = code == Some(Code::BODY_TOO_LARGE);
        Report {
            verdict,
            code,
            status: code.map(Code::status),
            stages: self.stages(&findings, document.is_some(), &issues),
            provider: self.provider.id.clone(),
            webhook_id: header(&self.provider.webhook_id),
            delivery_id: header(&self.provider.delivery_id),
            created_at: root.and_then(|root| self.created_at(root)),
            revision: findings.revision_name(self).map(str::to_owned),
            digest: if is_too_large { String::new() } else { digest(delivery.body) },
            signature: self.signature_report(
                self.with_values(delivery, options).as_ref().unwrap_or(delivery),
                &findings,
                root,
                type_source.zip(source),
            ),
            event_type: event_type.map(str::to_owned),
            handshake: self.handshake_report(delivery, now, options),
            items: root.zip(id.as_deref()).and_then(|(root, id)| self.list_items(delivery, root, id)),
            id: id.filter(|id| !id.is_empty()),
            issues,
        }
    }

    fn handshake_report(
        &self,
        delivery: &Delivery<'_>,
        now: Timestamp,
        options: &VerifyOptions,
    ) -> Option<HandshakeReport> {
        let (name, response) = self.find_handshake(delivery, now, options)?;
        let name = name.to_owned();
        Some(match response {
            Ok(response) => HandshakeReport { name, status: response.status, code: None, message: None },
            Err(error) => {
                let message = Some(error.to_string());
                HandshakeReport { name, status: error.status(), code: Some(error.code), message }
            }
        })
    }

    /// The time of the event, as the payload writes it.
    fn created_at(&self, root: Value<'_>) -> Option<String> {
        let text = root.resolve(self.provider.envelope.created_at.as_ref()?)?.as_str()?;
        is_plain(&text).then(|| text.into_owned())
    }

    fn stages(&self, findings: &Findings<'_>, is_json: bool, issues: &[Issue]) -> [StageReport; 6] {
        let is_unknown = issues.iter().any(|issue| issue.code == Code::EVENT_UNKNOWN);
        let has_rules = self.provider.rules.is_on();
        Stage::ALL.map(|name| {
            // The highest severity: errors are first in the order of `Severity`.
            let highest =
                issues.iter().filter(|issue| issue.stage == Some(name)).map(|issue| issue.severity).min();
            let state = match (name, highest) {
                (_, Some(Severity::Error)) => StageState::Failed,
                (Stage::Signature, _) if self.provider.schemes.is_empty() => StageState::NotApplicable,
                (Stage::Signature, _) if findings.signature.is_none() => StageState::NotReached,
                (Stage::Signature, _) if findings.signature == Some(Outcome::Unsigned) => StageState::Warned,
                (Stage::Json | Stage::Envelope, _) if !is_json => StageState::NotReached,
                (Stage::Contract, _) if findings.event.is_none() && !findings.has_items => {
                    if is_unknown {
                        StageState::NotApplicable
                    } else {
                        StageState::NotReached
                    }
                }
                (Stage::Rules, _) if !has_rules || is_unknown => StageState::NotApplicable,
                (Stage::Rules, _) if !findings.has_run_rules => StageState::NotReached,
                (_, Some(Severity::Warning)) => StageState::Warned,
                _ => StageState::Passed,
            };
            StageReport { name, state }
        })
    }

    fn signature_report(
        &self,
        delivery: &Delivery<'_>,
        findings: &Findings<'_>,
        root: Option<Value<'_>>,
        sources: Option<(usize, usize)>,
    ) -> SignatureReport {
        let outcome = findings.signature.unwrap_or_else(|| unread_signature(self, delivery));
        let mut report = SignatureReport {
            status: outcome.status(),
            scheme: None,
            header: None,
            algorithm: outcome.algorithm().map(Algorithm::name),
            received: None,
            tag: findings.tag.as_deref().map(shortened),
            timestamp: None,
            secret: outcome.secret(),
            covers: None,
            uncovered: Vec::new(),
            signed_content: None,
            parts: Vec::new(),
        };
        let selected = self.select(delivery).map_or(0, |active| active.index);
        let Some(named) = self.provider.schemes.get(selected) else { return report };
        report.covers = outcome.secret().filter(|_| outcome.code().is_none()).map(|_| named.coverage.part);
        if let Some((type_source, key_source)) = sources
            && report.covers.is_some()
        {
            report.uncovered = named.coverage.uncovered(type_source, key_source).names();
        }
        report.scheme.clone_from(&named.name);
        report.header = Some(named.scheme.header().to_owned());
        // SECURITY: nothing of a token is reported, since it may be the secret.
        let Some(scheme) = named.scheme.signing() else { return report };
        report.received = delivery.headers.get(scheme.header()).map(shortened);
        report.signed_content = Some(scheme.signed_content().to_owned());
        let signed_time = self.provider.signed_time.as_ref().zip(root);
        let body_timestamp = signed_time.and_then(|(time, root)| time.parse(root).ok());
        let values = scheme.reported_values(delivery, findings.received);
        report.describe_content(scheme, &values, body_timestamp);
        report
    }
}

impl SignatureReport {
    /// Adds the parts of the signed content, and the signed time.
    fn describe_content(
        &mut self,
        scheme: &Scheme,
        values: &TemplateValues<'_>,
        body_timestamp: Option<i64>,
    ) {
        let timestamp = body_timestamp.or_else(|| scheme.parse_timestamp(values.timestamp));
        self.timestamp = timestamp.and_then(|ms| u64::try_from(ms).ok()).filter(|ms| *ms <= MAX_DATE_MS);
        let mut end = 0;
        for (placeholder, bytes) in scheme.content.named_parts(values) {
            let start = end;
            end += bytes.map_or(0, <[u8]>::len);
            // A report contains no value of a payload, no setting, and no headers that the definition does not name.
            let is_hidden = |name: &str| {
                matches!(name, "body" | "form" | "headers")
                    || ["/", "form:", "setting:"].iter().any(|start| name.starts_with(start))
            };
            let value = bytes
                .filter(|_| !placeholder.as_deref().is_some_and(is_hidden))
                .map(|bytes| shortened(&String::from_utf8_lossy(bytes)));
            self.parts.push(SignedPart { placeholder, value, span: bytes.map(|_| ByteSpan { start, end }) });
        }
    }
}

/// A text of the delivery, cut after [`MAX_REPORTED_CHARS`].
#[inline(never)]
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_REPORTED_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
