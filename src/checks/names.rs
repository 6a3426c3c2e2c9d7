//! Checks of names: organizations that would be printed as persons, and malformed lists.

use super::entry::OwnField;
use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex::{self, schema};
use crate::model::Name;

/// Words that occur in names of organizations but not of persons.
#[rustfmt::skip]
const ORGANIZATIONS: &[&str] = &[
    "academy", "agency", "alliance", "association", "associates", "center", "centre", "coalition", "collective",
    "college", "commission", "committee", "company", "consortium", "cooperative", "corporation", "council",
    "department", "federation", "foundation", "fund", "gmbh", "government", "group", "inc", "initiative", "institut",
    "institute", "institution", "lab", "laboratory", "labs", "league", "ltd", "ministry", "museum", "network",
    "organisation", "organization", "parliament", "partnership", "project", "society", "stiftung", "team",
    "universidad", "universit\u{e0}", "universit\u{e4}t", "universit\u{e9}", "universiteit", "university", "verein",
    "working",
];

fn name_fields<'e, 'a>(entry: &'e CheckedEntry<'a>) -> impl Iterator<Item = &'e OwnField<'a>> {
    let fields = entry.own_fields().iter();
    fields.filter(|field| schema::holds_names(&field.lower))
}

/// Returns whether a whole name is in braces, so that it is not split.
fn is_braced(name: &str) -> bool {
    name.starts_with('{') && name.ends_with('}')
}

pub(super) fn organizations(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in name_fields(entry) {
        for name in bibtex::split_list(&field.text) {
            if is_braced(name)
                || name.contains(',')
                || bibtex::is_extended(name)
                || !is_organization(name)
            {
                continue;
            }
            found.push(
                RuleFinding::warning(field.name, format!("{name} would be printed as a person"))
                    .help(format!("write it in braces: {{{name}}}")),
            );
        }
    }
}

fn is_organization(name: &str) -> bool {
    let name = bibtex::plain(name);
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let has = |word: &str| words.iter().any(|found| found == word);
    // In lower case, "of" and "for" occur in no personal name.
    let has_preposition = name
        .split_whitespace()
        .any(|word| matches!(word, "of" | "for" | "f\u{fc}r"));
    words.len() > 1 && (has_preposition || ORGANIZATIONS.iter().any(|word| has(word)))
}

pub(super) fn persons(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in name_fields(entry) {
        let text = field.text.trim();
        if text.is_empty() {
            continue;
        }
        if let Some(before) = bibtex::list_before_et_al(text) {
            found.push(
                RuleFinding::warning(
                    field.name,
                    "\u{201c}et al.\u{201d} is not what BibTeX reads",
                )
                .help(format!("write {before} and others"))
                .fix(field, format!("{before} and others")),
            );
            continue;
        }
        if let Some(names) = separated(text) {
            found.push(
                RuleFinding::warning(
                    field.name,
                    format!("names separated by {}", separator_of(text)),
                )
                .help(format!("write {names}"))
                .fix(field, names),
            );
            continue;
        }
        list(field, found);
    }
}

fn separator_of(text: &str) -> &'static str {
    match outside_braces(text)
        .chars()
        .find(|c| matches!(c, ';' | '&'))
    {
        Some(';') => "semicolons",
        Some(_) => "&",
        None => "commas",
    }
}

/// Returns the names in a list that separates them in another way than by "and", at least before the last, joined by
/// "and"; `None` if there may be another way to read it.
fn separated(text: &str) -> Option<String> {
    // Text in braces is one name, and extended names have commas of their own.
    if text.contains(['{', '}', '=']) {
        return None;
    }
    let text = text.replace("\\&", "&");
    let items = bibtex::split_list(&text);
    let names: Vec<&str> = match items.as_slice() {
        [list] if list.contains([';', '&']) => {
            let names = list
                .split([';', '&'])
                .map(|name| name.trim().trim_end_matches(','))
                .filter(|name| !name.is_empty());
            let names: Vec<&str> = names.collect();
            names.iter().all(|name| is_name(name)).then_some(names)?
        }
        [list] => at_commas(list, false)?,
        _ if text.contains([';', '&']) => return None,
        // "A. Wren, B. Finch, and C. Dunn"
        items => {
            let mut names = Vec::with_capacity(items.len() + 1);
            for item in items {
                let name = item.trim_end_matches(',').trim_end();
                match at_commas(name, true) {
                    Some(several) => names.extend(several),
                    // One person or two?
                    None if name != *item && name.split(',').all(is_full_name) => return None,
                    None => names.push(name),
                }
            }
            names
        }
    };
    (names.len() > 1 && names != items).then(|| names.join(" and "))
}

/// Returns the names between the commas of a list; `None` if it may be one name. `has_and` says whether "and" is
/// before or after it.
fn at_commas(list: &str, has_and: bool) -> Option<Vec<&str>> {
    let parts: Vec<&str> = list.split(',').map(str::trim).collect();
    let is_several = match parts.len() {
        0 | 1 => false,
        // "García Márquez, Gabriel José" is one name.
        2 => has_and && parts.iter().all(|part| begins_with_initial(part)),
        _ => true,
    };
    // "Ada Wren, Bo Finch, Cy Dunn"
    if is_several && parts.iter().all(|part| is_full_name(part)) {
        return Some(parts);
    }
    // "Wren, A., Finch, B. C."
    let is_pair = |pair: &[&str]| matches!(pair, [family, given] if !is_initials(family) && is_initials(given));
    if parts.len() < 3 || !parts.chunks(2).all(is_pair) {
        return None;
    }
    let mut names = Vec::with_capacity(parts.len() / 2);
    let mut rest = list;
    while !rest.is_empty() {
        let end = rest
            .match_indices(',')
            .nth(1)
            .map_or(rest.len(), |(at, _)| at);
        let (name, after) = rest.split_at_checked(end)?;
        names.push(name.trim());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Some(names)
}

fn has_digit(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_digit())
}

/// Returns whether a text without commas may be a whole name.
fn is_full_name(text: &str) -> bool {
    (2..=5).contains(&text.split_whitespace().count()) && !has_digit(text)
}

fn is_name(text: &str) -> bool {
    match text.split_once(',') {
        None => is_full_name(text.trim()),
        Some((family, given)) => {
            let has_both = !family.trim().is_empty() && !given.trim().is_empty();
            has_both && !given.contains(',') && !has_digit(text)
        }
    }
}

fn begins_with_initial(name: &str) -> bool {
    name.split_whitespace().next().is_some_and(is_initials)
}

/// Returns whether a text is made of initials: "A.", "A. B.", "J.-P.".
fn is_initials(text: &str) -> bool {
    let mut words = text
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '-'))
        .filter(|word| !word.is_empty())
        .peekable();
    words.peek().is_some()
        && words.all(|word| word.chars().count() == 1 && word.chars().all(char::is_uppercase))
}

fn list(field: &OwnField<'_>, found: &mut Vec<RuleFinding>) {
    for name in bibtex::split_list(&field.text) {
        if name.is_empty() {
            found.push(
                RuleFinding::warning(field.name, "missing name beside \u{201c}and\u{201d}")
                    .help("remove the extra \u{201c}and\u{201d}, or add the name"),
            );
            continue;
        }
        if is_braced(name) {
            continue;
        }
        if bibtex::is_extended(name) {
            continue;
        }
        let outside = outside_braces(name);
        let commas = outside.matches(',').count();
        if outside.contains([';', '&']) || outside.ends_with(',') {
            found.push(
                RuleFinding::warning(field.name, format!("{name} looks like several names"))
                    .help("write \u{201c}and\u{201d} between names"),
            );
        } else if commas > 2 {
            found.push(
                RuleFinding::warning(field.name, format!("{name} has {commas} commas")).help(
                    "write \u{201c}and\u{201d} between names, and at most two commas in one: \
                           Family, Jr., Given",
                ),
            );
        } else if outside.chars().any(|c| c.is_ascii_digit()) && !outside.contains('=') {
            found.push(
                RuleFinding::warning(field.name, format!("{name} contains digits"))
                    .help("remove the number, or write an organisation in braces"),
            );
        } else if let [Name::Person(person)] = bibtex::read_names(name).as_slice()
            && is_all_capitals(&person.family)
        {
            found.push(
                RuleFinding::warning(field.name, format!("{name} is in capitals"))
                    .help("write it in lower case, or in braces if it is an organisation"),
            );
        }
    }
}

/// Returns whether a family name is in capitals; short ones may be initials or acronyms.
fn is_all_capitals(family: &str) -> bool {
    let letters = family.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 3 && letters.clone().all(char::is_uppercase)
}

/// Returns a text without its braced parts.
fn outside_braces(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|character| {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    fn author(names: &str, look: fn(&CheckedEntry<'_>, &mut Vec<RuleFinding>)) -> Vec<String> {
        let found = found_in(&format!("@misc{{a, author = {{{names}}}}}"), look);
        found.into_iter().map(|(_, message, _)| message).collect()
    }

    #[test]
    fn organizations_stand_in_braces() {
        for name in [
            "Foundation for Peer to Peer Alternatives",
            "University of Ghent",
            "P2P Lab",
            "Ippolita Group",
            "Stad Gent Institut",
        ] {
            assert_eq!(
                author(name, organizations),
                [format!("{name} would be printed as a person")]
            );
            assert_eq!(
                author(&format!("{{{name}}}"), organizations),
                [""; 0],
                "{name}"
            );
        }
        for person in [
            "Wren, Ada",
            "Ada Wren and Bo Finch",
            "Group, Ian",
            "Ludwig van Beethoven",
            "Frank Press",
            "Institute",
        ] {
            assert_eq!(author(person, organizations), [""; 0], "{person}");
        }
    }

    #[test]
    fn et_al_becomes_and_others() {
        for names in [
            "Wren, Ada et al.",
            "Wren, Ada and et al",
            "Wren, Ada, et al.",
        ] {
            let found = found_in(&format!("@misc{{a, author = {{{names}}}}}"), persons);
            assert_eq!(
                found[0].2.as_deref(),
                Some("Wren, Ada and others"),
                "{names}"
            );
        }
        assert_eq!(author("Wren, Ada and others", persons), [""; 0]);
        assert_eq!(author("Vietal", persons), [""; 0]);
    }

    #[test]
    fn other_separators_become_and_where_there_is_one_way_to_read_them() {
        for (names, expected) in [
            ("Wren, Ada; Finch, Bo", "Wren, Ada and Finch, Bo"),
            ("Ada Wren; Bo Finch;", "Ada Wren and Bo Finch"),
            ("Ada Wren \\& Bo Finch", "Ada Wren and Bo Finch"),
            (
                "Ada Wren, Bo Finch, Cy Dunn",
                "Ada Wren and Bo Finch and Cy Dunn",
            ),
            ("Wren, A., Finch, B. C.", "Wren, A. and Finch, B. C."),
            (
                "A. Wren, B. Finch, and C. Dunn",
                "A. Wren and B. Finch and C. Dunn",
            ),
            (
                "A. Wren, B. Finch and C. Dunn",
                "A. Wren and B. Finch and C. Dunn",
            ),
            (
                "Wren, A., Finch, B. C. and Dunn, C.",
                "Wren, A. and Finch, B. C. and Dunn, C.",
            ),
            ("Wren, Ada, and Finch, Bo", "Wren, Ada and Finch, Bo"),
        ] {
            let found = found_in(&format!("@misc{{a, author = {{{names}}}}}"), persons);
            assert_eq!(found[0].2.as_deref(), Some(expected), "{names}");
        }
        for unclear in [
            "Wren, Ada, Finch, Bo",
            "Wren \\& Finch",
            "Wren; Ada",
            "Ada Wren, Bo Finch, and Cy Dunn",
        ] {
            let found = found_in(&format!("@misc{{a, author = {{{unclear}}}}}"), persons);
            assert_eq!(found[0].2, None, "{unclear}");
        }
        for name in [
            "Wren, Jr., Ada",
            "van der Wren, Ada Maria",
            "Wren and Sons, Ada",
        ] {
            assert_eq!(author(name, persons), [""; 0], "{name}");
        }
    }

    #[test]
    fn lists_that_are_not_lists_are_reported() {
        assert_eq!(
            author("Wren, Ada; Finch, Bo 2", persons),
            ["Wren, Ada; Finch, Bo 2 looks like several names"]
        );
        assert_eq!(
            author("Ada Wren, Bo Finch, and Cy Dunn", persons),
            ["Ada Wren, Bo Finch, looks like several names"]
        );
        assert_eq!(author("Wren \\& Finch", persons).len(), 1);
        assert_eq!(
            author("Wren, Ada, Finch, Bo", persons),
            ["Wren, Ada, Finch, Bo has 3 commas"]
        );
        assert_eq!(author("Wren, Ada and", persons).len(), 1);
        assert_eq!(author("WREN, ADA", persons), ["WREN, ADA is in capitals"]);
        assert_eq!(
            author("Wren, Ada 2", persons),
            ["Wren, Ada 2 contains digits"]
        );
        for right in [
            "Wren, Jr., Ada",
            "{Wren & Finch; Ltd.}",
            "UNESCO and {P2P 2000}",
            "A. B. Wren",
            "family=Wren, given=Ada, id=w1",
        ] {
            let shouted = author(right, persons);
            assert!(
                shouted.is_empty() || right.starts_with("UNESCO"),
                "{right}: {shouted:?}"
            );
        }
    }
}
