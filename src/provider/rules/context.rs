//! The toolkit of cross-field rules: the reporter that collects their issues, and accessors for values.

use std::cmp::Ordering;

use crate::blob::blob;
use crate::code::codes;
use crate::instant::instant;
use crate::issue::{Code, Location, PendingIssue, Profile, Severity};
use crate::json::{Document, TokenKind, Value, bytes_equal};

codes! {
    /// The codes of rules that several providers share.
    pub(super) SHARED_CODES:
    NULL_STRING = "null-string" Rules,
        "The string \"null\" was sent instead of JSON null.",
        "Send null without quotes, or leave the property out.";
}

/// The rules of one provider.
#[derive(Debug)]
pub(super) struct Ruleset {
    /// The id of the provider.
    pub provider: &'static str,
    /// The codes of the rules, in the order in which they run.
    pub codes: fn() -> Vec<Code>,
    /// Runs every enabled rule.
    pub evaluate: fn(Value<'_>, &mut RuleReporter<'_>),
}

/// Declares the `RULESET` of a provider: the code and the function of each rule, in the order in which they run. The
/// rules that all providers share are appended. `collect` of the fields runs once for all rules.
macro_rules! ruleset {
    ($provider:literal, $fields:ident, $($code:ident: $rule:ident,)*) => {
        pub(super) static RULESET: $crate::provider::rules::context::Ruleset =
            $crate::provider::rules::context::Ruleset {
                provider: $provider,
                codes: || RULES.iter().map(|(code, _)| *code).collect(),
                evaluate: |body, reporter| {
                    let fields = $fields::collect(body);
                    reporter.run_rules(RULES, |rule, reporter| rule(&fields, reporter));
                },
            };

        const RULES: &[(Code, fn(&$fields<'_>, &mut RuleReporter<'_>))] = &[
            $((Code::$code, $rule),)*
            (Code::NULL_STRING, |_, reporter| $crate::provider::rules::context::null_string(reporter)),
            (Code::PLACEHOLDER, |_, reporter| $crate::provider::rules::context::placeholder_string(reporter)),
        ];
    };
}
pub(super) use ruleset;

/// The code of a rule, and the severity of its issues in the lenient and in the strict profile; `None` is off.
pub(super) type Setting = (Code, [Option<Severity>; 2]);

/// Limit of listed issues: a report stays readable. Errors have a limit of their own, so that other issues never
/// displace them.
pub(super) const MAX_ISSUES: usize = 100;

/// Collects issues, with code and severity of the running rule.
#[derive(Debug)]
pub(super) struct RuleReporter<'r> {
    settings: &'r [Setting],
    score_ranges: &'r ScoreRanges,
    document: &'r Document<'r>,
    profile: Profile,
    min_severity: Severity,
    code: Code,
    severity: Severity,
    pending: &'r mut Vec<PendingIssue>,
    errors: usize,
    others: usize,
    omitted: usize,
}

impl<'r> RuleReporter<'r> {
    /// Creates a reporter that runs only rules of at least this severity.
    pub fn new(
        settings: &'r [Setting],
        score_ranges: &'r ScoreRanges,
        document: &'r Document<'r>,
        profile: Profile,
        min_severity: Severity,
        pending: &'r mut Vec<PendingIssue>,
    ) -> Self {
        let (code, severity) = (Code::EVENT_INVALID, Severity::Info);
        let (errors, others, omitted) = (0, 0, 0);
        Self {
            settings,
            score_ranges,
            document,
            profile,
            min_severity,
            code,
            severity,
            pending,
            errors,
            others,
            omitted,
        }
    }

    /// Runs the enabled rules in their order.
    pub fn run_rules<R: Copy>(&mut self, rules: &[(Code, R)], mut run: impl FnMut(R, &mut Self)) {
        for (index, (_, rule)) in rules.iter().enumerate() {
            if self.select_rule(index) {
                run(*rule, self);
            }
        }
    }

    /// Selects the rule with this index; `false` if the rule is off in this profile or not severe enough.
    fn select_rule(&mut self, rule: usize) -> bool {
        let Some((code, severities)) = self.settings.get(rule) else { return false };
        let Some(severity) =
            severities[self.profile as usize].filter(|severity| *severity <= self.min_severity)
        else {
            return false;
        };
        (self.code, self.severity) = (*code, severity);
        true
    }

    /// Limits the severity of further issues of the running rule.
    pub fn cap_severity(&mut self, severity: Severity) {
        self.severity = self.severity.max(severity);
    }

    /// Reports an issue. SECURITY: the message must not contain a value of the payload.
    pub fn report(&mut self, location: Location, message: &str) {
        self.push(location, message, None);
    }

    /// Reports an issue with a hint.
    pub fn report_with_hint(&mut self, location: Location, message: &str, hint: &str) {
        self.push(location, message, Some(hint));
    }

    fn push(&mut self, location: Location, message: &str, hint: Option<&str>) {
        let is_error = self.severity == Severity::Error;
        let count = if is_error { &mut self.errors } else { &mut self.others };
        if *count == MAX_ISSUES {
            self.omitted += 1;
            return;
        }
        *count += 1;
        let issue = PendingIssue::new(self.code, self.severity, location, message);
        self.pending.push(PendingIssue { hint: hint.map(str::to_owned), ..issue });
    }

    /// Reports how many issues were not listed.
    pub fn finish(self) {
        if self.omitted > 0 {
            let (code, severity) = (Code::ISSUES_TRUNCATED, Severity::Info);
            let message =
                format!("Cross-field rules: {MAX_ISSUES} issues are listed, {} more are not.", self.omitted);
            self.pending.push(PendingIssue::new(code, severity, self.document.root().location(), message));
        }
    }

    /// Returns the score ranges of the definition.
    pub fn score_ranges(&self) -> &'r ScoreRanges {
        self.score_ranges
    }
}

/// The range of scores of each level, by mode: data of the definition, because the vendor's list is not public.
#[derive(Debug, Default)]
pub(super) struct ScoreRanges {
    ranges: Vec<ScoreRange>,
}

blob!(struct ScoreRanges { ranges });

#[derive(Debug)]
struct ScoreRange {
    mode: String,
    level: String,
    min: i64,
    max: i64,
}

blob!(struct ScoreRange { mode, level, min, max });

impl ScoreRanges {
    pub fn parse(value: Value<'_>) -> Self {
        let mut ranges = Vec::new();
        for (mode, levels) in value.members() {
            for (level, range) in levels.members() {
                let mut limits = range.elements().filter_map(Value::as_i64);
                if let (Some(min), Some(max)) = (limits.next(), limits.next()) {
                    let (mode, level) = (mode.text().into_owned(), level.text().into_owned());
                    ranges.push(ScoreRange { mode, level, min, max });
                }
            }
        }
        Self { ranges }
    }

    /// Returns whether the score is in the range of the level; `None` if mode and level have no range.
    pub fn contains(&self, mode: Value<'_>, level: Value<'_>, score: i64) -> Option<bool> {
        let range = self
            .ranges
            .iter()
            .find(|range| is_string(level, &range.level) && is_string(mode, &range.mode))?;
        Some((range.min..=range.max).contains(&score))
    }
}

/// Visits the members of an object, with keys as bytes, so that one `match` collects several members in one pass.
pub(super) fn visit_members<'d>(object: Option<Value<'d>>, visit: &mut dyn FnMut(&[u8], Value<'d>)) {
    let Some(object) = object else { return };
    for (key, value) in object.members() {
        match key.unescaped_bytes() {
            Some(bytes) => visit(bytes, value),
            None => visit(&key.decoded_bytes(), value),
        }
    }
}

/// Returns the value, unless it is absent or null.
pub(super) fn present(value: Option<Value<'_>>) -> Option<Value<'_>> {
    value.filter(|value| !value.is_null())
}

/// Returns whether the value is this string.
pub(super) fn is_string(value: Value<'_>, text: &str) -> bool {
    match value.token_kind() {
        TokenKind::Ascii | TokenKind::Utf8 => bytes_equal(value.string_bytes(), text.as_bytes()),
        TokenKind::Escaped => *value.decoded_bytes() == *text.as_bytes(),
        _ => false,
    }
}

/// Parses a UUID to its number, so that letter case does not matter.
pub(super) fn uuid(value: Value<'_>) -> Option<u128> {
    let parsed = match value.token_kind() {
        TokenKind::Ascii => uuid::Uuid::try_parse_ascii(value.string_bytes()),
        _ => uuid::Uuid::try_parse(&value.as_str()?),
    };
    parsed.ok().map(|uuid| uuid.as_u128())
}

/// Returns whether both values are UUIDs, and different ones.
pub(super) fn uuids_differ(first: Value<'_>, second: Value<'_>) -> bool {
    if first.string_bytes().eq_ignore_ascii_case(second.string_bytes()) {
        return false;
    }
    matches!((uuid(first), uuid(second)), (Some(first), Some(second)) if first != second)
}

/// Compares two date-times of any offset; `None` if one is absent or invalid.
pub(super) fn compare_instants(first: Option<Value<'_>>, second: Option<Value<'_>>) -> Option<Ordering> {
    let (first, second) = (first?, second?);
    // PERF: with the same offset, texts are in the order of their instants (RFC 3339, section 5.1). The first 19
    // characters are date and time up to the seconds.
    if let (Some(a), Some(b)) = (utc_seconds(first), utc_seconds(second))
        && a != b
    {
        return Some(a.cmp(b));
    }
    Some(instant(first.as_str()?.as_bytes())?.cmp(&instant(second.as_str()?.as_bytes())?))
}

/// Returns a date-time up to its seconds, if its offset is zero.
fn utc_seconds(value: Value<'_>) -> Option<&[u8]> {
    let (seconds, rest) = value.string_bytes().split_at_checked(19)?;
    let is_utc = rest.ends_with(b"Z") || rest.ends_with(b"+00:00");
    (is_utc && seconds[10] == b'T' && value.token_kind() == TokenKind::Ascii).then_some(seconds)
}

/// Reports the string "null", which some senders write for a missing value.
///
/// PainChek's help centre shows a patient with `"deleted_reason": "null"` (6218596001807).
pub(super) fn null_string(reporter: &mut RuleReporter<'_>) {
    visit_string("null", reporter, &mut |location, reporter| {
        reporter.report_with_hint(
            location,
            "The string \"null\" was sent instead of JSON null.",
            "Send null without quotes, or leave the property out.",
        );
    });
}

/// Reports placeholders of documentation where the schema allows any string: `...` and `<event>` of PainChek's samples
/// (6249372515215). Elsewhere, the schema reports them.
pub(super) fn placeholder_string(reporter: &mut RuleReporter<'_>) {
    for text in ["...", "<event>"] {
        visit_string(text, reporter, &mut |location, reporter| {
            reporter.report_with_hint(
                location,
                "This is a placeholder, not a value.",
                "Replace the placeholder from the documentation with a real value.",
            );
        });
    }
}

/// Visits every value that is this string.
fn visit_string(
    text: &str,
    reporter: &mut RuleReporter<'_>,
    visit: &mut dyn FnMut(Location, &mut RuleReporter<'_>),
) {
    let document = reporter.document;
    let Ok(length) = u32::try_from(text.len()) else { return };
    // PERF: few payloads contain the string, so the tape is searched before the tree is walked.
    let mut candidates = document.tape.iter().filter(|token| token.is(TokenKind::Ascii, length));
    if candidates.any(|token| document.bytes[token.offset as usize + 1..].starts_with(text.as_bytes())) {
        visit_string_within(document.root(), text.as_bytes(), reporter, visit);
    }
}

fn visit_string_within(
    value: Value<'_>,
    text: &[u8],
    reporter: &mut RuleReporter<'_>,
    visit: &mut dyn FnMut(Location, &mut RuleReporter<'_>),
) {
    let members = value.members().filter_map(|(key, value)| {
        // The schema already reports the key "...".
        (key.unescaped_bytes() != Some(b"...")).then_some(value)
    });
    // The parser limits the depth of this recursion.
    for value in members.chain(value.elements()) {
        if value.token_kind() == TokenKind::Ascii && value.string_bytes() == text {
            visit(value.location(), reporter);
        }
        visit_string_within(value, text, reporter, visit);
    }
}
