//! Rules about one value: its type, the values it may have, strings and numbers.

use super::severity::SeverityOverrides;
use super::{Compiler, count};
use crate::json::{Divisor, Kind, Value, quoted};
use crate::schema::error::CompileError;
use crate::schema::format::{Format, FormatLookup};
use crate::schema::pattern::Pattern;
use crate::schema::plan::{
    EnumValues, Literal, Literals, Node, Number, NumberRules, StringRules, StringSet, Values, WithSeverity,
    types,
};

impl<'s> Compiler<'s, '_> {
    #[inline(never)]
    pub(super) fn scalars(
        &self,
        node: &mut Node,
        schema: Value<'s>,
        marks: SeverityOverrides<'s>,
    ) -> Result<(), CompileError> {
        if let Some(value) = schema.get("type") {
            node.types = type_set(value)?;
            node.type_grades = marks.grades("type");
        }
        if let Some(words) = schema.get("x-type-hint") {
            if schema.get("type").is_none() {
                let message =
                    "\"x-type-hint\" says what is behind another \"type\", and there is none beside it.";
                return Err(CompileError::new("x-type-hint", words, message));
            }
            node.type_hint = Some(text("x-type-hint", words)?.into());
        }
        node.values = values(schema, marks)?;
        node.string = self.string(schema, marks)?;
        node.number = number(schema, marks)?;
        Ok(())
    }

    #[inline(never)]
    fn string(
        &self,
        schema: Value<'s>,
        marks: SeverityOverrides<'s>,
    ) -> Result<Option<Box<StringRules>>, CompileError> {
        let mut rules = StringRules {
            min: count("minLength", schema, marks)?.filter(|min| min.rule > 0),
            max: count("maxLength", schema, marks)?,
            ..StringRules::default()
        };
        if let Some(value) = schema.get("format") {
            let name = text("format", value)?;
            match Format::named(&name) {
                FormatLookup::Known(rule) => {
                    rules.format = Some(WithSeverity { rule, grades: marks.grades("format") });
                }
                FormatLookup::Refused => {
                    let message = format!(
                        "The format {} is not supported, and a rule is never skipped: use a \"pattern\".",
                        quoted(&name)
                    );
                    return Err(CompileError::new("format", value, message));
                }
                FormatLookup::Unknown if self.strict => {
                    let message = format!(
                        "{} is no format of JSON Schema, and the schema is compiled strictly.",
                        quoted(&name)
                    );
                    return Err(CompileError::new("format", value, message));
                }
                FormatLookup::Unknown => {}
            }
        }
        if let Some(most) = schema.get("x-fraction") {
            match &mut rules.format {
                Some(format) if format.rule == Format::DateTime && most.as_i64() == Some(9) => {
                    format.rule = Format::DateTimeNanos;
                }
                _ => {
                    let message = "\"x-fraction\" stands beside the format \"date-time\", and is 9: so many digits may follow the seconds.";
                    return Err(CompileError::new("x-fraction", most, message));
                }
            }
        }
        if let Some(value) = schema.get("pattern") {
            let rule = pattern("pattern", value, &text("pattern", value)?)?;
            rules.pattern = Some(WithSeverity { rule, grades: marks.grades("pattern") });
        }
        if let Some(words) = schema.get("x-expected") {
            if rules.pattern.is_none() {
                let message =
                    "\"x-expected\" says in words what a \"pattern\" wants, and there is none beside it.";
                return Err(CompileError::new("x-expected", words, message));
            }
            rules.expected = Some(text("x-expected", words)?.into());
        }
        let any =
            rules.min.is_some() || rules.max.is_some() || rules.format.is_some() || rules.pattern.is_some();
        Ok(any.then(|| Box::new(rules)))
    }
}

/// Compiles a regular expression, which `at` holds.
pub(super) fn pattern(
    keyword: &str,
    at: Value<'_>,
    source: &str,
) -> Result<(Pattern, Box<str>), CompileError> {
    match Pattern::compile(source) {
        Ok(pattern) => Ok((pattern, source.into())),
        Err(error) => Err(CompileError::new(
            keyword,
            at,
            format!("This regular expression of \"{keyword}\" cannot be used: {error}."),
        )),
    }
}

fn text<'s>(keyword: &str, value: Value<'s>) -> Result<std::borrow::Cow<'s, str>, CompileError> {
    value
        .as_str()
        .ok_or_else(|| CompileError::new(keyword, value, format!("\"{keyword}\" must be a string.")))
}

#[inline(never)]
fn type_set(value: Value<'_>) -> Result<u8, CompileError> {
    let one = |item: Value<'_>| {
        let bits = match item.as_str().as_deref() {
            Some("null") => types::NULL,
            Some("boolean") => types::BOOLEAN,
            Some("integer") => types::INTEGER,
            Some("number") => types::NUMBER,
            Some("string") => types::STRING,
            Some("array") => types::ARRAY,
            Some("object") => types::OBJECT,
            _ => {
                let message = "\"type\" must be one of \"null\", \"boolean\", \"integer\", \"number\", \"string\", \"array\" and \"object\", or a list of them.";
                return Err(CompileError::new("type", item, message));
            }
        };
        Ok(bits)
    };
    if value.kind() != Kind::Array {
        return one(value);
    }
    if value.len() == 0 {
        return Err(CompileError::new("type", value, "\"type\" must list at least one type."));
    }
    value.elements().try_fold(0, |all, item| Ok(all | one(item)?))
}

#[inline(never)]
fn values(schema: Value<'_>, marks: SeverityOverrides<'_>) -> Result<Option<Box<Values>>, CompileError> {
    let constant = schema
        .get("const")
        .map(|value| WithSeverity { rule: Literal::of(value), grades: marks.grades("const") });
    let mut any = None;
    if let Some(list) = schema.get("enum") {
        if list.kind() != Kind::Array {
            return Err(CompileError::new("enum", list, "\"enum\" must be a list of values."));
        }
        let (mut words, mut others) = (Vec::new(), Vec::new());
        for item in list.elements() {
            match Literal::of(item) {
                Literal::Text(word) => words.push(word),
                other => others.push(other),
            }
        }
        let rule = EnumValues { words: StringSet::of(words), others: Literals::of(others) };
        any = Some(WithSeverity { rule, grades: marks.grades("enum") });
    }
    Ok((any.is_some() || constant.is_some()).then(|| Box::new(Values { any, constant })))
}

#[inline(never)]
fn number(schema: Value<'_>, marks: SeverityOverrides<'_>) -> Result<Option<Box<NumberRules>>, CompileError> {
    let limit = |keyword: &str| {
        let Some(value) = schema.get(keyword) else { return Ok(None) };
        if value.kind() == Kind::Number {
            Ok(Some(WithSeverity { rule: Number::of(value), grades: marks.grades(keyword) }))
        } else {
            Err(CompileError::new(keyword, value, format!("\"{keyword}\" must be a number.")))
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
        let Some(step) = value.as_decimal().and_then(Divisor::new) else {
            let message = "\"multipleOf\" must be a number above 0 with at most 19 significant digits.";
            return Err(CompileError::new("multipleOf", value, message));
        };
        rules.multiple_of =
            Some(WithSeverity { rule: (step, Number::of(value)), grades: marks.grades("multipleOf") });
    }
    let limits = [&rules.min, &rules.exclusive_min, &rules.max, &rules.exclusive_max];
    let any = limits.into_iter().any(Option::is_some) || rules.multiple_of.is_some();
    Ok(any.then(|| Box::new(rules)))
}
