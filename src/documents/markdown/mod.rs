//! Markdown with pandoc's citations.
//!
//! A document passes through four modules: `citable_text` finds the text that may contain citations,
//! `scanner` reads the citations in it, `metadata` reads the metadata blocks, and `format` replaces the
//! citations by formatted ones. Everything else in the document is kept byte for byte.

mod affixes;
mod citable_text;
mod format;
mod in_list;
mod locators;
mod metadata;
mod prose;
mod scanner;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

pub use format::{
    CitableItems, CitationFields, CitationOptions, CitedDocument, CitedTree, SingleCitation,
};
pub use in_list::{cite_in_list, keys_in_list};
pub use metadata::Metadata;
pub use scanner::WrittenCite;

use self::citable_text::Passage;
use self::scanner::{PassageItem, Placeholders};
use super::{Cited, CitedKey, Lines};

/// A parsed document.
#[derive(Debug, Clone)]
pub struct Markdown<'s> {
    source: &'s str,
    /// The metadata of the document.
    pub metadata: Metadata,
    /// The citations in reading order. Those in a footnote are read at its first reference.
    citations: Vec<WrittenCitation>,
    /// The notes and citations in reading order.
    steps: Vec<NoteOrCitation>,
    /// The content of the references div.
    references: Option<Range<usize>>,
    /// The notes within the text, `^[…]`.
    inline_notes: Vec<Range<usize>>,
    held: Placeholders,
}

/// A citation as written in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WrittenCitation {
    cites: Vec<WrittenCite>,
    /// Whether it is part of the sentence, as in `@key`.
    in_sentence: bool,
    /// Its byte range.
    range: Range<usize>,
    /// The end of the text before it, without white space; `None` at the start of a block.
    before: Option<usize>,
    place: CitationContext,
    in_table: bool,
}

/// The context of a citation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum CitationContext {
    /// In the text.
    Text,
    /// In a note of the document.
    Note {
        /// The number of the note in reading order.
        note: usize,
        /// Whether the citation is at the start of the note.
        first: bool,
        /// Whether the citation is at the end of its paragraph.
        last: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoteOrCitation {
    /// A note of the document.
    Note(usize),
    /// A citation, by its index.
    Citation(usize),
}

impl<'s> Markdown<'s> {
    /// Parses a document. Every text is valid.
    pub fn read(source: &'s str) -> Self {
        Self::read_beside(source, &HashSet::new())
    }

    /// Parses a document again, without the citations whose keys look like cross-references and for which `is_work` is
    /// false. Quarto (`@fig-commons`) and pandoc-crossref (`@fig:commons`) refer to figures, tables, equations and
    /// sections in the syntax of citations, and what they refer to may be in another file.
    #[must_use]
    pub fn without_cross_references(self, is_work: impl Fn(&str) -> bool) -> Self {
        let cited = self.citations.iter().flat_map(|citation| &citation.cites);
        let labels: HashSet<String> = cited
            .filter(|cite| is_cross_reference(&cite.key) && !is_work(&cite.key))
            .map(|cite| cite.key.clone())
            .collect();
        if labels.is_empty() {
            self
        } else {
            Self::read_beside(self.source, &labels)
        }
    }

    /// Parses a document that is a part of one with these labels.
    fn read_beside(source: &'s str, labels: &HashSet<String>) -> Self {
        let blocks = citable_text::blocks(source);
        let metadata = Metadata::read(source, &blocks.metadata);
        let mut held = Placeholders::new(source);
        // `@fig:commons` refers to a figure of the document, not a work.
        let is_own = |key: &str| blocks.own_labels.contains(key) || labels.contains(key);
        let mut reader = PassageReader::default();
        let mut of_notes: HashMap<&str, Vec<(usize, Vec<PassageItem>)>> = HashMap::new();
        let mut in_text = Vec::new();
        let mut note_order = Vec::new();
        for (at, passage) in blocks.passages.iter().enumerate() {
            // The old bibliography will be replaced.
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
            reader.passage(&blocks.passages, at, found, &mut of_notes, None);
        }
        // Footnotes without a reference are read last.
        for label in note_order {
            reader.note(&blocks.passages, label, &mut of_notes);
        }
        Self {
            source,
            metadata,
            citations: reader.citations,
            steps: reader.steps,
            references: blocks.references,
            inline_notes: reader.inline_notes,
            held,
        }
    }

    /// Returns the cites of a document that consists of a single citation, and whether it is part of a
    /// sentence.
    pub fn only_citation(&self) -> Option<(Vec<WrittenCite>, bool)> {
        let [only] = self.citations.as_slice() else {
            return None;
        };
        let around = [
            self.source.get(..only.range.start),
            self.source.get(only.range.end..),
        ];
        let is_alone = around
            .iter()
            .all(|text| text.is_none_or(|text| text.trim().is_empty()));
        is_alone.then(|| (only.cites.clone(), only.in_sentence))
    }

    /// Returns the cited keys in reading order, followed by those in the metadata.
    pub fn cited(&self) -> Cited {
        let lines = Lines::new(self.source);
        let mut keys: Vec<CitedKey> = self
            .citations
            .iter()
            .flat_map(|citation| &citation.cites)
            .map(|cite| CitedKey::new(cite.key.clone(), lines.of(cite.at)))
            .collect();
        let mut all = false;
        // The metadata has the keys in this order, so the text is searched once for all of them.
        let mut signs = self.source.match_indices('@');
        let mut at = 0;
        for key in &self.metadata.nocite {
            if key == "*" {
                all = true;
                continue;
            }
            let is_here = |sign: usize| {
                let written = self.source.get(sign + 1..).unwrap_or_default();
                let written = written.strip_prefix('{').unwrap_or(written);
                written.trim_start().starts_with(key.as_str())
            };
            at = signs
                .find_map(|(sign, _)| is_here(sign).then_some(sign))
                .unwrap_or(at);
            keys.push(CitedKey::new(key.clone(), lines.of(at)));
        }
        Cited {
            keys,
            all,
            ..Cited::default()
        }
    }
}

/// Returns whether a key has the form of a cross-reference of Quarto or pandoc-crossref.
fn is_cross_reference(key: &str) -> bool {
    const QUARTO: [&str; 20] = [
        "alg", "cau", "cnj", "cor", "def", "eq", "exm", "exr", "fig", "imp", "lem", "lst", "nte",
        "prp", "rem", "sec", "sol", "tbl", "thm", "tip",
    ];
    const CROSSREF: [&str; 5] = ["eq", "fig", "lst", "sec", "tbl"];
    let Some((kind, name)) = key.split_once(['-', ':']) else {
        return false;
    };
    let kind_in_lower_case = kind.to_lowercase();
    let kinds = match key.get(kind.len()..=kind.len()) {
        Some(":") => &CROSSREF[..],
        _ => &QUARTO[..],
    };
    !name.is_empty() && kinds.contains(&kind_in_lower_case.as_str())
}

/// Collects the citations of a document's passages.
#[derive(Default)]
struct PassageReader {
    citations: Vec<WrittenCitation>,
    steps: Vec<NoteOrCitation>,
    notes: usize,
    begun: HashSet<String>,
    inline_notes: Vec<Range<usize>>,
}

impl PassageReader {
    /// Reads the contents of a passage. For a passage of a footnote, `note` is the number of the note and
    /// whether this is its first passage.
    fn passage<'p>(
        &mut self,
        passages: &'p [Passage],
        at: usize,
        found: Vec<PassageItem>,
        of_notes: &mut HashMap<&'p str, Vec<(usize, Vec<PassageItem>)>>,
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
        // The number and end of the current inline note.
        let mut inline_note: Option<(usize, usize)> = None;
        for found in found {
            match found {
                PassageItem::Reference { label } => {
                    if let Some((label, _)) = of_notes.get_key_value(label.as_str()) {
                        let label: &'p str = label;
                        self.note(passages, label, of_notes);
                    } else if self.begun.insert(label) {
                        self.begin_note();
                    }
                }
                PassageItem::InlineNote { start, end } => {
                    inline_note = Some((self.begin_note(), end));
                    if let (Some(first), Some(last)) = (glyphs.get(start), glyphs.get(end)) {
                        self.inline_notes.push(first.at..last.at + 1);
                    }
                }
                PassageItem::Citation {
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
                        (Some((note, close)), _) => CitationContext::Note {
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
                        (None, Some((note, first))) => CitationContext::Note {
                            note,
                            first: first && before.is_none(),
                            last: (end..glyphs.len()).all(|at| is_space(&at)),
                        },
                        (None, None) => CitationContext::Text,
                    };
                    self.steps
                        .push(NoteOrCitation::Citation(self.citations.len()));
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

    /// Reads a footnote at its first reference.
    fn note<'p>(
        &mut self,
        passages: &'p [Passage],
        label: &'p str,
        of_notes: &mut HashMap<&'p str, Vec<(usize, Vec<PassageItem>)>>,
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
        self.steps.push(NoteOrCitation::Note(self.notes));
        self.notes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::csl::Style;
    use crate::model::CslItem;

    fn keys(text: &str) -> Vec<String> {
        let document = Markdown::read(text);
        document
            .cited()
            .keys
            .into_iter()
            .map(|cited| cited.key)
            .collect()
    }

    #[test]
    fn keys_are_those_of_pandoc() {
        for (text, expected) in [
            (
                "@f:. @g:h.i_ @_x @1a @a--b",
                vec!["f", "g:h.i_", "_x", "1a", "a"],
            ),
            ("x@y @x's a.b@c.example a_b@c.example", vec!["x"]),
            (
                "@{http://example.com/x?y=z} @{a b} @a/b/ @ö @a?",
                vec!["http://example.com/x?y=z", "a b", "a/b", "ö", "a"],
            ),
            ("@http://x.example/y", vec!["http://x.example/y"]),
            ("\\@a \\\\@b", vec!["b"]),
            ("[see; foo @x] [a; b; @c]", vec!["x", "c"]),
            (
                "[*@e* x] [@a; ; @b] [@x [nested] suffix]",
                vec!["e", "a", "b", "x"],
            ),
            (
                "[@a]{.class} [@b](u) [@c]\n\n@d\n[p. 3]",
                vec!["a", "b", "c", "d"],
            ),
            (
                "@fig:one and @fig:two\n\n![x](y){#fig:one}",
                vec!["fig:two"],
            ),
        ] {
            assert_eq!(keys(text), expected, "{text}");
        }
    }

    #[test]
    fn citations_are_parsed_as_pandoc_parses_them() {
        let cites = |text: &str| {
            let document = Markdown::read(text);
            let (cites, in_sentence) = document.only_citation().expect("one citation");
            let cites: Vec<String> = cites
                .iter()
                .map(|cite| {
                    let sign = if cite.suppress_author { "-" } else { "" };
                    format!("{}|{sign}{}|{}", cite.prefix, cite.key, cite.suffix)
                })
                .collect();
            (cites.join(" & "), in_sentence)
        };
        for (text, expected, in_sentence) in [
            (
                "[see @a, p. 3; *also* -@b]",
                "see|a|, p. 3 & *also*|-b|",
                false,
            ),
            ("@k [p. 3; see @l, p. 4]", "|k|p. 3 & see|l|, p. 4", true),
            ("@k [-@z; @y]", "|k| & |-z| & |y|", true),
            ("@m[p. 3]", "|m|p. 3", true),
            ("-@m", "|-m|", true),
            ("[@a\\; x; @b]", "|a|\\; x & |b|", false),
            ("[@p,\npp. 3]", "|p|, pp. 3", false),
            ("> [@p,\n> pp. 3]", "|p|, pp. 3", false),
        ] {
            if text.starts_with('>') {
                assert_eq!(Markdown::read(text).citations.len(), 1, "{text}");
                continue;
            }
            assert_eq!(cites(text), (expected.to_owned(), in_sentence), "{text}");
        }
    }

    #[test]
    fn notes_are_numbered_where_they_are_referred_to() {
        let text =
            "A[^b] [@one].[^a]\n\n[^a]: @two\n\n    [@three]\n\n[^b]: nothing\n\n^[@four] @five\n";
        assert_eq!(keys(text), ["one", "two", "three", "four", "five"]);
        let document = Markdown::read(text);
        let numbers = document.note_numbers(crate::csl::StyleClass::Note);
        assert_eq!(numbers, [2, 3, 3, 4, 5]);
        let numbers = document.note_numbers(crate::csl::StyleClass::InText);
        assert_eq!(numbers, [0, 2, 2, 3, 0]);
    }

    fn works() -> CitableItems {
        let mut works = CitableItems::default();
        for key in ["a", "b"] {
            let json = format!(
                "{{\"id\": \"{key}\", \"type\": \"book\", \"title\": \"T@{key}|$x$\", \
                 \"author\": [{{\"family\": \"F\"}}], \"issued\": {{\"date-parts\": [[2001]]}}}}"
            );
            let item: CslItem = serde_json::from_str(&json).unwrap();
            works.add(key, item);
        }
        works
    }

    /// Returns an author-date style, a note style and a style with superscript numbers.
    fn styles() -> &'static [Style] {
        static STYLES: LazyLock<Vec<Style>> = LazyLock::new(|| {
            let compiled = |name: &&str| {
                let xml = crate::csl::bundled::style_xml(name).unwrap();
                Style::from_xml(&xml).unwrap()
            };
            ["apa", "chicago-notes", "nature"]
                .iter()
                .map(compiled)
                .collect()
        });
        &STYLES
    }

    #[test]
    fn raised_numbers_follow_punctuation_and_titles_are_escaped() {
        let styles = styles();
        let cited = |text: &str, style: usize| {
            let options = CitationOptions {
                style: &styles[style],
                locale: None,
                title: None,
                heading_level: 1,
            };
            Markdown::read(text).cited_in(&works(), &options).text
        };
        let text = cited("One [@a; @b], two.\n", 2);
        assert!(text.starts_with("One,<sup>1,2</sup> two.\n"), "{text}");
        let text = cited("| x |\n|---|\n| [@a] |\n", 1);
        // A formula stays one.
        assert!(text.contains("*T\\@a|$x$*"), "{text}");
        assert!(text.contains("\n| [^fn1] |\n"), "{text}");
    }

    /// Generates documents from fragments with a special meaning.
    fn pieces() -> impl Strategy<Value = String> {
        let pieces = vec![
            "@a",
            "[@a]",
            "[@b, p. 3]",
            "@c",
            "-@a",
            "[see @a; @b]",
            "^[",
            "[^1]",
            "\n[^1]: ",
            "]",
            "[",
            "(",
            ")",
            "\n",
            "\n\n",
            "> ",
            "- ",
            "    ",
            "`",
            "```",
            "$",
            "*",
            "_",
            "\"",
            "'",
            ".",
            ", ",
            ";",
            " ",
            "word",
            "::: {#refs}\n",
            ":::\n",
            "---\n",
            "|",
            "\\",
            "<b>",
            "<!--",
            "-->",
            "{",
            "}",
            "é",
            "\u{10fffd}",
            "\u{f0000}",
            "\r\n",
            "\t",
            "\\begin{x}",
            "\\end{x}",
            "https://x.example/@a",
            "![",
            "](u)",
            "# ",
            "nocite: '@*'\n",
            "<script>",
            "~",
            "(@l) x",
            "[^fn1]",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..40)
            .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_document_is_read_and_written(text in pieces()) {
            let works = works();
            for style in styles() {
                let options = CitationOptions { style, locale: None, title: Some("R"), heading_level: 1 };
                let document = Markdown::read(&text);
                let tree = document.cited_tree(&works, &options, Some(CitationFields::Word)).document;
                crate::output::docx::document(&tree).unwrap();
                crate::output::odt::document(&tree).unwrap();
                let cited = document.cited_in(&works, &options);
                if document.cited() == Cited::default() {
                    prop_assert_eq!(&cited.text, &text);
                }
            }
        }

        #[test]
        fn any_text_is_read(text in "[\\PC\n\r@\\[\\]^;{}<>`$:*-]{0,120}") {
            let works = works();
            let style = &styles()[1];
            let options = CitationOptions { style, locale: None, title: None, heading_level: 1 };
            Markdown::read(&text).cited_in(&works, &options);
        }

        /// Checks that a document without citations does not change.
        #[test]
        fn what_cites_nothing_stays_as_it_is(text in pieces()) {
            let text = text.replace('@', "at");
            let style = &styles()[0];
            let options = CitationOptions { style, locale: None, title: Some("R"), heading_level: 1 };
            prop_assert_eq!(&Markdown::read(&text).cited_in(&works(), &options).text, &text);
        }
    }
}
