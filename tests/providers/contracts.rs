//! Violations: missing keys, nulls, values of another type, numbers out of range, and bodies that are not an event.

use hookseal::{Profile, Severity};
use serde_json::{Value as Json, json};

use super::support::{ERROR, INFO, PROFILES, Payload, WARNING, every_sample, findings, inspect, sample};

/// The last segment of a pointer.
fn key(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap()
}

/// Optional keys.
const OPTIONAL: &[&str] = &[
    // PainChek
    "patient_external_id",
    "user_external_id",
    "user_position",
    "device_id",
    "body_location",
    "comment",
    "initial_mode",
    "camera",
    "capture_seconds",
    "frames",
    "frame_errors",
    "voice_recording",
    // X-on, in every revision
    "file_request_id",
    "fileRequestId",
    "filesUpdateWebhookUrl",
    "photoCreatedAt",
    "staffName",
];

/// Keys that the lenient profile requires, too.
const ALWAYS_REQUIRED: &[&str] = &[
    "/event",
    "/data",
    "/data/uuid",
    "/data/patient",
    "/event/id",
    "/event/createdAt",
    "/event/type",
    "/event/fileRequest",
    "/event/addedFileIds",
    "/event/removedFileIds",
    "/event/mobileNumber",
    "/event/user",
];

/// The severity of a missing key, by profile.
fn missing(name: &str, pointer: &str) -> [Option<Severity>; 2] {
    let before_r7 = ["R1", "R2", "R3", "R4", "R5", "R6"].iter().any(|revision| name.ends_with(revision));
    match key(pointer) {
        _ if ALWAYS_REQUIRED.contains(&pointer) => [ERROR, ERROR],
        // The record's `device` is optional, the block of the same name is not.
        "device" if pointer == "/data/device" => [None, None],
        "device_id" if pointer == "/data/data/device/device_id" => [WARNING, ERROR],
        "description" | "imageHeight" | "imageWidth" if before_r7 => [None, None],
        "patient_first_name" | "patient_last_name" | "user_first_name" | "user_last_name" | "user_source" => {
            [INFO, WARNING]
        }
        key if OPTIONAL.contains(&key) => [None, None],
        _ => [WARNING, ERROR],
    }
}

#[test]
fn every_missing_key_has_the_severity_of_its_contract() {
    for (name, payload) in every_sample() {
        let objects = payload.pointers(Json::is_object);
        for object in &objects {
            let members = payload.body.pointer(object).unwrap().as_object().unwrap();
            for key in members.keys() {
                let pointer = format!("{object}/{key}");
                // The event type and the keys of the revisions select the contract.
                let decides =
                    ["/event/type", "/event/fileRequest/account_id", "/event/fileRequest/patientUser"];
                let decides = decides.contains(&pointer.as_str()) || pointer == "/event";
                if decides || pointer.contains("/activity/descriptors/") {
                    continue;
                }
                let shorter = payload.clone().remove(&pointer);
                for (profile, severity) in PROFILES.into_iter().zip(missing(name, &pointer)) {
                    let said = findings(payload.provider, &shorter.body.to_string(), profile);
                    let said: Vec<_> = said
                        .into_iter()
                        .filter(|(code, _, at)| code == "required" && at == object)
                        .map(|(_, severity, _)| severity)
                        .collect();
                    let expected: Vec<_> = severity.into_iter().collect();
                    assert_eq!(said, expected, "{name} without {pointer}, {profile:?}");
                }
            }
        }
    }
}

#[test]
fn a_body_without_event_type_violates_the_envelope() {
    for (payload, pointer) in [
        (sample("assessment_add.nrs").remove("/event"), ""),
        (sample("assessment_add.nrs").set("/event", 7), "/event"),
        (sample("calls.user.create").remove("/event/type"), "/event"),
        (sample("calls.user.create").remove("/event"), ""),
    ] {
        payload.says_one("envelope-invalid", [ERROR, ERROR], pointer);
    }
}

/// Keys whose value may be null, at any location.
const NULLABLE: &[&str] = &[
    // PainChek
    "patient_first_name",
    "patient_last_name",
    "patient_external_id",
    "user_first_name",
    "user_last_name",
    "user_external_id",
    "user_position",
    "user_source",
    "deleted_at",
    "device",
    "device_id",
    "face",
    "voice",
    "movement",
    "behaviour",
    "activity",
    "body",
    "mode",
    "pain_score",
    "pain_level",
    "is_editable",
    "timing",
    "body_location",
    "manufacturer",
    "model",
    "os_type",
    "os_version",
    "app_version",
    "comment",
    "initial_mode",
    "camera",
    "capture_seconds",
    "frames",
    "frame_errors",
    "voice_recording",
    // X-on
    "prompt",
    "short_link_expires_at",
    "shortLinkExpiresAt",
    "short_link_id",
    "shortLinkId",
    "expires_at",
    "expiresAt",
    "file_request_id",
    "fileRequestId",
    "filesUpdateWebhookUrl",
    "description",
    "imageHeight",
    "imageWidth",
    "photoCreatedAt",
    "displayName",
    "firstName",
    "lastName",
    "profilePictureUrl",
    "oldMobileNumber",
];

fn may_be_null(pointer: &str) -> bool {
    match pointer {
        "/data/data/face/mode" => false,
        "/event/user/mobileNumber" => true,
        _ => NULLABLE.contains(&key(pointer)),
    }
}

/// Every pointer of a sample that does not select the contract.
fn pointers(payload: &Payload) -> Vec<String> {
    let mut pointers = payload.pointers(|_| true);
    pointers.retain(|place| !["", "/event", "/event/type"].contains(&place.as_str()));
    pointers
}

#[test]
fn null_is_an_error_exactly_if_the_contract_does_not_allow_it() {
    for (name, payload) in every_sample() {
        for pointer in pointers(&payload) {
            // A record of an older format: new ones have their own rule about nulls.
            let mut body = payload.clone().set(&pointer, json!(null));
            if payload.provider == "painchek" && pointer != "/data" && pointer != "/data/json_version" {
                body = body.set("/data/json_version", "v1");
            }
            let errs = !may_be_null(&pointer);
            assert_eq!(body.errs_at(&pointer), [errs, errs], "{name} {pointer}");
        }
    }
}

#[test]
fn a_value_of_another_type_is_an_error_everywhere() {
    for (name, payload) in every_sample() {
        for pointer in pointers(&payload) {
            let value = payload.body.pointer(&pointer).unwrap();
            let others = [json!(true), json!([]), json!({}), json!("text"), json!(1.5)];
            for other in others {
                let same =
                    std::mem::discriminant(value) == std::mem::discriminant(&other) && !other.is_number();
                let is_account = ["account_id", "accountId"].contains(&key(&pointer)) && other.is_number();
                // The other types of a nullable value are tested by other samples.
                if same || is_account || value.is_null() && !other.is_array() {
                    continue;
                }
                let body = payload.clone().set(&pointer, other.clone());
                assert_eq!(body.errs_at(&pointer), [true, true], "{name} {pointer} {other}");
            }
        }
    }
}

#[test]
fn rejects_numbers_outside_their_ranges() {
    let painchek = "assessment_add.painchek";
    for pointer in ["/data/update_stamp", "/data/data/face/capture_seconds", "/data/data/face/frame_errors"] {
        sample(painchek).set(pointer, -1).says_one("minimum", [WARNING, ERROR], pointer);
        sample(painchek).set(pointer, 0).is_clean();
    }
    let size = "/event/fileRequest/files/0/size";
    sample("file-request.files.update.R0").set(size, -1).says_one("minimum", [WARNING, ERROR], size);
    sample("file-request.files.update.R9").set(size, 0).is_clean();
    // A minimum of one pixel is an assumption.
    let height = "/event/fileRequest/files/0/imageHeight";
    sample("file-request.files.update.R9").set(height, 0).says_one("minimum", [WARNING, WARNING], height);
}

#[test]
fn a_media_type_has_two_parts() {
    let pointer = "/event/fileRequest/files/1/mimeType";
    let body = sample("file-request.files.update.R9").set("/event/fileRequest/type", "document");
    for text in ["jpeg", "image/", "/jpeg", "image / jpeg", ""] {
        let said = findings("xon", &body.clone().set(pointer, text).body.to_string(), Profile::Lenient);
        let expected = ("pattern".to_owned(), Severity::Warning, pointer.to_owned());
        assert!(said.contains(&expected), "{text:?} {said:?}");
    }
}

#[test]
fn rejects_duplicate_ids_in_a_list() {
    let body = sample("file-request.files.update.R8");
    let id = body.body.pointer("/event/addedFileIds/0").unwrap().clone();
    let said = findings("xon", &body.set("/event/addedFileIds/1", id).body.to_string(), Profile::Strict);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!((said[0].0.as_str(), said[0].1), ("unique", Severity::Warning));
}

#[test]
fn an_id_of_a_caller_need_not_be_a_uuid() {
    let pointer = "/event/user/id";
    sample("user.caller-details.update").set(pointer, "user-7").says_one(
        "format",
        [WARNING, WARNING],
        pointer,
    );
}

#[test]
fn an_invalid_payload_is_validated_by_its_own_revision() {
    for (name, pointer, revision) in [
        ("file-request.files.update.R0", "/event/fileRequest/files/0/size", "R0"),
        ("file-request.files.update.R3", "/event/fileRequest/files/0/size", "R1-R6"),
        ("file-request.files.update.R7", "/event/fileRequest/files/0/size", "R7-R9"),
    ] {
        let body = sample(name).set(pointer, "large");
        body.says_one("type", [ERROR, ERROR], pointer);
        let report = inspect("xon", &body.body.to_string(), Profile::Lenient);
        assert_eq!(report.revision.as_deref(), Some(revision));
    }
}

#[test]
fn four_mistakes_are_four_issues() {
    let body = sample("file-request.files.update.R9")
        .set("/event/id", "7")
        .set("/event/fileRequest/createdAt", "yesterday")
        .set("/event/fileRequest/files/1/size", "large")
        .remove("/event/removedFileIds");
    let said = findings("xon", &body.body.to_string(), Profile::Lenient);
    let said: Vec<_> = said.iter().map(|(code, _, at)| (code.as_str(), at.as_str())).collect();
    assert_eq!(
        said,
        [
            ("required", "/event"),
            ("format", "/event/id"),
            ("format", "/event/fileRequest/createdAt"),
            ("type", "/event/fileRequest/files/1/size"),
        ]
    );
}

#[test]
fn bodies_passed_by_mistake_have_a_hint() {
    let record = sample("assessment_add.nrs").body["data"].clone();
    let event = sample("calls.user.create").body["event"].clone();
    for (provider, body, hint) in [
        (
            "painchek",
            json!({"count": 1, "next": null, "previous": null, "results": [record]}),
            "This is a response of GET /api/assessments/",
        ),
        ("painchek", record.clone(), "This is a record of the API"),
        ("xon", event, "This is the content of an event"),
    ] {
        let report = inspect(provider, &body.to_string(), Profile::Lenient);
        let [issue] = &report.issues[..] else { panic!("{:?}", report.issues) };
        assert_eq!(issue.code.as_str(), "envelope-invalid");
        assert!(issue.hint.as_deref().unwrap_or_default().starts_with(hint), "{:?}", issue.hint);
    }
}

/// Collects name and schema of every property, at any depth.
fn properties<'s>(schema: &'s Json, found: &mut Vec<(&'s str, &'s Json)>) {
    if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
        found.extend(properties.iter().map(|(name, schema)| (name.as_str(), schema)));
    }
    // Schemas under `if` are conditions and describe no property.
    let parts = schema.as_object().into_iter().flatten().filter(|(key, _)| *key != "if");
    parts.for_each(|(_, part)| properties(part, found));
}

#[test]
fn every_property_is_described() {
    let mut seen = 0;
    for provider in ["painchek", "xon"] {
        let folder = format!("{}/providers/{provider}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if !name.ends_with(".schema.json") {
                continue;
            }
            let schema: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
            let mut found = Vec::new();
            properties(&schema, &mut found);
            for (property, schema) in found {
                let text = ["description", "title"].iter().find_map(|key| schema.get(key)?.as_str());
                assert!(text.is_some_and(|text| !text.is_empty()), "{name}: {property}");
                seen += 1;
            }
        }
    }
    assert!(seen > 150, "{seen}");
}

#[test]
fn rejects_malformed_addresses() {
    let recording = "/data/data/voice/voice_recording";
    let severe = sample("assessment_add.severe");
    severe.clone().set(recording, "/media/voice/1.m4a?token=a").is_clean();
    severe.clone().set(recording, "https://media.example/1.m4a").is_clean();
    severe.set(recording, "voice recording.m4a").says_one("format", [ERROR, ERROR], recording);
    for pointer in
        ["/event/fileRequest/filesUpdateWebhookUrl", "/event/fileRequest/staffUser/profilePictureUrl"]
    {
        let last = sample("file-request.files.update.R9");
        last.clone().set(pointer, json!(null)).is_clean();
        last.set(pointer, "/hooks/files").says_one("format", [ERROR, ERROR], pointer);
    }
}

#[test]
fn no_issue_quotes_the_payload() {
    let secret = "Zx9-secret-Zx9";
    for (name, payload) in every_sample() {
        for pointer in pointers(&payload) {
            let body = payload.clone().set(&pointer, secret);
            for profile in PROFILES {
                for issue in inspect(payload.provider, &body.body.to_string(), profile).issues {
                    let said =
                        format!("{:?}", (&issue.message, &issue.expected, &issue.received, &issue.hint));
                    assert!(!said.contains("Zx9"), "{name} {pointer} {said}");
                }
            }
        }
    }
}
