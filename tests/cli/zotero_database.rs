//! Databases of Zotero for tests: the tables of several versions of its schema, in SQL of our own.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;

/// The library of the user.
pub(crate) const OWN: i64 = 1;

/// The types of Zotero's items, with their fields and types of creators.
#[derive(Deserialize)]
pub(crate) struct TypeNames {
    pub(crate) creators: Vec<String>,
    pub(crate) fields: Vec<String>,
}

pub(crate) fn item_types() -> BTreeMap<String, TypeNames> {
    serde_json::from_str(include_str!("../data/zotero/item_types.json")).unwrap()
}

/// A data directory of Zotero with its database, which stays open.
pub(crate) struct ZoteroDatabase {
    pub(crate) directory: PathBuf,
    pub(crate) connection: Connection,
    version: i64,
    types: HashMap<String, i64>,
    fields: HashMap<String, i64>,
    creators: HashMap<String, i64>,
}

impl ZoteroDatabase {
    /// Creates a data directory with a database whose schema has a version of `userdata`.
    pub(crate) fn create(directory: &Path, version: i64) -> Self {
        std::fs::create_dir_all(directory).unwrap();
        let connection = Connection::open(directory.join("zotero.sqlite")).unwrap();
        // A test needs no durability.
        connection
            .execute_batch("PRAGMA synchronous = OFF;")
            .unwrap();
        connection.execute_batch(&schema(version)).unwrap();
        connection
            .execute(
                "INSERT INTO version VALUES ('userdata', ?1), ('system', 32), ('compatibility', 7)",
                [version],
            )
            .unwrap();
        let mut database = Self {
            directory: directory.to_path_buf(),
            connection,
            version,
            types: HashMap::new(),
            fields: HashMap::new(),
            creators: HashMap::new(),
        };
        database.connection.execute_batch("BEGIN;").unwrap();
        database.add_names();
        database.connection.execute_batch("COMMIT;").unwrap();
        database.library(OWN, "user");
        database
            .connection
            .execute_batch(
                "INSERT INTO settings VALUES ('account', 'userID', 4711), ('account', 'username', 'ada')",
            )
            .unwrap();
        database
    }

    /// Opens a database that [`ZoteroDatabase::create`] made.
    pub(crate) fn open(directory: &Path, version: i64) -> Self {
        let connection = Connection::open(directory.join("zotero.sqlite")).unwrap();
        let names = |table: &str, id: &str, name: &str| {
            let mut statement = connection
                .prepare(&format!("SELECT {name}, {id} FROM {table}"))
                .unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.unwrap()
                .collect::<Result<HashMap<String, i64>, _>>()
                .unwrap()
        };
        Self {
            directory: directory.to_path_buf(),
            version,
            types: names("itemTypes", "itemTypeID", "typeName"),
            fields: names("fields", "fieldID", "fieldName"),
            creators: names("creatorTypes", "creatorTypeID", "creatorType"),
            connection,
        }
    }

    /// Fills the tables of names. Their ids differ from version to version, as they do from installation to installation.
    fn add_names(&mut self) {
        let types = item_types();
        let mut next = self.version;
        let mut id = || {
            next += 3;
            next
        };
        let insert = |table: &str, columns: &str, id: i64, name: &str| {
            let sql = format!("INSERT INTO {table} ({columns}) VALUES (?1, ?2)");
            self.connection.execute(&sql, params![id, name]).unwrap();
        };
        let parts = ["attachment", "note", "annotation"].map(str::to_owned);
        for name in types.keys().chain(&parts) {
            if !self.types.contains_key(name) {
                let id = id();
                insert("itemTypes", "itemTypeID, typeName", id, name);
                insert("itemTypesCombined", "itemTypeID, typeName", id, name);
                self.types.insert(name.clone(), id);
            }
        }
        for names in types.values() {
            for name in &names.fields {
                if !self.fields.contains_key(name) {
                    let id = id();
                    insert("fields", "fieldID, fieldName", id, name);
                    insert("fieldsCombined", "fieldID, fieldName", id, name);
                    self.fields.insert(name.clone(), id);
                }
            }
            for name in &names.creators {
                if !self.creators.contains_key(name) {
                    let id = id();
                    insert("creatorTypes", "creatorTypeID, creatorType", id, name);
                    self.creators.insert(name.clone(), id);
                }
            }
        }
    }

    pub(crate) fn library(&self, id: i64, kind: &str) {
        self.connection
            .execute(
                "INSERT INTO libraries (libraryID, type, editable, filesEditable) VALUES (?1, ?2, 1, 1)",
                params![id, kind],
            )
            .unwrap();
    }

    pub(crate) fn group(&self, library: i64, group: i64, name: &str) {
        self.library(library, "group");
        self.connection
            .execute(
                "INSERT INTO groups VALUES (?1, ?2, ?3, '', 1)",
                params![group, library, name],
            )
            .unwrap();
    }

    /// Adds an item and returns its id.
    pub(crate) fn item(&self, library: i64, kind: &str, key: &str, fields: &[(&str, &str)]) -> i64 {
        self.connection
            .execute(
                "INSERT INTO items (itemTypeID, dateAdded, dateModified, clientDateModified, libraryID, key)
                 VALUES (?1, '2024-03-01 10:00:00', '2024-03-02 11:00:00', '2024-03-02 11:00:00', ?2, ?3)",
                params![self.types[kind], library, key],
            )
            .unwrap();
        let id = self.connection.last_insert_rowid();
        for (field, value) in fields {
            self.set(id, field, value);
        }
        id
    }

    /// Adds a book with a title and a citation key.
    pub(crate) fn book(&self, key: &str, title: &str, citation_key: &str) -> i64 {
        let book = self.item(
            OWN,
            "book",
            key,
            &[
                ("title", title),
                ("date", "1990-00-00 1990"),
                ("citationKey", citation_key),
            ],
        );
        self.creator(book, "author", "Elinor", "Ostrom");
        book
    }

    /// Sets a field; a value that looks like a number is stored as one.
    pub(crate) fn set(&self, item: i64, field: &str, value: &str) {
        let known: Option<i64> = self
            .connection
            .query_row(
                "SELECT valueID FROM itemDataValues WHERE CAST(value AS TEXT) = ?1",
                [value],
                |row| row.get(0),
            )
            .optional()
            .unwrap();
        let value_id = known.unwrap_or_else(|| {
            let sql = "INSERT INTO itemDataValues (value) VALUES (?1)";
            match value.parse::<i64>() {
                Ok(number) => self.connection.execute(sql, [number]).unwrap(),
                Err(_) => self.connection.execute(sql, [value]).unwrap(),
            };
            self.connection.last_insert_rowid()
        });
        self.connection
            .execute(
                "INSERT OR REPLACE INTO itemData VALUES (?1, ?2, ?3)",
                params![item, self.fields[field], value_id],
            )
            .unwrap();
    }

    pub(crate) fn creator(&self, item: i64, kind: &str, first: &str, last: &str) {
        self.creator_with_mode(item, kind, (first, last), 0);
    }

    /// Adds a creator whose name has one field.
    pub(crate) fn organization(&self, item: i64, kind: &str, name: &str) {
        self.creator_with_mode(item, kind, ("", name), 1);
    }

    fn creator_with_mode(&self, item: i64, kind: &str, (first, last): (&str, &str), mode: i64) {
        self.connection
            .execute(
                "INSERT INTO creators (firstName, lastName, fieldMode) VALUES (?1, ?2, ?3)",
                params![first, last, mode],
            )
            .unwrap();
        self.connection
            .execute(
                "INSERT INTO itemCreators VALUES (?1, ?2, ?3,
                     (SELECT count(*) FROM itemCreators WHERE itemID = ?1))",
                params![
                    item,
                    self.connection.last_insert_rowid(),
                    self.creators[kind]
                ],
            )
            .unwrap();
    }

    pub(crate) fn tag(&self, item: i64, name: &str, is_automatic: bool) {
        self.connection
            .execute("INSERT OR IGNORE INTO tags (name) VALUES (?1)", [name])
            .unwrap();
        self.connection
            .execute(
                "INSERT INTO itemTags VALUES (?1, (SELECT tagID FROM tags WHERE name = ?2), ?3)",
                params![item, name, i64::from(is_automatic)],
            )
            .unwrap();
    }

    pub(crate) fn untag(&self, item: i64, name: &str) {
        self.connection
            .execute(
                "DELETE FROM itemTags WHERE itemID = ?1
                     AND tagID = (SELECT tagID FROM tags WHERE name = ?2)",
                params![item, name],
            )
            .unwrap();
    }

    pub(crate) fn note(&self, parent: Option<i64>, key: &str, html: &str) -> i64 {
        let note = self.item(OWN, "note", key, &[]);
        self.connection
            .execute(
                "INSERT INTO itemNotes VALUES (?1, ?2, ?3, 'First line')",
                params![note, parent, html],
            )
            .unwrap();
        note
    }

    pub(crate) fn edit_note(&self, note: i64, html: &str) {
        self.connection
            .execute(
                "UPDATE itemNotes SET note = ?2 WHERE itemID = ?1",
                params![note, html],
            )
            .unwrap();
    }

    /// Adds an attachment with a title.
    pub(crate) fn attachment(
        &self,
        parent: Option<i64>,
        key: &str,
        (mode, kind): (i64, &str),
        path: &str,
    ) -> i64 {
        let attachment = self.item(OWN, "attachment", key, &[("title", "Full Text PDF")]);
        self.connection
            .execute(
                "INSERT INTO itemAttachments (itemID, parentItemID, linkMode, contentType, path)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![attachment, parent, mode, kind, path],
            )
            .unwrap();
        attachment
    }

    /// Adds a file to Zotero's own storage.
    pub(crate) fn stored_file(&self, parent: Option<i64>, key: &str, name: &str) -> (i64, PathBuf) {
        let folder = self.directory.join("storage").join(key);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), "%PDF-1.4").unwrap();
        let path = format!("storage:{name}");
        let id = self.attachment(parent, key, (0, "application/pdf"), &path);
        (id, folder.join(name))
    }

    pub(crate) fn annotation(
        &self,
        attachment: i64,
        key: &str,
        (kind, color, page): (i64, &str, &str),
        (text, comment): (&str, &str),
        sort_index: &str,
    ) {
        let annotation = self.item(OWN, "annotation", key, &[]);
        self.connection
            .execute(
                "INSERT INTO itemAnnotations (itemID, parentItemID, type, text, comment, color, pageLabel, sortIndex,
                                              position, isExternal)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '{}', 0)",
                params![annotation, attachment, kind, text, comment, color, page, sort_index],
            )
            .unwrap();
    }

    pub(crate) fn collection(
        &self,
        library: i64,
        key: &str,
        name: &str,
        parent: Option<i64>,
    ) -> i64 {
        self.connection
            .execute(
                "INSERT INTO collections (collectionName, parentCollectionID, clientDateModified, libraryID, key)
                 VALUES (?1, ?2, '2024-01-01 00:00:00', ?3, ?4)",
                params![name, parent, library, key],
            )
            .unwrap();
        self.connection.last_insert_rowid()
    }

    pub(crate) fn put_into(&self, collection: i64, item: i64) {
        self.connection
            .execute(
                "INSERT INTO collectionItems VALUES (?1, ?2, 0)",
                [collection, item],
            )
            .unwrap();
    }

    pub(crate) fn take_out(&self, collection: i64, item: i64) {
        self.connection
            .execute(
                "DELETE FROM collectionItems WHERE collectionID = ?1 AND itemID = ?2",
                [collection, item],
            )
            .unwrap();
    }

    pub(crate) fn trash(&self, item: i64) {
        self.connection
            .execute("INSERT INTO deletedItems VALUES (?1, '2024-05-01')", [item])
            .unwrap();
    }

    pub(crate) fn relate(&self, item: i64, predicate: &str, object: &str) {
        self.connection
            .execute(
                "INSERT OR IGNORE INTO relationPredicates (predicate) VALUES (?1)",
                [predicate],
            )
            .unwrap();
        self.connection
            .execute(
                "INSERT INTO itemRelations VALUES (?1,
                     (SELECT predicateID FROM relationPredicates WHERE predicate = ?2), ?3)",
                params![item, predicate, object],
            )
            .unwrap();
    }

    /// Returns whether the schema has annotations.
    pub(crate) fn has_annotations(&self) -> bool {
        self.version >= 112
    }

    /// Returns the directory with everything below it: the sizes and times of files.
    pub(crate) fn listing(directory: &Path) -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
        let mut listing = BTreeMap::new();
        let mut directories = vec![directory.to_path_buf()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(&directory).unwrap() {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                if metadata.is_dir() {
                    directories.push(entry.path());
                }
                let state = (metadata.len(), metadata.modified().unwrap());
                listing.insert(entry.path(), state);
            }
        }
        listing
    }
}

/// Returns the tables of a version of the schema. What a reader must not depend on, such as the order of columns, differs
/// from Zotero's own.
fn schema(version: i64) -> String {
    let since = |first: i64, columns: &'static str| if version >= first { columns } else { "" };
    let mut sql = format!(
        "CREATE TABLE version (schema TEXT PRIMARY KEY, version INT NOT NULL);
         CREATE TABLE settings (setting TEXT, key TEXT, value, PRIMARY KEY (setting, key));
         CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL, editable INT, filesEditable INT,
             version INT NOT NULL DEFAULT 0, storageVersion INT NOT NULL DEFAULT 0, lastSync INT, archived INT{}{});
         CREATE TABLE groups (groupID INTEGER PRIMARY KEY, libraryID INT NOT NULL UNIQUE, name TEXT NOT NULL,
             description TEXT, version INT);
         CREATE TABLE feeds (libraryID INTEGER PRIMARY KEY, name TEXT, url TEXT);
         CREATE TABLE feedItems (itemID INTEGER PRIMARY KEY, guid TEXT, readTime, translatedTime);
         CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT, templateItemTypeID INT, display INT);
         CREATE TABLE itemTypesCombined (itemTypeID INT, typeName TEXT, display INT, custom INT);
         CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT, fieldFormatID INT);
         CREATE TABLE fieldsCombined (fieldID INT, fieldName TEXT, label TEXT, fieldFormatID INT, custom INT);
         CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
         CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL, dateAdded TEXT NOT NULL,
             dateModified TEXT NOT NULL, clientDateModified TEXT NOT NULL, libraryID INT NOT NULL, key TEXT NOT NULL,
             version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0{}, UNIQUE (libraryID, key));
         CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE{});
         CREATE TABLE itemData (itemID INT, fieldID INT, valueID INT, PRIMARY KEY (itemID, fieldID));
         CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT{});
         CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL, creatorTypeID INT NOT NULL,
             orderIndex INT NOT NULL DEFAULT 0);
         CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE{});
         CREATE TABLE itemTags (itemID INT NOT NULL, tagID INT NOT NULL, type INT NOT NULL, PRIMARY KEY (itemID, tagID));
         CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT);
         CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, linkMode INT, contentType TEXT,
             charsetID INT, path TEXT, syncState INT DEFAULT 0, storageModTime INT, storageHash TEXT{}{});
         CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT NOT NULL,
             parentCollectionID INT, clientDateModified TEXT NOT NULL, libraryID INT NOT NULL, key TEXT NOT NULL,
             version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0);
         CREATE TABLE collectionItems (collectionID INT, itemID INT, orderIndex INT, PRIMARY KEY (collectionID, itemID));
         CREATE TABLE relationPredicates (predicateID INTEGER PRIMARY KEY, predicate TEXT UNIQUE);
         CREATE TABLE itemRelations (itemID INT, predicateID INT, object TEXT);
         CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY, dateDeleted TEXT);
         CREATE TABLE retractedItems (itemID INTEGER PRIMARY KEY, data TEXT{});",
        since(125, ", isAdmin INT"),
        since(129, ", clientVersion INT"),
        since(129, ", clientVersion INT"),
        since(126, ", valueNormalized TEXT"),
        since(126, ", firstNameNormalized TEXT, lastNameNormalized TEXT"),
        since(126, ", nameNormalized TEXT"),
        since(112, ", lastProcessedModificationTime INT"),
        since(124, ", lastRead INT"),
        since(109, ", flag INT DEFAULT 0"),
    );
    if version >= 111 {
        sql.push_str(
            "CREATE TABLE deletedCollections (collectionID INTEGER PRIMARY KEY, dateDeleted TEXT);",
        );
    }
    if version >= 112 {
        sql.push_str(&format!(
            "CREATE TABLE itemAnnotations (itemID INTEGER PRIMARY KEY, parentItemID INT NOT NULL, type INT NOT NULL{},
                 text TEXT, comment TEXT, color TEXT, pageLabel TEXT, sortIndex TEXT NOT NULL, position TEXT NOT NULL,
                 isExternal INT NOT NULL{});",
            since(119, ", authorName TEXT"),
            since(126, ", textNormalized TEXT, commentNormalized TEXT"),
        ));
    } else {
        // The table of an older version, which has other columns.
        sql.push_str(
            "CREATE TABLE annotations (annotationID INTEGER PRIMARY KEY, itemID INT, text TEXT);",
        );
    }
    sql
}
