//! `verify`: an accepted delivery, or the reason for its rejection.

use std::borrow::Cow;

use super::evaluate::{Evaluation, EvaluationMode};
use super::{AcceptedDelivery, Error, SignatureInfo, Timestamp, Verified, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::json::sort_by;
use crate::provider::{HandshakeMethod, IdempotencySource, KeySource, RequestSource};
use crate::signature::{Scheme, is_source};

impl Webhook {
    /// Checks the signature, the JSON, the envelope, the contract and the rules of a delivery.
    ///
    /// # Errors
    /// The reason for the rejection, with all issues.
    pub fn verify<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'b>, Error> {
        self.verify_with(delivery, now, &self.verify_options)
    }

    /// The same as [`verify`](Self::verify), which panics for no delivery either: the two differ in JavaScript only.
    ///
    /// # Errors
    /// The reason for the rejection, with all issues.
    pub fn check<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'b>, Error> {
        self.verify(delivery, now)
    }

    /// Like [`verify`](Self::verify), with other options than the webhook's own.
    ///
    /// # Errors
    /// The reason for the rejection, with all issues.
    pub fn verify_with<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp>,
        options: &VerifyOptions,
    ) -> Result<Verified<'b>, Error> {
        match self.evaluate(delivery, now.into(), options, EvaluationMode::UntilRejected) {
            Evaluation::Accepted { accepted, mut findings } => Ok(Verified {
                unknown: accepted.event.is_none() && self.provider.batch.is_none(),
                items: self.list_items(delivery, accepted.document.root(), &accepted.id),
                event_type: accepted.event_type.into_owned(),
                id: accepted.id,
                webhook_id: accepted.webhook_id.map(str::to_owned),
                delivery_id: accepted.delivery_id.map(str::to_owned),
                created_at: accepted.created_at.map(Cow::into_owned),
                revision: findings.revision_name(self).map(str::to_owned),
                scheme: match accepted.signature {
                    SignatureInfo::Unsigned => None,
                    _ => self.provider.schemes.get(accepted.scheme).and_then(|scheme| scheme.name.clone()),
                },
                signature: accepted.signature,
                issues: findings.take_issues(Some(&accepted.document)),
                document: accepted.document,
            }),
            Evaluation::Rejected { code, document, mut findings } => {
                let mut error = findings.error(code, document.as_ref());
                error.issues = findings.take_issues(document.as_ref());
                Err(error)
            }
        }
    }

    /// Like [`verify_with`](Self::verify_with), in less time: collects no issues. The error of a rejected delivery has a code, a
    /// status and a message. After a duplicate key the payload is not validated, and the message counts no other errors.
    ///
    /// # Errors
    /// The reason for the rejection, without issues.
    pub fn verify_fast<'b, 'd>(
        &'d self,
        delivery: &'d Delivery<'b>,
        now: impl Into<Timestamp>,
        options: &VerifyOptions,
    ) -> Result<AcceptedDelivery<'b, 'd>, Error> {
        match self.evaluate(delivery, now.into(), options, EvaluationMode::FailFast) {
            Evaluation::Accepted { accepted, .. } => Ok(accepted),
            Evaluation::Rejected { code, document, findings } => Err(findings.error(code, document.as_ref())),
        }
    }

    /// Whether verifying reads the URL or the method of a delivery.
    #[must_use]
    pub fn requires_target(&self) -> bool {
        let mut schemes = self.provider.schemes.iter().filter_map(|named| named.scheme.signing());
        schemes.any(|scheme| scheme.content.has_url() || scheme.content.has_method())
            || self.provider.schemes.iter().any(|named| named.scheme.is_jwt_with_url())
            || self
                .handshake_sources()
                .chain(self.signed_sources())
                .chain(self.conditions())
                .chain(self.key_sources())
                .any(RequestSource::needs_url)
    }

    /// The sources that tell a handshake from an event.
    fn handshake_sources(&self) -> impl Iterator<Item = &RequestSource> {
        let posts = self.provider.handshakes.iter().filter(|one| one.method == HandshakeMethod::Post);
        posts.flat_map(|handshake| &handshake.when).map(|(source, _)| source)
    }

    /// The sources that decide which scheme a delivery has.
    fn conditions(&self) -> impl Iterator<Item = &RequestSource> {
        self.provider.schemes.iter().flat_map(|named| named.conditions.sources())
    }

    /// The sources of a key's id and URL.
    fn key_sources(&self) -> impl Iterator<Item = &RequestSource> {
        self.provider.key_source.iter().flat_map(KeySource::sources)
    }

    /// The headers that verifying reads, in lower case; `*` among them if the delivery lists which ones are signed.
    #[must_use]
    pub fn required_headers(&self) -> Vec<String> {
        let provider = &self.provider;
        let dedupe = provider.dedupe.iter().filter_map(|source| match source {
            IdempotencySource::Header(name) => Some(name.as_str()),
            _ => None,
        });
        let schemes = provider.schemes.iter().flat_map(|named| {
            let signed = named.scheme.signing().into_iter().flat_map(Scheme::headers);
            [named.scheme.header()].into_iter().chain(signed)
        });
        let mut names: Vec<String> = ["content-type"]
            .into_iter()
            .chain([&provider.webhook_id, &provider.delivery_id].into_iter().flatten().map(String::as_str))
            .chain(provider.envelope.event_type.headers())
            .chain(dedupe)
            .chain(schemes)
            .chain(provider.other_header_names())
            .map(str::to_ascii_lowercase)
            .collect();
        for source in self.handshake_sources().chain(self.conditions()).chain(self.key_sources()) {
            if let RequestSource::Header(name) = source {
                names.push(name.to_ascii_lowercase());
            }
        }
        let is_listed = |scheme: &Scheme| scheme.signed_headers().is_some();
        let has_list = provider.schemes.iter().filter_map(|named| named.scheme.signing()).any(is_listed);
        names.retain(|name| !is_source(name));
        if has_list {
            names.push("*".to_owned());
        }
        sort_by(&mut names, Ord::cmp);
        names.dedup();
        names
    }
}
