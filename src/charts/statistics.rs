//! Counts of works by year, tag, type, language, author and other properties.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;
use serde::Serialize;

use super::author_names::{AuthorName, merge_spellings};
use super::text_metrics::clean;
use super::years::{calendar_year, format_year, original_year};
use crate::library::{self, CitableWork, TagName, TagSummary};
use crate::model::CslItem;
use crate::reading_list::HeadingTranslations;

/// Counts of works, one chart per property.
#[derive(Debug, Clone, Serialize)]
pub struct Statistics {
    /// The title of the drawing.
    pub title: String,
    /// The number of works.
    pub works: usize,
    /// The charts.
    pub charts: Vec<Chart>,
}

/// The counts of one property.
#[derive(Debug, Clone, Serialize)]
pub struct Chart {
    /// The property: `year`, a tag facet, `type`, `language`, `author` or `missing`.
    pub by: String,
    /// The title of the chart.
    pub title: String,
    /// The counts: years in order, other values by descending count.
    pub bars: Vec<Bar>,
    /// The values that were folded into one sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<FoldedBars>,
    /// The number of works without a value.
    pub without: usize,
}

/// The count of one value.
#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    /// The printed label.
    pub label: String,
    /// The value: a tag as written in a query, a year, or the label itself.
    pub value: String,
    /// The number of works.
    pub works: usize,
    /// The year on the year axis.
    #[serde(skip)]
    pub(super) year: Option<i64>,
}

/// Values folded into one sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FoldedBars {
    /// The number of values.
    pub values: usize,
    /// The number of works, counted once for each value.
    pub works: usize,
}

/// A property by which works are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountBy {
    /// The year of first publication.
    Year,
    /// The tags of a facet. A child tag also counts for its parents.
    Facet(String),
    /// The entry type.
    Type,
    /// The language.
    Language,
    /// The authors, or the editors if there are no authors.
    Author,
    /// Missing data.
    Missing,
}

impl std::str::FromStr for CountBy {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.to_lowercase().as_str() {
            "year" => Self::Year,
            "type" => Self::Type,
            "language" => Self::Language,
            "author" => Self::Author,
            "missing" => Self::Missing,
            facet => Self::Facet(facet.to_owned()),
        })
    }
}

/// A work with its item.
struct CountedWork<'w> {
    work: &'w CitableWork,
    item: CslItem,
}

impl Statistics {
    /// Counts works by each property of `by`. `tags` are the tags of the library with their parents. `top`
    /// limits the number of values per chart; the others are folded. Without a `title`, the title is derived
    /// from the properties.
    ///
    /// # Errors
    ///
    /// Returns [`library::LibraryError::UnreadableWork`] if a derived row of the library is damaged.
    pub fn new(
        works: &[CitableWork],
        by: &[CountBy],
        tags: &[TagSummary],
        top: Option<usize>,
        title: Option<&str>,
    ) -> library::Result<Self> {
        let calendar_year = works
            .par_iter()
            .map(|work| {
                Ok(CountedWork {
                    work,
                    item: work.item()?,
                })
            })
            .collect::<library::Result<Vec<_>>>()?;
        let charts: Vec<Chart> = by
            .iter()
            .map(|by| {
                let mut chart = chart(&calendar_year, by, tags);
                if let Some(top) = top
                    && *by != CountBy::Year
                {
                    chart.fold(top);
                }
                chart
            })
            .collect();
        Ok(Self {
            title: title.map_or_else(|| default_title(&charts), clean),
            works: works.len(),
            charts,
        })
    }
}

/// Returns a default title such as "Works by year, movement and author".
fn default_title(charts: &[Chart]) -> String {
    let by: Vec<String> = charts
        .iter()
        .filter(|chart| chart.by != "missing")
        .map(|chart| clean(&chart.by))
        .collect();
    match by.as_slice() {
        [] => "Works".to_owned(),
        [one] => format!("Works by {one}"),
        [first @ .., last] => format!("Works by {} and {last}", first.join(", ")),
    }
}

impl Chart {
    /// Keeps the first `top` values and folds the others, unless there is only one.
    fn fold(&mut self, top: usize) {
        if self.bars.len() > top + 1 {
            let rest = self.bars.split_off(top);
            self.more = Some(FoldedBars {
                values: rest.len(),
                works: rest.iter().map(|bar| bar.works).sum(),
            });
        }
    }

    /// Describes the works that could not be counted.
    pub fn note(&self) -> Option<String> {
        let without = match self.without {
            0 => return None,
            1 => "1 work".to_owned(),
            count => format!("{count} works"),
        };
        Some(match self.by.as_str() {
            "year" => format!("{without} without a known year"),
            "author" => format!("{without} without an author"),
            "language" => format!("{without} without a language"),
            "missing" => format!("{without} with nothing missing"),
            facet => format!("{without} without a {facet}"),
        })
    }
}

fn chart(works: &[CountedWork<'_>], by: &CountBy, tags: &[TagSummary]) -> Chart {
    match by {
        CountBy::Year => by_year(works),
        CountBy::Facet(facet) => by_facet(works, facet, tags),
        CountBy::Type => {
            let labels = works.iter().map(|work| {
                vec![
                    HeadingTranslations::default()
                        .of_type(&work.work.entry_type)
                        .to_owned(),
                ]
            });
            by_labels("type", "Type", labels)
        }
        CountBy::Language => {
            let labels = works.iter().map(|work| {
                let language = work.item.text("language").map(|text| clean(&text));
                language
                    .and_then(|language| HeadingTranslations::default().language(&language))
                    .into_iter()
                    .collect()
            });
            by_labels("language", "Language", labels)
        }
        CountBy::Author => by_author(works),
        CountBy::Missing => by_labels("missing", "Missing data", works.iter().map(missing)),
    }
}

fn by_year(works: &[CountedWork<'_>]) -> Chart {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    let mut without = 0;
    for work in works {
        match original_year(&work.item) {
            Some(known) => *counts.entry(known.year).or_default() += 1,
            None => without += 1,
        }
    }
    Chart {
        by: "year".into(),
        title: "Year of first publication".into(),
        bars: counts
            .into_iter()
            .map(|(year, works)| Bar {
                label: format_year(year),
                value: calendar_year(year).to_string(),
                works,
                year: Some(year),
            })
            .collect(),
        more: None,
        without,
    }
}

/// Counts labels. A work may have several and counts once for each.
fn by_labels(by: &str, title: &str, labels: impl Iterator<Item = Vec<String>>) -> Chart {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut without = 0;
    for labels in labels {
        if labels.is_empty() {
            without += 1;
        }
        for label in labels {
            *counts.entry(label).or_default() += 1;
        }
    }
    let bars = counts.into_iter().map(|(label, works)| Bar {
        value: label.clone(),
        label,
        works,
        year: None,
    });
    Chart {
        by: by.into(),
        title: title.into(),
        bars: sort_by_count(bars.collect()),
        more: None,
        without,
    }
}

fn sort_by_count(mut bars: Vec<Bar>) -> Vec<Bar> {
    bars.sort_by(|one, other| {
        (other.works, &one.label, &one.value).cmp(&(one.works, &other.label, &other.value))
    });
    bars
}

fn by_facet(works: &[CountedWork<'_>], facet: &str, tags: &[TagSummary]) -> Chart {
    let parents: HashMap<&TagName, &TagName> = tags
        .iter()
        .filter_map(|tag| Some((&tag.tag, tag.parent.as_ref()?)))
        .collect();
    let mut counts: HashMap<&TagName, usize> = HashMap::new();
    let mut without = 0;
    for work in works {
        let mut own: HashSet<&TagName> = HashSet::new();
        for tag in work.work.tags.iter().filter(|tag| tag.facet == facet) {
            let mut next = Some(tag);
            while let Some(tag) = next.filter(|tag| own.insert(tag)) {
                next = parents.get(tag).copied();
            }
        }
        if own.is_empty() {
            without += 1;
        }
        for tag in own {
            *counts.entry(tag).or_default() += 1;
        }
    }
    let labels: HashMap<&TagName, &str> = tags
        .iter()
        .filter_map(|tag| Some((&tag.tag, tag.label.as_deref()?)))
        .collect();
    let bars = counts.into_iter().map(|(tag, works)| Bar {
        label: clean(labels.get(tag).copied().unwrap_or(&tag.name)),
        value: tag.to_string(),
        works,
        year: None,
    });
    let mut title = clean(facet);
    if let Some(first) = title.get(..1) {
        title = format!(
            "{}{}",
            first.to_uppercase(),
            title.get(1..).unwrap_or_default()
        );
    }
    Chart {
        by: facet.to_owned(),
        title,
        bars: sort_by_count(bars.collect()),
        more: None,
        without,
    }
}

fn by_author(works: &[CountedWork<'_>]) -> Chart {
    let mut people: Vec<AuthorName> = Vec::new();
    let mut without = 0;
    for (number, work) in works.iter().enumerate() {
        let names = work.item.principal_names();
        let before = people.len();
        people.extend(names.iter().map(|name| AuthorName::new(name, number)));
        if people.len() == before {
            without += 1;
        }
    }
    let bars = merge_spellings(people)
        .into_iter()
        .map(|(name, works)| Bar {
            value: name.clone(),
            label: clean(&name),
            works,
            year: None,
        })
        .collect();
    Chart {
        by: "author".into(),
        title: "Author".into(),
        bars: sort_by_count(bars),
        more: None,
        without,
    }
}

/// Returns the data that a work lacks and most references should have.
fn missing(work: &CountedWork<'_>) -> Vec<String> {
    let item = &work.item;
    let has = |variable: &str| {
        item.text(variable)
            .is_some_and(|text| !text.trim().is_empty())
    };
    let mut missing = Vec::new();
    let mut note = |is_there: bool, what: &str| {
        if !is_there {
            missing.push(what.to_owned());
        }
    };
    note(work.work.title.is_some(), "title");
    note(!item.principal_names().is_empty(), "author or editor");
    note(original_year(item).is_some(), "year");
    note(
        ["DOI", "URL", "ISBN", "PMID", "PMCID"]
            .iter()
            .any(|name| has(name)),
        "DOI, ISBN or URL",
    );
    note(has("abstract"), "abstract");
    note(has("language"), "language");
    note(!work.work.tags.is_empty(), "tags");
    missing
}
