//! `words`: fails if a comment, a string, a name or a page uses a word of `xtask/words.txt`. A text is easy to read if one
//! thing has one word. The list has words that were used for many things, with their replacements.

use std::fs;

use crate::cache::files;
use crate::run::{Failure, relative_path, root};

/// The words, and the permitted uses.
const LIST: &str = include_str!("../words.txt");

/// The files and folders that are checked.
const PATHS: [&str; 25] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "bench",
    "build",
    "build.rs",
    "demo",
    "deny.toml",
    "docs",
    "examples",
    "pkg/scripts",
    "pkg/src",
    "pkg/test",
    "providers",
    "site",
    "src",
    "tests",
    "www/README.md",
    "www/build",
    "www/src",
    "www/live",
    "www/test",
    "xtask",
];

/// Files of these kinds are checked.
const EXTENSIONS: [&str; 9] = ["css", "html", "js", "json", "md", "mjs", "rs", "toml", "ts"];

/// Folders with generated files, and with payloads in the words of their providers.
const SKIPPED_FOLDERS: [&str; 6] = ["dist", "generated", "node_modules", "samples", "seeds", "target"];

/// Checks all files, and lists every use with its line and its replacements.
pub fn check() -> Result<(), Failure> {
    let (words, quotations) = (parse(LIST), quotations(LIST));
    let mut found = Vec::new();
    let mut unused = quotations.clone();
    for path in PATHS {
        for file in files(&root().join(path))? {
            let name = relative_path(&file).replace('\\', "/");
            if !is_checked(&name) {
                continue;
            }
            let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, error))?;
            for (index, line) in text.lines().enumerate() {
                let is_quotation = |(path, text): &(&str, &str)| *path == name && line.contains(text);
                unused.retain(|quotation| !is_quotation(quotation));
                if quotations.iter().any(is_quotation) {
                    continue;
                }
                found.extend(find(line, &words).into_iter().map(|(word, instead)| {
                    format!("{name}:{}: \"{word}\". Write instead: {instead}", index + 1)
                }));
            }
        }
    }
    found.extend(
        unused.iter().map(|(path, text)| format!("xtask/words.txt: {path} does not contain \"{text}\"")),
    );
    if found.is_empty() {
        return Ok(());
    }
    let count = found.len();
    Err(Failure::new(format!("{count} uses of words that this project avoids\n{}", found.join("\n")))
        .hint("rewrite each sentence so that it names its subject and says the fact plainly"))
}

fn is_checked(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    EXTENSIONS.contains(&extension) && !name.split('/').any(|folder| SKIPPED_FOLDERS.contains(&folder))
}

/// The permitted uses: a file, and a text. A line of the file that contains the text is not checked.
fn quotations(list: &str) -> Vec<(&str, &str)> {
    list.lines().filter_map(|line| line.strip_prefix("> ")?.split_once(": ")).collect()
}

/// A word, or its beginning, in lower case.
struct Word<'a> {
    text: &'a str,
    is_prefix: bool,
    instead: &'a str,
}

fn parse(list: &str) -> Vec<Word<'_>> {
    list.lines()
        .filter(|line| !line.starts_with(['#', '>']))
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(words, instead)| {
            words.split(' ').map(move |word| Word {
                text: word.trim_end_matches('*'),
                is_prefix: word.ends_with('*'),
                instead,
            })
        })
        .collect()
}

/// Returns the words and names of a line that the list has, as written, with their replacements.
fn find<'l, 'w>(line: &'l str, words: &[Word<'w>]) -> Vec<(&'l str, &'w str)> {
    line.split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter_map(|name| {
            let parts = parts(name);
            let is_used = |word: &&Word| {
                parts.iter().any(|part| part == word.text || word.is_prefix && part.starts_with(word.text))
            };
            Some((name, words.iter().find(is_used)?.instead))
        })
        .collect()
}

/// Splits a name into its words in lower case: at `_`, and before an upper-case letter after a lower-case one.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for character in name.chars() {
        if character == '_' || (was_lower && character.is_uppercase()) {
            parts.push(String::new());
        }
        was_lower = character.is_lowercase();
        if let Some(part) = parts.last_mut().filter(|_| character != '_') {
            part.extend(character.to_lowercase());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "# A comment: not a word.\nfoo foos: bar\nbaz*: name it, plainly\n> a/b.md: c: d\n";

    fn found(line: &str) -> Vec<(&str, &str)> {
        find(line, &parse(EXAMPLE))
    }

    #[test]
    fn a_word_is_found_whole_and_in_any_case() {
        assert_eq!(found("A foo. FOOS, (foo)"), [("foo", "bar"), ("FOOS", "bar"), ("foo", "bar")]);
        assert_eq!(found("food afoo comment word"), []);
    }

    #[test]
    fn a_word_is_found_as_a_part_of_a_name() {
        for name in ["is_foo", "foo_count", "isFoo", "fooCount", "Foo", "MAX_FOOS"] {
            assert_eq!(found(name), [(name, "bar")]);
        }
    }

    #[test]
    fn a_star_matches_any_ending() {
        assert_eq!(found("bazaar, baz; abaz"), [("bazaar", "name it, plainly"), ("baz", "name it, plainly")]);
    }

    #[test]
    fn generated_files_samples_and_other_kinds_are_not_checked() {
        assert!(is_checked("docs/cli.md") && is_checked("build.rs"));
        for name in ["pkg/dist/a.js", "providers/x/samples/a.json", "xtask/words.txt", "LICENSE-MIT"] {
            assert!(!is_checked(name), "{name}");
        }
    }

    #[test]
    fn a_quotation_is_a_file_and_a_text() {
        assert_eq!(quotations(EXAMPLE), [("a/b.md", "c: d")]);
    }

    #[test]
    fn every_line_of_the_list_has_words_and_replacements() {
        let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '>']));
        for line in lines {
            assert!(!parse(line).is_empty(), "{line}");
            assert!(
                parse(line).iter().all(|word| !word.text.is_empty() && !word.instead.is_empty()),
                "{line}"
            );
        }
    }
}
