//! What the rules of every provider are written with: the context that raises their issues, and small readers of
//! values.

use std::cmp::Ordering;

use crate::code::codes;
use crate::issue::{Code, Draft, Place, Profile, Severity};
use crate::json::{Document, Tag, Value, same_bytes};
use crate::schema::instant;

codes! {
    /// The codes of rules that several providers share.
    pub(super) SHARED_CODES:
    NULL_TEXT = "null-text" Rules,
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
    pub judge: fn(Value<'_>, &mut Raise<'_>),
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
pub(super) struct Raise<'r> {
    settings: &'r [Setting],
    bands: &'r Bands,
    document: &'r Document<'r>,
    profile: Profile,
    least: Severity,
    code: Code,
    severity: Severity,
    drafts: &'r mut Vec<Draft>,
    errors: usize,
    others: usize,
    omitted: usize,
}

impl<'r> Raise<'r> {
    /// A context for a run of the rules that are at least this severe.
    pub fn new(
        settings: &'r [Setting],
        bands: &'r Bands,
        document: &'r Document<'r>,
        profile: Profile,
        least: Severity,
        drafts: &'r mut Vec<Draft>,
    ) -> Self {
        let (code, severity) = (Code::EVENT_INVALID, Severity::Info);
        let (errors, others, omitted) = (0, 0, 0);
        Self { settings, bands, document, profile, least, code, severity, drafts, errors, others, omitted }
    }

    /// Runs those of the provider's rules that are on, in their order.
    pub fn each<R: Copy>(&mut self, rules: &[(Code, R)], mut run: impl FnMut(R, &mut Self)) {
        for (index, (_, rule)) in rules.iter().enumerate() {
            if self.begin(index) {
                run(*rule, self);
            }
        }
    }

    /// Begins the provider's rule with this index; says whether it is on in this profile.
    fn begin(&mut self, rule: usize) -> bool {
        let Some((code, severities)) = self.settings.get(rule) else { return false };
        let Some(severity) = severities[self.profile as usize].filter(|severity| *severity <= self.least)
        else {
            return false;
        };
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
        if *count == MAX_ISSUES {
            self.omitted += 1;
            return;
        }
        *count += 1;
        let draft = Draft::new(self.code, self.severity, place, message);
        self.drafts.push(Draft { hint: hint.map(str::to_owned), ..draft });
    }

    /// Says at the end that there was more.
    pub fn finish(self) {
        if self.omitted > 0 {
            let (code, severity) = (Code::ISSUES_OMITTED, Severity::Info);
            let message = format!(
                "The rules across fields have {} more to say than the {MAX_ISSUES} that are listed.",
                self.omitted
            );
            self.drafts.push(Draft::new(code, severity, self.document.root().place(), message));
        }
    }

    /// The bands of the manifest.
    pub fn bands(&self) -> &'r Bands {
        self.bands
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
    pub fn read(value: Value<'_>) -> Self {
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
    pub fn fits(&self, mode: Value<'_>, level: Value<'_>, score: i64) -> Option<bool> {
        let band = self.0.iter().find(|band| is(level, &band.level) && is(mode, &band.mode))?;
        Some((band.least..=band.most).contains(&score))
    }
}

/// Shows the members of an object, keys as bytes: a `match` over them finds several in one pass.
pub(super) fn each<'d>(object: Option<Value<'d>>, see: &mut dyn FnMut(&[u8], Value<'d>)) {
    let Some(object) = object else { return };
    for (key, value) in object.members() {
        match key.plain() {
            Some(plain) => see(plain, value),
            None => see(&key.exact(), value),
        }
    }
}

/// The value, unless it is absent or null.
pub(super) fn present(value: Option<Value<'_>>) -> Option<Value<'_>> {
    value.filter(|value| !value.is_null())
}

/// Whether the value is this string.
pub(super) fn is(value: Value<'_>, text: &str) -> bool {
    match value.tag() {
        Tag::Ascii | Tag::Utf8 => same_bytes(value.inner(), text.as_bytes()),
        Tag::Escaped => *value.exact() == *text.as_bytes(),
        _ => false,
    }
}

/// The number a UUID stands for, so that letter case does not matter.
pub(super) fn uuid(value: Value<'_>) -> Option<u128> {
    let parsed = match value.tag() {
        Tag::Ascii => uuid::Uuid::try_parse_ascii(value.inner()),
        _ => uuid::Uuid::try_parse(&value.as_str()?),
    };
    parsed.ok().map(|uuid| uuid.as_u128())
}

/// Whether two values are UUIDs, and not the same.
pub(super) fn differ(one: Value<'_>, other: Value<'_>) -> bool {
    if one.inner().eq_ignore_ascii_case(other.inner()) {
        return false;
    }
    matches!((uuid(one), uuid(other)), (Some(one), Some(other)) if one != other)
}

/// Which of two date-times is the earlier moment, whatever their offsets; nothing where one is none.
pub(super) fn order(one: Option<Value<'_>>, other: Option<Value<'_>>) -> Option<Ordering> {
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
    let (seconds, rest) = value.inner().split_at_checked(19)?;
    let in_utc = rest.ends_with(b"Z") || rest.ends_with(b"+00:00");
    (in_utc && seconds[10] == b'T' && value.tag() == Tag::Ascii).then_some(seconds)
}

/// Says where the text "null" stands as a value.
///
/// PainChek's help centre shows a patient with `"deleted_reason": "null"` (6218596001807): a sender
/// that prints a missing value instead of leaving it out.
pub(super) fn null_text(raise: &mut Raise<'_>) {
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
pub(super) fn placeholder_text(raise: &mut Raise<'_>) {
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
fn each_text(text: &str, raise: &mut Raise<'_>, see: &mut dyn FnMut(Place, &mut Raise<'_>)) {
    let document = raise.document;
    let Ok(length) = u32::try_from(text.len()) else { return };
    let mut alike = document.tape.iter().filter(|token| token.is(Tag::Ascii, length));
    if alike.any(|token| document.bytes[token.at as usize + 1..].starts_with(text.as_bytes())) {
        each_text_within(document.root(), text.as_bytes(), raise, see);
    }
}

fn each_text_within(
    value: Value<'_>,
    text: &[u8],
    raise: &mut Raise<'_>,
    see: &mut dyn FnMut(Place, &mut Raise<'_>),
) {
    let members = value.members().filter_map(|(key, value)| {
        // Beside the key "..." nothing is a value: the contract speaks of it.
        (key.plain() != Some(b"...")).then_some(value)
    });
    // As deep as the reader lets a text be, and no deeper.
    for value in members.chain(value.elements()) {
        if value.tag() == Tag::Ascii && value.inner() == text {
            see(value.place(), raise);
        }
        each_text_within(value, text, raise, see);
    }
}
