//! Signs, verifies, parses, validates and explains webhook deliveries.
//!
//! A delivery is the headers and the raw body of one HTTP request. [`Webhook`] verifies its signature in constant
//! time before any parser reads the body, parses the body as strict JSON, and validates the payload by the provider's
//! schema. A report lists all issues: every [`Issue`] has a stable [`Code`], a message, a JSON Pointer, and its location in
//! bytes, in UTF-16 code units, and by line and column.
//!
//! A provider is data: `painchek`, `xon`, `github`, `stripe` and [more](provider::ids) are built in, and
//! [`provider::Provider::from_json`] parses a definition of your own. The crate does no I/O, and its verbs use neither a clock
//! nor randomness: the time and random bytes are parameters.
//!
//! # Verify a PainChek delivery
//!
//! ```
//! use std::time::SystemTime;
//!
//! use hookseal::{Delivery, Webhook, WebhookOptions};
//!
//! // The first secret signs, and all secrets verify: so a secret can be rotated.
//! let secrets = vec!["the secret of the subscription".into()];
//! let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
//!
//! # let body = include_bytes!("../providers/painchek/samples/assessment_add.nrs.json");
//! # let signed = hook.sign(body, &hookseal::SignParams::new(SystemTime::now(), [7; 32]))?;
//! # let headers = &signed.headers;
//! // `headers` has names in any letter case; `body` is the raw body.
//! let delivery = Delivery::new(headers, body);
//! let verified = hook.verify(&delivery, SystemTime::now())?;
//! assert_eq!(verified.event_type, "assessment_add");
//! assert_eq!(verified.id, "assessment_add:1dba5858-7dc7-4bbe-a0eb-60ed801cf357");
//! let score = verified.event().pointer("/data/data/assessment/pain_score").and_then(|v| v.as_i64());
//! assert_eq!(score, Some(5));
//!
//! // A body with one more byte has another signature. The error has the HTTP status of the response, and contains no
//! // secret, no expected signature and no value of the payload.
//! let tampered = [&body[..], b" "].concat();
//! let error = hook.verify(&Delivery { body: &tampered, ..delivery }, SystemTime::now()).unwrap_err();
//! assert_eq!((error.code.as_str(), error.status()), ("signature-mismatch", 401));
//! # Ok::<(), hookseal::Error>(())
//! ```
//!
//! # Explain a signature that does not match
//!
//! ```
//! use std::time::SystemTime;
//!
//! use hookseal::{Delivery, Webhook, WebhookOptions};
//!
//! // The secret comes from a file, with a line break at its end.
//! let secrets = vec!["the secret of the subscription\n".into()];
//! let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
//! # let body = include_bytes!("../providers/painchek/samples/assessment_add.nrs.json");
//! # let tag = hookseal::signature::hmac::sign(hookseal::signature::Algorithm::Sha256, b"the secret of the subscription", body);
//! # let hex: String = tag.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
//! # let received = [("X-PainChek-WH-Signature", format!("sha256={hex}"))];
//! let delivery = Delivery::new(received, body);
//! # #[cfg(feature = "full")]
//! # {
//! let explanation = hook.explain(&delivery, SystemTime::now());
//! assert_eq!(explanation.matches[0].code, "secret-white-space");
//! # }
//! # Ok::<(), hookseal::Error>(())
//! ```
//!
//! # Receive an X-on event
//!
//! ```
//! use std::time::SystemTime;
//!
//! use hookseal::{Delivery, Headers, SignatureInfo, Webhook, WebhookOptions};
//!
//! // X-on does not sign its webhooks. Without `allow_unsigned`, the constructor returns an error.
//! let hook = Webhook::built_in("xon", WebhookOptions { allow_unsigned: true, ..WebhookOptions::default() })?;
//! # let body = include_bytes!("../providers/xon/samples/file-request.files.update.R9.json");
//! let verified = hook.verify(&Delivery::new(Headers::new(), body), SystemTime::now())?;
//! assert_eq!(verified.signature, SignatureInfo::Unsigned);
//! assert_eq!(verified.revision.as_deref(), Some("R7-R9"));
//! # Ok::<(), hookseal::Error>(())
//! ```
//!
//! # Check JSON against a schema
//!
//! ```
//! use hookseal::schema::{CompileOptions, Schema};
//!
//! let text = br#"{ "type": "object", "properties": { "size": { "type": "integer", "minimum": 0 } } }"#;
//! let schema = Schema::compile(text, &CompileOptions::default())?;
//! let issues = schema.check(b"{\n  \"size\": -1\n}");
//! assert_eq!((issues[0].code.as_str(), issues[0].pointer.as_str()), ("minimum", "/size"));
//! assert_eq!((issues[0].span.line, issues[0].span.column), (2, 11));
//! # Ok::<(), hookseal::schema::SchemaError>(())
//! ```
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `full` (on by default) | explaining, importing and exporting deliveries, and detecting their provider |
//! | `getrandom` | `SignParams::random`: the system's time and new ids |
//! | `http` | headers from `&http::HeaderMap`, `Error::response`, and `receiver`, for axum and other servers |
//! | `serde_json` | `Verified::event_as`: the payload in a type; `events`: the types of PainChek's and X-on's events |
//! | `serde` | issues, reports and explanations can be serialized |
//! | `public-key`, `ed25519` | verification with public keys: all algorithms, or Ed25519 alone |
//! | `js`, `js-full`, `outline` | the bridge to JavaScript, for `wasm32-unknown-unknown` only |
//!
//! Without `full` the crate still verifies, inspects, signs, creates and compares:
//! `hookseal = { version = "0.1", default-features = false }`.
//!
//! # Where to look
//!
//! - [`Webhook`] has the verbs. [`WebhookOptions`] has the secrets and the limits.
//! - [`Delivery`] is what a server received. A failed verb returns an [`Error`] with a [`Code`], a status and issues.
//! - `receiver` (feature `http`) handles each delivery once: with it a server claims deliveries in a store, and has their responses.
//! - [`provider`] has the built-in providers, and parses your own. [`schema`] checks JSON by any JSON Schema.
//! - [`signature`] and [`json`] are the parts below: HMAC and signature schemes, strict JSON with locations.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[macro_use]
mod option_names;
mod blob;
mod code;
pub mod delivery;
#[cfg(feature = "serde_json")]
pub mod events;
mod instant;
pub mod issue;
pub mod json;
#[doc(hidden)] // of the bridge to JavaScript, for `src/wasm.rs` and the generator in xtask
#[path = "wasm/layout.rs"]
pub mod layout;
pub mod provider;
#[cfg(feature = "http")]
pub mod receiver;
pub mod schema;
pub mod signature;
mod text;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
#[doc(hidden)] // for JavaScript and its tests
pub mod wasm;
pub mod webhook;

pub use delivery::{Delivery, Headers};
/// The crate of the responses.
#[cfg(feature = "http")]
pub use http;
pub use provider::Provider;
#[cfg(feature = "http")]
pub use receiver::{MemoryStore, Receiver};
#[cfg(feature = "full")]
pub use webhook::Explanation;
pub use webhook::{
    Error, Report, SecretText, SignParams, SignatureInfo, SignedDelivery, Timestamp, Verified, VerifyOptions,
    Webhook, WebhookOptions,
};

pub use code::{CODES, Code, CodeInfo, RECEIVER_CODES, Stage};
pub use issue::{ByteSpan, Issue, PathSegment, Profile, Severity, Span};
pub use option_names::{OPTION_NAMES, OptionNames};

/// The program of the README compiles and runs.
#[cfg(all(doctest, feature = "getrandom"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// And that of the quickstart runs.
#[cfg(doctest)]
#[doc = include_str!("../docs/quickstart.md")]
struct Quickstart;

/// The programs of the page compile.
#[cfg(all(doctest, feature = "http", feature = "serde_json"))]
#[doc = include_str!("../docs/rust.md")]
struct Page;
