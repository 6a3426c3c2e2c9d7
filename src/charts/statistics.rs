//! Counts of works by year, tag, type, language, author and other properties.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use rayon::prelude::*;
use serde::Serialize;

use super::author_names::AuthorSpellings;
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

impl Chart {
    /// Returns the largest count, at least 1.
    pub(super) fn largest(&self) -> usize {
        let counts = self.bars.iter().map(|bar| bar.works);
        counts.max().unwrap_or(1).max(1)
    }
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

impl Statistics {
    /// Counts works, which are read in parts ([`library::Works::chunks`]), by each property of `by`. `tags` are the tags of the library with their parents. `top`
    /// limits the number of values per chart; the others are folded. Without a `title`, the title is derived from the
    /// properties.
    ///
    /// # Errors
    ///
    /// The first error of `works`; [`library::LibraryError::UnreadableWork`] if a derived row of the library is damaged.
    pub fn new(
        works: impl IntoIterator<Item = library::Result<Vec<CitableWork>>>,
        by: &[CountBy],
        tags: &[TagSummary],
        top: Option<usize>,
        title: Option<&str>,
    ) -> library::Result<Self> {
        let parents: HashMap<&TagName, &TagName> = tags
            .iter()
            .filter_map(|tag| Some((&tag.tag, tag.parent.as_ref()?)))
            .collect();
        let mut counts: Vec<PropertyCounter> = by.iter().map(PropertyCounter::of).collect();
        let mut total = 0;
        for works in works {
            let works = works?;
            let items = works.par_iter().map(CitableWork::item);
            let items = items.collect::<library::Result<Vec<_>>>()?;
            for (work, item) in works.iter().zip(&items) {
                for counts in &mut counts {
                    counts.add(total, work, item, &parents);
                }
                total += 1;
            }
        }
        let labels: HashMap<&TagName, &str> = tags
            .iter()
            .filter_map(|tag| Some((&tag.tag, tag.label.as_deref()?)))
            .collect();
        let charts: Vec<Chart> = counts
            .into_iter()
            .map(|counts| {
                let mut chart = counts.into_chart(&labels);
                if let Some(top) = top
                    && chart.by != "year"
                {
                    chart.fold(top);
                }
                chart
            })
            .collect();
        Ok(Self {
            title: title.map_or_else(|| default_title(&charts), clean),
            works: total,
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

/// The counts of one property while works are read.
enum PropertyCounter {
    Years {
        counts: BTreeMap<i64, usize>,
        without: usize,
    },
    Facet {
        facet: String,
        counts: HashMap<TagName, usize>,
        without: usize,
    },
    /// A work may have several labels and counts once for each.
    Labels {
        by: &'static str,
        title: &'static str,
        labels_of: fn(&CitableWork, &CslItem) -> Vec<String>,
        counts: HashMap<String, usize>,
        without: usize,
    },
    Authors {
        spellings: AuthorSpellings,
        without: usize,
    },
}

impl PropertyCounter {
    fn of(by: &CountBy) -> Self {
        let labels = |by, title, labels_of| Self::Labels {
            by,
            title,
            labels_of,
            counts: HashMap::new(),
            without: 0,
        };
        match by {
            CountBy::Year => Self::Years {
                counts: BTreeMap::new(),
                without: 0,
            },
            CountBy::Facet(facet) => Self::Facet {
                facet: facet.clone(),
                counts: HashMap::new(),
                without: 0,
            },
            CountBy::Type => labels("type", "Type", |work, _| {
                let headings = HeadingTranslations::default();
                vec![headings.of_type(&work.entry_type).to_owned()]
            }),
            CountBy::Language => labels("language", "Language", |_, item| {
                let language = item.text("language").map(|text| clean(&text));
                language
                    .and_then(|language| HeadingTranslations::default().language(&language))
                    .into_iter()
                    .collect()
            }),
            CountBy::Missing => labels("missing", "Missing data", missing),
            CountBy::Author => Self::Authors {
                spellings: AuthorSpellings::default(),
                without: 0,
            },
        }
    }

    /// Adds a work; `number` is its own.
    fn add(
        &mut self,
        number: usize,
        work: &CitableWork,
        item: &CslItem,
        parents: &HashMap<&TagName, &TagName>,
    ) {
        match self {
            Self::Years { counts, without } => match original_year(item) {
                Some(known) => *counts.entry(known.year).or_default() += 1,
                None => *without += 1,
            },
            Self::Facet {
                facet,
                counts,
                without,
            } => {
                let mut own: HashSet<&TagName> = HashSet::new();
                for tag in work.tags.iter().filter(|tag| tag.facet == *facet) {
                    let mut next = Some(tag);
                    while let Some(tag) = next.filter(|tag| own.insert(tag)) {
                        next = parents.get(tag).copied();
                    }
                }
                *without += usize::from(own.is_empty());
                for tag in own {
                    count(counts, tag);
                }
            }
            Self::Labels {
                labels_of,
                counts,
                without,
                ..
            } => {
                let labels = labels_of(work, item);
                *without += usize::from(labels.is_empty());
                for label in &labels {
                    count(counts, label);
                }
            }
            Self::Authors { spellings, without } => {
                let names = item.principal_names();
                *without += usize::from(names.is_empty());
                for name in names {
                    spellings.add(name, number);
                }
            }
        }
    }

    fn into_chart(self, labels: &HashMap<&TagName, &str>) -> Chart {
        let (by, title, bars, without) = match self {
            Self::Years { counts, without } => {
                let bars = counts.into_iter().map(|(year, works)| Bar {
                    label: format_year(year),
                    value: calendar_year(year).to_string(),
                    works,
                    year: Some(year),
                });
                let title = "Year of first publication".to_owned();
                ("year".to_owned(), title, bars.collect(), without)
            }
            Self::Facet {
                facet,
                counts,
                without,
            } => {
                let bars = counts.into_iter().map(|(tag, works)| Bar {
                    label: clean(labels.get(&tag).copied().unwrap_or(&tag.name)),
                    value: tag.to_string(),
                    works,
                    year: None,
                });
                let mut title = clean(&facet);
                if let Some(first) = title.get(..1) {
                    title = format!(
                        "{}{}",
                        first.to_uppercase(),
                        title.get(1..).unwrap_or_default()
                    );
                }
                (facet, title, sort_by_count(bars.collect()), without)
            }
            Self::Labels {
                by,
                title,
                counts,
                without,
                ..
            } => {
                let bars = counts.into_iter().map(|(label, works)| Bar {
                    value: label.clone(),
                    label,
                    works,
                    year: None,
                });
                let bars = sort_by_count(bars.collect());
                (by.to_owned(), title.to_owned(), bars, without)
            }
            Self::Authors { spellings, without } => {
                let bars = spellings.merged().into_iter().map(|(name, works)| Bar {
                    value: name.clone(),
                    label: clean(&name),
                    works,
                    year: None,
                });
                let bars = sort_by_count(bars.collect());
                ("author".to_owned(), "Author".to_owned(), bars, without)
            }
        };
        Chart {
            by,
            title,
            bars,
            more: None,
            without,
        }
    }
}

/// Adds one to the count of a value.
fn count<V: Clone + Eq + Hash>(counts: &mut HashMap<V, usize>, value: &V) {
    match counts.get_mut(value) {
        Some(count) => *count += 1,
        None => {
            counts.insert(value.clone(), 1);
        }
    }
}

fn sort_by_count(mut bars: Vec<Bar>) -> Vec<Bar> {
    bars.sort_by(|one, other| {
        (other.works, &one.label, &one.value).cmp(&(one.works, &other.label, &other.value))
    });
    bars
}

/// Returns the data that a work lacks and most references should have.
fn missing(work: &CitableWork, item: &CslItem) -> Vec<String> {
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
    note(work.title.is_some(), "title");
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
    note(!work.tags.is_empty(), "tags");
    missing
}
