//! What a list holds at a time: its works in their sections, and what is said of them.
//!
//! [`Holding::now`] asks the library; an edition keeps the same for good.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    Annotated, Group, GroupBy, Grouping, Heading, Headings, Order, Prose, REST_IN_ENGLISH, Repeat,
    WorkInList, annotation,
};
use crate::library::{Condition, Library, ListedWork, Reference, Standing, StoredList};
use crate::model::CslItem;
use crate::query::{Query, QueryError};

/// What a list holds at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contents {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What stands between its title and its first section, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// Its citation style.
    pub style: String,
    /// The language of the style's terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What stands below each work.
    pub annotate: Annotated,
    /// Its sections, in their order.
    #[serde(rename = "section", default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<ContentsSection>,
    /// Its works, each once, in the order in which they first stand there.
    #[serde(rename = "work", default, skip_serializing_if = "Vec::is_empty")]
    pub works: Vec<ContentsWork>,
    /// The annotations whose works do not stand there.
    #[serde(rename = "unattached", default, skip_serializing_if = "Vec::is_empty")]
    pub unattached: Vec<Unattached>,
}

/// A section, or the whole of a list without any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsSection {
    /// Its heading, and how deep it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<Heading>,
    /// What stands between its heading and its first work, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// The order of its works; where it is the style's, `works` are in the library's.
    pub order: Order,
    /// The keys of its works.
    pub works: Vec<String>,
}

/// A work of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsWork {
    /// Its citation key.
    pub key: String,
    /// What the list says of it, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
    /// The private notes on it, in Markdown; kept where the list prints them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Its tags.
    #[serde(rename = "tag", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ContentsTag>,
    /// The work in the variables of CSL.
    #[serde(rename = "csl", with = "as_json")]
    pub item: CslItem,
}

/// A tag of a work of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsTag {
    /// Its name, with its facet.
    pub tag: String,
    /// What it is called.
    pub label: String,
    /// Why the work has it, as far as anybody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// An annotation whose work does not stand in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unattached {
    /// The key of the work.
    pub key: String,
    /// The annotation, in Markdown.
    pub annotation: String,
    /// Whether the library has the work.
    pub in_library: bool,
}

/// A list as it stands, with the works that it holds.
pub struct Holding {
    /// What it holds.
    pub contents: Contents,
    /// Its works, as the library selects them.
    pub works: Vec<Reference>,
    /// The works in the variables of CSL, in the order of `works`.
    pub items: Vec<CslItem>,
    /// The pinned works that the library does not have, by key.
    pub missing: Vec<String>,
}

impl Holding {
    /// A list as it stands now, with these headings above its groups.
    ///
    /// # Errors
    ///
    /// [`QueryError`] where a query of the list names what the library no longer knows.
    pub fn now(
        library: &Library,
        list: &StoredList,
        headings: Headings,
    ) -> Result<Self, QueryError> {
        let mut works = held(library, list)?;
        let mut items = Vec::with_capacity(works.len());
        for work in &mut works {
            let mut item = work.take_item()?;
            item.id.clone_from(&work.key);
            items.push(item);
        }
        let said = library.listed_works(list.id)?;
        let annotate = Annotated::stored(&list.annotate);
        let pairs: Vec<WorkInList<'_>> = works.iter().zip(&items).collect();
        let sections = Sections {
            library,
            list,
            works: &pairs,
            said: &said,
            headings,
        }
        .all()?;
        let annotations: HashMap<i64, &str> = said
            .iter()
            .filter_map(|said| Some((said.work?, said.annotation.as_deref()?)))
            .collect();
        let labels = library.tag_labels()?;
        let mut by_key: HashMap<&str, WorkInList<'_>> = pairs
            .iter()
            .map(|pair| (pair.0.key.as_str(), *pair))
            .collect();
        let in_order: Vec<WorkInList<'_>> = sections
            .iter()
            .flat_map(|section| &section.works)
            .filter_map(|key| by_key.remove(key.as_str()))
            .collect();
        let mut contents = Vec::with_capacity(in_order.len());
        for (work, item) in in_order {
            let mut item = item.clone();
            let private = item.text("annote");
            let notes = if annotate.has(annotation::Kind::Note) {
                let note = library.note(work.id)?.map(|note| note.text);
                note.into_iter().chain(private).collect()
            } else {
                item.variables.remove("annote");
                Vec::new()
            };
            contents.push(ContentsWork {
                key: work.key.clone(),
                annotation: annotations.get(&work.id).map(|text| (*text).to_owned()),
                notes,
                tags: tags(library, work, &labels)?,
                item,
            });
        }
        let standing: HashSet<&str> = contents.iter().map(|work| work.key.as_str()).collect();
        let unattached = unattached(library, &said, &standing)?;
        let missing = said
            .iter()
            .filter(|said| said.work.is_none() && said.standing == Some(Standing::Pinned))
            .map(|said| said.key.clone())
            .collect();
        Ok(Self {
            contents: Contents {
                title: list.title.clone(),
                introduction: list.introduction.clone(),
                style: list.style.clone(),
                locale: list.locale.clone(),
                annotate,
                sections,
                works: contents,
                unattached,
            },
            works,
            items,
            missing,
        })
    }
}

/// The works that a list holds: those that its query finds, with the pinned ones and without the
/// excluded ones.
///
/// # Errors
///
/// [`QueryError`] where its query names what the library does not know.
pub fn held(library: &Library, list: &StoredList) -> Result<Vec<Reference>, QueryError> {
    Ok(library.select(&condition(library, list)?)?)
}

/// The condition that the works meet which a query of a list finds; their order is the list's affair, but
/// not how many they are.
///
/// # Errors
///
/// [`QueryError`] where the query cannot be read, or names what the library does not know.
pub fn asked(library: &Library, query: &str) -> Result<Condition, QueryError> {
    let query: Query = query.parse()?;
    Ok(query.selection(library)?.into_condition())
}

/// The condition that the works of a list meet.
///
/// # Errors
///
/// [`QueryError`] where its query names what the library does not know.
pub fn condition(library: &Library, list: &StoredList) -> Result<Condition, QueryError> {
    let query = match &list.query {
        Some(query) => Some(asked(library, query)?),
        None => None,
    };
    Ok(list.condition(query))
}

fn tags(
    library: &Library,
    work: &Reference,
    labels: &HashMap<String, String>,
) -> Result<Vec<ContentsTag>, QueryError> {
    if work.tags.is_empty() {
        return Ok(Vec::new());
    }
    let mut tags: Vec<ContentsTag> = Vec::new();
    for assignment in library.tagging(&work.key)?.tags {
        let tag = assignment.tag.to_string();
        let reason = assignment.reason.filter(|reason| !reason.is_empty());
        match tags.iter_mut().find(|known| known.tag == tag) {
            Some(known) => known.reasons.extend(reason),
            None => tags.push(ContentsTag {
                label: labels
                    .get(&tag)
                    .cloned()
                    .unwrap_or_else(|| assignment.tag.name.clone()),
                tag,
                reasons: reason.into_iter().collect(),
            }),
        }
    }
    Ok(tags)
}

fn unattached(
    library: &Library,
    said: &[ListedWork],
    standing: &HashSet<&str>,
) -> Result<Vec<Unattached>, QueryError> {
    let mut unattached = Vec::new();
    for said in said {
        let Some(annotation) = &said.annotation else {
            continue;
        };
        let key = match said.work {
            Some(work) => library.key_of(work)?,
            None => said.key.clone(),
        };
        if !standing.contains(key.as_str()) {
            unattached.push(Unattached {
                key,
                annotation: annotation.clone(),
                in_library: said.work.is_some(),
            });
        }
    }
    Ok(unattached)
}

/// The works of a list on their way into its sections.
struct Sections<'a> {
    library: &'a Library,
    list: &'a StoredList,
    works: &'a [WorkInList<'a>],
    said: &'a [ListedWork],
    headings: Headings,
}

impl Sections<'_> {
    fn all(&self) -> Result<Vec<ContentsSection>, QueryError> {
        let by_hand = self.library.list_sections(self.list.id)?;
        let placed: BTreeMap<i64, i64> = self
            .said
            .iter()
            .filter_map(|said| Some((said.work?, said.section?)))
            .collect();
        let order = stored_order(&self.list.order);
        let mut left: Vec<WorkInList<'_>> = self.works.to_vec();
        let mut sections = Vec::new();
        for section in &by_hand {
            let found = match &section.query {
                // Only the works of the list are looked for in it.
                Some(query) => {
                    let found = self.library.matching_ids(&asked(self.library, query)?)?;
                    found.into_iter().collect()
                }
                None => HashSet::new(),
            };
            let stands_here = |(work, _): &WorkInList<'_>| match placed.get(&work.id) {
                Some(place) => *place == section.id,
                None => found.contains(&work.id),
            };
            let (here, elsewhere): (Vec<_>, Vec<_>) = left.into_iter().partition(stands_here);
            left = elsewhere;
            if here.is_empty() && section.introduction.is_none() {
                continue;
            }
            let order = section.order.as_deref().map_or(order, stored_order);
            sections.push(ContentsSection {
                heading: Some(Heading {
                    text: section.title.clone(),
                    depth: 0,
                }),
                introduction: section.introduction.clone(),
                order,
                works: self.ordered(here, order),
            });
        }
        let rest = if by_hand.is_empty() {
            None
        } else {
            Some(match self.list.rest.as_str() {
                REST_IN_ENGLISH => self.headings.rest(),
                said => said,
            })
        };
        sections.extend(self.rest(left, rest, order)?);
        Ok(sections)
    }

    /// The works that no section written by hand takes, below a heading where there are such sections.
    fn rest(
        &self,
        mut works: Vec<WorkInList<'_>>,
        heading: Option<&str>,
        order: Order,
    ) -> Result<Vec<ContentsSection>, QueryError> {
        if works.is_empty() || heading == Some("") {
            return Ok(Vec::new());
        }
        let group_by = self.list.group_by.as_deref().map(str::parse::<GroupBy>);
        let Some(Ok(by)) = group_by else {
            return Ok(vec![ContentsSection {
                heading: heading.map(|text| Heading {
                    text: text.to_owned(),
                    depth: 0,
                }),
                introduction: None,
                order,
                works: self.ordered(works, order),
            }]);
        };
        let tags = match &by {
            GroupBy::Facet(facet) => self.library.tags(Some(facet))?,
            _ => Vec::new(),
        };
        order.sort(&mut works, &self.places());
        let grouping = Grouping::of(
            &works,
            &by,
            &tags,
            Repeat::named(&self.list.repeat),
            self.headings,
        );
        let below = heading.map(|text| ContentsSection {
            heading: Some(Heading {
                text: text.to_owned(),
                depth: 0,
            }),
            introduction: None,
            order,
            works: Vec::new(),
        });
        let deeper = usize::from(below.is_some());
        let groups = grouping.groups.into_iter().map(|group| ContentsSection {
            heading: group.heading.map(|heading| Heading {
                depth: heading.depth + deeper,
                ..heading
            }),
            introduction: None,
            order,
            works: group.keys,
        });
        Ok(below.into_iter().chain(groups).collect())
    }

    fn places(&self) -> HashMap<i64, i64> {
        self.said
            .iter()
            .filter_map(|said| Some((said.work?, said.position?)))
            .collect()
    }

    fn ordered(&self, mut works: Vec<WorkInList<'_>>, order: Order) -> Vec<String> {
        order.sort(&mut works, &self.places());
        works.iter().map(|(work, _)| work.key.clone()).collect()
    }
}

/// An order as it is stored; the style's, where a later peerbib stored one that this one does not know.
fn stored_order(text: &str) -> Order {
    text.parse().unwrap_or_default()
}

impl Contents {
    /// The works in their groups, as a bibliography is dealt out to them.
    pub fn grouping(&self) -> Grouping {
        let groups = self
            .sections
            .iter()
            .map(|section| Group {
                heading: section.heading.clone(),
                introduction: markdown(section.introduction.as_deref()),
                keys: section.works.clone(),
                order: section.order,
            })
            .collect();
        Grouping { groups }
    }

    /// What stands below each work, by key, in the language of these headings as far as it is no prose.
    pub fn annotations(&self, headings: Headings) -> HashMap<String, Prose> {
        self.works
            .iter()
            .map(|work| (work.key.clone(), self.annotate.prose(work, headings)))
            .filter(|(_, prose)| !prose.is_empty())
            .collect()
    }

    /// The works as a style is to see them, in the order in which they first stand in the list: without
    /// what is printed below them anyway.
    pub fn items(&self) -> Vec<CslItem> {
        self.works
            .iter()
            .map(|work| {
                let mut item = work.item.clone();
                for variable in self.annotate.variables() {
                    item.variables.remove(variable);
                }
                item
            })
            .collect()
    }

    /// The introduction as prose.
    pub fn introduction(&self) -> Prose {
        markdown(self.introduction.as_deref())
    }
}

fn markdown(text: Option<&str>) -> Prose {
    text.map(Prose::from_markdown).unwrap_or_default()
}

/// A CSL item as JSON within a text: TOML has no `null`, and no values of several types side by side.
mod as_json {
    use serde::{Deserialize as _, Deserializer, Serializer, de, ser};

    use crate::model::CslItem;

    pub(super) fn serialize<S: Serializer>(item: &CslItem, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(&serde_json::to_string(item).map_err(ser::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<CslItem, D::Error> {
        serde_json::from_str(&String::deserialize(reader)?).map_err(de::Error::custom)
    }
}
