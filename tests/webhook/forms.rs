//! Bodies that are forms: read strictly, as JSON, and located in the form.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{SignParams, Verdict, Webhook};
use hookseal::{Code, Issue};

use crate::support::{NOW, SECRET, fresh, headers, made, options};

const FORM: &str = "application/x-www-form-urlencoded";

/// JSON, JSON in a form, or the fields of a form.
fn hook() -> Webhook {
    made(
        r#"{ "id": "mine", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] },
            "body": [{ "type": "application/json" },
                { "type": "application/x-www-form-urlencoded", "as": "form-json", "field": "payload" },
                { "type": "application/x-www-form-urlencoded", "as": "form", "lists": ["tag"] }],
            "envelope": { "type": [{ "when": "/command", "is": "command" }, "/type"] }, "dedupe": ["pointer:/id", "digest"],
            "events": { "*": { "schema": { "required": ["id"], "properties": { "id": { "maxLength": 5 } } } } } }"#,
        options(&[SECRET]),
    )
}

/// A definition that takes forms alone.
fn only_forms() -> Webhook {
    made(
        r#"{ "id": "mine", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] },
            "body": [{ "type": "application/x-www-form-urlencoded", "as": "form" }],
            "envelope": { "type": "/type" }, "events": { "*": { "schema": true } } }"#,
        options(&[SECRET]),
    )
}

fn signed(hook: &Webhook, body: &str, content_type: Option<&str>) -> Vec<(String, String)> {
    let params = SignParams { ..fresh() };
    let mut headers = hook.sign(body.as_bytes(), &params).expect("signed").headers;
    headers.retain(|(name, _)| name != "Content-Type");
    headers.extend(content_type.map(|value| ("Content-Type".to_owned(), value.to_owned())));
    headers
}

/// The type and the id of a delivery, or why it is rejected. Every verb agrees.
fn outcome(hook: &Webhook, body: &str, content_type: Option<&str>) -> Result<(String, String), Box<Issue>> {
    let pairs = signed(hook, body, content_type);
    let delivery = Delivery::new(headers(&pairs), body.as_bytes());
    let form = hook.read_form(&delivery).and_then(Result::ok);
    let delivery = Delivery { form: form.as_ref(), ..delivery };
    let result = hook.verify(&delivery, NOW);
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.code, result.as_ref().err().map(|error| error.code), "{body}");
    assert_eq!(report.verdict == Verdict::Rejected, result.is_err());
    let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options());
    assert_eq!(fast.err().map(|error| error.code), report.code);
    for issue in &report.issues {
        assert!(issue.byte_span.end <= body.len(), "{issue:?}");
    }
    match result {
        Ok(verified) => Ok((verified.event_type, verified.id)),
        Err(error) => {
            let issue = error.issues.iter().find(|issue| issue.code == error.code);
            Err(Box::new(issue.unwrap_or(&error.issues[0]).clone()))
        }
    }
}

fn typed(kind: &str, id: &str) -> (String, String) {
    (kind.to_owned(), format!("{kind}:{id}"))
}

#[test]
fn verifies_json_in_a_form_and_the_fields_of_a_form() {
    let hook = hook();
    let id = |body: &str, content_type| outcome(&hook, body, content_type).expect("accepted");
    assert_eq!(id(r#"{"type":"a","id":"1"}"#, Some("application/json")), typed("a", "1"));
    assert_eq!(id(r#"{"type":"a","id":"1"}"#, None), typed("a", "1"));
    assert_eq!(
        id("payload=%7B%22type%22%3A%22a%22%2C%22id%22%3A%221%22%7D&x=1", Some(FORM)),
        typed("a", "1")
    );
    assert_eq!(
        id("command=%2Fgo&id=1", Some("Application/X-WWW-Form-Urlencoded; charset=utf-8")),
        typed("command", "1")
    );
    assert_eq!(id("type=a&id=1&tag=x&tag=y", Some(FORM)), typed("a", "1"));
    // The media type decides, and nothing else.
    assert_eq!(outcome(&hook, "type=a&id=1", Some("application/json")).unwrap_err().code, Code::JSON_SYNTAX);
    assert_eq!(outcome(&hook, "type=a&id=1", None).unwrap_err().code, Code::JSON_SYNTAX);
    assert_eq!(outcome(&hook, r#"{"type":"a","id":"1"}"#, Some(FORM)).unwrap_err().code, Code::FORM_SYNTAX);
    assert_eq!(outcome(&hook, "type=a&id=1", Some("text/plain")).unwrap_err().code, Code::CONTENT_TYPE);
    let latin = format!("{FORM}; charset=iso-8859-1");
    assert_eq!(outcome(&hook, "type=a&id=1", Some(&latin)).unwrap_err().code, Code::CONTENT_TYPE);
    assert!(hook.accepts_content_type(FORM) && hook.accepts_content_type("application/json"));
}

#[test]
fn a_definition_without_json_rejects_json() {
    let hook = only_forms();
    assert!(hook.accepts_content_type(FORM) && !hook.accepts_content_type("application/json"));
    assert!(outcome(&hook, "type=a", Some(FORM)).is_ok());
    assert!(outcome(&hook, "type=a", None).is_ok());
    let json = outcome(&hook, r#"{"type":"a"}"#, Some("application/json")).unwrap_err();
    assert_eq!(json.code, Code::CONTENT_TYPE);
    assert_eq!(json.expected.as_deref(), Some(FORM));
}

#[test]
fn locates_issues_in_the_form() {
    let hook = hook();
    for (body, code, span) in [
        ("type=a&id=1&id=2", Code::FORM_DUPLICATE_KEY, "id"),
        ("type=a&id=%4", Code::FORM_SYNTAX, "%4"),
        ("type=a&id=%FF", Code::FORM_ENCODING, "%FF"),
        // Of the schema, and of the JSON in a field, where every byte has its place.
        ("type=a&id=123%34567", Code::LENGTH, "123%34567"),
        ("x=1&payload=%7B%22type%22%3A1%7D", Code::ENVELOPE_INVALID, "%7B%22type%22%3A1%7D"),
        ("x=1&payload=%7B%22type%22", Code::JSON_SYNTAX, ""),
        ("x=1&payload=%7B%22type%22%3A+%22%C3%A9%22%2C+x%7D", Code::JSON_SYNTAX, "x"),
        (
            "x=1&payload=%7B%22a%22%3A1%2C%22%C3%A9%22%3A1%2C%22%C3%A9%22%3A1%7D",
            Code::JSON_DUPLICATE_KEY,
            "%22%C3%A9%22",
        ),
    ] {
        let issue = outcome(&hook, body, Some(FORM)).unwrap_err();
        assert_eq!(issue.code, code, "{body}");
        let found = &body[issue.byte_span.start..issue.byte_span.end];
        assert!(body.ends_with(span) || found == span, "{body}");
        assert_eq!(found, span, "{body}");
        assert_eq!((issue.span.line, issue.span.column), (1, issue.byte_span.start + 1));
        // No value of the form is in a message.
        assert!(!issue.message.contains("123") && !issue.message.contains("%22"), "{}", issue.message);
    }
}

#[test]
fn a_form_whose_payload_is_not_passed_is_rejected() {
    let hook = hook();
    let body = "type=a&id=1";
    let pairs = signed(&hook, body, Some(FORM));
    let error = hook.verify(&Delivery::new(headers(&pairs), body.as_bytes()), NOW).map(|_| ()).unwrap_err();
    assert_eq!(error.code, Code::FORM_SYNTAX);
    assert!(error.to_string().contains("`Webhook::read_form`"), "{error}");
}

#[test]
fn compares_and_signs_forms() {
    let hook = hook();
    let [first, second] = ["type=a&id=1&n=%31", "n=1&type=a&id=1"];
    let pairs = [first, second].map(|body| hook.sign(body.as_bytes(), &fresh()).expect("signed").headers);
    assert!(pairs[0].contains(&("Content-Type".to_owned(), FORM.to_owned())), "{:?}", pairs[0]);
    let bare = [first, second]
        .map(|body| Delivery::new(Headers::from_iter([("Content-Type", FORM)]), body.as_bytes()));
    let forms = [&bare[0], &bare[1]].map(|delivery| hook.read_form(delivery).expect("a form").expect("read"));
    let [a, b] = [bare[0].clone().with_form(&forms[0]), bare[1].clone().with_form(&forms[1])];
    let comparison = hook.compare(&a, &b).expect("compared");
    assert!(comparison.same, "{comparison:?}");
    let json = hook.sign(br#"{"type":"a","id":"1"}"#, &fresh()).expect("signed").headers;
    assert!(json.contains(&("Content-Type".to_owned(), "application/json".to_owned())));
}

#[test]
fn built_in_providers_read_their_forms() {
    let github = Webhook::built_in("github", options(&[SECRET])).expect("a webhook");
    let body = "payload=%7B%22zen%22%3A%22Keep+it+simple%22%2C%22hook_id%22%3A1%7D";
    let params = SignParams { event_type: Some("ping".to_owned()), ..fresh() };
    let signed = github.sign(body.as_bytes(), &params).expect("signed");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    let form = github.read_form(&delivery).expect("a form").expect("read");
    let verified = github.verify(&delivery.clone().with_form(&form), NOW).expect("verified");
    assert_eq!(verified.event_type, "ping");
    let slack = Webhook::built_in("slack", options(&[SECRET])).expect("a webhook");
    for (body, event_type) in [
        ("token=x&team_id=T0001&command=%2Fweather&text=94070&trigger_id=13345224609", "slash_command"),
        ("payload=%7B%22type%22%3A%22block_actions%22%7D", "block_actions"),
    ] {
        let signed = slack.sign(body.as_bytes(), &fresh()).expect("signed");
        let delivery = Delivery::new(headers(&signed.headers), &signed.body);
        let form = slack.read_form(&delivery).expect("a form").expect("read");
        let verified = slack.verify(&delivery.clone().with_form(&form), NOW).expect("verified");
        assert_eq!((verified.event_type.as_str(), verified.unknown), (event_type, false));
        assert!(verified.issues.is_empty(), "{:?}", verified.issues);
    }
}
