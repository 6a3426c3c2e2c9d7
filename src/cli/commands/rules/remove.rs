//! `peerbib rules remove`

use clap::Args;

use crate::cli::ui::counted;
use crate::cli::{CommandContext, Outcome, Result};

/// Remove rules and the tags that they added
///
/// Tags that are also set by hand, by an import or by another rule stay.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rules remove Merten")]
pub(crate) struct RemoveRule {
    /// The rules
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl RemoveRule {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let names = self
            .names
            .iter()
            .map(|name| library.rules().get(name).map(|rule| rule.name))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        let remove = |change: &peerbib::library::Change<'_>| {
            names
                .iter()
                .map(|name| change.rules().remove(name))
                .collect::<peerbib::library::Result<Vec<_>>>()
        };
        let counts = if self.dry_run {
            library.dry_run(remove)?
        } else {
            context.change(&mut library, remove)?
        };
        for (name, count) in names.iter().zip(counts) {
            let tagged = counted(count, "work");
            if self.dry_run {
                context.print(&format!(
                    "would remove the rule \u{201c}{name}\u{201d} and its tags from {tagged}\n"
                ))?;
            } else {
                context.note(format_args!(
                    "removed the rule \u{201c}{name}\u{201d} and its tags from {tagged}"
                ));
            }
        }
        Ok(Outcome::Done)
    }
}
