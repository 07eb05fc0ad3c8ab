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

#[cfg(test)]
mod tests {
    use super::*;

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
