//! The citation keys of Better BibTeX, a plug-in that kept them in files of its own until Zotero had a field for them.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value as Json;

use super::copy::open_copy;
use super::tables::{has_table, text_of};
use super::{DatabaseError, Problem};

/// Citation keys by the id of the library and the key of the item.
pub(super) type CitationKeys = HashMap<(i64, String), String>;

/// The largest file of keys that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// A citation key as Better BibTeX stores it in JSON.
#[derive(Deserialize)]
struct StoredKey {
    #[serde(rename = "libraryID")]
    library: i64,
    #[serde(rename = "itemKey")]
    item: String,
    #[serde(rename = "citationKey", alias = "citekey")]
    citation_key: String,
}

/// Reads the citation keys in a data directory. A file that cannot be read is a problem, no error.
pub(super) fn citation_keys(directory: &Path, problems: &mut Vec<Problem>) -> CitationKeys {
    let mut keys = CitationKeys::new();
    // The keys of groups that the user cannot edit.
    if let Some(read_only) = read_json(&directory.join("better-bibtex").join("read-only.json")) {
        add(&mut keys, read_only);
    }
    for (file, read) in [
        ("better-bibtex.sqlite", read_database as ReadKeys),
        ("better-bibtex-search.sqlite", read_search_database),
    ] {
        let path = directory.join(file);
        if !path.is_file() {
            continue;
        }
        let found = open_copy(&path).and_then(|copy| {
            let mut found = CitationKeys::new();
            read(&copy.connection, &mut found)?;
            Ok(found)
        });
        match found {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                keys.extend(found);
                break;
            }
            Err(error) => problems.push(Problem::of_library(format!(
                "the citation keys of Better BibTeX cannot be read: {error}"
            ))),
        }
    }
    keys
}

type ReadKeys = fn(&Connection, &mut CitationKeys) -> Result<(), DatabaseError>;

/// Reads `better-bibtex.sqlite`: a table of keys, or in older versions a table of JSON documents.
fn read_database(connection: &Connection, keys: &mut CitationKeys) -> Result<(), DatabaseError> {
    if has_table(connection, "citationkey")? {
        return read_table(
            connection,
            "SELECT libraryID, itemKey, citationKey FROM citationkey",
            keys,
        );
    }
    if !has_table(connection, "better-bibtex")? {
        return Ok(());
    }
    let mut statement = connection
        .prepare("SELECT data FROM \"better-bibtex\" WHERE name = 'better-bibtex.citekey'")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let document = text_of(row, "data")?.unwrap_or_default();
        if let Ok(document) = serde_json::from_str::<Json>(&document) {
            add(keys, document.get("data").cloned().unwrap_or(document));
        }
    }
    Ok(())
}

/// Reads `better-bibtex-search.sqlite`, which repeats the documents as a table.
fn read_search_database(
    connection: &Connection,
    keys: &mut CitationKeys,
) -> Result<(), DatabaseError> {
    if !has_table(connection, "citekeys")? {
        return Ok(());
    }
    read_table(
        connection,
        "SELECT libraryID, itemKey, citekey AS citationKey FROM citekeys",
        keys,
    )
}

fn read_table(
    connection: &Connection,
    sql: &str,
    keys: &mut CitationKeys,
) -> Result<(), DatabaseError> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let library: i64 = row.get("libraryID")?;
        if let (Some(item), Some(key)) = (text_of(row, "itemKey")?, text_of(row, "citationKey")?)
            && !key.is_empty()
        {
            keys.insert((library, item), key);
        }
    }
    Ok(())
}

fn read_json(path: &Path) -> Option<Json> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Adds the keys of a JSON array, without the elements that are none.
fn add(keys: &mut CitationKeys, array: Json) {
    let Json::Array(elements) = array else {
        return;
    };
    for element in elements {
        if let Ok(stored) = serde_json::from_value::<StoredKey>(element)
            && !stored.citation_key.is_empty()
        {
            keys.insert((stored.library, stored.item), stored.citation_key);
        }
    }
}
