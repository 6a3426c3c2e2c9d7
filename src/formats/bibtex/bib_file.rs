//! A whole file: its entries and the text between them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use memchr::memchr;
use rayon::prelude::*;

use super::abbreviations::{DefinitionProblem, MAX_EXPANSION, Strings, definitions};
use super::entry::{self, EntryError};
use super::splitter::{Piece, PieceKind, split};
use super::to_csl;
use super::{Diagnostic, Severity};
use crate::model::{CslItem, Entry, SharedText};
use crate::text::single_spaced;

/// A `.bib` file. Its pieces, joined, are the file.
#[derive(Debug, Clone, Default)]
pub struct BibFile {
    /// Everything that is in the file, in its order.
    pub pieces: Vec<FilePiece>,
    /// The diagnostics, by line.
    pub problems: Vec<Diagnostic>,
    /// The abbreviations that the file defines.
    pub strings: Strings,
}

/// A piece of a `.bib` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilePiece {
    /// A well-formed entry.
    Entry {
        /// The reference.
        work: Box<Entry>,
        /// The line of its `@`, from 1.
        line: usize,
        /// The relation to an earlier entry of the same key, if there is one.
        duplicate: Option<Duplicate>,
        /// The text of a reference that another format than BibTeX or BibLaTeX holds.
        original: Option<Box<str>>,
        /// The identifier of the entry in its source, if that is not its citation key: Zotero's key of an item. An
        /// entry with one is the same work at the next import, whatever its citation key and its fields are then.
        source_key: Option<Box<str>>,
    },
    /// `@string{…}`
    Abbreviation {
        /// The verbatim text.
        text: SharedText,
        /// The line of its `@`, from 1.
        line: usize,
    },
    /// `@preamble{…}`
    Preamble(SharedText),
    /// `@comment{…}`
    Comment(SharedText),
    /// White space and any other text between entries.
    Text(SharedText),
    /// An entry that could not be read.
    RejectedEntry {
        /// The verbatim text.
        text: SharedText,
        /// Its citation key, if one is visible.
        key: Option<Box<str>>,
        /// The line of its `@`, from 1.
        line: usize,
        /// The reason, as the end of a sentence whose subject is the entry.
        reason: Box<str>,
    },
}

/// The relation of an entry to an earlier entry with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duplicate {
    /// Both have the same content, so this one need not be kept.
    Identical,
    /// The content differs; this is a key that no entry of the file has.
    Different {
        /// The key under which it can be kept.
        new_key: String,
    },
}

impl Duplicate {
    /// Returns the key of an entry: its own, or the new one if it is a duplicate.
    pub fn key_of<'a>(work: &'a Entry, duplicate: Option<&'a Self>) -> &'a str {
        match duplicate {
            Some(Self::Different { new_key }) => new_key,
            Some(Self::Identical) | None => &work.key,
        }
    }
}

impl FilePiece {
    /// Returns the verbatim text.
    pub fn text(&self) -> &str {
        match self {
            FilePiece::Entry { work, .. } => work.source(),
            FilePiece::Preamble(text) | FilePiece::Comment(text) | FilePiece::Text(text) => text,
            FilePiece::Abbreviation { text, .. } | FilePiece::RejectedEntry { text, .. } => text,
        }
    }
}

impl BibFile {
    /// Returns the works, in the file's order, duplicates included.
    pub fn works(&self) -> impl Iterator<Item = &Entry> {
        self.pieces.iter().filter_map(|piece| match piece {
            FilePiece::Entry { work, .. } => Some(&**work),
            _ => None,
        })
    }

    /// Returns the first work with each key, by key and by the keys in its `ids`; made for the
    /// look-up of `crossref` and `xdata`.
    pub fn by_key(&self) -> HashMap<&str, &Entry> {
        let mut works = HashMap::with_capacity(self.works().count());
        for work in self.works() {
            works.entry(work.key.as_str()).or_insert(work);
        }
        for work in self.works() {
            let ids = work.field("ids").unwrap_or_default();
            let ids = ids.trim_matches(|c: char| "{}\"".contains(c) || c.is_whitespace());
            for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
                works.entry(id).or_insert(work);
            }
        }
        works
    }
}

/// Makes the citation key of an entry that has none.
type KeyMaker<'k> = dyn Fn(&Entry, &CslItem) -> String + 'k;

/// Reads the text of a `.bib` file. Never fails: a malformed entry is kept as
/// [`FilePiece::RejectedEntry`], with the reason in [`BibFile::problems`].
pub fn read(text: &str) -> BibFile {
    read_shared(&text.into())
}

/// Reads the text of a `.bib` file like [`read`], without a copy of the text.
pub(crate) fn read_shared(text: &SharedText) -> BibFile {
    read_file(text, None)
}

/// Reads the text of a `.bib` file like [`read`], but gives entries without a citation key, as EndNote writes them, a key
/// that `make_key` returns. So the pieces of such a file are not its text.
pub fn read_with_keys(text: &SharedText, make_key: &KeyMaker<'_>) -> BibFile {
    read_file(text, Some(make_key))
}

fn read_file(text: &SharedText, make_key: Option<&KeyMaker<'_>>) -> BibFile {
    let pieces = split(text);
    let read_piece = |piece: Piece<'_>| read_piece(text.part(piece.range.clone()), piece);
    // One entry takes microseconds, so only a file with many is worth the other cores.
    let (pieces, problems): (Vec<_>, Vec<_>) = if pieces.len() > 400 {
        let pieces = pieces.into_par_iter().with_min_len(64);
        pieces.map(read_piece).unzip()
    } else {
        pieces.into_iter().map(read_piece).unzip()
    };
    let mut file = BibFile {
        pieces,
        problems: problems.into_iter().flatten().collect(),
        ..BibFile::default()
    };
    file.define_strings();
    if let Some(make_key) = make_key {
        file.add_keys(make_key);
    }
    file.reject_long_expansions(text.len());
    file.mark_duplicates();
    file.report_undefined_strings();
    file.problems.sort_by_key(|problem| problem.line);
    file
}

/// The length, in bytes, of the text that the entries of even a short file may get from abbreviations.
const EXPANSION_OF_A_FILE: usize = 16 * 1024 * 1024;

fn read_piece(text: SharedText, piece: Piece<'_>) -> (FilePiece, Vec<Diagnostic>) {
    let line = piece.line;
    match piece.kind {
        PieceKind::Text => (FilePiece::Text(text), Vec::new()),
        PieceKind::Comment => (FilePiece::Comment(text), Vec::new()),
        PieceKind::Preamble => (FilePiece::Preamble(text), Vec::new()),
        PieceKind::Abbreviation => {
            if memchr(b'\0', text.as_bytes()).is_some() {
                return rejected(text, line, EntryError::Nul.to_string());
            }
            if definitions(&text).is_empty() {
                return rejected(text, line, "defines no abbreviation".to_owned());
            }
            (FilePiece::Abbreviation { text, line }, Vec::new())
        }
        PieceKind::Broken(fault) => rejected(text, line, fault.to_string()),
        PieceKind::Entry => match entry::parse(text.clone()) {
            Ok(parsed) => {
                let mut problems = parsed.problems;
                for problem in &mut problems {
                    problem.line += line - 1;
                }
                let work = FilePiece::Entry {
                    work: Box::new(parsed.work),
                    line,
                    duplicate: None,
                    original: None,
                    source_key: None,
                };
                (work, problems)
            }
            Err(error) => rejected(text, line, error.to_string()),
        },
    }
}

/// Returns a key that is not taken: the wanted one, or that with a number. Many entries may want the same, so each search
/// continues where the last one for that key ended.
pub(crate) fn free_key(
    wanted: &str,
    next_number: &mut HashMap<String, u32>,
    is_taken: &dyn Fn(&str) -> bool,
) -> String {
    if !is_taken(wanted) {
        return wanted.to_owned();
    }
    let number = next_number.entry(wanted.to_owned()).or_insert(2);
    loop {
        let key = format!("{wanted}-{number}");
        if !is_taken(&key) {
            return key;
        }
        *number += 1;
    }
}

/// Returns the text of an entry that has no key with a key.
fn with_key(text: &str, key: &str) -> String {
    let Some(open) = text.find(['{', '(']) else {
        return text.to_owned();
    };
    let (head, rest) = text.split_at(open + 1);
    let comma = if rest.trim_start().starts_with(',') {
        ""
    } else {
        ","
    };
    format!("{head}{key}{comma}{rest}")
}

fn rejected(text: SharedText, line: usize, reason: String) -> (FilePiece, Vec<Diagnostic>) {
    let key = entry::visible_key(&text);
    let problem = Diagnostic {
        line,
        key: key.clone(),
        field: None,
        message: format!("rejected: the entry {reason}"),
        severity: Severity::Error,
    };
    let piece = FilePiece::RejectedEntry {
        text,
        key: key.map(Into::into),
        line,
        reason: reason.into(),
    };
    (piece, vec![problem])
}

/// Reads the verbatim text of one entry back into a work.
pub fn parse_entry(source: &str) -> Result<Entry, EntryError> {
    entry::parse(source.trim().into()).map(|parsed| parsed.work)
}

impl BibFile {
    fn define_strings(&mut self) {
        let mut strings = Strings::default();
        // The entries since the last time that a name was defined again.
        let mut entries: Vec<&str> = Vec::new();
        for piece in &self.pieces {
            if let FilePiece::Entry { work, .. } = piece {
                entries.push(&work.key);
            }
            if let FilePiece::Abbreviation { text, line } = piece {
                let again: Vec<&str> = definitions(text)
                    .into_iter()
                    .filter(|(name, value)| strings.gives_new_meaning(name, value))
                    .map(|(name, _)| name)
                    .collect();
                if !again.is_empty() {
                    let is_kept = strings.remember_for(std::mem::take(&mut entries));
                    let entries = if is_kept {
                        "entries before it keep the earlier text"
                    } else {
                        "the last definition is used"
                    };
                    self.problems
                        .extend(again.into_iter().map(|name| Diagnostic {
                            line: *line,
                            key: None,
                            field: None,
                            message: format!("abbreviation {name} is defined again; {entries}"),
                            severity: Severity::Warning,
                        }));
                }
                for problem in strings.define(text) {
                    let (message, severity) = match problem {
                        DefinitionProblem::Undefined(name) => (
                            format!("undefined abbreviation {name}; its name is kept"),
                            Severity::Warning,
                        ),
                        DefinitionProblem::TooLong(name) => (
                            format!("abbreviation {name} expands to too much text; it is ignored"),
                            Severity::Error,
                        ),
                    };
                    self.problems.push(Diagnostic {
                        line: *line,
                        key: None,
                        field: None,
                        message,
                        severity,
                    });
                }
            }
        }
        strings.complete_earlier();
        self.strings = strings;
    }

    /// Rejects the entries that get too much text from abbreviations: more than [`MAX_EXPANSION`] each, or
    /// together more than [`EXPANSION_OF_A_FILE`] and four times the file, whose length is `file_length`.
    fn reject_long_expansions(&mut self, file_length: usize) {
        let maximum = EXPANSION_OF_A_FILE.saturating_add(file_length.saturating_mul(4));
        let mut expanded = 0_usize;
        for piece in &mut self.pieces {
            let FilePiece::Entry { work, line, .. } = piece else {
                continue;
            };
            let strings = self.strings.of_entry(&work.key);
            let length = work.fields().fold(0_usize, |length, field| {
                length.saturating_add(strings.expanded_length(field.value))
            });
            let together = expanded.saturating_add(length);
            let reason = if length > MAX_EXPANSION {
                format!(
                    "has abbreviations that expand to more than {} KiB",
                    MAX_EXPANSION / 1024
                )
            } else if together > maximum {
                "has abbreviations, and those in the file expand to too much text".to_owned()
            } else {
                expanded = together;
                continue;
            };
            let (rejected, problems) = rejected(work.source_text().clone(), *line, reason);
            *piece = rejected;
            self.problems.extend(problems);
        }
    }

    fn report_undefined_strings(&mut self) {
        let strings = &self.strings;
        let reports = |piece: &FilePiece| {
            let FilePiece::Entry { work, line, .. } = piece else {
                return Vec::new();
            };
            let mut problems = Vec::new();
            let strings = strings.of_entry(&work.key);
            for field in work.fields() {
                // The usual value is one braced or quoted text, and needs no look.
                if field.value.starts_with(['{', '"']) && !field.value.contains('#') {
                    continue;
                }
                for name in strings.resolve(field.value).undefined {
                    problems.push(Diagnostic {
                        line: *line + line_of_field(work, field.name),
                        key: Some(work.key.clone()),
                        field: Some(field.name.to_owned()),
                        message: format!("undefined abbreviation {name}; its name is kept"),
                        severity: Severity::Warning,
                    });
                }
            }
            problems
        };
        let found: Vec<Diagnostic> = self.pieces.iter().flat_map(reports).collect();
        self.problems.extend(found);
    }

    /// Gives entries that were rejected because they have no citation key one.
    fn add_keys(&mut self, make_key: &KeyMaker<'_>) {
        let mut taken: HashSet<String> = self.works().map(|work| work.key.clone()).collect();
        let mut next_number: HashMap<String, u32> = HashMap::new();
        let mut lines = HashSet::new();
        let mut problems = Vec::new();
        for piece in &mut self.pieces {
            let FilePiece::RejectedEntry { text, line, .. } = piece else {
                continue;
            };
            if entry::parse(text.clone()) != Err(EntryError::NoKey) {
                continue;
            }
            let parse = |key: &str| entry::parse(with_key(text, key).into()).ok();
            let Some(unnamed) = parse("unnamed").filter(|parsed| parsed.work.fields().len() > 0)
            else {
                continue;
            };
            let derived = to_csl::derive(&unnamed.work, &self.strings, &|_| None);
            let made = make_key(&unnamed.work, &derived.item);
            let key = free_key(&made, &mut next_number, &|key| taken.contains(key));
            let Some(parsed) = parse(&key) else {
                continue;
            };
            let line = *line;
            *piece = FilePiece::Entry {
                work: Box::new(parsed.work),
                line,
                duplicate: None,
                original: None,
                source_key: None,
            };
            taken.insert(key.clone());
            lines.insert(line);
            problems.push(Diagnostic {
                line,
                key: Some(key),
                field: None,
                message: "the entry has no citation key, and gets this one".to_owned(),
                severity: Severity::Notice,
            });
            problems.extend(parsed.problems.into_iter().map(|problem| Diagnostic {
                line: problem.line + line - 1,
                ..problem
            }));
        }
        let is_rejection = |problem: &Diagnostic| problem.severity == Severity::Error;
        self.problems
            .retain(|problem| !(is_rejection(problem) && lines.contains(&problem.line)));
        self.problems.extend(problems);
    }

    fn mark_duplicates(&mut self) {
        let mut first: HashMap<String, usize> = HashMap::new();
        let mut marks = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            let FilePiece::Entry { work, line, .. } = piece else {
                continue;
            };
            match first.get(&work.key) {
                None => {
                    first.insert(work.key.clone(), index);
                }
                Some(earlier) => marks.push((index, *earlier, work.key.clone(), *line)),
            }
        }
        let mut taken: HashSet<String> = first.into_keys().collect();
        let mut next_number: HashMap<String, u32> = HashMap::new();
        for (index, earlier, key, line) in marks {
            let (Some(one), Some(other)) = (self.work_at(earlier), self.work_at(index)) else {
                continue;
            };
            let (mark, message, severity) = if same_content(one, other) {
                let message = "the file contains this entry twice".to_owned();
                (Duplicate::Identical, message, Severity::Notice)
            } else {
                let new_key = free_key(&key, &mut next_number, &|key| taken.contains(key));
                taken.insert(new_key.clone());
                let message = format!("duplicate key in the file; this entry is kept as {new_key}");
                (Duplicate::Different { new_key }, message, Severity::Warning)
            };
            if let Some(FilePiece::Entry { duplicate, .. }) = self.pieces.get_mut(index) {
                *duplicate = Some(mark);
            }
            self.problems.push(Diagnostic {
                line,
                key: Some(key),
                field: None,
                message,
                severity,
            });
        }
    }

    fn work_at(&self, index: usize) -> Option<&Entry> {
        match self.pieces.get(index) {
            Some(FilePiece::Entry { work, .. }) => Some(work),
            _ => None,
        }
    }
}

/// Returns the line of `entry` on which the field called `name` begins, counted from 0; 0 if the
/// entry lacks the field.
pub fn line_of_field(work: &Entry, name: &str) -> usize {
    let Ok(layout) = entry::layout(work.source()) else {
        return 0;
    };
    let position = layout.fields.iter().find(|field| {
        work.source()
            .get(field.name.clone())
            .is_some_and(|found| found == name)
    });
    let before = position.and_then(|field| work.source().get(..field.name.start));
    before.map_or(0, super::splitter::line_breaks)
}

/// Returns the name of the field that holds a position in the text of an entry.
pub(crate) fn field_at(source: &str, position: usize) -> Option<String> {
    let layout = entry::layout(source).ok()?;
    let field = layout
        .fields
        .iter()
        .find(|field| field.name.start <= position && position <= field.value.end)?;
    source.get(field.name.clone()).map(str::to_owned)
}

/// Returns whether two entries have the same content, ignoring white space and the case of field
/// names.
fn same_content(one: &Entry, other: &Entry) -> bool {
    fn squeezed(text: &str) -> Cow<'_, str> {
        if text.contains(['\n', '\r', '\t']) || text.contains("  ") {
            Cow::Owned(single_spaced(text))
        } else {
            Cow::Borrowed(text)
        }
    }
    one.entry_type().eq_ignore_ascii_case(other.entry_type())
        && one.fields().len() == other.fields().len()
        && one.fields().zip(other.fields()).all(|(one, other)| {
            one.name.eq_ignore_ascii_case(other.name)
                && squeezed(one.value) == squeezed(other.value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> BibFile {
        let file = read(text);
        let joined: String = file.pieces.iter().map(FilePiece::text).collect();
        assert_eq!(joined, text);
        file
    }

    #[test]
    fn a_bad_entry_costs_one_entry() {
        let file =
            joined("@a{one, t = {1}}\n@a{two, t = \"2, }\n\n@a{, t = {3}}\n@a{four, t = {4}}\n");
        let keys: Vec<_> = file.works().map(|work| work.key.as_str()).collect();
        assert_eq!(keys, ["one", "four"]);
        let lines: Vec<_> = file.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 4]);
        assert_eq!(file.problems[0].key.as_deref(), Some("two"));
    }

    #[test]
    fn the_second_of_two_entries_with_one_key_gets_another() {
        let file = joined("@a{k, t = {1}}@a{k, t = {2}}@A{k, T =\n {1}}@a{k-2, t = {3}}");
        let marks: Vec<_> = file
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                FilePiece::Entry { duplicate, .. } => Some(duplicate.clone()),
                _ => None,
            })
            .collect();
        let new_key = "k-3".to_owned();
        assert_eq!(
            marks,
            [
                None,
                Some(Duplicate::Different { new_key }),
                Some(Duplicate::Identical),
                None
            ]
        );
    }

    #[test]
    fn an_abbreviation_keeps_the_meaning_that_it_had_at_the_entry() {
        let file = joined("@string{j = {A}}\n@x{one, t = j}\n@string{j = {B}}\n@x{two, t = j}\n");
        let meaning = |key: &str| file.strings.of_entry(key).resolve("j").text.into_owned();
        assert_eq!(meaning("one"), "A");
        assert_eq!(meaning("two"), "B");
        assert_eq!(file.problems[0].line, 3);
    }

    #[test]
    fn undefined_abbreviations_are_reported_with_line_key_and_field() {
        let file = joined("@string{a = {A}}\n@x{k,\n t = a # b,\n u = {a # b}}");
        assert_eq!(file.problems.len(), 1);
        let problem = &file.problems[0];
        assert_eq!((problem.line, problem.field.as_deref()), (3, Some("t")));
    }
}
