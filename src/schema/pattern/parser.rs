//! Parses patterns by the grammar of ECMA-262, section 22.2.1, with the `u` flag: alternatives, groups and repetitions.
//!
//! SECURITY: open groups are on a stack on the heap, so that no pattern can overflow the call stack.

use std::collections::HashMap;

use super::error::PatternError;
use super::tree::{ClassItem, Id, PatternNode, Tree};

/// SECURITY: limits the recursion of all functions that walk the tree.
const MAX_GROUP_DEPTH: usize = 250;

const NO_BACKREFERENCE: &str = "backreferences are not supported, because linear-time matching excludes them";

/// A parsed pattern.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    /// The first valid construct that the compiler does not support.
    pub(super) unsupported: Option<PatternError>,
}

/// Parses a whole pattern.
pub(super) fn parse(text: &str) -> Result<Parsed, PatternError> {
    let mut parser = PatternParser {
        text,
        offset: 0,
        nodes: Vec::new(),
        frames: Vec::new(),
        groups: 0,
        names: HashMap::new(),
        name_order: Vec::new(),
        is_name_in_use: Vec::new(),
        highest: None,
        references: Vec::new(),
        unsupported: None,
    };
    let root = parser.pattern()?;
    Ok(Parsed { tree: Tree { nodes: parser.nodes, root }, unsupported: parser.unsupported })
}

pub(super) struct PatternParser<'a> {
    text: &'a str,
    /// The offset of the next character in bytes.
    pub(super) offset: usize,
    nodes: Vec<PatternNode>,
    frames: Vec<GroupFrame>,
    /// Capturing groups so far.
    groups: u32,
    /// The number of each group name.
    names: HashMap<String, usize>,
    /// The names in order of occurrence, and whether each of them is in use in the current alternative.
    name_order: Vec<usize>,
    is_name_in_use: Vec<bool>,
    /// The highest numbered backreference, and its offset.
    highest: Option<(u32, usize)>,
    /// Each named backreference, and its offset.
    references: Vec<(String, usize)>,
    unsupported: Option<PatternError>,
}

/// A group whose end is not parsed yet. The first frame is the whole pattern.
struct GroupFrame {
    kind: GroupKind,
    offset: usize,
    alternatives: Vec<Id>,
    terms: Vec<Id>,
    /// The indices in `name_order` where the names of this group and of its current alternative start.
    names: usize,
    alternative_names: usize,
}

#[derive(Clone, Copy)]
enum GroupKind {
    Group,
    Lookahead { negated: bool },
    Lookbehind,
}

impl PatternParser<'_> {
    fn pattern(&mut self) -> Result<Id, PatternError> {
        self.enter(GroupKind::Group, 0)?;
        while let Some(char) = self.peek() {
            let offset = self.offset;
            self.offset += char.len_utf8();
            match char {
                '|' => self.alternative(),
                '(' => self.group(offset)?,
                ')' if self.frames.len() == 1 => return Err(self.error(offset, "unmatched ')'")),
                ')' => self.close()?,
                '^' => self.term(PatternNode::Start),
                '$' => self.term(PatternNode::End),
                '*' | '+' | '?' => {
                    return Err(self.error(offset, &format!("nothing to repeat before '{char}'")));
                }
                '{' | '}' | ']' => {
                    return Err(self.error(offset, &format!("unescaped '{char}', write '\\{char}'")));
                }
                '.' => {
                    let items = Box::new([ClassItem::Fixed { ranges: LINE_ENDS, negated: false }]);
                    self.repeated(PatternNode::Class { items, negated: true })?;
                }
                '[' => {
                    let class = self.class(offset)?;
                    self.repeated(class)?;
                }
                '\\' => self.escape(offset)?,
                _ => self.repeated(PatternNode::Char(char.into()))?,
            }
        }
        if self.frames.len() > 1 {
            let offset = self.frames[self.frames.len() - 1].offset;
            return Err(self.error(offset, "unclosed group"));
        }
        self.references()?;
        Ok(self.leave().1)
    }

    /// Parses an escape outside a class.
    fn escape(&mut self, offset: usize) -> Result<(), PatternError> {
        match self.peek() {
            Some('b') => {
                self.offset += 1;
                self.term(PatternNode::Boundary { negated: false });
                Ok(())
            }
            Some('B') => {
                self.offset += 1;
                self.term(PatternNode::Boundary { negated: true });
                Ok(())
            }
            Some('1'..='9') => {
                let number = self.digits().unwrap_or(0);
                if self.highest.is_none_or(|(highest, _)| number > highest) {
                    self.highest = Some((number, offset));
                }
                self.unsupported(offset, NO_BACKREFERENCE);
                self.repeated(PatternNode::Empty)
            }
            Some('k') => {
                self.offset += 1;
                if !self.eat("<") {
                    return Err(
                        self.error(offset, "'\\k' must be followed by a group name, such as '\\k<name>'")
                    );
                }
                let name = self.group_name()?;
                self.references.push((name, offset));
                self.unsupported(offset, NO_BACKREFERENCE);
                self.repeated(PatternNode::Empty)
            }
            _ => {
                let node = match self.escaped(offset)? {
                    ClassItem::Range(char, _) => PatternNode::Char(char),
                    item => PatternNode::Class { items: Box::new([item]), negated: false },
                };
                self.repeated(node)
            }
        }
    }

    /// Parses a group after its `(`.
    fn group(&mut self, offset: usize) -> Result<(), PatternError> {
        if !self.eat("?") {
            self.groups = self.groups.saturating_add(1);
            return self.enter(GroupKind::Group, offset);
        }
        for (mark, kind) in [
            (":", GroupKind::Group),
            ("=", GroupKind::Lookahead { negated: false }),
            ("!", GroupKind::Lookahead { negated: true }),
            ("<=", GroupKind::Lookbehind),
            ("<!", GroupKind::Lookbehind),
        ] {
            if self.eat(mark) {
                if matches!(kind, GroupKind::Lookbehind) {
                    self.unsupported(offset, "lookbehinds are not supported");
                }
                return self.enter(kind, offset);
            }
        }
        if self.eat("<") {
            self.groups = self.groups.saturating_add(1);
            let name = self.group_name()?;
            let next = self.names.len();
            let number = *self.names.entry(name).or_insert(next);
            if number == next {
                self.is_name_in_use.push(false);
            } else if self.is_name_in_use[number] {
                return Err(self.error(offset, "duplicate group name"));
            }
            self.is_name_in_use[number] = true;
            self.name_order.push(number);
            // The name belongs to the alternative that contains the group, so it is recorded before the group's frame.
            return self.enter(GroupKind::Group, offset);
        }
        self.modifiers(offset)
    }

    /// Parses flags such as `(?ims-ims:`.
    fn modifiers(&mut self, offset: usize) -> Result<(), PatternError> {
        let (mut seen, mut minus) = (String::new(), false);
        loop {
            match self.peek() {
                Some(flag @ ('i' | 'm' | 's')) if !seen.contains(flag) => seen.push(flag),
                Some('-') if !minus => minus = true,
                Some(':') if !seen.is_empty() => {
                    self.offset += 1;
                    self.unsupported(offset, "groups that change flags are not supported");
                    return self.enter(GroupKind::Group, offset);
                }
                _ => {
                    return Err(
                        self.error(offset, "invalid group, expected one such as '(?:', '(?=' or '(?<name>'")
                    );
                }
            }
            self.offset += 1;
        }
    }

    fn enter(&mut self, kind: GroupKind, offset: usize) -> Result<(), PatternError> {
        if self.frames.len() > MAX_GROUP_DEPTH {
            return Err(self.error(offset, &format!("groups are nested deeper than {MAX_GROUP_DEPTH}")));
        }
        self.frames.push(GroupFrame {
            kind,
            offset,
            alternatives: Vec::new(),
            terms: Vec::new(),
            names: self.name_order.len(),
            alternative_names: self.name_order.len(),
        });
        Ok(())
    }

    /// Ends an alternative at `|`. Its names are free again, because only one alternative matches.
    fn alternative(&mut self) {
        let sequence = self.sequence();
        let frame = self.frame();
        frame.alternatives.push(sequence);
        let from = frame.alternative_names;
        for &name in &self.name_order[from..] {
            self.is_name_in_use[name] = false;
        }
        let names = self.name_order.len();
        self.frame().alternative_names = names;
    }

    /// Ends a group at `)`.
    fn close(&mut self) -> Result<(), PatternError> {
        let (frame, body) = self.leave();
        match frame.kind {
            GroupKind::Group => self.repeated_node(body),
            GroupKind::Lookahead { negated } => {
                self.term(PatternNode::Lookahead { body, negated });
                Ok(())
            }
            GroupKind::Lookbehind => {
                self.term(PatternNode::Empty);
                Ok(())
            }
        }
    }

    /// Removes the innermost frame and returns it with its node.
    fn leave(&mut self) -> (GroupFrame, Id) {
        let sequence = self.sequence();
        let mut frame = self.frames.pop().expect("the pattern itself is a frame");
        for &name in &self.name_order[frame.names..] {
            self.is_name_in_use[name] = true;
        }
        if frame.alternatives.is_empty() {
            return (frame, sequence);
        }
        frame.alternatives.push(sequence);
        let alternation = PatternNode::Alternation(std::mem::take(&mut frame.alternatives).into());
        (frame, self.add(alternation))
    }

    fn sequence(&mut self) -> Id {
        let terms = std::mem::take(&mut self.frame().terms);
        match terms[..] {
            [] => self.add(PatternNode::Empty),
            [term] => term,
            _ => self.add(PatternNode::Sequence(terms.into())),
        }
    }

    fn frame(&mut self) -> &mut GroupFrame {
        self.frames.last_mut().expect("the pattern itself is a frame")
    }

    #[inline(never)]
    fn add(&mut self, node: PatternNode) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds a term that cannot be repeated. With the `u` flag, assertions cannot.
    #[inline(never)]
    fn term(&mut self, node: PatternNode) {
        let id = self.add(node);
        self.frame().terms.push(id);
    }

    fn repeated(&mut self, node: PatternNode) -> Result<(), PatternError> {
        let id = self.add(node);
        self.repeated_node(id)
    }

    /// Adds a term and its repetition, if there is one.
    fn repeated_node(&mut self, body: Id) -> Result<(), PatternError> {
        let offset = self.offset;
        let bounds = match self.peek() {
            Some('*') => Some((0, None)),
            Some('+') => Some((1, None)),
            Some('?') => Some((0, Some(1))),
            Some('{') => None,
            _ => {
                self.frame().terms.push(body);
                return Ok(());
            }
        };
        self.offset += 1;
        let (min, max) = match bounds {
            Some(bounds) => bounds,
            None => self.counts(offset)?,
        };
        // A lazy repetition matches the same texts as a greedy one.
        self.eat("?");
        self.term(PatternNode::Repeat { body, min, max });
        Ok(())
    }

    /// Parses `2}`, `2,}` or `2,4}`.
    fn counts(&mut self, offset: usize) -> Result<(u32, Option<u32>), PatternError> {
        let start = self.offset;
        let read = |parser: &mut Self| {
            let min = parser.digits()?;
            let first = &parser.text[start..parser.offset];
            if parser.eat("}") {
                return Some((min, Some(min), false));
            }
            if !parser.eat(",") {
                return None;
            }
            let second = parser.offset;
            let max = parser.digits();
            let out_of_order = max.is_some() && less(&parser.text[second..parser.offset], first);
            parser.eat("}").then_some((min, max, out_of_order))
        };
        match read(self) {
            Some((_, _, true)) => {
                Err(self.error(offset, "the maximum of the repetition is below its minimum"))
            }
            Some((min, max, false)) => Ok((min, max)),
            None => {
                Err(self.error(offset, "invalid repetition, expected one such as '{2}', '{2,}' or '{2,4}'"))
            }
        }
    }

    /// Checks backreferences at the end, because they can point forward.
    fn references(&mut self) -> Result<(), PatternError> {
        if let Some((number, offset)) = self.highest
            && number > self.groups
        {
            return Err(self.error(offset, &format!("backreference to group {number}, which does not exist")));
        }
        if let Some(&(_, offset)) = self.references.iter().find(|(name, _)| !self.names.contains_key(name)) {
            return Err(self.error(offset, "backreference to a group that does not exist"));
        }
        Ok(())
    }

    /// Parses a decimal number. A number above `u32::MAX` becomes `u32::MAX`.
    fn digits(&mut self) -> Option<u32> {
        let rest = &self.text[self.offset..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.offset += length;
        let digits = rest[..length].bytes().map(|digit| u32::from(digit - b'0'));
        (length > 0)
            .then(|| digits.fold(0, |number: u32, digit| number.saturating_mul(10).saturating_add(digit)))
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.offset..].chars().next()
    }

    #[inline(never)]
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        self.offset += if found { expected.len() } else { 0 };
        found
    }

    #[inline(never)]
    pub(super) fn rest(&self) -> &str {
        &self.text[self.offset..]
    }

    #[cold]
    #[inline(never)]
    pub(super) fn error(&self, offset: usize, message: &str) -> PatternError {
        PatternError::new(message.to_owned(), Some(self.text[..offset].chars().count()))
    }

    /// Records a valid construct that is not supported.
    #[cold]
    #[inline(never)]
    pub(super) fn unsupported(&mut self, offset: usize, message: &str) {
        if self.unsupported.is_none() {
            self.unsupported = Some(self.error(offset, message));
        }
    }
}

/// Compares two decimal numbers of any length.
fn less(left: &str, right: &str) -> bool {
    let [left, right] = [left, right].map(|digits| digits.trim_start_matches('0'));
    (left.len(), left) < (right.len(), right)
}

/// `LineTerminator`, section 12.3.
pub(super) const LINE_ENDS: &[(u32, u32)] = &[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)];
