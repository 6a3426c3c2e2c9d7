//! The works that a command names, and their membership in a list.

use std::collections::{HashMap, HashSet};

use clap::Args;

use crate::cli::works::named_works;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{Library, Membership, StoredList};
use peerbib::reading_list::list_queries;

/// A list and works.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    /// The list
    #[arg(value_name = "LIST")]
    pub(crate) list: String,

    /// The works, as citation keys or as a query
    #[arg(value_name = "KEY|QUERY")]
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
    /// Keys of works that the library no longer has, but the list mentions.
    pub(crate) missing: Vec<String>,
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

    /// Returns the list and the works, each once. Fails if no works are given, or the list does not exist.
    pub(crate) fn select(&self, context: &CommandContext) -> Result<SelectedWorks> {
        let library = context.open_to_change_unless(self.dry_run)?;
        let list = library.lists().get(&self.list)?;
        if self.names_none() {
            return Err(CommandError::usage("no works given")
                .with_help("give their keys or a query".to_owned()));
        }
        let entries = library.lists().entries(list.id)?;
        let (mut words, mut missing) = (Vec::new(), Vec::new());
        for key in &self.keys {
            let is_of_list = entries
                .iter()
                .any(|said| said.work.is_none() && said.key == *key);
            match is_of_list && library.works().find(key)?.is_none() {
                true => missing.push(key.clone()),
                false => words.push(key.clone()),
            }
        }
        let named = named_works(context, &library, &words, self.find.as_deref())?.works;
        let membership: HashMap<i64, Membership> = entries
            .iter()
            .filter_map(|said| Some((said.work?, said.membership?)))
            .collect();
        let mut found = HashSet::new();
        for query in list_queries(&library, &list)? {
            found.extend(library.works().ids_matching(&query)?);
        }
        let works = named
            .into_iter()
            .map(|(id, _)| {
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
            missing,
        })
    }
}

impl SelectedWorks {
    /// Rejects keys of works that the library no longer has. Fails if there is one.
    pub(crate) fn all_known(self) -> Result<Self> {
        if let Some(key) = self.missing.first() {
            self.library.works().id(key)?;
        }
        Ok(self)
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
