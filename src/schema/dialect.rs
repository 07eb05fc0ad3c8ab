//! The dialects of JSON Schema: which one a schema is written in, and what its keywords are.

use super::error::Fault;
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
    fn named(uri: &str) -> Option<Self> {
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
pub(super) enum Shape {
    /// A rule without subschemas.
    Rule,
    /// Says nothing about validity: an annotation, an identifier, a severity.
    Note,
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// One schema or a list: `items` of draft-07.
    Either,
    /// Schemas by name.
    Map,
    /// Schemas or lists of names, by name: `dependencies`.
    Mixed,
    /// Of the specification, and not implemented.
    Refused,
}

/// What a schema's own words are read as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub dialect: Dialect,
    /// Whether the schema leaves the dialect open, so that draft-07's spellings are read too.
    pub open: bool,
}

impl Reading {
    /// Decides the dialect of a schema by its `$schema`, else by the caller, else 2020-12.
    pub fn of(root: Value<'_>, wanted: Option<Dialect>) -> Result<Self, Fault> {
        match (declared(root)?, wanted) {
            (Some(dialect), _) | (None, Some(dialect)) => Ok(Self { dialect, open: false }),
            (None, None) => Ok(Self { dialect: Dialect::Draft2020, open: true }),
        }
    }

    /// Whether keywords beside `$ref` are ignored.
    pub fn reference_stands_alone(self) -> bool {
        self.dialect == Dialect::Draft7
    }

    /// Whether `items` may be a list, with `additionalItems` for the rest.
    pub fn tuples_by_items(self) -> bool {
        self.dialect == Dialect::Draft7 || self.open
    }

    /// Whether `"$id": "#name"` is an anchor.
    pub fn anchors_by_id(self) -> bool {
        self.dialect == Dialect::Draft7 || self.open
    }

    /// What the keyword is; `None` where the specification does not know it.
    pub fn keyword(self, name: &str) -> Option<Shape> {
        let both = match name {
            "$schema" | "$id" | "$comment" | "title" | "description" | "default" | "examples"
            | "readOnly" | "writeOnly" | "contentEncoding" | "contentMediaType" | "x-lenient"
            | "x-strict" | "x-expected" | "x-type-hint" | "x-fraction" => Shape::Note,
            "$ref" | "type" | "enum" | "const" | "required" | "minProperties" | "maxProperties"
            | "minItems" | "maxItems" | "uniqueItems" | "minLength" | "maxLength" | "pattern" | "format"
            | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => Shape::Rule,
            "additionalProperties" | "propertyNames" | "contains" | "not" | "if" | "then" | "else" => {
                Shape::Schema
            }
            "allOf" | "anyOf" | "oneOf" => Shape::List,
            "properties" | "patternProperties" | "definitions" | "$defs" => Shape::Map,
            "dependencies" => Shape::Mixed,
            "items" if self.tuples_by_items() => Shape::Either,
            "items" => Shape::Schema,
            "additionalItems" if self.tuples_by_items() => Shape::Schema,
            _ => return self.only_2020(name),
        };
        Some(both)
    }

    fn only_2020(self, name: &str) -> Option<Shape> {
        if self.dialect == Dialect::Draft7 {
            return None;
        }
        match name {
            "$anchor" | "$dynamicAnchor" | "$vocabulary" | "deprecated" | "contentSchema" => {
                Some(Shape::Note)
            }
            "minContains" | "maxContains" | "dependentRequired" => Some(Shape::Rule),
            "prefixItems" => Some(Shape::List),
            "dependentSchemas" => Some(Shape::Map),
            "unevaluatedItems" | "unevaluatedProperties" | "$dynamicRef" | "$recursiveRef" => {
                Some(Shape::Refused)
            }
            "$recursiveAnchor" | "additionalItems" => Some(Shape::Refused),
            _ => None,
        }
    }
}

fn declared(schema: Value<'_>) -> Result<Option<Dialect>, Fault> {
    let Some(value) = schema.get("$schema") else { return Ok(None) };
    let fault = |message: String| Err(Fault::new("$schema", value, message));
    match value.as_str() {
        None => fault("\"$schema\" must be a string that names a dialect.".into()),
        Some(uri) => match Dialect::named(&uri) {
            Some(dialect) => Ok(Some(dialect)),
            None => fault(
                "This \"$schema\" is not supported: say \"https://json-schema.org/draft/2020-12/schema\" or \"http://json-schema.org/draft-07/schema#\".".into(),
            ),
        },
    }
}

/// What has to hold of every schema within a schema: one dialect, and no vocabulary that is asked
/// for and not known.
pub(super) fn check_identity(reading: Reading, schema: Value<'_>) -> Result<(), Fault> {
    if let Some(dialect) = declared(schema)?
        && dialect != reading.dialect
    {
        let at = schema.get("$schema").unwrap_or(schema);
        let message = format!(
            "This part says {} and the schema around it is {}: a schema within another has to share its dialect.",
            dialect.name(),
            reading.dialect.name()
        );
        return Err(Fault::new("$schema", at, message));
    }
    if reading.dialect == Dialect::Draft2020
        && let Some(vocabularies) = schema.get("$vocabulary")
    {
        if vocabularies.kind() != Kind::Object {
            return Err(Fault::new(
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
                return Err(Fault::new(
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
    beside: Option<Value<'s>>,
}

impl<'s> Ambiguity<'s> {
    /// Looks at one schema.
    pub fn see(&mut self, reading: Reading, schema: Value<'s>) {
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
                ("$defs" | "definitions", _) | (_, None | Some(Shape::Note)) => {}
                _ => rules = true,
            }
        }
        if rules && self.beside.is_none() {
            self.beside = reference;
        }
    }

    /// The answer, once every schema was seen.
    pub fn refuse(&self, reading: Reading) -> Result<(), Fault> {
        match self.beside {
            Some(reference) if self.spelling && reading.open => Err(Fault::new(
                "$schema",
                reference,
                "This schema has draft-07's spellings and rules beside a \"$ref\", which draft-07 ignores and 2020-12 does not: say which it is by \"$schema\".",
            )),
            _ => Ok(()),
        }
    }
}
