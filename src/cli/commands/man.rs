//! `peerbib man`

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::cli::io::replace_file;
use crate::cli::{CommandContext, CommandError, Outcome, Result, command_line};
use peerbib::config::SETTINGS;

/// Print the manual page of a command, or write all of them
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib man import | man -l -\n  peerbib man tags add | man -l -\n  \
                        peerbib man --directory man1"
)]
pub(crate) struct Man {
    /// The command, such as `import` or `tags add`; without one, peerbib itself
    #[arg(value_name = "COMMAND", conflicts_with = "directory")]
    command: Vec<String>,

    /// Write the pages of peerbib and of every command into this directory
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut root = command_line();
        root.build();
        if let Some(directory) = &self.directory {
            let failed = |error: std::io::Error| {
                CommandError::new(format_args!(
                    "cannot write to {}: {error}",
                    directory.display()
                ))
            };
            std::fs::create_dir_all(directory).map_err(failed)?;
            let mut pages = Vec::new();
            collect_pages(&root, None, &mut pages)?;
            for (name, page) in &pages {
                replace_file(&directory.join(format!("{name}.1")), page.as_ref())
                    .map_err(failed)?;
            }
            context.note(format_args!(
                "wrote {} pages to {}",
                pages.len(),
                directory.display()
            ));
            return Ok(Outcome::Done);
        }
        let (mut parent, mut command) = (None, &root);
        for word in &self.command {
            let child = command.find_subcommand(word).ok_or_else(|| {
                let name = command.get_bin_name().unwrap_or("peerbib");
                CommandError::usage(format_args!("{name} has no command \u{201c}{word}\u{201d}"))
                    .with_help(format!("`{name} --help` lists the commands"))
            })?;
            (parent, command) = (Some(command), child);
        }
        let mut output = context.output();
        output.write_all(&page(command, parent)?)?;
        output.flush()?;
        Ok(Outcome::Done)
    }
}

/// Adds the pages of a command and of its subcommands, with their names.
fn collect_pages(
    command: &Command,
    parent: Option<&Command>,
    pages: &mut Vec<(String, Vec<u8>)>,
) -> std::io::Result<()> {
    pages.push((page_name(command), page(command, parent)?));
    for subcommand in command.get_subcommands() {
        collect_pages(subcommand, Some(command), pages)?;
    }
    Ok(())
}

/// Returns the name of a page, such as `peerbib-tags-add`.
fn page_name(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    name.replace(' ', "-")
}

/// Returns the manual page of a command. clap_mangen writes most sections; it would join the lines of
/// tables and examples in the description, so we write those with [`write_text`].
fn page(command: &Command, parent: Option<&Command>) -> std::io::Result<Vec<u8>> {
    let version = command.get_version().unwrap_or_default();
    let page = clap_mangen::Man::new(command.clone().display_name(page_name(command)))
        .title(page_name(command))
        .source(format!("peerbib {version}"))
        .manual("Manual of peerbib");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    // Neither hyphenate nor justify: keys, tags and options must stay as they are.
    text.extend_from_slice(b".nh\n.ad l\n");
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]);
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        write_text(&mut roff, &about.to_string());
    }
    if let Some(text) = command.get_before_help() {
        roff.control("PP", []);
        write_text(&mut roff, &text.to_string());
    }
    roff.to_writer(&mut text)?;
    page.render_options_section(&mut text)?;

    let mut roff = Roff::new();
    if command.has_subcommands() {
        roff.control("SH", ["COMMANDS"]);
        for subcommand in command.get_subcommands() {
            let about = subcommand.get_about().map(ToString::to_string);
            roff.control("TP", []);
            roff.text([bold(page_name(subcommand)), roman("(1)")]);
            roff.text([roman(about.unwrap_or_default())]);
        }
    }
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let (_, lines) = examples.split_once('\n').unwrap_or(("", examples.as_str()));
        roff.control("SH", ["EXAMPLES"]);
        write_text(&mut roff, lines);
    }
    if parent.is_none() {
        roff.control("SH", ["NETWORK"]);
        write_text(&mut roff, NETWORK);
        for (service, about) in SERVICES {
            write_row(&mut roff, service, about);
        }
        write_table(&mut roff, "FILES", FILES);
        roff.control("SH", ["ENVIRONMENT"]);
        for setting in SETTINGS {
            write_row(&mut roff, &setting.variable(), &sentence(setting.about));
        }
        for (name, about) in ENVIRONMENT {
            write_row(&mut roff, name, about);
        }
    }
    write_table(&mut roff, "EXIT STATUS", EXIT_STATUS);
    let mut pages: Vec<String> = parent.map(page_name).into_iter().collect();
    pages.extend(command.get_subcommands().map(page_name));
    if let Some(parent) = parent.filter(|parent| parent.get_name() != "peerbib") {
        let siblings = parent.get_subcommands().map(page_name);
        pages.extend(siblings.filter(|name| *name != page_name(command)));
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(
        pages
            .iter()
            .map(|page| format!("{page}(1)"))
            .collect::<Vec<_>>()
            .join(", "),
    )]);
    roff.to_writer(&mut text)?;
    Ok(text)
}

/// Writes paragraphs; indented lines keep their line breaks.
fn write_text(roff: &mut Roff, text: &str) {
    let mut verbatim = false;
    for line in text.lines() {
        let is_blank = line.trim().is_empty();
        let is_indented = line.starts_with(' ') && !is_blank;
        if is_indented && !verbatim {
            roff.control("PP", []).control("nf", []);
        } else if !is_indented && verbatim {
            roff.control("fi", []);
            if !is_blank {
                roff.control("br", []);
            }
        }
        verbatim = is_indented;
        if is_blank {
            roff.control("PP", []);
        } else {
            roff.text([roman(line)]);
        }
    }
    if verbatim {
        roff.control("fi", []);
    }
}

fn write_table(roff: &mut Roff, heading: &str, rows: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (name, about) in rows {
        write_row(roff, name, about);
    }
}

fn write_row(roff: &mut Roff, name: &str, about: &str) {
    roff.control("TP", []);
    roff.text([italic(name)]);
    roff.text([roman(about)]);
}

/// Returns a description as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", characters.as_str())
}

const NETWORK: &str = "\
peerbib uses the network in four cases only: peerbib add with an identifier, an address or --title; peerbib lookup; \
peerbib check --online; peerbib style add and peerbib style update. A service is asked only about the works that you \
name, and it gets what the table below says, and never your tags, notes or files.

Every service also sees your internet address and the version of peerbib, and your e-mail address if you set \
lookup.email. Keys from lookup.keys go to their own service alone. Where the table does not say otherwise, add, lookup \
and check --online ask the service.";

/// The services on the network, and what each receives.
const SERVICES: &[(&str, &str)] = &[
    (
        "doi.org",
        "The DOI of the work. It redirects to the agency that registered the DOI (Crossref, DataCite, mEDRA), which \
         gets the DOI, too.",
    ),
    (
        "api.crossref.org (Crossref)",
        "The DOI of the work. For a work that is found by no identifier: its title, the family name of its first \
         author, and its year.",
    ),
    (
        "api.openalex.org (OpenAlex)",
        "The OpenAlex identifier, or a DOI, PMID or PMCID that the services above did not find. For a work that is \
         found by no identifier: its title, the family name of its first author, and its year.",
    ),
    ("openlibrary.org (Open Library)", "The ISBN."),
    (
        "sru.k10plus.de (library catalogue), or the one in lookup.catalogue",
        "The ISBN of a book that Open Library does not know.",
    ),
    ("export.arxiv.org (arXiv)", "The arXiv number."),
    (
        "api.ncbi.nlm.nih.gov, eutils.ncbi.nlm.nih.gov (PubMed)",
        "The PMID or PMCID.",
    ),
    (
        "www.wikidata.org (Wikidata)",
        "The Wikidata identifier, and those of the people, journals and publishers that it refers to.",
    ),
    (
        "en.wikipedia.org (Citoid)",
        "The address of a page, or an ISBN, PMID or PMCID that the services above did not find.",
    ),
    (
        "the page itself",
        "A request for the page: when you add it, if Citoid does not answer; and with check --online, to see whether \
         the address is alive.",
    ),
    (
        "archive.org (Wayback Machine)",
        "With check --online: an address that is dead, and the year of the work.",
    ),
    (
        "raw.githubusercontent.com (styles)",
        "With style add and style update: the name of the citation style.",
    ),
];

const FILES: &[(&str, &str)] = &[
    (
        "$XDG_DATA_HOME/peerbib/library.db",
        "The default library. XDG_DATA_HOME defaults to ~/.local/share; macOS and Windows have their own \
         directories.",
    ),
    (
        "$XDG_DATA_HOME/peerbib/styles/",
        "The citation styles that you added.",
    ),
    (
        "$XDG_CONFIG_HOME/peerbib/config.toml",
        "The configuration; see peerbib-config(1). XDG_CONFIG_HOME defaults to ~/.config.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("PEERBIB_CONFIG", "The path of the configuration file."),
    (
        "PEERBIB_WAIT",
        "How many seconds to wait for another program that is changing the library.",
    ),
    (
        "VISUAL, EDITOR",
        "The editor, unless PEERBIB_EDITOR or the configuration sets one.",
    ),
    ("NO_COLOR", "If set, no color is used by default."),
    (
        "CLICOLOR_FORCE",
        "If set, color is used even without a terminal.",
    ),
    ("COLUMNS", "The width of tables without a terminal."),
];

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Success."),
    ("1", "Failure, partial success, or findings."),
    ("2", "Usage error; nothing was done."),
];
