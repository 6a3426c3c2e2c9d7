//! A vocabulary of tags, and how a library takes it in.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::library::{
    self, Change, Facet, Library, LibraryError, NewAssignment, Origin, Tag, TagEvent, TagName,
    TaggedOutcome,
};

/// A vocabulary as its TOML file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// What is known of facets.
    #[serde(rename = "facet", default)]
    facets: Vec<Facet>,
    /// The tags; a parent stands before its narrower tags or behind them.
    #[serde(rename = "tag", default)]
    tags: Vec<VocabularyTag>,
    /// Which works belong to which tag.
    #[serde(rename = "assignment", default)]
    assignments: Vec<VocabularyAssignment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyTag {
    facet: String,
    tag: String,
    label: Option<String>,
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

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyEvent {
    date: String,
    what: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyAssignment {
    work: String,
    facet: String,
    tag: String,
    basis: Basis,
    why: String,
}

/// What an assignment rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Basis {
    /// What the chapter says of the work, or cites it for.
    Chapter,
    /// The work itself.
    Work,
}

/// A vocabulary that cannot be read: the message of the TOML parser, with line and column.
#[derive(Debug, thiserror::Error)]
#[error("the vocabulary cannot be read: {0}")]
pub struct VocabularyError(#[from] toml::de::Error);

/// What taking in a vocabulary did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct VocabularyReceipt {
    /// Tags that the library has now.
    pub tags: usize,
    /// Tags that were put on works.
    pub assigned: usize,
    /// Tags that were on their works already.
    pub unchanged: usize,
    /// Tags that a person took off before, and that stay off.
    pub vetoed: usize,
}

/// What having a library be as a vocabulary says did.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct VocabularyChanges {
    /// Tags that are new.
    pub new: Vec<TagName>,
    /// Tags of which something else is known now.
    pub changed: Vec<TagName>,
    /// How many tags were so already.
    pub unchanged: usize,
    /// How many tags were put on works.
    pub assigned: usize,
}

impl std::str::FromStr for Vocabulary {
    type Err = VocabularyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(toml::from_str(text)?)
    }
}

impl Vocabulary {
    /// Puts the tags into the library, and on those works of the vocabulary that the library has.
    /// `source` is named as the one on whose word the tags are there.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownTag`] where a parent or an assignment names a tag that is not there.
    pub fn install(&self, change: &Change<'_>, source: &str) -> library::Result<VocabularyReceipt> {
        let mut receipt = VocabularyReceipt::default();
        let mut new = Vec::new();
        for tag in &self.tags {
            receipt.tags += 1;
            // A tag that a person has described or moved stays as that person left it.
            let is_described = match change.tag_called(&tag.name()?)? {
                Some(id) => {
                    let known = change.tag(id)?;
                    known.label.is_some() || known.description.is_some() || known.parent.is_some()
                }
                None => false,
            };
            if !is_described {
                change.put_tag(&tag.without_parent()?)?;
                new.push(tag);
            }
        }
        for tag in new {
            if let Some(parent) = tag.parent()? {
                let narrower = Tag {
                    parent: Some(parent),
                    ..Tag::named(tag.name()?)
                };
                change.put_tag(&narrower)?;
            }
        }
        self.assign(change, source, &mut receipt)?;
        Ok(receipt)
    }

    fn assign(
        &self,
        change: &Change<'_>,
        source: &str,
        receipt: &mut VocabularyReceipt,
    ) -> library::Result<()> {
        for assignment in &self.assignments {
            let work = match change.work_id(&assignment.work) {
                Ok(work) => work,
                Err(LibraryError::UnknownKey { .. }) => continue,
                Err(error) => return Err(error),
            };
            let tag = change.resolve_tag(&format!("{}:{}", assignment.facet, assignment.tag))?;
            let basis = match assignment.basis {
                Basis::Chapter => "the chapter",
                Basis::Work => "the work itself",
            };
            let outcome = change.assign(NewAssignment {
                work,
                tag: tag.id,
                origin: Origin::Import,
                source: &format!("{source}, after {basis}"),
                reason: Some(&assignment.why),
            })?;
            match outcome {
                TaggedOutcome::Added => receipt.assigned += 1,
                TaggedOutcome::Unchanged => receipt.unchanged += 1,
                TaggedOutcome::Vetoed => receipt.vetoed += 1,
            }
        }
        Ok(())
    }

    /// Has the tags of the library be exactly as the vocabulary says, in its order; tags that it does not
    /// name stay as they are. The works that it names get their tags on the word of `source`.
    ///
    /// # Errors
    ///
    /// Those of [`Change::write_tag`].
    pub fn take_in(&self, change: &Change<'_>, source: &str) -> library::Result<VocabularyChanges> {
        let mut changes = VocabularyChanges::default();
        for facet in &self.facets {
            change.put_facet(facet)?;
        }
        let mut tags = Vec::with_capacity(self.tags.len());
        for tag in &self.tags {
            let name = tag.name()?;
            let before = match change.tag_called(&name)? {
                Some(id) => Some(change.tag(id)?),
                None => None,
            };
            let id = match &before {
                Some(before) => before.id,
                None => change.put_tag(&Tag::named(name))?,
            };
            tags.push((id, before, tag));
        }
        // All parents that differ are taken away first, so that two tags can change places.
        for (id, before, tag) in &tags {
            let parent = tag.parent()?;
            if let Some(before) = before
                && before.parent != parent
            {
                change.put_under(&change.tag(*id)?, None)?;
            }
        }
        for (id, before, tag) in &tags {
            let now = change.tag(*id)?;
            let wanted = Tag {
                id: *id,
                tag: now.tag.clone(),
                parent: tag.parent()?,
                aliases: tag.aliases_beside(&now)?,
                ..tag.without_parent()?
            };
            change.write_tag(&wanted)?;
            match before {
                None => changes.new.push(wanted.tag),
                Some(before) if *before != change.tag(*id)? => changes.changed.push(wanted.tag),
                Some(_) => changes.unchanged += 1,
            }
        }
        let order: Vec<i64> = tags.iter().map(|(id, ..)| *id).collect();
        change.order_tags(&order)?;
        let mut receipt = VocabularyReceipt::default();
        self.assign(change, source, &mut receipt)?;
        changes.assigned = receipt.assigned;
        Ok(changes)
    }

    /// The tags of a library, or of one facet of it, as TOML: read again, they are the same tags.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn export(library: &Library, facet: Option<&str>) -> library::Result<String> {
        let mut toml = String::new();
        for described in library.described_facets()? {
            if facet.is_some_and(|facet| facet != described.name) {
                continue;
            }
            let _ = writeln!(toml, "[[facet]]\nfacet     = {}", quoted(&described.name));
            if let Some(label) = &described.label {
                let _ = writeln!(toml, "label     = {}", quoted(label));
            }
            let _ = writeln!(toml, "exclusive = {}\n", described.exclusive);
        }
        for summary in library.tags(facet)? {
            write_tag(&mut toml, &library.tag(summary.id)?);
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
    line("[[tag]]\nfacet      ", quoted(&name.facet));
    line("tag", quoted(&name.name));
    let parent = parent.as_ref().map(|parent| {
        if parent.facet == name.facet {
            parent.name.clone()
        } else {
            parent.to_string()
        }
    });
    let texts = [
        ("label", label),
        ("description", description),
        ("parent", &parent),
        ("active", active),
        ("place", place),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            line(field, quoted(text));
        }
    }
    for (field, texts) in [("aliases", aliases), ("people", people)] {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            line(field, format!("[{}]", texts.join(", ")));
        }
    }
    if !events.is_empty() {
        let events: String = events
            .iter()
            .map(|TagEvent { date, what }| {
                format!(
                    "  {{ date = {}, what = {} }},\n",
                    quoted(date),
                    quoted(what)
                )
            })
            .collect();
        line("events", format!("[\n{events}]"));
    }
    toml.push('\n');
}

/// Text as TOML writes it on one line.
fn quoted(text: &str) -> String {
    toml::Value::from(text.replace("\r\n", "\n")).to_string()
}

impl VocabularyTag {
    fn name(&self) -> library::Result<TagName> {
        format!("{}:{}", self.facet, self.tag).parse()
    }

    /// The parent; one of another facet is written with it.
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

    /// The aliases, without the name that the tag has in the library, and with the one that the
    /// vocabulary has for it where that is another.
    fn aliases_beside(&self, tag: &Tag) -> library::Result<Vec<String>> {
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
            label: self.label.clone(),
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
