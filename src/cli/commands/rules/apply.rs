//! `peerbib rules apply`

use clap::Args;

use super::RulesReport;
use crate::cli::{CommandContext, Outcome, Result};

/// Apply the rules to all works
///
/// Adds tags to works that match a rule and removes them from works that no longer match. --dry-run shows
/// each change with the words that match.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib rules apply --dry-run\n  peerbib rules apply")]
pub(crate) struct ApplyRules {
    /// Show which tags would be added and removed, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print an array of the added and removed tags as JSON
    #[arg(long)]
    json: bool,
}

impl ApplyRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open()?;
        let report = if self.dry_run {
            library.dry_run(RulesReport::of_applying)?
        } else {
            context.change(&mut library, RulesReport::of_applying)?
        };
        context.report_broken_rules(&report.applied);
        if self.json {
            context.print_json(&report.effects)?;
        } else {
            if self.dry_run {
                context.print(&report.text())?;
            }
            context.note(report.summary(self.dry_run));
        }
        Ok(Outcome::done_if(report.applied.broken.is_empty()))
    }
}
