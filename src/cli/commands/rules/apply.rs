//! `peerbib rules apply`

use clap::Args;

use super::Report;
use crate::cli::{CommandContext, Outcome, Result};

/// Carry out the rules for all works
///
/// Tags are put on works that meet a condition, and taken off those that meet it no longer. --dry-run shows
/// each of these tags with the words of the work that the condition matched.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib rules apply --dry-run\n  peerbib rules apply")]
pub(crate) struct ApplyRules {
    /// Show what would be put on and taken off, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print an array of what was put on and taken off as JSON
    #[arg(long)]
    json: bool,
}

impl ApplyRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open()?;
        let report = if self.dry_run {
            library.dry_run(Report::of_applying)?
        } else {
            context.change(&mut library, Report::of_applying)?
        };
        context.tell_of_broken(&report.applied);
        if self.json {
            context.print_json(&report.effects)?;
        } else {
            if self.dry_run {
                context.print(&report.text())?;
            }
            context.note(report.summary(self.dry_run));
        }
        Ok(if report.applied.broken.is_empty() {
            Outcome::Done
        } else {
            Outcome::Partial
        })
    }
}
