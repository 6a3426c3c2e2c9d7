//! `peerbib man`

use std::io::Write as _;

use clap::Args;

use super::{Failure, Outcome, Result, Session, command_line};

/// Print the manual page of peerbib, or of one verb
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib man import | man -l -")]
pub(super) struct Man {
    /// The verb
    verb: Option<String>,
}

impl Man {
    pub(super) fn run(self, session: &Session) -> Result {
        let mut command = command_line();
        command.build();
        let command = match &self.verb {
            None => command,
            Some(verb) => command
                .find_subcommand(verb)
                .cloned()
                .ok_or_else(|| {
                    Failure::usage(format_args!("there is no verb \u{201c}{verb}\u{201d}"))
                        .with_help("`peerbib --help` lists the verbs".to_owned())
                })?
                .display_name(format!("peerbib-{verb}")),
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        let mut output = session.output();
        output.write_all(&page)?;
        output.flush()?;
        Ok(Outcome::Done)
    }
}
