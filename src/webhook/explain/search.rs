//! Searches for the combination of body, key, signed content and interpretation that reproduces the received
//! signature: breadth first, frequent causes before rare ones, until one matches or the budget is spent.

use zeroize::Zeroizing;

use super::body::{BodyTransform, BodyVariants};
use super::budget::{SearchBudget, TriedBodies};
use super::cause::{Cause, Explanation};
use super::causes;
use super::content::{ContentHypothesis, content_hypotheses};
use super::inputs::ContentInputs;
use super::received::{Interpretation, Received, interpretations};
use super::reproduced::{Match, Reproduction};
use super::secret::{KeyHypothesis, key_hypotheses};
use super::shared::joined;
use super::unsupported::unsupported_signatures;
use crate::delivery::Delivery;
use crate::signature::hmac::plain_digest;
use crate::signature::{Algorithm, Keys, Scheme};

/// One HMAC hashes four blocks in addition to its message.
const HMAC_OVERHEAD_BYTES: usize = 512;

/// The first transforms of a body are more frequent than any error in a secret.
const FREQUENT_TRANSFORMS: usize = 20;

/// The transforms that are tried with every other key and signed content.
const MAX_LIKELY: usize = 64;

/// The percentage of the limits up to which steps try single changes.
const SINGLE_CHANGES: usize = 74;

/// The defaults of Python and PHP, and both decoded: two changes at once, but more frequent than most single ones.
const COMMON_COMBINATIONS: usize = 4;

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
    /// Whether `verify` rejects the delivery because a signed part does not mark where it ends.
    has_unclear_end: bool,
}

/// How a search ended.
pub enum SearchResult {
    /// No header has a signature.
    NothingTried,
    Match,
    NoMatch {
        /// Numbers of bodies, keys and signed contents tried.
        counts: [usize; 3],
        /// What says that some combinations were not tried.
        limit: Option<Box<Cause>>,
    },
}

/// Everything that one step combines.
struct Step<'c, 's> {
    transforms: &'c [BodyTransform],
    keys: &'c [&'s KeyHypothesis],
    contents: &'s [ContentHypothesis],
    /// The percentage of the limits that this step and those before it may use together.
    percent: usize,
    /// Whether other steps try the same bodies, with other keys or contents.
    repeats_bodies: bool,
}

/// A step that tries bodies of other steps with other keys or contents.
fn step<'c, 's>(
    transforms: &'c [BodyTransform],
    keys: &'c [&'s KeyHypothesis],
    contents: &'s [ContentHypothesis],
    percent: usize,
) -> Step<'c, 's> {
    Step { transforms, keys, contents, percent, repeats_bodies: true }
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
        let mut algorithms = Algorithm::HMAC.to_vec();
        algorithms.retain(|algorithm| interpretations.iter().any(|other| other.algorithm == *algorithm));
        let (expected, alternatives, likely_count) = content_hypotheses(scheme, &inputs);
        let format = scheme.secret_format();
        let mut all_keys = Vec::new();
        for (index, (key, source_text)) in keys.secrets().enumerate() {
            all_keys.append(&mut key_hypotheses(index, key, source_text, format));
        }
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
            budget: SearchBudget::new(max_combinations, delivery.body.len()),
            tried_bodies: TriedBodies::default(),
            has_unclear_end: scheme.has_unclear_end(delivery),
        }
    }

    /// Searches, and adds a match to the explanation.
    pub fn run(mut self, explanation: &mut Explanation) -> SearchResult {
        if self.interpretations.is_empty() {
            if self.has_header {
                let args = [("header", self.scheme.header()), ("format", &self.scheme.definition().format)];
                explanation.observations.push(causes::SIGNATURE_UNREADABLE.render(&args));
            }
            return SearchResult::NothingTried;
        }
        // Moved out of `self`, which the search borrows mutably to count.
        let (expected, alternatives) =
            (std::mem::take(&mut self.expected), std::mem::take(&mut self.alternatives));
        let keys = std::mem::take(&mut self.key_hypotheses);
        let matched = self.search(&expected, &alternatives, &keys);
        explanation.tried = self.budget.tried;
        if let Some(matched) = matched {
            let reproduction = Reproduction {
                scheme: self.scheme,
                keys: self.keys,
                received: self.received,
                bodies: self.bodies,
                interpretations: &self.interpretations,
                has_unclear_end: self.has_unclear_end,
            };
            reproduction.report(&matched, explanation);
            explanation.signed_body = Some(matched.body);
            return SearchResult::Match;
        }
        let contents = expected.len() + alternatives.len();
        SearchResult::NoMatch {
            counts: [self.tried_bodies.unique.len(), keys.len(), contents],
            limit: self.limit().map(Box::new),
        }
    }

    /// Returns what says that the search ended at its limit.
    fn limit(&self) -> Option<Cause> {
        let step = self.budget.limited_step?;
        let is_bytes = self.budget.is_limited_by_bytes;
        let args = [
            ("limit", if is_bytes { "bytes to hash" } else { "combinations" }),
            (
                "left_out",
                if step > SINGLE_CHANGES { "combinations of several changes" } else { "single changes" },
            ),
            (
                "change",
                if is_bytes {
                    "explain a shorter delivery of this sender"
                } else {
                    concat!("raise `", option!(max_combinations), "`, which takes more time")
                },
            ),
        ];
        Some(causes::SEARCH_LIMIT_REACHED.render(&args))
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
        let new_bodies = |transforms, percent| Step {
            transforms,
            keys: unchanged,
            contents: expected,
            percent,
            repeats_bodies: false,
        };
        let first = [
            new_bodies(received, 30),
            step(received, unchanged, &alternatives[..self.likely_count], 35),
            new_bodies(frequent, 50),
            step(received, changed, expected, 55),
            new_bodies(common, 60),
            new_bodies(rare, 70),
            step(received, unchanged, alternatives, 73),
        ];
        let then = [
            step(common, changed, expected, 77),
            step(frequent, changed, expected, 82),
            step(common, unchanged, alternatives, 84),
            step(frequent, unchanged, alternatives, 87),
            new_bodies(further, 93),
            step(received, changed_twice, expected, 95),
            step(received, changed, alternatives, 96),
        ];
        self.try_steps(&first)
            .or_else(|| self.try_plain_hash(unchanged, expected))
            .or_else(|| self.try_steps(&then))
            .or_else(|| {
                let mut likely = singles[..MAX_LIKELY.min(singles.len())].to_vec();
                likely.retain(|transform| self.tried_bodies.unique.contains(transform));
                self.try_steps(&[
                    step(&likely, unchanged, alternatives, 98),
                    step(received, changed_twice, alternatives, 99),
                    step(&likely, changed, expected, 100),
                ])
            })
    }

    /// Tries one step after the other.
    #[inline(never)]
    fn try_steps<'s>(&mut self, steps: &[Step<'_, 's>]) -> Option<Match<'s>> {
        steps.iter().find_map(|step| self.try_step(step))
    }

    fn try_step<'s>(&mut self, step: &Step<'_, 's>) -> Option<Match<'s>> {
        if step.contents.is_empty() || step.keys.is_empty() {
            return None;
        }
        self.budget.start_step(step.percent);
        for &transform in step.transforms {
            if self.budget.is_step_over {
                return None;
            }
            let Some(body) = self.bodies.apply(transform) else { continue };
            if transform != BodyTransform::None
                && (!self.budget.spend(self.bodies.cost(transform, body.len()), 1)
                    || !step.repeats_bodies && !self.tried_bodies.is_new(transform, &body))
            {
                continue;
            }
            let matched = self.try_body(transform, &body, step.keys, step.contents);
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
                    let bytes = body.len() + content.additional_bytes() + HMAC_OVERHEAD_BYTES;
                    if !self.budget.spend(bytes, self.count_by(algorithm)) {
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
        self.budget.start_step(74);
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
}
