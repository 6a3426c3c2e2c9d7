//! The works that users put into the sections of reading lists.

use rusqlite::{Row, params};

use super::{Lists, ListsMut, Result};

/// A work that was put into a section, with its pages, note and annotation there.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Placement {
    /// The rowid of the section.
    #[serde(skip)]
    pub section: i64,
    /// The rowid of the work, if a work of the library has the key.
    #[serde(skip)]
    pub work: Option<i64>,
    /// The key it was given by, or its last key before it was removed.
    pub key: String,
    /// The part to read, such as 12–40 or chapters 1–3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// A remark in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The annotation of the work in this section, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
}

impl Placement {
    /// Adds the pages, note and annotation of the same work under another key: this placement takes precedence, and
    /// both annotations are kept.
    fn join(&mut self, other: Self) {
        self.pages = self.pages.take().or(other.pages);
        self.note = self.note.take().or(other.note);
        self.annotation = match (self.annotation.take(), other.annotation) {
            (Some(one), Some(other)) if one != other => Some(format!("{one}\n\n{other}")),
            (one, other) => one.or(other),
        };
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            section: row.get(0)?,
            work: row.get(1)?,
            key: row.get(2)?,
            pages: row.get(3)?,
            note: row.get(4)?,
            annotation: row.get(5)?,
        })
    }
}

impl Lists<'_> {
    /// Returns the works that were put into the sections of a list, section by section. Some may not be in the library.
    pub fn placements(&self, list: i64) -> Result<Vec<Placement>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT section_id, work_id, key, pages, note, annotation FROM placed
             JOIN list_section ON list_section.id = section_id
             WHERE list_id = ?1 ORDER BY list_section.position, section_id, work_id, placed.id",
        )?;
        let mut placements: Vec<Placement> = Vec::new();
        for row in statement.query_map([list], Placement::read)? {
            let row = row?;
            match placements.last_mut() {
                Some(last)
                    if last.section == row.section
                        && last.work.is_some()
                        && last.work == row.work =>
                {
                    last.join(row);
                }
                _ => placements.push(row),
            }
        }
        Ok(placements)
    }
}

impl ListsMut<'_> {
    /// Puts a work into a section, besides others that it is in, and edits its pages, note and annotation there.
    /// Returns whether it was not in the section before.
    pub fn place(
        &self,
        section: i64,
        work: i64,
        edit: impl FnOnce(&mut Placement),
    ) -> Result<bool> {
        let connection = self.change.connection();
        let mut statement = connection.prepare_cached(
            "SELECT section_id, work_id, key, pages, note, annotation, id FROM placed
             WHERE section_id = ?1 AND work_id = ?2 ORDER BY id",
        )?;
        let mut rows = statement
            .query_map([section, work], |row| {
                Ok((Placement::read(row)?, row.get(6)?))
            })?
            .collect::<rusqlite::Result<Vec<(Placement, i64)>>>()?
            .into_iter();
        let first = rows.next();
        let is_new = first.is_none();
        let (mut placement, id) = match first {
            Some((placement, id)) => (placement, Some(id)),
            None => (Placement::default(), None),
        };
        for (other, id) in rows {
            placement.join(other);
            connection.execute("DELETE FROM list_placement WHERE id = ?1", [id])?;
        }
        edit(&mut placement);
        let Placement {
            pages,
            note,
            annotation,
            ..
        } = placement;
        match id {
            Some(id) => connection.execute(
                "UPDATE list_placement SET work_id = ?2, pages = ?3, note = ?4, annotation = ?5
                 WHERE id = ?1
                   AND (work_id, pages, note, annotation) IS NOT (?2, ?3, ?4, ?5)",
                params![id, work, pages, note, annotation],
            )?,
            None => connection.execute(
                "INSERT INTO list_placement (section_id, work_id, key, pages, note, annotation)
                 SELECT ?1, id, key, ?3, ?4, ?5 FROM work WHERE id = ?2",
                params![section, work, pages, note, annotation],
            )?,
        };
        Ok(is_new)
    }

    /// Stores a placement by its key, which need not be the key of a work in the library.
    pub fn put_placement(&self, placement: Placement) -> Result<()> {
        match self.change.works().find(&placement.key)? {
            Some(work) => {
                self.place(placement.section, work, |known| known.join(placement))?;
            }
            None => {
                self.change.connection().execute(
                    "INSERT INTO list_placement (section_id, key, pages, note, annotation)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        placement.section,
                        placement.key,
                        placement.pages,
                        placement.note,
                        placement.annotation
                    ],
                )?;
            }
        }
        Ok(())
    }

    /// Takes a work out of a section, or out of all sections of a list. Returns from how many.
    pub fn take_out(&self, list: i64, work: i64, section: Option<i64>) -> Result<usize> {
        Ok(self.change.connection().execute(
            "DELETE FROM list_placement WHERE id IN (
                 SELECT placed.id FROM placed JOIN list_section ON list_section.id = section_id
                 WHERE list_id = ?1 AND work_id = ?2 AND (?3 IS NULL OR section_id = ?3))",
            params![list, work, section],
        )?)
    }

    /// Takes the works with a key that is not in the library out of the sections of a list.
    pub(super) fn take_out_missing(&self, list: i64, key: &str) -> Result<usize> {
        Ok(self.change.connection().execute(
            "DELETE FROM list_placement WHERE key = ?2 AND work_id IS NULL AND section_id IN (
                 SELECT id FROM list_section WHERE list_id = ?1)",
            params![list, key],
        )?)
    }

    /// Moves the placements of one work to another work.
    pub(super) fn join_placements(&self, from: i64, to: i64) -> Result<()> {
        let mut statement = self.change.connection().prepare_cached(
            "SELECT section_id, work_id, key, pages, note, annotation FROM list_placement
             WHERE work_id = ?1",
        )?;
        let placements = statement
            .query_map([from], Placement::read)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for placement in placements {
            self.change
                .connection()
                .prepare_cached(
                    "DELETE FROM list_placement WHERE section_id = ?1 AND work_id = ?2",
                )?
                .execute([placement.section, from])?;
            self.place(placement.section, to, |known| known.join(placement))?;
        }
        Ok(())
    }
}
