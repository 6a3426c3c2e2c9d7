//! When works came into the library, and when their entries last changed.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension as _, Row};

use super::work_set::WorkSet;
use super::works::found_once;
use super::{Library, Result};

/// When works came into the library, and when their entries last became others.
#[derive(Debug, Default)]
pub struct Times {
    /// All times in their order: UTC, RFC 3339.
    times: Vec<String>,
    added: Spans,
    changed: Spans,
}

impl Times {
    /// When a work came into the library.
    pub fn added(&self, work: i64) -> Option<&str> {
        let time = self.added_as_number(work)?;
        self.times.get(time as usize).map(String::as_str)
    }

    /// When the entry of a work last became another: what never did, did so when it was added.
    pub fn changed(&self, work: i64) -> Option<&str> {
        let time = self.changed_as_number(work)?;
        self.times.get(time as usize).map(String::as_str)
    }

    /// When a work came into the library, as a number; numbers are in the order of the times.
    pub(super) fn added_as_number(&self, work: i64) -> Option<u32> {
        self.added.time_of(work)
    }

    /// The number of the time which [`Times::changed`] gives.
    pub(super) fn changed_as_number(&self, work: i64) -> Option<u32> {
        self.changed
            .time_of(work)
            .or_else(|| self.added_as_number(work))
    }

    /// By the times of works that follow each other.
    fn new(added: TimedWorks, changed: TimedWorks) -> Self {
        let all = added.iter().chain(&changed).map(|timed| &timed.time);
        let times: Vec<String> = all.collect::<BTreeSet<_>>().into_iter().cloned().collect();
        let numbers: HashMap<&str, u32> = times.iter().map(String::as_str).zip(0..).collect();
        let spans = |timed: TimedWorks| {
            let numbered = timed.into_iter().filter_map(|timed| {
                let time = *numbers.get(timed.time.as_str())?;
                let (first, last) = (timed.first, timed.last);
                Some(Span { first, last, time })
            });
            Spans::new(numbered.collect())
        };
        let (added, changed) = (spans(added), spans(changed));
        Self {
            times,
            added,
            changed,
        }
    }
}

/// Works whose numbers follow each other, all of one time.
struct Timed {
    time: String,
    first: i64,
    last: i64,
}

type TimedWorks = Vec<Timed>;

/// The times of works, in the order of the works: those that came in together mostly follow each other.
#[derive(Debug, Default)]
struct Spans(Vec<Span>);

#[derive(Debug, Clone, Copy)]
struct Span {
    first: i64,
    last: i64,
    time: u32,
}

impl Spans {
    fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable_by_key(|span| span.first);
        Self(spans)
    }

    fn time_of(&self, work: i64) -> Option<u32> {
        let Self(spans) = self;
        let behind = spans.partition_point(|span| span.first <= work);
        let span = spans.get(behind.checked_sub(1)?)?;
        (work <= span.last).then_some(span.time)
    }
}

/// From how many works on it is cheaper to read the times of all than those of each.
const MANY: usize = 500;

/// At how many different times the works are looked through one by one.
const MANY_TIMES: u16 = 500;

impl Library {
    /// The times of some works, and perhaps those of others.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn times_of(&self, works: &WorkSet) -> Result<Times> {
        if works.len() > MANY {
            return self.times();
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT added_at, changed_at FROM work WHERE id = ?1")?;
        let (mut added, mut changed) = (TimedWorks::new(), TimedWorks::new());
        for work in works.iter() {
            let times = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let times: Option<(String, Option<String>)> =
                statement.query_row([work], times).optional()?;
            let timed = |time| Timed {
                time,
                first: work,
                last: work,
            };
            if let Some((time_added, time_changed)) = times {
                added.push(timed(time_added));
                changed.extend(time_changed.map(timed));
            }
        }
        Ok(Times::new(added, changed))
    }

    /// The times of all works.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub(super) fn times(&self) -> Result<Times> {
        let added = match self.spans_of_few_times()? {
            Some(added) => added,
            None => self.timed_works("SELECT added_at, id FROM work ORDER BY added_at, id")?,
        };
        let changed = self.timed_works(
            "SELECT changed_at, id FROM work WHERE changed_at IS NOT NULL ORDER BY changed_at, id",
        )?;
        Ok(Times::new(added, changed))
    }

    /// The first and the last of the works that were added at each time, where no other lies between them: nearly
    /// always works are numbered as they come. Then there is no need to look at each.
    fn spans_of_few_times(&self) -> Result<Option<TimedWorks>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "{}
             SELECT value,
                    (SELECT id FROM work WHERE added_at = value ORDER BY id LIMIT 1),
                    (SELECT id FROM work WHERE added_at = value ORDER BY id DESC LIMIT 1)
             FROM found WHERE value IS NOT NULL LIMIT ?1",
            found_once("work", "added_at")
        ))?;
        let spans = statement.query_map([MANY_TIMES], |row| {
            Ok(Timed {
                time: row.get(0)?,
                first: row.get(1)?,
                last: row.get(2)?,
            })
        })?;
        let mut spans = spans.collect::<rusqlite::Result<TimedWorks>>()?;
        spans.sort_unstable_by_key(|span| span.first);
        let are_apart = spans.is_sorted_by(|one, next| one.last < next.first);
        Ok((are_apart && spans.len() < MANY_TIMES.into()).then_some(spans))
    }

    /// What a statement gives: times with works, in this order.
    fn timed_works(&self, sql: &str) -> Result<TimedWorks> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut timed = TimedWorks::new();
        while let Some(row) = rows.next()? {
            let (time, work) = (row.get_ref(0)?, row.get(1)?);
            match timed.last_mut() {
                Some(before)
                    if before.last.checked_add(1) == Some(work)
                        && time.as_bytes() == Ok(before.time.as_bytes()) =>
                {
                    before.last = work;
                }
                _ => timed.push(Timed {
                    time: row.get(0)?,
                    first: work,
                    last: work,
                }),
            }
        }
        Ok(timed)
    }
}
