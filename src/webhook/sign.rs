//! `sign`: adds the provider's headers to a body.

use std::fmt;

use super::sign_params::SignParams;
use super::values::{signs_form, write_value};
use super::{ActiveScheme, EXPLAIN_ONLY, EXPLAIN_ONLY_HINT, Error, Webhook};
use crate::delivery::{Delivery, Headers};
use crate::issue::Code;
use crate::provider::{FieldSource, is_id_or_type};
use crate::signature::{SignContext, is_source};
use crate::text::eq_ignore_ascii_case;

/// A request that is ready to be sent. `Debug` shows neither the body nor the values of headers.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedDelivery {
    /// The headers, Content-Type and ids included.
    pub headers: Vec<(String, String)>,
    /// The body: send exactly these bytes.
    pub body: Vec<u8>,
}

impl fmt::Debug for SignedDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("SignedDelivery")
            .field("headers", &names)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

/// The request as its receiver gets it.
impl<'s> From<&'s SignedDelivery> for Delivery<'s> {
    fn from(signed: &'s SignedDelivery) -> Self {
        Self::new(&signed.headers, &signed.body).with_method("POST")
    }
}

impl Webhook {
    /// Signs a body with the first secret, and adds the provider's other headers.
    ///
    /// ```
    /// use hookseal::webhook::{SignParams, WebhookOptions, Timestamp, Webhook};
    ///
    /// let secrets = vec!["the secret of the subscription".into()];
    /// let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    /// let signed = hook.sign("{}", &SignParams::new(Timestamp::from_millis(0), [7; 32]))?;
    /// let (name, value) = &signed.headers[3];
    /// assert_eq!(name, "X-PainChek-WH-Signature");
    /// assert!(value.starts_with("sha256="));
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    ///
    /// # Errors
    /// `body-empty` for a body without bytes, `option-invalid` for an id that no header can carry, and the code of a part
    /// of the signed content that is missing: `url-missing`, `header-missing`.
    pub fn sign(&self, body: impl AsRef<[u8]>, params: &SignParams) -> Result<SignedDelivery, Error> {
        let id = params.id.clone().unwrap_or_else(|| params.uuid(0).to_string());
        // The body is signed as it is, so that only the headers of a type are added.
        let is_preferred =
            |field: &FieldSource, text: Option<&str>| field.header().is_some() && text.is_some();
        let event_type = params.event_type.as_deref();
        let types = event_type.map(|name| self.provider.envelope.event_type.assign(name, &is_preferred));
        self.sign_as(&id, &types.unwrap_or_default(), body.as_ref(), params)
    }

    /// Signs a delivery with this id. Of the fields of the event type, those in headers count.
    pub(super) fn sign_as(
        &self,
        id: &str,
        types: &[(&FieldSource, &str)],
        body: &[u8],
        params: &SignParams,
    ) -> Result<SignedDelivery, Error> {
        if body.is_empty() && !self.provider.body_formats.is_optional {
            return Err(Error::new(Code::BODY_EMPTY, "There is no body to sign."));
        }
        let provider = &self.provider;
        let content_type = provider.made_content_type(body);
        let mut headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        for (field, text) in types {
            headers.extend(field.header().map(|name| (name.to_owned(), (*text).to_owned())));
        }
        let mut add = |name: &Option<String>, value: &str| {
            if let Some(name) = name
                && !headers.iter().any(|(other, _)| eq_ignore_ascii_case(other, name))
            {
                headers.push((name.clone(), value.to_owned()));
            }
        };
        add(&provider.webhook_id, &params.webhook_id());
        add(&provider.delivery_id, id);
        // SECURITY: a line break would turn one header into two (RFC 9110, section 5.5).
        if let Some((name, _)) = headers
            .iter()
            .find(|(_, value)| !is_id_or_type(value) || !value.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            let message =
                format!("{name} cannot be sent: it is empty, longer than 256 bytes, or no visible ASCII.");
            return Err(Error::new(Code::OPTION_INVALID, message));
        }
        let mut body = body.to_vec();
        let (url, signer) = (params.url.as_deref(), params.signer.as_ref());
        let base = SignContext { id: Some(id), url, signer, ..SignContext::at(params.now.as_millis()) };
        self.add_signature(&mut headers, &mut body, &base)?;
        Ok(SignedDelivery { headers, body })
    }

    /// Adds the headers of a signature to those of a delivery, if this webhook signs. A signature in the body, and a timestamp
    /// there, replace the values of the body. The context has time, id, URL and signer.
    pub(super) fn add_signature(
        &self,
        headers: &mut Vec<(String, String)>,
        body: &mut Vec<u8>,
        base: &SignContext<'_>,
    ) -> Result<(), Error> {
        let url = base.url;
        if self.explain_only {
            return Err(Error::new(Code::OPTION_INVALID, EXPLAIN_ONLY).with_hint(Some(EXPLAIN_ONLY_HINT)));
        }
        // The strongest scheme that has secrets signs.
        let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let delivery =
            Delivery { url, method: Some("POST"), ..Delivery::new(pairs.collect::<Headers<'_>>(), &**body) };
        let active = self.signing_scheme_for(&delivery);
        if base.signer.is_some() && !active.is_some_and(|active| active.keys.are_public()) {
            let message =
                "Unexpected private key: this webhook has no public key that would verify its signature.";
            return Err(Error::new(Code::OPTION_INVALID, message));
        }
        let Some(active) = active else { return Ok(()) };
        let ActiveScheme { index, scheme, keys } = active;
        let form = self.read_form(&delivery).and_then(Result::ok);
        if signs_form(&self.provider.schemes[index])
            && form.as_ref().is_none_or(|form| form.sorted().is_empty())
        {
            let message = "Invalid body: expected a form with fields, which the signature covers.";
            return Err(Error::new(Code::OPTION_INVALID, message));
        }
        let delivery = Delivery { form: form.as_ref(), ..delivery };
        if let Some(list) = &self.provider.schemes[index].each {
            *body = sign_each(active, list, &self.with_values_of_each(&delivery, list), body, base)?;
            return Ok(());
        }
        let values = self.with_values(&delivery, &self.verify_options);
        let mut context = SignContext { headers: Headers::new(), method: Some("POST"), ..base.clone() };
        let read = values.as_ref().unwrap_or(&delivery);
        // The new signature and timestamp take the place of those that the body has.
        let replaced = |name: &str| is_source(name) && scheme.replaces(name);
        for (name, value) in read.headers.iter().filter(|(name, _)| !replaced(name)) {
            context.headers.push(name, value);
        }
        let signed = scheme
            .sign(keys, read.body, &context)
            .map_err(|error| Error::new(error.code(), error.to_string()))?;
        for (name, value) in signed {
            if is_source(&name) {
                *body = write_value(body, &name, &value, form.is_some())?;
                continue;
            }
            headers.retain(|(other, _)| !eq_ignore_ascii_case(other, &name));
            headers.push((name, value));
        }
        Ok(())
    }
}

/// Writes the signature of each element of a list into the element.
#[cold]
fn sign_each(
    ActiveScheme { scheme, keys, .. }: ActiveScheme<'_>,
    list: &str,
    elements: &[Delivery<'_>],
    body: &[u8],
    base: &SignContext<'_>,
) -> Result<Vec<u8>, Error> {
    let mut signed_body = body.to_vec();
    for (index, element) in elements.iter().enumerate() {
        let mut context = SignContext {
            url: element.url,
            method: element.method,
            signer: base.signer,
            ..SignContext::at(base.now)
        };
        for (name, value) in element.headers.iter().filter(|(name, _)| !scheme.replaces(name)) {
            context.headers.push(name, value);
        }
        let signed = scheme.sign(keys, element.body, &context);
        for (name, value) in signed.map_err(|error| Error::new(error.code(), error.to_string()))? {
            let pointer = [list, "/", &index.to_string(), &name].concat();
            signed_body = write_value(&signed_body, &pointer, &value, false)?;
        }
    }
    Ok(signed_body)
}
