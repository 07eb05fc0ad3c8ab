//! Fail-fast validation skips only checks that cannot change the verdict, for any severities of a contract.

use hookseal::Profile;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{Verdict, VerifyOptions, Webhook};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::support::{NOW, unsigned};

const KEYS: [&str; 4] = ["a", "b", "long_enough", "..."];

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..12).prop_map(Value::from),
        Just(json!(1.5)),
        prop::sample::select(vec!["", "a", "word", "...", "<id>", "2024-01-02T03:04:05Z", "é"])
            .prop_map(Value::from),
        Just(json!("2eb8aa08-aa98-11ea-b4aa-73b441d16380")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&KEYS[..]), inner), 0..5).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

/// The severity of a violated keyword: the default, or one of the four.
fn grade() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        Just(None),
        prop::sample::select(vec![Some("error"), Some("warning"), Some("info"), Some("off")])
    ]
}

/// A keyword with its value.
type Rule = (&'static str, Value);

fn scalar_rule() -> impl Strategy<Value = Rule> {
    let types = vec![
        json!("object"),
        json!("string"),
        json!(["integer", "null"]),
        json!(["object", "array", "boolean"]),
    ];
    prop_oneof![
        prop::sample::select(types).prop_map(|value| ("type", value)),
        prop::sample::select(vec![json!(["a", "word"]), json!([1, null, "a"])])
            .prop_map(|value| ("enum", value)),
        prop::sample::select(vec![json!("word"), json!(5), json!({})]).prop_map(|value| ("const", value)),
        (0u8..3).prop_map(|value| ("minLength", value.into())),
        (0u8..5).prop_map(|value| ("maxLength", value.into())),
        Just(("pattern", json!("^[a-z]+$"))),
        prop::sample::select(vec!["uuid", "date-time", "uri", "email"])
            .prop_map(|value| ("format", value.into())),
        (-2i64..6).prop_map(|value| ("minimum", value.into())),
        (-2i64..9).prop_map(|value| ("maximum", value.into())),
        (0u8..3).prop_map(|value| ("minProperties", value.into())),
        (0u8..3).prop_map(|value| ("maxItems", value.into())),
        Just(("uniqueItems", json!(true))),
        Just(("additionalProperties", json!(false))),
        Just(("required", json!(["a", "long_enough"]))),
        Just(("dependentRequired", json!({ "a": ["b"] }))),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    let rules = |rule: BoxedStrategy<Rule>| {
        prop::collection::vec((rule, grade(), grade()), 0..5).prop_map(|rules| {
            let mut schema = Map::new();
            let mut marks = [Map::new(), Map::new()];
            for ((keyword, value), lenient, strict) in rules {
                schema.insert(keyword.into(), value);
                let gradeable = !matches!(
                    keyword,
                    "properties"
                        | "items"
                        | "allOf"
                        | "if"
                        | "then"
                        | "else"
                        | "prefixItems"
                        | "dependentSchemas"
                );
                for (marks, grade) in marks.iter_mut().zip([lenient, strict]).filter(|_| gradeable) {
                    marks.remove(keyword);
                    marks.extend(grade.map(|grade| (keyword.to_owned(), grade.into())));
                }
            }
            for (name, marks) in ["x-lenient", "x-strict"].into_iter().zip(marks) {
                if !marks.is_empty() {
                    schema.insert(name.into(), marks.into());
                }
            }
            Value::from(schema)
        })
    };
    let leaf = rules(scalar_rule().boxed());
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let some = prop::collection::vec(inner.clone(), 1..3);
        let named = prop::collection::vec((prop::sample::select(&KEYS[..3]), inner.clone()), 1..4).prop_map(
            |members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Value>(),
        );
        rules(
            prop_oneof![
                2 => scalar_rule(),
                3 => named.clone().prop_map(|value| ("properties", value)),
                2 => inner.clone().prop_map(|value| ("items", value)),
                1 => some.clone().prop_map(|value| ("allOf", value.into())),
                1 => some.clone().prop_map(|value| ("anyOf", value.into())),
                1 => some.prop_map(|value| ("oneOf", value.into())),
                1 => inner.clone().prop_map(|value| ("not", value)),
                1 => inner.clone().prop_map(|value| ("contains", value)),
                1 => inner.clone().prop_map(|value| ("if", value)),
                1 => inner.clone().prop_map(|value| ("then", value)),
                1 => inner.prop_map(|value| ("else", value)),
                1 => named.prop_map(|value| ("dependentSchemas", value)),
            ]
            .boxed(),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_is_the_same_with_and_without_warnings(schema in schema(), document in document()) {
        let definition = json!({
            "id": "graded",
            "envelope": { "type": "header:X-Type" },
            "events": { "any": { "schema": schema } },
        });
        let provider = Provider::from_json(definition.to_string().as_bytes());
        let provider = provider.map_err(|error| TestCaseError::fail(format!("{error}\n{definition}")))?;
        let hook = Webhook::new(provider, unsigned()).expect("a webhook");
        let body = document.to_string();
        let delivery = Delivery::new(Headers::from_iter([("X-Type", "any")]), body.as_bytes());
        for profile in [Profile::Lenient, Profile::Strict] {
            let options = VerifyOptions { profile, ..hook.verify_options() };
            let accepted = hook.verify_fast(&delivery, NOW, &options).is_ok();
            let report = hook.inspect_with(&delivery, NOW, &options);
            prop_assert_eq!(accepted, report.verdict != Verdict::Rejected, "{:#?}\n{}\n{}", report, definition, body);
        }
    }
}
