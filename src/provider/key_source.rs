//! Keys from outside: where the public keys of a provider are found. The core fetches nothing; it says which key a delivery needs.

use super::members::{items, text, texts};
use super::request_source::{Found, RequestParts, RequestSource};
use crate::blob::blob;
use crate::json::Value;
use crate::text::{into_owned_outlined, split_once};

/// How a source has its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFormat {
    /// A set of JSON Web Keys.
    Jwks,
    /// One JSON Web Key.
    Jwk,
    /// A certificate in PEM.
    Certificate,
    /// A public key in PEM.
    Pem,
}

blob!(enum KeyFormat { 0 => Jwks, 1 => Jwk, 2 => Certificate, 3 => Pem });

impl KeyFormat {
    const ALL: [Self; 4] = [Self::Jwks, Self::Jwk, Self::Certificate, Self::Pem];

    /// Returns the name in definitions: `jwks`, `jwk`, `certificate`, `pem`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwks => "jwks",
            Self::Jwk => "jwk",
            Self::Certificate => "certificate",
            Self::Pem => "pem",
        }
    }
}

/// The URL of keys.
#[derive(Debug)]
enum KeyUrl {
    Fixed(String),
    /// A source in the delivery, whose URL has to be at an allowed host.
    Source(RequestSource),
}

blob!(enum KeyUrl { 0 => Fixed(url), 1 => Source(source) });

/// Where the public keys of a provider are found.
#[derive(Debug)]
pub struct KeySource {
    /// How the source has its keys.
    pub format: KeyFormat,
    url: Option<KeyUrl>,
    /// The hosts at which a URL of a delivery may be. `*` is one label, or its end.
    pub(crate) hosts: Vec<String>,
    /// The source of the key's id. A JSON Web Token has it in its own header.
    id: Option<RequestSource>,
    /// How keys are requested, if no URL has them.
    pub(crate) api: Option<String>,
    /// Keys that the provider publishes, for a webhook without keys.
    pub(crate) known: Vec<String>,
}

blob!(struct KeySource { format, url, hosts, id, api, known });

/// Ids of keys and URLs are no longer. They become parts of requests.
const MAX_ID_BYTES: usize = 256;
const MAX_URL_BYTES: usize = 2048;

/// The URL of a delivery's key is not at an allowed host.
#[derive(Debug)]
pub(crate) struct Refused;

impl KeySource {
    /// Parses the member `keys`.
    #[inline(never)]
    pub(super) fn parse(root: Value<'_>) -> Result<Option<Self>, (Value<'_>, String)> {
        let Some(keys) = root.get("keys") else { return Ok(None) };
        let url = text(keys, "/url").map(|url| match RequestSource::parse(&url) {
            Some(source) => KeyUrl::Source(source),
            None => KeyUrl::Fixed(url),
        });
        let hosts = texts(keys, "hosts");
        let mistake = match &url {
            Some(KeyUrl::Source(_)) if hosts.is_empty() => {
                "A delivery names the URL, so an attacker can choose it. Add the allowed hosts to `hosts`."
            }
            Some(KeyUrl::Source(_)) => "",
            _ if !hosts.is_empty() => {
                "`hosts` restricts URLs of deliveries, and `url` is none. Remove `hosts`."
            }
            None if items(keys, "known").is_empty() && text(keys, "/api").is_none() => {
                "Nothing says where the keys are. Add `url`, `api` or `known`."
            }
            _ => "",
        };
        if !mistake.is_empty() {
            return Err((keys, mistake.to_owned()));
        }
        let format = text(keys, "/as").unwrap_or_default();
        Ok(Some(Self {
            format: KeyFormat::ALL.into_iter().find(|one| one.name() == format).unwrap_or(KeyFormat::Pem),
            url,
            hosts,
            id: text(keys, "/id").and_then(|id| RequestSource::parse(&id)),
            api: text(keys, "/api"),
            known: texts(keys, "known"),
        }))
    }

    /// The sources that are read.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &RequestSource> {
        let url = match &self.url {
            Some(KeyUrl::Source(source)) => Some(source),
            _ => None,
        };
        url.into_iter().chain(&self.id)
    }

    /// Returns the id of a delivery's key, if a source of the definition has it. SECURITY: an id becomes a part of requests, so
    /// that one with other characters is none.
    pub(crate) fn id(&self, request: &RequestParts<'_>) -> Option<String> {
        match self.id.as_ref()?.find(request) {
            Found::Text(id) => usable_id(&id),
            _ => None,
        }
    }

    /// Returns the URL of a delivery's key. SECURITY: a URL of the delivery is at an allowed host, or is refused.
    pub(crate) fn url(&self, request: &RequestParts<'_>) -> Result<Option<String>, Refused> {
        match &self.url {
            None => Ok(None),
            Some(KeyUrl::Fixed(url)) => Ok(Some(into_owned_outlined(url))),
            Some(KeyUrl::Source(source)) => match source.find(request) {
                Found::Text(url) if self.allows(&url) => Ok(Some(url.into_owned())),
                _ => Err(Refused),
            },
        }
    }

    /// Whether a URL is at an allowed host: https, without user and port, in visible ASCII. Parsers of URLs disagree on
    /// everything else.
    fn allows(&self, url: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\@#\"<>^`{|}".contains(&byte);
        let Some(rest) = url.strip_prefix("https://").filter(|_| url.len() <= MAX_URL_BYTES) else {
            return false;
        };
        let host = split_once(rest, '/').map_or("", |(host, _)| host);
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        rest.bytes().all(is_plain)
            && host.bytes().all(is_host)
            && !rest.contains("/../")
            && self.hosts.iter().any(|pattern| matches_host(pattern, host))
    }
}

/// Returns the id of a key, if it can be a part of a request.
pub(crate) fn usable_id(id: &str) -> Option<String> {
    let is_usable = (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    is_usable.then(|| into_owned_outlined(id))
}

/// Whether a host equals a pattern, in which `*` is one label or its end.
fn matches_host(pattern: &str, host: &str) -> bool {
    let mut labels = host.split('.');
    let is_equal = |expected: &str| {
        labels.next().is_some_and(|label| match expected.strip_suffix('*') {
            Some(start) => {
                label.len() > start.len()
                    && label.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes())
            }
            None => !label.is_empty() && expected.eq_ignore_ascii_case(label),
        })
    };
    pattern.split('.').all(is_equal) && labels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Delivery, Headers};

    fn source(url: &str, hosts: &[&str]) -> KeySource {
        KeySource {
            format: KeyFormat::Certificate,
            url: Some(KeyUrl::Source(RequestSource::parse(url).expect("a source"))),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            id: None,
            api: None,
            known: Vec::new(),
        }
    }

    #[test]
    fn allows_urls_at_the_hosts_of_the_definition_alone() {
        let source =
            source("header:X-Url", &["sns.us-*.amazonaws.com", "*.keys.example.com", "api.paypal.com"]);
        let is_allowed = |url: &str| {
            let delivery = Delivery::new(Headers::from_iter([("X-Url", url)]), b"{}");
            source.url(&RequestParts { delivery: &delivery, root: None }).is_ok()
        };
        for url in [
            "https://api.paypal.com/v1/notifications/certs/CERT-360",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
            "https://SNS.US-east-1.amazonaws.com/a.pem?b=c",
            "https://a.keys.example.com/",
        ] {
            assert!(is_allowed(url), "{url}");
        }
        for url in [
            "",
            "http://api.paypal.com/a",
            "https://api.paypal.com",
            "https://api.paypal.com:8443/a",
            "https://api.paypal.com.evil.example/a",
            "https://evil.example/api.paypal.com/",
            "https://evil.example#api.paypal.com/",
            "https://evil.example\\@api.paypal.com/",
            "https://user@api.paypal.com/a",
            "https://api.paypal.com@evil.example/a",
            "https://api.paypal.com%2f.evil.example/a",
            "https://sns.a.b.amazonaws.com/a.pem",
            "https://sns..amazonaws.com/a.pem",
            "https://sns.us-.amazonaws.com/a.pem",
            // A bucket of an attacker, in the storage of the same company.
            "https://sns.s3.amazonaws.com/a.pem",
            "https://sns.s3-us-west-2.amazonaws.com/a.pem",
            "https://.keys.example.com/",
            "https://keys.example.com/",
            "https://sns.evil.example/.amazonaws.com/a.pem",
            "https://xsns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com./a.pem",
            "https://api.paypal.com/a b",
            "https://api.paypal.com/a/../b",
            "https://api.paypal.com/é",
            "https:/api.paypal.com/a",
            "//api.paypal.com/a",
        ] {
            assert!(!is_allowed(url), "{url}");
        }
        let long = ["https://api.paypal.com/", &"a".repeat(MAX_URL_BYTES)].concat();
        assert!(!is_allowed(&long));
    }
}
