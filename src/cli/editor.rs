//! A person's editor, and the text that comes back from it.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::{CommandContext, CommandError};

/// A text that is in a person's editor: a file of its own, which nobody else may read.
pub(crate) struct Draft {
    path: PathBuf,
}

/// What an editor is given.
pub(crate) struct Task<'a> {
    /// What the file is called, so that the editor knows by its ending what it is.
    pub(crate) name: &'a str,
    /// The text.
    pub(crate) text: &'a str,
    /// What begins and ends a line that is a comment.
    pub(crate) comment: (&'static str, &'static str),
    /// What is to be said above the text, in lines.
    pub(crate) heading: &'a str,
    /// What to do where no editor can be opened.
    pub(crate) instead: &'a str,
}

/// What came back from the editor.
pub(crate) enum Edited<T> {
    /// The text as it was: the person thought better of it.
    Unchanged,
    /// What was made of the new text.
    Done(T),
}

/// Why a text that came back cannot be taken.
pub(crate) enum Refusal {
    /// It can be mended in the editor.
    Mend(String),
    /// It cannot.
    Fail(CommandError),
}

impl<E: Into<CommandError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Fail(error.into())
    }
}

/// How often a text is given back to an editor that nobody sits at.
const ROUNDS_WITHOUT_TERMINAL: usize = 10;

impl Draft {
    /// Opens `text` in the editor, in a file that is called as the task says, and waits for its end.
    ///
    /// # Errors
    ///
    /// Where there is no terminal for the editor, or it cannot be started, or ends with an error.
    fn open(context: &CommandContext, task: &Task<'_>, text: &str) -> Result<Self, CommandError> {
        // An editor that a person named may have a window of its own, or be a script.
        if !at_terminal() && !is_named(context)? {
            return Err(
                CommandError::usage("there is no terminal to open an editor in").with_help(
                    format!(
                        "{}; or name an editor that needs none in $VISUAL or $EDITOR",
                        task.instead
                    ),
                ),
            );
        }
        let mut draft = Self {
            path: own_directory()
                .map_err(|error| {
                    CommandError::new(format_args!("no draft can be written: {error}"))
                })?
                .join(task.name),
        };
        draft.write(text)?;
        draft.again(context)?;
        Ok(draft)
    }

    /// Has a person edit a text until `take` takes it, and gives what that made of it. What is wrong
    /// with a text stands above it when the editor opens again; a person who leaves it so gives up. What
    /// was written then is kept, and the error says where.
    ///
    /// # Errors
    ///
    /// Those of [`Draft::open`] and of `take`.
    pub(crate) fn edit<T>(
        context: &CommandContext,
        task: &Task<'_>,
        mut take: impl FnMut(&str) -> Result<T, Refusal>,
    ) -> Result<Edited<T>, CommandError> {
        let mut given = format!("{}{}", task.commented(task.heading), task.text);
        let mut draft = Self::open(context, task, &given)?;
        let mut refused: Option<String> = None;
        let mut rounds = 0;
        loop {
            rounds += 1;
            let written = draft.text()?;
            let text = task.without_comments(&written);
            if let Some(reason) = &refused {
                let gives_up = written == given
                    || text.trim().is_empty()
                    || (rounds > ROUNDS_WITHOUT_TERMINAL && !at_terminal());
                if gives_up {
                    draft.write(&text)?;
                    return Err(CommandError::new(reason).with_help(draft.kept()));
                }
            } else if text.trim() == task.text.trim() || text.trim().is_empty() {
                draft.remove();
                return Ok(Edited::Unchanged);
            }
            match take(&text) {
                Ok(taken) => {
                    draft.remove();
                    return Ok(Edited::Done(taken));
                }
                Err(Refusal::Fail(failure)) => {
                    draft.write(&text)?;
                    return Err(failure.with_help(draft.kept()));
                }
                Err(Refusal::Mend(reason)) => {
                    let told =
                        format!("{reason}.\nMend it and save; or leave it as it is to give up.");
                    given = format!("{}{text}", task.commented(&told));
                    refused = Some(reason);
                    draft.write(&given)?;
                    draft.again(context)?;
                }
            }
        }
    }

    /// Opens the editor on the text once more.
    ///
    /// # Errors
    ///
    /// Those of [`Draft::open`].
    fn again(&self, context: &CommandContext) -> Result<(), CommandError> {
        open_file(&context.editor()?, &self.path).map_err(|failure| match failure {
            EditorFailure::Start(failure) => failure,
            EditorFailure::End(failure) => failure.with_help(self.kept()),
        })
    }

    /// The text as it is now.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    fn text(&self) -> Result<String, CommandError> {
        std::fs::read_to_string(&self.path).map_err(|error| {
            let reason = match error.kind() {
                std::io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
                _ => error.to_string(),
            };
            self.unusable(reason)
        })
    }

    /// Throws the file away.
    fn remove(self) {
        // One that cannot be removed does no harm.
        let _ = std::fs::remove_file(&self.path);
        if let Some(directory) = self.path.parent() {
            let _ = std::fs::remove_dir(directory);
        }
    }

    fn write(&mut self, text: &str) -> Result<(), CommandError> {
        let written =
            std::fs::File::create(&self.path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| self.unusable(error))
    }

    fn kept(&self) -> String {
        format!(
            "nothing was changed, and nothing lost: what you wrote is in {}",
            self.path.display()
        )
    }

    fn unusable(&self, reason: impl std::fmt::Display) -> CommandError {
        CommandError::new(format_args!(
            "{} cannot be used: {reason}",
            self.path.display()
        ))
    }
}

impl Task<'_> {
    /// Lines as comments that are taken out again.
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

/// Prose as a person wrote it below the heading of its draft, without the empty lines between them.
pub(crate) fn without_blank_start(text: &str) -> &str {
    let mut text = text;
    while let Some((line, rest)) = text.split_once('\n')
        && line.trim().is_empty()
    {
        text = rest;
    }
    text
}

/// What stands in comments that are peerbib's own.
const MARK: &str = "peerbib:";

fn at_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Whether a person named an editor, rather than that there is none named.
pub(crate) fn is_named(context: &CommandContext) -> Result<bool, CommandError> {
    let is_set = |name: &&str| std::env::var(name).is_ok_and(|editor| !editor.trim().is_empty());
    Ok(context.configuration()?.editor().is_some() || ["VISUAL", "EDITOR"].iter().any(is_set))
}

/// Whether a person can edit here.
pub(crate) fn can_edit(context: &CommandContext) -> Result<bool, CommandError> {
    Ok(at_terminal() || is_named(context)?)
}

/// A directory for one draft, in which nobody else may look.
fn own_directory() -> std::io::Result<PathBuf> {
    let mut number = 0_u32;
    loop {
        let name = format!("peerbib-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let builder = &mut std::fs::DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        match builder.create(&directory) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1_000 => {
                number += 1;
            }
            created => return created.map(|()| directory),
        }
    }
}

/// Why an editor did not do its work.
pub(crate) enum EditorFailure {
    /// It could not be started.
    Start(CommandError),
    /// It ended with an error.
    End(CommandError),
}

impl From<EditorFailure> for CommandError {
    fn from(failure: EditorFailure) -> Self {
        match failure {
            EditorFailure::Start(failure) | EditorFailure::End(failure) => failure,
        }
    }
}

/// Opens a file in an editor, and waits for its end.
///
/// # Errors
///
/// Where the editor cannot be started, or ends with an error.
pub(crate) fn open_file(editor: &str, path: &Path) -> Result<(), EditorFailure> {
    let status = started(editor, path).map_err(|error| {
        EditorFailure::Start(
            CommandError::new(format_args!(
                "the editor {editor} cannot be started: {error}"
            ))
            .with_help("name another in $VISUAL or $EDITOR".to_owned()),
        )
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(EditorFailure::End(CommandError::new(format_args!(
            "the editor {editor} ended with an error"
        ))))
    }
}

/// Runs an editor on a file. It may come with arguments ("code --wait") and with quotation marks, which
/// the shell reads as it does for git and for every other program that starts an editor.
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
