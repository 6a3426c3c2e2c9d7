//! Merging of notes: the sections that came from Zotero, and what a person made of them.

use crate::zotero::NoteSection;

/// The note on a work after a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MergedNote {
    /// The text.
    pub(super) text: String,
    /// How many sections were changed both in Zotero and in the library. The library's text stays.
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
    for section in theirs {
        let before = base.iter().find(|before| before.key == section.key);
        match before {
            Some(before) if before.text == section.text => {}
            _ if block(&note.text, &section.text).is_some() => {}
            Some(before) => match block(&note.text, &before.text) {
                Some(place) => note.text.replace_range(place, &section.text),
                None => {
                    note.conflicts += 1;
                    if !note.text.is_empty() {
                        append(&mut note.text, &section.text);
                    }
                }
            },
            None => append(&mut note.text, &section.text),
        }
    }
    for before in base {
        let is_gone = theirs.iter().all(|section| section.key != before.key);
        if is_gone && let Some(place) = block(&note.text, &before.text) {
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

/// Returns the place of a section in a note. It begins and ends with a line, so that a short section is not found
/// within another text.
fn block(text: &str, section: &str) -> Option<std::ops::Range<usize>> {
    if section.is_empty() {
        return None;
    }
    text.match_indices(section)
        .map(|(start, found)| start..start + found.len())
        .find(|place| {
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
    fn a_short_section_is_not_found_within_a_text() {
        assert_eq!(
            merged(&[("A", "Read")], &[("A", "Reread")], "Read this first"),
            ("Read this first\n\nReread".into(), 1)
        );
    }
}
