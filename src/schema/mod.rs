//! JSON Schema (2020-12 and draft-07) compiled to a plan that judges documents.
//!
//! A schema is compiled once and judges any number of documents, over the flat tape of
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
mod judge;
mod message;
mod pattern;
mod plan;
mod resolve;
mod uri;

pub use dialect::Dialect;
pub use error::SchemaError;
pub(crate) use format::instant;
pub(crate) use message::closest;

use crate::issue::{Draft, Issue, Profile};
use crate::json::{Document, Names, Value, Vocabulary};
use plan::Plan;
use std::sync::Arc;

/// How a schema is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// Refuse keywords and formats that the specification does not know, instead of reading them as
    /// annotations.
    pub strict: bool,
    /// Recognise `"..."` and `<word>`, which documentation writes where a value belongs, and say so.
    pub placeholders: bool,
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
    plan: Plan,
}

impl Schema {
    /// Compiles the text of a schema.
    ///
    /// # Errors
    /// The text is not JSON, the schema is not valid, or it asks for something that is not supported.
    pub fn compile(text: &[u8], options: &CompileOptions) -> Result<Self, SchemaError> {
        match Document::read(text) {
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
        let mut vocabulary = Vocabulary::default();
        let mut schema = Self::compile_among(value, *options, &mut vocabulary)?;
        schema.expect(&Arc::new(vocabulary.finish()));
        Ok(schema)
    }

    /// Compiles one of several schemas whose documents are read by one vocabulary.
    pub(crate) fn compile_among(
        value: Value<'_>,
        options: CompileOptions,
        vocabulary: &mut Vocabulary,
    ) -> Result<Self, SchemaError> {
        match compile::compile(value, options, vocabulary) {
            Ok(plan) => Ok(Self { plan }),
            Err(fault) => Err(fault.finish(value)),
        }
    }

    /// Says which names the vocabulary has become: a document that is read by them is judged by its symbols.
    pub(crate) fn expect(&mut self, names: &Arc<Names>) {
        self.plan.names = Some(Arc::clone(names));
    }

    /// Whether a value fits: the same judgement to the first error, with nothing said.
    pub(crate) fn fits(&self, value: Value<'_>, profile: Profile) -> bool {
        judge::fits(&self.plan, value, profile)
    }

    /// Judges a value: everything there is to say, errors, warnings and infos. Where there is nothing
    /// to say, nothing is allocated.
    pub(crate) fn judge(&self, value: Value<'_>, profile: Profile, drafts: &mut Vec<Draft>) {
        judge::judge(&self.plan, value, profile, drafts);
    }

    /// Reads a text and judges it in the lenient profile. An empty list means that it is JSON, without
    /// anything readers disagree on, and fits.
    #[must_use]
    pub fn check(&self, bytes: &[u8]) -> Vec<Issue> {
        self.check_as(bytes, Profile::Lenient)
    }

    /// Reads a text and judges it in a profile.
    #[must_use]
    pub fn check_as(&self, bytes: &[u8], profile: Profile) -> Vec<Issue> {
        let read = match &self.plan.names {
            Some(names) => Document::read_expecting(bytes, names),
            None => Document::read(bytes),
        };
        match read {
            Err(issue) => vec![*issue],
            Ok(document) => {
                let mut drafts = document.findings().to_vec();
                self.judge(document.root(), profile, &mut drafts);
                document.locate(drafts)
            }
        }
    }
}
