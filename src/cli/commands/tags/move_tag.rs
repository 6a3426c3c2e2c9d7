//! `peerbib tags move`

use clap::Args;

use super::{change, extent, report};
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::TagName;

/// Move a tag: under another parent, to the top, to another facet, or in the order
///
/// Its child tags move along. After a change of facet the old names stay as aliases.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib tags move theme:motivation --under theme:culture\n  \
                  peerbib tags move theme:germ-form --top\n  \
                  peerbib tags move theme:policy --facet field --dry-run\n  \
                  peerbib tags move movement:jopp --before movement:oekonux"
)]
pub(crate) struct MoveTag {
    /// The tag
    tag: String,

    /// The new parent
    #[arg(long, value_name = "TAG", conflicts_with = "top")]
    under: Option<String>,

    /// Give it no parent
    #[arg(long)]
    top: bool,

    /// The new facet
    #[arg(long)]
    facet: Option<String>,

    /// List it before this tag
    #[arg(long, value_name = "TAG")]
    before: Option<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl MoveTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.under.is_none() && !self.top && self.facet.is_none() && self.before.is_none() {
            return Err(CommandError::usage("no destination given")
                .with_help("use --under TAG, --top, --facet FACET or --before TAG".to_owned()));
        }
        let mut library = context.open_to_change()?;
        let tag = library.tags().resolve(&self.tag)?;
        let resolve =
            |text: &Option<String>| text.as_ref().map(|text| library.tags().resolve(text));
        let under = resolve(&self.under).transpose()?;
        let before = resolve(&self.before).transpose()?;
        let concerned = extent(&library, &tag)?;
        let order: Vec<i64> = library
            .tags()
            .summaries(None)?
            .iter()
            .map(|tag| tag.id)
            .collect();
        let moved = change(context, &mut library, self.dry_run, |change| {
            if let Some(facet) = &self.facet {
                for tag in change.tags().get_with_narrower(&tag)? {
                    let name: TagName = format!("{facet}:{}", tag.tag.name).parse()?;
                    change.tags().rename(&tag, &name)?;
                }
                // A parent of the old facet would no longer list it.
                if under.is_none() && tag.parent.is_some() {
                    change.tags().put_under(&change.tags().get(tag.id)?, None)?;
                }
            }
            if self.top {
                change.tags().put_under(&tag, None)?;
            }
            if let Some(parent) = &under {
                change
                    .tags()
                    .put_under(&change.tags().get(tag.id)?, Some(parent))?;
            }
            if let Some(before) = &before {
                let mut order = order;
                order.retain(|id| *id != tag.id);
                let place = order.iter().position(|id| *id == before.id);
                order.insert(place.unwrap_or(order.len()).min(order.len()), tag.id);
                change.tags().order(&order)?;
            }
            change.tags().get(tag.id)
        })?;
        let mut place = match (&moved.parent, tag.parent == moved.parent) {
            (_, true) => String::new(),
            (Some(parent), false) => format!(" under {parent}"),
            (None, false) => " to the top".to_owned(),
        };
        if moved.tag != tag.tag {
            place = format!(" to {}{place}", moved.tag);
        }
        if let Some(before) = &before {
            place.push_str(&format!(" before {}", before.tag));
        }
        let old = &tag.tag;
        if place.is_empty() {
            return report(
                context,
                self.dry_run,
                &format!("nothing to do: {old} is already there"),
                &format!("nothing to do: {old} is already there"),
            );
        }
        report(
            context,
            self.dry_run,
            &format!("moved {old} ({concerned}){place}"),
            &format!("would move {old} ({concerned}){place}"),
        )
    }
}
