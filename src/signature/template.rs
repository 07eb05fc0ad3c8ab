//! Templates with `{places}`, and the one that says what is signed.

use std::fmt;

use super::hmac::Mac;
use crate::delivery::{Headers, is_token};
use crate::text::{into_owned_outlined, split_once};

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TemplateToken<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

/// Splits a template at its braces. The error is a sentence.
pub(crate) fn tokens(template: &str) -> Result<Vec<TemplateToken<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, behind) = rest.split_at(at);
        if !literal.is_empty() {
            tokens.push(TemplateToken::Literal(literal));
        }
        let inside = behind.strip_prefix('{').ok_or("A \"}\" has no \"{\" in front of it.")?;
        let (place, behind) = split_once(inside, '}').ok_or("A \"{\" has no \"}\" behind it.")?;
        if place.contains('{') {
            return Err(into_owned_outlined("A \"{\" has no \"}\" behind it."));
        }
        tokens.push(TemplateToken::Placeholder(place));
        rest = behind;
    }
    if !rest.is_empty() {
        tokens.push(TemplateToken::Literal(rest));
    }
    Ok(tokens)
}

/// What is signed, such as `{id}.{timestamp}.{body}`.
#[derive(Clone, Debug)]
pub(crate) struct SignedContent {
    parts: Vec<ContentPart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ContentPart {
    Literal(String),
    Body,
    Timestamp,
    /// A header; `is_id` where the template names it `{id}`.
    Header {
        name: String,
        is_id: bool,
    },
    Url,
    Method,
}

impl fmt::Display for ContentPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentPart::Literal(text) => f.write_str(text),
            ContentPart::Body => f.write_str("{body}"),
            ContentPart::Timestamp => f.write_str("{timestamp}"),
            ContentPart::Header { name, .. } => write!(f, "{{header:{name}}}"),
            ContentPart::Url => f.write_str("{url}"),
            ContentPart::Method => f.write_str("{method}"),
        }
    }
}

/// Characters that stand in URLs (RFC 3986, section 2).
fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

impl ContentPart {
    fn placeholder(&self) -> Option<String> {
        let name = match self {
            ContentPart::Literal(_) => return None,
            ContentPart::Body => "body",
            ContentPart::Timestamp => "timestamp",
            ContentPart::Header { is_id: true, .. } => "id",
            ContentPart::Header { name, .. } => return Some(["header:", name].concat()),
            ContentPart::Url => "url",
            ContentPart::Method => "method",
        };
        Some(into_owned_outlined(name))
    }

    fn bytes<'v>(&'v self, values: &TemplateValues<'v>) -> &'v [u8] {
        match self {
            ContentPart::Literal(text) => text.as_bytes(),
            ContentPart::Body => values.body,
            ContentPart::Timestamp => values.timestamp.as_bytes(),
            ContentPart::Header { name, .. } => values.headers.get(name).unwrap_or_default().as_bytes(),
            ContentPart::Url => values.url.as_bytes(),
            ContentPart::Method => values.method.as_bytes(),
        }
    }
}

/// What the places of one delivery hold.
pub(crate) struct TemplateValues<'a> {
    pub body: &'a [u8],
    pub timestamp: &'a str,
    pub headers: &'a Headers<'a>,
    pub url: &'a str,
    pub method: &'a str,
}

impl SignedContent {
    /// Reads the template. `{id}` is the header of that name in the scheme. The error is a sentence.
    pub fn parse(template: &str, id_header: Option<&str>) -> Result<Self, String> {
        let mut parts = Vec::new();
        for token in tokens(template)? {
            parts.push(match token {
                TemplateToken::Literal(text) => ContentPart::Literal(into_owned_outlined(text)),
                TemplateToken::Placeholder("body") => ContentPart::Body,
                TemplateToken::Placeholder("timestamp") => ContentPart::Timestamp,
                TemplateToken::Placeholder("url") => ContentPart::Url,
                TemplateToken::Placeholder("method") => ContentPart::Method,
                TemplateToken::Placeholder("id") => ContentPart::Header {
                    name: id_header
                        .ok_or("{id} is signed, but the scheme names no header that holds it.")?
                        .to_owned(),
                    is_id: true,
                },
                TemplateToken::Placeholder(place) => match place.strip_prefix("header:") {
                    Some(name) if is_token(name) => {
                        ContentPart::Header { name: into_owned_outlined(name), is_id: false }
                    }
                    Some(_) => return Err(format!("{{{place}}} does not name an HTTP header.")),
                    None => {
                        return Err(format!(
                            "{{{place}}} is unknown. Known are {{body}}, {{timestamp}}, {{id}}, {{url}}, \
                             {{method}} and {{header:name}}."
                        ));
                    }
                },
            });
        }
        match parts.iter().filter(|part| **part == ContentPart::Body).count() {
            0 => Err(into_owned_outlined("{body} is missing, so anybody could change the body.")),
            1 => Ok(Self { parts }),
            _ => Err(into_owned_outlined("{body} stands more than once.")),
        }
    }

    pub fn has_timestamp(&self) -> bool {
        self.parts.contains(&ContentPart::Timestamp)
    }

    pub fn has_url(&self) -> bool {
        self.parts.contains(&ContentPart::Url)
    }

    pub fn has_method(&self) -> bool {
        self.parts.contains(&ContentPart::Method)
    }

    /// The literal by which a place of any length ends, on its side of the body; the error is the neighbour that is
    /// no literal.
    fn delimiter(&self, at: usize) -> Result<&str, &ContentPart> {
        let body = self.parts.iter().position(|part| *part == ContentPart::Body).unwrap_or(0);
        match &self.parts[if at < body { at + 1 } else { at - 1 }] {
            ContentPart::Literal(text) => Ok(text),
            other => Err(other),
        }
    }

    /// The places whose length the sender chooses, but for the body.
    fn open(&self) -> impl Iterator<Item = (usize, &ContentPart)> {
        let is_open = |part: &ContentPart| {
            matches!(part, ContentPart::Header { .. } | ContentPart::Url | ContentPart::Method)
        };
        self.parts.iter().enumerate().filter(move |(_, part)| is_open(part))
    }

    /// Why one signature would fit several requests: bytes could be moved from one place into the next. Read from its
    /// ends towards the body, what is signed has to show where each place ends.
    pub fn ambiguity(&self) -> Option<String> {
        let mut headers = self.open().filter_map(|(at, part)| {
            let held = self.delimiter(at).is_ok_and(|text| text.bytes().all(|byte| !byte.is_ascii_control()));
            (held && matches!(part, ContentPart::Header { .. })).then_some((at, part))
        });
        let first = headers.next();
        let several = first.filter(|_| headers.next().is_some());
        for (at, part) in self.open() {
            let why = match self.delimiter(at) {
                Err(next) => format!("{part} and {next} stand side by side"),
                Ok(text) if *part == ContentPart::Url && text.bytes().all(is_url) => {
                    format!("{part} may contain \"{text}\" itself")
                }
                Ok(text) if several.is_some_and(|(first, _)| first == at) => {
                    format!("{part} may contain \"{text}\" itself, and another header follows")
                }
                Ok(_) => continue,
            };
            return Some(format!(
                "One signature would fit several requests: {why}, so bytes could be moved from one part into the next. \
                 Separate the parts by what none of them can contain, such as a line break: \
                 \"{{id}}\\n{{timestamp}}\\n{{body}}\". If the provider really signs so, set \"ambiguous\": true."
            ));
        }
        None
    }

    /// The header that holds what it should end by, if one does: it need not end where it seems to.
    pub fn overrun<'v>(&'v self, values: &TemplateValues<'v>) -> Option<&'v str> {
        self.open().find_map(|(at, part)| {
            let ContentPart::Header { name, .. } = part else { return None };
            let (value, delimiter) = (part.bytes(values), self.delimiter(at).ok()?.as_bytes());
            if let [byte] = delimiter {
                return value.contains(byte).then_some(name.as_str());
            }
            let before = self.parts.iter().take(at).all(|part| *part != ContentPart::Body);
            let is_there = |from: usize| {
                let joined = value[from..].iter().chain(delimiter);
                joined.take(delimiter.len()).eq(delimiter)
            };
            // Behind the body it is read from its end.
            let is_there_backwards = |end: usize| {
                let joined = value[..end].iter().rev().chain(delimiter.iter().rev());
                joined.take(delimiter.len()).eq(delimiter.iter().rev())
            };
            let found = if before {
                (0..value.len()).any(is_there)
            } else {
                (1..=value.len()).any(is_there_backwards)
            };
            found.then_some(name.as_str())
        })
    }

    /// Whether nothing but its length says where a timestamp ends: a place or a digit follows.
    pub fn has_bare_timestamp(&self) -> bool {
        self.stamps().any(|(at, is_before)| match self.delimiter(at) {
            Ok(text) => {
                let next = if is_before { text.bytes().next() } else { text.bytes().last() };
                next.is_some_and(|byte| byte.is_ascii_digit())
            }
            Err(next) => *next != ContentPart::Body,
        })
    }

    /// Whether a body lengthens the timestamp beside it: no object and no array does.
    pub fn runs_into(&self, body: &[u8]) -> bool {
        self.stamps().any(|(at, is_before)| {
            let next = if is_before { body.first() } else { body.last() };
            self.delimiter(at) == Err(&ContentPart::Body) && next.is_some_and(u8::is_ascii_digit)
        })
    }

    /// The places of timestamps, and whether each is before the body.
    fn stamps(&self) -> impl Iterator<Item = (usize, bool)> {
        let body = self.parts.iter().position(|part| *part == ContentPart::Body).unwrap_or(0);
        let stamps = self.parts.iter().enumerate().filter(|(_, part)| **part == ContentPart::Timestamp);
        stamps.map(move |(at, _)| (at, at < body))
    }

    /// The headers whose values are signed.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            ContentPart::Header { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Feeds what is signed in parts, so that the body is never copied.
    pub fn feed(&self, mac: &mut Mac<'_>, values: &TemplateValues<'_>) {
        self.parts.iter().for_each(|part| mac.update(part.bytes(values)));
    }

    /// The same bytes, part by part, for the native hash.
    pub fn parts<'v>(&'v self, values: &'v TemplateValues<'_>) -> impl Iterator<Item = &'v [u8]> {
        self.parts.iter().map(|part| part.bytes(values))
    }

    /// Every part with its placeholder, without braces, and its bytes: no placeholder for literal text, and no bytes for
    /// what the delivery lacks.
    pub fn named_parts<'v>(
        &'v self,
        values: &'v TemplateValues<'_>,
    ) -> impl Iterator<Item = (Option<String>, Option<&'v [u8]>)> {
        self.parts.iter().map(|part| {
            let bytes = part.bytes(values);
            // `Scheme::values` rejects an empty header, timestamp, URL or method as missing.
            let is_missing = bytes.is_empty() && !matches!(part, ContentPart::Literal(_) | ContentPart::Body);
            (part.placeholder(), (!is_missing).then_some(bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_split_at_their_braces() {
        assert_eq!(
            tokens("v0:{timestamp}:{body}"),
            Ok(vec![
                TemplateToken::Literal("v0:"),
                TemplateToken::Placeholder("timestamp"),
                TemplateToken::Literal(":"),
                TemplateToken::Placeholder("body")
            ])
        );
        assert_eq!(tokens(""), Ok(vec![]));
    }

    #[test]
    fn braces_that_do_not_pair_are_refused() {
        for (template, message) in [
            ("{body", "A \"{\" has no \"}\" behind it."),
            ("{{body}}", "A \"{\" has no \"}\" behind it."),
            ("body}", "A \"}\" has no \"{\" in front of it."),
        ] {
            assert_eq!(tokens(template), Err(message.to_owned()), "{template}");
        }
    }

    #[test]
    fn what_is_signed_has_to_hold_the_body_once_and_known_places_only() {
        for (template, message) in [
            ("", "{body} is missing, so anybody could change the body."),
            ("{timestamp}", "{body} is missing, so anybody could change the body."),
            ("{body}{body}", "{body} stands more than once."),
            ("{id}.{body}", "{id} is signed, but the scheme names no header that holds it."),
            ("{header:a b}.{body}", "{header:a b} does not name an HTTP header."),
            (
                "{Body}",
                "{Body} is unknown. Known are {body}, {timestamp}, {id}, {url}, {method} and {header:name}.",
            ),
        ] {
            assert_eq!(SignedContent::parse(template, None).unwrap_err(), message, "{template}");
        }
    }
}
