//! The cross-field rules of PainChek. Numbers are articles of its help centre, and "sample" is the
//! payload printed in article 6249372515215.
//!
//! One thing looks like a rule and is none: `assessment.date` is later than `created_at` in the
//! sample, for the device's clock made the one and the server's the other.

use crate::issue::{Code, Severity};
use crate::json::{Document, Kind, Value};

use super::rules::{Raise, Ruleset, is, moment, null_text, pick, present, uuid};

pub(super) static RULESET: Ruleset = Ruleset { provider: "painchek", codes, judge };

type Rule = fn(&View<'_>, &mut Raise<'_>);

const RULES: [(Code, Rule); 13] = [
    (Code::DOMAIN_SCORE, domain_score),
    (Code::SCORE_SUM, score_sum),
    (Code::SCORE_RANGE, score_range),
    (Code::PAIN_LEVEL, pain_level),
    (Code::EDITABLE, editable),
    (Code::MODIFIED_BEFORE_CREATED, modified_before_created),
    (Code::DEVICE_MISMATCH, device_mismatch),
    (Code::FRAME_ERRORS, frame_errors),
    (Code::MODE_FIELD, mode_field),
    (Code::DELETED, deleted),
    (Code::NULL_IN_NEW_RECORD, null_in_new_record),
    (Code::DESCRIPTOR_COUNT, descriptor_count),
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

/// The six domains, in the vendor's order.
const DOMAINS: [&str; 6] = ["face", "voice", "movement", "behaviour", "activity", "body"];

/// How many signs activity has (9848855615887). The other domains' keys are known one by one.
const ACTIVITY_DESCRIPTORS: usize = 4;

/// The fields the rules read, found in one pass.
struct View<'d> {
    document: &'d Document<'d>,
    /// `json_version` is v2, the current one.
    current: bool,
    created_at: Option<Value<'d>>,
    modified_at: Option<Value<'d>>,
    deleted_at: Option<Value<'d>>,
    device: Option<Value<'d>>,
    device_id: Option<Value<'d>>,
    /// `data.data.device.device_id`
    used_device_id: Option<Value<'d>>,
    mode: Option<Value<'d>>,
    pain_score: Option<Value<'d>>,
    pain_level: Option<Value<'d>>,
    is_editable: Option<Value<'d>>,
    body_location: Option<Value<'d>>,
    frames: Option<Value<'d>>,
    frame_errors: Option<Value<'d>>,
    domains: [Option<Domain<'d>>; 6],
}

struct Domain<'d> {
    name: &'static str,
    value: Value<'d>,
    score: Option<Value<'d>>,
    descriptors: Option<Value<'d>>,
}

impl<'d> View<'d> {
    fn of(document: &'d Document<'d>) -> Self {
        let record = document.root().get("data");
        let [json_version, created_at, modified_at, deleted_at, device, device_id, data] = pick(
            record,
            &["json_version", "created_at", "modified_at", "deleted_at", "device", "device_id", "data"],
        );
        let [assessment, block, face, voice, movement, behaviour, activity, body] = pick(
            data,
            &["assessment", "device", "face", "voice", "movement", "behaviour", "activity", "body"],
        );
        let [mode, pain_score, pain_level, is_editable, body_location] =
            pick(assessment, &["mode", "pain_score", "pain_level", "is_editable", "body_location"]);
        let [used_device_id] = pick(block, &["device_id"]);
        let [frames, frame_errors] = pick(face, &["frames", "frame_errors"]);
        let mut names = DOMAINS.into_iter();
        let domains = [face, voice, movement, behaviour, activity, body].map(|value| {
            let (name, value) = (names.next()?, present(value)?);
            let [score, descriptors] = pick(Some(value), &["score", "descriptors"]);
            Some(Domain { name, value, score, descriptors })
        });
        Self {
            document,
            current: is(json_version, "v2"),
            created_at,
            modified_at,
            deleted_at,
            device,
            device_id,
            used_device_id,
            mode,
            pain_score,
            pain_level,
            is_editable,
            body_location,
            frames,
            frame_errors,
            domains,
        }
    }

    fn domains(&self) -> impl Iterator<Item = &Domain<'d>> {
        self.domains.iter().flatten()
    }
}

impl<'d> Domain<'d> {
    /// The descriptors, unless documentation stands for some of them.
    fn descriptors(&self) -> Option<Value<'d>> {
        let descriptors = self.descriptors.filter(|value| value.kind() == Kind::Object)?;
        descriptors.get("...").is_none().then_some(descriptors)
    }
}

/// A number the rules count with; one that does not fit is larger than any they compare it to.
fn whole(value: Option<Value<'_>>) -> Option<i64> {
    let value = value.filter(|value| value.kind() == Kind::Number)?;
    Some(value.as_i64().unwrap_or(i64::MAX))
}

/// A domain's score counts its true descriptors (6218610916111 and the articles of the other
/// domains). Records of older formats may differ.
fn domain_score(view: &View<'_>, raise: &mut Raise<'_>) {
    if !view.current {
        raise.at_most(Severity::Warning);
    }
    for domain in view.domains() {
        let (Some(score), Some(descriptors)) = (domain.score, domain.descriptors()) else { continue };
        let seen = descriptors.members().filter(|(_, value)| value.as_bool() == Some(true)).count();
        if whole(Some(score)).is_some_and(|score| usize::try_from(score) != Ok(seen)) {
            let name = domain.name;
            raise.hint(
                score.place(),
                &format!("{name}.score is not the number of true descriptors in {name}.descriptors."),
                "PainChek counts one point for each descriptor that is true.",
            );
        }
    }
}

/// In mode painchek the total is the sum of the six domains (6218610963343).
fn score_sum(view: &View<'_>, raise: &mut Raise<'_>) {
    let Some(total) = view.pain_score.filter(|_| is(view.mode, "painchek")) else { return };
    let mut sum = 0_i64;
    for domain in &view.domains {
        let Some(score) = domain.as_ref().and_then(|domain| whole(domain.score)) else { return };
        sum = sum.saturating_add(score);
    }
    if whole(Some(total)).is_some_and(|total| total != sum) {
        raise.say(total.place(), "assessment.pain_score is not the sum of the six domain scores.");
    }
}

/// 0 to 42 in mode painchek, for there are 42 descriptors (9848855615887); 0 to 10 in mode nrs
/// (7975874854159), where the score is a rating and no sum.
fn score_range(view: &View<'_>, raise: &mut Raise<'_>) {
    let (Some(place), Some(score)) = (view.pain_score, whole(view.pain_score)) else { return };
    if is(view.mode, "painchek") && !(0..=42).contains(&score) {
        raise.say(place.place(), "assessment.pain_score lies outside 0 to 42, the range of mode painchek.");
    } else if is(view.mode, "nrs") && !(0..=10).contains(&score) {
        raise.say(place.place(), "assessment.pain_score lies outside 0 to 10, the range of mode nrs.");
    }
}

/// The level is the band the score falls into. The vendor's list of bands is not public: the
/// manifest's are inferred, and agree with every sample.
fn pain_level(view: &View<'_>, raise: &mut Raise<'_>) {
    let text = |value: Option<Value<'_>>| value?.as_str().map(std::borrow::Cow::into_owned);
    let (Some(place), Some(mode), Some(level), Some(score)) =
        (view.pain_level, text(view.mode), text(view.pain_level), whole(view.pain_score))
    else {
        return;
    };
    if raise.bands().fits(&mode, &level, score) == Some(false) {
        raise.hint(
            place.place(),
            "assessment.pain_level is not the band that assessment.pain_score falls into.",
            "The bands are assumed: PainChek's own list is not public.",
        );
    }
}

/// The vendor expects false, always (6218610963343).
fn editable(view: &View<'_>, raise: &mut Raise<'_>) {
    if let Some(value) = view.is_editable.filter(|value| value.as_bool() == Some(true)) {
        raise.say(
            value.place(),
            "assessment.is_editable is not false, which PainChek says a submitted record has.",
        );
    }
}

/// Inferred; holds in the sample.
fn modified_before_created(view: &View<'_>, raise: &mut Raise<'_>) {
    let (Some(created), Some(modified)) = (moment(view.created_at), moment(view.modified_at)) else { return };
    if let Some(value) = view.modified_at.filter(|_| modified < created) {
        raise.say(value.place(), "modified_at lies before created_at.");
    }
}

/// Inferred: the record's `device` and `device_id` are equal in the sample, and the device block
/// has the id of the same device, in upper case in its article (6218595762703).
fn device_mismatch(view: &View<'_>, raise: &mut Raise<'_>) {
    let (device, id, used) = (uuid(view.device), uuid(view.device_id), uuid(view.used_device_id));
    if let (Some(place), Some(device), Some(id)) = (view.device, device, id)
        && device != id
    {
        raise.say(place.place(), "device and device_id name different devices.");
    }
    if let (Some(place), Some(id), Some(used)) = (view.used_device_id, id, used)
        && id != used
    {
        raise.say(place.place(), "device.device_id and the record's device_id name different devices.");
    }
}

/// Inferred from the two fields' meanings (6218610935823).
fn frame_errors(view: &View<'_>, raise: &mut Raise<'_>) {
    let (Some(frames), Some(errors)) = (whole(view.frames), whole(view.frame_errors)) else { return };
    if let Some(value) = view.frame_errors.filter(|_| errors > frames) {
        raise.say(value.place(), "face.frame_errors is larger than face.frames.");
    }
}

/// `body_location` is documented for mode nrs only (7975874854159), the six domains for mode
/// painchek only (6218610974095, 7975838010639). Null is fine in both.
fn mode_field(view: &View<'_>, raise: &mut Raise<'_>) {
    if is(view.mode, "painchek")
        && let Some(value) = present(view.body_location)
    {
        raise.say(value.place(), "assessment.body_location belongs to mode nrs, and the mode is painchek.");
    }
    if is(view.mode, "nrs") {
        for Domain { name, value, .. } in view.domains() {
            raise.say(value.place(), &format!("{name} belongs to mode painchek, and the mode is nrs."));
        }
    }
}

/// Inferred: the record was just added.
fn deleted(view: &View<'_>, raise: &mut Raise<'_>) {
    if let Some(value) = present(view.deleted_at) {
        raise.say(value.place(), "deleted_at is set, although the record was just added.");
    }
}

/// Mandatory fields of the assessment may be null in records of a format before v2, and never in new
/// ones (6218610963343).
fn null_in_new_record(view: &View<'_>, raise: &mut Raise<'_>) {
    let fields = [
        (view.mode, "mode"),
        (view.pain_score, "pain_score"),
        (view.pain_level, "pain_level"),
        (view.is_editable, "is_editable"),
    ];
    for (value, name) in fields.into_iter().filter(|_| view.current) {
        if let Some(value) = value.filter(|value| value.is_null()) {
            raise.say(
                value.place(),
                &format!("assessment.{name} is null, which only records of a format before v2 may have."),
            );
        }
    }
}

/// Activity has four signs (9848855615887), whose keys are not public: so they are counted.
fn descriptor_count(view: &View<'_>, raise: &mut Raise<'_>) {
    let activity = view.domains().find(|domain| domain.name == "activity");
    if let Some(descriptors) = activity.and_then(Domain::descriptors)
        && descriptors.len() != ACTIVITY_DESCRIPTORS
    {
        raise.say(
            descriptors.place(),
            "activity.descriptors has another number of descriptors than the four that PainChek documents.",
        );
    }
}

#[cfg(test)]
mod tests;
