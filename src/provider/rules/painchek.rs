//! The cross-field rules of PainChek. Numbers are articles of its help centre, and "sample" is the
//! payload printed in article 6249372515215.
//!
//! One thing looks like a rule and is none: `assessment.date` is later than `created_at` in the
//! sample, for the device's clock made the one and the server's the other.

use std::cmp::Ordering;

use crate::code::codes;
use crate::issue::{Code, Severity};
use crate::json::{Kind, Value};

use super::context::{
    RuleReporter, Ruleset, codes_of, compare_instants, each, is_string, null_string, placeholder_text,
    present, uuids_differ,
};

codes! {
    /// The codes of PainChek's rules.
    pub(super) CODES:
    DOMAIN_SCORE = "domain-score" Rules,
        "The score of a domain is not the number of its true descriptors.",
        "Count the descriptors that are true.";
    SCORE_SUM = "score-sum" Rules,
        "The pain score is not the sum of the six domain scores.",
        "Add up the scores of the domains.";
    SCORE_RANGE = "score-range" Rules,
        "The pain score is outside the range of its mode.",
        "A PainChek score is 0 to 42, a score of NRS 0 to 10.";
    PAIN_LEVEL = "pain-level" Rules,
        "The pain level does not belong to the (assumed) band of the score.",
        "Check level and score; the bands are in the provider's definition.";
    EDITABLE = "editable" Rules,
        "The assessment says that it can be edited.",
        "Expect the assessment to change later.";
    MODIFIED_BEFORE_CREATED = "modified-before-created" Rules,
        "A record was modified before it was created.",
        "Check the clock that wrote the times.";
    DEVICE_MISMATCH = "device-mismatch" Rules,
        "Two fields that name the same device differ.",
        "Send the same device in both.";
    FRAME_ERRORS = "frame-errors" Rules,
        "More frames failed than were taken.",
        "Check both counts.";
    MODE_FIELD = "mode-field" Rules,
        "A field belongs to another assessment mode.",
        "Check the mode, or leave the field out.";
    DELETED = "deleted" Rules,
        "A record that was just added is marked as deleted.",
        "Check `deleted_at` before the record is used.";
    NULL_IN_NEW_RECORD = "null-in-new-record" Rules,
        "A field is null that only records of an older format may have null.",
        "Check `json_version` and the field.";
    DESCRIPTOR_COUNT = "descriptor-count" Rules,
        "A domain has another number of descriptors than documented.",
        "Check whether the format of records has changed.";
}

pub(super) static RULESET: Ruleset =
    Ruleset { provider: "painchek", codes: || codes_of(&RULES), evaluate: judge };

type AssessmentRule = fn(&AssessmentFields<'_>, &mut RuleReporter<'_>);

const RULES: [(Code, AssessmentRule); 14] = [
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
    (Code::NULL_STRING, |_, raise| null_string(raise)),
    (Code::PLACEHOLDER, |_, raise| placeholder_text(raise)),
];

fn judge(body: Value<'_>, raise: &mut RuleReporter<'_>) {
    let view = AssessmentFields::of(body);
    raise.each(&RULES, |rule, raise| rule(&view, raise));
}

/// How many signs activity has (9848855615887). The other domains' keys are known one by one.
const ACTIVITY_DESCRIPTORS: usize = 4;

/// The fields the rules read, found in one pass.
#[derive(Default)]
struct AssessmentFields<'d> {
    /// `json_version` is v2, the current one.
    is_current_version: bool,
    created_at: Option<Value<'d>>,
    modified_at: Option<Value<'d>>,
    deleted_at: Option<Value<'d>>,
    device: Option<Value<'d>>,
    device_id: Option<Value<'d>>,
    /// `data.data.device.device_id`
    used_device_id: Option<Value<'d>>,
    mode: Option<Value<'d>>,
    is_painchek: bool,
    is_nrs: bool,
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

impl<'d> AssessmentFields<'d> {
    fn of(body: Value<'d>) -> Self {
        let mut view = Self::default();
        let mut data = None;
        each(body.get("data"), &mut |key, value| match key {
            b"json_version" => view.is_current_version = is_string(value, "v2"),
            b"created_at" => view.created_at = Some(value),
            b"modified_at" => view.modified_at = Some(value),
            b"deleted_at" => view.deleted_at = Some(value),
            b"device" => view.device = Some(value),
            b"device_id" => view.device_id = Some(value),
            b"data" => data = Some(value),
            _ => {}
        });
        each(data, &mut |key, value| match key {
            b"assessment" => view.read_assessment(value),
            b"device" => view.used_device_id = value.get("device_id"),
            b"face" => view.read_domain(0, "face", value),
            b"voice" => view.read_domain(1, "voice", value),
            b"movement" => view.read_domain(2, "movement", value),
            b"behaviour" => view.read_domain(3, "behaviour", value),
            b"activity" => view.read_domain(4, "activity", value),
            b"body" => view.read_domain(5, "body", value),
            _ => {}
        });
        view
    }

    fn read_assessment(&mut self, assessment: Value<'d>) {
        each(Some(assessment), &mut |key, value| match key {
            b"mode" => self.mode = Some(value),
            b"pain_score" => self.pain_score = Some(value),
            b"pain_level" => self.pain_level = Some(value),
            b"is_editable" => self.is_editable = Some(value),
            b"body_location" => self.body_location = Some(value),
            _ => {}
        });
        self.is_painchek = self.mode.is_some_and(|mode| is_string(mode, "painchek"));
        self.is_nrs = self.mode.is_some_and(|mode| is_string(mode, "nrs"));
    }

    fn read_domain(&mut self, at: usize, name: &'static str, value: Value<'d>) {
        let mut domain = Domain { name, value, score: None, descriptors: None };
        each(present(Some(value)), &mut |key, value| match key {
            b"score" => domain.score = Some(value),
            b"descriptors" => domain.descriptors = Some(value),
            b"frames" => self.frames = Some(value),
            b"frame_errors" => self.frame_errors = Some(value),
            _ => {}
        });
        self.domains[at] = (!value.is_null()).then_some(domain);
    }

    fn domains(&self) -> impl Iterator<Item = &Domain<'d>> {
        self.domains.iter().flatten()
    }
}

impl Domain<'_> {
    /// How many descriptors are true. Nothing where documentation stands for some of them.
    fn true_descriptor_count(&self) -> Option<usize> {
        let descriptors = self.descriptors.filter(|value| value.kind() == Kind::Object)?;
        let mut seen = 0;
        for (_, value) in descriptors.members() {
            seen += usize::from(value.as_bool()?);
        }
        Some(seen)
    }
}

/// A number the rules count with; one that does not fit is larger than any they compare it to.
#[inline(never)]
fn integer_or_max(value: Option<Value<'_>>) -> Option<i64> {
    let value = value.filter(|value| value.kind() == Kind::Number)?;
    Some(value.as_i64().unwrap_or(i64::MAX))
}

/// A domain's score counts its true descriptors (6218610916111 and the articles of the other
/// domains). Records of older formats may differ.
fn domain_score(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    if !view.is_current_version {
        raise.cap_severity(Severity::Warning);
    }
    for domain in view.domains() {
        let (Some(score), Some(seen)) = (domain.score, domain.true_descriptor_count()) else { continue };
        if integer_or_max(Some(score)).is_some_and(|score| usize::try_from(score) != Ok(seen)) {
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
fn score_sum(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let Some(total) = view.pain_score.filter(|_| view.is_painchek) else { return };
    let mut sum = 0_i64;
    for domain in &view.domains {
        let Some(score) = domain.as_ref().and_then(|domain| integer_or_max(domain.score)) else { return };
        sum = sum.saturating_add(score);
    }
    if integer_or_max(Some(total)).is_some_and(|total| total != sum) {
        raise.report(total.place(), "assessment.pain_score is not the sum of the six domain scores.");
    }
}

/// 0 to 42 in mode painchek, for there are 42 descriptors (9848855615887); 0 to 10 in mode nrs
/// (7975874854159), where the score is a rating and no sum.
fn score_range(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let (Some(place), Some(score)) = (view.pain_score, integer_or_max(view.pain_score)) else { return };
    if view.is_painchek && !(0..=42).contains(&score) {
        raise
            .report(place.place(), "assessment.pain_score lies outside 0 to 42, the range of mode painchek.");
    } else if view.is_nrs && !(0..=10).contains(&score) {
        raise.report(place.place(), "assessment.pain_score lies outside 0 to 10, the range of mode nrs.");
    }
}

/// The level is the band the score falls into. The vendor's list of bands is not public: the
/// definition's are inferred, and agree with every sample.
fn pain_level(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let (Some(mode), Some(level), Some(score)) =
        (view.mode, view.pain_level, integer_or_max(view.pain_score))
    else {
        return;
    };
    if raise.bands().contains(mode, level, score) == Some(false) {
        raise.hint(
            level.place(),
            "assessment.pain_level is not the band that assessment.pain_score falls into.",
            "The bands are assumed: PainChek's own list is not public.",
        );
    }
}

/// The vendor expects false, always (6218610963343).
fn editable(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    if let Some(value) = view.is_editable.filter(|value| value.as_bool() == Some(true)) {
        raise.report(
            value.place(),
            "assessment.is_editable is not false, which PainChek says a submitted record has.",
        );
    }
}

/// Inferred; holds in the sample.
fn modified_before_created(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    if let Some(modified) = view.modified_at
        && compare_instants(view.modified_at, view.created_at) == Some(Ordering::Less)
    {
        raise.report(modified.place(), "modified_at lies before created_at.");
    }
}

/// Inferred: the record's `device` and `device_id` are equal in the sample, and the device block
/// has the id of the same device, in upper case in its article (6218595762703).
fn device_mismatch(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let Some(id) = view.device_id else { return };
    if let Some(device) = view.device.filter(|device| uuids_differ(*device, id)) {
        raise.report(device.place(), "device and device_id name different devices.");
    }
    if let Some(used) = view.used_device_id.filter(|used| uuids_differ(*used, id)) {
        raise.report(used.place(), "device.device_id and the record's device_id name different devices.");
    }
}

/// Inferred from the two fields' meanings (6218610935823).
fn frame_errors(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let (Some(frames), Some(errors)) = (integer_or_max(view.frames), integer_or_max(view.frame_errors))
    else {
        return;
    };
    if let Some(value) = view.frame_errors.filter(|_| errors > frames) {
        raise.report(value.place(), "face.frame_errors is larger than face.frames.");
    }
}

/// `body_location` is documented for mode nrs only (7975874854159), the six domains for mode
/// painchek only (6218610974095, 7975838010639). Null is fine in both.
fn mode_field(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    if view.is_painchek
        && let Some(value) = present(view.body_location)
    {
        raise
            .report(value.place(), "assessment.body_location belongs to mode nrs, and the mode is painchek.");
    }
    if view.is_nrs {
        for Domain { name, value, .. } in view.domains() {
            raise.report(value.place(), &format!("{name} belongs to mode painchek, and the mode is nrs."));
        }
    }
}

/// Inferred: the record was just added.
fn deleted(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    if let Some(value) = present(view.deleted_at) {
        raise.report(value.place(), "deleted_at is set, although the record was just added.");
    }
}

/// Mandatory fields of the assessment may be null in records of a format before v2, and never in new
/// ones (6218610963343).
fn null_in_new_record(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let fields = [
        (view.mode, "mode"),
        (view.pain_score, "pain_score"),
        (view.pain_level, "pain_level"),
        (view.is_editable, "is_editable"),
    ];
    for (value, name) in fields.into_iter().filter(|_| view.is_current_version) {
        if let Some(value) = value.filter(|value| value.is_null()) {
            raise.report(
                value.place(),
                &format!("assessment.{name} is null, which only records of a format before v2 may have."),
            );
        }
    }
}

/// Activity has four signs (9848855615887), whose keys are not public: so they are counted.
fn descriptor_count(view: &AssessmentFields<'_>, raise: &mut RuleReporter<'_>) {
    let activity = view.domains().find(|domain| domain.name == "activity");
    if let Some(activity) = activity.filter(|activity| activity.true_descriptor_count().is_some())
        && let Some(descriptors) = activity.descriptors
        && descriptors.len() != ACTIVITY_DESCRIPTORS
    {
        raise.report(
            descriptors.place(),
            "activity.descriptors has another number of descriptors than the four that PainChek documents.",
        );
    }
}

#[cfg(test)]
mod tests;
