//! Changes of the vocabulary: adding, editing, renaming, merging, splitting, moving and removing tags.

use rusqlite::{OptionalExtension as _, params, params_from_iter};

use super::{Facet, Tag, TagEvent, TagName, tag_name};
use crate::library::{Filter, LibraryError, Result, Tags, TagsMut};
use crate::model::EdtfDate;

/// The maximum number of levels of tags under each other. A work counts for every tag above its own, which would take
/// quadratic time in a hierarchy as deep as it has tags.
pub(in crate::library) const DEEPEST_TAG: u8 = 100;

/// The data that removing or changing a tag would affect.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct TagExtent {
    /// The number of works that have it.
    pub works: i64,
    /// The number of works that a user removed it from for good.
    pub vetoes: i64,
    /// Its child tags.
    pub narrower: Vec<TagName>,
    /// The rules that assign it.
    pub rules: Vec<String>,
}

/// One part of a tag that is split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitPart {
    /// The rowid of the new tag.
    pub tag: i64,
    /// The condition for its works.
    pub works: Filter,
}

impl Tags<'_> {
    /// Returns the rowid of the tag with this name or alias.
    pub fn find(&self, name: &TagName) -> Result<Option<i64>> {
        Ok(self
            .library
            .connection
            .prepare_cached(
                "SELECT id FROM tag WHERE facet = ?1 AND name = ?2
                 UNION ALL SELECT tag_id FROM tag_alias WHERE facet = ?1 AND alias = ?2 LIMIT 1",
            )?
            .query_row(params![name.facet, name.name], |row| row.get(0))
            .optional()?)
    }

    /// Returns a tag and all its descendants, the tag itself first.
    pub fn get_with_narrower(&self, tag: &Tag) -> Result<Vec<Tag>> {
        let ids = self.with_narrower(&[tag.id])?;
        ids.into_iter().map(|id| self.get(id)).collect()
    }

    /// Returns what removing or changing a tag would affect.
    pub fn extent(&self, tag: &Tag) -> Result<TagExtent> {
        let count = |sql: &str| -> Result<i64> {
            Ok(self
                .library
                .connection
                .prepare_cached(sql)?
                .query_row([tag.id], |row| row.get(0))?)
        };
        let mut narrower = self
            .library
            .connection
            .prepare_cached("SELECT facet, name FROM tag WHERE parent_id = ?1 ORDER BY position")?;
        Ok(TagExtent {
            works: count("SELECT count(DISTINCT work_id) FROM assignment WHERE tag_id = ?1")?,
            vetoes: count("SELECT count(*) FROM veto WHERE tag_id = ?1")?,
            narrower: narrower
                .query_map([tag.id], |row| tag_name(row, 0))?
                .collect::<rusqlite::Result<_>>()?,
            rules: self
                .library
                .rules()
                .all()?
                .into_iter()
                .filter(|rule| rule.leads_to(tag))
                .map(|rule| rule.name)
                .collect(),
        })
    }
}

impl TagsMut<'_> {
    /// Adds a tag, or updates the one with this name or alias: a label, description, place or time that `tag` does
    /// not have is kept, and people, events and aliases are added. Returns the rowid of the tag.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownTag`] for its parent; [`LibraryError::TagCycle`]; [`LibraryError::TagTooDeep`].
    pub fn put(&self, tag: &Tag) -> Result<i64> {
        check_dates(tag)?;
        let connection = self.change.connection();
        let existing = self.find(&tag.tag)?;
        let parent = match &tag.parent {
            Some(parent) => Some(self.parent_of(existing.unwrap_or(0), &tag.tag, parent)?),
            None => None,
        };
        let id = match existing {
            Some(id) => {
                // Without the comparison, installing a vocabulary again would be a step of history.
                connection
                    .prepare_cached(
                        "UPDATE tag SET label = coalesce(?2, label),
                         description = coalesce(?3, description),
                         parent_id = coalesce(?4, parent_id), place = coalesce(?5, place),
                         active = coalesce(?6, active)
                     WHERE id = ?1 AND (label, description, parent_id, place, active)
                         IS NOT (coalesce(?2, label), coalesce(?3, description),
                                 coalesce(?4, parent_id), coalesce(?5, place),
                                 coalesce(?6, active))",
                    )?
                    .execute(params![
                        id,
                        tag.label,
                        tag.description,
                        parent,
                        tag.place,
                        tag.active
                    ])?;
                id
            }
            None => {
                let mut insert = connection.prepare_cached(
                    "INSERT INTO tag (facet, name, label, description, parent_id, place, active,
                                      position)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
                             (SELECT coalesce(max(position), 0) + 1 FROM tag))",
                )?;
                insert.execute(params![
                    tag.tag.facet,
                    tag.tag.name,
                    tag.label,
                    tag.description,
                    parent,
                    tag.place,
                    tag.active
                ])?;
                connection.last_insert_rowid()
            }
        };
        for alias in &tag.aliases {
            self.add_alias(id, &alias_name(alias, &tag.tag.facet)?)?;
        }
        for (language, label) in &tag.labels {
            connection
                .prepare_cached(
                    "INSERT INTO tag_label (tag_id, language, label) VALUES (?1, ?2, ?3)
                     ON CONFLICT (tag_id, language) DO UPDATE SET label = excluded.label
                         WHERE label IS NOT excluded.label",
                )?
                .execute(params![id, language, label])?;
        }
        for person in &tag.people {
            connection
                .prepare_cached(
                    "INSERT INTO tag_person (tag_id, name) SELECT ?1, ?2 WHERE NOT EXISTS
                     (SELECT 1 FROM tag_person WHERE tag_id = ?1 AND name = ?2)",
                )?
                .execute(params![id, person])?;
        }
        for event in &tag.events {
            connection
                .prepare_cached(
                    "INSERT INTO tag_event (tag_id, date, what) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
                     (SELECT 1 FROM tag_event WHERE tag_id = ?1 AND date = ?2 AND what = ?3)",
                )?
                .execute(params![id, event.date, event.what])?;
        }
        Ok(id)
    }

    /// Sets the settings of a facet.
    pub fn put_facet(&self, facet: &Facet) -> Result<()> {
        self.change.connection().execute(
            "INSERT INTO facet (name, label, exclusive) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET label = excluded.label, exclusive = excluded.exclusive
                 WHERE (label, exclusive) IS NOT (excluded.label, excluded.exclusive)",
            params![facet.name, facet.label, facet.exclusive],
        )?;
        Ok(())
    }

    /// Removes a tag from the vocabulary and from every work. Its child tags lose their parent.
    pub fn remove(&self, tag: &Tag) -> Result<()> {
        self.change.note_tagged(tag.id)?;
        self.change
            .connection()
            .execute("DELETE FROM tag WHERE id = ?1", [tag.id])?;
        Ok(())
    }

    /// Replaces everything but the name of a tag: its label, description, parent, place, time, aliases, people and
    /// events.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownTag`] for its parent; [`LibraryError::TagCycle`]; [`LibraryError::TagTooDeep`];
    /// [`LibraryError::TakenTag`] for an alias that another tag has; [`LibraryError::MalformedDate`].
    pub fn write(&self, tag: &Tag) -> Result<()> {
        let before = self.get(tag.id)?;
        check_dates(tag)?;
        let connection = self.change.connection();
        let parent = match &tag.parent {
            Some(parent) => Some(self.parent_of(tag.id, &tag.tag, parent)?),
            None => None,
        };
        connection.execute(
            "UPDATE tag SET label = ?2, description = ?3, parent_id = ?4, place = ?5, active = ?6
             WHERE id = ?1 AND (label, description, parent_id, place, active)
                 IS NOT (?2, ?3, ?4, ?5, ?6)",
            params![
                tag.id,
                tag.label,
                tag.description,
                parent,
                tag.place,
                tag.active
            ],
        )?;
        if before.aliases != tag.aliases {
            connection.execute("DELETE FROM tag_alias WHERE tag_id = ?1", [tag.id])?;
            for alias in &tag.aliases {
                self.add_alias(tag.id, &alias_name(alias, &tag.tag.facet)?)?;
            }
        }
        if before.labels != tag.labels {
            connection.execute("DELETE FROM tag_label WHERE tag_id = ?1", [tag.id])?;
            for (language, label) in &tag.labels {
                connection.execute(
                    "INSERT INTO tag_label (tag_id, language, label) VALUES (?1, ?2, ?3)",
                    params![tag.id, language, label],
                )?;
            }
        }
        if before.people != tag.people {
            connection.execute("DELETE FROM tag_person WHERE tag_id = ?1", [tag.id])?;
            for person in &tag.people {
                connection.execute(
                    "INSERT INTO tag_person (tag_id, name) VALUES (?1, ?2)",
                    params![tag.id, person],
                )?;
            }
        }
        if before.events != tag.events {
            connection.execute("DELETE FROM tag_event WHERE tag_id = ?1", [tag.id])?;
            for TagEvent { date, what } in &tag.events {
                connection.execute(
                    "INSERT INTO tag_event (tag_id, date, what) VALUES (?1, ?2, ?3)",
                    params![tag.id, date, what],
                )?;
            }
        }
        Ok(())
    }

    /// Sorts these tags among themselves: they exchange their positions in the vocabulary.
    pub fn order(&self, tags: &[i64]) -> Result<()> {
        let connection = self.change.connection();
        let mut place = connection.prepare_cached("SELECT position FROM tag WHERE id = ?1")?;
        let mut places = tags
            .iter()
            .map(|tag| place.query_row([tag], |row| row.get(0)))
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        places.sort_unstable();
        let mut update = connection
            .prepare_cached("UPDATE tag SET position = ?2 WHERE id = ?1 AND position <> ?2")?;
        for (tag, place) in tags.iter().zip(places) {
            update.execute([*tag, place])?;
        }
        Ok(())
    }

    /// Renames a tag, possibly to another facet. Its old name becomes an alias, and rules that assign it are updated.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TakenTag`] if it is the name or alias of another tag.
    pub fn rename(&self, tag: &Tag, name: &TagName) -> Result<()> {
        if tag.tag == *name {
            return Ok(());
        }
        self.check_free(name, tag.id)?;
        let connection = self.change.connection();
        connection.execute(
            "DELETE FROM tag_alias WHERE tag_id = ?1 AND facet = ?2 AND alias = ?3",
            params![tag.id, name.facet, name.name],
        )?;
        connection.execute(
            "UPDATE tag SET facet = ?2, name = ?3 WHERE id = ?1",
            params![tag.id, name.facet, name.name],
        )?;
        self.add_alias(tag.id, &tag.tag)?;
        self.change.rules().rename_tag(tag, name)
    }

    /// Sets or removes the parent of a tag.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TagCycle`]; [`LibraryError::TagTooDeep`].
    pub fn put_under(&self, tag: &Tag, parent: Option<&Tag>) -> Result<()> {
        if let Some(parent) = parent {
            self.check_hierarchy(tag.id, &tag.tag, parent)?;
        }
        self.change.connection().execute(
            "UPDATE tag SET parent_id = ?2 WHERE id = ?1 AND parent_id IS NOT ?2",
            params![tag.id, parent.map(|parent| parent.id)],
        )?;
        Ok(())
    }

    /// Merges a tag into another, which gets its assignments, vetoes, aliases, people, events and child tags. Its
    /// name becomes an alias of the other.
    ///
    /// A work that has one of the tags keeps it, even if the other one was removed from it.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TagCycle`] if both are the same tag.
    pub fn merge(&self, from: &Tag, into: &Tag) -> Result<()> {
        if from.id == into.id {
            return Err(LibraryError::TagCycle {
                tag: from.tag.to_string(),
                parent: into.tag.to_string(),
            });
        }
        self.change.note_tagged(from.id)?;
        let connection = self.change.connection();
        let execute = |sql: &str| connection.execute(sql, [from.id, into.id]);
        // `into` may be a child tag of `from`.
        execute(
            "UPDATE tag SET parent_id = (SELECT parent_id FROM tag WHERE id = ?1)
             WHERE id = ?2 AND parent_id = ?1",
        )?;
        if self.is_under(into.id, from.id)? {
            execute(
                "UPDATE tag SET parent_id = (SELECT parent_id FROM tag WHERE id = ?1)
                 WHERE id = ?2",
            )?;
        }
        execute("UPDATE tag SET parent_id = ?2 WHERE parent_id = ?1")?;
        // An assignment by hand outweighs an earlier veto of the other tag; one by a rule or an import does not.
        execute(
            "DELETE FROM veto WHERE tag_id = ?2 AND work_id IN
                 (SELECT work_id FROM assignment WHERE tag_id = ?1 AND origin = 'hand')",
        )?;
        execute(
            "DELETE FROM assignment WHERE tag_id = ?1 AND work_id IN
                 (SELECT work_id FROM veto WHERE tag_id = ?2)",
        )?;
        execute("UPDATE OR IGNORE assignment SET tag_id = ?2 WHERE tag_id = ?1")?;
        execute(
            "UPDATE OR IGNORE veto SET tag_id = ?2 WHERE tag_id = ?1
                 AND work_id NOT IN (SELECT work_id FROM assignment WHERE tag_id = ?2)",
        )?;
        for (table, columns) in [("tag_person", "name"), ("tag_event", "date, what")] {
            execute(&format!(
                "UPDATE {table} SET tag_id = ?2 WHERE tag_id = ?1 AND ({columns}) NOT IN
                         (SELECT {columns} FROM {table} WHERE tag_id = ?2)"
            ))?;
        }
        execute("UPDATE tag_alias SET tag_id = ?2 WHERE tag_id = ?1")?;
        execute(
            "UPDATE tag SET (label, description, place, active) =
                 (SELECT coalesce(tag.label, other.label),
                         coalesce(tag.description, other.description),
                         coalesce(tag.place, other.place), coalesce(tag.active, other.active)
                  FROM tag AS other WHERE other.id = ?1)
             WHERE id = ?2",
        )?;
        self.change.rules().rename_tag(from, &into.tag)?;
        connection.execute("DELETE FROM tag WHERE id = ?1", [from.id])?;
        self.add_alias(into.id, &from.tag)
    }

    /// Splits a tag: works that meet the condition of a part get the tag of that part, with the same origin, instead
    /// of the old one. Works that meet no condition get `rest`, if it is given. A work may belong to several parts.
    /// Returns the number of works of each part and of the rest.
    pub fn split(
        &self,
        tag: &Tag,
        parts: &[SplitPart],
        rest: Option<i64>,
    ) -> Result<(Vec<usize>, usize)> {
        self.change.note_tagged(tag.id)?;
        let connection = self.change.connection();
        connection.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS chosen (work_id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE IF NOT EXISTS parted (work_id INTEGER PRIMARY KEY);
             DELETE FROM temp.parted;",
        )?;
        let choose = |sql: &str, parameters: &[rusqlite::types::Value]| -> Result<()> {
            connection.execute("DELETE FROM temp.chosen", [])?;
            connection.execute(
                &format!("INSERT INTO temp.chosen {sql}"),
                params_from_iter(parameters),
            )?;
            connection.execute(
                "DELETE FROM temp.chosen WHERE work_id NOT IN
                     (SELECT work_id FROM assignment WHERE tag_id = ?1
                      UNION SELECT work_id FROM veto WHERE tag_id = ?1)",
                [tag.id],
            )?;
            Ok(())
        };
        // A veto of the old tag becomes a veto of each new one.
        let give = |to: i64| -> Result<usize> {
            let works: i64 = connection.query_row(
                "SELECT count(DISTINCT work_id) FROM assignment
                 WHERE tag_id = ?1 AND work_id IN (SELECT work_id FROM temp.chosen)",
                [tag.id],
                |row| row.get(0),
            )?;
            connection.execute(
                "INSERT OR IGNORE INTO assignment
                     (work_id, tag_id, origin, source, reason, at, matched)
                 SELECT work_id, ?2, origin, source, reason, at, matched FROM assignment
                 WHERE tag_id = ?1 AND work_id IN (SELECT work_id FROM temp.chosen)
                     AND (origin = 'hand' OR work_id NOT IN
                          (SELECT work_id FROM veto WHERE tag_id = ?2))
                 ORDER BY id",
                [tag.id, to],
            )?;
            connection.execute(
                "INSERT OR IGNORE INTO veto (work_id, tag_id, at)
                 SELECT work_id, ?2, at FROM veto
                 WHERE tag_id = ?1 AND work_id IN (SELECT work_id FROM temp.chosen)
                     AND work_id NOT IN (SELECT work_id FROM assignment WHERE tag_id = ?2)
                 ORDER BY id",
                [tag.id, to],
            )?;
            Ok(usize::try_from(works).unwrap_or(0))
        };
        let mut counts = Vec::with_capacity(parts.len());
        for part in parts {
            let works = part.works.numbers();
            choose(&works.text, &works.parameters)?;
            connection.execute(
                "INSERT OR IGNORE INTO temp.parted SELECT work_id FROM temp.chosen",
                [],
            )?;
            counts.push(give(part.tag)?);
        }
        let mut left = 0;
        if let Some(rest) = rest {
            choose(
                "SELECT id FROM work WHERE id NOT IN (SELECT work_id FROM temp.parted)",
                &[],
            )?;
            left = give(rest)?;
            connection.execute(
                "INSERT OR IGNORE INTO temp.parted SELECT work_id FROM temp.chosen",
                [],
            )?;
        }
        for table in ["assignment", "veto"] {
            connection.execute(
                &format!(
                    "DELETE FROM {table} WHERE tag_id = ?1
                         AND work_id IN (SELECT work_id FROM temp.parted)"
                ),
                [tag.id],
            )?;
        }
        if rest.is_none() {
            left = usize::try_from(self.extent(tag)?.works).unwrap_or(0);
        }
        Ok((counts, left))
    }

    /// Adds an alias to a tag.
    fn add_alias(&self, tag: i64, alias: &TagName) -> Result<()> {
        self.check_free(alias, tag)?;
        self.change.connection().execute(
            "INSERT OR IGNORE INTO tag_alias (tag_id, facet, alias)
             SELECT ?1, ?2, ?3 WHERE NOT EXISTS
                 (SELECT 1 FROM tag WHERE id = ?1 AND facet = ?2 AND name = ?3)",
            params![tag, alias.facet, alias.name],
        )?;
        Ok(())
    }

    /// Checks that a name is not the name or alias of a tag other than `tag`.
    fn check_free(&self, name: &TagName, tag: i64) -> Result<()> {
        let holder = self
            .change
            .connection()
            .prepare_cached(
                "SELECT facet, name FROM tag WHERE id <> ?3 AND
                     (facet = ?1 AND name = ?2 OR id IN
                      (SELECT tag_id FROM tag_alias WHERE facet = ?1 AND alias = ?2))",
            )?
            .query_row(params![name.facet, name.name, tag], |row| tag_name(row, 0))
            .optional()?;
        match holder {
            None => Ok(()),
            Some(holder) => Err(LibraryError::TakenTag {
                tag: name.to_string(),
                holder: holder.to_string(),
            }),
        }
    }

    fn parent_of(&self, id: i64, name: &TagName, parent: &TagName) -> Result<i64> {
        let parent = self.resolve(&parent.to_string())?;
        self.check_hierarchy(id, name, &parent)?;
        Ok(parent.id)
    }

    fn check_hierarchy(&self, id: i64, name: &TagName, parent: &Tag) -> Result<()> {
        if self.is_under(parent.id, id)? {
            return Err(LibraryError::TagCycle {
                tag: name.to_string(),
                parent: parent.tag.to_string(),
            });
        }
        if self.depth_of(parent.id)? + self.height_of(id)? > i64::from(DEEPEST_TAG) {
            return Err(LibraryError::TagTooDeep {
                tag: name.to_string(),
                parent: parent.tag.to_string(),
                deepest: DEEPEST_TAG,
            });
        }
        Ok(())
    }

    /// Returns the number of tags from one to the top of its hierarchy, itself included.
    fn depth_of(&self, tag: i64) -> Result<i64> {
        Ok(self
            .change
            .connection()
            .prepare_cached(
                "WITH RECURSIVE up (id, depth) AS (
                     SELECT ?1, 1 UNION ALL
                     SELECT parent_id, depth + 1 FROM tag JOIN up ON tag.id = up.id
                     WHERE parent_id IS NOT NULL AND depth <= ?2
                 ) SELECT max(depth) FROM up",
            )?
            .query_row(params![tag, DEEPEST_TAG], |row| row.get(0))?)
    }

    /// Returns the number of levels from a tag down to its lowest descendant, its own included.
    fn height_of(&self, tag: i64) -> Result<i64> {
        Ok(self
            .change
            .connection()
            .prepare_cached(
                "WITH RECURSIVE down (id, level) AS (
                     SELECT ?1, 1 UNION ALL
                     SELECT tag.id, level + 1 FROM tag JOIN down ON tag.parent_id = down.id
                     WHERE level <= ?2
                 ) SELECT max(level) FROM down",
            )?
            .query_row(params![tag, DEEPEST_TAG], |row| row.get(0))?)
    }

    /// Returns whether `tag` is `ancestor` or one of its descendants.
    fn is_under(&self, tag: i64, ancestor: i64) -> Result<bool> {
        Ok(self
            .change
            .connection()
            .prepare_cached(
                "WITH RECURSIVE up (id) AS (
                     SELECT ?1 UNION
                     SELECT parent_id FROM tag JOIN up ON tag.id = up.id
                     WHERE parent_id IS NOT NULL
                 ) SELECT 1 FROM up WHERE id = ?2",
            )?
            .exists([tag, ancestor])?)
    }
}

/// Parses an alias of a tag of `facet`: a name in this facet, or `FACET:NAME`.
fn alias_name(alias: &str, facet: &str) -> Result<TagName> {
    if alias.contains(':') {
        alias.parse()
    } else {
        format!("{facet}:{alias}").parse()
    }
}

/// Checks the dates of a tag.
fn check_dates(tag: &Tag) -> Result<()> {
    let dates = tag.active.iter().map(|active| ("the years", active));
    let events = tag.events.iter().map(|event| ("an event", &event.date));
    for (of, date) in dates.chain(events) {
        if date.parse::<EdtfDate>().is_err() {
            return Err(LibraryError::MalformedDate {
                of: format!("{of} of {}", tag.tag),
                date: date.clone(),
            });
        }
    }
    Ok(())
}
