//! The dialects of JSON Schema: how the dialect of a schema is found, and which keywords it has.

use super::error::CompileError;
use crate::json::{Kind, Value};

/// A published version of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Draft-07: has `definitions`, `dependencies` and arrays under `items`. Keywords next to `$ref` are ignored.
    Draft7,
    /// 2020-12: has `$defs`, `dependentRequired` and `prefixItems`. Keywords next to `$ref` apply.
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

/// What kind of value a keyword has, to find all subschemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeywordKind {
    /// A rule without subschemas, such as `minItems`.
    Rule,
    /// No rule: an annotation, an identifier, or a severity.
    Annotation,
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// One schema or a list of them: `items` of draft-07.
    SchemaOrList,
    /// An object of schemas.
    Map,
    /// An object of schemas or lists of names: `dependencies`.
    SchemaOrNames,
    /// A keyword of the specification that is not implemented.
    Unsupported,
}

/// How the keywords of a schema are interpreted.
#[derive(Clone, Copy, Debug)]
pub(super) struct DialectRules {
    pub dialect: Dialect,
    /// Whether neither the schema nor the caller names a dialect. Then the keywords of draft-07 are accepted too.
    pub is_undeclared: bool,
}

impl DialectRules {
    /// Uses the dialect of `$schema`, or else the default of the caller, or else 2020-12.
    pub fn new(root: Value<'_>, default: Option<Dialect>) -> Result<Self, CompileError> {
        match (declared(root)?, default) {
            (Some(dialect), _) | (None, Some(dialect)) => Ok(Self { dialect, is_undeclared: false }),
            (None, None) => Ok(Self { dialect: Dialect::Draft2020, is_undeclared: true }),
        }
    }

    /// Whether keywords next to `$ref` are ignored.
    pub fn ref_ignores_siblings(self) -> bool {
        self.dialect == Dialect::Draft7
    }

    /// Whether `items` can be an array, with `additionalItems` for the remaining items.
    pub fn allows_items_array(self) -> bool {
        self.dialect == Dialect::Draft7 || self.is_undeclared
    }

    /// Whether `"$id": "#name"` is an anchor.
    pub fn allows_id_anchors(self) -> bool {
        self.dialect == Dialect::Draft7 || self.is_undeclared
    }

    /// The kind of a keyword, or `None` if the specification does not define it.
    pub fn keyword(self, name: &str) -> Option<KeywordKind> {
        let both = match name {
            "$schema"
            | "$id"
            | "$comment"
            | "title"
            | "description"
            | "default"
            | "examples"
            | "readOnly"
            | "writeOnly"
            | "contentEncoding"
            | "contentMediaType"
            | "x-lenient"
            | "x-strict"
            | "x-expected"
            | "x-type-hint"
            | "x-max-fraction-digits" => KeywordKind::Annotation,
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
    match value.as_str() {
        None => Err(CompileError::must_be("$schema", value, "a string")),
        Some(uri) => match Dialect::from_name(&uri) {
            Some(dialect) => Ok(Some(dialect)),
            None => Err(CompileError::new(
                "$schema",
                value,
                "Unsupported \"$schema\". Use \"https://json-schema.org/draft/2020-12/schema\" or \"http://json-schema.org/draft-07/schema#\".",
            )),
        },
    }
}

/// Checks that a subschema has the dialect of its root and requires no unknown vocabulary.
pub(super) fn check_identity(dialect_rules: DialectRules, schema: Value<'_>) -> Result<(), CompileError> {
    if let Some(dialect) = declared(schema)?
        && dialect != dialect_rules.dialect
    {
        let value = schema.get("$schema").unwrap_or(schema);
        let message = format!(
            "This subschema is {}, but its root is {}. Use one dialect for both.",
            dialect.name(),
            dialect_rules.dialect.name()
        );
        return Err(CompileError::new("$schema", value, message));
    }
    if dialect_rules.dialect == Dialect::Draft2020
        && let Some(vocabularies) = schema.get("$vocabulary")
    {
        if vocabularies.kind() != Kind::Object {
            return Err(CompileError::must_be("$vocabulary", vocabularies, "an object of URIs and booleans"));
        }
        for (uri, required) in vocabularies.members() {
            let supported = [
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
            if required.as_bool() == Some(true) && !name.is_some_and(|name| supported.contains(&name)) {
                return Err(CompileError::new(
                    "$vocabulary",
                    required,
                    "Unsupported vocabulary. Remove it, or set it to false.",
                ));
            }
        }
    }
    Ok(())
}

/// Finds out whether the meaning of an undeclared schema depends on the dialect: it has a spelling of draft-07, and rules
/// next to a `$ref`, which draft-07 ignores and 2020-12 applies.
#[derive(Debug, Default)]
pub(super) struct Ambiguity<'s> {
    has_draft7_spelling: bool,
    ref_with_siblings: Option<Value<'s>>,
}

impl<'s> Ambiguity<'s> {
    /// Records the features of one schema.
    pub fn inspect(&mut self, dialect_rules: DialectRules, schema: Value<'s>) {
        let mut reference = None;
        let mut has_rules = false;
        for (key, value) in schema.members() {
            let key = key.text();
            self.has_draft7_spelling |= match &*key {
                "definitions" | "dependencies" | "additionalItems" => true,
                "items" => value.kind() == Kind::Array,
                "$id" => value.as_str().is_some_and(|id| id.starts_with('#')),
                _ => false,
            };
            match (&*key, dialect_rules.keyword(&key)) {
                ("$ref", _) => reference = Some(value),
                ("$defs" | "definitions", _) | (_, None | Some(KeywordKind::Annotation)) => {}
                _ => has_rules = true,
            }
        }
        if has_rules && self.ref_with_siblings.is_none() {
            self.ref_with_siblings = reference;
        }
    }

    /// Rejects an ambiguous schema. To be called after all schemas were inspected.
    pub fn check(&self, dialect_rules: DialectRules) -> Result<(), CompileError> {
        match self.ref_with_siblings {
            Some(reference) if self.has_draft7_spelling && dialect_rules.is_undeclared => {
                Err(CompileError::new(
                    "$schema",
                    reference,
                    "Ambiguous dialect: draft-07 ignores the keywords next to this \"$ref\", 2020-12 applies them. Add \"$schema\".",
                ))
            }
            _ => Ok(()),
        }
    }
}
