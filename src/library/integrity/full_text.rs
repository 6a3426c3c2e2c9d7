//! Whether the full-text indexes hold the words of the works and of the linked files.
//!
//! Two indexes are the same if each word is in as many works and as often in each column; and the index knows for
//! each work how many words its columns have. Comparing sums of the first needs no second index of all works.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::{Connection, Row};

use super::{IntegrityIssue, IssueKind};
use crate::library::derived_tables::FullText;
use crate::library::full_text::{Column, tokens};
use crate::library::{Library, Result, schema};

/// Sums over the words of works by column, which do not depend on their order.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordSums {
    /// Over each work that has a word in a column.
    works: u64,
    /// Over each place where a word is in a column.
    places: u64,
}

impl WordSums {
    pub(super) fn add(&mut self, other: Self) {
        self.works = self.works.wrapping_add(other.works);
        self.places = self.places.wrapping_add(other.places);
    }

    /// Returns the sums over the full-text index of works.
    pub(super) fn of_index(connection: &Connection) -> Result<Self> {
        create_vocabulary(connection, "full_text")?;
        let mut statement =
            connection.prepare("SELECT term, col, doc, cnt FROM temp.full_text_words")?;
        let mut rows = statement.query([])?;
        let mut sums = Self::default();
        while let Some(row) = rows.next()? {
            let number = number_of(row)?;
            let times = |count: i64| number.wrapping_mul(u64::from_ne_bytes(count.to_ne_bytes()));
            sums.add(Self {
                works: times(row.get(2)?),
                places: times(row.get(3)?),
            });
        }
        Ok(sums)
    }
}

/// Returns the number of the word and the column at the beginning of a row.
fn number_of(row: &Row<'_>) -> rusqlite::Result<u64> {
    let (word, column) = (row.get_ref(0)?.as_bytes()?, row.get_ref(1)?.as_str()?);
    Ok(number_of_word(word, column))
}

/// Returns a number that stands for a word in a column.
fn number_of_word(word: &[u8], column: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (word, column).hash(&mut hasher);
    hasher.finish()
}

/// The expected content of the index for a work.
pub(super) struct IndexedText {
    /// The number of words in each column, as the table `full_text_docsize` has them.
    pub(super) sizes: Vec<u8>,
    pub(super) words: WordSums,
}

impl IndexedText {
    pub(super) fn new(text: &FullText) -> Self {
        let mut sizes = Vec::with_capacity(Column::ALL.len());
        let mut words = WordSums::default();
        for (column, text) in Column::ALL.iter().zip(&text.columns) {
            let mut numbers: Vec<u64> = tokens(text)
                .map(|word| number_of_word(word, column.name()))
                .collect();
            add_varint(&mut sizes, numbers.len());
            let sum = |numbers: &[u64]| {
                let numbers = numbers.iter().copied();
                numbers.fold(0, u64::wrapping_add)
            };
            let places = sum(&numbers);
            numbers.sort_unstable();
            numbers.dedup();
            words.add(WordSums {
                works: sum(&numbers),
                places,
            });
        }
        Self { sizes, words }
    }
}

/// Adds a number in SQLite's variable-length encoding: seven bits in each byte, the most significant ones first.
fn add_varint(bytes: &mut Vec<u8>, number: usize) {
    let significant = usize::BITS - number.leading_zeros();
    for group in (0..significant.div_ceil(7).max(1)).rev() {
        let bits = (number >> (7 * group)) & 0x7f;
        let more = if group > 0 { 0x80 } else { 0 };
        bytes.extend(u8::try_from(bits | more));
    }
}

impl Library {
    /// Compares the full-text index of linked files with one built from scratch.
    pub(super) fn compare_file_text(&self, found: &mut Vec<IntegrityIssue>) -> Result<()> {
        let own = &self.connection;
        let expected = Connection::open_in_memory()?;
        schema::migrate(&expected, 0)?;
        expected.pragma_update(None, "foreign_keys", false)?;
        let mut files = own.prepare("SELECT id, path, description FROM linked_file")?;
        let mut files = files.query([])?;
        let mut insert = expected.prepare(
            "INSERT INTO linked_file (id, work_id, path, description, added_at)
             VALUES (?1, ?1, ?2, ?3, '')",
        )?;
        while let Some(file) = files.next()? {
            let id: i64 = file.get(0)?;
            let (path, description): (String, Option<String>) = (file.get(1)?, file.get(2)?);
            insert.execute((id, path, description))?;
        }
        if !has_same_words(own, &expected)? {
            found.push(IntegrityIssue {
                kind: IssueKind::FullText,
                message: "the full-text index (file text) differs from the linked files".into(),
                names: Vec::new(),
                fixed_by_rebuild: true,
            });
        }
        Ok(())
    }
}

/// Compares the words of the full-text index of files by file and column.
fn has_same_words(one: &Connection, other: &Connection) -> Result<bool> {
    let sql = "SELECT term, doc, col, offset FROM temp.file_text_words";
    for connection in [one, other] {
        create_vocabulary(connection, "file_text")?;
    }
    // FTS5 returns the rows in the order of the words.
    let (mut one, mut other) = (one.prepare(sql)?, other.prepare(sql)?);
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

/// Makes the words of a full-text index readable: for works by column, for files each place.
fn create_vocabulary(connection: &Connection, index: &str) -> Result<()> {
    let kind = if index == "full_text" {
        "col"
    } else {
        "instance"
    };
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_words USING fts5vocab(main, {index}, {kind})"
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex;
    use crate::library::{ConflictPolicy, ImportedFile};

    #[test]
    fn numbers_are_encoded_as_sqlite_does() {
        let encoded = |number| {
            let mut bytes = Vec::new();
            add_varint(&mut bytes, number);
            bytes
        };
        assert_eq!(encoded(0), [0]);
        assert_eq!(encoded(127), [127]);
        assert_eq!(encoded(128), [0x81, 0]);
        assert_eq!(encoded(40_000), [0x82, 0xb8, 0x40]);
    }

    #[test]
    fn long_words_and_long_texts_are_as_fts5_indexes_them() {
        let mut library = Library::temporary().unwrap();
        let long = "x".repeat(40_000);
        let many = "Word and Ångström, 共有 o'clock =a=b #3 ".repeat(400);
        let source = format!(
            "@book{{a, title = {{{long} y}}, abstract = {{{many}}}, custom_1 = {{Ünïque}}}}"
        );
        let file = bibtex::read(&source);
        let imported = ImportedFile {
            path: "a.bib",
            encoding: "UTF-8",
            file: &file,
        };
        library
            .change("import", |change| {
                change.import(imported, ConflictPolicy::Merge, &mut |_| ())
            })
            .unwrap();
        let root = std::env::temp_dir();
        let issues = library.check_integrity(&root, &mut |_| ()).unwrap();
        assert_eq!(issues, []);
    }
}
