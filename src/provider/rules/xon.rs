//! The cross-field rules of X-on Surgery Connect's patient API. Names such as d6d8a02 are commits of its public
//! documentation; "samples" are the nine `file-request.files.update` events printed in the documentation. Most rules are
//! inferred: true in every sample, and not documented.

use std::cmp::Ordering;

use crate::code::codes;
use crate::issue::Code;
use crate::json::{Value, sort_by};
use crate::text::eq_ignore_ascii_case;

use super::context::{
    RuleReporter, compare_instants, is_string, present, ruleset, uuid, uuids_differ, visit_members,
};

codes! {
    /// The codes of X-on's rules.
    pub(super) CODES:
    ADDED_FILE_MISSING = "added-file-missing" Rules,
        "A file that is listed as added is not among the files.",
        "Fetch the file request again: the list and the files disagree.";
    REMOVED_FILE_PRESENT = "removed-file-present" Rules,
        "A file that is listed as removed is still among the files.",
        "Fetch the file request again: the list and the files disagree.";
    ADDED_AND_REMOVED = "added-and-removed" Rules,
        "A file is listed as added and as removed.",
        "Look at the files themselves.";
    NO_CHANGE = "no-change" Rules,
        "An update lists neither added nor removed files.",
        "Nothing has to be done for it.";
    FILE_ID_DUPLICATE = "file-id-duplicate" Rules,
        "Two files have the same id.",
        "Do not use the id as a key before this is resolved.";
    FILE_REQUEST_ID = "file-request-id" Rules,
        "A file names another file request than the one that it is part of.",
        "Check which request the file belongs to.";
    FILE_EXPIRY = "file-expiry" Rules,
        "A file expires no later than it was created.",
        "Fetch the file at once, or ask for it again.";
    TIME_ORDER = "time-order" Rules,
        "Times are in an impossible order.",
        "Check the clock that wrote them.";
    PHOTO_TIME = "photo-time" Rules,
        "By the clock of its camera, a photo was taken after it was uploaded.",
        "Do not rely on the time of the photo.";
    IMAGE_SIZE = "image-size" Rules,
        "Only one of width and height of an image is known.",
        "Read the size from the image itself.";
    NOT_AN_IMAGE = "not-an-image" Rules,
        "A file that is not an image has the size of one.",
        "Check the media type of the file.";
    PHOTO_NOT_IMAGE = "photo-not-image" Rules,
        "A file that is not an image was sent as a photo, or has the time of one.",
        "Check the media type of the file.";
    MIXED_KEY_CASE = "mixed-key-case" Rules,
        "Keys in `snake_case` and in `camelCase` are mixed in one file request.",
        "Expect either style, or ask the sender which revision it follows.";
    USER_NAME_MISSING = "user-name-missing" Rules,
        "A user has neither a display name nor a first or last name.",
        "Show the user's id.";
}

ruleset! {
    "xon", FileRequestFields,
    ADDED_FILE_MISSING: added_file_missing,
    REMOVED_FILE_PRESENT: removed_file_present,
    ADDED_AND_REMOVED: added_and_removed,
    NO_CHANGE: no_change,
    FILE_ID_DUPLICATE: file_id_duplicate,
    FILE_REQUEST_ID: file_request_id,
    FILE_EXPIRY: file_expiry,
    TIME_ORDER: time_order,
    PHOTO_TIME: photo_time,
    IMAGE_SIZE: image_size,
    NOT_AN_IMAGE: not_an_image,
    PHOTO_NOT_IMAGE: photo_not_image,
    MIXED_KEY_CASE: mixed_key_case,
    USER_NAME_MISSING: user_name_missing,
}

/// The fields that the rules read, collected in one pass. Inside the file request, revision R0 has keys in `snake_case`,
/// every later revision in `camelCase`.
#[derive(Default)]
struct FileRequestFields<'d> {
    created_at: Option<Value<'d>>,
    added: Option<Value<'d>>,
    removed: Option<Value<'d>>,
    request: Option<Value<'d>>,
    request_id: Option<Value<'d>>,
    request_created_at: Option<Value<'d>>,
    request_is_photo: bool,
    users: [Option<Value<'d>>; 2],
    files: Vec<File<'d>>,
    /// The ids of the files, sorted.
    file_ids: Vec<u128>,
    key_case: KeyCase,
}

struct File<'d> {
    value: Value<'d>,
    id: Option<Value<'d>>,
    request_id: Option<Value<'d>>,
    created_at: Option<Value<'d>>,
    expires_at: Option<Value<'d>>,
    photo_at: Option<Value<'d>>,
    mime_type: Option<Value<'d>>,
    height: Option<Value<'d>>,
    width: Option<Value<'d>>,
}

/// The cases of the keys in a file request and its files.
#[derive(Clone, Copy, Default)]
struct KeyCase {
    snake: bool,
    camel: bool,
}

/// Keys that exist in both cases, in `snake_case`.
const SNAKE_CASE_KEYS: [&str; 11] = [
    "account_id",
    "created_at",
    "expires_at",
    "file_request_id",
    "mime_type",
    "original_name",
    "patient_id",
    "short_link_expires_at",
    "short_link_id",
    "staff_id",
    "staff_name",
];

impl KeyCase {
    /// Records the case of a key that exists in both cases.
    fn observe(&mut self, key: &[u8]) {
        let Some(snake) = SNAKE_CASE_KEYS.iter().find(|snake| is_same_key(key, snake.as_bytes())) else {
            return;
        };
        if key.len() == snake.len() {
            self.snake = true;
        } else {
            self.camel = true;
        }
    }
}

/// Returns whether a key is this one in `snake_case`, or the same in `camelCase`.
fn is_same_key(key: &[u8], snake: &[u8]) -> bool {
    // PERF: the first byte excludes most keys.
    if key.first() != snake.first() || key.len() == snake.len() {
        return key == snake;
    }
    let mut rest = key.iter();
    let mut words = snake.split(|byte| *byte == b'_');
    let first = words.next().unwrap_or_default();
    first.iter().all(|byte| rest.next() == Some(byte))
        && words.all(|word| {
            rest.next().copied() == word.first().map(u8::to_ascii_uppercase)
                && word.iter().skip(1).all(|byte| rest.next() == Some(byte))
        })
        && rest.next().is_none()
}

impl<'d> FileRequestFields<'d> {
    fn collect(body: Value<'d>) -> Self {
        let mut fields = Self::default();
        visit_members(body.get("event"), &mut |key, value| match key {
            b"createdAt" => fields.created_at = Some(value),
            b"fileRequest" => fields.request = Some(value),
            b"addedFileIds" => fields.added = Some(value),
            b"removedFileIds" => fields.removed = Some(value),
            _ => {}
        });
        let mut files = None;
        visit_members(fields.request, &mut |key, value| {
            fields.key_case.observe(key);
            match key {
                b"id" => fields.request_id = Some(value),
                b"createdAt" | b"created_at" => fields.request_created_at = Some(value),
                b"files" => files = Some(value),
                b"patientUser" => fields.users[0] = Some(value),
                b"staffUser" => fields.users[1] = Some(value),
                b"type" => fields.request_is_photo = is_string(value, "photo"),
                _ => {}
            }
        });
        if let Some(files) = files {
            fields.files.reserve_exact(files.len());
            fields.files.extend(files.elements().map(|file| File::collect(file, &mut fields.key_case)));
            fields.file_ids = fields.files.iter().filter_map(|file| uuid(file.id?)).collect();
            sort_by(&mut fields.file_ids, Ord::cmp);
        }
        fields
    }

    fn has_file(&self, id: Value<'_>) -> Option<bool> {
        Some(self.file_ids.binary_search(&uuid(id)?).is_ok())
    }
}

impl<'d> File<'d> {
    fn collect(value: Value<'d>, key_case: &mut KeyCase) -> Self {
        let mut file = Self {
            value,
            id: None,
            request_id: None,
            created_at: None,
            expires_at: None,
            photo_at: None,
            mime_type: None,
            height: None,
            width: None,
        };
        visit_members(Some(value), &mut |key, value| {
            key_case.observe(key);
            match key {
                b"id" => file.id = Some(value),
                b"fileRequestId" | b"file_request_id" => file.request_id = Some(value),
                b"createdAt" | b"created_at" => file.created_at = Some(value),
                b"expiresAt" | b"expires_at" => file.expires_at = Some(value),
                b"photoCreatedAt" => file.photo_at = Some(value),
                b"mimeType" | b"mime_type" => file.mime_type = Some(value),
                b"imageHeight" => file.height = present(Some(value)),
                b"imageWidth" => file.width = present(Some(value)),
                _ => {}
            }
        });
        file
    }

    /// Returns whether the media type is present and not an image type.
    fn is_not_image(&self) -> bool {
        let is_image = |text: &str| text.get(..6).is_some_and(|start| eq_ignore_ascii_case(start, "image/"));
        self.mime_type.and_then(Value::as_str).is_some_and(|text| !is_image(&text))
    }
}

/// Returns the ids in a list.
fn ids(list: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    list.into_iter().flat_map(Value::elements)
}

/// Inferred: an added file is among the files. A file that was removed again before the event was sent can be missing.
fn added_file_missing(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for id in ids(fields.added).filter(|id| fields.has_file(*id) == Some(false)) {
        reporter.report(id.location(), "An id in addedFileIds is not the id of a file in fileRequest.files.");
    }
}

/// Inferred: a removed file is no longer among the files.
fn removed_file_present(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for id in ids(fields.removed).filter(|id| fields.has_file(*id) == Some(true)) {
        reporter.report(id.location(), "An id in removedFileIds is the id of a file in fileRequest.files.");
    }
}

/// Inferred: one event does not add and remove the same file.
fn added_and_removed(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    if fields.removed.is_none_or(|removed| removed.len() == 0) {
        return;
    }
    let mut added: Vec<u128> = ids(fields.added).filter_map(uuid).collect();
    sort_by(&mut added, Ord::cmp);
    for value in ids(fields.removed) {
        if uuid(value).is_some_and(|id| added.binary_search(&id).is_ok()) {
            reporter.report(value.location(), "An id is in both addedFileIds and removedFileIds.");
        }
    }
}

/// Inferred from what triggers the event: files were added or removed (8510224).
fn no_change(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    if let (Some(added), Some(removed)) = (fields.added, fields.removed)
        && added.len() + removed.len() == 0
    {
        reporter.report(
            added.location(),
            "addedFileIds and removedFileIds are both empty, so nothing was updated.",
        );
    }
}

/// Inferred: the id of a file is unique.
fn file_id_duplicate(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    if fields.file_ids.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    // By the index of the first equal id in the sorted list.
    let mut seen = vec![false; fields.file_ids.len()];
    for id in fields.files.iter().filter_map(|file| file.id) {
        let is_seen = |number| {
            let first = fields.file_ids.partition_point(|other| *other < number);
            seen.get_mut(first).is_some_and(|seen| std::mem::replace(seen, true))
        };
        if uuid(id).is_some_and(is_seen) {
            reporter.report(id.location(), "Two files in fileRequest.files have the same id.");
        }
    }
}

/// Inferred: a file names the file request that contains it. True in the only sample with this field (8510224).
fn file_request_id(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for id in fields.files.iter().filter_map(|file| file.request_id) {
        if fields.request_id.is_some_and(|request| uuids_differ(id, request)) {
            reporter
                .report(id.location(), "A file names another file request than the one that contains it.");
        }
    }
}

/// Inferred: a file expires after it was created; an hour after, in every sample.
fn file_expiry(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for file in &fields.files {
        if let Some(expires) = file.expires_at
            && compare_instants(file.expires_at, file.created_at).is_some_and(Ordering::is_le)
        {
            reporter.report(expires.location(), "A file expires no later than it was created.");
        }
    }
}

/// Inferred: the request is created before the file, the file before the event.
fn time_order(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for file in &fields.files {
        let Some(created) = file.created_at else { continue };
        if compare_instants(file.created_at, fields.request_created_at) == Some(Ordering::Less) {
            reporter.report(created.location(), "A file was created before its file request.");
        }
        if compare_instants(file.created_at, fields.created_at) == Some(Ordering::Greater) {
            reporter.report(created.location(), "A file was created after the event about the file.");
        }
    }
}

/// Inferred: a photo is taken before it is uploaded. Clocks of cameras are often wrong.
fn photo_time(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for file in &fields.files {
        if let Some(taken) = file.photo_at
            && compare_instants(file.photo_at, file.created_at) == Some(Ordering::Greater)
        {
            reporter.report_with_hint(
                taken.location(),
                "photoCreatedAt is after the file's createdAt.",
                "Check the clock of the camera.",
            );
        }
    }
}

/// Inferred: height and width are known together.
fn image_size(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for file in &fields.files {
        let value = match (file.height, file.width) {
            (Some(height), None) => height,
            (None, Some(width)) => width,
            _ => continue,
        };
        reporter.report(value.location(), "Only one of imageHeight and imageWidth is known.");
    }
}

/// Files other than images have null for both sizes (bf9dfcf).
fn not_an_image(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for file in fields.files.iter().filter(|file| file.is_not_image()) {
        for (value, name) in [(file.height, "imageHeight"), (file.width, "imageWidth")] {
            if let Some(value) = value {
                reporter
                    .report(value.location(), &format!("{name} is set, but mimeType is not an image type."));
            }
        }
    }
}

/// Inferred: files other than images have no time of a photo (b000672 documents it for images), and are unexpected in a
/// request for photos.
fn photo_not_image(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for file in fields.files.iter().filter(|file| file.is_not_image()) {
        if let Some(value) = present(file.photo_at) {
            reporter.report(value.location(), "photoCreatedAt is set, but mimeType is not an image type.");
        }
        if let Some(value) = file.mime_type.filter(|_| fields.request_is_photo) {
            reporter.report(
                value.location(),
                "The file request is for photos, but mimeType is not an image type.",
            );
        }
    }
}

/// Inferred: a file request and its files have keys in one case, `snake_case` up to 8510224 and `camelCase` from 995b793.
fn mixed_key_case(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    if !(fields.key_case.snake && fields.key_case.camel) {
        return;
    }
    // The issue is at the first key whose case differs from the keys before it.
    let mut key_case = KeyCase::default();
    let objects = fields.request.into_iter().chain(fields.files.iter().map(|file| file.value));
    for (key, _) in objects.flat_map(Value::members) {
        key_case.observe(key.text().as_bytes());
        if key_case.snake && key_case.camel {
            reporter.report_with_hint(
                key.location(),
                "A file request mixes keys in snake_case and in camelCase.",
                "Use snake_case in revision R0, camelCase in every later one.",
            );
            return;
        }
    }
}

/// Inferred from the words "if null, use first and last name" (d6d8a02): at least one name is set.
fn user_name_missing(fields: &FileRequestFields<'_>, reporter: &mut RuleReporter<'_>) {
    for user in fields.users.into_iter().flatten() {
        let (mut has_name_key, mut has_name) = (false, false);
        visit_members(Some(user), &mut |key, value| {
            if let b"displayName" | b"firstName" | b"lastName" = key {
                has_name_key = true;
                has_name |= !value.string_bytes().is_empty();
            }
        });
        // If all keys are missing, the schema has reported them.
        if has_name_key && !has_name {
            reporter.report(user.location(), "A user has neither a display name nor a first or last name.");
        }
    }
}

#[cfg(test)]
mod tests;
