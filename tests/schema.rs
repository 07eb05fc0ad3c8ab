//! Tests of schemas: the vectors that the TypeScript tests use too, and hostile input.

use std::fmt::Write as _;

use hookseal::schema::{CompileOptions, Dialect, Schema, SchemaError};
use hookseal::{Issue, Profile, Severity};
use serde_json::{Value, json};

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/schema.json")).expect("the vectors are JSON")
}

fn options(case: &Value) -> CompileOptions {
    let options = &case["options"];
    CompileOptions {
        strict: options["strict"] == true,
        detect_placeholders: options["placeholders"] == true,
        dialect: match options["dialect"].as_str() {
            Some("draft-07") => Some(Dialect::Draft7),
            Some("2020-12") => Some(Dialect::Draft2020),
            _ => None,
        },
    }
}

fn compile(schema: &Value, options: CompileOptions) -> Result<Schema, SchemaError> {
    Schema::compile(schema.to_string().as_bytes(), &options)
}

fn schema(schema: &Value) -> Schema {
    compile(schema, CompileOptions::default()).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

fn to_json(issue: &Issue) -> Value {
    let mut out = json!({
        "code": issue.code.as_str(),
        "severity": issue.severity,
        "pointer": issue.pointer,
        "message": issue.message,
    });
    for (name, text) in [("expected", &issue.expected), ("received", &issue.received), ("hint", &issue.hint)]
    {
        if let Some(text) = text {
            out[name] = json!(text);
        }
    }
    out
}

fn is_valid(schema: &Schema, text: &str) -> bool {
    !schema.check(text.as_bytes()).iter().any(|issue| issue.severity == Severity::Error)
}

#[test]
fn every_keyword_accepts_rejects_and_reports_as_in_the_vectors() {
    for case in vectors()["validated"].as_array().expect("cases") {
        let name = &case["name"];
        let schema =
            compile(&case["schema"], options(case)).unwrap_or_else(|error| panic!("{name}: {error}"));
        for text in case["valid"].as_array().expect("texts") {
            let text = text.as_str().expect("a text");
            for profile in [Profile::Lenient, Profile::Strict] {
                assert_eq!(schema.check_with_profile(text.as_bytes(), profile), [], "{name}: {text}");
            }
        }
        for broken in case["invalid"].as_array().expect("texts") {
            let text = broken["text"].as_str().expect("a text");
            let profile = if broken["profile"] == "strict" { Profile::Strict } else { Profile::Lenient };
            let issues: Vec<Value> =
                schema.check_with_profile(text.as_bytes(), profile).iter().map(to_json).collect();
            assert_eq!(json!(issues), broken["issues"], "{name}: {text}");
        }
    }
}

#[test]
fn unsupported_schemas_are_rejected_with_keyword_and_pointer() {
    for case in vectors()["rejected"].as_array().expect("cases") {
        let error = compile(&case["schema"], options(case)).expect_err(&case["name"].to_string());
        let actual = json!([error.keyword, error.pointer, error.message]);
        assert_eq!(actual, json!([case["keyword"], case["pointer"], case["message"]]), "{}", case["name"]);
    }
}

#[test]
fn no_message_quotes_a_payload_value() {
    let secret = "Aunt Agatha";
    for case in vectors()["validated"].as_array().expect("cases") {
        let schema = compile(&case["schema"], options(case)).expect("it compiles");
        for text in
            [json!(secret), json!([secret, secret]), json!({ "a": secret, "id": secret, "kind": secret })]
        {
            for issue in schema.check(text.to_string().as_bytes()) {
                assert!(!to_json(&issue).to_string().contains(secret), "{}: {issue:?}", case["name"]);
            }
        }
    }
}

#[test]
fn a_schema_error_has_a_message_and_a_pointer() {
    let error = compile(&json!({ "properties": { "a": { "type": "float" } } }), CompileOptions::default());
    assert_eq!(
        error.expect_err("rejected").to_string(),
        "\"type\" must be \"null\", \"boolean\", \"integer\", \"number\", \"string\", \"array\" or \"object\", or an array of them. (at /properties/a/type of the schema)"
    );
    let error = Schema::compile(b"[", &CompileOptions::default()).expect_err("no JSON");
    assert!(error.message.starts_with("The schema is not JSON: "), "{error}");
    let error = Schema::compile(b"1", &CompileOptions::default()).expect_err("no schema");
    assert_eq!(error.to_string(), "A schema must be an object or a boolean. (at the root of the schema)");
}

#[test]
fn a_schema_with_a_duplicate_key_is_rejected() {
    let text = br#"{ "properties": { "a": { "type": "string", "type": "null" } } }"#;
    let error = Schema::compile(text, &CompileOptions::default()).expect_err("rejected");
    assert_eq!((error.keyword.as_str(), error.pointer.as_str()), ("type", "/properties/a/type"));
    assert!(error.message.starts_with("Duplicate key."), "{error}");
}

#[test]
fn a_schema_within_a_document_is_a_document_of_its_own() {
    let text = br##"{ "b": { "c": 1, "c": 2 }, "schema": { "$defs": { "x": { "type": "null" } }, "items": { "$ref": "#/$defs/x" } } }"##;
    let document = hookseal::json::Document::parse(text).expect("JSON");
    let part = document.root().get("schema").expect("the schema");
    let schema = Schema::compile_value(part, &CompileOptions::default()).expect("it compiles");
    assert!(is_valid(&schema, "[null]") && !is_valid(&schema, "[1]"));

    let text = br##"{ "schema": { "items": { "$ref": "#/schema" } } }"##;
    let document = hookseal::json::Document::parse(text).expect("JSON");
    let part = document.root().get("schema").expect("the schema");
    let error = Schema::compile_value(part, &CompileOptions::default()).expect_err("rejected");
    assert_eq!(error.pointer, "/items/$ref");
}

#[test]
fn the_caller_sets_the_dialect_of_a_schema_without_one() {
    let text = json!({ "$ref": "#/definitions/a", "definitions": { "a": true }, "type": "null" });
    let with = |dialect| compile(&text, CompileOptions { dialect, ..CompileOptions::default() });
    assert_eq!(with(None).expect_err("ambiguous").keyword, "$schema");
    assert!(is_valid(&with(Some(Dialect::Draft7)).expect("draft-07"), "1"));
    assert!(!is_valid(&with(Some(Dialect::Draft2020)).expect("2020-12"), "1"));
}

#[test]
fn issues_of_the_json_come_before_those_of_the_schema() {
    let schema = schema(&json!(true));
    assert_eq!(schema.check(b"{,}")[0].code.as_str(), "json-syntax");
    assert_eq!(schema.check(br#"{"a":1,"a":2}"#)[0].code.as_str(), "json-duplicate-key");
    assert_eq!(schema.check(b"9007199254740993")[0].code.as_str(), "number-precision");
}

#[test]
fn constants_beyond_doubles_are_exact() {
    let exact = Schema::compile(br#"{ "enum": [9007199254740993, 0.1] }"#, &CompileOptions::default());
    let exact = exact.expect("it compiles");
    assert!(is_valid(&exact, "9007199254740993") && is_valid(&exact, "1e-1"));
    assert!(!is_valid(&exact, "9007199254740992") && !is_valid(&exact, "0.10000000000000000001"));
}

/// Validation ends soon for hostile schemas and documents. Nothing is timed: exponential time would not end at all.
mod hostile {
    use super::*;

    fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
        open.repeat(depth) + inner + &close.repeat(depth)
    }

    #[test]
    fn recursive_branches_do_not_multiply() {
        let twice = json!([
            { "properties": { "a": { "$ref": "#" }, "b": { "const": 1 } } },
            { "properties": { "a": { "$ref": "#" }, "b": { "const": 2 } } }
        ]);
        let text = nested("{\"a\":", "{\"b\":3}", "}", 120);
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let schema = schema(&json!({ keyword: twice }));
            assert!(!is_valid(&schema, &text), "{keyword}");
            assert!(schema.check(text.as_bytes()).len() < 300, "{keyword}");
        }
        let any = schema(&json!({ "anyOf": twice }));
        assert!(is_valid(&any, &nested("{\"a\":", "{\"b\":2}", "}", 120)));
    }

    #[test]
    fn recursive_conditions_and_exclusions_do_not_multiply() {
        let inner = json!({ "properties": { "a": { "$ref": "#" } } });
        for schema_text in [
            json!({ "if": inner, "then": inner, "else": inner }),
            json!({ "not": { "not": inner }, "allOf": [inner] }),
            json!({ "dependentSchemas": { "a": inner, "b": inner }, "properties": { "a": { "$ref": "#" } } }),
            json!({ "patternProperties": { "a": { "$ref": "#" }, "^a": { "$ref": "#" }, "a$": { "$ref": "#" } } }),
            json!({ "anyOf": [inner, { "type": "null" }], "oneOf": [inner, { "type": "null" }] }),
        ] {
            let schema = schema(&schema_text);
            assert!(is_valid(&schema, &nested("{\"a\":", "{}", "}", 100)), "{schema_text}");
        }
    }

    #[test]
    fn items_that_are_validated_twice_do_not_multiply() {
        let schema = schema(&json!({ "items": { "$ref": "#" }, "contains": { "$ref": "#" }, "minItems": 1 }));
        assert!(!is_valid(&schema, &nested("[", "", "]", 120)));
    }

    #[test]
    fn a_chain_of_definitions_does_not_double_the_time_at_every_link() {
        let mut definitions = json!({ "d200": { "type": "object", "required": ["x"] } });
        for n in 0..200 {
            let next = json!({ "$ref": format!("#/$defs/d{}", n + 1) });
            definitions[format!("d{n}")] = json!({ "allOf": [next, next], "anyOf": [next, next] });
        }
        let schema = schema(&json!({ "$defs": definitions, "$ref": "#/$defs/d0" }));
        assert!(is_valid(&schema, r#"{"x":1}"#));
        assert!(!is_valid(&schema, "{}"));
    }

    #[test]
    fn exceeding_the_depth_limit_is_an_error_even_under_not() {
        let mut definitions = json!({ "d2000": { "required": ["x"] } });
        for n in 0..2000 {
            definitions[format!("d{n}")] =
                json!({ "allOf": [{ "$ref": format!("#/$defs/d{}", n + 1) }], "title": "t", "minLength": 1 });
        }
        for text in [
            json!({ "$defs": definitions, "$ref": "#/$defs/d0" }),
            json!({ "$defs": definitions, "not": { "$ref": "#/$defs/d0" } }),
        ] {
            let issues = schema(&text).check(b"{}");
            assert!(issues.iter().any(|issue| issue.code.as_str() == "json-too-deep"), "{issues:?}");
        }
    }

    #[test]
    fn a_hundred_thousand_items_are_compared() {
        let unique = schema(&json!({ "uniqueItems": true }));
        let numbers: Vec<String> = (0..100_000).map(|n| format!("[{n},{{\"a\":\"{n}\"}}]")).collect();
        assert!(is_valid(&unique, &format!("[{}]", numbers.join(","))));
        let same = vec!["{\"a\":[1,2]}"; 100_000];
        let issues = unique.check(format!("[{}]", same.join(",")).as_bytes());
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0].pointer, "/1");
    }

    #[test]
    fn values_with_the_same_lossy_form_are_different() {
        // A lossy decoder turns each of them into three U+FFFD.
        let text = |n: u32| {
            let half = |shift: u32| format!("\\u{:04x}", 0xdc00 + (n >> shift & 1023));
            format!("\"{}{}{}\"", half(0), half(10), half(20))
        };
        let unique = schema(&json!({ "uniqueItems": true }));
        let lossless = |issues: Vec<Issue>| issues.into_iter().all(|issue| issue.code.as_str() != "unique");
        let texts: Vec<String> = (0..20_000).map(text).collect();
        assert!(lossless(unique.check(format!("[{}]", texts.join(",")).as_bytes())));
        let objects: Vec<String> = texts.iter().map(|text| format!("{{{text}:1}}")).collect();
        assert!(lossless(unique.check(format!("[{}]", objects.join(",")).as_bytes())));
        let twice = format!("[{},{}]", objects.join(","), objects[7]);
        let issues = unique.check(twice.as_bytes());
        let issue = issues.iter().find(|issue| issue.code.as_str() == "unique").expect("it is there twice");
        assert_eq!(issue.pointer, "/20000");
    }

    #[test]
    fn a_replacement_character_is_not_equal_to_an_unpaired_surrogate() {
        for (text, name) in [
            (json!({ "const": "\u{fffd}" }), "const"),
            (json!({ "enum": ["\u{fffd}", "b"] }), "enum"),
            (json!({ "propertyNames": { "const": "\u{fffd}" } }), "property-name"),
            (json!({ "properties": { "\u{fffd}": true }, "additionalProperties": false }), "unknown-field"),
            (json!({ "required": ["\u{fffd}"] }), "required"),
            (json!({ "dependentRequired": { "a": ["\u{fffd}"] } }), "dependent"),
        ] {
            let schema = schema(&text);
            let found =
                |value: &str| schema.check(value.as_bytes()).iter().any(|it| it.code.as_str() == name);
            let value = if matches!(name, "const" | "enum") {
                ["\"\\ud800\"", "\"\\ufffd\""]
            } else if name == "dependent" {
                [r#"{"a":1,"\ud800":1}"#, r#"{"a":1,"\ufffd":1}"#]
            } else {
                [r#"{"\ud800":1}"#, r#"{"\ufffd":1}"#]
            };
            assert!(found(value[0]) && !found(value[1]), "{text}");
        }
        for text in
            [r#"{"const":"\ud800"}"#, r#"{"properties":{"\udc00":true}}"#, r#"{"enum":[{"a":["\ud800"]}]}"#]
        {
            let error = Schema::compile(text.as_bytes(), &CompileOptions::default()).expect_err(text);
            assert!(error.message.contains("surrogate"), "{error}");
        }
    }

    #[test]
    fn references_through_large_containers_resolve_like_those_through_small_ones() {
        let mut definitions: Vec<Value> = (0..500).map(|n| json!({ "const": n })).collect();
        let map: serde_json::Map<String, Value> =
            (0..500).map(|n| (format!("a/b~{n}"), json!({ "const": n }))).collect();
        definitions.push(json!(true));
        let text = json!({
            "$defs": { "list": { "prefixItems": definitions }, "map": { "properties": map } },
            "prefixItems": [
                { "$ref": "#/$defs/list/prefixItems/499" },
                { "$ref": "#/$defs/map/properties/a~1b~0321" },
            ]
        });
        let schema = schema(&text);
        assert!(
            is_valid(&schema, "[499,321]")
                && !is_valid(&schema, "[321,321]")
                && !is_valid(&schema, "[499,499]")
        );
        for lost in
            ["list/prefixItems/0499", "list/prefixItems/501", "list/prefixItems/-", "map/properties/x"]
        {
            let mut text = text.clone();
            text["prefixItems"][0]["$ref"] = json!(format!("#/$defs/{lost}"));
            let error = compile(&text, CompileOptions::default()).expect_err(lost);
            assert!(error.message.contains("does not exist"), "{error}");
        }
    }

    #[test]
    fn too_many_severities_are_rejected() {
        let names: Vec<String> = (0..257).map(|n| format!("k{n}")).collect();
        let marks: serde_json::Map<String, Value> =
            names.iter().map(|name| (name.clone(), json!("info"))).collect();
        let text = json!({ "required": names, "x-lenient": { "required": marks } });
        let error = compile(&text, CompileOptions::default()).expect_err("too many");
        assert!(error.message.contains("256"), "{error}");
    }

    #[test]
    fn a_report_stays_short_for_any_number_of_issues() {
        let mut text = String::from("{");
        for n in 0..100_000 {
            let comma = if n == 0 { "" } else { "," };
            write!(text, "{comma}\"key{n}\":{n}").expect("a string takes it");
        }
        text.push('}');
        let closed = schema(&json!({ "properties": { "key": {} }, "additionalProperties": false }));
        let issues = closed.check(text.as_bytes());
        assert_eq!(issues.len(), 101);
        let last = issues.iter().find(|issue| issue.code.as_str() == "issues-truncated").expect("it says so");
        assert_eq!(last.message, "Only 100 issues are listed. There are more.");
        assert_eq!(last.severity, Severity::Info);
    }

    #[test]
    fn half_a_million_errors_and_placeholders_take_linear_time() {
        let items = |count: usize, item: &str| format!("[{}]", vec![item; count].join(","));
        let strings = schema(&json!({ "items": { "type": "string" } }));
        let issues = strings.check(items(500_000, "0").as_bytes());
        assert!(
            issues
                .iter()
                .any(|issue| issue.message.starts_with("Only 100 issues are listed. There are more."))
        );

        let options = CompileOptions { detect_placeholders: true, ..CompileOptions::default() };
        let text = json!({ "items": { "additionalProperties": false } }).to_string();
        let closed = Schema::compile(text.as_bytes(), &options).expect("it compiles");
        let issues = closed.check(items(500_000, "{\"...\":0}").as_bytes());
        assert!(
            issues
                .iter()
                .any(|issue| issue.message.starts_with("Only 100 issues are listed. There are more."))
        );
    }

    #[test]
    fn errors_replace_warnings_in_a_full_report() {
        let schema = schema(&json!({
            "additionalProperties": false,
            "properties": { "z": { "type": "null" } },
            "x-lenient": { "additionalProperties": "warning" }
        }));
        let mut text = String::from("{");
        for n in 0..3000 {
            write!(text, "\"key{n}\":{n},").expect("a string takes it");
        }
        text.push_str("\"z\":1}");
        let issues = schema.check(text.as_bytes());
        assert_eq!(issues.iter().filter(|issue| issue.severity == Severity::Error).count(), 1);
        assert_eq!(issues.len(), 101);
        assert!(
            issues
                .iter()
                .any(|issue| issue.message.starts_with("Only 100 issues are listed. There are more."))
        );
    }

    #[test]
    fn very_many_alternatives_are_validated_in_the_end() {
        let branches: Vec<Value> = (0..500)
            .map(|n| json!({ "properties": { "kind": { "const": n }, "kids": { "items": { "$ref": "#" } } }, "required": ["kind"] }))
            .collect();
        let schema = schema(&json!({ "oneOf": branches }));
        let kids = vec!["{\"kind\":499,\"kids\":[{\"kind\":-1}]}"; 200].join(",");
        assert!(!is_valid(&schema, &format!("{{\"kind\":250,\"kids\":[{kids}]}}")));
        let kids = vec!["{\"kind\":499,\"kids\":[{\"kind\":1}]}"; 200].join(",");
        assert!(is_valid(&schema, &format!("{{\"kind\":250,\"kids\":[{kids}]}}")));
    }
}

#[test]
fn validating_a_valid_document_allocates_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/providers/");
    let read = |name: &str| std::fs::read(format!("{folder}{name}")).expect("a file of the project");
    for (schema, sample) in [
        ("painchek/assessment_add.schema.json", "painchek/samples/assessment_add.painchek.json"),
        ("painchek/assessment_add.schema.json", "painchek/samples/assessment_add.nrs.json"),
        ("xon/file-request.files.update.R7-R9.schema.json", "xon/samples/file-request.files.update.R9.json"),
    ] {
        let options = CompileOptions { strict: true, detect_placeholders: true, dialect: None };
        let schema = Schema::compile(&read(schema), &options).expect("it compiles");
        let sample_text = read(sample);
        let count = |work: &mut dyn FnMut()| allocation_counter::measure(work).count_total;
        let reading = count(&mut || drop(hookseal::json::Document::parse(&sample_text)));
        let both = count(&mut || assert!(schema.check(&sample_text).is_empty()));
        assert_eq!(both, reading, "{sample}");
    }
}

#[test]
fn escapes_change_nothing() {
    let text = json!({
        "required": ["key"],
        "properties": { "key": { "enum": ["word", 1], "format": "email", "maxLength": 4 } },
        "patternProperties": { "^k": { "pattern": "o" } },
        "additionalProperties": false,
        "dependentRequired": { "key": ["other"] },
        "propertyNames": { "maxLength": 3 }
    });
    let schema = schema(&text);
    let said = |text: &str| -> Vec<String> {
        schema
            .check(text.as_bytes())
            .iter()
            .map(|issue| format!("{} {}", issue.code, issue.pointer))
            .collect()
    };
    let escape = |text: &str| -> String {
        text.chars()
            .map(|letter| {
                if letter.is_ascii_alphabetic() {
                    format!("\\u{:04x}", letter as u32)
                } else {
                    letter.to_string()
                }
            })
            .collect()
    };
    for plain in
        [r#"{"key":"word"}"#, r#"{"key":"wird"}"#, r#"{"keys":"x"}"#, r#"{"other":1,"KEY":"wooord"}"#]
    {
        assert_eq!(said(&escape(plain)), said(plain), "{plain}");
    }
}

#[test]
fn a_schema_error_contains_no_control_characters() {
    let key = "k\n\u{1b}\u{2028}\u{202e}";
    for text in [
        json!({ "properties": { key: { "type": "nothing" } } }),
        json!({ "x-lenient": { key: "info" } }),
        json!({ "properties": { "a": { "format": key } } }),
    ] {
        let error = compile(&text, CompileOptions { strict: true, ..CompileOptions::default() })
            .expect_err("no schema");
        let said = format!("{error}{}", error.message);
        assert!(!said.chars().any(|it| it.is_control() || matches!(it, '\u{2028}' | '\u{202e}')), "{said:?}");
    }
}
