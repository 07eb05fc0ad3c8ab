//! The characters of one body that serializers write in several forms, and the choices for them.

use super::style::{
    ASCII_ESCAPES, AsciiEscapes, Characters, DELETE, LINE_SEPARATORS, OPTIONAL_ESCAPES, UPPER_CONTROLS,
    Unicode, ascii_set,
};

/// So many optional escapes have few sets.
const MAX_OPTIONAL_ESCAPES: u32 = 4;
/// .NET's set is larger than all others, and is tried before the sets of few serializers.
const MAX_SETS_BEFORE_DOTNET: usize = 3;

/// Calls `push` with each choice for the characters of a body, and with whether the choice is frequent.
pub fn visit_characters(body: &[u8], push: &mut dyn FnMut(bool, Characters)) {
    let traits = CharacterTraits::new(body);
    let mut push = |is_common: bool, unicode: Unicode, ascii: Option<AsciiEscapes>| {
        push(is_common, Characters { unicode, ascii });
    };
    let is_unicode = traits.has_non_ascii || traits.has_unicode_escapes;
    let all_escaped = Characters::ASCII.unicode;
    if is_unicode {
        push(true, all_escaped, None);
    }
    if traits.has_unicode_escapes || traits.has_ascii_escapes {
        push(true, Unicode::Plain, Some(AsciiEscapes::NONE));
    }
    let (sets, named) = traits.sets();
    let (named, others) = sets.split_at(named);
    let (first, second) = named.split_at(named.len().min(MAX_SETS_BEFORE_DOTNET));
    for escapes in first {
        push(true, Unicode::Preserve, Some(*escapes));
    }
    if traits.has_control_escapes {
        push(true, Unicode::UpperControls, None);
        push(true, UPPER_CONTROLS, None);
    }
    if is_unicode {
        push(true, Characters::ASCII_UPPER.unicode, None);
    }
    if is_unicode || traits.present & Characters::DOTNET_SET != 0 {
        push(true, Characters::DOTNET.unicode, Characters::DOTNET.ascii);
    }
    for escapes in second {
        push(true, Unicode::Preserve, Some(*escapes));
    }
    for (is_possible, unicode) in [(traits.has_unicode_escapes, Unicode::Plain), (is_unicode, all_escaped)] {
        for escapes in if is_possible { named } else { &[] } {
            push(false, unicode, Some(*escapes));
        }
    }
    if traits.present >> u32::from(DELETE) & 1 != 0 {
        for is_upper in [false, true] {
            push(false, Unicode::Escaped { first: DELETE, is_upper }, None);
        }
    }
    if traits.has_supplementary {
        let unicode = Unicode::Escaped { first: '\u{10000}', is_upper: true };
        push(false, unicode, None);
        push(false, unicode, Characters::DOTNET.ascii);
    }
    if traits.has_unicode_escapes && traits.has_ascii_escapes {
        push(false, Unicode::Plain, None);
        push(false, Unicode::Preserve, Some(AsciiEscapes::NONE));
        push(false, all_escaped, Some(AsciiEscapes::NONE));
    }
    for escapes in others {
        push(false, Unicode::Preserve, Some(*escapes));
        if is_unicode {
            push(false, all_escaped, Some(*escapes));
        }
    }
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

    /// Returns the sets that change this body in different ways, and how many of them are those of serializers. Of few
    /// optional escapes every set is returned, of many those of PHP's flags, each by itself, all of them,
    /// and all but one.
    fn sets(&self) -> (Vec<AsciiEscapes>, usize) {
        let mut sets: Vec<AsciiEscapes> = Vec::new();
        for escapes in &ASCII_ESCAPES {
            self.add_set(&mut sets, *escapes);
        }
        let named = sets.len();
        let present = self.present & OPTIONAL_ESCAPES;
        let add_both = |sets: &mut Vec<AsciiEscapes>, set: u128| {
            for is_upper in [false, true] {
                self.add_set(sets, AsciiEscapes { set, is_upper });
            }
        };
        // No serializer but Meta's escapes one of the angle brackets alone.
        let brackets = ascii_set(b"<>") & present;
        if (present & !ascii_set(b">")).count_ones() <= MAX_OPTIONAL_ESCAPES {
            // Every subset, from the smallest number to the largest.
            let mut set = 0;
            while set != present {
                set = set.wrapping_sub(present) & present;
                if matches!(set & brackets, of_set if of_set == 0 || of_set == brackets) {
                    add_both(&mut sets, set);
                }
            }
            return (sets, named);
        }
        // PHP has a flag for each of these groups.
        for flags in 1..16 {
            let groups = [b"<>".as_slice(), b"&", b"'", b"\""].into_iter().enumerate();
            let set = groups
                .filter(|(index, _)| flags >> index & 1 != 0)
                .fold(LINE_SEPARATORS, |set, (_, group)| set | ascii_set(group));
            self.add_set(&mut sets, AsciiEscapes { set, is_upper: true });
        }
        for rest in [0, present] {
            add_both(&mut sets, rest);
            for code in 0..128 {
                add_both(&mut sets, (rest ^ 1 << code) & present);
            }
        }
        (sets, named)
    }

    /// Adds the part of a set that changes this body, if it is new.
    #[inline(never)]
    fn add_set(&self, sets: &mut Vec<AsciiEscapes>, escapes: AsciiEscapes) {
        let set = escapes.set & self.present;
        // The letter case matters if a code has a letter.
        let has_letter = (1..128).any(|code| set >> code & 1 != 0 && code & 15 > 9);
        let effective = AsciiEscapes { set, is_upper: escapes.is_upper && has_letter };
        if set != 0 && !sets.contains(&effective) {
            sets.push(effective);
        }
    }
}
