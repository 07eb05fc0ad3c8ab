//! Issue codes: one table with the meaning, the stage, the HTTP status and the fix of each code.
//!
//! The TypeScript type of codes and `docs/codes.md` are generated from it. The codes of a provider's cross-field rules are
//! in the files of those rules, `provider/rules/`.

use std::fmt;

use crate::option_names::{OPTION_NAMES, OptionNames};

/// The stages of the evaluation of a delivery, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Stage {
    /// The size and the media type of the body.
    Bytes,
    /// The signature over the raw body.
    Signature,
    /// The body as strict JSON.
    Json,
    /// The envelope: event type, id and time.
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

    /// The name in reports.
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

/// The properties of a code at run time. Only `codes!` creates entries, one static per code.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    pub(crate) text: &'static str,
    pub(crate) status: u16,
    pub(crate) stage: Option<Stage>,
}

impl Code {
    /// The code in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.text
    }

    /// The HTTP status of the response when this code is the reason for a rejection.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.0.status
    }

    /// The usual stage of the code. `None` if the evaluation of a delivery never reports it: codes of options, definitions,
    /// imports and receivers.
    ///
    /// One code can belong to several stages: `required` is usually reported at the contract stage, and for a property of
    /// the envelope at the envelope stage. [`Issue::stage`](crate::Issue::stage) has the stage of an issue.
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

#[cfg(feature = "serde")]
impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text)
    }
}

/// A code with its texts in `docs/codes.md`. The WebAssembly module does not contain them.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// The meaning, in one sentence.
    pub meaning: &'static str,
    /// The fix: what to change. Options are placeholders, such as `{max_bytes}`.
    fix: &'static str,
}

impl CodeInfo {
    /// The fix: what to change. Options have the names of Rust.
    #[must_use]
    pub fn fix(&self) -> String {
        self.fix_with(|option| option.rust)
    }

    /// The fix, with the names of options that `name` returns.
    #[must_use]
    pub fn fix_with(&self, name: fn(&OptionNames) -> &str) -> String {
        self.options().fold(self.fix.to_owned(), |fix, option| {
            fix.replace(&format!("{{{}}}", option.placeholder), name(option))
        })
    }

    /// The options that the fix names, in its order.
    pub fn options(&self) -> impl Iterator<Item = &'static OptionNames> + use<> {
        let names = self.fix.split('{').filter_map(|rest| Some(rest.split_once('}')?.0));
        names.filter_map(|name| OPTION_NAMES.iter().find(|option| option.placeholder == name))
    }

    /// A code with its texts, for `codes!`.
    pub(crate) const fn new(code: Code, meaning: &'static str, fix: &'static str) -> Self {
        Self { code, meaning, fix }
    }
}

/// Defines codes as constants of [`Code`], and the list of them with their texts. A row has the constant, the code, the
/// status if not 400, the stage or `none`, the meaning and the fix.
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
            $($crate::code::CodeInfo::new($crate::code::Code::$name, $meaning, $fix)),*
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
        "Pass the secret of the subscription in `{secrets}`, or `{allow_unsigned}` for a provider that does not sign. An environment variable that is not set is the usual cause.";
    SECRET_INVALID = "secret-invalid" 500 Signature,
        "A secret does not have the format that its provider documents.",
        "Copy the secret as the provider shows it, with its prefix. `hookseal providers` says where it is found.";
    KEY_INVALID = "key-invalid" 500 Signature,
        "A public key is malformed, too weak, private, or of another algorithm than the provider's.",
        "Copy the public key as the provider shows it. The message says what is wrong with it.";
    KEY_MISSING = "key-missing" 503 Signature,
        "The public key of a delivery is not at hand, such as one that the provider has just made.",
        "Pass the key in `{keys}`: in JavaScript, `keySource()` fetches it. The sender retries.";
    KEY_SOURCE_REFUSED = "key-source-refused" 401 Signature,
        "A delivery names a URL of its public key that is not at a host of the provider.",
        "Reject the delivery: its sender is not the provider.";
    PUBLIC_KEY_UNAVAILABLE = "public-key-unavailable" 500 none,
        "The provider signs with a private key, and this runtime cannot verify such signatures synchronously.",
        "Add `{public_key}`, or `{ed25519}` for Ed25519 alone.";
    SIGNING_UNSUPPORTED = "signing-unsupported" 500 none,
        "The provider signs with a private key, which only the provider has.",
        "Verify recorded deliveries instead. For a test, make a key pair: the webhook has its public key, and `sign` and `create` take its private key, in `{private_key}`.";
    SECRET_SHORT = "secret-short" 500 Signature,
        "A secret is so short that one delivery suffices to find it by brute force.",
        "Generate a new secret at the provider. If you can choose it, use 32 random bytes.";
    DEFINITION_INVALID = "definition-invalid" 500 none,
        "A provider definition cannot be used.",
        "Change the member at the issue's pointer. docs/providers.md describes every key of a definition.";
    OPTION_INVALID = "option-invalid" 500 none,
        "An option is unknown, or has an invalid value.",
        "Change the option that the message names.";
    SETTING_MISSING = "setting-missing" 500 none,
        "A setting of the provider is missing, such as the verify token of a handshake.",
        "Pass the setting that the message names in `{settings}`.";
    HANDSHAKE_REFUSED = "handshake-refused" 403 none,
        "A request is a handshake of the provider, and the receiver refuses it.",
        "Compare the setting that the message names with the one at the provider. A secret that the provider hands over is taken by `{on_secret}`.";
    FULL_MISSING = "full-missing" 500 none,
        "The call needs the full module, and only the light one is loaded.",
        "Add `{full}`. In Node.js, Bun and Deno the module is loaded by itself.";
    OUT_OF_MEMORY = "out-of-memory" 503 none,
        "The core could not allocate the memory that the call needs.",
        "Pass smaller inputs, or lower `{max_bytes}`. Later calls are not affected.";
    INTERNAL = "internal" 500 none,
        "An internal error stopped the core, and the core was restarted. The delivery is not the cause.",
        "Report the error with the stack of its `cause`. Later calls are not affected.";
    SIGNATURE_MISSING = "signature-missing" 401 Signature,
        "The signature header is absent.",
        "Check that the sender is configured with a secret, and that no proxy removes the header.";
    SIGNATURE_MALFORMED = "signature-malformed" 401 Signature,
        "The signature header, or another signed part of the request, does not have the provider's format.",
        "Compare the header with the format in the message. A proxy or a test script may have changed the header.";
    SIGNATURE_MISMATCH = "signature-mismatch" 401 Signature,
        "The signature is not the one of this body under any configured secret.",
        "Run `{explain}`, which tests the usual causes. Check that the raw body is passed, and that the secret belongs to this subscription.";
    CLAIM_MISMATCH = "claim-mismatch" 401 Signature,
        "The token is signed, and one of its claims does not have the expected value.",
        "Compare the claim that the message names with the webhook at the provider. A URL has to be the one that the sender requested.";
    DIGEST_MISMATCH = "digest-mismatch" 401 Signature,
        "The signature is valid, but a digest that it covers is not that of the body.",
        "Pass the raw body, before any parser reads it.";
    ALGORITHM_UNSUPPORTED = "algorithm-unsupported" 401 Signature,
        "The signature names an algorithm that this webhook does not accept.",
        "Configure the sender to use an algorithm that the message names. Or add the algorithm to `{algorithms}`.";
    ALGORITHM_MISMATCH = "algorithm-mismatch" 401 Signature,
        "The signature is not as long as its algorithm requires.",
        "Configure the sender to name the algorithm that it uses. A truncated signature has this code, too.";
    TIMESTAMP_MISSING = "timestamp-missing" 401 Signature,
        "The signed content needs a timestamp, and the delivery has none.",
        "Check that the header with the timestamp reaches the receiver.";
    TIMESTAMP_MALFORMED = "timestamp-malformed" 401 Signature,
        "The timestamp is not an integer in the provider's unit.",
        "Configure the sender to write the timestamp as the provider documents it.";
    TIMESTAMP_TOO_OLD = "timestamp-too-old" 401 Signature,
        "The signature is valid, but its timestamp is older than the tolerance.",
        "Check the clock of the receiver. To verify a recorded delivery, pass the time of the recording as `{now}`.";
    TIMESTAMP_TOO_NEW = "timestamp-too-new" 401 Signature,
        "The signature is valid, but its timestamp is further in the future than the tolerance.",
        "Check the clocks of sender and receiver.";
    HEADER_MISSING = "header-missing" 401 Signature,
        "A header that is part of the signed content is absent.",
        "Check that the header reaches the receiver. A proxy may remove it.";
    FIELD_MISSING = "field-missing" 401 Signature,
        "A value that is part of the signed content is absent: a field of the body, or a parameter of the URL.",
        "Check that the delivery is from this provider. For a parameter, pass `{url}` with its query.";
    URL_MISSING = "url-missing" 500 Signature,
        "The signed content needs the URL, and the receiver did not pass it.",
        "Pass `{url}`, exactly as the sender requested it.";
    METHOD_MISSING = "method-missing" 500 Signature,
        "The signed content needs the method, and the receiver did not pass it.",
        "Pass `{method}`.";
    BODY_NOT_RAW = "body-not-raw" 500 Bytes,
        "The body is not the raw bytes of the request.",
        "Pass the bytes before any parser reads them. [The raw body](causes.md#the-raw-body) has the code for each framework.";
    BODY_EMPTY = "body-empty" Bytes,
        "The body is empty.",
        "Keep the raw bytes where the body is first read: a request's body can be read only once.";
    BODY_TOO_LARGE = "body-too-large" 413 Bytes,
        "The body is larger than the limit.",
        "Raise `{max_bytes}` if the provider really sends bodies this large.";
    CONTENT_TYPE = "content-type" 415 Bytes,
        "The Content-Type is neither the provider's nor another JSON type in UTF-8.",
        "Configure the sender to use the media type in `expected`.";
    JSON_SYNTAX = "json-syntax" Json,
        "The body is not JSON.",
        "Correct the JSON at the issue's line and column. The hint says how.";
    JSON_ENCODING = "json-encoding" Json,
        "The body is not UTF-8, or starts with a byte order mark.",
        "Encode the body as UTF-8 without a byte order mark (RFC 8259, section 8.1).";
    JSON_DUPLICATE_KEY = "json-duplicate-key" Json,
        "An object has a duplicate key, and JSON parsers disagree on which value wins.",
        "Send each key once.";
    JSON_TOO_DEEP = "json-too-deep" Json,
        "Arrays and objects are nested deeper than 128 levels.",
        "Flatten the payload: nest fewer arrays and objects in each other.";
    JSON_LONE_SURROGATE = "json-lone-surrogate" Json,
        "A string contains an escape of half a surrogate pair, which UTF-8 cannot represent.",
        "Send both halves. Shorten strings between characters, not inside one.";
    FORM_SYNTAX = "form-syntax" Json,
        "The body is not a form, although its Content-Type says so.",
        "Pass the raw body. A form is one line of printable ASCII: `name=value`, separated by `&`, with escapes such as `%20`.";
    FORM_ENCODING = "form-encoding" Json,
        "A field of the form is not UTF-8.",
        "Let the sender encode its text as UTF-8 before it escapes the bytes.";
    FORM_DUPLICATE_KEY = "form-duplicate-key" Json,
        "A field occurs several times in the form, and parsers disagree on which value wins.",
        "Send each field once. If the provider sends several values, name the field in `lists` of the definition.";
    FORM_FIELD_MISSING = "form-field-missing" Json,
        "The form lacks the field that contains the payload.",
        "Check that the delivery is from this provider.";
    NUMBER_PRECISION = "number-precision" Json,
        "JavaScript cannot represent this number exactly.",
        "Send the number as a string. Or parse the raw body (`{body}`) with a library that keeps all digits.";
    ENVELOPE_INVALID = "envelope-invalid" Envelope,
        "The envelope does not have the provider's structure.",
        "Check that the delivery is from this provider, and that no step wraps or unwraps its payload.";
    EVENT_UNKNOWN = "event-unknown" Envelope,
        "The event type is not in the provider's documentation.",
        "Respond with 2xx to event types that you do not handle: providers add types.";
    EVENT_INVALID = "event-invalid" Contract,
        "The payload violates the schema of its event, or one of the provider's rules.",
        "Correct the other issues: each has the location of a value, and what is expected there.";
    DUPLICATE = "duplicate" 200 none,
        "The same delivery was handled before.",
        "Change nothing: the response is 200, and the handler is not called again.";
    RETRY_CHANGED = "retry-changed" 409 none,
        "An earlier delivery with the same id had another payload.",
        "Compare both payloads before one overwrites the other.";
    REPLAYED = "replayed" 200 none,
        "The same body was handled before under another id or event type. The signature does not cover the id or type.",
        "Change nothing: the response is 200, and the handler is not called. Or pass `replayed: \"handle\"` to the receiver.";
    REQUIRED = "required" Contract,
        "A required property is missing.",
        "Add the property.";
    TYPE = "type" Contract,
        "A value has another JSON type than the schema expects.",
        "Send a value of the expected type.";
    ENUM = "enum" Contract,
        "A value is not one of those that the schema lists.",
        "Send one of the listed values.";
    CONST = "const" Contract,
        "A value is not the constant of the schema.",
        "Send the expected value.";
    FORMAT = "format" Contract,
        "A string does not have the format of the schema, such as a date-time or a UUID.",
        "Write the string in the format that the message names.";
    PATTERN = "pattern" Contract,
        "A string does not match the pattern of the schema.",
        "Write the string as the message describes.";
    MINIMUM = "minimum" Contract,
        "A number is smaller than the minimum.",
        "Send a number within the limits.";
    MAXIMUM = "maximum" Contract,
        "A number is larger than the maximum.",
        "Send a number within the limits.";
    MULTIPLE_OF = "multiple-of" Contract,
        "A number is not a multiple of the number in the schema.",
        "Send a multiple of the number in the message.";
    LENGTH = "length" Contract,
        "A string is shorter or longer than the schema allows.",
        "Send a string within the limits.";
    ITEMS = "items" Contract,
        "An array has too few, too many or unexpected items.",
        "Send as many items as the schema allows.";
    UNIQUE = "unique" Contract,
        "An array has duplicate items.",
        "Send each item once.";
    PROPERTIES = "properties" Contract,
        "An object has too few or too many properties.",
        "Send as many properties as the schema allows.";
    PROPERTY_NAME = "property-name" Contract,
        "The name of a property violates the schema.",
        "Rename the property.";
    UNKNOWN_FIELD = "unknown-field" Contract,
        "The schema does not declare this property.",
        "Check the spelling of the property. The hint names the nearest declared one.";
    ONE_OF = "one-of" Contract,
        "A value matches none, or more than one, of the alternatives.",
        "Correct the issues that follow: those of the closest alternative.";
    ANY_OF = "any-of" Contract,
        "A value matches none of the alternatives.",
        "Correct the issues that follow: those of the closest alternative.";
    NOT = "not" Contract,
        "A value matches a subschema under `not`.",
        "Send another value.";
    DEPENDENT = "dependent" Contract,
        "A property requires another one that is missing.",
        "Add the other property, or remove this one.";
    NOT_ALLOWED = "not-allowed" Contract,
        "The schema does not allow this property or item.",
        "Remove the property.";
    PLACEHOLDER = "placeholder" Contract,
        "A value is a placeholder of the documentation, such as `...` or `<event>`.",
        "Replace the placeholder with a real value.";
    IMPORT_FORMAT_UNKNOWN = "import-format-unknown" none,
        "The input is in no format that can be imported.",
        "Pass a raw HTTP request, a curl command, a HAR file, a JSON record or a JSON body.";
    HTTP_SYNTAX = "http-syntax" none,
        "The input is not an HTTP request.",
        "Correct the line that the issue names, or capture the request again.";
    HTTP_RECOVERED = "http-recovered" none,
        "The text is no complete HTTP request: it lost line breaks or other parts, or a program printed it. It was recovered.",
        "Capture the raw request: the signature rarely matches a recovered body.";
    CURL_SYNTAX = "curl-syntax" none,
        "The input is not a valid curl command.",
        "Copy the command again, \"as cURL (bash)\". Or correct the command at the issue's location.";
    SHELL_EXPANSION = "shell-expansion" none,
        "A part of the command is a shell expansion, whose value is unknown.",
        "Replace the expansion with its value.";
    VARIABLE_UNRESOLVED = "variable-unresolved" none,
        "A part of the request is a variable of the tool that has saved it, whose value is unknown.",
        "Replace the variable with its value.";
    HAR_INVALID = "har-invalid" none,
        "The input is not an HTTP archive, or its end is missing.",
        "Export the archive again.";
    BASE64_INVALID = "base64-invalid" none,
        "A value that is declared as base64 is not base64.",
        "Export the capture again, or correct the member that declares base64.";
    BODY_NOT_INCLUDED = "body-not-included" none,
        "The input refers to a body that it does not include.",
        "Pass the body separately.";
    BODY_LENGTH = "body-length" none,
        "The body does not have the length that its request declares.",
        "Capture the request again: the body was truncated or changed.";
    BODY_LOSSY = "body-lossy" none,
        "Bytes of a body were lost when it was saved as text.",
        "Record the body as bytes or as base64.";
    INPUT_IGNORED = "input-ignored" none,
        "A part of the input belongs to no delivery and was ignored.",
        "Check that the imported delivery is complete.";
    INPUT_TOO_LARGE = "input-too-large" 413 none,
        "The input, or one entry of it, is larger than the limit.",
        "Split the input, or import it as a stream.";
    ISSUES_TRUNCATED = "issues-truncated" Contract,
        "A report omits issues beyond its limits.",
        "Correct the listed issues, and check again.";
}

codes! {
    /// The codes of HTTP receivers; the core never reports them.
    pub RECEIVER_CODES:
    METHOD_NOT_ALLOWED = "method-not-allowed" 405 none,
        "The method of the request is not POST.",
        "Configure the sender to use POST.";
    NOT_AUTHORIZED = "not-authorized" 401 none,
        "The function `authorize` of the receiver did not return true.",
        "Send the credentials that the receiver expects. Or change the condition in `authorize`.";
    BODY_TIMEOUT = "body-timeout" 408 none,
        "The body took longer than `bodyTimeout`.",
        "Check the connection, or raise `bodyTimeout`.";
    BODY_INCOMPLETE = "body-incomplete" none,
        "The connection ended before the body did.",
        "Wait for the sender's retry. If the error is frequent, check the proxies between sender and receiver.";
    ENCODING_UNSUPPORTED = "encoding-unsupported" 415 none,
        "The body has a Content-Encoding that the receiver does not accept.",
        "Configure the sender not to compress the body. Or add the encoding to `encodings`.";
    ENCODING_INVALID = "encoding-invalid" none,
        "The body does not have the Content-Encoding that its header declares.",
        "Check which proxy or server compresses the body, and whether another one has decompressed it.";
    IN_PROGRESS = "in-progress" 409 none,
        "Another request with the same delivery is being handled.",
        "Wait for the sender's retry.";
    HANDLER_FAILED = "handler-failed" 500 none,
        "The handler threw an error, returned a Response that is not 2xx, or called `context.retry`. The status of that Response is sent, or 503 for a retry.",
        "Read the error in the log or in `onError`.";
    HANDLER_TIMEOUT = "handler-timeout" 503 none,
        "The handler took longer than `handlerTimeout`, and is still running.",
        "Do the work in the background, or raise `handlerTimeout`.";
    STORE_UNAVAILABLE = "store-unavailable" 503 none,
        "The store is unavailable.",
        "Check the store. Or pass `onStoreError: \"accept\"`: deliveries are then handled without the store, duplicates included.";
}
