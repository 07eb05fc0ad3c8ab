//! The bodies that the sender may have signed instead of the received one: each change that can happen on the way,
//! reversed.

use super::byte_transforms::{BYTE_TRANSFORMS, ReceivedBody, WRAPS};
use super::cause::Difference;
use super::causes;
use super::definition::CauseDefinition;
use super::forms::{Form, FormStyle, Lists};
use super::number_keys::{number_keys, visit_numbers};
use super::order::{Ranks, rank_by_sample};
use super::rewrite::{DocumentKeys, write};
use super::serializers::serializer_styles;
use super::shared::joined;
use super::style::{Layout, Numbers, Order, Style};
use super::styles::{StyleChoices, layout_of, usual_styles};
use crate::issue::ByteSpan;
use crate::json::{Document, Key, Kind};
use crate::provider::{Provider, key_orders};

/// Writing a number in another spelling takes as long as hashing so many bytes.
const RESPELLING_BYTES: usize = 64;

/// The received body, and what the transforms need to know of it.
pub struct BodyVariants<'b> {
    received: ReceivedBody<'b>,
    /// `None` if the body is not JSON.
    document: Option<Document<'b>>,
    keys: DocumentKeys,
    number_count: usize,
    /// The layout of the whole body, if it has a known one.
    layout: Option<&'static Layout>,
    /// The received form, or the forms that may have been parsed into the received JSON.
    forms: Vec<(Lists, Form)>,
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
    /// The fields of a form, serialized in a style.
    Form(FormStyle),
    /// The JSON in a style, and then a transform of bytes: the JSON of a form field was serialized again.
    JsonThenBytes(Style, usize),
    /// A transform of bytes, and then its JSON in a style: serialized again, and once more as a string.
    BytesThenJson(usize, Style),
}

impl<'b> BodyVariants<'b> {
    pub fn new(received: &'b [u8], content_length: Option<usize>) -> Self {
        let document = Document::parse(received).ok();
        let numbers = document.as_ref().map(number_keys).unwrap_or_default();
        let mut number_count = 0;
        if let Some(document) = &document {
            visit_numbers(document, &mut |_, _| number_count += 1);
        }
        let layout = document.as_ref().and_then(layout_of);
        let mut forms = Vec::new();
        match &document {
            None => forms.extend(Form::parse(received).map(|form| (Lists::Repeat, form))),
            Some(document) => {
                for lists in [Lists::Repeat, Lists::Brackets, Lists::Indices] {
                    let form = Form::from_json(document, lists);
                    // Only lists have several names.
                    let is_new = |form: &Form| lists == Lists::Repeat || form.has_lists();
                    forms.extend(form.filter(is_new).map(|form| (lists, form)));
                }
            }
        }
        let keys = DocumentKeys { numbers, ranks: Ranks::new() };
        Self {
            received: ReceivedBody { bytes: received, content_length },
            document,
            keys,
            number_count,
            layout,
            forms,
        }
    }

    /// Adds the order of the keys in the sample or the schema of the provider that names the most of them.
    #[must_use]
    pub fn with_key_orders(mut self, provider: &Provider) -> Self {
        let Some(document) = &self.document else { return self };
        let root = document.root();
        let samples = key_orders(&provider.id).and_then(|text| Document::parse(text.as_bytes()).ok());
        let schemas = provider.events.iter().flat_map(|event| &event.revisions);
        let mut all: Vec<Ranks> = Vec::new();
        for sample in samples.iter().flat_map(|samples| samples.root().elements()) {
            all.push(Ranks::new());
            rank_by_sample(sample, root, &mut |key, rank| push_rank(&mut all, key, rank));
        }
        for revision in schemas {
            all.push(Ranks::new());
            revision.schema.visit_positions(root, &mut |key, rank| push_rank(&mut all, key, rank));
        }
        for ranks in all {
            if ranks.len() > self.keys.ranks.len() {
                self.keys.ranks = ranks;
            }
        }
        self
    }

    /// Returns the received body as JSON; `None` if it is not.
    pub fn document(&self) -> Option<&Document<'b>> {
        self.document.as_ref()
    }

    /// Returns every transform by itself, the most frequent ones first.
    pub fn singles(&self) -> Vec<BodyTransform> {
        let mut all = Vec::new();
        // White space around the body first: serializing the JSON again removes it, too.
        all.extend((0..WRAPS).map(BodyTransform::Bytes));
        // Hardly a text has the form of UTF-8 that was decoded as something else by chance.
        let is_decoded = |index: &usize| {
            let of_text = [&causes::BODY_LATIN1_DECODED, &causes::BODY_WINDOWS_1252_DECODED];
            of_text.iter().any(|cause| cause.same_cause(BYTE_TRANSFORMS[*index].0))
                && self.apply(BodyTransform::Bytes(*index)).is_some()
        };
        let decoded: Vec<usize> = (WRAPS..BYTE_TRANSFORMS.len()).filter(is_decoded).collect();
        all.extend(decoded.iter().copied().map(BodyTransform::Bytes));
        let choices = self.choices();
        if choices.is_none() {
            self.add_forms(&mut all);
        }
        if let Some(choices) = &choices {
            add_styles(&mut all, &choices.frequent());
        }
        let others = (WRAPS..BYTE_TRANSFORMS.len()).filter(|index| !decoded.contains(index));
        all.extend(others.map(BodyTransform::Bytes));
        if let Some(choices) = &choices {
            self.add_forms(&mut all);
            add_styles(&mut all, &choices.rare());
        }
        all
    }

    #[inline(never)]
    fn add_forms(&self, all: &mut Vec<BodyTransform>) {
        for (lists, form) in &self.forms {
            for style in form.styles(*lists) {
                all.push(BodyTransform::Form(style));
            }
        }
    }

    /// Returns styles with several changes at once, the most frequent ones first.
    pub fn combinations(&self) -> Vec<BodyTransform> {
        let mut all = Vec::new();
        if let Some(choices) = self.choices() {
            add_styles(&mut all, &choices.combinations());
        }
        for (index, (cause, _)) in BYTE_TRANSFORMS.iter().enumerate() {
            let is_extracted = cause.same_cause(&causes::BODY_FORM_EXTRACTED);
            let is_wrapped = self.has_inner_json(index, cause);
            if is_wrapped || is_extracted && self.document.is_some() {
                for style in usual_styles() {
                    all.push(if is_wrapped {
                        BodyTransform::BytesThenJson(index, style)
                    } else {
                        BodyTransform::JsonThenBytes(style, index)
                    });
                }
            }
            if is_wrapped {
                for style in serializer_styles() {
                    all.push(BodyTransform::BytesThenJson(index, style));
                }
            }
        }
        all
    }

    /// Returns whether a transform of bytes takes JSON out of a body that is no JSON object: serialized again, and encoded.
    fn has_inner_json(&self, index: usize, cause: &CauseDefinition) -> bool {
        let is_usual = [
            &causes::BODY_JSON_STRING,
            &causes::BODY_BASE64,
            &causes::BODY_BOM_ADDED,
            &causes::BODY_FORM,
            &causes::BODY_URL_ENCODED,
        ]
        .iter()
        .any(|other| other.same_cause(cause));
        let is_json =
            |inner: Vec<u8>| Document::parse(&inner).is_ok_and(|inner| inner.root().kind() != Kind::String);
        is_usual
            && !self.document.as_ref().is_some_and(|document| document.root().kind() != Kind::String)
            && self.apply(BodyTransform::Bytes(index)).is_some_and(is_json)
    }

    fn choices(&self) -> Option<StyleChoices> {
        Some(StyleChoices::new(self.document.as_ref()?, &self.keys, self.layout))
    }

    /// Returns the body of a hypothesis; `None` if the transform does not apply, or changes nothing.
    pub fn apply(&self, transform: BodyTransform) -> Option<Vec<u8>> {
        let body = match transform {
            BodyTransform::None => return Some(self.received.bytes.to_vec()),
            BodyTransform::Bytes(index) => BYTE_TRANSFORMS.get(index)?.1.apply(&self.received)?,
            BodyTransform::Json(style) => self.write(style)?,
            BodyTransform::Form(style) => self.write_form(&style)?,
            BodyTransform::JsonThenBytes(style, index) => {
                let bytes = &self.write(style)?;
                BYTE_TRANSFORMS.get(index)?.1.apply(&ReceivedBody { bytes, content_length: None })?
            }
            BodyTransform::BytesThenJson(index, style) => {
                let inner = BYTE_TRANSFORMS.get(index)?.1.apply(&self.received)?;
                BodyVariants::new(&inner, None).write(style)?
            }
        };
        (body != self.received.bytes).then_some(body)
    }

    /// Returns what writing a body of this length costs, in bytes hashed: as much as hashing it, and more for each number in
    /// another spelling.
    pub fn cost(&self, transform: BodyTransform, length: usize) -> usize {
        let is_respelled =
            matches!(transform, BodyTransform::Json(style) if style.numbers != Numbers::Preserve);
        length + if is_respelled { self.number_count * RESPELLING_BYTES } else { 0 }
    }

    /// Returns the causes of a transform. Of several changes at once, only those that change the result.
    pub fn causes(&self, transform: BodyTransform) -> Vec<&'static CauseDefinition> {
        match transform {
            BodyTransform::None => Vec::new(),
            BodyTransform::Bytes(index) => {
                BYTE_TRANSFORMS.get(index).map(|entry| entry.0).into_iter().collect()
            }
            BodyTransform::Json(style) => {
                let Some(complete) = self.write(style) else { return Vec::new() };
                let is_changed = |without: Style| {
                    self.write(without).is_none_or(|other| other.trim_ascii() != complete.trim_ascii())
                };
                // Two parts can make the same change: one of them is needed if the other one is left out.
                let mut style = style;
                let is_unneeded = |part: &(Style, &'static CauseDefinition)| !is_changed(part.0);
                while let Some((without, _)) = style.parts().into_iter().flatten().find(is_unneeded) {
                    style = without;
                }
                let mut causes: Vec<_> =
                    style.parts().into_iter().flatten().map(|(_, cause)| cause).collect();
                causes.extend(self.end_cause(&complete));
                causes
            }
            BodyTransform::JsonThenBytes(style, index) => {
                let mut causes = self.causes(BodyTransform::Json(style));
                causes.extend(self.causes(BodyTransform::Bytes(index)));
                causes
            }
            BodyTransform::BytesThenJson(index, style) => {
                let mut causes = self.causes(BodyTransform::Bytes(index));
                if let Some(inner) = self.apply(BodyTransform::Bytes(index)) {
                    causes.extend(BodyVariants::new(&inner, None).causes(BodyTransform::Json(style)));
                }
                causes
            }
            BodyTransform::Form(style) => {
                let unsorted = self.write_form(&FormStyle { is_sorted: false, ..style });
                let mut causes = Vec::new();
                if self.document.is_some() {
                    causes.push(&causes::BODY_FORM_PARSED);
                } else if unsorted.as_deref() != Some(self.received.bytes) {
                    causes.push(&causes::BODY_FORM_REENCODED);
                }
                if self.write_form(&style) != unsorted {
                    causes.push(&causes::BODY_KEYS_SORTED);
                }
                causes
            }
        }
    }

    /// Returns the cause of other white space around the signed body.
    fn end_cause(&self, signed: &[u8]) -> Option<&'static CauseDefinition> {
        let (received, signed) = (white_space_around(self.received.bytes), white_space_around(signed));
        let has_line_break = |ends: [&[u8]; 2]| ends[0].is_empty() && matches!(ends[1], b"\n" | b"\r\n");
        Some(match (received, signed) {
            _ if received == signed => return None,
            (received, [b"", b""]) if has_line_break(received) => &causes::BODY_NEWLINE_ADDED,
            (_, [b"", b""]) => &causes::BODY_SPACE_ADDED,
            ([b"", b""], [b"", b"\n"]) => &causes::BODY_NEWLINE_DROPPED,
            ([b"", b""], [b"", b"\r\n"]) => &causes::BODY_CRLF_DROPPED,
            _ => &causes::BODY_SPACE_DROPPED,
        })
    }

    /// Returns where the received and the signed body differ.
    pub fn difference(&self, signed: &[u8]) -> Difference {
        let received = self.received.bytes;
        let is_equal = |(a, b): &(&u8, &u8)| a == b;
        let start = received.iter().zip(signed).take_while(is_equal).count();
        let (received_rest, signed_rest) = (&received[start..], &signed[start..]);
        let suffix = received_rest.iter().rev().zip(signed_rest.iter().rev()).take_while(is_equal).count();
        Difference {
            received: ByteSpan { start, end: received.len() - suffix },
            signed: ByteSpan { start, end: signed.len() - suffix },
        }
    }

    /// Serializes the JSON in a style. Another order keeps no layout token by token, so it uses that of the whole body.
    fn write(&self, style: Style) -> Option<Vec<u8>> {
        let document = self.document.as_ref()?;
        if style.order == Order::Preserve || style.layout.is_some() {
            return Some(write(document, &style, &self.keys));
        }
        let layout = Some(self.layout?);
        let ordered = write(document, &Style { layout, end: "", ..style }, &self.keys);
        let ByteSpan { start, end } = document.root().span();
        let received = self.received.bytes;
        Some(joined(&[&received[..start], &ordered, &received[end..], style.end.as_bytes()]))
    }

    fn write_form(&self, style: &FormStyle) -> Option<Vec<u8>> {
        self.forms.iter().find(|(lists, _)| *lists == style.lists).map(|(_, form)| form.write(style))
    }
}

#[inline(never)]
fn add_styles(all: &mut Vec<BodyTransform>, styles: &[Style]) {
    for style in styles {
        all.push(BodyTransform::Json(*style));
    }
}

/// Returns the white space before and after a text.
fn white_space_around(text: &[u8]) -> [&[u8]; 2] {
    let rest = text.trim_ascii_start();
    [&text[..text.len() - rest.len()], &rest[rest.trim_ascii_end().len()..]]
}

fn push_rank(all: &mut [Ranks], key: Key<'_>, rank: usize) {
    if let Some(ranks) = all.last_mut() {
        ranks.push((key.as_value().index(), u32::try_from(rank).unwrap_or(u32::MAX)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::explain::style::{Characters, LAYOUTS};

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
        let style = Style {
            layout: Some(&LAYOUTS[0]),
            characters: Characters::ASCII,
            order: Order::Sorted,
            ..Style::PRESERVE
        };
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
}
