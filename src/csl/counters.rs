//! Numbers with counters, as Chinese, Japanese and Korean write them: `12頁`, `第3卷`, `5호`.
//!
//! The counter says what is counted, like the label "p." of other languages, but follows the number, without a
//! space. The specification does not mention this. A counter in a value is read as a label, so that
//! styles do not print two of them (`p. 12頁`), and in locales with such labels they follow the number, even where a
//! style that was made for another language puts them first.

use super::item::is_east_asian_letter;

/// The counters of numbers, and the terms that mean the same.
#[rustfmt::skip]
const COUNTERS: [(&str, &str); 29] = [
    ("頁", "page"), ("页", "page"), ("ページ", "page"), ("쪽", "page"), ("페이지", "page"), ("巻", "volume"), ("卷", "volume"),
    ("권", "volume"), ("号", "issue"), ("號", "issue"), ("期", "issue"), ("호", "issue"), ("版", "edition"), ("판", "edition"),
    ("章", "chapter"), ("장", "chapter"), ("節", "section"), ("节", "section"), ("절", "section"), ("条", "article-locator"),
    ("條", "article-locator"), ("조", "article-locator"), ("行", "line"), ("행", "line"), ("段", "paragraph"),
    ("图", "figure"), ("図", "figure"), ("圖", "figure"), ("注", "note"),
];

/// Returns the number in a value with a counter, and the term of the counter: `第12-15页` is 12-15 and `page`.
pub(super) fn split_counter(value: &str) -> Option<(String, &'static str)> {
    let last = value.chars().next_back()?;
    if !is_east_asian_letter(last) {
        return None;
    }
    let (number, term) = COUNTERS
        .iter()
        .find_map(|(counter, term)| Some((value.strip_suffix(counter)?, *term)))?;
    let number = number.trim_start_matches(['第', '제']).trim();
    let number: String = number.chars().map(narrow).collect();
    let is_number = number.starts_with(|first: char| first.is_ascii_digit())
        && !number.chars().any(is_east_asian_letter);
    is_number.then_some((number, term))
}

/// Returns whether a label of a locale is a counter.
pub(super) fn is_counter(label: &str) -> bool {
    !label.is_empty() && label.chars().all(is_east_asian_letter)
}

/// Returns whether the locales of a language have counters.
pub(super) fn has_counters(language: &str) -> bool {
    let base = language.split(['-', '_']).next().unwrap_or_default();
    matches!(base, "zh" | "ja" | "ko")
}

/// Returns a digit or dash of full width as that of Latin scripts.
fn narrow(character: char) -> char {
    match character {
        '０'..='９' => u32::from(character)
            .checked_sub(0xff10)
            .and_then(|digit| char::from_digit(digit, 10))
            .unwrap_or(character),
        '－' | '～' | '〜' | '~' | 'ー' => '-',
        '，' | '、' => ',',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_split_from_numbers() {
        for (value, number, term) in [
            ("12頁", "12", "page"),
            ("第12-15页", "12-15", "page"),
            ("１２～１５ページ", "12-15", "page"),
            ("제3권", "3", "volume"),
            ("第 1100 号", "1100", "issue"),
        ] {
            assert_eq!(split_counter(value), Some((number.to_owned(), term)));
        }
        for value in ["", "12", "頁", "上卷", "第三章", "12頁と15頁", "p. 12"] {
            assert_eq!(split_counter(value), None, "{value}");
        }
    }
}
