//! `peerbib completions`, and the answers to shells that ask for completions.
//!
//! The script of a shell calls peerbib at each press of the tab key, with PEERBIB_COMPLETE set to the name
//! of the shell and the words of the command line up to the cursor. The scripts for bash, zsh and fish are
//! our own, because those of clap_complete split tags such as theme:policy at the colon and show no
//! descriptions.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Command, ValueEnum};
use clap_complete::engine::{self, CompletionCandidate};
use clap_complete::env::{Elvish, EnvCompleter, Powershell};

use crate::cli::query_args::{MINUS, with_negations};
use crate::cli::{CommandContext, Outcome, Result, command_line, completers};

/// Print a completion script for your shell
///
/// The tab key then completes commands and options, and what your library contains at
/// that moment: citation keys, tags, reading lists, query fields and their values.
///
/// bash: add this line to ~/.bashrc
///     source <(peerbib completions bash)
/// or, with the package bash-completion, load it on demand
///     peerbib completions bash > ~/.local/share/bash-completion/completions/peerbib
///
/// zsh: add this line to ~/.zshrc, after compinit
///     source <(peerbib completions zsh)
/// or write it to a file named _peerbib in a directory of $fpath.
///
/// fish: write it to a file
///     peerbib completions fish > ~/.config/fish/completions/peerbib.fish
///
/// elvish: add this line to ~/.config/elvish/rc.elv
///     eval (peerbib completions elvish | slurp)
///
/// powershell: add this line to the file $PROFILE
///     peerbib completions powershell | Out-String | Invoke-Expression
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  peerbib completions bash > \
                        ~/.local/share/bash-completion/completions/peerbib"
)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// A shell with completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// Bash, from version 4.4
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    Powershell,
}

/// The variable with the name of the shell that asks.
const VARIABLE: &str = "PEERBIB_COMPLETE";

impl Completions {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut script = Vec::new();
        match self.shell {
            Shell::Bash => script.extend_from_slice(include_bytes!("completions/peerbib.bash")),
            Shell::Zsh => script.extend_from_slice(include_bytes!("completions/peerbib.zsh")),
            Shell::Fish => script.extend_from_slice(include_bytes!("completions/peerbib.fish")),
            Shell::Elvish => register(&Elvish, &mut script)?,
            Shell::Powershell => register(&Powershell, &mut script)?,
        }
        let mut output = context.output();
        output.write_all(&script)?;
        output.flush()?;
        Ok(Outcome::Done)
    }
}

fn register(shell: &dyn EnvCompleter, script: &mut Vec<u8>) -> std::io::Result<()> {
    shell.write_registration(VARIABLE, "peerbib", "peerbib", "peerbib", script)
}

/// Answers a shell that asks for completions; returns `None` if none does. Errors are ignored: they would
/// disturb the user, who is typing.
pub(crate) fn answer(arguments: &[OsString]) -> Option<ExitCode> {
    let shell = std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty())?;
    let words = arguments.iter().skip_while(|word| *word != "--").skip(1);
    let words: Vec<OsString> = words.cloned().collect();
    if let (Ok(shell), false) = (
        Shell::from_str(&shell.to_string_lossy(), true),
        words.is_empty(),
    ) {
        let mut text = Vec::new();
        write_answer(shell, words, &mut text);
        let _ = std::io::stdout().lock().write_all(&text);
    }
    Some(ExitCode::SUCCESS)
}

fn write_answer(shell: Shell, mut words: Vec<OsString>, text: &mut Vec<u8>) {
    let here = std::env::current_dir().ok();
    completers::remember(&words);
    let mut command = completers::with_completers(command_line());
    if let Some(current) = words.last_mut() {
        *current = unquoted(current);
    }
    let candidates = candidates(&mut command, words, here.as_deref());
    let listing = std::env::var("PEERBIB_COMPLETE_LISTING").is_ok_and(|set| !set.is_empty());
    for line in lines(shell, &candidates, listing) {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
}

/// Removes an opening quotation mark, which the user has not closed yet.
fn unquoted(word: &OsStr) -> OsString {
    let text = word.to_string_lossy();
    match text.strip_prefix(['\'', '"']) {
        Some(rest) => rest.into(),
        None => word.to_owned(),
    }
}

/// Returns the completions of the last word.
fn candidates(
    command: &mut Command,
    words: Vec<OsString>,
    here: Option<&Path>,
) -> Vec<CompletionCandidate> {
    let words = with_negations(command, &words);
    let Some(current) = words.last().cloned() else {
        return Vec::new();
    };
    let index = words.len() - 1;
    let mut candidates = engine::complete(command, words, index, here).unwrap_or_default();
    // There are many options. If something else is possible, they are only shown after a hyphen.
    let is_option =
        |candidate: &CompletionCandidate| candidate.get_value().to_string_lossy().starts_with('-');
    if current.is_empty() && !candidates.iter().all(is_option) {
        candidates.retain(|candidate| !is_option(candidate));
    }
    candidates
}

/// Formats candidates as the script of a shell reads them, one per line.
fn lines(shell: Shell, candidates: &[CompletionCandidate], listing: bool) -> Vec<String> {
    let candidates: Vec<(String, String)> = candidates
        .iter()
        .map(|candidate| {
            let value = candidate.get_value().to_string_lossy();
            let help = candidate.get_help().map(ToString::to_string);
            let help = help.as_deref().and_then(|help| help.lines().next());
            // `with_negations` replaced the hyphen that the user typed.
            let value = match value.strip_prefix(MINUS) {
                Some(rest) => format!("-{rest}"),
                None => value.into_owned(),
            };
            (value, help.unwrap_or_default().replace('\t', " "))
        })
        .filter(|(value, _)| !value.contains(['\n', '\t']))
        .collect();
    let width = candidates
        .iter()
        .map(|(value, _)| value.chars().count())
        .max();
    let lines = candidates.iter().map(|(value, help)| match shell {
        // Bash shows no descriptions, so they are part of the words when it lists candidates.
        Shell::Bash if listing && candidates.len() > 1 && !help.is_empty() => {
            let line = format!("{value:width$}  {help}", width = width.unwrap_or(0).min(40));
            let columns = crate::cli::ui::columns().saturating_sub(1);
            line.chars().take(columns).collect()
        }
        Shell::Zsh => {
            let value = value.replace('\\', "\\\\").replace(':', "\\:");
            if help.is_empty() {
                value
            } else {
                format!("{value}:{}", help.replace('\\', "\\\\"))
            }
        }
        Shell::Fish | Shell::Powershell if !help.is_empty() => format!("{value}\t{help}"),
        _ => value.clone(),
    });
    lines.collect()
}
