//! JabRef's groups, which become tags of the facet `group`.

use std::collections::{BTreeSet, HashMap};

use super::tags::{NewAssignment, Origin, Tag, TagName};
use super::{Result, Sources, TagsMut};
use crate::formats::bibtex::BibFile;
use crate::formats::jabref::{self, Members};
use crate::model::Entry;

/// The facet of tags that are groups of JabRef.
pub const GROUP_FACET: &str = "group";

impl TagsMut<'_> {
    /// Puts the groups of JabRef that a file knows on its works as tags, after the file was imported
    /// under `path`: those in the field `groups`, and those of the tree in the file's comments, whose
    /// levels become parent and child tags. Gives the names of groups whose members only JabRef can
    /// find, because it searches for them.
    pub fn import_groups(&self, path: &str, file: &BibFile) -> Result<Vec<String>> {
        let tree = jabref::groups(file);
        let works: Vec<&Entry> = file.works().collect();
        if tree.is_empty() && works.iter().all(|work| work.field("groups").is_none()) {
            return Ok(Vec::new());
        }
        let ids = self.change.sources().works(path)?;
        if ids.len() != works.len() {
            return Ok(Vec::new());
        }
        let mut by_key: HashMap<&str, Vec<i64>> = HashMap::new();
        for (work, id) in works.iter().zip(&ids) {
            by_key.entry(&work.key).or_default().push(*id);
        }
        // Works by the words of a field, for the fields that groups name.
        let mut by_word: HashMap<&str, HashMap<String, Vec<i64>>> = HashMap::new();
        let mut groups = Groups::default();
        let mut parents: HashMap<&str, &str> = HashMap::new();
        let mut searched = Vec::new();
        for group in &tree {
            if let Some(parent) = &group.parent {
                parents.entry(&group.name).or_insert(parent);
            }
            let members = groups.members(&group.name);
            match &group.members {
                Members::Listed(keys) => {
                    let listed = keys.iter().filter_map(|key| by_key.get(key.as_str()));
                    members.extend(listed.flatten());
                }
                Members::Word { field, word } => {
                    let by_word = by_word.entry(field).or_insert_with(|| {
                        let mut by_word: HashMap<String, Vec<i64>> = HashMap::new();
                        for (work, id) in works.iter().zip(&ids) {
                            for own in words(work, field, file) {
                                by_word
                                    .entry(own.to_ascii_lowercase())
                                    .or_default()
                                    .push(*id);
                            }
                        }
                        by_word
                    });
                    let having = by_word.get(&word.to_ascii_lowercase());
                    members.extend(having.into_iter().flatten());
                }
                Members::Searched => searched.push(group.name.clone()),
            }
        }
        for (work, id) in works.iter().zip(&ids) {
            for name in words(work, "groups", file) {
                groups.members(&name).insert(*id);
            }
        }
        for (name, ids) in groups.in_order() {
            let Some(tag) = self.group_tag(&name, parents.get(name.as_str()).copied())? else {
                continue;
            };
            for work in ids {
                self.assign(NewAssignment {
                    work,
                    tag,
                    origin: Origin::Import,
                    source: path,
                    reason: Some("a group of JabRef"),
                })?;
            }
        }
        Ok(searched)
    }
}

impl Sources<'_> {
    /// Returns the works of an imported file, in order.
    pub(super) fn works(&self, path: &str) -> Result<Vec<i64>> {
        let mut statement = self.library.connection.prepare(
            "SELECT work_id FROM occurrence JOIN source_file ON source_file.id = source_file_id
             WHERE path = ?1 AND gone_at IS NULL ORDER BY occurrence.id",
        )?;
        let works = statement.query_map([path], |row| row.get(0))?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }
}

impl TagsMut<'_> {
    /// Returns the tag of a group, which is created if it does not exist; a tag that a person has described since is
    /// not changed.
    fn group_tag(&self, name: &str, parent: Option<&str>) -> Result<Option<i64>> {
        let Some(tag) = group_tag_name(name) else {
            return Ok(None);
        };
        if let Some(known) = self.find(&tag)? {
            return Ok(Some(known));
        }
        let parent = match parent.and_then(group_tag_name) {
            Some(parent) if parent != tag && self.find(&parent)?.is_some() => Some(parent),
            _ => None,
        };
        let tag = Tag {
            label: (name != tag.name).then(|| name.to_owned()),
            parent,
            ..Tag::named(tag)
        };
        Ok(Some(self.put(&tag)?))
    }
}

/// The works of groups.
#[derive(Default)]
struct Groups {
    /// For each name: the number of the group in the order of the file, and its works.
    by_name: HashMap<String, (usize, BTreeSet<i64>)>,
}

impl Groups {
    /// Returns the works of a group, which is added if it is new.
    fn members(&mut self, name: &str) -> &mut BTreeSet<i64> {
        let number = self.by_name.len();
        let group = self.by_name.entry(name.to_owned());
        &mut group.or_insert_with(|| (number, BTreeSet::new())).1
    }

    /// Returns the names and works of the groups, in the order of the file.
    fn in_order(self) -> Vec<(String, BTreeSet<i64>)> {
        let mut groups: Vec<_> = self.by_name.into_iter().collect();
        groups.sort_unstable_by_key(|(_, (number, _))| *number);
        let groups = groups.into_iter().map(|(name, (_, works))| (name, works));
        groups.collect()
    }
}

/// Returns the tag of a group: its name in lower case, with hyphens for characters that a tag cannot have.
pub fn group_tag_name(name: &str) -> Option<TagName> {
    TagName::of_label(GROUP_FACET, name)
}

/// Returns the words of a field, which commas separate.
fn words(work: &Entry, field: &str, file: &BibFile) -> Vec<String> {
    let Some(value) = work.field(field) else {
        return Vec::new();
    };
    let text = file.strings.resolve(value).text;
    let words = text.split([',', ';']).map(|word| {
        let word = word.trim().trim_matches(['{', '}']);
        word.replace("\\&", "&").replace("\\_", "_")
    });
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_groups_become_tags() {
        let tag = |name: &str| group_tag_name(name).map(|tag| tag.to_string());
        assert_eq!(
            tag("Peer Production (2)"),
            Some("group:peer-production-2".into())
        );
        assert_eq!(tag(" "), None);
    }
}
