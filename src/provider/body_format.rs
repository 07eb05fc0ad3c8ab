//! The formats of bodies: JSON, and forms by their media types.

use super::Provider;
use super::members::{items, text, texts};
use crate::blob::blob;
use crate::delivery::{Delivery, MediaType};
use crate::issue::{Code, Issue};
use crate::json::{Document, FormPayload, Value};

/// A mistake in the definition: where, and a sentence.
type Mistake<'d> = (Value<'d>, String);

/// A form that a provider sends.
#[derive(Debug)]
pub struct FormFormat {
    /// The media type.
    pub(crate) media_type: String,
    /// The field that contains the payload as JSON; `None` where the fields are the payload.
    field: Option<String>,
    /// The names of fields that can occur several times.
    lists: Vec<String>,
}

blob!(struct FormFormat { media_type, field, lists });

/// The formats of bodies.
#[derive(Debug)]
pub struct BodyFormats {
    /// Whether bodies can be JSON.
    pub(crate) has_json: bool,
    /// The forms, the preferred one first.
    pub(crate) forms: Vec<FormFormat>,
}

blob!(struct BodyFormats { has_json, forms });

impl BodyFormats {
    /// Parses the member `body` of a definition. With it comes the media type of deliveries that are made.
    #[inline(never)]
    pub(super) fn parse(root: Value<'_>) -> Result<(Self, String), Mistake<'_>> {
        let content_type = text(root, "/contentType");
        let mut formats = Self { has_json: root.get("body").is_none(), forms: Vec::new() };
        if let (Some(body), Some(_)) = (root.get("body"), &content_type) {
            return Err((
                body,
                "`contentType` already names the media type. Remove one of the two.".to_owned(),
            ));
        }
        let mut json_type = None;
        for item in items(root, "body") {
            let media_type = text(item, "/type").unwrap_or_default();
            let kind = text(item, "/as");
            let (field, lists) = (item.get("field"), item.get("lists"));
            match (kind.as_deref(), field, lists) {
                (Some("form-json"), None, _) => {
                    return Err((
                        item,
                        "Missing required property \"field\": the field that contains JSON.".to_owned(),
                    ));
                }
                (Some("form-json"), Some(_), None) | (Some("form"), None, _) => {
                    formats.forms.push(FormFormat {
                        media_type,
                        field: text(item, "/field"),
                        lists: texts(item, "lists"),
                    });
                }
                (Some("form"), Some(value), _) => {
                    return Err((value, "Only \"form-json\" has its payload in one field.".to_owned()));
                }
                (_, _, Some(value)) => {
                    return Err((value, "Only the fields of a \"form\" can be lists.".to_owned()));
                }
                (_, Some(value), _) => {
                    return Err((value, "Only \"form-json\" has its payload in one field.".to_owned()));
                }
                _ => {
                    formats.has_json = true;
                    json_type.get_or_insert(media_type);
                }
            }
        }
        let form_type = formats.forms.first().map(|form| form.media_type.clone());
        let content_type = content_type.or(json_type).or(form_type);
        Ok((formats, content_type.unwrap_or_else(|| "application/json".to_owned())))
    }
}

impl Provider {
    /// Compares a Content-Type with those that the provider sends.
    pub(crate) fn media_type(&self, received: &str) -> MediaType {
        let is_own = |form: &FormFormat| MediaType::parse(received, &form.media_type) == MediaType::Own;
        if self.body_formats.forms.iter().any(is_own) {
            return MediaType::Own;
        }
        match MediaType::parse(received, &self.content_type) {
            MediaType::Json if !self.body_formats.has_json => MediaType::Other,
            media_type => media_type,
        }
    }

    /// Returns the media type of a body that is made: that of a form, where the body is one of the provider's and no JSON.
    pub(crate) fn made_content_type(&self, body: &[u8]) -> &str {
        let BodyFormats { forms, .. } = &self.body_formats;
        let form = forms.iter().find(|form| {
            FormPayload::read(body, form.field.as_deref(), &form.lists).is_ok()
                && Document::parse(body).is_err()
        });
        form.map_or(&self.content_type, |form| &form.media_type)
    }

    /// Reads the body of a delivery that is a form; `None` for any other body.
    pub(crate) fn read_form(&self, delivery: &Delivery<'_>) -> Option<Result<FormPayload, Box<Issue>>> {
        let BodyFormats { forms, has_json } = &self.body_formats;
        // PERF: nearly every provider sends JSON alone.
        if forms.is_empty() {
            return None;
        }
        let received = match delivery.headers.get("content-type") {
            Some(received) => received,
            None if *has_json => return None,
            None => &self.content_type,
        };
        let mut first_error = None;
        for form in forms {
            if MediaType::parse(received, &form.media_type) != MediaType::Own {
                continue;
            }
            match FormPayload::read(delivery.body, form.field.as_deref(), &form.lists) {
                // Of several formats for one media type, the first one whose field the form has counts.
                Err(issue) if issue.code == Code::FORM_FIELD_MISSING => {
                    first_error = first_error.or(Some(issue));
                }
                result => return Some(result),
            }
        }
        first_error.map(Err)
    }
}
