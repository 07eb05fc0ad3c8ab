//! What an import returns: deliveries that own their bytes, and issues.

use std::fmt;

use super::format::ImportFormat;
use crate::delivery::delivery::Delivery;
use crate::delivery::headers::Headers;
use crate::issue::{Code, Issue, Location, PendingIssue, Severity};
use crate::json::without_location;

/// More headers than this are not imported: a hundred times what servers accept, and each costs many times its bytes.
const MAX_HEADERS: usize = 10_000;

/// One imported delivery, which owns its headers and body.
#[derive(Clone, Default)]
pub struct ImportedDelivery {
    /// The headers, in their order.
    pub headers: Headers<'static>,
    /// The raw bytes of the body.
    pub body: Vec<u8>,
    /// The URL it was sent to, if the capture has one. For an HTTP request, the URL is built from the request target and
    /// the Host header, and `https` is assumed.
    pub url: Option<String>,
    /// The method, in capitals, if the capture has one.
    pub method: Option<String>,
}

impl ImportedDelivery {
    /// Borrows the delivery, as the verbs take it.
    #[must_use]
    pub fn as_delivery(&self) -> Delivery<'_> {
        Delivery {
            headers: self.headers.iter().collect(),
            body: &self.body,
            url: self.url.as_deref(),
            method: self.method.as_deref(),
            form: None,
            keys: Vec::new(),
        }
    }

    /// Ignores headers beyond the limit, and returns an issue about them.
    pub(super) fn limit_headers(&mut self) -> Option<Issue> {
        let count = self.headers.len();
        if count <= MAX_HEADERS {
            return None;
        }
        self.headers.truncate(MAX_HEADERS);
        let message = format!("Expected at most {MAX_HEADERS} headers, got {count}. The rest was ignored.");
        let issue = PendingIssue::new(Code::INPUT_IGNORED, Severity::Warning, Location::Request, message);
        Some(without_location(
            issue.hint("Capture the request again: a body may have been parsed as headers."),
        ))
    }
}

/// SECURITY: prints neither the body nor header values, as [`Delivery`] does.
impl fmt::Debug for ImportedDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_delivery().fmt(f)
    }
}

/// One element of a capture, such as an entry of a HAR file or a line of NDJSON.
#[derive(Clone, Debug, Default)]
pub struct ImportItem {
    /// The delivery, if one could be imported.
    pub delivery: Option<ImportedDelivery>,
    /// The issues of this item, located in the whole capture.
    pub issues: Vec<Issue>,
}

/// The deliveries and issues of a capture.
#[derive(Clone, Debug, Default)]
pub struct ImportResult {
    /// The format that was parsed. `None`: the input has none of the formats.
    pub format: Option<ImportFormat>,
    /// The deliveries, in the order of the capture.
    pub deliveries: Vec<ImportedDelivery>,
    /// The issues, each located in the capture. An error means that a part could not be imported, or not as it was sent.
    /// A delivery with the issue `body-not-included` has an empty body until the caller adds the real one.
    pub issues: Vec<Issue>,
}

impl ImportResult {
    pub(super) fn extend(&mut self, item: ImportItem) {
        self.deliveries.extend(item.delivery);
        self.issues.extend(item.issues);
    }
}
