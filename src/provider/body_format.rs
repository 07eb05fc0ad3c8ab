//! The formats of bodies: JSON, and forms by their media types.

use super::members::{items, text, texts};
use crate::blob::blob;
use crate::json::Value;

/// A mistake in the definition: where, and a sentence.
type Mistake<'d> = (Value<'d>, String);

/// A form that a provider sends.
#[derive(Debug)]
pub struct FormFormat {
    /// The media type.
    pub(crate) media_type: String,
    /// The field that contains the payload as JSON; `None` where the fields are the payload.
    pub(crate) field: Option<String>,
    /// The names of fields that can occur several times.
    pub(super) lists: Vec<String>,
}

blob!(struct FormFormat { media_type, field, lists });

/// The formats of bodies.
#[derive(Debug)]
pub struct BodyFormats {
    /// The media type of JSON; `None` where bodies are no JSON.
    pub(super) json: Option<String>,
    /// The forms, the preferred one first.
    pub(crate) forms: Vec<FormFormat>,
    /// Whether a delivery can have no body: then headers are all there is of the event.
    pub(crate) is_optional: bool,
}

blob!(struct BodyFormats { json, forms, is_optional });

impl BodyFormats {
    /// Parses the member `body` of a definition. With it comes the media type of deliveries that are made.
    #[inline(never)]
    pub(super) fn parse(root: Value<'_>) -> Result<(Self, String), Mistake<'_>> {
        let content_type = text(root, "/contentType");
        let Some(body) = root.get("body") else {
            let content_type = content_type.unwrap_or_else(|| "application/json".to_owned());
            let json = Some(content_type.clone());
            return Ok((Self { json, forms: Vec::new(), is_optional: false }, content_type));
        };
        let mut formats = Self { json: None, forms: Vec::new(), is_optional: false };
        if content_type.is_some() {
            return Err((
                body,
                "`contentType` already names the media type. Remove one of the two.".to_owned(),
            ));
        }
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
                (Some("none"), ..) => formats.is_optional = true,
                _ => {
                    formats.json.get_or_insert(media_type);
                }
            }
        }
        let content_type = body.elements().find_map(|item| text(item, "/type"));
        Ok((formats, content_type.unwrap_or_default()))
    }
}
