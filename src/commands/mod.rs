//! The command line: one file a subcommand.
//!
//! The doc comment on a command's arguments is its help. Data goes to standard output, everything else
//! to standard error. A command ends with an [`Outcome`], or with a [`Failure`] that says what is
//! wrong and what to do.

mod add;
mod backup;
mod check;
mod cite;
mod columns;
mod complete;
mod completions;
mod config;
mod dedupe;
mod doctor;
mod drawing;
mod edit;
mod editor;
mod export;
mod failure;
mod file;
mod files;
mod find;
mod format;
mod format_name;
mod forms;
mod history;
mod import;
mod init;
mod input;
mod list;
mod man;
mod note;
mod progress;
mod quickstart;
mod rebuild;
mod references;
mod remove;
mod rename;
mod rendering;
mod rules;
mod session;
mod show;
mod stats;
mod style;
mod table;
mod tag;
mod tags;
mod timeline;
mod untag;
mod verify;
mod why;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use columns::COLUMNS;
pub use failure::Failure;
pub use session::Session;
use session::{Colour, Options};

/// How a command ended that did what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was done.
    Done,
    /// Something was done, but not all; or there are findings.
    InPart,
}

/// What a command gives.
pub type Result = std::result::Result<Outcome, Failure>;

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
pub struct CommandLine {
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
    Quickstart(quickstart::Quickstart),
    Init(init::Init),
    Import(import::Import),
    Add(add::Add),
    Edit(edit::Edit),
    Remove(remove::Remove),
    Rename(rename::Rename),
    Export(export::Export),
    Find(find::Find),
    Show(show::Show),
    Tag(tag::TagWorks),
    Untag(untag::Untag),
    Tags(tags::Tags),
    Rules(rules::RulesCommand),
    Why(why::Why),
    Format(format::Format),
    List(list::ListCommand),
    Cite(Box<cite::CiteCommand>),
    Timeline(timeline::DrawTimeline),
    Stats(stats::Stats),
    Check(check::Check),
    Dedupe(dedupe::Dedupe),
    Verify(verify::Verify),
    Style(style::StyleCommand),
    Note(note::NoteWork),
    File(file::File),
    Undo(history::Undo),
    Redo(history::Redo),
    Log(history::Log),
    Backup(backup::BackupLibrary),
    Doctor(doctor::Doctor),
    Rebuild(rebuild::Rebuild),
    Config(config::Config),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs the command that the arguments ask for, and gives the program's exit code: 0 done; 1 failed,
/// done in part, or findings; 2 wrong usage.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(answered) = completions::answer(&arguments) {
        return answered;
    }
    let line = match CommandLine::try_parse_from(with_negations(&arguments)) {
        Ok(line) => line,
        Err(error) => {
            // Help and version come this way, too.
            if let Err(unwritten) = error.print()
                && !error.use_stderr()
            {
                return Failure::from(unwritten).report();
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
    let session = Session::new(options, &arguments);
    session.color().write_global();
    let outcome = line.command.run(&session);
    session.end();
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::InPart) => ExitCode::from(1),
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
    fn run(self, session: &Session) -> Result {
        match self {
            Self::Quickstart(command) => command.run(session),
            Self::Init(command) => command.run(session),
            Self::Import(command) => command.run(session),
            Self::Add(command) => command.run(session),
            Self::Edit(command) => command.run(session),
            Self::Remove(command) => command.run(session),
            Self::Rename(command) => command.run(session),
            Self::Export(command) => command.run(session),
            Self::Find(command) => command.run(session),
            Self::Show(command) => command.run(session),
            Self::Tag(command) => command.run(session),
            Self::Untag(command) => command.run(session),
            Self::Tags(command) => command.run(session),
            Self::Rules(command) => command.run(session),
            Self::Why(command) => command.run(session),
            Self::Format(command) => command.run(session),
            Self::List(command) => command.run(session),
            Self::Cite(command) => command.run(session),
            Self::Timeline(command) => command.run(session),
            Self::Stats(command) => command.run(session),
            Self::Check(command) => command.run(session),
            Self::Dedupe(command) => command.run(session),
            Self::Verify(command) => command.run(session),
            Self::Style(command) => command.run(session),
            Self::File(command) => command.run(session),
            Self::Note(command) => command.run(session),
            Self::Undo(command) => command.run(session),
            Self::Redo(command) => command.run(session),
            Self::Log(command) => command.run(session),
            Self::Backup(command) => command.run(session),
            Self::Doctor(command) => command.run(session),
            Self::Rebuild(command) => command.run(session),
            Self::Config(command) => command.run(session),
            Self::Completions(command) => command.run(session),
            Self::Man(command) => command.run(session),
        }
    }
}

/// That no tag has a facet, and which facets there are.
fn no_such_facet(
    library: &crate::library::Library,
    facet: &str,
) -> std::result::Result<Failure, Failure> {
    let facets = library.facets()?;
    let help = if facets.is_empty() {
        "there are no tags yet; `peerbib tags add --help` shows how to add one".to_owned()
    } else {
        format!("the facets there are: {}", facets.join(", "))
    };
    Ok(Failure::new(format_args!("no tag has the facet \u{201c}{facet}\u{201d}")).with_help(help))
}

/// Text broken into lines at the width of the terminal, where there is one; every line after the first
/// is indented by `indent` columns.
fn wrapped(text: &str, indent: usize) -> String {
    let Some(columns) = session::terminal_width() else {
        return text.to_owned();
    };
    let options = textwrap::Options::new(columns.saturating_sub(indent).max(20))
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options).replace('\n', &format!("\n{}", " ".repeat(indent)))
}
