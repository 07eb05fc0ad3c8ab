//! The media type of a body: which one it is, and whether its text is UTF-8 (RFC 9110, section 8.3).

use super::headers::{is_token, trim_ows};

/// How a Content-Type suits a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// It is the provider's own.
    Own,
    /// It is another one of JSON: `application/json`, or any with `+json` (RFC 6839, section 3.1).
    Json,
    /// It is none of JSON, has a charset that is not UTF-8, or cannot be read.
    Other,
}

/// The charsets of texts that are UTF-8, ASCII among them.
const UTF8: [&str; 3] = ["utf-8", "utf8", "us-ascii"];

impl MediaType {
    /// Reads a value of Content-Type, for a provider whose own is `own`.
    pub fn read(value: &str, own: &str) -> Self {
        let value = trim_ows(value);
        if value == own {
            return Self::Own;
        }
        let (essence, parameters) = value.find(';').map_or((value, ""), |end| value.split_at(end));
        let essence = trim_ows(essence);
        let is_json = |(first, second): (&str, &str)| {
            let suffix = second.len().checked_sub("+json".len()).filter(|at| *at > 0);
            is_token(first)
                && is_token(second)
                && (suffix
                    .and_then(|at| second.get(at..))
                    .is_some_and(|end| end.eq_ignore_ascii_case("+json"))
                    || essence.eq_ignore_ascii_case("application/json"))
        };
        let found = if essence.eq_ignore_ascii_case(own) {
            Self::Own
        } else if essence.split_once('/').is_some_and(is_json) {
            Self::Json
        } else {
            return Self::Other;
        };
        if is_utf8(parameters) { found } else { Self::Other }
    }
}

/// `*( OWS ";" OWS [ parameter ] )`: whether they can be read, and every charset among them is UTF-8.
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
        let Some(end) = end_of(value) else { return false };
        let (text, behind) = value.split_at(end);
        if name.eq_ignore_ascii_case("charset") && !UTF8.iter().any(|charset| says(text, charset)) {
            return false;
        }
        rest = behind;
    }
}

/// Where a token or a quoted string ends.
fn end_of(value: &str) -> Option<usize> {
    if !value.starts_with('"') {
        let end = value.find([';', ' ', '\t']).unwrap_or(value.len());
        return is_token(&value[..end]).then_some(end);
    }
    let mut escaped = false;
    for (at, byte) in value.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether a token or a quoted string is this word, in any letter case.
fn says(text: &str, word: &str) -> bool {
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
    fn json_in_utf8_is_told_by_type_and_charset() {
        let read = |value| MediaType::read(value, "application/json");
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
            assert_eq!(read(value), MediaType::Own, "{value}");
        }
        for value in
            ["application/vnd.api+json", "Application/CloudEvents+JSON; charset=utf-8", "text/x+json"]
        {
            assert_eq!(read(value), MediaType::Json, "{value}");
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
            assert_eq!(read(value), MediaType::Other, "{value}");
        }
    }

    #[test]
    fn a_type_of_the_providers_own_is_its_own() {
        let read = |value| MediaType::read(value, "text/plain");
        assert_eq!(read("text/plain; charset=utf-8"), MediaType::Own);
        assert_eq!(read("Text/Plain"), MediaType::Own);
        assert_eq!(read("text/plain; charset=latin1"), MediaType::Other);
        assert_eq!(read("application/json"), MediaType::Json);
    }
}
