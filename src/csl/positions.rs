//! The positions of cites in a document (clause "Choose", `position`).

use rustc_hash::FxHashMap;

use super::citation::{Citation, CitePosition};

/// The context of a cite in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CiteContext {
    pub(super) position: CitePosition,
    pub(super) near_note: bool,
    /// The note with the first cite of the work, if that is another note.
    pub(super) first_note: Option<u32>,
}

/// Returns the contexts of all cites of a document, in its order.
///
/// Citations in the text and citations in notes are separate sequences.
pub(super) fn positions(citations: &[Citation], near_distance: u32) -> Vec<Vec<CiteContext>> {
    let in_text = citations.iter().any(|citation| citation.note == 0);
    let in_notes = citations.iter().any(|citation| citation.note != 0);
    if !(in_text && in_notes) {
        let all: Vec<&Citation> = citations.iter().collect();
        return sequence(&all, near_distance);
    }
    let part = |text: bool| {
        let citations: Vec<&Citation> = citations
            .iter()
            .filter(|citation| (citation.note == 0) == text)
            .collect();
        sequence(&citations, near_distance).into_iter()
    };
    let (mut text, mut notes) = (part(true), part(false));
    citations
        .iter()
        .map(|citation| {
            let next = if citation.note == 0 {
                text.next()
            } else {
                notes.next()
            };
            next.unwrap_or_default()
        })
        .collect()
}

fn sequence(citations: &[&Citation], near_distance: u32) -> Vec<Vec<CiteContext>> {
    // For each work, the notes of its first and its latest cite.
    let mut notes: FxHashMap<&str, (u32, u32)> = FxHashMap::default();
    let mut in_note: FxHashMap<u32, usize> = FxHashMap::default();
    for citation in citations {
        *in_note.entry(citation.note).or_default() += 1;
    }
    let mut result = Vec::with_capacity(citations.len());
    for (at, citation) in citations.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|before| citations.get(before));
        let mut contexts = Vec::with_capacity(citation.cites.len());
        for (number, cite) in citation.cites.iter().enumerate() {
            let mut context = CiteContext::default();
            if let Some((first, last)) = notes.get(cite.id.as_str()).copied() {
                let before = if number > 0 {
                    citation
                        .cites
                        .get(number - 1)
                        .filter(|before| before.id == cite.id)
                } else {
                    previous.and_then(|previous| {
                        if previous.note == citation.note && citation.note != 0 {
                            previous.cites.last().filter(|last| last.id == cite.id)
                        } else {
                            // The previous citation must cite only this work, and be the only one in
                            // the previous note.
                            let near = previous.note.saturating_add(1) >= citation.note;
                            let alone = previous.note == 0
                                || in_note.get(&previous.note).copied() == Some(1);
                            (near
                                && alone
                                && previous.cites.iter().all(|other| other.id == cite.id))
                            .then(|| previous.cites.last())
                            .flatten()
                        }
                    })
                };
                context.position = match before {
                    None => CitePosition::Subsequent,
                    Some(before) => match (before.locator_key(), cite.locator_key()) {
                        (None, None) => CitePosition::Ibid,
                        (None, Some(_)) => CitePosition::IbidWithLocator,
                        (Some(_), None) => CitePosition::Subsequent,
                        (Some(before), Some(here)) if before == here => CitePosition::Ibid,
                        (Some(_), Some(_)) => CitePosition::IbidWithLocator,
                    },
                };
                if first != citation.note {
                    context.first_note = Some(first);
                }
                context.near_note =
                    citation.note == 0 || citation.note.saturating_sub(last) <= near_distance;
                notes.insert(&cite.id, (first, citation.note));
            } else {
                notes.insert(&cite.id, (citation.note, citation.note));
            }
            contexts.push(context);
        }
        result.push(contexts);
    }
    result
}
