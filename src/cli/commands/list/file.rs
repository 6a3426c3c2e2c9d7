//! `peerbib list export` and `peerbib list import`

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::settings::{check_stored, checked_query};
use crate::cli::editor::{Draft, Edited, Refusal, Task};
use crate::cli::io::write_file;
use crate::cli::style_engine::Rendering;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, LibraryError, StoredEdition, StoredList};
use peerbib::reading_list::{Edition, ListFile, ListFileError};
use peerbib::suggest::in_sentence;

/// Write a reading list to a file, to share it, to keep its versions, to edit it
///
/// The file holds all of the list: query, sections, pins, exclusions, order, annotations and editions.
/// `peerbib list import` reads it again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list export commons-101 --to toml -o commons-101.toml\n  \
                  peerbib list export commons-101 --without-editions"
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

    /// Leave the editions out
    #[arg(long)]
    without_editions: bool,
}

/// A format of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// TOML
    Toml,
}

impl ExportList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let list = library.list(&self.list)?;
        let mut file = ListFile::of(&library, &list)?;
        if self.without_editions {
            file = file.without_editions();
        }
        let text = match self.to {
            ListFormat::Toml => toml_of(&file)?,
        };
        match &self.output {
            Some(path) if path.as_os_str() != "-" => {
                write_file(path, text)?;
                context.note(format_args!("{} is in {}", list.name, path.display()));
            }
            _ => {
                let mut output = context.output();
                output.write_all(text.as_bytes())?;
                output.flush()?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn toml_of(file: &ListFile) -> std::result::Result<String, CommandError> {
    file.to_toml()
        .map_err(|error| CommandError::new(format_args!("the list cannot be written: {error}")))
}

/// Read a reading list from a file that `peerbib list export` wrote
///
/// Works that the library does not have are named, and stay in the list by their keys: they stand in it
/// as soon as the library has them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list import syllabus.toml\n  \
                  peerbib list import syllabus.toml --name commons-2027\n  \
                  peerbib list import syllabus.toml --replace --dry-run")]
pub(in crate::cli) struct ImportList {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: String,

    /// Give the list another name than the file does
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Put it in the place of the list of this name
    #[arg(long)]
    replace: bool,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl ImportList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let text = read(&self.file)?;
        let file = parsed(&self.file, &text)?;
        let mut library = context.open_to_change_or_rehearse(self.dry_run)?;
        let name = self.name.as_deref().unwrap_or(&file.name);
        let existing = match library.list(name) {
            Ok(list) => Some(list),
            Err(LibraryError::UnknownList { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if existing.is_some() && !self.replace {
            return Err(CommandError::new(format_args!(
                "there is a reading list \u{201c}{name}\u{201d} already"
            ))
            .with_help(
                "--replace puts this one in its place; --name gives it another".to_owned(),
            ));
        }
        let doubts = doubts(context, &library, &self.file, &text, &file)?;
        if self.dry_run {
            let verb = if existing.is_some() {
                "replaced"
            } else {
                "made"
            };
            context.print(&format!("the list {name} would be {verb}\n"))?;
        } else {
            context.change(&mut library, |change| {
                file.store(change, name, existing.as_ref()).map(drop)
            })?;
            context.note(format_args!("{name} is imported"));
        }
        for doubt in &doubts {
            context.warn(format_args!("warning: {doubt}"));
        }
        Ok(if doubts.is_empty() {
            Outcome::Done
        } else {
            Outcome::Partial
        })
    }
}

fn read(name: &str) -> std::result::Result<String, CommandError> {
    let mut text = String::new();
    let read = if name == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(name).map(|read| text = read)
    };
    read.map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
            _ => error.to_string(),
        };
        CommandError::new(format_args!("{name} cannot be read: {reason}"))
    })?;
    Ok(text)
}

fn parsed(name: &str, text: &str) -> std::result::Result<ListFile, CommandError> {
    ListFile::from_toml(text).map_err(|error| {
        let help = match &error {
            ListFileError::Malformed(_) => {
                "nothing was changed; `peerbib list export` shows how such a file is written"
            }
            ListFileError::Newer(_) => "nothing was changed; install a newer peerbib",
        };
        CommandError::new(format_args!("{name} is not a reading list: {error}"))
            .with_help(help.to_owned())
    })
}

/// The line on which a text stands first, and the name of the file.
fn place(name: &str, text: &str, sought: &str) -> String {
    let first = sought.lines().next().unwrap_or_default();
    match text.lines().position(|line| line.contains(first)) {
        Some(line) if !first.is_empty() => format!("{name}:{}", line + 1),
        _ => name.to_owned(),
    }
}

/// What of a list does not fit into the library: each of it is kept all the same.
///
/// # Errors
///
/// Where a query of the list cannot be read, by anybody.
fn doubts(
    context: &CommandContext,
    library: &Library,
    name: &str,
    text: &str,
    file: &ListFile,
) -> std::result::Result<Vec<String>, CommandError> {
    let mut doubts = Vec::new();
    let queries = file
        .sections
        .iter()
        .filter_map(|section| section.query.as_ref());
    for query in file.query.iter().chain(queries) {
        let parsed: std::result::Result<peerbib::query::Query, _> = query.parse();
        if let Err(error) = parsed {
            return Err(
                CommandError::usage(format_args!("{}: {error}", place(name, text, query)))
                    .with_help(error.help()),
            );
        }
        if let Err(failure) = checked_query(library, query) {
            doubts.push(format!(
                "{}: {}",
                place(name, text, query),
                failure.message()
            ));
        }
    }
    let rendering = Rendering::new(context, &file.style, file.locale.as_deref());
    if let Err(failure) = rendering {
        doubts.push(format!(
            "{}: {}",
            place(name, text, &file.style),
            failure.message()
        ));
    }
    for key in file.missing(library)? {
        let suggestion = match library.work_id(key) {
            Err(LibraryError::UnknownKey { suggestions, .. }) => in_sentence(&suggestions),
            _ => String::new(),
        };
        doubts.push(format!(
            "{}: no work of the library has the key {key}{suggestion}",
            place(name, text, &format!("\"{key}\""))
        ));
    }
    Ok(doubts)
}

/// Opens a list in the editor, and puts what comes back in its place; its editions stay.
pub(crate) fn edit_by_hand(
    context: &CommandContext,
    library: &mut Library,
    list: &StoredList,
) -> Result {
    let before = ListFile::of(library, list)?.without_editions();
    let name = format!("{}.toml", list.name);
    let task = Task {
        name: &name,
        text: &toml_of(&before)?,
        comment: ("#", ""),
        heading: "",
        instead: "say what to edit, such as --title or --query; `peerbib list edit --help` lists it",
    };
    let edited = Draft::edit(context, &task, |text| {
        let mend = |failure: CommandError| Refusal::Mend(failure.message().to_owned());
        let file = parsed(&name, text).map_err(mend)?;
        let doubts = doubts(context, library, &name, text, &file).map_err(mend)?;
        let like = StoredList {
            query: file.query.clone(),
            ..list.clone()
        };
        if doubts.is_empty() {
            check_stored(library, &like).map_err(mend)?;
        }
        context.change(library, |change| {
            if ListFile::of(change, list)?.without_editions() != before {
                return Err(LibraryError::ChangedMeanwhile(format!(
                    "the list {}",
                    list.name
                )));
            }
            file.store(change, &file.name, Some(list)).map(drop)
        })?;
        Ok((file.name, doubts))
    })?;
    let Edited::Done((name, doubts)) = edited else {
        context.note("nothing was changed");
        return Ok(Outcome::Done);
    };
    context.note(format_args!("{name} is edited"));
    for doubt in &doubts {
        context.warn(format_args!("warning: {doubt}"));
    }
    Ok(if doubts.is_empty() {
        Outcome::Done
    } else {
        Outcome::Partial
    })
}

/// An edition as it was kept.
///
/// # Errors
///
/// Where the library's copy was damaged.
pub(crate) fn edition_of(stored: &StoredEdition) -> std::result::Result<Edition, CommandError> {
    Edition::stored(&stored.content).map_err(|error| {
        LibraryError::UnreadableEdition {
            name: stored.name.clone(),
            reason: error.to_string(),
        }
        .into()
    })
}
