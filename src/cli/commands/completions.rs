//! `peerbib completions`, and the answers to the shells that ask at the tab key.
//!
//! The script that a shell reads once calls peerbib at each press of the key, with the variable
//! PEERBIB_COMPLETE set to the name of the shell and the words of the command line up to the cursor.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Command, ValueEnum};
use clap_complete::engine::{self, CompletionCandidate};
use clap_complete::env::{Elvish, EnvCompleter, Powershell};

use crate::cli::{CommandContext, Outcome, Result, command_line, completers, with_negations};

/// Print a script that lets your shell complete what you type
///
/// With the script in place, the tab key completes verbs and options, and what your
/// library holds at that moment: citation keys, tags, reading lists, the fields of
/// queries and their values; and styles, locales and settings.
///
/// bash: put this line into ~/.bashrc
///     source <(peerbib completions bash)
/// or, with the package bash-completion, let it be read when it is needed first
///     peerbib completions bash > ~/.local/share/bash-completion/completions/peerbib
///
/// zsh: put this line into ~/.zshrc, behind compinit
///     source <(peerbib completions zsh)
/// or write it into a directory of $fpath, in a file named _peerbib.
///
/// fish: write it into a file
///     peerbib completions fish > ~/.config/fish/completions/peerbib.fish
///
/// elvish: put this line into ~/.config/elvish/rc.elv
///     eval (peerbib completions elvish | slurp)
///
/// powershell: put this line into the file that $PROFILE names
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

/// A shell that can ask peerbib what to complete.
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

/// The variable in which a shell says that it asks, and which shell it is.
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

/// Answers a shell that asks what to complete; `None` where no shell asks, and peerbib is simply run.
///
/// Whatever goes wrong is kept quiet: a person who types has no use for it.
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
    let offers = offers(&mut command, words, here.as_deref());
    let listing = std::env::var("PEERBIB_COMPLETE_LISTING").is_ok_and(|set| !set.is_empty());
    for line in lines(shell, &offers, listing) {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
}

/// A word without the quotation mark that opens it; the shell has not closed it yet.
fn unquoted(word: &OsStr) -> OsString {
    let text = word.to_string_lossy();
    match text.strip_prefix(['\'', '"']) {
        Some(rest) => rest.into(),
        None => word.to_owned(),
    }
}

/// What can stand in the place of the last of the words, which begin with the name of the program.
fn offers(
    command: &mut Command,
    words: Vec<OsString>,
    here: Option<&Path>,
) -> Vec<CompletionCandidate> {
    let words = with_negations(&words);
    let Some(current) = words.last().cloned() else {
        return Vec::new();
    };
    let index = words.len() - 1;
    let mut offers = engine::complete(command, words, index, here).unwrap_or_default();
    // Options are many; where something else can stand, they wait for their first minus sign.
    let is_option =
        |offer: &CompletionCandidate| offer.get_value().to_string_lossy().starts_with('-');
    if current.is_empty() && !offers.iter().all(is_option) {
        offers.retain(|offer| !is_option(offer));
    }
    offers
}

/// The offers as the script of a shell reads them, one a line.
fn lines(shell: Shell, offers: &[CompletionCandidate], listing: bool) -> Vec<String> {
    let offers: Vec<(String, String)> = offers
        .iter()
        .map(|offer| {
            let value = offer.get_value().to_string_lossy();
            let about = offer.get_help().map(ToString::to_string);
            let about = about.as_deref().and_then(|about| about.lines().next());
            // The minus sign proper stands for the one that was typed: see `with_negations`.
            let value = match value.strip_prefix('\u{2212}') {
                Some(rest) => format!("-{rest}"),
                None => value.into_owned(),
            };
            (value, about.unwrap_or_default().replace('\t', " "))
        })
        .filter(|(value, _)| !value.contains(['\n', '\t']))
        .collect();
    let width = offers.iter().map(|(value, _)| value.chars().count()).max();
    let lines = offers.iter().map(|(value, about)| match shell {
        // Bash shows no descriptions by itself; where it only lists what there is, they stand in the list.
        Shell::Bash if listing && offers.len() > 1 && !about.is_empty() => {
            let line = format!(
                "{value:width$}  {about}",
                width = width.unwrap_or(0).min(40)
            );
            let columns = crate::cli::context::columns().saturating_sub(1);
            line.chars().take(columns).collect()
        }
        Shell::Zsh => {
            let value = value.replace('\\', "\\\\").replace(':', "\\:");
            if about.is_empty() {
                value
            } else {
                format!("{value}:{}", about.replace('\\', "\\\\"))
            }
        }
        Shell::Fish | Shell::Powershell if !about.is_empty() => format!("{value}\t{about}"),
        _ => value.clone(),
    });
    lines.collect()
}
