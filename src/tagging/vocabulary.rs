//! A vocabulary of tags, and how a library takes it in.

use serde::Deserialize;

use crate::library::{
    self, Change, LibraryError, NewAssignment, Origin, Tag, TagEvent, TagName, TaggedOutcome,
};

/// A vocabulary as its TOML file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
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
        for tag in &self.tags {
            change.put_tag(&tag.without_parent()?)?;
            receipt.tags += 1;
        }
        for tag in &self.tags {
            if let Some(parent) = &tag.parent {
                let name = TagName {
                    facet: tag.facet.clone(),
                    name: parent.clone(),
                };
                let narrower = Tag {
                    parent: Some(name),
                    ..Tag::named(tag.name()?)
                };
                change.put_tag(&narrower)?;
            }
        }
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
        Ok(receipt)
    }
}

impl VocabularyTag {
    fn name(&self) -> library::Result<TagName> {
        format!("{}:{}", self.facet, self.tag).parse()
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
