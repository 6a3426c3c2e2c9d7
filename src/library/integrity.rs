//! What is wrong with a library itself, rather than with its references.
//!
//! The truth is looked through for damage and for rows that hang in the air; what is derived is compared
//! with what a rebuild of a copy makes of the same truth; and history with the rows that it left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::derived_tables::read_entry;
use super::history::RECORDED;
use super::{Change, Library, LibraryError, Patience, Result, row_label, row_seal};

/// Something that is wrong with a library.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Ailment {
    /// What kind it is of.
    pub kind: AilmentKind,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Some of what is concerned: works by their keys, tags, files.
    pub names: Vec<String>,
    /// What to do about it.
    pub help: String,
    /// Whether `peerbib rebuild` mends it.
    pub rebuild_mends: bool,
}

/// A kind of ailment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AilmentKind {
    /// The file is damaged.
    Damage,
    /// A row belongs to one that is not there.
    Dangling,
    /// The entry of a work cannot be read.
    UnreadableEntry,
    /// What is derived is not what the entries say.
    Derived,
    /// The full-text index is not what the entries say.
    FullText,
    /// A tag is below itself.
    TagCycle,
    /// Another program changed what history knows otherwise.
    History,
    /// A linked file is missing.
    MissingFile,
}

/// How many names an ailment has at most.
const NAMES: usize = 10;

const RESTORE: &str = "put a copy back with `peerbib backup --restore FILE`, or save what can be read with \
                       `sqlite3 FILE .recover`";

impl Library {
    /// Looks the library through, and gives what is wrong with it: nothing, where all is well. `root` is
    /// the root of linked files; `advance` is told the works that were derived again.
    ///
    /// # Errors
    ///
    /// Where the library cannot be read at all, or there is no room for a copy to compare it with.
    pub fn diagnose(&self, root: &Path, advance: &mut dyn FnMut(usize)) -> Result<Vec<Ailment>> {
        let mut found = Vec::new();
        // All is looked at as it was at one moment.
        self.connection.execute_batch("BEGIN")?;
        let looked = self.look(root, advance, &mut found);
        self.connection.execute_batch("ROLLBACK")?;
        match looked {
            // Damage that was found says why the rest could not be looked at.
            Err(error) if !matches!(error, LibraryError::Scratch(_)) && found.is_empty() => {
                match error.at(&self.path) {
                    LibraryError::Damaged { reason, .. } => found.push(damage(reason)),
                    error => return Err(error),
                }
            }
            Err(error @ LibraryError::Scratch(_)) => return Err(error),
            _ => {}
        }
        Ok(found)
    }

    fn look(
        &self,
        root: &Path,
        advance: &mut dyn FnMut(usize),
        found: &mut Vec<Ailment>,
    ) -> Result<()> {
        self.look_for_damage(found)?;
        if found.iter().any(|ailment| !ailment.rebuild_mends) {
            // Whatever else there is to say would be said of a heap of ruins.
            return Ok(());
        }
        self.look_for_dangling(found)?;
        self.look_for_tag_cycles(found)?;
        if self.look_for_unreadable_entries(found)? {
            self.compare_derived(advance, found)?;
        }
        self.look_at_history(found)?;
        self.look_for_missing_files(root, found)
    }

    fn look_for_damage(&self, found: &mut Vec<Ailment>) -> Result<()> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let said = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        for reason in said {
            if reason == "ok" {
                continue;
            }
            if reason.contains("index") && !reason.contains("Tree ") {
                found.push(Ailment {
                    kind: AilmentKind::Damage,
                    message: format!("an index of the library is not right: {reason}"),
                    names: Vec::new(),
                    help: "`peerbib rebuild` makes it anew".into(),
                    rebuild_mends: true,
                });
            } else {
                found.push(damage(reason));
            }
        }
        Ok(())
    }

    fn look_for_dangling(&self, found: &mut Vec<Ailment>) -> Result<()> {
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        let mut by_table: BTreeMap<(String, String), (usize, Vec<String>)> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            let id: Option<i64> = row.get(1)?;
            let (count, names) = by_table.entry((table.clone(), parent)).or_default();
            *count += 1;
            if names.len() < NAMES
                && RECORDED.contains(&table.as_str())
                && let Some(id) = id
            {
                names.push(row_label::of_row(&self.connection, &table, id)?);
            }
        }
        for ((table, parent), (count, names)) in by_table {
            let is_derived = !RECORDED.contains(&table.as_str());
            found.push(Ailment {
                kind: AilmentKind::Dangling,
                message: format!(
                    "{count} {} of {} belong to {} that are not there",
                    if count == 1 { "row" } else { "rows" },
                    table.replace('_', " "),
                    parent.replace('_', " "),
                ),
                names,
                help: if is_derived {
                    "`peerbib rebuild` makes them anew".into()
                } else {
                    format!("another program took them away; {RESTORE}")
                },
                rebuild_mends: is_derived,
            });
        }
        Ok(())
    }

    fn look_for_tag_cycles(&self, found: &mut Vec<Ailment>) -> Result<()> {
        let mut statement = self.connection.prepare(
            "WITH RECURSIVE up (start, id) AS (
                 SELECT id, parent_id FROM tag WHERE parent_id IS NOT NULL
                 UNION SELECT start, parent_id FROM up JOIN tag USING (id)
                 WHERE parent_id IS NOT NULL
             ) SELECT facet || ':' || name FROM up JOIN tag ON tag.id = start WHERE start = up.id
             ORDER BY 1",
        )?;
        let names = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        if let Some(first) = names.first() {
            found.push(Ailment {
                kind: AilmentKind::TagCycle,
                message: "tags are below themselves".into(),
                help: format!(
                    "another program set their parents; give one another parent: `peerbib tags add {first} \
                     --parent TAG`"
                ),
                names,
                rebuild_mends: false,
            });
        }
        Ok(())
    }

    /// Says whether every entry can be read.
    fn look_for_unreadable_entries(&self, found: &mut Vec<Ailment>) -> Result<bool> {
        let mut statement = self.connection.prepare("SELECT key, source FROM work")?;
        let mut rows = statement.query([])?;
        let mut all = true;
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            if let Err(error) = read_entry(&key, &row.get::<_, String>(1)?) {
                all = false;
                found.push(Ailment {
                    kind: AilmentKind::UnreadableEntry,
                    message: error.to_string(),
                    help: format!(
                        "nothing was lost: `peerbib show {key} --source` prints it as it is, and \
                         `peerbib edit {key}` opens it"
                    ),
                    names: vec![key],
                    rebuild_mends: false,
                });
            }
        }
        Ok(all)
    }

    /// Compares what is derived with what a rebuild of a copy derives from the same entries.
    fn compare_derived(
        &self,
        advance: &mut dyn FnMut(usize),
        found: &mut Vec<Ailment>,
    ) -> Result<()> {
        let scratch = scratch_of(self)?;
        scratch.connection.execute_batch("BEGIN")?;
        Change::new(&scratch).rebuild(advance)?;
        scratch.connection.execute_batch("COMMIT")?;
        let (own, anew) = (&self.connection, &scratch.connection);
        for table in derived_tables(own)? {
            let (rows, other) = (rows_of(own, &table)?, rows_of(anew, &table)?);
            if rows == other {
                continue;
            }
            let differ = rows.symmetric_difference(&other);
            let works: BTreeSet<i64> = differ.map(|(work, _)| *work).collect();
            let names = self.keys_of(&works)?;
            found.push(Ailment {
                kind: AilmentKind::Derived,
                message: format!(
                    "what is derived of {} ({}) is not what the entries say",
                    counted(works.len(), "work"),
                    table.replace('_', " ")
                ),
                names,
                help: "`peerbib rebuild` makes it anew".into(),
                rebuild_mends: true,
            });
        }
        self.compare_full_text(anew, found)
    }

    fn compare_full_text(&self, anew: &Connection, found: &mut Vec<Ailment>) -> Result<()> {
        let own = &self.connection;
        for index in full_text_indexes(own)? {
            let (sizes, other) = (sizes_of(own, &index)?, sizes_of(anew, &index)?);
            let rows: BTreeSet<i64> = sizes
                .symmetric_difference(&other)
                .map(|(row, _)| *row)
                .collect();
            if rows.is_empty() && has_the_same_terms(own, anew, &index)? {
                continue;
            }
            let is_of_works = !index.starts_with("file");
            found.push(Ailment {
                kind: AilmentKind::FullText,
                message: format!(
                    "the full-text index ({}) has other words than {}",
                    index.replace('_', " "),
                    match (is_of_works, rows.len()) {
                        (true, 0) => "the entries".to_owned(),
                        (true, count) => format!("the entries of {}", counted(count, "work")),
                        (false, _) => "the linked files".to_owned(),
                    }
                ),
                names: if is_of_works {
                    self.keys_of(&rows)?
                } else {
                    Vec::new()
                },
                help: "`peerbib rebuild` makes it anew".into(),
                rebuild_mends: true,
            });
        }
        Ok(())
    }

    /// Some of the works with these numbers, by their keys.
    fn keys_of(&self, works: &BTreeSet<i64>) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        for work in works.iter().take(NAMES) {
            keys.push(row_label::of_row(&self.connection, "work", *work)?);
        }
        Ok(keys)
    }

    /// Looks for rows that are not as the last step left them that changed them.
    fn look_at_history(&self, found: &mut Vec<Ailment>) -> Result<()> {
        let mut names = Vec::new();
        let mut count = 0;
        let mut steps = BTreeSet::new();
        for table in RECORDED {
            for (row, step) in row_seal::broken(&self.connection, table)? {
                count += 1;
                steps.insert(step);
                if names.len() < NAMES {
                    names.push(row_label::of_row(&self.connection, table, row)?);
                }
            }
        }
        if count > 0 {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            found.push(Ailment {
                kind: AilmentKind::History,
                message: format!(
                    "another program changed {} that history knows otherwise",
                    counted(count, "row")
                ),
                names,
                help: format!(
                    "nothing is lost, but `peerbib undo` refuses what would undo over it: step {}",
                    steps.join(", ")
                ),
                rebuild_mends: false,
            });
        }
        let lost: Option<i64> = self
            .connection
            .query_row(
                "SELECT id FROM step WHERE state <> 'dropped'
                   AND NOT EXISTS (SELECT 1 FROM change WHERE step_id = step.id) LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(step) = lost {
            found.push(Ailment {
                kind: AilmentKind::History,
                message: format!("history does not know what step {step} changed"),
                names: Vec::new(),
                help: "nothing else is lost, but this step cannot be undone".into(),
                rebuild_mends: false,
            });
        }
        Ok(())
    }

    fn look_for_missing_files(&self, root: &Path, found: &mut Vec<Ailment>) -> Result<()> {
        let mut names = Vec::new();
        let mut count = 0;
        let mut statement = self
            .connection
            .prepare("SELECT DISTINCT work_id FROM linked_file ORDER BY work_id")?;
        let works = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for work in works {
            for file in self.linked_files(work)? {
                // What an entry names came from elsewhere, where the files may have stayed.
                if !file.in_entry && !file.place(root).exists() {
                    count += 1;
                    if names.len() < NAMES {
                        names.push(format!("{}: {}", self.key_of(work)?, file.path));
                    }
                }
            }
        }
        if count > 0 {
            found.push(Ailment {
                kind: AilmentKind::MissingFile,
                message: format!(
                    "{} missing",
                    match count {
                        1 => "1 linked file is".to_owned(),
                        count => format!("{count} linked files are"),
                    }
                ),
                names,
                help:
                    "`peerbib file check` lists them; `peerbib file root DIRECTORY` says where the \
                       files lie now"
                        .into(),
                rebuild_mends: false,
            });
        }
        Ok(())
    }
}

fn damage(reason: String) -> Ailment {
    Ailment {
        kind: AilmentKind::Damage,
        message: format!("the file is damaged: {reason}"),
        names: Vec::new(),
        help: RESTORE.into(),
        rebuild_mends: false,
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// The tables that are neither of the truth nor of history, but for the full-text index.
fn derived_tables(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'sqlite_*'
           AND name NOT IN ('step', 'change') ORDER BY name",
    )?;
    let tables = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(tables
        .into_iter()
        .filter(|table| !RECORDED.contains(&table.as_str()))
        .collect())
}

/// The rows of a derived table, each as the number of its work and all that it says; numbers of rows
/// that mean nothing are left out.
fn rows_of(connection: &Connection, table: &str) -> Result<BTreeSet<(i64, String)>> {
    let columns = super::history::columns(connection, table)?;
    let own = columns.iter().filter(|column| *column != "id");
    let own: Vec<String> = own.map(|column| format!("quote({column})")).collect();
    let work = if columns.iter().any(|column| column == "work_id") {
        "work_id"
    } else {
        "0"
    };
    let sql = format!(
        "SELECT {work}, concat_ws(',', {}) FROM {table}",
        own.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The full-text indexes.
fn full_text_indexes(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual' ORDER BY name",
    )?;
    let indexes = statement.query_map([], |row| row.get(0))?;
    Ok(indexes.collect::<rusqlite::Result<_>>()?)
}

/// How many words a full-text index has of each row, column by column.
fn sizes_of(connection: &Connection, index: &str) -> Result<BTreeSet<(i64, Vec<u8>)>> {
    let mut statement = connection.prepare(&format!("SELECT id, sz FROM {index}_docsize"))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a full-text index has the same words by column in both libraries, each in as many rows and places.
fn has_the_same_terms(one: &Connection, other: &Connection, index: &str) -> Result<bool> {
    // Without an order of SQLite's: FTS5 gives them in its own, which is that of the words.
    let sql = format!("SELECT term, col, doc, cnt FROM temp.{index}_words");
    for connection in [one, other] {
        connection.execute_batch(&format!(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_words USING fts5vocab(main, {index}, col)"
        ))?;
    }
    let (mut one, mut other) = (one.prepare(&sql)?, other.prepare(&sql)?);
    let (mut one, mut other) = (one.query([])?, other.query([])?);
    loop {
        let (one, other) = match (one.next()?, other.next()?) {
            (None, None) => return Ok(true),
            (Some(one), Some(other)) => (one, other),
            _ => return Ok(false),
        };
        for column in 0..4 {
            if one.get_ref(column)? != other.get_ref(column)? {
                return Ok(false);
            }
        }
    }
}

/// A copy of a library to try something on. SQLite keeps it in memory as far as there is room, and else in a
/// file of its own among the temporary ones, which goes with the connection.
fn scratch_of(library: &Library) -> Result<Library> {
    let patience = Patience::default();
    let prepared = Library::prepare(Connection::open(""), &library.path, patience);
    let copied = prepared.and_then(|mut copy| {
        copy.pragma_update(None, "cache_size", -65_536)?;
        {
            let backup = rusqlite::backup::Backup::new(&library.connection, &mut copy)?;
            backup.step(-1)?;
        }
        // It need not outlive a loss of power.
        copy.pragma_update(None, "journal_mode", "MEMORY")?;
        copy.pragma_update(None, "synchronous", "OFF")?;
        Ok(copy)
    });
    let copy = copied.map_err(|error| LibraryError::Scratch(error.to_string()))?;
    Library::on(copy, &library.path)
}
