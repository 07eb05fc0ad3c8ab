//! The plan: what a schema becomes. An arena of nodes that name each other by index, so that a
//! schema that refers to itself costs nothing, and judging follows no reference twice.

mod analysis;
mod literal;

pub(super) use analysis::{Loop, finish};
pub(super) use literal::{Literal, Literals, Number, Words, quoted};

use super::format::Format;
use super::pattern::Pattern;
use crate::issue::{Profile, Severity};
use crate::json::{NO_SYMBOL, Names, NumberStep, Symbol, Table, Tag, Value};
use std::sync::Arc;

/// The index of a node in its plan.
pub(super) type NodeId = u32;

/// A compiled schema.
#[derive(Debug)]
pub(super) struct Plan {
    pub nodes: Vec<Node>,
    pub root: NodeId,
    /// Whether `"..."` and `<word>` are recognised as copied from documentation.
    pub placeholders: bool,
    /// The keys of all properties, for readers.
    pub names: Option<Arc<Names>>,
}

impl Plan {
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
const QUICK: [u8; 16] = {
    let mut types = [types::ARRAY; 16];
    types[Tag::Null as usize] = types::NULL;
    types[Tag::True as usize] = types::BOOLEAN;
    types[Tag::False as usize] = types::BOOLEAN;
    types[Tag::Integer as usize] = types::INTEGER;
    types[Tag::Number as usize] = types::FRACTION;
    types[Tag::Ascii as usize] = types::STRING;
    types[Tag::Utf8 as usize] = types::STRING;
    types[Tag::Escaped as usize] = types::STRING;
    types[Tag::Object as usize] = types::OBJECT;
    // A key that was expected, where keys are judged as strings.
    types[Tag::Close as usize + 1] = types::STRING;
    types
};

/// The type of a value as one bit. A number that is not written as a whole one counts as a
/// fraction here: `1.0` is an integer only to those who ask [`exact_type`].
#[inline]
pub(super) fn quick_type(value: Value<'_>) -> u8 {
    QUICK[value.token().class()]
}

/// The type of a value as one bit, by the number's value and not by its spelling.
pub(super) fn exact_type(value: Value<'_>) -> u8 {
    match quick_type(value) {
        types::FRACTION if value.as_decimal().is_some_and(crate::json::Decimal::is_integer) => types::INTEGER,
        other => other,
    }
}

/// What a broken rule means in one profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Grade {
    #[default]
    Error,
    Warning,
    Info,
    Off,
}

/// What a broken rule means, in the lenient and in the strict profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Grades {
    pub lenient: Grade,
    pub strict: Grade,
}

impl Grades {
    pub fn of(self, profile: Profile) -> Option<Severity> {
        let grade = match profile {
            Profile::Lenient => self.lenient,
            Profile::Strict => self.strict,
        };
        match grade {
            Grade::Error => Some(Severity::Error),
            Grade::Warning => Some(Severity::Warning),
            Grade::Info => Some(Severity::Info),
            Grade::Off => None,
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
pub(super) struct Graded<T> {
    pub rule: T,
    pub grades: Grades,
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The types that may stand here.
    pub types: u8,
    /// The types for which there is more to judge than the type.
    pub more: u8,
    /// The types that can fit here at all, all in-place rules taken together.
    pub accepts: u8,
    /// The schema `false`.
    pub never: bool,
    /// Whether verdicts are remembered, because the same value can come here by several ways.
    pub remember: bool,
    /// Whether a value that fits can still draw a warning.
    pub may_warn: bool,
    /// Whether a value can break an error's rule here or below, a bit for each profile: where only the verdict is
    /// asked, the others are not judged.
    pub can_fail: u8,
    /// The profiles in which no rule about a string, a number or a listed value is an error, a bit each, where
    /// there are no others but by type.
    pub soft: u8,
    /// How most values that fit are told without a look at the rules.
    pub glance: Glance,
    pub type_grades: Grades,
    /// What to say to those who break `type`.
    pub type_hint: Option<Box<str>>,
    pub values: Option<Box<Values>>,
    pub string: Option<Box<StringRules>>,
    pub number: Option<Box<NumberRules>>,
    pub object: Option<Box<ObjectRules>>,
    pub array: Option<Box<ArrayRules>>,
    /// Schemas that judge the same value.
    pub in_place: Vec<InPlace>,
}

/// A way to know that a value fits and that there is nothing to say about it. It never says that one does not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Glance {
    #[default]
    None,
    /// A string of this format, and no other rule.
    Format(Format),
    /// A whole number from the first to the second, and no other rule.
    Whole(i32, i32),
    /// One of the words of `enum`, and no other rule.
    Word,
}

/// `enum` and `const`.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub any: Option<Graded<Choice>>,
    pub constant: Option<Graded<Literal>>,
}

/// What `enum` lists: the words apart, because that is what nearly all of them are.
#[derive(Debug)]
pub(super) struct Choice {
    pub words: Words,
    pub others: Literals,
}

#[derive(Debug, Default)]
pub(super) struct StringRules {
    pub min: Option<Graded<usize>>,
    pub max: Option<Graded<usize>>,
    pub format: Option<Graded<Format>>,
    pub pattern: Option<Graded<(Pattern, Box<str>)>>,
    /// What the pattern wants, in words.
    pub expected: Option<Box<str>>,
}

#[derive(Debug, Default)]
pub(super) struct NumberRules {
    pub min: Option<Graded<Number>>,
    pub above: Option<Graded<Number>>,
    pub max: Option<Graded<Number>>,
    pub below: Option<Graded<Number>>,
    pub step: Option<Graded<(NumberStep, Number)>>,
}

/// What is asked of members that no other keyword speaks of.
#[derive(Debug, Default)]
pub(super) enum Additional {
    #[default]
    Allowed,
    Refused(Grades),
    Judged(NodeId),
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    /// Every key the schema names, those of `properties` first, in its order.
    pub table: Table,
    /// The same keys by their symbols.
    pub symbols: Symbols,
    pub properties: Vec<Property>,
    pub required: Vec<Graded<u32>>,
    /// The bits of `required`, where 64 are enough for all of `tracked`.
    pub required_bits: u64,
    /// The bits of those whose absence is an error, in each profile.
    pub needed_bits: [u64; 2],
    /// Whether nothing but `properties` speaks of members, so that they can be walked without questions.
    pub plain: bool,
    /// How many properties have a bit.
    pub tracked: u32,
    pub patterns: Vec<(Pattern, NodeId)>,
    pub additional: Additional,
    pub names: Option<Graded<NodeId>>,
    pub min: Option<Graded<usize>>,
    pub max: Option<Graded<usize>>,
    /// If the first is there, the others have to be.
    pub dependent: Vec<Graded<(u32, Vec<u32>)>>,
    /// If the property is there, the object has to fit.
    pub dependent_schemas: Vec<(u32, NodeId)>,
}

/// No bit: nothing asks whether the property was there.
pub(super) const UNTRACKED: u32 = u32::MAX;

/// A key that a schema names.
#[derive(Debug)]
pub(super) struct Property {
    pub name: Box<str>,
    /// What a reader that expects it reads it as.
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
pub(super) struct Symbols {
    slots: Box<[(Symbol, u16)]>,
}

impl Symbols {
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
pub(super) enum Rest {
    #[default]
    Allowed,
    Refused(Grades),
    Judged(NodeId),
}

#[derive(Debug, Default)]
pub(super) struct ArrayRules {
    pub prefix: Vec<NodeId>,
    pub rest: Rest,
    pub min: Option<Graded<usize>>,
    pub max: Option<Graded<usize>>,
    pub unique: Option<Grades>,
    pub contains: Option<Contains>,
}

#[derive(Debug)]
pub(super) struct Contains {
    pub node: NodeId,
    pub min: Graded<usize>,
    pub max: Option<Graded<usize>>,
}

#[derive(Debug)]
pub(super) enum InPlace {
    /// `$ref`, and each of `allOf`.
    All(NodeId),
    Any(Graded<Vec<NodeId>>),
    One(Graded<Vec<NodeId>>),
    Not(Graded<NodeId>),
    If {
        condition: NodeId,
        then: Option<NodeId>,
        otherwise: Option<NodeId>,
    },
}

impl Node {
    /// A schema that says nothing yet.
    pub fn open() -> Self {
        Self { types: types::ALL, accepts: types::ALL, ..Self::default() }
    }

    /// The schema this one stands for, if all it does is to refer to it.
    pub fn alias(&self) -> Option<NodeId> {
        match self.in_place.as_slice() {
            [InPlace::All(target)]
                if self.types == types::ALL
                    && !self.never
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

    /// Calls `see` with every schema that judges the same value.
    pub fn each_in_place(&self, see: &mut dyn FnMut(NodeId)) {
        for rule in &self.in_place {
            match rule {
                InPlace::All(node) => see(*node),
                InPlace::Any(branches) | InPlace::One(branches) => {
                    branches.rule.iter().copied().for_each(&mut *see);
                }
                InPlace::Not(node) => see(node.rule),
                InPlace::If { condition, then, otherwise } => {
                    see(*condition);
                    then.iter().chain(otherwise).copied().for_each(&mut *see);
                }
            }
        }
        if let Some(object) = &self.object {
            object.dependent_schemas.iter().for_each(|(_, node)| see(*node));
        }
    }

    /// Calls `see` with every schema that judges a part of the value.
    pub fn each_inside(&self, see: &mut dyn FnMut(NodeId)) {
        if let Some(object) = &self.object {
            object.properties.iter().filter_map(|property| property.node).for_each(&mut *see);
            object.patterns.iter().for_each(|(_, node)| see(*node));
            if let Additional::Judged(node) = object.additional {
                see(node);
            }
            object.names.iter().for_each(|names| see(names.rule));
        }
        if let Some(array) = &self.array {
            array.prefix.iter().copied().for_each(&mut *see);
            if let Rest::Judged(node) = array.rest {
                see(node);
            }
            array.contains.iter().for_each(|contains| see(contains.node));
        }
    }

    /// Calls `see` with every schema whose failure is this one's.
    pub fn each_failing(&self, see: &mut dyn FnMut(NodeId)) {
        for rule in &self.in_place {
            match rule {
                InPlace::All(node) => see(*node),
                InPlace::If { then, otherwise, .. } => {
                    then.iter().chain(otherwise).copied().for_each(&mut *see);
                }
                // Their failure is a rule of this one.
                InPlace::Any(_) | InPlace::One(_) | InPlace::Not(_) => {}
            }
        }
        if let Some(object) = &self.object {
            object.dependent_schemas.iter().for_each(|(_, node)| see(*node));
            object.properties.iter().filter_map(|property| property.node).for_each(&mut *see);
            object.patterns.iter().for_each(|(_, node)| see(*node));
            if let Additional::Judged(node) = object.additional {
                see(node);
            }
        }
        if let Some(array) = &self.array {
            array.prefix.iter().copied().for_each(&mut *see);
            if let Rest::Judged(node) = array.rest {
                see(node);
            }
        }
    }

    /// Replaces every index of another node.
    pub fn redirect(&mut self, to: impl Fn(NodeId) -> NodeId) {
        let change = |node: &mut NodeId| *node = to(*node);
        for rule in &mut self.in_place {
            match rule {
                InPlace::All(node) => change(node),
                InPlace::Any(branches) | InPlace::One(branches) => branches.rule.iter_mut().for_each(change),
                InPlace::Not(node) => change(&mut node.rule),
                InPlace::If { condition, then, otherwise } => {
                    change(condition);
                    then.iter_mut().chain(otherwise).for_each(change);
                }
            }
        }
        if let Some(object) = &mut self.object {
            object.dependent_schemas.iter_mut().for_each(|(_, node)| change(node));
            object.properties.iter_mut().filter_map(|property| property.node.as_mut()).for_each(change);
            object.patterns.iter_mut().for_each(|(_, node)| change(node));
            if let Additional::Judged(node) = &mut object.additional {
                change(node);
            }
            object.names.iter_mut().for_each(|names| change(&mut names.rule));
        }
        if let Some(array) = &mut self.array {
            array.prefix.iter_mut().for_each(change);
            if let Rest::Judged(node) = &mut array.rest {
                change(node);
            }
            array.contains.iter_mut().for_each(|contains| change(&mut contains.node));
        }
    }
}
