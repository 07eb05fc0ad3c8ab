//! The cross-field rules in reports: each reports its issue, and none does if the contract is violated. The unit tests of
//! each rule check its conditions.

use hookseal::Severity::{Error, Info, Warning};
use hookseal::{Profile, Severity};
use serde_json::{Value as Json, json};

use super::support::{findings, sample};

const PAINCHEK: &str = "assessment_add.painchek";
const NRS: &str = "assessment_add.nrs";
const XON: &str = "file-request.files.update.R9";

/// A change to a sample, and the one issue about it in each profile.
type Case = (&'static str, &'static str, Json, &'static str, Severity, Severity);

fn cases() -> Vec<Case> {
    let other = "0b2ff7a1-6c0d-4e53-9d2b-5a8f3e6c7d90";
    vec![
        (PAINCHEK, "/data/data/assessment/pain_score", json!(9), "score-sum", Error, Error),
        (NRS, "/data/data/assessment/pain_level", json!("mild"), "pain-level", Warning, Warning),
        (NRS, "/data/data/assessment/is_editable", json!(true), "editable", Warning, Error),
        (
            NRS,
            "/data/modified_at",
            json!("2024-06-08T07:30:09Z"),
            "modified-before-created",
            Warning,
            Warning,
        ),
        (NRS, "/data/device", json!(other), "device-mismatch", Info, Info),
        (PAINCHEK, "/data/data/face/frame_errors", json!(19), "frame-errors", Warning, Warning),
        (PAINCHEK, "/data/data/assessment/body_location", json!("Knee"), "mode-field", Info, Error),
        (NRS, "/data/deleted_at", json!("2024-06-08T08:00:00Z"), "deleted", Info, Info),
        (NRS, "/data/data/assessment/is_editable", json!(null), "null-in-new-record", Info, Error),
        (NRS, "/data/user_position", json!("null"), "null-string", Warning, Warning),
        (XON, "/event/addedFileIds/0", json!(other), "added-file-missing", Warning, Warning),
        (XON, "/event/addedFileIds", json!([]), "no-change", Warning, Warning),
        (XON, "/event/fileRequest/files/0/fileRequestId", json!(other), "file-request-id", Warning, Warning),
        (
            XON,
            "/event/fileRequest/files/0/expiresAt",
            json!("2021-03-10T10:00:00Z"),
            "file-expiry",
            Warning,
            Warning,
        ),
        (
            XON,
            "/event/fileRequest/files/0/createdAt",
            json!("2021-03-10T10:22:00Z"),
            "time-order",
            Warning,
            Warning,
        ),
        (
            XON,
            "/event/fileRequest/files/0/photoCreatedAt",
            json!("2021-03-10T10:30:00Z"),
            "photo-time",
            Info,
            Info,
        ),
        (XON, "/event/fileRequest/staffUser/displayName", json!(null), "user-name-missing", Info, Info),
    ]
}

#[test]
fn a_rule_reports_with_the_severity_of_the_profile() {
    for (name, pointer, value, code, lenient, strict) in cases() {
        let body = sample(name).set(pointer, value);
        for (profile, severity) in [(Profile::Lenient, lenient), (Profile::Strict, strict)] {
            let said = findings(body.provider, &body.body.to_string(), profile);
            let said: Vec<_> = said.iter().map(|(code, severity, _)| (code.as_str(), *severity)).collect();
            assert_eq!(said, [(code, severity)], "{profile:?} {pointer}");
        }
    }
}

#[test]
fn rules_report_nothing_if_the_contract_has_an_error() {
    for (name, pointer, value, code, ..) in cases() {
        let broken = match name {
            XON => "/event/id",
            _ => "/data/uuid",
        };
        let body = sample(name).set(pointer, value).set(broken, "broken");
        let said = findings(body.provider, &body.body.to_string(), Profile::Lenient);
        assert_eq!(said.len(), 1, "{code} {said:?}");
        assert_eq!((said[0].0.as_str(), said[0].2.as_str()), ("format", broken));
    }
}

#[test]
fn rules_report_together_with_errors_of_the_strict_profile_alone() {
    for (name, pointer, value, code, _, strict) in cases() {
        let absent = match name {
            XON => "/event/fileRequest/shortLinkId",
            _ => "/data/user",
        };
        let body = sample(name).set(pointer, value).remove(absent);
        let said = findings(body.provider, &body.body.to_string(), Profile::Strict);
        let mut said: Vec<_> = said.iter().map(|(code, severity, _)| (code.as_str(), *severity)).collect();
        said.sort_by_key(|(code, _)| *code != "required");
        assert_eq!(said, [("required", Error), (code, strict)], "{pointer}");
    }
}

#[test]
fn rules_report_together_with_warnings_of_the_contract() {
    let body = sample(PAINCHEK).set("/data/data/face/score", 10).set("/data/data/assessment/pain_score", 16);
    let said = findings(
        "painchek",
        &body.set("/data/data/assessment/pain_level", "severe").body.to_string(),
        Profile::Lenient,
    );
    let said: Vec<_> =
        said.iter().map(|(code, severity, at)| (code.as_str(), *severity, at.as_str())).collect();
    let at = "/data/data/face/score";
    assert_eq!(said, [("domain-score", Error, at), ("maximum", Warning, at)]);
}

#[test]
fn an_assessment_may_be_dated_later_than_its_record() {
    // As in PainChek's own sample (help center 6249372515215): the device's clock is not the server's.
    sample(PAINCHEK).set("/data/data/assessment/date", "2024-06-07T09:59:59Z").is_clean();
}
