//! One sort for all: the standard library's sort is compiled anew for every type it sorts, and each copy is as
//! large as a whole floor of this crate. None of what is sorted here is on the hot path.

use std::cmp::Ordering;

/// Sorts items, keeping the order of equal ones.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, order: impl Fn(&T, &T) -> Ordering) {
    let places = sorted_indices(items.len(), &mut |a, b| order(&items[a], &items[b]));
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| taken[place].take()));
}

/// Where the items of a list stand that has this many, in their order.
fn sorted_indices(count: usize, order: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| order(*a, *b));
    places
}

/// Up to this many are sorted in less time than it takes to count their digits.
const FEW: usize = 128;

/// A hash and the number it is of.
pub(super) type Hashed = (u32, u32);

/// Hands over each group of several numbers that share a hash, in their order.
pub(super) fn same_hash(items: impl Iterator<Item = (u64, u32)>, see: &mut dyn FnMut(&[Hashed])) {
    #[allow(clippy::cast_possible_truncation)] // it is mixed
    let mut short: Vec<Hashed> = items.map(|(hash, item)| ((hash ^ hash >> 32) as u32, item)).collect();
    if short.len() <= FEW {
        sort_by(&mut short, |a, b| a.0.cmp(&b.0));
    } else {
        sort_by_hash(&mut short);
    }
    short.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1).for_each(see);
}

/// Sorts numbers by their hashes, keeping the order of equal ones: in time that no choice of hashes changes.
pub(super) fn sort_by_hash(items: &mut Vec<Hashed>) {
    let mut other = vec![(0, 0); items.len()];
    for shift in [0, 8, 16, 24] {
        let digit = |item: &Hashed| (item.0 >> shift & 255) as usize;
        let mut ends = [0; 257];
        for item in items.iter() {
            ends[digit(item) + 1] += 1;
        }
        if ends.contains(&items.len()) {
            continue; // They share it.
        }
        (1..257).for_each(|at| ends[at] += ends[at - 1]);
        for item in items.iter() {
            let end = &mut ends[digit(item)];
            other[*end] = *item;
            *end += 1;
        }
        std::mem::swap(items, &mut other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_by_all_of_a_hash_and_equal_ones_keep_their_order() {
        for count in [0, 1, 2, 1000] {
            let mut items: Vec<(u32, u32)> =
                (0..count).map(|n: u32| ((n % 300).wrapping_mul(0x9e37_79b9), n)).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort_by_hash(&mut items);
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn items_are_sorted_and_equal_ones_keep_their_order() {
        let mut items: Vec<(u32, usize)> = (0..500).map(|n: u32| (n * 7919 % 10, n as usize)).collect();
        sort_by(&mut items, |a, b| a.0.cmp(&b.0));
        assert!(items.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(items.len(), 500);
        let mut none: Vec<String> = Vec::new();
        sort_by(&mut none, Ord::cmp);
        assert!(none.is_empty());
    }
}
