//! Finds dates and what says that there is none.

use super::super::labels::Label;
use super::super::line;
use super::super::words::{self, WordClass};
use super::{LabelledTokens, is_initials};

/// Labels what says that there is no date, after the names: `(n.d.)`, `o. J.`.
pub(super) fn label_missing_dates(reference: &mut LabelledTokens<'_, '_>) {
    let has_year = (0..reference.len())
        .any(|at| reference.label(at) == Some(Label::Date) && line::has_year(reference.token(at)));
    for at in 1..reference.len() {
        let is_after_names = matches!(reference.label(at - 1), Some(Label::Author | Label::Editor));
        let (one, two) = (reference.token(at), reference.token(at + 1));
        let both = [words::plain(one), words::plain(two)];
        let count = if words::is_no_date(&both[0]) {
            1
        } else if words::is_no_date(&both.concat())
            || words::is_no_date(&format!("{}{}", words::plain_start(one), both[1]))
        {
            2
        } else {
            continue;
        };
        // `SILVEIRA, S. A. da. Title. 2004`
        let are_initials = [one, two]
            .iter()
            .all(|token| is_initials(token.trim_end_matches('.')));
        if count == 2 && are_initials && has_year {
            continue;
        }
        if is_after_names || one.starts_with(['(', '[']) {
            reference.set(at..reference.len().min(at + count), Label::Date);
        }
    }
}

/// Makes a date of the year after the names or at the end, if there is no other: `Lind K 2005 A Title`.
pub(super) fn find_date(reference: &mut LabelledTokens<'_, '_>) {
    let is_dated = (0..reference.len()).any(|at| {
        let token = reference.token(at);
        reference.label(at) == Some(Label::Date)
            && (line::has_year(token) || words::is_no_date(&words::plain(token)))
    });
    let is_year = |at: usize| {
        let bare = reference
            .token(at)
            .trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.trim_end_matches(|c: char| c.is_ascii_lowercase());
        bare.len() == 4 && line::has_year(bare)
    };
    let is_possible = |at: usize| {
        !matches!(
            reference.label(at),
            None | Some(Label::Url | Label::Doi | Label::Isbn)
        )
    };
    // All before the first year are names: `Broumas, Antonios 2020 Intellectual Commons`.
    let number = reference.start();
    let has_names = reference.has(&[Label::Author, Label::Editor]);
    let year = (0..reference.len()).find(|at| is_year(*at));
    if let Some(year) = year
        && (!is_dated || !has_names)
        && year > number + 1
        && year + 1 < reference.len()
        && reference
            .token(year + 1)
            .starts_with(|c: char| !c.is_lowercase())
        && are_names(reference.tokens.get(number..year).unwrap_or_default())
        && is_possible(year)
    {
        let label = match reference.label(number) {
            Some(Label::Editor) => Label::Editor,
            _ => Label::Author,
        };
        reference.set(number..year, label);
        return reference.set(year..year + 1, Label::Date);
    }
    let names = reference
        .labels
        .iter()
        .take_while(|label| matches!(label, Label::CitationNumber | Label::Author | Label::Editor))
        .count();
    let last = reference
        .labels
        .iter()
        .rposition(|label| !matches!(label, Label::Url | Label::Doi | Label::Note))
        .unwrap_or_default();
    // `Journal 2016:396-432`
    let before_pages = reference
        .labels
        .windows(2)
        .rposition(|pair| matches!(pair, [before, Label::Pages] if *before != Label::Pages))
        .filter(|at| reference.token(*at).ends_with(':'))
        .unwrap_or_default();
    let is_date = |at: usize| is_year(at) || at == last && is_year_range(reference.token(at));
    let found = [names, names.saturating_sub(1), before_pages, last]
        .into_iter()
        .find(|at| *at > 0 && (*at <= names || !is_dated) && is_date(*at) && is_possible(*at));
    if let Some(at) = found {
        reference.set(at..at + 1, Label::Date);
    }
}

/// Returns whether words may be names with commas or initials, and nothing else.
fn are_names(tokens: &[&str]) -> bool {
    let is_marked = tokens
        .iter()
        .any(|token| token.ends_with(',') || is_initials(token.trim_end_matches(['.', ',', ':'])));
    is_marked
        && tokens.iter().all(|token| {
            let class = words::classes_of(&words::plain(token));
            let class_of_names = WordClass::AND
                .union(WordClass::PARTICLE)
                .union(WordClass::EDITOR)
                .union(WordClass::OTHERS);
            let joins_names = class.contains(class_of_names) || *token == "&";
            let has_other_marks = token.contains(|c: char| {
                c.is_ascii_digit() || [':', '\u{201c}', '"', '?', '!'].contains(&c)
            });
            let is_function_word = class.contains(WordClass::FUNCTION);
            let is_capital = token.starts_with(char::is_uppercase);
            !has_other_marks && (joins_names || (is_capital && !is_function_word))
        })
}

/// Gives the pages before a date their label: `1952-1962, December 1992`.
pub(super) fn move_pages(reference: &mut LabelledTokens<'_, '_>) {
    for at in 1..reference.len() {
        let token = reference.token(at);
        let is_range = token.ends_with(',')
            && is_year_range(token)
            && reference.label(at - 1) != Some(Label::Date);
        let has_year = (at + 1..reference.len())
            .take_while(|after| reference.label(*after) == Some(Label::Date))
            .any(|after| line::has_year(reference.token(after)));
        if reference.label(at) == Some(Label::Date) && is_range && has_year {
            reference.set(at..at + 1, Label::Pages);
        }
    }
}

/// Returns whether a token is a range of years: `1889-96`, `1998–2001`.
fn is_year_range(token: &str) -> bool {
    let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
    let Some((from, to)) = bare.split_once(['-', '\u{2013}', '/']) else {
        return false;
    };
    // Both have the digits of numbers, and the last year may leave out its century.
    let century = from.get(..4 - to.len().min(4)).unwrap_or_default();
    let years = (from.parse::<u32>(), format!("{century}{to}").parse::<u32>());
    let (Ok(first), Ok(last)) = years else {
        return false;
    };
    from.len() == 4 && line::has_year(from) && matches!(to.len(), 2 | 4) && first < last
}
