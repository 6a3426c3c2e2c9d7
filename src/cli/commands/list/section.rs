//! `peerbib list section`

use clap::{Args, Subcommand};

use super::settings::{checked_order, checked_query};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, StoredSection};
use peerbib::reading_list::SectionDate;
use peerbib::text::fold;

/// Define the sections of a reading list
///
/// The query of a section adds works to the list; with --within, it only selects works that are in the list already. A
/// work appears in the sections that `list add --section` or `list move --section` put it into, or else in the first
/// section whose query matches it. All other works come last, under their own heading (`list edit --rest`). `list show
/// --outline` prints the plan, and `list show --to ics` a calendar of the sections that have a date.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list section add commons-101 --title Beginnings --query year:..2005 --within\n  \
                  peerbib list section add commons-101 --title \"Week 2\" --date 2026-10-19T14:15/16:00\n  \
                  peerbib list section move commons-101 Beginnings --first"
)]
pub(in crate::cli) struct SectionCommand {
    #[command(subcommand)]
    command: SectionSubcommand,
}

#[derive(Debug, Subcommand)]
enum SectionSubcommand {
    Add(AddSection),
    Edit(EditSection),
    Move(MoveSection),
    #[command(aliases = ["rm", "delete"])]
    Remove(RemoveSection),
}

/// Add a section
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib list section add commons-101 --title Software \
                  --query theme:free-software --order year"
)]
struct AddSection {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The title
    #[arg(long, value_name = "TITLE")]
    title: String,

    #[command(flatten)]
    fields: SectionFields,

    /// Insert it before this section: its title or number
    #[arg(long, value_name = "SECTION")]
    before: Option<String>,
}

/// Edit a section: its title, introduction, query or order
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib list section edit commons-101 Beginnings --query year:..2006 --order -year"
)]
struct EditSection {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The section: its title, its number, or the beginning of its title
    #[arg(value_name = "SECTION")]
    section: String,

    /// The new title
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,

    #[command(flatten)]
    fields: SectionFields,
}

/// The fields of a section.
#[derive(Debug, Args)]
struct SectionFields {
    /// An introduction in Markdown; empty to remove it
    #[arg(long, value_name = "MARKDOWN", allow_hyphen_values = true)]
    introduction: Option<String>,

    /// The query of the section; empty if it only has the works that are put into it
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,

    /// The query only selects works that are in the list already
    #[arg(long, conflicts_with = "no_within")]
    within: bool,

    /// The query adds works to the list
    #[arg(long)]
    no_within: bool,

    /// Its date: 2026-10-12, 2026-10-12/2026-10-14 or 2026-10-12T14:15/16:00; empty to remove it
    #[arg(long, value_name = "DATE")]
    date: Option<String>,

    /// The order of its works; empty for the order of the list
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    order: Option<String>,
}

impl SectionFields {
    /// Changes a section as the options say.
    fn apply(self, library: &Library, section: &mut StoredSection) -> Result<()> {
        if let Some(introduction) = self.introduction {
            section.introduction = unless_empty(introduction);
        }
        if let Some(query) = self.query {
            checked_query(library, &query)?;
            section.query = unless_empty(query);
        }
        if self.within || self.no_within {
            section.within_list = self.within;
        }
        if let Some(date) = self.date {
            if !date.is_empty() && date.parse::<SectionDate>().is_err() {
                return Err(CommandError::usage(format_args!(
                    "invalid section date: \u{201c}{date}\u{201d}"
                ))
                .with_help(
                    "write a day such as 2026-10-12, a time such as 2026-10-12T14:15, or an interval such as \
                     2026-10-12/2026-10-14 or 2026-10-12T14:15/16:00"
                        .to_owned(),
                ));
            }
            section.date = unless_empty(date);
        }
        if let Some(order) = self.order {
            section.order = match order.as_str() {
                "" => None,
                order => Some(checked_order(order)?),
            };
        }
        Ok(())
    }
}

/// Move a section
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list section move commons-101 Beginnings --last")]
struct MoveSection {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The section: its title, its number, or the beginning of its title
    #[arg(value_name = "SECTION")]
    section: String,

    #[command(flatten)]
    place: PlaceArguments,
}

/// Remove a section; its works stay in the list
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list section remove commons-101 Beginnings")]
struct RemoveSection {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The section: its title, its number, or the beginning of its title
    #[arg(value_name = "SECTION")]
    section: String,
}

/// A position among works or sections.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// Move to the beginning
    #[arg(long, group = "place")]
    first: bool,

    /// Move to the end
    #[arg(long, group = "place")]
    last: bool,

    /// Move before this one
    #[arg(long, value_name = "OTHER", group = "place")]
    before: Option<String>,

    /// Move after this one
    #[arg(long, value_name = "OTHER", group = "place")]
    after: Option<String>,
}

/// A position among works or sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    First,
    Last,
    Before(&'a str),
    After(&'a str),
}

impl PlaceArguments {
    /// Returns the requested position.
    pub(crate) fn place(&self) -> Option<Place<'_>> {
        match (&self.before, &self.after) {
            (Some(before), _) => Some(Place::Before(before)),
            (_, Some(after)) => Some(Place::After(after)),
            _ if self.first => Some(Place::First),
            _ if self.last => Some(Place::Last),
            _ => None,
        }
    }
}

impl<'a> Place<'a> {
    /// Returns what the position is relative to.
    pub(crate) fn anchor(self) -> Option<&'a str> {
        match self {
            Self::Before(anchor) | Self::After(anchor) => Some(anchor),
            Self::First | Self::Last => None,
        }
    }

    /// Moves some elements to the position. `anchor` is the element that it is relative to; returns `None` if
    /// that is not among the others.
    pub(crate) fn put<T: PartialEq + Copy>(
        self,
        all: &mut Vec<T>,
        moved: &[T],
        anchor: Option<&T>,
    ) -> Option<()> {
        all.retain(|one| !moved.contains(one));
        let beside = || all.iter().position(|one| Some(one) == anchor);
        let at = match self {
            Self::First => 0,
            Self::Last => all.len(),
            Self::Before(_) => beside()?,
            Self::After(_) => beside()? + 1,
        };
        all.splice(at..at, moved.iter().copied());
        Some(())
    }
}

/// Returns the section with this title or number.
pub(crate) fn resolved<'s>(sections: &'s [StoredSection], name: &str) -> Result<&'s StoredSection> {
    let by_title = sections
        .iter()
        .find(|section| section.title.to_lowercase() == name.to_lowercase());
    let by_number = || {
        let number = name.trim_end_matches('.').parse::<usize>().ok()?;
        sections.get(number.checked_sub(1)?)
    };
    let found = by_title
        .or_else(by_number)
        .or_else(|| by_prefix(sections, name));
    found.ok_or_else(|| {
        let titles: Vec<String> = sections
            .iter()
            .map(|section| section.title.clone())
            .collect();
        let near = peerbib::suggest::closest(name, titles.iter().cloned());
        let help = match peerbib::suggest::did_you_mean(&near) {
            Some(question) => question,
            None if titles.is_empty() => "`peerbib list section add` adds one".to_owned(),
            None => format!("the sections are: {}", titles.join(", ")),
        };
        CommandError::new(format_args!(
            "the list has no section \u{201c}{name}\u{201d}"
        ))
        .with_help(help)
    })
}

/// Returns the only section whose title begins with `name`. “Week 1” is no beginning of “Week 10”.
fn by_prefix<'s>(sections: &'s [StoredSection], name: &str) -> Option<&'s StoredSection> {
    let name = fold(name.trim());
    let ends_with_digit = name.ends_with(|c: char| c.is_ascii_digit());
    let mut found = sections.iter().filter(|section| {
        fold(&section.title)
            .strip_prefix(&name)
            .is_some_and(|rest| {
                !(ends_with_digit && rest.starts_with(|c: char| c.is_ascii_digit()))
            })
    });
    let first = found.next().filter(|_| !name.is_empty())?;
    found.next().is_none().then_some(first)
}

/// Returns the section with this title, number or beginning of a title; or else a new one, to be stored. Fails if
/// `name` is a number that no section has, or nothing.
pub(crate) fn resolved_or_new(sections: &[StoredSection], name: &str) -> Result<StoredSection> {
    match resolved(sections, name) {
        Ok(section) => Ok(section.clone()),
        Err(error) if name.trim().trim_end_matches('.').parse::<usize>().is_ok() => Err(error),
        Err(error) if name.trim().is_empty() => Err(error),
        Err(_) => Ok(new_section(name.trim().to_owned())),
    }
}

fn new_section(title: String) -> StoredSection {
    StoredSection {
        id: 0,
        title,
        introduction: None,
        query: None,
        within_list: false,
        order: None,
        date: None,
    }
}

fn unless_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

impl SectionCommand {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        match self.command {
            SectionSubcommand::Add(command) => command.run(context),
            SectionSubcommand::Edit(command) => command.run(context),
            SectionSubcommand::Move(command) => command.run(context),
            SectionSubcommand::Remove(command) => command.run(context),
        }
    }
}

impl AddSection {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let sections = library.lists().sections(list.id)?;
        if sections.iter().any(|section| section.title == self.title) {
            return Err(CommandError::new(format_args!(
                "the list already has a section \u{201c}{}\u{201d}",
                self.title
            ))
            .with_help("choose another title, or edit that section".to_owned()));
        }
        let before = match &self.before {
            Some(name) => Some(resolved(&sections, name)?.id),
            None => None,
        };
        let mut section = new_section(self.title);
        self.fields.apply(&library, &mut section)?;
        context.change(&mut library, |change| {
            let id = change.lists().put_section(list.id, &section)?;
            let mut order: Vec<i64> = sections.iter().map(|section| section.id).collect();
            let place = match before {
                Some(_) => Place::Before(""),
                None => Place::Last,
            };
            place.put(&mut order, &[id], before.as_ref());
            change.lists().order_sections(&order)
        })?;
        context.note(format_args!(
            "added the section \u{201c}{}\u{201d} to {}",
            section.title, list.name
        ));
        Ok(Outcome::Done)
    }
}

impl EditSection {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let sections = library.lists().sections(list.id)?;
        let before = resolved(&sections, &self.section)?;
        let mut section = before.clone();
        if let Some(title) = self.title {
            section.title = title;
        }
        self.fields.apply(&library, &mut section)?;
        if section == *before {
            context.note("nothing to do: the section is unchanged");
            return Ok(Outcome::Done);
        }
        context.change(&mut library, |change| {
            change.lists().put_section(list.id, &section)
        })?;
        context.note(format_args!(
            "edited the section \u{201c}{}\u{201d}",
            section.title
        ));
        Ok(Outcome::Done)
    }
}

impl MoveSection {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let sections = library.lists().sections(list.id)?;
        let section = resolved(&sections, &self.section)?;
        let Some(place) = self.place.place() else {
            return Err(CommandError::usage("no position given")
                .with_help("use --first, --last, --before SECTION or --after SECTION".to_owned()));
        };
        let anchor = match place.anchor() {
            Some(name) => Some(resolved(&sections, name)?.id),
            None => None,
        };
        let mut order: Vec<i64> = sections.iter().map(|section| section.id).collect();
        if place
            .put(&mut order, &[section.id], anchor.as_ref())
            .is_none()
        {
            context.note("nothing to do: a section cannot be moved next to itself");
            return Ok(Outcome::Done);
        }
        context.change(&mut library, |change| change.lists().order_sections(&order))?;
        context.note(format_args!(
            "moved the section \u{201c}{}\u{201d}",
            section.title
        ));
        Ok(Outcome::Done)
    }
}

impl RemoveSection {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let sections = library.lists().sections(list.id)?;
        let section = resolved(&sections, &self.section)?;
        context.change(&mut library, |change| {
            change.lists().remove_section(section.id)
        })?;
        context.note(format_args!(
            "removed the section \u{201c}{}\u{201d}; its works stay in the list",
            section.title
        ));
        Ok(Outcome::Done)
    }
}
