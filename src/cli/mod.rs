//! The command line: one file per command.
//!
//! The doc comment on a command's arguments is its help. Data goes to standard output, everything else
//! to standard error. A command returns an [`Outcome`], or a [`CommandError`] that says what is wrong and
//! what to do next.

mod chart_args;
mod columns;
mod commands;
mod completers;
mod context;
mod downloaded_styles;
mod editor;
mod error;
mod export_entries;
mod extensions;
mod format_name;
mod hints;
mod http_server;
mod input;
mod interrupt;
mod io;
mod network;
mod output_format;
mod paths;
mod picker;
mod problems;
mod programs;
mod progress;
mod query_args;
mod reference_prompt;
mod style_engine;
mod styles;
mod table;
#[cfg(feature = "pdf")]
mod typst_compiler;
mod ui;
mod watch;
mod works;
mod zotero;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub(crate) use context::CommandContext;
use context::GlobalOptions;
pub(crate) use error::CommandError;
use peerbib::output::terminal::visible;
use query_args::{MINUS, with_negations, with_positional_queries};
use ui::ColorChoice;

/// The outcome of a command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Complete success.
    Done,
    /// Partial success, or there are findings.
    Partial,
}

impl Outcome {
    /// Returns complete success if a condition holds, and partial success otherwise.
    pub(crate) fn done_if(holds: bool) -> Self {
        if holds { Self::Done } else { Self::Partial }
    }
}

/// The result of a command, or of a part of it.
pub(crate) type Result<T = Outcome, E = CommandError> = std::result::Result<T, E>;

/// The heading of the options that every command takes.
const GLOBAL_OPTIONS: &str = "Global options";

/// Keep, tag and cite the literature of peer production and the commons
#[derive(Debug, Parser)]
#[command(
    name = "peerbib",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    before_help = "peerbib keeps references in a library, a single file on your computer. It imports what \
                   you have without losing anything, tags works by movement and theme, finds them again, \
                   and prints reading lists in any citation style.",
    after_help = "Examples:\n  peerbib quickstart\n  peerbib import refs.bib\n  \
                  peerbib find author:benkler\n  peerbib format movement:oekonux --style apa\n\n\
                  `peerbib COMMAND --help` explains a command and shows examples."
)]
pub(crate) struct CommandLine {
    /// Use this library
    /// [default: PEERBIB_LIBRARY, or else the one in your configuration or in your data directory]
    #[arg(long, global = true, value_name = "PATH", help_heading = GLOBAL_OPTIONS)]
    library: Option<PathBuf>,

    /// Answer yes to every question
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS)]
    yes: bool,

    /// Only print warnings and errors
    #[arg(long, global = true, conflicts_with = "verbose", help_heading = GLOBAL_OPTIONS)]
    quiet: bool,

    /// Print which files are used and how long each step takes
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS)]
    verbose: bool,

    /// When to use color: auto, always or never [default: auto]
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        hide_possible_values = true,
        help_heading = GLOBAL_OPTIONS
    )]
    color: Option<ColorChoice>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Quickstart(commands::quickstart::Quickstart),
    Init(commands::init::Init),
    Import(commands::import::Import),
    Add(commands::add::Add),
    Listen(commands::listen::Listen),
    Lookup(commands::lookup::Lookup),
    Show(commands::show::Show),
    Edit(commands::edit::Edit),
    #[command(aliases = ["rm", "delete"])]
    Remove(commands::remove::Remove),
    Rename(commands::rename::Rename),
    Note(commands::note::NoteWork),
    File(commands::file::File),
    Export(commands::export::Export),
    Convert(commands::convert::Convert),
    #[command(alias = "search")]
    Find(commands::find::Find),
    Tag(commands::tag::TagWorks),
    Untag(commands::untag::Untag),
    Tags(commands::tags::Tags),
    Rules(commands::rules::RulesCommand),
    Why(commands::why::Why),
    #[command(alias = "ls")]
    List(commands::list::ListCommand),
    Format(commands::format::Format),
    Cite(Box<commands::cite::CiteCommand>),
    Style(commands::style::StyleCommand),
    Timeline(commands::timeline::DrawTimeline),
    Stats(commands::stats::Stats),
    #[command(name = "site")]
    Site(commands::site::WriteSite),
    Check(commands::check::Check),
    Dedupe(commands::dedupe::Dedupe),
    Verify(commands::verify::Verify),
    Undo(commands::undo::Undo),
    Redo(commands::undo::Redo),
    Log(commands::undo::Log),
    Backup(commands::backup::BackupLibrary),
    Doctor(commands::doctor::Doctor),
    Rebuild(commands::rebuild::Rebuild),
    Config(commands::config::ConfigCommand),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
}

/// The headings of `peerbib --help`, each with its commands.
const COMMAND_GROUPS: &[(&str, &[&str])] = &[
    (
        "Get started",
        &["quickstart", "init", "import", "add", "listen"],
    ),
    (
        "References",
        &[
            "show", "edit", "remove", "rename", "note", "file", "export", "convert",
        ],
    ),
    (
        "Find and tag",
        &["find", "tag", "untag", "tags", "rules", "why"],
    ),
    (
        "Reading lists",
        &[
            "list", "format", "cite", "style", "timeline", "stats", "site",
        ],
    ),
    ("Quality", &["check", "lookup", "dedupe", "verify"]),
    (
        "History and safety",
        &["undo", "redo", "log", "backup", "doctor", "rebuild"],
    ),
    ("Settings", &["config", "completions", "man"]),
];

/// Runs the command that the arguments ask for and returns the program's exit code: 0 for success, 1 for
/// failure, partial success or findings, 2 for a usage error.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(answered) = commands::completions::answer(&arguments) {
        return answered;
    }
    let mut command = command_line();
    let words = with_positional_queries(&command, &arguments);
    let words = with_negations(&command, &words);
    let parsed = command
        .try_get_matches_from_mut(words)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    let line = match parsed {
        Ok(line) => line,
        Err(error) => {
            // Help and version are reported this way, too.
            let error = with_list_tip(error, &arguments).format(&mut command);
            // clap repeats arguments as they are, and negations with their minus sign.
            let message = error.render().to_string();
            let is_raw = message.contains(MINUS) || arguments.iter().any(|word| is_unsafe(word));
            if error.use_stderr() && is_raw {
                ui::print_message(message.replace(MINUS, "-").trim_end());
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            }
            if let Err(unwritten) = error.print()
                && !error.use_stderr()
            {
                return CommandError::from(unwritten).report();
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let options = GlobalOptions {
        library: line.library,
        color: line.color,
        yes: line.yes,
        quiet: line.quiet,
        verbose: line.verbose,
    };
    let context = CommandContext::new(options, &arguments);
    context.color().write_global();
    let outcome = line.command.run(&context);
    context.detail("done");
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Partial) => ExitCode::from(1),
        Err(failure) => failure.report(),
    }
}

/// Adds advice to the error for the name of a reading list in the place of a command.
fn with_list_tip(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    if let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand)
        && arguments.iter().any(|word| word == "list" || word == "ls")
    {
        let tip = format!("`peerbib list show {name}` prints a reading list of this name");
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

/// Parses the number in an argument. The standard library's errors are written for programmers.
fn number<T: std::str::FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "expected a whole number")
}

/// Returns whether a terminal would obey a part of an argument.
fn is_unsafe(argument: &std::ffi::OsStr) -> bool {
    let text = argument.to_string_lossy();
    visible(&text) != text
}

/// Returns the definition of the whole command line.
fn command_line() -> clap::Command {
    let command = CommandLine::command();
    let template = help_template(&command);
    command.help_template(template)
}

/// Returns the template of `peerbib --help`, in which the commands are grouped; clap itself lists them
/// under one heading.
fn help_template(command: &clap::Command) -> clap::builder::StyledStr {
    let styles = command.get_styles();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let width = command
        .get_subcommands()
        .map(|subcommand| subcommand.get_name().len())
        .max()
        .unwrap_or(0);
    let mut template = clap::builder::StyledStr::new();
    let _ = write!(
        template,
        "{{about-with-newline}}\n{{before-help}}{{usage-heading}} {{usage}}\n"
    );
    for (heading, names) in COMMAND_GROUPS {
        let _ = write!(template, "\n{header}{heading}:{header:#}\n");
        for name in *names {
            let about = command
                .find_subcommand(name)
                .and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(template, "  {literal}{name:width$}{literal:#}  {about}");
        }
    }
    let _ = write!(
        template,
        "\n{header}{GLOBAL_OPTIONS}:{header:#}\n{{options}}{{after-help}}"
    );
    template
}

impl Command {
    fn run(self, context: &CommandContext) -> Result {
        match self {
            Self::Quickstart(command) => command.run(context),
            Self::Init(command) => command.run(context),
            Self::Import(command) => command.run(context),
            Self::Add(command) => command.run(context),
            Self::Listen(command) => command.run(context),
            Self::Lookup(command) => command.run(context),
            Self::Edit(command) => command.run(context),
            Self::Remove(command) => command.run(context),
            Self::Rename(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Convert(command) => command.run(context),
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
            Self::Site(command) => command.run(context),
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

/// Returns the error for a facet that no tag has.
fn no_such_facet(library: &peerbib::library::Library, facet: &str) -> Result<CommandError> {
    let facets = library.tags().facets()?;
    let help = if facets.is_empty() {
        "there are no tags yet; `peerbib tags add` adds one".to_owned()
    } else {
        format!("the facets are: {}", facets.join(", "))
    };
    Ok(
        CommandError::new(format_args!("no tag has the facet \u{201c}{facet}\u{201d}"))
            .with_help(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group_of_the_help() {
        let command = CommandLine::command();
        let mut names: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        let mut grouped: Vec<&str> = COMMAND_GROUPS
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        names.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(names, grouped);
    }
}
