//! The headers of a delivery: an ordered list of names and values, looked up without regard to case.

use std::borrow::Cow;
use std::fmt;

use crate::text::is_plain;

/// Header fields in the order of the request. A name may occur several times.
///
/// Names are compared without regard to ASCII case (RFC 9110, section 5.1), and white space around
/// a value is not part of it (section 5.5).
///
/// ```
/// use hookseal::delivery::Headers;
///
/// let headers = Headers::from([("X-Signature", " sha1=00"), ("x-signature", "sha256=11")]);
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

    /// Appends a field.
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
            .map(|(key, value)| exact(key, value))
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), exact(name, value)))
    }

    /// The number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Keeps the first `max` fields.
    #[cfg(feature = "full")]
    pub(super) fn truncate(&mut self, max: usize) {
        self.pairs.truncate(max);
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// Returns the value under a name. White space is a part of a value of the body, which schemes read under its pointer.
fn exact<'h>(name: &str, value: &'h str) -> &'h str {
    if name.starts_with('/') { value } else { trim_ows(value) }
}

/// `OWS` of RFC 9110, section 5.6.3.
const OWS: [char; 2] = [' ', '\t'];

/// Removes optional white space around a value.
pub(super) fn trim_ows(value: &str) -> &str {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = value.as_bytes();
    if is_blank(bytes.first()) || is_blank(bytes.last()) { value.trim_matches(OWS) } else { value }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>> FromIterator<(N, V)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self { pairs: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>, const LEN: usize> From<[(N, V); LEN]> for Headers<'a> {
    fn from(pairs: [(N, V); LEN]) -> Self {
        Self::from_iter(pairs)
    }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>> From<Vec<(N, V)>> for Headers<'a> {
    fn from(pairs: Vec<(N, V)>) -> Self {
        Self::from_iter(pairs)
    }
}

/// From the headers of [`SignedDelivery`](crate::webhook::SignedDelivery).
impl<'a> From<&'a Vec<(String, String)>> for Headers<'a> {
    fn from(pairs: &'a Vec<(String, String)>) -> Self {
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Headers<'a> {
    fn from(pairs: &'a [(&'a str, &'a str)]) -> Self {
        pairs.iter().copied().collect()
    }
}

/// From the headers of an HTTP server. Bytes that are not UTF-8 become U+FFFD, which no signature and no id has.
#[cfg(feature = "http")]
impl<'a> From<&'a http::HeaderMap> for Headers<'a> {
    fn from(map: &'a http::HeaderMap) -> Self {
        map.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect()
    }
}

/// SECURITY: prints the names only. Values may be credentials.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Whether a value has a control character, which no HTTP header can carry (RFC 9110, section 5.5).
pub(crate) fn has_control(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t')
}

/// Whether an id in a header has printable characters only. The JavaScript bridge replaces characters that no header can
/// carry with U+FFFD.
pub(crate) fn is_plain_header(value: &str) -> bool {
    is_plain(value) && (value.is_ascii() || !value.contains('\u{fffd}'))
}

/// Whether the text is a `token` (RFC 9110, section 5.6.2), as every header name is.
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
    fn owned_and_borrowed_fields_can_be_mixed() {
        let mut headers = Headers::from_iter([("a".to_owned(), "1".to_owned())]);
        headers.push("b", String::from("2"));
        assert_eq!((headers.get("a"), headers.get("b"), headers.len()), (Some("1"), Some("2"), 2));
        assert!(Headers::new().is_empty());
    }

    #[test]
    fn control_characters_are_detected_and_tabs_are_allowed() {
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
