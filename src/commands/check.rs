//! `peerbib check`

use std::fmt::Write as _;

use clap::Args;

use super::{Outcome, Result, Session};
use crate::library::Reference;

/// Check the references, and count what is not certain
///
/// A work whose identification is not certain says so in its field identification: probable, inferred
/// from author, year and topic; unresolved, where the title could not be established. A reading list
/// prints such a work as far as it is known.
///
/// Ends with exit code 1 where there are findings.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib check\n  peerbib check movement:oekonux --json")]
pub(super) struct Check {
    /// The works that are meant; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Print an array of findings as JSON
    #[arg(long)]
    json: bool,
}

/// Something about a reference that a person should look at.
#[derive(Debug, serde::Serialize)]
struct Finding<'a> {
    key: &'a str,
    field: &'a str,
    message: String,
    help: &'a str,
}

impl Check {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let works = session.select(&library, &self.query)?;
        let findings: Vec<Finding<'_>> = works.iter().filter_map(identification).collect();
        if self.json {
            session.print_json(&findings)?;
        } else {
            let bold = anstyle::Style::new().bold();
            let mut text = String::new();
            for finding in &findings {
                let Finding {
                    key,
                    field,
                    message,
                    help,
                } = finding;
                let _ = writeln!(text, "{bold}{key}{bold:#}, {field}: {message}\n    {help}");
            }
            session.print(&text)?;
            let count = |kind: &str| {
                works
                    .iter()
                    .filter(|work| work.identification.as_deref() == Some(kind))
                    .count()
            };
            session.note(format_args!(
                "{} works checked: {} certain, {} probable, {} unresolved",
                works.len(),
                works
                    .iter()
                    .filter(|work| work.identification.is_none())
                    .count(),
                count("probable"),
                count("unresolved")
            ));
        }
        Ok(if findings.is_empty() {
            Outcome::Done
        } else {
            Outcome::InPart
        })
    }
}

fn identification(work: &Reference) -> Option<Finding<'_>> {
    let identification = work.identification.as_deref()?;
    let message = match identification {
        "probable" => {
            "probable: which work is meant was inferred, not seen in a list of references"
        }
        "unresolved" => "unresolved: it is not known which work is meant",
        other => {
            return Some(Finding {
                key: &work.key,
                field: "identification",
                message: format!("\u{201c}{other}\u{201d} is not a known value"),
                help: "write probable or unresolved, or leave the field out where it is certain",
            });
        }
    };
    Some(Finding {
        key: &work.key,
        field: "identification",
        message: message.to_owned(),
        help: "its annotation says what was found; take the field out once you have seen the source",
    })
}
