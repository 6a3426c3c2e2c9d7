//! Works in an overview: of many works the little that a table shows, read and sorted at speed.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use rusqlite::Row;
use rustc_hash::FxBuildHasher;

use super::drawers::{Drawer, HEADING, Wanted, put_number, put_text, take_number, take_text};
use super::full_text::field_name;
use super::work_set::WorkSet;
use super::{Condition, Library, LibraryError, Order, Result, Selection, SortBy, TagName};

/// What an overview shows of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'h> {
    /// Its number in the library.
    pub id: i64,
    /// Its citation key.
    pub key: &'h str,
    /// The year in which it appeared, or began to; empty where it is not known.
    pub year: &'h str,
    /// Its title, without markup.
    pub title: Option<&'h str>,
    /// The names of its authors: see [`names`].
    authors: &'h str,
    /// What is seldom asked for, as it lies on the card: see [`Rest`].
    rest: &'h str,
}

/// What is to be written on the card of a heading.
pub(super) struct Card<'c> {
    pub(super) key: &'c str,
    pub(super) year: Option<i32>,
    pub(super) title: Option<&'c str>,
    pub(super) authors: &'c [String],
    pub(super) sort_author: &'c str,
    pub(super) entry_type: &'c str,
    pub(super) identification: Option<&'c str>,
    pub(super) original_year: Option<i32>,
}

impl Card<'_> {
    /// The text of the card: what nearly every overview shows comes first.
    pub(super) fn text(&self) -> String {
        let year = |year: Option<i32>| year.map(|year| year.to_string()).unwrap_or_default();
        let mut card = String::with_capacity(256);
        put_text(&mut card, self.key);
        put_text(&mut card, &year(self.year));
        put_optional_text(&mut card, self.title);
        put_text(&mut card, &names(self.authors));
        put_text(&mut card, self.sort_author);
        put_text(&mut card, self.entry_type);
        put_optional_text(&mut card, self.identification);
        put_text(&mut card, &year(self.original_year));
        card
    }
}

impl<'h> Heading<'h> {
    #[inline]
    fn read(id: i64, mut card: &'h str) -> Option<Self> {
        let card = &mut card;
        Some(Self {
            id,
            key: take_text(card)?,
            year: take_text(card)?,
            title: take_optional_text(card)?,
            authors: take_text(card)?,
            rest: card,
        })
    }

    /// Its authors, or editors where it has none, as they are read: given name first.
    pub fn authors(&self) -> impl Iterator<Item = &'h str> + Clone + use<'h> {
        let mut rest = self.authors;
        std::iter::from_fn(move || take_text(&mut rest))
    }

    /// The year in which it appeared, or began to.
    pub fn year(&self) -> Option<i32> {
        self.year.parse().ok()
    }

    /// Its BibLaTeX type, in lower case.
    pub fn entry_type(&self) -> &'h str {
        self.rest().entry_type
    }

    /// `probable` or `unresolved` where it is not certain which work is meant.
    pub fn identification(&self) -> Option<&'h str> {
        self.rest().identification
    }

    fn original_year(&self) -> Option<i32> {
        self.rest().original_year.parse().ok()
    }

    /// Its first author, as authors are sorted.
    fn sort_author(&self) -> Option<&'h str> {
        let author = take_text(&mut { self.rest }).unwrap_or_default();
        Some(author).filter(|author| !author.is_empty())
    }

    /// What cannot be read is as if it were not there; `rebuild` makes it anew.
    fn rest(&self) -> Rest<'h> {
        Rest::read(self.rest).unwrap_or_default()
    }
}

/// What stands behind the rest on a card.
#[derive(Default)]
struct Rest<'h> {
    entry_type: &'h str,
    identification: Option<&'h str>,
    original_year: &'h str,
}

impl<'h> Rest<'h> {
    fn read(mut card: &'h str) -> Option<Self> {
        let card = &mut card;
        let _sort_author = take_text(card)?;
        Some(Self {
            entry_type: take_text(card)?,
            identification: take_optional_text(card)?,
            original_year: take_text(card)?,
        })
    }
}

/// Names behind each other, each with its length before it.
fn names(names: &[String]) -> String {
    let mut written = String::new();
    for name in names {
        put_text(&mut written, name);
    }
    written
}

/// Adds a text that may be missing: 0, or one more than its length and the text.
fn put_optional_text(to: &mut String, text: Option<&str>) {
    put_number(to, text.map_or(0, |text| text.len() + 1));
    to.push_str(text.unwrap_or_default());
}

#[inline]
fn take_optional_text<'c>(card: &mut &'c str) -> Option<Option<&'c str>> {
    let Some(length) = take_number(card)?.checked_sub(1) else {
        return Some(None);
    };
    let (text, rest) = card.split_at_checked(length)?;
    *card = rest;
    Some(Some(text))
}

/// The headings of a selection, in its order.
///
/// They are read where they lie each time that one is asked for: to keep all of them apart would take more time
/// than that.
pub struct Headings {
    drawers: Vec<Drawer>,
    places: Vec<Place>,
    found: usize,
}

/// Where a heading lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Which of the drawers.
    drawer: u32,
    /// Where in it.
    at: u32,
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
            .filter_map(|place| read(&self.drawers, *place))
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
        if self.places.len() < self.found {
            look(&mut self.iter())
        } else {
            (self.drawers.par_iter().with_min_len(FEW))
                .map(in_drawer)
                .reduce(|| nothing.clone(), joined)
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

fn read(drawers: &[Drawer], place: Place) -> Option<Heading<'_>> {
    let (id, card) = drawers.get(place.drawer as usize)?.card(place.at)?;
    Heading::read(id, card)
}

/// How headings are put into an order.
struct Sorting<'s> {
    order: &'s [Order],
    times: Times,
}

impl Sorting<'_> {
    /// What the headings of a drawer are sorted by.
    ///
    /// # Errors
    ///
    /// [`LibraryError::DamagedDrawer`].
    fn keys(&self, drawer: &Drawer) -> Result<Vec<SortKey>> {
        let mut keys = Vec::new();
        for card in drawer.cards() {
            let (at, id, text) = card?;
            let heading = Heading::read(id, text).ok_or(LibraryError::DamagedDrawer)?;
            keys.push(self.key(&heading, Place { drawer: 0, at }));
        }
        Ok(keys)
    }

    /// Where the headings lie, in their order, and no more than `limit`.
    fn sorted(
        &self,
        mut keys: Vec<SortKey>,
        drawers: &[Drawer],
        limit: Option<usize>,
    ) -> Vec<Place> {
        let compare = |one: &SortKey, other: &SortKey| {
            one.cmp_words(other).then_with(|| {
                // What is the same so far may part only behind it.
                match (read(drawers, one.place), read(drawers, other.place)) {
                    (Some(one), Some(other)) => self.compared(&one, &other),
                    (one, other) => one.is_some().cmp(&other.is_some()),
                }
            })
        };
        if let Some(limit) = limit.filter(|limit| *limit < keys.len()) {
            if limit > 0 {
                keys.select_nth_unstable_by(limit - 1, compare);
            }
            keys.truncate(limit);
        }
        keys.par_sort_unstable_by(compare);
        keys.into_iter().map(|key| key.place).collect()
    }

    fn key(&self, heading: &Heading<'_>, place: Place) -> SortKey {
        let mut key = Packed::new();
        let author = heading.sort_author();
        for order in self.order {
            let descending = order.descending;
            match order.by {
                SortBy::Author => key.text(author, Missing::Last, descending, false),
                SortBy::Year => key.year(heading.year(), Missing::Last, descending),
                SortBy::Original => key.year(heading.original_year(), Missing::Last, descending),
                SortBy::Title => key.text(heading.title, Missing::Last, descending, true),
                SortBy::Key => key.text(Some(heading.key), Missing::Last, descending, true),
                SortBy::Type => {
                    key.text(Some(heading.entry_type()), Missing::Last, descending, false);
                }
                SortBy::Added => {
                    key.number(self.times.added(heading.id), Missing::Last, descending);
                }
                SortBy::Changed => {
                    key.number(self.times.changed(heading.id), Missing::Last, descending);
                }
            }
        }
        if !self.order.iter().any(|order| order.by == SortBy::Author) {
            key.text(author, Missing::Last, false, false);
        }
        key.year(heading.year(), Missing::First, false);
        key.text(heading.title, Missing::First, false, false);
        SortKey {
            words: key.words(),
            place,
        }
    }

    fn compared(&self, one: &Heading<'_>, other: &Heading<'_>) -> Ordering {
        let asked = self.order.iter().map(|order| {
            let descending = order.descending;
            match order.by {
                SortBy::Author => last_if_none(one.sort_author(), other.sort_author(), descending),
                SortBy::Year => last_if_none(one.year(), other.year(), descending),
                SortBy::Original => {
                    last_if_none(one.original_year(), other.original_year(), descending)
                }
                SortBy::Title => match (one.title, other.title) {
                    (Some(one), Some(other)) => turned(without_case(one, other), descending),
                    (one, other) => one.is_none().cmp(&other.is_none()),
                },
                SortBy::Type => turned(one.entry_type().cmp(other.entry_type()), descending),
                SortBy::Key => turned(without_case(one.key, other.key), descending),
                SortBy::Added => {
                    let (one, other) = (self.times.added(one.id), self.times.added(other.id));
                    last_if_none(one, other, descending)
                }
                SortBy::Changed => {
                    let (one, other) = (self.times.changed(one.id), self.times.changed(other.id));
                    last_if_none(one, other, descending)
                }
            }
        });
        asked
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| last_if_none(one.sort_author(), other.sort_author(), false))
            .then_with(|| one.year().cmp(&other.year()))
            .then_with(|| one.title.cmp(&other.title))
            .then_with(|| one.id.cmp(&other.id))
    }
}

/// What decides the order of two headings nearly always, so that they need not be looked at themselves.
#[derive(Clone, Copy)]
struct SortKey {
    words: [u128; WORDS],
    place: Place,
}

const WORDS: usize = 3;

impl SortKey {
    fn cmp_words(&self, other: &Self) -> Ordering {
        let ([one, one_next, one_last], [two, two_next, two_last]) = (self.words, other.words);
        (one.cmp(&two))
            .then_with(|| one_next.cmp(&two_next))
            .then_with(|| one_last.cmp(&two_last))
    }
}

/// What works are sorted by, packed so that the order of the bytes is that of the works, as far as there is room.
struct Packed {
    bytes: [u8; WORDS * 16],
    length: usize,
}

/// Where works stand that lack what is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    First,
    Last,
}

impl Packed {
    fn new() -> Self {
        Self {
            bytes: [0; _],
            length: 0,
        }
    }

    fn words(&self) -> [u128; WORDS] {
        let (words, _) = self.bytes.as_chunks();
        let mut packed = [0; WORDS];
        for (to, word) in packed.iter_mut().zip(words) {
            *to = u128::from_be_bytes(*word);
        }
        packed
    }

    fn push_byte(&mut self, byte: u8) {
        if let Some(to) = self.bytes.get_mut(self.length) {
            *to = byte;
            self.length += 1;
        }
    }

    /// Adds as many of the bytes as there is room for.
    fn push(&mut self, bytes: &[u8], descending: bool, lower: bool) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        let count = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..count), bytes.get(..count)) {
            room.copy_from_slice(bytes);
            if lower {
                room.make_ascii_lowercase();
            }
            if descending {
                room.iter_mut().for_each(|byte| *byte = !*byte);
            }
        }
        self.length += count;
    }

    /// Whether something is there. Which of those that lack it comes first does not hang on the direction.
    fn mark(&mut self, is_there: bool, missing: Missing) -> bool {
        self.push_byte(u8::from(is_there == (missing == Missing::First)));
        is_there
    }

    fn text(&mut self, text: Option<&str>, missing: Missing, descending: bool, lower: bool) {
        if !self.mark(text.is_some(), missing) {
            return;
        }
        self.push(text.unwrap_or_default().as_bytes(), descending, lower);
        // A text that ends comes before those that go on.
        self.push_byte(if descending { u8::MAX } else { 0 });
    }

    fn year(&mut self, year: Option<i32>, missing: Missing, descending: bool) {
        // As a number without a sign, in the same order.
        let number = year.map(|year| year.cast_unsigned() ^ (1 << 31));
        self.number(number, missing, descending);
    }

    fn number(&mut self, number: Option<u32>, missing: Missing, descending: bool) {
        if self.mark(number.is_some(), missing) {
            self.push(&number.unwrap_or_default().to_be_bytes(), descending, false);
        }
    }
}

/// The order of two texts in which ASCII letters are the same in both cases, as SQLite's NOCASE has it.
fn without_case(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}

fn turned(compared: Ordering, descending: bool) -> Ordering {
    if descending {
        compared.reverse()
    } else {
        compared
    }
}

/// The order of two values of which one may be missing, and then comes last either way.
fn last_if_none<T: Ord>(left: Option<T>, right: Option<T>, descending: bool) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => turned(left.cmp(&right), descending),
        (left, right) => left.is_none().cmp(&right.is_none()),
    }
}

/// Something of works, by their numbers.
pub type ByWork<T> = HashMap<i64, T, FxBuildHasher>;

/// When a work came into the library, and when its entry last became another: UTC, RFC 3339.
pub type TimesOfWork = (Arc<str>, Option<Arc<str>>);

/// Works by a time, in the order of the times.
type WorksByTime = Vec<(Arc<str>, Vec<i64>)>;

/// When works were added and changed, as numbers in the order of the times.
#[derive(Default)]
struct Times {
    added: ByWork<u32>,
    changed: ByWork<u32>,
}

impl Times {
    fn added(&self, work: i64) -> Option<u32> {
        self.added.get(&work).copied()
    }

    /// When the entry last became another: what never did, did so when it was added.
    fn changed(&self, work: i64) -> Option<u32> {
        self.changed
            .get(&work)
            .copied()
            .or_else(|| self.added(work))
    }
}

/// How many drawers are read sooner than others are asked to help.
const FEW: usize = 16;

/// From how many works on it is cheaper to read all of a table than to look each up.
const MANY: usize = 500;

impl Library {
    /// The works of a selection, in its order, with what an overview shows of them.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`LibraryError::DamagedDrawer`].
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
            keys.extend(of_drawer.into_iter().map(|key| SortKey {
                place: Place {
                    drawer: number,
                    ..key.place
                },
                ..key
            }));
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
    /// What SQLite reports; [`LibraryError::DamagedDrawer`].
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
