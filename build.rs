//! Bundles each folder of `providers/` into one JSON text with its schemas inlined, and writes the list of bundles that the
//! catalog includes. A new provider needs a new folder and no code.
//!
//! A build of a module gets the built-in providers compiled, by the environment variable `HOOKSEAL_BLOB`: `cfg(blob)`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

#[path = "src/blob/seal.rs"]
#[allow(dead_code, missing_docs, reason = "the crate uses the rest")]
mod seal;

#[path = "build/event_types.rs"]
mod event_types;

#[path = "src/provider/own_members.rs"]
mod own_members;

fn main() {
    blob();
    println!("cargo::rerun-if-changed=providers");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("providers");
    let mut folders: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("providers/ cannot be listed: {error}"))
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.join("provider.json").is_file())
        .collect();
    folders.sort();
    let mut list = String::from("&[\n");
    for folder in &folders {
        let bundle = bundle(folder);
        let id = bundle["id"].as_str().unwrap_or_default().to_owned();
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(id == name, "{}: the id has to be the folder's name, {name}", folder.display());
        let (definition, orders) = (bundle.to_string(), key_orders(folder).to_string());
        list.extend([format!("    ({id:?}, {definition:?}, {orders:?}),\n")]);
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("bundles.rs"), list).expect("OUT_DIR can be written");
    let ids: Vec<_> = folders.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    fs::write(out.join("ids.rs"), format!("&{ids:?}")).expect("OUT_DIR can be written");
    if env::var_os("CARGO_FEATURE_SERDE_JSON").is_some() {
        fs::write(out.join("event_types.rs"), event_types::modules(&root, read))
            .expect("OUT_DIR can be written");
    }
    let mut schema = read(Path::new("src/provider/definition.schema.json"));
    strip(&mut schema);
    fs::write(out.join("definition.schema.json"), schema.to_string()).expect("OUT_DIR can be written");
}

/// Copies the compiled providers that `HOOKSEAL_BLOB` names, and refuses those of another build.
fn blob() {
    println!("cargo::rustc-check-cfg=cfg(blob)");
    println!("cargo::rerun-if-env-changed=HOOKSEAL_BLOB");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let fingerprint = fingerprint();
    fs::write(out.join("fingerprint.rs"), format!("{fingerprint}")).expect("OUT_DIR can be written");
    let Some(path) = env::var_os("HOOKSEAL_BLOB").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return;
    };
    println!("cargo::rerun-if-changed={}", path.display());
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("HOOKSEAL_BLOB: {}: {error}", path.display()));
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    let payload =
        seal::unseal(seal::BlobKind::Catalog, &version, fingerprint, &bytes).unwrap_or_else(|error| {
            panic!(
                "HOOKSEAL_BLOB: {}: {error:?}. Run `cargo xtask build`, which writes it again.",
                path.display()
            )
        });
    fs::write(out.join("providers.blob"), payload).expect("OUT_DIR can be written");
    println!("cargo::rustc-cfg=blob");
}

/// A number that changes with every source that decides what a blob holds and what its bytes mean.
fn fingerprint() -> u64 {
    let mut files = vec![PathBuf::from("build.rs")];
    let mut folders = vec![PathBuf::from("src"), PathBuf::from("providers")];
    while let Some(folder) = folders.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                folders.extend((!path.ends_with("samples")).then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut all = Vec::new();
    for path in &files {
        // Names are the same on every platform.
        all.extend(path.to_string_lossy().replace('\\', "/").bytes());
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all.extend(seal::checksum(&bytes).to_le_bytes());
    }
    seal::checksum(&all)
}

/// The order of the keys in the samples: an object without values for each event type, whose samples are merged. Items of
/// arrays are merged, too, and replace their array.
fn key_orders(folder: &Path) -> Value {
    let samples = folder.join("samples");
    println!("cargo::rerun-if-changed={}", samples.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&samples)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("a file entry").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut events = serde_json::Map::new();
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let event = name.split('.').next().unwrap_or_default();
        merge_keys(events.entry(event).or_insert(Value::from(0)), &read(file));
    }
    events.into_iter().map(|(_, keys)| keys).collect()
}

/// Adds the keys of a value: each new one after the key that it follows.
fn merge_keys(keys: &mut Value, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| merge_keys(keys, item)),
        Value::Object(members) => {
            if !keys.is_object() {
                *keys = Value::Object(serde_json::Map::new());
            }
            let Some(keys) = keys.as_object_mut() else { return };
            let mut index = 0;
            for (key, member) in members {
                let known = keys.keys().position(|other| other == key);
                if known.is_none() {
                    keys.shift_insert(index, key.clone(), Value::from(0));
                }
                index = known.unwrap_or(index) + 1;
                merge_keys(&mut keys[key], member);
            }
        }
        _ => {}
    }
}

/// A provider definition with its schemas, and with the keys of the one that it extends. It keeps the key `extends`, which
/// the crate reads.
fn bundle(folder: &Path) -> Value {
    let mut definition = own_bundle(folder);
    if let Some(base) = definition.get("extends").and_then(Value::as_str) {
        let base = own_bundle(&folder.with_file_name(base));
        assert!(base.get("extends").is_none(), "{}: a chain of `extends`", folder.display());
        let members = definition.as_object_mut().expect("a definition is an object");
        for (key, value) in base.as_object().into_iter().flatten() {
            if !own_members::OWN_MEMBERS.contains(&key.as_str()) {
                members.entry(key).or_insert_with(|| value.clone());
            }
        }
    }
    definition
}

/// The definition of one folder with its schemas.
fn own_bundle(folder: &Path) -> Value {
    let mut definition = read(&folder.join("provider.json"));
    if let Some(batch) = definition.get_mut("batch") {
        inline(batch, folder);
    }
    let events = definition.get_mut("events").and_then(Value::as_object_mut);
    for event in events.into_iter().flat_map(|events| events.values_mut()) {
        inline(event, folder);
        for revision in event.get_mut("revisions").and_then(Value::as_array_mut).into_iter().flatten() {
            inline(revision, folder);
        }
    }
    definition
}

/// Replaces the file name of a schema by the schema.
fn inline(owner: &mut Value, folder: &Path) {
    if let Some(file) = owner.get("schema").and_then(Value::as_str) {
        let mut schema = read(&folder.join(file));
        strip(&mut schema);
        owner["schema"] = schema;
    }
}

fn read(path: &Path) -> Value {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Removes annotations and keywords without effect, which would add to the size of the WebAssembly module.
fn strip(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    for annotation in ["$comment", "title", "description", "examples", "default"] {
        object.shift_remove(annotation);
    }
    if object.get("additionalProperties") == Some(&Value::Bool(true)) {
        object.shift_remove("additionalProperties");
    }
    for (keyword, value) in object.iter_mut() {
        match keyword.as_str() {
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
                value.as_object_mut().into_iter().flat_map(|map| map.values_mut()).for_each(strip);
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                value.as_array_mut().into_iter().flatten().for_each(strip);
            }
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames" => strip(value),
            _ => {}
        }
    }
}
