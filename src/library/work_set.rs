//! Sets of works, by their numbers.

use std::collections::BTreeMap;

use super::drawers::{in_drawer, number_of, work_at};

/// A set of works. Numbers that follow each other take a bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkSet {
    /// By the number of the drawer (see [`super::drawers`]) which of its works belong to the set; none is
    /// without any.
    drawers: BTreeMap<i64, Bits>,
}

/// Which of the works of one drawer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bits([u64; 4]);

impl Bits {
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    pub(super) fn inverted(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    fn place(position: u8) -> (usize, u64) {
        (usize::from(position >> 6), 1 << (position & 63))
    }

    pub(super) fn insert(&mut self, position: u8) {
        let (word, bit) = Self::place(position);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    pub(super) fn contains(self, position: u8) -> bool {
        let (word, bit) = Self::place(position);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    fn combined(self, other: Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let mut words = self.0;
        for (word, other) in words.iter_mut().zip(other.0) {
            *word = combine(*word, other);
        }
        Self(words)
    }

    fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    pub(super) fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl WorkSet {
    /// Adds a work.
    pub fn insert(&mut self, work: i64) {
        self.drawers
            .entry(number_of(work))
            .or_default()
            .insert(in_drawer(work));
    }

    /// Adds works, up to the first error.
    ///
    /// # Errors
    ///
    /// The first of `works`.
    pub(super) fn try_extend<E>(
        &mut self,
        works: impl Iterator<Item = Result<i64, E>>,
    ) -> Result<(), E> {
        // Works that follow each other are often of one drawer, which is looked up once for all of them.
        let mut works = works.peekable();
        while let Some(work) = works.next() {
            let work = work?;
            let number = number_of(work);
            let bits = self.drawers.entry(number).or_default();
            bits.insert(in_drawer(work));
            while let Some(Ok(next)) =
                works.next_if(|next| matches!(next, Ok(next) if number_of(*next) == number))
            {
                bits.insert(in_drawer(next));
            }
        }
        Ok(())
    }

    /// Whether a work belongs to the set.
    pub fn contains(&self, work: i64) -> bool {
        self.drawers
            .get(&number_of(work))
            .is_some_and(|bits| bits.contains(in_drawer(work)))
    }

    /// How many works there are.
    pub fn len(&self) -> usize {
        self.drawers.values().map(|bits| bits.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.drawers.is_empty()
    }

    /// Which of the works of a drawer belong to the set.
    pub(super) fn of_drawer(&self, number: i64) -> Bits {
        self.drawers.get(&number).copied().unwrap_or_default()
    }

    /// The numbers of the drawers of the works.
    pub(super) fn drawers(&self) -> impl Iterator<Item = i64> {
        self.drawers.keys().copied()
    }

    /// Adds the works of another set.
    pub fn add_all(&mut self, other: &Self) {
        for (number, bits) in &other.drawers {
            let mine = self.drawers.entry(*number).or_default();
            *mine = mine.combined(*bits, |mine, other| mine | other);
        }
    }

    /// Takes all works away that do not belong to another set, too.
    pub fn keep_only(&mut self, other: &Self) {
        self.drawers.retain(|number, bits| {
            let others = other.drawers.get(number).copied().unwrap_or_default();
            *bits = bits.combined(others, |mine, other| mine & other);
            !bits.is_empty()
        });
    }

    /// Takes the works of another set away.
    pub fn remove_all(&mut self, other: &Self) {
        self.drawers.retain(|number, bits| {
            if let Some(others) = other.drawers.get(number) {
                *bits = bits.combined(*others, |mine, other| mine & !other);
            }
            !bits.is_empty()
        });
    }

    /// The numbers of the works, the smallest first.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        self.drawers.iter().flat_map(|(number, bits)| {
            (0..=u8::MAX)
                .filter(|position| bits.contains(*position))
                .map(|position| work_at(*number, position))
        })
    }
}

impl FromIterator<i64> for WorkSet {
    fn from_iter<I: IntoIterator<Item = i64>>(works: I) -> Self {
        let mut set = Self::default();
        set.extend(works);
        set
    }
}

impl Extend<i64> for WorkSet {
    fn extend<I: IntoIterator<Item = i64>>(&mut self, works: I) {
        let works = works.into_iter().map(Ok::<_, std::convert::Infallible>);
        let Ok(()) = self.try_extend(works);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn works() -> impl Strategy<Value = BTreeSet<i64>> {
        proptest::collection::btree_set(prop_oneof![0_i64..2_000, any::<i64>()], 0..200)
    }

    proptest! {
        #[test]
        fn a_set_of_works_is_as_any_other_set(one in works(), two in works()) {
            let (mine, others): (WorkSet, WorkSet) = (one.iter().copied().collect(), two.iter().copied().collect());
            let made = |change: fn(&mut WorkSet, &WorkSet)| {
                let mut set = mine.clone();
                change(&mut set, &others);
                prop_assert_eq!(set.len(), set.iter().count());
                prop_assert_eq!(set.is_empty(), set.iter().next().is_none());
                Ok(set.iter().collect::<Vec<_>>())
            };
            let expected = |works: &mut dyn Iterator<Item = &i64>| works.copied().collect::<Vec<_>>();
            prop_assert_eq!(made(WorkSet::add_all)?, expected(&mut one.union(&two)));
            prop_assert_eq!(made(WorkSet::keep_only)?, expected(&mut one.intersection(&two)));
            prop_assert_eq!(made(WorkSet::remove_all)?, expected(&mut one.difference(&two)));
            prop_assert!(one.iter().all(|work| mine.contains(*work)));
            prop_assert!(two.difference(&one).all(|work| !mine.contains(*work)));
        }
    }
}
