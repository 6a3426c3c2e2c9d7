//! A command that failed: what is wrong, and what to do.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use peerbib::library::LibraryError;
use peerbib::query::QueryError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// There is something to say, and an exit code.
    Said {
        message: String,
        help: Option<String>,
        code: u8,
    },
    /// The person was asked, and does not want it.
    Declined,
    /// Nobody listens any more, which is no error.
    ClosedPipe,
}

impl CommandError {
    /// The command could not be carried out.
    pub(crate) fn new(message: impl Display) -> Self {
        Self {
            kind: Kind::Said {
                message: message.to_string(),
                help: None,
                code: 1,
            },
        }
    }

    /// The command was not asked for rightly.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self {
            kind: Kind::Said {
                message: message.to_string(),
                help: None,
                code: 2,
            },
        }
    }

    /// The person was asked, and does not want it done.
    pub(crate) fn declined() -> Self {
        Self {
            kind: Kind::Declined,
        }
    }

    /// The way out.
    #[must_use]
    pub(crate) fn with_help(mut self, way_out: impl Into<Option<String>>) -> Self {
        if let Kind::Said { help, .. } = &mut self.kind {
            *help = way_out.into();
        }
        self
    }

    /// What is wrong, without the way out.
    pub(crate) fn message(&self) -> &str {
        match &self.kind {
            Kind::Said { message, .. } => message,
            Kind::Declined => "nothing was changed",
            Kind::ClosedPipe => "nobody listens any more",
        }
    }

    /// Whether the command was not asked for rightly.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self.kind, Kind::Said { code: 2, .. })
    }

    /// Prints the failure, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let (message, help, code) = match &self.kind {
            Kind::Said {
                message,
                help,
                code,
            } => (message, help, code),
            Kind::Declined => {
                let _ = writeln!(anstream::stderr().lock(), "nothing was changed");
                return ExitCode::from(1);
            }
            Kind::ClosedPipe => return ExitCode::SUCCESS,
        };
        let error = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let hint = Style::new().bold();
        let mut stderr = anstream::stderr().lock();
        // Where standard error itself is closed, there is nobody to tell.
        let _ = writeln!(stderr, "{error}error:{error:#} {message}");
        if let Some(help) = help {
            let _ = writeln!(stderr, "{hint}help:{hint:#} {help}");
        }
        ExitCode::from(*code)
    }
}

impl Display for CommandError {
    /// What is wrong, without the way out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Said { message, .. } => formatter.write_str(message),
            _ => Ok(()),
        }
    }
}

impl From<LibraryError> for CommandError {
    fn from(error: LibraryError) -> Self {
        Self::new(&error).with_help(error.help())
    }
}

impl From<QueryError> for CommandError {
    fn from(error: QueryError) -> Self {
        let help = error.help();
        match error {
            QueryError::Malformed { .. } => Self::usage(&error).with_help(help),
            QueryError::Unknown { .. } | QueryError::Library(_) => {
                Self::new(&error).with_help(help)
            }
        }
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self {
                kind: Kind::ClosedPipe,
            }
        } else {
            Self::new(format!("the output cannot be written: {error}"))
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
