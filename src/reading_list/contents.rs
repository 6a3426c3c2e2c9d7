//! The contents of a list: its works in their sections, with annotations.
//!
//! [`ResolvedList::new`] reads the current contents from the library; a snapshot saves them.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    AnnotationKind, AnnotationKinds, DuplicatePlacement, GroupBy, Grouping, Heading,
    HeadingTranslations, ListOrder, REST_IN_ENGLISH, RichBlock, RichBlocks, SectionDate,
    SectionEvent, WorkGroup, WorkInList,
};
use crate::csl::Inline;
use crate::library::{
    CitableWork, Filter, Library, ListEntry, Membership, Placement, StoredList, StoredSection,
};
use crate::model::{CslDate, CslItem, CslName, markup};
use crate::query::{Query, QueryError};
use crate::text::single_spaced;

/// The contents of a list at one point in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListContents {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text between the title and the first section, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// The citation style.
    pub style: String,
    /// The locale of the style's terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The kinds of text printed below each work.
    pub annotate: AnnotationKinds,
    /// The sections in order.
    #[serde(rename = "section", default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<ContentsSection>,
    /// The works, each once, in the order of their first occurrence in the sections.
    #[serde(rename = "work", default, skip_serializing_if = "Vec::is_empty")]
    pub works: Vec<ContentsWork>,
    /// The annotations whose works are not in the list.
    #[serde(rename = "unattached", default, skip_serializing_if = "Vec::is_empty")]
    pub unattached: Vec<OrphanAnnotation>,
}

/// A section, or the whole of a list without sections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsSection {
    /// The heading and its depth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<Heading>,
    /// The date it takes place, as [`SectionDate`] reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The identifier of the section in calendars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The text between the heading and the first work, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// The order of the works. If it is that of the style, `works` is in library order.
    pub order: ListOrder,
    /// The citation keys of the works.
    pub works: Vec<String>,
    /// The pages, notes and annotations of works in this section.
    #[serde(rename = "placement", default, skip_serializing_if = "Vec::is_empty")]
    pub placements: Vec<ContentsPlacement>,
}

/// The pages, note and annotation of a work in one section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsPlacement {
    /// The citation key of the work.
    pub key: String,
    /// The pages or chapters to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// A remark in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The annotation in this section, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
}

/// A work of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsWork {
    /// The citation key.
    pub key: String,
    /// The annotation that belongs to the list, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
    /// The private notes on the work, in Markdown; empty unless the list prints them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The tags of the work.
    #[serde(rename = "tag", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ContentsTag>,
    /// The CSL item of the work.
    #[serde(rename = "csl", with = "as_json")]
    pub item: CslItem,
}

/// A tag of a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContentsTag {
    /// The name with its facet.
    pub tag: String,
    /// The printed label.
    pub label: String,
    /// The recorded reasons for the assignment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// An annotation whose work is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrphanAnnotation {
    /// The citation key of the work.
    pub key: String,
    /// The annotation, in Markdown.
    pub annotation: String,
    /// Whether the work is in the library.
    pub in_library: bool,
}

/// The current contents of a list with the works it selects.
pub struct ResolvedList {
    /// The contents.
    pub contents: ListContents,
    /// The works, as selected from the library.
    pub works: Vec<CitableWork>,
    /// The CSL items, in the order of `works`.
    pub items: Vec<CslItem>,
    /// The keys of pinned works that are not in the library.
    pub missing: Vec<String>,
}

impl ResolvedList {
    /// Resolves a list, with group headings in the language of `headings`.
    ///
    /// # Errors
    ///
    /// Returns [`QueryError`] if a query of the list refers to a tag or list that no longer exists.
    pub fn new(
        library: &Library,
        list: &StoredList,
        headings: HeadingTranslations,
    ) -> Result<Self, QueryError> {
        let mut works = works_of_list(library, list)?;
        let mut items = Vec::with_capacity(works.len());
        for work in &mut works {
            let mut item = work.take_item()?;
            item.id.clone_from(&work.key);
            items.push(item);
        }
        let entries = library.lists().entries(list.id)?;
        let placements = library.lists().placements(list.id)?;
        let annotate = AnnotationKinds::stored(&list.annotate);
        let pairs: Vec<WorkInList<'_>> = works.iter().zip(&items).collect();
        let sections = Sections {
            library,
            list,
            works: &pairs,
            entries: &entries,
            placements: &placements,
            headings,
        }
        .all()?;
        let annotations: HashMap<i64, &str> = entries
            .iter()
            .filter_map(|entry| Some((entry.work?, entry.annotation.as_deref()?)))
            .collect();
        let labels = library.tags().labels(headings.language_code())?;
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
            let notes = if annotate.has(AnnotationKind::Note) {
                let note = library.notes().get(work.id)?.map(|note| note.text);
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
        let listed: HashSet<&str> = contents.iter().map(|work| work.key.as_str()).collect();
        let unattached = orphan_annotations(library, &entries, &listed)?;
        let missing = entries
            .iter()
            .filter(|entry| entry.work.is_none() && entry.membership == Some(Membership::Pinned))
            .map(|entry| entry.key.clone())
            .collect();
        Ok(Self {
            contents: ListContents {
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

/// Selects the works of a list: the results of its query, plus pinned works, minus excluded works.
///
/// # Errors
///
/// Returns [`QueryError`] if the query refers to an unknown tag or list.
pub fn works_of_list(library: &Library, list: &StoredList) -> Result<Vec<CitableWork>, QueryError> {
    Ok(library.works().matching(&list_filter(library, list)?)?)
}

/// Parses a query of a list. Its `sort:` terms are ignored, since the list has its own order; its limit is
/// kept.
///
/// # Errors
///
/// Returns [`QueryError`] if the query is invalid or refers to an unknown tag or list.
pub fn parse_list_query(library: &Library, query: &str) -> Result<Filter, QueryError> {
    let query: Query = query.parse()?;
    Ok(query.selection(library)?.into_filter())
}

/// Returns the filter that selects the works of a list.
///
/// # Errors
///
/// Returns [`QueryError`] if a query refers to an unknown tag or list.
pub fn list_filter(library: &Library, list: &StoredList) -> Result<Filter, QueryError> {
    Ok(list.filter(list_queries(library, list)?))
}

/// Returns the queries that bring works into a list: its own, and those of its sections.
///
/// # Errors
///
/// Those of [`list_filter`].
pub fn list_queries(library: &Library, list: &StoredList) -> Result<Vec<Filter>, QueryError> {
    let queries = library.lists().queries(list)?;
    let queries = queries.iter();
    queries
        .map(|query| parse_list_query(library, query))
        .collect()
}

fn tags(
    library: &Library,
    work: &CitableWork,
    labels: &HashMap<String, String>,
) -> Result<Vec<ContentsTag>, QueryError> {
    if work.tags.is_empty() {
        return Ok(Vec::new());
    }
    let mut tags: Vec<ContentsTag> = Vec::new();
    for assignment in library.tags().of_work(&work.key)?.tags {
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

fn orphan_annotations(
    library: &Library,
    entries: &[ListEntry],
    listed: &HashSet<&str>,
) -> Result<Vec<OrphanAnnotation>, QueryError> {
    let mut orphans = Vec::new();
    for entry in entries {
        let Some(annotation) = &entry.annotation else {
            continue;
        };
        let key = match entry.work {
            Some(work) => library.works().key(work)?,
            None => entry.key.clone(),
        };
        if !listed.contains(key.as_str()) {
            orphans.push(OrphanAnnotation {
                key,
                annotation: annotation.clone(),
                in_library: entry.work.is_some(),
            });
        }
    }
    Ok(orphans)
}

/// Distributes the works of a list over its sections.
struct Sections<'a> {
    library: &'a Library,
    list: &'a StoredList,
    works: &'a [WorkInList<'a>],
    entries: &'a [ListEntry],
    placements: &'a [Placement],
    headings: HeadingTranslations,
}

impl Sections<'_> {
    fn all(&self) -> Result<Vec<ContentsSection>, QueryError> {
        let by_hand = self.library.lists().sections(self.list.id)?;
        let placed: HashSet<(i64, i64)> = self
            .placements
            .iter()
            .filter_map(|placement| Some((placement.section, placement.work?)))
            .collect();
        let placed_anywhere: HashSet<i64> = placed.iter().map(|(_, work)| *work).collect();
        let order = stored_order(&self.list.order);
        let mut left: Vec<WorkInList<'_>> = self.works.to_vec();
        left.retain(|(work, _)| !placed_anywhere.contains(&work.id));
        let mut sections = Vec::new();
        for section in &by_hand {
            let found: HashSet<i64> = match &section.query {
                Some(query) => {
                    let query = parse_list_query(self.library, query)?;
                    let found = self.library.works().ids_matching(&query)?;
                    found.into_iter().collect()
                }
                None => HashSet::new(),
            };
            let (found, elsewhere): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(work, _)| found.contains(&work.id));
            left = elsewhere;
            let found: HashSet<i64> = found.iter().map(|(work, _)| work.id).collect();
            // A section without works is shown: somebody is still planning it.
            let here = self
                .works
                .iter()
                .filter(|(work, _)| {
                    found.contains(&work.id) || placed.contains(&(section.id, work.id))
                })
                .copied()
                .collect();
            let order = section.order.as_deref().map_or(order, stored_order);
            sections.push(ContentsSection {
                heading: Some(Heading {
                    text: section.title.clone(),
                    depth: 0,
                }),
                date: section.date.clone(),
                uid: Some(self.uid(section)),
                introduction: section.introduction.clone(),
                order,
                works: self.ordered(here, order),
                placements: self.said_in(section),
            });
        }
        let rest = if by_hand.is_empty() {
            None
        } else {
            Some(match self.list.rest.as_str() {
                REST_IN_ENGLISH => self.headings.rest(),
                heading => heading,
            })
        };
        sections.extend(self.rest(left, rest, order)?);
        Ok(sections)
    }

    /// Returns what identifies a section in calendars for as long as it exists, whatever its title and its date are.
    fn uid(&self, section: &StoredSection) -> String {
        let made: String = self
            .list
            .created_at
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        format!(
            "section-{}-list-{}-{made}@peerbib",
            section.id, self.list.id
        )
    }

    /// Returns the pages, notes and annotations of works in a section.
    fn said_in(&self, section: &StoredSection) -> Vec<ContentsPlacement> {
        let keys: HashMap<i64, &str> = self
            .works
            .iter()
            .map(|(work, _)| (work.id, work.key.as_str()))
            .collect();
        let placements = self.placements.iter();
        placements
            .filter(|placement| placement.section == section.id)
            .filter(|placement| {
                placement.pages.is_some()
                    || placement.note.is_some()
                    || placement.annotation.is_some()
            })
            .filter_map(|placement| {
                Some(ContentsPlacement {
                    key: (*keys.get(&placement.work?)?).to_owned(),
                    pages: placement.pages.clone(),
                    note: placement.note.clone(),
                    annotation: placement.annotation.clone(),
                })
            })
            .collect()
    }

    /// Returns the sections of the works that no manual section contains. They have a common heading if there
    /// are manual sections.
    fn rest(
        &self,
        mut works: Vec<WorkInList<'_>>,
        heading: Option<&str>,
        order: ListOrder,
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
                date: None,
                uid: None,
                introduction: None,
                order,
                works: self.ordered(works, order),
                placements: Vec::new(),
            }]);
        };
        let tags = match &by {
            GroupBy::Facet(facet) => self
                .library
                .tags()
                .summaries_in(Some(facet), Some(self.headings.language_code()))?,
            _ => Vec::new(),
        };
        order.sort(&mut works, &self.places(), self.language());
        let grouping = Grouping::new(
            &works,
            &by,
            &tags,
            DuplicatePlacement::named(&self.list.repeat),
            self.headings,
        );
        let below = heading.map(|text| ContentsSection {
            heading: Some(Heading {
                text: text.to_owned(),
                depth: 0,
            }),
            date: None,
            uid: None,
            introduction: None,
            order,
            works: Vec::new(),
            placements: Vec::new(),
        });
        let deeper = usize::from(below.is_some());
        let groups = grouping.groups.into_iter().map(|group| ContentsSection {
            heading: group.heading.map(|heading| Heading {
                depth: heading.depth + deeper,
                ..heading
            }),
            date: None,
            uid: None,
            introduction: None,
            order,
            works: group.keys,
            placements: Vec::new(),
        });
        Ok(below.into_iter().chain(groups).collect())
    }

    /// Returns the language that the list sorts by.
    fn language(&self) -> &str {
        let of_list = self.list.locale.as_deref();
        of_list.unwrap_or(self.headings.language_code())
    }

    fn places(&self) -> HashMap<i64, i64> {
        self.entries
            .iter()
            .filter_map(|entry| Some((entry.work?, entry.position?)))
            .collect()
    }

    fn ordered(&self, mut works: Vec<WorkInList<'_>>, order: ListOrder) -> Vec<String> {
        order.sort(&mut works, &self.places(), self.language());
        works.iter().map(|(work, _)| work.key.clone()).collect()
    }
}

/// Parses a stored order. Falls back to the style's order if a later version stored an unknown one.
fn stored_order(text: &str) -> ListOrder {
    text.parse().unwrap_or_default()
}

impl ListContents {
    /// Returns the groups over which a bibliography is distributed.
    pub fn grouping(&self) -> Grouping {
        let groups = self
            .sections
            .iter()
            .map(|section| WorkGroup {
                heading: section.printed_heading(),
                event: section.event(),
                introduction: parse_markdown(section.introduction.as_deref()),
                keys: section.works.clone(),
                order: section.order,
            })
            .collect();
        Grouping { groups }
    }

    /// Returns the text below each work, by citation key. `headings` sets the language of generated text.
    pub fn annotations(&self, headings: HeadingTranslations) -> HashMap<String, RichBlocks> {
        self.works
            .iter()
            .map(|work| (work.key.clone(), work.text_below(&self.annotate, headings)))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    /// Returns the items to be formatted, in the order of their first occurrence, without the variables that
    /// are printed below each work anyway.
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

    /// Returns the parsed introduction.
    pub fn introduction(&self) -> RichBlocks {
        parse_markdown(self.introduction.as_deref())
    }
}

fn parse_markdown(text: Option<&str>) -> RichBlocks {
    text.map(RichBlocks::from_markdown).unwrap_or_default()
}

impl ContentsSection {
    /// Returns the heading with the date.
    fn printed_heading(&self) -> Option<Heading> {
        let heading = self.heading.clone()?;
        Some(match self.section_date() {
            Some(date) => Heading {
                text: format!("{} ({date})", heading.text),
                ..heading
            },
            None => heading,
        })
    }

    /// Returns the date, if it has one.
    pub fn section_date(&self) -> Option<SectionDate> {
        self.date.as_deref()?.parse().ok()
    }

    /// Returns the section as an event in a calendar, if it has a date.
    fn event(&self) -> Option<SectionEvent> {
        Some(SectionEvent {
            date: self.section_date()?,
            uid: self.uid.clone()?,
            title: self.heading.as_ref()?.text.clone(),
        })
    }

    /// Returns the pages, note and annotation of a work in this section.
    pub fn placement(&self, key: &str) -> Option<&ContentsPlacement> {
        self.placements
            .iter()
            .find(|placement| placement.key == key)
    }
}

impl ContentsPlacement {
    /// Returns what to read, and the note: `pp. 12–40; skim it`.
    pub fn reading(&self, headings: HeadingTranslations) -> Option<String> {
        let pages = self.pages.as_deref().map(|pages| {
            if pages.starts_with(|c: char| c.is_ascii_digit()) {
                let pages = pages.replace("--", "\u{2013}");
                let is_one = pages.bytes().all(|byte| byte.is_ascii_digit());
                headings
                    .pages(is_one)
                    .replace('#', &pages.replace('-', "\u{2013}"))
            } else {
                pages.to_owned()
            }
        });
        let parts: Vec<String> = pages.into_iter().chain(self.note.clone()).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Returns the text below the work in its section. The annotation belongs to it if the list prints annotations.
    pub(super) fn text_below(
        &self,
        kinds: &AnnotationKinds,
        headings: HeadingTranslations,
    ) -> Vec<RichBlock> {
        let mut blocks: Vec<RichBlock> =
            self.reading(headings).map(paragraph).into_iter().collect();
        if kinds.has(AnnotationKind::Annotation) {
            blocks.extend(parse_markdown(self.annotation.as_deref()).blocks);
        }
        blocks
    }
}

impl ContentsWork {
    /// Describes the work by author, title and year.
    pub fn description(&self) -> String {
        let item = &self.item;
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
        let title = item.text("title").map(|title| markup::plain(&title));
        let year = item.date("issued").and_then(CslDate::year);
        let parts = [who, title, year.map(|year| year.to_string())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns the text below a self.
    fn text_below(&self, kinds: &AnnotationKinds, headings: HeadingTranslations) -> RichBlocks {
        let mut blocks = Vec::new();
        for kind in kinds.iter() {
            match kind {
                AnnotationKind::Annotation => {
                    let text = self.annotation.as_deref().unwrap_or_default();
                    blocks.extend(RichBlocks::from_markdown(text).blocks);
                }
                AnnotationKind::Note => {
                    for text in &self.notes {
                        blocks.extend(RichBlocks::from_markdown(text).blocks);
                    }
                }
                AnnotationKind::Abstract => blocks.extend(
                    paragraphs(&self.item.text("abstract").unwrap_or_default()).map(paragraph),
                ),
                AnnotationKind::Tags if !self.tags.is_empty() => {
                    let labels: Vec<&str> =
                        self.tags.iter().map(|tag| tag.label.as_str()).collect();
                    blocks.push(paragraph(format!(
                        "{} {}",
                        headings.tags(),
                        labels.join(", ")
                    )));
                }
                AnnotationKind::Why => {
                    let sentences: Vec<String> = self
                        .tags
                        .iter()
                        .filter(|tag| !tag.reasons.is_empty())
                        .map(|tag| format!("{}: {}", tag.label, sentence(&tag.reasons)))
                        .collect();
                    if !sentences.is_empty() {
                        blocks.push(paragraph(sentences.join(" ")));
                    }
                }
                AnnotationKind::Tags => {}
            }
        }
        RichBlocks { blocks }
    }
}

/// Joins reasons into one sentence with a full stop.
fn sentence(reasons: &[String]) -> String {
    let text = reasons.join("; ");
    if text.ends_with(['.', '!', '?', '\u{2026}']) {
        text
    } else {
        format!("{text}.")
    }
}

fn paragraph(text: String) -> RichBlock {
    RichBlock::Paragraph(vec![Inline::Text(text)])
}

/// Splits the text of a field into paragraphs and removes its markup.
fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    markup::plain(text)
        .replace("\r\n", "\n")
        .split("\n\n")
        .map(single_spaced)
        .filter(|paragraph| !paragraph.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

/// Serializes a CSL item as a JSON string, because TOML has neither `null` nor arrays of mixed types.
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
