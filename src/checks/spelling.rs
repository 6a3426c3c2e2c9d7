//! Journals and publishers that one library spells in several ways.
//!
//! [`Spellings`](super::Spellings) counts how they are written in all entries; the rule then compares each entry with the
//! most frequent spelling. Two spellings are those of one journal if they differ in case, accents, punctuation, an
//! ampersand, or "the" at the beginning.

use super::entry::OwnField;
use super::spellings::{NameKind, Spelling, kind_of, read};
use super::{CheckedEntry, RuleFinding};

/// Reports a journal or publisher that other entries spell otherwise.
pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(spellings) = entry.spellings else {
        return;
    };
    for field in entry.own_fields() {
        let Some(kind) = kind_of(&field.lower) else {
            continue;
        };
        let (text, name) = read(&field.text);
        let best = spellings.preferred.get(&(kind, name));
        if let Some(best) = best.filter(|best| best.text != text) {
            found.push(finding(field, kind, &text, best));
        }
    }
}

fn finding(field: &OwnField<'_>, kind: NameKind, text: &str, best: &Spelling) -> RuleFinding {
    let Spelling {
        text: other,
        tex,
        count,
        rival,
    } = best;
    let what = match kind {
        NameKind::Publisher => "publisher",
        NameKind::Journal => "journal",
    };
    let times = if *count == 1 {
        "another entry".to_owned()
    } else {
        format!("{count} entries")
    };
    let message =
        format!("the {what} is \u{201c}{text}\u{201d} here and \u{201c}{other}\u{201d} in {times}");
    let finding = RuleFinding::notice(field.name, message);
    match rival {
        None => finding.help(format!("write {tex}")).fix(field, tex.clone()),
        Some(_) => finding.help(format!(
            "choose one: both are equally frequent; to choose the latter, write {tex}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Spellings;
    use super::*;
    use crate::formats::bibtex::{self, Strings};
    use crate::model::Entry;

    fn found(entries: &[&str]) -> Vec<(String, Option<String>)> {
        let works: Vec<Entry> = entries
            .iter()
            .map(|source| bibtex::parse_entry(source).unwrap())
            .collect();
        let strings = Strings::default();
        let spellings = Spellings::of(works.iter().map(|work| (work, &strings)));
        let mut found = Vec::new();
        for work in &works {
            let entry = CheckedEntry::new(work, &strings, &|_| None).with_spellings(&spellings);
            let mut findings = Vec::new();
            look(&entry, &mut findings);
            found.extend(
                findings
                    .into_iter()
                    .map(|finding| (work.key.clone(), finding.fix)),
            );
        }
        found
    }

    #[test]
    fn the_most_frequent_spelling_is_suggested() {
        assert_eq!(
            found(&[
                "@article{a, journal = {Markets \\& Commons}}",
                "@article{b, journaltitle = {Markets {\\&} Commons}}",
                "@article{c, journaltitle = {The Markets and Commons}}",
                "@article{d, journaltitle = {MARKETS AND COMMONS.}}",
                "@article{e, journaltitle = {Markets}}",
                "@book{f, publisher = {Markets and commons}}",
            ]),
            [
                ("c".to_owned(), Some("Markets \\& Commons".to_owned())),
                ("d".to_owned(), Some("Markets \\& Commons".to_owned())),
            ]
        );
    }

    #[test]
    fn of_equally_frequent_spellings_none_is_certain() {
        assert_eq!(
            found(&[
                "@book{a, publisher = {M.I.T. Press}}",
                "@book{b, publisher = {MIT Press}}",
            ]),
            [("a".to_owned(), None)]
        );
    }
}
