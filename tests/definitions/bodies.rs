//! The formats of bodies in a definition: each mistake is rejected with its location and the reason.

use hookseal::provider::Provider;
use serde_json::{Value, json};

use super::whole;

#[test]
fn rejects_a_mistake_with_location_and_reason() {
    let form = "application/x-www-form-urlencoded";
    let of = |item: Value| json!([{ "type": "application/json" }, item]);
    for (body, place, message) in [
        (
            of(json!({ "type": form, "as": "form-json" })),
            "/body/1",
            "Missing required property \"field\": the field that contains JSON.",
        ),
        (
            of(json!({ "type": form, "as": "form", "field": "a" })),
            "/body/1/field",
            "Only \"form-json\" has its payload in one field.",
        ),
        (
            of(json!({ "type": "application/json", "field": "a" })),
            "/body/1/field",
            "Only \"form-json\" has its payload in one field.",
        ),
        (
            of(json!({ "type": form, "as": "form-json", "field": "a", "lists": ["b"] })),
            "/body/1/lists",
            "Only the fields of a \"form\" can be lists.",
        ),
        (
            of(json!({ "type": "application/json", "lists": ["b"] })),
            "/body/1/lists",
            "Only the fields of a \"form\" can be lists.",
        ),
        (of(json!({ "type": form, "as": "xml" })), "/body/1/as", "Expected"),
        (of(json!({ "type": "Application/JSON" })), "/body/1/type", "Expected a media type in lower case"),
        (of(json!({ "as": "json" })), "/body/1", "Missing required property \"type\"."),
        (of(json!({ "as": "none", "type": "application/json" })), "/body/1/type", ""),
        (of(json!({ "as": "none", "field": "a" })), "/body/1/field", ""),
        // Of those in `dedupe`, the digest is the same for each.
        (of(json!({ "as": "none" })), "/body", "Deliveries without a body all have the same digest."),
        (json!([]), "/body", "Expected at least 1 item"),
    ] {
        let mut definition = whole();
        definition["body"] = body.clone();
        let error = Provider::from_json(definition.to_string().as_bytes()).expect_err(&body.to_string());
        let issue = &error.issues[0];
        assert_eq!(issue.pointer, place, "{body} {}", issue.message);
        assert!(issue.message.starts_with(message), "{body} {}", issue.message);
    }
    let mut definition = whole();
    definition["body"] = json!([{ "type": "application/json" }]);
    definition["contentType"] = json!("application/json");
    let error = Provider::from_json(definition.to_string().as_bytes()).expect_err("both");
    assert_eq!(error.issues[0].pointer, "/body");
    assert_eq!(error.issues[0].message, "`contentType` already names the media type. Remove one of the two.");
}
