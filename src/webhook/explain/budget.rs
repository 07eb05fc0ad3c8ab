//! The limits of a search, and how they are shared out among its steps.

use super::body::BodyTransform;

/// Bytes hashed or written for a body of any length: about a hundred milliseconds.
const BASE_BYTES: usize = 16 << 20;
/// Additional bytes for each byte of the body: enough for the frequent transforms of a long body.
const BYTES_PER_BODY_BYTE: usize = 64;
/// Keeps a body of a megabyte under a second.
const MAX_BYTES_HASHED: usize = 96 << 20;

/// The limits of a search, and how much of them is used.
pub struct SearchBudget {
    pub tried: usize,
    /// Whether the current step ended at its share.
    pub is_step_over: bool,
    /// The percentage of the first step that ended at its share.
    pub limited_step: Option<usize>,
    /// Whether a step ended at its share of bytes, and not of combinations.
    pub is_limited_by_bytes: bool,
    max_combinations: usize,
    max_bytes: usize,
    bytes: usize,
    /// The percentage of both limits up to which the current step may use them.
    percent: usize,
}

impl SearchBudget {
    pub fn new(max_combinations: usize, body_length: usize) -> Self {
        let max_bytes =
            body_length.saturating_mul(BYTES_PER_BODY_BYTE).saturating_add(BASE_BYTES).min(MAX_BYTES_HASHED);
        Self {
            tried: 0,
            is_step_over: false,
            limited_step: None,
            is_limited_by_bytes: false,
            max_combinations,
            max_bytes,
            bytes: 0,
            percent: 0,
        }
    }

    /// Starts a step that may use the limits up to a percentage. What earlier steps left is part of the share, so a step
    /// with few combinations costs later ones nothing, and one with many takes nothing from them.
    pub fn start_step(&mut self, percent: usize) {
        self.percent = percent;
        self.is_step_over = false;
    }

    /// Spends bytes. Returns whether the share of the step had enough bytes and combinations left.
    pub fn spend(&mut self, bytes: usize, combinations: usize) -> bool {
        let share = |limit: usize| limit / 100 * self.percent + limit % 100 * self.percent / 100;
        let has_bytes = share(self.max_bytes).saturating_sub(self.bytes) >= bytes;
        let is_enough = has_bytes && share(self.max_combinations).saturating_sub(self.tried) >= combinations;
        if is_enough {
            self.bytes += bytes;
        } else {
            self.is_step_over = true;
            self.limited_step = self.limited_step.or(Some(self.percent));
            self.is_limited_by_bytes |= !has_bytes;
        }
        is_enough
    }
}

/// The bodies tried so far, so that no two transforms try the same one.
#[derive(Default)]
pub struct TriedBodies {
    fingerprints: Vec<u64>,
    /// The transforms whose body was new.
    pub unique: Vec<BodyTransform>,
}

impl TriedBodies {
    pub fn is_new(&mut self, transform: BodyTransform, body: &[u8]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_uses_its_share_and_what_earlier_steps_left() {
        let mut budget = SearchBudget::new(100, 0);
        budget.start_step(10);
        assert!(budget.spend(0, 10) && budget.limited_step.is_none());
        budget.tried = 10;
        assert!(!budget.spend(0, 1) && budget.limited_step == Some(10) && !budget.is_limited_by_bytes);
        budget.start_step(50);
        assert!(budget.spend(0, 40) && !budget.spend(0, 41));
        assert!(budget.spend(BASE_BYTES / 2, 0) && !budget.spend(1, 0));
        budget.start_step(100);
        assert!(budget.spend(BASE_BYTES / 2, 90) && !budget.spend(1, 0));
    }
}
