//! Sets of characters.

use std::collections::BinaryHeap;

use super::category;
use super::tree::ClassItem;

/// A set of code points, with negation applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CharSet {
    /// PERF: the ASCII part again, one bit per character.
    ascii: u128,
    /// Sorted, neither overlapping nor adjacent.
    ranges: Box<[(u32, u32)]>,
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
                    let selected = category::runs().filter(|&(.., bit)| (mask & bit != 0) != negated);
                    ranges.extend(selected.map(|(first, last, _)| (first, last)));
                }
            }
        }
        let ranges = normalize_ranges(ranges);
        Self::from_ranges(if negated { complement(&ranges).collect() } else { ranges })
    }

    fn from_ranges(ranges: Vec<(u32, u32)>) -> Self {
        let mut ascii = 0;
        for code in 0..128 {
            ascii |= u128::from(holds(&ranges, code)) << code;
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
fn complement(ranges: &[(u32, u32)]) -> impl Iterator<Item = (u32, u32)> {
    let starts = std::iter::once(0).chain(ranges.iter().map(|&(_, last)| last + 1));
    let ends = ranges.iter().map(|&(first, _)| first).chain(std::iter::once(0x11_0000));
    starts.zip(ends).filter(|(start, end)| start < end).map(|(start, end)| (start, end - 1))
}
