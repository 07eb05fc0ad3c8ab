//! Compiled schemas as bytes. What can be computed fast is not written, such as hash tables and bits.

use super::{
    Additional, AdditionalItems, Applicator, ArrayRules, CompiledSchema, Contains, EnumValues, FastCheck,
    Node, NumberRules, ObjectRules, ProfileSeverities, Property, RuleSeverity, StringRules, UNTRACKED,
    Values, WithSeverity, types,
};
use crate::blob::{Blob, Reader, Writer, blob};
use crate::json::{Divisor, NO_SYMBOL};
use crate::schema::compiled::Number;

impl Blob for CompiledSchema {
    fn put(&self, out: &mut Writer) {
        let Self { nodes, root, detects_placeholders, key_table: _ } = self;
        nodes.put(out);
        root.put(out);
        detects_placeholders.put(out);
    }

    /// Reads a schema that is not bound to its key table yet.
    fn get(input: &mut Reader<'_>) -> Self {
        let mut nodes = Vec::<Node>::get(input);
        let (root, detects_placeholders) = Blob::get(input);
        let count = nodes.len();
        let is_node = |id: u32| (id as usize) < count;
        let mut is_valid = is_node(root);
        for node in &mut nodes {
            let format = node.string.as_ref().and_then(|rules| rules.format.as_ref());
            input.needs_full |= format.is_some_and(|format| format.rule.needs_full());
            node.visit_edges(&mut |_, id| is_valid &= is_node(*id));
        }
        input.check(is_valid);
        Self { nodes, root, detects_placeholders, key_table: None }
    }
}

/// The bits of the first byte of a node.
mod node_bit {
    pub const IS_FALSE_SCHEMA: u8 = 1;
    pub const MEMOIZE: u8 = 2;
    pub const MAY_WARN: u8 = 4;
    pub const VALUES: u8 = 8;
    pub const STRING: u8 = 16;
    pub const NUMBER: u8 = 32;
    pub const OBJECT: u8 = 64;
    pub const ARRAY: u8 = 128;
}

fn put_some(rules: Option<&impl Blob>, out: &mut Writer) {
    if let Some(rules) = rules {
        rules.put(out);
    }
}

/// Reads the rules whose bit is set.
fn get_some<T: Blob>(bits: u8, bit: u8, input: &mut Reader<'_>) -> Option<T> {
    (bits & bit != 0).then(|| T::get(input))
}

impl Blob for Node {
    fn put(&self, out: &mut Writer) {
        let Self {
            types,
            types_with_rules,
            accepts,
            is_false_schema,
            memoize,
            may_warn,
            failing_profiles,
            warning_only_profiles,
            fast_check,
            type_severities,
            type_hint,
            values,
            string,
            number,
            object,
            array,
            applicators,
        } = self;
        let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        out.byte(
            bit(*is_false_schema, node_bit::IS_FALSE_SCHEMA)
                | bit(*memoize, node_bit::MEMOIZE)
                | bit(*may_warn, node_bit::MAY_WARN)
                | bit(values.is_some(), node_bit::VALUES)
                | bit(string.is_some(), node_bit::STRING)
                | bit(number.is_some(), node_bit::NUMBER)
                | bit(object.is_some(), node_bit::OBJECT)
                | bit(array.is_some(), node_bit::ARRAY),
        );
        out.byte(failing_profiles | warning_only_profiles << 2);
        out.byte(*types);
        out.byte(*types_with_rules);
        out.byte(*accepts);
        type_severities.put(out);
        type_hint.put(out);
        fast_check.put(out);
        put_some(values.as_ref(), out);
        put_some(string.as_ref(), out);
        put_some(number.as_ref(), out);
        put_some(object.as_ref(), out);
        put_some(array.as_ref(), out);
        applicators.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let (bits, profiles) = (input.byte(), input.byte());
        let [types, types_with_rules, accepts] = [(); 3].map(|()| input.byte());
        input.check((types | types_with_rules | accepts) <= types::ALL);
        Self {
            types,
            types_with_rules,
            accepts,
            is_false_schema: bits & node_bit::IS_FALSE_SCHEMA != 0,
            memoize: bits & node_bit::MEMOIZE != 0,
            may_warn: bits & node_bit::MAY_WARN != 0,
            failing_profiles: profiles & 3,
            warning_only_profiles: profiles >> 2,
            type_severities: Blob::get(input),
            type_hint: Blob::get(input),
            fast_check: Blob::get(input),
            values: get_some(bits, node_bit::VALUES, input),
            string: get_some(bits, node_bit::STRING, input),
            number: get_some(bits, node_bit::NUMBER, input),
            object: get_some(bits, node_bit::OBJECT, input),
            array: get_some(bits, node_bit::ARRAY, input),
            applicators: Blob::get(input),
        }
    }
}

blob!(enum FastCheck { 0 => None, 1 => Format(format), 2 => IntRange(min, max), 3 => Enum });

impl Blob for ProfileSeverities {
    fn put(&self, out: &mut Writer) {
        out.byte(self.lenient as u8 | (self.strict as u8) << 2);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let severity = |bits: u8| match bits & 3 {
            0 => RuleSeverity::Error,
            1 => RuleSeverity::Warning,
            2 => RuleSeverity::Info,
            _ => RuleSeverity::Off,
        };
        let byte = input.byte();
        input.check(byte < 16);
        Self { lenient: severity(byte), strict: severity(byte >> 2) }
    }
}

blob!(struct WithSeverity<T> { rule, severities });
blob!(struct Values { any, constant });
blob!(struct EnumValues { strings, others });
blob!(struct StringRules { min, max, format, pattern, expected });
blob!(struct NumberRules { min, exclusive_min, max, exclusive_max, multiple_of });

/// The value of `multipleOf`: the divisor follows from the number.
impl Blob for (Divisor, Number) {
    fn put(&self, out: &mut Writer) {
        self.1.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let number = Number::get(input);
        let divisor = Divisor::new(number.decimal());
        input.check(divisor.is_some());
        (divisor.unwrap_or_default(), number)
    }
}

blob!(enum Additional { 0 => Allow, 1 => Deny(severities), 2 => Validate(node) });
blob!(enum AdditionalItems { 0 => Allow, 1 => Deny(severities), 2 => Validate(node) });

impl Blob for ObjectRules {
    fn put(&self, out: &mut Writer) {
        let Self {
            table: _,
            symbols: _,
            properties,
            required,
            required_bits: _,
            required_error_bits: _,
            is_simple: _,
            has_unnumbered: _,
            tracked_count: _,
            patterns,
            additional,
            property_names,
            min,
            max,
            dependent,
            dependent_schemas,
        } = self;
        properties.put(out);
        required.put(out);
        patterns.put(out);
        additional.put(out);
        property_names.put(out);
        min.put(out);
        max.put(out);
        dependent.put(out);
        dependent_schemas.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let mut rules = Self {
            properties: Blob::get(input),
            required: Blob::get(input),
            patterns: Blob::get(input),
            additional: Blob::get(input),
            property_names: Blob::get(input),
            min: Blob::get(input),
            max: Blob::get(input),
            dependent: Blob::get(input),
            dependent_schemas: Blob::get(input),
            ..Self::default()
        };
        // INVARIANT: rules name properties that exist and have a bit, and bits count from 0.
        let is_tracked =
            |index: &u32| rules.properties.get(*index as usize).is_some_and(|p| p.bit != UNTRACKED);
        let tracked_count = rules.properties.iter().filter(|property| property.bit != UNTRACKED).count();
        let tracked_count = u32::try_from(tracked_count).unwrap_or(0);
        let is_valid = rules.properties.iter().all(|p| p.bit == UNTRACKED || p.bit < tracked_count)
            && rules.required.iter().all(|rule| is_tracked(&rule.rule))
            && rules.dependent_schemas.iter().all(|(property, _)| is_tracked(property))
            && rules.dependent.iter().all(|rule| {
                let (present, needed) = &rule.rule;
                is_tracked(present) && needed.iter().all(is_tracked)
            });
        input.check(is_valid);
        if is_valid {
            rules.derive(tracked_count);
        }
        rules
    }
}

impl Blob for Property {
    fn put(&self, out: &mut Writer) {
        let Self { name, symbol, node, bit, mask: _ } = self;
        // A symbol names its key, so that most names are not written: 0 is no symbol.
        let number = symbol.wrapping_add(1);
        number.put(out);
        if number == 0 {
            name.put(out);
        }
        // Zero means none, too.
        node.map_or(0, |node| node + 1).put(out);
        bit.wrapping_add(1).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let symbol = u16::get(input).wrapping_sub(1);
        let name = if symbol == NO_SYMBOL { Blob::get(input) } else { input.key(symbol).into() };
        let node = u32::get(input).checked_sub(1);
        Self { name, symbol, node, bit: u32::get(input).wrapping_sub(1), mask: 0 }
    }
}

blob!(struct ArrayRules { prefix, rest, min, max, unique, contains });
blob!(struct Contains { node, min, max });
blob!(enum Applicator {
    0 => All(node),
    1 => Any(branches),
    2 => One(branches),
    3 => Not(node),
    4 => If { condition, then, otherwise },
});

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use crate::blob::{Blob, Reader, Writer};
    use crate::issue::Profile;
    use crate::json::{Document, KeyInterner, KeyTable};
    use crate::schema::{CompileOptions, Dialect, Schema};

    fn options(case: &Value) -> CompileOptions {
        CompileOptions {
            strict: false,
            detect_placeholders: case["options"]["placeholders"] == true,
            dialect: match case["options"]["dialect"].as_str() {
                Some("draft-07") => Some(Dialect::Draft7),
                Some("2020-12") => Some(Dialect::Draft2020),
                _ => None,
            },
        }
    }

    fn read(bytes: &[u8]) -> Schema {
        let (key_table, mut schema): (Arc<KeyTable>, Schema) =
            Reader::value_of(bytes).expect("the bytes of a schema");
        schema.bind_keys(&key_table);
        schema
    }

    #[test]
    fn a_schema_that_was_read_reports_the_issues_of_the_schema_that_was_written() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../../tests/vectors/schema.json")).unwrap();
        let mut issue_count = 0;
        for case in vectors["validated"].as_array().unwrap() {
            let name = &case["name"];
            let text = case["schema"].to_string();
            let document = Document::parse(text.as_bytes()).unwrap();
            let mut interner = KeyInterner::default();
            let mut written =
                Schema::compile_with_interner(document.root(), options(case), &mut interner).unwrap();
            let key_table = Arc::new(interner.build());
            let mut out = Writer::default();
            key_table.put(&mut out);
            written.put(&mut out);
            written.bind_keys(&key_table);
            let bytes = out.into_bytes();
            let result = read(&bytes);
            assert!(format!("{result:?}") == format!("{written:?}"), "{name}");
            let invalid = case["invalid"].as_array().unwrap().iter().map(|item| &item["text"]);
            for text in case["valid"].as_array().unwrap().iter().chain(invalid) {
                let text = text.as_str().unwrap().as_bytes();
                for profile in [Profile::Lenient, Profile::Strict] {
                    let issues = result.check_with_profile(text, profile);
                    assert_eq!(issues, written.check_with_profile(text, profile), "{name}");
                    issue_count += issues.len();
                }
            }
        }
        assert!(issue_count > 200, "{issue_count} issues");
    }
}
