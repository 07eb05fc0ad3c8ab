//! The word every floor shares: an issue, its code, its severity and its place.

use std::fmt;

use serde::Serialize;

/// How bad an issue is. Only an [`Error`](Severity::Error) makes a delivery rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The delivery is rejected.
    Error,
    /// The delivery is accepted, and somebody should look.
    Warning,
    /// Worth knowing, and harmless.
    Info,
}

/// How much a contract tolerates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// What a receiver in production wants: known deviations of real senders are warnings.
    #[default]
    Lenient,
    /// What a sender's own tests want: every documented rule is an error.
    Strict,
}

/// A stable, kebab-case name for one kind of issue, the same in Rust, TypeScript and the docs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(&'static str);

impl Code {
    /// The code as it is written in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! codes {
    ($($name:ident = $text:literal, $status:literal, $doc:literal;)*) => {
        impl Code {
            $(#[doc = $doc] pub const $name: Code = Code($text);)*

            /// Every code, in the order of the documentation, with the HTTP status a receiver
            /// answers when it is the reason for a rejection, and its meaning.
            pub const ALL: &'static [(Code, u16, &'static str)] =
                &[$((Code::$name, $status, $doc)),*];

            /// The same without the meanings, which need not travel to every user.
            const STATUS: &'static [(Code, u16)] = &[$((Code::$name, $status)),*];
        }
    };
}

codes! {
    SECRET_MISSING = "secret-missing", 500, "No secret was given, or an empty one, where one is needed.";
    SECRET_INVALID = "secret-invalid", 500, "A secret does not have the form its provider gives it.";
    SECRET_SHORT = "secret-short", 500, "A secret is so short that it can be found by trying.";
    DEFINITION_INVALID = "definition-invalid", 500, "A provider definition cannot be used as it stands.";
    OPTION_INVALID = "option-invalid", 500, "An option has a value that means nothing.";
    SIGNATURE_MISSING = "signature-missing", 401, "The signature header is absent.";
    SIGNATURE_MALFORMED = "signature-malformed", 401, "The signature header does not have the provider's form.";
    SIGNATURE_MISMATCH = "signature-mismatch", 401, "The signature was not made over these bytes with any of the secrets.";
    ALGORITHM_UNSUPPORTED = "algorithm-unsupported", 401, "The signature names an algorithm that this webhook does not accept.";
    ALGORITHM_MISMATCH = "algorithm-mismatch", 401, "The algorithm named and the length of the digest disagree.";
    TIMESTAMP_MISSING = "timestamp-missing", 401, "The signed content needs a timestamp and the delivery has none.";
    TIMESTAMP_MALFORMED = "timestamp-malformed", 401, "The timestamp is not a whole number of seconds or milliseconds.";
    TIMESTAMP_TOO_OLD = "timestamp-too-old", 401, "The timestamp lies further in the past than the tolerance.";
    TIMESTAMP_TOO_NEW = "timestamp-too-new", 401, "The timestamp lies further in the future than the tolerance.";
    HEADER_MISSING = "header-missing", 401, "A header that is part of the signed content is absent.";
    URL_MISSING = "url-missing", 500, "The signed content needs the URL and the receiver did not give it.";
    METHOD_MISSING = "method-missing", 500, "The signed content needs the method and the receiver did not give it.";
    BODY_NOT_RAW = "body-not-raw", 500, "The body is not the raw bytes that arrived.";
    BODY_EMPTY = "body-empty", 400, "The body has no bytes.";
    BODY_TOO_LARGE = "body-too-large", 413, "The body is larger than the limit.";
    JSON_SYNTAX = "json-syntax", 400, "The body is not JSON.";
    JSON_ENCODING = "json-encoding", 400, "The body is not UTF-8, or starts with a byte order mark.";
    JSON_DUPLICATE_KEY = "json-duplicate-key", 400, "An object has the same key twice, and readers disagree on which counts.";
    JSON_TOO_DEEP = "json-too-deep", 400, "Arrays and objects are nested deeper than the limit.";
    JSON_LONE_SURROGATE = "json-lone-surrogate", 400, "A string escapes half of a surrogate pair, which no UTF-8 text can hold.";
    NUMBER_PRECISION = "number-precision", 400, "JavaScript cannot hold this number exactly.";
    ENVELOPE_INVALID = "envelope-invalid", 400, "The envelope is not the provider's.";
    EVENT_UNKNOWN = "event-unknown", 400, "The event type is not one the provider documents.";
    EVENT_INVALID = "event-invalid", 400, "The payload breaks the contract of its event.";
    CONTENT_TYPE = "content-type", 415, "The Content-Type is not one of JSON in UTF-8, or not the one the provider sends.";
    DUPLICATE = "duplicate", 200, "This delivery was handled before.";
    RETRY_CHANGED = "retry-changed", 409, "A retry carries another payload than the first attempt.";
    REQUIRED = "required", 400, "A key that the contract asks for is missing.";
    TYPE = "type", 400, "A value has another JSON type than the contract says.";
    ENUM = "enum", 400, "A value is none of those the contract lists.";
    CONST = "const", 400, "A value is not the one the contract fixes.";
    FORMAT = "format", 400, "A string does not have the form its contract names.";
    PATTERN = "pattern", 400, "A string does not match the contract's pattern.";
    MINIMUM = "minimum", 400, "A number is too small.";
    MAXIMUM = "maximum", 400, "A number is too large.";
    MULTIPLE = "multiple", 400, "A number is not a multiple of the contract's step.";
    LENGTH = "length", 400, "A string is too short or too long.";
    ITEMS = "items", 400, "An array has too few, too many or unwanted items.";
    UNIQUE = "unique", 400, "An array has the same item twice.";
    PROPERTIES = "properties", 400, "An object has too few or too many properties.";
    PROPERTY_NAME = "property-name", 400, "A key does not have the form the contract asks of keys.";
    UNKNOWN_FIELD = "unknown-field", 400, "A key that the contract does not know.";
    ONE_OF = "one-of", 400, "A value fits none, or more than one, of the alternatives.";
    ANY_OF = "any-of", 400, "A value fits none of the alternatives.";
    NOT = "not", 400, "A value fits what the contract excludes.";
    DEPENDENT = "dependent", 400, "A key is present without another that has to stand beside it.";
    NEVER = "never", 400, "The contract allows no value here.";
    PLACEHOLDER = "placeholder", 400, "A placeholder copied from documentation stands where a value should.";
    DOMAIN_SCORE = "domain-score", 400, "A domain's score is not the number of its true descriptors.";
    SCORE_SUM = "score-sum", 400, "The pain score is not the sum of the six domain scores.";
    SCORE_RANGE = "score-range", 400, "The pain score lies outside the range of its mode.";
    PAIN_LEVEL = "pain-level", 400, "The pain level does not fit the (assumed) band of the score.";
    EDITABLE = "editable", 400, "The assessment says that it can be edited.";
    MODIFIED_BEFORE_CREATED = "modified-before-created", 400, "A record was modified before it was created.";
    DEVICE_MISMATCH = "device-mismatch", 400, "Two fields that name the same device differ.";
    FRAME_ERRORS = "frame-errors", 400, "More frames failed than were taken.";
    MODE_FIELD = "mode-field", 400, "A field that belongs to another assessment mode.";
    DELETED = "deleted", 400, "A record that was just added is marked as deleted.";
    NULL_IN_NEW_RECORD = "null-in-new-record", 400, "A field is null that only records of an older format may have null.";
    DESCRIPTOR_COUNT = "descriptor-count", 400, "A domain has another number of descriptors than documented.";
    NULL_TEXT = "null-text", 400, "The text \"null\" stands where null or a text should.";
    ADDED_FILE_MISSING = "added-file-missing", 400, "A file listed as added is not among the files.";
    REMOVED_FILE_PRESENT = "removed-file-present", 400, "A file listed as removed is still among the files.";
    ADDED_AND_REMOVED = "added-and-removed", 400, "A file is listed as added and as removed.";
    NO_CHANGE = "no-change", 400, "An update event lists neither added nor removed files.";
    FILE_ID_REPEATED = "file-id-repeated", 400, "Two files have the same id.";
    FILE_REQUEST_ID = "file-request-id", 400, "A file names another file request than the one it stands in.";
    FILE_EXPIRY = "file-expiry", 400, "A file expires no later than it was created.";
    TIME_ORDER = "time-order", 400, "Times stand in an order that cannot be.";
    PHOTO_TIME = "photo-time", 400, "A photo was taken after it was uploaded, by its camera's clock.";
    IMAGE_SIZE = "image-size", 400, "Only one of image width and height is known.";
    NOT_AN_IMAGE = "not-an-image", 400, "A file that is not an image has the size of one.";
    PHOTO_NOT_IMAGE = "photo-not-image", 400, "A file that is not an image was sent as a photo, or has the time of one.";
    MIXED_STYLE = "mixed-style", 400, "Keys in `snake_case` and in `camelCase` stand in one file request.";
    USER_NAMELESS = "user-nameless", 400, "A user has neither a display name nor a first or last name.";
    FORM_UNKNOWN = "form-unknown", 400, "A text has none of the forms that deliveries are imported from.";
    HTTP_SYNTAX = "http-syntax", 400, "A text is no HTTP request.";
    HTTP_REPAIRED = "http-repaired", 400, "An HTTP request was read that had lost its line breaks, or other parts.";
    CURL_SYNTAX = "curl-syntax", 400, "A text is no curl command that can be read.";
    SHELL_EXPANSION = "shell-expansion", 400, "A shell would have put a value here that is not known.";
    HAR_INVALID = "har-invalid", 400, "A text is no HTTP archive, or its end is missing.";
    BASE64_INVALID = "base64-invalid", 400, "A text that should be base64 is not.";
    BODY_ELSEWHERE = "body-elsewhere", 400, "The body is not in the text: it has to be given beside it.";
    BODY_LENGTH = "body-length", 400, "A body has another length than its request says.";
    BODY_LOSSY = "body-lossy", 400, "Bytes of a body were lost when it was saved as text.";
    TEXT_SKIPPED = "text-skipped", 400, "A part of a text is no part of a delivery, and was left out.";
    TOO_LARGE = "too-large", 413, "A text, or one entry of it, is larger than the limit.";
    ISSUES_OMITTED = "issues-omitted", 400, "There are more issues than a report lists.";
}

impl Code {
    /// The HTTP status a receiver answers when this code is the reason for a rejection.
    #[must_use]
    pub fn status(self) -> u16 {
        Self::STATUS.iter().find(|(code, _)| *code == self).map_or(400, |(_, status)| *status)
    }

    /// The code with this text, if there is one: how data (a manifest's rules) names codes.
    #[must_use]
    pub fn named(text: &str) -> Option<Code> {
        Self::STATUS.iter().find(|(code, _)| code.0 == text).map(|(code, _)| *code)
    }
}

/// One step of a path into a payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An index of an array.
    Index(usize),
}

/// Where something stands for a person and for an editor: UTF-16 offsets, line and column from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Span {
    /// UTF-16 offset of the first code unit.
    pub start: usize,
    /// UTF-16 offset behind the last code unit.
    pub end: usize,
    /// Line of the start, from 1.
    pub line: usize,
    /// Column of the start in UTF-16 code units, from 1.
    pub column: usize,
}

/// Where something stands in the raw body, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ByteSpan {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

/// One thing to say about a delivery. It never quotes a value of the payload, which may be health
/// data: its span says where the value stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// What kind of issue.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// A sentence a person can act on.
    pub message: String,
    /// The way from the root of the payload to the value.
    pub path: Vec<Step>,
    /// The same way as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The place in the text.
    pub span: Span,
    /// The place in the bytes.
    pub byte_span: ByteSpan,
    /// What would have been right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What kind of thing stands there; never the value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Where an issue stands, before its path and its line are worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere in the body: a header, the delivery as a whole.
    Delivery,
    /// A value, by its index in the document's tape.
    Value(u32),
    /// The key of a member, by the key's index in the document's tape.
    Key(u32),
}

/// An issue whose place is not worked out yet: what the checks make, and `json` finishes.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub code: Code,
    pub severity: Severity,
    pub place: Place,
    pub message: String,
    pub expected: Option<String>,
    pub received: Option<String>,
    pub hint: Option<String>,
}

impl Draft {
    #[inline(never)] // as of the others below: they are called everywhere
    pub fn new(code: Code, severity: Severity, place: Place, message: impl Into<String>) -> Self {
        Self { code, severity, place, message: message.into(), expected: None, received: None, hint: None }
    }

    #[inline(never)]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    #[inline(never)]
    pub fn received(mut self, text: impl Into<String>) -> Self {
        self.received = Some(text.into());
        self
    }

    #[inline(never)]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }
}
