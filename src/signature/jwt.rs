//! Signatures that are JSON Web Tokens (RFC 7519): the token signs claims, and one of them is a digest of the body.
//!
//! SECURITY: only `alg` of the token's header is read. Keys that a token brings or names (`jwk`, `jku`, `x5c`, `x5u`, `kid`) are
//! never used, and a token with `crit` is rejected (RFC 7515, section 4.1.11). Claims are not read before the signature is valid.

use super::encoding::decode_base64url;
use super::hmac::constant_time_eq;
use super::public_key::describes_itself;
use super::scheme::SchemeError;
use super::template::{TemplateToken, tokens};
use super::{
    Algorithm, ContentDigest, Encoding, KeyDerivation, Keys, KeysError, MalformedReason, Outcome,
    ReceivedSignature, Secret, SecretError, SecretFormat, SignContext, SignError, TokenScheme,
};
use std::borrow::Cow;

use crate::blob::blob;
use crate::delivery::{Delivery, Headers};
use crate::issue::Code;
use crate::json::{Document, Kind, Value, quoted};
use crate::text::into_owned_outlined;

/// The clock difference that `exp` and `nbf` allow where a definition says nothing else, in seconds.
pub const DEFAULT_LEEWAY: u32 = 60;
/// How long a token that is made here is valid.
const LIFETIME_MS: i64 = 300_000;
/// The claims that every scheme checks.
const TIME_CLAIMS: [&str; 2] = ["exp", "nbf"];

/// A JWT scheme as data.
#[derive(Clone, Debug, Default)]
pub struct JwtDefinition {
    /// The header with the token.
    pub header: String,
    /// The format of the header: `{jwt}`, `Bearer {jwt}`.
    pub format: String,
    /// The names of the algorithms (RFC 7518, section 3.1), the preferred one first: `HS256`, `RS256`, `EdDSA`.
    pub algorithms: Vec<String>,
    /// Claims with the templates of which the value has to equal one.
    pub claims: Vec<(String, Vec<String>)>,
    /// The claim with the time of signing, in seconds.
    pub timestamp: Option<String>,
    /// Accept tokens without an expiry and without a time of signing.
    pub is_timeless: bool,
    /// The clock difference that `exp` and `nbf` allow, in seconds.
    pub leeway: u32,
    /// The format of secrets.
    pub secret: SecretFormat,
    /// Whether the provider documents deliveries without a signature.
    pub optional: bool,
}

/// A scheme whose header contains a JSON Web Token.
#[derive(Clone, Debug)]
pub struct JwtScheme {
    /// The header, and the text before the token.
    token: TokenScheme,
    algorithms: Vec<Algorithm>,
    claims: Vec<Claim>,
    timestamp: Option<String>,
    is_timeless: bool,
    leeway: u32,
    secret: SecretFormat,
}

/// A claim that has to equal one of several values.
#[derive(Clone, Debug)]
struct Claim {
    name: String,
    values: Vec<ClaimValue>,
}

/// What a claim has to equal.
#[derive(Clone, Debug)]
enum ClaimValue {
    Text(String),
    /// A value that the program passes next to the secrets.
    Setting(String),
    Url,
    Digest(ContentDigest),
}

blob!(struct JwtScheme { token, algorithms, claims, timestamp, is_timeless, leeway, secret });
blob!(struct Claim { name, values });
blob!(enum ClaimValue { 0 => Text(text), 1 => Url, 2 => Digest(digest), 3 => Setting(name) });

/// The algorithms of tokens by their names (RFC 7518, section 3.1, and RFC 8037).
const ALGORITHMS: [(&str, Algorithm); 7] = [
    ("HS256", Algorithm::Sha256),
    ("HS384", Algorithm::Sha384),
    ("HS512", Algorithm::Sha512),
    ("RS256", Algorithm::RsaSha256),
    ("RS512", Algorithm::RsaSha512),
    ("ES256", Algorithm::EcdsaP256Raw),
    ("EdDSA", Algorithm::Ed25519),
];

fn jwa_name(algorithm: Algorithm) -> &'static str {
    ALGORITHMS.into_iter().find(|(_, known)| *known == algorithm).map_or("", |(name, _)| name)
}

const ALGORITHM_NAMES: &str = "Expected one or more of HS256, HS384, HS512, RS256, RS512, ES256 and EdDSA.";

/// The algorithms that messages name. Others are "another one".
const KNOWN_ALGORITHMS: [&str; 14] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384",
    "PS512", "EdDSA", "none",
];

impl ClaimValue {
    fn parse(template: &str) -> Result<Self, String> {
        let parts = tokens(template)?;
        match parts[..] {
            [TemplateToken::Literal(text)] => Ok(Self::Text(into_owned_outlined(text))),
            [TemplateToken::Placeholder("url")] => Ok(Self::Url),
            [TemplateToken::Placeholder(name)] => ContentDigest::parse(name)
                .filter(|digest| *digest != ContentDigest::BodyChecksum)
                .map(Self::Digest)
                .or_else(|| name.strip_prefix("setting:").map(into_owned_outlined).map(Self::Setting))
                .ok_or(EXPECTED.to_owned()),
            _ => Err(EXPECTED.to_owned()),
        }
    }

    /// Returns the text of a claim in a delivery; `None` without a URL.
    fn text(&self, body: &[u8], url: Option<&str>) -> Option<String> {
        Some(match self {
            Self::Text(text) => text.clone(),
            // Never: a webhook puts the text in its place.
            Self::Setting(_) => return None,
            Self::Url => url?.to_owned(),
            Self::Digest(digest) => digest.text(body, url)?,
        })
    }

    fn has_url(&self) -> bool {
        match self {
            Self::Text(_) | Self::Setting(_) => false,
            Self::Url => true,
            Self::Digest(digest) => digest.is_of_url(),
        }
    }

    fn is_body_digest(&self) -> bool {
        matches!(self, Self::Digest(digest) if !digest.is_of_url())
    }
}

const EXPECTED: &str =
    "Expected a text, {setting:name}, {url}, or a digest such as {body:sha256:hex} or {url:sha256:hex}.";

impl JwtScheme {
    /// Checks and compiles a definition.
    ///
    /// # Errors
    /// If the definition cannot verify a delivery.
    pub fn new(definition: JwtDefinition) -> Result<Self, SchemeError> {
        let fail = |field, message: &str| Err(SchemeError::new(field, message));
        if !definition.format.contains("{jwt}") || definition.format.contains("{token}") {
            return fail("format", "Expected one {jwt} after an optional text, such as Bearer {jwt}.");
        }
        let format = definition.format.replace("{jwt}", "{token}");
        let token = TokenScheme::new(&definition.header, &format, definition.optional)?;
        let mut algorithms = Vec::new();
        for name in &definition.algorithms {
            match ALGORITHMS.into_iter().find(|(known, _)| known == name) {
                Some((_, algorithm)) => algorithms.push(algorithm),
                None => return fail("algorithms", ALGORITHM_NAMES),
            }
        }
        if algorithms.is_empty() {
            return fail("algorithms", ALGORITHM_NAMES);
        }
        let mut claims = Vec::new();
        for (name, templates) in definition.claims {
            if TIME_CLAIMS.contains(&name.as_str()) || Some(&name) == definition.timestamp.as_ref() {
                return fail(
                    "claims",
                    "`exp`, `nbf` and the timestamp are always checked. Remove the claim.",
                );
            }
            let parse = |template: &String| ClaimValue::parse(template);
            let values: Vec<ClaimValue> = templates
                .iter()
                .map(parse)
                .collect::<Result<_, _>>()
                .map_err(|message| SchemeError::new("claims", &message))?;
            let is_digest = ClaimValue::is_body_digest;
            if values.iter().any(is_digest) && !values.iter().all(is_digest) {
                return fail(
                    "claims",
                    "A claim is a digest of the body, or another text. Remove one of the two.",
                );
            }
            claims.push(Claim { name, values });
        }
        Ok(Self {
            token,
            algorithms,
            claims,
            timestamp: definition.timestamp,
            is_timeless: definition.is_timeless,
            leeway: definition.leeway,
            secret: definition.secret,
        })
    }

    /// Prepares secrets. The first one signs, all verify.
    ///
    /// # Errors
    /// As [`Scheme::keys`](super::Scheme::keys).
    pub fn keys(&self, secrets: &[Secret], accepted: Option<&[Algorithm]>) -> Result<Keys, KeysError> {
        Keys::new(secrets, &self.algorithms, accepted, KeyDerivation::default())
    }

    /// Parses a secret, or a public key. SECURITY: a text that is a key in PEM or JSON is never the secret of an HMAC:
    /// everyone who knows a public key could sign with it.
    ///
    /// # Errors
    /// As [`Secret::parse`] and [`Secret::parse_public_key`].
    pub fn parse_secret(&self, text: &str) -> Result<Secret, SecretError> {
        let is_public = |algorithm: &Algorithm| algorithm.is_public_key();
        if self.algorithms.iter().all(is_public) || self.has_public_keys() && describes_itself(text) {
            Secret::parse_public_key(text, &self.secret, &self.algorithms)
        } else if describes_itself(text) {
            Err(SecretError::public())
        } else {
            Secret::parse(text, &self.secret)
        }
    }

    /// Returns the algorithms, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Returns the id of the key in the header of a delivery's token (RFC 7515, section 4.1.4).
    #[inline(never)]
    pub(crate) fn key_id(&self, headers: &Headers<'_>) -> Option<String> {
        self.text_in_part(headers, 0, "kid")
    }

    /// Returns whether public keys verify tokens.
    #[must_use]
    pub fn has_public_keys(&self) -> bool {
        self.algorithms.iter().any(|algorithm| algorithm.is_public_key())
    }

    /// Returns the names of the settings that claims have to equal.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().flat_map(|claim| &claim.values).filter_map(|value| match value {
            ClaimValue::Setting(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Puts the texts of settings in their places.
    pub(crate) fn set_settings(&mut self, text: &dyn Fn(&str) -> Option<String>) {
        for value in self.claims.iter_mut().flat_map(|claim| &mut claim.values) {
            if let ClaimValue::Setting(name) = value
                && let Some(text) = text(name)
            {
                *value = ClaimValue::Text(text);
            }
        }
    }

    /// Returns the header with the token.
    #[must_use]
    pub fn header(&self) -> &str {
        self.token.header()
    }

    /// Returns the format of the header.
    #[must_use]
    pub fn format(&self) -> String {
        self.token.format().replace("{token}", "{jwt}")
    }

    /// Returns the format of secrets.
    #[must_use]
    pub fn secret_format(&self) -> &SecretFormat {
        &self.secret
    }

    pub(super) fn is_optional(&self) -> bool {
        self.token.is_optional()
    }

    /// Returns whether a claim is a digest of the body. Otherwise a token that was captured authenticates any body.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        let is_digest = ClaimValue::is_body_digest;
        self.claims.iter().any(|claim| claim.values.iter().any(is_digest))
    }

    /// Returns whether a claim is made of the URL.
    #[must_use]
    pub fn has_url(&self) -> bool {
        self.claims.iter().any(|claim| claim.values.iter().any(ClaimValue::has_url))
    }

    /// Returns the name of an algorithm in tokens.
    pub(super) fn name_of(algorithm: Algorithm) -> &'static str {
        jwa_name(algorithm)
    }

    /// Returns the names of the algorithms.
    pub(crate) fn algorithm_names(&self) -> String {
        self.algorithms.iter().map(|algorithm| jwa_name(*algorithm)).collect::<Vec<_>>().join(" or ")
    }

    /// Verifies the token of a delivery with every secret, then its claims and its times. `now` is in milliseconds since 1970,
    /// and `tolerance` in seconds.
    #[must_use]
    pub fn verify<'a>(
        &'a self,
        keys: &Keys,
        delivery: &'a Delivery<'_>,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        self.try_verify(keys, delivery, now, tolerance).unwrap_or_else(|outcome| outcome)
    }

    #[inline(never)]
    fn try_verify<'a>(
        &'a self,
        keys: &Keys,
        delivery: &'a Delivery<'_>,
        now: i64,
        tolerance: u64,
    ) -> Result<Outcome<'a>, Outcome<'a>> {
        let malformed = |reason| Outcome::Malformed { header: self.header(), received: "", reason };
        let is_format = || malformed(MalformedReason::Format);
        let token = self.find(&delivery.headers)?;
        let mut parts = token.split('.');
        let (Some(head), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(is_format());
        };
        let head = decode_base64url(head).ok_or_else(is_format)?;
        let head = Document::parse(&head).ok().filter(is_unambiguous).ok_or_else(is_format)?;
        let name = head.root().get("alg").and_then(Value::as_str).ok_or_else(is_format)?;
        let algorithm = keys.algorithms().iter().copied().find(|algorithm| jwa_name(*algorithm) == name);
        let Some(algorithm) = algorithm else {
            // SECURITY: `none` and algorithms of public keys are never accepted, whatever the token says.
            let known = KNOWN_ALGORITHMS.into_iter().find(|known| *known == name);
            let name = known.unwrap_or_default();
            return Err(Outcome::Unsupported { name, is_labelled: true, received: "" });
        };
        if head.root().get("crit").is_some() {
            return Err(malformed(MalformedReason::CriticalHeader));
        }
        let digest = decode_base64url(signature).ok_or_else(is_format)?;
        let signed = &token[..token.len() - signature.len() - 1];
        let received = ReceivedSignature { item: token, encoded: signature, timestamp: "" };
        let mut found = None;
        if algorithm.is_public_key() {
            found = keys.find_public_key(algorithm, signed.as_bytes(), &digest);
        }
        for (secret, key) in keys.iter().filter(|(_, key)| key.algorithm() == algorithm) {
            let is_equal = key.tag(signed.as_bytes()).ct_eq(&digest);
            found = found.or(is_equal.then_some(secret));
        }
        let secret = found.ok_or(Outcome::Mismatch { algorithm, received })?;
        let payload = decode_base64url(payload).ok_or_else(is_format)?;
        let payload = Document::parse(&payload).ok().filter(is_unambiguous).ok_or_else(is_format)?;
        self.check_claims(payload.root(), delivery)?;
        let verified = Outcome::Verified { algorithm, secret, received };
        let verified = self.check_times(payload.root(), verified, now, tolerance);
        // A token that covers no body authenticates its sender alone.
        Ok(if verified.is_verified() && !self.covers_body() { Outcome::Token { secret } } else { verified })
    }

    /// Returns a claim of the token, if it is a text. SECURITY: the token is not verified here.
    pub(super) fn claim(&self, headers: &Headers<'_>, name: &str) -> Option<String> {
        self.text_in_part(headers, 1, name)
    }

    fn text_in_part(&self, headers: &Headers<'_>, part: usize, name: &str) -> Option<String> {
        let part = decode_base64url(self.find(headers).ok()?.split('.').nth(part)?)?;
        let part = Document::parse(&part).ok()?;
        part.root().get(name)?.as_str().map(Cow::into_owned)
    }

    /// Returns the token. SECURITY: one value of the header, as a whole.
    fn find<'a>(&'a self, headers: &'a Headers<'_>) -> Result<&'a str, Outcome<'a>> {
        let malformed = |reason| Outcome::Malformed { header: self.header(), received: "", reason };
        let mut values = headers.get_all(self.header());
        let value = values.next().ok_or(Outcome::Missing)?;
        if values.next().is_some() {
            return Err(malformed(MalformedReason::Repeated));
        }
        if let Some(reason) = super::candidates::check_header_value(value) {
            return Err(malformed(reason));
        }
        self.token.token(value).ok_or(malformed(MalformedReason::Format))
    }

    fn check_claims<'a>(&'a self, claims: Value<'_>, delivery: &Delivery<'_>) -> Result<(), Outcome<'a>> {
        for Claim { name, values } in &self.claims {
            let mismatch = |is_missing| Outcome::ClaimMismatch {
                claim: name,
                is_missing,
                is_digest: values.iter().any(ClaimValue::is_body_digest),
            };
            let url = delivery.url.filter(|url| !url.is_empty());
            if values.iter().any(ClaimValue::has_url) && url.is_none() {
                return Err(Outcome::UrlMissing);
            }
            let Some(claim) = claims.get(name) else { return Err(mismatch(true)) };
            let is_expected = |claim: Value<'_>| {
                // `true` of a token is the text "true" of a definition.
                let text = match claim.kind() {
                    Kind::Boolean => std::str::from_utf8(claim.raw_bytes()).ok().map(Cow::Borrowed),
                    _ => claim.as_str(),
                };
                let Some(text) = text else { return false };
                values.iter().filter_map(|value| value.text(delivery.body, url)).any(|expected| {
                    // Some senders pad base64, and others do not.
                    let (text, expected) = (text.trim_end_matches('='), expected.trim_end_matches('='));
                    constant_time_eq(text.as_bytes(), expected.as_bytes())
                })
            };
            // An audience may be a list, of which one is the receiver (RFC 7519, section 4.1.3).
            let is_equal = if name == "aud" && claim.kind() == Kind::Array {
                claim.elements().any(is_expected)
            } else {
                is_expected(claim)
            };
            if !is_equal {
                return Err(mismatch(false));
            }
        }
        Ok(())
    }

    fn check_times<'a>(
        &self,
        claims: Value<'_>,
        verified: Outcome<'a>,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        let time = |name: &str| claims.get(name).map(|value| milliseconds(value).ok_or(()));
        let signed_at = self.timestamp.as_deref().map(time);
        let (expires, not_before) = (time("exp"), time("nbf"));
        if [expires, not_before, signed_at.flatten()].contains(&Some(Err(()))) {
            return Outcome::TimestampMalformed;
        }
        if signed_at == Some(None) || self.timestamp.is_none() && expires.is_none() && !self.is_timeless {
            return Outcome::TimestampMissing;
        }
        if let Some(Ok(expires)) = expires
            && now.saturating_sub(expires) > i64::from(self.leeway) * 1000
        {
            return verified.expired(now.saturating_sub(expires).unsigned_abs());
        }
        let leeway = u64::from(self.leeway);
        if let Some(Ok(not_before)) = not_before {
            // A time in the past is no error.
            let outcome = verified.within_tolerance(not_before.max(now), now, leeway);
            if !outcome.is_verified() {
                return outcome;
            }
        }
        match signed_at {
            Some(Some(Ok(signed_at))) => verified.within_tolerance(signed_at, now, tolerance),
            _ => verified,
        }
    }

    /// Makes the header with a token of the first secret.
    ///
    /// # Errors
    /// If the context lacks a value that the scheme signs.
    pub fn sign(
        &self,
        keys: &Keys,
        body: &[u8],
        context: &SignContext<'_>,
    ) -> Result<Vec<(String, String)>, SignError> {
        if keys.are_public() && context.signer.is_none() {
            return Err(SignError::PublicKey);
        }
        if context.now < 0 {
            return Err(SignError::Time);
        }
        let mut claims = String::from("{");
        for Claim { name, values } in &self.claims {
            let text =
                values.first().and_then(|value| value.text(body, context.url)).ok_or(SignError::Url)?;
            claims.push_str(&[&quoted(name), ":", &quoted(&text), ","].concat());
        }
        let mut add = |name: &str, ms: i64| {
            claims.push_str(&[&quoted(name), ":", &(ms / 1000).to_string(), ","].concat());
        };
        add("exp", context.now.saturating_add(LIFETIME_MS));
        add("nbf", context.now);
        if let Some(name) = self.timestamp.as_deref().filter(|name| !TIME_CLAIMS.contains(name)) {
            add(name, context.now);
        }
        claims.pop();
        claims.push('}');
        let encode = |bytes: &[u8]| Encoding::Base64Url.encode(bytes);
        let signed = |algorithm| {
            let head = format!("{{\"alg\":\"{}\",\"typ\":\"JWT\"}}", jwa_name(algorithm));
            [encode(head.as_bytes()), ".".to_owned(), encode(claims.as_bytes())].concat()
        };
        let (signed, signature) = if keys.are_public() {
            let made = context.signer.and_then(|signer| signer.sign_token(keys, &signed));
            made.ok_or_else(|| SignError::of_private_key(keys))?
        } else {
            let (_, key) = keys.iter().next().ok_or(SignError::NoKey)?;
            let signed = signed(key.algorithm());
            let tag = key.tag(signed.as_bytes());
            (signed, tag.as_bytes().to_vec())
        };
        let token = [signed.as_str(), ".", &encode(&signature)].concat();
        Ok(vec![(into_owned_outlined(self.header()), self.format().replace("{jwt}", &token))])
    }
}

/// Whether a part of a token is an object that every parser reads alike.
fn is_unambiguous(document: &Document<'_>) -> bool {
    document.root().kind() == Kind::Object
        && document.diagnostics().iter().all(|issue| issue.code != Code::JSON_DUPLICATE_KEY)
}

/// Parses a time: seconds since 1970, with or without a fraction (RFC 7519, section 2).
fn milliseconds(value: Value<'_>) -> Option<i64> {
    value.as_decimal()?;
    let text = std::str::from_utf8(value.raw_bytes()).ok()?;
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    whole.parse::<i64>().ok().map(|seconds| seconds.saturating_mul(1000))
}
