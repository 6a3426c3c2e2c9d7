//! Keys that belong to no work.

use std::collections::BTreeSet;

use super::shelf::Shelf;
use crate::cli::CommandContext;
use peerbib::suggest::in_sentence;

/// A key that belongs to no work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct MissingKey {
    pub(crate) key: String,
    /// Where it is cited.
    pub(crate) places: Vec<PlaceOfKey>,
    /// The key that is spelt most like it.
    pub(crate) suggestion: Option<String>,
    /// All that are spelt much the same, the nearest first.
    #[serde(skip)]
    pub(crate) near: Vec<String>,
}

/// Where a key is cited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(crate) struct PlaceOfKey {
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// Gathers keys that belong to no work, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct MissingKeys {
    pub(crate) keys: Vec<MissingKey>,
}

impl MissingKeys {
    pub(crate) fn add(&mut self, shelf: &Shelf, key: &str, file: &str, line: usize) {
        let place = PlaceOfKey {
            file: file.to_owned(),
            line,
        };
        match self.keys.iter_mut().find(|missing| missing.key == key) {
            Some(missing) => missing.places.push(place),
            None => {
                let near = shelf.suggestions(key);
                self.keys.push(MissingKey {
                    key: key.to_owned(),
                    places: vec![place],
                    suggestion: near.first().cloned(),
                    near,
                });
            }
        }
    }

    /// Tells the keys, with where they are cited and what may be meant. Says whether there are any.
    pub(crate) fn tell(&self, context: &CommandContext, shelf: &Shelf) -> bool {
        for missing in &self.keys {
            context.warn(format_args!(
                "{}: no work has the key \u{201c}{}\u{201d}{}",
                places(&missing.places),
                missing.key,
                in_sentence(&missing.near)
            ));
        }
        let count = self.keys.len();
        if count > 0 {
            let (keys, belong) = if count == 1 {
                ("key", "belongs")
            } else {
                ("keys", "belong")
            };
            context.note(format_args!(
                "{count} {keys} {belong} to no work in {}{}",
                shelf.name(),
                shelf.way_in()
            ));
        }
        count > 0
    }
}

/// `draft.md:3, 7, notes.md:2`
pub(crate) fn places(places: &[PlaceOfKey]) -> String {
    let mut text = String::new();
    let mut last_file = None;
    let sorted: BTreeSet<&PlaceOfKey> = places.iter().collect();
    for place in sorted {
        if last_file == Some(&place.file) {
            text.push_str(&format!(", {}", place.line));
            continue;
        }
        if last_file.is_some() {
            text.push_str(", ");
        }
        text.push_str(&format!("{}:{}", place.file, place.line));
        last_file = Some(&place.file);
    }
    text
}
