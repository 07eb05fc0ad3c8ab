//! Sources of texts in any part of a request: `/pointer`, `header:Name`, `query:name` and `form:name`. And values that are
//! computed from a request, as a part of signed content: `body:sha256:hex`.

use std::borrow::Cow;
use std::fmt;

use crate::blob::blob;
use crate::delivery::Delivery;
use crate::json::{Kind, Pointer, Value, decode_form_text};
use crate::signature::{ContentDigest, HEADER_VALUES, Scheme, SignedHeaders};
use crate::text::split_once;

/// A source of a text in a request.
#[derive(Debug)]
pub(crate) enum RequestSource {
    /// A header by its name.
    Header(String),
    /// A JSON Pointer into the body.
    Pointer(Pointer),
    /// A parameter of the query of the URL.
    Query(String),
    /// A field of a body that is a form.
    Form(String),
    /// A digest, in signed content only.
    Digest(ContentDigest),
    /// A parameter of the query with its ASCII letters in lower case, in signed content only.
    LowerQuery(String),
    /// The headers that a delivery lists as signed, in signed content only.
    SignedHeaders(Box<ListedHeaders>),
}

/// How a delivery lists its signed headers, and which part of the signed content they are.
#[derive(Debug)]
pub(crate) struct ListedHeaders {
    name: String,
    headers: SignedHeaders,
    /// The header with the list, and the text before the list.
    header: String,
    label: String,
}

blob!(struct ListedHeaders { name, headers, header, label });

blob!(enum RequestSource { 0 => Header(name), 1 => Pointer(pointer), 2 => Query(name), 3 => Form(name),
    4 => Digest(digest), 5 => LowerQuery(name), 6 => SignedHeaders(listed) });

/// A request with its body parsed, if the body is JSON.
pub(crate) struct RequestParts<'d> {
    pub delivery: &'d Delivery<'d>,
    /// The value that pointers count from: the body, or an element of a list.
    pub root: Option<Value<'d>>,
}

/// What a request has at a source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'d> {
    /// Nothing. A JSON null is nothing, too.
    Absent,
    /// A text, a number, `true` or `false`.
    Text(Cow<'d, str>),
    /// Something else: an object, an array, a value that cannot be decoded, or several values that differ. SECURITY: receivers
    /// disagree on which of several values counts, so none of them does.
    Unusable,
}

impl<'d> Found<'d> {
    /// Adds another value of the same name.
    fn and(self, other: Found<'d>) -> Found<'d> {
        match (self, other) {
            (Found::Absent, other) => other,
            (Found::Text(first), Found::Text(second)) if first == second => Found::Text(first),
            _ => Found::Unusable,
        }
    }
}

impl RequestSource {
    /// Parses a source of a definition.
    pub fn parse(text: &str) -> Option<Self> {
        match split_once(text, ':') {
            _ if text.starts_with('/') => Some(Self::Pointer(text.into())),
            Some(("header", name)) => Some(Self::Header(name.to_owned())),
            Some(("query", name)) => Some(Self::Query(name.to_owned())),
            Some(("form", name)) => Some(Self::Form(name.to_owned())),
            _ => None,
        }
    }

    /// Parses a part of the signed content of a scheme.
    pub fn parse_signed(text: &str, scheme: Option<&Scheme>) -> Option<Self> {
        if text.starts_with("headers:") {
            let (header, label) = scheme?.names_item();
            return Some(Self::SignedHeaders(Box::new(ListedHeaders {
                name: text.to_owned(),
                headers: scheme?.signed_headers()?.clone(),
                header: header.to_owned(),
                label: label.to_owned(),
            })));
        }
        if let Some(name) = text.strip_prefix("lower:query:") {
            return Some(Self::LowerQuery(name.to_owned()));
        }
        Self::parse(text).or_else(|| ContentDigest::parse(text).map(Self::Digest))
    }

    /// Whether finding the text needs the URL.
    pub fn needs_url(&self) -> bool {
        match self {
            Self::Query(_) | Self::LowerQuery(_) => true,
            Self::Digest(digest) => digest.is_of_url(),
            Self::Header(_) | Self::Pointer(_) | Self::Form(_) | Self::SignedHeaders(_) => false,
        }
    }

    /// Whether the source is in the body.
    pub fn is_in_body(&self) -> bool {
        matches!(self, Self::Pointer(_) | Self::Form(_))
    }

    /// Finds the text in a request.
    #[inline(never)]
    pub fn find<'d>(&self, request: &RequestParts<'d>) -> Found<'d> {
        let delivery = request.delivery;
        match self {
            Self::Header(name) => delivery
                .headers
                .iter()
                .filter(|(header, value)| header.eq_ignore_ascii_case(name) && !value.is_empty())
                .fold(Found::Absent, |found, (_, value)| found.and(Found::Text(value.into()))),
            Self::Pointer(pointer) => {
                request.root.and_then(|root| root.resolve(pointer)).map_or(Found::Absent, text_of)
            }
            Self::LowerQuery(name) => match Self::Query(name.clone()).find(request) {
                Found::Text(text) => Found::Text(text.to_ascii_lowercase().into()),
                other => other,
            },
            Self::Query(name) => {
                let url = delivery.url.unwrap_or_default();
                let url = split_once(url, '#').map_or(url, |(url, _)| url);
                split_once(url, '?').map_or(Found::Absent, |(_, query)| find_parameter(query, name))
            }
            Self::Form(name) => form(delivery).map_or(Found::Absent, |form| find_parameter(form, name)),
            Self::SignedHeaders(listed) => {
                let ListedHeaders { name, headers, header, label } = &**listed;
                match headers.find(&delivery.headers, (header, label)) {
                    Ok(Some((_, values))) if name == HEADER_VALUES => Found::Text(values.into()),
                    Ok(Some((names, _))) => Found::Text(names.into()),
                    Ok(None) => Found::Absent,
                    Err(_) => Found::Unusable,
                }
            }
            Self::Digest(digest) => digest
                .text(delivery.body, delivery.url)
                .map_or(Found::Absent, |text| Found::Text(text.into())),
        }
    }
}

/// Longer forms are not read: a handshake is a few fields.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// The body, if its Content-Type is that of a form.
fn form<'d>(delivery: &'d Delivery<'d>) -> Option<&'d str> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let media_type = delivery.headers.get("content-type")?;
    let essence = split_once(media_type, ';').map_or(media_type, |(essence, _)| essence).trim();
    if delivery.body.len() > MAX_FORM_BYTES || !essence.eq_ignore_ascii_case(FORM) {
        return None;
    }
    std::str::from_utf8(delivery.body).ok()
}

fn text_of(value: Value<'_>) -> Found<'_> {
    match value.kind() {
        Kind::Null => Found::Absent,
        Kind::Object | Kind::Array => Found::Unusable,
        _ => match value.as_str() {
            Some(text) => Found::Text(text),
            None => std::str::from_utf8(value.raw_bytes())
                .map_or(Found::Unusable, |text| Found::Text(text.into())),
        },
    }
}

/// Finds a parameter of a query or a form (WHATWG URL, application/x-www-form-urlencoded parsing).
fn find_parameter<'d>(text: &'d str, name: &str) -> Found<'d> {
    let mut found = Found::Absent;
    for pair in text.split('&') {
        let (key, value) = split_once(pair, '=').unwrap_or((pair, ""));
        if decode_form_text(key).as_deref() == Ok(name) {
            found = found.and(decode_form_text(value).map_or(Found::Unusable, Found::Text));
        }
    }
    found
}

/// The source as definitions write it.
impl fmt::Display for RequestSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let computed;
        let (kind, name) = match self {
            Self::Header(name) => ("header:", name.as_str()),
            Self::Pointer(pointer) => ("", &**pointer),
            Self::Query(name) => ("query:", name.as_str()),
            Self::LowerQuery(name) => ("lower:query:", name.as_str()),
            Self::Form(name) => ("form:", name.as_str()),
            Self::SignedHeaders(listed) => ("", listed.name.as_str()),
            Self::Digest(digest) => {
                computed = digest.name();
                ("", computed.as_str())
            }
        };
        f.write_str(kind)?;
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Headers;
    use crate::json::Document;

    fn found<'d>(delivery: &'d Delivery<'d>, document: Option<&'d Document<'d>>, source: &str) -> Found<'d> {
        RequestSource::parse(source)
            .expect("a source")
            .find(&RequestParts { delivery, root: document.map(Document::root) })
    }

    fn text(text: &str) -> Found<'_> {
        Found::Text(text.into())
    }

    #[test]
    fn finds_parameters_decoded_and_refuses_those_that_differ() {
        let query = |url: &str, name: &str| {
            let delivery = Delivery::new(Headers::default(), b"").with_url(url);
            match RequestSource::Query(name.to_owned())
                .find(&RequestParts { delivery: &delivery, root: None })
            {
                Found::Text(text) => Some(text.into_owned()),
                Found::Unusable => Some("unusable".to_owned()),
                Found::Absent => None,
            }
        };
        for (url, value) in [
            ("https://h/?a=1", Some("1")),
            ("/?b=2&a=1", Some("1")),
            ("/?a", Some("")),
            ("/?a=", Some("")),
            ("/?a=x%20y+z", Some("x y z")),
            ("/?%61=1", Some("1")),
            ("/?a=%C3%A9", Some("é")),
            ("/?a=1#&a=2", Some("1")),
            ("/?a=1?b", Some("1?b")),
            ("/?a=1&a=1", Some("1")),
            ("/?a=1&a=2", Some("unusable")),
            ("/?a=1&%61=2", Some("unusable")),
            ("/?a=2&a=1&a=1", Some("unusable")),
            ("/?a=%", Some("unusable")),
            ("/?a=%4", Some("unusable")),
            ("/?a=%4g", Some("unusable")),
            ("/?a=%+1", Some("unusable")),
            ("/?a=%FF", Some("unusable")),
            ("/?A=1", None),
            ("/a=1", None),
            ("/#?a=1", None),
            ("", None),
        ] {
            assert_eq!(query(url, "a").as_deref(), value, "{url}");
        }
    }

    #[test]
    fn finds_fields_of_forms_only() {
        for (content_type, expected) in [
            ("application/x-www-form-urlencoded", text("1")),
            ("Application/X-WWW-Form-Urlencoded; charset=utf-8", text("1")),
            ("application/json", Found::Absent),
            ("text/plain", Found::Absent),
        ] {
            let delivery =
                Delivery::new(Headers::from_iter([("Content-Type", content_type)]), b"ssl_check=1&token=x");
            assert_eq!(found(&delivery, None, "form:ssl_check"), expected, "{content_type}");
        }
        let long = [b"a=1&".as_slice(), &vec![b'x'; MAX_FORM_BYTES]].concat();
        let headers = || Headers::from_iter([("content-type", "application/x-www-form-urlencoded")]);
        assert_eq!(found(&Delivery::new(headers(), &long), None, "form:a"), Found::Absent);
        assert_eq!(found(&Delivery::new(headers(), b"a=\xff"), None, "form:a"), Found::Absent);
        assert_eq!(found(&Delivery::new(Headers::new(), b"a=1"), None, "form:a"), Found::Absent);
    }

    #[test]
    fn finds_headers_and_values_of_the_body() {
        let headers = Headers::from_iter([("X-One", "a"), ("x-two", "a"), ("X-Two", "b"), ("x-none", "")]);
        let body = br#"{"s":"t","n":1.50,"b":true,"z":null,"o":{},"l":["x"]}"#;
        let document = Document::parse(body).expect("JSON");
        let delivery = Delivery::new(headers, body);
        for (source, expected) in [
            ("header:x-one", text("a")),
            ("header:X-Two", Found::Unusable),
            ("header:X-None", Found::Absent),
            ("header:X-Other", Found::Absent),
            ("/s", text("t")),
            ("/n", text("1.50")),
            ("/b", text("true")),
            ("/z", Found::Absent),
            ("/o", Found::Unusable),
            ("/l", Found::Unusable),
            ("/l/0", text("x")),
            ("/x", Found::Absent),
        ] {
            assert_eq!(found(&delivery, Some(&document), source), expected, "{source}");
            assert_eq!(RequestSource::parse(source).expect("a source").to_string(), source);
        }
        assert_eq!(found(&delivery, None, "/s"), Found::Absent);
        for text in ["", "s", "setting:x", "body", "claim:/x"] {
            assert!(RequestSource::parse(text).is_none(), "{text}");
        }
    }
}
