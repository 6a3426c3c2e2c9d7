//! `peerbib list move`

use std::collections::HashSet;

use clap::Args;

use super::render::{formatted, headings};
use super::section::{PlaceArguments, resolved};
use crate::cli::style_engine::StyleEngine;
use crate::cli::works::named_works;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Change, Library, Placement, StoredList, StoredSection};
use peerbib::reading_list::{HeadingTranslations, ListOrder, OrderBy, ResolvedList};

/// Move works within a reading list: to a position, or into a section
///
/// Moving works to a position makes the list sorted manually, starting from its current order. Works that
/// are added later come last.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list move commons-101 merten2000 --first\n  \
                  peerbib list move commons-101 siefkes2009 --after merten2000\n  \
                  peerbib list move commons-101 bauwens2005political --section Beginnings"
)]
pub(in crate::cli) struct MoveInList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The works, as citation keys or as a query
    #[arg(value_name = "KEY|QUERY", required = true)]
    keys: Vec<String>,

    #[command(flatten)]
    place: PlaceArguments,

    /// Put them into this section instead of the sections that they were put into before: its title, its number, or
    /// the beginning of its title
    #[arg(long, value_name = "SECTION")]
    section: Option<String>,

    /// Take them out of the sections that they were put into; the queries of the sections apply again
    #[arg(long, conflicts_with = "section")]
    no_section: bool,
}

impl MoveInList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let place = self.place.place();
        if place.is_none() && self.section.is_none() && !self.no_section {
            return Err(CommandError::usage("no position given").with_help(
                "use --first, --last, --before KEY, --after KEY or --section SECTION".to_owned(),
            ));
        }
        let named = named_works(context, &library, &self.keys, None)?.works;
        if named.is_empty() {
            context.note("no works found");
            return Ok(Outcome::Done);
        }
        let works: Vec<i64> = named.iter().map(|(work, _)| *work).collect();
        let sections = library.lists().sections(list.id)?;
        let section = match &self.section {
            Some(name) => Some(Some(resolved(&sections, name)?.id)),
            None => self.no_section.then_some(None),
        };
        let placements = library.lists().placements(list.id)?;
        let holding = ResolvedList::new(&library, &list, headings(context, &list))?;
        // A list may leave out works without a section; --section gives them one.
        let is_held = |work: i64| holding.works.iter().any(|held| held.id == work);
        for work in &works {
            let key = library.works().key(*work)?;
            if !is_held(*work) {
                return Err(
                    CommandError::new(format_args!("{key} is not in {}", list.name))
                        .with_help(format!("`peerbib list add {} {key}` adds it", list.name)),
                );
            }
        }
        let order = match place {
            Some(place) => {
                let mut order = order_of_print(context, &library, &list, &holding)?;
                let anchor = match place.anchor() {
                    Some(key) => Some(library.works().id(key)?).filter(|work| is_held(*work)),
                    None => None,
                };
                place
                    .put(&mut order, &works, anchor.as_ref())
                    .ok_or_else(|| {
                        CommandError::new(format_args!(
                            "{} is not in {}",
                            place.anchor().unwrap_or_default(),
                            list.name
                        ))
                        .with_help("give a work of the list".to_owned())
                    })?;
                Some(order)
            }
            None => None,
        };
        let by_hand = ListOrder {
            by: OrderBy::Hand,
            descending: false,
        }
        .to_string();
        let holds_moved = |section: &StoredSection| {
            holding.contents.sections.iter().any(|printed| {
                let heading = printed.heading.as_ref().map(|heading| &heading.text);
                heading == Some(&section.title)
                    && printed
                        .works
                        .iter()
                        .any(|key| named.iter().any(|(_, moved)| moved == key))
            })
        };
        let turns_to_hand = order.is_some() && list.order != by_hand;
        context.change(&mut library, |change| {
            for work in &works {
                if let Some(section) = section {
                    move_to_section(change, &placements, list.id, (*work, section))?;
                }
            }
            if let Some(order) = &order {
                change.lists().set_manual_order(list.id, order)?;
                change.lists().put(&StoredList {
                    order: by_hand.clone(),
                    ..list.clone()
                })?;
                // A section with its own order would ignore the new positions.
                for section in sections.iter().filter(|section| holds_moved(section)) {
                    change.lists().put_section(
                        list.id,
                        &StoredSection {
                            order: None,
                            ..section.clone()
                        },
                    )?;
                }
            }
            Ok(())
        })?;
        context.note(match named.as_slice() {
            [(_, key)] => format!("moved {key}"),
            several => format!("moved {} works", several.len()),
        });
        if turns_to_hand {
            context.note(format_args!(
                "{} is now sorted manually; `peerbib list edit {} --order style` sorts it by style",
                list.name, list.name
            ));
        }
        Ok(Outcome::Done)
    }
}

/// Takes a work out of the sections of a list, and puts it into one of them. If it was in only one
/// section, it keeps its pages, note and annotation.
fn move_to_section(
    change: &Change<'_>,
    placements: &[Placement],
    list: i64,
    (work, section): (i64, Option<i64>),
) -> peerbib::library::Result<()> {
    let mut before = placements
        .iter()
        .filter(|placement| placement.work == Some(work));
    let said = before.next().filter(|_| before.next().is_none()).cloned();
    change.lists().take_out(list, work, None)?;
    if let Some(section) = section {
        change.lists().place(section, work, |placement| {
            if let Some(said) = said {
                placement.pages = said.pages;
                placement.note = said.note;
                placement.annotation = said.annotation;
            }
        })?;
    }
    Ok(())
}

/// Returns the works in the order of their first occurrence in print, then those without a section.
fn order_of_print(
    context: &CommandContext,
    library: &Library,
    list: &StoredList,
    holding: &ResolvedList,
) -> Result<Vec<i64>> {
    let engine = StyleEngine::new(context, &list.style, list.locale.as_deref())?;
    let (printed, _) = formatted(
        context,
        &holding.contents,
        &engine,
        HeadingTranslations::default(),
        &|_| None,
    )?;
    let keys = printed
        .sections
        .iter()
        .flat_map(|section| section.entries.iter().map(|entry| entry.key.as_str()));
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for key in keys {
        let work = library.works().id(key)?;
        if seen.insert(work) {
            order.push(work);
        }
    }
    let placed = library.lists().entries(list.id)?;
    let by_hand = placed
        .iter()
        .filter_map(|said| said.work.filter(|_| said.position.is_some()));
    let held = holding.works.iter().map(|work| work.id);
    order.extend(by_hand.chain(held).filter(|work| seen.insert(*work)));
    Ok(order)
}
