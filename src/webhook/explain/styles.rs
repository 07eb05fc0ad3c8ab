//! The styles that can change one body, and in which order to try them.

use super::characters::visit_characters;
use super::number_keys::{NumberTraits, visit_numbers};
use super::numbers::LANGUAGE_COUNT;
use super::order::{FREQUENT_ARRANGEMENTS, count_arrangements};
use super::rewrite::{DocumentKeys, write};
use super::serializers::{serializer_styles, serializer_styles_with_numbers};
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
/// So many choices of numbers without a fraction are tried with every serializer.
const MAX_FRACTIONS: usize = 6;
/// So many keys are tried with rare numbers of digits.
const MAX_FIXED_KEYS: usize = 5;

/// The kinds of changes, which are independent of each other.
const KINDS: usize = 6;

/// The choices for each kind of change: the frequent ones, and all others.
pub struct StyleChoices {
    common: [Vec<Style>; KINDS],
    rare: [Vec<Style>; KINDS],
    /// Whether languages write some number with different exponents.
    has_floats: bool,
}

impl StyleChoices {
    /// Returns the choices for a document. `layout` is that of the whole body.
    pub fn new(document: &Document<'_>, keys: &DocumentKeys, layout: Option<&'static Layout>) -> Self {
        let mut choices = Self { common: Default::default(), rare: Default::default(), has_floats: false };
        if !matches!(document.root().kind(), Kind::Object | Kind::Array) {
            return choices;
        }
        for (index, layout) in LAYOUTS.iter().enumerate() {
            choices.push(index < COMMON_LAYOUTS, 0, Style { layout: Some(layout), ..Style::PRESERVE });
        }
        for list in [&mut choices.common[0], &mut choices.rare[0]] {
            list.retain(|style| style.layout != layout);
        }
        let bytes = document.bytes();
        if layout.is_some() && bytes.trim_ascii().len() < bytes.len() {
            // The layout of the body, without the white space around it.
            choices.common[0].insert(0, Style { layout, ..Style::PRESERVE });
        }
        visit_characters(bytes, &mut |is_common, characters| {
            choices.push(is_common, 1, Style { characters, ..Style::PRESERVE });
        });
        for (sequence, slashes) in [(&b"/"[..], Slashes::Escaped), (b"\\/", Slashes::Plain)] {
            if contains_bytes(bytes, sequence) {
                choices.push(true, 2, Style { slashes, ..Style::PRESERVE });
            }
        }
        choices.add_numbers(document, keys);
        choices.add_orders(document, keys);
        for end in ["\n", "\r\n"] {
            choices.push(true, 5, Style { end, ..Style::PRESERVE });
        }
        choices
    }

    #[inline(never)]
    fn push(&mut self, is_common: bool, kind: usize, style: Style) {
        let lists = if is_common { &mut self.common } else { &mut self.rare };
        lists[kind].push(style);
    }

    #[inline(never)]
    fn push_number(&mut self, is_common: bool, keys: u32, spelling: Spelling) {
        let numbers = Numbers::Expanded { keys, spelling };
        self.push(is_common, 3, Style { numbers, ..Style::PRESERVE });
    }

    #[inline(never)]
    fn push_order(&mut self, is_common: bool, order: Order) {
        self.push(is_common, 4, Style { order, ..Style::PRESERVE });
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
        if document.bytes().iter().any(|byte| b".eE".contains(byte)) {
            self.push(true, 3, Style { numbers: Numbers::Shortest, ..Style::PRESERVE });
        }
        let (mut integers, mut short, mut round) = (Vec::new(), Vec::new(), Vec::new());
        let mut bit = 1u32;
        for of_key in &traits {
            for (list, has) in [
                (&mut integers, of_key.has_integers),
                (&mut short, of_key.has_integers || of_key.has_short_fractions),
                (&mut round, of_key.has_round_integers),
            ] {
                if has {
                    list.push(bit);
                }
            }
            bit <<= 1;
        }
        let has_short = all.has_integers || all.has_short_fractions;
        if all.has_integers {
            self.push_number(true, ALL_KEYS, Spelling::Fraction);
        }
        if all.has_short_fractions {
            self.push_number(true, ALL_KEYS, Spelling::FixedFraction(2));
        }
        for key in &integers {
            self.push_number(true, *key, Spelling::Fraction);
        }
        if has_short {
            self.push_number(false, ALL_KEYS, Spelling::Fixed(2));
        }
        for key in &short {
            self.push_number(false, *key, Spelling::Fixed(2));
        }
        for (keys, spelling) in [(&integers, Spelling::Fraction), (&short, Spelling::Fixed(2))] {
            for set in sets(keys) {
                self.push_number(false, set, spelling);
            }
        }
        self.has_floats = all.has_exponents;
        if all.has_exponents {
            for index in 0..LANGUAGE_COUNT {
                self.push_number(false, 0, Spelling::Language(index));
                self.push_number(false, ALL_KEYS, Spelling::Language(index));
            }
        }
        for spelling in
            [Spelling::Exponent, Spelling::ExponentUpper, Spelling::FractionExponent, Spelling::ExponentPlus]
        {
            for key in &round {
                self.push_number(false, *key, spelling);
            }
            if all.has_round_integers {
                self.push_number(false, ALL_KEYS, spelling);
            }
        }
        for digits in [3, 4, 6, 8] {
            if has_short {
                self.push_number(false, ALL_KEYS, Spelling::Fixed(digits));
                self.push_number(false, ALL_KEYS, Spelling::FixedFraction(digits));
            }
            for key in short.iter().take(MAX_FIXED_KEYS) {
                self.push_number(false, *key, Spelling::Fixed(digits));
            }
        }
    }

    fn add_orders(&mut self, document: &Document<'_>, keys: &DocumentKeys) {
        // JavaScript moves keys of the bytes that were sent, so that it is more likely than a sender that sorts.
        let arrangements = count_arrangements(document);
        for number in 0..arrangements {
            self.push_order(number < FREQUENT_ARRANGEMENTS, Order::Integers(number));
        }
        self.push_order(true, Order::Sorted);
        if !keys.ranks.is_empty() {
            self.push_order(true, Order::Contract);
        }
        for order in [Order::SortedTop, Order::ByLength, Order::SortedIgnoringCase, Order::SortedUtf16] {
            self.push_order(false, order);
        }
    }

    /// Returns the frequent styles with one change. Line breaks alone need no JSON.
    pub fn frequent(&self) -> Vec<Style> {
        let mut all = Vec::new();
        // Numbers are tried key by key, after the rest.
        for is_by_key in [false, true] {
            for style in self.common[..KINDS - 1].iter().flatten() {
                if matches!(style.numbers, Numbers::Expanded { .. }) == is_by_key
                    && style.count_changes() == 1
                {
                    all.push(*style);
                }
            }
        }
        all
    }

    /// Returns the other styles with one change, the most frequent ones first.
    pub fn rare(&self) -> Vec<Style> {
        let mut all = Vec::new();
        for kind in [0, 4, 1, 3] {
            for style in &self.rare[kind] {
                if style.count_changes() == 1 {
                    all.push(*style);
                }
            }
        }
        all
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
        all.extend(serializer_styles());
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
        let is_fraction =
            |style: &&Style| matches!(style.numbers, Numbers::Expanded { spelling: Spelling::Fraction, .. });
        let fractions: Vec<Style> =
            self.common[3].iter().filter(is_fraction).take(MAX_FRACTIONS).copied().collect();
        all.extend(serializer_styles_with_numbers(self.has_floats, &fractions));
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
            // The sets of ASCII characters are much alike: only the first one is taken.
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

/// Returns the styles of Python's and PHP's serializers that are tried together with a change of bytes.
pub fn usual_styles() -> [Style; 6] {
    let ascii = Style { characters: Characters::ASCII, ..Style::PRESERVE };
    let php = Style { slashes: Slashes::Escaped, ..Style::PRESERVE };
    let python = Style { layout: Some(&LAYOUTS[1]), ..Style::PRESERVE };
    [php, overlay(php, &ascii), python, overlay(python, &ascii), ascii, overlay(php, &python)]
}

#[inline(never)]
fn pairs(all: &mut Vec<Style>, first: &[Style], second: &[Style]) {
    for style in first {
        for other in second {
            all.push(overlay(*style, other));
        }
    }
}

/// Returns a style with the changes of another one.
#[inline(never)]
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

/// Returns the sets of two keys and more of few keys.
fn sets(keys: &[u32]) -> Vec<u32> {
    let mut all = Vec::new();
    if keys.len() <= MAX_KEYS_IN_SETS {
        for subset in 1..1usize << keys.len() {
            let mut set = 0;
            for (index, key) in keys.iter().enumerate() {
                set |= if subset >> index & 1 != 0 { *key } else { 0 };
            }
            if set.count_ones() > 1 {
                all.push(set);
            }
        }
    }
    all
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
