//! Stages of a report: each has its state, and a stage that was not evaluated has none of its own.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Report, SignParams, StageState, Verdict};
use hookseal::{Code, Severity, Stage};
use serde_json::json;

use crate::support::{
    NOW, SECRET, URL, bare, fresh, headers, lax, made, options, painchek, samples, secret_of,
    signing_in_headers, strict, with, without, xon,
};

/// The states in order, a letter each: passed, failed, warned, not reached (`.`), not applicable (`-`).
fn states(report: &Report) -> String {
    assert_eq!(report.stages.map(|stage| stage.name), Stage::ALL);
    report
        .stages
        .map(|stage| match stage.state {
            StageState::Passed => 'p',
            StageState::Failed => 'F',
            StageState::Warned => 'w',
            StageState::NotReached => '.',
            StageState::NotApplicable => '-',
        })
        .iter()
        .collect()
}

fn assessment() -> &'static crate::support::Sample {
    samples().iter().find(|sample| sample.provider == "painchek").expect("a sample")
}

#[test]
fn an_accepted_delivery_has_passed_all_stages_that_apply() {
    let hook = painchek(&[SECRET]);
    let signed = hook.sign(&assessment().body, &fresh()).unwrap();
    let report = hook.inspect(&Delivery::new(headers(&signed.headers), &signed.body), NOW);
    assert_eq!((report.code, report.verdict), (None, Verdict::Verified));
    assert!(!states(&report).contains(['F', '.', '-']), "{}", states(&report));
    // X-on does not sign: the stage of the signature does not apply.
    let sample = samples().iter().find(|sample| sample.provider == "xon").unwrap();
    assert_eq!(&states(&xon().inspect(&bare(&sample.body), NOW))[..3], "p-p");
}

#[test]
fn a_signature_that_was_not_checked_has_not_passed() {
    let hook = painchek(&[SECRET]);
    let signed = hook.sign(&assessment().body, &fresh()).unwrap();
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    assert_eq!(&states(&lax("painchek").inspect(&delivery, NOW))[..2], "pw");
    assert_eq!(&states(&lax("painchek").inspect(&bare(&signed.body), NOW))[..2], "pw");
}

#[test]
fn a_stage_is_not_reached_if_it_needs_a_failed_one() {
    let hook = painchek(&[SECRET]);
    for (body, expected, code) in [
        (&b""[..], "FF....", Code::BODY_EMPTY),
        (b"{", "pFF...", Code::SIGNATURE_MISSING),
        (b"[]", "pFpF..", Code::SIGNATURE_MISSING),
    ] {
        let report = hook.inspect(&bare(body), NOW);
        assert_eq!((states(&report).as_str(), report.code), (expected, Some(code)));
    }
    let tiny = hookseal::webhook::VerifyOptions { max_bytes: 1, ..hook.verify_options() };
    let report = hook.inspect_with(&bare(b"{}"), NOW, &tiny);
    assert_eq!((states(&report).as_str(), report.code), ("F.....", Some(Code::BODY_TOO_LARGE)));
}

#[test]
fn a_missing_signed_header_fails_only_the_signature() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let hook = hookseal::webhook::Webhook::built_in("standard-webhooks", options(&[secret])).unwrap();
    let signed =
        hook.sign(br#"{"type":"a.b","timestamp":"2023-11-14T22:13:20Z","data":{}}"#, &fresh()).unwrap();
    let kept: Vec<_> =
        signed.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("webhook-id")).cloned().collect();
    assert_eq!(kept.len() + 1, signed.headers.len());
    let report = hook.inspect(&Delivery::new(headers(&kept), &signed.body), NOW);
    assert_eq!((states(&report).as_str(), report.code), ("pFppp-", Some(Code::HEADER_MISSING)));
}

#[test]
fn a_placeholder_for_the_event_type_fails_the_envelope() {
    for name in ["...", "<event>"] {
        let body = with(assessment(), "/event", json!(name));
        let report = lax("painchek").inspect(&bare(&body), NOW);
        assert_eq!((states(&report).as_str(), report.code), ("pwpF..", Some(Code::ENVELOPE_INVALID)));
    }
}

#[test]
fn an_unknown_event_type_has_no_contract_and_no_rules() {
    let body = with(assessment(), "/event", json!("assessment_archive"));
    assert_eq!(states(&lax("painchek").inspect(&bare(&body), NOW)), "pwpw--");
    let hook = lax("painchek");
    assert_eq!(states(&hook.inspect_with(&bare(&body), NOW, &strict(&hook))), "pwpF--");
}

#[test]
fn rules_are_not_reached_if_the_contract_is_violated_and_fail_on_their_own() {
    let hook = lax("painchek");
    let report = hook.inspect(&bare(&without(assessment(), "/data/uuid")), NOW);
    assert_eq!((states(&report).as_str(), report.code), ("pwppF.", Some(Code::EVENT_INVALID)));
    let wrong = with(assessment(), "/data/data/assessment/pain_score", json!(41));
    let report = hook.inspect_with(&bare(&wrong), NOW, &strict(&hook));
    assert_eq!(states(&report).chars().last(), Some('F'), "{:?}", report.issues);
    // For a provider without rules, the stage does not apply.
    let plain = made(
        &crate::support::definition(""),
        hookseal::webhook::WebhookOptions { allow_unsigned: true, ..Default::default() },
    );
    let report = plain.inspect(&bare(br#"{"type":"created","o":1}"#), NOW);
    assert_eq!(states(&report).chars().last(), Some('-'));
}

#[test]
fn every_stage_that_failed_has_an_error_and_every_error_a_stage() {
    let bodies =
        [&b""[..], b"{", b"\xff", b"[]", b"{}", br#"{"event":"assessment_add","data":1}"#, br#"{"event":1}"#];
    for hook in [painchek(&[SECRET]), lax("painchek"), xon(), lax("github"), lax("linear")] {
        let variants: Vec<Vec<u8>> = samples()
            .iter()
            .map(|sample| sample.body.clone())
            .chain(samples().iter().map(|sample| with(sample, "/event", json!(7))))
            .chain(bodies.iter().map(|body| body.to_vec()))
            .collect();
        for body in &variants {
            for options in [hook.verify_options(), strict(&hook)] {
                let headers: Headers<'_> = [("content-type", "text/plain")].into_iter().collect();
                let report = hook.inspect_with(&Delivery::new(headers, body), NOW, &options);
                let errors = report.issues.iter().filter(|issue| issue.severity == Severity::Error);
                let stages: Vec<Stage> = errors.map(|issue| issue.stage.expect("a stage")).collect();
                for stage in report.stages {
                    assert_eq!(
                        stage.state == StageState::Failed,
                        stages.contains(&stage.name),
                        "{stage:?} {:?}",
                        report.issues
                    );
                }
                assert_eq!(report.code.is_some(), report.verdict == Verdict::Rejected);
                assert_eq!(report.code.is_some(), !stages.is_empty());
            }
        }
    }
}

#[test]
fn every_issue_about_the_signed_time_has_a_hint() {
    let mut missing = 0;
    for provider in signing_in_headers() {
        if provider == "painchek" {
            continue;
        }
        let hook = hookseal::webhook::Webhook::built_in(provider, options(&[secret_of(provider)]))
            .expect("a webhook");
        let params = SignParams { url: Some(URL.to_owned()), ..fresh() };
        let signed = hook.sign(b"{}", &params).expect("signed");
        // Without its time, in a header of its own or in that of the signature.
        let kept: Vec<(String, String)> = signed
            .headers
            .iter()
            .filter(|(name, _)| !name.to_ascii_lowercase().contains("timestamp"))
            .map(|(name, value)| {
                let is_time = |item: &&str| {
                    let value = item.rsplit('=').next().unwrap_or_default();
                    value.trim_end_matches('0') == "17" || value.starts_with("2023-11-14T")
                };
                let rest = value
                    .split_inclusive([',', ';'])
                    .filter(|item| !is_time(&item.trim_end_matches([',', ';'])));
                (name.clone(), rest.collect())
            })
            .collect();
        let mut codes = Vec::new();
        for headers in [headers(&kept), headers(&signed.headers)] {
            for ms in [0, NOW.as_millis() * 2] {
                let now = hookseal::webhook::Timestamp::from_millis(ms);
                let report = hook.inspect(&Delivery::new(headers.clone(), &signed.body).with_url(URL), now);
                for issue in
                    report.issues.iter().filter(|issue| issue.code.as_str().starts_with("timestamp-"))
                {
                    assert_eq!(issue.stage, Some(Stage::Signature), "{provider}");
                    assert!(issue.hint.is_some(), "{provider} {issue:?}");
                    codes.push(issue.code);
                }
            }
        }
        let has_time = hook.provider().signed_time.is_some()
            || hook.provider().scheme().is_some_and(hookseal::signature::Scheme::has_timestamp);
        assert_eq!(codes.contains(&Code::TIMESTAMP_MISSING), has_time, "{provider}");
        missing += usize::from(has_time);
    }
    assert!(missing >= 6, "{missing}");
}

#[test]
fn a_stage_that_did_not_run_has_not_passed() {
    let hook = painchek(&[SECRET]);
    let signed = hook.sign(&assessment().body, &fresh()).unwrap();
    let broken = without(assessment(), "/data/uuid");
    let signed_broken = hook.sign(&broken, &fresh()).unwrap();
    for (delivery, expected) in [
        // The signature fails, and the payload is evaluated nevertheless.
        (bare(&assessment().body), "pFpppp"),
        (Delivery::new(headers(&signed.headers), b"{"), "pFF..."),
        (Delivery::new(headers(&signed.headers), b""), "FF...."),
        (Delivery::new(headers(&signed_broken.headers), &broken), "ppppF."),
    ] {
        assert_eq!(states(&hook.inspect(&delivery, NOW)), expected);
    }
}
