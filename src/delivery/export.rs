//! Exporting deliveries as text that imports as the same headers and the same bytes.

use std::fmt::Write as _;

use base64ct::{Base64, Encoding as _};

use super::delivery::Delivery;
use super::headers::{has_control, is_token};
use crate::json::escape_into;
use crate::text::eq_ignore_ascii_case;

/// A format to export a delivery in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// An HTTP/1.1 request, with the Content-Length of its body.
    Http,
    /// A curl command for bash and zsh.
    Curl,
    /// One line of NDJSON: a JSON object of headers and body.
    Ndjson,
}

impl ExportFormat {
    /// Returns the format with this name. `record` and `ndjson` name the same one, because a single line is a record.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "http" => Some(Self::Http),
            "curl" => Some(Self::Curl),
            "record" | "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

impl Delivery<'_> {
    /// Returns the delivery as text in this format, or `None` if the format cannot represent it: a header with a line
    /// break, or a body with a NUL byte on a command line.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, ExportFormat, Headers, import};
    ///
    /// let delivery = Delivery::new(Headers::from_iter([("X-Signature", "00")]), b"{ \"it's\": 1 }\n");
    /// for format in [ExportFormat::Http, ExportFormat::Curl, ExportFormat::Ndjson] {
    ///     let text = delivery.export(format).unwrap();
    ///     assert_eq!(import(&text, None).deliveries[0].body, delivery.body);
    /// }
    /// ```
    #[must_use]
    pub fn export(&self, format: ExportFormat) -> Option<Vec<u8>> {
        match format {
            ExportFormat::Ndjson => Some(self.to_ndjson().into_bytes()),
            _ if !self.is_http_representable() => None,
            ExportFormat::Http => self.to_http(),
            ExportFormat::Curl => self.to_curl().map(String::into_bytes),
        }
    }

    fn is_http_representable(&self) -> bool {
        self.headers.iter().all(|(name, value)| is_token(name) && !has_control(value))
    }

    fn to_http(&self) -> Option<Vec<u8>> {
        let url = self.url.unwrap_or("/");
        let (authority, target) = match url.split_once("://") {
            Some((_, rest)) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, url),
        };
        let target = target.split('#').next().unwrap_or_default();
        let slash = if target.starts_with('/') { "" } else { "/" };
        let is_graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let method = self.method.unwrap_or("POST");
        let is_method =
            (3..=20).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_method || !is_graphic(target) || !authority.is_none_or(is_graphic) {
            return None;
        }
        let mut out = format!("{method} {slash}{target} HTTP/1.1\r\n");
        if self.headers.get("host").is_none()
            && let Some(authority) = authority
        {
            let _ = write!(out, "Host: {authority}\r\n");
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| !is_framing_header(name)) {
            let _ = write!(out, "{name}: {value}\r\n");
        }
        let _ = write!(out, "Content-Length: {}\r\n\r\n", self.body.len());
        let mut out = out.into_bytes();
        out.extend_from_slice(self.body);
        Some(out)
    }

    fn to_curl(&self) -> Option<String> {
        let mut out = String::from("curl ");
        if let Some(method) = self.method.filter(|method| *method != "POST") {
            out.push_str("-X ");
            quote_into(&mut out, method.as_bytes())?;
            out.push(' ');
        }
        let url = self.url.unwrap_or("http://localhost/");
        if url.starts_with('-') {
            out.push_str("--url ");
        }
        quote_into(&mut out, url.as_bytes())?;
        for (name, value) in self.headers.iter().filter(|(name, _)| !is_framing_header(name)) {
            out.push_str(" \\\n  -H ");
            let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            quote_into(&mut out, line.as_bytes())?;
        }
        if self.headers.get("content-type").is_none() {
            // Without this, curl adds the Content-Type of a form.
            out.push_str(" \\\n  -H 'Content-Type:'");
        }
        out.push_str(" \\\n  --data-raw ");
        quote_into(&mut out, self.body)?;
        out.push('\n');
        Some(out)
    }

    fn to_ndjson(&self) -> String {
        let mut out = String::from("{");
        for (name, value) in [("method", self.method), ("url", self.url)] {
            if let Some(value) = value {
                let _ = write!(out, "\"{name}\":");
                escape_into(&mut out, value);
                out.push(',');
            }
        }
        out.push_str("\"headers\":[");
        for (index, (name, value)) in self.headers.iter().enumerate() {
            out.push_str(if index == 0 { "[" } else { ",[" });
            escape_into(&mut out, name);
            out.push(',');
            escape_into(&mut out, value);
            out.push(']');
        }
        match std::str::from_utf8(self.body) {
            // A body with U+FFFD is exported as base64: in a string, the import would warn of lost bytes.
            Ok(text) if !text.contains('\u{fffd}') => {
                out.push_str("],\"body\":");
                escape_into(&mut out, text);
            }
            _ => {
                let _ = write!(out, "],\"bodyBase64\":\"{}\"", Base64::encode_string(self.body));
            }
        }
        out.push_str("}\n");
        out
    }
}

/// Whether a header frames the body. The export writes a Content-Length of its own instead.
#[inline(never)]
fn is_framing_header(name: &str) -> bool {
    ["content-length", "transfer-encoding"].iter().any(|framing| eq_ignore_ascii_case(name, framing))
}

/// Appends bytes as one quoted shell word. Returns `None` for a NUL byte, which no shell word can hold.
fn quote_into(out: &mut String, bytes: &[u8]) -> Option<()> {
    if bytes.contains(&0) {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control() && c != '\n') => {
            out.push('\'');
            out.push_str(&text.replace('\'', "'\\''"));
            out.push('\'');
        }
        _ => {
            out.push_str("$'");
            for byte in bytes {
                match byte {
                    b'\\' | b'\'' => out.extend(['\\', char::from(*byte)]),
                    b' '..=b'~' => out.push(char::from(*byte)),
                    _ => {
                        let _ = write!(out, "\\x{byte:02x}");
                    }
                }
            }
            out.push('\'');
        }
    }
    Some(())
}
