//! The evaluation of a delivery: size, signature, JSON, envelope, contract and rules, in this order. Every verb that
//! returns a verdict on a delivery reads an [`Evaluation`].

mod content_type;
mod findings;
mod identity;
mod items;
mod payload;
mod signature;

use super::{AcceptedDelivery, CoveredPart, SignatureInfo, Timestamp, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::issue::{ByteSpan, Code, Issue, Location, PendingIssue, Severity};
use crate::json::{Document, without_location};
use crate::signature::SignedBy;

pub(crate) use findings::Findings;
pub(crate) use identity::{idempotency_header, idempotency_key, key_text};
pub(crate) use items::item_key;
pub(crate) use signature::unread_signature;

/// The evaluation of a delivery.
pub(crate) enum Evaluation<'b, 'd> {
    /// No check failed.
    Accepted {
        /// The event, its ids, and who signed the delivery.
        accepted: AcceptedDelivery<'b, 'd>,
        /// Warnings, infos, and what a report says of the checks.
        findings: Findings<'d>,
    },
    /// A check failed.
    Rejected {
        /// The reason: the code of the first check that failed.
        code: Code,
        /// The parsed body, if the evaluation came that far.
        document: Option<Document<'b>>,
        /// Everything that was found before the evaluation ended.
        findings: Findings<'d>,
    },
}

/// How far an evaluation goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EvaluationMode {
    /// Stops at the first rejection, and collects no warnings.
    FailFast,
    /// Stops at the first rejection. SECURITY: the payload is not parsed before the signature is verified.
    UntilRejected,
    /// Makes every check, after a rejection too.
    Full,
}

impl Webhook {
    /// Evaluates a delivery.
    pub(crate) fn evaluate<'b, 'd>(
        &'d self,
        delivery: &'d Delivery<'b>,
        now: Timestamp,
        options: &VerifyOptions,
        mode: EvaluationMode,
    ) -> Evaluation<'b, 'd> {
        let form = delivery.form.map(|form| (form, delivery.body));
        let findings = Findings { form, ..Findings::default() };
        Evaluator { webhook: self, delivery, now, options, mode, code: None, findings }.run()
    }
}

/// A delivery whose signature and signed time are valid, or that may be unsigned.
pub(crate) struct Authenticated<'b> {
    /// The parsed body, if it is JSON without duplicate keys.
    pub document: Option<Document<'b>>,
    /// The indexes of the scheme and of the secret that the signature of the body was verified with; `None` for an unsigned
    /// delivery, for a token, which signs nothing, and for a signature over some values of the body.
    pub signer: Option<(usize, usize)>,
}

impl Webhook {
    /// Returns whether signature and signed time of a delivery are valid, whatever else is wrong with it.
    #[cold]
    pub(crate) fn authenticate<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: Timestamp,
        options: &VerifyOptions,
    ) -> Option<Authenticated<'b>> {
        let (document, findings) = match self.evaluate(delivery, now, options, EvaluationMode::FailFast) {
            Evaluation::Accepted { accepted, findings } => (Some(accepted.document), findings),
            Evaluation::Rejected { document, findings, .. } => (document, findings),
        };
        // JSON parsers disagree on the values of such a document.
        let has_duplicate = findings.issues.iter().any(|issue| issue.code == Code::JSON_DUPLICATE_KEY);
        let document = document.filter(|_| !has_duplicate);
        // A signed time in the body was not checked where the body is not JSON.
        if document.is_none() && self.provider.signed_time.is_some() {
            return None;
        }
        let signed_by = findings.signature?.accepted().ok()?;
        let part = self.provider.schemes.get(findings.scheme).map(|named| named.coverage.part);
        let signer = match signed_by {
            Some(SignedBy::Signature { secret, .. }) if part == Some(CoveredPart::Body) => {
                Some((findings.scheme, secret))
            }
            _ => None,
        };
        Some(Authenticated { document, signer })
    }
}

/// One evaluation while it runs.
struct Evaluator<'b, 'd, 'o> {
    webhook: &'d Webhook,
    delivery: &'d Delivery<'b>,
    now: Timestamp,
    options: &'o VerifyOptions,
    mode: EvaluationMode,
    /// The code of the first check that failed.
    code: Option<Code>,
    findings: Findings<'d>,
}

impl<'b, 'd> Evaluator<'b, 'd, '_> {
    fn run(mut self) -> Evaluation<'b, 'd> {
        let body = self.delivery.body;
        if body.len() > self.options.max_bytes {
            let code = self.reject(body_too_large(self.options));
            return self.rejected(code, None);
        }
        if body.is_empty() && self.delivery.form.is_none() {
            let code = self.reject(body_empty());
            if self.is_full() {
                // `code` stays the reason.
                self.check_signature().ok();
                self.check_content_type();
            }
            return self.rejected(code, None);
        }
        let signed_by = self.check_signature();
        if let Err(code) = signed_by
            && !self.is_full()
        {
            return self.rejected(code, None);
        }
        self.check_content_type();
        let parsed = self.form_issue().map_or_else(
            || Document::parse_with_keys(self.delivery.json(), &self.webhook.provider.key_table),
            Err,
        );
        let mut document = match parsed {
            Ok(document) => document,
            Err(issue) => {
                let code = *self.code.get_or_insert(issue.code);
                self.findings.syntax_error = Some(issue);
                return self.rejected(code, None);
            }
        };
        if let Err(code) = self.check_time(&document)
            && !self.is_full()
        {
            return self.rejected(code, Some(document));
        }
        if let Err(code) = self.report_diagnostics(&mut document)
            && self.mode == EvaluationMode::FailFast
        {
            // PERF: validating an object with ten thousand duplicate keys takes longer than finding them.
            self.findings.is_partial = true;
            return self.rejected(code, Some(document));
        }
        let first_issue = self.findings.issues.len();
        let event_type = self.check_event(&document);
        let identity = self.check_identity(
            &document,
            event_type.as_ref().map(|found| (&*found.0, found.1)).map_err(|code| *code),
        );
        self.classify_payload_issues(&document, first_issue);
        // The first failure is the reason.
        let parts = match self.code {
            Some(code) => Err(code),
            None => signed_by.and_then(|signed_by| Ok((signed_by, event_type?, identity?))),
        };
        let (signed_by, (event_type, _), mut identity) = match parts {
            Ok(parts) => parts,
            Err(code) => return self.rejected(code, Some(document)),
        };
        let signature = match signed_by {
            Some(SignedBy::Token { secret }) => SignatureInfo::Token { secret },
            Some(SignedBy::Signature { algorithm, secret }) => SignatureInfo::Verified {
                algorithm,
                secret,
                covers: self.webhook.provider.schemes[self.findings.scheme].coverage.part,
                uncovered: identity.uncovered,
            },
            None => SignatureInfo::Unsigned,
        };
        let accepted = AcceptedDelivery {
            id: identity.take_id(&event_type, body),
            event_type,
            webhook_id: identity.webhook_id,
            delivery_id: identity.delivery_id,
            created_at: identity.created_at,
            event: self.findings.event,
            revision: self.findings.revision,
            signature,
            scheme: self.findings.scheme,
            is_ascii: document.is_ascii(),
            document,
        };
        Evaluation::Accepted { accepted, findings: self.findings }
    }

    /// Returns why a body that is a form has no payload.
    fn form_issue(&self) -> Option<Box<Issue>> {
        let Delivery { form: None, body, .. } = self.delivery else { return None };
        let issue = self.webhook.provider.read_form(self.delivery)?.err();
        Some(issue.unwrap_or_else(|| {
            let message =
                "The body is a form. Pass its payload: `Webhook::read_form`, `Delivery::with_form`.";
            let span = ByteSpan { start: 0, end: body.len() };
            let pending = PendingIssue::new(Code::FORM_SYNTAX, Severity::Error, Location::Request, message);
            Box::new(Issue { byte_span: span, ..without_location(pending) })
        }))
    }

    fn is_full(&self) -> bool {
        self.mode == EvaluationMode::Full
    }

    /// Adds an error. Returns the reason for the rejection: the code of the first error.
    #[cold]
    fn reject(&mut self, issue: PendingIssue) -> Code {
        let code = *self.code.get_or_insert(issue.code);
        self.findings.issues.push(issue);
        code
    }

    #[cold]
    fn rejected(self, code: Code, document: Option<Document<'b>>) -> Evaluation<'b, 'd> {
        Evaluation::Rejected { code, document, findings: self.findings }
    }
}

/// The issue of a body over the size limit.
pub(super) fn body_too_large(options: &VerifyOptions) -> PendingIssue {
    let message = format!("The body is larger than the limit of {} bytes.", options.max_bytes);
    PendingIssue::new(Code::BODY_TOO_LARGE, Severity::Error, Location::Request, message).hint(concat!(
        "Raise `",
        option!(max_bytes),
        "` if the provider really sends bodies this large."
    ))
}

fn body_empty() -> PendingIssue {
    PendingIssue::new(Code::BODY_EMPTY, Severity::Error, Location::Request, "The body has no bytes.").hint(
        "A body can be read once: something before this call has consumed the stream. Keep the raw bytes where they are first read.",
    )
}
