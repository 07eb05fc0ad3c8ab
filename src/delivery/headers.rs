//! The headers of a delivery: an ordered list of names and values, looked up without regard to case.

use std::borrow::Cow;
use std::fmt;

use crate::text::is_plain;

/// Header fields in the order they arrived. A name may stand several times.
///
/// Names are compared without regard to ASCII case (RFC 9110, section 5.1), and white space around
/// a value is not part of it (section 5.5).
///
/// ```
/// use hookseal::delivery::Headers;
///
/// let headers = Headers::from_iter([("X-Signature", " sha1=00"), ("x-signature", "sha256=11")]);
/// assert_eq!(headers.get("X-SIGNATURE"), Some("sha1=00"));
/// assert_eq!(headers.get_all("x-signature").count(), 2);
/// ```
#[derive(Clone, Default)]
pub struct Headers<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Headers<'a> {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Adds one field behind the others.
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.pairs.push((name.into(), value.into()));
    }

    /// The first value under this name.
    #[must_use]
    pub fn get<'h>(&'h self, name: &'h str) -> Option<&'h str> {
        self.get_all(name).next()
    }

    /// Every value under this name, in order.
    pub fn get_all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> + use<'a, 'h> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| trim_ows(value))
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), trim_ows(value)))
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Keeps the first fields, so many at the most.
    pub(super) fn truncate(&mut self, most: usize) {
        self.pairs.truncate(most);
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// `OWS` of RFC 9110, section 5.6.3.
const OWS: [char; 2] = [' ', '\t'];

pub(super) fn trim_ows(value: &str) -> &str {
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = value.as_bytes();
    if blank(bytes.first()) || blank(bytes.last()) { value.trim_matches(OWS) } else { value }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>> FromIterator<(N, V)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self { pairs: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

/// Only names are printed: values may be credentials.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Whether the value has a character that no HTTP header can carry (RFC 9110, section 5.5: a field
/// value is visible characters, spaces and tabs).
pub(crate) fn has_control(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t')
}

/// Whether a value that identifies something holds nothing but what can be shown. U+FFFD stands where the bridge
/// replaced a character that no header can carry.
pub(crate) fn is_plain_header(value: &str) -> bool {
    is_plain(value) && (value.is_ascii() || !value.contains('\u{fffd}'))
}

/// Whether this is a `token` (RFC 9110, section 5.6.2), the form of every header name.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_letter_case_and_order_is_kept() {
        let headers = Headers::from_iter([("A", "1"), ("b", "2"), ("a", "3")]);
        assert_eq!(headers.get("a"), Some("1"));
        assert_eq!(headers.get_all("A").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(headers.get("c"), None);
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("A", "1"), ("b", "2"), ("a", "3")]);
    }

    #[test]
    fn white_space_around_a_value_is_not_part_of_it() {
        let headers = Headers::from_iter([("a", " \t1 2\t ")]);
        assert_eq!(headers.get("a"), Some("1 2"));
    }

    #[test]
    fn only_ascii_case_is_folded() {
        let headers = Headers::from_iter([("\u{212A}ey", "kelvin sign")]);
        assert_eq!(headers.get("key"), None);
    }

    #[test]
    fn owned_and_borrowed_parts_both_serve() {
        let mut headers = Headers::from_iter([("a".to_owned(), "1".to_owned())]);
        headers.push("b", String::from("2"));
        assert_eq!((headers.get("a"), headers.get("b"), headers.len()), (Some("1"), Some("2"), 2));
        assert!(Headers::new().is_empty());
    }

    #[test]
    fn control_characters_are_seen_and_tabs_are_not_among_them() {
        for value in ["\r\nx", "a\0", "\u{7f}", "\u{1b}[31m"] {
            assert!(has_control(value), "{value:?}");
        }
        assert!(!has_control("a\tb é"));
    }

    #[test]
    fn header_names_are_tokens() {
        assert!(is_token("X-PainChek-WH-Signature"));
        for name in ["", "a b", "a:", "é", "a\n"] {
            assert!(!is_token(name), "{name:?}");
        }
    }
}
