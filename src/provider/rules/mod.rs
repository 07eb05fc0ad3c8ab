//! Cross-field rules: which a provider has, and how severe each is in which profile.
//!
//! A rule says what no schema can: that two fields of a payload agree. How severe it is when they do not
//! stands in the provider's definition. The rules run on a payload that satisfies its schema in
//! the lenient profile, and still rely on nothing: what is absent, null or of another type is left alone.

mod context;
mod painchek;
mod xon;

use crate::issue::{CodeInfo, PendingIssue, Profile, Severity};
use crate::json::{Document, Value};

use super::members::members;
use context::{RuleReporter, Ruleset, ScoreRanges, Setting};

static RULESETS: [&Ruleset; 2] = [&painchek::RULESET, &xon::RULESET];

/// The codes of cross-field rules: a title, and its codes. What several providers share comes first.
pub const RULE_CODES: [(&str, &[CodeInfo]); 3] =
    [("Shared", context::SHARED_CODES), ("PainChek", painchek::CODES), ("X-on Surgery Connect", xon::CODES)];

/// The rules of one provider with the severities of its definition.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    ruleset: Option<&'static Ruleset>,
    settings: Vec<Setting>,
    bands: ScoreRanges,
}

impl Rules {
    /// Reads `rules` (from code to severity, or to a list of two, lenient and strict) and `bands` of a
    /// definition that fits its contract. A rule that is not named is off.
    ///
    /// # Errors
    /// The place and a sentence, where a code is none of the provider's rules.
    pub fn read<'d>(provider: &str, definition: Value<'d>) -> Result<Self, (Value<'d>, String)> {
        let ruleset = RULESETS.into_iter().find(|ruleset| ruleset.provider == provider);
        let codes = ruleset.map(|ruleset| (ruleset.codes)()).unwrap_or_default();
        let mut settings: Vec<Setting> = codes.into_iter().map(|code| (code, [None; 2])).collect();
        for (key, value) in members(definition, "rules") {
            let name = key.text();
            let Some(setting) = settings.iter_mut().find(|(code, _)| code.as_str() == name) else {
                let sentence = format!(
                    "The provider {provider} has no rule named {name}: rules across fields are part of \
                     the built-in providers."
                );
                return Err((value, sentence));
            };
            let mut profiles = value.elements();
            setting.1 =
                [severity(profiles.next().unwrap_or(value)), severity(profiles.next().unwrap_or(value))];
        }
        let bands = definition.get("bands").map(ScoreRanges::read).unwrap_or_default();
        Ok(Self { ruleset, settings, bands })
    }

    /// Whether the provider has rules at all.
    pub fn is_on(&self) -> bool {
        self.settings.iter().any(|(_, severities)| severities.iter().any(Option::is_some))
    }

    /// Whether a payload violates a rule whose violation is an error. Rules that only warn are not run.
    pub fn has_no_errors(&self, document: &Document<'_>, profile: Profile) -> bool {
        let is_error = |(_, severities): &Setting| severities[profile as usize] == Some(Severity::Error);
        if !self.settings.iter().any(is_error) {
            return true;
        }
        let mut drafts = Vec::new();
        self.run(document, profile, Severity::Error, &mut drafts);
        drafts.iter().all(|draft| draft.severity != Severity::Error)
    }

    /// Runs the rules over a payload.
    pub fn judge(&self, document: &Document<'_>, profile: Profile, drafts: &mut Vec<PendingIssue>) {
        self.run(document, profile, Severity::Info, drafts);
    }

    /// Runs the rules that are at least this bad.
    fn run(
        &self,
        document: &Document<'_>,
        profile: Profile,
        least: Severity,
        drafts: &mut Vec<PendingIssue>,
    ) {
        let Some(ruleset) = self.ruleset else { return };
        let mut raise = RuleReporter::new(&self.settings, &self.bands, document, profile, least, drafts);
        (ruleset.evaluate)(document.root(), &mut raise);
        raise.finish();
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
