//! Parity with the reference processor, entry by entry and citation by citation.
//!
//! The folder is `CSL_PARITY`, or the one beside the repository where the project keeps it. It has
//! `parity/*.json` with what the reference processor prints, `parity-items.json` with the works,
//! `styles/` and `locales/`. Over 97 % of all entries and citations must be equal, character for
//! character, and over 85 % in each style. `--list-failures` prints the first differences of each
//! style, and `CSL_DIFFERENCES` says how many.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use peerbib::csl::{BibliographyEntry, Citation, Cite, LocaleFiles, Processor, Style};
use peerbib::model::CslItem;
use peerbib::output::html;
use serde_json::Value as Json;

/// The outcome of one style.
#[derive(Default)]
struct Outcome {
    style: String,
    equal: usize,
    total: usize,
    differences: Vec<String>,
}

fn main() -> ExitCode {
    let list = std::env::args().any(|argument| argument == "--list-failures");
    let shown: usize = std::env::var("CSL_DIFFERENCES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(if list { 5 } else { 1 });
    let arguments =
        Arguments::from_iter(std::env::args().filter(|argument| argument != "--list-failures"));
    let folder = std::env::var_os("CSL_PARITY").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/csl"),
        PathBuf::from,
    );
    if !folder.join("parity").is_dir() {
        println!("there is nothing to compare with in {}", folder.display());
        println!("fixtures: 0 passed, 0 failed, 0 skipped");
        return ExitCode::SUCCESS;
    }
    let items: Vec<CslItem> = serde_json::from_str(
        &fs::read_to_string(folder.join("parity-items.json")).expect("the works"),
    )
    .expect("works in CSL-JSON");
    let items = Arc::new(items);
    let mut locales = LocaleFiles::new();
    for entry in fs::read_dir(folder.join("locales"))
        .into_iter()
        .flatten()
        .flatten()
    {
        if let Ok(xml) = fs::read_to_string(entry.path()) {
            locales.add(&xml).expect("a locale file");
        }
    }
    let locales = Arc::new(locales);
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("parity"))
        .expect("the folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let trials = files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let style_file = folder.join("styles").join(format!("{name}.csl"));
            let (items, locales, outcomes) = (items.clone(), locales.clone(), outcomes.clone());
            Trial::test(name, move || {
                let outcome =
                    std::panic::catch_unwind(|| compare(&path, &style_file, &items, &locales))
                        .unwrap_or_else(|_| Err("it panicked".to_owned()))
                        .map_err(Failed::from)?;
                let low = outcome.equal * 100 < outcome.total * 85;
                let share = percent(outcome.equal, outcome.total);
                outcomes.lock().unwrap().push(outcome);
                if low {
                    Err(Failed::from(format!("only {share} are equal")))
                } else {
                    Ok(())
                }
            })
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let mut outcomes = outcomes.lock().unwrap();
    outcomes.sort_by(|left, right| left.style.cmp(&right.style));
    let equal: usize = outcomes.iter().map(|outcome| outcome.equal).sum();
    let total: usize = outcomes.iter().map(|outcome| outcome.total).sum();
    for outcome in outcomes.iter() {
        println!(
            "{:>8}  {}",
            percent(outcome.equal, outcome.total),
            outcome.style
        );
        for difference in outcome.differences.iter().take(shown) {
            println!("{difference}");
        }
    }
    println!("{:>8}  all entries and citations", percent(equal, total));
    println!(
        "fixtures: {equal} passed, {} failed, 0 skipped",
        total - equal
    );
    if total > 0 && equal * 100 <= total * 97 {
        println!("fewer than 97 % are equal");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

fn percent(equal: usize, total: usize) -> String {
    if total == 0 {
        return "100 %".to_owned();
    }
    format!("{:.2} %", equal as f64 * 100.0 / total as f64)
}

fn compare(
    path: &Path,
    style_file: &Path,
    items: &[CslItem],
    locales: &LocaleFiles,
) -> Result<Outcome, String> {
    let expected: Json =
        serde_json::from_str(&fs::read_to_string(path).map_err(|error| error.to_string())?)
            .map_err(|error| error.to_string())?;
    let xml = fs::read_to_string(style_file).map_err(|error| error.to_string())?;
    let style = Style::from_xml(&xml).map_err(|error| error.to_string())?;
    let language = expected["default_locale"].as_str();
    let processor = Processor::with_locales(&style, language, items, locales);
    let mut outcome = Outcome {
        style: path.file_stem().unwrap().to_string_lossy().into_owned(),
        ..Outcome::default()
    };
    let mut check = |name: String, wanted: &str, got: &str| {
        outcome.total += 1;
        if wanted == got {
            outcome.equal += 1;
        } else {
            outcome
                .differences
                .push(format!("  {name}\n    - {wanted}\n    + {got}"));
        }
    };
    let bibliography = processor.bibliography().unwrap_or_default();
    let entries: Vec<(&str, &str)> = expected["bibliography"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| {
            (
                entry["id"].as_str().unwrap_or_default(),
                entry["html"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    for (place, (id, wanted)) in entries.iter().enumerate() {
        // Where an entry prints nothing, the names of those behind it in the expected list may be one
        // off, so the entry in the same place counts as well as that of the same name.
        let entry = |entry: &BibliographyEntry| html::entry(&entry.content);
        let in_place = bibliography
            .entries
            .get(place)
            .map(entry)
            .unwrap_or_default();
        let got = if in_place == *wanted {
            in_place
        } else {
            let named = bibliography.entries.iter().find(|entry| entry.key == *id);
            named.map_or(in_place, entry)
        };
        let stands = bibliography
            .entries
            .get(place)
            .map(|entry| entry.key.as_str());
        let name = if stands == Some(*id) {
            format!("bibliography: {id}")
        } else {
            format!(
                "bibliography: {id} (place {place} is {})",
                stands.unwrap_or("empty")
            )
        };
        check(name, wanted, &got);
    }
    let citations: Vec<(Citation, &str)> = expected["citations"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|citation| {
            let cites = citation["items"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|item| Cite {
                    id: item["id"].as_str().unwrap_or_default().to_owned(),
                    locator: item["locator"].as_str().map(str::to_owned),
                    label: item["label"].as_str().map(str::to_owned),
                    prefix: item["prefix"].as_str().map(str::to_owned),
                    suffix: item["suffix"].as_str().map(str::to_owned),
                    suppress_author: item["suppress-author"].as_bool().unwrap_or(false),
                    author_only: item["author-only"].as_bool().unwrap_or(false),
                    ..Cite::default()
                });
            let note = citation["note"].as_u64().unwrap_or(0) as u32;
            (
                Citation::new(cites.collect(), note),
                citation["html"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    let document: Vec<Citation> = citations
        .iter()
        .map(|(citation, _)| citation.clone())
        .collect();
    let formatted = processor.citations(&document);
    for ((citation, wanted), got) in citations.iter().zip(&formatted) {
        let keys: Vec<&str> = citation.cites.iter().map(|cite| cite.id.as_str()).collect();
        let name = format!("citation {}: {}", citation.note, keys.join(", "));
        check(name, wanted, &html::rich_text(&got.content));
    }
    Ok(outcome)
}
