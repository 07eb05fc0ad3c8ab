//! The dialects of JSON Schema: which one a schema is written in, and what its keywords are.

use super::error::CompileError;
use crate::json::{Kind, Value};

/// A published version of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Draft-07: `definitions`, `dependencies`, tuples by `items`; keywords beside `$ref` are ignored.
    Draft7,
    /// 2020-12: `$defs`, `dependentRequired`, `prefixItems`; keywords beside `$ref` count.
    Draft2020,
}

impl Dialect {
    /// The dialect that a value of `$schema` names.
    fn from_name(uri: &str) -> Option<Self> {
        match uri.strip_suffix('#').unwrap_or(uri) {
            "https://json-schema.org/draft/2020-12/schema" => Some(Dialect::Draft2020),
            "http://json-schema.org/draft-07/schema" | "https://json-schema.org/draft-07/schema" => {
                Some(Dialect::Draft7)
            }
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Dialect::Draft7 => "draft-07",
            Dialect::Draft2020 => "2020-12",
        }
    }
}

/// What a keyword holds, as far as finding subschemas goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeywordKind {
    /// A rule without subschemas.
    Rule,
    /// Says nothing about validity: an annotation, an identifier, a severity.
    Annotation,
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// One schema or a list: `items` of draft-07.
    SchemaOrList,
    /// Schemas by name.
    Map,
    /// Schemas or lists of names, by name: `dependencies`.
    SchemaOrNames,
    /// Of the specification, and not implemented.
    Unsupported,
}

/// What a schema's own words are read as.
#[derive(Clone, Copy, Debug)]
pub(super) struct DialectRules {
    pub dialect: Dialect,
    /// Whether the schema leaves the dialect open, so that draft-07's spellings are read too.
    pub is_undeclared: bool,
}

impl DialectRules {
    /// Decides the dialect of a schema by its `$schema`, else by the caller, else 2020-12.
    pub fn of(root: Value<'_>, wanted: Option<Dialect>) -> Result<Self, CompileError> {
        match (declared(root)?, wanted) {
            (Some(dialect), _) | (None, Some(dialect)) => Ok(Self { dialect, is_undeclared: false }),
            (None, None) => Ok(Self { dialect: Dialect::Draft2020, is_undeclared: true }),
        }
    }

    /// Whether keywords beside `$ref` are ignored.
    pub fn ref_ignores_siblings(self) -> bool {
        self.dialect == Dialect::Draft7
    }

    /// Whether `items` may be a list, with `additionalItems` for the rest.
    pub fn allows_items_array(self) -> bool {
        self.dialect == Dialect::Draft7 || self.is_undeclared
    }

    /// Whether `"$id": "#name"` is an anchor.
    pub fn allows_id_anchors(self) -> bool {
        self.dialect == Dialect::Draft7 || self.is_undeclared
    }

    /// What the keyword is; `None` where the specification does not know it.
    pub fn keyword(self, name: &str) -> Option<KeywordKind> {
        let both = match name {
            "$schema" | "$id" | "$comment" | "title" | "description" | "default" | "examples"
            | "readOnly" | "writeOnly" | "contentEncoding" | "contentMediaType" | "x-lenient"
            | "x-strict" | "x-expected" | "x-type-hint" | "x-fraction" => KeywordKind::Annotation,
            "$ref" | "type" | "enum" | "const" | "required" | "minProperties" | "maxProperties"
            | "minItems" | "maxItems" | "uniqueItems" | "minLength" | "maxLength" | "pattern" | "format"
            | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                KeywordKind::Rule
            }
            "additionalProperties" | "propertyNames" | "contains" | "not" | "if" | "then" | "else" => {
                KeywordKind::Schema
            }
            "allOf" | "anyOf" | "oneOf" => KeywordKind::List,
            "properties" | "patternProperties" | "definitions" | "$defs" => KeywordKind::Map,
            "dependencies" => KeywordKind::SchemaOrNames,
            "items" if self.allows_items_array() => KeywordKind::SchemaOrList,
            "items" => KeywordKind::Schema,
            "additionalItems" if self.allows_items_array() => KeywordKind::Schema,
            _ => return self.only_2020(name),
        };
        Some(both)
    }

    fn only_2020(self, name: &str) -> Option<KeywordKind> {
        if self.dialect == Dialect::Draft7 {
            return None;
        }
        match name {
            "$anchor" | "$dynamicAnchor" | "$vocabulary" | "deprecated" | "contentSchema" => {
                Some(KeywordKind::Annotation)
            }
            "minContains" | "maxContains" | "dependentRequired" => Some(KeywordKind::Rule),
            "prefixItems" => Some(KeywordKind::List),
            "dependentSchemas" => Some(KeywordKind::Map),
            "unevaluatedItems" | "unevaluatedProperties" | "$dynamicRef" | "$recursiveRef" => {
                Some(KeywordKind::Unsupported)
            }
            "$recursiveAnchor" | "additionalItems" => Some(KeywordKind::Unsupported),
            _ => None,
        }
    }
}

fn declared(schema: Value<'_>) -> Result<Option<Dialect>, CompileError> {
    let Some(value) = schema.get("$schema") else { return Ok(None) };
    let fault = |message: String| Err(CompileError::new("$schema", value, message));
    match value.as_str() {
        None => fault("\"$schema\" must be a string that names a dialect.".into()),
        Some(uri) => match Dialect::from_name(&uri) {
            Some(dialect) => Ok(Some(dialect)),
            None => fault(
                "This \"$schema\" is not supported: say \"https://json-schema.org/draft/2020-12/schema\" or \"http://json-schema.org/draft-07/schema#\".".into(),
            ),
        },
    }
}

/// What has to hold of every schema within a schema: one dialect, and no vocabulary that is asked
/// for and not known.
pub(super) fn check_identity(reading: DialectRules, schema: Value<'_>) -> Result<(), CompileError> {
    if let Some(dialect) = declared(schema)?
        && dialect != reading.dialect
    {
        let at = schema.get("$schema").unwrap_or(schema);
        let message = format!(
            "This part says {} and the schema around it is {}: a schema within another has to share its dialect.",
            dialect.name(),
            reading.dialect.name()
        );
        return Err(CompileError::new("$schema", at, message));
    }
    if reading.dialect == Dialect::Draft2020
        && let Some(vocabularies) = schema.get("$vocabulary")
    {
        if vocabularies.kind() != Kind::Object {
            return Err(CompileError::new(
                "$vocabulary",
                vocabularies,
                "\"$vocabulary\" must be an object of URIs and booleans.",
            ));
        }
        for (uri, required) in vocabularies.members() {
            let known = [
                "core",
                "applicator",
                "validation",
                "meta-data",
                "format-annotation",
                "format-assertion",
                "content",
            ];
            let uri = uri.text();
            let name = uri.strip_prefix("https://json-schema.org/draft/2020-12/vocab/");
            if required.as_bool() == Some(true) && !name.is_some_and(|name| known.contains(&name)) {
                return Err(CompileError::new(
                    "$vocabulary",
                    required,
                    "\"$vocabulary\" asks for a vocabulary that is not supported.",
                ));
            }
        }
    }
    Ok(())
}

/// Whether two readings of an undeclared schema differ: it uses a spelling only draft-07 has, and
/// rules beside a `$ref`, which draft-07 ignores and 2020-12 does not.
#[derive(Debug, Default)]
pub(super) struct Ambiguity<'s> {
    spelling: bool,
    ref_with_siblings: Option<Value<'s>>,
}

impl<'s> Ambiguity<'s> {
    /// Looks at one schema.
    pub fn inspect(&mut self, reading: DialectRules, schema: Value<'s>) {
        let mut reference = None;
        let mut rules = false;
        for (key, value) in schema.members() {
            let key = key.text();
            self.spelling |= match &*key {
                "definitions" | "dependencies" | "additionalItems" => true,
                "items" => value.kind() == Kind::Array,
                "$id" => value.as_str().is_some_and(|id| id.starts_with('#')),
                _ => false,
            };
            match (&*key, reading.keyword(&key)) {
                ("$ref", _) => reference = Some(value),
                ("$defs" | "definitions", _) | (_, None | Some(KeywordKind::Annotation)) => {}
                _ => rules = true,
            }
        }
        if rules && self.ref_with_siblings.is_none() {
            self.ref_with_siblings = reference;
        }
    }

    /// The answer, once every schema was seen.
    pub fn refuse(&self, reading: DialectRules) -> Result<(), CompileError> {
        match self.ref_with_siblings {
            Some(reference) if self.spelling && reading.is_undeclared => Err(CompileError::new(
                "$schema",
                reference,
                "This schema has draft-07's spellings and rules beside a \"$ref\", which draft-07 ignores and 2020-12 does not: say which it is by \"$schema\".",
            )),
            _ => Ok(()),
        }
    }
}
