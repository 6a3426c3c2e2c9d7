//! Tags and collections of Zotero as tags of the library.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use crate::library::tags::{DEEPEST_TAG, NewAssignment, Origin, Tag, TagName};
use crate::library::{Change, Result};
use crate::zotero::database::Collection;
use crate::zotero::{TagOrigin, ZoteroItem};

/// The facet of Zotero's tags that have no facet of their own.
const TAG_FACET: &str = "zotero";

/// The facet of collections.
const COLLECTION_FACET: &str = "collection";

/// A tag that a work has because of Zotero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum TagSource<'i> {
    Tag(&'i str),
    /// The names of a collection from the top.
    Collection(&'i [String]),
}

/// The origin of a tag in Zotero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Hand,
    Program,
    Membership,
}

impl By {
    /// Collections and automatic tags are no tags that a person chose for one work.
    fn origin(self) -> Origin {
        match self {
            Self::Hand => Origin::Hand,
            Self::Program | Self::Membership => Origin::Import,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Hand => "a tag in Zotero",
            Self::Program => "an automatic tag in Zotero",
            Self::Membership => "a collection in Zotero",
        }
    }
}

/// Returns the tags that an item stands for.
fn tags_of(item: &ZoteroItem, with_collections: bool) -> BTreeMap<TagSource<'_>, By> {
    let mut tags = BTreeMap::new();
    // The tags of its notes and files say something of the work, too.
    let parts = item.notes.iter().flat_map(|note| &note.tags);
    let parts = parts.chain(item.attachments.iter().flat_map(|file| &file.tags));
    for tag in item.tags.iter().chain(parts) {
        let by = match tag.origin {
            TagOrigin::ByHand => By::Hand,
            TagOrigin::Automatic => By::Program,
        };
        let known = tags.entry(TagSource::Tag(&tag.name)).or_insert(by);
        if by == By::Hand {
            *known = by;
        }
    }
    if with_collections {
        for path in &item.collections {
            tags.insert(TagSource::Collection(path), By::Membership);
        }
    }
    tags
}

/// Keeps the tags of works as they are in Zotero.
pub(super) struct ZoteroTags<'c> {
    change: &'c Change<'c>,
    /// The path of the source, which is that of the assignments.
    path: &'c str,
    /// Whether collections become tags.
    with_collections: bool,
    /// Whether the collections of the last import became tags.
    had_collections: bool,
    /// The number of collections of the library with each name.
    namesakes: HashMap<String, usize>,
    tags: HashMap<TagName, i64>,
    collections: HashMap<Vec<String>, Option<i64>>,
}

impl<'c> ZoteroTags<'c> {
    pub(super) fn new(
        change: &'c Change<'c>,
        path: &'c str,
        collections: &[Collection],
        with_collections: bool,
    ) -> Result<Self> {
        let mut namesakes = HashMap::new();
        for name in collections.iter().filter_map(|one| one.path.last()) {
            *namesakes.entry(slug(name)).or_default() += 1;
        }
        let had_collections = change
            .connection()
            .prepare(
                "SELECT 1 FROM assignment JOIN tag ON tag.id = tag_id WHERE source = ?1 AND facet = ?2",
            )?
            .exists([path, COLLECTION_FACET])?;
        Ok(Self {
            change,
            path,
            with_collections,
            had_collections,
            namesakes,
            tags: HashMap::new(),
            collections: HashMap::new(),
        })
    }

    /// Returns whether works need collections as tags although nothing changed in Zotero: an earlier import did not
    /// make tags of them.
    pub(super) fn lacks_collections(&self) -> bool {
        self.with_collections && !self.had_collections
    }

    /// Gives a work the tags that are new in Zotero since `base`, and takes those that are gone there. What a person
    /// removed stays removed.
    pub(super) fn update(
        &mut self,
        work: i64,
        base: Option<&ZoteroItem>,
        item: &ZoteroItem,
    ) -> Result<()> {
        let before = base.map(|base| tags_of(base, self.with_collections && self.had_collections));
        let before = before.unwrap_or_default();
        let now = tags_of(item, self.with_collections);
        for (source, by) in &before {
            if now.get(source) != Some(by)
                && let Some(tag) = self.find(source)?
            {
                self.change.tags().withdraw_import(work, tag, self.path)?;
            }
        }
        for (source, by) in &now {
            if before.get(source) != Some(by)
                && let Some(tag) = self.put(source)?
                && !self.change.tags().is_vetoed(work, tag)?
            {
                self.change.tags().assign(NewAssignment {
                    work,
                    tag,
                    origin: by.origin(),
                    source: self.path,
                    reason: Some(by.reason()),
                })?;
            }
        }
        Ok(())
    }

    /// Returns the tag of a source if there is one.
    fn find(&mut self, source: &TagSource<'_>) -> Result<Option<i64>> {
        match source {
            TagSource::Tag(name) => match tag_name(name) {
                Some(name) => self.change.tags().find(&name),
                None => Ok(None),
            },
            TagSource::Collection(path) => Ok(self.collection(path)?.and_then(|found| found.id)),
        }
    }

    /// Returns the tag of a source, which is made if there is none; `None` for a name without letters.
    fn put(&mut self, source: &TagSource<'_>) -> Result<Option<i64>> {
        match source {
            TagSource::Tag(label) => {
                let Some(name) = tag_name(label) else {
                    return Ok(None);
                };
                if let Some(known) = self.tags.get(&name) {
                    return Ok(Some(*known));
                }
                let tag = match self.change.tags().find(&name)? {
                    Some(known) => known,
                    None => {
                        let is_whole = name.to_string() == *label || name.name == *label;
                        self.change.tags().put(&Tag {
                            label: (!is_whole).then(|| (*label).to_owned()),
                            ..Tag::named(name.clone())
                        })?
                    }
                };
                self.tags.insert(name, tag);
                Ok(Some(tag))
            }
            TagSource::Collection(path) => self.put_collection(path),
        }
    }

    /// Returns the tag of a collection, which is made with those of its parents if there is none.
    fn put_collection(&mut self, path: &[String]) -> Result<Option<i64>> {
        if let Some(known) = self.collections.get(path) {
            return Ok(*known);
        }
        let parent = match path.split_last() {
            Some((_, [])) | None => None,
            // What is too deep for a hierarchy of tags has no parent.
            Some((_, parents)) if parents.len() >= usize::from(DEEPEST_TAG) => None,
            Some((_, parents)) => self.put_collection(parents)?,
        };
        let tag = match self.collection(path)? {
            None => None,
            Some(CollectionTag { id: Some(id), .. }) => Some(id),
            Some(CollectionTag { name, id: None }) => {
                let parent = parent.map(|parent| self.change.tags().get(parent));
                let label = path.last().filter(|label| **label != name.name).cloned();
                Some(self.change.tags().put(&Tag {
                    label,
                    parent: parent.transpose()?.map(|parent| parent.tag),
                    ..Tag::named(name)
                })?)
            }
        };
        self.collections.insert(path.to_vec(), tag);
        Ok(tag)
    }

    /// Returns the name of the tag of a collection: that of the collection, or if another one has it, with the names of
    /// its parents before it. `None` for a name without letters.
    fn collection(&self, path: &[String]) -> Result<Option<CollectionTag>> {
        let Some((label, parents)) = path.split_last() else {
            return Ok(None);
        };
        let parent = match self.collections.get(parents) {
            Some(known) => *known,
            None => self.collection(parents)?.and_then(|found| found.id),
        };
        let mut last = None;
        for start in (0..path.len()).rev() {
            let names = path.get(start..).unwrap_or_default();
            let slugs: Vec<String> = names.iter().map(|name| slug(name)).collect();
            let Ok(name) = format!("{COLLECTION_FACET}:{}", slugs.join("-")).parse::<TagName>()
            else {
                continue;
            };
            let id = self.change.tags().find(&name)?;
            let is_it = match id {
                None => true,
                Some(id) => {
                    (self.parent_of(id)? == parent && parents.is_empty() == parent.is_none())
                        || self.is_the_only(id, label)?
                }
            };
            let found = CollectionTag { name, id };
            if is_it {
                return Ok(Some(found));
            }
            last = Some(found);
        }
        Ok(last)
    }

    fn parent_of(&self, tag: i64) -> Result<Option<i64>> {
        Ok(self
            .change
            .connection()
            .prepare_cached("SELECT parent_id FROM tag WHERE id = ?1")?
            .query_row([tag], |row| row.get(0))?)
    }

    /// Returns whether a tag came from this source, which has no other collection of this name. A person may have given
    /// the tag another parent.
    fn is_the_only(&self, tag: i64, label: &str) -> Result<bool> {
        let namesakes = self.namesakes.get(&slug(label));
        Ok(namesakes.is_none_or(|count| *count < 2)
            && self
                .change
                .connection()
                .prepare_cached("SELECT 1 FROM assignment WHERE tag_id = ?1 AND source = ?2")?
                .exists(params![tag, self.path])?)
    }
}

/// The tag of a collection.
struct CollectionTag {
    name: TagName,
    /// Its rowid; none if it is to be made.
    id: Option<i64>,
}

/// Returns the name of a collection or a tag as a part of the name of a tag.
pub(super) fn slug(name: &str) -> String {
    TagName::of_label(COLLECTION_FACET, name).map_or_else(String::new, |tag| tag.name)
}

/// Returns the name of the tag for one of Zotero: its own, if it has the form `FACET:NAME`.
fn tag_name(tag: &str) -> Option<TagName> {
    let own = tag.parse::<TagName>().ok();
    own.filter(|name| !name.name.starts_with('/'))
        .or_else(|| TagName::of_label(TAG_FACET, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_keeps_its_facet_or_gets_that_of_zotero() {
        let name = |tag: &str| tag_name(tag).map(|name| name.to_string());
        assert_eq!(
            name("movement:oekonux").as_deref(),
            Some("movement:oekonux")
        );
        assert_eq!(name("To read").as_deref(), Some("zotero:to-read"));
        assert_eq!(
            name("note: important").as_deref(),
            Some("zotero:note:-important")
        );
        assert_eq!(
            name("https://a.example").as_deref(),
            Some("zotero:https://a.example")
        );
        assert_eq!(
            name("\u{2605}\u{2605}").as_deref(),
            Some("zotero:\u{2605}\u{2605}")
        );
        assert_eq!(name(" "), None);
    }
}
