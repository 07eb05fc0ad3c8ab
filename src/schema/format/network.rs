//! Host names and mailboxes.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::idna;
use crate::text::{eq_ignore_ascii_case, split_once};

/// RFC 1123, section 2.1, with the lengths of RFC 1034, section 3.1: 253 characters in all, 63 in a label. A
/// label with the prefix `xn--` must be a valid A-label (RFC 5890, section 2.3.2.1).
///
/// ```text
/// hostname = label *( "." label )
/// label    = let-dig [ *( let-dig / "-" ) let-dig ]
/// ```
pub(super) fn is_hostname(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|label| is_label(label, false) && idna::is_valid_a_label(label))
}

fn is_label(text: &str, unicode: bool) -> bool {
    let good = |char: char| char.is_ascii_alphanumeric() || (unicode && !char.is_ascii());
    (1..=63).contains(&text.len())
        && text.chars().all(|char| good(char) || char == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// RFC 5321, section 4.1.2, with the lengths of section 4.5.3.1; with `unicode`, as RFC 6531, section 3.3,
/// extends it: the local part and labels can contain characters outside ASCII.
///
/// ```text
/// Mailbox    = Local-part "@" ( Domain / address-literal )
/// Local-part = Dot-string / Quoted-string
/// Dot-string = Atom *("."  Atom)
/// Domain     = sub-domain *("." sub-domain)          sub-domain = Let-dig [Ldh-str]
/// ```
pub(super) fn is_mailbox(text: &str, unicode: bool) -> bool {
    // The last "@": a quoted local part can contain others, a domain cannot.
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.strip_prefix('"').map(|rest| rest.strip_suffix('"'));
    let local_is_good = match quoted {
        Some(content) => content.is_some_and(|content| is_quoted(content, unicode)),
        None => local.split('.').all(|atom| is_atom(atom, unicode)),
    };
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let domain_is_good = match literal {
        Some(address) => is_address_literal(address),
        None => domain.len() <= 255 && domain.split('.').all(|label| is_label(label, unicode)),
    };
    local.len() <= 64 && local_is_good && domain_is_good
}

/// `Atom = 1*atext`, RFC 5322, section 3.2.3.
fn is_atom(text: &str, unicode: bool) -> bool {
    let good = |char: char| {
        char.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(char) || (unicode && !char.is_ascii())
    };
    !text.is_empty() && text.chars().all(good)
}

/// ```text
/// QcontentSMTP = qtextSMTP / quoted-pairSMTP      quoted-pairSMTP = %d92 %d32-126
/// qtextSMTP    = %d32-33 / %d35-91 / %d93-126
/// ```
fn is_quoted(text: &str, unicode: bool) -> bool {
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        let good = match char {
            '\\' => matches!(rest.next(), Some(' '..='~')),
            '"' => false,
            ' '..='~' => true,
            _ => unicode && !char.is_ascii(),
        };
        if !good {
            return false;
        }
    }
    true
}

/// ```text
/// address-literal  = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
/// IPv6-address-literal = "IPv6:" IPv6-addr
/// General-address-literal = Standardized-tag ":" 1*dcontent
/// Standardized-tag = Ldh-str                      dcontent = %d33-90 / %d94-126
/// ```
fn is_address_literal(text: &str) -> bool {
    let Some((tag, address)) = split_once(text, ':') else { return is_ipv4(text) };
    if eq_ignore_ascii_case(tag, "IPv6") {
        return is_ipv6(address);
    }
    let tag_is_good = tag.ends_with(|last: char| last.is_ascii_alphanumeric())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    tag_is_good
        && !address.is_empty()
        && address.bytes().all(|byte| matches!(byte, b'!'..=b'Z' | b'^'..=b'~'))
}

/// RFC 2673, section 3.2: four decimal numbers up to 255, without leading zeros.
pub(super) fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// RFC 4291, section 2.2. Without a zone, which only RFC 4007 adds.
pub(super) fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_is_labels_of_letters_digits_and_inner_hyphens() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        for text in
            ["a", "1", "www.example.com", "a--b.ab--c", "127.0.0.1", "XN--9N2BP8Q.xn--9t4b11yi5a", &longest]
        {
            assert!(is_hostname(text), "{text}");
        }
        for text in [
            "",
            ".",
            ".a",
            "a.",
            "a..b",
            "-a",
            "a-",
            "a.-b",
            "a_b",
            "a b",
            "a\n",
            "é.com",
            "\u{212a}.com",
            "a．b",
            "xn--X",
            &(longest.clone() + "a"),
            &(label + "a"),
        ] {
            assert!(!is_hostname(text), "{text}");
        }
    }

    #[test]
    fn a_mailbox_has_a_local_part_and_a_domain_or_an_address() {
        for text in [
            "joe.bloggs@example.com",
            "!#$%&'*+-/=?^_`{|}~@a",
            "\"joe bloggs\"@example.com",
            "\"a@b\\\"c\\\\\"@example.com",
            "\"\"@example.com",
            "joe@[127.0.0.1]",
            "joe@[IPv6:::1]",
            "joe@[ipv6:1::2]",
            "joe@[x-tag:content]",
            "joe@localhost",
            &("a".repeat(64) + "@b"),
        ] {
            assert!(is_mailbox(text, false) && is_mailbox(text, true), "{text}");
        }
        for text in [
            "",
            "2962",
            "@a",
            "a@",
            ".a@b",
            "a.@b",
            "a..b@c",
            "a@b@c",
            "a b@c",
            "a@b c",
            "a@-b",
            "a@b-",
            "a@b..c",
            "a@b_c",
            "a@invalid=domain.com",
            "\"a\"b\"@c",
            "\"a@b",
            "\"@b",
            "\"a\\\"@b",
            "\"a\\\n\"@b",
            "\"a\n\"@b",
            "a\"b\"@c",
            "joe@[127.0.0.300]",
            "joe@[127.0.0.1",
            "joe@127.0.0.1]",
            "joe@[IPv6:1]",
            "joe@[::1]",
            "joe@[x-:a]",
            "joe@[x:]",
            "joe@[x:a[b]",
            "Joe <joe@example.com>",
            "a@b, c@d",
            &("a".repeat(65) + "@b"),
        ] {
            assert!(!is_mailbox(text, false) && !is_mailbox(text, true), "{text}");
        }
    }

    #[test]
    fn an_international_mailbox_can_have_any_letters_on_both_sides() {
        for text in ["실례@실례.테스트", "\"δοκιμή\"@example.com", "δ.x@é"] {
            assert!(is_mailbox(text, true), "{text}");
            assert!(!is_mailbox(text, false), "{text}");
        }
        for text in ["user＠example.com", "é..é@a", "\"é@a", "é@-é"] {
            assert!(!is_mailbox(text, true), "{text}");
        }
    }

    #[test]
    fn addresses_are_complete_and_have_no_prefix_or_suffix() {
        for text in ["0.0.0.0", "255.255.255.255", "10.20.30.40"] {
            assert!(is_ipv4(text), "{text}");
        }
        for text in [
            "",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.4 ",
            "1.2.3.4\n",
            "0x7f.0.0.1",
            "1.2.3.4/8",
            "১.2.3.4",
        ] {
            assert!(!is_ipv4(text), "{text}");
        }
        for text in [
            "::",
            "::1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:1.2.3.4",
            "ABCD::ef",
        ] {
            assert!(is_ipv6(text), "{text}");
        }
        for text in [
            "",
            ":",
            "1",
            "1::2::3",
            ":::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "12345::",
            "::g",
            "::1.2.3",
            "::01.2.3.4",
            "1.2.3.4::",
            "[::1]",
            "::1%eth0",
            "::1/64",
            " ::1",
            "::1\n",
            "1:2:3:4:5:6:7:1.2.3.4",
        ] {
            assert!(!is_ipv6(text), "{text}");
        }
    }
}
