//! Forms: parsed and serialized again, or parsed and serialized as JSON.

use super::encodings::{PERCENT, PercentEncoding, from_percent, percent_encode_into};
use super::style::ascii_set;
use crate::json::{Document, Kind, Value, sort_by};

/// One way to write the fields of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormStyle {
    pub encoding: PercentEncoding,
    /// Brackets in names are not encoded: qs with `encodeValuesOnly`.
    pub has_plain_brackets: bool,
    pub empty: EmptyValues,
    pub lists: Lists,
    pub is_sorted: bool,
}

/// How fields without a value are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyValues {
    Preserve,
    /// `a`
    Bare,
    /// `a=`
    Equals,
}

/// How the names of an array's items are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// `a=x&a=y`
    Repeat,
    /// `a[]=x&a[]=y`
    Brackets,
    /// `a[0]=x&a[1]=y`
    Indices,
}

/// Name and value of a field, decoded. `None`: a name without an equals sign.
type Field = (Vec<u8>, Option<Vec<u8>>);

/// The fields of the received form, or of the JSON that a form was parsed into.
pub struct Form {
    fields: Vec<Field>,
    /// The document, if the body is JSON: the names of its fields depend on [`Lists`].
    has_lists: bool,
}

/// A form with more fields is rare, and each of them has a cost in every style.
const MAX_FIELDS: usize = 1000;
/// The characters that libraries encode or not. Of those in the form, every set is tried.
const OPTIONAL: &[u8] = b"*~!'()/:@,$";
/// The number of optional characters that a form may have to try every set: 64 sets, each with two forms of a space.
const MAX_OPTIONAL: usize = 6;

impl Form {
    /// Parses a form; `None` if the body does not look like one.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let is_form = body.contains(&b'=')
            && body.iter().all(|byte| matches!(byte, b'!'..=b'~') && !b"\"<>{}\\`".contains(byte));
        let fields: Vec<Field> = body.split(|byte| *byte == b'&').take(MAX_FIELDS + 1).map(field).collect();
        (is_form && fields.len() <= MAX_FIELDS).then_some(Self { fields, has_lists: false })
    }

    /// Returns the fields of a form that was parsed into JSON; `None` if the JSON cannot come from a form, whose values are
    /// texts.
    pub fn from_json(document: &Document<'_>, lists: Lists) -> Option<Self> {
        let mut form = Self { fields: Vec::new(), has_lists: false };
        let root = document.root();
        let is_form = root.kind() == Kind::Object && root.len() > 0 && form.add(root, &[], lists, 0);
        is_form.then_some(form)
    }

    /// Adds the fields of a value. Returns whether a form can have it.
    fn add(&mut self, value: Value<'_>, name: &[u8], lists: Lists, depth: usize) -> bool {
        // The default depth of qs.
        const MAX_FORM_DEPTH: usize = 6;
        let nested = |key: &[u8]| match name {
            [] => key.to_vec(),
            _ => [name, b"[", key, b"]"].concat(),
        };
        match value.kind() {
            Kind::String => self.fields.push((name.to_vec(), Some(value.decoded_bytes().into_owned()))),
            Kind::Null => self.fields.push((name.to_vec(), None)),
            Kind::Object if depth < MAX_FORM_DEPTH => {
                for (key, member) in value.members() {
                    if !self.add(member, &nested(&key.decoded_bytes()), lists, depth + 1) {
                        return false;
                    }
                }
            }
            Kind::Array if depth < MAX_FORM_DEPTH => {
                self.has_lists = true;
                for (index, item) in value.elements().enumerate() {
                    let name = match lists {
                        Lists::Repeat => name.to_vec(),
                        Lists::Brackets => nested(b""),
                        Lists::Indices => nested(index.to_string().as_bytes()),
                    };
                    if !self.add(item, &name, lists, depth + 1) {
                        return false;
                    }
                }
            }
            _ => return false,
        }
        self.fields.len() <= MAX_FIELDS
    }

    /// Returns the styles that can change this form, the most frequent ones first.
    pub fn styles(&self, lists: Lists) -> Vec<FormStyle> {
        let style = FormStyle {
            encoding: PERCENT[0],
            has_plain_brackets: false,
            empty: EmptyValues::Preserve,
            lists,
            is_sorted: false,
        };
        let mut all: Vec<FormStyle> =
            PERCENT.iter().map(|encoding| FormStyle { encoding: *encoding, ..style }).collect();
        let texts = || {
            self.fields
                .iter()
                .flat_map(|(name, value)| [name.as_slice(), value.as_deref().unwrap_or_default()])
        };
        let has = |byte: u8| texts().any(|text| text.contains(&byte));
        if has(b'[') {
            all.extend(PERCENT[..6].iter().map(|encoding| FormStyle {
                encoding: *encoding,
                has_plain_brackets: true,
                ..style
            }));
        }
        let mut empty = vec![];
        if self.fields.iter().any(|(_, value)| value.as_ref().is_some_and(Vec::is_empty)) {
            empty.push(EmptyValues::Bare);
        }
        if self.fields.iter().any(|(_, value)| value.is_none()) {
            empty.push(EmptyValues::Equals);
        }
        for empty in empty {
            all.extend(PERCENT[..6].iter().map(|encoding| FormStyle { encoding: *encoding, empty, ..style }));
        }
        let base = ascii_set(b"-._");
        let mut optional = OPTIONAL.to_vec();
        optional.retain(|byte| has(*byte));
        if optional.len() <= MAX_OPTIONAL {
            for subset in 0..1usize << optional.len() {
                let mut safe = base;
                for (index, byte) in optional.iter().enumerate() {
                    safe |= u128::from(subset >> index & 1 != 0) << byte;
                }
                for has_plus in [true, false] {
                    let encoding = PercentEncoding { safe, has_plus, is_lower: false };
                    all.push(FormStyle { encoding, ..style });
                }
            }
        }
        all.extend(PERCENT[..6].iter().map(|encoding| FormStyle {
            encoding: *encoding,
            is_sorted: true,
            ..style
        }));
        all
    }

    /// Returns whether the fields have lists, whose names have several forms.
    pub fn has_lists(&self) -> bool {
        self.has_lists
    }

    /// Serializes the fields in a style.
    pub fn write(&self, style: &FormStyle) -> Vec<u8> {
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        if style.is_sorted {
            sort_by(&mut fields, |a, b| a.0.cmp(&b.0));
        }
        let brackets = if style.has_plain_brackets { ascii_set(b"[]") } else { 0 };
        let of_names = PercentEncoding { safe: style.encoding.safe | brackets, ..style.encoding };
        let mut out = Vec::new();
        for (index, (name, value)) in fields.into_iter().enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            percent_encode_into(&mut out, name, of_names);
            let value = match (value, style.empty) {
                (Some(value), EmptyValues::Bare) if value.is_empty() => None,
                (None, EmptyValues::Equals) => Some(&[][..]),
                (value, _) => value.as_deref(),
            };
            if let Some(value) = value {
                out.push(b'=');
                percent_encode_into(&mut out, value, style.encoding);
            }
        }
        out
    }
}

fn field(text: &[u8]) -> Field {
    let decoded = |text: &[u8]| from_percent(text, true).unwrap_or_else(|| text.to_vec());
    match text.iter().position(|byte| *byte == b'=') {
        Some(equals) => (decoded(&text[..equals]), Some(decoded(&text[equals + 1..]))),
        None => (decoded(text), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: &Form, style: &FormStyle) -> String {
        String::from_utf8(form.write(style)).expect("ASCII")
    }

    #[test]
    fn forms_are_written_in_each_style() {
        let form = Form::parse(b"b%5Bx%5D=%2A+%7E&a=&c").expect("a form");
        let style = form.styles(Lists::Repeat)[0];
        assert_eq!(written(&form, &style), "b%5Bx%5D=*+%7E&a=&c");
        assert_eq!(written(&form, &FormStyle { is_sorted: true, ..style }), "a=&b%5Bx%5D=*+%7E&c");
        assert_eq!(written(&form, &FormStyle { empty: EmptyValues::Bare, ..style }), "b%5Bx%5D=*+%7E&a&c");
        assert_eq!(
            written(&form, &FormStyle { empty: EmptyValues::Equals, ..style }),
            "b%5Bx%5D=*+%7E&a=&c="
        );
        let plain = FormStyle { has_plain_brackets: true, encoding: PERCENT[2], ..style };
        assert_eq!(written(&form, &plain), "b[x]=%2A%20~&a=&c");
        for body in ["{\"a\":\"b=c\"}", "a", "a=b c", "<a b=\"c\"/>", "a=\n"] {
            assert!(Form::parse(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn json_of_texts_becomes_a_form() {
        let of = |text: &str, lists| {
            let document = Document::parse(text.as_bytes()).expect(text);
            let form = Form::from_json(&document, lists)?;
            let style = FormStyle { has_plain_brackets: true, ..form.styles(lists)[0] };
            Some((form.has_lists(), written(&form, &style)))
        };
        let text = r#"{"a":"x y","b":["1","2"],"c":{"d":"é"},"e":null}"#;
        let expected = |list: &str| Some((true, format!("a=x+y&{list}&c[d]=%C3%A9&e")));
        assert_eq!(of(text, Lists::Repeat), expected("b=1&b=2"));
        assert_eq!(of(text, Lists::Brackets), expected("b[]=1&b[]=2"));
        assert_eq!(of(text, Lists::Indices), expected("b[0]=1&b[1]=2"));
        for text in ["{\"a\":1}", "[]", "{}", "[\"a\"]", "{\"a\":{\"b\":true}}"] {
            assert_eq!(of(text, Lists::Repeat), None, "{text}");
        }
    }
}
