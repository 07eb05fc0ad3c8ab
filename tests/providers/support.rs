//! Samples to change, and the reports of a webhook about them.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Report, Timestamp, Webhook, WebhookOptions};
use hookseal::{Profile, Severity};
use serde_json::Value as Json;

pub const PROFILES: [Profile; 2] = [Profile::Lenient, Profile::Strict];

pub const ERROR: Option<Severity> = Some(Severity::Error);
pub const WARNING: Option<Severity> = Some(Severity::Warning);
pub const INFO: Option<Severity> = Some(Severity::Info);

macro_rules! samples {
    ($($provider:literal $name:literal)*) => {
        /// Provider, name and text of every sample.
        pub const SAMPLES: &[(&str, &str, &str)] = &[$((
            $provider,
            $name,
            include_str!(concat!("../../providers/", $provider, "/samples/", $name, ".json")),
        )),*];
    };
}

samples! {
    "painchek" "assessment_add.painchek"
    "painchek" "assessment_add.severe"
    "painchek" "assessment_add.nrs"
    "xon" "file-request.files.update.R0"
    "xon" "file-request.files.update.R1"
    "xon" "file-request.files.update.R2"
    "xon" "file-request.files.update.R3"
    "xon" "file-request.files.update.R4"
    "xon" "file-request.files.update.R5"
    "xon" "file-request.files.update.R6"
    "xon" "file-request.files.update.R7"
    "xon" "file-request.files.update.R8"
    "xon" "file-request.files.update.R9"
    "xon" "calls.user.create"
    "xon" "calls.user.delete"
    "xon" "user.caller-details.update"
}

thread_local! {
    static WEBHOOKS: Vec<(&'static str, Profile, Webhook)> = ["painchek", "xon"]
        .into_iter()
        .flat_map(|provider| PROFILES.map(|profile| {
            let options = WebhookOptions { allow_unsigned: true, profile, ..WebhookOptions::default() };
            (provider, profile, Webhook::built_in(provider, options).unwrap())
        }))
        .collect();
}

/// The report about a body by a webhook that accepts unsigned deliveries.
pub fn inspect_with(provider: &str, headers: &[(&str, &str)], body: &str, profile: Profile) -> Report {
    WEBHOOKS.with(|webhooks| {
        let is = |(id, its, _): &&(&str, Profile, Webhook)| *id == provider && *its == profile;
        let (.., webhook) = webhooks.iter().find(is).unwrap();
        let headers: Headers<'_> = headers.iter().copied().collect();
        webhook.inspect(&Delivery::new(headers, body.as_bytes()), Timestamp::from_millis(0))
    })
}

pub fn inspect(provider: &str, body: &str, profile: Profile) -> Report {
    inspect_with(provider, &[("Content-Type", "application/json")], body, profile)
}

/// Code, severity and pointer of every issue.
pub fn findings(provider: &str, body: &str, profile: Profile) -> Vec<(String, Severity, String)> {
    let issues = inspect(provider, body, profile).issues;
    let finding = |issue: hookseal::Issue| (issue.code.to_string(), issue.severity, issue.pointer);
    issues.into_iter().map(finding).collect()
}

/// A sample that a test changes.
#[derive(Clone)]
pub struct Payload {
    pub provider: &'static str,
    pub body: Json,
}

pub fn sample(name: &str) -> Payload {
    let (provider, _, text) = SAMPLES.iter().find(|(_, sample, _)| *sample == name).unwrap();
    Payload { provider, body: serde_json::from_str(text).unwrap() }
}

pub fn every_sample() -> impl Iterator<Item = (&'static str, Payload)> {
    SAMPLES.iter().map(|(_, name, _)| (*name, sample(name)))
}

impl Payload {
    /// Sets the value at a pointer. The parent has to exist.
    pub fn set(mut self, pointer: &str, value: impl Into<Json>) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match self.body.pointer_mut(parent).unwrap() {
            Json::Array(items) => items[key.parse::<usize>().unwrap()] = value.into(),
            object => object[key] = value.into(),
        }
        self
    }

    pub fn remove(mut self, pointer: &str) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = self.body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.shift_remove(key).unwrap();
        self
    }

    /// The pointers of all values that `wanted` accepts.
    pub fn pointers(&self, wanted: fn(&Json) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.body, "", &mut |pointer, value| {
            if wanted(value) {
                found.push(pointer.to_owned());
            }
        });
        found
    }

    /// Checks that there are no issues in either profile.
    #[track_caller]
    pub fn is_clean(&self) {
        self.says([&[], &[]]);
    }

    /// Checks that there is exactly one issue in each profile.
    #[track_caller]
    pub fn says_one(&self, code: &str, severities: [Option<Severity>; 2], pointer: &str) {
        let one = |severity: Option<Severity>| {
            severity.map(|severity| vec![(code, severity, pointer)]).unwrap_or_default()
        };
        self.says([&one(severities[0]), &one(severities[1])]);
    }

    /// Checks that there are exactly these issues, in the lenient and in the strict profile.
    #[track_caller]
    pub fn says(&self, expected: [&[(&str, Severity, &str)]; 2]) {
        for (profile, expected) in PROFILES.into_iter().zip(expected) {
            let said = findings(self.provider, &self.body.to_string(), profile);
            let said: Vec<_> =
                said.iter().map(|(code, severity, at)| (code.as_str(), *severity, at.as_str())).collect();
            assert_eq!(said, expected, "{profile:?}");
        }
    }

    /// Whether there is an error at this pointer, by profile.
    pub fn errs_at(&self, pointer: &str) -> [bool; 2] {
        PROFILES.map(|profile| {
            findings(self.provider, &self.body.to_string(), profile)
                .iter()
                .any(|(_, severity, at)| *severity == Severity::Error && at == pointer)
        })
    }
}

fn walk(value: &Json, pointer: &str, see: &mut impl FnMut(&str, &Json)) {
    see(pointer, value);
    match value {
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{at}"), see);
            }
        }
        Json::Object(members) => {
            for (key, value) in members {
                walk(value, &format!("{pointer}/{key}"), see);
            }
        }
        _ => {}
    }
}
