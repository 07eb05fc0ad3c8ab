//! The keys that the sender may have used: each error that happens to secrets, reversed.

use zeroize::Zeroizing;

use super::causes;
use super::definition::{Alternative, CauseDefinition, single_difference};
use super::secret_text::secret_variants;
use crate::signature::hmac::constant_time_eq;
use crate::signature::{Encoding, SecretEncoding, SecretFormat, decode_base64_key};

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

/// Each key multiplies the search, so that a secret has a limited number of them. The frequent ones are first.
const MAX_KEYS: usize = 60;

/// Returns every key hypothesis of one secret: each error by itself, then two at once. `key` is empty where the secret does
/// not have the provider's format.
#[inline(never)]
pub fn key_hypotheses(
    secret: usize,
    key: &[u8],
    source_text: &[u8],
    format: &SecretFormat,
) -> Vec<KeyHypothesis> {
    let mut all = KeyHypotheses { secret, format, all: Vec::new() };
    if !key.is_empty() {
        all.push(&[], key);
    }
    let Ok(text) = std::str::from_utf8(source_text) else { return all.all };
    if key.is_empty() && !UNSET.contains(&source_text) {
        all.with_expected_format(&[&causes::SECRET_REJECTED], text);
    }
    // In another format, then with an error in the text, then both.
    all.with_other_formats(&[], text);
    let variants = secret_variants(text, format);
    for (cause, text) in &variants {
        all.with_expected_format(&[cause], text);
    }
    if secret == 0 {
        for key in UNSET {
            all.push(&[&causes::SECRET_UNSET], key);
        }
    }
    for (cause, text) in &variants {
        all.with_decoded(&[cause], text);
        for (other, text) in &secret_variants(text, format) {
            if !cause.same_cause(other) {
                all.with_expected_format(&[cause, other], text);
            } else if cause.same_cause(&causes::SECRET_BASE64_DECODED) {
                all.with_expected_format(&[&causes::SECRET_BASE64_TWICE], text);
            }
        }
    }
    for (cause, text) in &variants {
        all.with_other_formats(&[cause], text);
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
    fn push(&mut self, causes: &[&'static CauseDefinition], key: &[u8]) {
        let Some(other) = self.all.iter_mut().find(|other| constant_time_eq(&other.key, key)) else {
            if self.all.len() < MAX_KEYS {
                let (secret, causes, key) = (self.secret, causes.to_vec(), Zeroizing::new(key.to_vec()));
                self.all.push(KeyHypothesis { secret, causes, alternatives: Vec::new(), key });
            }
            return;
        };
        if causes.len() < other.causes.len() {
            other.causes = causes.to_vec();
            other.alternatives.clear();
        }
        other.alternatives.extend(single_difference(&other.causes, causes));
    }

    /// Adds the key of a text in the provider's format.
    #[inline(never)]
    fn with_expected_format(&mut self, causes: &[&'static CauseDefinition], text: &str) {
        if let Some(key) = self.format.decode(text).filter(|key| !key.is_empty()) {
            self.push(causes, &key);
        }
    }

    /// Adds the keys of a text that is decoded otherwise than by the provider's format. No provider's format is URL-safe
    /// base64.
    #[inline(never)]
    fn with_decoded(&mut self, causes: &[&'static CauseDefinition], text: &str) {
        let encoding = self.format.encoding;
        let bare = self.format.strip_prefix(text);
        let mut add = |cause: &'static CauseDefinition, key: Option<Zeroizing<Vec<u8>>>| {
            let is_new = causes.iter().all(|other| !other.same_cause(cause));
            if let Some(key) = key.filter(|key| is_new && !key.is_empty()) {
                self.push(&[causes, &[cause]].concat(), &key);
            }
        };
        if encoding != SecretEncoding::Hex {
            add(&causes::SECRET_HEX_DECODED, Encoding::Hex.decode_lenient(bare).map(Zeroizing::new));
        }
        if encoding != SecretEncoding::Base64 {
            add(&causes::SECRET_BASE64_DECODED, decode_base64_key(bare));
        }
        // Without these characters, both alphabets are one.
        if bare.contains(['-', '_']) {
            let key = Encoding::Base64Url.decode_lenient(bare).map(Zeroizing::new);
            add(&causes::SECRET_BASE64URL_DECODED, key);
        }
    }

    /// Adds the keys of a text in other formats.
    #[inline(never)]
    fn with_other_formats(&mut self, causes: &[&'static CauseDefinition], text: &str) {
        let format = self.format;
        let bare = format.strip_prefix(text);
        let add = |all: &mut Self, cause, key: &[u8]| all.push(&[causes, &[cause]].concat(), key);
        if format.encoding != SecretEncoding::Utf8 {
            add(self, &causes::SECRET_NOT_DECODED, bare.as_bytes());
        }
        if let Some(prefix) = &format.prefix {
            let whole = Zeroizing::new([prefix, bare].concat());
            add(self, &causes::SECRET_PREFIX_KEPT, whole.as_bytes());
        }
        self.with_decoded(causes, text);
        let key = format.decode(text).unwrap_or_else(|| Zeroizing::new(bare.as_bytes().to_vec()));
        // `echo secret | base64` encodes a line break as well.
        if format.encoding != SecretEncoding::Utf8 {
            add(self, &causes::SECRET_ENCODED_NEWLINE, key.trim_ascii_end());
        }
        let hex = Zeroizing::new(Encoding::Hex.encode(&key));
        let upper = Zeroizing::new(hex.to_ascii_uppercase());
        for encoded in [hex, Zeroizing::new(Encoding::Base64.encode(&key)), upper] {
            add(self, &causes::SECRET_ENCODED, encoded.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, format: &str, key: &[u8]) -> Vec<&'static str> {
        let format = SecretFormat::parse(format).expect("a format");
        let expected = format.decode(text).unwrap_or_default();
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
            // Text that was copied with the secret.
            ("STRIPE_SECRET=ab", "utf8", b"ab", &["secret-surrounded"]),
            ("export SECRET=\"ab\"", "utf8", b"ab", &["secret-surrounded"]),
            ("  \"secret\": \"ab\",", "utf8", b"ab", &["secret-surrounded"]),
            ("Bearer ab", "utf8", b"ab", &["secret-surrounded"]),
            ("ab;", "utf8", b"ab", &["secret-surrounded"]),
            ("ab # of production", "utf8", b"ab", &["secret-surrounded"]),
            ("SECRET=whsec_AAECAwQFBgc=", "base64", &[0, 1, 2, 3, 4, 5, 6, 7], &["secret-surrounded"]),
            ("SECRET: ab\r", "utf8", b"ab", &["secret-surrounded"]),
            // Characters that were encoded, escaped or replaced.
            ("a%2Bb%3D", "utf8", b"a+b=", &["secret-url-encoded"]),
            ("a+b", "utf8", b"a b", &["secret-url-encoded"]),
            ("a b/c", "utf8", b"a+b/c", &["secret-url-decoded"]),
            ("a+b=", "utf8", b"a%2Bb%3D", &["secret-url-decoded"]),
            ("a&amp;b&lt;", "utf8", b"a&b<", &["secret-html-escaped"]),
            ("a\\/b\\u003d\\\"", "utf8", b"a/b=\"", &["secret-json-escaped"]),
            ("\u{feff}ab", "utf8", b"ab", &["secret-invisible-characters"]),
            ("a\u{200b}b", "utf8", b"ab", &["secret-invisible-characters"]),
            ("ab\u{a0}", "utf8", b"ab", &["secret-white-space"]),
            ("a\u{2013}b\u{2019}", "utf8", b"a-b'", &["secret-typographic"]),
            ("\u{201c}ab\u{201d}", "utf8", b"ab", &["secret-typographic", "secret-quotes"]),
            ("ABcd", "utf8", b"abcd", &["secret-letter-case"]),
            ("ab\r", "utf8", b"ab", &["secret-white-space"]),
            // Base64 around the secret.
            ("YWI=", "utf8", b"ab", &["secret-base64-decoded"]),
            ("YWIK", "utf8", b"ab", &["secret-base64-decoded", "secret-white-space"]),
            ("WVdJPQ==", "utf8", b"ab", &["secret-base64-twice"]),
            ("YWJj", "base64", b"abc", &[]),
            ("YWIK", "base64", b"ab", &["secret-encoded-newline"]),
            ("d2hzZWNfQUFFQ0F3UUZCZ2M9Cg==", "base64", &[0, 1, 2, 3, 4, 5, 6, 7], &["secret-base64-decoded"]),
            // Texts that the provider's format does not have.
            ("a_text!", "base64", b"a_text!", &["secret-not-decoded"]),
            ("a_text!", "base64", b"YV90ZXh0IQ==", &["secret-encoded"]),
            ("whsec_whsec_AAE=", "base64", b"\x00\x01", &["secret-prefix-doubled"]),
            ("WHSEC_AAE=", "base64", b"\x00\x01", &["secret-prefix-case"]),
            ("'whsec_AAE='", "base64", b"\x00\x01", &["secret-quotes"]),
            ("whsec_AAE=\n", "base64", b"\x00\x01", &["secret-white-space"]),
            ("whsec_-_8", "base64", b"\xfb\xff", &["secret-base64url-decoded"]),
            ("00ff", "base64", b"\x00\xff", &["secret-hex-decoded"]),
            ("whsec_AP8=", "hex", b"\x00\xff", &["secret-prefix-dropped", "secret-base64-decoded"]),
            ("AP8=", "hex", b"\x00\xff", &["secret-base64-decoded"]),
        ] {
            assert_eq!(codes(text, format, key), expected, "{text:?} as {format}");
        }
    }

    #[test]
    fn a_secret_without_the_format_has_no_unchanged_key() {
        let format = SecretFormat::parse("base64").expect("a format");
        for (text, code) in [("whsec_AAE=", "secret-rejected"), ("changeme", "secret-rejected")] {
            let all = key_hypotheses(0, &[], text.as_bytes(), &format);
            assert!(all.iter().all(|other| !other.causes.is_empty()), "{text}");
            let key = format.decode(text).expect("a key");
            let hypothesis = all.iter().find(|other| other.key == key).expect("its key");
            assert_eq!(hypothesis.causes[0].code, code);
        }
    }

    #[test]
    fn the_number_of_keys_is_limited() {
        let long = "export A=\"whsec_%41&amp;\\/\u{201c}b\u{a0}\u{feff}\\n \", # b".repeat(20);
        for text in
            [long.as_str(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a plain secret", "5f4dcc3b5aa765d6"]
        {
            for name in ["utf8", "base64", "hex", "key_{utf8}"] {
                let format = SecretFormat::parse(name).expect("a format");
                let key = format.decode(text).unwrap_or_default();
                let count = key_hypotheses(0, &key, text.as_bytes(), &format).len();
                assert!((10..=MAX_KEYS).contains(&count), "{text:?} as {name}: {count}");
            }
        }
    }
}
