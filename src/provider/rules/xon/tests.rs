//! Each rule with a payload it passes and one it does not.

use serde_json::json;

use crate::issue::{Code, Profile};
use crate::provider::rules::tests::{ERROR, INFO, Payload, WARNING, judge};

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
fn the_samples_break_no_rule() {
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
    let said =
        [("/event/addedFileIds/1", "An id in addedFileIds is the id of no file in fileRequest.files.")];
    let added = json!([last().get("/event/addedFileIds/0"), OTHER]);
    last().set("/event/addedFileIds", added).raises(Code::ADDED_FILE_MISSING, [WARNING, WARNING], &said);
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
    let said =
        [("/event/removedFileIds/0", "An id in removedFileIds is the id of a file in fileRequest.files.")];
    last().set("/event/removedFileIds", json!([present])).raises(
        Code::REMOVED_FILE_PRESENT,
        [WARNING, WARNING],
        &said,
    );
}

#[test]
fn no_file_is_added_and_removed_at_once() {
    // It cannot be among the files and not among them, so another rule has its say too.
    let body = last()
        .set("/event/fileRequest/files", json!([]))
        .set("/event/addedFileIds", json!([OTHER]))
        .set("/event/removedFileIds", json!([OTHER.to_uppercase()]));
    let issues = judge("xon", &body.text(), Profile::Lenient);
    let said: Vec<_> = issues.iter().map(|issue| (issue.code, issue.pointer.as_str())).collect();
    assert_eq!(
        said,
        [
            (Code::ADDED_FILE_MISSING, "/event/addedFileIds/0"),
            (Code::ADDED_AND_REMOVED, "/event/removedFileIds/0")
        ]
    );
    assert_eq!(issues[1].message, "An id stands in addedFileIds and in removedFileIds.");
    assert_eq!(Some(issues[1].severity), WARNING);
}

#[test]
fn an_update_changes_something() {
    let said =
        [("/event/addedFileIds", "addedFileIds and removedFileIds are both empty, so nothing was updated.")];
    let nothing = last().set("/event/addedFileIds", json!([]));
    nothing.raises(Code::NO_CHANGE, [WARNING, WARNING], &said);
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
fn a_file_names_the_request_it_stands_in() {
    let message = "A file names another file request than the one it stands in.";
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
        &[(pointer, "A file was created after the event about it.")],
    );
    // Equal moments are fine, and so is another offset: this is 10:21:45.812604 UTC.
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
        &[(pointer, "photoCreatedAt lies after the file's createdAt.")],
    );
}

#[test]
fn an_image_has_two_sides() {
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

/// The first file is a document, without anything only images have.
fn document() -> Payload {
    last()
        .set("/event/fileRequest/type", "document")
        .set("/event/fileRequest/files/0/mimeType", "application/pdf")
        .set("/event/fileRequest/files/0/imageHeight", json!(null))
        .set("/event/fileRequest/files/0/imageWidth", json!(null))
        .set("/event/fileRequest/files/0/photoCreatedAt", json!(null))
}

#[test]
fn what_is_no_image_has_no_image_size() {
    document().is_clean();
    let file = "/event/fileRequest/files/0";
    document().set(&format!("{file}/imageHeight"), 842).set(&format!("{file}/imageWidth"), 595).raises(
        Code::NOT_AN_IMAGE,
        [INFO, ERROR],
        &[
            (
                &format!("{file}/imageHeight"),
                "imageHeight is set, and mimeType says that the file is not an image.",
            ),
            (
                &format!("{file}/imageWidth"),
                "imageWidth is set, and mimeType says that the file is not an image.",
            ),
        ],
    );
}

#[test]
fn what_is_no_image_was_not_photographed() {
    let pointer = "/event/fileRequest/files/0/photoCreatedAt";
    document().set(pointer, "2021-03-10T10:20:05Z").raises(
        Code::PHOTO_NOT_IMAGE,
        [INFO, INFO],
        &[(pointer, "photoCreatedAt is set, and mimeType says that the file is not an image.")],
    );
}

#[test]
fn a_request_for_photos_is_answered_with_images() {
    document().set("/event/fileRequest/type", "photo").raises(
        Code::PHOTO_NOT_IMAGE,
        [INFO, INFO],
        &[(
            "/event/fileRequest/files/0/mimeType",
            "The file request asks for photos, and a file in it is not an image.",
        )],
    );
    last().set("/event/fileRequest/files/0/mimeType", "IMAGE/HEIC").is_clean();
}

#[test]
fn escapes_in_a_text_change_nothing() {
    let text = last().text();
    let escaped = text
        .replace("image/jpeg", "image\\/jpeg")
        .replace("+00:00", "\\u002B00:00")
        .replace("\"createdAt\"", "\"created\\u0041t\"");
    assert_ne!(text, escaped);
    assert_eq!(judge("xon", &escaped, Profile::Lenient), []);
    let late = escaped.replace("2021-03-10T10:19:02", "2021-03-10T10:29:02");
    let issues = judge("xon", &late, Profile::Lenient);
    assert!(issues.iter().any(|issue| issue.code == Code::TIME_ORDER), "{issues:?}");
}

#[test]
fn a_file_request_keeps_to_one_style() {
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
    // A key of nobody's is no style.
    last().set("/event/fileRequest/x_custom", 1).is_clean();
}

#[test]
fn a_user_can_be_shown_by_some_name() {
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
fn null_in_quotes_is_pointed_at() {
    let pointer = "/event/fileRequest/prompt";
    last().set(pointer, "null").raises(
        Code::NULL_STRING,
        [WARNING, WARNING],
        &[(pointer, "The text \"null\" stands here, in quotes.")],
    );
}
