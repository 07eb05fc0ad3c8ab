//! What a `$ref` leads to: every schema of the document with its base URI, its `$id` and its anchors.
//! Nothing is ever fetched.

use std::collections::HashMap;

use super::dialect::{Ambiguity, DialectRules, KeywordKind, check_identity};
use super::error::CompileError;
use super::uri;
use crate::json::{Kind, Value};

/// The base of a schema that does not say its own.
const DEFAULT_BASE_URI: &str = "schema:/";

/// The index of a base URI.
type BaseId = u32;

/// All that references within one document need.
#[derive(Debug)]
pub(super) struct Registry<'s> {
    root: Value<'s>,
    reading: DialectRules,
    bases: Vec<String>,
    /// The base of every schema, by its index on the tape.
    base_of: HashMap<u32, BaseId>,
    resources: HashMap<String, (BaseId, Value<'s>)>,
    anchors: HashMap<(BaseId, String), Value<'s>>,
    /// What references led to, because many lead to the same: by the base and the text.
    targets: HashMap<(BaseId, String), Value<'s>>,
    /// What stands in long objects and arrays that pointers lead through, by their index on the tape and the key.
    members: HashMap<(u32, String), Value<'s>>,
    /// Which objects and arrays those are.
    indexed: HashMap<u32, BaseId>,
    ambiguity: Ambiguity<'s>,
}

/// An object or array of more members than this is indexed before it is looked through again.
const INDEXED_FROM: usize = 32;

impl<'s> Registry<'s> {
    /// Finds every schema at a place where the specification has one.
    #[inline(never)]
    pub fn of(root: Value<'s>, reading: DialectRules) -> Result<Self, CompileError> {
        let mut registry = Self {
            root,
            reading,
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
        registry.ambiguity.refuse(reading)?;
        Ok(registry)
    }

    /// Notes a schema and all schemas in it. `named` says whether it may have names of its own: what
    /// only a pointer reaches may not, because its base would depend on the way to it.
    fn scan(
        &mut self,
        schema: Value<'s>,
        mut base: BaseId,
        may_declare_id: bool,
    ) -> Result<(), CompileError> {
        // Recursion ends at the parser's depth.
        if schema.kind() != Kind::Object || self.base_of.contains_key(&schema.index()) {
            return Ok(());
        }
        check_identity(self.reading, schema)?;
        self.ambiguity.inspect(self.reading, schema);
        let ignored = self.reading.ref_ignores_siblings() && schema.get("$ref").is_some();
        if !ignored {
            base = self.identify(schema, base, may_declare_id)?;
        }
        self.base_of.insert(schema.index(), base);
        for (key, value) in schema.members() {
            match self.reading.keyword(&key.text()) {
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

    /// Reads the names a schema gives itself; returns its base.
    #[inline(never)]
    fn identify(
        &mut self,
        schema: Value<'s>,
        base: BaseId,
        may_declare_id: bool,
    ) -> Result<BaseId, CompileError> {
        let mut base = base;
        if let Some(value) = schema.get("$id") {
            let id = text("$id", value)?;
            if !may_declare_id {
                return Err(only_by_pointer("$id", value));
            }
            let (before, fragment) = uri::split(&id);
            let anchor = fragment.filter(|fragment| !fragment.is_empty());
            if anchor.is_some() && !(before.is_empty() && self.reading.allows_id_anchors()) {
                return Err(CompileError::new(
                    "$id",
                    value,
                    "\"$id\" must have no fragment: use \"$anchor\" to name a place within the schema.",
                ));
            }
            if let Some(anchor) = anchor {
                self.anchor("$id", anchor, value, schema, base)?;
            } else if !before.is_empty() {
                let full = uri::resolve(&self.bases[base as usize], before);
                base = self.new_base(full.clone());
                if self.resources.insert(full, (base, schema)).is_some() {
                    return Err(CompileError::new("$id", value, "This \"$id\" stands twice in the schema."));
                }
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if self.reading.keyword(keyword).is_some()
                && let Some(value) = schema.get(keyword)
            {
                let name = text(keyword, value)?;
                if !may_declare_id {
                    return Err(only_by_pointer(keyword, value));
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
        at: Value<'s>,
        schema: Value<'s>,
        base: BaseId,
    ) -> Result<(), CompileError> {
        if name.starts_with('/') {
            return Err(CompileError::new(keyword, at, "An anchor must not look like a JSON Pointer."));
        }
        let before = self.anchors.insert((base, name.to_owned()), schema);
        if before.is_some_and(|other| other.index() != schema.index()) {
            return Err(CompileError::new(keyword, at, "This anchor stands twice in the schema."));
        }
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation)] // not more than tokens on a tape
    fn new_base(&mut self, uri: String) -> BaseId {
        self.bases.push(uri);
        self.bases.len() as BaseId - 1
    }

    /// The schema that a `$ref` within `schema` leads to.
    #[inline(never)]
    pub fn target(&mut self, schema: Value<'s>, reference: Value<'s>) -> Result<Value<'s>, CompileError> {
        let fault = |message: &str| Err(CompileError::new("$ref", reference, message));
        let text = text("$ref", reference)?;
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
            return fault(
                "This \"$ref\" leads out of the schema, and nothing is fetched: put the schema it means under \"$defs\", with its \"$id\", and refer to it there.",
            );
        };
        let Some(fragment) = fragment.and_then(uri::percent_decoded).or_else(|| {
            // No fragment is the whole resource; one that cannot be decoded names nothing.
            fragment.is_none().then(String::new)
        }) else {
            return fault("The fragment of this \"$ref\" is not percent-encoded UTF-8.");
        };
        let target = if fragment.is_empty() || fragment.starts_with('/') {
            self.follow(resource, &fragment)
        } else {
            self.anchors.get(&(base, fragment)).copied()
        };
        match target {
            None => fault("This \"$ref\" leads to nothing in the schema."),
            Some(target) if matches!(target.kind(), Kind::Object | Kind::Boolean) => {
                self.scan(target, base, false)?;
                self.targets.insert(cache_key, target);
                Ok(target)
            }
            Some(_) => fault("This \"$ref\" leads to something that is no schema."),
        }
    }

    /// What a JSON Pointer leads to. Many may lead through one long object: it is looked through once.
    fn follow(&mut self, mut value: Value<'s>, pointer: &str) -> Option<Value<'s>> {
        for step in pointer.split('/').skip(1) {
            if value.len() <= INDEXED_FROM {
                value = value.pointer(&["/", step].concat())?;
                continue;
            }
            let container = value.index();
            if self.indexed.insert(container, 0).is_none() {
                for (key, member) in value.members() {
                    self.members.insert((container, key.text().into_owned()), member);
                }
                for (at, item) in value.elements().enumerate() {
                    self.members.insert((container, at.to_string()), item);
                }
            }
            let key = step.replace("~1", "/").replace("~0", "~");
            value = *self.members.get(&(container, key))?;
        }
        Some(value)
    }

    fn resource(&self, base: BaseId) -> Option<(BaseId, Value<'s>)> {
        self.resources.get(&self.bases[base as usize]).copied().or(Some((base, self.root)))
    }
}

fn text<'s>(keyword: &str, value: Value<'s>) -> Result<std::borrow::Cow<'s, str>, CompileError> {
    value
        .as_str()
        .ok_or_else(|| CompileError::new(keyword, value, format!("\"{keyword}\" must be a string.")))
}

fn only_by_pointer(keyword: &str, value: Value<'_>) -> CompileError {
    let message = format!(
        "This \"{keyword}\" stands where the specification has no schema, and only a pointer leads here: move the schema under \"$defs\"."
    );
    CompileError::new(keyword, value, message)
}
