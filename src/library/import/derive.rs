//! The second phase of an import: making the derived rows of the entries that may be new.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::mpsc::SyncSender;

use rayon::prelude::*;

use super::classify::NewEntry;
use crate::formats::Diagnostic;
use crate::formats::bibtex::{self, BibFile};
use crate::library::TagName;
use crate::library::derived_tables::{DerivedRows, Parents, Times};
use crate::model::Entry;

/// An entry with all rows to write for it.
pub(super) struct DerivedEntry {
    pub(super) rows: DerivedRows,
    pub(super) aliases: Vec<String>,
    pub(super) tags: Vec<TagName>,
    pub(super) problems: Vec<Diagnostic>,
}

/// The number of entries that are derived at once, and then written.
const BATCH: usize = 250;

/// Derives entries and sends them batch by batch, in their order.
pub(super) fn derive_all(
    (new, times): (&[NewEntry<'_>], Times),
    (file, in_file): (&BibFile, &HashMap<&str, &Entry>),
    parents: &Parents,
    sender: &SyncSender<Vec<DerivedEntry>>,
) {
    for batch in new.chunks(BATCH) {
        let derived = batch
            .par_iter()
            .map(|new| derive((new, times), (file, in_file), parents));
        // If the receiver is gone, writing has failed, and no more rows are needed.
        if sender.send(derived.collect()).is_err() {
            return;
        }
    }
}

/// Derives an entry. It inherits from entries of its file or, if that has none with the key, from works of the library.
fn derive(
    (new, times): (&NewEntry<'_>, Times),
    (file, in_file): (&BibFile, &HashMap<&str, &Entry>),
    parents: &Parents,
) -> DerivedEntry {
    let mut derived = bibtex::derive(new.entry, &file.strings, &|key| match in_file.get(key) {
        Some(entry) => Some(Cow::Borrowed(*entry)),
        None => parents.get(key),
    });
    new.key.as_ref().clone_into(&mut derived.item.id);
    let keywords = derived.keywords.iter();
    DerivedEntry {
        rows: DerivedRows::new((&new.key, times), new.entry, &derived, None),
        tags: keywords
            .filter_map(|keyword| keyword.parse().ok())
            .collect(),
        aliases: derived.aliases,
        problems: derived.problems,
    }
}
