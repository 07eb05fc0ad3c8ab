//! What the tests of both providers' rules stand on, and the tests of reading severities and bands.

use serde_json::Value as Json;

use super::Rules;
use crate::issue::{Code, Issue, Profile, Severity};
use crate::json::Document;

const MANIFESTS: [(&str, &str); 2] = [
    ("painchek", include_str!("../../../providers/painchek/provider.json")),
    ("xon", include_str!("../../../providers/xon/provider.json")),
];

/// The rules of a provider as its definition has them.
fn manifest(provider: &str) -> Rules {
    let (_, text) = MANIFESTS.into_iter().find(|(id, _)| *id == provider).unwrap();
    read(provider, text).unwrap()
}

fn read(provider: &str, manifest: &str) -> Result<Rules, String> {
    let document = Document::parse(manifest.as_bytes()).unwrap();
    Rules::read(provider, document.root()).map_err(|(at, message)| format!("{:?}: {message}", at.span()))
}

/// What the rules say about a body.
pub(in crate::provider) fn judge(provider: &str, body: &str, profile: Profile) -> Vec<Issue> {
    let document = Document::parse(body.as_bytes()).unwrap();
    let mut drafts = Vec::new();
    manifest(provider).judge(&document, profile, &mut drafts);
    document.locate(drafts)
}

/// A payload that a test changes.
pub(in crate::provider) struct Payload {
    provider: &'static str,
    body: Json,
}

impl Payload {
    pub fn new(provider: &'static str, sample: &str) -> Self {
        Self { provider, body: serde_json::from_str(sample).unwrap() }
    }

    /// Sets the value a pointer leads to; its parent has to be there.
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

    /// No rule has anything to say, in either profile.
    #[track_caller]
    pub fn is_clean(&self) {
        for profile in [Profile::Lenient, Profile::Strict] {
            assert_eq!(judge(self.provider, &self.text(), profile), []);
        }
    }

    /// Exactly these things are said, in both profiles, with the two severities.
    #[track_caller]
    pub fn raises(&self, code: Code, severities: [Option<Severity>; 2], expected: &[(&str, &str)]) {
        for (profile, severity) in [Profile::Lenient, Profile::Strict].into_iter().zip(severities) {
            let issues = judge(self.provider, &self.text(), profile);
            let said: Vec<_> = issues
                .iter()
                .map(|issue| (issue.code, issue.severity, issue.pointer.as_str(), issue.message.as_str()))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .filter_map(|(pointer, message)| Some((code, severity?, *pointer, *message)))
                .collect();
            assert_eq!(said, expected, "{profile:?}");
        }
    }
}

pub(in crate::provider) const ERROR: Option<Severity> = Some(Severity::Error);
pub(in crate::provider) const WARNING: Option<Severity> = Some(Severity::Warning);
pub(in crate::provider) const INFO: Option<Severity> = Some(Severity::Info);

#[test]
fn every_rule_has_a_severity_in_its_definition() {
    for (provider, _) in MANIFESTS {
        for (code, severities) in manifest(provider).settings {
            assert!(severities.iter().all(Option::is_some), "{provider} {code}");
        }
    }
}

#[test]
fn a_severity_holds_for_both_profiles_or_for_each() {
    let rules = read(
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
fn a_rule_that_the_provider_has_not_is_refused() {
    let names = r#"{"rules": {"photo-time": "info"}}"#;
    for provider in ["painchek", "acme"] {
        let expected = format!(
            "ByteSpan {{ start: 25, end: 31 }}: The provider {provider} has no rule named photo-time: \
             rules across fields are part of the built-in providers."
        );
        assert_eq!(read(provider, names).unwrap_err(), expected);
    }
}

#[test]
fn a_provider_without_rules_says_nothing() {
    let document = Document::parse(br#"{"a": "null"}"#).unwrap();
    let mut drafts = Vec::new();
    read("acme", "{}").unwrap().judge(&document, Profile::Strict, &mut drafts);
    read("painchek", "{}").unwrap().judge(&document, Profile::Strict, &mut drafts);
    assert!(drafts.is_empty());
}

#[test]
fn rules_stand_any_json() {
    let values = ["null", "true", "1e999", "-1", "\"\"", "[]", "{}", "[null]", "{\"...\": \"...\"}"];
    for value in values {
        for (provider, _) in MANIFESTS {
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
                judge(provider, &body, Profile::Strict);
            }
        }
    }
}

#[test]
fn a_report_stays_short_and_no_error_is_crowded_out() {
    let many = "\"null\",".repeat(super::context::MAX_ISSUES + 6);
    let body = format!(
        r#"{{"x": [{many} 0], "data": {{"data": {{"assessment": {{"mode": "nrs", "pain_score": 11}}}}}}}}"#
    );
    let issues = judge("painchek", &body, Profile::Lenient);
    let count = |code| issues.iter().filter(|issue| issue.code == code).count();
    assert_eq!(count(Code::NULL_STRING), super::context::MAX_ISSUES);
    assert_eq!(count(Code::SCORE_RANGE), 1);
    let omitted = issues.iter().find(|issue| issue.code == Code::ISSUES_TRUNCATED).unwrap();
    assert_eq!(omitted.severity, Severity::Info);
    assert_eq!(omitted.message, "The rules across fields have 6 more to say than the 100 that are listed.");
}
