//! What changed in a list from one time to another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{Contents, ContentsWork, Snapshot, Unattached};
use crate::formats::bibtex::{self, Strings};
use crate::library::{Library, Result};
use crate::model::{CslDate, CslName, CslValue, Entry};

/// What changed in a list from one time to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// The earlier snapshot.
    pub from: String,
    /// The later snapshot; none for the list as it stands.
    pub to: Option<String>,
    /// The works that were added.
    pub added: Vec<Told>,
    /// The works that were removed.
    pub removed: Vec<Told>,
    /// The works that stand in both and are no longer the same.
    pub changed: Vec<ChangedWork>,
    /// What changed of the list itself: its title, its style.
    pub list: Vec<FieldChange>,
    /// The annotations that have no work at the later time.
    pub unattached: Vec<Unattached>,
}

/// A work that was added or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Its key.
    pub key: String,
    /// The work in a few words: who, what, when.
    pub work: String,
    /// Why it was removed, as far as the library knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A work that is no longer the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedWork {
    /// Its key at the later time.
    pub key: String,
    /// The work in a few words: who, what, when.
    pub work: String,
    /// What changed.
    pub fields: Vec<FieldChange>,
}

/// A field with another value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// Its value before.
    pub before: Option<String>,
    /// Its value afterwards.
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

/// Fields that other programs keep for themselves, and what belongs to the owner of a library alone.
const NO_CHANGE: &[&str] = &[
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

impl Changes {
    /// What changed from one snapshot to another, or to the list as it stands. Works that the library
    /// knows by another key by now are followed.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn between(
        library: &Library,
        (from, before): (&str, &Snapshot),
        (to, after): (Option<&str>, &Snapshot),
    ) -> Result<Self> {
        let earlier = by_work(library, &before.contents)?;
        let later = by_work(library, &after.contents)?;
        let mut removed = Vec::new();
        let mut changed = Vec::new();
        for (work, all) in &earlier {
            let mut all = all.iter().copied();
            let first = all.next();
            if let (Some(first), Some(now)) = (first, later.get(work).and_then(|all| all.first())) {
                let fields = changes_of((before, first), (after, now));
                if !fields.is_empty() {
                    changed.push(ChangedWork {
                        key: now.key.clone(),
                        work: in_words(now),
                        fields,
                    });
                }
                // Two works of then are one now.
                removed.extend(all.map(|merged| {
                    told(merged, Some(format!("it is one work with {} now", now.key)))
                }));
            } else {
                let reason = match work {
                    Identity::Work(_) if to.is_none() => {
                        Some("the list no longer holds it".to_owned())
                    }
                    Identity::Work(_) => None,
                    Identity::Key(_) => Some("it is no longer in the library".to_owned()),
                };
                removed.extend(
                    first
                        .into_iter()
                        .chain(all)
                        .map(|work| told(work, reason.clone())),
                );
            }
        }
        let added = later
            .iter()
            .filter(|(work, _)| !earlier.contains_key(work))
            .flat_map(|(_, all)| all.iter().map(|work| told(work, None)))
            .collect();
        Ok(Self {
            from: from.to_owned(),
            to: to.map(str::to_owned),
            added: in_order(added, &after.contents, |told: &Told| &told.key),
            removed: in_order(removed, &before.contents, |told: &Told| &told.key),
            changed: in_order(changed, &after.contents, |changed: &ChangedWork| {
                &changed.key
            }),
            list: of_list(&before.contents, &after.contents),
            unattached: after.contents.unattached.clone(),
        })
    }

    /// Whether nothing changed, and no annotation is without its work.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.list.is_empty()
            && self.unattached.is_empty()
    }
}

/// Which work is meant: the one of this number in the library, or none of the library by this key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Work(i64),
    Key(String),
}

/// The works by what the library knows them as now; those first that still have the key of then.
fn by_work<'c>(
    library: &Library,
    contents: &'c Contents,
) -> Result<BTreeMap<Identity, Vec<&'c ContentsWork>>> {
    let mut works: BTreeMap<Identity, Vec<&ContentsWork>> = BTreeMap::new();
    for work in &contents.works {
        match library.find_key(&work.key)? {
            Some(id) => {
                let has_key = library.key_of(id)? == work.key;
                let all = works.entry(Identity::Work(id)).or_default();
                if has_key {
                    all.insert(0, work);
                } else {
                    all.push(work);
                }
            }
            None => works
                .entry(Identity::Key(work.key.clone()))
                .or_default()
                .push(work),
        }
    }
    Ok(works)
}

fn told(work: &ContentsWork, reason: Option<String>) -> Told {
    Told {
        key: work.key.clone(),
        work: in_words(work),
        reason,
    }
}

/// A work in a few words: who, what, when.
fn in_words(work: &ContentsWork) -> String {
    let item = &work.item;
    let names = ["author", "editor"]
        .iter()
        .map(|variable| item.names(variable))
        .find(|names| !names.is_empty())
        .unwrap_or_default();
    let family = |name: &CslName| {
        name.family
            .clone()
            .or_else(|| name.literal.clone())
            .unwrap_or_default()
    };
    let who = match names {
        [] => None,
        [one] => Some(family(one)),
        [one, two] => Some(format!("{} and {}", family(one), family(two))),
        [one, ..] => Some(format!("{} and others", family(one))),
    };
    let title = item
        .text("title")
        .map(|title| crate::model::markup::plain(&title));
    let year = item.date("issued").and_then(CslDate::year);
    let parts = [who, title, year.map(|year| year.to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What changed of a work: its entry, what the list says of it, its sections.
fn changes_of(
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
        changes.extend(of_entries(&one, &other));
    }
    let of_entry = changes.iter().any(|change| change.field != "key");
    // An abbreviation or the work that it inherits from has changed, and the entry itself has not.
    if !of_entry && earlier.item.variables != later.item.variables {
        changes.extend(of_variables(earlier, later));
    }
    changes.extend(FieldChange::new(
        "annotation in the list",
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
        "section",
        sections_of(&before.contents, &earlier.key),
        sections_of(&after.contents, &later.key),
    ));
    changes
}

fn of_entries(before: &Entry, after: &Entry) -> Vec<FieldChange> {
    let values = |work: &Entry| -> BTreeMap<String, String> {
        work.fields
            .iter()
            .map(|field| (field.name.to_lowercase(), value_in_words(&field.value)))
            .filter(|(name, _)| !NO_CHANGE.contains(&name.as_str()) && !name.starts_with("bdsk-"))
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

/// A value without the braces around it, on one line.
fn value_in_words(value: &str) -> String {
    let resolved = Strings::default().resolve(value);
    // An abbreviation is told by its name: what it stands for is not known here.
    let text = if resolved.undefined.is_empty() {
        resolved.text.as_ref()
    } else {
        value
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_variables(before: &ContentsWork, after: &ContentsWork) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = before
        .item
        .variables
        .keys()
        .chain(after.item.variables.keys())
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let value = |work: &ContentsWork| work.item.variables.get(name).map(variable_in_words);
            FieldChange::new(name, value(before), value(after))
        })
        .collect()
}

/// The value of a CSL variable in words.
pub(super) fn variable_in_words(value: &CslValue) -> String {
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
            let said = date.literal.as_ref().or(date.raw.as_ref());
            said.cloned().unwrap_or_else(|| ends.join("/"))
        }
        CslValue::Other(json) => json.to_string(),
    }
}

/// The headings under which a work stands, each with the wider ones above it.
fn sections_of(contents: &Contents, key: &str) -> Option<String> {
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

fn of_list(before: &Contents, after: &Contents) -> Vec<FieldChange> {
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

/// What is told of works, in the order of a list.
fn in_order<T>(mut told: Vec<T>, contents: &Contents, key: impl Fn(&T) -> &str) -> Vec<T> {
    let place: HashMap<&str, usize> = contents
        .works
        .iter()
        .enumerate()
        .map(|(place, work)| (work.key.as_str(), place))
        .collect();
    told.sort_by_key(|told| place.get(key(told)).copied());
    told
}
