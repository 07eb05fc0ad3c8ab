//! One sort for all types. The standard library's sort is compiled again for every type, and each copy adds kilobytes to the
//! WebAssembly module. No sort is on the hot path.

use std::cmp::Ordering;

/// Sorts items; the sort is stable.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, order: impl Fn(&T, &T) -> Ordering) {
    let indices = sorted_indices(items.len(), &mut |a, b| order(&items[a], &items[b]));
    let mut unsorted: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(indices.into_iter().filter_map(|index| unsorted[index].take()));
}

/// The indices of a list of `count` items, in the order of its items: a merge sort, a fifth of the code of the standard
/// library's sorts.
#[inline(never)]
fn sorted_indices(count: usize, order: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for run in indices.chunks(2 * width) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            // PERF: one comparison is enough for runs that are in order.
            if let (Some(last), Some(first)) = (left.last(), right.first())
                && order(*last, *first).is_gt()
            {
                while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
                    let is_left = order(*a, *b).is_le();
                    merged.push(if is_left { *a } else { *b });
                    (left, right) = if is_left { (after_a, right) } else { (left, after_b) };
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut indices, &mut merged);
        merged.clear();
        width *= 2;
    }
    indices
}

/// PERF: up to this many items, a comparison sort takes less time than a radix sort.
const MAX_COMPARISON_SORTED: usize = 128;

/// A hash, and the index of its item.
pub(super) type Hashed = (u32, u32);

/// Calls `visit` with each group of several items that share a hash, in their order.
pub(super) fn same_hash(items: impl Iterator<Item = (u64, u32)>, visit: &mut dyn FnMut(&[Hashed])) {
    #[allow(clippy::cast_possible_truncation)] // the hash is mixed: its bits are independent
    let mut hashed: Vec<Hashed> = items.map(|(hash, item)| ((hash ^ hash >> 32) as u32, item)).collect();
    if hashed.len() <= MAX_COMPARISON_SORTED {
        sort_by(&mut hashed, |a, b| a.0.cmp(&b.0));
    } else {
        sort_by_hash(&mut hashed);
    }
    hashed.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1).for_each(visit);
}

/// Sorts items by their hashes with a stable radix sort. SECURITY: linear time, whatever the hashes are.
pub(super) fn sort_by_hash(items: &mut Vec<Hashed>) {
    let mut other = vec![(0, 0); items.len()];
    for shift in [0, 8, 16, 24] {
        let digit = |item: &Hashed| (item.0 >> shift & 255) as usize;
        let mut ends = [0; 257];
        for item in items.iter() {
            ends[digit(item) + 1] += 1;
        }
        if ends.contains(&items.len()) {
            continue; // All share this digit.
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
