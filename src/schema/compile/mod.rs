//! Compiles a schema. Every keyword of the specification is compiled or rejected, never ignored.

mod container;
mod scalar;
mod severity;

use std::collections::HashMap;

use super::CompileOptions;
use super::compiled::{Applicator, CompiledSchema, Node, NodeId, ReferenceCycle, WithSeverity, analyze};
use super::dialect::{DialectRules, KeywordKind};
use super::error::CompileError;
use super::resolve::{Registry, SchemaMap};
use crate::issue::{Code, Location, Severity};
use crate::json::{KeyInterner, Kind, Value, quoted};
use severity::SeverityOverrides;

/// Compiles the schema at `root`.
#[inline(never)]
pub(super) fn compile(
    root: Value<'_>,
    options: CompileOptions,
    interner: &mut KeyInterner,
) -> Result<CompiledSchema, CompileError> {
    check_keys(root)?;
    if !matches!(root.kind(), Kind::Object | Kind::Boolean) {
        return Err(CompileError::new("", root, "A schema must be an object or a boolean."));
    }
    let dialect_rules = DialectRules::new(root, options.dialect)?;
    let mut compiler = Compiler {
        dialect_rules,
        strict: options.strict,
        registry: Registry::new(root, dialect_rules)?,
        nodes: Vec::new(),
        sources: Vec::new(),
        node_by_schema: SchemaMap::new(root),
        pending: Vec::new(),
        interner,
    };
    let root = compiler.node(root)?;
    while let Some((id, schema)) = compiler.pending.pop() {
        compiler.fill(id, schema)?;
    }
    let mut output = CompiledSchema {
        nodes: compiler.nodes,
        root,
        detects_placeholders: options.detect_placeholders,
        key_table: None,
    };
    match analyze(&mut output) {
        Ok(()) => Ok(output),
        Err(ReferenceCycle(id)) => {
            let schema = compiler.sources[id as usize];
            Err(CompileError::new(
                "$ref",
                schema.get("$ref").unwrap_or(schema),
                "This schema references itself for the same value, so validation would never end. Move the reference into a property or an item.",
            ))
        }
    }
}

/// Rejects duplicate keys, because parsers disagree on which of the values wins, and unpaired surrogates, because they are
/// not Unicode text that could equal a text of a payload.
#[inline(never)]
fn check_keys(root: Value<'_>) -> Result<(), CompileError> {
    let span = root.span();
    for diagnostic in root.document().diagnostics() {
        if diagnostic.code == Code::JSON_LONE_SURROGATE
            && let Location::Key(index) | Location::Value(index) = diagnostic.location
            && let Some(text) = root.document().value_at(index)
            && (span.start..span.end).contains(&text.span().start)
        {
            return Err(CompileError::new(
                "",
                text,
                "Schema strings must be Unicode. Remove the unpaired surrogate.",
            ));
        }
        if let Location::Key(index) = diagnostic.location
            && diagnostic.severity == Severity::Error
            && let Some(key) = root.document().value_at(index)
            && (span.start..span.end).contains(&key.span().start)
        {
            return Err(CompileError::new(
                &key.as_str().unwrap_or_default(),
                key,
                diagnostic.message.clone(),
            ));
        }
    }
    Ok(())
}

struct Compiler<'s, 'v> {
    dialect_rules: DialectRules,
    strict: bool,
    registry: Registry<'s>,
    nodes: Vec<Node>,
    /// The source schema of each node.
    sources: Vec<Value<'s>>,
    /// The node of each schema that was found.
    node_by_schema: SchemaMap,
    /// Schemas whose nodes are not filled yet. A list instead of recursion, because chains of references can be long.
    pending: Vec<(NodeId, Value<'s>)>,
    /// Collects the keys that the parser will intern.
    interner: &'v mut KeyInterner,
}

impl<'s> Compiler<'s, '_> {
    /// Returns the node of a schema. A new node is filled later.
    #[inline(never)]
    fn node(&mut self, schema: Value<'s>) -> Result<NodeId, CompileError> {
        if let Some(id) = self.node_by_schema.get(schema) {
            return Ok(id);
        }
        let id = NodeId::try_from(self.nodes.len())
            .map_err(|_| CompileError::new("", schema, "The schema has too many subschemas."))?;
        self.nodes.push(Node::unconstrained());
        self.sources.push(schema);
        self.node_by_schema.insert(schema, id);
        self.pending.push((id, schema));
        Ok(id)
    }

    /// Returns the node of a keyword's subschema.
    fn child(&mut self, keyword: &str, schema: Value<'s>) -> Result<NodeId, CompileError> {
        match schema.kind() {
            Kind::Object | Kind::Boolean => self.node(schema),
            _ => Err(CompileError::new(
                keyword,
                schema,
                format!("\"{keyword}\" must contain a schema here: an object or a boolean."),
            )),
        }
    }

    /// Returns the nodes of a keyword's list of subschemas.
    #[inline(never)]
    fn children(&mut self, keyword: &str, list: Value<'s>) -> Result<Vec<NodeId>, CompileError> {
        if list.kind() != Kind::Array || list.len() == 0 {
            return Err(CompileError::must_be(keyword, list, "an array of at least one schema"));
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
            let overrides = SeverityOverrides::parse(schema)?;
            if self.dialect_rules.ref_ignores_siblings()
                && let Some(reference) = schema.get("$ref")
            {
                if let Some(mark) = overrides.first() {
                    return Err(CompileError::new(
                        "$ref",
                        mark,
                        "Draft-07 ignores keywords next to \"$ref\". Set severities in the referenced schema.",
                    ));
                }
                let target = self.registry.target(schema, reference)?;
                node.applicators.push(Applicator::All(self.node(target)?));
            } else {
                self.scalars(&mut node, schema, overrides)?;
                self.object(&mut node, schema, overrides)?;
                self.array(&mut node, schema, overrides)?;
                self.compile_applicators(&mut node, schema, overrides)?;
                self.definitions(schema)?;
            }
        }
        self.nodes[id as usize] = node;
        Ok(())
    }

    /// Rejects keywords that are not implemented and, with `strict`, unknown ones.
    #[inline(never)]
    fn reject_unsupported_keywords(&self, schema: Value<'s>) -> Result<(), CompileError> {
        let ignores_siblings = self.dialect_rules.ref_ignores_siblings() && schema.get("$ref").is_some();
        for (key, value) in schema.members() {
            let name = key.text();
            let message = match self.dialect_rules.keyword(&name) {
                Some(KeywordKind::Unsupported) if &*name == "additionalItems" => {
                    "\"additionalItems\" is a keyword of draft-07. In 2020-12, use \"prefixItems\" for the list and \"items\" for the rest.".to_owned()
                }
                Some(KeywordKind::Unsupported) => {
                    format!("\"{name}\" is not supported. Remove it from the schema.")
                }
                None if self.strict && !ignores_siblings => {
                    format!("Unknown keyword {} in strict mode. Remove it.", quoted(&name))
                }
                _ => continue,
            };
            return Err(CompileError::new(&name, value, message));
        }
        Ok(())
    }

    /// Compiles all definitions, so that an error in an unused one is found too.
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
        overrides: SeverityOverrides<'s>,
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
            node.applicators
                .push(Applicator::Any(WithSeverity { rule, severities: overrides.severities("anyOf") }));
        }
        if let Some(list) = schema.get("oneOf") {
            let rule = self.children("oneOf", list)?;
            node.applicators
                .push(Applicator::One(WithSeverity { rule, severities: overrides.severities("oneOf") }));
        }
        if let Some(inner) = schema.get("not") {
            let rule = self.child("not", inner)?;
            node.applicators
                .push(Applicator::Not(WithSeverity { rule, severities: overrides.severities("not") }));
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

/// The members of an object, or the error that the value is none.
fn members<'s>(
    keyword: &str,
    value: Value<'s>,
) -> Result<impl Iterator<Item = (std::borrow::Cow<'s, str>, Value<'s>)>, CompileError> {
    if value.kind() == Kind::Object {
        Ok(value.members().map(|(key, value)| (key.text(), value)))
    } else {
        Err(CompileError::must_be(keyword, value, "an object"))
    }
}

/// The strings of an array of unique strings, or the error that the value is none.
#[inline(never)]
fn names<'s>(keyword: &str, value: Value<'s>) -> Result<Vec<(Box<str>, Value<'s>)>, CompileError> {
    let error = |value| CompileError::must_be(keyword, value, "an array of unique strings");
    if value.kind() != Kind::Array {
        return Err(error(value));
    }
    let mut unique: HashMap<Box<str>, u32> = HashMap::new();
    let mut out = Vec::with_capacity(value.len());
    for item in value.elements() {
        let name: Box<str> = item.as_str().ok_or_else(|| error(item))?.into();
        if unique.insert(name.clone(), 0).is_some() {
            return Err(error(item));
        }
        out.push((name, item));
    }
    Ok(out)
}

/// Parses a limit such as `minItems`.
#[inline(never)]
fn count(
    keyword: &str,
    schema: Value<'_>,
    overrides: SeverityOverrides<'_>,
) -> Result<Option<WithSeverity<usize>>, CompileError> {
    let Some(value) = schema.get(keyword) else { return Ok(None) };
    let whole = value.as_decimal().filter(|number| number.is_integer());
    let rule = match whole.map(crate::json::Decimal::to_i64) {
        // A limit above 64 bits is above the size of any document.
        Some(None) if !value.raw_bytes().starts_with(b"-") => Some(usize::MAX),
        Some(Some(number)) => usize::try_from(number).ok(),
        _ => None,
    };
    match rule {
        Some(rule) => Ok(Some(WithSeverity { rule, severities: overrides.severities(keyword) })),
        None => Err(CompileError::must_be(keyword, value, "a non-negative integer")),
    }
}
