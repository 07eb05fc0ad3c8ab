//! The characters of one body that serializers write in several forms, and the choices for them.

use super::style::{
    ASCII_ESCAPES, AsciiEscapes, Characters, DELETE, LINE_SEPARATORS, OPTIONAL_ESCAPES, UPPER_CONTROLS,
    Unicode,
};

/// So many optional escapes have few sets.
const MAX_OPTIONAL_ESCAPES: usize = 4;

/// Returns the frequent and the other choices for the characters of a body.
pub fn characters(body: &[u8]) -> (Vec<Characters>, Vec<Characters>) {
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
    if traits.has_control_escapes {
        common.push(Characters { unicode: Unicode::UpperControls, ..Characters::PRESERVE });
        common.push(Characters { unicode: UPPER_CONTROLS, ..Characters::PRESERVE });
    }
    if is_unicode {
        common.push(Characters::ASCII_UPPER);
    }
    if is_unicode || traits.present & Characters::DOTNET.ascii.map_or(0, |escapes| escapes.set) != 0 {
        common.push(Characters::DOTNET);
    }
    common.extend(second.iter().map(ascii_only));
    if traits.has_unicode_escapes {
        let plain = |escapes: &AsciiEscapes| Characters { ascii: Some(*escapes), ..Characters::PLAIN };
        rare.extend(sets[..named].iter().map(plain));
    }
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
    rare.extend(sets[named..].iter().map(ascii_only));
    rare.extend(sets[named..].iter().filter(|_| is_unicode).map(both));
    (common, rare)
}

/// The characters of a body that have several forms.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one property of a body, independent of the others"
)]
struct CharacterTraits {
    /// The optional escapes whose characters are in the body, escaped or not.
    present: u128,
    has_non_ascii: bool,
    has_supplementary: bool,
    /// `\u` escapes of optional characters: ASCII other than control characters, and the line separators.
    has_ascii_escapes: bool,
    /// All other `\u` escapes.
    has_unicode_escapes: bool,
    has_control_escapes: bool,
}

impl CharacterTraits {
    fn new(body: &[u8]) -> Self {
        let mut traits = Self {
            present: 0,
            has_non_ascii: false,
            has_supplementary: false,
            has_ascii_escapes: false,
            has_unicode_escapes: false,
            has_control_escapes: false,
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
            Some(0x2028 | 0x2029) => {
                self.present |= LINE_SEPARATORS;
                self.has_ascii_escapes = true;
            }
            Some(number) => {
                self.has_unicode_escapes = true;
                self.has_control_escapes |= number < 0x20;
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
