//! Text that a person edits in their editor.

use crate::commands::editor::Draft;
use crate::commands::{Failure, Session};

/// A text as it comes back from the editor; `name` is that of the file that it is edited in, and
/// `instead` says what to do where there is no terminal.
///
/// # Errors
///
/// Where there is no terminal, and where the editor cannot be started or fails.
pub(super) fn edited(
    session: &Session,
    text: &str,
    name: &str,
    instead: &str,
) -> Result<String, Failure> {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let draft = Draft::open(session, &name, text).map_err(|failure| {
        if failure.is_usage() {
            failure.with_help(instead.to_owned())
        } else {
            failure
        }
    })?;
    let edited = draft.text()?;
    draft.remove();
    Ok(edited)
}

/// A failure to take a text that was written in the editor, with the word of where the text is kept.
pub(super) fn kept(failure: Failure, name: &str, text: &str) -> Failure {
    let path = std::env::temp_dir().join(format!("peerbib-kept-{name}"));
    match std::fs::write(&path, text) {
        Ok(()) => failure.with_help(format!(
            "nothing was changed, and nothing lost: what you wrote is in {}",
            path.display()
        )),
        Err(_) => failure,
    }
}
