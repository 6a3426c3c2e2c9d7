//! What every command works with: the library, the configuration, the person, and the ways out.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead as _, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use etcetera::BaseStrategy as _;

use crate::cli::CommandError;
use peerbib::config::{Configuration, DEFAULT_EDITOR, DEFAULT_STYLE};
use peerbib::csl::shelf::StyleSource;
use peerbib::library::{
    Condition, Effect, KeyPattern, Library, LibraryError, Patience, Reference, RuleEffect,
    Statement,
};
use peerbib::query::Query;
use peerbib::tagging::{self, Applied, BrokenRule};

/// A run of the program.
pub(crate) struct CommandContext {
    options: Options,
    command_line: String,
    configuration: OnceCell<Configuration>,
    started: Instant,
    /// The statements of SQL that are too short to be told one by one: how many, and their time.
    short_statements: Arc<Mutex<(usize, Duration)>>,
}

/// What the options of every verb say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// `--library`
    pub(crate) library: Option<PathBuf>,
    /// `--color`
    pub(crate) color: Option<Colour>,
    /// `--yes`
    pub(crate) yes: bool,
    /// `--quiet`
    pub(crate) quiet: bool,
    /// `--verbose`
    pub(crate) verbose: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl CommandContext {
    pub(crate) fn new(options: Options, arguments: &[OsString]) -> Self {
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
            short_statements: Arc::default(),
        }
    }

    /// What the person set, in the configuration file and in the environment.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or sets what cannot be set.
    pub(crate) fn configuration(&self) -> Result<&Configuration, CommandError> {
        let configuration = self.configuration_as_far_as_read();
        match configuration.problems().first() {
            None => Ok(configuration),
            Some(problem) => Err(CommandError::new(problem).with_help(problem.help())),
        }
    }

    /// What the person set, as far as it could be read; the rest is told by its
    /// [problems](Configuration::problems).
    pub(crate) fn configuration_as_far_as_read(&self) -> &Configuration {
        self.configuration.get_or_init(|| {
            let configuration = self.configuration_anew();
            if configuration.exists() {
                let path = configuration.path().display();
                self.detail(format_args!("configuration: {path}"));
            }
            configuration
        })
    }

    /// What the person set, read again: the file has changed since.
    #[expect(clippy::unused_self, reason = "a context alone says where the file is")]
    pub(crate) fn configuration_anew(&self) -> Configuration {
        // Where there is no directory for it, there is no configuration.
        let path = Self::configuration_path().unwrap_or_default();
        Configuration::read(&path, |name| std::env::var(name).ok())
    }

    /// The option that overrides a setting, with its value.
    pub(crate) fn option(&self, setting: &str) -> Option<(&'static str, String)> {
        match setting {
            "library" => {
                let path = self.options.library.as_ref()?;
                Some(("--library", path.to_string_lossy().into_owned()))
            }
            "color" => {
                let colour = clap::ValueEnum::to_possible_value(&self.options.color?)?;
                Some(("--color", colour.get_name().to_owned()))
            }
            _ => None,
        }
    }

    /// Where the configuration lies: in the file that PEERBIB_CONFIG names, or else in
    /// `peerbib/config.toml` of the directory where the system keeps the configuration of programs.
    ///
    /// # Errors
    ///
    /// Where the system does not say which directory is the user's own.
    pub(crate) fn configuration_path() -> Result<PathBuf, CommandError> {
        if let Some(path) = std::env::var_os("PEERBIB_CONFIG").filter(|path| !path.is_empty()) {
            return Ok(path.into());
        }
        let directories = etcetera::choose_base_strategy().map_err(|error| {
            CommandError::new(format!("there is no place for your configuration: {error}"))
                .with_help("name a file in PEERBIB_CONFIG".to_owned())
        })?;
        Ok(directories.config_dir().join("peerbib").join("config.toml"))
    }

    /// When to use colour, as the option or the configuration says.
    pub(crate) fn color(&self) -> anstream::ColorChoice {
        // A broken configuration is told in whatever colour there is.
        let configured = || self.configuration_as_far_as_read().color();
        match self.options.color {
            Some(Colour::Auto) => anstream::ColorChoice::Auto,
            Some(Colour::Always) => anstream::ColorChoice::Always,
            Some(Colour::Never) => anstream::ColorChoice::Never,
            None => match configured() {
                Some("always") => anstream::ColorChoice::Always,
                Some("never") => anstream::ColorChoice::Never,
                _ => anstream::ColorChoice::Auto,
            },
        }
    }

    /// Asks whether to do what destroys something, and goes on where the answer is yes or `--yes` was
    /// said. Without a terminal nobody can answer, so that only `--yes` goes on.
    ///
    /// The question is a sentence with a question mark: "Remove 12 works?".
    ///
    /// # Errors
    ///
    /// Where the answer is no; and where there is no terminal, with the word of `--yes`.
    pub(crate) fn confirm(&self, question: &str) -> Result<(), CommandError> {
        if self.options.yes {
            return Ok(());
        }
        if !can_ask() {
            return Err(
                CommandError::usage(format_args!("nobody can be asked here: {question}"))
                    .with_help(
                        "say --yes to go on, or --dry-run to see what would be done".to_owned(),
                    ),
            );
        }
        Self::ask(question)
    }

    /// Asks as [`CommandContext::confirm`] does where there is a terminal, and goes on where there is none: for
    /// what changes much but destroys nothing, and is undone by `peerbib undo`.
    ///
    /// # Errors
    ///
    /// Where the answer is no.
    pub(crate) fn confirm_at_terminal(&self, question: &str) -> Result<(), CommandError> {
        if self.options.yes || !can_ask() {
            return Ok(());
        }
        Self::ask(question)
    }

    /// Asks on standard error until the answer is yes or no; no answer is no.
    fn ask(question: &str) -> Result<(), CommandError> {
        let bold = anstyle::Style::new().bold();
        loop {
            {
                let mut stderr = anstream::stderr().lock();
                let _ = write!(stderr, "{bold}{question}{bold:#} [y/N] ");
                let _ = stderr.flush();
            }
            let mut answer = String::new();
            let read = std::io::stdin().lock().read_line(&mut answer);
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(()),
                "" | "n" | "no" => return Err(CommandError::declined()),
                _ if matches!(read, Ok(0) | Err(_)) => return Err(CommandError::declined()),
                _ => {}
            }
        }
    }

    /// The name of the style to format in: that of the option, or as the configuration says, or APA.
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read.
    pub(crate) fn style_name(&self, option: Option<&str>) -> Result<String, CommandError> {
        if let Some(name) = option {
            return Ok(name.to_owned());
        }
        let configured = self.configuration()?.style();
        Ok(configured.unwrap_or_else(|| DEFAULT_STYLE.to_owned()))
    }

    /// The language of the terms to format with: that of the option, or as the configuration says;
    /// `None` leaves it to the style.
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read.
    pub(crate) fn locale_name(&self, option: Option<&str>) -> Result<Option<String>, CommandError> {
        if let Some(name) = option {
            return Ok(Some(name.to_owned()));
        }
        Ok(self.configuration()?.locale().map(str::to_owned))
    }

    /// The pattern that makes citation keys: that of the option, or as the configuration says, or
    /// peerbib's own.
    ///
    /// # Errors
    ///
    /// Where the configuration or the pattern cannot be read.
    pub(crate) fn key_pattern(&self, option: Option<&str>) -> Result<KeyPattern, CommandError> {
        let text = match option {
            Some(text) => text,
            None => self.configuration()?.key_pattern(),
        };
        text.parse()
            .map_err(|error: LibraryError| CommandError::usage(&error).with_help(error.help()))
    }

    /// The command line of the editor, a program and perhaps arguments. What is said for peerbib alone
    /// (PEERBIB_EDITOR, `editor` in the configuration) goes before what is said for all programs
    /// ($VISUAL, $EDITOR).
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read.
    pub(crate) fn editor(&self) -> Result<String, CommandError> {
        if let Some(editor) = self.configuration()?.editor() {
            return Ok(editor.to_owned());
        }
        let said = said_to_all_programs(EDITOR_VARIABLES).map(|(_, editor)| editor);
        Ok(said.unwrap_or_else(|| DEFAULT_EDITOR.to_owned()))
    }

    /// Who is at the keyboard: as the configuration says, or else as the system names them.
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read.
    pub(crate) fn person(&self) -> Result<String, CommandError> {
        if let Some(name) = self.configuration()?.name() {
            return Ok(name.to_owned());
        }
        let said = said_to_all_programs(NAME_VARIABLES).map(|(_, name)| name);
        Ok(said.unwrap_or_else(|| "you".to_owned()))
    }

    /// The directory from which the paths of linked files are meant: as the configuration says, or else
    /// that of the library.
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read, and those of [`CommandContext::library_path`].
    pub(crate) fn file_root(&self) -> Result<PathBuf, CommandError> {
        if let Some(directory) = self.configuration()?.files() {
            return Ok(directory);
        }
        let library = self.library_path()?;
        let library = std::path::absolute(&library).unwrap_or(library);
        Ok(library.parent().unwrap_or(&library).to_path_buf())
    }

    /// Where the library lies.
    ///
    /// # Errors
    ///
    /// Where the system does not say which directory is the user's own.
    pub(crate) fn library_path(&self) -> Result<PathBuf, CommandError> {
        let option = self.options.library.as_ref();
        if let Some(path) = option.filter(|path| !path.as_os_str().is_empty()) {
            return Ok(path.clone());
        }
        if let Some(path) = self.configuration()?.library() {
            return Ok(path);
        }
        self.library_path_by_default()
    }

    /// Where the library lies where nobody named another.
    ///
    /// # Errors
    ///
    /// Where the system does not say which directory is the user's own.
    pub(crate) fn library_path_by_default(&self) -> Result<PathBuf, CommandError> {
        Ok(self.data_directory()?.join("library.db"))
    }

    /// The directory in which peerbib keeps the user's own files that are not the library.
    fn data_directory(&self) -> Result<PathBuf, CommandError> {
        let directories = etcetera::choose_base_strategy().map_err(|error| {
            CommandError::new(format!("there is no place for your files: {error}"))
                .with_help("name a library with --library PATH or in PEERBIB_LIBRARY".to_owned())
        })?;
        Ok(directories.data_dir().join("peerbib"))
    }

    /// The directory of the styles that the user added.
    ///
    /// # Errors
    ///
    /// Where the system does not say which directory is the user's own.
    pub(crate) fn style_directory(&self) -> Result<PathBuf, CommandError> {
        Ok(self.data_directory()?.join("styles"))
    }

    /// The names of the styles that the user added.
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

    /// The style that the user added under this name.
    pub(crate) fn added_style(&self, name: &str) -> Option<StyleSource> {
        let is_name = !name.is_empty() && !name.contains(['/', '\\', '.']);
        let path = self.style_directory().ok()?.join(format!("{name}.csl"));
        let xml = std::fs::read_to_string(path).ok().filter(|_| is_name)?;
        Some(StyleSource::new(name, xml))
    }

    /// The style of this name, the user's own before those that ship with peerbib; or the style in a
    /// `.csl` file.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub(crate) fn style(&self, name: &str) -> Result<StyleSource, CommandError> {
        let is_file = name.contains(['/', '\\'])
            || std::path::Path::new(name)
                .extension()
                .is_some_and(|ending| ending == "csl");
        if is_file {
            let xml = std::fs::read_to_string(name).map_err(|error| {
                let reason = match error.kind() {
                    std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                    std::io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
                    _ => error.to_string(),
                };
                CommandError::new(format_args!("the style {name} cannot be read: {reason}"))
                    .with_help(
                        "give the path of a .csl file, or a name that `peerbib style list` shows"
                            .to_owned(),
                    )
            })?;
            return Ok(StyleSource::new(name, xml));
        }
        if let Some(style) = self.added_style(&name.to_lowercase()) {
            return Ok(style);
        }
        Ok(StyleSource::shipped(name)?)
    }

    /// The parent of a dependent style, by its name.
    pub(crate) fn parent_style(&self, name: &str) -> Option<StyleSource> {
        self.added_style(name)
            .or_else(|| StyleSource::shipped(name).ok())
    }

    /// The library, which must be there.
    ///
    /// # Errors
    ///
    /// See [`Library::open`].
    pub(crate) fn open(&self) -> Result<Library, CommandError> {
        let path = self.library_path()?;
        self.detail(format_args!("library: {}", path.display()));
        self.opened(Library::open(&path, self.patience())?)
    }

    /// The library, which must be there, and which nobody else changes from here on: what is read before
    /// [`CommandContext::change`] is true when the change is made. Not for commands that ask a person in between.
    ///
    /// # Errors
    ///
    /// See [`Library::open`] and [`Library::hold`].
    pub(crate) fn open_to_change(&self) -> Result<Library, CommandError> {
        let library = self.open()?;
        library.hold()?;
        Ok(library)
    }

    /// The library; none, where there is no such file.
    ///
    /// # Errors
    ///
    /// Those of [`CommandContext::open`].
    pub(crate) fn open_if_there(&self) -> Result<Option<Library>, CommandError> {
        if self.library_path().is_ok_and(|path| path.is_file()) {
            Ok(Some(self.open()?))
        } else {
            Ok(None)
        }
    }

    /// The library, for a command that changes it unless it only says what it would do: held as by
    /// [`CommandContext::open_to_change`], or for a rehearsal not held, so that a library can be rehearsed on that
    /// cannot be written to.
    ///
    /// # Errors
    ///
    /// Those of [`CommandContext::open_to_change`].
    pub(crate) fn open_to_change_or_rehearse(
        &self,
        rehearsal: bool,
    ) -> Result<Library, CommandError> {
        if rehearsal {
            self.open()
        } else {
            self.open_to_change()
        }
    }

    /// The library, for a command that may ask a person before it changes it. Where somebody will be asked,
    /// others may change the library meanwhile: the command holds it after the answer, and looks whether what
    /// it told is still so. Where nobody will, it is held from here on.
    ///
    /// # Errors
    ///
    /// Those of [`CommandContext::open_to_change`].
    pub(crate) fn open_to_ask(&self, rehearsal: bool) -> Result<Library, CommandError> {
        self.open_to_change_or_rehearse(rehearsal || (!self.options.yes && can_ask()))
    }

    /// The library, created if there is none.
    ///
    /// # Errors
    ///
    /// See [`Library::open_or_create`].
    pub(crate) fn open_or_create(&self) -> Result<Library, CommandError> {
        let path = self.library_path()?;
        self.detail(format_args!("library: {}", path.display()));
        self.opened(Library::open_or_create(&path, self.patience())?)
    }

    /// Tells what was done to a library when it was opened, and where `--verbose` was said what is done to it.
    fn opened(&self, mut library: Library) -> Result<Library, CommandError> {
        if self.options.verbose {
            self.detail("opened");
            let (started, short) = (self.started, Arc::clone(&self.short_statements));
            library.watch_statements(move |statement| {
                if statement.time >= SHORT {
                    Self::tell_detail(started, told(&statement));
                } else if let Ok(mut short) = short.lock() {
                    short.0 += 1;
                    short.1 += statement.time;
                }
            })?;
        }
        if let Some(migrated) = library.migrated() {
            self.note(format_args!(
                "the library was of version {} and is of version {} now; a copy of it as it was is {}",
                migrated.from,
                migrated.to,
                migrated.copy.display()
            ));
        }
        Ok(library)
    }

    /// How long one waits for a library that another program is changing: as many seconds as PEERBIB_WAIT
    /// says, or half a minute.
    pub(crate) fn patience(&self) -> Patience {
        let seconds = std::env::var("PEERBIB_WAIT").ok();
        let seconds = seconds.and_then(|seconds| seconds.trim().parse().ok());
        let patience = Patience::default();
        let tell =
            || Self::tell("waiting for another program that is changing the library \u{2026}");
        Patience {
            longest: seconds.map_or(patience.longest, Duration::from_secs),
            tell: if self.options.quiet { || {} } else { tell },
        }
    }

    /// Runs `edit` as one step of the library's history, named by the command line. The works that it makes
    /// or changes are tagged by the rules of the library, in the same step.
    ///
    /// # Errors
    ///
    /// See [`Library::change`].
    pub(crate) fn change<T>(
        &self,
        library: &mut Library,
        edit: impl FnOnce(&peerbib::library::Change<'_>) -> peerbib::library::Result<T>,
    ) -> Result<T, LibraryError> {
        let (outcome, applied) = library.change(&self.command_line, |change| {
            tagging::apply_to_changed(change, edit, &mut |_| ())
        })?;
        self.tell_of_broken(&applied);
        match applied.changes {
            0 => {}
            1 => self.note("by the rules, 1 tag was put on or taken off; `peerbib why` says which"),
            count => self.note(format_args!(
                "by the rules, {count} tags were put on or taken off; `peerbib why` says which"
            )),
        }
        Ok(outcome)
    }

    /// Runs `edit` as [`CommandContext::change`] does, rules included, and then forgets all that it did. Tells which
    /// tags the rules would put on works or take off them, and on how many.
    ///
    /// # Errors
    ///
    /// See [`Library::rehearse`].
    pub(crate) fn rehearse<T>(
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
            library.rehearse(|change| tagging::apply_to_changed(change, edit, effect))?;
        self.tell_of_broken(&applied);
        if works_by_tag.is_empty() {
            return Ok(outcome);
        }
        self.note("by the rules, works would get tags (+) or lose them (\u{2212}):");
        let width = works_by_tag
            .keys()
            .map(|(tag, _)| tag.chars().count())
            .max();
        let width = width.unwrap_or_default();
        for ((tag, sign), works) in &works_by_tag {
            self.note(format_args!(
                "  {sign}{tag:width$}  {}",
                crate::cli::commands::tag::works(i64::try_from(*works).unwrap_or(i64::MAX))
            ));
        }
        Ok(outcome)
    }

    /// Tells of rules that could not be carried out.
    pub(crate) fn tell_of_broken(&self, applied: &Applied) {
        for BrokenRule { name, error } in &applied.broken {
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default();
            self.warn(format_args!(
                "warning: the rule \u{201c}{name}\u{201d} was left out: {reason}; `peerbib rules check` says more"
            ));
        }
    }

    /// The query that the words of a command line make.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(crate) fn query(&self, words: &[String]) -> Result<Query, CommandError> {
        Ok(joined_query(words).parse()?)
    }

    /// The works that a query means, in the order and number that it asks for; with no query, all.
    ///
    /// # Errors
    ///
    /// Where the query cannot be read, or names a tag that is not there.
    pub(crate) fn select(
        &self,
        library: &Library,
        query: &[String],
    ) -> Result<Vec<Reference>, CommandError> {
        let works = library.selected(&self.query(query)?.selection(library)?)?;
        self.detail(format_args!(
            "{} found",
            crate::cli::commands::tag::works(works.len())
        ));
        Ok(works)
    }

    /// The condition that the works meet which a query means, whatever their order and number; with no query,
    /// all.
    ///
    /// # Errors
    ///
    /// Those of [`CommandContext::select`].
    pub(crate) fn condition(
        &self,
        library: &Library,
        query: &[String],
    ) -> Result<Condition, CommandError> {
        Ok(self.query(query)?.translate(library)?)
    }

    /// Standard output, as it is.
    pub(crate) fn output(&self) -> impl Write + Send + use<> {
        BufWriter::with_capacity(1 << 16, std::io::stdout())
    }

    /// Prints text with formatting, which is left out where nobody would see it.
    ///
    /// # Errors
    ///
    /// Where standard output is closed.
    pub(crate) fn print(&self, text: &str) -> Result<(), CommandError> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Prints a value as JSON, with a line break at its end.
    ///
    /// # Errors
    ///
    /// Where standard output is closed.
    pub(crate) fn print_json(&self, value: &impl serde::Serialize) -> Result<(), CommandError> {
        let mut output = self.output();
        serde_json::to_writer_pretty(&mut output, value)?;
        writeln!(output)?;
        output.flush()?;
        Ok(())
    }

    /// Tells the person something that is not data, unless `--quiet` was said.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        if !self.options.quiet {
            Self::tell(text);
        }
    }

    /// Tells the person that something is not as it should be, although the command goes on.
    pub(crate) fn warn(&self, text: impl std::fmt::Display) {
        Self::tell(text);
    }

    /// Tells the person how the command does its work, where `--verbose` was said.
    pub(crate) fn detail(&self, text: impl std::fmt::Display) {
        if self.options.verbose {
            Self::tell_detail(self.started, text);
        }
    }

    /// What is told where `--verbose` was said, behind the time since the command began.
    fn tell_detail(started: Instant, text: impl std::fmt::Display) {
        let dimmed = anstyle::Style::new().dimmed();
        let since = started.elapsed().as_secs_f64();
        Self::tell(format_args!("{dimmed}{since:>7.3} s  {text}{dimmed:#}"));
    }

    /// Tells how long the command took, where `--verbose` was said.
    pub(crate) fn end(&self) {
        if let Ok(short) = self.short_statements.lock()
            && short.0 > 0
        {
            let milliseconds = short.1.as_secs_f64() * 1_000.0;
            self.detail(format_args!(
                "SQL: {} more statements in {milliseconds:.1} ms",
                short.0
            ));
        }
        self.detail("done");
    }

    fn tell(text: impl std::fmt::Display) {
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "{text}");
    }
}

/// Statements of SQL that take less than this are told together.
const SHORT: Duration = Duration::from_millis(1);

/// How much is told of the text of a statement of SQL.
const MOST_OF_SQL: usize = 600;

/// A statement of SQL, its time and its rows in one line.
fn told(statement: &Statement) -> String {
    let milliseconds = statement.time.as_secs_f64() * 1_000.0;
    let rows = match statement.rows {
        0 => String::new(),
        1 => ", 1 row".to_owned(),
        rows => format!(", {rows} rows"),
    };
    let sql: Vec<&str> = statement.sql.split_whitespace().collect();
    let sql = sql.join(" ");
    let (cut, more) = match sql.char_indices().nth(MOST_OF_SQL) {
        Some((end, _)) => (sql.get(..end).unwrap_or_default(), " \u{2026}"),
        None => (sql.as_str(), ""),
    };
    format!("SQL: {milliseconds:.1} ms{rows}: {cut}{more}")
}

/// Where a person names the editor of all programs.
pub(crate) const EDITOR_VARIABLES: &[&str] = &["VISUAL", "EDITOR"];

/// Where the system says who is at the keyboard.
pub(crate) const NAME_VARIABLES: &[&str] = &["USER", "LOGNAME", "USERNAME"];

/// The first of the variables that says something, and what.
pub(crate) fn said_to_all_programs(variables: &[&'static str]) -> Option<(&'static str, String)> {
    variables.iter().find_map(|variable| {
        let value = std::env::var(variable).ok()?;
        (!value.trim().is_empty()).then_some((*variable, value))
    })
}

/// Whether there is somebody who can be asked.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The width in columns that what is printed has to fit: that of the terminal, or else of the variable
/// COLUMNS, which a shell passes on only where a person asked it to; `None` where nobody says.
pub(crate) fn terminal_width() -> Option<usize> {
    if std::io::stdout().is_terminal()
        && let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size()
    {
        return Some(usize::from(columns));
    }
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// How many columns there are, or 80 where nobody says.
pub(crate) fn columns() -> usize {
    terminal_width().unwrap_or(80)
}

/// Whether standard output shows formatting: it is a terminal, or the user said so.
pub(crate) fn shows_formatting() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// The words of a query as they came from the shell, which has taken their quotation marks away: a
/// word with white space in it was quoted, and is a phrase again.
fn joined_query(words: &[String]) -> String {
    let words: Vec<(&str, &str)> = words
        .iter()
        .map(|word| match word.strip_prefix(['-', '\u{2212}']) {
            Some(term) => ("-", term),
            None => ("", word.as_str()),
        })
        .collect();
    if let [(sign, only)] = words.as_slice() {
        // A query that was quoted as a whole is in the language already.
        return format!("{sign}{only}");
    }
    let phrases = words.iter().map(|(sign, word)| {
        let is_plain = !word.chars().any(char::is_whitespace) || word.contains(['"', '(', ')']);
        match word.split_once(':') {
            _ if is_plain => format!("{sign}{word}"),
            Some((field, value)) if !field.contains(char::is_whitespace) => {
                let (equals, value) = match value.strip_prefix('=') {
                    Some(value) => ("=", value),
                    None => ("", value),
                };
                let is_pattern = value.len() > 1 && value.starts_with('/') && value.ends_with('/');
                if is_pattern {
                    format!("{sign}{field}:{equals}{value}")
                } else {
                    format!("{sign}{field}:{equals}\"{value}\"")
                }
            }
            _ => format!("{sign}\"{word}\""),
        }
    });
    phrases.collect::<Vec<_>>().join(" ")
}

/// A word as a shell would have it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_=+.,:/@%~*".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
