//! Secrets made ready: one HMAC state for each secret and each accepted algorithm.

use std::fmt;

use super::hmac::{HmacKey, Tag, constant_time_eq};
use super::native_hash::NativeHash;
use super::secret::SecretWarning;
use super::template::{SignedContent, TemplateValues};
use super::{Algorithm, Secret};
use crate::issue::Code;
use zeroize::Zeroizing;

/// One or more secrets, ready for the algorithms that are accepted. Never empty, so that nothing
/// verifies by the lack of a secret. It does not print them, and is zeroized when dropped.
pub struct Keys {
    secrets: Vec<PreparedSecret>,
    algorithms: Vec<Algorithm>,
    native_hash: Option<NativeHash>,
}

/// A shorter message is hashed here in less time than a call of the native hash takes. Measured in Node 20 on a processor with instructions for SHA: both take the same
/// time at 512 bytes with SHA-1, at 200 with SHA-256 and at 768 with SHA-512.
const NATIVE_HASH_MIN_BYTES: usize = 512;

/// A key has 16 bytes at least: 128 bits, if they are random.
const SHORTEST: usize = 16;

struct PreparedSecret {
    /// In the order of `Keys::algorithms`.
    keys: Vec<HmacKey>,
    bytes: Zeroizing<Vec<u8>>,
    /// As it was given.
    source_text: Zeroizing<Vec<u8>>,
    first_warning: Option<SecretWarning>,
}

impl Keys {
    pub(super) fn new(
        secrets: &[Secret],
        offered: &[Algorithm],
        accepted: Option<&[Algorithm]>,
    ) -> Result<Self, KeysError> {
        let algorithms = accepted.unwrap_or(offered).to_vec();
        if secrets.is_empty() {
            return Err(KeysError::NoSecret);
        }
        if algorithms.is_empty() {
            return Err(KeysError::NoAlgorithm);
        }
        if let Some(&algorithm) = algorithms.iter().find(|algorithm| !offered.contains(algorithm)) {
            return Err(KeysError::AlgorithmNotSupported { algorithm, supported: Algorithm::list(offered) });
        }
        let secrets = secrets
            .iter()
            .map(|secret| PreparedSecret {
                keys: algorithms.iter().map(|it| HmacKey::new(*it, secret.as_bytes())).collect(),
                bytes: Zeroizing::new(secret.as_bytes().to_vec()),
                source_text: Zeroizing::new(secret.source_text().to_vec()),
                first_warning: secret.suspicion(),
            })
            .collect();
        Ok(Self { secrets, algorithms, native_hash: None })
    }

    /// Sets the hash for long messages.
    #[cfg_attr(
        not(all(feature = "js", target_arch = "wasm32")),
        allow(dead_code, reason = "the bridge does")
    )]
    pub(crate) fn set_native_hash(&mut self, native_hash: NativeHash) {
        self.native_hash = Some(native_hash);
    }

    /// The tag of signed content under any key.
    pub(crate) fn tag_with_key(
        &self,
        algorithm: Algorithm,
        key: &[u8],
        content: &SignedContent,
        values: &TemplateValues<'_>,
    ) -> Tag {
        self.tag(&HmacKey::new(algorithm, key), content, values)
    }

    /// The tag of signed content under a prepared key.
    pub(super) fn tag(&self, key: &HmacKey, content: &SignedContent, values: &TemplateValues<'_>) -> Tag {
        if values.body.len() >= NATIVE_HASH_MIN_BYTES
            && let Some(native_hash) = self.native_hash
            && let Some(tag) = key.native_tag(native_hash, content.parts(values))
        {
            return tag;
        }
        let mut mac = key.start();
        content.feed(&mut mac, values);
        mac.finish()
    }

    /// The accepted algorithms, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// How many secrets there are: one at least.
    #[must_use]
    pub fn count(&self) -> usize {
        self.secrets.len()
    }

    /// Every key with the index of its secret, secret by secret, the preferred algorithm first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &HmacKey)> {
        let prepared = self.secrets.iter().enumerate();
        prepared.flat_map(|(secret, it)| it.keys.iter().map(move |key| (secret, key)))
    }

    /// Every secret: the bytes of its key, and the text as it was given.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.secrets.iter().map(|it| (&it.bytes[..], &it.source_text[..]))
    }

    /// Whether any secret is a secret of the other webhook, too. SECURITY: every pair is compared, each in constant
    /// time, so that the run time tells neither which one nor how much of it.
    pub(crate) fn shares_secret(&self, other: &Self) -> bool {
        let pairs = self.secrets.iter().flat_map(|a| other.secrets.iter().map(move |b| (a, b)));
        pairs.fold(false, |shared, (a, b)| shared | constant_time_eq(&a.bytes, &b.bytes))
    }

    /// Whether the key of a secret is so short that it can be found by trying, from one delivery.
    pub(crate) fn is_short(&self, secret: usize) -> bool {
        self.secrets.get(secret).is_some_and(|it| it.bytes.len() < SHORTEST)
    }

    /// What there is to doubt about each secret, as a sentence.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let secrets = self.secrets.iter().enumerate();
        secrets.filter_map(|(secret, it)| Some((secret, it.first_warning?.hint())))
    }

    /// What makes one doubt a secret: the first doubt, and the index of the secret it is about.
    pub(super) fn first_warning(&self) -> Option<(usize, SecretWarning)> {
        let mut prepared = self.secrets.iter().enumerate();
        prepared.find_map(|(secret, it)| Some((secret, it.first_warning?)))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("secrets", &format_args!("[{} redacted]", self.secrets.len()))
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Why secrets cannot be made ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysError {
    /// The list of secrets is empty.
    NoSecret,
    /// The list of accepted algorithms is empty.
    NoAlgorithm,
    /// An algorithm is accepted that the provider never signs with.
    AlgorithmNotSupported {
        /// The algorithm.
        algorithm: Algorithm,
        /// Those the provider signs with.
        supported: String,
    },
}

impl KeysError {
    /// [`Code::SECRET_MISSING`] or [`Code::OPTION_INVALID`].
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NoSecret => Code::SECRET_MISSING,
            Self::NoAlgorithm | Self::AlgorithmNotSupported { .. } => Code::OPTION_INVALID,
        }
    }
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => {
                f.write_str("No secret was given, and without one nothing can be verified or signed.")
            }
            Self::NoAlgorithm => {
                f.write_str("The list of accepted algorithms is empty, so nothing could verify.")
            }
            Self::AlgorithmNotSupported { algorithm, supported: offered } => {
                write!(f, "The algorithm {algorithm} was asked for, but this provider signs with {offered}.")
            }
        }
    }
}

impl std::error::Error for KeysError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::tests::{SECRET, of};

    #[test]
    fn keys_are_never_empty_and_only_narrow() {
        let scheme = of("{hex}", "{body}");
        let fail = |secrets: &[Secret], accepted: Option<&[Algorithm]>| {
            let error = scheme.keys(secrets, accepted).expect_err("refused");
            format!("{}: {error}", error.code())
        };
        let secret = [Secret::from_bytes(SECRET).expect("a secret")];
        assert_eq!(
            fail(&[], None),
            "secret-missing: No secret was given, and without one nothing can be verified or signed."
        );
        assert_eq!(
            fail(&secret, Some(&[])),
            "option-invalid: The list of accepted algorithms is empty, so nothing could verify."
        );
        assert_eq!(
            fail(&secret, Some(&[Algorithm::Sha256, Algorithm::Sha1])),
            "option-invalid: The algorithm sha1 was asked for, but this provider signs with sha256."
        );
    }
}
