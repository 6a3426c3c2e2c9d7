//! `peerbib tags show`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::ui::wrapped;
use crate::cli::{CommandContext, Outcome, Result};

/// Show a tag: description, people, places, events
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags show movement:oekonux")]
pub(crate) struct ShowTag {
    /// The tag
    tag: String,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

impl ShowTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let tag = library.tags().resolve(&self.tag)?;
        if self.json {
            context.print_json(&tag)?;
            return Ok(Outcome::Done);
        }
        let locale = context.locale_name(None)?;
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let mut text = format!(
            "{bold}{}{bold:#}  {}\n",
            tag.tag,
            tag.heading(locale.as_deref())
        );
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:9}  {}", wrapped(value, 13));
        };
        if let Some(description) = &tag.description {
            line("about", description);
        }
        if let Some(parent) = &tag.parent {
            line("parent", &parent.to_string());
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
        let extent = library.tags().extent(&tag)?;
        if !extent.narrower.is_empty() {
            let children: Vec<String> = extent.narrower.iter().map(ToString::to_string).collect();
            line("children", &children.join(", "));
        }
        if !extent.rules.is_empty() {
            line("rules", &extent.rules.join(", "));
        }
        line("tagged", &crate::cli::ui::counted(extent.works, "work"));
        context.print(&text)?;
        Ok(Outcome::Done)
    }
}
