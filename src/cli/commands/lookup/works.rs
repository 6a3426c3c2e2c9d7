//! The works of the library that services are asked for.

use crate::cli::{CommandContext, Result};
use peerbib::formats::bibtex;
use peerbib::library::Library;
use peerbib::model::{CslItem, Entry};

/// A work of the library.
pub(crate) struct AskedWork {
    pub(crate) id: i64,
    /// Its entry, under its key in the library.
    pub(crate) entry: Entry,
    /// The entry in the variables of CSL, with what it inherits.
    pub(crate) item: CslItem,
    /// Its title as it was written.
    pub(crate) title: String,
}

/// Returns the works that match a query.
pub(crate) fn asked_works(
    context: &CommandContext,
    library: &Library,
    query: &[String],
) -> Result<Vec<AskedWork>> {
    let ids: Vec<i64> = context
        .select(library, query)?
        .iter()
        .map(|work| work.id)
        .collect();
    let entries = library.works().entries(&ids)?.into_iter();
    let works = entries.map(|stored| {
        let parent = |key: &str| library.works().parent(key);
        let derived = bibtex::derive(&stored.work, &stored.strings, &parent);
        AskedWork {
            id: stored.id,
            item: derived.item,
            title: derived.title.unwrap_or_default(),
            entry: stored.work,
        }
    });
    Ok(works.collect())
}
