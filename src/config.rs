//! The user's settings: a TOML file and environment variables.
//!
//! The file has one setting per line; [`SETTINGS`] lists them all. Tables `[[sync]]` name the files that the library
//! follows. An environment variable overrides the file:
//! `PEERBIB_STYLE` for `style`, `PEERBIB_KEY_PATTERN` for `key-pattern`, `PEERBIB_LOOKUP_EMAIL` for `lookup.email`.
//!
//! Reading never fails as a whole. What is valid is used, and the rest is reported as [`ConfigError`]s,
//! so that the user can still inspect and fix a broken file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Array, Document, DocumentMut, Item, TableLike};

use crate::suggest::closest;

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The name in the file.
    pub name: &'static str,
    /// A description of one line.
    pub about: &'static str,
    /// The type of its values.
    pub kind: SettingKind,
    /// The default; `None` if it depends on the system or on other settings.
    pub default: Option<&'static str>,
    /// An example of a value.
    pub example: &'static str,
}

/// The type of a setting's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingKind {
    /// Text.
    Text,
    /// A path. A leading `~/` is the home directory; a relative path in the file starts at the file's
    /// directory.
    Path,
    /// A list of words.
    Words,
    /// A list of `NAME=VALUE`; the names are some of these, or any if there are none.
    Pairs(&'static [&'static str]),
    /// A number of seconds, which may have decimals.
    Seconds,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// All settings, in the order in which they are listed.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "library",
        about: "the library to use",
        kind: SettingKind::Path,
        default: None,
        example: "~/commons.db",
    },
    Setting {
        name: "style",
        about: "the citation style: a name or a .csl file",
        kind: SettingKind::Text,
        default: Some(DEFAULT_STYLE),
        example: "chicago-author-date",
    },
    Setting {
        name: "locale",
        about: "the language of bibliographies, such as de-DE",
        kind: SettingKind::Text,
        default: None,
        example: "de-DE",
    },
    Setting {
        name: "columns",
        about: "the columns of the table that `find` prints",
        kind: SettingKind::Words,
        default: Some("key, author, year, title"),
        example: "key, year, title",
    },
    Setting {
        name: "key-pattern",
        about: "the pattern for new citation keys",
        kind: SettingKind::Text,
        default: Some(DEFAULT_KEY_PATTERN),
        example: "[auth:lower][year]",
    },
    Setting {
        name: "name",
        about: "your name, recorded with the tags that you assign",
        kind: SettingKind::Text,
        default: None,
        example: "Ada Lovelace",
    },
    Setting {
        name: "editor",
        about: "the editor for entries and notes, with its arguments",
        kind: SettingKind::Text,
        default: Some(DEFAULT_EDITOR),
        example: "emacs -nw",
    },
    Setting {
        name: "files",
        about: "the root directory of linked files",
        kind: SettingKind::Path,
        default: None,
        example: "~/papers",
    },
    Setting {
        name: "lookup.email",
        about: "your address, sent to metadata services so that they can reach you",
        kind: SettingKind::Text,
        default: None,
        example: "ada@example.org",
    },
    Setting {
        name: "lookup.timeout",
        about: "how many seconds to wait for an answer of a metadata service",
        kind: SettingKind::Seconds,
        default: Some("20"),
        example: "60",
    },
    Setting {
        name: "lookup.catalogue",
        about: "the library catalogue (SRU, MARCXML) to ask for books; {isbn} stands for the ISBN",
        kind: SettingKind::Text,
        default: None,
        example: "https://services.dnb.de/sru/dnb?version=1.1&operation=searchRetrieve&query=isbn%3D{isbn}&recordSchema=MARC21-xml",
    },
    Setting {
        name: "lookup.base",
        about: "a server that is asked instead of every metadata service",
        kind: SettingKind::Text,
        default: None,
        example: "http://127.0.0.1:8080",
    },
    Setting {
        name: "lookup.bases",
        about: "servers that are asked instead of a single host, such as a mirror: HOST=ADDRESS",
        kind: SettingKind::Pairs(&[]),
        default: None,
        example: "api.crossref.org=https://crossref.example.org",
    },
    Setting {
        name: "lookup.keys",
        about: "API keys of metadata services: crossref=KEY, openalex=KEY, pubmed=KEY",
        kind: SettingKind::Pairs(&["crossref", "openalex", "pubmed"]),
        default: None,
        example: "openalex=1a2b3c",
    },
    Setting {
        name: "isolates",
        about: "whether the terminal understands the Unicode isolates that separate right-to-left text: yes or no",
        kind: SettingKind::OneOf(&["yes", "no"]),
        default: Some("no"),
        example: "yes",
    },
    Setting {
        name: "color",
        about: "when to use color: auto, always or never",
        kind: SettingKind::OneOf(&["auto", "always", "never"]),
        default: Some("auto"),
        example: "never",
    },
];

/// The default citation style.
pub const DEFAULT_STYLE: &str = "apa";

/// The editor if the user has not chosen one.
pub const DEFAULT_EDITOR: &str = "vi";

/// The default pattern for citation keys.
const DEFAULT_KEY_PATTERN: &str = "[auth:lower][year][veryshorttitle:lower]";

impl Setting {
    /// Returns the setting with this name. Case and underscores do not matter.
    ///
    /// # Errors
    ///
    /// [`UnknownSetting`], with similar names.
    pub fn named(name: &str) -> Result<&'static Self, UnknownSetting> {
        let spelt = name.to_lowercase().replace('_', "-");
        SETTINGS
            .iter()
            .find(|setting| setting.name == spelt)
            .ok_or_else(|| UnknownSetting {
                name: name.to_owned(),
                suggestions: {
                    let names = || SETTINGS.iter().map(|setting| setting.name.to_owned());
                    let mut near = closest(name, names());
                    if near.is_empty() {
                        // Someone may remember only half of the name: pattern for key-pattern.
                        near.extend(
                            names().find(|known| known.split('-').any(|part| part == name)),
                        );
                    }
                    near
                },
            })
    }

    /// Returns the name of the environment variable that overrides this setting.
    pub fn variable(&self) -> String {
        format!(
            "PEERBIB_{}",
            self.name.to_uppercase().replace(['-', '.'], "_")
        )
    }

    /// Parses a value from the command line or the environment.
    ///
    /// # Errors
    ///
    /// The expected value.
    pub fn value(&self, text: &str) -> Result<SettingValue, String> {
        match self.kind {
            SettingKind::Text | SettingKind::Path if text.trim().is_empty() => {
                Err("a text that is not empty".to_owned())
            }
            SettingKind::Text | SettingKind::Path => Ok(SettingValue::Text(text.to_owned())),
            SettingKind::Seconds => {
                let seconds = text.trim().parse::<f64>();
                let is_valid = seconds.is_ok_and(|seconds| (0.001..=3600.0).contains(&seconds));
                if is_valid {
                    Ok(SettingValue::Text(text.trim().to_owned()))
                } else {
                    Err("a number of seconds, such as 20".to_owned())
                }
            }
            SettingKind::Words | SettingKind::Pairs(_) => {
                self.words(text.split([',', ' ']).map(str::to_owned).collect())
            }
            SettingKind::OneOf(words) if words.contains(&text) => {
                Ok(SettingValue::Text(text.to_owned()))
            }
            SettingKind::OneOf(words) => Err(format!("one of: {}", words.join(", "))),
        }
    }

    fn words(&self, mut words: Vec<String>) -> Result<SettingValue, String> {
        words.retain(|word| !word.trim().is_empty());
        if words.is_empty() {
            return Err("at least one word".to_owned());
        }
        if let SettingKind::Pairs(names) = self.kind {
            let is_valid = |pair: &String| {
                pair.split_once('=').is_some_and(|(name, value)| {
                    !value.is_empty()
                        && (names.is_empty() && !name.is_empty() || names.contains(&name))
                })
            };
            if !words.iter().all(is_valid) {
                return Err(if names.is_empty() {
                    format!("NAME=VALUE, such as {}", self.example)
                } else {
                    format!("NAME=VALUE with one of these names: {}", names.join(", "))
                });
            }
        }
        Ok(SettingValue::Words(words))
    }

    /// Converts an item of the file.
    fn value_of_item(&self, item: &Item) -> Result<SettingValue, String> {
        match (self.kind, item.as_str(), item.as_array()) {
            (_, Some(text), _) => self.value(text),
            (SettingKind::Words | SettingKind::Pairs(_), _, Some(array)) => {
                let words: Option<Vec<String>> = array
                    .iter()
                    .map(|value| value.as_str().map(str::to_owned))
                    .collect();
                self.words(words.ok_or_else(|| "a list of strings".to_owned())?)
            }
            (SettingKind::Words | SettingKind::Pairs(_), ..) => {
                Err("a list of strings, such as [\"key\", \"title\"]".to_owned())
            }
            (SettingKind::OneOf(words), ..) => Err(format!("one of: {}", words.join(", "))),
            (SettingKind::Seconds, ..) => {
                let number = item.as_float().or_else(|| {
                    let whole = item.as_integer()?;
                    i32::try_from(whole).ok().map(f64::from)
                });
                self.value(&number.map(|number| number.to_string()).unwrap_or_default())
            }
            _ => Err("a string in quotation marks".to_owned()),
        }
    }
}

/// The name of a setting that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown setting \u{201c}{name}\u{201d}")]
pub struct UnknownSetting {
    /// The name.
    pub name: String,
    /// Similar names of settings.
    pub suggestions: Vec<String>,
}

/// The value of a setting, as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// Text, or a path.
    Text(String),
    /// A list of words.
    Words(Vec<String>),
}

impl std::fmt::Display for SettingValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Words(words) => formatter.write_str(&words.join(", ")),
        }
    }
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingSource {
    /// A command-line option.
    Option(&'static str),
    /// An environment variable.
    Environment(String),
    /// A line of the configuration file.
    File(usize),
    /// The default.
    Default,
}

/// A value with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcedValue {
    /// The value.
    pub value: SettingValue,
    /// Its source.
    pub origin: SettingSource,
}

/// An error in the configuration file or in an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file exists but cannot be read.
    #[error("cannot read {}: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The file is not valid TOML.
    #[error("{}:{line}:{column}: {reason}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The error of the TOML parser.
        reason: String,
    },
    /// The file sets something that does not exist.
    #[error("{}:{line}:{column}: {error}", .path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The unknown name.
        error: UnknownSetting,
    },
    /// The file contains an invalid value.
    #[error("{}:{line}:{column}: invalid value for {name}", .path.display())]
    InvalidValue {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The setting.
        name: &'static str,
        /// The expected value.
        expected: String,
    },
    /// An environment variable contains an invalid value.
    #[error("invalid value for the environment variable {variable}: \u{201c}{value}\u{201d}")]
    InvalidVariable {
        /// The variable.
        variable: String,
        /// Its value.
        value: String,
        /// The expected value.
        expected: String,
    },
}

/// A file that the library follows: a table `sync` of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedFile {
    /// The path of the file, or the name of another source, such as `zotero:`.
    pub file: String,
    /// Whether works that are not in the file any more are removed.
    pub prune: bool,
    /// The side whose value a field gets if both changed it: one of [`CONFLICT_POLICIES`].
    pub on_conflict: Option<String>,
    /// The line of the table, from 1.
    pub line: usize,
}

/// The values of `on-conflict` in a table `sync`.
const CONFLICT_POLICIES: &[&str] = &["keep", "replace", "merge", "ask"];

/// The settings from the file and the environment.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    path: PathBuf,
    exists: bool,
    values: BTreeMap<&'static str, SourcedValue>,
    followed: Vec<FollowedFile>,
    problems: Vec<ConfigError>,
}

impl Configuration {
    /// Reads the file at `path`, if it exists, and the environment. `variable` returns the value of an
    /// environment variable; an empty one counts as not set.
    pub fn read(path: &Path, variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut configuration = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        match std::fs::read(path) {
            Ok(bytes) => {
                configuration.exists = true;
                match String::from_utf8(bytes) {
                    Ok(text) => configuration.read_text(text.trim_start_matches('\u{feff}')),
                    Err(_) => configuration.unreadable("it is not UTF-8 text"),
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => configuration.unreadable(&error.to_string()),
        }
        for setting in SETTINGS {
            let name = setting.variable();
            let Some(text) = variable(&name).filter(|text| !text.is_empty()) else {
                continue;
            };
            match setting.value(&text) {
                Ok(value) => configuration.set(setting, value, SettingSource::Environment(name)),
                Err(expected) => {
                    configuration.problems.push(ConfigError::InvalidVariable {
                        variable: name,
                        value: text,
                        expected,
                    });
                }
            }
        }
        configuration
    }

    fn unreadable(&mut self, reason: &str) {
        self.problems.push(ConfigError::Unreadable {
            path: self.path.clone(),
            reason: reason.to_owned(),
        });
    }

    fn read_text(&mut self, text: &str) {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                let (line, column) = position(text, error.span());
                self.problems.push(ConfigError::Malformed {
                    path: self.path.clone(),
                    line,
                    column,
                    reason: error.message().trim().replace('\n', ", "),
                });
                return;
            }
        };
        let mut settings = Vec::new();
        for (name, item) in document.iter() {
            let key = document.as_table().key(name);
            if name == "sync" {
                self.read_followed(text, item);
                continue;
            }
            match item.as_table_like() {
                // `lookup.email` may also be `email` in the table `lookup`.
                Some(table) if is_group(name) => {
                    for (inner, item) in table.iter() {
                        let span = table.key(inner).and_then(toml_edit::Key::span);
                        settings.push((format!("{name}.{inner}"), item, span.or(item.span())));
                    }
                }
                _ => {
                    let span = key.and_then(toml_edit::Key::span);
                    settings.push((name.to_owned(), item, span.or(item.span())));
                }
            }
        }
        for (name, item, span) in settings {
            let (line, column) = position(text, span);
            let setting = match Setting::named(&name) {
                Ok(setting) => setting,
                Err(error) => {
                    self.problems.push(ConfigError::Unknown {
                        path: self.path.clone(),
                        line,
                        column,
                        error,
                    });
                    continue;
                }
            };
            match setting.value_of_item(item) {
                Ok(value) => self.set(setting, value, SettingSource::File(line)),
                Err(expected) => {
                    let (line, column) = position(text, item.span());
                    self.problems.push(ConfigError::InvalidValue {
                        path: self.path.clone(),
                        line,
                        column,
                        name: setting.name,
                        expected,
                    });
                }
            }
        }
    }

    /// Reads the tables `sync`, of which there may be one or many.
    fn read_followed(&mut self, text: &str, item: &Item) {
        let tables: Vec<&dyn TableLike> = if let Some(table) = item.as_table_like() {
            vec![table]
        } else if let Some(tables) = item.as_array_of_tables() {
            tables.iter().map(|table| table as &dyn TableLike).collect()
        } else {
            let values = item.as_array().into_iter().flatten();
            let tables: Option<Vec<&dyn TableLike>> = values
                .map(|value| value.as_inline_table().map(|table| table as &dyn TableLike))
                .collect();
            match tables.filter(|tables| !tables.is_empty()) {
                Some(tables) => tables,
                None => {
                    let expected = "a table [[sync]] for each file";
                    return self.invalid("sync", expected, position(text, item.span()));
                }
            }
        };
        for table in tables {
            self.read_followed_file(text, table);
        }
    }

    fn read_followed_file(&mut self, text: &str, table: &dyn TableLike) {
        let place = |name: &str| {
            let span = table.key(name).and_then(toml_edit::Key::span);
            position(text, span.or_else(|| table.get(name).and_then(Item::span)))
        };
        let first = table.iter().next().map(|(name, _)| place(name));
        let mut followed = FollowedFile {
            file: String::new(),
            prune: false,
            on_conflict: None,
            line: first.map_or(1, |(line, _)| line),
        };
        let mut is_valid = true;
        for (name, item) in table.iter() {
            let expected = match (name, item.as_str(), item.as_bool()) {
                ("file", Some(file), _) if !file.trim().is_empty() => {
                    followed.file = self.source_name(file);
                    continue;
                }
                ("file", ..) => ("sync.file", "a path in quotation marks"),
                ("prune", _, Some(prune)) => {
                    followed.prune = prune;
                    continue;
                }
                ("prune", ..) => ("sync.prune", "true or false"),
                ("on-conflict" | "on_conflict", Some(policy), _)
                    if CONFLICT_POLICIES.contains(&policy) =>
                {
                    followed.on_conflict = Some(policy.to_owned());
                    continue;
                }
                ("on-conflict" | "on_conflict", ..) => {
                    ("sync.on-conflict", "one of: keep, replace, merge, ask")
                }
                _ => {
                    is_valid = false;
                    let (line, column) = place(name);
                    let known = ["file", "prune", "on-conflict"].map(str::to_owned);
                    self.problems.push(ConfigError::Unknown {
                        path: self.path.clone(),
                        line,
                        column,
                        error: UnknownSetting {
                            name: format!("sync.{name}"),
                            suggestions: closest(name, known)
                                .into_iter()
                                .map(|name| format!("sync.{name}"))
                                .collect(),
                        },
                    });
                    continue;
                }
            };
            is_valid = false;
            self.invalid(expected.0, expected.1, position(text, item.span()));
        }
        if is_valid && followed.file.is_empty() {
            let place = first.unwrap_or((1, 1));
            return self.invalid("sync", "a path as file", place);
        }
        if is_valid {
            self.followed.push(followed);
        }
    }

    fn invalid(&mut self, name: &'static str, expected: &str, (line, column): (usize, usize)) {
        self.problems.push(ConfigError::InvalidValue {
            path: self.path.clone(),
            line,
            column,
            name,
            expected: expected.to_owned(),
        });
    }

    /// Returns the name of a source, with the whole path if it is a file.
    fn source_name(&self, text: &str) -> String {
        let is_file = !["peerbib:", "zotero:"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        match self.path.parent().filter(|_| is_file) {
            Some(directory) => {
                let path = directory.join(expanded(text));
                path.to_string_lossy().into_owned()
            }
            None => text.to_owned(),
        }
    }

    fn set(&mut self, setting: &Setting, value: SettingValue, origin: SettingSource) {
        self.values
            .insert(setting.name, SourcedValue { value, origin });
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the file exists.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// Returns the errors found.
    pub fn problems(&self) -> &[ConfigError] {
        &self.problems
    }

    /// Returns the value of a setting with its source, if it is set.
    pub fn get(&self, name: &str) -> Option<&SourcedValue> {
        self.values.get(name)
    }

    /// Returns the value of a text setting.
    fn text(&self, name: &str) -> Option<&str> {
        match self.get(name).map(|set| &set.value) {
            Some(SettingValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the value of a path setting. A relative path in the environment starts at the working
    /// directory.
    fn path_of(&self, name: &str) -> Option<PathBuf> {
        let text = self.text(name)?;
        let path = expanded(text);
        match (self.get(name).map(|set| &set.origin), self.path.parent()) {
            (Some(SettingSource::File(_)), Some(directory)) => Some(directory.join(path)),
            _ => Some(path),
        }
    }

    /// Returns the path of the library.
    pub fn library(&self) -> Option<PathBuf> {
        self.path_of("library")
    }

    /// Returns the citation style: a name, or the path of a `.csl` file.
    pub fn style(&self) -> Option<String> {
        let text = self.text("style")?;
        if text.ends_with(".csl") || text.contains(['/', '\\']) {
            return Some(self.path_of("style")?.to_string_lossy().into_owned());
        }
        Some(text.to_owned())
    }

    /// Returns the language of bibliographies.
    pub fn locale(&self) -> Option<&str> {
        self.text("locale")
    }

    /// Returns whether the terminal understands Unicode's isolates.
    pub fn isolates(&self) -> bool {
        self.text("isolates") == Some("yes")
    }

    /// Returns the columns of the table of search results.
    pub fn columns(&self) -> Option<&[String]> {
        match self.get("columns").map(|set| &set.value) {
            Some(SettingValue::Words(words)) => Some(words),
            _ => None,
        }
    }

    /// Returns the pattern for citation keys.
    pub fn key_pattern(&self) -> &str {
        self.text("key-pattern").unwrap_or(DEFAULT_KEY_PATTERN)
    }

    /// Returns the user's name.
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// Returns the command line of the editor.
    pub fn editor(&self) -> Option<&str> {
        self.text("editor")
    }

    /// Returns the root directory of linked files.
    pub fn files(&self) -> Option<PathBuf> {
        self.path_of("files")
    }

    /// Returns the address by which metadata services can reach the user.
    pub fn lookup_email(&self) -> Option<&str> {
        self.text("lookup.email")
    }

    /// Returns how long to wait for an answer of a metadata service.
    pub fn lookup_timeout(&self) -> Option<std::time::Duration> {
        let seconds = self.text("lookup.timeout")?.parse().ok()?;
        std::time::Duration::try_from_secs_f64(seconds).ok()
    }

    /// Returns the address of the library catalogue to ask for books.
    pub fn lookup_catalogue(&self) -> Option<&str> {
        self.text("lookup.catalogue")
    }

    /// Returns the server that is asked instead of every metadata service.
    pub fn lookup_base(&self) -> Option<&str> {
        self.text("lookup.base")
    }

    /// Returns the servers that are asked instead of one host each.
    pub fn lookup_bases(&self) -> Vec<(String, String)> {
        self.pairs("lookup.bases")
    }

    /// Returns the API keys of metadata services.
    pub fn lookup_keys(&self) -> Vec<(String, String)> {
        self.pairs("lookup.keys")
    }

    fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let Some(SettingValue::Words(words)) = self.get(name).map(|set| &set.value) else {
            return Vec::new();
        };
        words
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Returns the files that the library follows, in their order.
    pub fn followed(&self) -> &[FollowedFile] {
        &self.followed
    }

    /// Returns when to use color: `auto`, `always` or `never`.
    pub fn color(&self) -> Option<&str> {
        self.text("color")
    }
}

/// Returns the text of a configuration file with a setting changed to `value`, or removed if that is
/// `None`. Everything else stays: comments, order, white space.
///
/// # Errors
///
/// [`ConfigError::Malformed`] if the text is not valid TOML.
pub fn edited(
    path: &Path,
    text: &str,
    setting: &Setting,
    value: Option<&SettingValue>,
) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = position(text, error.span());
        ConfigError::Malformed {
            path: path.to_owned(),
            line,
            column,
            reason: error.message().trim().replace('\n', ", "),
        }
    })?;
    if let Some((group, leaf)) = setting.name.split_once('.') {
        edit_in_group(&mut document, group, leaf, value);
        return Ok(document.to_string());
    }
    // The file may have key_pattern.
    let written = document
        .iter()
        .map(|(name, _)| name.to_owned())
        .find(|name| Setting::named(name).is_ok_and(|known| known.name == setting.name));
    let name = written.unwrap_or_else(|| setting.name.to_owned());
    match value {
        None => remove_keeping_comments(&mut document, &name),
        Some(value) => {
            let new = toml_item(value);
            match document.get_mut(&name) {
                // Keep what surrounds the old value, such as a comment after it.
                Some(Item::Value(old)) => {
                    let decor = old.decor().clone();
                    if let Item::Value(mut new) = new {
                        *new.decor_mut() = decor;
                        *old = new;
                    }
                }
                _ => {
                    // If the file has only comments, keep them at the top.
                    let heading = document.trailing().as_str().unwrap_or("").to_owned();
                    let is_bare = document.is_empty();
                    document.insert(&name, new);
                    if let Some(mut key) = document.key_mut(&name).filter(|_| is_bare) {
                        key.leaf_decor_mut().set_prefix(heading);
                        document.set_trailing("");
                    }
                }
            }
        }
    }
    Ok(document.to_string())
}

/// Returns a path with the home directory in place of `~/`.
fn expanded(text: &str) -> PathBuf {
    match text.strip_prefix("~/").zip(etcetera::home_dir().ok()) {
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(text),
    }
}

/// Returns whether settings begin with this name and a full stop.
fn is_group(name: &str) -> bool {
    let mut groups = SETTINGS
        .iter()
        .filter_map(|setting| setting.name.split_once('.'));
    groups.any(|(group, _)| group == name)
}

fn toml_item(value: &SettingValue) -> Item {
    match value {
        SettingValue::Text(text) => toml_edit::value(text),
        SettingValue::Words(words) => toml_edit::value(words.iter().collect::<Array>()),
    }
}

/// Changes or removes a setting such as `lookup.email`, which may be in a table.
fn edit_in_group(
    document: &mut DocumentMut,
    group: &str,
    leaf: &str,
    value: Option<&SettingValue>,
) {
    // A file that has only comments ends with them.
    let heading = document.trailing().as_str().unwrap_or("").to_owned();
    let is_bare = document.is_empty();
    let Some(value) = value else {
        if let Some(table) = document.get_mut(group).and_then(Item::as_table_like_mut) {
            table.remove(leaf);
            if table.is_empty() {
                document.remove(group);
            }
        }
        return;
    };
    let table = document.entry(group).or_insert_with(|| {
        let mut table = toml_edit::Table::new();
        table.set_dotted(true);
        Item::Table(table)
    });
    let Some(table) = table.as_table_like_mut() else {
        return;
    };
    match (table.get_mut(leaf), toml_item(value)) {
        (Some(Item::Value(old)), Item::Value(mut new)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (_, new) => {
            table.insert(leaf, new);
        }
    }
    if is_bare {
        if let Some(mut key) = table.key_mut(leaf) {
            key.leaf_decor_mut().set_prefix(heading);
        }
        document.set_trailing("");
    }
}

/// Removes a setting. The comments above it may be about the whole file, so they move to the next
/// setting, or to the end.
fn remove_keeping_comments(document: &mut DocumentMut, name: &str) {
    let names: Vec<String> = document.iter().map(|(name, _)| name.to_owned()).collect();
    let next = names.iter().skip_while(|other| *other != name).nth(1);
    let prefix = |key: Option<&toml_edit::Key>| {
        let prefix = key.and_then(|key| key.leaf_decor().prefix());
        prefix
            .and_then(toml_edit::RawString::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let comments = prefix(document.key(name));
    document.remove(name);
    if !comments.contains('#') {
        return;
    }
    match next {
        Some(next) => {
            let comments = format!("{comments}{}", prefix(document.key(next)));
            if let Some(mut key) = document.key_mut(next) {
                key.leaf_decor_mut().set_prefix(comments);
            }
        }
        None => {
            let trailing = document.trailing().as_str().unwrap_or("").to_owned();
            document.set_trailing(format!("{comments}{trailing}"));
        }
    }
}

/// Returns the line and column, from 1, of the start of `span`.
fn position(text: &str, span: Option<Range<usize>>) -> (usize, usize) {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}
