//! The configuration: what a person set once and for all, in a file in TOML.
//!
//! The file is flat, one setting a line, all of them in [`SETTINGS`]. A setting can be made for one run in
//! the environment, too: `PEERBIB_STYLE` for `style`, `PEERBIB_KEY_PATTERN` for `key-pattern`. What the
//! command line says goes before the environment, that before the file, and that before what peerbib
//! does by itself.
//!
//! Reading never fails as a whole: what can be read is read, and the rest is told as a
//! [`ConfigurationError`], so that a person can look at a broken file and mend it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Array, Document, DocumentMut, Item};

use crate::suggest::{closest, question};

/// Something that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file.
    pub name: &'static str,
    /// What it sets, in one line.
    pub about: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// What holds where nothing is set; `None` where that depends on the system or on others.
    pub default: Option<&'static str>,
    /// A value as a person would write it.
    pub example: &'static str,
}

/// What a setting can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A path. `~/` at its beginning is the home directory; a path that does not start at the root is
    /// meant from the directory of the configuration file.
    Path,
    /// A list of words.
    Words,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// All that can be set, in the order in which it is shown.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "library",
        about: "the library to work on",
        kind: Kind::Path,
        default: None,
        example: "~/commons.db",
    },
    Setting {
        name: "style",
        about: "the citation style of reading lists: a name, or a .csl file",
        kind: Kind::Text,
        default: Some(DEFAULT_STYLE),
        example: "chicago-author-date",
    },
    Setting {
        name: "locale",
        about: "the language of the terms in reading lists, such as de-DE",
        kind: Kind::Text,
        default: None,
        example: "de-DE",
    },
    Setting {
        name: "columns",
        about: "the columns of the table that find prints",
        kind: Kind::Words,
        default: Some("key, author, year, title"),
        example: "key, year, title",
    },
    Setting {
        name: "key-pattern",
        about: "how citation keys are made; `peerbib rename --help` lists the markers",
        kind: Kind::Text,
        default: Some(DEFAULT_KEY_PATTERN),
        example: "[auth:lower][year]",
    },
    Setting {
        name: "name",
        about: "your name, on whose word tags are put on by hand",
        kind: Kind::Text,
        default: None,
        example: "Ada Lovelace",
    },
    Setting {
        name: "editor",
        about: "the program that edits entries and notes, with its arguments",
        kind: Kind::Text,
        default: Some(DEFAULT_EDITOR),
        example: "code --wait",
    },
    Setting {
        name: "files",
        about: "the directory from which the paths of linked files are meant",
        kind: Kind::Path,
        default: None,
        example: "~/papers",
    },
    Setting {
        name: "color",
        about: "when to use colour: auto, always or never",
        kind: Kind::OneOf(&["auto", "always", "never"]),
        default: Some("auto"),
        example: "never",
    },
];

/// The citation style of reading lists where none is chosen.
pub const DEFAULT_STYLE: &str = "apa";

/// The editor where nobody named one.
pub const DEFAULT_EDITOR: &str = "vi";

/// How citation keys are made where nothing else is said.
pub const DEFAULT_KEY_PATTERN: &str = "[auth:lower][year][veryshorttitle:lower]";

impl Setting {
    /// The setting of this name.
    ///
    /// # Errors
    ///
    /// [`UnknownSetting`], with one that is spelt much the same.
    pub fn named(name: &str) -> Result<&'static Self, UnknownSetting> {
        // Other programs have `defaultStyle` and `key_pattern`.
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
                        // The second half of a name is remembered, too: pattern for key-pattern.
                        near.extend(
                            names().find(|known| known.split('-').any(|part| part == name)),
                        );
                    }
                    near
                },
            })
    }

    /// The environment variable that makes this setting for one run.
    pub fn variable(&self) -> String {
        format!(
            "PEERBIB_{}",
            self.name.to_uppercase().replace(['-', '.'], "_")
        )
    }

    /// The value that a person wrote on the command line or in the environment.
    ///
    /// # Errors
    ///
    /// What the setting can be, where it is none of that.
    pub fn value(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Text | Kind::Path if text.trim().is_empty() => {
                Err("the text is empty".to_owned())
            }
            Kind::Text | Kind::Path => Ok(Value::Text(text.to_owned())),
            Kind::Words => self.words(text.split([',', ' ']).map(str::to_owned).collect()),
            Kind::OneOf(words) if words.contains(&text) => Ok(Value::Text(text.to_owned())),
            Kind::OneOf(words) => Err(format!("it is one of: {}", words.join(", "))),
        }
    }

    fn words(&self, mut words: Vec<String>) -> Result<Value, String> {
        words.retain(|word| !word.trim().is_empty());
        if words.is_empty() {
            return Err("the list is empty".to_owned());
        }
        Ok(Value::Words(words))
    }

    /// The value that an item of the file gives.
    fn value_of_item(&self, item: &Item) -> Result<Value, String> {
        match (self.kind, item.as_str(), item.as_array()) {
            (_, Some(text), _) => self.value(text),
            (Kind::Words, _, Some(array)) => {
                let words: Option<Vec<String>> = array
                    .iter()
                    .map(|value| value.as_str().map(str::to_owned))
                    .collect();
                self.words(words.ok_or_else(|| "each word of the list is a text".to_owned())?)
            }
            (Kind::Words, ..) => Err("it is a list of words: [\"key\", \"title\"]".to_owned()),
            (Kind::OneOf(words), ..) => Err(format!("it is one of: {}", words.join(", "))),
            _ => Err("it is a text, between quotation marks".to_owned()),
        }
    }
}

/// A name that no setting has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no setting \u{201c}{name}\u{201d}")]
pub struct UnknownSetting {
    /// The name.
    pub name: String,
    /// The names of settings that are spelt much the same.
    pub suggestions: Vec<String>,
}

impl UnknownSetting {
    /// What the reader can do about it.
    pub fn help(&self) -> String {
        question(&self.suggestions).unwrap_or_else(|| {
            let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
            format!("the settings there are: {}", names.join(", "))
        })
    }
}

/// What a setting is set to, as a person wrote it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Text, or a path.
    Text(String),
    /// A list of words.
    Words(Vec<String>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Words(words) => formatter.write_str(&words.join(", ")),
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line.
    Option(&'static str),
    /// A variable of the environment.
    Environment(String),
    /// A line of the configuration file.
    File(usize),
    /// Nobody set it.
    Default,
}

/// A value, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// What is wrong in a configuration file or in a variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// The file is there and cannot be read.
    #[error("the configuration {} cannot be read: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file is no TOML.
    #[error("{}:{line}:{column}: {reason}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was expected there.
        reason: String,
    },
    /// The file sets something that is no setting.
    #[error("{}:{line}:{column}: {error}", .path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The name that no setting has.
        error: UnknownSetting,
    },
    /// The file sets something to what it cannot be.
    #[error("{}:{line}:{column}: {name} cannot be set to this", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The setting.
        name: &'static str,
        /// What it can be.
        expected: String,
    },
    /// The environment sets something to what it cannot be.
    #[error("the environment variable {variable} cannot be \u{201c}{value}\u{201d}")]
    WrongVariable {
        /// The variable.
        variable: String,
        /// What it holds.
        value: String,
        /// What it can be.
        expected: String,
    },
}

impl ConfigurationError {
    /// What the reader can do about it.
    pub fn help(&self) -> String {
        const EDIT: &str = "`peerbib config edit` opens the file";
        match self {
            Self::Unreadable { .. } => {
                "give yourself leave to read it, or name another file in PEERBIB_CONFIG".to_owned()
            }
            Self::Malformed { .. } => {
                format!("write one setting a line, as in style = \"apa\"; {EDIT}")
            }
            Self::Unknown { error, .. } if !error.suggestions.is_empty() => {
                format!("{} {EDIT}", error.help())
            }
            Self::Unknown { error, .. } => format!("{}; {EDIT}", error.help()),
            Self::Wrong { expected, .. } => format!("{expected}; {EDIT}"),
            Self::WrongVariable { expected, .. } => expected.clone(),
        }
    }
}

/// What is set, in the file and in the environment.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    path: PathBuf,
    exists: bool,
    values: BTreeMap<&'static str, Set>,
    problems: Vec<ConfigurationError>,
}

impl Configuration {
    /// What the file at `path` sets, where there is one, and what the environment sets, whose variables
    /// `variable` gives; one that is empty counts as not set.
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
                    Err(_) => configuration.unreadable("it is not text in UTF-8"),
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
                Ok(value) => configuration.set(setting, value, Origin::Environment(name)),
                Err(expected) => {
                    configuration
                        .problems
                        .push(ConfigurationError::WrongVariable {
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
        self.problems.push(ConfigurationError::Unreadable {
            path: self.path.clone(),
            reason: reason.to_owned(),
        });
    }

    fn read_text(&mut self, text: &str) {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                let (line, column) = place(text, error.span());
                self.problems.push(ConfigurationError::Malformed {
                    path: self.path.clone(),
                    line,
                    column,
                    reason: error.message().trim().replace('\n', ", "),
                });
                return;
            }
        };
        for (name, item) in document.iter() {
            let key = document.as_table().key(name);
            let (line, column) = place(text, key.and_then(toml_edit::Key::span).or(item.span()));
            let setting = match Setting::named(name) {
                Ok(setting) => setting,
                Err(error) => {
                    self.problems.push(ConfigurationError::Unknown {
                        path: self.path.clone(),
                        line,
                        column,
                        error,
                    });
                    continue;
                }
            };
            match setting.value_of_item(item) {
                Ok(value) => self.set(setting, value, Origin::File(line)),
                Err(expected) => {
                    let (line, column) = place(text, item.span());
                    self.problems.push(ConfigurationError::Wrong {
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

    fn set(&mut self, setting: &Setting, value: Value, origin: Origin) {
        self.values.insert(setting.name, Set { value, origin });
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is there.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// What is wrong in it.
    pub fn problems(&self) -> &[ConfigurationError] {
        &self.problems
    }

    /// What a setting is set to, where it is set, and where that comes from.
    pub fn get(&self, name: &str) -> Option<&Set> {
        self.values.get(name)
    }

    /// The text that a setting is set to.
    fn text(&self, name: &str) -> Option<&str> {
        match self.get(name).map(|set| &set.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The path that a setting is set to. In the environment it is meant as it stands, from where the
    /// program runs.
    fn path_of(&self, name: &str) -> Option<PathBuf> {
        let text = self.text(name)?;
        let path = match text.strip_prefix("~/").zip(etcetera::home_dir().ok()) {
            Some((rest, home)) => home.join(rest),
            None => PathBuf::from(text),
        };
        match (self.get(name).map(|set| &set.origin), self.path.parent()) {
            (Some(Origin::File(_)), Some(directory)) => Some(directory.join(path)),
            _ => Some(path),
        }
    }

    /// The library to work on.
    pub fn library(&self) -> Option<PathBuf> {
        self.path_of("library")
    }

    /// The citation style of reading lists: a name, or the path of a `.csl` file.
    pub fn style(&self) -> Option<String> {
        let text = self.text("style")?;
        if text.ends_with(".csl") || text.contains(['/', '\\']) {
            return Some(self.path_of("style")?.to_string_lossy().into_owned());
        }
        Some(text.to_owned())
    }

    /// The language of the terms in reading lists.
    pub fn locale(&self) -> Option<&str> {
        self.text("locale")
    }

    /// The columns of the table that `find` prints.
    pub fn columns(&self) -> Option<&[String]> {
        match self.get("columns").map(|set| &set.value) {
            Some(Value::Words(words)) => Some(words),
            _ => None,
        }
    }

    /// How citation keys are made.
    pub fn key_pattern(&self) -> &str {
        self.text("key-pattern").unwrap_or(DEFAULT_KEY_PATTERN)
    }

    /// The name of the person.
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// The program that edits entries, with its arguments.
    pub fn editor(&self) -> Option<&str> {
        self.text("editor")
    }

    /// The directory from which the paths of linked files are meant.
    pub fn files(&self) -> Option<PathBuf> {
        self.path_of("files")
    }

    /// When to use colour: `auto`, `always` or `never`.
    pub fn color(&self) -> Option<&str> {
        self.text("color")
    }
}

/// The text of a configuration file with a setting set to a value, or taken out with `None`. Everything
/// else stays as the person wrote it: comments, order, white space.
///
/// # Errors
///
/// [`ConfigurationError::Malformed`], where the text is no TOML.
pub fn edited(
    path: &Path,
    text: &str,
    setting: &Setting,
    value: Option<&Value>,
) -> Result<String, ConfigurationError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = place(text, error.span());
        ConfigurationError::Malformed {
            path: path.to_owned(),
            line,
            column,
            reason: error.message().trim().replace('\n', ", "),
        }
    })?;
    // A person may have written key_pattern.
    let written = document
        .iter()
        .map(|(name, _)| name.to_owned())
        .find(|name| Setting::named(name).is_ok_and(|known| known.name == setting.name));
    let name = written.unwrap_or_else(|| setting.name.to_owned());
    match value {
        None => remove_but_its_comments(&mut document, &name),
        Some(value) => {
            let new = match value {
                Value::Text(text) => toml_edit::value(text),
                Value::Words(words) => toml_edit::value(words.iter().collect::<Array>()),
            };
            match document.get_mut(&name) {
                // What stands around the old value, a comment behind it say, stands around the new one.
                Some(Item::Value(old)) => {
                    let decor = old.decor().clone();
                    if let Item::Value(mut new) = new {
                        *new.decor_mut() = decor;
                        *old = new;
                    }
                }
                _ => {
                    // In a file of comments alone, they stand at its beginning.
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

/// Takes a line out of the document. The comments above it, which may be about the whole file, go to
/// the next line, or to the end.
fn remove_but_its_comments(document: &mut DocumentMut, name: &str) {
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

/// The line and column, from 1, at which a span of the text begins.
fn place(text: &str, span: Option<Range<usize>>) -> (usize, usize) {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}
