//! Why a token is not accepted: it is in another form or another header, or it is another token. SECURITY: nothing of a
//! received value is repeated, since it may be the secret; secrets are compared in constant time.

use super::cause::{Cause, Explanation};
use super::causes;
use super::encodings::from_percent;
use super::shared::secret_label;
use crate::delivery::Delivery;
use crate::signature::hmac::constant_time_eq;
use crate::signature::{Encoding, Keys, Outcome, TokenScheme};
use crate::text::{eq_ignore_ascii_case, split_once};
use zeroize::Zeroizing;

/// Headers that are searched for the token.
const MAX_HEADERS: usize = 128;
/// Longer than a token and all that surrounds it.
const MAX_CHARS: usize = 2048;

type Text = Zeroizing<Vec<u8>>;

/// Returns the explanation of a delivery with a token.
pub fn explain(scheme: &TokenScheme, keys: Option<&Keys>, delivery: &Delivery<'_>) -> Explanation {
    let header = scheme.header();
    let Some(keys) = keys else {
        return Explanation::of_observations(vec![causes::SECRET_MISSING.render(&[])]);
    };
    if let Outcome::Token { secret } = scheme.verify(keys, &delivery.headers) {
        let args = [("header", header), ("secret", &secret_label(keys, secret))];
        return Explanation::of_observations(vec![causes::TOKEN_VALID.render(&args)]);
    }
    let mut explanation = Explanation::of_observations(Vec::new());
    for (name, value) in
        delivery.headers.iter().filter(|(_, value)| value.len() <= MAX_CHARS).take(MAX_HEADERS)
    {
        explanation.matches.extend(find(scheme, keys, name, value, &mut explanation.tried));
    }
    if explanation.matches.is_empty() {
        let is_missing = delivery.headers.get(header).is_none();
        let cause = if is_missing { &causes::TOKEN_MISSING } else { &causes::TOKEN_UNKNOWN };
        let count = match keys.count() {
            1 => "not the configured secret".to_owned(),
            count => format!("none of the {count} configured secrets"),
        };
        explanation.observations.push(cause.render(&[("header", header), ("count", &count)]));
    }
    explanation
}

/// Returns the cause if a header contains a secret in any form.
fn find(scheme: &TokenScheme, keys: &Keys, name: &str, value: &str, tried: &mut usize) -> Option<Cause> {
    let is_expected_header = eq_ignore_ascii_case(name, scheme.header());
    let received = received_forms(scheme, value);
    for (secret, (_, text)) in keys.secrets().enumerate() {
        for (secret_change, expected) in secret_forms(&String::from_utf8_lossy(text)) {
            for (received_change, token) in &received {
                *tried += 1;
                if expected.is_empty() || !constant_time_eq(token, &expected) {
                    continue;
                }
                let change = match (secret_change, *received_change) {
                    ("", "") => "it is sent more than once",
                    ("", change) | (change, _) => change,
                };
                let label = secret_label(keys, secret);
                let args = [
                    ("found", name),
                    ("header", scheme.header()),
                    ("format", &scheme.format()),
                    ("secret", &label),
                    ("change", change),
                ];
                let cause =
                    if is_expected_header { &causes::TOKEN_FORM } else { &causes::TOKEN_OTHER_HEADER };
                return Some(cause.render(&args));
            }
        }
    }
    None
}

/// Returns the forms of a received value, each with what is wrong with it; empty for the right form.
fn received_forms(scheme: &TokenScheme, value: &str) -> Vec<(&'static str, Text)> {
    let mut forms: Vec<(&'static str, Text)> = Vec::new();
    let mut add = |change, bytes: &[u8]| forms.push((change, Zeroizing::new(bytes.to_vec())));
    let token = scheme.token(value);
    if let Some(token) = token.filter(|_| !scheme.is_basic()) {
        add("", token.as_bytes());
    }
    let no_prefix = if scheme.is_basic() {
        "the header has it without base64"
    } else {
        "the header has it without the text before it"
    };
    if token.is_none() {
        add(no_prefix, value.as_bytes());
    }
    let bare = token.unwrap_or(value);
    add("the header has white space around it", bare.trim().as_bytes());
    add("the header has it in quotes", unquoted(bare.trim()).as_bytes());
    for item in value.split(',').map(str::trim).filter(|item| item.len() < value.len()) {
        add("the header has it in a list", scheme.token(item).unwrap_or(item).as_bytes());
    }
    if let Some((_, rest)) = split_once(value.trim(), ' ') {
        add("the header has another text before it", rest.trim().as_bytes());
    }
    for text in [bare, split_once(value, ' ').map_or(value, |(_, rest)| rest)] {
        if let Some(decoded) = Encoding::Base64.decode_lenient(text).map(Zeroizing::new) {
            add(if scheme.is_basic() { "" } else { "the header has it as base64" }, &decoded);
            if let Some(end) = decoded.iter().position(|byte| *byte == b':').filter(|_| scheme.is_basic()) {
                add("it has to contain the user name, a colon and the password", &decoded[end + 1..]);
            }
        }
    }
    if let Some(decoded) = from_percent(bare.as_bytes(), false).map(Zeroizing::new) {
        add("the header has it percent-encoded", &decoded);
    }
    forms
}

/// Returns the forms of a configured secret, each with what is wrong with it; empty for the right form.
fn secret_forms(text: &str) -> Vec<(&'static str, Text)> {
    let bare = text.trim();
    let mut forms = vec![
        ("", text),
        ("the configured secret has white space around it", bare),
        ("the configured secret is in quotes", unquoted(bare)),
    ];
    if let Some((_, rest)) = split_once(bare, ' ') {
        forms
            .push(("the configured secret has the text that is before the token in the header", rest.trim()));
    }
    forms.into_iter().map(|(change, text)| (change, Zeroizing::new(text.as_bytes().to_vec()))).collect()
}

fn unquoted(text: &str) -> &str {
    let strip = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    ['"', '\'', '`'].into_iter().find_map(strip).unwrap_or(text)
}
