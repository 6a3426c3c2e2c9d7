//! `peerbib list fit`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::Args;
use comfy_table::{Cell, CellAlignment};
use rayon::prelude::*;

use super::{counted, printed_table, table};
use crate::commands::{Outcome, Result, Session};
use crate::csl::Style;
use crate::reading_list::{Holding, LeftOut, left_out};

/// Say which fields of the works of a reading list a style does not print
///
/// So that you can choose a style: give several, and they stand side by side. The processor is asked:
/// a field is left out where the printed entry stays the same, whatever the field says. Abstracts,
/// keywords and private notes are left out of the count.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list fit commons-101\n  \
                  peerbib list fit commons-101 --style ieee --style chicago-notes")]
pub(in crate::commands) struct FitList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The citation style, several to compare them; without it, the list's own
    #[arg(long, value_name = "STYLE")]
    style: Vec<String>,

    /// Print an array as JSON, with an object for each style
    #[arg(long)]
    json: bool,
}

/// What a style leaves out of the works of a list.
#[derive(serde::Serialize)]
struct Fit {
    style: String,
    /// How many works lack each field.
    fields: BTreeMap<String, usize>,
    works: Vec<FittedWork>,
}

/// What a style leaves out of a work.
#[derive(serde::Serialize)]
struct FittedWork {
    key: String,
    left_out: Vec<LeftOut>,
}

impl FitList {
    pub(in crate::commands) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let list = library.list(&self.list)?;
        let holding = Holding::now(&library, &list)?;
        let items = holding.contents.items();
        let own = [list.style.clone()];
        let names = if self.style.is_empty() {
            &own[..]
        } else {
            &self.style
        };
        let mut fits = Vec::new();
        for name in names {
            let source = session.style(name)?;
            let style: Style = source.compile(|parent| session.parent_style(parent))?;
            let works: Vec<FittedWork> = items
                .par_iter()
                .map(|item| FittedWork {
                    key: item.id.clone(),
                    left_out: left_out(&style, list.locale.as_deref(), item),
                })
                .collect();
            let mut fields = BTreeMap::new();
            for left_out in works.iter().flat_map(|work| &work.left_out) {
                *fields.entry(left_out.field.clone()).or_insert(0) += 1;
            }
            fits.push(Fit {
                style: name.clone(),
                fields,
                works,
            });
        }
        if self.json {
            session.print_json(&fits)?;
            return Ok(Outcome::Done);
        }
        session.print(&text(&fits))?;
        if items.is_empty() {
            session.note("the list holds no works");
        } else if fits.iter().all(|fit| fit.fields.is_empty()) {
            session.note("nothing is left out");
        }
        Ok(Outcome::Done)
    }
}

/// The works with what each style leaves out, and below it how many works each field is left out of.
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
