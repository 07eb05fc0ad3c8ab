//! `resign`: renews the signature of a delivery for a later attempt.

use super::{Error, Timestamp, Webhook};
use crate::delivery::Delivery;
use crate::signature::{Scheme, SignContext, SignatureScheme, is_source};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

impl Webhook {
    /// Returns the headers of a delivery for an attempt at the time `now`: those that the delivery has, with a new
    /// signature and timestamp. They stay as they are where no signature expires, where only another body would
    /// renew it, and where this webhook has no secret: a public key signs nothing.
    ///
    /// ```
    /// use hookseal::delivery::Delivery;
    /// use hookseal::webhook::{SignParams, Timestamp, Webhook, WebhookOptions};
    ///
    /// let secrets = vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into()];
    /// let hook = Webhook::built_in("standard-webhooks", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    /// let body = br#"{"type":"invoice.paid","timestamp":"2026-01-01T00:00:00Z","data":{}}"#;
    /// let first = hook.sign(body, &SignParams::new(Timestamp::from_millis(0), [7; 32]))?;
    ///
    /// let an_hour_later = Timestamp::from_millis(3_600_000);
    /// let headers = hook.resign(&Delivery::from(&first), an_hour_later)?;
    /// assert!(hook.verify(&Delivery::new(&headers, body), an_hour_later).is_ok());
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where the delivery lacks what the provider signs: an id, a header or the URL.
    pub fn resign(
        &self,
        delivery: &Delivery<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<Vec<(String, String)>, Error> {
        self.resign_at(delivery, now.into())
    }

    fn resign_at(&self, delivery: &Delivery<'_>, now: Timestamp) -> Result<Vec<(String, String)>, Error> {
        let strongest = self.signing_scheme().filter(|active| !active.keys.are_public());
        let is_jwt = strongest.is_some_and(|active| matches!(active.scheme, SignatureScheme::Jwt(_)));
        // A timestamp in the body stays: the body of a retry is the same.
        let has_timestamp =
            |scheme: &&Scheme| scheme.has_timestamp() && !scheme.timestamp_header().is_some_and(is_source);
        let scheme = strongest.and_then(|active| active.scheme.signing()).filter(has_timestamp);
        // With the old timestamp or list next to the new one, no receiver could tell which counts.
        let timestamp = scheme.and_then(|scheme| scheme.timestamp_header()).unwrap_or_default();
        let list = scheme.and_then(|scheme| scheme.signed_headers()?.list.as_deref()).unwrap_or_default();
        let mut headers = Vec::new();
        for (name, value) in delivery.headers.iter() {
            if ![timestamp, list].iter().any(|replaced| eq_ignore_ascii_case(name, replaced)) {
                headers.push((into_owned_outlined(name), into_owned_outlined(value)));
            }
        }
        let context = SignContext { url: delivery.url, ..SignContext::at(now.as_millis()) };
        if let Some(scheme) = scheme {
            let id = scheme.definition().id_header.as_deref().and_then(|name| delivery.headers.get(name));
            self.add_signature(&mut headers, &mut delivery.body.to_vec(), &SignContext { id, ..context })?;
        } else if is_jwt {
            self.add_signature(&mut headers, &mut delivery.body.to_vec(), &context)?;
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Headers;
    use crate::issue::Code;
    use crate::provider::Provider;
    use crate::webhook::{SignParams, WebhookOptions};

    const BODY: &[u8] = br#"{"type":"made"}"#;
    const LATER: Timestamp = Timestamp::from_millis(1_000_000_000);

    fn hook(signed_content: &str, secrets: &[&str]) -> Webhook {
        let definition = format!(
            r#"{{ "id": "mine",
                "signature": {{ "header": "X-Signature", "format": "v1={{hex}}", "algorithms": ["sha256"],
                    "signedContent": "{signed_content}" }},
                "headers": {{ "id": "X-Id", "timestamp": "X-Time" }},
                "envelope": {{ "type": "/type" }}, "events": {{ "made": {{ "schema": true }} }} }}"#
        );
        let secrets = secrets.iter().map(|secret| (*secret).to_owned().into()).collect();
        let options = WebhookOptions { secrets, allow_unsigned: true, ..WebhookOptions::default() };
        Webhook::new(Provider::from_json(definition.as_bytes()).unwrap(), options).unwrap()
    }

    fn borrowed(headers: &[(String, String)]) -> Headers<'_> {
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn renews_signature_and_timestamp_and_keeps_every_other_header() {
        let hook = hook("{id}.{timestamp}.{body}", &["a secret"]);
        let params = SignParams {
            id: Some("evt_1".to_owned()),
            ..SignParams::new(Timestamp::from_millis(0), [7; 32])
        };
        let mut headers = hook.sign(BODY, &params).unwrap().headers;
        headers.insert(0, ("X-Mine".to_owned(), "1".to_owned()));
        headers.push(("x-signature".to_owned(), "v1=00".to_owned()));
        let resigned = hook.resign(&Delivery::new(borrowed(&headers), BODY), LATER).unwrap();
        let names: Vec<&str> = resigned.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["X-Mine", "Content-Type", "X-Signature", "X-Time", "X-Id"]);
        assert_eq!((resigned[3].1.as_str(), resigned[4].1.as_str()), ("1000000", "evt_1"));
        assert!(hook.verify(&Delivery::new(borrowed(&resigned), BODY), LATER).is_ok());
    }

    #[test]
    fn signs_the_headers_and_the_url_of_the_delivery() {
        let hook = hook("{header:X-Event}\\n{url}\\n{timestamp}\\n{body}", &["a secret"]);
        let headers: Headers<'_> = [("X-Event", "made")].into_iter().collect();
        let delivery =
            Delivery { url: Some("https://example.org/a"), ..Delivery::new(headers.clone(), BODY) };
        let resigned = hook.resign(&delivery, LATER).unwrap();
        let received = Delivery { headers: borrowed(&resigned), ..delivery };
        assert!(hook.verify(&received, LATER).is_ok());
        assert_eq!(hook.resign(&Delivery::new(headers, BODY), LATER).unwrap_err().code, Code::URL_MISSING);
    }

    #[test]
    fn reports_a_signed_id_that_the_delivery_lacks() {
        let hook = hook("{id}.{timestamp}.{body}", &["a secret"]);
        let error = hook.resign(&Delivery::new(Headers::new(), BODY), LATER).unwrap_err();
        assert_eq!(error.code, Code::OPTION_INVALID);
    }

    #[test]
    fn changes_nothing_without_a_secret_or_a_signed_time() {
        let headers: Headers<'_> = [("X-Signature", "sha256=00"), ("X-Time", "1")].into_iter().collect();
        let expected = [("X-Signature", "sha256=00"), ("X-Time", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let secrets = || vec!["a secret of 16 bytes or more".to_owned().into()];
        for hook in [
            hook("{timestamp}.{body}", &[]),
            Webhook::built_in("github", WebhookOptions { secrets: secrets(), ..WebhookOptions::default() })
                .unwrap(),
            Webhook::built_in("linear", WebhookOptions { secrets: secrets(), ..WebhookOptions::default() })
                .unwrap(),
        ] {
            assert_eq!(hook.resign(&Delivery::new(headers.clone(), BODY), LATER).unwrap(), expected);
        }
    }
}
