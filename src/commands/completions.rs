//! `peerbib completions`

use std::io::Write as _;

use clap::Args;
use clap_complete::Shell;

use super::{Outcome, Result, Session, command_line};

/// Print a script that completes peerbib's verbs and options in your shell
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib completions bash > \
                        ~/.local/share/bash-completion/completions/peerbib")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, session: &Session) -> Result {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command_line(), "peerbib", &mut script);
        let mut output = session.output();
        output.write_all(&script)?;
        output.flush()?;
        Ok(Outcome::Done)
    }
}
