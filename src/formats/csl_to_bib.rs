//! References that came from another format than BibLaTeX: from CSL items to works.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use serde_json::Value as Json;

use super::bibtex::{self, BibFile, Duplicate, FilePiece, Strings};
use super::key_pattern::KeyPattern;
use super::losses::{compare, resolved_date};
use super::references::reading;
use super::{Diagnostic, ParsedFile, Severity};
use crate::model::markup;
use crate::model::{CslItem, CslValue, Entry};

/// A reference that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedEntry {
    /// The line where it begins.
    pub line: usize,
    /// Its text as it was written.
    pub text: String,
    /// The reason, as the end of a sentence whose subject is the entry.
    pub reason: String,
}

/// The references of a file as CSL items.
#[derive(Debug, Default)]
pub struct ParsedItems {
    /// The references, in the file's order.
    pub items: Vec<ParsedItem>,
    /// The references that were refused.
    pub rejected: Vec<RejectedEntry>,
    /// The diagnostics.
    pub problems: Vec<Diagnostic>,
}

/// One reference of a file.
#[derive(Debug)]
pub struct ParsedItem {
    /// The line where it begins, from 1.
    pub line: usize,
    /// The reference.
    pub item: CslItem,
    /// Its text as it was written.
    pub original: String,
    /// The values for which only BibLaTeX has a place.
    pub beside: BesideCsl,
}

/// The parts of a reference that CSL has no variables for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BesideCsl {
    /// The BibLaTeX type, if it says more than that of the item does.
    pub entry_type: Option<&'static str>,
    /// Fields of BibLaTeX as TeX. They replace those that the item has.
    pub fields: Vec<(String, String)>,
    /// Values that neither has a place for: the field, and what happened to it as the end of a sentence.
    pub losses: Vec<(String, String)>,
    /// The identifier of the reference in its source, if that is not its citation key: see
    /// [`FilePiece::Entry`](super::bibtex::FilePiece::Entry).
    pub source_key: Option<String>,
}

impl ParsedItem {
    /// Returns the losses as diagnostics.
    fn take_losses(&mut self) -> Vec<Diagnostic> {
        let losses = std::mem::take(&mut self.beside.losses).into_iter();
        losses
            .map(|(field, message)| Diagnostic {
                line: self.line,
                key: Some(self.item.id.clone()),
                field: Some(field),
                message,
                severity: Severity::Warning,
            })
            .collect()
    }
}

impl ParsedItems {
    /// Adds a reference that begins on `line`, or refuses it if a value cannot be kept. `source` returns its text.
    pub(crate) fn accept(&mut self, line: usize, item: CslItem, source: impl FnOnce() -> String) {
        self.accept_with(line, item, BesideCsl::default(), source);
    }

    /// Adds a reference like [`Self::accept`], with what CSL has no variable for.
    pub(crate) fn accept_with(
        &mut self,
        line: usize,
        item: CslItem,
        beside: BesideCsl,
        source: impl FnOnce() -> String,
    ) {
        match unusable_value(&item) {
            None => self.items.push(ParsedItem {
                line,
                item,
                original: source(),
                beside,
            }),
            Some(reason) => {
                let key = Some(item.id).filter(|key| !key.is_empty());
                self.reject(line, key, &source(), reason);
            }
        }
    }

    /// Refuses a reference.
    pub(crate) fn reject(&mut self, line: usize, key: Option<String>, text: &str, reason: String) {
        self.problems.push(Diagnostic {
            line,
            key,
            field: None,
            message: format!("rejected: the entry {reason}"),
            severity: Severity::Error,
        });
        self.rejected.push(RejectedEntry {
            line,
            text: text.to_owned(),
            reason,
        });
    }

    pub(crate) fn warn(&mut self, line: usize, key: &str, field: Option<&str>, message: String) {
        self.problems.push(Diagnostic {
            line,
            key: (!key.is_empty()).then(|| key.to_owned()),
            field: field.map(str::to_owned),
            message,
            severity: Severity::Warning,
        });
    }

    /// Gives a key to each item that has none, and reports what CSL has no variable for.
    pub fn with_keys(mut self) -> Self {
        let pattern = KeyPattern::default();
        let mut keys = KeyAllocator::of(&self.items, &pattern);
        for parsed in &mut self.items {
            if parsed.item.id.is_empty() {
                parsed.item.id = keys.key_for(&parsed.item);
            }
            let fields = std::mem::take(&mut parsed.beside.fields).into_iter();
            let fields = fields.map(|(field, _)| (field, "is not supported by CSL".to_owned()));
            parsed.beside.losses.extend(fields);
            self.problems.extend(parsed.take_losses());
        }
        self
    }

    /// Returns the references under the keys that they have as works, each once, and the diagnostics. What BibLaTeX could
    /// not hold is in them, and does not matter.
    pub fn into_items(self) -> (Vec<CslItem>, Vec<Diagnostic>) {
        let KeyedItems {
            items,
            mut problems,
            ..
        } = self.into_keyed(&KeyPattern::default());
        problems.sort_by_key(|problem| problem.line);
        let items = items.into_iter().filter(|keyed| !keyed.is_duplicate);
        (items.map(|keyed| keyed.parsed.item).collect(), problems)
    }

    /// Makes works of the items, and reports what BibLaTeX cannot hold.
    pub(crate) fn into_reading(self, pattern: &KeyPattern) -> ParsedFile {
        let works = self.items.len().max(1);
        self.into_readings(pattern, works)
            .next()
            .unwrap_or_default()
    }

    /// Makes works of the items like [`Self::into_reading`], a number of them at a time. The first part, which may be
    /// empty, has the rejected references of all.
    pub(crate) fn into_readings(
        self,
        pattern: &KeyPattern,
        works: usize,
    ) -> impl Iterator<Item = ParsedFile> + use<> {
        let KeyedItems {
            items,
            mut rejected,
            mut problems,
        } = self.into_keyed(pattern);
        let mut items = items.into_iter();
        let mut is_first = true;
        std::iter::from_fn(move || {
            let part = KeyedItems {
                items: items.by_ref().take(works).collect(),
                rejected: std::mem::take(&mut rejected),
                problems: std::mem::take(&mut problems),
            };
            let is_part = std::mem::take(&mut is_first) || !part.items.is_empty();
            is_part.then(|| part.into_reading())
        })
    }

    /// Gives each item a key that LaTeX can cite and no other has, and refuses items that are too incomplete.
    fn into_keyed(self, pattern: &KeyPattern) -> KeyedItems {
        let Self {
            items,
            mut rejected,
            mut problems,
        } = self;
        let (items, incomplete): (Vec<_>, Vec<_>) = items
            .into_iter()
            .map(|parsed| (reading::incomplete(&parsed.item), parsed))
            .partition(|(reason, _)| reason.is_none());
        let items: Vec<ParsedItem> = items.into_iter().map(|(_, parsed)| parsed).collect();
        for (reason, parsed) in incomplete {
            let reason = reason.unwrap_or_default();
            problems.push(Diagnostic {
                line: parsed.line,
                key: None,
                field: None,
                message: format!("rejected: the entry {reason}"),
                severity: Severity::Error,
            });
            rejected.push(RejectedEntry {
                line: parsed.line,
                text: parsed.original,
                reason,
            });
        }
        let mut keys = KeyAllocator::of(&items, pattern);
        let mut keyed: Vec<KeyedItem> = Vec::with_capacity(items.len());
        let mut first: HashMap<String, usize> = HashMap::new();
        for mut parsed in items {
            let line = parsed.line;
            let item = &mut parsed.item;
            let note = |message: String| Diagnostic {
                line,
                key: Some(item.id.clone()).filter(|key| !key.is_empty()),
                field: None,
                message,
                severity: Severity::Notice,
            };
            let same = first
                .get(&item.id)
                .filter(|_| !item.id.is_empty())
                .and_then(|index| Some(&keyed.get(*index)?.parsed.item))
                .filter(|earlier| {
                    (&earlier.item_type, &earlier.variables) == (&item.item_type, &item.variables)
                });
            let is_duplicate = same.is_some();
            let key = match same {
                Some(earlier) => earlier.id.clone(),
                None => {
                    let key = keys.key_for(item);
                    if !item.id.is_empty() && key != item.id {
                        let reason = if first.contains_key(&item.id) {
                            "duplicate key"
                        } else {
                            "LaTeX cannot cite this key"
                        };
                        problems.push(note(format!("{reason}; the entry is kept as {key}")));
                    }
                    first.entry(item.id.clone()).or_insert(keyed.len());
                    key
                }
            };
            item.id = key;
            // It is not a variable if it is the key already.
            if item.text("citation-key").as_ref() == Some(&item.id) {
                item.variables.remove("citation-key");
            }
            // CSL has no files.
            let files = item.variables.remove("file");
            keyed.push(KeyedItem {
                parsed,
                files,
                is_duplicate,
            });
        }
        KeyedItems {
            items: keyed,
            rejected,
            problems,
        }
    }
}

/// The references of a file under their keys as works.
struct KeyedItems {
    items: Vec<KeyedItem>,
    rejected: Vec<RejectedEntry>,
    problems: Vec<Diagnostic>,
}

impl KeyedItems {
    fn into_reading(self) -> ParsedFile {
        let Self {
            items,
            rejected,
            mut problems,
        } = self;
        let converted = items.into_par_iter().map(KeyedItem::into_entry);
        let converted: Vec<_> = converted.collect();
        let mut pieces = Vec::with_capacity(converted.len() * 2);
        let mut kept: Vec<CslItem> = Vec::with_capacity(converted.len());
        for (entry, item, losses) in converted {
            problems.extend(losses);
            if !pieces.is_empty() {
                pieces.push(FilePiece::Text("\n\n".into()));
            }
            pieces.push(entry);
            kept.push(item);
        }
        if !pieces.is_empty() {
            pieces.push(FilePiece::Text("\n".into()));
        }
        problems.sort_by_key(|problem| problem.line);
        ParsedFile {
            file: BibFile {
                pieces,
                problems,
                ..BibFile::default()
            },
            items: Some(kept),
            rejected,
        }
    }
}

/// A reference under its key as a work.
struct KeyedItem {
    parsed: ParsedItem,
    files: Option<CslValue>,
    /// Whether an earlier one says the same.
    is_duplicate: bool,
}

impl KeyedItem {
    /// Returns the entry, the item under its key, and what the entry cannot hold.
    fn into_entry(self) -> (FilePiece, CslItem, Vec<Diagnostic>) {
        let Self {
            mut parsed,
            files,
            is_duplicate,
        } = self;
        let item = &mut parsed.item;
        let mut written = for_biblatex(item);
        if reading::reading_of(item).is_some() {
            // It says how the item was read, and is no part of the work.
            written.variables.remove("custom");
        }
        let mut converted = match parsed.beside.entry_type {
            Some(entry_type) => bibtex::from_csl_as(entry_type, &written),
            None => bibtex::from_csl(&written),
        };
        let files = match files {
            Some(CslValue::Text(files)) => Some(("file".to_owned(), files)),
            _ => None,
        };
        let fields = std::mem::take(&mut parsed.beside.fields);
        for (field, value) in files.into_iter().chain(fields) {
            match with_field(&converted.work, &field, &value) {
                Some(work) => converted.work = work,
                None => {
                    let reason = "has a value that cannot be written as TeX".to_owned();
                    parsed.beside.losses.push((field, reason));
                }
            }
        }
        item.id.clone_from(&converted.work.key);
        let back = bibtex::derive(&converted.work, &Strings::default(), &|_| None).item;
        let losses = compare(&written, Some(&back), "BibLaTeX").into_iter();
        let losses = losses.filter(|loss| loss.field != "key");
        let mut losses: Vec<Diagnostic> = losses
            .map(|loss| Diagnostic {
                line: parsed.line,
                key: Some(item.id.clone()),
                field: Some(loss.field),
                message: loss.reason,
                severity: Severity::Warning,
            })
            .collect();
        losses.extend(parsed.take_losses());
        let entry = FilePiece::Entry {
            work: Box::new(converted.work),
            line: parsed.line,
            duplicate: is_duplicate.then_some(Duplicate::Identical),
            original: Some(parsed.original.into()),
            source_key: parsed.beside.source_key.map(Into::into),
        };
        (entry, parsed.item, losses)
    }
}

/// Returns an entry with a field; `None` if its value would end the field.
fn with_field(entry: &Entry, field: &str, value: &str) -> Option<Entry> {
    if !bibtex::has_matching_braces(value) {
        return None;
    }
    let source = bibtex::set_field(entry.source(), field, value).ok()?;
    bibtex::parse_entry(&source).ok()
}

/// Returns why a value of an item cannot be kept, as the end of a sentence whose subject is the entry.
fn unusable_value(item: &CslItem) -> Option<String> {
    let reason = |text: &str| {
        if text.contains('\0') {
            Some("contains a NUL byte".to_owned())
        } else if markup::depth(text) > markup::MAX_DEPTH {
            Some(format!(
                "has markup nested more than {} deep",
                markup::MAX_DEPTH
            ))
        } else {
            None
        }
    };
    let own = [&item.id, &item.item_type]
        .into_iter()
        .find_map(|text| reason(text));
    own.or_else(|| {
        item.variables.iter().find_map(|(name, value)| {
            let found = match value {
                CslValue::Text(text) => reason(text),
                CslValue::Number(_) => None,
                other => serde_json::to_value(other).ok().and_then(|json| {
                    let mut texts = Vec::new();
                    collect_texts(&json, &mut texts);
                    texts.into_iter().find_map(reason)
                }),
            };
            found.map(|reason| format!("{reason} in {name}"))
        })
    })
}

/// Collects the texts in a JSON value, whose depth the parser has limited.
fn collect_texts<'j>(json: &'j Json, texts: &mut Vec<&'j str>) {
    match json {
        Json::String(text) => texts.push(text),
        Json::Array(list) => list.iter().for_each(|value| collect_texts(value, texts)),
        Json::Object(object) => {
            for (name, value) in object {
                texts.push(name);
                collect_texts(value, texts);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Returns the item with its dates parsed and obsolete variable names replaced, so that each
/// variable has a field.
pub(crate) fn for_biblatex(item: &CslItem) -> CslItem {
    let mut item = item.clone();
    for (old, new) in [
        ("journalAbbreviation", "container-title-short"),
        ("shortTitle", "title-short"),
        ("event", "event-title"),
    ] {
        if item.variables.contains_key(old)
            && let Some(value) = item.variables.remove(old)
        {
            item.variables.insert_if_absent(new.to_owned(), value);
        }
    }
    for value in item.variables.values_mut() {
        if let CslValue::Date(date) = value
            && (date.raw.is_some() || date.edtf.is_some())
        {
            **date = resolved_date(date);
        }
    }
    item
}

/// The keys of a file.
struct KeyAllocator<'p> {
    pattern: &'p KeyPattern,
    taken: HashSet<String>,
    /// Keys that are some item's own, and go to no other.
    own: HashSet<String>,
    /// The number to try next for a wanted key, because many items may want the same one.
    next_number: HashMap<String, u32>,
}

impl<'p> KeyAllocator<'p> {
    fn of(items: &[ParsedItem], pattern: &'p KeyPattern) -> Self {
        KeyAllocator {
            pattern,
            taken: HashSet::new(),
            own: items
                .iter()
                .map(|read| read.item.id.clone())
                .filter(|id| !id.is_empty())
                .collect(),
            next_number: HashMap::new(),
        }
    }

    /// Returns the item's own key if LaTeX can cite it, else the key that Zotero gives beside an
    /// id, else one by the pattern.
    fn key_for(&mut self, item: &CslItem) -> String {
        let pinned = item.text("citation-key");
        let is_address = item.id.contains("://");
        let wanted = [Some(item.id.clone()).filter(|_| !is_address), pinned]
            .into_iter()
            .flatten()
            .map(|key| citable(&key))
            .find(|key| !key.is_empty())
            .unwrap_or_else(|| self.pattern.key_of_item(item));
        let key = bibtex::free_key(&wanted, &mut self.next_number, &|key| {
            self.taken.contains(key) || (key != item.id && self.own.contains(key))
        });
        self.taken.insert(key.clone());
        key
    }
}

/// Returns a key without what BibTeX and LaTeX take for something else.
fn citable(key: &str) -> String {
    let key = key.trim();
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !"{}(),=\"'#%~\\@&".contains(c);
    let kept = key.chars().map(|c| if fits(c) { c } else { '-' });
    kept.collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(json: &[&str]) -> ParsedFile {
        let items = json.iter().enumerate().map(|(index, json)| ParsedItem {
            line: index + 1,
            item: serde_json::from_str(json).unwrap(),
            original: (*json).to_owned(),
            beside: BesideCsl::default(),
        });
        ParsedItems {
            items: items.collect(),
            ..ParsedItems::default()
        }
        .into_reading(&KeyPattern::default())
    }

    #[test]
    fn every_work_gets_a_key_of_its_own() {
        let reading = reading(&[
            r#"{"id":"a","title":"One"}"#,
            r#"{"id":"a","title":"Two"}"#,
            r#"{"id":"a","title":"One"}"#,
            r#"{"title":"The Wealth of Networks","author":[{"family":"Benkler"}],"issued":{"raw":"2006"}}"#,
            r#"{"id":"http://zotero.org/users/1/items/X","citation-key":"pinned","title":"t"}"#,
            r#"{"id":"two words, {braces}","title":"t"}"#,
        ]);
        let keys: Vec<_> = reading.file.works().map(|work| work.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "a",
                "a-2",
                "a",
                "benkler2006wealth",
                "pinned",
                "two-words---braces"
            ]
        );
        let is_identical = |piece: &&FilePiece| {
            matches!(
                piece,
                FilePiece::Entry {
                    duplicate: Some(Duplicate::Identical),
                    ..
                }
            )
        };
        assert_eq!(reading.file.pieces.iter().filter(is_identical).count(), 1);
        assert_eq!(reading.file.problems.len(), 3);
    }
}
