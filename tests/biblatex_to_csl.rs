//! BibLaTeX becomes the same CSL items as with pandoc 3.9, save for deliberate differences.
//!
//! The folder `BIBLATEX_TO_CSL` (default `../shared/bib/biblatex-to-csl`) holds pairs of a `.bib` file and the
//! CSL-JSON that pandoc makes of it. Order and white space do not count, nor do `nocase` spans, which pandoc
//! leaves out. Files that differ on purpose are listed in `tests/data/bibtex/deliberate_differences.txt`, with the
//! reason; they count as skipped. Set `SHOW_DIFFERENCES` to see what differs.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::string_slice)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};
use peerbib::formats::bibtex;
use serde_json::Value as Json;

fn main() {
    let arguments = Arguments::from_args();
    let folder = std::env::var_os("BIBLATEX_TO_CSL").map_or_else(
        || PathBuf::from("../shared/bib/biblatex-to-csl"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        println!("{} is not there: nothing to test", folder.display());
        println!("fixtures: 0 passed, 0 failed, 0 skipped");
        return;
    }
    let deliberate: BTreeMap<&str, &str> = include_str!("data/bibtex/deliberate_differences.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bib"))
        .collect();
    paths.sort();
    let trials = paths.into_iter().map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let ignored = deliberate.contains_key(name.as_str());
        Trial::test(name, move || match differences(&path).as_slice() {
            [] => Ok(()),
            differences => Err(differences.join("\n").into()),
        })
        .with_ignored_flag(ignored)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    println!(
        "fixtures: {} passed, {} failed, {} skipped",
        conclusion.num_passed, conclusion.num_failed, conclusion.num_ignored
    );
    conclusion.exit();
}

fn differences(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).unwrap();
    let file = bibtex::read(&bibtex::decode(&bytes).text);
    let works = file.by_key();
    let find = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
    let ours = file
        .works()
        .filter(|work| work.kind() != "xdata")
        .map(|work| bibtex::derive(work, &file.strings, &find).item);
    let ours = by_id(serde_json::to_value(ours.collect::<Vec<_>>()).unwrap());
    let theirs = std::fs::read_to_string(path.with_extension("json")).unwrap();
    let theirs = by_id(serde_json::from_str(&theirs).unwrap());
    let mut found = Vec::new();
    let ids: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for id in ids {
        let empty = serde_json::Map::new();
        let our = ours.get(id).unwrap_or(&empty);
        let their = theirs.get(id).unwrap_or(&empty);
        let names: std::collections::BTreeSet<&String> = our.keys().chain(their.keys()).collect();
        for name in names {
            let (our, their) = (our.get(name), their.get(name));
            if our != their {
                let show = |value: Option<&Json>| value.map_or("nothing".into(), Json::to_string);
                found.push(format!(
                    "{id}: {name}\n    ours   {}\n    pandoc {}",
                    show(our),
                    show(their)
                ));
            }
        }
    }
    found
}

type Items = BTreeMap<String, serde_json::Map<String, Json>>;

fn by_id(items: Json) -> Items {
    let Json::Array(items) = items else {
        return Items::new();
    };
    items
        .into_iter()
        .filter_map(|item| match normalised(item) {
            Json::Object(item) => Some((item.get("id")?.as_str()?.to_owned(), item)),
            _ => None,
        })
        .collect()
}

fn normalised(json: Json) -> Json {
    match json {
        Json::String(text) => {
            let text = text.replace("\u{A0}", " ");
            let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            while let Some(start) = text.find("<span class=\"nocase\">") {
                let Some(end) = text[start..].find("</span>") else {
                    break;
                };
                text.replace_range(start + end..start + end + 7, "");
                text.replace_range(start..start + 21, "");
            }
            Json::String(text)
        }
        Json::Array(values) => values.into_iter().map(normalised).collect(),
        Json::Object(values) => values
            .into_iter()
            .map(|(name, value)| (name, normalised(value)))
            .collect(),
        other => other,
    }
}
