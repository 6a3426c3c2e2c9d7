//! What the tab key offers behind each argument: keys, tags, styles and the like, as the library has them
//! at this moment. Where there is no library, or a broken one, nothing is offered and nothing is said.
//!
//! Arguments are completed by the name of their value: whatever takes a KEY is offered the keys, whatever
//! takes a QUERY the fields of queries. A new verb thus needs nothing but the usual names.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::cli::CommandContext;
use crate::cli::columns::COLUMNS;
use crate::cli::context::Options;
use peerbib::checks::vocabulary;
use peerbib::config::{Kind, SETTINGS, Setting};
use peerbib::csl::{EmbeddedLocales, shelf};
use peerbib::library::{Candidate, Library, StepState};

/// How many keys are offered at once; a person narrows more of them down by typing.
const MOST: usize = 200;

/// The words of the command line that is being completed.
static WORDS: OnceLock<Vec<String>> = OnceLock::new();

/// Remembers the command line that is being completed, which says what is meant: its library, the list
/// whose edition is asked for.
pub(crate) fn remember(words: &[OsString]) {
    let words = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    // A process completes one command line.
    let _ = WORDS.set(words);
}

fn words() -> &'static [String] {
    WORDS.get().map_or(&[], Vec::as_slice)
}

/// The command line with a completer for each argument whose values are known.
pub(crate) fn with_completers(command: Command) -> Command {
    below(command, "")
}

fn below(command: Command, above: &str) -> Command {
    let verb = format!("{above} {}", command.get_name());
    let verb = verb.trim_start_matches(" peerbib").trim().to_owned();
    command
        .mut_args(|argument| {
            let names = argument.get_value_names().unwrap_or_default();
            let name = names.first().map(ToString::to_string);
            match name.and_then(|name| completer_of(&verb, argument.get_id().as_str(), &name)) {
                Some(completer) => argument.add(completer),
                None => argument,
            }
        })
        .mut_subcommands(|command| below(command, &verb))
}

/// The completer for an argument of a verb, by the name of its value.
fn completer_of(verb: &str, argument: &str, value: &str) -> Option<ArgValueCompleter> {
    Some(match (value, verb, argument) {
        ("PATH", "export", "file") => source_files(),
        ("VALUE", "config set", _) => setting_values(),
        ("WORD", "tag", _) => words_of_tag(),
        ("RULE", "check", _) => checks(),
        ("FILE", "import", _) => bibliographies(),
        ("KEY", "add", _) => return None,
        ("NAME", "list show" | "list editions", _) => editions(),
        ("NAME", "rules edit" | "rules remove" | "rules show" | "rules test", _) => rules(),
        ("NAME", "stats" | "timeline", "list") => lists(),
        ("FILE", "file remove" | "file open", _) => linked_files(),
        ("ORDER", "find", _) => orders(ORDERS_OF_QUERIES),
        ("ORDER", verb, _) if verb.starts_with("list ") => orders(ORDERS_OF_LISTS),
        ("COLUMN", ..) => columns(),
        ("STEP", "redo", _) => steps(&[StepState::Undone]),
        ("STEP", "undo", _) => steps(&[StepState::Done]),
        ("STEP", ..) => steps(&[StepState::Done, StepState::Undone, StepState::Dropped]),
        ("KEY|QUERY", ..) => keys_or(query()),
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
        ("EDITION", ..) => editions(),
        ("STYLE", ..) => styles(),
        ("LOCALE", ..) => locales(),
        ("SETTING", ..) => settings(),
        ("VERB", ..) => verbs(),
        ("FILE" | "PATH" | "DIRECTORY", ..) => files(),
        _ => return None,
    })
}

/// The value that an option has on the command line.
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
    let options = Options {
        library: value_of_option("--library").map(PathBuf::from),
        ..Options::default()
    };
    CommandContext::new(options, &[])
}

/// What the library offers; nothing, where it cannot be looked at.
fn from_library(
    ask: impl FnOnce(&Library) -> peerbib::library::Result<Vec<Candidate>>,
) -> Vec<Candidate> {
    context()
        .library_path()
        .ok()
        .and_then(|path| Library::open_read_only(&path).ok())
        .and_then(|library| ask(&library).ok())
        .unwrap_or_default()
}

fn offer(value: impl Into<String>, help: impl Into<String>) -> Candidate {
    Candidate {
        value: value.into(),
        help: Some(help.into()),
    }
}

/// A completer that offers what begins as the word does.
fn completer(offers: impl Fn(&str) -> Vec<Candidate> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        candidates(word, "", offers(word))
    })
}

/// The offers that begin as `word` does, with `before` in front of them.
fn candidates(word: &str, before: &str, offers: Vec<Candidate>) -> Vec<CompletionCandidate> {
    let mut offers: Vec<Candidate> = offers;
    offers.retain(|offer| offer.value.starts_with(word));
    let candidates = offers.into_iter().map(|offer| {
        CompletionCandidate::new(format!("{before}{}", offer.value))
            .help(offer.help.map(Into::into))
    });
    candidates.collect()
}

/// A completer for a list with commas between its members.
fn list_completer(
    offers: impl Fn(&str) -> Vec<Candidate> + Send + Sync + 'static,
) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        let (before, word) = word.split_at(word.rfind(',').map_or(0, |comma| comma + 1));
        candidates(word, before, offers(word))
    })
}

/// The keys of works.
fn keys() -> ArgValueCompleter {
    completer(|word| from_library(|library| library.complete_keys(word, MOST)))
}

/// The keys of works, or what another completer offers.
fn keys_or(other: ArgValueCompleter) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let mut all = keys().complete(word);
        all.extend(other.complete(word));
        all
    })
}

/// By what a query can sort works.
const ORDERS_OF_QUERIES: &[(&str, &str)] = &[
    ("author", "the first author"),
    ("year", "the year of issue"),
    ("title", "the title"),
    ("key", "the citation key"),
    ("type", "the type"),
    ("added", "when the work came into the library"),
    ("changed", "when its entry last changed"),
    ("original", "the year in which the work first came out"),
];

/// The orders that a reading list can have.
const ORDERS_OF_LISTS: &[(&str, &str)] = &[
    ("style", "as the citation style has it"),
    ("year", "the year of issue"),
    ("author", "the first author"),
    ("title", "the title"),
    ("added", "when the work came into the library"),
    ("hand", "as `peerbib list move` put them"),
];

/// Orders, which a minus sign turns round.
fn orders(orders: &'static [(&str, &str)]) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        let (sign, name) = match word.strip_prefix(['-', '\u{2212}']) {
            Some(name) => ("-", name),
            None => ("", word),
        };
        let offers = orders.iter().map(|(name, about)| offer(*name, *about));
        candidates(name, sign, offers.collect())
    })
}

/// The columns of an overview: those that are its own, and the fields of BibLaTeX.
fn columns() -> ArgValueCompleter {
    list_completer(|_| {
        let own = COLUMNS.iter().map(|(name, about)| offer(*name, *about));
        let fields = fields_for("").into_iter();
        let is_own = |field: &Candidate| COLUMNS.iter().any(|(name, _)| *name == field.value);
        own.chain(fields.filter(|field| !is_own(field))).collect()
    })
}

/// The steps of history that are in one of these states, the latest first, with their command lines.
fn steps(states: &'static [StepState]) -> ArgValueCompleter {
    completer(move |_| {
        from_library(|library| {
            let steps = library.log(Some(MOST))?.into_iter();
            let meant = steps.filter(|step| states.contains(&step.state));
            Ok(meant
                .map(|step| offer(step.id.to_string(), step.command))
                .collect())
        })
    })
}

/// The files of the work that an earlier word names.
fn linked_files() -> ArgValueCompleter {
    completer(|_| {
        from_library(|library| {
            let mut files = Vec::new();
            for word in words() {
                if let Some(work) = library.find_key(word)? {
                    files.extend(library.linked_files(work)?);
                }
            }
            let mut offers: Vec<Candidate> = Vec::new();
            for file in files {
                // A file far from the root has a long path, and its name says enough.
                let name = std::path::Path::new(&file.path).file_name();
                let name = name.map(|name| name.to_string_lossy().into_owned());
                for value in [Some(file.path.clone()), name].into_iter().flatten() {
                    if !offers.iter().any(|offer| offer.value == value) {
                        offers.push(Candidate {
                            value,
                            help: file.description.clone(),
                        });
                    }
                }
            }
            Ok(offers)
        })
    })
}

/// A query: its fields, and what can stand behind their colons. The word may be a whole query between
/// quotation marks, of which the last term is completed.
fn query() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        word.to_str().map_or_else(Vec::new, |word| {
            let (before, term) = word.split_at(start_of_term(word));
            match term.split_once(':') {
                None => candidates(term, before, fields_of_queries()),
                Some((field, values)) => {
                    // Behind a comma another value begins; = asks for the very tag, and - turns an order.
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

/// Where the last term of a query begins: behind white space, brackets and signs.
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

fn fields_of_queries() -> Vec<Candidate> {
    let mut fields: Vec<Candidate> = peerbib::query::FIELDS
        .iter()
        .map(|field| offer(format!("{}:", field.name), field.description))
        .collect();
    for facet in from_library(Library::complete_facets) {
        let name = format!("{}:", facet.value);
        if !fields.iter().any(|field| field.value == name) {
            fields.push(offer(name, format!("tags of the facet {}", facet.value)));
        }
    }
    fields
}

/// What can stand behind the colon of a field.
fn values_of_field(field: &str, value: &str) -> Vec<Candidate> {
    let words = |words: &[(&str, &str)]| {
        let offers = words.iter().map(|(word, about)| offer(*word, *about));
        offers.collect()
    };
    match field.to_lowercase().as_str() {
        "tag" | "tags" => tags_for(value),
        "type" => types_for(),
        "list" | "lists" => from_library(Library::complete_lists),
        "key" | "citekey" | "id" => from_library(|library| library.complete_keys(value, MOST)),
        "lang" | "language" | "langid" => locales_for(),
        "origin" => words(&[
            ("hand", "put on by a person"),
            ("rule", "put on by a rule"),
            ("import", "came with an imported file"),
        ]),
        "identification" => words(&[
            ("certain", "it is certain which work is meant"),
            ("probable", "inferred from author, year and topic"),
            ("unresolved", "not found out"),
        ]),
        "added" | "imported" | "changed" | "modified" => words(&[
            ("today", "since midnight"),
            ("7d", "in the last seven days"),
            ("30d", "in the last thirty days"),
        ]),
        "sort" | "order" => words(ORDERS_OF_QUERIES),
        "has" | "with" | "missing" | "no" | "without" => {
            let mut offers: Vec<Candidate> = words(&[
                ("tag", "a tag of any facet"),
                ("note", "a note of yours"),
                ("file", "a linked file"),
                ("list", "a place in a reading list"),
            ]);
            offers.extend(from_library(Library::complete_facets));
            offers.extend(fields_for(""));
            offers
        }
        facet => {
            let tags = from_library(|library| library.complete_tags(Some(facet)));
            let names = tags.into_iter().filter_map(|tag| {
                let (_, name) = tag.value.split_once(':')?;
                Some(Candidate {
                    value: name.to_owned(),
                    help: tag.help,
                })
            });
            names.collect()
        }
    }
}

/// Tags, with their facet or, where the word has none, without.
fn tags() -> ArgValueCompleter {
    list_completer(tags_for)
}

fn tags_for(word: &str) -> Vec<Candidate> {
    let tags = from_library(|library| library.complete_tags(None));
    let mut offers = tags.clone();
    if !word.is_empty() && !word.contains(':') {
        // `oek` is on the way to oekonux, which means movement:oekonux.
        offers.extend(tags.into_iter().filter_map(|tag| {
            let name = tag.value.split_once(':')?.1.to_owned();
            Some(Candidate {
                value: name,
                help: Some(tag.value),
            })
        }));
    }
    offers
}

/// What `peerbib tag` takes: a tag and keys, or a query with +TAG and -TAG among its words.
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
        // A tag is a condition of a query, too.
        let mut seen = std::collections::HashSet::new();
        all.retain(|candidate| seen.insert(candidate.get_value().to_owned()));
        all
    })
}

/// The facets of tags.
fn facets() -> ArgValueCompleter {
    completer(|_| from_library(Library::complete_facets))
}

/// The types of BibLaTeX, those that the library has first.
fn types() -> ArgValueCompleter {
    list_completer(|_| types_for())
}

fn types_for() -> Vec<Candidate> {
    let mut types = from_library(Library::complete_types);
    for name in vocabulary::TYPES {
        if !types.iter().any(|there| there.value == *name) {
            types.push(Candidate {
                value: (*name).to_owned(),
                help: None,
            });
        }
    }
    types
}

/// The fields of BibLaTeX.
fn fields() -> ArgValueCompleter {
    completer(|_| fields_for(""))
}

/// The fields of BibLaTeX with a sign of equality, for what they are set to.
fn field_values() -> ArgValueCompleter {
    completer(|_| fields_for("="))
}

fn fields_for(behind: &str) -> Vec<Candidate> {
    let fields = vocabulary::FIELDS.iter().map(|name| Candidate {
        value: format!("{name}{behind}"),
        help: None,
    });
    fields.collect()
}

/// What works can be grouped by.
fn groups() -> ArgValueCompleter {
    completer(|_| {
        let mut groups = from_library(Library::complete_facets);
        groups.extend([
            offer("year", "the year of issue"),
            offer("type", "the type of the work"),
            offer("author", "the first author"),
        ]);
        groups
    })
}

/// The names of reading lists.
fn lists() -> ArgValueCompleter {
    completer(|_| from_library(Library::complete_lists))
}

/// The editions of the reading list that an earlier word names.
fn editions() -> ArgValueCompleter {
    completer(|_| {
        from_library(|library| {
            let mut editions = Vec::new();
            for word in words() {
                editions.extend(library.complete_editions(word)?);
            }
            Ok(editions)
        })
    })
}

/// The sections of the reading list that an earlier word names.
fn sections() -> ArgValueCompleter {
    completer(|_| {
        from_library(|library| {
            let mut sections = Vec::new();
            for word in words() {
                sections.extend(library.complete_sections(word)?);
            }
            Ok(sections)
        })
    })
}

/// The rules that tag works.
fn rules() -> ArgValueCompleter {
    completer(|_| from_library(Library::complete_rules))
}

/// The files that were imported.
fn source_files() -> ArgValueCompleter {
    completer(|_| from_library(Library::complete_source_files))
}

/// Citation styles: those that come with peerbib, those that the person added, and `.csl` files.
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

fn style_names() -> Vec<Candidate> {
    let mut styles: Vec<Candidate> = context()
        .added_style_names()
        .into_iter()
        .map(|name| offer(name, "yours"))
        .collect();
    for style in shelf::styles() {
        for name in std::iter::once(style.name).chain(style.aliases) {
            styles.push(offer(name, style.title.clone()));
        }
    }
    styles.sort_by(|one, other| one.value.cmp(&other.value));
    styles.dedup_by(|one, other| one.value == other.value);
    styles
}

/// The locales of the Citation Style Language.
fn locales() -> ArgValueCompleter {
    completer(|_| locales_for())
}

fn locales_for() -> Vec<Candidate> {
    let mut locales: Vec<Candidate> = EmbeddedLocales
        .languages()
        .map(|language| Candidate {
            value: language.to_owned(),
            help: None,
        })
        .collect();
    locales.sort();
    locales
}

/// Files, in the directory that the word names.
fn files() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| paths(word, &|_| true))
}

/// Bibliographies: files, and those that come with peerbib.
fn bibliographies() -> ArgValueCompleter {
    ArgValueCompleter::new(|word: &OsStr| {
        let shipped = peerbib::bundled::BIBLIOGRAPHIES
            .iter()
            .map(|shipped| offer(shipped.path(), shipped.description))
            .collect();
        let mut all = paths(word, &|_| true);
        if let Some(word) = word.to_str() {
            all.extend(candidates(word, "", shipped));
        }
        all
    })
}

/// The files that `is_meant`, and all directories, that begin as the word does.
fn paths(word: &OsStr, is_meant: &dyn Fn(&std::path::Path) -> bool) -> Vec<CompletionCandidate> {
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
            is_meant(&path).then_some(name)
        })
        .collect();
    names.sort();
    let candidates = names
        .into_iter()
        .map(|name| CompletionCandidate::new(format!("{directory}{name}")));
    candidates.collect()
}

/// What can be set in the configuration.
fn settings() -> ArgValueCompleter {
    completer(|_| {
        SETTINGS
            .iter()
            .map(|setting| offer(setting.name, setting.about))
            .collect()
    })
}

/// What the setting that an earlier word names can be set to.
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
            (_, Kind::OneOf(values)) => values
                .iter()
                .filter(|value| value.starts_with(&*word.to_string_lossy()))
                .map(CompletionCandidate::new)
                .collect(),
            _ => Vec::new(),
        }
    })
}

/// The verbs of peerbib.
fn verbs() -> ArgValueCompleter {
    completer(|_| {
        let line = crate::cli::command_line();
        let verbs = line.get_subcommands().map(|verb| {
            let about = verb.get_about().map(ToString::to_string);
            offer(verb.get_name(), about.unwrap_or_default())
        });
        verbs.collect()
    })
}

/// The rules of `check`.
fn checks() -> ArgValueCompleter {
    completer(|_| {
        peerbib::checks::RULES
            .iter()
            .map(|rule| offer(rule.name, rule.about))
            .collect()
    })
}
