//! The check of the Content-Type.

use super::Evaluator;
use crate::delivery::MediaType;
use crate::issue::{Code, Location, PendingIssue, Profile, Severity};
use crate::text::into_owned_outlined;

impl Evaluator<'_, '_, '_> {
    /// A delivery without the header passes: JSON has no other encoding than UTF-8. So does one without a body.
    pub(super) fn check_content_type(&mut self) {
        let provider = &self.webhook.provider;
        let mut values = self.delivery.headers.get_all("content-type");
        let Some(received) = values.next().filter(|_| !self.delivery.body.is_empty()) else { return };
        let (severity, message) = match provider.media_type(received) {
            _ if values.next().is_some() => {
                (Severity::Error, into_owned_outlined("Duplicate header Content-Type."))
            }
            MediaType::Own => return,
            MediaType::Json if self.options.profile == Profile::Lenient => return,
            MediaType::Json => {
                (Severity::Warning, format!("{} sends another Content-Type of JSON.", provider.title))
            }
            MediaType::Other => {
                (Severity::Error, into_owned_outlined("The Content-Type is not one of JSON in UTF-8."))
            }
        };
        let issue = PendingIssue::new(Code::CONTENT_TYPE, severity, Location::Request, message)
            .expected(provider.content_type.clone())
            .hint("Let the sender write its own Content-Type, and every proxy pass it on. Something on the way may have re-encoded the body; the signature covers the original bytes.");
        match severity {
            Severity::Error => drop(self.reject(issue)),
            Severity::Warning | Severity::Info => self.findings.issues.push(issue),
        }
    }
}
