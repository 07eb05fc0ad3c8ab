//! Handshakes of a definition: each mistake is rejected with its location and the reason.

use hookseal::Code;
use hookseal::provider::Provider;
use serde_json::{Value, json};

use super::whole;

/// A definition with a signature over the body alone, and one handshake.
fn with(handshake: &Value) -> Value {
    let mut definition = whole();
    definition["signature"] = json!({ "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] });
    definition["settings"] = json!({ "verifyToken": { "description": "the token" } });
    definition["handshake"] = json!([handshake]);
    definition
}

fn mistake(definition: &Value) -> (Code, String, String) {
    let error = Provider::from_json(definition.to_string().as_bytes()).expect_err(&definition.to_string());
    let issue = &error.issues[0];
    (issue.code, issue.pointer.clone(), issue.message.clone())
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn rejects_a_mistake_with_location_and_reason() {
    let post = |member: &str, value: Value| {
        let mut handshake = json!({ "name": "ping", "when": { "/type": "ping" }, "response": {} });
        handshake[member] = value;
        handshake
    };
    let get = |member: &str, value: Value| {
        let mut handshake = json!({ "name": "ping", "method": "GET", "response": {} });
        handshake[member] = value;
        handshake
    };
    let text = |text: &str| post("response", json!({ "text": text }));
    for (handshake, place, message) in [
        (
            json!({ "name": "ping", "response": {} }),
            "",
            "A POST without `when` would respond to every event. Add a condition.",
        ),
        (get("signed", json!(true)), "/signed", "Only a POST is signed, and this is a GET."),
        (
            get("when", json!({ "/a": true })),
            "/when/~1a",
            "A GET has no body. Name a header or a parameter of the query.",
        ),
        (
            get("when", json!({ "form:a": true })),
            "/when/form:a",
            "A GET has no body. Name a header or a parameter of the query.",
        ),
        (
            get("response", json!({ "text": "{/a}" })),
            "/response/text",
            "A GET has no body. Name a header or a parameter of the query.",
        ),
        (
            json!({ "name": "ping", "method": "HEAD", "response": { "text": "ok" } }),
            "/response",
            "A response to HEAD has no body. Remove `text` or `json`.",
        ),
        (
            post("response", json!({ "status": 204, "text": "ok" })),
            "/response/status",
            "A response with the status 204 has no body.",
        ),
        (
            post("response", json!({ "text": "ok", "json": {} })),
            "/response/json",
            "The response has `text`, too. Remove one of the two.",
        ),
        (text("{body}"), "/response/text", "{body} is never sent back: anyone can send a request to get it."),
        (
            text("{secret}"),
            "/response/text",
            "{secret} is never sent back: anyone can send a request to get it.",
        ),
        (
            post("response", json!({ "json": [{ "a": "{setting:verifyToken}" }] })),
            "/response/json/0/a",
            "{setting:verifyToken} is never sent back: anyone can send a request to get it.",
        ),
        (text("{challenge}"), "/response/text", "Expected /pointer, header:Name, query:name or form:name."),
        (text("{/challenge"), "/response/text", "Unmatched \"{\"."),
        (text("}"), "/response/text", "Unmatched \"}\"."),
        (text("é"), "/response/text", "Expected printable ASCII characters in a response."),
        (text("a\r\nb"), "/response/text", "Expected printable ASCII characters in a response."),
        (
            post("response", json!({ "json": { "é": 1 } })),
            "/response/json/é",
            "Expected printable ASCII characters in a response.",
        ),
        (
            post("response", json!({ "headers": { "X-A": "{header:X-A}\n" } })),
            "/response/headers/X-A",
            "Expected printable ASCII characters in a response.",
        ),
        (
            post("response", json!({ "headers": { "Content-Type": "text/html" } })),
            "/response/headers/Content-Type",
            "This header cannot be set here, or is set twice.",
        ),
        (
            post("response", json!({ "headers": { "X-A": "1", "x-a": "2" } })),
            "/response/headers/x-a",
            "This header cannot be set here, or is set twice.",
        ),
        (
            post("equals", json!({ "/token": "{setting:other}" })),
            "/equals/~1token",
            "The definition has no setting \"other\". Add it to `settings`.",
        ),
        (
            post("equals", json!({ "/token": "the token" })),
            "/equals/~1token",
            "Expected a setting, such as {setting:verifyToken}.",
        ),
        (
            text("{hmac:md5:hex:/a}"),
            "/response/text",
            "Expected {hmac:ALGORITHM:ENCODING:SOURCE}, such as {hmac:sha256:hex:/token}.",
        ),
        (
            text("{hmac:sha256:/a}"),
            "/response/text",
            "Expected {hmac:ALGORITHM:ENCODING:SOURCE}, such as {hmac:sha256:hex:/token}.",
        ),
        (
            text("{hmac:sha256:hex:body}"),
            "/response/text",
            "Expected /pointer, header:Name, query:name or form:name.",
        ),
        (
            json!({ "name": "ping", "signed": false, "when": { "/a": true }, "response": { "text": "{hmac:sha256:hex:/a}" } }),
            "/response/text",
            "An HMAC of a value of the body needs a signed request: otherwise anyone can have a body signed.",
        ),
        (
            text("{hmac:sha256:hex:form:a}"),
            "/response/text",
            "An HMAC of a value of the body needs a signed request: otherwise anyone can have a body signed.",
        ),
    ] {
        let expected = (Code::DEFINITION_INVALID, format!("/handshake/0{place}"), message.to_owned());
        assert_eq!(mistake(&with(&handshake)), expected, "{handshake}");
    }
}

#[test]
fn rejects_what_the_schema_of_definitions_does_not_allow() {
    let handshake = |member: &str, value: Value| {
        let mut handshake = json!({ "name": "ping", "when": { "/type": "ping" }, "response": {} });
        handshake[member] = value;
        handshake
    };
    for (handshake, code, place) in [
        (json!({ "response": {} }), Code::REQUIRED, ""),
        (json!({ "name": "ping", "when": { "/a": true } }), Code::REQUIRED, ""),
        (handshake("method", json!("PUT")), Code::ENUM, "/method"),
        (handshake("when", json!({})), Code::PROPERTIES, "/when"),
        (handshake("when", json!({ "type": true })), Code::PROPERTY_NAME, "/when/type"),
        (handshake("when", json!({ "setting:x": true })), Code::PROPERTY_NAME, "/when/setting:x"),
        (handshake("secret", json!("body")), Code::PATTERN, "/secret"),
        (handshake("response", json!({ "status": 302 })), Code::MAXIMUM, "/response/status"),
        (handshake("response", json!({ "html": "" })), Code::UNKNOWN_FIELD, "/response/html"),
        (handshake("typo", json!(1)), Code::UNKNOWN_FIELD, "/typo"),
    ] {
        let (found, pointer, _) = mistake(&with(&handshake));
        assert_eq!((found, pointer), (code, format!("/handshake/0{place}")), "{handshake}");
    }
    let mut definition = with(&handshake("name", json!("ping")));
    definition["handshake"] = json!([handshake("name", json!("ping")), handshake("name", json!("ping"))]);
    let message = "Another handshake has this name.".to_owned();
    assert_eq!(mistake(&definition), (Code::DEFINITION_INVALID, "/handshake/1/name".to_owned(), message));
}

/// ATTACK: the HMAC of a value that anyone can choose is the signature of each delivery whose signed content equals the value.
#[test]
fn an_hmac_of_an_unsigned_value_needs_a_signed_content_that_no_value_can_equal() {
    let crc = |source: &str| {
        json!({
            "name": "crc", "method": if source == "query:a" { "GET" } else { "POST" }, "when": { source: true },
            "response": { "text": format!("{{hmac:sha256:base64:{source}}}") }
        })
    };
    for (content, is_safe) in [
        ("{body}", true),
        ("v0:{timestamp}:{body}", true),
        ("{timestamp}\n{body}", true),
        ("{timestamp}.{body}", false),
        ("v0.{timestamp}.{body}", false),
        ("{body}.{timestamp}", false),
        ("a{body}", false),
    ] {
        for source in ["query:a", "header:X-A"] {
            let mut definition = with(&crc(source));
            definition["signature"]["signedContent"] = content.into();
            if content.contains("timestamp") {
                definition["headers"] = json!({ "timestamp": "X-Time" });
            }
            if is_safe {
                Provider::from_json(definition.to_string().as_bytes()).expect(content);
                continue;
            }
            let message = format!(
                "An HMAC of a value that is not signed could be the signature of a delivery: such a value can equal the signed content \"{content}\"."
            );
            let expected = (Code::DEFINITION_INVALID, "/handshake/0/response/text".to_owned(), message);
            assert_eq!(mistake(&definition), expected);
        }
    }
    // Each scheme counts, and not only the strongest one.
    let mut several = with(&crc("query:a"));
    several["signature"] = json!([
        { "name": "new", "header": "X-New", "format": "{hex}", "algorithms": ["sha256"] },
        { "name": "old", "header": "X-Old", "format": "{hex}", "algorithms": ["sha256"], "signedContent": "a{body}" }
    ]);
    let message = "An HMAC of a value that is not signed could be the signature of a delivery: such a value can equal the signed content \"a{body}\".";
    assert_eq!(
        mistake(&several),
        (Code::DEFINITION_INVALID, "/handshake/0/response/text".to_owned(), message.to_owned())
    );
    let mut unsigned = with(&crc("query:a"));
    unsigned.as_object_mut().expect("an object").remove("signature");
    let message =
        "The definition has no `signature` that signs, so there is no secret for an HMAC.".to_owned();
    assert_eq!(
        mistake(&unsigned),
        (Code::DEFINITION_INVALID, "/handshake/0/response/text".to_owned(), message)
    );
    unsigned["handshake"] =
        json!([{ "name": "ping", "signed": true, "when": { "/type": "ping" }, "response": {} }]);
    let message = "No scheme of the definition signs, so no request is signed.".to_owned();
    assert_eq!(mistake(&unsigned), (Code::DEFINITION_INVALID, "/handshake/0/signed".to_owned(), message));
}
