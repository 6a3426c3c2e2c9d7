//! Checks of pages: `12--34`, or several separated by commas.

use super::{CheckedEntry, RuleFinding};

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(field) = entry.own("pages") else {
        return;
    };
    let text = field.text.trim();
    if text.is_empty() {
        return;
    }
    let lower = text.to_lowercase();
    if ["p.", "pp.", "pp ", "p ", "pages", "seiten", "s. "]
        .iter()
        .any(|label| lower.starts_with(label))
    {
        found.push(
            RuleFinding::warning(field.name, format!("pages should be numbers alone: {text}"))
                .help("remove the label; styles add \u{201c}pp.\u{201d} where needed"),
        );
        return;
    }
    let mut fixed = Vec::new();
    let mut faults = 0;
    for range in text.split(',') {
        let range = range.trim();
        match ends(range) {
            // The ends of an article number may have hyphens of their own: 12-1--12-14.
            Some((_, _, last)) if last.contains("--") || last.contains('\u{2013}') => {
                fixed.push(Some(range.to_owned()));
            }
            Some((first, dash, last)) => {
                let (first_number, last_number) = (number(first), number(last));
                let backwards = matches!((first_number, last_number), (Some(f), Some(l)) if l < f);
                if backwards && last.len() >= first.len() {
                    found.push(
                        RuleFinding::warning(
                            field.name,
                            format!("page range {range} runs backwards"),
                        )
                        .help("compare it with the source"),
                    );
                    return;
                }
                let is_number_range = first_number.is_some() && last_number.is_some();
                if is_number_range && dash != "--" && dash != "\u{2013}" {
                    faults += 1;
                    // 12-3 may be pages 12 to 13, or page 3 of volume 12: only a person can tell.
                    fixed.push((!backwards).then(|| format!("{first}--{last}")));
                    continue;
                }
                fixed.push(Some(range.to_owned()));
            }
            None => fixed.push(Some(range.to_owned())),
        }
    }
    if faults > 0 {
        let finding = RuleFinding::notice(field.name, format!("page range should use --: {text}"))
            .help("write page ranges with two hyphens: 12--34");
        found.push(match fixed.into_iter().collect::<Option<Vec<_>>>() {
            Some(ranges) => finding.fix(field, ranges.join(", ")),
            None => finding,
        });
    }
}

/// Returns the two ends of a range and the dash between them.
fn ends(range: &str) -> Option<(&str, &str, &str)> {
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let start = range.find(is_dash)?;
    let dashes = range.get(start..)?;
    let length = dashes.find(|c| !is_dash(c)).unwrap_or(dashes.len());
    let (dash, last) = dashes.split_at_checked(length)?;
    Some((range.get(..start)?.trim_end(), dash, last.trim_start()))
}

/// Returns a page number that consists only of digits.
fn number(page: &str) -> Option<u64> {
    page.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| page.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    fn fix(pages: &str) -> Option<Option<String>> {
        let found = found_in(&format!("@article{{a, pages = {{{pages}}}}}"), look);
        assert!(found.len() < 2, "{found:?}");
        found.into_iter().next().map(|(_, _, fix)| fix)
    }

    #[test]
    fn a_span_has_two_hyphens() {
        for right in [
            "12",
            "12--34",
            "12\u{2013}34",
            "e1024",
            "A1-A5",
            "iv--xii",
            "12--34, 56",
            "S12-1",
            "12-1--12-14",
            "97:1--97:13",
            "12--",
        ] {
            assert_eq!(fix(right), None, "{right}");
        }
        assert_eq!(fix("12-34"), Some(Some("12--34".into())));
        assert_eq!(fix("12 - 34"), Some(Some("12--34".into())));
        assert_eq!(fix("12---34"), Some(Some("12--34".into())));
        assert_eq!(
            fix("12-34, 56\u{2014}78,80"),
            Some(Some("12--34, 56--78, 80".into()))
        );
    }

    #[test]
    fn what_only_a_person_can_tell_is_left_alone() {
        assert_eq!(fix("12-3"), Some(None));
        assert_eq!(fix("34--12"), Some(None));
        assert_eq!(fix("pp. 12--34"), Some(None));
    }
}
