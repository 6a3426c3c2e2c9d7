//! Three-way merging of entries: what changed in a source since its last import, and what changed in the library.
//!
//! The *base* is what the source said at the last import, *theirs* is what it says now, and *ours* is what the library
//! says. A field that changed only there is taken, one that changed only here stays, and one that changed on both sides
//! is a conflict, unless both sides changed it to the same. A removed field is a changed one. [`merge`] only compares;
//! [`apply`] edits the text of an entry.

use std::collections::BTreeSet;

use super::conflict::{Side, is_list, list_items, says_the_same};
use crate::formats::bibtex::{self, EntryError, schema};
use crate::model::Entry;
use crate::text::single_spaced;

/// The merge of two versions of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ThreeWayMerge {
    /// The edits that bring what changed only there.
    pub(super) taken: Vec<EntryEdit>,
    /// The fields that changed on both sides.
    pub(super) conflicts: Vec<FieldConflict>,
}

/// An edit of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EntryEdit {
    /// Gives the entry another type.
    EntryType(String),
    /// Gives fields that belong together, such as `year` and `month`, their values, and removes others of them.
    Fields {
        set: Vec<(String, String)>,
        unset: Vec<String>,
    },
}

/// A field that was changed on both sides, or the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldConflict {
    /// The name of the field; none for the type of the entry.
    pub(super) field: Option<String>,
    /// Its value in the library, without delimiters; none if it was removed there.
    pub(super) ours: Option<String>,
    /// Its value in the source, likewise.
    pub(super) theirs: Option<String>,
    /// The edit of our entry that takes the source's value.
    pub(super) take: EntryEdit,
    /// The edit of their entry that takes it back to the base, so that the conflict is found again at the next import.
    pub(super) reset: EntryEdit,
}

/// Returns how two versions of an entry merge.
pub(super) fn merge(base: Side<'_>, theirs: Side<'_>, ours: Side<'_>) -> ThreeWayMerge {
    let mut merged = ThreeWayMerge::default();
    merge_types(base.work, theirs.work, ours.work, &mut merged);
    let [base, theirs, ours] = [base, theirs, ours].map(units);
    let mut seen = BTreeSet::new();
    for name in [&theirs, &base, &ours]
        .into_iter()
        .flat_map(|units| units.iter().map(|unit| unit.name.as_str()))
    {
        if seen.insert(name) {
            let [base, theirs, ours] =
                [&base, &theirs, &ours].map(|units| units.iter().find(|unit| unit.name == name));
            merge_unit(base, theirs, ours, &mut merged);
        }
    }
    merged
}

fn merge_types(base: &Entry, theirs: &Entry, ours: &Entry, merged: &mut ThreeWayMerge) {
    let (was, there, here) = (base.kind(), theirs.kind(), ours.kind());
    if there == was || there == here {
        return;
    }
    let take = EntryEdit::EntryType(theirs.entry_type().to_owned());
    if here == was {
        merged.taken.push(take);
    } else {
        merged.conflicts.push(FieldConflict {
            field: None,
            ours: Some(ours.entry_type().to_owned()),
            theirs: Some(theirs.entry_type().to_owned()),
            take,
            reset: EntryEdit::EntryType(base.entry_type().to_owned()),
        });
    }
}

/// The fields of an entry that say one thing, such as `year` and `month`, or `journal` under either of its names.
#[derive(Debug)]
struct Unit {
    name: String,
    /// Names as written, with values without delimiters.
    fields: Vec<(String, String)>,
}

impl Unit {
    fn same_as(&self, other: &Self) -> bool {
        let normal = |unit: &Self| -> BTreeSet<(String, String)> {
            let fields = unit.fields.iter();
            fields
                .map(|(name, value)| (name.to_lowercase(), single_spaced(value)))
                .collect()
        };
        normal(self) == normal(other)
    }

    /// Returns the name and the value of the unit if it is one field.
    fn single(&self) -> Option<(&str, &str)> {
        match self.fields.as_slice() {
            [(name, value)] => Some((name, value)),
            _ => None,
        }
    }

    /// Returns the value as a message shows it.
    fn message_text(&self) -> String {
        match self.single() {
            Some((_, value)) => value.to_owned(),
            None => self
                .fields
                .iter()
                .map(|(name, value)| format!("{name} = {value}"))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

/// Returns the units of an entry in the order of its fields. An empty field is as none; of a name that occurs twice,
/// the first counts.
fn units(side: Side<'_>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut seen = BTreeSet::new();
    for field in side.work.fields() {
        let lower = field.name.to_ascii_lowercase();
        let value = side.strings.resolve(field.value).text;
        if value.trim().is_empty() || seen.contains(&lower) {
            continue;
        }
        let name = match schema::base_field(&lower) {
            "year" | "month" => "date".to_owned(),
            base => base.to_owned(),
        };
        seen.insert(lower);
        let written = (field.name.to_owned(), value.into_owned());
        match units.iter_mut().find(|unit| unit.name == name) {
            Some(unit) => unit.fields.push(written),
            None => units.push(Unit {
                name,
                fields: vec![written],
            }),
        }
    }
    units
}

fn merge_unit(
    base: Option<&Unit>,
    theirs: Option<&Unit>,
    ours: Option<&Unit>,
    merged: &mut ThreeWayMerge,
) {
    let same = |one: Option<&Unit>, other: Option<&Unit>| match (one, other) {
        (Some(one), Some(other)) => one.same_as(other),
        (None, None) => true,
        _ => false,
    };
    if same(theirs, base) || same(theirs, ours) {
        return;
    }
    let take = replacement(ours, theirs);
    if same(ours, base) {
        merged.taken.push(take);
        return;
    }
    if let (Some((name, theirs)), Some((own, ours))) =
        (theirs.and_then(Unit::single), ours.and_then(Unit::single))
    {
        let base = base.and_then(Unit::single).map_or("", |(_, value)| value);
        if is_list(own) {
            let list = merged_list(base, theirs, ours);
            if single_spaced(&list) != single_spaced(ours) {
                merged.taken.push(EntryEdit::Fields {
                    set: vec![(own.to_owned(), list)],
                    unset: Vec::new(),
                });
            }
            return;
        }
        if says_the_same(name, theirs, ours) {
            return;
        }
    }
    let name = [ours, theirs, base]
        .into_iter()
        .flatten()
        .find_map(|unit| Some(unit.fields.first()?.0.clone()));
    merged.conflicts.push(FieldConflict {
        field: name,
        ours: ours.map(Unit::message_text),
        theirs: theirs.map(Unit::message_text),
        take,
        reset: replacement(theirs, base),
    });
}

/// Returns the edit that puts one version of a unit in place of another.
fn replacement(old: Option<&Unit>, new: Option<&Unit>) -> EntryEdit {
    let set: Vec<(String, String)> = new.map(|unit| unit.fields.clone()).unwrap_or_default();
    let is_set = |name: &str| {
        set.iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    let old = old.map_or(&[][..], |unit| unit.fields.as_slice());
    let unset = old
        .iter()
        .filter(|(name, _)| !is_set(name))
        .map(|(name, _)| name.clone())
        .collect();
    EntryEdit::Fields { set, unset }
}

/// Returns our list without the items that were removed there, and with those that were added there.
fn merged_list(base: &str, theirs: &str, ours: &str) -> String {
    let [base_items, their_items, our_items] = [base, theirs, ours].map(list_items);
    let is_removed = |item: &String| base_items.contains(item) && !their_items.contains(item);
    let mut items: Vec<&String> = our_items.iter().filter(|item| !is_removed(item)).collect();
    for item in &their_items {
        if !base_items.contains(item) && !items.contains(&item) {
            items.push(item);
        }
    }
    let separator = if ours.contains(';') && !ours.contains(',') {
        "; "
    } else {
        ", "
    };
    let items: Vec<&str> = items.into_iter().map(String::as_str).collect();
    items.join(separator)
}

/// Returns the text of an entry after edits, in its own layout.
pub(super) fn apply<'e>(
    source: &str,
    edits: impl IntoIterator<Item = &'e EntryEdit>,
) -> Result<String, EntryError> {
    let mut text = source.to_owned();
    for edit in edits {
        match edit {
            EntryEdit::EntryType(name) => text = bibtex::set_entry_type(&text, name)?,
            EntryEdit::Fields { set, unset } => {
                for (name, value) in set {
                    text = bibtex::set_field(&text, name, value)?;
                }
                for name in unset {
                    text = bibtex::remove_field(&text, name)?;
                }
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex::Strings;

    fn merged(base: &str, theirs: &str, ours: &str) -> (String, Vec<FieldConflict>) {
        let strings = Strings::default();
        let entries = [base, theirs, ours].map(|source| bibtex::parse_entry(source).unwrap());
        let [base, theirs, ours] = entries.each_ref().map(|work| Side {
            work,
            strings: &strings,
        });
        let merged = merge(base, theirs, ours);
        let text = apply(ours.work.source(), &merged.taken).unwrap();
        (text, merged.conflicts)
    }

    #[test]
    fn each_side_brings_what_it_changed() {
        let (text, conflicts) = merged(
            "@book{k, title = {Nest}, year = 1999, note = {x}}",
            "@book{k, title = {Nests}, year = 1999, isbn = {1}}",
            "@book{k, title = {Nest}, year = 2001, note = {x}, publisher = {P}}",
        );
        assert_eq!(
            text,
            "@book{k, title = {Nests}, year = 2001, publisher = {P}, isbn = {1}}"
        );
        assert_eq!(conflicts, []);
    }

    #[test]
    fn a_field_changed_on_both_sides_is_a_conflict_unless_both_say_the_same() {
        let (text, conflicts) = merged(
            "@book{k, title = {A}, doi = {10.1/x}, note = {n}}",
            "@book{k, title = {B}, doi = {10.1/Y}}",
            "@book{k, title = {C}, doi = {https://doi.org/10.1/y}, note = {m}}",
        );
        assert!(text.contains("title = {C}") && text.contains("note = {m}"));
        let found: Vec<_> = conflicts
            .iter()
            .map(|conflict| {
                (
                    conflict.field.as_deref(),
                    conflict.ours.as_deref(),
                    conflict.theirs.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (Some("title"), Some("C"), Some("B")),
                (Some("note"), Some("m"), None)
            ]
        );
        let take = conflicts.iter().map(|conflict| &conflict.take);
        assert_eq!(
            apply(&text, take).unwrap(),
            "@book{k, title = {B}, doi = {https://doi.org/10.1/y}}"
        );
        let reset = conflicts.iter().map(|conflict| &conflict.reset);
        assert_eq!(
            apply("@book{k, title = {B}, doi = {10.1/Y}}", reset).unwrap(),
            "@book{k, title = {A}, doi = {10.1/Y}, note = {n}}"
        );
    }

    #[test]
    fn the_type_merges_like_a_field() {
        let base = "@misc{k, title = {A}}";
        let (text, conflicts) = merged(base, "@Book{k, title = {A}}", base);
        assert_eq!(text, "@Book{k, title = {A}}");
        assert_eq!(conflicts, []);
        let (text, conflicts) = merged(base, "@book{k, title = {A}}", "@report{k, title = {A}}");
        assert_eq!(text, "@report{k, title = {A}}");
        assert_eq!(conflicts.first().unwrap().field, None);
    }

    #[test]
    fn two_names_of_one_field_are_one_field() {
        let (text, conflicts) = merged(
            "@article{k, journal = {J}, year = 2009, month = jan}",
            "@article{k, journaltitle = {Journal}, date = {2009-02}}",
            "@article{k, journal = {J}, year = 2009, month = jan, pages = {1}}",
        );
        assert_eq!(
            text,
            "@article{k, pages = {1}, journaltitle = {Journal}, date = {2009-02}}"
        );
        assert_eq!(conflicts, []);
    }

    #[test]
    fn lists_merge_item_by_item() {
        let (text, conflicts) = merged(
            "@book{k, keywords = {a, b, c}}",
            "@book{k, keywords = {a, c, d}}",
            "@book{k, keywords = {a, b, c, e}}",
        );
        assert_eq!(text, "@book{k, keywords = {a, c, e, d}}");
        assert_eq!(conflicts, []);
    }

    #[test]
    fn layout_and_case_of_names_are_no_change() {
        let (text, conflicts) = merged(
            "@book{k, title = {A  B}}",
            "@Book{k,\n  Title = \"A B\"\n}",
            "@book{k, title = {C}}",
        );
        assert_eq!(text, "@book{k, title = {C}}");
        assert_eq!(conflicts, []);
    }
}
