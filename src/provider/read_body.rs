//! Bodies by the formats of a provider: JSON, and forms.

use super::Provider;
use super::body_format::{BodyFormats, FormFormat};
use crate::delivery::{Delivery, MediaType};
use crate::issue::{Code, Issue};
use crate::json::{Document, FormPayload};

impl Provider {
    /// Compares a Content-Type with those that the provider sends.
    pub(crate) fn media_type(&self, received: &str) -> MediaType {
        let is_own = |form: &FormFormat| MediaType::parse(received, &form.media_type) == MediaType::Own;
        if self.body_formats.forms.iter().any(is_own) {
            return MediaType::Own;
        }
        match &self.body_formats.json {
            Some(json) => MediaType::parse(received, json),
            None => MediaType::Other,
        }
    }

    /// Returns the media type of a body that is made: that of a form, where the body is one of the provider's and no JSON.
    pub(crate) fn made_content_type(&self, body: &[u8]) -> &str {
        let BodyFormats { forms, json, .. } = &self.body_formats;
        let form = forms.iter().find(|form| {
            FormPayload::read(body, form.field.as_deref(), &form.lists).is_ok()
                && Document::parse(body).is_err()
        });
        form.map_or(json.as_ref().unwrap_or(&self.content_type), |form| &form.media_type)
    }

    /// Returns the form of a provider that sends no JSON.
    pub(crate) fn only_form(&self) -> Option<&FormFormat> {
        let BodyFormats { forms, json, .. } = &self.body_formats;
        forms.first().filter(|_| json.is_none())
    }

    /// Reads the body of a delivery that is a form, or absent where that is allowed; `None` for any other body.
    pub(crate) fn read_form(&self, delivery: &Delivery<'_>) -> Option<Result<FormPayload, Box<Issue>>> {
        let BodyFormats { forms, json, is_optional } = &self.body_formats;
        if *is_optional && delivery.body.is_empty() {
            return Some(Ok(FormPayload::absent()));
        }
        // PERF: nearly every provider sends JSON alone.
        if forms.is_empty() {
            return None;
        }
        let received = match delivery.headers.get("content-type") {
            Some(received) => received,
            None if json.is_some() => return None,
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
