//! Each rule with a payload it passes and one it does not.

use serde_json::json;

use crate::issue::{Code, Profile};
use crate::provider::rules::tests::{ERROR, INFO, Payload, WARNING, judge};

fn assessment() -> Payload {
    Payload::new(
        "painchek",
        include_str!("../../../../providers/painchek/samples/assessment_add.painchek.json"),
    )
}

fn severe() -> Payload {
    Payload::new(
        "painchek",
        include_str!("../../../../providers/painchek/samples/assessment_add.severe.json"),
    )
}

fn rating() -> Payload {
    Payload::new("painchek", include_str!("../../../../providers/painchek/samples/assessment_add.nrs.json"))
}

#[test]
fn the_samples_break_no_rule() {
    assessment().is_clean();
    severe().is_clean();
    rating().is_clean();
}

#[test]
fn a_domain_score_counts_the_true_descriptors() {
    // One point moves from face to body, so that the sum stays right.
    let moved = assessment().set("/data/data/face/score", 1).set("/data/data/body/score", 2);
    let said = [
        ("/data/data/face/score", "face.score is not the number of true descriptors in face.descriptors."),
        ("/data/data/body/score", "body.score is not the number of true descriptors in body.descriptors."),
    ];
    moved.raises(Code::DOMAIN_SCORE, [ERROR, ERROR], &said);
}

#[test]
fn a_domain_score_of_an_older_format_is_a_warning() {
    let old = assessment()
        .set("/data/json_version", "v1")
        .set("/data/data/face/score", 1)
        .set("/data/data/assessment/pain_score", 7);
    let said =
        [("/data/data/face/score", "face.score is not the number of true descriptors in face.descriptors.")];
    old.raises(Code::DOMAIN_SCORE, [WARNING, WARNING], &said);
}

#[test]
fn a_domain_score_written_with_a_fraction_of_zero_counts() {
    let body = assessment().set("/data/data/face/score", json!(2.0));
    body.is_clean();
}

#[test]
fn a_domain_with_documentation_among_its_descriptors_is_not_counted() {
    assessment()
        .remove("/data/data/body/descriptors/painful_conditions")
        .set("/data/data/body/descriptors/...", "...")
        .is_clean();
}

#[test]
fn the_pain_score_is_the_sum_of_the_six_domain_scores() {
    let said = [(
        "/data/data/assessment/pain_score",
        "assessment.pain_score is not the sum of the six domain scores.",
    )];
    assessment().set("/data/data/assessment/pain_score", 9).raises(Code::SCORE_SUM, [ERROR, ERROR], &said);
}

#[test]
fn the_sum_is_not_checked_where_a_domain_is_absent_or_null() {
    assessment().remove("/data/data/body").is_clean();
    assessment().set("/data/data/body", json!(null)).is_clean();
    assessment().remove("/data/data/body/score").is_clean();
}

#[test]
fn the_score_of_a_rating_is_no_sum() {
    // Domains do not belong there, and that is all there is to say about them.
    let body = rating().set("/data/data/body", assessment().get("/data/data/body"));
    body.raises(
        Code::MODE_FIELD,
        [INFO, ERROR],
        &[("/data/data/body", "body belongs to mode painchek, and the mode is nrs.")],
    );
}

#[test]
fn the_pain_score_of_a_rating_is_0_to_10() {
    let scored = |score: i64, level: &str| {
        rating().set("/data/data/assessment/pain_score", score).set("/data/data/assessment/pain_level", level)
    };
    scored(0, "none").is_clean();
    scored(10, "severe").is_clean();
    let said = [(
        "/data/data/assessment/pain_score",
        "assessment.pain_score lies outside 0 to 10, the range of mode nrs.",
    )];
    for score in [-1, 11, 42] {
        // A level without a band, so that only the range speaks.
        scored(score, "unbearable").raises(Code::SCORE_RANGE, [ERROR, ERROR], &said);
    }
}

#[test]
fn the_pain_score_of_an_assessment_is_0_to_42() {
    let said = [(
        "/data/data/assessment/pain_score",
        "assessment.pain_score lies outside 0 to 42, the range of mode painchek.",
    )];
    for score in [json!(-1), json!(43), serde_json::from_str("1e30").unwrap()] {
        let body = assessment()
            .remove("/data/data/face/score")
            .set("/data/data/assessment/pain_level", json!(null))
            .set("/data/json_version", "v1")
            .set("/data/data/assessment/pain_score", score);
        body.raises(Code::SCORE_RANGE, [ERROR, ERROR], &said);
    }
}

#[test]
fn the_pain_level_fits_the_assumed_band_of_the_score() {
    let levels = ["none", "mild", "moderate", "severe"];
    let expected = |bands: [(i64, i64); 4], score: i64| {
        bands.iter().position(|(least, most)| (*least..=*most).contains(&score)).map(|at| levels[at])
    };
    let said = [(
        "/data/data/assessment/pain_level",
        "assessment.pain_level is not the band that assessment.pain_score falls into.",
    )];
    for (mode, bands, most) in [
        ("painchek", [(0, 6), (7, 11), (12, 15), (16, 42)], 42),
        ("nrs", [(0, 0), (1, 3), (4, 6), (7, 10)], 10),
    ] {
        for score in 0..=most {
            for level in levels {
                let body = rating()
                    .set("/data/data/assessment/mode", mode)
                    .set("/data/data/assessment/body_location", json!(null))
                    .set("/data/data/assessment/pain_score", score)
                    .set("/data/data/assessment/pain_level", level);
                if expected(bands, score) == Some(level) {
                    body.is_clean();
                } else {
                    body.raises(Code::PAIN_LEVEL, [WARNING, WARNING], &said);
                }
            }
        }
    }
}

#[test]
fn a_pain_level_out_of_band_is_reported_as_assumed() {
    let body = include_str!("../../../../providers/painchek/samples/assessment_add.nrs.json");
    let issues = judge("painchek", &body.replace("moderate", "severe"), Profile::Lenient);
    let [issue] = &issues[..] else { panic!("{issues:?}") };
    assert_eq!(issue.hint.as_deref(), Some("The bands are assumed: PainChek's own list is not public."));
}

#[test]
fn an_unknown_mode_or_level_has_no_band() {
    rating().set("/data/data/assessment/pain_level", "unbearable").is_clean();
    rating().set("/data/data/assessment/mode", "infant").is_clean();
}

#[test]
fn a_submitted_record_cannot_be_edited() {
    let said = [(
        "/data/data/assessment/is_editable",
        "assessment.is_editable is not false, which PainChek says a submitted record has.",
    )];
    assessment().set("/data/data/assessment/is_editable", true).raises(
        Code::EDITABLE,
        [WARNING, ERROR],
        &said,
    );
}

#[test]
fn a_record_is_modified_after_it_was_created() {
    let said = [("/data/modified_at", "modified_at lies before created_at.")];
    assessment().set("/data/modified_at", "2024-06-07T09:15:03.402116Z").raises(
        Code::MODIFIED_BEFORE_CREATED,
        [WARNING, WARNING],
        &said,
    );
    // Moments are compared, not texts: this is 09:15:04 UTC.
    assessment().set("/data/modified_at", "2024-06-07T08:15:04-01:00").is_clean();
    assessment().set("/data/modified_at", "2024-06-07T11:15:03+02:00").raises(
        Code::MODIFIED_BEFORE_CREATED,
        [WARNING, WARNING],
        &said,
    );
}

#[test]
fn an_assessment_may_be_dated_later_than_its_record() {
    // As it is in the vendor's own sample: two clocks.
    assessment().set("/data/data/assessment/date", "2024-06-07T09:20:00Z").is_clean();
    assessment().set("/data/data/assessment/date", "2030-01-01T00:00:00Z").is_clean();
}

#[test]
fn one_device_has_one_id() {
    let other = "0b2ff7a1-6c0d-4e53-9d2b-5a8f3e6c7d90";
    assessment().set("/data/device", other).raises(
        Code::DEVICE_MISMATCH,
        [INFO, INFO],
        &[("/data/device", "device and device_id name different devices.")],
    );
    assessment().set("/data/data/device/device_id", other).raises(
        Code::DEVICE_MISMATCH,
        [INFO, INFO],
        &[(
            "/data/data/device/device_id",
            "device.device_id and the record's device_id name different devices.",
        )],
    );
}

#[test]
fn a_device_id_may_be_in_either_letter_case() {
    let id = assessment().get("/data/device_id").as_str().unwrap().to_lowercase();
    for id in [id.to_uppercase(), id] {
        assessment().set("/data/device", id.clone()).set("/data/data/device/device_id", id).is_clean();
    }
    assessment().set("/data/device", json!(null)).is_clean();
    assessment().remove("/data/device_id").is_clean();
}

#[test]
fn no_more_frames_fail_than_were_taken() {
    assessment().set("/data/data/face/frame_errors", 18).is_clean();
    assessment().set("/data/data/face/frames", json!(null)).is_clean();
    let said = [("/data/data/face/frame_errors", "face.frame_errors is larger than face.frames.")];
    assessment().set("/data/data/face/frame_errors", 19).raises(
        Code::FRAME_ERRORS,
        [WARNING, WARNING],
        &said,
    );
}

#[test]
fn fields_of_the_other_mode_are_named() {
    let location = "/data/data/assessment/body_location";
    assessment().set(location, json!(null)).is_clean();
    assessment().set(location, "Left knee").raises(
        Code::MODE_FIELD,
        [INFO, ERROR],
        &[(location, "assessment.body_location belongs to mode nrs, and the mode is painchek.")],
    );
    rating().set("/data/data/voice", json!(null)).is_clean();
    rating().set("/data/data/voice", assessment().get("/data/data/voice")).raises(
        Code::MODE_FIELD,
        [INFO, ERROR],
        &[("/data/data/voice", "voice belongs to mode painchek, and the mode is nrs.")],
    );
}

#[test]
fn a_record_that_was_just_added_is_not_deleted() {
    assessment().set("/data/deleted_at", "2024-06-07T10:00:00Z").raises(
        Code::DELETED,
        [INFO, INFO],
        &[("/data/deleted_at", "deleted_at is set, although the record was just added.")],
    );
}

#[test]
fn nulls_of_older_formats_are_named_in_new_records() {
    for field in ["mode", "pain_score", "pain_level", "is_editable"] {
        let pointer = format!("/data/data/assessment/{field}");
        let message =
            format!("assessment.{field} is null, which only records of a format before v2 may have.");
        let body = rating().set(&pointer, json!(null));
        body.raises(Code::NULL_IN_NEW_RECORD, [INFO, ERROR], &[(&pointer, &message)]);
        body.set("/data/json_version", "v1").is_clean();
    }
    assessment().set("/data/data/assessment/timing", json!(null)).is_clean();
}

#[test]
fn activity_has_four_descriptors_whatever_their_names() {
    let descriptors = "/data/data/activity/descriptors";
    assessment().set(descriptors, json!({"a": true, "b": false, "c": false, "d": false})).is_clean();
    let said = [(
        descriptors,
        "activity.descriptors has another number of descriptors than the four that PainChek documents.",
    )];
    assessment().set(descriptors, json!({"a": true, "b": false, "c": false})).raises(
        Code::DESCRIPTOR_COUNT,
        [WARNING, WARNING],
        &said,
    );
}

#[test]
fn null_in_quotes_is_pointed_at() {
    let said = [("/data/data/face/comment", "The text \"null\" stands here, in quotes.")];
    assessment().set("/data/data/face/comment", "null").raises(Code::NULL_STRING, [WARNING, WARNING], &said);
    assessment().set("/data/data/face/comment", "null and void").is_clean();
    assessment().set("/data/data/face/comment", json!(null)).is_clean();
    // A key is no value.
    assessment().set("/data/null", "text").is_clean();
}
