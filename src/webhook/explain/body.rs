//! The bodies that the sender may have signed instead of the received one: each change that can happen on the way,
//! reversed.

use super::byte_transforms::{BYTE_TRANSFORMS, ReceivedBody, WRAPS};
use super::cause::Difference;
use super::causes;
use super::definition::CauseDefinition;
use super::forms::{Form, FormStyle, Lists};
use super::order::Ranks;
use super::rewrite::{DocumentKeys, write};
use super::shared::joined;
use super::style::{Layout, Order, Style};
use super::styles::{StyleChoices, layout_of, number_keys};
use crate::issue::ByteSpan;
use crate::json::Document;
use crate::provider::Event;

/// The received body, and what the transforms need to know of it.
pub struct BodyVariants<'b> {
    received: ReceivedBody<'b>,
    /// `None` if the body is not JSON.
    document: Option<Document<'b>>,
    keys: DocumentKeys,
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
}

impl<'b> BodyVariants<'b> {
    pub fn new(received: &'b [u8], content_length: Option<usize>) -> Self {
        let document = Document::parse(received).ok();
        let numbers = document.as_ref().map(number_keys).unwrap_or_default();
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
        Self { received: ReceivedBody { bytes: received, content_length }, document, keys, layout, forms }
    }

    /// Adds the order of the keys in the schema that names the most of them.
    #[must_use]
    pub fn with_contract(mut self, events: &[Event]) -> Self {
        let Some(document) = &self.document else { return self };
        for revision in events.iter().flat_map(|event| &event.revisions) {
            let mut ranks = Ranks::new();
            revision.schema.visit_positions(document.root(), &mut |key, position| {
                ranks.push((key.as_value().index(), u32::try_from(position).unwrap_or(u32::MAX)));
            });
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
        // White space around the body first: serializing the JSON again removes it, too.
        let mut all: Vec<BodyTransform> = (0..WRAPS).map(BodyTransform::Bytes).collect();
        let choices = self.choices();
        let forms = self.forms.iter().flat_map(|(lists, form)| form.styles(*lists));
        let forms: Vec<BodyTransform> = forms.map(BodyTransform::Form).collect();
        let is_json = self.document.is_some();
        all.extend(forms.iter().filter(|_| !is_json));
        all.extend(choices.iter().flat_map(StyleChoices::frequent).map(BodyTransform::Json));
        all.extend((WRAPS..BYTE_TRANSFORMS.len()).map(BodyTransform::Bytes));
        all.extend(forms.iter().filter(|_| is_json));
        all.extend(choices.iter().flat_map(StyleChoices::rare).map(BodyTransform::Json));
        all
    }

    /// Returns styles with several changes at once, the most frequent ones first.
    pub fn combinations(&self) -> Vec<BodyTransform> {
        self.choices().iter().flat_map(StyleChoices::combinations).map(BodyTransform::Json).collect()
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
        };
        (body != self.received.bytes).then_some(body)
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
                for (without, cause) in style.parts().into_iter().flatten() {
                    if self.write(without) != complete {
                        causes.push(cause);
                    }
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
