//! DOI, ISBN, ISSN and addresses.

use super::entry::OwnField;
use super::{CheckedEntry, Found};
use crate::model::{Doi, Isbn, Issn, NotAnIdentifier};

pub(super) fn doi(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    let Some(field) = entry.own("doi") else {
        return;
    };
    let text = field.text.trim();
    if text.is_empty() {
        return;
    }
    let bare = Doi::strip_resolver(text);
    if bare.parse::<Doi>().is_err() {
        found.push(
            Found::error(field.name, format!("{text} is not a DOI"))
                .help("a DOI begins with 10. and has a slash, such as 10.2307/1562247"),
        );
    } else if bare.contains('\\') {
        found.push(
            Found::warning(
                field.name,
                format!("{text} has a backslash, which is no part of it"),
            )
            .help("write the DOI as it is, without TeX commands"),
        );
    } else if bare != text {
        found.push(
            Found::notice(field.name, format!("{text} has more than the DOI"))
                .help(format!("write {bare}"))
                .mend(field, bare.to_owned()),
        );
    }
}

pub(super) fn isbn(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    numbers(entry, "isbn", found, |text| text.parse::<Isbn>().err());
}

pub(super) fn issn(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    numbers(entry, "issn", found, |text| text.parse::<Issn>().err());
}

/// Looks at a field of numbers; several are told apart by commas, semicolons or slashes, and may have
/// a remark such as "(pbk.)" behind them.
fn numbers(
    entry: &CheckedEntry<'_>,
    name: &str,
    found: &mut Vec<Found>,
    fault: impl Fn(&str) -> Option<NotAnIdentifier>,
) {
    let Some(field) = entry.own(name) else {
        return;
    };
    let upper = name.to_uppercase();
    for number in field.text.split([',', ';', '/']) {
        let number = number.split('(').next().unwrap_or_default().trim();
        if number.is_empty() {
            continue;
        }
        let bare = without_label(number, &upper);
        match fault(bare) {
            Some(NotAnIdentifier::Form) => {
                let help = match name {
                    "isbn" if bare.parse::<Issn>().is_ok() => {
                        "it is an ISSN, the number of a journal: write it in the field issn"
                    }
                    "isbn" => "an ISBN has 13 digits, or 10 in books before 2007",
                    _ => "an ISSN has 8 digits, written 1234-567X",
                };
                let message = format!("{number} is not an {upper}");
                found.push(Found::error(field.name, message).help(help));
            }
            Some(NotAnIdentifier::CheckDigit) => found.push(
                Found::error(field.name, format!("the check digit of {number} is wrong"))
                    .help("compare it with the source: one digit is wrong, or two are exchanged"),
            ),
            None if bare != number && field.text.trim() == number => found.push(
                Found::notice(field.name, format!("{number} has more than the number"))
                    .help(format!("write {bare}"))
                    .mend(field, bare.to_owned()),
            ),
            None => {}
        }
    }
}

/// A number without the name of what it is before it.
fn without_label<'t>(number: &'t str, label: &str) -> &'t str {
    let head = number.get(..label.len()).unwrap_or_default();
    if !head.eq_ignore_ascii_case(label) {
        return number;
    }
    let rest = number.get(label.len()..).unwrap_or_default();
    let rest = rest
        .strip_prefix("-13")
        .or_else(|| rest.strip_prefix("-10"))
        .unwrap_or(rest);
    rest.trim_start_matches([':', ' ', '.'])
}

pub(super) fn url(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    let Some(field) = entry.own("url") else {
        return;
    };
    let text = field.text.trim();
    if text.is_empty() {
        return;
    }
    if text.contains("\\url") || text.contains("\\href") {
        found.push(
            Found::warning(field.name, "the address is within a TeX command")
                .help("write the address alone; styles make a link of it"),
        );
    } else if text.contains(char::is_whitespace) {
        found.push(
            Found::error(
                field.name,
                format!("the address has white space in it: {text}"),
            )
            .help("copy it anew from the browser, or write %20 for a blank"),
        );
    } else if !has_scheme(text) {
        found.push(
            Found::error(field.name, format!("{text} is not a whole address"))
                .help("begin it with https:// or http://"),
        );
    } else if text.contains("\\_")
        || text.contains("\\%")
        || text.contains("\\&")
        || text.contains("\\#")
    {
        found.push(
            Found::warning(
                field.name,
                "the address has backslashes, which are no part of it",
            )
            .help("write the address as it is, without TeX commands"),
        );
    } else if !entry.has("doi") {
        points_to_doi(text, field, found);
    }
}

/// An address of a resolver belongs in `doi`, where every program finds it.
fn points_to_doi(text: &str, field: &OwnField<'_>, found: &mut Vec<Found>) {
    let doi = Doi::strip_resolver(text);
    if doi != text && doi.parse::<Doi>().is_ok() {
        found.push(
            Found::notice(field.name, "the address is that of a DOI")
                .help(format!("write doi = {{{doi}}} in its place")),
        );
    }
}

fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn a_doi_is_bare() {
        assert_eq!(found_in("@misc{a, doi = {10.1000/x_(1)}}", doi), []);
        for written in [
            "https://doi.org/10.1000/x",
            "http://dx.doi.org/10.1000/x",
            "doi:10.1000/x",
        ] {
            let found = found_in(&format!("@misc{{a, doi = {{{written}}}}}"), doi);
            assert_eq!(found[0].2.as_deref(), Some("10.1000/x"), "{written}");
        }
        let found = found_in("@misc{a, doi = {none}}", doi);
        assert_eq!(found[0].1, "none is not a DOI");
        assert_eq!(found[0].2, None);
        assert!(
            found_in("@misc{a, doi = {10.1000/x\\_y}}", doi)[0]
                .1
                .contains("backslash")
        );
    }

    #[test]
    fn an_isbn_has_its_check_digit() {
        for right in [
            "0-300-11056-1",
            "978-0-300-11056-2",
            "080442957X",
            "978-0-300-11056-2 (pbk.), 0-300-11056-1",
        ] {
            assert_eq!(
                found_in(&format!("@book{{a, isbn = {{{right}}}}}"), isbn),
                [],
                "{right}"
            );
        }
        let found = found_in("@book{a, isbn = {978-0-300-11056-3}}", isbn);
        assert_eq!(found[0].1, "the check digit of 978-0-300-11056-3 is wrong");
        let found = found_in("@book{a, isbn = {12345}}", isbn);
        assert_eq!(found[0].1, "12345 is not an ISBN");
        let found = found_in("@book{a, isbn = {ISBN 0-300-11056-1}}", isbn);
        assert_eq!(found[0].2.as_deref(), Some("0-300-11056-1"));
    }

    #[test]
    fn an_issn_has_its_check_digit() {
        assert_eq!(found_in("@article{a, issn = {2213-5316}}", issn), []);
        let found = found_in("@article{a, issn = {2213-5317}}", issn);
        assert_eq!(found[0].1, "the check digit of 2213-5317 is wrong");
    }

    #[test]
    fn an_address_is_whole_and_bare() {
        assert_eq!(
            found_in("@misc{a, url = {https://example.org/a_b?c=d&e}}", url),
            []
        );
        assert!(
            found_in("@misc{a, url = {www.example.org}}", url)[0]
                .1
                .contains("not a whole address")
        );
        assert!(
            found_in("@misc{a, url = {https://example.org/a b}}", url)[0]
                .1
                .contains("white space")
        );
        assert!(
            found_in("@misc{a, url = {\\url{https://example.org}}}", url)[0]
                .1
                .contains("command")
        );
        assert!(
            found_in("@misc{a, url = {https://example.org/a\\_b}}", url)[0]
                .1
                .contains("backslashes")
        );
        assert!(
            found_in("@misc{a, url = {https://doi.org/10.1/x}}", url)[0]
                .1
                .contains("DOI")
        );
        let both = "@misc{a, doi = {10.1/x}, url = {https://doi.org/10.1/x}}";
        assert_eq!(found_in(both, url), []);
    }
}
