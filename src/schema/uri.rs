//! Resolves references between schemas against their base URI (RFC 3986, section 5.2).

use crate::text::split_once;

/// The parts of a URI reference (RFC 3986, appendix B), without its fragment.
#[derive(Clone, Copy, Debug, Default)]
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

fn parts(text: &str) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut rest = text;
    if let Some((scheme, after)) = split_once(rest, ':')
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        parts.scheme = Some(scheme);
        rest = after;
    }
    if let Some((path, query)) = split_once(rest, '?') {
        parts.query = Some(query);
        rest = path;
    }
    if let Some(after) = rest.strip_prefix("//") {
        let end = after.find('/').unwrap_or(after.len());
        parts.authority = Some(&after[..end]);
        rest = &after[end..];
    }
    parts.path = rest;
    parts
}

/// Splits a reference into the part before "#" and the fragment.
#[inline(never)]
pub fn split(reference: &str) -> (&str, Option<&str>) {
    match split_once(reference, '#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (reference, None),
    }
}

/// Resolves a reference without fragment against an absolute base.
pub fn resolve(base: &str, reference: &str) -> String {
    if reference.is_empty() {
        return base.to_owned();
    }
    let (base, to) = (parts(base), parts(reference));
    if to.scheme.is_some() {
        return write(Parts { path: &remove_dot_segments(to.path), ..to });
    }
    if to.authority.is_some() {
        return write(Parts { scheme: base.scheme, path: &remove_dot_segments(to.path), ..to });
    }
    if to.path.is_empty() {
        return write(Parts { query: to.query.or(base.query), ..base });
    }
    let merged = if to.path.starts_with('/') {
        to.path.to_owned()
    } else if base.authority.is_some() && base.path.is_empty() {
        format!("/{}", to.path)
    } else {
        let folder = base.path.rfind('/').map_or("", |at| &base.path[..=at]);
        format!("{folder}{}", to.path)
    };
    write(Parts { path: &remove_dot_segments(&merged), query: to.query, ..base })
}

/// Removes `.` and `..` (RFC 3986, section 5.2.4).
fn remove_dot_segments(path: &str) -> String {
    if !path.split('/').any(|segment| segment == "." || segment == "..") {
        return path.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." && (out.len() > 1 || out.first().is_some_and(|first| !first.is_empty())) {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            other => out.push(other),
        }
    }
    out.join("/")
}

fn write(parts: Parts<'_>) -> String {
    let mut out = String::new();
    if let Some(scheme) = parts.scheme {
        out.push_str(scheme);
        out.push(':');
    }
    if let Some(authority) = parts.authority {
        out.push_str("//");
        out.push_str(authority);
    }
    out.push_str(parts.path);
    if let Some(query) = parts.query {
        out.push('?');
        out.push_str(query);
    }
    out
}

/// Decodes percent-encoding (RFC 3986, section 2.1). `None` if the result is not UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
            let value = digit()? * 16 + digit()?;
            out.push(u8::try_from(value).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_rfc_3986_section_5_4_lists() {
        let base = "http://a/b/c/d;p?q";
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{reference}");
        }
        assert_eq!(resolve("http://a", "g"), "http://a/g");
        assert_eq!(resolve("urn:uuid:1", ""), "urn:uuid:1");
    }

    #[test]
    fn fragments_are_split_off_and_decoded() {
        assert_eq!(split("a#b"), ("a", Some("b")));
        assert_eq!(split("a"), ("a", None));
        assert_eq!(split("#"), ("", Some("")));
        assert_eq!(percent_decoded("a%25b%C3%A9").as_deref(), Some("a%bé"));
        assert_eq!(percent_decoded("%2"), None);
        assert_eq!(percent_decoded("%ff"), None);
    }
}
