//! Deviations of real senders that a receiver has to accept: a test for each.

use hookseal::provider::{self, Provider};
use hookseal::{Profile, Severity};
use serde_json::{Value as Json, json};

use super::support::{ERROR, INFO, PROFILES, WARNING, every_sample, findings, inspect, inspect_with, sample};

/// Pointers of the times that no rule compares.
const MOMENTS: [(&str, &str); 3] = [
    ("assessment_add.painchek", "/data/data/assessment/date"),
    ("file-request.files.update.R9", "/event/fileRequest/shortLinkExpiresAt"),
    ("calls.user.create", "/event/createdAt"),
];

#[test]
fn seconds_have_0_to_9_decimals_and_any_offset() {
    for (name, pointer) in MOMENTS {
        for digits in 0..=9 {
            let fraction = if digits == 0 { String::new() } else { format!(".{}", &"471750212"[..digits]) };
            for offset in ["Z", "z", "+00:00", "-00:00", "+08:00", "-11:30"] {
                let moment = format!("2024-02-29T23:59:47{fraction}{offset}");
                sample(name).set(pointer, moment).is_clean();
            }
        }
    }
}

#[test]
fn a_time_without_an_offset_outside_the_calendar_or_with_10_decimals_is_an_error() {
    for (name, pointer) in MOMENTS {
        for moment in [
            "2024-02-29T23:59:47",
            "2023-02-29T23:59:47Z",
            "2024-02-29 23:59:47Z",
            "2024-02-29",
            "2024-02-29T23:59:47.1234567890Z",
            "2024-02-29T23:59:47.1234567890+08:00",
            "1709251187",
            "",
        ] {
            sample(name).set(pointer, moment).says_one("format", [ERROR, ERROR], pointer);
        }
    }
}

#[test]
fn uuids_have_any_version_and_letter_case() {
    let uuids = [
        "72D3162E-CC78-11E3-81AB-4C9367DC0958",
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "018f2c3a-7b1d-7c44-9e21-0d5a6f3b8c92",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ];
    for uuid in uuids {
        sample("assessment_add.painchek").set("/data/uuid", uuid).is_clean();
        sample("calls.user.delete").set("/event/id", uuid).is_clean();
    }
    for garbage in ["72d3162ecc7811e381ab4c9367dc0958", "{72d3162e-cc78-11e3-81ab-4c9367dc0958}", "1", ""] {
        sample("assessment_add.painchek").set("/data/uuid", garbage).says_one(
            "format",
            [ERROR, ERROR],
            "/data/uuid",
        );
    }
}

#[test]
fn old_painchek_records_have_nulls_in_mandatory_fields() {
    let old = sample("assessment_add.nrs").set("/data/json_version", "v1").set(
        "/data/data/assessment",
        json!({"date": "2017-05-04T03:02:01Z", "mode": null, "pain_score": null, "pain_level": null,
               "is_editable": null, "timing": null}),
    );
    old.is_clean();
}

#[test]
fn any_painchek_device_has_nulls_in_mandatory_fields() {
    let device = json!({"manufacturer": null, "model": null, "os_type": null, "os_version": null,
                        "app_version": null, "device_id": null});
    sample("assessment_add.painchek").set("/data/data/device", device).is_clean();
}

#[test]
fn names_that_only_the_api_calls_mandatory_may_be_missing() {
    for name in
        ["patient_first_name", "patient_last_name", "user_first_name", "user_last_name", "user_source"]
    {
        sample("assessment_add.painchek").remove(&format!("/data/{name}")).says_one(
            "required",
            [INFO, WARNING],
            "/data",
        );
    }
}

#[test]
fn accepts_unknown_keys_at_every_level() {
    for (name, payload) in every_sample() {
        for object in payload.pointers(Json::is_object) {
            if object.ends_with("/activity/descriptors") {
                continue; // Its keys are not public, so none is unknown.
            }
            let pointer = format!("{object}/x_new");
            println!("{name} {pointer}");
            payload.clone().set(&pointer, "text").says_one("unknown-field", [INFO, WARNING], &pointer);
        }
    }
}

#[test]
fn unknown_values_of_a_list_are_warnings() {
    let painchek = "assessment_add.painchek";
    for (name, pointer) in [
        (painchek, "/data/user_source"),
        (painchek, "/data/data/assessment/pain_level"),
        (painchek, "/data/data/assessment/timing"),
        (painchek, "/data/data/face/mode"),
        (painchek, "/data/data/face/initial_mode"),
        (painchek, "/data/data/face/camera"),
        ("assessment_add.nrs", "/data/data/assessment/mode"),
        ("file-request.files.update.R0", "/event/fileRequest/type"),
        ("file-request.files.update.R4", "/event/fileRequest/type"),
        ("file-request.files.update.R9", "/event/fileRequest/type"),
    ] {
        sample(name).set(pointer, "something-new").says_one("enum", [WARNING, ERROR], pointer);
    }
    // An open list, and a version whose format is an assumption.
    sample(painchek).set("/data/data/device/os_type", "fuchsia").is_clean();
    sample(painchek).set("/data/json_version", "v3").is_clean();
    sample(painchek).set("/data/json_version", "3").says_one(
        "pattern",
        [WARNING, WARNING],
        "/data/json_version",
    );
}

#[test]
fn an_unknown_event_is_unknown_and_not_invalid() {
    for (name, pointer) in [("assessment_add.nrs", "/event"), ("calls.user.create", "/event/type")] {
        let new = sample(name).set(pointer, "something.new");
        let said = findings(new.provider, &new.body.to_string(), Profile::Lenient);
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!((said[0].0.as_str(), said[0].2.as_str()), ("event-unknown", pointer));
    }
}

#[test]
fn an_account_id_that_is_a_number_is_a_warning() {
    for (name, pointer) in [
        ("file-request.files.update.R0", "/event/fileRequest/account_id"),
        ("file-request.files.update.R1", "/event/fileRequest/accountId"),
        ("file-request.files.update.R9", "/event/fileRequest/accountId"),
    ] {
        let number = sample(name).set(pointer, 12);
        number.says_one("type", [WARNING, ERROR], pointer);
        let report = inspect("xon", &number.body.to_string(), Profile::Lenient);
        assert!(report.issues[0].message.contains("string"), "{}", report.issues[0].message);
        let reason = report.issues[0].hint.as_deref().unwrap_or_default();
        assert!(reason.contains("2021-01-14"), "{reason}");
        for nonsense in [json!(null), json!(true), json!({}), json!([])] {
            assert_eq!(sample(name).set(pointer, nonsense).errs_at(pointer), [true, true]);
        }
    }
}

#[test]
fn a_phone_number_without_its_plus_is_a_warning() {
    for (name, pointer) in [
        ("calls.user.create", "/event/mobileNumber"),
        ("calls.user.delete", "/event/mobileNumber"),
        ("user.caller-details.update", "/event/oldMobileNumber"),
        ("user.caller-details.update", "/event/user/mobileNumber"),
    ] {
        for digits in ["447700900123", "07700900123"] {
            sample(name).set(pointer, digits).says_one("pattern", [WARNING, ERROR], pointer);
        }
        for garbage in ["", "+", "+0770", "n/a", "+44 7700 900123", "+4477009001231234", "4477009001231234"] {
            sample(name).set(pointer, garbage).says_one("pattern", [ERROR, ERROR], pointer);
        }
    }
}

#[test]
fn an_ellipsis_replaces_the_missing_keys() {
    for (name, payload) in every_sample() {
        for object in payload.pointers(Json::is_object) {
            if ["", "/data", "/event"].contains(&object.as_str()) {
                continue;
            }
            let shortened = payload.clone().set(&object, json!({"...": "..."}));
            let pointer = format!("{object}/...");
            for profile in PROFILES {
                let said = findings(payload.provider, &shortened.body.to_string(), profile);
                let at_it: Vec<_> = said.iter().filter(|(.., at)| at.starts_with(&object)).collect();
                assert_eq!(
                    at_it,
                    [&("placeholder".to_owned(), Severity::Warning, pointer.clone())],
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_placeholder_instead_of_a_value_is_an_error() {
    for (name, pointer) in [
        ("assessment_add.painchek", "/event"),
        ("assessment_add.painchek", "/data/uuid"),
        ("assessment_add.painchek", "/data/data/assessment/mode"),
        ("calls.user.create", "/event/createdAt"),
        ("calls.user.create", "/event/mobileNumber"),
    ] {
        for placeholder in ["...", "<value>"] {
            let body = sample(name).set(pointer, placeholder);
            for profile in PROFILES {
                let said = findings(body.provider, &body.body.to_string(), profile);
                assert_eq!(said, [("placeholder".to_owned(), Severity::Error, pointer.to_owned())]);
            }
        }
    }
}

#[test]
fn a_placeholder_instead_of_free_text_is_reported() {
    for (name, pointer) in [
        ("assessment_add.painchek", "/data/patient_external_id"),
        ("assessment_add.painchek", "/data/data/body/comment"),
        ("file-request.files.update.R9", "/event/fileRequest/prompt"),
        ("user.caller-details.update", "/event/user/firstName"),
    ] {
        for placeholder in ["...", "<event>"] {
            sample(name).set(pointer, placeholder).says_one("placeholder", [WARNING, WARNING], pointer);
        }
        for text in ["....", "and so on ...", "<events>"] {
            sample(name).set(pointer, text).is_clean();
        }
    }
}

#[test]
fn the_string_null_is_reported() {
    for (name, pointer) in [
        ("assessment_add.painchek", "/data/patient_external_id"),
        ("assessment_add.painchek", "/data/data/body/comment"),
        ("file-request.files.update.R9", "/event/fileRequest/prompt"),
        ("user.caller-details.update", "/event/user/firstName"),
    ] {
        sample(name).set(pointer, "null").says_one("null-string", [WARNING, WARNING], pointer);
    }
}

#[test]
fn accepts_any_free_text() {
    let texts = ["", "\r\n\t", "Grüße, 你好, שלום, 👩‍⚕️", "\u{0}\u{7f}\u{feff}", "<b>\"quoted\"</b>", "…"];
    for (name, pointers) in [
        (
            "assessment_add.nrs",
            &[
                "/data/patient_first_name",
                "/data/patient_last_name",
                "/data/patient_external_id",
                "/data/user_first_name",
                "/data/user_last_name",
                "/data/user_external_id",
                "/data/user_position",
                "/data/data/assessment/body_location",
                "/data/data/device/os_version",
            ][..],
        ),
        ("assessment_add.severe", &["/data/data/face/comment", "/data/data/voice/comment"]),
        (
            "file-request.files.update.R0",
            &[
                "/event/fileRequest/prompt",
                "/event/fileRequest/staff_name",
                "/event/fileRequest/files/0/original_name",
            ],
        ),
        (
            "file-request.files.update.R9",
            &[
                "/event/fileRequest/prompt",
                "/event/fileRequest/patientUser/firstName",
                "/event/fileRequest/files/0/description",
                "/event/fileRequest/files/0/originalName",
            ],
        ),
    ] {
        for pointer in pointers {
            for text in texts {
                sample(name).set(pointer, text).is_clean();
            }
        }
    }
}

/// The same value with the members of every object in reverse order.
fn reversed(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(reversed).collect(),
        Json::Object(members) => {
            members.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn order_and_white_space_have_no_meaning() {
    for (name, payload) in every_sample() {
        let backwards = reversed(&payload.body);
        let texts = [
            backwards.to_string(),
            serde_json::to_string_pretty(&backwards).unwrap().replace('\n', "\r\n"),
            payload.body.to_string().replace(':', " : ").replace(" : ", ":"),
        ];
        for text in texts {
            for profile in PROFILES {
                assert_eq!(findings(payload.provider, &text, profile), [], "{name}");
            }
        }
    }
}

#[test]
fn the_first_xon_revision_may_mix_key_styles() {
    let body = sample("file-request.files.update.R0");
    assert!(body.body.pointer("/event/createdAt").is_some());
    assert!(body.body.pointer("/event/fileRequest/created_at").is_some());
    body.is_clean();
}

#[test]
fn an_event_that_is_no_longer_documented_is_known() {
    sample("user.caller-details.update").is_clean();
}

#[test]
fn a_content_type_has_parameters_and_any_letter_case() {
    for (provider, name) in [("painchek", "assessment_add.nrs"), ("xon", "calls.user.create")] {
        let body = sample(name).body.to_string();
        for (header, value) in [
            ("Content-Type", "application/json; charset=utf-8"),
            ("content-type", "Application/JSON;charset=UTF-8"),
            ("CONTENT-TYPE", "application/json ; v=2"),
        ] {
            let report = inspect_with(provider, &[(header, value)], &body, Profile::Strict);
            assert_eq!(report.issues, [], "{value}");
        }
    }
}

#[test]
fn a_redirect_is_a_success_for_painchek_and_not_for_xon() {
    let success = |id| Provider::from_json(provider::definition(id).unwrap().as_bytes()).unwrap().success;
    assert_eq!(success("painchek"), (200, 399));
    assert_eq!(success("xon"), (200, 299));
}
