//! Templates with `{placeholders}`, and the signed content.

use std::fmt;

use super::hmac::Mac;
use super::{ContentDigest, TimestampUnit};
use crate::blob::{Blob, Reader, Writer, blob};
use crate::delivery::{Headers, is_token};
use crate::text::{into_owned_outlined, split_once};

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
    parts: Vec<ContentPart>,
    /// Whether the template names the body `{form}`: its fields sorted by their names, names and values joined.
    is_form: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ContentPart {
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
}

blob!(enum ContentPart {
    0 => Literal(text),
    1 => Body,
    2 => Timestamp,
    3 => Header { name, is_id },
    4 => Url,
    5 => Method,
});

impl Blob for SignedContent {
    fn put(&self, out: &mut Writer) {
        self.parts.put(out);
        self.is_form.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let (parts, is_form): (Vec<ContentPart>, bool) = (Vec::get(input), bool::get(input));
        let is_body = |part: &&ContentPart| **part == ContentPart::Body;
        // The functions that look for the open part need one.
        input.check(!parts.is_empty() && parts.iter().filter(is_body).count() <= 1);
        Self { parts, is_form }
    }
}

impl fmt::Display for ContentPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentPart::Literal(text) => f.write_str(text),
            ContentPart::Body => f.write_str("{body}"),
            ContentPart::Timestamp => f.write_str("{timestamp}"),
            ContentPart::Header { name, .. } if is_source(name) => write!(f, "{{{name}}}"),
            ContentPart::Header { name, .. } => write!(f, "{{header:{name}}}"),
            ContentPart::Url => f.write_str("{url}"),
            ContentPart::Method => f.write_str("{method}"),
        }
    }
}

/// Returns whether the name of a part is no header but a source in the body or the URL, or a digest of them: `/data/id`,
/// `query:id`, `form:id`, `body:sha256:hex`.
/// No header has such a name (RFC 9110, section 5.1), so that values of sources are kept next to headers.
pub(crate) fn is_source(name: &str) -> bool {
    const SOURCES: [&str; 5] = ["/", "query:", "form:", "body:", "url:"];
    !is_token(name) && SOURCES.iter().any(|start| name.starts_with(start))
}

#[inline(never)]
fn ambiguous(reason: &str) -> String {
    format!(
        "Ambiguous signed content: {reason}, so one signature matches several requests. Separate the parts by text that \
         none of them can contain, such as a line break: \"{{id}}\\n{{timestamp}}\\n{{body}}\". Or, if the provider signs \
         so, set \"ambiguous\": true."
    )
}

/// Returns whether URLs can contain the character (RFC 3986, section 2).
fn is_url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

/// Returns whether the first byte is a bracket that the last byte closes, as in a JSON object or array.
fn is_one_container(text: &[u8]) -> bool {
    let (mut depth, mut bytes) = (0_usize, text.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' => return depth == 1 && bytes.as_slice().is_empty(),
            _ if depth == 0 => return false,
            // Outside of strings, JSON has no backslash. With one, the rest of a string could pass for the text between strings.
            b'\\' => return false,
            b'"' => loop {
                match bytes.next() {
                    Some(b'"') => break,
                    Some(b'\\') => drop(bytes.next()),
                    Some(_) => {}
                    None => return false,
                }
            },
            _ => {}
        }
    }
    false
}

impl ContentPart {
    /// Returns the digest that the part is.
    fn digest(&self) -> Option<ContentDigest> {
        match self {
            ContentPart::Header { name, .. } if is_source(name) => ContentDigest::parse(name),
            _ => None,
        }
    }

    /// Returns whether the text of the part may be of any length.
    fn is_variable(&self) -> bool {
        matches!(self, ContentPart::Header { .. } | ContentPart::Url | ContentPart::Method)
            && self.digest().is_none()
    }

    fn placeholder(&self) -> Option<String> {
        let name = match self {
            ContentPart::Literal(_) => return None,
            ContentPart::Body => "body",
            ContentPart::Timestamp => "timestamp",
            ContentPart::Header { is_id: true, .. } => "id",
            ContentPart::Header { name, .. } if is_source(name) => name,
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
        for token in tokens(template)? {
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
                TemplateToken::Placeholder("id") => ContentPart::Header {
                    name: id_header
                        .ok_or("`{id}` is signed, but no header with the id is defined.")?
                        .to_owned(),
                    is_id: true,
                },
                TemplateToken::Placeholder(name)
                    if is_source(name)
                        && (!name.starts_with(['b', 'u']) || ContentDigest::parse(name).is_some()) =>
                {
                    ContentPart::Header { name: into_owned_outlined(name), is_id: false }
                }
                TemplateToken::Placeholder(placeholder) => match placeholder.strip_prefix("header:") {
                    Some(name) if is_token(name) => {
                        ContentPart::Header { name: into_owned_outlined(name), is_id: false }
                    }
                    Some(_) => return Err(format!("Invalid HTTP header name in {{{placeholder}}}.")),
                    None => {
                        return Err(format!(
                            "Unknown placeholder {{{placeholder}}}: expected {{body}}, {{timestamp}}, {{id}}, {{url}}, \
                             {{method}}, {{header:name}}, {{query:name}} or a JSON Pointer, such as {{/data/id}}."
                        ));
                    }
                },
            });
        }
        match parts.iter().filter(|part| **part == ContentPart::Body).count() {
            0 if !parts.iter().any(|part| matches!(part, ContentPart::Header { .. } | ContentPart::Url)) => {
                Err(into_owned_outlined(NO_BODY))
            }
            0 | 1 => Ok(Self { parts, is_form }),
            _ => Err(into_owned_outlined("`{body}` occurs more than once.")),
        }
    }

    /// Returns whether the body is signed as a form: sorted, and not as it was sent.
    pub fn is_form(&self) -> bool {
        self.is_form
    }

    /// Returns whether the body is signed as a whole.
    pub fn has_body(&self) -> bool {
        self.parts.contains(&ContentPart::Body)
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
    fn open_part(&self) -> usize {
        let body = self.parts.iter().position(|part| *part == ContentPart::Body);
        body.or_else(|| self.parts.iter().rposition(ContentPart::is_variable))
            .or_else(|| self.parts.iter().position(|part| part.digest().is_some()))
            .unwrap_or(0)
    }

    /// The body between two texts of any kind, which are passed as `{url}` and `{method}`.
    #[cfg(feature = "full")]
    pub fn framed() -> Self {
        Self { parts: vec![ContentPart::Url, ContentPart::Body, ContentPart::Method], is_form: false }
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

    /// Returns the literal next to a part, on the side of the body. If the next part is no literal, that part is the error.
    fn delimiter(&self, index: usize) -> Result<&str, &ContentPart> {
        match &self.parts[if index < self.open_part() { index + 1 } else { index - 1 }] {
            ContentPart::Literal(text) => Ok(text),
            other => Err(other),
        }
    }

    /// Returns the parts of variable length, except for the open part and the timestamp.
    fn variable_parts(&self) -> impl Iterator<Item = (usize, &ContentPart)> {
        let open = self.open_part();
        self.parts.iter().enumerate().filter(move |(index, part)| *index != open && part.is_variable())
    }

    /// Returns why one signature would match several requests, if bytes can move from one part to the next.
    ///
    /// Parsed from both ends towards the body, the signed content has to show where each part ends.
    pub fn ambiguity(&self, unit: TimestampUnit) -> Option<String> {
        // Headers cannot contain control characters, so a delimiter with one marks the end of a header.
        let mut headers = self.variable_parts().filter_map(|(index, part)| {
            let is_printable = |text: &str| text.bytes().all(|byte| !byte.is_ascii_control());
            let can_contain_delimiter = match self.delimiter(index) {
                Ok(text) => is_printable(text),
                Err(next) => *next == ContentPart::Timestamp,
            };
            (can_contain_delimiter && matches!(part, ContentPart::Header { .. })).then_some(index)
        });
        let first = headers.next();
        let first_of_several = first.filter(|_| headers.next().is_some());
        for (index, part) in self.variable_parts() {
            let reason = match self.delimiter(index) {
                Err(ContentPart::Body) if *part == ContentPart::Url && !self.is_between_urls() => continue,
                // The body marks where the timestamp ends, and the form of the timestamp where it begins.
                Err(ContentPart::Timestamp)
                    if self.joined_timestamp() == Some(index + 1)
                        && !self.is_between_urls()
                        && first_of_several.is_none() =>
                {
                    continue;
                }
                Err(next) => format!("{part} and {next} are adjacent"),
                Ok(text) if *part == ContentPart::Url && text.bytes().all(is_url_character) => {
                    format!("{part} can contain \"{text}\"")
                }
                Ok(text) if first_of_several == Some(index) => {
                    format!("{part} can contain \"{text}\", and another header follows")
                }
                Ok(_) => continue,
            };
            return Some(ambiguous(&reason));
        }
        // A hash has a length of its own. Of a checksum only the digits mark where it ends.
        let is_checksum = |(index, part): (usize, &ContentPart)| {
            (index != self.open_part() && part.digest() == Some(ContentDigest::BodyChecksum)).then_some(index)
        };
        if let Some(index) = self.parts.iter().enumerate().find_map(is_checksum)
            && !self.delimiter(index).is_ok_and(|text| !text.bytes().any(|byte| byte.is_ascii_digit()))
        {
            return Some(ambiguous("{body:crc32} is next to a digit or a part"));
        }
        self.timestamps()
            .any(|(index, is_before_body)| {
                is_before_body && unit == TimestampUnit::Iso8601 && self.can_continue_timestamp(index + 1)
            })
            .then(|| ambiguous("{timestamp} has no offset, and what follows can be read as a part of it"))
    }

    /// Returns whether a part can begin with a character that continues a date and time: a fraction, or an offset.
    fn can_continue_timestamp(&self, index: usize) -> bool {
        match &self.parts[index] {
            ContentPart::Literal(text) => {
                text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || b".+-Zz".contains(&byte))
            }
            part => *part != ContentPart::Body,
        }
    }

    /// Returns the index of a timestamp directly between a header and the body. SECURITY: no object or array ends with
    /// another one, so the body begins at one byte only. There the timestamp ends, and it begins at one byte only, too: a
    /// number has its full length, and a date and time has its `T` at one place.
    fn joined_timestamp(&self) -> Option<usize> {
        let start = self.parts.windows(3).position(|parts| {
            matches!(parts, [ContentPart::Header { .. }, ContentPart::Timestamp, ContentPart::Body])
        })?;
        Some(start + 1)
    }

    /// Returns a header whose value contains the delimiter after it, so that the end of the value is ambiguous.
    pub fn header_with_delimiter<'v>(&'v self, values: &TemplateValues<'v>) -> Option<&'v str> {
        self.variable_parts().find_map(|(index, part)| {
            let ContentPart::Header { name, .. } = part else { return None };
            let (value, delimiter) = (part.bytes(values), self.delimiter(index).ok()?.as_bytes());
            if let [byte] = delimiter {
                return value.contains(byte).then_some(name.as_str());
            }
            let is_before_body = index < self.open_part();
            // An occurrence may overlap the real delimiter, so the delimiter is appended to the value.
            let occurs_at = |start: usize| {
                let text = value[start..].iter().chain(delimiter);
                text.take(delimiter.len()).eq(delimiter)
            };
            // After the body, the signed content is parsed from its end.
            let occurs_before = |end: usize| {
                let text = value[..end].iter().rev().chain(delimiter.iter().rev());
                text.take(delimiter.len()).eq(delimiter.iter().rev())
            };
            let contains_delimiter = if is_before_body {
                (0..value.len()).any(occurs_at)
            } else {
                (1..=value.len()).any(occurs_before)
            };
            contains_delimiter.then_some(name.as_str())
        })
    }

    /// Returns whether only the length of a timestamp marks its end, because a placeholder or a digit follows.
    pub fn has_undelimited_timestamp(&self) -> bool {
        self.timestamps().any(|(index, is_before_body)| match self.delimiter(index) {
            Ok(text) => {
                let next = if is_before_body { text.bytes().next() } else { text.bytes().last() };
                next.is_some_and(|byte| byte.is_ascii_digit())
            }
            Err(next) => *next != ContentPart::Body || self.joined_timestamp() == Some(index),
        })
    }

    /// Returns whether a digit of the body is adjacent to the timestamp, and would count as a digit of the timestamp. No body
    /// that is an object or an array begins or ends with a digit.
    pub fn timestamp_runs_into(&self, body: &[u8]) -> bool {
        self.timestamps().any(|(index, is_before_body)| {
            let next = if is_before_body { body.first() } else { body.last() };
            self.delimiter(index) == Err(&ContentPart::Body) && next.is_some_and(u8::is_ascii_digit)
        })
    }

    /// Returns whether only the brackets of the body mark where the part next to it ends: a URL, or a timestamp that follows a
    /// header without a separator.
    pub fn needs_brackets(&self) -> bool {
        self.adjacent_urls().contains(&true)
    }

    /// Returns whether the body does not mark where the adjacent part ends. SECURITY: of two bodies that are one object or
    /// array, neither begins or ends the other: the bracket that ends the shorter one would have to end the longer one, too.
    /// So no bytes can move between the part and the body. White space is harmless on the other side of the body only.
    pub fn runs_into(&self, body: &[u8]) -> bool {
        match self.adjacent_urls() {
            [false, false] => false,
            [true, _] => !is_one_container(body.trim_ascii_end()),
            [false, true] => !is_one_container(body.trim_ascii_start()),
        }
    }

    /// Returns whether URLs are on both sides of the body. Then bytes can move through the body from one URL to the other.
    fn is_between_urls(&self) -> bool {
        self.adjacent_urls() == [true, true]
    }

    /// Returns whether a URL is directly before the body, and directly after it. A timestamp between a header and the body
    /// counts as a URL: both need the brackets of the body.
    fn adjacent_urls(&self) -> [bool; 2] {
        let is_pair = |first: &ContentPart, second: &ContentPart| {
            self.parts.windows(2).any(|pair| pair[0] == *first && pair[1] == *second)
        };
        let is_before = is_pair(&ContentPart::Url, &ContentPart::Body) || self.joined_timestamp().is_some();
        [is_before, is_pair(&ContentPart::Body, &ContentPart::Url)]
    }

    /// Returns the indexes of timestamps, each with whether it precedes the body.
    fn timestamps(&self) -> impl Iterator<Item = (usize, bool)> {
        let body = self.open_part();
        let timestamps = self.parts.iter().enumerate().filter(|(_, part)| **part == ContentPart::Timestamp);
        timestamps.map(move |(index, _)| (index, index < body))
    }

    /// Returns the names of the signed headers.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            ContentPart::Header { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Feeds the parts to an HMAC. PERF: the body is never copied.
    pub fn feed(&self, mac: &mut Mac<'_>, values: &TemplateValues<'_>) {
        self.parts.iter().for_each(|part| mac.update(part.bytes(values)));
    }

    /// The same bytes, part by part, for the native hash.
    pub fn parts<'v>(&'v self, values: &'v TemplateValues<'_>) -> impl Iterator<Item = &'v [u8]> {
        self.parts.iter().map(|part| part.bytes(values))
    }

    /// Every part with its placeholder, without braces, and its bytes. A literal has no placeholder, and a part that the
    /// delivery lacks has no bytes.
    pub fn named_parts<'v>(
        &'v self,
        values: &'v TemplateValues<'_>,
    ) -> impl Iterator<Item = (Option<String>, Option<&'v [u8]>)> {
        self.parts.iter().map(|part| {
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
                "Unknown placeholder {Body}: expected {body}, {timestamp}, {id}, {url}, {method}, {header:name}, \
                 {query:name} or a JSON Pointer, such as {/data/id}.",
            ),
        ] {
            assert_eq!(SignedContent::parse(template, None).unwrap_err(), message, "{template}");
        }
    }
}
