//! Libraries of Zotero as input: `zotero:` and `zotero:PATH`.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::format_name::FormatName;
use crate::cli::hints;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::formats::{Diagnostic, Records, Severity, ZOTERO};
use peerbib::library::{
    Change, Choice, CollectionsAs, Conflict, FileReport, StoredList, SyncOptions, ZoteroImport,
};
use peerbib::suggest::{closest, did_you_mean};
use peerbib::text::fold;
use peerbib::zotero::database::{
    Collection, Database, DatabaseError, LibraryContent, Location, UserDirectories, ZoteroLibrary,
};
use peerbib::zotero::{self, ZoteroItem};

/// The prefix of Zotero's data directory in arguments.
const PREFIX: &str = "zotero:";

/// The part of Zotero that is read.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ZoteroArgs {
    /// For zotero: only this collection and those below it, by name or PARENT/NAME
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,

    /// For zotero: the library of this group instead of your own
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
}

/// The treatment of Zotero's collections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CollectionsTarget {
    /// Tags such as collection:commons
    #[default]
    Tags,
    /// Reading lists
    Lists,
}

/// A library of Zotero that was read.
pub(crate) struct ZoteroInput {
    /// Its name in reports and in peerbib's library.
    pub(crate) path: String,
    pub(crate) content: LibraryContent,
    /// The keys of the items that were asked for; none for all.
    selected: Option<HashSet<String>>,
    /// The collections that were asked for.
    collections: Vec<Collection>,
    /// The settings of the reading lists that collections become; none if they become tags.
    lists: Option<StoredList>,
}

/// Returns whether an argument names a database of Zotero.
pub(crate) fn is_zotero(name: &str, from: Option<FormatName>) -> bool {
    if name.starts_with(PREFIX) || from.is_some_and(|from| from.format().is_database()) {
        return true;
    }
    let path = Path::new(name);
    if from.is_some() || name == "-" {
        return false;
    }
    if path.is_dir() {
        return path.join("zotero.sqlite").is_file();
    }
    // Only a file: reading a pipe would take its first bytes.
    let mut start = [0; 16];
    path.is_file()
        && File::open(path)
            .and_then(|mut file| file.read_exact(&mut start))
            .is_ok()
        && (ZOTERO.sniff)(&String::from_utf8_lossy(&start))
}

impl ZoteroArgs {
    /// Fails if an option is given although nothing is read from Zotero.
    pub(crate) fn check(&self, reads_zotero: bool) -> Result<()> {
        let given = [
            ("--collection", self.collection.is_empty()),
            ("--group", self.group.is_empty()),
        ];
        match given.iter().find(|(_, is_empty)| !is_empty) {
            Some((option, _)) if !reads_zotero => Err(CommandError::usage(format_args!(
                "{option} is for imports from Zotero"
            ))
            .with_help("the input for it is zotero: or zotero:PATH".to_owned())),
            _ => Ok(()),
        }
    }

    /// Reads the libraries that were asked for: the user's own, or those of groups. Their collections become reading lists
    /// like `lists`, or else tags.
    pub(crate) fn read(
        &self,
        context: &CommandContext,
        name: &str,
        lists: Option<&StoredList>,
    ) -> Result<Vec<ZoteroInput>> {
        let read = |error: DatabaseError| {
            let advice = hints::zotero(&error);
            CommandError::new(&error).with_help(advice)
        };
        let user = UserDirectories::of_environment();
        let location = match name.strip_prefix(PREFIX).unwrap_or(name) {
            "" => Location::find(&user),
            path => Location::at(Path::new(path), &user),
        };
        let database = location.and_then(Database::open).map_err(read)?;
        context.detail(format_args!(
            "Zotero\u{2019}s data directory: {}",
            database.location().directory.display()
        ));
        let libraries = self.libraries(database.libraries().map_err(read)?)?;
        let mut inputs = Vec::with_capacity(libraries.len());
        for library in libraries {
            let mut content = database.read(&library).map_err(read)?;
            content.problems.extend(database.problems.iter().cloned());
            let directory = database.location().directory.to_string_lossy().into_owned();
            let path = match library.group {
                None => format!("{PREFIX}{directory}"),
                Some(group) => format!("{PREFIX}{directory}/groups/{group}"),
            };
            inputs.push(ZoteroInput {
                path,
                collections: content.collections.clone(),
                content,
                selected: None,
                lists: lists.cloned(),
            });
        }
        self.select(&mut inputs)?;
        Ok(inputs)
    }

    /// Returns the libraries that were asked for.
    fn libraries(&self, all: Vec<ZoteroLibrary>) -> Result<Vec<ZoteroLibrary>> {
        if self.group.is_empty() {
            return Ok(all
                .into_iter()
                .filter(|library| library.group.is_none())
                .collect());
        }
        let is_meant = |library: &ZoteroLibrary, name: &str| {
            fold(&library.name) == fold(name)
                || library.group.is_some_and(|group| group.to_string() == name)
        };
        for name in &self.group {
            if !all.iter().any(|library| is_meant(library, name)) {
                let names = all.iter().filter(|library| library.group.is_some());
                let names = names.map(|library| library.name.clone());
                return Err(unknown("group", name, names.collect()));
            }
        }
        let meant = all
            .into_iter()
            .filter(|library| self.group.iter().any(|name| is_meant(library, name)));
        Ok(meant.collect())
    }

    /// Restricts the libraries to the collections that were asked for, with those below them.
    fn select(&self, inputs: &mut [ZoteroInput]) -> Result<()> {
        if self.collection.is_empty() {
            return Ok(());
        }
        let is_meant = |path: &[String], name: &str| {
            let wanted = fold(name);
            (0..path.len()).any(|start| {
                path.get(start..)
                    .is_some_and(|names| fold(&names.join("/")) == wanted)
            })
        };
        for name in &self.collection {
            let mut all = inputs.iter().flat_map(|input| &input.content.collections);
            if !all.any(|collection| is_meant(&collection.path, name)) {
                let all = inputs.iter().flat_map(|input| &input.content.collections);
                let names = all.filter_map(|collection| collection.path.last().cloned());
                return Err(unknown("collection", name, names.collect()));
            }
        }
        for input in inputs {
            // A collection belongs to the selection with all that have its path as the beginning of theirs.
            input.collections.retain(|collection| {
                (1..=collection.path.len()).any(|end| {
                    let above = collection.path.get(..end).unwrap_or_default();
                    self.collection.iter().any(|name| is_meant(above, name))
                })
            });
            let selected = input.collections.iter();
            let selected = selected.flat_map(|collection| collection.items.iter().cloned());
            input.selected = Some(selected.collect());
        }
        Ok(())
    }
}

/// Returns the error for a group or collection that Zotero does not have.
fn unknown(what: &str, name: &str, mut names: Vec<String>) -> CommandError {
    names.sort();
    names.dedup();
    let similar = closest(name, names.iter().cloned());
    let help = if similar.is_empty() {
        match names.as_slice() {
            [] => format!("Zotero has no {what}s"),
            names => format!("Zotero has {}", names.join(", ")),
        }
    } else {
        did_you_mean(&similar).unwrap_or_default()
    };
    CommandError::new(format_args!("Zotero has no {what} \u{201c}{name}\u{201d}")).with_help(help)
}

impl ZoteroInput {
    /// Imports the library, or follows it if it was imported before.
    pub(crate) fn import(
        &self,
        change: &Change<'_>,
        options: SyncOptions,
        ask: &mut dyn FnMut(&Conflict) -> Choice,
        advance: &mut dyn FnMut(usize),
    ) -> peerbib::library::Result<FileReport> {
        let import = ZoteroImport {
            path: &self.path,
            items: &self.content.items,
            selected: self.selected.as_ref(),
            collections: &self.content.collections,
            problems: &self.content.problems,
            collections_as: match &self.lists {
                None => CollectionsAs::Tags,
                Some(template) => CollectionsAs::Lists(template, &self.collections),
            },
        };
        change.import_zotero(import, options, ask, advance)
    }

    /// Returns the items that were asked for as references for other formats, with a report of what does not become
    /// part of them.
    pub(crate) fn records(&self) -> Records {
        let is_selected = |item: &&ZoteroItem| {
            let selected = self.selected.as_ref();
            selected.is_none_or(|selected| selected.contains(&item.key))
        };
        let items: Vec<ZoteroItem> = self
            .content
            .items
            .iter()
            .filter(is_selected)
            .cloned()
            .collect();
        let mut records = zotero::read(&items);
        if let Records::Items(parsed) = &mut records {
            let keys: HashMap<&str, Option<String>> = items
                .iter()
                .map(|item| (item.key.as_str(), zotero::citation_key(item)))
                .collect();
            let problems = self.content.problems.iter().filter_map(|problem| {
                let key = match &problem.item {
                    None => None,
                    Some(item) => keys.get(item.as_str())?.clone(),
                };
                Some(Diagnostic {
                    line: 0,
                    key,
                    field: None,
                    message: problem.message.clone(),
                    severity: problem.severity,
                })
            });
            parsed.problems.extend(problems);
            parsed.problems.extend(left_behind(&items));
        }
        records
    }
}

/// Returns what belongs to items and is no part of references.
fn left_behind(items: &[ZoteroItem]) -> Option<Diagnostic> {
    let count = |count: fn(&ZoteroItem) -> usize| items.iter().map(count).sum::<usize>();
    let counts = [
        (count(|item| item.notes.len()), "notes"),
        (
            count(|item| {
                item.attachments
                    .iter()
                    .map(|file| file.annotations.len())
                    .sum()
            }),
            "annotations",
        ),
        (
            count(|item| item.collections.len()),
            "places in collections",
        ),
        (
            count(|item| item.relations.values().map(Vec::len).sum()),
            "relations",
        ),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} ({count})"))
        .collect();
    (!counts.is_empty()).then(|| Diagnostic {
        line: 0,
        key: None,
        field: None,
        message: format!(
            "left out, because only `peerbib import` keeps them: {}",
            counts.join(", ")
        ),
        severity: Severity::Notice,
    })
}
