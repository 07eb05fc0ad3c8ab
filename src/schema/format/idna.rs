//! Internationalized labels of host names: `xn--` and Punycode (RFC 3492, RFC 5890 to 5892).

use crate::schema::pattern::category;
use crate::text::eq_ignore_ascii_case;

/// Whether a label with the prefix `xn--` decodes to a valid U-label. Labels without the prefix are accepted.
///
/// The check uses general categories and the exceptions of RFC 5892. The rules that need normalization, joining types or
/// combining classes are left out: they need large tables, and without them no valid label is rejected.
pub(super) fn is_valid_a_label(label: &str) -> bool {
    match label.split_at_checked(4) {
        Some((prefix, encoded)) if eq_ignore_ascii_case(prefix, "xn--") => {
            decode(encoded).is_some_and(|decoded| is_valid_u_label(&decoded))
        }
        _ => true,
    }
}

/// RFC 3492, section 6.2, with the parameters of section 5.
fn decode(text: &str) -> Option<Vec<char>> {
    let (basic, rest) = match text.rsplit_once('-') {
        Some(("", _)) => return None,
        Some(parts) => parts,
        None => ("", text),
    };
    let mut decoded: Vec<char> = basic.chars().map(|char| char.to_ascii_lowercase()).collect();
    let (mut code, mut position, mut bias) = (128_u32, 0_u32, 72);
    let mut digits = rest.bytes().peekable();
    while digits.peek().is_some() {
        let (before, mut weight, mut base) = (position, 1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                letter @ (b'a'..=b'z' | b'A'..=b'Z') => u32::from(letter.to_ascii_lowercase() - b'a'),
                number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
                _ => return None,
            };
            position = position.checked_add(digit.checked_mul(weight)?)?;
            let threshold = base.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            base += 36;
        }
        let count = u32::try_from(decoded.len()).ok()? + 1;
        bias = adapt(position - before, count, before == 0);
        code = code.checked_add(position / count)?;
        position %= count;
        decoded.insert(usize::try_from(position).ok()?, char::from_u32(code)?);
        position += 1;
    }
    Some(decoded)
}

/// RFC 3492, section 6.1.
fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

/// RFC 5891, section 5.4: has characters outside ASCII, no hyphens at reserved positions, no mark at the start, and only
/// letters, marks and digits.
fn is_valid_u_label(label: &[char]) -> bool {
    let (Some(first), Some(last)) = (label.first(), label.last()) else { return false };
    !label.iter().all(char::is_ascii)
        && *first != '-'
        && *last != '-'
        && label.get(2..4) != Some(&['-', '-'])
        && category::find(u32::from(*first)) & category::MARK == 0
        && (0..label.len()).all(|at| is_allowed(label, at))
}

/// RFC 5892, section 2.6 and appendix A, then section 3.
fn is_allowed(label: &[char], at: usize) -> bool {
    use category::{DIGIT, LETTER, MARK, NONSPACING, SPACING, UPPERCASE};
    let before = at.checked_sub(1).map(|before| label[before]);
    let after = label.get(at + 1).copied();
    let char = label[at];
    match char {
        'a'..='z'
        | '0'..='9'
        | '-'
        | '\u{DF}'
        | '\u{3C2}'
        | '\u{6FD}'
        | '\u{6FE}'
        | '\u{F0B}'
        | '\u{3007}' => true,
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => false,
        // Zero-width joiner: after a mark, such as a virama. Zero-width non-joiner: also between joining letters.
        '\u{200D}' => before.is_some_and(|before| category::find(before.into()) & MARK != 0),
        '\u{200C}' => before.is_some_and(|before| !before.is_ascii()),
        // The middle dot of Catalan.
        '\u{B7}' => before == Some('l') && after == Some('l'),
        // The Greek lower numeral sign, the two Hebrew marks, and the middle dot of Katakana.
        '\u{375}' => after.is_some_and(is_greek),
        '\u{5F3}' | '\u{5F4}' => before.is_some_and(is_hebrew),
        '\u{30FB}' => label.iter().any(|&char| is_japanese(char)),
        // The two sets of Arabic digits must not be mixed.
        '\u{660}'..='\u{669}' => !label.iter().any(|char| ('\u{6F0}'..='\u{6F9}').contains(char)),
        '\u{6F0}'..='\u{6F9}' => !label.iter().any(|char| ('\u{660}'..='\u{669}').contains(char)),
        _ => {
            // Uppercase letters are not allowed, except those of Cherokee.
            let uppercase = if ('\u{13A0}'..='\u{13F5}').contains(&char) { 0 } else { UPPERCASE };
            (LETTER | NONSPACING | SPACING | DIGIT) & !uppercase & category::find(char.into()) != 0
        }
    }
}

// The scripts below include only the letters that a label can have.

fn is_greek(char: char) -> bool {
    matches!(char, '\u{370}'..='\u{3E1}' | '\u{3F0}'..='\u{3FF}' | '\u{1D26}'..='\u{1D2A}' | '\u{1F00}'..='\u{1FFE}' | '\u{AB65}')
}

fn is_hebrew(char: char) -> bool {
    matches!(char, '\u{591}'..='\u{5F4}' | '\u{FB1D}'..='\u{FB4F}')
}

/// Hiragana, Katakana or Han.
fn is_japanese(char: char) -> bool {
    matches!(char, '\u{3005}' | '\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}')
        || matches!(char, '\u{30A1}'..='\u{30FA}' | '\u{30FD}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}')
        || matches!(char, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAD9}')
        || matches!(char, '\u{16FF0}'..='\u{16FF6}' | '\u{1AFF0}'..='\u{1B167}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punycode_is_decoded_by_rfc_3492() {
        for (encoded, decoded) in [
            ("egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"),
            ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("PorqunopuedensimplementehablarenEspaol-fmd56a", "porquénopuedensimplementehablarenespañol"),
            ("3B-ww4c5e180e575a65lsy2b", "3年b組金八先生"),
            ("d9juau41awczczp", "そのスピードで"),
            ("-> $1.00 <--", "-> $1.00 <-"),
        ] {
            assert_eq!(decode(encoded), Some(decoded.chars().collect()), "{encoded}");
        }
        for broken in ["-", "-a", "a-b", "X", "é", "a_b", "99999999999999", "a-99zzzzzzzzzz", "0"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn an_a_label_encodes_allowed_letters_outside_ascii() {
        for label in [
            "a",
            "r3---sn",
            "xn--9n2bp8q",
            "XN--9N2BP8Q",
            "xn--zca29lwxobi7a",
            "xn--ll-0ea",
            "xn--wva3je",
            "xn--4dbc5h",
            "xn--k8j5u",
            "xn--0-gyc",
            "xn--11b2ezcw70k",
            "xn--ngba5hb2804a",
        ] {
            assert!(is_valid_a_label(label), "{label}");
        }
        for label in [
            "xn--",
            "xn--a",
            "xn--abc-",
            "xn--X",
            "xn--07jt112bpxg",
            "xn--hello-txk",
            "xn--chb89f",
            "xn--la-0ea",
            "xn--wva3j",
            "xn--5db1e",
            "xn--vek",
            "xn--ngb6iyr",
            "xn--11b2er09f",
            "XN--aa---o47jg78q",
            "xn--n3h",
        ] {
            assert!(!is_valid_a_label(label), "{label}");
        }
    }
}
