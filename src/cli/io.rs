//! Standard input and output files, with uniform errors.

use std::io::Read as _;
use std::path::Path;

use crate::cli::CommandError;

/// Reads standard input.
pub(crate) fn standard_input() -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Reads standard input as UTF-8 text.
pub(crate) fn standard_input_as_text() -> Result<String, CommandError> {
    let mut text = String::new();
    match std::io::stdin().lock().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &std::io::Error) -> CommandError {
    CommandError::new(format_args!("cannot read standard input: {error}"))
}

/// Writes a file.
pub(crate) fn write_file(
    path: impl AsRef<Path>,
    content: impl AsRef<[u8]>,
) -> Result<(), CommandError> {
    let path = path.as_ref();
    std::fs::write(path, content).map_err(|error| {
        CommandError::new(format_args!("cannot write {}: {error}", path.display()))
    })
}
