//! Items that Burp Suite saves as XML: the bytes of each request, as base64 or as text.

use super::diagnostics::Diagnostics;
use super::http;
use super::lines::{find_part, strip_bom};
use super::record::decode_base64;
use super::result::ImportedDelivery;
use super::word::lossy;
use crate::issue::{ByteSpan, Code, Severity};

pub(super) fn looks_like_burp(text: &[u8]) -> bool {
    strip_bom(text).trim_ascii_start().starts_with(b"<") && find_part(text, "<request base64=").is_some()
}

/// Returns the span of the content of the first element with this start tag, without `<![CDATA[` and `]]>`.
#[inline(never)]
fn content(text: &[u8], tag: &str, end_tag: &str) -> Option<ByteSpan> {
    let tag_start = find_part(text, tag)?;
    let start = tag_start + find_part(&text[tag_start..], ">")? + 1;
    let end = start + find_part(&text[start..], end_tag)?;
    let content = &text[start..end];
    let data = content.trim_ascii().strip_prefix(b"<![CDATA[").and_then(|data| data.strip_suffix(b"]]>"));
    let Some(data) = data else { return Some(ByteSpan { start, end }) };
    let start = start + find_part(content, "<![CDATA[")? + b"<![CDATA[".len();
    Some(ByteSpan { start, end: start + data.len() })
}

/// Parses the request of every item.
#[inline(never)]
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Vec<ImportedDelivery> {
    let text = diagnostics.text;
    let mut deliveries = Vec::new();
    let mut offset = 0;
    while let Some(length) = find_part(&text[offset..], "</item>") {
        let item = &text[offset..offset + length];
        let item_start = offset;
        offset += length + 1;
        let Some(span) = content(item, "<request", "</request>") else { continue };
        let data = &item[span.start..span.end];
        let is_base64 = find_part(item, "<request base64=\"true\"").is_some();
        let span = ByteSpan { start: item_start + span.start, end: item_start + span.end };
        let decoded = if is_base64 { decode_base64(data) } else { Some(data.to_vec()) };
        let Some(request) = decoded else {
            let message = "Expected the request as base64, got other text.";
            let hint = Some("Save the items again, with base64.");
            diagnostics.add(Code::BASE64_INVALID, Severity::Error, span, message, hint);
            continue;
        };
        let mut inner = Diagnostics::new(&request);
        let delivery = http::parse(&mut inner);
        for issue in inner.issues {
            diagnostics.add(issue.code, issue.severity, span, &issue.message, issue.hint.as_deref());
        }
        if let Some(mut delivery) = delivery {
            if let Some(url) = content(item, "<url", "</url>") {
                delivery.url = Some(lossy(&item[url.start..url.end]));
            }
            deliveries.push(delivery);
        }
    }
    deliveries
}
