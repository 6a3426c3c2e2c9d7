//! `peerbib man`

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::cli::{CommandContext, CommandError, Outcome, Result, command_line};
use peerbib::config::SETTINGS;

/// Print the manual page of peerbib or of one of its verbs, or write all of them
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib man import | man -l -\n  peerbib man tags add | man -l -\n  \
                        peerbib man --directory man1"
)]
pub(crate) struct Man {
    /// The verb, with the one below it where it has some; without a verb, peerbib itself
    #[arg(value_name = "VERB", conflicts_with = "directory")]
    verb: Vec<String>,

    /// Write the pages of peerbib and of every verb into this directory, one file each
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut command = command_line();
        command.build();
        if let Some(directory) = &self.directory {
            let failed = |error: std::io::Error| {
                CommandError::new(format_args!(
                    "{} cannot be written to: {error}",
                    directory.display()
                ))
            };
            std::fs::create_dir_all(directory).map_err(failed)?;
            let mut pages = Vec::new();
            all_pages(&command, &[], &mut pages)?;
            for (name, page) in &pages {
                std::fs::write(directory.join(format!("{name}.1")), page).map_err(failed)?;
            }
            context.note(format_args!(
                "{} pages are in {} now",
                pages.len(),
                directory.display()
            ));
            return Ok(Outcome::Done);
        }
        let mut meant = &command;
        let mut above = Vec::new();
        for verb in &self.verb {
            above.push(meant);
            meant = meant.find_subcommand(verb).ok_or_else(|| {
                let name = meant.get_bin_name().unwrap_or("peerbib");
                CommandError::usage(format_args!("{name} has no verb \u{201c}{verb}\u{201d}"))
                    .with_help(format!("`{name} --help` lists the verbs"))
            })?;
        }
        let page = page(meant, &above)?;
        let mut output = context.output();
        output.write_all(&page)?;
        output.flush()?;
        Ok(Outcome::Done)
    }
}

/// The pages of a command and of everything below it, by name.
fn all_pages<'a>(
    command: &'a Command,
    above: &[&'a Command],
    pages: &mut Vec<(String, Vec<u8>)>,
) -> std::io::Result<()> {
    pages.push((name(command), page(command, above)?));
    let mut above = above.to_vec();
    above.push(command);
    for verb in command.get_subcommands() {
        all_pages(verb, &above, pages)?;
    }
    Ok(())
}

/// The name of a page: peerbib-tags-add.
fn name(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    name.replace(' ', "-")
}

/// The manual page of a command that stands below these.
fn page(command: &Command, above: &[&Command]) -> std::io::Result<Vec<u8>> {
    let version = command.get_version().unwrap_or_default();
    let page = clap_mangen::Man::new(command.clone().display_name(name(command)))
        .title(name(command))
        .source(format!("peerbib {version}"))
        .manual("Manual of peerbib");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    // Keys, tags and options are not to be broken, nor stretched.
    text.extend_from_slice(b".nh\n.ad l\n");
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;

    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]);
    let about = command.get_long_about().or(command.get_about());
    write_prose(
        &mut roff,
        &about.map(ToString::to_string).unwrap_or_default(),
    );
    roff.to_writer(&mut text)?;

    page.render_options_section(&mut text)?;

    let mut roff = Roff::new();
    if command.has_subcommands() {
        roff.control("SH", ["VERBS"]);
        for verb in command.get_subcommands() {
            let about = verb.get_about().map(ToString::to_string);
            roff.control("TP", []);
            roff.text([bold(name(verb)), roman("(1)")]);
            roff.text([roman(about.unwrap_or_default())]);
        }
    }
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let (heading, examples) = examples.split_once('\n').unwrap_or(("", examples.as_str()));
        roff.control(
            "SH",
            [if heading == "Example:" {
                "EXAMPLE"
            } else {
                "EXAMPLES"
            }],
        );
        write_prose(&mut roff, examples);
    }
    if above.is_empty() {
        write_files(&mut roff);
        write_environment(&mut roff);
    }
    write_exit_status(&mut roff);
    write_see_also(&mut roff, command, above);
    roff.to_writer(&mut text)?;
    Ok(text)
}

/// Paragraphs; lines that are indented stand as they are.
fn write_prose(roff: &mut Roff, text: &str) {
    let mut as_they_are = false;
    for line in text.lines() {
        let is_indented = line.starts_with(' ') && !line.trim().is_empty();
        if is_indented && !as_they_are {
            roff.control("PP", []).control("nf", []);
        } else if !is_indented && as_they_are {
            roff.control("fi", []);
            if !line.trim().is_empty() {
                roff.control("br", []);
            }
        }
        as_they_are = is_indented;
        if line.trim().is_empty() {
            roff.control("PP", []);
        } else {
            roff.text([roman(line)]);
        }
    }
    if as_they_are {
        roff.control("fi", []);
    }
}

fn write_entries(roff: &mut Roff, entries: &[(String, String)]) {
    for (name, about) in entries {
        roff.control("TP", []);
        roff.text([italic(name.as_str())]);
        roff.text([roman(about.as_str())]);
    }
}

fn write_files(roff: &mut Roff) {
    roff.control("SH", ["FILES"]);
    let entries = [
        (
            "$XDG_DATA_HOME/peerbib/library.db",
            "The library, where no other is named. Without the variable it is in ~/.local/share; other \
             systems than Linux have directories of their own.",
        ),
        (
            "$XDG_DATA_HOME/peerbib/styles/",
            "The citation styles that you added.",
        ),
        (
            "$XDG_CONFIG_HOME/peerbib/config.toml",
            "The configuration: see peerbib-config(1). Without the variable it is in ~/.config.",
        ),
    ];
    write_entries(
        roff,
        &entries.map(|(name, about)| (name.to_owned(), about.to_owned())),
    );
}

fn write_environment(roff: &mut Roff) {
    roff.control("SH", ["ENVIRONMENT"]);
    let mut entries: Vec<(String, String)> = SETTINGS
        .iter()
        .map(|setting| (setting.variable(), sentence(setting.about)))
        .collect();
    let others = [
        (
            "PEERBIB_CONFIG",
            "The configuration file, in the place of the usual one.",
        ),
        (
            "VISUAL, EDITOR",
            "The editor, where neither PEERBIB_EDITOR nor the configuration names one.",
        ),
        (
            "NO_COLOR",
            "Where it is set, nothing is coloured unless peerbib is told to.",
        ),
        (
            "CLICOLOR_FORCE",
            "Where it is set, colour is used off a terminal, too.",
        ),
        (
            "COLUMNS",
            "The width of tables where the output goes to no terminal.",
        ),
    ];
    entries.extend(others.map(|(name, about)| (name.to_owned(), about.to_owned())));
    write_entries(roff, &entries);
}

/// A description as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", characters.as_str())
}

fn write_exit_status(roff: &mut Roff) {
    roff.control("SH", ["EXIT STATUS"]);
    for (code, about) in [
        ("0", "All was done."),
        (
            "1",
            "It failed, or was done in part, or there are findings.",
        ),
        ("2", "It was not asked for rightly; nothing was done."),
    ] {
        roff.control("TP", []);
        roff.text([bold(code)]);
        roff.text([roman(about)]);
    }
}

/// The pages above and below, those beside it, and those that its text names.
fn write_see_also(roff: &mut Roff, command: &Command, above: &[&Command]) {
    let own = name(command);
    let mut pages: Vec<String> = above.iter().map(|above| name(above)).collect();
    let mut others = BTreeSet::new();
    if let [root, ..] = above {
        others.extend(named_in(command, root));
    }
    if let [_, .., directly_above] = above {
        others.extend(directly_above.get_subcommands().map(name));
    }
    others.extend(command.get_subcommands().map(name));
    others.retain(|page| *page != own && !pages.contains(page));
    pages.extend(others);
    roff.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for page in pages {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.push(bold(page));
        line.push(roman("(1)"));
    }
    roff.text(line);
}

/// The verbs that the help of a command names, as in `peerbib tags`.
fn named_in(command: &Command, root: &Command) -> Vec<String> {
    let mut text = String::new();
    let about = command.get_long_about().or(command.get_about());
    text.extend(about.map(ToString::to_string));
    for argument in command.get_arguments() {
        let help = argument.get_long_help().or(argument.get_help());
        text.extend(help.map(ToString::to_string));
    }
    let mentions = text.split("`peerbib ").skip(1);
    mentions
        .filter_map(|mention| {
            let verb = mention
                .split(|c: char| !c.is_alphanumeric() && c != '-')
                .next()?;
            root.find_subcommand(verb).map(name)
        })
        .collect()
}
