//! The variables of an item: a sorted array, because a library of a million works has nine million of them.
//!
//! In a tree, even an item with few variables takes room for eleven, each with a name of its own.

use std::borrow::Cow;

use serde::ser::{Serialize, Serializer};

use super::variables;

/// The name of a variable. Those that CSL knows take no memory of their own.
pub type VariableName = Cow<'static, str>;

/// The variables of an item with their values, in the order of their names: see [`super::ItemVariables`].
#[derive(Debug, Clone, PartialEq)]
pub struct VariableMap<V>(Vec<(VariableName, V)>);

/// Returns the name of a variable, without a copy of its text if CSL knows it.
pub(super) fn interned(name: &str) -> VariableName {
    match variables::known(name) {
        Some((known, _)) => Cow::Borrowed(known),
        None => Cow::Owned(name.to_owned()),
    }
}

impl<V> Default for VariableMap<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> VariableMap<V> {
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
    pub fn get(&self, name: &str) -> Option<&V> {
        let place = self.place(name).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Returns the value of a variable, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let place = self.place(name).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Sets the value of a variable that has none.
    pub fn insert_if_absent(&mut self, name: impl Into<VariableName>, value: V) {
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
    pub fn insert(&mut self, name: impl Into<VariableName>, value: V) -> Option<V> {
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
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.place(name).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Removes the variables for which `keeps` returns false.
    pub fn retain(&mut self, keeps: impl Fn(&str, &V) -> bool) {
        self.0.retain(|(name, value)| keeps(name, value));
    }

    /// Returns the names.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Returns the names and values.
    pub fn iter(&self) -> Iter<'_, V> {
        self.0.iter().map(borrowed)
    }

    /// Returns the names and values, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut V)> {
        self.0.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// Returns the values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Makes variables of an array in any order. Of several values of one variable, the last counts.
    pub(super) fn sorted(mut variables: Vec<(VariableName, V)>) -> Self {
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
pub type Iter<'v, V> =
    std::iter::Map<std::slice::Iter<'v, (VariableName, V)>, fn(&(VariableName, V)) -> (&str, &V)>;

fn borrowed<V>((name, value): &(VariableName, V)) -> (&str, &V) {
    (name, value)
}

impl<'v, V> IntoIterator for &'v VariableMap<V> {
    type Item = (&'v str, &'v V);
    type IntoIter = Iter<'v, V>;

    fn into_iter(self) -> Iter<'v, V> {
        self.iter()
    }
}

impl<V> IntoIterator for VariableMap<V> {
    type Item = (VariableName, V);
    type IntoIter = std::vec::IntoIter<(VariableName, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<V, N: Into<VariableName>> FromIterator<(N, V)> for VariableMap<V> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self::sorted(
            variables
                .map(|(name, value)| (interned(&name.into()), value))
                .collect(),
        )
    }
}

impl<V, N: Into<VariableName>> Extend<(N, V)> for VariableMap<V> {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, variables: I) {
        for (name, value) in variables {
            self.insert(name, value);
        }
    }
}

impl<V: Serialize> Serialize for VariableMap<V> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_map(self)
    }
}
