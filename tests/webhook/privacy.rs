//! Loggable output contains no value of a payload, no secret, and no expected signature.

use std::fmt::Write as _;

use hookseal::delivery::Delivery;
use hookseal::json::Document;
use hookseal::provider;
use hookseal::webhook::{SignParams, VerifyOptions, Webhook};
use serde_json::{Value, json};

use super::support::{
    NOW, SECRET, Sample, bare, fresh, headers, lax, options, painchek, samples, strict, unsigned, xon,
};

/// Everything that a program might print about a delivery.
fn printed(hook: &Webhook, delivery: &Delivery<'_>, options: &VerifyOptions) -> String {
    let mut out = format!("{delivery:?} {options:?}");
    match hook.verify_with(delivery, NOW, options) {
        Ok(verified) => write!(out, "{verified:?} {:#?} {:?}", verified.issues, verified.event()),
        Err(error) => write!(out, "{error} {error:#?}"),
    }
    .expect("a string");
    let mut report = hook.inspect_with(delivery, NOW, options);
    report.digest.clear(); // 64 digits by chance hold any short number
    let issues = serde_json::to_string(&report.issues).expect("issues are data");
    write!(out, "{:?} {report:#?} {issues}", hook.verify_fast(delivery, NOW, options)).expect("a string");
    if let Ok(document) = Document::parse(delivery.body) {
        let root = document.root();
        let members: Vec<_> = root.members().collect();
        write!(out, "{document:?} {root:?} {members:?} {:?}", root.members()).expect("a string");
    }
    let comparison = hook.compare(delivery, &bare(b"{\"event\":{}}"));
    write!(out, "{comparison:?}").expect("a string");
    // PERF: `explain` costs as much as thousands of verifications, so it has a small budget.
    #[cfg(feature = "full")]
    write!(out, "{:?}", hook.explain_with(delivery, NOW, options, 64)).expect("a string");
    out
}

/// Every value of a payload as text: strings and numbers of at least four characters that are not in the contract.
fn values(sample: &Sample) -> Vec<String> {
    fn walk(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::String(text) => out.push(text.clone()),
            Value::Number(number) => out.push(number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| walk(item, out)),
            Value::Object(members) => members.values().for_each(|item| walk(item, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(&sample.json(), &mut out);
    let contract = provider::definition(sample.provider).expect("a definition");
    out.retain(|text| text.len() >= 4 && !contract.contains(text.as_str()));
    assert!(!out.is_empty());
    out
}

#[track_caller]
fn assert_contains_none(printed: &str, secrets: &[String]) {
    for secret in secrets {
        if let Some(at) = printed.find(secret.as_str()) {
            let mut start = at.saturating_sub(200);
            while !printed.is_char_boundary(start) {
                start -= 1;
            }
            panic!("{secret:?} is printed: …{}", &printed[start..at + secret.len()]);
        }
    }
}

#[test]
fn nothing_printed_about_a_sample_contains_its_values() {
    for sample in samples() {
        let hook = lax(sample.provider);
        let values = values(sample);
        for options in [hook.verify_options(), strict(&hook)] {
            assert_contains_none(&printed(&hook, &bare(&sample.body), &options), &values);
        }
        // Truncated at any byte, too, since messages about syntax describe the found text.
        for cut in (0..sample.body.len()).step_by(7) {
            assert_contains_none(
                &printed(&hook, &bare(&sample.body[..cut]), &hook.verify_options()),
                &values,
            );
        }
    }
}

/// Every value of every sample, changed to invalid ones, so that there are issues.
#[test]
fn nothing_printed_about_an_invalid_value_contains_it() {
    const MARK: &str = "Qz7-Marker-4711";
    const NUMBER: &str = "918273645";
    let marks = [MARK.to_owned(), NUMBER.to_owned()];
    for sample in samples() {
        let hook = lax(sample.provider);
        for pointer in leaves(&sample.json()) {
            // The event type is part of the report.
            if pointer == "/event" || pointer == "/event/type" {
                continue;
            }
            let number: Value = serde_json::from_str(NUMBER).expect("a number");
            for value in [json!(MARK), number, json!([MARK, MARK]), json!({ "x": MARK })] {
                let mut json = sample.json();
                *json.pointer_mut(&pointer).expect("a leaf") = value;
                let body = json.to_string();
                let printed = printed(&hook, &bare(body.as_bytes()), &strict(&hook));
                assert_contains_none(&printed, &marks);
            }
        }
    }
}

fn leaves(value: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, out: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, item)| walk(item, &format!("{pointer}/{n}"), out));
            }
            Value::Object(members) => {
                members.iter().for_each(|(key, item)| walk(item, &format!("{pointer}/{key}"), out));
            }
            _ => out.push(pointer.to_owned()),
        }
    }
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

#[test]
fn nothing_printed_contains_a_secret_or_the_expected_signature() {
    let sample = &samples()[0];
    let hook = painchek(&[SECRET, "a second secret"]);
    let signed = hook.sign(&sample.body, &fresh()).expect("signed");
    let (_, right) =
        signed.headers.iter().find(|(_, value)| value.starts_with("sha256=")).expect("a signature");
    let right = right["sha256=".len()..].to_owned();
    let secrets = [SECRET.to_owned(), "a second secret".to_owned(), right.clone()];
    assert_contains_none(&format!("{signed:?} {:?} {hook:?} {:?}", fresh(), hook.provider()), &secrets);
    for signature in ["", "sha256=00", "sha1=00", "md5=1", &format!("sha256={}", "0".repeat(64)), "sha512=zz"]
    {
        let mut delivery = bare(&sample.body);
        delivery.headers.push("X-PainChek-WH-Signature", signature);
        assert_contains_none(&printed(&hook, &delivery, &hook.verify_options()), &secrets);
        // A secret after its name, as users paste it.
        delivery.headers.push("Authorization", SECRET);
        assert_contains_none(&printed(&hook, &delivery, &hook.verify_options()), &secrets);
    }
    let delivery = Delivery::new(headers(&signed.headers), &sample.body);
    let verified = hook.verify(&delivery, NOW).expect("verified");
    assert_contains_none(&format!("{verified:?}"), &[right]);
}

#[test]
fn nothing_printed_about_a_new_delivery_contains_its_url_or_its_body() {
    let fresh = SignParams { url: Some("https://example.com/secret-path".to_owned()), ..fresh() };
    assert_contains_none(&format!("{fresh:?}"), &["secret-path".to_owned()]);
    let signed =
        xon().create("calls.user.create", br#"{"mobileNumber":"+447700900123"}"#, &fresh).expect("made");
    let said = format!("{signed:?}");
    assert_contains_none(&said, &["447700900123".to_owned(), "123, 34".to_owned()]);
    assert!(said.contains("bytes]"), "{said}");
}

#[test]
fn an_error_about_a_secret_does_not_contain_it() {
    for text in ["whsec_", " \t"] {
        let error = Webhook::built_in("painchek", options(&[SECRET, text])).err();
        let said = format!("{error:?}");
        assert_contains_none(&said, &[SECRET.to_owned()]);
    }
    assert!(Webhook::built_in("xon", unsigned()).is_ok());
}

/// SECURITY: a sender chooses keys: they may contain line breaks, or control characters of a terminal.
#[test]
fn no_message_contains_control_characters_and_pointers_stay_exact() {
    const KEY: &str = "k\n\u{1b}[31m\u{7f}\u{9b}\u{2028}\u{202e}\u{2066}";
    let key = serde_json::to_string(KEY).expect("a string");
    let control = |text: &str| {
        text.chars().any(|it| {
            it.is_control()
                || ('\u{2028}'..='\u{202e}').contains(&it)
                || ('\u{2066}'..='\u{2069}').contains(&it)
        })
    };
    let mut exact = 0;
    for sample in samples() {
        let hook = lax(sample.provider);
        let mut bodies = vec![
            format!("{{{key}:12345678901234567890}}"),
            format!("{{{key}:1,{key}:2"),
            format!("{{{key}:tru}}"),
        ];
        let text = String::from_utf8(sample.body.clone()).expect("UTF-8");
        for (at, _) in text.match_indices('{') {
            bodies.push(format!(
                "{}{key}:12345678901234567890,{key}:\"...\",{}",
                &text[..=at],
                &text[at + 1..]
            ));
        }
        for body in &bodies {
            let delivery = bare(body.as_bytes());
            let mut texts = Vec::new();
            for options in [hook.verify_options(), strict(&hook)] {
                if let Err(error) = hook.verify_with(&delivery, NOW, &options) {
                    texts.push(error.to_string());
                }
                for issue in hook.inspect_with(&delivery, NOW, &options).issues {
                    exact += usize::from(issue.pointer.ends_with(&format!("/{KEY}")));
                    texts.push(issue.message);
                    texts.extend([issue.expected, issue.received, issue.hint].into_iter().flatten());
                }
            }
            for text in texts {
                assert!(!control(&text), "{text:?}");
            }
        }
    }
    assert!(exact > 0, "pointers are data, and resolve");
}

/// SECURITY: a key of a megabyte does not make a log line long.
#[test]
fn a_message_truncates_a_long_pointer() {
    let body = format!("{{\"{}\":1,\"a\":1,\"a\":2}}", "k".repeat(100_000));
    let body = body.replace("\"a\":1", &format!("\"b\":{{\"{}\":{{\"a\":1,\"a\":2}}}}", "k".repeat(100_000)));
    let error = lax("xon").verify(&bare(body.as_bytes()), NOW).expect_err("a duplicate key");
    assert!(error.to_string().len() < 1000, "{}", error.to_string().len());
}
