//! Errors of commands: what is wrong, and what to do next.

use std::fmt::Display;
use std::process::ExitCode;

use crate::cli::hints;
use crate::cli::styles::StyleLoadError;
use crate::cli::ui::{TerminalStyle, print_message};
use peerbib::library::LibraryError;
use peerbib::query::QueryError;

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: ErrorKind,
}

#[derive(Debug)]
enum ErrorKind {
    /// An error with a message.
    Message {
        message: String,
        help: Option<String>,
        code: u8,
    },
    /// The user answered no.
    Declined,
    /// The reader of the output closed it, which is not an error.
    ClosedPipe,
}

impl CommandError {
    /// Returns an error: the command failed.
    pub(crate) fn new(message: impl Display) -> Self {
        Self {
            kind: ErrorKind::Message {
                message: message.to_string(),
                help: None,
                code: 1,
            },
        }
    }

    /// Returns a usage error.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self {
            kind: ErrorKind::Message {
                message: message.to_string(),
                help: None,
                code: 2,
            },
        }
    }

    /// Returns the error for a question answered with no.
    pub(crate) fn declined() -> Self {
        Self {
            kind: ErrorKind::Declined,
        }
    }

    /// Adds advice.
    #[must_use]
    pub(crate) fn with_help(mut self, advice: impl Into<Option<String>>) -> Self {
        if let ErrorKind::Message { help, .. } = &mut self.kind {
            *help = advice.into();
        }
        self
    }

    /// Returns the message without the advice.
    pub(crate) fn message(&self) -> &str {
        match &self.kind {
            ErrorKind::Message { message, .. } => message,
            ErrorKind::Declined => "nothing was changed",
            ErrorKind::ClosedPipe => "the output was closed",
        }
    }

    /// Returns whether this is a usage error.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self.kind, ErrorKind::Message { code: 2, .. })
    }

    /// Prints the error and returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let (message, help, code) = match &self.kind {
            ErrorKind::Message {
                message,
                help,
                code,
            } => (message, help, code),
            ErrorKind::Declined => {
                print_message("nothing was changed");
                return ExitCode::from(1);
            }
            ErrorKind::ClosedPipe => return ExitCode::SUCCESS,
        };
        let (error, hint) = (TerminalStyle::Error, TerminalStyle::Bold);
        print_message(format_args!("{error}error:{error:#} {message}"));
        if let Some(help) = help {
            print_message(format_args!("{hint}help:{hint:#} {help}"));
        }
        ExitCode::from(*code)
    }
}

impl Display for CommandError {
    /// Writes the message without the advice.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ErrorKind::Message { message, .. } => formatter.write_str(message),
            _ => Ok(()),
        }
    }
}

impl From<LibraryError> for CommandError {
    fn from(error: LibraryError) -> Self {
        Self::new(&error).with_help(hints::library(&error))
    }
}

impl From<StyleLoadError> for CommandError {
    fn from(error: StyleLoadError) -> Self {
        Self::new(&error).with_help(hints::style(&error))
    }
}

impl From<QueryError> for CommandError {
    fn from(error: QueryError) -> Self {
        let failure = match error {
            QueryError::Malformed { .. } => Self::usage(&error),
            _ => Self::new(&error),
        };
        failure.with_help(hints::query(&error))
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self {
                kind: ErrorKind::ClosedPipe,
            }
        } else {
            Self::new(format!("cannot write the output: {error}"))
        }
    }
}

impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(kind) => std::io::Error::from(kind).into(),
            None => Self::new(error),
        }
    }
}
