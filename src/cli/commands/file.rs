//! `peerbib file`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};

use crate::cli::io::{as_operand, reason};
use crate::cli::picker::{Pick, picked};
use crate::cli::works::{named_work, named_works};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, LibraryError, LinkedFile, path_from_root};
use peerbib::suggest::{closest, did_you_mean};

/// Link files such as PDFs to works, open and check them
///
/// peerbib stores the path of a file, never the file itself. Paths are relative to a root directory, so
/// files can move together: the root of the library (`peerbib file root`), the one in your configuration,
/// or the library's own directory. Files outside the root have an absolute path. Files in the field
/// `file` of an entry, as JabRef and Zotero write it, are listed, opened and checked, too.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib file add merten2000 merten2000.pdf --description Offprint\n  \
                        peerbib file list merten2000\n  peerbib file check"
)]
pub(crate) struct File {
    #[command(subcommand)]
    action: FileSubcommand,
}

#[derive(Debug, Subcommand)]
enum FileSubcommand {
    Add(AddFiles),
    Remove(RemoveFiles),
    List(ListFiles),
    Open(OpenFile),
    Check(CheckFiles),
    Root(Root),
}

/// Link files to a work
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file add merten2000 merten2000.pdf")]
struct AddFiles {
    /// The citation key of the work, or a query that matches no other work
    #[arg(value_name = "KEY")]
    key: String,

    /// The files to link
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// A description of the file
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Use this root directory for this run
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Unlink files from a work; the files themselves stay
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file remove merten2000 merten2000.pdf")]
struct RemoveFiles {
    /// The citation key of the work, or a query that matches no other work
    #[arg(value_name = "KEY")]
    key: String,

    /// The files: paths, names, or numbers from `peerbib file list`
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
}

/// List the files of works, and which are missing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib file list merten2000\n  peerbib file list --json")]
struct ListFiles {
    /// The works, as citation keys or as a query; without any, all
    #[arg(value_name = "KEY|QUERY")]
    keys: Vec<String>,

    /// Print an array of files as JSON
    #[arg(long)]
    json: bool,

    /// Use this root directory for this run
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Open a file of a work
///
/// Uses your system's program for such files, or the one that PEERBIB_OPENER names.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file open merten2000")]
struct OpenFile {
    /// The citation key of the work, or a query that matches no other work; without one, you pick a work with files at
    /// a terminal
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// The file: a path, a name, or a number from `peerbib file list`; by default, the first
    #[arg(value_name = "FILE")]
    file: Option<String>,

    /// Use this root directory for this run
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Find missing files
///
/// The exit code is 1 if there are any.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file check")]
struct CheckFiles {
    /// The works, as citation keys or as a query; without any, all
    #[arg(value_name = "KEY|QUERY")]
    keys: Vec<String>,

    /// Print an array of the missing files as JSON
    #[arg(long)]
    json: bool,

    /// Use this root directory for this run
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Show or set the root directory of linked files
///
/// The root of a library takes precedence over `files` in your configuration. It is part of the library
/// and can be undone like any other change. Without either, paths are relative to the library's own
/// directory.
///
/// Links keep pointing to their files: setting a new root rewrites their paths. A root inside the
/// library's directory is stored relative to it, so both can move together.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib file root\n  peerbib file root papers\n  \
                        peerbib file root --unset"
)]
struct Root {
    /// An existing directory
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,

    /// Remove the root of this library, so that `files` in your configuration applies
    #[arg(long, conflicts_with = "directory")]
    unset: bool,
}

/// A file of a work, as `--json` prints it.
#[derive(serde::Serialize)]
struct FileJson {
    key: String,
    path: String,
    description: Option<String>,
    /// Its absolute path.
    place: PathBuf,
    /// Whether it comes from the entry instead of a link.
    in_entry: bool,
    missing: bool,
}

impl FileJson {
    fn new(key: &str, file: LinkedFile, root: &Path) -> Self {
        let place = file.place(root);
        let is_address = file.path.contains("://") || is_openable_address(&file.path);
        Self {
            key: key.to_owned(),
            missing: !is_address && !place.exists(),
            path: file.path,
            description: file.description,
            place,
            in_entry: file.in_entry,
        }
    }

    /// Returns what to open: an address, or the path of an existing file.
    fn target(&self) -> Option<PathBuf> {
        if self.place.exists() {
            Some(as_operand(&self.place))
        } else {
            is_openable_address(&self.path).then(|| PathBuf::from(&self.path))
        }
    }
}

/// Returns whether an address may be passed on to the system. Entries come from strangers, and the programs for
/// other schemes may do more than show a document.
fn is_openable_address(address: &str) -> bool {
    let is_openable = |(scheme, rest): (&str, &str)| match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.starts_with("//"),
        scheme => scheme == "mailto",
    };
    address.split_once(':').is_some_and(is_openable) && !address.contains(char::is_control)
}

impl File {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.action {
            FileSubcommand::Add(add) => add.run(context),
            FileSubcommand::Remove(remove) => remove.run(context),
            FileSubcommand::List(list) => list.run(context),
            FileSubcommand::Open(open) => open.run(context),
            FileSubcommand::Check(check) => check.run(context),
            FileSubcommand::Root(root) => root.run(context),
        }
    }
}

impl AddFiles {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let work = named_work(context, &library, &self.key)?;
        let key = library.works().key(work)?;
        let root = root(context, &library, self.root.as_deref())?;
        let paths = self
            .files
            .iter()
            .map(|file| Ok(path_from_root(&existing(file)?, &root)?))
            .collect::<Result<Vec<_>>>()?;
        let added = context.change(&mut library, |change| {
            let mut added = Vec::new();
            for path in &paths {
                if change
                    .files()
                    .link(work, path, self.description.as_deref())?
                {
                    added.push(path.as_str());
                }
            }
            Ok(added)
        })?;
        for path in &added {
            context.note(format_args!("linked {path} to {key}"));
        }
        if added.is_empty() {
            context.note("nothing to do: the file is already linked");
        }
        Ok(Outcome::Done)
    }
}

impl RemoveFiles {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let work = named_work(context, &library, &self.key)?;
        let key = library.works().key(work)?;
        let root = root(context, &library, None)?;
        let files = files_of_work(&library, work, &key, &root)?;
        let mut paths = Vec::new();
        for name in &self.files {
            let file = chosen(&key, &files, name)?;
            if file.in_entry {
                return Err(CommandError::new(format_args!(
                    "{} comes from the field file of the entry",
                    file.path
                ))
                .with_help(format!(
                    "`peerbib edit {key} --unset file` removes the field; `peerbib edit {key}` opens the entry"
                )));
            }
            paths.push(file.path.clone());
        }
        context.change(&mut library, |change| {
            for path in &paths {
                change.files().unlink(work, path)?;
            }
            Ok(())
        })?;
        for path in &paths {
            context.note(format_args!(
                "unlinked {path} from {key}; the file itself stays"
            ));
        }
        Ok(Outcome::Done)
    }
}

impl ListFiles {
    fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let root = root(context, &library, self.root.as_deref())?;
        let files = files_of(context, &library, &self.keys, &root)?;
        if self.json {
            context.print_json(&files)?;
            return Ok(outcome_of(&files));
        }
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let mut text = String::new();
        let mut number = 0;
        let mut before = "";
        for file in &files {
            if file.key != before {
                let _ = writeln!(text, "{bold}{}{bold:#}", file.key);
                number = 0;
                before = &file.key;
            }
            number += 1;
            let _ = writeln!(text, "  {number}  {}", line(file));
        }
        context.print(&text)?;
        if files.is_empty() {
            context.note("no files");
        }
        Ok(outcome_of(&files))
    }
}

/// Describes a file in one line.
fn line(file: &FileJson) -> String {
    let red = crate::cli::ui::TerminalStyle::Red;
    let mut line = file.path.clone();
    if let Some(description) = &file.description {
        let _ = write!(line, "  ({description})");
    }
    if file.missing {
        let _ = write!(line, "  {red}missing: {}{red:#}", file.place.display());
    }
    line
}

/// Returns whether all files exist.
fn outcome_of(files: &[FileJson]) -> Outcome {
    Outcome::done_if(files.iter().all(|file| !file.missing))
}

impl OpenFile {
    fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let keys = match self.key {
            Some(key) => vec![key],
            None => {
                let with_files = library.files().works()?;
                let with_files = with_files.iter().map(|(work, _)| *work).collect();
                picked(context, &library, Pick::One, Some(&with_files))?
            }
        };
        let work = named_work(context, &library, &keys.concat())?;
        let key = library.works().key(work)?;
        let root = root(context, &library, self.root.as_deref())?;
        let files = files_of_work(&library, work, &key, &root)?;
        let file = match &self.file {
            Some(name) => chosen(&key, &files, name)?,
            None => files
                .iter()
                .find(|file| file.target().is_some())
                .or(files.first())
                .ok_or_else(|| no_files(&key))?,
        };
        if file.missing {
            return Err(missing(file));
        }
        let Some(target) = file.target() else {
            return Err(CommandError::new(format_args!(
                "peerbib does not open {}: it opens files and addresses with http, https and mailto",
                file.path
            ))
            .with_help(format!(
                "`peerbib show {key} --source` shows the field; open the address yourself if you trust it"
            )));
        };
        open_with_system(&target)?;
        Ok(Outcome::Done)
    }
}

impl CheckFiles {
    fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let root = root(context, &library, self.root.as_deref())?;
        let mut files = files_of(context, &library, &self.keys, &root)?;
        let count = files.len();
        files.retain(|file| file.missing);
        if self.json {
            context.print_json(&files)?;
            return Ok(outcome_of(&files));
        }
        let text: String = files
            .iter()
            .map(|file| format!("{}: {}\n", file.key, line(file)))
            .collect();
        context.print(&text)?;
        context.note(match (files.len(), count) {
            (_, 0) => "no files".to_owned(),
            (0, 1) => "the file exists".to_owned(),
            (0, count) => format!("all {count} files exist"),
            (1, 1) => "the file is missing; if it has moved, run `peerbib file root DIRECTORY`".to_owned(),
            (1, count) => format!(
                "1 of {count} files is missing; if it has moved, run `peerbib file root DIRECTORY`"
            ),
            (missing, count) => format!(
                "{missing} of {count} files are missing; if they have moved, run `peerbib file root DIRECTORY`"
            ),
        });
        Ok(outcome_of(&files))
    }
}

impl Root {
    fn run(self, context: &CommandContext) -> Result {
        if self.unset {
            return unset_root(context);
        }
        let Some(directory) = &self.directory else {
            let library = context.open()?;
            context.print(&format!("{}\n", root(context, &library, None)?.display()))?;
            context.note(if library.files().root()?.is_some() {
                "set for this library"
            } else if context.configuration()?.files().is_some() {
                "set by `files` in your configuration"
            } else {
                "the directory of the library; `peerbib file root DIRECTORY` sets another"
            });
            return Ok(Outcome::Done);
        };
        let mut library = context.open_to_change()?;
        let directory = existing(directory)?;
        if !directory.is_dir() {
            return Err(CommandError::new(format_args!(
                "{} is not a directory",
                directory.display()
            ))
            .with_help("give the directory that contains the files".to_owned()));
        }
        let before = root(context, &library, None)?;
        let moved = context.change(&mut library, |change| {
            change.files().set_root(&directory, &before)
        })?;
        report_root(context, &directory, moved);
        Ok(Outcome::Done)
    }
}

/// Removes the root of the library.
fn unset_root(context: &CommandContext) -> Result {
    let mut library = context.open_to_change()?;
    let Some(before) = library.files().root()? else {
        context.note("nothing to do: the library has no root");
        return Ok(Outcome::Done);
    };
    let before = before.canonicalize().unwrap_or(before);
    let after = context.file_root()?;
    let after = after.canonicalize().unwrap_or(after);
    let moved = context.change(&mut library, |change| {
        let moved = change.files().set_root(&after, &before)?;
        change.files().unset_root()?;
        Ok(moved)
    })?;
    report_root(context, &after, moved);
    Ok(Outcome::Done)
}

fn report_root(context: &CommandContext, root: &Path, moved: usize) {
    context.note(format_args!(
        "set the root of linked files to {}{}",
        root.display(),
        match moved {
            0 => String::new(),
            1 => "; rewrote 1 path".to_owned(),
            moved => format!("; rewrote {moved} paths"),
        }
    ));
}

/// Returns the root of linked files: that of the option, the library, or the configuration.
pub(crate) fn root(
    context: &CommandContext,
    library: &Library,
    option: Option<&Path>,
) -> Result<PathBuf> {
    if let Some(root) = option {
        return existing(root);
    }
    let root = match library.files().root()? {
        Some(root) => root,
        None => context.file_root()?,
    };
    // Canonical, so that prefixes can be compared.
    Ok(root.canonicalize().unwrap_or(root))
}

/// Returns the canonical path of an existing file.
fn existing(file: &Path) -> Result<PathBuf> {
    file.canonicalize().map_err(|error| {
        CommandError::new(format_args!("{}: {}", file.display(), reason(&error)))
            .with_help("check the path; it is relative to the current directory".to_owned())
    })
}

fn files_of(
    context: &CommandContext,
    library: &Library,
    words: &[String],
    root: &Path,
) -> Result<Vec<FileJson>> {
    let works = if words.is_empty() {
        library.files().works()?
    } else {
        let works = named_works(context, library, words, None)?.works;
        let works = works.into_iter().map(|(work, _)| {
            let key = library.works().key(work)?;
            Ok((work, key))
        });
        works.collect::<peerbib::library::Result<_>>()?
    };
    let mut files = Vec::new();
    for (work, key) in works {
        files.extend(files_of_work(library, work, &key, root)?);
    }
    Ok(files)
}

fn files_of_work(
    library: &Library,
    work: i64,
    key: &str,
    root: &Path,
) -> Result<Vec<FileJson>, LibraryError> {
    let files = library.files().of_work(work)?;
    Ok(files
        .into_iter()
        .map(|file| FileJson::new(key, file, root))
        .collect())
}

/// Returns the file with this path, name or number.
fn chosen<'f>(key: &str, files: &'f [FileJson], name: &str) -> Result<&'f FileJson> {
    let here = std::path::absolute(name).unwrap_or_default();
    let by_number = || {
        let number = name.parse::<usize>().ok()?.checked_sub(1)?;
        files.get(number)
    };
    let by_name = || {
        let is_named = |file: &&FileJson| {
            let place = Path::new(&file.path).file_name();
            place.is_some_and(|own| own.to_string_lossy() == name)
        };
        let mut named = files.iter().filter(is_named);
        named.next().filter(|_| named.next().is_none())
    };
    files
        .iter()
        .find(|file| file.path == name || file.place == here)
        .or_else(by_name)
        .or_else(by_number)
        .ok_or_else(|| {
            if files.is_empty() {
                return no_files(key);
            }
            let near = closest(name, files.iter().map(|file| file.path.clone()));
            CommandError::new(format_args!("{key} has no file \u{201c}{name}\u{201d}")).with_help(
                did_you_mean(&near)
                    .unwrap_or_else(|| format!("`peerbib file list {key}` lists its files")),
            )
        })
}

fn no_files(key: &str) -> CommandError {
    CommandError::new(format_args!("{key} has no files"))
        .with_help(format!("`peerbib file add {key} FILE` links one"))
}

fn missing(file: &FileJson) -> CommandError {
    CommandError::new(format_args!(
        "the file {} of {} is missing: {}",
        file.path,
        file.key,
        file.place.display()
    ))
    .with_help("if the files have moved, run `peerbib file root DIRECTORY`".to_owned())
}

/// Opens a file or URL with the system's program for it.
fn open_with_system(target: &Path) -> Result<()> {
    let said = std::env::var("PEERBIB_OPENER").ok();
    let said = said.filter(|opener| !opener.trim().is_empty());
    let opener = said.unwrap_or_else(|| {
        if cfg!(target_os = "macos") {
            "open".to_owned()
        } else if cfg!(windows) {
            "explorer".to_owned()
        } else {
            "xdg-open".to_owned()
        }
    });
    let failed = |reason: String| {
        CommandError::new(format_args!(
            "cannot open {}: {opener} {reason}",
            target.display()
        ))
        .with_help("set PEERBIB_OPENER to a program that can open it".to_owned())
    };
    let mut words = opener.split_whitespace();
    let status = Command::new(words.next().unwrap_or_default())
        .args(words)
        .arg(target)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    // Explorer reports an error even if it opens the file.
    if status.success() || opener == "explorer" {
        Ok(())
    } else {
        Err(failed("failed".to_owned()))
    }
}
