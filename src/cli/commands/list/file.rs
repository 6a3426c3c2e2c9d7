//! `peerbib list export` and `peerbib list import`

use std::collections::HashMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::settings::{check_stored, checked_query};
use crate::cli::editor::{EditError, EditOutcome, EditRequest, TempFile};
use crate::cli::extensions::check_only_format;
use crate::cli::io::{NO_INPUTS, read_text};
use crate::cli::style_engine::StyleEngine;
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::library::{Library, LibraryError, StoredList, StoredSnapshot};
use peerbib::reading_list::{ListFile, ListFileError, Snapshot};
use peerbib::suggest::in_sentence;

/// Write a reading list to a file, to share, version or edit it
///
/// The file contains everything: query, sections, pins, exclusions, order, annotations and snapshots.
/// `peerbib list import` reads it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list export commons-101 --to toml -o commons-101.toml\n  \
                  peerbib list export commons-101 --without-snapshots"
)]
pub(in crate::cli) struct ExportList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "toml")]
    to: ListFormat,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Leave out the snapshots
    #[arg(long)]
    without_snapshots: bool,
}

/// A file format for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// TOML
    Toml,
}

impl ExportList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let list = library.lists().get(&self.list)?;
        let mut file = ListFile::from_list(&library, &list)?;
        if self.without_snapshots {
            file = file.without_snapshots();
        }
        let text = match self.to {
            ListFormat::Toml => toml_of(&file)?,
        };
        match &self.output {
            Some(path) if path.as_os_str() != "-" => {
                context.check_output(path, NO_INPUTS)?;
                check_only_format(path, "TOML", &["toml"])?;
                context.write_file(path, text)?;
                context.note(format_args!("wrote {} to {}", list.name, path.display()));
            }
            _ => context.print_data(&text)?,
        }
        Ok(Outcome::Done)
    }
}

fn toml_of(file: &ListFile) -> Result<String> {
    file.to_toml()
        .map_err(|error| CommandError::new(format_args!("cannot write the list: {error}")))
}

/// Import a reading list from a file
///
/// Works that are not in the library are reported. They stay in the list by their keys, and appear as
/// soon as they are in the library.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list import syllabus.toml\n  \
                  peerbib list import syllabus.toml --name commons-2027\n  \
                  peerbib list import syllabus.toml --replace --dry-run")]
pub(in crate::cli) struct ImportList {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: String,

    /// Use this name instead of the one in the file
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Replace the existing list with this name
    #[arg(long)]
    replace: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl ImportList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let text = read_text(&self.file)?;
        let file = parsed(&self.file, &text)?;
        let mut library = context.open_to_change_unless(self.dry_run)?;
        let name = self.name.as_deref().unwrap_or(&file.name);
        let existing = match library.lists().get(name) {
            Ok(list) => Some(list),
            Err(LibraryError::UnknownList { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if existing.is_some() && !self.replace {
            return Err(CommandError::new(format_args!(
                "the reading list \u{201c}{name}\u{201d} already exists"
            ))
            .with_help(
                "use --replace to replace it, or --name to choose another name".to_owned(),
            ));
        }
        let mismatches = mismatches(context, &library, &self.file, &text, &file)?;
        if self.dry_run {
            let verb = if existing.is_some() {
                "replaced"
            } else {
                "created"
            };
            context.print(&format!("the list {name} would be {verb}\n"))?;
        } else {
            context.change(&mut library, |change| {
                file.store(change, name, existing.as_ref()).map(drop)
            })?;
            context.note(format_args!("imported {name}"));
        }
        for mismatch in &mismatches {
            context.warn(format_args!("warning: {mismatch}"));
        }
        Ok(Outcome::done_if(mismatches.is_empty()))
    }
}

fn parsed(name: &str, text: &str) -> Result<ListFile> {
    ListFile::from_toml(text).map_err(|error| {
        let help = match &error {
            ListFileError::Newer(_) => "nothing was changed; install a newer peerbib",
            _ => "nothing was changed; `peerbib list export` shows the format",
        };
        CommandError::new(format_args!("{name} is not a reading list: {error}"))
            .with_help(help.to_owned())
    })
}

/// Returns the name of the file and the line of the first occurrence of a text.
fn place(name: &str, text: &str, sought: &str) -> String {
    let first = sought.lines().next().unwrap_or_default();
    match text.lines().position(|line| line.contains(first)) {
        Some(line) if !first.is_empty() => format!("{name}:{}", line + 1),
        _ => name.to_owned(),
    }
}

/// Returns the line of each key of a list, where it first occurs.
fn lines_of_keys(text: &str) -> HashMap<&str, usize> {
    let mut lines = HashMap::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some(value) = line.trim_start().strip_prefix("key")
            && let Some(key) = value.split('"').nth(1)
        {
            lines.entry(key).or_insert(number);
        }
    }
    lines
}

/// Returns what in a list does not match the library; it is kept nevertheless. Fails if a query of the list is invalid.
fn mismatches(
    context: &CommandContext,
    library: &Library,
    name: &str,
    text: &str,
    file: &ListFile,
) -> Result<Vec<String>> {
    let mut mismatches = Vec::new();
    let queries = file
        .sections
        .iter()
        .filter_map(|section| section.query.as_ref());
    for query in file.query.iter().chain(queries) {
        let parsed: Result<peerbib::query::Query, _> = query.parse();
        if let Err(error) = parsed {
            return Err(
                CommandError::usage(format_args!("{}: {error}", place(name, text, query)))
                    .with_help(hints::query(&error)),
            );
        }
        if let Err(failure) = checked_query(library, query) {
            mismatches.push(format!(
                "{}: {}",
                place(name, text, query),
                failure.message()
            ));
        }
    }
    let engine = StyleEngine::new(context, &file.style, file.locale.as_deref());
    if let Err(failure) = engine {
        mismatches.push(format!(
            "{}: {}",
            place(name, text, &file.style),
            failure.message()
        ));
    }
    let lines = lines_of_keys(text);
    for key in file.missing(library)? {
        let suggestion = match library.works().id(key) {
            Err(LibraryError::UnknownKey { suggestions, .. }) => in_sentence(&suggestions),
            _ => String::new(),
        };
        mismatches.push(format!(
            "{}: no work has the key {key}{suggestion}",
            lines
                .get(key)
                .map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"))
        ));
    }
    Ok(mismatches)
}

/// Opens a list in the editor and replaces it by the result. Its snapshots stay.
pub(crate) fn edit_by_hand(
    context: &CommandContext,
    library: &mut Library,
    list: &StoredList,
) -> Result {
    let before = ListFile::from_list(library, list)?.without_snapshots();
    let name = format!("{}.toml", list.name);
    let request = EditRequest {
        name: &name,
        text: &toml_of(&before)?,
        comment: ("#", ""),
        heading: "",
        alternative: "use options such as --title or --query; `peerbib list edit --help` lists them",
    };
    let edited = TempFile::edit(context, &request, |text| {
        let mend = |failure: CommandError| EditError::Invalid(failure.message().to_owned());
        let file = parsed(&name, text).map_err(mend)?;
        let mismatches = mismatches(context, library, &name, text, &file).map_err(mend)?;
        let like = StoredList {
            query: file.query.clone(),
            ..list.clone()
        };
        if mismatches.is_empty() {
            check_stored(library, &like).map_err(mend)?;
        }
        context.change(library, |change| {
            if ListFile::from_list(change, list)?.without_snapshots() != before {
                return Err(LibraryError::ChangedMeanwhile(format!(
                    "the list {}",
                    list.name
                )));
            }
            file.store(change, &file.name, Some(list)).map(drop)
        })?;
        Ok((file.name, mismatches))
    })?;
    let EditOutcome::Done((name, mismatches)) = edited else {
        context.note("nothing was changed");
        return Ok(Outcome::Done);
    };
    context.note(format_args!("edited {name}"));
    for mismatch in &mismatches {
        context.warn(format_args!("warning: {mismatch}"));
    }
    Ok(Outcome::done_if(mismatches.is_empty()))
}

/// Parses a stored snapshot.
pub(crate) fn parse_snapshot(stored: &StoredSnapshot) -> Result<Snapshot> {
    Snapshot::from_json(&stored.content).map_err(|error| {
        LibraryError::UnreadableSnapshot {
            name: stored.name.clone(),
            reason: error.to_string(),
        }
        .into()
    })
}
