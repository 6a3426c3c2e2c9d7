//! Checks of DOI, ISBN, ISSN and URL.

use super::entry::OwnField;
use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex;
use crate::model::{Doi, IdentifierError, Isbn, Issn};

pub(super) fn doi(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(field) = entry.own("doi") else {
        return;
    };
    let text = field.text.trim();
    if text.is_empty() {
        return;
    }
    let plain = bibtex::verbatim(text);
    let Some(bare) = Doi::in_text(&plain) else {
        let finding = RuleFinding::error(field.name, format!("invalid DOI: {text}"));
        found.push(match has_scheme(&plain) {
            true => finding.help("an address that is no DOI belongs in url"),
            false => {
                finding.help("a DOI begins with 10. and contains a slash, such as 10.2307/1562247")
            }
        });
        return;
    };
    let is_address = Doi::strip_resolver(&plain) == bare;
    if bare != text && is_address && plain != text {
        found.push(
            RuleFinding::warning(field.name, format!("DOI contains TeX commands: {text}"))
                .help(format!("write {bare}"))
                .fix(field, bare.into_owned()),
        );
    } else if bare != text && !is_address {
        found.push(
            RuleFinding::error(field.name, format!("invalid DOI: {text}"))
                .help(format!("write {bare}"))
                .fix(field, bare.into_owned()),
        );
    } else if bare != text {
        found.push(
            RuleFinding::notice(field.name, format!("not a bare DOI: {text}"))
                .help(format!("write {bare}"))
                .fix(field, bare.into_owned()),
        );
    }
}

pub(super) fn isbn(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    numbers(entry, "isbn", found, |text| text.parse::<Isbn>().err());
}

pub(super) fn issn(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    numbers(entry, "issn", found, |text| text.parse::<Issn>().err());
}

/// Checks a field of numbers, which may be separated by commas, semicolons or slashes and followed
/// by a remark such as "(pbk.)".
fn numbers(
    entry: &CheckedEntry<'_>,
    name: &str,
    found: &mut Vec<RuleFinding>,
    fault: impl Fn(&str) -> Option<IdentifierError>,
) {
    let Some(field) = entry.own(name) else {
        return;
    };
    let upper = name.to_uppercase();
    let parts = field.text.split([',', ';', '/']);
    // Zotero separates numbers only by spaces.
    let parts = parts.flat_map(|part| {
        let all_valid = part
            .split_whitespace()
            .all(|number| fault(number).is_none());
        let several = all_valid && part.split_whitespace().count() > 1;
        let words: Vec<&str> = if several {
            part.split_whitespace().collect()
        } else {
            vec![part]
        };
        words
    });
    for number in parts {
        let number = number.split('(').next().unwrap_or_default().trim();
        if number.is_empty() {
            continue;
        }
        let bare = without_label(number, &upper);
        match fault(bare) {
            Some(IdentifierError::Form) => {
                let help = match name {
                    "isbn" if bare.parse::<Issn>().is_ok() => {
                        "this is an ISSN, the number of a journal; use the field issn"
                    }
                    "isbn" => "an ISBN has 13 digits, or 10 in books before 2007",
                    _ => "an ISSN has 8 digits, written 1234-567X",
                };
                let message = format!("invalid {upper}: {number}");
                found.push(RuleFinding::error(field.name, message).help(help));
            }
            Some(IdentifierError::CheckDigit) => found.push(
                RuleFinding::error(field.name, format!("wrong check digit: {number}"))
                    .help("compare it with the source: a digit is wrong, or two are swapped"),
            ),
            None if bare != number && field.text.trim() == number => found.push(
                RuleFinding::notice(field.name, format!("not a bare {upper}: {number}"))
                    .help(format!("write {bare}"))
                    .fix(field, bare.to_owned()),
            ),
            None => {}
        }
    }
}

/// Returns a number without its label.
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

pub(super) fn url(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(field) = entry.own("url") else {
        return;
    };
    let text = field.text.trim();
    if text.is_empty() {
        return;
    }
    let plain = bibtex::verbatim(text);
    let plain = bibtex::web_address(&plain).into_owned();
    if text.contains("\\url") || text.contains("\\href") {
        found.push(
            RuleFinding::warning(field.name, "URL inside a TeX command")
                .help("write the URL alone; styles add the link")
                .fix(field, plain),
        );
    } else if plain.contains(char::is_whitespace) {
        found.push(
            RuleFinding::error(field.name, format!("URL contains white space: {text}"))
                .help("copy it again from the browser, or write %20 for a space"),
        );
    } else if !has_scheme(&plain) {
        found.push(
            RuleFinding::error(field.name, format!("incomplete URL: {text}"))
                .help("start it with https:// or http://"),
        );
    } else if plain != text {
        let what = if text.contains('\\') {
            "backslashes"
        } else {
            "TeX or HTML"
        };
        found.push(
            RuleFinding::warning(field.name, format!("URL contains {what}"))
                .help("write the URL without TeX commands")
                .fix(field, plain),
        );
    } else if !entry.has("doi") {
        points_to_doi(text, field, found);
    }
}

/// Reports the URL of a DOI resolver, which belongs in `doi`.
fn points_to_doi(text: &str, field: &OwnField<'_>, found: &mut Vec<RuleFinding>) {
    let doi = Doi::strip_resolver(text);
    if doi != text && doi.parse::<Doi>().is_ok() {
        found.push(
            RuleFinding::notice(field.name, "URL points to a DOI")
                .help(format!("write doi = {{{doi}}} instead")),
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
        assert_eq!(found[0].1, "invalid DOI: none");
        assert_eq!(found[0].2, None);
        assert!(
            found_in("@misc{a, doi = {10.1000/x\\_y}}", doi)[0]
                .1
                .contains("TeX commands")
        );
        for (written, bare) in [
            ("10.1000/x\\_y", "10.1000/x_y"),
            ("10.1000/x{\\_}y", "10.1000/x_y"),
            ("https://doi.org/10.1000%2Fx", "10.1000/x"),
            (
                "http://dx.doi.org.proxy.example.edu/10.1234/abc.5",
                "10.1234/abc.5",
            ),
        ] {
            let found = found_in(&format!("@misc{{a, doi = {{{written}}}}}"), doi);
            assert_eq!(found[0].2.as_deref(), Some(bare), "{written}");
        }
    }

    #[test]
    fn an_isbn_has_its_check_digit() {
        for right in [
            "0-300-11056-1",
            "978-0-300-11056-2",
            "080442957X",
            "978-0-300-11056-2 (pbk.), 0-300-11056-1",
            "978-0-306-40615-7 0-306-40615-2",
        ] {
            assert_eq!(
                found_in(&format!("@book{{a, isbn = {{{right}}}}}"), isbn),
                [],
                "{right}"
            );
        }
        let found = found_in("@book{a, isbn = {978-0-300-11056-3}}", isbn);
        assert_eq!(found[0].1, "wrong check digit: 978-0-300-11056-3");
        let found = found_in("@book{a, isbn = {12345}}", isbn);
        assert_eq!(found[0].1, "invalid ISBN: 12345");
        let found = found_in("@book{a, isbn = {ISBN 0-300-11056-1}}", isbn);
        assert_eq!(found[0].2.as_deref(), Some("0-300-11056-1"));
    }

    #[test]
    fn an_issn_has_its_check_digit() {
        assert_eq!(found_in("@article{a, issn = {2213-5316}}", issn), []);
        let found = found_in("@article{a, issn = {2213-5317}}", issn);
        assert_eq!(found[0].1, "wrong check digit: 2213-5317");
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
                .contains("incomplete URL")
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
