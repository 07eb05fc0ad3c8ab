//! The styles that can change one body, and in which order to try them.

use super::characters::characters;
use super::number_keys::{NumberTraits, visit_numbers};
use super::numbers::LANGUAGE_COUNT;
use super::order::{FREQUENT_ARRANGEMENTS, count_arrangements};
use super::rewrite::{DocumentKeys, write};
use super::shared::contains_bytes;
use super::style::{
    ALL_KEYS, COMMON_LAYOUTS, Characters, LAYOUTS, Layout, Numbers, Order, Slashes, Spelling, Style, Unicode,
};
use crate::json::{Document, Kind};

/// So many keys have few sets, and every one of them is tried.
const MAX_KEYS_IN_SETS: usize = 5;
/// The choices of each kind that are tried with several other changes: layouts, characters, slashes, numbers, orders, ends.
const MAX_FEW: [usize; KINDS] = [5, 3, 2, 2, 2, 2];
/// So many rare layouts are tried with every frequent choice of characters: those of .NET and Jackson.
const MAX_PRETTY_PAIRED: usize = 3;
/// So many rare choices of one kind are tried with other changes.
const MAX_RARE_PAIRED: usize = 12;
/// So many keys are tried with rare numbers of digits.
const MAX_FIXED_KEYS: usize = 5;

/// The kinds of changes, which are independent of each other.
const KINDS: usize = 6;

/// The choices for each kind of change: the frequent ones, and all others.
pub struct StyleChoices {
    common: [Vec<Style>; KINDS],
    rare: [Vec<Style>; KINDS],
}

impl StyleChoices {
    /// Returns the choices for a document. `layout` is that of the whole body.
    pub fn new(document: &Document<'_>, keys: &DocumentKeys, layout: Option<&'static Layout>) -> Self {
        let mut choices = Self { common: Default::default(), rare: Default::default() };
        if !matches!(document.root().kind(), Kind::Object | Kind::Array) {
            return choices;
        }
        let has = |sequence: &[u8]| contains_bytes(document.bytes(), sequence);
        let mut layouts = LAYOUTS.iter().map(|layout| Style { layout: Some(layout), ..Style::PRESERVE });
        choices.common[0] = layouts.by_ref().take(COMMON_LAYOUTS).collect();
        choices.rare[0] = layouts.collect();
        for list in [&mut choices.common[0], &mut choices.rare[0]] {
            list.retain(|style| style.layout != layout);
        }
        // The layout of the body, without the white space around it.
        if document.bytes().trim_ascii().len() < document.bytes().len() {
            let style = layout.map(|layout| Style { layout: Some(layout), ..Style::PRESERVE });
            choices.common[0].splice(..0, style);
        }
        let (common, rare) = characters(document.bytes());
        let with_characters = |characters: Characters| Style { characters, ..Style::PRESERVE };
        choices.common[1] = common.into_iter().map(with_characters).collect();
        choices.rare[1] = rare.into_iter().map(with_characters).collect();
        for (is_possible, slashes) in [(has(b"/"), Slashes::Escaped), (has(b"\\/"), Slashes::Plain)] {
            if is_possible {
                choices.common[2].push(Style { slashes, ..Style::PRESERVE });
            }
        }
        choices.add_numbers(document, keys);
        choices.add_orders(document, keys);
        choices.common[5] = ["\n", "\r\n"].map(|end| Style { end, ..Style::PRESERVE }).to_vec();
        choices
    }

    fn add_numbers(&mut self, document: &Document<'_>, keys: &DocumentKeys) {
        let mut traits = vec![NumberTraits::default(); keys.numbers.len()];
        let mut all = NumberTraits::default();
        visit_numbers(document, &mut |key, raw| {
            all.add(raw);
            let index = key.and_then(|key| keys.numbers.iter().position(|name| name == key));
            if let Some(of_key) = index.and_then(|index| traits.get_mut(index)) {
                of_key.add(raw);
            }
        });
        let (common, rare) = (&mut self.common[3], &mut self.rare[3]);
        let expanded = |keys: u32, spelling: Spelling| Style {
            numbers: Numbers::Expanded { keys, spelling },
            ..Style::PRESERVE
        };
        if document.bytes().iter().any(|byte| b".eE".contains(byte)) {
            common.push(Style { numbers: Numbers::Shortest, ..Style::PRESERVE });
        }
        let bits = |has: &dyn Fn(&NumberTraits) -> bool| -> Vec<u32> {
            let of_keys = (0..32).zip(&traits).filter(|(_, of_key)| has(of_key));
            of_keys.map(|(index, _)| 1 << index).collect()
        };
        let integers = bits(&|of_key| of_key.has_integers);
        if all.has_integers {
            common.push(expanded(ALL_KEYS, Spelling::Fraction));
        }
        if all.has_short_fractions {
            common.push(expanded(ALL_KEYS, Spelling::FixedFraction(2)));
        }
        common.extend(integers.iter().map(|key| expanded(*key, Spelling::Fraction)));
        let short = bits(&|of_key| of_key.has_integers || of_key.has_short_fractions);
        if all.has_integers || all.has_short_fractions {
            rare.push(expanded(ALL_KEYS, Spelling::Fixed(2)));
        }
        rare.extend(short.iter().map(|key| expanded(*key, Spelling::Fixed(2))));
        rare.extend(sets(&integers).map(|keys| expanded(keys, Spelling::Fraction)));
        rare.extend(sets(&short).map(|keys| expanded(keys, Spelling::Fixed(2))));
        if all.has_exponents {
            for index in 0..LANGUAGE_COUNT {
                rare.push(expanded(0, Spelling::Language(index)));
                rare.push(expanded(ALL_KEYS, Spelling::Language(index)));
            }
        }
        let round = bits(&|of_key| of_key.has_round_integers);
        for spelling in
            [Spelling::Exponent, Spelling::ExponentUpper, Spelling::FractionExponent, Spelling::ExponentPlus]
        {
            rare.extend(round.iter().map(|key| expanded(*key, spelling)));
            rare.extend(all.has_round_integers.then(|| expanded(ALL_KEYS, spelling)));
        }
        for digits in [3, 4, 6, 8] {
            if all.has_integers || all.has_short_fractions {
                rare.push(expanded(ALL_KEYS, Spelling::Fixed(digits)));
            }
            rare.push(expanded(ALL_KEYS, Spelling::FixedFraction(digits)));
            rare.extend(short.iter().take(MAX_FIXED_KEYS).map(|key| expanded(*key, Spelling::Fixed(digits))));
        }
    }

    fn add_orders(&mut self, document: &Document<'_>, keys: &DocumentKeys) {
        let with_order = |order: Order| Style { order, ..Style::PRESERVE };
        // JavaScript moves keys of the bytes that were sent, so that it is more likely than a sender that sorts.
        let arrangements = count_arrangements(document);
        let usual = arrangements.min(FREQUENT_ARRANGEMENTS);
        self.common[4].extend((0..usual).map(|number| with_order(Order::Integers(number))));
        self.common[4].push(with_order(Order::Sorted));
        if !keys.ranks.is_empty() {
            self.common[4].push(with_order(Order::Contract));
        }
        self.rare[4].extend((usual..arrangements).map(|number| with_order(Order::Integers(number))));
        let others = [Order::SortedTop, Order::ByLength, Order::SortedIgnoringCase, Order::SortedUtf16];
        self.rare[4].extend(others.map(with_order));
    }

    /// Returns the frequent styles with one change. Line breaks alone need no JSON.
    pub fn frequent(&self) -> Vec<Style> {
        let is_frequent =
            |style: &Style| !matches!(style.numbers, Numbers::Expanded { .. }) && style.count_changes() == 1;
        // Numbers are tried key by key, after the rest.
        let mut all: Vec<Style> =
            self.common[..KINDS - 1].iter().flatten().filter(|style| is_frequent(style)).copied().collect();
        all.extend(self.common[3].iter().filter(|style| !is_frequent(style)));
        all
    }

    /// Returns the other styles with one change, the most frequent ones first.
    pub fn rare(&self) -> Vec<Style> {
        let lists = [0, 4, 1, 3, 2].map(|kind| self.rare[kind].iter());
        lists.into_iter().flatten().filter(|style| style.count_changes() == 1).copied().collect()
    }

    /// Returns styles with several changes at once, the most frequent ones first.
    pub fn combinations(&self) -> Vec<Style> {
        let mut all = Vec::new();
        // The defaults of Python's json.dumps and of PHP's json_encode, and both decoded.
        let find = |kind: usize, choice: Style| self.common[kind].iter().find(|style| **style == choice);
        let characters = |characters| find(1, Style { characters, ..Style::PRESERVE });
        let layout = |index: usize| find(0, Style { layout: Some(&LAYOUTS[index]), ..Style::PRESERVE });
        let slashes = |slashes| find(2, Style { slashes, ..Style::PRESERVE });
        let (ascii, plain) = (characters(Characters::ASCII), characters(Characters::PLAIN));
        for (first, second) in [
            (layout(1), ascii),
            (slashes(Slashes::Escaped), ascii),
            (layout(0), plain),
            (slashes(Slashes::Plain), plain),
        ] {
            if let (Some(first), Some(second)) = (first, second) {
                all.push(overlay(*first, second));
            }
        }
        // Two changes in one kind: characters outside and inside ASCII.
        for style in self.common[1].iter().chain(&self.rare[1]) {
            if style.count_changes() > 1 {
                all.push(*style);
            }
        }
        let python = layout(1).map(|python| ascii.map_or(*python, |ascii| overlay(*python, ascii)));
        if let Some(python) = python {
            pairs(&mut all, &[python], &self.common[3]);
        }
        let few = self.few();
        for first in 0..KINDS {
            for second in first + 1..KINDS {
                pairs(&mut all, &self.common[first], &self.common[second]);
            }
        }
        // Rare layouts with everything frequent, and all else that is rare with layouts, characters and slashes.
        let pretty = &self.rare[0][..self.rare[0].len().min(MAX_PRETTY_PAIRED)];
        pairs(&mut all, pretty, &self.common[1]);
        for choices in &few[1..] {
            pairs(&mut all, choices, &self.rare[0]);
        }
        for kind in [1, 3, 4] {
            let rare = &self.rare[kind][..self.rare[kind].len().min(MAX_RARE_PAIRED)];
            for (other, choices) in few[..3].iter().enumerate() {
                if other != kind {
                    pairs(&mut all, choices, rare);
                }
            }
        }
        several(&few, &mut all, 3, Style::PRESERVE);
        // PHP's pretty printer with a line break, and Python's sorted keys with floats.
        for without in [[3, 4], [2, 5]] {
            let mut four = few.clone();
            for kind in without {
                four[kind].clear();
            }
            several(&four, &mut all, 4, Style::PRESERVE);
        }
        all
    }

    /// Returns the most frequent choices of each kind.
    fn few(&self) -> [Vec<Style>; KINDS] {
        let mut few: [Vec<Style>; KINDS] = Default::default();
        for ((few, common), max) in few.iter_mut().zip(&self.common).zip(MAX_FEW) {
            // The sets of ASCII characters are much alike: the first one stands for them.
            let mut has_set = false;
            let is_first = |style: &&Style| {
                let is_set =
                    style.characters.unicode == Unicode::Preserve && style.characters.ascii.is_some();
                !(is_set && std::mem::replace(&mut has_set, true))
                    && style.characters != Characters::ASCII_UPPER
            };
            few.extend(common.iter().filter(is_first).take(max));
        }
        few
    }
}

/// Adds every style with so many changes of different kinds.
fn several(choices: &[Vec<Style>], all: &mut Vec<Style>, count: usize, style: Style) {
    if count == 0 {
        all.push(style);
        return;
    }
    for (kind, styles) in choices.iter().enumerate() {
        for choice in styles {
            several(&choices[kind + 1..], all, count - 1, overlay(style, choice));
        }
    }
}

fn pairs(all: &mut Vec<Style>, first: &[Style], second: &[Style]) {
    for style in first {
        all.extend(second.iter().map(|other| overlay(*style, other)));
    }
}

/// Returns a style with the changes of another one.
fn overlay(mut style: Style, other: &Style) -> Style {
    let Style { layout, characters, slashes, numbers, order, end } = *other;
    style.layout = layout.or(style.layout);
    if characters != Characters::PRESERVE {
        style.characters = characters;
    }
    if slashes != Slashes::Preserve {
        style.slashes = slashes;
    }
    if numbers != Numbers::Preserve {
        style.numbers = numbers;
    }
    if order != Order::Preserve {
        style.order = order;
    }
    if !end.is_empty() {
        style.end = end;
    }
    style
}

/// Returns the sets of two keys and more, without the set of all.
fn sets(keys: &[u32]) -> impl Iterator<Item = u32> {
    let count = if keys.len() <= MAX_KEYS_IN_SETS { 1usize << keys.len() } else { 0 };
    let set = |subset: usize| {
        let bits = keys.iter().enumerate().filter(move |(index, _)| subset >> index & 1 != 0);
        bits.fold(0, |set, (_, key)| set | key)
    };
    (1..count).map(set).filter(|set: &u32| set.count_ones() > 1)
}

/// Returns the layout of the whole body, except for white space around it.
pub fn layout_of(document: &Document<'_>) -> Option<&'static Layout> {
    let text = document.bytes().trim_ascii();
    let is_layout = |layout: &'static Layout| {
        let style = Style { layout: Some(layout), ..Style::PRESERVE };
        write(document, &style, &DocumentKeys::default()) == text
    };
    // The bytes after the first bracket exclude most layouts without serializing.
    let is_likely = |layout: &Layout| {
        text.get(1..).is_some_and(|rest| {
            let break_length = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            layout.line.as_bytes() == &rest[..break_length.min(2)] || layout.has_inline_arrays
        })
    };
    LAYOUTS.iter().find(|layout| is_likely(layout) && is_layout(layout))
}
