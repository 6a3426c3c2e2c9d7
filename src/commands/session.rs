//! What every command works with: the library, and the ways out.

use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use super::Failure;
use crate::csl::shelf::StyleSource;
use crate::library::{Condition, Library, LibraryError, Reference};
use crate::query::Query;
use crate::tagging::{self, Applied, BrokenRule};

/// A run of the program.
pub struct Session {
    library: Option<PathBuf>,
    command_line: String,
}

impl Session {
    pub(super) fn new(library: Option<PathBuf>, arguments: &[OsString]) -> Self {
        let words: Vec<String> = std::iter::once("peerbib".to_owned())
            .chain(
                arguments
                    .iter()
                    .skip(1)
                    .map(|argument| quoted(&argument.to_string_lossy())),
            )
            .collect();
        let library = library.filter(|path| !path.as_os_str().is_empty());
        Self {
            library,
            command_line: words.join(" "),
        }
    }

    /// The command line, as history remembers it.
    pub fn command_line(&self) -> &str {
        &self.command_line
    }

    /// Where the library lies.
    ///
    /// # Errors
    ///
    /// Where the system does not say which directory is the user's own.
    pub fn library_path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.library {
            return Ok(path.clone());
        }
        Ok(self.data_directory()?.join("library.db"))
    }

    /// The directory in which peerbib keeps the user's own files that are not the library.
    fn data_directory(&self) -> Result<PathBuf, Failure> {
        let directories = etcetera::choose_base_strategy().map_err(|error| {
            Failure::new(format!("there is no place for your files: {error}"))
                .with_help("name a library with --library PATH or in PEERBIB_LIBRARY".to_owned())
        })?;
        Ok(directories.data_dir().join("peerbib"))
    }

    /// The directory of the styles that the user added.
    ///
    /// # Errors
    ///
    /// Where the system does not say which directory is the user's own.
    pub fn style_directory(&self) -> Result<PathBuf, Failure> {
        Ok(self.data_directory()?.join("styles"))
    }

    /// The style that the user added under this name.
    pub fn added_style(&self, name: &str) -> Option<StyleSource> {
        let is_name = !name.is_empty() && !name.contains(['/', '\\', '.']);
        let path = self.style_directory().ok()?.join(format!("{name}.csl"));
        let xml = std::fs::read_to_string(path).ok().filter(|_| is_name)?;
        Some(StyleSource::new(name, xml))
    }

    /// The style of this name, the user's own before those that ship with peerbib; or the style in a
    /// `.csl` file.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn style(&self, name: &str) -> Result<StyleSource, Failure> {
        let is_file = name.contains(['/', '\\'])
            || std::path::Path::new(name)
                .extension()
                .is_some_and(|ending| ending == "csl");
        if is_file {
            let xml = std::fs::read_to_string(name).map_err(|error| {
                let reason = match error.kind() {
                    std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                    std::io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
                    _ => error.to_string(),
                };
                Failure::new(format_args!("the style {name} cannot be read: {reason}")).with_help(
                    "give the path of a .csl file, or a name that `peerbib style list` shows"
                        .to_owned(),
                )
            })?;
            return Ok(StyleSource::new(name, xml));
        }
        if let Some(style) = self.added_style(&name.to_lowercase()) {
            return Ok(style);
        }
        Ok(StyleSource::shipped(name)?)
    }

    /// The parent of a dependent style, by its name.
    pub fn parent_style(&self, name: &str) -> Option<StyleSource> {
        self.added_style(name)
            .or_else(|| StyleSource::shipped(name).ok())
    }

    /// The library, which must be there.
    ///
    /// # Errors
    ///
    /// See [`Library::open`].
    pub fn open(&self) -> Result<Library, Failure> {
        Ok(Library::open(&self.library_path()?)?)
    }

    /// The library, created if there is none.
    ///
    /// # Errors
    ///
    /// See [`Library::open_or_create`].
    pub fn open_or_create(&self) -> Result<Library, Failure> {
        Ok(Library::open_or_create(&self.library_path()?)?)
    }

    /// Runs `edit` as one step of the library's history, named by the command line. The works that it makes
    /// or changes are tagged by the rules of the library, in the same step.
    ///
    /// # Errors
    ///
    /// See [`Library::change`].
    pub fn change<T>(
        &self,
        library: &mut Library,
        edit: impl FnOnce(&crate::library::Change<'_>) -> crate::library::Result<T>,
    ) -> Result<T, LibraryError> {
        let (outcome, applied) = library.change(&self.command_line, |change| {
            tagging::apply_to_watched(change, edit)
        })?;
        self.tell_of_broken(&applied);
        Ok(outcome)
    }

    /// Tells of rules that could not be carried out.
    pub(super) fn tell_of_broken(&self, applied: &Applied) {
        for BrokenRule { name, error } in &applied.broken {
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default();
            self.note(format_args!(
                "warning: the rule \u{201c}{name}\u{201d} was left out: {reason}; `peerbib rules check` says more"
            ));
        }
    }

    /// The works that a query means; with no query, all.
    ///
    /// # Errors
    ///
    /// Where the query cannot be read, or names a tag that is not there.
    pub fn select(&self, library: &Library, query: &[String]) -> Result<Vec<Reference>, Failure> {
        Ok(library.select(&self.condition(library, query)?)?)
    }

    /// Which works a query means; with no query, all.
    ///
    /// # Errors
    ///
    /// Those of [`Session::select`].
    pub fn condition(&self, library: &Library, query: &[String]) -> Result<Condition, Failure> {
        let query: Query = joined_query(query).parse()?;
        Ok(query.translate(library)?)
    }

    /// Standard output, as it is.
    pub fn output(&self) -> impl Write + use<> {
        BufWriter::new(std::io::stdout().lock())
    }

    /// Prints text with formatting, which is left out where nobody would see it.
    ///
    /// # Errors
    ///
    /// Where standard output is closed.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Prints a value as JSON, with a line break at its end.
    ///
    /// # Errors
    ///
    /// Where standard output is closed.
    pub fn print_json(&self, value: &impl serde::Serialize) -> Result<(), Failure> {
        let mut output = self.output();
        serde_json::to_writer_pretty(&mut output, value)?;
        writeln!(output)?;
        output.flush()?;
        Ok(())
    }

    /// Tells the person something that is not data.
    pub fn note(&self, text: impl std::fmt::Display) {
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "{text}");
    }
}

/// The width of the terminal in columns, where standard output is one.
pub(super) fn terminal_width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns))
}

/// How many columns there are: those of the terminal, or else of the variable COLUMNS, or 80.
pub(super) fn columns() -> usize {
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal_width().or_else(said).unwrap_or(80)
}

/// Whether standard output shows formatting: it is a terminal, or the user said so.
pub(super) fn shows_formatting() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// The words of a query as they came from the shell, which has taken their quotation marks away: a
/// word with white space in it was quoted, and is a phrase again.
fn joined_query(words: &[String]) -> String {
    let words: Vec<(&str, &str)> = words
        .iter()
        .map(|word| match word.strip_prefix(['-', '\u{2212}']) {
            Some(term) => ("-", term),
            None => ("", word.as_str()),
        })
        .collect();
    if let [(sign, only)] = words.as_slice() {
        // A query that was quoted as a whole is in the language already.
        return format!("{sign}{only}");
    }
    let phrases = words.iter().map(|(sign, word)| {
        let is_plain = !word.chars().any(char::is_whitespace) || word.contains(['"', '(', ')']);
        match word.split_once(':') {
            _ if is_plain => format!("{sign}{word}"),
            Some((field, value)) if !field.contains(char::is_whitespace) => {
                format!("{sign}{field}:\"{value}\"")
            }
            _ => format!("{sign}\"{word}\""),
        }
    });
    phrases.collect::<Vec<_>>().join(" ")
}

/// A word as a shell would have it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_=+.,:/@%~*".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
