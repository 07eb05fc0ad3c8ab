//! Issue codes: one table that says of each what it means, at which stage it is found, which HTTP status it is
//! answered with, and what to do about it.
//!
//! The TypeScript type of codes and `docs/codes.md` are generated from it. The codes of one provider's rules stand
//! beside those rules, in `provider/rules/`.

use std::fmt;

use serde::{Serialize, Serializer};

/// The stages of checking a delivery, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// What arrived: the size of the body and its media type.
    Bytes,
    /// The signature over the raw body.
    Signature,
    /// The body as strict JSON.
    Json,
    /// The members around the event's data: its type, id and time.
    Envelope,
    /// The payload against the schema of its event.
    Contract,
    /// The provider's cross-field rules.
    Rules,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 6] =
        [Self::Bytes, Self::Signature, Self::Json, Self::Envelope, Self::Contract, Self::Rules];

    /// The name, as reports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Signature => "signature",
            Self::Json => "json",
            Self::Envelope => "envelope",
            Self::Contract => "contract",
            Self::Rules => "rules",
        }
    }
}

/// A stable, kebab-case name for one kind of issue, the same in Rust, TypeScript and the docs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub(crate) &'static Entry);

/// What is known of a code at run time. Only `codes!` makes one.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    pub(crate) text: &'static str,
    pub(crate) status: u16,
    pub(crate) stage: Option<Stage>,
}

impl Code {
    /// The code, as reports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.text
    }

    /// The HTTP status that a receiver answers when this code is the reason for a rejection.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.0.status
    }

    /// The stage at which it is found; `None` for what is no part of checking a delivery: options, definitions,
    /// captures that are imported, and what a receiver adds.
    ///
    /// An issue can be found at another stage: a missing property is the contract's business, and the envelope's where it
    /// is a part of that. [`Issue::stage`](crate::Issue::stage) says where.
    #[must_use]
    pub const fn stage(self) -> Option<Stage> {
        self.0.stage
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text)
    }
}

/// A code with the sentences about it that `docs/codes.md` has. They are no part of the WebAssembly module.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// Defines codes as constants of [`Code`], and the list of them with their sentences. A row is: constant, text, status
/// where it is not 400, stage or `none`, meaning, fix.
macro_rules! codes {
    (
        $(#[$list_doc:meta])* $visibility:vis $list:ident:
        $($name:ident = $text:literal $($status:literal)? $stage:ident, $meaning:literal, $fix:literal;)*
    ) => {
        impl $crate::code::Code {
            $(
                #[doc = $meaning]
                pub const $name: $crate::code::Code = $crate::code::Code(&$crate::code::Entry {
                    text: $text,
                    status: $crate::code::codes!(@status $($status)?),
                    stage: $crate::code::codes!(@stage $stage),
                });
            )*
        }

        $(#[$list_doc])*
        $visibility const $list: &[$crate::code::CodeInfo] = &[
            $($crate::code::CodeInfo { code: $crate::code::Code::$name, meaning: $meaning, fix: $fix }),*
        ];
    };
    (@status $status:literal) => { $status };
    (@status) => { 400 };
    (@stage none) => { None };
    (@stage $stage:ident) => { Some($crate::code::Stage::$stage) };
}
pub(crate) use codes;

codes! {
    /// The codes that every provider shares.
    pub CODES:
    SECRET_MISSING = "secret-missing" 500 Signature,
        "No signing secret is configured, or an empty one.",
        "Pass the secret of the subscription in `secrets`, or `unsigned: \"allow\"` for a provider that does not sign. An environment variable that is not set is the usual cause.";
    SECRET_INVALID = "secret-invalid" 500 Signature,
        "A secret does not have the form that its provider documents.",
        "Copy the secret as the provider shows it, with its prefix. `hookseal providers` says where it is found.";
    SECRET_SHORT = "secret-short" 500 Signature,
        "A secret is so short that it can be found by trying, from one delivery.",
        "Let the provider make a new secret, of 32 random bytes if you may choose.";
    DEFINITION_INVALID = "definition-invalid" 500 none,
        "A provider definition cannot be used.",
        "Change the member that the issue's pointer names; docs/providers.md has every key of a definition.";
    OPTION_INVALID = "option-invalid" 500 none,
        "An option is unknown, or has an invalid value.",
        "Change the option that the message names.";
    OUT_OF_MEMORY = "out-of-memory" 503 none,
        "The core did not get the memory that the call needs.",
        "Pass less at a time, or lower `maxBytes`. Later calls are not affected.";
    INTERNAL = "internal" 500 none,
        "The core stopped for a reason that is not the delivery's fault, and was started again.",
        "Report it, with the stack of the error's `cause`. Later calls are not affected.";
    SIGNATURE_MISSING = "signature-missing" 401 Signature,
        "The signature header is absent.",
        "Check that the sender is configured with a secret, and that no proxy removes the header.";
    SIGNATURE_MALFORMED = "signature-malformed" 401 Signature,
        "The signature header does not have the provider's form.",
        "Compare the header with the form that the message names. A proxy or a test script may have changed it.";
    SIGNATURE_MISMATCH = "signature-mismatch" 401 Signature,
        "The signature was not made over this body with any of the secrets.",
        "Run `explain`: it computes what usually goes wrong. Check that the raw body is passed, and that the secret is the one of this subscription.";
    ALGORITHM_UNSUPPORTED = "algorithm-unsupported" 401 Signature,
        "The signature names an algorithm that this webhook does not accept.",
        "Let the sender use one of the algorithms that the message names, or allow it in `algorithms`.";
    ALGORITHM_MISMATCH = "algorithm-mismatch" 401 Signature,
        "The length of the signature is not that of its algorithm.",
        "Let the sender name the algorithm that it uses. A signature that was cut off has this code, too.";
    TIMESTAMP_MISSING = "timestamp-missing" 401 Signature,
        "The signed content needs a timestamp, and the delivery has none.",
        "Check that the header with the timestamp reaches the receiver.";
    TIMESTAMP_MALFORMED = "timestamp-malformed" 401 Signature,
        "The timestamp is not a whole number of the unit that the provider uses.",
        "Let the sender write the time as the provider documents it.";
    TIMESTAMP_TOO_OLD = "timestamp-too-old" 401 Signature,
        "The signature is valid, and its timestamp is further in the past than the tolerance.",
        "Check the clock of the receiver. To verify a recorded delivery, pass the time of the recording as `now`.";
    TIMESTAMP_TOO_NEW = "timestamp-too-new" 401 Signature,
        "The signature is valid, and its timestamp is further in the future than the tolerance.",
        "Check the clocks of sender and receiver.";
    HEADER_MISSING = "header-missing" 401 Signature,
        "A header that is part of the signed content is absent.",
        "Check that the header reaches the receiver: a proxy may remove it.";
    URL_MISSING = "url-missing" 500 Signature,
        "The signed content needs the URL, and the receiver did not pass it.",
        "Pass `url`, as the sender called it.";
    METHOD_MISSING = "method-missing" 500 Signature,
        "The signed content needs the method, and the receiver did not pass it.",
        "Pass `method`.";
    BODY_NOT_RAW = "body-not-raw" 500 Bytes,
        "The body is not the raw bytes that arrived.",
        "Pass the bytes as they arrived, before any parser: [the raw body](causes.md#the-raw-body) has the line for each framework.";
    BODY_EMPTY = "body-empty" Bytes,
        "The body has no bytes.",
        "A body can be read once: keep the raw bytes where they are first read.";
    BODY_TOO_LARGE = "body-too-large" 413 Bytes,
        "The body is larger than the limit.",
        "Raise `maxBytes` if the provider really sends bodies this large.";
    CONTENT_TYPE = "content-type" 415 Bytes,
        "The Content-Type is not one of JSON in UTF-8.",
        "Let the sender use the media type that the message names.";
    JSON_SYNTAX = "json-syntax" Json,
        "The body is not JSON.",
        "Change the place that the issue's line and column name.";
    JSON_ENCODING = "json-encoding" Json,
        "The body is not UTF-8, or starts with a byte order mark.",
        "Let the sender write UTF-8 without a byte order mark (RFC 8259, section 8.1).";
    JSON_DUPLICATE_KEY = "json-duplicate-key" Json,
        "An object has the same key twice, and JSON parsers disagree on which value counts.",
        "Let the sender write each key once.";
    JSON_TOO_DEEP = "json-too-deep" Json,
        "Arrays and objects are nested deeper than the limit.",
        "Let the sender nest less deeply: the limit is 128 levels.";
    JSON_LONE_SURROGATE = "json-lone-surrogate" Json,
        "A string escapes half of a surrogate pair, which no UTF-8 text can hold.",
        "Let the sender cut texts between characters, and not inside of one.";
    NUMBER_PRECISION = "number-precision" Json,
        "JavaScript cannot represent this number exactly.",
        "Let the sender write it as a string, or parse the raw body with a library that keeps the digits.";
    ENVELOPE_INVALID = "envelope-invalid" Envelope,
        "The envelope is not the provider's.",
        "Check that the delivery comes from this provider, and that nothing wraps or unwraps its payload.";
    EVENT_UNKNOWN = "event-unknown" Envelope,
        "The event type is not one that the provider documents.",
        "Handle the types that you know, and respond 2xx to others: providers add types.";
    EVENT_INVALID = "event-invalid" Contract,
        "The payload violates the contract of its event.",
        "Look at the other issues: each names a value and what the contract expects there.";
    DUPLICATE = "duplicate" 200 none,
        "This delivery was handled before.",
        "Nothing: it is answered with success and not handled again.";
    RETRY_CHANGED = "retry-changed" 409 none,
        "A delivery with this id came before with another payload.",
        "Compare both before one overwrites the other.";
    REPLAYED = "replayed" 200 none,
        "The same body was handled before under another id or event type, which no signature covers.",
        "Nothing: it is answered with success and not handled. `replayed: \"handle\"` of a receiver handles it.";
    REQUIRED = "required" Contract,
        "A required property is missing.",
        "Add the property.";
    TYPE = "type" Contract,
        "A value has another JSON type than the contract expects.",
        "Send a value of the expected type.";
    ENUM = "enum" Contract,
        "A value is none of those that the contract lists.",
        "Send one of the listed values.";
    CONST = "const" Contract,
        "A value is not the one that the contract fixes.",
        "Send the expected value.";
    FORMAT = "format" Contract,
        "A string does not have the form that the contract names, such as a date-time or a UUID.",
        "Write the string in that form.";
    PATTERN = "pattern" Contract,
        "A string does not match the pattern of the contract.",
        "Write the string as the message describes.";
    MINIMUM = "minimum" Contract,
        "A number is smaller than the minimum.",
        "Send a number within the limits.";
    MAXIMUM = "maximum" Contract,
        "A number is larger than the maximum.",
        "Send a number within the limits.";
    MULTIPLE_OF = "multiple-of" Contract,
        "A number is not a multiple of the one that the contract names.",
        "Send a multiple of it.";
    LENGTH = "length" Contract,
        "A string is shorter or longer than the contract allows.",
        "Send a string within the limits.";
    ITEMS = "items" Contract,
        "An array has too few, too many or unexpected items.",
        "Send as many items as the contract allows.";
    UNIQUE = "unique" Contract,
        "An array has the same item twice.",
        "Send each item once.";
    PROPERTIES = "properties" Contract,
        "An object has too few or too many properties.",
        "Send as many properties as the contract allows.";
    PROPERTY_NAME = "property-name" Contract,
        "The name of a property does not have the form that the contract expects.",
        "Rename the property.";
    UNKNOWN_FIELD = "unknown-field" Contract,
        "The contract does not know this property.",
        "Check its spelling; the hint names the nearest known one.";
    ONE_OF = "one-of" Contract,
        "A value matches none, or more than one, of the alternatives.",
        "Look at the issues that follow: they are those of the closest alternative.";
    ANY_OF = "any-of" Contract,
        "A value matches none of the alternatives.",
        "Look at the issues that follow: they are those of the closest alternative.";
    NOT = "not" Contract,
        "A value matches what the contract excludes.",
        "Send another value.";
    DEPENDENT = "dependent" Contract,
        "A property is present without another one that it requires.",
        "Add the other property.";
    NOT_ALLOWED = "not-allowed" Contract,
        "The contract allows no value here.",
        "Remove the property.";
    PLACEHOLDER = "placeholder" Contract,
        "A placeholder of the documentation, such as `...` or `<event>`, was sent in place of a value.",
        "Send a real value.";
    IMPORT_FORMAT_UNKNOWN = "import-format-unknown" none,
        "The text is none of the formats that can be imported.",
        "Paste a raw HTTP request, a curl command, a HAR file, a JSON record or a JSON body.";
    HTTP_SYNTAX = "http-syntax" none,
        "The text is not an HTTP request.",
        "Change the line that the issue names, or export the request again.";
    HTTP_RECOVERED = "http-recovered" none,
        "An HTTP request without its line breaks, or with parts missing, was read.",
        "Export the request again where its bytes are intact: a signature over a repaired body rarely matches.";
    CURL_SYNTAX = "curl-syntax" none,
        "The text is not a curl command that can be read.",
        "Use \"Copy as cURL (bash)\", or change the place that the issue names.";
    SHELL_EXPANSION = "shell-expansion" none,
        "A shell would have replaced this part by a value that is unknown here.",
        "Replace the variable or command by its value.";
    HAR_INVALID = "har-invalid" none,
        "The text is not an HTTP archive, or its end is missing.",
        "Export the archive again.";
    BASE64_INVALID = "base64-invalid" none,
        "A text that should be base64 is not.",
        "Check where the text was cut or changed.";
    BODY_NOT_INCLUDED = "body-not-included" none,
        "The body is not part of the text.",
        "Pass the file with the body as well.";
    BODY_LENGTH = "body-length" none,
        "The body has another length than its request says.",
        "Export the request again: something cut or changed the body.";
    BODY_LOSSY = "body-lossy" none,
        "Bytes of a body were lost when it was saved as text.",
        "Record the body as bytes or as base64.";
    INPUT_IGNORED = "input-ignored" none,
        "A part of the text belongs to no delivery and was skipped.",
        "Check that nothing of the delivery is missing.";
    INPUT_TOO_LARGE = "input-too-large" 413 none,
        "A text, or one entry of it, is larger than the limit.",
        "Split the text, or import it as a stream.";
    ISSUES_TRUNCATED = "issues-truncated" Contract,
        "There are more issues than a report lists.",
        "Change what is listed first, and check again.";
}

codes! {
    /// The codes that only receivers over HTTP answer with; the core never reports them.
    pub RECEIVER_CODES:
    METHOD_NOT_ALLOWED = "method-not-allowed" 405 none,
        "The request is not a POST.",
        "Let the sender use POST.";
    BODY_TIMEOUT = "body-timeout" 408 none,
        "The body took longer than `bodyTimeout`.",
        "Check the connection, or raise `bodyTimeout`.";
    BODY_INCOMPLETE = "body-incomplete" none,
        "The connection ended before the body did.",
        "Nothing: the sender tries again. If it happens often, look at the proxies on the way.";
    ENCODING_UNSUPPORTED = "encoding-unsupported" 415 none,
        "The body is compressed in a way that the receiver does not accept.",
        "Let the sender send it uncompressed, or allow the compression in `encodings`.";
    ENCODING_INVALID = "encoding-invalid" none,
        "The body does not decompress as its Content-Encoding says.",
        "Check what compresses it, and whether something decompressed it before.";
    IN_PROGRESS = "in-progress" 409 none,
        "The same delivery is being handled at this moment.",
        "Nothing: the sender tries again later.";
    HANDLER_FAILED = "handler-failed" 500 none,
        "The handler threw, or returned a Response that is not 2xx, whose status is answered then.",
        "See the error in the log, or in `onError`.";
    HANDLER_TIMEOUT = "handler-timeout" 503 none,
        "The handler took longer than `handlerTimeout`, and goes on.",
        "Do the work in the background, or raise `handlerTimeout`.";
    STORE_UNAVAILABLE = "store-unavailable" 503 none,
        "The store is unavailable.",
        "Check the store. `onStoreError: \"accept\"` handles deliveries without it, which may then be duplicates.";
}
