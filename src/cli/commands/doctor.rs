//! `peerbib doctor`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result, hints, progress};
use peerbib::library::IntegrityIssue;

/// Check the library for corruption
///
/// Checks the database file, orphaned rows, entries that cannot be read, derived data that does not match the entries,
/// changes by other programs, and missing linked files. Each problem is reported with what to do about it. The exit
/// code is 1 if there are problems. Nothing is changed. To check references, use `peerbib check`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib doctor")]
pub(crate) struct Doctor {
    /// Print an array of problems as JSON
    #[arg(long)]
    json: bool,
}

/// A problem with its advice, as `--json` prints it.
#[derive(serde::Serialize)]
struct IssueJson<'a> {
    #[serde(flatten)]
    issue: &'a IntegrityIssue,
    help: String,
}

impl Doctor {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let root = match library.files().root()? {
            Some(root) => root,
            None => context.file_root()?,
        };
        let works = usize::try_from(library.works().count()?).unwrap_or_default();
        let bar = progress::bar(works, false);
        bar.set_message("comparing");
        let found = library.check_integrity(&root, &mut |count| {
            bar.inc(u64::try_from(count).unwrap_or(0));
        })?;
        bar.finish_and_clear();
        let outcome = Outcome::done_if(found.is_empty());
        let issues: Vec<IssueJson> = found
            .iter()
            .map(|issue| IssueJson {
                issue,
                help: hints::integrity(issue, library.path()),
            })
            .collect();
        if self.json {
            context.print_json(&issues)?;
            return Ok(outcome);
        }
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let mut text = String::new();
        for IssueJson { issue, help } in &issues {
            text.push_str(&format!(
                "{bold}{}{bold:#}\n",
                crate::cli::ui::wrapped(&issue.message, 0)
            ));
            if !issue.names.is_empty() {
                let names = crate::cli::ui::wrapped(&issue.names.join(", "), 2);
                text.push_str(&format!("  {names}\n"));
            }
            text.push_str(&format!("  {}\n", crate::cli::ui::wrapped(help, 2)));
        }
        context.print(&text)?;
        Ok(outcome)
    }
}
