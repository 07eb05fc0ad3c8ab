//! What a definition says about sending: whether a signature expires, and which headers belong to the provider.

use super::{NamedScheme, Provider};
use crate::signature::{SignatureScheme, is_source};

/// Whether receivers reject a signature after a while, and how a sender renews it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureExpiry {
    /// No time is signed: every attempt can carry the same signature.
    Never,
    /// The signed time is in a header: another signature over the same body renews it.
    ByHeader,
    /// The signed time is in the body: only another body has another time.
    ByBody,
}

impl SignatureExpiry {
    /// The name that JavaScript uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::ByHeader => "by-header",
            Self::ByBody => "by-body",
        }
    }
}

impl Provider {
    /// Whether the provider's signatures expire.
    ///
    /// ```
    /// use hookseal::provider::{Provider, SignatureExpiry, definition};
    ///
    /// let expiry = |id| Provider::from_json(definition(id).unwrap().as_bytes()).unwrap().signature_expiry();
    /// assert_eq!(expiry("github"), SignatureExpiry::Never);
    /// assert_eq!(expiry("stripe"), SignatureExpiry::ByHeader); // t=1492774577,v1=...
    /// assert_eq!(expiry("linear"), SignatureExpiry::ByBody); // "webhookTimestamp"
    /// ```
    #[must_use]
    pub fn signature_expiry(&self) -> SignatureExpiry {
        match self.scheme() {
            // A token is valid for some minutes.
            None if self.schemes.iter().any(|named| matches!(named.scheme, SignatureScheme::Jwt(_))) => {
                SignatureExpiry::ByHeader
            }
            Some(_) if self.signed_time.is_some() => SignatureExpiry::ByBody,
            Some(scheme) if scheme.timestamp_header().is_some_and(is_source) => SignatureExpiry::ByBody,
            Some(scheme) if scheme.has_timestamp() => SignatureExpiry::ByHeader,
            _ => SignatureExpiry::Never,
        }
    }

    /// The headers with a token, which is a secret: never stored, and never sent to another origin.
    #[must_use]
    pub fn token_headers(&self) -> Vec<&str> {
        let is_token = |named: &&NamedScheme| matches!(named.scheme, SignatureScheme::Token(_));
        let headers = self.schemes.iter().filter(is_token).map(|named| named.scheme.header());
        headers.filter(|name| !is_source(name)).collect()
    }

    /// The headers that the provider itself puts on a delivery, and that are no secrets: its signature, timestamp and ids.
    #[must_use]
    pub fn own_headers(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for scheme in self.schemes.iter().filter_map(|named| named.scheme.signing()) {
            names.push(scheme.header());
            names.extend(scheme.timestamp_header());
            names.extend(scheme.definition().id_header.as_deref());
        }
        let is_jwt = |named: &&NamedScheme| matches!(named.scheme, SignatureScheme::Jwt(_));
        names.extend(self.schemes.iter().filter(is_jwt).map(|named| named.scheme.header()));
        for name in [&self.webhook_id, &self.delivery_id] {
            names.extend(name.as_deref());
        }
        names.extend(self.other_header_names());
        names.retain(|name| !is_source(name));
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_headers_are_those_of_the_signature_and_the_ids() {
        let headers = |id| {
            let provider = Provider::from_json(super::super::definition(id).unwrap().as_bytes()).unwrap();
            provider.own_headers().into_iter().map(str::to_ascii_lowercase).collect::<Vec<_>>()
        };
        assert_eq!(headers("openai"), ["webhook-signature", "webhook-timestamp", "webhook-id", "webhook-id"]);
        assert_eq!(
            headers("painchek"),
            ["x-painchek-wh-signature", "x-painchek-webhook-id", "x-painchek-wh-delivery-id"]
        );
        assert!(headers("xon").is_empty());
    }
}
