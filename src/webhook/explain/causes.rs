//! The one list of causes: code, title, message and fix of everything that `explain` reports. `docs/causes.md` and the
//! TypeScript type of the codes are generated from it.

use super::definition::{CauseCategory, CauseDefinition};
use super::frameworks::{DIGESTS, FRAMEWORKS as RAW, LAMBDA, NONE};

/// The fix of every cause whose body was parsed, decoded or trimmed by a framework.
pub const RAW_BODY_FIX: &str = "Verify the raw request body, before anything parses, decodes or trims it.";

/// The fix of a secret with a likely typing or copying error.
pub const SECRET_FIX: &str =
    "Correct the secret where it is stored: the .env file, the secret store or the deployment's variables.";

// Each row becomes a static [`CauseDefinition`], and an entry of `CAUSES`.
macro_rules! causes {
    ($($category:ident { $($name:ident $kind:ident $code:literal $title:literal $frameworks:ident $message:literal $fix:tt)* })*) => {
        $($(pub(super) static $name: CauseDefinition = CauseDefinition {
            code: $code,
            category: CauseCategory::$category,
            is_proof: causes!(@$kind),
            title: $title,
            message: $message,
            fix: $fix,
            frameworks: $frameworks,
        };)*)*

        /// Every cause, in the order of `docs/causes.md`.
        pub static CAUSES: &[&CauseDefinition] = &[$($(&$name),*),*];
    };
    (@proof) => { true };
    (@observation) => { false };
}

// NAME kind "code" "title" FRAMEWORKS
//     "message"
//     "fix"
//
// `proof`: reported as a match, because the received signature was reproduced. `observation`: everything else. The
// frameworks are those whose code gets the raw body: RAW (every framework), LAMBDA or NONE; DIGESTS prints length and
// digest of the body. Placeholders such as `{secret}` are replaced in messages and fixes.
causes! {
    Body {
        BODY_COMPACT proof "body-compact" "Body reformatted from compact JSON" RAW
            "The signature matches the body as compact JSON (no white space between tokens): it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_INDENT_2 proof "body-indent-2" "Body reformatted from two-space indentation" RAW
            "The signature matches the body indented by two spaces: it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_INDENT_4 proof "body-indent-4" "Body reformatted from four-space indentation" RAW
            "The signature matches the body indented by four spaces: it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_INDENT_TAB proof "body-indent-tab" "Body reformatted from tab indentation" RAW
            "The signature matches the body indented by tabs: it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_PYTHON_STYLE proof "body-python-style" "Body reformatted from Python's json.dumps" RAW
            "The signature matches the body as formatted by Python's `json.dumps` (space after \",\" and \":\"): it was reformatted after signing, or the sender signed other bytes than it sent."
            "Verify the raw request body, before anything parses, decodes or trims it. Or, in your own Python sender, send the signed bytes: requests.post(url, data=body), not json=."
        BODY_JACKSON_STYLE proof "body-jackson-style" "Body reformatted from Jackson's pretty printer" RAW
            "The signature matches the body as formatted by Jackson's default pretty printer (space before \":\", arrays on one line): it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_RUBY_STYLE proof "body-ruby-style" "Body reformatted from Ruby's pretty_generate" RAW
            "The signature matches the body as formatted by Ruby's `JSON.pretty_generate` (line breaks in empty arrays and objects): it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_WHITE_SPACE proof "body-white-space" "Body reformatted from other white space" RAW
            "The signature matches the same JSON with other white space between its tokens: it was reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_KEYS_SORTED proof "body-keys-sorted" "Body signed with its keys sorted" RAW
            "The signature matches the body with its keys in alphabetical order: another order was signed than received."
            "Verify the raw request body, before anything parses, decodes or trims it. Or, in your own sender, send the same text that was signed, sorted or not."
        BODY_KEYS_REORDERED proof "body-keys-reordered" "Body with its keys in another order" RAW
            "The signature matches the body with its keys in the order of the provider's sample or schema: another order was signed than received."
            RAW_BODY_FIX
        BODY_KEYS_MOVED proof "body-keys-moved" "Integer-like keys moved to the front" RAW
            "The signature matches the body with its integer-like keys in another place or order: they were moved after signing, as JavaScript moves them to the front, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_UNICODE_ESCAPED proof "body-unicode-escaped" "Body with its \\u escapes decoded" RAW
            "The signature matches the body with \\u escapes that were received as plain characters, or in the other letter case (Python's `json.dumps`, PHP's `json_encode` and Java escape non-ASCII characters)."
            RAW_BODY_FIX
        BODY_UNICODE_UNESCAPED proof "body-unicode-unescaped" "Body with characters escaped as \\u" RAW
            "The signature matches the body with \\u escapes as plain characters: they were escaped after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_HTML_ESCAPED proof "body-html-escaped" "Body with its escapes of special characters decoded" RAW
            "The signature matches the body with special characters as \\u escapes, such as < or & by Go's `json.Marshal` and Rails, = by Gson, @ by Meta, or U+2028: the escapes were decoded after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_DOTNET_ESCAPED proof "body-dotnet-escaped" "Body with its .NET escapes decoded" RAW
            "The signature matches the body with the \\u escapes of .NET's System.Text.Json (non-ASCII characters, quotes, +, <, >, & and more): the escapes were decoded after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_SLASHES_ESCAPED proof "body-slashes-escaped" "Body with its escaped slashes decoded" RAW
            "The signature matches the body with each / as \\/ (PHP's `json_encode`): the slashes were unescaped after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_SLASHES_UNESCAPED proof "body-slashes-unescaped" "Body with slashes escaped as \\/" RAW
            "The signature matches the body with each \\/ as /: the slashes were escaped after signing, as PHP's `json_encode` does, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_NUMBERS_SHORT proof "body-numbers-short" "Body signed with JavaScript's number format" RAW
            "The signature matches the body with numbers as JavaScript writes them (1 for 1.0, 100 for 1e2): they were reformatted after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_NUMBERS_REWRITTEN proof "body-numbers-rewritten" "Body with its numbers reformatted" RAW
            "The signature matches the body with other forms of the same numbers, such as 1.0, 10.50 or 1e-07: numbers were reformatted after signing, as JavaScript does, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_NEWLINE_ADDED proof "body-newline-added" "Line break added to the end of the body" RAW
            "The signature matches the body without its final line break: the line break was added after signing, or the sender signed other bytes than it sent."
            "Remove the line break where it is added: an editor, echo (use printf '%s') or a template. Or verify the raw request body."
        BODY_NEWLINE_DROPPED proof "body-newline-dropped" "Line break lost from the end of the body" RAW
            "The signature matches the body with a final line break: the line break was removed after signing, or the sender signed other bytes than it sent."
            "Verify the body untrimmed. Or, in a shell, avoid $(...) and curl's -d @file, which drop line breaks: use --data-binary @file."
        BODY_CRLF_DROPPED proof "body-crlf-dropped" "CRLF lost from the end of the body" RAW
            "The signature matches the body with a final CRLF: the line break was removed after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_LF_TO_CRLF proof "body-lf-to-crlf" "Line breaks changed from LF to CRLF" RAW
            "The signature matches the body with LF for each CRLF: line breaks were converted, as Windows tools and git's autocrlf do, or the sender signed other bytes than it sent."
            "Read and write the body as bytes, not as text. Or, for a file in git, add `*.json -text` to .gitattributes."
        BODY_CRLF_TO_LF proof "body-crlf-to-lf" "Line breaks changed from CRLF to LF" RAW
            "The signature matches the body with CRLF for each LF: line breaks were converted, as reading in text mode does, or the sender signed other bytes than it sent."
            "Read and write the body as bytes, not as text (Python: open(path, \"rb\"))."
        BODY_BOM_ADDED proof "body-bom-added" "Byte order mark added to the body" RAW
            "The signature matches the body without its byte order mark: the mark was added after signing, or the sender signed other bytes than it sent."
            "Write the body without a byte order mark (PowerShell: utf8NoBOM; Python: \"utf-8\", not \"utf-8-sig\")."
        BODY_BOM_DROPPED proof "body-bom-dropped" "Byte order mark lost from the body" RAW
            "The signature matches the body with a leading byte order mark: the mark was removed after signing, as TextDecoder and response.text() do, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_SPACE_ADDED proof "body-space-added" "White space added around the body" RAW
            "The signature matches the body without the white space around it: the white space was added after signing, or the sender signed other bytes than it sent."
            "Remove the white space where it is added: a template, a here-document or a copy. Or verify the raw request body."
        BODY_SPACE_DROPPED proof "body-space-dropped" "White space lost around the body" RAW
            "The signature matches the body with white space around it: the white space was removed after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_LATIN1_DECODED proof "body-latin1-decoded" "UTF-8 body decoded as Latin-1" RAW
            "The signature matches the original UTF-8: the received body is that text decoded as Latin-1 and encoded as UTF-8 again."
            "Verify the body before it is decoded. In Node.js, use no \"latin1\" or \"binary\" in setEncoding and toString."
        BODY_LATIN1_ENCODED proof "body-latin1-encoded" "UTF-8 body re-encoded as Latin-1" RAW
            "The signature matches the body as UTF-8, and it was received as Latin-1: it was encoded again, or the sender signed other bytes than it sent."
            "Verify the body before it is decoded. Or encode it as UTF-8: Buffer.from(text, \"utf8\"), not \"latin1\" or \"binary\"."
        BODY_LATIN1_SIGNED proof "body-latin1-signed" "Body signed as Latin-1, received as UTF-8" RAW
            "The signature matches the body as Latin-1, and it was received as UTF-8: other bytes were signed than sent."
            "Change the sender to sign the bytes it sends: text.encode(\"utf-8\") before the HMAC. Or verify the raw request body, if your side decodes it."
        BODY_QUESTION_MARKS_SIGNED proof "body-question-marks-signed" "Body signed with ? in place of characters" RAW
            "The signature matches the body with \"?\" for each character that ASCII, Latin-1 or Windows-1252 does not have: other bytes were signed than sent."
            "Change the sender to sign the bytes it sends, as UTF-8: Encoding.UTF8.GetBytes(text) in C#, not Encoding.ASCII; text.encode(\"utf-8\") in Python, without errors=\"replace\"."
        BODY_WINDOWS_1252_DECODED proof "body-windows-1252-decoded" "UTF-8 body decoded as Windows-1252" RAW
            "The signature matches the original UTF-8: the received body is that text decoded as Windows-1252 and encoded as UTF-8 again."
            RAW_BODY_FIX
        BODY_WINDOWS_1252_ENCODED proof "body-windows-1252-encoded" "UTF-8 body re-encoded as Windows-1252" RAW
            "The signature matches the body as UTF-8, and it was received as Windows-1252: it was encoded again, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_BASE64 proof "body-base64" "Body still encoded as base64" LAMBDA
            "The signature matches the decoded body: the received one is its base64, as API gateways pass it to AWS Lambda."
            "Decode the base64 once, before the body is verified."
        BODY_BASE64_SIGNED proof "body-base64-signed" "Body signed as base64" NONE
            "The signature matches the base64 of the body: the encoded text was signed."
            "Change the sender to sign the bytes it sends. Or verify the base64 of the body, if the provider documents that."
        BODY_URL_ENCODED proof "body-url-encoded" "Body still URL-encoded" RAW
            "The signature matches the URL-decoded body: the body was URL-encoded after signing, or the sender signed other bytes than it sent."
            "Remove the encoding step, such as $util.urlEncode in an API Gateway mapping. Or decode the body once, with decodeURIComponent."
        BODY_URL_DECODED proof "body-url-decoded" "URL-encoded body decoded before verification" RAW
            "The signature matches the URL-encoded body: the body was decoded after signing, or the sender signed other bytes than it sent."
            "Verify the raw request body, before express.urlencoded() or another form parser reads it."
        BODY_PRINTED proof "body-printed" "Printed form of the body" RAW
            "The signature matches the bytes that the received text is a notation of: a list of numbers, Python's b'...', hexadecimal digits or HTML escapes."
            "Pass the bytes themselves: in Node.js the Buffer, not JSON.stringify(buffer); in Python the bytes, not str() of them; from a page its text, not its HTML."
        BODY_JSON_STRING proof "body-json-string" "Body serialized as JSON twice" RAW
            "The signature matches the content of the received JSON string: the body was serialized a second time after signing, or the sender signed other bytes than it sent."
            "Remove the second JSON.stringify, json.dumps or json_encode: pass the text on unchanged. Or verify the raw request body."
        BODY_JSON_UNWRAPPED proof "body-json-unwrapped" "Body signed as a JSON string, then parsed" RAW
            "The signature matches the body as a JSON string, with quotes: the string was parsed after signing, or the sender signed other bytes than it sent."
            RAW_BODY_FIX
        BODY_FORM proof "body-form" "JSON body wrapped in a form field" NONE
            "The signature matches the JSON in the received form field: the JSON was signed, not the form."
            "Verify the decoded value of the form field. Or set the provider to send application/json, if it offers that."
        BODY_FORM_EXTRACTED proof "body-form-extracted" "Form parsed before verification" RAW
            "The signature matches `payload=` and the URL-encoded body: the whole form was signed, not the JSON in its field."
            "Verify the raw form, before express.urlencoded() or another parser reads it. Or set the provider to send application/json, if it offers that (GitHub: Content type in the webhook settings)."
        BODY_FORM_REENCODED proof "body-form-reencoded" "Form parsed and encoded again" RAW
            "The signature matches the same form with other escapes (such as %2A for *, or + for %20): it was parsed and encoded again after signing, or the sender signed other bytes than it sent."
            "Verify the raw form, before express.urlencoded() or another parser reads it. Do not build it again with URLSearchParams or querystring."
        BODY_FORM_PARSED proof "body-form-parsed" "Form parsed into JSON" RAW
            "The signature matches a form with the members of the received JSON as its fields: the form was parsed after signing, or the sender signed other bytes than it sent."
            "Verify the raw form, before express.urlencoded() or another parser reads it, not JSON.stringify(req.body)."
        BODY_TRUNCATED proof "body-truncated" "Body cut off at the end" NONE
            "The signature matches the body with its open brackets closed: the received one lacks its end."
            "Read the body to its end: await every chunk. Or raise the limit that cuts it: client_max_body_size in nginx, express.raw({ limit }), a database column or a log."
        BODY_TRAILING_DATA proof "body-trailing-data" "Extra bytes at the end of the body" NONE
            "The signature matches the body without the bytes after its JSON or its Content-Length: the extra bytes were added after signing, or the sender signed other bytes than it sent."
            "Read Content-Length bytes and no more: slice a reused buffer, buffer.subarray(0, length)."
        BODY_EMPTY observation "body-empty" "Empty body" RAW
            "The received body is empty. A stream that was read before gives an empty body."
            "Keep the raw bytes where the request is first read: a body can be read only once."
        BODY_SHORTER_THAN_DECLARED observation "body-shorter-than-declared" "Body shorter than Content-Length" RAW
            "Content-Length declares {length} bytes, and {received} were received: the body is incomplete, or not the raw one."
            "Read the body to its end, and verify it before anything parses or decodes it."
        BODY_LONGER_THAN_DECLARED observation "body-longer-than-declared" "Body longer than Content-Length" RAW
            "Content-Length declares {length} bytes, and {received} were received: bytes were added, or the body is not the raw one."
            RAW_BODY_FIX
        BODY_REPLACEMENT_CHARACTERS observation "body-replacement-characters" "Replacement characters (U+FFFD) in the body" RAW
            "The body contains U+FFFD, the mark of bytes that could not be decoded. If decoding made it, the signed bytes are lost."
            "Verify the body before it is decoded. Decoding a stream chunk by chunk, or with setEncoding, causes this."
        BODY_PLACEHOLDER observation "body-placeholder" "Placeholder instead of a body" RAW
            "The received body is {found}, not an event. {reason}."
            "Verify the raw request body, before anything parses it, and for every Content-Type: express.raw({ type: \"*/*\" }) in Express."
        BODY_NOT_JSON observation "body-not-json" "Body is not JSON" RAW
            "This provider sends JSON, and the body is not valid JSON."
            "Compare the body with the one sent: it may be an error page, a form, or compressed. Or verify the raw request body."
        BODY_QUESTION_MARKS observation "body-question-marks" "Question marks in place of characters" RAW
            "A string of the body has question marks where letters are expected. An encoder that cannot write a character writes \"?\", and then the signed bytes are lost."
            "Verify the body before it is encoded again. Or encode it as UTF-8, not as ASCII or Latin-1 (C#: Encoding.UTF8, not Encoding.ASCII)."
        BODY_NUMBERS_ROUNDED observation "body-numbers-rounded" "Integers as JavaScript rounds them" RAW
            "The body has an integer above 2^53 that ends in zeros, as JavaScript writes an integer that it rounded. If so, the signed digits are lost."
            RAW_BODY_FIX
        BODY_JSON_STRINGIFY_OUTPUT observation "body-json-stringify-output" "Body as JSON.stringify writes it" RAW
            "The body is exactly the output of JSON.stringify for its data. The sender may have written it so; or another body was signed, and parsed and serialized again."
            RAW_BODY_FIX
        BODY_PYTHON_OUTPUT observation "body-python-output" "Body as Python's json.dumps writes it" RAW
            "The body is exactly the output of Python's `json.dumps` for its data. The sender may have written it so; or another body was signed, and parsed and serialized again."
            RAW_BODY_FIX
        BODY_TOO_LARGE observation "body-too-large" "Body over the size limit" NONE
            "The body exceeds the limit of {length} bytes, so nothing was tried."
            "Raise `{max_bytes}`, if the provider sends bodies of this size."
    }
    Secret {
        SECRET_WHITE_SPACE proof "secret-white-space" "White space around the secret" NONE
            "The signature matches {secret} without the white space or line break around it."
            "Trim the secret where it is read: readFileSync(path, \"utf8\").trim(). Or store it without a line break: printf '%s', not echo."
        SECRET_WHITE_SPACE_MISSING proof "secret-white-space-missing" "White space in the sender's secret" NONE
            "The signature matches {secret} with white space or a line break around it: the sender's secret has it."
            "Save the secret again at the sender, without the line break of a file or of echo."
        SECRET_QUOTES proof "secret-quotes" "Quotes around the secret" NONE
            "The signature matches {secret} without the quotes around it."
            "Remove the quotes where the secret is stored: Docker's --env-file and many panels keep them as part of the value."
        SECRET_QUOTES_MISSING proof "secret-quotes-missing" "Quotes in the sender's secret" NONE
            "The signature matches {secret} in quotes: the sender's secret has them."
            "Save the secret again at the sender, without the quotes."
        SECRET_NEWLINE_ESCAPED proof "secret-newline-escaped" "Escaped line break (\\n) in the secret" NONE
            "The signature matches {secret} with a line break for the two characters \\n, or without them."
            "Replace the two characters: secret.replaceAll(\"\\\\n\", \"\\n\"). Or store the secret without them."
        SECRET_NEWLINE_UNESCAPED proof "secret-newline-unescaped" "Escaped line break (\\n) in the sender's secret" NONE
            "The signature matches {secret} with the two characters \\n for its line break: the sender's secret has them."
            "Save the secret again at the sender, with a real line break. Or write \\n in your own secret, too."
        SECRET_HEX_DECODED proof "secret-hex-decoded" "Secret decoded from hex by the sender" NONE
            "The signature matches {secret} decoded from hex: the sender uses the decoded bytes as the key."
            "Set \"secret\": \"hex\" in the provider definition. Or, if the provider documents the text as the key, change the sender."
        SECRET_BASE64_DECODED proof "secret-base64-decoded" "Secret decoded from base64 by the sender" NONE
            "The signature matches {secret} decoded from base64: the sender uses the decoded bytes as the key."
            "Decode the secret where it is read, if it is the base64 of a Kubernetes Secret. Or set \"secret\": \"base64\" in the provider definition, if the provider documents that."
        SECRET_BASE64_TWICE proof "secret-base64-twice" "Secret encoded as base64 twice" NONE
            "The signature matches {secret} decoded from base64 twice: the sender's key is the decoded text."
            "Decode the secret twice. Or store it without encoding it: Kubernetes encodes the values of `stringData` itself."
        SECRET_ENCODED_NEWLINE proof "secret-encoded-newline" "Line break encoded with the secret" NONE
            "The signature matches the key that {secret} encodes, without the white space at its end."
            "Write the secret again: printf '%s' \"$SECRET\" | base64. `echo` adds a line break."
        SECRET_BASE64URL_DECODED proof "secret-base64url-decoded" "Secret decoded from URL-safe base64 by the sender" NONE
            "The signature matches {secret} decoded from URL-safe base64: the sender uses the decoded bytes as the key."
            "Set \"secret\": \"base64\" in the provider definition, and write the secret with + for - and / for _."
        SECRET_NOT_DECODED proof "secret-not-decoded" "Secret not decoded by the sender" NONE
            "The signature matches the text of {secret}: the sender does not decode it."
            "Set \"secret\": \"utf8\" in the provider definition. Or pass the base64 of the text, as Polar's SDK does: Buffer.from(secret).toString(\"base64\")."
        SECRET_ENCODED proof "secret-encoded" "Encoded text of the secret used as the key" NONE
            "The signature matches {secret} encoded as hex or base64: the sender uses the encoded text as the key."
            "Pass the secret as the sender shows it, without decoding it, and set \"secret\": \"utf8\" in the provider definition."
        SECRET_PREFIX_DROPPED proof "secret-prefix-dropped" "Prefix not part of the sender's key" NONE
            "The signature matches {secret} without its prefix: the prefix is not part of the sender's key."
            "Set the prefix in the provider definition, such as \"secret\": \"whsec_{base64}\". Or pass the secret without the prefix."
        SECRET_PREFIX_KEPT proof "secret-prefix-kept" "Prefix part of the sender's key" NONE
            "The signature matches {secret} with its prefix: the prefix is part of the sender's key."
            "Pass the secret with its prefix, and set \"secret\": \"utf8\" in the provider definition."
        SECRET_PREFIX_DOUBLED proof "secret-prefix-doubled" "Prefix of the secret doubled" NONE
            "The signature matches {secret} with its prefix once: the prefix is written twice."
            "Remove one of the prefixes."
        SECRET_PREFIX_CASE proof "secret-prefix-case" "Prefix of the secret in another letter case" NONE
            "The signature matches {secret} with its prefix in the letter case of the provider."
            "Write the prefix of the secret as the provider shows it."
        SECRET_REJECTED proof "secret-rejected" "Secret that `verify` does not accept" NONE
            "The signature matches {secret} as it is, and `verify` does not accept such a secret."
            "Set a secret of at least 24 random bytes at the provider."
        SECRET_SURROUNDED proof "secret-surrounded" "Other text around the secret" NONE
            "The signature matches the value within {secret}: the rest, such as the name of a variable, a keyword, a comma or a comment, is not part of the sender's key."
            "Remove everything but the value of the secret."
        SECRET_INVISIBLE proof "secret-invisible-characters" "Invisible characters in the secret" NONE
            "The signature matches {secret} without its invisible characters, such as a byte order mark or a zero-width space."
            "Remove the invisible characters: copy the secret as plain text, and store it without a byte order mark."
        SECRET_TYPOGRAPHIC proof "secret-typographic" "Typographic characters in the secret" NONE
            "The signature matches {secret} with plain quotes, dashes, dots and spaces in place of typographic ones."
            "Copy the secret as plain text: word processors, chats and phones replace characters."
        SECRET_URL_ENCODED proof "secret-url-encoded" "Secret URL-encoded" NONE
            "The signature matches {secret} after it is URL-decoded."
            "Decode the secret where it is read, with decodeURIComponent. Or store it without encoding it."
        SECRET_URL_DECODED proof "secret-url-decoded" "Secret URL-decoded" NONE
            "The signature matches the URL-encoded form of {secret}: %XX for a character, or + for a space."
            "Copy the secret again as the provider shows it: a form or a URL decoded it."
        SECRET_HTML_ESCAPED proof "secret-html-escaped" "Secret HTML-escaped" NONE
            "The signature matches {secret} with its HTML entities, such as &amp;, as characters."
            "Copy the secret again from the page, not from its source. Or store it without escaping it."
        SECRET_JSON_ESCAPED proof "secret-json-escaped" "Secret JSON-escaped" NONE
            "The signature matches {secret} with its JSON escapes, such as \\/ or \\u003d, as characters."
            "Read the secret with a JSON parser. Or store it without escaping it."
        SECRET_LETTER_CASE proof "secret-letter-case" "Secret in another letter case" NONE
            "The signature matches {secret} in lower case or in upper case."
            "Copy the secret again in the letter case that the provider shows."
        SECRET_UNSET proof "secret-unset" "Sender's secret not set" NONE
            "The signature matches an empty secret, or the text of an unset variable (undefined, null, None, nil)."
            "Set the secret where the sender runs. Until then, everyone can sign such deliveries."
        SECRET_NOT_FIRST observation "secret-not-first" "Secret other than the first" NONE
            "The signature matches {secret}, not the first one, which `sign` uses."
            "Remove old secrets after a rotation. Or, outside of a rotation, check that the delivery is of this subscription."
        SECRETS_SEVERAL observation "secrets-several" "Several secrets" NONE
            "{count} secrets are configured, and none of them matches."
            "Check that the secret of this subscription is one of them. Then remove those of other subscriptions."
        SECRET_INVALID observation "secret-invalid" "Secret not in the provider's format" NONE
            "`verify` does not accept {secret}. {message}"
            SECRET_FIX
        SECRET_WRONG_TYPE observation "secret-wrong-type" "Not a webhook signing secret" NONE
            "The value of {secret} looks like {kind}: it begins with {prefix}."
            "Copy the signing secret from the settings of this webhook at the provider."
        SECRET_SUSPICIOUS observation "secret-suspicious" "Suspicious secret" NONE
            "The format of {secret} is unusual. {hint}"
            SECRET_FIX
    }
    Signature {
        ALGORITHM_MISLABELLED proof "algorithm-mislabelled" "Wrong algorithm label" NONE
            "The signature matches with {algorithm}, and its label names {label}."
            "Change the sender to sign with the algorithm that the label names: createHmac(\"{label}\", secret). Or to write the label {algorithm}."
        ALGORITHM_NOT_ACCEPTED proof "algorithm-not-accepted" "Algorithm not accepted" NONE
            "The signature matches with {algorithm}, and this webhook accepts only {accepted}."
            "Set the sender to sign with {accepted}. Or add {algorithm} to `algorithms`, in the options and in the provider definition."
        SIGNATURE_ENCODING proof "signature-encoding" "Unexpected encoding of the signature" NONE
            "The signature matches encoded as {written}; expected {expected}."
            "Change the sender to encode the signature as {expected}: digest(\"{expected}\") in Node.js. Or change `format` in the provider definition."
        SIGNATURE_UPPER_CASE proof "signature-upper-case" "Letter case of the signature changed" NONE
            "The signature matches except for the case of its letters, and base64 is case-sensitive."
            "Pass the header value on unchanged: only header names are case-insensitive."
        SIGNATURE_LABEL_MISSING proof "signature-label-missing" "Signature without its label" NONE
            "The signature matches without the label that this provider writes: expected {format}."
            "Pass the header value on unchanged: headers[\"{header}\"], not .split(\"=\")[1]. Or change the sender to write {format}."
        SIGNATURE_LABEL_UNEXPECTED proof "signature-label-unexpected" "Signature in an unexpected format" NONE
            "The signature matches, and its header is not in the format of this provider: expected {format}."
            "Pass the header value on unchanged: one value, without quotes or brackets. Or change the sender to write {format}."
        SIGNATURE_TRUNCATED proof "signature-truncated" "Signature cut off" NONE
            "The signature matches a part of the expected one: the rest is missing."
            "Pass on all {length} characters: check the database column, log or slice that is too short."
        SIGNATURE_EMPTY_BODY proof "signature-empty-body" "Empty body signed" NONE
            "The signature matches an empty body: the body was not signed."
            "Change the sender to sign the bytes it sends: serialize once, sign that text, send that text."
        SIGNATURE_DOUBLE_ENCODED proof "signature-double-encoded" "Signature encoded twice" NONE
            "The signature matches decoded twice: the encoded text was encoded again."
            "Change the sender to encode the digest once: digest(\"{expected}\") in Node.js, not Buffer.from(hmac.digest(\"hex\")).toString(\"base64\")."
        SIGNATURE_URL_DECODED proof "signature-url-decoded" "Signature URL-decoded" NONE
            "The signature matches with + for each space: a URL decoder or form parser has read its base64."
            "Pass the header value on unchanged. Or, where a form or a URL carries the signature, percent-encode it at the sender: encodeURIComponent(signature)."
        SIGNATURE_NOT_HMAC proof "signature-not-hmac" "Plain hash instead of HMAC" NONE
            "The signature matches the plain {algorithm} of the signed content or the body, alone or concatenated with the secret: a hash, not an HMAC, like HubSpot's v1 signatures."
            "Change the sender to use HMAC: createHmac(\"{algorithm}\", secret).update(body)."
        SIGNATURE_PUBLIC_KEY observation "signature-public-key" "Signature by a private key" NONE
            "The header {found} contains {kind}: {provider} makes it with a private key, and no shared secret can verify it."
            "Verify it with the public key of the sender and a library for its algorithm. Or set the sender to sign with HMAC (Standard Webhooks: v1 and a whsec_ secret), if it offers that."
        SIGNATURE_JWT observation "signature-jwt" "JSON Web Token instead of an HMAC" NONE
            "The header {found} contains a JSON Web Token, not an HMAC of the body."
            "Verify the token with a library for JSON Web Tokens. Then compare the digest of the body with the claim that holds it, if there is one."
        DIGEST_LENGTH observation "digest-length" "Unexpected length of the signature" NONE
            "The signature in {header} has {length} bytes, {like}. Expected {accepted}."
            "Compare the algorithm of the sender, and check that the header is complete."
        SIGNATURE_UNREADABLE observation "signature-unreadable" "No signature in the header" NONE
            "The header {header} contains no signature: expected {format}. Nothing was tried."
            "Pass the header value on unchanged."
        SIGNATURE_MULTIPLE observation "signature-multiple" "Several signatures" NONE
            "The header {header} contains {count} values. Each of them was tried."
            "Remove the extra values, if the provider sends one: a proxy or a sender adds them."
    }
    Content {
        CONTENT_TIMESTAMP_MISSING proof "content-timestamp-missing" "Timestamp not signed" NONE
            "The signature matches the signed content {content}: the timestamp is missing; expected {expected_content}."
            "Change the sender to sign {expected_content}."
        CONTENT_ID_MISSING proof "content-id-missing" "Message id not signed" NONE
            "The signature matches the signed content {content}: the id is missing; expected {expected_content}."
            "Change the sender to sign {expected_content}."
        CONTENT_SEPARATOR proof "content-separator" "Signed content joined in another way" NONE
            "The signature matches the signed content {content}: separators or order differ; expected {expected_content}."
            "Change the sender to sign {expected_content}, to the character."
        CONTENT_TIMESTAMP_UNIT proof "content-timestamp-unit" "Timestamp signed in another unit" NONE
            "The signature matches the timestamp in {other_unit}; it was received in {unit}."
            "Change the sender to sign the timestamp that it sends: Math.floor(Date.now() / 1000) for seconds, once, in a variable."
        CONTENT_TIMESTAMP_OTHER proof "content-timestamp-other" "Timestamp of another place signed" NONE
            "The signature matches the timestamp in {place}; expected the one in {timestamp_header}."
            "Change the sender to sign the timestamp that it sends in {timestamp_header}. Or name that header in the provider definition."
        CONTENT_ID_OTHER proof "content-id-other" "Id of another place signed" NONE
            "The signature matches the id in {place}; expected the one in the header {expected_id}."
            "Change the sender to sign the id that it sends in {expected_id}. Or name the signed header in the provider definition."
        CONTENT_OTHER_PROVIDER proof "content-other-provider" "Signed content of another provider" NONE
            "The signature matches the signed content {content} ({provider}); expected {expected_content}."
            "Verify with the provider that sent it, or with a definition that has \"signedContent\": \"{content}\". Or change the sender to sign {expected_content}."
        CONTENT_URL proof "content-url" "URL in the signed content" NONE
            "The signature matches the signed content {content}: the URL is part of it; expected {expected_content}."
            "Use a provider definition with \"signedContent\": \"{content}\", and pass `url` as the sender knows it. Or change the sender to sign {expected_content}."
        CONTENT_AMBIGUOUS proof "content-ambiguous" "Signed content with an unclear end" NONE
            "The signature matches, and `verify` rejects the delivery: from the signed content {expected_content}, the end of a part is not clear. A header contains the separator after it, or the body next to a URL or timestamp does not mark where it begins or ends."
            "Change the sender: values of signed headers without the separator, and a JSON object or array as the body, without white space next to the URL."
        CONTENT_URL_CHANGED proof "content-url-changed" "Another URL signed" NONE
            "The signature matches another URL than the one of the delivery. Different: {changes}."
            "Pass the URL as the sender knows it, in the option `url` of the receiver: url: (request) => \"https://hooks.example.com\" + request.originalUrl. Or, with `verify`, in `url` of the delivery; in Rust, by `Delivery::with_url`."
    }
    Headers {
        URL_SIGNED observation "url-signed" "URL in the provider's signed content" NONE
            "The provider signs the URL ({expected_content}), and the URL of the delivery may be another one than the sender called."
            "Pass `url` as the sender knows it: scheme, host, port, path and query, as before any proxy."
        HEADER_RENAMED proof "header-renamed" "Header renamed" NONE
            "The signature matches with headers under other names: {renamed}."
            "Keep the names of headers in proxies, gateway mappings, CGI and WSGI (HTTP_ and underscores). Or name the headers in the provider definition, or use the definition of the provider that sends them."
        HEADER_LOST proof "header-lost" "Signed header lost" NONE
            "The signature matches with {place} for the header {missing}, which the delivery lacks."
            "Configure the proxy or gateway to pass {missing} on."
        HEADER_MISSING observation "header-missing" "Signature header missing" NONE
            "Missing signature header {header}."
            "Set a signing secret at the sender. Or configure the proxy or gateway to pass {header} on (CloudFront: origin request policy)."
        TOKEN_FORM proof "token-form" "Token in another form" NONE
            "The token in {header} is {secret}, and {change}; expected {format}."
            "Change the sender to send the header as {format}. Or correct `secrets`: the token alone, without quotes, white space and the text before it."
        TOKEN_OTHER_HEADER proof "token-other-header" "Token in another header" NONE
            "The header {found} contains {secret}; the token is expected in {header}."
            "Change the sender to send {header}. Or name the other header in the provider definition."
        TOKEN_UNKNOWN observation "token-unknown" "Other token" NONE
            "The token in {header} is {count}, in no form that was tried."
            "Check that the secret is of the same environment and subscription as the delivery. Or set a new token at the sender and in `secrets`."
        TOKEN_MISSING observation "token-missing" "Token missing" NONE
            "Missing token header {header}, and no other header contains a secret."
            "Set the token at the sender. Or configure the proxy or gateway to pass {header} on."
        KEY_INVALID observation "key-invalid" "Not a public key of the provider" NONE
            "`verify` does not accept {secret}. {message}"
            "Copy the public key as the provider shows it."
        SIGNATURE_REJECTED observation "signature-rejected" "Signature that cannot be compared" NONE
            "{message}"
            "Check the sender and the proxy: pass the headers and the body on unchanged."
        PUBLIC_KEY_NO_MATCH observation "public-key-no-match" "No public key verifies the signature" RAW
            "No configured public key verifies the signature over this body, nor over one of {tried} other forms of it."
            "Compare the public key with the one at the provider, of the same application and environment. Or check that the body is passed before anything parses it."
        PUBLIC_KEY_UNAVAILABLE observation "public-key-unavailable" "No verification with public keys" NONE
            "Nothing in this runtime verifies signatures with public keys, so nothing was tried."
            "Run the program in Node.js, Bun or Deno. Or add `import \"hookseal/public-key\"`; in Rust, enable the feature `public-key`."
        HEADER_SIMILAR observation "header-similar" "Other headers with signatures" NONE
            "Headers that look like a signature: {names}. Expected {header}."
            "Check whether a proxy renamed {header}, or whether another provider sent this delivery."
        HEADER_OF_ANOTHER_PROVIDER observation "header-of-another-provider" "Header of another provider" NONE
            "The delivery has the header {found}, which {provider} sends."
            "Verify it with a webhook of that provider."
        HEADER_TOKEN observation "header-token" "Token instead of a signature" NONE
            "The header {found} of {provider} is a token: it shows that the sender knows a secret, and signs nothing."
            "Compare the token with the secret of the webhook, in constant time. Or set {provider} to sign, if it offers that."
        SECRET_AS_TOKEN observation "secret-as-token" "Secret sent as a token" NONE
            "{place} contains {secret} itself: the sender sends it as a token and signs nothing."
            "Compare that value with the secret in constant time, in place of verifying a signature. Or set the sender to sign, with a new secret."
        SECRET_LEAKED observation "secret-leaked" "Secret sent with the delivery" NONE
            "{place} contains {secret} itself. Everyone who sees the request, or a log of it, can sign deliveries."
            "Replace the secret, and remove it from the request: a signature proves knowledge of the secret without showing it."
        DOCUMENTATION_SAMPLE observation "documentation-sample" "Signature from the documentation" NONE
            "The signature is the example printed in the documentation of {provider}."
            "Use a real delivery, or sign a sample with `sign`: examples in documentation rarely match their body."
        TIMESTAMP_TOO_OLD observation "timestamp-too-old" "Timestamp too old" NONE
            "The timestamp is {seconds} s in the past; the tolerance is {tolerance} s."
            "Pass `now`, if this is a recorded delivery. Or check for replays and queues, and the clock of this machine (timedatectl)."
        TIMESTAMP_TOO_NEW observation "timestamp-too-new" "Timestamp in the future" NONE
            "The timestamp is {seconds} s in the future; the tolerance is {tolerance} s."
            "Check the clocks of this machine and of the sender (timedatectl), and the unit of the timestamp."
        TIMESTAMP_UNIT observation "timestamp-unit" "Timestamp in another unit or notation" NONE
            "The timestamp looks like {found}; expected {unit}."
            "Change the sender to send {unit}: Math.floor(Date.now() / 1000) for seconds since 1970. Or set `timestampUnit` in the provider definition, if the provider documents the other unit."
        TIMESTAMP_MISSING observation "timestamp-missing" "Timestamp missing or malformed" NONE
            "The signed timestamp is missing or malformed."
            "Pass the timestamp on unchanged, in the place where the provider sends it."
        SIGNED_CONTENT_INCOMPLETE observation "signed-content-incomplete" "Part of the signed content missing" NONE
            "The signed content includes {missing}, which the delivery does not have."
            "Pass the header on unchanged, and `url` and `method` as the sender knows them, not as a proxy rewrites them."
        CONTENT_ENCODING observation "content-encoding" "Compressed body" RAW
            "The header Content-Encoding declares a compressed body."
            "Verify the body as the provider signs it: before decompression, or after it."
        CONTENT_TYPE_FORM observation "content-type-form" "Content type of a form" RAW
            "Content-Type declares a form; {detail}."
            "Set the provider to send {expected}. Or verify the raw form, before a parser reads it."
    }
    Search {
        SIGNATURE_VALID observation "signature-valid" "Valid signature" DIGESTS
            "The signature matches the {length} bytes of this body (SHA-256 {digest}) and {secret}.{status}"
            "Compare length and SHA-256 of what your application passes to `verify` with these, if it rejects the delivery: either it changes the body after it arrived, or it uses another secret."
        TOKEN_VALID observation "token-valid" "Valid token" NONE
            "The token in {header} is {secret}. A token does not sign the body."
            "Compare header and secret with those of your application, if it rejects the delivery."
        JWT_VALID observation "jwt-valid" "Valid JSON Web Token" NONE
            "The token in {header} was made with {secret}, and its claims and times are right. {covers}"
            "Compare header, body and secret with those of your application, if it rejects the delivery."
        JWT_REJECTED observation "jwt-rejected" "JSON Web Token not accepted" NONE
            "{message}"
            "Verify how the sender makes the token. {hint}"
        PROVIDER_UNSIGNED observation "provider-unsigned" "Provider without signatures" NONE
            "{provider} does not sign its webhooks, so there is no signature to explain."
            "Protect the URL in another way: a secret path, an IP allowlist or mutual TLS."
        SECRET_MISSING observation "secret-missing" "No signing secret configured" NONE
            "No signing secret configured, so nothing was tried."
            "Pass the signing secret of the subscription in `secrets`."
        NO_MATCH observation "no-match" "No match" NONE
            "No match. Tried {bodies}, {keys} and {contents}. {reason}."
            "Check first {check}. Or compare length and SHA-256 of the body with the sender's: some changes cannot be undone."
        SEARCH_LIMIT_REACHED observation "search-limit-reached" "Search limit reached" NONE
            "The search ended at its limit of {limit}: not all {left_out} were tried."
            "Check the secret first. Or {change}."
    }
}

#[cfg(test)]
mod tests;
