//! Drawers of cards: what is read of many works at once.
//!
//! As in a card catalogue, a drawer holds the cards of works whose numbers follow each other, for one *place*:
//! what an overview shows of each ([`HEADING`]), its names, or the values of one field, which regular
//! expressions are tried on. A work may have several cards in a place, or none.
//!
//! In the store the cards of a drawer lie behind each other, by the number of the work: the position of the work
//! in the drawer, the length of the text in bytes, and the text. Numbers are of characters that stand for five
//! bits each, the lowest first: [`LAST_DIGIT`] and those behind it in ASCII for the last digit of a number,
//! [`DIGIT`] and those behind it for the digits before. So a drawer is text as a whole, and is known to be valid
//! UTF-8 when it was looked through once.

use std::collections::HashMap;
use std::sync::mpsc;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};
use rustc_hash::FxBuildHasher;

use super::work_set::{Bits, WorkSet};
use super::{Library, LibraryError, Result};

/// The place of what an overview shows: see [`super::heading`].
pub(super) const HEADING: &str = "@heading";

/// The number of the drawer in which the cards of a work lie.
pub(super) fn number_of(work: i64) -> i64 {
    work >> u8::BITS
}

/// The position of a work in its drawer.
pub(super) fn in_drawer(work: i64) -> u8 {
    work.to_le_bytes()[0]
}

/// The work at a position of a drawer.
pub(super) fn work_at(number: i64, position: u8) -> i64 {
    number << u8::BITS | i64::from(position)
}

/// The last digit of a number that is 0.
const LAST_DIGIT: u8 = b' ';

/// A digit that is 0, where others follow.
const DIGIT: u8 = b'@';

/// How many bits a digit has, and which.
const BITS: u32 = 5;
const DIGIT_BITS: u8 = 0x1f;

/// Adds a number to a card or a drawer.
pub(super) fn put_number(to: &mut String, number: usize) {
    let digit = |first: u8, number: usize| char::from(first + (number as u8 & DIGIT_BITS));
    let mut rest = number;
    while rest >> BITS > 0 {
        to.push(digit(DIGIT, rest));
        rest >>= BITS;
    }
    to.push(digit(LAST_DIGIT, rest));
}

/// Takes a number from the front; nothing where there is none.
#[inline]
pub(super) fn take_number(from: &mut &str) -> Option<usize> {
    // Nearly all have one digit or two.
    let is_last = |byte: u8| byte & !DIGIT_BITS == LAST_DIGIT;
    let value = |byte: u8| usize::from(byte & DIGIT_BITS);
    match *from.as_bytes() {
        [first, ..] if is_last(first) => {
            *from = from.get(1..)?;
            Some(value(first))
        }
        [first, second, ..] if first & !DIGIT_BITS == DIGIT && is_last(second) => {
            *from = from.get(2..)?;
            Some(value(first) | value(second) << BITS)
        }
        _ => take_long_number(from),
    }
}

fn take_long_number(from: &mut &str) -> Option<usize> {
    let mut number = 0;
    let mut shift = 0;
    for (index, byte) in from.bytes().enumerate() {
        let is_last = byte & !DIGIT_BITS == LAST_DIGIT;
        if shift >= usize::BITS || !(is_last || byte & !DIGIT_BITS == DIGIT) {
            return None;
        }
        number |= usize::from(byte & DIGIT_BITS) << shift;
        if is_last {
            *from = from.get(index + 1..)?;
            return Some(number);
        }
        shift += BITS;
    }
    None
}

/// Adds a text, with its length before it.
pub(super) fn put_text(to: &mut String, text: &str) {
    put_number(to, text.len());
    to.push_str(text);
}

/// Takes a text from the front; nothing where there is none.
#[inline]
pub(super) fn take_text<'t>(from: &mut &'t str) -> Option<&'t str> {
    let length = take_number(from)?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(text)
}

/// The cards of one work, by place, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Cards {
    texts: String,
    /// How long the place and the text of each card are, which lie behind each other.
    lengths: Vec<(usize, usize)>,
}

impl Cards {
    /// Adds a card.
    pub(super) fn add(&mut self, place: &str, text: &str) {
        self.texts.push_str(place);
        self.texts.push_str(text);
        self.lengths.push((place.len(), text.len()));
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = self.texts.as_str();
        self.lengths.iter().filter_map(move |(of_place, of_text)| {
            let (place, behind) = rest.split_at_checked(*of_place)?;
            let (text, behind) = behind.split_at_checked(*of_text)?;
            rest = behind;
            Some((place, text))
        })
    }
}

/// The cards of a drawer with the positions of their works, in their order.
pub(super) fn cards(mut drawer: &str) -> impl Iterator<Item = Result<(u8, &str)>> {
    std::iter::from_fn(move || {
        if drawer.is_empty() {
            return None;
        }
        let card = take_card(&mut drawer);
        if card.is_none() {
            drawer = "";
        }
        Some(card.ok_or(LibraryError::DamagedDrawer))
    })
}

#[inline]
fn take_card<'d>(drawer: &mut &'d str) -> Option<(u8, &'d str)> {
    let position = u8::try_from(take_number(drawer)?).ok()?;
    Some((position, take_text(drawer)?))
}

/// The cards of a drawer that is being filled.
#[derive(Debug, Default)]
struct Pile {
    cards: String,
    /// The position of the last one, and whether all came in the order of the works.
    last: u8,
    is_sorted: bool,
}

impl Pile {
    fn put(&mut self, position: u8, text: &str) {
        self.is_sorted = self.cards.is_empty() || (self.is_sorted && self.last <= position);
        self.last = position;
        put_number(&mut self.cards, position.into());
        put_text(&mut self.cards, text);
    }

    /// The cards of the pile and those of a drawer, without those of the works that are `replaced`.
    fn with(&self, drawer: &str, replaced: Bits) -> Result<String> {
        let kept = cards(drawer)
            .filter(|card| !matches!(card, Ok((position, _)) if replaced.contains(*position)));
        let mut all = kept
            .chain(cards(&self.cards))
            .collect::<Result<Vec<(u8, &str)>>>()?;
        all.sort_by_key(|(position, _)| *position);
        let mut merged = Self::default();
        for (position, text) in all {
            merged.put(position, text);
        }
        Ok(merged.cards)
    }
}

/// Writes cards into drawers: those of one drawer are gathered, and written when the next one is begun.
pub(super) struct DrawerWriter<'c> {
    find: CachedStatement<'c>,
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    delete: CachedStatement<'c>,
    /// The drawer that is being filled, and the works of it whose cards are replaced.
    open: Option<(i64, Bits)>,
    piles: HashMap<String, Pile, FxBuildHasher>,
}

impl<'c> DrawerWriter<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Self> {
        Ok(Self {
            find: connection
                .prepare_cached("SELECT rowid, place, cards FROM drawer WHERE number = ?1")?,
            insert: connection
                .prepare_cached("INSERT INTO drawer (number, place, cards) VALUES (?1, ?2, ?3)")?,
            update: connection.prepare_cached("UPDATE drawer SET cards = ?2 WHERE rowid = ?1")?,
            delete: connection.prepare_cached("DELETE FROM drawer WHERE rowid = ?1")?,
            open: None,
            piles: HashMap::default(),
        })
    }

    /// Puts the cards of a work in the place of those that it had.
    pub(super) fn put(&mut self, work: i64, cards: &Cards) -> Result<()> {
        self.remove(work)?;
        let position = in_drawer(work);
        for (place, text) in cards.iter() {
            match self.piles.get_mut(place) {
                Some(pile) => pile.put(position, text),
                None => {
                    let mut pile = Pile::default();
                    pile.put(position, text);
                    self.piles.insert(place.to_owned(), pile);
                }
            }
        }
        Ok(())
    }

    /// Takes the cards of a work away.
    pub(super) fn remove(&mut self, work: i64) -> Result<()> {
        let number = number_of(work);
        if self.open.is_some_and(|(open, _)| open != number) {
            self.close()?;
        }
        let (_, replaced) = self.open.get_or_insert((number, Bits::default()));
        replaced.insert(in_drawer(work));
        Ok(())
    }

    /// Writes down what was gathered.
    pub(super) fn close(&mut self) -> Result<()> {
        let Some((number, replaced)) = self.open.take() else {
            return Ok(());
        };
        let before = self
            .find
            .query_map([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(i64, String, String)>>>()?;
        for (id, place, cards) in before {
            let pile = self.piles.remove(&place).unwrap_or_default();
            let merged = pile.with(&cards, replaced)?;
            if merged.is_empty() {
                self.delete.execute([id])?;
            } else if merged != cards {
                self.update.execute(params![id, merged])?;
            }
        }
        for (place, pile) in &mut self.piles {
            if pile.cards.is_empty() {
                continue;
            }
            if !pile.is_sorted {
                pile.cards = pile.with("", Bits::default())?;
            }
            self.insert.execute(params![number, place, pile.cards])?;
            pile.cards.clear();
        }
        Ok(())
    }
}

/// A drawer with the works whose cards are wanted.
#[derive(Debug)]
pub(super) struct Drawer {
    number: i64,
    wanted: Bits,
    cards: String,
}

/// Whose cards are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'w> {
    /// Those of all works.
    All,
    /// Those of some works.
    Of(&'w WorkSet),
    /// Those of all works but some.
    AllBut(&'w WorkSet),
}

impl Wanted<'_> {
    /// Which of the works of a drawer are wanted.
    fn of_drawer(self, number: i64) -> Bits {
        match self {
            Self::All => Bits::ALL,
            Self::Of(works) => works.of_drawer(number),
            Self::AllBut(works) => works.of_drawer(number).inverted(),
        }
    }
}

/// How many drawers are looked through at once.
const DRAWERS: usize = 8;

impl Drawer {
    /// How many works there may be whose cards are wanted.
    pub(super) fn count(&self) -> usize {
        self.wanted.len()
    }

    /// The wanted cards, each with where it lies and the number of its work.
    ///
    /// # Errors
    ///
    /// [`LibraryError::DamagedDrawer`], where it is.
    pub(super) fn cards(&self) -> impl Iterator<Item = Result<(u32, i64, &str)>> {
        let mut rest = self.cards.as_str();
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let at = u32::try_from(self.cards.len() - rest.len()).ok();
                let Some((at, (position, text))) = at.zip(take_card(&mut rest)) else {
                    rest = "";
                    return Some(Err(LibraryError::DamagedDrawer));
                };
                if self.wanted.contains(position) {
                    return Some(Ok((at, work_at(self.number, position), text)));
                }
            }
            None
        })
    }

    /// The card that lies at a place which [`Drawer::cards`] gave, with the number of its work.
    #[inline]
    pub(super) fn card(&self, at: u32) -> Option<(i64, &str)> {
        let (position, text) = take_card(&mut self.cards.get(at as usize..)?)?;
        Some((work_at(self.number, position), text))
    }
}

impl Library {
    /// Has `look` look through the drawers of a place, and gives what came of each, in their order. Some are
    /// looked through while the next are read.
    ///
    /// # Errors
    ///
    /// What SQLite reports, and what `look` gives.
    pub(super) fn look_through<T: Send>(
        &self,
        place: &str,
        wanted: Wanted<'_>,
        look: &(impl Fn(Drawer) -> Result<T> + Sync),
    ) -> Result<Vec<T>> {
        let looked = |drawers: Vec<Drawer>| {
            let looked = drawers.into_iter().map(look);
            looked.collect::<Result<Vec<T>>>()
        };
        let numbers = self.numbers_of_drawers(place, wanted)?;
        let read = |numbers: &[i64]| self.read_drawers(place, wanted, numbers);
        if numbers.len() <= DRAWERS {
            return looked(read(&numbers)?);
        }
        let mut parts = Vec::new();
        rayon::in_place_scope(|scope| -> Result<()> {
            for numbers in numbers.chunks(DRAWERS) {
                let drawers = read(numbers)?;
                let (sender, receiver) = mpsc::sync_channel(1);
                parts.push(receiver);
                scope.spawn(move |_| {
                    // Where nobody receives, the rest is not wanted.
                    let _ = sender.send(looked(drawers));
                });
            }
            Ok(())
        })?;
        let mut all = Vec::with_capacity(numbers.len());
        for part in parts {
            for looked in part {
                all.extend(looked?);
            }
        }
        Ok(all)
    }

    /// The numbers of the drawers of a place in which there may be wanted cards.
    fn numbers_of_drawers(&self, place: &str, wanted: Wanted<'_>) -> Result<Vec<i64>> {
        if let Wanted::Of(works) = wanted {
            return Ok(works.drawers().collect());
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT number FROM drawer WHERE place = ?1 ORDER BY number")?;
        let numbers = statement.query_map([place], |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    }

    fn read_drawers(
        &self,
        place: &str,
        wanted: Wanted<'_>,
        numbers: &[i64],
    ) -> Result<Vec<Drawer>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT cards FROM drawer WHERE place = ?1 AND number = ?2")?;
        let mut drawers = Vec::with_capacity(numbers.len());
        for number in numbers {
            let cards = statement.query_row(params![place, number], |row| row.get(0));
            if let Some(cards) = cards.optional()? {
                drawers.push(Drawer {
                    number: *number,
                    wanted: wanted.of_drawer(*number),
                    cards,
                });
            }
        }
        Ok(drawers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_as_they_went_in_and_damaged_ones_do_not() {
        let mut written = String::new();
        let numbers = [0, 1, 31, 32, 300, 70_000, usize::MAX];
        for number in numbers {
            put_number(&mut written, number);
        }
        let mut rest = written.as_str();
        for number in numbers {
            assert_eq!(take_number(&mut rest), Some(number));
        }
        assert_eq!(take_number(&mut rest), None);
        for damaged in ["", "@", "@@@@@@@@@@@@@@@@ ", "\u{e9}", "a", "\0"] {
            assert_eq!(take_number(&mut &*damaged), None, "{damaged:?}");
        }
        for damaged in ["#", "##", "#%abc", "#\"a\u{e9}", "H\u{e9}#"] {
            assert!(cards(damaged).any(|card| card.is_err()), "{damaged:?}");
        }
    }

    #[test]
    fn a_work_is_at_one_position_of_one_drawer() {
        for work in [0, 1, 255, 256, 100_000, i64::MAX, -1, i64::MIN] {
            assert_eq!(work_at(number_of(work), in_drawer(work)), work);
        }
    }

    #[test]
    fn cards_are_put_replaced_and_removed_whatever_the_order() {
        let connection = Connection::open_in_memory().unwrap();
        crate::library::schema::migrate(&connection, 0).unwrap();
        let read = || -> Vec<(i64, String, String)> {
            let mut statement = connection
                .prepare("SELECT number, place, cards FROM drawer ORDER BY number, place")
                .unwrap();
            let rows: Vec<(i64, String, String)> = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .unwrap()
                .collect::<rusqlite::Result<_>>()
                .unwrap();
            let mut all = Vec::new();
            for (number, place, drawer) in rows {
                for card in cards(&drawer) {
                    let (position, text) = card.unwrap();
                    all.push((work_at(number, position), place.clone(), text.to_owned()));
                }
            }
            all
        };
        let write = |works: &[(i64, &[(&str, &str)])]| {
            let mut writer = DrawerWriter::new(&connection).unwrap();
            for (work, given) in works {
                let mut cards = Cards::default();
                for (place, text) in *given {
                    cards.add(place, text);
                }
                writer.put(*work, &cards).unwrap();
            }
            writer.close().unwrap();
        };
        let card = |work: i64, place: &str, text: &str| (work, place.to_owned(), text.to_owned());
        write(&[
            (9, &[("title", "Nine"), ("doi", "10/9")]),
            (3, &[("title", "Three"), ("title", "Third")]),
            (300, &[("title", "Three hundred")]),
            (5, &[("title", "Five")]),
        ]);
        assert_eq!(
            read(),
            [
                card(9, "doi", "10/9"),
                card(3, "title", "Three"),
                card(3, "title", "Third"),
                card(5, "title", "Five"),
                card(9, "title", "Nine"),
                card(300, "title", "Three hundred"),
            ]
        );
        write(&[(9, &[("title", "9")]), (4, &[("doi", "10/4")]), (3, &[])]);
        assert_eq!(
            read(),
            [
                card(4, "doi", "10/4"),
                card(5, "title", "Five"),
                card(9, "title", "9"),
                card(300, "title", "Three hundred"),
            ]
        );
        write(&[(4, &[]), (5, &[]), (9, &[]), (300, &[])]);
        assert_eq!(read(), []);
    }
}
