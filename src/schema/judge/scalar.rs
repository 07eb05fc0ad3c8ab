//! Values, strings and numbers.

use std::cmp::Ordering;

use super::Judge;
use crate::issue::{Draft, Severity};
use crate::json::{Decimal, Tag, Value};
use crate::schema::message;
use crate::schema::plan::{Choice, Glance, Grades, Node, NumberRules, StringRules, Values};

/// What a wrong `const` or `enum` counts when the closest of several branches is looked for: those are
/// how alternatives say which one they are.
const DISCRIMINATOR: u32 = 1000;

impl Node {
    /// Whether the value is one of those that fit and of which there is nothing to say, so far as that can be
    /// told at once.
    #[inline]
    pub(super) fn fits_at_a_glance(&self, value: Value<'_>) -> bool {
        match (self.glance, value.tag()) {
            (Glance::Format(format), Tag::Ascii) => format.accepts_ascii(value.inner()) == Some(true),
            (Glance::Whole(min, max), Tag::Integer) => {
                let digits = value.raw();
                // Up to nine digits fit, and a minus sign is none.
                let number = digits
                    .iter()
                    .fold(0i32, |number, digit| number.wrapping_mul(10).wrapping_add(i32::from(digit & 15)));
                digits.len() <= 9 && digits[0] != b'-' && (min..=max).contains(&number)
            }
            (Glance::Word, Tag::Ascii) => {
                let choice = self.values.as_ref().and_then(|values| values.any.as_ref());
                choice.is_some_and(|choice| choice.rule.words.has(value.inner()))
            }
            _ => false,
        }
    }
}

impl Judge<'_, '_> {
    pub(super) fn values(&mut self, rules: &Values, value: Value<'_>) -> bool {
        let mut fits = true;
        if let Some(rule) = &rules.constant
            && !rule.rule.is(value)
        {
            fits &=
                self.wrong(rule.grades, value, DISCRIMINATOR, true, || message::constant(&rule.rule, value));
        }
        if let Some(rule) = &rules.any
            && self.goes_on(fits)
            && !is_among(&rule.rule, value)
        {
            fits &=
                self.wrong(rule.grades, value, DISCRIMINATOR, fits, || message::choice(&rule.rule, value));
        }
        fits
    }

    /// `fresh` says whether nothing was said about this value yet: a placeholder is one mistake.
    pub(super) fn string(&mut self, rules: &StringRules, value: Value<'_>, fresh: bool) -> bool {
        let mut fits = true;
        if rules.min.is_some() || rules.max.is_some() {
            let length = length(value);
            if let Some(min) = &rules.min
                && length < min.rule
            {
                fits &= self.broken(min.grades, || message::too_short(min.rule, length, value));
            }
            if let Some(max) = &rules.max
                && length > max.rule
            {
                fits &= self.broken(max.grades, || message::too_long(max.rule, length, value));
            }
        }
        if !self.goes_on(fits) || (rules.format.is_none() && rules.pattern.is_none()) {
            return fits;
        }
        if let Some(format) = &rules.format
            && rules.pattern.is_none()
            && value.tag() == Tag::Ascii
            && format.rule.accepts_ascii(value.inner()) == Some(true)
        {
            return fits;
        }
        let Some(text) = value.as_str() else { return fits };
        if let Some(format) = &rules.format
            && !format.rule.accepts(&text)
        {
            let expected = format.rule.expected();
            fits &= self.wrong(format.grades, value, 1, fresh && fits, || message::format(expected, value));
        }
        if let Some(pattern) = &rules.pattern
            && self.goes_on(fits)
            && !pattern.rule.0.matches(&text)
        {
            let (source, expected) = (&pattern.rule.1, rules.expected.as_deref());
            fits &= self
                .wrong(pattern.grades, value, 1, fresh && fits, || message::pattern(source, expected, value));
        }
        fits
    }

    /// A value is not what it should be; if it is a placeholder, that is what is said, once.
    #[cold]
    fn wrong(
        &mut self,
        grades: Grades,
        value: Value<'_>,
        weight: u32,
        fresh: bool,
        draft: impl FnOnce() -> Draft,
    ) -> bool {
        let Some(severity) = grades.of(self.profile) else { return true };
        if self.plan.placeholders && message::is_placeholder(value) {
            if fresh {
                let expected = || draft().expected;
                return self.say(Severity::Error, weight, || message::placeholder_value(expected(), value));
            }
            return false;
        }
        self.say(severity, weight, draft)
    }

    pub(super) fn number(&mut self, rules: &NumberRules, value: Value<'_>) -> bool {
        let mut fits = true;
        if let Some(min) = &rules.min
            && min.rule.compare(value) == Ordering::Less
        {
            fits &= self.broken(min.grades, || message::minimum("at least", &min.rule, value));
        }
        if let Some(above) = &rules.above
            && above.rule.compare(value) != Ordering::Greater
        {
            fits &= self.broken(above.grades, || message::minimum("more than", &above.rule, value));
        }
        if let Some(max) = &rules.max
            && max.rule.compare(value) == Ordering::Greater
        {
            fits &= self.broken(max.grades, || message::maximum("at most", &max.rule, value));
        }
        if let Some(below) = &rules.below
            && below.rule.compare(value) != Ordering::Less
        {
            fits &= self.broken(below.grades, || message::maximum("less than", &below.rule, value));
        }
        if let Some(step) = &rules.step
            && !(value.tag() == Tag::Integer && step.rule.0.divides_integers())
            && !value.as_decimal().is_some_and(|number: Decimal<'_>| number.is_multiple_of(&step.rule.0))
        {
            fits &= self.broken(step.grades, || message::multiple(&step.rule.1, value));
        }
        fits
    }
}

fn is_among(choice: &Choice, value: Value<'_>) -> bool {
    match value.tag() {
        Tag::Ascii | Tag::Utf8 => choice.words.has(value.inner()),
        Tag::Escaped => choice.words.has(&value.exact()),
        _ => choice.others.has(value),
    }
}

/// The length of a string in code points.
fn length(value: Value<'_>) -> usize {
    match value.tag() {
        Tag::Ascii => value.inner().len(),
        // Every byte that does not continue a character starts one.
        Tag::Utf8 => value.inner().iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
        _ => value.as_str().map_or(0, |text| text.chars().count()),
    }
}
