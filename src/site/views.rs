//! What templates see: works, tags and lists with their paths and texts, and the values of the filters.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::file_names::FileNames;
use super::words::Words;
use super::{SiteContent, SiteWork};
use crate::library::TagName;
use crate::output::percent_encode_value;
use crate::reading_list::HeadingTranslations;
use crate::text::fold;

/// A work as pages link to it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WorkView {
    /// The citation key.
    pub(super) key: String,
    /// The file name without its extension.
    pub(super) file: String,
    /// The file name without its extension, percent-encoded.
    pub(super) file_in_url: String,
    /// The percent-encoded path of the page.
    pub(super) path: String,
    /// The title, or the key in brackets.
    pub(super) title: String,
    /// The authors, or editors.
    pub(super) authors: String,
    /// The year, or empty.
    pub(super) year_text: String,
    /// The language tag, if it is one that HTML accepts.
    pub(super) language: Option<String>,
    /// The type in words.
    pub(super) type_name: &'static str,
}

/// A tag as pages link to it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TagView {
    /// The full name.
    pub(super) name: String,
    /// The label.
    pub(super) label: String,
    /// The file name without its extension.
    pub(super) file: String,
    /// The percent-encoded path of the page.
    pub(super) path: String,
    /// The depth in the hierarchy.
    pub(super) depth: usize,
    /// The number of works that have the tag or one below it.
    pub(super) count: usize,
    /// The positions of these works.
    #[serde(skip)]
    pub(super) works: Vec<usize>,
}

/// A reading list or snapshot as pages link to it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ListView {
    /// The title.
    pub(super) title: String,
    /// The file name without its extension.
    pub(super) file: String,
    /// The percent-encoded path of the page.
    pub(super) path: String,
    /// The number of works in words.
    pub(super) works_text: String,
    /// The file names of its snapshots, without extensions.
    #[serde(skip)]
    pub(super) snapshots: Vec<String>,
}

/// A filter of the search page.
#[derive(Debug)]
pub(super) struct SearchFilter {
    /// The name in queries.
    pub(super) name: String,
    /// The label.
    pub(super) label: String,
    /// The names of the values and their labels.
    pub(super) values: Vec<(String, String)>,
    /// For each work, the positions of its values.
    pub(super) of_works: Vec<Vec<usize>>,
}

/// Everything that pages link to.
#[derive(Debug)]
pub(super) struct Views {
    /// The words of the interface.
    pub(super) words: Words,
    /// The works, in the order of the content.
    pub(super) works: Vec<WorkView>,
    /// The positions of works by key.
    pub(super) positions: HashMap<String, usize>,
    /// The tags of each facet, in the order of the content.
    pub(super) tags: Vec<Vec<TagView>>,
    /// The facet and the position in it of each tag, by name.
    tag_positions: HashMap<String, (usize, usize)>,
    /// The lists, in the order of the content.
    pub(super) lists: Vec<ListView>,
    /// The positions of the lists that each work is in, by key.
    pub(super) lists_of_works: HashMap<String, Vec<usize>>,
    /// The filters.
    pub(super) filters: Vec<SearchFilter>,
    /// The positions of the works, those added last first.
    pub(super) newest: Vec<usize>,
}

/// The number of authors after which "et al." follows.
const MOST_AUTHORS: usize = 4;

impl Views {
    pub(super) fn new(content: &SiteContent) -> Self {
        let words = Words::in_language(&content.language);
        let headings = HeadingTranslations::in_language(&content.language);
        let mut names = FileNames::default();
        // The pages of all works by title and by year are in the same folder.
        for page in ["by-title", "by-year"] {
            names.assign(page);
        }
        let works: Vec<WorkView> = content
            .works
            .iter()
            .map(|work| work_view(work, names.assign(&work.work.key), &words, headings))
            .collect();
        let positions = works
            .iter()
            .enumerate()
            .map(|(position, work)| (work.key.clone(), position))
            .collect();
        let tags = tag_views(content);
        let tag_positions = tags
            .iter()
            .enumerate()
            .flat_map(|(facet, tags)| {
                let tags = tags.iter().enumerate();
                tags.map(move |(position, tag)| (tag.name.clone(), (facet, position)))
            })
            .collect();
        let mut names = FileNames::default();
        let lists = content
            .lists
            .iter()
            .map(|list| {
                let count = list
                    .list
                    .sections
                    .iter()
                    .map(|section| section.entries.len())
                    .sum();
                let file = names.assign(&list.name);
                let mut snapshot_names = FileNames::default();
                ListView {
                    title: list.list.title.clone().unwrap_or_else(|| list.name.clone()),
                    path: format!("lists/{}.html", percent_encode_value(&file)),
                    works_text: words.works(count),
                    snapshots: list
                        .snapshots
                        .iter()
                        .map(|snapshot| snapshot_names.assign(&snapshot.name))
                        .collect(),
                    file,
                }
            })
            .collect();
        let mut newest: Vec<usize> = (0..content.works.len()).collect();
        newest.sort_by(|one, other| {
            let added = |position: &usize| content.works.get(*position).map(|work| &work.added_at);
            added(other).cmp(&added(one)).then(one.cmp(other))
        });
        let mut lists_of_works: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, list) in content.lists.iter().enumerate() {
            let entries = list
                .list
                .sections
                .iter()
                .flat_map(|section| &section.entries);
            for entry in entries {
                let lists = lists_of_works.entry(entry.key.clone()).or_default();
                if lists.last() != Some(&position) {
                    lists.push(position);
                }
            }
        }
        let filters = filters(content, &works, &tags, &words, headings);
        Self {
            words,
            works,
            positions,
            tags,
            tag_positions,
            lists,
            lists_of_works,
            filters,
            newest,
        }
    }

    /// Returns the works at these positions.
    pub(super) fn at(&self, positions: &[usize]) -> Vec<&WorkView> {
        positions
            .iter()
            .filter_map(|position| self.works.get(*position))
            .collect()
    }

    /// Returns the view of a tag.
    pub(super) fn tag(&self, name: &str) -> Option<&TagView> {
        let (facet, position) = self.tag_positions.get(name)?;
        self.tags.get(*facet)?.get(*position)
    }

    /// Returns the paths of the pages of works, tags and lists, and of the main pages.
    pub(super) fn page_paths(&self) -> Vec<String> {
        let main = [
            "index.html",
            "works/index.html",
            "works/by-year.html",
            "works/by-title.html",
            "authors.html",
            "about.html",
        ];
        main.into_iter()
            .map(str::to_owned)
            .chain(self.works.iter().map(|work| work.path.clone()))
            .chain(self.tags.iter().flatten().map(|tag| tag.path.clone()))
            .chain(self.lists.iter().map(|list| list.path.clone()))
            .collect()
    }
}

fn work_view(
    work: &SiteWork,
    file: String,
    words: &Words,
    headings: HeadingTranslations,
) -> WorkView {
    let record = &work.work;
    let title = record
        .title
        .as_deref()
        .map(str::trim)
        .filter(|title| !title.is_empty());
    let mut authors: Vec<&str> = record.authors.iter().map(String::as_str).collect();
    if authors.len() > MOST_AUTHORS {
        authors.truncate(MOST_AUTHORS - 1);
        authors.push("et al.");
    }
    let file_in_url = percent_encode_value(&file);
    WorkView {
        key: record.key.clone(),
        path: format!("works/{file_in_url}.html"),
        file,
        file_in_url,
        title: title.map_or_else(|| format!("[{}]", record.key), str::to_owned),
        authors: authors.join(", "),
        year_text: record
            .year
            .map(|year| headings.year(year))
            .unwrap_or_default(),
        language: work
            .item
            .text("language")
            .filter(|language| is_language_tag(language)),
        type_name: words.entry_type(&record.entry_type),
    }
}

/// Returns whether a text has the form of a language tag (BCP 47).
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn tag_views(content: &SiteContent) -> Vec<Vec<TagView>> {
    let mut by_tag: HashMap<&TagName, Vec<usize>> = HashMap::new();
    for (position, work) in content.works.iter().enumerate() {
        for tag in &work.work.tags {
            by_tag.entry(tag).or_default().push(position);
        }
    }
    let mut names = FileNames::default();
    names.assign("index");
    content
        .facets
        .iter()
        .map(|facet| {
            facet
                .tags
                .iter()
                .enumerate()
                .map(|(number, (tag, depth))| {
                    // The tags below this one follow it and are deeper.
                    let below = facet
                        .tags
                        .iter()
                        .skip(number + 1)
                        .take_while(|(_, other)| other > depth);
                    let mut works: Vec<usize> = std::iter::once(tag)
                        .chain(below.map(|(tag, _)| tag))
                        .filter_map(|tag| by_tag.get(&tag.tag))
                        .flatten()
                        .copied()
                        .collect();
                    works.sort_unstable();
                    works.dedup();
                    let file = names.assign(&format!("{}-{}", tag.tag.facet, tag.tag.name));
                    TagView {
                        name: tag.tag.to_string(),
                        label: tag.heading(Some(&content.language)).to_owned(),
                        path: format!("tags/{}.html", percent_encode_value(&file)),
                        file,
                        depth: *depth,
                        count: works.len(),
                        works,
                    }
                })
                .collect()
        })
        .collect()
}

/// A function that returns the name of a work's value and its label.
type ValueOf<'f> = &'f dyn Fn(&SiteWork, &WorkView) -> Option<(String, String)>;

fn filters(
    content: &SiteContent,
    works: &[WorkView],
    tags: &[Vec<TagView>],
    words: &Words,
    headings: HeadingTranslations,
) -> Vec<SearchFilter> {
    let mut filters = Vec::new();
    for (facet, tags) in content.facets.iter().zip(tags) {
        let mut filter = SearchFilter {
            name: facet.name.clone(),
            label: words.facet(&facet.name, facet.label.as_deref()),
            values: Vec::new(),
            of_works: vec![Vec::new(); works.len()],
        };
        for tag in tags.iter().filter(|tag| tag.count > 0) {
            let name = tag
                .name
                .split_once(':')
                .map_or(tag.name.as_str(), |(_, name)| name);
            for position in &tag.works {
                if let Some(values) = filter.of_works.get_mut(*position) {
                    values.push(filter.values.len());
                }
            }
            filter.values.push((name.to_owned(), tag.label.clone()));
        }
        filters.push(filter);
    }
    let of_value = |name: &str, value: ValueOf<'_>| {
        let all: Vec<Option<(String, String)>> = content
            .works
            .iter()
            .zip(works)
            .map(|(work, view)| value(work, view))
            .collect();
        let sorted: BTreeMap<(String, &String), &String> = all
            .iter()
            .flatten()
            .map(|(name, label)| ((fold(label), name), label))
            .collect();
        let places: HashMap<&String, usize> = sorted
            .keys()
            .enumerate()
            .map(|(place, (_, name))| (*name, place))
            .collect();
        SearchFilter {
            name: name.to_owned(),
            label: words.get(name).to_owned(),
            of_works: all
                .iter()
                .map(|value| {
                    let place = value.as_ref().and_then(|(name, _)| places.get(name));
                    place.copied().into_iter().collect()
                })
                .collect(),
            values: sorted
                .iter()
                .map(|((_, name), label)| ((*name).clone(), (*label).clone()))
                .collect(),
        }
    };
    filters.push(of_value("type", &|work, _| {
        let entry_type = &work.work.entry_type;
        Some((entry_type.clone(), headings.of_type(entry_type).to_owned()))
    }));
    filters.push(of_value("decade", &|work, _| {
        let first = work.work.year?.div_euclid(10) * 10;
        Some((first.to_string(), headings.year(first) + "–"))
    }));
    filters.push(of_value("language", &|work, _| {
        let language = work.item.text("language")?;
        let label = headings.language(&language)?;
        Some((language.split(['-', '_']).next()?.to_lowercase(), label))
    }));
    filters
}
