//! Finds dates and what says that there is none.

use super::super::labels::Label;
use super::super::line;
use super::super::words::{self, WordClass};
use super::{LabelledTokens, is_initials};

/// Labels what says that there is no date, after the names: `(n.d.)`, `o. J.`.
pub(super) fn label_missing_dates(tokens: &[&str], labels: &mut [Label]) {
    for at in 1..labels.len() {
        let is_after_names = matches!(labels.get(at - 1), Some(Label::Author | Label::Editor));
        let one = tokens.get(at).copied().unwrap_or_default();
        let two = tokens.get(at + 1).copied().unwrap_or_default();
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
        if is_after_names || one.starts_with(['(', '[']) {
            for label in labels.iter_mut().skip(at).take(count) {
                *label = Label::Date;
            }
        }
    }
}

/// Makes a date of the year after the names or at the end, if there is no other: `Lind K 2005 A Title`.
pub(super) fn find_date(tokens: &[&str], labels: &mut [Label]) {
    let is_dated = tokens.iter().zip(labels.iter()).any(|(token, label)| {
        *label == Label::Date && (line::has_year(token) || words::is_no_date(&words::plain(token)))
    });
    let is_year = |token: &str| {
        let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.trim_end_matches(|c: char| c.is_ascii_lowercase());
        bare.len() == 4 && line::has_year(bare)
    };
    let is_possible = |label: &Label| !matches!(label, Label::Url | Label::Doi | Label::Isbn);
    // All before the first year are names: `Broumas, Antonios 2020 Intellectual Commons`.
    let number = labels
        .iter()
        .take_while(|label| **label == Label::CitationNumber)
        .count();
    let has_names = labels
        .iter()
        .any(|label| matches!(label, Label::Author | Label::Editor));
    let year = tokens.iter().position(|token| is_year(token));
    if let Some(year) = year
        && (!is_dated || !has_names)
        && year > number + 1
        && tokens
            .get(year + 1)
            .is_some_and(|next| next.starts_with(|c: char| !c.is_lowercase()))
        && are_names(tokens.get(number..year).unwrap_or_default())
        && labels.get(year).is_some_and(is_possible)
    {
        let label = match labels.get(number) {
            Some(Label::Editor) => Label::Editor,
            _ => Label::Author,
        };
        for slot in labels.iter_mut().take(year).skip(number) {
            *slot = label;
        }
        if let Some(slot) = labels.get_mut(year) {
            *slot = Label::Date;
        }
        return;
    }
    let names = labels
        .iter()
        .take_while(|label| matches!(label, Label::CitationNumber | Label::Author | Label::Editor))
        .count();
    let last = labels
        .iter()
        .rposition(|label| !matches!(label, Label::Url | Label::Doi | Label::Note))
        .unwrap_or_default();
    // `Journal 2016:396-432`
    let before_pages = labels
        .windows(2)
        .rposition(|pair| matches!(pair, [before, Label::Pages] if *before != Label::Pages))
        .filter(|at| tokens.get(*at).is_some_and(|token| token.ends_with(':')))
        .unwrap_or_default();
    let is_range_at_end = |at: usize, token: &str| at == last && year_range(token).is_some();
    for at in [names, names.saturating_sub(1), before_pages, last] {
        if at > 0
            && (at <= names || !is_dated)
            && tokens
                .get(at)
                .is_some_and(|token| is_year(token) || is_range_at_end(at, token))
            && let Some(label) = labels.get_mut(at)
            && is_possible(label)
        {
            *label = Label::Date;
            return;
        }
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

/// Ends a date in parentheses with its parenthesis, `(2016, May) 19 years later`, and gives a day to the month before it,
/// `2020, March 30. Title`.
pub(super) fn end_dates(tokens: &[&str], labels: &mut [Label]) {
    for at in 1..labels.len() {
        let before = tokens.get(at - 1).copied().unwrap_or_default();
        let day = tokens.get(at).copied().unwrap_or_default();
        let is_day = day
            .trim_end_matches(['.', ',', ':'])
            .parse()
            .is_ok_and(|day: u32| (1..=31).contains(&day));
        if labels.get(at - 1) == Some(&Label::Date)
            && is_day
            && day.ends_with(['.', ',', ':'])
            && words::classes_of(&words::plain(before)).contains(WordClass::MONTH)
            && let Some(label @ Label::Title) = labels.get_mut(at)
        {
            *label = Label::Date;
        }
    }
    let mut is_open = false;
    let mut is_closed = false;
    for at in 0..labels.len() {
        let token = tokens.get(at).copied().unwrap_or_default();
        if labels.get(at) != Some(&Label::Date) {
            (is_open, is_closed) = (false, false);
            continue;
        }
        if is_closed {
            let next = labels.iter().skip(at).find(|label| **label != Label::Date);
            if next == Some(&Label::Title)
                && let Some(label) = labels.get_mut(at)
            {
                *label = Label::Title;
            }
        }
        is_open |= token.starts_with('(');
        is_closed |= is_open && token.trim_end_matches(['.', ',', ':']).ends_with(')');
    }
}

/// Gives the pages before a date their label: `1952-1962, December 1992`.
pub(super) fn move_pages(reference: &mut LabelledTokens<'_, '_>) {
    for at in 1..reference.len() {
        let token = reference.token(at);
        let is_range = token.ends_with(',')
            && year_range(token).is_some()
            && reference.label(at - 1) != Some(Label::Date);
        let has_year = (at + 1..reference.len())
            .take_while(|after| reference.label(*after) == Some(Label::Date))
            .any(|after| line::has_year(reference.token(after)));
        if reference.label(at) == Some(Label::Date) && is_range && has_year {
            reference.set(at..at + 1, Label::Pages);
        }
    }
}

/// Gives a number at the beginning of a title to it: `19 years later`.
pub(super) fn move_number(reference: &mut LabelledTokens<'_, '_>) {
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let Some(number) = title.start.checked_sub(1) else {
        return;
    };
    let token = reference.token(number);
    let is_number = token.len() <= 2 && token.bytes().all(|byte| byte.is_ascii_digit());
    let is_alone = number.checked_sub(1).is_some_and(|before| {
        reference.label(before) != Some(Label::Date) || line::has_year(reference.token(before))
    });
    if is_number && is_alone && reference.label(number) == Some(Label::Date) {
        reference.set(number..number + 1, Label::Title);
    }
}

/// Returns the years of a range: `1889-96`, `1998–2001`.
fn year_range(token: &str) -> Option<(u32, u32)> {
    let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
    let (from, to) = bare.split_once(['-', '\u{2013}', '/'])?;
    if from.len() != 4 || !line::has_year(from) || !matches!(to.len(), 2 | 4) {
        return None;
    }
    let from = from.parse().ok()?;
    let to: u32 = to.parse().ok()?;
    let to = if to < 100 { from - from % 100 + to } else { to };
    (from < to).then_some((from, to))
}
