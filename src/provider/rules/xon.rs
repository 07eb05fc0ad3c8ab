//! The cross-field rules of X-on Surgery Connect's patient API. Names like d6d8a02 are commits of its
//! public documentation; "samples" are the nine `file-request.files.update` events printed in it. Most
//! rules are inferred: true in every sample, and nowhere stated.

use std::cmp::Ordering;

use crate::code::codes;
use crate::issue::Code;
use crate::json::{Value, sort_by};
use crate::text::eq_ignore_ascii_case;

use super::context::{
    RuleReporter, Ruleset, codes_of, compare_instants, each, is_string, null_string, placeholder_text,
    present, uuid, uuids_differ,
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

pub(super) static RULESET: Ruleset = Ruleset { provider: "xon", codes: || codes_of(&RULES), evaluate: judge };

type FileRequestRule = fn(&FileRequestFields<'_>, &mut RuleReporter<'_>);

const RULES: [(Code, FileRequestRule); 16] = [
    (Code::ADDED_FILE_MISSING, added_file_missing),
    (Code::REMOVED_FILE_PRESENT, removed_file_present),
    (Code::ADDED_AND_REMOVED, added_and_removed),
    (Code::NO_CHANGE, no_change),
    (Code::FILE_ID_DUPLICATE, file_id_duplicate),
    (Code::FILE_REQUEST_ID, file_request_id),
    (Code::FILE_EXPIRY, file_expiry),
    (Code::TIME_ORDER, time_order),
    (Code::PHOTO_TIME, photo_time),
    (Code::IMAGE_SIZE, image_size),
    (Code::NOT_AN_IMAGE, not_an_image),
    (Code::PHOTO_NOT_IMAGE, photo_not_image),
    (Code::MIXED_KEY_CASE, mixed_key_case),
    (Code::USER_NAME_MISSING, user_name_missing),
    (Code::NULL_STRING, |_, raise| null_string(raise)),
    (Code::PLACEHOLDER, |_, raise| placeholder_text(raise)),
];

fn judge(body: Value<'_>, raise: &mut RuleReporter<'_>) {
    let view = FileRequestFields::of(body);
    raise.each(&RULES, |rule, raise| rule(&view, raise));
}

/// The fields the rules read, found in one pass. Revision R0 writes `snake_case` inside the file
/// request, every later one `camelCase`.
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
    /// The files' ids, sorted.
    file_ids: Vec<u128>,
    styles: KeyCase,
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

/// The styles that keys of a file request and its files are written in.
#[derive(Clone, Copy, Default)]
struct KeyCase {
    snake: bool,
    camel: bool,
}

impl KeyCase {
    /// Takes note of a key that is written in two ways, in R0 and later.
    fn observe(&mut self, key: &[u8]) {
        match key {
            b"account_id"
            | b"created_at"
            | b"expires_at"
            | b"file_request_id"
            | b"mime_type"
            | b"original_name"
            | b"patient_id"
            | b"short_link_expires_at"
            | b"short_link_id"
            | b"staff_id"
            | b"staff_name" => self.snake = true,
            b"accountId"
            | b"createdAt"
            | b"expiresAt"
            | b"fileRequestId"
            | b"mimeType"
            | b"originalName"
            | b"patientId"
            | b"shortLinkExpiresAt"
            | b"shortLinkId"
            | b"staffId"
            | b"staffName" => self.camel = true,
            _ => {}
        }
    }
}

impl<'d> FileRequestFields<'d> {
    fn of(body: Value<'d>) -> Self {
        let mut view = Self::default();
        each(body.get("event"), &mut |key, value| match key {
            b"createdAt" => view.created_at = Some(value),
            b"fileRequest" => view.request = Some(value),
            b"addedFileIds" => view.added = Some(value),
            b"removedFileIds" => view.removed = Some(value),
            _ => {}
        });
        let mut files = None;
        each(view.request, &mut |key, value| {
            view.styles.observe(key);
            match key {
                b"id" => view.request_id = Some(value),
                b"createdAt" | b"created_at" => view.request_created_at = Some(value),
                b"files" => files = Some(value),
                b"patientUser" => view.users[0] = Some(value),
                b"staffUser" => view.users[1] = Some(value),
                b"type" => view.request_is_photo = is_string(value, "photo"),
                _ => {}
            }
        });
        if let Some(files) = files {
            view.files.reserve_exact(files.len());
            view.files.extend(files.elements().map(|file| File::of(file, &mut view.styles)));
            view.file_ids = view.files.iter().filter_map(|file| uuid(file.id?)).collect();
            sort_by(&mut view.file_ids, Ord::cmp);
        }
        view
    }

    fn has_file(&self, id: Value<'_>) -> Option<bool> {
        Some(self.file_ids.binary_search(&uuid(id)?).is_ok())
    }
}

impl<'d> File<'d> {
    fn of(value: Value<'d>, styles: &mut KeyCase) -> Self {
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
        each(Some(value), &mut |key, value| {
            styles.observe(key);
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

    /// Whether the media type says that this is something else than an image.
    fn is_not_image(&self) -> bool {
        let image = |text: &str| text.get(..6).is_some_and(|start| eq_ignore_ascii_case(start, "image/"));
        self.mime_type.and_then(Value::as_str).is_some_and(|text| !image(&text))
    }
}

fn ids(list: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    list.into_iter().flat_map(Value::elements)
}

/// Inferred: a file that was added is among the files. One that was removed again before the event
/// was sent could be missing.
fn added_file_missing(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for id in ids(view.added).filter(|id| view.has_file(*id) == Some(false)) {
        raise.report(id.place(), "An id in addedFileIds is the id of no file in fileRequest.files.");
    }
}

/// Inferred: a file that was removed is no longer among the files.
fn removed_file_present(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for id in ids(view.removed).filter(|id| view.has_file(*id) == Some(true)) {
        raise.report(id.place(), "An id in removedFileIds is the id of a file in fileRequest.files.");
    }
}

/// Inferred: one event does not add and remove the same file.
fn added_and_removed(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    if view.removed.is_none_or(|removed| removed.len() == 0) {
        return;
    }
    let mut added: Vec<u128> = ids(view.added).filter_map(uuid).collect();
    sort_by(&mut added, Ord::cmp);
    for value in ids(view.removed) {
        if uuid(value).is_some_and(|id| added.binary_search(&id).is_ok()) {
            raise.report(value.place(), "An id stands in addedFileIds and in removedFileIds.");
        }
    }
}

/// Inferred from what triggers the event: files were added or removed (8510224).
fn no_change(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    if let (Some(added), Some(removed)) = (view.added, view.removed)
        && added.len() + removed.len() == 0
    {
        raise
            .report(added.place(), "addedFileIds and removedFileIds are both empty, so nothing was updated.");
    }
}

/// Inferred: an id names one file.
fn file_id_duplicate(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    if view.file_ids.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    let mut seen = std::collections::HashSet::new();
    for id in view.files.iter().filter_map(|file| file.id) {
        if uuid(id).is_some_and(|number| !seen.insert(number)) {
            raise.report(id.place(), "Two files in fileRequest.files have the same id.");
        }
    }
}

/// Inferred: a file stands in the request it names. True in the one sample that names it (8510224).
fn file_request_id(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for id in view.files.iter().filter_map(|file| file.request_id) {
        if view.request_id.is_some_and(|request| uuids_differ(id, request)) {
            raise.report(id.place(), "A file names another file request than the one it stands in.");
        }
    }
}

/// Inferred: a file expires after it was created; an hour after, in every sample.
fn file_expiry(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for file in &view.files {
        if let Some(expires) = file.expires_at
            && compare_instants(file.expires_at, file.created_at).is_some_and(Ordering::is_le)
        {
            raise.report(expires.place(), "A file expires no later than it was created.");
        }
    }
}

/// Inferred: first the request, then the file, then the event about it.
fn time_order(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for file in &view.files {
        let Some(created) = file.created_at else { continue };
        if compare_instants(file.created_at, view.request_created_at) == Some(Ordering::Less) {
            raise.report(created.place(), "A file was created before its file request.");
        }
        if compare_instants(file.created_at, view.created_at) == Some(Ordering::Greater) {
            raise.report(created.place(), "A file was created after the event about it.");
        }
    }
}

/// Inferred: a photo is taken before it is uploaded. Clocks of cameras are often wrong.
fn photo_time(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for file in &view.files {
        if let Some(taken) = file.photo_at
            && compare_instants(file.photo_at, file.created_at) == Some(Ordering::Greater)
        {
            raise.hint(
                taken.place(),
                "photoCreatedAt lies after the file's createdAt.",
                "The camera's clock may be wrong.",
            );
        }
    }
}

/// Inferred: a size has two sides.
fn image_size(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for file in &view.files {
        let known = match (file.height, file.width) {
            (Some(height), None) => height,
            (None, Some(width)) => width,
            _ => continue,
        };
        raise.report(known.place(), "Only one of imageHeight and imageWidth is known.");
    }
}

/// What is no image has null for both sizes (bf9dfcf).
fn not_an_image(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for file in view.files.iter().filter(|file| file.is_not_image()) {
        for (value, name) in [(file.height, "imageHeight"), (file.width, "imageWidth")] {
            if let Some(value) = value {
                raise.report(
                    value.place(),
                    &format!("{name} is set, and mimeType says that the file is not an image."),
                );
            }
        }
    }
}

/// Inferred: what is no image was not photographed (b000672 has the time for images), and is an odd
/// answer to a request for photos.
fn photo_not_image(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for file in view.files.iter().filter(|file| file.is_not_image()) {
        if let Some(value) = present(file.photo_at) {
            raise.report(
                value.place(),
                "photoCreatedAt is set, and mimeType says that the file is not an image.",
            );
        }
        if let Some(value) = file.mime_type.filter(|_| view.request_is_photo) {
            raise
                .report(value.place(), "The file request asks for photos, and a file in it is not an image.");
        }
    }
}

/// Inferred: a file request and its files are written in one style, `snake_case` up to 8510224 and
/// `camelCase` from 995b793.
fn mixed_key_case(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    if !(view.styles.snake && view.styles.camel) {
        return;
    }
    // At the first key that is written otherwise than those before it.
    let mut styles = KeyCase::default();
    let objects = view.request.into_iter().chain(view.files.iter().map(|file| file.value));
    for (key, _) in objects.flat_map(Value::members) {
        styles.observe(key.text().as_bytes());
        if styles.snake && styles.camel {
            raise.hint(
                key.place(),
                "A file request mixes keys in snake_case and in camelCase.",
                "The first revision of the contract (R0) has snake_case here, every later one camelCase.",
            );
            return;
        }
    }
}

/// Inferred from the words "if null, use first and last name" (d6d8a02): something has to be there.
fn user_name_missing(view: &FileRequestFields<'_>, raise: &mut RuleReporter<'_>) {
    for user in view.users.into_iter().flatten() {
        let (mut has_name_key, mut has_name) = (false, false);
        each(Some(user), &mut |key, value| {
            if let b"displayName" | b"firstName" | b"lastName" = key {
                has_name_key = true;
                has_name |= !value.string_bytes().is_empty();
            }
        });
        // Where no key is there at all, the contract has said so.
        if has_name_key && !has_name {
            raise.report(user.place(), "A user has neither a display name nor a first or last name.");
        }
    }
}

#[cfg(test)]
mod tests;
