//! Collections of Zotero as reading lists.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::tags::slug;
use crate::library::{Change, LibraryError, Membership, Result, StoredList};
use crate::zotero::ZoteroItem;
use crate::zotero::database::Collection;

/// Keeps the members of reading lists as they are in collections.
pub(super) struct ZoteroLists<'c> {
    change: &'c Change<'c>,
    lists: HashMap<Vec<String>, i64>,
    /// The lists that this import made.
    new: HashSet<i64>,
}

impl<'c> ZoteroLists<'c> {
    /// Finds the lists of collections by their names, and makes those that are missing like `template`.
    pub(super) fn new(
        change: &'c Change<'c>,
        collections: &[Collection],
        template: &StoredList,
    ) -> Result<Self> {
        let mut lists = HashMap::new();
        let mut new = HashSet::new();
        let mut namesakes: HashMap<String, usize> = HashMap::new();
        for label in collections.iter().filter_map(|one| one.path.last()) {
            *namesakes.entry(list_name(label)).or_default() += 1;
        }
        for Collection { path, .. } in collections {
            let Some(label) = path.last() else {
                continue;
            };
            let mut name = list_name(label);
            // Collections that share a name get those of their parents before it.
            if namesakes.get(&name).is_some_and(|count| *count > 1) {
                let names: Vec<String> = path.iter().map(|name| list_name(name)).collect();
                name = names.join("-");
            }
            if name.is_empty() {
                continue;
            }
            let id = match change.lists().get(&name) {
                Ok(list) => list.id,
                Err(LibraryError::UnknownList { .. }) => {
                    let id = change.lists().put(&StoredList {
                        name,
                        title: Some(label.clone()),
                        ..template.clone()
                    })?;
                    new.insert(id);
                    id
                }
                Err(error) => return Err(error),
            };
            lists.insert(path.clone(), id);
        }
        Ok(Self { change, lists, new })
    }

    /// Pins a work in the lists of the collections that it is in since `base`, and unpins it in those that it left.
    pub(super) fn update(
        &self,
        work: i64,
        base: Option<&ZoteroItem>,
        item: &ZoteroItem,
    ) -> Result<()> {
        let before: BTreeSet<&Vec<String>> = base
            .iter()
            .flat_map(|base| &base.collections)
            .filter(|path| {
                !self
                    .lists
                    .get(*path)
                    .is_some_and(|list| self.new.contains(list))
            })
            .collect();
        let now: BTreeSet<&Vec<String>> = item.collections.iter().collect();
        for path in now.difference(&before) {
            if let Some(list) = self.lists.get(*path) {
                let pinned = Some(Membership::Pinned);
                self.change.lists().set_membership(*list, work, pinned)?;
            }
        }
        for path in before.difference(&now) {
            if let Some(list) = self.lists.get(*path) {
                self.change.lists().set_membership(*list, work, None)?;
            }
        }
        Ok(())
    }

    /// Returns whether works need pins although nothing changed in Zotero.
    pub(super) fn has_new_lists(&self) -> bool {
        !self.new.is_empty()
    }
}

/// Returns the name of a collection as that of a list.
fn list_name(name: &str) -> String {
    let name: String = slug(name)
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') => c,
            _ => '-',
        })
        .collect();
    name.trim_matches(['-', '_', '.']).to_owned()
}
