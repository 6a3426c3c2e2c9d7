//! Text that a person edits in their editor.

use std::io::IsTerminal as _;

use crate::commands::edit::open_editor;
use crate::commands::{Failure, Session};

/// A text as it comes back from the editor; `name` is that of the file that it is edited in. Where the
/// draft cannot be removed afterwards, that does no harm. `instead` says what to do without a terminal.
///
/// # Errors
///
/// Where there is no terminal, and where the editor cannot be started or fails.
pub(super) fn edited(
    session: &Session,
    text: &str,
    name: &str,
    instead: &str,
) -> Result<Option<String>, Failure> {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return Err(Failure::usage("there is no terminal to open an editor in")
            .with_help(instead.to_owned()));
    }
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
    let path = std::env::temp_dir().join(format!("peerbib-{}-{name}", std::process::id()));
    let unusable = |error: std::io::Error| {
        Failure::new(format_args!("{} cannot be used: {error}", path.display()))
    };
    std::fs::write(&path, text).map_err(unusable)?;
    open_editor(session, &path)?;
    let edited = std::fs::read_to_string(&path).map_err(unusable)?;
    let _ = std::fs::remove_file(&path);
    Ok(Some(edited))
}
