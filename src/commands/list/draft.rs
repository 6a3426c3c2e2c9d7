//! Text that a person edits in their editor.

use crate::commands::editor::Draft;
use crate::commands::{Failure, Session};

/// A text as it comes back from the editor; `name` is that of the file that it is edited in.
///
/// # Errors
///
/// Where there is no terminal, and where the editor cannot be started or fails.
pub(super) fn edited(session: &Session, text: &str, name: &str) -> Result<String, Failure> {
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
    let draft = Draft::open(session, &name, text)?;
    let edited = draft.text()?;
    draft.remove();
    Ok(edited)
}
