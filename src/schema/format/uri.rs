//! URIs of RFC 3986 and IRIs of RFC 3987, and references to them.

use crate::text::split_once;
use std::net::Ipv6Addr;

/// The characters that need no percent-encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// RFC 3986: a part of ASCII.
    Uri,
    /// RFC 3987: the same and most of Unicode.
    Iri,
}

/// ```text
/// URI       = scheme ":" hier-part [ "?" query ] [ "#" fragment ]
/// hier-part = "//" authority path-abempty / path-absolute / path-rootless / path-empty
/// scheme    = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
/// ```
pub(super) fn is_absolute(text: &str, alphabet: Alphabet) -> bool {
    split_once(text, ':').is_some_and(|(scheme, rest)| is_scheme(scheme) && is_after_scheme(rest, alphabet))
}

/// ```text
/// URI-reference = URI / relative-ref
/// relative-ref  = relative-part [ "?" query ] [ "#" fragment ]
/// relative-part = "//" authority path-abempty / path-absolute / path-noscheme / path-empty
/// path-noscheme = segment-nz-nc *( "/" segment )     ; no ":" in the first segment
/// ```
pub(super) fn is_reference(text: &str, alphabet: Alphabet) -> bool {
    let first_segment = &text[..text.find(['/', '?', '#']).unwrap_or(text.len())];
    if first_segment.contains(':') { is_absolute(text, alphabet) } else { is_after_scheme(text, alphabet) }
}

/// PERF: whether a text is a common HTTP URL: after the scheme only unreserved characters and slashes, which are valid in
/// an authority and in a path, and optionally a query of names and values. `false` means that the full check decides.
pub(super) fn is_common_http_url(text: &[u8]) -> bool {
    let web = text.strip_prefix(b"https://").or_else(|| text.strip_prefix(b"http://"));
    let is_plain = |byte: &u8| UNRESERVED_OR_SLASH[usize::from(*byte)];
    web.is_some_and(|rest| {
        let path = rest.iter().take_while(|byte| is_plain(byte)).count();
        match &rest[path..] {
            [] => true,
            [b'?', query @ ..] => query.iter().all(|byte| is_plain(byte) || matches!(byte, b'=' | b'&')),
            _ => false,
        }
    })
}

/// `unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"`, and the slash.
const UNRESERVED_OR_SLASH: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
        byte += 1;
    }
    table
};

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Checks the part after the scheme, or a whole relative reference.
///
/// ```text
/// path     = *( pchar / "/" )       query = fragment = *( pchar / "/" / "?" )
/// pchar    = unreserved / pct-encoded / sub-delims / ":" / "@"
/// iquery   = *( ipchar / iprivate / "/" / "?" )
/// ```
fn is_after_scheme(text: &str, alphabet: Alphabet) -> bool {
    let (text, fragment) = split_once(text, '#').unwrap_or((text, ""));
    let (text, query) = split_once(text, '?').unwrap_or((text, ""));
    let path = match text.strip_prefix("//") {
        Some(text) => {
            let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
            if !is_authority(authority, alphabet) {
                return false;
            }
            path
        }
        None => text,
    };
    is_made_of(path, alphabet, ":@/", false)
        && is_made_of(query, alphabet, ":@/?", true)
        && is_made_of(fragment, alphabet, ":@/?", false)
}

/// ```text
/// authority  = [ userinfo "@" ] host [ ":" port ]
/// userinfo   = *( unreserved / pct-encoded / sub-delims / ":" )
/// host       = IP-literal / IPv4address / reg-name          port = *DIGIT
/// reg-name   = *( unreserved / pct-encoded / sub-delims )
/// IP-literal = "[" ( IPv6address / IPvFuture  ) "]"
/// IPvFuture  = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
/// ```
fn is_authority(text: &str, alphabet: Alphabet) -> bool {
    let (user, text) = split_once(text, '@').unwrap_or(("", text));
    let host_end = if text.starts_with('[') { text.find(']').map(|end| end + 1) } else { text.find(':') };
    let (host, port) = text.split_at(host_end.unwrap_or(text.len()));
    let host_is_good = match host.strip_prefix('[') {
        Some(literal) => literal.strip_suffix(']').is_some_and(is_address),
        None => is_made_of(host, alphabet, "", false),
    };
    let port_is_good = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => port.is_empty(),
    };
    host_is_good && port_is_good && is_made_of(user, alphabet, ":", false)
}

fn is_address(text: &str) -> bool {
    let Some(future) = text.strip_prefix(['v', 'V']) else { return text.parse::<Ipv6Addr>().is_ok() };
    split_once(future, '.').is_some_and(|(version, address)| {
        !version.is_empty()
            && version.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !address.is_empty()
            && !address.contains('%')
            && is_made_of(address, Alphabet::Uri, ":", false)
    })
}

/// Whether all characters are `unreserved / pct-encoded / sub-delims` or in `more`.
fn is_made_of(text: &str, alphabet: Alphabet, more: &str, private: bool) -> bool {
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        let good = match char {
            '%' => is_percent_encoded(&mut rest),
            ..='\x7F' => {
                char.is_ascii_alphanumeric() || "-._~!$&'()*+,;=".contains(char) || more.contains(char)
            }
            _ => alphabet == Alphabet::Iri && (is_ucschar(char) || (private && is_iprivate(char))),
        };
        if !good {
            return false;
        }
    }
    true
}

/// The two digits of `pct-encoded = "%" HEXDIG HEXDIG`.
pub(super) fn is_percent_encoded(rest: &mut std::str::Chars<'_>) -> bool {
    [rest.next(), rest.next()].iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
}

/// ```text
/// ucschar = %xA0-D7FF / %xF900-FDCF / %xFDF0-FFEF / %x10000-1FFFD / … / %xD0000-DFFFD / %xE1000-EFFFD
/// ```
pub(super) fn is_ucschar(char: char) -> bool {
    match char {
        '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}' => true,
        '\u{10000}'..='\u{EFFFF}' => {
            u32::from(char) & 0xFFFF < 0xFFFE && !('\u{E0000}'..'\u{E1000}').contains(&char)
        }
        _ => false,
    }
}

/// ```text
/// iprivate = %xE000-F8FF / %xF0000-FFFFD / %x100000-10FFFD
/// ```
pub(super) fn is_iprivate(char: char) -> bool {
    matches!(char, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> bool {
        is_absolute(text, Alphabet::Uri)
    }

    #[test]
    fn the_fast_check_accepts_only_uris() {
        let parts = [
            "a", "Z9", "-", ".", "_", "~", "/", "//", ":", "@", "?", "#", "%41", "[", "é", " ", "!", "=", "&",
        ];
        for scheme in ["https://", "http://", "https:/", "ftp://", "HTTPS://", ""] {
            for first in parts {
                for second in parts {
                    let text = format!("{scheme}{first}{second}");
                    assert!(!is_common_http_url(text.as_bytes()) || uri(&text), "{text}");
                }
            }
        }
        for text in ["https://files.example.com/a_b/~c/1.jpg", "http://", "https://a?b", "https://a/?b=c&d=/"]
        {
            assert!(is_common_http_url(text.as_bytes()), "{text}");
        }
        for text in [
            "https://a?b?",
            "https://a=b",
            "https://a?b:c",
            "https://a#b",
            "https://a%41",
            "https://a:1",
            "ftp://a",
            "https:/a",
        ] {
            assert!(!is_common_http_url(text.as_bytes()), "{text}");
        }
    }

    fn reference(text: &str) -> bool {
        is_reference(text, Alphabet::Uri)
    }

    #[test]
    fn a_uri_has_a_scheme_and_then_what_rfc_3986_allows() {
        for text in [
            "http://foo.bar/?baz=qux#quux",
            "ldap://[2001:db8::7]/c=GB?objectClass?one",
            "mailto:John.Doe@example.com",
            "tel:+1-816-555-1212",
            "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
            "a:",
            "a+b-c.9:x",
            "http://",
            "http://@:",
            "http://user:pa:ss@host:080/a//b/;=!$&'()*+,~",
            "http://999.999.999.999/",
            "http://[v1F.a:b!]",
            "http://[::ffff:1.2.3.4]:1",
            "http://a%2Fb/%e9?%25#%00",
            "file:///etc/hosts",
            "a:b?c/d?e#f?/g",
            "a:://b",
        ] {
            assert!(uri(text) && reference(text), "{text}");
        }
        for text in [
            "",
            ":a",
            "1a:b",
            "a_b:c",
            "ä:b",
            "http://a b",
            "http://a/%6",
            "http://a/%g0",
            "http://a/%",
            "http://a:b/",
            "http://a:1:2/",
            "http://a@b@c/",
            "http://[::1",
            "http://[::1]a",
            "http://[::1%25eth0]",
            "http://[1::2::3]",
            "http://[::01.2.3.4]",
            "http://[v.a]",
            "http://[v1.]",
            "http://[v1.%41]",
            "http://[vg.a]",
            "http://::1/",
            "http://a/[b]",
            "http://a/?[",
            "http://a/#b#c",
            "http://a/\\",
            "http://a/\"",
            "http://a/<>",
            "http://a/{}",
            "http://a/^",
            "http://a/`",
            "http://a/|",
            "http://a/\u{7f}",
            "http://a/\n",
            "http://a/é",
        ] {
            assert!(!uri(text), "{text}");
        }
    }

    #[test]
    fn a_reference_needs_no_scheme_and_no_colon_before_the_first_slash_without_one() {
        for text in ["", "//a/b", "//", "/a", "a", "a/b:c", "./b:c", "?a:b", "#a:b", "a?b#c", "..", "@a"] {
            assert!(reference(text), "{text}");
            assert!(!uri(text), "{text}");
        }
        for text in ["1:b", "\\a", "#a\\b", "/é", "//a:b/c", "//a@b@c/", "/[::1]", "%zz", ":"] {
            assert!(!reference(text), "{text}");
        }
    }

    #[test]
    fn an_iri_has_most_of_unicode_and_private_use_in_its_query() {
        for text in
            ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "é:x", "http://a/𐌀", "http://a/?\u{e000}\u{f0000}\u{10fffd}"]
        {
            assert_eq!(is_absolute(text, Alphabet::Iri), !text.starts_with('é'), "{text}");
            assert!(!uri(text), "{text}");
        }
        for text in [
            "http://a/\u{9f}",
            "http://a/\u{e000}",
            "http://a/#\u{e000}",
            "http://a/?\u{fffe}",
            "http://a/\u{1ffff}",
            "http://a/\u{e0fff}",
            "http://a/?\u{10fffe}",
            "http://2001:db8::1",
            "http://[::ffff:192.168.0.01]",
            "http://é/\\",
        ] {
            assert!(!is_absolute(text, Alphabet::Iri), "{text:?}");
        }
        assert!(is_reference("âππ", Alphabet::Iri) && !is_reference("#ƒräg\\mênt", Alphabet::Iri));
    }
}
