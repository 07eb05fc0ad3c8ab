//! What a reproduced signature proves: a cause for everything that differs from what the provider documents, and the
//! other causes that reproduce the same bytes.

use super::body::{BodyTransform, BodyVariants};
use super::cause::Explanation;
use super::causes;
use super::content::ContentHypothesis;
use super::definition::{Alternative, CauseDefinition, single_difference};
use super::received::{Interpretation, Received};
use super::secret::KeyHypothesis;
use super::shared::secret_label;
use super::unsupported::remove_secret_remarks;
use crate::signature::{Algorithm, Keys, Scheme, SecretEncoding};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

/// Bytes written to find other causes of the same body: a few tens of milliseconds.
const MAX_BYTES_COMPARED: usize = 8 << 20;

/// The combination that reproduced the signature.
pub struct Match<'s> {
    pub transform: BodyTransform,
    pub body: Vec<u8>,
    pub key: &'s KeyHypothesis,
    /// `None`: a plain hash, not an HMAC.
    pub content: Option<&'s ContentHypothesis>,
    /// Index into the interpretations.
    pub interpretation: usize,
}

/// The inputs of a search that found a match.
pub struct Reproduction<'a> {
    pub scheme: &'a Scheme,
    pub keys: &'a Keys,
    pub received: &'a [Received<'a>],
    pub bodies: &'a BodyVariants<'a>,
    pub interpretations: &'a [Interpretation],
    /// Whether `verify` rejects the delivery because a signed part does not mark where it ends.
    pub has_unclear_end: bool,
}

impl Reproduction<'_> {
    /// Adds a cause for everything that differs between the match and what the provider documents.
    pub fn report(&self, matched: &Match<'_>, explanation: &mut Explanation) {
        let interpretation = &self.interpretations[matched.interpretation];
        let received = &self.received[interpretation.received];
        let (of_body, mut alternatives) = self.body_causes(matched);
        alternatives.extend_from_slice(&matched.key.alternatives);
        if let Some(content) = matched.content {
            alternatives.extend_from_slice(&content.alternatives);
        }
        let of_content = matched.content.map(|content| content.causes.as_slice()).unwrap_or_default();
        let mut all: Vec<&'static CauseDefinition> =
            [&of_body[..], &matched.key.causes, &interpretation.causes, of_content].concat();
        // Signature and signed content can have a cause in common: both headers were renamed.
        let mut codes: Vec<&str> = Vec::new();
        all.retain(|cause| {
            let is_new = !codes.contains(&cause.code);
            codes.push(cause.code);
            is_new
        });
        all.extend(matched.content.is_none().then_some(&causes::SIGNATURE_NOT_HMAC));
        if all.is_empty() {
            // `verify` did not accept the signature: if not for its content, then for the format of the header.
            all.push(if self.has_unclear_end {
                &causes::CONTENT_AMBIGUOUS
            } else {
                &causes::SIGNATURE_LABEL_UNEXPECTED
            });
        }
        let secret = secret_label(self.keys, matched.key.secret);
        let encoding = self.scheme.format.encoding;
        let accepted = Algorithm::list(self.keys.algorithms());
        let length = encoding.text_len(interpretation.algorithm.digest_len()).to_string();
        let renamed = renamed_headers(self.scheme, received, matched.content);
        let mut args = vec![
            ("secret", secret.as_str()),
            ("algorithm", interpretation.algorithm.name()),
            ("label", received.label().unwrap_or_default()),
            ("accepted", &accepted),
            ("written", interpretation.encoding.name()),
            ("expected", encoding.name()),
            ("format", &self.scheme.definition().format),
            ("length", &length),
            ("header", self.scheme.header()),
            ("timestamp_header", self.scheme.timestamp_header().unwrap_or(self.scheme.header())),
            ("renamed", &renamed),
            ("content", matched.content.map(|content| content.template.as_str()).unwrap_or_default()),
            ("expected_content", self.scheme.signed_content()),
            ("provider", matched.content.map(|content| content.providers.as_str()).unwrap_or_default()),
        ];
        if let Some(content) = matched.content {
            args.extend(content.args.iter().map(|(name, value)| (*name, value.as_str())));
        }
        // The secret signs, so nothing is wrong with its form.
        remove_secret_remarks(&mut explanation.observations, &secret);
        let difference = self.bodies.difference(&matched.body);
        for definition in &all {
            let mut cause = definition.render(&args);
            let is_other_content = [&causes::CONTENT_OTHER_PROVIDER, &causes::CONTENT_URL]
                .iter()
                .any(|other| other.same_cause(definition));
            if let Some(content) = matched.content.filter(|content| is_other_content && content.is_ambiguous)
            {
                cause.fix = format!(
                    "Change the sender to sign {}. With {}, one signature matches several requests, so no definition should use \
                     that content.",
                    self.scheme.signed_content(),
                    content.template
                );
            }
            let is_text = self.scheme.secret_format().encoding == SecretEncoding::Utf8;
            if definition.same_cause(&causes::SECRET_PREFIX_KEPT) && is_text {
                cause.fix = into_owned_outlined("Pass the secret with its prefix.");
            }
            if of_body.iter().any(|other| other.same_cause(definition)) {
                cause.changed_bytes = Some(difference.received);
                cause.difference = Some(difference);
            }
            let other = alternatives.iter().filter(|(cause, _)| cause.same_cause(definition));
            for (_, other) in other {
                if !cause.alternatives.contains(&other.code) {
                    let joint = if cause.alternatives.is_empty() {
                        " The same bytes result from"
                    } else {
                        ", or from"
                    };
                    cause.message = format!("{}{joint} \"{}\" ({})", cause.message, other.title, other.code);
                    cause.alternatives.push(other.code);
                }
            }
            if !cause.alternatives.is_empty() {
                cause.message.push('.');
            }
            if all.len() > 1 {
                let mut others: Vec<&str> = all.iter().map(|other| other.code).collect();
                others.retain(|code| *code != definition.code);
                cause.message =
                    format!("{} Matches only together with {}.", cause.message, others.join(", "));
            }
            explanation.matches.push(cause);
        }
        if matched.key.secret > 0 {
            explanation.observations.push(causes::SECRET_NOT_FIRST.render(&args));
        }
    }

    /// Returns the fewest causes that make the signed body of the received one, and alternatives to each.
    #[inline(never)]
    fn body_causes(&self, matched: &Match<'_>) -> (Vec<&'static CauseDefinition>, Vec<Alternative>) {
        let mut causes = self.bodies.causes(matched.transform);
        let (mut others, mut alternatives) = (Vec::new(), Vec::new());
        if causes.is_empty() {
            return (causes, alternatives);
        }
        let mut transforms = self.bodies.singles();
        if causes.len() > 1 {
            transforms.append(&mut self.bodies.combinations());
        }
        let mut bytes_left = MAX_BYTES_COMPARED;
        for transform in transforms {
            let Some(body) = self.bodies.apply(transform) else { continue };
            let Some(left) = bytes_left.checked_sub(body.len()) else { break };
            bytes_left = left;
            if body == matched.body {
                others.push(self.bodies.causes(transform));
            }
        }
        if let Some(fewest) =
            others.iter().min_by_key(|other| other.len()).filter(|fewest| fewest.len() < causes.len())
        {
            causes.clone_from(fewest);
        }
        alternatives.extend(others.iter().filter_map(|other| single_difference(&causes, other)));
        (causes, alternatives)
    }
}

/// Lists the renamed headers of a match, each with the name that the scheme reads.
fn renamed_headers(scheme: &Scheme, received: &Received<'_>, content: Option<&ContentHypothesis>) -> String {
    let signature = (received.header, scheme.header());
    let others = content.map(|content| content.renamed.as_slice()).unwrap_or_default();
    let others = others.iter().map(|(found, expected)| (found.as_str(), expected.as_str()));
    let all = [signature].into_iter().chain(others);
    let renamed = all.filter(|(found, expected)| !eq_ignore_ascii_case(found, expected));
    renamed.map(|(found, expected)| format!("{found} (expected {expected})")).collect::<Vec<_>>().join(", ")
}
