//! Objects: one walk over the members, each key looked up once.

use super::{Mode, Validator};
use crate::issue::{Code, PendingIssue, Profile, Severity};
use crate::json::{Key, Symbol, Value, bytes_equal};
use crate::schema::compiled::{Additional, CompiledSchema, NodeId, ObjectRules, UNTRACKED, WithSeverity};
use crate::schema::message;

/// The tracked properties that an object has, one bit each. PERF: the heap is used only above 64 properties.
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

    /// Finds a key in `properties`. PERF: most members come in the order of the schema, so the property after the
    /// previous one (`next`) is compared first.
    #[inline]
    fn find(&self, key: &[u8], next: usize) -> Option<usize> {
        let has_key =
            |index: usize| self.properties.get(index).is_some_and(|p| bytes_equal(p.name.as_bytes(), key));
        if has_key(next) {
            return Some(next);
        }
        self.table.find(key, has_key)
    }

    /// Finds a key by its symbol. The document was parsed with the key table of this schema.
    #[inline]
    fn find_symbol(&self, symbol: Symbol, next: usize) -> Option<usize> {
        if self.properties.get(next).is_some_and(|p| p.symbol == symbol) {
            return Some(next);
        }
        self.symbols.find(symbol)
    }

    #[inline]
    fn find_key(&self, key: Key<'_>, next: usize, by_symbol: bool) -> Option<usize> {
        if by_symbol && let Some(symbol) = key.symbol() {
            return self.find_symbol(symbol, next);
        }
        if by_symbol && !self.has_unnumbered && !key.may_be_interned() {
            return None;
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
            return self.simple_object(rules, value);
        }
        let mut is_valid = true;
        let mut present = PresentKeys::new(rules.tracked_count);
        let mut next = 0;
        for (key, member) in value.members() {
            let found = rules.find_key(key, next, self.by_symbol);
            let mut declared = false;
            if let Some(index) = found {
                next = index + 1;
                let property = &rules.properties[index];
                if property.bit != UNTRACKED {
                    present.insert(property.bit);
                }
                if let Some(node) = property.node {
                    declared = true;
                    is_valid &= self.visit(node, member);
                }
            }
            if !rules.patterns.is_empty() {
                declared |= self.by_pattern(rules, key, member, &mut is_valid);
            }
            if !declared {
                is_valid &= self.validate_additional(rules, value, key, member);
            }
            if let Some(rule) = &rules.property_names {
                is_valid &= self.property_name(rule, key);
            }
            if !self.should_continue(is_valid) {
                return false;
            }
        }
        self.validate_object_limits(rules, value, &present, is_valid)
    }

    /// PERF: the fail-fast form of [`object`](Self::object), for schemas whose members only `properties` constrains.
    fn simple_object(&mut self, rules: &ObjectRules, value: Value<'_>) -> bool {
        let document = value.document();
        let range = value.child_range();
        let (mut index, mut present, mut next) = (range.start, 0, 0);
        while index < range.end {
            let (key, member) = (document.token(index), document.value(index + 1));
            let position = match key.symbol() {
                Some(symbol) => rules.find_symbol(symbol, next),
                None => rules.find_key(document.key(index), next, true),
            };
            let property = position.and_then(|position| rules.properties.get(position));
            let node = property.and_then(|property| property.node);
            if let (Some(position), Some(property)) = (position, property) {
                next = position + 1;
                present |= property.mask;
            }
            let is_valid = match node {
                Some(node) => self.visit(node, member),
                None => self.validate_additional(rules, value, document.key(index), member),
            };
            if !is_valid {
                return false;
            }
            index = member.token().next_index(index + 1);
        }
        let needed = rules.required_error_bits[self.profile as usize];
        let complete = present & needed == needed;
        if complete && rules.min.is_none() && rules.max.is_none() && !rules.has_dependents() {
            return !self.limit_exceeded;
        }
        self.validate_object_limits(rules, value, &PresentKeys { first: present, rest: Vec::new() }, true)
    }

    /// Validates what concerns the object as a whole: `required`, limits and dependencies.
    fn validate_object_limits(
        &mut self,
        rules: &ObjectRules,
        value: Value<'_>,
        present: &PresentKeys,
        mut is_valid: bool,
    ) -> bool {
        let complete =
            rules.tracked_count <= 64 && present.first & rules.required_bits == rules.required_bits;
        if !complete {
            is_valid &= self.required(rules, value, present);
        }
        let count = value.len();
        is_valid &= self.limits((rules.min.as_ref(), rules.max.as_ref()), count, message::properties, value);
        if count == 0 {
            return is_valid; // An empty object has no property that requires another.
        }
        let has = |index: u32| present.has(rules.properties[index as usize].bit);
        for WithSeverity { rule: (present, needed), severities } in &rules.dependent {
            if !has(*present) {
                continue;
            }
            for needed in needed.iter().filter(|needed| !has(**needed)) {
                let name = |index: &u32| &*rules.properties[*index as usize].name;
                is_valid &= self.report_violation(*severities, &move || {
                    message::dependent(name(present), name(needed), value)
                });
                if !self.should_continue(is_valid) {
                    return false;
                }
            }
        }
        for (present, node) in &rules.dependent_schemas {
            if has(*present) && self.should_continue(is_valid) {
                is_valid &= self.visit(*node, value);
            }
        }
        is_valid
    }

    /// Whether the object has all required properties. PERF: a branch that is only tried is checked for these first,
    /// because they exclude most branches.
    fn has_required(&mut self, rules: &ObjectRules, value: Value<'_>) -> bool {
        let mut present = PresentKeys::new(rules.tracked_count);
        let mut next = 0;
        for (key, _) in value.members() {
            if let Some(index) = rules.find_key(key, next, self.by_symbol) {
                next = index + 1;
                let bit = rules.properties[index].bit;
                if bit != UNTRACKED {
                    present.insert(bit);
                }
            }
        }
        self.required(rules, value, &present)
    }

    fn required(&mut self, rules: &ObjectRules, value: Value<'_>, present: &PresentKeys) -> bool {
        let mut is_valid = true;
        let mut shortened = None;
        for WithSeverity { rule, severities } in &rules.required {
            let property = &rules.properties[*rule as usize];
            if present.has(property.bit) {
                continue;
            }
            // An object with the key "..." is shortened: its missing properties were left out on purpose.
            let shortened = *shortened.get_or_insert_with(|| {
                self.schema.detects_placeholders && value.get(message::ELLIPSIS).is_some()
            });
            if shortened {
                break;
            }
            is_valid &= self.report_violation(*severities, &move || message::required(&property.name, value));
            if !self.should_continue(is_valid) {
                return false;
            }
        }
        is_valid
    }

    fn by_pattern(
        &mut self,
        rules: &ObjectRules,
        key: Key<'_>,
        member: Value<'_>,
        is_valid: &mut bool,
    ) -> bool {
        let text = key.text();
        let mut declared = false;
        for (pattern, node) in &rules.patterns {
            if pattern.matches(&text) {
                declared = true;
                *is_valid &= self.visit(*node, member);
                if !self.should_continue(*is_valid) {
                    break;
                }
            }
        }
        declared
    }

    /// Validates a member that neither `properties` nor `patternProperties` names.
    #[inline(never)]
    fn validate_additional(
        &mut self,
        rules: &ObjectRules,
        object: Value<'_>,
        key: Key<'_>,
        member: Value<'_>,
    ) -> bool {
        if self.schema.detects_placeholders && key.eq_str(message::ELLIPSIS) {
            // Several schemas can validate one object, such as `then` and `properties`. One report is enough.
            if !self.report.has(Code::PLACEHOLDER, key.location()) {
                self.report(Severity::Warning, 1, &move || message::placeholder_key(key));
            }
            return true;
        }
        match rules.additional {
            Additional::Allow => true,
            Additional::Validate(node) => self.visit(node, member),
            Additional::Deny(severities) => self.report_violation(severities, &move || {
                message::unknown_field(key, object, &rules.properties)
            }),
        }
    }

    fn property_name(&mut self, rule: &WithSeverity<NodeId>, key: Key<'_>) -> bool {
        if self.is_valid(rule.rule, key.as_value()) {
            return true;
        }
        let (schema, profile) = (self.schema, self.profile);
        self.report_violation(rule.severities, &move || {
            let reason = first_error(schema, rule.rule, key.as_value(), profile);
            message::property_name(key, reason.filter(|reason| reason.code != Code::NOT_ALLOWED).as_ref())
        })
    }
}

/// The first error of a value, for the message of another issue.
fn first_error(
    schema: &CompiledSchema,
    node: NodeId,
    value: Value<'_>,
    profile: Profile,
) -> Option<PendingIssue> {
    let mut issues = Vec::new();
    super::validate_node(schema, node, value, profile, &mut issues);
    issues.into_iter().find(|issue| issue.severity == Severity::Error)
}
