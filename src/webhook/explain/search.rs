//! The search: combinations of key_hypotheses, the likely ones first, until one makes the received signature or the
//! budget_left is is_exhausted.

use zeroize::Zeroizing;

use super::body::{BodyTransform, BodyVariants};
use super::causes::{self, CauseDefinition};
use super::content::{ContentHypothesis, ContentInputs, content_hypotheses};
use super::encodings::joined;
use super::observations::secret_label;
use super::received::{Interpretation, Received, interpretations};
use super::secret::{KeyHypothesis, key_hypotheses};
use super::{Cause, Explanation};
use crate::delivery::Delivery;
use crate::signature::hmac::unkeyed;
use crate::signature::{Algorithm, Keys, Scheme};

/// Bytes that are hashed or written whatever the body is.
const BASE_BYTES: usize = 8 << 20;
/// And so many times the body.
const BYTES_PER_BODY_BYTE: usize = 64;
/// But no more than this.
const MAX_BYTES_HASHED: usize = 96 << 20;
/// What one HMAC costs beside the body: four blocks.
const HMAC_OVERHEAD_BYTES: usize = 512;

/// So many changes of the body are met more often than any slip in a secret.
const FREQUENT_TRANSFORMS: usize = 20;

/// What Python and PHP write if nothing is said: two changes, and more frequent than most that are one.
const COMMON_COMBINATIONS: usize = 2;

/// What made the signature.
struct Match<'s> {
    change: BodyTransform,
    body: Vec<u8>,
    guess: &'s KeyHypothesis,
    formula: Option<&'s ContentHypothesis<'s>>,
    reading: usize,
}

/// Where a search is.
pub struct Search<'a> {
    scheme: &'a Scheme,
    keys: &'a Keys,
    received: &'a [Received<'a>],
    bodies: &'a BodyVariants<'a>,
    interpretations: Vec<Interpretation>,
    algorithms: Vec<Algorithm>,
    parts: ContentInputs<'a>,
    own: Vec<ContentHypothesis<'a>>,
    others: Vec<ContentHypothesis<'a>>,
    key_hypotheses: Vec<KeyHypothesis>,
    has_body: bool,
    has_header: bool,
    budget_left: SearchBudget,
    seen: TriedBodies,
}

/// What is combined in one step: changes of the body, key_hypotheses at the key, content_hypotheses.
type Combined<'c, 's> = (&'c [BodyTransform], &'c [&'s KeyHypothesis], &'s [ContentHypothesis<'s>]);

/// What is left of the budget_left.
struct SearchBudget {
    budget: usize,
    tried: usize,
    bytes: usize,
    is_exhausted: bool,
}

impl SearchBudget {
    /// Whether there is room for so many bytes, and for so many combinations.
    fn spend(&mut self, bytes: usize, combinations: usize) -> bool {
        self.is_exhausted |= self.budget - self.tried < combinations || self.bytes < bytes;
        self.bytes = self.bytes.saturating_sub(bytes);
        !self.is_exhausted
    }
}

impl<'a> Search<'a> {
    pub fn new(
        scheme: &'a Scheme,
        keys: &'a Keys,
        delivery: &'a Delivery<'_>,
        received: &'a [Received<'a>],
        bodies: &'a BodyVariants<'a>,
        budget: usize,
    ) -> Self {
        let interpretations = interpretations(scheme, keys, received);
        let mut algorithms = Algorithm::ALL.to_vec();
        algorithms.retain(|it| interpretations.iter().any(|reading| reading.algorithm == *it));
        let parts = ContentInputs::of(scheme, delivery);
        let (own, others) = content_hypotheses(scheme, &parts);
        let form = scheme.secret_form();
        let mut all_guesses = Vec::new();
        for (index, (key, written)) in keys.secrets().enumerate() {
            all_guesses.append(&mut key_hypotheses(index, key, written, form));
        }
        let length = delivery.body.len();
        let bytes =
            length.saturating_mul(BYTES_PER_BODY_BYTE).saturating_add(BASE_BYTES).min(MAX_BYTES_HASHED);
        let budget_left = SearchBudget { budget, tried: 0, bytes, is_exhausted: false };
        let has_body = !delivery.body.is_empty();
        let has_header = delivery.headers.get(scheme.header()).is_some();
        Self {
            scheme,
            keys,
            received,
            bodies,
            interpretations,
            algorithms,
            parts,
            own,
            others,
            key_hypotheses: all_guesses,
            has_body,
            has_header,
            budget_left,
            seen: TriedBodies::default(),
        }
    }

    /// Searches, and writes down what was found. Returns the body that was signed, where one was.
    pub fn run(mut self, explanation: &mut Explanation) -> Option<Vec<u8>> {
        if self.interpretations.is_empty() {
            if self.has_header {
                let words = [("header", self.scheme.header()), ("format", &self.scheme.definition().format)];
                explanation.observations.push(causes::SIGNATURE_UNREADABLE.render(&words));
            }
            return None;
        }
        // Taken out for the search, secret_label counts in `self`.
        let (own, others) = (std::mem::take(&mut self.own), std::mem::take(&mut self.others));
        let key_hypotheses = std::mem::take(&mut self.key_hypotheses);
        let found = self.search(&own, &others, &key_hypotheses);
        explanation.tried = self.budget_left.tried;
        if let Some(found) = found {
            self.report(&found, explanation);
            return Some(found.body);
        }
        let contents = (own.len() + others.len()).to_string();
        let (bodies, keys) = (self.seen.unique.len().to_string(), key_hypotheses.len().to_string());
        let words = [("bodies", bodies.as_str()), ("keys", &keys), ("contents", &contents)];
        explanation.observations.push(causes::UNEXPLAINED.render(&words));
        if self.budget_left.is_exhausted {
            explanation.observations.push(causes::SEARCH_BOUNDED.render(&[]));
        }
        None
    }

    /// Breadth first: everything by itself, then two at once.
    fn search<'s>(
        &mut self,
        own: &'s [ContentHypothesis<'s>],
        others: &'s [ContentHypothesis<'s>],
        key_hypotheses: &'s [KeyHypothesis],
    ) -> Option<Match<'s>> {
        let by_slips = |count| -> Vec<&KeyHypothesis> {
            key_hypotheses.iter().filter(|it| it.causes.len().min(2) == count).collect()
        };
        let (right, slips, two_slips) = (&by_slips(0)[..], &by_slips(1)[..], &by_slips(2)[..]);
        let received = &[BodyTransform::None][..];

        let singles = if self.has_body { self.bodies.singles() } else { Vec::new() };
        let (frequent, rare) = singles.split_at(FREQUENT_TRANSFORMS.min(singles.len()));
        let combinations = if self.has_body { self.bodies.combinations() } else { Vec::new() };
        let (common, further) = combinations.split_at(COMMON_COMBINATIONS.min(combinations.len()));
        let first = [
            (received, right, own),
            (frequent, right, own),
            (received, slips, own),
            (common, right, own),
            (rare, right, own),
            (received, right, others),
        ];
        let then = [(further, right, own), (received, two_slips, own), (received, slips, others)];
        self.steps(&first, false)
            .or_else(|| self.try_plain_hash(right))
            .or_else(|| self.steps(&then, false))
            .or_else(|| {
                let mut likely = singles.clone();
                likely.retain(|it| self.seen.unique.contains(it));
                let last =
                    [(&likely[..], slips, own), (&likely, right, others), (received, two_slips, others)];
                self.steps(&last, true)
            })
    }

    /// Takes one step after the other, until one makes the signature. `again`: with bodies that were tried before.
    #[inline(never)]
    fn steps<'s>(&mut self, steps: &[Combined<'_, 's>], again: bool) -> Option<Match<'s>> {
        steps.iter().find_map(|step| self.step(step, again))
    }

    /// Tries every change of the body, but for those that make no other one than those before.
    fn step<'s>(
        &mut self,
        &(changes, key_hypotheses, content_hypotheses): &Combined<'_, 's>,
        again: bool,
    ) -> Option<Match<'s>> {
        for &change in changes {
            if self.budget_left.is_exhausted || content_hypotheses.is_empty() {
                return None;
            }
            let Some(body) = self.bodies.apply(change) else { continue };
            // Writing costs about what hashing does.
            if change != BodyTransform::None
                && (!self.budget_left.spend(body.len(), 1) || !again && !self.seen.is_new(change, &body))
            {
                continue;
            }
            let found = self.try_body(change, &body, key_hypotheses, content_hypotheses);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn try_body<'s>(
        &mut self,
        change: BodyTransform,
        body: &[u8],
        key_hypotheses: &[&'s KeyHypothesis],
        content_hypotheses: &'s [ContentHypothesis<'s>],
    ) -> Option<Match<'s>> {
        for guess in key_hypotheses {
            for algorithm in self.algorithms.clone() {
                for formula in content_hypotheses {
                    if !self.budget_left.spend(body.len() + HMAC_OVERHEAD_BYTES, self.readings_by(algorithm))
                    {
                        return None;
                    }
                    let tag = formula.tag(self.keys, algorithm, &guess.key, body, &self.parts);
                    if let Some(reading) = self.find_match(algorithm, &|it| it.matches(&tag)) {
                        return Some(Match {
                            change,
                            body: body.to_vec(),
                            guess,
                            formula: Some(formula),
                            reading,
                        });
                    }
                }
            }
        }
        None
    }

    fn readings_by(&self, algorithm: Algorithm) -> usize {
        self.interpretations.iter().filter(|it| it.algorithm == algorithm).count()
    }

    /// Every reading is compared, whether one before it fits or not.
    fn find_match(&mut self, algorithm: Algorithm, fits: &dyn Fn(&Interpretation) -> bool) -> Option<usize> {
        let mut found = None;
        for (index, reading) in
            self.interpretations.iter().enumerate().filter(|(_, it)| it.algorithm == algorithm)
        {
            self.budget_left.tried += 1;
            if fits(reading) {
                found = found.or(Some(index));
            }
        }
        found
    }

    /// A plain hash of the body, or of the secret and the body in a row.
    #[inline(never)]
    fn try_plain_hash<'s>(&mut self, key_hypotheses: &[&'s KeyHypothesis]) -> Option<Match<'s>> {
        let body = self.bodies.apply(BodyTransform::None)?;
        for guess in key_hypotheses {
            let key: &[u8] = &guess.key;
            for algorithm in self.algorithms.clone() {
                for parts in [&[&body[..]][..], &[key, &body], &[&body, key]] {
                    if !self.budget_left.spend(body.len() + HMAC_OVERHEAD_BYTES, self.readings_by(algorithm))
                    {
                        return None;
                    }
                    let message = Zeroizing::new(joined(parts));
                    let digest = Zeroizing::new(unkeyed(algorithm, &message));
                    let fits = |it: &Interpretation| it.is_whole() && it.matches_bytes(&digest, digest.len());
                    if let Some(reading) = self.find_match(algorithm, &fits) {
                        let body = body.clone();
                        return Some(Match {
                            change: BodyTransform::None,
                            body,
                            guess,
                            formula: None,
                            reading,
                        });
                    }
                }
            }
        }
        None
    }

    fn report(&self, found: &Match<'_>, explanation: &mut Explanation) {
        let reading = &self.interpretations[found.reading];
        let received = &self.received[reading.received];
        let unkeyed = found.formula.is_none().then_some(&causes::SIGNATURE_UNKEYED);
        let of_body = self.bodies.causes(found.change);
        let of_content = found.formula.map(|it| it.causes.as_slice()).unwrap_or_default();
        let mut all: Vec<&'static CauseDefinition> =
            [&of_body[..], &found.guess.causes, &reading.causes, of_content].concat();
        all.extend(unkeyed);
        let secret = secret_label(self.keys, found.guess.secret);
        let label = received.label().unwrap_or_default();
        let unit = self.scheme.timestamp_unit().name();
        let other_unit = if unit == "seconds" { "milliseconds" } else { "seconds" };
        let accepted = Algorithm::list(self.keys.algorithms());
        let by_encoding = all.iter().any(|cause| cause.same_cause(&causes::SIGNATURE_ENCODING));
        let (written, expected) = if by_encoding {
            (reading.encoding.name(), self.scheme.format.encoding.name())
        } else {
            (other_unit, unit)
        };
        let expected = if all.iter().any(|cause| cause.same_cause(&causes::SIGNATURE_DOUBLE_ENCODED)) {
            self.scheme.format.encoding.name()
        } else {
            expected
        };
        let length = self.scheme.format.encoding.text_len(reading.algorithm.digest_len()).to_string();
        let formula = found.formula.map(|it| it.template.as_str()).unwrap_or_default();
        let words = [
            ("secret", secret.as_str()),
            ("algorithm", reading.algorithm.name()),
            ("label", label),
            ("accepted", &accepted),
            ("written", written),
            ("expected", expected),
            ("format", &self.scheme.definition().format),
            ("length", &length),
            ("header", self.scheme.header()),
            ("found", received.header),
            ("formula", formula),
            ("own", self.scheme.signed_content()),
            ("provider", found.formula.map(|it| it.provider).unwrap_or_default()),
        ];
        let span = self.bodies.difference(&found.body);
        for cause in &all {
            let mut said: Cause = cause.render(&words);
            said.changed_bytes = of_body.iter().any(|it| it.same_cause(cause)).then_some(span);
            if all.len() > 1 {
                let mut others: Vec<&str> = all.iter().map(|it| it.code).collect();
                others.retain(|it| *it != cause.code);
                said.message = format!("{} It takes this together with {}.", said.message, others.join(", "));
            }
            explanation.matches.push(said);
        }
        let seen = &mut explanation.observations;
        if all.is_empty() {
            seen.push(causes::SIGNATURE_FITS.render(&words));
        }
        if found.guess.secret > 0 {
            seen.push(causes::SECRET_ANOTHER.render(&words));
        }
    }
}

/// The bodies that were made, to try none twice.
#[derive(Default)]
struct TriedBodies {
    fingerprints: Vec<u64>,
    /// The changes that made another body than those before.
    unique: Vec<BodyTransform>,
}

impl TriedBodies {
    fn is_new(&mut self, change: BodyTransform, body: &[u8]) -> bool {
        let fingerprint = fingerprint(body);
        if self.fingerprints.contains(&fingerprint) {
            return false;
        }
        self.fingerprints.push(fingerprint);
        self.unique.push(change);
        true
    }
}

/// A number that two bodies have in common by chance only. Whoever makes it happen on purpose has a body left out.
fn fingerprint(body: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut chunks = body.chunks_exact(8);
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(PRIME).rotate_left(29);
    let length = body.len() as u64;
    let sum = chunks
        .by_ref()
        .fold(length, |sum, chunk| chunk.try_into().map_or(sum, |it| mix(sum, u64::from_le_bytes(it))));
    chunks.remainder().iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}
