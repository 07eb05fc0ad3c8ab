//! JSON Pointers (RFC 6901), parsed once and resolved often.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{KeyInterner, KeyTable, Kind, NO_SYMBOL, Symbol, Value};
use crate::blob::{Blob, Reader, Writer};

/// A parsed JSON Pointer.
///
/// ```
/// use hookseal::json::{Document, Pointer};
///
/// let document = Document::parse(br#"{ "files": [{ "a/b": 7 }] }"#)?;
/// let pointer = Pointer::from("/files/0/a~1b");
/// assert_eq!(document.root().resolve(&pointer).and_then(|value| value.as_i64()), Some(7));
/// # Ok::<(), Box<hookseal::Issue>>(())
/// ```
#[derive(Clone)]
pub struct Pointer {
    text: Box<str>,
    /// `None` if the text is not a JSON Pointer; it resolves to no value.
    segments: Option<Box<[Segment]>>,
    key_table: Option<Arc<KeyTable>>,
}

#[derive(Clone)]
struct Segment {
    key: Box<str>,
    symbol: Symbol,
    /// The index, where the segment can be one.
    index: Option<usize>,
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        let parse_segment = |text: &str| Segment {
            key: text.replace("~1", "/").replace("~0", "~").into(),
            symbol: NO_SYMBOL,
            // RFC 6901, section 4: an index is digits without a leading zero.
            index: (text == "0" || !text.starts_with(['0', '+'])).then(|| text.parse().ok()).flatten(),
        };
        let segments = match text.strip_prefix('/') {
            Some(rest) => Some(rest.split('/').map(parse_segment).collect()),
            None => text.is_empty().then(Box::default),
        };
        Self { text: text.into(), segments, key_table: None }
    }
}

impl Pointer {
    /// Interns the keys of the pointer.
    pub(crate) fn intern_keys(&self, interner: &mut KeyInterner) {
        for segment in self.segments.iter().flatten() {
            interner.intern(&segment.key);
        }
    }

    /// The keys that the pointer leads through, unescaped.
    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flatten().map(|segment| &*segment.key)
    }

    /// Binds the pointer to a key table. Keys that the table lacks are compared as texts.
    pub(crate) fn bind_keys(&mut self, key_table: &Arc<KeyTable>) {
        for segment in self.segments.iter_mut().flatten() {
            segment.symbol = key_table.symbol(&segment.key);
        }
        self.key_table = Some(Arc::clone(key_table));
    }
}

impl Blob for Pointer {
    fn put(&self, out: &mut Writer) {
        out.text(&self.text);
    }

    /// Reads a pointer that is not bound to its key table yet.
    fn get(input: &mut Reader<'_>) -> Self {
        input.text().into()
    }
}

impl Deref for Pointer {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<'d> Value<'d> {
    /// The value at a pointer.
    #[must_use]
    pub fn resolve(self, pointer: &Pointer) -> Option<Value<'d>> {
        let by_symbol = pointer.key_table.as_ref().is_some_and(|table| self.document.uses_key_table(table));
        let mut value = self;
        for segment in pointer.segments.as_deref()? {
            value = match value.kind() {
                Kind::Object if by_symbol && segment.symbol != NO_SYMBOL => value.member(|key| {
                    key.symbol() == Some(segment.symbol) || key.may_be_interned() && key.eq_str(&segment.key)
                })?,
                Kind::Object => value.get(&segment.key)?,
                Kind::Array => value.elements().nth(segment.index?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The value at a JSON Pointer (RFC 6901). The empty pointer is the value itself.
    #[must_use]
    #[inline(never)]
    pub fn pointer(self, pointer: &str) -> Option<Value<'d>> {
        self.resolve(&pointer.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    /// The pointers of RFC 6901, section 5, and pointers to no value.
    #[test]
    fn pointers_resolve_by_the_standard_with_and_without_symbols() {
        let text = br#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
            "k\"l": 6, " ": 7, "m~n": 8, "\u0066oo2": 9}"#;
        let pointers = [
            ("/foo/0", Some("\"bar\"")),
            ("/", Some("0")),
            ("/a~1b", Some("1")),
            ("/c%d", Some("2")),
            ("/e^f", Some("3")),
            ("/g|h", Some("4")),
            ("/i\\j", Some("5")),
            ("/k\"l", Some("6")),
            ("/ ", Some("7")),
            ("/m~0n", Some("8")),
            ("/foo2", Some("9")),
            ("/foo/2", None),
            ("/foo/00", None),
            ("/foo/+1", None),
            ("/foo/-", None),
            ("/foo/bar", None),
            ("/none", None),
            ("foo", None),
            ("/foo/0/0", None),
        ];
        let mut interner = KeyInterner::default();
        let mut parsed: Vec<Pointer> = pointers.iter().map(|(pointer, _)| Pointer::from(*pointer)).collect();
        for pointer in &parsed {
            pointer.intern_keys(&mut interner);
        }
        let key_table = Arc::new(interner.build());
        for pointer in &mut parsed {
            pointer.bind_keys(&key_table);
        }
        let others = Arc::new(KeyInterner::default().build());
        for document in [
            Document::parse(text),
            Document::parse_with_keys(text, &key_table),
            Document::parse_with_keys(text, &others),
        ] {
            let document = document.unwrap();
            for ((pointer, expected), parsed) in pointers.iter().zip(&parsed) {
                let raw = |value: Option<Value<'_>>| {
                    value.map(|v| String::from_utf8_lossy(v.raw_bytes()).into_owned())
                };
                assert_eq!(raw(document.root().resolve(parsed)).as_deref(), *expected, "{pointer}");
                assert_eq!(raw(document.root().pointer(pointer)).as_deref(), *expected, "{pointer}");
            }
            assert_eq!(document.root().pointer("").map(Value::raw_bytes), Some(&text[..]));
        }
    }
}
