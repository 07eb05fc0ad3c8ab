//! The formats of JSON Schema. They are asserted, not only annotations.

mod idna;
mod network;
mod pointer;
mod time;
mod uri;

use crate::blob::blob;
use uri::Alphabet;

/// A format that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Uuid,
    DateTime,
    /// A date-time with at most nine digits after the seconds.
    DateTimeNanos,
    Date,
    Time,
    Duration,
    Email,
    IdnEmail,
    Hostname,
    Ipv4,
    Ipv6,
    Uri,
    UriReference,
    Iri,
    IriReference,
    UriTemplate,
    JsonPointer,
    RelativeJsonPointer,
    Regex,
}

blob!(enum Format {
    0 => Uuid,
    1 => DateTime,
    2 => DateTimeNanos,
    3 => Date,
    4 => Time,
    5 => Duration,
    6 => Email,
    7 => IdnEmail,
    8 => Hostname,
    9 => Ipv4,
    10 => Ipv6,
    11 => Uri,
    12 => UriReference,
    13 => Iri,
    14 => IriReference,
    15 => UriTemplate,
    16 => JsonPointer,
    17 => RelativeJsonPointer,
    18 => Regex,
});

/// The result of looking up a name in `format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatLookup {
    /// A format that is checked.
    Known(Format),
    /// A format of the specification that is not implemented. A schema with it is rejected.
    Unsupported,
    /// Not a format of the specification. The keyword is an annotation then.
    Unknown,
}

impl Format {
    /// Whether the module lacks the check of this format: the parser of regular expressions is part of the compiler.
    pub(super) fn needs_full(self) -> bool {
        cfg!(not(any(feature = "full", not(blob)))) && self == Self::Regex
    }

    /// Finds a format by its name.
    pub(crate) fn from_name(name: &str) -> FormatLookup {
        FormatLookup::Known(match name {
            "uuid" => Self::Uuid,
            "date-time" => Self::DateTime,
            "date" => Self::Date,
            "time" => Self::Time,
            "duration" => Self::Duration,
            "email" => Self::Email,
            "idn-email" => Self::IdnEmail,
            "hostname" => Self::Hostname,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "uri" => Self::Uri,
            "uri-reference" => Self::UriReference,
            "iri" => Self::Iri,
            "iri-reference" => Self::IriReference,
            "uri-template" => Self::UriTemplate,
            "json-pointer" => Self::JsonPointer,
            "relative-json-pointer" => Self::RelativeJsonPointer,
            "regex" => Self::Regex,
            "idn-hostname" => return FormatLookup::Unsupported,
            _ => return FormatLookup::Unknown,
        })
    }

    /// PERF: the check for ASCII text, without UTF-8 decoding, for the most frequent formats. `None` means that only
    /// [`accepts`](Self::accepts) can decide.
    #[inline]
    pub(crate) fn accepts_ascii(self, text: &[u8]) -> Option<bool> {
        match self {
            Self::Uuid => Some(is_uuid(text)),
            Self::DateTime => Some(time::is_date_time(text)),
            Self::DateTimeNanos => Some(time::is_date_time_nanos(text)),
            Self::Uri if uri::is_common_http_url(text) => Some(true),
            _ => None,
        }
    }

    /// Whether the text has this format.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Uuid => is_uuid(text.as_bytes()),
            Self::DateTime => time::is_date_time(text.as_bytes()),
            Self::DateTimeNanos => time::is_date_time_nanos(text.as_bytes()),
            Self::Date => time::is_date(text),
            Self::Time => time::is_time(text),
            Self::Duration => time::is_duration(text),
            Self::Email => network::is_mailbox(text, false),
            Self::IdnEmail => network::is_mailbox(text, true),
            Self::Hostname => network::is_hostname(text),
            Self::Ipv4 => network::is_ipv4(text),
            Self::Ipv6 => network::is_ipv6(text),
            Self::Uri => uri::is_absolute(text, Alphabet::Uri),
            Self::UriReference => uri::is_reference(text, Alphabet::Uri),
            Self::Iri => uri::is_absolute(text, Alphabet::Iri),
            Self::IriReference => uri::is_reference(text, Alphabet::Iri),
            Self::UriTemplate => pointer::is_uri_template(text),
            Self::JsonPointer => pointer::is_json_pointer(text),
            Self::RelativeJsonPointer => pointer::is_relative_json_pointer(text),
            #[cfg(any(feature = "full", not(blob)))]
            Self::Regex => super::pattern::Pattern::is_valid(text),
            // A schema with this format is refused when it is read.
            #[cfg(not(any(feature = "full", not(blob))))]
            Self::Regex => false,
        }
    }

    /// Describes the format, for the words after "Expected" in a message.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Uuid => "a UUID (8-4-4-4-12 hexadecimal digits)",
            Self::DateTime => "a date and time with offset, such as 2024-01-02T03:04:05Z (RFC 3339)",
            Self::DateTimeNanos => {
                "a date and time with offset and at most 9 digits after the seconds, such as 2024-01-02T03:04:05Z (RFC 3339)"
            }
            Self::Date => "a date, such as 2024-01-02 (RFC 3339)",
            Self::Time => "a time with offset, such as 03:04:05Z (RFC 3339)",
            Self::Duration => "a duration, such as P1DT12H (RFC 3339, appendix A)",
            Self::Email => "an email address, such as name@example.com (RFC 5321)",
            Self::IdnEmail => "an email address, such as name@example.com (RFC 6531)",
            Self::Hostname => "a host name, such as www.example.com (RFC 1123)",
            Self::Ipv4 => "an IPv4 address, such as 192.0.2.1",
            Self::Ipv6 => "an IPv6 address, such as 2001:db8::1",
            Self::Uri => "a URI with its scheme, such as https://example.com/path (RFC 3986)",
            Self::UriReference => "a URI or a reference relative to one, such as /path (RFC 3986)",
            Self::Iri => "an IRI with its scheme, such as https://example.com/path (RFC 3987)",
            Self::IriReference => "an IRI or a reference relative to one, such as /path (RFC 3987)",
            Self::UriTemplate => "a URI template, such as /path/{name} (RFC 6570)",
            Self::JsonPointer => "a JSON Pointer, such as /data/0 (RFC 6901)",
            Self::RelativeJsonPointer => "a relative JSON Pointer, such as 1/name",
            Self::Regex => "a regular expression of ECMA-262, such as ^[a-z]+$",
        }
    }
}

/// RFC 9562, section 4, in either letter case. All versions and variants are accepted, because senders differ in them.
///
/// ```text
/// UUID = 4hexOctet "-" 2hexOctet "-" 2hexOctet "-" 2hexOctet "-" 6hexOctet
/// ```
fn is_uuid(text: &[u8]) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(text) else { return false };
    let hyphens = bytes[8] == b'-' && bytes[13] == b'-' && bytes[18] == b'-' && bytes[23] == b'-';
    // PERF: adjacent digits and a loop without early exit, so that the compiler tests sixteen of them at once.
    let mut digits = [b'0'; 32];
    digits[..8].copy_from_slice(&bytes[..8]);
    digits[8..12].copy_from_slice(&bytes[9..13]);
    digits[12..16].copy_from_slice(&bytes[14..18]);
    digits[16..20].copy_from_slice(&bytes[19..23]);
    digits[20..].copy_from_slice(&bytes[24..]);
    let non_digits = digits.iter().fold(0, |non_digits, &byte| {
        let number = byte.wrapping_sub(b'0') < 10;
        let letter = (byte | 0x20).wrapping_sub(b'a') < 6;
        non_digits | u8::from(!(number | letter))
    });
    hyphens && non_digits == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each format: its name, a valid text, an invalid text, and the description.
    const NAMES: [(&str, &str, &str, &str); 18] = [
        ("uuid", "00000000-0000-0000-0000-000000000000", "0", "a UUID (8-4-4-4-12 hexadecimal digits)"),
        (
            "date-time",
            "2024-01-02T03:04:05Z",
            "2024-01-02",
            "a date and time with offset, such as 2024-01-02T03:04:05Z (RFC 3339)",
        ),
        ("date", "2024-01-02", "03:04:05Z", "a date, such as 2024-01-02 (RFC 3339)"),
        ("time", "03:04:05Z", "2024-01-02", "a time with offset, such as 03:04:05Z (RFC 3339)"),
        ("duration", "P1DT12H", "1D", "a duration, such as P1DT12H (RFC 3339, appendix A)"),
        ("email", "a@b.c", "é@b.c", "an email address, such as name@example.com (RFC 5321)"),
        ("idn-email", "é@b.c", "b.c", "an email address, such as name@example.com (RFC 6531)"),
        ("hostname", "a.b", "a_b", "a host name, such as www.example.com (RFC 1123)"),
        ("ipv4", "1.2.3.4", "::1", "an IPv4 address, such as 192.0.2.1"),
        ("ipv6", "::1", "1.2.3.4", "an IPv6 address, such as 2001:db8::1"),
        ("uri", "a:b", "/é", "a URI with its scheme, such as https://example.com/path (RFC 3986)"),
        ("uri-reference", "/b", "/é", "a URI or a reference relative to one, such as /path (RFC 3986)"),
        ("iri", "a:é", "/é", "an IRI with its scheme, such as https://example.com/path (RFC 3987)"),
        ("iri-reference", "/é", "\\", "an IRI or a reference relative to one, such as /path (RFC 3987)"),
        ("uri-template", "{a}", "{", "a URI template, such as /path/{name} (RFC 6570)"),
        ("json-pointer", "/a", "a", "a JSON Pointer, such as /data/0 (RFC 6901)"),
        ("relative-json-pointer", "1/a", "/a", "a relative JSON Pointer, such as 1/name"),
        ("regex", "(?<=a)b", "(", "a regular expression of ECMA-262, such as ^[a-z]+$"),
    ];

    #[test]
    fn every_format_of_the_specification_but_one_is_checked_and_described() {
        for (name, good, bad, expected) in NAMES {
            let FormatLookup::Known(format) = Format::from_name(name) else { panic!("{name} is known") };
            assert!(format.accepts(good), "{name} accepts {good}");
            assert!(!format.accepts(bad), "{name} does not accept {bad}");
            assert_eq!(format.expected(), expected);
        }
        assert_eq!(Format::from_name("idn-hostname"), FormatLookup::Unsupported);
        for name in ["UUID", "color", "", "utc-millisec"] {
            assert_eq!(Format::from_name(name), FormatLookup::Unknown);
        }
    }

    #[test]
    fn every_format_checks_long_and_deeply_nested_texts() {
        for part in [
            "(",
            "[",
            "{a",
            "a|",
            "\\p{L}",
            "(?<a>b)|",
            "(?<\u{3b1}>",
            "%41",
            "a.",
            "1:",
            "\"",
            "/~0",
            "é",
            "P1D",
            "-",
            "[^",
        ] {
            let text = part.repeat(20_000);
            for (name, ..) in NAMES {
                let FormatLookup::Known(format) = Format::from_name(name) else { panic!("{name} is known") };
                for text in [
                    text.clone(),
                    format!("2024-01-02T03:04:05.{text}"),
                    format!("a@{text}"),
                    format!("a:{text}"),
                ] {
                    let _ = format.accepts(&text);
                }
            }
        }
    }

    #[test]
    fn a_uuid_has_any_case_version_and_variant() {
        for text in [
            "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
            "2eb8aa08-AA98-f1ea-f4aa-73b441d16380",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(is_uuid(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
            "2eb8aa08-aa98-11ea-b4aa-73b441d163800",
            "2eb8aa08-aa98-11ea-b4ga-73b441d16380",
            "2eb8aa08aa98-11ea-b4aa-73b44-1d16380",
            "2eb8aa0--aa98-11ea-b4aa-73b441d16380",
            "{eb8aa08-aa98-11ea-b4aa-73b441d1638}",
            "2eb8aa08-aa98-11ea-b4aa-73b441d163\u{e9}",
        ] {
            assert!(!is_uuid(text.as_bytes()), "{text}");
        }
    }
}
