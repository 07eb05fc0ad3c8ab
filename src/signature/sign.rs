//! Signing a body: the headers that belong to a signature, as `verify` reads them.

use std::fmt;

use super::template::TemplateValues;
use super::{Keys, Outcome, Scheme};
use crate::delivery::{Delivery, Headers};
use crate::issue::Code;

/// What a signature needs beside the body. Time and ids are parameters: nothing here has a clock.
#[derive(Clone, Debug, Default)]
pub struct SignContext<'a> {
    /// The time of signing, in milliseconds since 1970. Used only where the scheme has a timestamp.
    pub now: i64,
    /// The id of the message, for schemes that sign one.
    pub id: Option<&'a str>,
    /// The other headers of the delivery, for schemes that sign some of them.
    pub headers: Headers<'a>,
    /// The URL it is sent to, for schemes that sign it.
    pub url: Option<&'a str>,
    /// The method, for schemes that sign it.
    pub method: Option<&'a str>,
}

impl SignContext<'_> {
    /// Signing at this time (milliseconds since 1970), with nothing else.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self { now, ..Self::default() }
    }
}

impl Scheme {
    /// Makes every header that belongs to the signature: the signature header, and those for the
    /// timestamp and the id where the scheme has them. The first secret and the first accepted
    /// algorithm sign.
    ///
    /// # Errors
    /// Where the scheme signs something that the context does not hold.
    pub fn sign(
        &self,
        keys: &Keys,
        body: &[u8],
        context: &SignContext<'_>,
    ) -> Result<Vec<(String, String)>, SignError> {
        let now = if self.has_timestamp() {
            self.timestamp_unit().write(context.now).ok_or(SignError::Time)?
        } else {
            String::new()
        };
        let mut headers = Vec::new();
        if let Some(name) = self.timestamp_header() {
            headers.push((name.to_owned(), now.clone()));
        }
        if let (Some(name), Some(id)) = (&self.definition().id_header, context.id) {
            // What is no visible ASCII, receivers and their runtimes read differently or not at all.
            if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(SignError::InvalidHeaderValue(name.clone()));
            }
            headers.push((name.clone(), id.to_owned()));
        }

        let own = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut signed_headers: Headers<'_> = own.collect();
        for (name, value) in context.headers.iter() {
            signed_headers.push(name, value);
        }
        let delivery = Delivery { headers: signed_headers, body, url: context.url, method: context.method };
        let values = self.values(&delivery).map_err(|outcome| self.to_sign_error(outcome))?;

        let (_, key) = keys.iter().next().ok_or(SignError::NoKey)?;
        let mut mac = key.start();
        self.content.feed(&mut mac, &TemplateValues { timestamp: &now, ..values });
        let signature = self.format.write(key.algorithm(), mac.finish().as_bytes(), &now);
        headers.insert(0, (self.header().to_owned(), signature));
        Ok(headers)
    }

    fn to_sign_error(&self, outcome: Outcome<'_>) -> SignError {
        match outcome {
            Outcome::HeaderMissing { name } if self.definition().id_header.as_deref() == Some(name) => {
                SignError::Id
            }
            Outcome::HeaderMissing { name } => SignError::Header(name.to_owned()),
            Outcome::UrlMissing => SignError::Url,
            Outcome::MethodMissing => SignError::Method,
            Outcome::Malformed { header, .. } => SignError::InvalidHeaderValue(header.to_owned()),
            _ => SignError::Time,
        }
    }
}

/// Why a body cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The time lies before 1970 or too far in the future for a timestamp.
    Time,
    /// The scheme signs an id and none was given.
    Id,
    /// The scheme signs a header that was not given.
    Header(String),
    /// A header value cannot be sent as it stands: it is no visible ASCII, has more than 8 KiB, or
    /// was given twice with different values.
    InvalidHeaderValue(String),
    /// The scheme signs the URL and none was given.
    Url,
    /// The scheme signs the method and none was given.
    Method,
    /// There is no key.
    NoKey,
}

impl SignError {
    /// The code of the issue it is.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NoKey => Code::SECRET_MISSING,
            Self::Url => Code::URL_MISSING,
            Self::Method => Code::METHOD_MISSING,
            Self::Header(_) => Code::HEADER_MISSING,
            Self::Time | Self::Id | Self::InvalidHeaderValue(_) => Code::OPTION_INVALID,
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time => f.write_str("The time cannot be written as a timestamp: it has to lie after 1970."),
            Self::Id => f.write_str("This provider signs an id, and none was given."),
            Self::Header(name) => write!(f, "This provider signs the header {name}, and it was not given."),
            Self::InvalidHeaderValue(name) => write!(
                f,
                "The value of {name} cannot be sent: it is no visible ASCII, has more than 8 KiB, contains the \
                 separator of the signed content, or was given twice with different values."
            ),
            Self::Url => f.write_str("This provider signs the URL, and none was given."),
            Self::Method => f.write_str("This provider signs the method, and none was given."),
            Self::NoKey => f.write_str("No secret was given, and without one nothing can be signed."),
        }
    }
}

impl std::error::Error for SignError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::tests::{NOW, SECRET, keys, of};

    #[test]
    fn signing_says_what_it_lacks() {
        let fail = |content: &str, context: &SignContext<'_>| {
            let scheme = of("{hex}", content);
            let error = scheme.sign(&keys(&scheme, &[SECRET]), b"{}", context).expect_err(content);
            format!("{}: {error}", error.code())
        };
        let at = SignContext::at;
        let unwritable = "cannot be sent: it is no visible ASCII, has more than 8 KiB, contains the separator of the \
                          signed content, or was given twice with different values.";
        assert_eq!(
            fail("{timestamp}{body}", &at(-1)),
            "option-invalid: The time cannot be written as a timestamp: it has to lie after 1970."
        );
        assert_eq!(
            fail("{id}.{body}", &at(0)),
            "option-invalid: This provider signs an id, and none was given."
        );
        for id in ["a\r\nb", "é", "a b"] {
            assert_eq!(
                fail("{id}.{body}", &SignContext { id: Some(id), ..at(0) }),
                format!("option-invalid: The value of X-Id {unwritable}")
            );
        }
        assert_eq!(
            fail("{header:X-A}.{body}", &at(0)),
            "header-missing: This provider signs the header X-A, and it was not given."
        );
        let twice = Headers::from_iter([("X-A", "1"), ("X-A", "2")]);
        assert_eq!(
            fail("{header:X-A}.{body}", &SignContext { headers: twice, ..at(0) }),
            format!("option-invalid: The value of X-A {unwritable}")
        );
        assert_eq!(
            fail("{url}\n{body}", &at(0)),
            "url-missing: This provider signs the URL, and none was given."
        );
        assert_eq!(
            fail("{method}\n{body}", &at(0)),
            "method-missing: This provider signs the method, and none was given."
        );
    }

    #[test]
    fn signing_makes_every_header_that_belongs_to_the_signature() {
        let scheme = of("v1,{base64} v1a,...", "{id}.{timestamp}.{body}");
        let context = SignContext { id: Some("msg_1"), ..SignContext::at(NOW + 999) };
        let signed = scheme.sign(&keys(&scheme, &[SECRET, "b"]), b"{}", &context).expect("signed");
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["X-Sig", "X-Time", "X-Id"]);
        assert_eq!(signed[1].1, "1700000000");
        assert_eq!(signed[2].1, "msg_1");
        assert_eq!(scheme.headers().collect::<Vec<_>>(), ["X-Sig", "X-Time", "X-Id"]);
    }
}
