//! Sets of characters.

use std::collections::BinaryHeap;

use super::category;
use super::tree::ClassItem;
use crate::blob::{Blob, Reader, Writer};

/// A set of code points, with negation applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CharSet {
    /// PERF: the ASCII part again, one bit per character.
    ascii: u128,
    /// Sorted, neither overlapping nor adjacent.
    ranges: Box<[(u32, u32)]>,
}

/// The ranges, each as the distance from the previous one and its length.
impl Blob for CharSet {
    fn put(&self, out: &mut Writer) {
        self.ranges.len().put(out);
        let mut next = 0;
        for (first, last) in &self.ranges {
            (first - next).put(out);
            (last - first).put(out);
            next = *last;
        }
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let mut ranges = Vec::<(u32, u32)>::get(input);
        let mut next = 0u32;
        for (first, last) in &mut ranges {
            *first = first.saturating_add(next);
            *last = last.saturating_add(*first);
            next = *last;
        }
        input.check(next <= 0x10_FFFF);
        Self::from_ranges(ranges)
    }
}

impl CharSet {
    /// The set of one code point.
    pub(super) fn from_code(code: u32) -> Self {
        Self::from_ranges(vec![(code, code)])
    }

    /// The set of a character class.
    pub(super) fn class(items: &[ClassItem], negated: bool) -> Self {
        let mut ranges = Vec::new();
        for item in items {
            match *item {
                ClassItem::Range(first, last) => ranges.push((first, last)),
                ClassItem::Fixed { ranges: fixed, negated: false } => ranges.extend(fixed),
                ClassItem::Fixed { ranges: fixed, negated: true } => ranges.extend(complement(fixed)),
                ClassItem::Categories { mask, negated } => {
                    let mut first = 0;
                    for &(last, bit) in category::table() {
                        if (mask & bit != 0) != negated {
                            ranges.push((first, last));
                        }
                        first = last + 1;
                    }
                }
            }
        }
        let ranges = normalize_ranges(ranges);
        Self::from_ranges(if negated { complement(&ranges) } else { ranges })
    }

    fn from_ranges(ranges: Vec<(u32, u32)>) -> Self {
        let mut ascii = 0;
        for &(first, last) in ranges.iter().take_while(|(first, _)| *first < 128) {
            ascii |= u128::MAX >> (127 - last.min(127)) & u128::MAX << first;
        }
        Self { ascii, ranges: ranges.into() }
    }

    /// Whether a code point is in the set.
    #[inline]
    pub(super) fn contains(&self, code: u32) -> bool {
        if code < 128 { self.ascii >> code & 1 != 0 } else { holds(&self.ranges, code) }
    }

    /// Whether no code point is in both sets.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        let (mut left, mut right) = (&*self.ranges, &*other.ranges);
        while let ([(first, last), rest_left @ ..], [(other_first, other_last), rest_right @ ..]) =
            (left, right)
        {
            if first <= other_last && other_first <= last {
                return false;
            }
            if last < other_last {
                left = rest_left;
            } else {
                right = rest_right;
            }
        }
        true
    }
}

fn holds(ranges: &[(u32, u32)], code: u32) -> bool {
    let index = ranges.partition_point(|&(_, last)| last < code);
    ranges.get(index).is_some_and(|&(first, _)| first <= code)
}

/// Sorts ranges and joins overlapping and adjacent ones.
fn normalize_ranges(ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    // A heap sort is a fifth of the code of `sort` (wasm size), and few classes have a thousand ranges.
    for (first, last) in BinaryHeap::from(ranges).into_sorted_vec() {
        match joined.last_mut() {
            Some((_, end)) if first <= *end + 1 => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// The complement of sorted ranges.
#[inline(never)]
fn complement(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut rest = Vec::new();
    let mut next = 0;
    for &(first, last) in ranges {
        if next < first {
            rest.push((next, first - 1));
        }
        next = last + 1;
    }
    if next < 0x11_0000 {
        rest.push((next, 0x10_FFFF));
    }
    rest
}
