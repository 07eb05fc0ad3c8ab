//! Compiles `type`, `enum` and `const`, and the keywords for strings and numbers.

use super::severity::SeverityOverrides;
use super::{Compiler, count};
use crate::json::{Divisor, Kind, Value, quoted};
use crate::schema::compiled::{
    EnumValues, Literal, Literals, Node, Number, NumberRules, StringRules, StringSet, Values, WithSeverity,
    types,
};
use crate::schema::error::{CompileError, expect_string};
use crate::schema::format::{Format, FormatLookup};
use crate::schema::pattern::Pattern;

impl<'s> Compiler<'s, '_> {
    #[inline(never)]
    pub(super) fn scalars(
        &self,
        node: &mut Node,
        schema: Value<'s>,
        overrides: SeverityOverrides<'s>,
    ) -> Result<(), CompileError> {
        if let Some(value) = schema.get("type") {
            node.types = type_set(value)?;
            node.type_severities = overrides.severities("type");
        }
        if let Some(words) = schema.get("x-type-hint") {
            if schema.get("type").is_none() {
                let message = "\"x-type-hint\" requires \"type\" in the same schema.";
                return Err(CompileError::new("x-type-hint", words, message));
            }
            node.type_hint = Some(expect_string("x-type-hint", words)?.into());
        }
        node.values = values(schema, overrides)?;
        node.string = self.string(schema, overrides)?;
        node.number = number(schema, overrides)?;
        Ok(())
    }

    #[inline(never)]
    fn string(
        &self,
        schema: Value<'s>,
        overrides: SeverityOverrides<'s>,
    ) -> Result<Option<Box<StringRules>>, CompileError> {
        let mut rules = StringRules {
            min: count("minLength", schema, overrides)?.filter(|min| min.rule > 0),
            max: count("maxLength", schema, overrides)?,
            ..StringRules::default()
        };
        if let Some(value) = schema.get("format") {
            let name = expect_string("format", value)?;
            match Format::from_name(&name) {
                FormatLookup::Known(rule) => {
                    rules.format = Some(WithSeverity { rule, severities: overrides.severities("format") });
                }
                FormatLookup::Unsupported => {
                    let message =
                        format!("The format {} is not supported. Use \"pattern\" instead.", quoted(&name));
                    return Err(CompileError::new("format", value, message));
                }
                FormatLookup::Unknown if self.strict => {
                    let message = format!("Unknown format {} in strict mode. Remove it.", quoted(&name));
                    return Err(CompileError::new("format", value, message));
                }
                FormatLookup::Unknown => {}
            }
        }
        if let Some(max) = schema.get("x-max-fraction-digits") {
            match &mut rules.format {
                Some(format) if format.rule == Format::DateTime && max.as_i64() == Some(9) => {
                    format.rule = Format::DateTimeNanos;
                }
                _ => {
                    let message = "\"x-max-fraction-digits\" must be 9, next to the format \"date-time\".";
                    return Err(CompileError::new("x-max-fraction-digits", max, message));
                }
            }
        }
        if let Some(value) = schema.get("pattern") {
            let rule = pattern("pattern", value, &expect_string("pattern", value)?)?;
            rules.pattern = Some(WithSeverity { rule, severities: overrides.severities("pattern") });
        }
        if let Some(words) = schema.get("x-expected") {
            if rules.pattern.is_none() {
                let message = "\"x-expected\" requires \"pattern\" in the same schema.";
                return Err(CompileError::new("x-expected", words, message));
            }
            rules.expected = Some(expect_string("x-expected", words)?.into());
        }
        let any =
            rules.min.is_some() || rules.max.is_some() || rules.format.is_some() || rules.pattern.is_some();
        Ok(any.then(|| Box::new(rules)))
    }
}

/// Compiles a regular expression. `value` is its location in the schema.
pub(super) fn pattern(
    keyword: &str,
    value: Value<'_>,
    source: &str,
) -> Result<(Pattern, Box<str>), CompileError> {
    match Pattern::compile(source) {
        Ok(pattern) => Ok((pattern, source.into())),
        Err(error) => Err(CompileError::new(
            keyword,
            value,
            format!("Cannot compile the regular expression in \"{keyword}\": {error}."),
        )),
    }
}

#[inline(never)]
fn type_set(value: Value<'_>) -> Result<u8, CompileError> {
    let parse_type = |item: Value<'_>| {
        let bits = match item.as_str().as_deref() {
            Some("null") => types::NULL,
            Some("boolean") => types::BOOLEAN,
            Some("integer") => types::INTEGER,
            Some("number") => types::NUMBER,
            Some("string") => types::STRING,
            Some("array") => types::ARRAY,
            Some("object") => types::OBJECT,
            _ => {
                let message = "\"type\" must be \"null\", \"boolean\", \"integer\", \"number\", \"string\", \"array\" or \"object\", or an array of them.";
                return Err(CompileError::new("type", item, message));
            }
        };
        Ok(bits)
    };
    if value.kind() != Kind::Array {
        return parse_type(value);
    }
    if value.len() == 0 {
        return Err(CompileError::new("type", value, "\"type\" must list at least one type."));
    }
    value.elements().try_fold(0, |all, item| Ok(all | parse_type(item)?))
}

#[inline(never)]
fn values(schema: Value<'_>, overrides: SeverityOverrides<'_>) -> Result<Option<Box<Values>>, CompileError> {
    let constant = schema.get("const").map(|value| WithSeverity {
        rule: Literal::from_value(value),
        severities: overrides.severities("const"),
    });
    let mut any = None;
    if let Some(list) = schema.get("enum") {
        if list.kind() != Kind::Array {
            return Err(CompileError::must_be("enum", list, "an array"));
        }
        let (mut strings, mut others) = (Vec::new(), Vec::new());
        for item in list.elements() {
            match item.as_str() {
                Some(text) => strings.push(text.into()),
                None => others.push(item),
            }
        }
        let rule = EnumValues { strings: StringSet::new(strings), others: Literals::new(&others) };
        any = Some(WithSeverity { rule, severities: overrides.severities("enum") });
    }
    Ok((any.is_some() || constant.is_some()).then(|| Box::new(Values { any, constant })))
}

#[inline(never)]
fn number(
    schema: Value<'_>,
    overrides: SeverityOverrides<'_>,
) -> Result<Option<Box<NumberRules>>, CompileError> {
    let limit = |keyword: &str| {
        let Some(value) = schema.get(keyword) else { return Ok(None) };
        if value.kind() == Kind::Number {
            Ok(Some(WithSeverity {
                rule: Number::from_value(value),
                severities: overrides.severities(keyword),
            }))
        } else {
            Err(CompileError::must_be(keyword, value, "a number"))
        }
    };
    let mut rules = NumberRules {
        min: limit("minimum")?,
        exclusive_min: limit("exclusiveMinimum")?,
        max: limit("maximum")?,
        exclusive_max: limit("exclusiveMaximum")?,
        multiple_of: None,
    };
    if let Some(value) = schema.get("multipleOf") {
        let Some(divisor) = value.as_decimal().and_then(Divisor::new) else {
            let message = "\"multipleOf\" must be a number above 0 with at most 19 significant digits.";
            return Err(CompileError::new("multipleOf", value, message));
        };
        rules.multiple_of = Some(WithSeverity {
            rule: (divisor, Number::from_value(value)),
            severities: overrides.severities("multipleOf"),
        });
    }
    let limits = [&rules.min, &rules.exclusive_min, &rules.max, &rules.exclusive_max];
    let any = limits.into_iter().any(Option::is_some) || rules.multiple_of.is_some();
    Ok(any.then(|| Box::new(rules)))
}
