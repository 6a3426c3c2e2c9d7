//! Standard input, and files that are written: each read and written in one place, so that what goes wrong is
//! told in the same words everywhere.

use std::io::Read as _;
use std::path::Path;

use crate::cli::CommandError;

/// All bytes of standard input.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn standard_input() -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(&error)),
    }
}

/// All of standard input as text.
///
/// # Errors
///
/// Where it cannot be read, or is not in UTF-8.
pub(crate) fn standard_input_as_text() -> Result<String, CommandError> {
    let mut text = String::new();
    match std::io::stdin().lock().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &std::io::Error) -> CommandError {
    CommandError::new(format_args!("standard input cannot be read: {error}"))
}

/// Writes a file.
///
/// # Errors
///
/// Where it cannot be written.
pub(crate) fn write_file(
    path: impl AsRef<Path>,
    content: impl AsRef<[u8]>,
) -> Result<(), CommandError> {
    let path = path.as_ref();
    std::fs::write(path, content).map_err(|error| {
        CommandError::new(format_args!(
            "{} cannot be written: {error}",
            path.display()
        ))
    })
}
