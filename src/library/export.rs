//! Export: the files that were imported, and the entries of works, as they were written.

use std::collections::{BTreeSet, HashSet};

use rusqlite::OptionalExtension as _;

use super::derived_tables::StringCache;
use super::{Result, Sources, Works};
use crate::formats::bibtex::{self, FilePiece, Strings, UsedCommands};

/// A file that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path.
    pub path: String,
    /// The encoding of its text, as named at its import.
    pub encoding: String,
}

impl Sources<'_> {
    /// Returns the imported files, one after the other in the order of their import, with the text around
    /// their entries. A work that is in several files is written once, at its first place, and works that
    /// came from no file come last.
    ///
    /// With one file whose entries nobody edited, this is that file again.
    pub fn export_all(&self) -> Result<String> {
        let mut text = String::new();
        let mut written = HashSet::new();
        let mut files = self
            .library
            .connection
            .prepare("SELECT id, trailing FROM source_file ORDER BY id")?;
        let files = files
            .query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut places = self.library.connection.prepare(
            "SELECT work_id, leading, coalesce(variant, source), variant IS NOT NULL
             FROM occurrence JOIN work ON work.id = work_id
             WHERE source_file_id = ?1 AND gone_at IS NULL ORDER BY occurrence.id",
        )?;
        for (file, trailing) in files {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            let mut rows = places.query([file])?;
            let mut in_this_file = HashSet::new();
            while let Some(row) = rows.next()? {
                let work: i64 = row.get(0)?;
                text.push_str(&row.get::<_, String>(1)?);
                if in_this_file.contains(&work) || !written.contains(&work) {
                    text.push_str(&row.get::<_, String>(2)?);
                }
                in_this_file.insert(work);
            }
            written.extend(in_this_file);
            text.push_str(&trailing);
        }
        let mut others = self.library.connection.prepare(
            "SELECT source FROM work WHERE id NOT IN (SELECT work_id FROM occurrence WHERE gone_at IS NULL) ORDER BY id",
        )?;
        for source in others.query_map([], |row| row.get::<_, String>(0))? {
            if !text.is_empty() {
                text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
            }
            text.push_str(&source?);
            text.push('\n');
        }
        Ok(text)
    }

    /// Returns the imported files in the order of their import.
    pub fn all(&self) -> Result<Vec<SourceFile>> {
        let mut statement = self
            .library
            .connection
            .prepare("SELECT path, encoding FROM source_file ORDER BY id")?;
        let files = statement.query_map([], |row| {
            Ok(SourceFile {
                path: row.get(0)?,
                encoding: row.get(1)?,
            })
        })?;
        Ok(files.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns an imported file with all its entries; `None` if no file was imported from `path`. As long as nobody
    /// edited its entries, it is identical to the file.
    pub fn export(&self, path: &str) -> Result<Option<String>> {
        let file: Option<(i64, String)> = self
            .library
            .connection
            .query_row(
                "SELECT id, trailing FROM source_file WHERE path = ?1",
                [path],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((file, trailing)) = file else {
            return Ok(None);
        };
        let mut places = self.library.connection.prepare(
            "SELECT leading, coalesce(variant, source)
             FROM occurrence JOIN work ON work.id = work_id
             WHERE source_file_id = ?1 AND gone_at IS NULL ORDER BY occurrence.id",
        )?;
        let mut text = String::new();
        let mut rows = places.query([file])?;
        while let Some(row) = rows.next()? {
            text.push_str(&row.get::<_, String>(0)?);
            text.push_str(&row.get::<_, String>(1)?);
        }
        text.push_str(&trailing);
        Ok(Some(text))
    }
}

impl Works<'_> {
    /// Returns the abbreviations of the files that contain a work.
    pub fn abbreviations(&self, work: i64) -> Result<Strings> {
        Ok(StringCache::default().of(self.library, work)?.clone())
    }

    /// Returns the entries of these works in this order, after the `@string`s and `@preamble`s of their files.
    pub fn export(&self, works: &[i64]) -> Result<String> {
        let (mut parts, ambiguous) = bibtex::common_abbreviations(self.definitions_of(works)?);
        let mut source = self
            .library
            .connection
            .prepare("SELECT source FROM work WHERE id = ?1")?;
        let mut strings = StringCache::default();
        for work in works {
            let source: String = source.query_row([work], |row| row.get(0))?;
            let expanded = match bibtex::parse_entry(&source) {
                Ok(entry) if !ambiguous.is_empty() => {
                    let strings = strings.of(self.library, *work)?;
                    bibtex::expand_abbreviations(&entry, strings, &ambiguous)
                        .source()
                        .to_owned()
                }
                _ => source,
            };
            parts.push(expanded);
        }
        Ok(parts
            .iter()
            .map(|part| format!("{part}\n\n"))
            .collect::<String>()
            .trim_end()
            .to_owned()
            + if parts.is_empty() { "" } else { "\n" })
    }

    /// Returns the verbatim `@string`s of the files that contain these works, and the `@preamble`s that define commands
    /// for them.
    pub fn definitions_of(&self, works: &[i64]) -> Result<Vec<String>> {
        let mut files = BTreeSet::new();
        let mut file = self
            .library
            .connection
            .prepare("SELECT source_file_id FROM occurrence WHERE work_id = ?1")?;
        for work in works {
            for id in file.query_map([work], |row| row.get::<_, i64>(0))? {
                files.insert(id?);
            }
        }
        let mut leading = self.library.connection.prepare(
            "SELECT leading FROM occurrence WHERE source_file_id = ?1 AND leading LIKE '%@%'
             ORDER BY id",
        )?;
        let mut source = self
            .library
            .connection
            .prepare("SELECT source FROM work WHERE id = ?1")?;
        let mut used_commands = || -> Result<UsedCommands> {
            let mut used = UsedCommands::default();
            for work in works {
                used.add(&source.query_row([work], |row| row.get::<_, String>(0))?);
            }
            Ok(used)
        };
        // Few files have a preamble.
        let mut used = None;
        let mut definitions = Vec::new();
        let mut seen = HashSet::new();
        for file in files {
            for text in leading.query_map([file], |row| row.get::<_, String>(0))? {
                for piece in bibtex::read(&text?).pieces {
                    let text = match piece {
                        FilePiece::Abbreviation { text, .. } => text,
                        FilePiece::Preamble(text) => {
                            let used = match &used {
                                Some(used) => used,
                                None => used.insert(used_commands()?),
                            };
                            if !used.are_defined_in(&text) {
                                continue;
                            }
                            text
                        }
                        _ => continue,
                    };
                    let text = text.to_string();
                    if seen.insert(text.clone()) {
                        definitions.push(text);
                    }
                }
            }
        }
        Ok(definitions)
    }
}
