//! Compares our validation with crate `jsonschema` on generated schemas and instances. The seed is fixed, so that each run
//! tests the same ones.

use hookseal::schema::{CompileOptions, Dialect, Schema};
use hookseal::{Profile, Severity};
use serde_json::{Map, Value, json};

/// Marsaglia's xorshift: random enough for a test, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

const KEYS: [&str; 5] = ["a", "b", "ab", "é", "x_y"];
const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
const PATTERNS: [&str; 7] = ["^a", "b$", "a|b", "^[^x]*$", "\\d", "^é?$", "^.{2,3}$"];
const NUMBERS: [&str; 12] =
    ["0", "1", "2", "-1", "1.0", "1.5", "-0.0", "2e0", "10", "0.3", "9007199254740993", "9007199254740992"];
const TEXTS: [&str; 10] = [
    "",
    "a",
    "ab",
    "é",
    "💩",
    "abc",
    "1",
    "2024-02-30",
    "2024-02-29",
    "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
];

fn number(chance: &mut Chance) -> Value {
    serde_json::from_str(chance.pick(&NUMBERS)).expect("a number")
}

fn instance(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => json!(chance.one_in(2)),
        2 => number(chance),
        3 | 4 => json!(chance.pick(&TEXTS)),
        5 | 6 => {
            let count = chance.below(5);
            (0..count).map(|_| instance(chance, depth - 1)).collect()
        }
        _ => {
            let mut members = Map::new();
            for _ in 0..chance.below(5) {
                members.insert(chance.pick(&KEYS).to_owned(), instance(chance, depth - 1));
            }
            Value::Object(members)
        }
    }
}

fn keys(chance: &mut Chance) -> Value {
    let mut keys: Vec<&str> = KEYS.iter().copied().filter(|_| chance.one_in(3)).collect();
    keys.dedup();
    json!(keys)
}

fn map(chance: &mut Chance, depth: usize, draft: Dialect, names: &[&str]) -> Value {
    let mut members = Map::new();
    for name in names {
        if chance.one_in(2) {
            members.insert((*name).to_owned(), schema(chance, depth, draft));
        }
    }
    Value::Object(members)
}

fn list(chance: &mut Chance, depth: usize, draft: Dialect) -> Value {
    (0..=chance.below(3)).map(|_| schema(chance, depth, draft)).collect()
}

fn schema(chance: &mut Chance, depth: usize, draft: Dialect) -> Value {
    if chance.one_in(12) {
        return json!(chance.one_in(2));
    }
    let mut out = Map::new();
    for _ in 0..=chance.below(3) {
        let (name, value) = keyword(chance, depth, draft);
        out.insert(name.to_owned(), value);
    }
    Value::Object(out)
}

fn keyword(chance: &mut Chance, depth: usize, draft: Dialect) -> (&'static str, Value) {
    let new = draft == Dialect::Draft2020;
    let simple = 20;
    match chance.below(if depth == 0 { simple } else { simple + 18 }) {
        0 | 1 => ("type", json!(chance.pick(&TYPES))),
        2 => ("type", json!([chance.pick(&TYPES[..3]), chance.pick(&TYPES[3..])])),
        3 => ("enum", (0..3).map(|_| instance(chance, 1)).collect()),
        4 => ("const", instance(chance, 1)),
        5 => ("required", keys(chance)),
        6 => ("minProperties", json!(chance.below(3))),
        7 => ("maxProperties", json!(chance.below(4))),
        8 => ("minItems", json!(chance.below(3))),
        9 => ("maxItems", json!(chance.below(4))),
        10 => ("uniqueItems", json!(true)),
        11 => ("minLength", json!(chance.below(4))),
        12 => ("maxLength", json!(chance.below(4))),
        13 => ("pattern", json!(chance.pick(&PATTERNS))),
        14 => ("minimum", number(chance)),
        15 => ("exclusiveMaximum", number(chance)),
        16 => ("multipleOf", json!(chance.pick(&[1, 2, 3]))),
        17 => (
            "format",
            json!(chance.pick(if new { &["date", "uuid", "x-unknown"] } else { &["date", "time", "email"] })),
        ),
        18 => ("$ref", json!("#/definitions/shared")),
        19 if new => ("dependentRequired", json!({ chance.pick(&KEYS): keys(chance) })),
        19 => ("dependencies", json!({ chance.pick(&KEYS): keys(chance) })),
        20..23 => ("properties", map(chance, depth - 1, draft, &KEYS)),
        23 => ("patternProperties", map(chance, depth - 1, draft, &PATTERNS[..3])),
        24 => ("additionalProperties", schema(chance, depth - 1, draft)),
        25 => ("propertyNames", schema(chance, depth - 1, draft)),
        26 => ("items", schema(chance, depth - 1, draft)),
        27 if new => ("prefixItems", list(chance, depth - 1, draft)),
        27 => ("items", list(chance, depth - 1, draft)),
        28 if new => (chance.pick(&["minContains", "maxContains"]), json!(chance.below(3))),
        28 => ("additionalItems", schema(chance, depth - 1, draft)),
        29 => ("contains", schema(chance, depth - 1, draft)),
        30 => ("allOf", list(chance, depth - 1, draft)),
        31 => ("anyOf", list(chance, depth - 1, draft)),
        32 => ("oneOf", list(chance, depth - 1, draft)),
        33 => ("not", schema(chance, depth - 1, draft)),
        34 => ("if", schema(chance, depth - 1, draft)),
        35 => ("then", schema(chance, depth - 1, draft)),
        36 => ("else", schema(chance, depth - 1, draft)),
        _ if new => ("dependentSchemas", map(chance, depth - 1, draft, &KEYS)),
        _ => ("dependencies", map(chance, depth - 1, draft, &KEYS)),
    }
}

/// The shared definition references the root, one level down, so that schemas recurse.
fn whole(chance: &mut Chance, draft: Dialect) -> Value {
    let mut out = match schema(chance, 3, draft) {
        Value::Object(members) => members,
        other => return other,
    };
    let mut shared = map(chance, 1, draft, &["contains", "items"]);
    shared["properties"] = json!({ "a": { "$ref": "#" } });
    out.insert("definitions".to_owned(), json!({ "shared": shared }));
    Value::Object(out)
}

fn agree(draft: Dialect, theirs: jsonschema::Draft, seed: u64) {
    let mut chance = Chance(seed);
    let (mut validated, mut valid, mut rejected) = (0, 0, 0);
    for _ in 0..1500 {
        let text = whole(&mut chance, draft);
        let options = CompileOptions { dialect: Some(draft), ..CompileOptions::default() };
        let Ok(ours) = Schema::compile(text.to_string().as_bytes(), &options) else {
            // The generator creates only one kind of unsupported schema: a definition that references itself for the same value.
            rejected += 1;
            continue;
        };
        let other = jsonschema::options()
            .with_draft(theirs)
            .should_validate_formats(true)
            .build(&text)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        for _ in 0..12 {
            let value = instance(&mut chance, 3);
            let issues = ours.check_with_profile(value.to_string().as_bytes(), Profile::Strict);
            // The parser warns about numbers that JavaScript cannot represent, for every schema.
            let is_valid = !issues.iter().any(|issue| issue.severity == Severity::Error);
            assert_eq!(is_valid, other.is_valid(&value), "schema {text}\nvalue {value}\nissues {issues:?}");
            validated += 1;
            valid += usize::from(is_valid);
        }
    }
    // The test is meaningful only if both results are frequent and few schemas are rejected.
    assert!(rejected < 100, "{rejected} of 1500 schemas rejected");
    assert!(valid > validated / 10 && valid < validated * 9 / 10, "{valid} of {validated} valid");
}

#[test]
fn we_agree_with_crate_jsonschema_on_2020_12() {
    agree(Dialect::Draft2020, jsonschema::Draft::Draft202012, 0x5eed_0001);
}

#[test]
fn we_agree_with_crate_jsonschema_on_draft_07() {
    agree(Dialect::Draft7, jsonschema::Draft::Draft7, 0x5eed_0002);
}

/// Draft-07 has no formats "uuid" and "duration", and crate `jsonschema` treats them as annotations there. We assert them as
/// in 2020-12, because an author who writes them expects the check.
#[test]
fn a_format_that_draft_07_lacks_is_asserted_nevertheless() {
    for format in ["uuid", "duration"] {
        let text = json!({ "$schema": "http://json-schema.org/draft-07/schema#", "format": format });
        let ours = Schema::compile(text.to_string().as_bytes(), &CompileOptions::default()).expect("ours");
        let theirs = jsonschema::options().should_validate_formats(true).build(&text).expect("theirs");
        assert!(!ours.check(b"\"x\"").is_empty() && theirs.is_valid(&json!("x")), "{format}");
    }
}
