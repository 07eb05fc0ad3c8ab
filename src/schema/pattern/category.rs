//! The general category of every code point (Unicode 17.0).

use std::sync::LazyLock;

/// Runs of code points of one category, from zero upwards. The low five bits of a byte are the index of the category in
/// [`NAMES`]. The high three bits are the length of the run minus one. If all three are set, the length is eight plus a
/// number in the next bytes: seven bits each, lowest first, with the highest bit set if another byte follows.
/// [`ALTERNATING`] instead of a category means that number of pairs of an `Lu` and an `Ll`.
const RUNS: &[u8] = include_bytes!("category.bin");

/// The categories in the order of their bits: short name, long name.
pub(in crate::schema) const NAMES: [(&str, &str); 30] = [
    ("Lu", "Uppercase_Letter"),
    ("Ll", "Lowercase_Letter"),
    ("Lt", "Titlecase_Letter"),
    ("Lm", "Modifier_Letter"),
    ("Lo", "Other_Letter"),
    ("Mn", "Nonspacing_Mark"),
    ("Mc", "Spacing_Mark"),
    ("Me", "Enclosing_Mark"),
    ("Nd", "Decimal_Number"),
    ("Nl", "Letter_Number"),
    ("No", "Other_Number"),
    ("Pc", "Connector_Punctuation"),
    ("Pd", "Dash_Punctuation"),
    ("Ps", "Open_Punctuation"),
    ("Pe", "Close_Punctuation"),
    ("Pi", "Initial_Punctuation"),
    ("Pf", "Final_Punctuation"),
    ("Po", "Other_Punctuation"),
    ("Sm", "Math_Symbol"),
    ("Sc", "Currency_Symbol"),
    ("Sk", "Modifier_Symbol"),
    ("So", "Other_Symbol"),
    ("Zs", "Space_Separator"),
    ("Zl", "Line_Separator"),
    ("Zp", "Paragraph_Separator"),
    ("Cc", "Control"),
    ("Cf", "Format"),
    ("Cs", "Surrogate"),
    ("Co", "Private_Use"),
    ("Cn", "Unassigned"),
];

const ALTERNATING: u8 = 30;

pub(in crate::schema) const UPPERCASE: u32 = 1;
pub(in crate::schema) const CASED: u32 = 0b111;
pub(in crate::schema) const LETTER: u32 = 0b1_1111;
pub(in crate::schema) const NONSPACING: u32 = 1 << 5;
pub(in crate::schema) const SPACING: u32 = 1 << 6;
pub(in crate::schema) const MARK: u32 = 0b111 << 5;
pub(in crate::schema) const DIGIT: u32 = 1 << 8;
pub(in crate::schema) const LETTER_NUMBER: u32 = 1 << 9;
pub(in crate::schema) const NUMBER: u32 = 0b111 << 8;
pub(in crate::schema) const CONNECTOR: u32 = 1 << 11;
pub(in crate::schema) const PUNCTUATION: u32 = 0b111_1111 << 11;
pub(in crate::schema) const SYMBOL: u32 = 0b1111 << 18;
pub(in crate::schema) const SEPARATOR: u32 = 0b111 << 22;
pub(in crate::schema) const OTHER: u32 = 0b1_1111 << 25;
pub(in crate::schema) const UNASSIGNED: u32 = 1 << 29;
pub(in crate::schema) const ANY: u32 = (1 << 30) - 1;

/// The bit of the category of a code point.
pub(in crate::schema) fn find(code: u32) -> u32 {
    static TABLE: LazyLock<Box<[(u32, u32)]>> =
        LazyLock::new(|| runs().map(|(_, last, category)| (last, category)).collect());
    let index = TABLE.partition_point(|&(last, _)| last < code);
    TABLE.get(index).map_or(UNASSIGNED, |&(_, category)| category)
}

/// All runs: first code point, last code point, and the bit of the category.
pub(in crate::schema) fn runs() -> impl Iterator<Item = (u32, u32, u32)> {
    let mut bytes = RUNS.iter().copied();
    let mut next = 0;
    let mut pairs = 0;
    std::iter::from_fn(move || {
        let first = next;
        if pairs > 0 {
            // With an odd number of letters left, the next one is lowercase.
            let category = 1 << (pairs & 1);
            next += 1;
            pairs -= 1;
            return Some((first, first, category));
        }
        let byte = bytes.next()?;
        let mut length = u32::from(byte >> 5) + 1;
        let mut shift = 0;
        while length >= 8 {
            let more = bytes.next()?;
            length += u32::from(more & 0x7F) << shift;
            shift += 7;
            if more < 0x80 {
                break;
            }
        }
        if byte & 0x1F == ALTERNATING {
            pairs = 2 * length - 1;
            next += 1;
            return Some((first, first, UPPERCASE));
        }
        next += length;
        Some((first, next - 1, 1 << (byte & 0x1F)))
    })
}
