//! The values in the body and the URL that a signature scheme reads. A scheme knows headers alone, so that the values are
//! added to the headers, by the names of their sources: `/signature/token`, `query:signature`. No header has such a name.

use super::{Error, VerifyOptions, Webhook};
use crate::delivery::{Delivery, Headers};
use crate::issue::{ByteSpan, Code};
use crate::json::{Document, Kind, Value, decode_form_text, encode_form_text, quoted};
use crate::provider::{Found, MAX_ITEMS, NamedScheme, RequestParts, RequestSource};
use crate::signature::{UNUSABLE, is_source};
use crate::text::{into_owned_outlined, split_once};

impl Webhook {
    /// Returns the delivery with the values that the provider's schemes read in the body and the URL; `None` where they read
    /// headers alone, and for a body over the size limit.
    #[inline]
    pub(super) fn with_values<'d>(
        &self,
        delivery: &'d Delivery<'_>,
        options: &VerifyOptions,
    ) -> Option<Delivery<'d>> {
        // PERF: nearly every provider signs headers and the body.
        let is_plain = |named: &NamedScheme| {
            named.sources.is_empty() && !named.conditions.has_urls() && !signs_form(named)
        };
        if self.provider.schemes.iter().all(is_plain) {
            return None;
        }
        if delivery.body.len() > options.max_bytes {
            return None;
        }
        let document = Document::parse(delivery.json()).ok();
        let root = document.as_ref().map(Document::root);
        // Where each element of a list is signed, the first one is reported and explained.
        let list = self.provider.schemes.iter().find_map(|named| named.each.as_ref());
        let root = match (list, root) {
            (Some(list), Some(root)) => list_at(root, list).and_then(|list| list.elements().next()),
            _ => root,
        };
        Some(self.add_values(delivery, root))
    }

    /// Returns a delivery with values for each element of a list; nothing for a body without the list, or with too many elements.
    #[inline(never)]
    pub(super) fn with_values_of_each<'d>(
        &self,
        delivery: &'d Delivery<'_>,
        list: &str,
    ) -> Vec<Delivery<'d>> {
        let document = Document::parse(delivery.json()).ok();
        let list = document.as_ref().and_then(|document| list_at(document.root(), list));
        match list {
            Some(list) if list.elements().count() <= MAX_ITEMS => {
                list.elements().map(|element| self.add_values(delivery, Some(element))).collect()
            }
            _ => Vec::new(),
        }
    }

    #[inline(never)]
    fn add_values<'d>(&self, delivery: &'d Delivery<'_>, root: Option<Value<'_>>) -> Delivery<'d> {
        let request = RequestParts { delivery, root };
        let mut headers = Headers::new();
        for (name, value) in delivery.headers.iter().filter(|(name, _)| !is_source(name)) {
            headers.push(name, value);
        }
        for source in self.provider.schemes.iter().flat_map(|named| &named.sources) {
            let value = match source.find(&request) {
                Found::Absent => continue,
                // Half of a surrogate pair has no bytes. White space around a value is a part of it only in the body.
                Found::Text(text)
                    if !text.contains('\u{fffd}')
                        && (source.is_in_body()
                            || !text.starts_with([' ', '\t']) && !text.ends_with([' ', '\t'])) =>
                {
                    text.into_owned()
                }
                Found::Text(_) | Found::Unusable => UNUSABLE.to_owned(),
            };
            headers.push(source.to_string(), value);
        }
        let selected = self.select(delivery).map_or(0, |active| active.index);
        let selected = self.provider.schemes.get(selected);
        let body = match delivery.form {
            Some(form) if selected.is_some_and(signs_form) => form.sorted(),
            _ => delivery.body,
        };
        Delivery { headers, body, ..delivery.clone() }
    }

    /// The sources of the schemes.
    pub(super) fn signed_sources(&self) -> impl Iterator<Item = &RequestSource> {
        self.provider.schemes.iter().flat_map(|named| &named.sources)
    }
}

fn list_at<'d>(root: Value<'d>, pointer: &str) -> Option<Value<'d>> {
    root.pointer(pointer).filter(|list| list.kind() == Kind::Array)
}

/// Whether a scheme signs the fields of a form, and not the body as it was sent.
pub(super) fn signs_form(named: &NamedScheme) -> bool {
    named.scheme.hmac().is_some_and(|scheme| scheme.content.is_form())
}

/// Writes a text into a field of a form, in place of its value. Other bytes stay as they are.
#[cold]
fn write_field(body: &[u8], source: &str, text: &str) -> Option<Vec<u8>> {
    let (body, name) = (std::str::from_utf8(body).ok()?, source.strip_prefix('/')?);
    let mut fields: Vec<String> = body.split('&').map(into_owned_outlined).collect();
    let field = fields.iter_mut().find(|field| {
        split_once(field, '=').is_some_and(|(field, _)| decode_form_text(field).as_deref() == Ok(name))
    })?;
    *field = [encode_form_text(name), encode_form_text(text)].join("=");
    Some(fields.join("&").into_bytes())
}

/// Writes a text at a source of a body, in place of the value there. Other bytes stay as they are.
#[cold]
pub(super) fn write_value(body: &[u8], source: &str, text: &str, is_form: bool) -> Result<Vec<u8>, Error> {
    if is_form && let Some(body) = write_field(body, source, text) {
        return Ok(body);
    }
    let document = Document::parse(body).ok();
    let value = document.as_ref().and_then(|document| document.root().pointer(source));
    let Some(value) = value.filter(|value| !matches!(value.kind(), Kind::Object | Kind::Array)) else {
        let message = match source.strip_prefix('/') {
            Some(_) => ["The body has no string at ", source, ", where the signature belongs."].concat(),
            None => ["The provider sends its signature in the URL, as ", source, "."].concat(),
        };
        let hint = match source.strip_prefix('/') {
            Some(_) => "Add an empty string there: `sign` writes the signature into it.",
            None => "Deliveries of this provider can be verified, and not made.",
        };
        return Err(Error::new(Code::OPTION_INVALID, message).with_hint(Some(hint)));
    };
    let (ByteSpan { start, end }, is_number) = (value.span(), value.kind() == Kind::Number);
    let text = if is_number { text.to_owned() } else { quoted(text) };
    Ok([&body[..start], text.as_bytes(), &body[end..]].concat())
}
