//! Deliveries as text: what is printed here is imported again as the same headers and the same bytes.

use std::fmt::Write as _;

use base64ct::{Base64, Encoding as _};

use super::{Delivery, has_control, is_token};
use crate::json::escape_into;
use crate::text::eq_ignore_ascii_case;

/// A form to print a delivery in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// An HTTP/1.1 request, with the Content-Length of its body.
    Http,
    /// A curl command for bash and zsh.
    Curl,
    /// A line of NDJSON.
    Record,
}

impl Print {
    /// The form with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Print> {
        match name {
            "http" => Some(Self::Http),
            "curl" => Some(Self::Curl),
            "record" | "ndjson" => Some(Self::Record),
            _ => None,
        }
    }
}

impl Delivery<'_> {
    /// The delivery as text in this form. Nothing where the form cannot hold it: a header that would become
    /// two, a body with a NUL byte on a command line.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers, Print, import};
    ///
    /// let delivery = Delivery::new(Headers::from_iter([("X-Signature", "00")]), b"{ \"it's\": 1 }\n");
    /// for form in [Print::Http, Print::Curl, Print::Record] {
    ///     let text = delivery.print(form).unwrap();
    ///     assert_eq!(import(&text, None).deliveries[0].body, delivery.body);
    /// }
    /// ```
    #[must_use]
    pub fn print(&self, form: Print) -> Option<Vec<u8>> {
        match form {
            Print::Record => Some(self.record().into_bytes()),
            _ if !self.fits_http() => None,
            Print::Http => self.http(),
            Print::Curl => self.curl().map(String::into_bytes),
        }
    }

    fn fits_http(&self) -> bool {
        self.headers.iter().all(|(name, value)| is_token(name) && !has_control(value))
    }

    fn http(&self) -> Option<Vec<u8>> {
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
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let method = self.method.unwrap_or("POST");
        let known = (3..=20).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase());
        if !known || !plain(target) || !authority.is_none_or(plain) {
            return None;
        }
        let mut out = format!("{method} {slash}{target} HTTP/1.1\r\n");
        if self.headers.get("host").is_none()
            && let Some(authority) = authority
        {
            let _ = write!(out, "Host: {authority}\r\n");
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| !frames(name)) {
            let _ = write!(out, "{name}: {value}\r\n");
        }
        let _ = write!(out, "Content-Length: {}\r\n\r\n", self.body.len());
        let mut out = out.into_bytes();
        out.extend_from_slice(self.body);
        Some(out)
    }

    fn curl(&self) -> Option<String> {
        let mut out = String::from("curl ");
        if let Some(method) = self.method.filter(|method| *method != "POST") {
            out.push_str("-X ");
            quote(&mut out, method.as_bytes())?;
            out.push(' ');
        }
        let url = self.url.unwrap_or("http://localhost/");
        if url.starts_with('-') {
            out.push_str("--url ");
        }
        quote(&mut out, url.as_bytes())?;
        for (name, value) in self.headers.iter().filter(|(name, _)| !frames(name)) {
            out.push_str(" \\\n  -H ");
            let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            quote(&mut out, line.as_bytes())?;
        }
        if self.headers.get("content-type").is_none() {
            // curl would say that this is a form.
            out.push_str(" \\\n  -H 'Content-Type:'");
        }
        out.push_str(" \\\n  --data-raw ");
        quote(&mut out, self.body)?;
        out.push('\n');
        Some(out)
    }

    fn record(&self) -> String {
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
            // Where the mark of lost bytes stands, it has to be told that none were.
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

/// Whether a header says how the body is framed, which printing decides anew.
#[inline(never)]
fn frames(name: &str) -> bool {
    ["content-length", "transfer-encoding"].iter().any(|other| eq_ignore_ascii_case(name, other))
}

/// Appends bytes as one word of a shell. A NUL byte ends a word: there is no way to quote it.
fn quote(out: &mut String, bytes: &[u8]) -> Option<()> {
    if bytes.contains(&0) {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|it| it.is_control() && it != '\n') => {
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
