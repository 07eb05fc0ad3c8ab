//! Compares random patterns and texts with the ECMAScript engine `regress`.
//!
//! With its `PikeVM` backend: the other one does not terminate on some nested repetitions, such as
//! `(?:(?:|[]{0,2}){1,}1){2}` over "1A".

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use regress::Regex;
use regress::backends::{self, PikeVMExecutor};

use super::{Pattern, category};

const LETTERS: &[&str] = &["a", "b", "c", "1", "_", "-", "é", "Ω", "😀", " ", "\n", "A", "\u{2028}", "/"];

/// Generates patterns of all supported constructs.
fn pattern() -> impl Strategy<Value = String> {
    let letter = || prop::sample::select(LETTERS).prop_map(str::to_owned);
    let escape = prop::sample::select(vec![
        ".",
        "\\d",
        "\\D",
        "\\s",
        "\\S",
        "\\w",
        "\\W",
        "\\n",
        "\\x61",
        "\\u0061",
        "\\u{1F600}",
        "\\uD83D\\uDE00",
        "\\cJ",
        "\\/",
        "\\.",
        "\\p{L}",
        "\\P{L}",
        "\\p{Lu}",
        "\\p{ASCII}",
        "\\p{gc=Nd}",
        "\\P{White_Space}",
    ]);
    let escape = || escape.clone().prop_map(str::to_owned);
    let member = prop_oneof![
        3 => letter(),
        1 => escape(),
        1 => prop::sample::select(vec!["a-c", "0-9", "A-z", "😀-😂", "\\--a", "\\b", "\\u0000-\\u{10FFFF}"]).prop_map(str::to_owned),
    ];
    let class = (any::<bool>(), prop::collection::vec(member, 0..4))
        .prop_map(|(negated, members)| format!("[{}{}]", if negated { "^" } else { "" }, members.concat()));
    let assertion = prop::sample::select(vec!["^", "$", "\\b", "\\B"]).prop_map(str::to_owned);
    let atom = prop_oneof![6 => letter(), 2 => escape(), 2 => class];
    let leaf = prop_oneof![8 => repeated(atom), 1 => assertion];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let sequence = prop::collection::vec(inner, 0..4).prop_map(|terms| terms.concat());
        let either = prop::collection::vec(sequence.clone(), 1..4).prop_map(|branches| branches.join("|"));
        prop_oneof![
            3 => sequence,
            4 => repeated(either.clone().prop_map(|either| format!("(?:{either})"))),
            1 => repeated(either.clone().prop_map(|either| format!("({either})"))),
            1 => either.clone().prop_map(|either| format!("(?={either})")),
            1 => either.prop_map(|inner| format!("(?!{inner})")),
        ]
    })
}

fn repeated(atom: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let counts = vec!["", "", "", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{1,3}?", "{0}", "??"];
    (atom, prop::sample::select(counts)).prop_map(|(atom, count)| atom + count)
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(LETTERS), 0..6).prop_map(|letters| letters.concat())
}

#[test]
fn every_pattern_matches_the_same_texts_as_in_regress() {
    let config = Config {
        cases: 3000,
        rng_seed: RngSeed::Fixed(0x68_6F6F_6B73),
        failure_persistence: None,
        ..Config::default()
    };
    let check = |(pattern, texts): (String, Vec<String>)| {
        let (ours, theirs) = (Pattern::compile(&pattern), Regex::with_flags(&pattern, "u"));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}", ours.err());
        let (Ok(ours), Ok(theirs)) = (ours, theirs) else { return Ok(()) };
        for text in texts {
            prop_assert_eq!(
                ours.matches(&text),
                backends::find::<PikeVMExecutor>(&theirs, &text, 0).next().is_some(),
                "{:?}",
                text
            );
        }
        Ok(())
    };
    let cases = (pattern(), prop::collection::vec(text(), 6));
    if let Err(error) = TestRunner::new(config).run(&cases, check) {
        panic!("{error}");
    }
}

/// A known difference: by ECMA-262, the repetition of an unpaired surrogate matches zero times. V8 agrees.
#[test]
fn regress_fails_on_an_optional_unpaired_surrogate() {
    let pattern = "^\\uD83D*a";
    assert!(Pattern::compile(pattern).is_ok_and(|pattern| pattern.matches("a")));
    assert!(Regex::with_flags(pattern, "u").is_ok_and(|pattern| pattern.find("a").is_none()));
}

#[test]
fn every_code_point_has_the_category_of_regress() {
    let mut next = 0;
    for (first, last, bit) in category::runs() {
        assert_eq!(first, next, "runs leave no gap");
        next = last + 1;
        let (name, _) = category::NAMES[bit.trailing_zeros() as usize];
        if name == "Cs" {
            assert_eq!((first, last), (0xD800, 0xDFFF));
            continue;
        }
        let text: String = (first..=last).filter_map(char::from_u32).collect();
        let all = Regex::with_flags(&format!("^\\p{{{name}}}*$"), "u").expect("a category");
        assert!(all.find(&text).is_some(), "{first:X} to {last:X} are {name}");
        assert_eq!((category::find(first), category::find(last)), (bit, bit));
    }
    assert_eq!(next, 0x11_0000);
}
