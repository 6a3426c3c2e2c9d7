//! Markdown with the citations of pandoc.
//!
//! A document goes through four steps, each a module: `passages` finds where there is text that may cite,
//! `scanner` reads the citations in it, `metadata` what the document says of its style, and `cited`
//! writes the document with formatted citations in their places. Markdown is read here and never written
//! anew: what is no citation comes out byte for byte.

mod affixes;
mod cited;
mod locators;
mod metadata;
mod passages;
mod scanner;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

pub use cited::{CitedDocument, Options, SingleCitation, Works};
pub use metadata::Metadata;
pub use scanner::WrittenCite;

use self::passages::Passage;
use self::scanner::{Found, Held};
use super::{Cited, CitedKey, Lines};

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Markdown<'s> {
    source: &'s str,
    /// What the document says of itself.
    pub metadata: Metadata,
    /// Its citations, in the order in which they are read: those in a footnote stand where the footnote is
    /// referred to first.
    citations: Vec<WrittenCitation>,
    /// The notes and citations in the order in which they are read.
    steps: Vec<Step>,
    /// The inside of the division of the references.
    references: Option<Range<usize>>,
    held: Held,
}

/// A citation, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WrittenCitation {
    cites: Vec<WrittenCite>,
    /// Whether it stands in the sentence, as in `@key`.
    in_sentence: bool,
    /// The bytes that it takes up.
    range: Range<usize>,
    /// Where the text before it ends, without the space between; none at the beginning of a block.
    before: Option<usize>,
    place: Place,
    in_table: bool,
}

/// Where a citation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// In the text.
    Text,
    /// In a note that the document has already.
    Note {
        /// The note, in the order in which notes are read.
        note: usize,
        /// Whether nothing stands before it in the note.
        first: bool,
        /// Whether nothing stands behind it in its paragraph.
        last: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A note that the document has already.
    Note(usize),
    /// A citation, by its number.
    Citation(usize),
}

impl<'s> Markdown<'s> {
    /// Reads a document. Any text is one.
    pub fn read(source: &'s str) -> Self {
        let blocks = passages::blocks(source);
        let metadata = Metadata::read(source, &blocks.metadata);
        let mut held = Held::new(source);
        // What `@fig:commons` means is the document's own figure, and no work.
        let is_own = |key: &str| blocks.own_labels.contains(key);
        let mut reading = Reading::default();
        let mut of_notes: HashMap<&str, Vec<(usize, Vec<Found>)>> = HashMap::new();
        let mut in_text = Vec::new();
        let mut note_order = Vec::new();
        for (at, passage) in blocks.passages.iter().enumerate() {
            // What stands in the place of the bibliography now will not be there any more.
            let start = passage.glyphs.first().map(|glyph| glyph.at);
            let is_old = |inside: &Range<usize>| start.is_some_and(|start| inside.contains(&start));
            if blocks.references.as_ref().is_some_and(is_old) {
                continue;
            }
            let found = scanner::scan(passage, &mut held, &is_own);
            match &passage.note {
                Some(label) => {
                    if !of_notes.contains_key(label.as_str()) {
                        note_order.push(label.as_str());
                    }
                    of_notes.entry(label).or_default().push((at, found));
                }
                None => in_text.push((at, found)),
            }
        }
        for (at, found) in in_text {
            reading.passage(&blocks.passages, at, found, &mut of_notes, None);
        }
        // Footnotes that nothing refers to are read last.
        for label in note_order {
            reading.note(&blocks.passages, label, &mut of_notes);
        }
        Self {
            source,
            metadata,
            citations: reading.citations,
            steps: reading.steps,
            references: blocks.references,
            held,
        }
    }

    /// The keys that the document cites, in the order in which they are read, and after them those that its
    /// metadata names.
    pub fn cited(&self) -> Cited {
        let lines = Lines::new(self.source);
        let mut keys: Vec<CitedKey> = self
            .citations
            .iter()
            .flat_map(|citation| &citation.cites)
            .map(|cite| CitedKey::new(cite.key.clone(), lines.of(cite.at)))
            .collect();
        let mut all = false;
        for key in &self.metadata.nocite {
            if key == "*" {
                all = true;
                continue;
            }
            let at = self.source.find(&format!("@{key}")).unwrap_or_default();
            keys.push(CitedKey::new(key.clone(), lines.of(at)));
        }
        Cited {
            keys,
            all,
            ..Cited::default()
        }
    }
}

/// The reading of a document's passages.
#[derive(Default)]
struct Reading {
    citations: Vec<WrittenCitation>,
    steps: Vec<Step>,
    notes: usize,
    begun: HashSet<String>,
}

impl Reading {
    /// Reads what a passage holds; `note` says for a passage of a footnote which
    /// note that is, and whether the passage is its first.
    fn passage<'p>(
        &mut self,
        passages: &'p [Passage],
        at: usize,
        found: Vec<Found>,
        of_notes: &mut HashMap<&'p str, Vec<(usize, Vec<Found>)>>,
        note: Option<(usize, bool)>,
    ) {
        let Some(passage) = passages.get(at) else {
            return;
        };
        let glyphs = &passage.glyphs;
        let is_space = |at: &usize| {
            glyphs
                .get(*at)
                .is_none_or(|glyph| glyph.character.is_whitespace())
        };
        // The number and the end of the note in the line that is open.
        let mut inline_note: Option<(usize, usize)> = None;
        for found in found {
            match found {
                Found::Reference { label } => {
                    if let Some((label, _)) = of_notes.get_key_value(label.as_str()) {
                        let label: &'p str = label;
                        self.note(passages, label, of_notes);
                    } else if self.begun.insert(label) {
                        self.begin_note();
                    }
                }
                Found::InlineNote { end } => {
                    inline_note = Some((self.begin_note(), end));
                }
                Found::Citation {
                    cites,
                    in_sentence,
                    span: (start, end),
                } => {
                    let start_at = glyphs.get(start).map(|glyph| glyph.at).unwrap_or_default();
                    let last = end.checked_sub(1).and_then(|last| glyphs.get(last));
                    let end_at = last.map_or(start_at, |last| last.at + last.character.len_utf8());
                    let before = (0..start)
                        .rev()
                        .find(|at| !is_space(at))
                        .and_then(|at| glyphs.get(at));
                    let before_character = before.map(|glyph| glyph.character);
                    let in_inline = inline_note.filter(|(_, close)| end <= *close);
                    let place = match (in_inline, note) {
                        (Some((note, close)), _) => Place::Note {
                            note,
                            first: before_character == Some('[')
                                && glyphs.get(..start).is_some_and(|text| {
                                    text.iter()
                                        .rev()
                                        .filter(|glyph| !glyph.character.is_whitespace())
                                        .nth(1)
                                        .is_some_and(|glyph| glyph.character == '^')
                                }),
                            last: (end..close).all(|at| is_space(&at)),
                        },
                        (None, Some((note, first))) => Place::Note {
                            note,
                            first: first && before.is_none(),
                            last: (end..glyphs.len()).all(|at| is_space(&at)),
                        },
                        (None, None) => Place::Text,
                    };
                    self.steps.push(Step::Citation(self.citations.len()));
                    self.citations.push(WrittenCitation {
                        cites,
                        in_sentence,
                        range: start_at..end_at,
                        before: before.map(|glyph| glyph.at + glyph.character.len_utf8()),
                        place,
                        in_table: passage.in_table,
                    });
                }
            }
        }
    }

    /// Reads a footnote, where it is referred to first.
    fn note<'p>(
        &mut self,
        passages: &'p [Passage],
        label: &'p str,
        of_notes: &mut HashMap<&'p str, Vec<(usize, Vec<Found>)>>,
    ) {
        if !self.begun.insert(label.to_owned()) {
            return;
        }
        let note = self.begin_note();
        let parts = of_notes
            .get_mut(label)
            .map(std::mem::take)
            .unwrap_or_default();
        for (number, (at, found)) in parts.into_iter().enumerate() {
            self.passage(passages, at, found, of_notes, Some((note, number == 0)));
        }
    }

    fn begin_note(&mut self) -> usize {
        self.notes += 1;
        self.steps.push(Step::Note(self.notes));
        self.notes
    }
}
