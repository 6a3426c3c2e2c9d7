//! `peerbib config`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use comfy_table::{Cell, ContentArrangement, Table, presets};

use crate::cli::columns::Column;
use crate::cli::context::{EDITOR_VARIABLES, NAME_VARIABLES, said_to_all_programs, terminal_width};
use crate::cli::style_engine::known_locale;
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::config::{self, Kind, Origin, SETTINGS, Setting, SourcedValue, Value};
use peerbib::library::KeyPattern;

/// Show and set what holds for every command: style, locale, library, editor and more
///
/// The settings are kept in a file in TOML, one a line, that you can edit by hand,
/// too; `peerbib config path` says where it is. Without a verb, every setting is
/// shown with its value and where that comes from.
///
/// What can be set:
///
///   library      the library to work on
///   style        the citation style of reading lists: a name, or a .csl file
///   locale       the language of the terms in reading lists, such as de-DE
///   columns      the columns of the table that find prints
///   key-pattern  how citation keys are made; `peerbib rename --help` lists the markers
///   name         your name, on whose word tags are put on by hand
///   editor       the program that edits entries and notes, with its arguments
///   files        the directory from which the paths of linked files are meant, where the library
///                has no root of its own (`peerbib file root`)
///   color        when to use colour: auto, always or never
///
/// An option of a command goes before all others. Then comes the environment, where
/// PEERBIB_ and the name make a setting for one run or one shell: PEERBIB_STYLE,
/// PEERBIB_KEY_PATTERN. Then comes the file; and last what all programs are told,
/// such as $VISUAL, $EDITOR and NO_COLOR.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "VERB",
    after_help = "Examples:\n  peerbib config\n  \
                  peerbib config set style chicago-author-date\n  \
                  peerbib config set name Ada Lovelace\n  \
                  PEERBIB_LOCALE=de-DE peerbib format theme:commons"
)]
pub(crate) struct Config {
    /// Print an array of settings as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Show(Show),
    Get(Get),
    Set(SetValue),
    Unset(Unset),
    Edit(Edit),
    Path(ConfigPath),
}

/// Show every setting, its value and where that comes from
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib config show\n  peerbib config show --json")]
struct Show {
    /// Print an array of settings as JSON
    #[arg(long)]
    json: bool,
}

/// Print the value of a setting
///
/// Ends with exit code 1 where it has none.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config get style")]
struct Get {
    /// The setting
    #[arg(value_name = "SETTING")]
    setting: String,
}

/// Set something, in the configuration file
///
/// The value is checked first. Comments and the order of the lines stay as they are; where there is no
/// file yet, it is made.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib config set style apa\n  peerbib config set locale de-DE\n  \
                        peerbib config set columns key,year,title\n  \
                        peerbib config set editor code --wait"
)]
struct SetValue {
    /// The setting
    #[arg(value_name = "SETTING")]
    setting: String,

    /// The value; several words are one value
    #[arg(
        value_name = "VALUE",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    value: Vec<String>,
}

/// Take a setting out of the configuration file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config unset locale")]
struct Unset {
    /// The setting
    #[arg(value_name = "SETTING")]
    setting: String,
}

/// Open the configuration file in your editor
///
/// A file that is not there yet begins with every setting and what it is for. What is wrong in it
/// afterwards is told with its line.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config edit")]
struct Edit {}

/// Print where the configuration file is, or would be
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config path")]
struct ConfigPath {}

impl Config {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.verb {
            None => show(context, self.json),
            Some(Verb::Show(command)) => show(context, command.json),
            Some(Verb::Get(command)) => command.run(context),
            Some(Verb::Set(command)) => command.run(context),
            Some(Verb::Unset(command)) => command.run(context),
            Some(Verb::Edit(command)) => command.run(context),
            Some(Verb::Path(command)) => command.run(context),
        }
    }
}

/// A setting as it is shown.
#[derive(serde::Serialize)]
struct Shown {
    name: &'static str,
    value: Option<Value>,
    /// `option`, `environment`, `file` or `default`.
    from: &'static str,
    /// The option, the variable, or the file and line.
    #[serde(rename = "where")]
    place: Option<String>,
}

/// What holds for a setting, and where it comes from; nothing, where peerbib leaves it to others.
fn holding(context: &CommandContext, setting: &Setting) -> (Option<Value>, Origin) {
    if let Some((option, value)) = context.option(setting.name) {
        return (Some(Value::Text(value)), Origin::Option(option));
    }
    let configuration = context.configuration_as_far_as_read();
    if let Some(SourcedValue { value, origin }) = configuration.get(setting.name) {
        return (Some(value.clone()), origin.clone());
    }
    let told = match setting.name {
        "editor" => said_to_all_programs(EDITOR_VARIABLES),
        "name" => said_to_all_programs(NAME_VARIABLES),
        _ => None,
    };
    if let Some((variable, value)) = told {
        return (
            Some(Value::Text(value)),
            Origin::Environment(variable.to_owned()),
        );
    }
    let path = |path: std::result::Result<PathBuf, CommandError>| {
        let path = path.ok()?.to_string_lossy().into_owned();
        Some(Value::Text(path))
    };
    let value = match setting.name {
        "library" => path(context.library_path_by_default()),
        "files" => path(context.file_root()),
        _ => setting.default.and_then(|text| setting.value(text).ok()),
    };
    (value, Origin::Default)
}

fn shown(context: &CommandContext, setting: &Setting) -> Shown {
    let (value, origin) = holding(context, setting);
    let path = context.configuration_as_far_as_read().path();
    let (from, place) = match origin {
        Origin::Option(option) => ("option", Some(option.to_owned())),
        Origin::Environment(variable) => ("environment", Some(variable)),
        Origin::File(line) => ("file", Some(format!("{}:{line}", path.display()))),
        Origin::Default => ("default", None),
    };
    Shown {
        name: setting.name,
        value,
        from,
        place,
    }
}

fn show(context: &CommandContext, json: bool) -> Result {
    let configuration = context.configuration_as_far_as_read();
    let settings: Vec<Shown> = SETTINGS
        .iter()
        .map(|setting| shown(context, setting))
        .collect();
    if json {
        context.print_json(&settings)?;
    } else {
        context.print(&table(&settings, configuration.path()))?;
        context.note(format_args!(
            "\n{}{}",
            configuration.path().display(),
            if configuration.exists() {
                ""
            } else {
                " is not there yet; `peerbib config set` makes it"
            }
        ));
    }
    for problem in configuration.problems() {
        CommandError::new(problem)
            .with_help(hints::config(problem))
            .report();
    }
    Ok(if configuration.problems().is_empty() {
        Outcome::Done
    } else {
        Outcome::Partial
    })
}

fn table(settings: &[Shown], file: &Path) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(columns) = terminal_width() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    }
    // The whole path stands below the table.
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    for Shown {
        name,
        value,
        from,
        place,
    } in settings
    {
        let place = match (*from, place) {
            ("file", Some(place)) => {
                format!(
                    "{file_name}:{}",
                    place.rsplit(':').next().unwrap_or_default()
                )
            }
            (_, Some(place)) => place.clone(),
            (from, None) => from.to_owned(),
        };
        let value = value.as_ref().map(Value::to_string);
        table.add_row([
            Cell::new(name),
            Cell::new(value.as_deref().unwrap_or("-")),
            Cell::new(place),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines = table.lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

/// The setting that a person named.
fn setting(name: &str) -> std::result::Result<&'static Setting, CommandError> {
    Setting::named(name).map_err(|error| CommandError::usage(&error).with_help(hints::setting(&error)))
}

impl Get {
    fn run(self, context: &CommandContext) -> Result {
        // A setting that could be read is no use where the file means another, misspelt one.
        context.configuration()?;
        match holding(context, setting(&self.setting)?) {
            (Some(value), _) => {
                context.print(&format!("{value}\n"))?;
                Ok(Outcome::Done)
            }
            (None, _) => {
                context.note(format_args!("{} is not set", self.setting));
                Ok(Outcome::Partial)
            }
        }
    }
}

impl SetValue {
    fn run(self, context: &CommandContext) -> Result {
        let setting = setting(&self.setting)?;
        let text = self.value.join(" ");
        let value = setting.value(&text).map_err(|expected| {
            CommandError::usage(format_args!(
                "{} cannot be set to \u{201c}{text}\u{201d}",
                setting.name
            ))
            .with_help(expected)
        })?;
        let value = checked(context, setting, value)?;
        change_file(setting, Some(&value))?;
        context.note(format_args!("{} is {value} from now on", setting.name));
        if setting.name == "files"
            && let Some(library) = context.open_if_there()?
            && let Some(root) = library.file_root()?
        {
            context.warn(format_args!(
                "warning: the library has a root of its own, {}, which goes before it; \
                 `peerbib file root --unset` takes that away",
                root.display()
            ));
        }
        if let (_, Origin::Environment(variable)) = holding(context, setting)
            && variable == setting.variable()
        {
            context.warn(format_args!(
                "warning: the environment variable {variable} is set, too, and goes before it"
            ));
        }
        Ok(Outcome::Done)
    }
}

/// The value as it goes into the file: it means what the person meant, wherever peerbib runs.
fn checked(
    context: &CommandContext,
    setting: &Setting,
    value: Value,
) -> std::result::Result<Value, CommandError> {
    let text = match &value {
        Value::Text(text) => text,
        Value::Words(names) => {
            if setting.name == "columns" {
                let library = context.open_if_there().ok().flatten();
                for name in names {
                    Column::check(name, library.as_ref())?;
                }
            }
            return Ok(value);
        }
    };
    let is_path = setting.kind == Kind::Path || (setting.name == "style" && text.contains(".csl"));
    let value = if is_path && !text.starts_with("~/") {
        let path = std::path::absolute(text).map_err(|error| {
            CommandError::new(format_args!("{text} cannot be a path here: {error}"))
        })?;
        Value::Text(path.to_string_lossy().into_owned())
    } else {
        value
    };
    let value = match setting.name {
        "style" => {
            let source = context.style(&value.to_string())?;
            source.compile(|name| context.parent_style(name))?;
            value
        }
        "locale" => Value::Text(known_locale(&value.to_string())?),
        "key-pattern" => {
            let parsed = value.to_string().parse::<KeyPattern>();
            parsed.map_err(|error| CommandError::usage(&error).with_help(hints::library(&error)))?;
            value
        }
        _ => value,
    };
    Ok(value)
}

impl Unset {
    fn run(self, context: &CommandContext) -> Result {
        let setting = setting(&self.setting)?;
        context.note(if change_file(setting, None)? {
            format!("{} is not set any more", setting.name)
        } else {
            format!("nothing to do: {} is not set in the file", setting.name)
        });
        Ok(Outcome::Done)
    }
}

/// What a new file begins with.
const HEADING: &str =
    "# The configuration of peerbib; `peerbib config --help` says what can be set.\n\n";

/// Sets a line of the configuration file, or takes it out; says whether the file changed.
fn change_file(
    setting: &Setting,
    value: Option<&Value>,
) -> std::result::Result<bool, CommandError> {
    let path = CommandContext::configuration_path()?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && value.is_none() => {
            return Ok(false);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEADING.to_owned(),
        Err(error) => {
            return Err(CommandError::new(format_args!(
                "the configuration {} cannot be read: {error}",
                path.display()
            ))
            .with_help("name another file in PEERBIB_CONFIG".to_owned()));
        }
    };
    let edited = config::edited(&path, &text, setting, value)
        .map_err(|error| CommandError::new(&error).with_help(hints::config(&error)))?;
    if edited == text {
        return Ok(false);
    }
    write(&path, &edited)?;
    Ok(true)
}

/// Puts a file in the place of the old one as a whole, so that a full disk costs nothing.
fn write(path: &Path, text: &str) -> std::result::Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::new(format_args!(
            "the configuration {} cannot be written: {error}",
            path.display()
        ))
        .with_help("name another file in PEERBIB_CONFIG".to_owned())
    };
    if let Some(directory) = path.parent().filter(|path| !path.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    // A file that is kept elsewhere and only linked here stays there.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut beside = target.clone().into_os_string();
    beside.push(format!(".{}", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| {
        if let Ok(old) = std::fs::metadata(&target) {
            std::fs::set_permissions(&beside, old.permissions())?;
        }
        std::fs::rename(&beside, &target)
    });
    written.map_err(|error| {
        // What could not be written is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
        failed(error)
    })
}

impl Edit {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    fn run(self, context: &CommandContext) -> Result {
        let path = CommandContext::configuration_path()?;
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            return Err(
                CommandError::usage("there is no terminal to open an editor in")
                    .with_help("say what to set: peerbib config set SETTING VALUE".to_owned()),
            );
        }
        if !path.exists() {
            write(&path, &every_setting())?;
        }
        // The editor that a broken file names is as good as any to mend it with.
        let (editor, _) = holding(context, setting("editor")?);
        let editor = editor.map_or_else(|| "vi".to_owned(), |editor| editor.to_string());
        loop {
            crate::cli::editor::open_file(&editor, &path)?;
            let again = context.configuration_anew();
            if again.problems().is_empty() {
                return Ok(Outcome::Done);
            }
            for problem in again.problems() {
                CommandError::new(problem)
                    .with_help(hints::config(problem))
                    .report();
            }
            context.confirm("Edit it again?")?;
        }
    }
}

/// A file with every setting, none of them set.
fn every_setting() -> String {
    let mut text = HEADING.to_owned();
    for setting in SETTINGS {
        let example = match setting.kind {
            Kind::Words => "[\"key\", \"author\", \"year\", \"title\"]".to_owned(),
            _ => format!("\"{}\"", setting.example),
        };
        text.push_str(&format!(
            "# {}\n# {} = {example}\n\n",
            setting.about, setting.name
        ));
    }
    text
}

impl ConfigPath {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    fn run(self, context: &CommandContext) -> Result {
        let path = CommandContext::configuration_path()?;
        context.print(&format!("{}\n", path.display()))?;
        Ok(Outcome::Done)
    }
}
