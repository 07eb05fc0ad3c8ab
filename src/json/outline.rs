//! Outlines for editors: every value of a text in document order with its offsets, up to the first syntax error.

use super::{Document, FormPayload, Value};
use crate::issue::ByteSpan;

/// A JSON Pointer in which the segment `*` matches every key and every index.
struct PointerPattern(Vec<String>);

impl PointerPattern {
    fn parse(text: &str) -> Self {
        Self(text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
    }
}

/// Patterns with a bit each: the entries of an outline say which of them match their pointer.
pub(crate) struct PatternSet {
    patterns: Vec<PointerPattern>,
    sensitive: usize,
}

/// The value, or a container of it, matches a pattern for personal or health data.
pub(crate) const SENSITIVE: i32 = 1 << 8;
/// The value itself matches a pattern for ids.
pub(crate) const IS_ID: i32 = 1 << 9;

impl PatternSet {
    /// Parses `[sensitive, ids]`, two arrays of patterns. Returns `None` if the text is anything else.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let mut lists = document.root().elements().map(|list| {
            let patterns = list.elements().map(|pattern| Some(PointerPattern::parse(&pattern.as_str()?)));
            patterns.collect::<Option<Vec<_>>>()
        });
        let (mut patterns, ids) = (lists.next()??, lists.next()??);
        let sensitive = patterns.len();
        patterns.extend(ids);
        Some(Self { patterns, sensitive })
    }
}

/// The words of an entry: kind with flags, start, end, index of the parent, index of the first entry after it and its
/// descendants, number of children, start of the key, end of the key. Offsets are UTF-16 units. An item of an array has -1
/// and its index in place of the key's offsets.
pub(crate) const WORDS: usize = 8;

/// Returns the entries of all values, as little-endian words, up to the first syntax error.
pub(crate) fn outline(text: &[u8], patterns: &PatternSet) -> Vec<u8> {
    build(text, patterns, &|span| span).0
}

/// Returns the outline of a form's payload as JSON, and where each value is in the form, as little-endian words: the start of
/// its key or else its own, its start, and its end.
pub(crate) fn form_outline(form: &FormPayload, body: &[u8], patterns: &PatternSet) -> (Vec<u8>, Vec<u8>) {
    build(form.json(), patterns, &form.locator(body))
}

fn to_bytes<const N: usize>(words: &[[i32; N]]) -> Vec<u8> {
    words.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
}

/// Returns the entries of all values, and their places by `locate`.
fn build(text: &[u8], patterns: &PatternSet, locate: &dyn Fn(ByteSpan) -> ByteSpan) -> (Vec<u8>, Vec<u8>) {
    let body = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let Some(document) = Document::parse_prefix(body) else { return (Vec::new(), Vec::new()) };
    let mut builder = Builder {
        patterns,
        text,
        // A byte order mark is part of the text, and of no value.
        offset: text.len() - body.len(),
        bytes: 0,
        units: 0,
        entries: Vec::with_capacity(document.token_count()),
        locate,
        places: Vec::new(),
    };
    let candidates = (0..patterns.patterns.len()).collect();
    builder.add(document.root(), -1, [-1, 0], &Matching { depth: 0, candidates, is_sensitive: false });
    (to_bytes(&builder.entries), to_bytes(&builder.places))
}

/// The patterns whose first `depth` segments match the pointer of a value.
struct Matching {
    depth: usize,
    candidates: Vec<usize>,
    is_sensitive: bool,
}

struct Builder<'t> {
    patterns: &'t PatternSet,
    text: &'t [u8],
    /// Where the document starts in the text.
    offset: usize,
    /// The last converted offset, in bytes and in UTF-16 units.
    bytes: usize,
    units: usize,
    entries: Vec<[i32; WORDS]>,
    locate: &'t dyn Fn(ByteSpan) -> ByteSpan,
    places: Vec<[i32; 3]>,
}

impl Builder<'_> {
    /// Adds a value and its descendants. The recursion is no deeper than the parser nests.
    fn add(&mut self, value: Value<'_>, parent: i32, key: [i32; 2], matching: &Matching) {
        let PatternSet { patterns, sensitive } = self.patterns;
        let is_complete = |pattern: &&usize| patterns[**pattern].0.len() == matching.depth;
        let (mut is_sensitive, mut is_id) = (matching.is_sensitive, false);
        for pattern in matching.candidates.iter().filter(is_complete) {
            is_sensitive |= pattern < sensitive;
            is_id |= pattern >= sensitive;
        }
        let flags = if is_sensitive { SENSITIVE } else { 0 } | if is_id { IS_ID } else { 0 };
        let child = |matches: &dyn Fn(&str) -> bool| {
            let is_candidate = |pattern: &&usize| {
                let segment = patterns[**pattern].0.get(matching.depth);
                segment.is_some_and(|segment| segment == "*" || matches(segment))
            };
            let candidates = matching.candidates.iter().filter(is_candidate).copied().collect();
            Matching { depth: matching.depth + 1, candidates, is_sensitive }
        };

        let (span, index, mut count) = (value.span(), self.entries.len(), 0);
        let [key_start, key_end] = key;
        let start = self.advance_to(span.start);
        self.entries.push([value.kind() as i32 | flags, start, 0, parent, 0, 0, key_start, key_end]);
        let place = (self.locate)(span);
        self.places.push([to_word(place.start), to_word(place.start), to_word(place.end)]);
        for (key, value) in value.members() {
            let span = key.as_value().span();
            let offsets = [self.advance_to(span.start), self.advance_to(span.end)];
            let entry = self.entries.len();
            self.add(value, to_word(index), offsets, &child(&|segment| key.eq_str(segment)));
            self.places[entry][0] = to_word((self.locate)(span).start);
            count += 1;
        }
        for value in value.elements() {
            let position = count.to_string();
            self.add(value, to_word(index), [-1, count], &child(&|segment| segment == position));
            count += 1;
        }
        let (end, next) = (self.advance_to(span.end), to_word(self.entries.len()));
        let entry = &mut self.entries[index];
        (entry[2], entry[4], entry[5]) = (end, next, count);
    }

    /// Advances to a byte offset of the document, and returns it in UTF-16 units of the text. Offsets are ascending.
    fn advance_to(&mut self, offset: usize) -> i32 {
        while self.bytes < offset + self.offset {
            // A UTF-8 sequence is one unit, and two if it has four bytes. Its continuation bytes are none.
            self.units += match self.text[self.bytes] {
                0x80..0xc0 => 0,
                0xf0.. => 2,
                _ => 1,
            };
            self.bytes += 1;
        }
        to_word(self.units)
    }
}

/// A document has fewer than 2^28 bytes, and no more units or values than bytes.
fn to_word(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Kind;
    use super::*;

    fn words(text: &str, patterns: &str) -> Vec<[i32; WORDS]> {
        let patterns = PatternSet::parse(patterns.as_bytes()).unwrap();
        let bytes = outline(text.as_bytes(), &patterns);
        let words: Vec<i32> =
            bytes.chunks_exact(4).map(|word| i32::from_le_bytes(word.try_into().unwrap())).collect();
        words.chunks_exact(WORDS).map(|entry| entry.try_into().unwrap()).collect()
    }

    const NO_PATTERNS: &str = "[[],[]]";
    const NULL: i32 = Kind::Null as i32;
    const NUMBER: i32 = Kind::Number as i32;
    const STRING: i32 = Kind::String as i32;
    const ARRAY: i32 = Kind::Array as i32;
    const OBJECT: i32 = Kind::Object as i32;

    #[test]
    fn every_value_has_its_offsets_in_utf16_units() {
        let entries = words(r#"{"é": [1, {"😀": null}], "a": "😀é"}"#, NO_PATTERNS);
        assert_eq!(
            entries,
            [
                [OBJECT, 0, 36, -1, 6, 2, -1, 0],
                [ARRAY, 6, 23, 0, 5, 2, 1, 4],
                [NUMBER, 7, 8, 1, 3, 0, -1, 0],
                [OBJECT, 10, 22, 1, 5, 1, -1, 1],
                [NULL, 17, 21, 3, 5, 0, 11, 15],
                [STRING, 30, 35, 0, 6, 0, 25, 28],
            ]
        );
    }

    #[test]
    fn values_of_a_form_have_their_places_in_the_form() {
        let patterns = PatternSet::parse(NO_PATTERNS.as_bytes()).unwrap();
        let places = |body: &str, field: Option<&str>| {
            let form = FormPayload::read(body.as_bytes(), field, &["t".to_owned()]).unwrap();
            let (_, places) = form_outline(&form, body.as_bytes(), &patterns);
            places
                .chunks_exact(4)
                .map(|word| i32::from_le_bytes(word.try_into().unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            places("a=x%3D&t=1&t=22", None),
            [[0, 0, 15], [0, 2, 6], [7, 7, 8], [9, 9, 10], [13, 13, 15]].concat()
        );
        assert_eq!(places("p=%7B%22b%22%3A1%7D", Some("p")), [[2, 2, 19], [5, 15, 16]].concat());
    }

    #[test]
    fn a_byte_order_mark_is_one_unit() {
        assert_eq!(words("\u{feff}[1]", NO_PATTERNS)[0][1..3], [1, 4]);
    }

    #[test]
    fn an_outline_ends_at_the_first_syntax_error_and_open_containers_end_there() {
        for (text, values, counts) in [
            (r#"{"a": [1, 2"#, 4, [1, 2]),
            (r#"{"a": [1, 2 x"#, 4, [1, 2]),
            (r#"{"a": [1, 2}"#, 4, [1, 2]),
            (r#"{"a": [1, 2], "b"#, 4, [1, 2]),
            (r#"{"a": [1, 2], "b": "#, 4, [1, 2]),
            (r#"{"a": [1, 2, {"b"#, 5, [1, 3]),
        ] {
            let entries = words(text, NO_PATTERNS);
            assert_eq!(entries.len(), values, "{text}");
            assert_eq!([entries[0][5], entries[1][5]], counts, "{text}");
            assert!(entries[0][2] >= entries[1][2] && entries[1][2] >= entries[3][2], "{text}");
        }
        assert!(words("", NO_PATTERNS).is_empty() && words("nothing", NO_PATTERNS).is_empty());
    }

    #[test]
    fn a_pattern_marks_a_value_and_a_sensitive_one_all_that_is_in_it() {
        let text = r#"{"data": [{"name": {"first": 1}, "id": 2, "a/b": 3}], "name": 4}"#;
        let patterns = r#"[["/data/*/name", "/data/0/a~1b"], ["/data/*/id", "/name", "/data/1"]]"#;
        let flags: Vec<i32> = words(text, patterns).iter().map(|entry| entry[0] >> 8).collect();
        assert_eq!(flags, [0, 0, 0, 1, 1, 2, 1, 2]);
        assert!(PatternSet::parse(b"{").is_none() && PatternSet::parse(b"[[1],[]]").is_none());
    }

    proptest! {
        #[test]
        fn an_outline_of_any_text_nests(text in r#"[\[\]{},:"\\ 1taé😀ruefls.-]{0,60}"#) {
            let entries = words(&text, NO_PATTERNS);
            let units = i32::try_from(text.encode_utf16().count()).unwrap();
            for (index, [_, start, end, parent, next, _, key, _]) in entries.iter().copied().enumerate() {
                prop_assert!(0 <= start && start < end && end <= units && key < start);
                prop_assert!(next > to_word(index) && next <= to_word(entries.len()));
                if let Ok(parent) = usize::try_from(parent) {
                    let [_, outer_start, outer_end, _, outer_next, ..] = entries[parent];
                    prop_assert!(outer_start < start && end <= outer_end && next <= outer_next);
                }
            }
        }
    }
}
