//! [`Webhook`], and what its verbs take and return.
//!
//! | to | call | which returns |
//! |---|---|---|
//! | accept or reject a delivery | [`Webhook::verify`] | [`Verified`], or an [`Error`] |
//! | see all issues and stages of a delivery | [`Webhook::inspect`] | [`Report`] |
//! | find out why a signature does not match | `Webhook::explain` (feature `full`) | `Explanation` |
//! | make a delivery of an event | [`Webhook::create`] | [`SignedDelivery`] |
//! | sign bytes | [`Webhook::sign`] | [`SignedDelivery`] |
//! | compare two deliveries | [`Webhook::compare`] | [`Comparison`] |
//! | respond to a check of the URL by the provider | [`Webhook::handshake`] | [`HandshakeResponse`] |
//! | examine a delivery of an unknown provider | `diagnose` (feature `full`) | `Diagnosis` |
//!
//! [`Webhook::verify_fast`] is for receivers that need no issues.

mod accepted;
mod compare;
mod create;
#[cfg(feature = "full")]
mod diagnose;
mod digest;
mod error;
mod evaluate;
#[cfg(feature = "serde_json")]
mod event_as;
#[cfg(feature = "full")]
mod explain;
mod handshake;
mod inspect;
mod item;
mod items;
mod outside_keys;
mod problem;
mod report;
mod resign;
mod secret_text;
mod settings;
mod sign;
mod sign_params;
mod values;
mod verify;

pub use crate::provider::CoveredPart;
pub use accepted::{AcceptedDelivery, SignatureInfo, Verified};
pub use compare::{Change, Comparison};
#[cfg(feature = "full")]
pub use diagnose::{CandidateKind, DiagnoseOptions, Diagnosis, SchemeMatch, SignatureCandidate, diagnose};
pub use error::Error;
#[cfg(feature = "serde_json")]
pub use event_as::EventTypeError;
#[cfg(feature = "full")]
pub use explain::{
    CAUSES, Cause, CauseCategory, CauseDefinition, DEFAULT_MAX_COMBINATIONS, Difference, Explanation,
    FRAMEWORKS, FrameworkFix, RAW_BODY_FIX, SECRET_FIX,
};
pub use handshake::HandshakeResponse;
pub use item::Item;
pub use outside_keys::KeyNeed;
pub use report::{HandshakeReport, Report, SignatureReport, SignedPart, StageReport, StageState, Verdict};
pub use secret_text::SecretText;
pub use sign::SignedDelivery;
pub use sign_params::SignParams;

pub use crate::signature::SignatureStatus;

#[cfg(any(feature = "http", all(feature = "js", target_arch = "wasm32")))]
pub(crate) use digest::digest;

use self::settings::Settings;
use crate::delivery::{Delivery, MediaType};
use crate::issue::{Code, Issue, Profile};
use crate::json::{FormPayload, quoted};
use crate::provider::{self, KeySource, NamedScheme, Provider, Uncovered};
use crate::schema::closest;
use crate::signature::{
    Algorithm, BUILT_IN_PUBLIC_KEY, Keys, KeysError, PublicKeyCheck, Secret, SecretError, SignatureScheme,
    VerifyPublicKey,
};

/// Default size limit of a body: 1 MiB.
pub const DEFAULT_MAX_BODY_BYTES: usize = 1 << 20;

/// A time, in milliseconds since 1970-01-01T00:00:00Z. The core has no clock: the time is a parameter of every verb.
///
/// ```
/// use hookseal::webhook::Timestamp;
///
/// assert!(Timestamp::from_millis(0) < Timestamp::from(std::time::SystemTime::now()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A time from its milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let millis = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
        };
        Self(millis)
    }
}

/// The options of one verification: its profile and its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// The profile that the payload is validated with.
    pub profile: Profile,
    /// The size limit of a body, in bytes.
    pub max_bytes: usize,
    /// The timestamp tolerance in both directions, in seconds.
    pub tolerance: u32,
}

/// The options of a webhook.
#[derive(Default)]
pub struct WebhookOptions {
    /// The secrets, as the provider shows them: the first signs, all verify. They are those of the provider's first scheme.
    pub secrets: Vec<SecretText>,
    /// The secrets of schemes by their names, for a provider with several schemes. A scheme without secrets is not active:
    /// no delivery is accepted by it.
    pub named_secrets: Vec<(String, SecretText)>,
    /// Accept deliveries without a signature, and report them as unsigned.
    pub allow_unsigned: bool,
    /// Only explain and compare deliveries. Every text is taken as a secret, also one that does not have the provider's
    /// format: [`explain`](Webhook::explain) says why. SECURITY: nothing is verified or signed with such a webhook.
    pub explain_only: bool,
    /// Values that the provider's definition names in `settings`, such as a verify token. An empty value counts as absent.
    pub settings: Vec<(String, SecretText)>,
    /// Accept only these of the provider's algorithms.
    pub algorithms: Option<Vec<Algorithm>>,
    /// Verifies the signatures of providers that have a public key. Default: with the feature `public-key` of this crate, its
    /// own. Without one, there is no webhook of such a provider.
    pub verify_public_key: Option<VerifyPublicKey>,
    /// The profile that payloads are validated with.
    pub profile: Profile,
    /// The size limit of a body, in bytes. Default: 1 MiB.
    pub max_bytes: Option<usize>,
    /// The timestamp tolerance in both directions, in seconds. Default: the provider's.
    pub tolerance: Option<u32>,
}

/// One webhook: a provider, the secrets of one subscription, and how strict to be.
///
/// ```
/// use hookseal::webhook::{WebhookOptions, Webhook};
///
/// let secrets = vec!["the secret of the subscription".into()];
/// let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
/// assert_eq!(hook.provider().title, "PainChek");
///
/// // Without a secret there is no webhook, and never one that accepts everything.
/// let error = Webhook::built_in("painchek", WebhookOptions::default()).unwrap_err();
/// assert_eq!(error.code.as_str(), "secret-missing");
/// # Ok::<(), hookseal::webhook::Error>(())
/// ```
#[derive(Debug)]
pub struct Webhook {
    provider: Provider,
    /// For each scheme of the provider, the prepared secrets; `None` for a scheme without secrets, which is not active.
    keys: Vec<Option<Keys>>,
    settings: Settings,
    allow_unsigned: bool,
    explain_only: bool,
    verify_options: VerifyOptions,
}

/// A scheme with its keys.
#[derive(Clone, Copy)]
pub(crate) struct ActiveScheme<'w> {
    /// The index of the scheme in [`Provider::schemes`].
    pub index: usize,
    pub scheme: &'w SignatureScheme,
    pub keys: &'w Keys,
}

const EXPLAIN_ONLY: &str =
    concat!("A webhook with the option `", option!(explain_only), "` neither verifies nor signs deliveries.");
const EXPLAIN_ONLY_HINT: &str =
    concat!("Make another webhook without `", option!(explain_only), "` for this call.");

impl Webhook {
    /// A webhook of a provider.
    ///
    /// # Errors
    /// `secret-missing` without a secret, for an empty one, and for a provider that does not sign without
    /// `allow_unsigned`: no webhook accepts everything by accident. `secret-invalid` for a secret that does not have the
    /// provider's format. `option-invalid` for a setting that the provider does not have.
    pub fn new(mut provider: Provider, options: WebhookOptions) -> Result<Self, Error> {
        let verify_options = VerifyOptions {
            profile: options.profile,
            max_bytes: options.max_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES),
            tolerance: options.tolerance.unwrap_or(provider.tolerance),
        };
        let mut keys = keys(&provider, &options)?;
        let has_secrets = !options.secrets.is_empty() || !options.named_secrets.is_empty();
        // The secrets in the options end here, zeroized.
        let WebhookOptions { allow_unsigned, explain_only, settings, .. } = options;
        let settings = Settings::new(&provider.settings, settings)?;
        settings.set_in_schemes(&mut provider, &mut keys, explain_only, allow_unsigned && !has_secrets)?;
        Ok(Self { provider, keys, settings, allow_unsigned, explain_only, verify_options })
    }

    /// A webhook of a built-in provider: `painchek`, `xon`.
    ///
    /// # Errors
    /// As [`Webhook::new`]; `definition-invalid` where there is no such provider.
    pub fn built_in(id: &str, options: WebhookOptions) -> Result<Self, Error> {
        let Some(provider) = provider::built_in(id) else {
            // SECURITY: the message does not repeat the id, which may be a secret that was passed as the wrong argument.
            let known: Vec<&str> = provider::ids().collect();
            let list = if cfg!(feature = "js") {
                format!("There are: {}.", known.join(", "))
            } else {
                "`hookseal::provider::ids` lists them.".to_owned()
            };
            let message = format!("There is no built-in provider by this id. {list}");
            let like = closest(id, &known).map(|id| format!("Did you mean {}?", quoted(id)));
            return Err(Error::new(Code::DEFINITION_INVALID, message).with_hint(like.as_deref()));
        };
        Self::new(provider?, options)
    }

    /// Sets the native hash, which hashes long messages.
    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) fn set_native_hash(&mut self, native_hash: crate::signature::native_hash::NativeHash) {
        for keys in self.keys.iter_mut().flatten() {
            keys.set_native_hash(native_hash);
        }
    }

    /// The provider of this webhook.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Whether this Content-Type is accepted: the provider's own, or another one of JSON in UTF-8. A receiver can call this
    /// before it reads the body. A delivery without the header is accepted.
    #[must_use]
    pub fn accepts_content_type(&self, value: &str) -> bool {
        self.provider.media_type(value) != MediaType::Other
    }

    /// Reads the body of a delivery that is a form; `None` for any other body. Pass the payload with
    /// [`Delivery::with_form`]: every verb needs it. SECURITY: reading takes time and memory in proportion to the body.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::webhook::{Webhook, WebhookOptions};
    ///
    /// let secrets = vec!["It's a Secret to Everybody".into()];
    /// let hook = Webhook::built_in("github", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    /// let headers = Headers::from_iter([("Content-Type", "application/x-www-form-urlencoded")]);
    /// let delivery = Delivery::new(headers, b"payload=%7B%22zen%22%3A%22Keep+it+simple%22%7D");
    /// let form = hook.read_form(&delivery).expect("a form").expect("a payload");
    /// assert_eq!(form.json(), br#"{"zen":"Keep it simple"}"#);
    /// let delivery = delivery.clone().with_form(&form); // ready to be verified
    /// # Ok::<(), hookseal::webhook::Error>(())
    /// ```
    ///
    /// # Errors
    /// Why the body is not the provider's form.
    #[must_use]
    pub fn read_form(&self, delivery: &Delivery<'_>) -> Option<Result<FormPayload, Box<Issue>>> {
        if delivery.body.len() > self.verify_options.max_bytes {
            return None;
        }
        self.provider.read_form(delivery)
    }

    /// Whether both webhooks have a secret in common, as those of one subscription have during a secret rotation. Two
    /// webhooks without secrets have none in common. SECURITY: the secrets are compared in constant time.
    #[must_use]
    pub fn shares_secret(&self, other: &Self) -> bool {
        let mut shared = false;
        for keys in self.keys.iter().flatten() {
            for other in other.keys.iter().flatten() {
                shared |= keys.shares_secret(other);
            }
        }
        shared
    }

    /// Returns what the signatures of the active schemes do not cover; that of all schemes where none is active, or tokens
    /// alone are.
    #[must_use]
    pub fn uncovered(&self) -> Uncovered {
        let mut uncovered: Option<Uncovered> = None;
        for (index, named) in self.provider.schemes.iter().enumerate() {
            if named.scheme.is_signature() && self.active_scheme(index).is_some() {
                uncovered = Some(uncovered.unwrap_or_default().or(named.uncovered()));
            }
        }
        uncovered.unwrap_or_else(|| self.provider.uncovered())
    }

    /// Returns the scheme that decides on a delivery, with its keys: the first active one that is for such deliveries and whose
    /// header the delivery has, and the first active one where there is none. SECURITY: a stronger signature that fails is not saved by a weaker one
    /// in the same delivery. `None` without secrets.
    #[inline]
    pub(crate) fn select(&self, delivery: &Delivery<'_>) -> Option<ActiveScheme<'_>> {
        // PERF: nearly every provider has one scheme.
        match self.keys.len() {
            1 => self.active_scheme(0),
            _ => self.select_among_several(delivery),
        }
    }

    #[inline(never)]
    fn select_among_several(&self, delivery: &Delivery<'_>) -> Option<ActiveScheme<'_>> {
        let mut first = None;
        for index in 0..self.keys.len() {
            let active = self.active_scheme(index);
            let is_for = |index: usize| self.provider.schemes[index].conditions.apply_to(delivery);
            let Some(candidate) = active else { continue };
            if candidate.scheme.is_present(&delivery.headers) && is_for(index) {
                // Two schemes can share a header, in which each has its items.
                let is_shared = self.pair_of(index).is_some_and(|other| {
                    other.scheme.has_item(&delivery.headers) && !candidate.scheme.has_item(&delivery.headers)
                });
                if !is_shared {
                    return active;
                }
            }
            first = first.or(active);
        }
        first
    }

    /// Returns the active scheme that shares name and header with another one.
    fn pair_of(&self, index: usize) -> Option<ActiveScheme<'_>> {
        let schemes = &self.provider.schemes;
        let scheme = schemes.get(index)?;
        (0..schemes.len())
            .filter(|other| *other != index && is_pair(scheme, &schemes[*other]))
            .find_map(|other| self.active_scheme(other))
    }

    /// Returns the strongest scheme that has secrets and is for such deliveries: the one that signs.
    #[inline(never)]
    pub(crate) fn signing_scheme_for(&self, delivery: &Delivery<'_>) -> Option<ActiveScheme<'_>> {
        let mut active = (0..self.keys.len()).filter_map(|index| self.active_scheme(index));
        active
            .find(|active| self.provider.schemes[active.index].conditions.apply_to(delivery))
            .or_else(|| self.signing_scheme())
    }

    /// Returns the strongest scheme that has secrets.
    #[inline(never)]
    pub(crate) fn signing_scheme(&self) -> Option<ActiveScheme<'_>> {
        (0..self.keys.len()).find_map(|index| self.active_scheme(index))
    }

    /// Returns a scheme if it has secrets.
    fn active_scheme(&self, index: usize) -> Option<ActiveScheme<'_>> {
        let keys = self.keys.get(index)?.as_ref()?;
        Some(ActiveScheme { index, scheme: &self.provider.schemes.get(index)?.scheme, keys })
    }

    /// The options of every verification that has no options of its own.
    #[must_use]
    pub fn verify_options(&self) -> VerifyOptions {
        self.verify_options
    }
}

/// Whether two schemes have the same secrets, and items of one header: an HMAC, and a public key.
fn is_pair(first: &NamedScheme, second: &NamedScheme) -> bool {
    let is_public = |named: &NamedScheme| matches!(named.scheme, SignatureScheme::PublicKey(_));
    is_public(first) != is_public(second)
        && first.name == second.name
        && first.scheme.header() == second.scheme.header()
}

/// Prepares the secrets of every scheme; `None` for a scheme without secrets.
fn keys(provider: &Provider, options: &WebhookOptions) -> Result<Vec<Option<Keys>>, Error> {
    let name = &provider.title;
    let mut has_secrets = !options.secrets.is_empty() || !options.named_secrets.is_empty();
    if provider.schemes.is_empty() {
        return if options.explain_only {
            Ok(Vec::new())
        } else if has_secrets {
            Err(Error::new(
                Code::SECRET_INVALID,
                format!(
                    "{name} does not sign its webhooks, so a secret cannot protect them. Remove `secrets`, and pass `{}`.",
                    option!(allow_unsigned)
                ),
            ))
        } else if options.allow_unsigned {
            Ok(Vec::new())
        } else {
            Err(Error::new(
                Code::SECRET_MISSING,
                format!(
                    "{name} does not sign its webhooks, so the sender cannot be authenticated. Pass `{}` to accept unsigned deliveries.",
                    option!(allow_unsigned)
                ),
            ))
        };
    }
    // SECURITY: the message does not repeat the name, which may be a secret in the wrong place.
    let is_known = |name: &str| provider.schemes.iter().any(|scheme| scheme.name.as_deref() == Some(name));
    if options.named_secrets.iter().any(|(name, _)| !is_known(name)) {
        let mut names: Vec<&str> =
            provider.schemes.iter().filter_map(|scheme| scheme.name.as_deref()).collect();
        names.dedup();
        let expected = if names.is_empty() {
            "a list of strings".to_owned()
        } else {
            ["the names ", &names.join(", ")].concat()
        };
        let message = format!(
            "Invalid value for option `secrets`: {name} has other signature schemes; expected {expected}."
        );
        return Err(Error::new(Code::OPTION_INVALID, message));
    }
    let first = provider.schemes.first().and_then(|scheme| scheme.name.as_deref());
    let mut all = Vec::with_capacity(provider.schemes.len());
    for current in &provider.schemes {
        let NamedScheme { name, scheme, .. } = current;
        let name = name.as_deref();
        let named = options.named_secrets.iter().filter(|(other, _)| Some(other.as_str()) == name);
        let listed = options.secrets.iter().filter(|_| name == first);
        // Of two schemes that share secrets, the one with public keys takes its own.
        let is_own = |text: &&SecretText| {
            provider.schemes.iter().filter(|other| is_pair(current, other)).all(|other| {
                if scheme.has_public_keys() {
                    scheme.claims_secret(text)
                } else {
                    !other.scheme.claims_secret(text)
                }
            })
        };
        let texts: Vec<&SecretText> = listed.chain(named.map(|(_, text)| text)).filter(is_own).collect();
        let source = provider.key_source.as_ref().filter(|_| !has_secrets && scheme.has_public_keys());
        all.push(match source {
            Some(source) if texts.is_empty() => Some(from_outside(scheme, source, name, options)?),
            _ if texts.is_empty() => None,
            _ => Some(prepare(scheme, &texts, name, options)?),
        });
    }
    if let Some(algorithms) = &options.algorithms
        && provider.schemes.iter().all(|named| matches!(named.scheme, SignatureScheme::Token(_)))
        && !algorithms.is_empty()
    {
        let message =
            format!("{name} sends a token, which has no algorithm. Remove the option `algorithms`.");
        return Err(Error::new(Code::OPTION_INVALID, message));
    }
    has_secrets |= all.iter().any(Option::is_some);
    if has_secrets || options.allow_unsigned {
        return Ok(all);
    }
    Err(Error::new(
        Code::SECRET_MISSING,
        format!(
            "No signing secret configured for {name}. Pass the secret of the subscription in `secrets`. An environment variable that is not set is the usual cause."
        ),
    ))
}

/// Prepares a scheme whose keys are outside: those that the provider publishes, or none.
#[inline(never)]
fn from_outside(
    scheme: &SignatureScheme,
    source: &KeySource,
    name: Option<&str>,
    options: &WebhookOptions,
) -> Result<Keys, Error> {
    let known: Vec<SecretText> = source.known.iter().map(|key| key.clone().into()).collect();
    let texts: Vec<&SecretText> = known.iter().collect();
    if texts.is_empty() {
        let accepted = options.algorithms.as_deref().unwrap_or(scheme.algorithms());
        return Ok(with_verifier(Keys::without_secrets(accepted), options));
    }
    prepare(scheme, &texts, name, options)
}

fn with_verifier(keys: Keys, options: &WebhookOptions) -> Keys {
    match options.verify_public_key.or(BUILT_IN_PUBLIC_KEY) {
        Some(verify) => keys.with_public_key_verifier(verify),
        None => keys,
    }
}

/// Prepares the secrets of one scheme.
fn prepare(
    scheme: &SignatureScheme,
    texts: &[&SecretText],
    name: Option<&str>,
    options: &WebhookOptions,
) -> Result<Keys, Error> {
    let is_basic = matches!(scheme, SignatureScheme::Token(token) if token.is_basic());
    let prefix = |index: usize| match name.filter(|_| !options.named_secrets.is_empty()) {
        Some(name) => format!("secrets[{}][{index}]: ", quoted(name)),
        None if texts.len() == 1 => String::new(),
        None => format!("secrets[{index}]: "),
    };
    let secret_error = |index, error: &SecretError| {
        Error::new(error.code(), format!("{}{error}", prefix(index))).with_hint(error.hint())
    };
    let parse = |(index, text): (usize, &&SecretText)| {
        let mut secret = scheme.parse_secret(text);
        if options.explain_only {
            secret = Secret::or_to_explain(secret, text);
        }
        if is_basic && secret.is_ok() && !text.contains(':') {
            let message = format!("{}Invalid secret: expected user:password.", prefix(index));
            return Err(Error::new(Code::SECRET_INVALID, message)
                .with_hint(Some("Pass the user name, a colon and the password, and not their base64.")));
        }
        secret.map_err(|error| secret_error(index, &error))
    };
    let secrets: Vec<Secret> = texts.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
    match scheme {
        SignatureScheme::Hmac(scheme) => Ok(scheme.keys(&secrets, options.algorithms.as_deref())?),
        SignatureScheme::Token(scheme) => Ok(scheme.keys(&secrets)?),
        SignatureScheme::Jwt(_) | SignatureScheme::PublicKey(_) => {
            let accepted = options.algorithms.as_deref();
            let keys = match scheme {
                SignatureScheme::Jwt(scheme) => scheme.keys(&secrets, accepted)?,
                _ => scheme.signing().ok_or(KeysError::NoAlgorithm)?.keys(&secrets, accepted)?,
            };
            let keys = with_verifier(keys, options);
            match keys.find_rejected_public_key().filter(|_| !options.explain_only) {
                None => Ok(keys),
                Some((_, PublicKeyCheck::Unavailable)) => Err(no_public_keys()),
                Some((index, _)) => Err(secret_error(index, &SecretError::rejected_public_key())),
            }
        }
    }
}

#[cold]
fn no_public_keys() -> Error {
    let (message, hint) = if cfg!(feature = "js") {
        (
            "The provider signs with a private key, and this runtime has no node:crypto to verify with its public key.",
            "Add `import \"hookseal/public-key\"`, or `import \"hookseal/ed25519\"` for Ed25519 alone.",
        )
    } else {
        (
            "The provider signs with a private key, and this build has nothing that verifies with its public key.",
            "Enable the feature `public-key` of hookseal, or set `verify_public_key` in the options.",
        )
    };
    Error::new(Code::PUBLIC_KEY_UNAVAILABLE, message).with_hint(Some(hint))
}
