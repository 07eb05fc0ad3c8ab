//! The sources of the event type: fields of the body and headers, and what is made of them.

use std::borrow::Cow;

use crate::blob::blob;
use crate::delivery::{Headers, is_plain_header};
use crate::json::{Kind, Pointer, Value};
use crate::text::is_plain;

/// A field of a delivery.
#[derive(Debug)]
pub enum FieldSource {
    /// A JSON Pointer into the body.
    Pointer(Pointer),
    /// Name of a header.
    Header(String),
}

/// One source of the event type.
#[derive(Debug)]
pub enum TypeSource {
    /// The text of a field.
    Field(FieldSource),
    /// The same type for every delivery.
    Fixed(String),
    /// The type of every delivery that has the field.
    Present {
        /// The field, of any value.
        field: FieldSource,
        /// The event type.
        event_type: String,
    },
    /// The texts of several fields, joined by literals.
    Template(Vec<TypePart>),
}

/// A part of a template.
#[derive(Debug)]
pub enum TypePart {
    /// The text between two fields.
    Literal(String),
    /// A field.
    Field(FieldSource),
}

/// The sources of the event type, in order: the first one that a delivery has counts.
#[derive(Debug)]
pub struct TypeSources {
    sources: Vec<TypeSource>,
}

blob!(enum FieldSource { 0 => Pointer(pointer), 1 => Header(name) });
blob!(enum TypeSource {
    0 => Field(field),
    1 => Fixed(event_type),
    2 => Present { field, event_type },
    3 => Template(parts),
});
blob!(enum TypePart { 0 => Literal(text), 1 => Field(field) });
blob!(struct TypeSources { sources });

/// A text that is present, and cannot be an event type.
pub(crate) struct TypeProblem<'s> {
    /// The field with the text; `None` for a joined text.
    pub field: Option<&'s FieldSource>,
    pub kind: TypeProblemKind<'s>,
}

/// Why a text cannot be an event type.
pub(crate) enum TypeProblemKind<'s> {
    HiddenCharacter,
    TooLong,
    /// The text contains the literal that separates it from the field before.
    Ambiguous(&'s str),
}

impl TypeProblemKind<'_> {
    /// Returns the problem as the predicate of a sentence.
    #[cold]
    pub(crate) fn state(&self) -> String {
        match self {
            Self::HiddenCharacter => "contains a control or bidirectional formatting character".to_owned(),
            Self::TooLong => "is longer than any id may be".to_owned(),
            Self::Ambiguous(literal) => {
                ["contains \"", literal, "\", which separates the parts of the event type"].concat()
            }
        }
    }
}

impl TypeSources {
    /// Parses the sources of a delivery's own event type. A delivery with several events need not have one: its type is
    /// `batch`.
    pub(super) fn of_delivery(root: Value<'_>) -> Result<Self, (Value<'_>, String)> {
        match root.pointer("/envelope/type") {
            Some(value) => Self::parse(value),
            None => Ok(Self { sources: vec![TypeSource::Fixed("batch".to_owned())] }),
        }
    }

    /// Parses the member `envelope.type`.
    pub(super) fn parse(value: Value<'_>) -> Result<Self, (Value<'_>, String)> {
        let items = if value.kind() == Kind::Array { value.elements().collect() } else { vec![value] };
        let mut sources = Vec::new();
        for item in &items {
            if let Some(TypeSource::Fixed(text)) = sources.last() {
                return Err((*item, format!("Unreachable source after \"={text}\". Put \"={text}\" last.")));
            }
            sources.push(TypeSource::parse(*item).map_err(|message| (*item, message))?);
        }
        Ok(Self { sources })
    }

    /// Returns the event type of a delivery, and the index of its source. `None` if no source is present. SECURITY: also
    /// `None` if a text cannot be a type; the search ends there, so that a forged text never leads to another source.
    pub(crate) fn find<'d>(
        &'d self,
        headers: &'d Headers<'_>,
        body: Value<'d>,
    ) -> Option<(Cow<'d, str>, usize)> {
        for (index, source) in self.sources.iter().enumerate() {
            match source.find(headers, body) {
                Ok(Some(text)) => return Some((text, index)),
                Ok(None) => {}
                Err(_) => return None,
            }
        }
        None
    }

    /// Returns the event type of a delivery that is a text of the delivery, and not of the definition.
    #[cfg(feature = "full")]
    pub(super) fn find_text<'d>(&'d self, headers: &'d Headers<'_>, body: Value<'d>) -> Option<Cow<'d, str>> {
        let (event_type, source) = self.find(headers, body)?;
        matches!(self.sources[source], TypeSource::Field(_) | TypeSource::Template(_)).then_some(event_type)
    }

    /// Returns the text that ended the search for a type.
    #[cold]
    pub(crate) fn problem<'d>(
        &'d self,
        headers: &'d Headers<'_>,
        body: Value<'d>,
    ) -> Option<TypeProblem<'d>> {
        self.sources.iter().find_map(|source| source.find(headers, body).err())
    }

    /// Returns the texts of the fields that give a delivery this event type, of the first source that can have the type. A
    /// source counts before all others if it has a field that is preferred. The text of a field that only has to be present
    /// is `None`.
    pub(crate) fn assign<'t>(
        &self,
        event_type: &'t str,
        is_preferred: &dyn Fn(&FieldSource, Option<&str>) -> bool,
    ) -> Vec<(&FieldSource, &'t str)> {
        let mut first = None;
        for source in &self.sources {
            let Some(texts) = source.assign(event_type) else { continue };
            let is_source_preferred = match source {
                TypeSource::Present { field, .. } => is_preferred(field, None),
                _ => texts.iter().any(|(field, text)| is_preferred(field, Some(text))),
            };
            if is_source_preferred {
                return texts;
            }
            if !matches!(source, TypeSource::Present { .. }) {
                first.get_or_insert(texts);
            }
        }
        first.unwrap_or_default()
    }

    /// Returns the only field that can be the type, if there is no other source.
    pub(crate) fn single(&self) -> Option<&FieldSource> {
        match self.sources.as_slice() {
            [TypeSource::Field(field)] => Some(field),
            _ => None,
        }
    }

    /// Returns the first header.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.headers().first().copied()
    }

    /// Returns the sources, in order.
    #[must_use]
    pub fn sources(&self) -> &[TypeSource] {
        &self.sources
    }

    /// Returns all fields of all sources, in order. Loops here and below: iterators of this nesting add kilobytes (wasm size).
    #[inline(never)]
    pub(crate) fn fields(&self) -> Vec<&FieldSource> {
        let mut fields = Vec::new();
        for source in &self.sources {
            source.add_fields(&mut fields);
        }
        fields
    }

    /// Returns all pointers, in order.
    #[inline(never)]
    pub(crate) fn pointers(&self) -> Vec<&Pointer> {
        let mut pointers = Vec::new();
        for field in self.fields() {
            pointers.extend(field.pointer());
        }
        pointers
    }

    /// Returns the pointers to texts: all but those of fields that only have to be present.
    pub(super) fn text_pointers(&self) -> Vec<&Pointer> {
        let sources = self.sources.iter().filter(|source| !matches!(source, TypeSource::Present { .. }));
        sources.flat_map(TypeSource::fields).filter_map(FieldSource::pointer).collect()
    }

    /// Returns the names of all headers, in order.
    #[inline(never)]
    pub(crate) fn headers(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for field in self.fields() {
            names.extend(field.header());
        }
        names
    }

    #[inline(never)]
    pub(super) fn pointers_mut(&mut self) -> Vec<&mut Pointer> {
        let mut fields = Vec::new();
        for source in &mut self.sources {
            match source {
                TypeSource::Field(field) | TypeSource::Present { field, .. } => fields.push(field),
                TypeSource::Fixed(_) => {}
                TypeSource::Template(parts) => {
                    for part in parts {
                        if let TypePart::Field(field) = part {
                            fields.push(field);
                        }
                    }
                }
            }
        }
        let mut pointers = Vec::new();
        for field in fields {
            if let FieldSource::Pointer(pointer) = field {
                pointers.push(pointer);
            }
        }
        pointers
    }

    /// Returns the pointer of the object around the event type; `None` if there is none in every delivery, or not the same
    /// one for all sources.
    pub(super) fn parent(&self) -> Option<&str> {
        let is_in_body = |source: &TypeSource| {
            matches!(source, TypeSource::Field(_) | TypeSource::Template(_))
                && source.fields().iter().any(|field| field.pointer().is_some())
        };
        let mut parents =
            self.pointers().into_iter().map(|pointer| pointer.rfind('/').map_or("", |end| &pointer[..end]));
        let first = parents.next()?;
        (self.sources.iter().all(is_in_body) && parents.all(|parent| parent == first)).then_some(first)
    }
}

impl TypeSource {
    fn parse(value: Value<'_>) -> Result<Self, String> {
        let Some(text) = value.as_str() else { return Self::parse_present(value) };
        if let Some(fixed) = text.strip_prefix('=') {
            return Ok(Self::Fixed(checked_type(fixed)?));
        }
        if text.starts_with('/') || !text.contains('{') {
            if text.contains("{/") || text.contains("{header:") {
                return Err("A template cannot begin with \"/\", as a JSON Pointer does.".to_owned());
            }
            return FieldSource::parse(&text).map(Self::Field);
        }
        let (mut parts, mut rest) = (Vec::new(), &*text);
        while let Some((literal, after)) = rest.split_once('{') {
            let Some((field, after)) = after.split_once('}') else {
                return Err("Missing \"}\" after \"{\".".to_owned());
            };
            if !literal.is_empty() {
                parts.push(TypePart::Literal(checked_type(literal)?));
            } else if !parts.is_empty() {
                return Err(format!(
                    "No text separates {{{field}}} from the field before it: two deliveries could have the same event type."
                ));
            }
            parts.push(TypePart::Field(FieldSource::parse(field)?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(TypePart::Literal(checked_type(rest)?));
        }
        Ok(Self::Template(parts))
    }

    fn parse_present(value: Value<'_>) -> Result<Self, String> {
        let text = |key| value.get(key).and_then(Value::as_str);
        let field = FieldSource::parse(&text("when").unwrap_or_default())?;
        let event_type = match (text("is"), &field) {
            (Some(event_type), _) => event_type.into_owned(),
            (None, FieldSource::Pointer(pointer)) => {
                let key = pointer.rsplit('/').next().unwrap_or_default();
                key.replace("~1", "/").replace("~0", "~")
            }
            (None, FieldSource::Header(_)) => {
                return Err(
                    "Missing property \"is\": the event type of a delivery with this header.".to_owned()
                );
            }
        };
        Ok(Self::Present { field, event_type: checked_type(&event_type)? })
    }

    /// Returns the type by this source, if the delivery has one.
    fn find<'d>(
        &'d self,
        headers: &'d Headers<'_>,
        body: Value<'d>,
    ) -> Result<Option<Cow<'d, str>>, TypeProblem<'d>> {
        match self {
            Self::Field(field) => field.find(headers, body),
            Self::Fixed(event_type) => Ok(Some(Cow::Borrowed(event_type))),
            Self::Present { field, event_type } => {
                let is_present = match field {
                    FieldSource::Pointer(pointer) => body.resolve(pointer).is_some(),
                    FieldSource::Header(name) => headers.get(name).is_some(),
                };
                Ok(is_present.then_some(Cow::Borrowed(event_type)))
            }
            Self::Template(parts) => join(parts, headers, body),
        }
    }

    /// Returns the fields, in order.
    pub(crate) fn fields(&self) -> Vec<&FieldSource> {
        let mut fields = Vec::new();
        self.add_fields(&mut fields);
        fields
    }

    #[inline(never)]
    fn add_fields<'s>(&'s self, fields: &mut Vec<&'s FieldSource>) {
        match self {
            Self::Field(field) | Self::Present { field, .. } => fields.push(field),
            Self::Fixed(_) => {}
            Self::Template(parts) => {
                for part in parts {
                    if let TypePart::Field(field) = part {
                        fields.push(field);
                    }
                }
            }
        }
    }

    /// Returns whether the source reads a header for which `is_header` holds.
    pub(super) fn has_header(&self, is_header: impl Fn(&str) -> bool) -> bool {
        self.fields().into_iter().filter_map(FieldSource::header).any(is_header)
    }

    /// Returns the text of each field of a delivery with this event type; `None` if the source cannot have the type.
    fn assign<'t>(&self, event_type: &'t str) -> Option<Vec<(&FieldSource, &'t str)>> {
        match self {
            Self::Field(field) => Some(vec![(field, event_type)]),
            Self::Fixed(own) | Self::Present { event_type: own, .. } => (own == event_type).then(Vec::new),
            Self::Template(parts) => split(parts, event_type),
        }
    }
}

/// Joins the texts of a template's fields; `None` if a field is absent. SECURITY: the literal before a field ends the fields
/// before it, so the field cannot contain it: otherwise two deliveries of different events could have the same type.
/// The first field can contain literals, as the object types of many providers do.
fn join<'d>(
    parts: &'d [TypePart],
    headers: &'d Headers<'_>,
    body: Value<'d>,
) -> Result<Option<Cow<'d, str>>, TypeProblem<'d>> {
    let mut joined = String::new();
    let (mut literal, mut is_first) = ("", true);
    for part in parts {
        match part {
            TypePart::Literal(text) => {
                joined.push_str(text);
                literal = text;
            }
            TypePart::Field(field) => {
                let Some(text) = field.find(headers, body)? else { return Ok(None) };
                joined.push_str(&text);
                let start = joined.len() - text.len() - literal.len();
                if !is_first && find_last(&joined[start..], literal) != Some(0) {
                    return Err(TypeProblem {
                        field: Some(field),
                        kind: TypeProblemKind::Ambiguous(literal),
                    });
                }
                is_first = false;
            }
        }
    }
    if is_id_or_type(&joined) {
        Ok(Some(Cow::Owned(joined)))
    } else {
        Err(TypeProblem { field: None, kind: TypeProblemKind::TooLong })
    }
}

/// Returns the offset of the last occurrence of a literal. Outlined and by bytes: `str::rfind` has a search algorithm of its
/// own (wasm size).
#[inline(never)]
fn find_last(text: &str, literal: &str) -> Option<usize> {
    text.as_bytes().windows(literal.len().max(1)).rposition(|window| window == literal.as_bytes())
}

/// The opposite of [`join`].
fn split<'s, 't>(parts: &'s [TypePart], event_type: &'t str) -> Option<Vec<(&'s FieldSource, &'t str)>> {
    let (mut fields, mut rest) = (Vec::new(), event_type);
    for (index, part) in parts.iter().enumerate().rev() {
        match part {
            TypePart::Literal(text) => rest = rest.strip_suffix(text.as_str())?,
            TypePart::Field(field) => {
                let start = match index.checked_sub(1).map(|before| &parts[before]) {
                    Some(TypePart::Literal(text)) if index > 1 => find_last(rest, text)? + text.len(),
                    Some(TypePart::Literal(text)) => text.len(),
                    _ => 0,
                };
                let (before, text) = rest.split_at_checked(start)?;
                if text.is_empty() {
                    return None;
                }
                fields.push((field, text));
                rest = before;
            }
        }
    }
    fields.reverse();
    rest.is_empty().then_some(fields)
}

impl FieldSource {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("header:")
            && crate::delivery::is_token(name)
        {
            return Ok(Self::Header(name.to_owned()));
        }
        if text.starts_with('/') {
            return Ok(Self::Pointer(text.into()));
        }
        Err(format!(
            "Expected a JSON Pointer or header: and a name, got {}.",
            if text.is_empty() { "an empty text".to_owned() } else { format!("\"{text}\"") }
        ))
    }

    pub(crate) fn pointer(&self) -> Option<&Pointer> {
        match self {
            FieldSource::Pointer(pointer) => Some(pointer),
            FieldSource::Header(_) => None,
        }
    }

    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            FieldSource::Pointer(_) => None,
            FieldSource::Header(name) => Some(name),
        }
    }

    /// Returns the pointer, or the name of the header.
    pub(crate) fn name(&self) -> &str {
        match self {
            FieldSource::Pointer(pointer) => pointer,
            FieldSource::Header(name) => name,
        }
    }

    /// Returns the text of this field in a delivery; `None` if the delivery has none, or an empty one.
    fn find<'d>(
        &'d self,
        headers: &'d Headers<'_>,
        body: Value<'d>,
    ) -> Result<Option<Cow<'d, str>>, TypeProblem<'d>> {
        let (text, is_plain_text) = match self {
            FieldSource::Pointer(pointer) => {
                let Some(text) = body.resolve(pointer).and_then(Value::as_str) else { return Ok(None) };
                let is_plain_text = is_plain(&text);
                (text, is_plain_text)
            }
            FieldSource::Header(name) => {
                let Some(text) = headers.get(name) else { return Ok(None) };
                (Cow::Borrowed(text), is_plain_header(text))
            }
        };
        let kind = if text.is_empty() {
            return Ok(None);
        } else if !is_id_or_type(&text) {
            TypeProblemKind::TooLong
        } else if !is_plain_text {
            TypeProblemKind::HiddenCharacter
        } else {
            return Ok(Some(text));
        };
        Err(TypeProblem { field: Some(self), kind })
    }
}

/// Returns whether a text can be an event type or an id: not empty, and no longer than the keys of a store.
pub(crate) fn is_id_or_type(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256
}

/// Checks a text of a definition that becomes an event type, or a part of one.
fn checked_type(text: &str) -> Result<String, String> {
    if is_id_or_type(text) && is_plain(text) {
        Ok(text.to_owned())
    } else {
        Err("Expected an event type of 1 to 256 bytes without control characters.".to_owned())
    }
}
