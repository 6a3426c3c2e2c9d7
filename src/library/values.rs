//! The values of works as plain text, for what no index answers: regular expressions.

use super::derived_tables::{PRIVATE_NOTE, column_of, place_of_names};
use super::drawers::Wanted;
use super::full_text::Column;
use super::work_set::WorkSet;
use super::{Library, Result};

/// Which values of a work are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values<'a> {
    /// Those that stand in columns of the full-text index.
    Columns(&'a [Column]),
    /// Those of a field, by the name that it is indexed under.
    Field(&'a str),
}

impl Library {
    /// The works that have a value that `is_meant`, with what they inherit: names one by one, as they are
    /// read, and the values of other fields whole. All values that stand in the place are looked at.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::DamagedDrawer`].
    pub fn works_with_value(
        &self,
        values: Values<'_>,
        is_meant: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<WorkSet> {
        let mut found = WorkSet::default();
        for place in self.places_of(values)? {
            let works = self.look_through(&place, Wanted::All, &|drawer| {
                let mut works = Vec::new();
                for card in drawer.cards() {
                    let (_, work, text) = card?;
                    if is_meant(text) {
                        works.push(work);
                    }
                }
                Ok(works)
            })?;
            found.extend(works.into_iter().flatten());
        }
        Ok(found)
    }

    /// The places of the cards on which values stand.
    fn places_of(&self, values: Values<'_>) -> Result<Vec<String>> {
        let columns = match values {
            Values::Field(field) => return Ok(vec![field.to_owned()]),
            Values::Columns(columns) => columns,
        };
        let places = self.each_once("drawer", "place")?;
        let is_meant = |place: &String| match place.as_str() {
            PRIVATE_NOTE => columns.contains(&Column::Note),
            place => columns.iter().any(|column| match place_of_names(*column) {
                Some(names) => names == place,
                None => column_of(place) == Some(*column),
            }),
        };
        Ok(places.into_iter().filter(is_meant).collect())
    }

    /// The numbers of the works with a linked file of which the path or description `is_meant`.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn works_with_linked_file(&self, is_meant: &dyn Fn(&str) -> bool) -> Result<Vec<i64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT work_id, path, coalesce(description, '') FROM linked_file")?;
        let files = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(i64, String, String)>>>()?;
        let meant = files
            .into_iter()
            .filter(|(_, path, description)| is_meant(path) || is_meant(description));
        Ok(meant.map(|(work, _, _)| work).collect())
    }
}
