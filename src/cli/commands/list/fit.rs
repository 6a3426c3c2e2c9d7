//! `peerbib list fit`

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

use clap::Args;
use comfy_table::{Cell, CellAlignment};
use rayon::prelude::*;

use super::render::headings;
use super::{counted, printed_table, table};
use crate::cli::ui::wrapped;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::csl::Style;
use peerbib::library::Library;
use peerbib::reading_list::{ResolvedList, UnprintedField, unprinted_fields};

/// Show which fields of a reading list's works a style does not print
///
/// Give several styles to compare them. A field counts as left out if the printed entry does not depend
/// on it. Abstracts, keywords, languages and private notes, which hardly any style prints, are counted in
/// a separate line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list fit commons-101\n  \
                  peerbib list fit commons-101 --style ieee --style chicago-notes")]
pub(in crate::cli) struct FitList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The citation style; can be repeated to compare; by default, that of the list
    #[arg(long, value_name = "STYLE")]
    style: Vec<String>,

    /// Print an array as JSON, with an object for each style
    #[arg(long)]
    json: bool,
}

/// The fields of a list's works that a style leaves out.
#[derive(serde::Serialize)]
struct Fit {
    style: String,
    /// The number of works that lose each field.
    fields: BTreeMap<String, usize>,
    /// The number of works that lose each field that hardly any style prints.
    rarely_printed: BTreeMap<String, usize>,
    works: Vec<FittedWork>,
}

/// The fields of a work that a style leaves out.
#[derive(serde::Serialize)]
struct FittedWork {
    key: String,
    left_out: Vec<UnprintedField>,
    /// The fields that hardly any style prints.
    rarely_printed: Vec<String>,
}

impl FitList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let list = library.lists().get(&self.list)?;
        let holding = ResolvedList::new(&library, &list, headings(context, &list))?;
        let items = holding.contents.items();
        let with_notes = with_private_notes(&library, &holding)?;
        let own = [list.style.clone()];
        let names = if self.style.is_empty() {
            &own[..]
        } else {
            &self.style
        };
        let mut fits = Vec::new();
        for name in names {
            let source = context.style(name)?;
            let style: Style = source.compile(|parent| context.parent_style(parent))?;
            let works: Vec<FittedWork> = items
                .par_iter()
                .map(|item| {
                    let (rare, left_out): (Vec<UnprintedField>, Vec<UnprintedField>) =
                        unprinted_fields(&style, list.locale.as_deref(), item)
                            .into_iter()
                            .partition(|left_out| left_out.rarely_printed);
                    let private = with_notes.contains(item.id.as_str());
                    FittedWork {
                        key: item.id.clone(),
                        left_out,
                        rarely_printed: rare
                            .into_iter()
                            .map(|left_out| left_out.field)
                            .chain(private.then(|| PRIVATE_NOTE.to_owned()))
                            .collect(),
                    }
                })
                .collect();
            let left_out = works.iter().flat_map(|work| &work.left_out);
            let fields = counts(left_out.map(|left_out| &left_out.field));
            let rarely_printed = counts(works.iter().flat_map(|work| &work.rarely_printed));
            fits.push(Fit {
                style: name.clone(),
                fields,
                rarely_printed,
                works,
            });
        }
        if self.json {
            context.print_json(&fits)?;
            return Ok(Outcome::Done);
        }
        context.print(&text(&fits))?;
        context.print(&rarely_printed(&fits))?;
        if items.is_empty() {
            context.note("the list is empty");
        } else if fits.iter().all(|fit| fit.fields.is_empty()) {
            context.note(if fits.iter().all(|fit| fit.rarely_printed.is_empty()) {
                "nothing is left out"
            } else {
                "nothing else is left out"
            });
        }
        Ok(Outcome::Done)
    }
}

/// The name of the private note among the fields.
const PRIVATE_NOTE: &str = "private note";

/// Returns the works with notes that the list does not print, by key.
fn with_private_notes<'h>(
    library: &Library,
    holding: &'h ResolvedList,
) -> Result<HashSet<&'h str>> {
    let mut with_notes = HashSet::new();
    let printed: HashSet<&str> = holding
        .contents
        .works
        .iter()
        .filter(|work| !work.notes.is_empty())
        .map(|work| work.key.as_str())
        .collect();
    for (work, item) in holding.works.iter().zip(&holding.items) {
        let has_note =
            item.variables.contains_key("annote") || library.notes().get(work.id)?.is_some();
        if has_note && !printed.contains(work.key.as_str()) {
            with_notes.insert(work.key.as_str());
        }
    }
    Ok(with_notes)
}

/// Counts the names.
fn counts<'n>(names: impl Iterator<Item = &'n String>) -> BTreeMap<String, usize> {
    let mut numbers = BTreeMap::new();
    for name in names {
        *numbers.entry(name.clone()).or_insert(0) += 1;
    }
    numbers
}

/// Returns a line on fields that hardly any style prints, with the maximum over the styles.
fn rarely_printed(fits: &[Fit]) -> String {
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for (field, count) in fits.iter().flat_map(|fit| &fit.rarely_printed) {
        let known = most.entry(field).or_default();
        *known = (*known).max(*count);
    }
    if most.is_empty() {
        return String::new();
    }
    let fields: Vec<String> = most
        .iter()
        .map(|(field, count)| format!("{field} ({})", counted(*count, "work")))
        .collect();
    let mut line = format!("left out by nearly every style: {}", fields.join(", "));
    let below: Vec<&str> = [("abstract", "abstract"), (PRIVATE_NOTE, "note")]
        .into_iter()
        .filter(|(field, _)| most.contains_key(field))
        .map(|(_, name)| name)
        .collect();
    if !below.is_empty() {
        let _ = write!(
            line,
            "; --annotate {} prints them below the works",
            below.join(",")
        );
    }
    let dim = crate::cli::ui::TerminalStyle::Dimmed;
    wrapped(&line, 0)
        .lines()
        .map(|line| format!("{dim}{line}{dim:#}\n"))
        .collect()
}

/// Returns a table of works with what each style leaves out, and one with totals.
fn text(fits: &[Fit]) -> String {
    let mut text = String::new();
    let header = |first: &str| {
        let styles = fits.iter().map(|fit| fit.style.clone());
        std::iter::once(first.to_owned()).chain(styles)
    };
    let mut works = table(header("work"));
    let keys = fits
        .first()
        .map(|fit| fit.works.as_slice())
        .unwrap_or_default();
    for (at, work) in keys.iter().enumerate() {
        let of_style = |fit: &Fit| -> String {
            let left_out = fit.works.get(at).map(|work| work.left_out.as_slice());
            let fields: Vec<&str> = left_out
                .unwrap_or_default()
                .iter()
                .map(|left_out| left_out.field.as_str())
                .collect();
            fields.join(", ")
        };
        let cells: Vec<String> = fits.iter().map(of_style).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            works.add_row(std::iter::once(work.key.clone()).chain(cells));
        }
    }
    if works.row_count() == 0 {
        return text;
    }
    let _ = writeln!(text, "{}", printed_table(&works));
    let mut fields = table(header("left out"));
    let names: BTreeSet<&String> = fits.iter().flat_map(|fit| fit.fields.keys()).collect();
    let mut names: Vec<&String> = names.into_iter().collect();
    let most = |name: &String| {
        let of_styles = fits.iter().filter_map(|fit| fit.fields.get(name));
        std::cmp::Reverse(of_styles.max().copied())
    };
    names.sort_by_key(|name| most(name));
    for name in names {
        let counts = fits.iter().map(|fit| {
            let count = fit.fields.get(name).copied().unwrap_or_default();
            let count = match count {
                0 => "\u{2013}".to_owned(),
                count => counted(count, "work"),
            };
            Cell::new(count).set_alignment(CellAlignment::Right)
        });
        fields.add_row(std::iter::once(Cell::new(name)).chain(counts));
    }
    text.push_str(&printed_table(&fields));
    text
}
