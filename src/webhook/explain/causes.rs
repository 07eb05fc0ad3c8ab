//! The one list of causes: code, sentence and fix of everything that `explain` can say. The page of causes
//! and the TypeScript type of their codes are made from it.

use crate::webhook::Cause;

/// What a cause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseCategory {
    /// The body is not the bytes that were signed.
    Body,
    /// The key is not the one that was signed with.
    Secret,
    /// The signature is of another algorithm, or written in another way.
    Signature,
    /// Something else than the provider's formula was signed.
    Content,
    /// What the headers tell.
    Headers,
    /// What the search itself has to say.
    Search,
}

/// A cause as the list has it. Words in braces are filled in.
#[derive(Clone, Copy, Debug)]
pub struct CauseDefinition {
    /// A stable, kebab-case name.
    pub code: &'static str,
    /// What it is about.
    pub about: CauseCategory,
    /// Whether it is is_proof by making the received signature, and stands among the matches; else it is a
    /// fact, and stands among the observations.
    pub is_proof: bool,
    /// A sentence.
    pub message: &'static str,
    /// What to change.
    pub fix: &'static str,
}

impl CauseDefinition {
    /// Whether both are the same cause.
    pub(super) fn same_cause(&self, other: &Self) -> bool {
        self.code == other.code
    }

    /// The cause with its words filled in.
    #[inline(never)]
    pub(super) fn render(&self, words: &[(&str, &str)]) -> Cause {
        let common = [("raw", RAW_BODY_FIX), ("place", SECRET_FIX)];
        let words: Vec<(&str, &str)> = words.iter().chain(&common).copied().collect();
        Cause {
            code: self.code,
            message: interpolate(self.message, &words),
            fix: interpolate(self.fix, &words),
            changed_bytes: None,
        }
    }
}

/// Puts words where the text has their names in braces. Other braces stay: fixes hold code.
fn interpolate(text: &str, words: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = words
            .iter()
            .find_map(|(name, word)| Some((word, rest[1..].strip_prefix(name)?.strip_prefix('}')?)));
        if let Some((word, behind)) = known {
            out.push_str(word);
            rest = behind;
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The line to change where a framework hands over something else than the raw body.
pub const RAW_BODY_FIX: &str = "Verify the bytes as they arrived. \
    Express: app.post(path, express.raw({ type: \"*/*\" }), handler) before any express.json(), then req.body. \
    Fastify: addContentTypeParser(\"application/json\", { parseAs: \"buffer\" }, (req, body, done) => done(null, body)). \
    Next.js: new Uint8Array(await request.arrayBuffer()) in a route handler; export const config = { api: { bodyParser: false } } in pages/api. \
    Hono: new Uint8Array(await c.req.arrayBuffer()). \
    NestJS: NestFactory.create(AppModule, { rawBody: true }), then req.rawBody. \
    AWS Lambda: Buffer.from(event.body, event.isBase64Encoded ? \"base64\" : \"utf8\"). \
    Flask: request.get_data(). Django: request.body.";

/// Where a secret comes from, and can be mended.
pub const SECRET_FIX: &str = "Mend it where it is kept (the .env file, the secret store, the variable of the \
    deployment), and not in the code.";

macro_rules! causes {
    ($($about:ident { $($name:ident $kind:ident $code:literal $message:literal $fix:literal)* })*) => {
        $($(pub(super) static $name: CauseDefinition = CauseDefinition {
            code: $code,
            about: CauseCategory::$about,
            is_proof: causes!(@$kind),
            message: $message,
            fix: $fix,
        };)*)*

        /// Every cause, in the order of the page that lists them.
        pub static CAUSES: &[&CauseDefinition] = &[$($(&$name),*),*];
    };
    (@proof) => { true };
    (@fact) => { false };
}

causes! {
    Body {
        BODY_COMPACT proof "body-compact"
            "The signature fits the body without the white space between its tokens: it was signed compact, and something has parsed it and written it again."
            "{raw}"
        BODY_INDENT_2 proof "body-indent-2"
            "The signature fits the body indented by two spaces: it was signed like that, and something has parsed it and written it again."
            "{raw}"
        BODY_INDENT_4 proof "body-indent-4"
            "The signature fits the body indented by four spaces: it was signed like that, and something has parsed it and written it again."
            "{raw}"
        BODY_INDENT_TAB proof "body-indent-tab"
            "The signature fits the body indented by tabs: it was signed like that, and something has parsed it and written it again."
            "{raw}"
        BODY_PYTHON_STYLE proof "body-python-style"
            "The signature fits the body with a space behind each comma and colon, as Python's json.dumps writes it: something has parsed it and written it again."
            "{raw} If the sender is yours and signs one text but sends another (requests.post(json=...)): sign and send the same bytes, data=body."
        BODY_KEYS_SORTED proof "body-keys-sorted"
            "The signature fits the body with its keys in alphabetical order: the sender signed a sorted text (sort_keys=True), and sent or you verified another."
            "{raw} If the sender is yours: send the very text that was signed, sorted or not."
        BODY_UNICODE_ESCAPED proof "body-unicode-escaped"
            "The signature fits the body with its characters outside ASCII written as \\u escapes, as Python's json.dumps and PHP's json_encode do: something has parsed it and written it again."
            "{raw}"
        BODY_UNICODE_UNESCAPED proof "body-unicode-unescaped"
            "The signature fits the body with its \\u escapes written as the characters they stand for: something has escaped them on the way."
            "{raw}"
        BODY_HTML_ESCAPED proof "body-html-escaped"
            "The signature fits the body with <, > and & written as \\u escapes, as Go's json.Marshal and Rails do: something has parsed it and written it again."
            "{raw}"
        BODY_DOTNET_ESCAPED proof "body-dotnet-escaped"
            "The signature fits the body with quotes, +, <, > and & written as \\u escapes, as .NET's System.Text.Json does: something has parsed it and written it again."
            "{raw}"
        BODY_SLASHES_ESCAPED proof "body-slashes-escaped"
            "The signature fits the body with each / written as \\/, as PHP's json_encode does: something has parsed it and written it again."
            "{raw}"
        BODY_SLASHES_UNESCAPED proof "body-slashes-unescaped"
            "The signature fits the body with each \\/ written as /: something (PHP's json_encode, most often) has parsed it and written it again."
            "{raw} In PHP itself: file_get_contents(\"php://input\")."
        BODY_NUMBERS_SHORT proof "body-numbers-short"
            "The signature fits the body with its numbers written as JavaScript writes them (1 for 1.0, 100 for 1e2): something has parsed it and written it again."
            "{raw}"
        BODY_NUMBERS_REWRITTEN proof "body-numbers-rewritten"
            "The signature fits the body with a number written as 1.0 or 1e2 where it now is 1 or 100: something, JavaScript most often, has parsed it and written it again."
            "{raw}"
        BODY_NEWLINE_ADDED proof "body-newline-added"
            "The signature fits the body without the line break at its end, which was added on the way: by an editor, by echo, or by curl's -d @file."
            "Take the line break away where it is added (printf '%s' for echo, curl's --data-binary). {raw}"
        BODY_NEWLINE_DROPPED proof "body-newline-dropped"
            "The signature fits the body with a line break at its end, which was dropped on the way."
            "Do not trim the body. In a shell, $(...) and curl's -d @file drop line breaks: use --data-binary @file. {raw}"
        BODY_CRLF_DROPPED proof "body-crlf-dropped"
            "The signature fits the body with CRLF at its end, which was dropped on the way."
            "Do not trim the body. {raw}"
        BODY_LF_TO_CRLF proof "body-lf-to-crlf"
            "The signature fits the body with LF for every CRLF: something has exchanged the line breaks, as Windows tools and git's autocrlf do."
            "Read and write the body as bytes, not as text; for a file in git: `*.json -text` in .gitattributes. {raw}"
        BODY_CRLF_TO_LF proof "body-crlf-to-lf"
            "The signature fits the body with CRLF for every LF: something has exchanged the line breaks, as reading in text mode does."
            "Read and write the body as bytes, not as text (Python: open(path, \"rb\")). {raw}"
        BODY_BOM_ADDED proof "body-bom-added"
            "The signature fits the body without the byte order mark at its start, which was added on the way."
            "Write the body without a byte order mark (PowerShell: utf8NoBOM; Python: \"utf-8\", not \"utf-8-sig\"). {raw}"
        BODY_BOM_DROPPED proof "body-bom-dropped"
            "The signature fits the body with a byte order mark at its start, which was dropped on the way, as every TextDecoder and response.text() does."
            "{raw}"
        BODY_SPACE_ADDED proof "body-space-added"
            "The signature fits the body without the white space around it, which was added on the way."
            "Take the white space away where it is added: a template, a here-document, a copy. {raw}"
        BODY_SPACE_DROPPED proof "body-space-dropped"
            "The signature fits the body with white space around it, which was dropped on the way."
            "Do not trim the body. {raw}"
        BODY_LATIN1_DECODED proof "body-latin1-decoded"
            "The signature fits the body before its UTF-8 was read as latin-1 and written again: its characters outside ASCII arrived as two or more each."
            "Do not decode the body before it is verified (Node: no \"latin1\" or \"binary\" in setEncoding and toString). {raw}"
        BODY_LATIN1_ENCODED proof "body-latin1-encoded"
            "The signature fits the body as UTF-8, and what arrived is latin-1: it was decoded and written again in another encoding."
            "Do not encode the body anew (Node: Buffer.from(text, \"utf8\"), not \"latin1\" or \"binary\"). {raw}"
        BODY_LATIN1_SIGNED proof "body-latin1-signed"
            "The signature fits the body in latin-1: the sender signed other bytes than the UTF-8 that arrived."
            "The sender has to sign the bytes that it sends: text.encode(\"utf-8\") before the HMAC. {raw}"
        BODY_WINDOWS_1252_DECODED proof "body-windows-1252-decoded"
            "The signature fits the body before its UTF-8 was read as Windows-1252 and written again: its characters outside ASCII arrived as two or more each."
            "Do not decode the body before it is verified. {raw}"
        BODY_WINDOWS_1252_ENCODED proof "body-windows-1252-encoded"
            "The signature fits the body as UTF-8, and what arrived is Windows-1252: it was decoded and written again in another encoding."
            "Do not encode the body anew. {raw}"
        BODY_BASE64 proof "body-base64"
            "The signature fits what the body is the base64 of: a gateway has encoded it, and nothing has decoded it."
            "AWS Lambda behind API Gateway or an ALB: Buffer.from(event.body, event.isBase64Encoded ? \"base64\" : \"utf8\"); in Python base64.b64decode(event[\"body\"]). Elsewhere: decode the body once before it is verified."
        BODY_BASE64_SIGNED proof "body-base64-signed"
            "The signature fits the base64 of the body: the sender signed it encoded."
            "Verify the base64 text, if the sender means it so; else it has to sign the bytes that it sends."
        BODY_URL_ENCODED proof "body-url-encoded"
            "The signature fits what the body is the URL encoding of: something on the way has encoded it."
            "Decode it once (decodeURIComponent), or take the mapping out of the gateway that encodes it (API Gateway: $util.urlEncode). {raw}"
        BODY_URL_DECODED proof "body-url-decoded"
            "The signature fits the URL encoding of the body: what was signed is the encoded text, and something has decoded it."
            "Verify before anything decodes: a form parser (express.urlencoded()) hands over values, not bytes. {raw}"
        BODY_JSON_STRING proof "body-json-string"
            "The signature fits what stands inside the JSON string that arrived: the body was written as JSON twice."
            "Take the second JSON.stringify (json.dumps, json_encode) away: hand the text over as it is. {raw}"
        BODY_JSON_UNWRAPPED proof "body-json-unwrapped"
            "The signature fits the body written as a JSON string: what was signed is the string with its quotes, and something has parsed it once."
            "{raw}"
        BODY_FORM proof "body-form"
            "The signature fits the JSON inside the form field that arrived: the delivery was signed as JSON and arrived as a form."
            "Verify the value of the field, or let the provider send application/json."
        BODY_FORM_EXTRACTED proof "body-form-extracted"
            "The signature fits payload= and the body behind it, URL encoded: what was signed is the whole form, and not the JSON inside it."
            "Verify the raw form before express.urlencoded() or a like parser reads it, or let the provider send application/json (GitHub: Content type in the settings of the webhook). {raw}"
        BODY_TRUNCATED proof "body-truncated"
            "The signature fits the body with the brackets that are still open closed: its end was cut off."
            "Read the body to its end: await every chunk, and raise the limit that cuts it (nginx client_max_body_size, express.raw({ limit }), a column or log that is too short)."
        BODY_TRAILING proof "body-trailing"
            "The signature fits the body without what stands behind its JSON, which was added on the way."
            "Take Content-Length bytes and no more: a buffer that is used again holds what stood in it before (buffer.subarray(0, length)). {raw}"
        BODY_EMPTY fact "body-empty"
            "The body has no bytes, so there is nothing a signature could fit: something has read the stream before."
            "A body can be read once: keep the raw bytes where they are first read. {raw}"
        BODY_SHORT fact "body-short"
            "The header Content-Length says {length} bytes and {received} arrived: the body was cut off, decoded or written again on the way."
            "Read the body to its end, and verify it before it is decoded. {raw}"
        BODY_LONG fact "body-long"
            "The header Content-Length says {length} bytes and {received} arrived: the body was encoded or written again on the way, or something was added."
            "{raw}"
        BODY_REPLACED fact "body-replaced"
            "The body holds U+FFFD, which stands where bytes could not be decoded. They are lost: the signature can no longer be checked."
            "Do not decode the body before it is verified: reading a stream by setEncoding or chunk by chunk as text does this. {raw}"
        BODY_NOT_JSON fact "body-not-json"
            "The body is not JSON, which is what this provider sends."
            "Look at what arrives: an error page, a form, a compressed or an encrypted body. {raw}"
        BODY_TOO_LARGE fact "body-too-large"
            "The body is larger than the limit of {length} bytes, so nothing was tried."
            "Raise `maxBytes` if the provider really sends bodies this large."
    }
    Secret {
        SECRET_SPACE proof "secret-white-space"
            "The signature fits {secret} without the white space or line break at its ends."
            "Trim it where it is read: readFileSync(path, \"utf8\").trim(), printf '%s' for echo."
        SECRET_SPACE_MISSING proof "secret-white-space-missing"
            "The signature fits {secret} with white space or a line break at its end: the sender's has one."
            "Save the secret anew at the sender, without the line break that came with it from a file or an echo."
        SECRET_QUOTES proof "secret-quotes"
            "The signature fits {secret} without the quotes around it."
            "Docker's --env-file and many panels take quotes as part of the value: write it without. {place}"
        SECRET_QUOTES_MISSING proof "secret-quotes-missing"
            "The signature fits {secret} with quotes around it: the sender's has them."
            "Save the secret anew at the sender, without the quotes."
        SECRET_ESCAPED proof "secret-newline-written-out"
            "The signature fits {secret} with a line break where it holds the two characters \\n, or without them at its end."
            "A variable holds \\n as it is written: secret.replaceAll(\"\\\\n\", \"\\n\"), or save it without."
        SECRET_UNESCAPED proof "secret-newline-read"
            "The signature fits {secret} with the two characters \\n where it holds a line break: the sender's has them written out."
            "Save the secret anew at the sender, or write \\n out in yours."
        SECRET_HEX proof "secret-hex-decoded"
            "The signature fits the bytes that {secret} is the hex of: the sender decodes it."
            "Say so in the definition of the provider: \"secret\": \"hex\". Where the provider says that the text is the key, the sender has to change."
        SECRET_BASE64 proof "secret-base64-decoded"
            "The signature fits the bytes that {secret} is the base64 of: the sender decodes it."
            "Say so in the definition of the provider: \"secret\": \"base64\". Where the provider says that the text is the key, the sender has to change."
        SECRET_BASE64URL proof "secret-base64url-decoded"
            "The signature fits the bytes that {secret} is the URL-safe base64 of: the sender decodes it."
            "Write it in the standard alphabet (+ for -, / for _) and say so in the definition of the provider: \"secret\": \"base64\"."
        SECRET_AS_TEXT proof "secret-not-decoded"
            "The signature fits the text of {secret} as it is: the sender does not decode it."
            "Say so in the definition of the provider: \"secret\": \"utf8\"."
        SECRET_ENCODED proof "secret-encoded"
            "The signature fits {secret} written as hex or base64: the sender's key is the encoded text."
            "Use the secret as the sender shows it, without decoding it, and \"secret\": \"utf8\"."
        SECRET_PREFIX_DROPPED proof "secret-prefix-dropped"
            "The signature fits {secret} without the prefix in front of it: it is no part of the sender's key."
            "Say so in the definition of the provider, such as \"secret\": \"whsec_{base64}\", or leave the prefix out."
        SECRET_PREFIX_KEPT proof "secret-prefix-kept"
            "The signature fits {secret} with the prefix in front of it: it is part of the sender's key."
            "Use the secret with its prefix, and say in the definition of the provider that the text is the key: \"secret\": \"utf8\"."
        SECRET_UNSET proof "secret-unset"
            "The signature was made with an empty secret, or with the word that an unset variable becomes (undefined, null, None)."
            "Set the secret where the sender runs. Until then anybody can sign its deliveries."
        SECRET_ANOTHER fact "secret-another"
            "The signature fits {secret}, and not the first one, which signs."
            "Fine during a rotation. Else take the old secrets away, or look whether this delivery is of another subscription."
        SECRET_OTHER_KIND fact "secret-other-kind"
            "It looks as if {secret} were not the secret of a webhook: what begins with {prefix} is {kind}."
            "Copy the secret of this very webhook from the page of the provider where the webhook is set up."
        SECRET_ODD fact "secret-odd"
            "There is something odd about {secret}. {doubt}"
            "{place}"
    }
    Signature {
        ALGORITHM_MISLABELLED proof "algorithm-mislabelled"
            "The signature was made with {algorithm}, and its label says {label}."
            "The sender has to sign with the algorithm that it names, or to name the one it signs with: createHmac(\"{label}\", secret) for this label."
        ALGORITHM_NOT_ACCEPTED proof "algorithm-not-accepted"
            "The signature was made with {algorithm}, and this webhook accepts only {accepted}."
            "Let the sender sign with {accepted}; or accept {algorithm} in `algorithms` (of the options, and of the definition of the provider) if it is to stay."
        SIGNATURE_ENCODING proof "signature-encoding"
            "The signature is right, and written as {written} where this provider writes {expected}."
            "The sender has to write it as {expected}: digest(\"{expected}\") in Node. If the provider means it so, change `format` in its definition."
        SIGNATURE_CASE proof "signature-upper-case"
            "The signature is right but for the case of its letters, which something has changed; in base64 they differ."
            "Hand the value of the header over as it arrived: only the names of headers have no letter case."
        SIGNATURE_BARE proof "signature-bare"
            "The signature is right, and the label that this provider writes in front of it is missing."
            "Hand the header over as it arrived, without cutting anything off: headers[\"{header}\"], not .split(\"=\")[1]. A sender has to write {format}."
        SIGNATURE_LABEL proof "signature-label"
            "The signature is right, and what stands around it is not what this provider writes: {format}."
            "Hand the header over as it arrived: no quotes, no brackets of a list, one value. A sender has to write {format}."
        SIGNATURE_TRUNCATED proof "signature-truncated"
            "The signature is part of the right one: the rest was cut off."
            "Look for the column, log or slice that is too short for {length} characters, and pass all of it on."
        SIGNATURE_EMPTY_BODY proof "signature-empty-body"
            "The signature fits an empty body: the sender signed nothing, because its body was not there yet, or had been read."
            "The sender has to sign the bytes that it sends: serialise once, sign that text, send that text."
        SIGNATURE_DOUBLE_ENCODED proof "signature-double-encoded"
            "The signature is right, and encoded twice: the text of one encoding was encoded again."
            "Encode the bytes of the digest once: digest(\"{expected}\") in Node, and not Buffer.from(hmac.digest(\"hex\")).toString(\"base64\")."
        SIGNATURE_UNKEYED proof "signature-unkeyed"
            "The signature is the plain {algorithm} of the body, or of the secret and the body in a row: no HMAC was made (HubSpot signs so before its third version)."
            "The sender has to use HMAC: createHmac(\"{algorithm}\", secret).update(body). A plain hash protects nothing."
        DIGEST_LENGTH fact "digest-length"
            "The signature in {header} has {length} bytes, {like}."
            "Expected are {accepted}. Compare the sender's algorithm, and look whether the header is whole."
        SIGNATURE_UNREADABLE fact "signature-unreadable"
            "The header {header} holds nothing that could be a signature, so nothing was tried."
            "Hand the header over as it arrived. This provider writes {format}."
        SIGNATURE_LIST fact "signature-list"
            "The header {header} holds {count} values: it was sent several times, or joined from a list."
            "Each of them is tried. Look at which part of the sender adds the other one."
    }
    Content {
        CONTENT_TIMESTAMP_MISSING proof "content-timestamp-missing"
            "The signature fits {formula}: the timestamp is missing from what was signed, where this provider signs {own}."
            "The sender has to sign {own}."
        CONTENT_ID_MISSING proof "content-id-missing"
            "The signature fits {formula}: the id is missing from what was signed, where this provider signs {own}."
            "The sender has to sign {own}."
        CONTENT_JOINER proof "content-joiner"
            "The signature fits {formula}: the parts are joined in another way, where this provider signs {own}."
            "The sender has to sign {own}, to the character."
        CONTENT_TIMESTAMP_UNIT proof "content-timestamp-unit"
            "The signature fits a timestamp in {written}, where the header has {expected}."
            "The sender has to sign the timestamp as it stands in the header: Math.floor(Date.now() / 1000) for seconds."
        CONTENT_OTHER_PROVIDER proof "content-other-provider"
            "The signature fits {formula}, which is how {provider} signs, where this provider signs {own}."
            "If the sender is {provider} or signs like it, use a definition with \"signedContent\": \"{formula}\"; else the sender has to sign {own}."
        CONTENT_URL proof "content-url"
            "The signature fits {formula}: the URL is part of what was signed, where this provider signs {own}."
            "If the sender means it so, use a definition with \"signedContent\": \"{formula}\" and pass `url` as the sender knows it; else it has to sign {own}."
    }
    Headers {
        HEADER_RENAMED proof "header-renamed"
            "The signature is right, and stands in the header {found}, where this provider writes {header}."
            "Do not rename the header on the way (a proxy, a gateway mapping, HTTP_ and underscores in CGI and WSGI), or name it in the definition of the provider."
        HEADER_MISSING fact "header-missing"
            "The header {header} is absent, and nothing shows who sent this delivery."
            "Set a secret at the sender, and let the proxy or gateway in front pass {header} on (nginx drops names with underscores; CloudFront wants it in the origin request policy)."
        HEADER_LOOKALIKE fact "header-lookalike"
            "These headers hold what looks like a signature: {names}."
            "Look whether one of them is meant to be {header}: then it was renamed on the way, or the sender is another provider."
        HEADER_OF_PROVIDER fact "header-of-another-provider"
            "The delivery has the header {found}, in which {provider} writes its signature."
            "Verify it with a webhook of that provider."
        DOCUMENTATION_SAMPLE fact "documentation-sample"
            "The signature is printed in {provider}'s documentation, so no secret of yours made it."
            "Take a real delivery, or sign a sample with `sign`: the signatures of documentation fit no body or another one."
        TIMESTAMP_TOO_OLD fact "timestamp-too-old"
            "The timestamp lies {seconds} s in the past (-{seconds} s), and the tolerance is {tolerance} s."
            "A replayed or queued delivery looks like this, and so does one that arrives at a machine whose clock is fast: timedatectl. For a recorded delivery pass `now`."
        TIMESTAMP_TOO_NEW fact "timestamp-too-new"
            "The timestamp lies {seconds} s in the future (+{seconds} s), and the tolerance is {tolerance} s."
            "Check the clock of this machine and of the sender (timedatectl), and whether the timestamp counts what it should."
        TIMESTAMP_MISSING fact "timestamp-missing"
            "The timestamp that is part of what is signed is missing, or is no whole number."
            "Let the proxy in front pass the header of the timestamp on, as it arrived."
        SIGNED_PART_MISSING fact "signed-part-missing"
            "What is signed cannot be put together: {missing} is not there."
            "Pass it as it arrived: the header, or `url` and `method` as the sender knows them, not as a proxy rewrote them."
        CONTENT_ENCODING fact "content-encoding"
            "The header Content-Encoding says that the body was compressed."
            "Some senders sign the compressed bytes, most sign what is inside: verify both before and after decompressing. {raw}"
        CONTENT_TYPE_FORM fact "content-type-form"
            "The Content-Type is that of a form, where this provider sends {expected}."
            "Let the provider send {expected}, or verify the raw form before a parser reads it. {raw}"
    }
    Search {
        SIGNATURE_FITS fact "signature-fits"
            "The signature fits: it was made over these bytes with {secret}."
            "Nothing about the signature is to be mended. `inspect` says what else there is to say."
        NOTHING_SIGNED fact "nothing-signed"
            "{provider} signs nothing, so there is no signature to explain."
            "Protect the URL in another way: a secret path, an allow list, mutual TLS."
        NO_SECRET fact "no-secret"
            "This webhook was made without a secret, so no signature could be tried."
            "Pass the secret of the subscription in `secrets`."
        UNEXPLAINED fact "unexplained"
            "Nothing that was tried makes this signature. Forms of the body: {bodies}; of the secret: {keys}; formulas: {contents}."
            "The secret is another one altogether, most likely: copy it anew from the page of this very webhook. Else the body was changed in a way that cannot be undone: compare its length and digest with the sender's."
        SEARCH_BOUNDED fact "search-bounded"
            "The search ended at its bound, so that some combinations were not tried."
            "Raise `budget`, give fewer secrets, or try with a shorter body."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_and_the_braces_of_code_stay() {
        assert_eq!(interpolate("{a}{b} { a } {c} {", &[("a", "{b}"), ("b", "2")]), "{b}2 { a } {c} {");
        assert_eq!(interpolate("", &[]), "");
    }

    #[test]
    fn every_cause_has_a_code_of_its_own_a_sentence_and_a_fix() {
        for (n, cause) in CAUSES.iter().enumerate() {
            assert!(
                cause
                    .code
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
            assert!(CAUSES[..n].iter().all(|other| other.code != cause.code), "{} stands twice", cause.code);
            for text in [cause.message, cause.fix] {
                assert!(text.ends_with(['.', '}']) && !text.contains("  "), "{text}");
            }
        }
    }
}
