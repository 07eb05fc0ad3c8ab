//! `x-lenient` and `x-strict`: what breaking a rule means in each profile. Annotations to every other
//! validator, so that a schema without them is the closed, strict contract.

use crate::json::{Kind, Value, quoted};
use crate::schema::error::CompileError;
use crate::schema::plan::{ProfileSeverities, RuleSeverity};

/// The severities a schema object gives its own keywords.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeverityOverrides<'s> {
    lenient: Option<Value<'s>>,
    strict: Option<Value<'s>>,
}

const KEYWORDS: [&str; 2] = ["x-lenient", "x-strict"];

/// What can be marked whatever it holds.
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

/// What can be marked where it is `false`, because then it is a rule of its own.
const ANNOTATABLE_IF_FALSE: &[&str] = &["additionalProperties", "items", "additionalItems"];

impl<'s> SeverityOverrides<'s> {
    pub fn of(schema: Value<'s>) -> Result<Self, CompileError> {
        let marks = Self { lenient: schema.get("x-lenient"), strict: schema.get("x-strict") };
        for (name, value) in KEYWORDS.into_iter().zip([marks.lenient, marks.strict]) {
            if let Some(value) = value {
                check(name, value, schema)?;
            }
        }
        Ok(marks)
    }

    /// Where there are any.
    pub fn first(self) -> Option<Value<'s>> {
        self.lenient.or(self.strict)
    }

    /// What breaking this keyword means.
    #[inline(never)]
    pub fn grades(self, keyword: &str) -> ProfileSeverities {
        let of = |profile: Option<Value<'_>>| parse_severity(profile?.get(keyword)?);
        ProfileSeverities {
            lenient: of(self.lenient).unwrap_or_default(),
            strict: of(self.strict).unwrap_or_default(),
        }
    }

    /// What it means that this property is missing.
    pub fn required(self, property: &str) -> ProfileSeverities {
        let of = |profile: Option<Value<'_>>| {
            let mark = profile?.get("required")?;
            match mark.kind() {
                Kind::Object => parse_severity(mark.get(property).or_else(|| mark.get("*"))?),
                _ => parse_severity(mark),
            }
        };
        ProfileSeverities {
            lenient: of(self.lenient).unwrap_or_default(),
            strict: of(self.strict).unwrap_or_default(),
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

/// The properties that may be marked one by one: each is looked up in all of `required`.
const MAX_MARKED: usize = 256;

fn check(name: &str, marks: Value<'_>, schema: Value<'_>) -> Result<(), CompileError> {
    let fault = |at: Value<'_>, message: String| Err(CompileError::new(name, at, message));
    if marks.kind() != Kind::Object {
        return fault(marks, format!("\"{name}\" must be an object from keywords to severities."));
    }
    for (key, mark) in marks.members() {
        let keyword = key.text();
        let Some(rule) = schema.get(&keyword) else {
            return fault(
                mark,
                format!(
                    "\"{name}\" marks {}, and this schema has no such keyword beside it.",
                    quoted(&keyword)
                ),
            );
        };
        let closes = ANNOTATABLE_IF_FALSE.contains(&&*keyword);
        let markable = RULES.contains(&&*keyword) || (closes && rule.as_bool() == Some(false));
        if !markable {
            let limit = if closes { "can be marked only where it is false" } else { "cannot be marked" };
            return fault(
                mark,
                format!("{} {limit}: mark the keywords inside it instead.", quoted(&keyword)),
            );
        }
        if &*keyword == "required" && mark.kind() == Kind::Object {
            if mark.len() > MAX_MARKED {
                let message = format!(
                    "\"{name}\" can mark {MAX_MARKED} properties at most: use \"*\" to mark all of them."
                );
                return fault(mark, message);
            }
            for (property, severity) in mark.members() {
                let property = property.text();
                let listed = rule.elements().any(|item| item.as_str().is_some_and(|item| item == property));
                if property != "*" && !listed {
                    return fault(
                        severity,
                        format!(
                            "\"{name}\" marks the property {}, which \"required\" does not list.",
                            quoted(&property)
                        ),
                    );
                }
                require_severity(name, severity)?;
            }
        } else {
            require_severity(name, mark)?;
        }
    }
    Ok(())
}

fn require_severity(name: &str, mark: Value<'_>) -> Result<(), CompileError> {
    match parse_severity(mark) {
        Some(_) => Ok(()),
        None => {
            Err(CompileError::new(name, mark, "A severity is \"error\", \"warning\", \"info\" or \"off\"."))
        }
    }
}
