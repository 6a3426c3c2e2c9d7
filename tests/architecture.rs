//! The structure of the source: which module may use which, no import cycles, and no advice about the
//! command line below `cli`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The modules of the library crate in the order of the data flow, each with the modules that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("suggest", &[]),
    ("language", &["text"]),
    ("transliteration", &["language", "text"]),
    ("csl", &[]),
    ("model", &["csl", "language", "text"]),
    (
        "formats",
        &[
            "csl",
            "language",
            "model",
            "suggest",
            "text",
            "transliteration",
        ],
    ),
    (
        "checks",
        &["formats", "language", "model", "suggest", "text"],
    ),
    ("zotero", &["csl", "formats", "model", "text"]),
    (
        "library",
        &[
            "csl",
            "formats",
            "language",
            "model",
            "suggest",
            "text",
            "transliteration",
            "zotero",
        ],
    ),
    (
        "lookup",
        &["csl", "formats", "language", "library", "model", "text"],
    ),
    (
        "query",
        &["formats", "language", "library", "model", "suggest", "text"],
    ),
    (
        "tagging",
        &["language", "library", "model", "query", "text"],
    ),
    ("bundled", &["tagging"]),
    (
        "reading_list",
        &[
            "csl", "formats", "language", "library", "model", "query", "text",
        ],
    ),
    (
        "output",
        &[
            "csl",
            "language",
            "library",
            "model",
            "reading_list",
            "text",
        ],
    ),
    (
        "documents",
        &["csl", "formats", "model", "output", "reading_list", "text"],
    ),
    (
        "charts",
        &["library", "model", "output", "reading_list", "text"],
    ),
    (
        "site",
        &[
            "charts",
            "csl",
            "formats",
            "language",
            "library",
            "model",
            "output",
            "reading_list",
            "text",
        ],
    ),
    ("config", &["suggest"]),
];

/// A comment, or a string or character literal.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r##"(?s)//[^\n]*|/\*.*?\*/|b?r#"(.*?)"#|b?r"([^"]*)"|b?"((?:[^"\\]|\\.)*)"|b?'(?:[^'\\]|\\.[^']*)'"##,
    )
    .unwrap()
});

/// A line break in a string literal that a backslash removes.
static CONTINUATION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\\n\s*").unwrap());

static IMPORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)\buse\s+([^;]+);").unwrap());

static INLINE_PATH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:crate|super)(?:::\w+)+").unwrap());

/// A source file: its path below `src`, its module path, and its text without comments and tests.
struct SourceFile {
    path: String,
    module: Vec<String>,
    code: String,
    strings: Vec<(usize, String)>,
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Returns the files of the library crate.
fn library_files() -> Vec<SourceFile> {
    let mut files = source_files();
    files.retain(|file| file.path != "main.rs" && !file.path.starts_with("cli/"));
    files
}

/// Returns the files of the library crate and of the program.
fn source_files() -> Vec<SourceFile> {
    let mut paths = Vec::new();
    collect(&src(), &mut paths);
    paths.sort();
    let texts: BTreeMap<String, String> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(src()).unwrap().to_string_lossy();
            (
                name.replace('\\', "/"),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    let test_module = Regex::new(r"#\[cfg\(test\)\]\s*mod (\w+);").unwrap();
    let tests: BTreeSet<String> = texts
        .iter()
        .flat_map(|(name, text)| {
            let parent = module_of(name).join("/");
            test_module
                .captures_iter(text)
                .map(move |found| format!("{parent}/{}.rs", &found[1]))
                .collect::<Vec<_>>()
        })
        .collect();
    texts
        .into_iter()
        .filter(|(name, _)| !tests.contains(name))
        .map(|(path, text)| {
            let (code, strings) = code_and_strings(&text);
            SourceFile {
                module: module_of(&path),
                path,
                code,
                strings,
            }
        })
        .collect()
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap();
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" => Vec::new(),
        path => path.split('/').map(str::to_owned).collect(),
    }
}

/// Returns the code before the unit tests, with comments and the contents of string literals blanked, and
/// the string literals with their lines.
fn code_and_strings(text: &str) -> (String, Vec<(usize, String)>) {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    let mut code = String::new();
    let mut strings = Vec::new();
    let mut rest = text;
    while let Some(found) = TOKEN.captures(rest) {
        let whole = found.get(0).unwrap();
        code.push_str(&rest[..whole.start()]);
        let literal = found.get(1).or(found.get(2)).or(found.get(3));
        if let Some(literal) = literal {
            let line = 1 + text[..text.len() - rest.len() + whole.start()]
                .matches('\n')
                .count();
            strings.push((
                line,
                CONTINUATION.replace_all(literal.as_str(), "").into_owned(),
            ));
            code.push_str("\"\"");
        }
        rest = &rest[whole.end()..];
    }
    code.push_str(rest);
    (code, strings)
}

/// Returns the absolute module paths that a file mentions, from `use` declarations and from paths in the
/// code.
fn paths_used(file: &SourceFile) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for found in IMPORT.captures_iter(&file.code) {
        expand(found[1].trim(), &mut Vec::new(), &mut paths);
    }
    for found in INLINE_PATH.find_iter(&IMPORT.replace_all(&file.code, "")) {
        paths.push(found.as_str().split("::").map(str::to_owned).collect());
    }
    paths
        .into_iter()
        .filter_map(|path| absolute(&path, &file.module))
        .collect()
}

/// Expands a tree of imports such as `a::{b, c::{d, e}}`.
fn expand(tree: &str, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let before = prefix.len();
    let (head, group) = match tree.find('{') {
        Some(open) => (
            &tree[..open],
            Some(&tree[open + 1..tree.rfind('}').unwrap()]),
        ),
        None => (tree.split(" as ").next().unwrap(), None),
    };
    prefix.extend(
        head.split("::")
            .map(str::trim)
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned),
    );
    match group {
        None => paths.push(prefix.clone()),
        Some(group) => {
            let mut depth = 0;
            let mut start = 0;
            for (index, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        expand(&group[start..index], prefix, paths);
                        start = index + 1;
                    }
                    _ => {}
                }
            }
            if !group[start..].trim().is_empty() {
                expand(&group[start..], prefix, paths);
            }
        }
    }
    prefix.truncate(before);
}

/// Resolves `crate`, `self` and `super`; `None` for paths into other crates.
fn absolute(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let mut base = module.to_vec();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            base.pop();
        }
        _ => return None,
    }
    rest = &rest[1..];
    while rest.first().is_some_and(|segment| segment == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend(rest.iter().filter(|segment| *segment != "self").cloned());
    Some(base)
}

#[test]
fn modules_use_only_what_is_to_their_left_in_the_data_flow() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for file in library_files() {
        let Some(module) = file.module.first() else {
            continue;
        };
        let Some(uses) = allowed.get(module.as_str()) else {
            panic!("the module {module} has no line in ALLOWED");
        };
        for path in paths_used(&file) {
            let Some(used) = path.first() else { continue };
            let is_module = allowed.contains_key(used.as_str());
            if is_module && used != module && !uses.contains(&used.as_str()) {
                wrong.insert(format!("{} uses {}", file.path, path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Returns which files each file imports from. Imports of a name that a `mod.rs` re-exports count as
/// imports of the file that defines it. A module's use of its own submodules does not count.
fn import_graph(files: &[SourceFile]) -> BTreeMap<String, BTreeSet<String>> {
    let by_module: BTreeMap<&[String], &SourceFile> = files
        .iter()
        .map(|file| (file.module.as_slice(), file))
        .collect();
    let reexport = Regex::new(r"(?s)\bpub(?:\([^)]*\))?\s+use\s+([^;]+);").unwrap();
    let reexports: BTreeMap<&[String], Vec<Vec<String>>> = files
        .iter()
        .map(|file| {
            let mut paths = Vec::new();
            for found in reexport.captures_iter(&file.code) {
                let tree = found[1].trim();
                let mut expanded = Vec::new();
                expand(tree, &mut Vec::new(), &mut expanded);
                for path in expanded {
                    let is_local = !matches!(path[0].as_str(), "crate" | "self" | "super");
                    let path = if is_local {
                        file.module.iter().cloned().chain(path).collect()
                    } else {
                        absolute(&path, &file.module).unwrap()
                    };
                    paths.push(path);
                }
            }
            (file.module.as_slice(), paths)
        })
        .collect();
    let resolve = |path: &[String]| -> Option<String> {
        let mut path = path.to_vec();
        for _ in 0..5 {
            let longest = (1..=path.len())
                .rev()
                .find(|length| by_module.contains_key(&path[..*length]))?;
            let module = &path[..longest];
            let file = by_module[module];
            let name = path.get(longest);
            let target = name.and_then(|name| {
                reexports[module]
                    .iter()
                    .find(|target| target.last() == Some(name) && target[..] != path[..])
            });
            match target {
                Some(target) => {
                    let rest = &path[longest + 1..];
                    path = target.iter().chain(rest).cloned().collect();
                }
                None => return Some(file.path.clone()),
            }
        }
        None
    };
    files
        .iter()
        .map(|file| {
            let targets = paths_used(file)
                .iter()
                .filter_map(|path| resolve(path))
                .filter(|target| {
                    let target = module_of(target);
                    *target != file.module && !target.starts_with(&file.module)
                })
                .collect();
            (file.path.clone(), targets)
        })
        .collect()
}

/// Returns the files that each file can reach by imports.
fn reachable(graph: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut queue: Vec<&String> = graph[from].iter().collect();
    while let Some(next) = queue.pop() {
        if seen.insert(next.clone()) {
            queue.extend(&graph[next]);
        }
    }
    seen
}

#[test]
fn no_files_import_each_other_in_a_cycle() {
    let files = library_files();
    let graph = import_graph(&files);
    let reach: BTreeMap<&String, BTreeSet<String>> = graph
        .keys()
        .map(|file| (file, reachable(&graph, file)))
        .collect();
    let mut cycles: BTreeSet<Vec<&str>> = BTreeSet::new();
    for file in graph.keys() {
        let cycle: Vec<&str> = graph
            .keys()
            .filter(|other| {
                *other == file || reach[file].contains(*other) && reach[other].contains(file)
            })
            .map(String::as_str)
            .collect();
        if cycle.len() > 1 {
            cycles.insert(cycle);
        }
    }
    assert!(cycles.is_empty(), "cycles of imports: {cycles:#?}");
}

#[test]
fn texts_of_the_library_name_no_command_and_no_option() {
    let advice =
        Regex::new(r"`peerbib |\bpeerbib [a-z]+ (--|[A-Z])|(^|[^(])--[a-z][a-z-]+([^:a-z-]|$)")
            .unwrap();
    let mut found = Vec::new();
    for file in library_files() {
        for (line, text) in &file.strings {
            if advice.is_match(text) {
                found.push(format!("{}:{line}: {text}", file.path));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn types_have_different_names() {
    let definition =
        Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|type|union) (\w+)").unwrap();
    let mut defined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in source_files() {
        for found in definition.captures_iter(&file.code) {
            let files = defined.entry(found[1].to_owned()).or_default();
            files.push(file.path.clone());
        }
    }
    defined.retain(|name, files| files.len() > 1 && name != "Result");
    assert!(defined.is_empty(), "{defined:#?}");
}
