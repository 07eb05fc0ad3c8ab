//! Test helpers for the rules of both providers, and tests of severities and limits.

use serde_json::Value as Json;

use super::Rules;
use crate::issue::{Code, Issue, Profile, Severity};
use crate::json::Document;

const DEFINITIONS: [(&str, &str); 2] = [
    ("painchek", include_str!("../../../providers/painchek/provider.json")),
    ("xon", include_str!("../../../providers/xon/provider.json")),
];

/// Returns the rules of a built-in provider.
fn built_in(provider: &str) -> Rules {
    let (_, text) = DEFINITIONS.into_iter().find(|(id, _)| *id == provider).unwrap();
    parse(provider, text).unwrap()
}

fn parse(provider: &str, definition: &str) -> Result<Rules, String> {
    let document = Document::parse(definition.as_bytes()).unwrap();
    Rules::parse(provider, document.root())
        .map_err(|(value, message)| format!("{:?}: {message}", value.span()))
}

/// Runs the rules of a built-in provider on a body.
pub(in crate::provider) fn evaluate(provider: &str, body: &str, profile: Profile) -> Vec<Issue> {
    let document = Document::parse(body.as_bytes()).unwrap();
    let mut pending = Vec::new();
    built_in(provider).evaluate(&document, profile, &mut pending);
    document.locate(pending)
}

/// A payload that a test modifies.
pub(in crate::provider) struct Payload {
    provider: &'static str,
    body: Json,
}

impl Payload {
    pub fn new(provider: &'static str, sample: &str) -> Self {
        Self { provider, body: serde_json::from_str(sample).unwrap() }
    }

    /// Sets the value at a pointer, whose parent must exist.
    pub fn set(mut self, pointer: &str, value: impl Into<Json>) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match self.body.pointer_mut(parent).unwrap() {
            Json::Array(items) => items[key.parse::<usize>().unwrap()] = value.into(),
            object => object[key] = value.into(),
        }
        self
    }

    pub fn remove(mut self, pointer: &str) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = self.body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.shift_remove(key).unwrap();
        self
    }

    pub fn get(&self, pointer: &str) -> Json {
        self.body.pointer(pointer).unwrap().clone()
    }

    pub fn text(&self) -> String {
        self.body.to_string()
    }

    /// Asserts that no rule reports an issue in either profile.
    #[track_caller]
    pub fn is_clean(&self) {
        for profile in [Profile::Lenient, Profile::Strict] {
            assert_eq!(evaluate(self.provider, &self.text(), profile), []);
        }
    }

    /// Asserts that exactly these issues are reported, with the two severities in the two profiles.
    #[track_caller]
    pub fn raises(&self, code: Code, severities: [Option<Severity>; 2], expected: &[(&str, &str)]) {
        for (profile, severity) in [Profile::Lenient, Profile::Strict].into_iter().zip(severities) {
            let issues = evaluate(self.provider, &self.text(), profile);
            let actual: Vec<_> = issues
                .iter()
                .map(|issue| (issue.code, issue.severity, issue.pointer.as_str(), issue.message.as_str()))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .filter_map(|(pointer, message)| Some((code, severity?, *pointer, *message)))
                .collect();
            assert_eq!(actual, expected, "{profile:?}");
        }
    }
}

pub(in crate::provider) const ERROR: Option<Severity> = Some(Severity::Error);
pub(in crate::provider) const WARNING: Option<Severity> = Some(Severity::Warning);
pub(in crate::provider) const INFO: Option<Severity> = Some(Severity::Info);

#[test]
fn every_rule_has_a_severity_in_the_definition() {
    for (provider, _) in DEFINITIONS {
        for (code, severities) in built_in(provider).settings {
            assert!(severities.iter().all(Option::is_some), "{provider} {code}");
        }
    }
}

#[test]
fn parses_one_severity_or_one_for_each_profile() {
    let rules = parse(
        "painchek",
        r#"{"rules": {"editable": "info", "deleted": ["off", "error"], "frame-errors": "off"}}"#,
    )
    .unwrap();
    let setting = |code| rules.settings.iter().find(|(other, _)| *other == code).unwrap().1;
    assert_eq!(setting(Code::EDITABLE), [INFO, INFO]);
    assert_eq!(setting(Code::DELETED), [None, ERROR]);
    assert_eq!(setting(Code::FRAME_ERRORS), [None, None]);
    assert_eq!(setting(Code::SCORE_SUM), [None, None]);
}

#[test]
fn rejects_unknown_rules() {
    let names = r#"{"rules": {"photo-time": "info"}}"#;
    for provider in ["painchek", "acme"] {
        let expected = format!(
            "ByteSpan {{ start: 25, end: 31 }}: Unknown rule \"photo-time\": only built-in providers have cross-field \
             rules, and {provider} does not have this one."
        );
        assert_eq!(parse(provider, names).unwrap_err(), expected);
    }
}

#[test]
fn a_provider_without_rules_reports_nothing() {
    let document = Document::parse(br#"{"a": "null"}"#).unwrap();
    let mut pending = Vec::new();
    parse("acme", "{}").unwrap().evaluate(&document, Profile::Strict, &mut pending);
    parse("painchek", "{}").unwrap().evaluate(&document, Profile::Strict, &mut pending);
    assert!(pending.is_empty());
}

#[test]
fn rules_accept_any_json() {
    let values = ["null", "true", "1e999", "-1", "\"\"", "[]", "{}", "[null]", "{\"...\": \"...\"}"];
    for value in values {
        for (provider, _) in DEFINITIONS {
            for body in [
                value.to_owned(),
                format!(r#"{{"event": {value}, "data": {value}}}"#),
                format!(
                    r#"{{"event": {{"fileRequest": {value}, "addedFileIds": {value}, "removedFileIds": {value}}}}}"#
                ),
                format!(
                    r#"{{"event": {{"fileRequest": {{"files": [{value}], "patientUser": {value}, "type": "photo"}}}}}}"#
                ),
                format!(
                    r#"{{"data": {{"json_version": "v2", "data": {{"face": {value}, "activity": {value}, "assessment": {value}}}}}}}"#
                ),
                format!(
                    r#"{{"data": {{"created_at": {value}, "modified_at": {value}, "data": {{"activity": {{"descriptors": {value}, "score": {value}}}}}}}}}"#
                ),
            ] {
                evaluate(provider, &body, Profile::Strict);
            }
        }
    }
}

#[test]
fn other_issues_never_displace_errors() {
    let many = "\"null\",".repeat(super::context::MAX_ISSUES + 6);
    let body = format!(
        r#"{{"x": [{many} 0], "data": {{"data": {{"assessment": {{"mode": "nrs", "pain_score": 11}}}}}}}}"#
    );
    let issues = evaluate("painchek", &body, Profile::Lenient);
    let count = |code| issues.iter().filter(|issue| issue.code == code).count();
    assert_eq!(count(Code::NULL_STRING), super::context::MAX_ISSUES);
    assert_eq!(count(Code::SCORE_RANGE), 1);
    let omitted = issues.iter().find(|issue| issue.code == Code::ISSUES_TRUNCATED).unwrap();
    assert_eq!(omitted.severity, Severity::Info);
    assert_eq!(omitted.message, "Cross-field rules: 100 issues are listed, 6 more are not.");
}
