//! Works in an overview: of many works the little that a table shows, read and sorted at speed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use rusqlite::Row;
use rustc_hash::FxBuildHasher;

use super::drawers::{Drawer, HEADING, Wanted};
use super::full_text::field_name;
use super::heading::Heading;
use super::ordering::{Place, SortKey, Sorting, Times, heading_at};
use super::work_set::WorkSet;
use super::{Condition, Library, Result, Selection, SortBy, TagName};

/// The headings of a selection, in its order.
///
/// They are read where they lie each time that one is asked for: to keep all of them apart would take more time
/// than that.
pub struct Headings {
    drawers: Vec<Drawer>,
    places: Vec<Place>,
    found: usize,
}

impl Headings {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many works the selection has, whatever its limit.
    pub fn found(&self) -> usize {
        self.found
    }

    /// The headings from one on, in the order of the selection.
    pub fn from(&self, first: usize) -> impl Iterator<Item = Heading<'_>> {
        let places = self.places.get(first..).unwrap_or_default();
        places
            .iter()
            .filter_map(|place| heading_at(&self.drawers, *place))
    }

    /// Has `each` look at all headings, in no order: that is much faster than in theirs. Headings are looked at
    /// beside each other, what was seen of some is `joined` with what was seen of others.
    pub fn seen<S: Clone + Send + Sync>(
        &self,
        nothing: &S,
        each: &(impl Fn(&mut S, &Heading<'_>) + Sync),
        joined: &(impl Fn(S, S) -> S + Sync),
    ) -> S {
        let look = |headings: &mut dyn Iterator<Item = Heading<'_>>| {
            let mut seen = nothing.clone();
            for heading in headings {
                each(&mut seen, &heading);
            }
            seen
        };
        let in_drawer = |drawer: &Drawer| {
            let cards = drawer.cards().filter_map(Result::ok);
            look(&mut cards.filter_map(|(_, id, card)| Heading::read(id, card)))
        };
        if self.places.len() < self.found || self.drawers.len() < FEW {
            look(&mut self.iter())
        } else {
            let seen = self.drawers.par_iter().map(in_drawer);
            seen.reduce(|| nothing.clone(), joined)
        }
    }

    /// The works.
    pub fn works(&self) -> WorkSet {
        let works = self.places.iter().filter_map(|place| {
            let drawer = self.drawers.get(place.drawer as usize)?;
            Some(drawer.card(place.at)?.0)
        });
        works.collect()
    }

    /// The headings in the order of the selection.
    pub fn iter(&self) -> impl Iterator<Item = Heading<'_>> {
        self.from(0)
    }
}

/// Something of works, by their numbers.
pub type ByWork<T> = HashMap<i64, T, FxBuildHasher>;

/// When a work came into the library, and when its entry last became another: UTC, RFC 3339.
pub type TimesOfWork = (Arc<str>, Option<Arc<str>>);

/// Works by a time, in the order of the times.
type WorksByTime = Vec<(Arc<str>, Vec<i64>)>;

/// How many drawers are looked through sooner than others are asked to help.
const FEW: usize = 16;

/// From how many works on it is cheaper to read all of a table than to look each up.
const MANY: usize = 500;

impl Library {
    /// The works of a selection, in its order, with what an overview shows of them.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::DamagedDrawer`].
    pub fn headings(&self, selection: &Selection) -> Result<Headings> {
        let works;
        let wanted = match &selection.condition {
            Condition::All => Wanted::All,
            Condition::Not(unwanted) => {
                works = self.works_that_meet(unwanted)?;
                Wanted::AllBut(&works)
            }
            condition => {
                works = self.works_that_meet(condition)?;
                Wanted::Of(&works)
            }
        };
        let has_times = (selection.order.iter())
            .any(|order| matches!(order.by, SortBy::Added | SortBy::Changed));
        let sorting = Sorting {
            order: &selection.order,
            times: if has_times {
                self.times()?
            } else {
                Times::default()
            },
        };
        let looked = self.look_through(HEADING, wanted, &|drawer| {
            Ok((sorting.keys(&drawer)?, drawer))
        })?;
        let found = looked.iter().map(|(keys, _)| keys.len()).sum();
        let mut keys = Vec::with_capacity(found);
        let mut drawers = Vec::with_capacity(looked.len());
        for (number, (of_drawer, drawer)) in (0..).zip(looked) {
            keys.extend(
                of_drawer
                    .into_iter()
                    .map(|key: SortKey| key.of_drawer(number)),
            );
            drawers.push(drawer);
        }
        Ok(Headings {
            places: sorting.sorted(keys, &drawers, selection.limit),
            found,
            drawers,
        })
    }

    /// The works by the times at which they were added, and by those at which their entries last became others.
    /// They are read from their indexes, where equal times lie beside each other.
    fn works_by_time(&self) -> Result<[WorksByTime; 2]> {
        let read = |sql: &str| -> Result<WorksByTime> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut times = WorksByTime::new();
            while let Some(row) = rows.next()? {
                let (time, work) = (row.get_ref(0)?.as_str().unwrap_or_default(), row.get(1)?);
                match times.last_mut() {
                    Some((last, works)) if **last == *time => works.push(work),
                    _ => times.push((time.into(), vec![work])),
                }
            }
            Ok(times)
        };
        Ok([
            read("SELECT added_at, id FROM work ORDER BY added_at")?,
            read(
                "SELECT changed_at, id FROM work WHERE changed_at IS NOT NULL ORDER BY changed_at",
            )?,
        ])
    }

    /// The times of all works as numbers.
    fn times(&self) -> Result<Times> {
        let [added, changed] = self.works_by_time()?;
        let all: BTreeSet<&str> = (added.iter().chain(&changed))
            .map(|(time, _)| &**time)
            .collect();
        let numbers: HashMap<&str, u32> = all.into_iter().zip(0..).collect();
        let numbered = |times: &[(Arc<str>, Vec<i64>)]| {
            let works = times.iter().flat_map(|(time, works)| {
                let number = numbers.get(&**time).copied().unwrap_or_default();
                works.iter().map(move |work| (*work, number))
            });
            works.collect()
        };
        Ok(Times {
            added: numbered(&added),
            changed: numbered(&changed),
        })
    }

    /// The tags of works by the number of the work, in the order in which they were given.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn tags_of(&self, works: &WorkSet) -> Result<ByWork<Vec<TagName>>> {
        let mut tags: ByWork<Vec<TagName>> = HashMap::default();
        let mut add = |row: &Row<'_>| -> rusqlite::Result<()> {
            let of_work = tags.entry(row.get(0)?).or_default();
            let tag = TagName {
                facet: row.get(1)?,
                name: row.get(2)?,
            };
            // One tag may be there by hand and by a rule.
            if !of_work.contains(&tag) {
                of_work.push(tag);
            }
            Ok(())
        };
        const ALL: &str = "SELECT work_id, facet, name FROM assignment JOIN tag ON tag.id = tag_id";
        if works.len() > MANY {
            let sql = format!("{ALL} ORDER BY assignment.id");
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                add(row)?;
            }
        } else {
            let sql = format!("{ALL} WHERE work_id = ?1 ORDER BY assignment.id");
            let mut statement = self.connection.prepare_cached(&sql)?;
            for work in works.iter() {
                let mut rows = statement.query([work])?;
                while let Some(row) = rows.next()? {
                    add(row)?;
                }
            }
        }
        Ok(tags)
    }

    /// The values of a field of works, as plain text, by the number of the work, with those that the works
    /// inherit.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::DamagedDrawer`].
    pub fn field_values(&self, works: &WorkSet, field: &str) -> Result<ByWork<String>> {
        let mut values = ByWork::default();
        let looked = self.look_through(&field_name(field), Wanted::Of(works), &|drawer| {
            let value = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let cards = drawer.cards();
            cards
                .map(|card| card.map(|(_, work, text)| (work, value(text))))
                .collect::<Result<Vec<_>>>()
        })?;
        for (work, value) in looked.into_iter().flatten() {
            values.entry(work).or_insert(value);
        }
        Ok(values)
    }

    /// When works came into the library, and when their entries last changed, by the number of the work.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn times_of(&self, works: &WorkSet) -> Result<ByWork<TimesOfWork>> {
        if works.len() <= MANY {
            let mut statement = self
                .connection
                .prepare_cached("SELECT added_at, changed_at FROM work WHERE id = ?1")?;
            let times = works.iter().map(|work| {
                let times = statement.query_row([work], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok((work, times))
            });
            return Ok(times.collect::<rusqlite::Result<_>>()?);
        }
        let [added, changed] = self.works_by_time()?;
        let mut times = ByWork::default();
        for (time, works) in added {
            times.extend(
                works
                    .into_iter()
                    .map(|work| (work, (Arc::clone(&time), None))),
            );
        }
        for (time, works) in changed {
            for work in works {
                if let Some((_, changed)) = times.get_mut(&work) {
                    *changed = Some(Arc::clone(&time));
                }
            }
        }
        Ok(times)
    }
}
