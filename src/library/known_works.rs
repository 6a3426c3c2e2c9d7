//! Finding the existing work of a reference from elsewhere.

use super::derived_tables::{principal_names, read_entry};
use super::identity::Identity;
use super::{Result, Works};
use crate::formats::bibtex::{self, Strings};
use crate::model::{CslItem, Entry};

/// The result of comparing two references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They are of the same work.
    Same,
    /// They are of two works, or it is uncertain; with the difference.
    Different(&'static str),
}

/// Compares two references as an import does: by DOI, ISBN, eprint, or title, author, year and type.
pub fn compare_references(one: (&Entry, &CslItem), other: (&Entry, &CslItem)) -> Comparison {
    let identity =
        |(entry, item): (&Entry, &CslItem)| Identity::of(entry, item, principal_names(item));
    let (one, other) = (identity(one), identity(other));
    match one.same_work(&other) {
        Some(_) => Comparison::Same,
        None => Comparison::Different(one.difference_from(&other)),
    }
}

impl Works<'_> {
    /// Returns the rowid of the work of an entry, if the library has it.
    pub fn like(&self, entry: &Entry) -> Result<Option<i64>> {
        let item = bibtex::derive(entry, &Strings::default(), &|_| None).item;
        let identity = Identity::of(entry, &item, principal_names(&item));
        let mut with_key = self.library.connection.prepare_cached(
            "SELECT work.id, work.key, work.source, item
             FROM match_key JOIN csl_item USING (work_id) JOIN work ON work.id = work_id
             WHERE match_key = ?1",
        )?;
        for match_key in identity.match_keys() {
            let mut rows = with_key.query([match_key])?;
            while let Some(row) = rows.next()? {
                let known = read_entry(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?)?;
                let json: String = row.get(3)?;
                let item: CslItem = serde_json::from_str(&json).unwrap_or_default();
                let known = Identity::of(&known, &item, principal_names(&item));
                if identity.same_work(&known).is_some() {
                    return Ok(Some(row.get(0)?));
                }
            }
        }
        Ok(None)
    }

    /// Returns the rowid of the first work whose address is `url`.
    pub fn with_url(&self, url: &str) -> Result<Option<i64>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT work.id, item FROM work JOIN csl_item ON work_id = work.id
             WHERE instr(work.source, ?1) ORDER BY work.id",
        )?;
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        let mut rows = statement.query([bare(url)])?;
        while let Some(row) = rows.next()? {
            let json: String = row.get(1)?;
            let item: CslItem = serde_json::from_str(&json).unwrap_or_default();
            if item.text("URL").is_some_and(|own| bare(&own) == bare(url)) {
                return Ok(Some(row.get(0)?));
            }
        }
        Ok(None)
    }
}
