//! Each rule with a payload that satisfies the rule and one that violates it.

use serde_json::json;

use crate::issue::{Code, Profile};
use crate::provider::rules::tests::{ERROR, INFO, Payload, WARNING, evaluate};

macro_rules! sample {
    ($name:literal) => {
        Payload::new("xon", include_str!(concat!("../../../../providers/xon/samples/", $name, ".json")))
    };
}

/// The last revision: two files, the first of them added by this event.
fn last() -> Payload {
    sample!("file-request.files.update.R9")
}

/// The first revision, with `snake_case` inside the file request.
fn first() -> Payload {
    sample!("file-request.files.update.R0")
}

const OTHER: &str = "0b2ff7a1-6c0d-4e53-9d2b-5a8f3e6c7d90";

#[test]
fn the_samples_satisfy_every_rule() {
    first().is_clean();
    sample!("file-request.files.update.R1").is_clean();
    sample!("file-request.files.update.R2").is_clean();
    sample!("file-request.files.update.R3").is_clean();
    sample!("file-request.files.update.R4").is_clean();
    sample!("file-request.files.update.R5").is_clean();
    sample!("file-request.files.update.R6").is_clean();
    sample!("file-request.files.update.R7").is_clean();
    sample!("file-request.files.update.R8").is_clean();
    last().is_clean();
    sample!("calls.user.create").is_clean();
    sample!("calls.user.delete").is_clean();
    sample!("user.caller-details.update").is_clean();
}

#[test]
fn an_added_file_is_among_the_files() {
    let expected =
        [("/event/addedFileIds/1", "An id in addedFileIds is not the id of a file in fileRequest.files.")];
    let added = json!([last().get("/event/addedFileIds/0"), OTHER]);
    last().set("/event/addedFileIds", added).raises(Code::ADDED_FILE_MISSING, [WARNING, WARNING], &expected);
}

#[test]
fn ids_are_compared_without_letter_case() {
    let id = last().get("/event/addedFileIds/0").as_str().unwrap().to_uppercase();
    last().set("/event/addedFileIds/0", id).is_clean();
}

#[test]
fn a_removed_file_is_not_among_the_files() {
    last().set("/event/removedFileIds", json!([OTHER])).is_clean();
    let present = last().get("/event/fileRequest/files/1/id");
    let expected =
        [("/event/removedFileIds/0", "An id in removedFileIds is the id of a file in fileRequest.files.")];
    last().set("/event/removedFileIds", json!([present])).raises(
        Code::REMOVED_FILE_PRESENT,
        [WARNING, WARNING],
        &expected,
    );
}

#[test]
fn no_file_is_added_and_removed_at_once() {
    // The file cannot be both present and absent, so another rule reports an issue, too.
    let body = last()
        .set("/event/fileRequest/files", json!([]))
        .set("/event/addedFileIds", json!([OTHER]))
        .set("/event/removedFileIds", json!([OTHER.to_uppercase()]));
    let issues = evaluate("xon", &body.text(), Profile::Lenient);
    let actual: Vec<_> = issues.iter().map(|issue| (issue.code, issue.pointer.as_str())).collect();
    assert_eq!(
        actual,
        [
            (Code::ADDED_FILE_MISSING, "/event/addedFileIds/0"),
            (Code::ADDED_AND_REMOVED, "/event/removedFileIds/0")
        ]
    );
    assert_eq!(issues[1].message, "An id is in both addedFileIds and removedFileIds.");
    assert_eq!(Some(issues[1].severity), WARNING);
}

#[test]
fn an_update_changes_something() {
    let expected =
        [("/event/addedFileIds", "addedFileIds and removedFileIds are both empty, so nothing was updated.")];
    let nothing = last().set("/event/addedFileIds", json!([]));
    nothing.raises(Code::NO_CHANGE, [WARNING, WARNING], &expected);
    nothing.set("/event/removedFileIds", json!([OTHER])).is_clean();
}

#[test]
fn a_file_id_names_one_file() {
    let id = last().get("/event/fileRequest/files/0/id");
    last().set("/event/fileRequest/files/1/id", id).raises(
        Code::FILE_ID_DUPLICATE,
        [WARNING, WARNING],
        &[("/event/fileRequest/files/1/id", "Two files in fileRequest.files have the same id.")],
    );
}

#[test]
fn a_file_names_the_request_that_contains_it() {
    let message = "A file names another file request than the one that contains it.";
    first().set("/event/fileRequest/files/1/file_request_id", json!(null)).is_clean();
    first().set("/event/fileRequest/files/1/file_request_id", OTHER).raises(
        Code::FILE_REQUEST_ID,
        [WARNING, WARNING],
        &[("/event/fileRequest/files/1/file_request_id", message)],
    );
    last().set("/event/fileRequest/files/0/fileRequestId", OTHER).raises(
        Code::FILE_REQUEST_ID,
        [WARNING, WARNING],
        &[("/event/fileRequest/files/0/fileRequestId", message)],
    );
}

#[test]
fn a_file_expires_after_it_was_created() {
    let message = "A file expires no later than it was created.";
    for (body, field) in [(first(), "expires_at"), (last(), "expiresAt")] {
        let pointer = format!("/event/fileRequest/files/0/{field}");
        let body = body.set(&pointer, json!(null));
        body.is_clean();
        let body = body.set(&pointer, "2021-02-28T23:00:00Z");
        body.raises(Code::FILE_EXPIRY, [WARNING, WARNING], &[(&pointer, message)]);
    }
}

#[test]
fn request_file_and_event_follow_each_other() {
    let pointer = "/event/fileRequest/files/0/createdAt";
    let body = || last().set("/event/fileRequest/files/0/photoCreatedAt", json!(null));
    body().set(pointer, "2021-03-10T10:19:02.117402Z").raises(
        Code::TIME_ORDER,
        [WARNING, WARNING],
        &[(pointer, "A file was created before its file request.")],
    );
    body().set(pointer, "2021-03-10T10:21:45.812605Z").raises(
        Code::TIME_ORDER,
        [WARNING, WARNING],
        &[(pointer, "A file was created after the event about the file.")],
    );
    // Equal instants satisfy the rule, also with another offset: the second one is 10:21:45.812604 UTC.
    body().set(pointer, "2021-03-10T10:19:02.117403+00:00").is_clean();
    body().set(pointer, "2021-03-10T18:21:45.812604+08:00").is_clean();
}

#[test]
fn time_order_reads_the_first_revision_too() {
    let pointer = "/event/fileRequest/files/1/created_at";
    first().set(pointer, "2021-03-01T10:19:02Z").raises(
        Code::TIME_ORDER,
        [WARNING, WARNING],
        &[(pointer, "A file was created before its file request.")],
    );
}

#[test]
fn a_photo_is_taken_before_it_is_uploaded() {
    let pointer = "/event/fileRequest/files/0/photoCreatedAt";
    last().set(pointer, "2021-03-10T11:00:00+00:00").raises(
        Code::PHOTO_TIME,
        [INFO, INFO],
        &[(pointer, "photoCreatedAt is after the file's createdAt.")],
    );
}

#[test]
fn height_and_width_are_known_together() {
    let file = "/event/fileRequest/files/0";
    last().set(&format!("{file}/imageHeight"), json!(null)).raises(
        Code::IMAGE_SIZE,
        [INFO, INFO],
        &[(&format!("{file}/imageWidth"), "Only one of imageHeight and imageWidth is known.")],
    );
    last().remove(&format!("{file}/imageWidth")).raises(
        Code::IMAGE_SIZE,
        [INFO, INFO],
        &[(&format!("{file}/imageHeight"), "Only one of imageHeight and imageWidth is known.")],
    );
    last()
        .set(&format!("{file}/imageHeight"), json!(null))
        .set(&format!("{file}/imageWidth"), json!(null))
        .is_clean();
}

/// The first file is a document, without the fields of images.
fn document() -> Payload {
    last()
        .set("/event/fileRequest/type", "document")
        .set("/event/fileRequest/files/0/mimeType", "application/pdf")
        .set("/event/fileRequest/files/0/imageHeight", json!(null))
        .set("/event/fileRequest/files/0/imageWidth", json!(null))
        .set("/event/fileRequest/files/0/photoCreatedAt", json!(null))
}

#[test]
fn only_images_have_an_image_size() {
    document().is_clean();
    let file = "/event/fileRequest/files/0";
    document().set(&format!("{file}/imageHeight"), 842).set(&format!("{file}/imageWidth"), 595).raises(
        Code::NOT_AN_IMAGE,
        [INFO, ERROR],
        &[
            (&format!("{file}/imageHeight"), "imageHeight is set, but mimeType is not an image type."),
            (&format!("{file}/imageWidth"), "imageWidth is set, but mimeType is not an image type."),
        ],
    );
}

#[test]
fn only_images_have_the_time_of_a_photo() {
    let pointer = "/event/fileRequest/files/0/photoCreatedAt";
    document().set(pointer, "2021-03-10T10:20:05Z").raises(
        Code::PHOTO_NOT_IMAGE,
        [INFO, INFO],
        &[(pointer, "photoCreatedAt is set, but mimeType is not an image type.")],
    );
}

#[test]
fn a_request_for_photos_has_images() {
    document().set("/event/fileRequest/type", "photo").raises(
        Code::PHOTO_NOT_IMAGE,
        [INFO, INFO],
        &[(
            "/event/fileRequest/files/0/mimeType",
            "The file request is for photos, but mimeType is not an image type.",
        )],
    );
    last().set("/event/fileRequest/files/0/mimeType", "IMAGE/HEIC").is_clean();
}

#[test]
fn escapes_in_strings_change_nothing() {
    let text = last().text();
    let escaped = text
        .replace("image/jpeg", "image\\/jpeg")
        .replace("+00:00", "\\u002B00:00")
        .replace("\"createdAt\"", "\"created\\u0041t\"");
    assert_ne!(text, escaped);
    assert_eq!(evaluate("xon", &escaped, Profile::Lenient), []);
    let late = escaped.replace("2021-03-10T10:19:02", "2021-03-10T10:29:02");
    let issues = evaluate("xon", &late, Profile::Lenient);
    assert!(issues.iter().any(|issue| issue.code == Code::TIME_ORDER), "{issues:?}");
}

#[test]
fn keys_of_a_file_request_have_one_case() {
    let message = "A file request mixes keys in snake_case and in camelCase.";
    first().set("/event/fileRequest/createdAt", "2021-03-01T10:19:02.117403+00:00").raises(
        Code::MIXED_KEY_CASE,
        [WARNING, WARNING],
        &[("/event/fileRequest/createdAt", message)],
    );
    last().set("/event/fileRequest/files/1/mime_type", "image/jpeg").raises(
        Code::MIXED_KEY_CASE,
        [WARNING, WARNING],
        &[("/event/fileRequest/files/1/mime_type", message)],
    );
    // Unknown keys have no case.
    last().set("/event/fileRequest/x_custom", 1).is_clean();
}

#[test]
fn a_user_has_a_name() {
    let user = "/event/fileRequest/staffUser";
    let nameless = last().set(&format!("{user}/displayName"), json!(null));
    nameless.raises(
        Code::USER_NAME_MISSING,
        [INFO, INFO],
        &[(user, "A user has neither a display name nor a first or last name.")],
    );
    nameless.set(&format!("{user}/firstName"), "Test").is_clean();
    last().set(user, json!({"id": OTHER, "...": "..."})).is_clean();
}

#[test]
fn the_string_null_is_reported() {
    let pointer = "/event/fileRequest/prompt";
    last().set(pointer, "null").raises(
        Code::NULL_STRING,
        [WARNING, WARNING],
        &[(pointer, "The string \"null\" was sent instead of JSON null.")],
    );
}

#[test]
fn keys_are_the_same_in_either_case_and_in_no_other() {
    let is_same = |key: &str, snake: &str| super::is_same_key(key.as_bytes(), snake.as_bytes());
    for (snake, camel) in [
        ("short_link_expires_at", "shortLinkExpiresAt"),
        ("account_id", "accountId"),
        ("staff_id", "staffId"),
    ] {
        assert!(is_same(snake, snake) && is_same(camel, snake), "{snake}");
        for other in
            ["", "account", "accountid", "AccountId", "accountIds", "accountI", "account_Id", "staff_name"]
        {
            assert!(!is_same(other, snake), "{other} {snake}");
        }
    }
}
