//! The works of the library that services are asked for.

use crate::cli::{CommandContext, CommandError};
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
}

/// Returns the works that match a query.
pub(crate) fn asked_works(
    context: &CommandContext,
    library: &Library,
    query: &[String],
) -> Result<Vec<AskedWork>, CommandError> {
    let ids: Vec<i64> = context
        .select(library, query)?
        .iter()
        .map(|work| work.id)
        .collect();
    let entries = library.works().entries(&ids)?.into_iter();
    let works = entries.map(|stored| {
        let parent = |key: &str| library.works().parent(key);
        let item = bibtex::derive(&stored.work, &stored.strings, &parent).item;
        AskedWork {
            id: stored.id,
            entry: stored.work,
            item,
        }
    });
    Ok(works.collect())
}
