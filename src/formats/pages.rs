//! Page ranges and numbers of pages, as BibLaTeX and CSL write them.

/// Returns pages in CSL's manner: a hyphen in a range, and a space after each comma.
///
/// Ends that contain a hyphen or colon themselves (`97:1–97:13`) keep the en dash, or the range could not be told
/// from them.
pub(crate) fn to_csl(pages: &str) -> String {
    let pages = without_label(pages.trim());
    if !pages.contains([',', '\u{2013}', '\u{2014}']) {
        return match compound_range(pages) {
            Some((first, last)) => joined(first, last),
            None => pages.to_owned(),
        };
    }
    let ungrouped;
    let pages = if pages.contains(['\u{a0}', '\u{2009}', '\u{202f}']) {
        ungrouped = without_thin_spaces(pages);
        &ungrouped
    } else {
        pages
    };
    let groups_digits = pages.contains(',')
        && pages.split(',').skip(1).all(|part| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            digits == 3
        });
    let separator = if groups_digits { "," } else { ", " };
    let ranges = pages.split(',').map(|range| {
        let range = range.trim();
        let dashes = ['\u{2013}', '\u{2014}'];
        match range.split_once(dashes).or_else(|| compound_range(range)) {
            Some((first, last)) if is_compound(first) || is_compound(last) => {
                format!("{}\u{2013}{}", first.trim(), last.trim())
            }
            _ => range.replace(dashes, "-"),
        }
    });
    ranges.collect::<Vec<_>>().join(separator)
}

/// Returns pages without a label before the number; styles add their own.
fn without_label(pages: &str) -> &str {
    const LABELS: [&str; 12] = [
        "pp.", "p.", "pages", "Seiten", "Seite", "S.", "págs.", "pág.", "стр.", "с.", "σσ.", "σ.",
    ];
    LABELS
        .iter()
        .find_map(|label| pages.strip_prefix(label))
        .map(str::trim_start)
        .filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or(pages)
}

/// Returns pages without the spaces that group digits, with which they would be no numbers: `1\,234` is 1234.
fn without_thin_spaces(pages: &str) -> String {
    let mut characters = pages.chars().peekable();
    let mut before = ' ';
    let mut ungrouped = String::with_capacity(pages.len());
    while let Some(character) = characters.next() {
        let is_thin = matches!(character, '\u{a0}' | '\u{2009}' | '\u{202f}');
        let groups = before.is_ascii_digit() && characters.peek().is_some_and(char::is_ascii_digit);
        if !(is_thin && groups) {
            ungrouped.push(character);
        }
        before = character;
    }
    ungrouped
}

/// Returns pages in BibLaTeX's manner: two hyphens in a range.
pub(crate) fn to_biblatex(pages: &str) -> String {
    let ranges = pages.trim().split(',').map(|range| {
        let range = range.trim();
        if range.contains("--") {
            return range.to_owned();
        }
        if range.contains('\u{2013}') {
            return range.replace('\u{2013}', "--");
        }
        if let Some((first, last)) = compound_range(range) {
            return format!("{first}--{last}");
        }
        match range.split_once(['-', '\u{2010}', '\u{2011}']) {
            Some((first, last))
                if is_page(first.trim()) && (last.is_empty() || is_page(last.trim())) =>
            {
                format!("{}--{}", first.trim(), last.trim())
            }
            _ => range.to_owned(),
        }
    });
    ranges.collect::<Vec<_>>().join(", ")
}

/// Returns the two ends of a range of pages.
pub(crate) fn range(pages: &str) -> Option<(&str, &str)> {
    let pages = pages.trim();
    if pages.contains(',') {
        return None;
    }
    let (first, last) = match pages.split_once('\u{2013}') {
        Some(ends) => ends,
        None => pages.split_once("--").or_else(|| pages.split_once('-'))?,
    };
    let (first, last) = (first.trim(), last.trim());
    let is_end = |end: &str| !end.is_empty() && !end.contains(char::is_whitespace);
    let is_range =
        is_end(first) && is_end(last) && (pages.contains('\u{2013}') || !last.contains('-'));
    is_range.then_some((first, last))
}

/// Joins the two ends of a range of pages in CSL's manner.
pub(crate) fn joined(first: &str, last: &str) -> String {
    let dash = if is_compound(first) || is_compound(last) {
        '\u{2013}'
    } else {
        '-'
    };
    format!("{first}{dash}{last}")
}

/// Returns the two ends of a range whose ends have parts, though its dash is a hyphen: `97:1-97:13`, `12-1-12-14`.
fn compound_range(range: &str) -> Option<(&str, &str)> {
    let hyphens = range.matches('-').count();
    let (at, _) = range.match_indices('-').nth(hyphens / 2)?;
    let (first, last) = (range.get(..at)?.trim(), range.get(at + 1..)?.trim());
    let part = |page: &'_ str, separator| {
        let (part, number) = page.split_once(separator)?;
        (is_page(part) && is_page(number)).then(|| part.to_owned())
    };
    let is_range = match hyphens {
        1 => part(first, ':').is_some() && part(last, ':').is_some(),
        // Pages of one chapter.
        3 => part(first, '-').is_some_and(|chapter| part(last, '-') == Some(chapter)),
        _ => false,
    };
    is_range.then_some((first, last))
}

/// Returns whether the end of a range has parts, such as an article number.
fn is_compound(page: &str) -> bool {
    page.trim().contains(['-', ':'])
}

fn is_page(page: &str) -> bool {
    !page.is_empty() && page.chars().all(char::is_alphanumeric)
}

/// Returns the number of pages, if the pages of a whole work are none of its pages but its extent: `214`,
/// `xii, 357 p.`
pub(crate) fn extent(pages: &str) -> Option<String> {
    let pages = pages.trim();
    let without_label = ["pages", "pp.", "pp", "p.", "p", "Seiten", "S.", "leaves"]
        .iter()
        .find_map(|label| pages.strip_suffix(label))
        .unwrap_or(pages)
        .trim_end();
    let mut numbers = 0;
    for part in without_label.split([',', '+', ' ']).map(str::trim) {
        let bracketed = part
            .strip_prefix('[')
            .and_then(|part| part.strip_suffix(']'));
        let number = bracketed.unwrap_or(part);
        if number.is_empty() {
            continue;
        }
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number in brackets counts pages without numbers.
            numbers += usize::from(bracketed.is_none());
        } else if !number.bytes().all(|byte| b"ivxlcIVXLC".contains(&byte)) {
            return None;
        }
    }
    (numbers == 1).then(|| without_label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_every_kind_are_read_and_written() {
        for (written, csl, biblatex) in [
            ("12–34", "12-34", "12--34"),
            ("34,37–39", "34, 37-39", "34, 37--39"),
            ("97:1–97:13", "97:1–97:13", "97:1--97:13"),
            ("12-1–12-14", "12-1–12-14", "12-1--12-14"),
            ("xii–xv", "xii-xv", "xii--xv"),
            ("S12–S15", "S12-S15", "S12--S15"),
            ("e1003", "e1003", "e1003"),
            ("12–", "12-", "12--"),
            ("1\u{202f}234–1\u{202f}250", "1234-1250", "1234--1250"),
        ] {
            assert_eq!(to_csl(written), csl);
            assert_eq!(to_biblatex(csl), biblatex);
        }
        assert_eq!(to_csl("S. 12–15"), "12-15");
        assert_eq!(to_csl("S12"), "S12");
        for (hyphen, csl, biblatex) in [
            ("97:1-97:13", "97:1–97:13", "97:1--97:13"),
            ("12-1-12-14", "12-1–12-14", "12-1--12-14"),
            ("1-2-3", "1-2-3", "1-2-3"),
        ] {
            assert_eq!(to_csl(hyphen), csl);
            assert_eq!(to_biblatex(hyphen), biblatex);
        }
        assert_eq!(range("12-1–12-14"), Some(("12-1", "12-14")));
        assert_eq!(range("12-14"), Some(("12", "14")));
        assert_eq!(range("12-1-12-14"), None);
        assert_eq!(joined("97:1", "97:13"), "97:1–97:13");
    }

    #[test]
    fn an_extent_is_distinguished_from_pages() {
        for (pages, pagetotal) in [
            ("214", Some("214")),
            ("xii, 357", Some("xii, 357")),
            ("xii + 357 p.", Some("xii + 357")),
            ("[4], 120 pp.", Some("[4], 120")),
            ("12-34", None),
            ("12, 14", None),
            ("12ff", None),
        ] {
            assert_eq!(extent(pages).as_deref(), pagetotal, "{pages}");
        }
    }
}
