//! `peerbib import`

mod watch;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::BufRead as _;

use clap::{Args, ValueEnum};
use comfy_table::{Cell, CellAlignment, Table, presets};

use crate::cli::commands::list::settings::default_list;
use crate::cli::format_name::FormatName;
use crate::cli::input::{Input, column_field};
use crate::cli::problems::report_problem;
use crate::cli::ui::{can_ask, counted, print_message, print_prompt};
use crate::cli::zotero::{CollectionsTarget, ZoteroArgs, ZoteroInput, is_zotero};
use crate::cli::{CommandContext, CommandError, Outcome, Result, progress};
use peerbib::bundled;
use peerbib::formats::bibtex::EntryError;
use peerbib::formats::csv::ColumnField;
use peerbib::formats::{Diagnostic, Severity};
use peerbib::library::{
    Choice, Conflict, ConflictPolicy, FileReport, ImportReport, ImportedFile, KeptBecause, Library,
    Reject, SyncOptions,
};

/// Import references from files in many formats
///
/// BibTeX and BibLaTeX entries are kept exactly as written. References in other formats become BibLaTeX; what it cannot
/// hold is reported, and `peerbib show KEY --original` prints the original. The formats are those of --from. An entry
/// that cannot be read does not stop the rest: the report gives its line and the reason, and --rejects saves it.
///
/// Importing a file again changes nothing. Changes in it since its last import are taken, and your changes in the
/// library are kept; a field that changed on both sides is a conflict, which --on-conflict decides. An entry whose key
/// changed in the file keeps its work. With --sync, the library follows the file: works that you removed do not come
/// back, and entries that are no longer in the file are reported, and removed with --prune unless you edited, tagged,
/// listed or annotated their works. --watch does so whenever the file changes. Without a FILE, both take the files
/// listed under [[sync]] in your configuration; the file that `peerbib config edit` creates has an example.
///
/// A plain reference list, such as that at the end of a chapter, is split into references, and each is read and
/// compared with the library. A work that the library has is left alone. A new one is tagged status:unverified with
/// the confidence of its reading, and `peerbib show --original` prints the reference as it was written.
///
/// zotero: is the library of Zotero on this computer, and zotero:PATH one in another place. Zotero may be running; its
/// files are only read. Collections, tags, notes, annotations and links to files come with the items. Importing it
/// again takes the changes in Zotero and keeps yours.
///
/// An entry matches an existing work if they share a key, DOI, ISBN or eprint, or title, first author,
/// year and type. Chapters of one book, editions and volumes are different works. Keywords such as
/// movement:oekonux become tags, and so do JabRef's groups.
///
/// Two bibliographies are bundled: peerbib:chapter, which `peerbib quickstart` imports, and peerbib:commons, a
/// broader collection. They come with tags assigned by hand, whether you import them by these names or as files.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib import refs.bib\n  \
                        peerbib import *.bib --rejects rejected.bib\n  \
                        peerbib import refs.bib --sync --prune\n  \
                        peerbib import catalogue.xml manuscript.docx\n  \
                        peerbib import books.csv --map Werk=title\n  \
                        peerbib import zotero: --collection Commons\n  \
                        peerbib import peerbib:commons")]
pub(crate) struct Import {
    /// The files to import; - is standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["sync", "watch"])]
    files: Vec<String>,

    /// What to do if an entry and its work in the library differ [default: merge]
    #[arg(long, value_name = "POLICY")]
    on_conflict: Option<OnConflict>,

    /// Follow the files: also report entries that are no longer in them
    #[arg(long)]
    sync: bool,

    /// With --sync, --watch or zotero: remove works whose entries are gone
    #[arg(long)]
    prune: bool,

    /// Follow the files until Ctrl-C is pressed: import each whenever it changes
    #[arg(long, conflicts_with_all = ["dry_run", "interactive", "rejects"])]
    watch: bool,

    #[command(flatten)]
    zotero: ZoteroArgs,

    /// For zotero: what happens to collections
    #[arg(long, value_name = "WHAT", default_value = "tags")]
    collections: CollectionsTarget,

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
    /// Replace it with the file's entry; with --sync, only in fields that changed on both sides
    Replace,
    /// Take what changed in the file; if both changed a field, keep the library's
    Merge,
    /// Take what changed in the file; if both changed a field, ask
    Ask,
}

impl OnConflict {
    fn policy(self) -> ConflictPolicy {
        match self {
            Self::Keep => ConflictPolicy::Keep,
            Self::Replace => ConflictPolicy::Replace,
            Self::Merge => ConflictPolicy::Merge,
            Self::Ask => ConflictPolicy::Ask,
        }
    }
}

/// A source to import.
struct ImportSource {
    name: String,
    mode: ImportMode,
}

/// The content of a source.
pub(crate) enum ImportInput {
    /// A file.
    File(Input),
    /// A library of Zotero, which is always followed.
    Zotero(Box<ZoteroInput>),
}

/// A way to merge entries into the works of the library.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ImportMode {
    /// As [`Change::import`](peerbib::library::Change::import) merges them.
    Import(ConflictPolicy),
    /// As [`Change::sync`](peerbib::library::Change::sync) does.
    Sync(SyncOptions),
}

impl ImportMode {
    fn policy(self) -> ConflictPolicy {
        self.options().on_conflict
    }

    /// Returns the options for a source that is always followed.
    fn options(self) -> SyncOptions {
        match self {
            Self::Import(on_conflict) => SyncOptions {
                on_conflict,
                ..SyncOptions::default()
            },
            Self::Sync(options) => options,
        }
    }
}

/// Refuses to ask about conflicts without a terminal.
fn check_questions(sources: &[ImportSource]) -> Result<()> {
    let asks = sources
        .iter()
        .any(|source| source.mode.policy() == ConflictPolicy::Ask);
    if asks && !can_ask() {
        return Err(
            CommandError::usage("--on-conflict ask needs a terminal").with_help(
                "use --on-conflict merge, keep or replace; the report lists each conflict"
                    .to_owned(),
            ),
        );
    }
    Ok(())
}

impl Import {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let sources = self.sources(context)?;
        check_questions(&sources)?;
        if self.watch {
            return watch::run(context, &sources, &self);
        }
        self.check_rejects(context)?;
        // All files are read first, so that a missing one changes nothing.
        let inputs = self.read(context, &sources)?;
        // An import that brings nothing is no step of the history, and creates no library. A file that is followed may
        // have become empty.
        let brings_nothing = |(input, mode): &(ImportInput, ImportMode)| {
            matches!(input, ImportInput::File(input) if input.has_nothing())
                && matches!(mode, ImportMode::Import(_))
        };
        let is_rehearsal = self.dry_run || inputs.iter().all(brings_nothing);
        let mut library = if is_rehearsal && !context.library_path()?.exists() {
            CommandContext::temporary_library()?
        } else {
            context.open_or_create()?
        };
        let before = library.works().last()?;
        let report = if is_rehearsal {
            context.dry_run(&mut library, |change| import_all(change, &inputs, false))?
        } else {
            context.change(&mut library, |change| import_all(change, &inputs, false))?
        };
        self.write_rejects(context, &report)?;
        if self.json {
            context.print_json(&report)?;
        } else {
            self.report(context, &report)?;
            if self.dry_run {
                context.note("dry run: nothing was changed");
            } else {
                report_duplicates(context, &library, before, report.totals.imported)?;
            }
        }
        Ok(Outcome::done_if(report.totals.rejected == 0))
    }

    /// Refuses a place for rejected entries that is in use.
    fn check_rejects(&self, context: &CommandContext) -> Result<()> {
        match self.rejects.as_deref() {
            Some("-") if self.json => Err(CommandError::usage(
                "--rejects - and --json both write to standard output",
            )
            .with_help("write the rejected entries to a file".to_owned())),
            None | Some("-") => Ok(()),
            Some(path) => context.check_output(path, &self.files),
        }
    }

    /// Reads all sources.
    fn read(
        &self,
        context: &CommandContext,
        sources: &[ImportSource],
    ) -> Result<Vec<(ImportInput, ImportMode)>> {
        let pattern = context.key_pattern(None)?;
        let is_zotero = |source: &ImportSource| is_zotero(&source.name, self.from);
        self.zotero.check(sources.iter().any(is_zotero))?;
        // The lists that collections become.
        let lists = match self.collections {
            CollectionsTarget::Tags => None,
            CollectionsTarget::Lists => Some(default_list(context, "")?),
        };
        let mut inputs = Vec::with_capacity(sources.len());
        for source in sources {
            let ImportSource { name, mode } = source;
            if is_zotero(source) {
                for library in self.zotero.read(context, name, lists.as_ref())? {
                    inputs.push((ImportInput::Zotero(Box::new(library)), *mode));
                }
                continue;
            }
            // Without a terminal, nothing is asked.
            let input = if self.interactive && can_ask() {
                Input::read_interactively(context, name, self.from)?
            } else {
                Input::read_with(name, self.from, &self.map, &pattern)?
            };
            inputs.push((ImportInput::File(input), *mode));
        }
        Ok(inputs)
    }

    /// Writes the rejected entries with their reasons, if they are asked for.
    fn write_rejects(&self, context: &CommandContext, report: &ImportReport) -> Result<()> {
        match self.rejects.as_deref() {
            None => Ok(()),
            Some("-") => context.print_data(&rejects(report)),
            Some(path) => context.write_file(path, rejects(report)),
        }
    }

    /// Prints problems and numbers.
    fn report(&self, context: &CommandContext, report: &ImportReport) -> Result<()> {
        report_problems(context, report);
        if self.rejects.as_deref() == Some("-") {
            context.note(table(report).trim_end());
        } else {
            context.print(&table(report))?;
        }
        match report.tags {
            None => {}
            Some(0) => context.note("the works already have their hand-made tags"),
            Some(tags) => {
                context.note(format_args!("{} added", counted(tags, "hand-made tag")));
            }
        }
        let no_key = EntryError::NoKey.to_string();
        let mut rejects = report.files.iter().flat_map(|file| &file.rejects);
        if rejects.any(|reject| reject.reason == no_key) {
            context
                .note("`peerbib convert FILE --to biblatex` gives keys to entries that have none");
        }
        let kept: usize = report.files.iter().map(|file| file.kept).sum();
        if kept > 0 && !self.dry_run {
            context.note(
                "the library\u{2019}s values were kept; --on-conflict replace takes the file\u{2019}s",
            );
        }
        Ok(())
    }

    /// Returns the files that are named, or else those that the configuration names.
    fn sources(&self, context: &CommandContext) -> Result<Vec<ImportSource>> {
        let follows = self.sync || self.watch;
        let is_zotero = |name: &String| is_zotero(name, self.from);
        if self.prune && !follows && !self.files.iter().all(is_zotero) {
            return Err(CommandError::usage("--prune needs --sync or --watch"));
        }
        let on_conflict = self.on_conflict.map(OnConflict::policy);
        if !self.files.is_empty() {
            let policy = on_conflict.unwrap_or_default();
            let mode = if follows || self.prune {
                ImportMode::Sync(SyncOptions {
                    on_conflict: policy,
                    prune: self.prune,
                })
            } else {
                ImportMode::Import(policy)
            };
            let names = self.files.iter().cloned();
            return Ok(names.map(|name| ImportSource { name, mode }).collect());
        }
        let followed = context.configuration()?.followed();
        if followed.is_empty() {
            return Err(
                CommandError::usage("no file is given, and the configuration names none to follow")
                    .with_help(
                        "name one, or add a table to the configuration file, which `peerbib config edit` opens:\n  \
                         [[sync]]\n  file = \"~/Zotero.bib\""
                            .to_owned(),
                    ),
            );
        }
        let sources = followed.iter().map(|followed| {
            let configured = followed.on_conflict.as_deref();
            let configured = configured.and_then(|name| OnConflict::from_str(name, false).ok());
            ImportSource {
                name: followed.file.clone(),
                mode: ImportMode::Sync(SyncOptions {
                    on_conflict: on_conflict
                        .or(configured.map(OnConflict::policy))
                        .unwrap_or_default(),
                    prune: self.prune || followed.prune,
                }),
            }
        });
        Ok(sources.collect())
    }
}

/// Reports how many new works are probably in the library twice: those after the work `before`.
fn report_duplicates(
    context: &CommandContext,
    library: &Library,
    before: i64,
    imported: usize,
) -> Result<()> {
    /// Comparing more works would take longer than the import.
    const MOST: usize = 20_000;
    if !(1..=MOST).contains(&imported) {
        return Ok(());
    }
    let groups = library.works().new_duplicates(before)?;
    if !groups.is_empty() {
        let certain = groups.iter().filter(|group| group.certainty.is_certain());
        context.note(format_args!(
            "{} of likely duplicates with new works, {} of them certain; `peerbib dedupe added:today` lists them",
            counted(groups.len(), "group"),
            certain.count()
        ));
    }
    Ok(())
}

/// Imports bibliographies one after the other, with a progress bar. Installs the bundled vocabulary with
/// a bundled bibliography.
pub(crate) fn import_all(
    change: &peerbib::library::Change<'_>,
    inputs: &[(ImportInput, ImportMode)],
    watched: bool,
) -> peerbib::library::Result<ImportReport> {
    let entries = inputs
        .iter()
        .map(|(input, _)| match input {
            ImportInput::File(input) => input.reading.file.works().count(),
            ImportInput::Zotero(input) => input.content.items.len(),
        })
        .sum();
    let bar = progress::bar(entries, watched);
    bar.set_message("importing");
    let mut report = ImportReport::default();
    let mut prompt = ConflictPrompt { always: None };
    for (input, mode) in inputs {
        let advance = &mut |count: usize| bar.inc(u64::try_from(count).unwrap_or(0));
        let ask = &mut |conflict: &Conflict| bar.suspend(|| prompt.ask(conflict));
        let input = match input {
            ImportInput::File(input) => input,
            ImportInput::Zotero(input) => {
                report.add(input.import(change, mode.options(), ask, advance)?);
                continue;
            }
        };
        let imported = ImportedFile {
            path: &input.path,
            encoding: &input.encoding,
            file: &input.reading.file,
        };
        let mut imported = match input.reference_items() {
            Some(items) => change.import_references(imported, items, advance)?,
            None => match *mode {
                ImportMode::Import(policy) => {
                    change.import_asking(imported, policy, ask, advance)?
                }
                ImportMode::Sync(options) => {
                    // What could not be read may be any of the works.
                    let is_complete = input.reading.rejected.is_empty();
                    let options = SyncOptions {
                        prune: options.prune && is_complete,
                        ..options
                    };
                    change.sync(imported, options, ask, advance)?
                }
            },
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
        report.add(imported);
    }
    bar.finish_and_clear();
    let is_shipped =
        |input: &ImportInput| matches!(input, ImportInput::File(input) if input.is_shipped);
    if inputs.iter().any(|(input, _)| is_shipped(input))
        && let Ok(vocabulary) = bundled::vocabulary()
    {
        let installed = vocabulary.install(change, bundled::VOCABULARY_SOURCE)?;
        report.tags = Some(installed.assigned);
    }
    Ok(report)
}

/// Adds the entries that could not be read to a report.
fn add_unreadable_entries(input: &Input, report: &mut FileReport) {
    let rejected = input.reading.rejected.iter();
    report.rejects.extend(rejected.map(|rejected| Reject {
        line: rejected.line,
        text: rejected.text.clone(),
        reason: rejected.reason.clone(),
    }));
    report.counts.entries += input.reading.rejected.len();
    report.counts.rejected += input.reading.rejected.len();
}

/// Prints each problem with its position, as compilers do, so that editors can jump there.
pub(crate) fn report_problems(context: &CommandContext, report: &ImportReport) {
    for file in &report.files {
        report_alike(context, file);
        report_gone(context, file);
        if file.counts.entries == 0 {
            context.note(format_args!("{}: no entries found", file.path));
        }
    }
}

/// Prints which entries are not in a file any more, with what became of their works.
fn report_gone(context: &CommandContext, file: &FileReport) {
    let removed = file.gone.iter().filter(|gone| gone.removed).count();
    if removed > 0 {
        context.note(format_args!(
            "{}: {} not in it any more, removed: {}",
            file.path,
            entries(removed),
            keys_of(file, None)
        ));
    }
    let mut reasons: Vec<KeptBecause> = Vec::new();
    for reason in file.gone.iter().filter_map(|gone| gone.kept_because) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    for reason in reasons {
        let count = file
            .gone
            .iter()
            .filter(|gone| gone.kept_because == Some(reason))
            .count();
        context.note(format_args!(
            "{}: {} not in it any more, kept{}: {}",
            file.path,
            entries(count),
            kept_because(reason, count == 1),
            keys_of(file, Some(reason))
        ));
    }
}

fn entries(count: usize) -> String {
    match count {
        1 => "1 entry is".to_owned(),
        count => format!("{count} entries are"),
    }
}

/// Returns the keys of the works that were kept for a reason, or removed; some of them if there are many.
fn keys_of(file: &FileReport, reason: Option<KeptBecause>) -> String {
    const MOST: usize = 10;
    let keys: Vec<&str> = file
        .gone
        .iter()
        .filter(|gone| gone.kept_because == reason)
        .map(|gone| gone.key.as_str())
        .collect();
    let shown = keys.iter().take(MOST).copied().collect::<Vec<_>>();
    match keys.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns why a work was kept, as the end of a sentence.
fn kept_because(reason: KeptBecause, is_one: bool) -> &'static str {
    match (reason, is_one) {
        (KeptBecause::NotPruned, _) => " (--prune removes)",
        (KeptBecause::EmptySource, _) => " because the file has no entries at all",
        (KeptBecause::UnreadableEntries, _) => " because the file has entries that cannot be read",
        (KeptBecause::OtherSource, true) => " because it was imported from another file, too",
        (KeptBecause::OtherSource, false) => " because they were imported from another file, too",
        (KeptBecause::Edited, true) => " because it was edited here",
        (KeptBecause::Edited, false) => " because they were edited here",
        (KeptBecause::Note, true) => " because it has a note",
        (KeptBecause::Note, false) => " because they have notes",
        (KeptBecause::LinkedFile, true) => " because it has a linked file",
        (KeptBecause::LinkedFile, false) => " because they have linked files",
        (KeptBecause::Listed, true) => " because it is in a reading list",
        (KeptBecause::Listed, false) => " because they are in reading lists",
        (KeptBecause::TaggedByHand, true) => " because it was tagged by hand",
        (KeptBecause::TaggedByHand, false) => " because they were tagged by hand",
        (KeptBecause::Inherited, true) => " because another work inherits from it",
        (KeptBecause::Inherited, false) => " because other works inherit from them",
    }
}

/// The number of problems of one kind that are printed one by one.
const FEW: usize = 3;

/// Prints the problems of a file: those of one kind as one line if there are many of them.
fn report_alike(context: &CommandContext, file: &FileReport) {
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

fn table(report: &ImportReport) -> String {
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
    for FileReport { path, counts, .. } in &report.files {
        row(path, counts);
    }
    if report.files.len() > 1 {
        row("total", &report.totals);
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
fn rejects(report: &ImportReport) -> String {
    let mut text = String::new();
    for file in &report.files {
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
        let bold = crate::cli::ui::TerminalStyle::Bold;
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
