//! `peerbib tags move`

use clap::Args;

use super::{change, extent, tell};
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::TagName;

/// Move a tag under another, to the top, to another facet, or to another place in the order
///
/// Its narrower tags go along. In a new facet the old names stay as aliases.
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

    /// The wider tag that it belongs under
    #[arg(long, value_name = "TAG", conflicts_with = "top")]
    under: Option<String>,

    /// Have it stand by itself, under no other tag
    #[arg(long)]
    top: bool,

    /// The facet that it belongs to
    #[arg(long)]
    facet: Option<String>,

    /// The tag before which it stands in lists
    #[arg(long, value_name = "TAG")]
    before: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl MoveTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.under.is_none() && !self.top && self.facet.is_none() && self.before.is_none() {
            return Err(CommandError::usage("it is not said where the tag goes")
                .with_help("say --under TAG, --top, --facet FACET or --before TAG".to_owned()));
        }
        let mut library = context.open_to_change()?;
        let tag = library.resolve_tag(&self.tag)?;
        let resolve = |text: &Option<String>| text.as_ref().map(|text| library.resolve_tag(text));
        let under = resolve(&self.under).transpose()?;
        let before = resolve(&self.before).transpose()?;
        let concerned = extent(&library, &tag)?;
        let order: Vec<i64> = library.tags(None)?.iter().map(|tag| tag.id).collect();
        let moved = change(context, &mut library, self.dry_run, |change| {
            if let Some(facet) = &self.facet {
                for tag in change.tag_and_narrower(&tag)? {
                    let name: TagName = format!("{facet}:{}", tag.tag.name).parse()?;
                    change.rename_tag(&tag, &name)?;
                }
                // A wider tag of the old facet would not list it any more.
                if under.is_none() && tag.parent.is_some() {
                    change.put_under(&change.tag(tag.id)?, None)?;
                }
            }
            if self.top {
                change.put_under(&tag, None)?;
            }
            if let Some(parent) = &under {
                change.put_under(&change.tag(tag.id)?, Some(parent))?;
            }
            if let Some(before) = &before {
                let mut order = order;
                order.retain(|id| *id != tag.id);
                let place = order.iter().position(|id| *id == before.id);
                order.insert(place.unwrap_or(order.len()).min(order.len()), tag.id);
                change.order_tags(&order)?;
            }
            change.tag(tag.id)
        })?;
        let mut place = match (&moved.parent, tag.parent == moved.parent) {
            (_, true) => String::new(),
            (Some(parent), false) => format!(" under {parent}"),
            (None, false) => " under no other tag".to_owned(),
        };
        if moved.tag != tag.tag {
            place = format!(" {}{place}", moved.tag);
        }
        if let Some(before) = &before {
            place.push_str(&format!(" before {}", before.tag));
        }
        let old = &tag.tag;
        if place.is_empty() {
            return tell(
                context,
                self.dry_run,
                &format!("nothing to do: {old} is there already"),
                &format!("nothing to do: {old} is there already"),
            );
        }
        tell(
            context,
            self.dry_run,
            &format!("{old} is{place} now, with {concerned}"),
            &format!("{old} would be{place}, with {concerned}"),
        )
    }
}
