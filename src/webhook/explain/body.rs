//! The bodies that the sender may have signed instead of the received one: each change that can happen on the way,
//! reversed.

use self::InverseTransform::{Apply, Wrap};
use super::brackets::{close_brackets, end_of_value};
use super::cause::Difference;
use super::causes;
use super::definition::CauseDefinition;
use super::encodings;
use super::rewrite::{Characters, Layout, Numbers, Slashes, Spelling, Style, write};
use super::shared::{contains_bytes, joined, replaced};
use crate::issue::ByteSpan;
use crate::json::{Document, Kind, Value};
use crate::signature::Encoding;

/// The received body, and what the transforms need to know of it.
pub struct BodyVariants<'b> {
    received: &'b [u8],
    /// The value of Content-Length, where it is a number.
    content_length: Option<usize>,
    /// `None` if the body is not JSON.
    document: Option<Document<'b>>,
    /// Keys with integer values, as written. Each can be the one whose numbers were reformatted.
    integer_keys: Vec<Vec<u8>>,
    /// The layout of the whole body, if it has a known one.
    layout: Layout,
}

/// One hypothesis about the signed body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BodyTransform {
    /// The received body.
    None,
    /// Index into [`BYTE_TRANSFORMS`].
    Bytes(usize),
    /// The JSON, serialized in a style.
    Json(Style),
}

/// How to reverse a change.
enum InverseTransform {
    /// Adds a prefix and a suffix.
    Wrap(&'static str, &'static str),
    /// Applies a function; `None` if it does not apply to this body.
    Apply(fn(&BodyVariants<'_>) -> Option<Vec<u8>>),
}

/// Transforms of bytes, without parsing JSON. The most frequent ones first.
static BYTE_TRANSFORMS: [(&CauseDefinition, InverseTransform); 47] = [
    (&causes::BODY_NEWLINE_DROPPED, Wrap("", "\n")),
    (
        &causes::BODY_NEWLINE_ADDED,
        Apply(|v| {
            v.received.strip_suffix(b"\n").map(|text| text.strip_suffix(b"\r").unwrap_or(text).to_vec())
        }),
    ),
    (&causes::BODY_CRLF_DROPPED, Wrap("", "\r\n")),
    (&causes::BODY_LF_TO_CRLF, Apply(|v| replaced(v.received, b"\r\n", b"\n"))),
    (
        &causes::BODY_CRLF_TO_LF,
        Apply(|v| {
            replaced(
                &replaced(v.received, b"\r\n", b"\n").unwrap_or_else(|| v.received.to_vec()),
                b"\n",
                b"\r\n",
            )
        }),
    ),
    (&causes::BODY_SPACE_ADDED, Apply(|v| Some(v.received.trim_ascii().to_vec()))),
    (&causes::BODY_BOM_DROPPED, Wrap("\u{feff}", "")),
    (&causes::BODY_BOM_ADDED, Apply(|v| v.received.strip_prefix("\u{feff}".as_bytes()).map(<[u8]>::to_vec))),
    (&causes::BODY_BASE64, Apply(|v| encodings::from_base64(v.received))),
    (
        &causes::BODY_LATIN1_DECODED,
        Apply(|v| {
            encodings::encode_single_byte(v.received, false)
                .filter(|bytes| std::str::from_utf8(bytes).is_ok())
        }),
    ),
    (
        &causes::BODY_WINDOWS_1252_DECODED,
        Apply(|v| {
            encodings::encode_single_byte(v.received, true).filter(|bytes| std::str::from_utf8(bytes).is_ok())
        }),
    ),
    (&causes::BODY_LATIN1_ENCODED, Apply(|v| encodings::decode_single_byte(v.received, false))),
    (&causes::BODY_WINDOWS_1252_ENCODED, Apply(|v| encodings::decode_single_byte(v.received, true))),
    (&causes::BODY_LATIN1_SIGNED, Apply(|v| encodings::encode_single_byte(v.received, false))),
    (&causes::BODY_JSON_STRING, Apply(|v| encodings::from_json_string(v.received))),
    (&causes::BODY_JSON_UNWRAPPED, Apply(|v| encodings::to_json_string(v.received))),
    (&causes::BODY_FORM, Apply(|v| encodings::from_form(v.received))),
    (&causes::BODY_FORM_EXTRACTED, Apply(|v| Some(v.as_form(0)))),
    (&causes::BODY_FORM_EXTRACTED, Apply(|v| Some(v.as_form(1)))),
    (&causes::BODY_FORM_EXTRACTED, Apply(|v| Some(v.as_form(2)))),
    (&causes::BODY_URL_ENCODED, Apply(|v| encodings::from_percent(v.received, false))),
    (&causes::BODY_URL_ENCODED, Apply(|v| encodings::from_percent(v.received, true))),
    (&causes::BODY_URL_DECODED, Apply(|v| Some(encodings::to_percent(v.received, encodings::PERCENT[0])))),
    (&causes::BODY_URL_DECODED, Apply(|v| Some(encodings::to_percent(v.received, encodings::PERCENT[1])))),
    (&causes::BODY_URL_DECODED, Apply(|v| Some(encodings::to_percent(v.received, encodings::PERCENT[2])))),
    (&causes::SIGNATURE_EMPTY_BODY, Apply(|_| Some(Vec::new()))),
    (&causes::BODY_BASE64_SIGNED, Apply(|v| Some(Encoding::Base64.encode(v.received).into_bytes()))),
    (&causes::BODY_BASE64_SIGNED, Apply(|v| Some(Encoding::Base64Url.encode(v.received).into_bytes()))),
    (&causes::BODY_TRAILING_DATA, Apply(|v| Some(v.received[..end_of_value(v.received)?].to_vec()))),
    (&causes::BODY_TRAILING_DATA, Apply(|v| v.received.get(..v.content_length?).map(<[u8]>::to_vec))),
    (&causes::BODY_TRUNCATED, Apply(|v| close_brackets(v.received, ""))),
    (&causes::BODY_TRUNCATED, Apply(|v| close_brackets(v.received, "\n"))),
    (&causes::BODY_TRUNCATED, Apply(|v| close_brackets(v.received, "\r\n"))),
    (&causes::BODY_SPACE_DROPPED, Wrap("", " ")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\n", "\n")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\n", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap(" ", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap(" ", " ")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "\n\n")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\r\n", "\r\n")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\r\n", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "\t")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\t", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("  ", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "  ")),
    (&causes::BODY_SPACE_DROPPED, Wrap("    ", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "\r")),
];

/// The number of first entries of [`BYTE_TRANSFORMS`] that change only the start and the end of the body.
const WRAPS: usize = 8;

const LAYOUTS: [(Layout, &CauseDefinition); 5] = [
    (Layout::Compact, &causes::BODY_COMPACT),
    (Layout::Python, &causes::BODY_PYTHON_STYLE),
    (Layout::Indented("  "), &causes::BODY_INDENT_2),
    (Layout::Indented("    "), &causes::BODY_INDENT_4),
    (Layout::Indented("\t"), &causes::BODY_INDENT_TAB),
];

const CHARACTERS: [(Characters, &CauseDefinition); 5] = [
    (Characters::Ascii, &causes::BODY_UNICODE_ESCAPED),
    (Characters::Plain, &causes::BODY_UNICODE_UNESCAPED),
    (Characters::Html, &causes::BODY_HTML_ESCAPED),
    (Characters::AsciiUpper, &causes::BODY_UNICODE_ESCAPED),
    (Characters::DotNet, &causes::BODY_DOTNET_ESCAPED),
];

const SLASHES: [(Slashes, &CauseDefinition); 2] =
    [(Slashes::Escaped, &causes::BODY_SLASHES_ESCAPED), (Slashes::Plain, &causes::BODY_SLASHES_UNESCAPED)];

const TRAILING_NEWLINES: [(&str, &CauseDefinition); 2] =
    [("\n", &causes::BODY_NEWLINE_DROPPED), ("\r\n", &causes::BODY_CRLF_DROPPED)];

/// Each key is a variant of its own: more would spend the search on one rare cause.
const MAX_KEYS: usize = 24;
/// PHP's defaults are two changes at once, three with another layout, four with a line break.
const MAX_COMBINED: usize = 4;

impl<'b> BodyVariants<'b> {
    pub fn new(received: &'b [u8], content_length: Option<usize>) -> Self {
        let document = Document::parse(received).ok();
        let integer_keys = document.as_ref().map(integer_keys).unwrap_or_default();
        let layout = document.as_ref().map_or(Layout::Preserve, layout_of);
        Self { received, content_length, document, integer_keys, layout }
    }

    /// Returns the received body as JSON; `None` if it is not.
    pub fn document(&self) -> Option<&Document<'b>> {
        self.document.as_ref()
    }

    /// Returns every transform by itself, the most frequent ones first.
    pub fn singles(&self) -> Vec<BodyTransform> {
        // White space around the body first: serializing the JSON again removes it, too.
        let mut all: Vec<BodyTransform> = (0..WRAPS).map(BodyTransform::Bytes).collect();
        add(&mut all, &self.styles(), &|style| count_changes(style) == 1);
        all.extend((WRAPS..BYTE_TRANSFORMS.len()).map(BodyTransform::Bytes));
        for numbers in self.number_formats() {
            all.push(BodyTransform::Json(Style { numbers, ..Style::PRESERVE }));
        }
        all
    }

    /// Returns styles with several changes at once, the most frequent ones first.
    pub fn combinations(&self) -> Vec<BodyTransform> {
        let mut all = Vec::new();
        let styles = self.styles();
        // The defaults of Python's json.dumps, and of PHP's json_encode.
        let is_ascii = |style: &Style| style.characters == Characters::Ascii && count_changes(style) == 2;
        add(&mut all, &styles, &|style| style.layout == Layout::Python && is_ascii(style));
        add(&mut all, &styles, &|style| style.slashes == Slashes::Escaped && is_ascii(style));
        add(&mut all, &styles, &|style| count_changes(style) == 2);
        for numbers in self.number_formats() {
            for style in &styles {
                if style.layout != Layout::Preserve && count_changes(style) == 1 {
                    all.push(BodyTransform::Json(Style { numbers, ..*style }));
                }
            }
        }
        for count in 3..=MAX_COMBINED {
            add(&mut all, &styles, &|style| count_changes(style) == count);
        }
        all
    }

    /// Returns the body of a hypothesis; `None` if the transform does not apply, or changes nothing.
    pub fn apply(&self, transform: BodyTransform) -> Option<Vec<u8>> {
        let body = match transform {
            BodyTransform::None => return Some(self.received.to_vec()),
            BodyTransform::Bytes(index) => match &BYTE_TRANSFORMS.get(index)?.1 {
                Wrap(prefix, suffix) => joined(&[prefix.as_bytes(), self.received, suffix.as_bytes()]),
                Apply(reverse) => reverse(self)?,
            },
            BodyTransform::Json(style) => self.write(style)?,
        };
        (body != self.received).then_some(body)
    }

    /// Returns the causes of a transform. Of several changes at once, only those that change the result.
    pub fn causes(&self, transform: BodyTransform) -> Vec<&'static CauseDefinition> {
        match transform {
            BodyTransform::None => Vec::new(),
            BodyTransform::Bytes(index) => {
                BYTE_TRANSFORMS.get(index).map(|entry| entry.0).into_iter().collect()
            }
            BodyTransform::Json(style) => {
                let complete = self.write(style);
                let mut causes = Vec::new();
                for (without, cause) in style_parts(&style) {
                    if let Some(cause) = cause
                        && self.write(without) != complete
                    {
                        causes.push(cause);
                    }
                }
                causes
            }
        }
    }

    /// Returns where the received and the signed body differ.
    pub fn difference(&self, signed: &[u8]) -> Difference {
        let is_equal = |(a, b): &(&u8, &u8)| a == b;
        let start = self.received.iter().zip(signed).take_while(is_equal).count();
        let (received_rest, signed_rest) = (&self.received[start..], &signed[start..]);
        let suffix = received_rest.iter().rev().zip(signed_rest.iter().rev()).take_while(is_equal).count();
        Difference {
            received: ByteSpan { start, end: self.received.len() - suffix },
            signed: ByteSpan { start, end: signed.len() - suffix },
        }
    }

    /// Serializes the JSON in a style. Sorting keeps no layout token by token, so it uses that of the whole body.
    fn write(&self, style: Style) -> Option<Vec<u8>> {
        let document = self.document.as_ref()?;
        if !(style.sorted && style.layout == Layout::Preserve) {
            return Some(write(document, &style, &self.integer_keys));
        }
        if self.layout == Layout::Preserve {
            return None;
        }
        let sorted = write(document, &Style { layout: self.layout, end: "", ..style }, &self.integer_keys);
        let ByteSpan { start, end } = document.root().span();
        Some(joined(&[&self.received[..start], &sorted, &self.received[end..], style.end.as_bytes()]))
    }

    /// Returns the styles that can change this body, in every combination.
    fn styles(&self) -> Vec<Style> {
        if !self
            .document
            .as_ref()
            .is_some_and(|document| matches!(document.root().kind(), Kind::Object | Kind::Array))
        {
            return Vec::new();
        }
        let has = |sequence: &[u8]| contains_bytes(self.received, sequence);
        let (has_escapes, is_not_ascii) = (has(b"\\u"), !self.received.is_ascii());
        let is_useful = |characters| match characters {
            Characters::Preserve => true,
            Characters::Plain => has_escapes,
            Characters::Ascii | Characters::AsciiUpper => has_escapes || is_not_ascii,
            Characters::Html => has(b"<") || has(b">") || has(b"&") || has_escapes,
            Characters::DotNet => {
                is_not_ascii
                    || has_escapes
                    || has(b"\\\"")
                    || self.received.iter().any(|byte| b"<>&+'`".contains(byte))
            }
        };
        let layouts = [&[Layout::Preserve][..], &LAYOUTS.map(|entry| entry.0)].concat();
        let mut characters = [&[Characters::Preserve][..], &CHARACTERS.map(|entry| entry.0)].concat();
        characters.retain(|value| is_useful(*value));
        let mut slashes = vec![Slashes::Preserve];
        if has(b"/") {
            slashes.push(Slashes::Escaped);
        }
        if has(b"\\/") {
            slashes.push(Slashes::Plain);
        }
        let mut numbers = vec![Numbers::Preserve];
        if self.received.iter().any(|byte| b".eE".contains(byte)) {
            numbers.push(Numbers::Shortest);
        }
        let mut all = Vec::new();
        for &layout in &layouts {
            for &characters in &characters {
                for &slashes in &slashes {
                    for &numbers in &numbers {
                        for sorted in [false, true] {
                            for end in ["", TRAILING_NEWLINES[0].0, TRAILING_NEWLINES[1].0] {
                                let style = Style { layout, characters, slashes, numbers, sorted, end };
                                // Line breaks alone need no JSON.
                                if count_changes(&Style { end: "", ..style }) > 0
                                    && count_changes(&style) <= MAX_COMBINED
                                {
                                    all.push(style);
                                }
                            }
                        }
                    }
                }
            }
        }
        all
    }

    /// Returns other formats of integers: under each key, and then of all of them.
    #[inline(never)]
    fn number_formats(&self) -> Vec<Numbers> {
        let mut all = Vec::new();
        for spelling in Spelling::ALL {
            for key in 0..self.integer_keys.len() {
                all.push(Numbers::Expanded(Some(key), spelling));
            }
            if !self.integer_keys.is_empty() {
                all.push(Numbers::Expanded(None, spelling));
            }
        }
        all
    }

    /// Returns the body as the field of a form, percent-encoded by one of the sets in `PERCENT`.
    fn as_form(&self, encoding: usize) -> Vec<u8> {
        joined(&[b"payload=", &encodings::to_percent(self.received, encodings::PERCENT[encoding])])
    }
}

/// Adds the styles that match. One copy of the loop for all callers.
#[inline(never)]
fn add(all: &mut Vec<BodyTransform>, styles: &[Style], matches: &dyn Fn(&Style) -> bool) {
    all.extend(styles.iter().filter(|style| matches(style)).map(|style| BodyTransform::Json(*style)));
}

#[inline(never)]
fn count_changes(style: &Style) -> usize {
    let changed = [
        style.layout != Layout::Preserve,
        style.characters != Characters::Preserve,
        style.slashes != Slashes::Preserve,
        style.numbers != Numbers::Preserve,
        style.sorted,
        !style.end.is_empty(),
    ];
    changed.into_iter().filter(|is_changed| *is_changed).count()
}

/// Returns the style without each of its changes, and the cause of that change.
fn style_parts(style: &Style) -> [(Style, Option<&'static CauseDefinition>); 6] {
    fn cause<T: PartialEq>(
        table: &[(T, &'static CauseDefinition)],
        expected: &T,
    ) -> Option<&'static CauseDefinition> {
        table.iter().find(|(value, _)| value == expected).map(|(_, cause)| *cause)
    }
    let numbers = match style.numbers {
        Numbers::Preserve => None,
        Numbers::Shortest => Some(&causes::BODY_NUMBERS_SHORT),
        Numbers::Expanded(..) => Some(&causes::BODY_NUMBERS_REWRITTEN),
    };
    let sorted = style.sorted.then_some(&causes::BODY_KEYS_SORTED);
    [
        (Style { layout: Layout::Preserve, ..*style }, cause(&LAYOUTS, &style.layout)),
        (Style { characters: Characters::Preserve, ..*style }, cause(&CHARACTERS, &style.characters)),
        (Style { slashes: Slashes::Preserve, ..*style }, cause(&SLASHES, &style.slashes)),
        (Style { numbers: Numbers::Preserve, ..*style }, numbers),
        (Style { sorted: false, ..*style }, sorted),
        (Style { end: "", ..*style }, cause(&TRAILING_NEWLINES, &style.end)),
    ]
}

/// Returns the keys with integer values, as written.
fn integer_keys(document: &Document<'_>) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = Vec::new();
    let objects =
        (0..).map_while(|index| document.value_at(index)).filter(|value| value.kind() == Kind::Object);
    let is_integer = |value: Value<'_>| match value.kind() {
        Kind::Number => value.raw_bytes().iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'),
        _ => false,
    };
    for (key, value) in objects.flat_map(Value::members) {
        let name = key.as_value().string_bytes();
        if keys.len() < MAX_KEYS && is_integer(value) && !keys.iter().any(|key| key == name) {
            keys.push(name.to_vec());
        }
    }
    keys
}

/// Returns the layout of the whole body, except for white space around it.
fn layout_of(document: &Document<'_>) -> Layout {
    let text = document.bytes().trim_ascii();
    let is_layout =
        |layout: &Layout| write(document, &Style { layout: *layout, ..Style::PRESERVE }, &[]) == text;
    // The byte after the first bracket excludes most layouts without serializing.
    let is_likely = |layout: &Layout| match (layout, text.get(1)) {
        (Layout::Indented(_), Some(b'\n')) => true,
        (Layout::Compact | Layout::Python, Some(byte)) => *byte != b'\n',
        _ => false,
    };
    LAYOUTS
        .map(|entry| entry.0)
        .into_iter()
        .find(|layout| is_likely(layout) && is_layout(layout))
        .unwrap_or(Layout::Preserve)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> BodyVariants<'_> {
        BodyVariants::new(text.as_bytes(), None)
    }

    #[test]
    fn a_difference_is_the_shortest_range_of_both_bodies() {
        let difference = |received: &str, signed: &str| {
            let Difference { received, signed } = bodies(received).difference(signed.as_bytes());
            [(received.start, received.end), (signed.start, signed.end)]
        };
        assert_eq!(difference("abcd", "abXcd"), [(2, 2), (2, 3)]);
        assert_eq!(difference("abcd", "ab"), [(2, 4), (2, 2)]);
        assert_eq!(difference("ab", "ab\n"), [(2, 2), (2, 3)]);
        assert_eq!(difference("aXb", "aYYb"), [(1, 2), (1, 3)]);
        assert_eq!(difference("aa", "aaa"), [(2, 2), (2, 3)]);
        assert_eq!(difference("", "a"), [(0, 0), (0, 1)]);
    }

    #[test]
    fn causes_are_only_the_changes_that_matter() {
        let style =
            Style { layout: Layout::Compact, characters: Characters::Ascii, sorted: true, ..Style::PRESERVE };
        let codes = |text: &str| {
            let causes = bodies(text).causes(BodyTransform::Json(style));
            causes.iter().map(|cause| cause.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("{\"a\":\"é\"}"), ["body-unicode-escaped"]);
        assert_eq!(
            codes("{\"b\": \"é\", \"a\":1}"),
            ["body-compact", "body-unicode-escaped", "body-keys-sorted"]
        );
    }

    #[test]
    fn detects_the_layout_of_a_body() {
        for (layout, _) in LAYOUTS {
            let document = Document::parse(b"{\"a\":[1,{}],\"b\":2}").expect("JSON");
            let text = write(&document, &Style { layout, end: "\n", ..Style::PRESERVE }, &[]);
            assert_eq!(layout_of(&Document::parse(&text).expect("JSON")), layout);
        }
        assert_eq!(bodies("{\"a\" :1}").layout, Layout::Preserve);
    }
}
