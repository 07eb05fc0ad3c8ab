//! `handshake`: the response to a request by which the provider checks the receiver.

use std::fmt;

use zeroize::Zeroizing;

use super::evaluate::Authenticated;
use super::settings::missing;
use super::{Error, Timestamp, VerifyOptions, Webhook};
use crate::delivery::Delivery;
use crate::issue::Code;
use crate::json::{Document, quoted};
use crate::provider::{
    Found, Handshake, HandshakeMethod, NamedScheme, RequestParts, RequestSource, ResponsePart, is_challenge,
    is_printable, is_token,
};
use crate::signature::Keys;
use crate::signature::hmac::constant_time_eq;

/// The response to a handshake. `Debug` leaves out texts of the request.
#[derive(Clone, PartialEq, Eq)]
pub struct HandshakeResponse {
    /// The name of the handshake.
    pub name: String,
    /// The status.
    pub status: u16,
    /// The headers, by their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, in ASCII.
    pub body: String,
    /// A signing secret that the provider hands over. SECURITY: anyone can send such a request. Respond only after you have
    /// decided to take the secret, and with the status 403 otherwise.
    pub secret: Option<Zeroizing<String>>,
}

impl fmt::Debug for HandshakeResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeResponse")
            .field("name", &self.name)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// Returns the response to a request that is a handshake of the provider, or why the request is refused. `None` for any
    /// other request, and for one whose signature has to be verified and is not valid: [`verify`](Self::verify) it, if its
    /// method is POST.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{SignParams, Timestamp, Webhook, WebhookOptions};
    ///
    /// let secrets = vec!["the signing secret of the app".to_owned().into()];
    /// let hook = Webhook::built_in("slack", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    /// let now = Timestamp::from_millis(1_700_000_000_000);
    /// let body = br#"{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}"#;
    /// let signed = hook.sign(body, &SignParams::new(now, [7; 32]))?;
    /// let delivery = Delivery::new(Headers::from_iter(signed.headers), body);
    /// let response = hook.handshake(&delivery, now).expect("a handshake")?;
    /// assert_eq!((response.status, response.body.as_str()), (200, "3eZbrw1aB"));
    ///
    /// // Without its signature, the request is no handshake.
    /// assert!(hook.handshake(&Delivery::new(Headers::new(), body), now).is_none());
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    #[must_use]
    pub fn handshake(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
    ) -> Option<Result<HandshakeResponse, Error>> {
        self.handshake_with(delivery, now, &self.verify_options)
    }

    /// Like [`handshake`](Self::handshake), with other options than the webhook's own.
    #[must_use]
    pub fn handshake_with(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
        options: &VerifyOptions,
    ) -> Option<Result<HandshakeResponse, Error>> {
        self.find_handshake(delivery, now.into(), options).map(|(_, response)| response)
    }

    /// Finds the handshake that a request is, and makes the response.
    #[inline(never)]
    pub(super) fn find_handshake(
        &self,
        delivery: &Delivery<'_>,
        now: Timestamp,
        options: &VerifyOptions,
    ) -> Option<(&str, Result<HandshakeResponse, Error>)> {
        if self.provider.handshakes.is_empty() || self.explain_only || delivery.body.len() > options.max_bytes
        {
            return None;
        }
        let head = RequestParts { delivery, root: None };
        let (mut authenticated, mut parsed) = (None, None);
        for handshake in &self.provider.handshakes {
            if !has_method(handshake, delivery) || !handshake.matches(&head, false) {
                continue;
            }
            // SECURITY: the body of a signed request is not parsed before the signature is verified.
            let (document, signer) = if handshake.is_signed {
                let authenticated =
                    authenticated.get_or_insert_with(|| self.authenticate(delivery, now, options));
                let Some(Authenticated { document, signer }) = authenticated else { continue };
                (document.as_ref(), *signer)
            } else {
                (parsed.get_or_insert_with(|| parse(delivery.json())).as_ref(), None)
            };
            let request = RequestParts { delivery, root: document.map(Document::root) };
            if handshake.matches(&request, true) {
                return Some((&handshake.name, self.respond(handshake, &request, signer)));
            }
        }
        None
    }

    /// Whether an accepted delivery is a handshake, by the parts of the request that `verify` reads.
    #[cfg_attr(
        not(all(feature = "js", target_arch = "wasm32")),
        allow(dead_code, reason = "called by the WebAssembly bridge")
    )]
    pub(crate) fn is_handshake(&self, delivery: &Delivery<'_>, document: &Document<'_>) -> bool {
        let request = RequestParts { delivery, root: Some(document.root()) };
        self.provider.handshakes.iter().any(|handshake| {
            has_method(handshake, delivery)
                && handshake.matches(&request, false)
                && handshake.matches(&request, true)
        })
    }

    /// The methods of the provider's handshakes. A POST that need not be signed is `open POST`.
    #[must_use]
    pub fn handshake_methods(&self) -> Vec<&'static str> {
        let method = |handshake: &Handshake| match handshake.method {
            HandshakeMethod::Post if !handshake.is_signed => "open POST",
            method => method.name(),
        };
        self.provider.handshakes.iter().map(method).collect()
    }

    /// Makes the response. `signer` has the indexes of the scheme and of the secret that the signature was verified with.
    #[cold]
    fn respond(
        &self,
        handshake: &Handshake,
        request: &RequestParts<'_>,
        signer: Option<(usize, usize)>,
    ) -> Result<HandshakeResponse, Error> {
        for (source, name) in &handshake.equals {
            let Some(expected) = self.settings.get(name) else {
                let setting = self.provider.settings.iter().find(|setting| setting.name == *name);
                return Err(setting.map_or_else(|| refused(handshake, source, "has no setting"), missing));
            };
            match source.find(request) {
                // SECURITY: in constant time, so that the token cannot be found character by character.
                Found::Text(text) if constant_time_eq(text.as_bytes(), expected.as_bytes()) => {}
                Found::Absent => return Err(refused(handshake, source, "is missing")),
                _ => return Err(refused(handshake, source, &format!("does not equal the setting `{name}`"))),
            }
        }
        let secret = match &handshake.secret {
            Some(source) => Some(Zeroizing::new(token(handshake, source, request, is_token)?)),
            None => None,
        };
        let mut headers = Vec::new();
        for (name, parts) in &handshake.headers {
            headers.push((name.clone(), self.render(handshake, parts, request, signer)?));
        }
        let body = self.render(handshake, &handshake.body, request, signer)?;
        Ok(HandshakeResponse {
            name: handshake.name.clone(),
            status: handshake.status,
            headers,
            body,
            secret,
        })
    }

    #[cold]
    fn render(
        &self,
        handshake: &Handshake,
        parts: &[ResponsePart],
        request: &RequestParts<'_>,
        signer: Option<(usize, usize)>,
    ) -> Result<String, Error> {
        let mut out = String::new();
        for part in parts {
            match part {
                ResponsePart::Literal(text) => out.push_str(text),
                ResponsePart::Source(source) => {
                    let is_allowed = if handshake.is_loose { is_printable } else { is_token };
                    let text = token(handshake, source, request, is_allowed)?;
                    if handshake.is_loose && handshake.is_json {
                        let escaped = quoted(&text);
                        out.push_str(&escaped[1..escaped.len() - 1]);
                    } else {
                        out.push_str(&text);
                    }
                }
                ResponsePart::Hmac { algorithm, encoding, source } => {
                    // SECURITY: the HMAC of a text that anyone can choose must not be the signature of a delivery.
                    let (text, signer) = if source.is_in_body() {
                        let text = token(handshake, source, request, is_token)?;
                        (text, signer.ok_or_else(|| refused(handshake, source, "is not signed"))?)
                    } else {
                        let text = token(handshake, source, request, is_challenge)?;
                        if Document::parse(text.as_bytes()).is_ok() {
                            return Err(refused(handshake, source, "could be the body of a delivery"));
                        }
                        let schemes = self.provider.schemes.iter().zip(&self.keys);
                        let is_signing = |(named, keys): (&NamedScheme, &Option<Keys>)| {
                            keys.is_some() && named.scheme.hmac().is_some()
                        };
                        (text, (schemes.into_iter().position(is_signing).unwrap_or(0), 0))
                    };
                    let (scheme, secret) = signer;
                    let keys = self.keys.get(scheme).and_then(Option::as_ref);
                    let tag = keys.and_then(|keys| keys.hmac(secret, *algorithm, text.as_bytes()));
                    let tag = tag.ok_or_else(|| refused(handshake, source, "needs a signing secret"))?;
                    out.push_str(&encoding.encode(tag.as_bytes()));
                }
            }
        }
        Ok(out)
    }
}

/// Whether a request has the method of a handshake. Without a method, a request is a delivery, and so a POST.
fn has_method(handshake: &Handshake, delivery: &Delivery<'_>) -> bool {
    delivery.method.unwrap_or("POST") == handshake.method.name()
}

/// Parses a body of which every JSON parser reads the same values.
fn parse(body: &[u8]) -> Option<Document<'_>> {
    let document = if body.is_empty() { None } else { Document::parse(body).ok() };
    document
        .filter(|document| document.diagnostics().iter().all(|issue| issue.code != Code::JSON_DUPLICATE_KEY))
}

/// A text of the request that can be sent back.
#[cold]
fn token(
    handshake: &Handshake,
    source: &RequestSource,
    request: &RequestParts<'_>,
    is_allowed: fn(&str) -> bool,
) -> Result<String, Error> {
    match source.find(request) {
        Found::Text(text) if is_allowed(&text) => Ok(text.into_owned()),
        Found::Absent => Err(refused(handshake, source, "is missing")),
        _ => Err(refused(handshake, source, "is no token, so it is not sent back")),
    }
}

/// The error of a refused handshake. SECURITY: names the source, and not its value.
#[cold]
fn refused(handshake: &Handshake, source: &RequestSource, reason: &str) -> Error {
    let name = quoted(&handshake.name);
    let message = ["Handshake ", &name, " refused: ", &source.to_string(), " ", reason, "."].concat();
    Error::new(Code::HANDSHAKE_REFUSED, message)
}
