//! The events of PainChek and X-on as types, generated from their schemas when the crate is compiled.
//!
//! A type has what the lenient profile guarantees: a field that may be missing is an `Option`, and a field whose type is not
//! certain is a [`serde_json::Value`]. Properties that the schema does not name are left out. `Debug` prints no values, since they
//! may be health data.
//!
//! ```
//! use hookseal::events::painchek::Event;
//! use hookseal::{Delivery, SignParams, Webhook, WebhookOptions};
//!
//! let secrets = vec!["the secret of the subscription".into()];
//! let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
//! # let body = include_str!("../providers/painchek/samples/assessment_add.nrs.json");
//! # let signed = hook.sign(body, &SignParams::random())?;
//! # let delivery = Delivery::from(&signed);
//! let verified = hook.verify(&delivery, std::time::SystemTime::now())?;
//! match Event::from_verified(&verified)? {
//!     Event::AssessmentAdd(event) => {
//!         let score = event.data.data.and_then(|data| data.assessment).and_then(|result| result.pain_score);
//!         assert_eq!(score, Some(5));
//!     }
//!     _ => {} // an event type that this version does not know
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![allow(
    clippy::doc_markdown,
    clippy::struct_excessive_bools,
    clippy::wildcard_imports,
    reason = "generated code, with texts and properties of the schemas"
)]

include!(concat!(env!("OUT_DIR"), "/event_types.rs"));

/// What the generated types use.
mod support {
    pub(super) use serde::{Deserialize, Serialize};
    pub(super) use serde_json::Value;

    use serde::Deserializer;
    use serde::de::Error as _;

    /// Implements `Debug` without the values.
    macro_rules! redacted {
        ($name:ident) => {
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(stringify!($name)).finish_non_exhaustive()
                }
            }
        };
    }
    pub(super) use redacted;

    /// An integer by JSON Schema, where `5.0` is one, too; or null.
    pub(super) fn optional_integer<'d, D: Deserializer<'d>>(
        deserializer: D,
    ) -> Result<Option<i64>, D::Error> {
        let number = Option::<serde_json::Number>::deserialize(deserializer)?;
        number.map(|number| from_number(&number).ok_or_else(|| D::Error::custom("no integer"))).transpose()
    }

    fn from_number(number: &serde_json::Number) -> Option<i64> {
        // The range in which every integer is a number of JavaScript, too.
        const MAX: f64 = 9_007_199_254_740_991.0;
        let float = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX);
        #[allow(clippy::cast_possible_truncation, reason = "an integer below 2^53")]
        number.as_i64().or_else(|| float().map(|float| float as i64))
    }
}
