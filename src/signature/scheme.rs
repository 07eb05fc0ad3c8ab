//! The signature scheme of a provider, made from data.

use std::fmt;

use super::header::HeaderFormat;
use super::signed_headers::SignedHeaders;
use super::template::{HEADER_NAMES, HEADER_VALUES, NO_BODY, SignedContent, is_source};
use super::{Algorithm, KeyDerivation, Keys, KeysError, Secret, SecretEncoding, SecretFormat, TimestampUnit};
use crate::blob::blob;
use crate::delivery::is_token;
use crate::text::eq_ignore_ascii_case;

/// A signature scheme as data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a member of a definition")]
pub struct SchemeDefinition {
    /// The header with the signature. Or its source in the body or the URL: `/signature`, `query:signature`.
    pub header: String,
    /// The format of that header: `{algorithm}={hex}`, `sha256={hex}`, `{base64}`, `v0={hex}`,
    /// `t={timestamp},v1={hex}`, `v1,{base64} v1a,...`.
    ///
    /// A literal before the signature that names an algorithm (`sha256=`) matches in any letter case; every other
    /// literal matches exactly.
    pub format: String,
    /// The algorithms of the provider, the preferred one first.
    pub algorithms: Vec<Algorithm>,
    /// The signed content: `{body}`, `{timestamp}.{body}`, `{id}.{timestamp}.{body}`,
    /// `{header:webhook-id}.{timestamp}.{body}`, `{method}\n{url}\n{body}`. Sources in the body and the URL are placeholders, too:
    /// `{/data/id}`, `{query:id}`. So are digests: `{body:sha256:hex}`, `{body:crc32}`. `{setting:name}` is a value that a webhook is made with. Placeholders
    /// without a separator, such as
    /// `{method}{url}{body}`, are accepted only with `ambiguous`, except for a timestamp, a URL, or a header and a
    /// timestamp next to the body: then a body that does not mark where the other part ends is rejected.
    pub signed_content: String,
    /// The format of secrets.
    pub secret: SecretFormat,
    /// How a key is made of a secret.
    pub key: KeyDerivation,
    /// Whether the provider documents deliveries without a signature.
    pub optional: bool,
    /// The header with the timestamp, or its source in the body or the URL, if the signature header has none.
    pub timestamp_header: Option<String>,
    /// The header whose value replaces `{id}`.
    pub id_header: Option<String>,
    /// The unit of timestamps.
    pub timestamp_unit: TimestampUnit,
    /// Whether the provider signs parts without marking where each ends, so that one signature matches several requests.
    /// Otherwise such a signed content is rejected, and so is a body next to a signed URL that is no object or array.
    pub ambiguous: bool,
    /// Whether a signed value that the delivery lacks counts as empty text. Otherwise such a delivery is rejected.
    pub absent_is_empty: bool,
    /// Whether the signed content lacks the body. Otherwise such a signed content is rejected.
    pub partial: bool,
    /// The headers that a delivery lists as signed, for `{headers}` and `{headers:names}` in the signed content.
    pub signed_headers: Option<SignedHeaders>,
}

impl SchemeDefinition {
    /// HMAC-SHA-256 over the body, keyed with the text of the secret, in this header and format.
    #[must_use]
    pub fn new(header: impl Into<String>, format: impl Into<String>) -> Self {
        Self {
            header: header.into(),
            format: format.into(),
            algorithms: vec![Algorithm::Sha256],
            signed_content: "{body}".to_owned(),
            secret: SecretFormat::default(),
            key: KeyDerivation::default(),
            optional: false,
            timestamp_header: None,
            id_header: None,
            timestamp_unit: TimestampUnit::Seconds,
            ambiguous: false,
            absent_is_empty: false,
            partial: false,
            signed_headers: None,
        }
    }
}

/// A signature scheme, ready to verify and to sign.
#[derive(Clone, Debug)]
pub struct Scheme {
    definition: SchemeDefinition,
    pub(crate) format: HeaderFormat,
    pub(crate) content: SignedContent,
    /// Whether bytes can move from one signed part into another under the same signature.
    pub(super) is_ambiguous: bool,
    /// Whether the signed content has no separator at the end of its timestamp, so that only the length marks the end.
    has_undelimited_timestamp: bool,
}

blob!(struct SchemeDefinition {
    header,
    format,
    algorithms,
    signed_content,
    secret,
    key,
    optional,
    timestamp_header,
    id_header,
    timestamp_unit,
    ambiguous,
    absent_is_empty,
    partial,
    signed_headers,
});
blob!(struct Scheme { definition, format, content, is_ambiguous, has_undelimited_timestamp });

impl Scheme {
    /// Checks and compiles a definition.
    ///
    /// # Errors
    /// If the definition cannot verify a delivery, or cannot do so safely: an unknown placeholder in a template, a signed
    /// content without the body, a timestamp that is not signed, and the like.
    pub fn new(definition: SchemeDefinition) -> Result<Self, SchemeError> {
        let in_field = |field| move |message| SchemeError { field, message };
        let fail = |field, message: &str| Err(SchemeError::new(field, message));

        for (field, name) in [
            ("header", Some(&definition.header)),
            ("timestampHeader", definition.timestamp_header.as_ref()),
            ("idHeader", definition.id_header.as_ref()),
        ] {
            let is_name = |name: &str| is_token(name) || field != "idHeader" && is_source(name);
            if name.is_some_and(|name| !is_name(name)) {
                return fail(field, "Invalid HTTP header name.");
            }
        }
        let format = HeaderFormat::parse(&definition.format).map_err(in_field("format"))?;
        let content = SignedContent::parse(&definition.signed_content, definition.id_header.as_deref())
            .map_err(in_field("signedContent"))?;
        if (content.has_body() || content.has_body_digest()) == definition.partial {
            return if definition.partial {
                fail("covers", "`signedContent` includes `{body}`, so the body is covered. Remove `covers`.")
            } else {
                fail("signedContent", NO_BODY)
            };
        }

        if content.begins_with_secret() != definition.key.is_hash
            || definition.key.is_hash && !content.ends_with_body()
        {
            return fail(
                "signedContent",
                "A plain hash is one of {secret} first and {body} last; an HMAC has no {secret}.",
            );
        }

        let algorithms = &definition.algorithms;
        if algorithms.is_empty() {
            return fail("algorithms", "Expected at least one algorithm: sha256, sha512 or sha1.");
        }
        if let Some(index) = (1..algorithms.len()).find(|i| algorithms[..*i].contains(&algorithms[*i])) {
            return Err(in_field("algorithms")(format!("Duplicate algorithm {}.", algorithms[index])));
        }
        let is_public = algorithms.iter().any(|algorithm| algorithm.is_public_key());
        if is_public && algorithms.len() > 1 && !algorithms.iter().all(|one| one.is_rsa()) {
            return fail("algorithms", "Expected one algorithm: a public key has one, unless it is RSA.");
        }
        if definition.key.digest.is_some() && (is_public || definition.key.is_hash) {
            return fail("secretDigest", "Only the secret of an HMAC has a digest that is the key.");
        }
        match (is_public, definition.secret.encoding) {
            (false, SecretEncoding::Pem) => {
                return fail("secret", "An HMAC has no public key. Expected utf8, base64 or hex.");
            }
            (true, SecretEncoding::Utf8) => {
                return fail("secret", "Expected how the public key is written: hex, base64 or pem.");
            }
            _ => {}
        }
        if let Some(fixed) = format.fixed_algorithm()
            && *algorithms != [fixed]
        {
            return Err(in_field("algorithms")(format!(
                "The format names {fixed}; expected {fixed} as the only algorithm."
            )));
        }
        if !algorithms.iter().all(|algorithm| format.round_trips(*algorithm)) {
            return fail(
                "format",
                "A header in this format cannot be parsed back: a literal contains a separator, begins or ends with \
                 white space, or looks like the timestamp.",
            );
        }
        if let Some((field, message)) = signed_headers_mistake(&definition, &format, &content) {
            return fail(field, message);
        }
        if let Some((field, message)) = timestamp_mistake(&definition, &format, &content) {
            return fail(field, message);
        }
        let ambiguity = content.ambiguity(definition.timestamp_unit);
        match &ambiguity {
            Some(message) if !definition.ambiguous => fail("signedContent", message),
            _ => Ok(Self {
                // A definition that declares it accepts every body.
                is_ambiguous: ambiguity.is_some() || definition.ambiguous && content.needs_brackets(),
                has_undelimited_timestamp: content.has_undelimited_timestamp(),
                definition,
                format,
                content,
            }),
        }
    }

    /// Prepares secrets. The first one signs, all verify.
    ///
    /// `accepted` narrows the algorithms, the preferred one first; `None` accepts all of the scheme.
    ///
    /// # Errors
    /// If there is no secret, no algorithm, or an algorithm that the scheme lacks.
    pub fn keys(&self, secrets: &[Secret], accepted: Option<&[Algorithm]>) -> Result<Keys, KeysError> {
        Keys::new(secrets, self.algorithms(), accepted, self.definition.key)
    }

    /// Returns the header with the signature, or its source in the body or the URL.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.definition.header
    }

    /// Returns every header that verification reads, and `headers:values` where a delivery lists them.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let headers = [Some(self.header()), self.timestamp_header()];
        headers.into_iter().flatten().chain(self.content.headers())
    }

    /// Returns whether the signature covers the value of this header, and no bytes can move into or out of the value.
    pub(crate) fn signs_header(&self, name: &str) -> bool {
        let is_timestamp =
            || self.timestamp_header().is_some_and(|signed| eq_ignore_ascii_case(signed, name));
        let is_required = || self.signed_headers().is_some_and(|headers| headers.requires(name));
        !self.is_ambiguous && (is_timestamp() || self.content.signs(name) || is_required())
    }

    /// Returns how a delivery lists its signed headers.
    pub(crate) fn signed_headers(&self) -> Option<&SignedHeaders> {
        self.definition.signed_headers.as_ref()
    }

    /// Returns the header with the list of signed headers, and the text before it, where the format has the list.
    pub(crate) fn names_item(&self) -> (&str, &str) {
        (self.header(), self.format.names_label().unwrap_or_default())
    }

    /// Returns the template of the signed content.
    #[must_use]
    pub fn signed_content(&self) -> &str {
        &self.definition.signed_content
    }

    /// Returns the algorithms of the provider, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.definition.algorithms
    }

    /// Returns the first algorithm, if the scheme verifies with public keys. Others are RSA with another hash.
    pub(crate) fn public_key_algorithm(&self) -> Option<Algorithm> {
        self.algorithms().first().copied().filter(|algorithm| algorithm.is_public_key())
    }

    /// Returns the format of secrets.
    #[must_use]
    pub fn secret_format(&self) -> &SecretFormat {
        &self.definition.secret
    }

    /// Returns whether the provider documents deliveries without a signature.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.definition.optional
    }

    /// Returns whether the body is signed by its CRC-32 alone.
    pub(crate) fn has_checksum(&self) -> bool {
        self.content.has_checksum()
    }

    /// Returns whether a timestamp is signed, so that the timestamp tolerance applies.
    #[must_use]
    pub fn has_timestamp(&self) -> bool {
        self.content.has_timestamp() || signs_listed_timestamp(&self.definition)
    }

    /// Returns the definition of the scheme.
    #[must_use]
    pub fn definition(&self) -> &SchemeDefinition {
        &self.definition
    }

    pub(crate) fn timestamp_header(&self) -> Option<&str> {
        self.definition.timestamp_header.as_deref()
    }

    /// Parses a timestamp to milliseconds. A number without a separator after it must be as long as current timestamps.
    pub(crate) fn parse_timestamp(&self, text: &str) -> Option<i64> {
        let unit = self.timestamp_unit();
        let is_full = || unit.digits().is_none_or(|digits| text.len() == digits);
        unit.parse(text).filter(|_| !self.has_undelimited_timestamp || is_full())
    }

    /// Returns whether the signature is a plain hash, which is no HMAC.
    pub(crate) fn is_hash(&self) -> bool {
        self.definition.key.is_hash
    }

    pub(crate) fn timestamp_unit(&self) -> TimestampUnit {
        self.definition.timestamp_unit
    }
}

/// Whether every list of signed headers has that of the timestamp.
fn signs_listed_timestamp(definition: &SchemeDefinition) -> bool {
    let (headers, timestamp) = (&definition.signed_headers, &definition.timestamp_header);
    headers.as_ref().zip(timestamp.as_ref()).is_some_and(|(headers, name)| headers.requires(name))
}

/// Returns the field and the sentence of a timestamp that is not signed, or is nowhere.
fn timestamp_mistake(
    definition: &SchemeDefinition,
    format: &HeaderFormat,
    content: &SignedContent,
) -> Option<(&'static str, &'static str)> {
    let is_signed = content.has_timestamp() || signs_listed_timestamp(definition);
    match (format.has_timestamp(), definition.timestamp_header.is_some(), is_signed) {
        (true, true, _) => {
            Some(("timestampHeader", "`format` already contains a timestamp. Remove one of the two."))
        }
        (true, _, false) | (_, true, false) => Some((
            "signedContent",
            "`signedContent` must include `{timestamp}`; otherwise the timestamp is not authenticated.",
        )),
        (false, false, true) => Some((
            "signedContent",
            "`{timestamp}` is signed, but neither `format` nor a header contains a timestamp.",
        )),
        _ => None,
    }
}

/// Returns the field and the sentence of a mistake in `signedHeaders`.
fn signed_headers_mistake(
    definition: &SchemeDefinition,
    format: &HeaderFormat,
    content: &SignedContent,
) -> Option<(&'static str, &'static str)> {
    let has = |part: &str| content.headers().any(|name| name == part);
    let message = match &definition.signed_headers {
        None if has(HEADER_VALUES) || has(HEADER_NAMES) => {
            return Some((
                "signedContent",
                "`{headers}` is signed, but nothing says which headers. Add `signedHeaders`.",
            ));
        }
        None => return None,
        Some(_) if !has(HEADER_VALUES) => {
            "`signedContent` does not include `{headers}`. Remove `signedHeaders`."
        }
        Some(headers) if headers.list.is_some() == format.names_label().is_some() => {
            "Expected one list of names: `names`, or `{headers}` in `format`."
        }
        Some(headers) => {
            headers.mistake(has(HEADER_NAMES), definition.ambiguous, content.end_of(HEADER_VALUES))?
        }
    };
    Some(("signedHeaders", message))
}

/// Why a definition is not a valid scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeError {
    field: &'static str,
    message: String,
}

impl SchemeError {
    pub(super) fn new(field: &'static str, message: &str) -> Self {
        Self { field, message: message.to_owned() }
    }

    /// Returns the invalid field, as named in definitions: `signedContent`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// Returns the message without the field.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for SchemeError {}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_ROUND_TRIP: &str = "format: A header in this format cannot be parsed back: a literal contains a separator, \
                                 begins or ends with white space, or looks like the timestamp.";

    #[test]
    fn rejects_definitions_that_cannot_verify_and_names_the_field() {
        let base = || SchemeDefinition::new("X-Sig", "{algorithm}={hex}");
        let format = |format: &str| SchemeDefinition::new("X-Sig", format);
        let stamped = |header: Option<&str>, format: &str, content: &str| SchemeDefinition {
            timestamp_header: header.map(str::to_owned),
            signed_content: content.to_owned(),
            ..SchemeDefinition::new("X-Sig", format)
        };
        for (definition, message) in [
            (SchemeDefinition::new("", "{hex}"), "header: Invalid HTTP header name."),
            (SchemeDefinition::new("X Sig", "{hex}"), "header: Invalid HTTP header name."),
            (
                SchemeDefinition { id_header: Some("a\n".to_owned()), ..base() },
                "idHeader: Invalid HTTP header name.",
            ),
            (stamped(Some(":"), "{hex}", "{timestamp}{body}"), "timestampHeader: Invalid HTTP header name."),
            (
                SchemeDefinition { algorithms: vec![], ..base() },
                "algorithms: Expected at least one algorithm: sha256, sha512 or sha1.",
            ),
            (
                SchemeDefinition { algorithms: vec![Algorithm::Sha1, Algorithm::Sha1], ..base() },
                "algorithms: Duplicate algorithm sha1.",
            ),
            (
                SchemeDefinition {
                    algorithms: vec![Algorithm::Sha1, Algorithm::Sha256],
                    ..format("sha1={hex}")
                },
                "algorithms: The format names sha1; expected sha1 as the only algorithm.",
            ),
            (format("sha1={hex}"), "algorithms: The format names sha1; expected sha1 as the only algorithm."),
            (
                format("{HEX}"),
                "format: Unknown placeholder {HEX}: expected {algorithm}, {keyId}, {timestamp}, {hex}, {base64} or {base64url}.",
            ),
            (format(" {hex}"), NO_ROUND_TRIP),
            (format("{hex};\n"), NO_ROUND_TRIP),
            (format("t={timestamp},t={hex}"), NO_ROUND_TRIP),
            (
                format("t={timestamp},,v={hex}"),
                "format: Missing signature: expected {hex}, {base64} or {base64url}.",
            ),
            (
                format("t={timestamp};a,v1={hex}"),
                "format: Expected one separator between fields, a comma or a semicolon.",
            ),
            (
                stamped(None, "{hex}", "{timestamp}"),
                "signedContent: `signedContent` must include `{body}`; otherwise the body is not authenticated.",
            ),
            (
                stamped(None, "{hex}", "{timestamp}{body}"),
                "signedContent: `{timestamp}` is signed, but neither `format` nor a header contains a timestamp.",
            ),
            (
                stamped(Some("X-Time"), "{hex}", "{body}"),
                "signedContent: `signedContent` must include `{timestamp}`; otherwise the timestamp is not authenticated.",
            ),
            (
                stamped(None, "t={timestamp},v1={hex}", "{body}"),
                "signedContent: `signedContent` must include `{timestamp}`; otherwise the timestamp is not authenticated.",
            ),
            (
                stamped(Some("X-Time"), "t={timestamp},v1={hex}", "{timestamp}{body}"),
                "timestampHeader: `format` already contains a timestamp. Remove one of the two.",
            ),
        ] {
            let error = Scheme::new(definition.clone()).expect_err(&format!("{definition:?}"));
            assert_eq!(error.to_string(), message);
            assert_eq!(error.to_string(), format!("{}: {}", error.field(), error.message()));
        }
    }
}
