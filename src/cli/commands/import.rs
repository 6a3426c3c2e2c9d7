//! `peerbib import`

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

use clap::{Args, ValueEnum};
use comfy_table::{Cell, CellAlignment, Table, presets};

use crate::cli::format_name::FormatName;
use crate::cli::input::{Input, column_field};
use crate::cli::ui::{can_ask, counted, print_message, print_prompt};
use crate::cli::{CommandContext, CommandError, Outcome, Result, progress};
use peerbib::bundled;
use peerbib::formats::csv::ColumnField;
use peerbib::formats::{Diagnostic, Severity};
use peerbib::library::{
    Choice, Conflict, ConflictPolicy, FileReceipt, ImportedFile, Library, Receipt, Reject,
};

/// Import references from files in many formats
///
/// BibTeX and BibLaTeX entries are kept exactly as written. References in other formats become BibLaTeX;
/// whatever that cannot hold is reported, and `peerbib show KEY --original` prints the text that they
/// had. The formats are those of --from. An entry that cannot be read costs only that entry: the report
/// gives its line and the reason, and --rejects saves it. Importing a file again changes nothing; if an
/// entry has changed since, --on-conflict decides.
///
/// A plain reference list, such as that at the end of a chapter, is split into references, and each is read and
/// compared with the library. A work that the library has is left alone. A new one is tagged status:unverified with
/// the confidence of its reading, and `peerbib show --original` prints the reference as it was written.
///
/// An entry matches an existing work if they share a key, DOI, ISBN or eprint, or title, first author,
/// year and type. Chapters of one book, editions and volumes are different works. Keywords such as
/// movement:oekonux become tags, and so do JabRef's groups.
///
/// Two bibliographies are bundled: peerbib:chapter, the works of the chapter, and peerbib:commons, a broader
/// collection. They bring their hand-made tags, whether you import them by these names or as files.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib import refs.bib\n  \
                        peerbib import *.bib --rejects rejected.bib\n  \
                        peerbib import catalogue.xml manuscript.docx\n  \
                        peerbib import books.csv --map Werk=title\n  \
                        peerbib import peerbib:commons")]
pub(crate) struct Import {
    /// The files to import; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// What to do if an entry and its work in the library differ
    #[arg(long, value_name = "POLICY", default_value = "merge")]
    on_conflict: OnConflict,

    /// The format of the files; by default, detected from the content or the extension
    #[arg(long, value_name = "FORMAT")]
    from: Option<FormatName>,

    /// For tables: what a column holds, as a BibLaTeX field or a CSL variable; nothing after the = leaves it out
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = column_field)]
    map: Vec<ColumnField>,

    /// Write rejected entries to this file, each with its reason; - is standard output
    #[arg(long, value_name = "FILE")]
    rejects: Option<String>,

    /// Show how each reference of a plain reference list was read, and ask what to do with it
    #[arg(long)]
    interactive: bool,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    /// Show what would be imported, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// Keep the library's work
    Keep,
    /// Replace it with the file's entry
    Replace,
    /// Add new fields; if both have a field, keep the library's
    Merge,
    /// Add new fields; if both have a field, ask
    Ask,
}

impl Import {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.on_conflict == OnConflict::Ask
            && !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal())
        {
            return Err(
                CommandError::usage("--on-conflict ask needs a terminal").with_help(
                    "use --on-conflict merge, keep or replace; the report lists each conflict"
                        .to_owned(),
                ),
            );
        }
        let rejects_to_stdout = self.rejects.as_deref() == Some("-");
        if rejects_to_stdout && self.json {
            return Err(CommandError::usage(
                "--rejects - and --json both write to standard output",
            )
            .with_help("write the rejected entries to a file".to_owned()));
        }
        if let Some(path) = self.rejects.as_ref().filter(|_| !rejects_to_stdout) {
            context.check_output(path, &self.files)?;
        }
        // All files are read first, so that a missing one changes nothing.
        let inputs = self
            .files
            .iter()
            .map(|name| {
                // Without a terminal, nothing is asked.
                if self.interactive && can_ask() {
                    Input::read_interactively(context, name, self.from)
                } else {
                    Input::read_with(name, self.from, &self.map)
                }
            })
            .collect::<std::result::Result<Vec<_>, CommandError>>()?;
        let policy = match self.on_conflict {
            OnConflict::Keep => ConflictPolicy::Keep,
            OnConflict::Replace => ConflictPolicy::Replace,
            OnConflict::Merge => ConflictPolicy::Merge,
            OnConflict::Ask => ConflictPolicy::Ask,
        };
        // An import that brings nothing is no step of the history, and creates no library.
        let is_rehearsal = self.dry_run || inputs.iter().all(Input::has_nothing);
        let mut library = if is_rehearsal && !context.library_path()?.exists() {
            CommandContext::temporary_library()?
        } else {
            context.open_or_create()?
        };
        let before = library.works().last()?;
        let receipt = if is_rehearsal {
            context.dry_run(&mut library, |change| {
                import_all(change, &inputs, policy, false)
            })?
        } else {
            context.change(&mut library, |change| {
                import_all(change, &inputs, policy, false)
            })?
        };
        if let Some(path) = &self.rejects {
            let text = rejects(&receipt);
            if rejects_to_stdout {
                let mut output = context.output();
                output.write_all(text.as_bytes())?;
                output.flush()?;
            } else {
                context.write_file(path, text)?;
            }
        }
        if self.json {
            context.print_json(&receipt)?;
        } else {
            report_problems(context, &receipt);
            if rejects_to_stdout {
                context.note(table(&receipt).trim_end());
            } else {
                context.print(&table(&receipt))?;
            }
            if let Some(tags) = receipt.tags {
                context.note(match tags {
                    0 => "the works already have their hand-made tags".to_owned(),
                    1 => "1 hand-made tag added".to_owned(),
                    tags => format!("{tags} hand-made tags added"),
                });
            }
            let kept: usize = receipt.files.iter().map(|file| file.kept).sum();
            if kept > 0 && !self.dry_run {
                context.note(
                    "the library\u{2019}s values were kept; --on-conflict replace takes the file\u{2019}s",
                );
            }
            if self.dry_run {
                context.note("dry run: nothing was changed");
            } else {
                report_duplicates(context, &library, before, receipt.totals.imported)?;
            }
        }
        let rejected = receipt.totals.rejected > 0;
        Ok(if rejected {
            Outcome::Partial
        } else {
            Outcome::Done
        })
    }
}

/// Reports how many new works are probably in the library twice: those after the work `before`.
fn report_duplicates(
    context: &CommandContext,
    library: &Library,
    before: i64,
    imported: usize,
) -> std::result::Result<(), CommandError> {
    /// Comparing more works would take longer than the import.
    const MOST: usize = 20_000;
    if !(1..=MOST).contains(&imported) {
        return Ok(());
    }
    let clusters = library.works().new_duplicates(before)?;
    if !clusters.is_empty() {
        let certain = clusters
            .iter()
            .filter(|cluster| cluster.certainty.is_certain());
        context.note(format_args!(
            "{} of likely duplicates with new works, {} of them certain; `peerbib dedupe added:today` lists them",
            counted(clusters.len(), "group"),
            certain.count()
        ));
    }
    Ok(())
}

/// Imports bibliographies one after the other, with a progress bar. Installs the bundled vocabulary with
/// a bundled bibliography.
pub(crate) fn import_all(
    change: &peerbib::library::Change<'_>,
    inputs: &[Input],
    policy: ConflictPolicy,
    watched: bool,
) -> peerbib::library::Result<Receipt> {
    let entries = inputs
        .iter()
        .map(|input| input.reading.file.works().count())
        .sum();
    let bar = progress::bar(entries, watched);
    bar.set_message("importing");
    let mut receipt = Receipt::default();
    let mut prompt = ConflictPrompt { always: None };
    for input in inputs {
        let imported = ImportedFile {
            path: &input.path,
            encoding: &input.encoding,
            file: &input.reading.file,
        };
        let advance = &mut |count: usize| bar.inc(u64::try_from(count).unwrap_or(0));
        let ask = &mut |conflict: &Conflict| bar.suspend(|| prompt.ask(conflict));
        let mut imported = match input.reference_items() {
            Some(items) => change.import_references(imported, items, advance)?,
            None => change.import_asking(imported, policy, ask, advance)?,
        };
        add_unreadable_entries(input, &mut imported);
        for group in change
            .tags()
            .import_groups(&input.path, &input.reading.file)?
        {
            imported.problems.push(Diagnostic {
                line: 0,
                key: None,
                field: None,
                message: format!("skipped the group \u{201c}{group}\u{201d}: it is a saved search"),
                severity: Severity::Notice,
            });
        }
        receipt.add(imported);
    }
    bar.finish_and_clear();
    if inputs.iter().any(|input| input.is_shipped)
        && let Ok(vocabulary) = bundled::vocabulary()
    {
        let installed = vocabulary.install(change, bundled::VOCABULARY_SOURCE)?;
        receipt.tags = Some(installed.assigned);
    }
    Ok(receipt)
}

/// Adds the entries that could not be read to a report.
fn add_unreadable_entries(input: &Input, receipt: &mut FileReceipt) {
    let rejected = input.reading.rejected.iter();
    receipt.rejects.extend(rejected.map(|rejected| Reject {
        line: rejected.line,
        text: rejected.text.clone(),
        reason: rejected.reason.clone(),
    }));
    receipt.counts.entries += input.reading.rejected.len();
    receipt.counts.rejected += input.reading.rejected.len();
}

/// Prints each problem with its position, as compilers do, so that editors can jump there.
pub(crate) fn report_problems(context: &CommandContext, receipt: &Receipt) {
    for file in &receipt.files {
        report_alike(context, file);
        if file.counts.entries == 0 {
            context.note(format_args!("{}: no entries found", file.path));
        }
    }
}

/// How many problems of one kind are printed one by one.
const FEW: usize = 3;

/// Prints the problems of a file: those of one kind as one line if there are many of them.
fn report_alike(context: &CommandContext, file: &FileReceipt) {
    let kind = |problem: &Diagnostic| {
        (
            problem.severity,
            problem.field.clone(),
            beginning(&problem.message),
        )
    };
    let mut counts: HashMap<_, usize> = HashMap::new();
    for problem in &file.problems {
        *counts.entry(kind(problem)).or_default() += 1;
    }
    for problem in &file.problems {
        let alike = counts.get_mut(&kind(problem));
        let count = alike.as_deref().copied().unwrap_or_default();
        if problem.severity == Severity::Error || (1..=FEW).contains(&count) {
            report_problem(context, &file.path, problem);
        } else if let Some(alike) = alike.filter(|_| count > 0) {
            *alike = 0;
            let summary = Diagnostic {
                message: format!(
                    "{} (and {} more; --json lists them)",
                    problem.message,
                    count - 1
                ),
                ..problem.clone()
            };
            report_problem(context, &file.path, &summary);
        }
    }
}

/// Returns the words with which a message begins and that messages of the same kind share: what differs between them is
/// quoted, has digits, or comes later.
fn beginning(message: &str) -> String {
    const WORDS: usize = 2;
    let mut is_quoted = false;
    let plain: String = message
        .chars()
        .filter(|character| {
            match character {
                '\u{201c}' => is_quoted = true,
                '\u{201d}' => is_quoted = false,
                '"' => is_quoted = !is_quoted,
                _ => return !is_quoted,
            }
            false
        })
        .collect();
    let words = plain
        .split([';', ':'])
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let words = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.take(WORDS).collect::<Vec<_>>().join(" ")
}

/// Prints a problem. `--quiet` hides notes.
pub(crate) fn report_problem(context: &CommandContext, path: &str, problem: &Diagnostic) {
    match problem.severity {
        Severity::Error | Severity::Warning => context.warn(problem_line(path, problem)),
        Severity::Notice => context.note(problem_line(path, problem)),
    }
}

/// Returns a problem as one line: file, line, severity, key, field, message.
fn problem_line(path: &str, problem: &Diagnostic) -> String {
    let bold = crate::cli::ui::Style::Bold;
    let mut text = path.to_owned();
    if problem.line > 0 {
        let _ = write!(text, ":{}", problem.line);
    }
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    };
    let _ = write!(text, ": {bold}{severity}:{bold:#} ");
    match (&problem.key, &problem.field) {
        (Some(key), Some(field)) => {
            let _ = write!(text, "{key}, {field}: ");
        }
        (Some(key), None) => {
            let _ = write!(text, "{key}: ");
        }
        (None, Some(field)) => {
            let _ = write!(text, "{field}: ");
        }
        (None, None) => {}
    }
    text.push_str(&problem.message);
    text
}

fn table(receipt: &Receipt) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let header = [
        "",
        "entries",
        "imported",
        "updated",
        "unchanged",
        "rejected",
    ];
    table.set_header(header);
    let mut row = |name: &str, counts: &peerbib::library::Counts| {
        let numbers = [
            counts.entries,
            counts.imported,
            counts.updated,
            counts.unchanged,
            counts.rejected,
        ];
        let cells = numbers
            .iter()
            .map(|number| Cell::new(number.to_string()).set_alignment(CellAlignment::Right));
        table.add_row(std::iter::once(Cell::new(name)).chain(cells));
    };
    for FileReceipt { path, counts, .. } in &receipt.files {
        row(path, counts);
    }
    if receipt.files.len() > 1 {
        row("total", &receipt.totals);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// Returns the rejected entries as a `.bib` file that can be fixed and imported.
fn rejects(receipt: &Receipt) -> String {
    let mut text = String::new();
    for file in &receipt.files {
        for reject in &file.rejects {
            // BibTeX has no comments; between entries it ignores everything except an @.
            let place = format!("{}:{}: the entry {}", file.path, reject.line, reject.reason);
            let _ = writeln!(
                text,
                "% {}\n{}\n",
                place.replace('@', "").replace(['\n', '\r'], " "),
                reject.text.trim()
            );
        }
    }
    text
}

/// Asks which value of a field to keep. At the end of the input, the library's values stay.
struct ConflictPrompt {
    /// The answer for all further conflicts.
    always: Option<Choice>,
}

impl ConflictPrompt {
    fn ask(&mut self, conflict: &Conflict) -> Choice {
        if let Some(choice) = self.always {
            return choice;
        }
        let bold = crate::cli::ui::Style::Bold;
        print_message(format_args!(
            "{}:{}: {bold}{}, {}{bold:#}\n  library: {}\n  file:    {}",
            conflict.path,
            conflict.line,
            conflict.key,
            conflict.field,
            crate::cli::ui::wrapped(&conflict.in_library, 11),
            crate::cli::ui::wrapped(&conflict.in_file, 11)
        ));
        loop {
            print_prompt("keep the value of the [l]ibrary or the [f]ile? ([L], [F]: for all) ");
            let mut answer = String::new();
            let read = std::io::stdin().lock().read_line(&mut answer);
            let (choice, always) = match (read, answer.trim()) {
                (Ok(0) | Err(_), _) | (_, "L") => (Choice::Library, true),
                (_, "F") => (Choice::File, true),
                (_, "l" | "library") => (Choice::Library, false),
                (_, "f" | "file") => (Choice::File, false),
                _ => continue,
            };
            if always {
                self.always = Some(choice);
            }
            return choice;
        }
    }
}
