//! Signatures without a provider: [`hmac`], and signature schemes. [`Webhook`](crate::Webhook) does all of this for a provider.
//!
//! A [`Scheme`] is made from data: which header has the signature, in which format, and which content is signed. [`Keys`]
//! are one or more secrets prepared for a scheme. [`Scheme::verify`] returns an [`Outcome`] for every delivery, and
//! [`Scheme::sign`] makes the headers of a signed delivery.
//!
//! ```
//! use hookseal::delivery::{Delivery, Headers};
//! use hookseal::signature::{Algorithm, Scheme, SchemeDefinition, Secret, SignContext};
//!
//! let scheme = Scheme::new(SchemeDefinition {
//!     algorithms: vec![Algorithm::Sha256, Algorithm::Sha1],
//!     ..SchemeDefinition::new("X-Signature", "{algorithm}={hex}")
//! })?;
//! let secret = Secret::parse("correct horse battery staple", scheme.secret_format())?;
//! let keys = scheme.keys(&[secret], None)?;
//!
//! let now = 1_700_000_000_000;
//! let signed = scheme.sign(&keys, b"{}", &SignContext::at(now))?;
//! let delivery = Delivery::new(Headers::from_iter(signed), b"{}");
//! assert!(scheme.verify(&keys, &delivery, now, 300).is_verified());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod ambiguity;
mod candidates;
mod content_digest;
mod encoding;
mod header;
pub mod hmac;
mod jwt;
mod keys;
mod message;
pub(crate) mod native_hash;
mod outcome;
mod placeholder;
mod public_key;
mod scheme;
mod secret;
mod secret_error;
mod secret_format;
mod secret_hint;
mod sign;
mod signed_headers;
mod signer;
mod template;
#[cfg(test)]
mod tests;
mod timestamp;
mod token;
mod variant;
mod verify;

pub use algorithm::Algorithm;
pub(crate) use content_digest::ContentDigest;
pub(crate) use encoding::Encoding;
#[cfg(feature = "full")]
pub(crate) use header::HeaderItem;
pub use hmac::sha256;
pub use jwt::{DEFAULT_LEEWAY, JwtDefinition, JwtScheme};
pub use keys::{KeyDerivation, Keys, KeysError};
pub use outcome::{MalformedReason, Outcome, ReceivedSignature, SignatureStatus, SignedBy};
pub(crate) use public_key::BUILT_IN_PUBLIC_KEY;
#[cfg(feature = "ed25519")]
pub use public_key::verify_public_key;
pub use public_key::{PublicKeyCheck, VerifyPublicKey};
pub use scheme::{Scheme, SchemeDefinition, SchemeError};
pub use secret::Secret;
pub use secret_error::SecretError;
#[cfg(feature = "full")]
pub(crate) use secret_format::decode_base64_key;
pub use secret_format::{SecretEncoding, SecretFormat};
#[cfg(feature = "full")]
pub(crate) use secret_hint::detect_token_type;
pub use sign::{SignContext, SignError};
pub use signed_headers::SignedHeaders;
pub use signer::Signer;
#[cfg(feature = "full")]
pub(crate) use template::SignedContent;
pub(crate) use template::TemplateValues;
pub(crate) use template::{HEADER_VALUES, TemplateToken, UNUSABLE, is_source, tokens};
pub use timestamp::TimestampUnit;
pub(crate) use timestamp::detect_unit;
pub use token::TokenScheme;
pub use variant::SignatureScheme;
