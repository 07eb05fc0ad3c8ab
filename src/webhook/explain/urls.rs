//! The URLs that the sender may have signed: what proxies and containers change, reversed.

use super::encodings::from_percent;
use super::shared::header_value;
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
const MAX_URL_CHARS: usize = 8192;

/// The parts of a URL, all but `path` without their separators.
#[derive(Clone, Default, PartialEq, Eq)]
struct Url {
    /// Empty: a path only.
    scheme: String,
    host: String,
    port: String,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

impl Url {
    fn parse(text: &str) -> Self {
        let (text, fragment) = split_at(text, '#');
        let (text, query) = split_at(text, '?');
        let mut url = Self { fragment, query, ..Self::default() };
        let mut path = text;
        if let Some(end) = text.find("://") {
            let rest = &text[end + 3..];
            let (authority, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            url.scheme = into_owned_outlined(&text[..end]);
            url.set_authority(authority);
            path = tail;
        }
        url.path = into_owned_outlined(path);
        url
    }

    fn set_authority(&mut self, authority: &str) {
        let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let (host, port) =
            authority.rsplit_once(':').filter(|(_, port)| is_port(port)).unwrap_or((authority, ""));
        (self.host, self.port) = (into_owned_outlined(host), into_owned_outlined(port));
    }

    fn format(&self) -> String {
        let mut out = String::new();
        if !self.host.is_empty() {
            for part in [&self.scheme, "://", &self.host] {
                out.push_str(part);
            }
            if !self.port.is_empty() {
                out.push(':');
                out.push_str(&self.port);
            }
        }
        out.push_str(&self.path);
        for (separator, part) in [('?', &self.query), ('#', &self.fragment)] {
            if let Some(part) = part {
                out.push(separator);
                out.push_str(part);
            }
        }
        out
    }

    fn default_port(&self) -> &'static str {
        if self.scheme == "https" { "443" } else { "80" }
    }

    /// Names the parts that differ.
    fn changes(&self, received: &Self) -> String {
        let is_slash = self.path.trim_end_matches('/') == received.path.trim_end_matches('/');
        let differences = [
            ("scheme", self.scheme != received.scheme),
            ("host", self.host != received.host),
            ("port", self.port != received.port),
            ("path", self.path != received.path && !is_slash),
            ("trailing slash", self.path != received.path && is_slash),
            ("query", self.query != received.query),
            ("fragment", self.fragment != received.fragment),
        ];
        let names: Vec<&str> =
            differences.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
        match names.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            _ => names.concat(),
        }
    }
}

fn split_at(text: &str, separator: char) -> (&str, Option<String>) {
    match split_once(text, separator) {
        Some((front, rest)) => (front, Some(into_owned_outlined(rest))),
        None => (text, None),
    }
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
        if !original.host.is_empty() {
            return original;
        }
        (url.path, url.query) = (original.path, original.query.or(url.query));
    } else if let Some(prefix) =
        first_item(headers, &["x-forwarded-prefix", "x-script-name", "x-ingress-path"])
    {
        url.path = [prefix.trim_end_matches('/'), &url.path].concat();
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
        url.scheme = scheme.to_ascii_lowercase();
    }
    if let Some(port) = first_item(headers, &["x-forwarded-port"]) {
        url.port = into_owned_outlined(if port == url.default_port() { "" } else { port });
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
    if public.host.is_empty() {
        public = received.clone();
    } else if public.scheme.is_empty() {
        public.scheme = into_owned_outlined("https");
    }
    let with = |url: &Url, scheme: &str| Url { scheme: into_owned_outlined(scheme), ..url.clone() };
    let without_port = |url: &Url| Url { port: String::new(), ..url.clone() };
    let is_absolute = !public.host.is_empty();
    all.push(&public);
    if is_absolute {
        let other = if public.scheme == "https" { "http" } else { "https" };
        for url in [
            without_port(&public),
            with(&without_port(&public), other),
            with(&public, other),
            Url { path: received.path.clone(), query: received.query.clone(), ..public.clone() },
        ] {
            all.push(&url);
        }
    }
    if !received.host.is_empty() {
        let other = if received.scheme == "https" { "http" } else { "https" };
        all.push(&with(&without_port(&received), other));
        all.push(&without_port(&received));
    }
    let secure = if is_absolute { with(&without_port(&public), "https") } else { public.clone() };
    for base in [&public, &secure, &received] {
        all.with_other_path(base);
    }
    // The path alone, as servers know it.
    all.push(&Url { scheme: String::new(), host: String::new(), port: String::new(), ..received.clone() });
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

    /// Adds and removes the trailing slash.
    fn with_other_path(&mut self, base: &Url) {
        if base.host.is_empty() && base.path.is_empty() {
            return;
        }
        let path = match base.path.strip_suffix('/') {
            Some(path) => into_owned_outlined(path),
            None => [&base.path, "/"].concat(),
        };
        self.push(&Url { path, ..base.clone() });
    }

    /// Changes port, letter case and `www.` of the host.
    fn with_other_host(&mut self, base: &Url) {
        if base.host.is_empty() {
            return;
        }
        if base.port.is_empty() {
            self.push(&Url { port: into_owned_outlined(base.default_port()), ..base.clone() });
        }
        let lower = base.host.to_ascii_lowercase();
        let www = match lower.strip_prefix("www.") {
            Some(host) => into_owned_outlined(host),
            None => ["www.", &lower].concat(),
        };
        for host in [lower, www] {
            self.push(&Url { host, ..base.clone() });
        }
    }

    /// Removes query and fragment, and changes how both and the path are encoded.
    fn with_other_query(&mut self, base: &Url) {
        let without = Url { fragment: None, ..base.clone() };
        self.push(&without);
        self.push(&Url { query: None, ..without });
        if let Some(query) = &base.query {
            let mut pairs: Vec<&str> = query.split('&').collect();
            sort(&mut pairs);
            for query in [query.replace('+', "%20"), query.replace("%20", "+"), pairs.join("&")] {
                self.push(&Url { query: Some(query), ..base.clone() });
            }
        }
        let decode =
            |text: &str| from_percent(text.as_bytes(), false).and_then(|bytes| String::from_utf8(bytes).ok());
        let path = decode(&base.path).unwrap_or_else(|| base.path.clone());
        let query =
            base.query.as_deref().map(|query| decode(query).unwrap_or_else(|| into_owned_outlined(query)));
        self.push(&Url { path: path.clone(), ..base.clone() });
        self.push(&Url { path, query, ..base.clone() });
        self.push(&Url { path: percent_encoded(&base.path), ..base.clone() });
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
        let headers = Headers::from_iter(headers.iter().copied());
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
