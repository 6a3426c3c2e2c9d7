//! What every command works with: the library, and the ways out.

use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use super::Failure;
use crate::library::{Library, LibraryError, Reference};
use crate::query::Query;

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
        let directories = etcetera::choose_base_strategy().map_err(|error| {
            Failure::new(format!("the default library cannot be placed: {error}"))
                .with_help("name a file with --library PATH or in PEERBIB_LIBRARY".to_owned())
        })?;
        Ok(directories.data_dir().join("peerbib").join("library.db"))
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

    /// Runs `edit` as one step of the library's history, named by the command line.
    ///
    /// # Errors
    ///
    /// See [`Library::change`].
    pub fn change<T>(
        &self,
        library: &mut Library,
        edit: impl FnOnce(&crate::library::Change<'_>) -> crate::library::Result<T>,
    ) -> Result<T, LibraryError> {
        library.change(&self.command_line, edit)
    }

    /// The works that a query means; with no query, all.
    ///
    /// # Errors
    ///
    /// Where the query cannot be read, or names a tag that is not there.
    pub fn select(&self, library: &Library, query: &[String]) -> Result<Vec<Reference>, Failure> {
        let query: Query = joined_query(query).parse()?;
        Ok(library.select(&query.translate(library)?)?)
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
    if let [only] = words {
        // A query that was quoted as a whole is in the language already.
        return only.clone();
    }
    let phrases = words.iter().map(|word| {
        let is_plain = !word.chars().any(char::is_whitespace) || word.contains(['"', '(', ')']);
        match word.split_once(':') {
            _ if is_plain => word.clone(),
            Some((field, value)) if !field.contains(char::is_whitespace) => {
                format!("{field}:\"{value}\"")
            }
            _ => format!("\"{word}\""),
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
