//! The URLs that the sender may have signed: what proxies and containers change, reversed.

use super::encodings::from_percent;
use super::shared::{header_value, replaced};
use crate::delivery::{Delivery, Headers};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// One URL that the sender may have signed.
pub struct UrlCandidate {
    pub url: String,
    /// The parts in which the URL differs from the delivery's, for a message. SECURITY: names of parts, never their values.
    pub changes: String,
}

/// Each URL multiplies the search, and the likely ones are first.
const MAX_URLS: usize = 24;
/// Longer URLs are not searched.
pub const MAX_URL_CHARS: usize = 4096;

/// The parts of a URL: the index of each one.
const SCHEME: usize = 0;
const HOST: usize = 1;
const PORT: usize = 2;
const PATH: usize = 3;
const QUERY: usize = 4;
const FRAGMENT: usize = 5;
const NAMES: [&str; 6] = ["scheme", "host", "port", "path", "query", "fragment"];

/// A URL in its parts. Query and fragment begin with their separators, the others have none. Without a host: a path only.
#[derive(Default, PartialEq, Eq)]
struct Url([String; 6]);

impl Clone for Url {
    // One copy in the module.
    #[inline(never)]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Url {
    fn parse(text: &str) -> Self {
        let (text, fragment) = split_before(text, '#');
        let (text, query) = split_before(text, '?');
        let mut url = Self::default();
        let mut path = text;
        if let Some(end) = text.find("://") {
            let (authority, tail) = split_before(&text[end + 3..], '/');
            url.set(SCHEME, &text[..end]);
            url.set_authority(authority);
            path = tail;
        }
        for (part, text) in [(PATH, path), (QUERY, query), (FRAGMENT, fragment)] {
            url.set(part, text);
        }
        url
    }

    #[inline(never)]
    fn set(&mut self, part: usize, text: &str) {
        self.0[part] = into_owned_outlined(text);
    }

    /// Returns the URL with one other part.
    #[inline(never)]
    fn with(&self, part: usize, text: &str) -> Self {
        let mut url = self.clone();
        url.set(part, text);
        url
    }

    fn set_authority(&mut self, authority: &str) {
        let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let (host, port) =
            authority.rsplit_once(':').filter(|(_, port)| is_port(port)).unwrap_or((authority, ""));
        self.set(HOST, host);
        self.set(PORT, port);
    }

    fn format(&self) -> String {
        let [scheme, host, port, path, query, fragment] = self.0.each_ref().map(String::as_str);
        let colon = if port.is_empty() { "" } else { ":" };
        let origin = if host.is_empty() { &[][..] } else { &[scheme, "://", host, colon, port] };
        [origin, &[path, query, fragment]].concat().concat()
    }

    fn is_absolute(&self) -> bool {
        !self.0[HOST].is_empty()
    }

    fn is_https(&self) -> bool {
        self.0[SCHEME] == "https"
    }

    fn default_port(&self) -> &'static str {
        if self.is_https() { "443" } else { "80" }
    }

    /// Returns the other scheme of the web.
    fn other_scheme(&self) -> &'static str {
        if self.is_https() { "http" } else { "https" }
    }

    /// Names the parts that differ.
    fn changes(&self, received: &Self) -> String {
        let mut names = Vec::new();
        for (part, name) in NAMES.into_iter().enumerate() {
            let (text, other) = (&self.0[part], &received.0[part]);
            let is_slash = part == PATH && text.trim_end_matches('/') == other.trim_end_matches('/');
            if text != other {
                names.push(if is_slash { "trailing slash" } else { name });
            }
        }
        match names.as_slice() {
            [first @ .., last] if !first.is_empty() => [&first.join(", "), " and ", last].concat(),
            _ => names.concat(),
        }
    }
}

/// Splits a text where a character first is. The second part begins with it.
fn split_before(text: &str, separator: char) -> (&str, &str) {
    text.split_at(text.find(separator).unwrap_or(text.len()))
}

/// Returns the first item of a list in a header, without quotes: the proxy next to the sender.
fn first_item<'h>(headers: &'h Headers<'_>, names: &[&'h str]) -> Option<&'h str> {
    let value = names.iter().find_map(|name| header_value(headers, name))?;
    let item = split_once(value, ',').map_or(value, |(first, _)| first).trim().trim_matches('"');
    (!item.is_empty() && item.len() <= MAX_URL_CHARS).then_some(item)
}

/// Returns a parameter of the first element of `Forwarded` (RFC 7239).
fn forwarded<'h>(headers: &'h Headers<'_>, name: &str) -> Option<&'h str> {
    let element = split_once(header_value(headers, "forwarded")?, ',')
        .map_or_else(|| header_value(headers, "forwarded"), |(first, _)| Some(first))?;
    element.split(';').find_map(|pair| {
        let (key, value) = split_once(pair, '=')?;
        let value = value.trim().trim_matches('"');
        (eq_ignore_ascii_case(key.trim(), name) && !value.is_empty()).then_some(value)
    })
}

/// Returns the URL as the proxy next to the sender saw it, by the headers that proxies add.
fn public_url(received: &Url, headers: &Headers<'_>) -> Url {
    let mut url = received.clone();
    let path =
        ["x-original-url", "x-rewrite-url", "x-original-uri", "x-forwarded-uri", "x-envoy-original-path"];
    if let Some(original) = first_item(headers, &path) {
        let original = Url::parse(original);
        if original.is_absolute() {
            return original;
        }
        url.set(PATH, &original.0[PATH]);
        if !original.0[QUERY].is_empty() {
            url.set(QUERY, &original.0[QUERY]);
        }
    } else if let Some(prefix) =
        first_item(headers, &["x-forwarded-prefix", "x-script-name", "x-ingress-path"])
    {
        url.0[PATH] = [prefix.trim_end_matches('/'), &url.0[PATH]].concat();
    }
    let host = first_item(headers, &["x-forwarded-host"])
        .or_else(|| forwarded(headers, "host"))
        .or_else(|| first_item(headers, &["x-original-host", "host"]));
    if let Some(host) = host {
        url.set_authority(host);
    }
    let is_https = || {
        let value = first_item(headers, &["x-forwarded-ssl", "front-end-https"])?;
        eq_ignore_ascii_case(value, "on").then_some("https")
    };
    let scheme = first_item(
        headers,
        &["x-forwarded-proto", "cloudfront-forwarded-proto", "x-forwarded-scheme", "x-url-scheme"],
    );
    if let Some(scheme) = scheme.or_else(|| forwarded(headers, "proto")).or_else(is_https) {
        url.0[SCHEME] = scheme.to_ascii_lowercase();
    }
    if let Some(port) = first_item(headers, &["x-forwarded-port"]) {
        url.set(PORT, if port == url.default_port() { "" } else { port });
    }
    url
}

/// Returns other URLs than the delivery's that the sender may have signed, the likely ones first.
pub fn url_candidates(delivery: &Delivery<'_>) -> Vec<UrlCandidate> {
    let text = delivery.url.unwrap_or_default();
    let mut all = UrlCandidates { received: Url::parse(text), text, all: Vec::new() };
    if text.len() > MAX_URL_CHARS {
        return all.all;
    }
    let received = all.received.clone();
    let mut public = public_url(&received, &delivery.headers);
    if !public.is_absolute() {
        public = received.clone();
    } else if public.0[SCHEME].is_empty() {
        public.set(SCHEME, "https");
    }
    let without_port = public.with(PORT, "");
    all.push(&public);
    let mut secure = public.clone();
    if public.is_absolute() {
        secure = without_port.with(SCHEME, "https");
        all.push(&without_port);
        all.with(&without_port, SCHEME, public.other_scheme());
        all.with(&public, SCHEME, public.other_scheme());
        all.with(&public.with(QUERY, &received.0[QUERY]), PATH, &received.0[PATH]);
    }
    if received.is_absolute() {
        let without_port = received.with(PORT, "");
        all.with(&without_port, SCHEME, received.other_scheme());
        all.push(&without_port);
    }
    for base in [&public, &secure, &received] {
        all.with_other_path(base);
    }
    // The path alone, as servers know it.
    let mut alone = received;
    for part in [SCHEME, HOST, PORT] {
        alone.set(part, "");
    }
    all.push(&alone);
    for base in [&public, &secure] {
        all.with_other_host(base);
        all.with_other_query(base);
    }
    all.all.truncate(MAX_URLS);
    all.all
}

/// Collects URLs, each once.
struct UrlCandidates<'d> {
    received: Url,
    text: &'d str,
    all: Vec<UrlCandidate>,
}

impl UrlCandidates<'_> {
    #[inline(never)]
    fn push(&mut self, url: &Url) {
        let text = url.format();
        if !text.is_empty() && text != self.text && !self.all.iter().any(|other| other.url == text) {
            self.all.push(UrlCandidate { url: text, changes: url.changes(&self.received) });
        }
    }

    /// Adds a URL with one other part.
    #[inline(never)]
    fn with(&mut self, base: &Url, part: usize, text: &str) {
        self.push(&base.with(part, text));
    }

    /// Adds and removes the trailing slash.
    fn with_other_path(&mut self, base: &Url) {
        let path = &base.0[PATH];
        if base.is_absolute() || !path.is_empty() {
            match path.strip_suffix('/') {
                Some(path) => self.with(base, PATH, path),
                None => self.with(base, PATH, &[path, "/"].concat()),
            }
        }
    }

    /// Changes port, letter case and `www.` of the host.
    fn with_other_host(&mut self, base: &Url) {
        if !base.is_absolute() {
            return;
        }
        if base.0[PORT].is_empty() {
            self.with(base, PORT, base.default_port());
        }
        let lower = base.0[HOST].to_ascii_lowercase();
        self.with(base, HOST, &lower);
        match lower.strip_prefix("www.") {
            Some(host) => self.with(base, HOST, host),
            None => self.with(base, HOST, &["www.", &lower].concat()),
        }
    }

    /// Removes query and fragment, and changes how both and the path are encoded.
    fn with_other_query(&mut self, base: &Url) {
        let without = base.with(FRAGMENT, "");
        self.push(&without);
        self.with(&without, QUERY, "");
        let [.., path, query, _] = &base.0;
        let swapped = |from: &str, to: &str| {
            let bytes = replaced(query.as_bytes(), from.as_bytes(), to.as_bytes())?;
            String::from_utf8(bytes).ok()
        };
        let sorted = query.strip_prefix('?').map(|query| {
            let mut pairs: Vec<&str> = query.split('&').collect();
            sort(&mut pairs);
            ["?", &pairs.join("&")].concat()
        });
        for query in [swapped("+", "%20"), swapped("%20", "+"), sorted].into_iter().flatten() {
            self.with(base, QUERY, &query);
        }
        let decode =
            |text: &str| from_percent(text.as_bytes(), false).and_then(|bytes| String::from_utf8(bytes).ok());
        let mut decoded = base.clone();
        for part in [PATH, QUERY] {
            if let Some(text) = decode(&base.0[part]) {
                decoded.0[part] = text;
            }
            self.push(&decoded);
        }
        self.with(base, PATH, &percent_encoded(path));
    }
}

/// Sorts a few texts. The standard library's sort would be compiled anew for their type.
fn sort(texts: &mut [&str]) {
    for end in 1..texts.len().min(64) {
        let mut index = end;
        while index > 0 && texts[index - 1] > texts[index] {
            texts.swap(index - 1, index);
            index -= 1;
        }
    }
}

/// Encodes what a URL cannot contain.
fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(url: &str, headers: &[(&str, &str)]) -> Vec<(String, String)> {
        let headers: Headers<'_> = headers.iter().copied().collect();
        let delivery = Delivery::new(headers, b"").with_url(url);
        url_candidates(&delivery).into_iter().map(|candidate| (candidate.url, candidate.changes)).collect()
    }

    #[test]
    fn what_proxies_say_of_the_url_is_first() {
        for (url, headers, expected, changes) in [
            (
                "http://10.0.0.1:3000/hook?a=1",
                &[("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "x.example")][..],
                "https://x.example/hook?a=1",
                "scheme, host and port",
            ),
            (
                "http://app/hook",
                &[("Forwarded", "for=1.2.3.4;host=x.example;proto=https, for=5.6.7.8")],
                "https://x.example/hook",
                "scheme and host",
            ),
            ("/hook", &[("Host", "x.example")], "https://x.example/hook", "scheme and host"),
            (
                "http://x.example/in",
                &[("X-Forwarded-Prefix", "/api/"), ("X-Forwarded-Proto", "https")],
                "https://x.example/api/in",
                "scheme and path",
            ),
            (
                "https://x.example/index",
                &[("X-Original-URL", "/hook?x=1")],
                "https://x.example/hook?x=1",
                "path and query",
            ),
            ("https://x.example/", &[("X-Forwarded-Port", "8443")], "https://x.example:8443/", "port"),
            (
                "http://x.example/",
                &[("X-Forwarded-Port", "443"), ("CloudFront-Forwarded-Proto", "https")],
                "https://x.example/",
                "scheme",
            ),
        ] {
            let first = candidates(url, headers).into_iter().next();
            assert_eq!(first, Some((expected.to_owned(), changes.to_owned())), "{url}");
        }
    }

    #[test]
    fn usual_changes_are_tried_without_a_hint_of_a_proxy() {
        for (url, expected, changes) in [
            ("http://x.example/hook", "https://x.example/hook", "scheme"),
            ("http://x.example:3000/hook", "https://x.example/hook", "scheme and port"),
            ("https://x.example/hook", "https://x.example:443/hook", "port"),
            ("https://x.example/hook/", "https://x.example/hook", "trailing slash"),
            ("https://x.example", "https://x.example/", "trailing slash"),
            ("https://X.example/hook", "https://x.example/hook", "host"),
            ("https://x.example/hook", "https://www.x.example/hook", "host"),
            ("https://x.example/a?q=b+c", "https://x.example/a?q=b%20c", "query"),
            ("https://x.example/a?b=1&a=2", "https://x.example/a?a=2&b=1", "query"),
            ("https://x.example/a%20b", "https://x.example/a b", "path"),
            ("https://x.example/a?q=1", "/a?q=1", "scheme and host"),
            ("https://x.example/a#top", "https://x.example/a", "fragment"),
        ] {
            let all = candidates(url, &[]);
            let found = all.iter().find(|(candidate, _)| candidate == expected);
            assert_eq!(found.map(|(_, changes)| changes.as_str()), Some(changes), "{url}: {all:?}");
        }
    }

    #[test]
    fn no_url_has_more_candidates_than_the_limit_or_itself_among_them() {
        let long = ["https://x.example/", &"a".repeat(9000)].concat();
        for url in [
            "",
            "x",
            "://",
            "https://",
            "http://[::1]:80/é?%zz=%41+#a#b",
            "https://u:p@h:1/a%2Fb?c=%20",
            &long,
        ] {
            let all = candidates(
                url,
                &[("Host", "h:99999"), ("Forwarded", ";=;host=\"\""), ("X-Original-URL", "?")],
            );
            assert!(all.len() <= MAX_URLS, "{}", all.len());
            assert!(all.iter().all(|(candidate, _)| candidate != url && !candidate.is_empty()), "{url}");
        }
    }
}
