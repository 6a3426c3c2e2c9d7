//! `peerbib file`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};

use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, LibraryError, LinkedFile, path_from_root};
use peerbib::suggest::{closest, question};

/// Link files to works, such as their PDFs, and open and check them
///
/// peerbib keeps the path of a file, never the file itself. Paths are kept from a root, so that the files
/// can be moved together: that of this library (`peerbib file root`), or else the one in your configuration,
/// or else the library's own directory. A file outside of the root is kept by its full path. Files that the
/// field `file` of an entry names, as JabRef and Zotero write it, are listed, opened and checked as well.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib file add merten2000 refs.bib --description Offprint\n  \
                        peerbib file list merten2000\n  peerbib file check"
)]
pub(crate) struct File {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(Add),
    Remove(Remove),
    List(List),
    Open(Open),
    Check(Check),
    Root(Root),
}

/// Link files to a work
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file add merten2000 refs.bib")]
struct Add {
    /// The work, by citation key
    #[arg(value_name = "KEY")]
    key: String,

    /// The files, which must be there
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// What the file is
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// The root that the paths are kept from, this time
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Take links to files off a work; the files themselves stay
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file remove merten2000 refs.bib")]
struct Remove {
    /// The work, by citation key
    #[arg(value_name = "KEY")]
    key: String,

    /// The files, by path, by name or by their number in `peerbib file list`
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
}

/// List the files of works, and which are missing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib file list merten2000\n  peerbib file list --json")]
struct List {
    /// The works, by citation key; all, without one
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    /// Print an array of files as JSON
    #[arg(long)]
    json: bool,

    /// The root that the paths are meant from, this time
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Open a file of a work with the program that your system opens such files with
///
/// PEERBIB_OPENER names another program.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file open merten2000")]
struct Open {
    /// The work, by citation key
    #[arg(value_name = "KEY")]
    key: String,

    /// Which file, by path, by name or by its number in `peerbib file list`; the first, without one
    #[arg(value_name = "FILE")]
    file: Option<String>,

    /// The root that the paths are meant from, this time
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Tell which files are missing
///
/// Ends with exit code 1 where one is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib file check")]
struct Check {
    /// The works, by citation key; all, without one
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    /// Print an array of the missing files as JSON
    #[arg(long)]
    json: bool,

    /// The root that the paths are meant from, this time
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
}

/// Show the root that paths of files are meant from, or set it for this library
///
/// The root of a library goes before `files` in your configuration: it is part of the library, comes along with
/// it, and is undone like any other change. `files` is meant for libraries that have none; without either, paths
/// are meant from the library's own directory.
///
/// Links stay on their files: their paths are kept from the new root then. A root below the library's own
/// directory is kept from there, so that both can be moved together.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib file root\n  peerbib file root Downloads\n  \
                        peerbib file root --unset"
)]
struct Root {
    /// The directory, which must be there
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,

    /// Take the root of this library away, so that `files` in your configuration counts
    #[arg(long, conflicts_with = "directory")]
    unset: bool,
}

/// A file of a work, as it is shown.
#[derive(serde::Serialize)]
struct Listed {
    key: String,
    path: String,
    description: Option<String>,
    /// Where it lies.
    place: PathBuf,
    /// Whether the entry names it, rather than a link.
    in_entry: bool,
    missing: bool,
}

impl Listed {
    fn new(key: &str, file: LinkedFile, root: &Path) -> Self {
        let place = file.place(root);
        let is_address = file.path.contains("://");
        Self {
            key: key.to_owned(),
            missing: !is_address && !place.exists(),
            path: file.path,
            description: file.description,
            place,
            in_entry: file.in_entry,
        }
    }
}

impl File {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.action {
            Action::Add(add) => add.run(context),
            Action::Remove(remove) => remove.run(context),
            Action::List(list) => list.run(context),
            Action::Open(open) => open.run(context),
            Action::Check(check) => check.run(context),
            Action::Root(root) => root.run(context),
        }
    }
}

impl Add {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let work = library.work_id(&self.key)?;
        let key = library.key_of(work)?;
        let root = root(context, &library, self.root.as_deref())?;
        let paths = self
            .files
            .iter()
            .map(|file| Ok(path_from_root(&existing(file)?, &root)))
            .collect::<std::result::Result<Vec<_>, CommandError>>()?;
        let added = context.change(&mut library, |change| {
            let mut added = Vec::new();
            for path in &paths {
                if change.link_file(work, path, self.description.as_deref())? {
                    added.push(path.as_str());
                }
            }
            Ok(added)
        })?;
        for path in &added {
            context.note(format_args!("{key} has the file {path} now"));
        }
        if added.is_empty() {
            context.note("nothing to do: the work has the file already");
        }
        Ok(Outcome::Done)
    }
}

impl Remove {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let work = library.work_id(&self.key)?;
        let key = library.key_of(work)?;
        let root = root(context, &library, None)?;
        let files = listed(&library, work, &key, &root)?;
        let mut paths = Vec::new();
        for name in &self.files {
            let file = chosen(&key, &files, name)?;
            if file.in_entry {
                return Err(CommandError::new(format_args!(
                    "{} stands in the entry itself, in its field file",
                    file.path
                ))
                .with_help(format!(
                    "`peerbib edit {key} --unset file` takes the field away, `peerbib edit {key}` opens \
                     the entry"
                )));
            }
            paths.push(file.path.clone());
        }
        context.change(&mut library, |change| {
            for path in &paths {
                change.unlink_file(work, path)?;
            }
            Ok(())
        })?;
        for path in &paths {
            context.note(format_args!(
                "{key} no longer has the file {path}; the file itself stays"
            ));
        }
        Ok(Outcome::Done)
    }
}

impl List {
    fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let root = root(context, &library, self.root.as_deref())?;
        let files = files_of(&library, &self.keys, &root)?;
        if self.json {
            context.print_json(&files)?;
            return Ok(found(&files));
        }
        let bold = anstyle::Style::new().bold();
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
            context.note("there are no files");
        }
        Ok(found(&files))
    }
}

/// A file in one line: its path, and what is to be said of it.
fn line(file: &Listed) -> String {
    let red = anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let mut line = file.path.clone();
    if let Some(description) = &file.description {
        let _ = write!(line, "  ({description})");
    }
    if file.missing {
        let _ = write!(
            line,
            "  {red}missing: there is no {}{red:#}",
            file.place.display()
        );
    }
    line
}

/// Whether all files are there.
fn found(files: &[Listed]) -> Outcome {
    if files.iter().any(|file| file.missing) {
        Outcome::Partial
    } else {
        Outcome::Done
    }
}

impl Open {
    fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let work = library.work_id(&self.key)?;
        let key = library.key_of(work)?;
        let root = root(context, &library, self.root.as_deref())?;
        let files = listed(&library, work, &key, &root)?;
        let file = match &self.file {
            Some(name) => chosen(&key, &files, name)?,
            // Of several, one that is there.
            None => files
                .iter()
                .find(|file| !file.missing)
                .or(files.first())
                .ok_or_else(|| no_files(&key))?,
        };
        if file.missing {
            return Err(missing(file));
        }
        let target = if file.path.contains("://") {
            PathBuf::from(&file.path)
        } else {
            file.place.clone()
        };
        open_with_system(&target)?;
        Ok(Outcome::Done)
    }
}

impl Check {
    fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let root = root(context, &library, self.root.as_deref())?;
        let mut files = files_of(&library, &self.keys, &root)?;
        let count = files.len();
        files.retain(|file| file.missing);
        if self.json {
            context.print_json(&files)?;
            return Ok(found(&files));
        }
        let text: String = files
            .iter()
            .map(|file| format!("{}: {}\n", file.key, line(file)))
            .collect();
        context.print(&text)?;
        context.note(match (files.len(), count) {
            (_, 0) => "there are no files".to_owned(),
            (0, 1) => "the file is there".to_owned(),
            (0, count) => format!("all {count} files are there"),
            (missing, count) => format!(
                "{missing} of {count} files are missing; `peerbib file root DIRECTORY` says where the \
                 files lie now"
            ),
        });
        Ok(found(&files))
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
            context.note(if library.file_root()?.is_some() {
                "it is the root of this library"
            } else if context.configuration()?.files().is_some() {
                "it is `files` in your configuration; the library has no root of its own"
            } else {
                "it is the directory of the library; `peerbib file root DIRECTORY` sets another"
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
            .with_help("name the directory that the files lie below".to_owned()));
        }
        let before = root(context, &library, None)?;
        let moved = context.change(&mut library, |change| {
            change.set_file_root(&directory, &before)
        })?;
        tell_root(context, &directory, moved);
        Ok(Outcome::Done)
    }
}

/// Takes the root of the library away.
fn unset_root(context: &CommandContext) -> Result {
    let mut library = context.open_to_change()?;
    let Some(before) = library.file_root()? else {
        context.note("nothing to do: the library has no root of its own");
        return Ok(Outcome::Done);
    };
    let before = before.canonicalize().unwrap_or(before);
    let after = context.file_root()?;
    let after = after.canonicalize().unwrap_or(after);
    let moved = context.change(&mut library, |change| {
        let moved = change.set_file_root(&after, &before)?;
        change.unset_file_root()?;
        Ok(moved)
    })?;
    tell_root(context, &after, moved);
    Ok(Outcome::Done)
}

fn tell_root(context: &CommandContext, root: &Path, moved: usize) {
    context.note(format_args!(
        "the root of linked files is {} now{}",
        root.display(),
        match moved {
            0 => String::new(),
            1 => "; the path of 1 file is kept from there".to_owned(),
            moved => format!("; the paths of {moved} files are kept from there"),
        }
    ));
}

/// The root of linked files: the one that is said, that of the library, or that of the configuration.
fn root(
    context: &CommandContext,
    library: &Library,
    said: Option<&Path>,
) -> std::result::Result<PathBuf, CommandError> {
    if let Some(said) = said {
        return existing(said);
    }
    let root = match library.file_root()? {
        Some(root) => root,
        None => context.file_root()?,
    };
    // A path is below a root where both are told in the same way.
    Ok(root.canonicalize().unwrap_or(root))
}

/// The full path of a file that must be there.
fn existing(file: &Path) -> std::result::Result<PathBuf, CommandError> {
    file.canonicalize().map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "you may not look there".to_owned(),
            _ => error.to_string(),
        };
        CommandError::new(format_args!("{}: {reason}", file.display()))
            .with_help("check the path; it is meant from the directory that you are in".to_owned())
    })
}

fn files_of(
    library: &Library,
    keys: &[String],
    root: &Path,
) -> std::result::Result<Vec<Listed>, LibraryError> {
    let works = if keys.is_empty() {
        library.works_with_files()?
    } else {
        let work = |key: &String| {
            let id = library.work_id(key)?;
            Ok((id, library.key_of(id)?))
        };
        keys.iter()
            .map(work)
            .collect::<peerbib::library::Result<_>>()?
    };
    let mut files = Vec::new();
    for (work, key) in works {
        files.extend(listed(library, work, &key, root)?);
    }
    Ok(files)
}

fn listed(
    library: &Library,
    work: i64,
    key: &str,
    root: &Path,
) -> std::result::Result<Vec<Listed>, LibraryError> {
    let files = library.linked_files(work)?;
    Ok(files
        .into_iter()
        .map(|file| Listed::new(key, file, root))
        .collect())
}

/// The file of a work that a person means: by its number, its path, its place or its name.
fn chosen<'f>(
    key: &str,
    files: &'f [Listed],
    name: &str,
) -> std::result::Result<&'f Listed, CommandError> {
    let here = std::path::absolute(name).unwrap_or_default();
    let by_number = || {
        let number = name.parse::<usize>().ok()?.checked_sub(1)?;
        files.get(number)
    };
    let by_name = || {
        let is_named = |file: &&Listed| {
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
                question(&near)
                    .unwrap_or_else(|| format!("`peerbib file list {key}` shows those it has")),
            )
        })
}

fn no_files(key: &str) -> CommandError {
    CommandError::new(format_args!("{key} has no files"))
        .with_help(format!("`peerbib file add {key} FILE` links one"))
}

fn missing(file: &Listed) -> CommandError {
    CommandError::new(format_args!(
        "the file {} of {} is missing: there is no {}",
        file.path,
        file.key,
        file.place.display()
    ))
    .with_help(
        "where the files lie elsewhere now, say so with `peerbib file root DIRECTORY`".to_owned(),
    )
}

/// Opens a file, or an address, with the program that the system has for it.
fn open_with_system(target: &Path) -> std::result::Result<(), CommandError> {
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
            "{} cannot be opened: {opener} {reason}",
            target.display()
        ))
        .with_help("name a program that can open it in PEERBIB_OPENER".to_owned())
    };
    let mut words = opener.split_whitespace();
    let status = Command::new(words.next().unwrap_or_default())
        .args(words)
        .arg(target)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    // Explorer ends with an error even where it opens the file.
    if status.success() || opener == "explorer" {
        Ok(())
    } else {
        Err(failed("ended with an error".to_owned()))
    }
}
