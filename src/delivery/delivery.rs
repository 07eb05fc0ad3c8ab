//! [`Delivery`]: one HTTP request that carries an event, as every verb takes it.

use std::fmt;

use super::headers::Headers;
use crate::json::FormPayload;

/// Headers and raw body of one HTTP request. The body is never decoded, trimmed or re-serialized: the signature covers
/// its bytes.
///
/// ```
/// use hookseal::Delivery;
///
/// let delivery = Delivery::new([("Content-Type", "application/json")], b"{}").with_method("POST");
/// assert_eq!(delivery.headers.get("content-type"), Some("application/json"));
/// ```
#[derive(Clone)]
pub struct Delivery<'a> {
    /// The headers, in the order they arrived.
    pub headers: Headers<'a>,
    /// The raw bytes of the body.
    pub body: &'a [u8],
    /// The URL as the sender wrote it, if known. A few schemes sign it.
    pub url: Option<&'a str>,
    /// The method, in capitals, if known. A few schemes sign it.
    pub method: Option<&'a str>,
    /// The payload of a body that is a form, as [`Webhook::read_form`](crate::webhook::Webhook::read_form) reads it.
    pub form: Option<&'a FormPayload>,
    /// Public keys for this delivery, of a provider whose keys are outside: PEM, a certificate, a JSON Web Key or a set of them.
    pub keys: Vec<&'a str>,
}

impl<'a> Delivery<'a> {
    /// A delivery without URL and method. The body is the raw one: a slice, a `Vec`, or the `Bytes` of a server.
    #[must_use]
    pub fn new(headers: impl Into<Headers<'a>>, body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        let (headers, body) = (headers.into(), body.as_ref());
        Self { headers, body, url: None, method: None, form: None, keys: Vec::new() }
    }

    /// The same delivery with the URL it was sent to.
    #[must_use]
    pub fn with_url(mut self, url: &'a str) -> Self {
        self.url = Some(url);
        self
    }

    /// The same delivery with the payload of its form.
    #[must_use]
    pub fn with_form(mut self, form: &'a FormPayload) -> Self {
        self.form = Some(form);
        self
    }

    /// The same delivery with public keys: as [`Webhook::needs`](crate::webhook::Webhook::needs) names them.
    #[must_use]
    pub fn with_keys(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.keys = keys.into_iter().collect();
        self
    }

    /// The bytes that are parsed as JSON: those of the form's payload, or of the body.
    pub(crate) fn json(&self) -> &'a [u8] {
        self.form.map_or(self.body, FormPayload::json)
    }

    /// The same delivery with its method.
    #[must_use]
    pub fn with_method(mut self, method: &'a str) -> Self {
        self.method = Some(method);
        self
    }
}

/// SECURITY: prints neither the body, which may be health data, nor header values and the URL, which may be
/// credentials.
impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("headers", &self.headers)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_neither_body_nor_header_values_nor_the_url() {
        let headers = Headers::from_iter([("Authorization", "Basic abc")]);
        let delivery = Delivery::new(headers, b"patient").with_url("https://h/?key=1").with_method("POST");
        assert_eq!(
            format!("{delivery:?}"),
            r#"Delivery { headers: ["Authorization"], body: [7 bytes], method: Some("POST"), .. }"#
        );
    }
}
