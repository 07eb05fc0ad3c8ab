//! The styles in which serializers write JSON, and the cause of each.

use super::causes;
use super::definition::CauseDefinition;

/// White space between tokens.
#[derive(Debug)]
pub struct Layout {
    pub cause: &'static CauseDefinition,
    pub comma: &'static str,
    pub colon: &'static str,
    /// The line break before each member; empty for JSON on one line.
    pub line: &'static str,
    pub indent: &'static str,
    pub empty: EmptyContainer,
    /// `[ 1, 2 ]` on one line, as Jackson writes arrays.
    pub has_inline_arrays: bool,
}

/// Layouts are the same if they are the same entry of [`LAYOUTS`].
impl PartialEq for Layout {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Layout {}

/// How a layout writes `{}` and `[]`.
#[derive(Debug)]
pub enum EmptyContainer {
    Bare,
    /// `{ }`
    Spaced,
    /// A line break in an object, two in an array.
    Lines,
}

const fn one_line(cause: &'static CauseDefinition, comma: &'static str, colon: &'static str) -> Layout {
    let empty = EmptyContainer::Bare;
    Layout { cause, comma, colon, line: "", indent: "", empty, has_inline_arrays: false }
}

const fn indented(cause: &'static CauseDefinition, line: &'static str, indent: &'static str) -> Layout {
    Layout { line, indent, ..one_line(cause, ",", ": ") }
}

const fn jackson(line: &'static str) -> Layout {
    Layout {
        colon: " : ",
        empty: EmptyContainer::Spaced,
        has_inline_arrays: true,
        ..indented(&causes::BODY_JACKSON_STYLE, line, "  ")
    }
}

/// The number of first entries of [`LAYOUTS`] that are tried together with every other change.
pub const COMMON_LAYOUTS: usize = 5;

/// Every layout, the most frequent ones first.
pub static LAYOUTS: [Layout; 20] = [
    one_line(&causes::BODY_COMPACT, ",", ":"),
    // Python's json.dumps, PostgreSQL's jsonb, MySQL.
    one_line(&causes::BODY_PYTHON_STYLE, ", ", ": "),
    // JSON.stringify, Gson, Newtonsoft and System.Text.Json.
    indented(&causes::BODY_INDENT_2, "\n", "  "),
    // PHP, Python.
    indented(&causes::BODY_INDENT_4, "\n", "    "),
    // Go's MarshalIndent.
    indented(&causes::BODY_INDENT_TAB, "\n", "\t"),
    // Newtonsoft and System.Text.Json on Windows.
    indented(&causes::BODY_INDENT_2, "\r\n", "  "),
    jackson("\n"),
    jackson("\r\n"),
    Layout { empty: EmptyContainer::Lines, ..indented(&causes::BODY_INDENT_2, "\n", "  ") },
    indented(&causes::BODY_INDENT_4, "\r\n", "    "),
    // Python's separators=(",", ": ") and (", ", ":").
    one_line(&causes::BODY_WHITE_SPACE, ",", ": "),
    one_line(&causes::BODY_WHITE_SPACE, ", ", ":"),
    // Perl.
    Layout { colon: " : ", ..indented(&causes::BODY_WHITE_SPACE, "\n", "   ") },
    // Python 2 with indent=2 and indent=4.
    Layout { comma: ", ", ..indented(&causes::BODY_INDENT_2, "\n", "  ") },
    Layout { comma: ", ", ..indented(&causes::BODY_INDENT_4, "\n", "    ") },
    indented(&causes::BODY_WHITE_SPACE, "\n", " "),
    indented(&causes::BODY_WHITE_SPACE, "\n", "   "),
    indented(&causes::BODY_WHITE_SPACE, "\n", "        "),
    indented(&causes::BODY_INDENT_TAB, "\r\n", "\t"),
    // Python's indent=0.
    indented(&causes::BODY_WHITE_SPACE, "\n", ""),
];

/// Characters in strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Characters {
    pub unicode: Unicode,
    /// ASCII characters; `None` keeps them as received.
    pub ascii: Option<AsciiEscapes>,
}

/// Non-ASCII characters, and the `\u` escapes of control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unicode {
    /// As received.
    Preserve,
    /// No escapes that are not needed.
    Plain,
    /// `\u00e9`, or `\u00E9`, for every character from `first` on.
    Escaped { first: char, is_upper: bool },
}

/// ASCII characters that are written as `\u` escapes, although JSON does not require escapes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsciiEscapes {
    /// One bit for each character. The bit of the line separators is [`LINE_SEPARATORS`].
    pub set: u128,
    /// `\u003C`, not `\u003c`.
    pub is_upper: bool,
}

/// The bit of U+2028 and U+2029. JavaScript before 2019 could not read them in strings, so that many serializers that
/// escape nothing else outside ASCII escape them. No serializer has a choice about U+0000, whose bit this is.
pub const LINE_SEPARATORS: u128 = 1;

/// Returns the set of some ASCII characters.
pub const fn ascii_set(characters: &[u8]) -> u128 {
    let (mut set, mut index) = (0, 0);
    while index < characters.len() {
        set |= 1 << characters[index];
        index += 1;
    }
    set
}

impl AsciiEscapes {
    pub const NONE: Self = Self { set: 0, is_upper: false };

    pub fn contains(self, character: char) -> bool {
        match character {
            '\u{2028}' | '\u{2029}' => self.set & LINE_SEPARATORS != 0,
            '\u{1}'..='\u{7f}' => self.set >> u32::from(character) & 1 != 0,
            _ => false,
        }
    }
}

/// System.Text.Json: all but a part of ASCII.
const DOTNET_SET: u128 = ascii_set(b"<>&+'`\"\x7f") | LINE_SEPARATORS;

/// The sets of known serializers, the most frequent ones first.
pub static ASCII_ESCAPES: [AsciiEscapes; 9] = [
    // Go's json.Marshal, Rails.
    AsciiEscapes { set: ascii_set(b"<>&") | LINE_SEPARATORS, is_upper: false },
    // Gson.
    AsciiEscapes { set: ascii_set(b"<>&='") | LINE_SEPARATORS, is_upper: false },
    // Go without HTML escapes, Gson without them, Ruby's script_safe, PHP with JSON_UNESCAPED_UNICODE.
    AsciiEscapes { set: LINE_SEPARATORS, is_upper: false },
    // Meta, known from its deliveries.
    AsciiEscapes { set: ascii_set(b"<%@"), is_upper: true },
    // Symfony, Laravel: PHP's JSON_HEX_TAG, JSON_HEX_AMP, JSON_HEX_APOS and JSON_HEX_QUOT.
    AsciiEscapes { set: ascii_set(b"<>&'\"") | LINE_SEPARATORS, is_upper: true },
    // JavaScriptSerializer of the .NET Framework.
    AsciiEscapes { set: ascii_set(b"<>&'") | LINE_SEPARATORS, is_upper: false },
    // Newtonsoft's StringEscapeHandling.EscapeHtml.
    AsciiEscapes { set: ascii_set(b"<>&'\"") | LINE_SEPARATORS, is_upper: false },
    AsciiEscapes { set: ascii_set(b"<>") | LINE_SEPARATORS, is_upper: true },
    AsciiEscapes { set: ascii_set(b"/") | LINE_SEPARATORS, is_upper: false },
];

/// The characters of which any set is tried.
pub const OPTIONAL_ESCAPES: u128 = ascii_set(b"<>&='@%+\"`/*!#$;?()") | LINE_SEPARATORS;

/// U+007F: Python escapes it with everything outside ASCII, PHP does not.
pub const DELETE: char = '\u{7f}';

impl Characters {
    pub const PRESERVE: Self = Self { unicode: Unicode::Preserve, ascii: None };
    /// JSON.stringify.
    pub const PLAIN: Self = Self { unicode: Unicode::Plain, ascii: Some(AsciiEscapes::NONE) };
    /// Python, PHP.
    pub const ASCII: Self = Self::escaped('\u{80}', false);
    /// Java.
    pub const ASCII_UPPER: Self = Self::escaped('\u{80}', true);
    /// System.Text.Json.
    pub const DOTNET: Self = Self {
        unicode: Unicode::Escaped { first: DELETE, is_upper: true },
        ascii: Some(AsciiEscapes { set: DOTNET_SET, is_upper: true }),
    };

    pub const fn escaped(first: char, is_upper: bool) -> Self {
        Self { unicode: Unicode::Escaped { first, is_upper }, ascii: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slashes {
    Preserve,
    /// `\/`
    Escaped,
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    Preserve,
    /// As JavaScript serializes them: 1 for 1.0, 100 for 1e2.
    Shortest,
    /// Numbers under some keys, one bit each, or all of them.
    Expanded {
        keys: u32,
        spelling: Spelling,
    },
}

/// Every number, also those in arrays without a key.
pub const ALL_KEYS: u32 = u32::MAX;

/// Formats of a number that JavaScript does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `1.0` for an integer.
    Fraction,
    /// So many digits after the decimal point: `10.50`.
    Fixed(u8),
    /// The same for numbers with a fraction only.
    FixedFraction(u8),
    /// `1e2`
    Exponent,
    /// `1E2`
    ExponentUpper,
    /// `1E+2`: Java's BigDecimal.
    ExponentPlus,
    /// `1.0E2`: Java.
    FractionExponent,
    /// Floating-point numbers of a language: index into the rules.
    Language(u8),
}

/// Order of the members of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Preserve,
    /// By their bytes.
    Sorted,
    /// Only those of the outermost object.
    SortedTop,
    /// By length, then by bytes: PostgreSQL's jsonb, MySQL.
    ByLength,
    /// Letter case ignored.
    SortedIgnoringCase,
    /// By UTF-16 units: JavaScript, Java, C#.
    SortedUtf16,
    /// One arrangement of the integer-like keys, which JavaScript moves to the front.
    Integers(u8),
    /// As the provider's schemas list the properties.
    Contract,
}

/// One style of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// `None`: as received.
    pub layout: Option<&'static Layout>,
    pub characters: Characters,
    pub slashes: Slashes,
    pub numbers: Numbers,
    pub order: Order,
    /// Line break at the end.
    pub end: &'static str,
}

impl Style {
    /// The document as received.
    pub const PRESERVE: Self = Self {
        layout: None,
        characters: Characters::PRESERVE,
        slashes: Slashes::Preserve,
        numbers: Numbers::Preserve,
        order: Order::Preserve,
        end: "",
    };

    /// Returns how many causes the style has.
    #[inline(never)]
    pub fn count_changes(&self) -> usize {
        self.parts().into_iter().flatten().count()
    }

    /// Returns the cause of each change, and the style without that change.
    #[inline(never)]
    pub fn parts(&self) -> [Option<(Self, &'static CauseDefinition)>; 7] {
        let Self { characters, .. } = *self;
        let keep_characters = Self { characters: Characters::PRESERVE, ..*self };
        let whole_characters = match characters {
            Characters::PLAIN => Some(&causes::BODY_UNICODE_UNESCAPED),
            Characters::DOTNET => Some(&causes::BODY_DOTNET_ESCAPED),
            _ => None,
        };
        let unicode = match characters.unicode {
            Unicode::Preserve => None,
            Unicode::Plain => Some(&causes::BODY_UNICODE_UNESCAPED),
            Unicode::Escaped { .. } => Some(&causes::BODY_UNICODE_ESCAPED),
        };
        let keep_unicode =
            Self { characters: Characters { unicode: Unicode::Preserve, ..characters }, ..*self };
        let ascii = characters.ascii.map(|escapes| match escapes {
            AsciiEscapes::NONE => &causes::BODY_UNICODE_UNESCAPED,
            _ => &causes::BODY_HTML_ESCAPED,
        });
        let keep_ascii = Self { characters: Characters { ascii: None, ..characters }, ..*self };
        let slashes = match self.slashes {
            Slashes::Preserve => None,
            Slashes::Escaped => Some(&causes::BODY_SLASHES_ESCAPED),
            Slashes::Plain => Some(&causes::BODY_SLASHES_UNESCAPED),
        };
        let numbers = match self.numbers {
            Numbers::Preserve => None,
            Numbers::Shortest => Some(&causes::BODY_NUMBERS_SHORT),
            Numbers::Expanded { .. } => Some(&causes::BODY_NUMBERS_REWRITTEN),
        };
        let order = match self.order {
            Order::Preserve => None,
            Order::Integers(_) => Some(&causes::BODY_INTEGER_KEYS_MOVED),
            Order::Contract => Some(&causes::BODY_KEYS_REORDERED),
            _ => Some(&causes::BODY_KEYS_SORTED),
        };
        let end = match self.end {
            "" => None,
            "\n" => Some(&causes::BODY_NEWLINE_DROPPED),
            _ => Some(&causes::BODY_CRLF_DROPPED),
        };
        let part = |without: Self, cause: Option<&'static CauseDefinition>| Some((without, cause?));
        let [unicode, ascii] = match whole_characters {
            Some(_) => [part(keep_characters, whole_characters), None],
            None => [part(keep_unicode, unicode), part(keep_ascii, ascii)],
        };
        [
            part(Self { layout: None, ..*self }, self.layout.map(|layout| layout.cause)),
            unicode,
            ascii,
            part(Self { slashes: Slashes::Preserve, ..*self }, slashes),
            part(Self { numbers: Numbers::Preserve, ..*self }, numbers),
            part(Self { order: Order::Preserve, ..*self }, order),
            part(Self { end: "", ..*self }, end),
        ]
    }
}
