//! The fixtures of the CSL test suite, each a test of its own.
//!
//! The folder is `CSL_FIXTURES`, or the one beside the repository where the project keeps them. Those
//! that are known not to pass are listed, with the reason, in `tests/data/csl/known_failures.txt`:
//! in the default folder a fixture fails if its outcome is not the one that the list says. In other
//! folders the outcome is only counted. `--list-failures` prints the names of those that do not pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use csl_suite::known_failures::KnownFailures;
use libtest_mimic::{Arguments, Trial};
use peerbib::csl::{
    Abbreviations, Citation, CitationMode, Cite, CitePosition, FormattedCitation, LocaleFiles,
    Processor, Style,
};
use peerbib::model::CslItem;
use peerbib::output::html;
use serde_json::Value as Json;

mod csl_suite {
    pub(crate) mod known_failures;
}

fn main() -> ExitCode {
    let list_failures = std::env::args().any(|argument| argument == "--list-failures")
        || std::env::var_os("CSL_LIST_FAILURES").is_some();
    let arguments =
        Arguments::from_iter(std::env::args().filter(|argument| argument != "--list-failures"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let default = root.join("../shared/csl/processor-tests");
    let (folder, strict) = match std::env::var_os("CSL_FIXTURES") {
        Some(folder) => (PathBuf::from(folder), false),
        None => (default, true),
    };
    if !folder.is_dir() {
        println!("skipped: there are no fixtures in {}", folder.display());
        println!("fixtures: 0 passed, 0 failed, 0 skipped");
        return ExitCode::SUCCESS;
    }
    let known = Arc::new(KnownFailures::read(
        &root.join("tests/data/csl/known_failures.txt"),
    ));
    let locales = Arc::new(load_locales(&folder));
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let failures = Arc::new(Mutex::new(Vec::new()));
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let total = files.len();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let names: Vec<String> = files.iter().map(name).collect();
    let mut trials: Vec<Trial> = files
        .into_iter()
        .map(|path| {
            let name = name(&path);
            let (known, locales) = (known.clone(), locales.clone());
            let (counts, failures) = (counts.clone(), failures.clone());
            Trial::test(name.clone(), move || {
                let outcome = std::panic::catch_unwind(|| run(&path, &locales))
                    .unwrap_or_else(|_| Err("it panicked".to_owned()));
                counts[usize::from(outcome.is_err())].fetch_add(1, Ordering::Relaxed);
                let failed = outcome.is_err();
                if failed {
                    failures.lock().unwrap().push(name.clone());
                }
                let verdict = known.judge(&name, outcome);
                if strict || list_failures && failed {
                    return verdict;
                }
                if failed && let Err(difference) = verdict {
                    eprintln!("{name}: {}", difference.message().unwrap_or_default());
                }
                Ok(())
            })
        })
        .collect();
    if strict {
        trials.push(known.test_of_names(&names));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let passed = counts[0].load(Ordering::Relaxed);
    let failed = counts[1].load(Ordering::Relaxed);
    if list_failures {
        let mut failures = failures.lock().unwrap();
        failures.sort();
        for name in failures.iter() {
            println!("{name}");
        }
    }
    println!(
        "fixtures: {passed} passed, {failed} failed, {} skipped",
        total - passed - failed
    );
    conclusion.exit_code()
}

/// The locale files beside the fixtures, which the expected results were made with.
fn load_locales(folder: &Path) -> LocaleFiles {
    let mut locales = LocaleFiles::new();
    let Some(folder) = folder.parent().map(|parent| parent.join("locales")) else {
        return locales;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Ok(xml) = fs::read_to_string(entry.path()) {
            locales.add(&xml).expect("a locale file");
        }
    }
    locales
}

/// The sections of a fixture by their names in lower case.
fn sections(text: &str) -> HashMap<String, String> {
    let mut sections = HashMap::new();
    let mut current: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(">>=")
            && let Some(name) = rest.trim_end().strip_suffix(">>")
        {
            let name = name
                .trim_matches(|c: char| c == '=' || c == ' ')
                .to_lowercase();
            current = Some((name, String::new()));
        } else if line.starts_with("<<=") && line.trim_end().ends_with("<<") {
            if let Some((name, body)) = current.take() {
                sections.insert(name, body);
            }
        } else if let Some((_, body)) = &mut current {
            body.push_str(line);
            body.push('\n');
        }
    }
    sections
}

fn json(sections: &HashMap<String, String>, name: &str) -> Result<Option<Json>, String> {
    match sections.get(name) {
        Some(text) if !text.trim().is_empty() => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| format!("{name}: {error}")),
        _ => Ok(None),
    }
}

fn run(path: &Path, locales: &LocaleFiles) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let sections = sections(&text);
    let expected = sections
        .get("result")
        .map(|text| text.trim())
        .unwrap_or_default();
    let actual = render(&sections, locales)?;
    if actual.trim() == expected {
        return Ok(());
    }
    let mut message = String::new();
    writeln!(
        message,
        "\nexpected:\n{expected}\nactual:\n{}",
        actual.trim()
    )
    .unwrap();
    Err(message)
}

fn render(sections: &HashMap<String, String>, locales: &LocaleFiles) -> Result<String, String> {
    let style = Style::from_xml(sections.get("csl").ok_or("no style")?)
        .map_err(|error| error.to_string())?;
    let language = sections.get("language").map(|text| text.trim().to_owned());
    let input: Vec<CslItem> = serde_json::from_str(sections.get("input").ok_or("no input")?)
        .map_err(|error| format!("input: {error}"))?;
    let abbreviations = abbreviations(json(sections, "abbreviations")?.as_ref());
    let setup = Setup {
        style: &style,
        language,
        locales,
        abbreviations,
    };
    let bibliography_mode = sections
        .get("mode")
        .is_some_and(|mode| mode.trim().starts_with("bibliography"));
    // The works that the last of several updates leaves registered.
    let items: Vec<CslItem> = match json(sections, "bibentries")? {
        Some(Json::Array(updates)) => {
            let last = updates
                .last()
                .and_then(Json::as_array)
                .cloned()
                .unwrap_or_default();
            let keys: Vec<String> = last.iter().map(key).collect();
            keys.iter()
                .filter_map(|key| input.iter().find(|item| item.id == *key).cloned())
                .collect()
        }
        _ => input.clone(),
    };
    if let Some(Json::Array(calls)) = json(sections, "citations")? {
        return citations(&calls, &input, bibliography_mode, &setup);
    }
    let processor = setup.processor(&items);
    if bibliography_mode {
        return Ok(bibliography(
            &processor,
            &items,
            json(sections, "bibsection")?.as_ref(),
        ));
    }
    let clusters: Vec<Vec<Cite>> = match json(sections, "citation-items")? {
        Some(Json::Array(clusters)) => clusters
            .iter()
            .map(|cluster| cluster.as_array().into_iter().flatten().map(cite).collect())
            .collect(),
        _ => vec![
            items
                .iter()
                .map(|item| Cite::new(item.id.clone()))
                .map(first)
                .collect(),
        ],
    };
    let results: Vec<String> = clusters
        .into_iter()
        .map(|cites| {
            let citation = Citation::new(cites.into_iter().map(placed).collect(), 0);
            let formatted = processor.citations(&[citation]);
            text(&processor, &formatted[0], "")
        })
        .collect();
    Ok(results.join("\n"))
}

/// What a fixture formats with.
struct Setup<'s> {
    style: &'s Style,
    language: Option<String>,
    locales: &'s LocaleFiles,
    abbreviations: Abbreviations,
}

impl Setup<'_> {
    fn processor<'p>(&'p self, items: &'p [CslItem]) -> Processor<'p> {
        Processor::with_abbreviations(
            self.style,
            self.language.as_deref(),
            items,
            self.locales,
            self.abbreviations.clone(),
        )
    }
}

fn key(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn first(cite: Cite) -> Cite {
    placed(cite)
}

/// Without a document around it, a cite is the first unless it says something else.
fn placed(mut cite: Cite) -> Cite {
    cite.position.get_or_insert(CitePosition::First);
    cite
}

fn cite(value: &Json) -> Cite {
    let text = |name: &str| match value.get(name) {
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let on = |name: &str| match value.get(name) {
        Some(Json::Bool(on)) => *on,
        Some(Json::Number(number)) => number.as_i64() != Some(0),
        _ => false,
    };
    Cite {
        id: text("id").unwrap_or_default(),
        locator: text("locator"),
        label: text("label"),
        prefix: text("prefix"),
        suffix: text("suffix"),
        suppress_author: on("suppress-author"),
        author_only: on("author-only"),
        position: value
            .get("position")
            .and_then(Json::as_i64)
            .map(|position| match position {
                1 => CitePosition::Subsequent,
                2 => CitePosition::Ibid,
                3 => CitePosition::IbidWithLocator,
                _ => CitePosition::First,
            }),
        near_note: on("near-note"),
        first_reference_note: value
            .get("first-reference-note-number")
            .and_then(|number| key(number).parse().ok()),
        href: None,
    }
}

/// A document that grows by one citation with each call; the result is that of the last call.
fn citations(
    calls: &[Json],
    input: &[CslItem],
    bibliography_mode: bool,
    setup: &Setup<'_>,
) -> Result<String, String> {
    let mut known: HashMap<String, Citation> = HashMap::new();
    let mut infixes: HashMap<String, String> = HashMap::new();
    let mut before: HashMap<String, String> = HashMap::new();
    let mut result = String::new();
    for (number, call) in calls.iter().enumerate() {
        let parts = call.as_array().ok_or("a call is a list")?;
        let own = parts.first().ok_or("a call has a citation")?;
        let own_id = own
            .get("citationID")
            .map(key)
            .unwrap_or_else(|| format!("#{number}"));
        known.insert(own_id.clone(), citation(own));
        let infix = own["properties"]["infix"].as_str().unwrap_or_default();
        infixes.insert(own_id.clone(), infix.to_owned());
        let mut order: Vec<String> = Vec::new();
        let mut around = |list: Option<&Json>, order: &mut Vec<String>| {
            for pair in list.and_then(Json::as_array).into_iter().flatten() {
                let id = key(&pair[0]);
                if let (Some(citation), Some(note)) = (known.get_mut(&id), pair[1].as_u64()) {
                    citation.note = note as u32;
                }
                order.push(id);
            }
        };
        around(parts.get(1), &mut order);
        order.push(own_id.clone());
        around(parts.get(2), &mut order);
        let document: Vec<Citation> = order
            .iter()
            .map(|id| known.get(id).cloned().unwrap_or_default())
            .collect();
        let mut items: Vec<CslItem> = Vec::new();
        for cite in document.iter().flat_map(|citation| &citation.cites) {
            if !items.iter().any(|item| item.id == cite.id) {
                items.extend(input.iter().find(|item| item.id == cite.id).cloned());
            }
        }
        let last = number + 1 == calls.len();
        if !last && number + 2 != calls.len() {
            continue;
        }
        let processor = setup.processor(&items);
        if last && bibliography_mode {
            return Ok(bibliography(&processor, &items, None));
        }
        let formatted = processor.citations(&document);
        let mut now = HashMap::new();
        for (place, (id, citation)) in order.iter().zip(&formatted).enumerate() {
            let text = text(
                &processor,
                citation,
                infixes.get(id).map_or("", String::as_str),
            );
            let changed = *id == own_id || before.get(id) != Some(&text);
            if last {
                let sign = if changed { ">>" } else { ".." };
                writeln!(result, "{sign}[{place}] {text}").unwrap();
            }
            now.insert(id.clone(), text);
        }
        before = now;
    }
    Ok(result)
}

/// The text of a citation, with the words of citeproc-js where the style prints nothing.
fn text(processor: &Processor<'_>, citation: &FormattedCitation, infix: &str) -> String {
    let joined = processor.joined(citation, infix);
    if joined.is_empty() && !citation.warnings.is_empty() {
        return "[CSL STYLE ERROR: reference with no printed form.]".to_owned();
    }
    html::rich_text(&joined)
}

fn citation(value: &Json) -> Citation {
    let cites = value
        .get("citationItems")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .map(|item| Cite {
            position: None,
            first_reference_note: None,
            href: None,
            ..cite(item)
        })
        .collect();
    let properties = value.get("properties");
    let note = properties
        .and_then(|properties| properties.get("noteIndex"))
        .and_then(Json::as_u64)
        .unwrap_or(0);
    let text = |name: &str| {
        properties
            .and_then(|properties| properties.get(name))
            .and_then(Json::as_str)
    };
    let mode = match text("mode") {
        Some("author-only") => CitationMode::AuthorOnly,
        Some("suppress-author") => CitationMode::SuppressAuthor,
        Some("composite") => CitationMode::Composite,
        _ => CitationMode::Normal,
    };
    let unsorted = properties
        .and_then(|properties| properties.get("unsorted"))
        .and_then(Json::as_bool)
        .unwrap_or(false);
    Citation {
        cites,
        note: note as u32,
        mode,
        unsorted,
    }
}

fn abbreviations(value: Option<&Json>) -> Abbreviations {
    let mut abbreviations = Abbreviations::default();
    let kinds = value
        .and_then(|value| value.get("default"))
        .and_then(Json::as_object);
    for (kind, list) in kinds.into_iter().flatten() {
        for (full, short) in list.as_object().into_iter().flatten() {
            if let Some(short) = short.as_str() {
                abbreviations.add(kind, full, short);
            }
        }
    }
    abbreviations
}

fn bibliography(processor: &Processor<'_>, items: &[CslItem], section: Option<&Json>) -> String {
    let wanted = |key: &str| {
        let item = items.iter().find(|item| item.id == key);
        let (Some(item), Some(section)) = (item, section) else {
            return true;
        };
        let matches = |spec: &Json| {
            let field = spec.get("field").and_then(Json::as_str).unwrap_or_default();
            let value = spec.get("value").cloned().unwrap_or(Json::Null);
            let json = serde_json::to_value(item).unwrap();
            let has = json.get(field).filter(|has| !has.is_null());
            match (value, has) {
                (Json::Null, has) => has.is_none(),
                (Json::Bool(on), has) => on == has.is_some(),
                (Json::String(text), None) => text.is_empty(),
                (Json::String(text), Some(Json::String(has))) => text == *has,
                (Json::String(text), Some(Json::Array(list))) => {
                    list.iter().any(|one| one.as_str() == Some(&text))
                }
                _ => false,
            }
        };
        let specs = |name: &str| section.get(name).and_then(Json::as_array);
        let mut include = true;
        if let Some(specs) = specs("include") {
            include = specs.iter().any(matches);
        } else if let Some(specs) = specs("exclude") {
            include = !specs.iter().any(matches);
        } else if let Some(specs) = specs("select") {
            include = specs.iter().all(matches);
        }
        if let Some(specs) = specs("quash")
            && specs.iter().all(matches)
        {
            include = false;
        }
        include
    };
    match processor.bibliography_of(wanted) {
        Some(bibliography) => html::bibliography(&bibliography),
        None => String::new(),
    }
}
