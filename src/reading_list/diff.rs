//! The difference between two states of a list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{ContentsPlacement, ContentsWork, ListContents, OrphanAnnotation, Snapshot};
use crate::formats::bibtex::{self, Strings};
use crate::library::{Library, Result};
use crate::model::{CslName, CslValue, Entry};
use crate::text::single_spaced;

/// The difference between two states of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListDiff {
    /// The name of the earlier snapshot.
    pub from: String,
    /// The name of the later snapshot; `None` for the current list.
    pub to: Option<String>,
    /// The works that were added.
    pub added: Vec<DiffEntry>,
    /// The works that were removed.
    pub removed: Vec<DiffEntry>,
    /// The works in both states that differ.
    pub changed: Vec<ChangedWork>,
    /// The changed settings of the list, such as its title or style.
    pub list: Vec<FieldChange>,
    /// The annotations without a work in the later state.
    pub unattached: Vec<OrphanAnnotation>,
}

/// A work that was added or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffEntry {
    /// The citation key.
    pub key: String,
    /// A short description of the work: author, title, year.
    pub work: String,
    /// The reason for the removal, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A work that differs between the two states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedWork {
    /// The citation key in the later state.
    pub key: String,
    /// A short description of the work: author, title, year.
    pub work: String,
    /// The changed fields.
    pub fields: Vec<FieldChange>,
}

/// A changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The name of the field.
    pub field: String,
    /// The earlier value.
    pub before: Option<String>,
    /// The later value.
    pub after: Option<String>,
}

impl FieldChange {
    fn new(field: &str, before: Option<String>, after: Option<String>) -> Option<Self> {
        (before != after).then(|| Self {
            field: field.to_owned(),
            before,
            after,
        })
    }
}

/// Fields that are ignored because other programs manage them or because they are private to the owner of the
/// library.
const IGNORED_FIELDS: &[&str] = &[
    "annotation",
    "annote",
    "creationdate",
    "file",
    "groups",
    "ids",
    "modificationdate",
    "owner",
    "timestamp",
];

impl ListDiff {
    /// Compares two snapshots, or a snapshot with the current list. A work whose key has changed in the
    /// library since the snapshot is still recognized.
    pub fn between(
        library: &Library,
        (from, before): (&str, &Snapshot),
        (to, after): (Option<&str>, &Snapshot),
    ) -> Result<Self> {
        let earlier = group_by_identity(library, &before.contents)?;
        let later = group_by_identity(library, &after.contents)?;
        let mut removed = Vec::new();
        let mut changed = Vec::new();
        for (work, all) in &earlier {
            let mut all = all.iter().copied();
            let first = all.next();
            if let (Some(first), Some(now)) = (first, later.get(work).and_then(|all| all.first())) {
                let fields = diff_work((before, first), (after, now));
                if !fields.is_empty() {
                    changed.push(ChangedWork {
                        key: now.key.clone(),
                        work: now.description(),
                        fields,
                    });
                }
                // Two works of the earlier state have been merged.
                removed.extend(
                    all.map(|merged| diff_entry(merged, Some(format!("merged into {}", now.key)))),
                );
            } else {
                let reason = match work {
                    WorkIdentity::Work(_) if to.is_none() => {
                        Some("no longer in the list".to_owned())
                    }
                    WorkIdentity::Work(_) => None,
                    WorkIdentity::Key(_) => Some("no longer in the library".to_owned()),
                };
                removed.extend(
                    first
                        .into_iter()
                        .chain(all)
                        .map(|work| diff_entry(work, reason.clone())),
                );
            }
        }
        let added = later
            .iter()
            .filter(|(work, _)| !earlier.contains_key(work))
            .flat_map(|(_, all)| all.iter().map(|work| diff_entry(work, None)))
            .collect();
        Ok(Self {
            from: from.to_owned(),
            to: to.map(str::to_owned),
            added: sort_by_list_order(added, &after.contents, |entry: &DiffEntry| &entry.key),
            removed: sort_by_list_order(removed, &before.contents, |entry: &DiffEntry| &entry.key),
            changed: sort_by_list_order(changed, &after.contents, |changed: &ChangedWork| {
                &changed.key
            }),
            list: diff_settings(&before.contents, &after.contents),
            unattached: after.contents.unattached.clone(),
        })
    }

    /// Returns whether nothing changed and every annotation has its work.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.list.is_empty()
            && self.unattached.is_empty()
    }
}

/// The identity of a work across snapshots: its id in the library, or its key if the library no longer has
/// it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum WorkIdentity {
    Work(i64),
    Key(String),
}

/// Groups works by their identity in the current library. If several keys lead to one work, the one that is
/// still its key comes first.
fn group_by_identity<'c>(
    library: &Library,
    contents: &'c ListContents,
) -> Result<BTreeMap<WorkIdentity, Vec<&'c ContentsWork>>> {
    let mut works: BTreeMap<WorkIdentity, Vec<&ContentsWork>> = BTreeMap::new();
    for work in &contents.works {
        match library.works().find(&work.key)? {
            Some(id) => {
                let has_key = library.works().key(id)? == work.key;
                let all = works.entry(WorkIdentity::Work(id)).or_default();
                if has_key {
                    all.insert(0, work);
                } else {
                    all.push(work);
                }
            }
            None => works
                .entry(WorkIdentity::Key(work.key.clone()))
                .or_default()
                .push(work),
        }
    }
    Ok(works)
}

fn diff_entry(work: &ContentsWork, reason: Option<String>) -> DiffEntry {
    DiffEntry {
        key: work.key.clone(),
        work: work.description(),
        reason,
    }
}

/// Compares a work in two snapshots: its entry, its annotation, tags and sections.
fn diff_work(
    (before, earlier): (&Snapshot, &ContentsWork),
    (after, later): (&Snapshot, &ContentsWork),
) -> Vec<FieldChange> {
    let mut changes: Vec<FieldChange> = Vec::new();
    changes.extend(FieldChange::new(
        "key",
        Some(earlier.key.clone()),
        Some(later.key.clone()),
    ));
    let entry = |snapshot: &Snapshot, key: &str| {
        let source = snapshot.entries.get(key)?;
        bibtex::parse_entry(source).ok()
    };
    if let (Some(one), Some(other)) = (entry(before, &earlier.key), entry(after, &later.key)) {
        changes.extend(diff_entries(&one, &other));
    }
    let entry_changed = changes.iter().any(|change| change.field != "key");
    // The entry itself is unchanged, so an `@string` or an inherited field has changed.
    if !entry_changed && earlier.item.variables != later.item.variables {
        changes.extend(diff_variables(earlier, later));
    }
    changes.extend(FieldChange::new(
        "annotation",
        earlier.annotation.clone(),
        later.annotation.clone(),
    ));
    let tags = |work: &ContentsWork| -> Option<String> {
        let tags: BTreeSet<&str> = work.tags.iter().map(|tag| tag.tag.as_str()).collect();
        let tags: Vec<&str> = tags.into_iter().collect();
        Some(tags.join(", ")).filter(|tags| !tags.is_empty())
    };
    changes.extend(FieldChange::new("tags", tags(earlier), tags(later)));
    changes.extend(FieldChange::new(
        "reading",
        readings_of(&before.contents, &earlier.key),
        readings_of(&after.contents, &later.key),
    ));
    changes.extend(FieldChange::new(
        "section",
        sections_of(&before.contents, &earlier.key),
        sections_of(&after.contents, &later.key),
    ));
    changes
}

fn diff_entries(before: &Entry, after: &Entry) -> Vec<FieldChange> {
    let values = |work: &Entry| -> BTreeMap<String, String> {
        work.fields()
            .map(|field| (field.name.to_lowercase(), format_value(field.value)))
            .filter(|(name, _)| {
                !IGNORED_FIELDS.contains(&name.as_str()) && !name.starts_with("bdsk-")
            })
            .collect()
    };
    let (before_values, after_values) = (values(before), values(after));
    let kind = FieldChange::new("type", Some(before.kind()), Some(after.kind()));
    let names: BTreeSet<&String> = before_values.keys().chain(after_values.keys()).collect();
    let fields = names.into_iter().filter_map(|name| {
        let value = |values: &BTreeMap<String, String>| values.get(name).cloned();
        FieldChange::new(name, value(&before_values), value(&after_values))
    });
    kind.into_iter().chain(fields).collect()
}

/// Formats a value on one line, without its outer braces.
fn format_value(value: &str) -> String {
    let resolved = Strings::default().resolve(value);
    // An undefined `@string` keeps its name, because the snapshot has no value for it.
    let text = if resolved.undefined.is_empty() {
        resolved.text.as_ref()
    } else {
        value
    };
    single_spaced(text)
}

fn diff_variables(before: &ContentsWork, after: &ContentsWork) -> Vec<FieldChange> {
    let names: BTreeSet<&str> = before
        .item
        .variables
        .keys()
        .chain(after.item.variables.keys())
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let value = |work: &ContentsWork| work.item.variables.get(name).map(format_variable);
            FieldChange::new(name, value(before), value(after))
        })
        .collect()
}

/// Formats the value of a CSL variable as plain text.
pub(super) fn format_variable(value: &CslValue) -> String {
    match value {
        CslValue::Text(text) => text.clone(),
        CslValue::Number(number) => number.to_string(),
        CslValue::Names(names) => {
            let names: Vec<String> = names.iter().map(CslName::reading_order).collect();
            names.join("; ")
        }
        CslValue::Date(date) => {
            let ends: Vec<String> = date
                .date_parts
                .iter()
                .map(|parts| {
                    let parts: Vec<String> =
                        parts.iter().map(|part| format!("{part:02}")).collect();
                    parts.join("-")
                })
                .collect();
            let text = date.literal.as_ref().or(date.raw.as_ref());
            text.cloned().unwrap_or_else(|| ends.join("/"))
        }
        CslValue::Other(json) => json.to_string(),
    }
}

/// Returns the headings that contain a work, each preceded by its parent headings.
fn sections_of(contents: &ListContents, key: &str) -> Option<String> {
    let mut path: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for section in &contents.sections {
        if let Some(heading) = &section.heading {
            path.truncate(heading.depth);
            path.push(&heading.text);
        }
        if section.works.iter().any(|work| work == key) && !path.is_empty() {
            found.push(path.join(" / "));
        }
    }
    (!found.is_empty()).then(|| found.join("; "))
}

/// Returns the pages, notes and annotations of a work in its sections.
fn readings_of(contents: &ListContents, key: &str) -> Option<String> {
    let said: Vec<String> = contents
        .sections
        .iter()
        .filter_map(|section| section.placement(key))
        .flat_map(|placement| {
            let ContentsPlacement {
                pages,
                note,
                annotation,
                ..
            } = placement.clone();
            [pages, note, annotation].into_iter().flatten()
        })
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn diff_settings(before: &ListContents, after: &ListContents) -> Vec<FieldChange> {
    [
        ("title", before.title.clone(), after.title.clone()),
        (
            "introduction",
            before.introduction.clone(),
            after.introduction.clone(),
        ),
        (
            "style",
            Some(before.style.clone()),
            Some(after.style.clone()),
        ),
        ("locale", before.locale.clone(), after.locale.clone()),
    ]
    .into_iter()
    .filter_map(|(field, before, after)| FieldChange::new(field, before, after))
    .collect()
}

/// Sorts changes by the order of the works in a list.
fn sort_by_list_order<T>(
    mut changes: Vec<T>,
    contents: &ListContents,
    key: impl Fn(&T) -> &str,
) -> Vec<T> {
    let position: HashMap<&str, usize> = contents
        .works
        .iter()
        .enumerate()
        .map(|(position, work)| (work.key.as_str(), position))
        .collect();
    changes.sort_by_key(|change| position.get(key(change)).copied());
    changes
}
