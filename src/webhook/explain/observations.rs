//! Observations: facts of headers, signatures, timestamps, body and secrets that hint at a cause and prove nothing.

use std::borrow::Cow;

use super::body_facts::{lost_data, placeholder, serializer};
use super::candidates::find_signature_like_headers;
use super::cause::Cause;
use super::causes;
use super::definition::CauseDefinition;
use super::evidence::has_evidence;
use super::exposed::{ExposedSecret, exposed_causes};
use super::providers::headers_of_others;
use super::received::Received;
use super::renamed::RenamedHeaders;
use super::shared::{contains_bytes, contains_word, header_value, secret_label, timestamps};
use super::unsupported::{is_public_key_header, unsupported_signatures};
use crate::delivery::{Delivery, Headers};
use crate::json::Document;
use crate::signature::hmac::constant_time_eq;
use crate::signature::{Algorithm, Encoding, Keys, Scheme, detect_token_type, detect_unit};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};
use crate::webhook::{Timestamp, VerifyOptions, Webhook};

/// Example signatures that providers print in their documentation, which people copy.
const DOCUMENTED_SIGNATURES: [(&str, &str); 6] = [
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

/// Collects the observations of one delivery.
pub struct ObservationCollector<'a, 'd> {
    pub webhook: &'a Webhook,
    /// `None` if the provider signs nothing.
    pub scheme: Option<&'a Scheme>,
    /// `None` without secrets.
    pub keys: Option<&'a Keys>,
    pub delivery: &'d Delivery<'d>,
    /// The delivery with its renamed headers.
    pub substituted: &'a Delivery<'d>,
    pub renamed: Option<&'a RenamedHeaders<'d>>,
    pub received: &'a [Received<'d>],
    pub exposed: &'a [ExposedSecret<'d>],
    /// The body, if it is JSON.
    pub document: Option<&'a Document<'a>>,
    pub is_too_large: bool,
    pub observations: Vec<Cause>,
}

/// Formats a number. One copy for all callers.
#[inline(never)]
fn number(count: usize) -> String {
    count.to_string()
}

/// Returns whether a body is a form as it is sent: names and values, URL-encoded.
fn is_raw_form(body: &[u8]) -> bool {
    body.contains(&b'=')
        && body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"%+&=*-._~!'()".contains(byte))
}

fn declares_form(content_type: &str) -> bool {
    contains_word(content_type, "form-urlencoded") || contains_word(content_type, "form-data")
}

/// Decodes a signature. Hexadecimal digits of the length of a hash are no base64.
fn decoded(text: &str, expected: Encoding) -> Option<Vec<u8>> {
    let is_hash = |bytes: &Vec<u8>| [16, 20, 28, 32, 48, 64].contains(&bytes.len());
    let hex = Encoding::Hex.decode_lenient(text).filter(is_hash);
    hex.or_else(|| [expected].into_iter().chain(Encoding::ALL).find_map(|e| e.decode_lenient(text)))
}

/// Returns Content-Length, if it is a number.
#[inline(never)]
pub fn content_length(headers: &Headers<'_>) -> Option<usize> {
    header_value(headers, "content-length")?.parse().ok()
}

impl ObservationCollector<'_, '_> {
    /// Makes every check.
    pub fn collect(&mut self, now: Timestamp, options: &VerifyOptions) {
        let title = &self.webhook.provider().title;
        if let Some(scheme) = self.scheme {
            self.signature_header(scheme);
            self.parts(scheme);
            self.timestamps(scheme, now, options);
        } else {
            self.observe(&causes::PROVIDER_UNSIGNED, &[("provider", title)]);
        }
        self.headers();
        match (self.scheme, self.keys) {
            (Some(scheme), Some(keys)) => {
                self.signatures(scheme, keys);
                self.secrets(keys);
            }
            (Some(_), None) => self.observe(&causes::SECRET_MISSING, &[]),
            (None, _) => {}
        }
        if self.is_too_large {
            let length = number(options.max_bytes);
            let args = [("length", length.as_str()), ("max_bytes", option!(max_bytes))];
            self.observe(&causes::BODY_TOO_LARGE, &args);
        }
        self.body();
    }

    /// Makes the checks that hint at a cause only where nothing matched. `earlier`: the observations so far.
    pub fn without_match(&mut self, earlier: &[Cause]) {
        if let Some(scheme) = self.scheme
            && scheme.content.has_url()
            && self.delivery.url.is_some_and(|url| !url.is_empty())
        {
            self.observe(&causes::URL_SIGNED, &[("expected_content", scheme.signed_content())]);
        }
        if let Some(document) = self.document {
            let length = content_length(&self.delivery.headers);
            let is_shorter = length.is_some_and(|length| length > self.delivery.body.len());
            for cause in lost_data(document, is_shorter) {
                self.observe(cause, &[]);
            }
            // Most deliveries are such a text, so stronger evidence leaves them out.
            if !has_evidence(earlier)
                && !has_evidence(&self.observations)
                && let Some(cause) = serializer(document)
            {
                self.observe(cause, &[]);
            }
        }
        let count = self.keys.map_or(0, Keys::count);
        if count > 1 {
            self.observe(&causes::SECRETS_SEVERAL, &[("count", &number(count))]);
        }
    }

    #[inline(never)]
    fn observe(&mut self, cause: &'static CauseDefinition, args: &[(&str, &str)]) {
        self.observations.push(cause.render(args));
    }

    fn signature_header(&mut self, scheme: &Scheme) {
        let (headers, header) = (&self.delivery.headers, scheme.header());
        let mut others = Vec::new();
        if let Some(keys) = self.keys {
            others = exposed_causes(keys, scheme, headers, self.exposed);
        }
        let unsupported = unsupported_signatures(scheme, headers);
        others.extend(unsupported.iter().filter_map(|signature| {
            let is_exposed = self.exposed.iter().any(|secret| secret.is_in_header(signature.header));
            (!is_exposed).then(|| signature.render())
        }));
        let is_missing = headers.get_all(header).next().is_none();
        let fix = is_missing && !others.is_empty();
        self.observations.append(&mut others);
        if is_missing {
            self.observe(&causes::HEADER_MISSING, &[("header", header)]);
            if let (true, Some(cause)) = (fix, self.observations.last_mut()) {
                cause.fix =
                    format!("Verify in the way that the sender documents. Or set it to sign in {header}.");
            }
            let names: Vec<&str> =
                find_signature_like_headers(headers).into_iter().map(|(name, _)| name).collect();
            if !names.is_empty() {
                self.observe(&causes::HEADER_SIMILAR, &[("names", &names.join(", ")), ("header", header)]);
            }
        }
    }

    fn headers(&mut self) {
        let headers = &self.delivery.headers;
        let header = self.scheme.map_or("", Scheme::header);
        for (name, provider) in headers_of_others(header, headers) {
            self.observe(&causes::HEADER_OF_ANOTHER_PROVIDER, &[("found", name), ("provider", provider)]);
        }
        if header_value(headers, "content-encoding")
            .is_some_and(|value| !value.is_empty() && !eq_ignore_ascii_case(value, "identity"))
        {
            self.observe(&causes::CONTENT_ENCODING, &[]);
        }
        let expected = self.webhook.provider().content_type.as_str();
        if declares_form(expected) || !self.is_form() {
            return;
        }
        if !self.sends_forms() {
            let detail = ["this provider sends ", expected].concat();
            self.observe(&causes::CONTENT_TYPE_FORM, &[("expected", expected), ("detail", &detail)]);
        } else if !is_raw_form(self.delivery.body) {
            let mut cause = causes::CONTENT_TYPE_FORM.render(&[("detail", "the body is not URL-encoded")]);
            cause.fix = into_owned_outlined("Verify the raw form, before a parser reads it.");
            self.observations.push(cause);
        }
    }

    /// Whether Content-Type declares a form.
    fn is_form(&self) -> bool {
        header_value(&self.delivery.headers, "content-type").is_some_and(declares_form)
    }

    /// Whether the provider sends forms in addition to JSON.
    fn sends_forms(&self) -> bool {
        !self.webhook.provider().body_formats.forms.is_empty()
    }

    fn signatures(&mut self, scheme: &Scheme, keys: &Keys) {
        let header = scheme.header();
        let value_count = self.delivery.headers.get_all(header).count();
        let count = self
            .received
            .iter()
            .filter(|other| eq_ignore_ascii_case(other.header, header))
            .count()
            .max(value_count);
        if count > 1 {
            self.observe(&causes::SIGNATURE_MULTIPLE, &[("header", header), ("count", &number(count))]);
        }
        let is_exposed = |name: &str| self.exposed.iter().any(|secret| secret.is_in_header(name));
        if is_exposed(header) || is_public_key_header(header) {
            return;
        }
        let algorithms = keys.algorithms();
        let received = self.received;
        for signature in received {
            let Received { header, text, .. } = signature;
            let sample = |(_, sample): &&(&str, &str)| {
                constant_time_eq(sample.as_bytes(), text.to_ascii_lowercase().as_bytes())
                    || constant_time_eq(sample.as_bytes(), text.as_bytes())
            };
            if let Some((provider, _)) = DOCUMENTED_SIGNATURES.iter().find(sample) {
                self.observe(&causes::DOCUMENTATION_SAMPLE, &[("provider", provider)]);
            }
            let Some(bytes) = decoded(text, scheme.format.encoding) else { continue };
            let is_expected = algorithms.iter().any(|algorithm| algorithm.digest_len() == bytes.len());
            // With a label, only its own algorithm counts.
            let labelled = signature.labelled_algorithm();
            if is_expected && labelled.is_none_or(|label| label.digest_len() == bytes.len()) {
                continue;
            }
            let hash = match bytes.len() {
                16 => Some("md5"),
                28 => Some("sha224"),
                48 => Some("sha384"),
                64 => Some("sha512, and of Ed25519 signatures"),
                256 | 384 | 512 => Some("RSA signatures"),
                // DER, which begins with a sequence.
                70..=72 if bytes[0] == 0x30 => Some("ECDSA signatures"),
                other => Algorithm::of_len(other).map(Algorithm::name),
            };
            let mut like = match hash {
                Some(name) => format!("the length of {name}"),
                None => into_owned_outlined("the length of no known algorithm"),
            };
            if let Some(label) = labelled {
                like = format!("{like}, under the label {label}");
            }
            let lengths = algorithms.iter().map(|a| format!("{} bytes for {a}", a.digest_len()));
            let accepted = lengths.collect::<Vec<_>>().join(" or ");
            let length = number(bytes.len());
            self.observe(
                &causes::DIGEST_LENGTH,
                &[("header", header), ("length", &length), ("like", &like), ("accepted", &accepted)],
            );
        }
    }

    fn timestamps(&mut self, scheme: &Scheme, now: Timestamp, options: &VerifyOptions) {
        let (text, unit) = match &self.webhook.provider().signed_time {
            // What is not JSON has an observation of its own.
            Some(time) => match Document::parse(self.delivery.body) {
                Ok(document) => (time.text(document.root()).map(Cow::into_owned), time.unit),
                Err(_) => return,
            },
            None if !scheme.has_timestamp() => return,
            None => {
                let text = timestamps(scheme, &self.substituted.headers).into_iter().next();
                (text, scheme.timestamp_unit())
            }
        };
        let text = text.unwrap_or_default();
        if let Some(found) = detect_unit(&text, unit, now.as_millis()) {
            return self.observe(&causes::TIMESTAMP_UNIT, &[("found", found), ("unit", unit.description())]);
        }
        let Some(timestamp) = unit.parse(&text) else {
            self.observe(&causes::TIMESTAMP_MISSING, &[]);
            return;
        };
        let distance = now.as_millis().abs_diff(timestamp);
        if distance <= u64::from(options.tolerance) * 1000 {
            return;
        }
        let cause =
            if timestamp < now.as_millis() { &causes::TIMESTAMP_TOO_OLD } else { &causes::TIMESTAMP_TOO_NEW };
        let seconds = distance.div_ceil(1000).to_string();
        self.observe(cause, &[("seconds", &seconds), ("tolerance", &options.tolerance.to_string())]);
    }

    /// Reports a part of the signed content that the delivery lacks.
    fn parts(&mut self, scheme: &Scheme) {
        let delivery = self.delivery;
        let mut missing: Vec<String> = Vec::new();
        for name in scheme.content.headers() {
            if self.renamed.is_some_and(|renamed| renamed.missing.contains(&name)) {
                missing.push(["the header ", name].concat());
            }
        }
        for (name, is_signed, value) in [
            ("the URL", scheme.content.has_url(), delivery.url),
            ("the method", scheme.content.has_method(), delivery.method),
        ] {
            if is_signed && value.unwrap_or_default().is_empty() {
                missing.push(into_owned_outlined(name));
            }
        }
        if !missing.is_empty() {
            self.observe(&causes::SIGNED_CONTENT_INCOMPLETE, &[("missing", &missing.join(" and "))]);
        }
    }

    fn body(&mut self) {
        let body = self.delivery.body;
        let received = number(body.len());
        if let Some(length) = content_length(&self.delivery.headers).filter(|length| *length != body.len()) {
            let cause = if length > body.len() {
                &causes::BODY_SHORTER_THAN_DECLARED
            } else {
                &causes::BODY_LONGER_THAN_DECLARED
            };
            self.observe(cause, &[("length", &number(length)), ("received", &received)]);
        }
        if body.is_empty() {
            self.observe(&causes::BODY_EMPTY, &[]);
            return;
        }
        if contains_bytes(body, "\u{fffd}".as_bytes()) {
            self.observe(&causes::BODY_REPLACEMENT_CHARACTERS, &[]);
        }
        if self.is_too_large || !contains_word(&self.webhook.provider().content_type, "json") {
            return;
        }
        if let Some((found, reason)) = placeholder(body, self.document) {
            self.observe(&causes::BODY_PLACEHOLDER, &[("found", found), ("reason", reason)]);
        } else if self.document.is_none() && !(self.sends_forms() && (self.is_form() || is_raw_form(body))) {
            self.observe(&causes::BODY_NOT_JSON, &[]);
        }
    }

    fn secrets(&mut self, keys: &Keys) {
        for (secret, (_, source_text)) in keys.secrets().enumerate() {
            let text = std::str::from_utf8(source_text).unwrap_or_default();
            if let Some((prefix, kind)) = detect_token_type(text) {
                let (secret, prefix) = (secret_label(keys, secret), format!("\"{prefix}\""));
                let args = [("secret", secret.as_str()), ("prefix", &prefix), ("kind", kind)];
                self.observe(&causes::SECRET_WRONG_TYPE, &args);
            }
        }
        for (secret, error) in keys.errors() {
            let message = match error.hint() {
                Some(hint) => format!("{error} {hint}"),
                None => error.to_string(),
            };
            let args = [("secret", secret_label(keys, secret)), ("message", message)];
            self.observe(
                &causes::SECRET_INVALID,
                &args.each_ref().map(|(name, text)| (*name, text.as_str())),
            );
        }
        for (secret, hint) in keys.warnings() {
            self.observe(
                &causes::SECRET_SUSPICIOUS,
                &[("secret", &secret_label(keys, secret)), ("hint", hint)],
            );
        }
    }
}
