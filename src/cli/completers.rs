//! Completion of arguments: keys, tags, styles and so on, from the current library. Without a valid library,
//! nothing is completed, and no error is reported.
//!
//! The value name of an argument selects its completer: KEY completes keys, QUERY the fields of queries. A
//! new command only needs the usual value names.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::cli::CommandContext;
use crate::cli::columns::COLUMNS;
use crate::cli::context::GlobalOptions;
use peerbib::config::{SETTINGS, Setting, SettingKind};
use peerbib::csl::{EmbeddedLocales, bundled};
use peerbib::formats::bibtex::schema;
use peerbib::library::{Completion, Library, StepState};
use peerbib::output::terminal::visible;

/// The maximal number of keys; typing narrows down more.
const MOST: usize = 200;

/// The words of the command line that is being completed.
static WORDS: OnceLock<Vec<String>> = OnceLock::new();

/// Stores the command line that is being completed. Its other words are needed, too: the library, or the list
/// whose snapshots are completed.
pub(crate) fn remember(words: &[OsString]) {
    let words = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    // A process completes only one command line.
    let _ = WORDS.set(words);
}

fn words() -> &'static [String] {
    WORDS.get().map_or(&[], Vec::as_slice)
}

/// Adds a completer to each argument whose values are known.
pub(crate) fn with_completers(command: Command) -> Command {
    with_completers_below(command, "")
}

fn with_completers_below(command: Command, above: &str) -> Command {
    let path = format!("{above} {}", command.get_name());
    let path = path.trim_start_matches(" peerbib").trim().to_owned();
    command
        .mut_args(|argument| {
            let names = argument.get_value_names().unwrap_or_default();
            let name = names.first().map(ToString::to_string);
            match name.and_then(|name| completer_of(&path, argument.get_id().as_str(), &name)) {
                Some(completer) => argument.add(completer),
                None => argument,
            }
        })
        .mut_subcommands(|command| with_completers_below(command, &path))
}

/// Returns the completer for an argument of a command, by the name of its value.
fn completer_of(command: &str, argument: &str, value: &str) -> Option<ArgValueCompleter> {
    Some(match (value, command, argument) {
        ("PATH", "export", "file") => source_files(),
        ("VALUE", "config set", _) => setting_values(),
        ("WORD", "tag", _) => words_of_tag(),
        ("RULE", "check", _) => checks(),
        ("FILE", "import", _) => bibliographies(),
        ("KEY", "add", _) => return None,
        ("NAME", "list show" | "list snapshots", _) => snapshots(),
        ("NAME", "rules edit" | "rules remove" | "rules show" | "rules test", _) => rules(),
        ("NAME", "stats" | "timeline", "list") => lists(),
        ("FILE", "file remove" | "file open", _) => linked_files(),
        ("ORDER", "find", _) => orders(ORDERS_OF_QUERIES),
        ("ORDER", command, _) if command.starts_with("list ") => orders(ORDERS_OF_LISTS),
        ("COLUMN", ..) => columns(),
        ("STEP", "redo", _) => steps(&[StepState::Undone]),
        ("STEP", "undo", _) => steps(&[StepState::Done]),
        ("STEP", ..) => steps(&[StepState::Done, StepState::Undone, StepState::Dropped]),
        ("KEY|QUERY", ..) => keys_or(once_begun(query())),
        ("KEY|DOCUMENT", ..) => keys_or(files()),
        ("OTHER", "list move", _) | ("KEY", ..) => keys(),
        ("OTHER", "list section move", _) | ("SECTION", ..) => sections(),
        ("QUERY", ..) => query(),
        ("TAG" | "INTO", ..) => tags(),
        ("FACET", ..) => facets(),
        ("GROUP" | "AXIS", ..) => groups(),
        ("TYPE", ..) => types(),
        ("FIELD", ..) => fields(),
        ("FIELD=VALUE", ..) => field_values(),
        ("LIST", ..) => lists(),
        ("SNAPSHOT", ..) => snapshots(),
        ("STYLE", ..) => styles(),
        ("LOCALE", ..) => locales(),
        ("SETTING", ..) => settings(),
        ("COMMAND", ..) => commands(),
        ("FILE" | "PATH" | "DIRECTORY", ..) => files(),
        _ => return None,
    })
}

/// Returns the value of an option on the command line.
fn value_of_option(option: &str) -> Option<String> {
    let words = words();
    words.iter().enumerate().find_map(|(index, word)| {
        if word == option {
            return words.get(index + 1).cloned();
        }
        Some(word.strip_prefix(option)?.strip_prefix('=')?.to_owned())
    })
}

fn context() -> CommandContext {
    let options = GlobalOptions {
        library: value_of_option("--library").map(PathBuf::from),
        ..GlobalOptions::default()
    };
    CommandContext::new(options, &[])
}

/// Queries the library; returns nothing if it cannot be opened.
fn from_library(
    ask: impl FnOnce(&Library) -> peerbib::library::Result<Vec<Completion>>,
) -> Vec<Completion> {
    context()
        .library_path()
        .ok()
        .and_then(|path| Library::open_read_only(&path).ok())
        .and_then(|library| ask(&library).ok())
        .unwrap_or_default()
}

fn candidate(value: impl Into<String>, help: impl Into<String>) -> Completion {
    Completion {
        value: value.into(),
        help: Some(help.into()),
    }
}

/// Returns a completer for values that start with the word.
fn completer(
    choices: impl Fn(&str) -> Vec<Completion> + Send + Sync + 'static,
) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        candidates(word, "", choices(word))
    })
}

/// Returns the values that start with `word`, each after `before`.
fn candidates(word: &str, before: &str, choices: Vec<Completion>) -> Vec<CompletionCandidate> {
    let mut choices: Vec<Completion> = choices;
    // The shell prints candidates to the terminal as they are, so a value with control characters is left out.
    choices
        .retain(|choice| choice.value.starts_with(word) && visible(&choice.value) == choice.value);
    let candidates = choices.into_iter().map(|choice| {
        CompletionCandidate::new(format!("{before}{}", choice.value))
            .help(choice.help.map(|help| visible(&help).into_owned().into()))
    });
    candidates.collect()
}

/// Returns a completer for lists separated by commas.
fn list_completer(
    choices: impl Fn(&str) -> Vec<Completion> + Send + Sync + 'static,
) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        let (before, word) = word.split_at(word.rfind(',').map_or(0, |comma| comma + 1));
        candidates(word, before, choices(word))
    })
}

/// Completes keys.
fn keys() -> ArgValueCompleter {
    completer(|word| from_library(|library| library.candidates().keys(word, MOST)))
}

/// Completes keys and the values of another completer.
fn keys_or(other: ArgValueCompleter) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let mut all = keys().complete(word);
        all.extend(other.complete(word));
        all
    })
}

/// Completes a word that is not empty: where keys are wanted first, there are enough of them.
fn once_begun(other: ArgValueCompleter) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| match word.is_empty() {
        true => Vec::new(),
        false => other.complete(word),
    })
}

/// The sort orders of queries.
const ORDERS_OF_QUERIES: &[(&str, &str)] = &[
    ("author", "the first author"),
    ("year", "the year of issue"),
    ("title", "the title"),
    ("key", "the citation key"),
    ("type", "the type"),
    ("added", "the date of import"),
    ("changed", "the date of the last change"),
    ("original", "the original year"),
];

/// The sort orders of reading lists.
const ORDERS_OF_LISTS: &[(&str, &str)] = &[
    ("style", "the order of the citation style"),
    ("year", "the year of issue"),
    ("author", "the first author"),
    ("title", "the title"),
    ("added", "the date of import"),
    ("hand", "manually, with `peerbib list move`"),
];

/// Completes sort orders, which a minus reverses.
fn orders(orders: &'static [(&str, &str)]) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        let (sign, name) = match word.strip_prefix(['-', '\u{2212}']) {
            Some(name) => ("-", name),
            None => ("", word),
        };
        let choices = orders.iter().map(|(name, about)| candidate(*name, *about));
        candidates(name, sign, choices.collect())
    })
}

/// Completes columns, including the fields of BibLaTeX.
fn columns() -> ArgValueCompleter {
    list_completer(|_| {
        let own = COLUMNS.iter().map(|(name, about)| candidate(*name, *about));
        let fields = fields_for("").into_iter();
        let is_own = |field: &Completion| COLUMNS.iter().any(|(name, _)| *name == field.value);
        own.chain(fields.filter(|field| !is_own(field))).collect()
    })
}

/// Completes the steps of history in one of these states, the latest first.
fn steps(states: &'static [StepState]) -> ArgValueCompleter {
    completer(move |_| {
        from_library(|library| {
            let steps = library.history().log(Some(MOST))?.into_iter();
            let meant = steps.filter(|step| states.contains(&step.state));
            Ok(meant
                .map(|step| candidate(step.id.to_string(), step.command))
                .collect())
        })
    })
}

/// Completes the files of the work that an earlier word names.
fn linked_files() -> ArgValueCompleter {
    completer(|_| {
        from_library(|library| {
            let mut files = Vec::new();
            for word in words() {
                if let Some(work) = library.works().find(word)? {
                    files.extend(library.files().of_work(work)?);
                }
            }
            let mut choices: Vec<Completion> = Vec::new();
            for file in files {
                // The name is enough, and shorter than the path.
                let name = std::path::Path::new(&file.path).file_name();
                let name = name.map(|name| name.to_string_lossy().into_owned());
                for value in [Some(file.path.clone()), name].into_iter().flatten() {
                    if !choices.iter().any(|choice| choice.value == value) {
                        choices.push(Completion {
                            value,
                            help: file.description.clone(),
                        });
                    }
                }
            }
            Ok(choices)
        })
    })
}

/// Completes a query: its fields and their values. The word may be a quoted query, whose last term is
/// completed.
fn query() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        word.to_str().map_or_else(Vec::new, |word| {
            let (before, term) = word.split_at(start_of_term(word));
            match term.split_once(':') {
                None => candidates(term, before, fields_of_queries()),
                Some((field, values)) => {
                    // A comma starts another value; = means exactly this tag, and - reverses an order.
                    let is_sign = |c: char| matches!(c, ',' | '=') || (field == "sort" && c == '-');
                    let start = values.rfind(is_sign).map_or(0, |at| at + 1);
                    let (earlier, value) = values.split_at(start);
                    candidates(
                        value,
                        &format!("{before}{field}:{earlier}"),
                        values_of_field(field, value),
                    )
                }
            }
        })
    })
}

/// Returns the start of the last term of a query, after white space, parentheses and signs.
fn start_of_term(query: &str) -> usize {
    let mut is_quoted = false;
    let mut start = 0;
    for (at, character) in query.char_indices() {
        let end = at + character.len_utf8();
        match character {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => start = end,
            '-' | '\u{2212}' if at == start => start = end,
            _ if character.is_whitespace() => start = end,
            _ => {}
        }
    }
    start
}

fn fields_of_queries() -> Vec<Completion> {
    let mut fields: Vec<Completion> = peerbib::query::FIELDS
        .iter()
        .map(|field| candidate(format!("{}:", field.name), field.description))
        .collect();
    for facet in from_library(|library| library.candidates().facets()) {
        let name = format!("{}:", facet.value);
        if !fields.iter().any(|field| field.value == name) {
            fields.push(candidate(
                name,
                format!("tags of the facet {}", facet.value),
            ));
        }
    }
    fields
}

/// Returns the values of a field.
fn values_of_field(field: &str, value: &str) -> Vec<Completion> {
    let words = |words: &[(&str, &str)]| {
        let choices = words.iter().map(|(word, about)| candidate(*word, *about));
        choices.collect()
    };
    match field.to_lowercase().as_str() {
        "tag" | "tags" => tags_for(value),
        "type" => types_for(),
        "list" | "lists" => from_library(|library| library.candidates().lists()),
        "key" | "citekey" | "id" => from_library(|library| library.candidates().keys(value, MOST)),
        "lang" | "language" | "langid" => locales_for(),
        "origin" => words(&[
            ("hand", "by hand"),
            ("rule", "by a rule"),
            ("import", "by an import"),
        ]),
        "added" | "imported" | "changed" | "modified" => words(&[
            ("today", "since midnight"),
            ("7d", "in the last seven days"),
            ("30d", "in the last thirty days"),
        ]),
        "sort" | "order" => words(ORDERS_OF_QUERIES),
        "has" | "with" | "missing" | "no" | "without" => {
            let mut choices: Vec<Completion> = words(&[
                ("tag", "a tag of any facet"),
                ("note", "a private note"),
                ("file", "a linked file"),
                ("list", "membership in a reading list"),
            ]);
            choices.extend(from_library(|library| library.candidates().facets()));
            choices.extend(fields_for(""));
            choices
        }
        facet => {
            let tags = from_library(|library| library.candidates().tags(Some(facet)));
            let names = tags.into_iter().filter_map(|tag| {
                let (_, name) = tag.value.split_once(':')?;
                Some(Completion {
                    value: name.to_owned(),
                    help: tag.help,
                })
            });
            names.collect()
        }
    }
}

/// Completes tags, without their facet if the word has none.
fn tags() -> ArgValueCompleter {
    list_completer(tags_for)
}

fn tags_for(word: &str) -> Vec<Completion> {
    let tags = from_library(|library| library.candidates().tags(None));
    let mut choices = tags.clone();
    if !word.is_empty() && !word.contains(':') {
        // `oek` also completes to oekonux, which means movement:oekonux.
        choices.extend(tags.into_iter().filter_map(|tag| {
            let name = tag.value.split_once(':')?.1.to_owned();
            Some(Completion {
                value: name,
                help: Some(tag.value),
            })
        }));
    }
    choices
}

/// Completes the words of `peerbib tag`: a tag and keys, or a query with +TAG and -TAG.
fn words_of_tag() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        let text = word.to_string_lossy();
        if let Some(sign) = text.chars().next().filter(|c| "+-\u{2212}".contains(*c)) {
            let (sign, tag) = text.split_at(sign.len_utf8());
            return candidates(tag, sign, tags_for(tag));
        }
        let is_first = words()
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|before| before == "tag");
        let mut all = if is_first { tags() } else { keys() }.complete(word);
        if !text.is_empty() || is_first {
            all.extend(query().complete(word));
        }
        // A tag may also be a term of a query.
        let mut seen = std::collections::HashSet::new();
        all.retain(|candidate| seen.insert(candidate.get_value().to_owned()));
        all
    })
}

/// Completes facets.
fn facets() -> ArgValueCompleter {
    completer(|_| from_library(|library| library.candidates().facets()))
}

/// Completes BibLaTeX types, those of the library first.
fn types() -> ArgValueCompleter {
    list_completer(|_| types_for())
}

fn types_for() -> Vec<Completion> {
    let mut types = from_library(|library| library.candidates().types());
    let mut known: Vec<_> = schema::type_names().collect();
    known.sort_unstable();
    for name in known {
        if !types.iter().any(|there| there.value == name) {
            types.push(Completion {
                value: name.to_owned(),
                help: None,
            });
        }
    }
    types
}

/// Completes BibLaTeX fields.
fn fields() -> ArgValueCompleter {
    completer(|_| fields_for(""))
}

/// Completes `FIELD=`.
fn field_values() -> ArgValueCompleter {
    completer(|_| fields_for("="))
}

fn fields_for(suffix: &str) -> Vec<Completion> {
    let mut known: Vec<_> = schema::field_names().collect();
    known.sort_unstable();
    let fields = known.into_iter().map(|name| Completion {
        value: format!("{name}{suffix}"),
        help: None,
    });
    fields.collect()
}

/// Completes groupings.
fn groups() -> ArgValueCompleter {
    completer(|_| {
        let mut groups = from_library(|library| library.candidates().facets());
        groups.extend([
            candidate("year", "the year of issue"),
            candidate("type", "the type of the work"),
            candidate("author", "the first author"),
        ]);
        groups
    })
}

/// Completes the names of reading lists.
fn lists() -> ArgValueCompleter {
    completer(|_| from_library(|library| library.candidates().lists()))
}

/// Completes the snapshots of the reading list that an earlier word names.
fn snapshots() -> ArgValueCompleter {
    completer(|_| {
        from_library(|library| {
            let mut snapshots = Vec::new();
            for word in words() {
                snapshots.extend(library.candidates().snapshots(word)?);
            }
            Ok(snapshots)
        })
    })
}

/// Completes the sections of the reading list that an earlier word names.
fn sections() -> ArgValueCompleter {
    completer(|_| {
        from_library(|library| {
            let mut sections = Vec::new();
            for word in words() {
                sections.extend(library.candidates().sections(word)?);
            }
            Ok(sections)
        })
    })
}

/// Completes the names of rules.
fn rules() -> ArgValueCompleter {
    completer(|_| from_library(|library| library.candidates().rules()))
}

/// Completes imported files.
fn source_files() -> ArgValueCompleter {
    completer(|_| from_library(|library| library.candidates().source_files()))
}

/// Completes citation styles: bundled ones, added ones, and `.csl` files.
fn styles() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        let mut candidates = word
            .to_str()
            .map_or_else(Vec::new, |word| candidates(word, "", style_names()));
        if candidates.is_empty() {
            candidates = paths(word, &|path| {
                path.extension().is_some_and(|ending| ending == "csl")
            });
        }
        candidates
    })
}

fn style_names() -> Vec<Completion> {
    let mut styles: Vec<Completion> = context()
        .added_style_names()
        .into_iter()
        .map(|name| candidate(name, "added by you"))
        .collect();
    for style in bundled::styles() {
        for name in std::iter::once(style.name).chain(style.aliases) {
            styles.push(candidate(name, style.title.clone()));
        }
    }
    styles.sort_by(|one, other| one.value.cmp(&other.value));
    styles.dedup_by(|one, other| one.value == other.value);
    styles
}

/// Completes locales.
fn locales() -> ArgValueCompleter {
    completer(|_| locales_for())
}

fn locales_for() -> Vec<Completion> {
    let mut locales: Vec<Completion> = EmbeddedLocales
        .languages()
        .map(|language| Completion {
            value: language.to_owned(),
            help: None,
        })
        .collect();
    locales.sort();
    locales
}

/// Completes files.
fn files() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| paths(word, &|_| true))
}

/// Completes files and bundled bibliographies.
fn bibliographies() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        let shipped = peerbib::bundled::BIBLIOGRAPHIES
            .iter()
            .map(|shipped| candidate(shipped.path(), shipped.description))
            .collect();
        let mut all = paths(word, &|_| true);
        if let Some(word) = word.to_str() {
            all.extend(candidates(word, "", shipped));
        }
        all
    })
}

/// Returns the paths that start with the word: files that pass the filter, and directories.
fn paths(word: &OsStr, filter: &dyn Fn(&std::path::Path) -> bool) -> Vec<CompletionCandidate> {
    let word = word.to_string_lossy();
    let (directory, beginning) = word.split_at(word.rfind('/').map_or(0, |slash| slash + 1));
    let place = match directory.strip_prefix("~/").zip(etcetera::home_dir().ok()) {
        Some((rest, home)) => home.join(rest),
        None if directory.is_empty() => PathBuf::from("."),
        None => PathBuf::from(directory),
    };
    let Ok(entries) = std::fs::read_dir(place) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.to_owned();
            let is_hidden = name.starts_with('.') && !beginning.starts_with('.');
            if is_hidden || !name.starts_with(beginning) {
                return None;
            }
            if path.is_dir() {
                return Some(format!("{name}/"));
            }
            filter(&path).then_some(name)
        })
        .collect();
    names.sort();
    let candidates = names
        .into_iter()
        .filter(|name| visible(name) == *name)
        .map(|name| CompletionCandidate::new(format!("{directory}{name}")));
    candidates.collect()
}

/// Completes settings.
fn settings() -> ArgValueCompleter {
    completer(|_| {
        SETTINGS
            .iter()
            .map(|setting| candidate(setting.name, setting.about))
            .collect()
    })
}

/// Completes the values of the setting that an earlier word names.
fn setting_values() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        let set = words().iter().position(|word| word == "set");
        let name = set.and_then(|set| words().get(set + 1));
        let Some(setting) = name.and_then(|name| Setting::named(name).ok()) else {
            return Vec::new();
        };
        match (setting.name, setting.kind) {
            ("style", _) => styles().complete(word),
            ("locale", _) => locales().complete(word),
            ("columns", _) => columns().complete(word),
            ("library" | "files", _) => files().complete(word),
            (_, SettingKind::OneOf(values)) => values
                .iter()
                .filter(|value| value.starts_with(&*word.to_string_lossy()))
                .map(CompletionCandidate::new)
                .collect(),
            _ => Vec::new(),
        }
    })
}

/// Completes commands.
fn commands() -> ArgValueCompleter {
    completer(|_| {
        let line = crate::cli::command_line();
        let commands = line.get_subcommands().map(|command| {
            let about = command.get_about().map(ToString::to_string);
            candidate(command.get_name(), about.unwrap_or_default())
        });
        commands.collect()
    })
}

/// Completes the rules of `check`.
fn checks() -> ArgValueCompleter {
    completer(|_| {
        peerbib::checks::RULES
            .iter()
            .map(|rule| candidate(rule.name, rule.about))
            .collect()
    })
}
