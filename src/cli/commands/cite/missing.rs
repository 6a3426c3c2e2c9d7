//! Unknown keys in documents.

use std::collections::{BTreeSet, HashMap};

use super::citable_works::CitableWorks;
use crate::cli::CommandContext;
use peerbib::suggest::in_sentence;

/// An unknown key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct MissingKey {
    pub(crate) key: String,
    /// The places where it is cited.
    pub(crate) places: Vec<KeyPosition>,
    /// The most similar key.
    pub(crate) suggestion: Option<String>,
    /// All similar keys, the most similar first.
    #[serde(skip)]
    pub(crate) near: Vec<String>,
}

/// A position in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(crate) struct KeyPosition {
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// Unknown keys, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct MissingKeys {
    pub(crate) keys: Vec<MissingKey>,
    /// The places of the keys in `keys`.
    by_key: HashMap<String, usize>,
}

/// For how many unknown keys similar ones are looked for: each is compared with all keys, which takes 20 ms in a library
/// of 100,000 works.
const SUGGESTED: usize = 20;

impl MissingKeys {
    pub(crate) fn add(&mut self, citable: &CitableWorks, key: &str, file: &str, line: usize) {
        let place = KeyPosition {
            file: file.to_owned(),
            line,
        };
        let known = self.by_key.get(key);
        match known.and_then(|at| self.keys.get_mut(*at)) {
            Some(missing) => missing.places.push(place),
            None => {
                let near = match self.keys.len() {
                    0..SUGGESTED => citable.suggestions(key),
                    _ => Vec::new(),
                };
                self.by_key.insert(key.to_owned(), self.keys.len());
                self.keys.push(MissingKey {
                    key: key.to_owned(),
                    places: vec![place],
                    suggestion: near.first().cloned(),
                    near,
                });
            }
        }
    }

    /// Reports the keys with their positions and similar keys. Returns whether there are any.
    pub(crate) fn report(&self, context: &CommandContext, citable: &CitableWorks) -> bool {
        for missing in &self.keys {
            context.warn(format_args!(
                "{}: error: no work has the key \u{201c}{}\u{201d}{}",
                places(&missing.places),
                missing.key,
                in_sentence(&missing.near)
            ));
        }
        let count = self.keys.len();
        if count > 0 {
            let (keys, verb) = if count == 1 {
                ("key", "is")
            } else {
                ("keys", "are")
            };
            context.note(format_args!(
                "{count} {keys} {verb} not in {}{}",
                citable.name(),
                citable.advice(count)
            ));
        }
        count > 0
    }
}

/// Returns places as `draft.md:3, 7, notes.md:2`.
pub(crate) fn places(places: &[KeyPosition]) -> String {
    let mut text = String::new();
    let mut last_file = None;
    let sorted: BTreeSet<&KeyPosition> = places.iter().collect();
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
