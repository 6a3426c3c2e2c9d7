//! Tag vocabularies and their import into a library.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::language;
use crate::library::{
    self, Change, Facet, Library, NewAssignment, Origin, Tag, TagEvent, TagName, TaggedOutcome,
};

/// The contents of a vocabulary file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// The facets.
    #[serde(rename = "facet", default)]
    facets: Vec<Facet>,
    /// The tags. A parent may come before or after its child tags.
    #[serde(rename = "tag", default)]
    tags: Vec<VocabularyTag>,
    /// The works that belong to each tag.
    #[serde(rename = "assignment", default)]
    assignments: Vec<VocabularyAssignment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyTag {
    facet: String,
    tag: String,
    label: Option<LocalizedLabel>,
    description: Option<String>,
    parent: Option<String>,
    place: Option<String>,
    active: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    events: Vec<VocabularyEvent>,
}

/// A label, or several by their languages: `label.en = "…"`, `label.de = "…"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum LocalizedLabel {
    One(String),
    ByLanguage(BTreeMap<String, String>),
}

impl LocalizedLabel {
    /// Returns the label without a language, which is the English one if there are several.
    fn main(&self) -> Option<&str> {
        match self {
            Self::One(label) => Some(label),
            Self::ByLanguage(labels) => labels
                .get(ENGLISH)
                .or_else(|| labels.values().next())
                .map(String::as_str),
        }
    }

    /// Returns the labels in other languages, by the first parts of their tags.
    fn translations(&self) -> BTreeMap<String, String> {
        match self {
            Self::One(_) => BTreeMap::new(),
            Self::ByLanguage(labels) => labels
                .iter()
                .filter(|(language, _)| *language != ENGLISH)
                .map(|(written, label)| {
                    let known = language::tag_of(written);
                    let code = known.as_deref().map_or(written.as_str(), language::primary);
                    (code.to_owned(), label.clone())
                })
                .collect(),
        }
    }
}

const ENGLISH: &str = "en";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyEvent {
    date: String,
    what: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyAssignment {
    work: WorkKeys,
    facet: String,
    tag: String,
    basis: Basis,
    why: String,
}

/// The keys of the works that an assignment tags.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum WorkKeys {
    One(String),
    Several(Vec<String>),
}

impl WorkKeys {
    fn keys(&self) -> &[String] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Several(keys) => keys,
        }
    }
}

/// The basis of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Basis {
    /// The chapter's discussion or citation of the work.
    Chapter,
    /// The work itself.
    Work,
    /// The sources that were found for the work.
    Sources,
}

/// An error in a vocabulary file; the message of the TOML parser names line and column.
#[derive(Debug, thiserror::Error)]
#[error("invalid vocabulary: {0}")]
pub struct VocabularyError(#[from] toml::de::Error);

/// The result of installing a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct VocabularyReport {
    /// The number of tags in the vocabulary.
    pub tags: usize,
    /// The number of new assignments.
    pub assigned: usize,
    /// The number of assignments that already existed.
    pub unchanged: usize,
    /// The number of assignments skipped because the tag was removed from the work by hand.
    pub vetoed: usize,
}

/// The changes made by [`Vocabulary::synchronize`].
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct VocabularyChanges {
    /// New tags.
    pub new: Vec<TagName>,
    /// Changed tags.
    pub changed: Vec<TagName>,
    /// The number of unchanged tags.
    pub unchanged: usize,
    /// The number of new assignments.
    pub assigned: usize,
}

impl std::str::FromStr for Vocabulary {
    type Err = VocabularyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(toml::from_str(text)?)
    }
}

impl Vocabulary {
    /// Adds the tags to the library and assigns them to those works of the vocabulary that are in the
    /// library. `source` is recorded as the source of the assignments.
    ///
    /// # Errors
    ///
    /// Returns [`library::LibraryError::UnknownTag`] if a parent or an assignment refers to an unknown tag.
    pub fn install(&self, change: &Change<'_>, source: &str) -> library::Result<VocabularyReport> {
        let mut report = VocabularyReport::default();
        let described = change.tags().described_facets()?;
        for facet in &self.facets {
            // A facet that a person has described stays as it is.
            if !described.iter().any(|known| known.name == facet.name) {
                change.tags().put_facet(facet)?;
            }
        }
        let mut new = Vec::new();
        for tag in &self.tags {
            report.tags += 1;
            // A tag that has a description or a parent may have been edited by the user, so it is kept.
            let is_described = match change.tags().find(&tag.name()?)? {
                Some(id) => {
                    let known = change.tags().get(id)?;
                    known.label.is_some() || known.description.is_some() || known.parent.is_some()
                }
                None => false,
            };
            if !is_described {
                change.tags().put(&tag.without_parent()?)?;
                new.push(tag);
            }
        }
        for tag in new {
            if let Some(parent) = tag.parent()? {
                let narrower = Tag {
                    parent: Some(parent),
                    ..Tag::named(tag.name()?)
                };
                change.tags().put(&narrower)?;
            }
        }
        self.assign(change, source, &mut report)?;
        Ok(report)
    }

    fn assign(
        &self,
        change: &Change<'_>,
        source: &str,
        report: &mut VocabularyReport,
    ) -> library::Result<()> {
        let pairs = self.assignments.iter().flat_map(|assignment| {
            let keys = assignment.work.keys().iter();
            keys.map(move |key| (key, assignment))
        });
        for (key, assignment) in pairs {
            let Some(work) = change.works().find(key)? else {
                continue;
            };
            let tag = change
                .tags()
                .resolve(&format!("{}:{}", assignment.facet, assignment.tag))?;
            let basis = match assignment.basis {
                Basis::Chapter => "the chapter",
                Basis::Work => "the work itself",
                Basis::Sources => "its sources",
            };
            let outcome = change.tags().assign(NewAssignment {
                work,
                tag: tag.id,
                origin: Origin::Import,
                source: &format!("{source}, after {basis}"),
                reason: Some(&assignment.why),
            })?;
            match outcome {
                TaggedOutcome::Added => report.assigned += 1,
                TaggedOutcome::Unchanged => report.unchanged += 1,
                TaggedOutcome::Vetoed => report.vetoed += 1,
            }
        }
        Ok(())
    }

    /// Updates the tags of the library to match the vocabulary and its order, and assigns them to the works
    /// that it names. Other tags are kept. `source` is recorded as the source of the assignments.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`TagsMut::write`].
    pub fn synchronize(
        &self,
        change: &Change<'_>,
        source: &str,
    ) -> library::Result<VocabularyChanges> {
        let mut changes = VocabularyChanges::default();
        for facet in &self.facets {
            change.tags().put_facet(facet)?;
        }
        let mut tags = Vec::with_capacity(self.tags.len());
        for tag in &self.tags {
            let name = tag.name()?;
            let before = match change.tags().find(&name)? {
                Some(id) => Some(change.tags().get(id)?),
                None => None,
            };
            let id = match &before {
                Some(before) => before.id,
                None => change.tags().put(&Tag::named(name))?,
            };
            tags.push((id, before, tag));
        }
        // Clear all parents that differ before setting any, so that two tags can swap places.
        for (id, before, tag) in &tags {
            let parent = tag.parent()?;
            if let Some(before) = before
                && before.parent != parent
            {
                change.tags().put_under(&change.tags().get(*id)?, None)?;
            }
        }
        for (id, before, tag) in &tags {
            let now = change.tags().get(*id)?;
            let wanted = Tag {
                id: *id,
                tag: now.tag.clone(),
                parent: tag.parent()?,
                aliases: tag.aliases_for(&now)?,
                ..tag.without_parent()?
            };
            change.tags().write(&wanted)?;
            match before {
                None => changes.new.push(wanted.tag),
                Some(before) if *before != change.tags().get(*id)? => {
                    changes.changed.push(wanted.tag);
                }
                Some(_) => changes.unchanged += 1,
            }
        }
        let order: Vec<i64> = tags.iter().map(|(id, ..)| *id).collect();
        change.tags().order(&order)?;
        let mut report = VocabularyReport::default();
        self.assign(change, source, &mut report)?;
        changes.assigned = report.assigned;
        Ok(changes)
    }

    /// Exports the tags of a library, or of one facet, as TOML. Importing the result gives the same tags.
    pub fn export(library: &Library, facet: Option<&str>) -> library::Result<String> {
        let mut toml = String::new();
        for described in library.tags().described_facets()? {
            if facet.is_some_and(|facet| facet != described.name) {
                continue;
            }
            let _ = writeln!(
                toml,
                "[[facet]]\nfacet     = {}",
                toml_string(&described.name)
            );
            if let Some(label) = &described.label {
                let _ = writeln!(toml, "label     = {}", toml_string(label));
            }
            let _ = writeln!(toml, "exclusive = {}\n", described.exclusive);
        }
        for summary in library.tags().summaries(facet)? {
            write_tag(&mut toml, &library.tags().get(summary.id)?);
        }
        toml.truncate(toml.trim_end().len());
        toml.push('\n');
        Ok(toml)
    }
}

fn write_tag(toml: &mut String, tag: &Tag) {
    let Tag {
        id: _,
        tag: name,
        label,
        labels,
        description,
        parent,
        place,
        active,
        aliases,
        people,
        events,
    } = tag;
    let mut line = |field: &str, value: String| {
        let _ = writeln!(toml, "{field:<11} = {value}");
    };
    line("[[tag]]\nfacet      ", toml_string(&name.facet));
    line("tag", toml_string(&name.name));
    let parent = parent.as_ref().map(|parent| {
        if parent.facet == name.facet {
            parent.name.clone()
        } else {
            parent.to_string()
        }
    });
    match label {
        Some(label) if labels.is_empty() => line("label", toml_string(label)),
        Some(label) => line("label.en", toml_string(label)),
        None => {}
    }
    for (language, label) in labels {
        line(&format!("label.{language}"), toml_string(label));
    }
    let texts = [
        ("description", description),
        ("parent", &parent),
        ("active", active),
        ("place", place),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            line(field, toml_string(text));
        }
    }
    for (field, texts) in [("aliases", aliases), ("people", people)] {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(|text| toml_string(text)).collect();
            line(field, format!("[{}]", texts.join(", ")));
        }
    }
    if !events.is_empty() {
        let events: String = events
            .iter()
            .map(|TagEvent { date, what }| {
                format!(
                    "  {{ date = {}, what = {} }},\n",
                    toml_string(date),
                    toml_string(what)
                )
            })
            .collect();
        line("events", format!("[\n{events}]"));
    }
    toml.push('\n');
}

/// Formats a text as a single-line TOML string.
fn toml_string(text: &str) -> String {
    toml::Value::from(text.replace("\r\n", "\n")).to_string()
}

impl VocabularyTag {
    fn name(&self) -> library::Result<TagName> {
        format!("{}:{}", self.facet, self.tag).parse()
    }

    /// Returns the parent. Its facet is written only if it differs from the tag's.
    fn parent(&self) -> library::Result<Option<TagName>> {
        self.parent
            .as_ref()
            .map(|parent| {
                if parent.contains(':') {
                    parent.parse()
                } else {
                    format!("{}:{parent}", self.facet).parse()
                }
            })
            .transpose()
    }

    /// Returns the aliases without the tag's name in the library. If the library uses another name than the
    /// vocabulary, the vocabulary's name becomes an alias.
    fn aliases_for(&self, tag: &Tag) -> library::Result<Vec<String>> {
        let mut aliases = self.aliases.clone();
        let own = self.name()?;
        if own != tag.tag {
            aliases.push(if own.facet == tag.tag.facet {
                own.name
            } else {
                own.to_string()
            });
        }
        let full = tag.tag.to_string();
        aliases.retain(|alias| *alias != tag.tag.name && *alias != full);
        for alias in &mut aliases {
            *alias = alias.to_lowercase();
        }
        Ok(aliases)
    }

    fn without_parent(&self) -> library::Result<Tag> {
        let event = |event: &VocabularyEvent| TagEvent {
            date: event.date.clone(),
            what: event.what.clone(),
        };
        Ok(Tag {
            label: self
                .label
                .as_ref()
                .and_then(LocalizedLabel::main)
                .map(str::to_owned),
            labels: self
                .label
                .as_ref()
                .map(LocalizedLabel::translations)
                .unwrap_or_default(),
            description: self.description.clone(),
            place: self.place.clone(),
            active: self.active.clone(),
            aliases: self.aliases.clone(),
            people: self.people.clone(),
            events: self.events.iter().map(event).collect(),
            ..Tag::named(self.name()?)
        })
    }
}
