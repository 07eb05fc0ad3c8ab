//! The files of `src/` import each other in one direction only: no file imports another that imports it back, directly or
//! through others. Re-exports are followed to the file that defines the item, so a `mod.rs` that only passes names on
//! is no part of a circle.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

type ModulePath = Vec<String>;

/// What one file imports and passes on.
#[derive(Default)]
struct Module {
    /// Paths as written, first segment resolved later.
    imports: Vec<Vec<String>>,
    /// Name in this module, and the path of each: every `use`, public or not, because children see private ones.
    names: Vec<(String, Vec<String>)>,
    /// Modules that the file declares for tests only.
    test_modules: Vec<String>,
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let modules = read_modules(Path::new("src"));
    assert!(modules.len() > 50, "{} files", modules.len());
    let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, module) in &modules {
        let from = path.join("::");
        for import in &module.imports {
            let Some(target) = resolve(&modules, path, import, 0) else { continue };
            let to = target.join("::");
            if to != from {
                edges.entry(from.clone()).or_default().push(to);
            }
        }
    }
    assert!(edges.values().map(Vec::len).sum::<usize>() > 200, "too few imports were found");
    let circle = find_circle(&edges);
    assert!(circle.is_none(), "a circle of imports: {}", circle.unwrap_or_default().join(" -> "));
}

#[test]
fn a_circle_is_found_with_its_files() {
    let edges = |pairs: &[(&str, &str)]| {
        let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (from, to) in pairs {
            edges.entry((*from).to_owned()).or_default().push((*to).to_owned());
        }
        edges
    };
    assert_eq!(find_circle(&edges(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    let circle = find_circle(&edges(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")])).expect("a circle");
    assert_eq!(circle, ["b", "c", "d", "b"]);
}

#[test]
fn imports_are_read_with_groups_names_and_paths_in_code() {
    let module = parse(
        "pub use a::{B, c::{self, D as E}};\n// use x::Y;\nuse super::f::*;\nfn g() -> impl Y + use<> { crate::h::i(); \"use z::Z;\" }\n\
         #[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod inline { use super::j; }",
    );
    let text = |paths: &[Vec<String>]| paths.iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(text(&module.imports), ["super::f::*", "crate::h::i"]);
    let names: Vec<_> =
        module.names.iter().map(|(name, path)| format!("{name}={}", path.join("::"))).collect();
    assert_eq!(names, ["B=a::B", "c=a::c", "E=a::c::D", "*=super::f::*"]);
    assert_eq!(module.test_modules, ["tests"]);
}

/// Reads every file but those of tests. The key is the module path without `crate`.
fn read_modules(root: &Path) -> BTreeMap<ModulePath, Module> {
    let mut modules = BTreeMap::new();
    let mut folders = vec![(root.to_owned(), Vec::new())];
    while let Some((folder, path)) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = entry.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            let mut path: ModulePath = path.clone();
            if !["mod", "lib"].contains(&name.as_str()) {
                path.push(name);
            }
            if entry.is_dir() {
                folders.push((entry, path));
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                modules.insert(path, parse(&fs::read_to_string(&entry).expect("text")));
            }
        }
    }
    let tests: Vec<ModulePath> = modules
        .iter()
        .flat_map(|(path, module)| {
            module.test_modules.iter().map(|name| [path.as_slice(), std::slice::from_ref(name)].concat())
        })
        .collect();
    modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
    modules
}

fn parse(text: &str) -> Module {
    let tokens = tokenize(text);
    let mut module = Module::default();
    let mut index = 0;
    let mut is_public = false;
    while index < tokens.len() {
        let rest = &tokens[index..];
        if rest.starts_with(&["#", "[", "cfg", "(", "test", ")", "]", "mod"].map(str::to_owned)) {
            if rest[9] == ";" {
                module.test_modules.push(rest[8].clone());
            } else {
                // An inline module of tests is the last item of its file.
                break;
            }
            index += 9;
        } else if rest[0] == "use" && rest[1] != "<" {
            let mut leaves = Vec::new();
            index += 1;
            use_tree(&tokens, &mut index, &[], &mut leaves);
            for (name, path) in leaves {
                if !is_public {
                    module.imports.push(path.clone());
                }
                module.names.push((name, path));
            }
        } else if ["crate", "super", "self"].contains(&rest[0].as_str())
            && rest.get(1).is_some_and(|token| token == "::")
            // `pub(in crate::x)` is a visibility.
            && !tokens[..index].ends_with(&["(", "in"].map(str::to_owned))
        {
            let mut path = Vec::new();
            while tokens.get(index + 1).is_some_and(|token| token == "::") {
                path.push(tokens[index].clone());
                index += 2;
            }
            path.extend(tokens.get(index).cloned());
            module.imports.push(path);
        }
        // `pub use` and `pub(crate) use` pass a name on.
        let token = tokens.get(index).map_or("", String::as_str);
        is_public = token == "pub" || is_public && ["(", ")", "crate", "super"].contains(&token);
        index += 1;
    }
    module
}

/// Reads one tree of a `use`, up to the token after it.
fn use_tree(
    tokens: &[String],
    index: &mut usize,
    prefix: &[String],
    leaves: &mut Vec<(String, Vec<String>)>,
) {
    let mut path = prefix.to_vec();
    loop {
        match tokens[*index].as_str() {
            "::" => *index += 1,
            "{" => {
                *index += 1;
                while tokens[*index] != "}" {
                    assert_ne!(tokens[*index], ";", "a group of imports ends with a brace");
                    use_tree(tokens, index, &path, leaves);
                    *index += usize::from(tokens[*index] == ",");
                }
                *index += 1;
                return;
            }
            "as" => {
                leaves.push((tokens[*index + 1].clone(), path));
                *index += 2;
                return;
            }
            ";" | "," | "}" => {
                if path.len() > 1 && path.last().is_some_and(|segment| segment == "self") {
                    path.pop();
                }
                leaves.push((path.last().cloned().unwrap_or_default(), path));
                return;
            }
            segment => {
                path.push(segment.to_owned());
                *index += 1;
            }
        }
    }
}

/// Splits code into identifiers, `::` and single characters; leaves comments and literals out.
fn tokenize(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = ["r#\"", "br#\""].into_iter().find(|raw| rest.starts_with(raw)) {
            rest[raw.len()..].find("\"#").map_or(rest.len(), |end| raw.len() + end + 2)
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let is_end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                is_end
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\''") {
            rest[1..].find('\'').map_or(1, |end| end + 2)
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else if word > 0 {
            tokens.push(rest[..word].to_owned());
            word
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// Returns the file that defines what a path names; `None` outside of the crate.
fn resolve(
    modules: &BTreeMap<ModulePath, Module>,
    from: &ModulePath,
    path: &[String],
    depth: usize,
) -> Option<ModulePath> {
    let mut current = from.clone();
    let mut segments = path;
    match path.first()?.as_str() {
        "crate" => current.clear(),
        "super" | "self" => {}
        name => {
            let child = [current.as_slice(), &[name.to_owned()]].concat();
            let is_name = modules.get(from).is_some_and(|module| {
                module.names.iter().any(|(other, target)| other == name && target.as_slice() != path)
            });
            if !modules.contains_key(&child) && !is_name {
                return None;
            }
        }
    }
    while let Some(keyword) = segments.first().filter(|s| ["crate", "super", "self"].contains(&s.as_str())) {
        if keyword == "super" {
            current.pop();
        }
        segments = &segments[1..];
    }
    for (index, segment) in segments.iter().enumerate() {
        let child = [current.as_slice(), std::slice::from_ref(segment)].concat();
        if modules.contains_key(&child) {
            current = child;
            continue;
        }
        let names = modules.get(&current).map(|module| module.names.as_slice()).unwrap_or_default();
        if let Some((_, target)) =
            names.iter().find(|(name, target)| name == segment && target.as_slice() != path)
            && depth < 8
        {
            let full = [target.as_slice(), &segments[index + 1..]].concat();
            return resolve(modules, &current, &full, depth + 1).or(Some(current));
        }
        break;
    }
    Some(current)
}

/// Returns one circle, with its first file repeated at the end.
fn find_circle(edges: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    fn visit(
        node: &str,
        edges: &BTreeMap<String, Vec<String>>,
        path: &mut Vec<String>,
        done: &mut Vec<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|other| other == node) {
            return Some([&path[start..], &[node.to_owned()]].concat());
        }
        if done.iter().any(|other| other == node) {
            return None;
        }
        path.push(node.to_owned());
        for next in edges.get(node).into_iter().flatten() {
            let circle = visit(next, edges, path, done);
            if circle.is_some() {
                return circle;
            }
        }
        path.pop();
        done.push(node.to_owned());
        None
    }
    let mut done = Vec::new();
    edges.keys().find_map(|node| visit(node, edges, &mut Vec::new(), &mut done))
}
