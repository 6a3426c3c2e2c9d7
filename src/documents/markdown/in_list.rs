//! Citations in the introductions and annotations of a reading list.

use std::collections::BTreeSet;
use std::ops::Range;

use super::format::{CitableItems, CitationOptions, Formatted, TranslatedCitation, Translator};
use super::{Markdown, WrittenCite};
use crate::csl::{Inline, Processor, RichText, StyleClass};
use crate::reading_list::{ReadingList, RichBlock, RichBlocks};

/// Returns the keys that the texts of a list may cite.
pub fn keys_in_list(list: &ReadingList) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut list = list.clone();
    each_text(&mut list, &mut |text| {
        for written in citations(text) {
            keys.extend(written.cites.into_iter().map(|cite| cite.key));
        }
        None
    });
    keys
}

/// Formats the citations in the texts of a list: `[@key, p. 3]`, and `@key` for a known work. Returns the unknown keys
/// in brackets, which stay as they are. `works` begins with the works of the list, so that a citation has the number of
/// its entry.
pub fn cite_in_list(
    list: &mut ReadingList,
    works: &CitableItems,
    options: &CitationOptions<'_>,
) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    let is_note_style = options.style.class == StyleClass::Note;
    let translator = Translator::new(works, options, None);
    let mut translated: Vec<TranslatedCitation> = Vec::new();
    each_text(list, &mut |text| {
        for written in citations(text) {
            let unknown = written
                .cites
                .iter()
                .filter(|cite| works.get(&cite.key).is_none());
            let unknown: Vec<String> = unknown.map(|cite| cite.key.clone()).collect();
            if unknown.is_empty() {
                let note = u32::try_from(translated.len() + 1).unwrap_or(u32::MAX);
                let note = if is_note_style { note } else { 0 };
                translated.push(translator.translate(&written.cites, written.in_sentence, note));
            } else if !written.in_sentence {
                missing.extend(unknown);
            }
        }
        None
    });
    if translated.is_empty() {
        return missing;
    }
    let processor = Processor::new(options.style, options.locale, works.items());
    let mut formatted = super::format::format_all(&processor, &mut translated).into_iter();
    each_text(list, &mut |text| {
        let mut pieces = Vec::new();
        let mut end = 0;
        for written in citations(text) {
            if written
                .cites
                .iter()
                .any(|cite| works.get(&cite.key).is_none())
            {
                continue;
            }
            let before = text.get(end..written.range.start).unwrap_or_default();
            pieces.push(Inline::Text(before.to_owned()));
            end = written.range.end;
            if let Some(formatted) = formatted.next() {
                pieces.extend(in_text(formatted, is_note_style));
            }
        }
        (end > 0).then(|| {
            pieces.push(Inline::Text(text.get(end..).unwrap_or_default().to_owned()));
            pieces
        })
    });
    missing
}

/// Returns a citation as a part of a sentence. A list has no notes, so what would be one is put in brackets.
fn in_text(formatted: Formatted, is_note_style: bool) -> RichText {
    let Formatted { authors, rest, .. } = formatted;
    let mut content = authors;
    if !content.is_empty() && !rest.is_empty() {
        content.push(Inline::Text(" ".to_owned()));
    }
    if is_note_style && !rest.is_empty() {
        content.push(Inline::Text("(".to_owned()));
        content.extend(super::format::without_full_stop(rest));
        content.push(Inline::Text(")".to_owned()));
    } else {
        content.extend(rest);
    }
    content
}

/// A citation in a text.
struct CitationInText {
    cites: Vec<WrittenCite>,
    in_sentence: bool,
    range: Range<usize>,
}

fn citations(text: &str) -> Vec<CitationInText> {
    if !text.contains('@') {
        return Vec::new();
    }
    let citations = Markdown::read(text).citations.into_iter();
    let mut citations: Vec<CitationInText> = citations
        .map(|citation| CitationInText {
            cites: citation.cites,
            in_sentence: citation.in_sentence,
            range: citation.range,
        })
        .collect();
    citations.sort_by_key(|citation| citation.range.start);
    citations
}

/// Calls a function with each text without markup in the introductions and annotations, in the order of the list, and
/// puts what it returns in place of the text.
fn each_text(list: &mut ReadingList, change: &mut dyn FnMut(&str) -> Option<RichText>) {
    of_blocks(&mut list.introduction, change);
    for section in &mut list.sections {
        of_blocks(&mut section.introduction, change);
        for entry in &mut section.entries {
            of_blocks(&mut entry.annotation, change);
        }
    }
}

fn of_blocks(blocks: &mut RichBlocks, change: &mut dyn FnMut(&str) -> Option<RichText>) {
    fn of(blocks: &mut [RichBlock], change: &mut dyn FnMut(&str) -> Option<RichText>) {
        for block in blocks {
            match block {
                RichBlock::Paragraph(content) => of_content(content, change),
                RichBlock::Quote(quoted) => of(quoted, change),
                RichBlock::List { items, .. } => {
                    for item in items {
                        of(item, change);
                    }
                }
                RichBlock::Verbatim(_) => {}
            }
        }
    }
    of(&mut blocks.blocks, change);
}

fn of_content(content: &mut RichText, change: &mut dyn FnMut(&str) -> Option<RichText>) {
    let mut changed = Vec::with_capacity(content.len());
    for mut piece in std::mem::take(content) {
        match &mut piece {
            Inline::Text(text) => {
                if let Some(pieces) = change(text) {
                    changed.extend(pieces);
                    continue;
                }
            }
            Inline::Formatted(_, inside) | Inline::Display(_, inside) => of_content(inside, change),
            // A link in a link would be none.
            Inline::Link { .. } => {}
        }
        changed.push(piece);
    }
    *content = changed;
}
