//! The timeline as a model: which works and events stand on which lane, and when.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;

use super::labels::{counted_works, label, tell_apart};
use super::text_metrics::clean;
use super::year_axis::{Era, eras};
use super::years::{Stretch, counted, in_words, original_year};
use crate::library::{self, Reference, Tag, TagName};
use crate::model::{CslItem, EdtfDate};

/// Works by the year in which they first appeared, on a lane for each tag of a facet.
#[derive(Debug, Clone, Serialize)]
pub struct Timeline {
    /// What the picture is called.
    pub title: String,
    /// The facet whose tags the lanes are.
    pub by: String,
    /// How many works there are.
    pub works: usize,
    /// The first year of a work or event, where there is one; -1 is 1 BCE.
    pub first_year: Option<i64>,
    /// The last year of a work or event.
    pub last_year: Option<i64>,
    /// The keys of the works whose year is not known.
    pub undated: Vec<String>,
    /// The lanes, in the order of the vocabulary, narrower tags below wider ones; the works without a tag
    /// of the facet are last.
    pub lanes: Vec<Lane>,
    /// The dates of the vocabulary that cannot be read, and so are not shown.
    pub unreadable: Vec<String>,
}

/// The works, events and active years of a tag.
#[derive(Debug, Clone, Serialize)]
pub struct Lane {
    /// The tag; none for the works without one.
    pub tag: Option<TagName>,
    /// What the lane is called.
    pub label: String,
    /// How deep it stands below wider tags: 0 for the widest.
    pub depth: usize,
    /// The active years.
    pub active: Option<Active>,
    /// What happened when, the earliest first.
    pub events: Vec<Event>,
    /// Its works of a known year, the earliest first.
    pub works: Vec<LaneWork>,
    /// The keys of its works whose year is not known.
    pub undated: Vec<String>,
    /// Which of the colours it has: a narrower tag that of the wider one.
    #[serde(skip)]
    pub(super) colour: usize,
}

/// When a movement was or is active.
#[derive(Debug, Clone, Serialize)]
pub struct Active {
    /// As the vocabulary has it (EDTF).
    pub date: String,
    /// In words: "1999–2013", "since 2005".
    pub words: String,
    #[serde(skip)]
    pub(super) stretch: Stretch,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// When, as the vocabulary has it (EDTF).
    pub date: String,
    /// The year in words: "2009", "2015–2019".
    pub words: String,
    /// What.
    pub what: String,
    #[serde(skip)]
    pub(super) stretch: Stretch,
}

/// A work on a lane.
#[derive(Debug, Clone, Serialize)]
pub struct LaneWork {
    /// Its key.
    pub key: String,
    /// Its authors and year.
    pub label: String,
    /// Its title, without markup.
    pub title: Option<String>,
    /// The year in which it first appeared; -1 is 1 BCE.
    pub year: i64,
    /// Whether the year is an estimate.
    pub about: bool,
    /// Where it is to be had: its DOI as an address, or its URL.
    pub link: Option<String>,
    /// The year on the line of years.
    #[serde(skip)]
    pub(super) on_line: i64,
    /// Where the year begins in the label.
    #[serde(skip)]
    pub(super) year_begins: usize,
}

/// What a timeline is made of.
#[derive(Debug)]
pub struct Request<'r> {
    /// What the picture is called; without it, after what it shows.
    pub title: Option<String>,
    /// The facet whose tags the lanes are.
    pub facet: &'r str,
    /// The tags of the facet with how deep each stands, narrower ones behind their wider one.
    pub tags: &'r [(Tag, usize)],
    /// Whether movements that have a history, but none of the works, are shown.
    pub with_empty_lanes: bool,
}

/// A work as it stands on its lanes, or the key and label of one whose year is not known.
struct Placed {
    tags: Vec<TagName>,
    key: String,
    label: String,
    work: Option<LaneWork>,
}

impl Placed {
    fn of(work: &Reference, item: &CslItem) -> Self {
        let year = original_year(item);
        let title = work.title.as_deref().map(clean);
        let (label, year_begins) = label(item, title.as_deref(), year);
        Self {
            tags: work.tags.clone(),
            key: work.key.clone(),
            label,
            work: year.map(|year| LaneWork {
                key: work.key.clone(),
                label: String::new(),
                title,
                year: counted(year.year),
                about: year.about,
                link: link(item),
                on_line: year.year,
                year_begins,
            }),
        }
    }
}

/// The address of a work: that of its DOI, or else its own.
fn link(item: &CslItem) -> Option<String> {
    let doi = item
        .text("DOI")
        .and_then(|doi| doi.parse::<crate::model::Doi>().ok());
    let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    match doi {
        Some(doi) => Some(format!("https://doi.org/{}", in_address(&doi.to_string()))),
        None => item.text("URL").filter(is_web),
    }
}

/// A DOI as it stands in an address, where some of the characters that it may have mean something else.
fn in_address(doi: &str) -> String {
    let mut address = String::new();
    for byte in doi.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:;()!*'@&=+$,".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

impl Timeline {
    /// The timeline of works.
    ///
    /// # Errors
    ///
    /// [`library::LibraryError::UnreadableWork`] where a derived row of the library was damaged.
    pub fn of(works: &[Reference], request: Request<'_>) -> library::Result<Self> {
        let mut placed = works
            .par_iter()
            .map(|work| Ok(Placed::of(work, &work.item()?)))
            .collect::<library::Result<Vec<_>>>()?;
        tell_apart(placed.iter_mut().map(|placed| &mut placed.label));
        for placed in &mut placed {
            if let Some(work) = &mut placed.work {
                work.label.clone_from(&placed.label);
            }
        }
        placed.sort_by(|one, other| {
            let year = |placed: &Placed| placed.work.as_ref().map(|work| work.on_line);
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
            works: works.len(),
            first_year: None,
            last_year: None,
            undated,
            lanes,
            unreadable,
        };
        let years = timeline.years();
        timeline.first_year = years.iter().min().copied().map(counted);
        timeline.last_year = years.iter().max().copied().map(counted);
        timeline.title = request.title.map_or_else(
            || match timeline.lanes.as_slice() {
                [Lane { tag: None, .. }] => "Works by year".to_owned(),
                _ => format!("Works by year and {}", clean(request.facet)),
            },
            |title| clean(&title),
        );
        Ok(timeline)
    }

    /// All years of which something is known, on the line of years.
    fn years(&self) -> Vec<i64> {
        let mut years = Vec::new();
        for lane in &self.lanes {
            years.extend(lane.works.iter().map(|work| work.on_line));
            years.extend(lane.events.iter().flat_map(|event| event.stretch.years()));
            years.extend(lane.active.iter().flat_map(|active| active.stretch.years()));
        }
        years
    }

    /// The years of which something is known, without the long gaps between them.
    pub(super) fn eras(&self) -> Vec<Era> {
        eras(&self.years())
    }

    /// What the picture shows, in a sentence for those who do not see it.
    pub fn description(&self) -> String {
        let mut text = match (self.first_year, self.last_year) {
            (Some(first), Some(last)) => format!(
                "{} of the years {} to {}",
                counted_works(self.works),
                year(first),
                year(last)
            ),
            _ => counted_works(self.works),
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

    /// That there are works whose year is not known.
    pub fn note_on_undated(&self) -> Option<String> {
        match self.undated.as_slice() {
            [] => None,
            [key] => Some(format!(
                "1 work of unknown year is not shown: {}",
                clean(key)
            )),
            keys if keys.len() <= 4 => Some(format!(
                "{} works of unknown year are not shown: {}",
                keys.len(),
                clean(&keys.join(", "))
            )),
            keys => Some(format!(
                "{} works of unknown year are not shown",
                keys.len()
            )),
        }
    }
}

fn year(counted: i64) -> String {
    super::years::written(super::years::on_line(counted))
}

fn lanes(placed: &[Placed], request: &Request<'_>, unreadable: &mut Vec<String>) -> Vec<Lane> {
    let mut of_tag: HashMap<&TagName, Vec<&Placed>> = HashMap::new();
    let known: HashSet<&TagName> = request.tags.iter().map(|(tag, _)| &tag.tag).collect();
    let mut without = Vec::new();
    for work in placed {
        let own = work.tags.iter().filter(|tag| known.contains(tag));
        let mut has_one = false;
        for tag in own {
            of_tag.entry(tag).or_default().push(work);
            has_one = true;
        }
        if !has_one {
            without.push(work);
        }
    }
    let mut lanes: Vec<Lane> = Vec::new();
    let mut colour = 0;
    for (place, (tag, depth)) in request.tags.iter().enumerate() {
        if *depth == 0 && place > 0 {
            colour += 1;
        }
        let mut lane = Lane::of(tag, *depth, unreadable);
        lane.colour = colour;
        lane.take(of_tag.get(&tag.tag).map(Vec::as_slice).unwrap_or_default());
        lanes.push(lane);
    }
    let parent = |place: usize| -> Option<usize> {
        let depth = lanes.get(place)?.depth.checked_sub(1)?;
        lanes
            .iter()
            .take(place)
            .rposition(|lane| lane.depth == depth)
    };
    // Their history is that of these works only where some of the works are in it.
    let with_empty_lanes = request.with_empty_lanes && (placed.is_empty() || !of_tag.is_empty());
    let mut is_shown: Vec<bool> = lanes
        .iter()
        .map(|lane| {
            let has_works = !lane.works.is_empty() || !lane.undated.is_empty();
            let has_history = lane.active.is_some() || !lane.events.is_empty();
            has_works || (with_empty_lanes && has_history)
        })
        .collect();
    // A narrower lane says of which wider one it is a case.
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
    // Neighbours differ in colour whichever lanes are left.
    let mut before: Option<usize> = None;
    let mut next = 0;
    for lane in &mut lanes {
        if before.is_some_and(|before| before != lane.colour) {
            next += 1;
        }
        before = Some(lane.colour);
        lane.colour = next;
    }
    if !without.is_empty() {
        let label = if lanes.is_empty() {
            "Works".to_owned()
        } else {
            format!("Without a {}", clean(request.facet))
        };
        let mut lane = Lane {
            tag: None,
            label,
            depth: 0,
            active: None,
            events: Vec::new(),
            works: Vec::new(),
            undated: Vec::new(),
            colour: next + 1,
        };
        lane.take(&without);
        lanes.push(lane);
    }
    lanes
}

impl Lane {
    fn of(tag: &Tag, depth: usize, unreadable: &mut Vec<String>) -> Self {
        let mut read = |date: &str, of: &str| -> Option<EdtfDate> {
            let read = date.trim().parse().ok();
            if read.is_none() {
                unreadable.push(format!("{}: {of} \u{201c}{}\u{201d}", tag.tag, clean(date)));
            }
            read
        };
        let active = tag.active.as_ref().and_then(|date| {
            let read = read(date, "active")?;
            Some(Active {
                date: date.clone(),
                words: in_words(&read),
                stretch: Stretch::of(&read),
            })
        });
        let mut events: Vec<Event> = tag
            .events
            .iter()
            .filter_map(|event| {
                let read = read(&event.date, "event of")?;
                Some(Event {
                    date: event.date.clone(),
                    words: in_words(&read),
                    what: clean(&event.what),
                    stretch: Stretch::of(&read),
                })
            })
            .collect();
        events.sort_by(|one, other| one.at().total_cmp(&other.at()));
        Self {
            tag: Some(tag.tag.clone()),
            label: clean(tag.heading()),
            depth,
            active,
            events,
            works: Vec::new(),
            undated: Vec::new(),
            colour: 0,
        }
    }

    fn take(&mut self, placed: &[&Placed]) {
        for placed in placed {
            match &placed.work {
                Some(work) => self.works.push(work.clone()),
                None => self.undated.push(placed.key.clone()),
            }
        }
    }
}

impl Event {
    /// Where its mark stands on the line of years: in the middle of a point of time, at the beginning of a
    /// longer one.
    pub(super) fn at(&self) -> f64 {
        match (self.stretch.from, self.stretch.to) {
            (Some(from), Some(to)) if to - from <= 1.0 => f64::midpoint(from, to),
            (Some(from), _) => from,
            (None, Some(to)) => to,
            (None, None) => 0.0,
        }
    }

    /// Until when it lasted, where it was longer than a year.
    pub(super) fn until(&self) -> Option<f64> {
        let from = self.stretch.from?;
        self.stretch.to.filter(|to| to - from > 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::TagEvent;

    #[test]
    fn a_date_of_the_vocabulary_that_cannot_be_read_is_told_and_the_others_stand_in_their_order() {
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
        let request = Request {
            title: None,
            facet: "movement",
            tags: &[(tag, 0)],
            with_empty_lanes: true,
        };
        let timeline = Timeline::of(&[], request).unwrap();
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
        assert_eq!(in_address("10.1000/a<b>#c"), "10.1000/a%3Cb%3E%23c");
        assert_eq!(in_address("10.2307/1562247"), "10.2307/1562247");
    }
}
