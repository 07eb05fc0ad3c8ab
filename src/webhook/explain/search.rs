//! The search: combinations of guesses, the likely ones first, until one makes the received signature or the
//! bound is reached.

use zeroize::Zeroizing;

use super::body::{Bodies, Change};
use super::causes::{self, KnownCause};
use super::content::{Formula, Parts, formulas};
use super::headers::which;
use super::received::{Reading, Received, readings};
use super::secret::{Guess, guesses};
use super::text::joined;
use super::{Cause, Explanation};
use crate::delivery::Delivery;
use crate::signature::hmac::unkeyed;
use crate::signature::{Algorithm, Keys, Scheme};

/// Bytes that are hashed or written whatever the body is.
const BYTES: usize = 8 << 20;
/// And so many times the body.
const BODIES: usize = 64;
/// But no more than this.
const MOST_BYTES: usize = 96 << 20;
/// What one HMAC costs beside the body: four blocks.
const BLOCKS: usize = 512;

/// So many changes of the body are met more often than any slip in a secret.
const FREQUENT: usize = 20;

/// What Python and PHP write if nothing is said: two changes, and more frequent than most that are one.
const COMMON: usize = 2;

/// What made the signature.
struct Found<'s> {
    change: Change,
    body: Vec<u8>,
    guess: &'s Guess,
    formula: Option<&'s Formula<'s>>,
    reading: usize,
}

/// Where a search is.
pub struct Search<'a> {
    scheme: &'a Scheme,
    keys: &'a Keys,
    received: &'a [Received<'a>],
    bodies: &'a Bodies<'a>,
    readings: Vec<Reading>,
    algorithms: Vec<Algorithm>,
    parts: Parts<'a>,
    own: Vec<Formula<'a>>,
    others: Vec<Formula<'a>>,
    guesses: Vec<Guess>,
    is_body_given: bool,
    has_header: bool,
    bound: Bound,
    seen: Seen,
}

/// What is combined in one step: changes of the body, guesses at the key, formulas.
type Combined<'c, 's> = (&'c [Change], &'c [&'s Guess], &'s [Formula<'s>]);

/// What is left of the bound.
struct Bound {
    budget: usize,
    tried: usize,
    bytes: usize,
    reached: bool,
}

impl Bound {
    /// Whether there is room for so many bytes, and for so many combinations.
    fn take(&mut self, bytes: usize, combinations: usize) -> bool {
        self.reached |= self.budget - self.tried < combinations || self.bytes < bytes;
        self.bytes = self.bytes.saturating_sub(bytes);
        !self.reached
    }
}

impl<'a> Search<'a> {
    pub fn new(
        scheme: &'a Scheme,
        keys: &'a Keys,
        delivery: &'a Delivery<'_>,
        received: &'a [Received<'a>],
        bodies: &'a Bodies<'a>,
        budget: usize,
    ) -> Self {
        let readings = readings(scheme, keys, received);
        let mut algorithms = Algorithm::ALL.to_vec();
        algorithms.retain(|it| readings.iter().any(|reading| reading.algorithm == *it));
        let parts = Parts::of(scheme, delivery);
        let (own, others) = formulas(scheme, &parts);
        let form = scheme.secret_form();
        let mut all_guesses = Vec::new();
        for (index, (key, written)) in keys.secrets().enumerate() {
            all_guesses.append(&mut guesses(index, key, written, form));
        }
        let length = delivery.body.len();
        let bytes = length.saturating_mul(BODIES).saturating_add(BYTES).min(MOST_BYTES);
        let bound = Bound { budget, tried: 0, bytes, reached: false };
        let is_body_given = !delivery.body.is_empty();
        let has_header = delivery.headers.get(scheme.header()).is_some();
        Self {
            scheme,
            keys,
            received,
            bodies,
            readings,
            algorithms,
            parts,
            own,
            others,
            guesses: all_guesses,
            is_body_given,
            has_header,
            bound,
            seen: Seen::default(),
        }
    }

    /// Searches, and writes down what was found. Returns the body that was signed, where one was.
    pub fn run(mut self, explanation: &mut Explanation) -> Option<Vec<u8>> {
        if self.readings.is_empty() {
            if self.has_header {
                let words = [("header", self.scheme.header()), ("format", &self.scheme.definition().format)];
                explanation.observations.push(causes::SIGNATURE_UNREADABLE.say(&words));
            }
            return None;
        }
        // Taken out for the search, which counts in `self`.
        let (own, others) = (std::mem::take(&mut self.own), std::mem::take(&mut self.others));
        let guesses = std::mem::take(&mut self.guesses);
        let found = self.search(&own, &others, &guesses);
        explanation.tried = self.bound.tried;
        if let Some(found) = found {
            self.report(&found, explanation);
            return Some(found.body);
        }
        let contents = (own.len() + others.len()).to_string();
        let (bodies, keys) = (self.seen.unique.len().to_string(), guesses.len().to_string());
        let words = [("bodies", bodies.as_str()), ("keys", &keys), ("contents", &contents)];
        explanation.observations.push(causes::UNEXPLAINED.say(&words));
        if self.bound.reached {
            explanation.observations.push(causes::SEARCH_BOUNDED.say(&[]));
        }
        None
    }

    /// Breadth first: everything by itself, then two at once.
    fn search<'s>(
        &mut self,
        own: &'s [Formula<'s>],
        others: &'s [Formula<'s>],
        guesses: &'s [Guess],
    ) -> Option<Found<'s>> {
        let by_slips =
            |count| -> Vec<&Guess> { guesses.iter().filter(|it| it.causes.len().min(2) == count).collect() };
        let (right, slips, two_slips) = (&by_slips(0)[..], &by_slips(1)[..], &by_slips(2)[..]);
        let received = &[Change::None][..];

        let singles = if self.is_body_given { self.bodies.singles() } else { Vec::new() };
        let (frequent, rare) = singles.split_at(FREQUENT.min(singles.len()));
        let combinations = if self.is_body_given { self.bodies.combinations() } else { Vec::new() };
        let (common, further) = combinations.split_at(COMMON.min(combinations.len()));
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
            .or_else(|| self.unkeyed(right))
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
    fn steps<'s>(&mut self, steps: &[Combined<'_, 's>], again: bool) -> Option<Found<'s>> {
        steps.iter().find_map(|step| self.step(step, again))
    }

    /// Tries every change of the body, but for those that make no other one than those before.
    fn step<'s>(
        &mut self,
        &(changes, guesses, formulas): &Combined<'_, 's>,
        again: bool,
    ) -> Option<Found<'s>> {
        for &change in changes {
            if self.bound.reached || formulas.is_empty() {
                return None;
            }
            let Some(body) = self.bodies.make(change) else { continue };
            // Writing costs about what hashing does.
            if change != Change::None
                && (!self.bound.take(body.len(), 1) || !again && !self.seen.is_new(change, &body))
            {
                continue;
            }
            let found = self.each(change, &body, guesses, formulas);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn each<'s>(
        &mut self,
        change: Change,
        body: &[u8],
        guesses: &[&'s Guess],
        formulas: &'s [Formula<'s>],
    ) -> Option<Found<'s>> {
        for guess in guesses {
            for algorithm in self.algorithms.clone() {
                for formula in formulas {
                    if !self.bound.take(body.len() + BLOCKS, self.readings_by(algorithm)) {
                        return None;
                    }
                    let tag = formula.tag(self.keys, algorithm, &guess.key, body, &self.parts);
                    if let Some(reading) = self.fitting(algorithm, &|it| it.fits(&tag)) {
                        return Some(Found {
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
        self.readings.iter().filter(|it| it.algorithm == algorithm).count()
    }

    /// Every reading is compared, whether one before it fits or not.
    fn fitting(&mut self, algorithm: Algorithm, fits: &dyn Fn(&Reading) -> bool) -> Option<usize> {
        let mut found = None;
        for (index, reading) in self.readings.iter().enumerate().filter(|(_, it)| it.algorithm == algorithm) {
            self.bound.tried += 1;
            if fits(reading) {
                found = found.or(Some(index));
            }
        }
        found
    }

    /// A plain hash of the body, or of the secret and the body in a row.
    #[inline(never)]
    fn unkeyed<'s>(&mut self, guesses: &[&'s Guess]) -> Option<Found<'s>> {
        let body = self.bodies.make(Change::None)?;
        for guess in guesses {
            let key: &[u8] = &guess.key;
            for algorithm in self.algorithms.clone() {
                for parts in [&[&body[..]][..], &[key, &body], &[&body, key]] {
                    if !self.bound.take(body.len() + BLOCKS, self.readings_by(algorithm)) {
                        return None;
                    }
                    let message = Zeroizing::new(joined(parts));
                    let digest = Zeroizing::new(unkeyed(algorithm, &message));
                    let fits = |it: &Reading| it.is_whole() && it.fits_bytes(&digest, digest.len());
                    if let Some(reading) = self.fitting(algorithm, &fits) {
                        let body = body.clone();
                        return Some(Found { change: Change::None, body, guess, formula: None, reading });
                    }
                }
            }
        }
        None
    }

    fn report(&self, found: &Found<'_>, explanation: &mut Explanation) {
        let reading = &self.readings[found.reading];
        let received = &self.received[reading.received];
        let unkeyed = found.formula.is_none().then_some(&causes::SIGNATURE_UNKEYED);
        let of_body = self.bodies.causes(found.change);
        let of_content = found.formula.map(|it| it.causes.as_slice()).unwrap_or_default();
        let mut all: Vec<&'static KnownCause> =
            [&of_body[..], &found.guess.causes, &reading.causes, of_content].concat();
        all.extend(unkeyed);
        let secret = which(self.keys, found.guess.secret);
        let label = received.label().unwrap_or_default();
        let unit = self.scheme.timestamp_unit().name();
        let other_unit = if unit == "seconds" { "milliseconds" } else { "seconds" };
        let accepted = Algorithm::list(self.keys.algorithms());
        let by_encoding = all.iter().any(|cause| cause.is(&causes::SIGNATURE_ENCODING));
        let (written, expected) = if by_encoding {
            (reading.encoding.name(), self.scheme.format.encoding.name())
        } else {
            (other_unit, unit)
        };
        let expected = if all.iter().any(|cause| cause.is(&causes::SIGNATURE_DOUBLE_ENCODED)) {
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
            let mut said: Cause = cause.say(&words);
            if found.formula.is_some_and(Formula::is_ambiguous)
                && [&causes::CONTENT_OTHER_PROVIDER, &causes::CONTENT_URL].iter().any(|it| cause.is(it))
            {
                said.fix = format!(
                    "The sender has to sign {}: with {formula} one signature fits several requests, so no definition should have it.",
                    self.scheme.signed_content()
                );
            }
            said.changed_bytes = of_body.iter().any(|it| it.is(cause)).then_some(span);
            if all.len() > 1 {
                let mut others: Vec<&str> = all.iter().map(|it| it.code).collect();
                others.retain(|it| *it != cause.code);
                said.message = format!("{} It takes this together with {}.", said.message, others.join(", "));
            }
            explanation.matches.push(said);
        }
        let seen = &mut explanation.observations;
        if all.is_empty() {
            seen.push(causes::SIGNATURE_FITS.say(&words));
        }
        if found.guess.secret > 0 {
            seen.push(causes::SECRET_ANOTHER.say(&words));
        }
    }
}

/// The bodies that were made, to try none twice.
#[derive(Default)]
struct Seen {
    marks: Vec<u64>,
    /// The changes that made another body than those before.
    unique: Vec<Change>,
}

impl Seen {
    fn is_new(&mut self, change: Change, body: &[u8]) -> bool {
        let mark = mark(body);
        if self.marks.contains(&mark) {
            return false;
        }
        self.marks.push(mark);
        self.unique.push(change);
        true
    }
}

/// A number that two bodies have in common by chance only. Whoever makes it happen on purpose has a body left out.
fn mark(body: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut chunks = body.chunks_exact(8);
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(PRIME).rotate_left(29);
    let length = body.len() as u64;
    let sum = chunks
        .by_ref()
        .fold(length, |sum, chunk| chunk.try_into().map_or(sum, |it| mix(sum, u64::from_le_bytes(it))));
    chunks.remainder().iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}
