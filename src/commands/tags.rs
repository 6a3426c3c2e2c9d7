//! `peerbib tags`

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use super::{Outcome, Result, Session};
use crate::library::{Tag, TagName};
use crate::reading_list::in_hierarchy;

/// List the movements, themes and other tags, and look after them
///
/// Without a verb: every tag with the number of works that have it, narrower tags below wider ones.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib tags\n  peerbib tags movement\n  \
                  peerbib tags show movement:oekonux\n  \
                  peerbib tags add theme:care --label \"Care work\" --parent theme:labour"
)]
pub(super) struct Tags {
    /// List the tags of one facet only, such as movement or theme
    facet: Option<String>,

    /// Print as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what is known of a tag: people, places, events
    Show(ShowTag),
    /// Add a tag, or change what is known of one
    Add(AddTag),
    /// Remove a tag from the vocabulary and from all works
    Remove(RemoveTag),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags show movement:oekonux")]
struct ShowTag {
    /// The tag
    tag: String,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib tags add theme:care --label \"Care work\" --alias sorge"
)]
struct AddTag {
    /// The tag, as FACET:NAME
    tag: String,

    /// How it is headed in reading lists
    #[arg(long)]
    label: Option<String>,

    /// What it stands for
    #[arg(long)]
    description: Option<String>,

    /// The wider tag that it belongs under
    #[arg(long, value_name = "TAG")]
    parent: Option<String>,

    /// Another name for it; may be given several times
    #[arg(long, value_name = "NAME")]
    alias: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags remove theme:law")]
struct RemoveTag {
    /// The tag
    tag: String,
}

impl Tags {
    pub(super) fn run(self, session: &Session) -> Result {
        match self.verb {
            None => list(session, self.facet.as_deref(), self.json),
            Some(Verb::Show(command)) => command.run(session),
            Some(Verb::Add(command)) => command.run(session),
            Some(Verb::Remove(command)) => command.run(session),
        }
    }
}

fn list(session: &Session, facet: Option<&str>, json: bool) -> Result {
    let library = session.open()?;
    let facets = library.facets()?;
    if let Some(facet) = facet
        && !facets.iter().any(|known| known == facet)
    {
        return Err(super::no_such_facet(&library, facet)?);
    }
    let tags = library.tags(facet)?;
    if json {
        session.print_json(&tags)?;
        return Ok(Outcome::Done);
    }
    let bold = anstyle::Style::new().bold();
    let mut text = String::new();
    for facet in &facets {
        let of_facet: Vec<_> = tags
            .iter()
            .filter(|tag| tag.tag.facet == *facet)
            .cloned()
            .collect();
        if of_facet.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{bold}{facet}{bold:#}");
        let width = in_hierarchy(&of_facet)
            .iter()
            .map(|(tag, depth)| tag.tag.name.chars().count() + 2 * depth)
            .max()
            .unwrap_or(0);
        for (tag, depth) in in_hierarchy(&of_facet) {
            let name = format!("{}{}", "  ".repeat(depth), tag.tag.name);
            let works = tag.works_with_narrower;
            let label = tag.label.as_deref().unwrap_or_default();
            let line = format!("  {name:width$}  {works:>5}  {label}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    session.print(&text)?;
    Ok(Outcome::Done)
}

impl ShowTag {
    fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let tag = library.resolve_tag(&self.tag)?;
        if self.json {
            session.print_json(&tag)?;
            return Ok(Outcome::Done);
        }
        let bold = anstyle::Style::new().bold();
        let mut text = format!("{bold}{}{bold:#}  {}\n", tag.tag, tag.heading());
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:9}  {}", super::wrapped(value, 13));
        };
        if let Some(description) = &tag.description {
            line("about", description);
        }
        if let Some(parent) = &tag.parent {
            line("under", &parent.to_string());
        }
        if let Some(active) = &tag.active {
            line("active", active);
        }
        if let Some(place) = &tag.place {
            line("place", place);
        }
        if !tag.aliases.is_empty() {
            line("aliases", &tag.aliases.join(", "));
        }
        if !tag.people.is_empty() {
            line("people", &tag.people.join(", "));
        }
        for event in &tag.events {
            line(&event.date, &event.what);
        }
        session.print(&text)?;
        Ok(Outcome::Done)
    }
}

impl AddTag {
    fn run(self, session: &Session) -> Result {
        let mut library = session.open()?;
        let parent = match &self.parent {
            Some(parent) => Some(library.resolve_tag(parent)?.tag),
            None => None,
        };
        let name: TagName = self.tag.parse()?;
        let tag = Tag {
            label: self.label,
            description: self.description,
            parent,
            aliases: self.alias,
            ..Tag::named(name)
        };
        session.change(&mut library, |change| change.put_tag(&tag))?;
        session.note(format_args!("{} is a tag now", tag.tag));
        Ok(Outcome::Done)
    }
}

impl RemoveTag {
    fn run(self, session: &Session) -> Result {
        let mut library = session.open()?;
        let tag = library.resolve_tag(&self.tag)?;
        session.change(&mut library, |change| change.remove_tag(&tag))?;
        session.note(format_args!(
            "{} is gone from the vocabulary and from all works; `peerbib undo` brings it back",
            tag.tag
        ));
        Ok(Outcome::Done)
    }
}
