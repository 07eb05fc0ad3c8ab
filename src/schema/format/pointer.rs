//! JSON Pointers, relative ones, and URI templates.

use super::uri::{is_iprivate, is_percent_encoded, is_ucschar};
use crate::text::split_once;

/// RFC 6901, section 3.
///
/// ```text
/// json-pointer = *( "/" reference-token )       escaped = "~" ( "0" / "1" )
/// ```
pub(super) fn is_json_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/'))
        && text.split('~').skip(1).all(|after| after.starts_with(['0', '1']))
}

/// draft-bhutton-relative-json-pointer-00, section 3.
///
/// ```text
/// relative-json-pointer = origin-specification [index-manipulation] ( json-pointer / "#" )
/// origin-specification  = non-negative-integer         ; no leading zeros
/// index-manipulation    = ( "+" / "-" ) positive-integer
/// ```
pub(super) fn is_relative_json_pointer(text: &str) -> bool {
    let Some((up, mut rest)) = leading_number(text) else { return false };
    if up.len() > 1 && up.starts_with('0') {
        return false;
    }
    if let Some(after) = rest.strip_prefix(['+', '-']) {
        let Some((by, after)) = leading_number(after) else { return false };
        if by.starts_with('0') {
            return false;
        }
        rest = after;
    }
    rest == "#" || is_json_pointer(rest)
}

fn leading_number(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| text.split_at(digits))
}

/// RFC 6570, section 2, with erratum 6937, which allows "'" in literals.
///
/// ```text
/// URI-Template  = *( literals / expression )
/// literals      = ASCII without CTL SP DQUOTE "%" "<" ">" "\" "^" "`" "{" "|" "}" / ucschar / iprivate / pct-encoded
/// expression    = "{" [ operator ] variable-list "}"
/// operator      = "+" / "#" / "." / "/" / ";" / "?" / "&" / "=" / "," / "!" / "@" / "|"
/// variable-list = varspec *( "," varspec )
/// ```
pub(super) fn is_uri_template(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        let good = match char {
            '{' => match split_once(rest.as_str(), '}') {
                Some((expression, after)) => {
                    rest = after.chars();
                    let operator = ['+', '#', '.', '/', ';', '?', '&', '=', ',', '!', '@', '|'];
                    let list = expression.strip_prefix(operator).unwrap_or(expression);
                    list.split(',').all(is_varspec)
                }
                None => false,
            },
            '%' => is_percent_encoded(&mut rest),
            '"' | '<' | '>' | '\\' | '^' | '`' | '|' | '}' => false,
            '!'..='~' => true,
            _ => is_ucschar(char) || is_iprivate(char),
        };
        if !good {
            return false;
        }
    }
    true
}

/// ```text
/// varspec    = varname [ ":" max-length / "*" ]
/// varname    = varchar *( ["."] varchar )       varchar = ALPHA / DIGIT / "_" / pct-encoded
/// max-length = %x31-39 0*3DIGIT
/// ```
fn is_varspec(text: &str) -> bool {
    let name = match split_once(text, ':') {
        Some((name, length)) => {
            let digits = (1..=4).contains(&length.len()) && length.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || length.starts_with('0') {
                return false;
            }
            name
        }
        None => text.strip_suffix('*').unwrap_or(text),
    };
    name.split('.').all(|part| {
        let mut rest = part.chars();
        let mut good = !part.is_empty();
        while let Some(char) = rest.next() {
            good &=
                char.is_ascii_alphanumeric() || char == '_' || (char == '%' && is_percent_encoded(&mut rest));
        }
        good
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_pointer_starts_with_a_slash_and_escapes_its_tildes() {
        for text in ["", "/", "/a", "/a//b/", "/~0~1", "/~01", "/%é\"\0\n#"] {
            assert!(is_json_pointer(text), "{text:?}");
        }
        for text in ["a", "#", "#/a", "/~", "/~2", "/~~0", "/a~", " /a"] {
            assert!(!is_json_pointer(text), "{text}");
        }
    }

    #[test]
    fn a_relative_json_pointer_says_first_how_far_up() {
        for text in ["0", "1", "120", "0#", "0/a", "2/0/b", "0//", "1+1/a", "0-12#", "3+1"] {
            assert!(is_relative_json_pointer(text), "{text}");
        }
        for text in ["", "/a", "-1", "+1", "01", "01#", "0##", "1#/a", "0/~2", "0+0", "0+", "1a", "1\n", "١"]
        {
            assert!(!is_relative_json_pointer(text), "{text}");
        }
    }

    #[test]
    fn a_uri_template_closes_its_braces_over_variables() {
        for text in [
            "",
            "a/{b}/{c:1}{?d*,e.f,%41_:9999}",
            "{+a}{#a}{.a}{/a}{;a}{&a}{=a}{,a}{!a}{@a}{|a}",
            "é%41'\u{e000}",
        ] {
            assert!(is_uri_template(text), "{text}");
        }
        for text in [
            "{",
            "}",
            "{}",
            "{a",
            "a}",
            "{a}}",
            "{{a}}",
            "{a,}",
            "{a,,b}",
            "{+}",
            "{a:}",
            "{a:0}",
            "{a:01}",
            "{a:10000}",
            "{a..b}",
            "{.a.}",
            "{a b}",
            "{a=b}",
            "{a**}",
            "{a:1*}",
            "{é}",
            "{%4}",
            "a b",
            "a%4",
            "\"",
            "\u{7f}",
            "\u{85}",
        ] {
            assert!(!is_uri_template(text), "{text}");
        }
    }
}
