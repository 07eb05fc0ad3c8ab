//! Reads a pattern by the grammar of ECMA-262, section 22.2.1, with the `u` flag: alternatives, groups and
//! repetitions. Open groups lie on a stack of our own, so that no text can exhaust the machine's.

use std::collections::HashMap;

use super::error::PatternError;
use super::tree::{ClassItem, Id, PatternNode, Tree};

/// Groups inside groups. Whoever walks the tree by recursion relies on it.
const MAX_GROUP_DEPTH: usize = 250;

/// A pattern that has been read.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    /// The first thing in it that is right and that no matcher of ours runs.
    pub(super) unsupported: Option<PatternError>,
}

/// Reads a whole pattern.
pub(super) fn parse(text: &str) -> Result<Parsed, PatternError> {
    let mut parser = PatternParser {
        text,
        at: 0,
        nodes: Vec::new(),
        open: Vec::new(),
        groups: 0,
        names: HashMap::new(),
        named: Vec::new(),
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
    /// In bytes.
    pub(super) at: usize,
    nodes: Vec<PatternNode>,
    open: Vec<GroupFrame>,
    /// Capturing groups so far.
    groups: u32,
    /// Group names, numbered.
    names: HashMap<String, usize>,
    /// The names in the order they were given, and which of them the alternative being read holds already.
    named: Vec<usize>,
    is_name_in_use: Vec<bool>,
    /// The highest `\1`, and where it stands.
    highest: Option<(u32, usize)>,
    /// Each `\k<name>`, and where it stands.
    references: Vec<(String, usize)>,
    unsupported: Option<PatternError>,
}

/// A group whose end has not been read yet. The lowest is the pattern itself.
struct GroupFrame {
    kind: GroupKind,
    at: usize,
    alternatives: Vec<Id>,
    terms: Vec<Id>,
    /// Where the names of this group, and those of its current alternative, begin in `named`.
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
            let at = self.at;
            self.at += char.len_utf8();
            match char {
                '|' => self.alternative(),
                '(' => self.group(at)?,
                ')' if self.open.len() == 1 => return Err(self.error(at, "')' closes no group")),
                ')' => self.close()?,
                '^' => self.term(PatternNode::Start),
                '$' => self.term(PatternNode::End),
                '*' | '+' | '?' => {
                    return Err(self.error(at, &format!("nothing to repeat before '{char}'")));
                }
                '{' | '}' | ']' => {
                    return Err(self.error(at, &format!("'{char}' on its own has to be written '\\{char}'")));
                }
                '.' => {
                    let items = Box::new([ClassItem::Fixed { ranges: LINE_ENDS, negated: false }]);
                    self.repeated(PatternNode::Class { items, negated: true })?;
                }
                '[' => {
                    let class = self.class(at)?;
                    self.repeated(class)?;
                }
                '\\' => self.escape(at)?,
                _ => self.repeated(PatternNode::Char(char.into()))?,
            }
        }
        if self.open.len() > 1 {
            let at = self.open[self.open.len() - 1].at;
            return Err(self.error(at, "the group that starts here is not closed"));
        }
        self.references()?;
        Ok(self.leave().1)
    }

    /// `\` outside a class.
    fn escape(&mut self, at: usize) -> Result<(), PatternError> {
        match self.peek() {
            Some('b') => {
                self.at += 1;
                self.term(PatternNode::Boundary { negated: false });
                Ok(())
            }
            Some('B') => {
                self.at += 1;
                self.term(PatternNode::Boundary { negated: true });
                Ok(())
            }
            Some('1'..='9') => {
                let number = self.digits().unwrap_or(0);
                if self.highest.is_none_or(|(highest, _)| number > highest) {
                    self.highest = Some((number, at));
                }
                self.unsupported(at, "a backreference is not supported: no linear-time matcher can run it");
                self.repeated(PatternNode::Empty)
            }
            Some('k') => {
                self.at += 1;
                if !self.eat("<") {
                    return Err(self.error(at, "'\\k' needs the name of a group, such as '\\k<name>'"));
                }
                let name = self.group_name()?;
                self.references.push((name, at));
                self.unsupported(at, "a backreference is not supported: no linear-time matcher can run it");
                self.repeated(PatternNode::Empty)
            }
            _ => {
                let node = match self.escaped(at)? {
                    ClassItem::Range(char, _) => PatternNode::Char(char),
                    item => PatternNode::Class { items: Box::new([item]), negated: false },
                };
                self.repeated(node)
            }
        }
    }

    /// What follows a `(`.
    fn group(&mut self, at: usize) -> Result<(), PatternError> {
        if !self.eat("?") {
            self.groups = self.groups.saturating_add(1);
            return self.enter(GroupKind::Group, at);
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
                    self.unsupported(at, "a lookbehind is not supported");
                }
                return self.enter(kind, at);
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
                return Err(self.error(at, "another group that can match at the same time has this name"));
            }
            self.is_name_in_use[number] = true;
            self.named.push(number);
            // The name belongs to the alternative around the group, and the group's own names come after it.
            return self.enter(GroupKind::Group, at);
        }
        self.modifiers(at)
    }

    /// `(?ims-ims:`
    fn modifiers(&mut self, at: usize) -> Result<(), PatternError> {
        let (mut seen, mut minus) = (String::new(), false);
        loop {
            match self.peek() {
                Some(flag @ ('i' | 'm' | 's')) if !seen.contains(flag) => seen.push(flag),
                Some('-') if !minus => minus = true,
                Some(':') if !seen.is_empty() => {
                    self.at += 1;
                    self.unsupported(at, "a group that changes flags is not supported");
                    return self.enter(GroupKind::Group, at);
                }
                _ => {
                    return Err(self
                        .error(at, "'(?' starts no group of ECMA-262, such as '(?:', '(?=' or '(?<name>'"));
                }
            }
            self.at += 1;
        }
    }

    fn enter(&mut self, kind: GroupKind, at: usize) -> Result<(), PatternError> {
        if self.open.len() > MAX_GROUP_DEPTH {
            return Err(self.error(at, &format!("groups are nested deeper than {MAX_GROUP_DEPTH}")));
        }
        self.open.push(GroupFrame {
            kind,
            at,
            alternatives: Vec::new(),
            terms: Vec::new(),
            names: self.named.len(),
            alternative_names: self.named.len(),
        });
        Ok(())
    }

    /// At a `|`: names used before it are free again after it, as only one alternative ever matches.
    fn alternative(&mut self) {
        let sequence = self.sequence();
        let frame = self.frame();
        frame.alternatives.push(sequence);
        let from = frame.alternative_names;
        for &name in &self.named[from..] {
            self.is_name_in_use[name] = false;
        }
        let names = self.named.len();
        self.frame().alternative_names = names;
    }

    /// At a `)`.
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

    /// Takes the innermost group off the stack, as one node.
    fn leave(&mut self) -> (GroupFrame, Id) {
        let sequence = self.sequence();
        let mut frame = self.open.pop().expect("the pattern itself is a frame");
        for &name in &self.named[frame.names..] {
            self.is_name_in_use[name] = true;
        }
        if frame.alternatives.is_empty() {
            return (frame, sequence);
        }
        frame.alternatives.push(sequence);
        let either = PatternNode::Alternation(std::mem::take(&mut frame.alternatives).into());
        (frame, self.add(either))
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
        self.open.last_mut().expect("the pattern itself is a frame")
    }

    #[inline(never)]
    fn add(&mut self, node: PatternNode) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// A term that nothing may repeat: with the `u` flag, assertions are such.
    #[inline(never)]
    fn term(&mut self, node: PatternNode) {
        let id = self.add(node);
        self.frame().terms.push(id);
    }

    fn repeated(&mut self, node: PatternNode) -> Result<(), PatternError> {
        let id = self.add(node);
        self.repeated_node(id)
    }

    /// A term, and the repetition that may follow it.
    fn repeated_node(&mut self, body: Id) -> Result<(), PatternError> {
        let at = self.at;
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
        self.at += 1;
        let (min, max) = match bounds {
            Some(bounds) => bounds,
            None => self.counts(at)?,
        };
        // Which match is found first makes no difference to whether there is one.
        self.eat("?");
        self.term(PatternNode::Repeat { body, min, max });
        Ok(())
    }

    /// `2}`, `2,}` or `2,4}`
    fn counts(&mut self, at: usize) -> Result<(u32, Option<u32>), PatternError> {
        let start = self.at;
        let read = |parser: &mut Self| {
            let min = parser.digits()?;
            let first = &parser.text[start..parser.at];
            if parser.eat("}") {
                return Some((min, Some(min), false));
            }
            if !parser.eat(",") {
                return None;
            }
            let second = parser.at;
            let max = parser.digits();
            let out_of_order = max.is_some() && less(&parser.text[second..parser.at], first);
            parser.eat("}").then_some((min, max, out_of_order))
        };
        match read(self) {
            Some((_, _, true)) => {
                Err(self.error(at, "the repetition's upper count is smaller than its lower one"))
            }
            Some((min, max, false)) => Ok((min, max)),
            None => Err(self.error(at, "'{' starts no repetition, such as '{2}', '{2,}' or '{2,4}'")),
        }
    }

    /// Backreferences may point forward, so they are looked at in the end.
    fn references(&mut self) -> Result<(), PatternError> {
        if let Some((number, at)) = self.highest
            && number > self.groups
        {
            return Err(self.error(at, &format!("there is no group {number} to refer back to")));
        }
        if let Some(&(_, at)) = self.references.iter().find(|(name, _)| !self.names.contains_key(name)) {
            return Err(self.error(at, "there is no group of this name to refer back to"));
        }
        Ok(())
    }

    /// A decimal number, which stays at the highest one a `u32` holds where it is higher.
    fn digits(&mut self) -> Option<u32> {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += length;
        let digits = rest[..length].bytes().map(|digit| u32::from(digit - b'0'));
        (length > 0)
            .then(|| digits.fold(0, |number: u32, digit| number.saturating_mul(10).saturating_add(digit)))
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    #[inline(never)]
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        self.at += if found { expected.len() } else { 0 };
        found
    }

    #[inline(never)]
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    #[cold]
    #[inline(never)]
    pub(super) fn error(&self, at: usize, message: &str) -> PatternError {
        PatternError::new(message.to_owned(), Some(self.text[..at].chars().count()))
    }

    /// Notes something that is right and that cannot be run.
    #[cold]
    #[inline(never)]
    pub(super) fn unsupported(&mut self, at: usize, message: &str) {
        if self.unsupported.is_none() {
            self.unsupported = Some(self.error(at, message));
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
