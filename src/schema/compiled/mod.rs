//! The compiled schema: an arena of nodes that reference each other by index. A recursive schema needs no special case,
//! and a `$ref` is resolved before validation.

mod analysis;
mod blob;
mod literal;

pub(super) use analysis::{ReferenceCycle, analyze};
pub(super) use literal::{Literal, Literals, Number, StringSet, quoted};

use super::format::Format;
use super::pattern::Pattern;
use crate::issue::{Profile, Severity};
use crate::json::{Divisor, KeyTable, NO_SYMBOL, Symbol, Table, TokenKind, Value};
use std::sync::Arc;

/// The index of a node in its compiled schema.
pub(super) type NodeId = u32;

/// A compiled schema.
#[derive(Debug)]
pub(super) struct CompiledSchema {
    pub nodes: Vec<Node>,
    pub root: NodeId,
    /// Whether `"..."` and `<word>` are reported as placeholders that were copied from documentation.
    pub detects_placeholders: bool,
    /// The key table that the parser interns keys with.
    pub key_table: Option<Arc<KeyTable>>,
}

impl CompiledSchema {
    /// The types that any of these nodes can accept.
    pub fn types_of(&self, nodes: &[NodeId]) -> u8 {
        nodes.iter().map(|id| self.nodes[*id as usize].accepts).fold(0, |all, bits| all | bits)
    }
}

/// Bits of a set of JSON types. Integers and other numbers have separate bits.
pub(super) mod types {
    pub const NULL: u8 = 1;
    pub const BOOLEAN: u8 = 2;
    /// Numbers whose value is an integer, such as `1` and `1.0`.
    pub const INTEGER: u8 = 4;
    /// All other numbers.
    pub const FRACTION: u8 = 8;
    pub const STRING: u8 = 16;
    pub const ARRAY: u8 = 32;
    pub const OBJECT: u8 = 64;
    pub const NUMBER: u8 = INTEGER | FRACTION;
    pub const ALL: u8 = 127;
}

/// The type bit of each token kind.
const TYPE_BY_KIND: [u8; 16] = {
    let mut types = [types::ARRAY; 16];
    types[TokenKind::Null as usize] = types::NULL;
    types[TokenKind::True as usize] = types::BOOLEAN;
    types[TokenKind::False as usize] = types::BOOLEAN;
    types[TokenKind::Integer as usize] = types::INTEGER;
    types[TokenKind::Number as usize] = types::FRACTION;
    types[TokenKind::Ascii as usize] = types::STRING;
    types[TokenKind::Utf8 as usize] = types::STRING;
    types[TokenKind::Escaped as usize] = types::STRING;
    types[TokenKind::Object as usize] = types::OBJECT;
    // An interned key: `propertyNames` validates keys as strings.
    types[TokenKind::Close as usize + 1] = types::STRING;
    types
};

/// The type bit of a value by its spelling. `1.0` counts as a fraction here and as an integer in [`exact_type`].
#[inline]
pub(super) fn lexical_type(value: Value<'_>) -> u8 {
    TYPE_BY_KIND[value.token().kind_bits()]
}

/// The type bit of a value. Whether a number is an integer is decided by its value, not by its spelling.
pub(super) fn exact_type(value: Value<'_>) -> u8 {
    match lexical_type(value) {
        types::FRACTION if value.as_decimal().is_some_and(crate::json::Decimal::is_integer) => types::INTEGER,
        other => other,
    }
}

/// The severity of a violation in one profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RuleSeverity {
    #[default]
    Error,
    Warning,
    Info,
    Off,
}

/// The severity of a violation in the lenient and in the strict profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ProfileSeverities {
    pub lenient: RuleSeverity,
    pub strict: RuleSeverity,
}

impl ProfileSeverities {
    pub fn for_profile(self, profile: Profile) -> Option<Severity> {
        let severity = match profile {
            Profile::Lenient => self.lenient,
            Profile::Strict => self.strict,
        };
        match severity {
            RuleSeverity::Error => Some(Severity::Error),
            RuleSeverity::Warning => Some(Severity::Warning),
            RuleSeverity::Info => Some(Severity::Info),
            RuleSeverity::Off => None,
        }
    }

    /// Whether a violation is an error in both profiles.
    pub fn is_error(self) -> bool {
        self == Self::default()
    }

    /// The bits of the profiles in which a violation is an error or, with `any`, is reported at all.
    pub fn failing(self, any: bool) -> u8 {
        let bit = |profile| match self.for_profile(profile) {
            Some(severity) if any || severity == Severity::Error => 1 << profile as u8,
            _ => 0,
        };
        bit(Profile::Lenient) | bit(Profile::Strict)
    }
}

/// A rule and the severity of its violation.
#[derive(Clone, Debug)]
pub(super) struct WithSeverity<T> {
    pub rule: T,
    pub severities: ProfileSeverities,
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The types that `type` allows.
    pub types: u8,
    /// The types whose values must satisfy further rules.
    pub types_with_rules: u8,
    /// The types of which some value can be valid, with all applicators for the same value taken into account.
    pub accepts: u8,
    /// Whether this is the schema `false`.
    pub is_false_schema: bool,
    /// Whether results are memoized, because several references can lead here with the same value.
    pub memoize: bool,
    /// Whether a valid value can still have warnings.
    pub may_warn: bool,
    /// Bit set of profiles in which a rule of this node or below it is an error. In other profiles, fail-fast validation
    /// skips the node.
    pub failing_profiles: u8,
    /// Bit set of profiles in which every scalar rule of this node is at most a warning. Only `type` can then fail, so
    /// fail-fast validation checks nothing else.
    pub warning_only_profiles: u8,
    /// A cheap check that most valid values pass.
    pub fast_check: FastCheck,
    pub type_severities: ProfileSeverities,
    /// The hint of an issue about `type`.
    pub type_hint: Option<Box<str>>,
    pub values: Option<Box<Values>>,
    pub string: Option<Box<StringRules>>,
    pub number: Option<Box<NumberRules>>,
    pub object: Option<Box<ObjectRules>>,
    pub array: Option<Box<ArrayRules>>,
    /// Subschemas that apply to the same value.
    pub applicators: Vec<Applicator>,
}

/// A cheap check that accepts only valid values without issues. Values that it does not accept get the full check.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum FastCheck {
    #[default]
    None,
    /// A string of this format, and no other rule.
    Format(Format),
    /// An integer in this inclusive range, and no other rule.
    IntRange(i32, i32),
    /// One of the strings of `enum`, and no other rule.
    Enum,
}

/// `enum` and `const`.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub any: Option<WithSeverity<EnumValues>>,
    pub constant: Option<WithSeverity<Literal>>,
}

/// The values of `enum`. PERF: nearly all are strings, which a set of strings finds faster than a comparison of JSON values.
#[derive(Debug)]
pub(super) struct EnumValues {
    pub strings: StringSet,
    pub others: Literals,
}

#[derive(Debug, Default)]
pub(super) struct StringRules {
    pub min: Option<WithSeverity<usize>>,
    pub max: Option<WithSeverity<usize>>,
    pub format: Option<WithSeverity<Format>>,
    pub pattern: Option<WithSeverity<(Pattern, Box<str>)>>,
    /// The text of `x-expected`, which describes the pattern in messages.
    pub expected: Option<Box<str>>,
}

#[derive(Debug, Default)]
pub(super) struct NumberRules {
    pub min: Option<WithSeverity<Number>>,
    pub exclusive_min: Option<WithSeverity<Number>>,
    pub max: Option<WithSeverity<Number>>,
    pub exclusive_max: Option<WithSeverity<Number>>,
    pub multiple_of: Option<WithSeverity<(Divisor, Number)>>,
}

/// `additionalProperties`.
#[derive(Debug, Default)]
pub(super) enum Additional {
    #[default]
    Allow,
    Deny(ProfileSeverities),
    Validate(NodeId),
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    /// Index of all keys that the schema names.
    pub table: Table,
    /// Index of the same keys by symbol.
    pub symbols: SymbolIndex,
    /// The keys that the schema names: those of `properties` first, in the order of the schema.
    pub properties: Vec<Property>,
    pub required: Vec<WithSeverity<u32>>,
    /// The bits of `required`, if `tracked_count` is at most 64.
    pub required_bits: u64,
    /// The bits of the properties whose absence is an error, for each profile.
    pub required_error_bits: [u64; 2],
    /// Whether there is neither `patternProperties` nor `propertyNames`, and at most 64 tracked properties.
    pub is_simple: bool,
    /// Whether a property has no symbol, so that keys without a symbol are compared as texts.
    pub has_unnumbered: bool,
    /// The number of properties with a bit.
    pub tracked_count: u32,
    pub patterns: Vec<(Pattern, NodeId)>,
    pub additional: Additional,
    pub property_names: Option<WithSeverity<NodeId>>,
    pub min: Option<WithSeverity<usize>>,
    pub max: Option<WithSeverity<usize>>,
    /// If the object has the first property, it must have the others.
    pub dependent: Vec<WithSeverity<(u32, Vec<u32>)>>,
    /// If the object has the property, it must be valid by the node.
    pub dependent_schemas: Vec<(u32, NodeId)>,
}

/// The bit of a property whose presence no rule depends on.
pub(super) const UNTRACKED: u32 = u32::MAX;

/// A key that the schema names.
#[derive(Debug)]
pub(super) struct Property {
    pub name: Box<str>,
    /// The symbol of the interned key.
    pub symbol: Symbol,
    /// The subschema in `properties`, if there is one.
    pub node: Option<NodeId>,
    /// The bit that records that an object has the property.
    pub bit: u32,
    /// The same bit as a mask, if `tracked_count` is at most 64. Otherwise 0.
    pub mask: u64,
}

/// Hash table of the properties of one object schema by symbol: open addressing, at most half full.
#[derive(Debug, Default)]
pub(super) struct SymbolIndex {
    slots: Box<[(Symbol, u16)]>,
}

impl ObjectRules {
    /// Computes what follows from `properties` and the rules. `tracked_count` is the number of properties with a bit.
    pub fn derive(&mut self, tracked_count: u32) {
        self.tracked_count = tracked_count;
        if tracked_count <= 64 {
            let bit = |rule: &WithSeverity<u32>| 1u64 << self.properties[rule.rule as usize].bit;
            self.required_bits = self.required.iter().map(bit).fold(0, |all, bits| all | bits);
            for (profile, needed) in self.required_error_bits.iter_mut().enumerate() {
                let is_needed =
                    |rule: &&WithSeverity<u32>| rule.severities.failing(false) >> profile & 1 == 1;
                *needed = self.required.iter().filter(is_needed).map(bit).fold(0, |all, bits| all | bits);
            }
            for property in self.properties.iter_mut().filter(|property| property.bit != UNTRACKED) {
                property.mask = 1 << property.bit;
            }
        }
        self.is_simple = tracked_count <= 64 && self.patterns.is_empty() && self.property_names.is_none();
        self.has_unnumbered = self.properties.iter().any(|property| property.symbol == NO_SYMBOL);
        self.symbols = SymbolIndex::new(&self.properties);
        self.table = Table::new(self.properties.iter().map(|property| property.name.as_bytes()));
    }
}

impl SymbolIndex {
    /// Builds the table, or an empty one if an index needs more than 16 bits.
    pub fn new(properties: &[Property]) -> Self {
        let size = (properties.len() * 2).next_power_of_two();
        let mut slots = vec![(NO_SYMBOL, 0); if properties.len() < usize::from(u16::MAX) { size } else { 0 }];
        for (index, property) in (0u16..).zip(properties) {
            if slots.is_empty() || property.symbol == NO_SYMBOL {
                continue;
            }
            let mut slot = usize::from(property.symbol) & (size - 1);
            while slots[slot].0 != NO_SYMBOL {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = (property.symbol, index);
        }
        Self { slots: slots.into() }
    }

    /// The index of the property with this symbol.
    #[inline]
    pub fn find(&self, symbol: Symbol) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = usize::from(symbol) & mask;
        loop {
            let (slot_symbol, index) = *self.slots.get(slot)?;
            if slot_symbol == symbol {
                return Some(usize::from(index));
            }
            if slot_symbol == NO_SYMBOL {
                return None;
            }
            slot = (slot + 1) & mask;
        }
    }
}

#[derive(Debug, Default)]
pub(super) enum AdditionalItems {
    #[default]
    Allow,
    Deny(ProfileSeverities),
    Validate(NodeId),
}

#[derive(Debug, Default)]
pub(super) struct ArrayRules {
    pub prefix: Vec<NodeId>,
    pub rest: AdditionalItems,
    pub min: Option<WithSeverity<usize>>,
    pub max: Option<WithSeverity<usize>>,
    pub unique: Option<ProfileSeverities>,
    pub contains: Option<Contains>,
}

#[derive(Debug)]
pub(super) struct Contains {
    pub node: NodeId,
    pub min: WithSeverity<usize>,
    pub max: Option<WithSeverity<usize>>,
}

#[derive(Debug)]
pub(super) enum Applicator {
    /// `$ref`, and each of `allOf`.
    All(NodeId),
    Any(WithSeverity<Vec<NodeId>>),
    One(WithSeverity<Vec<NodeId>>),
    Not(WithSeverity<NodeId>),
    If {
        condition: NodeId,
        then: Option<NodeId>,
        otherwise: Option<NodeId>,
    },
}

/// How a node references another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Applies to the same value, and must match: `$ref`, `allOf`, `then`, `else` and `dependentSchemas`.
    Conjunct,
    /// Applies to the same value, and can fail without a violation: `anyOf`, `oneOf`, `not` and `if`.
    Condition,
    /// Applies to a member or an item that no other `Member` applies to: `properties`, `items` and the like.
    Member,
    /// `patternProperties`: applies to members, also to those that a `Member` applies to.
    Pattern,
    /// `contains`: applies to items, and can fail without a violation.
    Contains,
    /// `propertyNames`: applies to keys.
    Name,
}

impl Edge {
    /// Whether the nodes apply to the same value.
    pub fn is_same_value(self) -> bool {
        matches!(self, Edge::Conjunct | Edge::Condition)
    }

    /// Whether a violation of the referenced node is a violation of the referencing one.
    pub fn is_required(self) -> bool {
        matches!(self, Edge::Conjunct | Edge::Member | Edge::Pattern)
    }
}

impl Node {
    /// A node without rules.
    pub fn unconstrained() -> Self {
        Self { types: types::ALL, accepts: types::ALL, ..Self::default() }
    }

    /// The target of a node that is nothing but a reference.
    pub fn alias(&self) -> Option<NodeId> {
        match self.applicators.as_slice() {
            [Applicator::All(target)]
                if self.types == types::ALL
                    && !self.is_false_schema
                    && self.values.is_none()
                    && self.string.is_none()
                    && self.number.is_none()
                    && self.object.is_none()
                    && self.array.is_none() =>
            {
                Some(*target)
            }
            _ => None,
        }
    }

    /// Calls `visitor` with every reference to another node. Mutable, so that one function serves reading and replacing.
    pub fn visit_edges(&mut self, visitor: &mut dyn FnMut(Edge, &mut NodeId)) {
        for rule in &mut self.applicators {
            match rule {
                Applicator::All(node) => visitor(Edge::Conjunct, node),
                Applicator::Any(branches) | Applicator::One(branches) => {
                    branches.rule.iter_mut().for_each(|node| visitor(Edge::Condition, node));
                }
                Applicator::Not(node) => visitor(Edge::Condition, &mut node.rule),
                Applicator::If { condition, then, otherwise } => {
                    visitor(Edge::Condition, condition);
                    then.iter_mut().chain(otherwise).for_each(|node| visitor(Edge::Conjunct, node));
                }
            }
        }
        if let Some(object) = &mut self.object {
            object.dependent_schemas.iter_mut().for_each(|(_, node)| visitor(Edge::Conjunct, node));
            for property in &mut object.properties {
                property.node.iter_mut().for_each(|node| visitor(Edge::Member, node));
            }
            object.patterns.iter_mut().for_each(|(_, node)| visitor(Edge::Pattern, node));
            if let Additional::Validate(node) = &mut object.additional {
                visitor(Edge::Member, node);
            }
            object.property_names.iter_mut().for_each(|rule| visitor(Edge::Name, &mut rule.rule));
        }
        if let Some(array) = &mut self.array {
            array.prefix.iter_mut().for_each(|node| visitor(Edge::Member, node));
            if let AdditionalItems::Validate(node) = &mut array.rest {
                visitor(Edge::Member, node);
            }
            array.contains.iter_mut().for_each(|contains| visitor(Edge::Contains, &mut contains.node));
        }
    }
}
