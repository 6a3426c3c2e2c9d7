//! Checks of dates (BibLaTeX manual, §2.3.8) and of access dates.

use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex::{self, schema};
use crate::model::EdtfDate;

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for name in ["date", "origdate", "eventdate", "urldate"] {
        let Some(field) = entry.own(name) else {
            continue;
        };
        let text = field.text.trim();
        if !text.is_empty() && text.parse::<EdtfDate>().is_err() {
            found.push(
                RuleFinding::warning(field.name, format!("invalid date \u{201c}{text}\u{201d}"))
                    .help("write 2006, 2006-03 or 2006-03-26, or 2001/2006 for a range"),
            );
        }
    }
    if let Some(field) = entry.own("year") {
        let text = field.text.trim();
        if !text.is_empty() && text.parse::<EdtfDate>().is_err() {
            found.push(
                RuleFinding::notice(field.name, format!("invalid year \u{201c}{text}\u{201d}"))
                    .help(match bibtex::year_in_words(text) {
                        Some(year) => {
                            format!("it is found by the year {year}; write it in four digits")
                        }
                        None => "styles print it unchanged, but the work cannot be found by year"
                            .to_owned(),
                    }),
            );
        }
        if let Some(date) = entry.own("date").map(|date| date.text.trim())
            && date
                .get(..4)
                .is_some_and(|year| text.len() == 4 && year != text)
        {
            found.push(
                RuleFinding::warning(
                    field.name,
                    format!("year {text} disagrees with date {date}"),
                )
                .help("remove the wrong one; date alone is enough"),
            );
        }
    }
    if let Some(field) = entry.own("month") {
        let text = field.text.trim();
        if !text.is_empty() && !is_month(text) {
            found.push(
                RuleFinding::warning(field.name, format!("invalid month \u{201c}{text}\u{201d}"))
                    .help("write a number from 1 to 12, or jan, feb, mar \u{2026} without braces"),
            );
        }
    }
}

/// Returns whether a text is a month, a range of months, or a month with a day.
fn is_month(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    const SEASONS: [&str; 5] = ["spring", "summer", "autumn", "fall", "winter"];
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let is_ordinal = matches!(word.get(digits.len()..), Some("st" | "nd" | "rd" | "th"));
            let word = if is_ordinal { digits } else { word };
            let is_number = word
                .parse::<u8>()
                .is_ok_and(|number| (1..=31).contains(&number));
            let is_name = MONTHS.iter().any(|month| word.starts_with(month));
            is_number && !(text == word && word.parse::<u8>().is_ok_and(|number| number > 12))
                || is_name
                || SEASONS.contains(&word)
        })
}

pub(super) fn access_date(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(url) = entry.own("url").filter(|url| !url.text.trim().is_empty()) else {
        return;
    };
    if entry.has("urldate") {
        return;
    }
    let is_online = schema::base_type(entry.kind()) == "online";
    // A printed work, or one with an identifier, can be found without its URL.
    let elsewhere = [
        "doi",
        "eprint",
        "isbn",
        "issn",
        "journaltitle",
        "journal",
        "booktitle",
        "publisher",
        "institution",
        "school",
        "pages",
        "version",
    ];
    if is_online || !elsewhere.iter().any(|name| entry.has(name)) {
        found.push(
            RuleFinding::notice(url.name, "no urldate, though the text is online only")
                .help("add the day you read it as urldate, in the form YYYY-MM-DD"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn dates_are_written_as_the_standard_has_them() {
        for right in [
            "2006",
            "2006-03",
            "2006-03-26",
            "2001/2006",
            "2005/..",
            "199X",
            "2006?",
        ] {
            assert_eq!(
                found_in(&format!("@misc{{a, date = {{{right}}}}}"), look),
                [],
                "{right}"
            );
        }
        for wrong in ["March 2006", "2006-13", "26.3.2006", "n.d."] {
            let found = found_in(&format!("@misc{{a, urldate = {{{wrong}}}}}"), look);
            assert_eq!(found[0].1, format!("invalid date \u{201c}{wrong}\u{201d}"));
        }
    }

    #[test]
    fn a_year_is_a_number_and_agrees_with_the_date() {
        assert_eq!(found_in("@misc{a, year = 2006, month = mar}", look), []);
        assert_eq!(found_in("@misc{a, year = {n.d.}}", look)[0].0, "year");
        assert_eq!(
            found_in("@misc{a, year = 2006, date = {2006-03}}", look),
            []
        );
        let found = found_in("@misc{a, year = 2006, date = {2007-03}}", look);
        assert_eq!(found[0].1, "year 2006 disagrees with date 2007-03");
    }

    #[test]
    fn a_month_is_a_month() {
        for right in [
            "3",
            "mar",
            "{March}",
            "{July/August}",
            "{12~March}",
            "{Spring}",
        ] {
            assert_eq!(
                found_in(&format!("@misc{{a, month = {right}}}"), look),
                [],
                "{right}"
            );
        }
        for wrong in ["13", "{Mars and Venus}"] {
            assert_eq!(
                found_in(&format!("@misc{{a, month = {wrong}}}"), look).len(),
                1,
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_text_that_is_online_only_says_when_it_was_read() {
        let url = "url = {https://example.org}";
        let missing = |source: &str| found_in(source, access_date).len();
        assert_eq!(missing(&format!("@online{{a, {url}}}")), 1);
        assert_eq!(missing(&format!("@misc{{a, {url}}}")), 1);
        assert_eq!(
            missing(&format!("@online{{a, {url}, urldate = {{2026-01-01}}}}")),
            0
        );
        assert_eq!(
            missing(&format!("@article{{a, journaltitle = {{J}}, {url}}}")),
            0
        );
        assert_eq!(missing("@online{a}"), 0);
    }
}
