//! `peerbib tags add` and `peerbib tags edit`

use clap::Args;

use super::{change, report};
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{Library, Tag, TagEvent, TagName};

/// Add a tag, or add details to an existing one
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib tags add theme:care --label \"Care work\" --alias sorge\n  \
                  peerbib tags add movement:wikimedia --active 2003/.. --event \"2003=Founded\""
)]
pub(crate) struct AddTag {
    /// The tag, as FACET:NAME
    tag: String,

    #[command(flatten)]
    description: TagDescription,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Edit a tag
///
/// Options replace a value; people, aliases and events are added, and --no-person, --no-alias and
/// --no-event remove one. An empty text clears a value.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib tags edit movement:oekonux --alias ox --active 1999/2013\n  \
                  peerbib tags edit theme:value --label \"What counts as value\" --description ''"
)]
pub(crate) struct EditTag {
    /// The tag
    tag: String,

    #[command(flatten)]
    description: TagDescription,

    /// Remove a person; can be repeated
    #[arg(long, value_name = "NAME")]
    no_person: Vec<String>,

    /// Remove an alias; can be repeated
    #[arg(long, value_name = "NAME")]
    no_alias: Vec<String>,

    /// Remove the events of a date; can be repeated
    #[arg(long, value_name = "DATE")]
    no_event: Vec<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct TagDescription {
    /// The heading in reading lists
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,

    /// A description
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// The parent tag
    #[arg(long, value_name = "TAG")]
    parent: Option<String>,

    /// A place
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,

    /// When it was active, in EDTF: 1999/2013; 2005/.. if it still is
    #[arg(long, value_name = "YEARS")]
    active: Option<String>,

    /// An alias; can be repeated
    #[arg(long, value_name = "NAME")]
    alias: Vec<String>,

    /// An associated person; can be repeated
    #[arg(long, value_name = "NAME")]
    person: Vec<String>,

    /// An event with its date; can be repeated
    #[arg(long, value_name = "DATE=WHAT")]
    event: Vec<String>,
}

impl TagDescription {
    /// Changes `tag` as the options say.
    fn apply(&self, tag: &mut Tag, library: &Library) -> Result<()> {
        let fields = [
            (&mut tag.label, &self.label),
            (&mut tag.description, &self.description),
            (&mut tag.place, &self.place),
            (&mut tag.active, &self.active),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                *field = (!value.trim().is_empty()).then(|| value.trim().to_owned());
            }
        }
        if let Some(parent) = &self.parent {
            tag.parent = match parent.trim() {
                "" => None,
                parent => Some(library.tags().resolve(parent)?.tag),
            };
        }
        let add = |list: &mut Vec<String>, texts: &[String]| {
            for text in texts {
                if !list.contains(text) {
                    list.push(text.clone());
                }
            }
        };
        add(&mut tag.people, &self.person);
        let aliases: Vec<String> = self
            .alias
            .iter()
            .map(|alias| alias.to_lowercase())
            .collect();
        add(&mut tag.aliases, &aliases);
        for event in &self.event {
            let (date, what) = event.split_once('=').ok_or_else(|| {
                CommandError::usage(format_args!(
                    "invalid event \u{201c}{event}\u{201d}: expected DATE=WHAT"
                ))
                .with_help("for example: --event \"2009=Conference in Manchester\"".to_owned())
            })?;
            let event = TagEvent {
                date: date.trim().to_owned(),
                what: what.trim().to_owned(),
            };
            if !tag.events.contains(&event) {
                tag.events.push(event);
            }
        }
        Ok(())
    }
}

impl AddTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let name: TagName = self.tag.parse()?;
        let known = library.tags().find(&name)?;
        let mut tag = match known {
            Some(id) => library.tags().get(id)?,
            None => Tag::named(name),
        };
        self.description.apply(&mut tag, &library)?;
        change(context, &mut library, self.dry_run, |change| {
            if tag.id == 0 {
                tag.id = change.tags().put(&Tag::named(tag.tag.clone()))?;
            }
            change.tags().write(&tag)
        })?;
        let name = &tag.tag;
        let (done, would) = if known.is_some() {
            (format!("updated {name}"), format!("would update {name}"))
        } else {
            (format!("added {name}"), format!("would add {name}"))
        };
        report(context, self.dry_run, &done, &would)
    }
}

impl EditTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let before = library.tags().resolve(&self.tag)?;
        let mut tag = before.clone();
        self.description.apply(&mut tag, &library)?;
        remove_from(&mut tag.people, &self.no_person, "person", |person| person)?;
        remove_from(&mut tag.aliases, &self.no_alias, "alias", |alias| alias)?;
        remove_from(&mut tag.events, &self.no_event, "event", |event| {
            &event.date
        })?;
        if tag == before {
            context.note(format_args!(
                "nothing to do: {} already has these values",
                tag.tag
            ));
            return Ok(crate::cli::Outcome::Done);
        }
        change(context, &mut library, self.dry_run, |change| {
            change.tags().write(&tag)
        })?;
        let works = super::extent(&library, &tag)?;
        let name = &tag.tag;
        report(
            context,
            self.dry_run,
            &format!("updated {name}, which has {works}"),
            &format!("would update {name}, which has {works}"),
        )
    }
}

/// Removes an element from a list.
fn remove_from<T>(
    list: &mut Vec<T>,
    names: &[String],
    what: &str,
    name_of: impl Fn(&T) -> &String,
) -> Result<()> {
    for name in names {
        let before = list.len();
        list.retain(|item| name_of(item).to_lowercase() != name.to_lowercase());
        if list.len() == before {
            return Err(CommandError::new(format_args!(
                "the tag has no {what} \u{201c}{name}\u{201d}"
            ))
            .with_help("`peerbib tags show TAG` shows its details".to_owned()));
        }
    }
    Ok(())
}
