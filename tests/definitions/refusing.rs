//! Broken definitions: each is refused with the place and the reason.

use hookseal::Code;
use hookseal::provider::Provider;
use serde_json::{Value, json};

use super::whole;

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_broken_definition_is_refused_with_its_place_and_the_reason() {
    let signature = |member: &str, value: Value| (format!("/signature/{member}"), value);
    let at = |pointer: &str, value: Value| (pointer.to_owned(), value);
    let event = |value: Value| at("/events/ping", value);
    let schema = |value: Value| at("/events/ping/schema", value);
    for ((pointer, value), code, place, message) in [
        // The form of definitions.
        (at("/typo", json!(1)), Code::UNKNOWN_FIELD, "/typo", "The contract does not know the key \"typo\"."),
        (at("/id", json!(null)), Code::TYPE, "/id", "This must be a string, and is null."),
        (
            at("/id", json!("Mine!")),
            Code::PATTERN,
            "/id",
            "This must be lower-case letters, digits and hyphens, such as my-provider.",
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
            "This must be a text without control characters.",
        ),
        (
            at("/title", json!("")),
            Code::LENGTH,
            "/title",
            "This string is too short: it must have at least 1 character, and has 0.",
        ),
        (at("/envelope", json!({})), Code::REQUIRED, "/envelope", "The required key \"type\" is missing."),
        (at("/envelope", json!([])), Code::TYPE, "/envelope", "This must be an object, and is an array."),
        (
            at("/envelope/type", json!("type")),
            Code::PATTERN,
            "/envelope/type",
            "This must be a JSON Pointer, such as /event, or header: and a name, such as header:X-Event.",
        ),
        (
            at("/envelope/type", json!("")),
            Code::PATTERN,
            "/envelope/type",
            "This must be a JSON Pointer, such as /event, or header: and a name, such as header:X-Event.",
        ),
        (
            at("/envelope/type", json!("/a~2")),
            Code::PATTERN,
            "/envelope/type",
            "This must be a JSON Pointer, such as /event, or header: and a name, such as header:X-Event.",
        ),
        (
            at("/envelope/type", json!("header:")),
            Code::PATTERN,
            "/envelope/type",
            "This must be a JSON Pointer, such as /event, or header: and a name, such as header:X-Event.",
        ),
        (
            at("/envelope/type", json!("header:X Y")),
            Code::PATTERN,
            "/envelope/type",
            "This must be a JSON Pointer, such as /event, or header: and a name, such as header:X-Event.",
        ),
        (
            at("/envelope/id", json!("id")),
            Code::ANY_OF,
            "/envelope/id",
            "This fits none of the alternatives. What the closest one misses is listed as issues of its own.",
        ),
        (
            at("/envelope/data", json!("data")),
            Code::PATTERN,
            "/envelope/data",
            "This must be a JSON Pointer, such as /data/id.",
        ),
        (
            at("/dedupe", json!([])),
            Code::ITEMS,
            "/dedupe",
            "This array must have at least 1 item, and has 0.",
        ),
        (
            at("/dedupe", json!(["/id"])),
            Code::PATTERN,
            "/dedupe/0",
            "This must be pointer: and a JSON Pointer, header: and a name, digest, or none.",
        ),
        (
            at("/dedupe", json!(["digest", "pointer:/a~2"])),
            Code::PATTERN,
            "/dedupe/1",
            "This must be pointer: and a JSON Pointer, header: and a name, digest, or none.",
        ),
        (
            at("/dedupe", json!(["header:a b"])),
            Code::PATTERN,
            "/dedupe/0",
            "This must be pointer: and a JSON Pointer, header: and a name, digest, or none.",
        ),
        (
            at("/success", json!("yes")),
            Code::PATTERN,
            "/success",
            "This must be a class or a range of statuses, such as 2xx or 200-399.",
        ),
        (
            at("/retries", json!(["5 minutes"])),
            Code::PATTERN,
            "/retries/0",
            "This must be a delay in seconds, minutes or hours, such as 30s, 5m or 2h.",
        ),
        (
            at("/contentType", json!("JSON")),
            Code::PATTERN,
            "/contentType",
            "This must be a media type in lower case without parameters, such as application/json.",
        ),
        (
            at("/sensitive", json!(["data"])),
            Code::PATTERN,
            "/sensitive/0",
            "This must be a JSON Pointer, such as /data/id.",
        ),
        (
            at("/headers", json!({ "webhookId": "a:b" })),
            Code::PATTERN,
            "/headers/webhookId",
            "This must be a header's name, such as X-Signature.",
        ),
        (
            at("/headers", json!({ "requestId": "a" })),
            Code::UNKNOWN_FIELD,
            "/headers/requestId",
            "The contract does not know the key \"requestId\".",
        ),
        (at("/events", json!([])), Code::TYPE, "/events", "This must be an object, and is an array."),
        (
            event(json!({ "shema": true })),
            Code::UNKNOWN_FIELD,
            "/events/ping/shema",
            "The contract does not know the key \"shema\".",
        ),
        (
            event(json!({ "schema": "ping.schema.json" })),
            Code::TYPE,
            "/events/ping/schema",
            "This must be a boolean or an object, and is a string.",
        ),
        (
            event(json!({ "revisions": [] })),
            Code::ITEMS,
            "/events/ping/revisions",
            "This array must have at least 1 item, and has 0.",
        ),
        (
            event(json!({ "revisions": [{ "schema": true }] })),
            Code::REQUIRED,
            "/events/ping/revisions/0",
            "The required key \"name\" is missing.",
        ),
        (
            event(json!({ "revisions": [{ "name": "a" }] })),
            Code::REQUIRED,
            "/events/ping/revisions/0",
            "The required key \"schema\" is missing.",
        ),
        (
            signature("header", json!("X Sig")),
            Code::PATTERN,
            "/signature/header",
            "This must be a header's name, such as X-Signature.",
        ),
        (
            signature("algorithms", json!(["ed25519"])),
            Code::ENUM,
            "/signature/algorithms/0",
            "This must be \"sha1\", \"sha256\" or \"sha512\".",
        ),
        (
            signature("algorithms", json!(["SHA256"])),
            Code::ENUM,
            "/signature/algorithms/0",
            "This must be \"sha1\", \"sha256\" or \"sha512\".",
        ),
        (
            signature("algorithms", json!([])),
            Code::ITEMS,
            "/signature/algorithms",
            "This array must have at least 1 item, and has 0.",
        ),
        (
            signature("algorithms", json!(["sha1", "sha1"])),
            Code::UNIQUE,
            "/signature/algorithms/1",
            "This item is the same as item 0, and no two may be the same.",
        ),
        (
            signature("algorithms", json!("sha256")),
            Code::TYPE,
            "/signature/algorithms",
            "This must be an array, and is a string.",
        ),
        (
            signature("secret", json!("base32")),
            Code::PATTERN,
            "/signature/secret",
            "This must be utf8, base64 or hex, after an optional prefix, such as whsec_{base64}.",
        ),
        (
            signature("timestampUnit", json!("us")),
            Code::ENUM,
            "/signature/timestampUnit",
            "This must be \"s\" or \"ms\".",
        ),
        (
            signature("tolerance", json!(-1)),
            Code::MINIMUM,
            "/signature/tolerance",
            "This number is too small: it must be at least 0.",
        ),
        (
            signature("tolerance", json!(1.5)),
            Code::TYPE,
            "/signature/tolerance",
            "This must be an integer, and is a number with a fraction.",
        ),
        (
            signature("optional", json!("yes")),
            Code::TYPE,
            "/signature/optional",
            "This must be a boolean, and is a string.",
        ),
        // What a schema cannot say.
        (
            at("/success", json!("400-200")),
            Code::DEFINITION_INVALID,
            "/success",
            "Invalid range: the first status is larger than the last.",
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
            "This fits none of the alternatives. What the closest one misses is listed as issues of its own.",
        ),
        // Templates.
        (
            signature("format", json!("{hax}")),
            Code::DEFINITION_INVALID,
            "/signature/format",
            "Unknown placeholder {hax}: expected {algorithm}, {timestamp}, {hex}, {base64} or {base64url}.",
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
            "\"type\" must be one of \"null\", \"boolean\", \"integer\", \"number\", \"string\", \"array\" and \"object\", or a list of them.",
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
            "\"requird\" is no keyword of this dialect, and the schema is compiled strictly.",
        ),
        (
            schema(json!({ "unevaluatedProperties": false })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/unevaluatedProperties",
            "\"unevaluatedProperties\" is not supported, and a rule is never skipped: write the schema without it.",
        ),
        (
            schema(json!({ "$ref": "#/$defs/none" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/$ref",
            "This \"$ref\" leads to nothing in the schema.",
        ),
        (
            schema(json!({ "$ref": "https://example.com/schema" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/$ref",
            "This \"$ref\" leads out of the schema, and nothing is fetched: put the schema it means under \"$defs\", with its \"$id\", and refer to it there.",
        ),
        (
            schema(json!({ "pattern": "(" })),
            Code::DEFINITION_INVALID,
            "/events/ping/schema/pattern",
            "This regular expression of \"pattern\" cannot be used: the group that starts here is not closed, at character 1 of the pattern.",
        ),
        (
            at("/events/pong/revisions/1/schema", json!({ "format": "uid" })),
            Code::DEFINITION_INVALID,
            "/events/pong/revisions/1/schema/format",
            "\"uid\" is no format of JSON Schema, and the schema is compiled strictly.",
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
fn what_a_definition_has_to_have_is_missed() {
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
        assert_eq!(error.issues[0].message, format!("The required key \"{name}\" is missing."));
    }
}

#[test]
fn a_definition_that_is_no_json_says_where() {
    for (text, code, message) in [
        ("", Code::JSON_SYNTAX, "The text has no bytes."),
        (
            "{\"id\": \"a\",}",
            Code::JSON_SYNTAX,
            "Trailing comma: nothing stands between this comma and the '}'.",
        ),
        ("[]", Code::TYPE, "This must be an object, and is an array."),
        (
            "\u{feff}{}",
            Code::JSON_ENCODING,
            "The text starts with a byte order mark (EF BB BF), which JSON does not allow.",
        ),
    ] {
        let error = Provider::from_json(text.as_bytes()).expect_err(text);
        assert_eq!((error.issues[0].code, error.issues[0].message.as_str()), (code, message));
    }
    let twice = whole().to_string().replacen("\"id\":", "\"id\":\"x\",\"id\":", 1);
    let error = Provider::from_json(twice.as_bytes()).expect_err("twice");
    assert_eq!(error.issues[0].code, Code::JSON_DUPLICATE_KEY);
}

#[test]
fn everything_that_is_wrong_is_listed_at_once() {
    let mut definition = whole();
    definition["typo"] = json!(1);
    definition["success"] = json!("yes");
    definition["signature"]["algorithms"] = json!(["md5", "ed25519"]);
    let error = Provider::from_json(definition.to_string().as_bytes()).expect_err("refused");
    let places: Vec<&str> = error.issues.iter().map(|issue| issue.pointer.as_str()).collect();
    assert_eq!(places, ["/signature/algorithms/0", "/signature/algorithms/1", "/typo", "/success"]);
}
