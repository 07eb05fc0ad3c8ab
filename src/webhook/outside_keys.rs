//! Keys from outside: which public key a delivery needs, and the keys that come with it. The core fetches nothing.

use super::{ActiveScheme, Error, Webhook, no_public_keys};
use crate::delivery::Delivery;
use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::Document;
use crate::provider::{KeySource, Refused, RequestParts, RequestSource, usable_id};
use crate::signature::{Keys, Outcome, PublicKeyCheck, Secret, SecretError, SignatureScheme};

/// The public key that a delivery needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KeyNeed {
    /// The id of the key, if the delivery names one. SECURITY: the sender chooses it, and nothing is verified yet.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub kid: Option<String>,
    /// The URL of the key, if the provider or the delivery names one. A URL of the delivery is at an allowed host.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub url: Option<String>,
    /// How the source has its keys: `jwks`, `jwk`, `certificate`, `pem`.
    #[cfg_attr(feature = "serde", serde(rename = "as"))]
    pub format: &'static str,
}

/// The keys of a delivery, or why it has none.
pub(super) enum OutsideKeys {
    /// The webhook has the keys.
    Own,
    OfDelivery(Keys),
    Refused,
    /// A text is no key.
    Invalid(SecretError),
}

impl Webhook {
    /// Returns the public key that a delivery needs; `None` if the webhook has the keys, and for a delivery that no key would make
    /// valid, such as one without a signature. Pass the key with [`Delivery::with_keys`].
    ///
    /// # Errors
    /// `key-source-refused` for a delivery whose key is not at an allowed host.
    pub fn needs(&self, delivery: &Delivery<'_>) -> Result<Option<KeyNeed>, Error> {
        let Some(source) = &self.provider.key_source else { return Ok(None) };
        let values = self.with_values(delivery, &self.verify_options);
        let delivery = values.as_ref().unwrap_or(delivery);
        let Some(active) = self.select(delivery).filter(|active| active.keys.count() == 0) else {
            return Ok(None);
        };
        // Without keys, every signature that can be compared is a mismatch.
        if !matches!(active.scheme.verify(active.keys, delivery, 0, 0), Outcome::Mismatch { .. }) {
            return Ok(None);
        }
        self.find_need(source, active, delivery).map(Some).map_err(|Refused| {
            let issue =
                active.scheme.issue(&Outcome::KeySourceRefused, Code::KEY_SOURCE_REFUSED, active.keys);
            Error::new(Code::KEY_SOURCE_REFUSED, issue.message).with_hint(issue.hint.as_deref())
        })
    }

    /// Whether deliveries can need keys from outside.
    #[must_use]
    pub fn needs_keys(&self) -> bool {
        let is_empty = |keys: &Option<Keys>| keys.as_ref().is_some_and(|keys| keys.count() == 0);
        self.provider.key_source.is_some() && self.keys.iter().any(is_empty)
    }

    fn find_need(
        &self,
        source: &KeySource,
        active: ActiveScheme<'_>,
        delivery: &Delivery<'_>,
    ) -> Result<KeyNeed, Refused> {
        let is_in_body = source.sources().any(RequestSource::is_in_body)
            && delivery.body.len() <= self.verify_options.max_bytes;
        let document = if is_in_body { Document::parse(delivery.json()).ok() } else { None };
        let request = RequestParts { delivery, root: document.as_ref().map(Document::root) };
        let kid = match active.scheme {
            SignatureScheme::Jwt(scheme) => scheme.key_id(&delivery.headers).as_deref().and_then(usable_id),
            _ => source.id(&request),
        };
        Ok(KeyNeed { kid, url: source.url(&request)?, format: source.format.name() })
    }

    /// Returns the keys that come with a delivery. SECURITY: keys of the webhook come first, and a delivery whose key is at another
    /// host is refused, whichever keys come with it.
    #[inline(never)]
    pub(super) fn outside_keys(&self, active: ActiveScheme<'_>, delivery: &Delivery<'_>) -> OutsideKeys {
        let Some(source) = self.provider.key_source.as_ref().filter(|_| active.keys.count() == 0) else {
            return OutsideKeys::Own;
        };
        let Ok(need) = self.find_need(source, active, delivery) else { return OutsideKeys::Refused };
        let mut secrets = Vec::new();
        for text in &delivery.keys {
            let format = active.scheme.secret_format();
            match Secret::parse_public_keys(text, format, active.keys.algorithms(), need.kid.as_deref()) {
                Ok(more) => secrets.extend(more),
                Err(error) => return OutsideKeys::Invalid(error),
            }
        }
        OutsideKeys::OfDelivery(active.keys.with_outside(&secrets))
    }

    /// Returns the issue of keys that are none, or that nothing here verifies with, for a signature that does not match.
    #[cold]
    pub(super) fn outside_keys_issue(keys: &Keys) -> Option<PendingIssue> {
        Some(match keys.find_rejected_public_key()? {
            (_, PublicKeyCheck::Unavailable) => {
                let error = no_public_keys();
                let mut issue =
                    PendingIssue::new(error.code, Severity::Error, Location::Request, error.to_string());
                issue.hint = error.issues.into_iter().find_map(|issue| issue.hint);
                issue
            }
            _ => invalid_key_issue(&SecretError::rejected_public_key()),
        })
    }
}

/// The issue of a text that is no key.
#[cold]
pub(super) fn invalid_key_issue(error: &SecretError) -> PendingIssue {
    let mut issue = PendingIssue::new(error.code(), Severity::Error, Location::Request, error.to_string());
    issue.hint = error.hint().map(str::to_owned);
    issue
}
