//! Works in an overview: of many works the little that a table shows, read and sorted at speed.

use std::collections::HashMap;

use rayon::prelude::*;
use rusqlite::Row;
use rustc_hash::FxBuildHasher;

use super::drawers::{Drawer, HEADING, Wanted};
use super::full_text::field_name;
use super::heading::Heading;
use super::ordering::{Place, SortKey, Sorting, heading_at};
use super::times::Times;
use super::work_set::WorkSet;
use super::{Condition, Library, LibraryError, Result, Selection, SortBy, TagName};

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

    /// Makes something of the headings, a part of them at a time; the parts beside each other.
    pub fn made<M: Send>(
        &self,
        make: &(impl Fn(&mut dyn Iterator<Item = Heading<'_>>) -> M + Sync),
    ) -> MadeOfHeadings<M> {
        let part = |places: &[Place]| {
            let places = places.iter();
            make(&mut places.filter_map(|place| heading_at(&self.drawers, *place)))
        };
        let order = (0..)
            .zip(self.places.chunks(PART))
            .flat_map(|(part, places)| (0..).zip(places).map(move |(index, _)| (part, index)));
        MadeOfHeadings {
            order: order.collect(),
            found: self.found,
            parts: if self.places.len() <= PART {
                // To have others help would take longer.
                self.places.chunks(PART).map(part).collect()
            } else {
                self.places.par_chunks(PART).map(part).collect()
            },
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
        let places = self.places.iter();
        places.filter_map(|place| heading_at(&self.drawers, *place))
    }
}

/// What was made of the headings of a selection, by parts, each of several headings; with their order.
#[derive(Debug)]
pub struct MadeOfHeadings<M> {
    parts: Vec<M>,
    /// For each heading the number of the part, and its own among those of the part.
    order: Vec<(u32, u32)>,
    found: usize,
}

impl<M> MadeOfHeadings<M> {
    /// How many headings there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many works the selection has, whatever its limit.
    pub fn found(&self) -> usize {
        self.found
    }

    /// The parts, in no order.
    pub fn parts(&self) -> &[M] {
        &self.parts
    }

    /// The headings from one on, in the order of the selection: the part that each belongs to, and how many
    /// headings the part was given before it.
    pub fn from(&self, first: usize) -> impl Iterator<Item = (&M, usize)> {
        let order = self.order.get(first..).unwrap_or_default();
        order
            .iter()
            .filter_map(|(part, index)| Some((self.parts.get(*part as usize)?, *index as usize)))
    }
}

/// Something of works, by their numbers.
pub type ByWork<T> = HashMap<i64, T, FxBuildHasher>;

/// How many headings make a part where they are not read drawer by drawer.
const PART: usize = 256;

/// From how many works on it is cheaper to read all of a table than to look each up.
const MANY: usize = 500;

/// What the headings of a drawer are sorted by, and what is made of them; each is read once.
fn keys_with<M>(
    sorting: &Sorting<'_>,
    drawer: &Drawer,
    make: &impl Fn(&mut dyn Iterator<Item = Heading<'_>>) -> M,
) -> Result<(Vec<SortKey>, M)> {
    let count = drawer.count();
    let mut keys = Vec::with_capacity(count);
    let mut damage = None;
    let mut cards = (0..).zip(drawer.cards());
    let mut headings = std::iter::from_fn(|| {
        let (index, card) = cards.next()?;
        let heading = card.and_then(|(at, id, text)| {
            let heading = Heading::read(id, text).ok_or(LibraryError::DamagedDrawer)?;
            Ok((at, heading))
        });
        match heading {
            Ok((at, heading)) => {
                keys.push(sorting.key(&heading, at, index));
                Some(heading)
            }
            Err(error) => {
                damage = Some(error);
                None
            }
        }
    });
    let made = make(&mut headings.by_ref().take(count));
    headings.by_ref().for_each(drop);
    match damage {
        Some(error) => Err(error),
        None => Ok((keys, made)),
    }
}

impl Library {
    /// The works of a selection, in its order, with what an overview shows of them.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::DamagedDrawer`].
    pub fn headings(&self, selection: &Selection) -> Result<Headings> {
        Ok(self.headings_with(selection, &|_| ())?.0)
    }

    /// Makes something of the headings of a selection while they are read, those of a drawer as one part: this
    /// is faster than [`Headings::made`]. Where there is a limit, only of what is within it.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::DamagedDrawer`].
    pub fn made_of_headings<M: Send>(
        &self,
        selection: &Selection,
        make: &(impl Fn(&mut dyn Iterator<Item = Heading<'_>>) -> M + Sync),
    ) -> Result<MadeOfHeadings<M>> {
        if selection.limit.is_some() {
            return Ok(self.headings(selection)?.made(make));
        }
        let (headings, parts) = self.headings_with(selection, make)?;
        let order = headings.places.iter();
        Ok(MadeOfHeadings {
            order: order.map(|place| (place.drawer, place.index)).collect(),
            found: headings.found,
            parts,
        })
    }

    /// The headings of a selection, with what was made of those of each drawer.
    fn headings_with<M: Send>(
        &self,
        selection: &Selection,
        make: &(impl Fn(&mut dyn Iterator<Item = Heading<'_>>) -> M + Sync),
    ) -> Result<(Headings, Vec<M>)> {
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
            let (keys, made) = keys_with(&sorting, &drawer, make)?;
            Ok((keys, made, drawer))
        })?;
        let mut keys = Vec::with_capacity(looked.len());
        let mut drawers = Vec::with_capacity(looked.len());
        let mut parts = Vec::with_capacity(looked.len());
        for (of_drawer, made, drawer) in looked {
            keys.push(of_drawer);
            parts.push(made);
            drawers.push(drawer);
        }
        let headings = Headings {
            places: sorting.sorted(&keys, &drawers, selection.limit),
            found: keys.iter().map(Vec::len).sum(),
            drawers,
        };
        Ok((headings, parts))
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
}
