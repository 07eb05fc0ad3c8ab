//! Bundles each folder of `providers/` into one JSON text with its schemas inlined, and writes the list of bundles that the
//! catalog includes. A new provider needs a new folder and no code.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() {
    println!("cargo::rerun-if-changed=providers");
    println!("cargo::rerun-if-changed=build.rs");
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
        list.extend(["    (", &format!("{id:?}"), ", ", &format!("{:?}", bundle.to_string()), "),\n"]);
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("bundles.rs");
    fs::write(out, list).expect("OUT_DIR can be written");
}

/// A provider definition with its schemas.
fn bundle(folder: &Path) -> Value {
    let mut definition = read(&folder.join("provider.json"));
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
