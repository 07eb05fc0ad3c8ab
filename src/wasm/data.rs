//! Data that crosses the bridge: options in, results out. Names nothing of JavaScript.

use serde::Serialize;

use super::invalid_option::invalid_option;
use crate::issue::{Code, Issue, Profile};
use crate::signature::Algorithm;
use crate::webhook::{Error, SecretText, SignParams, Timestamp, WebhookOptions};

/// An error for JavaScript.
#[derive(Serialize)]
pub struct ErrorData<'e> {
    pub code: Code,
    pub message: String,
    pub status: u16,
    pub issues: &'e [Issue],
}

/// The options of a webhook, as JavaScript passes them.
pub struct WebhookOptionsData {
    /// Zeroized when dropped, also where the options are invalid.
    pub secrets: Vec<SecretText>,
    /// The secrets with the names of their schemes, zeroized in the same way.
    pub named_secrets: Vec<(String, SecretText)>,
    pub unsigned: Option<String>,
    pub explain_only: bool,
    /// Names and values in turn. Zeroized when dropped.
    pub settings: Vec<SecretText>,
    pub algorithms: Option<Vec<String>>,
    pub profile: Option<String>,
    pub max_bytes: Option<f64>,
    pub tolerance: Option<f64>,
}

impl WebhookOptionsData {
    /// Converts the options.
    pub fn read(self) -> Result<WebhookOptions, Error> {
        let allow_unsigned = match self.unsigned.as_deref() {
            None | Some("refuse") => false,
            Some("allow") => true,
            Some(_) => return Err(invalid_option("unsigned")),
        };
        let profile = match self.profile.as_deref() {
            None | Some("lenient") => Profile::Lenient,
            Some("strict") => Profile::Strict,
            Some(_) => return Err(invalid_option("profile")),
        };
        let algorithms = self
            .algorithms
            .map(|names| {
                let known = |name: &String| {
                    Algorithm::from_name(name).ok_or_else(|| {
                        let message = invalid_option("algorithms").to_string();
                        Error::new(Code::ALGORITHM_UNSUPPORTED, message)
                    })
                };
                names.iter().map(known).collect::<Result<Vec<_>, _>>()
            })
            .transpose()?;
        let number = |name: &str, value: Option<f64>| match value {
            None => Ok(None),
            Some(value) => to_usize(value).map(Some).ok_or_else(|| invalid_option(name)),
        };
        Ok(WebhookOptions {
            secrets: self.secrets,
            named_secrets: self.named_secrets,
            allow_unsigned,
            explain_only: self.explain_only,
            settings: self
                .settings
                .chunks_exact(2)
                .map(|pair| (pair[0].to_string(), pair[1].clone()))
                .collect(),
            algorithms,
            verify_public_key: None,
            profile,
            max_bytes: number("maxBytes", self.max_bytes)?,
            tolerance: number("tolerance", self.tolerance)?
                .map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX)),
        })
    }
}

/// The provider, as far as JavaScript needs to know it to pass deliveries in and results out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderMetadata<'w> {
    pub id: &'w str,
    /// The headers that the hot path reads, in lower case.
    pub required_headers: Vec<String>,
    /// Whether the hot path reads the URL or the method.
    pub requires_target: bool,
    pub immutable: bool,
    /// The first and the last status that is success.
    pub success: (u16, u16),
    /// The delays between attempts, in milliseconds. Absent where the definition has none.
    pub retries: Option<&'w [u32]>,
    pub signature_expires: &'static str,
    /// The headers that the provider itself puts on a delivery.
    pub own_headers: Vec<&'w str>,
    /// The headers with a token, which is a secret.
    pub token_headers: Vec<&'w str>,
    /// The keys that lead from the body to the event's data.
    pub data_path: Vec<&'w str>,
    /// The keys that lead from the body to the list of events, for a provider that sends several at once.
    pub items_path: Option<Vec<&'w str>>,
    pub content_type: &'w str,
    /// The interned keys, in the order of their symbols.
    pub interned_keys: Vec<&'w str>,
    pub events: Vec<EventMetadata<'w>>,
    pub max_bytes: usize,
    /// What a signature of the provider does not cover: `type`, `id`.
    pub uncovered: Vec<&'static str>,
    /// The names of the signature schemes.
    pub schemes: Vec<Option<&'w str>>,
    /// The methods of the provider's handshakes; `open POST` for a POST that need not be signed.
    pub handshakes: Vec<&'static str>,
    /// Whether deliveries can need keys from outside.
    pub needs_keys: bool,
}

/// The response to a handshake.
#[derive(Serialize)]
pub struct HandshakeData<'h> {
    pub name: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<&'h String>,
}

#[derive(Serialize)]
pub struct EventMetadata<'w> {
    #[serde(rename = "type")]
    pub event_type: &'w str,
    pub revisions: Vec<Option<&'w str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonData {
    pub same: bool,
    pub same_event: bool,
    pub changes: Vec<ChangeData>,
    /// The number of changes that are not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omitted: Option<usize>,
}

#[derive(Serialize)]
pub struct ChangeData {
    pub pointer: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// The parameters of `sign` and `create`.
pub struct SignParamsData {
    pub now: f64,
    pub random: Vec<u8>,
    pub id: Option<String>,
    pub webhook_id: Option<String>,
    pub event_type: Option<String>,
    pub url: Option<String>,
}

impl SignParamsData {
    /// Converts the parameters.
    pub fn read(self) -> Result<SignParams, Error> {
        let Ok(random) = <[u8; 32]>::try_from(self.random) else {
            return Err(invalid_option("random"));
        };
        let Self { now, id, webhook_id, event_type, url, .. } = self;
        let now = from_js_millis(now);
        Ok(SignParams { now, random, id, webhook_id, event_type, url, signer: None })
    }
}

/// A signed delivery. Its body is in `text`.
#[derive(Serialize)]
pub struct SignedData {
    pub headers: Vec<(String, String)>,
    pub length: usize,
}

/// A time of JavaScript, in milliseconds.
pub fn from_js_millis(now: f64) -> Timestamp {
    #[allow(clippy::cast_possible_truncation)] // saturates, and NaN is 0
    Timestamp::from_millis(now as i64)
}

/// A whole number of JavaScript; NaN means none.
pub fn to_usize(number: f64) -> Option<usize> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    (number >= 0.0).then_some(number as usize)
}
