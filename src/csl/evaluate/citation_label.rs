//! Citation labels, such as "Bau05", for items without one (appendix IV, `citation-label`).

use crate::csl::element::TermForm;
use crate::csl::locale::Locale;
use crate::csl::name_parts::is_alphabetic_script;
use crate::csl::prepared_item::PreparedItem;
use crate::csl::variables;

/// The number of letters of each author, by the number of authors.
const LETTERS: [&[usize]; 4] = [&[4], &[2, 2], &[2, 1, 1], &[1, 1, 1, 1]];

/// Returns the label of an item: the first letters of its authors and the last digits of its year.
pub(in crate::csl) fn citation_label(item: &PreparedItem, locale: &Locale) -> String {
    let mut label = String::new();
    if let Some(names) = item.name_lists().next() {
        let letters = LETTERS
            .get(names.len().saturating_sub(1))
            .or(LETTERS.last())
            .copied()
            .unwrap_or_default();
        for (name, letters) in names.iter().zip(letters) {
            let whole = if name.is_literal() {
                &name.literal
            } else {
                &name.family
            };
            let whole = ["a ", "the ", "an "]
                .iter()
                .find_map(|article| {
                    let start = whole.get(..article.len())?;
                    start
                        .eq_ignore_ascii_case(article)
                        .then(|| whole.get(article.len()..))?
                })
                .unwrap_or(whole);
            let kept: String = whole
                .chars()
                .filter(|character| {
                    is_alphabetic_script(*character)
                        && !character.is_ascii_digit()
                        && *character != '-'
                })
                .take(*letters)
                .collect();
            label.push_str(&capitalized(&kept));
        }
    }
    if label.is_empty() {
        if let Some(title) = item.text(variables::TITLE) {
            let small = ["a", "an", "the", "of", "and", "in", "on", "to", "for"];
            let joined: String = title
                .split_whitespace()
                .filter(|word| !small.contains(word))
                .collect();
            let kept: String = joined.chars().take(4).collect();
            label = capitalized(&kept);
        } else {
            let term = locale
                .term("reference", TermForm::Short, false)
                .unwrap_or("ref");
            label = capitalized(&term.replace('.', ""));
        }
    }
    let year = item
        .date(variables::ISSUED)
        .and_then(|date| date.start.year)
        .map_or_else(|| "0000".to_owned(), |year| year.to_string());
    let tail = year.len().saturating_sub(2);
    label.push_str(year.get(tail..).unwrap_or(&year));
    label
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    let mut result: String = first.to_uppercase().collect();
    result.push_str(&characters.as_str().to_lowercase());
    result
}
