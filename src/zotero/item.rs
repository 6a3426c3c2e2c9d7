//! An item of Zotero with its notes, attachments, tags and collections.
//!
//! The JSON of these types is that of Zotero's web API and translators, with the children of an item inside it. Reading
//! is lenient, because translators are programs of many authors: a value of the wrong kind becomes a text.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// A work with everything that belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ZoteroItem {
    /// The name of the item's type, such as `journalArticle`.
    #[serde(deserialize_with = "text")]
    pub item_type: String,
    /// The key, which is unique in its library: eight letters and digits. Empty for an item from a browser.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The id that a connector gives an item that it sends.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The library as in the URIs of items: `users/12`, `users/local/aBc`, `groups/345`. Empty for an item from a browser.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub library: String,
    /// The version at the last synchronization; 0 if there was none. In the JSON of translators, `version` is a field: that
    /// of a program.
    #[serde(deserialize_with = "number", skip_serializing_if = "is_zero")]
    pub sync_version: u64,
    /// The time the item was added: `2026-01-02 03:04:05` in UTC.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub date_added: String,
    /// The time the item was changed: `2026-01-02 03:04:05` in UTC.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub date_modified: String,
    /// The creators in their order.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub creators: Vec<Creator>,
    /// The tags.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ZoteroTag>,
    /// The paths of the collections that hold the item: the names from the top.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Vec<String>>,
    /// The URIs of other items, or other values, by predicate: `dc:relation`, `owl:sameAs`.
    #[serde(
        deserialize_with = "relations",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub relations: BTreeMap<String, Vec<String>>,
    /// The notes.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ZoteroNote>,
    /// The attachments.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The fields by name: `title`, `bookTitle` or its base field `publicationTitle`, `extra`. Dates are as they were typed;
    /// they may have the prefix that the database adds for sorting.
    #[serde(flatten, deserialize_with = "fields")]
    pub fields: BTreeMap<String, String>,
}

impl ZoteroItem {
    /// Returns the text of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Returns the URI of the item, as relations name it; `None` for an item from a browser.
    pub fn uri(&self) -> Option<String> {
        let is_stored = !self.library.is_empty() && !self.key.is_empty();
        is_stored.then(|| format!("http://zotero.org/{}/items/{}", self.library, self.key))
    }
}

/// A person or an organization that took part in a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenCreator", into = "WrittenCreator")]
pub struct Creator {
    /// The name of the creator's type, such as `author` or `seriesEditor`.
    pub creator_type: String,
    /// The name.
    pub name: CreatorName,
}

/// The name of a creator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreatorName {
    /// One field: an organization or a single name.
    OneField(String),
    /// Two fields.
    TwoFields {
        /// The first name, which may be empty.
        first: String,
        /// The last name with its particles.
        last: String,
    },
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenCreator {
    #[serde(deserialize_with = "text")]
    creator_type: String,
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    first_name: String,
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    last_name: String,
    #[serde(deserialize_with = "number", skip_serializing)]
    field_mode: u64,
}

impl From<WrittenCreator> for Creator {
    fn from(written: WrittenCreator) -> Creator {
        let WrittenCreator {
            creator_type,
            name,
            first_name,
            last_name,
            field_mode,
        } = written;
        let name = if last_name.is_empty() && first_name.is_empty() {
            CreatorName::OneField(name)
        } else if field_mode == 1 && first_name.is_empty() {
            CreatorName::OneField(last_name)
        } else {
            CreatorName::TwoFields {
                first: first_name,
                last: last_name,
            }
        };
        Creator { creator_type, name }
    }
}

impl From<Creator> for WrittenCreator {
    fn from(creator: Creator) -> WrittenCreator {
        let (name, first_name, last_name) = match creator.name {
            CreatorName::OneField(name) => (name, String::new(), String::new()),
            CreatorName::TwoFields { first, last } => (String::new(), first, last),
        };
        WrittenCreator {
            creator_type: creator.creator_type,
            name,
            first_name,
            last_name,
            field_mode: 0,
        }
    }
}

/// A tag of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenTag", into = "WrittenTag")]
pub struct ZoteroTag {
    /// The name.
    pub name: String,
    /// Its origin.
    pub origin: TagOrigin,
}

/// The origin of a tag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TagOrigin {
    /// A person.
    #[default]
    ByHand,
    /// A translator, from a catalogue or a web page.
    Automatic,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenTag {
    Name(String),
    Typed {
        #[serde(deserialize_with = "text")]
        tag: String,
        #[serde(
            default,
            rename = "type",
            deserialize_with = "number",
            skip_serializing_if = "is_zero"
        )]
        kind: u64,
    },
}

impl From<WrittenTag> for ZoteroTag {
    fn from(written: WrittenTag) -> ZoteroTag {
        match written {
            WrittenTag::Name(name) => ZoteroTag {
                name,
                origin: TagOrigin::ByHand,
            },
            WrittenTag::Typed { tag, kind } => ZoteroTag {
                name: tag,
                origin: match kind {
                    1 => TagOrigin::Automatic,
                    _ => TagOrigin::ByHand,
                },
            },
        }
    }
}

impl From<ZoteroTag> for WrittenTag {
    fn from(tag: ZoteroTag) -> WrittenTag {
        WrittenTag::Typed {
            tag: tag.name,
            kind: match tag.origin {
                TagOrigin::ByHand => 0,
                TagOrigin::Automatic => 1,
            },
        }
    }
}

/// A note of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ZoteroNote {
    /// The key.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The text as HTML.
    #[serde(deserialize_with = "text")]
    pub note: String,
    /// The tags.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ZoteroTag>,
    /// The time the note was added: `2026-01-02 03:04:05` in UTC.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub date_added: String,
    /// The time the note was changed: `2026-01-02 03:04:05` in UTC.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub date_modified: String,
}

/// A file or an address that belongs to an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Attachment {
    /// The key, which is also the name of the folder of a stored file.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The id that a connector gives an attachment that it sends.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The title.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The place of the file.
    pub link_mode: LinkMode,
    /// The MIME type.
    #[serde(
        alias = "mimeType",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub content_type: String,
    /// The path as the database has it (`storage:a.pdf`), or a real path if a reader has found the file.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The address from where the file comes, or that is the attachment.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// The time the file was downloaded.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub access_date: String,
    /// The attachment's own note as HTML.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The tags.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ZoteroTag>,
    /// The annotations, in the order of the document.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

impl Attachment {
    /// Returns the path of the file that belongs to the item; `None` for an address, an image in a note, and a path that
    /// only Zotero understands (`storage:a.pdf`).
    pub fn file(&self) -> Option<&str> {
        let is_file = !matches!(
            self.link_mode,
            LinkMode::LinkedUrl | LinkMode::EmbeddedImage
        );
        // An alias of an old macOS, in Base64, begins with these letters.
        let is_of_zotero = ["storage:", "attachments:", "AAAA"]
            .iter()
            .any(|prefix| self.path.starts_with(prefix));
        (is_file && !is_of_zotero && !self.path.is_empty()).then_some(self.path.as_str())
    }
}

/// The place of the file of an attachment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkMode {
    /// In Zotero's folder, from disk.
    ImportedFile,
    /// In Zotero's folder, from the web.
    ImportedUrl,
    /// Anywhere else.
    LinkedFile,
    /// It is only a link to an address.
    #[default]
    LinkedUrl,
    /// In Zotero's folder, as an image in a note.
    EmbeddedImage,
}

/// An annotation of a PDF, an EPUB or a web page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Annotation {
    /// The key.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The kind.
    #[serde(rename = "annotationType")]
    pub kind: AnnotationType,
    /// Its author, in a group.
    #[serde(
        rename = "annotationAuthorName",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub author: String,
    /// The words of the document.
    #[serde(
        rename = "annotationText",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub text: String,
    /// The words of the reader, which may hold `<i>`, `<b>`, `<sub>` and `<sup>`.
    #[serde(
        rename = "annotationComment",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub comment: String,
    /// The color: `#ffd400`.
    #[serde(
        rename = "annotationColor",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub color: String,
    /// The page as the document numbers it.
    #[serde(
        rename = "annotationPageLabel",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub page_label: String,
    /// The position in the document as JSON.
    #[serde(
        rename = "annotationPosition",
        deserialize_with = "text",
        skip_serializing_if = "String::is_empty"
    )]
    pub position: String,
    /// The tags.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ZoteroTag>,
    /// The time the annotation was changed: `2026-01-02 03:04:05` in UTC.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub date_modified: String,
}

/// The kind of an annotation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AnnotationType {
    /// Marked words.
    #[default]
    Highlight,
    /// A note at a place.
    Note,
    /// A marked area.
    Image,
    /// A drawing.
    Ink,
    /// Underlined words.
    Underline,
    /// A text on the page.
    Text,
}

/// Reads a text, or a number as a text. Anything else becomes its JSON.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(json_text(Json::deserialize(deserializer)?).unwrap_or_default())
}

/// Returns the text of a JSON value; `None` for an empty one.
fn json_text(value: Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text),
        Json::Array(list) if list.is_empty() => None,
        Json::Object(object) if object.is_empty() => None,
        other => Some(other.to_string()),
    }
}

/// Reads a number; 0 in place of anything else.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Json::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    Ok(number.unwrap_or_default())
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Reads a list without the elements that are no `T`. A single element counts as a list.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let list = match Json::deserialize(deserializer)? {
        Json::Array(list) => list,
        Json::Null => Vec::new(),
        one => vec![one],
    };
    let read = list
        .into_iter()
        .filter_map(|json| serde_json::from_value(json).ok());
    Ok(read.collect())
}

/// Reads relations, each of which may have one object or a list of them.
fn relations<'de, D>(deserializer: D) -> Result<BTreeMap<String, Vec<String>>, D::Error>
where
    D: Deserializer<'de>,
{
    let Json::Object(object) = Json::deserialize(deserializer)? else {
        return Ok(BTreeMap::new());
    };
    let objects = |value: Json| match value {
        Json::Array(list) => list.into_iter().filter_map(json_text).collect(),
        one => json_text(one).into_iter().collect::<Vec<String>>(),
    };
    let read = object
        .into_iter()
        .map(|(name, value)| (name, objects(value)));
    Ok(read.filter(|(_, objects)| !objects.is_empty()).collect())
}

/// Reads the fields, which are all that is nothing else.
fn fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let all = serde_json::Map::deserialize(deserializer)?;
    let texts = all
        .into_iter()
        .filter_map(|(name, value)| Some((name, json_text(value)?)));
    Ok(texts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_a_translator_is_read() {
        let item: ZoteroItem = serde_json::from_value(serde_json::json!({
            "itemType": "bookSection", "id": "aB3dE6gH", "title": "A Tale", "volume": 2, "seeAlso": [],
            "creators": [
                {"firstName": "Elinor", "lastName": "Ostrom", "creatorType": "author"},
                {"lastName": "P2P Foundation", "fieldMode": 1, "creatorType": "editor"},
                {"name": "Oekonux", "creatorType": "contributor"},
                "not a creator"
            ],
            "tags": ["commons", {"tag": "peer production", "type": 1}, 3],
            "notes": {"note": "<p>selected</p>"},
            "attachments": [{"title": "Page", "url": "https://a.example", "mimeType": "text/html", "snapshot": false}],
            "relations": {"dc:relation": "http://zotero.org/users/1/items/ABCDEFGH"}
        }))
        .unwrap();
        assert_eq!(item.field("title"), Some("A Tale"));
        assert_eq!(item.field("volume"), Some("2"));
        assert_eq!(item.field("seeAlso"), None);
        assert_eq!(item.creators.len(), 3);
        assert_eq!(
            item.creators[1].name,
            CreatorName::OneField("P2P Foundation".to_owned())
        );
        let origins: Vec<_> = item.tags.iter().map(|tag| tag.origin).collect();
        assert_eq!(origins, [TagOrigin::ByHand, TagOrigin::Automatic]);
        assert_eq!(item.notes[0].note, "<p>selected</p>");
        assert_eq!(item.attachments[0].content_type, "text/html");
        assert_eq!(item.relations["dc:relation"].len(), 1);
        assert_eq!(item.uri(), None);
    }

    #[test]
    fn an_item_comes_back_from_its_json() {
        let item = ZoteroItem {
            item_type: "book".to_owned(),
            key: "ABCDEFGH".to_owned(),
            library: "groups/12".to_owned(),
            sync_version: 3,
            date_added: "2026-01-02 03:04:05".to_owned(),
            creators: vec![Creator {
                creator_type: "author".to_owned(),
                name: CreatorName::TwoFields {
                    first: String::new(),
                    last: "Plato".to_owned(),
                },
            }],
            tags: vec![ZoteroTag {
                name: "a".to_owned(),
                origin: TagOrigin::Automatic,
            }],
            collections: vec![vec!["Commons".to_owned(), "Software".to_owned()]],
            attachments: vec![Attachment {
                link_mode: LinkMode::ImportedFile,
                path: "storage:a.pdf".to_owned(),
                annotations: vec![Annotation {
                    kind: AnnotationType::Underline,
                    page_label: "iv".to_owned(),
                    ..Annotation::default()
                }],
                ..Attachment::default()
            }],
            fields: BTreeMap::from([("title".to_owned(), "Republic".to_owned())]),
            ..ZoteroItem::default()
        };
        let json = serde_json::to_string(&item).unwrap();
        assert_eq!(serde_json::from_str::<ZoteroItem>(&json).unwrap(), item);
        assert_eq!(
            item.uri().as_deref(),
            Some("http://zotero.org/groups/12/items/ABCDEFGH")
        );
    }
}
