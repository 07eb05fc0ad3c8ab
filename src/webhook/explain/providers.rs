//! How other providers sign: the built-in ones, read from their definitions when first needed, and some that are not
//! built in.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::delivery::Headers;
use crate::json::{Document, Kind, Value};
use crate::provider::{self, SHARED_HEADERS};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

/// How one provider signs.
#[derive(Debug)]
struct KnownProvider {
    title: String,
    header: String,
    /// Template as in a definition; empty if `explain` cannot compute it, or if a built-in provider has the same.
    signed_content: String,
}

/// Signature schemes of providers that are not built in: title, signature header, signed content; each with its source. An entry whose
/// header a built-in provider has is skipped.
const UNLISTED_SCHEMES: [(&str, &str, &str); 13] = [
    // docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries: the SHA-1 next to the SHA-256
    ("GitHub", "X-Hub-Signature", "{body}"),
    // twilio.com/docs/usage/security: the URL and the sorted form fields, so no template computes it
    ("Twilio", "X-Twilio-Signature", ""),
    // developer.atlassian.com/cloud/trello/guides/rest-api/webhooks
    ("Trello", "X-Trello-Webhook", "{body}{url}"),
    // dev.twitch.tv/docs/eventsub/handling-webhook-events
    ("Twitch", "Twitch-Eventsub-Message-Signature", "{id}{timestamp}{body}"),
    // developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
    ("HubSpot", "X-HubSpot-Signature-v3", "{method}{url}{body}{timestamp}"),
    // developer.zendesk.com/documentation/webhooks/verifying
    ("Zendesk", "X-Zendesk-Webhook-Signature", "{timestamp}{body}"),
    // developer.box.com/guides/webhooks/v2/signatures-v2
    ("Box", "BOX-SIGNATURE-PRIMARY", "{body}{timestamp}"),
    // docs.withorb.com/integrations-and-exports/webhooks
    ("Orb", "X-Orb-Signature", "v1:{timestamp}:{body}"),
    // docs.sentry.io/organization/integrations/integration-platform/webhooks
    ("Sentry", "Sentry-Hook-Signature", ""),
    // developer.woocommerce.com/docs/best-practices/urls-and-routing/webhooks
    ("WooCommerce", "X-WC-Webhook-Signature", ""),
    // developers.line.biz/en/docs/messaging-api/verify-webhook-signature
    ("LINE", "X-Line-Signature", ""),
    // developer.xero.com/documentation/guides/webhooks/configuring-your-server
    ("Xero", "X-Xero-Signature", ""),
    // gitea and its forks: docs.gitea.com/usage/webhooks
    ("Gitea", "X-Gitea-Signature", ""),
];

/// Signed contents with the URL that no known provider uses.
const URL_CONTENTS: [&str; 8] = [
    "{url}.{body}",
    "{url}\n{body}",
    "{method}{url}{body}",
    "{method}.{url}.{body}",
    "{method}\n{url}\n{body}",
    "{url}{timestamp}{body}",
    "{timestamp}{url}{body}",
    "{timestamp}{method}{url}{body}",
];

/// Parsed once: the definitions are some tens of kilobytes.
static PROVIDERS: LazyLock<Vec<KnownProvider>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for text in provider::ids().filter_map(provider::definition) {
        if let Ok(document) = Document::parse(text.as_bytes()) {
            add_built_in(&mut all, document.root());
        }
    }
    for (title, header, signed_content) in UNLISTED_SCHEMES {
        if !all.iter().any(|other| eq_ignore_ascii_case(&other.header, header)) {
            let [title, header, signed_content] = [title, header, signed_content].map(into_owned_outlined);
            all.push(KnownProvider { title, header, signed_content });
        }
    }
    all
});

/// Adds the signature schemes of a definition: one, or a list.
fn add_built_in(all: &mut Vec<KnownProvider>, definition: Value<'_>) {
    let text = |value: Value<'_>, key| value.get(key).and_then(Value::as_str).map(Cow::into_owned);
    let Some(signature) = definition.get("signature") else { return };
    let schemes =
        if signature.kind() == Kind::Array { signature.elements().collect() } else { vec![signature] };
    for scheme in schemes {
        let Some(header) = scheme.get("header") else { continue };
        // A list has the names of several families of headers.
        let headers = if header.kind() == Kind::Array { header.elements().collect() } else { vec![header] };
        for header in headers.into_iter().filter_map(Value::as_str).map(Cow::into_owned) {
            let Some(title) = text(definition, "title") else { continue };
            // The default of definitions. Values of the body are not computed here.
            let signed_content = text(scheme, "signedContent").unwrap_or_else(|| "{body}".to_owned());
            let has_values = ["{/", "{query:", "{path}", "{if:", "{secret}", "{headers"]
                .iter()
                .any(|part| signed_content.contains(part));
            let is_computed = signed_content.contains("{body}") && !has_values;
            let signed_content = if is_computed { signed_content } else { String::new() };
            all.push(KnownProvider { title, header, signed_content });
        }
    }
}

/// Returns the signature header and the title of every known provider. Of providers with the same header, the first.
fn known_headers() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_first = |(index, known): &(usize, &KnownProvider)| {
        !PROVIDERS[..*index].iter().any(|other| eq_ignore_ascii_case(&other.header, &known.header))
    };
    let all = PROVIDERS.iter().enumerate().filter(is_first);
    all.map(|(_, known)| (known.header.as_str(), known.title.as_str()))
}

/// Headers of Standard Webhooks and of Svix, whose senders send both.
const STANDARD_HEADERS: [&str; 2] = ["webhook-signature", "svix-signature"];

/// Returns the signature headers of a delivery that only other providers send than the one with the expected header.
pub fn headers_of_others(expected: &str, headers: &Headers<'_>) -> Vec<(&'static str, &'static str)> {
    let is_listed = |list: &[&str], name: &str| list.iter().any(|other| eq_ignore_ascii_case(other, name));
    let provider =
        known_headers().find(|(name, _)| eq_ignore_ascii_case(name, expected)).map(|(_, title)| title);
    let is_standard = is_listed(&STANDARD_HEADERS, expected);
    known_headers()
        .filter(|(name, title)| {
            provider != Some(title)
                && !is_listed(&SHARED_HEADERS, name)
                && !(is_standard && is_listed(&STANDARD_HEADERS, name))
                && headers.get(name).is_some()
        })
        .chain(github_event(expected, headers))
        .collect()
}

/// Returns the event header of GitHub, whose signature header others send, too. Gitea and its forks send the event header as
/// well, in addition to their own.
fn github_event(expected: &str, headers: &Headers<'_>) -> Option<(&'static str, &'static str)> {
    let is_other = |(name, _): (&str, &str)| {
        let is =
            |start: &str| name.get(..start.len()).is_some_and(|other| eq_ignore_ascii_case(other, start));
        is("x-gitea-") || is("x-gogs-") || is("x-forgejo-")
    };
    let header = "X-GitHub-Event";
    let is_own = eq_ignore_ascii_case(expected, SHARED_HEADERS[0])
        || eq_ignore_ascii_case(expected, SHARED_HEADERS[1]);
    (!is_own && headers.get(header).is_some() && !headers.iter().any(is_other)).then_some((header, "GitHub"))
}

/// Limit of the providers that a message names for one signed content.
const MAX_NAMED: usize = 3;

/// Returns every signed content once, with the titles of the providers that use it.
pub fn known_contents() -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, Vec<&str>)> = Vec::new();
    for KnownProvider { title, signed_content, .. } in
        PROVIDERS.iter().filter(|p| !p.signed_content.is_empty())
    {
        match all.iter_mut().find(|(template, _)| template == signed_content) {
            Some((_, titles)) if titles.contains(&title.as_str()) => {}
            Some((_, titles)) => titles.push(title),
            None => all.push((signed_content, vec![title])),
        }
    }
    let named = |titles: Vec<&str>| {
        let others = if titles.len() > MAX_NAMED { " and others" } else { "" };
        titles[..titles.len().min(MAX_NAMED)].join(", ") + others
    };
    let contents = all.into_iter().map(|(template, titles)| (template, named(titles)));
    contents.chain(URL_CONTENTS.map(|template| (template, String::new()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SignedContent;

    #[test]
    fn every_signed_content_can_be_computed_and_is_tried_once() {
        let all = known_contents();
        for (n, (template, titles)) in all.iter().enumerate() {
            assert!(SignedContent::parse(template, Some("X-Id")).is_ok(), "{template} of {titles}");
            assert!(all[..n].iter().all(|(other, _)| other != template), "{template}");
        }
    }

    #[test]
    fn every_built_in_provider_that_signs_is_known_by_its_header() {
        for id in provider::ids() {
            let definition = provider::definition(id).expect("a definition");
            let document = Document::parse(definition.as_bytes()).expect("JSON");
            let mut expected = Vec::new();
            add_built_in(&mut expected, document.root());
            for KnownProvider { title, header, .. } in expected {
                assert!(known_headers().any(|(name, _)| name.eq_ignore_ascii_case(&header)), "{id}");
                assert!(PROVIDERS.iter().any(|known| known.title == title), "{id}");
            }
        }
        let linear = known_headers().find(|(header, _)| *header == "Linear-Signature");
        assert_eq!(linear, Some(("Linear-Signature", "Linear")));
    }
}
