//! The cross-field rules of X-on Surgery Connect's patient API. Names like d6d8a02 are commits of its
//! public documentation; "samples" are the nine `file-request.files.update` events printed in it. Most
//! rules are inferred: true in every sample, and nowhere stated.

use crate::issue::Code;
use crate::json::{Document, Value};
use crate::schema::Instant;

use super::rules::{Raise, Ruleset, is, moment, null_text, pick, present, uuid};

pub(super) static RULESET: Ruleset = Ruleset { provider: "xon", codes, judge };

type Rule = fn(&View<'_>, &mut Raise<'_>);

const RULES: [(Code, Rule); 15] = [
    (Code::ADDED_FILE_MISSING, added_file_missing),
    (Code::REMOVED_FILE_PRESENT, removed_file_present),
    (Code::ADDED_AND_REMOVED, added_and_removed),
    (Code::NO_CHANGE, no_change),
    (Code::FILE_ID_REPEATED, file_id_repeated),
    (Code::FILE_REQUEST_ID, file_request_id),
    (Code::FILE_EXPIRY, file_expiry),
    (Code::TIME_ORDER, time_order),
    (Code::PHOTO_TIME, photo_time),
    (Code::IMAGE_SIZE, image_size),
    (Code::NOT_AN_IMAGE, not_an_image),
    (Code::PHOTO_NOT_IMAGE, photo_not_image),
    (Code::MIXED_STYLE, mixed_style),
    (Code::USER_NAMELESS, user_nameless),
    (Code::NULL_TEXT, |view, raise| null_text(view.document, raise)),
];

fn codes() -> Vec<Code> {
    RULES.iter().map(|(code, _)| *code).collect()
}

fn judge(document: &Document<'_>, raise: &mut Raise<'_>) {
    let view = View::of(document);
    for (index, (_, rule)) in RULES.iter().enumerate() {
        if raise.begin(index) {
            rule(&view, raise);
        }
    }
}

/// The fields the rules read, found in one pass. Revision R0 writes `snake_case` inside the file
/// request, every later one `camelCase`.
struct View<'d> {
    document: &'d Document<'d>,
    created: Option<Instant>,
    added: Option<Value<'d>>,
    removed: Option<Value<'d>>,
    request: Option<Value<'d>>,
    request_id: Option<u128>,
    request_created: Option<Instant>,
    request_is_photo: bool,
    users: [Option<Value<'d>>; 2],
    files: Vec<File<'d>>,
    /// The files' ids, sorted.
    file_ids: Vec<u128>,
}

struct File<'d> {
    value: Value<'d>,
    id: Option<Value<'d>>,
    request_id: Option<Value<'d>>,
    created_at: Option<Value<'d>>,
    created: Option<Instant>,
    expires_at: Option<Value<'d>>,
    photo_at: Option<Value<'d>>,
    mime_type: Option<Value<'d>>,
    height: Option<Value<'d>>,
    width: Option<Value<'d>>,
}

impl<'d> View<'d> {
    fn of(document: &'d Document<'d>) -> Self {
        let event = document.root().get("event");
        let [created_at, request, added, removed] =
            pick(event, &["createdAt", "fileRequest", "addedFileIds", "removedFileIds"]);
        let [id, snake_created, camel_created, files, patient, staff, kind] =
            pick(request, &["id", "created_at", "createdAt", "files", "patientUser", "staffUser", "type"]);
        let files: Vec<File<'d>> = files.into_iter().flat_map(Value::elements).map(File::of).collect();
        let mut file_ids: Vec<u128> = files.iter().filter_map(|file| uuid(file.id)).collect();
        file_ids.sort_unstable();
        Self {
            document,
            created: moment(created_at),
            added,
            removed,
            request,
            request_id: uuid(id),
            request_created: moment(camel_created.or(snake_created)),
            request_is_photo: is(kind, "photo"),
            users: [patient, staff],
            files,
            file_ids,
        }
    }

    fn has_file(&self, id: Value<'_>) -> Option<bool> {
        Some(self.file_ids.binary_search(&uuid(Some(id))?).is_ok())
    }
}

impl<'d> File<'d> {
    fn of(value: Value<'d>) -> Self {
        // One spelling or the other: the first that is there, in the order of the list.
        let [
            id,
            created,
            created_at,
            expires,
            expires_at,
            request,
            request_id,
            height,
            width,
            mime,
            mime_type,
            photo,
        ] = pick(
            Some(value),
            &[
                "id",
                "createdAt",
                "created_at",
                "expiresAt",
                "expires_at",
                "fileRequestId",
                "file_request_id",
                "imageHeight",
                "imageWidth",
                "mimeType",
                "mime_type",
                "photoCreatedAt",
            ],
        );
        let created_at = created.or(created_at);
        Self {
            value,
            id,
            request_id: request.or(request_id),
            created_at,
            created: moment(created_at),
            expires_at: expires.or(expires_at),
            photo_at: photo,
            mime_type: mime.or(mime_type),
            height: present(height),
            width: present(width),
        }
    }

    /// Whether the media type says that this is something else than an image.
    fn is_no_image(&self) -> bool {
        let image = |text: &str| text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("image/"));
        self.mime_type.and_then(Value::as_str).is_some_and(|text| !image(&text))
    }
}

fn ids(list: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    list.into_iter().flat_map(Value::elements)
}

/// Inferred: a file that was added is among the files. One that was removed again before the event
/// was sent could be missing.
fn added_file_missing(view: &View<'_>, raise: &mut Raise<'_>) {
    for id in ids(view.added).filter(|id| view.has_file(*id) == Some(false)) {
        raise.say(id.place(), "An id in addedFileIds is the id of no file in fileRequest.files.");
    }
}

/// Inferred: a file that was removed is no longer among the files.
fn removed_file_present(view: &View<'_>, raise: &mut Raise<'_>) {
    for id in ids(view.removed).filter(|id| view.has_file(*id) == Some(true)) {
        raise.say(id.place(), "An id in removedFileIds is the id of a file in fileRequest.files.");
    }
}

/// Inferred: one event does not add and remove the same file.
fn added_and_removed(view: &View<'_>, raise: &mut Raise<'_>) {
    if view.removed.is_none_or(|removed| removed.len() == 0) {
        return;
    }
    let mut added: Vec<u128> = ids(view.added).filter_map(|id| uuid(Some(id))).collect();
    added.sort_unstable();
    for value in ids(view.removed) {
        if uuid(Some(value)).is_some_and(|id| added.binary_search(&id).is_ok()) {
            raise.say(value.place(), "An id stands in addedFileIds and in removedFileIds.");
        }
    }
}

/// Inferred from what triggers the event: files were added or removed (8510224).
fn no_change(view: &View<'_>, raise: &mut Raise<'_>) {
    if let (Some(added), Some(removed)) = (view.added, view.removed)
        && added.len() + removed.len() == 0
    {
        raise.say(added.place(), "addedFileIds and removedFileIds are both empty, so nothing was updated.");
    }
}

/// Inferred: an id names one file.
fn file_id_repeated(view: &View<'_>, raise: &mut Raise<'_>) {
    if view.file_ids.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    let mut seen = std::collections::HashSet::new();
    for id in view.files.iter().filter_map(|file| file.id) {
        if uuid(Some(id)).is_some_and(|number| !seen.insert(number)) {
            raise.say(id.place(), "Two files in fileRequest.files have the same id.");
        }
    }
}

/// Inferred: a file stands in the request it names. True in the one sample that names it (8510224).
fn file_request_id(view: &View<'_>, raise: &mut Raise<'_>) {
    for id in view.files.iter().filter_map(|file| file.request_id) {
        if let (Some(named), Some(request)) = (uuid(Some(id)), view.request_id)
            && named != request
        {
            raise.say(id.place(), "A file names another file request than the one it stands in.");
        }
    }
}

/// Inferred: a file expires after it was created; an hour after, in every sample.
fn file_expiry(view: &View<'_>, raise: &mut Raise<'_>) {
    for file in &view.files {
        if let (Some(place), Some(created), Some(expires)) =
            (file.expires_at, file.created, moment(file.expires_at))
            && expires <= created
        {
            raise.say(place.place(), "A file expires no later than it was created.");
        }
    }
}

/// Inferred: first the request, then the file, then the event about it.
fn time_order(view: &View<'_>, raise: &mut Raise<'_>) {
    for file in &view.files {
        let (Some(place), Some(created)) = (file.created_at, file.created) else { continue };
        if view.request_created.is_some_and(|request| created < request) {
            raise.say(place.place(), "A file was created before its file request.");
        }
        if view.created.is_some_and(|event| event < created) {
            raise.say(place.place(), "A file was created after the event about it.");
        }
    }
}

/// Inferred: a photo is taken before it is uploaded. Clocks of cameras are often wrong.
fn photo_time(view: &View<'_>, raise: &mut Raise<'_>) {
    for file in &view.files {
        if let (Some(place), Some(created), Some(taken)) =
            (file.photo_at, file.created, moment(file.photo_at))
            && created < taken
        {
            raise.hint(
                place.place(),
                "photoCreatedAt lies after the file's createdAt.",
                "The camera's clock may be wrong.",
            );
        }
    }
}

/// Inferred: a size has two sides.
fn image_size(view: &View<'_>, raise: &mut Raise<'_>) {
    for file in &view.files {
        let known = match (file.height, file.width) {
            (Some(height), None) => height,
            (None, Some(width)) => width,
            _ => continue,
        };
        raise.say(known.place(), "Only one of imageHeight and imageWidth is known.");
    }
}

/// What is no image has null for both sizes (bf9dfcf).
fn not_an_image(view: &View<'_>, raise: &mut Raise<'_>) {
    for file in view.files.iter().filter(|file| file.is_no_image()) {
        for (value, name) in [(file.height, "imageHeight"), (file.width, "imageWidth")] {
            if let Some(value) = value {
                raise.say(
                    value.place(),
                    &format!("{name} is set, and mimeType says that the file is not an image."),
                );
            }
        }
    }
}

/// Inferred: what is no image was not photographed (b000672 has the time for images), and is an odd
/// answer to a request for photos.
fn photo_not_image(view: &View<'_>, raise: &mut Raise<'_>) {
    for file in view.files.iter().filter(|file| file.is_no_image()) {
        if let Some(value) = present(file.photo_at) {
            raise.say(
                value.place(),
                "photoCreatedAt is set, and mimeType says that the file is not an image.",
            );
        }
        if let Some(value) = file.mime_type.filter(|_| view.request_is_photo) {
            raise.say(value.place(), "The file request asks for photos, and a file in it is not an image.");
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Snake,
    Camel,
}

impl Style {
    /// The style of a key that is written differently in R0 and later.
    fn of(key: &str) -> Option<Self> {
        match key {
            "account_id"
            | "created_at"
            | "expires_at"
            | "file_request_id"
            | "mime_type"
            | "original_name"
            | "patient_id"
            | "short_link_expires_at"
            | "short_link_id"
            | "staff_id"
            | "staff_name" => Some(Self::Snake),
            "accountId" | "createdAt" | "expiresAt" | "fileRequestId" | "mimeType" | "originalName"
            | "patientId" | "shortLinkExpiresAt" | "shortLinkId" | "staffId" | "staffName" => {
                Some(Self::Camel)
            }
            _ => None,
        }
    }
}

/// Inferred: a file request and its files are written in one style, `snake_case` up to 8510224 and
/// `camelCase` from 995b793.
fn mixed_style(view: &View<'_>, raise: &mut Raise<'_>) {
    let mut first = None;
    let objects = view.request.into_iter().chain(view.files.iter().map(|file| file.value));
    for (key, _) in objects.flat_map(Value::members) {
        let Some(style) = Style::of(&key.text()) else { continue };
        if *first.get_or_insert(style) != style {
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
fn user_nameless(view: &View<'_>, raise: &mut Raise<'_>) {
    for user in view.users.into_iter().flatten() {
        let names = pick(Some(user), &["displayName", "firstName", "lastName"]);
        let nothing = names.into_iter().all(|name| present(name).is_none() || is(name, ""));
        // Where no key is there at all, the contract has said so.
        if nothing && names.into_iter().any(|name| name.is_some()) {
            raise.say(user.place(), "A user has neither a display name nor a first or last name.");
        }
    }
}

#[cfg(test)]
mod tests;
