//! The works that a command names, and their membership in a list.

use std::collections::{HashMap, HashSet};

use clap::Args;

use crate::cli::commands::tag::named_works;
use crate::cli::{CommandContext, CommandError};
use peerbib::library::{Library, LibraryError, Membership, StoredList};
use peerbib::reading_list::list_queries;

/// A list and works.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    /// The list
    #[arg(value_name = "LIST")]
    pub(crate) list: String,

    /// The citation keys of the works
    #[arg(value_name = "KEY")]
    pub(crate) keys: Vec<String>,

    /// The works that match a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(crate) find: Option<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A list with the selected works.
pub(crate) struct SelectedWorks {
    pub(crate) library: Library,
    pub(crate) list: StoredList,
    pub(crate) works: Vec<SelectedWork>,
    /// Keys that no work has.
    unknown: Vec<LibraryError>,
}

/// A selected work.
pub(crate) struct SelectedWork {
    pub(crate) id: i64,
    pub(crate) key: String,
    /// Its membership, independent of the query.
    pub(crate) membership: Option<Membership>,
    /// Whether a query of the list or of its sections matches it.
    pub(crate) found: bool,
}

impl WorkArgs {
    /// Returns whether no works are given.
    pub(crate) fn names_none(&self) -> bool {
        self.keys.is_empty() && self.find.is_none()
    }

    /// Returns the list and the works, each once.
    ///
    /// # Errors
    ///
    /// If no works are given, or the list does not exist.
    pub(crate) fn select(&self, context: &CommandContext) -> Result<SelectedWorks, CommandError> {
        let library = context.open_to_change_unless(self.dry_run)?;
        let list = library.lists().get(&self.list)?;
        if self.names_none() {
            return Err(CommandError::usage("no works given")
                .with_help("give their keys, or --find QUERY".to_owned()));
        }
        let mut named = Vec::new();
        let mut unknown = Vec::new();
        for key in &self.keys {
            match library.works().id(key) {
                Ok(work) => named.push(work),
                Err(error @ LibraryError::UnknownKey { .. }) => unknown.push(error),
                Err(error) => return Err(error.into()),
            }
        }
        let found = named_works(context, &library, &[], self.find.as_deref())?;
        named.extend(found.iter().map(|(work, _)| *work));
        let mut seen = HashSet::new();
        named.retain(|work| seen.insert(*work));
        let membership: HashMap<i64, Membership> = library
            .lists()
            .entries(list.id)?
            .iter()
            .filter_map(|said| Some((said.work?, said.membership?)))
            .collect();
        let mut found = HashSet::new();
        for query in list_queries(&library, &list)? {
            found.extend(library.works().ids_matching(&query)?);
        }
        let works = named
            .into_iter()
            .map(|id| {
                Ok(SelectedWork {
                    id,
                    key: library.works().key(id)?,
                    membership: membership.get(&id).copied(),
                    found: found.contains(&id),
                })
            })
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        Ok(SelectedWorks {
            library,
            list,
            works,
            unknown,
        })
    }
}

impl SelectedWorks {
    /// Rejects unknown keys.
    ///
    /// # Errors
    ///
    /// If a key is unknown.
    pub(crate) fn all_known(mut self) -> Result<Self, CommandError> {
        if self.unknown.is_empty() {
            Ok(self)
        } else {
            Err(self.unknown.swap_remove(0).into())
        }
    }

    /// Removes and returns the unknown keys that the list mentions.
    ///
    /// # Errors
    ///
    /// If a key is unknown to the list, too.
    pub(crate) fn take_missing(&mut self) -> Result<Vec<String>, CommandError> {
        let said = self.library.lists().entries(self.list.id)?;
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

/// Joins lines.
pub(crate) fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Describes a future membership.
pub(crate) fn would_be(key: &str, membership: Option<Membership>) -> String {
    match membership {
        Some(Membership::Pinned) => format!("would pin {key}"),
        Some(Membership::Excluded) => format!("would exclude {key}"),
        None => format!("would neither pin nor exclude {key}"),
    }
}
