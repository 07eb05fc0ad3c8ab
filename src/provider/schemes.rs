//! The signature schemes of a provider definition, in all families of their headers.

use crate::blob::blob;
use crate::json::{Document, Kind, Value};
use crate::signature::{
    Algorithm, DEFAULT_LEEWAY, JwtDefinition, JwtScheme, KeyDerivation, Scheme, SchemeDefinition,
    SecretEncoding, SecretFormat, SignatureScheme, SignedHeaders, TimestampUnit, TokenScheme,
};
use crate::text::eq_ignore_ascii_case;
use std::borrow::Cow;

use super::batch::Batch;
use super::conditions::Conditions;
use super::coverage::{Coverage, CoveredPart, Uncovered};
use super::definition_error::{DefinitionError, definition_error};
use super::envelope::Envelope;
use super::handshake::unknown_setting;
use super::idempotency::IdempotencySource;
use super::members::{items, members, pointer, signed_content, text, texts};
use super::request_source::RequestSource;
use super::signed_time::SignedTime;

/// One signature scheme of a provider.
#[derive(Debug)]
pub struct NamedScheme {
    /// The name that binds secrets to the scheme, if there are several schemes.
    pub name: Option<String>,
    /// The scheme.
    pub scheme: SignatureScheme,
    /// The names of headers in the first family, each with its name in the family of this scheme. Empty for the first one.
    pub(crate) aliases: Vec<HeaderAlias>,
    /// What of a delivery the scheme does not cover.
    pub(crate) coverage: Coverage,
    /// The values in the body and the URL that the scheme reads.
    pub(crate) sources: Vec<RequestSource>,
    /// Pointer to the list of which each element has a signature of its own. Sources count from the element.
    pub(crate) each: Option<String>,
    /// The deliveries that the scheme is for, the spellings of their URL, and their digests.
    pub(crate) conditions: Conditions,
}

impl NamedScheme {
    /// Returns the name of a header in the family of headers that the scheme is of.
    pub(crate) fn header_name<'n>(&'n self, name: &'n str) -> &'n str {
        alias_of(&self.aliases, name)
    }

    /// Returns what the scheme leaves uncovered of a delivery with any source of its idempotency key.
    pub(crate) fn uncovered(&self) -> Uncovered {
        self.coverage.uncovered_by_any_source()
    }
}

fn alias_of<'n>(aliases: &'n [HeaderAlias], name: &'n str) -> &'n str {
    // PERF: nearly every provider has one family.
    let is_alias = |alias: &&HeaderAlias| eq_ignore_ascii_case(&alias.first, name);
    aliases.iter().find(is_alias).map_or(name, |alias| &alias.other)
}

/// One header in two families of headers.
#[derive(Debug)]
pub(crate) struct HeaderAlias {
    first: String,
    pub(super) other: String,
}

blob!(struct HeaderAlias { first, other });
blob!(struct NamedScheme { name, scheme, aliases, coverage, sources, each, conditions });

/// Returns whether a scheme of the definition signs: tokens do not.
pub(super) fn signs(root: Value<'_>) -> bool {
    signatures(root).into_iter().any(|signature| text(signature, "/kind").as_deref() != Some("token"))
}

#[inline(never)]
pub(super) fn schemes(
    document: &Document<'_>,
    envelope: &Envelope,
    dedupe: &[IdempotencySource],
    batch: Option<&Batch>,
) -> Result<Vec<NamedScheme>, DefinitionError> {
    let signatures = signatures(document.root());
    let mut schemes: Vec<NamedScheme> = Vec::with_capacity(signatures.len());
    for signature in &signatures {
        let name = text(*signature, "/name");
        // An HMAC and a public key in one header: the text of a secret says which one it is of.
        let is_pair = is_pair(&signatures);
        if signatures.len() > 1 && name.is_none() && !is_pair {
            let message =
                "Missing required property \"name\": with several schemes, secrets are bound to names.";
            return Err(definition_error(document, *signature, message));
        }
        // Schemes of one name have the same secrets, and are for different deliveries.
        let is_repeated = |other: &NamedScheme| {
            !is_pair
                && other.name == name
                && (other.conditions.is_for_all() || signature.get("when").is_none())
        };
        if let Some(value) = signature.get("name").filter(|_| schemes.iter().any(is_repeated)) {
            return Err(definition_error(document, value, "Duplicate name: another scheme has it."));
        }
        let is_form = signed_content(*signature).contains("{form}");
        if let Some(content) = signature.get("signedContent").filter(|_| is_form)
            && !items(document.root(), "body")
                .iter()
                .any(|item| text(*item, "/as").is_some_and(|name| name.starts_with("form")))
        {
            let message = "`{form}` is a body that is a form. Add one to `body`.";
            return Err(definition_error(document, content, message));
        }
        if let Some(from) = signature.get("from").filter(|_| signature.get("header").is_some()) {
            let message = "`header` already says where the signature is. Remove one of the two.";
            return Err(definition_error(document, from, message));
        }
        let is_in_body = |from: &Value<'_>| from.as_str().is_some_and(|from| from.starts_with('/'));
        if let Some(from) = signature.get("from").filter(is_in_body)
            && signature.get("covers").is_none()
            && signature.get("algorithms").is_some()
        {
            let message = "The body contains the signature, so the signature cannot cover the body. Name the signed values in \
                           `signedContent`, and declare what they are in `covers`.";
            return Err(definition_error(document, from, message));
        }
        if let Some(from) = signature.get("from").filter(|_| signatures.len() > 1) {
            let message = "With several schemes, each has its signature in a header. Use `header`.";
            return Err(definition_error(document, from, message));
        }
        let count = names(signature.get("header")).len().max(1);
        if let Some((_, list)) = members(document.root(), "headers")
            .into_iter()
            .find(|(_, value)| value.kind() == Kind::Array && value.elements().count() != count)
        {
            let message = format!("Expected {count} names, one for each name in `signature.header`.");
            return Err(definition_error(document, list, &message));
        }
        for place in 0..count {
            let scheme = scheme(document, *signature, place, signatures.len() > 1)?;
            let aliases = aliases(document.root(), *signature, place);
            let part = covered_part(*signature, &scheme);
            let coverage = Coverage::new(&scheme, part, &envelope.event_type, dedupe, &|name| {
                alias_of(&aliases, name).to_owned()
            });
            let each = text(*signature, "/each");
            match &each {
                None => check_signed_fields(document, *signature, &coverage)?,
                Some(list) => check_each(document, *signature, list, &scheme, batch)?,
            }
            let conditions = Conditions::parse(*signature)
                .map_err(|(value, message)| definition_error(document, value, &message))?;
            let source = |name| RequestSource::parse_signed(name, scheme.signing());
            let sources = scheme.sources().filter_map(source).collect();
            schemes.push(NamedScheme {
                name: name.clone(),
                scheme,
                aliases,
                coverage,
                sources,
                each,
                conditions,
            });
        }
    }
    Ok(schemes)
}

/// Whether two schemes are an HMAC and a public key, whose signatures are items of one header.
fn is_pair(signatures: &[Value<'_>]) -> bool {
    let [first, second] = signatures else { return false };
    let is_public = |signature: &Value<'_>| text(*signature, "/kind").as_deref() == Some("public-key");
    let is_hmac = |signature: &Value<'_>| text(*signature, "/kind").is_none_or(|kind| kind == "hmac");
    let same = |pointer: &str| text(*first, pointer) == text(*second, pointer);
    (is_hmac(first) && is_public(second) || is_public(first) && is_hmac(second))
        && same("/name")
        && same("/header")
        && text(*first, "/header").is_some()
        && [first, second].iter().all(|signature| signature.get("when").is_none())
}

/// Returns what the scheme declares to cover. A scheme that signs the body declares nothing.
fn covered_part(signature: Value<'_>, scheme: &SignatureScheme) -> CoveredPart {
    match text(signature, "/covers").as_deref() {
        None if scheme.signing().is_some_and(Scheme::has_checksum) => CoveredPart::Checksum,
        Some("fields") => CoveredPart::Fields,
        Some(_) => CoveredPart::Nothing,
        None => CoveredPart::Body,
    }
}

/// Rejects signed fields without event type and idempotency key: an attacker could choose both. And a checksum without the
/// key: each forged body would have one of its own.
fn check_signed_fields(
    document: &Document<'_>,
    signature: Value<'_>,
    coverage: &Coverage,
) -> Result<(), DefinitionError> {
    let uncovered = coverage.uncovered_by_any_source();
    let part = match (coverage.part, uncovered) {
        (CoveredPart::Fields, Uncovered { event_type: true, .. }) => "event type",
        (CoveredPart::Fields | CoveredPart::Checksum, Uncovered { id: true, .. }) => "idempotency key",
        _ => return Ok(()),
    };
    let message = format!(
        "The {part} is not among the signed fields, so an attacker can change it. Declare `\"covers\": \"nothing\"`, or \
         take it from signed fields."
    );
    let value = signature.get("covers").unwrap_or(signature);
    Err(definition_error(document, value, &message))
}

/// Rejects signed elements that are no events, and signed fields without the event type and the key of an element.
#[inline(never)]
fn check_each(
    document: &Document<'_>,
    signature: Value<'_>,
    list: &str,
    scheme: &SignatureScheme,
    batch: Option<&Batch>,
) -> Result<(), DefinitionError> {
    let value = signature.get("each").unwrap_or(signature);
    let is_in_element = text(signature, "/from").is_some_and(|from| from.starts_with('/'));
    let Some(batch) = batch.filter(|batch| *batch.list == *list && is_in_element) else {
        let message = "Each element of `envelope.items` has its signature in the element. Name that list, and a pointer in `from`.";
        return Err(definition_error(document, value, message));
    };
    if text(signature, "/covers").as_deref() != Some("fields") {
        return Ok(());
    }
    let signs = |pointer: &str| scheme.signing().is_some_and(|scheme| scheme.signs_header(pointer));
    let types = batch.item.event_type.sources();
    let has_signed_type = types.iter().all(|source| {
        source.fields().into_iter().all(|field| field.pointer().is_none_or(|pointer| signs(pointer)))
    });
    let has_signed_id = batch.ids().next().is_some() && batch.ids().all(|id| signs(id));
    if has_signed_type && has_signed_id {
        return Ok(());
    }
    let message =
        "Type and id of an element are not among its signed fields, so an attacker can change them.";
    Err(definition_error(document, value, message))
}

/// Returns the names of a header in its families: a list, or one name.
fn names(value: Option<Value<'_>>) -> Vec<String> {
    match value {
        Some(list) if list.kind() == Kind::Array => {
            list.elements().filter_map(Value::as_str).map(Cow::into_owned).collect()
        }
        Some(name) => name.as_str().map(Cow::into_owned).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Returns the name of a header in the family with this index; one name is that of every family.
pub(super) fn name_in_family(value: Option<Value<'_>>, family: usize) -> Option<String> {
    let mut names = names(value);
    match names.len() {
        0 => None,
        1 => names.pop(),
        _ => (family < names.len()).then(|| names.swap_remove(family)),
    }
}

fn aliases(root: Value<'_>, signature: Value<'_>, family: usize) -> Vec<HeaderAlias> {
    if family == 0 {
        return Vec::new();
    }
    let headers = members(root, "headers").into_iter().map(|(_, value)| value);
    let alias = |value: Value<'_>| {
        let first = name_in_family(Some(value), 0)?;
        let other = name_in_family(Some(value), family)?;
        (first != other).then_some(HeaderAlias { first, other })
    };
    headers.chain(signature.get("header")).filter_map(alias).collect()
}

/// Returns the schemes of a definition, the strongest first.
pub(super) fn signatures(root: Value<'_>) -> Vec<Value<'_>> {
    match root.get("signature") {
        None => Vec::new(),
        Some(list) if list.kind() == Kind::Array => list.elements().collect(),
        Some(scheme) => vec![scheme],
    }
}

/// Returns the member of this name of the first scheme that has it.
pub(super) fn signature_member<'d>(root: Value<'d>, name: &str) -> Option<Value<'d>> {
    signatures(root).into_iter().find_map(|signature| signature.get(name))
}

#[inline(never)]
fn scheme(
    document: &Document<'_>,
    signature: Value<'_>,
    family: usize,
    is_of_several: bool,
) -> Result<SignatureScheme, DefinitionError> {
    let root = document.root();
    let headers = root.get("headers");
    if text(signature, "/kind").as_deref() == Some("token") {
        let header = place(signature, family);
        let format = text(signature, "/format").unwrap_or_else(|| "{token}".to_owned());
        let scheme = TokenScheme::new(&header, &format, is_optional(signature));
        return scheme.map(SignatureScheme::Token).map_err(|error| {
            definition_error(document, signature.get(error.field()).unwrap_or(signature), error.message())
        });
    }
    if is_jwt(signature) {
        return jwt_scheme(document, signature, family);
    }
    let kind = text(signature, "/kind").unwrap_or_default();
    let (is_public_key, is_hash) = (kind == "public-key", kind == "hash");
    let is_form = |item: &Value<'_>| text(*item, "/as").is_some_and(|name| name.starts_with("form"));
    if let Some(form) = items(root, "body").into_iter().find(|item| is_hash && is_form(item)) {
        let message = "A plain hash can be continued by an attacker, which JSON makes useless, and a form does not. Remove the form.";
        return Err(definition_error(document, form, message));
    }
    let format = text(signature, "/format").unwrap_or_default();
    let signed_content = signed_content(signature);
    // Of several schemes, those without a signed time have no use for the header.
    let signs_time_header =
        signed_content.contains("{timestamp}") || signature.get("signedHeaders").is_some();
    let has_time_header = !is_of_several || signs_time_header && !format.contains("{timestamp}");
    let time_source = text(signature, "/timestamp").filter(|_| signed_content.contains("{timestamp}"));
    let definition = SchemeDefinition {
        header: place(signature, family),
        format,
        algorithms: texts(signature, "algorithms")
            .iter()
            .filter_map(|name| Algorithm::from_name(name))
            .collect(),
        signed_content,
        secret: secret_format(text(signature, "/secret").as_deref().unwrap_or("utf8"), is_public_key),
        key: KeyDerivation {
            digest: text(signature, "/secretDigest").and_then(|name| Algorithm::from_name(&name)),
            is_hash,
        },
        optional: is_optional(signature),
        timestamp_header: time_source.or_else(|| {
            name_in_family(root.pointer("/headers/timestamp"), family).filter(|_| has_time_header)
        }),
        id_header: name_in_family(root.pointer("/headers/id"), family),
        timestamp_unit: timestamp_unit(signature),
        ambiguous: signature.get("ambiguous").and_then(Value::as_bool).unwrap_or(false),
        absent_is_empty: signature.get("absent").is_some(),
        partial: signature.get("covers").is_some() || signature.get("digests").is_some(),
        signed_headers: signed_headers(signature),
    };
    if let Some(algorithm) = definition.algorithms.iter().find(|one| one.is_public_key() != is_public_key) {
        let value = signature.get("algorithms").unwrap_or(signature);
        let message = if is_public_key {
            format!("{algorithm} is an HMAC. Of a public key, expected an algorithm such as ed25519.")
        } else {
            format!("{algorithm} needs a public key. Set \"kind\": \"public-key\".")
        };
        return Err(definition_error(document, value, &message));
    }
    let scheme = Scheme::new(definition).map(SignatureScheme::of).map_err(|error| {
        // Two fields of the scheme are in `headers` of a definition.
        let value = match error.field() {
            "timestampHeader" => {
                signature.get("timestamp").or_else(|| headers.and_then(|headers| headers.get("timestamp")))
            }
            "idHeader" => headers.and_then(|headers| headers.get("id")),
            field => signature.get(field),
        }
        .unwrap_or(signature);
        definition_error(document, value, error.message())
    })?;
    with_settings(document, signature, scheme)
}

/// Returns a scheme whose settings the definition has.
fn with_settings(
    document: &Document<'_>,
    signature: Value<'_>,
    scheme: SignatureScheme,
) -> Result<SignatureScheme, DefinitionError> {
    let known = members(document.root(), "settings");
    let is_unknown = |name: &&str| !known.iter().any(|(known, _)| known.text() == *name);
    let Some(unknown) = scheme.settings().into_iter().find(is_unknown) else { return Ok(scheme) };
    let value = signature.get("claims").or_else(|| signature.get("signedContent")).unwrap_or(signature);
    Err(definition_error(document, value, &unknown_setting(unknown)))
}

pub(super) fn is_jwt(signature: Value<'_>) -> bool {
    text(signature, "/kind").as_deref() == Some("jwt")
}

#[inline(never)]
fn jwt_scheme(
    document: &Document<'_>,
    signature: Value<'_>,
    family: usize,
) -> Result<SignatureScheme, DefinitionError> {
    let mut claims = Vec::new();
    for (name, value) in members(signature, "claims") {
        let templates = match value.as_str() {
            Some(template) => vec![template.into_owned()],
            None => value.elements().filter_map(Value::as_str).map(Cow::into_owned).collect(),
        };
        claims.push((name.text().trim_start_matches('/').to_owned(), templates));
    }
    let timestamp = text(signature, "/timestamp");
    let definition = JwtDefinition {
        header: name_in_family(signature.get("header"), family).unwrap_or_default(),
        format: text(signature, "/format").unwrap_or_else(|| "{jwt}".to_owned()),
        algorithms: texts(signature, "algorithms"),
        claims,
        timestamp: timestamp.and_then(|source| source.strip_prefix("claim:/").map(str::to_owned)),
        is_timeless: signature.get("requireTime").and_then(Value::as_bool) == Some(false),
        leeway: signature
            .get("leeway")
            .and_then(|seconds| u32::try_from(seconds.as_i64()?).ok())
            .unwrap_or(DEFAULT_LEEWAY),
        secret: secret_format(text(signature, "/secret").as_deref().unwrap_or("utf8"), false),
        optional: is_optional(signature),
    };
    let scheme = JwtScheme::new(definition).map_err(|error| {
        definition_error(document, signature.get(error.field()).unwrap_or(signature), error.message())
    })?;
    with_settings(document, signature, SignatureScheme::Jwt(scheme))
}

/// Parses `signedHeaders`: how a delivery lists the headers that are signed.
#[inline(never)]
fn signed_headers(signature: Value<'_>) -> Option<SignedHeaders> {
    let headers = signature.get("signedHeaders")?;
    let list = text(headers, "/names");
    Some(SignedHeaders {
        list: list.and_then(|source| source.strip_prefix("header:").map(str::to_owned)),
        separator: text(headers, "/separator").and_then(|text| text.bytes().next()).unwrap_or(b','),
        pair: text(headers, "/pair").unwrap_or_default(),
        join: text(headers, "/join").unwrap_or_default(),
        required: texts(headers, "require"),
    })
}

fn is_optional(signature: Value<'_>) -> bool {
    signature.get("optional").and_then(Value::as_bool).unwrap_or(false)
}

fn timestamp_unit(signature: Value<'_>) -> TimestampUnit {
    text(signature, "/timestampUnit").and_then(|name| TimestampUnit::from_name(&name)).unwrap_or_default()
}

/// Returns where the signature is: the name of a header, or a source in the body or the URL.
fn place(signature: Value<'_>, family: usize) -> String {
    let from = text(signature, "/from");
    from.or_else(|| name_in_family(signature.get("header"), family)).unwrap_or_default()
}

/// Returns whether the timestamp of a scheme is signed as a part of the body, and not by `{timestamp}`.
pub(super) fn has_body_time(signature: Value<'_>) -> bool {
    signature.get("timestamp").is_some()
        && !is_jwt(signature)
        && !signed_content(signature).contains("{timestamp}")
}

pub(super) fn signed_time(root: Value<'_>) -> Option<SignedTime> {
    let mut signatures = signatures(root).into_iter();
    let signature = signatures.find(|signature| has_body_time(*signature))?;
    Some(SignedTime { pointer: pointer(signature, "/timestamp")?, unit: timestamp_unit(signature) })
}

#[inline(never)]
fn secret_format(text: &str, is_public_key: bool) -> SecretFormat {
    let mut format = SecretFormat::parse(text).unwrap_or_default();
    if is_public_key && text == "base64" {
        // SECURITY: with the prefix of shared secrets, the secret of an HMAC would pass for a key.
        format.prefix = Some("whpk_".to_owned());
    }
    if format.encoding == SecretEncoding::Base64 {
        // Base64 has no underscore, so the common prefix can be detected without being named.
        format.prefix.get_or_insert_with(|| "whsec_".to_owned());
    }
    format
}
