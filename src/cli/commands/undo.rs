//! `peerbib undo`, `peerbib redo` and `peerbib log`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{ChangedRows, Library, LibraryError, Step, StepState};

/// Take back a command that changed the library
///
/// Without a number it is the last one; call it again to go further back. An older command, named by its
/// number in `peerbib log`, is taken back where no later one has changed what it changed; otherwise it is
/// refused, and nothing changes. `peerbib redo` goes forward again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib untag movement:oekonux merten2000\n  peerbib undo\n  \
                        peerbib undo 2 --dry-run"
)]
pub(crate) struct Undo {
    /// The number of the step in `peerbib log`
    #[arg(value_name = "STEP")]
    step: Option<i64>,

    /// Say what would be taken back, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Do again what was taken back last
///
/// With a number, do again the step of that number. Once something else was done, what was taken back
/// before it is out of reach.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib undo\n  peerbib redo")]
pub(crate) struct Redo {
    /// The number of the step in `peerbib log`
    #[arg(value_name = "STEP")]
    step: Option<i64>,

    /// Say what would be done again, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Show what was done to the library, the latest first
///
/// With a key: what was done to this work, its tags, its files and its note. The number of a step is
/// what `peerbib undo` and --show take.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib log\n  peerbib log --limit 10\n  \
                        peerbib log merten2000\n  peerbib log --show 1")]
pub(crate) struct Log {
    /// A work, by citation key; it may be one that was removed
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// Show no more than this many steps
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,

    /// Show what one step changed
    #[arg(long, value_name = "STEP", conflicts_with_all = ["key", "limit"])]
    show: Option<i64>,

    /// Print an array of steps as JSON; with --show, that step and what it changed
    #[arg(long)]
    json: bool,
}

/// How many rows of a kind are named to a person, and how many to a program.
const NAMED: usize = 5;
const NAMED_IN_JSON: usize = 1_000;

impl Undo {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let detail = rehearsal(&library, self.dry_run, self.step, StepState::Done)?;
        let step = if self.dry_run {
            library.dry_run_undo(self.step)?
        } else {
            library.undo(self.step)?
        };
        tell(context, "undone", &step, detail)
    }
}

impl Redo {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let detail = rehearsal(&library, self.dry_run, self.step, StepState::Undone)?;
        let step = if self.dry_run {
            library.dry_run_redo(self.step)?
        } else {
            library.redo(self.step)?
        };
        tell(context, "done again", &step, detail)
    }
}

/// What a step did, for a rehearsal.
fn rehearsal(
    library: &Library,
    is_rehearsal: bool,
    number: Option<i64>,
    state: StepState,
) -> std::result::Result<Option<String>, LibraryError> {
    if !is_rehearsal {
        return Ok(None);
    }
    let step = match number {
        Some(number) => Some(library.step(number)?),
        None => library.next_step(state)?,
    };
    let Some(step) = step else {
        return Ok(Some(String::new()));
    };
    Ok(Some(detail(&library.step_summary(&step, NAMED)?)))
}

fn tell(context: &CommandContext, what: &str, step: &Step, detail: Option<String>) -> Result {
    let Step { id, command, .. } = step;
    match detail {
        None => context.note(format_args!("{what}: {command} (step {id})")),
        Some(detail) => {
            context.print(&format!("would be {what}: {command} (step {id})\n{detail}"))?;
        }
    }
    Ok(Outcome::Done)
}

#[derive(serde::Serialize)]
struct Shown {
    #[serde(flatten)]
    step: Step,
    changed: Vec<ChangedRows>,
}

impl Log {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        if let Some(number) = self.show {
            let step = library.step(number)?;
            let named = if self.json { NAMED_IN_JSON } else { NAMED };
            let changed = library.step_summary(&step, named)?;
            if self.json {
                context.print_json(&Shown { step, changed })?;
                return Ok(Outcome::Done);
            }
            let detail = match step.state {
                StepState::Dropped => "  nothing is kept of it\n".to_owned(),
                StepState::Done | StepState::Undone => detail(&changed),
            };
            context.print(&format!("{}{detail}", line(&step, 0)))?;
            return Ok(Outcome::Done);
        }
        let steps = match &self.key {
            Some(key) => {
                let mut steps = library.log_of(named_work(&library, key)?)?;
                steps.truncate(self.limit.unwrap_or(usize::MAX));
                steps
            }
            None => library.log(self.limit)?,
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
            context.note("nothing was done to the library yet");
        }
        Ok(Outcome::Done)
    }
}

/// The number of a work that is in the library, or was.
fn named_work(library: &Library, key: &str) -> std::result::Result<i64, LibraryError> {
    match library.work_id(key) {
        Err(error @ LibraryError::UnknownKey { .. }) => library.removed_work(key)?.ok_or(error),
        found => found,
    }
}

/// A step in one line, its number in `width` columns.
fn line(step: &Step, width: usize) -> String {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let at = step.at.replace('T', " ").replace('Z', " UTC");
    let state = match step.state {
        StepState::Done => "",
        StepState::Undone => "  (undone)",
        StepState::Dropped => "  (undone for good)",
    };
    let number = step.id;
    let indent = width.max(number.to_string().len()) + 2 + at.len() + 2;
    let command = crate::cli::wrapped(&step.command, indent);
    format!("{number:>width$}  {dim}{at}{dim:#}  {bold}{command}{bold:#}{state}\n")
}

/// What became of which rows, a kind a line.
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
        let names = crate::cli::wrapped(&names, line.chars().count());
        let _ = writeln!(text, "{}", format!("{line}{names}").trim_end());
    }
    text
}
