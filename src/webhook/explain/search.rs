//! Searches for the combination of body, key, signed content and interpretation that reproduces the received
//! signature: breadth first, frequent causes before rare ones, until one matches or the budget is spent.

use zeroize::Zeroizing;

use super::body::{BodyTransform, BodyVariants};
use super::cause::Explanation;
use super::causes;
use super::content::{ContentHypothesis, content_hypotheses};
use super::definition::CauseDefinition;
use super::inputs::ContentInputs;
use super::received::{Interpretation, Received, interpretations};
use super::secret::{KeyHypothesis, key_hypotheses};
use super::shared::{joined, secret_label};
use super::unsupported::unsupported_signatures;
use crate::delivery::Delivery;
use crate::signature::hmac::plain_digest;
use crate::signature::{Algorithm, Keys, Scheme};
use crate::text::eq_ignore_ascii_case;

/// Bytes hashed or written for a body of any length: a few tens of milliseconds.
const BASE_BYTES: usize = 8 << 20;
/// Additional bytes for each byte of the body: enough for the frequent transforms of a long body.
const BYTES_PER_BODY_BYTE: usize = 64;
/// Keeps a body of a megabyte under a second.
const MAX_BYTES_HASHED: usize = 96 << 20;
/// One HMAC hashes four blocks in addition to its message.
const HMAC_OVERHEAD_BYTES: usize = 512;

/// The first transforms of a body are more frequent than any error in a secret.
const FREQUENT_TRANSFORMS: usize = 20;

/// The defaults of Python and PHP: two changes at once, but more frequent than most single ones.
const COMMON_COMBINATIONS: usize = 2;

/// The combination that reproduced the signature.
struct Match<'s> {
    transform: BodyTransform,
    body: Vec<u8>,
    key: &'s KeyHypothesis,
    /// `None`: a plain hash, not an HMAC.
    content: Option<&'s ContentHypothesis>,
    /// Index into the interpretations.
    interpretation: usize,
}

/// The inputs and the state of one search.
pub struct Search<'a> {
    scheme: &'a Scheme,
    keys: &'a Keys,
    received: &'a [Received<'a>],
    bodies: &'a BodyVariants<'a>,
    interpretations: Vec<Interpretation>,
    algorithms: Vec<Algorithm>,
    inputs: ContentInputs<'a>,
    expected: Vec<ContentHypothesis>,
    alternatives: Vec<ContentHypothesis>,
    /// Alternatives that are tried before any change of the body, which would spend the budget of a long one.
    likely_count: usize,
    key_hypotheses: Vec<KeyHypothesis>,
    has_body: bool,
    has_header: bool,
    budget: SearchBudget,
    tried_bodies: TriedBodies,
}

/// Everything that one step combines: body transforms, keys and signed contents.
type Step<'c, 's> = (&'c [BodyTransform], &'c [&'s KeyHypothesis], &'s [ContentHypothesis]);

/// The limits of a search, and how much of them is used.
struct SearchBudget {
    max_combinations: usize,
    tried: usize,
    /// The bytes that may still be hashed or written.
    bytes_left: usize,
    is_exhausted: bool,
}

impl SearchBudget {
    /// Spends bytes. Returns whether the budget had enough bytes and combinations left.
    fn spend(&mut self, bytes: usize, combinations: usize) -> bool {
        self.is_exhausted |= self.max_combinations - self.tried < combinations || self.bytes_left < bytes;
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        !self.is_exhausted
    }
}

impl<'a> Search<'a> {
    pub fn new(
        scheme: &'a Scheme,
        keys: &'a Keys,
        delivery: &'a Delivery<'_>,
        received: &'a [Received<'a>],
        inputs: ContentInputs<'a>,
        bodies: &'a BodyVariants<'a>,
        max_combinations: usize,
    ) -> Self {
        let interpretations = interpretations(scheme, keys, received);
        let mut algorithms = Algorithm::ALL.to_vec();
        algorithms.retain(|algorithm| interpretations.iter().any(|other| other.algorithm == *algorithm));
        let (expected, alternatives, likely_count) = content_hypotheses(scheme, &inputs);
        let format = scheme.secret_format();
        let mut all_keys = Vec::new();
        for (index, (key, source_text)) in keys.secrets().enumerate() {
            all_keys.append(&mut key_hypotheses(index, key, source_text, format));
        }
        let length = delivery.body.len();
        let bytes_left =
            length.saturating_mul(BYTES_PER_BODY_BYTE).saturating_add(BASE_BYTES).min(MAX_BYTES_HASHED);
        Self {
            scheme,
            keys,
            received,
            bodies,
            interpretations,
            algorithms,
            inputs,
            expected,
            alternatives,
            likely_count,
            key_hypotheses: all_keys,
            has_body: !delivery.body.is_empty(),
            has_header: delivery.headers.get(scheme.header()).is_some()
                && unsupported_signatures(scheme, &delivery.headers).is_empty(),
            budget: SearchBudget { max_combinations, tried: 0, bytes_left, is_exhausted: false },
            tried_bodies: TriedBodies::default(),
        }
    }

    /// Searches, and adds the result to the explanation.
    pub fn run(mut self, explanation: &mut Explanation) {
        if self.interpretations.is_empty() {
            if self.has_header {
                let args = [("header", self.scheme.header()), ("format", &self.scheme.definition().format)];
                explanation.observations.push(causes::SIGNATURE_UNREADABLE.render(&args));
            }
            return;
        }
        // Moved out of `self`, which the search borrows mutably to count.
        let (expected, alternatives) =
            (std::mem::take(&mut self.expected), std::mem::take(&mut self.alternatives));
        let keys = std::mem::take(&mut self.key_hypotheses);
        let matched = self.search(&expected, &alternatives, &keys);
        explanation.tried = self.budget.tried;
        if let Some(matched) = matched {
            self.report(&matched, explanation);
            explanation.signed_body = Some(matched.body);
            return;
        }
        let contents = (expected.len() + alternatives.len()).to_string();
        let (bodies, keys) = (self.tried_bodies.unique.len().to_string(), keys.len().to_string());
        let args = [("bodies", bodies.as_str()), ("keys", &keys), ("contents", &contents)];
        explanation.observations.push(causes::NO_MATCH.render(&args));
        if self.budget.is_exhausted {
            explanation.observations.push(causes::SEARCH_LIMIT_REACHED.render(&[]));
        }
    }

    /// Breadth first: every change by itself, then two at once.
    fn search<'s>(
        &mut self,
        expected: &'s [ContentHypothesis],
        alternatives: &'s [ContentHypothesis],
        keys: &'s [KeyHypothesis],
    ) -> Option<Match<'s>> {
        let with_changes = |count| -> Vec<&KeyHypothesis> {
            keys.iter().filter(|key| key.causes.len().min(2) == count).collect()
        };
        let (unchanged, changed, changed_twice) =
            (&with_changes(0)[..], &with_changes(1)[..], &with_changes(2)[..]);
        let received = &[BodyTransform::None][..];

        let singles = if self.has_body { self.bodies.singles() } else { Vec::new() };
        let (frequent, rare) = singles.split_at(FREQUENT_TRANSFORMS.min(singles.len()));
        let combinations = if self.has_body { self.bodies.combinations() } else { Vec::new() };
        let (common, further) = combinations.split_at(COMMON_COMBINATIONS.min(combinations.len()));
        let first = [
            (received, unchanged, expected),
            (received, unchanged, &alternatives[..self.likely_count]),
            (frequent, unchanged, expected),
            (received, changed, expected),
            (common, unchanged, expected),
            (rare, unchanged, expected),
            (received, unchanged, alternatives),
        ];
        let then = [
            (further, unchanged, expected),
            (received, changed_twice, expected),
            (received, changed, alternatives),
        ];
        self.try_steps(&first, false)
            .or_else(|| self.try_plain_hash(unchanged, expected))
            .or_else(|| self.try_steps(&then, false))
            .or_else(|| {
                let mut likely = singles.clone();
                likely.retain(|transform| self.tried_bodies.unique.contains(transform));
                let last = [
                    (&likely[..], changed, expected),
                    (&likely, unchanged, alternatives),
                    (received, changed_twice, alternatives),
                ];
                self.try_steps(&last, true)
            })
    }

    /// Tries one step after the other. `repeats_bodies`: earlier steps have tried the same bodies, with other keys or contents.
    #[inline(never)]
    fn try_steps<'s>(&mut self, steps: &[Step<'_, 's>], repeats_bodies: bool) -> Option<Match<'s>> {
        steps.iter().find_map(|step| self.try_step(step, repeats_bodies))
    }

    fn try_step<'s>(
        &mut self,
        &(transforms, keys, contents): &Step<'_, 's>,
        repeats_bodies: bool,
    ) -> Option<Match<'s>> {
        for &transform in transforms {
            if self.budget.is_exhausted || contents.is_empty() {
                return None;
            }
            let Some(body) = self.bodies.apply(transform) else { continue };
            // Writing a byte costs about as much as hashing one.
            if transform != BodyTransform::None
                && (!self.budget.spend(body.len(), 1)
                    || !repeats_bodies && !self.tried_bodies.is_new(transform, &body))
            {
                continue;
            }
            let matched = self.try_body(transform, &body, keys, contents);
            if matched.is_some() {
                return matched;
            }
        }
        None
    }

    fn try_body<'s>(
        &mut self,
        transform: BodyTransform,
        body: &[u8],
        keys: &[&'s KeyHypothesis],
        contents: &'s [ContentHypothesis],
    ) -> Option<Match<'s>> {
        for key in keys {
            for algorithm in self.algorithms.clone() {
                for content in contents {
                    if !self.budget.spend(body.len() + HMAC_OVERHEAD_BYTES, self.count_by(algorithm)) {
                        return None;
                    }
                    let tag = content.tag(self.keys, algorithm, &key.key, body, &self.inputs);
                    let matches = |interpretation: &Interpretation| interpretation.matches(&tag);
                    if let Some(interpretation) = self.find_match(algorithm, &matches) {
                        let (body, content) = (body.to_vec(), Some(content));
                        return Some(Match { transform, body, key, content, interpretation });
                    }
                }
            }
        }
        None
    }

    fn count_by(&self, algorithm: Algorithm) -> usize {
        self.interpretations.iter().filter(|other| other.algorithm == algorithm).count()
    }

    /// SECURITY: compares every interpretation, also after one that matches.
    fn find_match(
        &mut self,
        algorithm: Algorithm,
        matches: &dyn Fn(&Interpretation) -> bool,
    ) -> Option<usize> {
        let mut first_match = None;
        for (index, interpretation) in self.interpretations.iter().enumerate() {
            if interpretation.algorithm == algorithm {
                self.budget.tried += 1;
                if matches(interpretation) {
                    first_match = first_match.or(Some(index));
                }
            }
        }
        first_match
    }

    /// Tries the plain hash of the body and of the signed content, and of the secret concatenated with either.
    #[inline(never)]
    fn try_plain_hash<'s>(
        &mut self,
        keys: &[&'s KeyHypothesis],
        expected: &[ContentHypothesis],
    ) -> Option<Match<'s>> {
        let body = self.bodies.apply(BodyTransform::None)?;
        let mut messages = vec![body.clone()];
        messages.extend(expected.iter().map(|content| content.message(&body)));
        messages.dedup();
        for hypothesis in keys {
            let key: &[u8] = &hypothesis.key;
            for (algorithm, content) in
                self.algorithms.clone().into_iter().flat_map(|a| messages.iter().map(move |m| (a, m)))
            {
                for parts in [&[&content[..]][..], &[key, content], &[content, key]] {
                    if !self.budget.spend(content.len() + HMAC_OVERHEAD_BYTES, self.count_by(algorithm)) {
                        return None;
                    }
                    let message = Zeroizing::new(joined(parts));
                    let digest = Zeroizing::new(plain_digest(algorithm, &message));
                    let matches = |interpretation: &Interpretation| {
                        interpretation.is_whole() && interpretation.matches_bytes(&digest, digest.len())
                    };
                    if let Some(interpretation) = self.find_match(algorithm, &matches) {
                        return Some(Match {
                            transform: BodyTransform::None,
                            body: body.clone(),
                            key: hypothesis,
                            content: None,
                            interpretation,
                        });
                    }
                }
            }
        }
        None
    }

    /// Adds a cause for everything that differs between the match and what the provider documents.
    fn report(&self, matched: &Match<'_>, explanation: &mut Explanation) {
        let interpretation = &self.interpretations[matched.interpretation];
        let received = &self.received[interpretation.received];
        let of_body = self.bodies.causes(matched.transform);
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
            if of_body.iter().any(|other| other.same_cause(definition)) {
                cause.changed_bytes = Some(difference.received);
                cause.difference = Some(difference);
            }
            if all.len() > 1 {
                let mut others: Vec<&str> = all.iter().map(|other| other.code).collect();
                others.retain(|code| *code != definition.code);
                cause.message =
                    format!("{} Matches only together with {}.", cause.message, others.join(", "));
            }
            explanation.matches.push(cause);
        }
        let observations = &mut explanation.observations;
        if all.is_empty() {
            observations.push(causes::SIGNATURE_VALID.render(&args));
        }
        if matched.key.secret > 0 {
            observations.push(causes::SECRET_NOT_FIRST.render(&args));
        }
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

/// The bodies tried so far, so that no two transforms try the same one.
#[derive(Default)]
struct TriedBodies {
    fingerprints: Vec<u64>,
    /// The transforms whose body was new.
    unique: Vec<BodyTransform>,
}

impl TriedBodies {
    fn is_new(&mut self, transform: BodyTransform, body: &[u8]) -> bool {
        let fingerprint = fingerprint(body);
        if self.fingerprints.contains(&fingerprint) {
            return false;
        }
        self.fingerprints.push(fingerprint);
        self.unique.push(transform);
        true
    }
}

/// 64-bit non-cryptographic fingerprint used to skip variants already tried. A crafted collision only skips a
/// hypothesis; it can never produce a false match.
fn fingerprint(body: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut chunks = body.chunks_exact(8);
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(PRIME).rotate_left(29);
    let length = body.len() as u64;
    let sum = chunks
        .by_ref()
        .fold(length, |sum, chunk| chunk.try_into().map_or(sum, |bytes| mix(sum, u64::from_le_bytes(bytes))));
    chunks.remainder().iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}
