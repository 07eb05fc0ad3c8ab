//! Orders of the members of an object.

use std::cmp::Ordering;

use super::style::Order;
use crate::json::{Document, Key, Kind, Value, sort_by};

/// The position of keys in the provider's schemas: index of the key's token, and position. Sorted by index.
pub type Ranks = Vec<(u32, u32)>;

type Member<'d> = (Key<'d>, Value<'d>);

/// The arrangements of [`Order::Integers`]: a body with more than that has too many keys to try all.
pub const MAX_ARRANGEMENTS: u8 = 64;
/// The arrangements that do not depend on the number of keys.
const USUAL_ARRANGEMENTS: u8 = 5;

/// Puts the members of an object into another order.
pub fn arrange(members: &mut Vec<Member<'_>>, order: Order, is_root: bool, ranks: &Ranks) {
    let bytes = |a: &Member<'_>, b: &Member<'_>| a.0.decoded_bytes().cmp(&b.0.decoded_bytes());
    let by: &dyn Fn(&Member<'_>, &Member<'_>) -> Ordering = match order {
        Order::Preserve => return,
        Order::SortedTop if !is_root => return,
        Order::Integers(number) => return arrange_integers(members, number),
        Order::Sorted | Order::SortedTop => &bytes,
        Order::ByLength => &|a, b| {
            let length = |member: &Member<'_>| member.0.decoded_bytes().len();
            length(a).cmp(&length(b)).then_with(|| bytes(a, b))
        },
        Order::SortedIgnoringCase => &|a, b| {
            let lower = |member: &Member<'_>| member.0.decoded_bytes().to_ascii_lowercase();
            lower(a).cmp(&lower(b)).then_with(|| bytes(a, b))
        },
        Order::SortedUtf16 => &|a, b| a.0.text().encode_utf16().cmp(b.0.text().encode_utf16()),
        Order::Contract => &|a, b| {
            let rank = |member: &Member<'_>| {
                let index = member.0.as_value().index();
                ranks.binary_search_by_key(&index, |rank| rank.0).map_or(u32::MAX, |found| ranks[found].1)
            };
            rank(a).cmp(&rank(b))
        },
    };
    sort_by(members, by);
}

/// Returns whether JavaScript sorts a key as a number, before all other keys (ECMA-262, array index).
fn is_integer_key(key: &[u8]) -> bool {
    let is_canonical = matches!(key, [b'0'] | [b'1'..=b'9', ..]) && key.iter().all(u8::is_ascii_digit);
    // 4294967295 is no array index.
    is_canonical && key.len() <= 10 && std::str::from_utf8(key).is_ok_and(|text| text.parse::<u32>().is_ok())
}

/// Returns the number of leading integer-like keys.
fn count_integer_keys(value: Value<'_>) -> usize {
    value.members().take_while(|(key, _)| is_integer_key(&key.decoded_bytes())).count()
}

/// Puts the leading integer-like keys elsewhere. The last numbers are all ways to insert them between the others.
fn arrange_integers(members: &mut Vec<Member<'_>>, number: u8) {
    let count = members.iter().take_while(|member| is_integer_key(&member.0.decoded_bytes())).count();
    if count == 0 {
        return;
    }
    let by_text = |a: &Member<'_>, b: &Member<'_>| a.0.decoded_bytes().cmp(&b.0.decoded_bytes());
    let mut integers: Vec<Member<'_>> = members.drain(..count).collect();
    match number {
        0 => members.append(&mut integers),
        1 => {
            sort_by(&mut integers, by_text);
            members.append(&mut integers);
        }
        2 => {
            sort_by(&mut integers, by_text);
            integers.append(members);
            *members = integers;
        }
        3 => {
            integers.reverse();
            integers.append(members);
            *members = integers;
        }
        4 => {
            integers.reverse();
            members.append(&mut integers);
        }
        _ => {
            let mut rest = usize::from(number - USUAL_ARRANGEMENTS);
            for member in integers {
                let positions = members.len() + 1;
                members.insert(rest % positions, member);
                rest /= positions;
            }
        }
    }
}

/// Returns how many arrangements of integer-like keys a document has.
pub fn count_arrangements(document: &Document<'_>) -> u8 {
    let objects =
        (0..).map_while(|index| document.value_at(index)).filter(|value| value.kind() == Kind::Object);
    let mut max = 0;
    for object in objects {
        let (integers, all) = (count_integer_keys(object), object.len());
        if integers == 0 || all < 2 {
            continue;
        }
        let first = all - integers + 1;
        let ways = (first..=all).try_fold(1usize, |ways, positions| ways.checked_mul(positions));
        let ways = ways.unwrap_or(usize::MAX).min(usize::from(MAX_ARRANGEMENTS - USUAL_ARRANGEMENTS));
        max = max.max(u8::try_from(ways).unwrap_or(0) + USUAL_ARRANGEMENTS);
    }
    max
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(text: &str, order: Order) -> String {
        let document = Document::parse(text.as_bytes()).expect(text);
        let mut members: Vec<_> = document.root().members().collect();
        arrange(&mut members, order, true, &Vec::new());
        members.iter().map(|(key, _)| key.text()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn members_are_sorted_in_each_order() {
        let text = r#"{"bb":1,"B":1,"a":1,"c":1,"ab":1}"#;
        for (order, expected) in [
            (Order::Preserve, "bb B a c ab"),
            (Order::Sorted, "B a ab bb c"),
            (Order::SortedTop, "B a ab bb c"),
            (Order::ByLength, "B a c ab bb"),
            (Order::SortedIgnoringCase, "a ab B bb c"),
        ] {
            assert_eq!(arranged(text, order), expected, "{order:?}");
        }
        let text = "{\"\u{ff5e}\":1,\"😀\":1}";
        assert_eq!(arranged(text, Order::Sorted), "\u{ff5e} 😀");
        assert_eq!(arranged(text, Order::SortedUtf16), "😀 \u{ff5e}");
    }

    #[test]
    fn integer_keys_are_inserted_in_every_way() {
        let text = r#"{"2":1,"10":1,"b":1}"#;
        let count = count_arrangements(&Document::parse(text.as_bytes()).expect(text));
        let all: Vec<_> = (0..count).map(|number| arranged(text, Order::Integers(number))).collect();
        for expected in ["b 2 10", "b 10 2", "10 2 b", "2 b 10", "10 b 2", "2 10 b"] {
            assert!(all.iter().any(|other| other == expected), "{expected} {all:?}");
        }
        for text in [r#"{"a":1,"2":1}"#, r#"{"01":1,"a":1}"#, r#"{"4294967296":1,"a":1}"#, r#"{"1":1}"#, "[]"]
        {
            assert_eq!(count_arrangements(&Document::parse(text.as_bytes()).expect(text)), 0, "{text}");
        }
        let many = format!("{{{}}}", (0..40).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(","));
        assert_eq!(count_arrangements(&Document::parse(many.as_bytes()).expect("JSON")), MAX_ARRANGEMENTS);
    }
}
