//! Changes of a body that need no JSON: its ends, its line breaks, its encoding.

use self::InverseTransform::{Apply, Lossy, Percent, Wrap};
use super::brackets::{close_brackets, end_of_value};
use super::causes;
use super::definition::CauseDefinition;
use super::encodings::{self, SmallEncoding};
use super::printed;
use super::shared::{joined, replaced};
use crate::signature::Encoding;

/// How to reverse a change.
pub enum InverseTransform {
    /// Adds a prefix and a suffix.
    Wrap(&'static str, &'static str),
    /// Applies a function; `None` if it does not apply to this body.
    Apply(fn(&ReceivedBody<'_>) -> Option<Vec<u8>>),
    /// Encodes the body for a URL or a form, after a prefix; by index into [`encodings::PERCENT`].
    Percent(&'static str, usize),
    /// Writes `?` for each character that an encoding does not have, or for each of its UTF-16 units.
    Lossy(SmallEncoding, bool),
}

/// The received body, as far as bytes alone matter.
pub struct ReceivedBody<'b> {
    pub bytes: &'b [u8],
    /// The value of Content-Length, where it is a number.
    pub content_length: Option<usize>,
}

impl InverseTransform {
    /// Returns the body before the change; `None` if the change is impossible.
    pub fn apply(&self, body: &ReceivedBody<'_>) -> Option<Vec<u8>> {
        match self {
            Wrap(prefix, suffix) => Some(joined(&[prefix.as_bytes(), body.bytes, suffix.as_bytes()])),
            Apply(reverse) => reverse(body),
            Percent(prefix, index) => {
                Some(encodings::to_percent(prefix, body.bytes, *encodings::PERCENT.get(*index)?))
            }
            Lossy(encoding, has_units) => encodings::encode_lossy(body.bytes, *encoding, *has_units),
        }
    }
}

/// Transforms of bytes, without parsing JSON. The most frequent ones first.
pub static BYTE_TRANSFORMS: [(&CauseDefinition, InverseTransform); 64] = [
    (&causes::BODY_NEWLINE_DROPPED, Wrap("", "\n")),
    (
        &causes::BODY_NEWLINE_ADDED,
        Apply(|body| {
            body.bytes.strip_suffix(b"\n").map(|text| text.strip_suffix(b"\r").unwrap_or(text).to_vec())
        }),
    ),
    (&causes::BODY_CRLF_DROPPED, Wrap("", "\r\n")),
    (&causes::BODY_LF_TO_CRLF, Apply(|body| replaced(body.bytes, b"\r\n", b"\n"))),
    (
        &causes::BODY_CRLF_TO_LF,
        Apply(|body| {
            replaced(
                &replaced(body.bytes, b"\r\n", b"\n").unwrap_or_else(|| body.bytes.to_vec()),
                b"\n",
                b"\r\n",
            )
        }),
    ),
    (&causes::BODY_SPACE_ADDED, Apply(|body| Some(body.bytes.trim_ascii().to_vec()))),
    (&causes::BODY_BOM_DROPPED, Wrap("\u{feff}", "")),
    (
        &causes::BODY_BOM_ADDED,
        Apply(|body| body.bytes.strip_prefix("\u{feff}".as_bytes()).map(<[u8]>::to_vec)),
    ),
    (&causes::BODY_BASE64, Apply(|body| encodings::from_base64(body.bytes))),
    (
        &causes::BODY_LATIN1_DECODED,
        Apply(|body| {
            encodings::encode_single_byte(body.bytes, false)
                .filter(|bytes| std::str::from_utf8(bytes).is_ok())
        }),
    ),
    (
        &causes::BODY_WINDOWS_1252_DECODED,
        Apply(|body| {
            encodings::encode_single_byte(body.bytes, true).filter(|bytes| std::str::from_utf8(bytes).is_ok())
        }),
    ),
    (&causes::BODY_LATIN1_ENCODED, Apply(|body| encodings::decode_single_byte(body.bytes, false))),
    (&causes::BODY_WINDOWS_1252_ENCODED, Apply(|body| encodings::decode_single_byte(body.bytes, true))),
    (&causes::BODY_LATIN1_SIGNED, Apply(|body| encodings::encode_single_byte(body.bytes, false))),
    (&causes::BODY_QUESTION_MARKS_SIGNED, Lossy(SmallEncoding::Ascii, true)),
    (&causes::BODY_QUESTION_MARKS_SIGNED, Lossy(SmallEncoding::Ascii, false)),
    (&causes::BODY_QUESTION_MARKS_SIGNED, Lossy(SmallEncoding::Latin1, true)),
    (&causes::BODY_QUESTION_MARKS_SIGNED, Lossy(SmallEncoding::Latin1, false)),
    (&causes::BODY_QUESTION_MARKS_SIGNED, Lossy(SmallEncoding::Windows1252, true)),
    (&causes::BODY_PRINTED, Apply(|body| printed::from_number_list(body.bytes))),
    (&causes::BODY_PRINTED, Apply(|body| printed::from_python(body.bytes))),
    (&causes::BODY_PRINTED, Apply(|body| printed::from_hex(body.bytes))),
    (&causes::BODY_PRINTED, Apply(|body| printed::from_html(body.bytes))),
    (&causes::BODY_JSON_STRING, Apply(|body| encodings::from_json_string(body.bytes))),
    (&causes::BODY_JSON_UNWRAPPED, Apply(|body| encodings::to_json_string(body.bytes))),
    (&causes::BODY_FORM, Apply(|body| encodings::from_form(body.bytes))),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 0)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 1)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 2)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 3)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 4)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 5)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 7)),
    (&causes::BODY_FORM_EXTRACTED, Percent("payload=", 8)),
    (&causes::BODY_URL_ENCODED, Apply(|body| encodings::from_percent(body.bytes, false))),
    (&causes::BODY_URL_ENCODED, Apply(|body| encodings::from_percent(body.bytes, true))),
    (&causes::BODY_URL_DECODED, Percent("", 0)),
    (&causes::BODY_URL_DECODED, Percent("", 1)),
    (&causes::BODY_URL_DECODED, Percent("", 2)),
    (&causes::BODY_URL_DECODED, Percent("", 3)),
    (&causes::BODY_URL_DECODED, Percent("", 4)),
    (&causes::BODY_URL_DECODED, Percent("", 6)),
    (&causes::SIGNATURE_EMPTY_BODY, Apply(|_| Some(Vec::new()))),
    (&causes::BODY_BASE64_SIGNED, Apply(|body| Some(Encoding::Base64.encode(body.bytes).into_bytes()))),
    (&causes::BODY_BASE64_SIGNED, Apply(|body| Some(Encoding::Base64Url.encode(body.bytes).into_bytes()))),
    (&causes::BODY_TRAILING_DATA, Apply(|body| Some(body.bytes[..end_of_value(body.bytes)?].to_vec()))),
    (&causes::BODY_TRAILING_DATA, Apply(|body| body.bytes.get(..body.content_length?).map(<[u8]>::to_vec))),
    (&causes::BODY_TRUNCATED, Apply(|body| close_brackets(body.bytes, ""))),
    (&causes::BODY_TRUNCATED, Apply(|body| close_brackets(body.bytes, "\n"))),
    (&causes::BODY_TRUNCATED, Apply(|body| close_brackets(body.bytes, "\r\n"))),
    (&causes::BODY_SPACE_DROPPED, Wrap("", " ")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\n", "\n")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\n", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap(" ", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap(" ", " ")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "\n\n")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\r\n", "\r\n")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\r\n", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "\t")),
    (&causes::BODY_SPACE_DROPPED, Wrap("\t", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("  ", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "  ")),
    (&causes::BODY_SPACE_DROPPED, Wrap("    ", "")),
    (&causes::BODY_SPACE_DROPPED, Wrap("", "\r")),
];

/// The number of first entries of [`BYTE_TRANSFORMS`] that change only the start and the end of the body.
pub const WRAPS: usize = 8;
