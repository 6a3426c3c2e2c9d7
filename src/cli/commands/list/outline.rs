//! `peerbib list show --outline`: the plan of a list.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::render::formatted;
use crate::cli::style_engine::StyleEngine;
use crate::cli::ui::{TerminalStyle, counted};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::model::CslItem;
use peerbib::reading_list::{HeadingTranslations, ListContents};

/// A section, as `--json` prints it.
#[derive(serde::Serialize)]
struct OutlineSection<'c> {
    title: Option<&'c str>,
    depth: usize,
    date: Option<&'c str>,
    works: Vec<OutlineWork<'c>>,
}

/// A work in a section.
#[derive(serde::Serialize)]
struct OutlineWork<'c> {
    key: &'c str,
    /// Author, title and year.
    work: String,
    pages: Option<&'c str>,
    note: Option<&'c str>,
    annotation: Option<&'c str>,
}

/// Prints the sections of a list with their works, in the order in which `engine` prints them. `find`
/// returns works that are not in the list.
pub(super) fn write(
    context: &CommandContext,
    mut contents: ListContents,
    engine: &StyleEngine,
    find: &dyn Fn(&str) -> Option<CslItem>,
    json: bool,
) -> Result {
    let headings = engine.headings(context);
    let (printed, complete) = formatted(context, &contents, engine, headings, find)?;
    for (section, printed) in contents.sections.iter_mut().zip(&printed.sections) {
        let place: HashMap<&str, usize> = printed
            .entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.key.as_str(), place))
            .collect();
        // What could not be formatted comes last.
        section
            .works
            .sort_by_key(|key| place.get(key.as_str()).copied().unwrap_or(usize::MAX));
    }
    if json {
        context.print_json(&sections(&contents))?;
    } else {
        context.print(&text(&contents, headings))?;
    }
    Ok(Outcome::done_if(complete))
}

fn sections(contents: &ListContents) -> Vec<OutlineSection<'_>> {
    let descriptions: HashMap<&str, String> = contents
        .works
        .iter()
        .map(|work| (work.key.as_str(), work.description()))
        .collect();
    contents
        .sections
        .iter()
        .map(|section| OutlineSection {
            title: section
                .heading
                .as_ref()
                .map(|heading| heading.text.as_str()),
            depth: section.heading.as_ref().map_or(0, |heading| heading.depth),
            date: section.date.as_deref(),
            works: section
                .works
                .iter()
                .map(|key| {
                    let said = section.placement(key);
                    OutlineWork {
                        key,
                        work: descriptions.get(key.as_str()).cloned().unwrap_or_default(),
                        pages: said.and_then(|said| said.pages.as_deref()),
                        note: said.and_then(|said| said.note.as_deref()),
                        annotation: said.and_then(|said| said.annotation.as_deref()),
                    }
                })
                .collect(),
        })
        .collect()
}

fn text(contents: &ListContents, headings: HeadingTranslations) -> String {
    let bold = TerminalStyle::Bold;
    let mut text = String::new();
    if let Some(title) = &contents.title {
        let _ = writeln!(text, "{bold}{title}{bold:#}");
    }
    let width = contents
        .works
        .iter()
        .map(|work| work.key.chars().count())
        .max()
        .unwrap_or_default();
    let mut number = 0;
    for (section, outlined) in contents.sections.iter().zip(sections(contents)) {
        let indent = "  ".repeat(outlined.depth);
        if let Some(title) = outlined.title {
            // Works without a section come last, below headings without a number.
            let numbered = if section.uid.is_some() {
                number += 1;
                format!("{number}. ")
            } else {
                String::new()
            };
            let date = section.section_date();
            let date = date.map_or_else(String::new, |date| format!("  {date}"));
            let count = match outlined.works.len() {
                0 if section.uid.is_some() => "no works yet".to_owned(),
                0 => String::new(),
                count => counted(count, "work"),
            };
            let line = format!("{indent}{bold}{numbered}{title}{bold:#}{date}  {count}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        for work in &outlined.works {
            let said = section.placement(work.key);
            let reading = said.and_then(|said| said.reading(headings));
            let reading = reading.map_or_else(String::new, |reading| format!("  [{reading}]"));
            let key = work.key;
            let _ = writeln!(text, "{indent}   {key:width$}  {}{reading}", work.work);
        }
    }
    text
}
