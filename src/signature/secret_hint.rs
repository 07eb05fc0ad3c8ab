//! What a secret looks like, where it is likely wrong. SECURITY: reveals nothing about the secret but the published prefix
//! that marks its type.

use super::placeholder::is_invisible;
use super::secret_format::{SecretEncoding, SecretFormat};

/// Standard Webhooks asks for keys of 24 to 64 bytes.
const STANDARD_MIN_KEY_BYTES: usize = 24;
/// Hex digits of 128 bits: base64 of that length has other characters.
const MIN_HEX_DIGITS: usize = 32;

/// A fact about a legal secret that is likely wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretWarning {
    Quoted,
    SurroundingWhitespace,
    Invisible,
    OnlyHex,
    ShortForStandard,
}

impl SecretWarning {
    /// Checks a secret whose key has this length. A prefix alone is no reason: many providers write one.
    pub fn detect(bare: &str, format: &SecretFormat, key_len: usize) -> Option<Self> {
        let is_text = format.encoding == SecretEncoding::Utf8;
        let is_standard = format.encoding == SecretEncoding::Base64
            && format.prefix.as_deref() == Some("whsec_")
            && key_len < STANDARD_MIN_KEY_BYTES;
        if is_text && is_quoted(bare) {
            Some(Self::Quoted)
        } else if is_text && bare.trim().len() != bare.len() {
            Some(Self::SurroundingWhitespace)
        } else if is_text && bare.chars().any(|c| !c.is_whitespace() && is_invisible(c)) {
            Some(Self::Invisible)
        } else if format.encoding == SecretEncoding::Base64 && is_hex(bare) && bare.len() >= MIN_HEX_DIGITS {
            Some(Self::OnlyHex)
        } else {
            is_standard.then_some(Self::ShortForStandard)
        }
    }

    pub const fn hint(self) -> &'static str {
        match self {
            Self::Quoted => "The secret has quotes around it, which are part of the key. Remove the quotes.",
            Self::SurroundingWhitespace => {
                "The secret begins or ends with white space, which is part of the key. Remove the white space, such as \
                 the line break of a file."
            }
            Self::Invisible => {
                "The secret contains invisible characters, which are part of the key. Remove them, such as the byte order \
                 mark of a file."
            }
            Self::OnlyHex => {
                "The secret contains only hex digits, and this provider's secrets are base64. Check whether the provider \
                 shows hex: if so, set \"secret\": \"hex\" in the provider definition."
            }
            Self::ShortForStandard => {
                "The key has fewer than 24 bytes, the minimum of Standard Webhooks. Check that the secret is complete."
            }
        }
    }
}

/// Returns what to change about a secret that is not base64 or hex.
#[inline(never)]
pub(super) fn format_hint(text: &str, format: &SecretFormat) -> Option<String> {
    let bare = format.strip_prefix(text);
    let has_prefix = bare.len() < text.len();
    let expects_base64 = format.encoding == SecretEncoding::Base64;
    let prefix = format.prefix.as_deref().unwrap_or_default();
    let starts_with_prefix = |text: &str| {
        !prefix.is_empty() && text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if is_quoted(text) || is_quoted(bare) {
        return Some("The secret has quotes around it. Remove the quotes.".to_owned());
    }
    if text.trim().len() != text.len() || bare.trim().len() != bare.len() {
        return Some("The secret begins or ends with white space. Remove the white space.".to_owned());
    }
    if let Some((prefix, kind)) = detect_token_type(text) {
        return Some(format!(
            "The secret looks like {kind}: it begins with \"{prefix}\". Copy the signing secret of this webhook at the provider."
        ));
    }
    if has_prefix && starts_with_prefix(bare) {
        return Some(format!("The secret has its prefix \"{prefix}\" twice. Remove one of them."));
    }
    if starts_with_prefix(bare) {
        return Some(format!("Write the prefix of the secret exactly as the provider does: \"{prefix}\"."));
    }
    let hint = if bare.starts_with("whsec_") {
        "The prefix \"whsec_\" is not this provider's. Check whether the secret belongs to another provider."
    } else if expects_base64 && is_url_safe_base64(bare) {
        "The secret looks like URL-safe base64, with \"-\" or \"_\". Use \"+\" and \"/\" of standard base64."
    } else if expects_base64 && is_base64_text(bare) {
        "The secret has a number of characters that base64 never has. Copy the whole secret again."
    } else if !expects_base64 && !is_hex(bare) && is_base64_text(bare) {
        "The secret looks like base64. Use hex digits."
    } else if has_prefix {
        "Copy the whole secret again, without any other text."
    } else if expects_base64 && bare.starts_with("polar_whs_") {
        "The secret is plain text. Pass its base64, as Polar's SDK does: Buffer.from(secret).toString(\"base64\")."
    } else if expects_base64 && bare.chars().all(|c| !is_invisible(c) || c == ' ') {
        "The secret looks like plain text. Copy the signing secret of this webhook again. Or, if the provider uses the text \
         itself as the key, pass its base64: Buffer.from(secret).toString(\"base64\")."
    } else {
        return None;
    };
    Some(hint.to_owned())
}

fn is_quoted(text: &str) -> bool {
    ['"', '\'', '`'].iter().any(|quote| text.len() > 1 && text.starts_with(*quote) && text.ends_with(*quote))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// SECURITY: by its characters, so that no decoded copy has to be zeroized.
fn is_base64_text(text: &str) -> bool {
    text.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

/// Returns whether a text is URL-safe base64 of a random key. Words with "_" or "-" between them are not, and neither is a
/// text that begins with a word, as tokens do.
fn is_url_safe_base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let has = |is_kind: fn(&u8) -> bool| bare.as_bytes().iter().any(is_kind);
    let first = bare.split(['-', '_']).next().unwrap_or_default();
    let begins_with_word = first.len() > 1 && first.bytes().all(|byte| byte.is_ascii_lowercase());
    bare.len() >= 22
        && bare.len() % 4 != 1
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && has(|byte| b"-_".contains(byte))
        && !begins_with_word
}

/// Published prefixes of tokens, keys and ids that are not webhook signing secrets, and the least number of characters
/// after each. Several prefixes of one kind are separated by spaces.
const TOKEN_PREFIXES: [(&str, usize, &str); 14] = [
    ("sk_live_ sk_test_ sk-proj- sk-ant-", 4, "an API key, such as Stripe's or OpenAI's"),
    ("rk_live_ rk_test_", 4, "a restricted API key, such as Stripe's"),
    ("pk_live_ pk_test_", 4, "a publishable API key, such as Stripe's"),
    ("we_1", 13, "the id of a webhook endpoint at Stripe"),
    ("ghp_ gho_ ghs_ github_pat_", 20, "a GitHub access token"),
    ("glpat-", 16, "a GitLab access token"),
    ("xoxb- xoxp- xapp-", 10, "a Slack token"),
    ("shpat_", 32, "a Shopify access token"),
    ("pdl_live_apikey_ pdl_sdbx_apikey_", 8, "a Paddle API key"),
    ("lin_api_", 16, "a Linear API key"),
    ("AKIA", 16, "an AWS access key"),
    ("eyJ", 20, "a JSON Web Token"),
    ("-----BEGIN", 0, "a PEM file"),
    ("https:// http://", 1, "a URL"),
];

/// Returns the prefix that marks a text as another kind of token, and the name of that kind.
#[inline(never)]
pub(crate) fn detect_token_type(text: &str) -> Option<(&'static str, &'static str)> {
    let text = text.trim();
    TOKEN_PREFIXES.into_iter().find_map(|(prefixes, min, kind)| {
        let prefix = prefixes.split(' ').find(|prefix| text.starts_with(prefix))?;
        let rest = &text[prefix.len()..];
        // A JSON Web Token has three parts. Tokens and ids have no other characters.
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_complete = match prefix {
            "eyJ" => rest.split('.').count() == 3 && rest.bytes().all(|byte| is_token(byte) || byte == b'.'),
            "AKIA" => rest.len() == min && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "-----BEGIN" | "https://" | "http://" => true,
            _ => rest.bytes().all(is_token),
        };
        (rest.len() >= min && is_complete).then_some((prefix, kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_tokens_by_prefix_and_form() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        for (text, prefix) in [
            (" sk_test_4eC39HqLyjWDarjt\n", Some("sk_test_")),
            ("we_1MgrTALkdIwHu7ixU1", Some("we_1")),
            ("AKIAIOSFODNN7EXAMPLE", Some("AKIA")),
            ("https://example.org/hook", Some("https://")),
            (jwt, Some("eyJ")),
            ("-----BEGIN PUBLIC KEY-----", Some("-----BEGIN")),
            // Not in full form, or another provider's own secret.
            ("eyJhbGciOiJIUzI1NiJ9", None),
            ("we_like_webhooks", None),
            ("sk_", None),
            ("httpd", None),
            ("AKIAvelli", None),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", None),
            ("pdl_ntfset_01hkj2c_abcdefgh", None),
            ("lin_wh_abcdefghijklmnop", None),
            ("shpss_0123456789abcdef0123456789abcdef", None),
        ] {
            assert_eq!(detect_token_type(text).map(|token| token.0), prefix, "{text}");
        }
    }

    #[test]
    fn names_url_safe_base64_only_where_nothing_speaks_against_it() {
        for text in ["MfKQ9r8GKYqrTwjUPD8ILP-Io2LaLa_w", "_fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAbCdEfGhIjk="] {
            assert!(is_url_safe_base64(text), "{text}");
        }
        for text in [
            "polar_whs_ABCDEFGHIJKLMNOP1",
            "a_plain_text_secret",
            "a-plain-text-secret-of-words",
            "MY_SECRET_OF_2024_IN_UPPER",
            "AA-_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert!(!is_url_safe_base64(text), "{text}");
        }
    }
}
