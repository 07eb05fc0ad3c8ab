//! `diagnose`: what can be said of a delivery whose provider is unknown. For people, never for the hot path.

mod diagnosis;
mod formats;
mod headers;
mod proposal;

pub use self::diagnosis::{CandidateKind, Diagnosis, SchemeMatch, SignatureCandidate};
use self::formats::{ReceivedFormat, formats_in, hmac_name, kind_of, timestamp_unit};
use self::headers::{find_signatures, find_tokens};
use self::proposal::Proposal;
use super::explain::{id_headers, known_contents};
use super::{
    Cause, CauseCategory, DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_COMBINATIONS, Report, SecretText, Timestamp,
    VerifyOptions, Webhook, WebhookOptions,
};
use crate::delivery::Delivery;
use crate::issue::{Issue, Profile, Stage};
use crate::provider::Provider;
use crate::signature::{Keys, Outcome, Scheme, SchemeDefinition, Secret, SecretFormat, TimestampUnit};

/// What `diagnose` may use.
#[derive(Default)]
pub struct DiagnoseOptions {
    /// Secrets that may be the sender's, as shown. Without one, signatures are named and not searched.
    pub secrets: Vec<SecretText>,
    /// The limit of combinations. Default: [`DEFAULT_MAX_COMBINATIONS`].
    pub max_combinations: Option<usize>,
    /// The size limit of a body, in bytes. A larger body is not searched. Default: 1 MiB.
    pub max_bytes: Option<usize>,
}

/// The bytes that are hashed at most: as `explain`, for the core has no clock.
const MAX_BYTES_HASHED: usize = 96 << 20;
/// Headers that are searched at most.
const MAX_HEADERS: usize = 4;
/// The formats of secrets that are tried, in order.
const SECRET_FORMATS: [&str; 3] = ["utf8", "base64", "hex"];
/// Where the signed content has a timestamp or an id, senders put one of these between the parts.
const SEPARATORS: [&str; 6] = [".", "", ":", "\n", "|", "-"];

/// Examines a delivery whose provider is unknown: its bytes and its JSON, the headers that may hold a signature, and with a
/// secret the usual signature schemes. A scheme that makes the received signature is returned as a provider definition.
///
/// Costs as much as thousands of verifications.
///
/// ```
/// use hookseal::delivery::{Delivery, Headers};
/// use hookseal::signature::{Algorithm, hmac};
/// use hookseal::webhook::{DiagnoseOptions, Timestamp, diagnose};
///
/// let body = br#"{"type":"order.paid","data":{}}"#;
/// let tag = hmac::sign(Algorithm::Sha256, b"the secret", body);
/// let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
/// let delivery = Delivery::new(Headers::from_iter([("X-Acme-Signature", hex.as_str())]), body);
///
/// let secrets = vec!["the secret".to_owned().into()];
/// let options = DiagnoseOptions { secrets, ..DiagnoseOptions::default() };
/// let diagnosis = diagnose(&delivery, Timestamp::from_millis(1_700_000_000_000), &options);
/// assert_eq!(diagnosis.matches[0].signed_content, "{body}");
/// assert!(diagnosis.matches[0].definition.contains("X-Acme-Signature"));
/// ```
#[must_use]
pub fn diagnose(delivery: &Delivery<'_>, now: impl Into<Timestamp>, options: &DiagnoseOptions) -> Diagnosis {
    let now = now.into();
    let max_bytes = options.max_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES);
    let headers = find_signatures(&delivery.headers);
    let mut signatures = find_tokens(&delivery.headers, &options.secrets);
    for (name, value) in &headers {
        if !signatures.iter().any(|token| token.header == *name) {
            signatures.push(kind_of(name, value));
        }
    }
    let report = inspect_unsigned(delivery, now, max_bytes);
    let mut search = SchemeSearch {
        delivery,
        now,
        ids: id_headers(&delivery.headers),
        remaining: options
            .max_combinations
            .unwrap_or(DEFAULT_MAX_COMBINATIONS)
            .min(MAX_BYTES_HASHED / (delivery.body.len() + 1)),
        tried: 0,
    };
    let mut matches = Vec::new();
    let mut causes = Vec::new();
    if delivery.body.len() <= max_bytes && !options.secrets.is_empty() {
        for (name, value) in headers.iter().take(MAX_HEADERS) {
            matches.extend(search.find(name, value, &options.secrets));
        }
        if matches.is_empty() {
            let mut formats = headers.iter().take(MAX_HEADERS).map(|(name, value)| (name, formats_in(value)));
            causes = formats
                .find_map(|(name, formats)| {
                    let causes = search.explain(name, formats.first()?, &options.secrets);
                    (!causes.is_empty()).then_some(causes)
                })
                .unwrap_or_default();
        }
    }
    let is_of_bytes = |issue: &Issue| matches!(issue.stage, Some(Stage::Bytes | Stage::Json));
    let issues = report.map(|report| report.issues).unwrap_or_default();
    let issues = issues.into_iter().filter(is_of_bytes).collect();
    Diagnosis { issues, signatures, matches, causes, tried: search.tried }
}

/// Inspects a delivery as one of a provider that signs nothing and has no contract.
fn inspect_unsigned(delivery: &Delivery<'_>, now: Timestamp, max_bytes: usize) -> Option<Report> {
    let provider = Provider::from_json(Proposal::unsigned().as_bytes()).ok()?;
    let options =
        WebhookOptions { allow_unsigned: true, max_bytes: Some(max_bytes), ..WebhookOptions::default() };
    Some(Webhook::new(provider, options).ok()?.inspect(delivery, now))
}

struct SchemeSearch<'a, 'd> {
    delivery: &'a Delivery<'d>,
    now: Timestamp,
    /// Names of headers with ids.
    ids: Vec<&'a str>,
    /// Combinations that may still be computed.
    remaining: usize,
    tried: usize,
}

impl SchemeSearch<'_, '_> {
    /// Returns the first scheme by which a secret makes the signature in a header.
    fn find(&mut self, header: &str, value: &str, secrets: &[SecretText]) -> Option<SchemeMatch> {
        for format in formats_in(value) {
            for definition in self.definitions(header, &format) {
                let Some(scheme) = compile(&definition) else { continue };
                for (index, secret) in secrets.iter().enumerate() {
                    for secret_format in SECRET_FORMATS {
                        if self.remaining == 0 {
                            return None;
                        }
                        let Some(keys) = keys(&scheme, secret, secret_format) else { continue };
                        self.remaining -= 1;
                        self.tried += 1;
                        if self.matches(&scheme, &keys) {
                            return Some(self.to_match(scheme.definition(), index, secret_format));
                        }
                    }
                }
            }
        }
        None
    }

    /// Whether the scheme makes the received signature, in time or not.
    fn matches(&self, scheme: &Scheme, keys: &Keys) -> bool {
        let outcome = scheme.verify(keys, self.delivery, self.now.as_millis(), 300);
        matches!(outcome, Outcome::Verified { .. } | Outcome::TooOld { .. } | Outcome::TooNew { .. })
    }

    /// The usual schemes with this format, the most frequent signed content first.
    fn definitions(&self, header: &str, format: &ReceivedFormat) -> Vec<SchemeDefinition> {
        let mut timestamps: Vec<(Option<&str>, _)> = Vec::new();
        if let Some(unit) = format.timestamp_unit {
            timestamps.push((None, unit));
        } else {
            timestamps.extend(self.timestamp_headers().map(|(name, unit)| (Some(name), unit)));
        }
        let mut all: Vec<SchemeDefinition> = Vec::new();
        for template in contents() {
            let has_timestamp = template.contains("{timestamp}");
            let has_id = template.contains("{id}");
            let mut add = |timestamp: Option<(Option<&str>, _)>, id: Option<&str>| {
                let mut definition = SchemeDefinition::new(header, format.template.as_str());
                definition.algorithms = vec![format.algorithm];
                definition.signed_content.clone_from(&template);
                definition.id_header = id.map(str::to_owned);
                if let Some((name, unit)) = timestamp {
                    definition.timestamp_header = name.map(str::to_owned);
                    definition.timestamp_unit = unit;
                }
                all.push(definition);
            };
            let ids: Vec<Option<&str>> =
                if has_id { self.ids.iter().map(|id| Some(*id)).collect() } else { vec![None] };
            for id in ids {
                if has_timestamp {
                    for timestamp in &timestamps {
                        add(Some(*timestamp), id);
                    }
                } else {
                    add(None, id);
                }
            }
        }
        // A format with a timestamp needs a content with it.
        all.retain(|definition| {
            format.timestamp_unit.is_none() || definition.signed_content.contains("{timestamp}")
        });
        all
    }

    /// The headers whose value is a time.
    fn timestamp_headers(&self) -> impl Iterator<Item = (&str, TimestampUnit)> {
        let is_named = |name: &str| {
            let name = name.to_ascii_lowercase();
            ["time", "date", "-ts", "sent"].iter().any(|word| name.contains(word))
        };
        let named = self.delivery.headers.iter().filter(move |(name, _)| is_named(name));
        named.filter_map(|(name, value)| Some((name, timestamp_unit(value)?))).take(3)
    }

    fn to_match(&self, scheme: &SchemeDefinition, secret: usize, secret_format: &'static str) -> SchemeMatch {
        let algorithm = scheme.algorithms[0].name();
        let signed_content = scheme.signed_content.clone();
        let message = format!(
            "{} has the {} of `{signed_content}`, keyed with {}.",
            scheme.header,
            hmac_name(scheme.algorithms[0]),
            match secret_format {
                "utf8" => "the text of the secret",
                "hex" => "the secret decoded from hex",
                _ => "the secret decoded from base64",
            },
        );
        SchemeMatch {
            header: scheme.header.clone(),
            algorithm,
            signed_content,
            secret,
            secret_format,
            message,
            definition: Proposal::new(self.delivery, scheme, secret_format).to_json(),
        }
    }

    /// Returns the changes to body or secret by which a scheme over the body makes the received signature.
    fn explain(&mut self, header: &str, format: &ReceivedFormat, secrets: &[SecretText]) -> Vec<Cause> {
        let usual = self.definitions(header, format);
        let is_usual = |definition: &&SchemeDefinition| {
            ["{body}", "{timestamp}.{body}"].contains(&definition.signed_content.as_str())
        };
        for definition in usual.iter().filter(is_usual).take(2) {
            for secret_format in SECRET_FORMATS {
                let proposal = Proposal::new(self.delivery, definition, secret_format).to_json();
                let Ok(provider) = Provider::from_json(proposal.as_bytes()) else { continue };
                let options = WebhookOptions {
                    secrets: secrets.to_vec(),
                    explain_only: true,
                    ..WebhookOptions::default()
                };
                let Ok(webhook) = Webhook::new(provider, options) else { continue };
                let limits = VerifyOptions { profile: Profile::Lenient, ..webhook.verify_options() };
                if self.remaining == 0 {
                    return Vec::new();
                }
                let explanation = webhook.explain_with(self.delivery, self.now, &limits, self.remaining);
                self.tried += explanation.tried;
                self.remaining = self.remaining.saturating_sub(explanation.tried);
                // What differs from a signed content that is only assumed is no cause.
                let is_of_body_or_secret = |cause: &Cause| {
                    let known = super::CAUSES.iter().find(|known| known.code == cause.code);
                    known.is_some_and(|known| {
                        matches!(known.category, CauseCategory::Body | CauseCategory::Secret)
                    })
                };
                if !explanation.matches.is_empty() && explanation.matches.iter().all(is_of_body_or_secret) {
                    return explanation.matches;
                }
            }
        }
        Vec::new()
    }
}

/// The signed contents of senders, the frequent ones first.
fn contents() -> Vec<String> {
    let mut all = vec!["{body}".to_owned()];
    for separator in SEPARATORS {
        for [first, second] in [["{timestamp}", "{body}"], ["{body}", "{timestamp}"], ["{id}", "{body}"]] {
            all.push([first, separator, second].concat());
        }
        for [first, second] in [["{id}", "{timestamp}"], ["{timestamp}", "{id}"]] {
            all.push([first, separator, second, separator, "{body}"].concat());
        }
    }
    for (template, _) in known_contents() {
        if !all.iter().any(|other| other == template) {
            all.push(template.to_owned());
        }
    }
    all
}

/// Compiles a scheme. One whose parts are not marked is marked as such, as its definition has to be.
fn compile(definition: &SchemeDefinition) -> Option<Scheme> {
    let ambiguous = || SchemeDefinition { ambiguous: true, ..definition.clone() };
    Scheme::new(definition.clone()).or_else(|_| Scheme::new(ambiguous())).ok()
}

/// The keys of a secret in a format; `None` where it does not have the format.
fn keys(scheme: &Scheme, secret: &str, format: &str) -> Option<Keys> {
    let secret = Secret::parse(secret, &SecretFormat::parse(format)?).ok()?;
    scheme.keys(&[secret], None).ok()
}
