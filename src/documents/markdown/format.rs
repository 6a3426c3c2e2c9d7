//! Formats the citations of a document in a style.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::affixes::csl_markup;
use super::locators::LocatorLabels;
use super::prose::{self, Insertions, NOTE_END, NOTE_START};
use super::{CitationContext, Markdown, NoteOrCitation, WrittenCitation, WrittenCite};
use crate::csl::{
    Bibliography, Citation, CitationMode, Cite, EmbeddedLocales, FormattedCitation, Formatting,
    Inline, Locale, Processor, RichText, Style, StyleClass, Warning, formula, plain_text,
};
use crate::documents::{CitedKey, zotero};
use crate::model::{CslItem, assume_languages};
use crate::output::document::{Block, Document, WordProcessorField};
use crate::output::markdown;
use crate::reading_list::ReadingList;

/// The works that a document may cite.
#[derive(Debug, Clone, Default)]
pub struct CitableItems {
    items: Vec<CslItem>,
    by_key: HashMap<String, usize>,
}

impl CitableItems {
    /// Adds a work under a key. If the key is taken, the first work keeps it. A work that was added before
    /// gets the key as an additional one.
    pub fn add(&mut self, key: &str, mut item: CslItem) {
        if self.by_key.contains_key(key) {
            return;
        }
        let known = self.by_key.get(&item.id).copied();
        let place = known.unwrap_or_else(|| {
            self.by_key.insert(item.id.clone(), self.items.len());
            assume_languages(std::slice::from_mut(&mut item));
            self.items.push(item);
            self.items.len() - 1
        });
        self.by_key.insert(key.to_owned(), place);
    }

    /// Returns the works in the order in which they were added.
    pub(super) fn items(&self) -> &[CslItem] {
        &self.items
    }

    /// Returns the work with this key.
    pub fn get(&self, key: &str) -> Option<&CslItem> {
        self.items.get(*self.by_key.get(key)?)
    }

    /// Returns the works with these keys, each once, in order.
    fn with_keys<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Vec<CslItem> {
        let mut seen = HashSet::new();
        keys.filter_map(|key| self.get(key))
            .filter(|item| seen.insert(item.id.as_str()))
            .cloned()
            .collect()
    }
}

/// The formatting options.
#[derive(Debug, Clone, Copy)]
pub struct CitationOptions<'o> {
    /// The style.
    pub style: &'o Style,
    /// The locale; `None` for that of the style.
    pub locale: Option<&'o str>,
    /// The heading of a bibliography that has none in the document.
    pub title: Option<&'o str>,
    /// The level of this heading, from 1 to 6.
    pub heading_level: u8,
}

/// A document with formatted citations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CitedDocument {
    /// The text of the document.
    pub text: String,
    /// The number of citations.
    pub citations: usize,
    /// The keys of the cited and listed works, in the order of the bibliography.
    pub works: Vec<String>,
    /// The keys without a work.
    pub missing: Vec<CitedKey>,
    /// The keys of works for which the style prints nothing, with their positions.
    pub unprinted: Vec<CitedKey>,
    /// The keys that are not citations because a semicolon is missing before them.
    pub strays: Vec<CitedKey>,
}

/// The fields that citations become in a word processor, which Zotero can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CitationFields {
    /// The fields of Word.
    Word,
    /// The reference marks of LibreOffice.
    ReferenceMark,
}

/// A document with formatted citations as a tree.
#[derive(Debug, Clone, Default)]
pub struct CitedTree {
    /// The document.
    pub document: Document,
    /// The cited works. The text is empty.
    pub cited: CitedDocument,
}

/// A citation formatted on its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SingleCitation {
    /// The citation.
    pub content: RichText,
    /// The bibliography entries of its works.
    pub bibliography: Bibliography,
    /// The keys without a work.
    pub missing: Vec<String>,
}

/// Converts citations from the document to the processor's input.
pub(super) struct Translator<'a> {
    works: &'a CitableItems,
    labels: LocatorLabels,
    /// The works whose entries are link targets, by key.
    anchored: HashSet<&'a str>,
}

/// The processor's input, with the parts that the processor does not format.
#[derive(Debug, Clone, Default)]
pub(super) struct TranslatedCitation {
    /// Keys without a work that take the place of authors in the sentence.
    missing_authors: Option<String>,
    /// The citation, if at least one key belongs to a work.
    citation: Option<Citation>,
    /// The text of a citation without any known work, in CSL markup.
    missing: Option<String>,
    /// Whether the authors are not sufficient, because a note is attached to them.
    needs_rest: bool,
}

/// A formatted citation.
#[derive(Debug, Clone, Default)]
pub(super) struct Formatted {
    /// The authors, if they are part of the sentence.
    pub(super) authors: RichText,
    /// The rest, or the whole citation.
    pub(super) rest: RichText,
    /// The keys of the cites for which the style prints nothing.
    unprinted: Vec<String>,
}

impl From<FormattedCitation> for Formatted {
    fn from(citation: FormattedCitation) -> Self {
        let is_unprinted = |warning: &Warning| matches!(warning, Warning::EmptyCite { .. });
        let unprinted = citation
            .warnings
            .iter()
            .filter(|warning| is_unprinted(warning));
        let mut unprinted: Vec<String> =
            unprinted.map(|warning| warning.key().to_owned()).collect();
        unprinted.dedup();
        Self {
            unprinted,
            authors: citation.authors,
            rest: citation.content,
        }
    }
}

impl Translator<'_> {
    /// Creates a translator for the language of the style, or for another one.
    pub(super) fn new<'a>(
        works: &'a CitableItems,
        options: &CitationOptions<'a>,
        language: Option<&str>,
    ) -> Translator<'a> {
        let of_style = options.style.default_locale.as_deref();
        let languages = [options.locale.or(of_style), language];
        Translator {
            works,
            labels: LocatorLabels::new(languages.into_iter().flatten()),
            anchored: HashSet::new(),
        }
    }

    pub(super) fn translate(
        &self,
        cites: &[WrittenCite],
        in_sentence: bool,
        note: u32,
    ) -> TranslatedCitation {
        let mut translated = TranslatedCitation::default();
        let mut known: Vec<Cite> = Vec::new();
        // Keys without a work are printed in the affixes of adjacent cites.
        let mut waiting = String::new();
        for (number, written) in cites.iter().enumerate() {
            let (locator, rest) = self.labels.split(&written.suffix);
            let prefix = spaced(&csl_markup(&written.prefix));
            let Some(work) = self.works.get(&written.key) else {
                if number == 0 && in_sentence && !written.suppress_author {
                    translated.missing_authors = Some(format!("{}?", written.key));
                    continue;
                }
                let suffix = csl_markup(&written.suffix);
                let said = format!("{prefix}<b>{}?</b>{suffix}", written.key);
                match known.last_mut() {
                    Some(cite) => {
                        let behind = cite.suffix.get_or_insert_default();
                        behind.push_str("; ");
                        behind.push_str(&said);
                    }
                    None if waiting.is_empty() => waiting = said,
                    None => {
                        waiting.push_str("; ");
                        waiting.push_str(&said);
                    }
                }
                continue;
            };
            let mut before = std::mem::take(&mut waiting);
            if !before.is_empty() {
                before.push_str("; ");
            }
            before.push_str(&prefix);
            let some = |text: String| (!text.is_empty()).then_some(text);
            known.push(Cite {
                label: locator.as_ref().map(|locator| locator.label.to_owned()),
                locator: locator.map(|locator| locator.value),
                prefix: some(before),
                suffix: some(csl_markup(&rest)),
                suppress_author: written.suppress_author,
                href: self
                    .anchored
                    .contains(work.id.as_str())
                    .then(|| format!("#{}", anchor(&work.id))),
                ..Cite::new(work.id.clone())
            });
        }
        translated.missing = Some(waiting).filter(|text| !text.is_empty());
        let is_composite = in_sentence
            && translated.missing_authors.is_none()
            && cites.first().is_some_and(|first| !first.suppress_author);
        if !known.is_empty() {
            // Keep the written order: the first work is named in the sentence, and affixes depend on the
            // order.
            let has_affixes = known
                .iter()
                .any(|cite| cite.prefix.is_some() || cite.suffix.is_some());
            translated.citation = Some(Citation {
                mode: if is_composite {
                    CitationMode::Composite
                } else {
                    CitationMode::Normal
                },
                unsorted: is_composite || has_affixes,
                ..Citation::new(known, note)
            });
        }
        translated
    }
}

/// Adds a space after a prefix, unless it ends with an opening bracket or quotation mark.
fn spaced(prefix: &str) -> String {
    let prefix = prefix.trim_end();
    let opens = [
        '(', '[', '{', '"', '\u{201c}', '\u{201e}', '\u{ab}', '/', '-', '\u{2013}', '\u{2014}',
    ];
    if prefix.is_empty() || prefix.ends_with(opens) {
        prefix.to_owned()
    } else {
        format!("{prefix} ")
    }
}

impl SingleCitation {
    /// Formats one citation.
    pub fn new(
        cites: &[WrittenCite],
        in_sentence: bool,
        author_only: bool,
        works: &CitableItems,
        options: &CitationOptions<'_>,
    ) -> Self {
        let items = works.with_keys(cites.iter().map(|cite| cite.key.as_str()));
        let processor = Processor::new(options.style, options.locale, &items);
        let translator = Translator::new(works, options, None);
        let note = u32::from(options.style.class == StyleClass::Note);
        let mut translated = translator.translate(cites, in_sentence, note);
        if author_only && let Some(citation) = &mut translated.citation {
            citation.mode = CitationMode::AuthorOnly;
        }
        let missing_authors = translated.missing_authors.clone();
        let unknown = translated.missing.as_deref().map(unknown);
        let formatted = format_all(&processor, std::slice::from_mut(&mut translated));
        let mut content: RichText = missing_authors.map(bold).unwrap_or_default();
        for formatted in formatted {
            for part in [formatted.authors, formatted.rest] {
                if !content.is_empty() && !part.is_empty() {
                    content.push(Inline::Text(" ".to_owned()));
                }
                content.extend(part);
            }
        }
        if content.is_empty() {
            content = unknown.unwrap_or_default();
        }
        let missing = cites
            .iter()
            .filter(|cite| works.get(&cite.key).is_none())
            .map(|cite| cite.key.clone())
            .collect();
        Self {
            content,
            bibliography: processor.bibliography().unwrap_or_default(),
            missing,
        }
    }
}

/// Formats citations. One that would print nothing without its authors is printed with them.
pub(super) fn format_all(
    processor: &Processor<'_>,
    translated: &mut [TranslatedCitation],
) -> Vec<Formatted> {
    let run = |translated: &[TranslatedCitation]| -> Vec<Formatted> {
        let citations: Vec<Citation> = translated
            .iter()
            .filter_map(|translated| translated.citation.clone())
            .collect();
        let mut formatted = processor.citations(&citations).into_iter();
        translated
            .iter()
            .map(|translated| {
                translated.citation.as_ref()?;
                formatted.next().map(Formatted::from)
            })
            .map(Option::unwrap_or_default)
            .collect()
    };
    let mut again = vec![false; translated.len()];
    let mut results = run(translated);
    for ((translated, result), again) in translated.iter_mut().zip(&mut results).zip(&mut again) {
        if let Some(citation) = &mut translated.citation {
            let suppresses = citation.cites.iter().any(|cite| cite.suppress_author);
            match citation.mode {
                CitationMode::Composite => {
                    if prints_nothing(&result.authors) {
                        result.authors.clear();
                        *again = true;
                    }
                    if prints_nothing(&result.rest) {
                        result.rest.clear();
                        *again |= translated.needs_rest;
                    }
                    // A citation is no problem if one of its parts prints.
                    result.unprinted.clear();
                }
                CitationMode::AuthorOnly => *again = prints_nothing(&result.rest),
                _ => {
                    *again = suppresses
                        && (prints_nothing(&result.rest) || !result.unprinted.is_empty());
                }
            }
            if *again {
                citation.mode = CitationMode::Normal;
                for cite in &mut citation.cites {
                    cite.suppress_author = false;
                }
            }
        }
    }
    if again.contains(&true) {
        for ((result, whole), again) in results.iter_mut().zip(run(translated)).zip(again) {
            if again {
                result.rest = whole.rest;
                result.unprinted = whole.unprinted;
            }
        }
    }
    for result in &mut results {
        // A reader has to see that a citation belongs here.
        if result.authors.is_empty()
            && result.rest.is_empty()
            && let Some(key) = result.unprinted.first()
        {
            result.rest = bold(format!("{key}?"));
        }
    }
    results
}

/// Returns whether a part of a citation is empty.
fn prints_nothing(content: &[Inline]) -> bool {
    let text = plain_text(content);
    let is_mark = |character: char| {
        matches!(character, '(' | ')' | '[' | ']' | '.' | ',') || character.is_whitespace()
    };
    text.chars().all(is_mark)
}

fn bold(text: String) -> RichText {
    vec![Inline::Formatted(
        Formatting::Bold,
        vec![Inline::Text(text)],
    )]
}

/// Parses `<b>` and `<i>` tags.
fn unknown(markup: &str) -> RichText {
    let mut text = Vec::new();
    let mut rest = markup;
    while let Some((before, formatting, close, behind)) = [
        ("<b>", Formatting::Bold, "</b>"),
        ("<i>", Formatting::Italic, "</i>"),
    ]
    .into_iter()
    .filter_map(|(open, formatting, close)| {
        let (before, behind) = rest.split_once(open)?;
        Some((before, formatting, close, behind))
    })
    .min_by_key(|(before, ..)| before.len())
    {
        let (inside, after) = behind.split_once(close).unwrap_or((behind, ""));
        text.push(Inline::Text(before.to_owned()));
        text.push(Inline::Formatted(
            formatting,
            vec![Inline::Text(inside.to_owned())],
        ));
        rest = after;
    }
    text.push(Inline::Text(rest.to_owned()));
    text.retain(|piece| !matches!(piece, Inline::Text(text) if text.is_empty()));
    text
}

impl Markdown<'_> {
    /// Formats the citations of the document and inserts the bibliography. A document without citations does
    /// not change.
    pub fn cited_in(&self, works: &CitableItems, options: &CitationOptions<'_>) -> CitedDocument {
        let cited = self.cited();
        if cited.keys.is_empty() && !cited.all {
            return CitedDocument {
                text: self.source.to_owned(),
                ..CitedDocument::default()
            };
        }
        let mut writer = CitedWriter::new(self, options, CitationMarkup::Markdown);
        let (bibliography, cited) = self.write(works, options, &mut writer);
        let (text, _) = writer.finish(bibliography, options);
        CitedDocument { text, ..cited }
    }

    /// Formats the citations of the document and returns it as a tree, for formats other than Markdown. `fields` asks
    /// for fields that Zotero can change.
    pub fn cited_tree(
        &self,
        works: &CitableItems,
        options: &CitationOptions<'_>,
        fields: Option<CitationFields>,
    ) -> CitedTree {
        let target = CitationMarkup::Tree {
            insertions: Insertions::default(),
            fields: fields.is_some(),
        };
        let mut writer = CitedWriter::new(self, options, target);
        let (bibliography, cited) = self.write(works, options, &mut writer);
        let (text, insertions) = writer.finish(bibliography, options);
        let metadata = &self.metadata;
        let inline = |text: &Option<String>| text.as_deref().map(prose::inline).unwrap_or_default();
        let language = options
            .locale
            .or(metadata.language.as_deref())
            .or(options.style.default_locale.as_deref())
            .unwrap_or("en-US");
        let zotero = fields.map(|kind| {
            let field_type = match kind {
                CitationFields::Word => "Field",
                CitationFields::ReferenceMark => "ReferenceMark",
            };
            zotero::preferences(options.style, language, field_type)
        });
        let summary = metadata.summary.as_deref().unwrap_or_default();
        let document = Document {
            title: inline(&metadata.title),
            subtitle: inline(&metadata.subtitle),
            authors: metadata
                .authors
                .iter()
                .map(|author| prose::inline(author))
                .collect(),
            date: inline(&metadata.date),
            summary: prose::blocks(summary, &Insertions::default()),
            language: language.to_owned(),
            blocks: prose::blocks(&text, &insertions),
            images: BTreeMap::new(),
            zotero,
        };
        CitedTree { document, cited }
    }

    /// Formats the citations and passes them to the writer.
    fn write(
        &self,
        works: &CitableItems,
        options: &CitationOptions<'_>,
        writer: &mut CitedWriter<'_, '_>,
    ) -> (Bibliography, CitedDocument) {
        let cited = self.cited();
        let keys = cited.keys.iter().map(|cited| cited.key.as_str());
        let mut items = works.with_keys(keys);
        if cited.all {
            let listed: HashSet<String> = items.iter().map(|item| item.id.clone()).collect();
            let others = works.items.iter().filter(|item| !listed.contains(&item.id));
            items.extend(others.cloned());
        }
        let processor = Processor::new(options.style, options.locale, &items);
        let bibliography = processor
            .bibliography()
            .filter(|_| !self.metadata.suppress_bibliography)
            .unwrap_or_default();
        let mut translator = Translator::new(works, options, self.metadata.language.as_deref());
        if self.metadata.link_citations {
            let keys = bibliography.entries.iter().map(|entry| entry.key.as_str());
            translator.anchored = keys.filter(|key| can_be_anchor(key)).collect();
        }
        let notes = self.note_numbers(options.style.class);
        let mut translated: Vec<TranslatedCitation> =
            vec![TranslatedCitation::default(); self.citations.len()];
        // The processor expects citations in reading order.
        for step in &self.steps {
            if let NoteOrCitation::Citation(number) = step
                && let Some(citation) = self.citations.get(*number)
                && let Some(slot) = translated.get_mut(*number)
            {
                let note = notes.get(*number).copied().unwrap_or_default();
                *slot = translator.translate(&citation.cites, citation.in_sentence, note);
                slot.needs_rest = options.style.class == StyleClass::Note
                    && citation.place == CitationContext::Text;
            }
        }
        let contents = format_all(&processor, &mut translated);
        let lines = super::Lines::new(self.source);
        let mut unprinted = Vec::new();
        let mut strays = Vec::new();
        for ((written, translated), content) in self.citations.iter().zip(translated).zip(contents)
        {
            let of_citation = written.cites.iter().flat_map(|cite| &cite.strays);
            strays.extend(of_citation.map(|(key, at)| CitedKey::new(key, lines.of(*at))));
            for cite in &written.cites {
                let id = works.get(&cite.key).map(|item| &item.id);
                if id.is_some_and(|id| content.unprinted.contains(id)) {
                    unprinted.push(CitedKey::new(&cite.key, lines.of(cite.at)));
                }
            }
            writer.citation(works, written, translated, content);
        }
        let missing = cited
            .keys
            .into_iter()
            .filter(|cited| works.get(&cited.key).is_none());
        let cited = CitedDocument {
            text: String::new(),
            citations: self.citations.len(),
            works: processor.order().map(str::to_owned).collect(),
            missing: missing.collect(),
            unprinted,
            strays,
        };
        (bibliography, cited)
    }

    /// Returns the note number of each citation; 0 means in the text.
    pub(super) fn note_numbers(&self, class: StyleClass) -> Vec<u32> {
        let mut count = 0;
        let mut of_notes: HashMap<usize, u32> = HashMap::new();
        let mut numbers = vec![0; self.citations.len()];
        for step in &self.steps {
            match step {
                NoteOrCitation::Note(note) => {
                    count += 1;
                    of_notes.insert(*note, count);
                }
                NoteOrCitation::Citation(number) => {
                    let place = self.citations.get(*number).map(|citation| &citation.place);
                    let note = match place {
                        Some(CitationContext::Note { note, .. }) => {
                            of_notes.get(note).copied().unwrap_or_default()
                        }
                        _ if class == StyleClass::Note => {
                            count += 1;
                            count
                        }
                        _ => 0,
                    };
                    if let Some(slot) = numbers.get_mut(*number) {
                        *slot = note;
                    }
                }
            }
        }
        numbers
    }
}

/// Inserts citations into the document.
struct CitedWriter<'m, 's> {
    document: &'m Markdown<'s>,
    is_note_style: bool,
    moves_notes: bool,
    moves_into_quotes: bool,
    target: CitationMarkup,
    edits: Vec<Replacement>,
    /// The labels and texts of the notes added.
    notes: Vec<(String, String)>,
    label: usize,
    /// The numbers of the document's own labels of this form.
    taken_labels: HashSet<usize>,
    /// The number of written citations.
    count: usize,
}

/// The form of formatted citations.
enum CitationMarkup {
    /// Markdown.
    Markdown,
    /// Marks in the text, for which a tree has the citations.
    Tree {
        insertions: Insertions,
        /// Whether citations are fields.
        fields: bool,
    },
}

/// A replacement in the document.
struct Replacement {
    range: Range<usize>,
    text: String,
    /// The offset in `text` of punctuation that a later note takes over, and the end of the citation in the
    /// document.
    mark: Option<(usize, usize)>,
}

impl<'m, 's> CitedWriter<'m, 's> {
    fn new(
        document: &'m Markdown<'s>,
        options: &CitationOptions<'_>,
        target: CitationMarkup,
    ) -> Self {
        let language = options
            .locale
            .or(options.style.default_locale.as_deref())
            .unwrap_or("en-US");
        let locale = Locale::assemble(language, &EmbeddedLocales, &[]);
        Self {
            document,
            is_note_style: options.style.class == StyleClass::Note,
            moves_notes: document.metadata.notes_after_punctuation,
            moves_into_quotes: locale.moves_punctuation_into_quotes(),
            target,
            edits: Vec::new(),
            notes: Vec::new(),
            label: 0,
            taken_labels: taken_labels(document.source),
            count: 0,
        }
    }

    fn citation(
        &mut self,
        works: &CitableItems,
        written: &WrittenCitation,
        translated: TranslatedCitation,
        formatted: Formatted,
    ) {
        let missing = translated.missing.as_deref().map(unknown);
        let was_known = translated.citation.is_some();
        let Formatted {
            mut authors, rest, ..
        } = formatted;
        let rest = if was_known {
            rest
        } else {
            missing.unwrap_or_default()
        };
        if let Some(missing) = translated.missing_authors {
            authors = bold(missing);
        }
        let field = self.field(works, translated.citation, &authors, &rest);
        let is_sentence = !authors.is_empty();
        match &written.place {
            CitationContext::Text if self.is_note_style => {
                let shown = self.show(authors.clone(), None, written);
                if rest.is_empty() {
                    self.replace(written.range.clone(), shown);
                } else {
                    let note = self.show(as_note(rest), field, written);
                    let label = self.add_note(note);
                    self.mark(written, &shown, &authors, &format!("[^{label}]"));
                }
            }
            CitationContext::Note { first, last, .. } if self.is_note_style => {
                let text = if is_sentence {
                    let authors = self.show(authors, None, written);
                    let inside = without_full_stop(rest);
                    if inside.is_empty() {
                        authors
                    } else {
                        format!("{authors}, {}", self.show(inside, field, written))
                    }
                } else if *first && *last {
                    self.show(as_note(rest), field, written)
                } else {
                    let inside = self.show(without_full_stop(rest), field, written);
                    if *first || !was_known {
                        inside
                    } else {
                        format!("({inside})")
                    }
                };
                self.replace(written.range.clone(), text);
            }
            _ => {
                let is_raised = is_superscript(&rest);
                let in_brackets = !was_known && !is_sentence;
                let shown = self.show(authors.clone(), None, written);
                let rest = self.show(rest, field, written);
                let rest = if in_brackets {
                    format!("({rest})")
                } else {
                    rest
                };
                if is_raised && written.place == CitationContext::Text {
                    self.mark(written, &shown, &authors, &rest);
                    return;
                }
                let parts = [shown, rest];
                let parts: Vec<&str> = parts
                    .iter()
                    .map(String::as_str)
                    .filter(|part| !part.is_empty())
                    .collect();
                self.replace(written.range.clone(), parts.join(" "));
            }
        }
    }

    /// Returns the field of a citation, if there are fields.
    fn field(
        &mut self,
        works: &CitableItems,
        citation: Option<Citation>,
        authors: &[Inline],
        rest: &[Inline],
    ) -> Option<WordProcessorField> {
        let CitationMarkup::Tree { fields: true, .. } = self.target else {
            return None;
        };
        let mut citation = citation?;
        // The sentence has the authors, so the field leaves them out.
        if !authors.is_empty()
            && let Some(first) = citation.cites.first_mut()
        {
            first.suppress_author = true;
        }
        for affix in citation
            .cites
            .iter_mut()
            .flat_map(|cite| [&mut cite.prefix, &mut cite.suffix])
            .flatten()
        {
            *affix = self.document.held.restored(affix);
        }
        self.count += 1;
        let text = plain_text(rest);
        Some(zotero::citation(
            &citation,
            |id| works.get(id),
            self.count,
            &text,
        ))
    }

    /// Returns what stands for rich text in the document: Markdown in which pandoc finds no other markup, or a mark.
    fn show(
        &mut self,
        content: RichText,
        field: Option<WordProcessorField>,
        written: &WrittenCitation,
    ) -> String {
        if content.is_empty() {
            return String::new();
        }
        match &mut self.target {
            CitationMarkup::Tree { insertions, .. } => insertions.add(content, field),
            CitationMarkup::Markdown => {
                let text = escaped_for_pandoc(
                    &markdown::entry(&content)
                        .replace("  \n", " ")
                        .replace('\n', " "),
                );
                let text = if written.in_table {
                    text.replace('|', "\\|")
                } else {
                    text
                };
                self.document.held.restored(&text)
            }
        }
    }

    fn replace(&mut self, range: Range<usize>, text: String) {
        self.edits.push(Replacement {
            range,
            text,
            mark: None,
        });
    }

    /// Replaces a citation by a note mark, which follows the punctuation after it and drops the space before
    /// it. `shown` stands for the authors, which are empty if the sentence does not name them.
    fn mark(&mut self, written: &WrittenCitation, shown: &str, authors: &[Inline], mark: &str) {
        let is_sentence = !authors.is_empty();
        let source = self.document.source;
        let mut range = written.range.clone();
        // At the start of a paragraph, there is no text that the punctuation could follow.
        let has_text = is_sentence || written.before.is_some();
        let punctuation = if self.moves_notes && has_text {
            let behind = source.get(range.end..).unwrap_or_default();
            let end = behind
                .find(|c| !matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\u{2026}' | ')'))
                .unwrap_or(behind.len());
            behind.get(..end).unwrap_or_default()
        } else {
            ""
        };
        range.end += punctuation.len();
        if is_sentence {
            let authors = plain_text(authors);
            let punctuation = undoubled(&authors, punctuation);
            let text = format!("{shown}{punctuation}{mark}");
            self.edits.push(Replacement {
                mark: Some((shown.len(), written.range.end)),
                range,
                text,
            });
            return;
        }
        let before = written.before.unwrap_or(range.start);
        // A note directly after another one: the punctuation moves before both.
        if let Some(Replacement {
            text,
            mark: Some((at, end)),
            ..
        }) = self.edits.last_mut()
            && *end == before
        {
            let punctuation = undoubled(text.get(..*at).unwrap_or_default(), punctuation);
            text.insert_str(*at, punctuation);
            let end = written.range.end;
            self.edits.push(Replacement {
                range: before..range.end,
                text: mark.to_owned(),
                mark: None,
            });
            if let Some(edit) = self.edits.last_mut() {
                edit.mark = Some((0, end));
            }
            return;
        }
        range.start = before;
        let preceding = source.get(..before).unwrap_or_default();
        let punctuation = undoubled(preceding, punctuation);
        let quote = preceding
            .chars()
            .next_back()
            .filter(|quote| matches!(quote, '"' | '\u{201d}'))
            .filter(|_| self.moves_into_quotes && written.before.is_some());
        let inner_length = punctuation
            .chars()
            .take_while(|mark| matches!(mark, '.' | ','))
            .map(char::len_utf8)
            .sum::<usize>();
        let text = match quote {
            Some(quote) if inner_length > 0 => {
                range.start = before - quote.len_utf8();
                let (inner, outer) = punctuation
                    .split_at_checked(inner_length)
                    .unwrap_or_default();
                format!("{inner}{quote}{outer}")
            }
            _ => punctuation.to_owned(),
        };
        self.edits.push(Replacement {
            mark: Some((0, written.range.end)).filter(|_| text.is_empty()),
            range,
            text: format!("{text}{mark}"),
        });
    }

    /// Adds a note and returns an unused label.
    fn add_note(&mut self, text: String) -> String {
        let label = loop {
            self.label += 1;
            if !self.taken_labels.contains(&self.label) {
                break format!("fn{}", self.label);
            }
        };
        self.notes.push((label.clone(), text));
        label
    }

    /// Returns the document with all replacements, and what its marks stand for.
    fn finish(
        mut self,
        bibliography: Bibliography,
        options: &CitationOptions<'_>,
    ) -> (String, Insertions) {
        let source = self.document.source;
        let line_break = if source.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let mut insertions = Insertions::default();
        let is_tree = matches!(self.target, CitationMarkup::Tree { .. });
        let between = |range: Range<usize>| {
            let text = source.get(range).unwrap_or_default();
            if is_tree {
                prose::without_marks(text)
            } else {
                Cow::Borrowed(text)
            }
        };
        let entries = match self.target {
            CitationMarkup::Markdown => self.markdown_entries(&bibliography, line_break),
            CitationMarkup::Tree {
                insertions: inserted,
                fields,
            } => {
                insertions = inserted;
                insertions.restore(&self.document.held);
                for note in &self.document.inline_notes {
                    for (range, mark) in [
                        (note.start..note.start + 2, NOTE_START),
                        (note.end - 1..note.end, NOTE_END),
                    ] {
                        self.edits.push(Replacement {
                            range,
                            text: mark.to_string(),
                            mark: None,
                        });
                    }
                }
                if bibliography.entries.is_empty() {
                    String::new()
                } else {
                    insertions.bibliography = Some(Block::Bibliography {
                        list: Box::new(ReadingList::plain(bibliography)),
                        field: fields.then(zotero::bibliography),
                    });
                    Insertions::bibliography_mark()
                }
            }
        };
        let mut tail = String::new();
        match &self.document.references {
            Some(inside) if !entries.is_empty() => {
                self.edits.push(Replacement {
                    range: inside.clone(),
                    text: format!("{line_break}{entries}{line_break}{line_break}"),
                    mark: None,
                });
            }
            None if !entries.is_empty() => {
                let metadata = &self.document.metadata;
                let title = options.title.or(metadata.section_title.as_deref());
                if let Some(title) = title {
                    let marks = "#".repeat(usize::from(options.heading_level));
                    tail.push_str(&format!("{line_break}{marks} {title}{line_break}"));
                }
                tail.push_str(&format!("{line_break}{entries}{line_break}"));
            }
            _ => {}
        }
        for (label, text) in &self.notes {
            tail.push_str(&format!("{line_break}[^{label}]: {text}{line_break}"));
        }
        // Citations in footnotes are read before the text after the footnote mark.
        self.edits.sort_by_key(|edit| edit.range.start);
        let mut text = String::with_capacity(source.len() * 2);
        let mut at = 0;
        for edit in &self.edits {
            if edit.range.start < at {
                // The citation is inside a part that was replaced as a whole, such as an old bibliography.
                continue;
            }
            text.push_str(&between(at..edit.range.start));
            text.push_str(&edit.text);
            at = edit.range.end;
        }
        text.push_str(&between(at..source.len()));
        if !tail.is_empty() && !text.is_empty() && !text.ends_with('\n') {
            text.push_str(line_break);
        }
        text.push_str(&tail);
        (text, insertions)
    }

    /// Formats the entries of the bibliography as Markdown.
    fn markdown_entries(&self, bibliography: &Bibliography, line_break: &str) -> String {
        let entries = bibliography.entries.iter().map(|entry| {
            let text = escaped_for_pandoc(&markdown::entry(&entry.content));
            let text = if self.document.metadata.link_citations && can_be_anchor(&entry.key) {
                format!("::: {{#{} .csl-entry}}\n{text}\n:::", anchor(&entry.key))
            } else {
                text
            };
            text.replace('\n', line_break)
        });
        let entries: Vec<String> = entries.collect();
        entries.join(&format!("{line_break}{line_break}"))
    }
}

/// Returns the numbers of the footnotes `[^fn1]`, `[^fn2]` and so on of a document.
fn taken_labels(source: &str) -> HashSet<usize> {
    source
        .match_indices("[^fn")
        .filter_map(|(at, mark)| {
            let label = source.get(at + mark.len()..)?;
            // No document has a number of more digits.
            let end = label.bytes().take(20).position(|byte| byte == b']')?;
            label.get(..end)?.parse().ok()
        })
        .collect()
}

/// Returns the link target of an entry, as pandoc names it.
fn anchor(key: &str) -> String {
    format!("ref-{key}")
}

/// Returns whether pandoc accepts a key as an identifier.
fn can_be_anchor(key: &str) -> bool {
    key.chars()
        .all(|c| c.is_alphanumeric() || "-_.:".contains(c))
}

/// Formats a text as a note: it starts with a capital and ends with a full stop.
fn as_note(mut content: RichText) -> RichText {
    if let Some(first) = first_text(&mut content) {
        let mut characters = first.chars();
        if let Some(letter) = characters.next() {
            *first = letter.to_uppercase().chain(characters).collect();
        }
    }
    let text = plain_text(&content);
    let end = text.trim_end_matches(['"', '\u{201d}', '\u{2019}', ')', '>', ' ']);
    if !end.ends_with(['.', '!', '?', '\u{2026}']) {
        match content.last_mut() {
            Some(Inline::Text(text)) => text.push('.'),
            _ => content.push(Inline::Text(".".to_owned())),
        }
    }
    content
}

/// Returns the first text that is not empty.
fn first_text(content: &mut [Inline]) -> Option<&mut String> {
    content.iter_mut().find_map(|piece| match piece {
        Inline::Text(text) => (!text.is_empty()).then_some(text),
        Inline::Formatted(_, inside)
        | Inline::Display(_, inside)
        | Inline::Link {
            content: inside, ..
        } => first_text(inside),
    })
}

/// Removes the final full stop, which may be inside quotation marks.
pub(super) fn without_full_stop(mut content: RichText) -> RichText {
    fn last_text(content: &mut [Inline]) -> Option<&mut String> {
        content.iter_mut().rev().find_map(|piece| match piece {
            Inline::Text(text) => (!text.is_empty()).then_some(text),
            Inline::Formatted(_, inside)
            | Inline::Display(_, inside)
            | Inline::Link {
                content: inside, ..
            } => last_text(inside),
        })
    }
    if let Some(text) = last_text(&mut content) {
        for close in ["", "\u{201d}", "\u{2019}", "\""] {
            if let Some(inside) = text.strip_suffix(close)
                && let Some(inside) = inside.strip_suffix('.')
            {
                *text = format!("{inside}{close}");
                break;
            }
        }
    }
    content
}

/// Removes punctuation that repeats the end of the text before it.
fn undoubled<'p>(before: &str, punctuation: &'p str) -> &'p str {
    let end = before.trim_end_matches(['*', '_', '"', '\u{201d}']);
    if end.ends_with(['.', '!', '?']) && !end.ends_with("...") {
        punctuation.strip_prefix('.').unwrap_or(punctuation)
    } else {
        punctuation
    }
}

fn is_superscript(content: &[Inline]) -> bool {
    !content.is_empty()
        && content
            .iter()
            .all(|piece| matches!(piece, Inline::Formatted(Formatting::Superscript, _)))
}

/// Escapes syntax that only pandoc recognizes: citations, superscripts, subscripts, and dollar signs outside of formulas.
/// URLs and tags are not changed.
fn escaped_for_pandoc(markdown: &str) -> String {
    if !markdown.contains(['@', '$', '^', '~']) {
        return markdown.to_owned();
    }
    let mut escaped = String::with_capacity(markdown.len() + 8);
    let mut in_tag = false;
    let mut before = ' ';
    let mut end_of_formula = 0;
    for (at, character) in markdown.char_indices() {
        if character == '$' && !in_tag && before != '\\' && at >= end_of_formula {
            let formula = formula::at_start(markdown.get(at..).unwrap_or_default());
            end_of_formula = at + formula.map_or(0, str::len);
        }
        match character {
            _ if at < end_of_formula => {}
            '<' if before != '\\' => in_tag = true,
            '>' if before != '\\' => in_tag = false,
            '@' | '$' | '^' | '~' if !in_tag && before != '\\' => escaped.push('\\'),
            _ => {}
        }
        escaped.push(character);
        before = character;
    }
    escaped
}
