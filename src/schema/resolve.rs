//! Resolves `$ref`: the schemas of the document with their base URI, their `$id` and their anchors.
//!
//! SECURITY: nothing is fetched.

use std::collections::HashMap;

use super::dialect::{Ambiguity, DialectRules, KeywordKind, check_identity};
use super::error::{CompileError, expect_string};
use super::uri;
use crate::json::{Kind, Value};

/// The base URI of a schema without `$id`.
const DEFAULT_BASE_URI: &str = "schema:/";

/// The index of a base URI.
type BaseId = u32;

/// The targets of references within one document.
#[derive(Debug)]
pub(super) struct Registry<'s> {
    root: Value<'s>,
    dialect_rules: DialectRules,
    bases: Vec<String>,
    /// The base URI of each schema, by the index of the schema on the tape.
    base_of: HashMap<u32, BaseId>,
    resources: HashMap<String, (BaseId, Value<'s>)>,
    anchors: HashMap<(BaseId, String), Value<'s>>,
    /// Cache of resolved references, by base URI and reference.
    targets: HashMap<(BaseId, String), Value<'s>>,
    /// The members and items of large objects and arrays on the path of a reference, by container and key.
    members: HashMap<(u32, String), Value<'s>>,
    /// The objects and arrays in `members`. A map to share its code with `base_of` (wasm size).
    indexed: HashMap<u32, BaseId>,
    ambiguity: Ambiguity<'s>,
}

/// PERF: members of larger objects and arrays are indexed, so that many references through one of them stay linear.
const LINEAR_SEARCH_MAX: usize = 32;

impl<'s> Registry<'s> {
    /// Finds all schemas at the locations where the specification expects one.
    #[inline(never)]
    pub fn new(root: Value<'s>, dialect_rules: DialectRules) -> Result<Self, CompileError> {
        let mut registry = Self {
            root,
            dialect_rules,
            bases: vec![DEFAULT_BASE_URI.to_owned()],
            base_of: HashMap::new(),
            resources: HashMap::new(),
            anchors: HashMap::new(),
            targets: HashMap::new(),
            members: HashMap::new(),
            indexed: HashMap::new(),
            ambiguity: Ambiguity::default(),
        };
        registry.resources.insert(DEFAULT_BASE_URI.to_owned(), (0, root));
        registry.scan(root, 0, true)?;
        registry.ambiguity.check(dialect_rules)?;
        Ok(registry)
    }

    /// Records a schema and its subschemas. A schema that only a JSON Pointer reaches must not declare an `$id` or an
    /// anchor (`may_declare_id` is false), because its base URI would depend on the reference.
    fn scan(
        &mut self,
        schema: Value<'s>,
        mut base: BaseId,
        may_declare_id: bool,
    ) -> Result<(), CompileError> {
        // INVARIANT: the parser limits the depth of the document, and so of this recursion.
        if schema.kind() != Kind::Object || self.base_of.contains_key(&schema.index()) {
            return Ok(());
        }
        check_identity(self.dialect_rules, schema)?;
        self.ambiguity.inspect(self.dialect_rules, schema);
        let ignored = self.dialect_rules.ref_ignores_siblings() && schema.get("$ref").is_some();
        if !ignored {
            base = self.identify(schema, base, may_declare_id)?;
        }
        self.base_of.insert(schema.index(), base);
        for (key, value) in schema.members() {
            match self.dialect_rules.keyword(&key.text()) {
                Some(KeywordKind::Schema | KeywordKind::SchemaOrList) if value.kind() != Kind::Array => {
                    self.scan(value, base, may_declare_id)?;
                }
                Some(KeywordKind::List | KeywordKind::SchemaOrList) => {
                    for item in value.elements() {
                        self.scan(item, base, may_declare_id)?;
                    }
                }
                Some(KeywordKind::Map | KeywordKind::SchemaOrNames) => {
                    for (_, member) in value.members() {
                        self.scan(member, base, may_declare_id)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Records the `$id` and the anchors of a schema, and returns its base URI.
    #[inline(never)]
    fn identify(
        &mut self,
        schema: Value<'s>,
        base: BaseId,
        may_declare_id: bool,
    ) -> Result<BaseId, CompileError> {
        let mut base = base;
        if let Some(value) = schema.get("$id") {
            let id = expect_string("$id", value)?;
            if !may_declare_id {
                return Err(not_identifiable("$id", value));
            }
            let (before, fragment) = uri::split(&id);
            let anchor = fragment.filter(|fragment| !fragment.is_empty());
            if anchor.is_some() && !(before.is_empty() && self.dialect_rules.allows_id_anchors()) {
                return Err(CompileError::new(
                    "$id",
                    value,
                    "\"$id\" must have no fragment. Use \"$anchor\" to name a subschema.",
                ));
            }
            if let Some(anchor) = anchor {
                self.anchor("$id", anchor, value, schema, base)?;
            } else if !before.is_empty() {
                let full = uri::resolve(&self.bases[base as usize], before);
                base = self.new_base(full.clone());
                if self.resources.insert(full, (base, schema)).is_some() {
                    return Err(CompileError::new("$id", value, "Duplicate \"$id\"."));
                }
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if self.dialect_rules.keyword(keyword).is_some()
                && let Some(value) = schema.get(keyword)
            {
                let name = expect_string(keyword, value)?;
                if !may_declare_id {
                    return Err(not_identifiable(keyword, value));
                }
                self.anchor(keyword, &name, value, schema, base)?;
            }
        }
        Ok(base)
    }

    #[inline(never)]
    fn anchor(
        &mut self,
        keyword: &str,
        name: &str,
        value: Value<'s>,
        schema: Value<'s>,
        base: BaseId,
    ) -> Result<(), CompileError> {
        if name.starts_with('/') {
            return Err(CompileError::new(keyword, value, "An anchor must not start with \"/\"."));
        }
        let before = self.anchors.insert((base, name.to_owned()), schema);
        if before.is_some_and(|other| other.index() != schema.index()) {
            return Err(CompileError::new(keyword, value, "Duplicate anchor."));
        }
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation)] // not more than tokens on a tape
    fn new_base(&mut self, uri: String) -> BaseId {
        self.bases.push(uri);
        self.bases.len() as BaseId - 1
    }

    /// Resolves a `$ref` within `schema`.
    #[inline(never)]
    pub fn target(&mut self, schema: Value<'s>, reference: Value<'s>) -> Result<Value<'s>, CompileError> {
        let error = |message: &str| Err(CompileError::new("$ref", reference, message));
        let text = expect_string("$ref", reference)?;
        let base = self.base_of.get(&schema.index()).copied().unwrap_or(0);
        let cache_key = (base, text.into_owned());
        if let Some(target) = self.targets.get(&cache_key) {
            return Ok(*target);
        }
        let (before, fragment) = uri::split(&cache_key.1);
        let found = if before.is_empty() {
            self.resource(base)
        } else {
            self.resources.get(&uri::resolve(&self.bases[base as usize], before)).copied()
        };
        let Some((base, resource)) = found else {
            return error(
                "This \"$ref\" leaves the schema, and nothing is fetched. Add the referenced schema with its \"$id\" to \"$defs\".",
            );
        };
        let Some(fragment) = fragment.and_then(uri::percent_decoded).or_else(|| {
            // A reference without a fragment names the whole resource.
            fragment.is_none().then(String::new)
        }) else {
            return error("The fragment of \"$ref\" must be percent-encoded UTF-8.");
        };
        let target = if fragment.is_empty() || fragment.starts_with('/') {
            self.resolve_pointer(resource, &fragment)
        } else {
            self.anchors.get(&(base, fragment)).copied()
        };
        match target {
            None => error("The target of this \"$ref\" does not exist."),
            Some(target) if matches!(target.kind(), Kind::Object | Kind::Boolean) => {
                self.scan(target, base, false)?;
                self.targets.insert(cache_key, target);
                Ok(target)
            }
            Some(_) => error("The target of this \"$ref\" is not a schema."),
        }
    }

    /// Resolves a JSON Pointer. A large container is indexed on first use.
    fn resolve_pointer(&mut self, mut value: Value<'s>, pointer: &str) -> Option<Value<'s>> {
        for segment in pointer.split('/').skip(1) {
            if value.len() <= LINEAR_SEARCH_MAX {
                value = value.pointer(&["/", segment].concat())?;
                continue;
            }
            let container = value.index();
            if self.indexed.insert(container, 0).is_none() {
                for (key, member) in value.members() {
                    self.members.insert((container, key.text().into_owned()), member);
                }
                for (index, item) in value.elements().enumerate() {
                    self.members.insert((container, index.to_string()), item);
                }
            }
            let key = segment.replace("~1", "/").replace("~0", "~");
            value = *self.members.get(&(container, key))?;
        }
        Some(value)
    }

    fn resource(&self, base: BaseId) -> Option<(BaseId, Value<'s>)> {
        self.resources.get(&self.bases[base as usize]).copied().or(Some((base, self.root)))
    }
}

fn not_identifiable(keyword: &str, value: Value<'_>) -> CompileError {
    let message = format!(
        "\"{keyword}\" is not allowed here, because only a JSON Pointer reaches this schema. Move it to \"$defs\"."
    );
    CompileError::new(keyword, value, message)
}
