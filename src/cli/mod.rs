//! The command line: one file a subcommand.
//!
//! The doc comment on a command's arguments is its help. Data goes to standard output, everything else
//! to standard error. A command ends with an [`Outcome`], or with a [`CommandError`] that says what is
//! wrong and what to do.

mod chart_args;
mod columns;
mod commands;
mod completers;
mod context;
mod editor;
mod error;
mod export_entries;
mod format_name;
mod input;
mod io;
mod output_format;
mod progress;
mod style_engine;
mod styles;
mod table;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use context::CommandContext;
use context::{Colour, Options};
pub(crate) use error::CommandError;

/// How a command ended that did what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All was done.
    Done,
    /// Something was done, but not all; or there are findings.
    Partial,
}

/// What a command gives.
pub(crate) type Result = std::result::Result<Outcome, CommandError>;

/// The heading of the options that every verb takes, which stand behind its own.
const EVERY_VERB: &str = "Options of every verb";

/// Keep, tag and cite the literature of peer production and the commons.
///
/// peerbib keeps references in a library, a single file on your own computer. It imports BibTeX and
/// BibLaTeX without losing a field, tags works by movement and theme, finds them again, and prints
/// reading lists in any citation style.
#[derive(Debug, Parser)]
#[command(
    name = "peerbib",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs",
    after_help = "Start here:\n  peerbib quickstart\n  peerbib import refs.bib\n  \
                  peerbib find author:benkler\n  peerbib format movement:oekonux --style apa\n\n\
                  `peerbib VERB --help` says more about each verb and shows an example."
)]
pub(crate) struct CommandLine {
    /// The library to work on; without it, the file that the environment variable PEERBIB_LIBRARY or your
    /// configuration names, or else peerbib/library.db in the directory where your system keeps the data
    /// of programs
    #[arg(long, global = true, value_name = "PATH", help_heading = EVERY_VERB)]
    library: Option<PathBuf>,

    /// Answer yes to every question
    #[arg(long, global = true, help_heading = EVERY_VERB)]
    yes: bool,

    /// Say nothing on standard error but warnings and errors
    #[arg(long, global = true, conflicts_with = "verbose", help_heading = EVERY_VERB)]
    quiet: bool,

    /// Say on standard error, too, which files are used, which steps it takes and how long each of them and
    /// every statement of SQL takes
    #[arg(long, global = true, help_heading = EVERY_VERB)]
    verbose: bool,

    /// When to use colour and bold: always, never or auto (on a terminal, unless NO_COLOR is set)
    /// [default: auto]
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        hide_possible_values = true,
        help_heading = EVERY_VERB
    )]
    color: Option<Colour>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Quickstart(commands::quickstart::Quickstart),
    Init(commands::init::Init),
    Import(commands::import::Import),
    Add(commands::add::Add),
    Edit(commands::edit::Edit),
    Remove(commands::remove::Remove),
    Rename(commands::rename::Rename),
    Export(commands::export::Export),
    Find(commands::find::Find),
    Show(commands::show::Show),
    Tag(commands::tag::TagWorks),
    Untag(commands::untag::Untag),
    Tags(commands::tags::Tags),
    Rules(commands::rules::RulesCommand),
    Why(commands::why::Why),
    Format(commands::format::Format),
    List(commands::list::ListCommand),
    Cite(Box<commands::cite::CiteCommand>),
    Timeline(commands::timeline::DrawTimeline),
    Stats(commands::stats::Stats),
    Check(commands::check::Check),
    Dedupe(commands::dedupe::Dedupe),
    Verify(commands::verify::Verify),
    Style(commands::style::StyleCommand),
    Note(commands::note::NoteWork),
    File(commands::file::File),
    Undo(commands::undo::Undo),
    Redo(commands::undo::Redo),
    Log(commands::undo::Log),
    Backup(commands::backup::BackupLibrary),
    Doctor(commands::doctor::Doctor),
    Rebuild(commands::rebuild::Rebuild),
    Config(commands::config::Config),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
}

/// Runs the command that the arguments ask for, and gives the program's exit code: 0 done; 1 failed,
/// done in part, or findings; 2 wrong usage.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(answered) = commands::completions::answer(&arguments) {
        return answered;
    }
    let line = match CommandLine::try_parse_from(with_negations(&arguments)) {
        Ok(line) => line,
        Err(error) => {
            // Help and version come this way, too.
            if let Err(unwritten) = error.print()
                && !error.use_stderr()
            {
                return CommandError::from(unwritten).report();
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let options = Options {
        library: line.library,
        color: line.color,
        yes: line.yes,
        quiet: line.quiet,
        verbose: line.verbose,
    };
    let context = CommandContext::new(options, &arguments);
    context.color().write_global();
    let outcome = line.command.run(&context);
    context.end();
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Partial) => ExitCode::from(1),
        Err(failure) => failure.report(),
    }
}

/// The verbs that take a query, in which `-theme:policy` is a negation and no option.
const QUERYING: &[&str] = &[
    "find", "format", "export", "check", "tag", "matrix", "timeline", "stats", "edit",
];

/// The arguments with the sign of each negation as the minus sign proper, which the query language reads
/// as well and which cannot be taken for the beginning of an option. The verbs that take a query have no
/// options of one letter, but for those that ask for help and the version and that name a file to write.
fn with_negations(arguments: &[OsString]) -> Vec<OsString> {
    let mut in_query = false;
    // `list export` and `list show` take no query, and have options of one letter.
    let mut in_list = false;
    let negation = |argument: &OsString| {
        let rest = argument.to_str()?.strip_prefix('-')?;
        let is_option = rest.starts_with('-') || matches!(rest, "" | "h" | "V" | "o");
        (!is_option).then(|| OsString::from(format!("\u{2212}{rest}")))
    };
    arguments
        .iter()
        .map(|argument| {
            let argument = match negation(argument) {
                Some(negation) if in_query => negation,
                _ => argument.clone(),
            };
            in_list |= !in_query && argument == "list";
            in_query |= !in_list && QUERYING.iter().any(|verb| argument == *verb);
            argument
        })
        .collect()
}

/// The whole command line, for completions and manual pages.
fn command_line() -> clap::Command {
    CommandLine::command()
}

impl Command {
    fn run(self, context: &CommandContext) -> Result {
        match self {
            Self::Quickstart(command) => command.run(context),
            Self::Init(command) => command.run(context),
            Self::Import(command) => command.run(context),
            Self::Add(command) => command.run(context),
            Self::Edit(command) => command.run(context),
            Self::Remove(command) => command.run(context),
            Self::Rename(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Find(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Tag(command) => command.run(context),
            Self::Untag(command) => command.run(context),
            Self::Tags(command) => command.run(context),
            Self::Rules(command) => command.run(context),
            Self::Why(command) => command.run(context),
            Self::Format(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Cite(command) => command.run(context),
            Self::Timeline(command) => command.run(context),
            Self::Stats(command) => command.run(context),
            Self::Check(command) => command.run(context),
            Self::Dedupe(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Style(command) => command.run(context),
            Self::File(command) => command.run(context),
            Self::Note(command) => command.run(context),
            Self::Undo(command) => command.run(context),
            Self::Redo(command) => command.run(context),
            Self::Log(command) => command.run(context),
            Self::Backup(command) => command.run(context),
            Self::Doctor(command) => command.run(context),
            Self::Rebuild(command) => command.run(context),
            Self::Config(command) => command.run(context),
            Self::Completions(command) => command.run(context),
            Self::Man(command) => command.run(context),
        }
    }
}

/// That no tag has a facet, and which facets there are.
fn no_such_facet(
    library: &peerbib::library::Library,
    facet: &str,
) -> std::result::Result<CommandError, CommandError> {
    let facets = library.facets()?;
    let help = if facets.is_empty() {
        "there are no tags yet; `peerbib tags add --help` shows how to add one".to_owned()
    } else {
        format!("the facets there are: {}", facets.join(", "))
    };
    Ok(
        CommandError::new(format_args!("no tag has the facet \u{201c}{facet}\u{201d}"))
            .with_help(help),
    )
}

/// Text broken into lines at the width of the terminal, where there is one; every line after the first
/// is indented by `indent` columns.
fn wrapped(text: &str, indent: usize) -> String {
    let Some(columns) = context::terminal_width() else {
        return text.to_owned();
    };
    let options = textwrap::Options::new(columns.saturating_sub(indent).max(20))
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options).replace('\n', &format!("\n{}", " ".repeat(indent)))
}
