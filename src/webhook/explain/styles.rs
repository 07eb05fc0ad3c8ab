//! The styles that can change one body, and in which order to try them.

use super::numbers::{LANGUAGE_COUNT, is_integer};
use super::order::count_arrangements;
use super::rewrite::{DocumentKeys, write};
use super::shared::contains_bytes;
use super::style::{
    ALL_KEYS, ASCII_ESCAPES, AsciiEscapes, COMMON_LAYOUTS, Characters, DELETE, LAYOUTS, LINE_SEPARATORS,
    Layout, Numbers, OPTIONAL_ESCAPES, Order, Slashes, Spelling, Style, Unicode,
};
use crate::json::{Document, Kind, Value};

/// Each key is a variant of its own: more would spend the search on one rare cause.
const MAX_KEYS: usize = 24;
/// So many keys have few sets, and every one of them is tried.
const MAX_KEYS_IN_SETS: usize = 5;
/// So many optional escapes have few sets.
const MAX_OPTIONAL_ESCAPES: usize = 4;
/// The choices of each kind that are tried with several other changes: layouts, characters, slashes, numbers, orders, ends.
const MAX_FEW: [usize; KINDS] = [5, 3, 2, 2, 1, 2];
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

/// What the numbers of one key have.
#[derive(Clone, Copy, Default)]
struct NumberTraits {
    has_integers: bool,
    /// Integers that end in zero.
    has_round_integers: bool,
    /// Fractions of one digit.
    has_short_fractions: bool,
    /// Numbers that languages write with different exponents.
    has_exponents: bool,
}

impl NumberTraits {
    fn add(&mut self, raw: &[u8]) {
        let is_integer = is_integer(raw);
        let fraction = raw.iter().position(|byte| *byte == b'.').map(|point| &raw[point + 1..]);
        self.has_integers |= is_integer;
        self.has_round_integers |= is_integer && raw.len() > 1 && raw.ends_with(b"0");
        self.has_short_fractions |= fraction.is_some_and(|digits| digits.len() == 1);
        self.has_exponents |= raw.iter().any(|byte| matches!(byte, b'e' | b'E'))
            || fraction.is_some_and(|digits| digits.starts_with(b"000"))
            || raw.iter().take_while(|byte| byte.is_ascii_digit()).count() > 7;
    }
}

impl StyleChoices {
    /// Returns the choices for a document. `layout` is that of the whole body.
    pub fn new(document: &Document<'_>, keys: &DocumentKeys, layout: Option<&Layout>) -> Self {
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
        self.common[4].push(with_order(Order::Sorted));
        if !keys.ranks.is_empty() {
            self.common[4].push(with_order(Order::Contract));
        }
        let arrangements = count_arrangements(document);
        self.common[4].extend((arrangements > 0).then(|| with_order(Order::Integers(0))));
        let others = [Order::SortedTop, Order::ByLength, Order::SortedIgnoringCase, Order::SortedUtf16];
        self.rare[4] = others.map(with_order).to_vec();
        self.rare[4].extend((1..arrangements).map(|number| with_order(Order::Integers(number))));
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
        // The defaults of Python's json.dumps, and of PHP's json_encode.
        let with = |style: Style, other: Option<&Style>| other.map(|other| overlay(style, other));
        let ascii = self.common[1].iter().find(|style| style.characters == Characters::ASCII);
        let python = self.common[0].iter().find(|style| style.layout == Some(&LAYOUTS[1]));
        let escaped = self.common[2].iter().find(|style| style.slashes == Slashes::Escaped);
        let python_ascii = python.and_then(|style| with(*style, ascii));
        let php = ascii.and_then(|style| with(*style, escaped));
        all.extend(python_ascii.into_iter().chain(php));
        // Two changes in one kind: characters outside and inside ASCII.
        let double = |style: &&Style| style.count_changes() > 1;
        all.extend(self.common[1].iter().chain(&self.rare[1]).filter(double));
        if let Some(python) = python_ascii.or(python.copied()) {
            all.extend(self.common[3].iter().map(|numbers| overlay(python, numbers)));
        }
        let few = self.few();
        for first in 0..KINDS {
            for second in first + 1..KINDS {
                pairs(&mut all, &self.common[first], &self.common[second]);
            }
        }
        // Rare layouts with everything frequent, and all else that is rare with layouts, characters and slashes.
        few.iter().skip(1).for_each(|choices| pairs(&mut all, choices, &self.rare[0]));
        for kind in [1, 3, 4] {
            let rare = &self.rare[kind][..self.rare[kind].len().min(MAX_RARE_PAIRED)];
            few.iter()
                .enumerate()
                .take(3)
                .filter(|(other, _)| *other != kind)
                .for_each(|(_, choices)| pairs(&mut all, choices, rare));
        }
        several(&few, &mut all, 3, Style::PRESERVE);
        // PHP's pretty printer with a line break, and Python's sorted keys with floats.
        for without in [[3, 4], [2, 5]] {
            let mut four = few.clone();
            without.into_iter().for_each(|kind| four[kind].clear());
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

/// Returns the frequent and the other choices for the characters of a body.
fn characters(body: &[u8]) -> (Vec<Characters>, Vec<Characters>) {
    let traits = CharacterTraits::new(body);
    let (mut common, mut rare) = (Vec::new(), Vec::new());
    let is_unicode = traits.has_non_ascii || traits.has_unicode_escapes;
    if is_unicode {
        common.push(Characters::ASCII);
    }
    if traits.has_unicode_escapes || traits.has_ascii_escapes {
        common.push(Characters::PLAIN);
    }
    let mut sets: Vec<AsciiEscapes> = Vec::new();
    let mut named = 0;
    for (index, escapes) in ASCII_ESCAPES.iter().copied().chain(traits.optional_sets()).enumerate() {
        let effective = traits.effective(escapes);
        if effective.set != 0 && !sets.contains(&effective) {
            sets.push(effective);
            named += usize::from(index < ASCII_ESCAPES.len());
        }
    }
    let ascii_only = |escapes: &AsciiEscapes| Characters { ascii: Some(*escapes), ..Characters::PRESERVE };
    // .NET's set is larger than all others, and is tried before the sets of few serializers.
    let (first, second) = sets[..named].split_at(named.min(3));
    common.extend(first.iter().map(ascii_only));
    if is_unicode {
        common.push(Characters::ASCII_UPPER);
    }
    if is_unicode || traits.present & Characters::DOTNET.ascii.map_or(0, |escapes| escapes.set) != 0 {
        common.push(Characters::DOTNET);
    }
    common.extend(second.iter().map(ascii_only));
    let both = |escapes: &AsciiEscapes| Characters { ascii: Some(*escapes), ..Characters::ASCII };
    rare.extend(sets[..named].iter().filter(|_| is_unicode).map(both));
    if traits.present >> u32::from(DELETE) & 1 != 0 {
        rare.extend([false, true].map(|is_upper| Characters::escaped(DELETE, is_upper)));
    }
    if traits.has_supplementary {
        let unicode = Unicode::Escaped { first: '\u{10000}', is_upper: true };
        rare.push(Characters { unicode, ..Characters::PRESERVE });
        rare.push(Characters { unicode, ..Characters::DOTNET });
    }
    if traits.has_unicode_escapes && traits.has_ascii_escapes {
        rare.push(Characters { unicode: Unicode::Plain, ..Characters::PRESERVE });
        rare.push(ascii_only(&AsciiEscapes::NONE));
        rare.push(Characters { ascii: Some(AsciiEscapes::NONE), ..Characters::ASCII });
    }
    if traits.has_unicode_escapes {
        let plain = |escapes: &AsciiEscapes| Characters { ascii: Some(*escapes), ..Characters::PLAIN };
        rare.extend(sets[..named].iter().map(plain));
    }
    rare.extend(sets[named..].iter().map(ascii_only));
    rare.extend(sets[named..].iter().filter(|_| is_unicode).map(both));
    (common, rare)
}

/// The characters of a body that have several forms.
struct CharacterTraits {
    /// The optional escapes whose characters are in the body, escaped or not.
    present: u128,
    has_non_ascii: bool,
    has_supplementary: bool,
    /// `\u` escapes of ASCII characters other than control characters.
    has_ascii_escapes: bool,
    /// All other `\u` escapes.
    has_unicode_escapes: bool,
}

impl CharacterTraits {
    fn new(body: &[u8]) -> Self {
        let mut traits = Self {
            present: 0,
            has_non_ascii: false,
            has_supplementary: false,
            has_ascii_escapes: false,
            has_unicode_escapes: false,
        };
        let mut offset = 0;
        while let Some(&byte) = body.get(offset) {
            offset += 1;
            match byte {
                // Quotes between tokens are not optional.
                b'"' => {}
                b'\\' => {
                    traits.add_escape(&body[offset..]);
                    offset += 1;
                }
                0x80.. => {
                    traits.has_non_ascii = true;
                    traits.has_supplementary |= byte >= 0xf0;
                    let is_separator =
                        matches!(body.get(offset - 1..offset + 2), Some([0xe2, 0x80, 0xa8 | 0xa9]));
                    traits.present |= if is_separator { LINE_SEPARATORS } else { 0 };
                }
                _ => traits.present |= 1 << byte,
            }
        }
        traits.present &= OPTIONAL_ESCAPES | 1 << u32::from(DELETE);
        traits
    }

    /// Adds the escape whose text follows the backslash.
    fn add_escape(&mut self, text: &[u8]) {
        let number = match text.first() {
            Some(b'u') => text.get(1..5).and_then(|digits| std::str::from_utf8(digits).ok()),
            Some(letter) => {
                self.present |= if letter.is_ascii() { 1 << letter } else { 0 };
                return;
            }
            None => return,
        };
        match number.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(number @ 0x20..0x7f) => {
                self.present |= 1 << number;
                self.has_ascii_escapes = true;
            }
            Some(number) => {
                self.present |= if matches!(number, 0x2028 | 0x2029) { LINE_SEPARATORS } else { 0 };
                self.has_unicode_escapes = true;
            }
            None => {}
        }
    }

    /// Returns the part of a set that changes this body.
    fn effective(&self, escapes: AsciiEscapes) -> AsciiEscapes {
        let set = escapes.set & self.present;
        // The letter case matters if a code has a letter.
        let has_letter = (1..128).any(|code| set >> code & 1 != 0 && code & 15 > 9);
        AsciiEscapes { set, is_upper: escapes.is_upper && has_letter }
    }

    /// Returns every set of the optional escapes in the body, in both letter cases; of many each by itself.
    fn optional_sets(&self) -> impl Iterator<Item = AsciiEscapes> + use<> {
        let present = self.present & OPTIONAL_ESCAPES;
        let bits: Vec<u128> = (0..128).map(|code| 1 << code).filter(|bit| present & bit != 0).collect();
        let sets: Vec<u128> = if bits.len() <= MAX_OPTIONAL_ESCAPES {
            let set = |subset: usize| {
                let bits = bits.iter().enumerate().filter(|(index, _)| subset >> index & 1 != 0);
                bits.fold(0, |set, (_, bit)| set | bit)
            };
            (1..1 << bits.len()).map(set).collect()
        } else {
            // One of them, or all others.
            bits.iter().copied().chain([present]).chain(bits.iter().map(|bit| present & !bit)).collect()
        };
        sets.into_iter().flat_map(|set| [false, true].map(|is_upper| AsciiEscapes { set, is_upper }))
    }
}

/// Calls `visit` with every number, and the key that it is under, if there is one.
fn visit_numbers(document: &Document<'_>, visit: &mut dyn FnMut(Option<&[u8]>, &[u8])) {
    fn walk(value: Value<'_>, key: Option<&[u8]>, visit: &mut dyn FnMut(Option<&[u8]>, &[u8])) {
        match value.kind() {
            Kind::Number => visit(key, value.raw_bytes()),
            Kind::Array => value.elements().for_each(|item| walk(item, key, visit)),
            Kind::Object => {
                for (name, member) in value.members() {
                    walk(member, Some(name.as_value().string_bytes()), visit);
                }
            }
            _ => {}
        }
    }
    walk(document.root(), None, visit);
}

/// Returns the keys of numbers, as written.
pub fn number_keys(document: &Document<'_>) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = Vec::new();
    visit_numbers(document, &mut |key, _| {
        let new = key.filter(|key| keys.len() < MAX_KEYS && !keys.iter().any(|other| other == key));
        keys.extend(new.map(<[u8]>::to_vec));
    });
    keys
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
