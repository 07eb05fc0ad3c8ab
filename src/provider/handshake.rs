//! Handshakes: requests by which a provider checks the receiver, and the responses to them.
//!
//! SECURITY: a response repeats texts that anyone can choose. Therefore a definition can name neither the body nor a secret in
//! a response, and no HMAC that could be the signature of a delivery.

use super::request_source::{Found, RequestParts, RequestSource};
use crate::blob::blob;
use crate::json::{Kind, Value, quoted};
use crate::signature::{Algorithm, Encoding, Scheme, TemplateToken, tokens};

/// The method of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeMethod {
    Post,
    Get,
    Head,
    Options,
}

blob!(enum HandshakeMethod { 0 => Post, 1 => Get, 2 => Head, 3 => Options });

impl HandshakeMethod {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }
}

/// A request that is no event, and the response to it.
#[derive(Debug)]
pub(crate) struct Handshake {
    pub name: String,
    pub method: HandshakeMethod,
    /// The conditions that a request meets, all of them.
    pub when: Vec<(RequestSource, Condition)>,
    /// Whether the signature of the request is verified first.
    pub is_signed: bool,
    /// Whether the response repeats printable ASCII, and not tokens only.
    pub is_loose: bool,
    /// The sources whose text has to equal a setting.
    pub equals: Vec<(RequestSource, String)>,
    /// The source of a signing secret that the provider hands over.
    pub secret: Option<RequestSource>,
    pub status: u16,
    /// Whether the body is JSON.
    pub is_json: bool,
    pub body: Vec<ResponsePart>,
    pub headers: Vec<(String, Vec<ResponsePart>)>,
}

/// What a source has to have.
#[derive(Debug)]
pub(crate) enum Condition {
    /// Anything, or nothing.
    Present(bool),
    /// One of these texts.
    OneOf(Vec<String>),
}

impl Condition {
    /// Whether what a request has at a source meets the condition.
    pub fn is_met(&self, found: &Found<'_>) -> bool {
        match (self, found) {
            (Self::Present(is_present), found) => (*found != Found::Absent) == *is_present,
            (Self::OneOf(texts), Found::Text(text)) => texts.iter().any(|one| *one == *text),
            (Self::OneOf(_), _) => false,
        }
    }
}

/// A part of a response.
#[derive(Debug)]
pub(crate) enum ResponsePart {
    /// A text of the definition.
    Literal(String),
    /// A text of the request.
    Source(RequestSource),
    /// The HMAC of a text of the request.
    Hmac { algorithm: Algorithm, encoding: Encoding, source: RequestSource },
}

/// A value that the program passes next to the secrets.
#[derive(Debug)]
pub struct Setting {
    /// The name, as in `settings: { verifyToken: "..." }`.
    pub name: String,
    /// What the value is, and where it is found.
    pub description: String,
}

blob!(struct Handshake {
    name, method, when, is_signed, is_loose, equals, secret, status, is_json, body, headers,
});
blob!(enum Condition { 0 => Present(is_present), 1 => OneOf(texts) });
blob!(enum ResponsePart { 0 => Literal(text), 1 => Source(source), 2 => Hmac { algorithm, encoding, source } });
blob!(struct Setting { name, description });

impl Handshake {
    /// Whether a request meets the conditions on its body, or all other ones.
    pub fn matches(&self, request: &RequestParts<'_>, is_body: bool) -> bool {
        self.when
            .iter()
            .filter(|(source, _)| source.is_in_body() == is_body)
            .all(|(source, condition)| condition.is_met(&source.find(request)))
    }
}

/// Whether a text can be a challenge whose HMAC is sent back: letters, digits and `._~+-`, with the padding of base64.
/// SECURITY: see [`Builder::check_hmac`].
pub(crate) fn is_challenge(text: &str) -> bool {
    text.len() <= 256
        && has_only(text.trim_end_matches('='), 256, |byte| is_challenge_byte(byte) && byte != b'=')
}

/// Whether a text can be sent back: no markup, no line, and no body of a delivery.
pub(crate) fn is_token(text: &str) -> bool {
    has_only(text, 1024, |byte| b"._~:+/=@-".contains(&byte))
}

/// Whether a text can be sent back by a handshake that is `loose`: printable ASCII.
pub(crate) fn is_printable(text: &str) -> bool {
    has_only(text, 1024, |byte| (b' '..=b'~').contains(&byte))
}

#[inline(never)]
fn has_only(text: &str, max_bytes: usize, is_allowed: fn(u8) -> bool) -> bool {
    (1..=max_bytes).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_allowed(byte))
}

/// A mistake in a definition: the value, and a sentence.
type Mistake<'d> = (Value<'d>, String);

/// The message of a setting that the definition does not have.
#[inline(never)]
pub(super) fn unknown_setting(name: &str) -> String {
    ["The definition has no setting ", &quoted(name), ". Add it to `settings`."].concat()
}

/// Parses the member `settings` of a definition.
pub(super) fn parse_settings(root: Value<'_>) -> Vec<Setting> {
    let settings = root.get("settings").into_iter().flat_map(Value::members);
    settings
        .map(|(name, setting)| Setting {
            name: name.text().into_owned(),
            description: string(setting, "description"),
        })
        .collect()
}

/// Parses the member `handshake` of a definition.
pub(super) fn parse_handshakes<'d>(
    root: Value<'d>,
    schemes: &[&Scheme],
    settings: &[Setting],
) -> Result<Vec<Handshake>, Mistake<'d>> {
    let mut handshakes: Vec<Handshake> = Vec::new();
    for value in root.get("handshake").into_iter().flat_map(Value::elements) {
        let handshake = parse_handshake(value, schemes, settings)?;
        if handshakes.iter().any(|other| other.name == handshake.name) {
            return Err(mistake(value, "name", "Another handshake has this name."));
        }
        handshakes.push(handshake);
    }
    Ok(handshakes)
}

fn parse_handshake<'d>(
    value: Value<'d>,
    schemes: &[&Scheme],
    settings: &[Setting],
) -> Result<Handshake, Mistake<'d>> {
    let method = match string(value, "method").as_str() {
        "GET" => HandshakeMethod::Get,
        "HEAD" => HandshakeMethod::Head,
        "OPTIONS" => HandshakeMethod::Options,
        _ => HandshakeMethod::Post,
    };
    let is_post = method == HandshakeMethod::Post;
    let signed = flag(value, "signed");
    if signed == Some(true) && !is_post {
        return Err(mistake(
            value,
            "signed",
            format!("Only a POST is signed, and this is a {}.", method.name()),
        ));
    }
    if signed == Some(true) && schemes.is_empty() {
        return Err(mistake(value, "signed", "No scheme of the definition signs, so no request is signed."));
    }
    if is_post && value.get("when").is_none() {
        return Err((
            value,
            "A POST without `when` would respond to every event. Add a condition.".to_owned(),
        ));
    }
    let builder = Builder { schemes, method, is_signed: signed.unwrap_or(is_post && !schemes.is_empty()) };
    let mut when = Vec::new();
    for (name, condition) in value.get("when").into_iter().flat_map(Value::members) {
        when.push((builder.source(name.as_value(), &name.text())?, parse_condition(condition)));
    }
    let mut equals = Vec::new();
    for (name, expected) in value.get("equals").into_iter().flat_map(Value::members) {
        let text = expected.as_str().unwrap_or_default();
        let setting = text.strip_prefix("{setting:").and_then(|text| text.strip_suffix('}'));
        let Some(setting) = setting else {
            let message = "Expected a setting, such as {setting:verifyToken}.";
            return Err((expected, message.to_owned()));
        };
        if !settings.iter().any(|known| known.name == setting) {
            let message = unknown_setting(setting);
            return Err((expected, message));
        }
        equals.push((builder.source(name.as_value(), &name.text())?, setting.to_owned()));
    }
    let secret = match value.get("secret") {
        Some(source) => Some(builder.source(source, &source.as_str().unwrap_or_default())?),
        None => None,
    };
    let response = value.get("response").unwrap_or(value);
    let (text, json) = (response.get("text"), response.get("json"));
    let mut body = Vec::new();
    let content_type = match (text, json) {
        (Some(_), Some(json)) => {
            return Err((json, "The response has `text`, too. Remove one of the two.".to_owned()));
        }
        (Some(text), None) => {
            body = builder.template(text)?;
            "text/plain; charset=utf-8"
        }
        (None, Some(json)) => {
            builder.json(json, &mut body)?;
            "application/json"
        }
        (None, None) => "",
    };
    let status = response.get("status").and_then(Value::as_i64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let status = status.unwrap_or(if content_type.is_empty() { 204 } else { 200 });
    if !content_type.is_empty() && method == HandshakeMethod::Head {
        return Err((response, "A response to HEAD has no body. Remove `text` or `json`.".to_owned()));
    }
    if !content_type.is_empty() && matches!(status, 204 | 205) {
        return Err(mistake(response, "status", format!("A response with the status {status} has no body.")));
    }
    let mut headers = Vec::new();
    if !content_type.is_empty() {
        // A browser that is led here shows no page.
        for (name, value) in [("content-type", content_type), ("x-content-type-options", "nosniff")] {
            headers.push((name.to_owned(), vec![ResponsePart::Literal(value.to_owned())]));
        }
    }
    for (name, template) in response.get("headers").into_iter().flat_map(Value::members) {
        let lower = name.text().to_ascii_lowercase();
        if RESERVED_HEADERS.contains(&lower.as_str()) || headers.iter().any(|(other, _)| *other == lower) {
            return Err((name.as_value(), "This header cannot be set here, or is set twice.".to_owned()));
        }
        headers.push((lower, builder.template(template)?));
    }
    Ok(Handshake {
        name: string(value, "name"),
        method,
        when,
        is_signed: builder.is_signed,
        is_loose: flag(value, "loose").unwrap_or(false),
        equals,
        secret,
        status,
        is_json: json.is_some(),
        body,
        headers,
    })
}

/// Headers that the receiver sets, that frame the response, or that change more than this response.
const RESERVED_HEADERS: [&str; 7] = [
    "connection",
    "content-length",
    "content-type",
    "date",
    "set-cookie",
    "transfer-encoding",
    "x-content-type-options",
];

pub(super) fn parse_condition(value: Value<'_>) -> Condition {
    let text = |value: Value<'_>| value.as_str().unwrap_or_default().into_owned();
    match value.as_bool() {
        Some(is_present) => Condition::Present(is_present),
        None if value.kind() == Kind::Array => Condition::OneOf(value.elements().map(text).collect()),
        None => Condition::OneOf(vec![text(value)]),
    }
}

fn string(value: Value<'_>, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().into_owned()
}

fn flag(value: Value<'_>, key: &str) -> Option<bool> {
    value.get(key).and_then(Value::as_bool)
}

/// A mistake in a member, or in the object that lacks it.
fn mistake<'d>(holder: Value<'d>, key: &str, message: impl Into<String>) -> Mistake<'d> {
    (holder.get(key).unwrap_or(holder), message.into())
}

/// Compiles the texts of one handshake.
struct Builder<'s> {
    /// The schemes that sign: tokens do not.
    schemes: &'s [&'s Scheme],
    method: HandshakeMethod,
    is_signed: bool,
}

impl Builder<'_> {
    fn source<'d>(&self, value: Value<'d>, text: &str) -> Result<RequestSource, Mistake<'d>> {
        let Some(source) = RequestSource::parse(text) else {
            let message = "Expected /pointer, header:Name, query:name or form:name.";
            return Err((value, message.to_owned()));
        };
        if source.is_in_body() && self.method != HandshakeMethod::Post {
            let message =
                format!("A {} has no body. Name a header or a parameter of the query.", self.method.name());
            return Err((value, message));
        }
        Ok(source)
    }

    /// Compiles a text with places.
    fn template<'d>(&self, value: Value<'d>) -> Result<Vec<ResponsePart>, Mistake<'d>> {
        let mut parts = Vec::new();
        self.text(value, &value.as_str().unwrap_or_default(), &mut parts, false)?;
        Ok(parts)
    }

    /// Compiles JSON whose strings are texts with places.
    fn json<'d>(&self, value: Value<'d>, parts: &mut Vec<ResponsePart>) -> Result<(), Mistake<'d>> {
        let mut is_first = true;
        let mut separate = |parts: &mut Vec<ResponsePart>| {
            push_literal(parts, if is_first { "" } else { "," });
            is_first = false;
        };
        match value.kind() {
            Kind::Object => {
                push_literal(parts, "{");
                for (key, member) in value.members() {
                    separate(parts);
                    check_ascii(key.as_value(), &key.text())?;
                    push_literal(parts, &quoted(&key.text()));
                    push_literal(parts, ":");
                    self.json(member, parts)?;
                }
                push_literal(parts, "}");
            }
            Kind::Array => {
                push_literal(parts, "[");
                for element in value.elements() {
                    separate(parts);
                    self.json(element, parts)?;
                }
                push_literal(parts, "]");
            }
            _ => match value.as_str() {
                Some(text) => {
                    push_literal(parts, "\"");
                    self.text(value, &text, parts, true)?;
                    push_literal(parts, "\"");
                }
                None => push_literal(parts, &String::from_utf8_lossy(value.raw_bytes())),
            },
        }
        Ok(())
    }

    fn text<'d>(
        &self,
        value: Value<'d>,
        text: &str,
        parts: &mut Vec<ResponsePart>,
        is_json: bool,
    ) -> Result<(), Mistake<'d>> {
        check_ascii(value, text)?;
        for token in tokens(text).map_err(|message| (value, message))? {
            match token {
                TemplateToken::Literal(text) if is_json => {
                    let escaped = quoted(text);
                    push_literal(parts, &escaped[1..escaped.len() - 1]);
                }
                TemplateToken::Literal(text) => push_literal(parts, text),
                TemplateToken::Placeholder(name) => parts.push(self.place(value, name)?),
            }
        }
        Ok(())
    }

    fn place<'d>(&self, value: Value<'d>, name: &str) -> Result<ResponsePart, Mistake<'d>> {
        if let Some(hmac) = name.strip_prefix("hmac:") {
            let mut fields = hmac.splitn(3, ':');
            let mut next = || fields.next().unwrap_or_default();
            let algorithm = Algorithm::from_name(next()).filter(|algorithm| !algorithm.is_public_key());
            let encoding = next();
            let encoding = Encoding::ALL.into_iter().find(|known| known.name() == encoding);
            let (Some(algorithm), Some(encoding)) = (algorithm, encoding) else {
                let message = "Expected {hmac:ALGORITHM:ENCODING:SOURCE}, such as {hmac:sha256:hex:/token}.";
                return Err((value, message.to_owned()));
            };
            let source = self.source(value, next())?;
            self.check_hmac(value, &source)?;
            return Ok(ResponsePart::Hmac { algorithm, encoding, source });
        }
        if matches!(name, "body" | "secret") || name.starts_with("setting:") {
            let message = format!("{{{name}}} is never sent back: anyone can send a request to get it.");
            return Err((value, message));
        }
        self.source(value, name).map(ResponsePart::Source)
    }

    /// Rejects an HMAC that could be the signature of a delivery. SECURITY: an attacker who can have a text signed can sign an event.
    ///
    /// The texts are safe in two ways. A text of the body was signed by the provider already, if the request is signed.
    /// Any other text has characters of [`is_challenge`] only, and is no JSON. So it is no body, and no signed content with
    /// another character in a literal of its template.
    fn check_hmac<'d>(&self, value: Value<'d>, source: &RequestSource) -> Result<(), Mistake<'d>> {
        if self.schemes.is_empty() {
            let message = "The definition has no `signature` that signs, so there is no secret for an HMAC.";
            return Err((value, message.to_owned()));
        }
        if self.schemes.iter().all(|scheme| scheme.public_key_algorithm().is_some()) {
            return Err((value, "A public key makes no HMAC.".to_owned()));
        }
        if source.is_in_body() {
            if matches!(source, RequestSource::Pointer(_)) && self.is_signed {
                return Ok(());
            }
            let message = "An HMAC of a value of the body needs a signed request: otherwise anyone can have a body signed.";
            return Err((value, message.to_owned()));
        }
        let is_safe = |template: &str| {
            template == "{body}"
                || tokens(template).is_ok_and(|tokens| {
                    tokens.iter().any(
                        |token| matches!(token, TemplateToken::Literal(text) if !text.bytes().all(is_challenge_byte)),
                    )
                })
        };
        let mut contents = self.schemes.iter().map(|scheme| scheme.signed_content());
        let Some(template) = contents.find(|template| !is_safe(template)) else { return Ok(()) };
        let message = format!(
            "An HMAC of a value that is not signed could be the signature of a delivery: such a value can equal the signed content {}.",
            quoted(template)
        );
        Err((value, message))
    }
}

/// Whether a challenge can contain the byte.
fn is_challenge_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~+-=".contains(&byte)
}

/// Rejects a text of a response that is not printable ASCII.
fn check_ascii<'d>(value: Value<'d>, text: &str) -> Result<(), Mistake<'d>> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(());
    }
    Err((value, "Expected printable ASCII characters in a response.".to_owned()))
}

/// Appends a literal to the one before.
fn push_literal(parts: &mut Vec<ResponsePart>, text: &str) {
    if let Some(ResponsePart::Literal(last)) = parts.last_mut() {
        last.push_str(text);
    } else if !text.is_empty() {
        parts.push(ResponsePart::Literal(text.to_owned()));
    }
}
