//! The keys that the sender may have used: each error that happens to secrets, reversed.

use zeroize::Zeroizing;

use super::causes;
use super::definition::{Alternative, CauseDefinition, single_difference};
use super::shared::{joined, replaced};
use crate::signature::hmac::constant_time_eq;
use crate::signature::{Encoding, SecretEncoding, SecretFormat};

/// One hypothesis about the sender's key.
pub struct KeyHypothesis {
    /// Index of the secret that the key is made of.
    pub secret: usize,
    pub causes: Vec<&'static CauseDefinition>,
    /// Other causes of the same key.
    pub alternatives: Vec<Alternative>,
    pub key: Zeroizing<Vec<u8>>,
}

/// The text of an unset variable in shells, JavaScript, Python and Ruby, used as a secret.
const UNSET: [&[u8]; 5] = [b"", b"undefined", b"null", b"None", b"nil"];

/// Returns every key hypothesis of one secret: each error by itself, then two at once.
#[inline(never)]
pub fn key_hypotheses(
    secret: usize,
    key: &[u8],
    source_text: &[u8],
    format: &SecretFormat,
) -> Vec<KeyHypothesis> {
    let prefix = format.prefix.as_deref();
    let mut all = KeyHypotheses { secret, format, all: Vec::new() };
    all.push(&[], key.to_vec());
    let variants = secret_variants(source_text, prefix);
    // In another format, then with an error in the text, then both.
    all.with_other_formats(&[], source_text);
    for (cause, text) in &variants {
        all.with_expected_format(&[cause], text);
    }
    for (cause, text) in &variants {
        all.with_other_formats(&[cause], text);
        for (other, text) in &secret_variants(text, prefix) {
            if !cause.same_cause(other) {
                all.with_expected_format(&[cause, other], text);
            }
        }
    }
    if secret == 0 {
        for key in UNSET {
            all.push(&[&causes::SECRET_UNSET], key.to_vec());
        }
    }
    all.all
}

struct KeyHypotheses<'f> {
    secret: usize,
    format: &'f SecretFormat,
    all: Vec<KeyHypothesis>,
}

impl KeyHypotheses<'_> {
    /// Adds a key. Causes of a key that an earlier hypothesis has are alternatives of it, or replace more causes.
    #[inline(never)]
    fn push(&mut self, causes: &[&'static CauseDefinition], key: Vec<u8>) {
        let key = Zeroizing::new(key);
        let Some(other) = self.all.iter_mut().find(|other| constant_time_eq(&other.key, &key)) else {
            let (secret, causes) = (self.secret, causes.to_vec());
            return self.all.push(KeyHypothesis { secret, causes, alternatives: Vec::new(), key });
        };
        if causes.len() < other.causes.len() {
            other.causes = causes.to_vec();
            other.alternatives.clear();
        }
        other.alternatives.extend(single_difference(&other.causes, causes));
    }

    /// Adds the key of a text in the provider's format.
    #[inline(never)]
    fn with_expected_format(&mut self, causes: &[&'static CauseDefinition], text: &[u8]) {
        if let Some(key) = key_of(text, self.format) {
            self.push(causes, key);
        }
    }

    /// Adds the keys of a text in other formats.
    #[inline(never)]
    fn with_other_formats(&mut self, causes: &[&'static CauseDefinition], text: &[u8]) {
        let format = self.format;
        let mut add = |cause, key| self.push(&[causes, &[cause]].concat(), key);
        let prefix = format.prefix.as_deref().unwrap_or_default();
        let bare = text.strip_prefix(prefix.as_bytes()).unwrap_or(text);
        if format.encoding != SecretEncoding::Utf8 {
            add(&causes::SECRET_NOT_DECODED, bare.to_vec());
        }
        if !prefix.is_empty() {
            add(&causes::SECRET_PREFIX_KEPT, joined(&[prefix.as_bytes(), bare]));
        }
        // Each encoding is skipped where it is the expected one. No provider's format is URL-safe base64.
        let decoded = [
            (Some(SecretEncoding::Hex), Encoding::Hex, &causes::SECRET_HEX_DECODED),
            (Some(SecretEncoding::Base64), Encoding::Base64, &causes::SECRET_BASE64_DECODED),
            (None, Encoding::Base64Url, &causes::SECRET_BASE64URL_DECODED),
        ];
        let bare = std::str::from_utf8(bare).unwrap_or_default();
        for (expected, encoding, cause) in decoded {
            if expected != Some(format.encoding)
                && let Some(key) = encoding.decode_lenient(bare).filter(|key| !key.is_empty())
            {
                add(cause, key);
            }
        }
        if let Some(key) = key_of(text, format).map(Zeroizing::new) {
            let hex = Encoding::Hex.encode(&key);
            let upper = hex.to_ascii_uppercase();
            for encoded in [hex, Encoding::Base64.encode(&key), upper] {
                add(&causes::SECRET_ENCODED, encoded.into_bytes());
            }
        }
    }
}

/// Returns the key of a text in the provider's format.
#[inline(never)]
fn key_of(text: &[u8], format: &SecretFormat) -> Option<Vec<u8>> {
    let bare = format.prefix.as_ref().and_then(|prefix| text.strip_prefix(prefix.as_bytes())).unwrap_or(text);
    let encoding = match format.encoding {
        SecretEncoding::Utf8 => return Some(bare.to_vec()),
        SecretEncoding::Base64 => Encoding::Base64,
        SecretEncoding::Hex => Encoding::Hex,
    };
    encoding.decode_lenient(std::str::from_utf8(bare).ok()?).filter(|key| !key.is_empty())
}

/// Returns the text of the secret with each error reversed, of the receiver and of the sender.
#[inline(never)]
fn secret_variants(source_text: &[u8], prefix: Option<&str>) -> Vec<SecretVariant> {
    let mut all = SecretVariants { source_text, all: Vec::new() };
    all.add(&causes::SECRET_WHITE_SPACE, &[source_text.trim_ascii()]);
    if let [first @ (b'"' | b'\'' | b'`'), inside @ .., last] = source_text
        && first == last
    {
        all.add(&causes::SECRET_QUOTES, &[inside]);
    }
    if let Some(start) = source_text.windows(2).position(|pair| pair == b"\\n") {
        all.add(&causes::SECRET_NEWLINE_ESCAPED, &[&source_text[..start], &source_text[start + 2..]]);
        all.replaced(&causes::SECRET_NEWLINE_ESCAPED, b"\\n", b"\n");
    }
    all.replaced(&causes::SECRET_NEWLINE_UNESCAPED, b"\n", b"\\n");
    for (cause, prefix, suffix) in WRAPPED_VARIANTS {
        all.add(cause, &[prefix.as_bytes(), source_text, suffix.as_bytes()]);
    }
    if prefix.is_none() {
        if let Some(end) = source_text.iter().take(12).position(|byte| *byte == b'_')
            && end > 0
            && source_text[..end].iter().all(u8::is_ascii_lowercase)
        {
            all.add(&causes::SECRET_PREFIX_DROPPED, &[&source_text[end + 1..]]);
        }
        all.add(&causes::SECRET_PREFIX_KEPT, &[b"whsec_", source_text]);
    }
    all.all
}

/// Text that the sender's secret may have around it.
const WRAPPED_VARIANTS: [(&CauseDefinition, &str, &str); 6] = [
    (&causes::SECRET_WHITE_SPACE_MISSING, "", "\n"),
    (&causes::SECRET_WHITE_SPACE_MISSING, "", "\r\n"),
    (&causes::SECRET_WHITE_SPACE_MISSING, "", " "),
    (&causes::SECRET_WHITE_SPACE_MISSING, " ", ""),
    (&causes::SECRET_QUOTES_MISSING, "\"", "\""),
    (&causes::SECRET_QUOTES_MISSING, "'", "'"),
];

type SecretVariant = (&'static CauseDefinition, Zeroizing<Vec<u8>>);

struct SecretVariants<'s> {
    source_text: &'s [u8],
    all: Vec<SecretVariant>,
}

impl SecretVariants<'_> {
    /// Adds a text, unless it is empty or the secret itself.
    #[inline(never)]
    fn add(&mut self, cause: &'static CauseDefinition, parts: &[&[u8]]) {
        let text = Zeroizing::new(joined(parts));
        if *text != self.source_text && !text.is_empty() {
            self.all.push((cause, text));
        }
    }

    fn replaced(&mut self, cause: &'static CauseDefinition, from: &[u8], to: &[u8]) {
        if let Some(text) = replaced(self.source_text, from, to).map(Zeroizing::new) {
            self.add(cause, &[&text]);
        }
    }
}

/// Published prefixes of tokens, keys and ids that are not webhook signing secrets.
const TOKEN_PREFIXES: [(&str, &str); 12] = [
    ("sk_", "an API key, such as Stripe's"),
    ("rk_", "a restricted API key, such as Stripe's"),
    ("pk_", "a publishable API key, such as Stripe's"),
    ("we_", "the id of a webhook endpoint, such as Stripe's"),
    ("ghp_", "a GitHub access token"),
    ("github_pat_", "a GitHub access token"),
    ("xoxb-", "a Slack token"),
    ("xoxp-", "a Slack token"),
    ("AKIA", "an AWS access key"),
    ("eyJ", "a JSON Web Token"),
    ("-----BEGIN", "a PEM file"),
    ("http", "a URL"),
];

/// Returns the prefix that marks a text as another kind of token, and the name of that kind.
pub fn detect_token_type(source_text: &[u8]) -> Option<(&'static str, &'static str)> {
    let text = source_text.trim_ascii();
    TOKEN_PREFIXES.into_iter().find(|(prefix, kind)| {
        text.strip_prefix(prefix.as_bytes())
            .is_some_and(|rest| *kind != "a URL" || rest.starts_with(b"://") || rest.starts_with(b"s://"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, format: &str, key: &[u8]) -> Vec<&'static str> {
        let format = SecretFormat::parse(format).expect("a format");
        let expected = key_of(text.as_bytes(), &format).expect("a secret");
        let all = key_hypotheses(0, &expected, text.as_bytes(), &format);
        let hypothesis =
            all.iter().find(|other| *other.key == key).unwrap_or_else(|| panic!("{text}: {key:?}"));
        hypothesis.causes.iter().map(|cause| cause.code).collect()
    }

    #[test]
    fn tries_every_error_under_its_code() {
        for (text, format, key, expected) in [
            ("ab", "utf8", &b"ab"[..], &[][..]),
            (" ab\n", "utf8", b"ab", &["secret-white-space"]),
            ("ab", "utf8", b"ab\n", &["secret-white-space-missing"]),
            ("'ab'", "utf8", b"ab", &["secret-quotes"]),
            ("ab", "utf8", b"\"ab\"", &["secret-quotes-missing"]),
            ("'ab\n'", "utf8", b"ab", &["secret-quotes", "secret-white-space"]),
            ("ab\\n", "utf8", b"ab\n", &["secret-newline-escaped"]),
            ("ab\\n", "utf8", b"ab", &["secret-newline-escaped"]),
            ("a\nb", "utf8", b"a\\nb", &["secret-newline-unescaped"]),
            ("00ff", "utf8", b"\x00\xff", &["secret-hex-decoded"]),
            ("AA==", "utf8", b"\x00", &["secret-base64-decoded"]),
            ("_-8", "utf8", b"\xff\xef", &["secret-base64url-decoded"]),
            ("AA==", "base64", b"AA==", &["secret-not-decoded"]),
            ("00ff", "hex", b"00ff", &["secret-not-decoded"]),
            ("whsec_AA==", "base64", b"AA==", &["secret-not-decoded"]),
            ("whsec_AA==", "base64", b"whsec_AA==", &["secret-prefix-kept"]),
            ("whsec_AA==", "utf8", b"AA==", &["secret-prefix-dropped"]),
            ("whsec_AA==", "utf8", b"\x00", &["secret-prefix-dropped", "secret-base64-decoded"]),
            ("AA==", "utf8", b"whsec_AA==", &["secret-prefix-kept"]),
            ("ab", "utf8", b"6162", &["secret-encoded"]),
            ("ab", "utf8", b"undefined", &["secret-unset"]),
            ("ab", "utf8", b"", &["secret-unset"]),
        ] {
            assert_eq!(codes(text, format, key), expected, "{text:?} as {format}");
        }
    }

    #[test]
    fn detects_tokens_by_their_prefix() {
        assert_eq!(detect_token_type(b" sk_test_1").map(|token| token.0), Some("sk_"));
        assert_eq!(detect_token_type(b"we_1").map(|token| token.0), Some("we_"));
        assert_eq!(detect_token_type(b"https://x").map(|token| token.1), Some("a URL"));
        assert_eq!(detect_token_type(b"httpd"), None);
        assert_eq!(detect_token_type(b"whsec_AAAA"), None);
    }
}
