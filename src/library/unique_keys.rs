//! Citation keys that are unique in a library.

use std::collections::{HashMap, HashSet};

use super::derived_tables::read_entry;
use super::{LibraryError, Result, Works};
use crate::formats::key_pattern::{KeyPattern, is_key_character};

impl Works<'_> {
    /// Returns the key that a pattern makes for a work, with a suffix (a, b, c) that makes it unique among `new_keys`
    /// and the keys and aliases of all other works. A work that already has such a key keeps it.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`].
    pub fn key_by_pattern(
        &self,
        work: i64,
        pattern: &KeyPattern,
        new_keys: &mut NewKeys,
    ) -> Result<String> {
        let (key, source, item) = self
            .library
            .connection
            .prepare_cached(
                "SELECT key, source, item FROM work JOIN csl_item ON work_id = id WHERE id = ?1",
            )?
            .query_row([work], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })?;
        let entry = read_entry(&key, &source)?;
        let item = serde_json::from_str(&item).unwrap_or_default();
        let base = pattern.key(&entry, &item);
        let has_it = key.strip_prefix(&base).is_some_and(|suffix| {
            suffix.len() <= 2 && suffix.bytes().all(|byte| byte.is_ascii_lowercase())
        });
        if has_it && new_keys.taken.insert(key.clone()) {
            return Ok(key);
        }
        self.unique_key(&base, Some(work), new_keys)
    }

    /// Returns `base`, with a suffix (a, b, c) if another work has it.
    pub(super) fn unique_key(
        &self,
        base: &str,
        work: Option<i64>,
        new_keys: &mut NewKeys,
    ) -> Result<String> {
        let next = new_keys.next_suffix.entry(base.to_owned()).or_default();
        loop {
            let candidate = format!("{base}{}", suffix(*next));
            *next += 1;
            let holder = self.find(&candidate)?;
            let is_free = holder.is_none() || holder == work;
            if is_free && new_keys.taken.insert(candidate.clone()) {
                return Ok(candidate);
            }
        }
    }

    /// Checks that `key` can be the key of `work`.
    pub(super) fn check_key(&self, key: &str, work: Option<i64>) -> Result<()> {
        if key.is_empty() || !key.chars().all(is_key_character) {
            return Err(LibraryError::MalformedKey(key.to_owned()));
        }
        match self.find(key)? {
            Some(holder) if Some(holder) != work => Err(LibraryError::TakenKey {
                key: key.to_owned(),
                holder: self.key(holder)?,
            }),
            _ => Ok(()),
        }
    }
}

/// The keys that a command gives to works, before it writes them.
#[derive(Debug, Default)]
pub struct NewKeys {
    taken: HashSet<String>,
    /// The number of the suffix to try next, because many works may get the same key from a pattern.
    next_suffix: HashMap<String, u32>,
}

/// Returns the suffix with a number: none, a, b, … z, aa, ab and so on.
fn suffix(number: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = number;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(
            b'a' + u8::try_from(rest % 26).unwrap_or_default(),
        ));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_letters_and_then_two() {
        let suffixes: Vec<String> = (0..29).map(suffix).collect();
        assert_eq!(suffixes[..3], ["", "a", "b"]);
        assert_eq!(suffixes[26..], ["z", "aa", "ab"]);
    }
}
