//! JSON Pointers (RFC 6901) that are read once and followed often.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{KeyInterner, KeyTable, Kind, NO_SYMBOL, Symbol, Value};

/// A JSON Pointer, taken apart.
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
    /// None where the text is no pointer, and leads nowhere.
    steps: Option<Box<[Segment]>>,
    names: Option<Arc<KeyTable>>,
}

#[derive(Clone)]
struct Segment {
    key: Box<str>,
    symbol: Symbol,
    /// Which item of an array it is.
    index: Option<usize>,
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        let step = |step: &str| Segment {
            key: step.replace("~1", "/").replace("~0", "~").into(),
            symbol: NO_SYMBOL,
            // Section 4: digits without a leading zero.
            index: (step == "0" || !step.starts_with(['0', '+'])).then(|| step.parse().ok()).flatten(),
        };
        let steps = match text.strip_prefix('/') {
            Some(rest) => Some(rest.split('/').map(step).collect()),
            None => text.is_empty().then(Box::default),
        };
        Self { text: text.into(), steps, names: None }
    }
}

impl Pointer {
    /// Adds the keys it leads through to those that parsers are to expect.
    pub(crate) fn intern_keys(&mut self, vocabulary: &mut KeyInterner) {
        for step in self.steps.iter_mut().flatten() {
            step.symbol = vocabulary.intern(&step.key);
        }
    }

    /// The keys that the pointer leads through, unescaped.
    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().flatten().map(|step| &*step.key)
    }

    /// Binds its keys to a key table.
    pub(crate) fn bind_keys(&mut self, names: &Arc<KeyTable>) {
        self.names = Some(Arc::clone(names));
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
    /// The value a pointer leads to.
    #[must_use]
    pub fn resolve(self, pointer: &Pointer) -> Option<Value<'d>> {
        let by_symbol = pointer.names.as_ref().is_some_and(|names| self.document.uses_key_table(names));
        let mut value = self;
        for step in pointer.steps.as_deref()? {
            value = match value.kind() {
                Kind::Object if by_symbol && step.symbol != NO_SYMBOL => value.member(|key| {
                    key.symbol() == Some(step.symbol)
                        || key.unescaped_bytes().is_none() && key.eq_str(&step.key)
                })?,
                Kind::Object => value.get(&step.key)?,
                Kind::Array => value.elements().nth(step.index?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The value a JSON Pointer (RFC 6901) leads to. The empty pointer is the value itself.
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

    /// Every pointer of RFC 6901, section 5, and some that lead nowhere.
    #[test]
    fn a_pointer_leads_where_the_standard_says_with_and_without_symbols() {
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
        let mut vocabulary = KeyInterner::default();
        let mut read: Vec<Pointer> = pointers.iter().map(|(pointer, _)| Pointer::from(*pointer)).collect();
        for pointer in &mut read {
            pointer.intern_keys(&mut vocabulary);
        }
        let names = Arc::new(vocabulary.build());
        for pointer in &mut read {
            pointer.bind_keys(&names);
        }
        let others = Arc::new(KeyInterner::default().build());
        for document in [
            Document::parse(text),
            Document::parse_with_keys(text, &names),
            Document::parse_with_keys(text, &others),
        ] {
            let document = document.unwrap();
            for ((pointer, expected), read) in pointers.iter().zip(&read) {
                let raw = |value: Option<Value<'_>>| {
                    value.map(|it| String::from_utf8_lossy(it.raw_bytes()).into_owned())
                };
                assert_eq!(raw(document.root().resolve(read)).as_deref(), *expected, "{pointer}");
                assert_eq!(raw(document.root().pointer(pointer)).as_deref(), *expected, "{pointer}");
            }
            assert_eq!(document.root().pointer("").map(Value::raw_bytes), Some(&text[..]));
        }
    }
}
