//! Templates with `{placeholders}`, and the signed content.

use std::fmt;

use super::ContentDigest;
use super::hmac::Mac;
use crate::blob::{Blob, Reader, Writer, blob};
use crate::delivery::{Headers, is_token};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// The value of a source that no signature can cover. SECURITY: schemes reject it.
pub(crate) const UNUSABLE: &str = "\0";

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TemplateToken<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

/// Splits a template at its braces. The error is a sentence.
pub(crate) fn tokens(template: &str) -> Result<Vec<TemplateToken<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find(['{', '}']) {
        let (literal, tail) = rest.split_at(start);
        if !literal.is_empty() {
            tokens.push(TemplateToken::Literal(literal));
        }
        let tail = tail.strip_prefix('{').ok_or("Unmatched \"}\".")?;
        let (name, tail) =
            split_once(tail, '}').filter(|(name, _)| !name.contains('{')).ok_or("Unmatched \"{\".")?;
        tokens.push(TemplateToken::Placeholder(name));
        rest = tail;
    }
    if !rest.is_empty() {
        tokens.push(TemplateToken::Literal(rest));
    }
    Ok(tokens)
}

/// The signed content, such as `{id}.{timestamp}.{body}`.
#[derive(Clone, Debug)]
pub(crate) struct SignedContent {
    pub(super) parts: Vec<ContentPart>,
    /// Whether the template names the body `{form}`: its fields sorted by their names, names and values joined.
    is_form: bool,
    /// The parts that are signed only if the delivery has a value, in order.
    pub(super) groups: Vec<Group>,
    /// Whether the template begins with `{secret}`, which the key of a plain hash is.
    begins_with_secret: bool,
    /// The index of the part that the template names as the open one: `{/reference...}`.
    pub(super) open: Option<usize>,
}

/// Parts between `{if:SOURCE}` and `{end}`.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub source: String,
    pub start: usize,
    pub end: usize,
}

blob!(struct Group { source, start, end });

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ContentPart {
    Literal(String),
    Body,
    Timestamp,
    /// A header, or a source of the request; `is_id` where the template names it `{id}`.
    Header {
        name: String,
        is_id: bool,
    },
    Url,
    Method,
    /// A text that the webhook is made with, the same in every delivery. Empty until it is set.
    Setting {
        name: String,
        value: String,
    },
}

blob!(enum ContentPart {
    0 => Literal(text),
    1 => Body,
    2 => Timestamp,
    3 => Header { name, is_id },
    4 => Url,
    5 => Method,
    6 => Setting { name, value },
});

impl Blob for SignedContent {
    fn put(&self, out: &mut Writer) {
        self.parts.put(out);
        self.is_form.put(out);
        self.groups.put(out);
        self.open.put(out);
        self.begins_with_secret.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let (parts, is_form): (Vec<ContentPart>, bool) = (Vec::get(input), bool::get(input));
        let is_body = |part: &&ContentPart| **part == ContentPart::Body;
        let (groups, open): (Vec<Group>, Option<usize>) = (Vec::get(input), Option::get(input));
        let begins_with_secret = bool::get(input);
        let is_inside = |group: &Group| group.start < group.end && group.end <= parts.len();
        // The functions that look for the open part need one.
        input.check(!parts.is_empty() && parts.iter().filter(is_body).count() <= 1);
        input.check(groups.iter().all(is_inside) && open.is_none_or(|open| open < parts.len()));
        Self { parts, is_form, groups, begins_with_secret, open }
    }
}

impl fmt::Display for ContentPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentPart::Literal(text) => f.write_str(text),
            ContentPart::Body => f.write_str("{body}"),
            ContentPart::Timestamp => f.write_str("{timestamp}"),
            ContentPart::Header { name, .. } if is_source(name) => {
                write!(f, "{{{}}}", placeholder_name(name))
            }
            ContentPart::Header { name, .. } => write!(f, "{{header:{name}}}"),
            ContentPart::Url => f.write_str("{url}"),
            ContentPart::Method => f.write_str("{method}"),
            ContentPart::Setting { name, .. } => write!(f, "{{setting:{name}}}"),
        }
    }
}

/// Returns whether the name is that of a value in the body or the URL, and not of a digest.
fn is_value(name: &str) -> bool {
    is_source(name) && !["body:", "url:", "headers:"].iter().any(|start| name.starts_with(start))
}

/// The path and the signed headers have other names than their placeholders.
fn placeholder_name(name: &str) -> &str {
    match name {
        PATH => "path",
        HEADER_VALUES => "headers",
        _ => name,
    }
}

const PATH: &str = "url:path";
/// The names of the parts that are the headers of a list: their values, and the list. No header has such a name.
pub(crate) const HEADER_VALUES: &str = "headers:values";
pub(crate) const HEADER_NAMES: &str = "headers:names";

/// Returns whether the name of a part is no header but a source in the body or the URL, a digest of them, or the list of signed
/// headers: `/data/id`, `query:id`, `form:id`, `body:sha256:hex`, `headers:values`.
/// No header has such a name (RFC 9110, section 5.1), so that values of sources are kept next to headers.
pub(crate) fn is_source(name: &str) -> bool {
    const SOURCES: [&str; 7] = ["/", "query:", "form:", "body:", "url:", "lower:query:", "headers:"];
    !is_token(name) && SOURCES.iter().any(|start| name.starts_with(start))
}

impl ContentPart {
    /// Returns the digest that the part is.
    pub fn digest(&self) -> Option<ContentDigest> {
        match self {
            ContentPart::Header { name, .. } if is_source(name) => ContentDigest::parse(name),
            _ => None,
        }
    }

    /// Returns whether the text of the part may be of any length.
    pub fn is_variable(&self) -> bool {
        matches!(self, ContentPart::Header { .. } | ContentPart::Url | ContentPart::Method)
            && self.digest().is_none_or(|digest| digest == ContentDigest::Path)
    }

    fn placeholder(&self) -> Option<String> {
        let name = match self {
            ContentPart::Literal(_) => return None,
            ContentPart::Body => "body",
            ContentPart::Timestamp => "timestamp",
            ContentPart::Header { is_id: true, .. } => "id",
            ContentPart::Header { name, .. } if is_source(name) => placeholder_name(name),
            ContentPart::Header { name, .. } => return Some(["header:", name].concat()),
            ContentPart::Url => "url",
            ContentPart::Method => "method",
            ContentPart::Setting { name, .. } => return Some(["setting:", name].concat()),
        };
        Some(into_owned_outlined(name))
    }

    pub fn bytes<'v>(&'v self, values: &TemplateValues<'v>) -> &'v [u8] {
        match self {
            ContentPart::Literal(text) => text.as_bytes(),
            ContentPart::Body => values.body,
            ContentPart::Timestamp => values.timestamp.as_bytes(),
            ContentPart::Header { name, .. } => values.headers.get(name).unwrap_or_default().as_bytes(),
            ContentPart::Url => values.url.as_bytes(),
            ContentPart::Method => values.method.as_bytes(),
            ContentPart::Setting { value, .. } => value.as_bytes(),
        }
    }
}

/// The values of one delivery for the placeholders.
pub(crate) struct TemplateValues<'a> {
    pub body: &'a [u8],
    pub timestamp: &'a str,
    pub headers: &'a Headers<'a>,
    pub url: &'a str,
    pub method: &'a str,
}

pub(super) const NO_BODY: &str =
    "`signedContent` must include `{body}`; otherwise the body is not authenticated.";

impl SignedContent {
    /// Parses the template. `{id}` is the value of the scheme's id header. The error is a sentence.
    pub fn parse(template: &str, id_header: Option<&str>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut is_form = false;
        let mut groups: Vec<Group> = Vec::new();
        let mut is_in_group = false;
        let mut open = None;
        let mut begins_with_secret = false;
        for mut token in tokens(template)? {
            if let TemplateToken::Placeholder(name) = &mut token {
                if let Some(source) = name.strip_prefix("if:") {
                    let header = source.strip_prefix("header:").filter(|name| is_token(name));
                    let source = header.or(Some(source).filter(|source| is_value(source)));
                    let source = source.filter(|_| !is_in_group).ok_or_else(|| {
                        ["Invalid condition {", name, "}: expected a source, and no other condition inside."]
                            .concat()
                    })?;
                    groups.push(Group { source: into_owned_outlined(source), start: parts.len(), end: 0 });
                    is_in_group = true;
                    continue;
                }
                if *name == "end" && is_in_group {
                    if let Some(group) = groups.last_mut() {
                        group.end = parts.len();
                    }
                    is_in_group = false;
                    continue;
                }
                if *name == "secret" && parts.is_empty() && groups.is_empty() && !begins_with_secret {
                    begins_with_secret = true;
                    continue;
                }
                if let Some(rest) = name.strip_suffix("...") {
                    if open.replace(parts.len()).is_some() {
                        return Err(into_owned_outlined(
                            "Two placeholders have `...`. Remove one of the two.",
                        ));
                    }
                    *name = rest;
                }
            }
            parts.push(match token {
                TemplateToken::Literal(text) => ContentPart::Literal(into_owned_outlined(text)),
                TemplateToken::Placeholder("body") => ContentPart::Body,
                TemplateToken::Placeholder("form") => {
                    is_form = true;
                    ContentPart::Body
                }
                TemplateToken::Placeholder("timestamp") => ContentPart::Timestamp,
                TemplateToken::Placeholder("url") => ContentPart::Url,
                TemplateToken::Placeholder("method") => ContentPart::Method,
                TemplateToken::Placeholder(name @ ("path" | "headers" | HEADER_NAMES)) => {
                    let name = match name {
                        "path" => PATH,
                        "headers" => HEADER_VALUES,
                        _ => HEADER_NAMES,
                    };
                    ContentPart::Header { name: into_owned_outlined(name), is_id: false }
                }
                TemplateToken::Placeholder("id") => ContentPart::Header {
                    name: id_header
                        .ok_or("`{id}` is signed, but no header with the id is defined.")?
                        .to_owned(),
                    is_id: true,
                },
                TemplateToken::Placeholder(name)
                    if is_value(name) || ContentDigest::parse(name).is_some_and(|digest| digest != ContentDigest::Path) =>
                {
                    ContentPart::Header { name: into_owned_outlined(name), is_id: false }
                }
                TemplateToken::Placeholder(name) if name.starts_with("setting:") => {
                    let name = into_owned_outlined(&name["setting:".len()..]);
                    ContentPart::Setting { name, value: String::new() }
                }
                TemplateToken::Placeholder(placeholder) => match placeholder.strip_prefix("header:") {
                    Some(name) if is_token(name) => {
                        ContentPart::Header { name: into_owned_outlined(name), is_id: false }
                    }
                    Some(_) => return Err(format!("Invalid HTTP header name in {{{placeholder}}}.")),
                    None => {
                        return Err(format!(
                            "Unknown placeholder {{{placeholder}}}: expected {{body}}, {{timestamp}}, {{id}}, {{url}}, \
                             {{path}}, {{method}}, {{header:name}}, {{query:name}}, a digest such as {{body:sha256:hex}}, \
                             or a JSON Pointer such as {{/data/id}}."
                        ));
                    }
                },
            });
        }
        if is_in_group || groups.iter().any(|group| group.start == group.end) {
            return Err(into_owned_outlined("A condition has no text, or no {end}."));
        }
        if open.is_some_and(|open| !parts[open].is_variable()) {
            return Err(into_owned_outlined("Only a value of the request can have `...`."));
        }
        match parts.iter().filter(|part| **part == ContentPart::Body).count() {
            0 if !parts.iter().any(|part| matches!(part, ContentPart::Header { .. } | ContentPart::Url)) => {
                Err(into_owned_outlined(NO_BODY))
            }
            0 | 1 => Ok(Self { parts, is_form, groups, begins_with_secret, open }),
            _ => Err(into_owned_outlined("`{body}` occurs more than once.")),
        }
    }

    /// Returns whether this is the name of the value that may contain any text: `{/reference...}`.
    pub fn is_open(&self, name: &str) -> bool {
        let open = self.open.and_then(|open| self.parts.get(open));
        matches!(open, Some(ContentPart::Header { name: open, .. }) if open == name)
    }

    /// Returns whether the body is signed as a form: sorted, and not as it was sent.
    pub fn is_form(&self) -> bool {
        self.is_form
    }

    /// Returns whether the body is signed as a whole.
    pub fn has_body(&self) -> bool {
        self.parts.contains(&ContentPart::Body)
    }

    pub fn begins_with_secret(&self) -> bool {
        self.begins_with_secret
    }

    pub fn ends_with_body(&self) -> bool {
        self.parts.last() == Some(&ContentPart::Body) && !self.is_form
    }

    /// Returns whether a digest of the body is signed.
    pub fn has_body_digest(&self) -> bool {
        self.digests().any(|digest| !digest.is_of_url())
    }

    /// Returns whether of the body only a checksum is signed.
    pub fn has_checksum(&self) -> bool {
        let mut digests = self.digests().filter(|digest| !digest.is_of_url()).peekable();
        !self.has_body()
            && digests.peek().is_some()
            && digests.all(|digest| digest == ContentDigest::BodyChecksum)
    }

    fn digests(&self) -> impl Iterator<Item = ContentDigest> {
        self.parts.iter().filter_map(ContentPart::digest)
    }

    /// Returns the index of the part that may be of any length: the body. Without the body, the last header, source, URL or
    /// method: the parts before it are parsed from the start, those after it from the end.
    pub(super) fn open_part(&self) -> usize {
        let body = self.parts.iter().position(|part| *part == ContentPart::Body);
        if !self.groups.is_empty() {
            // With conditions, every value is followed by a delimiter, and parsed from the start.
            return body.unwrap_or(self.parts.len());
        }
        body.or(self.open)
            .or_else(|| self.parts.iter().rposition(ContentPart::is_variable))
            .or_else(|| self.parts.iter().position(|part| part.digest().is_some()))
            .unwrap_or(0)
    }

    /// The body between two texts of any kind, which are passed as `{url}` and `{method}`.
    #[cfg(feature = "full")]
    pub fn framed() -> Self {
        let parts = vec![ContentPart::Url, ContentPart::Body, ContentPart::Method];
        Self { parts, is_form: false, groups: Vec::new(), begins_with_secret: false, open: None }
    }

    /// Returns the names of the settings that are signed.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            ContentPart::Setting { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Puts the texts of settings in their places.
    pub fn set_settings(&mut self, text: &dyn Fn(&str) -> Option<String>) {
        for part in &mut self.parts {
            if let ContentPart::Setting { name, value } = part {
                *value = text(name).unwrap_or_default();
            }
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

    /// Returns the names of the signed headers.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        Self::names(self.parts.iter()).chain(self.conditions())
    }

    /// Returns the names of the headers and sources that decide on conditions.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|group| group.source.as_str())
    }

    /// Returns the names of the headers and sources that are signed in a delivery.
    pub fn signed_names<'v>(&'v self, headers: &'v Headers<'_>) -> impl Iterator<Item = &'v str> {
        Self::names(self.signed_parts(headers))
    }

    /// Returns whether the value of a header or source is signed in every delivery that has it.
    pub fn signs(&self, name: &str) -> bool {
        self.parts.iter().enumerate().any(|(index, part)| {
            let mut groups = self.groups.iter().filter(|group| (group.start..group.end).contains(&index));
            matches!(part, ContentPart::Header { name: signed, .. } if eq_ignore_ascii_case(signed, name))
                && groups.all(|group| eq_ignore_ascii_case(&group.source, name))
        })
    }

    fn names<'p>(parts: impl Iterator<Item = &'p ContentPart>) -> impl Iterator<Item = &'p str> {
        parts.filter_map(|part| match part {
            ContentPart::Header { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Returns the parts that are signed in a delivery with these headers: all but those of conditions that are not met.
    fn signed_parts<'v>(&'v self, headers: &'v Headers<'_>) -> impl Iterator<Item = &'v ContentPart> {
        let parts = self.parts.iter().enumerate().filter(|(index, _)| {
            self.groups.iter().all(|group| {
                !(group.start..group.end).contains(index)
                    || headers.get(&group.source).is_some_and(|value| !value.is_empty())
            })
        });
        parts.map(|(_, part)| part)
    }

    /// Feeds the parts to an HMAC. PERF: the body is never copied.
    pub fn feed(&self, mac: &mut Mac<'_>, values: &TemplateValues<'_>) {
        self.signed_parts(values.headers).for_each(|part| mac.update(part.bytes(values)));
    }

    /// The same bytes, part by part, for the native hash.
    pub fn parts<'v>(&'v self, values: &'v TemplateValues<'_>) -> impl Iterator<Item = &'v [u8]> {
        self.signed_parts(values.headers).map(|part| part.bytes(values))
    }

    /// Every part with its placeholder, without braces, and its bytes. A literal has no placeholder, and a part that the
    /// delivery lacks has no bytes.
    pub fn named_parts<'v>(
        &'v self,
        values: &'v TemplateValues<'_>,
    ) -> impl Iterator<Item = (Option<String>, Option<&'v [u8]>)> {
        self.signed_parts(values.headers).map(|part| {
            let bytes = part.bytes(values);
            // `Scheme::values` rejects an empty header, timestamp, URL or method as missing.
            let is_missing = bytes.is_empty() && !matches!(part, ContentPart::Literal(_) | ContentPart::Body);
            let form = (self.is_form && *part == ContentPart::Body).then(|| into_owned_outlined("form"));
            (form.or_else(|| part.placeholder()), (!is_missing).then_some(bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::TimestampUnit;

    #[test]
    fn splits_templates_at_their_braces() {
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
    fn rejects_unmatched_braces() {
        for (template, message) in
            [("{body", "Unmatched \"{\"."), ("{{body}}", "Unmatched \"{\"."), ("body}", "Unmatched \"}\".")]
        {
            assert_eq!(tokens(template), Err(message.to_owned()), "{template}");
        }
    }

    /// Every text of these bytes, split in every way into URL and body: at most one body is accepted.
    #[test]
    fn no_text_has_two_bodies_next_to_a_url() {
        let [before, after] = ["{url}{body}", "{body}{url}"]
            .map(|template| SignedContent::parse(template, None).expect(template));
        let mut accepted_count = 0;
        let texts = |bytes: &'static [u8; 4], length: u32| {
            let byte = move |number: usize, digit: u32| bytes[number / 4_usize.pow(digit) % 4];
            let text = move |number: usize| (0..length).map(|digit| byte(number, digit)).collect();
            (0..4_usize.pow(length)).map(text)
        };
        let texts = texts(b"[]\"\\", 8).chain(texts(b"[]\" ", 7));
        for text in texts.collect::<Vec<Vec<u8>>>() {
            let is_body = [
                |content: &SignedContent, (_, body): (&[u8], &[u8])| !content.runs_into(body),
                |content: &SignedContent, (body, _): (&[u8], &[u8])| !content.runs_into(body),
            ];
            for (content, is_body) in [&before, &after].into_iter().zip(is_body) {
                let accepted =
                    (0..=text.len()).filter(|index| is_body(content, text.split_at(*index))).count();
                assert!(accepted <= 1, "{}", text.escape_ascii());
                accepted_count += accepted;
            }
        }
        assert!(accepted_count > 1_000, "{accepted_count}");
    }

    #[test]
    fn accepts_white_space_only_away_from_the_url() {
        for (template, accepted, rejected) in [
            ("{url}{body}", "[1] \n", " [1]"),
            ("{body}{url}", " \n{}", "{} "),
            ("{url}{body}{timestamp}", "{} ", "\t{}"),
            ("{timestamp}.{body}{url}", " {}", "{}\t"),
            ("{url}\n{body}{url}", " {}", "{} "),
        ] {
            let content = SignedContent::parse(template, None).expect(template);
            assert!(content.ambiguity(TimestampUnit::Seconds).is_none(), "{template}");
            assert!(!content.runs_into(accepted.as_bytes()), "{template}");
            for body in [
                rejected, "", "1", "\"a\"", "a=1", "{}{}", "[[1]", "[1]]", "]", "[\"]", "[\"\\", "{} x",
                "x {}",
            ] {
                assert!(content.runs_into(body.as_bytes()), "{template} {body}");
            }
        }
        for template in ["{body}", "{url}\n{body}", "{body}.{timestamp}"] {
            assert!(!SignedContent::parse(template, None).expect(template).runs_into(b"a=1"), "{template}");
        }
    }

    #[test]
    fn rejects_signed_content_without_the_body_or_with_unknown_placeholders() {
        for (template, message) in [
            ("", NO_BODY),
            ("{timestamp}", NO_BODY),
            ("{body}{body}", "`{body}` occurs more than once."),
            ("{id}.{body}", "`{id}` is signed, but no header with the id is defined."),
            ("{header:a b}.{body}", "Invalid HTTP header name in {header:a b}."),
            (
                "{Body}",
                "Unknown placeholder {Body}: expected {body}, {timestamp}, {id}, {url}, {path}, {method}, \
                 {header:name}, {query:name}, a digest such as {body:sha256:hex}, or a JSON Pointer such as {/data/id}.",
            ),
        ] {
            assert_eq!(SignedContent::parse(template, None).unwrap_err(), message, "{template}");
        }
    }
}
