//! Valid payloads: every sample, and the payloads of the providers' documentation.

use hookseal::provider::{self, Provider};
use hookseal::{Profile, Severity};

use super::support::{PROFILES, SAMPLES, every_sample, inspect};

const PAINCHEK: &str = include_str!("../vectors/seeds/painchek.json");
const PAINCHEK_AS_PRINTED: &str = include_str!("../vectors/seeds/painchek-as-printed.txt");
const XON: &str = include_str!("../vectors/seeds/xon.json");

#[test]
fn every_sample_is_valid_in_both_profiles() {
    for (provider, name, text) in SAMPLES {
        for profile in PROFILES {
            let report = inspect(provider, text, profile);
            assert_eq!(report.issues, [], "{name} {profile:?}");
            assert!(name.starts_with(report.event_type.as_deref().unwrap()), "{name}");
        }
    }
}

#[test]
fn every_file_of_samples_is_tested() {
    for provider in ["painchek", "xon"] {
        let folder = format!("{}/providers/{provider}/samples", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut tested: Vec<String> = SAMPLES
            .iter()
            .filter(|(id, ..)| *id == provider)
            .map(|(_, name, _)| format!("{name}.json"))
            .collect();
        tested.sort();
        assert_eq!(files, tested);
    }
}

#[test]
fn every_event_and_revision_has_a_sample() {
    for id in ["painchek", "xon"] {
        let provider = Provider::from_json(provider::definition(id).unwrap().as_bytes()).unwrap();
        let seen: Vec<(String, Option<String>)> = SAMPLES
            .iter()
            .filter(|(its, ..)| *its == id)
            .map(|(_, _, text)| inspect(id, text, Profile::Strict))
            .map(|report| (report.event_type.unwrap(), report.revision))
            .collect();
        for event in &provider.events {
            for revision in &event.revisions {
                let wanted = (event.event_type.clone(), revision.name.clone());
                assert!(seen.contains(&wanted), "{wanted:?}");
            }
        }
    }
}

#[test]
fn distinguishes_revisions() {
    for (name, payload) in every_sample() {
        let revision = match name.rsplit('.').next().unwrap() {
            "R0" => Some("R0"),
            "R1" | "R2" | "R3" | "R4" | "R5" | "R6" => Some("R1-R6"),
            "R7" | "R8" | "R9" => Some("R7-R9"),
            _ => None,
        };
        let report = inspect(payload.provider, &payload.body.to_string(), Profile::Lenient);
        assert_eq!(report.revision.as_deref(), revision, "{name}");
    }
}

#[test]
fn the_documented_xon_payload_is_valid_in_both_profiles() {
    for profile in PROFILES {
        assert_eq!(inspect("xon", XON, profile).issues, []);
    }
}

#[test]
fn the_documented_painchek_payload_has_no_error_with_repaired_commas() {
    let missing =
        ["patient_first_name", "patient_last_name", "user_first_name", "user_last_name", "user_source"];
    for (profile, severity) in [(Profile::Lenient, Severity::Info), (Profile::Strict, Severity::Warning)] {
        let issues = inspect("painchek", PAINCHEK, profile).issues;
        let (placeholders, others): (Vec<_>, Vec<_>) =
            issues.iter().partition(|issue| issue.code.as_str() == "placeholder");
        // The "..." that replaces five domains and the device.
        assert_eq!(placeholders.len(), 1, "{profile:?}");
        assert_eq!(placeholders[0].severity, Severity::Warning);
        assert_eq!(placeholders[0].pointer, "/data/data/...");
        // The names that the article about the API calls mandatory.
        assert_eq!(others.len(), missing.len(), "{profile:?}");
        for (issue, name) in others.iter().zip(missing) {
            assert_eq!((issue.code.as_str(), issue.severity), ("required", severity));
            assert!(issue.message.contains(name), "{}", issue.message);
        }
    }
}

#[test]
fn the_documented_painchek_payload_is_not_json_and_the_missing_comma_is_reported() {
    let report = inspect("painchek", PAINCHEK_AS_PRINTED, Profile::Lenient);
    let [issue] = &report.issues[..] else { panic!("{:?}", report.issues) };
    assert_eq!((issue.code.as_str(), issue.severity), ("json-syntax", Severity::Error));
    let text: String = [Some(&issue.message), issue.hint.as_ref()].into_iter().flatten().cloned().collect();
    assert!(text.contains("comma"), "{text}");
    assert!(text.contains("device_id"), "{text}");
}
