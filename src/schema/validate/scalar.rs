//! Values, strings and numbers.

use std::cmp::Ordering;

use super::Validator;
use crate::issue::{PendingIssue, Severity};
use crate::json::{Decimal, TokenKind, Value};
use crate::schema::message;
use crate::schema::plan::{EnumValues, FastCheck, Node, NumberRules, ProfileSeverities, StringRules, Values};

/// What a wrong `const` or `enum` counts when the closest of several branches is looked for: those are
/// how alternatives say which one they are.
const DISCRIMINATOR: u32 = 1000;

impl Node {
    /// Whether the value is one of those that fit and of which there is nothing to say, so far as that can be
    /// told at once.
    #[inline]
    pub(super) fn passes_fast_check(&self, value: Value<'_>) -> bool {
        match (self.fast_check, value.tag()) {
            (FastCheck::Format(format), TokenKind::Ascii) => {
                format.accepts_ascii(value.string_bytes()) == Some(true)
            }
            (FastCheck::IntRange(min, max), TokenKind::Integer) => {
                let digits = value.raw_bytes();
                // Up to nine digits fit, and a minus sign is none.
                let number = digits
                    .iter()
                    .fold(0i32, |number, digit| number.wrapping_mul(10).wrapping_add(i32::from(digit & 15)));
                digits.len() <= 9 && digits[0] != b'-' && (min..=max).contains(&number)
            }
            (FastCheck::Enum, TokenKind::Ascii) => {
                let choice = self.values.as_ref().and_then(|values| values.any.as_ref());
                choice.is_some_and(|choice| choice.rule.words.has(value.string_bytes()))
            }
            _ => false,
        }
    }
}

impl Validator<'_, '_> {
    pub(super) fn values(&mut self, rules: &Values, value: Value<'_>) -> bool {
        let mut fits = true;
        if let Some(rule) = &rules.constant
            && !rule.rule.matches(value)
        {
            fits &= self.report_invalid(rule.grades, value, DISCRIMINATOR, true, || {
                message::constant(&rule.rule, value)
            });
        }
        if let Some(rule) = &rules.any
            && self.should_continue(fits)
            && !enum_contains(&rule.rule, value)
        {
            fits &= self.report_invalid(rule.grades, value, DISCRIMINATOR, fits, || {
                message::choice(&rule.rule, value)
            });
        }
        fits
    }

    /// `fresh` says whether nothing was said about this value yet: a placeholder is one mistake.
    pub(super) fn string(&mut self, rules: &StringRules, value: Value<'_>, is_first_issue: bool) -> bool {
        let mut fits = true;
        if rules.min.is_some() || rules.max.is_some() {
            let length = length(value);
            if let Some(min) = &rules.min
                && length < min.rule
            {
                fits &= self.report_violation(min.grades, || message::too_short(min.rule, length, value));
            }
            if let Some(max) = &rules.max
                && length > max.rule
            {
                fits &= self.report_violation(max.grades, || message::too_long(max.rule, length, value));
            }
        }
        if !self.should_continue(fits) || (rules.format.is_none() && rules.pattern.is_none()) {
            return fits;
        }
        if let Some(format) = &rules.format
            && rules.pattern.is_none()
            && value.tag() == TokenKind::Ascii
            && format.rule.accepts_ascii(value.string_bytes()) == Some(true)
        {
            return fits;
        }
        let Some(text) = value.as_str() else { return fits };
        if let Some(format) = &rules.format
            && !format.rule.accepts(&text)
        {
            let expected = format.rule.expected();
            fits &= self.report_invalid(format.grades, value, 1, is_first_issue && fits, || {
                message::format(expected, value)
            });
        }
        if let Some(pattern) = &rules.pattern
            && self.should_continue(fits)
            && !pattern.rule.0.matches(&text)
        {
            let (source, expected) = (&pattern.rule.1, rules.expected.as_deref());
            fits &= self.report_invalid(pattern.grades, value, 1, is_first_issue && fits, || {
                message::pattern(source, expected, value)
            });
        }
        fits
    }

    /// A value is not what it should be; if it is a placeholder, that is what is said, once.
    #[cold]
    fn report_invalid(
        &mut self,
        grades: ProfileSeverities,
        value: Value<'_>,
        weight: u32,
        is_first_issue: bool,
        draft: impl FnOnce() -> PendingIssue,
    ) -> bool {
        let Some(severity) = grades.of(self.profile) else { return true };
        if self.plan.placeholders && message::is_placeholder(value) {
            if is_first_issue {
                let expected = || draft().expected;
                return self
                    .report(Severity::Error, weight, || message::placeholder_value(expected(), value));
            }
            return false;
        }
        self.report(severity, weight, draft)
    }

    pub(super) fn number(&mut self, rules: &NumberRules, value: Value<'_>) -> bool {
        let mut fits = true;
        if let Some(min) = &rules.min
            && min.rule.compare(value) == Ordering::Less
        {
            fits &= self.report_violation(min.grades, || message::minimum("at least", &min.rule, value));
        }
        if let Some(above) = &rules.exclusive_min
            && above.rule.compare(value) != Ordering::Greater
        {
            fits &= self.report_violation(above.grades, || message::minimum("more than", &above.rule, value));
        }
        if let Some(max) = &rules.max
            && max.rule.compare(value) == Ordering::Greater
        {
            fits &= self.report_violation(max.grades, || message::maximum("at most", &max.rule, value));
        }
        if let Some(below) = &rules.exclusive_max
            && below.rule.compare(value) != Ordering::Less
        {
            fits &= self.report_violation(below.grades, || message::maximum("less than", &below.rule, value));
        }
        if let Some(step) = &rules.multiple_of
            && !(value.tag() == TokenKind::Integer && step.rule.0.divides_integers())
            && !value.as_decimal().is_some_and(|number: Decimal<'_>| number.is_multiple_of(&step.rule.0))
        {
            fits &= self.report_violation(step.grades, || message::multiple(&step.rule.1, value));
        }
        fits
    }
}

fn enum_contains(choice: &EnumValues, value: Value<'_>) -> bool {
    match value.tag() {
        TokenKind::Ascii | TokenKind::Utf8 => choice.words.has(value.string_bytes()),
        TokenKind::Escaped => choice.words.has(&value.decoded_bytes()),
        _ => choice.others.has(value),
    }
}

/// The length of a string in code points.
fn length(value: Value<'_>) -> usize {
    match value.tag() {
        TokenKind::Ascii => value.string_bytes().len(),
        // Every byte that does not continue a character starts one.
        TokenKind::Utf8 => value.string_bytes().iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
        _ => value.as_str().map_or(0, |text| text.chars().count()),
    }
}
