//! How problems with a file are printed.

use std::fmt::Write as _;

use crate::cli::CommandContext;
use crate::cli::ui::TerminalStyle;
use peerbib::formats::{Diagnostic, Severity};

/// Prints a problem. `--quiet` hides notes.
pub(crate) fn report_problem(context: &CommandContext, path: &str, problem: &Diagnostic) {
    match problem.severity {
        Severity::Error | Severity::Warning => context.warn(problem_line(path, problem)),
        Severity::Notice => context.note(problem_line(path, problem)),
    }
}

/// Returns a problem as one line: file, line, severity, key, field, message.
fn problem_line(path: &str, problem: &Diagnostic) -> String {
    let bold = TerminalStyle::Bold;
    let mut text = path.to_owned();
    if problem.line > 0 {
        let _ = write!(text, ":{}", problem.line);
    }
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    };
    let _ = write!(text, ": {bold}{severity}:{bold:#} ");
    match (&problem.key, &problem.field) {
        (Some(key), Some(field)) => {
            let _ = write!(text, "{key}, {field}: ");
        }
        (Some(key), None) => {
            let _ = write!(text, "{key}: ");
        }
        (None, Some(field)) => {
            let _ = write!(text, "{field}: ");
        }
        (None, None) => {}
    }
    text.push_str(&problem.message);
    text
}
