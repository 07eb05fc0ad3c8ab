//! Forms (`application/x-www-form-urlencoded`) as JSON: read strictly, and written as one flat object of strings.

use std::borrow::Cow;

use super::locate::without_location;
use super::{quoted, sort_by};
use crate::issue::{ByteSpan, Code, Issue, Location, PendingIssue, Severity, Span};
use crate::text::split_once;

/// Maximum number of fields. The largest known forms, those of email providers, have about a hundred.
const MAX_FIELDS: usize = 1000;

/// A form that was read as JSON.
pub struct FormPayload {
    json: Vec<u8>,
    /// Whether the JSON is the decoded value of one field.
    is_in_field: bool,
    /// The offsets at which texts of the form begin in the JSON, in order, and their locations in the form.
    spans: Vec<(usize, ByteSpan)>,
    /// The fields sorted by their names: each name, and its value.
    sorted: Vec<u8>,
}

/// SECURITY: prints the length only. A form may contain personal data.
impl std::fmt::Debug for FormPayload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormPayload")
            .field("json", &format_args!("[{} bytes]", self.json.len()))
            .finish_non_exhaustive()
    }
}

/// A field with the locations of its name and value.
struct Field<'b> {
    name: Cow<'b, str>,
    value: Cow<'b, str>,
    name_span: ByteSpan,
    value_span: ByteSpan,
}

/// Why a text of a form cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormFault {
    /// An escape without two hex digits.
    Escape,
    /// Bytes that are not UTF-8.
    Encoding,
}

impl FormPayload {
    /// Reads a form. A name that occurs several times is an error, unless it is one of `lists`, whose values are arrays. With
    /// `field`, the payload is the JSON text in that field.
    #[cold]
    pub(crate) fn read(body: &[u8], field: Option<&str>, lists: &[String]) -> Result<Self, Box<Issue>> {
        let fields = fields(body)?;
        let sorted = sorted(&fields);
        let found = match field {
            None => None,
            Some(name) => Some(fields.iter().find(|field| field.name == name).ok_or_else(|| {
                let message = format!("Missing field {}, which contains the payload.", quoted(name));
                let whole = ByteSpan { start: 0, end: body.len() };
                fault(Code::FORM_FIELD_MISSING, whole, &message)
                    .with_hint("Check that the delivery is from this provider.")
            })?),
        };
        let is_list = |name: &str| lists.iter().any(|list| list == name);
        if let Some(field) = second_of_a_name(&fields, &is_list) {
            let message = "Duplicate field. Parsers of forms disagree on which value wins, so the delivery is ambiguous.";
            return Err(fault(Code::FORM_DUPLICATE_KEY, field.name_span, message).with_hint(
                "If the provider sends several values, name the field in `lists` of the definition.",
            ));
        }
        if let Some(found) = found {
            return Ok(Self {
                json: found.value.as_bytes().to_vec(),
                is_in_field: true,
                spans: vec![(0, found.value_span)],
                sorted,
            });
        }
        let mut payload = Self {
            json: b"{".to_vec(),
            is_in_field: false,
            spans: vec![(0, ByteSpan { start: 0, end: body.len() })],
            sorted,
        };
        for (index, field) in fields.iter().enumerate() {
            let is_list = is_list(&field.name);
            if is_list && fields[..index].iter().any(|other| other.name == field.name) {
                continue;
            }
            if payload.json.len() > 1 {
                payload.json.push(b',');
            }
            payload.push(&field.name, field.name_span);
            payload.json.push(b':');
            if !is_list {
                payload.push(&field.value, field.value_span);
                continue;
            }
            payload.json.push(b'[');
            for (index, field) in fields.iter().filter(|other| other.name == field.name).enumerate() {
                if index > 0 {
                    payload.json.push(b',');
                }
                payload.push(&field.value, field.value_span);
            }
            payload.json.push(b']');
        }
        payload.json.push(b'}');
        Ok(payload)
    }

    /// The payload of a delivery without a body: an object without members.
    #[cold]
    pub(crate) fn absent() -> Self {
        Self {
            json: b"{}".to_vec(),
            is_in_field: false,
            spans: vec![(0, ByteSpan::default())],
            sorted: Vec::new(),
        }
    }

    /// Returns the payload as JSON.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// Returns the fields as some providers sign them: sorted by their names, each name followed by its value.
    pub(crate) fn sorted(&self) -> &[u8] {
        &self.sorted
    }

    fn push(&mut self, text: &str, span: ByteSpan) {
        self.spans.push((self.json.len(), span));
        self.json.extend_from_slice(quoted(text).as_bytes());
    }

    /// Returns what locates a part of the JSON in the form: JSON in a field to the byte, and a field as a whole.
    pub(crate) fn locator(&self, body: &[u8]) -> impl Fn(ByteSpan) -> ByteSpan {
        // Where each byte of the JSON in a field starts in the form, and where the last one ends.
        let mut starts = Vec::new();
        if let Some((_, field)) = self.spans.first().filter(|_| self.is_in_field) {
            let mut start = field.start;
            while start < field.end {
                starts.push(start);
                start += if body.get(start) == Some(&b'%') { 3 } else { 1 };
            }
            starts.push(field.end);
        }
        move |json| {
            if let (Some(&start), Some(&end)) = (starts.get(json.start), starts.get(json.end)) {
                return ByteSpan { start, end };
            }
            let count = self.spans.partition_point(|(start, _)| *start <= json.start);
            self.spans.get(count.saturating_sub(1)).map_or(json, |(_, span)| *span)
        }
    }

    /// Moves the spans of issues from the JSON to the form.
    pub(crate) fn relocate(&self, body: &[u8], issues: &mut [Issue]) {
        // PERF: most deliveries have no issues.
        if issues.is_empty() {
            return;
        }
        let locate = self.locator(body);
        for issue in issues.iter_mut().filter(|issue| issue.byte_span != ByteSpan::default()) {
            set_span(issue, locate(issue.byte_span));
        }
    }
}

/// A form has one line of ASCII, so that the offsets in bytes and in UTF-16 are equal.
fn set_span(issue: &mut Issue, span: ByteSpan) {
    let column = span.start + 1;
    issue.byte_span = span;
    issue.span = Span { start: span.start, end: span.end, line: 1, column };
}

/// An issue of a form.
struct Fault(Issue);

impl Fault {
    #[allow(clippy::unnecessary_box_returns, reason = "the error of every parser is boxed")]
    fn with_hint(mut self, hint: &str) -> Box<Issue> {
        self.0.hint = Some(hint.to_owned());
        Box::new(self.0)
    }
}

#[cold]
fn fault(code: Code, span: ByteSpan, message: &str) -> Fault {
    let pending = PendingIssue::new(code, Severity::Error, Location::Request, message);
    let mut issue = without_location(pending);
    set_span(&mut issue, span);
    Fault(issue)
}

/// Splits a form into its fields. Empty fields, as in `a=1&&b=2`, are none.
fn fields(body: &[u8]) -> Result<Vec<Field<'_>>, Box<Issue>> {
    if let Some(start) = body.iter().position(|byte| !byte.is_ascii_graphic()) {
        let code = if body[start].is_ascii() { Code::FORM_SYNTAX } else { Code::FORM_ENCODING };
        let message = "Unescaped character: forms contain printable ASCII only.";
        return Err(fault(code, ByteSpan { start, end: start + 1 }, message).with_hint(
            "Pass the raw body, with every escape such as %20, and without a line break at its end.",
        ));
    }
    let text = std::str::from_utf8(body).unwrap_or_default();
    let mut fields = Vec::new();
    let mut start = 0;
    for pair in text.split('&') {
        let span = ByteSpan { start, end: start + pair.len() };
        start = span.end + 1;
        if pair.is_empty() {
            continue;
        }
        let Some((name, value)) = split_once(pair, '=') else {
            return Err(fault(Code::FORM_SYNTAX, span, "Expected name=value.")
                .with_hint("The body is no form. Compare it with its Content-Type."));
        };
        if fields.len() == MAX_FIELDS {
            let message = format!("The form has more than {MAX_FIELDS} fields.");
            return Err(
                fault(Code::FORM_SYNTAX, span, &message).with_hint("No known provider sends so many.")
            );
        }
        let middle = span.start + name.len();
        let name_span = ByteSpan { start: span.start, end: middle };
        let value_span = ByteSpan { start: middle + 1, end: span.end };
        fields.push(Field {
            name: decoded(name, name_span)?,
            value: decoded(value, value_span)?,
            name_span,
            value_span,
        });
    }
    Ok(fields)
}

/// Joins names and values, sorted by the names. Fields of one name keep their order.
fn sorted(fields: &[Field<'_>]) -> Vec<u8> {
    let mut sorted: Vec<&Field<'_>> = fields.iter().collect();
    sort_by(&mut sorted, |a, b| a.name.cmp(&b.name).then(a.name_span.start.cmp(&b.name_span.start)));
    let texts = sorted.into_iter().flat_map(|field| [field.name.as_bytes(), field.value.as_bytes()]);
    texts.flatten().copied().collect()
}

/// Returns the first field whose name an earlier field has.
fn second_of_a_name<'f, 'b>(
    fields: &'f [Field<'b>],
    is_list: &dyn Fn(&str) -> bool,
) -> Option<&'f Field<'b>> {
    let mut sorted: Vec<&Field<'_>> = fields.iter().filter(|field| !is_list(&field.name)).collect();
    sort_by(&mut sorted, |a, b| a.name.cmp(&b.name).then(a.name_span.start.cmp(&b.name_span.start)));
    let repeated = sorted.windows(2).filter(|pair| pair[0].name == pair[1].name).map(|pair| pair[1]);
    repeated.min_by_key(|field| field.name_span.start)
}

fn decoded(text: &str, span: ByteSpan) -> Result<Cow<'_, str>, Box<Issue>> {
    decode_form_text(text).map_err(|kind| match kind {
        FormFault::Escape => fault(Code::FORM_SYNTAX, span, "Expected two hex digits after %.")
            .with_hint("Pass the raw body as it was received."),
        FormFault::Encoding => fault(Code::FORM_ENCODING, span, "The field is not UTF-8.")
            .with_hint("Let the sender encode the text as UTF-8 before it escapes the bytes."),
    })
}

/// Decodes a name or a value of a form or a query (WHATWG URL, application/x-www-form-urlencoded parsing), strictly.
#[inline(never)]
pub(crate) fn decode_form_text(text: &str) -> Result<Cow<'_, str>, FormFault> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Ok(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    // The two digits of an escape: those that are still to come, and the value so far.
    let (mut digits, mut value) = (0_u8, 0_u8);
    for byte in text.bytes() {
        if digits > 0 {
            let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            value = value << 4 | digit.ok_or(FormFault::Escape)?;
            digits -= 1;
            if digits == 0 {
                bytes.push(value);
            }
        } else if byte == b'%' {
            digits = 2;
        } else {
            bytes.push(if byte == b'+' { b' ' } else { byte });
        }
    }
    if digits > 0 {
        return Err(FormFault::Escape);
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| FormFault::Encoding)
}

/// Encodes a name or a value of a form (WHATWG URL, application/x-www-form-urlencoded serializing).
#[inline(never)]
pub(crate) fn encode_form_text(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
                out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, field: Option<&str>, lists: &[&str]) -> Result<String, (Code, ByteSpan)> {
        let lists: Vec<String> = lists.iter().map(|list| (*list).to_owned()).collect();
        FormPayload::read(body.as_bytes(), field, &lists)
            .map(|payload| String::from_utf8(payload.json).expect("UTF-8"))
            .map_err(|issue| (issue.code, issue.byte_span))
    }

    #[test]
    fn reads_a_flat_object_of_strings() {
        for (body, json) in [
            ("", "{}"),
            ("a=1", r#"{"a":"1"}"#),
            ("a=1&b=2", r#"{"a":"1","b":"2"}"#),
            ("a=&&b=x%3Dy+z&", r#"{"a":"","b":"x=y z"}"#),
            ("a=b=c", r#"{"a":"b=c"}"#),
            ("a%5Bb%5D=%22%0A", r#"{"a[b]":"\"\n"}"#),
            ("a=%C3%A9&A=1", r#"{"a":"é","A":"1"}"#),
            ("=1", r#"{"":"1"}"#),
        ] {
            assert_eq!(read(body, None, &[]).as_deref(), Ok(json), "{body}");
        }
        assert_eq!(read("t=1&a=x&t=2", None, &["t"]).as_deref(), Ok(r#"{"t":["1","2"],"a":"x"}"#));
        assert_eq!(read("t=1", None, &["t"]).as_deref(), Ok(r#"{"t":["1"]}"#));
    }

    #[test]
    fn reads_json_in_a_field() {
        assert_eq!(read("a=1&payload=%7B%22b%22%3A1%7D", Some("payload"), &[]).as_deref(), Ok(r#"{"b":1}"#));
        assert_eq!(
            read("a=1", Some("payload"), &[]),
            Err((Code::FORM_FIELD_MISSING, ByteSpan { start: 0, end: 3 }))
        );
    }

    #[test]
    fn parts_of_json_in_a_field_are_located_to_the_byte() {
        let body = "a=1&payload=%7B%22b%22%3A+%22%C3%A9%22%7D";
        let payload = FormPayload::read(body.as_bytes(), Some("payload"), &[]).unwrap();
        let locate = payload.locator(body.as_bytes());
        for (part, at) in [("\"b\"", "%22b%22"), ("\"é\"", "%22%C3%A9%22"), ("}", "%7D")] {
            let json = std::str::from_utf8(&payload.json).unwrap();
            let (start, place) = (json.find(part).unwrap(), body.find(at).unwrap());
            assert_eq!(
                locate(ByteSpan { start, end: start + part.len() }),
                ByteSpan { start: place, end: place + at.len() },
                "{part}"
            );
        }
        // What is not in the JSON is located at the field.
        assert_eq!(locate(ByteSpan { start: 99, end: 100 }), ByteSpan { start: 12, end: body.len() });
    }

    #[test]
    fn refuses_what_parsers_read_differently() {
        for (body, code, start, end) in [
            ("a=1&a=2", Code::FORM_DUPLICATE_KEY, 4, 5),
            ("a=1&%61=1", Code::FORM_DUPLICATE_KEY, 4, 7),
            ("b=1&a=1&b=1&a=1", Code::FORM_DUPLICATE_KEY, 8, 9),
            ("a=1&b", Code::FORM_SYNTAX, 4, 5),
            ("{\"a\":1}", Code::FORM_SYNTAX, 0, 7),
            ("a=%4", Code::FORM_SYNTAX, 2, 4),
            ("a=%4g", Code::FORM_SYNTAX, 2, 5),
            ("a=%", Code::FORM_SYNTAX, 2, 3),
            ("a=1\n", Code::FORM_SYNTAX, 3, 4),
            ("a=b c", Code::FORM_SYNTAX, 3, 4),
            ("a=é", Code::FORM_ENCODING, 2, 3),
            ("a=%FF", Code::FORM_ENCODING, 2, 5),
            ("a=%ED%A0%80", Code::FORM_ENCODING, 2, 11),
        ] {
            assert_eq!(read(body, None, &[]), Err((code, ByteSpan { start, end })), "{body}");
        }
    }

    #[test]
    fn encodes_what_it_decodes() {
        for (text, encoded) in [("", ""), ("a b", "a+b"), ("*-._~", "*-._%7E"), ("+é=&", "%2B%C3%A9%3D%26")]
        {
            assert_eq!(encode_form_text(text), encoded);
            assert_eq!(decode_form_text(encoded).as_deref(), Ok(text));
        }
    }

    #[test]
    fn limits_the_number_of_fields() {
        let form = |count: usize| (0..count).map(|n| format!("f{n}=1")).collect::<Vec<_>>().join("&");
        assert!(read(&form(MAX_FIELDS), None, &[]).is_ok());
        assert_eq!(read(&form(MAX_FIELDS + 1), None, &[]).unwrap_err().0, Code::FORM_SYNTAX);
    }
}
