//! What every command works with: the options, the configuration, the library.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cli::query_args::joined_query;
use crate::cli::styles::{StyleSource, meant_name};
use crate::cli::ui::{ColorChoice, counted, print_message, quoted};
use crate::cli::{CommandError, Result, hints, io};
use peerbib::bundled;
use peerbib::config::{Configuration, DEFAULT_EDITOR, DEFAULT_STYLE};
use peerbib::formats::key_pattern::{KeyPattern, PatternError};
use peerbib::library::{
    BusyTimeout, Change, CitableWork, Effect, Filter, Library, LibraryError, RuleEffect,
};
use peerbib::query::Query;
use peerbib::tagging::{self, BrokenRule, RuleRunReport};

/// One run of the program.
pub(crate) struct CommandContext {
    options: GlobalOptions,
    command_line: String,
    configuration: OnceCell<Configuration>,
    started: Instant,
}

/// The options that every command takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct GlobalOptions {
    /// `--library`
    pub(crate) library: Option<PathBuf>,
    /// `--color`
    pub(crate) color: Option<ColorChoice>,
    /// `--yes`
    pub(crate) yes: bool,
    /// `--quiet`
    pub(crate) quiet: bool,
    /// `--verbose`
    pub(crate) verbose: bool,
}

impl CommandContext {
    pub(crate) fn new(options: GlobalOptions, arguments: &[OsString]) -> Self {
        let words: Vec<String> = std::iter::once("peerbib".to_owned())
            .chain(
                arguments
                    .iter()
                    .skip(1)
                    .map(|argument| quoted(&argument.to_string_lossy())),
            )
            .collect();
        Self {
            options,
            command_line: words.join(" "),
            configuration: OnceCell::new(),
            started: Instant::now(),
        }
    }

    /// Returns the user's settings.
    pub(crate) fn configuration(&self) -> Result<&Configuration> {
        let configuration = self.configuration_despite_errors();
        match configuration.problems().first() {
            None => Ok(configuration),
            Some(problem) => Err(CommandError::new(problem).with_help(hints::config(problem))),
        }
    }

    /// Returns the valid ones of the user's settings; [`Configuration::problems`] has the errors.
    pub(crate) fn configuration_despite_errors(&self) -> &Configuration {
        self.configuration.get_or_init(|| {
            let configuration = Self::reread_configuration();
            if configuration.exists() {
                let path = configuration.path().display();
                self.detail(format_args!("configuration: {path}"));
            }
            configuration
        })
    }

    /// Reads the user's settings again, after the file has changed.
    pub(crate) fn reread_configuration() -> Configuration {
        // Without a directory for it, there is no configuration.
        let path = Self::configuration_path().unwrap_or_default();
        Configuration::read(&path, |name| std::env::var(name).ok())
    }

    /// Returns the option that overrides a setting, with its value.
    pub(crate) fn option(&self, setting: &str) -> Option<(&'static str, String)> {
        match setting {
            "library" => {
                let path = self.options.library.as_ref()?;
                Some(("--library", path.to_string_lossy().into_owned()))
            }
            "color" => {
                let color = clap::ValueEnum::to_possible_value(&self.options.color?)?;
                Some(("--color", color.get_name().to_owned()))
            }
            _ => None,
        }
    }

    /// Returns the name of the citation style: that of the option, the configuration, or APA.
    pub(crate) fn style_name(&self, option: Option<&str>) -> Result<String> {
        if let Some(name) = option {
            return Ok(name.to_owned());
        }
        let configured = self.configuration()?.style();
        Ok(configured.unwrap_or_else(|| DEFAULT_STYLE.to_owned()))
    }

    /// Returns the language to format in: that of the option or the configuration; `None` leaves it to the
    /// style.
    pub(crate) fn locale_name(&self, option: Option<&str>) -> Result<Option<String>> {
        if let Some(name) = option {
            return Ok(Some(name.to_owned()));
        }
        Ok(self.configuration()?.locale().map(str::to_owned))
    }

    /// Returns the pattern for citation keys: that of the option, the configuration, or the default. Fails if the
    /// configuration is broken or the pattern is invalid.
    pub(crate) fn key_pattern(&self, option: Option<&str>) -> Result<KeyPattern> {
        let text = match option {
            Some(text) => text,
            None => self.configuration()?.key_pattern(),
        };
        text.parse().map_err(|error: PatternError| {
            CommandError::usage(&error).with_help(hints::key_pattern())
        })
    }

    /// Returns the command line of the editor: from PEERBIB_EDITOR or the configuration, or else from
    /// $VISUAL or $EDITOR.
    pub(crate) fn editor(&self) -> Result<String> {
        if let Some(editor) = self.configuration()?.editor() {
            return Ok(editor.to_owned());
        }
        let editor = first_env_var(EDITOR_VARIABLES).map(|(_, editor)| editor);
        Ok(editor.unwrap_or_else(|| DEFAULT_EDITOR.to_owned()))
    }

    /// Returns the user's name: that of the configuration, or the system's.
    pub(crate) fn person(&self) -> Result<String> {
        if let Some(name) = self.configuration()?.name() {
            return Ok(name.to_owned());
        }
        let name = first_env_var(NAME_VARIABLES).map(|(_, name)| name);
        Ok(name.unwrap_or_else(|| "you".to_owned()))
    }

    /// Returns the names of the styles that the user added.
    pub(crate) fn added_style_names(&self) -> Vec<String> {
        let entries = self.style_directory().ok().map(std::fs::read_dir);
        let Some(Ok(entries)) = entries else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                Some(name.strip_suffix(".csl")?.to_owned())
            })
            .collect();
        names.sort();
        names
    }

    /// Returns the style that the user added under this name.
    pub(crate) fn added_style(&self, name: &str) -> Option<StyleSource> {
        let is_name = !name.is_empty() && !name.contains(['/', '\\', '.']);
        let path = self.style_directory().ok()?.join(format!("{name}.csl"));
        let xml = io::read_text_file(path).ok().filter(|_| is_name)?;
        Some(StyleSource::new(name, xml))
    }

    /// Returns the names of the styles that Zotero has on this computer.
    pub(crate) fn zotero_style_names() -> Vec<String> {
        let home = etcetera::home_dir().ok();
        let entries = home.map(|home| std::fs::read_dir(home.join("Zotero").join("styles")));
        let Some(Ok(entries)) = entries else {
            return Vec::new();
        };
        let names = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(".csl")?.to_owned())
        });
        names.collect()
    }

    /// Returns the style that Zotero has under this name on this computer.
    pub(crate) fn zotero_style(name: &str) -> Option<StyleSource> {
        let is_name = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
        let directory = etcetera::home_dir().ok()?.join("Zotero").join("styles");
        // The parents of dependent styles are hidden.
        let paths = [directory.clone(), directory.join("hidden")];
        let paths = paths
            .iter()
            .map(|directory| directory.join(format!("{name}.csl")));
        let xml = paths
            .filter_map(|path| io::read_text_file(path).ok())
            .next();
        Some(StyleSource::new(name, xml.filter(|_| is_name)?))
    }

    /// Returns the style with this name or identifier, or the style in a `.csl` file. The user's own styles take
    /// precedence over bundled ones, and these over those that Zotero has.
    pub(crate) fn style(&self, name: &str) -> Result<StyleSource> {
        let path = Path::new(name);
        let is_id = name.contains("://");
        let is_csl_file = name.ends_with(".csl");
        let is_path = !is_id && (name.contains(['/', '\\']) || (is_csl_file && path.is_file()));
        if !is_path {
            let meant = meant_name(name);
            if let Some(style) = self.style_named(&meant) {
                return Ok(style);
            }
            if is_id || !(is_csl_file || path.exists()) {
                return Ok(StyleSource::bundled(&meant)?);
            }
        }
        let xml = io::read_text_file(path).map_err(|error| {
            let reason = io::reason(&error);
            CommandError::new(format_args!("cannot read the style {name}: {reason}")).with_help(
                "give the path of a .csl file, or a name from `peerbib style list`".to_owned(),
            )
        })?;
        Ok(StyleSource::new(name, xml))
    }

    /// Returns the style with this name, if there is one.
    pub(crate) fn style_named(&self, name: &str) -> Option<StyleSource> {
        self.added_style(name)
            .or_else(|| StyleSource::bundled(name).ok())
            .or_else(|| Self::zotero_style(name))
    }

    /// Returns the parent of a dependent style by its name.
    pub(crate) fn parent_style(&self, name: &str) -> Option<StyleSource> {
        self.style_named(name)
    }

    /// Opens the library.
    pub(crate) fn open(&self) -> Result<Library> {
        let path = self.library_path()?;
        self.detail(format_args!("library: {}", path.display()));
        let library = Library::open(&path, self.busy_timeout())?;
        self.detail("opened");
        Ok(library)
    }

    /// Opens the library and locks it for writing, so that what the command reads is still true when it
    /// makes its change. Not for commands that ask the user in between.
    pub(crate) fn open_to_change(&self) -> Result<Library> {
        let library = self.open()?;
        library.lock_for_write()?;
        Ok(library)
    }

    /// Opens the library if the file exists.
    pub(crate) fn open_if_exists(&self) -> Result<Option<Library>> {
        if self.library_path().is_ok_and(|path| path.is_file()) {
            Ok(Some(self.open()?))
        } else {
            Ok(None)
        }
    }

    /// Opens the library for a command with `--dry-run`. A dry run takes no lock, so it also works on a
    /// read-only library.
    pub(crate) fn open_to_change_unless(&self, dry_run: bool) -> Result<Library> {
        if dry_run {
            self.open()
        } else {
            self.open_to_change()
        }
    }

    /// Opens the library for a command that may ask the user before it changes anything. If it will ask,
    /// other programs may change the library meanwhile: the command locks it after the answer and checks
    /// that the preview still holds. Otherwise the library is locked now.
    pub(crate) fn open_to_ask(&self, dry_run: bool) -> Result<Library> {
        self.open_to_change_unless(dry_run || self.asks())
    }

    /// Opens the library. If there is none, creates it with the bundled vocabulary and rules, and reports where it is.
    pub(crate) fn open_or_create(&self) -> Result<Library> {
        let path = self.library_path()?;
        self.detail(format_args!("library: {}", path.display()));
        let mut contents = (0, 0);
        let install = |change: &Change<'_>| {
            contents = install_bundled(change)?;
            Ok(())
        };
        let (library, is_new) =
            Library::open_or_create_with(&path, self.busy_timeout(), ("peerbib init", install))?;
        if is_new {
            let (tags, rules) = contents;
            self.note(format_args!(
                "created the library {} with {} and {}; `peerbib tags` and `peerbib rules` list them",
                path.display(),
                counted(tags, "tag"),
                counted(rules, "rule")
            ));
        }
        self.detail("opened");
        Ok(library)
    }

    /// Returns a private library with the bundled vocabulary and rules, for a dry run before there is a library.
    pub(crate) fn temporary_library() -> Result<Library> {
        Ok(Library::temporary_with(|change| {
            install_bundled(change).map(drop)
        })?)
    }

    /// Returns how long to wait for another program that is changing the library: as many seconds as
    /// PEERBIB_WAIT says, or the default.
    pub(crate) fn busy_timeout(&self) -> BusyTimeout {
        let seconds = std::env::var("PEERBIB_WAIT").ok();
        let seconds = seconds.and_then(|seconds| seconds.trim().parse().ok());
        let default = BusyTimeout::default();
        let on_wait =
            || print_message("waiting for another program that is changing the library \u{2026}");
        BusyTimeout {
            timeout: seconds.map_or(default.timeout, Duration::from_secs),
            on_wait: if self.options.quiet { || {} } else { on_wait },
        }
    }

    /// Runs `edit` as one step of the library's history, named by the command line. In the same step, the
    /// rules tag the works that it adds or changes.
    pub(crate) fn change<T>(
        &self,
        library: &mut Library,
        edit: impl FnOnce(&peerbib::library::Change<'_>) -> peerbib::library::Result<T>,
    ) -> Result<T, LibraryError> {
        self.change_as(&self.command_line, library, edit)
    }

    /// Runs `edit` like [`CommandContext::change`], as a step with the name `command`: for commands that make several
    /// steps.
    pub(crate) fn change_as<T>(
        &self,
        command: &str,
        library: &mut Library,
        edit: impl FnOnce(&peerbib::library::Change<'_>) -> peerbib::library::Result<T>,
    ) -> Result<T, LibraryError> {
        let (outcome, applied) = library.change(command, |change| {
            tagging::apply_to_changed(change, edit, &mut |_| ())
        })?;
        self.report_broken_rules(&applied);
        match applied.changes {
            0 => {}
            1 => self.note("rules added or removed 1 tag; `peerbib why` explains it"),
            count => self.note(format_args!(
                "rules added or removed {count} tags; `peerbib why` explains them"
            )),
        }
        Ok(outcome)
    }

    /// Runs `edit` like [`CommandContext::change`], including the rules, but as a part of the step `continued` if nothing
    /// else has changed the library since. `what` says in the history which part of the command it is. Returns the step
    /// unless nothing changed.
    pub(crate) fn continue_step<T>(
        &self,
        library: &mut Library,
        continued: Option<i64>,
        what: &str,
        edit: impl FnOnce(&peerbib::library::Change<'_>) -> peerbib::library::Result<T>,
    ) -> Result<(T, Option<i64>), LibraryError> {
        let command = format!("{} # {what}", self.command_line);
        let ((outcome, applied), step) = library.continue_step(continued, &command, |change| {
            tagging::apply_to_changed(change, edit, &mut |_| ())
        })?;
        self.report_broken_rules(&applied);
        Ok((outcome, step))
    }

    /// Runs `edit` like [`CommandContext::change`], including the rules, and then reverts it. Reports which
    /// tags the rules would add and remove, and to how many works.
    pub(crate) fn dry_run<T>(
        &self,
        library: &mut Library,
        edit: impl FnOnce(&peerbib::library::Change<'_>) -> peerbib::library::Result<T>,
    ) -> Result<T, LibraryError> {
        let mut works_by_tag: BTreeMap<(String, char), usize> = BTreeMap::new();
        let effect = &mut |effect: RuleEffect| {
            let sign = match effect.effect {
                Effect::Added => '+',
                Effect::Removed => '\u{2212}',
            };
            if !effect.shared {
                *works_by_tag
                    .entry((effect.tag.to_string(), sign))
                    .or_default() += 1;
            }
        };
        let (outcome, applied) =
            library.dry_run(|change| tagging::apply_to_changed(change, edit, effect))?;
        self.report_broken_rules(&applied);
        if works_by_tag.is_empty() {
            return Ok(outcome);
        }
        self.note("tags that rules would add (+) or remove (\u{2212}):");
        let width = works_by_tag
            .keys()
            .map(|(tag, _)| tag.chars().count())
            .max();
        let width = width.unwrap_or_default();
        for ((tag, sign), works) in &works_by_tag {
            self.note(format_args!(
                "  {sign}{tag:width$}  {}",
                counted(*works, "work")
            ));
        }
        Ok(outcome)
    }

    /// Warns about rules that could not be applied.
    pub(crate) fn report_broken_rules(&self, applied: &RuleRunReport) {
        for BrokenRule { name, error } in &applied.broken {
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default();
            self.warn(format_args!(
                "warning: skipped the rule \u{201c}{name}\u{201d}: {reason}; `peerbib rules check` explains it"
            ));
        }
    }

    /// Parses the words of a query.
    pub(crate) fn query(&self, words: &[String]) -> Result<Query> {
        Ok(joined_query(words).parse()?)
    }

    /// Returns the works that a query selects, in its order and up to its limit; without a query, all. Fails if the
    /// query is invalid or names a tag that does not exist.
    pub(crate) fn select(&self, library: &Library, query: &[String]) -> Result<Vec<CitableWork>> {
        Ok(library.works().citable(&self.select_ids(library, query)?)?)
    }

    /// Returns the rowids of the works that match a query, in its order.
    pub(crate) fn select_ids(&self, library: &Library, query: &[String]) -> Result<Vec<i64>> {
        let ids = library
            .works()
            .ids(&self.query(query)?.selection(library)?)?;
        self.detail(format_args!("{} found", counted(ids.len(), "work")));
        Ok(ids)
    }

    /// Returns the filter of a query, without its order and limit; without a query, all works pass it.
    pub(crate) fn condition(&self, library: &Library, query: &[String]) -> Result<Filter> {
        Ok(self.query(query)?.translate(library)?)
    }

    /// Returns the options that every command takes.
    pub(super) fn options(&self) -> &GlobalOptions {
        &self.options
    }

    /// Returns when the program started.
    pub(super) fn started(&self) -> Instant {
        self.started
    }
}

/// Installs the bundled vocabulary and rules. Returns how many tags and rules there are.
fn install_bundled(change: &Change<'_>) -> peerbib::library::Result<(usize, usize)> {
    // Tests check that the embedded files are valid.
    let tags = match bundled::vocabulary() {
        Ok(vocabulary) => vocabulary.install(change, bundled::VOCABULARY_SOURCE)?.tags,
        Err(_) => 0,
    };
    let rules = match bundled::rules() {
        Ok(rules) => tagging::install(change, &rules)?,
        Err(_) => 0,
    };
    Ok((tags, rules))
}

/// The variables that name the editor for all programs.
pub(crate) const EDITOR_VARIABLES: &[&str] = &["VISUAL", "EDITOR"];

/// The variables in which systems keep the user's name.
pub(crate) const NAME_VARIABLES: &[&str] = &["USER", "LOGNAME", "USERNAME"];

/// Returns the first of the environment variables that is set, with its value.
pub(crate) fn first_env_var(variables: &[&'static str]) -> Option<(&'static str, String)> {
    variables.iter().find_map(|variable| {
        let value = std::env::var(variable).ok()?;
        (!value.trim().is_empty()).then_some((*variable, value))
    })
}
