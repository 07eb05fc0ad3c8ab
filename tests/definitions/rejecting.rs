//! Invalid definitions: each is rejected with the location and the reason.

use hookseal::Code;
use hookseal::provider::Provider;
use serde_json::{Value, json};

use super::whole;

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn rejects_an_invalid_definition_with_location_and_reason() {
    let signature = |member: &str, value: Value| (format!("/signature/{member}"), value);
    let at = |pointer: &str, value: Value| (pointer.to_owned(), value);
    let event = |value: Value| at("/events/ping", value);
    let schema = |value: Value| at("/events/ping/schema", value);
    for ((pointer, value), code, place, message) in [
        // The structure of definitions.
        (at("/typo", json!(1)), Code::UNKNOWN_FIELD, "/typo", "Unknown property \"typo\"."),
        (at("/id", json!(null)), Code::TYPE, "/id", "Expected a string, got null."),
        (
            at("/id", json!("Mine!")),
            Code::PATTERN,
            "/id",
            "Expected lower-case letters, digits and hyphens, such as my-provider, got a string of 5 characters.",
        ),
        (
            at("/dedupe", json!(["none", "digest"])),
            Code::DEFINITION_INVALID,
            "/dedupe/0",
            "Unreachable sources after \"none\". Put \"none\" last.",
        ),
        (
            at("/title", json!("a\u{2028}b")),
            Code::PATTERN,
            "/title",
            "Expected a text without control characters, got a string of 3 characters.",
        ),
        (
            at("/title", json!("")),
            Code::LENGTH,
            "/title",
            "Expected at least 1 character, got an empty string.",
        ),
        (at("/envelope", json!({})), Code::REQUIRED, "/envelope", "Missing required property \"type\"."),
        (at("/envelope", json!([])), Code::TYPE, "/envelope", "Expected an object, got an array."),
        (
            at("/envelope/type", json!("type")),
            Code::PATTERN,
            "/envelope/type",
            "Expected a JSON Pointer, such as /event, header: and a name, such as header:X-Event, a template, such as {/type}.{/action}, or = and a fixed type, got a string of 4 characters.",
        ),
        (
            at("/envelope/type", json!("")),
            Code::PATTERN,
            "/envelope/type",
            "Expected a JSON Pointer, such as /event, header: and a name, such as header:X-Event, a template, such as {/type}.{/action}, or = and a fixed type, got an empty string.",
        ),
        (
            at("/envelope/type", json!("/a~2")),
            Code::PATTERN,
            "/envelope/type",
            "Expected a JSON Pointer, such as /event, header: and a name, such as header:X-Event, a template, such as {/type}.{/action}, or = and a fixed type, got a string of 4 characters.",
        ),
        (
            at("/envelope/type", json!("header:")),
            Code::PATTERN,
            "/envelope/type",
            "Expected a JSON Pointer, such as /event, header: and a name, such as header:X-Event, a template, such as {/type}.{/action}, or = and a fixed type, got a string of 7 characters.",
        ),
        (
            at("/envelope/type", json!("header:X Y")),
            Code::PATTERN,
            "/envelope/type",
            "Expected a JSON Pointer, such as /event, header: and a name, such as header:X-Event, a template, such as {/type}.{/action}, or = and a fixed type, got a string of 10 characters.",
        ),
        (
            at("/envelope/type", json!(5)),
            Code::TYPE,
            "/envelope/type",
            "Expected a string, an object or an array, got a number.",
        ),
        (
            at("/envelope/type", json!([])),
            Code::ITEMS,
            "/envelope/type",
            "Expected at least 1 item, got an empty array.",
        ),
        (
            at("/envelope/type", json!([["/type"]])),
            Code::TYPE,
            "/envelope/type/0",
            "Expected a string or an object, got an array.",
        ),
        (
            at("/envelope/type", json!({ "is": "x" })),
            Code::REQUIRED,
            "/envelope/type",
            "Missing required property \"when\".",
        ),
        (
            at("/envelope/type", json!(["/type", { "when": "message" }])),
            Code::PATTERN,
            "/envelope/type/1/when",
            "Expected a JSON Pointer, such as /event, or header: and a name, such as header:X-Event, got a string of 7 characters.",
        ),
        (
            at("/envelope/type", json!({ "when": "header:X-Event" })),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Missing property \"is\": the event type of a delivery with this header.",
        ),
        (
            at("/envelope/type", json!({ "when": "/" })),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected an event type of 1 to 256 bytes without control characters.",
        ),
        (
            at("/envelope/type", json!(["=all", "/type"])),
            Code::DEFINITION_INVALID,
            "/envelope/type/1",
            "Unreachable source after \"=all\". Put \"=all\" last.",
        ),
        (
            at("/envelope/type", json!("=a\u{202e}b")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected an event type of 1 to 256 bytes without control characters.",
        ),
        (
            at("/envelope/type", json!(format!("={}", "é".repeat(129)))),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected an event type of 1 to 256 bytes without control characters.",
        ),
        (
            at("/envelope/type", json!("{/type}{/action}")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "No text separates {/action} from the field before it: two deliveries could have the same event type.",
        ),
        (
            at("/envelope/type", json!("{/type}.{/action")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Missing \"}\" after \"{\".",
        ),
        (
            at("/envelope/type", json!("{/type}.{action}")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected a JSON Pointer or header: and a name, got \"action\".",
        ),
        (
            at("/envelope/type", json!("{/type}.{query:action}")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected a JSON Pointer or header: and a name, got \"query:action\".",
        ),
        (
            at("/envelope/type", json!("{}.{/action}")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected a JSON Pointer or header: and a name, got an empty text.",
        ),
        (
            at("/envelope/type", json!("{/type}\u{7}{/action}")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "Expected an event type of 1 to 256 bytes without control characters.",
        ),
        (
            at("/envelope/type", json!("/{/type}")),
            Code::DEFINITION_INVALID,
            "/envelope/type",
            "A template cannot begin with \"/\", as a JSON Pointer does.",
        ),
        (
            at("/envelope/id", json!("id")),
            Code::ANY_OF,
            "/envelope/id",
            "Does not match any of the allowed alternatives. The issues of the closest one follow.",
        ),
        (
            at("/envelope/data", json!("data")),
            Code::PATTERN,
            "/envelope/data",
            "Expected a JSON Pointer, such as /data/id, got a string of 4 characters.",
        ),
        (at("/dedupe", json!([])), Code::ITEMS, "/dedupe", "Expected at least 1 item, got an empty array."),
        (
            at("/dedupe", json!(["/id"])),
            Code::PATTERN,
            "/dedupe/0",
            "Expected pointer: or digest: and a JSON Pointer, header: and a name, claim: and the pointer of a claim, digest, or none, got a string of 3 characters.",
        ),
        (
            at("/dedupe", json!(["digest", "pointer:/a~2"])),
            Code::PATTERN,
            "/dedupe/1",
            "Expected pointer: or digest: and a JSON Pointer, header: and a name, claim: and the pointer of a claim, digest, or none, got a string of 12 characters.",
        ),
        (
            at("/dedupe", json!(["header:a b"])),
            Code::PATTERN,
            "/dedupe/0",
            "Expected pointer: or digest: and a JSON Pointer, header: and a name, claim: and the pointer of a claim, digest, or none, got a string of 10 characters.",
        ),
        (
            at("/success", json!("yes")),
            Code::PATTERN,
            "/success",
            "Expected a class or a range of statuses, such as 2xx or 200-399, got a string of 3 characters.",
        ),
        (
            at("/retries", json!(["5 minutes"])),
            Code::PATTERN,
            "/retries/0",
            "Expected a delay in seconds, minutes or hours, such as 30s, 5m or 2h, got a string of 9 characters.",
        ),
        (
            at("/contentType", json!("JSON")),
            Code::PATTERN,
            "/contentType",
            "Expected a media type in lower case without parameters, such as application/json, got a string of 4 characters.",
        ),
        (
            at("/sensitive", json!(["data"])),
            Code::PATTERN,
            "/sensitive/0",
            "Expected a JSON Pointer, such as /data/id, got a string of 4 characters.",
        ),
        (
            at("/headers", json!({ "webhookId": "a:b" })),
            Code::PATTERN,
            "/headers/webhookId",
            "Expected a header's name, such as X-Signature, got a string of 3 characters.",
        ),
        (
            at("/headers", json!({ "requestId": "a" })),
            Code::UNKNOWN_FIELD,
            "/headers/requestId",
            "Unknown property \"requestId\".",
        ),
        (at("/events", json!([])), Code::TYPE, "/events", "Expected an object, got an array."),
        (
            event(json!({ "shema": true })),
            Code::UNKNOWN_FIELD,
            "/events/ping/shema",
            "Unknown property \"shema\".",
        ),
        (
            event(json!({ "schema": "ping.schema.json" })),
            Code::TYPE,
            "/events/ping/schema",
            "Expected a boolean or an object, got a string.",
        ),
        (
            event(json!({ "revisions": [] })),
            Code::ITEMS,
            "/events/ping/revisions",
            "Expected at least 1 item, got an empty array.",
        ),
        (
            event(json!({ "revisions": [{ "schema": true }] })),
            Code::REQUIRED,
            "/events/ping/revisions/0",
            "Missing required property \"name\".",
        ),
        (
            event(json!({ "revisions": [{ "name": "a" }] })),
            Code::REQUIRED,
            "/events/ping/revisions/0",
            "Missing required property \"schema\".",
        ),
        (
            signature("header", json!("X Sig")),
            Code::PATTERN,
            "/signature/header",
            "Expected a header's name, such as X-Signature, got a string of 5 characters.",
        ),
        (
            signature("algorithms", json!(["ed448"])),
            Code::ENUM,
            "/signature/algorithms/0",
            "Expected \"sha1\", \"sha256\", \"sha512\", \"ed25519\", \"ecdsa-p256\", \"ecdsa-p256-raw\", \"rsa-sha1\", \"rsa-sha256\", \"rsa-sha512\", \"HS256\", \"HS384\", \"HS512\" or one of 4 more, got a string of 5 characters.",
        ),
        (
            signature("algorithms", json!(["SHA256"])),
            Code::ENUM,
            "/signature/algorithms/0",
            "Expected \"sha1\", \"sha256\", \"sha512\", \"ed25519\", \"ecdsa-p256\", \"ecdsa-p256-raw\", \"rsa-sha1\", \"rsa-sha256\", \"rsa-sha512\", \"HS256\", \"HS384\", \"HS512\" or one of 4 more, got a string of 6 characters.",
        ),
        (
            signature("algorithms", json!([])),
            Code::ITEMS,
            "/signature/algorithms",
            "Expected at least 1 item, got an empty array.",
        ),
        (
            signature("algorithms", json!(["sha1", "sha1"])),
            Code::UNIQUE,
            "/signature/algorithms/1",
            "Duplicate item: equal to item 0, and items must be unique.",
        ),
        (
            signature("algorithms", json!("sha256")),
            Code::TYPE,
            "/signature/algorithms",
            "Expected an array, got a string.",
        ),
        (
            signature("secret", json!("base32")),
            Code::PATTERN,
            "/signature/secret",
            "Expected utf8, base64, hex or pem, after an optional prefix, such as whsec_{base64}, got a string of 6 characters.",
        ),
        (
            signature("timestampUnit", json!("hours")),
            Code::ENUM,
            "/signature/timestampUnit",
            "Expected \"s\", \"ms\", \"us\", \"ns\", \"rfc3339\", \"iso8601\" or \"http-date\", got a string of 5 characters.",
        ),
        (
            signature("tolerance", json!(-1)),
            Code::MINIMUM,
            "/signature/tolerance",
            "Expected at least 0, got a number that is too small.",
        ),
        (
            signature("tolerance", json!(1.5)),
            Code::TYPE,
            "/signature/tolerance",
            "Expected an integer or null, got a number with a fraction.",
        ),
        (
            signature("optional", json!("yes")),
            Code::TYPE,
            "/signature/optional",
            "Expected a boolean, got a string.",
        ),
        // Conditions that a schema cannot express.
        (
            at("/success", json!("400-200")),
            Code::DEFINITION_INVALID,
            "/success",
            "Invalid range: the first status is larger than the last.",
        ),
        (
            at("/retries", json!(["1m", "999h"])),
            Code::DEFINITION_INVALID,
            "/retries/1",
            "Expected a delay of at most 24 days.",
        ),
        (
            at("/envelope/id", json!("/type/id")),
            Code::DEFINITION_INVALID,
            "/envelope/id",
            "Invalid pointer: the event type is at this location, and a string contains nothing else.",
        ),
        (
            at("/envelope/data", json!("/type")),
            Code::DEFINITION_INVALID,
            "/envelope/data",
            "Invalid pointer: the event type is at this location, and a string contains nothing else.",
        ),
        (
            event(json!({})),
            Code::DEFINITION_INVALID,
            "/events/ping",
            "Event has neither \"schema\" nor \"revisions\".",
        ),
        (
            event(json!({ "schema": true, "revisions": [{ "name": "a", "schema": true }] })),
            Code::DEFINITION_INVALID,
            "/events/ping",
            "Event has both \"schema\" and \"revisions\". Remove one of the two.",
        ),
        (
            event(
                json!({ "revisions": [{ "name": "a", "schema": true }, { "name": "b", "when": "/b", "schema": true }] }),
            ),
            Code::DEFINITION_INVALID,
            "/events/ping/revisions/1",
            "Unreachable revision: an earlier revision without \"when\" always matches.",
        ),
        (
            at("/rules", json!({ "score-sum": "error" })),
            Code::DEFINITION_INVALID,
            "/rules/score-sum",
            "Unknown rule \"score-sum\": only built-in providers have cross-field rules, and mine does not have this one.",
        ),
        (
            at("/rules", json!({ "score-sum": "fatal" })),
            Code::ANY_OF,
            "/rules/score-sum",
            "Does not match any of the allowed alternatives. The issues of the closest one follow.",
        ),
        // Templates.
        (
            signature("format", json!("{hax}")),
            Code::DEFINITION_INVALID,
            "/signature/format",
            "Unknown placeholder {hax}: expected {algorithm}, {keyId}, {timestamp}, {hex}, {base64} or {base64url}.",
        ),
        (
            signature("format", json!("t={timestamp}")),
            Code::DEFINITION_INVALID,
            "/signature/format",
            "Missing signature: expected {hex}, {base64} or {base64url}.",
        ),
        (
            signature("format", json!("{hex")),
            Code::DEFINITION_INVALID,
            "/signature/format",
            "Unmatched \"{\".",
        ),
        (
            signature("signedContent", json!("{timestamp}")),
            Code::DEFINITION_INVALID,
            "/signature/signedContent",
            "`signedContent` must include `{body}`; otherwise the body is not authenticated.",
        ),
        (
            signature("signedContent", json!("{body}")),
            Code::DEFINITION_INVALID,
            "/signature/signedContent",
            "`signedContent` must include `{timestamp}`; otherwise the timestamp is not authenticated.",
        ),
        (
            signature("format", json!("{hex}")),
            Code::DEFINITION_INVALID,
            "/signature/signedContent",
            "`{timestamp}` is signed, but neither `format` nor a header contains a timestamp.",
        ),
        (
            at("/headers", json!({ "timestamp": "X-Time" })),
            Code::DEFINITION_INVALID,
            "/headers/timestamp",
            "`format` already contains a timestamp. Remove one of the two.",
        ),
        (
            signature("format", json!("sha1={hex}")),
            Code::DEFINITION_INVALID,
            "/signature/algorithms",
            "The format names sha1; expected sha1 as the only algorithm.",
        ),
        // Contracts.
        (
            schema(json!({ "type": "strin" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/type",
            "\"type\" must be \"null\", \"boolean\", \"integer\", \"number\", \"string\", \"array\" or \"object\", or an array of them.",
        ),
        (
            schema(json!({ "properties": { "a": { "minimum": "1" } } })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/properties/a/minimum",
            "\"minimum\" must be a number.",
        ),
        (
            schema(json!({ "requird": ["a"] })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/requird",
            "Unknown keyword \"requird\" in strict mode. Remove it.",
        ),
        (
            schema(json!({ "unevaluatedProperties": false })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/unevaluatedProperties",
            "\"unevaluatedProperties\" is not supported. Remove it from the schema.",
        ),
        (
            schema(json!({ "$ref": "#/$defs/none" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/$ref",
            "The target of this \"$ref\" does not exist.",
        ),
        (
            schema(json!({ "$ref": "https://example.com/schema" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/$ref",
            "This \"$ref\" leaves the schema, and nothing is fetched. Add the referenced schema with its \"$id\" to \"$defs\".",
        ),
        (
            schema(json!({ "pattern": "(" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/pattern",
            "Cannot compile the regular expression in \"pattern\": unclosed group, at character 1 of the pattern.",
        ),
        (
            at("/events/pong/revisions/1/schema", json!({ "format": "uid" })),
            Code::DEFINITION_INVALID,
            "/events/pong/revisions/1/schema/format",
            "Unknown format \"uid\" in strict mode. Remove it.",
        ),
    ] {
        let mut definition = whole();
        put(&mut definition, &pointer, value);
        let error = Provider::from_json(definition.to_string().as_bytes()).expect_err(&pointer);
        let issue = &error.issues[0];
        assert_eq!((issue.code, issue.pointer.as_str()), (code, place), "{error}");
        assert_eq!(issue.message, message, "{error}");
        assert!(error.to_string().contains(&issue.message), "{error}");
        assert!(error.to_string().starts_with("Invalid provider definition. /"), "{error}");
        let error = hookseal::webhook::Error::from(error);
        assert_eq!((error.code, error.status()), (Code::DEFINITION_INVALID, 500));
    }
}

fn put(json: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer to a member");
    json.pointer_mut(parent).expect("a parent")[key] = value;
}

#[test]
fn reports_missing_members() {
    for (key, pointer) in [
        ("id", ""),
        ("envelope", ""),
        ("events", ""),
        ("signature/header", "/signature"),
        ("signature/format", "/signature"),
        ("signature/algorithms", "/signature"),
    ] {
        let mut definition = whole();
        let (parent, name) = key.split_once('/').map_or(("", key), |(parent, name)| (parent, name));
        let parent = if parent.is_empty() { &mut definition } else { &mut definition[parent] };
        parent.as_object_mut().expect("an object").shift_remove(name);
        let error = Provider::from_json(definition.to_string().as_bytes()).expect_err(key);
        assert_eq!((error.issues[0].code, error.issues[0].pointer.as_str()), (Code::REQUIRED, pointer));
        assert_eq!(error.issues[0].message, format!("Missing required property \"{name}\"."));
    }
}

#[test]
fn reports_the_location_of_a_syntax_error() {
    for (text, code, message) in [
        ("", Code::JSON_SYNTAX, "Expected JSON, got an empty text."),
        ("{\"id\": \"a\",}", Code::JSON_SYNTAX, "Trailing comma before '}'."),
        ("[]", Code::TYPE, "Expected an object, got an array."),
        ("\u{feff}{}", Code::JSON_ENCODING, "Expected JSON, got a byte order mark (EF BB BF) before it."),
    ] {
        let error = Provider::from_json(text.as_bytes()).expect_err(text);
        assert_eq!((error.issues[0].code, error.issues[0].message.as_str()), (code, message));
    }
    let twice = whole().to_string().replacen("\"id\":", "\"id\":\"x\",\"id\":", 1);
    let error = Provider::from_json(twice.as_bytes()).expect_err("twice");
    assert_eq!(error.issues[0].code, Code::JSON_DUPLICATE_KEY);
}

#[test]
fn reports_all_mistakes_at_once() {
    let mut definition = whole();
    definition["typo"] = json!(1);
    definition["success"] = json!("yes");
    definition["signature"]["algorithms"] = json!(["md5", "ed448"]);
    let error = Provider::from_json(definition.to_string().as_bytes()).expect_err("refused");
    let places: Vec<&str> = error.issues.iter().map(|issue| issue.pointer.as_str()).collect();
    assert_eq!(places, ["/signature/algorithms/0", "/signature/algorithms/1", "/typo", "/success"]);
}
