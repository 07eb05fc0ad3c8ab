//! Signing with a private key: the program's own function. The core has no private keys.

use std::fmt;
use std::sync::Arc;

use super::{Algorithm, Keys, SignContext, SignError};

/// Makes a signature with a private key, such as the one of a key pair for tests.
///
/// Called with an algorithm and the message. A signature is DER for [`Algorithm::EcdsaP256`], and r and s of 32 bytes each for
/// [`Algorithm::EcdsaP256Raw`]. Returns `None` if the key is of another kind.
#[derive(Clone)]
pub struct Signer(Arc<SignFunction>);

type SignFunction = dyn Fn(Algorithm, &[u8]) -> Option<Vec<u8>> + Send + Sync;

impl Signer {
    /// A signer that calls a function.
    pub fn new(sign: impl Fn(Algorithm, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(sign))
    }
}

/// SECURITY: shows nothing of the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

impl SignContext<'_> {
    /// Signs a message with the private key, by the first algorithm that the key is of.
    #[inline(never)]
    pub(super) fn sign_with_private_key(
        &self,
        keys: &Keys,
        message: &[u8],
    ) -> Result<(Algorithm, Vec<u8>), SignError> {
        let sign = |sign: &SignFunction, algorithm| Some((algorithm, sign(algorithm, message)?));
        self.with_private_key(keys, &sign)
    }

    /// Signs the head and the claims of a token, which names its algorithm. Returns both with the signature.
    #[inline(never)]
    pub(super) fn sign_token(
        &self,
        keys: &Keys,
        signed: &dyn Fn(Algorithm) -> String,
    ) -> Result<(String, Vec<u8>), SignError> {
        self.with_private_key(keys, &|sign: &SignFunction, algorithm| {
            let signed = signed(algorithm);
            let signature = sign(algorithm, signed.as_bytes())?;
            Some((signed, signature))
        })
    }

    fn with_private_key<T>(
        &self,
        keys: &Keys,
        try_sign: &dyn Fn(&SignFunction, Algorithm) -> Option<T>,
    ) -> Result<T, SignError> {
        let Signer(sign) = self.signer.ok_or(SignError::PublicKey)?;
        let made = keys.algorithms().iter().find_map(|algorithm| try_sign(&**sign, *algorithm));
        made.ok_or_else(|| SignError::PrivateKey(keys.algorithms().to_vec()))
    }
}
