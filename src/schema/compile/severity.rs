//! `x-lenient` and `x-strict`: the severity of violations in each profile. Other validators ignore both keywords and so
//! treat every violation as an error.

use crate::json::{Kind, Value, quoted};
use crate::schema::compiled::{ProfileSeverities, RuleSeverity};
use crate::schema::error::CompileError;

/// The severities that a schema object sets for its own keywords.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeverityOverrides<'s> {
    lenient: Option<Value<'s>>,
    strict: Option<Value<'s>>,
}

const KEYWORDS: [&str; 2] = ["x-lenient", "x-strict"];

/// Keywords that always accept a severity.
const RULES: &[&str] = &[
    "type",
    "enum",
    "const",
    "required",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "dependentRequired",
    "dependencies",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "anyOf",
    "oneOf",
    "not",
];

/// Keywords that accept a severity only if their value is `false`. Any other value is a schema with its own severities.
const ANNOTATABLE_IF_FALSE: &[&str] = &["additionalProperties", "items", "additionalItems"];

impl<'s> SeverityOverrides<'s> {
    pub fn parse(schema: Value<'s>) -> Result<Self, CompileError> {
        let overrides = Self { lenient: schema.get("x-lenient"), strict: schema.get("x-strict") };
        for (name, value) in KEYWORDS.into_iter().zip([overrides.lenient, overrides.strict]) {
            if let Some(value) = value {
                check(name, value, schema)?;
            }
        }
        Ok(overrides)
    }

    /// Returns the first of the two keywords that the schema has.
    pub fn first(self) -> Option<Value<'s>> {
        self.lenient.or(self.strict)
    }

    /// The severities of a violation of this keyword.
    #[inline(never)]
    pub fn severities(self, keyword: &str) -> ProfileSeverities {
        let parse = |profile: Option<Value<'_>>| parse_severity(profile?.get(keyword)?);
        ProfileSeverities {
            lenient: parse(self.lenient).unwrap_or_default(),
            strict: parse(self.strict).unwrap_or_default(),
        }
    }

    /// The severities of a missing property.
    pub fn required(self, property: &str) -> ProfileSeverities {
        let parse = |profile: Option<Value<'_>>| {
            let severity = profile?.get("required")?;
            match severity.kind() {
                Kind::Object => parse_severity(severity.get(property).or_else(|| severity.get("*"))?),
                _ => parse_severity(severity),
            }
        };
        ProfileSeverities {
            lenient: parse(self.lenient).unwrap_or_default(),
            strict: parse(self.strict).unwrap_or_default(),
        }
    }
}

fn parse_severity(value: Value<'_>) -> Option<RuleSeverity> {
    match &*value.as_str()? {
        "error" => Some(RuleSeverity::Error),
        "warning" => Some(RuleSeverity::Warning),
        "info" => Some(RuleSeverity::Info),
        "off" => Some(RuleSeverity::Off),
        _ => None,
    }
}

/// PERF: each property with a severity is searched in all of `required`.
const MAX_PROPERTIES: usize = 256;

fn check(name: &str, overrides: Value<'_>, schema: Value<'_>) -> Result<(), CompileError> {
    let error = |value: Value<'_>, message: String| Err(CompileError::new(name, value, message));
    if overrides.kind() != Kind::Object {
        return Err(CompileError::must_be(name, overrides, "an object of keywords and severities"));
    }
    for (key, severity) in overrides.members() {
        let keyword = key.text();
        let Some(rule) = schema.get(&keyword) else {
            return error(
                severity,
                format!("\"{name}\" lists {}, but this schema has no such keyword.", quoted(&keyword)),
            );
        };
        let is_annotatable_if_false = ANNOTATABLE_IF_FALSE.contains(&&*keyword);
        let accepts_severity =
            RULES.contains(&&*keyword) || (is_annotatable_if_false && rule.as_bool() == Some(false));
        if !accepts_severity {
            let limit = if is_annotatable_if_false {
                "can have a severity only if it is false"
            } else {
                "cannot have a severity"
            };
            return error(
                severity,
                format!("{} {limit}. Remove it, or set severities in the subschema.", quoted(&keyword)),
            );
        }
        if &*keyword == "required" && severity.kind() == Kind::Object {
            if severity.len() > MAX_PROPERTIES {
                let message = format!(
                    "\"{name}\" can list at most {MAX_PROPERTIES} properties. Use \"*\" for all properties."
                );
                return error(severity, message);
            }
            for (property, severity) in severity.members() {
                let property = property.text();
                let listed = rule.elements().any(|item| item.as_str().is_some_and(|item| item == property));
                if property != "*" && !listed {
                    return error(
                        severity,
                        format!(
                            "\"{name}\" lists the property {}, but \"required\" does not.",
                            quoted(&property)
                        ),
                    );
                }
                require_severity(name, severity)?;
            }
        } else {
            require_severity(name, severity)?;
        }
    }
    Ok(())
}

fn require_severity(name: &str, severity: Value<'_>) -> Result<(), CompileError> {
    match parse_severity(severity) {
        Some(_) => Ok(()),
        None => Err(CompileError::new(
            name,
            severity,
            "A severity must be \"error\", \"warning\", \"info\" or \"off\".",
        )),
    }
}
