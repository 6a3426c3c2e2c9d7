//! JabRef's groups, which become tags of the facet `group`.

use std::collections::{BTreeSet, HashMap};

use super::tags::{NewAssignment, Origin, Tag, TagName};
use super::{LibraryError, Result, Sources, TagsMut};
use crate::formats::bibtex::BibFile;
use crate::formats::jabref::{self, Members};
use crate::model::Entry;

/// The facet of tags that are groups of JabRef.
pub const GROUP_FACET: &str = "group";

impl TagsMut<'_> {
    /// Puts the groups of JabRef that a file knows on its works as tags, after the file was imported
    /// under `path`: those in the field `groups`, and those of the tree in the file's comments, whose
    /// levels become wider and narrower tags. Gives the names of groups whose members only JabRef can
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
        let mut members: Vec<(String, BTreeSet<i64>)> = Vec::new();
        let mut add =
            |name: &str, id: Option<i64>| match members.iter_mut().find(|(known, _)| known == name)
            {
                Some((_, ids)) => ids.extend(id),
                None => members.push((name.to_owned(), id.into_iter().collect())),
            };
        let mut parents: HashMap<&str, &str> = HashMap::new();
        let mut searched = Vec::new();
        for group in &tree {
            if let Some(parent) = &group.parent {
                parents.entry(&group.name).or_insert(parent);
            }
            if group.members == Members::Searched {
                searched.push(group.name.clone());
            }
            add(&group.name, None);
            for (work, id) in works.iter().zip(&ids) {
                let belongs = match &group.members {
                    Members::Listed(keys) => keys.contains(&work.key),
                    Members::Word { field, word } => words(work, field, file)
                        .iter()
                        .any(|own| own.eq_ignore_ascii_case(word)),
                    Members::Searched => false,
                };
                if belongs {
                    add(&group.name, Some(*id));
                }
            }
        }
        for (work, id) in works.iter().zip(&ids) {
            for name in words(work, "groups", file) {
                add(&name, Some(*id));
            }
        }
        for (name, ids) in members {
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
    /// The works of an imported file, in its order.
    pub(super) fn works(&self, path: &str) -> Result<Vec<i64>> {
        let mut statement = self.library.connection.prepare(
            "SELECT work_id FROM occurrence JOIN source_file ON source_file.id = source_file_id
             WHERE path = ?1 ORDER BY occurrence.id",
        )?;
        let works = statement.query_map([path], |row| row.get(0))?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }
}

impl TagsMut<'_> {
    /// The tag of a group, made where there is none; a tag that a person has described since stays so.
    fn group_tag(&self, name: &str, parent: Option<&str>) -> Result<Option<i64>> {
        let Some(tag) = group_tag_name(name) else {
            return Ok(None);
        };
        match self.resolve(&tag.to_string()) {
            Ok(known) => Ok(Some(known.id)),
            Err(LibraryError::UnknownTag { .. }) => {
                let parent = parent.and_then(group_tag_name);
                let parent = parent
                    .filter(|wider| *wider != tag && self.resolve(&wider.to_string()).is_ok());
                let label = (name != tag.name).then(|| name.to_owned());
                let tag = Tag {
                    label,
                    parent,
                    ..Tag::named(tag)
                };
                Ok(Some(self.put(&tag)?))
            }
            Err(error) => Err(error),
        }
    }
}

/// The tag of a group: its name in lower case, with hyphens for what a tag cannot have.
pub fn group_tag_name(name: &str) -> Option<TagName> {
    let word: String = name
        .trim()
        .chars()
        .map(|c| {
            let fits = !c.is_whitespace() && !c.is_control() && !",;\"'{}()\\".contains(c);
            if fits { c } else { '-' }
        })
        .collect();
    let mut word = word.trim_matches('-').to_owned();
    while word.contains("--") {
        word = word.replace("--", "-");
    }
    format!("{GROUP_FACET}:{word}").parse().ok()
}

/// The words of a field that commas separate.
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
