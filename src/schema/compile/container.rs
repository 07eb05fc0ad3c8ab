//! Compiles the keywords for objects and arrays.

use std::collections::HashMap;

use super::scalar::pattern;
use super::severity::SeverityOverrides;
use super::{Compiler, count, members, names};
use crate::json::{KeyInterner, Kind, NO_SYMBOL, Value};
use crate::schema::compiled::{
    Additional, AdditionalItems, ArrayRules, Contains, Node, ObjectRules, Property, UNTRACKED, WithSeverity,
};
use crate::schema::error::CompileError;

/// The keys that a schema names, in the order of their first occurrence.
#[derive(Default)]
struct PropertyTable {
    properties: Vec<Property>,
    index: HashMap<Box<str>, u32>,
    tracked_count: u32,
}

impl PropertyTable {
    /// Interns all keys and stores their symbols.
    fn bind_keys(&mut self, interner: &mut KeyInterner) {
        for property in &mut self.properties {
            property.symbol = interner.intern(&property.name);
        }
    }

    #[allow(clippy::cast_possible_truncation)] // not more than tokens on a tape
    fn index(&mut self, name: &str) -> u32 {
        if let Some(index) = self.index.get(name) {
            return *index;
        }
        let index = self.properties.len() as u32;
        self.properties.push(Property {
            name: name.into(),
            symbol: NO_SYMBOL,
            node: None,
            bit: UNTRACKED,
            mask: 0,
        });
        self.index.insert(name.into(), index);
        index
    }

    /// Returns the index of a key whose presence a rule depends on, and assigns its bit.
    fn track(&mut self, name: &str) -> u32 {
        let index = self.index(name);
        let bit = &mut self.properties[index as usize].bit;
        if *bit == UNTRACKED {
            *bit = self.tracked_count;
            self.tracked_count += 1;
        }
        index
    }
}

impl<'s> Compiler<'s, '_> {
    #[inline(never)]
    pub(super) fn object(
        &mut self,
        node: &mut Node,
        schema: Value<'s>,
        overrides: SeverityOverrides<'s>,
    ) -> Result<(), CompileError> {
        let mut keys = PropertyTable::default();
        let mut rules = ObjectRules {
            min: count("minProperties", schema, overrides)?.filter(|min| min.rule > 0),
            max: count("maxProperties", schema, overrides)?,
            ..ObjectRules::default()
        };
        if let Some(map) = schema.get("properties") {
            for (name, property) in members("properties", map)? {
                let child = self.child("properties", property)?;
                let index = keys.index(&name);
                keys.properties[index as usize].node = Some(child);
            }
        }
        if let Some(list) = schema.get("required") {
            for (name, _) in names("required", list)? {
                let severities = overrides.required(&name);
                rules.required.push(WithSeverity { rule: keys.track(&name), severities });
            }
        }
        if let Some(map) = schema.get("patternProperties") {
            for (source, property) in members("patternProperties", map)? {
                let (pattern, _) = pattern("patternProperties", property, &source)?;
                rules.patterns.push((pattern, self.child("patternProperties", property)?));
            }
        }
        if let Some(rest) = schema.get("additionalProperties") {
            rules.additional = match rest.as_bool() {
                Some(true) => Additional::Allow,
                Some(false) => Additional::Deny(overrides.severities("additionalProperties")),
                None => Additional::Validate(self.child("additionalProperties", rest)?),
            };
        }
        if let Some(inner) = schema.get("propertyNames") {
            let rule = self.child("propertyNames", inner)?;
            rules.property_names =
                Some(WithSeverity { rule, severities: overrides.severities("propertyNames") });
        }
        self.dependents(&mut rules, &mut keys, schema, overrides)?;
        keys.bind_keys(self.interner);
        rules.properties = keys.properties;
        rules.derive(keys.tracked_count);
        let has_rules = !rules.properties.is_empty()
            || !rules.patterns.is_empty()
            || !matches!(rules.additional, Additional::Allow)
            || rules.property_names.is_some()
            || rules.min.is_some()
            || rules.max.is_some();
        node.object = has_rules.then(|| Box::new(rules));
        Ok(())
    }

    #[inline(never)]
    fn dependents(
        &mut self,
        rules: &mut ObjectRules,
        keys: &mut PropertyTable,
        schema: Value<'s>,
        overrides: SeverityOverrides<'s>,
    ) -> Result<(), CompileError> {
        for keyword in ["dependentRequired", "dependentSchemas", "dependencies"] {
            let Some(map) = schema.get(keyword) else { continue };
            if self.dialect_rules.keyword(keyword).is_none() {
                continue;
            }
            for (name, needed) in members(keyword, map)? {
                let is_list = keyword == "dependentRequired"
                    || (keyword == "dependencies" && needed.kind() == Kind::Array);
                let present = keys.track(&name);
                if is_list {
                    let needed = names(keyword, needed)?;
                    let needed = needed.iter().map(|(other, _)| keys.track(other)).collect();
                    rules.dependent.push(WithSeverity {
                        rule: (present, needed),
                        severities: overrides.severities(keyword),
                    });
                } else {
                    rules.dependent_schemas.push((present, self.child(keyword, needed)?));
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn array(
        &mut self,
        node: &mut Node,
        schema: Value<'s>,
        overrides: SeverityOverrides<'s>,
    ) -> Result<(), CompileError> {
        let mut rules = ArrayRules {
            min: count("minItems", schema, overrides)?.filter(|min| min.rule > 0),
            max: count("maxItems", schema, overrides)?,
            ..ArrayRules::default()
        };
        let mut rest = ("items", schema.get("items"));
        if let Some(list) = schema.get("items").filter(|items| items.kind() == Kind::Array) {
            if !self.dialect_rules.allows_items_array() {
                let message = "An array under \"items\" is draft-07. In 2020-12, use \"prefixItems\".";
                return Err(CompileError::new("items", list, message));
            }
            rules.prefix = list.elements().map(|item| self.child("items", item)).collect::<Result<_, _>>()?;
            rest = ("additionalItems", schema.get("additionalItems"));
        } else if let Some(unused) = schema.get("additionalItems") {
            // Without an array under "items" the keyword has no effect, but must be a valid schema.
            if self.dialect_rules.allows_items_array() {
                self.child("additionalItems", unused)?;
            }
        }
        if let Some(list) = schema.get("prefixItems")
            && self.dialect_rules.keyword("prefixItems").is_some()
        {
            if !rules.prefix.is_empty() || rest.0 == "additionalItems" {
                let message = "\"prefixItems\" and an array under \"items\" mean the same. Use one of them.";
                return Err(CompileError::new("prefixItems", list, message));
            }
            rules.prefix = self.children("prefixItems", list)?;
        }
        if let (keyword, Some(schema)) = rest {
            rules.rest = match schema.as_bool() {
                Some(true) => AdditionalItems::Allow,
                Some(false) => AdditionalItems::Deny(overrides.severities(keyword)),
                None => AdditionalItems::Validate(self.child(keyword, schema)?),
            };
        }
        if let Some(value) = schema.get("uniqueItems") {
            match value.as_bool() {
                Some(true) => rules.unique = Some(overrides.severities("uniqueItems")),
                Some(false) => {}
                None => {
                    return Err(CompileError::must_be("uniqueItems", value, "a boolean"));
                }
            }
        }
        rules.contains = self.contains(schema, overrides)?;
        let has_rules = !rules.prefix.is_empty()
            || !matches!(rules.rest, AdditionalItems::Allow)
            || rules.min.is_some()
            || rules.max.is_some()
            || rules.unique.is_some()
            || rules.contains.is_some();
        node.array = has_rules.then(|| Box::new(rules));
        Ok(())
    }

    #[inline(never)]
    fn contains(
        &mut self,
        schema: Value<'s>,
        overrides: SeverityOverrides<'s>,
    ) -> Result<Option<Contains>, CompileError> {
        let Some(inner) = schema.get("contains") else { return Ok(None) };
        let limit = |keyword: &str| match self.dialect_rules.keyword(keyword) {
            Some(_) => count(keyword, schema, overrides),
            None => Ok(None),
        };
        let max = limit("maxContains")?;
        let min = limit("minContains")?
            .unwrap_or(WithSeverity { rule: 1, severities: overrides.severities("contains") });
        Ok(Some(Contains { node: self.child("contains", inner)?, min, max }))
    }
}
