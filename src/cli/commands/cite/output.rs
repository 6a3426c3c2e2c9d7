//! Where the output goes, and documents that are read.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::io::{self, standard_input};
use crate::cli::{CommandContext, CommandError, Result};

/// The destination of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutputTarget {
    StandardOutput,
    File(PathBuf),
}

impl OutputTarget {
    /// Writes the output. A file is replaced atomically. Returns whether its content has changed.
    pub(crate) fn write(&self, context: &CommandContext, bytes: &[u8]) -> Result<bool> {
        match self {
            Self::StandardOutput => {
                let mut output = context.output();
                output.write_all(bytes)?;
                output.flush()?;
                Ok(true)
            }
            Self::File(path) => {
                if std::fs::read(path).is_ok_and(|old| old == bytes) {
                    return Ok(false);
                }
                context.write_file(path, bytes)?;
                Ok(true)
            }
        }
    }

    /// Rejects an output that would overwrite an input or the library.
    pub(crate) fn check_not_input(
        &self,
        context: &CommandContext,
        inputs: &[PathBuf],
        advice: &str,
    ) -> Result<()> {
        match self {
            Self::StandardOutput => Ok(()),
            Self::File(path) => context
                .check_output(path, inputs)
                .map_err(|error| error.with_help(advice.to_owned())),
        }
    }
}

/// Reads a document; `-` is standard input. Adds its path to `files`.
pub(crate) fn read_document(path: &str, files: &mut Vec<PathBuf>) -> Result<String> {
    let bytes = if path == "-" {
        standard_input()?
    } else {
        files.push(PathBuf::from(path));
        io::read_file(path).map_err(|error| {
            CommandError::new(format_args!("cannot read {path}: {}", io::reason(&error)))
        })?
    };
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let read = error.as_bytes().get(..sound).unwrap_or_default();
        let line = read.iter().filter(|byte| **byte == b'\n').count() + 1;
        CommandError::new(format_args!(
            "{path}:{line}: the document is not UTF-8 text"
        ))
        .with_help(
            "convert it, for example with `iconv -f latin1 -t utf-8 old.md > new.md`".to_owned(),
        )
    })
}

/// Resolves a path in a document, relative to the document.
pub(crate) fn beside(document: &str, path: &str) -> PathBuf {
    match Path::new(document).parent() {
        Some(directory) if document != "-" => directory.join(path),
        _ => PathBuf::from(path),
    }
}
