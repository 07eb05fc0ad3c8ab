//! `enum`, `const`, and the rules about strings and numbers.

use std::cmp::Ordering;

use super::Validator;
use crate::issue::{PendingIssue, Severity};
use crate::json::{Decimal, TokenKind, Value};
use crate::schema::compiled::{
    EnumValues, FastCheck, Node, Number, NumberRules, ProfileSeverities, StringRules, Values, WithSeverity,
};
use crate::schema::message;

/// The weight of a wrong `const` or `enum` in the search for the closest branch. Branches are distinguished by such
/// discriminators, so one of them weighs more than any other number of errors.
const DISCRIMINATOR_WEIGHT: u32 = 1000;

impl Node {
    /// Whether a cheap check shows that the value is valid and has no issues. `false` means that the check cannot tell.
    #[inline]
    pub(super) fn passes_fast_check(&self, value: Value<'_>) -> bool {
        match (self.fast_check, value.token_kind()) {
            (FastCheck::Format(format), TokenKind::Ascii) => {
                format.accepts_ascii(value.string_bytes()) == Some(true)
            }
            (FastCheck::IntRange(min, max), TokenKind::Integer) => {
                let digits = value.raw_bytes();
                // Nine digits never overflow an `i32`. Longer numbers and minus signs compute nonsense, and are excluded below.
                let number = digits
                    .iter()
                    .fold(0i32, |number, digit| number.wrapping_mul(10).wrapping_add(i32::from(digit & 15)));
                digits.len() <= 9 && digits[0] != b'-' && (min..=max).contains(&number)
            }
            (FastCheck::Enum, TokenKind::Ascii) => {
                let allowed = self.values.as_ref().and_then(|values| values.any.as_ref());
                allowed.is_some_and(|allowed| allowed.rule.strings.has(value.string_bytes()))
            }
            _ => false,
        }
    }
}

impl Validator<'_, '_> {
    pub(super) fn values(&mut self, rules: &Values, value: Value<'_>) -> bool {
        let mut is_valid = true;
        if let Some(rule) = &rules.constant
            && !rule.rule.matches(value)
        {
            is_valid &= self.report_invalid(rule.severities, value, DISCRIMINATOR_WEIGHT, true, &move || {
                message::constant(&rule.rule, value)
            });
        }
        if let Some(rule) = &rules.any
            && self.should_continue(is_valid)
            && !enum_contains(&rule.rule, value)
        {
            let is_first_issue = is_valid;
            is_valid &= self.report_invalid(
                rule.severities,
                value,
                DISCRIMINATOR_WEIGHT,
                is_first_issue,
                &move || message::enumeration(&rule.rule, value),
            );
        }
        is_valid
    }

    /// Validates a string. `is_first_issue`: whether the value has no issue yet, so that a placeholder is reported once.
    pub(super) fn string(&mut self, rules: &StringRules, value: Value<'_>, is_first_issue: bool) -> bool {
        let mut is_valid = true;
        if rules.min.is_some() || rules.max.is_some() {
            let limits = (rules.min.as_ref(), rules.max.as_ref());
            is_valid = self.limits(limits, length(value), message::length, value);
        }
        if !self.should_continue(is_valid) || (rules.format.is_none() && rules.pattern.is_none()) {
            return is_valid;
        }
        if let Some(format) = &rules.format
            && rules.pattern.is_none()
            && value.token_kind() == TokenKind::Ascii
            && format.rule.accepts_ascii(value.string_bytes()) == Some(true)
        {
            return is_valid;
        }
        let Some(text) = value.as_str() else { return is_valid };
        if let Some(format) = &rules.format
            && !format.rule.accepts(&text)
        {
            let is_first_issue = is_first_issue && is_valid;
            is_valid &= self.report_invalid(format.severities, value, 1, is_first_issue, &move || {
                message::format(format.rule.expected(), value)
            });
        }
        if let Some(pattern) = &rules.pattern
            && self.should_continue(is_valid)
            && !pattern.rule.0.matches(&text)
        {
            let is_first_issue = is_first_issue && is_valid;
            is_valid &= self.report_invalid(pattern.severities, value, 1, is_first_issue, &move || {
                message::pattern(&pattern.rule.1, rules.expected.as_deref(), value)
            });
        }
        is_valid
    }

    /// Reports a value that violates a rule. A placeholder is reported as such instead, and only once.
    #[cold]
    #[inline(never)]
    fn report_invalid(
        &mut self,
        severities: ProfileSeverities,
        value: Value<'_>,
        weight: u32,
        is_first_issue: bool,
        issue: &dyn Fn() -> PendingIssue,
    ) -> bool {
        let Some(severity) = severities.for_profile(self.profile) else { return true };
        if self.schema.detects_placeholders && message::is_placeholder(value) {
            return is_first_issue
                && self.report(Severity::Error, weight, &|| {
                    message::placeholder_value(issue().expected, value)
                });
        }
        self.report(severity, weight, issue)
    }

    pub(super) fn number(&mut self, rules: &NumberRules, value: Value<'_>) -> bool {
        let mut is_valid = true;
        if let Some(min) = &rules.min
            && min.rule.compare(value) == Ordering::Less
        {
            is_valid &= self.report_too_small("at least", min, value);
        }
        if let Some(min) = &rules.exclusive_min
            && min.rule.compare(value) != Ordering::Greater
        {
            is_valid &= self.report_too_small("more than", min, value);
        }
        if let Some(max) = &rules.max
            && max.rule.compare(value) == Ordering::Greater
        {
            is_valid &= self.report_too_large("at most", max, value);
        }
        if let Some(max) = &rules.exclusive_max
            && max.rule.compare(value) != Ordering::Less
        {
            is_valid &= self.report_too_large("less than", max, value);
        }
        if let Some(rule) = &rules.multiple_of
            && !(value.token_kind() == TokenKind::Integer && rule.rule.0.divides_integers())
            && !value.as_decimal().is_some_and(|number: Decimal<'_>| number.is_multiple_of(&rule.rule.0))
        {
            is_valid &=
                self.report_violation(rule.severities, &move || message::multiple(&rule.rule.1, value));
        }
        is_valid
    }

    #[cold]
    fn report_too_small(&mut self, relation: &str, min: &WithSeverity<Number>, value: Value<'_>) -> bool {
        self.report_violation(min.severities, &move || message::minimum(relation, &min.rule, value))
    }

    #[cold]
    fn report_too_large(&mut self, relation: &str, max: &WithSeverity<Number>, value: Value<'_>) -> bool {
        self.report_violation(max.severities, &move || message::maximum(relation, &max.rule, value))
    }
}

fn enum_contains(allowed: &EnumValues, value: Value<'_>) -> bool {
    match value.token_kind() {
        TokenKind::Ascii | TokenKind::Utf8 => allowed.strings.has(value.string_bytes()),
        TokenKind::Escaped => allowed.strings.has(&value.decoded_bytes()),
        _ => allowed.others.has(value),
    }
}

/// The length of a string in code points.
fn length(value: Value<'_>) -> usize {
    match value.token_kind() {
        TokenKind::Ascii => value.string_bytes().len(),
        // A byte that continues no character starts one.
        TokenKind::Utf8 => value.string_bytes().iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
        _ => value.as_str().map_or(0, |text| text.chars().count()),
    }
}
