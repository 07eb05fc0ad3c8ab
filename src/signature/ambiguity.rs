//! Whether a signed content shows where each part ends: in its definition, and with the values of a delivery.

use super::template::{ContentPart, SignedContent, TemplateValues};
use super::{ContentDigest, TimestampUnit};

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

impl SignedContent {
    /// Returns the literal next to a part, on the side of the body. If the next part is no literal, that part is the error.
    fn delimiter(&self, index: usize) -> Result<&str, &ContentPart> {
        let next = if index < self.open_part() { index + 1 } else { index.wrapping_sub(1) };
        match self.parts.get(next) {
            Some(ContentPart::Literal(text)) => Ok(text),
            Some(other) => Err(other),
            // The end of the text, in an ambiguous signed content with conditions.
            None => Ok(""),
        }
    }

    /// Returns the text that marks the end of a header or another named value; empty if there is none.
    pub fn end_of(&self, name: &str) -> &str {
        let is_named =
            |part: &ContentPart| matches!(part, ContentPart::Header { name: other, .. } if other == name);
        self.parts.iter().position(is_named).and_then(|index| self.delimiter(index).ok()).unwrap_or_default()
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
        if let Some(reason) = self.ambiguous_condition() {
            return Some(ambiguous(reason));
        }
        // Headers cannot contain control characters, so a delimiter with one marks the end of a header.
        let mut headers = self.variable_parts().filter_map(|(index, part)| {
            let is_printable = |text: &str| text.bytes().all(|byte| !byte.is_ascii_control());
            let can_contain_delimiter = match self.delimiter(index) {
                Ok(text) => is_printable(text),
                Err(next) => *next == ContentPart::Timestamp,
            };
            (can_contain_delimiter && matches!(part, ContentPart::Header { .. })).then_some(index)
        });
        // A definition that names the open part, or has conditions, knows what the other values do not contain.
        let first = headers.next().filter(|_| self.open.is_none() && self.groups.is_empty());
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

    /// Returns why the signed content does not show which of its conditions are met. Parsed from the start, the text of each
    /// condition has to differ at once from what follows without it.
    fn ambiguous_condition(&self) -> Option<&'static str> {
        const NO_DELIMITER: &str = "no text follows a value in the same condition, or outside of conditions";
        if self.groups.is_empty() {
            return None;
        }
        let group_of =
            |index: usize| self.groups.iter().position(|group| (group.start..group.end).contains(&index));
        for (index, part) in self.parts.iter().enumerate() {
            if *part == ContentPart::Body && (group_of(index).is_some() || index + 1 < self.parts.len()) {
                return Some("{body} is not after all conditions");
            }
            let is_delimited = matches!(part, ContentPart::Literal(_) | ContentPart::Body)
                || matches!(self.parts.get(index + 1), Some(ContentPart::Literal(_)))
                    && group_of(index) == group_of(index + 1);
            if !is_delimited {
                return Some(NO_DELIMITER);
            }
        }
        let literal = |index: usize| match self.parts.get(index) {
            Some(ContentPart::Literal(text)) => Some(text.as_str()),
            _ => None,
        };
        for group in &self.groups {
            let Some(text) = literal(group.start) else { return Some("a condition begins with a value") };
            let mut next = group.end;
            loop {
                let following = self.groups.iter().find(|other| other.start == next);
                match literal(next) {
                    Some(other) if !text.starts_with(other) && !other.starts_with(text) => {}
                    _ => return Some("what follows a condition can begin with its text"),
                }
                let Some(following) = following else { break };
                next = following.end;
            }
        }
        None
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
}
