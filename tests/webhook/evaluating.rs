//! Reasons for a rejection, their order, and warnings.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{SignatureInfo, SignatureStatus, Verdict, VerifyOptions};
use hookseal::{Code, Profile, Severity};
use serde_json::json;

use super::support::{
    NOW, SECRET, bare, definition, fresh, headers, lax, made, only, painchek, sample, samples, strict,
    unsigned, with, without, xon,
};

#[test]
fn every_sample_is_accepted_in_both_profiles_without_an_error_or_a_warning() {
    for sample in samples() {
        let hook = lax(sample.provider);
        for options in [hook.verify_options(), strict(&hook)] {
            let verified = hook.verify_with(&bare(&sample.body), NOW, &options).expect("accepted");
            assert_eq!(verified.event_type, sample.event);
            assert_eq!(verified.signature, SignatureInfo::Unsigned);
            let worse = |issue: &&hookseal::Issue| issue.severity != Severity::Info;
            assert!(!verified.issues.iter().any(|issue| worse(&issue)), "{:#?}", verified.issues);
        }
    }
}

#[test]
fn validates_an_unnamed_type_against_the_contract_of_all_others() {
    let text = r#"{
        "id": "mine", "envelope": { "type": "/type" },
        "events": {
            "*": { "revisions": [
                { "name": "new", "when": "/new", "schema": { "required": ["n"] } },
                { "name": "old", "schema": { "required": ["o"] } }
            ] },
            "ping": { "schema": { "required": ["p"] } }
        }
    }"#;
    let hook = made(text, unsigned());
    let result = |body: &str| {
        let report = hook.inspect(&bare(body.as_bytes()), NOW);
        let missing = report.issues.iter().map(|it| it.message.clone()).collect::<Vec<_>>().join(" ");
        (report.verdict, report.event_type.unwrap(), report.revision, missing)
    };
    let missing = |key: &str| format!("Missing required property \"{key}\".");
    let said = |body, verdict, event: &str, revision: Option<&str>, message: String| {
        assert_eq!(result(body), (verdict, event.to_owned(), revision.map(str::to_owned), message), "{body}");
    };
    said(r#"{"type":"ping"}"#, Verdict::Rejected, "ping", None, missing("p"));
    said(r#"{"type":"pong"}"#, Verdict::Rejected, "pong", Some("old"), missing("o"));
    said(r#"{"type":"pong","new":1}"#, Verdict::Rejected, "pong", Some("new"), missing("n"));
    said(r#"{"type":"pong","o":1}"#, Verdict::Unsigned, "pong", Some("old"), String::new());
    // Neither the wildcard nor a placeholder of the documentation is a type.
    assert_eq!(result(r#"{"type":"*","o":1}"#).1, "*");
    let placeholder = hook.inspect(&bare(br#"{"type":"...","o":1}"#), NOW);
    assert_eq!(placeholder.issues[0].code, Code::PLACEHOLDER);
    let verified = hook.verify(&bare(br#"{"type":"pong","new":1,"n":1}"#), NOW).expect("accepted");
    assert_eq!((&*verified.event_type, verified.revision.as_deref()), ("pong", Some("new")));
    assert!(verified.id.starts_with("pong:"));
    let created = hook.create("pong", br#"{"o":1}"#, &fresh()).expect("an event");
    assert_eq!(created.body, br#"{"type":"pong","o":1}"#);
}

#[test]
fn detects_the_revision_of_every_sample_and_of_invalid_ones() {
    for sample in samples().iter().filter(|sample| sample.variant.starts_with('R')) {
        let number: u32 = sample.variant[1..].parse().expect("a number");
        let name = match number {
            0 => "R0",
            1..=6 => "R1-R6",
            _ => "R7-R9",
        };
        let report = xon().inspect(&bare(&sample.body), NOW);
        assert_eq!(report.revision.as_deref(), Some(name), "{}", sample.variant);
        let broken = with(sample, "/event/fileRequest/files", json!(5));
        let report = xon().inspect(&bare(&broken), NOW);
        assert_eq!((report.verdict, report.revision.as_deref()), (Verdict::Rejected, Some(name)));
    }
}

/// One delivery with all mistakes: fixing one shows the next reason.
#[test]
fn reasons_come_in_order_size_signature_content_type_json_envelope_contract() {
    let hook = painchek(&[SECRET]);
    let sample = sample("assessment_add", "painchek");
    let options = |max_bytes| VerifyOptions { max_bytes, profile: Profile::Strict, ..hook.verify_options() };
    let reason = |headers: &[(&str, String)], body: &[u8], max_bytes| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let delivery = Delivery::new(headers, body);
        let error = hook.verify_with(&delivery, NOW, &options(max_bytes)).err();
        let report = hook.inspect_with(&delivery, NOW, &options(max_bytes));
        assert_eq!(error.is_none(), report.verdict == Verdict::Verified, "{report:#?}");
        assert_eq!(error.as_ref().map(hookseal::webhook::Error::status), report.status);
        error.map(|error| error.code)
    };
    let sign = |body: &[u8]| {
        let signed = hook.sign(body, &fresh()).expect("signed");
        let name = "X-PainChek-WH-Signature";
        (name, signed.headers.into_iter().find(|(header, _)| header == name).expect("a signature").1)
    };
    let plain = || ("Content-Type", "text/plain".to_owned());
    let right = || ("content-type", "application/json".to_owned());
    assert_eq!(reason(&[plain()], b"{", 0), Some(Code::BODY_TOO_LARGE));
    assert_eq!(reason(&[plain()], b"", 100), Some(Code::BODY_EMPTY));
    assert_eq!(reason(&[plain()], b"{", 100), Some(Code::SIGNATURE_MISSING));
    assert_eq!(reason(&[plain(), sign(b"[")], b"{", 100), Some(Code::SIGNATURE_MISMATCH));
    assert_eq!(reason(&[plain(), sign(b"{")], b"{", 100), Some(Code::CONTENT_TYPE));
    assert_eq!(reason(&[right(), sign(b"{")], b"{", 100), Some(Code::JSON_SYNTAX));
    let twice = br#"{"event":5,"event":5}"#;
    assert_eq!(reason(&[right(), sign(twice)], twice, 100), Some(Code::JSON_DUPLICATE_KEY));
    let envelope = br#"{"event":5}"#;
    assert_eq!(reason(&[right(), sign(envelope)], envelope, 100), Some(Code::ENVELOPE_INVALID));
    let unknown = br#"{"event":"x"}"#;
    assert_eq!(reason(&[right(), sign(unknown)], unknown, 100), Some(Code::EVENT_UNKNOWN));
    let event = br#"{"event":"assessment_add","data":{}}"#;
    assert_eq!(reason(&[right(), sign(event)], event, 100), Some(Code::EVENT_INVALID));
    let good = &sample.body;
    assert_eq!(reason(&[right(), sign(good)], good, good.len()), None);
}

#[test]
fn a_body_may_have_the_limit_and_not_one_byte_more() {
    let sample = sample("calls.user.create", "");
    let hook = xon();
    let size = sample.body.len();
    let at = |max_bytes| {
        hook.verify_with(&bare(&sample.body), NOW, &VerifyOptions { max_bytes, ..hook.verify_options() })
    };
    assert!(at(size).is_ok());
    let error = at(size - 1).expect_err("too large");
    assert_eq!((error.code, error.status()), (Code::BODY_TOO_LARGE, 413));
    assert_eq!(error.to_string(), format!("The body is larger than the limit of {} bytes.", size - 1));
    assert_eq!(at(0).expect_err("too large").code, Code::BODY_TOO_LARGE);
    let large = vec![b' '; hookseal::webhook::DEFAULT_MAX_BODY_BYTES + 1];
    assert_eq!(hook.verify(&bare(&large), NOW).expect_err("too large").code, Code::BODY_TOO_LARGE);
}

/// The signature of a body that is too large is not checked, so the report does not claim that it is missing.
#[test]
fn a_report_on_a_body_that_is_too_large_claims_nothing_about_its_signature() {
    let hook = painchek(&[SECRET]);
    let tiny = VerifyOptions { max_bytes: 1, ..hook.verify_options() };
    let signed = hook.sign(b"{}", &fresh()).expect("signed");
    let report = hook.inspect_with(&Delivery::new(headers(&signed.headers), b"{}"), NOW, &tiny);
    assert_eq!(report.signature.status, SignatureStatus::Malformed);
    assert_eq!((report.verdict, report.digest.as_str()), (Verdict::Rejected, ""));
    let report = hook.inspect_with(&bare(b"{}"), NOW, &tiny);
    assert_eq!(report.signature.status, SignatureStatus::Missing);
    let report = xon().inspect_with(&bare(b"{}"), NOW, &tiny);
    assert_eq!(report.signature.status, SignatureStatus::Unsigned);
}

#[test]
fn an_empty_body_is_reported_as_one_that_was_read_before() {
    for hook in [painchek(&[SECRET]), xon()] {
        let error = hook.verify(&bare(b""), NOW).expect_err("empty");
        assert_eq!((error.code, error.status(), error.issues.len()), (Code::BODY_EMPTY, 400, 1));
        assert!(error.issues[0].hint.as_deref().expect("a hint").starts_with("A body can be read once"));
        let report = hook.inspect(&bare(b""), NOW);
        assert_eq!(report.verdict, Verdict::Rejected);
        assert_eq!(only(&report, Code::BODY_EMPTY).message, "The body has no bytes.");
    }
}

#[test]
fn an_unknown_event_is_a_warning_and_in_the_strict_profile_the_reason() {
    for (hook, body) in [
        (lax("painchek"), &br#"{"event":"assessment_edit","data":{"uuid":5}}"#[..]),
        (xon(), br#"{"event":{"type":"calls.user.edit"}}"#),
    ] {
        let verified = hook.verify(&bare(body), NOW).expect("accepted");
        assert_eq!(verified.issues.len(), 1, "{:?}", verified.issues);
        assert_eq!(
            (verified.issues[0].code, verified.issues[0].severity),
            (Code::EVENT_UNKNOWN, Severity::Warning)
        );
        let error = hook.verify_with(&bare(body), NOW, &strict(&hook)).expect_err("rejected");
        assert_eq!((error.code, error.status()), (Code::EVENT_UNKNOWN, 400));
        assert!(!format!("{error} {error:?}").contains("edit"), "{error}");
    }
}

#[test]
fn distinguishes_violations_of_the_envelope_and_of_the_event() {
    let (painchek, xon) = (sample("assessment_add", "painchek"), sample("file-request.files.update", "R9"));
    let envelope = Code::ENVELOPE_INVALID;
    let event = Code::EVENT_INVALID;
    for (sample, body, code) in [
        (painchek, b"{}".to_vec(), envelope),
        (painchek, b"[]".to_vec(), envelope),
        (painchek, b"null".to_vec(), envelope),
        (painchek, without(painchek, "/event"), envelope),
        (painchek, without(painchek, "/data"), envelope),
        (painchek, with(painchek, "/event", json!(1)), envelope),
        (painchek, with(painchek, "/event", json!("")), envelope),
        (painchek, with(painchek, "/event", json!("x".repeat(257))), envelope),
        (painchek, with(painchek, "/event", json!("...")), envelope),
        (painchek, with(painchek, "/event", json!("<event>")), envelope),
        (painchek, with(painchek, "/data", json!([])), envelope),
        (painchek, with(painchek, "/data", json!(null)), envelope),
        (painchek, without(painchek, "/data/uuid"), event),
        (painchek, with(painchek, "/data/uuid", json!("x")), event),
        (painchek, with(painchek, "/data/created_at", json!("x")), event),
        (painchek, with(painchek, "/data/data", json!(1)), event),
        (xon, b"{}".to_vec(), envelope),
        (xon, with(xon, "/event", json!("x")), envelope),
        (xon, without(xon, "/event/id"), envelope),
        (xon, without(xon, "/event/createdAt"), envelope),
        (xon, without(xon, "/event/type"), envelope),
        (xon, with(xon, "/event/id", json!(7)), envelope),
        (xon, with(xon, "/event/id", json!("7")), envelope),
        (xon, with(xon, "/event/createdAt", json!("yesterday")), envelope),
        (xon, with(xon, "/event/type", json!(null)), envelope),
        (xon, without(xon, "/event/fileRequest"), event),
        (xon, with(xon, "/event/addedFileIds", json!("x")), event),
        (xon, with(xon, "/event/fileRequest/id", json!("x")), event),
    ] {
        let hook = lax(sample.provider);
        let error = hook.verify(&bare(&body), NOW).expect_err(&String::from_utf8_lossy(&body));
        assert_eq!(error.code, code, "{error}\n{}", String::from_utf8_lossy(&body));
        assert_eq!(error.status(), 400);
    }
}

#[test]
fn a_missing_type_is_reported_at_its_location_with_the_found_type() {
    for (body, message, pointer, received) in [
        (r#"{"event":{}}"#, "is missing", "/event", "an object"),
        (r#"{"event":[]}"#, "is missing", "/event", "an array"),
        (r"[1]", "is missing", "", "an array"),
        (r#"{"event":{"type":7}}"#, "is no string", "/event/type", "a number"),
        (r#"{"event":{"type":""}}"#, "is empty", "/event/type", "a string"),
    ] {
        let report = xon().inspect(&bare(body.as_bytes()), NOW);
        let issue = only(&report, Code::ENVELOPE_INVALID);
        let said = format!("The envelope is not X-on Surgery Connect's: the event type {message}.");
        assert_eq!((issue.message.as_str(), issue.pointer.as_str()), (said.as_str(), pointer));
        assert_eq!(issue.expected.as_deref(), Some("a string at /event/type"));
        assert_eq!(issue.received.as_deref(), Some(received));
    }
}

#[test]
fn bodies_passed_by_mistake_have_a_hint() {
    for (provider, body, hint) in [
        (
            "painchek",
            r#"{"count":1,"next":null,"results":[]}"#,
            "This is a response of GET /api/assessments/",
        ),
        ("painchek", r#"{"uuid":"x","patient":"y"}"#, "This is a record of the API"),
        ("xon", r#"{"id":"x","createdAt":"y","type":"z"}"#, "This is the content of an event"),
    ] {
        let report = lax(provider).inspect(&bare(body.as_bytes()), NOW);
        let found = only(&report, Code::ENVELOPE_INVALID).hint.clone().expect("a hint");
        assert!(found.starts_with(hint), "{found}");
    }
    let report = lax("painchek").inspect(&bare(b"{}"), NOW);
    assert_eq!(only(&report, Code::ENVELOPE_INVALID).hint, None);
}

#[test]
fn reports_placeholders_of_documentation() {
    let sample = sample("assessment_add", "painchek");
    let dots = with(sample, "/data/...", json!("..."));
    let report = lax("painchek").inspect(&bare(&dots), NOW);
    let issue = only(&report, Code::PLACEHOLDER);
    assert_eq!((issue.severity, issue.pointer.as_str()), (Severity::Warning, "/data/..."));
    assert_eq!(report.verdict, Verdict::Unsigned);
    for name in ["...", "<event>"] {
        let report = lax("painchek").inspect(&bare(&with(sample, "/event", json!(name))), NOW);
        let issue = only(&report, Code::PLACEHOLDER);
        assert_eq!(issue.message, "The event type is a placeholder copied from documentation.");
        assert_eq!(report.verdict, Verdict::Rejected);
    }
    let id = with(sample, "/data/uuid", json!("<uuid>"));
    let error = lax("painchek").verify(&bare(&id), NOW).expect_err("rejected");
    assert_eq!(error.issues.iter().filter(|issue| issue.code == Code::PLACEHOLDER).count(), 1);
}

#[test]
fn rejects_a_payload_of_no_revision() {
    let text = r#"{ "id": "mine", "envelope": { "type": "/type" }, "events": { "ping": { "revisions": [
        { "name": "one", "when": "/a", "schema": true }, { "name": "two", "when": "/b", "schema": true } ] } } }"#;
    let hook = made(text, unsigned());
    let verified = hook.verify(&bare(br#"{"type":"ping","b":1}"#), NOW).expect("accepted");
    assert_eq!(verified.revision.as_deref(), Some("two"));
    let error = hook.verify(&bare(br#"{"type":"ping"}"#), NOW).expect_err("rejected");
    assert_eq!(error.code, Code::EVENT_INVALID);
    assert_eq!(error.issues[0].message, "The payload follows none of the revisions of its event's contract.");
    assert_eq!(error.issues[0].expected.as_deref(), Some("a value at /a or at /b"));
}

#[test]
fn the_idempotency_key_is_the_first_that_can_be_one() {
    let text = definition(r#", "dedupe": ["pointer:/id", "pointer:/other", "header:X-Id"]"#);
    let hook = made(&text, unsigned());
    let key = |body: &str, header: Option<&str>| {
        let headers: Vec<_> = header.map(|value| ("x-id", value)).into_iter().collect();
        hook.verify(&Delivery::new(headers, body.as_bytes()), NOW).expect("accepted").id
    };
    let is_digest = |key: String| key.len() == 5 + 64 && key.starts_with("ping:");
    assert_eq!(key(r#"{"type":"ping","id":"a"}"#, Some("h")), "ping:a");
    assert_eq!(key(r#"{"type":"ping","id":12345678901234567890}"#, None), "ping:12345678901234567890");
    assert_eq!(key(r#"{"type":"ping","id":-1.50}"#, None), "ping:-1.50");
    for no_id in ["null", "true", "\"\"", "{}", "[1]", r#""\ud800""#] {
        assert_eq!(key(&format!(r#"{{"type":"ping","id":{no_id},"other":"b"}}"#), None), "ping:b", "{no_id}");
    }
    let long = |length| format!(r#"{{"type":"ping","id":"{}"}}"#, "x".repeat(length));
    assert_eq!(key(&long(256), Some("h")).len(), 5 + 256);
    assert_eq!(key(&long(257), Some("h")), "ping:h");
    assert!(is_digest(key(&long(257), None)));
    assert!(is_digest(key(&long(257), Some(&"h".repeat(257)))));
    assert!(is_digest(key(r#"{"type":"ping"}"#, Some(""))));
}

#[test]
fn a_digest_is_the_key_if_the_definition_says_so() {
    let hook = made(&definition(r#", "dedupe": ["digest", "pointer:/id"]"#), unsigned());
    let body = br#"{"type":"ping","id":"a"}"#;
    let verified = hook.verify(&bare(body), NOW).expect("accepted");
    assert_eq!(verified.id, format!("ping:{}", verified.digest()));
    let default = made(&definition(""), unsigned()).verify(&bare(body), NOW).expect("accepted").id;
    assert_eq!(default, verified.id);
}

#[test]
fn issues_are_sorted_by_location_and_those_of_the_delivery_come_first() {
    let sample = sample("file-request.files.update", "R9");
    let mut body = with(sample, "/event/fileRequest/files", json!([5, { "id": "x" }]));
    body.truncate(body.len() - 1);
    body.extend_from_slice(br#","twice":1,"twice":12345678901234567890}"#);
    let headers: Headers<'_> = [("content-type", "text/plain")].into_iter().collect();
    let report = xon().inspect(&Delivery::new(headers, &body), NOW);
    assert!(report.issues.len() > 5, "{:#?}", report.issues);
    assert_eq!(report.issues[0].code, Code::CONTENT_TYPE);
    let starts: Vec<usize> = report.issues.iter().map(|issue| issue.byte_span.start).collect();
    assert!(starts.is_sorted(), "{starts:?}");
}

#[test]
fn an_error_has_its_reason_its_location_and_the_number_of_other_errors() {
    let say = |body: &str| xon().verify(&bare(body.as_bytes()), NOW).expect_err("rejected").to_string();
    let mobile = |number: &str, id: &str| {
        format!(
            "{{\"event\":\n {{\"id\":{id},\n\"createdAt\":\"2021-01-14T11:47:47.17502+00:00\",\n\
             \"type\":\"calls.user.create\",\"mobileNumber\":{number}}}}}"
        )
    };
    let id = "\"2e0db25d-8b39-40fa-81fc-cab625fa130f\"";
    assert_eq!(
        say(&mobile("5", id)),
        "/event/mobileNumber (line 4, column 43): Expected a string, got a number."
    );
    assert_eq!(
        say(&mobile("5", "7")),
        "/event/id (line 2, column 8): Expected a string, got a number. And one more error."
    );
    let two = mobile("5", "7").replace("\"2021-01-14T11:47:47.17502+00:00\"", "true");
    assert!(say(&two).ends_with("And 2 more errors."), "{}", say(&two));
    // The reason is named, although another error precedes it.
    let twice = mobile("5, \"a\":1, \"a\":2", id);
    assert_eq!(
        say(&twice),
        "/event/a (line 4, column 53): Duplicate key. JSON parsers disagree on which value wins, so the text is \
         ambiguous. And one more error."
    );
    // The fast check ends at the duplicate key: it does not know how many errors follow, and counts none.
    let hook = xon();
    let fast = hook.verify_fast(&bare(twice.as_bytes()), NOW, &hook.verify_options()).expect_err("rejected");
    assert_eq!(fast.code, Code::JSON_DUPLICATE_KEY);
    assert!(fast.to_string().ends_with("so the text is ambiguous."), "{fast}");
    assert_eq!(say("{} x"), "Line 1, column 4: Unexpected text after the JSON value.");
    assert_eq!(say(""), "The body has no bytes.");
}

/// A hundred warnings before an error do not hide it.
#[test]
fn no_number_of_warnings_crowds_out_an_error() {
    let numbers = vec!["12345678901234567890"; 1200].join(",");
    let body = format!(r#"{{"type":"ping","n":[{numbers}],"id":"a","id":"b"}}"#);
    let hook = made(&definition(""), unsigned());
    let error = hook.verify(&bare(body.as_bytes()), NOW).expect_err("rejected");
    assert_eq!(error.code, Code::JSON_DUPLICATE_KEY);
    let half = format!(r#"{{"type":"ping","n":[{numbers}],"id":"\ud800"}}"#);
    assert!(hook.verify(&bare(half.as_bytes()), NOW).is_ok());
    let error = hook.verify_with(&bare(half.as_bytes()), NOW, &strict(&hook)).expect_err("rejected");
    assert_eq!(error.code, Code::JSON_LONE_SURROGATE);
}

/// Otherwise every issue would contain a long pointer, which multiplies the memory of a small body.
#[test]
fn long_paths_do_not_multiply_into_memory() {
    let key = "k".repeat(50_000);
    let numbers = vec!["12345678901234567890"; 240].join(",");
    let open = format!("{{\"{key}\":").repeat(9);
    let body = format!("{{\"type\":\"ping\",\"x\":{open}[{numbers}]{}}}", "}".repeat(9));
    let hook = made(&definition(""), unsigned());
    let verified = hook.verify(&bare(body.as_bytes()), NOW).expect("accepted");
    let size: usize = verified.issues.iter().map(|issue| issue.pointer.len()).sum();
    assert!(size < 4 << 20, "{size}");
    let too_long = "with long paths are not listed.";
    assert!(
        verified
            .issues
            .iter()
            .any(|issue| { issue.code == Code::ISSUES_TRUNCATED && issue.message.ends_with(too_long) })
    );
}
