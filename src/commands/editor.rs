//! A person's editor, and the text that comes back from it.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Failure, Session};

/// A text that is in a person's editor.
pub(super) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Opens `text` in the editor, in a file that is called `name`, and waits for its end.
    ///
    /// # Errors
    ///
    /// Where there is no terminal for the editor, or it cannot be started, or ends with an error.
    pub(super) fn open(session: &Session, name: &str, text: &str) -> Result<Self, Failure> {
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            return Err(Failure::usage("there is no terminal to open an editor in"));
        }
        let directory = std::env::temp_dir().join(format!("peerbib-{}", std::process::id()));
        let draft = Self {
            path: directory.join(name),
        };
        std::fs::create_dir_all(&directory).map_err(|error| draft.unusable(&error))?;
        std::fs::write(&draft.path, text).map_err(|error| draft.unusable(&error))?;
        draft.again(session)?;
        Ok(draft)
    }

    /// Opens the editor on the text once more.
    ///
    /// # Errors
    ///
    /// Those of [`Draft::open`].
    pub(super) fn again(&self, session: &Session) -> Result<(), Failure> {
        let editor = session.editor()?;
        // The editor may come with arguments: "code --wait".
        let mut words = editor.split_whitespace();
        let status = Command::new(words.next().unwrap_or("vi"))
            .args(words)
            .arg(&self.path)
            .status()
            .map_err(|error| {
                Failure::new(format_args!(
                    "the editor {editor} cannot be started: {error}"
                ))
                .with_help("name another in $VISUAL or $EDITOR".to_owned())
            })?;
        if status.success() {
            Ok(())
        } else {
            Err(
                Failure::new(format_args!("the editor {editor} ended with an error"))
                    .with_help("nothing was changed".to_owned()),
            )
        }
    }

    /// The text as it is now.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub(super) fn text(&self) -> Result<String, Failure> {
        std::fs::read_to_string(&self.path).map_err(|error| self.unusable(&error))
    }

    /// Where the text lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Throws the file away.
    pub(super) fn remove(self) {
        // One that cannot be removed does no harm.
        let _ = std::fs::remove_file(&self.path);
        if let Some(directory) = self.path.parent() {
            let _ = std::fs::remove_dir(directory);
        }
    }

    fn unusable(&self, error: &std::io::Error) -> Failure {
        Failure::new(format_args!(
            "{} cannot be used: {error}",
            self.path.display()
        ))
    }
}
