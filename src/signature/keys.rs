//! Prepared secrets: one HMAC state for each secret and each accepted algorithm.

use std::fmt;

use super::hmac::{HmacKey, Tag, constant_time_eq, plain_digest};
use super::native_hash::NativeHash;
use super::public_key::{KeyKind, PublicKeyCheck, VerifyPublicKey};
#[cfg(feature = "full")]
use super::secret_error::SecretError;
use super::secret_hint::SecretWarning;
use super::template::{SignedContent, TemplateValues};
use super::{Algorithm, Secret};
use crate::blob::blob;
use crate::issue::Code;
use zeroize::Zeroizing;

/// One or more secrets, prepared for the accepted algorithms.
///
/// INVARIANT: nothing verifies for lack of a secret. SECURITY: never printed, zeroized when
/// dropped.
pub struct Keys {
    secrets: Vec<PreparedSecret>,
    algorithms: Vec<Algorithm>,
    #[cfg_attr(not(feature = "full"), allow(dead_code, reason = "only explanations make other keys"))]
    derivation: KeyDerivation,
    native_hash: Option<NativeHash>,
    /// Verifies with public keys. `None`: nothing verifies.
    verify_public_key: Option<VerifyPublicKey>,
}

/// How a scheme makes a key of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyDerivation {
    /// The key is this hash of the secret.
    pub digest: Option<Algorithm>,
    /// The key begins a plain hash, which is no HMAC.
    pub is_hash: bool,
}

blob!(struct KeyDerivation { digest, is_hash });

impl KeyDerivation {
    fn key(self, algorithm: Algorithm, secret: &[u8]) -> HmacKey {
        match self.digest {
            _ if self.is_hash => HmacKey::of_hash(algorithm, secret),
            Some(digest) => HmacKey::new(algorithm, &Zeroizing::new(plain_digest(digest, secret))),
            None => HmacKey::new(algorithm, secret),
        }
    }
}

/// A shorter message is hashed here in less time than a call of the native hash takes. Measured in Node 20 on a processor
/// with SHA instructions: both take the same time at 512 bytes with SHA-1, at 200 with SHA-256 and at 768 with SHA-512.
const NATIVE_HASH_MIN_BYTES: usize = 512;

/// 128 bits, if the key is random: too many to find by trying.
const MIN_KEY_BYTES: usize = 16;

struct PreparedSecret {
    /// In the order of `Keys::algorithms`.
    keys: Vec<HmacKey>,
    bytes: Zeroizing<Vec<u8>>,
    /// The kind of a public key; `None` for a shared secret.
    key_kind: Option<KeyKind>,
    /// The text of the secret, before decoding.
    #[cfg(feature = "full")]
    source_text: Zeroizing<Vec<u8>>,
    first_warning: Option<SecretWarning>,
    /// Why the secret has no keys, in a webhook that only explains.
    #[cfg(feature = "full")]
    error: Option<SecretError>,
}

impl Keys {
    pub(super) fn new(
        secrets: &[Secret],
        supported: &[Algorithm],
        accepted: Option<&[Algorithm]>,
        derivation: KeyDerivation,
    ) -> Result<Self, KeysError> {
        let algorithms = accepted.unwrap_or(supported).to_vec();
        if secrets.is_empty() {
            return Err(KeysError::NoSecret);
        }
        if algorithms.is_empty() {
            return Err(KeysError::NoAlgorithm);
        }
        if let Some(&algorithm) = algorithms.iter().find(|algorithm| !supported.contains(algorithm)) {
            return Err(KeysError::AlgorithmNotSupported {
                algorithm,
                supported: Algorithm::list(supported),
            });
        }
        let secrets = prepare(secrets, &algorithms, derivation);
        Ok(Self { secrets, algorithms, derivation, native_hash: None, verify_public_key: None })
    }

    /// No keys: deliveries come with theirs. Nothing verifies without.
    pub(crate) fn without_secrets(algorithms: &[Algorithm]) -> Self {
        let (algorithms, derivation) = (algorithms.to_vec(), KeyDerivation::default());
        Self { secrets: Vec::new(), algorithms, derivation, native_hash: None, verify_public_key: None }
    }

    /// The same algorithms with keys of a delivery.
    pub(crate) fn with_outside(&self, secrets: &[Secret]) -> Self {
        Self {
            secrets: prepare(secrets, &[], self.derivation),
            algorithms: self.algorithms.clone(),
            derivation: self.derivation,
            native_hash: None,
            verify_public_key: self.verify_public_key,
        }
    }

    /// Tokens, which are compared as they are: no algorithm, and no HMAC key.
    pub(super) fn of_tokens(secrets: &[Secret]) -> Result<Self, KeysError> {
        if secrets.is_empty() {
            return Err(KeysError::NoSecret);
        }
        let derivation = KeyDerivation::default();
        let secrets = prepare(secrets, &[], derivation);
        Ok(Self { secrets, algorithms: Vec::new(), derivation, native_hash: None, verify_public_key: None })
    }

    /// Returns the index of the secret that a token equals. SECURITY: compares with every secret in constant time, and an
    /// empty secret equals nothing.
    pub(super) fn find_token(&self, token: &[u8]) -> Option<usize> {
        let mut found = None;
        for (index, secret) in self.secrets.iter().enumerate() {
            let is_equal = !secret.bytes.is_empty() & constant_time_eq(&secret.bytes, token);
            found = found.or(is_equal.then_some(index));
        }
        found
    }

    /// Returns the first secret; `None` if it has an error.
    pub(super) fn first_token(&self) -> Option<&[u8]> {
        self.secrets.first().map(|secret| &secret.bytes[..]).filter(|bytes| !bytes.is_empty())
    }

    /// Returns whether the secrets are public keys.
    pub(crate) fn are_public(&self) -> bool {
        let is_public = |algorithm: &Algorithm| algorithm.is_public_key();
        !self.algorithms.is_empty()
            && (self.secrets.iter().all(|secret| secret.key_kind.is_some())
                || self.algorithms.iter().all(is_public))
    }

    /// Returns whether a secret or a public key is of the kind that an algorithm needs.
    pub(super) fn has_kind_of(&self, algorithm: Algorithm) -> bool {
        let kind = algorithm.is_public_key().then(|| KeyKind::of(algorithm));
        self.secrets.iter().any(|secret| secret.key_kind == kind)
    }

    /// Sets the function that verifies with public keys.
    #[must_use]
    pub fn with_public_key_verifier(mut self, verify: VerifyPublicKey) -> Self {
        self.verify_public_key = Some(verify);
        self
    }

    /// Asks the platform whether it can verify with each key. Returns the first one that it cannot verify with, and why.
    pub(crate) fn find_rejected_public_key(&self) -> Option<(usize, PublicKeyCheck)> {
        let check = |secret: &PreparedSecret| {
            let is_for = |algorithm: &&Algorithm| secret.key_kind == Some(KeyKind::of(**algorithm));
            match (self.algorithms.iter().find(is_for), self.verify_public_key) {
                (None, _) => PublicKeyCheck::Valid,
                (_, None) => PublicKeyCheck::Unavailable,
                // The signature is none. Whether the platform can tell is all that counts.
                (Some(algorithm), Some(verify)) => verify(*algorithm, &secret.bytes, b"", &[0; 64]),
            }
        };
        let checks = self.secrets.iter().map(check).enumerate();
        checks
            .into_iter()
            .find(|(_, check)| !matches!(check, PublicKeyCheck::Valid | PublicKeyCheck::Invalid))
    }

    /// Returns the index of the public key that verifies a signature. SECURITY: an algorithm never meets a key of another kind.
    pub(super) fn find_public_key(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<usize> {
        let verify = self.verify_public_key?;
        let kind = KeyKind::of(algorithm);
        self.secrets.iter().position(|secret| {
            secret.key_kind == Some(kind)
                && verify(algorithm, &secret.bytes, message, signature) == PublicKeyCheck::Valid
        })
    }

    /// Sets the hash for long messages.
    #[cfg_attr(
        not(all(feature = "js", target_arch = "wasm32")),
        allow(dead_code, reason = "called by the WebAssembly bridge")
    )]
    pub(crate) fn set_native_hash(&mut self, native_hash: NativeHash) {
        self.native_hash = Some(native_hash);
    }

    /// The tag of signed content under any key.
    #[cfg(feature = "full")]
    pub(crate) fn tag_with_key(
        &self,
        algorithm: Algorithm,
        key: &[u8],
        content: &SignedContent,
        values: &TemplateValues<'_>,
    ) -> Tag {
        self.tag(&self.derivation.key(algorithm, key), content, values)
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

    /// The HMAC of a message under the secret with this index; `None` if that secret has no key.
    pub(crate) fn hmac(&self, secret: usize, algorithm: Algorithm, message: &[u8]) -> Option<Tag> {
        let secret = self.secrets.get(secret).filter(|secret| !secret.keys.is_empty())?;
        Some(HmacKey::new(algorithm, &secret.bytes).tag(message))
    }

    /// Returns the accepted algorithms, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Returns the number of secrets, at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.secrets.len()
    }

    /// Returns every key with the index of its secret: secret by secret, the preferred algorithm first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &HmacKey)> {
        let secrets = self.secrets.iter().enumerate();
        secrets.flat_map(|(index, secret)| secret.keys.iter().map(move |key| (index, key)))
    }

    /// Returns the key and the text of every secret. The key is empty where the secret has an error.
    #[cfg(feature = "full")]
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.secrets.iter().map(|secret| (&secret.bytes[..], &secret.source_text[..]))
    }

    /// Returns why secrets do not have the provider's format, in a webhook that only explains, each with its index.
    #[cfg(feature = "full")]
    pub(crate) fn errors(&self) -> impl Iterator<Item = (usize, &SecretError)> {
        let secrets = self.secrets.iter().enumerate();
        secrets.filter_map(|(index, secret)| Some((index, secret.error.as_ref()?)))
    }

    /// Returns whether both webhooks have a secret in common. SECURITY: compares every pair in constant time, so that
    /// the run time shows neither which secrets are equal nor how many bytes of them.
    pub(crate) fn shares_secret(&self, other: &Self) -> bool {
        let pairs = self.secrets.iter().flat_map(|a| other.secrets.iter().map(move |b| (a, b)));
        pairs.fold(false, |shared, (a, b)| {
            shared | (!a.bytes.is_empty() & constant_time_eq(&a.bytes, &b.bytes))
        })
    }

    /// Returns whether the key of a secret is so short that one delivery is enough to find the key by trying.
    pub(crate) fn is_short(&self, secret: usize) -> bool {
        self.secrets.get(secret).is_some_and(|secret| secret.bytes.len() < MIN_KEY_BYTES)
    }

    /// Returns the secret warnings as sentences, each with the index of its secret.
    #[cfg(feature = "full")]
    pub(crate) fn warnings(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let secrets = self.secrets.iter().enumerate();
        secrets.filter_map(|(index, secret)| Some((index, secret.first_warning?.hint())))
    }

    /// Returns the first secret warning, with the index of its secret.
    pub(super) fn first_warning(&self) -> Option<(usize, SecretWarning)> {
        let mut secrets = self.secrets.iter().enumerate();
        secrets.find_map(|(index, secret)| Some((index, secret.first_warning?)))
    }
}

fn prepare(secrets: &[Secret], algorithms: &[Algorithm], derivation: KeyDerivation) -> Vec<PreparedSecret> {
    let prepare = |secret: &Secret| PreparedSecret {
        // SECURITY: no key of a secret in another format, so that nothing verifies with it.
        keys: algorithms
            .iter()
            .filter(|algorithm| {
                secret.error().is_none() && secret.key_kind().is_none() && !algorithm.is_public_key()
            })
            .map(|a| derivation.key(*a, secret.as_bytes()))
            .collect(),
        bytes: Zeroizing::new(secret.as_bytes().to_vec()),
        key_kind: secret.key_kind(),
        #[cfg(feature = "full")]
        source_text: Zeroizing::new(secret.source_text().to_vec()),
        first_warning: secret.warning(),
        #[cfg(feature = "full")]
        error: secret.error().cloned(),
    };
    secrets.iter().map(prepare).collect()
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("secrets", &format_args!("[{} redacted]", self.secrets.len()))
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Why secrets cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysError {
    /// The list of secrets is empty.
    NoSecret,
    /// The list of accepted algorithms is empty.
    NoAlgorithm,
    /// An accepted algorithm is not among those of the provider.
    AlgorithmNotSupported {
        /// The algorithm.
        algorithm: Algorithm,
        /// The algorithms of the provider.
        supported: String,
    },
}

pub(super) const NO_SECRET: &str = "No signing secret configured. Pass `secrets`.";

impl KeysError {
    /// Returns [`Code::SECRET_MISSING`] or [`Code::OPTION_INVALID`].
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
            Self::NoSecret => f.write_str(NO_SECRET),
            Self::NoAlgorithm => {
                f.write_str("Invalid value for option `algorithms`: expected at least one algorithm.")
            }
            Self::AlgorithmNotSupported { algorithm, supported } => {
                write!(f, "Invalid value for option `algorithms`: expected {supported}, got {algorithm}.")
            }
        }
    }
}

impl std::error::Error for KeysError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::tests::{SECRET, scheme_of};

    #[test]
    fn rejects_no_secret_and_algorithms_that_the_provider_lacks() {
        let scheme = scheme_of("{hex}", "{body}");
        let fail = |secrets: &[Secret], accepted: Option<&[Algorithm]>| {
            let error = scheme.keys(secrets, accepted).expect_err("rejected");
            format!("{}: {error}", error.code())
        };
        let secret = [Secret::from_bytes(SECRET).expect("a secret")];
        assert_eq!(fail(&[], None), "secret-missing: No signing secret configured. Pass `secrets`.");
        assert_eq!(
            fail(&secret, Some(&[])),
            "option-invalid: Invalid value for option `algorithms`: expected at least one algorithm."
        );
        assert_eq!(
            fail(&secret, Some(&[Algorithm::Sha256, Algorithm::Sha1])),
            "option-invalid: Invalid value for option `algorithms`: expected sha256, got sha1."
        );
    }
}
