//! Cross-field rules: which a provider has, how bad each is in which profile, and what they speak to.
//!
//! A rule says what no schema can: that two fields of a payload agree. How bad it is when they do not
//! stands in the provider's manifest. The rules run on a payload whose contract found no error, and
//! still rely on nothing: what is absent, null or of another type is left alone.

use crate::issue::{Code, Draft, Place, Profile, Severity};
use crate::json::{Document, Tag, Value};
use crate::schema::{Instant, instant};

use super::{painchek, xon};

/// What one provider's file of rules offers.
#[derive(Debug)]
pub(super) struct Ruleset {
    /// Id of the provider.
    pub provider: &'static str,
    /// The codes of its rules, in their order.
    pub codes: fn() -> Vec<Code>,
    /// Runs every rule that [`Raise::begin`] lets begin.
    pub judge: fn(&Document<'_>, &mut Raise<'_>),
}

static RULESETS: [&Ruleset; 2] = [&painchek::RULESET, &xon::RULESET];

/// A rule and how bad its findings are in the lenient and in the strict profile; `None` is off.
type Setting = (Code, [Option<Severity>; 2]);

/// The rules of one provider with the severities of its manifest.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    ruleset: Option<&'static Ruleset>,
    settings: Vec<Setting>,
    bands: Bands,
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
        for (key, value) in definition.get("rules").into_iter().flat_map(Value::members) {
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
        let bands = definition.get("bands").map(Bands::read).unwrap_or_default();
        Ok(Self { ruleset, settings, bands })
    }

    /// Runs the rules over a payload.
    pub fn judge(&self, document: &Document<'_>, profile: Profile, drafts: &mut Vec<Draft>) {
        let Some(ruleset) = self.ruleset else { return };
        let (code, severity) = (Code::EVENT_INVALID, Severity::Info);
        let mut raise =
            Raise { rules: self, profile, code, severity, drafts, errors: 0, others: 0, omitted: 0 };
        (ruleset.judge)(document, &mut raise);
        raise.finish(document.root());
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

/// More issues than this are counted and not listed; errors are counted apart, so that nothing
/// crowds them out.
const MOST: usize = 1000;

/// What a rule speaks to: knows the rule's code and how bad it is, and keeps what was said.
#[derive(Debug)]
pub(super) struct Raise<'r> {
    rules: &'r Rules,
    profile: Profile,
    code: Code,
    severity: Severity,
    drafts: &'r mut Vec<Draft>,
    errors: usize,
    others: usize,
    omitted: usize,
}

impl<'r> Raise<'r> {
    /// Begins the provider's rule with this index; says whether it is on in this profile.
    pub fn begin(&mut self, rule: usize) -> bool {
        let Some((code, severities)) = self.rules.settings.get(rule) else { return false };
        let Some(severity) = severities[self.profile as usize] else { return false };
        (self.code, self.severity) = (*code, severity);
        true
    }

    /// What this rule says from here on is no worse than this.
    pub fn at_most(&mut self, severity: Severity) {
        self.severity = self.severity.max(severity);
    }

    /// Says something, without a value of the payload in it.
    pub fn say(&mut self, place: Place, message: &str) {
        self.push(place, message, None);
    }

    /// Says something and what may be behind it.
    pub fn hint(&mut self, place: Place, message: &str, hint: &str) {
        self.push(place, message, Some(hint));
    }

    fn push(&mut self, place: Place, message: &str, hint: Option<&str>) {
        let is_error = self.severity == Severity::Error;
        let count = if is_error { &mut self.errors } else { &mut self.others };
        if *count == MOST {
            self.omitted += 1;
            return;
        }
        *count += 1;
        let draft = Draft::new(self.code, self.severity, place, message);
        self.drafts.push(Draft { hint: hint.map(str::to_owned), ..draft });
    }

    /// Says at the end that there was more.
    fn finish(self, root: Value<'_>) {
        if self.omitted > 0 {
            let (code, severity) = (Code::ISSUES_OMITTED, Severity::Info);
            let message = format!(
                "The rules across fields have {} more to say than the {MOST} that are listed.",
                self.omitted
            );
            self.drafts.push(Draft::new(code, severity, root.place(), message));
        }
    }

    /// The bands of the manifest.
    pub fn bands(&self) -> &'r Bands {
        &self.rules.bands
    }
}

/// Which level a score has, by mode: data of the manifest, because the vendor's list is not public.
#[derive(Debug, Default)]
pub(super) struct Bands(Vec<Band>);

#[derive(Debug)]
struct Band {
    mode: String,
    level: String,
    least: i64,
    most: i64,
}

impl Bands {
    fn read(value: Value<'_>) -> Self {
        let mut bands = Vec::new();
        for (mode, levels) in value.members() {
            for (level, range) in levels.members() {
                let mut ends = range.elements().filter_map(Value::as_i64);
                if let (Some(least), Some(most)) = (ends.next(), ends.next()) {
                    let (mode, level) = (mode.text().into_owned(), level.text().into_owned());
                    bands.push(Band { mode, level, least, most });
                }
            }
        }
        Self(bands)
    }

    /// Whether the score lies in the level's band; nothing where mode or level have no band.
    pub fn fits(&self, mode: &str, level: &str, score: i64) -> Option<bool> {
        let band = self.0.iter().find(|band| band.mode == mode && band.level == level)?;
        Some((band.least..=band.most).contains(&score))
    }
}

/// The values of several keys of an object in one pass; the last one where a key stands twice.
pub(super) fn pick<'d, const N: usize>(
    object: Option<Value<'d>>,
    keys: &[&str; N],
) -> [Option<Value<'d>>; N] {
    let mut values = [None; N];
    // Senders write keys in one order, which is the order they are asked for in: the next one first.
    let mut next = 0;
    for (key, value) in object.into_iter().flat_map(Value::members) {
        if let Some(at) = (next..N).chain(0..next).find(|&at| key.is(keys[at])) {
            values[at] = Some(value);
            next = at + 1;
        }
    }
    values
}

/// The value, unless it is absent or null.
pub(super) fn present(value: Option<Value<'_>>) -> Option<Value<'_>> {
    value.filter(|value| !value.is_null())
}

/// Whether the value is this string.
pub(super) fn is(value: Option<Value<'_>>, text: &str) -> bool {
    value.and_then(Value::as_str).is_some_and(|string| string == text)
}

/// The moment a date-time names.
pub(super) fn moment(value: Option<Value<'_>>) -> Option<Instant> {
    instant(&value?.as_str()?)
}

/// The number a UUID stands for, so that letter case does not matter.
pub(super) fn uuid(value: Option<Value<'_>>) -> Option<u128> {
    uuid::Uuid::try_parse(&value?.as_str()?).ok().map(|uuid| uuid.as_u128())
}

/// Says where the text "null" stands as a value.
///
/// PainChek's help centre shows a patient with `"deleted_reason": "null"` (6218596001807): a sender
/// that prints a missing value instead of leaving it out.
pub(super) fn null_text(document: &Document<'_>, raise: &mut Raise<'_>) {
    let is_null_text = |at: usize| document.bytes[at + 1..].starts_with(b"null\"");
    let mut strings = document.tape.iter().filter(|token| token.tag() == Tag::Ascii);
    if strings.any(|token| is_null_text(token.at as usize)) {
        null_text_within(document.root(), raise);
    }
}

fn null_text_within(value: Value<'_>, raise: &mut Raise<'_>) {
    // As deep as the reader lets a text be, and no deeper.
    value.members().map(|(_, value)| value).chain(value.elements()).for_each(|value| {
        if value.tag() == Tag::Ascii && value.inner() == b"null" {
            raise.hint(
                value.place(),
                "The text \"null\" stands here, in quotes.",
                "If nothing was meant, the sender should send null without quotes.",
            );
        }
        null_text_within(value, raise);
    });
}

#[cfg(test)]
pub(super) mod tests;
