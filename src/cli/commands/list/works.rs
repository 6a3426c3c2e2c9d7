//! The works of a list that a command names, and how they stand there.

use std::collections::{HashMap, HashSet};

use clap::Args;

use crate::cli::commands::tag::named_works;
use crate::cli::{CommandContext, CommandError};
use peerbib::library::{Library, LibraryError, Standing, StoredList};
use peerbib::reading_list::asked;

/// A list, and the works that are meant.
#[derive(Debug, Args)]
pub(crate) struct ListedWorks {
    /// The list
    #[arg(value_name = "LIST")]
    pub(crate) list: String,

    /// The works, by citation key
    #[arg(value_name = "KEY")]
    pub(crate) keys: Vec<String>,

    /// The works that a query finds
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(crate) find: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A list with works that were named.
pub(crate) struct Chosen {
    pub(crate) library: Library,
    pub(crate) list: StoredList,
    pub(crate) works: Vec<ChosenWork>,
    /// Keys that no work of the library has.
    unknown: Vec<LibraryError>,
}

/// A work that was named.
pub(crate) struct ChosenWork {
    pub(crate) id: i64,
    pub(crate) key: String,
    /// Whether it stands in the list, whatever the query finds.
    pub(crate) standing: Option<Standing>,
    /// Whether the query of the list finds it.
    pub(crate) found: bool,
}

impl ListedWorks {
    /// Whether no work is named.
    pub(crate) fn names_none(&self) -> bool {
        self.keys.is_empty() && self.find.is_none()
    }

    /// The list, and the works that are named, each once.
    ///
    /// # Errors
    ///
    /// Where no work is named, and where there is no such list.
    pub(crate) fn chosen(&self, context: &CommandContext) -> Result<Chosen, CommandError> {
        let library = context.open_to_change_or_rehearse(self.dry_run)?;
        let list = library.list(&self.list)?;
        if self.names_none() {
            return Err(CommandError::usage("no work is named")
                .with_help("name works by key, or with --find by a query".to_owned()));
        }
        let mut named = Vec::new();
        let mut unknown = Vec::new();
        for key in &self.keys {
            match library.work_id(key) {
                Ok(work) => named.push(work),
                Err(error @ LibraryError::UnknownKey { .. }) => unknown.push(error),
                Err(error) => return Err(error.into()),
            }
        }
        let found = named_works(context, &library, &[], self.find.as_deref())?;
        named.extend(found.iter().map(|(work, _)| *work));
        let mut seen = HashSet::new();
        named.retain(|work| seen.insert(*work));
        let standing: HashMap<i64, Standing> = library
            .listed_works(list.id)?
            .iter()
            .filter_map(|said| Some((said.work?, said.standing?)))
            .collect();
        let found = match &list.query {
            Some(query) => {
                let found = library.matching_ids(&asked(&library, query)?)?;
                found.into_iter().collect()
            }
            None => HashSet::new(),
        };
        let works = named
            .into_iter()
            .map(|id| {
                Ok(ChosenWork {
                    id,
                    key: library.key_of(id)?,
                    standing: standing.get(&id).copied(),
                    found: found.contains(&id),
                })
            })
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        Ok(Chosen {
            library,
            list,
            works,
            unknown,
        })
    }
}

impl Chosen {
    /// Refuses keys that no work has.
    ///
    /// # Errors
    ///
    /// Where a key is unknown.
    pub(crate) fn all_known(mut self) -> Result<Self, CommandError> {
        if self.unknown.is_empty() {
            Ok(self)
        } else {
            Err(self.unknown.swap_remove(0).into())
        }
    }

    /// The unknown keys of which the list says something all the same.
    ///
    /// # Errors
    ///
    /// Where a key is unknown to the list, too.
    pub(crate) fn take_missing(&mut self) -> Result<Vec<String>, CommandError> {
        let said = self.library.listed_works(self.list.id)?;
        let mut missing = Vec::new();
        for error in self.unknown.drain(..) {
            match &error {
                LibraryError::UnknownKey { key, .. }
                    if said
                        .iter()
                        .any(|said| said.work.is_none() && said.key == *key) =>
                {
                    missing.push(key.clone());
                }
                _ => return Err(error.into()),
            }
        }
        Ok(missing)
    }
}

/// Lines of text, each with its end.
pub(crate) fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// How a work would stand in a list.
pub(crate) fn would_be(key: &str, standing: Option<Standing>) -> String {
    match standing {
        Some(Standing::Pinned) => format!("{key} would be pinned"),
        Some(Standing::Excluded) => format!("{key} would be excluded"),
        None => format!("{key} would be neither pinned nor excluded"),
    }
}
