//! Facts that are seen on the way: what the headers, the body and the secrets tell without any proof.

use super::causes::{self, KnownCause};
use super::content::{contains, timestamps};
use super::received::{Received, lookalikes};
use super::secret::other_kind;
use super::text::has;
use crate::delivery::{Delivery, Headers};
use crate::signature::hmac::same_bytes;
use crate::signature::{Algorithm, Encoding, Keys, Outcome, Scheme};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};
use crate::webhook::{Cause, Limits, Time, Webhook};

/// Signatures that documentation prints, and people copy: whose they are, and the text.
const SAMPLES: [(&str, &str); 6] = [
    // docs.github.com/webhooks/webhook-events-and-payloads; PainChek's own page prints the same one
    ("GitHub", "7d38cdd689735b008b3c702edd92eea23791c5f6"),
    // the same page, as SHA-256
    ("GitHub", "d57c68ca6f92289e6987922ff26938930f6e66a2d161ef06abdf1859230aa23c"),
    // docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    ("GitHub", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
    // docs.stripe.com/webhooks/signatures
    ("Stripe", "5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"),
    // docs.slack.dev/authentication/verifying-requests-from-slack
    ("Slack", "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
    // docs.svix.com/receiving/verifying-payloads/how-manual
    ("Svix", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
];

/// The headers in which others write their signatures, as their documentation names them.
const PROVIDERS: [(&str, &str); 16] = [
    ("X-Hub-Signature-256", "GitHub"),
    ("X-Hub-Signature", "GitHub"),
    ("Stripe-Signature", "Stripe"),
    ("X-Slack-Signature", "Slack"),
    ("Webhook-Signature", "a sender by Standard Webhooks"),
    ("Svix-Signature", "Svix"),
    ("X-Shopify-Hmac-Sha256", "Shopify"),
    ("X-Twilio-Signature", "Twilio"),
    ("Paddle-Signature", "Paddle"),
    ("X-Zm-Signature", "Zoom"),
    ("X-Square-HmacSha256-Signature", "Square"),
    ("X-Trello-Webhook", "Trello"),
    ("Twitch-Eventsub-Message-Signature", "Twitch"),
    ("X-HubSpot-Signature-v3", "HubSpot"),
    ("X-Zendesk-Webhook-Signature", "Zendesk"),
    ("X-PainChek-WH-Signature", "PainChek"),
];

/// What is known of a delivery beside its signature.
pub struct Facts<'a, 'd> {
    pub webhook: &'a Webhook,
    pub scheme: &'a Scheme,
    pub keys: &'a Keys,
    pub delivery: &'d Delivery<'d>,
    pub received: &'a [Received<'d>],
    pub is_json: bool,
    pub found: Vec<Cause>,
}

/// Which secret, for a sentence.
#[inline(never)]
pub fn which(keys: &Keys, secret: usize) -> String {
    if keys.count() > 1 { format!("secret {}", secret + 1) } else { into_owned_outlined("the secret") }
}

/// The first value under a name: one copy of the search for all.
#[inline(never)]
pub fn value<'h>(headers: &'h Headers<'_>, name: &'h str) -> Option<&'h str> {
    headers.get(name)
}

/// A number for a sentence.
#[inline(never)]
fn number(count: usize) -> String {
    count.to_string()
}

/// What Content-Length says.
#[inline(never)]
pub fn content_length(headers: &Headers<'_>) -> Option<usize> {
    value(headers, "content-length")?.parse().ok()
}

impl Facts<'_, '_> {
    /// Looks for every fact.
    pub fn look(&mut self, now: Time, limits: &Limits) {
        self.headers();
        self.signatures();
        self.timestamps(now, limits);
        self.parts();
        self.body();
        self.secrets();
    }

    #[inline(never)]
    fn see(&mut self, cause: &'static KnownCause, words: &[(&str, &str)]) {
        self.found.push(cause.say(words));
    }

    fn headers(&mut self) {
        let (headers, header) = (&self.delivery.headers, self.scheme.header());
        let values = headers.get_all(header).count();
        if values == 0 {
            self.see(&causes::HEADER_MISSING, &[("header", header)]);
            let names: Vec<&str> = lookalikes(headers).into_iter().map(|(name, _)| name).collect();
            if !names.is_empty() {
                self.see(&causes::HEADER_LOOKALIKE, &[("names", &names.join(", ")), ("header", header)]);
            }
        }
        // GitHub sends two of them: the other one is not another provider's.
        let own = PROVIDERS.iter().find(|(name, _)| eq_ignore_ascii_case(name, header)).map(|(_, own)| own);
        for (name, provider) in &PROVIDERS {
            if own != Some(provider) && value(headers, name).is_some() {
                self.see(&causes::HEADER_OF_PROVIDER, &[("found", name), ("provider", provider)]);
            }
        }
        if value(headers, "content-encoding")
            .is_some_and(|it| !it.is_empty() && !eq_ignore_ascii_case(it, "identity"))
        {
            self.see(&causes::CONTENT_ENCODING, &[]);
        }
        let expected = self.webhook.provider().content_type.as_str();
        let is_form = |it: &str| contains(it, "form-urlencoded") || contains(it, "form-data");
        if !is_form(expected) && value(headers, "content-type").is_some_and(is_form) {
            self.see(&causes::CONTENT_TYPE_FORM, &[("expected", expected)]);
        }
    }

    fn signatures(&mut self) {
        let header = self.scheme.header();
        let value_count = self.delivery.headers.get_all(header).count();
        let count = self
            .received
            .iter()
            .filter(|it| eq_ignore_ascii_case(it.header, header))
            .count()
            .max(value_count);
        if count > 1 {
            self.see(&causes::SIGNATURE_LIST, &[("header", header), ("count", &number(count))]);
        }
        let algorithms = self.keys.algorithms();
        let received = self.received;
        for signature in received {
            let Received { header, text, .. } = signature;
            let sample = |(_, sample): &&(&str, &str)| {
                same_bytes(sample.as_bytes(), text.to_ascii_lowercase().as_bytes())
                    || same_bytes(sample.as_bytes(), text.as_bytes())
            };
            if let Some((provider, _)) = SAMPLES.iter().find(sample) {
                self.see(&causes::DOCUMENTATION_SAMPLE, &[("provider", provider)]);
            }
            let own = self.scheme.format.encoding;
            let Some(bytes) = [own].into_iter().chain(Encoding::ALL).find_map(|it| it.decode_any(text))
            else {
                continue;
            };
            let right = algorithms.iter().any(|it| it.digest_len() == bytes.len());
            // What a label says counts too.
            let labelled = signature.named();
            if right && labelled.is_none_or(|label| label.digest_len() == bytes.len()) {
                continue;
            }
            let made_by = match bytes.len() {
                16 => Some("md5"),
                28 => Some("sha224"),
                48 => Some("sha384"),
                other => Algorithm::of_len(other).map(Algorithm::name),
            };
            let mut like = match made_by {
                Some(name) => format!("the length of {name}"),
                None => into_owned_outlined("which no algorithm makes"),
            };
            if let Some(label) = labelled {
                like = format!("{like}, under the label {label}");
            }
            let wanted = algorithms.iter().map(|it| format!("{} bytes for {it}", it.digest_len()));
            let accepted = wanted.collect::<Vec<_>>().join(" or ");
            let length = number(bytes.len());
            self.see(
                &causes::DIGEST_LENGTH,
                &[("header", header), ("length", &length), ("like", &like), ("accepted", &accepted)],
            );
        }
    }

    fn timestamps(&mut self, now: Time, limits: &Limits) {
        let scheme = self.scheme;
        if !scheme.has_timestamp() {
            return;
        }
        let text = timestamps(scheme, &self.delivery.headers).into_iter().next();
        let Some(timestamp) = text.and_then(|text| scheme.timestamp_unit().read(text)) else {
            self.see(&causes::TIMESTAMP_MISSING, &[]);
            return;
        };
        let distance = now.as_millis().abs_diff(timestamp);
        if distance <= u64::from(limits.tolerance) * 1000 {
            return;
        }
        let cause =
            if timestamp < now.as_millis() { &causes::TIMESTAMP_TOO_OLD } else { &causes::TIMESTAMP_TOO_NEW };
        let seconds = distance.div_ceil(1000).to_string();
        self.see(cause, &[("seconds", &seconds), ("tolerance", &limits.tolerance.to_string())]);
    }

    /// What the signed content lacks.
    fn parts(&mut self) {
        let missing = match self.scheme.values(self.delivery) {
            Err(Outcome::HeaderMissing { name }) => format!("the header {name}"),
            Err(Outcome::UrlMissing) => into_owned_outlined("the URL"),
            Err(Outcome::MethodMissing) => into_owned_outlined("the method"),
            _ => return,
        };
        self.see(&causes::SIGNED_PART_MISSING, &[("missing", &missing)]);
    }

    fn body(&mut self) {
        let body = self.delivery.body;
        let received = number(body.len());
        if let Some(length) = content_length(&self.delivery.headers).filter(|it| *it != body.len()) {
            let cause = if length > body.len() { &causes::BODY_SHORT } else { &causes::BODY_LONG };
            self.see(cause, &[("length", &number(length)), ("received", &received)]);
        }
        if body.is_empty() {
            self.see(&causes::BODY_EMPTY, &[]);
            return;
        }
        if has(body, "\u{fffd}".as_bytes()) {
            self.see(&causes::BODY_REPLACED, &[]);
        }
        if !self.is_json && contains(&self.webhook.provider().content_type, "json") {
            self.see(&causes::BODY_NOT_JSON, &[]);
        }
    }

    fn secrets(&mut self) {
        let keys = self.keys;
        for (secret, (_, written)) in keys.secrets().enumerate() {
            if let Some((prefix, kind)) = other_kind(written) {
                let (secret, prefix) = (which(keys, secret), format!("\"{prefix}\""));
                let words = [("secret", secret.as_str()), ("prefix", &prefix), ("kind", kind)];
                self.see(&causes::SECRET_OTHER_KIND, &words);
            }
        }
        for (secret, doubt) in keys.doubts() {
            self.see(&causes::SECRET_ODD, &[("secret", &which(keys, secret)), ("doubt", doubt)]);
        }
    }
}
