//! The response to a delivery that is rejected: a problem document (RFC 9457).

use super::Error;

impl Error {
    /// The body of the response, of the type `application/problem+json`: the status and the code, as the receivers of the npm
    /// package respond. SECURITY: nothing else, so that a forger learns nothing.
    ///
    /// ```
    /// # use hookseal::{Webhook, WebhookOptions};
    /// let error = Webhook::built_in("painchek", WebhookOptions::default()).unwrap_err();
    /// assert_eq!(
    ///     error.problem(),
    ///     r#"{"type":"about:blank","title":"Internal Server Error","status":500,"code":"secret-missing"}"#
    /// );
    /// ```
    #[must_use]
    pub fn problem(&self) -> String {
        let status = self.status();
        let title = reason_phrase(status);
        format!(
            r#"{{"type":"about:blank","title":"{title}","status":{status},"code":"{}"}}"#,
            self.code.as_str()
        )
    }

    /// The whole response. A handler of axum can return it as its error.
    ///
    /// ```
    /// # use hookseal::{Webhook, WebhookOptions};
    /// let error = Webhook::built_in("painchek", WebhookOptions::default()).unwrap_err();
    /// let response = error.response();
    /// assert_eq!(response.status().as_u16(), error.status());
    /// assert_eq!(response.headers()["content-type"], "application/problem+json");
    /// ```
    #[cfg(feature = "http")]
    #[must_use]
    pub fn response(&self) -> http::Response<String> {
        let mut response = http::Response::new(self.problem());
        let status = http::StatusCode::from_u16(self.status());
        *response.status_mut() = status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in [
            (http::header::CONTENT_TYPE, "application/problem+json"),
            (http::header::CACHE_CONTROL, "no-store"),
        ] {
            response.headers_mut().insert(name, http::HeaderValue::from_static(value));
        }
        response
    }
}

/// The reason phrase of a status (RFC 9110, section 15): with the type `about:blank`, the title is the phrase.
fn reason_phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::CODES;

    #[test]
    fn every_status_of_a_code_has_a_reason_phrase() {
        // A duplicate is no error: it gets 200.
        for info in CODES.iter().filter(|info| info.code.status() >= 400) {
            assert_ne!(reason_phrase(info.code.status()), "Error", "{}", info.code.as_str());
        }
    }
}
