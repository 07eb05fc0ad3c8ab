//! A scheme: how one provider signs, made from data.

use std::fmt;

use super::header::HeaderFormat;
use super::template::SignedContent;
use super::{Algorithm, Keys, KeysError, Secret, SecretFormat, TimestampUnit};
use crate::delivery::is_token;
use crate::text::eq_ignore_ascii_case;

/// How a provider signs, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeDefinition {
    /// The header that holds the signature.
    pub header: String,
    /// The form of that header: `{algorithm}={hex}`, `sha256={hex}`, `{base64}`, `v0={hex}`,
    /// `t={timestamp},v1={hex}`, `v1,{base64} v1a,...`.
    ///
    /// A literal that is an algorithm's name in front of the signature (`sha256=`) is read as that
    /// name, in any letter case; every other literal is read exactly.
    pub format: String,
    /// The algorithms the provider signs with, the preferred one first.
    pub algorithms: Vec<Algorithm>,
    /// What is signed: `{body}`, `{timestamp}.{body}`, `{id}.{timestamp}.{body}`,
    /// `{header:webhook-id}.{timestamp}.{body}`, `{method}\n{url}\n{body}`. What stands side by side, such as
    /// `{method}{url}{body}`, is taken only as `ambiguous`.
    pub signed_content: String,
    /// The form of secrets.
    pub secret: SecretFormat,
    /// Whether the provider legally sends without a signature.
    pub optional: bool,
    /// The header that holds the timestamp, where the signature header does not.
    pub timestamp_header: Option<String>,
    /// The header that `{id}` stands for.
    pub id_header: Option<String>,
    /// What timestamps count.
    pub timestamp_unit: TimestampUnit,
    /// Whether the provider signs parts without saying where each ends, so that one signature fits several requests.
    /// Without it such a signed content is refused.
    pub ambiguous: bool,
}

impl SchemeDefinition {
    /// HMAC-SHA-256 over the body, keyed with the text of the secret, in this header and form.
    #[must_use]
    pub fn new(header: impl Into<String>, format: impl Into<String>) -> Self {
        Self {
            header: header.into(),
            format: format.into(),
            algorithms: vec![Algorithm::Sha256],
            signed_content: "{body}".to_owned(),
            secret: SecretFormat::default(),
            optional: false,
            timestamp_header: None,
            id_header: None,
            timestamp_unit: TimestampUnit::Seconds,
            ambiguous: false,
        }
    }
}

/// How a provider signs, ready to verify and to sign.
#[derive(Clone, Debug)]
pub struct Scheme {
    definition: SchemeDefinition,
    pub(crate) format: HeaderFormat,
    pub(crate) content: SignedContent,
    /// Whether bytes can be moved from one signed part into another.
    pub(super) ambiguous: bool,
    /// Whether nothing but its length says where the signed timestamp ends.
    bare_timestamp: bool,
}

impl Scheme {
    /// Makes a scheme ready.
    ///
    /// # Errors
    /// Where the definition does not say how to verify: an unknown place in a template, a signed
    /// content without the body, a timestamp that nobody signs, and the like.
    pub fn new(definition: SchemeDefinition) -> Result<Self, SchemeError> {
        let of = |field| move |message| SchemeError { field, message };
        let fail = |field, message: &str| Err(SchemeError { field, message: message.to_owned() });

        for (field, name) in [
            ("header", Some(&definition.header)),
            ("timestampHeader", definition.timestamp_header.as_ref()),
            ("idHeader", definition.id_header.as_ref()),
        ] {
            if name.is_some_and(|name| !is_token(name)) {
                return fail(field, "This is not the name of an HTTP header.");
            }
        }
        let format = HeaderFormat::parse(&definition.format).map_err(of("format"))?;
        let content = SignedContent::parse(&definition.signed_content, definition.id_header.as_deref())
            .map_err(of("signedContent"))?;

        let algorithms = &definition.algorithms;
        if algorithms.is_empty() {
            return fail("algorithms", "At least one algorithm is needed: sha256, sha512 or sha1.");
        }
        if let Some(at) = (1..algorithms.len()).find(|at| algorithms[..*at].contains(&algorithms[*at])) {
            return Err(of("algorithms")(format!("{} stands twice.", algorithms[at])));
        }
        if let Some(fixed) = format.fixed_algorithm()
            && *algorithms != [fixed]
        {
            return Err(of("algorithms")(format!(
                "The format says {fixed}, so this has to be {fixed} alone."
            )));
        }
        if !algorithms.iter().all(|algorithm| format.round_trips(*algorithm)) {
            return fail(
                "format",
                "A header of this form could not be read again: a literal holds a separator, has white space at \
                 an end, or looks like the timestamp.",
            );
        }
        match (format.has_timestamp(), definition.timestamp_header.is_some(), content.has_timestamp()) {
            (true, true, _) => {
                return fail("timestampHeader", "The format holds a timestamp already; only one can count.");
            }
            (true, _, false) | (_, true, false) => {
                return fail(
                    "signedContent",
                    "{timestamp} is missing although the scheme has one, so anybody could change it.",
                );
            }
            (false, false, true) => {
                return fail(
                    "signedContent",
                    "{timestamp} is signed, but neither the format nor a header of the scheme holds it.",
                );
            }
            _ => {}
        }
        let ambiguity = content.ambiguity();
        match &ambiguity {
            Some(message) if !definition.ambiguous => fail("signedContent", message),
            _ => Ok(Self {
                ambiguous: ambiguity.is_some(),
                bare_timestamp: content.has_bare_timestamp(),
                definition,
                format,
                content,
            }),
        }
    }

    /// Makes secrets ready. The first one signs, all verify.
    ///
    /// `accepted` narrows the algorithms, the preferred one first; `None` accepts all of the scheme's.
    ///
    /// # Errors
    /// Where there is no secret, or no algorithm is left, or one is not the scheme's.
    pub fn keys(&self, secrets: &[Secret], accepted: Option<&[Algorithm]>) -> Result<Keys, KeysError> {
        Keys::new(secrets, self.algorithms(), accepted)
    }

    /// The header that holds the signature.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.definition.header
    }

    /// Every header that verifying reads.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let own = [Some(self.header()), self.timestamp_header()];
        own.into_iter().flatten().chain(self.content.headers())
    }

    /// Whether the value of this header is part of what is signed, and nobody can move bytes into or out of it.
    pub(crate) fn signs_header(&self, name: &str) -> bool {
        let stamped = self.timestamp_header().into_iter();
        !self.ambiguous
            && stamped.chain(self.content.headers()).any(|signed| eq_ignore_ascii_case(signed, name))
    }

    /// The template of what is signed.
    #[must_use]
    pub fn signed_content(&self) -> &str {
        &self.definition.signed_content
    }

    /// The algorithms the provider signs with, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.definition.algorithms
    }

    /// The form of secrets.
    #[must_use]
    pub fn secret_format(&self) -> &SecretFormat {
        &self.definition.secret
    }

    /// Whether the provider legally sends without a signature.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.definition.optional
    }

    /// Whether a timestamp is signed, and with it the tolerance counts.
    #[must_use]
    pub fn has_timestamp(&self) -> bool {
        self.content.has_timestamp()
    }

    /// The definition this scheme was made from.
    #[must_use]
    pub fn definition(&self) -> &SchemeDefinition {
        &self.definition
    }

    pub(crate) fn timestamp_header(&self) -> Option<&str> {
        self.definition.timestamp_header.as_deref()
    }

    /// Reads a timestamp in milliseconds. Where only its length says where it ends, it has the length of today's.
    pub(crate) fn read_timestamp(&self, text: &str) -> Option<i64> {
        let unit = self.timestamp_unit();
        unit.read(text).filter(|_| !self.bare_timestamp || text.len() == unit.digits())
    }

    pub(crate) fn timestamp_unit(&self) -> TimestampUnit {
        self.definition.timestamp_unit
    }
}

/// Why a definition is not a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeError {
    field: &'static str,
    message: String,
}

impl SchemeError {
    /// The field that is wrong, as definitions write it: `signedContent`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The sentence alone.
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

    const UNREADABLE: &str = "format: A header of this form could not be read again: a literal holds a separator, \
                              has white space at an end, or looks like the timestamp.";

    #[test]
    fn a_definition_that_cannot_verify_is_refused_with_its_field() {
        let base = || SchemeDefinition::new("X-Sig", "{algorithm}={hex}");
        let format = |format: &str| SchemeDefinition::new("X-Sig", format);
        let stamped = |header: Option<&str>, format: &str, content: &str| SchemeDefinition {
            timestamp_header: header.map(str::to_owned),
            signed_content: content.to_owned(),
            ..SchemeDefinition::new("X-Sig", format)
        };
        for (definition, message) in [
            (SchemeDefinition::new("", "{hex}"), "header: This is not the name of an HTTP header."),
            (SchemeDefinition::new("X Sig", "{hex}"), "header: This is not the name of an HTTP header."),
            (
                SchemeDefinition { id_header: Some("a\n".to_owned()), ..base() },
                "idHeader: This is not the name of an HTTP header.",
            ),
            (
                stamped(Some(":"), "{hex}", "{timestamp}{body}"),
                "timestampHeader: This is not the name of an HTTP header.",
            ),
            (
                SchemeDefinition { algorithms: vec![], ..base() },
                "algorithms: At least one algorithm is needed: sha256, sha512 or sha1.",
            ),
            (
                SchemeDefinition { algorithms: vec![Algorithm::Sha1, Algorithm::Sha1], ..base() },
                "algorithms: sha1 stands twice.",
            ),
            (
                SchemeDefinition {
                    algorithms: vec![Algorithm::Sha1, Algorithm::Sha256],
                    ..format("sha1={hex}")
                },
                "algorithms: The format says sha1, so this has to be sha1 alone.",
            ),
            (format("sha1={hex}"), "algorithms: The format says sha1, so this has to be sha1 alone."),
            (
                format("{HEX}"),
                "format: {HEX} is unknown. Known are {algorithm}, {timestamp}, {hex}, {base64} and {base64url}.",
            ),
            (format(" {hex}"), UNREADABLE),
            (format("{hex};\n"), UNREADABLE),
            (format("t={timestamp},t={hex}"), UNREADABLE),
            (
                format("t={timestamp},,v={hex}"),
                "format: The signature itself is missing: {hex}, {base64} or {base64url}.",
            ),
            (
                format("t={timestamp};a,v1={hex}"),
                "format: Fields are separated by commas or by semicolons, and not by both.",
            ),
            (
                stamped(None, "{hex}", "{timestamp}"),
                "signedContent: {body} is missing, so anybody could change the body.",
            ),
            (
                stamped(None, "{hex}", "{timestamp}{body}"),
                "signedContent: {timestamp} is signed, but neither the format nor a header of the scheme holds it.",
            ),
            (
                stamped(Some("X-Time"), "{hex}", "{body}"),
                "signedContent: {timestamp} is missing although the scheme has one, so anybody could change it.",
            ),
            (
                stamped(None, "t={timestamp},v1={hex}", "{body}"),
                "signedContent: {timestamp} is missing although the scheme has one, so anybody could change it.",
            ),
            (
                stamped(Some("X-Time"), "t={timestamp},v1={hex}", "{timestamp}{body}"),
                "timestampHeader: The format holds a timestamp already; only one can count.",
            ),
        ] {
            let error = Scheme::new(definition.clone()).expect_err(&format!("{definition:?}"));
            assert_eq!(error.to_string(), message);
            assert_eq!(error.to_string(), format!("{}: {}", error.field(), error.message()));
        }
    }
}
