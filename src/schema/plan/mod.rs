//! The plan: what a schema becomes. An arena of nodes that name each other by index, so that a
//! schema that refers to itself costs nothing, and validation follows no reference twice.

mod analysis;
mod literal;

pub(super) use analysis::{ReferenceCycle, analyze};
pub(super) use literal::{Literal, Literals, Number, StringSet, quoted};

use super::format::Format;
use super::pattern::Pattern;
use crate::issue::{Profile, Severity};
use crate::json::{Divisor, KeyTable, NO_SYMBOL, Symbol, Table, TokenKind, Value};
use std::sync::Arc;

/// The index of a node in its plan.
pub(super) type NodeId = u32;

/// A compiled schema.
#[derive(Debug)]
pub(super) struct CompiledSchema {
    pub nodes: Vec<Node>,
    pub root: NodeId,
    /// Whether `"..."` and `<word>` are recognized as copied from documentation.
    pub placeholders: bool,
    /// The keys of all properties, for parsers.
    pub names: Option<Arc<KeyTable>>,
}

impl CompiledSchema {
    /// The types that any of these nodes can accept.
    pub fn types_of(&self, nodes: &[NodeId]) -> u8 {
        nodes.iter().map(|id| self.nodes[*id as usize].accepts).fold(0, |all, one| all | one)
    }
}

/// A set of JSON types, one bit each; whole and other numbers are two.
pub(super) mod types {
    pub const NULL: u8 = 1;
    pub const BOOLEAN: u8 = 2;
    /// Numbers that are whole, however they are written.
    pub const INTEGER: u8 = 4;
    /// Numbers that are not.
    pub const FRACTION: u8 = 8;
    pub const STRING: u8 = 16;
    pub const ARRAY: u8 = 32;
    pub const OBJECT: u8 = 64;
    pub const NUMBER: u8 = INTEGER | FRACTION;
    pub const ALL: u8 = 127;
}

/// The types by the tags of the tape.
const TYPE_BY_TAG: [u8; 16] = {
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
    // A key that was expected, where keys are validated as strings.
    types[TokenKind::Close as usize + 1] = types::STRING;
    types
};

/// The type of a value as one bit. A number that is not written as a whole one counts as a
/// fraction here: `1.0` is an integer only to those who ask [`exact_type`].
#[inline]
pub(super) fn lexical_type(value: Value<'_>) -> u8 {
    TYPE_BY_TAG[value.token().class()]
}

/// The type of a value as one bit, by the number's value and not by its spelling.
pub(super) fn exact_type(value: Value<'_>) -> u8 {
    match lexical_type(value) {
        types::FRACTION if value.as_decimal().is_some_and(crate::json::Decimal::is_integer) => types::INTEGER,
        other => other,
    }
}

/// What a broken rule means in one profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RuleSeverity {
    #[default]
    Error,
    Warning,
    Info,
    Off,
}

/// What a broken rule means, in the lenient and in the strict profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ProfileSeverities {
    pub lenient: RuleSeverity,
    pub strict: RuleSeverity,
}

impl ProfileSeverities {
    pub fn of(self, profile: Profile) -> Option<Severity> {
        let grade = match profile {
            Profile::Lenient => self.lenient,
            Profile::Strict => self.strict,
        };
        match grade {
            RuleSeverity::Error => Some(Severity::Error),
            RuleSeverity::Warning => Some(Severity::Warning),
            RuleSeverity::Info => Some(Severity::Info),
            RuleSeverity::Off => None,
        }
    }

    /// Whether a broken rule is an error in every profile.
    pub fn is_error(self) -> bool {
        self == Self::default()
    }

    /// The profiles in which a broken rule is an error, a bit each; with `any`, those in which it is anything.
    pub fn failing(self, any: bool) -> u8 {
        let bit = |profile| match self.of(profile) {
            Some(severity) if any || severity == Severity::Error => 1 << profile as u8,
            _ => 0,
        };
        bit(Profile::Lenient) | bit(Profile::Strict)
    }
}

/// A limit and what it means to break it.
#[derive(Clone, Debug)]
pub(super) struct WithSeverity<T> {
    pub rule: T,
    pub grades: ProfileSeverities,
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The types that may stand here.
    pub types: u8,
    /// The types for which there is more to validate than the type.
    pub types_with_rules: u8,
    /// The types that can fit here at all, all in-place rules taken together.
    pub accepts: u8,
    /// The schema `false`.
    pub is_false_schema: bool,
    /// Whether verdicts are remembered, because the same value can come here by several ways.
    pub memoize: bool,
    /// Whether a value that fits can still draw a warning.
    pub may_warn: bool,
    /// Whether a value can break an error's rule here or below, a bit for each profile: where only the verdict is
    /// asked, the others are not validated.
    pub failing_profiles: u8,
    /// The profiles in which no rule about a string, a number or a listed value is an error, a bit each, where
    /// there are no others but by type.
    pub warning_only_profiles: u8,
    /// How most values that fit are told without a look at the rules.
    pub fast_check: FastCheck,
    pub type_grades: ProfileSeverities,
    /// What to say to those who break `type`.
    pub type_hint: Option<Box<str>>,
    pub values: Option<Box<Values>>,
    pub string: Option<Box<StringRules>>,
    pub number: Option<Box<NumberRules>>,
    pub object: Option<Box<ObjectRules>>,
    pub array: Option<Box<ArrayRules>>,
    /// Schemas that validate the same value.
    pub applicators: Vec<Applicator>,
}

/// A way to know that a value fits and that there is nothing to say about it. It never says that one does not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum FastCheck {
    #[default]
    None,
    /// A string of this format, and no other rule.
    Format(Format),
    /// A whole number from the first to the second, and no other rule.
    IntRange(i32, i32),
    /// One of the words of `enum`, and no other rule.
    Enum,
}

/// `enum` and `const`.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub any: Option<WithSeverity<EnumValues>>,
    pub constant: Option<WithSeverity<Literal>>,
}

/// What `enum` lists: the words apart, because that is what nearly all of them are.
#[derive(Debug)]
pub(super) struct EnumValues {
    pub words: StringSet,
    pub others: Literals,
}

#[derive(Debug, Default)]
pub(super) struct StringRules {
    pub min: Option<WithSeverity<usize>>,
    pub max: Option<WithSeverity<usize>>,
    pub format: Option<WithSeverity<Format>>,
    pub pattern: Option<WithSeverity<(Pattern, Box<str>)>>,
    /// What the pattern wants, in words.
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

/// What is asked of members that no other keyword speaks of.
#[derive(Debug, Default)]
pub(super) enum Additional {
    #[default]
    Allow,
    Deny(ProfileSeverities),
    Validate(NodeId),
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    /// Every key the schema names, those of `properties` first, in its order.
    pub table: Table,
    /// The same keys by their symbols.
    pub symbols: SymbolIndex,
    pub properties: Vec<Property>,
    pub required: Vec<WithSeverity<u32>>,
    /// The bits of `required`, where 64 are enough for all of `tracked`.
    pub required_bits: u64,
    /// The bits of those whose absence is an error, in each profile.
    pub required_error_bits: [u64; 2],
    /// Whether nothing but `properties` speaks of members, so that they can be walked without questions.
    pub is_simple: bool,
    /// How many properties have a bit.
    pub tracked: u32,
    pub patterns: Vec<(Pattern, NodeId)>,
    pub additional: Additional,
    pub names: Option<WithSeverity<NodeId>>,
    pub min: Option<WithSeverity<usize>>,
    pub max: Option<WithSeverity<usize>>,
    /// If the first is there, the others have to be.
    pub dependent: Vec<WithSeverity<(u32, Vec<u32>)>>,
    /// If the property is there, the object has to fit.
    pub dependent_schemas: Vec<(u32, NodeId)>,
}

/// No bit: nothing asks whether the property was there.
pub(super) const UNTRACKED: u32 = u32::MAX;

/// A key that a schema names.
#[derive(Debug)]
pub(super) struct Property {
    pub name: Box<str>,
    /// What a parser that expects it reads it as.
    pub symbol: Symbol,
    /// Its schema, if `properties` has one.
    pub node: Option<NodeId>,
    /// The bit that remembers that it was there.
    pub bit: u32,
    /// The same as a mask, where there are 64 bits for all.
    pub mask: u64,
}

/// The properties of one object schema by symbol: open addressing, at most half full.
#[derive(Debug, Default)]
pub(super) struct SymbolIndex {
    slots: Box<[(Symbol, u16)]>,
}

impl SymbolIndex {
    /// Nothing where there are more properties than fit.
    pub fn of(properties: &[Property]) -> Self {
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
            let (there, index) = *self.slots.get(slot)?;
            if there == symbol {
                return Some(usize::from(index));
            }
            if there == NO_SYMBOL {
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

impl Node {
    /// A schema that says nothing yet.
    pub fn unconstrained() -> Self {
        Self { types: types::ALL, accepts: types::ALL, ..Self::default() }
    }

    /// The schema this one stands for, if all it does is to refer to it.
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

    /// Calls `see` with every schema that validates the same value.
    pub fn visit_applicators(&self, visitor: &mut dyn FnMut(NodeId)) {
        for rule in &self.applicators {
            match rule {
                Applicator::All(node) => visitor(*node),
                Applicator::Any(branches) | Applicator::One(branches) => {
                    branches.rule.iter().copied().for_each(&mut *visitor);
                }
                Applicator::Not(node) => visitor(node.rule),
                Applicator::If { condition, then, otherwise } => {
                    visitor(*condition);
                    then.iter().chain(otherwise).copied().for_each(&mut *visitor);
                }
            }
        }
        if let Some(object) = &self.object {
            object.dependent_schemas.iter().for_each(|(_, node)| visitor(*node));
        }
    }

    /// Calls `see` with every schema that validates a part of the value.
    pub fn visit_children(&self, visitor: &mut dyn FnMut(NodeId)) {
        if let Some(object) = &self.object {
            object.properties.iter().filter_map(|property| property.node).for_each(&mut *visitor);
            object.patterns.iter().for_each(|(_, node)| visitor(*node));
            if let Additional::Validate(node) = object.additional {
                visitor(node);
            }
            object.names.iter().for_each(|names| visitor(names.rule));
        }
        if let Some(array) = &self.array {
            array.prefix.iter().copied().for_each(&mut *visitor);
            if let AdditionalItems::Validate(node) = array.rest {
                visitor(node);
            }
            array.contains.iter().for_each(|contains| visitor(contains.node));
        }
    }

    /// Calls `see` with every schema whose failure is this one's.
    pub fn visit_failing(&self, visitor: &mut dyn FnMut(NodeId)) {
        for rule in &self.applicators {
            match rule {
                Applicator::All(node) => visitor(*node),
                Applicator::If { then, otherwise, .. } => {
                    then.iter().chain(otherwise).copied().for_each(&mut *visitor);
                }
                // Their failure is a rule of this one.
                Applicator::Any(_) | Applicator::One(_) | Applicator::Not(_) => {}
            }
        }
        if let Some(object) = &self.object {
            object.dependent_schemas.iter().for_each(|(_, node)| visitor(*node));
            object.properties.iter().filter_map(|property| property.node).for_each(&mut *visitor);
            object.patterns.iter().for_each(|(_, node)| visitor(*node));
            if let Additional::Validate(node) = object.additional {
                visitor(node);
            }
        }
        if let Some(array) = &self.array {
            array.prefix.iter().copied().for_each(&mut *visitor);
            if let AdditionalItems::Validate(node) = array.rest {
                visitor(node);
            }
        }
    }

    /// Replaces every index of another node.
    pub fn remap_nodes(&mut self, to: impl Fn(NodeId) -> NodeId) {
        let change = |node: &mut NodeId| *node = to(*node);
        for rule in &mut self.applicators {
            match rule {
                Applicator::All(node) => change(node),
                Applicator::Any(branches) | Applicator::One(branches) => {
                    branches.rule.iter_mut().for_each(change);
                }
                Applicator::Not(node) => change(&mut node.rule),
                Applicator::If { condition, then, otherwise } => {
                    change(condition);
                    then.iter_mut().chain(otherwise).for_each(change);
                }
            }
        }
        if let Some(object) = &mut self.object {
            object.dependent_schemas.iter_mut().for_each(|(_, node)| change(node));
            object.properties.iter_mut().filter_map(|property| property.node.as_mut()).for_each(change);
            object.patterns.iter_mut().for_each(|(_, node)| change(node));
            if let Additional::Validate(node) = &mut object.additional {
                change(node);
            }
            object.names.iter_mut().for_each(|names| change(&mut names.rule));
        }
        if let Some(array) = &mut self.array {
            array.prefix.iter_mut().for_each(change);
            if let AdditionalItems::Validate(node) = &mut array.rest {
                change(node);
            }
            array.contains.iter_mut().for_each(|contains| change(&mut contains.node));
        }
    }
}
