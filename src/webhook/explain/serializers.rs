//! The styles of whole serializers: what a sender writes with their defaults and usual options.

use super::style::{
    ALL_KEYS, ASCII_ESCAPES, AsciiEscapes, Characters, LAYOUTS, LINE_SEPARATORS, Numbers, Slashes, Spelling,
    Style, UPPER_CONTROLS, Unicode,
};

/// One serializer.
struct Serializer {
    /// Indexes into [`LAYOUTS`].
    layouts: &'static [usize],
    characters: Characters,
    slashes: Slashes,
    /// How it formats floating-point numbers; nothing: as JavaScript.
    language: Option<u8>,
    /// Whether it writes `7.0` for a floating-point number without a fraction.
    has_fractions: bool,
}

const fn plain_with(ascii: AsciiEscapes) -> Characters {
    Characters { unicode: Unicode::Plain, ascii: Some(ascii) }
}

/// What PHP and others escape although nothing else outside ASCII is escaped.
const SEPARATORS: AsciiEscapes = AsciiEscapes { set: LINE_SEPARATORS, is_upper: false };

const NODE: Serializer = Serializer {
    layouts: &[0, 2, 3, 4],
    characters: Characters::PLAIN,
    slashes: Slashes::Plain,
    language: None,
    has_fractions: false,
};
const PHP: Serializer = Serializer {
    layouts: &[0, 3],
    characters: Characters::ASCII,
    slashes: Slashes::Escaped,
    language: Some(2),
    ..NODE
};

/// The most frequent ones first.
static SERIALIZERS: [Serializer; 9] = [
    // Python.
    Serializer {
        layouts: &[1, 2, 3, 0],
        characters: Characters::ASCII,
        language: Some(0),
        has_fractions: true,
        ..NODE
    },
    PHP,
    NODE,
    // Go, Rails.
    Serializer { layouts: &[0, 2, 4, 3], characters: plain_with(ASCII_ESCAPES[0]), ..NODE },
    // System.Text.Json.
    Serializer { layouts: &[0, 2, 5], characters: Characters::DOTNET, language: Some(4), ..NODE },
    // Jackson.
    Serializer {
        layouts: &[0, 6],
        characters: Characters { unicode: UPPER_CONTROLS, ascii: Some(AsciiEscapes::NONE) },
        language: Some(1),
        has_fractions: true,
        ..NODE
    },
    // Ruby's JSON.pretty_generate, Python's ensure_ascii=False.
    Serializer { layouts: &[8, 1], language: Some(3), has_fractions: true, ..NODE },
    // PHP's JSON_UNESCAPED_UNICODE.
    Serializer { characters: plain_with(SEPARATORS), ..PHP },
    // Gson.
    Serializer {
        layouts: &[0, 2],
        characters: plain_with(ASCII_ESCAPES[1]),
        language: Some(1),
        has_fractions: true,
        ..NODE
    },
];

/// Returns the style of each serializer with each of its layouts.
pub fn serializer_styles() -> Vec<Style> {
    let mut all = Vec::new();
    visit(&mut |_, style| all.push(style));
    all
}

/// Returns the same styles with numbers of other formats. `fractions`: the choices for numbers without a fraction.
/// `has_floats`: languages write some number of the document with different exponents.
pub fn serializer_styles_with_numbers(has_floats: bool, fractions: &[Style]) -> Vec<Style> {
    let mut all = Vec::new();
    visit(&mut |serializer, style| {
        let with = |numbers| Style { numbers, ..style };
        if has_floats {
            match serializer.language {
                None => all.push(with(Numbers::Shortest)),
                Some(index) => {
                    let spelling = Spelling::Language(index);
                    all.push(with(Numbers::Expanded { keys: 0, spelling }));
                    if !serializer.has_fractions {
                        all.push(with(Numbers::Expanded { keys: ALL_KEYS, spelling }));
                    }
                }
            }
        }
        if serializer.has_fractions {
            all.extend(fractions.iter().map(|choice| with(choice.numbers)));
        }
    });
    all
}

fn visit(visit: &mut dyn FnMut(&Serializer, Style)) {
    for serializer in &SERIALIZERS {
        let Serializer { layouts, characters, slashes, .. } = *serializer;
        for index in layouts {
            visit(serializer, Style { layout: LAYOUTS.get(*index), characters, slashes, ..Style::PRESERVE });
        }
    }
}
