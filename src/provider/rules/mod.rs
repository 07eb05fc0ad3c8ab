//! Cross-field rules: those of each provider, and their severities by profile.
//!
//! A rule checks what a schema cannot express: that two fields of a payload agree. The provider definition has its
//! severity. Rules run on payloads that satisfy their schema in the lenient profile, and still ignore every value that is
//! absent, null or of another type.

mod context;
mod painchek;
mod xon;

use crate::blob::{Blob, Reader, Writer};
use crate::issue::{CodeInfo, PendingIssue, Profile, Severity};
use crate::json::{Document, Value};

use super::members::members;
use context::{RuleReporter, Ruleset, ScoreRanges, Setting};

static RULESETS: [&Ruleset; 2] = [&painchek::RULESET, &xon::RULESET];

/// The codes of cross-field rules under a title each: first those of several providers, then those of one.
pub const RULE_CODES: [(&str, &[CodeInfo]); 3] =
    [("Shared", context::SHARED_CODES), ("PainChek", painchek::CODES), ("X-on Surgery Connect", xon::CODES)];

/// The rules of a provider with the severities of its definition.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    ruleset: Option<&'static Ruleset>,
    settings: Vec<Setting>,
    score_ranges: ScoreRanges,
}

impl Rules {
    /// Parses `rules` (a severity for each code, or a lenient and a strict one) and `bands` of a valid definition. Rules
    /// without an entry are off.
    ///
    /// # Errors
    /// The value and a message, for a code that is not among the provider's rules.
    pub fn parse<'d>(provider: &str, definition: Value<'d>) -> Result<Self, (Value<'d>, String)> {
        let ruleset = RULESETS.into_iter().find(|ruleset| ruleset.provider == provider);
        let codes = ruleset.map(|ruleset| (ruleset.codes)()).unwrap_or_default();
        let mut settings: Vec<Setting> = codes.into_iter().map(|code| (code, [None; 2])).collect();
        for (key, value) in members(definition, "rules") {
            let name = key.text();
            let Some(setting) = settings.iter_mut().find(|(code, _)| code.as_str() == name) else {
                let message = format!(
                    "Unknown rule \"{name}\": only built-in providers have cross-field rules, and {provider} does not \
                     have this one."
                );
                return Err((value, message));
            };
            let mut profiles = value.elements();
            setting.1 =
                [severity(profiles.next().unwrap_or(value)), severity(profiles.next().unwrap_or(value))];
        }
        let score_ranges = definition.get("bands").map(ScoreRanges::parse).unwrap_or_default();
        Ok(Self { ruleset, settings, score_ranges })
    }

    /// Returns whether any rule is on.
    pub fn is_on(&self) -> bool {
        self.settings.iter().any(|(_, severities)| severities.iter().any(Option::is_some))
    }

    /// Returns whether a payload satisfies every rule whose violation is an error. PERF: no other rule runs.
    pub fn has_no_errors(&self, document: &Document<'_>, profile: Profile) -> bool {
        let is_error = |(_, severities): &Setting| severities[profile as usize] == Some(Severity::Error);
        if !self.settings.iter().any(is_error) {
            return true;
        }
        let mut pending = Vec::new();
        self.run(document, profile, Severity::Error, &mut pending);
        pending.iter().all(|issue| issue.severity != Severity::Error)
    }

    /// Runs every rule on a payload.
    pub fn evaluate(&self, document: &Document<'_>, profile: Profile, pending: &mut Vec<PendingIssue>) {
        self.run(document, profile, Severity::Info, pending);
    }

    /// Runs the rules of at least this severity.
    fn run(
        &self,
        document: &Document<'_>,
        profile: Profile,
        min_severity: Severity,
        pending: &mut Vec<PendingIssue>,
    ) {
        let Some(ruleset) = self.ruleset else { return };
        let (settings, score_ranges) = (&self.settings, &self.score_ranges);
        let mut reporter =
            RuleReporter::new(settings, score_ranges, document, profile, min_severity, pending);
        (ruleset.evaluate)(document.root(), &mut reporter);
        reporter.finish();
    }
}

/// The severities of all rules, in the order of the codes of the provider.
impl Blob for Rules {
    fn put(&self, out: &mut Writer) {
        let Self { ruleset, settings, score_ranges } = self;
        ruleset.map(|ruleset| ruleset.provider.to_owned()).put(out);
        for (_, [lenient, strict]) in settings {
            lenient.put(out);
            strict.put(out);
        }
        score_ranges.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let provider = Option::<String>::get(input);
        let ruleset = RULESETS.into_iter().find(|ruleset| Some(ruleset.provider) == provider.as_deref());
        input.check(ruleset.is_some() == provider.is_some());
        let codes = ruleset.map(|ruleset| (ruleset.codes)()).unwrap_or_default();
        let settings = codes.into_iter().map(|code| (code, [Blob::get(input), Blob::get(input)])).collect();
        Self { ruleset, settings, score_ranges: Blob::get(input) }
    }
}

fn severity(value: Value<'_>) -> Option<Severity> {
    match &*value.as_str()? {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
