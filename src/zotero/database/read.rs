//! Reading the items of a library: rows of many tables, put together to items.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Connection, Row};
use serde_json::Value as Json;

use super::better_bibtex::CitationKeys;
use super::files::{FilePlace, file_of};
use super::tables::{columns, has_table, number_of, text_of};
use super::{Collection, DatabaseError, LibraryContent, Location, Problem, ZoteroLibrary};
use crate::formats::Severity;
use crate::text::fold;
use crate::zotero::{
    Annotation, AnnotationType, Attachment, Creator, CreatorName, LinkMode, TagOrigin, ZoteroItem,
    ZoteroNote, ZoteroTag, citation_key,
};

type Result<T> = std::result::Result<T, DatabaseError>;

/// The field of citation keys.
const CITATION_KEY: &str = "citationKey";

/// Reads the items and collections of a library.
pub(super) fn read(
    connection: &Connection,
    location: &Location,
    library: &ZoteroLibrary,
    citation_keys: &CitationKeys,
) -> Result<LibraryContent> {
    let names = NamesById::read(connection)?;
    let mut rows = item_rows(connection, library, &names)?;
    add_fields(connection, library, &names, &mut rows)?;
    add_creators(connection, library, &names, &mut rows)?;
    add_tags(connection, library, &mut rows)?;
    add_relations(connection, library, &mut rows)?;
    let children = Children::read(connection, library)?;
    let left_out = left_out(connection)?;
    let mut problems = Vec::new();
    let (mut items, places) = assemble(rows, children, &left_out, location, &mut problems);
    for item in &mut items {
        add_citation_key(item, library, citation_keys, &mut problems);
    }
    for (id, message) in retractions(connection)? {
        if let Some(item) = places.get(&id).and_then(|place| items.get(*place)) {
            problems.push(Problem::of_item(&item.key, Severity::Warning, message));
        }
    }
    let collections = collections(connection, library, &mut items, &places)?;
    Ok(LibraryContent {
        items,
        collections,
        problems,
    })
}

/// The names that rows refer to by ids, which differ from database to database.
struct NamesById {
    types: HashMap<i64, String>,
    fields: HashMap<i64, String>,
    creators: HashMap<i64, String>,
}

impl NamesById {
    fn read(connection: &Connection) -> Result<Self> {
        let mut types = names(connection, "itemTypes", "itemTypeID", "typeName")?;
        types.extend(names(
            connection,
            "itemTypesCombined",
            "itemTypeID",
            "typeName",
        )?);
        let mut fields = names(connection, "fields", "fieldID", "fieldName")?;
        fields.extend(names(connection, "fieldsCombined", "fieldID", "fieldName")?);
        Ok(Self {
            types,
            fields,
            creators: names(connection, "creatorTypes", "creatorTypeID", "creatorType")?,
        })
    }
}

/// Reads a table of ids and names, if there is one.
fn names(
    connection: &Connection,
    table: &str,
    id: &str,
    name: &str,
) -> Result<HashMap<i64, String>> {
    let mut names = HashMap::new();
    if has_table(connection, table)? {
        let mut statement = connection.prepare(&format!("SELECT {id}, {name} FROM {table}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            names.insert(row.get(id)?, text_of(row, name)?.unwrap_or_default());
        }
    }
    Ok(names)
}

/// Calls `add` with each row of the table that belongs to an item of a library. `joined` may join other tables.
fn for_each_row(
    connection: &Connection,
    library: &ZoteroLibrary,
    (table, names): (&str, &[&str]),
    (joined, selected): (&str, &str),
    order: &str,
    add: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    if !has_table(connection, table)? {
        return Ok(());
    }
    let columns = columns(connection, table, names)?;
    let mut statement = connection.prepare(&format!(
        "SELECT {columns}{selected} FROM {table} JOIN items USING (itemID) {joined}
         WHERE items.libraryID = ?1 ORDER BY {order}"
    ))?;
    let mut rows = statement.query([library.id])?;
    while let Some(row) = rows.next()? {
        add(row)?;
    }
    Ok(())
}

/// Reads the rows of the items of a library by their ids, without what other tables say of them.
fn item_rows(
    connection: &Connection,
    library: &ZoteroLibrary,
    names: &NamesById,
) -> Result<BTreeMap<i64, ZoteroItem>> {
    let columns = columns(
        connection,
        "items",
        &["itemID", "itemTypeID", "dateAdded", "dateModified", "key"],
    )?;
    let mut statement =
        connection.prepare(&format!("SELECT {columns} FROM items WHERE libraryID = ?1"))?;
    let mut rows = statement.query([library.id])?;
    let mut items = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let kind: i64 = row.get("itemTypeID")?;
        items.insert(
            row.get("itemID")?,
            ZoteroItem {
                item_type: names.types.get(&kind).cloned().unwrap_or_default(),
                key: text_of(row, "key")?.unwrap_or_default(),
                library: library.uri.clone(),
                date_added: text_of(row, "dateAdded")?.unwrap_or_default(),
                date_modified: text_of(row, "dateModified")?.unwrap_or_default(),
                ..ZoteroItem::default()
            },
        );
    }
    Ok(items)
}

fn add_fields(
    connection: &Connection,
    library: &ZoteroLibrary,
    names: &NamesById,
    items: &mut BTreeMap<i64, ZoteroItem>,
) -> Result<()> {
    for_each_row(
        connection,
        library,
        ("itemData", &["itemID", "fieldID"]),
        ("JOIN itemDataValues USING (valueID)", ", value"),
        "itemID",
        &mut |row| {
            let field: i64 = row.get("fieldID")?;
            let (Some(item), Some(name), Some(value)) = (
                items.get_mut(&row.get("itemID")?),
                names.fields.get(&field),
                text_of(row, "value")?,
            ) else {
                return Ok(());
            };
            if !value.is_empty() {
                item.fields.insert(name.clone(), value);
            }
            Ok(())
        },
    )
}

fn add_creators(
    connection: &Connection,
    library: &ZoteroLibrary,
    names: &NamesById,
    items: &mut BTreeMap<i64, ZoteroItem>,
) -> Result<()> {
    for_each_row(
        connection,
        library,
        ("itemCreators", &["itemID", "creatorTypeID", "orderIndex"]),
        (
            "JOIN creators USING (creatorID)",
            ", firstName, lastName, fieldMode",
        ),
        "itemID, itemCreators.orderIndex",
        &mut |row| {
            let kind: i64 = row.get("creatorTypeID")?;
            let first = text_of(row, "firstName")?.unwrap_or_default();
            let last = text_of(row, "lastName")?.unwrap_or_default();
            let name = match number_of(row, "fieldMode")? {
                Some(1) if first.is_empty() => CreatorName::OneField(last),
                _ => CreatorName::TwoFields { first, last },
            };
            if let Some(item) = items.get_mut(&row.get("itemID")?) {
                item.creators.push(Creator {
                    creator_type: names.creators.get(&kind).cloned().unwrap_or_default(),
                    name,
                });
            }
            Ok(())
        },
    )
}

fn add_tags(
    connection: &Connection,
    library: &ZoteroLibrary,
    items: &mut BTreeMap<i64, ZoteroItem>,
) -> Result<()> {
    for_each_row(
        connection,
        library,
        ("itemTags", &["itemID", "type"]),
        ("JOIN tags USING (tagID)", ", tags.name AS name"),
        "itemID, tags.name",
        &mut |row| {
            let origin = match number_of(row, "type")? {
                Some(1) => TagOrigin::Automatic,
                _ => TagOrigin::ByHand,
            };
            let name = text_of(row, "name")?.unwrap_or_default();
            if let Some(item) = items.get_mut(&row.get("itemID")?) {
                item.tags.push(ZoteroTag { name, origin });
            }
            Ok(())
        },
    )
}

fn add_relations(
    connection: &Connection,
    library: &ZoteroLibrary,
    items: &mut BTreeMap<i64, ZoteroItem>,
) -> Result<()> {
    for_each_row(
        connection,
        library,
        ("itemRelations", &["itemID", "object"]),
        ("JOIN relationPredicates USING (predicateID)", ", predicate"),
        "itemID, predicate, object",
        &mut |row| {
            let predicate = text_of(row, "predicate")?.unwrap_or_default();
            let object = text_of(row, "object")?.unwrap_or_default();
            if let Some(item) = items.get_mut(&row.get("itemID")?) {
                item.relations.entry(predicate).or_default().push(object);
            }
            Ok(())
        },
    )
}

/// The parts of items that are items in the database, each with the id of its parent.
struct Children {
    attachments: BTreeMap<i64, (Option<i64>, Attachment)>,
    /// A note may also be that of an attachment, with its id.
    notes: BTreeMap<i64, (Option<i64>, NoteRow)>,
    /// In the order of their documents.
    annotations: Vec<(i64, Option<i64>, Annotation)>,
}

struct NoteRow {
    html: String,
    /// The first line.
    title: String,
}

impl Children {
    fn read(connection: &Connection, library: &ZoteroLibrary) -> Result<Self> {
        let mut attachments = BTreeMap::new();
        for_each_row(
            connection,
            library,
            (
                "itemAttachments",
                &["itemID", "parentItemID", "linkMode", "contentType", "path"],
            ),
            ("", ""),
            "itemID",
            &mut |row| {
                let link_mode = match number_of(row, "linkMode")? {
                    Some(0) => LinkMode::ImportedFile,
                    Some(1) => LinkMode::ImportedUrl,
                    Some(2) => LinkMode::LinkedFile,
                    Some(4) => LinkMode::EmbeddedImage,
                    _ => LinkMode::LinkedUrl,
                };
                let attachment = Attachment {
                    link_mode,
                    content_type: text_of(row, "contentType")?.unwrap_or_default(),
                    path: text_of(row, "path")?.unwrap_or_default(),
                    ..Attachment::default()
                };
                let parent = number_of(row, "parentItemID")?;
                attachments.insert(row.get("itemID")?, (parent, attachment));
                Ok(())
            },
        )?;
        let mut notes = BTreeMap::new();
        for_each_row(
            connection,
            library,
            ("itemNotes", &["itemID", "parentItemID", "note", "title"]),
            ("", ""),
            "itemID",
            &mut |row| {
                let note = NoteRow {
                    html: text_of(row, "note")?.unwrap_or_default(),
                    title: text_of(row, "title")?.unwrap_or_default(),
                };
                let parent = number_of(row, "parentItemID")?;
                notes.insert(row.get("itemID")?, (parent, note));
                Ok(())
            },
        )?;
        let mut annotations = Vec::new();
        for_each_row(
            connection,
            library,
            (
                "itemAnnotations",
                &[
                    "itemID",
                    "parentItemID",
                    "type",
                    "authorName",
                    "text",
                    "comment",
                    "color",
                    "pageLabel",
                    "sortIndex",
                    "position",
                ],
            ),
            ("", ""),
            "itemAnnotations.sortIndex, itemID",
            &mut |row| {
                let annotation = Annotation {
                    kind: match number_of(row, "type")? {
                        Some(2) => AnnotationType::Note,
                        Some(3) => AnnotationType::Image,
                        Some(4) => AnnotationType::Ink,
                        Some(5) => AnnotationType::Underline,
                        Some(6) => AnnotationType::Text,
                        _ => AnnotationType::Highlight,
                    },
                    author: text_of(row, "authorName")?.unwrap_or_default(),
                    text: text_of(row, "text")?.unwrap_or_default(),
                    comment: text_of(row, "comment")?.unwrap_or_default(),
                    color: text_of(row, "color")?.unwrap_or_default(),
                    page_label: text_of(row, "pageLabel")?.unwrap_or_default(),
                    position: text_of(row, "position")?.unwrap_or_default(),
                    ..Annotation::default()
                };
                let parent = number_of(row, "parentItemID")?;
                annotations.push((row.get("itemID")?, parent, annotation));
                Ok(())
            },
        )?;
        Ok(Self {
            attachments,
            notes,
            annotations,
        })
    }

    /// Returns the parent of an item.
    fn parent(&self, id: i64) -> Option<i64> {
        let of_attachment = self.attachments.get(&id).and_then(|(parent, _)| *parent);
        of_attachment.or_else(|| self.notes.get(&id).and_then(|(parent, _)| *parent))
    }

    /// Returns the item at the top that an item belongs to, or `None` if one of them is left out.
    fn top(
        &self,
        id: i64,
        rows: &BTreeMap<i64, ZoteroItem>,
        left_out: &HashSet<i64>,
    ) -> Option<i64> {
        let mut top = id;
        // An image belongs to a note, which belongs to an item; a damaged database may have a circle.
        for _ in 0..8 {
            if left_out.contains(&top) {
                return None;
            }
            match self.parent(top).filter(|parent| rows.contains_key(parent)) {
                Some(parent) => top = parent,
                None => return Some(top),
            }
        }
        None
    }
}

/// Returns the ids of the items that are in the trash or belong to feeds.
fn left_out(connection: &Connection) -> Result<HashSet<i64>> {
    let mut left_out = HashSet::new();
    for table in ["deletedItems", "feedItems"] {
        if has_table(connection, table)? {
            let mut statement = connection.prepare(&format!("SELECT itemID FROM {table}"))?;
            let ids = statement.query_map([], |row| row.get("itemID"))?;
            left_out.extend(ids.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
    }
    Ok(left_out)
}

/// Puts the items together with their notes, attachments and annotations. Returns them with their places by id. A note
/// or a file that belongs to no item becomes an item of its own, so that nothing is lost.
fn assemble(
    rows: BTreeMap<i64, ZoteroItem>,
    mut children: Children,
    left_out: &HashSet<i64>,
    location: &Location,
    problems: &mut Vec<Problem>,
) -> (Vec<ZoteroItem>, BTreeMap<i64, usize>) {
    add_annotations(&rows, &mut children, left_out);
    let mut items: Vec<ZoteroItem> = Vec::new();
    let mut places: BTreeMap<i64, usize> = BTreeMap::new();
    let is_part = |item: &ZoteroItem| matches!(item.item_type.as_str(), "attachment" | "note");
    let tops: HashMap<i64, i64> = rows
        .iter()
        .filter(|(_, item)| is_part(item))
        .filter_map(|(id, _)| Some((*id, children.top(*id, &rows, left_out)?)))
        .collect();
    let mut parts = Vec::new();
    for (id, item) in rows {
        if let Some(top) = tops.get(&id) {
            if *top == id {
                places.insert(id, items.len());
                items.push(standing_alone(&item, children.notes.get(&id), problems));
            }
            parts.push((id, *top, item));
        } else if !is_part(&item) && item.item_type != "annotation" && !left_out.contains(&id) {
            places.insert(id, items.len());
            items.push(item);
        }
    }
    for (id, top, part) in parts {
        let Some(item) = places.get(&top).and_then(|place| items.get_mut(*place)) else {
            continue;
        };
        let note = children.notes.remove(&id).map(|(_, note)| note.html);
        match (children.attachments.remove(&id), note) {
            (Some((_, attachment)), note) => {
                let attachment = with_row(attachment, part, note.unwrap_or_default());
                item.attachments
                    .push(located(attachment, location, &item.key, problems));
            }
            (None, Some(html)) => item.notes.push(ZoteroNote {
                key: part.key,
                note: html,
                tags: part.tags,
                date_added: part.date_added,
                date_modified: part.date_modified,
            }),
            (None, None) => {}
        }
    }
    (items, places)
}

/// Adds the annotations to their attachments.
fn add_annotations(
    rows: &BTreeMap<i64, ZoteroItem>,
    children: &mut Children,
    left_out: &HashSet<i64>,
) {
    for (id, parent, mut annotation) in std::mem::take(&mut children.annotations) {
        let (Some(row), Some(parent)) = (rows.get(&id), parent) else {
            continue;
        };
        if left_out.contains(&id) {
            continue;
        }
        if let Some((_, attachment)) = children.attachments.get_mut(&parent) {
            row.key.clone_into(&mut annotation.key);
            annotation.tags.clone_from(&row.tags);
            row.date_modified.clone_into(&mut annotation.date_modified);
            attachment.annotations.push(annotation);
        }
    }
}

/// Returns the item that a note or a file without a parent becomes.
fn standing_alone(
    part: &ZoteroItem,
    note: Option<&(Option<i64>, NoteRow)>,
    problems: &mut Vec<Problem>,
) -> ZoteroItem {
    let (title, what) = match note.filter(|_| part.item_type == "note") {
        Some((_, note)) => (note.title.trim(), "note"),
        None => (part.field("title").unwrap_or_default().trim(), "file"),
    };
    problems.push(Problem::of_item(
        &part.key,
        Severity::Notice,
        format!("this {what} belongs to no item in Zotero; it becomes a work of its own"),
    ));
    let title = if title.is_empty() { what } else { title };
    let mut fields = part.fields.clone();
    fields.insert("title".to_owned(), title.to_owned());
    ZoteroItem {
        item_type: "document".to_owned(),
        key: part.key.clone(),
        library: part.library.clone(),
        date_added: part.date_added.clone(),
        date_modified: part.date_modified.clone(),
        tags: part.tags.clone(),
        relations: part.relations.clone(),
        fields,
        ..ZoteroItem::default()
    }
}

/// Returns an attachment with the columns of its row in the table of items.
fn with_row(attachment: Attachment, mut row: ZoteroItem, note: String) -> Attachment {
    let mut take = |field: &str| row.fields.remove(field).unwrap_or_default();
    Attachment {
        title: take("title"),
        url: take("url"),
        access_date: take("accessDate"),
        key: row.key,
        tags: row.tags,
        note,
        ..attachment
    }
}

/// Returns an attachment with the real path of its file, and reports one that is not there.
fn located(
    mut attachment: Attachment,
    location: &Location,
    item: &str,
    problems: &mut Vec<Problem>,
) -> Attachment {
    let place = file_of(
        location,
        attachment.link_mode,
        &attachment.key,
        &attachment.path,
    );
    let mut report = |message: String| {
        problems.push(Problem::of_item(item, Severity::Warning, message));
    };
    match place {
        FilePlace::Found(path) => attachment.path = path.to_string_lossy().into_owned(),
        FilePlace::Missing(path) => {
            report(format!("missing file: {}", path.display()));
            attachment.path = path.to_string_lossy().into_owned();
        }
        FilePlace::Unknown(reason) => report(format!(
            "file not linked: {}, because {reason}",
            attachment.path
        )),
        FilePlace::NoFile => {}
    }
    attachment
}

/// Adds the citation key of Better BibTeX to an item that has none of its own.
fn add_citation_key(
    item: &mut ZoteroItem,
    library: &ZoteroLibrary,
    keys: &CitationKeys,
    problems: &mut Vec<Problem>,
) {
    let Some(key) = keys.get(&(library.id, item.key.clone())) else {
        return;
    };
    match citation_key(item) {
        Some(own) if own == *key => {}
        Some(own) => problems.push(Problem::of_item(
            &item.key,
            Severity::Notice,
            format!(
                "Zotero has the citation key {own}, Better BibTeX has {key}; the former is used"
            ),
        )),
        None => {
            item.fields.insert(CITATION_KEY.to_owned(), key.clone());
        }
    }
}

/// Returns what Zotero knows of retractions by the ids of the items, without those that the user has marked as not
/// retracted.
fn retractions(connection: &Connection) -> Result<Vec<(i64, String)>> {
    const NOT_RETRACTED: i64 = 1;
    let mut retractions = Vec::new();
    if !has_table(connection, "retractedItems")? {
        return Ok(retractions);
    }
    let columns = columns(connection, "retractedItems", &["itemID", "data", "flag"])?;
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM retractedItems"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if number_of(row, "flag")? == Some(NOT_RETRACTED) {
            continue;
        }
        let data = text_of(row, "data")?.unwrap_or_default();
        let data: Json = serde_json::from_str(&data).unwrap_or_default();
        let reasons: Vec<&str> = data
            .get("reasons")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut message = "the work was retracted".to_owned();
        if let Some(date) = data.get("date").and_then(Json::as_str) {
            message = format!("{message} on {date}");
        }
        if !reasons.is_empty() {
            message = format!("{message}: {}", reasons.join("; "));
        }
        retractions.push((row.get("itemID")?, message));
    }
    Ok(retractions)
}

/// The deepest nesting of collections that is read.
const DEEPEST: usize = 100;

/// A row of the table of collections.
struct CollectionRow {
    name: String,
    parent: Option<i64>,
}

/// Reads the collections, and adds their paths to their items.
fn collections(
    connection: &Connection,
    library: &ZoteroLibrary,
    items: &mut [ZoteroItem],
    places: &BTreeMap<i64, usize>,
) -> Result<Vec<Collection>> {
    let mut rows = BTreeMap::new();
    let mut statement = connection.prepare(
        "SELECT collectionID, collectionName, parentCollectionID FROM collections WHERE libraryID = ?1",
    )?;
    let mut found = statement.query([library.id])?;
    while let Some(row) = found.next()? {
        let id: i64 = row.get("collectionID")?;
        let collection = CollectionRow {
            name: text_of(row, "collectionName")?.unwrap_or_default(),
            parent: number_of(row, "parentCollectionID")?,
        };
        rows.insert(id, collection);
    }
    let mut deleted = HashSet::new();
    if has_table(connection, "deletedCollections")? {
        let mut statement = connection.prepare("SELECT collectionID FROM deletedCollections")?;
        let ids = statement.query_map([], |row| row.get("collectionID"))?;
        deleted = ids.collect::<rusqlite::Result<HashSet<i64>>>()?;
    }
    let root: Vec<String> = match library.group {
        Some(_) => vec![library.name.clone()],
        None => Vec::new(),
    };
    let mut collections: BTreeMap<i64, Collection> = rows
        .keys()
        .filter_map(|id| {
            let mut path = root.clone();
            path.extend(path_of(*id, &rows, &deleted)?);
            let items = Vec::new();
            Some((*id, Collection { path, items }))
        })
        .collect();
    let mut statement = connection.prepare(
        "SELECT collectionID, itemID FROM collectionItems ORDER BY collectionID, orderIndex, itemID",
    )?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let (id, item): (i64, i64) = (row.get("collectionID")?, row.get("itemID")?);
        if let (Some(collection), Some(place)) = (collections.get_mut(&id), places.get(&item))
            && let Some(item) = items.get_mut(*place)
        {
            collection.items.push(item.key.clone());
            item.collections.push(collection.path.clone());
        }
    }
    let mut collections: Vec<Collection> = collections.into_values().collect();
    if library.group.is_some() {
        let mut loose = Vec::new();
        for item in items.iter_mut().filter(|item| item.collections.is_empty()) {
            item.collections.push(root.clone());
            loose.push(item.key.clone());
        }
        collections.push(Collection {
            path: root,
            items: loose,
        });
    }
    // As Zotero shows them.
    collections.sort_by_cached_key(|collection| {
        let names = collection.path.iter();
        names.map(|name| fold(name)).collect::<Vec<_>>()
    });
    for item in items {
        item.collections.sort();
        item.collections.dedup();
    }
    Ok(collections)
}

/// Returns the names of a collection from the top; `None` if one of its parents is in the trash or missing.
fn path_of(
    id: i64,
    rows: &BTreeMap<i64, CollectionRow>,
    deleted: &HashSet<i64>,
) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        // A damaged database may have a circle.
        if deleted.contains(&id) || path.len() >= DEEPEST {
            return None;
        }
        let row = rows.get(&id)?;
        path.push(row.name.clone());
        next = row.parent;
    }
    path.reverse();
    Some(path)
}
