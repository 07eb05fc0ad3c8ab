//! The numbers of one document, and the keys that they are under.

use super::numbers::is_integer;
use crate::json::{Document, Kind, Value};

/// Each key is a variant of its own: more would spend the search on one rare cause.
const MAX_KEYS: usize = 24;

/// What the numbers of one key have.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one property of a number, independent of the others"
)]
pub struct NumberTraits {
    pub has_integers: bool,
    /// Integers that end in zero.
    pub has_round_integers: bool,
    /// Fractions of one digit.
    pub has_short_fractions: bool,
    /// Numbers that languages write with different exponents.
    pub has_exponents: bool,
}

impl NumberTraits {
    /// Adds the properties of a number.
    pub fn add(&mut self, raw: &[u8]) {
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

type NumberVisitor<'v> = &'v mut dyn FnMut(Option<&[u8]>, &[u8]);

/// Calls `visit` with every number, and the key that it is under, if there is one.
pub fn visit_numbers(document: &Document<'_>, visit: NumberVisitor<'_>) {
    fn walk(value: Value<'_>, key: Option<&[u8]>, visit: NumberVisitor<'_>) {
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
