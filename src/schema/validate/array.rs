//! Arrays: items by position, `contains`, and items that must differ.

use super::{Mode, Validator};
use crate::issue::Severity;
use crate::json::{Value, find_repeated_items, values_equal};
use crate::schema::message;
use crate::schema::plan::{AdditionalItems, ArrayRules, Contains, ProfileSeverities, lexical_type, types};

/// Up to this many items are compared each with each, if none has more bytes than this.
const PAIRWISE_MAX_ITEMS: usize = 8;
const SHORT: usize = 64;

impl Validator<'_, '_> {
    pub(super) fn array(&mut self, rules: &ArrayRules, value: Value<'_>) -> bool {
        let mut fits = true;
        let count = value.len();
        if let Some(min) = &rules.min
            && count < min.rule
        {
            fits &= self.report_violation(min.grades, || message::too_few_items(min.rule, value));
        }
        if let Some(max) = &rules.max
            && count > max.rule
        {
            fits &= self.report_violation(max.grades, || message::too_many_items(max.rule, value));
        }
        if !rules.prefix.is_empty() || !matches!(rules.rest, AdditionalItems::Allow) {
            fits &= self.should_continue(fits) && self.items(rules, value);
        }
        if let Some(contains) = &rules.contains {
            fits &= self.should_continue(fits) && self.contains(contains, value);
        }
        if let Some(grades) = rules.unique {
            fits &= self.should_continue(fits) && self.unique(grades, value);
        }
        fits
    }

    fn items(&mut self, rules: &ArrayRules, value: Value<'_>) -> bool {
        let mut fits = true;
        for (at, item) in value.elements().enumerate() {
            fits &= match (rules.prefix.get(at), &rules.rest) {
                (Some(node), _) | (None, AdditionalItems::Validate(node)) => self.visit(*node, item),
                (None, AdditionalItems::Allow) => return fits,
                (None, AdditionalItems::Deny(grades)) => {
                    self.report_violation(*grades, || message::extra_item(rules.prefix.len(), item))
                }
            };
            if !self.should_continue(fits) {
                return false;
            }
        }
        fits
    }

    fn contains(&mut self, rules: &Contains, value: Value<'_>) -> bool {
        let enough = rules.max.as_ref().map_or(rules.min.rule, |max| max.rule.saturating_add(1));
        let mut count = 0;
        for item in value.elements() {
            if count >= enough {
                break;
            }
            count += usize::from(self.is_valid(rules.node, item));
        }
        if count < rules.min.rule {
            return self.report_violation(rules.min.grades, || {
                message::contains_too_few(rules.min.rule, count, value)
            });
        }
        match &rules.max {
            Some(max) if count > max.rule => {
                self.report_violation(max.grades, || message::contains_too_many(max.rule, value))
            }
            _ => true,
        }
    }

    fn unique(&mut self, grades: ProfileSeverities, value: Value<'_>) -> bool {
        let Some(severity) = grades.of(self.profile) else { return true };
        // What can only warn is for reports.
        if value.len() < 2 || self.mode != Mode::Collect && severity != Severity::Error {
            return true;
        }
        let short = |item: Value<'_>| {
            lexical_type(item) & (types::ARRAY | types::OBJECT) == 0 && item.raw_bytes().len() <= SHORT
        };
        if value.len() <= PAIRWISE_MAX_ITEMS && value.elements().all(short) {
            for (at, item) in value.elements().enumerate() {
                if let Some(first) = value.elements().take(at).position(|other| values_equal(other, item)) {
                    return self.report_violation(grades, || message::repeated(first, item));
                }
            }
            return true;
        }
        // To look for what nobody would hear of takes longer than everything else, and a full report has its verdict.
        if self.mode == Mode::Collect && !self.report.accepts(severity) {
            return true;
        }
        let mut fits = true;
        // One issue for each value that repeats: the others are the same news.
        for (first, item) in find_repeated_items(value) {
            fits &= self.report_violation(grades, || message::repeated(first, item));
            if !self.should_continue(fits) {
                return false;
            }
        }
        fits
    }
}
