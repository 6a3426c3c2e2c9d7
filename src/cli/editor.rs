//! The user's editor.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::io::{as_operand, read_text_file, reason};
use crate::cli::{CommandContext, CommandError, Result};

/// A text that is being edited: a file in a directory that only the user can read.
pub(crate) struct TempFile {
    directory: tempfile::TempDir,
    path: PathBuf,
}

/// A text to be edited.
pub(crate) struct EditRequest<'a> {
    /// The name of the file, whose extension tells the editor its type.
    pub(crate) name: &'a str,
    /// The text.
    pub(crate) text: &'a str,
    /// The start and the end of a line with a comment.
    pub(crate) comment: (&'static str, &'static str),
    /// Instructions, shown as comments above the text.
    pub(crate) heading: &'a str,
    /// The advice given if no editor can be opened.
    pub(crate) alternative: &'a str,
}

/// The result of editing.
pub(crate) enum EditOutcome<T> {
    /// The text was not changed.
    Unchanged,
    /// The new text was accepted.
    Done(T),
}

/// The reason why a text was not accepted.
pub(crate) enum EditError {
    /// The text is invalid, and the editor should open again.
    Invalid(String),
    /// Another error.
    Failed(CommandError),
}

impl<E: Into<CommandError>> From<E> for EditError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The number of times that a text is returned to an editor without a terminal, such as a script.
const ROUNDS_WITHOUT_TERMINAL: usize = 10;

impl TempFile {
    /// Opens `text` in the editor and waits until it is closed. Fails if there is no terminal, or the editor cannot be
    /// started or fails.
    fn open(context: &CommandContext, request: &EditRequest<'_>, text: &str) -> Result<Self> {
        // An editor that the user chose may open a window or be a script.
        if !at_terminal() && !is_named(context)? {
            return Err(
                CommandError::usage("cannot open an editor without a terminal").with_help(format!(
                    "{}; or set $VISUAL or $EDITOR to an editor that needs none",
                    request.alternative
                )),
            );
        }
        let directory = tempfile::Builder::new()
            .prefix("peerbib-")
            .tempdir()
            .map_err(|error| {
                CommandError::new(format_args!("cannot create a temporary file: {error}"))
            })?;
        let mut file = Self {
            path: directory.path().join(request.name),
            directory,
        };
        file.write(text)?;
        file.open_editor(context)?;
        Ok(file)
    }

    /// Opens the editor until `accept` accepts the text, and returns its result. If a text is invalid, the
    /// editor opens again with the reason above it; leaving it unchanged gives up. The text is then kept,
    /// and the error says where.
    pub(crate) fn edit<T>(
        context: &CommandContext,
        request: &EditRequest<'_>,
        mut accept: impl FnMut(&str) -> Result<T, EditError>,
    ) -> Result<EditOutcome<T>> {
        let mut given = format!("{}{}", request.commented(request.heading), request.text);
        let mut file = Self::open(context, request, &given)?;
        let mut rejected: Option<String> = None;
        let mut rounds = 0;
        loop {
            rounds += 1;
            let written = file.text()?;
            let text = request.without_comments(&written);
            if let Some(reason) = &rejected {
                let gives_up = written == given
                    || text.trim().is_empty()
                    || (rounds > ROUNDS_WITHOUT_TERMINAL && !at_terminal());
                if gives_up {
                    file.write(&text)?;
                    return Err(CommandError::new(reason).with_help(file.keep_file()));
                }
            } else if text.trim() == request.text.trim() || text.trim().is_empty() {
                return Ok(EditOutcome::Unchanged);
            }
            match accept(&text) {
                Ok(accepted) => return Ok(EditOutcome::Done(accepted)),
                Err(EditError::Failed(failure)) => {
                    file.write(&text)?;
                    return Err(failure.with_help(file.keep_file()));
                }
                Err(EditError::Invalid(reason)) => {
                    let heading = format!(
                        "{reason}.\nCorrect it and save, or leave it unchanged to give up."
                    );
                    given = format!("{}{text}", request.commented(&heading));
                    rejected = Some(reason);
                    file.write(&given)?;
                    file.open_editor(context)?;
                }
            }
        }
    }

    fn open_editor(&mut self, context: &CommandContext) -> Result<()> {
        open_file(&context.editor()?, &self.path)
            .map_err(|failure| failure.with_help(self.keep_file()))
    }

    fn text(&self) -> Result<String> {
        read_text_file(&self.path).map_err(|error| self.unusable(reason(&error)))
    }

    fn write(&self, text: &str) -> Result<()> {
        std::fs::write(&self.path, text).map_err(|error| self.unusable(error))
    }

    /// Keeps the file when the program ends, and returns where it is.
    fn keep_file(&mut self) -> String {
        self.directory.disable_cleanup(true);
        format!(
            "nothing was changed; your text is saved in {}",
            self.path.display()
        )
    }

    fn unusable(&self, reason: impl std::fmt::Display) -> CommandError {
        CommandError::new(format_args!("cannot use {}: {reason}", self.path.display()))
    }
}

impl EditRequest<'_> {
    /// Returns the text as comments that [`EditRequest::without_comments`] removes.
    fn commented(&self, text: &str) -> String {
        let (open, close) = self.comment;
        text.lines()
            .map(|line| format!("{open} {MARK} {}{close}\n", line.replace('@', " at ")))
            .collect()
    }

    fn without_comments(&self, text: &str) -> String {
        let start = format!("{} {MARK}", self.comment.0);
        text.split_inclusive('\n')
            .filter(|line| !line.starts_with(&start))
            .collect()
    }
}

/// Removes the blank lines at the start of a text.
pub(crate) fn without_blank_start(text: &str) -> &str {
    let mut text = text;
    while let Some((line, rest)) = text.split_once('\n')
        && line.trim().is_empty()
    {
        text = rest;
    }
    text
}

/// The mark of peerbib's own comments.
const MARK: &str = "peerbib:";

fn at_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Returns whether the user chose an editor.
fn is_named(context: &CommandContext) -> Result<bool> {
    let is_set = |name: &&str| std::env::var(name).is_ok_and(|editor| !editor.trim().is_empty());
    Ok(context.configuration()?.editor().is_some() || ["VISUAL", "EDITOR"].iter().any(is_set))
}

/// Returns whether an editor can be opened.
pub(crate) fn can_edit(context: &CommandContext) -> Result<bool> {
    Ok(at_terminal() || is_named(context)?)
}

/// Opens a file in an editor and waits until it is closed. Fails if the editor cannot be started or fails.
pub(crate) fn open_file(editor: &str, path: &Path) -> Result<()> {
    let status = started(editor, &as_operand(path)).map_err(|error| {
        CommandError::new(format_args!("cannot start the editor {editor}: {error}"))
            .with_help("set $VISUAL or $EDITOR to another".to_owned())
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(CommandError::new(format_args!(
            "the editor {editor} failed"
        )))
    }
}

/// Runs an editor on a file. The shell parses its arguments and quotation marks ("code --wait"), as it
/// does for git.
#[cfg(unix)]
fn started(editor: &str, path: &Path) -> std::io::Result<std::process::ExitStatus> {
    Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg(editor)
        .arg(path)
        .status()
}

#[cfg(not(unix))]
fn started(editor: &str, path: &Path) -> std::io::Result<std::process::ExitStatus> {
    let mut words = editor.split_whitespace();
    Command::new(words.next().unwrap_or("notepad"))
        .args(words)
        .arg(path)
        .status()
}
