//! Arrays: items by position, `contains` and `uniqueItems`.

use super::{Mode, Validator};
use crate::issue::Severity;
use crate::json::{Value, find_repeated_items, values_equal};
use crate::schema::compiled::{
    AdditionalItems, ArrayRules, Contains, ProfileSeverities, lexical_type, types,
};
use crate::schema::message;

/// PERF: for arrays up to this length, comparing all pairs is faster than hashing, if the items are short.
const PAIRWISE_MAX_ITEMS: usize = 8;
/// PERF: longer scalars take longer to compare than to hash.
const PAIRWISE_MAX_BYTES: usize = 64;

impl Validator<'_, '_> {
    pub(super) fn array(&mut self, rules: &ArrayRules, value: Value<'_>) -> bool {
        let mut is_valid = true;
        let count = value.len();
        if let Some(min) = &rules.min
            && count < min.rule
        {
            is_valid &=
                self.report_violation(min.severities, &move || message::items("at least", min.rule, value));
        }
        if let Some(max) = &rules.max
            && count > max.rule
        {
            is_valid &=
                self.report_violation(max.severities, &move || message::items("at most", max.rule, value));
        }
        if !rules.prefix.is_empty() || !matches!(rules.rest, AdditionalItems::Allow) {
            is_valid &= self.should_continue(is_valid) && self.items(rules, value);
        }
        if let Some(contains) = &rules.contains {
            is_valid &= self.should_continue(is_valid) && self.contains(contains, value);
        }
        if let Some(severities) = rules.unique {
            is_valid &= self.should_continue(is_valid) && self.unique(severities, value);
        }
        is_valid
    }

    fn items(&mut self, rules: &ArrayRules, value: Value<'_>) -> bool {
        let mut is_valid = true;
        for (index, item) in value.elements().enumerate() {
            is_valid &= match (rules.prefix.get(index), &rules.rest) {
                (Some(node), _) | (None, AdditionalItems::Validate(node)) => self.visit(*node, item),
                (None, AdditionalItems::Allow) => return is_valid,
                (None, AdditionalItems::Deny(severities)) => {
                    self.report_violation(*severities, &move || message::extra_item(rules.prefix.len(), item))
                }
            };
            if !self.should_continue(is_valid) {
                return false;
            }
        }
        is_valid
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
            return self.report_violation(rules.min.severities, &move || {
                message::contains_too_few(rules.min.rule, count, value)
            });
        }
        match &rules.max {
            Some(max) if count > max.rule => {
                self.report_violation(max.severities, &move || message::contains_too_many(max.rule, value))
            }
            _ => true,
        }
    }

    fn unique(&mut self, severities: ProfileSeverities, value: Value<'_>) -> bool {
        let Some(severity) = severities.for_profile(self.profile) else { return true };
        // Only a report needs the warnings.
        if value.len() < 2 || self.mode != Mode::Collect && severity != Severity::Error {
            return true;
        }
        let is_short = |item: Value<'_>| {
            lexical_type(item) & (types::ARRAY | types::OBJECT) == 0
                && item.raw_bytes().len() <= PAIRWISE_MAX_BYTES
        };
        if value.len() <= PAIRWISE_MAX_ITEMS && value.elements().all(is_short) {
            for (index, item) in value.elements().enumerate() {
                if let Some(first) = value.elements().take(index).position(|other| values_equal(other, item))
                {
                    return self.report_repeated(severities, first, item);
                }
            }
            return true;
        }
        // PERF: hashing all items takes longer than the rest of a validation. A full report would list none of them.
        if self.mode == Mode::Collect && !self.report.accepts(severity) {
            return true;
        }
        let mut is_valid = true;
        for (first, item) in find_repeated_items(value) {
            is_valid &= self.report_repeated(severities, first, item);
            if !self.should_continue(is_valid) {
                return false;
            }
        }
        is_valid
    }

    #[cold]
    fn report_repeated(&mut self, severities: ProfileSeverities, first: usize, item: Value<'_>) -> bool {
        self.report_violation(severities, &move || message::repeated(first, item))
    }
}
