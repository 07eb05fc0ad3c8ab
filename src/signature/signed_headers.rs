//! Headers that a delivery itself lists as signed: `{headers}` and `{headers:names}` in the signed content.

use super::template::is_source;
use crate::blob::blob;
use crate::delivery::{Headers, has_control, is_token};
use crate::json::sort_by;
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// More names are rejected: each costs a search through the headers.
const MAX_NAMES: usize = 64;
/// Longer texts are rejected: the limit is that of one header.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// How a delivery lists its signed headers, and how their names and values are written in the signed content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    /// The header with the list of names; `None` where `{headers}` of the format is the list.
    pub list: Option<String>,
    /// The ASCII character between two names.
    pub separator: u8,
    /// How one header is written: `{name}:{value}`, or `{value}`.
    pub pair: String,
    /// The text between two headers.
    pub join: String,
    /// The headers that every list has to name.
    pub required: Vec<String>,
}

blob!(struct SignedHeaders { list, separator, pair, join, required });

/// The list of a delivery cannot be used: it occurs twice, lacks a header that has to be signed, or is ambiguous.
#[derive(Debug)]
pub(crate) struct Unclear;

impl SignedHeaders {
    /// Returns why the definition is unsafe or incomplete. `signs_names`: the signed content has `{headers:names}`.
    /// `end`: the text after `{headers}`, which marks its end.
    pub(super) fn mistake(&self, signs_names: bool, is_ambiguous: bool, end: &str) -> Option<&'static str> {
        if self.pair_middle().is_none() {
            return Some("Expected `pair` as {value}, or as {name}, a text and {value}.");
        }
        if !signs_names && !self.list.as_ref().is_some_and(|list| self.requires(list)) {
            return Some(
                "The list of signed headers is not signed, so an attacker can shorten it. Name its header in `require`, or sign {headers:names}.",
            );
        }
        if !is_ambiguous && !end.is_empty() && self.join.contains(end) {
            return Some(
                "`join` contains the text that marks the end of {headers}, so nothing shows where the headers end. If the provider signs so, set \"ambiguous\": true.",
            );
        }
        if self.pair == "{value}" && !is_ambiguous {
            return Some(
                "Without {name}, nothing shows where a value ends. Write {name} in `pair`. Or, if the provider signs so, set \"ambiguous\": true.",
            );
        }
        None
    }

    /// Returns whether every list has to name a header.
    pub(super) fn requires(&self, name: &str) -> bool {
        self.required.iter().any(|required| eq_ignore_ascii_case(required, name))
    }

    /// The text between name and value; empty where only values are signed.
    fn pair_middle(&self) -> Option<&str> {
        match self.pair.strip_suffix("{value}")? {
            "" => Some(""),
            rest => rest.strip_prefix("{name}").filter(|middle| !middle.is_empty() && !middle.contains('{')),
        }
    }

    /// Returns the list of names in a delivery. `item` is the header with the list, and the text before it.
    fn list<'h>(&self, headers: &'h Headers<'_>, item: (&str, &str)) -> Result<Option<&'h str>, Unclear> {
        let mut found: Option<&'h str> = None;
        let (header, label) = match &self.list {
            Some(header) => (header.as_str(), ""),
            None => item,
        };
        for (_, value) in headers.iter().filter(|(name, _)| eq_ignore_ascii_case(name, header)) {
            // An item of the signature header ends at a comma. A header of its own is the list.
            let separator = if label.is_empty() { '\n' } else { ',' };
            for part in Split::new(value, separator) {
                let Some(names) = part.trim().strip_prefix(label) else { continue };
                if found.is_some_and(|other| other != names) {
                    return Err(Unclear);
                }
                found = Some(names);
            }
        }
        Ok(found)
    }

    /// Returns the names and the text that are signed in a delivery; `None` if the delivery lacks the list, or a header in it.
    #[inline(never)]
    pub(crate) fn find(
        &self,
        headers: &Headers<'_>,
        item: (&str, &str),
    ) -> Result<Option<(String, String)>, Unclear> {
        let Some(list) = self.list(headers, item)? else { return Ok(None) };
        Ok(self.text(headers, list)?.map(|text| (into_owned_outlined(list), text)))
    }

    /// Returns the text that is signed of the headers in a list.
    ///
    /// SECURITY: a value that contains what begins another header would let bytes move between two headers. The length of the
    /// text is limited, because a list can name one header many times.
    pub(super) fn text(&self, headers: &Headers<'_>, list: &str) -> Result<Option<String>, Unclear> {
        let names: Vec<&str> = Split::new(list, char::from(self.separator)).take(MAX_NAMES + 1).collect();
        let has = |required: &String| names.iter().any(|name| eq_ignore_ascii_case(name, required));
        if names.len() > MAX_NAMES
            || !names.iter().all(|name| is_token(name))
            || !self.required.iter().all(has)
        {
            return Err(Unclear);
        }
        let middle = self.pair_middle().unwrap_or_default();
        let begins_header = |text: &str| {
            let rest = text.strip_prefix(&self.join);
            let is_name =
                |rest: &str, name: &str| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with(middle));
            !middle.is_empty() && rest.is_some_and(|rest| names.iter().any(|name| is_name(rest, name)))
        };
        let mut text = String::new();
        for (index, name) in names.iter().enumerate() {
            let mut values = headers.get_all(name);
            let Some(value) = values.next() else { return Ok(None) };
            let is_clear = values.all(|other| other == value)
                && !has_control(value)
                && text.len() + value.len() <= MAX_TEXT_BYTES
                && !(0..value.len()).any(|start| value.get(start..).is_some_and(begins_header));
            if !is_clear {
                return Err(Unclear);
            }
            for part in [
                if index == 0 { "" } else { &self.join },
                if middle.is_empty() { "" } else { name },
                middle,
                value,
            ] {
                text.push_str(part);
            }
        }
        Ok(Some(text))
    }

    /// Returns the list for a new signature: every header of a delivery, and those that have to be signed, sorted.
    pub(super) fn names_of(&self, headers: &Headers<'_>, signature: &str) -> String {
        let mut names: Vec<String> = self.required.iter().map(|name| name.to_ascii_lowercase()).collect();
        let own = headers.iter().map(|(name, _)| name);
        names.extend(
            own.filter(|name| !is_source(name) && !eq_ignore_ascii_case(name, signature))
                .map(str::to_ascii_lowercase),
        );
        sort_by(&mut names, Ord::cmp);
        names.dedup();
        names.join(char::from(self.separator).encode_utf8(&mut [0; 4]))
    }
}

/// The parts of a text between separators.
struct Split<'t> {
    rest: Option<&'t str>,
    separator: char,
}

impl<'t> Split<'t> {
    fn new(text: &'t str, separator: char) -> Self {
        Self { rest: Some(text), separator }
    }
}

impl<'t> Iterator for Split<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest?;
        let (part, next) = match split_once(rest, self.separator) {
            Some((part, next)) => (part, Some(next)),
            None => (rest, None),
        };
        self.rest = next;
        Some(part)
    }
}
