//! Signing with a private key: the program's own function. The core has no private keys.

use std::fmt;
use std::sync::Arc;

use super::{Algorithm, Keys};

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

    /// Signs a message by the first algorithm that the key is of.
    #[inline(never)]
    pub(super) fn sign(&self, keys: &Keys, message: &[u8]) -> Option<(Algorithm, Vec<u8>)> {
        keys.algorithms().iter().find_map(|&algorithm| Some((algorithm, self.0(algorithm, message)?)))
    }

    /// Signs the head and the claims of a token, which names its algorithm. Returns both with the signature.
    #[inline(never)]
    pub(super) fn sign_token(
        &self,
        keys: &Keys,
        signed: &dyn Fn(Algorithm) -> String,
    ) -> Option<(String, Vec<u8>)> {
        keys.algorithms().iter().find_map(|&algorithm| {
            let signed = signed(algorithm);
            let signature = self.0(algorithm, signed.as_bytes())?;
            Some((signed, signature))
        })
    }
}

/// SECURITY: shows nothing of the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}
