//! Signs a body: makes the headers that verification reads.

use std::fmt;

use super::keys::NO_SECRET;
use super::template::{HEADER_NAMES, HEADER_VALUES, TemplateValues, is_source};
use super::{Algorithm, Keys, Outcome, Scheme, Signer};
use crate::delivery::{Delivery, Headers};
use crate::issue::Code;

/// The inputs of a signature other than the body. Time and ids are parameters, because the core has no clock.
#[derive(Clone, Debug, Default)]
pub struct SignContext<'a> {
    /// The time of signing, in milliseconds since 1970. Used only where the scheme has a timestamp.
    pub now: i64,
    /// The message id, for schemes that sign an id.
    pub id: Option<&'a str>,
    /// The other headers of the delivery, for schemes that sign some of them.
    pub headers: Headers<'a>,
    /// The URL of the receiver, for schemes that sign the URL.
    pub url: Option<&'a str>,
    /// The method, for schemes that sign the method.
    pub method: Option<&'a str>,
    /// Signs with a private key, for schemes with public keys.
    pub signer: Option<&'a Signer>,
}

impl SignContext<'_> {
    /// A context with the time of signing only, in milliseconds since 1970.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self { now, ..Self::default() }
    }
}

impl Scheme {
    /// Makes the signature header, and the headers of timestamp and id if the scheme has them. Signs with the first
    /// secret and the first accepted algorithm.
    ///
    /// # Errors
    /// If the context lacks a value that the scheme signs.
    pub fn sign(
        &self,
        keys: &Keys,
        body: &[u8],
        context: &SignContext<'_>,
    ) -> Result<Vec<(String, String)>, SignError> {
        if keys.are_public() && context.signer.is_none() {
            return Err(SignError::PublicKey);
        }
        let timestamp = if self.has_timestamp() {
            self.timestamp_unit().format(context.now).ok_or(SignError::Time)?
        } else {
            String::new()
        };
        let mut headers = Vec::new();
        if let Some(name) = self.timestamp_header() {
            headers.push((name.to_owned(), timestamp.clone()));
        }
        if let (Some(name), Some(id)) = (&self.definition().id_header, context.id) {
            // Receivers and their runtimes disagree on header values other than visible ASCII.
            if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(SignError::InvalidHeaderValue(name.clone()));
            }
            headers.push((name.clone(), id.to_owned()));
        }

        let (names, values) = self.list_headers(&mut headers, &context.headers)?;
        let mut signed_headers = with_headers(&headers, &context.headers);
        if self.signed_headers().is_some() {
            signed_headers.push(HEADER_NAMES, names.as_str());
            signed_headers.push(HEADER_VALUES, values);
        }
        let delivery =
            Delivery { url: context.url, method: context.method, ..Delivery::new(signed_headers, body) };
        let values = self.values(&delivery).map_err(|outcome| self.to_sign_error(outcome))?;

        let values = TemplateValues { timestamp: &timestamp, ..values };
        let format = |algorithm, digest: &[u8]| self.format.format(algorithm, digest, &timestamp, &names);
        let signature = if keys.are_public() {
            let message: Vec<u8> = self.content.parts(&values).flatten().copied().collect();
            let made = context.signer.and_then(|signer| signer.sign(keys, &message));
            let (algorithm, digest) = made.ok_or_else(|| SignError::of_private_key(keys))?;
            format(algorithm, &digest)
        } else {
            let (_, key) = keys.iter().next().ok_or(SignError::NoKey)?;
            let mut mac = key.start();
            self.content.feed(&mut mac, &values);
            format(key.algorithm(), mac.finish().as_bytes())
        };
        headers.insert(0, (self.header().to_owned(), signature));
        Ok(headers)
    }

    /// Lists the headers that a new signature covers, in a header of the list if there is one. Returns the list, and what is
    /// signed of the headers.
    #[inline(never)]
    fn list_headers(
        &self,
        headers: &mut Vec<(String, String)>,
        others: &Headers<'_>,
    ) -> Result<(String, String), SignError> {
        let Some(signed) = self.signed_headers() else { return Ok(Default::default()) };
        let names = signed.names_of(&with_headers(headers, others), self.header());
        if let Some(list) = &signed.list {
            headers.push((list.clone(), names.clone()));
        }
        let text = signed.text(&with_headers(headers, others), &names).ok().flatten();
        match text {
            Some(text) => Ok((names, text)),
            None => Err(SignError::Header(signed.required.join(", "))),
        }
    }

    fn to_sign_error(&self, outcome: Outcome<'_>) -> SignError {
        match outcome {
            Outcome::HeaderMissing { name } if self.definition().id_header.as_deref() == Some(name) => {
                SignError::Id
            }
            Outcome::HeaderMissing { name } => SignError::Header(name.to_owned()),
            Outcome::UrlMissing => SignError::Url,
            Outcome::MethodMissing => SignError::Method,
            Outcome::BodyMalformed => SignError::Body,
            Outcome::Malformed { header, .. } => SignError::InvalidHeaderValue(header.to_owned()),
            _ => SignError::Time,
        }
    }
}

/// Returns the headers of a signature, and others that it does not replace.
fn with_headers<'a>(headers: &'a [(String, String)], others: &'a Headers<'_>) -> Headers<'a> {
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut all: Headers<'a> = pairs.collect();
    for (name, value) in others.iter() {
        all.push(name, value);
    }
    all
}

/// Why a body cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The time is before 1970, or the scheme cannot express the time as a timestamp.
    Time,
    /// The scheme signs an id, and the context has none.
    Id,
    /// The scheme signs a header that the context lacks.
    Header(String),
    /// A header value cannot be sent: not visible ASCII, more than 8 KiB, contains the separator of the signed content, or
    /// differs between occurrences.
    InvalidHeaderValue(String),
    /// The scheme signs the URL, and the context has none.
    Url,
    /// The scheme signs the method, and the context has none.
    Method,
    /// The scheme signs the URL next to the body, and the body is no JSON object or array, or has white space next to the URL.
    Body,
    /// There is no key.
    NoKey,
    /// Only the provider has the private key that signs, and the context has no signer.
    PublicKey,
    /// The signer has no private key for any of these algorithms.
    PrivateKey(Vec<Algorithm>),
}

impl SignError {
    /// The private key is of no algorithm of the keys.
    pub(super) fn of_private_key(keys: &Keys) -> Self {
        Self::PrivateKey(keys.algorithms().to_vec())
    }

    /// Returns the issue code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NoKey => Code::SECRET_MISSING,
            Self::PublicKey => Code::SIGNING_UNSUPPORTED,
            Self::Url => Code::URL_MISSING,
            Self::Method => Code::METHOD_MISSING,
            Self::Header(name) if is_source(name) => Code::FIELD_MISSING,
            Self::Header(_) => Code::HEADER_MISSING,
            Self::Time | Self::Id | Self::Body | Self::InvalidHeaderValue(_) | Self::PrivateKey(_) => {
                Code::OPTION_INVALID
            }
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time => f.write_str("Invalid value for option `now`: expected a time after 1970."),
            Self::Id => f.write_str("Missing option `id`, which the signature covers."),
            Self::Header(name) if is_source(name) => {
                write!(f, "Missing value at {name}, which the signature covers.")
            }
            Self::Header(name) => write!(f, "Missing header {name}, which the signature covers."),
            Self::InvalidHeaderValue(name) => write!(
                f,
                "Invalid value for header {name}: expected at most 8 KiB of visible ASCII, without the separator of \
                 the signed content, and the same in every occurrence."
            ),
            Self::Url => f.write_str("Missing option `url`, which the signature covers."),
            Self::Method => f.write_str("Missing option `method`, which the signature covers."),
            Self::Body => f.write_str(
                "Invalid body: expected a JSON object or array, without white space next to the signed URL or \
                 timestamp, so that the body marks where it ends.",
            ),
            Self::NoKey => f.write_str(NO_SECRET),
            Self::PublicKey => f.write_str(
                "A public key verifies, and cannot sign: only the provider has the private key. For a test, sign with the \
                 private key of a key pair of your own.",
            ),
            Self::PrivateKey(algorithms) => write!(
                f,
                "Invalid private key: expected one for {}.",
                Algorithm::list(algorithms)
            ),
        }
    }
}

impl std::error::Error for SignError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::tests::{NOW, SECRET, keys, scheme_of};

    #[test]
    fn names_the_missing_or_invalid_input() {
        let fail = |content: &str, context: &SignContext<'_>| {
            let scheme = scheme_of("{hex}", content);
            let error = scheme.sign(&keys(&scheme, &[SECRET]), b"{}", context).expect_err(content);
            format!("{}: {error}", error.code())
        };
        let at = SignContext::at;
        let expected = "expected at most 8 KiB of visible ASCII, without the separator of the signed content, and the \
                        same in every occurrence.";
        assert_eq!(
            fail("{timestamp}{body}", &at(-1)),
            "option-invalid: Invalid value for option `now`: expected a time after 1970."
        );
        assert_eq!(
            fail("{id}.{body}", &at(0)),
            "option-invalid: Missing option `id`, which the signature covers."
        );
        for id in ["a\r\nb", "é", "a b"] {
            assert_eq!(
                fail("{id}.{body}", &SignContext { id: Some(id), ..at(0) }),
                format!("option-invalid: Invalid value for header X-Id: {expected}")
            );
        }
        assert_eq!(
            fail("{header:X-A}.{body}", &at(0)),
            "header-missing: Missing header X-A, which the signature covers."
        );
        let twice = Headers::from_iter([("X-A", "1"), ("X-A", "2")]);
        assert_eq!(
            fail("{header:X-A}.{body}", &SignContext { headers: twice, ..at(0) }),
            format!("option-invalid: Invalid value for header X-A: {expected}")
        );
        assert_eq!(
            fail("{url}\n{body}", &at(0)),
            "url-missing: Missing option `url`, which the signature covers."
        );
        assert_eq!(
            fail("{method}\n{body}", &at(0)),
            "method-missing: Missing option `method`, which the signature covers."
        );
    }

    #[test]
    fn makes_every_header_of_the_signature() {
        let scheme = scheme_of("v1,{base64} v1a,...", "{id}.{timestamp}.{body}");
        let context = SignContext { id: Some("msg_1"), ..SignContext::at(NOW + 999) };
        let signed = scheme.sign(&keys(&scheme, &[SECRET, "b"]), b"{}", &context).expect("signed");
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["X-Sig", "X-Time", "X-Id"]);
        assert_eq!(signed[1].1, "1700000000");
        assert_eq!(signed[2].1, "msg_1");
        assert_eq!(scheme.headers().collect::<Vec<_>>(), ["X-Sig", "X-Time", "X-Id"]);
    }
}
