//! Objects: one walk over the members, each key looked up once.

use super::{Mode, Validator};
use crate::issue::{Code, Severity};
use crate::json::{Key, Symbol, Value, bytes_equal};
use crate::schema::message;
use crate::schema::plan::{Additional, NodeId, ObjectRules, UNTRACKED, WithSeverity};

/// Which of the tracked properties were there: one word, and more only where a schema tracks more.
struct PresentKeys {
    first: u64,
    rest: Vec<u64>,
}

impl PresentKeys {
    fn new(tracked: u32) -> Self {
        Self { first: 0, rest: if tracked > 64 { vec![0; (tracked / 64) as usize] } else { Vec::new() } }
    }

    #[inline]
    fn insert(&mut self, bit: u32) {
        if bit < 64 {
            self.first |= 1 << bit;
        } else if let Some(word) = self.rest.get_mut(bit as usize / 64 - 1) {
            *word |= 1 << (bit % 64);
        }
    }

    fn has(&self, bit: u32) -> bool {
        let word =
            if bit < 64 { self.first } else { self.rest.get(bit as usize / 64 - 1).map_or(0, |word| *word) };
        word >> (bit % 64) & 1 == 1
    }
}

impl ObjectRules {
    fn has_dependents(&self) -> bool {
        !self.dependent.is_empty() || !self.dependent_schemas.is_empty()
    }

    /// The index of a key. Members mostly come in the order of the contract, so the one behind the last
    /// is looked at first.
    #[inline]
    fn find(&self, key: &[u8], next: usize) -> Option<usize> {
        let is =
            |index: usize| self.properties.get(index).is_some_and(|it| bytes_equal(it.name.as_bytes(), key));
        if is(next) {
            return Some(next);
        }
        self.table.find(key, is)
    }

    /// The same by the key's symbol, where it has one that means something here.
    #[inline]
    fn find_symbol(&self, symbol: Symbol, next: usize) -> Option<usize> {
        if self.properties.get(next).is_some_and(|it| it.symbol == symbol) {
            return Some(next);
        }
        self.symbols.find(symbol)
    }

    #[inline]
    fn find_key(&self, key: Key<'_>, next: usize, by_symbol: bool) -> Option<usize> {
        if by_symbol && let Some(symbol) = key.symbol() {
            return self.find_symbol(symbol, next);
        }
        match key.unescaped_bytes() {
            Some(plain) => self.find(plain, next),
            None => self.find(&key.decoded_bytes(), next),
        }
    }
}

impl Validator<'_, '_> {
    pub(super) fn object(&mut self, rules: &ObjectRules, value: Value<'_>) -> bool {
        if self.mode == Mode::Probe && !rules.required.is_empty() && !self.has_required(rules, value) {
            return false;
        }
        if self.fail_fast && rules.is_simple && self.by_symbol {
            return self.plain_object(rules, value);
        }
        let mut fits = true;
        let mut seen = PresentKeys::new(rules.tracked);
        let mut next = 0;
        for (key, member) in value.members() {
            let found = rules.find_key(key, next, self.by_symbol);
            let mut declared = false;
            if let Some(index) = found {
                next = index + 1;
                let property = &rules.properties[index];
                if property.bit != UNTRACKED {
                    seen.insert(property.bit);
                }
                if let Some(node) = property.node {
                    declared = true;
                    fits &= self.visit(node, member);
                }
            }
            if !rules.patterns.is_empty() {
                declared |= self.by_pattern(rules, key, member, &mut fits);
            }
            if !declared {
                fits &= self.validate_additional(rules, value, key, member);
            }
            if let Some(names) = &rules.names {
                fits &= self.name(names, key);
            }
            if !self.should_continue(fits) {
                return false;
            }
        }
        self.validate_object_limits(rules, value, &seen, fits)
    }

    /// The same where only the verdict is asked, and of a document and a schema of the usual kind.
    fn plain_object(&mut self, rules: &ObjectRules, value: Value<'_>) -> bool {
        let document = value.document();
        let range = value.child_range();
        let (mut at, mut seen, mut next) = (range.start, 0, 0);
        while at < range.end {
            let (key, member) = (document.token(at), document.value(at + 1));
            let found = match key.symbol() {
                Some(symbol) => rules.find_symbol(symbol, next),
                None => rules.find_key(document.key(at), next, true),
            };
            let property = found.and_then(|index| rules.properties.get(index));
            let node = property.and_then(|property| property.node);
            if let (Some(index), Some(property)) = (found, property) {
                next = index + 1;
                seen |= property.mask;
            }
            let fits = match node {
                Some(node) => self.visit(node, member),
                None => self.validate_additional(rules, value, document.key(at), member),
            };
            if !fits {
                return false;
            }
            at = member.token().next_index(at + 1);
        }
        let needed = rules.required_error_bits[self.profile as usize];
        let complete = seen & needed == needed;
        if complete && rules.min.is_none() && rules.max.is_none() && !rules.has_dependents() {
            return !self.limit_exceeded;
        }
        self.validate_object_limits(rules, value, &PresentKeys { first: seen, rest: Vec::new() }, true)
    }

    /// What concerns the object and not one member.
    fn validate_object_limits(
        &mut self,
        rules: &ObjectRules,
        value: Value<'_>,
        seen: &PresentKeys,
        mut fits: bool,
    ) -> bool {
        let complete = rules.tracked <= 64 && seen.first & rules.required_bits == rules.required_bits;
        if !complete {
            fits &= self.required(rules, value, seen);
        }
        let count = value.len();
        if let Some(min) = &rules.min
            && count < min.rule
        {
            fits &= self.report_violation(min.grades, || message::too_few_properties(min.rule, value));
        }
        if let Some(max) = &rules.max
            && count > max.rule
        {
            fits &= self.report_violation(max.grades, || message::too_many_properties(max.rule, value));
        }
        if count == 0 {
            return fits; // Nothing depends on what is not there.
        }
        let has = |index: u32| seen.has(rules.properties[index as usize].bit);
        for WithSeverity { rule: (present, needed), grades } in &rules.dependent {
            if !has(*present) {
                continue;
            }
            for needed in needed.iter().filter(|needed| !has(**needed)) {
                let name = |index: &u32| &*rules.properties[*index as usize].name;
                fits &=
                    self.report_violation(*grades, || message::dependent(name(present), name(needed), value));
                if !self.should_continue(fits) {
                    return false;
                }
            }
        }
        for (present, node) in &rules.dependent_schemas {
            if has(*present) && self.should_continue(fits) {
                fits &= self.visit(*node, value);
            }
        }
        fits
    }

    /// Whether what is required is there: asked before anything else where a branch is only tried,
    /// because that is how most branches that were not meant are told.
    fn has_required(&mut self, rules: &ObjectRules, value: Value<'_>) -> bool {
        let mut seen = PresentKeys::new(rules.tracked);
        let mut next = 0;
        for (key, _) in value.members() {
            if let Some(index) = rules.find_key(key, next, self.by_symbol) {
                next = index + 1;
                let bit = rules.properties[index].bit;
                if bit != UNTRACKED {
                    seen.insert(bit);
                }
            }
        }
        self.required(rules, value, &seen)
    }

    fn required(&mut self, rules: &ObjectRules, value: Value<'_>, seen: &PresentKeys) -> bool {
        let mut fits = true;
        let mut shortened = None;
        for WithSeverity { rule, grades } in &rules.required {
            let property = &rules.properties[*rule as usize];
            if seen.has(property.bit) {
                continue;
            }
            // Documentation shortens objects by a member "...", which says that there is more.
            let shortened = *shortened
                .get_or_insert_with(|| self.plan.placeholders && value.get(message::ELLIPSIS).is_some());
            if shortened {
                break;
            }
            fits &= self.report_violation(*grades, || message::required(&property.name, value));
            if !self.should_continue(fits) {
                return false;
            }
        }
        fits
    }

    fn by_pattern(&mut self, rules: &ObjectRules, key: Key<'_>, member: Value<'_>, fits: &mut bool) -> bool {
        let text = key.text();
        let mut declared = false;
        for (pattern, node) in &rules.patterns {
            if pattern.matches(&text) {
                declared = true;
                *fits &= self.visit(*node, member);
                if !self.should_continue(*fits) {
                    break;
                }
            }
        }
        declared
    }

    /// A member that neither `properties` nor `patternProperties` speaks of.
    #[inline(never)]
    fn validate_additional(
        &mut self,
        rules: &ObjectRules,
        object: Value<'_>,
        key: Key<'_>,
        member: Value<'_>,
    ) -> bool {
        if self.plan.placeholders && key.eq_str(message::ELLIPSIS) {
            // Several schemas may validate one object (`then` beside `properties`): it is said once.
            if !self.report.has(Code::PLACEHOLDER, key.place()) {
                self.report(Severity::Warning, 1, || message::placeholder_key(key));
            }
            return true;
        }
        match rules.additional {
            Additional::Allow => true,
            Additional::Validate(node) => self.visit(node, member),
            Additional::Deny(grades) => {
                self.report_violation(grades, || message::unknown_field(key, object, &rules.properties))
            }
        }
    }

    fn name(&mut self, names: &WithSeverity<NodeId>, key: Key<'_>) -> bool {
        if self.is_valid(names.rule, key.as_value()) {
            return true;
        }
        let why =
            if self.mode == Mode::Collect { self.first_error(names.rule, key.as_value()) } else { None };
        let why = why.filter(|why| why.code != Code::NOT_ALLOWED);
        self.report_violation(names.grades, || message::property_name(key, why))
    }
}
