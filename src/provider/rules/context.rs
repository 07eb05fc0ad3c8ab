//! What the rules of every provider are written with: the context that raises their issues, and small readers of
//! values.

use std::cmp::Ordering;

use crate::code::codes;
use crate::issue::{Code, Location, PendingIssue, Profile, Severity};
use crate::json::{Document, TokenKind, Value, bytes_equal};
use crate::schema::instant;

codes! {
    /// The codes of rules that several providers share.
    pub(super) SHARED_CODES:
    NULL_STRING = "null-string" Rules,
        "The string \"null\" was sent instead of JSON null.",
        "Send null without quotes, or leave the property out.";
}

/// What one provider's file of rules offers.
#[derive(Debug)]
pub(super) struct Ruleset {
    /// Id of the provider.
    pub provider: &'static str,
    /// The codes of its rules, in their order.
    pub codes: fn() -> Vec<Code>,
    /// Runs every rule that is on.
    pub evaluate: fn(Value<'_>, &mut RuleReporter<'_>),
}

/// The codes of a provider's rules, in their order.
pub(super) fn codes_of<R>(rules: &[(Code, R)]) -> Vec<Code> {
    rules.iter().map(|(code, _)| *code).collect()
}

/// A rule and how severe its issues are in the lenient and in the strict profile; `None` is off.
pub(super) type Setting = (Code, [Option<Severity>; 2]);

/// More issues than this are counted and not listed; errors are counted apart, so that nothing
/// crowds them out.
pub(super) const MAX_ISSUES: usize = 100;

/// What a rule speaks to: knows the rule's code and how bad it is, and keeps what was said.
#[derive(Debug)]
pub(super) struct RuleReporter<'r> {
    settings: &'r [Setting],
    bands: &'r ScoreRanges,
    document: &'r Document<'r>,
    profile: Profile,
    min: Severity,
    code: Code,
    severity: Severity,
    drafts: &'r mut Vec<PendingIssue>,
    errors: usize,
    others: usize,
    omitted: usize,
}

impl<'r> RuleReporter<'r> {
    /// A context for a run of the rules that are at least this severe.
    pub fn new(
        settings: &'r [Setting],
        bands: &'r ScoreRanges,
        document: &'r Document<'r>,
        profile: Profile,
        least: Severity,
        drafts: &'r mut Vec<PendingIssue>,
    ) -> Self {
        let (code, severity) = (Code::EVENT_INVALID, Severity::Info);
        let (errors, others, omitted) = (0, 0, 0);
        Self {
            settings,
            bands,
            document,
            profile,
            min: least,
            code,
            severity,
            drafts,
            errors,
            others,
            omitted,
        }
    }

    /// Runs those of the provider's rules that are on, in their order.
    pub fn each<R: Copy>(&mut self, rules: &[(Code, R)], mut run: impl FnMut(R, &mut Self)) {
        for (index, (_, rule)) in rules.iter().enumerate() {
            if self.select_rule(index) {
                run(*rule, self);
            }
        }
    }

    /// Begins the provider's rule with this index; says whether it is on in this profile.
    fn select_rule(&mut self, rule: usize) -> bool {
        let Some((code, severities)) = self.settings.get(rule) else { return false };
        let Some(severity) = severities[self.profile as usize].filter(|severity| *severity <= self.min)
        else {
            return false;
        };
        (self.code, self.severity) = (*code, severity);
        true
    }

    /// What this rule says from here on is no worse than this.
    pub fn cap_severity(&mut self, severity: Severity) {
        self.severity = self.severity.max(severity);
    }

    /// Says something, without a value of the payload in it.
    pub fn report(&mut self, place: Location, message: &str) {
        self.push(place, message, None);
    }

    /// Says something and what may be behind it.
    pub fn hint(&mut self, place: Location, message: &str, hint: &str) {
        self.push(place, message, Some(hint));
    }

    fn push(&mut self, place: Location, message: &str, hint: Option<&str>) {
        let is_error = self.severity == Severity::Error;
        let count = if is_error { &mut self.errors } else { &mut self.others };
        if *count == MAX_ISSUES {
            self.omitted += 1;
            return;
        }
        *count += 1;
        let draft = PendingIssue::new(self.code, self.severity, place, message);
        self.drafts.push(PendingIssue { hint: hint.map(str::to_owned), ..draft });
    }

    /// Says at the end that there was more.
    pub fn finish(self) {
        if self.omitted > 0 {
            let (code, severity) = (Code::ISSUES_TRUNCATED, Severity::Info);
            let message = format!(
                "The rules across fields have {} more to say than the {MAX_ISSUES} that are listed.",
                self.omitted
            );
            self.drafts.push(PendingIssue::new(code, severity, self.document.root().place(), message));
        }
    }

    /// The bands of the definition.
    pub fn bands(&self) -> &'r ScoreRanges {
        self.bands
    }
}

/// Which level a score has, by mode: data of the definition, because the vendor's list is not public.
#[derive(Debug, Default)]
pub(super) struct ScoreRanges(Vec<Band>);

#[derive(Debug)]
struct Band {
    mode: String,
    level: String,
    min: i64,
    max: i64,
}

impl ScoreRanges {
    pub fn read(value: Value<'_>) -> Self {
        let mut bands = Vec::new();
        for (mode, levels) in value.members() {
            for (level, range) in levels.members() {
                let mut ends = range.elements().filter_map(Value::as_i64);
                if let (Some(least), Some(most)) = (ends.next(), ends.next()) {
                    let (mode, level) = (mode.text().into_owned(), level.text().into_owned());
                    bands.push(Band { mode, level, min: least, max: most });
                }
            }
        }
        Self(bands)
    }

    /// Whether the score lies in the level's band; nothing where mode or level have no band.
    pub fn contains(&self, mode: Value<'_>, level: Value<'_>, score: i64) -> Option<bool> {
        let band = self.0.iter().find(|band| is_string(level, &band.level) && is_string(mode, &band.mode))?;
        Some((band.min..=band.max).contains(&score))
    }
}

/// Shows the members of an object, keys as bytes: a `match` over them finds several in one pass.
pub(super) fn each<'d>(object: Option<Value<'d>>, visit: &mut dyn FnMut(&[u8], Value<'d>)) {
    let Some(object) = object else { return };
    for (key, value) in object.members() {
        match key.unescaped_bytes() {
            Some(plain) => visit(plain, value),
            None => visit(&key.decoded_bytes(), value),
        }
    }
}

/// The value, unless it is absent or null.
pub(super) fn present(value: Option<Value<'_>>) -> Option<Value<'_>> {
    value.filter(|value| !value.is_null())
}

/// Whether the value is this string.
pub(super) fn is_string(value: Value<'_>, text: &str) -> bool {
    match value.tag() {
        TokenKind::Ascii | TokenKind::Utf8 => bytes_equal(value.string_bytes(), text.as_bytes()),
        TokenKind::Escaped => *value.decoded_bytes() == *text.as_bytes(),
        _ => false,
    }
}

/// The number a UUID stands for, so that letter case does not matter.
pub(super) fn uuid(value: Value<'_>) -> Option<u128> {
    let parsed = match value.tag() {
        TokenKind::Ascii => uuid::Uuid::try_parse_ascii(value.string_bytes()),
        _ => uuid::Uuid::try_parse(&value.as_str()?),
    };
    parsed.ok().map(|uuid| uuid.as_u128())
}

/// Whether two values are UUIDs, and not the same.
pub(super) fn uuids_differ(one: Value<'_>, other: Value<'_>) -> bool {
    if one.string_bytes().eq_ignore_ascii_case(other.string_bytes()) {
        return false;
    }
    matches!((uuid(one), uuid(other)), (Some(one), Some(other)) if one != other)
}

/// Which of two date-times is the earlier moment, whatever their offsets; nothing where one is none.
pub(super) fn compare_instants(one: Option<Value<'_>>, other: Option<Value<'_>>) -> Option<Ordering> {
    let (one, other) = (one?, other?);
    // RFC 3339, section 5.1: with one offset, the order of the texts is that of the moments, up to
    // the seconds, which stand in the first 19 characters.
    if let (Some(a), Some(b)) = (utc_seconds(one), utc_seconds(other))
        && a != b
    {
        return Some(a.cmp(b));
    }
    Some(instant(&one.as_str()?)?.cmp(&instant(&other.as_str()?)?))
}

/// The text of a date-time up to its seconds, where its offset is nothing.
fn utc_seconds(value: Value<'_>) -> Option<&[u8]> {
    let (seconds, rest) = value.string_bytes().split_at_checked(19)?;
    let in_utc = rest.ends_with(b"Z") || rest.ends_with(b"+00:00");
    (in_utc && seconds[10] == b'T' && value.tag() == TokenKind::Ascii).then_some(seconds)
}

/// Says where the text "null" stands as a value.
///
/// PainChek's help centre shows a patient with `"deleted_reason": "null"` (6218596001807): a sender
/// that prints a missing value instead of leaving it out.
pub(super) fn null_string(raise: &mut RuleReporter<'_>) {
    each_text("null", raise, &mut |place, raise| {
        raise.hint(
            place,
            "The text \"null\" stands here, in quotes.",
            "If nothing was meant, the sender should send null without quotes.",
        );
    });
}

/// Says where a text stands that documentation writes for a value, although any text may stand there: `...` and
/// `<event>` of PainChek's samples (6249372515215). Where it may not, the contract calls it a placeholder.
pub(super) fn placeholder_text(raise: &mut RuleReporter<'_>) {
    for text in ["...", "<event>"] {
        each_text(text, raise, &mut |place, raise| {
            raise.hint(
                place,
                &format!(
                    "The text \"{text}\" stands here, which documentation writes where a value belongs."
                ),
                "It looks copied from documentation: a real delivery has a text of its own here.",
            );
        });
    }
}

/// Shows where a text stands as a value.
fn each_text(
    text: &str,
    raise: &mut RuleReporter<'_>,
    visit: &mut dyn FnMut(Location, &mut RuleReporter<'_>),
) {
    let document = raise.document;
    let Ok(length) = u32::try_from(text.len()) else { return };
    let mut alike = document.tape.iter().filter(|token| token.is(TokenKind::Ascii, length));
    if alike.any(|token| document.bytes[token.offset as usize + 1..].starts_with(text.as_bytes())) {
        each_text_within(document.root(), text.as_bytes(), raise, visit);
    }
}

fn each_text_within(
    value: Value<'_>,
    text: &[u8],
    raise: &mut RuleReporter<'_>,
    visit: &mut dyn FnMut(Location, &mut RuleReporter<'_>),
) {
    let members = value.members().filter_map(|(key, value)| {
        // Beside the key "..." nothing is a value: the contract speaks of it.
        (key.unescaped_bytes() != Some(b"...")).then_some(value)
    });
    // As deep as the parser lets a text be, and no deeper.
    for value in members.chain(value.elements()) {
        if value.tag() == TokenKind::Ascii && value.string_bytes() == text {
            visit(value.place(), raise);
        }
        each_text_within(value, text, raise, visit);
    }
}
