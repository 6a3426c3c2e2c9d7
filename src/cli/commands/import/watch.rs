//! `peerbib import --watch`: imports files whenever they change.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Import, ImportInput, ImportMode, ImportSource, import_all, report_problems};
use crate::cli::input::Input;
use crate::cli::watch::{FileStamp, PAUSE, look};
use crate::cli::zotero::is_zotero;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::formats::bibtex::FilePiece;
use peerbib::library::{FileReport, ImportReport};

/// The time that a file must stay unchanged before it is read: a program may still be writing it.
const QUIET: Duration = Duration::from_millis(600);

/// The time that a file must stay unchanged if its end seems to be missing.
const LONG_QUIET: Duration = Duration::from_secs(5);

/// A file that is watched.
struct Watched<'s> {
    source: &'s ImportSource,
    /// The file as it was at the last import, or at the last try.
    imported: FileStamp,
    /// The file as it was seen last, and since when.
    seen: FileStamp,
    since: Instant,
    /// The number of entries at the last import.
    entries: usize,
    /// The problems of the last import, or the error of the last try.
    reported: HashSet<String>,
}

/// The result of importing a file that has changed.
enum Attempt {
    /// It was imported.
    Imported(ImportReport),
    /// It is not complete yet, or changed while it was read.
    TooEarly,
}

/// Imports each file when it changes, one step of the history for each time. Errors are reported, and the next change
/// tries again. Only an error that concerns all files ends it.
pub(super) fn run(context: &CommandContext, sources: &[ImportSource], options: &Import) -> Result {
    for source in sources {
        if source.name == "-" || source.name.starts_with("peerbib:") {
            return Err(CommandError::usage("--watch needs files")
                .with_help("standard input and bundled bibliographies do not change".to_owned()));
        }
        if is_zotero(&source.name, options.from) {
            return Err(
                CommandError::usage("--watch needs files, not a database").with_help(
                    "import zotero: again whenever you like; it only takes what has changed"
                        .to_owned(),
                ),
            );
        }
    }
    let mut watched: Vec<Watched<'_>> = sources
        .iter()
        .map(|source| Watched {
            source,
            imported: None,
            seen: None,
            since: Instant::now(),
            entries: 0,
            reported: HashSet::new(),
        })
        .collect();
    context.note("watching for changes; press Ctrl-C to stop");
    loop {
        for file in &mut watched {
            let now = look(Path::new(&file.source.name));
            if now != file.seen {
                file.seen = now;
                file.since = Instant::now();
            }
            // A program may replace the file by deleting it first.
            let has_changed = now.is_some() && now != file.imported;
            if !has_changed || file.since.elapsed() < QUIET {
                continue;
            }
            match file.import(context, options) {
                Ok(Attempt::TooEarly) => {}
                Ok(Attempt::Imported(report)) => {
                    file.imported = now;
                    file.report(context, report, options.json)?;
                }
                Err(error) => {
                    file.imported = now;
                    if file.reported.insert(error.message().to_owned()) {
                        error.report();
                    }
                }
            }
        }
        std::thread::sleep(PAUSE);
    }
}

impl Watched<'_> {
    fn import(&mut self, context: &CommandContext, options: &Import) -> Result<Attempt> {
        let ImportSource { name, mode } = self.source;
        let pattern = context.key_pattern(None)?;
        let input = Input::read_with(name, options.from, &options.map, &pattern)?;
        if look(Path::new(name)) != self.seen {
            return Ok(Attempt::TooEarly);
        }
        let entries = input.reading.file.works().count();
        if self.may_be_incomplete(&input, entries, *mode) && self.since.elapsed() < LONG_QUIET {
            return Ok(Attempt::TooEarly);
        }
        self.entries = entries;
        let mut library = context.open_or_create()?;
        let inputs = [(ImportInput::File(input), *mode)];
        let report = context.change(&mut library, |change| import_all(change, &inputs, true))?;
        Ok(Attempt::Imported(report))
    }

    /// Returns whether a file looks as if its end was missing: it has an entry that is not closed, or fewer entries than
    /// before, whose works would be removed.
    fn may_be_incomplete(&self, input: &Input, entries: usize, mode: ImportMode) -> bool {
        let is_pruned = matches!(mode, ImportMode::Sync(options) if options.prune);
        let has_rejected = |piece: &FilePiece| matches!(piece, FilePiece::RejectedEntry { .. });
        entries == 0
            || (is_pruned && entries < self.entries)
            || !input.reading.rejected.is_empty()
            || input.reading.file.pieces.iter().any(has_rejected)
    }

    /// Reports an import, without what the one before reported, too.
    fn report(
        &mut self,
        context: &CommandContext,
        mut report: ImportReport,
        json: bool,
    ) -> Result<()> {
        if json {
            let line = serde_json::to_string(&report)?;
            return context.print_data(&format!("{line}\n"));
        }
        let mut reported = HashSet::new();
        for file in &mut report.files {
            file.problems.retain(|problem| {
                let text = format!("{:?} {:?} {}", problem.key, problem.field, problem.message);
                let is_new = !self.reported.contains(&text);
                reported.insert(text);
                is_new
            });
            file.gone.retain(|gone| {
                let text = format!("{} {:?}", gone.key, gone.kept_because);
                let is_new = !self.reported.contains(&text);
                reported.insert(text);
                is_new
            });
        }
        self.reported = reported;
        report_problems(context, &report);
        for file in &report.files {
            context.print(&summary(file))?;
        }
        Ok(())
    }
}

/// Returns what became of the entries of a file, as one line.
fn summary(file: &FileReport) -> String {
    let counts = &file.counts;
    let removed = file.gone.iter().filter(|gone| gone.removed).count();
    let mut text = format!(
        "{}: {} imported, {} updated, {} unchanged",
        file.path, counts.imported, counts.updated, counts.unchanged
    );
    for (count, what) in [(removed, "removed"), (counts.rejected, "rejected")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text.push('\n');
    text
}
