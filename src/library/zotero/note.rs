//! Merging of notes: the sections that came from Zotero, and what a person made of them.

use std::collections::{HashMap, HashSet};

use crate::zotero::NoteSection;

/// The note on a work after a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MergedNote {
    /// The text.
    pub(super) text: String,
    /// The number of sections changed both in Zotero and in the library. The library's text stays.
    pub(super) conflicts: usize,
}

/// Returns sections as one text.
pub(super) fn joined(sections: &[NoteSection]) -> String {
    let texts: Vec<&str> = sections
        .iter()
        .map(|section| section.text.as_str())
        .collect();
    texts.join("\n\n")
}

/// Merges the sections that Zotero has now into the note of a work. `base` are those of the last import.
///
/// A section that nobody edited in the library follows Zotero. One that was edited there stays; if it changed in
/// Zotero, too, its new text is added at the end, unless the person removed the section.
pub(super) fn merge(base: &[NoteSection], theirs: &[NoteSection], ours: &str) -> MergedNote {
    let mut note = MergedNote {
        text: ours.trim_end().to_owned(),
        conflicts: 0,
    };
    if note.text == joined(base) {
        note.text = joined(theirs);
        return note;
    }
    if note.text == joined(theirs) {
        return note;
    }
    let texts: HashMap<&str, &str> = base
        .iter()
        .map(|before| (before.key.as_str(), before.text.as_str()))
        .collect();
    // The sections are in their order, unless a person moved them.
    let mut cursor = 0;
    for section in theirs {
        let before = texts.get(section.key.as_str()).copied();
        if before == Some(section.text.as_str()) {
            continue;
        }
        if let Some(place) = before.and_then(|before| block(&note.text, before, cursor)) {
            cursor = place.start + section.text.len();
            // The new text may begin with the old one, and be there already.
            let rest = note.text.get(place.start..).unwrap_or_default();
            if !rest.starts_with(&section.text) {
                note.text.replace_range(place, &section.text);
            }
        } else if let Some(place) = block(&note.text, &section.text, cursor) {
            cursor = place.end;
        } else if before.is_none() {
            append(&mut note.text, &section.text);
        } else {
            note.conflicts += 1;
            if !note.text.is_empty() {
                append(&mut note.text, &section.text);
            }
        }
    }
    let present: HashSet<&str> = theirs.iter().map(|section| section.key.as_str()).collect();
    let mut cursor = 0;
    for before in base {
        if !present.contains(before.key.as_str())
            && let Some(place) = block(&note.text, &before.text, cursor)
        {
            cursor = place.start;
            remove(&mut note.text, place);
        }
    }
    note
}

fn append(text: &mut String, section: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(section);
}

fn remove(text: &mut String, place: std::ops::Range<usize>) {
    let before = text.get(..place.start).unwrap_or_default().trim_end();
    let after = text.get(place.end..).unwrap_or_default().trim_start();
    let separator = match before.is_empty() || after.is_empty() {
        true => "",
        false => "\n\n",
    };
    *text = format!("{before}{separator}{after}");
}

/// Returns the place of a section in a note, looked for after `cursor` first. It begins and ends with a line, so that a
/// short section is not found within another text.
fn block(text: &str, section: &str, cursor: usize) -> Option<std::ops::Range<usize>> {
    if section.is_empty() {
        return None;
    }
    let after = |start: usize| {
        let places = text.get(start..).unwrap_or_default().match_indices(section);
        places.map(move |(place, found)| start + place..start + place + found.len())
    };
    after(cursor).chain(after(0)).find(|place| {
        let before = text.get(..place.start).unwrap_or_default();
        let after = text.get(place.end..).unwrap_or_default();
        (before.is_empty() || before.ends_with('\n'))
            && (after.is_empty() || after.starts_with('\n'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(texts: &[(&str, &str)]) -> Vec<NoteSection> {
        texts
            .iter()
            .map(|(key, text)| NoteSection {
                key: (*key).to_owned(),
                text: (*text).to_owned(),
            })
            .collect()
    }

    fn merged(base: &[(&str, &str)], theirs: &[(&str, &str)], ours: &str) -> (String, usize) {
        let MergedNote { text, conflicts } = merge(&sections(base), &sections(theirs), ours);
        (text, conflicts)
    }

    #[test]
    fn a_note_that_nobody_edited_follows_zotero() {
        assert_eq!(merged(&[], &[("A", "one")], ""), ("one".into(), 0));
        assert_eq!(
            merged(&[("A", "one")], &[("A", "two")], "one"),
            ("two".into(), 0)
        );
        assert_eq!(merged(&[("A", "one")], &[], "one"), (String::new(), 0));
    }

    #[test]
    fn an_edit_in_the_library_stays_and_changes_of_other_sections_arrive() {
        let base = [("A", "one"), ("B", "two"), ("C", "three")];
        let theirs = [("A", "one"), ("B", "two, corrected"), ("D", "four")];
        let ours = "one, and mine\n\ntwo\n\nthree";
        assert_eq!(
            merged(&base, &theirs, ours),
            ("one, and mine\n\ntwo, corrected\n\nfour".into(), 0)
        );
    }

    #[test]
    fn a_section_that_changed_on_both_sides_is_added_at_the_end() {
        assert_eq!(
            merged(&[("A", "one")], &[("A", "uno")], "mine"),
            ("mine\n\nuno".into(), 1)
        );
        // A note that was removed stays removed.
        assert_eq!(
            merged(&[("A", "one")], &[("A", "uno")], ""),
            (String::new(), 1)
        );
        assert_eq!(
            merged(&[("A", "one")], &[("A", "one"), ("B", "two")], ""),
            ("two".into(), 0)
        );
    }

    #[test]
    fn a_note_from_elsewhere_is_kept() {
        assert_eq!(
            merged(&[], &[("A", "one")], "mine"),
            ("mine\n\none".into(), 0)
        );
        // The same import of another source has brought the section already.
        assert_eq!(
            merged(&[], &[("A", "one")], "mine\n\none"),
            ("mine\n\none".into(), 0)
        );
    }

    #[test]
    fn a_section_that_grew_and_is_there_already_is_not_repeated() {
        assert_eq!(
            merged(
                &[("A", "one")],
                &[("A", "one\n\nmore")],
                "mine\n\none\n\nmore"
            ),
            ("mine\n\none\n\nmore".into(), 0)
        );
    }

    #[test]
    fn sections_that_a_person_moved_are_found() {
        let base = [("A", "one"), ("B", "two"), ("C", "three")];
        let theirs = [("A", "uno"), ("B", "due"), ("C", "tre")];
        assert_eq!(
            merged(&base, &theirs, "three\n\nmine\n\ntwo\n\none"),
            ("tre\n\nmine\n\ndue\n\nuno".into(), 0)
        );
    }

    #[test]
    fn a_short_section_is_not_found_within_a_text() {
        assert_eq!(
            merged(&[("A", "Read")], &[("A", "Reread")], "Read this first"),
            ("Read this first\n\nReread".into(), 1)
        );
    }
}
