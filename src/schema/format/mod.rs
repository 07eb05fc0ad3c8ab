//! The formats that strings are held to: JSON Schema's own, asserted.

mod time;

pub(crate) use time::{Instant, instant};

/// A format whose rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Uuid,
    DateTime,
    Date,
    Time,
    Duration,
}

/// What a name in a schema's `format` turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A format that is checked.
    Known(Format),
    /// A format of the specification that is not implemented: the schema has to be refused.
    Refused,
    /// No format of the specification: an annotation.
    Unknown,
}

impl Format {
    /// Finds a format by its name.
    pub(crate) fn named(name: &str) -> Named {
        Named::Known(match name {
            "uuid" => Self::Uuid,
            "date-time" => Self::DateTime,
            "date" => Self::Date,
            "time" => Self::Time,
            "duration" => Self::Duration,
            "idn-hostname" => return Named::Refused,
            _ => return Named::Unknown,
        })
    }

    /// Whether the text has this format.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Uuid => is_uuid(text),
            Self::DateTime => instant(text).is_some(),
            Self::Date => time::is_date(text),
            Self::Time => time::is_time(text),
            Self::Duration => time::is_duration(text),
        }
    }

    /// What is asked for, as the words that follow "expected".
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Uuid => "a UUID: 8-4-4-4-12 hexadecimal digits",
            Self::DateTime => "a date and time with offset, such as 2024-01-02T03:04:05Z (RFC 3339)",
            Self::Date => "a date, such as 2024-01-02 (RFC 3339)",
            Self::Time => "a time with offset, such as 03:04:05Z (RFC 3339)",
            Self::Duration => "a duration, such as P1DT12H (RFC 3339, appendix A)",
        }
    }
}

/// RFC 9562, section 4, in either case. Any version and variant: what a sender's generator put there is
/// the sender's business.
///
/// ```text
/// UUID = 4hexOctet "-" 2hexOctet "-" 2hexOctet "-" 2hexOctet "-" 6hexOctet
/// ```
fn is_uuid(text: &str) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(text.as_bytes()) else { return false };
    let mut good = true;
    for (at, byte) in bytes.iter().enumerate() {
        let hyphen = matches!(at, 8 | 13 | 18 | 23);
        good &= if hyphen { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    }
    good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_any_case_version_and_variant() {
        for text in [
            "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
            "2eb8aa08-AA98-f1ea-f4aa-73b441d16380",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(is_uuid(text), "{text}");
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
            assert!(!is_uuid(text), "{text}");
        }
    }
}
