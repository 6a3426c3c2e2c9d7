//! CSL 1.0.2 clause by clause: each file below `tests/data/csl` is a test of its own.
//!
//! `tests/data/csl/README.md` describes the format of the fixtures. Those that are known not to pass are
//! listed, with the reason, in `tests/data/csl/known_failures_of_clauses.txt`. A fixture fails if its
//! outcome is not the one that the list says.

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
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csl_suite::fixture::Fixture;
use csl_suite::known_failures::KnownFailures;
use csl_suite::processor;
use libtest_mimic::{Arguments, Trial};

mod csl_suite {
    pub(crate) mod fixture;
    pub(crate) mod known_failures;
    pub(crate) mod processor;
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/csl");
    let known = Arc::new(KnownFailures::read(
        &folder.join("known_failures_of_clauses.txt"),
    ));
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let files = fixtures(&folder);
    let total = files.len();
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let mut trials: Vec<Trial> = files
        .into_iter()
        .map(|(name, path)| {
            let (known, counts) = (known.clone(), counts.clone());
            Trial::test(name.clone(), move || {
                let outcome = run(&path)?;
                counts[usize::from(outcome.is_err())].fetch_add(1, Ordering::Relaxed);
                known.judge(&name, outcome)
            })
        })
        .collect();
    trials.push(known.test_of_names(&names));
    let conclusion = libtest_mimic::run(&arguments, trials);
    let passed = counts[0].load(Ordering::Relaxed);
    let failed = counts[1].load(Ordering::Relaxed);
    println!(
        "fixtures: {passed} passed, {failed} failed, {} skipped",
        total - passed - failed
    );
    conclusion.exit_code()
}

/// Returns the fixtures in the folders for the clauses, each with its name: the folder and the file.
fn fixtures(folder: &Path) -> Vec<(String, PathBuf)> {
    let files_in = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let mut fixtures = Vec::new();
    for clause in files_in(folder).iter().filter(|path| path.is_dir()) {
        for file in files_in(clause) {
            let name = file.with_extension("");
            let name = name.strip_prefix(folder).unwrap().to_string_lossy();
            fixtures.push((name.replace('\\', "/"), file));
        }
    }
    fixtures.sort();
    fixtures
}

/// Runs a fixture, and returns how the outcome differs from what is expected.
///
/// A fixture or a style that cannot be read is an error, even if the list of known failures names it.
fn run(path: &Path) -> Result<Result<(), String>, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let fixture = Fixture::parse(&text)?;
    let printed = processor::print(&fixture)?;
    let mut differences = Vec::new();
    compare(
        &fixture.expected_citations,
        &printed.citations,
        &mut differences,
    );
    if let Some(expected) = &fixture.expected_entries {
        compare(expected, &printed.entries, &mut differences);
    }
    for (name, expected) in &fixture.expected_layout {
        let actual = printed.layout.iter().find(|(option, _)| option == name);
        let actual = actual.map_or("no such option", |(_, value)| value);
        if actual != expected {
            differences.push(format!("{name}\nexpected: {expected}\nactual:   {actual}"));
        }
    }
    if differences.is_empty() {
        return Ok(Ok(()));
    }
    let differences = differences.join("\n");
    Ok(Err(format!("\n{}\n{differences}", fixture.promise)))
}

/// Compares line by line, and says where the two differ.
fn compare(expected: &[String], actual: &[String], differences: &mut Vec<String>) {
    let actual: Vec<String> = actual.iter().map(|text| one_line(text)).collect();
    if expected != actual {
        differences.push(format!(
            "expected: {}\nactual:   {}",
            expected.join("\n          "),
            actual.join("\n          ")
        ));
    }
}

/// Joins the lines of an entry with blocks, and writes spaces that look alike by their names in HTML.
fn one_line(html: &str) -> String {
    html.lines()
        .map(str::trim)
        .collect::<String>()
        .replace('\u{a0}', "&nbsp;")
        .replace('\u{202f}', "&nnbsp;")
        .replace('\u{2011}', "&nbhy;")
}
