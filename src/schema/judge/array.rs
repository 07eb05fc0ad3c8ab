//! Arrays: items by position, `contains`, and items that must differ.

use super::{Judge, Mode};
use crate::issue::Severity;
use crate::json::{Value, repeated, same};
use crate::schema::message;
use crate::schema::plan::{ArrayRules, Contains, Grades, Rest, quick_type, types};

/// Up to this many items are compared each with each, if none has more bytes than this.
const FEW: usize = 8;
const SHORT: usize = 64;

impl Judge<'_, '_> {
    pub(super) fn array(&mut self, rules: &ArrayRules, value: Value<'_>) -> bool {
        let mut fits = true;
        let count = value.len();
        if let Some(min) = &rules.min
            && count < min.rule
        {
            fits &= self.broken(min.grades, || message::too_few_items(min.rule, value));
        }
        if let Some(max) = &rules.max
            && count > max.rule
        {
            fits &= self.broken(max.grades, || message::too_many_items(max.rule, value));
        }
        if !rules.prefix.is_empty() || !matches!(rules.rest, Rest::Allowed) {
            fits &= self.goes_on(fits) && self.items(rules, value);
        }
        if let Some(contains) = &rules.contains {
            fits &= self.goes_on(fits) && self.contains(contains, value);
        }
        if let Some(grades) = rules.unique {
            fits &= self.goes_on(fits) && self.unique(grades, value);
        }
        fits
    }

    fn items(&mut self, rules: &ArrayRules, value: Value<'_>) -> bool {
        let mut fits = true;
        for (at, item) in value.elements().enumerate() {
            fits &= match (rules.prefix.get(at), &rules.rest) {
                (Some(node), _) | (None, Rest::Judged(node)) => self.visit(*node, item),
                (None, Rest::Allowed) => return fits,
                (None, Rest::Refused(grades)) => {
                    self.broken(*grades, || message::extra_item(rules.prefix.len(), item))
                }
            };
            if !self.goes_on(fits) {
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
            count += usize::from(self.fits(rules.node, item));
        }
        if count < rules.min.rule {
            return self.broken(rules.min.grades, || message::contains_too_few(rules.min.rule, count, value));
        }
        match &rules.max {
            Some(max) if count > max.rule => {
                self.broken(max.grades, || message::contains_too_many(max.rule, value))
            }
            _ => true,
        }
    }

    fn unique(&mut self, grades: Grades, value: Value<'_>) -> bool {
        let Some(severity) = grades.of(self.profile) else { return true };
        // What can only warn is for reports.
        if value.len() < 2 || self.mode != Mode::Report && severity != Severity::Error {
            return true;
        }
        let short = |item: Value<'_>| {
            quick_type(item) & (types::ARRAY | types::OBJECT) == 0 && item.raw().len() <= SHORT
        };
        if value.len() <= FEW && value.elements().all(short) {
            for (at, item) in value.elements().enumerate() {
                if let Some(first) = value.elements().take(at).position(|other| same(other, item)) {
                    return self.broken(grades, || message::repeated(first, item));
                }
            }
            return true;
        }
        // To look for what nobody would hear of takes longer than everything else, and a full report has its verdict.
        if self.mode == Mode::Report && !self.report.listens(severity) {
            return true;
        }
        let mut fits = true;
        // One issue for each value that repeats: the others are the same news.
        for (first, item) in repeated(value) {
            fits &= self.broken(grades, || message::repeated(first, item));
            if !self.goes_on(fits) {
                return false;
            }
        }
        fits
    }
}
