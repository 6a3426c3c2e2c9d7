//! The model of a timeline: works, events and active years on lanes.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use serde::Serialize;

use super::labels::{disambiguate_labels, format_work_count, label};
use super::text_metrics::clean;
use super::words::ChartWords;
use super::year_axis::{Era, eras};
use super::years::{Period, calendar_year, format_years, original_year};
use crate::library::{self, CitableWork, Tag, TagName};
use crate::model::{CslItem, EdtfDate};
use crate::reading_list::HeadingTranslations;
use crate::text::percent_encoded;

/// Works by year of first publication, with one lane for each tag of a facet.
#[derive(Debug, Clone, Serialize)]
pub struct Timeline {
    /// The title of the drawing.
    pub title: String,
    /// The facet whose tags form the lanes.
    pub by: String,
    /// The number of works.
    pub works: usize,
    /// The first year of a work or event; -1 is 1 BCE.
    pub first_year: Option<i64>,
    /// The last year of a work or event.
    pub last_year: Option<i64>,
    /// The keys of the works without a known year.
    pub undated: Vec<String>,
    /// The lanes in vocabulary order, child tags below their parents. Works without a tag of the facet come
    /// last.
    pub lanes: Vec<Lane>,
    /// The invalid dates in the vocabulary, which are not shown.
    pub unreadable: Vec<String>,
    /// The words of drawings.
    #[serde(skip)]
    pub words: &'static ChartWords,
}

/// The works, events and active years of a tag.
#[derive(Debug, Clone, Serialize)]
pub struct Lane {
    /// The tag; `None` for the works without one.
    pub tag: Option<TagName>,
    /// The label of the lane.
    pub label: String,
    /// The nesting depth of the tag; 0 is the top level.
    pub depth: usize,
    /// The active years.
    pub active: Option<ActiveYears>,
    /// The events, earliest first.
    pub events: Vec<LaneEvent>,
    /// The works with a known year, earliest first.
    pub works: Vec<LaneWork>,
    /// The keys of the works without a known year.
    pub undated: Vec<String>,
    /// The index of its color. A child tag has the color of its parent.
    #[serde(skip)]
    pub(super) color: usize,
}

/// The active years of a movement.
#[derive(Debug, Clone, Serialize)]
pub struct ActiveYears {
    /// The date in the vocabulary (EDTF).
    pub date: String,
    /// The date as printed: "1999–2013", "since 2005".
    pub words: String,
    #[serde(skip)]
    pub(super) period: Period,
}

/// An event.
#[derive(Debug, Clone, Serialize)]
pub struct LaneEvent {
    /// The date in the vocabulary (EDTF).
    pub date: String,
    /// The year as printed: "2009", "2015–2019".
    pub words: String,
    /// The description of the event.
    pub what: String,
    #[serde(skip)]
    pub(super) period: Period,
}

/// A work on a lane.
#[derive(Debug, Clone, Serialize)]
pub struct LaneWork {
    /// The citation key.
    pub key: String,
    /// The authors and year.
    pub label: String,
    /// The title without markup.
    pub title: Option<String>,
    /// The year of first publication; -1 is 1 BCE.
    pub year: i64,
    /// Whether the year is an estimate.
    pub about: bool,
    /// The address of its DOI, or its URL.
    pub link: Option<String>,
    /// The year on the year axis.
    #[serde(skip)]
    pub(super) axis_year: i64,
    /// The byte offset of the year in the label.
    #[serde(skip)]
    pub(super) year_begins: usize,
}

/// The parameters of a timeline.
#[derive(Debug)]
pub struct TimelineRequest<'r> {
    /// The title; without one, it is derived from the content.
    pub title: Option<String>,
    /// The facet whose tags form the lanes.
    pub facet: &'r str,
    /// The tags of the facet with their nesting depth, child tags after their parents.
    pub tags: &'r [(Tag, usize)],
    /// Whether to show movements that have events or active years but none of the works.
    pub with_empty_lanes: bool,
    /// The language of the words in drawings.
    pub language: &'r str,
}

/// A work with its year, if known, and its tags.
struct DatedWork {
    tags: Vec<TagName>,
    key: String,
    sort_author: String,
    label: String,
    work: Option<LaneWork>,
}

impl DatedWork {
    fn new(work: &CitableWork, item: &CslItem) -> Self {
        let year = original_year(item);
        let title = work.title.as_deref().map(clean);
        let (label, year_begins) = label(item, title.as_deref(), year);
        Self {
            tags: work.tags.clone(),
            key: work.key.clone(),
            sort_author: work.sort_author.clone(),
            label,
            work: year.map(|year| LaneWork {
                key: work.key.clone(),
                label: String::new(),
                title,
                year: calendar_year(year.year),
                about: year.about,
                link: link(item),
                axis_year: year.year,
                year_begins,
            }),
        }
    }

    fn sort_key(&self) -> (&str, Option<&str>, &str) {
        let title = self.work.as_ref().and_then(|work| work.title.as_deref());
        (&self.sort_author, title, &self.key)
    }
}

/// Returns the address of a work's DOI, or its URL.
fn link(item: &CslItem) -> Option<String> {
    let doi = item
        .text("DOI")
        .and_then(|doi| doi.parse::<crate::model::Doi>().ok());
    let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    match doi {
        Some(doi) => {
            let path = percent_encoded(&doi.to_string(), "-._~/:;()!*'@&=+$,");
            Some(format!("https://doi.org/{path}"))
        }
        None => item.text("URL").filter(is_web),
    }
}

impl Timeline {
    /// Creates the timeline of works, which are read in parts ([`library::Works::chunks`]).
    ///
    /// # Errors
    ///
    /// The first error of `works`; [`library::LibraryError::UnreadableWork`] if a derived row of the library is damaged.
    pub fn new(
        works: impl IntoIterator<Item = library::Result<Vec<CitableWork>>>,
        request: TimelineRequest<'_>,
    ) -> library::Result<Self> {
        let mut placed = Vec::new();
        for works in works {
            let works = works?;
            let dated = works
                .par_iter()
                .map(|work| Ok(DatedWork::new(work, &work.item()?)));
            placed.append(&mut dated.collect::<library::Result<Vec<_>>>()?);
        }
        Ok(Self::of_dated(placed, request))
    }

    /// Places works whose items were read before.
    pub fn of_read<'w>(
        works: impl IntoIterator<Item = (&'w CitableWork, &'w CslItem)>,
        request: TimelineRequest<'_>,
    ) -> Self {
        let dated = works
            .into_iter()
            .map(|(work, item)| DatedWork::new(work, item));
        Self::of_dated(dated.collect(), request)
    }

    fn of_dated(mut placed: Vec<DatedWork>, request: TimelineRequest<'_>) -> Self {
        // Labels that are alike get letters in the order of a bibliography, in whatever order the works are read.
        placed.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        disambiguate_labels(placed.iter_mut().map(|placed| &mut placed.label));
        for placed in &mut placed {
            if let Some(work) = &mut placed.work {
                work.label.clone_from(&placed.label);
            }
        }
        placed.sort_by(|one, other| {
            let year = |placed: &DatedWork| placed.work.as_ref().map(|work| work.axis_year);
            (year(one), &one.label, &one.key).cmp(&(year(other), &other.label, &other.key))
        });
        let mut unreadable = Vec::new();
        let lanes = lanes(&placed, &request, &mut unreadable);
        let undated: Vec<String> = placed
            .iter()
            .filter(|placed| placed.work.is_none())
            .map(|placed| placed.key.clone())
            .collect();
        let mut timeline = Self {
            title: String::new(),
            by: request.facet.to_owned(),
            works: placed.len(),
            first_year: None,
            last_year: None,
            undated,
            lanes,
            unreadable,
            words: ChartWords::of(request.language),
        };
        let years = timeline.years();
        timeline.first_year = years.iter().min().copied().map(calendar_year);
        timeline.last_year = years.iter().max().copied().map(calendar_year);
        timeline.title = request.title.map_or_else(
            || match timeline.lanes.as_slice() {
                _ if !timeline.words.is_english() => timeline.words.all_works.to_owned(),
                [Lane { tag: None, .. }] => "Works by year".to_owned(),
                _ => format!("Works by year and {}", clean(request.facet)),
            },
            |title| clean(&title),
        );
        timeline
    }

    /// Returns all years with data, on the year axis.
    fn years(&self) -> Vec<i64> {
        let mut years = Vec::new();
        for lane in &self.lanes {
            years.extend(lane.works.iter().map(|work| work.axis_year));
            years.extend(lane.events.iter().flat_map(|event| event.period.years()));
            years.extend(lane.active.iter().flat_map(|active| active.period.years()));
        }
        years
    }

    /// Returns the ranges of years with data, without long gaps.
    pub(super) fn eras(&self) -> Vec<Era> {
        eras(&self.years())
    }

    /// Describes the timeline in a sentence for screen readers.
    pub fn description(&self) -> String {
        if !self.words.is_english() {
            let years = match (self.first_year, self.last_year) {
                (Some(first), Some(last)) => format!(", {}\u{2013}{}", year(first), year(last)),
                _ => String::new(),
            };
            return format!("{}{years}.", self.words.count(self.works));
        }
        let mut text = match (self.first_year, self.last_year) {
            (Some(first), Some(last)) => format!(
                "{} from {} to {}",
                format_work_count(self.works),
                year(first),
                year(last)
            ),
            _ => format_work_count(self.works),
        };
        let on: Vec<String> = self
            .lanes
            .iter()
            .map(|lane| format!("{} ({})", lane.label, lane.works.len()))
            .collect();
        text.push_str(&match on.as_slice() {
            [] | [_] => ".".to_owned(),
            several => format!(", on {} lanes: {}.", several.len(), several.join(", ")),
        });
        if let Some(undated) = self.note_on_undated() {
            text.push(' ');
            text.push_str(&undated);
            text.push('.');
        }
        text
    }

    /// Notes the works without a known year.
    pub fn note_on_undated(&self) -> Option<String> {
        self.words.note_on_undated(&self.undated)
    }
}

fn year(calendar_year: i64) -> String {
    super::years::format_year(super::years::axis_year(calendar_year))
}

fn lanes(
    placed: &[DatedWork],
    request: &TimelineRequest<'_>,
    unreadable: &mut Vec<String>,
) -> Vec<Lane> {
    let mut by_tag: HashMap<&TagName, Vec<&DatedWork>> = HashMap::new();
    let known: HashSet<&TagName> = request.tags.iter().map(|(tag, _)| &tag.tag).collect();
    let mut without = Vec::new();
    for work in placed {
        let own = work.tags.iter().filter(|tag| known.contains(tag));
        let mut has_one = false;
        for tag in own {
            by_tag.entry(tag).or_default().push(work);
            has_one = true;
        }
        if !has_one {
            without.push(work);
        }
    }
    let mut lanes: Vec<Lane> = Vec::new();
    let mut color = 0;
    for (place, (tag, depth)) in request.tags.iter().enumerate() {
        if *depth == 0 && place > 0 {
            color += 1;
        }
        let mut lane = Lane::new(tag, *depth, request.language, unreadable);
        lane.color = color;
        lane.take(by_tag.get(&tag.tag).map(Vec::as_slice).unwrap_or_default());
        lanes.push(lane);
    }
    let parent = |place: usize| -> Option<usize> {
        let depth = lanes.get(place)?.depth.checked_sub(1)?;
        lanes
            .iter()
            .take(place)
            .rposition(|lane| lane.depth == depth)
    };
    // Show empty lanes only if some of the works are on a lane, or if there are no works at all.
    let with_empty_lanes = request.with_empty_lanes && (placed.is_empty() || !by_tag.is_empty());
    let mut is_shown: Vec<bool> = lanes
        .iter()
        .map(|lane| {
            let has_works = !lane.works.is_empty() || !lane.undated.is_empty();
            let has_history = lane.active.is_some() || !lane.events.is_empty();
            has_works || (with_empty_lanes && has_history)
        })
        .collect();
    // Show the parent of every lane shown.
    for place in (0..lanes.len()).rev() {
        if is_shown.get(place) == Some(&true)
            && let Some(parent) = parent(place)
            && let Some(shown) = is_shown.get_mut(parent)
        {
            *shown = true;
        }
    }
    let mut shown = is_shown.into_iter();
    lanes.retain(|_| shown.next() == Some(true));
    // Adjacent lanes must differ in color, whichever lanes are shown.
    let mut before: Option<usize> = None;
    let mut next = 0;
    for lane in &mut lanes {
        if before.is_some_and(|before| before != lane.color) {
            next += 1;
        }
        before = Some(lane.color);
        lane.color = next;
    }
    if !without.is_empty() {
        let label = if lanes.is_empty() {
            ChartWords::of(request.language).all_works.to_owned()
        } else {
            let headings = HeadingTranslations::in_language(request.language);
            clean(&headings.without_tag(request.facet))
        };
        let mut lane = Lane {
            tag: None,
            label,
            depth: 0,
            active: None,
            events: Vec::new(),
            works: Vec::new(),
            undated: Vec::new(),
            color: next + 1,
        };
        lane.take(&without);
        lanes.push(lane);
    }
    lanes
}

impl Lane {
    fn new(tag: &Tag, depth: usize, language: &str, unreadable: &mut Vec<String>) -> Self {
        let words = ChartWords::of(language);
        let mut read = |date: &str, of: &str| -> Option<EdtfDate> {
            let read = date.trim().parse().ok();
            if read.is_none() {
                unreadable.push(format!("{}: {of} \u{201c}{}\u{201d}", tag.tag, clean(date)));
            }
            read
        };
        let active = tag.active.as_ref().and_then(|date| {
            let read = read(date, "active")?;
            Some(ActiveYears {
                date: date.clone(),
                words: format_years(&read, words),
                period: Period::new(&read),
            })
        });
        let mut events: Vec<LaneEvent> = tag
            .events
            .iter()
            .filter_map(|event| {
                let read = read(&event.date, "event of")?;
                Some(LaneEvent {
                    date: event.date.clone(),
                    words: format_years(&read, words),
                    what: clean(&event.what),
                    period: Period::new(&read),
                })
            })
            .collect();
        events.sort_by(|one, other| one.at().total_cmp(&other.at()));
        Self {
            tag: Some(tag.tag.clone()),
            label: clean(tag.heading(Some(language))),
            depth,
            active,
            events,
            works: Vec::new(),
            undated: Vec::new(),
            color: 0,
        }
    }

    fn take(&mut self, placed: &[&DatedWork]) {
        for placed in placed {
            match &placed.work {
                Some(work) => self.works.push(work.clone()),
                None => self.undated.push(placed.key.clone()),
            }
        }
    }
}

impl LaneEvent {
    /// Returns the position of the mark on the year axis: the middle of a short event or the start of a long
    /// one.
    pub(super) fn at(&self) -> f64 {
        match (self.period.from, self.period.to) {
            (Some(from), Some(to)) if to - from <= 1.0 => f64::midpoint(from, to),
            (Some(from), _) => from,
            (None, Some(to)) => to,
            (None, None) => 0.0,
        }
    }

    /// Returns the end of an event that lasted longer than a year.
    pub(super) fn until(&self) -> Option<f64> {
        let from = self.period.from?;
        self.period.to.filter(|to| to - from > 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::TagEvent;

    #[test]
    fn a_date_of_the_vocabulary_that_cannot_be_read_is_reported_and_the_others_stand_in_their_order()
     {
        let event = |date: &str, what: &str| TagEvent {
            date: date.to_owned(),
            what: what.to_owned(),
        };
        let tag = Tag {
            active: Some("the nineties".into()),
            events: vec![
                event("2009", "Last\u{7} conference"),
                event("soon", "Revival"),
                event("2001/2004", "Conferences"),
            ],
            ..Tag::named("movement:oekonux".parse().unwrap())
        };
        let request = TimelineRequest {
            title: None,
            facet: "movement",
            tags: &[(tag, 0)],
            with_empty_lanes: true,
            language: "en",
        };
        let timeline = Timeline::new([], request).unwrap();
        assert_eq!(
            timeline.unreadable,
            [
                "movement:oekonux: active \u{201c}the nineties\u{201d}",
                "movement:oekonux: event of \u{201c}soon\u{201d}"
            ]
        );
        let lane = &timeline.lanes[0];
        let events: Vec<&str> = lane
            .events
            .iter()
            .map(|event| event.what.as_str())
            .collect();
        assert_eq!(events, ["Conferences", "Last conference"]);
        assert!(lane.active.is_none());
        assert_eq!(
            (timeline.first_year, timeline.last_year),
            (Some(2001), Some(2009))
        );
        assert_eq!(
            (lane.events[0].until(), lane.events[1].until()),
            (Some(2005.0), None)
        );
    }

    #[test]
    fn a_doi_is_an_address_whatever_is_in_it() {
        let address = |doi: &str| {
            let json = serde_json::json!({"id": "a", "type": "book", "DOI": doi});
            link(&serde_json::from_value(json).unwrap()).unwrap()
        };
        assert_eq!(
            address("10.1000/a<b>#c"),
            "https://doi.org/10.1000/a%3Cb%3E%23c"
        );
        assert_eq!(
            address("10.2307/1562247"),
            "https://doi.org/10.2307/1562247"
        );
    }
}
