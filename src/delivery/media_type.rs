//! [`MediaType`]: the media type of a body, and whether its charset is UTF-8 (RFC 9110, section 8.3).

use super::headers::{is_token, trim_ows};

/// The relation of a Content-Type to the one that a provider sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// The provider's own media type.
    Own,
    /// Another JSON type: `application/json`, or any with the suffix `+json` (RFC 6839, section 3.1).
    Json,
    /// No JSON type, another charset than UTF-8, or a malformed value.
    Other,
}

/// Charsets whose texts are UTF-8: ASCII is a subset.
const UTF8: [&str; 3] = ["utf-8", "utf8", "us-ascii"];

impl MediaType {
    /// Parses a value of Content-Type and compares it with `expected`, the provider's own.
    pub fn parse(value: &str, expected: &str) -> Self {
        let value = trim_ows(value);
        if value == expected {
            return Self::Own;
        }
        let (essence, parameters) = value.find(';').map_or((value, ""), |end| value.split_at(end));
        let essence = trim_ows(essence);
        let is_json = |(first, second): (&str, &str)| {
            let suffix = second.len().checked_sub("+json".len()).filter(|start| *start > 0);
            is_token(first)
                && is_token(second)
                && (suffix
                    .and_then(|start| second.get(start..))
                    .is_some_and(|end| end.eq_ignore_ascii_case("+json"))
                    || essence.eq_ignore_ascii_case("application/json"))
        };
        let media_type = if essence.eq_ignore_ascii_case(expected) {
            Self::Own
        } else if essence.split_once('/').is_some_and(is_json) {
            Self::Json
        } else {
            return Self::Other;
        };
        if is_utf8(parameters) { media_type } else { Self::Other }
    }
}

/// Whether the parameters, `*( OWS ";" OWS [ parameter ] )`, are well-formed and every charset is UTF-8.
fn is_utf8(mut rest: &str) -> bool {
    loop {
        rest = trim_ows(rest);
        if rest.is_empty() {
            return true;
        }
        let Some(parameter) = rest.strip_prefix(';').map(trim_ows) else { return false };
        rest = parameter;
        if rest.is_empty() || rest.starts_with(';') {
            continue;
        }
        let Some((name, value)) = rest.split_once('=').filter(|(name, _)| is_token(name)) else {
            return false;
        };
        let Some(end) = find_value_end(value) else { return false };
        let (text, after) = value.split_at(end);
        if name.eq_ignore_ascii_case("charset") && !UTF8.iter().any(|charset| value_equals(text, charset)) {
            return false;
        }
        rest = after;
    }
}

/// The end of a token or quoted string.
fn find_value_end(value: &str) -> Option<usize> {
    if !value.starts_with('"') {
        let end = value.find([';', ' ', '\t']).unwrap_or(value.len());
        return is_token(&value[..end]).then_some(end);
    }
    let mut escaped = false;
    for (offset, byte) in value.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(offset + 1),
            _ => {}
        }
    }
    None
}

/// Whether a token or quoted string equals a word, in any letter case.
fn value_equals(text: &str, word: &str) -> bool {
    let Some(quoted) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.eq_ignore_ascii_case(word);
    };
    let mut characters = quoted.bytes();
    let next = || match characters.next() {
        Some(b'\\') => characters.next(),
        other => other,
    };
    std::iter::from_fn(next).map(|byte| byte.to_ascii_lowercase()).eq(word.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_utf8_is_recognized_by_type_and_charset() {
        let parse = |value| MediaType::parse(value, "application/json");
        for value in [
            "application/json",
            "APPLICATION/JSON",
            "application/json;",
            "application/json ; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; charset=\"utf\\-8\"",
            "application/json; charset=utf8;",
            "application/json; charset=US-ASCII ; ; v=1",
            "application/json; a=\"; charset=latin1\"; charset=utf-8",
            "application/json; a=\"\\\"; charset=latin1\"",
            "application/json; profile=\"https://h/?a=b;c\"",
            " application/json\t",
        ] {
            assert_eq!(parse(value), MediaType::Own, "{value}");
        }
        for value in
            ["application/vnd.api+json", "Application/CloudEvents+JSON; charset=utf-8", "text/x+json"]
        {
            assert_eq!(parse(value), MediaType::Json, "{value}");
        }
        for value in [
            "",
            ";",
            "json",
            "text/json",
            "text/plain",
            "application/+json",
            "application/json+",
            "application/jsonx",
            "application/x-www-form-urlencoded",
            "application/json, application/json",
            "application/json; charset=utf-8, text/plain",
            "application/json; charset=latin1",
            "application/json; charset=utf-16",
            "application/json; charset=\"utf-8",
            "application/json; charset=\"utf-8\"x",
            "application/json; charset=\"\"",
            "application/json; charset=",
            "application/json; charset",
            "application/json; charset = utf-8",
            "application/json; charset=utf-8; charset=latin1",
            "application/json; a=\"\\",
            "application/json charset=utf-8",
            "application /json",
            "application/json\n",
            "a b/c+json",
            "applicatıon/json",
        ] {
            assert_eq!(parse(value), MediaType::Other, "{value}");
        }
    }

    #[test]
    fn the_media_type_of_the_provider_is_its_own() {
        let parse = |value| MediaType::parse(value, "text/plain");
        assert_eq!(parse("text/plain; charset=utf-8"), MediaType::Own);
        assert_eq!(parse("Text/Plain"), MediaType::Own);
        assert_eq!(parse("text/plain; charset=latin1"), MediaType::Other);
        assert_eq!(parse("application/json"), MediaType::Json);
    }
}
