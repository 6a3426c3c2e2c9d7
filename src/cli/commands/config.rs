//! `peerbib config`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use comfy_table::{Cell, ContentArrangement, Table, presets};

use crate::cli::columns::OutputColumn;
use crate::cli::context::{EDITOR_VARIABLES, NAME_VARIABLES, first_env_var};
use crate::cli::io::{read_text_file, replace_file};
use crate::cli::style_engine::known_locale;
use crate::cli::ui::terminal_width;
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::config::{
    self, SETTINGS, Setting, SettingKind, SettingSource, SettingValue, SourcedValue,
};
use peerbib::formats::key_pattern::KeyPattern;

/// View and change settings
///
/// Without a command, every setting is shown with its value and where that comes from.
/// The settings are in a TOML file that you can also edit by hand; `peerbib config path`
/// prints its path.
///
///   library      the library to use
///   style        the citation style: a name or a .csl file
///   locale       the language of bibliographies, such as de-DE
///   columns      the columns of the table that `peerbib find` prints
///   key-pattern  the pattern for new citation keys; `peerbib rename --help` lists its markers
///   name         your name, recorded with the tags that you assign
///   editor       the editor for entries and notes, with its arguments
///   files        the root directory of linked files; a library may have its own
///                (`peerbib file root`)
///   isolates     whether the terminal understands the Unicode isolates that separate
///                right-to-left text: yes or no
///   color        when to use color: auto, always or never
///   lookup.email      your address, which metadata services ask for
///   lookup.timeout    how many seconds to wait for an answer of a metadata service
///   lookup.catalogue  the library catalogue to ask for books: an address that answers in
///                     MARCXML, with {isbn} in place of the ISBN
///   lookup.base       a server that is asked instead of every metadata service
///   lookup.bases      servers that are asked instead of single hosts
///   lookup.keys       API keys of metadata services
///   sync              files that the library follows (`peerbib import --help`): a table for each,
///                     with the keys file, prune and on-conflict
///
/// Command-line options take precedence over environment variables such as PEERBIB_STYLE
/// and PEERBIB_KEY_PATTERN, these over the file, and the file over $VISUAL, $EDITOR and
/// NO_COLOR.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib config\n  \
                  peerbib config set style chicago-author-date\n  \
                  peerbib config set name Ada Lovelace\n  \
                  PEERBIB_LOCALE=de-DE peerbib format theme:commons"
)]
pub(crate) struct ConfigCommand {
    /// Print an array of settings as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    command: Option<ConfigSubcommand>,
}

#[derive(Debug, Subcommand)]
enum ConfigSubcommand {
    Show(ShowSettings),
    Get(GetSetting),
    Set(SetSetting),
    Unset(UnsetSetting),
    Edit(EditSettings),
    Path(ConfigPath),
}

/// Show every setting, its value and where that comes from
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib config show\n  peerbib config show --json")]
struct ShowSettings {
    /// Print an array of settings as JSON
    #[arg(long)]
    json: bool,
}

/// Print the value of a setting
///
/// The exit code is 1 if it is not set.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config get style")]
struct GetSetting {
    /// The setting
    #[arg(value_name = "SETTING")]
    setting: String,
}

/// Change a setting in the configuration file
///
/// The value is checked first. Comments and the order of the lines are kept. The file is created if it does
/// not exist.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib config set style apa\n  peerbib config set locale de-DE\n  \
                        peerbib config set columns key,year,title\n  \
                        peerbib config set editor code --wait"
)]
struct SetSetting {
    /// The setting
    #[arg(value_name = "SETTING")]
    setting: String,

    /// The value; several words are joined
    #[arg(
        value_name = "VALUE",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    value: Vec<String>,
}

/// Remove a setting from the configuration file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config unset locale")]
struct UnsetSetting {
    /// The setting
    #[arg(value_name = "SETTING")]
    setting: String,
}

/// Open the configuration file in your editor
///
/// A new file starts with a description of every setting. Errors are reported with their lines.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config edit")]
struct EditSettings {}

/// Print the path of the configuration file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib config path")]
struct ConfigPath {}

impl ConfigCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.command {
            None => show(context, self.json),
            Some(ConfigSubcommand::Show(command)) => show(context, command.json),
            Some(ConfigSubcommand::Get(command)) => command.run(context),
            Some(ConfigSubcommand::Set(command)) => command.run(context),
            Some(ConfigSubcommand::Unset(command)) => command.run(context),
            Some(ConfigSubcommand::Edit(command)) => command.run(context),
            Some(ConfigSubcommand::Path(command)) => command.run(context),
        }
    }
}

/// A setting, as `--json` prints it.
#[derive(serde::Serialize)]
struct SettingJson {
    name: &'static str,
    value: Option<SettingValue>,
    /// `option`, `environment`, `file` or `default`.
    from: &'static str,
    /// The option, the variable, or the file and line.
    #[serde(rename = "where")]
    place: Option<String>,
}

/// Returns the value of a setting with its source; no value if it is left to others.
fn effective(context: &CommandContext, setting: &Setting) -> (Option<SettingValue>, SettingSource) {
    if let Some((option, value)) = context.option(setting.name) {
        return (
            Some(SettingValue::Text(value)),
            SettingSource::Option(option),
        );
    }
    let configuration = context.configuration_despite_errors();
    if let Some(SourcedValue { value, origin }) = configuration.get(setting.name) {
        return (Some(value.clone()), origin.clone());
    }
    let from_environment = match setting.name {
        "editor" => first_env_var(EDITOR_VARIABLES),
        "name" => first_env_var(NAME_VARIABLES),
        _ => None,
    };
    if let Some((variable, value)) = from_environment {
        return (
            Some(SettingValue::Text(value)),
            SettingSource::Environment(variable.to_owned()),
        );
    }
    let path = |path: Result<PathBuf>| {
        let path = path.ok()?.to_string_lossy().into_owned();
        Some(SettingValue::Text(path))
    };
    let value = match setting.name {
        "library" => path(context.default_library_path()),
        "files" => path(context.file_root()),
        _ => setting.default.and_then(|text| setting.value(text).ok()),
    };
    (value, SettingSource::Default)
}

fn setting_json(context: &CommandContext, setting: &Setting) -> SettingJson {
    let (value, origin) = effective(context, setting);
    let path = context.configuration_despite_errors().path();
    let (from, place) = match origin {
        SettingSource::Option(option) => ("option", Some(option.to_owned())),
        SettingSource::Environment(variable) => ("environment", Some(variable)),
        SettingSource::File(line) => ("file", Some(format!("{}:{line}", path.display()))),
        SettingSource::Default => ("default", None),
    };
    SettingJson {
        name: setting.name,
        value,
        from,
        place,
    }
}

fn show(context: &CommandContext, json: bool) -> Result {
    let configuration = context.configuration_despite_errors();
    let mut settings: Vec<SettingJson> = SETTINGS
        .iter()
        .map(|setting| setting_json(context, setting))
        .collect();
    for followed in configuration.followed() {
        settings.push(SettingJson {
            name: "sync",
            value: Some(SettingValue::Text(followed.file.clone())),
            from: "file",
            place: Some(format!(
                "{}:{}",
                configuration.path().display(),
                followed.line
            )),
        });
    }
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
                " does not exist yet; `peerbib config set` creates it"
            }
        ));
    }
    for problem in configuration.problems() {
        CommandError::new(problem)
            .with_help(hints::config(problem))
            .report();
    }
    Ok(Outcome::done_if(configuration.problems().is_empty()))
}

fn table(settings: &[SettingJson], file: &Path) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(columns) = terminal_width() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    }
    // The whole path is printed below the table.
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    for SettingJson {
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
        let value = value.as_ref().map(SettingValue::to_string);
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

/// Returns the setting with this name.
fn setting(name: &str) -> Result<&'static Setting> {
    Setting::named(name)
        .map_err(|error| CommandError::usage(&error).with_help(hints::setting(&error)))
}

impl GetSetting {
    fn run(self, context: &CommandContext) -> Result {
        // The file may set this under a misspelt name.
        context.configuration()?;
        match effective(context, setting(&self.setting)?) {
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

impl SetSetting {
    fn run(self, context: &CommandContext) -> Result {
        let setting = setting(&self.setting)?;
        let text = self.value.join(" ");
        let value = setting.value(&text).map_err(|expected| {
            CommandError::usage(format_args!(
                "invalid value for {}: \u{201c}{text}\u{201d}",
                setting.name
            ))
            .with_help(format!("expected {expected}"))
        })?;
        let value = checked(context, setting, value)?;
        change_file(setting, Some(&value))?;
        context.note(format_args!("set {} to {value}", setting.name));
        if setting.name == "files"
            && let Some(library) = context.open_if_exists()?
            && let Some(root) = library.files().root()?
        {
            context.warn(format_args!(
                "warning: the library's own root {} takes precedence; `peerbib file root --unset` removes it",
                root.display()
            ));
        }
        if let (_, SettingSource::Environment(variable)) = effective(context, setting)
            && variable == setting.variable()
        {
            context.warn(format_args!(
                "warning: the environment variable {variable} is set and takes precedence"
            ));
        }
        Ok(Outcome::Done)
    }
}

/// Checks a value, and makes relative paths absolute.
fn checked(
    context: &CommandContext,
    setting: &Setting,
    value: SettingValue,
) -> Result<SettingValue> {
    let text = match &value {
        SettingValue::Text(text) => text,
        SettingValue::Words(names) => {
            if setting.name == "columns" {
                let library = context.open_if_exists().ok().flatten();
                for name in names {
                    OutputColumn::check(name, library.as_ref())?;
                }
            }
            return Ok(value);
        }
    };
    let is_path =
        setting.kind == SettingKind::Path || (setting.name == "style" && text.contains(".csl"));
    let value = if is_path && !text.starts_with("~/") {
        let path = std::path::absolute(text)
            .map_err(|error| CommandError::new(format_args!("invalid path {text}: {error}")))?;
        SettingValue::Text(path.to_string_lossy().into_owned())
    } else {
        value
    };
    let value = match setting.name {
        "style" => {
            let source = context.style(&value.to_string())?;
            source.compile(|name| context.parent_style(name))?;
            value
        }
        "locale" => SettingValue::Text(known_locale(&value.to_string())?),
        "key-pattern" => {
            let parsed = value.to_string().parse::<KeyPattern>();
            parsed.map_err(|error| CommandError::usage(&error).with_help(hints::key_pattern()))?;
            value
        }
        _ => value,
    };
    Ok(value)
}

impl UnsetSetting {
    fn run(self, context: &CommandContext) -> Result {
        let setting = setting(&self.setting)?;
        context.note(if change_file(setting, None)? {
            format!("removed {}", setting.name)
        } else {
            format!("nothing to do: {} is not set in the file", setting.name)
        });
        Ok(Outcome::Done)
    }
}

/// The start of a new file.
const HEADING: &str =
    "# Configuration of peerbib; `peerbib config --help` explains the settings.\n\n";

/// Changes or removes a setting in the configuration file. Returns whether the file changed.
fn change_file(setting: &Setting, value: Option<&SettingValue>) -> Result<bool> {
    let path = CommandContext::configuration_path()?;
    let text = match read_text_file(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && value.is_none() => {
            return Ok(false);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEADING.to_owned(),
        Err(error) => {
            return Err(
                CommandError::new(format_args!("cannot read {}: {error}", path.display()))
                    .with_help("set PEERBIB_CONFIG to another file".to_owned()),
            );
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

/// Replaces a file atomically, so that a full disk does not destroy the old one.
fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |error: std::io::Error| {
        CommandError::new(format_args!("cannot write {}: {error}", path.display()))
            .with_help("set PEERBIB_CONFIG to another file".to_owned())
    };
    if let Some(directory) = path.parent().filter(|path| !path.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    replace_file(path, text.as_bytes()).map_err(failed)
}

impl EditSettings {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    fn run(self, context: &CommandContext) -> Result {
        let path = CommandContext::configuration_path()?;
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            return Err(
                CommandError::usage("cannot open an editor without a terminal")
                    .with_help("use `peerbib config set SETTING VALUE`".to_owned()),
            );
        }
        if !path.exists() {
            write(&path, &commented_settings())?;
        }
        // Even a broken file may name the editor.
        let (editor, _) = effective(context, setting("editor")?);
        let editor = editor.map_or_else(|| "vi".to_owned(), |editor| editor.to_string());
        loop {
            crate::cli::editor::open_file(&editor, &path)?;
            let again = CommandContext::reread_configuration();
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

/// Returns a file with every setting commented out.
fn commented_settings() -> String {
    let mut text = HEADING.to_owned();
    for setting in SETTINGS {
        let example = match setting.kind {
            SettingKind::Pairs(_) => format!("[\"{}\"]", setting.example),
            SettingKind::Words => "[\"key\", \"author\", \"year\", \"title\"]".to_owned(),
            _ => format!("\"{}\"", setting.example),
        };
        text.push_str(&format!(
            "# {}\n# {} = {example}\n\n",
            setting.about, setting.name
        ));
    }
    text.push_str(
        "# a file that `peerbib import --sync` and `peerbib import --watch` import\n\
         # [[sync]]\n# file = \"~/Zotero.bib\"\n# prune = true\n# on-conflict = \"merge\"\n",
    );
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
