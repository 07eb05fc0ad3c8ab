//! What senders write in place of an HMAC: signatures by a private key, JSON Web Tokens, and tokens that sign nothing.

use std::borrow::Cow;

use super::candidates::is_sane;
use super::cause::{Cause, Explanation};
use super::causes;
use super::definition::CauseDefinition;
use super::shared::{contains_word, header_value};
use crate::delivery::Headers;
use crate::signature::{Encoding, Scheme};
use crate::text::{eq_ignore_ascii_case, split_once};

/// Headers with a signature by a private key: header, sender, kind of signature.
const PUBLIC_KEY_HEADERS: [(&str, &str, &str); 8] = [
    // docs.discord.com/developers/interactions/receiving-and-responding
    ("X-Signature-Ed25519", "Discord", "an Ed25519 signature"),
    // twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
    ("X-Twilio-Email-Event-Webhook-Signature", "Twilio SendGrid", "an ECDSA signature"),
    // developer.paypal.com/api/rest/webhooks/rest
    ("PAYPAL-TRANSMISSION-SIG", "PayPal", "an RSA signature"),
    // developers.telnyx.com/docs/messaging/messages/receiving-webhooks
    ("Telnyx-Signature-Ed25519", "Telnyx", "an Ed25519 signature"),
    // docs.fal.ai/model-apis/model-endpoints/webhooks
    ("X-Fal-Webhook-Signature", "fal.ai", "an Ed25519 signature"),
    // docs.kick.com/events/webhook-security
    ("Kick-Event-Signature", "Kick", "an RSA signature"),
    // developer.ebay.com/marketplace-account-deletion
    ("X-EBAY-SIGNATURE", "eBay", "an ECDSA signature"),
    // docs.github.com/code-security/secret-scanning/secret-scanning-partner-program
    ("Github-Public-Key-Signature", "GitHub's secret scanning", "an ECDSA signature"),
];

/// Headers with a token in place of a signature: header, sender.
const TOKEN_HEADERS: [(&str, &str); 6] = [
    // docs.gitlab.com/user/project/integrations/webhooks
    ("X-Gitlab-Token", "GitLab"),
    // core.telegram.org/bots/api#setwebhook
    ("X-Telegram-Bot-Api-Secret-Token", "Telegram"),
    // developer.flutterwave.com/docs/webhooks
    ("verif-hash", "Flutterwave"),
    // developers.google.com/workspace/calendar/api/guides/push
    ("X-Goog-Channel-Token", "Google"),
    // buildkite.com/docs/apis/webhooks
    ("X-Buildkite-Token", "Buildkite"),
    // developers.sparkpost.com/api/webhooks
    ("X-MessageSystems-Webhook-Token", "SparkPost"),
];

/// Label of the asymmetric signatures of Standard Webhooks.
const ASYMMETRIC_LABEL: &str = "v1a,";

/// Returns whether only a public key verifies the signature in the header of this name.
pub fn is_public_key_header(name: &str) -> bool {
    PUBLIC_KEY_HEADERS.iter().any(|(header, ..)| eq_ignore_ascii_case(header, name))
}

/// Removes the signatures of Standard Webhooks that only a public key verifies.
pub fn without_public_key_items(value: &str) -> Cow<'_, str> {
    if !value.contains(ASYMMETRIC_LABEL) {
        return Cow::Borrowed(value);
    }
    let items: Vec<&str> =
        value.split_ascii_whitespace().filter(|item| !item.starts_with(ASYMMETRIC_LABEL)).collect();
    Cow::Owned(items.join(" "))
}

/// Returns whether a value is a JSON Web Token (RFC 7519), with or without `Bearer` before it.
pub fn is_json_web_token(value: &str) -> bool {
    let token = split_once(value, ' ').map_or(value, |(_, token)| token);
    let parts: Vec<&str> = token.trim().split('.').collect();
    let is_part = |part: &&str| Encoding::Base64Url.decode_lenient(part).is_some();
    // The header of a token is a JSON object: `{"`.
    parts.len() == 3 && parts[0].starts_with("eyJ") && parts.iter().all(is_part)
}

/// Something that no shared secret verifies, in a header.
pub struct UnsupportedSignature<'d> {
    pub header: &'d str,
    cause: &'static CauseDefinition,
    kind: &'static str,
    provider: &'static str,
}

impl UnsupportedSignature<'_> {
    pub fn render(&self) -> Cause {
        self.cause.render(&[("found", self.header), ("kind", self.kind), ("provider", self.provider)])
    }
}

/// Returns what the delivery has in place of a signature that a shared secret verifies. Tokens count only where the header of
/// the scheme is missing.
pub fn unsupported_signatures<'d>(
    scheme: &'d Scheme,
    headers: &'d Headers<'_>,
) -> Vec<UnsupportedSignature<'d>> {
    let mut all = Vec::new();
    let mut push = |cause, header, kind, provider| {
        all.push(UnsupportedSignature { header, cause, kind, provider });
    };
    let expected = scheme.header();
    for (name, value) in headers.iter() {
        let known = PUBLIC_KEY_HEADERS.iter().find(|(header, ..)| eq_ignore_ascii_case(header, name));
        if let Some((_, provider, kind)) = known {
            push(&causes::SIGNATURE_PUBLIC_KEY, name, kind, provider);
        }
        let is_asymmetric = value.contains(ASYMMETRIC_LABEL) && without_public_key_items(value).is_empty();
        if is_asymmetric && contains_word(name, "signature") && is_sane(name, value) {
            push(&causes::SIGNATURE_PUBLIC_KEY, name, "an Ed25519 signature (v1a)", "the sender");
        } else if eq_ignore_ascii_case(name, expected) && is_json_web_token(value) {
            push(&causes::SIGNATURE_JWT, expected, "", "");
        }
    }
    if header_value(headers, expected).is_some_and(|value| !value.is_empty()) {
        return all;
    }
    for (name, value) in headers.iter() {
        let known = TOKEN_HEADERS.iter().find(|(header, _)| eq_ignore_ascii_case(header, name));
        if let Some((_, provider)) = known {
            push(&causes::HEADER_TOKEN, name, "", provider);
        }
        let is_named = ["signature", "jwt", "verification", "authorization"]
            .iter()
            .any(|word| contains_word(name, word));
        if is_named && is_sane(name, value) && is_json_web_token(value) {
            push(&causes::SIGNATURE_JWT, name, "", "");
        }
    }
    all
}

/// Removes the observations that a match or a valid signature refutes: that the delivery is of another provider, or signed in
/// another way.
pub fn remove_refuted(explanation: &mut Explanation) {
    let has = |list: &[Cause], cause: &CauseDefinition| list.iter().any(|other| other.code == cause.code);
    let is_valid = has(&explanation.observations, &causes::SIGNATURE_VALID);
    let is_own = is_valid || has(&explanation.matches, &causes::HEADER_RENAMED);
    let is_signed = is_valid || !explanation.matches.is_empty();
    explanation.observations.retain(|cause| {
        let is = |list: &[&CauseDefinition]| list.iter().any(|definition| definition.code == cause.code);
        !(is_own && is(&[&causes::HEADER_OF_ANOTHER_PROVIDER])
            || is_valid && is(&[&causes::BODY_EMPTY, &causes::CONTENT_ENCODING])
            || is_signed && is(&REFUTED))
    });
}

/// The observations that any match makes needless.
static REFUTED: [&CauseDefinition; 8] = [
    &causes::SIGNATURE_PUBLIC_KEY,
    &causes::SIGNATURE_JWT,
    &causes::HEADER_TOKEN,
    &causes::HEADER_MISSING,
    &causes::HEADER_SIMILAR,
    &causes::CONTENT_TYPE_FORM,
    &causes::BODY_NOT_JSON,
    &causes::BODY_PLACEHOLDER,
];

/// Removes the remarks on the form of a secret that signs.
pub fn remove_secret_remarks(observations: &mut Vec<Cause>, label: &str) {
    let named = [label, " "].concat();
    observations.retain(|cause| {
        let is_remark =
            cause.code == causes::SECRET_WRONG_TYPE.code || cause.code == causes::SECRET_SUSPICIOUS.code;
        !(is_remark && cause.message.contains(&named))
    });
}
