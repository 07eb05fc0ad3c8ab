//! From a schema to a plan: every keyword is understood here or refused.

mod container;
mod scalar;
mod severity;

use std::collections::HashMap;

use super::CompileOptions;
use super::dialect::{DialectRules, KeywordKind};
use super::error::CompileError;
use super::plan::{Applicator, CompiledSchema, Node, NodeId, ReferenceCycle, WithSeverity, analyze};
use super::resolve::Registry;
use crate::issue::{Code, Location, Severity};
use crate::json::{KeyInterner, Kind, Value, quoted};
use severity::SeverityOverrides;

/// Compiles the schema that `root` is.
#[inline(never)]
pub(super) fn compile(
    root: Value<'_>,
    options: CompileOptions,
    vocabulary: &mut KeyInterner,
) -> Result<CompiledSchema, CompileError> {
    check_keys(root)?;
    if !matches!(root.kind(), Kind::Object | Kind::Boolean) {
        return Err(CompileError::new("", root, "A schema must be an object, true or false."));
    }
    let reading = DialectRules::of(root, options.dialect)?;
    let mut compiler = Compiler {
        reading,
        strict: options.strict,
        registry: Registry::of(root, reading)?,
        nodes: Vec::new(),
        sources: Vec::new(),
        node_by_schema: HashMap::new(),
        pending: Vec::new(),
        vocabulary,
    };
    let root = compiler.node(root)?;
    while let Some((id, schema)) = compiler.pending.pop() {
        compiler.fill(id, schema)?;
    }
    let mut plan = CompiledSchema {
        nodes: compiler.nodes,
        root,
        placeholders: options.detect_placeholders,
        names: None,
    };
    match analyze(&mut plan) {
        Ok(()) => Ok(plan),
        Err(ReferenceCycle(id)) => {
            let schema = compiler.sources[id as usize];
            Err(CompileError::new(
                "$ref",
                schema.get("$ref").unwrap_or(schema),
                "This schema refers to itself without going into a property or an item, so judging by it would never end.",
            ))
        }
    }
}

/// A key that stands twice would be one rule to us and another to the next parser. Half a surrogate pair is no text that
/// could be compared with what a payload says.
#[inline(never)]
fn check_keys(root: Value<'_>) -> Result<(), CompileError> {
    let span = root.span();
    for finding in root.document().diagnostics() {
        if finding.code == Code::JSON_LONE_SURROGATE
            && let Location::Key(index) | Location::Value(index) = finding.place
            && let Some(text) = root.document().value_at(index)
            && (span.start..span.end).contains(&text.span().start)
        {
            return Err(CompileError::new(
                "",
                text,
                "Schema strings must be Unicode. Remove the unpaired surrogate.",
            ));
        }
        if let Location::Key(index) = finding.place
            && finding.severity == Severity::Error
            && let Some(key) = root.document().value_at(index)
            && (span.start..span.end).contains(&key.span().start)
        {
            return Err(CompileError::new(&key.as_str().unwrap_or_default(), key, finding.message.clone()));
        }
    }
    Ok(())
}

struct Compiler<'s, 'v> {
    reading: DialectRules,
    strict: bool,
    registry: Registry<'s>,
    nodes: Vec<Node>,
    /// The schema of each node.
    sources: Vec<Value<'s>>,
    /// The node of a schema that was met, by its index on the tape.
    node_by_schema: HashMap<u32, NodeId>,
    /// Schemas whose nodes are still empty. A list and not recursion: references may lead anywhere.
    pending: Vec<(NodeId, Value<'s>)>,
    /// The keys that parsers are to expect.
    vocabulary: &'v mut KeyInterner,
}

impl<'s> Compiler<'s, '_> {
    /// The node of a schema, which is filled later if it is new.
    #[inline(never)]
    fn node(&mut self, schema: Value<'s>) -> Result<NodeId, CompileError> {
        if let Some(id) = self.node_by_schema.get(&schema.index()) {
            return Ok(*id);
        }
        let id = NodeId::try_from(self.nodes.len())
            .map_err(|_| CompileError::new("", schema, "The schema has more parts than can be counted."))?;
        self.nodes.push(Node::unconstrained());
        self.sources.push(schema);
        self.node_by_schema.insert(schema.index(), id);
        self.pending.push((id, schema));
        Ok(id)
    }

    /// The node of the schema that a keyword holds.
    fn child(&mut self, keyword: &str, schema: Value<'s>) -> Result<NodeId, CompileError> {
        match schema.kind() {
            Kind::Object | Kind::Boolean => self.node(schema),
            _ => Err(CompileError::new(
                keyword,
                schema,
                format!("What \"{keyword}\" holds here must be a schema: an object, true or false."),
            )),
        }
    }

    /// The nodes of the list of schemas that a keyword holds.
    #[inline(never)]
    fn children(&mut self, keyword: &str, list: Value<'s>) -> Result<Vec<NodeId>, CompileError> {
        if list.kind() != Kind::Array || list.len() == 0 {
            return Err(CompileError::new(
                keyword,
                list,
                format!("\"{keyword}\" must be a list of at least one schema."),
            ));
        }
        list.elements().map(|schema| self.child(keyword, schema)).collect()
    }

    #[inline(never)]
    fn fill(&mut self, id: NodeId, schema: Value<'s>) -> Result<(), CompileError> {
        let mut node = Node::unconstrained();
        if schema.as_bool() == Some(false) {
            node.is_false_schema = true;
            node.types = 0;
        } else if schema.kind() == Kind::Object {
            self.reject_unsupported_keywords(schema)?;
            let marks = SeverityOverrides::of(schema)?;
            if self.reading.ref_ignores_siblings()
                && let Some(reference) = schema.get("$ref")
            {
                if let Some(mark) = marks.first() {
                    return Err(CompileError::new(
                        "$ref",
                        mark,
                        "Draft-07 ignores what stands beside a \"$ref\": mark the keywords of the schema it leads to.",
                    ));
                }
                let target = self.registry.target(schema, reference)?;
                node.applicators.push(Applicator::All(self.node(target)?));
            } else {
                self.scalars(&mut node, schema, marks)?;
                self.object(&mut node, schema, marks)?;
                self.array(&mut node, schema, marks)?;
                self.compile_applicators(&mut node, schema, marks)?;
                self.definitions(schema)?;
            }
        }
        self.nodes[id as usize] = node;
        Ok(())
    }

    /// Refuses what is not implemented, and under `strict` what is not known.
    #[inline(never)]
    fn reject_unsupported_keywords(&self, schema: Value<'s>) -> Result<(), CompileError> {
        let alone = self.reading.ref_ignores_siblings() && schema.get("$ref").is_some();
        for (key, value) in schema.members() {
            let name = key.text();
            let message = match self.reading.keyword(&name) {
                Some(KeywordKind::Unsupported) if &*name == "additionalItems" => {
                    "\"additionalItems\" is draft-07's: in 2020-12 the list is \"prefixItems\" and the rest is \"items\".".to_owned()
                }
                Some(KeywordKind::Unsupported) => {
                    format!("\"{name}\" is not supported, and a rule is never skipped: write the schema without it.")
                }
                None if self.strict && !alone => {
                    format!("{} is no keyword of this dialect, and the schema is compiled strictly.", quoted(&name))
                }
                _ => continue,
            };
            return Err(CompileError::new(&name, value, message));
        }
        Ok(())
    }

    /// Compiles definitions that nothing may refer to: a mistake in them is a mistake.
    #[inline(never)]
    fn definitions(&mut self, schema: Value<'s>) -> Result<(), CompileError> {
        for keyword in ["$defs", "definitions"] {
            if let Some(map) = schema.get(keyword) {
                for (_, definition) in members(keyword, map)? {
                    self.child(keyword, definition)?;
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn compile_applicators(
        &mut self,
        node: &mut Node,
        schema: Value<'s>,
        marks: SeverityOverrides<'s>,
    ) -> Result<(), CompileError> {
        if let Some(reference) = schema.get("$ref") {
            let target = self.registry.target(schema, reference)?;
            node.applicators.push(Applicator::All(self.node(target)?));
        }
        if let Some(list) = schema.get("allOf") {
            node.applicators.extend(self.children("allOf", list)?.into_iter().map(Applicator::All));
        }
        if let Some(list) = schema.get("anyOf") {
            let rule = self.children("anyOf", list)?;
            node.applicators.push(Applicator::Any(WithSeverity { rule, grades: marks.grades("anyOf") }));
        }
        if let Some(list) = schema.get("oneOf") {
            let rule = self.children("oneOf", list)?;
            node.applicators.push(Applicator::One(WithSeverity { rule, grades: marks.grades("oneOf") }));
        }
        if let Some(inner) = schema.get("not") {
            let rule = self.child("not", inner)?;
            node.applicators.push(Applicator::Not(WithSeverity { rule, grades: marks.grades("not") }));
        }
        let mut part = |keyword| schema.get(keyword).map(|inner| self.child(keyword, inner)).transpose();
        let (condition, then, otherwise) = (part("if")?, part("then")?, part("else")?);
        if let Some(condition) = condition
            && (then.is_some() || otherwise.is_some())
        {
            node.applicators.push(Applicator::If { condition, then, otherwise });
        }
        Ok(())
    }
}

/// The members of what has to be an object.
fn members<'s>(
    keyword: &str,
    value: Value<'s>,
) -> Result<impl Iterator<Item = (std::borrow::Cow<'s, str>, Value<'s>)>, CompileError> {
    if value.kind() == Kind::Object {
        Ok(value.members().map(|(key, value)| (key.text(), value)))
    } else {
        Err(CompileError::new(keyword, value, format!("\"{keyword}\" must be an object.")))
    }
}

/// The texts of what has to be a list of different strings.
#[inline(never)]
fn names<'s>(keyword: &str, value: Value<'s>) -> Result<Vec<(Box<str>, Value<'s>)>, CompileError> {
    let fault = |at| {
        CompileError::new(keyword, at, format!("\"{keyword}\" must be a list of strings, each only once."))
    };
    if value.kind() != Kind::Array {
        return Err(fault(value));
    }
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::with_capacity(value.len());
    for item in value.elements() {
        let name: Box<str> = item.as_str().ok_or_else(|| fault(item))?.into();
        if !seen.insert(name.clone()) {
            return Err(fault(item));
        }
        out.push((name, item));
    }
    Ok(out)
}

/// A limit that counts something.
#[inline(never)]
fn count(
    keyword: &str,
    schema: Value<'_>,
    marks: SeverityOverrides<'_>,
) -> Result<Option<WithSeverity<usize>>, CompileError> {
    let Some(value) = schema.get(keyword) else { return Ok(None) };
    let whole = value.as_decimal().filter(|number| number.is_integer());
    let rule = match whole.map(crate::json::Decimal::to_i64) {
        // More than can be counted is more than any document has.
        Some(None) if !value.raw_bytes().starts_with(b"-") => Some(usize::MAX),
        Some(Some(number)) => usize::try_from(number).ok(),
        _ => None,
    };
    match rule {
        Some(rule) => Ok(Some(WithSeverity { rule, grades: marks.grades(keyword) })),
        None => Err(CompileError::new(
            keyword,
            value,
            format!("\"{keyword}\" must be a whole number that is not negative."),
        )),
    }
}
