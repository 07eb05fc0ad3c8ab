//! The cross-field rules of PainChek. Numbers are articles of its help centre; "sample" is the payload printed in article
//! 6249372515215.
//!
//! No rule compares `assessment.date` with `created_at`: in the sample the date is later, because one is of the device's
//! clock and the other of the server's.

use std::cmp::Ordering;

use crate::code::codes;
use crate::issue::{Code, Severity};
use crate::json::{Kind, Value};

use super::context::{
    RuleReporter, compare_instants, is_string, present, ruleset, uuids_differ, visit_members,
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

ruleset! {
    "painchek", AssessmentFields,
    DOMAIN_SCORE: domain_score,
    SCORE_SUM: score_sum,
    SCORE_RANGE: score_range,
    PAIN_LEVEL: pain_level,
    EDITABLE: editable,
    MODIFIED_BEFORE_CREATED: modified_before_created,
    DEVICE_MISMATCH: device_mismatch,
    FRAME_ERRORS: frame_errors,
    MODE_FIELD: mode_field,
    DELETED: deleted,
    NULL_IN_NEW_RECORD: null_in_new_record,
    DESCRIPTOR_COUNT: descriptor_count,
}

/// Number of signs of activity (9848855615887), whose keys are not public. The schema knows those of the other domains.
const ACTIVITY_DESCRIPTORS: usize = 4;

/// The fields that the rules read, collected in one pass.
#[derive(Default)]
struct AssessmentFields<'d> {
    /// `json_version` is v2, the current version.
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
    fn collect(body: Value<'d>) -> Self {
        let mut fields = Self::default();
        let mut data = None;
        visit_members(body.get("data"), &mut |key, value| match key {
            b"json_version" => fields.is_current_version = is_string(value, "v2"),
            b"created_at" => fields.created_at = Some(value),
            b"modified_at" => fields.modified_at = Some(value),
            b"deleted_at" => fields.deleted_at = Some(value),
            b"device" => fields.device = Some(value),
            b"device_id" => fields.device_id = Some(value),
            b"data" => data = Some(value),
            _ => {}
        });
        visit_members(data, &mut |key, value| match key {
            b"assessment" => fields.collect_assessment(value),
            b"device" => fields.used_device_id = value.get("device_id"),
            b"face" => fields.collect_domain(0, "face", value),
            b"voice" => fields.collect_domain(1, "voice", value),
            b"movement" => fields.collect_domain(2, "movement", value),
            b"behaviour" => fields.collect_domain(3, "behaviour", value),
            b"activity" => fields.collect_domain(4, "activity", value),
            b"body" => fields.collect_domain(5, "body", value),
            _ => {}
        });
        fields
    }

    fn collect_assessment(&mut self, assessment: Value<'d>) {
        visit_members(Some(assessment), &mut |key, value| match key {
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

    fn collect_domain(&mut self, index: usize, name: &'static str, value: Value<'d>) {
        let mut domain = Domain { name, value, score: None, descriptors: None };
        visit_members(present(Some(value)), &mut |key, value| match key {
            b"score" => domain.score = Some(value),
            b"descriptors" => domain.descriptors = Some(value),
            b"frames" => self.frames = Some(value),
            b"frame_errors" => self.frame_errors = Some(value),
            _ => {}
        });
        self.domains[index] = (!value.is_null()).then_some(domain);
    }

    fn domains(&self) -> impl Iterator<Item = &Domain<'d>> {
        self.domains.iter().flatten()
    }
}

impl Domain<'_> {
    /// Returns the number of true descriptors; `None` if any is not a boolean, such as a placeholder of documentation.
    fn true_descriptor_count(&self) -> Option<usize> {
        let descriptors = self.descriptors.filter(|value| value.kind() == Kind::Object)?;
        let mut count = 0;
        for (_, value) in descriptors.members() {
            count += usize::from(value.as_bool()?);
        }
        Some(count)
    }
}

/// Returns a number as an integer. Numbers with a fraction or out of range become the maximum, larger than every
/// documented value.
#[inline(never)]
fn integer_or_max(value: Option<Value<'_>>) -> Option<i64> {
    let value = value.filter(|value| value.kind() == Kind::Number)?;
    Some(value.as_i64().unwrap_or(i64::MAX))
}

/// A domain's score counts its true descriptors (6218610916111 and the articles of the other
/// domains). Records of older formats may differ.
fn domain_score(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    if !fields.is_current_version {
        reporter.cap_severity(Severity::Warning);
    }
    for domain in fields.domains() {
        let (Some(score), Some(count)) = (domain.score, domain.true_descriptor_count()) else { continue };
        if integer_or_max(Some(score)).is_some_and(|score| usize::try_from(score) != Ok(count)) {
            let name = domain.name;
            reporter.report_with_hint(
                score.location(),
                &format!("{name}.score is not the number of true descriptors in {name}.descriptors."),
                "Count one point for each descriptor that is true.",
            );
        }
    }
}

/// In mode painchek the total is the sum of the six domains (6218610963343).
fn score_sum(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let Some(total) = fields.pain_score.filter(|_| fields.is_painchek) else { return };
    let mut sum = 0_i64;
    for domain in &fields.domains {
        let Some(score) = domain.as_ref().and_then(|domain| integer_or_max(domain.score)) else { return };
        sum = sum.saturating_add(score);
    }
    if integer_or_max(Some(total)).is_some_and(|total| total != sum) {
        reporter.report(total.location(), "assessment.pain_score is not the sum of the six domain scores.");
    }
}

/// 0 to 42 in mode painchek, because there are 42 descriptors (9848855615887); 0 to 10 in mode nrs (7975874854159), where
/// the score is a rating, not a sum.
fn score_range(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let (Some(value), Some(score)) = (fields.pain_score, integer_or_max(fields.pain_score)) else { return };
    if fields.is_painchek && !(0..=42).contains(&score) {
        reporter.report(
            value.location(),
            "assessment.pain_score is outside 0 to 42, the range of mode painchek.",
        );
    } else if fields.is_nrs && !(0..=10).contains(&score) {
        reporter.report(value.location(), "assessment.pain_score is outside 0 to 10, the range of mode nrs.");
    }
}

/// The level follows from the range of the score. The vendor's list of ranges is not public: those of the definition are
/// inferred, and agree with every sample.
fn pain_level(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let (Some(mode), Some(level), Some(score)) =
        (fields.mode, fields.pain_level, integer_or_max(fields.pain_score))
    else {
        return;
    };
    if reporter.score_ranges().contains(mode, level, score) == Some(false) {
        reporter.report_with_hint(
            level.location(),
            "assessment.pain_level does not match the range of assessment.pain_score.",
            "Check level and score. The ranges are assumed: PainChek's own list is not public.",
        );
    }
}

/// The vendor documents false for every submitted record (6218610963343).
fn editable(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    if let Some(value) = fields.is_editable.filter(|value| value.as_bool() == Some(true)) {
        reporter.report(
            value.location(),
            "assessment.is_editable is true; PainChek documents false for submitted records.",
        );
    }
}

/// Inferred; holds in the sample.
fn modified_before_created(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    if let Some(modified) = fields.modified_at
        && compare_instants(fields.modified_at, fields.created_at) == Some(Ordering::Less)
    {
        reporter.report(modified.location(), "modified_at is before created_at.");
    }
}

/// Inferred: the record's `device` and `device_id` are equal in the sample, and the device block
/// has the id of the same device, in upper case in its article (6218595762703).
fn device_mismatch(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let Some(id) = fields.device_id else { return };
    if let Some(device) = fields.device.filter(|device| uuids_differ(*device, id)) {
        reporter.report(device.location(), "device and device_id name different devices.");
    }
    if let Some(used) = fields.used_device_id.filter(|used| uuids_differ(*used, id)) {
        reporter
            .report(used.location(), "device.device_id and the record's device_id name different devices.");
    }
}

/// Inferred from the two fields' meanings (6218610935823).
fn frame_errors(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let (Some(frames), Some(errors)) = (integer_or_max(fields.frames), integer_or_max(fields.frame_errors))
    else {
        return;
    };
    if let Some(value) = fields.frame_errors.filter(|_| errors > frames) {
        reporter.report(value.location(), "face.frame_errors is larger than face.frames.");
    }
}

/// `body_location` is documented for mode nrs only (7975874854159), the six domains for mode
/// painchek only (6218610974095, 7975838010639). Null is valid in both.
fn mode_field(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    if fields.is_painchek
        && let Some(value) = present(fields.body_location)
    {
        reporter
            .report(value.location(), "assessment.body_location belongs to mode nrs; the mode is painchek.");
    }
    if fields.is_nrs {
        for Domain { name, value, .. } in fields.domains() {
            reporter.report(value.location(), &format!("{name} belongs to mode painchek; the mode is nrs."));
        }
    }
}

/// Inferred: the record was just added.
fn deleted(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    if let Some(value) = present(fields.deleted_at) {
        reporter.report(value.location(), "deleted_at is set, although the record was just added.");
    }
}

/// Mandatory fields of the assessment may be null in records of a format before v2, and never in new
/// ones (6218610963343).
fn null_in_new_record(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let values = [
        (fields.mode, "mode"),
        (fields.pain_score, "pain_score"),
        (fields.pain_level, "pain_level"),
        (fields.is_editable, "is_editable"),
    ];
    for (value, name) in values.into_iter().filter(|_| fields.is_current_version) {
        if let Some(value) = value.filter(|value| value.is_null()) {
            reporter.report(
                value.location(),
                &format!("assessment.{name} is null; only records before v2 can have null here."),
            );
        }
    }
}

/// Activity has four signs (9848855615887). Their keys are not public, so only their number is checked.
fn descriptor_count(fields: &AssessmentFields<'_>, reporter: &mut RuleReporter<'_>) {
    let activity = fields.domains().find(|domain| domain.name == "activity");
    if let Some(activity) = activity.filter(|activity| activity.true_descriptor_count().is_some())
        && let Some(descriptors) = activity.descriptors
        && descriptors.len() != ACTIVITY_DESCRIPTORS
    {
        reporter.report(
            descriptors.location(),
            "activity.descriptors does not have the four descriptors that PainChek documents.",
        );
    }
}

#[cfg(test)]
mod tests;
