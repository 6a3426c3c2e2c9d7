//! Unknown entry types and fields.

use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex::schema;
use crate::suggest::closest;

/// Prefixes of fields that programs define for themselves.
const OWN_TO_PROGRAMS: &[&str] = &[
    "bdsk-", "__", "jabref", "mendeley", "citavi", "zotero", "x-", "opt", "user",
];

pub(super) fn entry_type(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let written = entry.work.entry_type();
    let kind = entry.kind();
    if schema::entry_type(kind).is_some() {
        return;
    }
    let near = closest(kind, schema::type_names().map(str::to_owned));
    let help = match near.first() {
        Some(known) => format!("did you mean @{known}?"),
        None => "programs treat it as @misc; choose the closest type".to_owned(),
    };
    let mut finding = RuleFinding::warning("", format!("unknown entry type @{written}")).help(help);
    finding.field = None;
    found.push(finding);
}

pub(super) fn fields(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in entry.own_fields() {
        let name = field.lower.as_str();
        let is_known =
            schema::field(name).is_some() || schema::variable_of_field(field.name).is_some();
        if is_known || OWN_TO_PROGRAMS.iter().any(|start| name.starts_with(start)) {
            continue;
        }
        let message = format!("unknown field {}", field.name);
        found.push(match suggestion(name) {
            Some(known) => {
                RuleFinding::warning(field.name, message).help(format!("did you mean {known}?"))
            }
            None => RuleFinding::notice(field.name, message)
                .help("no style prints it; ignore this if the field is your own"),
        });
    }
}

/// Returns the field that a misspelt name most likely means. Private fields are common, so only a
/// small difference counts: one letter added, missing, wrong or swapped, in a name that is not
/// short.
fn suggestion(name: &str) -> Option<&'static str> {
    let slips = |known: &&str| strsim::damerau_levenshtein(name, known);
    schema::field_names()
        .filter(|known| known.len() > 3)
        .min_by_key(slips)
        .filter(|known| slips(known) <= if known.len() > 7 { 2 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;
    use crate::formats::bibtex;

    #[test]
    fn a_misspelt_type_is_suggested() {
        assert_eq!(found_in("@Article{a}", entry_type), []);
        assert_eq!(found_in("@thesis{a}", entry_type), []);
        let found = found_in("@artcle{a}", entry_type);
        assert_eq!(found[0].1, "unknown entry type @artcle");
        let work = bibtex::parse_entry("@inporceedings{a}").unwrap();
        let entry = CheckedEntry::new(&work, &bibtex::Strings::default(), &|_| None);
        let mut found = Vec::new();
        entry_type(&entry, &mut found);
        assert_eq!(found[0].help, "did you mean @inproceedings?");
    }

    #[test]
    fn a_misspelt_field_is_suggested_and_ones_own_is_left() {
        assert_eq!(suggestion("autor"), Some("author"));
        assert_eq!(suggestion("jounraltitle"), Some("journaltitle"));
        assert_eq!(suggestion("publsiher"), Some("publisher"));
        assert_eq!(suggestion("shelf"), None);
        assert_eq!(
            found_in(
                "@misc{a, Title = {T}, bdsk-url-1 = {x}, JournalTitle = {J}}",
                fields
            ),
            []
        );
        assert_eq!(
            found_in("@misc{a, shelf = {3}}", fields)[0].1,
            "unknown field shelf"
        );
    }
}
