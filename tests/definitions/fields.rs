//! Signatures and signed values in the body and the URL: each mistake of a definition is rejected with its location and the
//! reason.

use hookseal::Code;
use hookseal::provider::{Provider, Uncovered};
use serde_json::{Value, json};

use super::whole;

/// A definition whose signature is in the body, and covers type and id.
fn fields() -> Value {
    let mut definition = whole();
    definition["signature"] = json!({
        "from": "/sig", "format": "{hex}", "algorithms": ["sha256"], "covers": "fields",
        "signedContent": "{/type}:{/id}"
    });
    definition["dedupe"] = json!(["pointer:/id"]);
    definition
}

fn mistake(definition: &Value) -> (Code, String, String) {
    let error = Provider::from_json(definition.to_string().as_bytes()).expect_err(&definition.to_string());
    let issue = &error.issues[0];
    (issue.code, issue.pointer.clone(), issue.message.clone())
}

#[test]
fn rejects_a_mistake_with_location_and_reason() {
    let adjacent = "Ambiguous signed content: {/type} and {/id} are adjacent, so one signature matches several requests.";
    let expected =
        "Expected a JSON Pointer, such as /signature, or query: and a name, such as query:signature";
    for (changes, place, message) in [
        (
            json!({ "header": "X-Sig" }),
            "/from",
            "`header` already says where the signature is. Remove one of the two.",
        ),
        (json!({ "from": null }), "", "Missing required property \"header\"."),
        (json!({ "from": "sig" }), "/from", expected),
        (json!({ "from": "header:X-Sig" }), "/from", expected),
        (json!({ "covers": "all" }), "/covers", "Expected"),
        (
            json!({ "covers": null }),
            "/from",
            "The body contains the signature, so the signature cannot cover the body. Name the signed values in \
             `signedContent`, and declare what they are in `covers`.",
        ),
        (
            json!({ "from": "query:sig", "covers": null }),
            "/signedContent",
            "`signedContent` must include `{body}`; otherwise the body is not authenticated.",
        ),
        (
            json!({ "from": "query:sig", "signedContent": "{body}" }),
            "/covers",
            "`signedContent` includes `{body}`, so the body is covered. Remove `covers`.",
        ),
        (
            json!({ "signedContent": "v1:" }),
            "/signedContent",
            "`signedContent` must include `{body}`; otherwise the body is not authenticated.",
        ),
        (json!({ "signedContent": "{/type}{/id}" }), "/signedContent", adjacent),
        (
            json!({ "signedContent": "{/id}" }),
            "/covers",
            "The event type is not among the signed fields, so an attacker can change it. Declare `\"covers\": \"nothing\"`, or \
             take it from signed fields.",
        ),
        (
            json!({ "signedContent": "{/type}" }),
            "/covers",
            "The idempotency key is not among the signed fields, so an attacker can change it. Declare \
             `\"covers\": \"nothing\"`, or take it from signed fields.",
        ),
        (
            json!({ "timestamp": "/at" }),
            "/timestamp",
            "Nothing signs this timestamp, so it is not authenticated. Add `{timestamp}` to `signedContent`.",
        ),
        (
            json!({ "from": "query:sig", "covers": null, "signedContent": "{body}", "timestamp": "query:at" }),
            "/timestamp",
            "Nothing signs this timestamp, so it is not authenticated. Add `{timestamp}` to `signedContent`.",
        ),
        (
            json!({ "signedContent": "{timestamp}.{/type}:{/id}" }),
            "/signedContent",
            "`{timestamp}` is signed, but neither `format` nor a header contains a timestamp.",
        ),
        (json!({ "signedContent": "{/type}:{/id}:{/a b{}" }), "/signedContent", "Unmatched \"{\"."),
        (
            json!({ "kind": "token", "format": null, "algorithms": null, "signedContent": null }),
            "/covers",
            "This property is not allowed",
        ),
    ] {
        let mut definition = fields();
        for (key, value) in changes.as_object().expect("an object") {
            if value.is_null() {
                definition["signature"].as_object_mut().expect("an object").remove(key);
            } else {
                definition["signature"][key] = value.clone();
            }
        }
        let (_, pointer, text) = mistake(&definition);
        assert_eq!(pointer, format!("/signature{place}"), "{changes} {text}");
        assert!(text.starts_with(message), "{changes} {text}");
    }
}

#[test]
fn rejects_signed_fields_with_the_digest_as_key_and_a_source_next_to_other_schemes() {
    let mut definition = fields();
    definition["dedupe"] = json!(["pointer:/id", "digest"]);
    assert_eq!(mistake(&definition).1, "/signature/covers");
    let mut definition = fields();
    let mut scheme = definition["signature"].clone();
    scheme["name"] = json!("one");
    definition["signature"] = json!([scheme, { "name": "two", "kind": "token", "header": "X-Token" }]);
    assert_eq!(
        mistake(&definition).2,
        "With several schemes, each has its signature in a header. Use `header`."
    );
}

#[test]
fn computes_what_is_covered() {
    let uncovered = |change: &dyn Fn(&mut Value)| {
        let mut definition = fields();
        change(&mut definition);
        let text = definition.to_string();
        Provider::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{error} {text}")).uncovered()
    };
    assert_eq!(uncovered(&|_| {}), Uncovered::default());
    assert_eq!(uncovered(&|definition| definition["dedupe"] = json!(["none"])), Uncovered::default());
    let nothing = uncovered(&|definition| {
        definition["signature"]["covers"] = json!("nothing");
        definition["signature"]["signedContent"] = json!("{/nonce}");
    });
    assert_eq!(nothing, Uncovered { event_type: true, id: true });
    // With parts that do not mark where each ends, nothing is sure to be signed.
    let mut definition = fields();
    definition["signature"]["signedContent"] = json!("{/type}{/id}");
    definition["signature"]["ambiguous"] = json!(true);
    assert_eq!(mistake(&definition).1, "/signature/covers");
}

#[test]
fn rejects_mistakes_of_conditions_digests_and_forms() {
    let no_form = json!([{ "type": "application/json" }]);
    for (changes, body, place, message) in [
        (
            json!({ "signedContent": "{form}", "ambiguous": true }),
            None,
            "/signature/signedContent",
            "`{form}` is a body that is a form. Add one to `body`.",
        ),
        (
            json!({ "signedContent": "{form}" }),
            Some(no_form),
            "/signature/signedContent",
            "`{form}` is a body that is a form. Add one to `body`.",
        ),
        (
            json!({ "when": { "/type": true } }),
            None,
            "/signature/when/~1type",
            "A scheme is selected before the body is read. Name a header or a parameter of the query.",
        ),
        (
            json!({ "signedContent": "{header:X-A}", "digests": { "query:sum": "{body:sha256:hex}" } }),
            None,
            "/signature/digests/query:sum",
            "The signature does not cover query:sum, so an attacker can change the digest.",
        ),
        (
            json!({ "signedContent": "{url}", "digests": { "query:sum": "{body:md5:hex}" } }),
            None,
            "/signature/digests/query:sum",
            "Expected a digest of the body",
        ),
        (
            json!({ "signedContent": "{body}", "digests": { "query:sum": "{body:sha256:hex}" } }),
            None,
            "/signature",
            "`signedContent` includes `{body}`, so the body is covered.",
        ),
        (json!({ "url": ["port"] }), None, "/signature/url/0", "Expected"),
    ] {
        let mut definition = whole();
        definition["signature"] = json!({ "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] });
        for (key, value) in changes.as_object().expect("an object") {
            definition["signature"][key] = value.clone();
        }
        if let Some(body) = body {
            definition["body"] = body;
        }
        let (_, pointer, text) = mistake(&definition);
        assert_eq!(pointer, place, "{changes} {text}");
        assert!(text.starts_with(message), "{changes} {text}");
    }
}

#[test]
fn schemes_of_one_name_are_for_different_deliveries() {
    let scheme = |when: Value| {
        let mut scheme =
            json!({ "name": "one", "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] });
        if !when.is_null() {
            scheme["when"] = when;
        }
        scheme
    };
    let mut definition = whole();
    definition["signature"] =
        json!([scheme(json!({ "query:v": false })), scheme(json!({ "query:v": true }))]);
    Provider::from_json(definition.to_string().as_bytes()).expect("valid");
    definition["signature"] = json!([scheme(json!({ "query:v": false })), scheme(Value::Null)]);
    let (_, pointer, text) = mistake(&definition);
    assert_eq!(
        (pointer.as_str(), text.as_str()),
        ("/signature/1/name", "Duplicate name: another scheme has it.")
    );
}
