//! Parity with citeproc-js, entry by entry and citation by citation.
//!
//! The folder is `CSL_PARITY`, or `../shared/csl` beside the repository. It has `parity/*.json` with what
//! citeproc-js prints, `parity-items.json` with the items, `styles/` and `locales/`. Locales are those inside
//! the program, as for a user; `CSL_LOCALES=official` takes those of the folder instead.
//!
//! For the default folder, `tests/data/csl/parity.txt` records how many results are equal, style by style. A
//! style that falls below its record fails; `CSL_RECORD=1` writes the file again.
//!
//! `--list-failures` prints the first differences of each style, `CSL_DIFFERENCES` says how many, and
//! `CSL_STYLES` restricts the run to styles whose name contains it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use peerbib::csl::{
    Bibliography, BibliographyEntry, Citation, Cite, EmbeddedLocales, LocaleFiles, LocaleSource,
    Processor, Style, Warning,
};
use peerbib::model::CslItem;
use peerbib::output::html;
use serde_json::Value as Json;

/// The outcome of one style.
#[derive(Default)]
struct Outcome {
    style: String,
    equal: usize,
    total: usize,
    /// Whether the entries are in the order of citeproc-js.
    in_order: bool,
    differences: Vec<String>,
}

/// How many results are equal, by style.
struct Record {
    file: PathBuf,
    counts: BTreeMap<String, usize>,
}

impl Record {
    fn read(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let counts = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(' '))
            .map(|(count, style)| (style.to_owned(), count.parse().expect("a number")))
            .collect();
        Self { file, counts }
    }

    fn write(&self, outcomes: &[Outcome]) {
        let mut text =
            "# How many results are equal to those of citeproc-js, style by style.\n".to_owned();
        for outcome in outcomes {
            text.push_str(&format!("{} {}\n", outcome.equal, outcome.style));
        }
        fs::write(&self.file, text).expect("the record can be written");
    }
}

fn main() -> ExitCode {
    let list = std::env::args().any(|argument| argument == "--list-failures");
    let shown: usize = std::env::var("CSL_DIFFERENCES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(if list { 5 } else { 0 });
    let arguments =
        Arguments::from_iter(std::env::args().filter(|argument| argument != "--list-failures"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let official = std::env::var("CSL_LOCALES").is_ok_and(|locales| locales == "official");
    let (folder, record) = match std::env::var_os("CSL_PARITY") {
        Some(folder) => (PathBuf::from(folder), None),
        None => {
            let record = Record::read(root.join("tests/data/csl/parity.txt"));
            (root.join("../shared/csl"), (!official).then_some(record))
        }
    };
    if !folder.join("parity").is_dir() {
        println!(
            "skipped: there is nothing to compare with in {}",
            folder.display()
        );
        println!("fixtures: 0 passed, 0 failed, 0 skipped");
        return ExitCode::SUCCESS;
    }
    let record = Arc::new(record);
    let items: Vec<CslItem> = serde_json::from_str(
        &fs::read_to_string(folder.join("parity-items.json")).expect("the items"),
    )
    .expect("items in CSL-JSON");
    let items = Arc::new(items);
    let locales: Arc<dyn LocaleSource + Send> = if official {
        Arc::new(official_locales(&folder.join("locales")))
    } else {
        Arc::new(EmbeddedLocales)
    };
    let only = std::env::var("CSL_STYLES").unwrap_or_default();
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("parity"))
        .expect("the folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    files.sort();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let trials = files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let style_file = folder.join("styles").join(format!("{name}.csl"));
            let (items, locales, outcomes) = (items.clone(), locales.clone(), outcomes.clone());
            let record = record.clone();
            Trial::test(name.clone(), move || {
                let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    compare(&path, &style_file, &items, &*locales)
                }))
                .unwrap_or_else(|_| Err("it panicked".to_owned()))
                .map_err(Failed::from)?;
                let equal = outcome.equal;
                outcomes.lock().unwrap().push(outcome);
                let reached = Option::as_ref(&record).and_then(|record| record.counts.get(&name));
                match reached {
                    Some(reached) if equal < *reached => Err(Failed::from(format!(
                        "{equal} results are equal, and {reached} were before"
                    ))),
                    _ => Ok(()),
                }
            })
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let mut outcomes = outcomes.lock().unwrap();
    outcomes.sort_by(|left, right| left.style.cmp(&right.style));
    if let Some(record) = &*record
        && std::env::var_os("CSL_RECORD").is_some()
    {
        record.write(&outcomes);
    }
    report(&outcomes, shown);
    conclusion.exit_code()
}

/// Prints the share of equal results of each style and of all.
fn report(outcomes: &[Outcome], shown: usize) {
    for outcome in outcomes {
        let order = if outcome.in_order { "" } else { "  (order)" };
        println!(
            "{:>8}  {}{order}",
            percent(outcome.equal, outcome.total),
            outcome.style
        );
        for difference in outcome.differences.iter().take(shown) {
            println!("{difference}");
        }
    }
    let equal: usize = outcomes.iter().map(|outcome| outcome.equal).sum();
    let total: usize = outcomes.iter().map(|outcome| outcome.total).sum();
    let styles = outcomes.len();
    let in_order = outcomes.iter().filter(|outcome| outcome.in_order).count();
    let whole = outcomes
        .iter()
        .filter(|outcome| outcome.equal == outcome.total)
        .count();
    let low = outcomes
        .iter()
        .filter(|outcome| outcome.equal * 100 < outcome.total * 95)
        .count();
    println!("{:>8}  all entries and citations", percent(equal, total));
    println!("{:>8}  styles in order", percent(in_order, styles));
    println!("{:>8}  styles without a difference", percent(whole, styles));
    println!("{low:>8}  styles under 95 %");
    println!(
        "fixtures: {equal} passed, {} failed, 0 skipped",
        total - equal
    );
}

fn official_locales(folder: &Path) -> LocaleFiles {
    let mut locales = LocaleFiles::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Ok(xml) = fs::read_to_string(entry.path()) {
            locales.add(&xml).expect("a locale file");
        }
    }
    locales
}

fn percent(equal: usize, total: usize) -> String {
    if total == 0 {
        return "100 %".to_owned();
    }
    format!("{:.2} %", equal as f64 * 100.0 / total as f64)
}

/// A result in one line, with its line breaks shown.
fn one_line(html: &str) -> String {
    html.replace('\n', "\u{23ce}")
}

/// Whether citeproc-js prints that nothing prints, which is a warning here.
fn is_empty_form(wanted: &str) -> bool {
    wanted.contains("[CSL STYLE ERROR: reference with no printed form.]")
}

fn compare(
    path: &Path,
    style_file: &Path,
    items: &[CslItem],
    locales: &dyn LocaleSource,
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
            outcome.differences.push(format!(
                "  {name}\n    - {}\n    + {}",
                one_line(wanted),
                one_line(got)
            ));
        }
    };
    let bibliography = processor.bibliography().unwrap_or_default();
    let has_warning = |bibliography: &Bibliography, id: &str| {
        let is_of = |warning: &Warning| warning.key() == id;
        bibliography.warnings.iter().any(is_of)
    };
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
    // citeproc-js lists the names of entries that print nothing too, so that the names at the end are missing.
    let wanted_order: Vec<&str> = entries
        .iter()
        .filter(|(id, wanted)| !is_empty_form(wanted) && !has_warning(&bibliography, id))
        .map(|(id, _)| *id)
        .collect();
    let order: Vec<&str> = bibliography
        .entries
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    let in_order = if bibliography.warnings.is_empty() {
        order == wanted_order
    } else {
        order.starts_with(&wanted_order)
    };
    for (place, (id, wanted)) in entries.iter().enumerate() {
        if is_empty_form(wanted) && has_warning(&bibliography, id) {
            check(format!("bibliography: {id}"), wanted, wanted);
            continue;
        }
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
    outcome.in_order = in_order;
    let first = wanted_order
        .iter()
        .zip(&order)
        .position(|(wanted, got)| wanted != got);
    if let Some(first) = first {
        let part = |order: &[&str]| {
            order
                .iter()
                .skip(first)
                .take(4)
                .copied()
                .collect::<Vec<_>>()
                .join(" ")
        };
        let difference = format!(
            "  order\n    - {}\n    + {}",
            part(&wanted_order),
            part(&order)
        );
        outcome.differences.push(difference);
    }
    Ok(outcome)
}
