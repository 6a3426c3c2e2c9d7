//! The order of headings: sorted by keys that nearly always say all, beside SQLite, which would sort rows.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::drawers::Drawer;
use super::heading::Heading;
use super::times::Times;
use super::{Order, SortBy};

/// How many headings are sorted sooner than others are asked to help.
const FEW: usize = 200;

/// Where a heading lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Which of the drawers.
    pub(super) drawer: u32,
    /// Where in it.
    pub(super) at: u32,
    /// How many of the headings that are wanted lie before it there.
    pub(super) index: u32,
}

/// Reads the heading at a place.
#[inline]
pub(super) fn heading_at(drawers: &[Drawer], place: Place) -> Option<Heading<'_>> {
    let (id, card) = drawers.get(place.drawer as usize)?.card(place.at)?;
    Heading::read(id, card)
}

/// How headings are put into an order.
pub(super) struct Sorting<'s> {
    pub(super) order: &'s [Order],
    pub(super) times: Times,
}

impl Sorting<'_> {
    /// Where the headings lie, in their order, and no more than `limit`; by the keys of each drawer.
    pub(super) fn sorted(
        &self,
        keys: &[Vec<SortKey>],
        drawers: &[Drawer],
        limit: Option<usize>,
    ) -> Vec<Place> {
        let compare = |one: &Ranked<'_>, other: &Ranked<'_>| {
            (one.key.words.cmp(&other.key.words)).then_with(|| {
                // What is the same so far may part only behind it.
                let [one, other] = [one, other].map(|ranked| heading_at(drawers, ranked.place()));
                self.compared_if_read(&one, &other)
            })
        };
        let mut ranked = Vec::with_capacity(keys.iter().map(Vec::len).sum());
        for (drawer, keys) in (0..).zip(keys) {
            ranked.extend(keys.iter().map(|key| Ranked::of(key, drawer)));
        }
        if let Some(limit) = limit.filter(|limit| *limit < ranked.len()) {
            if limit > 0 {
                ranked.select_nth_unstable_by(limit - 1, compare);
            }
            ranked.truncate(limit);
        }
        if ranked.len() <= FEW {
            ranked.sort_unstable_by(compare);
            return ranked.iter().map(Ranked::place).collect();
        }
        // The first word alone nearly sorts them, and is moved about faster than the whole of a key.
        ranked.par_sort_unstable_by_key(|ranked| ranked.first_word);
        let alike = ranked.par_chunk_by_mut(|one, other| one.first_word == other.first_word);
        alike.for_each(|alike| {
            alike.par_sort_unstable_by(|one, other| one.key.words.cmp(&other.key.words));
            let same = alike.par_chunk_by_mut(|one, other| one.key.words == other.key.words);
            same.for_each(|same| self.sort_by_headings(same, drawers));
        });
        ranked.iter().map(Ranked::place).collect()
    }

    /// Sorts what has the same key.
    fn sort_by_headings(&self, same: &mut [Ranked<'_>], drawers: &[Drawer]) {
        if same.len() < 2 {
            return;
        }
        let read = same
            .iter()
            .map(|ranked| (heading_at(drawers, ranked.place()), *ranked));
        let mut read: Vec<_> = read.collect();
        read.par_sort_unstable_by(|(one, _), (other, _)| self.compared_if_read(one, other));
        for (to, (_, from)) in same.iter_mut().zip(read) {
            *to = from;
        }
    }

    /// What a heading is sorted by.
    pub(super) fn key(&self, heading: &Heading<'_>, at: u32, index: u32) -> SortKey {
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
                    key.number(
                        self.times.added_as_number(heading.id),
                        Missing::Last,
                        descending,
                    );
                }
                SortBy::Changed => {
                    key.number(
                        self.times.changed_as_number(heading.id),
                        Missing::Last,
                        descending,
                    );
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
            at,
            index,
        }
    }

    /// The order of two headings, one of which may not be there.
    fn compared_if_read(&self, one: &Option<Heading<'_>>, other: &Option<Heading<'_>>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) => self.compared(one, other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        }
    }

    fn compared(&self, one: &Heading<'_>, other: &Heading<'_>) -> Ordering {
        let mut asked = self.order.iter().map(|order| {
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
                    let (one, other) = (
                        self.times.added_as_number(one.id),
                        self.times.added_as_number(other.id),
                    );
                    last_if_none(one, other, descending)
                }
                SortBy::Changed => {
                    let (one, other) = (
                        self.times.changed_as_number(one.id),
                        self.times.changed_as_number(other.id),
                    );
                    last_if_none(one, other, descending)
                }
            }
        });
        asked
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
            .then_with(|| last_if_none(one.sort_author(), other.sort_author(), false))
            .then_with(|| one.year().cmp(&other.year()))
            .then_with(|| one.title.cmp(&other.title))
            .then_with(|| one.id.cmp(&other.id))
    }
}

/// What decides the order of two headings nearly always, so that they need not be looked at themselves.
pub(super) struct SortKey {
    words: [u128; WORDS],
    /// As in [`Place`].
    at: u32,
    index: u32,
}

const WORDS: usize = 3;

/// A key among those of all drawers.
#[derive(Clone, Copy)]
struct Ranked<'k> {
    first_word: u128,
    key: &'k SortKey,
    drawer: u32,
}

impl<'k> Ranked<'k> {
    fn of(key: &'k SortKey, drawer: u32) -> Self {
        let [first_word, ..] = key.words;
        Self {
            first_word,
            key,
            drawer,
        }
    }

    fn place(&self) -> Place {
        Place {
            drawer: self.drawer,
            at: self.key.at,
            index: self.key.index,
        }
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
    let (one, other) = (one.as_bytes(), other.as_bytes());
    // Texts that are compared often begin alike, and of some bytes at once it is seen fast that they are the same.
    let parts = one.as_chunks::<16>().0.iter().zip(other.as_chunks().0);
    let alike = 16 * parts.take_while(|(one, other)| one == other).count();
    let [one, other] = [one, other].map(|text| {
        let rest = text.iter().skip(alike);
        rest.map(u8::to_ascii_lowercase)
    });
    one.cmp(other)
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
