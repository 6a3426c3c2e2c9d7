//! `peerbib undo`, `peerbib redo` and `peerbib log`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::works::named_work;
use crate::cli::{CommandContext, Outcome, Result, number};
use peerbib::library::{ChangedRows, Library, LibraryError, Step, StepState};

/// Undo a command that changed the library
///
/// Undoes the last command; run it again to go further back. Given the number of an older step from
/// `peerbib log`, it undoes only that step, unless a later one changed the same data. `peerbib redo` goes
/// forward again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib untag movement:oekonux merten2000\n  peerbib undo\n  \
                        peerbib undo 2 --dry-run"
)]
pub(crate) struct Undo {
    /// The number of the step in `peerbib log`
    #[arg(value_name = "STEP", value_parser = number::<i64>)]
    step: Option<i64>,

    /// Show what would be undone, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Redo what was undone
///
/// Redoes the step that was undone last, or the one with this number. After a new change, steps undone
/// before it can no longer be redone.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib undo\n  peerbib redo")]
pub(crate) struct Redo {
    /// The number of the step in `peerbib log`
    #[arg(value_name = "STEP", value_parser = number::<i64>)]
    step: Option<i64>,

    /// Show what would be redone, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Show the history of the library or of a work
///
/// Lists the commands that changed the library, the latest first. With a key, only those that changed
/// this work, its tags, files or note. `peerbib undo` takes the number of a step.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib log\n  peerbib log --limit 10\n  \
                        peerbib log merten2000\n  peerbib log --show 1")]
pub(crate) struct Log {
    /// The citation key of a work, even of a removed one, or a query that matches no other work
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// Show at most this many steps
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>)]
    limit: Option<usize>,

    /// Show what this step changed
    #[arg(long, value_name = "STEP", value_parser = number::<i64>, conflicts_with_all = ["key", "limit"])]
    show: Option<i64>,

    /// Print an array of steps as JSON; with --show, one step with its changes
    #[arg(long)]
    json: bool,
}

/// The number of rows of a kind that are named, in text and in JSON.
const NAMED: usize = 5;
const NAMED_IN_JSON: usize = 1_000;

impl Undo {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let detail = preview(&library, self.dry_run, self.step, StepState::Done)?;
        let step = if self.dry_run {
            library.dry_run_undo(self.step)?
        } else {
            library.undo(self.step)?
        };
        report(context, "undo", "undone", &step, detail)
    }
}

impl Redo {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let detail = preview(&library, self.dry_run, self.step, StepState::Undone)?;
        let step = if self.dry_run {
            library.dry_run_redo(self.step)?
        } else {
            library.redo(self.step)?
        };
        report(context, "redo", "redone", &step, detail)
    }
}

/// Describes the changes of a step for a dry run.
fn preview(
    library: &Library,
    dry_run: bool,
    number: Option<i64>,
    state: StepState,
) -> Result<Option<String>, LibraryError> {
    if !dry_run {
        return Ok(None);
    }
    let step = match number {
        Some(number) => Some(library.history().step(number)?),
        None => library.history().next_step(state)?,
    };
    let Some(step) = step else {
        return Ok(Some(String::new()));
    };
    Ok(Some(detail(&library.history().summary(&step, NAMED)?)))
}

fn report(
    context: &CommandContext,
    verb: &str,
    done: &str,
    step: &Step,
    detail: Option<String>,
) -> Result {
    let Step { id, command, .. } = step;
    match detail {
        None => context.note(format_args!("{done} step {id}: {command}")),
        Some(detail) => {
            context.print(&format!("would {verb} step {id}: {command}\n{detail}"))?;
        }
    }
    Ok(Outcome::Done)
}

#[derive(serde::Serialize)]
struct StepJson {
    #[serde(flatten)]
    step: Step,
    changed: Vec<ChangedRows>,
}

impl Log {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        if let Some(number) = self.show {
            let step = library.history().step(number)?;
            let named = if self.json { NAMED_IN_JSON } else { NAMED };
            let changed = library.history().summary(&step, named)?;
            if self.json {
                context.print_json(&StepJson { step, changed })?;
                return Ok(Outcome::Done);
            }
            let detail = match step.state {
                StepState::Dropped => "  (details no longer stored)\n".to_owned(),
                StepState::Done | StepState::Undone => detail(&changed),
            };
            context.print(&format!("{}{detail}", line(&step, 0)))?;
            return Ok(Outcome::Done);
        }
        let steps = match &self.key {
            Some(key) => {
                let mut steps = library
                    .history()
                    .log_of(past_work(context, &library, key)?)?;
                steps.truncate(self.limit.unwrap_or(usize::MAX));
                steps
            }
            None => library.history().log(self.limit)?,
        };
        if self.json {
            context.print_json(&steps)?;
            return Ok(Outcome::Done);
        }
        let width = steps
            .first()
            .map_or(0, |latest| latest.id.to_string().len());
        let text: String = steps.iter().map(|step| line(step, width)).collect();
        context.print(&text)?;
        if steps.is_empty() {
            context.note("no history yet");
        }
        Ok(Outcome::Done)
    }
}

/// Returns the id of a work that is or was in the library.
fn past_work(context: &CommandContext, library: &Library, key: &str) -> Result<i64> {
    if library.works().find(key)?.is_none()
        && let Some(removed) = library.history().removed_work(key)?
    {
        return Ok(removed);
    }
    named_work(context, library, key)
}

/// Describes a step in one line, with its number in `width` columns.
fn line(step: &Step, width: usize) -> String {
    let bold = crate::cli::ui::TerminalStyle::Bold;
    let dim = crate::cli::ui::TerminalStyle::Dimmed;
    let at = step.at.replace('T', " ").replace('Z', " UTC");
    let state = match step.state {
        StepState::Done => "",
        StepState::Undone => "  (undone)",
        StepState::Dropped => "  (undone, cannot be redone)",
    };
    let number = step.id;
    let indent = width.max(number.to_string().len()) + 2 + at.len() + 2;
    let command = crate::cli::ui::wrapped(&step.command, indent);
    format!("{number:>width$}  {dim}{at}{dim:#}  {bold}{command}{bold:#}{state}\n")
}

/// Describes changed rows, one line per kind.
fn detail(changed: &[ChangedRows]) -> String {
    let width = changed
        .iter()
        .map(|rows| rows.what.chars().count())
        .max()
        .unwrap_or(0);
    let digits = changed
        .iter()
        .map(|rows| rows.count.to_string().len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for rows in changed {
        let mut names = rows.names.join(", ");
        let named = i64::try_from(rows.names.len()).unwrap_or(i64::MAX);
        if named < rows.count && !names.is_empty() {
            names.push_str(", \u{2026}");
        }
        let line = format!("  {:width$}  {:>digits$}  ", rows.what, rows.count);
        let names = crate::cli::ui::wrapped(&names, line.chars().count());
        let _ = writeln!(text, "{}", format!("{line}{names}").trim_end());
    }
    text
}
