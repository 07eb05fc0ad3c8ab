//! What may have been signed instead of the body that arrived: each change that happens to bodies on their
//! way, undone.

use super::causes::{self, CauseDefinition};
use super::encodings;
use super::rewrite::{Characters, Layout, Numbers, Slashes, Spelling, Style, write};
use crate::issue::ByteSpan;
use crate::json::{Document, Kind, Value};

/// The body that arrived, and what is known of it.
pub struct BodyVariants<'b> {
    received: &'b [u8],
    /// What the header Content-Length says.
    length: Option<usize>,
    document: Option<Document<'b>>,
    /// Keys with whole numbers under them, as they are written.
    keys: Vec<Vec<u8>>,
    /// The layout of the whole text, where it has one.
    layout: Layout,
}

/// A guess at what was signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BodyTransform {
    /// The body as it arrived.
    None,
    /// A place in [`BYTE_TRANSFORMS`].
    Plain(usize),
    Written(Style),
}

/// How a change is undone.
enum InverseTransform {
    /// Apply what is put in front of the body, and behind it.
    Wrap(&'static str, &'static str),
    /// Apply a function; nothing where it does not apply.
    Apply(fn(&BodyVariants<'_>) -> Option<Vec<u8>>),
}

/// Changes that need no JSON, the most frequent ones first.
static BYTE_TRANSFORMS: [(&CauseDefinition, InverseTransform); 47] = [
    (&causes::BODY_NEWLINE_DROPPED, InverseTransform::Wrap("", "\n")),
    (
        &causes::BODY_NEWLINE_ADDED,
        InverseTransform::Apply(|it| {
            it.received.strip_suffix(b"\n").map(|text| text.strip_suffix(b"\r").unwrap_or(text).to_vec())
        }),
    ),
    (&causes::BODY_CRLF_DROPPED, InverseTransform::Wrap("", "\r\n")),
    (
        &causes::BODY_LF_TO_CRLF,
        InverseTransform::Apply(|it| encodings::replaced(it.received, b"\r\n", b"\n")),
    ),
    (
        &causes::BODY_CRLF_TO_LF,
        InverseTransform::Apply(|it| {
            encodings::replaced(
                &encodings::replaced(it.received, b"\r\n", b"\n").unwrap_or_else(|| it.received.to_vec()),
                b"\n",
                b"\r\n",
            )
        }),
    ),
    (&causes::BODY_SPACE_ADDED, InverseTransform::Apply(|it| Some(it.received.trim_ascii().to_vec()))),
    (&causes::BODY_BOM_DROPPED, InverseTransform::Wrap("\u{feff}", "")),
    (
        &causes::BODY_BOM_ADDED,
        InverseTransform::Apply(|it| it.received.strip_prefix("\u{feff}".as_bytes()).map(<[u8]>::to_vec)),
    ),
    (&causes::BODY_BASE64, InverseTransform::Apply(|it| encodings::from_base64(it.received))),
    (
        &causes::BODY_LATIN1_DECODED,
        InverseTransform::Apply(|it| {
            encodings::encode_single_byte(it.received, false)
                .filter(|bytes| std::str::from_utf8(bytes).is_ok())
        }),
    ),
    (
        &causes::BODY_WINDOWS_1252_DECODED,
        InverseTransform::Apply(|it| {
            encodings::encode_single_byte(it.received, true)
                .filter(|bytes| std::str::from_utf8(bytes).is_ok())
        }),
    ),
    (
        &causes::BODY_LATIN1_ENCODED,
        InverseTransform::Apply(|it| encodings::decode_single_byte(it.received, false)),
    ),
    (
        &causes::BODY_WINDOWS_1252_ENCODED,
        InverseTransform::Apply(|it| encodings::decode_single_byte(it.received, true)),
    ),
    (
        &causes::BODY_LATIN1_SIGNED,
        InverseTransform::Apply(|it| encodings::encode_single_byte(it.received, false)),
    ),
    (&causes::BODY_JSON_STRING, InverseTransform::Apply(|it| encodings::from_json_string(it.received))),
    (&causes::BODY_JSON_UNWRAPPED, InverseTransform::Apply(|it| encodings::to_json_string(it.received))),
    (&causes::BODY_FORM, InverseTransform::Apply(|it| encodings::from_form(it.received))),
    (&causes::BODY_FORM_EXTRACTED, InverseTransform::Apply(|it| Some(it.form(0)))),
    (&causes::BODY_FORM_EXTRACTED, InverseTransform::Apply(|it| Some(it.form(1)))),
    (&causes::BODY_FORM_EXTRACTED, InverseTransform::Apply(|it| Some(it.form(2)))),
    (&causes::BODY_URL_ENCODED, InverseTransform::Apply(|it| encodings::from_percent(it.received, false))),
    (&causes::BODY_URL_ENCODED, InverseTransform::Apply(|it| encodings::from_percent(it.received, true))),
    (
        &causes::BODY_URL_DECODED,
        InverseTransform::Apply(|it| Some(encodings::to_percent(it.received, encodings::PERCENT[0]))),
    ),
    (
        &causes::BODY_URL_DECODED,
        InverseTransform::Apply(|it| Some(encodings::to_percent(it.received, encodings::PERCENT[1]))),
    ),
    (
        &causes::BODY_URL_DECODED,
        InverseTransform::Apply(|it| Some(encodings::to_percent(it.received, encodings::PERCENT[2]))),
    ),
    (&causes::SIGNATURE_EMPTY_BODY, InverseTransform::Apply(|_| Some(Vec::new()))),
    (
        &causes::BODY_BASE64_SIGNED,
        InverseTransform::Apply(|it| {
            Some(crate::signature::Encoding::Base64.encode(it.received).into_bytes())
        }),
    ),
    (
        &causes::BODY_BASE64_SIGNED,
        InverseTransform::Apply(|it| {
            Some(crate::signature::Encoding::Base64Url.encode(it.received).into_bytes())
        }),
    ),
    (
        &causes::BODY_TRAILING,
        InverseTransform::Apply(|it| Some(it.received[..scan_brackets(it.received).end?].to_vec())),
    ),
    (&causes::BODY_TRAILING, InverseTransform::Apply(|it| it.received.get(..it.length?).map(<[u8]>::to_vec))),
    (&causes::BODY_TRUNCATED, InverseTransform::Apply(|it| it.close_brackets(""))),
    (&causes::BODY_TRUNCATED, InverseTransform::Apply(|it| it.close_brackets("\n"))),
    (&causes::BODY_TRUNCATED, InverseTransform::Apply(|it| it.close_brackets("\r\n"))),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("", " ")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("\n", "\n")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("\n", "")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap(" ", "")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap(" ", " ")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("", "\n\n")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("\r\n", "\r\n")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("\r\n", "")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("", "\t")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("\t", "")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("  ", "")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("", "  ")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("    ", "")),
    (&causes::BODY_SPACE_DROPPED, InverseTransform::Wrap("", "\r")),
];

/// So many of them change only what stands around the body.
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

/// So many keys with whole numbers under them are looked at, each by itself.
const MAX_KEYS: usize = 24;
/// So many changes at once: PHP's is two, or three where the body was laid out anew.
const MAX_COMBINED: usize = 4;

impl<'b> BodyVariants<'b> {
    pub fn new(received: &'b [u8], length: Option<usize>) -> Self {
        let document = Document::read(received).ok();
        let keys = document.as_ref().map(number_keys).unwrap_or_default();
        let layout = document.as_ref().map_or(Layout::Preserve, layout_of);
        Self { received, length, document, keys, layout }
    }

    /// Whether the body is JSON.
    pub fn is_json(&self) -> bool {
        self.document.is_some()
    }

    /// Every change by itself, the most frequent ones first.
    pub fn singles(&self) -> Vec<BodyTransform> {
        // White space around the body first: to write it again takes that away, too.
        let mut all: Vec<BodyTransform> = (0..WRAPS).map(BodyTransform::Plain).collect();
        add(&mut all, &self.styles(), &|style| changes(style) == 1);
        all.extend((WRAPS..BYTE_TRANSFORMS.len()).map(BodyTransform::Plain));
        for numbers in self.long_numbers() {
            all.push(BodyTransform::Written(Style { numbers, ..Style::PRESERVE }));
        }
        all
    }

    /// Changes that come together, the most frequent ones first.
    pub fn combinations(&self) -> Vec<BodyTransform> {
        let mut all = Vec::new();
        let styles = self.styles();
        // json.dumps as it comes; json_encode as it comes.
        let ascii = |it: &Style| it.characters == Characters::Ascii && changes(it) == 2;
        add(&mut all, &styles, &|it| it.layout == Layout::Python && ascii(it));
        add(&mut all, &styles, &|it| it.slashes == Slashes::Escaped && ascii(it));
        add(&mut all, &styles, &|it| changes(it) == 2);
        for numbers in self.long_numbers() {
            for style in styles.iter().filter(|it| it.layout != Layout::Preserve && changes(it) == 1) {
                all.push(BodyTransform::Written(Style { numbers, ..*style }));
            }
        }
        for count in 3..=MAX_COMBINED {
            add(&mut all, &styles, &|it| changes(it) == count);
        }
        all
    }

    /// The body of a guess; nothing where it does not apply, or is what arrived.
    pub fn apply(&self, change: BodyTransform) -> Option<Vec<u8>> {
        let made = match change {
            BodyTransform::None => return Some(self.received.to_vec()),
            BodyTransform::Plain(index) => match &BYTE_TRANSFORMS.get(index)?.1 {
                InverseTransform::Wrap(before, behind) => {
                    encodings::joined(&[before.as_bytes(), self.received, behind.as_bytes()])
                }
                InverseTransform::Apply(undo) => undo(self)?,
            },
            BodyTransform::Written(style) => self.write(style)?,
        };
        (made != self.received).then_some(made)
    }

    /// The causes of a guess: of changes that come together only those without which it is another text.
    pub fn causes(&self, change: BodyTransform) -> Vec<&'static CauseDefinition> {
        match change {
            BodyTransform::None => Vec::new(),
            BodyTransform::Plain(index) => {
                BYTE_TRANSFORMS.get(index).map(|undo| undo.0).into_iter().collect()
            }
            BodyTransform::Written(style) => {
                let whole = self.write(style);
                let mut causes = Vec::new();
                for (without, cause) in parts(&style) {
                    if let Some(cause) = cause
                        && self.write(without) != whole
                    {
                        causes.push(cause);
                    }
                }
                causes
            }
        }
    }

    /// Where the body that arrived differs from what was signed.
    pub fn difference(&self, signed: &[u8]) -> ByteSpan {
        let common = |(a, b): &(&u8, &u8)| a == b;
        let start = self.received.iter().zip(signed).take_while(common).count();
        let (rest, other) = (&self.received[start..], &signed[start..]);
        let end = rest.iter().rev().zip(other.iter().rev()).take_while(common).count();
        ByteSpan { start, end: self.received.len() - end }
    }

    fn write(&self, style: Style) -> Option<Vec<u8>> {
        let document = self.document.as_ref()?;
        if !(style.sorted && style.layout == Layout::Preserve) {
            return Some(write(document, &style, &self.keys));
        }
        if self.layout == Layout::Preserve {
            return None;
        }
        let sorted = write(document, &Style { layout: self.layout, end: "", ..style }, &self.keys);
        let ByteSpan { start, end } = document.root().span();
        Some(encodings::joined(&[
            &self.received[..start],
            &sorted,
            &self.received[end..],
            style.end.as_bytes(),
        ]))
    }

    /// The ways to write the body that could make a difference, and any combination of them.
    fn styles(&self) -> Vec<Style> {
        if !self.document.as_ref().is_some_and(|it| matches!(it.root().kind(), Kind::Object | Kind::Array)) {
            return Vec::new();
        }
        let has = |mark: &[u8]| encodings::contains_bytes(self.received, mark);
        let (escaped, foreign) = (has(b"\\u"), !self.received.is_ascii());
        let useful = |characters| match characters {
            Characters::Preserve => true,
            Characters::Plain => escaped,
            Characters::Ascii | Characters::AsciiUpper => escaped || foreign,
            Characters::Html => has(b"<") || has(b">") || has(b"&") || escaped,
            Characters::DotNet => {
                foreign || escaped || has(b"\\\"") || self.received.iter().any(|it| b"<>&+'`".contains(it))
            }
        };
        let layouts = [&[Layout::Preserve][..], &LAYOUTS.map(|it| it.0)].concat();
        let mut characters = [&[Characters::Preserve][..], &CHARACTERS.map(|it| it.0)].concat();
        characters.retain(|it| useful(*it));
        let mut slashes = vec![Slashes::Preserve];
        if has(b"/") {
            slashes.push(Slashes::Escaped);
        }
        if has(b"\\/") {
            slashes.push(Slashes::Plain);
        }
        let mut numbers = vec![Numbers::Preserve];
        if self.received.iter().any(|it| b".eE".contains(it)) {
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
                                if changes(&Style { end: "", ..style }) > 0 && changes(&style) <= MAX_COMBINED
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

    /// Every way to write whole numbers otherwise: those under each key, and then all of them.
    #[inline(never)]
    fn long_numbers(&self) -> Vec<Numbers> {
        let mut all = Vec::new();
        for spelling in Spelling::ALL {
            for key in 0..self.keys.len() {
                all.push(Numbers::Expanded(Some(key), spelling));
            }
            if !self.keys.is_empty() {
                all.push(Numbers::Expanded(None, spelling));
            }
        }
        all
    }

    fn form(&self, way: usize) -> Vec<u8> {
        encodings::joined(&[b"payload=", &encodings::to_percent(self.received, encodings::PERCENT[way])])
    }

    /// With the brackets closed that are open.
    fn close_brackets(&self, end: &str) -> Option<Vec<u8>> {
        let BracketScan { end: None, mut open, in_string } = scan_brackets(self.received) else {
            return None;
        };
        let quote = if in_string { "\"" } else { "" };
        open.reverse();
        (!open.is_empty())
            .then(|| encodings::joined(&[self.received, quote.as_bytes(), &open, end.as_bytes()]))
    }
}

/// Adds the styles that fit.
#[inline(never)]
fn add(all: &mut Vec<BodyTransform>, styles: &[Style], fits: &dyn Fn(&Style) -> bool) {
    all.extend(styles.iter().filter(|style| fits(style)).map(|style| BodyTransform::Written(*style)));
}

/// How many changes a style is.
#[inline(never)]
fn changes(style: &Style) -> usize {
    let changed = [
        style.layout != Layout::Preserve,
        style.characters != Characters::Preserve,
        style.slashes != Slashes::Preserve,
        style.numbers != Numbers::Preserve,
        style.sorted,
        !style.end.is_empty(),
    ];
    changed.into_iter().filter(|it| *it).count()
}

/// The style without each of its parts, and the cause that this part is, where it changes something.
fn parts(style: &Style) -> [(Style, Option<&'static CauseDefinition>); 6] {
    fn cause<T: PartialEq>(
        table: &[(T, &'static CauseDefinition)],
        wanted: &T,
    ) -> Option<&'static CauseDefinition> {
        table.iter().find(|(it, _)| it == wanted).map(|(_, cause)| *cause)
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

/// The keys under which whole numbers stand, as they are written.
fn number_keys(document: &Document<'_>) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = Vec::new();
    let objects = (0..).map_while(|index| document.at(index)).filter(|it| it.kind() == Kind::Object);
    let whole = |value: Value<'_>| match value.kind() {
        Kind::Number => value.raw().iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'),
        _ => false,
    };
    for (key, value) in objects.flat_map(Value::members) {
        let name = key.as_value().inner();
        if keys.len() < MAX_KEYS && whole(value) && !keys.iter().any(|it| it == name) {
            keys.push(name.to_vec());
        }
    }
    keys
}

/// The layout that the whole text has, but for white space around it.
fn layout_of(document: &Document<'_>) -> Layout {
    let text = document.bytes().trim_ascii();
    let fits = |layout: &Layout| write(document, &Style { layout: *layout, ..Style::PRESERVE }, &[]) == text;
    // What stands behind the first bracket tells which one it could be.
    let likely = |layout: &Layout| match (layout, text.get(1)) {
        (Layout::Indented(_), Some(b'\n')) => true,
        (Layout::Compact | Layout::Python, Some(byte)) => *byte != b'\n',
        _ => false,
    };
    LAYOUTS.map(|it| it.0).into_iter().find(|it| likely(it) && fits(it)).unwrap_or(Layout::Preserve)
}

/// The brackets of a text, whether it is whole or not.
struct BracketScan {
    /// Behind the first value, where it is closed.
    end: Option<usize>,
    /// What would close the brackets that are open, the outermost first.
    open: Vec<u8>,
    in_string: bool,
}

fn scan_brackets(body: &[u8]) -> BracketScan {
    let (mut open, mut in_string, mut escaped) = (Vec::new(), false, false);
    for (at, &byte) in body.iter().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.last() == Some(&byte) => {
                open.pop();
                if open.is_empty() {
                    return BracketScan { end: Some(at + 1), open, in_string };
                }
            }
            b'}' | b']' => open.clear(),
            _ => {}
        }
    }
    BracketScan { end: None, open, in_string }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> BodyVariants<'_> {
        BodyVariants::new(text.as_bytes(), None)
    }

    #[test]
    fn a_difference_is_the_shortest_range_of_what_arrived() {
        let difference = |received: &str, signed: &str| {
            let ByteSpan { start, end } = bodies(received).difference(signed.as_bytes());
            (start, end)
        };
        assert_eq!(difference("abcd", "abXcd"), (2, 2));
        assert_eq!(difference("abcd", "ab"), (2, 4));
        assert_eq!(difference("ab", "ab\n"), (2, 2));
        assert_eq!(difference("aXb", "aYYb"), (1, 2));
        assert_eq!(difference("aa", "aaa"), (2, 2));
        assert_eq!(difference("", "a"), (0, 0));
    }

    #[test]
    fn only_changes_that_matter_are_causes() {
        let style =
            Style { layout: Layout::Compact, characters: Characters::Ascii, sorted: true, ..Style::PRESERVE };
        let codes = |text: &str| {
            let found = bodies(text).causes(BodyTransform::Written(style));
            found.iter().map(|cause| cause.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("{\"a\":\"é\"}"), ["body-unicode-escaped"]);
        assert_eq!(
            codes("{\"b\": \"é\", \"a\":1}"),
            ["body-compact", "body-unicode-escaped", "body-keys-sorted"]
        );
    }

    #[test]
    fn brackets_are_closed_where_a_text_was_cut() {
        let close_brackets =
            |text: &str| bodies(text).close_brackets("").map(|it| String::from_utf8(it).expect("UTF-8"));
        assert_eq!(close_brackets(r#"{"a":[{"b":"]}"#).as_deref(), Some(r#"{"a":[{"b":"]}"}]}"#));
        assert_eq!(close_brackets(r#"{"a":["\""#).as_deref(), Some(r#"{"a":["\""]}"#));
        assert_eq!(close_brackets("{}"), None);
        assert_eq!(close_brackets("x"), None);
        assert_eq!(scan_brackets(b"{} {").end, Some(2));
    }

    #[test]
    fn the_layout_of_a_text_is_recognised() {
        for (layout, _) in LAYOUTS {
            let document = Document::read(b"{\"a\":[1,{}],\"b\":2}").expect("JSON");
            let text = write(&document, &Style { layout, end: "\n", ..Style::PRESERVE }, &[]);
            assert_eq!(layout_of(&Document::read(&text).expect("JSON")), layout);
        }
        assert_eq!(bodies("{\"a\" :1}").layout, Layout::Preserve);
    }
}
