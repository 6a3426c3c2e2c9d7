//! `peerbib list describe`

use std::fmt::Write as _;

use clap::Args;

use super::counted;
use super::render::headings;
use crate::cli::ui::wrapped;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Membership, StoredList, StoredSection};
use peerbib::reading_list::{OrphanAnnotation, ResolvedList, SectionDate};
use peerbib::text::single_spaced;

/// Show how a reading list is defined: query, sections, pins, annotations, snapshots
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list describe commons-101")]
pub(in crate::cli) struct DescribeList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct ListDescription {
    #[serde(flatten)]
    list: StoredList,
    works: usize,
    sections: Vec<StoredSection>,
    pinned: Vec<String>,
    excluded: Vec<String>,
    annotated: Vec<String>,
    /// Pinned works that are not in the library.
    missing: Vec<String>,
    /// Annotations of works that are not in the list.
    unattached: Vec<OrphanAnnotation>,
    snapshots: Vec<String>,
}

impl DescribeList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let list = library.lists().get(&self.list)?;
        let holding = ResolvedList::new(&library, &list, headings(context, &list))?;
        let mut pinned = Vec::new();
        let mut excluded = Vec::new();
        for said in library.lists().entries(list.id)? {
            let key = match said.work {
                Some(work) => library.works().key(work)?,
                None => said.key,
            };
            match said.membership {
                Some(Membership::Pinned) => pinned.push(key),
                Some(Membership::Excluded) => excluded.push(key),
                None => {}
            }
        }
        let annotated = holding
            .contents
            .works
            .iter()
            .filter(|work| work.annotation.is_some())
            .map(|work| work.key.clone())
            .collect();
        let snapshots = library
            .lists()
            .snapshots(list.id)?
            .into_iter()
            .map(|snapshot| snapshot.name)
            .collect();
        let description = ListDescription {
            works: holding.contents.works.len(),
            sections: library.lists().sections(list.id)?,
            pinned,
            excluded,
            annotated,
            missing: holding.missing,
            unattached: holding.contents.unattached,
            snapshots,
            list,
        };
        if self.json {
            context.print_json(&description)?;
        } else {
            context.print(&description.text())?;
        }
        Ok(Outcome::Done)
    }
}

impl ListDescription {
    fn text(&self) -> String {
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let list = &self.list;
        let mut text = format!("{bold}{}{bold:#}", list.name);
        if let Some(title) = &list.title {
            let _ = write!(text, "  {title}");
        }
        text.push('\n');
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(text, "  {name:10}  {}", wrapped(value, 14));
            }
        };
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        line("contains", &counted(self.works, "work"));
        line(
            "query",
            match list.query.as_deref() {
                None => "none: only pinned works",
                Some("") => "all works of the library",
                Some(query) => query,
            },
        );
        line(
            "style",
            &match &list.locale {
                Some(locale) => format!("{}, {locale}", list.style),
                None => list.style.clone(),
            },
        );
        line("grouped by", &or_none(&list.group_by));
        line("order", &in_words(&list.order));
        line("below each", &list.annotate.replace(',', ", "));
        line("intro", &single_spaced(&or_none(&list.introduction)));
        for (number, section) in (1..).zip(&self.sections) {
            let mut value = format!("{number}. {}", section.title);
            if let Some(query) = &section.query {
                let _ = write!(value, " \u{2190} {query}");
            }
            if section.within_list {
                value.push_str(" within the list");
            }
            if let Some(order) = &section.order {
                let _ = write!(value, " ({})", in_words(order));
            }
            if let Some(date) = section.date.as_ref().and_then(|date| date.parse().ok()) {
                let date: SectionDate = date;
                let _ = write!(value, ", {date}");
            }
            line("section", &value);
        }
        if !self.sections.is_empty() {
            line(
                "other works",
                if list.rest.is_empty() {
                    "left out"
                } else {
                    &list.rest
                },
            );
        }
        line("pinned", &self.pinned.join("  "));
        line("excluded", &self.excluded.join("  "));
        line("annotated", &self.annotated.join("  "));
        line("missing", &self.missing.join("  "));
        for unattached in &self.unattached {
            let why = if unattached.in_library {
                "is not in the list"
            } else {
                "is not in the library"
            };
            line(
                "no work",
                &format!(
                    "{} {why}: {}",
                    unattached.key,
                    single_spaced(&unattached.annotation)
                ),
            );
        }
        line("snapshots", &self.snapshots.join("  "));
        text
    }
}

/// Describes an order.
fn in_words(order: &str) -> String {
    match order.strip_prefix('-') {
        Some(order) => format!("by {order}, descending"),
        None => format!("by {order}"),
    }
}
