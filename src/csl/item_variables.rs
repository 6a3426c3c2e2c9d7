//! The variables of an item: a sorted array, because a library of a million works has nine million of them.
//!
//! A tree of owned names took 4,500 bytes per work; this takes 1,200 (`benches/table.py`).

use std::borrow::Cow;

use serde::ser::{Serialize, Serializer};

use super::item::ItemValue;
use super::variables;

/// The name of a variable. Those that CSL knows take no memory of their own.
pub type VariableName = Cow<'static, str>;

/// The variables of an item with their values, in the order of their names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemVariables(Vec<(VariableName, ItemValue)>);

/// Returns the name of a variable, without a copy of its text if CSL knows it.
pub(super) fn interned(name: &str) -> VariableName {
    match variables::known(name) {
        Some((known, _)) => Cow::Borrowed(known),
        None => Cow::Owned(name.to_owned()),
    }
}

impl ItemVariables {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }

    /// Returns the number of variables.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no variables.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value of a variable.
    pub fn get(&self, name: &str) -> Option<&ItemValue> {
        let place = self.place(name).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Returns the value of a variable, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut ItemValue> {
        let place = self.place(name).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Sets the value of a variable that has none.
    pub fn insert_if_absent(&mut self, name: impl Into<VariableName>, value: ItemValue) {
        let name = name.into();
        if let Err(place) = self.place(&name) {
            self.0.insert(place, (interned(&name), value));
        }
    }

    /// Returns whether a variable has a value.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets the value of a variable, and returns the one that it had.
    pub fn insert(&mut self, name: impl Into<VariableName>, value: ItemValue) -> Option<ItemValue> {
        let name = name.into();
        match self.place(&name) {
            Ok(place) => {
                let (_, known) = self.0.get_mut(place)?;
                Some(std::mem::replace(known, value))
            }
            Err(place) => {
                self.0.insert(place, (interned(&name), value));
                None
            }
        }
    }

    /// Removes a variable, and returns the value that it had.
    pub fn remove(&mut self, name: &str) -> Option<ItemValue> {
        let place = self.place(name).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Removes the variables for which `keeps` returns false.
    pub fn retain(&mut self, keeps: impl Fn(&str, &ItemValue) -> bool) {
        self.0.retain(|(name, value)| keeps(name, value));
    }

    /// Returns the names.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Returns the names and values.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(borrowed)
    }

    /// Returns the names and values, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut ItemValue)> {
        self.0.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// Returns the values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut ItemValue> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Makes variables of an array in any order. Of several values of one variable, the last counts.
    pub(super) fn sorted(mut variables: Vec<(VariableName, ItemValue)>) -> Self {
        variables.sort_by(|(one, _), (other, _)| one.cmp(other));
        variables.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        // Shrinking would leave up to half of the room empty.
        let mut exact = Vec::with_capacity(variables.len());
        exact.append(&mut variables);
        Self(exact)
    }
}

/// An iterator over names and values.
pub type Iter<'v> = std::iter::Map<
    std::slice::Iter<'v, (VariableName, ItemValue)>,
    fn(&(VariableName, ItemValue)) -> (&str, &ItemValue),
>;

fn borrowed((name, value): &(VariableName, ItemValue)) -> (&str, &ItemValue) {
    (name, value)
}

impl<'v> IntoIterator for &'v ItemVariables {
    type Item = (&'v str, &'v ItemValue);
    type IntoIter = Iter<'v>;

    fn into_iter(self) -> Iter<'v> {
        self.iter()
    }
}

impl IntoIterator for ItemVariables {
    type Item = (VariableName, ItemValue);
    type IntoIter = std::vec::IntoIter<(VariableName, ItemValue)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<N: Into<VariableName>> FromIterator<(N, ItemValue)> for ItemVariables {
    fn from_iter<I: IntoIterator<Item = (N, ItemValue)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self::sorted(
            variables
                .map(|(name, value)| (interned(&name.into()), value))
                .collect(),
        )
    }
}

impl<N: Into<VariableName>> Extend<(N, ItemValue)> for ItemVariables {
    fn extend<I: IntoIterator<Item = (N, ItemValue)>>(&mut self, variables: I) {
        for (name, value) in variables {
            self.insert(name, value);
        }
    }
}

impl Serialize for ItemVariables {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_map(self)
    }
}
