//! JSON Schema (2020-12 and draft-07) compiled to nodes that validate documents.
//!
//! A schema is compiled once and validates any number of documents, over the flat tape of
//! [`json::Document`](crate::json::Document) and without building a tree. `format` is asserted.
//! A keyword of the specification that is not implemented (`unevaluatedItems`, `unevaluatedProperties`,
//! `$dynamicRef`, `$recursiveRef`, references that leave the document, dialects and vocabularies of
//! somebody's own) is refused when the schema is compiled, never skipped.
//!
//! Two keywords of our own say how bad a broken rule is: `x-lenient` and `x-strict`, each an object from
//! keywords of the same schema to `"error"`, `"warning"`, `"info"` or `"off"`; for `required` also an object from
//! property names to severities, with `"*"` for the rest. What is not marked is an error. To every other
//! validator they are annotations, so it reads the closed, strict contract.
//! Two more speak to those who break a rule: `x-expected`, beside a `pattern`, says in words what it wants, and `x-type-hint`,
//! beside a `type`, what may be behind another one. And `x-fraction`, beside the format `date-time`, is 9: no more digits
//! than that may follow the seconds, where RFC 3339 allows any number.

mod compile;
mod dialect;
mod error;
mod format;
mod message;
mod pattern;
mod plan;
mod resolve;
mod uri;
mod validate;

pub use dialect::Dialect;
pub use error::SchemaError;
pub(crate) use format::instant;
pub(crate) use message::closest;

use crate::issue::{Issue, PendingIssue, Profile};
use crate::json::{Document, KeyInterner, KeyTable, Value};
use plan::CompiledSchema;
use std::sync::Arc;

/// How a schema is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// Refuse keywords and formats that the specification does not know, instead of reading them as
    /// annotations.
    pub strict: bool,
    /// Recognise `"..."` and `<word>`, which documentation writes where a value belongs, and say so.
    pub detect_placeholders: bool,
    /// The dialect of a schema that does not name its own by `$schema`. Without it, 2020-12 is assumed,
    /// and draft-07's spellings are understood where both agree on what they mean.
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
/// assert_eq!(issues[0].message, "This must be an integer, and is a string.");
/// # Ok::<(), hookseal::schema::SchemaError>(())
/// ```
#[derive(Debug)]
pub struct Schema {
    plan: CompiledSchema,
}

impl Schema {
    /// Compiles the text of a schema.
    ///
    /// # Errors
    /// The text is not JSON, the schema is not valid, or it asks for something that is not supported.
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

    /// Compiles a schema that is part of a document. References are read within that part.
    ///
    /// # Errors
    /// The schema is not valid, or it asks for something that is not supported.
    pub fn compile_value(value: Value<'_>, options: &CompileOptions) -> Result<Self, SchemaError> {
        let mut vocabulary = KeyInterner::default();
        let mut schema = Self::compile_with_interner(value, *options, &mut vocabulary)?;
        schema.bind_keys(&Arc::new(vocabulary.build()));
        Ok(schema)
    }

    /// Compiles one of several schemas whose documents are parsed with one key table.
    pub(crate) fn compile_with_interner(
        value: Value<'_>,
        options: CompileOptions,
        vocabulary: &mut KeyInterner,
    ) -> Result<Self, SchemaError> {
        match compile::compile(value, options, vocabulary) {
            Ok(plan) => Ok(Self { plan }),
            Err(fault) => Err(fault.finish(value)),
        }
    }

    /// Binds the schema to a key table: a document that was parsed with it is validated by its interned keys.
    pub(crate) fn bind_keys(&mut self, names: &Arc<KeyTable>) {
        self.plan.names = Some(Arc::clone(names));
    }

    /// Whether a value satisfies the schema: the same validation to the first error, with nothing reported.
    pub(crate) fn is_valid(&self, value: Value<'_>, profile: Profile) -> bool {
        validate::is_valid(&self.plan, value, profile)
    }

    /// Validates a value: every issue, errors, warnings and infos. Where there is nothing
    /// to say, nothing is allocated.
    pub(crate) fn validate(&self, value: Value<'_>, profile: Profile, drafts: &mut Vec<PendingIssue>) {
        validate::validate(&self.plan, value, profile, drafts);
    }

    /// Parses a text and validates it in the lenient profile. An empty list means that it is JSON, without
    /// anything parsers disagree on, and fits.
    #[must_use]
    pub fn check(&self, bytes: &[u8]) -> Vec<Issue> {
        self.check_with_profile(bytes, Profile::Lenient)
    }

    /// Parses a text and validates it in a profile.
    #[must_use]
    pub fn check_with_profile(&self, bytes: &[u8], profile: Profile) -> Vec<Issue> {
        let read = match &self.plan.names {
            Some(names) => Document::parse_with_keys(bytes, names),
            None => Document::parse(bytes),
        };
        match read {
            Err(issue) => vec![*issue],
            Ok(document) => {
                let mut drafts = document.diagnostics().to_vec();
                self.validate(document.root(), profile, &mut drafts);
                document.locate(drafts)
            }
        }
    }
}
