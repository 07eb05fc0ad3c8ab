//! JSON Schema (2020-12 and draft-07): [`Schema::compile`], and [`Schema::check`] for raw JSON.
//!
//! A schema is compiled once and validates any number of documents, over the flat tape of
//! [`json::Document`](crate::json::Document) and without building a tree. `format` is asserted.
//! A keyword of the specification that is not implemented is rejected when the schema is compiled, never ignored. These are
//! `unevaluatedItems`, `unevaluatedProperties`, `$dynamicRef`, `$recursiveRef`, references to other documents, and other
//! dialects and vocabularies.
//!
//! Five keywords are our own. Other validators ignore them, and so treat every violation as an error.
//!
//! - `x-lenient` and `x-strict` set the severity of violations in a profile: an object of keywords of the same schema and
//!   `"error"`, `"warning"`, `"info"` or `"off"`. For `required`, the value can also be an object of property names and
//!   severities, with `"*"` for all others. The default is an error.
//! - `x-expected`, next to `pattern`, describes the pattern in messages.
//! - `x-type-hint`, next to `type`, is the hint of an issue about the type.
//! - `x-max-fraction-digits: 9`, next to the format `date-time`, limits the digits after the seconds to nine. RFC 3339 has no limit.

mod compile;
mod compiled;
mod dialect;
mod error;
mod format;
mod message;
mod pattern;
#[cfg(feature = "full")]
mod positions;
mod resolve;
mod uri;
mod validate;

pub use dialect::Dialect;
pub use error::SchemaError;
pub(crate) use message::closest;

use crate::blob::blob;
use crate::issue::{Issue, PendingIssue, Profile};
#[cfg(feature = "full")]
use crate::json::Key;
use crate::json::{Document, KeyInterner, KeyTable, Value};
use compiled::CompiledSchema;
use std::sync::Arc;

/// How a schema is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// Reject keywords and formats that the specification does not define. By default they are annotations.
    pub strict: bool,
    /// Report `"..."` and `<word>`, which documentation uses as placeholders, as issues of their own.
    pub detect_placeholders: bool,
    /// The dialect of a schema without `$schema`. The default is 2020-12, with the keywords of draft-07 accepted where both
    /// dialects agree on their meaning.
    pub dialect: Option<Dialect>,
}

/// A compiled schema.
///
/// ```
/// use hookseal::schema::{CompileOptions, Schema};
///
/// let text = br#"{ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } }"#;
/// let schema = Schema::compile(text, &CompileOptions::default())?;
/// assert!(schema.check(br#"{ "id": 7 }"#).is_empty());
/// let issues = schema.check(br#"{ "id": "7" }"#);
/// assert_eq!(issues[0].pointer, "/id");
/// assert_eq!(issues[0].message, "Expected an integer, got a string.");
/// # Ok::<(), hookseal::schema::SchemaError>(())
/// ```
#[derive(Debug)]
pub struct Schema {
    compiled: CompiledSchema,
}

blob!(struct Schema { compiled });

impl Schema {
    /// Compiles the text of a schema.
    ///
    /// # Errors
    /// The text is not JSON, or the schema is invalid or uses an unsupported feature.
    pub fn compile(text: &[u8], options: &CompileOptions) -> Result<Self, SchemaError> {
        match Document::parse(text) {
            Ok(document) => Self::compile_value(document.root(), options),
            Err(issue) => Err(SchemaError {
                keyword: String::new(),
                pointer: issue.pointer,
                message: format!("The schema is not JSON: {}", issue.message),
            }),
        }
    }

    /// Compiles a schema that is part of a document. References are resolved within that part.
    ///
    /// # Errors
    /// The schema is invalid or uses an unsupported feature.
    pub fn compile_value(value: Value<'_>, options: &CompileOptions) -> Result<Self, SchemaError> {
        let mut interner = KeyInterner::default();
        let mut schema = Self::compile_with_interner(value, *options, &mut interner)?;
        schema.bind_keys(&Arc::new(interner.build()));
        Ok(schema)
    }

    /// Compiles one of several schemas that share a key table.
    pub(crate) fn compile_with_interner(
        value: Value<'_>,
        options: CompileOptions,
        interner: &mut KeyInterner,
    ) -> Result<Self, SchemaError> {
        match compile::compile(value, options, interner) {
            Ok(compiled) => Ok(Self { compiled }),
            Err(error) => Err(error.finish(value)),
        }
    }

    /// Binds the schema to the key table that its symbols are from. PERF: in documents that were parsed with this table, keys are compared as numbers.
    pub(crate) fn bind_keys(&mut self, key_table: &Arc<KeyTable>) {
        self.compiled.key_table = Some(Arc::clone(key_table));
    }

    /// Whether a value satisfies the schema. Stops at the first error and reports nothing.
    pub(crate) fn is_valid(&self, value: Value<'_>, profile: Profile) -> bool {
        validate::is_valid(&self.compiled, value, profile)
    }

    /// Validates a value and collects all errors, warnings and infos. PERF: allocates nothing if there are none.
    pub(crate) fn validate(&self, value: Value<'_>, profile: Profile, issues: &mut Vec<PendingIssue>) {
        validate::validate(&self.compiled, value, profile, issues);
    }

    /// Calls `visit` with each key that the schema names and its position, in the order of the document.
    #[cfg(feature = "full")]
    pub(crate) fn visit_positions<'d>(&self, value: Value<'d>, visit: &mut dyn FnMut(Key<'d>, usize)) {
        positions::visit_positions(&self.compiled, value, visit);
    }

    /// Parses a text and validates it in the lenient profile. An empty list means that the text is unambiguous JSON and
    /// satisfies the schema.
    #[must_use]
    pub fn check(&self, bytes: &[u8]) -> Vec<Issue> {
        self.check_with_profile(bytes, Profile::Lenient)
    }

    /// Parses a text and validates it in a profile.
    #[must_use]
    pub fn check_with_profile(&self, bytes: &[u8], profile: Profile) -> Vec<Issue> {
        let parsed = match &self.compiled.key_table {
            Some(key_table) => Document::parse_with_keys(bytes, key_table),
            None => Document::parse(bytes),
        };
        match parsed {
            Err(issue) => vec![*issue],
            Ok(document) => {
                let mut issues = document.diagnostics().to_vec();
                self.validate(document.root(), profile, &mut issues);
                document.locate(issues)
            }
        }
    }
}
