//! How many works there are of each kind: by year, tag, type, language and author.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;
use serde::Serialize;

use super::author_names::{Person, unified};
use super::text_metrics::clean;
use super::years::{counted, original_year, written};
use crate::library::{self, Reference, TagName, TagSummary};
use crate::model::{CslItem, CslName};
use crate::reading_list::Headings;

/// Counts of works by what they have in common.
#[derive(Debug, Clone, Serialize)]
pub struct Statistics {
    /// What the picture is called.
    pub title: String,
    /// How many works there are.
    pub works: usize,
    /// The counts, one chart for each thing that works are counted by.
    pub charts: Vec<Chart>,
}

/// Works counted by one thing.
#[derive(Debug, Clone, Serialize)]
pub struct Chart {
    /// What they are counted by: `year`, a facet of tags, `type`, `language`, `author`, `identification` or
    /// `missing`.
    pub by: String,
    /// What the chart is called.
    pub title: String,
    /// The counts: years in their order, all else with the most works first.
    pub bars: Vec<Bar>,
    /// What was folded because it was not among the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<More>,
    /// How many works have nothing to be counted by.
    pub without: usize,
}

/// The count of one value.
#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    /// What is printed.
    pub label: String,
    /// The value: a tag as it stands in a query, a year, or the label itself.
    pub value: String,
    /// How many works.
    pub works: usize,
    /// The year on the line of years.
    #[serde(skip)]
    pub(super) year: Option<i64>,
}

/// The values that were folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct More {
    /// How many values.
    pub values: usize,
    /// How many works the values have, each value counted by itself.
    pub works: usize,
}

/// What works are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountBy {
    /// The year in which they first appeared.
    Year,
    /// The tags of a facet; a narrower tag counts for the wider ones, too.
    Facet(String),
    /// Their type.
    Type,
    /// Their language.
    Language,
    /// Their authors, or editors where they have none.
    Author,
    /// How sure it is which work is meant.
    Identification,
    /// What they lack.
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
            "identification" => Self::Identification,
            "missing" => Self::Missing,
            facet => Self::Facet(facet.to_owned()),
        })
    }
}

/// A work with what is counted.
struct Counted<'w> {
    work: &'w Reference,
    item: CslItem,
}

impl Statistics {
    /// Counts works by each of `by`. `tags` are those of the library, with their wider ones; `top` is how many
    /// values of a kind are told before the rest is folded. `title` is what the picture is called.
    ///
    /// # Errors
    ///
    /// [`library::LibraryError::UnreadableWork`] where a derived row of the library was damaged.
    pub fn of(
        works: &[Reference],
        by: &[CountBy],
        tags: &[TagSummary],
        top: Option<usize>,
        title: Option<&str>,
    ) -> library::Result<Self> {
        let counted = works
            .par_iter()
            .map(|work| {
                Ok(Counted {
                    work,
                    item: work.item()?,
                })
            })
            .collect::<library::Result<Vec<_>>>()?;
        let charts: Vec<Chart> = by
            .iter()
            .map(|by| {
                let mut chart = chart(&counted, by, tags);
                if let Some(top) = top
                    && *by != CountBy::Year
                {
                    chart.fold(top);
                }
                chart
            })
            .collect();
        Ok(Self {
            title: title.map_or_else(|| usual_title(&charts), clean),
            works: works.len(),
            charts,
        })
    }
}

/// "Works by year, movement and author".
fn usual_title(charts: &[Chart]) -> String {
    let by: Vec<String> = charts
        .iter()
        .filter(|chart| !matches!(chart.by.as_str(), "identification" | "missing"))
        .map(|chart| clean(&chart.by))
        .collect();
    match by.as_slice() {
        [] => "Works".to_owned(),
        [one] => format!("Works by {one}"),
        [first @ .., last] => format!("Works by {} and {last}", first.join(", ")),
    }
}

impl Chart {
    /// Leaves the first values alone, and the others as a sum; one alone is not worth folding.
    fn fold(&mut self, top: usize) {
        if self.bars.len() > top + 1 {
            let rest = self.bars.split_off(top);
            self.more = Some(More {
                values: rest.len(),
                works: rest.iter().map(|bar| bar.works).sum(),
            });
        }
    }

    /// What is said of the works that could not be counted.
    pub fn note(&self) -> Option<String> {
        let without = match self.without {
            0 => return None,
            1 => "1 work".to_owned(),
            count => format!("{count} works"),
        };
        Some(match self.by.as_str() {
            "year" => format!("{without} of unknown year"),
            "author" => format!("{without} without an author"),
            "language" => format!("{without} that do not say their language"),
            "missing" => format!("{without} that lack none of these"),
            facet => format!("{without} without a {facet}"),
        })
    }
}

fn chart(works: &[Counted<'_>], by: &CountBy, tags: &[TagSummary]) -> Chart {
    match by {
        CountBy::Year => by_year(works),
        CountBy::Facet(facet) => by_facet(works, facet, tags),
        CountBy::Type => {
            let labels = works.iter().map(|work| {
                vec![
                    Headings::default()
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
                    .and_then(|language| Headings::default().language(&language))
                    .into_iter()
                    .collect()
            });
            by_labels("language", "Language", labels)
        }
        CountBy::Author => by_author(works),
        CountBy::Identification => {
            let labels = works.iter().map(|work| {
                let said = work.work.identification.as_deref().unwrap_or("certain");
                vec![clean(said)]
            });
            by_labels("identification", "Which work is meant", labels)
        }
        CountBy::Missing => by_labels("missing", "What is missing", works.iter().map(missing)),
    }
}

fn by_year(works: &[Counted<'_>]) -> Chart {
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
        title: "Year of first appearance".into(),
        bars: counts
            .into_iter()
            .map(|(year, works)| Bar {
                label: written(year),
                value: counted(year).to_string(),
                works,
                year: Some(year),
            })
            .collect(),
        more: None,
        without,
    }
}

/// Counts labels, of which a work may have several, each once.
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
        bars: most_first(bars.collect()),
        more: None,
        without,
    }
}

fn most_first(mut bars: Vec<Bar>) -> Vec<Bar> {
    bars.sort_by(|one, other| {
        (other.works, &one.label, &one.value).cmp(&(one.works, &other.label, &other.value))
    });
    bars
}

fn by_facet(works: &[Counted<'_>], facet: &str, tags: &[TagSummary]) -> Chart {
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
        bars: most_first(bars.collect()),
        more: None,
        without,
    }
}

fn by_author(works: &[Counted<'_>]) -> Chart {
    let mut people: Vec<Person> = Vec::new();
    let mut without = 0;
    for (number, work) in works.iter().enumerate() {
        let names = work.item.principal_names();
        let is_others = |name: &CslName| name.literal.as_deref() == Some("others");
        let of_work = names.iter().filter(|name| !is_others(name));
        let before = people.len();
        people.extend(of_work.map(|name| Person::of(name, number)));
        if people.len() == before {
            without += 1;
        }
    }
    let bars = unified(people)
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
        bars: most_first(bars),
        more: None,
        without,
    }
}

/// What a work lacks that most references are asked for.
fn missing(work: &Counted<'_>) -> Vec<String> {
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
        "DOI, ISBN or address",
    );
    note(has("abstract"), "abstract");
    note(has("language"), "language");
    note(!work.work.tags.is_empty(), "tags");
    missing
}
