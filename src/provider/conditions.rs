//! When a scheme applies, the spellings of the URL that it signs, and the digests that it covers.

use super::handshake::{Condition, parse_condition};
use super::members::{members, signed_content, texts};
use super::request_source::{Found, RequestParts, RequestSource};
use crate::blob::blob;
use crate::delivery::Delivery;
use crate::json::Value;
use crate::signature::ContentDigest;

/// A mistake in the definition: where, and a sentence.
type Mistake<'d> = (Value<'d>, String);

/// A spelling of the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlVariant {
    /// As the receiver passes it.
    Received,
    /// Without the port.
    WithoutPort,
    /// With the port of its scheme.
    WithPort,
    /// Without the query.
    WithoutQuery,
    /// With the characters decoded that JavaScript's `encodeURI` leaves as they are, but for `#`, `&`, `+` and `=`.
    Decoded,
}

blob!(enum UrlVariant { 0 => Received, 1 => WithoutPort, 2 => WithPort, 3 => WithoutQuery, 4 => Decoded });

/// A source that has the digest of the body.
#[derive(Debug)]
pub(crate) struct BodyDigest {
    source: RequestSource,
    digest: ContentDigest,
}

blob!(struct BodyDigest { source, digest });

/// What a scheme needs of a request.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    when: Vec<(RequestSource, Condition)>,
    urls: Vec<UrlVariant>,
    digests: Vec<BodyDigest>,
}

blob!(struct Conditions { when, urls, digests });

impl Conditions {
    /// Parses `when`, `url` and `digests` of a scheme.
    #[inline(never)]
    pub(super) fn parse(signature: Value<'_>) -> Result<Self, Mistake<'_>> {
        let mut when = Vec::new();
        for (name, condition) in members(signature, "when") {
            let Some(source) = RequestSource::parse(&name.text()) else { continue };
            if source.is_in_body() {
                let message = "A scheme is selected before the body is read. Name a header or a parameter of the query.";
                return Err((condition, message.to_owned()));
            }
            when.push((source, parse_condition(condition)));
        }
        let content = signed_content(signature);
        let mut digests = Vec::new();
        for (name, value) in members(signature, "digests") {
            let (Some(source), Some(template)) = (RequestSource::parse(&name.text()), value.as_str()) else {
                continue;
            };
            let is_signed = content.contains(&format!("{{{source}}}"))
                || matches!(source, RequestSource::Query(_)) && content.contains("{url}");
            if !is_signed {
                return Err((
                    value,
                    format!("The signature does not cover {source}, so an attacker can change the digest."),
                ));
            }
            let digest = ContentDigest::parse(template.trim_matches(['{', '}']));
            digests.extend(digest.map(|digest| BodyDigest { source, digest }));
        }
        let urls = texts(signature, "url");
        let urls = urls.iter().map(|name| match name.as_str() {
            "without-port" => UrlVariant::WithoutPort,
            "with-port" => UrlVariant::WithPort,
            "without-query" => UrlVariant::WithoutQuery,
            "decoded" => UrlVariant::Decoded,
            _ => UrlVariant::Received,
        });
        Ok(Self { when, urls: urls.collect(), digests })
    }

    /// Whether the scheme is for every delivery.
    pub(super) fn is_for_all(&self) -> bool {
        self.when.is_empty()
    }

    /// The sources that decide whether the scheme is for a delivery.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &RequestSource> {
        self.when.iter().map(|(source, _)| source)
    }

    /// Whether the scheme is for such deliveries.
    pub(crate) fn apply_to(&self, delivery: &Delivery<'_>) -> bool {
        let request = RequestParts { delivery, root: None };
        self.when.iter().all(|(source, condition)| condition.is_met(&source.find(&request)))
    }

    /// Whether several spellings of the URL are tried.
    pub(crate) fn has_urls(&self) -> bool {
        !self.urls.is_empty()
    }

    /// Returns the spellings of a URL that are tried.
    pub(crate) fn spellings(&self, url: Option<&str>) -> Vec<String> {
        let mut spellings: Vec<String> = Vec::new();
        for variant in &self.urls {
            let spelling = url.and_then(|url| variant.of(url));
            spellings.extend(spelling.filter(|spelling| !spellings.contains(spelling)));
        }
        spellings
    }

    /// Whether the delivery has the digests of its body.
    pub(crate) fn has_digests(&self, delivery: &Delivery<'_>) -> bool {
        let request = RequestParts { delivery, root: None };
        self.digests.iter().all(|digest| {
            let expected = digest.digest.text(delivery.body, None);
            matches!(digest.source.find(&request), Found::Text(text) if Some(&*text) == expected.as_deref())
        })
    }
}

impl UrlVariant {
    /// Spells a URL; `None` for one that has no such spelling.
    fn of(self, url: &str) -> Option<String> {
        match self {
            Self::Received => return Some(url.to_owned()),
            Self::WithoutQuery => return url.split_once('?').map(|(url, _)| url.to_owned()),
            Self::Decoded => return Some(decoded(url)),
            Self::WithoutPort | Self::WithPort => {}
        }
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        // The colons of an IPv6 address are in brackets.
        let start = authority.rfind(['@', ']']).map_or(0, |index| index + 1);
        let port = authority[start..].find(':').map(|index| start + index);
        match (self, port) {
            (Self::WithoutPort, Some(port)) => Some([scheme, "://", &authority[..port], path].concat()),
            (Self::WithPort, None) => {
                let port = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
                Some([scheme, "://", authority, port, path].concat())
            }
            _ => None,
        }
    }
}

/// Decodes the characters of a URL that `UrlVariant::Decoded` names.
fn decoded(url: &str) -> String {
    const ENCODED: [(&str, &str); 12] = [
        ("3A", ":"),
        ("2F", "/"),
        ("3F", "?"),
        ("40", "@"),
        ("21", "!"),
        ("24", "$"),
        ("27", "'"),
        ("28", "("),
        ("29", ")"),
        ("2A", "*"),
        ("2C", ","),
        ("3B", ";"),
    ];
    let mut pieces = url.split('%');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.get(..2).unwrap_or_default();
        let known = ENCODED.iter().find(|(code, _)| code.eq_ignore_ascii_case(digits));
        let (start, rest) = known.map_or(("%", piece), |(_, character)| (*character, &piece[2..]));
        out.push_str(start);
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_urls_without_query_and_decoded() {
        for (url, without, decoded) in [
            ("https://h/a?b=c", Some("https://h/a"), "https://h/a?b=c"),
            ("https://h/%3a%2F%20%26?b=%40%", None, "https://h/:/%20%26?b=@%"),
            ("https://h/é%é%2", None, "https://h/é%é%2"),
            ("https://h/%252F", None, "https://h/%252F"),
        ] {
            let found = UrlVariant::WithoutQuery.of(url);
            assert!(without.is_none() || found.as_deref() == without, "{url}");
            assert_eq!(UrlVariant::Decoded.of(url).as_deref(), Some(decoded));
        }
    }

    #[test]
    fn spells_urls_with_and_without_port() {
        for (url, without, with) in [
            ("https://h/a?b=1:2", None, Some("https://h:443/a?b=1:2")),
            ("http://h", None, Some("http://h:80")),
            ("https://h:8443/a", Some("https://h/a"), None),
            ("https://u:p@h:1/a", Some("https://u:p@h/a"), None),
            ("https://u:p@h/a", None, Some("https://u:p@h:443/a")),
            ("https://[::1]/a", None, Some("https://[::1]:443/a")),
            ("https://[::1]:8/a", Some("https://[::1]/a"), None),
            ("/a", None, None),
        ] {
            assert_eq!(UrlVariant::WithoutPort.of(url).as_deref(), without, "{url}");
            assert_eq!(UrlVariant::WithPort.of(url).as_deref(), with, "{url}");
            assert_eq!(UrlVariant::Received.of(url).as_deref(), Some(url));
        }
    }
}
